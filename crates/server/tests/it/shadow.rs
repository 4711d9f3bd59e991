//! `vitrine shadow`: what was recorded of other products, asked again of the demo.

use crate::program::run;
use crate::support::{Outcome, copy_of, edit};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::CallError;
use testkit::sign::{hmac_hex, plain, with_kid};
use testkit::world;
use url::form_urlencoded::Serializer;

/// When it was recorded.
const THEN: i64 = 1_700_000_000;

/// What signed it then. Nobody here has it.
const OLD: &str = "a secret of the other product";

fn guest(carrier: &str) -> String {
    let claims = json!({
        "resource": {"dashboard": 1}, "params": {"carrier": carrier}, "iat": THEN, "exp": THEN + 600
    });
    format!("https://metabase.contrail.example/embed/dashboard/{}#titled=true", plain(&claims, OLD))
}

fn sigma(carrier: &str, team: &str) -> String {
    let claims = json!({
        "sub": format!("manager@{}.example", carrier.to_lowercase()), "jti": "used long ago", "iat": THEN,
        "exp": THEN + 600, "iss": "old client", "teams": [team], "account_type": "Act",
        "user_attributes": {"carrier": carrier},
    });
    let token = with_kid("old client", &claims, OLD);
    format!("https://app.sigmacomputing.com/contrail/workbook/Flights-7f55QbPFuCnK2n0P2tSuBl?:jwt={token}&:embed=true")
}

fn looker(carrier: &str) -> String {
    let said = [
        ("nonce", "\"used long ago\"".to_owned()),
        ("time", THEN.to_string()),
        ("session_length", "900".to_owned()),
        ("external_user_id", format!("\"manager of {carrier}\"")),
        ("permissions", r#"["access_data","see_looks","see_user_dashboards"]"#.to_owned()),
        ("models", r#"["flights"]"#.to_owned()),
        ("group_ids", r#"["Station managers"]"#.to_owned()),
        ("user_attributes", json!({ "carrier": carrier }).to_string()),
        ("access_filters", "{}".to_owned()),
        ("force_logout_login", "true".to_owned()),
    ];
    let search = Serializer::new(String::new()).extend_pairs(said).append_pair("signature", "b2xk").finish();
    format!("https://contrail.looker.com/login/embed/%2Fembed%2Fdashboards%2F3?{search}")
}

fn tableau(manager: &str, region: &str) -> String {
    let claims = json!({
        "iss": "old app", "aud": "tableau", "sub": manager, "jti": "used long ago", "exp": THEN + 300,
        "scp": ["tableau:views:embed"], "region": [region],
    });
    with_kid("old secret id", &claims, OLD)
}

fn hash(rows: &str) -> String {
    use sha2::{Digest as _, Sha256};
    data_encoding::HEXLOWER.encode(&Sha256::digest(rows))
}

/// What comes of that record: the exit code, and what was printed.
fn replayed(folder: &Path, lines: &[Value], more: &[&str]) -> Result<(Option<i32>, String), CallError> {
    replayed_at(&world::demo(), folder, lines, more)
}

/// The same, of other definitions.
fn replayed_at(
    definitions: &Path,
    folder: &Path,
    lines: &[Value],
    more: &[&str],
) -> Result<(Option<i32>, String), CallError> {
    let file = folder.join("recorded.jsonl");
    fs::write(&file, lines.iter().map(|line| format!("{line}\n\n")).collect::<String>())?;
    let (file, definitions) = (file.display().to_string(), definitions.display().to_string());
    let (output, printed, problem) = run(&[&["shadow", &file, "--definitions", &definitions], more].concat())?;
    Ok((output.status.code(), printed + &problem))
}

#[test]
fn what_was_recorded_of_each_product_comes_out_the_same() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("south.csv"), "Region,Manager,Sales\nSouth,Fred Suzuki,82985.00\n")?;
    let total = "flights/overview/total";
    let recorded = [
        json!({"url": guest("DL"), "element": total, "sha256": hash("48110\n")}),
        json!({"token": plain(&json!({
            "resource": {"dashboard": 1}, "params": {"carrier": "HA"}, "iat": THEN, "exp": THEN + 60
        }), OLD), "dialect": "metabase", "element": total, "sha256": hash("342\n")}),
        json!({"name": "United in Sigma", "url": sigma("UA", "Station managers"), "element": total, "sha256": hash("58665\n")}),
        json!({"url": sigma("UA", "No such team"), "element": total, "refused": true}),
        json!({"url": looker("DL"), "element": total, "sha256": hash("48110\n"), "rows": 1}),
        json!({"url": "https://tableau.contrail.example/views/RegionalSales/Overview",
            "token": tableau("fred.suzuki@contrail.example", "South"), "element": "sales/overview/by-manager",
            "csv": "south.csv"}),
    ];
    let (code, printed) = replayed(folder.path(), &recorded, &[])?;
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("same    line 5: United in Sigma: 1 row, sha256 "), "{printed}");
    assert!(printed.contains("line 7: flights/overview/total through the door of sigma: 4"), "{printed}");
    assert!(printed.ends_with("6 recorded, all the same\n"), "{printed}");
    Ok(())
}

