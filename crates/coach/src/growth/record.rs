//! One person's growth: what they showed, what that says, and what to practise next.

use std::collections::BTreeMap;

use calmline_core::{Timestamp, catalog::Lang, event::Reason};
use serde::Serialize;

use super::{Mastery, Memory, Parameters};
use crate::practice::{Debrief, Scenario, Skill};

/// Where an observation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A practice call.
    Practice {
        /// Whether hints were on.
        aided: bool,
    },
    /// A score of a real call that a person confirmed, and against which no appeal is open.
    AgreedScore,
}

/// That a skill was shown, or was not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Which skill.
    pub skill: Skill,
    /// Whether it was shown.
    pub success: bool,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub source: Source,
}

impl Observation {
    /// What a practice call says of each skill that it called for. Tone is not among it.
    #[must_use]
    pub fn of_practice(debrief: &Debrief, at: Timestamp) -> Vec<Self> {
        let source = Source::Practice { aided: debrief.aided };
        debrief
            .scores
            .iter()
            .map(|one| Self { skill: one.skill, success: one.succeeded(), at, source })
            .collect()
    }
}

/// How far a skill is, in words; others see no more than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Not practised, or not there yet.
    Beginning,
    /// On the way.
    Growing,
    /// Known.
    Secure,
}

/// How much live help a skill still needs. It fades as mastery grows, so that nobody comes to lean on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Help {
    /// It comes by itself.
    Shown,
    /// It comes when asked for.
    OnRequest,
    /// It rests.
    Off,
}

/// From so much mastery on a skill is on the way, and from so much it is known (0.95 is Corbett & Anderson's criterion).
const GROWING: f64 = 0.5;
const SECURE: f64 = 0.95;

/// One skill of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    mastery: Mastery,
    memory: Memory,
    /// Observations that count, and practices with hints, which do not.
    pub unaided: u32,
    /// Practices with hints.
    pub aided: u32,
}

impl Standing {
    /// How surely it is known, before what has faded since.
    #[must_use]
    pub fn known(&self) -> f64 {
        self.mastery.known()
    }

    /// In words.
    #[must_use]
    pub fn band(&self) -> Band {
        match self.known() {
            _ if self.unaided == 0 => Band::Beginning,
            SECURE.. => Band::Secure,
            GROWING.. => Band::Growing,
            _ => Band::Beginning,
        }
    }
}

/// What to practise next, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// Which skill.
    pub skill: Skill,
    /// With which scenario.
    pub scenario: String,
    /// Why this now.
    pub because: Reason,
}

/// One person's record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Growth {
    skills: BTreeMap<Skill, Standing>,
    /// When each scenario was last played.
    played: BTreeMap<String, Timestamp>,
    chosen: Option<Skill>,
}

impl Growth {
    /// Takes an observation. A practice with hints is remembered as practice and says nothing of mastery.
    pub fn observe(&mut self, observation: &Observation) {
        let standing = self.skills.entry(observation.skill).or_insert_with(fresh);
        if observation.source == (Source::Practice { aided: true }) {
            standing.aided += 1;
            return;
        }
        standing.unaided += 1;
        standing.mastery.observe(observation.success);
        standing.memory.practise(observation.success, observation.at);
    }

    /// Remembers that a scenario was played.
    pub fn played(&mut self, scenario: &str, at: Timestamp) {
        self.played.insert(scenario.to_owned(), at);
    }

    /// The person chooses what comes next, or takes the choice back.
    pub fn choose(&mut self, skill: Option<Skill>) {
        self.chosen = skill;
    }

    /// One skill.
    #[must_use]
    pub fn standing(&self, skill: Skill) -> Standing {
        self.skills.get(&skill).copied().unwrap_or_else(fresh)
    }

    /// All skills in words, the strong ones first: for the person themselves, and for their coach.
    #[must_use]
    pub fn bands(&self) -> Vec<(Skill, Band)> {
        let mut all: Vec<_> =
            Skill::ALL.into_iter().map(|skill| (skill, self.standing(skill).band())).collect();
        all.sort_by_key(|(_, band)| std::cmp::Reverse(*band));
        all
    }

    /// How much live help a skill still needs.
    #[must_use]
    pub fn help(&self, skill: Skill) -> Help {
        match self.standing(skill).band() {
            Band::Beginning => Help::Shown,
            Band::Growing => Help::OnRequest,
            Band::Secure => Help::Off,
        }
    }

    /// What to practise next, best first, one for each skill at most: what the person chose, what is due again, what is growing, what
    /// is new. Skills that are known and not due are left in peace.
    #[must_use]
    pub fn next(&self, scenarios: &[&Scenario], lang: Lang, now: Timestamp) -> Vec<Suggestion> {
        let mut wanted: Vec<(u8, Skill, Reason)> =
            Skill::ALL.into_iter().filter_map(|skill| self.wanted(skill, now)).collect();
        wanted.sort_by_key(|(rank, skill, _)| (*rank, *skill));
        let suggest = |(_, skill, because)| {
            let scenario = self.scenario_for(skill, scenarios, lang)?.id().to_owned();
            Some(Suggestion { skill, scenario, because })
        };
        wanted.into_iter().filter_map(suggest).collect()
    }

