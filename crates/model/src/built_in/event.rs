//! One line of the activity.

use crate::value::{ColumnType, Scalar};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

/// What was done or decided, as the built-in model shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityEvent {
    /// Its place in the trail.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened, such as `run_query`.
    pub event: String,
    /// `allowed` or `refused`.
    pub outcome: &'static str,
    /// Who: what the issuer calls a member, `External user`, `On-demand viewer` with the session, or what the system calls
    /// itself.
    pub person: Option<String>,
    /// The id of the member.
    pub member: Option<String>,
    /// The name of the tenant, or its id if there is none of it any more.
    pub tenant: Option<String>,
    /// The id of the tenant.
    pub tenant_id: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The client id of the embed key, or its id if there is none of it any more.
    pub embed_key: Option<String>,
    /// On whose behalf, where that is somebody else.
    pub acting_for: Option<String>,
    /// What was asked for.
    pub action: Option<String>,
    /// Of what.
    pub resource: Option<String>,
    /// The workbook that was asked.
    pub workbook: Option<String>,
    /// The page of it.
    pub page: Option<String>,
    /// The element or control of that.
    pub element: Option<String>,
    /// The explore that was asked by itself.
    pub explore: Option<String>,
    /// Why.
    pub reasons: Option<String>,
    /// The revision it was decided at.
    pub revision: i64,
    /// What the caller was told to quote.
    pub correlation_id: Option<String>,
    /// Rows that went out.
    pub rows: Option<i64>,
    /// Bytes that went out.
    pub bytes: Option<i64>,
    /// Whether the answer ended early.
    pub ended_early: Option<bool>,
    /// How long it took until the answer had gone out, in thousandths of a second.
    pub milliseconds: Option<i64>,
}

const SECONDS: ColumnType = ColumnType::Decimal { precision: 12, scale: 3 };

impl ActivityEvent {
    /// The columns it has values for, with their types.
    pub const COLUMNS: [(&str, ColumnType); 24] = [
        ("number", ColumnType::Integer),
        ("at", ColumnType::Timestamp),
        ("event", ColumnType::Text),
        ("outcome", ColumnType::Text),
        ("person", ColumnType::Text),
        ("member", ColumnType::Text),
        ("tenant", ColumnType::Text),
        ("tenant_id", ColumnType::Text),
        ("session", ColumnType::Text),
        ("embed_key", ColumnType::Text),
        ("acting_for", ColumnType::Text),
        ("action", ColumnType::Text),
        ("resource", ColumnType::Text),
        ("workbook", ColumnType::Text),
        ("page", ColumnType::Text),
        ("element", ColumnType::Text),
        ("explore", ColumnType::Text),
        ("reasons", ColumnType::Text),
        ("revision", ColumnType::Integer),
        ("correlation_id", ColumnType::Text),
        ("rows", ColumnType::Integer),
        ("bytes", ColumnType::Integer),
        ("ended_early", ColumnType::Boolean),
        ("seconds", SECONDS),
    ];

    /// The type of a column; `None`: it has no such column.
    #[must_use]
    pub fn kind(column: &str) -> Option<ColumnType> {
        Self::COLUMNS.iter().find(|(name, _)| *name == column).map(|(_, kind)| *kind)
    }

    /// The value in a column of that name, if it has one.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<Scalar> {
        let text = |text: &Option<String>| text.clone().map(Scalar::Text);
        match column {
            "number" => Some(Scalar::Integer(self.number)),
            "at" => Some(Scalar::Timestamp(self.at)),
            "event" => Some(Scalar::Text(self.event.clone())),
            "outcome" => Some(Scalar::Text(self.outcome.to_owned())),
            "person" => text(&self.person),
            "member" => text(&self.member),
            "tenant" => text(&self.tenant),
            "tenant_id" => text(&self.tenant_id),
            "session" => text(&self.session),
            "embed_key" => text(&self.embed_key),
            "acting_for" => text(&self.acting_for),
            "action" => text(&self.action),
            "resource" => text(&self.resource),
            "workbook" => text(&self.workbook),
            "page" => text(&self.page),
            "element" => text(&self.element),
            "explore" => text(&self.explore),
            "reasons" => text(&self.reasons),
            "revision" => Some(Scalar::Integer(self.revision)),
            "correlation_id" => text(&self.correlation_id),
            "rows" => self.rows.map(Scalar::Integer),
            "bytes" => self.bytes.map(Scalar::Integer),
            "ended_early" => self.ended_early.map(Scalar::Boolean),
            "seconds" => self.milliseconds.map(|milliseconds| Scalar::Decimal(Decimal::new(milliseconds, 3))),
            _ => None,
        }
    }
}
