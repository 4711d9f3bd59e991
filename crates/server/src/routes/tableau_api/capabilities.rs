//! What Tableau calls a capability, as grants here have it: permissions that are allowed or denied, or a level.

use crate::problem::Problem;
use crate::tableau::invalid_attribute;
use dialect::tableau::permissions::{Capability, Mode};
use model::access::vendors::{Here, VENDOR_PERMISSIONS, Vendor};
use model::access::{Grant, Level, Permission};
use std::collections::{BTreeMap, BTreeSet};

/// Capabilities that are one thing with another one here: whoever has that has these.
const PARTS: [(Capability, Capability); 3] = [
    (Capability::Filter, Capability::Read),
    (Capability::SaveAs, Capability::Write),
    (Capability::VizqlDataApiAccess, Capability::WebAuthoring),
];

/// What a project itself is told to allow or deny; what its content does is told of the content.
const OF_PROJECTS: [Capability; 3] = [Capability::Read, Capability::Write, Capability::ProjectLeader];

/// What capabilities are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A workbook, or the workbooks of a project.
    Workbooks,
    /// A project itself.
    Project,
}

impl About {
    fn knows(self, capability: Capability) -> bool {
        match self {
            Self::Workbooks => capability != Capability::ProjectLeader,
            Self::Project => OF_PROJECTS.contains(&capability),
        }
    }
}

/// What is said of capabilities of somebody.
pub(super) type Said = BTreeMap<Capability, Mode>;

/// What a capability is here.
fn here(capability: Capability) -> Here {
    let found = VENDOR_PERMISSIONS.iter().find(|it| it.vendor == Vendor::Tableau && it.name == capability.as_str());
    found.map_or(Here::Nothing("It is not known here."), |found| found.here)
}

/// What a grant allows and denies, in Tableau's words. What it has no word for is not told.
pub(super) fn told(grant: &Grant, about: About) -> Said {
    let known = Capability::ALL.iter().copied().filter(|one| about.knows(*one));
    known.filter_map(|one| Some((one, mode(grant, one)?))).collect()
}

fn mode(grant: &Grant, capability: Capability) -> Option<Mode> {
    let level = grant.level.filter(|level| !level.is_of_data());
    match here(capability) {
        Here::Permissions(permissions) if permissions.iter().any(|one| grant.deny.contains(one)) => Some(Mode::Deny),
        Here::Permissions(permissions) => {
            let reaches = |one: Permission| level.is_some_and(|level| level >= one.content_level());
            permissions.iter().all(|one| grant.allow.contains(one) || reaches(*one)).then_some(Mode::Allow)
        }
        Here::Level(wanted) if !wanted.is_of_data() && capability != Capability::InheritedProjectLeader => {
            level.filter(|level| *level >= wanted).map(|_| Mode::Allow)
        }
        Here::Level(_) | Here::Nothing(_) => None,
    }
}

/// What a grant says of a level, and of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Terms {
    pub(super) level: Option<Level>,
    pub(super) allow: BTreeSet<Permission>,
    pub(super) deny: BTreeSet<Permission>,
}

impl Terms {
    /// Those of a grant; without one there are none.
    pub(super) fn of(grant: Option<&Grant>) -> Self {
        let of = |grant: &Grant| Self { level: grant.level, allow: grant.allow.clone(), deny: grant.deny.clone() };
        grant.map(of).unwrap_or_default()
    }

    /// Whether they say nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Says something of capabilities, in the place of what was said of them before.
    pub(super) fn say(&mut self, said: &Said) -> Result<(), Problem> {
        for (capability, mode) in said {
            match here(*capability) {
                Here::Permissions(permissions) => self.set(permissions, *mode),
                Here::Level(_) if *mode == Mode::Allow => self.level = Some(Level::Manage),
                Here::Level(_) | Here::Nothing(_) => return Err(Problem::Internal),
            }
        }
        Ok(())
    }

