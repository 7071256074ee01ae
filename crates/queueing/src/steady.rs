//! How a queue does with a number of agents.

use crate::{
    erlang::{delay, inverse_blocking},
    load::Load,
    patience::ln_a,
};

/// A queue with a number of agents in the steady state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steady {
    load: Load,
    agents: f64,
    p_wait: f64,
    /// `ln A(nμ/θ, λ/θ)` where callers hang up.
    ln_a: f64,
}

impl Load {
    /// How the queue does with that many agents.
    #[must_use]
    pub fn steady(&self, agents: u32) -> Steady {
        let work = self.work();
        let n = f64::from(agents);
        let waits_forever = Steady { load: *self, agents: n, p_wait: 1.0, ln_a: 0.0 };
        if self.arrivals <= 0.0 {
            return Steady { p_wait: f64::from(u8::from(agents == 0)), ..waits_forever };
        }
        let Some(patience) = self.patience else {
            let stable = n > work;
            let p_wait = if stable { delay(inverse_blocking(work, agents), work / n) } else { 1.0 };
            return Steady { p_wait, ..waits_forever };
        };
        if agents == 0 {
            return waits_forever;
        }
        let ln_a = ln_a(n * self.service / patience, self.arrivals / patience);
        // λJ = λ/(nμ)·A; P(wait) = λJ / (1/B(n−1) + λJ).
        let least = inverse_blocking(work, agents - 1);
        let p_wait = (1.0 + least * (n / work) * (-ln_a).exp()).recip();
        Steady { load: *self, agents: n, p_wait, ln_a }
    }
}

impl Steady {
    /// The share of calls that find every agent busy.
    #[must_use]
    pub fn p_wait(&self) -> f64 {
        self.p_wait
    }

    /// The share of calls whose caller hangs up before being answered.
    #[must_use]
    pub fn p_abandon(&self) -> f64 {
        if self.load.patience.is_none() || self.load.arrivals <= 0.0 {
            return 0.0;
        }
        let answered = self.agents / self.load.work() * (1.0 - (-self.ln_a).exp());
        (self.p_wait * (1.0 - answered)).clamp(0.0, 1.0)
    }

    /// The mean wait of all calls, also of those that are given up (Erlang A: `P(abandon)/θ`). Infinite where more work
    /// arrives than can be done and nobody hangs up.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        match self.load.patience {
            Some(patience) if self.agents > 0.0 => self.p_abandon() / patience,
            Some(patience) => self.p_wait / patience,
            None if self.p_wait <= 0.0 => 0.0,
            None if self.spare() <= 0.0 => f64::INFINITY,
            None => self.p_wait / self.spare(),
        }
    }

    /// The share of all calls that are answered within that time; a call that is given up was not answered.
    #[must_use]
    pub fn service_level(&self, within: f64) -> f64 {
        let Load { arrivals, service, patience } = self.load;
        if self.p_wait <= 0.0 {
            return 1.0;
        }
        if self.agents <= 0.0 {
            return 0.0;
        }
        let Some(patience) = patience else {
            return if self.spare() <= 0.0 {
                0.0
            } else {
                1.0 - self.p_wait * (-self.spare() * within).exp()
            };
        };
        // The virtual wait V has density λ·e(v)/(1/B(n−1) + λJ), e(v) = exp(λ(1−e^(−θv))/θ − nμv). Those who are still there
        // are answered: ∫ₜ e(v)·λ·e^(−θv) dv = nμ·J(t) − e(t), with nμ·J(t) = e(t)·A(nμ/θ, λ·e^(−θt)/θ).
        let fading = (-patience * within).exp();
        let ln_e = arrivals / patience * (1.0 - fading) - self.agents * service * within;
        let later = ln_a(self.agents * service / patience, arrivals / patience * fading);
        let late = (ln_e + later - self.ln_a).exp() - (ln_e - self.ln_a).exp();
        let late = self.p_wait * self.agents / self.load.work() * late;
        (1.0 - self.p_abandon() - late).clamp(0.0, 1.0)
    }

    /// The share of their time that agents spend on calls.
    #[must_use]
    pub fn occupancy(&self) -> f64 {
        if self.load.arrivals <= 0.0 {
            return 0.0;
        }
        if self.agents <= 0.0 {
            return 1.0;
        }
        (self.load.work() * (1.0 - self.p_abandon()) / self.agents).min(1.0)
    }

    /// By how much the agents could do more than arrives, in calls per unit of time.
    fn spare(&self) -> f64 {
        self.agents * self.load.service - self.load.arrivals
    }
}
