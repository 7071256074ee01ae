//! The caller's emotion: a state machine of heat and trust, moved by what the agent does.
//!
//! Heat, 0 to 100, is how upset the caller is; trust, 0 to 100, is how far they believe that this agent will help. All numbers are
//! whole, so that a call is the same on every machine. The sizes of the steps are choices, made so that their *order* follows what is
//! known of service encounters: acknowledging before solving (Smith, Bolton & Wagner 1999, *J. Marketing Research* 36:356, on
//! apology, speed and initiative; Davidow 2003, *J. Service Research* 5:225, on organisational responses to complaints), blame and
//! interruption as what heats most. They are no measurement of people.

use serde::{Deserialize, Serialize};

use super::turn::Turn;
use crate::acts::Act;

/// How a caller takes things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Temper {
    /// Slow to heat, quick to settle.
    Steady,
    /// Quick to heat.
    Irritable,
    /// Insults the agent while heated, and stops for limits, not for patience.
    Abusive,
    /// Frightened or grieving rather than angry.
    Distressed,
}

/// How the caller is, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Under 20 of heat.
    Calm,
    /// Under 40.
    Uneasy,
    /// Under 60.
    Upset,
    /// Under 80.
    Heated,
    /// From 80 on.
    Boiling,
}

impl Mood {
    /// The code of the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Calm => "practice.mood.calm",
            Self::Uneasy => "practice.mood.uneasy",
            Self::Upset => "practice.mood.upset",
            Self::Heated => "practice.mood.heated",
            Self::Boiling => "practice.mood.boiling",
        }
    }
}

/// Why the caller's heat moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The caller felt understood.
    Acknowledged,
    /// An apology was heard.
    Apologised,
    /// Something that matters was asked.
    FoundOut,
    /// Something that helps was offered.
    Met,
    /// Something that had to be told was told.
    Explained,
    /// A limit was set to abuse.
    LimitSet,
    /// A way out came before the caller felt heard.
    TooSoon,
    /// The same apology again.
    Repeated,
    /// The caller was blamed.
    Blamed,
    /// The matter was brushed aside.
    Dismissed,
    /// The caller was cut short.
    Interrupted,
    /// The agent claimed the floor.
    TalkedOver,
    /// Nothing was said.
    Silence,
    /// Abuse met no limit.
    AbuseUnanswered,
    /// It led nowhere.
    OffPoint,
}

impl Cause {
    /// The code of the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Acknowledged => "practice.turning.acknowledged",
            Self::Apologised => "practice.turning.apologised",
            Self::FoundOut => "practice.turning.found_out",
            Self::Met => "practice.turning.met",
            Self::Explained => "practice.turning.explained",
            Self::LimitSet => "practice.turning.limit_set",
            Self::TooSoon => "practice.turning.too_soon",
            Self::Repeated => "practice.turning.repeated",
            Self::Blamed => "practice.turning.blamed",
            Self::Dismissed => "practice.turning.dismissed",
            Self::Interrupted => "practice.turning.interrupted",
            Self::TalkedOver => "practice.turning.talked_over",
            Self::Silence => "practice.turning.silence",
            Self::AbuseUnanswered => "practice.turning.abuse_unanswered",
            Self::OffPoint => "practice.turning.off_point",
        }
    }
}

/// A step of heat and what made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Why.
    pub cause: Cause,
    /// How far heat moved; below 0 it fell.
    pub heat: i32,
}

/// The caller's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct State {
    /// 0 to 100.
    pub heat: i32,
    /// 0 to 100.
    pub trust: i32,
    temper: Temper,
    /// Acknowledgements that were heard, and apologies: each later one counts for less.
    acknowledged: i32,
    apologised: i32,
    /// Limits set to abuse.
    pub limits: u8,
    /// Whether the last turn of the caller was abuse.
    pub abusing: bool,
}

/// From this heat on an abusive caller insults.
const INSULTS_FROM: i32 = 50;
/// From this heat on a caller hears no way out before they feel heard.
const DEAF_FROM: i32 = 60;

impl State {
    /// As the call begins. Each level of difficulty above the first adds 6 to heat.
    #[must_use]
    pub fn new(temper: Temper, heat: u8, difficulty: u8) -> Self {
        let heat = (i32::from(heat) + 6 * (i32::from(difficulty) - 1)).clamp(0, 95);
        let trust = match temper {
            Temper::Steady => 50,
            Temper::Irritable => 35,
            Temper::Distressed => 40,
            Temper::Abusive => 20,
        };
        let mut state =
            Self { heat, trust, temper, acknowledged: 0, apologised: 0, limits: 0, abusing: false };
        state.abusing = state.insults();
        state
    }

