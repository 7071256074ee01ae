//! What a site may set about who takes which call.

use serde::{Deserialize, Serialize};

/// Who takes which call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoutingSettings {
    /// How much longer a caller may wait so that an agent is spared, in seconds. 20: choice, the time within which 80 % of
    /// calls are usually meant to be answered.
    pub extra_wait_seconds: u32,
    /// Times the fair share of hard minutes above which somebody is spared further hard calls. 1.2: a default of the product.
    pub fair_share_limit: f64,
    /// Over how long hard calls are shared fairly: a shift. 8: choice.
    pub window_hours: u32,
    /// Likelihood of being hard from which a call counts as hard. Choice.
    pub hard_from: f64,
    /// Likelihood of being hard below which a call counts as easy. Choice: just above what is taken for usual before
    /// anything is known of a site's calls.
    pub easy_below: f64,
    /// Time without calls after an abusive one. Choice.
    pub cool_off_minutes: u32,
    /// Easier calls that an agent may ask for at once. 30: a default of the product.
    pub easier_minutes: u32,
    /// How long after the end of these an agent may ask again. Choice.
    pub easier_pause_minutes: u32,
    /// The share of the signed-in agents who may have easier calls at once (at least one may). Choice: the others get what
    /// these are spared.
    pub easier_at_once: f64,
    /// Waiting after which a call rises by one priority. Choice.
    pub priority_step_seconds: u32,
    /// How long an agent is kept for a call given to them until the phone platform connects it. Choice.
    pub reserve_seconds: u32,
    /// Calls of one kind after which their own record weighs as much as that of all calls. Choice.
    pub norm_calls: u32,
}

impl Default for RoutingSettings {
    fn default() -> Self {
        Self {
            extra_wait_seconds: 20,
            fair_share_limit: 1.2,
            window_hours: 8,
            hard_from: 0.3,
            easy_below: 0.15,
            cool_off_minutes: 5,
            easier_minutes: 30,
            easier_pause_minutes: 60,
            easier_at_once: 0.3,
            priority_step_seconds: 120,
            reserve_seconds: 20,
            norm_calls: 20,
        }
    }
}
