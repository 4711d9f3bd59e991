//! Access to content: grants on folders and workbooks, in Looker's words.

use super::{World, refusal};
use crate::administration::Caller;
use crate::support::{Outcome, edit};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};

const PATH: &str = "/api/4.0/content_metadata_access";

impl World {
    /// A world in which Ines manages the orders, and somebody who may share what they manage.
    async fn sharing() -> Result<(Self, Caller), CallError> {
        let world = Self::new().await?;
        let grants = "grants:\n  - {to: {member: ines@portal.example}, on: {folder: shop/daily}, level: manage}";
        edit(&world.folder().join("grants.yaml"), "grants:", grants)?;
        let types = world.folder().join("account_types.yaml");
        edit(&types, "explore, export_csv]}", "explore, export_csv, share_content]}")?;
        // Nobody makes a credential for somebody who holds more than they do.
        edit(&types, "see_activity]", "see_activity, share_content]")?;
        world.vitrine.apply(world.folder()).await?;
        let ines = world.program("ines@", &json!(["view", "explore", "share_content"])).await?;
        Ok((world, ines))
    }
}

async fn content_of(program: &Caller, path: &str) -> Result<String, CallError> {
    let json = program.get(path).await?.json();
    Ok(json["content_metadata_id"].as_str().unwrap_or_default().to_owned())
}

async fn list(program: &Caller, content: &str) -> Result<Answer, CallError> {
    program.get(&format!("{PATH}?content_metadata_id={content}")).await
}

async fn make(program: &Caller, content: &str, whom: (&str, &str), access: &str) -> Result<Answer, CallError> {
    let mut body = json!({"content_metadata_id": content, "permission_type": access});
    body[whom.0] = json!(whom.1);
    program.post(PATH, body).await
}

