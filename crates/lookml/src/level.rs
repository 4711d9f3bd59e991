//! Where properties stand in LookML, and which of them may be left out there without anybody seeing more.

use crate::finding::Findings;
use crate::syntax::Property;

/// A kind of block.
#[derive(Debug)]
pub(crate) struct Level {
    /// What the block is called.
    what: &'static str,
    /// What becomes of it if it has a property that is not understood.
    closed: &'static str,
    /// Properties that change what things look like and never what somebody sees. All others close.
    harmless: &'static [&'static str],
}

impl Level {
    /// Reports a property that nobody has taken. Whether it is harmless.
    pub(crate) fn report(&self, name: &str, property: &Property, findings: &mut Findings) -> bool {
        let of = if name.is_empty() { self.what.to_owned() } else { format!("{} `{name}`", self.what) };
        let label = match &property.value {
            crate::syntax::Value::Block(block) => block.label.as_deref().unwrap_or_default(),
            _ => "",
        };
        let property_name = format!("{} {label}", property.name);
        let found = property_name.trim_end();
        let is_harmless = self.harmless.contains(&property.name.as_str());
        if is_harmless {
            findings.note(&property.place, format!("`{found}` of {of} is not carried over"));
        } else {
            findings.closed(&property.place, format!("`{found}` of {of} is not understood: {}", self.closed));
        }
        is_harmless
    }
}

/// A file of a model, with what it includes.
pub(crate) const MODEL: Level = Level {
    what: "the model",
    closed: "no explore of the model is made",
    harmless: &[
        "case_sensitive",
        "datagroup",
        "fiscal_month_offset",
        "label",
        "map_layer",
        "named_value_format",
        "persist_for",
        "persist_with",
        "test",
    ],
};

/// `access_grant`.
pub(crate) const GRANT: Level =
    Level { what: "access grant", closed: "nobody has it, and what requires it is not made", harmless: &[] };

/// `view`.
pub(crate) const VIEW: Level = Level {
    what: "view",
    closed: "no explore reads the view",
    harmless: &[
        "description",
        "drill_fields",
        "fields_hidden_by_default",
        "filter",
        "parameter",
        "suggestions",
        "tags",
    ],
};

/// `dimension`, `dimension_group` and `measure`.
pub(crate) const FIELD: Level = Level {
    what: "field",
    closed: "the field is not made",
    harmless: &[
        "action",
        "alias",
        "alpha_sort",
        "allow_fill",
        "can_filter",
        "case_sensitive",
        "convert_tz",
        "description",
        "drill_fields",
        "full_suggestions",
        "group_item_label",
        "group_label",
        "html",
        "link",
        "map_layer_name",
        "order_by_field",
        "skip_drill_filter",
        "style",
        "suggest_dimension",
        "suggest_explore",
        "suggest_persist_for",
        "suggestable",
        "suggestions",
        "tags",
        "value_format",
        "value_format_name",
        "view_label",
    ],
};

/// `set`.
pub(crate) const SET: Level = Level { what: "set", closed: "nothing is in it", harmless: &[] };

/// `explore`.
pub(crate) const EXPLORE: Level = Level {
    what: "explore",
    closed: "nobody sees a row of it",
    harmless: &[
        "aggregate_table",
        "always_filter",
        "cancel_grouping_fields",
        "case_sensitive",
        "conditionally_filter",
        "description",
        "group_label",
        "hidden",
        "persist_for",
        "persist_with",
        "query",
        "symmetric_aggregates",
        "tags",
    ],
};

/// `access_filter`.
pub(crate) const ACCESS_FILTER: Level =
    Level { what: "access filter", closed: "nobody sees a row of the explore", harmless: &[] };

/// `join`.
pub(crate) const JOIN: Level = Level { what: "join", closed: "the join is not made", harmless: &["description"] };

/// `filters` in its older form.
pub(crate) const FILTER: Level = Level { what: "filter", closed: "the measure is not made", harmless: &[] };
