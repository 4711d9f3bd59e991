//! Who somebody would be, for whoever asks why they would see what. Nobody is let in.

use crate::denial::Denial;
use crate::identify::{Identified, Opening, identify, lookup};
use crate::principal::{Directory, Lookup, Member, ProfileWrite};
use crate::refusal::Refusal;
use crate::resume::{Principal, resume};
use model::assertion::{Assertion, Supposed};
use model::name::MemberId;
use model::snapshot::Snapshot;

/// Why nobody would be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSupposed {
    /// The door would refuse them.
    Refused(Refusal),
    /// Their session would be over at once.
    Ended(Denial),
}

/// What the directory must be asked before [`suppose`] can answer; of guests, nothing.
///
/// # Errors
/// The door would refuse whoever comes.
pub fn supposed_lookup(supposed: &Supposed, snapshot: &Snapshot) -> Result<Option<Lookup>, NotSupposed> {
    lookup(vouched_for(supposed), snapshot).map_err(NotSupposed::Refused)
}

/// Who somebody would be that comes with these claims now: with what is stored of them, and, of somebody who would be
/// written or written anew, with what would be.
///
/// # Errors
/// They would not get in.
pub fn suppose(
    supposed: &Supposed,
    snapshot: &Snapshot,
    directory: &Directory,
    opening: Opening,
) -> Result<Principal, NotSupposed> {
    let now = opening.now;
    let identified = identify(vouched_for(supposed), snapshot, directory, opening).map_err(NotSupposed::Refused)?;
    let Identified { facts, profile, .. } = identified;
    let member = match profile {
        ProfileWrite::Create(member)
        | ProfileWrite::Update(member)
        | ProfileWrite::SignOn(member)
        | ProfileWrite::Bind(member) => Some(member),
        ProfileWrite::None => facts.member().and_then(|id| stored(directory, id)).cloned(),
    };
    resume(facts, snapshot, member.as_ref(), now).map_err(NotSupposed::Ended)
}

fn stored<'a>(directory: &'a Directory, id: &MemberId) -> Option<&'a Member> {
    directory.embed.iter().chain(&directory.internal).find(|member| member.id == *id)
}

fn vouched_for(supposed: &Supposed) -> &Assertion {
    #[expect(clippy::disallowed_methods, reason = "who it would be is only said: no session opens")]
    supposed.as_if_vouched_for()
}
