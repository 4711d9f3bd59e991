//! Pictures over HTTP: drawn for whoever asks, with what they see and nothing else.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use store::audit::RecordedEvent;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::world;

const FORMATS: [(&str, &str); 3] = [("svg", "image/svg+xml"), ("png", "image/png"), ("pdf", "application/pdf")];

const MAIN: &str = "/api/v1/workbooks/orders/pages/main/picture";

/// The small world, in which analysts may have pictures, with a title of their own.
fn folder() -> Result<TempDir, CallError> {
    let folder = copy_of(&world::folder())?;
    let path = |file: &str| folder.path().join(file);
    edit(&path("account_types.yaml"), "explore, export_csv]", "explore, export_csv, export_picture]")?;
    edit(&path("embed_keys.yaml"), "explore, export_csv]", "explore, export_csv, export_picture]")?;
    edit(&path("workbooks/orders.yaml"), "title: All orders", "title: 'Orders of {{company|nobody}}'")?;
    Ok(folder)
}

/// A server of it; its rows are read from the folder.
async fn world() -> Result<(Vitrine, TempDir), CallError> {
    let folder = folder()?;
    Ok((Vitrine::of(folder.path()).await?, folder))
}

async fn drawn(viewer: &Viewer, element: &str, body: Value) -> Result<Answer, CallError> {
    viewer.ask(element, "picture", &body).await
}

/// The width and height that a PNG says it has.
fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| png[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    (number(16), number(20))
}

#[tokio::test]
async fn an_element_is_drawn_with_the_rows_of_whoever_asks() -> Outcome {
    let (vitrine, _folder) = world().await?;
    // The clients look for the other company's canaries in every byte.
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    for (format, media_type) in FORMATS {
        let body = json!({"format": format, "width": 900, "height": 700});
        let (one, other) = (drawn(&acme, "main/list", body.clone()).await?, drawn(&globex, "main/list", body).await?);
        assert_eq!((one.status, other.status), (StatusCode::OK, StatusCode::OK), "{format}: {}", one.text());
        assert_eq!(one.header("content-type"), media_type);
        let name = format!("attachment; filename=\"orders-list.{format}\"");
        assert_eq!(one.header("content-disposition"), name);
        assert_eq!(one.header("cache-control"), "no-store");
        assert_ne!(one.bytes, other.bytes, "{format}: each has their own");
        match format {
            "svg" => {
                let text = one.text();
                for told in ["CNRY_acme_order_", ">Orders of acme</text>", "width=\"900\" height=\"700\""] {
                    assert!(text.contains(told), "{told}: {text}");
                }
                assert!(other.text().contains("CNRY_globex_order_") && other.text().contains("Orders of globex"));
            }
            "png" => assert_eq!(size(&one.bytes), (900, 700)),
            _ => assert!(one.bytes.starts_with(b"%PDF-1.")),
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_page_is_drawn_as_it_stands() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    let total = acme.element("main/total", &json!({})).await?.rows()[0][0].to_string();
    let page = acme.post(MAIN, &json!({"format": "svg"})).await?;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert_eq!(page.header("content-disposition"), "attachment; filename=\"orders-main.svg\"");
    let text = page.text();
    let number = format!(">{total}</text>");
    for told in [">Main</text>", number.as_str(), "Orders of acme", "CNRY_acme_order_", "Orders of your company."] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(globex.post(MAIN, &json!({"format": "svg"})).await?.text().contains("CNRY_globex_order_"));
    let sharp = acme.post(MAIN, &json!({"format": "png", "width": 1000, "scale": 2})).await?;
    assert_eq!(size(&sharp.bytes).0, 2000);
    let pdf = acme.post(MAIN, &json!({"format": "pdf"})).await?;
    assert!(pdf.status == StatusCode::OK && pdf.bytes.starts_with(b"%PDF-1."));
    Ok(())
}

#[tokio::test]
async fn a_picture_obeys_the_controls_of_its_page() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = vitrine.buyer("acme").await?;
    let all = acme.element("main/total", &json!({})).await?.rows()[0][0].to_string();
    let paid = json!({"status": ["paid"]});
    let some = acme.element("main/total", &paid).await?.rows()[0][0].to_string();
    assert_ne!(all, some);
    let body = json!({"format": "svg", "controls": paid});
    for text in [drawn(&acme, "main/total", body.clone()).await?.text(), acme.post(MAIN, &body).await?.text()] {
        assert!(text.contains(&format!(">{some}</text>")) && !text.contains(&format!(">{all}</text>")), "{text}");
    }
    let body = json!({"format": "svg", "controls": {"nothing": ["paid"]}});
    for refused in [drawn(&acme, "main/total", body.clone()).await?, acme.post(MAIN, &body).await?] {
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_control"));
    }
    Ok(())
}

/// Axes, marks and widths are those of the rows that are seen: many hidden ones, with larger numbers and earlier days, change
/// no byte (leak L38).
#[tokio::test]
async fn hidden_rows_change_no_byte_of_a_picture() -> Outcome {
    let mut worlds = Vec::new();
    for more in [0, 200] {
        let folder = folder()?;
        let file = folder.path().join("data/orders.csv");
        let hidden = |number| format!("{},m,globex,12,999999.25,1999-01-02,late,CNRY_globex_more\n", 1000 + number);
        let hidden: Vec<String> = (0..more).map(hidden).collect();
        fs::write(&file, fs::read_to_string(&file)? + &hidden.concat())?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let acme = vitrine.buyer("acme").await?;
        let mut drawings = Vec::new();
        for element in ["main/amount", "main/list", "second/by_month", "second/crossed"] {
            let picture = drawn(&acme, element, json!({"format": "svg"})).await?;
            assert_eq!(picture.status, StatusCode::OK, "{element}: {}", picture.text());
            drawings.push(picture.text());
        }
        worlds.push(drawings);
        let own = drawn(&vitrine.buyer("globex").await?, "second/by_month", json!({"format": "svg"})).await?.text();
        assert_eq!(own.contains("Jan 1999"), more > 0, "{own}");
    }
    assert_eq!(worlds[0], worlds[1]);
    Ok(())
}

/// A picture without rows is no blank one.
#[tokio::test]
async fn a_picture_without_rows_says_so() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = vitrine.buyer("acme").await?;
    let body = json!({"format": "svg", "controls": {"customer": ["nobody of that name"]}});
    let text = drawn(&acme, "main/list", body).await?.text();
    assert!(text.contains("No rows for you here.") && !text.contains("CNRY"), "{text}");
    Ok(())
}

