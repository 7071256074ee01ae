//! What a site may set, each value with its default and where that default comes from.
//!
//! *Choice* marks a default that is ours: plausible, in the range that the cited work suggests, but not taken from it.
//! Sites change it; issue after issue the pilots and the self-reports should replace it.

use calmline_core::event::{Band, Rhythm};
use serde::{Deserialize, Serialize};

use crate::{entrance::EntranceSettings, incident::IncidentSettings, routing::RoutingSettings};

/// The version of what the settings mean, as the log records it beside them: raised when a name that stays comes to mean
/// something else.
pub const SETTINGS_VERSION: u32 = 1;

/// Everything that a site may set about load, prompts, breaks and alerts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What counts as load, and how much.
    pub load: LoadSettings,
    /// How abuse and agitation add up and fade.
    pub exposure: ExposureSettings,
    /// How strain fills and recovers.
    pub strain: StrainSettings,
    /// When the agent gets a prompt in a call.
    pub prompts: PromptSettings,
    /// When breaks are offered.
    pub breaks: BreakSettings,
    /// When supervisors are told.
    pub alerts: AlertSettings,
    /// What an incident of abuse brings about.
    pub incident: IncidentSettings,
    /// Who takes which call.
    pub routing: RoutingSettings,
    /// Where callers go by what they want.
    pub entrance: EntranceSettings,
    /// When calls and agents are forgotten.
    pub memory: MemorySettings,
}

impl Settings {
    /// The same with the minutes of the rhythm that is named, if one is.
    #[must_use]
    pub fn resolved(mut self) -> Self {
        self.breaks.follow_named();
        self
    }
}

/// Where one scale passes from one band to the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// From here the band is *usual*.
    pub usual: f64,
    /// From here the band is *high*.
    pub high: f64,
    /// From here the band is *heavy*.
    pub heavy: f64,
    /// How far the value must fall below a threshold before the band is left again (hysteresis).
    pub margin: f64,
}

impl Bands {
    const fn new(usual: f64, high: f64, heavy: f64) -> Self {
        Self { usual, high, heavy, margin: 0.05 }
    }

    /// The band of a value, seen from the band that held before: up at a threshold, down only a margin below it.
    #[must_use]
    pub fn band(&self, value: f64, held: Band) -> Band {
        let up = |threshold: f64, band: Band| {
            let threshold = if held >= band { threshold - self.margin } else { threshold };
            value >= threshold
        };
        match () {
            () if up(self.heavy, Band::Heavy) => Band::Heavy,
            () if up(self.high, Band::High) => Band::High,
            () if up(self.usual, Band::Usual) => Band::Usual,
            () => Band::Light,
        }
    }
}

/// What counts as load (ISO 10075-1: mental stress, the sum of what acts on the person), and how much.
///
/// The weights of what every site tells are a choice; they add up to 1. Several contacts at once, the mix of calls and
/// monotony come on top, since not every site has chats or tells what calls are about; load is cut at 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoadSettings {
    /// Over how long occupancy is taken. 60: one hour is what the trade plans by (design, section 9).
    pub window_minutes: u32,
    /// The occupancy that a site plans not to exceed. 0.85: waits grow like ρ/(1 − ρ), and above 85–87 % a queue
    /// cascades; the usual planning ceiling of contact centres.
    pub occupancy_ceiling: f64,
    /// Signed-in time below which occupancy says nothing yet. Choice.
    pub occupancy_needs_minutes: u32,
    /// A pause between two calls up to which they count as back to back. Choice.
    pub pause_seconds: u32,
    /// Calls back to back at which that part is full. Choice.
    pub calls_in_a_row: u32,
    /// Complications within about an hour at which that part is full: a hold or a transfer is one, each system beyond the
    /// usual half a one, a request that usually takes twice as long as this queue's calls one. Choice.
    pub complications: u32,
    /// Systems that a call usually takes; only further ones count. Choice.
    pub usual_systems: u32,
    /// Contacts at once (chats) at which that part is full. Choice.
    pub contacts_at_once: u32,
    /// Requests of one kind in a row at which monotony is full (ISO 10075-1 names monotony among the effects of narrow,
    /// repetitive tasks). Choice.
    pub same_in_a_row: u32,
    /// How fast long calls, holds and transfers fade: half-life. Choice.
    pub half_life_minutes: u32,
    /// Hours into the shift from which they weigh. 4: choice; accident risk rises with the hour of the shift (Folkard
    /// & Tucker 2003, Occupational Medicine 53:95–101).
    pub shift_from_hours: u32,
    /// Hours into the shift at which that part is full. 10: choice, same source (risk about doubles at 12 hours).
    pub shift_full_hours: u32,
    /// A time signed off after which a new shift begins. Choice.
    pub new_shift_after_hours: u32,
    /// Weight of occupancy.
    pub weight_occupancy: f64,
    /// Weight of calls back to back.
    pub weight_back_to_back: f64,
    /// Weight of calls longer than usual.
    pub weight_handling: f64,
    /// Weight of holds and transfers.
    pub weight_complications: f64,
    /// Weight of the time since the last break: risk rises through uninterrupted work (Tucker, Folkard & Macdonald
    /// 2003, The Lancet 361:680).
    pub weight_since_break: f64,
    /// Weight of the time in the shift.
    pub weight_shift: f64,
    /// Weight of several contacts at once, on top.
    pub weight_concurrency: f64,
    /// Weight of more hard calls than is usual at the site, on top: where self-service takes the easy calls away, what is
    /// left is harder call by call though the number of calls falls.
    pub weight_mix: f64,
    /// Weight of monotony, on top.
    pub weight_monotony: f64,
    /// Bands of load. Choice.
    pub bands: Bands,
}

