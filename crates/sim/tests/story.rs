//! The three-minute story as the product hears it, in virtual time and without words: all that it promises comes in time,
//! whatever the seed. The product is a dependency of this test only.

#![expect(clippy::unwrap_used, reason = "tests, and what only they call")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, Event, OfferId, Party, SiteId, Timestamp,
    event::OfferAnswer,
    policy::{Notice, Profile, TABLE_VERSION, consents_wanted},
};
use calmline_floor::{Ear, Hears, Rehearsal};
use calmline_sense::AffectModel;
use calmline_sim::{
    mix::{self, Tracks},
    story::{Plot, Story},
    world::{World, WorldEvent},
};
use jiff::SignedDuration;

const STORY_S: f64 = 180.0;
/// Calls that ring later than this are not listened to: none of them can bring an alert within the story, and hearing
/// takes time.
const HEARD_UNTIL_S: f64 = 16.0;

fn later(at: Timestamp, seconds: f64) -> Timestamp {
    at + SignedDuration::from_micros((seconds * 1e6) as i64)
}

/// What is going to be told to the product.
enum Due {
    Fact(Box<Draft>),
    Answer { agent: AgentId, offer: OfferId, answer: OfferAnswer, minutes: u32 },
}

/// The floor and the product, hand in hand.
struct Floor {
    start: Timestamp,
    world: World,
    product: Rehearsal,
    ringing: BTreeMap<CallId, Tracks>,
    /// By time and number.
    due: BTreeMap<(Timestamp, usize), Due>,
    number: usize,
    /// How much of the log has been looked at for offers.
    seen: usize,
}

impl Floor {
    /// A floor whose morning has been told, under a profile whose notices were given and consents agreed to.
    fn open(plot: Plot, profile: Profile) -> Self {
        let start = plot.start;
        let mut product = Rehearsal::new(plot.site.clone(), profile);
        let Story { history, world } = Story::new(plot).unwrap();
        let notices = Notice::ALL.into_iter().map(|notice| {
            let by = AccountId::new("admin").unwrap();
            Body::NoticeConfirmed { notice, text_sha256: String::new(), by }
        });
        let consents = world.agents().flat_map(|card| {
            let agent = card.id.clone();
            consents_wanted(profile).into_iter().map(move |purpose| Body::ConsentGiven {
                agent: agent.clone(),
                purpose,
                policy_version: TABLE_VERSION,
            })
        });
        let opened = start - SignedDuration::from_hours(24);
        for body in notices.chain(consents) {
            let site = product.policy().site().clone();
            product.tell(Draft::derived(site, opened, Vec::new(), body));
        }
        history.iter().for_each(|event| product.tell(event.draft()));
        let seen = product.events().len();
        Self { start, world, product, ringing: BTreeMap::new(), due: BTreeMap::new(), number: 0, seen }
    }

    /// Three minutes of it: everything in the log from the start on.
    fn run(mut self) -> Vec<Event> {
        let end = later(self.start, STORY_S);
        loop {
            let next = [self.world.next_wake(), self.due.keys().next().map(|(at, _)| *at)];
            let Some(now) = next.into_iter().flatten().min().filter(|at| *at <= end) else { break };
            while let Some((at, event)) = self.world.next_until(now) {
                self.happens(at, event);
            }
            while let Some(due) = self.due.first_entry().filter(|due| due.key().0 <= now) {
                let ((at, _), what) = due.remove_entry();
                self.falls_due(at, what);
            }
            self.product.wait_until(now);
            self.offers(now);
        }
        self.product.events().iter().filter(|event| event.at >= self.start).cloned().collect()
    }

    fn happens(&mut self, at: Timestamp, event: WorldEvent) {
        match event {
            WorldEvent::Call(call) if at <= later(self.start, HEARD_UNTIL_S) => {
                let (layout, tracks) = mix::voiced(&call.script, call.seed);
                self.world.timed(&call.call, layout);
                self.ringing.insert(call.call, tracks);
            }
            WorldEvent::Call(_) => {}
            WorldEvent::Work(event) => {
                self.product.tell(event.draft());
                if let Body::CallAnswered { call, agent, .. } = &event.body {
                    self.hear(call, agent, at);
                }
            }
        }
    }

