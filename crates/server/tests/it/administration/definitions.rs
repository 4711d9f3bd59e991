//! Things of the definitions, one by one.

use super::Caller;
use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn a_team_is_made_shown_changed_and_deleted() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let made = root.post("/api/v1/teams", json!({"name": "Pilots", "rank": 7})).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let path = made.header("location");
    let shown = root.get(&path).await?;
    assert_eq!((shown.json(), shown.header("etag")), (made.json(), made.header("etag")));
    assert_eq!((&shown.json()["name"], &shown.json()["rank"]), (&json!("Pilots"), &json!(7)));

    let changed = root.patch(&path, json!({"rank": 3, "on_demand": true})).await?;
    assert_eq!((&changed.json()["rank"], &changed.json()["on_demand"]), (&json!(3), &json!(true)));
    assert_eq!(changed.json()["id"], made.json()["id"]);
    let stale =
        root.asked(Method::PATCH, &path, Some(json!({"rank": 1})), &[("if-match", &made.header("etag"))]).await?;
    assert_eq!((stale.status, stale.code().as_str()), (StatusCode::PRECONDITION_FAILED, "changed"));
    let tag = changed.header("etag");
    let fresh = root.asked(Method::PATCH, &path, Some(json!({"on_demand": null})), &[("if-match", &tag)]).await?;
    assert_eq!((fresh.status, &fresh.json()["on_demand"]), (StatusCode::OK, &json!(false)));

    let renamed = root.patch(&path, json!({"name": "Captains"})).await?;
    assert_eq!((renamed.status, renamed.code().as_str()), (StatusCode::BAD_REQUEST, "name_stays"));
    assert_eq!(root.delete(&path).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(root.get(&path).await?.status, StatusCode::NOT_FOUND);
    let again = root.post("/api/v1/teams", json!({"name": "Pilots"})).await?;
    assert_ne!(again.json()["id"], made.json()["id"], "a name that comes back is something else");
    let names: Vec<String> = vitrine.audit().await?.into_iter().map(|found| found.event.event).collect();
    for event in ["team_made", "team_changed", "team_deleted"] {
        assert!(names.iter().any(|name| name == event), "{event}");
    }
    Ok(())
}

#[tokio::test]
async fn a_deleted_team_takes_its_grants_along_and_a_new_one_inherits_nothing() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    for (to, on, level) in
        [("Pilots", json!({"workbook": "orders"}), "view"), ("Pilots", json!({"model": "shop"}), "use")]
    {
        root.post("/api/v1/teams", json!({"name": to})).await?;
        let made = root.post("/api/v1/grants", json!({"to": {"team": to}, "on": on, "level": level})).await?;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    }
    let team = root.id("/api/v1/teams?name=Pilots").await?;
    assert_eq!(root.delete(&format!("/api/v1/teams/{team}")).await?.status, StatusCode::NO_CONTENT);
    root.post("/api/v1/teams", json!({"name": "Pilots"})).await?;
    let grants = root.get("/api/v1/grants?limit=200").await?.text();
    assert!(!grants.contains("Pilots"), "{grants}");
    Ok(())
}

#[tokio::test]
async fn what_something_else_names_is_not_deleted_and_what_does_not_hold_is_not_written() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let before = root.get("/api/v1/teams?limit=200").await?.json();
    let buyers = root.id("/api/v1/teams?name=Buyers").await?;
    let refused = root.delete(&format!("/api/v1/teams/{buyers}")).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "in_use"), "{}", refused.text());
    assert!(refused.detail().contains("Buyers"), "{}", refused.detail());
    for (body, code, told) in [
        (json!({"name": "Buyers"}), "name_taken", "`name`"),
        (json!({"name": " x"}), "invalid_member", "`name`"),
        (json!({"name": "X", "rang": 1}), "invalid_member", "`rang`"),
        (json!({"name": "X", "attributes": {"limit": "many"}}), "invalid_definition", "`attributes.limit`"),
        (json!([1]), "invalid_member", "`body`"),
    ] {
        let refused = root.post("/api/v1/teams", body.clone()).await?;
        assert!(refused.status.is_client_error(), "{body}");
        assert_eq!(refused.code(), code, "{body}: {}", refused.text());
        assert!(refused.detail().contains(told), "{body}: {}", refused.detail());
    }
    assert_eq!(root.get("/api/v1/teams?limit=200").await?.json(), before);
    Ok(())
}

