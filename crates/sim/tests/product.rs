//! The product's own senses on what the simulator makes: voices are heard as speech, anger as agitation, and a morning's
//! work makes breaks due that the floor then takes. The product is a dependency of this test only.

#![expect(clippy::unwrap_used, reason = "tests, and what only they call")]

use std::collections::{BTreeSet, VecDeque};

use calmline_care::{Care, Settings};
use calmline_core::{
    AccountId, AgentId, Body, Draft, Party, Position, SiteId, Timestamp,
    event::OfferAnswer,
    policy::{Ask, Notice, Profile, SitePolicy},
};
use calmline_sense::{AffectModel, Heard, Leg};
use calmline_sim::{
    mix,
    story::{Plot, Story},
    world::{Call, WorldEvent, language_code},
};
use jiff::SignedDuration;

fn plot(seed: u64) -> Plot {
    let start = "2026-11-23T09:15:00Z".parse().unwrap();
    Plot { site: SiteId::new("s").unwrap(), start, agents: 40, chinese: 0.4, seed }
}

fn later(start: Timestamp, seconds: i64) -> Timestamp {
    start.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// A policy under which callers' voices may be heard.
fn policy() -> SitePolicy {
    let mut policy = SitePolicy::new(SiteId::new("s").unwrap(), Profile::Cn);
    for notice in Notice::ALL {
        let by = AccountId::new("admin").unwrap();
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: "0".repeat(64), by });
    }
    policy
}

/// One of the caller's turns: how excitedly it was said, and what was heard of it.
struct Said {
    arousal: f64,
    heard_s: f64,
    length_s: f64,
    agitation: Option<f64>,
}

/// Hears the caller's side of a call.
fn heard(call: &Call) -> Vec<Said> {
    let (policy, now) = (policy(), Timestamp::UNIX_EPOCH);
    let ask = Ask { call: &call.call, party: Party::Customer, agent: None, now };
    let mut leg =
        Leg::new(policy.ask(&ask).unwrap()).with_affect(policy.ask(&ask).unwrap(), AffectModel::shipped());
    let (layout, tracks) = mix::voiced(&call.script, call.seed);
    let mut out = Vec::new();
    for frame in tracks.customer.chunks(160) {
        leg.push(frame, now, &mut out);
    }
    leg.finish(&mut out);
    let utterances: Vec<(f64, f64, Option<f64>)> = out
        .into_iter()
        .filter_map(|heard| match heard {
            Heard::Utterance { start_s, end_s, arousal, .. } => {
                Some((start_s, end_s, arousal.map(|a| a.value.get())))
            }
            _ => None,
        })
        .collect();
    let turns = call.script.turns.iter().zip(&layout.starts_s).filter(|(turn, _)| turn.by == Party::Customer);
    turns
        .map(|(turn, &start)| {
            let length_s =
                calmline_sim::voice::length_s(&turn.text, call.script.lang, turn.voice, turn.arousal);
            let overlap =
                |u: &&(f64, f64, Option<f64>)| (u.1.min(start + length_s) - u.0.max(start)).max(0.0);
            let most = utterances.iter().max_by(|a, b| overlap(a).total_cmp(&overlap(b)));
            Said {
                arousal: turn.arousal,
                heard_s: utterances.iter().map(|u| overlap(&u)).sum(),
                length_s,
                agitation: most.and_then(|u| u.2),
            }
        })
        .collect()
}

fn first_calls(seed: u64) -> Vec<Call> {
    let plot = plot(seed);
    let end = later(plot.start, 45);
    let mut story = Story::new(plot).unwrap();
    std::iter::from_fn(|| story.world.next_until(end))
        .filter_map(|(_, event)| match event {
            WorldEvent::Call(call) => Some(call),
            WorldEvent::Work(_) => None,
        })
        .collect()
}

#[test]
fn voices_are_heard_as_speech_and_rage_as_agitation_by_the_shipped_model() {
    let said: Vec<Said> = (0..3).flat_map(first_calls).flat_map(|call| heard(&call)).collect();
    let (heard_s, length_s) = said.iter().fold((0.0, 0.0), |(h, l), s| (h + s.heard_s, l + s.length_s));
    assert!(heard_s > 0.9 * length_s, "{heard_s} of {length_s} s are heard as speech");
    let share = |wanted: &dyn Fn(&Said) -> bool, agitated: &dyn Fn(f64) -> bool| {
        let values: Vec<f64> = said.iter().filter(|s| wanted(s)).filter_map(|s| s.agitation).collect();
        assert!(values.len() > 20, "only {} such turns", values.len());
        values.iter().filter(|a| agitated(**a)).count() as f64 / values.len() as f64
    };
    let calm = share(&|s| s.arousal <= 0.35, &|a| a < 0.4);
    let rage = share(&|s| s.arousal >= 0.9, &|a| a > 0.6);
    println!(
        "speech heard {:.3}, calm told as calm {calm:.3}, rage told as agitation {rage:.3}",
        heard_s / length_s
    );
    // Wide margins: the model is trained on people, and trained anew now and then.
    assert!(calm > 0.7, "{calm} of the calm turns sound calm");
    assert!(rage > 0.7, "{rage} of the raging turns sound agitated");
}

