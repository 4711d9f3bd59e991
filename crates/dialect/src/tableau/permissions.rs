//! Who may do what with content, by Tableau's rules: pure, and with the reason.
//!
//! The site role is the most that somebody may do. Within it administrators, owners and project leaders may; else a rule for
//! the user decides; else one for a group or group set of theirs. A deny beats an allow beside it, and what nobody has said
//! anything about is denied. Which rules count is for the level above to say: those of a locked project take the place of its
//! content's, and those of a workbook with tabs the place of its views'.

mod capability;
mod role;

pub use capability::Capability;
pub use role::SiteRole;

use std::collections::BTreeSet;
use std::fmt;

/// Whether a rule opens or closes. Absent: it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Opens.
    Allow,
    /// Closes, whatever opens beside it.
    Deny,
}

impl Mode {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Allow, Self::Deny].into_iter().find(|mode| mode.as_str() == word)
    }
}

/// Whom a rule is about, by their ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    /// One person.
    User(String),
    /// The members of a group.
    Group(String),
    /// The members of any group of a set.
    GroupSet(String),
}

/// What is said about one capability of somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Whom.
    pub grantee: Grantee,
    /// What.
    pub capability: Capability,
    /// Whether they may.
    pub mode: Mode,
}

/// The rules that count for a piece of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules<'a> {
    /// Its own.
    Own(&'a [Rule]),
    /// Of a view: those of its workbook, which shows its views as tabs.
    OfWorkbook(&'a [Rule]),
    /// The default permissions of its project, which is locked. Nobody but its leaders and administrators changes them.
    OfLockedProject(&'a [Rule]),
}

/// How somebody stands towards a piece of content, whatever its rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// In no special way.
    #[default]
    None,
    /// It is theirs.
    Owner,
    /// They lead a project that it is in, or own one.
    ProjectLeader,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// Their id; `None`: somebody on demand, who has none, and no rule is about them but by groups.
    pub user: Option<&'a str>,
    /// What their licence comes to. Of somebody on demand it does not count.
    pub role: SiteRole,
    /// The groups that they are in.
    pub groups: &'a BTreeSet<String>,
    /// The sets of groups of which they are in one.
    pub group_sets: &'a BTreeSet<String>,
    /// How they stand towards the content.
    pub standing: Standing,
}

/// Whether somebody may, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Verdict {
    /// Why. It says whether.
    pub why: Why,
    /// Where the rules came from.
    pub source: Source,
}

/// Where rules come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The content itself.
    Content,
    /// The workbook of the view.
    Workbook,
    /// The locked project.
    LockedProject,
}

/// Why somebody may do something, or may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// They may not: their site role never may.
    BeyondSiteRole(SiteRole),
    /// They may not: whoever is here on demand only looks.
    BeyondOnDemand,
    /// They may not: the project is locked, and owners change no permissions in it.
    ProjectIsLocked,
    /// They may: they administer.
    Administrator,
    /// They may: it is theirs.
    Owner,
    /// They may: they lead the project.
    ProjectLeader,
    /// They may not: a rule about them says so.
    UserDenied,
    /// They may: a rule about them says so.
    UserAllowed,
    /// They may not: a rule about this group or set of groups says so.
    GroupDenied(Grantee),
    /// They may: a rule about this group or set of groups says so, and none about another one denies it.
    GroupAllowed(Grantee),
    /// They may not: no rule says anything.
    Unspecified,
}

impl Verdict {
    /// Whether they may.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        match self.why {
            Why::Administrator | Why::Owner | Why::ProjectLeader | Why::UserAllowed | Why::GroupAllowed(_) => true,
            Why::BeyondSiteRole(_)
            | Why::BeyondOnDemand
            | Why::ProjectIsLocked
            | Why::UserDenied
            | Why::GroupDenied(_)
            | Why::Unspecified => false,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeyondSiteRole(role) => write!(f, "the site role `{role}` never may"),
            Self::BeyondOnDemand => f.write_str("whoever is here on demand only looks"),
            Self::ProjectIsLocked => f.write_str("the project is locked"),
            Self::Administrator => f.write_str("administrators may"),
            Self::Owner => f.write_str("owners may"),
            Self::ProjectLeader => f.write_str("leaders of the project may"),
            Self::UserDenied => f.write_str("a rule about the user denies it"),
            Self::UserAllowed => f.write_str("a rule about the user allows it"),
            Self::GroupDenied(grantee) => write!(f, "a rule about {grantee} denies it"),
            Self::GroupAllowed(grantee) => write!(f, "a rule about {grantee} allows it"),
            Self::Unspecified => f.write_str("no rule allows it"),
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "the user `{id}`"),
            Self::Group(id) => write!(f, "the group `{id}`"),
            Self::GroupSet(id) => write!(f, "the group set `{id}`"),
        }
    }
}

/// Whether somebody may do something with a piece of content.
pub fn judge(asker: Asker<'_>, capability: Capability, rules: Rules<'_>) -> Verdict {
    let (source, rules) = match rules {
        Rules::Own(rules) => (Source::Content, rules),
        Rules::OfWorkbook(rules) => (Source::Workbook, rules),
        Rules::OfLockedProject(rules) => (Source::LockedProject, rules),
    };
    let why = beyond(asker, capability)
        .or_else(|| by_standing(asker, capability, source))
        .unwrap_or_else(|| by_rules(asker, capability, rules));
    Verdict { why, source }
}

/// What no rule can give.
fn beyond(asker: Asker<'_>, capability: Capability) -> Option<Why> {
    if asker.user.is_none() {
        return (capability != Capability::Read).then_some(Why::BeyondOnDemand);
    }
    (!asker.role.admits(capability)).then_some(Why::BeyondSiteRole(asker.role))
}

/// What needs no rule.
fn by_standing(asker: Asker<'_>, capability: Capability, source: Source) -> Option<Why> {
    asker.user?;
    if asker.role.is_administrator() {
        return Some(Why::Administrator);
    }
    match asker.standing {
        Standing::None => None,
        Standing::ProjectLeader => Some(Why::ProjectLeader),
        Standing::Owner if source == Source::LockedProject && capability == Capability::ChangePermissions => {
            Some(Why::ProjectIsLocked)
        }
        Standing::Owner => Some(Why::Owner),
    }
}

fn by_rules(asker: Asker<'_>, capability: Capability, rules: &[Rule]) -> Why {
    let said = |mode: Mode| rules.iter().filter(move |rule| rule.capability == capability && rule.mode == mode);
    let is_theirs = |rule: &&Rule| matches!(&rule.grantee, Grantee::User(id) if asker.user == Some(id.as_str()));
    let is_of_a_group = |rule: &&Rule| match &rule.grantee {
        Grantee::User(_) => false,
        Grantee::Group(id) => asker.groups.contains(id),
        Grantee::GroupSet(id) => asker.group_sets.contains(id),
    };
    // The least of them, so that the reason does not depend on the order of rules.
    let of_groups = |mode| said(mode).filter(is_of_a_group).map(|rule| rule.grantee.clone()).min();
    if said(Mode::Deny).any(|rule| is_theirs(&rule)) {
        Why::UserDenied
    } else if said(Mode::Allow).any(|rule| is_theirs(&rule)) {
        Why::UserAllowed
    } else if let Some(group) = of_groups(Mode::Deny) {
        Why::GroupDenied(group)
    } else if let Some(group) = of_groups(Mode::Allow) {
        Why::GroupAllowed(group)
    } else {
        Why::Unspecified
    }
}