    /// How they are.
    #[must_use]
    pub fn mood(&self) -> Mood {
        match self.heat {
            ..20 => Mood::Calm,
            20..40 => Mood::Uneasy,
            40..60 => Mood::Upset,
            60..80 => Mood::Heated,
            _ => Mood::Boiling,
        }
    }

    fn insults(&self) -> bool {
        self.temper == Temper::Abusive && self.heat >= INSULTS_FROM
    }

    /// Takes a turn of the agent and says what moved the caller.
    pub(super) fn take(&mut self, turn: &Turn) -> Vec<Step> {
        let abused = self.abusing;
        let mut steps = self.hurt(turn);
        if steps.is_empty() || turn.has(Act::Limit) {
            steps.extend(self.limits_set(turn, abused));
            if !abused || turn.has(Act::Limit) {
                steps.extend(self.soothed(turn));
            }
        }
        if abused && !turn.has(Act::Limit) {
            // Patience with abuse never cools it, whatever else the turn does.
            steps.retain(|step| step.heat > 0);
            steps.push(Step { cause: Cause::AbuseUnanswered, heat: 4 });
        } else if steps.is_empty() {
            steps.push(Step { cause: Cause::OffPoint, heat: 3 });
        }
        for step in &steps {
            self.heat = (self.heat + step.heat).clamp(0, 100);
            self.trust = (self.trust - step.heat).clamp(0, 100);
        }
        self.abusing = self.insults();
        steps
    }

    /// What heats, by temper: irritable callers half as much again.
    fn hurt(&self, turn: &Turn) -> Vec<Step> {
        let scaled = |heat: i32| match self.temper {
            Temper::Irritable | Temper::Abusive => heat * 3 / 2,
            Temper::Steady | Temper::Distressed => heat,
        };
        let hurts = [
            (Act::Blame, Cause::Blamed, 18),
            (Act::Dismiss, Cause::Dismissed, 14),
            (Act::Interrupt, Cause::Interrupted, 10),
            (Act::TalkOver, Cause::TalkedOver, 12),
        ];
        if turn.is_silent() {
            return vec![Step { cause: Cause::Silence, heat: scaled(8) }];
        }
        hurts
            .into_iter()
            .filter(|(act, ..)| turn.has(*act))
            .map(|(_, cause, heat)| Step { cause, heat: scaled(heat) })
            .collect()
    }

    fn limits_set(&mut self, turn: &Turn, abused: bool) -> Vec<Step> {
        if !(turn.has(Act::Limit) && abused) {
            return Vec::new();
        }
        self.limits = self.limits.saturating_add(1);
        // The first limit often only surprises; what is said with it decides.
        vec![Step { cause: Cause::LimitSet, heat: if self.limits == 1 { -14 } else { -22 } }]
    }

    fn soothed(&mut self, turn: &Turn) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut step = |cause, heat| steps.push(Step { cause, heat });
        if turn.has(Act::Acknowledge) && !turn.repeats {
            let size = match self.temper {
                Temper::Distressed => 18,
                Temper::Steady => 14,
                Temper::Irritable => 12,
                Temper::Abusive => 8,
            };
            step(Cause::Acknowledged, -(size - 3 * self.acknowledged).max(3));
            self.acknowledged += 1;
        }
        if turn.has(Act::Apologise) {
            match self.apologised {
                0 => step(Cause::Apologised, -7),
                1 => step(Cause::Apologised, -3),
                _ if turn.is_useful() => {}
                _ => step(Cause::Repeated, 5),
            }
            self.apologised += 1;
        }
        // A way out, or a question of procedure, is not heard by somebody beside themselves whom nobody has heard yet.
        let unheard = self.heat >= DEAF_FROM && self.acknowledged == 0 && self.apologised == 0;
        for (count, cause, size) in [
            (turn.met, Cause::Met, 14),
            (turn.explained, Cause::Explained, 9),
            (turn.found, Cause::FoundOut, 6),
        ] {
            if count > 0 {
                let size = if unheard { size / 3 } else { size };
                step(cause, -size * i32::try_from(count).unwrap_or(1));
            }
        }
        if unheard && turn.is_useful() {
            step(Cause::TooSoon, 5);
        }
        steps
    }
}
