//! Members and account types: what programs are told and may change.

use super::{World, refusal, told};
use crate::everybody::{About, routes_about};
use crate::sigma;
use crate::support::{Outcome, never_for};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::world::ACME;

#[tokio::test]
async fn members_are_listed_in_pages_and_sought() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let first = program.get("/v2/members?limit=4").await?;
    assert_eq!(told(&first, "memberId").len(), 4);
    let json = first.json();
    assert_eq!((&json["total"], &json["hasMore"], &json["nextPage"]), (&json!(6), &json!(true), &json!("4")));
    let last = program.get("/v2/members?limit=4&page=4").await?;
    assert_eq!((told(&last, "memberId").len(), &last.json()["nextPage"]), (2, &Value::Null));
    let emails = async |query: &str| program.get(&format!("/v2/members?{query}")).await.map(|it| told(&it, "email"));
    assert_eq!(emails("search=INES").await?, ["ines@portal.example"]);
    assert_eq!(emails("email=Ines@portal.example").await?, ["ines@portal.example"]);
    assert_eq!(emails("email=ines@portal").await?, Vec::<String>::new(), "the whole address");
    assert_eq!(emails("email=hand@acme.example").await?, ["hand@acme.example"]);
    let ines = program.get("/v2/members?search=ines").await?.json()["entries"][0].clone();
    let expected = json!({
        "organizationId": "organization", "memberId": world.member("ines@").await?, "memberType": "Analyze",
        "firstName": null, "lastName": null, "email": "ines@portal.example", "userKind": "internal",
        "isArchived": false, "createdAt": ines["createdAt"], "updatedAt": ines["updatedAt"],
    });
    assert_eq!(ines, expected);
    assert_eq!(ines["createdAt"], "2026-01-01T00:00:00.000Z");
    for (query, message) in [
        ("limit=0", "Expecting at `limit`: 1 to 1000"),
        ("page=next", "Expecting at `page`: what the page before it told"),
        ("pageSize=4", "Expecting at `pageSize`: one of `search`, `email`, `includeArchived`, `limit`, `page`"),
        ("limit=1&limit=2", "Expecting at `limit`: it once"),
        ("includeArchived=yes", "Expecting at `includeArchived`: `true` or `false`"),
    ] {
        let refused = refusal(&program.get(&format!("/v2/members?{query}")).await?);
        assert_eq!(refused, (400, "invalid_request".into(), message.into()), "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn a_member_is_made_changed_and_deactivated() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let support = world.root.id("/api/v1/teams?name=Support").await?;
    let new = json!({
        "email": "Nora@portal.example", "firstName": "Nora", "lastName": "Berg", "memberType": "analyze",
        "isGuest": false, "addToTeams": [{"teamId": support, "isTeamAdmin": false}],
    });
    let made = program.post("/v2/members", new.clone()).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let json = made.json();
    assert_eq!(
        (&json["email"], &json["memberType"], &json["userKind"], &json["inviteSent"]),
        (&json!("nora@portal.example"), &json!("Analyze"), &json!("internal"), &json!(true)),
        "the type is known by its name, whatever its case"
    );
    let id = json["memberId"].as_str().unwrap_or_default().to_owned();
    let one = format!("/v2/members/{id}");
    assert_eq!(told(&program.get(&format!("{one}/teams")).await?, "name"), ["Support"]);
    let again = refusal(&program.post("/v2/members", new).await?);
    let message = format!("there is somebody with that identity or e-mail address already: member-id={id}");
    assert_eq!(again, (409, "conflict".into(), message));

    let changed = program.patch(&one, json!({"firstName": "Eleonora", "memberType": "View"})).await?.json();
    assert_eq!((&changed["firstName"], &changed["memberType"]), (&json!("Eleonora"), &json!("View")));
    let back = program.patch(&one, changed.clone()).await?;
    assert_eq!((back.status, &back.json()["firstName"]), (StatusCode::OK, &changed["firstName"]), "what was read");
    let gone = program.delete(&one).await?;
    assert_eq!((gone.status, gone.json()), (StatusCode::OK, json!({})));
    assert_eq!(program.get(&one).await?.json()["isArchived"], true, "they are still there");
    assert_eq!(told(&program.get("/v2/members?search=nora").await?, "email"), Vec::<String>::new());
    let all = program.get("/v2/members?search=nora&includeArchived=true").await?;
    assert_eq!(told(&all, "email"), ["nora@portal.example"]);
    let stored = world.root.get(&format!("/api/v1/members/{id}")).await?.json();
    assert_eq!((&stored["deactivated"], &stored["teams"]), (&json!(true), &json!(["Support"])));
    program.patch(&one, json!({"isArchived": false})).await?;
    assert_eq!(program.get(&one).await?.json()["isArchived"], false);

    let quiet = json!({"email": "quiet@portal.example"});
    let quiet = program.post("/v2/members?sendInvite=false", quiet).await?.json();
    assert_eq!((&quiet["memberType"], quiet.get("inviteSent")), (&json!("View"), None));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_by_name() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let one = format!("/v2/members/{}", world.member("ines@").await?);
    let with = |member: &str, value: Value| {
        let mut new = json!({"email": "new@portal.example"});
        new[member] = value;
        new
    };
    for (path, method, body, expected) in [
        ("/v2/members", Method::POST, json!({}), "Expecting at `email`: a text"),
        ("/v2/members", Method::POST, json!([]), "Expecting at `body`: an object"),
        ("/v2/members", Method::POST, with("isGuest", json!(true)), "Expecting at `isGuest`: `false`"),
        ("/v2/members", Method::POST, with("userKind", json!("guest")), "Expecting at `userKind`: `internal` or"),
        ("/v2/members", Method::POST, with("memberType", json!("Owner")), "Expecting at `memberType`: the name of"),
        ("/v2/members", Method::POST, with("firstName", json!(7)), "Expecting at `firstName`: a text"),
        ("/v2/members", Method::POST, with("password", json!("x")), "Expecting at `password`: one of `email`"),
        ("/v2/members", Method::POST, with("addToTeams", json!("x")), "Expecting at `addToTeams`: a list of teams"),
        (
            "/v2/members",
            Method::POST,
            with("addToTeams", json!([{"teamId": "team_none"}])),
            "Expecting at `addToTeams[0].teamId`: the id of a team",
        ),
        (
            "/v2/members",
            Method::POST,
            with("addToTeams", json!([{"teamId": "x", "isTeamAdmin": true}])),
            "Expecting at `addToTeams[0].isTeamAdmin`: `false`",
        ),
        (
            "/v2/members?sendInvite=true",
            Method::POST,
            with("userKind", json!("embed")),
            "Expecting at `sendInvite`: `false`",
        ),
        (
            &one,
            Method::PATCH,
            json!({"email": "other@portal.example"}),
            "Expecting at `email`: `\"ines@portal.example\"`",
        ),
        (&one, Method::PATCH, json!({"userKind": "embed"}), "Expecting at `userKind`: `\"internal\"`"),
        (&one, Method::PATCH, json!({"isArchived": "yes"}), "Expecting at `isArchived`: true or false"),
        (&one, Method::PATCH, json!({"newOwnerId": "x"}), "Expecting at `newOwnerId`: one of"),
        ("/v2/accountTypes", Method::POST, json!({"permissions": []}), "Expecting at `name`: a text"),
        (
            "/v2/accountTypes",
            Method::POST,
            json!({"name": "X", "description": "x", "permissions": ["view"]}),
            "Expecting at `description`: `\"\"`",
        ),
    ] {
        let (status, code, message) = refusal(&program.ask(method, path, Some(body.clone())).await?);
        assert_eq!((status, code.as_str()), (400, "invalid_request"), "{path} {body}: {message}");
        assert!(message.starts_with(expected), "{path} {body}: {message}");
    }
    let odd = json!({"name": "X", "permissions": ["fly"]});
    let (status, _, message) = refusal(&program.post("/v2/accountTypes", odd).await?);
    assert!(status == 400 && message.contains("permissions[0]") && message.contains("fly"), "{message}");
    let taken = json!({"name": "View", "permissions": ["view"]});
    assert_eq!(refusal(&program.post("/v2/accountTypes", taken).await?).0, 409);
    assert_eq!(told(&program.get("/v2/members?search=new").await?, "email"), Vec::<String>::new(), "nothing was made");
    Ok(())
}

/// Below what the people of an organization are.
const OF_PEOPLE: [&str; 5] = ["/v2/members", "/v2/teams", "/v2/accountTypes", "/v2/user-attributes", "/v2/tenants"];

#[tokio::test]
async fn whoever_lacks_the_permission_reads_the_same_of_what_is_there_and_what_is_not() -> Outcome {
    let world = World::new().await?;
    let viewer = world.program("ines@", &json!(["view", "administer", "manage_members"])).await?;
    let root = &world.root;
    let user = world.member("hand@").await?;
    let there = [
        user.clone(),
        root.id("/api/v1/teams").await?,
        root.id("/api/v1/account-types").await?,
        root.id("/api/v1/attributes").await?,
        root.id("/api/v1/tenants").await?,
    ];
    let before = root.get(&format!("/api/v1/members/{user}")).await?.text();
    let mut asked = 0;
    for route in routes_about(About::Sigma) {
        let kind = OF_PEOPLE.iter().position(|path| route.path.starts_with(path));
        let Some(kind) = kind.filter(|_| !route.path.contains("/files")) else { continue };
        let body = matches!(route.method, Method::POST | Method::PATCH).then(|| json!({}));
        let ask = async |own: &str, user: &str, team: &str, tenant: &str| {
            let path = route.path.replace("{id}", own).replace("{user}", user);
            let path = path.replace("{team}", team).replace("{tenant}", tenant);
            viewer.ask(route.method.clone(), &path, body.clone()).await
        };
        let hidden = ask(&there[kind], &user, &there[1], &there[4]).await?;
        let absent = ask("none", "none", "none", "none").await?;
        assert_eq!(refusal(&hidden), refusal(&absent), "{} {}", route.method, route.path);
        assert!([400, 403].contains(&hidden.status.as_u16()), "{} {}: {}", route.method, route.path, hidden.text());
        asked += 1;
    }
    assert_eq!(asked, 36, "every call of people");
    assert_eq!(root.get(&format!("/api/v1/members/{user}")).await?.text(), before);
    Ok(())
}

#[tokio::test]
async fn whoever_is_of_a_tenant_reaches_that_tenants_people_only() -> Outcome {
    let world = World::new().await?;
    for company in ["acme", "globex"] {
        world.vitrine.buyer(company).await?;
    }
    let scopes = json!(["view", "administer", "manage_members", "manage_teams"]);
    let tina = world.program("tina@", &scopes).await?;
    let members = tina.get("/v2/members").await?;
    assert!(told(&members, "email").contains(&"bea@acme.example".to_owned()), "{}", members.text());
    assert!(!members.text().contains("globex") && !members.text().contains("portal.example"), "{}", members.text());
    assert_eq!(told(&tina.get("/v2/members?search=bea@globex").await?, "email"), Vec::<String>::new());
    let (own, other) = (world.member("bea@acme").await?, world.member("bea@globex").await?);
    assert_eq!(tina.get(&format!("/v2/members/{own}")).await?.status, StatusCode::OK);
    for (method, path) in [
        (Method::GET, "/v2/members/ID"),
        (Method::PATCH, "/v2/members/ID"),
        (Method::DELETE, "/v2/members/ID"),
        (Method::GET, "/v2/members/ID/teams"),
    ] {
        let body = (method == Method::PATCH).then(|| json!({"firstName": "Eve"}));
        let ask = async |id: &str| tina.ask(method.clone(), &path.replace("ID", id), body.clone()).await;
        let (hidden, absent) = (refusal(&ask(&other).await?), refusal(&ask("member_none").await?));
        assert_eq!((hidden.0, &hidden), (404, &absent), "{method} {path}");
    }
    assert_eq!(told(&tina.get("/v2/teams").await?, "name"), ["acme/Night shift"]);
    let (buyers, night) = (
        world.root.id("/api/v1/teams?name=Buyers").await?,
        world.root.id("/api/v1/teams?name=acme/Night%20shift").await?,
    );
    for path in [format!("/v2/teams/{buyers}"), format!("/v2/teams/{buyers}/members")] {
        assert_eq!(refusal(&tina.get(&path).await?).0, 404, "{path}");
    }
    let new = |email: &str, team: &str| json!({"email": email, "addToTeams": [{"teamId": team}]});
    let foreign = refusal(&tina.post("/v2/members", new("ann@acme.example", &buyers)).await?);
    let absent = refusal(&tina.post("/v2/members", new("ann@acme.example", "team_none")).await?);
    assert_eq!((foreign.0, &foreign), (400, &absent), "the organization's teams are not theirs");
    let elsewhere = refusal(&tina.post("/v2/members", new("ann@globex.example", &night)).await?);
    assert_eq!((elsewhere.0, elsewhere.1.as_str()), (403, "forbidden"));
    let made = tina.post("/v2/members", new("ann@acme.example", &night)).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let one = format!("/api/v1/members/{}", made.json()["memberId"].as_str().unwrap_or_default());
    assert_eq!(world.root.get(&one).await?.json()["tenant"], "acme");
    let taken = refusal(&tina.post("/v2/members", json!({"email": "ines@portal.example"})).await?);
    assert!(taken.0 == 403 && !taken.2.contains("member-id"), "{taken:?}");
    Ok(())
}

#[tokio::test]
async fn s2_who_is_made_by_hand_comes_in_while_automatic_creation_is_off() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let buyers = world.root.id("/api/v1/teams?name=Buyers").await?;
    let attribute = world.root.id("/api/v1/attributes?name=company").await?;
    // Sigma's API has no place for the switch: it is the organization's setting.
    world.root.patch("/api/v1/settings", json!({"automatic_creation": false})).await?;
    let mut claims = sigma::claims("1", "acme");
    claims["sub"] = json!("cleo@acme.example");
    claims.as_object_mut().and_then(|claims| claims.remove("tenant"));
    let refused = sigma::open(&world.vitrine, &claims).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "EPERM"), "{}", refused.text());
    let new = json!({
        "email": "cleo@acme.example", "userKind": "embed", "memberType": "View", "addToTeams": [{"teamId": buyers}],
    });
    let made = program.post("/v2/members", new).await?;
    assert_eq!((made.status, &made.json()["userKind"]), (StatusCode::OK, &json!("embed")), "{}", made.text());
    let value = json!({"type": "string", "val": "acme"});
    let assignments = json!({"assignments": [{"userId": made.json()["memberId"], "value": value}]});
    program.post(&format!("/v2/user-attributes/{attribute}/users"), assignments).await?;
    claims["jti"] = json!("2");
    claims["account_type"] = json!("Analyze");
    let viewer = sigma::viewer(&world.vitrine, &claims).await?.never_sees(never_for("acme"));
    assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME));
    let one = format!("/v2/members/{}", made.json()["memberId"].as_str().unwrap_or_default());
    assert_eq!(program.get(&one).await?.json()["memberType"], "View", "claims are ignored");
    Ok(())
}

