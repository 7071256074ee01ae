//! What happens between the two legs of a call: talking over each other, and silence.

use std::collections::VecDeque;

use calmline_core::{
    Party, Share, Timestamp,
    policy::{Lapse, Permit, TalkDynamics},
};

/// Shorter overlap is the back-channel and the ordinary turn change (Heldner & Edlund 2010: overlaps between speakers
/// last half a second at the median).
const TALK_OVER_MIN_S: f64 = 0.7;
/// A silence in a call is told from here on; agents look things up, so a few seconds are nothing.
const SILENCE_MIN_S: f64 = 5.0;
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
    /// Nobody spoke.
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
}

impl Dialogue {
    /// Follows the dialogue of two legs.
    #[must_use]
    pub fn new(agent: Permit<TalkDynamics>, customer: Permit<TalkDynamics>) -> Self {
        Self { agent, customer, recent: VecDeque::new(), spoken_until: None }
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
        if let Some(until) = self.spoken_until.filter(|until| start_s - until >= SILENCE_MIN_S) {
            exchanges.push(Exchange::Silence { start_s: until, end_s: start_s });
        }
        self.recent.retain(|&(_, _, end)| end > start_s - MEMORY_S);
        let others = self.recent.iter().filter(|(other, ..)| *other != party);
        exchanges.extend(others.filter_map(|&other| talk_over((party, start_s, end_s), other)));
        self.recent.push_back((party, start_s, end_s));
        self.spoken_until = Some(self.spoken_until.map_or(end_s, |until| until.max(end_s)));
        Ok(exchanges)
    }
}

fn talk_over(one: (Party, f64, f64), other: (Party, f64, f64)) -> Option<Exchange> {
    let (start_s, end_s) = (one.1.max(other.1), one.2.min(other.2));
    if end_s - start_s < TALK_OVER_MIN_S {
        return None;
    }
    let (by, from, to) = if one.1 >= other.1 { one } else { other };
    Some(Exchange::TalkOver { by, start_s, end_s, share: Share::new((end_s - start_s) / (to - from)) })
}
