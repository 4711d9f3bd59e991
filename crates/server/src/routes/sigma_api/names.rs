//! What fields are called there and here.

use crate::problem::Problem;

const NAMES: [(&str, &str); 9] = [
    ("account_type", "memberType"),
    ("deactivated", "isArchived"),
    ("default", "defaultValue"),
    ("embed_member", "members"),
    ("first_name", "firstName"),
    ("kind", "userKind"),
    ("last_name", "lastName"),
    ("subject", "email"),
    ("teams", "addToTeams"),
];

/// The same refusal, with what Sigma calls the field.
pub(super) fn of_sigma(problem: Problem) -> Problem {
    match problem {
        Problem::Invalid { code, detail } => Problem::Invalid { code, detail: renamed(&detail) },
        Problem::Forbidden { code, detail } => Problem::Forbidden { code, detail: renamed(&detail) },
        other => other,
    }
}

fn renamed(detail: &str) -> String {
    let found = NAMES.iter().find_map(|(here, there)| {
        let rest = detail.strip_prefix('`')?.strip_prefix(here)?;
        rest.starts_with(['`', '[', '.']).then(|| format!("`{there}{rest}"))
    });
    found.unwrap_or_else(|| detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_as_there() {
        assert_eq!(renamed("`first_name`: expected a text"), "`firstName`: expected a text");
        assert_eq!(renamed("`teams[0]`: expected a team"), "`addToTeams[0]`: expected a team");
        assert_eq!(renamed("`kinds`: expected `kind`"), "`kinds`: expected `kind`");
        assert_eq!(renamed("something else"), "something else");
    }
}
