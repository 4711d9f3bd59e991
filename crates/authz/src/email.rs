//! E-mail addresses, as far as identity depends on them.

use model::access::Issuer;
use model::enforcement::{Point, enforced};
use model::name::{IssuerId, fold_email, is_email};
use model::snapshot::Snapshot;

/// The address as it is compared, if the text is one.
pub(crate) fn folded(text: &str) -> Option<String> {
    is_email(text).then(|| fold_email(text))
}

/// Whether the issuer is believed for the domain of a folded e-mail address.
pub(crate) fn trusts(issuer: &Issuer, email: &str) -> bool {
    email.split_once('@').is_some_and(|(_, domain)| issuer.trusted_domains.contains(domain))
}

/// Whether a folded address is known to be that of the internal member for whom `issuer` vouches: of whom Vitrine itself
/// does, it is.
pub(crate) fn is_vouched(snapshot: &Snapshot, issuer: Option<&IssuerId>, email: &str) -> bool {
    let is_trusted = |id: &IssuerId| snapshot.issuers.get(id).is_some_and(|issuer| trusts(issuer, email));
    issuer.is_none_or(is_trusted) || !enforced(Point::VouchedAddresses)
}
