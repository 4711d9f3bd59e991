//! What texts, defaults and visibility may know of whoever looks.

use crate::resume::Principal;
use model::attribute::AttributeValue;
use model::name::AttributeName;
use model::personal::Person;
use model::presentation::{Locale, Presentation};
use model::snapshot::Snapshot;
use model::time_zone::TimeZone;
use model::value::Scalar;

/// Whoever looks, for display only: beside the attributes that policies read, the defaults that they do not, and the
/// names, language and time zone that a host says of them.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    principal: &'a Principal,
    snapshot: &'a Snapshot,
}

impl<'a> Reader<'a> {
    /// Whoever holds a session. `snapshot` is the one it was resumed with.
    #[must_use]
    pub const fn new(principal: &'a Principal, snapshot: &'a Snapshot) -> Self {
        Self { principal, snapshot }
    }

    /// How pages are presented to them: as the session says, then their tenant, then the organization. What a session
    /// says and cannot be read is as if it had not been said.
    #[must_use]
    pub fn presentation(&self) -> Presentation {
        let facts = self.principal.facts();
        let session = Presentation {
            locale: facts.locale.clone().and_then(|text| Locale::try_from(text).ok()),
            time_zone: facts.time_zone.clone().and_then(|text| TimeZone::try_from(text).ok()),
            ..Presentation::default()
        };
        let tenant = self.principal.tenant().and_then(|name| self.snapshot.tenants.named(name));
        let tenant = tenant.map_or_else(Presentation::default, |tenant| tenant.presentation.clone());
        session.or(&tenant).or(&self.snapshot.organization.presentation)
    }

    /// An attribute that everybody has.
    fn system(&self, name: &AttributeName) -> Option<&'a str> {
        let facts = self.principal.facts();
        let text = match name.as_str() {
            "email" => facts.email.as_deref(),
            "first_name" => facts.first_name.as_deref(),
            "last_name" => facts.last_name.as_deref(),
            "locale" => facts.locale.as_deref(),
            "time_zone" => facts.time_zone.as_deref(),
            _ => None,
        };
        text.filter(|text| !text.trim().is_empty())
    }

    /// The definition's default. It does not stand in for a value that was given and is *none*, and guests have none.
    fn default(&self, name: &AttributeName) -> Option<AttributeValue> {
        let facts = self.principal.facts();
        if facts.is_anonymous() || facts.attributes.contains_key(name) {
            return None;
        }
        let definition = self.snapshot.attributes.get(name)?;
        definition.read(definition.default.as_ref()?)
    }
}

impl Person for Reader<'_> {
    fn attribute(&self, name: &AttributeName) -> Option<AttributeValue> {
        if let Some(text) = self.system(name) {
            return Some(AttributeValue::One(Scalar::Text(text.to_owned())));
        }
        self.principal.attribute(name).cloned().or_else(|| self.default(name))
    }
}
