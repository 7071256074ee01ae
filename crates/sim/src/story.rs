//! Two floors ready to run: the three-minute story of the demo, and a whole day in virtual time.

use std::collections::BTreeMap;

use calmline_core::{IdError, SiteId, Timestamp, catalog::Lang};

use crate::{
    rng::Rng,
    script::{CallScript, scenes},
    work::WorkEvent,
    world::{Burst, Config, PlannedBreaks, Planted, Profile, World, WorldEvent, later},
};

/// Whose floor is told about.
#[derive(Debug, Clone)]
pub struct Plot {
    /// The site.
    pub site: SiteId,
    /// When the story, or the day, begins.
    pub start: Timestamp,
    /// How many agents.
    pub agents: usize,
    /// The share of agents and callers who speak Chinese, 0 to 1; the others speak English.
    pub chinese: f64,
    /// The seed of all chance.
    pub seed: u64,
}

const MORNING_S: f64 = 3.25 * 3600.0;
const AFTERNOON_S: f64 = 5.0 * 3600.0;
const SHIFT_S: f64 = 8.0 * 3600.0;
/// Work after which a break is due: 50 min (UK HSE, L26: 5–10 minutes after 50–60 minutes).
const STRETCH_S: f64 = 50.0 * 60.0;
/// When the 50 minutes of some agents are over, in seconds from the story's start.
const BREAKS_DUE_S: [f64; 6] = [6.0, 14.0, 24.0, 45.0, 75.0, 110.0];
/// On a floor of fewer agents every break costs the queue much, and is offered only after it was put off for so many seconds.
const SMALL: (usize, f64) = (16, 600.0);
/// Before the story nobody works longer than this in one go, the last call included.
const USUAL_STRETCH_MIN: f64 = 34.0;
/// The floor is calm from so long before the story until a little after its start, so that its callers find free agents.
const LULL_S: (f64, f64) = (420.0, 24.0);

/// What must happen, whatever chance adds: seconds from the start, the scene and, where it matters, the caller's voice.
///
/// An alert needs a minute and a half of agitation, so its caller rings first, is angry from the first word, and has a
/// voice whose anger is plain in both languages, the built-in one and the synthesiser's alike. The calls that a second
/// language hears come a little later.
const CAST: [(f64, &str, Option<u32>); 6] = [
    (0.5, "cancellation-fee", Some(8)),
    (2.0, "order-status", None),
    (5.0, "third-call", None),
    (9.0, "insults", None),
    (22.0, "new-address", None),
    (60.0, "wants-supervisor", None),
];
const SECOND_LANGUAGE_S: f64 = 3.0;

/// The three-minute story of the demo: a morning's work, told at once, then a busy floor that is heard.
///
/// Within three minutes of real time a calm call is begun and ended, an angry caller and an abusive one are heard in each
/// language of the floor, another stays agitated for more than a minute and a half, and six agents complete fifty minutes
/// of work without a break, or sixty on a small floor; the first of them to whom a break is offered takes it.
#[derive(Debug)]
pub struct Story {
    /// What happened before the start: a morning of work events in their order.
    pub history: Vec<WorkEvent>,
    /// The floor from the start on.
    pub world: World,
}

impl Story {
    /// Tells a plot.
    ///
    /// # Errors
    /// When an id cannot be formed, which no plot is known to cause.
    pub fn new(plot: Plot) -> Result<Self, IdError> {
        let Plot { site, start, agents, chinese, seed } = plot;
        let config = Config {
            site,
            seed,
            agents,
            chinese,
            opens: later(start, -MORNING_S),
            closes: later(start, AFTERNOON_S),
            heard_from: start,
            occupancy: 0.8,
            profile: Profile::Flat,
            bursts: vec![Burst { from: later(start, -LULL_S.0), until: later(start, LULL_S.1), factor: 0.1 }],
            breaks: PlannedBreaks::Short { after_minutes: USUAL_STRETCH_MIN },
            snapshot_s: 60.0,
            repertoire: 24,
        };
        let put_off = if agents < SMALL.0 { SMALL.1 } else { 0.0 };
        let rested = tired(agents)
            .zip(BREAKS_DUE_S.map(|due| due - put_off))
            .map(|(agent, due)| (agent, later(start, due - STRETCH_S)))
            .collect::<BTreeMap<_, _>>();
        let mut world = World::with_plot(config, rested)?;
        let mut languages: Vec<Lang> = world.agents().map(|card| card.lang).collect();
        languages.dedup();
        for (index, lang) in languages.into_iter().enumerate() {
            for (after, scene, caller) in CAST {
                let at = later(start, after + SECOND_LANGUAGE_S * index as f64);
                world.plant(Planted { at, scene, lang, caller });
            }
        }
        world.next_offer_is_taken = true;
        let mut history = Vec::new();
        // The start itself belongs to the story.
        while let Some((_, event)) = world.next_until(later(start, -0.001)) {
            if let WorldEvent::Work(event) = event {
                history.push(event);
            }
        }
        Ok(Self { history, world })
    }

    /// The same story for a product that was told of a morning by an earlier run: instead of another morning the phone
    /// platform tells how everybody stands as the story begins.
    #[must_use]
    pub fn going_on(mut self, start: Timestamp) -> Self {
        self.history = self.world.states(start);
        self
    }
}

/// What is said in a scene of this name, by a caller and an agent with these voices; nothing where there is no such scene.
#[must_use]
pub fn scene(name: &str, lang: Lang, (caller, agent): (u32, u32), seed: u64) -> Option<CallScript> {
    let scene = scenes(lang).iter().find(|scene| scene.name == name)?;
    let script = CallScript::of(scene, 0, &mut Rng::named(seed, name));
    Some(script.cast(caller, agent, agent))
}

/// Agents whose break falls due during the story: spread over the floor, so that each language has some.
fn tired(agents: usize) -> impl Iterator<Item = usize> {
    let count = BREAKS_DUE_S.len().min(agents);
    (0..count).map(move |index| (2 * index + 1) * agents / (2 * count))
}

/// A whole shift of eight hours, every call heard, with a burst after midday: breaks other than lunch come from offers.
///
/// # Errors
/// When an id cannot be formed, which no plot is known to cause.
pub fn day(plot: Plot) -> Result<World, IdError> {
    let Plot { site, start, agents, chinese, seed } = plot;
    let at = |part: f64| later(start, part * SHIFT_S);
    World::new(Config {
        site,
        seed,
        agents,
        chinese,
        opens: start,
        closes: at(1.0),
        heard_from: start,
        occupancy: 0.73,
        profile: Profile::TwoHumps,
        bursts: vec![Burst { from: at(0.66), until: at(0.72), factor: 1.4 }],
        breaks: PlannedBreaks::Lunch,
        snapshot_s: 300.0,
        repertoire: 200,
    })
}

#[cfg(test)]
mod tests;
