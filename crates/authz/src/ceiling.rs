//! What is inside a key's ceiling, and what is beyond it.

use model::access::{AnyOf, Ceiling, ContentName};
use model::attribute::{AttributeDefinition, AttributeValue};
use model::enforcement::{Point, enforced};
use model::name::{TenantName, WorkbookName, WorkspaceName};
use model::value::Scalar;
use model::workbook::Place;

/// Whether a claim may be made, given whether it is inside the ceiling.
pub(crate) fn allows_claim(inside: bool) -> bool {
    inside || !enforced(Point::CeilingOverClaims)
}

/// Whether a fact counts in a session, given whether it is inside the ceiling.
pub(crate) fn allows_fact(inside: bool) -> bool {
    inside || !enforced(Point::CeilingOverSession)
}

/// Whether sessions of that tenant, or of none, are inside. A ceiling that names tenants requires one.
pub(crate) fn holds_tenant(ceiling: &Ceiling, tenant: Option<&TenantName>) -> bool {
    match (tenant, &ceiling.tenants) {
        (Some(tenant), tenants) => tenants.admits(tenant),
        (None, AnyOf::Any(_)) => true,
        (None, AnyOf::These(tenants)) => tenants.is_empty(),
    }
}

/// Whether every single value is inside. Values compare as the attribute's type, so that `7` and `7.0` are one.
pub(crate) fn holds_value(ceiling: &Ceiling, definition: &AttributeDefinition, value: &AttributeValue) -> bool {
    match ceiling.attributes.get(&definition.name) {
        None => false,
        Some(AnyOf::Any(_)) => true,
        Some(AnyOf::These(written)) => {
            let admitted = written.iter().filter_map(|one| definition.read(&one.clone().into()));
            let admitted: Vec<Scalar> = admitted.flat_map(|value| scalars(&value).to_vec()).collect();
            scalars(value).iter().all(|one| admitted.contains(one))
        }
    }
}

/// The single values of an attribute.
pub(crate) fn scalars(value: &AttributeValue) -> &[Scalar] {
    match value {
        AttributeValue::One(one) => std::slice::from_ref(one),
        AttributeValue::Many(many) => many,
    }
}

/// Whether a workbook is inside, by itself or by where it lives.
pub(crate) fn holds_content(ceiling: &Ceiling, name: &WorkbookName, place: &Place) -> bool {
    let by_name = |content: &ContentName| matches!(content, ContentName::Workbook(workbook) if workbook == name);
    ceiling.content.iter().any(by_name) || holds_place(ceiling, place)
}

/// Whether everything in a place is inside.
pub(crate) fn holds_place(ceiling: &Ceiling, place: &Place) -> bool {
    ceiling.content.iter().any(|content| match content {
        ContentName::Workbook(_) => false,
        ContentName::Folder(folder) => matches!(place, Place::Folder(home) if home == folder),
        ContentName::Workspace(workspace) => workspace == workspace_of(place),
    })
}

/// The workspace in which a place is.
pub(crate) fn workspace_of(place: &Place) -> &WorkspaceName {
    match place {
        Place::Workspace(workspace) => workspace,
        Place::Folder(folder) => &folder.workspace,
    }
}

/// Whether a host page of that origin may hold the key's sessions. Origins are exact, as browsers write them, or
/// `https://*.host`, where the star stands for one label.
#[must_use]
pub fn origin_admitted(ceiling: &Ceiling, origin: &str) -> bool {
    ceiling.origins.iter().any(|admitted| match admitted.strip_prefix("https://*.") {
        Some(host) => one_label_before(host, origin),
        None => admitted == origin,
    })
}

fn one_label_before(host: &str, origin: &str) -> bool {
    let label = origin.strip_prefix("https://").and_then(|rest| rest.strip_suffix(host)?.strip_suffix('.'));
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    label.is_some_and(|label| !label.is_empty() && label.chars().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn admitted(origins: &[&str], origin: &str) -> bool {
        let origins: BTreeSet<String> = origins.iter().map(|&text| text.to_owned()).collect();
        origin_admitted(&Ceiling { origins, ..Ceiling::default() }, origin)
    }

    #[test]
    fn origins_are_exact_or_one_label() {
        assert!(admitted(&["https://app.acme.example"], "https://app.acme.example"));
        assert!(admitted(&["https://*.acme.example"], "https://app.acme.example"));
        assert!(admitted(&["https://*.acme.example:8443"], "https://app.acme.example:8443"));
        for odd in [
            "https://acme.example",
            "https://.acme.example",
            "https://a.b.acme.example",
            "http://app.acme.example",
            "https://app.acme.example:8443",
            "https://app.acme.example/",
            "https://evil/x.acme.example",
            "https://evil@x.acme.example",
            "https://appXacme.example",
            "https://APP.acme.example",
            "https://*.acme.example",
            "null",
            "",
        ] {
            assert!(!admitted(&["https://*.acme.example"], odd), "{odd}");
        }
        assert!(!admitted(&[], "https://app.acme.example"));
    }
}
