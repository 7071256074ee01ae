//! Breaks: offered in time, never inside a call, the agent's to take, move or refuse, and real only once the phone
//! platform says so.
//!
//! An offer ends in one way: refused, lapsed, or begun and ended. It also lapses when the agent signs off, takes a break by
//! themselves before answering, or does not get the accepted break within a while. An answer given in time counts even
//! if it comes after the offer was taken for lapsed. A refusal moves the next offer and is then forgotten: no count exists.
//!
//! What a break costs the queue ([`crate::price`]) may put an offer off by some minutes, never past the latest time, and never
//! where exposure or strain is heavy. Those who plan are told the price; the agent is not.

use std::collections::BTreeSet;

use calmline_core::{
    AgentId, Body, EventId, OfferId, Timestamp,
    event::{Band, OfferAnswer, Presence, Reason},
};
use jiff::SignedDuration;

use crate::{
    decisions::Decisions,
    model::{Activity, Model, Now, Part},
    price::{Price, moved_minutes},
    reasons::of_part,
    settings::{BreakSettings, Settings},
    time::{after, before, between, in_minutes, minutes, seconds},
};

/// Who is on a break in a site, and who waits for one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Room {
    signed_in: usize,
    taken: usize,
    /// Agents whose break is due but would be one too many, the longest first.
    waiting: BTreeSet<(Timestamp, usize)>,
}

/// How an agent counts in the [`Room`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    signed_in: bool,
    taken: bool,
    waits: Option<Timestamp>,
}

impl Room {
    pub(crate) fn has_place(&self, set: &BreakSettings) -> bool {
        // A share of the signed-in agents, rounded down; at least one.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of people")]
        let places = (set.at_once.clamp(0.0, 1.0) * self.signed_in as f64).floor() as usize;
        self.taken < places.max(1)
    }

    pub(crate) fn first_waiting(&self) -> Option<usize> {
        self.waiting.first().map(|&(_, slot)| slot)
    }

    pub(crate) fn mark(&mut self, slot: usize, held: &mut Mark, mark: Mark) {
        if *held == mark {
            return;
        }
        self.signed_in = self.signed_in + usize::from(mark.signed_in) - usize::from(held.signed_in);
        self.taken = self.taken + usize::from(mark.taken) - usize::from(held.taken);
        if let Some(since) = held.waits {
            self.waiting.remove(&(since, slot));
        }
        if let Some(since) = mark.waits {
            self.waiting.insert((since, slot));
        }
        *held = mark;
    }
}

#[derive(Debug, Clone)]
enum Stage {
    /// Waits for an answer.
    Open,
    /// Taken, to begin at `from` or at the end of the call; `free` is when it should have begun.
    /// `asked` says whether the phone platform is wanted to show it, `told` whether it was said that it does not.
    Accepted { from: Timestamp, free: Option<Timestamp>, asked: bool, told: bool },
    /// The phone platform has confirmed it; `over` says whether its end was asked for.
    Begun { at: Timestamp, over: bool },
}

#[derive(Debug, Clone)]
struct Offer {
    id: OfferId,
    /// How long the break is, in minutes.
    minutes: u32,
    expires: Timestamp,
    stage: Stage,
    /// What its next decision names: the offer, then the answer, then the state that began it.
    because: Vec<EventId>,
    /// It is a cool-off: outside of the quota of breaks.
    cool_off: bool,
}

/// The breaks of one agent.
#[derive(Debug, Clone)]
pub(crate) struct Breaks {
    offer: Option<Offer>,
    /// The last offer that lapsed: an answer given in time may come late.
    lapsed: Option<Offer>,
    /// Minutes of cool-off that the agent is to be offered, and the event that says so.
    owed: Option<(u32, EventId)>,
    not_before: Timestamp,
    waits: Option<Timestamp>,
    /// Since when the price has put the offer off.
    put_off: Option<Timestamp>,
    /// Whether a break was offered since the last one.
    offered: bool,
    overdue_told: bool,
}

