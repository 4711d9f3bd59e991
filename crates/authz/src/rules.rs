//! The object rules: one Cedar policy set with its schema, and what it says of one question.
//!
//! The facts are gathered in [`crate::decide`]; the verdict is Cedar's alone. Whatever goes wrong on the way to it,
//! in the rules or in the question, denies.

use crate::denial::Reason;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet, Request, Response,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use model::access::Permission;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const RULES_TEXT: &str = include_str!("../policies/rules.cedar");
const SCHEMA_TEXT: &str = include_str!("../policies/schema.cedarschema");

static RULES: LazyLock<Result<Rules, RulesError>> = LazyLock::new(Rules::load);

/// The rules cannot be used: the build is broken. Everything is denied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the object rules are not valid: {0}")]
pub struct RulesError(String);

impl RulesError {
    fn because(cause: impl ToString) -> Self {
        Self(cause.to_string())
    }
}

/// Whether the object rules can be parsed and agree with their schema in every detail. A server asks before it
/// listens; with rules that are not valid every decision is a denial.
pub fn policies_valid() -> Result<(), RulesError> {
    RULES.as_ref().map(|_| ()).map_err(Clone::clone)
}

/// The facts of one question: the context of `policies/schema.cedarschema`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Circumstances {
    pub(crate) needs: Permission,
    pub(crate) exists: bool,
    pub(crate) inside_ceiling: bool,
    pub(crate) in_scope: bool,
    pub(crate) permissions: BTreeSet<Permission>,
    pub(crate) content_level: i64,
    pub(crate) data_level: i64,
    pub(crate) consumes_locked_parameters: bool,
    pub(crate) downloadable: bool,
    pub(crate) within_reach: bool,
    pub(crate) holds_what_is_given: bool,
}

impl Default for Circumstances {
    fn default() -> Self {
        Self {
            needs: Permission::View,
            exists: false,
            inside_ceiling: false,
            in_scope: false,
            permissions: BTreeSet::new(),
            content_level: 0,
            data_level: 0,
            consumes_locked_parameters: false,
            downloadable: false,
            within_reach: false,
            holds_what_is_given: false,
        }
    }
}

/// One question: may this session do that with this?
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) session: &'a str,
    pub(crate) action: &'static str,
    /// The resource's type in the schema.
    pub(crate) kind: &'static str,
    /// The resource's name, for forbid rules to come.
    pub(crate) name: &'a str,
}

/// The rules that allow it, or all that stands against it.
pub(crate) fn judge(question: Question<'_>, facts: &Circumstances) -> Result<Vec<&'static str>, Vec<Reason>> {
    let Ok(rules) = RULES.as_ref() else {
        return Err(vec![Reason { rule: "rules_are_valid", missing: "valid rules" }]);
    };
    match rules.ask(question, facts) {
        Some(answer) if answer.allowed => Ok(answer.rules),
        Some(_) => Err(rules.explain(question, facts)),
        None => Err(vec![Reason { rule: "rules_are_valid", missing: "a question the rules understand" }]),
    }
}

struct Rules {
    policies: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
    entities: Entities,
}

struct Answer {
    allowed: bool,
    /// The rules that decided; empty if no permit applied.
    rules: Vec<&'static str>,
}

impl Rules {
    fn load() -> Result<Self, RulesError> {
        let policies: PolicySet = RULES_TEXT.parse().map_err(RulesError::because)?;
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA_TEXT).map_err(RulesError::because)?;
        let outcome = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !outcome.validation_passed_without_warnings() {
            return Err(RulesError::because(outcome));
        }
        // Which actions are of which group stands in the schema.
        let entities = schema.action_entities().map_err(RulesError::because)?;
        Ok(Self { policies, schema, authorizer: Authorizer::new(), entities })
    }

    /// `None` where the question does not fit the schema or a rule failed.
    fn ask(&'static self, question: Question<'_>, facts: &Circumstances) -> Option<Answer> {
        let request = question.request(facts, &self.schema)?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        let failed = response.diagnostics().errors().next().is_some();
        (!failed).then(|| Answer { allowed: response.decision() == Decision::Allow, rules: self.names(&response) })
    }

    fn names(&'static self, response: &Response) -> Vec<&'static str> {
        let ids = response.diagnostics().reason();
        let mut names: Vec<_> = ids.filter_map(|id| self.policies.annotation(id, "id")).collect();
        names.sort_unstable();
        names
    }

    /// Which facts, each by itself, would deny it if everything else were granted: exactly those are missing. The
    /// rules are asked, so no second description of them can disagree with the first.
    fn explain(&'static self, question: Question<'_>, facts: &Circumstances) -> Vec<Reason> {
        let ideal = Circumstances::ideal(facts.needs);
        let permit = self.ask(question, &ideal).map(|answer| answer.rules).unwrap_or_default();
        let reasons = FACTS.iter().filter_map(|fact| {
            let mut but_for_one = ideal.clone();
            (fact.spoil)(&mut but_for_one, facts);
            let denial = self.ask(question, &but_for_one).filter(|answer| !answer.allowed)?;
            let rule = denial.rules.first().or(permit.first()).copied().unwrap_or("no_rule_permits");
            Some(Reason { rule, missing: fact.missing })
        });
        reasons.collect()
    }
}

impl Question<'_> {
    fn request(&self, facts: &Circumstances, schema: &Schema) -> Option<Request> {
        let session = entity("Session", self.session)?;
        let action = entity("Action", self.action)?;
        let resource = entity(self.kind, self.name)?;
        Request::new(session, action, resource, facts.context()?, Some(schema)).ok()
    }
}

