//! Asking servers of others: short answers, soon, from public addresses only unless somebody has said otherwise.
//!
//! An address is judged after its name was resolved, so that no name leads into the network that this server stands in.

use model::enforcement::{Point, enforced};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder};
use serde_json::{Map, Value};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::{Host, Url};

/// How long an answer may take, from the first byte sent to the last one received.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer, in bytes. Read as JSON it may be a hundred and fifty times as large.
pub const LARGEST: usize = 128 * 1024;

/// Why another server has given no answer. For the log; says nothing of what was received.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It has no address that may be asked.
    #[error("`{0}` has no public address; `private_network` allows others")]
    Private(String),
    /// It cannot be reached, or not in time.
    #[error("`{0}` cannot be reached: {1}")]
    Unreachable(String, String),
    /// It answers with an error.
    #[error("`{0}` answers {1}")]
    Status(String, u16),
    /// It answers with something else than was asked for.
    #[error("`{0}` answers with something else: expected a JSON object of at most 128 KiB")]
    Odd(String),
}

/// Asks servers of others. Is set up when it is first needed, with the certificates that the machine trusts.
#[derive(Debug, Default)]
pub struct Outbound {
    public: OnceLock<Option<Client>>,
    any: OnceLock<Option<Client>>,
}

fn builder() -> ClientBuilder {
    Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE).user_agent("Vitrine")
}

impl Outbound {
    /// The JSON object at an address.
    ///
    /// # Errors
    /// There is none.
    pub async fn get(&self, url: &Url, private: bool, bearer: Option<&str>) -> Result<Map<String, Value>, NoAnswer> {
        let request = self.client(url, private)?.get(url.clone());
        let request = bearer.iter().fold(request, |request, token| request.bearer_auth(token));
        object(url, request).await
    }

    /// The JSON object that a form is answered with; `basic`: whoever sends it, with their secret.
    ///
    /// # Errors
    /// There is none.
    pub async fn post(
        &self,
        url: &Url,
        private: bool,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<Map<String, Value>, NoAnswer> {
        let request = self.client(url, private)?.post(url.clone()).form(form);
        let request = basic.iter().fold(request, |request, (name, secret)| request.basic_auth(name, Some(secret)));
        object(url, request).await
    }

    fn client(&self, url: &Url, private: bool) -> Result<&Client, NoAnswer> {
        let no_tls = || NoAnswer::Unreachable(server(url), "this machine trusts no certificates".to_owned());
        if private || !enforced(Point::PrivateNetwork) {
            return self.any.get_or_init(|| builder().build().ok()).as_ref().ok_or_else(no_tls);
        }
        // Addresses that are written out are not resolved.
        let written = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        if written.is_some_and(|address| !is_public(address)) {
            return Err(NoAnswer::Private(server(url)));
        }
        let public = || builder().dns_resolver(Arc::new(PublicOnly)).build().ok();
        self.public.get_or_init(public).as_ref().ok_or_else(no_tls)
    }
}

async fn object(url: &Url, request: RequestBuilder) -> Result<Map<String, Value>, NoAnswer> {
    let failed = |error: reqwest::Error| {
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        if cause.is::<NonePublic>() {
            return NoAnswer::Private(server(url));
        }
        NoAnswer::Unreachable(server(url), cause.to_string())
    };
    let mut answer = request.header("accept", "application/json").send().await.map_err(failed)?;
    if !answer.status().is_success() {
        return Err(NoAnswer::Status(server(url), answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(NoAnswer::Odd(server(url)));
        }
        bytes.extend_from_slice(&chunk);
    }
    match dialect::strict_json::parse(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(NoAnswer::Odd(server(url))),
    }
}

fn server(url: &Url) -> String {
    url.origin().ascii_serialization()
}

struct PublicOnly;

#[derive(Debug, thiserror::Error)]
#[error("no public address")]
struct NonePublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NonePublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet (the special-purpose registries of RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || matches!((first, second), (0 | 240..=255, _) | (100, 64..=127) | (198, 18..=19))
        || (first, second, third) == (192, 0, 0);
    !is_special
}

/// Those that are given out (`2000::/3`), but for what is written of IPv4 in them.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_tunnel = first == 0x2002 || first == 0x2001 && (second < 0x200 || second == 0xdb8);
    (0x2000..0x4000).contains(&first) && !is_tunnel
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn addresses_of_the_own_network_are_told_from_others() {
        for public in ["8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "192.0.0.8",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }
}
