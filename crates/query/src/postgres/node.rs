//! A statement in the logical plan.

use crate::postgres::server::Server;
use crate::postgres::sql::Select;
use datafusion::common::{DFSchemaRef, Result, internal_err};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Where a statement runs, and as whom.
#[derive(Debug, Clone)]
pub(crate) struct At {
    pub(crate) server: Arc<Server>,
    /// The role that it runs as; `None`: the one that has logged in.
    pub(crate) role: Option<String>,
}

impl At {
    fn identity(&self) -> (u64, &Option<String>) {
        (self.server.number(), &self.role)
    }
}

impl PartialEq for At {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

/// Rows that a database gives. Two of them are equal if the same statement is run as the same role of the same database.
#[derive(Debug, Clone)]
pub(crate) struct Pushed {
    pub(crate) at: At,
    pub(crate) select: Select,
    schema: DFSchemaRef,
}

impl Pushed {
    /// The statement in place of a plan with that schema.
    pub(crate) fn plan(at: At, select: Select, schema: DFSchemaRef) -> LogicalPlan {
        LogicalPlan::Extension(Extension { node: Arc::new(Self { at, select, schema }) })
    }

    fn identity(&self) -> ((u64, &Option<String>), &Select) {
        (self.at.identity(), &self.select)
    }
}

impl PartialEq for Pushed {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity() && self.schema == other.schema
    }
}

impl Eq for Pushed {}

/// There is no order of statements; the plan asks for one.
impl PartialOrd for Pushed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl Hash for Pushed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl UserDefinedLogicalNodeCore for Pushed {
    fn name(&self) -> &str {
        "Pushed"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        Vec::new()
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pushed: {}", self.select.statement().text)
    }

    fn with_exprs_and_inputs(&self, _expressions: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        if inputs.is_empty() { Ok(self.clone()) } else { internal_err!("a statement has no input") }
    }
}