    fn wanted(&self, skill: Skill, now: Timestamp) -> Option<(u8, Skill, Reason)> {
        let standing = self.standing(skill);
        let days = standing.memory.days_since(now).unwrap_or(0.0).floor();
        if self.chosen == Some(skill) {
            Some((0, skill, Reason::new("growth.because.chosen")))
        } else if standing.memory.is_due(now) {
            Some((1, skill, Reason::new("growth.because.due").with("days", days)))
        } else if standing.unaided == 0 {
            Some((3, skill, Reason::new("growth.because.new")))
        } else if standing.band() < Band::Secure {
            Some((2, skill, Reason::new("growth.because.growing")))
        } else {
            None
        }
    }

    /// A scenario that calls for the skill, as hard as fits; among equals the one not played for longest.
    fn scenario_for<'a>(&self, skill: Skill, scenarios: &[&'a Scenario], lang: Lang) -> Option<&'a Scenario> {
        let fits: i32 = match self.standing(skill).band() {
            Band::Beginning => 1,
            Band::Growing => 2,
            Band::Secure => 3,
        };
        let of = scenarios.iter().filter(|one| one.language == lang && one.calls_for(skill));
        let harder = |one: &Scenario| (i32::from(*one.difficulty.get_ref()) - fits).abs();
        of.min_by_key(|one| (harder(one), self.played.get(one.id()).copied(), one.id())).copied()
    }
}

fn fresh() -> Standing {
    Standing { mastery: Mastery::new(Parameters::usual()), memory: Memory::default(), unaided: 0, aided: 0 }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::practice::{Script, library, play};

    fn day(n: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
    }

    fn seen(skill: Skill, success: bool, n: i64, aided: bool) -> Observation {
        Observation { skill, success, at: day(n), source: Source::Practice { aided } }
    }

    fn all() -> Vec<&'static Scenario> {
        library().iter().map(AsRef::as_ref).collect()
    }

    #[test]
    fn hints_teach_nothing_to_the_model_and_help_fades_with_mastery() {
        let mut growth = Growth::default();
        for n in 0..20 {
            growth.observe(&seen(Skill::Ask, true, n, true));
        }
        assert_eq!(
            (growth.standing(Skill::Ask).band(), growth.help(Skill::Ask)),
            (Band::Beginning, Help::Shown)
        );
        let mut helps = Vec::new();
        for n in 20..26 {
            growth.observe(&seen(Skill::Ask, true, n, false));
            helps.push(growth.help(Skill::Ask));
        }
        assert_eq!((helps.first(), helps.last()), (Some(&Help::OnRequest), Some(&Help::Off)));
        assert_eq!(growth.bands()[0], (Skill::Ask, Band::Secure));
    }

    #[test]
    fn what_is_chosen_then_due_then_growing_then_new_comes_next() {
        let mut growth = Growth::default();
        for n in 0..8 {
            growth.observe(&seen(Skill::Ask, true, n, false));
        }
        growth.observe(&seen(Skill::Acknowledge, false, 7, false));
        growth.observe(&seen(Skill::Explain, true, 0, false));
        growth.choose(Some(Skill::Limits));
        let next = growth.next(&all(), Lang::Zh, day(8));
        let skills: Vec<Skill> = next.iter().map(|one| one.skill).collect();
        assert_eq!(skills[..3], [Skill::Limits, Skill::Explain, Skill::Acknowledge]);
        assert!(!skills.contains(&Skill::Ask), "known, and not due");
        assert!(next.iter().all(|one| one.scenario.starts_with("zh-")));
        let again = growth.next(&all(), Lang::Zh, day(400));
        assert!(again.iter().any(|one| one.skill == Skill::Ask && one.because.code == "growth.because.due"));
    }

    #[test]
    fn a_good_practice_call_counts_for_what_it_called_for() {
        let (session, _) = play(&library()[0], 1, Script::Good);
        let seen = Observation::of_practice(&session.debrief(), day(1));
        assert!(seen.len() >= 4 && seen.iter().all(|one| one.success));
        for lang in [Lang::En, Lang::Zh] {
            for code in ["due", "growing", "new", "chosen"] {
                let code = format!("growth.because.{code}");
                assert_ne!(lang.say(&code), code);
            }
        }
    }

    #[test]
    fn a_scenario_that_was_just_played_gives_way_to_another() {
        let mut growth = Growth::default();
        let first = growth.next(&all(), Lang::En, day(0))[0].clone();
        growth.played(&first.scenario, day(0));
        let second = growth.next(&all(), Lang::En, day(0))[0].clone();
        assert_eq!(first.skill, second.skill);
        assert_ne!(first.scenario, second.scenario);
    }
}
