//! Values of user attributes, which are texts in Looker's API whatever their type.

use crate::problem::Problem;
use crate::routes::written::invalid;
use model::attribute::AttributeKind;

pub(super) use crate::routes::attribute_text::{read, told};

/// What Looker calls the type of an attribute.
pub(super) const fn kind_told(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::Text => "string",
        AttributeKind::Number => "number",
        AttributeKind::Boolean => "yesno",
        AttributeKind::Date | AttributeKind::Timestamp => "datetime",
        AttributeKind::Filter => "advanced_filter_string",
    }
}

/// The type of that name; of Looker's instants only those that are instants here.
pub(super) fn kind_read(name: &str) -> Result<AttributeKind, Problem> {
    match name {
        "string" | "zipcode" => Ok(AttributeKind::Text),
        "number" => Ok(AttributeKind::Number),
        "yesno" => Ok(AttributeKind::Boolean),
        "datetime" => Ok(AttributeKind::Timestamp),
        "advanced_filter_string" | "advanced_filter_number" => Ok(AttributeKind::Filter),
        _ => Err(invalid(
            "type",
            "expected `string`, `number`, `yesno`, `zipcode`, `datetime`, `advanced_filter_string` or `advanced_filter_number`",
        )),
    }
}
