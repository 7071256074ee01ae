//! Small units that many crates share.

use serde::{Deserialize, Serialize};

/// Whose voice a channel carries. *Unknown* is a state of its own: mixed or unlabelled audio is treated as strictly as
/// an agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The contact centre's agent.
    Agent,
    /// The caller.
    Customer,
    /// Not known, or several people on one channel.
    Unknown,
}

impl Party {
    /// All parties.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Customer, Self::Unknown];

    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Unknown => "unknown",
        }
    }
}

/// A number from 0 to 1. Anything outside is brought to the nearer end, not-a-number to 0, so that a
/// confidence or a load is always fit to be shown.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
pub struct Share(f64);

impl Share {
    /// Brings a number into 0 to 1.
    #[must_use]
    pub fn new(value: f64) -> Self {
        Self(if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) })
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// Whether it is nothing at all.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == 0.0
    }

    /// The number, rounded to three places: what events carry, so that they are the same on every machine.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self((self.0 * 1000.0).round() / 1000.0)
    }
}

impl From<f64> for Share {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> f64 {
        share.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_always_between_nothing_and_all() {
        assert_eq!(Share::new(f64::NAN).get(), 0.0);
        assert_eq!(Share::new(7.0).get(), 1.0);
        assert_eq!(Share::new(0.123_456).rounded().get(), 0.123);
    }
}
