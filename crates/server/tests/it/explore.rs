//! Rows, columns, exports and suggestions in the small world: exactly what a person may see.

use crate::support::{Outcome, Vitrine, buyer, never_for};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::config::{Config, Limits};
use testkit::callers::CallError;
use testkit::world;

/// Orders of a company that are neither deleted nor drafts: 30 a company, statuses in turn.
const VISIBLE: usize = 18;

#[tokio::test]
async fn each_company_sees_its_own_rows_everywhere() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for company in ["acme", "globex"] {
        let viewer = vitrine.buyer(company).await?;
        let structure = viewer.open_workbook().await?;
        assert_eq!(structure.json()["actions"], json!(["explore", "drill", "view_underlying", "export_csv"]));
        assert_eq!(viewer.element("main/total", &json!({})).await?.rows(), [json!([VISIBLE])]);
        let list = viewer.element("main/list", &json!({})).await?;
        assert_eq!(list.rows().len(), VISIBLE);
        let csv = viewer.export("main/list", &json!({})).await?;
        assert_eq!((csv.status, csv.text().lines().count()), (StatusCode::OK, VISIBLE + 1));
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"orders-list.csv\"");
        let customers = viewer.suggestions("main/customer", "").await?.json()["values"].as_array().map(Vec::len);
        assert_eq!(customers, Some(3), "those of visible orders");
        assert_eq!(viewer.element("second/by_month", &json!({})).await?.status, StatusCode::OK);
        let own = viewer.query(&json!({"explore": "shop.orders", "fields": ["note", "customer", "orders"]})).await?;
        assert_eq!(own.rows().len(), VISIBLE);
    }
    Ok(())
}

/// An acme order names a globex customer: the row stays, the name is null (leak L70).
#[tokio::test]
async fn a_hidden_joined_row_turns_into_null() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let rows = viewer.query(&json!({"explore": "shop.orders", "fields": ["order_id", "customer"]})).await?.rows();
    let nameless: Vec<&Value> = rows.iter().filter(|row| row[1].is_null()).collect();
    assert_eq!(nameless, [&json!([11, null])]);
    Ok(())
}

#[tokio::test]
async fn a_table_without_policies_shows_nobody_anything() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    assert_eq!(viewer.element("second/closed", &json!({})).await?.rows(), [json!([0])]);
    Ok(())
}

#[tokio::test]
async fn the_last_row_of_a_page_asks_for_the_next() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let mut question = json!({
        "explore": "shop.orders", "fields": ["status", "order_id", "worth", "day", "customer"], "limit": 5,
        "sorts": [{"field": "status", "descending": true}],
    });
    let mut seen: Vec<Value> = Vec::new();
    loop {
        let page = viewer.query(&question).await?;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let Some(last) = page.rows().last().cloned() else { break };
        question["after"] = last;
        seen.extend(page.rows());
    }
    question["after"].take();
    question["limit"] = json!(100);
    assert_eq!((seen.len(), seen), (VISIBLE, viewer.query(&question).await?.rows()));
    question["after"] = json!(["paid"]);
    assert_eq!(viewer.query(&question).await?.code(), "wrong_cursor");
    Ok(())
}

/// What can be asked of is what would be answered: nothing else is named.
#[tokio::test]
async fn the_catalogue_has_what_the_viewer_may_ask_for_and_no_other_name() -> Outcome {
    let vitrine = Vitrine::of(&world::insurance()).await?;
    let catalogue = async |teams: Value, attributes: Value, account_type: &str| -> Result<Value, CallError> {
        let session = json!({
            "subject": "ada@insurer.example", "tenant": "north", "teams": teams, "account_type": account_type,
            "attributes": attributes,
        });
        let viewer = vitrine.host("portal").viewer(&session, "claims").await?;
        let answer = viewer.get("/api/v1/explores").await?;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        for explore in answer.json()["explores"].as_array().into_iter().flatten() {
            for field in explore["fields"].as_array().into_iter().flatten() {
                let question = json!({"explore": explore["explore"], "fields": [field["name"]]});
                assert_eq!(viewer.query(&question).await?.status, StatusCode::OK, "{question}");
            }
        }
        Ok(answer.json())
    };
    let names = |catalogue: &Value| -> Vec<String> {
        let explores = catalogue["explores"].as_array().cloned().unwrap_or_default();
        let fields = |explore: &Value| explore["fields"].as_array().cloned().unwrap_or_default();
        let named = |explore: &Value| {
            fields(explore).iter().map(|field| format!("{}/{}", explore["explore"], field["name"])).collect()
        };
        explores
            .iter()
            .flat_map(|explore| -> Vec<String> { named(explore) })
            .map(|name| name.replace('"', ""))
            .collect()
    };
    let parameters = catalogue(json!(["Adjusters"]), json!({}), "Analyze").await?["explores"][0]["parameters"].clone();
    let expected = json!([
        {"name": "least", "label": "least", "type": "decimal", "default": 200, "allowed_values": []},
        {"name": "share", "label": "share", "type": "integer", "default": 0, "allowed_values": [0, 10, 50]},
    ]);
    assert_eq!(parameters, expected, "those that are read");
    let auditor = names(&catalogue(json!(["Adjusters"]), json!({"department": "audit"}), "Analyze").await?);
    for name in ["claims.claims/rent", "claims.claims/note", "claims.books/rents"] {
        assert!(auditor.iter().any(|found| found == name), "{name} is not in {auditor:?}");
    }
    let adjuster = names(&catalogue(json!(["Adjusters"]), json!({}), "Analyze").await?);
    assert!(
        adjuster.contains(&"claims.claims/note".to_owned()) && adjuster.contains(&"claims.claims/claims".to_owned())
    );
    assert!(adjuster.iter().all(|name| !name.contains("rent") && !name.contains("books")), "{adjuster:?}");
    let partner = names(&catalogue(json!(["Partners"]), json!({"territory": "Harbor"}), "Analyze").await?);
    assert!(partner.iter().all(|name| !name.contains("note")), "{partner:?}");
    assert_eq!(catalogue(json!(["Adjusters"]), json!({}), "View").await?, json!({"explores": []}));
    Ok(())
}