#[tokio::test]
async fn a_picture_needs_its_permission() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let body = json!({"format": "svg"});
    for (permissions, expected) in [
        (json!(["view", "export_picture"]), StatusCode::OK),
        (json!(["view", "explore", "export_csv"]), StatusCode::FORBIDDEN),
        (json!(["view"]), StatusCode::FORBIDDEN),
    ] {
        let mut session = buyer("acme");
        session["permissions"] = permissions.clone();
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        assert_eq!(drawn(&viewer, "main/list", body.clone()).await?.status, expected, "{permissions}");
        assert_eq!(viewer.post(MAIN, &body).await?.status, expected, "{permissions}");
        let actions = viewer.open_workbook().await?.json()["actions"].clone();
        let offered = actions.as_array().is_some_and(|all| all.contains(&json!("export_picture")));
        assert_eq!(offered, expected == StatusCode::OK, "{permissions}");
    }
    let viewer = vitrine.buyer("acme").await?;
    for absent in ["main/nothing", "nothing/list", "main/words"] {
        assert_eq!(drawn(&viewer, absent, body.clone()).await?.status, StatusCode::NOT_FOUND, "{absent}");
    }
    let nowhere = viewer.post("/api/v1/workbooks/orders/pages/nothing/picture", &body).await?;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn tables_limit_what_is_drawn_of_them() -> Outcome {
    for (rows, status, told) in [
        (18, StatusCode::OK, "CNRY_acme_order_"),
        (17, StatusCode::UNPROCESSABLE_ENTITY, "17 rows"),
        (0, StatusCode::FORBIDDEN, "may not be taken away"),
    ] {
        let folder = folder()?;
        let place = "columns: {order_id: integer";
        let limited = format!("download_limits: [{{to: all, rows: {rows}}}]\n    {place}");
        edit(&folder.path().join("models/shop.yaml"), place, &limited)?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let acme = vitrine.buyer("acme").await?;
        let body = json!({"format": "svg"});
        assert_eq!(drawn(&acme, "main/list", body.clone()).await?.status, status, "{rows}");
        let page = acme.post(MAIN, &body).await?;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let text = page.text();
        assert!(text.contains(told) && text.contains("Orders of your company."), "{rows}: {text}");
        assert_eq!(text.contains("CNRY_acme_order_"), status == StatusCode::OK, "{rows}");
        assert_eq!(text.contains("This cannot be shown."), status != StatusCode::OK, "{rows}");
    }
    Ok(())
}

