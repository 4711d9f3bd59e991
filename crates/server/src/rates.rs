//! How often somebody may come: with one key, in one session, with one API credential, from one address.
//!
//! What is kept of each is one instant: when they would be at rest again if every request took its share of a minute (the
//! generic cell rate algorithm). So a minute's worth may come at once, and as much each minute from then on.

use crate::app::App;
use crate::audit;
use crate::callers::{Shown, Viewer, route};
use crate::config::Proxies;
use crate::correlation::CorrelationId;
use crate::problem::Problem;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use chrono::{DateTime, TimeDelta, Utc};
use model::enforcement::{Point, enforced};
use model::name::{KeyId, SessionId};
use model::snapshot::Snapshot;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

/// So many are remembered. Above that, the half of them begin anew who are closest to rest.
const MOST_REMEMBERED: usize = 65_536;

/// As much comes at once as otherwise in this time.
const AT_ONCE: TimeDelta = TimeDelta::minutes(1);

/// Whose requests count together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RateOf {
    /// Whatever shows a secret of a key, or what was signed with one.
    Key(KeyId),
    /// Whatever shows the handle of a session.
    Session(SessionId),
    /// Whatever shows an API credential.
    Credential(SessionId),
    /// People nobody knows, by where they come from.
    Address(IpAddr),
}

impl RateOf {
    /// The word by which refusals are counted.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Key(_) => "rate_of_key",
            Self::Session(_) => "rate_of_session",
            Self::Credential(_) => "rate_of_credential",
            Self::Address(_) => "rate_of_address",
        }
    }
}

/// When everybody who came lately is at rest again.
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<RateOf, DateTime<Utc>>>);

impl Rates {
    /// Counts a request; 0 a minute are any number.
    ///
    /// # Errors
    /// It is one too many. In so many seconds it is not.
    pub fn take(&self, of: RateOf, a_minute: u32, now: DateTime<Utc>) -> Result<(), u32> {
        if a_minute == 0 {
            return Ok(());
        }
        let share = TimeDelta::microseconds(AT_ONCE.num_microseconds().unwrap_or_default() / i64::from(a_minute));
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let busy_until = rests.get_mut(&of).map_or(now, |rest| {
            // A clock that was turned back makes nobody wait for longer.
            *rest = (*rest).min(now + AT_ONCE);
            now.max(*rest)
        });
        let rest = busy_until + share;
        let early = rest - now - AT_ONCE;
        if early > TimeDelta::zero() {
            let microseconds = early.num_microseconds().unwrap_or(i64::MAX);
            return Err(u32::try_from(microseconds.saturating_add(999_999) / 1_000_000).unwrap_or(u32::MAX));
        }
        if rests.len() >= MOST_REMEMBERED && !rests.contains_key(&of) {
            forget(&mut rests);
        }
        rests.insert(of, rest);
        Ok(())
    }
}

/// Forgets at least half: those at rest, whom nobody misses, and of the others those who are closest to it.
fn forget(rests: &mut HashMap<RateOf, DateTime<Utc>>) {
    let mut instants: Vec<_> = rests.values().copied().collect();
    let (_, middle, _) = instants.select_nth_unstable(MOST_REMEMBERED / 2);
    let middle = *middle;
    rests.retain(|_, rest| *rest > middle);
}

/// Counts a request and refuses it if it is one too many.
async fn expect(
    app: &App,
    parts: &Parts,
    correlation: &CorrelationId,
    of: RateOf,
    a_minute: u32,
) -> Result<(), Problem> {
    let Err(seconds) = app.rates.take(of.clone(), a_minute, app.clock.now()) else { return Ok(()) };
    if !enforced(Point::RateLimits) {
        return Ok(());
    }
    audit::too_often(app, correlation, route(parts), &of).await?;
    Err(Problem::TooOften(seconds))
}

/// Expects whoever nobody knows to come no more often from where they are than they may.
pub(crate) async fn of_address(app: &App, parts: &Parts, correlation: &CorrelationId) -> Result<(), Problem> {
    let address = address_of(parts, &app.proxies);
    expect(app, parts, correlation, RateOf::Address(address), app.requests.per_address).await
}

/// Expects a key to be used no more often than its ceiling says.
pub(crate) async fn of_key(
    app: &App,
    parts: &Parts,
    correlation: &CorrelationId,
    (snapshot, key): (&Snapshot, &KeyId),
) -> Result<(), Problem> {
    let a_minute = snapshot.keys.get(key).and_then(|key| key.ceiling.rate).unwrap_or_default();
    expect(app, parts, correlation, RateOf::Key(key.clone()), a_minute).await
}

/// Expects somebody who has come in to ask no more often than they may. Where guests come from was counted before.
pub(crate) async fn of_viewer(app: &App, parts: &Parts, viewer: &Viewer) -> Result<(), Problem> {
    let facts = viewer.principal.facts();
    let (of, a_minute) = match (&viewer.shown, &facts.key) {
        (Shown::Handle(_) | Shown::SessionToken(_) | Shown::Cookie(..), _) => {
            (RateOf::Session(facts.session.clone()), app.requests.per_session)
        }
        (Shown::Credential(_) | Shown::AccessToken(_), _) => {
            (RateOf::Credential(facts.session.clone()), app.requests.per_credential)
        }
        (Shown::Token(..), Some(key)) => {
            return of_key(app, parts, &viewer.correlation, (&viewer.organization.snapshot, key)).await;
        }
        (Shown::Token(..) | Shown::Link(_), _) => return Ok(()),
    };
    expect(app, parts, &viewer.correlation, of, a_minute).await
}