/// An address that is signed itself, as Sigma had them before tokens.
#[test]
fn addresses_that_are_signed_themselves_are_signed_anew() -> Outcome {
    let folder = tempfile::tempdir()?;
    let said = "https://app.sigmacomputing.com/embed/1-7f55QbPFuCnK2n0P2tSuBl?:nonce=used&:email=manager@dl.example\
                &:external_user_id=7&:client_id=old&:time=1700000000&:session_length=600&:mode=userbacked\
                &:external_user_team=Station%20managers&:account_type=Act&:ua_carrier=DL";
    let url = format!("{said}&:signature={}", hmac_hex(said, OLD));
    let recorded = [json!({"url": url, "element": "flights/overview/total", "rows": 1})];
    let (code, printed) = replayed(folder.path(), &recorded, &[])?;
    assert_eq!(code, Some(0), "{printed}");
    Ok(())
}

/// The demo with identity providers, of which the first signs for people of the carriers.
fn with_providers(names: &[&str]) -> Result<TempDir, CallError> {
    let folder = copy_of(&world::demo())?;
    let provider = |name: &str| {
        json!({
            "name": name, "issuer": "contrail", "provisioning": {"members": true}, "teams": {"sync": "replacing"},
            "jwt": {"sign_in": "https://contrail.example/sso", "secrets": [{"secret_file": "secrets/sso"}],
                "mode": "compatible"},
            "ceiling": {"teams": ["Station managers"], "account_types": ["View"], "attributes": {"carrier": "any"}}
        })
    };
    let providers: Vec<_> = names.iter().copied().map(provider).collect();
    let written = json!({ "identity_providers": providers });
    fs::write(folder.path().join("identity_providers.yaml"), written.to_string())?;
    Ok(folder)
}

fn signed_on(carrier: &str, return_to: &str) -> String {
    let claims = json!({
        "email": format!("manager@{carrier}.example").to_lowercase(), "carrier": carrier, "groups": ["Station managers"],
        "iat": THEN, "exp": THEN + 600
    });
    let search = Serializer::new(String::new())
        .append_pair("jwt", &plain(&claims, OLD))
        .append_pair("return_to", return_to)
        .finish();
    format!("https://metabase.contrail.example/auth/sso?{search}")
}

