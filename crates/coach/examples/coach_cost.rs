//! What a scorecard costs: generated calls of sixty utterances, English and Chinese, scored whole.
//! Prints one JSON line. `cargo run --release -p calmline-coach --example coach_cost`
#![expect(clippy::print_stdout, reason = "its purpose")]

use calmline_coach::{
    practice::library,
    quality::{Utterance, score, shipped},
};
use calmline_core::Party;
use calmline_testing::cpu_seconds;

const CALLS: usize = 400;
const UTTERANCES: usize = 60;

/// A call out of the lines of a scenario, each with the call's number so that no two are the same.
fn call(n: usize) -> Vec<Utterance> {
    let scenario = &library()[n % library().len()];
    let agent = scenario
        .facts
        .iter()
        .map(|fact| fact.ask.get_ref())
        .chain(scenario.goals.iter().map(|goal| goal.better.get_ref()));
    let agent: Vec<&String> = agent.collect();
    let caller: Vec<&String> = scenario.facts.iter().flat_map(|fact| &fact.lines).collect();
    (0..UTTERANCES)
        .map(|at| {
            let (party, lines) =
                if at % 2 == 0 { (Party::Agent, &agent) } else { (Party::Customer, &caller) };
            Utterance { party, text: format!("{} {n}", lines[at / 2 % lines.len()]), signs: None }
        })
        .collect()
}

fn main() {
    let Some(card) = shipped() else { return };
    let calls: Vec<Vec<Utterance>> = (0..CALLS).map(call).collect();
    let warm = score(card, &calls[0]).open();
    let before = cpu_seconds();
    let open: usize = calls.iter().map(|call| score(card, call).open()).sum();
    let seconds = cpu_seconds() - before;
    assert!(warm <= card.questions.value.len());
    println!(
        "{{\"calls\":{CALLS},\"utterances\":{UTTERANCES},\"open_per_call\":{:.2},\"calls_per_cpu_s\":{:.0}}}",
        open as f64 / CALLS as f64,
        CALLS as f64 / seconds
    );
}