#[tokio::test]
async fn lists_come_in_pages_by_name() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    for (list, least) in [("teams", 5), ("grants", 5), ("models", 1), ("workbook-definitions", 1), ("folders", 1)] {
        let all = root.get(&format!("/api/v1/{list}?limit=200")).await?.json();
        let all: Vec<Value> = all["items"].as_array().cloned().unwrap_or_default();
        assert!(all.len() >= least, "{list}");
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = root.get(&format!("/api/v1/{list}?limit=2{after}")).await?.json();
            seen.extend(page["items"].as_array().cloned().unwrap_or_default());
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(seen, all, "{list}");
        let names: Vec<&str> = all.iter().filter_map(|it| it["name"].as_str()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
    let beginning = root.get("/api/v1/teams?beginning=No").await?.json();
    assert_eq!(beginning["items"].as_array().map(Vec::len), Some(1));
    for bad in ["limit=0", "limit=201", "limit=x", "after=%21", "nonsense=1"] {
        let refused = root.get(&format!("/api/v1/teams?{bad}")).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_parameter"), "{bad}");
    }
    Ok(())
}

#[tokio::test]
async fn the_same_request_is_done_once() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let key = [("idempotency-key", "a1")];
    let make = |body: Value| root.asked(Method::POST, "/api/v1/teams", Some(body), &key);
    let first = make(json!({"name": "Pilots"})).await?;
    let second = make(json!({"name": "Pilots"})).await?;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(first.json(), second.json());
    let other = make(json!({"name": "Captains"})).await?;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::CONFLICT, "idempotency_key_reused"));
    vitrine.clock.advance_seconds(25 * 3600);
    let root = vitrine.root().await?;
    let later = root.asked(Method::POST, "/api/v1/teams", Some(json!({"name": "Captains"})), &key).await?;
    assert_eq!(later.status, StatusCode::CREATED, "a day later the key is free: {}", later.text());
    Ok(())
}

#[tokio::test]
async fn of_many_at_once_none_is_lost() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let made = futures::future::join_all(
        (0..4).map(|number| root.post("/api/v1/teams", json!({ "name": format!("Team {number}") }))),
    )
    .await;
    for answer in made {
        assert_eq!(answer?.status, StatusCode::CREATED);
    }
    let teams = root.get("/api/v1/teams?beginning=Team").await?.json();
    assert_eq!(teams["items"].as_array().map(Vec::len), Some(4));
    Ok(())
}

#[tokio::test]
async fn a_grant_opens_at_once_and_taken_away_closes_at_once() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let mut session = crate::support::buyer("acme");
    session["teams"] = json!(["Onlookers"]);
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    let nothing = json!({});
    let total = || viewer.element("main/total", &nothing);
    assert_eq!(total().await?.status, StatusCode::FORBIDDEN, "content without data (story S9)");
    let grant = json!({"to": {"team": "Onlookers"}, "on": {"model": "shop"}, "level": "use"});
    let made = root.post("/api/v1/grants", grant).await?;
    assert_eq!(total().await?.status, StatusCode::OK);
    assert_eq!(root.delete(&made.header("location")).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(total().await?.status, StatusCode::FORBIDDEN);
    Ok(())
}

#[tokio::test]
async fn sharing_a_workbook_without_its_data_is_answered_with_a_warning() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    root.post("/api/v1/teams", json!({"name": "Pilots"})).await?;
    let on = |on: Value, level: &str| json!({"to": {"team": "Pilots"}, "on": on, "level": level});
    let shared = root.post("/api/v1/grants", on(json!({"workbook": "orders"}), "view")).await?;
    assert_eq!(shared.status, StatusCode::CREATED, "{}", shared.text());
    let warnings = shared.json()["warnings"].as_array().cloned().unwrap_or_default();
    assert!(
        warnings.iter().any(|warning| warning.as_str().is_some_and(|text| text.contains("`shop.orders`"))),
        "{warnings:?}"
    );
    root.post("/api/v1/grants", on(json!({"model": "shop"}), "use")).await?;
    let again = root.patch(&shared.header("location"), json!({"level": "explore"})).await?;
    assert!(again.json()["warnings"].is_null(), "{}", again.text());
    Ok(())
}

