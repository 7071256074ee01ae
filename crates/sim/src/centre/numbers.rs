//! Numbers of a scenario that cannot be wrong once they are read; the message of a wrong one says what to write.

use serde::Deserialize;

/// A number that is no such number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Wrong {
    /// Not above 0, or beyond all measure.
    #[error("{0} is not above 0 and within reason; write a number above 0, such as 0.5 or 120")]
    Positive(f64),
    /// Below 0, or beyond all measure.
    #[error("{0} is no time; write a number from 0, such as 0.5 or 120")]
    Time(f64),
    /// Not from 0 to 1.
    #[error("{0} is no share; write a number from 0 to 1")]
    Share(f64),
    /// No time of the day.
    #[error("{0:?} is no time of the day; write hours and minutes such as \"08:30\"")]
    Clock(String),
}

/// What lies beyond these is a slip of the pen, and would be lost in rounding.
const LEAST: f64 = 1e-9;
const MOST: f64 = 1e9;

/// A number above 0.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Positive(pub(super) f64);

impl TryFrom<f64> for Positive {
    type Error = Wrong;
    fn try_from(value: f64) -> Result<Self, Wrong> {
        if (LEAST..=MOST).contains(&value) { Ok(Self(value)) } else { Err(Wrong::Positive(value)) }
    }
}

/// A time from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Time(pub(super) f64);

impl TryFrom<f64> for Time {
    type Error = Wrong;
    fn try_from(value: f64) -> Result<Self, Wrong> {
        if (0.0..=MOST).contains(&value) { Ok(Self(value)) } else { Err(Wrong::Time(value)) }
    }
}

/// A share from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Part(pub(super) f64);

impl TryFrom<f64> for Part {
    type Error = Wrong;
    fn try_from(value: f64) -> Result<Self, Wrong> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(Wrong::Share(value)) }
    }
}

/// A time of the day, in minutes from midnight.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
pub struct Clock(pub(super) f64);

impl TryFrom<String> for Clock {
    type Error = Wrong;
    fn try_from(text: String) -> Result<Self, Wrong> {
        let read = || {
            let (hours, minutes) = text.split_once(':')?;
            let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
            (minutes < 60 && hours * 60 + minutes <= 1_440).then(|| f64::from(hours * 60 + minutes))
        };
        read().map(Self).ok_or_else(|| Wrong::Clock(text.clone()))
    }
}