#[tokio::test]
async fn sizes_and_formats_are_refused_by_name() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = vitrine.buyer("acme").await?;
    for (body, named) in [
        (json!({"format": "svg", "width": 99}), "`width` and `height`"),
        (json!({"format": "svg", "height": 4001}), "`width` and `height`"),
        (json!({"format": "png", "scale": 4}), "`scale` 4: expected 1, 2 or 3"),
        (json!({"format": "png", "width": 4000, "height": 4000, "scale": 2}), "smaller"),
        (json!({"format": "gif"}), "format"),
        (json!({}), "format"),
        (json!({"format": "svg", "color": "red"}), "color"),
    ] {
        let refused = drawn(&acme, "main/list", body.clone()).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}: {}", refused.text());
        assert!(refused.detail().contains(named), "{body}: {}", refused.detail());
    }
    for (body, named) in
        [(json!({"format": "svg", "width": 399}), "`width`"), (json!({"format": "svg", "scale": 0}), "`scale` 0")]
    {
        let refused = acme.post(MAIN, &body).await?;
        assert!(refused.status == StatusCode::BAD_REQUEST && refused.detail().contains(named), "{}", refused.detail());
    }
    Ok(())
}

/// People on demand look: what they see is not drawn for them to take away.
#[tokio::test]
async fn people_on_demand_have_no_pictures() -> Outcome {
    let folder = folder()?;
    edit(&folder.path().join("teams.yaml"), "{name: Support}", "{name: Support, on_demand: true}")?;
    edit(
        &folder.path().join("account_types.yaml"),
        "{name: View, permissions: [view]}",
        "{name: View, permissions: [view, export_picture]}",
    )?;
    edit(&folder.path().join("vitrine.yaml"), "name: Portal\n", "name: Portal\non_demand_access: true\n")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let session = json!({"on_demand": true, "subject": "somebody", "tenant": "acme", "teams": ["Support"]});
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    assert_eq!(viewer.element("main/list", &json!({})).await?.status, StatusCode::OK);
    let body = json!({"format": "svg"});
    assert_eq!(drawn(&viewer, "main/list", body.clone()).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.post(MAIN, &body).await?.status, StatusCode::FORBIDDEN);
    Ok(())
}

/// The event of that action on that resource, once it is complete: that is written beside the answer.
async fn event_of(vitrine: &Vitrine, action: &str, resource: &str) -> Result<RecordedEvent, CallError> {
    for _ in 0..10_000 {
        let events = vitrine.audit().await?;
        let is_it = |event: &RecordedEvent| {
            event.event.action.as_deref() == Some(action) && event.event.resource.as_deref() == Some(resource)
        };
        if let Some(found) = events.into_iter().find(|event| is_it(event) && event.completion.is_some()) {
            return Ok(found);
        }
        tokio::task::yield_now().await;
    }
    Err(format!("{action} on {resource} is never complete").into())
}

#[tokio::test]
async fn the_audit_trail_has_each_picture_with_its_rows() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = vitrine.buyer("acme").await?;
    let counted = |event: &RecordedEvent| event.completion.as_ref().map(|it| (it.rows, it.bytes, it.aborted));
    let picture = drawn(&acme, "second/by_month", json!({"format": "png"})).await?;
    let rows = acme.element("second/by_month", &json!({})).await?.rows().len() as u64;
    for action in ["export_picture", "run_query"] {
        let event = event_of(&vitrine, action, "orders/second/by_month").await?;
        if action == "export_picture" {
            assert_eq!(counted(&event), Some((rows, picture.bytes.len() as u64, false)), "{action}");
        }
    }
    let page = acme.post(MAIN, &json!({"format": "svg"})).await?;
    let whole = event_of(&vitrine, "export_page", "orders/main").await?;
    assert_eq!(counted(&whole), Some((18 + 1 + 1, page.bytes.len() as u64, false)));
    let list = event_of(&vitrine, "export_picture", "orders/main/list").await?;
    assert!(counted(&list).is_some_and(|(rows, bytes, aborted)| rows == 18 && bytes > 0 && !aborted));
    let mut session = buyer("acme");
    session["permissions"] = json!(["view"]);
    vitrine.host("portal").viewer(&session, "orders").await?.post(MAIN, &json!({"format": "svg"})).await?;
    let refused = vitrine.audit().await?.into_iter().find(|event| event.event.action.as_deref() == Some("export_page"));
    let refused = refused.ok_or("no event")?;
    assert_eq!(format!("{:?}", refused.event.verdict), "Refused");
    assert!(
        refused.event.reasons.iter().any(|reason| reason.contains("export_picture")),
        "{:?}",
        refused.event.reasons
    );
    Ok(())
}