#[test]
fn people_who_signed_on_are_signed_on_anew() -> Outcome {
    let folder = tempfile::tempdir()?;
    let total = "flights/overview/total";
    let outcome = |providers: &[&str], recorded: &[Value]| {
        replayed_at(with_providers(providers)?.path(), folder.path(), recorded, &[])
    };
    let kennedy = signed_on("DL", "/dashboard/1-flights?origin=JFK");
    let of_one = json!({"carrier": "HA", "email": "m@ha.example", "groups": ["Station managers"]});
    let recorded = [
        json!({"name": "Delta", "url": kennedy, "element": total, "sha256": hash("20701\n")}),
        json!({"url": signed_on("DL", "/"), "element": total, "sha256": hash("48110\n")}),
        json!({"token": plain(&of_one, OLD), "dialect": "metabase", "provider": "sso", "element": total,
            "sha256": hash("342\n")}),
        json!({"url": kennedy, "element": "accounts/overview/count", "refused": true}),
        json!({"url": signed_on("DL", "https://elsewhere.example"), "element": total, "refused": true}),
    ];
    let (code, printed) = outcome(&["sso"], &recorded)?;
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("same    line 1: Delta: 1 row, sha256 "), "{printed}");
    assert!(printed.contains("the address opens `flights`, not `accounts`"), "{printed}");
    assert!(printed.contains("400 Invalid redirect URL"), "{printed}");

    for (providers, change, told) in [
        (&["sso"][..], json!({"provider": "other"}), "there is no enabled provider `other` with `jwt`"),
        (&[], json!({}), "there is no enabled provider with `jwt`"),
        (&["sso", "other"], json!({}), "there are several enabled providers with `jwt`: expected `provider`"),
        (&["sso"], json!({"url": "/auth/sso?return_to=/"}), "this cannot be read as one of metabase"),
        (&["sso"], json!({"key": "contrail-metabase"}), "`key`: identity providers sign for single sign-on"),
        (&["sso"], json!({"dialect": "looker", "provider": "sso"}), "no identity provider signs for looker"),
    ] {
        let mut line = recorded[0].clone();
        for (name, value) in change.as_object().into_iter().flatten() {
            line[name] = value.clone();
        }
        let (code, printed) = outcome(providers, &[line])?;
        assert!(code == Some(1) && printed.contains(told), "{told}: {printed}");
    }
    Ok(())
}