    fn set(&mut self, permissions: &[Permission], mode: Mode) {
        for one in permissions {
            self.allow.remove(one);
            self.deny.remove(one);
            let set = if mode == Mode::Allow { &mut self.allow } else { &mut self.deny };
            set.insert(*one);
        }
    }

    /// Says nothing of a capability any more. What a level gave besides is then said by itself.
    pub(super) fn unsay(&mut self, capability: Capability, mode: Mode) {
        let Here::Permissions(permissions) = here(capability) else {
            self.level = None;
            return;
        };
        if mode == Mode::Deny {
            self.deny.retain(|one| !permissions.contains(one));
            return;
        }
        if let Some(level) = self.level.take_if(|level| permissions.iter().any(|it| it.content_level() <= *level)) {
            let named = Capability::ALL.iter().filter_map(|one| match here(*one) {
                Here::Permissions(permissions) => Some(permissions),
                _ => None,
            });
            let given = named.flatten().copied().filter(|one| one.content_level() <= level);
            self.allow.extend(given);
        }
        self.allow.retain(|one| !permissions.contains(one));
    }
}

/// What can be said of capabilities: those that are something here, and parts of others with them alone.
pub(super) fn read(said: impl IntoIterator<Item = (String, String)>, about: About) -> Result<Said, Problem> {
    let mut read = Said::new();
    for (name, mode) in said {
        let capability = capability(&name, about)?;
        let mode = Mode::parse(&mode).ok_or_else(|| invalid_attribute("mode", "expected `Allow` or `Deny`"))?;
        writable(capability, mode)?;
        if read.insert(capability, mode).is_some_and(|before| before != mode) {
            return Err(invalid_attribute(&name, "expected it once, with one mode"));
        }
    }
    for (part, whole) in PARTS {
        if read.get(&part).is_some_and(|mode| read.get(&whole) != Some(mode)) {
            let expected = format!("expected it beside `{whole}`, with the same mode: here they are one");
            return Err(invalid_attribute(part.as_str(), &expected));
        }
    }
    Ok(read)
}

/// The capability of that name, if things of that kind have it.
pub(super) fn capability(name: &str, about: About) -> Result<Capability, Problem> {
    let found = Capability::parse(name).filter(|one| about.knows(*one));
    found.ok_or_else(|| {
        let known = Capability::ALL.iter().filter(|one| about.knows(**one) && writable(**one, Mode::Allow).is_ok());
        let known: Vec<String> = known.map(|one| format!("`{one}`")).collect();
        let name: String = name.chars().take(80).collect();
        invalid_attribute(&name, &format!("expected a capability among {}", known.join(", ")))
    })
}

/// Expects something to come of it.
fn writable(capability: Capability, mode: Mode) -> Result<(), Problem> {
    match here(capability) {
        Here::Permissions(_) => Ok(()),
        Here::Level(_) if capability == Capability::ProjectLeader && mode == Mode::Allow => Ok(()),
        Here::Level(_) if capability == Capability::ProjectLeader => Err(invalid_attribute(
            capability.as_str(),
            "expected `Allow`: that somebody leads is not denied, but taken away",
        )),
        Here::Level(_) => {
            let expected = "expected none: whoever leads the project or owns the content may, and nobody else";
            Err(invalid_attribute(capability.as_str(), expected))
        }
        Here::Nothing(why) => Err(invalid_attribute(capability.as_str(), &format!("expected none: {}", lower(why)))),
    }
}

