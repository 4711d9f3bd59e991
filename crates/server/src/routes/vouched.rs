//! As whom programs of other products make embed users: for the issuer of the keys of that product's dialect, and for the tenant
//! that those are of.

use crate::callers::Viewer;
use crate::problem::Problem;
use model::access::{AnyOf, EmbedKey};
use model::dialect::Dialect;
use model::name::{IssuerId, IssuerName, TenantName};
use std::collections::BTreeSet;

fn keys(viewer: &Viewer, dialect: Dialect) -> impl Iterator<Item = &EmbedKey> {
    let keys = viewer.organization.snapshot.keys.iter().map(|(.., key)| key);
    keys.filter(move |key| key.dialect == dialect && !key.disabled)
}

/// Who vouches for people in what keys of the dialect sign.
pub(super) fn issuers(viewer: &Viewer, dialect: Dialect) -> BTreeSet<IssuerId> {
    let snapshot = &viewer.organization.snapshot;
    keys(viewer, dialect).filter_map(|key| snapshot.issuers.id(&key.issuer)).cloned().collect()
}

/// The one for whom people are made.
pub(super) fn issuer(viewer: &Viewer, dialect: Dialect) -> Result<&IssuerName, Problem> {
    let snapshot = &viewer.organization.snapshot;
    let issuers = issuers(viewer, dialect);
    let mut names = issuers.iter().filter_map(|id| snapshot.issuers.name(id));
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        _ => {
            let detail = format!(
                "embed users are made for the issuer of the embed keys of the dialect `{dialect}`: expected one such issuer"
            );
            Err(Problem::Conflict { code: "no_issuer", detail })
        }
    }
}

/// The tenant that people are made in: the caller's, or the one that every key of the dialect is of.
pub(super) fn tenant(viewer: &Viewer, dialect: Dialect) -> Option<&TenantName> {
    if let Some(own) = viewer.principal.tenant() {
        return Some(own);
    }
    let mut of_keys = keys(viewer, dialect).map(|key| match &key.ceiling.tenants {
        AnyOf::These(tenants) if tenants.len() == 1 => tenants.first(),
        _ => None,
    });
    let first = of_keys.next().flatten()?;
    of_keys.all(|other| other == Some(first)).then_some(first)
}
