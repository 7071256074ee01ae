//! The fewest agents for a target.

use crate::{
    erlang::{delay, inverse_blocking},
    load::{Load, LoadError},
};

/// What the agents should reach together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The share of calls that should be answered within [`Self::within`], from 0 to below 1.
    pub service_level: f64,
    /// In the unit of time of the load's rates.
    pub within: f64,
    /// The share of their time that agents may spend on calls at most; 1 where there is no ceiling. Waits grow like
    /// ρ/(1−ρ), and work without pauses wears people out: the trade's ceiling is 0.85 to 0.87.
    pub max_occupancy: f64,
}

impl Target {
    fn check(&self) -> Result<(), LoadError> {
        if !(0.0..1.0).contains(&self.service_level) {
            return Err(LoadError::ServiceLevel(self.service_level));
        }
        if !(self.within >= 0.0 && self.within.is_finite()) {
            return Err(LoadError::Within(self.within));
        }
        if !(self.max_occupancy > 0.0 && self.max_occupancy <= 1.0) {
            return Err(LoadError::Occupancy(self.max_occupancy));
        }
        Ok(())
    }
}

impl Load {
    /// The fewest agents that reach the target. None are needed where nothing arrives.
    ///
    /// # Errors
    /// The target must consist of shares and a time.
    pub fn staff(&self, target: &Target) -> Result<u32, LoadError> {
        target.check()?;
        Ok(match self.patience {
            _ if self.arrivals <= 0.0 => 0,
            None => self.staff_patient(target),
            Some(_) => self.staff_impatient(target),
        })
    }

    /// Erlang C: upwards, as Erlang B's recurrence goes anyway.
    fn staff_patient(&self, target: &Target) -> u32 {
        let work = self.work();
        let mut agents = whole(work).saturating_add(1).max(whole((work / target.max_occupancy).ceil()));
        // The quotient may be rounded up to the next whole number.
        while agents > 1
            && f64::from(agents - 1) > work
            && work / f64::from(agents - 1) <= target.max_occupancy
        {
            agents -= 1;
        }
        let mut inverse = inverse_blocking(work, agents);
        loop {
            let n = f64::from(agents);
            let late = delay(inverse, work / n) * (-(n - work) * self.service * target.within).exp();
            if 1.0 - late >= target.service_level {
                return agents;
            }
            agents += 1;
            inverse = f64::from(agents) / work * inverse + 1.0;
        }
    }

    /// Erlang A: both conditions get easier with every agent, so the bound is bracketed in steps of the square root
    /// of the work (Halfin & Whitt 1981: what staffing moves by), then halved.
    fn staff_impatient(&self, target: &Target) -> u32 {
        let enough = |agents: u32| {
            let steady = self.steady(agents);
            steady.occupancy() <= target.max_occupancy
                && steady.service_level(target.within) >= target.service_level
        };
        let step = whole(self.work().sqrt() / 2.0).max(1);
        let (mut few, mut many) = (0, whole(self.work().ceil()).max(1));
        if enough(many) {
            while many > step {
                let fewer = many - step;
                if !enough(fewer) {
                    few = fewer;
                    break;
                }
                many = fewer;
            }
        } else {
            loop {
                few = many;
                many += step;
                if enough(many) {
                    break;
                }
            }
        }
        while many - few > 1 {
            let between = few + (many - few) / 2;
            if enough(between) { many = between } else { few = between }
        }
        many
    }
}

/// How many people must be scheduled so that `agents` are at work, when the share `shrinkage` of paid time goes to breaks,
/// meetings, training, leave and illness. None for a share outside of 0 to below 1.
#[must_use]
pub fn scheduled(agents: u32, shrinkage: f64) -> Option<u32> {
    // A hair less, so that a quotient that is whole is not rounded up for the float's sake.
    (0.0..1.0).contains(&shrinkage).then(|| whole((f64::from(agents) / (1.0 - shrinkage) - 1e-9).ceil()))
}

/// A count of agents; loads are limited to a million erlangs, far below what 32 bits hold.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn whole(number: f64) -> u32 {
    number as u32
}
