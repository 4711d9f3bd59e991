//! E-mail addresses, as far as identity depends on them.

use model::access::Issuer;
use model::name::{fold_email, is_email};

/// The address as it is compared, if the text is one.
pub(crate) fn folded(text: &str) -> Option<String> {
    is_email(text).then(|| fold_email(text))
}

/// Whether the issuer is believed for the domain of a folded e-mail address.
pub(crate) fn trusts(issuer: &Issuer, email: &str) -> bool {
    email.split_once('@').is_some_and(|(_, domain)| issuer.trusted_domains.contains(domain))
}