/// Keys whose tokens others sign: what these say of themselves is not asked.
#[test]
fn tokens_that_others_sign_are_signed_anew() -> Outcome {
    let folder = tempfile::tempdir()?;
    let issuer = "https://idp.contrail.example";
    let claims = |more: Value| {
        let mut claims = json!({
            "iss": issuer, "aud": "tableau", "sub": "fred.suzuki@contrail.example", "jti": "used long ago", "iat": THEN,
            "exp": THEN + 300, "scp": ["tableau:views:embed"], "region": ["South"]
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        with_kid("the issuer's key", &claims, OLD)
    };
    let public_key = testkit::vectors::of("tableau")["flavours"]["tableau_uat"]["public_key_pem"].clone();
    let access = |more: Value| {
        let mut access = json!({"issuer": issuer, "scopes": ["tableau:views:embed"], "sites": ["a site"],
            "username_claim": "sub"});
        for (name, value) in more.as_object().into_iter().flatten() {
            access[name] = value.clone();
        }
        json!({ "unified_access": access })
    };
    let of_site = json!({"https://tableau.com/siteId": "a site"});
    for (trust, good, bad) in [
        (json!({"authorization_server": {"issuer": issuer}}), json!({}), json!({"aud": "another"})),
        (
            json!({"authorization_server": {"issuer": issuer, "jwks_url": "https://idp.contrail.example/keys"}}),
            json!({}),
            json!({"scp": ["tableau:content:read"]}),
        ),
        (access(json!({"public_key": public_key})), of_site.clone(), json!({})),
        (access(json!({"jwks_url": "https://idp.contrail.example/keys"})), of_site, json!({})),
    ] {
        let definitions = copy_of(&world::demo())?;
        let own = "    secrets:\n      - secret_file: secrets/contrail-tableau\n";
        edit(&definitions.path().join("embed_keys.yaml"), own, &format!("    trust: {trust}\n"))?;
        let line = |claimed: &Value| {
            json!({"url": "/views/RegionalSales/Overview", "token": claims(claimed.clone()),
                "element": "sales/overview/by-manager"})
        };
        let (mut shown, mut refused) = (line(&good), line(&bad));
        shown["rows"] = json!(1);
        refused["refused"] = json!(true);
        let (code, printed) = replayed_at(definitions.path(), folder.path(), &[shown, refused], &[])?;
        assert_eq!(code, Some(0), "{trust}: {printed}");
    }
    Ok(())
}

#[test]
fn what_differs_is_told_and_the_program_fails() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("west.csv"), "Region,Manager,Sales\nWest,Sawdie Pawthorne,1\n")?;
    let total = "flights/overview/total";
    let recorded = [
        json!({"url": guest("DL"), "element": total, "rows": 7}),
        json!({"url": guest("DL"), "element": total, "refused": true}),
        json!({"url": guest("DL"), "key": "contrail-sigma", "element": total, "rows": 1}),
        json!({"url": "/embed/dashboard/a.b.c", "element": total, "rows": 1}),
        json!({"url": sigma("DL", "Station managers"), "element": "sales/overview/by-manager", "rows": 1}),
        json!({"url": "/views/RegionalSales/Overview", "token": tableau("fred.suzuki@contrail.example", "South"),
            "element": "sales/overview/by-manager", "csv": "west.csv"}),
        json!({"url": guest("DL"), "element": "flights/overview/none", "rows": 1}),
    ];
    let (code, printed) = replayed(folder.path(), &recorded, &[])?;
    assert_eq!(code, Some(1), "{printed}");
    for told in [
        "DIFFERS line 1: flights/overview/total through the door of metabase\n        expected 7 rows; came 1",
        "expected a refusal; came 1 row, sha256 ",
        "not let in: there is no enabled key `contrail-sigma` of the dialect `metabase`",
        "not let in: this cannot be read as one of metabase",
        "not let in: the address opens `flights`, not `sales`",
        "rows that did not come: 1, the first `West,Sawdie Pawthorne,1`",
        "rows that were not recorded: 1, the first `South,Fred Suzuki,82985`",
        "not shown: 404 ",
        "7 recorded, 7 DIFFER",
        "7 of 7 recorded differ",
    ] {
        assert!(printed.contains(told), "{told}: {printed}");
    }
    let (code, printed) = replayed(folder.path(), &recorded, &["--json"])?;
    let json: Value = serde_json::from_str(
        printed.rsplit_once('}').map(|(json, _)| format!("{json}}}")).unwrap_or_default().as_str(),
    )?;
    assert_eq!((code, &json["recorded"], &json["different"]), (Some(1), &json!(7), &json!(7)), "{printed}");
    assert_eq!(json["outcomes"][0]["differences"], json!(["expected 7 rows; came 1"]));
    Ok(())
}

#[test]
fn a_line_that_does_not_hold_is_told_by_its_number_and_member() -> Outcome {
    let folder = tempfile::tempdir()?;
    let good = json!({"url": guest("DL"), "element": "flights/overview/total", "rows": 1});
    for (change, told) in [
        (json!({"row": 1}), "unknown field `row`"),
        (json!({"element": "total"}), "`element`: "),
        (json!({"rows": null}), "expected one or more of `rows`, `sha256` and `csv`, or else `\"refused\": true`"),
        (json!({"refused": true}), "expected one or more of `rows`"),
        (json!({"sha256": "abc"}), "`sha256`: expected 64 hexadecimal digits"),
        (json!({"csv": "none.csv"}), "`csv`: "),
        (json!({"url": "/somewhere"}), "`dialect`: the address does not say whose it is"),
        (json!({"url": "/views/a/b"}), "expected `url` and `token`"),
        (json!({"url": sigma("DL", "a"), "token": "a.b.c"}), "expected `url`, and no `token`"),
        (json!({"dialect": "vitrine"}), "`dialect`: expected one of another product"),
    ] {
        let mut bad = good.clone();
        for (name, value) in change.as_object().into_iter().flatten() {
            bad[name] = value.clone();
        }
        let (code, printed) = replayed(folder.path(), &[good.clone(), bad], &[])?;
        assert!(code == Some(1) && printed.contains("line 3: ") && printed.contains(told), "{change}: {printed}");
    }
    let (code, printed) = replayed(folder.path(), &[], &[])?;
    assert!(code == Some(1) && printed.contains("nothing is recorded"), "{printed}");
    Ok(())
}
