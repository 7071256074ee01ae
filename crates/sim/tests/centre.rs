//! The simulated centre beside theory, beside itself, and with the care of its agents.

#![expect(clippy::unwrap_used, reason = "tests, and what only they call")]

use calmline_queueing::Load;
use calmline_sim::centre::{Estimate, Outcome, Runs, Scenario};
use proptest::prelude::*;

fn run(text: &str) -> Outcome {
    Runs::new(&Scenario::parse(text).unwrap()).run(|_| {})
}

/// One queue and one group.
fn queue(replications: u32, duration: f64, queue: &str, agents: u32, service: &str) -> String {
    format!(
        "replications = {replications}\nwarm_up = 50.0\nduration = {duration:?}\n[[queue]]\nname = \"main\"\n{queue}\n\
         [[group]]\nname = \"agents\"\ncount = {agents}\nserves = [\"main\"]\nservice = {service}\n"
    )
}

/// The interval of 95 %, half as wide again, must hold what theory says: with a fixed seed it does or does not.
fn holds(outcome: &Outcome, name: &str, theory: f64) {
    let found = outcome.get(name).unwrap();
    let (low, high) = found.ci95.unwrap();
    let margin = (high - low) / 4.0;
    assert!(low - margin <= theory && theory <= high + margin, "{name}: theory says {theory}, not {found:?}");
    assert!(high - low < 0.2 * theory.max(0.05), "{name}: {found:?} says little");
}

#[test]
fn patient_callers_wait_as_erlang_says() {
    let outcome = run(&queue(10, 20_000.0, "arrivals = { exponential = 8.0 }", 10, "{ exponential = 1.0 }"));
    let steady = Load::new(8.0, 1.0).unwrap().steady(10);
    holds(&outcome, "p_wait", steady.p_wait());
    holds(&outcome, "mean_wait", steady.mean_wait());
    holds(&outcome, "occupancy", 0.8);
    assert_eq!(outcome.get("p_abandon").unwrap().mean, 0.0);
}

#[test]
fn impatient_callers_hang_up_as_palm_says() {
    let text = "arrivals = { exponential = 48.0 }\npatience = { exponential = 1.0 }\nwithin = 0.1";
    let steady = Load::new(48.0, 1.0).unwrap().with_patience(1.0).unwrap().steady(50);
    // A single replication has its interval from batches.
    for (replications, duration) in [(8, 4_000.0), (1, 30_000.0)] {
        let outcome = run(&queue(replications, duration, text, 50, "{ exponential = 1.0 }"));
        holds(&outcome, "p_wait", steady.p_wait());
        holds(&outcome, "p_abandon", steady.p_abandon());
        holds(&outcome, "mean_wait", steady.mean_wait());
        holds(&outcome, "service_level", steady.service_level(0.1));
        holds(&outcome, "occupancy", steady.occupancy());
        let calls = outcome.calls as f64 / f64::from(replications) / duration;
        assert!((calls - 48.0).abs() < 0.5, "{calls} calls per unit of time");
    }
}

#[test]
fn one_server_with_any_handling_waits_as_pollaczek_and_khinchine_say() {
    // W = λ·E[S²] / (2·(1 − ρ)), here with E[S] = 1 and ρ = 0.7.
    for (service, second_moment) in [
        ("{ deterministic = 1.0 }", 1.0),
        ("{ gamma = { mean = 1.0, sd = 0.5 } }", 1.25),
        ("{ lognormal = { mean = 1.0, sd = 1.2 } }", 2.44),
        ("{ empirical = [0.5, 1.5] }", 1.25),
    ] {
        let outcome = run(&queue(10, 30_000.0, "arrivals = { exponential = 0.7 }", 1, service));
        holds(&outcome, "mean_wait", 0.7 * second_moment / 0.6);
        holds(&outcome, "p_wait", 0.7);
    }
}

#[test]
fn the_same_seed_is_the_same_day_and_common_chance_shows_small_differences() {
    let text = |agents, seed| {
        let text = queue(6, 500.0, "arrivals = { exponential = 18.0 }", agents, "{ exponential = 1.0 }");
        format!("seed = {seed}\n{text}")
    };
    let (base, more, other) = (run(&text(20, 1)), run(&text(21, 1)), run(&text(20, 2)));
    assert_eq!(base.json(), run(&text(20, 1)).json());
    assert_ne!(base.json(), other.json());
    let width = |found: Estimate| found.ci95.map(|(low, high)| high - low).unwrap();
    let less = more.difference(&base, "mean_wait").unwrap();
    assert!(less.mean < 0.0 && less.ci95.unwrap().1 < 0.0, "one more agent shortens waits: {less:?}");
    assert!(width(less) < width(base.get("mean_wait").unwrap()), "{less:?}");
    assert_eq!(more.difference(&more, "mean_wait").unwrap().mean, 0.0);
}

