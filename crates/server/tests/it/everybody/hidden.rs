//! Hidden and absent read the same, whoever asks.

use super::{About, body, everybody, is_of_authors, routes_about, world};
use crate::administration::Caller;
use crate::metabase::Embedding;
use crate::sigma::exchange;
use crate::support::{Outcome, Vitrine, buyer, copy_of};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, HostApp};
use testkit::sign::plain;
use testkit::world::{self, venues};

/// Status and body, but for what was asked for and the request's id.
fn told(answer: &Answer, name: &str) -> (StatusCode, String) {
    let (status, body) = answer.comparable();
    let text = if body.is_null() { answer.text() } else { body.to_string() };
    (status, text.replace(name, "NAME"))
}

/// The address of something of a workbook.
fn placed(path: &str, workbook: &str, page_and_element: (&str, &str), bookmark: &str) -> String {
    let (page, element) = page_and_element;
    let path = path.replace("{workbook}", workbook).replace("{page}", page).replace("{element}", element);
    let path = path.replace("{version}", "1").replace("{tag}", "production");
    path.replace("{control}", "status").replace("{bookmark}", bookmark)
}

#[tokio::test]
async fn content_that_is_hidden_reads_like_content_that_is_absent() -> Outcome {
    let vitrine = world().await?;
    let mut asked = 0;
    for (who, caller) in everybody(&vitrine).await? {
        for route in routes_about(About::Content) {
            let (method, path) = (&route.method, route.path);
            let ask = async |workbook: &str, place: (&str, &str)| {
                caller.ask(method.clone(), &placed(path, workbook, place, "none"), body(method, path, "")).await
            };
            let (hidden, absent) = (ask("hidden", ("main", "total")).await?, ask("absent", ("main", "total")).await?);
            assert_eq!(told(&hidden, "hidden"), told(&absent, "absent"), "{who}: {method} {path}");
            let expected = if who == "nobody" { StatusCode::UNAUTHORIZED } else { StatusCode::NOT_FOUND };
            let keeps = path.contains("/bookmarks") || path.contains("/favourite");
            if !keeps || who == "nobody" {
                assert_eq!(hidden.status, expected, "{who}: {method} {path}: {}", hidden.text());
            }
            if path.contains("{element}") {
                let (gone, nowhere) =
                    (ask("orders", ("main", "absent")).await?, ask("orders", ("absent", "list")).await?);
                assert_eq!(told(&gone, "x"), told(&nowhere, "x"), "{who}: {method} {path}: page and element");
            }
            asked += 1;
        }
    }
    assert!(asked > 90, "{asked}");
    Ok(())
}

#[tokio::test]
async fn what_is_ones_own_is_answered() -> Outcome {
    let vitrine = world().await?;
    let bea = Caller::with(&vitrine, &vitrine.buyer("acme").await?.handle);
    let kept = json!({"title": "Own", "state": {"page": "main", "controls": {}}});
    let made = bea.post("/api/v1/workbooks/orders/bookmarks", kept).await?.json();
    for route in routes_about(About::Content).into_iter().filter(|route| !is_of_authors(route)) {
        let place = if route.path.contains("{control}") { ("main", "list") } else { ("second", "by_month") };
        let path = placed(route.path, "orders", place, made["id"].as_str().unwrap_or_default());
        let answer = bea.ask(route.method.clone(), &path, body(&route.method, route.path, "")).await?;
        assert!(answer.status.is_success(), "{} {path}: {} {}", route.method, answer.status, answer.text());
    }
    Ok(())
}

#[tokio::test]
async fn a_bookmark_of_somebody_else_reads_like_one_that_is_absent() -> Outcome {
    let vitrine = world().await?;
    let gil = Caller::with(&vitrine, &vitrine.buyer("globex").await?.handle);
    let kept = json!({"title": "CNRY_globex_kept", "state": {"page": "main", "controls": {}}});
    let made = gil.post("/api/v1/workbooks/orders/bookmarks", kept).await?.json();
    let id = made["id"].as_str().ok_or("not kept")?;
    for (who, caller) in everybody(&vitrine).await? {
        let path = |id: &str| format!("/api/v1/workbooks/orders/bookmarks/{id}");
        let (hidden, absent) = (caller.delete(&path(id)).await?, caller.delete(&path("none")).await?);
        assert_eq!(told(&hidden, id), told(&absent, "none"), "{who}");
        assert!(hidden.status.is_client_error(), "{who}");
        assert!(!caller.get("/api/v1/workbooks/orders/bookmarks").await?.text().contains("CNRY_globex_kept"), "{who}");
    }
    assert!(gil.delete(&format!("/api/v1/workbooks/orders/bookmarks/{id}")).await?.status.is_success());
    Ok(())
}

