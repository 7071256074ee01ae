//! What happens between the two legs of a call: talking over each other, interruptions, response latency, and silence.

use std::collections::VecDeque;

use calmline_core::{
    Party, Share, Timestamp,
    policy::{Lapse, Permit, TalkDynamics},
};

use crate::{
    frontend::STEP_S,
    segment::{PAD_AFTER, PAD_BEFORE},
};

/// Shorter overlap is the back-channel and the ordinary turn change (Heldner & Edlund 2010: overlaps between speakers
/// last half a second at the median).
const TALK_OVER_MIN_S: f64 = 0.7;
/// Who speaks up for less than that while the other speaks says "mm-hm" and interrupts nobody. Choice: a back-channel lasts
/// 0.3 to 0.5 s (Ward & Tsukahara 2000), padding 0.25.
const INTERRUPTION_MIN_S: f64 = 1.0;
/// The other has fallen silent for the interrupter if that one goes on for so long after them. Choice.
const YIELDED_S: f64 = 0.5;
/// A turn begins at most so long before the other's is over (Heldner & Edlund 2010); what comes earlier is an interruption.
const EARLY_S: f64 = 0.7;
/// What an utterance is padded with: a gap between two is that much longer than it looks.
const PADDING_S: f64 = (PAD_BEFORE + PAD_AFTER) as f64 * STEP_S;
/// A silence in a call is told from here on; agents look things up, so a few seconds are nothing.
const SILENCE_MIN_S: f64 = 5.0;
/// Filled stretches that are remembered; they matter until somebody speaks.
const FILLED: usize = 64;
/// Utterances that ended longer ago can no longer overlap with one that is reported now: two times the longest.
const MEMORY_S: f64 = 25.0;

/// Something between the legs. Times are seconds from the first frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exchange {
    /// Both spoke at once.
    TalkOver {
        /// Who began to speak while the other spoke.
        by: Party,
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
        /// The share of the interrupter's utterance that overlapped.
        share: Share,
    },
    /// One spoke up while the other spoke, and not only to say "mm-hm".
    Interruption {
        /// Who spoke up.
        by: Party,
        /// From when.
        start_s: f64,
        /// Until when both spoke.
        end_s: f64,
        /// Whether the other fell silent.
        yielded: bool,
    },
    /// One answered the other.
    Response {
        /// Who answered.
        by: Party,
        /// When the other's turn was over.
        start_s: f64,
        /// When the answer began; before `start_s` if they overlapped.
        end_s: f64,
    },
    /// Nobody spoke, and nothing else filled the time.
    Silence {
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
    },
}

/// Follows both legs. Needs the permit of each, for both are measured.
pub struct Dialogue {
    agent: Permit<TalkDynamics>,
    customer: Permit<TalkDynamics>,
    recent: VecDeque<(Party, f64, f64)>,
    /// Until when somebody spoke.
    spoken_until: Option<f64>,
    /// Stretches that something else fills: music on hold, tones, the hold itself. At most [`FILLED`], in no order.
    filled: VecDeque<(f64, f64)>,
}

impl Dialogue {
    /// Follows the dialogue of two legs.
    #[must_use]
    pub fn new(agent: Permit<TalkDynamics>, customer: Permit<TalkDynamics>) -> Self {
        Self { agent, customer, recent: VecDeque::new(), spoken_until: None, filled: VecDeque::new() }
    }

    /// Takes an utterance of either leg, padding and all, as it ends; what it makes certain comes back.
    ///
    /// Utterances of a party come in order; those of the two may overtake each other by their length. A silence is told
    /// when the utterance that ends it is.
    ///
    /// # Errors
    /// When a permit has lapsed; drop the dialogue then.
    pub fn utterance(
        &mut self,
        party: Party,
        start_s: f64,
        end_s: f64,
        now: Timestamp,
    ) -> Result<Vec<Exchange>, Lapse> {
        self.agent.check(now)?;
        self.customer.check(now)?;
        let mut exchanges = Vec::new();
        if !(start_s.is_finite() && end_s > start_s) {
            return Ok(exchanges);
        }
        if let Some(until) = self.spoken_until {
            self.silences(until, start_s, &mut exchanges);
        }
        exchanges.extend(self.response(party, start_s));
        self.recent.retain(|&(_, _, end)| end > start_s - MEMORY_S);
        let others = self.recent.iter().filter(|(other, ..)| *other != party);
        exchanges.extend(others.flat_map(|&other| overlap((party, start_s, end_s), other)));
        self.recent.push_back((party, start_s, end_s));
        self.spoken_until = Some(self.spoken_until.map_or(end_s, |until| until.max(end_s)));
        Ok(exchanges)
    }

    /// Something else than speech fills a stretch, so that no silence is there. To be told before the utterance after it.
    pub fn fill(&mut self, start_s: f64, end_s: f64) {
        // What went on when it was last told has only grown.
        if let Some(same) = self.filled.iter_mut().find(|filled| filled.0 == start_s) {
            same.1 = end_s;
            return;
        }
        if self.filled.len() == FILLED {
            self.filled.pop_front();
        }
        self.filled.push_back((start_s, end_s));
    }

    /// The silences between two moments: what nothing fills.
    fn silences(&mut self, from_s: f64, to_s: f64, exchanges: &mut Vec<Exchange>) {
        if to_s - from_s < SILENCE_MIN_S {
            return;
        }
        let filled = self.filled.make_contiguous();
        filled.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut quiet_s = from_s;
        for (start_s, end_s) in filled.iter().copied().chain([(to_s, to_s)]) {
            let start_s = start_s.min(to_s);
            if start_s - quiet_s >= SILENCE_MIN_S {
                exchanges.push(Exchange::Silence { start_s: quiet_s, end_s: start_s });
            }
            quiet_s = quiet_s.max(end_s);
        }
    }

    /// Whether an utterance that began then answers the other's: the other's was the last to end, not long ago.
    fn response(&self, party: Party, start_s: f64) -> Option<Exchange> {
        let last_of = |own: bool| {
            let ended = self
                .recent
                .iter()
                .filter(|&&(who, _, end)| (who == party) == own && end <= start_s + EARLY_S);
            ended.map(|&(_, _, end)| end).max_by(f64::total_cmp)
        };
        let end_s = last_of(false).filter(|&end| last_of(true).is_none_or(|own| own < end))?;
        (start_s - end_s < SILENCE_MIN_S).then_some(Exchange::Response {
            by: party,
            start_s: end_s,
            end_s: start_s + PADDING_S,
        })
    }
}

/// Both spoke at once: who came second, and whether that was an interruption.
fn overlap(one: (Party, f64, f64), other: (Party, f64, f64)) -> impl Iterator<Item = Exchange> {
    let (start_s, end_s) = (one.1.max(other.1), one.2.min(other.2));
    let ((by, from, to), first) = if one.1 >= other.1 { (one, other) } else { (other, one) };
    let long = end_s - start_s >= TALK_OVER_MIN_S;
    let talk_over =
        Exchange::TalkOver { by, start_s, end_s, share: Share::new((end_s - start_s) / (to - from)) };
    let yielded = to - first.2 >= YIELDED_S;
    let interruption = Exchange::Interruption { by, start_s, end_s, yielded };
    let speaks_up = to - from >= INTERRUPTION_MIN_S;
    [long.then_some(talk_over), (long && speaks_up).then_some(interruption)].into_iter().flatten()
}
