//! Looking through the trail, a page at a time.

use super::rows::{self, SELECT};
use super::{EventId, RecordedEvent};
use crate::time::micros;
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use model::name::{MemberId, SessionId, TenantId};
use sqlx::AssertSqlSafe;

/// Which events are looked for. All that is said must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Of that kind, such as `session_opened`.
    pub event: Option<String>,
    /// Of people of that tenant.
    pub tenant: Option<TenantId>,
    /// Of that member.
    pub member: Option<MemberId>,
    /// Of whoever the issuer calls that.
    pub subject: Option<String>,
    /// Of that session.
    pub session: Option<SessionId>,
    /// About that, or something in it: `flights` is also of `flights/overview`.
    pub resource: Option<String>,
    /// Not earlier.
    pub since: Option<DateTime<Utc>>,
    /// Earlier.
    pub until: Option<DateTime<Utc>>,
}

/// Some events, the last one first.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    /// The events.
    pub events: Vec<RecordedEvent>,
    /// Behind which the next page begins; `None`: there is none.
    pub next: Option<EventId>,
}

/// A condition with its numbered parameters.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    parameters: Vec<Parameter>,
}

enum Parameter {
    Text(String),
    Number(i64),
}

impl Conditions {
    fn text(&mut self, condition: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.add(condition, Parameter::Text(text.to_owned()));
        }
    }

    fn number(&mut self, condition: &str, number: Option<i64>) {
        if let Some(number) = number {
            self.add(condition, Parameter::Number(number));
        }
    }

    /// `$` stands for the parameter.
    fn add(&mut self, condition: &str, parameter: Parameter) {
        self.parameters.push(parameter);
        self.texts.push(condition.replace('$', &format!("${}", self.parameters.len())));
    }
}

impl Store {
    /// At most `limit` events of a kind, the last one first, behind the event `after`.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<AuditPage, StoreError> {
        let mut conditions = Conditions::default();
        conditions.text("event = $", filter.event.as_deref());
        conditions.text("tenant = $", filter.tenant.as_ref().map(TenantId::as_str));
        conditions.text("member = $", filter.member.as_ref().map(MemberId::as_str));
        conditions.text("subject = $", filter.subject.as_deref());
        conditions.text("session = $", filter.session.as_ref().map(SessionId::as_str));
        let within = "(resource = $ OR substr(resource, 1, length($) + 1) = $ || '/')";
        conditions.text(within, filter.resource.as_deref());
        conditions.number("occurred_at >= $", filter.since.map(micros));
        conditions.number("occurred_at < $", filter.until.map(micros));
        conditions.number("audit_events.sequence < $", after.map(|after| after.0));
        let which = match conditions.texts.as_slice() {
            [] => String::new(),
            texts => format!("WHERE {} ", texts.join(" AND ")),
        };
        let limited = conditions.parameters.len() + 1;
        // Made of the texts above; what was asked for is bound.
        let sql = AssertSqlSafe(format!("{SELECT}{which}ORDER BY audit_events.sequence DESC LIMIT ${limited}"));
        let mut query = sqlx::query_as(sql);
        for parameter in conditions.parameters {
            query = match parameter {
                Parameter::Text(text) => query.bind(text),
                Parameter::Number(number) => query.bind(number),
            };
        }
        let mut connection = self.database.readers().acquire().await?;
        let found = query.bind(i64::from(limit) + 1).fetch_all(&mut *connection).await?;
        let mut events = rows::read_all(found)?;
        let more = events.len() > limit as usize;
        events.truncate(limit as usize);
        let next = events.last().filter(|_| more).map(|event| event.id);
        Ok(AuditPage { events, next })
    }
}
