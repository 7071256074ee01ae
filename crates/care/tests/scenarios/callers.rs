//! What callers show, and what agents and supervisors are told of it.

use crate::floor::Floor;
use calmline_care::Settings;
use calmline_core::{Body, catalog::Lang, policy::Profile};

fn play(script: &str) -> Vec<String> {
    let begin = "08:00 li available\n08:01 li takes c1\n";
    Floor::new(Settings::default()).play_quietly(&format!("{begin}{script}"))
}

#[test]
fn one_loud_utterance_is_not_enough_but_words_confirm_it() {
    assert!(play("08:02 c1 voice 1.0 20").is_empty());
    assert_eq!(
        play(
            "08:02 c1 voice 0.9 6
             08:02:10 c1 says negative 6"
        ),
        ["08:02:10 prompt.shown li in c1: prompt.agitated_caller"]
    );
}

#[test]
fn voice_alone_needs_more_than_one_utterance_and_some_certainty() {
    assert_eq!(
        play(
            "08:02 c1 voice 0.9 6
             08:02:10 c1 voice 0.9 6"
        ),
        ["08:02:10 prompt.shown li in c1: prompt.agitated_caller"]
    );
    let unsure = "08:02 c1 voice 0.9 6 0.2\n".repeat(10);
    assert!(play(&unsure).is_empty(), "ten utterances of which the model is not sure");
    let usual = "08:02 c1 voice 0.55 6\n".repeat(30);
    assert!(play(&usual).is_empty(), "near the speaker's usual");
}

#[test]
fn nothing_of_the_agents_or_an_unknown_voice_has_any_effect() {
    let script = "08:02 c1 voice 1.0 20 1.0 agent\n08:03 c1 voice 1.0 20 1.0 unknown\n".repeat(5);
    let mut floor = Floor::new(Settings::default());
    assert!(floor.play(&format!("08:00 li available\n08:01 li takes c1\n{script}")).is_empty());
    let agent = "li".parse().expect("an id");
    let standing =
        floor.care.standing(&agent, "2026-11-23T08:03:00Z".parse().expect("a time")).expect("known");
    assert_eq!(standing.exposure.value.get(), 0.0);
}

#[test]
fn a_prompt_comes_again_only_after_a_calm_spell() {
    let angry = |from: u32| {
        (0..6).map(|n| format!("08:{from:02}:{:02} c1 voice 0.95 6\n", n * 8)).collect::<String>()
    };
    let calm =
        (0..12).map(|n| format!("08:{:02}:{:02} c1 voice 0.4 8\n", 5 + n / 6, n % 6 * 9)).collect::<String>();
    assert_eq!(play(&(angry(2) + &angry(4))).iter().filter(|line| line.contains("prompt")).count(), 1);
    let again = play(&(angry(2) + &calm + &angry(8)));
    let prompts: Vec<_> = again.iter().filter(|line| line.contains("prompt")).collect();
    assert_eq!(prompts.len(), 2, "{again:?}");
    assert!(prompts[1].starts_with("08:08"), "{prompts:?}");
}

#[test]
fn abuse_prompts_the_agent_and_calls_the_supervisor_once() {
    assert_eq!(
        play(
            "08:02 c1 says abusive 4
             08:02:20 c1 says abusive 4
             08:02:30 li presses c1
             08:02:31 li presses c1
             08:02:32 li presses c1"
        ),
        [
            "08:02:00 prompt.shown li in c1: prompt.abuse",
            "08:02:00 alert.raised li in c1: A caller is abusive [evidence.words] -> action.join_call",
            "08:02:30 call.excluded ",
            "08:02:30 incident.opened li first_warning",
            "08:02:30 alert.raised li in c1: The agent pressed the abuse key [evidence.key, evidence.words, \
             evidence.words] -> action.join_call",
        ]
    );
}

#[test]
fn words_that_may_be_abusive_count_when_they_come_twice() {
    assert!(play("08:02 c1 says abusive? 4").is_empty());
    let twice = play("08:02 c1 says abusive? 4\n08:02:10 c1 says abusive? 4");
    assert!(twice[0].contains("prompt.abuse"), "{twice:?}");
}

#[test]
fn words_of_danger_reach_agent_and_supervisor_once_however_full_the_call_is_of_prompts() {
    let full = "08:02 c1 says abusive 3\n08:04:10 c1 says abusive 3\n08:06:20 c1 says help 3\n";
    let told = play(&format!("{full}08:07 c1 says crisis 3\n08:07:20 c1 says crisis 3"));
    let danger: Vec<_> = told.iter().filter(|line| line.contains("08:07")).collect();
    assert_eq!(
        danger,
        [
            "08:07:00 prompt.shown li in c1: prompt.caller_in_crisis",
            "08:07:00 alert.raised li in c1: A caller may be in danger [evidence.crisis] -> action.join_call",
        ]
    );
}