#[tokio::test]
async fn columns_that_are_not_exposed_do_not_exist() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let ask = |field: &str| json!({"explore": "shop.orders", "fields": [field]});
    let absent = viewer.query(&ask("nothing")).await?;
    let hidden = viewer.query(&ask("margin")).await?;
    assert_eq!((absent.status, absent.code()), (StatusCode::BAD_REQUEST, "unknown_field".to_owned()));
    assert_eq!(absent.detail().replace("nothing", "…"), hidden.detail().replace("margin", "…"));
    Ok(())
}

#[tokio::test]
async fn restrictions_hold_for_all_but_the_teams_they_except() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let support = json!({"subject": "sam", "tenant": "acme", "teams": ["Support"], "account_type": "Act"});
    let viewer = vitrine.host("portal").viewer(&support, "orders").await?.never_sees([world::GLOBEX, world::NOBODY]);
    let list = viewer.element("main/list", &json!({})).await?;
    assert_eq!(list.rows().len(), VISIBLE + 6, "drafts too, deleted ones never");
    assert!(list.text().contains("CNRY_draft_acme"));
    Ok(())
}

#[tokio::test]
async fn a_free_query_needs_the_permission_and_the_level() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    for (account_type, team, allowed) in
        [("Analyze", "Buyers", true), ("Act", "Buyers", false), ("Analyze", "Support", false)]
    {
        let mut session = buyer("acme");
        (session["account_type"], session["teams"]) = (json!(account_type), json!([team]));
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        let answer = viewer.query(&query).await?;
        assert_eq!(answer.status == StatusCode::OK, allowed, "{account_type} {team}: {}", answer.text());
    }
    Ok(())
}

#[tokio::test]
async fn an_export_needs_its_permission_at_the_route() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["account_type"] = json!("View");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees(never_for("acme"));
    assert_eq!(viewer.open_workbook().await?.json()["actions"], json!([]));
    assert_eq!(viewer.element("main/list", &json!({})).await?.status, StatusCode::OK);
    let refused = viewer.export("main/list", &json!({})).await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    session["account_type"] = json!("Analyze");
    session["permissions"] = json!(["view", "explore"]);
    let narrowed = vitrine.host("portal").viewer(&session, "orders").await?;
    assert_eq!(narrowed.export("main/list", &json!({})).await?.status, StatusCode::FORBIDDEN, "narrowed by the token");
    let request = narrowed.request(Method::POST, "/api/v1/query").header("accept", "text/csv");
    let csv = narrowed.stranger.send(request.json(&json!({"explore": "shop.orders", "fields": ["orders"]}))).await?;
    assert_eq!(csv.status, StatusCode::FORBIDDEN);
    Ok(())
}

#[tokio::test]
async fn data_needs_a_grant_of_its_own() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let session =
        json!({"subject": "olga", "tenant": "acme", "teams": ["Onlookers"], "attributes": {"company": "acme"}});
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees(["CNRY"]);
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK);
    let refused = viewer.element("main/total", &json!({})).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the page may be seen, so the element is no secret");
    assert_eq!(viewer.suggestions("main/customer", "").await?.status, StatusCode::FORBIDDEN);
    Ok(())
}

