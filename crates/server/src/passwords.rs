//! Passwords: hashed with Argon2id, compared in the same time whether there is one or not, and not too easily guessed.

use crate::problem::Problem;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use authz::Member;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Secret;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use zxcvbn::Score;

/// 19 MiB, twice over, in one lane: what OWASP's Password Storage Cheat Sheet says of Argon2id.
const PARAMETERS: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Characters of the shortest password.
const SHORTEST: usize = 12;
/// Bytes of the longest one, which is compared as a whole.
const LONGEST: usize = 1024;

/// So many are hashed at once: each takes its memory, and a processor for as long as it runs.
const AT_ONCE: usize = 4;

/// Hashes passwords, some at a time.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    /// A hash of which nobody has the password, for whom there is none.
    decoy: OnceLock<String>,
    /// How many were compared.
    compared: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), decoy: OnceLock::new(), compared: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// The hash of a password, as a PHC text.
    pub(crate) async fn hash(&self, password: Secret) -> Result<String, Problem> {
        let salt = store::new_salt()?;
        self.in_turn(move || {
            let hashed = argon2().ok()?.hash_password_with_salt(password.expose().as_bytes(), &salt).ok()?;
            Some(hashed.to_string())
        })
        .await
    }

    /// Whether a password is the one of a hash. Without a hash it is not, and that takes as long.
    pub(crate) async fn is(&self, password: Secret, hash: Option<String>) -> Result<bool, Problem> {
        let decoy = match self.decoy.get() {
            Some(decoy) => decoy.clone(),
            None => {
                let made = self.hash(store::new_handle()?).await?;
                self.decoy.get_or_init(|| made).clone()
            }
        };
        let (is_there, hash) = (hash.is_some(), hash.unwrap_or(decoy));
        self.compared.fetch_add(1, Ordering::Relaxed);
        let holds = self.in_turn(move || {
            let hash = PasswordHash::new(&hash).ok()?;
            Some(argon2().ok()?.verify_password(password.expose().as_bytes(), &hash).is_ok())
        });
        Ok(holds.await? && is_there)
    }

    /// How many passwords were compared with a hash.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.compared.load(Ordering::Relaxed)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Option<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let _turn = self.turns.acquire().await.map_err(|_| Problem::Unavailable)?;
        spawn_blocking(work).await.ok().flatten().ok_or(Problem::Internal)
    }
}

fn argon2() -> argon2::Result<Argon2<'static>> {
    let (memory, rounds, lanes) = PARAMETERS;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(memory, rounds, lanes, None)?))
}

/// Expects a password that nobody guesses soon: who knows the person, or which passwords are common, is no nearer to it.
///
/// # Errors
/// It is too short, too long or too common; the answer says which, and nothing of the password.
pub(crate) fn expect_strong(password: &Secret, member: &Member, organization: &str) -> Result<(), Problem> {
    let text = password.expose();
    let weak = |detail: String| Problem::Invalid { code: "weak_password", detail };
    if text.chars().count() < SHORTEST {
        return Err(weak(format!("`new_password`: it is too short, expected at least {SHORTEST} characters")));
    }
    if text.len() > LONGEST {
        return Err(weak(format!("`new_password`: it is too long, expected at most {LONGEST} bytes")));
    }
    let address = member.email.as_deref().unwrap_or(&member.subject);
    let known = [Some(address), member.first_name.as_deref(), member.last_name.as_deref(), Some(organization)];
    let parts = known.into_iter().flatten().chain(address.split(['@', '.']));
    let known: Vec<&str> = parts.chain(["vitrine"]).collect();
    if zxcvbn::zxcvbn(text, &known).score() < Score::Three {
        let detail = "`new_password`: it is too easily guessed, expected one that is neither common nor about yourself";
        return Err(weak(detail.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::access::MemberKind;
    use model::name::{AccountTypeName, MemberId};
    use std::collections::{BTreeMap, BTreeSet};

    fn nia() -> Member {
        Member {
            id: MemberId::new("member_1"),
            issuer: None,
            tenant: None,
            subject: "nia.okafor@portal.example".to_owned(),
            kind: MemberKind::Internal,
            automatic: false,
            active: true,
            has_logged_in: false,
            email: Some("nia.okafor@portal.example".to_owned()),
            first_name: Some("Nia".to_owned()),
            last_name: Some("Okafor".to_owned()),
            account_type: AccountTypeName::new("View").unwrap(),
            teams: BTreeSet::new(),
            attributes: BTreeMap::new(),
        }
    }

    fn refused(password: &str) -> Option<String> {
        expect_strong(&Secret::new(password.to_owned()), &nia(), "Portal").err().map(|problem| problem.to_string())
    }

    #[test]
    fn what_is_common_or_about_oneself_is_refused_and_any_characters_are_taken() {
        for (password, told) in [
            ("", "too short"),
            ("elevenchars", "too short"),
            ("123456789012", "too easily guessed"),
            ("passwordpassword", "too easily guessed"),
            ("Password1234", "too easily guessed"),
            ("qwertyuiop12", "too easily guessed"),
            ("aaaaaaaaaaaaaaaaaaaa", "too easily guessed"),
            ("nia.okafor@portal.example", "too easily guessed"),
            ("OkaforOkafor1", "too easily guessed"),
        ] {
            let refused = refused(password).unwrap_or_default();
            assert!(refused.contains(told), "{password}: {refused}");
            assert!(password.is_empty() || !refused.contains(password), "{refused}");
        }
        assert!(refused(&"x7".repeat(600)).is_some_and(|told| told.contains("too long")));
        for password in
            ["correct horse battery staple", "größe 12 straße ö", "    tab\tand blanks  7q", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 zwölf Z."]
        {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[tokio::test]
    async fn a_password_is_compared_as_a_whole_and_as_often_where_there_is_none() -> Result<(), Problem> {
        let (passwords, secret) = (Passwords::default(), |text: &str| Secret::new(text.to_owned()));
        let long = "a long password ".repeat(20);
        let hash = passwords.hash(secret(&long)).await?;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.is(secret(&long), Some(hash.clone())).await?);
        for other in [&long[..long.len() - 1], &long.to_uppercase(), ""] {
            assert!(!passwords.is(secret(other), Some(hash.clone())).await?, "{other}");
        }
        assert!(!passwords.is(secret(&long), None).await?);
        assert_eq!(passwords.compared(), 5);
        assert_ne!(passwords.hash(secret(&long)).await?, hash, "salted");
        Ok(())
    }
}
