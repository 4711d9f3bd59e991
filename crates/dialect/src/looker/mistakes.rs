//! What a host's developer most likely got wrong in what was signed: the mistakes that are made with these addresses, each tried
//! with the secrets. Nothing that is found here lets anybody in.

use super::{BEGINNING, SIGNED, SignedUrl, key_of};
use aws_lc_rs::hmac;
use model::access::SignatureHash;
use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A mistake that explains the signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// It is the other hash.
    #[error("it is signed with HMAC-{}, and the key expects HMAC-{}", of(.0), of(&other(*.0)))]
    Hash(SignatureHash),
    /// The secret is not quite the secret.
    #[error("the secret ends with a line break where it was used")]
    Secret,
    /// The host is written otherwise.
    #[error(
        "the first line that was signed is `{0}`: expected the host alone, with its port if it is not the usual one"
    )]
    Host(String),
    /// The path is written otherwise.
    #[error(
        "the second line that was signed is `{0}`: expected `{BEGINNING}` and the escaped target, as it stands in the address"
    )]
    Path(String),
    /// Something that is sent is not among what was signed.
    #[error("`{0}` is sent and was not signed")]
    LeftOut(&'static str),
    /// The lines stand in the order of their names.
    #[error("the parameters were signed in the order of their names: expected {}", SIGNED.join(", "))]
    Order,
    /// What was signed was written without blanks, and is sent with them.
    #[error("what was signed is JSON without blanks behind `,` and `:`, and what is sent has some: sign what is sent")]
    Compact,
    /// And the other way round.
    #[error("what was signed is JSON with blanks behind `,` and `:`, and what is sent has none: sign what is sent")]
    Spaced,
    /// Texts were signed without their quotes.
    #[error("texts were signed without their quotes: each line is JSON, such as `\"a text\"`")]
    Unquoted,
    /// There is a line too many.
    #[error("a line break stands behind the last line that was signed")]
    LastLine,
}

fn of(hash: &SignatureHash) -> &'static str {
    match hash {
        SignatureHash::Sha256 => "SHA-256",
        SignatureHash::Sha1 => "SHA-1",
    }
}

const fn other(hash: SignatureHash) -> SignatureHash {
    match hash {
        SignatureHash::Sha256 => SignatureHash::Sha1,
        SignatureHash::Sha1 => SignatureHash::Sha256,
    }
}

/// The parameters, as they may have been signed.
type Texts<'a> = BTreeMap<&'a str, String>;

impl SignedUrl {
    /// The mistake by which the signature would be one of these secrets', if the address is to that host. `None`: none that is
    /// known here, such as another secret.
    #[must_use]
    pub fn mistake<'k>(
        &self,
        host: &str,
        secrets: impl IntoIterator<Item = (SignatureHash, &'k [u8])> + Clone,
    ) -> Option<Mistake> {
        let fits = |text: &str, hash: SignatureHash, secret: &[u8]| {
            hmac::verify(&key_of(hash, secret), text.as_bytes(), &self.signature).is_ok()
        };
        let text = self.string_to_sign(host);
        for (hash, secret) in secrets.clone() {
            if fits(&text, other(hash), secret) {
                return Some(Mistake::Hash(other(hash)));
            }
            if fits(&text, hash, &[secret, b"\n"].concat()) {
                return Some(Mistake::Secret);
            }
        }
        let is_one = |text: &str| {
            let mut secrets = secrets.clone().into_iter();
            secrets.any(|(hash, secret)| fits(text, hash, secret) || fits(text, other(hash), secret))
        };
        self.texts_with_mistakes(host).into_iter().find(|(_, text)| is_one(text)).map(|(mistake, _)| mistake)
    }

    /// What was signed with each of the mistakes.
    fn texts_with_mistakes(&self, host: &str) -> Vec<(Mistake, String)> {
        let sent: Texts<'_> =
            SIGNED.iter().filter_map(|name| Some((*name, self.parameters.get(*name)?.clone()))).collect();
        let text = |host: &str, path: &str, texts: &Texts<'_>| {
            super::string_to_sign(host, path, |name| texts.get(name).map(String::as_str))
        };
        let bare = host.split(':').next().unwrap_or_default();
        let hosts = [
            format!("https://{host}"),
            format!("http://{host}"),
            format!("{host}/"),
            bare.to_owned(),
            format!("{bare}:443"),
        ];
        let of_hosts = hosts.into_iter().map(|odd| (text(&odd, &self.path, &sent), Mistake::Host(odd)));
        let escaped = self.path.strip_prefix(BEGINNING).unwrap_or_default();
        let plain = [
            format!("{BEGINNING}{}", self.target),
            self.target.clone(),
            escaped.to_owned(),
            format!("/login{}", self.target),
        ];
        let of_paths = plain.into_iter().map(|odd| (text(host, &odd, &sent), Mistake::Path(odd)));
        let left_out =
            ["group_ids", "external_group_id", "user_attributes", "access_filters"].into_iter().map(|name| {
                let mut fewer = sent.clone();
                fewer.remove(name);
                (text(host, &self.path, &fewer), Mistake::LeftOut(name))
            });
        let rewritten = [
            (Mistake::Compact, compact as fn(&Value) -> String),
            (Mistake::Spaced, spaced),
            (Mistake::Unquoted, unquoted),
        ];
        let of_values = rewritten.into_iter().map(|(mistake, write)| {
            let again = |text: &String| serde_json::from_str(text).map_or_else(|_| text.clone(), |value| write(&value));
            let texts = sent.iter().map(|(name, text)| (*name, again(text))).collect();
            (text(host, &self.path, &texts), mistake)
        });
        let by_name = [host, &self.path].into_iter().map(str::to_owned).chain(sent.values().cloned());
        let order = (by_name.collect::<Vec<_>>().join("\n"), Mistake::Order);
        let last = (format!("{}\n", self.string_to_sign(host)), Mistake::LastLine);
        let all = of_hosts.chain(of_paths).chain(left_out).chain(of_values).chain([order, last]);
        all.map(|(text, mistake)| (mistake, text)).collect()
    }
}

