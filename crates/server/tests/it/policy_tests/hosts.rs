//! People whom hosts of other products and identity providers sign for.

use super::{failed, tested, vitrine};
use crate::support::{Outcome, copy_of, edit};
use std::fs;
use tempfile::TempDir;
use testkit::callers::CallError;
use testkit::world;

/// What is expected of people whom hosts of other products and an identity provider sign for.
const HOSTS: &str = include_str!("hosts.yaml");

/// The demo with those expectations alone, and with an identity provider.
fn hosts(tests: &str) -> Result<TempDir, CallError> {
    let copy = copy_of(&world::demo())?;
    fs::remove_dir_all(copy.path().join("tests"))?;
    fs::create_dir(copy.path().join("tests"))?;
    fs::write(copy.path().join("tests/hosts.yaml"), tests)?;
    let providers = include_str!("identity_providers.yaml");
    fs::write(copy.path().join("identity_providers.yaml"), providers)?;
    Ok(copy)
}

#[tokio::test]
async fn each_door_is_tested_as_its_host_hands_in_what_it_signs() -> Outcome {
    let copy = hosts(HOSTS)?;
    // Somebody else signs for one of the keys.
    let own = "    secrets:\n      - secret_file: secrets/contrail-tableau\n";
    let trust = "    trust: {authorization_server: {issuer: 'https://idp.example'}}\n";
    edit(&copy.path().join("embed_keys.yaml"), own, trust)?;
    let report = tested(copy.path()).await?;
    assert_eq!((failed(&report), report.outcomes.len()), (Vec::new(), 7), "{}", report.lines());
    // Whose rows anybody of the teams may see.
    let own = "        rule: carrier = user_attribute('carrier')\n";
    let model = copy.path().join("models/flights.yaml");
    let widened = fs::read_to_string(&model)?.replacen(own, "        rule: distance > 0\n", 1);
    fs::write(&model, widened)?;
    let report = tested(copy.path()).await?;
    let broken = [
        "each sees the flights of their own carrier, whoever signs",
        "so does another carrier's",
        "no other carrier is anywhere",
    ];
    assert_eq!(failed(&report), broken, "{}", report.lines());
    let folder = copy.path().to_string_lossy().into_owned();
    let (code, out, err) =
        vitrine(&["explain", &folder, "--as", "Delta by single sign-on", "--element", "flights/overview/total"])?;
    assert!(code == Some(0) && out.contains("Station managers"), "{out}{err}");
    Ok(())
}

#[tokio::test]
async fn whoever_signs_is_of_a_kind_and_has_an_address_where_there_is_one() -> Outcome {
    for (from, to, expected) in [
        (
            "key: contrail-sigma",
            "key: contrail-web",
            "key: unknown key of another dialect than `vitrine` `contrail-web`",
        ),
        ("address: /embed/dashboards/3", "address: embed", "address: expected that of a page of the dialect `looker`"),
        (
            "    address: /views/RegionalSales/Overview\n",
            "",
            "address: expected that of a page of the dialect `tableau`",
        ),
        ("key: contrail-sigma", "key: contrail-metabase", "address: expected none: the token says what it is for"),
        ("provider: sso", "provider: other", "provider: unknown identity provider with `jwt` `other`: expected `sso`"),
        ("provider: sso", "provider: sso\n    address: /", "expected `key` with `session` or `token`, `provider` with"),
    ] {
        let folder = hosts(&HOSTS.replacen(from, to, 1))?;
        let error = tested(folder.path()).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("tests/hosts.yaml:") && error.contains(expected), "{to}: {expected}\n{error}");
    }
    Ok(())
}