/// Where a request comes from: the other end of the connection, or whom proxies that are trusted say they speak for. Of an
/// address of IPv6 the network, because a machine has as many of those as it likes.
fn address_of(parts: &Parts, proxies: &Proxies) -> IpAddr {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = connected.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    let said = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let said: Vec<&str> = said.flat_map(|value| value.split(',')).collect();
    let mut address = peer.to_canonical();
    for hop in said.into_iter().rev() {
        let Some(before) = hop.trim().parse::<IpAddr>().ok().filter(|_| proxies.trust(address)) else { break };
        address = before.to_canonical();
    }
    network(address)
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(60_000, 0).unwrap_or_default() + TimeDelta::milliseconds(milliseconds)
    }

    fn session(name: &str) -> RateOf {
        RateOf::Session(SessionId::new(name))
    }

    #[test]
    fn a_minutes_worth_comes_at_once_and_then_one_after_another() {
        let rates = Rates::default();
        for _ in 0..30 {
            assert_eq!(rates.take(session("bea"), 30, at(0)), Ok(()));
        }
        assert_eq!(rates.take(session("bea"), 30, at(0)), Err(2), "one each two seconds");
        assert_eq!(rates.take(session("bea"), 30, at(1_999)), Err(1));
        assert_eq!(rates.take(session("bob"), 30, at(0)), Ok(()), "others do not wait");
        assert_eq!(rates.take(session("bea"), 30, at(2_000)), Ok(()));
        assert_eq!(rates.take(session("bea"), 30, at(2_000)), Err(2));
        for _ in 0..30 {
            assert_eq!(rates.take(session("bea"), 30, at(62_000)), Ok(()), "at rest after a minute");
        }
        assert!(rates.take(session("bea"), 30, at(62_000)).is_err());
    }

    #[test]
    fn a_refusal_takes_nothing_and_zero_is_no_limit() {
        let rates = Rates::default();
        assert_eq!(rates.take(session("bea"), 1, at(0)), Ok(()));
        for _ in 0..100 {
            assert_eq!(rates.take(session("bea"), 1, at(0)), Err(60));
            assert_eq!(rates.take(session("bob"), 0, at(0)), Ok(()));
        }
        assert_eq!(rates.take(session("bea"), 1, at(60_000)), Ok(()));
    }

    #[test]
    fn a_clock_that_is_turned_back_makes_nobody_wait_longer_than_before() {
        let rates = Rates::default();
        assert_eq!(rates.take(session("bea"), 1, at(3_600_000)), Ok(()));
        assert_eq!(rates.take(session("bea"), 1, at(0)), Err(60));
        assert_eq!(rates.take(session("bea"), 1, at(60_000)), Ok(()));
    }

    #[test]
    fn so_many_are_remembered_and_those_who_come_most_first_of_all() {
        let rates = Rates::default();
        for _ in 0..10 {
            assert_eq!(rates.take(session("busy"), 10, at(0)), Ok(()));
        }
        for number in 0..MOST_REMEMBERED as u32 * 2 {
            let address = RateOf::Address(IpAddr::V4(Ipv4Addr::from_bits(number)));
            assert_eq!(rates.take(address, 10, at(0)), Ok(()));
        }
        assert!(rates.0.lock().unwrap().len() <= MOST_REMEMBERED);
        assert!(rates.take(session("busy"), 10, at(0)).is_err());
    }

    fn seen(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        address_of(&parts, &Proxies::try_from(trusted.to_owned()).unwrap()).to_string()
    }

    #[test]
    fn addresses_are_believed_of_trusted_proxies_alone() {
        assert_eq!(seen("10.0.0.1", &["192.0.2.7"], ""), "10.0.0.1", "nobody is trusted");
        assert_eq!(seen("10.0.0.1", &["192.0.2.7"], "10.0.0.0/8"), "192.0.2.7");
        assert_eq!(seen("10.0.0.1", &["192.0.2.7"], "10.0.0.2"), "10.0.0.1");
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.1, 192.0.2.7"], "10.0.0.1"),
            "192.0.2.7",
            "what it said is its own word"
        );
        assert_eq!(seen("10.0.0.1", &["198.51.100.1", "192.0.2.7, 10.0.0.2"], "10.0.0.1,10.0.0.2"), "192.0.2.7");
        assert_eq!(seen("10.0.0.1", &["192.0.2.7, nonsense"], "10.0.0.1"), "10.0.0.1");
        assert_eq!(seen("::ffff:10.0.0.1", &["192.0.2.7"], "10.0.0.1"), "192.0.2.7");
        assert_eq!(seen("2001:db8:1:2:3:4:5:6", &[], ""), "2001:db8:1:2::");
    }
}
