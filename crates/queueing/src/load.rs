//! What arrives at a queue.

use crate::patience;

/// Calls that arrive at a queue: rates per one unit of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    pub(crate) arrivals: f64,
    pub(crate) service: f64,
    pub(crate) patience: Option<f64>,
}

/// Why a load or a target makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LoadError {
    /// Arrivals are negative or not finite.
    #[error("arrivals are {0} per unit of time; give a number from 0")]
    Arrivals(f64),
    /// The service rate is not positive.
    #[error("the service rate is {0}; give a number above 0: one over the mean handling time")]
    Service(f64),
    /// The patience rate is not positive.
    #[error("the patience rate is {0}; give a number above 0: one over the mean patience, or leave it out")]
    Patience(f64),
    /// Callers are so patient that hardly anybody ever hangs up.
    #[error("patience is {0:.0} mean times between calls; leave patience out: hardly anybody hangs up")]
    Patient(f64),
    /// More work than this can be computed for.
    #[error("the work is {0:.0} erlangs; at most a million agents can be kept busy here")]
    Large(f64),
    /// A target share is not between 0 and 1.
    #[error("the target service level is {0}; give a share from 0 to below 1")]
    ServiceLevel(f64),
    /// The time within which calls should be answered is negative or not finite.
    #[error("calls should be answered within {0}; give a time from 0")]
    Within(f64),
    /// The ceiling of occupancy is not a share.
    #[error("the occupancy ceiling is {0}; give a share above 0, at most 1")]
    Occupancy(f64),
}

/// The most work, in erlangs.
const MOST_WORK: f64 = 1e6;

impl Load {
    /// Calls that wait for ever: `arrivals` and `service` per unit of time, the latter for one agent.
    ///
    /// # Errors
    /// Rates must be finite, arrivals from 0, service above 0, and the work at most a million erlangs.
    pub fn new(arrivals: f64, service: f64) -> Result<Self, LoadError> {
        if !(arrivals >= 0.0 && arrivals.is_finite()) {
            return Err(LoadError::Arrivals(arrivals));
        }
        if !(service > 0.0 && service.is_finite()) {
            return Err(LoadError::Service(service));
        }
        let work = arrivals / service;
        if work > MOST_WORK {
            return Err(LoadError::Large(work));
        }
        Ok(Self { arrivals, service, patience: None })
    }

    /// The same with callers who hang up: `patience` is one over the mean time that they would wait.
    ///
    /// # Errors
    /// The rate must be finite and above 0, and not so small that patience plays no part.
    pub fn with_patience(self, patience: f64) -> Result<Self, LoadError> {
        if !(patience > 0.0 && patience.is_finite()) {
            return Err(LoadError::Patience(patience));
        }
        let meanwhile = self.arrivals / patience;
        if meanwhile > patience::MOST_MEANWHILE {
            return Err(LoadError::Patient(meanwhile));
        }
        Ok(Self { patience: Some(patience), ..self })
    }

    /// The work that arrives, in erlangs: how many agents it would keep busy without a pause.
    #[must_use]
    pub fn work(&self) -> f64 {
        self.arrivals / self.service
    }
}