fn compact(value: &Value) -> String {
    value.to_string()
}

fn unquoted(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// As Python writes it, unless it is told otherwise.
fn spaced(value: &Value) -> String {
    let mut bytes = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, Spaced));
    written.ok().and_then(|()| String::from_utf8(bytes).ok()).unwrap_or_default()
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use url::form_urlencoded;

    const HOST: &str = "looker.example:8080";
    const SECRET: &[u8] = b"a secret of thirty-two characters";

    /// The search of an address in which `text` is what was signed.
    fn address(text: &str, hash: SignatureHash, secret: &[u8], sent: &[(&str, &str)]) -> SignedUrl {
        let signature = STANDARD.encode(hmac::sign(&key_of(hash, secret), text.as_bytes()));
        let mut search = form_urlencoded::Serializer::new(String::new());
        for (name, value) in sent {
            search.append_pair(name, value);
        }
        search.append_pair("signature", &signature);
        SignedUrl::parse("/login/embed/%2Fembed%2Fdashboards%2F3", &search.finish()).unwrap()
    }

    const SENT: [(&str, &str); 11] = [
        ("nonce", "\"n\""),
        ("time", "1"),
        ("session_length", "60"),
        ("external_user_id", "\"bea\""),
        ("permissions", "[\"access_data\",\"see_looks\"]"),
        ("models", "[\"shop\"]"),
        ("group_ids", "[7]"),
        ("external_group_id", "\"acme\""),
        ("user_attributes", "{\"company\":\"acme\",\"limit\":7}"),
        ("access_filters", "{}"),
        ("force_logout_login", "true"),
    ];

    #[test]
    fn each_mistake_is_named_and_what_is_right_is_none() {
        let right = address("", SignatureHash::Sha256, SECRET, &SENT).string_to_sign(HOST);
        let line = |at: usize, other: &str| {
            let mut lines: Vec<&str> = right.split('\n').collect();
            if other.is_empty() {
                lines.remove(at);
            } else {
                lines[at] = other;
            }
            lines.join("\n")
        };
        let mistaken = |text: &str, hash, secret: &[u8]| {
            address(text, hash, secret, &SENT).mistake(HOST, [(SignatureHash::Sha256, SECRET)])
        };
        let sha256 = |text: &str| mistaken(text, SignatureHash::Sha256, SECRET);
        assert_eq!(mistaken(&right, SignatureHash::Sha1, SECRET), Some(Mistake::Hash(SignatureHash::Sha1)));
        assert_eq!(mistaken(&right, SignatureHash::Sha256, &[SECRET, b"\n"].concat()), Some(Mistake::Secret));
        assert_eq!(mistaken(&right, SignatureHash::Sha256, b"another"), None);
        assert_eq!(sha256(&line(2, "\"m\"")), None);
        for odd in ["https://looker.example:8080", "looker.example", "looker.example:443"] {
            assert_eq!(sha256(&line(0, odd)), Some(Mistake::Host(odd.to_owned())));
        }
        for odd in ["/login/embed//embed/dashboards/3", "/embed/dashboards/3", "%2Fembed%2Fdashboards%2F3"] {
            assert_eq!(sha256(&line(1, odd)), Some(Mistake::Path(odd.to_owned())));
        }
        for (at, name) in [(8, "group_ids"), (9, "external_group_id"), (10, "user_attributes"), (11, "access_filters")]
        {
            assert_eq!(sha256(&line(at, "")), Some(Mistake::LeftOut(name)));
        }
        assert_eq!(sha256(&format!("{right}\n")), Some(Mistake::LastLine));
        let spaced = right.replace(",\"", ", \"").replace("\":", "\": ");
        assert_eq!(sha256(&spaced), Some(Mistake::Spaced));
        assert_eq!(
            sha256(&right.replace("\"n\"", "n").replace("\"bea\"", "bea").replace("\"acme\"\n", "acme\n")),
            Some(Mistake::Unquoted)
        );
        let mut named: Vec<_> = SENT[..10].to_vec();
        named.sort_unstable();
        let lines = right.split('\n').take(2).chain(named.iter().map(|(_, text)| *text)).collect::<Vec<_>>().join("\n");
        assert_eq!(sha256(&lines), Some(Mistake::Order));
    }

    #[test]
    fn blanks_that_are_sent_and_were_not_signed_are_a_mistake() {
        let right = address("", SignatureHash::Sha256, SECRET, &SENT).string_to_sign(HOST);
        let sent =
            SENT.map(
                |(name, text)| {
                    if name == "permissions" { (name, "[\"access_data\", \"see_looks\"]") } else { (name, text) }
                },
            );
        let url = address(&right, SignatureHash::Sha256, SECRET, &sent);
        assert_eq!(url.mistake(HOST, [(SignatureHash::Sha256, SECRET)]), Some(Mistake::Compact));
        assert!(Mistake::Compact.to_string().contains("sign what is sent"));
    }
}