impl Default for LoadSettings {
    fn default() -> Self {
        Self {
            window_minutes: 60,
            occupancy_ceiling: 0.85,
            occupancy_needs_minutes: 15,
            pause_seconds: 20,
            calls_in_a_row: 8,
            complications: 6,
            usual_systems: 2,
            contacts_at_once: 3,
            same_in_a_row: 12,
            half_life_minutes: 30,
            shift_from_hours: 4,
            shift_full_hours: 10,
            new_shift_after_hours: 4,
            weight_occupancy: 0.35,
            weight_back_to_back: 0.15,
            weight_handling: 0.15,
            weight_complications: 0.10,
            weight_since_break: 0.15,
            weight_shift: 0.10,
            weight_concurrency: 0.15,
            weight_mix: 0.10,
            weight_monotony: 0.05,
            bands: Bands::new(0.25, 0.5, 0.7),
        }
    }
}

/// How abuse and agitation that the agent met add up and fade. The caller's side only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExposureSettings {
    /// Abusive calls in a shift that bring exposure to *heavy*. 2: design, section 9, a site setting.
    pub abusive_calls_a_shift: u32,
    /// How fast abuse fades: half-life. Choice: its effect outlasts the call but mostly not the day (Song et al. 2018
    /// follow it to the evening).
    pub abuse_half_life_minutes: u32,
    /// How fast agitation fades: half-life. Choice.
    pub agitation_half_life_minutes: u32,
    /// What one minute of fully agitated speech adds. Choice.
    pub agitation_per_minute: f64,
    /// How fast distressing content fades: half-life. Choice: longer than agitation, since it is thought about afterwards.
    pub distress_half_life_minutes: u32,
    /// What one call with distressing content adds. Choice.
    pub distress_per_call: f64,
    /// Bands of exposure. Choice.
    pub bands: Bands,
}

impl Default for ExposureSettings {
    fn default() -> Self {
        Self {
            abusive_calls_a_shift: 2,
            abuse_half_life_minutes: 90,
            agitation_half_life_minutes: 30,
            agitation_per_minute: 0.12,
            distress_half_life_minutes: 120,
            distress_per_call: 0.3,
            bands: Bands::new(0.15, 0.4, 0.65),
        }
    }
}

/// How strain (ISO 10075-1: the immediate effect on the person) fills with demand and recovers with rest.
///
/// The shape is the effort-recovery model's (Meijman & Mulder 1998): load reactions build up with effort and return
/// to the baseline once the demands stop. All numbers are a choice; see [`crate::model`] for what they lead to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StrainSettings {
    /// Time constant of filling during work.
    pub fills_minutes: u32,
    /// Time constant of recovery at rest. 15: short breaks restore vigour only in part, and depleting work needs more
    /// than ten minutes (Albulescu et al. 2022).
    pub recovers_minutes: u32,
    /// Where strain would settle in an endless call.
    pub in_call: f64,
    /// Where strain would settle in endless after-call work.
    pub wrap_up: f64,
    /// Where strain would settle when waiting for a call: vigilance is not rest.
    pub waiting: f64,
    /// Where strain would settle in meetings, training or other work away from calls.
    pub aside: f64,
    /// What full exposure to abuse adds to that (emotional exhaustion: Grandey et al. 2004; Li & Zhou 2013).
    pub from_abuse: f64,
    /// What full exposure to agitation adds to that.
    pub from_agitation: f64,
    /// What full exposure to distressing content adds to that.
    pub from_distress: f64,
    /// Days over which what a day leaves wears off: time constant. 3: strain that is not recovered from by the next morning
    /// adds up (Meijman & Mulder 1998; Sonnentag & Fritz 2015); the number is a choice, of the order of a weekend.
    pub carried_days: u32,
    /// What an ordinary week leaves; only more than that counts. 0.1: what eight hours at strain 0.35 on five days of seven
    /// settle at.
    pub carried_usual: f64,
    /// Weight of what earlier days left beyond that, on top of the day's strain.
    pub weight_carried: f64,
    /// What the body clock's lowest hour adds, 04:48 at the site, fading to nothing three hours before and after. The three-process
    /// model has the lowest alertness about twelve hours after its peak at 16:48 (Åkerstedt & Folkard 1997, Chronobiology
    /// International 14:115); risk is about 30 % higher on night shifts (Folkard & Tucker 2003). The number is a choice.
    pub weight_night: f64,
    /// What a shift of twelve hours adds, rising from the eighth: risk about doubles between them (Folkard & Tucker 2003). The
    /// number is a choice.
    pub weight_shift: f64,
    /// By how many hours the site's clock is ahead of UTC. The server fills it in from the site's time zone.
    pub utc_offset_hours: f64,
    /// Bands of strain.
    pub bands: Bands,
}