#[tokio::test]
async fn an_explore_that_is_hidden_reads_like_one_that_is_absent() -> Outcome {
    let vitrine = world().await?;
    let mut hidden_from = 0;
    for (who, caller) in everybody(&vitrine).await? {
        let sees = caller.get("/api/v1/explores").await?.text().contains("shop.orders");
        for route in routes_about(About::Question) {
            let ask = async |place: &str| {
                caller.ask(route.method.clone(), route.path, body(&route.method, route.path, place)).await
            };
            let (there, absent) = (ask("shop.orders").await?, ask("shop.absent").await?);
            let expected = if who == "nobody" { StatusCode::UNAUTHORIZED } else { StatusCode::NOT_FOUND };
            assert_eq!(absent.status, expected, "{who}: {}: {}", route.path, absent.text());
            if !sees {
                assert_eq!(told(&there, "shop.orders"), told(&absent, "shop.absent"), "{who}: {}", route.path);
                hidden_from += 1;
            }
        }
    }
    assert!(hidden_from > 10, "{hidden_from}");
    Ok(())
}

#[tokio::test]
async fn whatever_one_asks_about_oneself_is_of_nobody_else() -> Outcome {
    let vitrine = world().await?;
    for route in routes_about(About::Oneself) {
        if route.method != Method::GET {
            continue;
        }
        for (who, caller) in everybody(&vitrine).await? {
            let text = caller.get(&route.path.replace("{id}", "one")).await?.text();
            let other = ["globex", "\"hidden\"", "vault"].iter().find(|text_of_others| text.contains(**text_of_others));
            let sees_all = route.path == "/api/v1/permissions";
            assert!(other.is_none() || sees_all, "{who}: {}: {other:?} in {text}", route.path);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_session_of_another_issuer_reads_like_one_that_is_absent() -> Outcome {
    let vitrine = world().await?;
    let (portal, kiosk, rival) = (vitrine.host("portal"), vitrine.host("kiosk"), vitrine.host("rival"));
    let forged = HostApp { secret: "wrong".to_owned(), ..portal.clone() };
    let bea = vitrine.buyer("acme").await?;
    for (who, host) in [("another issuer", &rival), ("a stranger", &forged)] {
        let (hidden, absent) = (host.end(&bea.session).await?, host.end("vs_none").await?);
        assert_eq!(told(&hidden, &bea.session), told(&absent, "vs_none"), "{who}");
        assert!(hidden.status.is_client_error(), "{who}");
    }
    assert_eq!(bea.open_workbook().await?.status, StatusCode::OK);
    assert_eq!(kiosk.end(&bea.session).await?.status, StatusCode::NO_CONTENT, "another key of the issuer");
    assert_eq!(routes_about(About::Host).len(), 2, "opening is not about something that there is");
    Ok(())
}

#[tokio::test]
async fn a_credential_for_something_else_is_exchanged_like_one_that_is_absent() -> Outcome {
    let vitrine = world().await?;
    let (portal, kiosk) = (vitrine.host("portal"), vitrine.host("kiosk"));
    let mut answers = Vec::new();
    for (host, workbook) in [(&kiosk, "orders"), (&portal, "hidden")] {
        let opened = portal.open(&buyer("acme")).await?;
        let code = opened.json()["code"].as_str().unwrap_or_default().to_owned();
        answers.push(told(&host.redeem(&code, workbook, None).await?, ""));
        answers.push(told(&portal.redeem(&code, "orders", None).await?, ""));
    }
    answers.push(told(&portal.redeem("vc_none", "orders", None).await?, ""));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let login = |code: &str| json!({ "code": code });
    let (code, absent) = (
        vitrine.stranger().post_from_own_page("/api/v1/login", &login("vc_none")).await?,
        vitrine.stranger().post_from_own_page("/api/v1/login", &login("vl_none")).await?,
    );
    assert_eq!((code.status, told(&code, "")), (StatusCode::UNAUTHORIZED, told(&absent, "")));
    let hidden = exchange(&vitrine, &crate::sigma::address("1", "hidden")).await?;
    let absent = exchange(&vitrine, &crate::sigma::address("2", "absent")).await?;
    assert_eq!((hidden.code().as_str(), told(&hidden, "hidden")), ("ENOENT", told(&absent, "absent")));
    let reset = async |email: &str| {
        vitrine.stranger().post_from_own_page("/api/v1/login/reset", &json!({ "email": email })).await
    };
    let (member, absent) = (reset("root@portal.example").await?, reset("none@portal.example").await?);
    assert_eq!((member.status, told(&member, "")), (StatusCode::NO_CONTENT, told(&absent, "")));
    // Tableau's tokens are asked in `tableau/sessions.rs`, Looker's login in `looker.rs`, its content in `looker_frames.rs`, single sign-on in `sso/` and `oidc/`, and challenges for passkeys say nothing of anybody.
    assert_eq!(routes_about(About::Exchange).len(), 15);
    Ok(())
}

#[tokio::test]
async fn documents_and_files_read_the_same_whatever_there_is() -> Outcome {
    let vitrine = world().await?;
    let bea = vitrine.buyer("acme").await?;
    let filled = |path: &str, name: &str| {
        let path = path.replace("{*path}", "x").replace("{*rest}", "x").replace("{workbook}", name);
        let start = path.find('{').map_or(path.len(), |at| at);
        format!("{}{}", &path[..start], if start == path.len() { "" } else { name })
    };
    for about in [About::Document, About::Nobody] {
        for route in routes_about(about) {
            let ask = async |name: &str, handle: Option<&str>| {
                let request = vitrine.stranger().request(route.method.clone(), &filled(route.path, name));
                let request = match handle {
                    Some(handle) => request.bearer_auth(handle),
                    None => request,
                };
                let answer = vitrine.stranger().send(request).await?;
                let (status, problem) = answer.comparable();
                Ok::<_, CallError>((status, if problem.is_null() { answer.text() } else { problem.to_string() }))
            };
            let absent = ask("absent", None).await?;
            for (name, handle) in [("hidden", None), ("orders", None), ("orders", Some(bea.handle.as_str()))] {
                assert_eq!(ask(name, handle).await?, absent, "{} {}: {name}", route.method, route.path);
            }
        }
    }
    Ok(())
}

/// A key whose ceiling has one of the workspaces.
async fn beyond_the_ceiling() -> Result<(Embedding, TempDir), CallError> {
    let folder = copy_of(&venues())?;
    let keys = folder.path().join("embed_keys.yaml");
    let text = std::fs::read_to_string(&keys)?;
    let narrow = "content: [{workbook: dash-enabled}]";
    std::fs::write(&keys, text.replace("content: [{workspace: guests}]", narrow))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    Ok((Embedding { vitrine, secret: world::secret("compatible").to_owned() }, folder))
}

#[tokio::test]
async fn what_is_beyond_a_guests_key_reads_like_what_is_absent() -> Outcome {
    let (embedding, _folder) = beyond_the_ceiling().await?;
    let stranger = embedding.vitrine.stranger();
    let own =
        embedding.ask("/api/embed/dashboard/TOKEN", &json!({"resource": {"dashboard": 203}, "params": {}})).await?;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text());
    let mut asked = 0;
    for route in routes_about(About::Guest) {
        let kind = if route.path.contains("/card/{token}") { "question" } else { "dashboard" };
        let hidden_id = if kind == "question" { 8 } else { 202 };
        let credential = |id: u32| {
            let claims: Value = json!({"resource": {kind: id}, "params": {}});
            match route.path.starts_with("/api/public/") {
                true => format!("4b1a1c1e-0000-4000-8000-{id:012}"),
                false => plain(&claims, &embedding.secret),
            }
        };
        let filled = |credential: &str| {
            let path = route.path.replace("{token}", credential).replace("{parameter}", "venue_id");
            path.replace("{text}", "a").replace("{dashcard}", "1").replace("{card}", "1").replace("{format}", "csv")
        };
        let hidden = stranger.get(&filled(&credential(hidden_id))).await?;
        let absent = stranger.get(&filled(&credential(999_999))).await?;
        assert_eq!(told(&hidden, "202"), told(&absent, "999999"), "{}", route.path);
        assert_eq!(hidden.status, StatusCode::BAD_REQUEST, "{}: {}", route.path, hidden.text());
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
    Ok(())
}

/// Every route about one thing of the organization is asked there, list by list.
#[test]
fn administration_asks_about_every_list_with_something_in_it() {
    let about_one = routes_about(About::Organization).into_iter().filter(|route| route.path.contains('{'));
    for route in about_one {
        let known = crate::administration::LISTS.iter().any(|(beginning, _)| route.path.starts_with(beginning));
        assert!(known, "{} is in no list of `administration/inventory.rs`", route.path);
    }
}

/// Lists of the organization are closed to everybody who has no permission.
#[tokio::test]
async fn lists_are_closed_to_everybody_without_permission() -> Outcome {
    let vitrine = world().await?;
    for (who, caller) in everybody(&vitrine).await? {
        if who == "an administrator" || who == "a tenant's administrator" {
            continue;
        }
        for route in routes_about(About::Organization).iter().filter(|route| !route.path.contains('{')) {
            let answer = caller.ask(route.method.clone(), route.path, body(&route.method, route.path, "")).await?;
            let expected = if who == "nobody" { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
            let makes_no_sense = answer.status == StatusCode::BAD_REQUEST && who != "nobody";
            let closed = answer.status == expected || makes_no_sense;
            assert!(closed, "{who}: {} {}: {} {}", route.method, route.path, answer.status, answer.text());
        }
    }
    Ok(())
}