/// What others leave of room for a break.
pub(crate) struct Offered<'a> {
    /// Whether one more may be on a break.
    pub(crate) has_place: bool,
    /// Whether nobody who was put off for the same queue has waited longer.
    pub(crate) is_turn: bool,
    /// What the break would cost; worked out only where an offer is due.
    pub(crate) price: &'a dyn Fn() -> Option<Price>,
    /// Whether the agent is to be available again by themselves once a break is over.
    pub(crate) returns: bool,
}

/// What breaks need to know of an agent.
pub(crate) struct Who<'a> {
    pub(crate) agent: &'a AgentId,
    pub(crate) model: &'a Model,
    /// Load, exposure, strain.
    pub(crate) bands: [Band; 3],
    /// What last moved each part.
    pub(crate) causes: &'a [Option<EventId>; Part::ALL.len()],
}

impl Who<'_> {
    fn causes(&self, parts: &[Part]) -> Vec<EventId> {
        parts.iter().filter_map(|part| self.causes[*part as usize]).collect()
    }
}

impl Breaks {
    pub(crate) fn new() -> Self {
        Self {
            offer: None,
            lapsed: None,
            owed: None,
            not_before: Timestamp::MIN,
            waits: None,
            put_off: None,
            offered: false,
            overdue_told: false,
        }
    }

    /// The agent answered an offer.
    pub(crate) fn answer(
        &mut self,
        id: &OfferId,
        answer: OfferAnswer,
        event: EventId,
        at: Timestamp,
        now: Timestamp,
        set: &BreakSettings,
    ) {
        if self.offer.is_none() && self.lapsed.as_ref().is_some_and(|o| o.id == *id && at <= o.expires) {
            self.offer = self.lapsed.take();
        }
        let Some(offer) = self.offer.as_mut().filter(|offer| offer.id == *id) else { return };
        if matches!(offer.stage, Stage::Begun { .. }) {
            return;
        }
        let from = match answer {
            OfferAnswer::Accepted => now,
            OfferAnswer::Moved { to } => to.max(now),
            OfferAnswer::Refused => {
                self.offer = None;
                self.not_before = after(now, minutes(set.again_after_minutes));
                return;
            }
        };
        offer.stage = Stage::Accepted { from, free: None, asked: false, told: false };
        offer.because.push(event);
    }

    /// The agent is to be offered a cool-off as soon as they are in no call. A break that they have accepted already is made
    /// as long at least.
    pub(crate) fn owe(&mut self, minutes: u32, cause: EventId) {
        match &mut self.offer {
            Some(Offer { stage: Stage::Open, .. }) | None => self.owed = Some((minutes, cause)),
            Some(offer) => offer.minutes = offer.minutes.max(minutes),
        }
    }

    /// Offers a cool-off that is owed; an ordinary offer that nobody has answered makes way for it.
    fn cool_off(&mut self, who: &Who<'_>, room: &Offered<'_>, set: &BreakSettings, out: &mut Decisions) {
        if self.owed.is_none() || who.model.activity() == Activity::InCall {
            return;
        }
        let Some((owed, cause)) = self.owed.take() else { return };
        let [_, exposure, strain] = who.bands;
        let depleted = exposure == Band::Heavy || strain == Band::Heavy;
        let minutes_owed = if depleted { owed.max(set.depleted_minutes) } else { owed };
        if !who.model.activity().is_work() {
            return;
        }
        if self.offer.is_some() {
            self.lapse(who.agent.clone(), set, out);
        }
        let because = vec![cause];
        let Ok(id) = OfferId::new(out.name("break.cool_off", who.agent.as_str(), &because)) else { return };
        let expires = after(out.now, minutes(set.offer_stands_minutes));
        let body = Body::BreakOffered {
            offer: id.clone(),
            agent: who.agent.clone(),
            minutes: minutes_owed,
            reasons: vec![Reason::new("break.cool_off")],
            expires,
        };
        let made = out.decide(because, body);
        tell_price((room.price)(), (minutes_owed, 0), made, out);
        self.lapsed = None;
        self.offer = Some(Offer {
            id,
            minutes: minutes_owed,
            expires,
            stage: Stage::Open,
            because: vec![made],
            cool_off: true,
        });
    }

