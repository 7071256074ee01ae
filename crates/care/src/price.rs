//! What one agent fewer costs a queue while a break lasts: the difference that the steady state of Erlang A makes.
//!
//! A queue's arrivals, handling time and patience come from its own calls, faded by half every half hour, so that the price is
//! that of the present hour. Agents count for the queue whose call they took last. Callers who wait now arrive as well: they are
//! spread over the ten minutes of a break. The steady state is reached only after some handling times, so that a short break costs
//! somewhat less than is said here. Wrap-up is told apart from calls and not known per queue; it is not in the handling time.

use std::collections::BTreeSet;

use calmline_core::{QueueId, Share, Timestamp};
use calmline_queueing::Load;
use jiff::SignedDuration;

use crate::{
    settings::BreakSettings,
    time::{between, fade, in_minutes, minutes},
};

/// How fast what a queue showed fades: half-life. Choice: the trade looks at half hours.
const HALF_LIFE_MINUTES: u32 = 30;
/// Calls, faded, from which a price is said. Choice.
const ENOUGH: f64 = 10.0;
/// The patience that is assumed, and for how many callers who hung up it counts. Two minutes: choice.
const PATIENCE_S: f64 = 120.0;
const ASSUMED: f64 = 5.0;
/// How long a snapshot of a queue counts.
const FRESH_MINUTES: u32 = 5;
/// Seconds over which those who wait now are spread.
const SPREAD_S: f64 = 600.0;
/// Queues that are followed; further ones have no price.
const MOST: usize = 500;

/// What is known of one queue.
#[derive(Debug, Clone)]
struct Queue {
    id: QueueId,
    began: Timestamp,
    at: Timestamp,
    calls: f64,
    handled: f64,
    handling_s: f64,
    /// Callers who hung up, and how long callers have waited in all: their ratio is the rate of losing patience.
    lost: f64,
    waited_s: f64,
    waiting: Option<(Timestamp, u32)>,
    agents: u32,
    /// Agents whose break the price has put off, the longest at work first.
    put_off: BTreeSet<(Timestamp, usize)>,
}

/// What a break costs a queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Price {
    pub(crate) queue: QueueId,
    pub(crate) agents: u32,
    /// The share of calls answered in time, and the same with one agent fewer.
    pub(crate) service_level: Share,
    pub(crate) without: Share,
}

impl Price {
    /// The loss of service level.
    pub(crate) fn loss(&self) -> f64 {
        self.service_level.get() - self.without.get()
    }
}

/// The queues of a site.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queues(Vec<Queue>);

impl Queues {
    /// The place of a queue; none beyond the most that are followed.
    pub(crate) fn place(&mut self, id: &QueueId, at: Timestamp) -> Option<usize> {
        if let Some(place) = self.0.iter().position(|queue| queue.id == *id) {
            return Some(place);
        }
        (self.0.len() < MOST).then(|| {
            self.0.push(Queue {
                id: id.clone(),
                began: at,
                at,
                calls: 0.0,
                handled: 0.0,
                handling_s: 0.0,
                lost: 0.0,
                waited_s: 0.0,
                waiting: None,
                agents: 0,
                put_off: BTreeSet::new(),
            });
            self.0.len() - 1
        })
    }

    fn now(&mut self, place: usize, at: Timestamp) -> Option<&mut Queue> {
        let queue = self.0.get_mut(place)?;
        let left = fade(between(queue.at, at), minutes(HALF_LIFE_MINUTES));
        for kept in [
            &mut queue.calls,
            &mut queue.handled,
            &mut queue.handling_s,
            &mut queue.lost,
            &mut queue.waited_s,
        ] {
            *kept *= left;
        }
        queue.at = queue.at.max(at);
        Some(queue)
    }

    /// A call came.
    pub(crate) fn came(&mut self, place: usize, at: Timestamp) {
        if let Some(queue) = self.now(place, at) {
            queue.calls += 1.0;
        }
    }

    /// Its caller has waited that long, and was answered or hung up.
    pub(crate) fn waited(&mut self, place: usize, at: Timestamp, long: SignedDuration, hung_up: bool) {
        if let Some(queue) = self.now(place, at) {
            queue.waited_s += long.as_secs_f64();
            queue.lost += f64::from(u8::from(hung_up));
        }
    }

    /// An agent's part in a call took that long.
    pub(crate) fn handled(&mut self, place: usize, at: Timestamp, long: SignedDuration) {
        if let Some(queue) = self.now(place, at) {
            queue.handled += 1.0;
            queue.handling_s += long.as_secs_f64();
        }
    }

    /// So many callers wait, the platform says.
    pub(crate) fn snapshot(&mut self, place: usize, at: Timestamp, waiting: u32) {
        if let Some(queue) = self.0.get_mut(place) {
            queue.waiting = Some((at, waiting));
        }
    }

    /// An agent works for another queue than before, or for none.
    pub(crate) fn serves(&mut self, held: &mut Option<usize>, place: Option<usize>) {
        if *held == place {
            return;
        }
        if let Some(queue) = held.and_then(|held| self.0.get_mut(held)) {
            queue.agents = queue.agents.saturating_sub(1);
        }
        if let Some(queue) = place.and_then(|place| self.0.get_mut(place)) {
            queue.agents += 1;
        }
        *held = place;
    }