/// A sentence behind a colon.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::access::{Granted, Grantee};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn grant(terms: Terms) -> Result<Grant, Box<dyn std::error::Error>> {
        let Terms { level, allow, deny } = terms;
        let on = Granted::Workbook("sales".parse()?);
        Ok(Grant { to: Grantee::Team("Managers".parse()?), on, level, allow, deny })
    }

    fn words(said: &Said) -> String {
        said.iter().map(|(one, mode)| format!("{one} {}", mode.as_str())).collect::<Vec<_>>().join(", ")
    }

    fn said(pairs: &[(&str, &str)], about: About) -> Result<Said, String> {
        let owned = pairs.iter().map(|(name, mode)| ((*name).to_owned(), (*mode).to_owned()));
        read(owned, about).map_err(|problem| problem.to_string())
    }

    #[test]
    fn what_is_said_is_told_again_and_taken_back() -> Outcome {
        let mut terms = Terms::default();
        let pairs = [("Read", "Allow"), ("Filter", "Allow"), ("ExportData", "Deny")];
        terms.say(&said(&pairs, About::Workbooks)?)?;
        assert_eq!(words(&told(&grant(terms.clone())?, About::Workbooks)), "ExportData Deny, Filter Allow, Read Allow");
        assert_eq!(words(&told(&grant(terms.clone())?, About::Project)), "Read Allow");
        terms.say(&said(&[("ExportData", "Allow")], About::Workbooks)?)?;
        assert!(terms.deny.is_empty());
        terms.unsay(Capability::ExportData, Mode::Allow);
        terms.unsay(Capability::Read, Mode::Allow);
        assert!(terms.is_empty(), "{terms:?}");
        Ok(())
    }

    #[test]
    fn what_a_level_gives_is_told_and_stays_when_one_of_it_goes() -> Outcome {
        let mut terms = Terms { level: Some(Level::Explore), ..Terms::default() };
        let before = "ExportData Allow, ExportImage Allow, Filter Allow, Read Allow, ShareView Allow, ViewUnderlyingData Allow, \
            VizqlDataApiAccess Allow, WebAuthoring Allow";
        assert_eq!(words(&told(&grant(terms.clone())?, About::Workbooks)), before);
        terms.unsay(Capability::WebAuthoring, Mode::Allow);
        let after =
            "ExportData Allow, ExportImage Allow, Filter Allow, Read Allow, ShareView Allow, ViewUnderlyingData Allow";
        assert_eq!((terms.level, words(&told(&grant(terms)?, About::Workbooks)).as_str()), (None, after));
        let leads = Terms { level: Some(Level::Manage), ..Terms::default() };
        assert_eq!(words(&told(&grant(leads)?, About::Project)), "ProjectLeader Allow, Read Allow, Write Allow");
        Ok(())
    }

    #[test]
    fn what_nothing_would_come_of_is_refused_by_name() {
        let refused = |pairs: &[(&str, &str)], about| said(pairs, about).err().unwrap_or_default();
        for (pairs, about, expected) in [
            (
                &[("ViewComments", "Allow")][..],
                About::Workbooks,
                "`ViewComments`: expected none: there are no comments",
            ),
            (&[("Delete", "Allow")], About::Workbooks, "`Delete`: expected none: whoever leads the project"),
            (&[("Filter", "Deny")], About::Workbooks, "`Filter`: expected it beside `Read`"),
            (&[("SaveAs", "Allow"), ("Write", "Deny")], About::Workbooks, "`SaveAs`: expected it beside `Write`"),
            (&[("Read", "Maybe")], About::Workbooks, "`mode`: expected `Allow` or `Deny`"),
            (&[("Read", "Allow"), ("Read", "Deny")], About::Workbooks, "`Read`: expected it once"),
            (
                &[("Fly", "Allow")],
                About::Project,
                "`Fly`: expected a capability among `ProjectLeader`, `Read`, `Write`",
            ),
            (&[("ExportData", "Allow")], About::Project, "`ExportData`: expected a capability among"),
            (&[("ProjectLeader", "Deny")], About::Project, "`ProjectLeader`: expected `Allow`"),
        ] {
            let told = refused(pairs, about);
            assert!(told.starts_with(expected), "{pairs:?}: {told}");
        }
    }

    #[test]
    fn every_capability_is_known_here() {
        for one in Capability::ALL {
            assert!(!matches!(here(*one), Here::Nothing("It is not known here.")), "{one}");
        }
    }
}