    /// Looks at the agent at the time that the model has come to. Returns the minutes of work if no break could be offered
    /// for too long.
    pub(crate) fn review(
        &mut self,
        who: &Who<'_>,
        room: &Offered<'_>,
        settings: &Settings,
        out: &mut Decisions,
    ) -> Option<f64> {
        let (model, set) = (who.model, &settings.breaks);
        if model.work().is_zero() {
            (self.offered, self.overdue_told, self.not_before) = (false, false, Timestamp::MIN);
            self.put_off = None;
            self.lapsed = None;
        }
        self.follow(who, room.returns, set, out);
        self.cool_off(who, room, set, out);
        self.waits = None;
        if self.offer.is_some() || !model.activity().is_work() {
            return None;
        }
        let latest = model.work() >= minutes(set.never_later_minutes);
        if model.activity() == Activity::InCall {
            return self.overdue(model, set);
        }
        if out.now < self.not_before {
            return None;
        }
        let due = latest || model.work() >= minutes(set.offer_after_minutes);
        let early = who.bands.contains(&Band::Heavy) && model.work() >= minutes(set.early_after_minutes);
        if !due && !early {
            return None;
        }
        if !room.has_place && !latest {
            self.waits = Some(before(model.at(), model.work()));
            return None;
        }
        let price = (room.price)();
        let [_, exposure, strain] = who.bands;
        let depleted = exposure == Band::Heavy || strain == Band::Heavy;
        if !depleted && !latest && self.is_put_off(price.as_ref(), room.is_turn, out.now, set) {
            return None;
        }
        self.make(who, price, settings, out);
        None
    }

    /// Whether the price puts an offer off for now.
    fn is_put_off(
        &mut self,
        price: Option<&Price>,
        is_turn: bool,
        now: Timestamp,
        set: &BreakSettings,
    ) -> bool {
        let dear = price.is_some_and(|price| price.loss() >= set.price_from);
        let since = match self.put_off {
            Some(since) => since,
            None if dear => *self.put_off.insert(now),
            None => return false,
        };
        // A cheaper moment goes to who has waited longest.
        (dear || !is_turn) && now < after(since, minutes(set.put_off_minutes))
    }

    /// Since when this work has gone on, of somebody whose offer is put off.
    pub(crate) fn put_off_since(&self, model: &Model) -> Option<Timestamp> {
        self.put_off.map(|_| before(model.at(), model.work()))
    }

    fn overdue(&mut self, model: &Model, set: &BreakSettings) -> Option<f64> {
        let limit = minutes(set.never_later_minutes.saturating_add(set.overdue_after_minutes));
        // What the agent was offered and did not want is nobody's business but theirs.
        if self.offered || self.overdue_told || model.work() < limit {
            return None;
        }
        self.overdue_told = true;
        Some(in_minutes(model.work()))
    }

    fn make(&mut self, who: &Who<'_>, price: Option<Price>, settings: &Settings, out: &mut Decisions) {
        let reading = who.model.read(Now::default(), settings);
        let minutes_offered = length(reading.strain.max(reading.exposure), who.bands, settings);
        let mut parts = Vec::new();
        if reading.work >= minutes(settings.breaks.offer_after_minutes) {
            parts.push(Part::SinceBreak);
        }
        let [load, exposure, strain] = who.bands;
        if exposure >= Band::High {
            let pools = [Part::Abuse, Part::Agitation, Part::Distress];
            let size = |part: &Part| reading.parts[*part as usize];
            parts.extend(pools.into_iter().rev().max_by(|a, b| size(a).total_cmp(&size(b))));
        }
        if strain >= Band::High {
            parts.push(Part::Strain);
        }
        if load == Band::Heavy {
            parts.push(Part::Occupancy);
        }
        let reasons: Vec<Reason> = parts.iter().map(|part| of_part(*part, &reading)).collect();
        let because = who.causes(&parts);
        let name = out.name("break.offered", who.agent.as_str(), &because);
        let Ok(id) = OfferId::new(name) else { return };
        let expires = after(out.now, minutes(settings.breaks.offer_stands_minutes));
        let body = Body::BreakOffered {
            offer: id.clone(),
            agent: who.agent.clone(),
            minutes: minutes_offered,
            reasons,
            expires,
        };
        let made = out.decide(because, body);
        let moved_minutes = moved_minutes(self.put_off, out.now);
        tell_price(price, (minutes_offered, moved_minutes), made, out);
        self.lapsed = None;
        self.put_off = None;
        self.offered = true;
        self.offer = Some(Offer {
            id,
            minutes: minutes_offered,
            expires,
            stage: Stage::Open,
            because: vec![made],
            cool_off: false,
        });
    }