fn entity(kind: &str, name: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(name)))
}

impl Circumstances {
    /// Nothing is missing.
    fn ideal(needs: Permission) -> Self {
        Self {
            needs,
            exists: true,
            inside_ceiling: true,
            in_scope: true,
            permissions: Permission::ALL.iter().copied().collect(),
            content_level: i64::MAX,
            data_level: i64::MAX,
            consumes_locked_parameters: true,
            downloadable: true,
            within_reach: true,
            holds_what_is_given: true,
        }
    }

    fn context(&self) -> Option<Context> {
        let yes = RestrictedExpression::new_bool;
        let names = self.permissions.iter().map(|held| RestrictedExpression::new_string(held.as_str().to_owned()));
        let pairs = [
            ("exists", yes(self.exists)),
            ("inside_ceiling", yes(self.inside_ceiling)),
            ("in_scope", yes(self.in_scope)),
            ("permissions", RestrictedExpression::new_set(names)),
            ("needs", RestrictedExpression::new_string(self.needs.as_str().to_owned())),
            ("content_level", RestrictedExpression::new_long(self.content_level)),
            ("data_level", RestrictedExpression::new_long(self.data_level)),
            ("consumes_locked_parameters", yes(self.consumes_locked_parameters)),
            ("downloadable", yes(self.downloadable)),
            ("within_reach", yes(self.within_reach)),
            ("holds_what_is_given", yes(self.holds_what_is_given)),
        ];
        Context::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value))).ok()
    }

    fn lose(&mut self, permission: Permission, actual: &Self) {
        if !actual.permissions.contains(&permission) {
            self.permissions.remove(&permission);
        }
    }
}

/// A fact that can be missing, and how to put its actual value into ideal circumstances.
struct Fact {
    missing: &'static str,
    spoil: fn(&mut Circumstances, &Circumstances),
}

