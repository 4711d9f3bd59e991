//! The logical barrier.

use datafusion::common::{DFSchemaRef, Result, internal_err};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};
use std::fmt;
use std::sync::Arc;

/// Passes rows through unchanged and lets no predicate and no limit through: every column forbids it, which is what
/// [`UserDefinedLogicalNodeCore::prevent_predicate_push_down_columns`] says unless overridden.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub(crate) struct Barrier {
    input: LogicalPlan,
    /// What must stand between this node and the scan. `None`: every row of the table is shared.
    policy: Option<Expr>,
    /// What must stand in place of which columns.
    masks: Vec<(String, Expr)>,
    /// Whether it is around an answer, whose scans are behind barriers of their own, and not over a scan.
    is_around_answer: bool,
}

impl Barrier {
    /// Puts a barrier over `input`, in which the filter `policy` stands over a scan and a projection with `masks` over
    /// that.
    pub(crate) fn over(input: LogicalPlan, policy: Option<Expr>, masks: Vec<(String, Expr)>) -> LogicalPlan {
        LogicalPlan::Extension(Extension { node: Arc::new(Self { input, policy, masks, is_around_answer: false }) })
    }

    /// Puts a barrier around an answer of which a table is derived: policies on that are not for what it is made of.
    pub(crate) fn around(answer: LogicalPlan) -> LogicalPlan {
        let node = Self { input: answer, policy: None, masks: Vec::new(), is_around_answer: true };
        LogicalPlan::Extension(Extension { node: Arc::new(node) })
    }

    /// Whether what is below is an answer.
    pub(crate) const fn is_around_answer(&self) -> bool {
        self.is_around_answer
    }

    /// The barrier, if the node is one.
    pub(crate) fn of(plan: &LogicalPlan) -> Option<&Self> {
        match plan {
            LogicalPlan::Extension(extension) => extension.node.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// What is below.
    pub(crate) const fn input(&self) -> &LogicalPlan {
        &self.input
    }

    /// What must stand between this node and the scan.
    pub(crate) const fn policy(&self) -> Option<&Expr> {
        self.policy.as_ref()
    }

    /// What must stand in place of which columns.
    pub(crate) fn masks(&self) -> &[(String, Expr)] {
        &self.masks
    }
}

impl UserDefinedLogicalNodeCore for Barrier {
    fn name(&self) -> &str {
        "Barrier"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    /// None: the policy is kept for comparison, never rewritten.
    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Barrier")
    }

    fn with_exprs_and_inputs(&self, _expressions: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        match (inputs.pop(), inputs.is_empty()) {
            (Some(input), true) => Ok(Self { input, ..self.clone() }),
            _ => internal_err!("a barrier has one input"),
        }
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![output_columns.to_vec()])
    }
}