    /// Takes the present offer further.
    fn follow(&mut self, who: &Who<'_>, returns: bool, set: &BreakSettings, out: &mut Decisions) {
        let Some(offer) = &mut self.offer else { return };
        let (activity, agent, id) = (who.model.activity(), who.agent.clone(), offer.id.clone());
        let now = out.now;
        match &mut offer.stage {
            Stage::Begun { at, .. } if activity != Activity::Rest => {
                let minutes = in_minutes(between(*at, who.model.at()));
                let minutes = (minutes * 10.0).round() / 10.0;
                let because = std::mem::take(&mut offer.because);
                self.offer = None;
                out.decide(because, Body::BreakEnded { offer: id, agent, minutes });
            }
            Stage::Begun { at, over } => {
                if !*over && after(*at, minutes(offer.minutes)) <= now {
                    *over = true;
                    if !returns {
                        return;
                    }
                    let presence = Presence::Available;
                    out.decide(offer.because.clone(), Body::PresenceWanted { offer: id, agent, presence });
                }
            }
            Stage::Accepted { .. } if activity == Activity::Rest => {
                let because = std::mem::take(&mut offer.because);
                let began = out.decide(because, Body::BreakBegan { offer: id, agent });
                offer.stage = Stage::Begun { at: who.model.since(), over: false };
                offer.because = vec![began];
            }
            Stage::Open if now >= offer.expires || activity.is_rest() => self.lapse(agent, set, out),
            Stage::Accepted { .. } if activity == Activity::Off => self.lapse(agent, set, out),
            Stage::Open => {}
            Stage::Accepted { from, free, asked, told } => {
                // Notes are finished before a break begins.
                let at_work = matches!(activity, Activity::InCall | Activity::WrapUp);
                if at_work {
                    *asked = false;
                    *free = free.filter(|_| *told);
                }
                if *from > now || at_work {
                    return;
                }
                let since = *free.get_or_insert((*from).max(who.model.since()));
                if !*asked {
                    *asked = true;
                    let (offer_id, agent, presence) = (id.clone(), agent.clone(), Presence::OnBreak);
                    let wanted = Body::PresenceWanted { offer: offer_id, agent, presence };
                    out.decide(offer.because.clone(), wanted);
                }
                if !*told && after(since, seconds(set.confirm_seconds)) <= now {
                    *told = true;
                    let because = offer.because.clone();
                    let unconfirmed =
                        out.decide(because, Body::BreakUnconfirmed { offer: id, agent: agent.clone() });
                    offer.because.push(unconfirmed);
                }
                if after(since, minutes(set.give_up_minutes)) <= now {
                    self.lapse(agent, set, out);
                }
            }
        }
    }

    /// The phone platform does not show an accepted break, as `event` tells: agent and desk are told at once.
    pub(crate) fn not_shown(&mut self, id: &OfferId, agent: &AgentId, event: EventId, out: &mut Decisions) {
        let Some(offer) = self.offer.as_mut().filter(|offer| offer.id == *id) else { return };
        let Stage::Accepted { told, .. } = &mut offer.stage else { return };
        if std::mem::replace(told, true) {
            return;
        }
        offer.because.push(event);
        let body = Body::BreakUnconfirmed { offer: id.clone(), agent: agent.clone() };
        let unconfirmed = out.decide(offer.because.clone(), body);
        offer.because.push(unconfirmed);
    }

