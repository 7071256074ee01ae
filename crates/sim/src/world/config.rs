//! What a floor is like: how many people, how busy, from when to when.

use calmline_core::{SiteId, Timestamp};

/// A floor.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its site.
    pub site: SiteId,
    /// The seed of all chance in it.
    pub seed: u64,
    /// How many agents.
    pub agents: usize,
    /// The share of agents, and of callers, who speak Chinese; the others speak English.
    pub chinese: f64,
    /// When the first agents sign in.
    pub opens: Timestamp,
    /// From when on no call comes in and agents go home.
    pub closes: Timestamp,
    /// Calls that ring from now on are heard ([`super::WorldEvent::Call`]); those before are work events only, and last
    /// as long as real calls do.
    pub heard_from: Timestamp,
    /// The share of signed-in time that agents are in calls or wrap-up on average. Above 0.85 waits cascade.
    pub occupancy: f64,
    /// How arrivals vary over the shift.
    pub profile: Profile,
    /// Spans with more or fewer calls than usual.
    pub bursts: Vec<Burst>,
    /// Which breaks the contact centre itself plans.
    pub breaks: PlannedBreaks,
    /// Seconds between two snapshots of each queue.
    pub snapshot_s: f64,
    /// How many different scripts there are per language: calls draw from these, so that a voice for each can be made
    /// beforehand.
    pub repertoire: usize,
}

/// How arrivals vary over the shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Not at all.
    Flat,
    /// Two humps with a dip at midday, as call counts of service centres show (Brown et al., JASA 2005, figure 2).
    TwoHumps,
}

impl Profile {
    /// The arrival rate at a part of the shift (0 to 1), against its mean.
    pub(crate) fn factor(self, part: f64) -> f64 {
        const HUMPS: [f64; 9] = [0.75, 1.1, 1.25, 1.15, 0.8, 0.95, 1.15, 1.0, 0.75];
        match self {
            Self::Flat => 1.0,
            Self::TwoHumps => {
                let at = part.clamp(0.0, 1.0) * (HUMPS.len() - 1) as f64;
                let index = (at as usize).min(HUMPS.len() - 2);
                HUMPS[index] + (HUMPS[index + 1] - HUMPS[index]) * (at - index as f64)
            }
        }
    }

    /// The highest factor.
    pub(crate) fn peak(self) -> f64 {
        match self {
            Self::Flat => 1.0,
            Self::TwoHumps => 1.25,
        }
    }
}

/// A span with more (or with a factor under 1, fewer) calls than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// By how much the rate is multiplied.
    pub factor: f64,
}

/// Which breaks the contact centre itself plans. Others come from offers that agents accept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlannedBreaks {
    /// Only half an hour at midday.
    Lunch,
    /// A short one each time an agent has worked so many minutes, as long as calls are not heard.
    Short {
        /// Minutes of work before it.
        after_minutes: f64,
    },
}
