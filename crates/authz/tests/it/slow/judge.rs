//! What a session may do, read off the documents.

use super::open::{Kind, Session, may_be_of};
use super::told::{Grant, Told, Words};
use super::{Asked, Verdict};

type Set = Vec<&'static str>;

/// A session at work.
struct Working<'a> {
    told: &'a Told,
    session: &'a Session,
    /// Teams with all above them.
    all_teams: Set,
    /// Those of them that count.
    teams: Set,
    permissions: Set,
}

pub(super) fn verdict(told: &Told, session: &Session, asked: &Asked) -> Verdict {
    let Some(working) = resume(told, session) else { return Verdict::Ended };
    if !working.exists(asked) {
        return Verdict::Hidden;
    }
    if working.allows(asked.action, asked) {
        // Whom somebody may look as is bounded by their key, which who logs in has none of.
        let unbounded = asked.action == "inspect_as" && session.kind == Kind::Application;
        return if unbounded { Verdict::Hidden } else { Verdict::Allowed };
    }
    let page = Asked { action: "view_content", kind: "page", ..asked.clone() };
    let is_on_page = ["element", "drill", "underlying", "control"].contains(&asked.kind);
    let answered = ["export_csv", "inspect_as"].contains(&asked.action) && working.allows("run_query", asked);
    let explored = Asked { kind: "explore", ..asked.clone() };
    let seen = (is_on_page && working.allows("view_content", &page))
        || answered
        || (asked.kind == "counted" && working.allows("run_query", &explored));
    if seen { Verdict::Forbidden } else { Verdict::Hidden }
}

fn resume<'a>(told: &'a Told, session: &'a Session) -> Option<Working<'a>> {
    let anonymous = matches!(session.kind, Kind::Guest | Kind::Public);
    let by_key = !matches!(session.kind, Kind::Public | Kind::Application);
    if by_key && told.key_disabled {
        return None;
    }
    let is_gone = session.tenant.is_some_and(|tenant| told.deactivated.contains(&tenant));
    if is_gone || (by_key && !anonymous && (told.blocked || !may_be_of(told, session.tenant))) {
        return None;
    }
    if matches!(session.kind, Kind::Internal | Kind::Application | Kind::Embed) {
        let (_, permissions) = told.types.iter().find(|(name, _)| *name == session.account_type)?;
        let may_administer = match session.kind {
            Kind::Internal => told.key_binds_administrators,
            kind => kind == Kind::Application,
        };
        let fine = !permissions.contains(&"administer") || may_administer;
        if !fine || (session.known && !told.member_active) {
            return None;
        }
    }
    let mut own = session.teams.clone();
    let is_on_demand = |name: &&'static str| told.teams.iter().any(|team| team.name == *name && team.on_demand);
    if session.kind == Kind::OnDemand {
        own.retain(is_on_demand);
    }
    let all_teams = with_all_above(told, own, session.tenant);
    let counts = |name: &&'static str| {
        !by_key || name.contains('/') || told.key_teams.as_ref().is_none_or(|named| named.contains(name))
    };
    let mut teams: Set = all_teams.iter().copied().filter(|name| counts(name)).collect();
    if session.kind == Kind::OnDemand {
        teams.retain(is_on_demand);
        if teams.is_empty() {
            return None;
        }
    }
    let permissions = permissions(told, session);
    Some(Working { told, session, all_teams, teams, permissions })
}

fn with_all_above(told: &Told, own: Words, tenant: Option<&str>) -> Set {
    let mut found = own;
    loop {
        let above = told.teams.iter().filter(|team| found.contains(&team.name)).flat_map(|team| &team.members_of);
        let new: Set = above.copied().filter(|name| !found.contains(name)).collect();
        if new.is_empty() {
            break;
        }
        found.extend(new);
    }
    found.sort_unstable();
    found.dedup();
    found.retain(|name| name.split_once('/').is_none_or(|(of, _)| tenant == Some(of)));
    found
}

