//! The index finds what a plain scan of all agents finds.

use calmline_care::routing::{Ask, Outcome, RoutingSettings, Waits};
use calmline_core::{AgentId, event::Waiting};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::world::{Act, World, agent, skill};

const AGENTS: usize = 7;

pub fn skills() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::btree_map(0..3_u8, prop_oneof![Just(40_u8), Just(60), Just(90)], 0..3)
        .prop_map(|skills| skills.into_iter().collect())
}

pub fn act() -> impl Strategy<Value = Act> {
    let who = || 0..AGENTS;
    prop_oneof![
        2 => (who(), skills(), 0..3_u8).prop_map(|(agent, skills, language)| Act::Skills { agent, skills, language }),
        2 => (who(), prop::bool::weighted(0.9)).prop_map(|(agent, present)| Act::Present { agent, present }),
        4 => (who(), prop::bool::weighted(0.8)).prop_map(|(agent, free)| Act::Free { agent, free }),
        1 => (who(), prop::bool::weighted(0.3)).prop_map(|(agent, kept)| Act::Keep { agent, kept }),
        2 => (who(), 0..3_usize, 1..2_000_i64).prop_map(|(agent, why, seconds)| Act::Spare { agent, why, seconds }),
        3 => (who(), 1..40_u32).prop_map(|(agent, minutes)| Act::Met { agent, minutes }),
        1 => who().prop_map(|agent| Act::Erase { agent }),
        1 => who().prop_map(|agent| Act::Remove { agent }),
        4 => prop_oneof![6 => 1..300_i64, 1 => 300..20_000_i64].prop_map(|seconds| Act::Pass { seconds }),
    ]
}

/// A call as a test draws it: needs, language, priority, seconds waited, last agent, hard and minutes, flagged, seconds
/// withheld.
pub type Drawn = (Vec<(u8, u8)>, u8, u8, i64, Option<usize>, (f64, u32), bool, Option<i64>);

pub fn call() -> impl Strategy<Value = Drawn> {
    let withheld = prop::option::of(0..40_i64);
    let hard = prop_oneof![Just(0.05), Just(0.2), Just(0.6)];
    (
        skills(),
        0..4_u8,
        1..6_u8,
        0..900_i64,
        prop::option::of(0..AGENTS),
        (hard, 0..20_u32),
        prop::bool::weighted(0.2),
        withheld,
    )
}

pub fn waiting(drawn: &Drawn, world: &World) -> Waiting {
    let (needs, language, priority, waited, last, _, flagged, _) = drawn;
    let language = ["zh", "en", "fr"].get(usize::from(*language)).map(|&language| language.to_owned());
    Waiting {
        queue: None,
        intent: None,
        language,
        priority: *priority,
        needs: needs.iter().map(|&(n, level)| skill(n, level)).collect(),
        since: world.now - SignedDuration::from_secs(*waited),
        last_agent: last.map(agent),
        repeat: false,
        flagged_until: flagged.then(|| world.now + SignedDuration::from_hours(1)),
        candidates: Vec::new(),
    }
}

pub fn ask<'a>(drawn: &Drawn, waiting: &'a Waiting, world: &World) -> Ask<'a> {
    let withheld = drawn.7.map(|seconds| world.now - SignedDuration::from_secs(seconds));
    Ask { waiting, hard: drawn.5.0, minutes: f64::from(drawn.5.1), withheld }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_scan_finds(
        script in prop::collection::vec(prop_oneof![3 => act().prop_map(Ok), 1 => call().prop_map(Err)], 1..120),
    ) {
        let set = RoutingSettings::default();
        let mut world = World::new(set.clone());
        for n in 0..AGENTS {
            world.act(&Act::Present { agent: n, present: true });
            world.act(&Act::Free { agent: n, free: true });
        }
        for step in &script {
            let drawn = match step {
                Ok(act) => {
                    world.act(act);
                    continue;
                }
                Err(drawn) => drawn,
            };
            let waiting = waiting(drawn, &world);
            let ask = ask(drawn, &waiting, &world);
            let decision = world.router.decide(&ask);
            let mut scan: Vec<_> = world
                .people
                .iter()
                .filter_map(|(n, person)| Some((world.suits(*n, person, &ask, &set)?, *n)))
                .collect();
            // Stable: of equals the one known for longer, who is never known anew in this test without being removed.
            scan.sort_by(|a, b| a.0.partial_cmp(&b.0).expect("no NaN"));
            let open = drawn.7.is_some_and(|withheld| withheld >= i64::from(set.extra_wait_seconds));
            let present = world.people.iter().any(|(_, p)| p.present && World::able(p, &waiting).is_some());
            prop_assert_eq!(decision.facts.free as usize, scan.len());
            match (&decision.outcome, scan.first()) {
                (Outcome::To { agent: to, runner_up }, Some((best, _))) => {
                    prop_assert!(best.0 == 0 || open);
                    let suits = |id: &AgentId| {
                        let found = scan.iter().find(|(_, n)| agent(*n) == *id);
                        found.map(|(suits, _)| *suits)
                    };
                    prop_assert_eq!(suits(to), Some(*best));
                    prop_assert_eq!(runner_up.as_ref().and_then(suits), scan.get(1).map(|second| second.0));
                    prop_assert!(Some(to) != runner_up.as_ref());
                }
                (Outcome::Waits { why: Waits::Spared, until, withheld }, Some((best, _))) => {
                    prop_assert!(best.0 > 0 && !open);
                    prop_assert!(until.is_some_and(|until| until > world.now));
                    prop_assert_eq!(*withheld, Some(ask.withheld.unwrap_or(world.now)));
                }
                (Outcome::Waits { why: Waits::NobodyFree, .. }, None) => prop_assert!(present),
                (Outcome::Waits { why: Waits::NoSkill, .. }, None) => prop_assert!(!present),
                (outcome, best) => prop_assert!(false, "{outcome:?} but the scan says {best:?}"),
            }
        }
    }
}