/// The product and the floor, hand in hand in virtual time.
struct Floor {
    site: SiteId,
    care: Care,
    position: u64,
    offers: Vec<(Timestamp, AgentId)>,
    begun: usize,
    /// Answers that agents are about to give.
    answers: Vec<(Timestamp, Draft, AgentId, u32)>,
}

impl Floor {
    fn log(&mut self, draft: Draft) {
        let mut queue = VecDeque::from([draft]);
        while let Some(draft) = queue.pop_front() {
            self.position += 1;
            let event = draft.at_position(Position(self.position));
            if let Body::BreakOffered { offer, agent, minutes, .. } = &event.body {
                self.offers.push((event.at, agent.clone()));
                let at = later(event.at, 4);
                let (offer, who) = (offer.clone(), agent.clone());
                let body = Body::BreakAnswered { offer, agent: who, answer: OfferAnswer::Accepted };
                let draft = Draft::told(self.site.clone(), "agents", &self.position.to_string(), at, body);
                self.answers.push((at, draft, agent.clone(), *minutes));
            }
            self.begun += usize::from(matches!(event.body, Body::BreakBegan { .. }));
            queue.extend(self.care.apply(&event));
        }
    }

    fn wait_until(&mut self, now: Timestamp) {
        let mut last = None;
        while let Some(wake) = self.care.next_wake().filter(|wake| *wake <= now && Some(*wake) != last) {
            last = Some(wake);
            self.log(Draft::derived(self.site.clone(), wake, Vec::new(), Body::TimerFired {}));
        }
    }
}

#[test]
fn the_morning_brings_no_offer_and_the_story_brings_some_which_the_floor_takes() {
    for seed in 0..4 {
        let plot = plot(seed);
        let (site, start) = (plot.site.clone(), plot.start);
        let Story { history, mut world } = Story::new(plot).unwrap();
        let care = Care::new(site.clone(), Settings::default());
        let mut floor = Floor { site, care, position: 0, offers: Vec::new(), begun: 0, answers: Vec::new() };
        for event in &history {
            floor.wait_until(event.at);
            floor.log(event.draft());
        }
        assert_eq!(floor.offers, Vec::new(), "seed {seed}: offers before the story");
        for second in 0..240 {
            let now = later(start, second);
            while let Some((_, event)) = world.next_until(now) {
                if let WorldEvent::Work(work) = event {
                    floor.wait_until(work.at);
                    floor.log(work.draft());
                }
            }
            floor.wait_until(now);
            let (due, open) =
                std::mem::take(&mut floor.answers).into_iter().partition(|answer| answer.0 <= now);
            floor.answers = open;
            for (at, draft, agent, minutes) in due {
                floor.log(draft);
                world.answer(at, &agent, OfferAnswer::Accepted, minutes);
            }
        }
        let in_time = floor.offers.iter().filter(|(at, _)| *at <= later(start, 180)).count();
        println!("seed {seed}: {in_time} offers within three minutes, {} breaks begun", floor.begun);
        assert!(in_time >= 2, "seed {seed}: {:?}", floor.offers);
        assert!(floor.begun >= 1, "seed {seed}: an accepted break never began");
    }
}

/// The longest number in a text, in digits; groups apart by a space are one number.
fn longest_number(text: &str) -> usize {
    let runs = text.split(|c: char| !c.is_ascii_digit() && c != ' ');
    runs.map(|run| run.chars().filter(char::is_ascii_digit).count()).max().unwrap_or(0)
}

#[test]
fn the_personal_data_that_callers_give_is_such_that_redaction_finds_it() {
    let Story { world, .. } = Story::new(plot(1)).unwrap();
    let mut found = BTreeSet::new();
    for script in world.repertoire() {
        for turn in &script.turns {
            let redacted = calmline_language::redact(&turn.text);
            let kinds = redacted.originals.iter().filter_map(|(placeholder, _)| {
                placeholder.trim_start_matches('[').split('_').next().map(str::to_owned)
            });
            found.extend(kinds.map(|kind| (language_code(script.lang), kind)));
            assert!(!redacted.text.contains("@example"), "{}", redacted.text);
            assert!(longest_number(&redacted.text) < 10, "{}", redacted.text);
        }
    }
    for lang in ["en", "zh"] {
        for kind in ["PHONE", "EMAIL", "ADDRESS", "NAME"] {
            assert!(found.contains(&(lang, kind.to_owned())), "no {kind} in {lang}: {found:?}");
        }
    }
}
