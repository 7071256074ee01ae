//! Hearing allocates nothing in the steady state: thousands of legs must not wear the allocator.

mod common;
mod counting;

use calmline_sense::Leg;
use common::*;
use counting::allocations;

/// The only test here, for others would be counted with it.
#[test]
fn after_the_first_utterances_only_a_judgement_allocates() {
    let turn = || [CALM.say(4.0), vec![0; 12_000]].concat();
    let pcm = over_a_line(&[vec![0; 8_000], turn(), turn()]);
    let policy = policy();
    for (leg, per_utterance) in [
        (Leg::new(permit(&policy)), 0),
        (Leg::new(permit(&policy)).with_dynamics(permit(&policy)), 0),
        // The functionals, what is usual, their deviations, and the drivers; nothing per step.
        (full_leg(&policy), 10),
    ] {
        let mut leg = leg;
        let mut heard = Vec::with_capacity(64);
        leg.push(&pcm, NOW, &mut heard);
        heard.clear();
        let before = allocations();
        pcm.chunks(160).for_each(|chunk| leg.push(chunk, NOW, &mut heard));
        let allocated = allocations() - before;
        let utterances = spans(&heard).len();
        assert_eq!(utterances, 2);
        assert!(allocated <= per_utterance * utterances, "{allocated} allocations");
    }
}
