//! The index of one site's agents, and the decisions made with it.

use std::collections::BTreeSet;

use calmline_core::{AgentId, Timestamp, event::Skill};

use super::{
    RoutingSettings,
    choice::Score,
    decision::Spared,
    groups::{Class, Groups, Key},
    share::{Fairness, Share, WINDOW_PARTS, gini, part_seconds},
};
use crate::table::Table;

#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) id: AgentId,
    pub(super) group: usize,
    present: bool,
    free: Option<Timestamp>,
    kept: bool,
    /// Until when, by [`Spared`].
    spared: [Timestamp; 3],
    share: Share,
    /// Up to when the time at work is counted.
    counted: Timestamp,
    pub(super) keys: Option<[Key; 3]>,
    due: Option<Timestamp>,
}

/// One site's agents, and who should take a call. See the [module's documentation](super).
#[derive(Debug, Clone)]
pub struct Router {
    pub(super) set: RoutingSettings,
    pub(super) now: Timestamp,
    pub(super) groups: Groups,
    pub(super) seats: Table<AgentId, Seat>,
    due: BTreeSet<(Timestamp, usize)>,
    part: i64,
    hard: i64,
    weight: i64,
    /// Agents who are in these sums.
    sharing: i64,
}

impl Router {
    /// A site without agents.
    #[must_use]
    pub fn new(set: RoutingSettings) -> Self {
        Self {
            set,
            now: Timestamp::MIN,
            groups: Groups::new(),
            seats: Table::new(),
            due: BTreeSet::new(),
            part: i64::MIN,
            hard: 0,
            weight: 0,
            sharing: 0,
        }
    }

    /// Decides by other settings from now on. What was shared so far is forgotten if the window is another one.
    pub fn adopt(&mut self, set: RoutingSettings) {
        if part_seconds(set.window_hours) != part_seconds(self.set.window_hours) {
            for seat in 0..self.seats.places() {
                self.change_share(seat, |share, _| *share = Share::default());
            }
            self.part = i64::MIN;
        }
        self.set = set;
        let now = std::mem::replace(&mut self.now, Timestamp::MIN);
        self.advance(now);
        for seat in 0..self.seats.places() {
            self.sort_in(seat);
        }
    }

    /// Time has come to `now`. Time that runs back changes nothing.
    pub fn advance(&mut self, now: Timestamp) {
        if now <= self.now {
            return;
        }
        self.now = now;
        let seconds = part_seconds(self.set.window_hours);
        let part = now.as_second().div_euclid(seconds);
        if self.part == i64::MIN {
            self.part = part;
        }
        if part > self.part {
            self.part = self.part.max(part - WINDOW_PARTS - 1);
            while self.part < part {
                let end = Timestamp::from_second((self.part + 1) * seconds).unwrap_or(now);
                for seat in 0..self.seats.places() {
                    self.count(seat, end);
                    let oldest = part_index(self.part + 1);
                    self.change_share(seat, |share, _| share.forget(oldest));
                }
                self.part += 1;
            }
            for seat in 0..self.seats.places() {
                self.sort_in(seat);
            }
        }
        while let Some(&(at, seat)) = self.due.first()
            && at <= now
        {
            self.sort_in(seat);
        }
    }

    /// What an agent can do, from now on.
    pub fn skills(&mut self, agent: &AgentId, skills: &[Skill], languages: &[String]) {
        let at = self.seat(agent);
        let group = self.groups.join(skills, languages);
        let Some(seat) = self.seats.get_mut(at) else { return };
        let before = std::mem::replace(&mut seat.group, group);
        if let Some(keys) = seat.keys.take() {
            self.groups.take(before, &keys);
        }
        if seat.present {
            self.groups.came(before, false);
            self.groups.came(group, true);
        }
        self.groups.leave(before);
        self.sort_in(at);
    }

    /// Whether an agent is at work: in calls, in wrap-up or waiting.
    pub fn present(&mut self, agent: &AgentId, present: bool) {
        let at = self.seat(agent);
        self.count(at, self.now);
        if let Some(seat) = self.seats.get(at).filter(|seat| seat.present != present) {
            self.groups.came(seat.group, present);
            let now = self.now;
            self.change_seat(at, |seat| (seat.present, seat.counted) = (present, now));
        }
        self.sort_in(at);
    }

    /// Since when an agent is free for a call; nothing while they are not.
    pub fn free(&mut self, agent: &AgentId, since: Option<Timestamp>) {
        let at = self.seat(agent);
        self.count(at, self.now);
        if let Some(seat) = self.seats.get_mut(at) {
            seat.free = since;
        }
        self.sort_in(at);
    }

