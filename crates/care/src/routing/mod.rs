//! Who should take a call: by skill, language, priority, customer history, idle time, and a fair share of hard calls.
//!
//! [`Router`] is one site's. It does no input or output and reads no clock. It knows of an agent what [`Router::skills`],
//! [`Router::free`], [`Router::spare`] and [`Router::met`] tell it, and nothing else: what they can do, since when they are
//! free, until when they are spared and why, and how many minutes of hard calls they met in how many minutes at work. There
//! is no way to tell it of strain, a check-in or a questionnaire: none of these steers who takes a call, with or without
//! anybody's agreement. The only thing that moves on its own is time.
//!
//! ```compile_fail
//! # use calmline_care::routing::{Router, RoutingSettings, Spared};
//! # let mut router = Router::new(RoutingSettings::default());
//! # let (agent, later) = (calmline_core::AgentId::new("a").unwrap(), calmline_core::Timestamp::MAX);
//! router.spare(&agent, Spared::Strained, later); // there is no such thing
//! ```
//!
//! ## The order
//! Of the agents who are free and able, the first by this order gets the call; each line counts only where those before it
//! are equal:
//! 1. who is not spared, then who is above 1.2 × the fair share of hard calls or would be after this one, wanted easier calls, has met much abuse and
//!    agitation, cools off after abuse ([`Spared`]; the first three count for hard calls, the wish for easier ones also for
//!    ordinary calls, cooling off for all);
//! 2. who spoke with this caller last (not where the caller is flagged for abuse);
//! 3. hard calls alone: the fewest minutes of hard calls for the time at work;
//! 4. the best at the skills that the call needs;
//! 5. who has been free the longest.
//!
//! ## The bound
//! Where only spared agents are free, the call waits, [`RoutingSettings::extra_wait_seconds`] at most from the first moment
//! that it could have had one of them; then it gets the least spared. So nobody's wait grows by more than the bound.
//!
//! ## Several calls
//! [`Router::assign`] finds, of all ways to give the free agents to the waiting calls, the best one: no call of a higher
//! priority waits for the sake of a lower one, then no call that has waited longer for one that has waited less, and of
//! what is left the sums of the order above are the least, line by line. Calls rise by one priority for each
//! [`RoutingSettings::priority_step_seconds`] that they wait, so none waits for ever. It is exact (Kuhn 1955; Jonker & Volgenant
//! 1987: shortest augmenting paths), and ties go to the call that has waited longer and the agent known for longer.
//!
//! ## Cost
//! Agents with the same skills and languages are a group, which keeps its free agents sorted for each kind of call. A decision
//! looks at the first two of each group that can take the call.

mod assign;
mod choice;
mod decision;
mod dispatch;
mod groups;
mod hardness;
mod router;
mod settings;
mod share;
mod worker;

pub use assign::assign;
pub use decision::{Ask, Decision, Outcome, Spared, Waits};
pub use dispatch::Dispatch;
pub use hardness::{Met, Norms, Predicted};
pub use router::Router;
pub use settings::RoutingSettings;
pub use share::{Fairness, gini};
