//! Laws that hold whatever the policies say: asking again, at once or with claims in another order changes nothing, one more
//! permit policy takes no row away, and one more restriction adds none.

use crate::Outcome;
use crate::data::Of;
use crate::requests::Request;
use crate::run::Run;
use crate::served::{self, Answer, Place, Served};
use crate::world::World;
use futures::future::try_join_all;
use rand::rngs::StdRng;
use std::collections::BTreeSet;

/// How many requests are asked by somebody with claims in another order.
const BACKWARDS: usize = 5;

/// Holds `one`, which has answered so, to the laws.
pub(crate) async fn hold(
    world: &mut World,
    one: &Served,
    answered: &[(Request, Answer)],
    random: &mut StdRng,
    run: &mut Run,
) -> Outcome<()> {
    for (request, answer) in answered {
        run.compare("asked again", request, answer, &one.answer(request).await?);
    }
    let at_once = try_join_all(answered.iter().map(|(request, _)| one.answer(request))).await?;
    for ((request, answer), told) in answered.iter().zip(at_once) {
        run.compare("asked at once", request, answer, &told);
    }
    let backwards = served::enter(&one.host, world.person.kind, &world.person.said_backwards()).await?;
    for (request, answer) in answered.iter().take(BACKWARDS) {
        run.compare("said backwards", request, answer, &served::answer((&one.host, &backwards), request).await?);
    }
    let numbers = Request::numbers(&world.person, &world.content);
    let visible = ids(one, &numbers).await?;
    for permits in [true, false] {
        world.add_policy(permits, random);
        let other = Served::start(world, Place::Files, (&world.seen[Of::Events], &world.hidden), random).await?;
        world.forget_policy();
        let others = ids(&other, &numbers).await?;
        let (name, holds) = if permits {
            ("one permit policy more takes rows away", others.is_superset(&visible))
        } else {
            ("one restriction more adds rows", others.is_subset(&visible))
        };
        run.comparisons += 1;
        run.features.push(if permits { "law: permit" } else { "law: restrict" });
        if !holds {
            run.differ(name, (&format!("{visible:?}"), &format!("{others:?}")));
        }
    }
    Ok(())
}

/// The events that somebody sees.
async fn ids(served: &Served, numbers: &Request) -> Outcome<BTreeSet<i64>> {
    let rows = served.answer(numbers).await?.rows();
    Ok(rows.iter().filter_map(|row| row[0].as_i64()).collect())
}
