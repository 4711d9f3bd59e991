//! T8: what is shown may depend on who looks, in words, in what is there, and in how it looks.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use serde_json::{Value, json};
use testkit::world;

/// The workbook as a buyer of `company` gets it, after edits of the small world.
async fn workbook(
    company: &str,
    session: Value,
    edits: &[(&str, &str, &str)],
) -> Result<Value, testkit::callers::CallError> {
    let folder = copy_of(&world::folder())?;
    for (file, old, new) in edits {
        edit(&folder.path().join(file), old, new)?;
    }
    let vitrine = Vitrine::of(folder.path()).await?;
    let mut asked = buyer(company);
    for (name, value) in session.as_object().into_iter().flatten() {
        asked[name] = value.clone();
    }
    Ok(vitrine.host("portal").viewer(&asked, "orders").await?.open_workbook().await?.json())
}

const ORDERS: &str = "workbooks/orders.yaml";

#[tokio::test]
async fn t8_titles_and_texts_have_the_readers_words_in_them() -> Outcome {
    let edits = [
        (ORDERS, "title: Orders\nin", "title: Orders of {{company|nobody}}, {{first_name|you}}\nin"),
        (ORDERS, "{text: Orders of your company.}", "{text: 'Hello **{{first_name}}**'}"),
    ];
    let named = workbook("acme", json!({"first_name": "[x](javascript:1)"}), &edits).await?;
    assert_eq!(named["title"], "Orders of acme, [x](javascript:1)");
    let text = &named["pages"][0]["elements"][3]["text"];
    assert_eq!(*text, r"Hello **\[x\]\(javascript\:1\)**", "an attribute is text in Markdown, never markup");
    let unnamed = workbook("globex", json!({}), &edits).await?;
    assert_eq!(unnamed["title"], "Orders of globex, you");
    Ok(())
}

#[tokio::test]
async fn t8_what_is_not_for_somebody_is_not_there() -> Outcome {
    let when = "    shown_when: {attribute: company, is_any_of: [globex]}\n";
    let page = format!("  - name: second\n{when}");
    let edits = [(ORDERS, "  - name: second\n", page.as_str())];
    let count = |workbook: Value| workbook["pages"].as_array().map(Vec::len);
    assert_eq!(count(workbook("acme", json!({}), &edits).await?), Some(1));
    assert_eq!(count(workbook("globex", json!({}), &edits).await?), Some(2));
    Ok(())
}

#[tokio::test]
async fn t8_pages_look_as_tenant_and_organization_say_and_read_as_the_session_says() -> Outcome {
    let organization =
        "name: Portal\npresentation: {locale: en-GB, theme: {radius: 2, light: {accent: '#111111', ink: '#000001'}}}\n";
    let tenant = "title: Acme, presentation: {number_format: '1.234,56', theme: {light: {accent: '#2059B8'}}}}";
    let edits = [("vitrine.yaml", "name: Portal\n", organization), ("tenants.yaml", "title: Acme}", tenant)];
    let seen = workbook("acme", json!({"locale": "de-CH", "time_zone": "Europe/Zurich"}), &edits).await?;
    assert_eq!(
        seen["presentation"],
        json!({
            "locale": "de-CH", "time_zone": "Europe/Zurich", "number_format": "1.234,56",
            "theme": {"light": {"accent": "#2059b8", "ink": "#000001"}, "radius": 2}
        })
    );
    // What a host says and cannot be read is as if it had not been said.
    let odd = workbook("globex", json!({"locale": "<b>", "time_zone": "Mars"}), &edits).await?;
    assert_eq!(odd["presentation"]["locale"], "en-GB");
    assert_eq!(odd["presentation"]["time_zone"], Value::Null);
    Ok(())
}
