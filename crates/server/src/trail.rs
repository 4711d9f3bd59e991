//! `vitrine audit`: looking through the audit trail, and verifying it.

use crate::apply::{ApplyError, open_store};
use crate::config::Config;
use chrono::{DateTime, Utc};
use clap::Args;
use model::name::{MemberId, SessionId, TenantId};
use store::audit::{AuditFilter, AuditPage, Broken, EventId, Verified};

/// Which events are shown. All that is said must hold.
#[derive(Debug, Args)]
pub struct Shown {
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Events of that kind, such as `session_opened`
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// Events of that member, by id
    #[arg(long, value_name = "ID")]
    member: Option<String>,
    /// Events of whoever the issuer calls that
    #[arg(long)]
    subject: Option<String>,
    /// Events of people of that tenant, by id
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Events of that session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Events about that or something in it, such as `flights/overview`
    #[arg(long)]
    resource: Option<String>,
    /// Events not earlier, such as `2026-01-31T00:00:00Z`
    #[arg(long, value_name = "TIME")]
    since: Option<DateTime<Utc>>,
    /// Events earlier
    #[arg(long, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// Events behind that one: where the page before ended
    #[arg(long, value_name = "NUMBER")]
    after: Option<i64>,
}

impl Shown {
    fn filter(&self) -> AuditFilter {
        AuditFilter {
            event: self.event.clone(),
            tenant: self.tenant.clone().map(TenantId::new),
            member: self.member.clone().map(MemberId::new),
            subject: self.subject.clone(),
            session: self.session.clone().map(SessionId::new),
            resource: self.resource.clone(),
            since: self.since,
            until: self.until,
        }
    }
}

/// A page of the trail: the lines, and what to say if there is more.
pub async fn page(shown: &Shown, config: &Config) -> Result<(Vec<String>, Option<String>), ApplyError> {
    let store = open_store(config).await?;
    let AuditPage { events, next } =
        store.audit_page(&shown.filter(), shown.after.map(EventId::of), shown.limit).await?;
    let lines = events.iter().map(|event| serde_json::to_string(event).unwrap_or_default());
    Ok((lines.collect(), next.map(|next| format!("there are more: --after {}", next.number()))))
}

/// Walks the chains: what to say, and whether they hold.
pub async fn verify(config: &Config) -> Result<(Vec<String>, bool), ApplyError> {
    let Verified { chains, before, broken } = open_store(config).await?.verify_audit().await?;
    let mut lines: Vec<String> =
        chains.iter().map(|it| format!("chain `{}`: {} links, head {}", it.node, it.position, it.hash)).collect();
    if before > 0 {
        lines.push(format!("{before} events from before there were chains"));
    }
    let holds = broken.is_none();
    lines.extend(broken.as_ref().map(told));
    Ok((lines, holds))
}

fn told(broken: &Broken) -> String {
    let place = match (&broken.node, broken.position) {
        (Some(node), Some(position)) => format!("chain `{node}`, link {position}"),
        _ => "in no chain".to_owned(),
    };
    let event = broken.event.map(|event| format!(", event {}", event.number())).unwrap_or_default();
    format!("broken: {place}{event}: {}", broken.breach.told())
}
