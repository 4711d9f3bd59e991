//! Teams, and who is in them.

use super::{World, refusal, told};
use crate::sigma;
use crate::support::{Outcome, never_for};
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::world::ACME;

#[tokio::test]
async fn a_team_is_made_found_and_deleted() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let made = program.post("/v2/teams", json!({"name": "Pilots", "description": "", "members": []})).await?;
    let team = made.json();
    let expected = json!({"teamId": team["teamId"], "name": "Pilots", "description": "", "isArchived": false});
    assert_eq!((made.status, &team), (StatusCode::OK, &expected));
    let one = format!("/v2/teams/{}", team["teamId"].as_str().unwrap_or_default());
    assert_eq!(program.get(&one).await?.json(), team);
    assert_eq!(program.patch(&one, team.clone()).await?.json(), team, "what was read can be sent back");
    assert_eq!(told(&program.get("/v2/teams?name=Pilots").await?, "name"), ["Pilots"]);
    assert_eq!(told(&program.get("/v2/teams?name=Pilot").await?, "name"), Vec::<String>::new());
    let page = program.get("/v2/teams?limit=2&page=2").await?;
    assert_eq!((told(&page, "name").len(), &page.json()["total"]), (2, &json!(6)));
    assert_eq!(refusal(&program.post("/v2/teams", json!({"name": "Pilots"})).await?).0, 409);
    for (method, path, body, expected) in [
        (Method::POST, "/v2/teams", json!({"description": "x"}), "Expecting at `description`: `\"\"`"),
        (Method::POST, "/v2/teams", json!({}), "Expecting at `name`: a text"),
        (Method::POST, "/v2/teams", json!({"name": "X", "members": ["x"]}), "Expecting at `members`: `[]`"),
        (Method::POST, "/v2/teams", json!({"name": "X", "visibility": "public"}), "Expecting at `visibility`: none"),
        (Method::POST, "/v2/teams", json!({"name": "X", "createWorkspace": true}), "Expecting at `createWorkspace`:"),
        (Method::PATCH, &one, json!({"name": "Other"}), "Expecting at `name`: the one it has"),
        (Method::PATCH, &one, json!({"rank": 1}), "Expecting at `rank`: one of"),
    ] {
        let refused = refusal(&program.ask(method, path, Some(body.clone())).await?);
        assert!(refused.0 == 400 && refused.2.starts_with(expected), "{path} {body}: {refused:?}");
    }
    assert_eq!(program.delete(&one).await?.json(), json!({}));
    assert_eq!(refusal(&program.get(&one).await?).0, 404);
    assert_eq!(refusal(&program.delete(&one).await?).0, 404);
    Ok(())
}

#[tokio::test]
async fn s6_members_are_put_in_and_taken_out_all_or_none() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (ines, ivan, desk) = (world.member("ines@").await?, world.member("ivan@").await?, world.member("desk@").await?);
    let members = format!("/v2/teams/{}/members", world.root.id("/api/v1/teams?name=Support").await?);
    let emails = async || program.get(&members).await.map(|answer| told(&answer, "email"));
    let sorted = async || {
        emails().await.map(|mut emails| {
            emails.sort();
            emails
        })
    };
    let added = program.patch(&members, json!({"add": [ines, ivan]})).await?;
    assert_eq!((added.status, added.json()), (StatusCode::OK, json!({})), "{}", added.text());
    assert_eq!(sorted().await?, ["ines@portal.example", "ivan@portal.example"]);
    let entry = program.get(&members).await?.json()["entries"][0].clone();
    assert_eq!((&entry["userId"], &entry["isTeamAdmin"]), (&entry["memberId"], &json!(false)));
    let moved = program.patch(&members, json!({"add": [desk, ines], "remove": [ivan]})).await?;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    assert_eq!(sorted().await?, ["desk@portal.example", "ines@portal.example"]);

    world.vitrine.buyer("acme").await?;
    let bea = world.member("bea@acme").await?;
    for (body, status, message) in [
        (json!({"add": [ivan, "member_none"]}), 400, "nobody whom you may put into this team"),
        (json!({"remove": [ines, "member_none"]}), 400, "nobody whom you may put into this team"),
        (json!({"add": [ivan, bea]}), 409, "their host says which teams they are in"),
        (json!({"add": [ivan], "remove": [ivan]}), 400, "Expecting at `remove`: nobody who is in `add`"),
        (json!({"add": ivan}), 400, "Expecting at `add`: a list"),
        (json!({"add": [7]}), 400, "Expecting at `add`: a list"),
        (json!({"added": [ivan]}), 400, "Expecting at `added`: one of `add`, `remove`"),
    ] {
        let refused = refusal(&program.patch(&members, body.clone()).await?);
        assert!(refused.0 == status && refused.2.contains(message), "{body}: {refused:?}");
        assert_eq!(sorted().await?, ["desk@portal.example", "ines@portal.example"], "{body}: none of it");
    }
    assert_eq!(program.patch(&members, json!({"remove": [ivan]})).await?.status, StatusCode::OK, "is out already");
    Ok(())
}

