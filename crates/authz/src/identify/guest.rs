//! Guests: nobody is known, and a token names the content and sets parameters.

use super::attributes;
use super::bounds::Bounds;
use super::vouched::Vouched;
use super::{Identified, Opening, bounds, session};
use crate::parameters;
use crate::principal::{Facts, ProfileWrite, Who};
use crate::refusal::Refusal;
use model::assertion::ContentClaim;
use model::publication::Audience;

/// What holds for a guest. Nothing is stored of anybody.
pub(super) fn identify(vouched: &Vouched<'_>, opening: Opening) -> Result<Identified, Refusal> {
    if !vouched.snapshot.organization.guest_embeds {
        return Err(Refusal::guest_embeds_off());
    }
    let bounds = bounds::read(vouched, opening.now)?;
    let (states, locked_parameters) = parameters_of(vouched, &bounds)?;
    // Other products judge what the token sets together with what its viewer sets, at each question.
    if matches!(vouched.claims.content, Some(ContentClaim::Named { .. })) {
        parameters::judge(states, &locked_parameters, std::iter::empty())?;
    }
    let (attributes, warnings) = attributes::of_guest(vouched)?;
    let facts = Facts { attributes, locked_parameters, ..session(vouched, Who::Guest, bounds, opening) };
    Ok(Identified { facts, profile: ProfileWrite::None, warnings })
}

type Parameters<'a> = (&'a parameters::States, parameters::Values);

/// Who sets which parameter of the content, and what the token sets.
fn parameters_of<'a>(vouched: &Vouched<'a>, bounds: &Bounds) -> Result<Parameters<'a>, Refusal> {
    let scope = bounds.scope.as_ref().ok_or_else(Refusal::no_such_content)?;
    if scope.tag.is_some() {
        let detail = "a guest is shown the published version: expected no `tag`";
        return Err(Refusal::invalid("tag_of_guest", "content.tag", detail));
    }
    let audience = Audience::GuestsOf(vouched.key.client_id.clone());
    let publication = vouched.snapshot.publication(&scope.workbook, scope.element(), &audience);
    let publication = publication.ok_or_else(Refusal::not_published)?;
    Ok((&publication.parameters, parameters::values(&vouched.claims.locked_parameters)?))
}
