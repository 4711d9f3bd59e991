//! What the scopes of a token come to here.

use crate::tableau::{Scope, SignedIn, TableauRefusal};
use model::access::Permission;
use model::assertion::Assertion;
use std::collections::BTreeSet;

/// What pages of hosts need.
const EMBED: &str = "tableau:views:embed";

/// What programs need at least.
const READ: &str = "tableau:content:read";

/// What programs may do with a scope. Whoever administers signs in with a personal access token: no token of a host's
/// administers.
const OF_PROGRAMS: &[(&str, &[Permission])] = &[
    (READ, &[Permission::View]),
    (
        "tableau:views:download",
        &[Permission::View, Permission::ExportCsv, Permission::ExportXlsx, Permission::ExportPicture],
    ),
];

impl SignedIn {
    /// What is vouched for where a page shows content.
    ///
    /// # Errors
    /// The token is not for that.
    pub fn for_page(self) -> Result<Assertion, TableauRefusal> {
        self.scopes.expect(&scope(EMBED)?)?;
        Ok(self.assertion)
    }

    /// What is vouched for where a program signs in: a session that is narrowed to what the scopes say.
    ///
    /// # Errors
    /// None of its scopes is for programs.
    pub fn for_program(self) -> Result<Assertion, TableauRefusal> {
        let mut held = BTreeSet::new();
        for (text, permissions) in OF_PROGRAMS {
            if self.scopes.admit(&scope(text)?) {
                held.extend(permissions.iter().map(|one| one.as_str().to_owned()));
            }
        }
        if held.is_empty() {
            return Err(TableauRefusal::ScopeMissing(scope(READ)?));
        }
        Ok(self.assertion.narrowed_to(held.into_iter().collect()))
    }
}

fn scope(text: &str) -> Result<Scope, TableauRefusal> {
    Scope::parse(text).map_err(|_| TableauRefusal::ScopeMalformed(text.to_owned()))
}