#[test]
fn an_agents_own_words_of_danger_are_answered_to_them_alone() {
    assert_eq!(play("08:02 c1 says crisis 3 agent"), ["08:02:00 prompt.shown li in c1: prompt.own_crisis"]);
    // Who asks a caller in danger about it speaks of the caller.
    let asks = play("08:02 c1 says crisis 3\n08:02:20 c1 says crisis 3 agent");
    assert!(!asks.iter().any(|line| line.contains("own_crisis")), "{asks:?}");
}

#[test]
fn the_numbers_of_help_are_those_of_the_profile_or_the_sites_own() {
    let lines = |settings: Settings, profile| {
        let mut floor = Floor::new(settings);
        let (name, time_zone) = ("North".into(), "UTC".into());
        let opened = Body::SiteOpened { name, profile, time_zone };
        floor.apply("2026-11-23T00:00:00Z".parse().expect("a time"), opened);
        floor.play("08:00 li available\n08:01 li takes c1\n08:02 c1 says crisis 3");
        let told: Vec<_> = floor
            .decided
            .iter()
            .filter_map(|draft| match &draft.body {
                Body::PromptShown { reason, .. } => Some(Lang::Zh.tell(reason)),
                _ => None,
            })
            .collect();
        told.concat()
    };
    let cn = lines(Settings::default(), Profile::Cn);
    assert!(["12356", "110", "120"].iter().all(|number| cn.contains(number)), "{cn}");
    let mut own = Settings::default();
    own.prompts.crisis_lines = "内线 9000".into();
    let own = lines(own, Profile::Cn);
    assert!(own.contains("内线 9000") && !own.contains("12356"), "{own}");
}

#[test]
fn a_call_for_help_reaches_agent_and_supervisor() {
    assert_eq!(
        play("08:02 c1 says help 3"),
        [
            "08:02:00 prompt.shown li in c1: prompt.help_called",
            "08:02:00 alert.raised li in c1: The caller asks for a supervisor [evidence.help] -> action.join_call",
        ]
    );
}

#[test]
fn supervisors_hear_of_agitation_that_lasts() {
    let script: String =
        (0..20).map(|n| format!("08:{:02}:{:02} c1 voice 0.95 6\n", 2 + n / 6, n % 6 * 10)).collect();
    let decided = play(&script);
    assert_eq!(
        decided,
        [
            "08:02:10 prompt.shown li in c1: prompt.agitated_caller",
            "08:03:40 alert.raised li in c1: A caller has stayed agitated for about 2 minutes [evidence.arousal, \
             evidence.arousal, evidence.arousal, evidence.arousal, evidence.arousal] -> action.join_call",
        ]
    );
}

#[test]
fn late_words_bring_no_prompt_but_still_count() {
    let decided = play(
        "08:10 wang available
         08:02 c1 says abusive 4",
    );
    assert_eq!(
        decided,
        ["08:10:00 alert.raised li in c1: A caller is abusive [evidence.words] -> action.join_call"]
    );
}

#[test]
fn the_budget_holds_the_fifth_alert_and_raises_the_most_urgent_when_it_frees() {
    let mut script = String::from("08:00 li available\n");
    for n in 1..=4 {
        script +=
            &format!("08:{n:02} li takes c{n}\n08:{n:02}:10 c{n} says abusive 4\n08:{n:02}:50 c{n} ended\n");
    }
    script += "08:52 li takes c5\n08:53 c5 says help 4\n08:54 c5 says abusive 4\n09:03 wait\n";
    let decided: Vec<_> = Floor::new(Settings::default())
        .play_quietly(&script)
        .into_iter()
        .filter(|line| line.contains("alert.") && !line.contains("escalated") && line.as_str() > "08:05")
        .collect();
    assert_eq!(
        decided,
        [
            "08:53:00 alert.held li: alert.help_called",
            "08:54:00 alert.held li: alert.abuse",
            "09:01:10 alert.raised li in c5: A caller is abusive [evidence.words] -> action.join_call",
            "09:02:10 alert.raised li in c5: The caller asks for a supervisor [evidence.help] -> action.join_call",
        ]
    );
}

#[test]
fn what_the_agent_disputes_leaves_their_exposure() {
    let mut floor = Floor::new(Settings::default());
    let agent = "li".parse().expect("an id");
    let at = |text: &str| text.parse().expect("a time");
    floor.play("08:00 li available\n08:01 li takes c1\n08:02 c1 says abusive 4");
    let before = floor.care.standing(&agent, at("2026-11-23T08:02:00Z")).expect("known");
    assert!(before.exposure.value.get() > 0.3);
    floor.play("08:02:30 li disputes");
    let after = floor.care.standing(&agent, at("2026-11-23T08:02:30Z")).expect("known");
    assert!(after.exposure.value.get() < 0.01, "{:?}", after.exposure);
}
