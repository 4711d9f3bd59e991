//! How many questions run at once: of one person, of one tenant, of everybody. Whoever asks for more waits for their turn, and
//! nobody else waits for them.

use crate::config::Limits;
use crate::problem::Problem;
use authz::Principal;
use authz::principal::Who;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Above so many lanes those in which nobody is are forgotten.
const MANY_LANES: usize = 1_024;

/// How many pictures are drawn at once: each may take 64 MiB.
const DRAWINGS: usize = 4;

/// Lets questions in, so many at a time, and of pictures fewer.
pub struct Admission {
    of_person: usize,
    of_tenant: usize,
    everybody: Arc<Semaphore>,
    drawings: Arc<Semaphore>,
    patience: Duration,
    lanes: Mutex<HashMap<Lane, Weak<Semaphore>>>,
}

/// Whose questions wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Lane {
    /// Those of one person, or of one session of somebody whom nobody knows.
    Person(String),
    /// Those of one tenant, or of whoever comes by one key or link without one.
    Tenant(String),
}

/// The right to run a question. It ends when this is dropped.
pub struct Admitted {
    _rights: [OwnedSemaphorePermit; 3],
}

/// The right to draw. It ends when this is dropped.
pub struct Drawing {
    _rights: (Admitted, OwnedSemaphorePermit),
}

impl Admission {
    /// Lets in as many as `limits` say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            of_person: number(limits.concurrent_per_person),
            of_tenant: number(limits.concurrent_per_tenant),
            everybody: Arc::new(Semaphore::new(number(limits.concurrent))),
            drawings: Arc::new(Semaphore::new(DRAWINGS)),
            patience: Duration::from_secs(limits.seconds.into()),
            lanes: Mutex::default(),
        }
    }

    /// Waits for a turn: first among one's own questions, then among those of one's tenant, then among all. Dropping the
    /// future gives the place in the queue up.
    pub async fn admit(&self, principal: &Principal) -> Result<Admitted, Problem> {
        let (person, tenant) = lanes_of(principal);
        self.admit_to(person, tenant).await
    }

    /// Waits for a turn to draw: one among questions, as [`Self::admit`], and then one among all pictures.
    pub async fn admit_drawing(&self, principal: &Principal) -> Result<Drawing, Problem> {
        let admitted = self.admit(principal).await?;
        let turn = Arc::clone(&self.drawings).acquire_owned();
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(right)) => Ok(Drawing { _rights: (admitted, right) }),
            Ok(Err(_)) => Err(Problem::Internal),
            Err(_) => Err(Problem::Busy),
        }
    }

    async fn admit_to(&self, person: Lane, tenant: Lane) -> Result<Admitted, Problem> {
        let person = self.lane(person, self.of_person);
        let tenant = self.lane(tenant, self.of_tenant);
        let turn = async {
            let person = person.acquire_owned().await?;
            let tenant = tenant.acquire_owned().await?;
            let everybody = Arc::clone(&self.everybody).acquire_owned().await?;
            Ok::<_, tokio::sync::AcquireError>(Admitted { _rights: [person, tenant, everybody] })
        };
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(admitted)) => Ok(admitted),
            Ok(Err(_)) => Err(Problem::Internal),
            Err(_) => Err(Problem::Busy),
        }
    }

    fn lane(&self, lane: Lane, width: usize) -> Arc<Semaphore> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = lanes.get(&lane).and_then(Weak::upgrade) {
            return open;
        }
        if lanes.len() >= MANY_LANES {
            lanes.retain(|_, lane| lane.strong_count() > 0);
        }
        let opened = Arc::new(Semaphore::new(width));
        lanes.insert(lane, Arc::downgrade(&opened));
        opened
    }
}

fn number(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)
}

fn lanes_of(principal: &Principal) -> (Lane, Lane) {
    let facts = principal.facts();
    let person = match &facts.who {
        Who::Member { id, .. } => id.to_string(),
        Who::OnDemand | Who::Guest | Who::Public(_) => facts.session.to_string(),
    };
    let tenant = match (&facts.tenant, &facts.who, &facts.key) {
        (Some(tenant), ..) => format!("tenant {tenant}"),
        (None, Who::Public(link), _) => format!("link {link}"),
        (None, _, Some(key)) => format!("key {key}"),
        (None, _, None) => String::new(),
    };
    (Lane::Person(person), Lane::Tenant(tenant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use futures::FutureExt as _;

    fn admission(concurrent: u32, concurrent_per_tenant: u32, concurrent_per_person: u32) -> Admission {
        let limits = Config::default().limits;
        Admission::new(&Limits { concurrent, concurrent_per_tenant, concurrent_per_person, ..limits })
    }

    /// Whoever is let in at once.
    async fn at_once(admission: &Admission, person: &str, tenant: &str) -> Option<Admitted> {
        let (person, tenant) = (Lane::Person(person.to_owned()), Lane::Tenant(tenant.to_owned()));
        tokio::task::unconstrained(admission.admit_to(person, tenant)).now_or_never()?.ok()
    }

    #[tokio::test]
    async fn one_waits_for_ones_own_and_nobody_else_does() {
        let admission = admission(9, 9, 1);
        let first = at_once(&admission, "bea", "acme").await;
        assert!(first.is_some() && at_once(&admission, "bea", "acme").await.is_none());
        assert!(at_once(&admission, "bob", "acme").await.is_some());
        drop(first);
        assert!(at_once(&admission, "bea", "acme").await.is_some());
    }

    #[tokio::test]
    async fn a_tenant_waits_for_its_own_people() {
        let admission = admission(9, 2, 2);
        let held = [at_once(&admission, "bea", "acme").await, at_once(&admission, "bob", "acme").await];
        assert!(held.iter().all(Option::is_some) && at_once(&admission, "ben", "acme").await.is_none());
        assert!(at_once(&admission, "gil", "globex").await.is_some());
    }

    #[tokio::test]
    async fn everybody_waits_where_all_is_taken() {
        let admission = admission(1, 9, 9);
        let held = at_once(&admission, "bea", "acme").await;
        assert!(held.is_some() && at_once(&admission, "gil", "globex").await.is_none());
        drop(held);
        assert!(at_once(&admission, "gil", "globex").await.is_some());
    }

    #[tokio::test]
    async fn whoever_waits_too_long_is_told_so() {
        let admission = Admission { patience: Duration::ZERO, ..admission(1, 1, 1) };
        let lanes = || (Lane::Person("bea".to_owned()), Lane::Tenant("acme".to_owned()));
        let held = admission.admit_to(lanes().0, lanes().1).await;
        assert!(held.is_ok());
        assert_eq!(admission.admit_to(lanes().0, lanes().1).await.err(), Some(Problem::Busy));
    }

    #[tokio::test]
    async fn lanes_without_anybody_are_forgotten() {
        let admission = admission(9, 9, 9);
        for number in 0..MANY_LANES * 2 {
            let admitted = at_once(&admission, &format!("person {number}"), "acme").await;
            assert!(admitted.is_some());
        }
        assert!(admission.lanes.lock().unwrap().len() <= MANY_LANES + 1);
    }
}
