//! The page at an address, and what the address says of it.

use super::{APP, FRED, VIEW, edited, exchange, of_region, rows, served, signed, viewer_of};
use crate::support::{Outcome, Vitrine};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::CallError;

#[tokio::test]
async fn the_page_is_framed_by_the_origins_of_the_connected_app_that_its_address_names() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    for (search, ancestors) in [
        (format!("?:client={APP}"), "frame-ancestors http://localhost:8092"),
        (format!("?Category=x&:client={APP}&:tabs=no"), "frame-ancestors http://localhost:8092"),
        ("?:client=contrail-web".to_owned(), "frame-ancestors 'none'"),
        ("?:client=none".to_owned(), "frame-ancestors 'none'"),
        (String::new(), "frame-ancestors 'none'"),
    ] {
        let mut first = None;
        for path in [VIEW, "/t/northwind/views/RegionalSales/Overview", "/views/none/none"] {
            let page = vitrine.stranger().get(&format!("{path}{search}")).await?;
            assert_eq!(page.status, StatusCode::OK, "{path}{search}");
            assert!(page.header("content-security-policy").ends_with(ancestors), "{path}{search}");
            assert_eq!(
                (page.header("cache-control"), page.header("referrer-policy")),
                ("no-store".into(), "no-referrer".into())
            );
            assert_eq!(&page.text(), first.get_or_insert_with(|| page.text()), "it says nothing of what there is");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_library_is_for_every_page_and_under_every_version() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    for version in ["latest.min", "latest", "11", "11.0.1.min"] {
        let path = format!("/javascripts/api/tableau.embedding.3.{version}.js");
        let library = vitrine.stranger().get(&path).await?;
        assert_eq!(library.status, StatusCode::OK, "{path}");
        assert!(library.header("content-type").starts_with("text/javascript"));
        assert_eq!(library.header("access-control-allow-origin"), "*");
        assert_eq!(library.header("cross-origin-resource-policy"), "cross-origin");
        assert!(library.text().contains("tableau-viz"));
    }
    for odd in ["tableau.embedding.2.latest.js", "tableau-2.min.js", "v1.js"] {
        let answer = vitrine.stranger().get(&format!("/javascripts/api/{odd}")).await?;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{odd}");
    }
    Ok(())
}

#[tokio::test]
async fn addresses_name_pages_elements_and_filters() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let shown = async |id: &str, address: &str| -> Result<Value, CallError> {
        let answer = exchange(&vitrine, address, &signed(&of_region(id, FRED, &json!(["South"])))).await?;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text());
        let Value::Object(mut told) = answer.json() else { return Err("no object".into()) };
        told.retain(|name, _| ["workbook", "page", "element", "controls"].contains(&name.as_str()));
        Ok(Value::Object(told))
    };
    let expected = |element: Value, controls: Value| json!({"workbook": "sales", "page": "overview", "element": element, "controls": controls});
    for (id, address, wanted) in [
        ("1", VIEW, expected(json!(null), json!({}))),
        ("2", "/views/sales/overview", expected(json!(null), json!({}))),
        ("3", "/views/RegionalSales/overview?Country=x&:toolbar=top", expected(json!(null), json!({}))),
        ("4", "/views/RegionalSales/RegionsandManagers", expected(json!("by-manager"), json!({}))),
        ("5", "/views/sales/total?Category=a%5C%2Cb,c", expected(json!("total"), json!({"category": ["a,b", "c"]}))),
        (
            "6",
            "/views/sales/overview?vf_category=Technology",
            expected(json!(null), json!({"category": ["Technology"]})),
        ),
        ("7", "/views/sales/overview?category=a&Category=b", expected(json!(null), json!({"category": ["a", "b"]}))),
        ("8", "/views/sales/overview?Category=", expected(json!(null), json!({"category": []}))),
    ] {
        assert_eq!(shown(id, address).await?, wanted, "{address}");
    }
    Ok(())
}

/// A connected app of one tenant: the site in an address is that tenant, or none.
#[tokio::test]
async fn a_site_in_an_address_is_the_tenant_of_the_connected_app_and_chooses_nobody() -> Outcome {
    let key = "    dialect: tableau\n    secrets:\n      - secret_file: secrets/contrail-tableau\n    ceiling:\n";
    let folder = edited(&[
        ("embed_keys.yaml", key, &format!("{key}      tenants: [northwind]\n")),
        (
            "members.yaml",
            "subject: fred.suzuki@contrail.example\n",
            "subject: fred.suzuki@contrail.example\n    tenant: northwind\n",
        ),
        ("tenants.yaml", "{name: northwind,", "{name: northwind, known_as: {tableau: [NorthWind]},"),
    ])?;
    let vitrine = served(folder.path()).await?;
    for (id, site, status) in [
        ("1", "", StatusCode::OK),
        ("2", "/t/northwind", StatusCode::OK),
        ("3", "/t/NorthWind", StatusCode::OK),
        ("4", "/t/tenant-777", StatusCode::NOT_FOUND),
        ("5", "/t/none", StatusCode::NOT_FOUND),
    ] {
        let opened =
            exchange(&vitrine, &format!("{site}{VIEW}"), &signed(&of_region(id, FRED, &json!(["South"])))).await?;
        assert_eq!(opened.status, status, "{site}: {}", opened.text());
        if status == StatusCode::OK {
            assert_eq!(rows(&viewer_of(&vitrine, &opened)).await?, json!([["South", "Fred Suzuki", 82_985]]));
        }
    }
    Ok(())
}
