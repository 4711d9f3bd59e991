//! `vitrine diff` and `vitrine apply --dry-run`: what applying a folder would do, without doing it.

use crate::apply::{ApplyError, Checked, check, open_store};
use crate::config::Config;
use crate::consequences::{Consequences, Right, Tally, consequences, of_first};
use crate::secrets::{self, Secrets};
use model::access::{Definitions, MemberDefinition, MemberKind};
use model::difference::{Change, Done, KEY, PROVIDER, difference};
use model::name::{IssuerName, TenantName, fold_email, fold_subject};
use model::snapshot::Kind;
use model::widening::widening;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::Secret;
use store::apply::Holder;

/// How many rights are told of; those that most people gain or lose.
const RIGHTS: usize = 200;

/// How many fields of a change are told of in a line.
const FIELDS: usize = 8;

/// What applying a folder would do.
pub struct Difference {
    /// The revision that is in force; 0: none.
    pub revision: u64,
    /// What would be made, changed and deleted.
    pub changes: Vec<Change>,
    /// Where it may show somebody more; nothing if there is nothing in force.
    pub widening: Vec<String>,
    /// What it would do to people.
    pub consequences: Consequences,
}

/// Compares a folder, which must hold, with what is in force. Nothing is changed; a store that is not there is not made.
///
/// # Errors
/// The folder does not hold, a secret cannot be had, or the store does not answer.
pub async fn compare(folder: &Path, config: &Config) -> Result<Difference, ApplyError> {
    let Checked { definitions: mut after, .. } = check(folder, &config.data_dir).await?;
    let data_dir = &config.data_dir;
    if config.store.is_none() && !data_dir.join("vitrine.db").exists() {
        return first(&after, data_dir);
    }
    let store = open_store(config).await?;
    let Some(loaded) = store.load().await? else { return first(&after, data_dir) };
    let mut rotated = Vec::new();
    for (holder, given) in Secrets::of(&after, data_dir, |holder| secrets::held(&loaded, holder))?.iter() {
        let held = secrets::held(&loaded, &holder);
        if held.is_some_and(|held| !held.iter().map(Secret::expose).eq(given.iter().map(Secret::expose))) {
            rotated.push(holder);
        }
    }
    let mut before = Definitions { members: store.written_members().await?, ..loaded.definitions };
    settle(&mut before.members, &mut after.members, store.members_of_files().await?);
    let mut changes = difference(Some(&before), &after);
    rotated.iter().for_each(|holder| note(&mut changes, holder));
    Ok(Difference {
        revision: loaded.revision,
        changes,
        widening: widening(&before, &after),
        consequences: consequences(&store, &before, &loaded.ids, &after).await?,
    })
}

fn first(after: &Definitions, data_dir: &Path) -> Result<Difference, ApplyError> {
    Secrets::of(after, data_dir, |_| None)?;
    let changes = difference(None, after);
    Ok(Difference { revision: 0, changes, widening: Vec::new(), consequences: of_first(after)? })
}

/// Brings the members of both sides to what applying compares: addresses and subjects folded, nobody less than logged in, and
/// with those that administrators have made one by one, whom applying leaves alone.
fn settle(before: &mut [MemberDefinition], after: &mut Vec<MemberDefinition>, mut of_files: Vec<MemberDefinition>) {
    before.iter_mut().chain(after.iter_mut()).chain(&mut of_files).for_each(fold);
    let of_files: BTreeSet<Identity> = of_files.iter().map(identity).collect();
    let known: BTreeMap<Identity, &MemberDefinition> = before.iter().map(|it| (identity(it), it)).collect();
    let mut there = BTreeSet::new();
    for member in after.iter_mut() {
        let who = identity(member);
        member.has_logged_in |= known.get(&who).is_some_and(|it| it.has_logged_in);
        there.insert(who);
    }
    let stay = known.into_iter().filter(|(who, _)| !there.contains(who) && !of_files.contains(who));
    after.extend(stay.map(|(_, member)| member.clone()));
}

