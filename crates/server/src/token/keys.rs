//! The keys that come into question when a token is looked at: one that was described, or those in force.

use crate::organization::Organization;
use model::access::{Ceiling, EmbedKey, Mode, SignatureHash};
use model::dialect::Dialect;
use model::name::{ClientId, IssuerName, KeyId};
use std::collections::BTreeMap;

/// Where keys are looked for.
pub(crate) enum Keys<'a> {
    /// One, as new as can be but for what was said of it.
    Described {
        /// By default the one that the token names.
        client_id: Option<ClientId>,
        mode: Mode,
        /// Without it no signature can be verified.
        secret: Option<&'a [u8]>,
    },
    /// The enabled ones of an organization.
    InForce(&'a Organization),
}

/// A key, and what is signed with it.
pub(super) struct Held<'a> {
    pub(super) id: KeyId,
    pub(super) key: EmbedKey,
    pub(super) secrets: Vec<&'a [u8]>,
    /// Whether all of it is known, and not only its secret.
    pub(super) is_in_force: bool,
}

impl Held<'_> {
    /// The secrets, each with the key.
    pub(super) fn signing(&self) -> impl Iterator<Item = (&KeyId, &[u8])> {
        self.secrets.iter().map(|secret| (&self.id, *secret))
    }

    /// The secrets, each with the hashes that signatures may have.
    pub(super) fn hashing(&self) -> impl Iterator<Item = (SignatureHash, &[u8])> + Clone {
        let all = [SignatureHash::Sha256, SignatureHash::Sha1];
        let may_have = move |hash: &SignatureHash| !self.is_in_force || *hash == self.key.signature_hash;
        all.into_iter().filter(may_have).flat_map(|hash| self.secrets.iter().map(move |secret| (hash, *secret)))
    }
}

impl<'a> Keys<'a> {
    /// The keys of a dialect that a token may mean: the one that it names, and where it names none, each.
    pub(super) fn of(&self, dialect: Dialect, named: Option<&str>) -> Vec<Held<'a>> {
        match self {
            Self::Described { client_id, mode, secret } => {
                let named = named.or((!names_key(dialect)).then(|| dialect.as_str()));
                let named = || ClientId::new(named?).ok();
                let described = client_id.clone().or_else(named).and_then(|it| described(it, dialect, *mode));
                let held = described.map(|key| Held {
                    id: KeyId::new(key.client_id.as_str()),
                    key,
                    secrets: secret.iter().copied().collect(),
                    is_in_force: false,
                });
                held.into_iter().collect()
            }
            Self::InForce(organization) => {
                let all = organization.snapshot.keys.iter().filter(|(_, client_id, key)| {
                    let is_meant = named.map_or(!names_key(dialect), |named| client_id.as_str() == named);
                    !key.disabled && key.dialect == dialect && is_meant
                });
                let held = all.map(|(id, _, key)| Held {
                    id: id.clone(),
                    key: key.clone(),
                    secrets: organization.secrets_of(id).collect(),
                    is_in_force: true,
                });
                held.collect()
            }
        }
    }

    /// What somebody does about a key that is not there.
    pub(super) fn missing(&self, dialect: Dialect, named: Option<&str>) -> String {
        match (self, named) {
            (Self::Described { .. }, _) => "the token names no key: expected `--client-id`".to_owned(),
            (Self::InForce(_), Some(named)) => {
                let named: String = named.chars().take(80).collect();
                format!("there is no enabled key `{named}` of the dialect `{dialect}`")
            }
            (Self::InForce(_), None) if names_key(dialect) => "the token names no key".to_owned(),
            (Self::InForce(_), None) => format!("there is no enabled key of the dialect `{dialect}`"),
        }
    }

    /// Whether a key is there and no secret of it.
    pub(super) const fn lack_secret(&self) -> bool {
        matches!(self, Self::Described { secret: None, .. })
    }
}

/// Whether tokens of a dialect say of which key they are.
const fn names_key(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Vitrine | Dialect::Sigma)
}

pub(super) fn described(client_id: ClientId, dialect: Dialect, mode: Mode) -> Option<EmbedKey> {
    Some(EmbedKey {
        client_id,
        issuer: IssuerName::new("issuer").ok()?,
        dialect,
        mode,
        signature_hash: SignatureHash::default(),
        secrets: Vec::new(),
        trust: None,
        disabled: false,
        bind_internal_by_email: false,
        bind_administrators: false,
        not_before: None,
        guest_attributes: BTreeMap::new(),
        ceiling: Ceiling::default(),
    })
}