const FACTS: &[Fact] = &[
    Fact { missing: "existence", spoil: |ideal, actual| ideal.exists = actual.exists },
    Fact { missing: "content inside the key's ceiling", spoil: |i, actual| i.inside_ceiling = actual.inside_ceiling },
    Fact { missing: "content inside the session's scope", spoil: |ideal, actual| ideal.in_scope = actual.in_scope },
    Fact { missing: "permission `view`", spoil: |ideal, actual| ideal.lose(Permission::View, actual) },
    Fact { missing: "permission `explore`", spoil: |ideal, actual| ideal.lose(Permission::Explore, actual) },
    Fact { missing: "permission `drill`", spoil: |ideal, actual| ideal.lose(Permission::Drill, actual) },
    Fact { missing: "permission `view_underlying`", spoil: |i, actual| i.lose(Permission::ViewUnderlying, actual) },
    Fact { missing: "permission `export_csv`", spoil: |ideal, actual| ideal.lose(Permission::ExportCsv, actual) },
    Fact { missing: "permission `export_xlsx`", spoil: |ideal, actual| ideal.lose(Permission::ExportXlsx, actual) },
    Fact { missing: "permission `export_json`", spoil: |ideal, actual| ideal.lose(Permission::ExportJson, actual) },
    Fact { missing: "permission `export_arrow`", spoil: |i, actual| i.lose(Permission::ExportArrow, actual) },
    Fact { missing: "permission `export_picture`", spoil: |i, actual| i.lose(Permission::ExportPicture, actual) },
    Fact { missing: "permission `inspect_as`", spoil: |ideal, actual| ideal.lose(Permission::InspectAs, actual) },
    Fact { missing: "permission `bookmark`", spoil: |ideal, actual| ideal.lose(Permission::Bookmark, actual) },
    Fact { missing: "permission `share_bookmarks`", spoil: |i, actual| i.lose(Permission::ShareBookmarks, actual) },
    Fact { missing: "permission `save_content`", spoil: |i, actual| i.lose(Permission::SaveContent, actual) },
    Fact { missing: "permission `publish_content`", spoil: |i, actual| i.lose(Permission::PublishContent, actual) },
    Fact { missing: "permission `tag_content`", spoil: |ideal, actual| ideal.lose(Permission::TagContent, actual) },
    Fact { missing: "permission `administer`", spoil: |ideal, actual| ideal.lose(Permission::Administer, actual) },
    Fact {
        missing: "the permission for the matter",
        spoil: |ideal, actual| {
            if ideal.needs.is_of_administration() {
                ideal.lose(ideal.needs, actual);
            }
        },
    },
    Fact { missing: "a matter within reach", spoil: |ideal, actual| ideal.within_reach = actual.within_reach },
    Fact {
        missing: "every permission that is given",
        spoil: |ideal, actual| ideal.holds_what_is_given = actual.holds_what_is_given,
    },
    Fact { missing: "grant on the content", spoil: |ideal, actual| ideal.content_level = actual.content_level },
    Fact { missing: "grant on the data", spoil: |ideal, actual| ideal.data_level = actual.data_level },
    Fact {
        missing: "use of every locked parameter",
        spoil: |ideal, actual| ideal.consumes_locked_parameters = actual.consumes_locked_parameters,
    },
    Fact {
        missing: "tables of which rows may be downloaded",
        spoil: |ideal, actual| ideal.downloadable = actual.downloadable,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn question(action: &'static str, kind: &'static str) -> Question<'static> {
        Question { session: "s", action, kind, name: "sales" }
    }

    #[test]
    fn the_rules_agree_with_their_schema() {
        assert_eq!(policies_valid(), Ok(()));
    }

    #[test]
    fn every_rule_has_a_name() -> Result<(), RulesError> {
        let rules = RULES.as_ref().map_err(Clone::clone)?;
        assert!(rules.policies.policies().all(|policy| policy.annotation("id").is_some()));
        Ok(())
    }

    #[test]
    fn a_question_the_schema_does_not_know_is_denied() {
        for (action, kind) in [
            ("export_csv", "Control"),
            ("export_csv", "Drill"),
            ("export_picture", "Explore"),
            ("export_page", "Element"),
            ("export", "Element"),
            ("view_content", "Explore"),
            ("create_content", "Page"),
            ("save_content", "Home"),
            ("inspect_as", "Control"),
            ("fly", "Page"),
            ("run_query", "!"),
        ] {
            let verdict = judge(question(action, kind), &Circumstances::ideal(Permission::View));
            assert!(verdict.is_err_and(|reasons| reasons.iter().all(|reason| reason.rule == "rules_are_valid")));
        }
    }

    #[test]
    fn every_fact_alone_denies_what_needs_it_and_is_named() {
        let nothing = Circumstances::default();
        for fact in FACTS {
            let denied_somewhere = [
                ("run_query", "Element", Permission::View),
                ("run_query", "Drill", Permission::View),
                ("run_query", "Underlying", Permission::View),
                ("run_query", "ExploreUnderlying", Permission::View),
                ("export_csv", "Explore", Permission::ExportCsv),
                ("export_xlsx", "Element", Permission::ExportXlsx),
                ("export_json", "Element", Permission::ExportJson),
                ("export_arrow", "Element", Permission::ExportArrow),
                ("export_picture", "Element", Permission::ExportPicture),
                ("export_page", "Page", Permission::ExportPicture),
                ("inspect_as", "Element", Permission::View),
                ("administer", "Matter", Permission::ManageTeams),
                ("share_bookmark", "Page", Permission::View),
                ("tag_content", "Page", Permission::View),
                ("create_content", "Home", Permission::View),
            ]
            .into_iter()
            .any(|(action, kind, needs)| {
                let mut facts = Circumstances::ideal(needs);
                (fact.spoil)(&mut facts, &nothing);
                let verdict = judge(question(action, kind), &facts);
                verdict.is_err_and(|reasons| reasons.iter().any(|reason| reason.missing == fact.missing))
            });
            assert!(denied_somewhere, "{}", fact.missing);
        }
    }
}
