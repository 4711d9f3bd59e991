//! Every vector is accepted or refused as it says.

use super::{Trusts, frozen, told};
use crate::keys::Outcome;
use model::access::Mode;
use model::assertion::Claimant;
use serde_json::{Value, json};

const DIRECT: &str = "tableau_direct_trust";
const OAUTH: &str = "tableau_oauth_trust_eas";
const UNIFIED: &str = "tableau_uat";

/// What comes of each, in the order of the file.
const EXPECTED: &[(&str, u32, &str)] = &[
    ("tb-dt-01", 0, "accepted"),
    ("tb-dt-02", 0, "accepted"),
    ("tb-dt-04", 0, "accepted"),
    ("tb-dt-05", 0, "accepted"),
    ("tb-dt-08", 10094, "claim_missing"),
    // That its id was seen before is for the store to say; here it is read, with its id.
    ("tb-dt-09", 0, "accepted"),
    ("tb-dt-10", 10084, "audience_refused"),
    ("tb-dt-11", 10083, "key_id_missing"),
    ("tb-dt-12", 127, "unknown_secret"),
    ("tb-dt-13", 126, "unknown_issuer"),
    ("tb-dt-14", 10084, "wrong_signature"),
    // Without scopes it is good for nothing; see below.
    ("tb-dt-16", 0, "accepted"),
    ("tb-eas-01", 0, "accepted"),
    ("tb-eas-02", 0, "accepted"),
    ("tb-uat-01", 0, "accepted"),
    ("tb-uat-02", 0, "accepted"),
    ("tb-uat-03", 16, "resource_missing"),
    ("tb-uat-04", 10084, "claim_missing"),
    ("tb-uat-05", 10101, "scope_refused"),
];

#[test]
fn every_vector_is_accepted_or_refused_as_it_says() -> Outcome {
    for mode in [Mode::Strict, Mode::Compatible] {
        let trusts = Trusts::new(mode)?;
        let mut found = Vec::new();
        for flavour in [DIRECT, OAUTH, UNIFIED] {
            for vector in trusts.flavour(flavour)["vectors"].as_array().ok_or("vectors")? {
                let token = vector["token"].as_str().ok_or("token")?;
                let answer = match flavour {
                    DIRECT => trusts.direct(token, frozen()),
                    OAUTH => trusts.oauth(token, frozen()),
                    _ => trusts.unified(token, frozen()),
                };
                let (code, reason) = told(&answer);
                found.push((vector["id"].as_str().ok_or("id")?.to_owned(), code, reason));
                let Ok(signed_in) = answer else { continue };
                as_claimed(&signed_in, &vector["claims"], flavour)?;
            }
        }
        let expected: Vec<_> = EXPECTED.iter().map(|(id, code, reason)| ((*id).to_owned(), *code, *reason)).collect();
        assert_eq!(found, expected);
    }
    Ok(())
}

/// What was read is what was claimed.
fn as_claimed(read: &dialect::tableau::SignedIn, claims: &Value, flavour: &str) -> Outcome {
    let asserted = read.assertion.claims();
    let name = claims[if flavour == UNIFIED { "email" } else { "sub" }].as_str().ok_or("name")?;
    let claimant = match claims.get("https://tableau.com/oda") {
        Some(_) => Claimant::OnDemand(name.to_owned()),
        None => Claimant::Member(name.to_owned()),
    };
    assert_eq!(asserted.claimant, claimant);
    assert_eq!(json!(asserted.teams), claims.get("https://tableau.com/groups").cloned().unwrap_or_default());
    let is_attribute = |name: &&String| name.eq_ignore_ascii_case("region");
    let attributes: Vec<_> = claims.as_object().ok_or("claims")?.keys().filter(is_attribute).collect();
    assert_eq!(asserted.attributes.keys().collect::<Vec<_>>(), attributes);
    assert!(asserted.attributes.iter().all(|(name, value)| claims[name] == *value));
    let id = read.assertion.counts_once().map(|once| json!(once.id));
    assert_eq!(id, (flavour != UNIFIED).then(|| claims["jti"].clone()));
    assert_eq!(json!(read.site), claims.get("https://tableau.com/siteId").cloned().unwrap_or_default());
    assert_eq!(json!(read.expires_at.timestamp()), claims["exp"]);
    assert_eq!(read.ignored, Vec::<String>::new());
    let scopes: Vec<String> = read.scopes.asserted().iter().map(ToString::to_string).collect();
    let written: Vec<String> = match claims.get("scp") {
        Some(Value::String(text)) => text.split(' ').map(str::to_owned).collect(),
        Some(list) => serde_json::from_value(list.clone())?,
        None => Vec::new(),
    };
    assert_eq!(scopes, written);
    Ok(())
}

#[test]
fn two_tokens_of_one_id_have_that_id() -> Outcome {
    let trusts = Trusts::new(Mode::Strict)?;
    let id = |vector: &str| -> Outcome<Option<String>> {
        let read = trusts.direct(trusts.token(DIRECT, vector), frozen())?;
        Ok(read.assertion.counts_once().map(|once| once.id.clone()))
    };
    assert_eq!(id("tb-dt-01")?, id("tb-dt-09")?);
    assert_ne!(id("tb-dt-01")?, id("tb-dt-02")?);
    Ok(())
}

#[test]
fn a_token_without_scopes_embeds_nothing() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    let embed = dialect::tableau::Scope::parse("tableau:views:embed")?;
    let expect = |vector: &str| -> Outcome<(u32, &'static str)> {
        Ok(told(&trusts.direct(trusts.token(DIRECT, vector), frozen())?.scopes.expect(&embed)))
    };
    assert_eq!(expect("tb-dt-01")?, (0, "accepted"));
    assert_eq!(expect("tb-dt-16")?, (10101, "scope_missing"));
    Ok(())
}