#[test]
fn who_hangs_up_comes_again_and_who_is_called_back_waits_less() {
    let base = "arrivals = { exponential = 12.0 }\npatience = { exponential = 2.0 }";
    let with = |more: &str| run(&queue(4, 2_000.0, &format!("{base}\n{more}"), 10, "{ exponential = 1.0 }"));
    let plain = with("");
    assert_eq!(plain.get("retrials"), None);
    let again = with("retry = { share = 0.5, after = { exponential = 0.2 }, at_most = 2 }");
    let share = again.get("retrials").unwrap().mean;
    let given_up = again.get("p_abandon").unwrap().mean;
    assert!(given_up > plain.get("p_abandon").unwrap().mean);
    // Every second caller who gives up, unless it was the third time.
    assert!(share > 0.35 * given_up && share < 0.5 * given_up, "{share} of {given_up}");
    let back = with("call_back = { after = 0.1, share = 1.0 }");
    assert!(back.get("call_backs").unwrap().mean > 0.3);
    assert!(back.get("mean_wait").unwrap().mean < 0.1 + 1e-9);
    // Only those hang up whose patience ends before the offer: one in 5.5.
    let given_up = back.get("p_abandon").unwrap().mean;
    assert!(given_up > 0.0 && given_up < 1.0 - (-0.2_f64).exp() + 0.01, "{given_up}");
}

const TWO_QUEUES: &str = r#"
replications = 4
warm_up = 50.0
duration = 3000.0
[[queue]]
name = "first"
arrivals = { exponential = 4.0 }
priority = 1
[[queue]]
name = "second"
arrivals = { exponential = 4.0 }
patience = { exponential = 0.5 }
priority = 2
[[group]]
name = "one"
count = 5
serves = ["first"]
service = { exponential = 1.0 }
[[group]]
name = "both"
count = 5
serves = ["first", "second"]
service = { exponential = 1.0 }
services = { second = { exponential = 2.0 } }
"#;

#[test]
fn skills_and_priorities_decide_who_waits() {
    let both = run(TWO_QUEUES);
    let level = run(&TWO_QUEUES.replace("priority = 2", "priority = 1"));
    let given_up = |outcome: &Outcome| outcome.get("p_abandon").unwrap().mean;
    // Only callers of the second queue hang up: being second costs them.
    assert!(given_up(&both) > given_up(&level) * 1.1, "{} {}", given_up(&both), given_up(&level));
    let apart = run(&TWO_QUEUES.replace("serves = [\"first\", \"second\"]", "serves = [\"second\"]"));
    let wait = |outcome: &Outcome| outcome.get("mean_wait").unwrap().mean;
    assert!(wait(&apart) > wait(&level), "those who can do both help: {} {}", wait(&apart), wait(&level));
}

/// A week of a small centre that is open from eight to eight.
fn week(care: &str) -> String {
    format!(
        r#"
replications = 4
warm_up = 1440.0
duration = 8640.0
[[queue]]
name = "help"
arrivals = {{ daily = [{{ from = "00:00", rate = 0.0 }}, {{ from = "08:00", rate = 1.9 }}, {{ from = "20:00", rate = 0.0 }}] }}
patience = {{ exponential = 0.3 }}
kind = [
    {{ name = "question", share = 0.8, agitated = 0.03, self_service = 0.5 }},
    {{ name = "complaint", share = 0.2, handling = 1.4, agitated = 0.3, abusive = 0.05 }},
]
[[group]]
name = "people"
serves = ["help"]
service = {{ lognormal = {{ mean = 3.5, sd = 2.5 }} }}
wrap_up = {{ exponential = 2.0 }}
[[group.shift]]
count = 12
days = 7
start = "08:00"
end = "16:00"
meal = {{ at = "12:00", minutes = 30 }}
breaks = [{{ at = "10:00", minutes = 10 }}, {{ at = "14:00", minutes = 10 }}]
[[group.shift]]
count = 12
days = 7
start = "12:00"
end = "20:00"
meal = {{ at = "16:00", minutes = 30 }}
breaks = [{{ at = "14:00", minutes = 10 }}, {{ at = "18:00", minutes = 10 }}]
{care}
"#
    )
}

#[test]
fn shifts_have_their_people_and_their_pauses() {
    let outcome = run(&week("[care]"));
    // Twelve people for eight hours twice a day, less fifty minutes of pauses each.
    let on_duty = outcome.get("agents_on_duty").unwrap().mean;
    assert!((on_duty - 24.0 * (8.0 - 50.0 / 60.0) / 24.0).abs() < 0.15, "{on_duty}");
    assert!((outcome.get("pauses_per_shift").unwrap().mean - 3.0).abs() < 0.05);
    let part_time = run(&week("[care]").replace("days = 7", "days = 5"));
    let fewer = part_time.get("agents_on_duty").unwrap().mean / on_duty;
    assert!((fewer - 5.0 / 7.0).abs() < 0.06, "{fewer}");
    let without = run(&week("[care]\nbreaks = \"none\""));
    assert!((without.get("pauses_per_shift").unwrap().mean - 1.0).abs() < 0.05, "the meal is held");
}