    fn lapse(&mut self, agent: AgentId, set: &BreakSettings, out: &mut Decisions) {
        let Some(offer) = self.offer.take() else { return };
        self.not_before = after(out.now, minutes(set.again_after_lapse_minutes));
        out.decide(offer.because.clone(), Body::BreakLapsed { offer: offer.id.clone(), agent });
        if matches!(offer.stage, Stage::Open) {
            self.lapsed = Some(offer);
        }
    }

    /// How the agent counts in the room.
    pub(crate) fn mark(&self, activity: Activity, now: Timestamp) -> Mark {
        let cools = self.offer.as_ref().is_some_and(|offer| offer.cool_off);
        let about_to = self.offer.as_ref().is_some_and(|offer| match offer.stage {
            Stage::Open => true,
            Stage::Accepted { from, .. } => from <= now,
            Stage::Begun { .. } => false,
        });
        Mark {
            signed_in: activity != Activity::Off,
            taken: !cools && (activity == Activity::Rest || about_to),
            waits: self.waits,
        }
    }

    /// The open or accepted offer, for the agent's page.
    pub(crate) fn open(&self) -> Option<&OfferId> {
        self.offer.as_ref().map(|offer| &offer.id)
    }

    /// When to look again at the latest, if nothing happens before.
    pub(crate) fn next(&self, model: &Model, now: Timestamp, set: &BreakSettings) -> Option<Timestamp> {
        let mut times: Vec<Timestamp> = Vec::with_capacity(4);
        match self.offer.as_ref().map(|offer| (&offer.stage, offer)) {
            Some((Stage::Open, offer)) => times.push(offer.expires),
            Some((Stage::Accepted { from, free, .. }, _)) => {
                times.push(*from);
                if let Some(free) = free {
                    times.push(after(*free, seconds(set.confirm_seconds)));
                    times.push(after(*free, minutes(set.give_up_minutes)));
                }
            }
            Some((Stage::Begun { at, .. }, offer)) => times.push(after(*at, minutes(offer.minutes))),
            None if model.activity().is_work() => {
                times.push(self.not_before);
                times.extend(self.put_off.map(|since| after(since, minutes(set.put_off_minutes))));
                let overdue = set.never_later_minutes.saturating_add(set.overdue_after_minutes);
                for work in [set.offer_after_minutes, set.never_later_minutes, overdue] {
                    let left: SignedDuration = minutes(work).saturating_sub(model.work());
                    times.push(after(model.at(), left));
                }
            }
            None => {}
        }
        times.into_iter().filter(|at| *at > now).min()
    }
}

/// Tells those who plan what a break of so many minutes costs, where that is known.
fn tell_price(
    price: Option<Price>,
    (minutes, moved_minutes): (u32, u32),
    offered: EventId,
    out: &mut Decisions,
) {
    if let Some(Price { queue, agents, service_level, without }) = price {
        let priced = Body::BreakPriced { queue, minutes, agents, service_level, without, moved_minutes };
        out.decide(vec![offered], priced);
    }
}

/// 5 to 10 minutes in proportion to depletion, longer once strain or exposure is heavy.
fn length(depletion: f64, bands: [Band; 3], settings: &Settings) -> u32 {
    let set = &settings.breaks;
    let [_, exposure, strain] = bands;
    if exposure == Band::Heavy || strain == Band::Heavy {
        return set.depleted_minutes;
    }
    let (rested, heavy) = (settings.strain.bands.usual, settings.strain.bands.heavy);
    let share = ((depletion - rested) / (heavy - rested)).clamp(0.0, 1.0);
    let more = f64::from(set.longest_minutes.saturating_sub(set.shortest_minutes)) * share;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few minutes")]
    let more = more.round() as u32;
    set.shortest_minutes.saturating_add(more)
}
