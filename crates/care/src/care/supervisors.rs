//! What supervisors are told, and whether it still makes sense.

use super::Care;
use crate::{
    alerts::{Still, Wish},
    call::Alarm,
    decisions::Decisions,
    time::minutes,
    wakes::Waiter,
};

impl Care {
    pub(super) fn wish(&mut self, wish: Wish, out: &mut Decisions) {
        let still = self.still(&wish);
        self.desk.wish(wish, still, &self.settings.alerts, out);
        self.set_desk_wake();
    }

    pub(super) fn review_desk(&mut self, out: &mut Decisions) {
        let mut desk = std::mem::take(&mut self.desk);
        desk.review(|wish| self.still(wish), &self.seconds, &self.settings.alerts, out);
        self.desk = desk;
        self.set_desk_wake();
    }

    pub(super) fn set_desk_wake(&mut self) {
        let next = self.desk.next(self.now, &self.settings.alerts);
        self.wakes.set(Waiter::Desk, &mut self.desk.wake, next);
    }

    pub(super) fn still(&self, wish: &Wish) -> Still {
        let Some(call) = &wish.call else {
            return self.still_without_call(wish);
        };
        let call = self.calls.slot(call).and_then(|slot| self.calls.get(slot));
        let goes_on = call.is_some_and(|call| call.ended.is_none());
        match wish.alarm {
            Alarm::Abuse
            | Alarm::AbuseReported
            | Alarm::HelpAsked
            | Alarm::Loudness
            | Alarm::CallerInCrisis
                if !goes_on =>
            {
                Still::Afterwards
            }
            Alarm::AgitatedCaller if !call.is_some_and(|call| call.caller.is_agitated()) => Still::Over,
            _ if goes_on => Still::Now,
            _ => Still::Over,
        }
    }

    fn still_without_call(&self, wish: &Wish) -> Still {
        let slot = wish.agent.as_ref().and_then(|id| self.agents.slot(id));
        let agent = slot.and_then(|slot| self.agents.get(slot));
        let latest = minutes(self.settings.breaks.never_later_minutes);
        let holds = match wish.alarm {
            Alarm::BreakOverdue => {
                agent.is_some_and(|agent| agent.model.work() >= latest && agent.breaks.open().is_none())
            }
            Alarm::QueueBuilding => wish.queue.as_ref().is_some_and(|queue| self.building.is_told(queue)),
            Alarm::Overload => agent.is_some_and(|agent| agent.told_of.overload),
            Alarm::Exposure => agent.is_some_and(|agent| agent.told_of.exposure),
            _ => true,
        };
        if holds { Still::Now } else { Still::Over }
    }
}