    /// The price of one agent fewer; none where too little is known of the queue, or nobody else works for it.
    pub(crate) fn price(&self, place: usize, at: Timestamp, set: &BreakSettings) -> Option<Price> {
        let mut queues = Self(vec![self.0.get(place)?.clone()]);
        let queue = queues.now(0, at)?;
        if queue.calls < ENOUGH || queue.handled <= 0.0 || queue.agents < 2 {
            return None;
        }
        // A sum that fades by half every H holds rate · H/ln 2 · (1 − 2^(−T/H)) after a time T.
        let half_life = minutes(HALF_LIFE_MINUTES);
        let seen = half_life.as_secs_f64() / std::f64::consts::LN_2
            * (1.0 - fade(between(queue.began, at), half_life));
        let fresh = |(told, _): &(Timestamp, u32)| between(*told, at) <= minutes(FRESH_MINUTES);
        let waiting = queue.waiting.filter(fresh).map_or(0, |(_, waiting)| waiting);
        let arrivals = queue.calls / seen.max(60.0) + f64::from(waiting) / SPREAD_S;
        let handling = (queue.handling_s / queue.handled).max(1.0);
        let patience = (queue.waited_s + ASSUMED * PATIENCE_S) / (queue.lost + ASSUMED);
        let load =
            Load::new(arrivals, handling.recip()).ok()?.with_patience(patience.max(1.0).recip()).ok()?;
        let level = |agents| {
            Share::new(load.steady(agents).service_level(f64::from(set.answer_within_seconds))).rounded()
        };
        let (agents, without) = (queue.agents, level(queue.agents - 1));
        Some(Price { queue: queue.id.clone(), agents, service_level: level(agents), without })
    }

    /// Whether nobody of the same queue who was put off has been at work for longer.
    pub(crate) fn is_turn(&self, place: usize, since: Timestamp, slot: usize) -> bool {
        let first = self.0.get(place).and_then(|queue| queue.put_off.first());
        first.is_none_or(|first| (since, slot) <= *first)
    }

    /// An agent is put off, from work that began at `since`, or is not any more.
    pub(crate) fn put_off(
        &mut self,
        held: &mut Option<(usize, Timestamp)>,
        to: Option<(usize, Timestamp)>,
        slot: usize,
    ) {
        if *held == to {
            return;
        }
        if let Some((queue, since)) = held.and_then(|(place, since)| Some((self.0.get_mut(place)?, since))) {
            queue.put_off.remove(&(since, slot));
        }
        if let Some((queue, since)) = to.and_then(|(place, since)| Some((self.0.get_mut(place)?, since))) {
            queue.put_off.insert((since, slot));
        }
        *held = to;
    }
}

/// By how many whole minutes an offer was put off.
pub(crate) fn moved_minutes(since: Option<Timestamp>, now: Timestamp) -> u32 {
    let moved = since.map_or(0.0, |since| in_minutes(between(since, now)));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most ten")]
    let moved = moved.clamp(0.0, 10.0).round() as u32;
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    /// A queue with a call every `every` seconds for two hours, each of 180 seconds, and so many agents.
    fn queue(every: i64, agents: usize) -> Queues {
        let mut queues = Queues::default();
        let place = queues.place(&QueueId::new("q").expect("an id"), at(0)).expect("there is room");
        for n in 0..7_200 / every {
            queues.came(place, at(n * every));
            queues.waited(place, at(n * every), SignedDuration::from_secs(2), false);
            queues.handled(place, at(n * every), SignedDuration::from_secs(180));
        }
        for _ in 0..agents {
            queues.serves(&mut None, Some(place));
        }
        queues
    }

    #[test]
    fn the_price_is_what_erlang_a_says_of_the_queues_own_numbers() {
        let price = queue(18, 14).price(0, at(7_200), &BreakSettings::default()).expect("enough is known");
        // A call every 18 seconds is 100 in half an hour; nobody hung up in some 145 faded calls of two seconds of waiting.
        let patience = (289.0 + 600.0) / 5.0;
        let load = Load::new(1.0 / 18.0, 1.0 / 180.0)
            .and_then(|load| load.with_patience(1.0 / patience))
            .expect("a load");
        for (told, agents) in [(price.service_level, 14), (price.without, 13)] {
            let wanted = load.steady(agents).service_level(20.0);
            assert!((told.get() - wanted).abs() < 0.01, "{told:?} {wanted}");
        }
        assert!(price.loss() > 0.02 && price.agents == 14);
    }

    #[test]
    fn a_price_rises_with_load_and_with_those_who_wait_and_falls_with_hands() {
        let set = BreakSettings::default();
        let loss = |queues: &Queues| queues.price(0, at(7_200), &set).expect("enough is known").loss();
        assert!(loss(&queue(18, 13)) > loss(&queue(18, 14)));
        assert!(loss(&queue(18, 14)) > loss(&queue(18, 20)));
        assert!(loss(&queue(22, 14)) < loss(&queue(18, 14)));
        let mut waiting = queue(18, 14);
        waiting.snapshot(0, at(7_190), 8);
        assert!(loss(&waiting) > loss(&queue(18, 14)));
    }

    #[test]
    fn too_little_says_nothing() {
        let set = BreakSettings::default();
        assert_eq!(queue(18, 1).price(0, at(7_200), &set), None, "nobody else is there");
        assert_eq!(queue(1_800, 14).price(0, at(7_200), &set), None, "four calls");
        assert_eq!(queue(18, 14).price(0, at(7_200 + 6 * 3_600), &set), None, "long ago");
        assert_eq!(queue(18, 14).price(1, at(7_200), &set), None);
    }

    #[test]
    fn who_is_put_off_first_at_work_longest_goes_first() {
        let mut queues = queue(18, 14);
        let (mut one, mut two) = (None, None);
        queues.put_off(&mut one, Some((0, at(10))), 7);
        queues.put_off(&mut two, Some((0, at(5))), 9);
        assert!(!queues.is_turn(0, at(10), 7) && queues.is_turn(0, at(5), 9));
        queues.put_off(&mut two, None, 9);
        assert!(queues.is_turn(0, at(10), 7));
    }
}
