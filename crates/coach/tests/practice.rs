//! Practice calls: what must hold whatever an agent says, and that every scenario can be won and lost.

use std::{collections::BTreeSet, sync::Arc};

use calmline_coach::practice::{Outcome, Script, Session, library, play};
use calmline_core::catalog::Lang;
use proptest::prelude::*;

/// What agents say, silence and noise among it.
fn turns() -> impl Strategy<Value = Vec<String>> {
    let said: Vec<String> = [include_str!("acts_en.tsv"), include_str!("acts_zh.tsv")]
        .iter()
        .flat_map(|list| list.lines().filter(|line| !line.starts_with('#')))
        .filter_map(|line| line.split_once('\t').map(|(_, text)| text.to_owned()))
        .collect();
    let good: Vec<String> = library()
        .iter()
        .flat_map(|one| {
            one.facts.iter().map(|f| f.ask.get_ref()).chain(one.goals.iter().map(|g| g.better.get_ref()))
        })
        .cloned()
        .collect();
    let turn = prop_oneof![
        4 => proptest::sample::select(said),
        3 => proptest::sample::select(good),
        1 => Just(String::new()),
        1 => "\\PC{0,60}",
    ];
    proptest::collection::vec(turn, 0..45)
}

fn session(which: usize, seed: u64, turns: &[String]) -> (Session, Vec<String>) {
    let mut session = Session::open(Arc::clone(&library()[which % library().len()]), seed, true);
    let mut lines = vec![session.opening().to_owned()];
    for turn in turns {
        if let Some(reply) = session.say(turn) {
            lines.push(reply.line);
        }
    }
    (session, lines)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_call_is_never_stuck(which in 0_usize..24, seed: u64, turns in turns()) {
        let (mut session, lines) = session(which, seed, &turns);
        let over = session.outcome();
        prop_assert!(lines.iter().enumerate().all(|(n, line)| {
            !line.is_empty() || (n + 1 == lines.len() && over == Some(Outcome::EndedByPolicy))
        }), "{lines:?}");
        for _ in 0..40 {
            session.say("好的 okay");
        }
        prop_assert!(session.outcome().is_some());
        prop_assert!(session.say("hello").is_none());
    }

    #[test]
    fn the_same_inputs_give_the_same_call(which in 0_usize..24, seed: u64, turns in turns()) {
        let (first, lines) = session(which, seed, &turns);
        let (second, again) = session(which, seed, &turns);
        prop_assert_eq!(lines, again);
        prop_assert_eq!(first.debrief(), second.debrief());
    }

    #[test]
    fn silence_never_rewards_a_caller_and_abuse_least(which in 0_usize..24, seed: u64, turns in turns()) {
        let (mut session, _) = session(which, seed, &turns);
        let before = *session.state();
        if let Some(reply) = session.say("") {
            prop_assert!(session.state().heat >= before.heat);
            prop_assert!(session.state().trust <= before.trust);
            let all: i32 = reply.steps.iter().map(|step| step.heat).sum();
            prop_assert!(all >= if before.abusing { 12 } else { 8 }, "{:?}", reply.steps);
        }
    }

    #[test]
    fn abuse_cools_for_limits_alone(which in 0_usize..24, seed: u64, turns in turns()) {
        let mut session = Session::open(Arc::clone(&library()[which % library().len()]), seed, false);
        for turn in &turns {
            let before = *session.state();
            let Some(reply) = session.say(turn) else { break };
            if before.abusing && session.state().limits == before.limits {
                prop_assert!(session.state().heat >= before.heat, "{turn}: {:?}", reply.steps);
            }
        }
    }

    #[test]
    fn scores_never_exceed_their_chances(which in 0_usize..24, seed: u64, turns in turns()) {
        let (session, _) = session(which, seed, &turns);
        let debrief = session.debrief();
        prop_assert!(debrief.scores.iter().all(|score| score.chances > 0 && score.hits <= score.chances));
        prop_assert!(debrief.heat.iter().all(|heat| (0..=100).contains(heat)));
        prop_assert!(debrief.turning_points.iter().all(|point| point.turn + 1 < debrief.heat.len()));
    }
}

#[test]
fn every_scenario_can_be_won_and_lost() {
    for scenario in library() {
        for seed in 0..5 {
            let (session, outcome) = play(scenario, seed, Script::Good);
            let debrief = session.debrief();
            assert!(outcome.is_good(), "{} {seed}: {outcome:?} {:?}", scenario.id(), debrief.heat);
            assert!(outcome != Outcome::EndedByPolicy, "{}", scenario.id());
            assert!(
                debrief.scores.iter().all(calmline_coach::practice::SkillScore::succeeded),
                "{}: {:?}",
                scenario.id(),
                debrief.scores
            );
            for script in [Script::Harsh, Script::Silent, Script::Apologetic] {
                let (session, outcome) = play(scenario, seed, script);
                assert!(!outcome.is_good(), "{} {seed} {script:?}: {outcome:?}", scenario.id());
                let debrief = session.debrief();
                assert!(
                    debrief.heat.last() > debrief.heat.first() || script == Script::Apologetic,
                    "{debrief:?}"
                );
            }
        }
    }
}

#[test]
fn a_harsh_call_has_turning_points_with_better_lines_that_are_better() {
    for scenario in library() {
        let (session, _) = play(scenario, 1, Script::Harsh);
        let debrief = session.debrief();
        let point = debrief.turning_points.first().expect("a turning point");
        let better = point.better.as_ref().expect("a better line");
        let heat_after = |text: &str| {
            let mut session = Session::open(Arc::clone(scenario), 1, false);
            session.say(text);
            session.state().heat
        };
        assert!(heat_after(&better.line) < heat_after(&point.quote), "{}: {}", scenario.id(), better.line);
    }
}

#[test]
fn abuse_that_goes_on_after_two_warnings_may_be_ended() {
    let scenario = library().iter().find(|one| one.id() == "zh-delivery-ruma").expect("shipped");
    let mut session = Session::open(Arc::clone(scenario), 3, true);
    // Two warnings, with nothing between them that would help.
    let [first, second, third] = [
        "请您不要说脏话。",
        "请您停止辱骂，不然我只能挂电话了。",
        "我已经提醒过您两次了，现在我要结束通话。",
    ];
    for text in [first, "嗯。", "嗯。", second, "嗯。", "嗯。", third] {
        assert_eq!(session.outcome(), None, "{text}");
        session.say(text);
    }
    assert_eq!(session.outcome(), Some(Outcome::EndedByPolicy));
}

#[test]
fn callers_vary_and_hints_can_be_turned_off() {
    for scenario in library() {
        let calls: BTreeSet<Vec<String>> = (0..6)
            .map(|seed| {
                let mut session = Session::open(Arc::clone(scenario), seed, false);
                let mut lines = vec![session.opening().to_owned()];
                for text in ["嗯。", "Okay.", "嗯嗯。", "Right."] {
                    if let Some(reply) = session.say(text) {
                        assert_eq!(reply.hint, None);
                        lines.push(reply.line);
                    }
                }
                lines
            })
            .collect();
        assert!(calls.len() >= 3, "{}", scenario.id());
        let mut hinted = Session::open(Arc::clone(scenario), 1, true);
        let hint = hinted.say("嗯。").and_then(|reply| reply.hint).expect("hints are on");
        for lang in [Lang::En, Lang::Zh] {
            assert_ne!(lang.say(hint.code), hint.code);
        }
    }
}
