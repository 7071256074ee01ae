//! Minutes that count as worked whatever was done in them, by agent and interval, without the reason.
//!
//! Breaks that the site offered (relief and cool-offs among them) and meetings, coaching and training are one and the
//! same here. Adherence, targets by the hour and piece pay are corrected by them; why somebody was away from calls is
//! nobody's business there. Each stretch is rounded in the same way, its beginning and its end to the nearest
//! [`GRAIN`], and never to nothing. A length tells something all the same: who is away for an hour took no short
//! break. A pause that the agent made on the phone platform by themselves is not among them: nobody offered it.

use std::collections::BTreeMap;

use calmline_core::{Body, Event, OfferId, Timestamp, event::WorkState};
use jiff::SignedDuration;

/// What beginnings and ends are rounded to. Choice: the shortest break is as long.
pub const GRAIN: SignedDuration = SignedDuration::from_mins(5);
/// How far before the first interval events are read, to know what had begun then. Choice: a day.
pub const BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// Something that is older and of which no end was told is over: no meeting is longer. Choice: half a day.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// The protected minutes of one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protected {
    /// When the interval begins: a whole multiple of its length since 1970 (UTC).
    pub start: Timestamp,
    /// How many of its minutes count as worked: a multiple of [`GRAIN`].
    pub minutes: i64,
}

/// A stretch of time in seconds since 1970.
type Stretch = (i64, i64);

/// The protected minutes of one agent in the intervals that begin from `from` until `to`, as far as time has come by `now`.
/// `events` are about this agent, from [`BEFORE`] `from`; `interval` is a multiple of [`GRAIN`]. Intervals without any are left out.
#[must_use]
pub fn protected(
    events: &[Event],
    from: Timestamp,
    to: Timestamp,
    interval: SignedDuration,
    now: Timestamp,
) -> Vec<Protected> {
    let length = interval.max(GRAIN).as_secs();
    let mut by_interval: BTreeMap<i64, i64> = BTreeMap::new();
    for (start, end) in merged(stretches(events, now)) {
        let mut at = start;
        while at < end {
            let of = at.div_euclid(length) * length;
            let until = end.min(of + length);
            *by_interval.entry(of).or_default() += until - at;
            at = until;
        }
    }
    let wanted = from.as_second()..to.as_second();
    let within = by_interval.into_iter().filter(|(start, _)| wanted.contains(start));
    let row = |(start, seconds): (i64, i64)| {
        Some(Protected { start: Timestamp::from_second(start).ok()?, minutes: seconds / 60 })
    };
    within.filter_map(row).collect()
}

/// What counts: offered breaks that the platform confirmed, and what it shows as a meeting, coaching or training.
fn stretches(events: &[Event], now: Timestamp) -> Vec<Stretch> {
    let mut events: Vec<&Event> = events.iter().filter(|event| event.at <= now).collect();
    events.sort_by_key(|event| event.at);
    let mut found = Vec::new();
    let mut breaks: BTreeMap<&OfferId, Timestamp> = BTreeMap::new();
    let mut meeting: Option<Timestamp> = None;
    for event in events {
        match &event.body {
            Body::BreakBegan { offer, .. } => {
                breaks.insert(offer, event.at);
            }
            Body::BreakEnded { offer, .. } => {
                found.extend(breaks.remove(offer).map(|began| (began, event.at)));
            }
            Body::AgentState { state: WorkState::Training, .. } => {
                meeting.get_or_insert(event.at);
            }
            Body::AgentState { .. } => found.extend(meeting.take().map(|began| (began, event.at))),
            _ => {}
        }
    }
    let lasts = breaks.into_values().chain(meeting).map(|began| (began, now));
    found.into_iter().chain(lasts).map(|(began, ended)| rounded(began, ended)).collect()
}

fn rounded(began: Timestamp, ended: Timestamp) -> Stretch {
    let grain = GRAIN.as_secs();
    let nearest = |second: i64| (second + grain / 2).div_euclid(grain) * grain;
    let (began, ended) = (began.as_second(), ended.as_second().min(began.as_second() + LONGEST.as_secs()));
    let start = nearest(began);
    (start, nearest(ended).max(start + grain))
}

fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for (start, end) in stretches {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use calmline_core::{AgentId, EventId, Position, SiteId};
    use proptest::prelude::*;

    use super::*;

    const QUARTER: SignedDuration = SignedDuration::from_mins(15);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn event(second: i64, body: Body) -> Event {
        let (site, id) = (SiteId::new("s").unwrap(), EventId::derive(&["x"]));
        Event { position: Position(1), site, id, at: at(second), because: Vec::new(), body }
    }

    fn state(second: i64, state: WorkState) -> Event {
        event(second, Body::AgentState { agent: AgentId::new("a").unwrap(), state, reason: None })
    }

    fn offered_break(began: i64, ended: i64, name: &str) -> Vec<Event> {
        let (offer, agent) = (OfferId::new(name).unwrap(), AgentId::new("a").unwrap());
        vec![
            state(began, WorkState::OnBreak),
            event(began, Body::BreakBegan { offer: offer.clone(), agent: agent.clone() }),
            state(ended, WorkState::Available),
            event(ended, Body::BreakEnded { offer, agent, minutes: 8.0 }),
        ]
    }

    fn meeting(began: i64, ended: i64) -> Vec<Event> {
        vec![state(began, WorkState::Training), state(ended, WorkState::Available)]
    }

    fn rows(events: &[Event], now: i64) -> Vec<(i64, i64)> {
        let found = protected(events, at(0), at(86_400), QUARTER, at(now));
        found.into_iter().map(|row| (row.start.as_second(), row.minutes)).collect()
    }

    #[test]
    fn breaks_and_meetings_are_split_by_interval_and_rounded_to_five_minutes() {
        // 00:11:00 to 00:19:40 is 00:10 to 00:20.
        assert_eq!(rows(&offered_break(660, 1180, "o"), 86_400), [(0, 5), (900, 5)]);
        // A minute at the grain's middle is never nothing.
        assert_eq!(rows(&meeting(150, 200), 86_400), [(0, 5)]);
        // What the agent set themselves was offered by nobody.
        let own = [state(600, WorkState::OnBreak), state(1500, WorkState::Available)];
        assert_eq!(rows(&own, 86_400), []);
        // What lasts counts so far, and not for ever.
        assert_eq!(rows(&[state(0, WorkState::Training)], 1200), [(0, 15), (900, 5)]);
        let forgotten: i64 = rows(&[state(0, WorkState::Training)], 86_400).iter().map(|row| row.1).sum();
        assert_eq!(forgotten, 720);
    }

    #[test]
    fn a_break_within_a_meeting_counts_once() {
        let events = [meeting(0, 3600), offered_break(600, 1200, "o")].concat();
        let minutes: i64 = rows(&events, 86_400).iter().map(|row| row.1).sum();
        assert_eq!(minutes, 20, "the platform says that the meeting ended with the break");
    }

    proptest! {
        /// Whatever a stretch was, its rows are those of its times.
        #[test]
        fn nothing_tells_a_break_from_a_meeting(began in 0_i64..80_000, length in 1_i64..5_400) {
            let (as_break, as_meeting) = (offered_break(began, began + length, "o"), meeting(began, began + length));
            prop_assert_eq!(rows(&as_break, 90_000), rows(&as_meeting, 90_000));
        }

        /// Minutes are multiples of the grain, fit their interval and are off by less than one grain a stretch.
        #[test]
        fn rounding_is_bounded(began in 0_i64..80_000, length in 300_i64..5_400) {
            let rows = rows(&meeting(began, began + length), 90_000);
            prop_assert!(rows.iter().all(|(start, minutes)| start % 900 == 0 && minutes % 5 == 0 && (5..=15).contains(minutes)));
            let total: i64 = rows.iter().map(|row| row.1 * 60).sum();
            prop_assert!((total - length).abs() <= 300, "{} for {}", total, length);
        }
    }
}