#[tokio::test]
async fn s6_a_token_that_names_a_team_puts_an_embed_user_into_it_and_out_of_others() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let [buyers, support] = ["Buyers", "Support"].map(|name| format!("/api/v1/teams?name={name}"));
    let (buyers, support) = (world.root.id(&buyers).await?, world.root.id(&support).await?);
    let is_in = async |team: &str| {
        let found = program.get(&format!("/v2/teams/{team}/members")).await?;
        Ok::<_, testkit::callers::CallError>(told(&found, "email").contains(&"bea@acme.example".to_owned()))
    };
    let viewer = sigma::viewer(&world.vitrine, &sigma::claims("1", "acme")).await?.never_sees(never_for("acme"));
    assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME));
    assert_eq!((is_in(&buyers).await?, is_in(&support).await?), (true, false));
    let mut claims = sigma::claims("2", "acme");
    claims["teams"] = json!(["Support"]);
    sigma::viewer(&world.vitrine, &claims).await?;
    assert_eq!((is_in(&buyers).await?, is_in(&support).await?), (false, true), "they are overwritten");
    let bea = world.member("bea@acme").await?;
    assert_eq!(told(&program.get(&format!("/v2/members/{bea}/teams")).await?, "name"), ["Support"]);
    Ok(())
}

#[tokio::test]
async fn whoever_is_of_a_tenant_says_who_is_in_that_tenants_own_teams() -> Outcome {
    let world = World::new().await?;
    let tina = world.program("tina@", &json!(["view", "administer", "manage_members", "manage_teams"])).await?;
    let made = tina.post("/v2/members", json!({"email": "ann@acme.example"})).await?.json();
    let night = world.root.id("/api/v1/teams?name=acme/Night%20shift").await?;
    let buyers = world.root.id("/api/v1/teams?name=Buyers").await?;
    let add = |id: &str| json!({ "add": [id] });
    let ann = made["memberId"].as_str().unwrap_or_default();
    let members = format!("/v2/teams/{night}/members");
    assert_eq!(tina.patch(&members, add(ann)).await?.status, StatusCode::OK);
    assert_eq!(told(&tina.get(&members).await?, "email"), ["ann@acme.example"]);
    let hidden = refusal(&tina.patch(&members, add(&world.member("ines@").await?)).await?);
    assert_eq!((hidden.0, &hidden), (400, &refusal(&tina.patch(&members, add("member_none")).await?)));
    let other = refusal(&tina.patch(&format!("/v2/teams/{buyers}/members"), add(ann)).await?);
    assert_eq!((other.0, &other), (404, &refusal(&tina.patch("/v2/teams/team_none/members", add(ann)).await?)));
    Ok(())
}