#[test]
fn calmlines_breaks_and_routing_do_in_the_simulation_what_they_are_for() {
    let none = run(&week("[care]\nbreaks = \"none\""));
    let ours = run(&week("[care]\nbreaks = \"calmline\""));
    let fair = run(&week("[care]\nbreaks = \"none\"\nrouting = \"exposure\""));
    let pauses = ours.get("pauses_per_shift").unwrap().mean;
    assert!(pauses > 4.0, "a meal and a break an hour: {pauses}");
    let less = ours.difference(&none, "strain").unwrap();
    assert!(less.ci95.unwrap().1 < 0.0, "{less:?}");
    let evener = fair.difference(&none, "abuse_gini").unwrap();
    assert!(evener.ci95.unwrap().1 < 0.0, "{evener:?}");
    // Nobody who waits is forgotten for it.
    let lost = fair.difference(&none, "p_abandon").unwrap();
    assert!(lost.mean < 0.005, "{lost:?}");
    // The same callers come whatever is done for the agents.
    assert_eq!((ours.calls, fair.calls), (none.calls, none.calls));
    let refused = run(&week("[care]\nbreaks = \"calmline\"\naccepts = 0.0"));
    assert!((refused.get("pauses_per_shift").unwrap().mean - 1.0).abs() < 0.05, "nobody is made to pause");
}

#[test]
fn self_service_takes_calls_away_and_variants_say_so_in_the_same_file() {
    let text = week(
        "[care]\nbreaks = \"planned\"\n[[variant]]\nname = \"machine\"\nself_service = {}\nstaff = 0.8\n\
         [[variant]]\nname = \"some kept\"\nself_service = { reserved = 0.25 }",
    );
    let scenario = Scenario::parse(&text).unwrap();
    let outcomes: Vec<_> = scenario.variants().iter().map(|variant| Runs::new(variant).run(|_| {})).collect();
    let share = |n: usize| outcomes[n].get("self_served").unwrap().mean;
    assert!((share(0) - 0.4).abs() < 0.02 && (share(1) - 0.3).abs() < 0.02, "{} {}", share(0), share(1));
    let duty = |n: usize| outcomes[n].get("agents_on_duty").unwrap().mean;
    assert!((duty(0) / duty(1) - 10.0 / 12.0).abs() < 0.02);
    assert!(scenario.variants().iter().all(|variant| variant.is_comparable(&scenario)));
}

#[test]
fn what_makes_no_sense_is_told_with_field_line_and_remedy() {
    let good = week("[care]");
    for (from, to, line, words) in [
        ("name = \"people\"", "name = \"people\"\ncount = 3", 14, "leave count out"),
        ("serves = [\"help\"]", "serves = [\"helpp\"]", 6, "name it in `serves`"),
        ("exponential = 0.3", "exponential = 0", 8, "write a number above 0"),
        ("rate = 1.9", "rate = -1.9", 7, "from 0"),
        ("share = 0.8", "share = 0.7", 10, "must add up to 1"),
        ("share = 0.8", "share = 1.8", 10, "from 0 to 1"),
        ("\"12:00\", minutes = 30", "\"12:70\", minutes = 30", 23, "08:30"),
        ("\"12:00\", minutes = 30", "\"07:00\", minutes = 30", 21, "outside the shift"),
        ("end = \"16:00\"", "end = \"06:00\"", 21, "midnight"),
        ("warm_up", "warmup", 3, "unknown field"),
        ("from = \"00:00\", rate = 0.0", "from = \"01:00\", rate = 0.0", 7, "begin with from"),
    ] {
        assert!(good.contains(from), "{from}");
        let error = Scenario::parse(&good.replacen(from, to, 1)).map(drop).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains(&format!("line {line},")), "{to}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_simulated_adds_up(
        rate in 0.1..30.0_f64, agents in 1..20_u32, patience in prop::option::of(0.1..5.0_f64), seed in 0..1_000_u64,
        retry in prop::bool::ANY, back in prop::bool::ANY,
    ) {
        let mut text = format!("arrivals = {{ exponential = {rate:?} }}\n");
        if let Some(patience) = patience {
            text += &format!("patience = {{ exponential = {patience:?} }}\n");
            if retry {
                text += "retry = { share = 0.4, after = { deterministic = 0.5 } }\n";
            }
        }
        if back {
            text += "call_back = { after = 0.2, share = 0.5 }\n";
        }
        let text = format!("seed = {seed}\n{}", queue(2, 60.0, &text, agents, "{ gamma = { mean = 0.8, sd = 0.6 } }"));
        let outcome = run(&text);
        let share = |name| outcome.get(name).map_or(0.0, |found| found.mean);
        for name in ["p_wait", "p_abandon", "service_level", "occupancy"] {
            prop_assert!((-1e-9..=1.0 + 1e-9).contains(&share(name)), "{name}: {}", share(name));
        }
        prop_assert!(share("p_abandon") <= share("p_wait") + 1e-9);
        prop_assert!(share("service_level") + share("p_abandon") <= 1.0 + 1e-9);
        prop_assert!((share("agents_on_duty") - f64::from(agents)).abs() < 1e-6);
        prop_assert!(share("mean_wait") >= 0.0);
    }
}
