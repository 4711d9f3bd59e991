//! Time-based codes (RFC 6238) and recovery codes.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use data_encoding::{BASE32, BASE32_DNSSEC};
use store::second_factors::{FactorShown, SecondFactor, period_of};
use store::{Secret, StoreError, TokenHash};

/// Digits of a code.
const DIGITS: usize = 6;
/// How many recovery codes somebody gets.
const RECOVERY_CODES: usize = 10;
/// Clocks of telephones are so many periods early or late.
const SKEW: i64 = 1;

/// The code of a period; `None`: the secret is no base 32.
fn code(secret: &Secret, period: i64) -> Option<String> {
    let key = BASE32.decode(secret.expose().as_bytes()).ok()?;
    // Which digest is meant is for the apps: many know this one only. It is sound for this use (RFC 6238, section B.2).
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &period.to_be_bytes());
    let offset = usize::from(tag.as_ref().last()? & 0x0f);
    let four: [u8; 4] = tag.as_ref().get(offset..offset + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(6);
    Some(format!("{number:0DIGITS$}"))
}

/// What somebody has shown, if it is their second factor's: a code of about now, or what may be a recovery code.
pub(crate) fn shown(factor: &SecondFactor, typed: &str, now: DateTime<Utc>) -> Option<FactorShown> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit()) {
        let present = period_of(now);
        let mut periods = present - SKEW..=present + SKEW;
        let period = periods.find(|period| code(&factor.secret, *period).is_some_and(|code| same(&code, &typed)))?;
        return Some(FactorShown::Code { period });
    }
    Some(FactorShown::Recovery(TokenHash::of(&typed.to_ascii_lowercase())))
}

/// Whether two texts are the same, found out in the same time for all of one length.
fn same(one: &str, other: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// The address by which apps take a secret (the key URI format of Google Authenticator, which others read too).
pub(crate) fn address(secret: &Secret, organization: &str, account: &str) -> String {
    let encoded =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (issuer, account) = (encoded(&organization.replace(':', " ")), encoded(account));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        secret.expose()
    )
}

/// Recovery codes as people write them down, and what is kept of them.
pub(crate) fn recovery_codes() -> Result<(Vec<String>, Vec<TokenHash>), StoreError> {
    let mut codes = (Vec::new(), Vec::new());
    for _ in 0..RECOVERY_CODES {
        let code = BASE32_DNSSEC.encode(&store::new_recovery_bytes()?);
        codes.1.push(TokenHash::of(&code));
        let groups: Vec<String> =
            code.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        codes.0.push(groups.join("-"));
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, for SHA-1: the last six of eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::new(BASE32.encode(b"12345678901234567890"));
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            assert_eq!(code(&secret, period_of(now)).as_deref(), Some(expected), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_in_its_own_period_and_those_beside_it() {
        let secret = Secret::new(BASE32.encode(b"12345678901234567890"));
        let factor = SecondFactor { secret, confirmed: true, recovery_codes: 0 };
        let shown_at = |seconds: i64, typed: &str| {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            match shown(&factor, typed, now) {
                Some(FactorShown::Code { period }) => Some(period),
                _ => None,
            }
        };
        for (seconds, period) in [(-1, None), (0, Some(1)), (30, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(shown_at(seconds, "287082"), period, "{seconds}");
        }
        assert_eq!(shown_at(59, " 287 082 "), Some(1));
        assert_eq!(shown_at(59, "287083"), None);
        assert!(matches!(shown(&factor, "", DateTime::UNIX_EPOCH), Some(FactorShown::Recovery(_))));
    }

    #[test]
    fn recovery_codes_are_long_and_read_as_people_type_them() -> Result<(), StoreError> {
        let (written, kept) = recovery_codes()?;
        assert_eq!((written.len(), kept.len()), (RECOVERY_CODES, RECOVERY_CODES));
        let factor = SecondFactor { secret: Secret::new(String::new()), confirmed: true, recovery_codes: 10 };
        let first = &written[0];
        assert_eq!(first.len(), 29, "120 bits: {first}");
        for typed in [first.clone(), first.to_uppercase(), first.replace('-', " "), first.replace('-', "")] {
            let read = shown(&factor, &typed, DateTime::UNIX_EPOCH);
            assert!(matches!(read, Some(FactorShown::Recovery(hash)) if hash == kept[0]), "{typed}");
        }
        Ok(())
    }

    #[test]
    fn the_address_is_one_that_apps_read() {
        let address = address(&Secret::new("GEZDGNBV".to_owned()), "Contrail & Co: Air", "olga@contrail.example");
        let expected = "otpauth://totp/Contrail%20%26%20Co%20%20Air:olga%40contrail.example?secret=GEZDGNBV\
                        &issuer=Contrail%20%26%20Co%20%20Air&algorithm=SHA1&digits=6&period=30";
        assert_eq!(address, expected);
    }
}
