//! Counts, from a site's events, how often what the software said was right: by rule, signal and week, by
//! language and by protocol, and never by person.
//!
//! [`Monitor`] follows a log as everything that decides does: events go in, in order; it reads no clock and
//! does no input or output. [`Monitor::report`] gives the figures. What is counted:
//!
//! * **Rules and signals**: what people were told ([`Told`]), how often agents objected and in what way, what the
//!   agents whom alerts were about said of them in private, what
//!   supervisors said became of alerts, and of signals that foretell something how often it came. Shares come
//!   with Wilson's interval. A rule of which more is wrong than [`WRONG_AT_MOST`], even at the lower end of
//!   the interval, is *under review*.
//! * **Scores**: how the readings of voice and words are distributed, and how far a week has drifted from the
//!   first whole one ([`drift`]).
//!
//! Groups in which fewer than [`FEWEST`] agents took calls are left out, and so is the smallest of the others
//! where those left out together would be fewer.
//!
//! [`groups`] says how teams were in a week that is over; [`protected`] has the minutes that count as worked whatever was done
//! in them.

pub mod council;
pub mod entrance;
mod figures;
pub mod groups;
mod monitor;
pub mod protected;
pub mod questionnaire;
mod report;
mod tally;

pub use figures::{Drift, Interval, drift, quantile, wilson};
pub use monitor::Monitor;
pub use report::{GroupFigures, Report, RuleFigures, ScoreFigures, WeekReport};
pub use tally::{Group, Score, Tally, Told};

/// The fewest agents of whom a group may be made. Five, as for all figures of groups (docs/privacy.md).
pub const FEWEST: usize = 5;
/// The share of wrong inferences above which a rule is under review. Choice: one in five; supervisors stop
/// believing alerts of which many are wrong.
pub const WRONG_AT_MOST: f64 = 0.2;
/// The fewest answers from which anything is concluded. Choice: of fewer the interval of one half is wider than ± 0.2.
pub const CONCLUSIVE: u64 = 20;
/// Weeks that are kept and told.
pub const WEEKS: usize = 8;