    /// Keeps an agent for a call that was given to them, or keeps them no longer.
    pub fn keep(&mut self, agent: &AgentId, kept: bool) {
        let at = self.seat(agent);
        if let Some(seat) = self.seats.get_mut(at) {
            seat.kept = kept;
        }
        self.sort_in(at);
    }

    /// Spares an agent until then; a time that is over ends it.
    pub fn spare(&mut self, agent: &AgentId, why: Spared, until: Timestamp) {
        let at = self.seat(agent);
        if let Some(seat) = self.seats.get_mut(at) {
            seat.spared[why as usize] = until;
        }
        self.sort_in(at);
    }

    /// Until when an agent is spared for this reason; a time that is over if they are not.
    #[must_use]
    pub fn spared_until(&self, agent: &AgentId, why: Spared) -> Timestamp {
        let seat = self.seats.slot(agent).and_then(|at| self.seats.get(at));
        seat.map_or(Timestamp::MIN, |seat| seat.spared[why as usize])
    }

    /// When somebody who is free and spared is spared no longer.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at).filter(|at| *at < Timestamp::MAX)
    }

    /// How many of the agents at work have easier calls now, and how many are at work.
    #[must_use]
    pub fn easier(&self) -> (usize, usize) {
        let here =
            || (0..self.seats.places()).filter_map(|at| self.seats.get(at)).filter(|seat| seat.present);
        let easier = here().filter(|seat| seat.spared[Spared::EasierAsked as usize] > self.now).count();
        (easier, here().count())
    }

    /// An agent met so many minutes of a hard call, or is likely to: what turns out otherwise is taken back by a
    /// negative number.
    pub fn met(&mut self, agent: &AgentId, minutes: f64) {
        if !minutes.is_finite() {
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most a day")]
        let seconds = (minutes.clamp(-1_440.0, 1_440.0) * 60.0).round() as i64;
        let at = self.seat(agent);
        let part = part_index(self.part);
        self.count(at, self.now);
        self.change_share(at, |share, _| share.add_hard(part, seconds));
        self.sort_in(at);
    }

    /// Forgets what is personal; that the agent is here, free, and what they can do remains.
    pub fn erase(&mut self, agent: &AgentId) {
        let Some(at) = self.seats.slot(agent) else { return };
        let now = self.now;
        self.change_seat(at, |seat| {
            (seat.share, seat.counted, seat.spared) = (Share::default(), now, [Timestamp::MIN; 3]);
        });
        self.sort_in(at);
    }

    /// Forgets an agent.
    pub fn remove(&mut self, agent: &AgentId) {
        let Some(at) = self.seats.slot(agent) else { return };
        self.present(agent, false);
        self.free(agent, None);
        self.change_share(at, |share, _| *share = Share::default());
        if let Some(seat) = self.seats.remove(agent) {
            self.groups.leave(seat.group);
        }
    }

    /// How evenly hard calls are shared.
    #[must_use]
    pub fn fairness(&self) -> Fairness {
        let seats = (0..self.seats.places()).filter_map(|at| self.seats.get(at)).filter(|seat| counts(seat));
        let mut ratios: Vec<f64> = seats.map(|seat| seat.share.ratio() as f64).collect();
        let fair = self.fair();
        let highest = ratios.iter().copied().fold(0.0, f64::max);
        Fairness {
            agents: ratios.len(),
            hard_minutes: self.hard as f64 / 60.0,
            gini: gini(&mut ratios),
            highest: if fair > 0.0 { highest / fair } else { 0.0 },
        }
    }

    /// An agent's share of hard calls in multiples of the fair one.
    #[must_use]
    pub fn share_of(&self, agent: &AgentId) -> f64 {
        let seat = self.seats.slot(agent).and_then(|at| self.seats.get(at));
        let fair = self.fair();
        seat.filter(|_| fair > 0.0).map_or(0.0, |seat| seat.share.ratio() as f64 / fair)
    }

    /// Hard time for the time at work of all together, in millionths.
    fn fair(&self) -> f64 {
        if self.weight > 0 { self.hard as f64 * 1e6 / self.weight as f64 } else { 0.0 }
    }

    /// The burden above which somebody is spared a hard call of so many minutes: who would be above the limit once they had
    /// taken it. Nobody who is below the fair share is spared. It is the same for all, by what the call is to somebody who
    /// has been at work for as long as agents have in the mean: so the index need not know of calls.
    pub(super) fn limit(&self, minutes: f64) -> f64 {
        let fair = self.fair();
        let limit = self.set.fair_share_limit * fair;
        if self.weight <= 0 || !minutes.is_finite() {
            return limit;
        }
        let of_call = minutes.max(0.0) * 60e6 * self.sharing as f64 / self.weight as f64;
        (limit - of_call).max(fair.min(limit))
    }

    /// In multiples of the fair share: from where on somebody is spared a hard call of so many minutes.
    #[must_use]
    pub fn spared_from(&self, minutes: f64) -> f64 {
        let fair = self.fair();
        if fair > 0.0 { self.limit(minutes) / fair } else { self.set.fair_share_limit }
    }

    pub(super) fn class(&self, hard: f64) -> Class {
        if hard >= self.set.hard_from {
            Class::Hard
        } else if hard >= self.set.easy_below {
            Class::Ordinary
        } else {
            Class::Easy
        }
    }

    fn seat(&mut self, agent: &AgentId) -> usize {
        if let Some(at) = self.seats.slot(agent) {
            return at;
        }
        let group = self.groups.join(&[], &[]);
        let seat = Seat {
            id: agent.clone(),
            group,
            present: false,
            free: None,
            kept: false,
            spared: [Timestamp::MIN; 3],
            share: Share::default(),
            counted: self.now,
            keys: None,
            due: None,
        };
        self.seats.put(agent.clone(), seat)
    }

    /// Counts the time at work up to then.
    fn count(&mut self, at: usize, to: Timestamp) {
        let Some(seat) = self.seats.get(at).filter(|seat| seat.present) else { return };
        // Whole seconds; the rest is counted next time. Nobody's window reaches farther back than itself.
        let seconds = to.duration_since(seat.counted).as_secs();
        if seconds > 0 {
            let part = part_index(self.part);
            let most = part_seconds(self.set.window_hours);
            self.change_share(at, |share, counted| {
                share.add_present(part, seconds.min(most));
                *counted = counted.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(to);
            });
        }
    }

    fn change_share(&mut self, at: usize, change: impl FnOnce(&mut Share, &mut Timestamp)) {
        self.change_seat(at, |seat| change(&mut seat.share, &mut seat.counted));
    }

    /// Changes what the fair share goes by.
    fn change_seat(&mut self, at: usize, change: impl FnOnce(&mut Seat)) {
        let Some(seat) = self.seats.get_mut(at) else { return };
        let before = counted(seat);
        change(seat);
        let after = counted(seat);
        self.hard += after.0 - before.0;
        self.weight += after.1 - before.1;
        self.sharing += after.2 - before.2;
    }

    /// Puts an agent where they belong among the free ones, and notes when that changes.
    fn sort_in(&mut self, at: usize) {
        let now = self.now;
        let Some(seat) = self.seats.get_mut(at) else { return };
        let free = seat.free.filter(|_| seat.present && !seat.kept);
        let keys = free.map(|since| Class::ALL.map(|class| key(seat, at, class, since, now)));
        if keys != seat.keys {
            if let Some(before) = &seat.keys {
                self.groups.take(seat.group, before);
            }
            if let Some(keys) = &keys {
                self.groups.put(seat.group, keys);
            }
            seat.keys = keys;
        }
        let due = seat.spared.into_iter().filter(|&until| free.is_some() && until > now).min();
        if due != seat.due {
            if let Some(before) = seat.due {
                self.due.remove(&(before, at));
            }
            if let Some(due) = due {
                self.due.insert((due, at));
            }
            seat.due = due;
        }
    }

    pub(super) fn score(&self, key: &Key, unfit: i64, stranger: bool, class: Class, limit: f64) -> Score {
        let over = class == Class::Hard && key.burden as f64 > limit;
        Score {
            tier: key.tier.max(u8::from(over)),
            stranger,
            burden: key.burden,
            unfit,
            since: key.since,
            seat: key.seat,
        }
    }
}

fn part_index(part: i64) -> usize {
    usize::try_from(part.rem_euclid(WINDOW_PARTS)).unwrap_or_default()
}

/// Whether an agent was at work in the window.
fn counts(seat: &Seat) -> bool {
    seat.present || !seat.share.is_empty()
}

/// An agent's part of what the fair share goes by: hard time, weight, and one agent.
fn counted(seat: &Seat) -> (i64, i64, i64) {
    if counts(seat) { (seat.share.hard(), seat.share.weight(), 1) } else { (0, 0, 0) }
}

/// Where a free agent stands for a kind of call. Being above the fair share is not in it: it changes with what others meet.
fn key(seat: &Seat, at: usize, class: Class, since: Timestamp, now: Timestamp) -> Key {
    let spared = |why: Spared| seat.spared[why as usize] > now;
    let tier = match class {
        _ if spared(Spared::CoolOff) => 4,
        Class::Hard if spared(Spared::Exposed) => 3,
        Class::Hard | Class::Ordinary if spared(Spared::EasierAsked) => 2,
        _ => 0,
    };
    let burden = if class == Class::Hard { seat.share.ratio() } else { 0 };
    Key { tier, burden, since: since.as_microsecond(), seat: at }
}