    /// The call's sound begins: what will be heard in it falls due.
    fn hear(&mut self, call: &CallId, agent: &AgentId, at: Timestamp) {
        let Some(tracks) = self.ringing.remove(call) else { return };
        let mut out = Vec::new();
        let policy = self.product.policy();
        let model = AffectModel::shipped();
        let parties = [Party::Customer, Party::Agent];
        let mut ear =
            Ear::open(policy, call.clone(), &parties, ("simulated", false), Arc::clone(&model), at, &mut out);
        ear.bind(policy, Some(agent), at, &mut out);
        ear.audio(0, &tracks.customer, at, &mut out);
        ear.audio(1, &tracks.agent, at, &mut out);
        ear.close(at, &mut out);
        for heard in out {
            let facts = match heard {
                Hears::Fact(fact) => vec![fact],
                Hears::Words(job) => job.without_words(),
                Hears::Speaking(_) | Hears::Voice(_) => Vec::new(),
            };
            facts.into_iter().for_each(|fact| self.plan(fact.at, Due::Fact(Box::new(fact))));
        }
    }

    fn plan(&mut self, at: Timestamp, due: Due) {
        self.number += 1;
        self.due.insert((at, self.number), due);
    }

    fn falls_due(&mut self, at: Timestamp, due: Due) {
        match due {
            Due::Fact(draft) => self.product.tell(*draft),
            Due::Answer { agent, offer, answer, minutes } => {
                let body = Body::BreakAnswered { offer, agent: agent.clone(), answer };
                let site = self.product.policy().site().clone();
                self.product.tell(Draft::derived(site, at, Vec::new(), body));
                self.world.answer(at, &agent, answer, minutes);
            }
        }
    }

    /// Agents see new offers and take a moment to answer.
    fn offers(&mut self, now: Timestamp) {
        let new = self.product.events()[self.seen..].to_vec();
        self.seen += new.len();
        for event in new {
            let Body::BreakOffered { offer, agent, minutes, .. } = event.body else { continue };
            let reaction = self.world.reaction(now);
            let answer = Due::Answer { agent, offer, answer: reaction.answer, minutes };
            self.plan(later(now, reaction.after_s), answer);
        }
    }
}

/// Seconds from the start to the first event that is wanted; more than the story lasts, if there is none.
fn first(log: &[Event], start: Timestamp, wanted: impl Fn(&Body) -> bool) -> f64 {
    let found = log.iter().find(|event| wanted(&event.body));
    found.map_or(f64::INFINITY, |event| event.at.duration_since(start).as_secs_f64())
}

/// Calls that were heard to their end without a prompt to the agent.
fn calm_calls(log: &[Event]) -> usize {
    let calls = |wanted: &dyn Fn(&Body) -> bool| -> BTreeSet<&CallId> {
        log.iter().filter(|event| wanted(&event.body)).filter_map(|event| event.body.call()).collect()
    };
    let heard = calls(&|body| matches!(body, Body::LegClosed { party: Party::Customer, .. }));
    let ended = calls(&|body| matches!(body, Body::CallEnded { .. }));
    let prompted = calls(&|body| matches!(body, Body::PromptShown { .. }));
    heard.into_iter().filter(|call| ended.contains(call) && !prompted.contains(call)).count()
}

#[test]
fn a_calm_call_a_prompt_a_break_and_an_alert_come_within_three_minutes_whatever_the_seed() {
    let sites = [("lyon", Profile::Strict, 0.0), ("shanghai", Profile::Cn, 1.0)];
    // A floor of any size: forty agents as the demo has by default, or as few as may be.
    let mut missed = Vec::new();
    for (seed, agents) in [(1, 40), (2, 40), (3, 8), (4, 8), (5, 4)] {
        for (name, profile, chinese) in sites {
            let start = "2026-11-23T09:15:00Z".parse().unwrap();
            let plot = Plot { site: SiteId::new(name).unwrap(), start, agents, chinese, seed };
            let log = Floor::open(plot, profile).run();
            let prompt = first(&log, start, |body| matches!(body, Body::PromptShown { .. }));
            let offer = first(&log, start, |body| matches!(body, Body::BreakOffered { .. }));
            let began = first(&log, start, |body| matches!(body, Body::BreakBegan { .. }));
            let agitated = |body: &Body| matches!(body, Body::AlertRaised { reason, .. } if reason.code == "alert.agitated_caller");
            let alert = first(&log, start, agitated);
            let calm = calm_calls(&log);
            let told = format!(
                "seed {seed}, {name}, {agents} agents: {calm} calm calls, prompt at {prompt:.0} s, break offered at \
                 {offer:.0} s and begun at {began:.0} s, alert at {alert:.0} s"
            );
            println!("{told}");
            // A busy machine may be a minute late and is in time still, but for floors of a few, whose agents must be free
            // when the long call comes.
            let latest = if agents < 8 { 170.0 } else { 130.0 };
            if !(calm > 0 && prompt < 60.0 && offer < 120.0 && began < 150.0 && alert < latest) {
                missed.push(told);
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
