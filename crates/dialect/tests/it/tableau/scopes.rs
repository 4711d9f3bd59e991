//! Scopes and their wildcards.

use crate::keys::Outcome;
use dialect::tableau::Scope;
use proptest::prelude::*;

#[test]
fn a_star_is_every_resource_or_every_action() -> Outcome {
    for (held, needed, expected) in [
        ("tableau:views:embed", "tableau:views:embed", true),
        ("tableau:views:embed", "tableau:views:embed_authoring", false),
        ("tableau:views:embed", "tableau:Views:embed", false),
        ("tableau:views:*", "tableau:views:download", true),
        ("tableau:views:*", "tableau:workbooks:download", false),
        ("tableau:*:read", "tableau:jobs:read", true),
        ("tableau:*:read", "tableau:jobs:delete", false),
        ("tableau:*:*", "tableau:users:update", true),
        ("tableau:views:download", "tableau:views:*", false),
    ] {
        assert_eq!(Scope::parse(held)?.admits(&Scope::parse(needed)?), expected, "{held} {needed}");
    }
    Ok(())
}

#[test]
fn what_is_no_scope_is_refused() {
    for odd in [
        "",
        "tableau",
        "tableau:",
        "tableau:*",
        "tableau:views",
        "tableau:views:",
        "tableau::embed",
        "views:embed",
        "Tableau:views:embed",
        "tableau:views:embed:x",
        "tableau:vi*s:embed",
        "tableau:views:em bed",
        "tableau:views:**",
    ] {
        assert!(Scope::parse(odd).is_err(), "{odd}");
    }
}

proptest! {
    #[test]
    fn a_scope_is_written_as_it_is_read(resource in "[a-zA-Z0-9_-]{1,64}|\\*", action in "[a-zA-Z0-9_-]{1,64}|\\*") {
        let text = format!("tableau:{resource}:{action}");
        let scope = Scope::parse(&text)?;
        prop_assert_eq!(scope.to_string(), text);
        prop_assert!(scope.admits(&scope));
    }
}