/// Who somebody is: issuer and tenant are of embed members alone.
type Identity = (bool, Option<IssuerName>, Option<TenantName>, String);

fn identity(member: &MemberDefinition) -> Identity {
    match member.kind {
        MemberKind::Internal => (true, None, None, member.address().to_owned()),
        MemberKind::Embed => (false, member.issuer.clone(), member.tenant.clone(), member.subject.clone()),
    }
}

fn fold(member: &mut MemberDefinition) {
    member.subject = fold_subject(&member.subject);
    member.email = member.email.as_deref().map(fold_email);
    if member.kind == MemberKind::Internal {
        member.email = member.email.take().filter(|email| *email != member.subject);
    }
}

/// Says that the secrets of a key or a provider are others, beside whatever else is different.
fn note(changes: &mut Vec<Change>, holder: &Holder) {
    const FIELD: &str = "secrets (what they are)";
    let (kind, name) = holder.place();
    let kind = if kind == Kind::IdentityProvider { PROVIDER } else { KEY };
    let known = changes.iter_mut().find(|change| change.kind == kind && change.name == name);
    match known.map(|change| &mut change.done) {
        Some(Done::Changed(fields)) => fields.push(FIELD.to_owned()),
        Some(_) => {}
        None => changes.push(Change { kind, name: name.to_owned(), done: Done::Changed(vec![FIELD.to_owned()]) }),
    }
}

impl Difference {
    /// Whether applying the folder would change nothing.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.changes.is_empty()
    }

    /// For people: a line for each change, each edit that may show more, and each right.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.changes.iter().map(line).collect();
        lines.extend(self.widening.iter().map(|edit| format!("may show more: {edit}")));
        let people = &self.consequences;
        let whole = [("new", &people.new), ("deactivated", &people.deactivated), ("reactivated", &people.reactivated)];
        let whole = whole.into_iter().filter(|(_, people)| people.count > 0);
        lines.extend(whole.map(|(what, people)| format!("{what}: {people}")));
        let (told, left_out) = self.rights();
        for (right, tally) in told {
            let both = [("gain", &tally.gain), ("lose", &tally.lose)].into_iter().filter(|(_, it)| it.count > 0);
            lines.extend(both.map(|(verb, people)| format!("{verb} {right}: {people}")));
        }
        if left_out > 0 {
            lines.push(format!("{left_out} more rights are gained or lost, by fewer people"));
        }
        lines
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Json {
        let people = &self.consequences;
        let (told, left_out) = self.rights();
        let right = |(right, tally): (&Right, &Tally)| json!({"right": right, "gain": tally.gain, "lose": tally.lose});
        json!({
            "revision": self.revision,
            "changes": self.changes,
            "may_show_more": self.widening,
            "people": {
                "new": people.new,
                "deactivated": people.deactivated,
                "reactivated": people.reactivated,
                "rights": told.into_iter().map(right).collect::<Vec<_>>(),
                "rights_left_out": left_out,
            },
        })
    }

    /// The rights that most people gain or lose, and how many are left out.
    fn rights(&self) -> (Vec<(&Right, &Tally)>, usize) {
        let mut rights: Vec<(&Right, &Tally)> = self.consequences.rights.iter().collect();
        if rights.len() > RIGHTS {
            rights.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.gain.count + tally.lose.count));
        }
        let left_out = rights.len().saturating_sub(RIGHTS);
        rights.truncate(RIGHTS);
        (rights, left_out)
    }
}

fn line(Change { kind, name, done }: &Change) -> String {
    let what = if name.is_empty() { (*kind).to_owned() } else { format!("{kind} `{name}`") };
    match done {
        Done::Created => format!("create {what}"),
        Done::Deleted => format!("delete {what}"),
        Done::Changed(fields) => {
            let more = fields.len().saturating_sub(FIELDS);
            let told = fields.iter().take(FIELDS).cloned().collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("change {what}: {told}{more}")
        }
    }
}
