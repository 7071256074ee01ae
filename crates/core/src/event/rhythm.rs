//! When breaks are offered, and how long they are: the rhythm of a site.

use serde::{Deserialize, Serialize};

/// A rhythm of breaks by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Five to ten minutes after fifty to sixty minutes of work (UK HSE, LAC 94/2 and L26).
    Hse,
    /// Ten minutes in each fifty of a shift: `floor((hours × 60 − 20) / 50) × 10` minutes in all.
    TenInFifty,
    /// The site's own minutes.
    Own,
}

impl Rhythm {
    /// All rhythms.
    pub const ALL: [Self; 3] = [Self::Hse, Self::TenInFifty, Self::Own];

    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hse => "hse",
            Self::TenInFifty => "ten_in_fifty",
            Self::Own => "own",
        }
    }
}

/// The minutes of a rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RhythmMinutes {
    /// Work after which a break is offered.
    pub offer_after_minutes: u32,
    /// Work after which a break is offered whatever else holds.
    pub never_later_minutes: u32,
    /// The shortest break offered.
    pub shortest_minutes: u32,
    /// The longest ordinary break.
    pub longest_minutes: u32,
}