#[tokio::test]
async fn it_is_told_who_reaches_something_and_why_and_what_somebody_reaches() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let told = root.get("/api/v1/access?resource=workbook/orders").await?;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    let ways = told.json()["ways"].as_array().cloned().unwrap_or_default();
    let buyers = json!({"to": {"team": "Buyers"}, "on": {"folder": "shop/daily"}, "by": "grant", "level": "explore"});
    let onlookers = json!({"to": {"team": "Onlookers"}, "on": {"workbook": "orders"}, "by": "grant", "level": "view"});
    assert!(ways.contains(&buyers) && ways.contains(&onlookers), "{ways:?}");
    let ines = root.id("/api/v1/members?beginning=ines@").await?;
    let told = root.get(&format!("/api/v1/access?member={ines}")).await?;
    let reached = told.json()["reached"].as_array().cloned().unwrap_or_default();
    let orders = reached.iter().find(|it| it["what"] == json!({"workbook": "orders"})).ok_or("orders")?;
    assert_eq!(orders["level"], json!("explore"));
    assert!(orders["permissions"].as_array().is_some_and(|held| held.contains(&json!("explore"))), "{orders}");
    assert!(orders["ways"].as_array().is_some_and(|ways| ways.contains(&buyers)), "{orders}");
    assert!(!told.text().contains("hidden"), "{}", told.text());
    for bad in ["", "?resource=workbook", "?resource=cloud/x", "?resource=workbook/orders&member=x", "?nonsense=1"] {
        let refused = root.get(&format!("/api/v1/access{bad}")).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}: {}", refused.text());
    }
    let tina = vitrine.logged_in("tina@acme.example").await?;
    assert_eq!(tina.get("/api/v1/access?resource=workbook/orders").await?.status, StatusCode::FORBIDDEN);
    assert_eq!(tina.get(&format!("/api/v1/access?member={ines}")).await?.status, StatusCode::NOT_FOUND, "of no tenant");
    Ok(())
}

#[tokio::test]
async fn story_s11_embed_credentials_are_made_by_an_administrator_and_shown_once() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let key = json!({
        "client_id": "fresh", "issuer": "portal", "secrets": ["stored"],
        "ceiling": {"tenants": ["acme"], "teams": ["Buyers"], "attributes": {"company": ["acme"]},
                    "content": [{"workbook": "orders"}], "origins": ["https://fresh.example"]}
    });
    let elsewhere = json!({"client_id": "fresh", "issuer": "portal", "secrets": [{"secret_env": "HOME"}]});
    let refused = root.post("/api/v1/embed-keys", elsewhere).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "no server's files or variables: {}", refused.text());
    let made = root.post("/api/v1/embed-keys", key).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let secret = made.json()["secret"].as_str().unwrap_or_default().to_owned();
    let shown = root.get(&made.header("location")).await?;
    assert!(!shown.text().contains(&secret) && shown.json()["secret"].is_null());

    let mut host = vitrine.host("portal");
    (host.client_id, host.secret, host.origin) = ("fresh".to_owned(), secret, "https://fresh.example".to_owned());
    let mut session = crate::support::buyer("acme");
    session["account_type"] = json!("View");
    let viewer = host.viewer(&session, "orders").await?;
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK);
    let narrowed = root.patch(&made.header("location"), json!({"ceiling": {"content": []}})).await?;
    assert_eq!(narrowed.status, StatusCode::OK, "{}", narrowed.text());
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::NOT_FOUND, "the ceiling is live");
    root.patch(&made.header("location"), json!({"disabled": true})).await?;
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::UNAUTHORIZED, "the key is live");
    Ok(())
}