impl Default for StrainSettings {
    fn default() -> Self {
        Self {
            fills_minutes: 90,
            recovers_minutes: 15,
            in_call: 0.6,
            wrap_up: 0.5,
            waiting: 0.2,
            aside: 0.2,
            from_abuse: 0.20,
            from_agitation: 0.10,
            from_distress: 0.10,
            carried_days: 3,
            carried_usual: 0.10,
            weight_carried: 1.0,
            weight_night: 0.10,
            weight_shift: 0.05,
            utc_offset_hours: 0.0,
            bands: Bands::new(0.2, 0.42, 0.56),
        }
    }
}

/// When the agent gets a short prompt in a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PromptSettings {
    /// How probable it must be, by voice and words together ([`crate::fusion`]), that a caller is agitated for them to
    /// count as it. Choice: four in ten, for a prompt costs little and two moments must agree;
    /// to be set by what agents say to be wrong.
    pub agitated_from: f64,
    /// How probable it may be at most once they count as calm again. Choice: not much above what
    /// nothing known gives, so that a caller who catches their breath has not calmed down.
    pub calm_below: f64,
    /// Certainty that words are abusive, or ask for help, from which it counts. Choice.
    pub words_from: f64,
    /// Speech over which earlier utterances fade: time constant in seconds of the caller's own speech. Choice.
    pub memory_seconds: u32,
    /// The least time between two prompts of one kind in a call. Choice.
    pub quiet_seconds: u32,
    /// The most prompts in a call; the last is kept for abuse and calls for help. Choice: agents complain of
    /// notification overload.
    pub per_call: u32,
    /// How long a prompt stays. Choice.
    pub shown_seconds: u32,
    /// How old words may be and still bring a prompt: late speech recognition must not prompt about the past. Choice.
    pub stale_seconds: u32,
    /// Where somebody in danger finds help, as the prompt about it says it, such as `12356, 110, 120`; empty: the numbers
    /// of the site's profile (`crisis_lines.*` of the catalogue).
    pub crisis_lines: String,
}

impl Default for PromptSettings {
    fn default() -> Self {
        Self {
            agitated_from: 0.4,
            calm_below: 0.15,
            words_from: 0.7,
            memory_seconds: 30,
            quiet_seconds: 120,
            per_call: 3,
            shown_seconds: 45,
            stale_seconds: 60,
            crisis_lines: String::new(),
        }
    }
}

/// When breaks are offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakSettings {
    /// A rhythm by name, instead of the next two and the shortest and longest break; [`crate::rhythm`] has their minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<Rhythm>,
    /// Work after which a break is offered. 50: HSE (LAC 94/2; display-screen guidance L26): 5–10 minutes every 50–60
    /// beat 15 every two hours.
    pub offer_after_minutes: u32,
    /// Work after which a break is offered whatever else holds. 60: same source.
    pub never_later_minutes: u32,
    /// Work after which a heavy load, exposure or strain brings an offer earlier. Choice.
    pub early_after_minutes: u32,
    /// The shortest break offered. 5: same source.
    pub shortest_minutes: u32,
    /// The longest ordinary break. 10: same source.
    pub longest_minutes: u32,
    /// The break offered when strain or exposure is heavy. 15: depleting work needs more than ten minutes (Albulescu
    /// et al. 2022); the number is a choice.
    pub depleted_minutes: u32,
    /// Rest that counts as a break. 4: the shortest break less a minute for the way back; choice.
    pub counts_from_minutes: u32,
    /// How long an offer stands. Choice: the span between 50 and 60 minutes of work.
    pub offer_stands_minutes: u32,
    /// How long after a refusal the next offer may come. Choice.
    pub again_after_minutes: u32,
    /// How long after an unanswered offer the next may come. Choice.
    pub again_after_lapse_minutes: u32,
    /// How soon the phone platform should confirm a break that should have begun. 5 s: product requirement.
    pub confirm_seconds: u32,
    /// How long an accepted break that never began is waited for. Choice.
    pub give_up_minutes: u32,
    /// The share of signed-in agents that may be on a break at once (at least one may). 0.2: choice, a site setting.
    /// The never-later rule goes before it.
    pub at_once: f64,
    /// Work beyond the latest time, without any offer, after which supervisors are told that the site could not offer
    /// one. Choice.
    pub overdue_after_minutes: u32,
    /// Within how many seconds calls should be answered, for the price of a break. 20: the trade's usual 80/20.
    pub answer_within_seconds: u32,
    /// What one agent fewer may cost in service level while the break lasts before an offer is put off. 0.05: choice.
    pub price_from: f64,
    /// By how much the price may put an offer off at most; the never-later rule goes before it. 10: product requirement.
    pub put_off_minutes: u32,
}

