//! How long callers are ready to wait, interval by interval, from waits that mostly ended in an answer: who was answered would
//! have waited longer, and nobody knows how long (censored data).
//!
//! * [`survival`] makes no assumption: the product-limit estimate (Kaplan & Meier 1958) with Greenwood's error (1926).
//! * [`Patience`] is the mean that Erlang A wants: callers who hang up by the time that all have waited (maximum likelihood of an
//!   exponential time under censoring; for call centres Brown et al. 2005, section 5). An interval with few calls is drawn to
//!   the queue's mean as far as intervals resemble each other (gamma prior, its strength by moments; Robbins 1956).

use serde::Serialize;

/// One caller's wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waited {
    /// The interval of the day in which they came.
    pub slot: usize,
    /// How long they waited, in seconds.
    pub seconds: f64,
    /// Whether they hung up; otherwise they were answered.
    pub gave_up: bool,
}

/// The share of callers who are ready to wait longer than a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Survival {
    /// The time, in seconds.
    pub seconds: f64,
    /// Their share.
    pub share: f64,
    /// Its standard error.
    pub error: f64,
}

/// Mean patience in an interval of the day, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Patience {
    /// What is expected.
    pub expected: f64,
    /// Ends of the 80 % interval.
    pub within_80: [f64; 2],
    /// Ends of the 95 % interval.
    pub within_95: [f64; 2],
}

/// Why there is no patience to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatienceError {
    /// A wait that is none.
    #[error("row {row}: a wait is negative or no number; correct it or leave it out")]
    NoWait {
        /// Which, from 0.
        row: usize,
    },
    /// A wait in an interval that there is not.
    #[error("row {row}: interval {slot} is not before {slots}; count intervals from 0")]
    NoSlot {
        /// Which row, from 0.
        row: usize,
        /// Its interval.
        slot: usize,
        /// How many there are.
        slots: usize,
    },
    /// Nobody hung up after a wait.
    #[error("no caller hung up after a wait, so patience is not known; give more days")]
    Nobody,
}

/// Times at which somebody hung up, with the share of callers who would wait longer.
#[must_use]
pub fn survival(waits: &[Waited]) -> Vec<Survival> {
    let mut waits: Vec<Waited> = waits.iter().copied().filter(|wait| wait.seconds >= 0.0).collect();
    waits.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let (mut curve, mut share, mut sum, mut waiting) = (Vec::new(), 1.0, 0.0, waits.len() as f64);
    for same in waits.chunk_by(|one, other| one.seconds.total_cmp(&other.seconds).is_eq()) {
        let gone = same.iter().filter(|wait| wait.gave_up).count() as f64;
        if gone > 0.0 {
            share *= 1.0 - gone / waiting;
            // Greenwood: after the last caller there is nothing left to err about.
            sum += if gone < waiting { gone / (waiting * (waiting - gone)) } else { 0.0 };
            curve.push(Survival { seconds: same[0].seconds, share, error: share * sum.sqrt() });
        }
        waiting -= same.len() as f64;
    }
    curve
}

/// Mean patience by interval of the day.
///
/// # Errors
/// When a wait makes no sense, or nobody hung up.
pub fn patience(slots: usize, waits: &[Waited]) -> Result<Vec<Patience>, PatienceError> {
    let mut gone = vec![0.0; slots];
    let mut waited = vec![0.0; slots];
    for (row, wait) in waits.iter().enumerate() {
        if !(wait.seconds >= 0.0 && wait.seconds.is_finite()) {
            return Err(PatienceError::NoWait { row });
        }
        let slot = wait.slot;
        let Some(time) = waited.get_mut(slot) else { return Err(PatienceError::NoSlot { row, slot, slots }) };
        *time += wait.seconds;
        gone[slot] += f64::from(u8::from(wait.gave_up));
    }
    let (all, time): (f64, f64) = (gone.iter().sum(), waited.iter().sum());
    if all == 0.0 || time == 0.0 {
        return Err(PatienceError::Nobody);
    }
    let rate = all / time;
    let alike = alike(&gone, &waited, rate);
    Ok(gone.iter().zip(&waited).map(|(gone, waited)| of(alike + gone, alike / rate + waited)).collect())
}

/// How many callers who hang up the mean of the queue is worth in an interval: the more alike intervals are, the more. Numbers of
/// those who hang up are negative binomial where rates are gamma; their variance beyond Poisson's tells the shape.
fn alike(gone: &[f64], waited: &[f64], rate: f64) -> f64 {
    let (mut wanted, mut beyond) = (0.0, 0.0);
    for (gone, waited) in gone.iter().zip(waited) {
        let expected = rate * waited;
        wanted += expected * expected;
        beyond += (gone - expected).powi(2) - expected;
    }
    if beyond > 0.0 { (wanted / beyond).clamp(1.0, 1e6) } else { 1e6 }
}

/// The mean of an exponential time whose rate is gamma with this shape and scale; quantiles by Wilson & Hilferty (1931).
fn of(shape: f64, time: f64) -> Patience {
    let at = |z: f64| {
        let third = 1.0 / (9.0 * shape);
        let gamma = shape * (1.0 - third + z * third.sqrt()).max(0.01).powi(3);
        time / gamma
    };
    Patience {
        expected: time / shape,
        within_80: [at(1.2816), at(-1.2816)],
        within_95: [at(1.96), at(-1.96)],
    }
}