#[tokio::test]
async fn what_was_made_here_is_applied_again_without_a_change() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    root.post("/api/v1/teams", json!({"name": "Pilots"})).await?;
    vitrine.apply(&testkit::world::folder()).await?;
    let teams = root.get("/api/v1/teams?name=Pilots").await?.json();
    assert_eq!(teams["items"], json!([]), "what is applied is all there is");
    Ok(())
}

#[tokio::test]
async fn a_model_that_does_not_fit_its_data_is_refused() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let path = format!("/api/v1/models/{}", root.id("/api/v1/models?name=shop").await?);
    let model = root.get(&path).await?.json();
    let table =
        model["definition"]["tables"].as_object().and_then(|tables| tables.keys().next().cloned()).unwrap_or_default();
    let patch = json!({"definition": {"tables": {table: {"columns": {"no_such_column": "text"}}}}});
    let refused = root.patch(&path, patch).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
    assert_eq!(root.get(&path).await?.json(), model);
    let buyer = vitrine.buyer("acme").await?;
    assert_eq!(buyer.element("main/total", &json!({})).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn every_list_answers_whoever_may_and_nobody_else() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let buyer = Caller::with(&vitrine, &vitrine.buyer("acme").await?.handle);
    for list in [
        "teams",
        "tenants",
        "account-types",
        "attributes",
        "grants",
        "workspaces",
        "folders",
        "issuers",
        "embed-keys",
        "connections",
        "models",
        "workbook-definitions",
        "members",
        "sessions",
        "api-credentials",
    ] {
        let path = format!("/api/v1/{list}");
        let answer = root.get(&path).await?;
        assert_eq!(answer.status, StatusCode::OK, "{list}: {}", answer.text());
        assert!(list == "api-credentials" || answer.json()["items"].as_array().is_some_and(|items| !items.is_empty()));
        let refused = buyer.get(&path).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{list}");
    }
    Ok(())
}

/// Sessions go on that an attribute does not concern, that of whoever changes it among them.
#[tokio::test]
async fn a_changed_attribute_ends_the_sessions_that_it_concerns() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let mut with_regions = crate::support::buyer("acme");
    with_regions["attributes"]["regions"] = json!(["north"]);
    let whole = [StatusCode::OK; 3];
    let over = StatusCode::UNAUTHORIZED;
    let (attributes, shoe) = ("/api/v1/attributes", json!({"name": "shoe", "type": "text"}));
    for (method, named, body, expected, why) in [
        (Method::POST, None, shoe, [StatusCode::OK, over, over], "a token may have claimed it"),
        (Method::PATCH, Some("shoe"), json!({"list": true}), whole, "nobody has one"),
        (Method::PATCH, Some("company"), json!({"description": "Whose"}), whole, "it is read as before"),
        (
            Method::PATCH,
            Some("regions"),
            json!({"type": "filter", "list": false}),
            [StatusCode::OK, StatusCode::OK, over],
            "one has it",
        ),
        (Method::DELETE, Some("shoe"), json!(null), whole, "nobody had one"),
        (Method::PATCH, Some("limit"), json!({"default": 5}), [over; 3], "whoever has no value has that"),
        (Method::PATCH, Some("limit"), json!({"default": null}), [over; 3], "nor have they it any more"),
    ] {
        let root = vitrine.root().await?;
        let (buyer, of_regions) = (vitrine.buyer("acme").await?, portal.viewer(&with_regions, "orders").await?);
        let path = match named {
            Some(name) => format!("{attributes}/{}", root.id(&format!("{attributes}?name={name}")).await?),
            None => attributes.to_owned(),
        };
        let changed = root.ask(method.clone(), &path, (!body.is_null()).then(|| body.clone())).await?;
        assert!(changed.status.is_success(), "{method} {body}: {}", changed.text());
        let seen = [
            root.get("/api/v1/whoami").await?.status,
            buyer.open_workbook().await?.status,
            of_regions.open_workbook().await?.status,
        ];
        assert_eq!(seen, expected, "{method} {named:?} {body}: {why}");
    }
    Ok(())
}