#[tokio::test]
async fn s5_an_account_type_is_made_given_and_decides() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let new = json!({"name": "Reader", "description": "", "permissions": ["view", "export_csv"]});
    let made = program.post("/v2/accountTypes", new).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    assert_eq!((&made.json()["accountTypeName"], &made.json()["isCustom"]), (&json!("Reader"), &json!(true)));
    let one = format!("/v2/accountTypes/{}", made.json()["accountTypeId"].as_str().unwrap_or_default());
    let held = program.get(&format!("{one}/permissions")).await?.json();
    assert_eq!(held["permissions"], json!(["view", "export_csv"]));
    let first = program.get("/v2/accountTypes?pageSize=2").await?;
    assert_eq!(told(&first, "accountTypeName"), ["Act", "Admin"]);
    let next = first.json()["nextPageToken"].as_str().unwrap_or_default().to_owned();
    let rest = program.get(&format!("/v2/accountTypes?pageToken={next}")).await?;
    assert_eq!(told(&rest, "accountTypeName"), ["Analyze", "Desk", "Reader", "View"]);
    assert_eq!(rest.json()["nextPageToken"], Value::Null);
    assert_eq!(refusal(&program.get("/v2/accountTypes?limit=2").await?).0, 400, "these pages go by tokens");

    let ivan = format!("/v2/members/{}", world.member("ivan@").await?);
    let given = program.patch(&ivan, json!({"memberType": "Reader"})).await?;
    assert_eq!(given.json()["memberType"], "Reader", "{}", given.text());
    let stored = world.root.get(&ivan.replace("/v2/", "/api/v1/")).await?.json();
    assert_eq!(stored["account_type"], "Reader");
    let gone = program.delete(&one).await?;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text());
    assert_eq!(refusal(&program.get(&format!("{one}/permissions")).await?).0, 404);

    let desk = world.program("desk@", &json!(["administer", "manage_members"])).await?;
    let more = refusal(&desk.patch(&ivan, json!({"memberType": "Admin"})).await?);
    assert_eq!((more.0, more.1.as_str()), (403, "forbidden"), "nobody gives more than they hold");
    Ok(())
}