/// What somebody may do at all.
fn permissions(told: &Told, session: &Session) -> Set {
    let by_type = told.types.iter().find(|(name, _)| *name == session.account_type);
    let mut held: Set = match session.kind {
        Kind::Guest | Kind::Public => vec!["view", "export_csv"],
        Kind::OnDemand => vec!["view"],
        Kind::Internal | Kind::Application | Kind::Embed => {
            by_type.map(|(_, permissions)| permissions.clone()).unwrap_or_default()
        }
    };
    let is_member = matches!(session.kind, Kind::Internal | Kind::Embed);
    let has_no_key = matches!(session.kind, Kind::Public | Kind::Application);
    held.retain(|one| {
        *one != "administer"
            && (!is_member || told.key_types.contains(&session.account_type))
            && (*one != "inspect_as" || matches!(session.kind, Kind::Internal | Kind::Application))
            && (has_no_key || told.key_permissions.contains(one))
            && session.permissions.as_ref().is_none_or(|listed| listed.contains(one))
    });
    if held.contains(&"view") { held } else { vec![] }
}

/// What somebody has of a workbook.
struct OnWorkbook {
    level: u8,
    permissions: Set,
}

impl Working<'_> {
    fn is_anonymous(&self) -> bool {
        matches!(self.session.kind, Kind::Guest | Kind::Public)
    }

    fn exists(&self, asked: &Asked) -> bool {
        match (asked.workbook, asked.page, asked.name) {
            ("nothing", ..) | ("sales@beta", "detail", _) => false,
            (_, "nowhere", _) | (_, _, "nothing" | "hidden.sales") => false,
            _ => asked.kind != "control" || !self.is_anonymous(),
        }
    }

    /// Whether the action is allowed: on content through itself, on an explore through any page that shows it.
    fn allows(&self, action: &str, asked: &Asked) -> bool {
        let needs: &[&str] = match (action, asked.kind) {
            ("view_content", _) | ("run_query", "element" | "control") => &["view"],
            ("run_query", "drill") => &["view", "drill"],
            ("run_query", "underlying") => &["view", "view_underlying"],
            ("run_query", "explore") => &["explore"],
            ("run_query", "counted") => &["explore", "view_underlying"],
            ("export_csv", "element") => &["export_csv"],
            ("export_csv", "underlying") => &["view_underlying", "export_csv"],
            ("export_csv", "explore") => &["explore", "export_csv"],
            ("export_csv", "counted") => &["explore", "view_underlying", "export_csv"],
            ("inspect_as", "element") => &["view", "inspect_as"],
            ("inspect_as", "explore") => &["explore", "inspect_as"],
            // What is not an action, nobody may.
            _ => &["administer"],
        };
        let is_explored = ["explore", "counted"].contains(&asked.kind);
        let through: Vec<(&'static str, &'static str)> = match (is_explored, asked.name) {
            (false, _) => vec![(asked.workbook, asked.page)],
            (true, "sales.sales") => {
                vec![("sales", "overview"), ("sales", "detail"), ("sales@beta", "overview"), ("notes", "one")]
            }
            (true, _) => vec![("sales", "overview"), ("sales@beta", "overview")],
        };
        let level = if is_explored { 2 } else { 1 };
        let data = asked.kind == "page" || self.data(table(asked)) >= 1;
        data && through.into_iter().any(|(workbook, page)| {
            let found = self.on_workbook(workbook);
            let in_scope = self
                .session
                .scope
                .is_none_or(|(of, on)| of == workbook && (on.is_empty() || page.is_empty() || on == page));
            in_scope
                && self.inside_ceiling(workbook)
                && found.level >= level
                && needs.iter().all(|one| found.permissions.contains(one))
        })
    }

    fn inside_ceiling(&self, workbook: &str) -> bool {
        matches!(self.session.kind, Kind::Public | Kind::Application)
            || places(workbook).iter().any(|place| self.told.key_content.contains(place))
    }

    fn is_owner(&self, workbook: &str) -> bool {
        let is_person = match self.session.kind {
            Kind::Internal | Kind::Application => true,
            Kind::Embed => self.session.subject == "fred" && self.session.tenant == self.told.member_tenant,
            _ => false,
        };
        is_person && ["sales", "sales@beta"].contains(&workbook) && !self.told.owned.is_empty()
    }

    fn on_workbook(&self, workbook: &str) -> OnWorkbook {
        let held = self.permissions.clone();
        if self.is_anonymous() {
            let level = u8::from(self.told.published.is_some());
            return OnWorkbook { level, permissions: held };
        }
        if self.is_owner(workbook) {
            return OnWorkbook { level: 4, permissions: held };
        }
        let there: Vec<&Grant> = self.told.grants.iter().filter(|grant| places(workbook).contains(&grant.on)).collect();
        let mine = || there.iter().filter(|grant| self.is_person(grant));
        let of_sets = || there.iter().filter(|grant| self.is_in(grant, &self.teams));
        let of_all_sets = || there.iter().filter(|grant| self.is_in(grant, &self.all_teams));
        // A tag is shared by itself: what is around it opens it to who may change the workbook, and denies.
        let is_around = |grant: &Grant| workbook.contains('@') && grant.on.0 != "tag";
        let level = |grant: &Grant| match content_level(grant.level) {
            1 | 2 if is_around(grant) => 0,
            level => level,
        };
        let granted = mine().chain(of_sets()).map(|grant| level(grant)).max().unwrap_or(0);
        let allows = |grant: &Grant, one: &'static str| grant.allow.contains(&one) && !is_around(grant);
        // Tableau's order: the person's deny, their allow, a set's deny, a set's allow, and then the level.
        let says = |one: &'static str| {
            if mine().any(|grant| grant.deny.contains(&one)) {
                Some(false)
            } else if mine().any(|grant| allows(grant, one)) {
                Some(true)
            } else if of_all_sets().any(|grant| grant.deny.contains(&one)) {
                Some(false)
            } else {
                of_sets().any(|grant| allows(grant, one)).then_some(true)
            }
        };
        let needed = |one: &str| if one == "explore" { 2 } else { 1 };
        let everything = ["view", "explore", "drill", "view_underlying", "export_csv", "inspect_as"];
        let allowed = |one: &'static str| says(one).unwrap_or(granted >= needed(one));
        let lifted = everything.into_iter().filter(|one| says(one) == Some(true)).map(needed).max().unwrap_or(0);
        let permissions: Set =
            if allowed("view") { held.into_iter().filter(|one| allowed(one)).collect() } else { vec![] };
        OnWorkbook { level: granted.max(lifted), permissions }
    }

    fn is_person(&self, grant: &Grant) -> bool {
        match (grant.to, self.session.kind) {
            (("member", email), Kind::Internal | Kind::Application) => email == self.session.subject,
            (("embed_member", subject), Kind::Embed) => {
                subject == self.session.subject && self.session.tenant.is_none()
            }
            _ => false,
        }
    }

    fn is_in(&self, grant: &Grant, teams: &[&'static str]) -> bool {
        match grant.to {
            ("team", name) => teams.contains(&name),
            ("tenant", name) => self.session.tenant == Some(name),
            ("key", name) => name == "host" && self.session.kind != Kind::Application,
            _ => false,
        }
    }

    /// How far into a table of the model `sales`.
    fn data(&self, table: &'static str) -> u8 {
        if self.is_anonymous() {
            return u8::from(self.told.published.as_ref().is_some_and(|opened| opened.contains(&table)));
        }
        let reaching = self.told.grants.iter().filter(|grant| {
            let on = [("connection", "demo"), ("model", "sales"), ("table", table)].contains(&grant.on);
            on && (self.is_person(grant) || self.is_in(grant, &self.teams))
        });
        let level = |grant: &Grant| match grant.level {
            "use" => 1,
            "use_and_annotate" => 2,
            _ => 0,
        };
        reaching.map(level).max().unwrap_or(0)
    }
}

fn content_level(level: &str) -> u8 {
    match level {
        "view" => 1,
        "explore" => 2,
        "contribute" => 3,
        "manage" => 4,
        _ => 0,
    }
}

/// A workbook, and what it is in.
fn places(workbook: &str) -> Vec<(&'static str, &'static str)> {
    match workbook {
        "sales" => vec![("workbook", "sales"), ("folder", "shared/sales"), ("workspace", "shared")],
        "sales@beta" => {
            vec![("tag", "sales@beta"), ("workbook", "sales"), ("folder", "shared/sales"), ("workspace", "shared")]
        }
        "notes" => vec![("workbook", "notes"), ("workspace", "shared")],
        _ => vec![("workbook", "board"), ("workspace", "closed")],
    }
}

/// The table that is read.
fn table(asked: &Asked) -> &'static str {
    if ["accounts", "sales.accounts"].contains(&asked.name) { "sales.accounts" } else { "sales.sales" }
}