/// A person without the attribute, or with an odd value of it, sees no row (leaks L88, L91, L102).
#[tokio::test]
async fn odd_attribute_values_show_nothing() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let odd = [
        json!(null),
        json!(""),
        json!("  "),
        json!([]),
        json!(["acme"]),
        json!(7),
        json!(true),
        json!({"a": 1}),
        json!("ACME"),
        json!("acme "),
        json!("' OR '1'='1"),
    ];
    for (index, value) in odd.into_iter().enumerate() {
        let mut session = buyer("acme");
        session["subject"] = json!(format!("odd{index}@acme.example"));
        session["attributes"] = json!({ "company": value });
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees(["CNRY"]);
        assert_eq!(viewer.element("main/total", &json!({})).await?.rows(), [json!([0])], "{value}");
        assert_eq!(viewer.element("main/list", &json!({})).await?.rows().len(), 0, "{value}");
        assert_eq!(viewer.suggestions("main/customer", "").await?.json()["values"], json!([]), "{value}");
    }
    let mut session = buyer("acme");
    session["subject"] = json!("absent@acme.example");
    session.as_object_mut().ok_or("object")?.remove("attributes");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees(["CNRY"]);
    assert_eq!(viewer.element("main/total", &json!({})).await?.rows(), [json!([0])]);
    Ok(())
}

#[tokio::test]
async fn a_mistyped_value_is_a_warning_and_none() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["attributes"] = json!({"company": 7});
    let opened = vitrine.host("portal").open(&session).await?;
    let warnings = opened.json()["warnings"].to_string();
    assert!(opened.status == StatusCode::CREATED && warnings.contains("company"), "{warnings}");
    // A value set by hand is no way out: present but mistyped never falls through.
    let by_hand =
        json!({"subject": "hand@acme.example", "tenant": "acme", "teams": ["Buyers"], "attributes": {"company": 7}});
    let viewer = vitrine.host("portal").viewer(&by_hand, "orders").await?.never_sees(["CNRY"]);
    assert_eq!(viewer.element("main/total", &json!({})).await?.rows(), [json!([0])]);
    let absent = json!({"subject": "hand@acme.example", "tenant": "acme"});
    let viewer = vitrine.host("portal").viewer(&absent, "orders").await?;
    assert_eq!(viewer.element("main/total", &json!({})).await?.rows(), [json!([VISIBLE])], "their own value");
    Ok(())
}

#[tokio::test]
async fn decisions_are_in_the_audit_trail_before_the_answer() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let answer = viewer.element("main/total", &json!({})).await?;
    let events = vitrine.audit().await?;
    let own =
        events.iter().find(|event| event.event.correlation_id == answer.header("x-request-id")).ok_or("no event")?;
    assert_eq!(own.event.action.as_deref(), Some("run_query"));
    assert_eq!(own.event.principal.subject.as_deref(), Some("bea@acme.example"));
    assert!(own.event.resource.as_deref().is_some_and(|resource| resource.contains("orders")), "{own:?}");
    assert!(!own.event.reasons.is_empty() && own.event.revision > 0, "{own:?}");
    Ok(())
}

#[tokio::test]
async fn a_download_has_the_rows_of_the_screen_and_is_cached_nowhere() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let paid = json!({"status": ["paid"]});
    let screen = viewer.element("main/list", &paid).await?;
    let csv = viewer.export("main/list", &paid).await?;
    assert_eq!(csv.text().lines().count(), screen.rows().len() + 1);
    assert!(screen.rows().len() < VISIBLE && csv.text().lines().skip(1).all(|line| line.contains(",paid,")));
    for answer in [screen, csv] {
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let unknown = viewer.element("second/by_month", &paid).await?;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::BAD_REQUEST, "unknown_control".to_owned()));
    Ok(())
}

#[tokio::test]
async fn the_row_limit_is_told_on_the_screen_and_refuses_a_download() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let limits = Limits { rows: 5, download_rows: 5, ..Config::default().limits };
    let vitrine = vitrine.limited_by(limits).await?;
    let viewer = vitrine.buyer("acme").await?;
    let screen = viewer.element("main/list", &json!({})).await?;
    assert_eq!((screen.rows().len(), screen.json()["truncated"].clone()), (5, json!(true)));
    let csv = viewer.export("main/list", &json!({})).await?;
    assert_eq!((csv.status, csv.code()), (StatusCode::UNPROCESSABLE_ENTITY, "too_many_rows".to_owned()));
    assert_eq!(viewer.export("main/list", &json!({"status": ["nothing"]})).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn an_answer_of_too_many_bytes_is_refused_whole() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let length = vitrine.buyer("acme").await?.element("main/list", &json!({})).await?.bytes.len() as u64;
    for (bytes, expected) in [(length, StatusCode::OK), (length - 1, StatusCode::UNPROCESSABLE_ENTITY)] {
        let limited = Vitrine::world().await?.limited_by(Limits { bytes, ..Config::default().limits }).await?;
        let viewer = limited.buyer("acme").await?;
        let answer = viewer.element("main/list", &json!({})).await?;
        assert_eq!(answer.status, expected, "{bytes}");
        assert!(expected == StatusCode::OK || answer.code() == "too_many_bytes", "{}", answer.text());
        assert_eq!(viewer.element("main/total", &json!({})).await?.status, StatusCode::OK);
        assert_eq!(viewer.export("main/list", &json!({})).await?.status, StatusCode::OK, "a file has its own limit");
    }
    Ok(())
}