#[tokio::test]
async fn content_has_a_parent_and_is_told_to_whoever_sees_it() -> Outcome {
    let (world, ines) = World::sharing().await?;
    let dashboard = content_of(&ines, "/api/4.0/dashboards/3").await?;
    let shown = ines.get(&format!("/api/4.0/content_metadata/{dashboard}")).await?.json();
    assert_eq!((&shown["name"], &shown["dashboard_id"]), (&json!("Orders"), &json!("3")), "{shown}");
    let parent = shown["parent_id"].as_str().unwrap_or_default();
    let folder = ines.get(&format!("/api/4.0/folders/{parent}")).await?.json();
    assert_eq!((&folder["name"], &folder["content_metadata_id"]), (&json!("Daily"), &json!(parent)));
    let inside = ines.get(&format!("/api/4.0/content_metadata?parent_id={parent}&fields=id,content_type")).await?;
    assert_eq!(inside.json(), json!([{"id": dashboard, "content_type": "dashboard"}]));
    let top = ines.get(&format!("/api/4.0/content_metadata/{parent}")).await?.json()["parent_id"].clone();
    let top = ines.get(&format!("/api/4.0/content_metadata/{}", top.as_str().unwrap_or_default())).await?.json();
    assert_eq!(
        (&top["content_type"], &top["inherits"], &top["parent_id"]),
        (&json!("folder"), &json!(false), &Value::Null)
    );

    let desk = world.program("desk@", &json!(["view"])).await?;
    for path in [format!("content_metadata/{dashboard}"), format!("content_metadata?parent_id={parent}")] {
        let hidden = desk.get(&format!("/api/4.0/{path}")).await?;
        let absent =
            desk.get(&format!("/api/4.0/{}", path.replace(&dashboard, "none").replace(parent, "none"))).await?;
        assert_eq!((hidden.status, hidden.text()), (StatusCode::NOT_FOUND, absent.text()), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn access_is_given_changed_and_taken_away() -> Outcome {
    let (world, ines) = World::sharing().await?;
    let orders = content_of(&ines, "/api/4.0/dashboards/3").await?;
    let support = world.root.id("/api/v1/teams?name=Support").await?;
    let desk = world.member("desk@").await?;
    let hand = world.member("hand@").await?;
    let seen = world.program("desk@", &json!(["view"])).await?;
    assert_eq!(seen.get("/api/4.0/dashboards/3").await?.status, StatusCode::NOT_FOUND);
    for (whom, access) in [(("group_id", &support), "edit"), (("user_id", &desk), "view"), (("user_id", &hand), "view")]
    {
        let made = make(&ines, &orders, (whom.0, whom.1), access).await?;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text());
        let made = made.json();
        assert_eq!((&made[whom.0], &made["permission_type"]), (&json!(whom.1), &json!(access)), "{made}");
    }
    assert_eq!(seen.get("/api/4.0/dashboards/3").await?.status, StatusCode::OK);
    let all = list(&ines, &orders).await?.json();
    let of = |member: &str, id: &str| {
        let found = all.as_array().into_iter().flatten().find(|access| access[member] == *id).cloned();
        found.unwrap_or_default()
    };
    let one = of("user_id", &desk);
    assert_eq!((&one["permission_type"], &one["group_id"]), (&json!("view"), &Value::Null), "{all}");
    assert_eq!(of("group_id", &support)["permission_type"], "edit", "{all}");
    let path = |access: &Value| format!("{PATH}/{}", access["id"].as_str().unwrap_or_default());
    let more = ines.ask(Method::PUT, &path(&one), Some(json!({"permission_type": "edit"}))).await?;
    assert_eq!(more.json()["permission_type"], "edit", "{}", more.text());
    assert_eq!(ines.delete(&path(&one)).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(seen.get("/api/4.0/dashboards/3").await?.status, StatusCode::NOT_FOUND);
    assert_eq!(refusal(&ines.delete(&path(&one)).await?), (404, "Not found".into(), vec![]));
    Ok(())
}

#[tokio::test]
async fn a_level_that_has_no_word_stays_if_it_is_told_so_already() -> Outcome {
    let (world, ines) = World::sharing().await?;
    let orders = content_of(&ines, "/api/4.0/dashboards/3").await?;
    let folder = ines.get(&format!("/api/4.0/content_metadata/{orders}")).await?.json()["parent_id"].clone();
    let folder = folder.as_str().unwrap_or_default();
    let buyers = world.root.id("/api/v1/teams?name=Buyers").await?;
    let all = list(&ines, folder).await?.json();
    let told = all.as_array().into_iter().flatten().find(|access| access["group_id"] == buyers.as_str()).cloned();
    let told = told.unwrap_or_default();
    assert_eq!(told["permission_type"], "view", "{all}");
    let path = format!("{PATH}/{}", told["id"].as_str().unwrap_or_default());
    let same = ines.ask(Method::PUT, &path, Some(told.clone())).await?;
    assert_eq!((same.status, same.json()), (StatusCode::OK, told), "{}", same.text());
    let grants = world.vitrine.root().await?.get("/api/v1/grants?limit=200").await?.text();
    assert!(grants.contains(r#""level":"explore""#), "{grants}");
    Ok(())
}

#[tokio::test]
async fn only_who_may_share_content_reads_and_gives_access_and_no_more_than_they_have() -> Outcome {
    let (world, ines) = World::sharing().await?;
    let orders = content_of(&ines, "/api/4.0/dashboards/3").await?;
    let desk = world.member("desk@").await?;
    let whom = ("user_id", desk.as_str());
    // Whoever sees it and may not share it.
    let narrow = world.program("ines@", &json!(["view", "explore"])).await?;
    assert_eq!(list(&narrow, &orders).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(make(&narrow, &orders, whom, "view").await?.status, StatusCode::FORBIDDEN);
    let made = make(&ines, &orders, whom, "view").await?.json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap_or_default());
    let edit = Some(json!({"permission_type": "edit"}));
    assert_eq!(narrow.ask(Method::PUT, &path, edit.clone()).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(narrow.delete(&path).await?.status, StatusCode::FORBIDDEN);
    // Whoever does not see it hears nothing of it.
    let tina = world.program("tina@", &json!(["view", "administer", "manage_members"])).await?;
    for (hidden, absent) in [
        (list(&tina, &orders).await?, list(&tina, "none").await?),
        (make(&tina, &orders, whom, "view").await?, make(&tina, "none", whom, "view").await?),
        (
            tina.ask(Method::PUT, &path, edit.clone()).await?,
            tina.ask(Method::PUT, &format!("{PATH}/none"), edit).await?,
        ),
        (tina.delete(&path).await?, tina.delete(&format!("{PATH}/none")).await?),
    ] {
        assert_eq!((hidden.status, hidden.text()), (StatusCode::NOT_FOUND, absent.text()));
    }
    let _off = switch_off(Point::ShareWhatOneHolds);
    assert_eq!(
        make(&narrow, &orders, ("group_id", &world.root_team("Support").await?), "edit").await?.status,
        StatusCode::OK
    );
    Ok(())
}

impl World {
    async fn root_team(&self, name: &str) -> Result<String, CallError> {
        self.vitrine.root().await?.id(&format!("/api/v1/teams?name={name}")).await
    }
}

#[tokio::test]
async fn what_is_no_access_here_is_refused_by_name() -> Outcome {
    let (world, ines) = World::sharing().await?;
    let orders = content_of(&ines, "/api/4.0/dashboards/3").await?;
    let support = world.root_team("Support").await?;
    for (member, value, named) in [
        ("permission_type", json!("manage"), "permission_type"),
        ("permission_type", Value::Null, "permission_type"),
        ("group_id", json!("team_none"), "group_id"),
        ("group_id", Value::Null, "group_id"),
        ("user_id", json!("member_none"), "group_id"),
        ("content_metadata_id", Value::Null, "content_metadata_id"),
        ("inherits", json!(false), "inherits"),
    ] {
        let mut body = json!({"content_metadata_id": orders, "permission_type": "view", "group_id": support});
        body[member] = value.clone();
        let refused = ines.post(PATH, body).await?;
        assert_eq!(refusal(&refused), (422, "Validation Failed".into(), vec![named.to_owned()]), "{member} {value}");
    }
    assert_eq!(refusal(&make(&ines, &orders, ("user_id", "member_none"), "view").await?).2, ["user_id"]);
    assert_eq!(refusal(&ines.get(PATH).await?).0, 400);
    assert_eq!(refusal(&ines.get("/api/4.0/content_metadata").await?).0, 400);
    Ok(())
}