impl Default for BreakSettings {
    fn default() -> Self {
        Self {
            rhythm: None,
            offer_after_minutes: 50,
            never_later_minutes: 60,
            early_after_minutes: 20,
            shortest_minutes: 5,
            longest_minutes: 10,
            depleted_minutes: 15,
            counts_from_minutes: 4,
            offer_stands_minutes: 10,
            again_after_minutes: 20,
            again_after_lapse_minutes: 5,
            confirm_seconds: 5,
            give_up_minutes: 15,
            at_once: 0.2,
            overdue_after_minutes: 5,
            answer_within_seconds: 20,
            price_from: 0.05,
            put_off_minutes: 10,
        }
    }
}

/// When supervisors are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertSettings {
    /// Alerts an hour. 4: design, section 9; alerts without the capacity to act on them are what supervisors
    /// complain of. One group of supervisors per site so far.
    pub per_hour: u32,
    /// Of these, how many are kept for abuse, the abuse key and calls for help. Choice.
    pub kept_for_urgent: u32,
    /// Agitation, without a calmer spell, after which supervisors are told. Choice: long enough
    /// that most calls have calmed down, short enough that somebody can still help in the call.
    pub agitated_seconds: u32,
    /// How long an alert stands. Choice.
    pub stands_minutes: u32,
    /// How long an alert that the budget held back may wait. Choice.
    pub waits_minutes: u32,
    /// How long an alert stands unanswered before a second person is told. Choice.
    pub escalate_minutes: u32,
    /// Occupancy over the window of load from which supervisors are told; told again once it has been under
    /// `load.occupancy_ceiling`. 0.95: waits grow like ρ/(1−ρ), and the ceiling is 0.85; the gap is a choice.
    pub overload_from: f64,
    /// How many callers wait where a queue builds up. Choice.
    pub queue_waiting: u32,
    /// How long the first of them has waited by then; told again once it is half of that. Choice.
    pub queue_seconds: u32,
    /// How much louder a line becomes at once where supervisors are told, in decibels. Choice: acoustic incidents are to be
    /// recorded (HSE), every loud cough is not.
    pub loudness_decibels: f64,
    /// A rule whose share of right alerts is surely below this rests for a while. Choice.
    pub earns_from: f64,
    /// How many answers it takes to judge a rule. Choice.
    pub earns_answers: u32,
    /// How many days a rule rests. Choice.
    pub rests_days: u32,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            per_hour: 4,
            kept_for_urgent: 1,
            agitated_seconds: 90,
            stands_minutes: 10,
            waits_minutes: 10,
            escalate_minutes: 3,
            overload_from: 0.95,
            queue_waiting: 8,
            queue_seconds: 180,
            loudness_decibels: 20.0,
            earns_from: 0.3,
            earns_answers: 20,
            rests_days: 7,
        }
    }
}

/// When calls and agents are forgotten. All choices; they bound memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemorySettings {
    /// How long an ended call is kept for words that come late.
    pub ended_call_minutes: u32,
    /// How long a call of which nothing is heard is kept.
    pub silent_call_hours: u32,
    /// How long an agent who does not sign in is kept (their usual handling time goes too).
    pub idle_agent_days: u32,
    /// How long nothing is heard of a signed-in agent before they are taken as signed off. 16: longer than any legal shift,
    /// the longest of which the EU knows by its eleven hours of daily rest (Directive 2003/88/EC, Art. 3): thirteen.
    pub silent_agent_hours: u32,
}

impl Default for MemorySettings {
    fn default() -> Self {
        Self { ended_call_minutes: 5, silent_call_hours: 4, idle_agent_days: 14, silent_agent_hours: 16 }
    }
}
