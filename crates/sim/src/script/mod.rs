//! What callers and agents say: scenes in both languages, filled in and cast as the script of one call.
//!
//! A scene carries a mood, which steers the plot. The mood is a label and stays in here: a [`CallScript`] holds only
//! what is needed to voice the call.

mod en;
mod slots;
mod zh;

use calmline_core::{Party, catalog::Lang};

use crate::rng::Rng;

/// What a call is about; each has its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Bills and payments.
    Billing,
    /// Parcels on their way.
    Deliveries,
    /// Things that do not work.
    Technical,
    /// All else.
    General,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 4] = [Self::Billing, Self::Deliveries, Self::Technical, Self::General];

    /// The word used in queue names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Billing => "billing",
            Self::Deliveries => "deliveries",
            Self::Technical => "technical",
            Self::General => "general",
        }
    }
}

/// How a caller feels: the generator's own knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Calm,
    Confused,
    Worried,
    Anxious,
    Grateful,
    Angry,
    /// Angry from the first word to the last.
    Furious,
    Abusive,
}

impl Mood {
    /// How often a mood is met among callers. A choice: most calls are calm; Grandey, Dickter and Sin (2004) found
    /// that agents meet verbal aggression about ten times a day, here one call in fourteen with a few insults among them.
    pub(crate) fn weight(self) -> f64 {
        match self {
            Self::Calm => 6.0,
            Self::Confused => 4.0,
            Self::Worried => 4.0,
            Self::Anxious => 2.0,
            Self::Grateful => 2.0,
            Self::Angry => 1.0,
            Self::Furious => 0.3,
            Self::Abusive => 0.4,
        }
    }
}

/// One thing said, before its gaps are filled.
pub(crate) struct Line {
    by: Party,
    arousal: f32,
    pause_s: Option<f32>,
    hold_s: f32,
    passed_to: Option<Topic>,
    text: &'static str,
}

const fn line(by: Party, arousal: f32, text: &'static str) -> Line {
    Line { by, arousal, pause_s: None, hold_s: 0.0, passed_to: None, text }
}

/// The agent says something.
const fn agent(arousal: f32, text: &'static str) -> Line {
    line(Party::Agent, arousal, text)
}

/// The caller says something.
const fn caller(arousal: f32, text: &'static str) -> Line {
    line(Party::Customer, arousal, text)
}

impl Line {
    /// The line begins some seconds after the former ended.
    const fn after(self, seconds: f32) -> Self {
        Self { pause_s: Some(seconds), ..self }
    }

    /// The line begins some seconds before the former ends.
    const fn cutting_in(self, seconds: f32) -> Self {
        Self { pause_s: Some(-seconds), ..self }
    }

    /// The caller is on hold for some seconds before the line.
    const fn hold(self, seconds: f32) -> Self {
        Self { hold_s: seconds, ..self }
    }

    /// The call goes to another agent, who says this line and those after it.
    const fn passed_to(self, topic: Topic) -> Self {
        Self { passed_to: Some(topic), ..self }
    }
}

/// A conversation with gaps.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) lang: Lang,
    pub(crate) mood: Mood,
    pub(crate) topic: Topic,
    lines: &'static [Line],
}

/// All scenes of a language.
pub(crate) fn scenes(lang: Lang) -> &'static [Scene] {
    match lang {
        Lang::En => en::SCENES,
        Lang::Zh => zh::SCENES,
    }
}

/// One thing said in a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who says it: [`Party::Agent`] or [`Party::Customer`].
    pub by: Party,
    /// With which voice (see [`crate::voice::Voice::number`]).
    pub voice: u32,
    /// What is said.
    pub text: String,
    /// How excitedly, 0 to 1.
    pub arousal: f64,
    /// Seconds from the end of the turn before; negative where the speaker cuts in.
    pub pause_s: f64,
    /// Seconds on hold before the turn, within which nobody speaks.
    pub hold_s: f64,
    /// Whether the agent who speaks from here on is another one.
    pub transfer: Option<Topic>,
}

/// What is said in one call. Holds what is needed to voice it, and no label.
#[derive(Debug, Clone, PartialEq)]
pub struct CallScript {
    /// Its number in the repertoire: scripts with the same number differ in the agents' voices only.
    pub number: usize,
    /// The language spoken.
    pub lang: Lang,
    /// What it is about.
    pub topic: Topic,
    /// The turns in their order.
    pub turns: Vec<Turn>,
}

impl CallScript {
    /// Fills a scene's gaps. Voices are set by [`CallScript::cast`].
    pub(crate) fn of(scene: &Scene, number: usize, rng: &mut Rng) -> Self {
        let fillings = slots::fill(scene.lang, rng);
        let mut former = Party::Unknown;
        let turns = scene.lines.iter().map(|line| {
            let changes = line.by != former;
            former = line.by;
            Turn {
                by: line.by,
                voice: 0,
                text: filled(line.text, &fillings),
                arousal: f64::from(line.arousal),
                pause_s: line.pause_s.map_or_else(|| natural_pause(line.arousal, changes, rng), f64::from),
                hold_s: f64::from(line.hold_s),
                transfer: line.passed_to,
            }
        });
        Self { number, lang: scene.lang, topic: scene.topic, turns: turns.collect() }
    }

    /// Gives the caller and the agents their voices; the second agent speaks after a transfer.
    #[must_use]
    pub fn cast(mut self, caller: u32, agent: u32, second: u32) -> Self {
        let mut serving = agent;
        for turn in &mut self.turns {
            if turn.transfer.is_some() {
                serving = second;
            }
            turn.voice = if turn.by == Party::Agent { serving } else { caller };
        }
        self
    }
}

/// The gap between two turns. Median gaps in telephone talk lie near 0.2 s and few exceed 1 s (Stivers et al., "Universals
/// and cultural variation in turn-taking", PNAS 2009); agitated speakers leave less.
fn natural_pause(arousal: f32, changes: bool, rng: &mut Rng) -> f64 {
    let usual = if changes { 0.45 } else { 0.7 };
    (rng.log_normal(usual, 0.45) * (1.25 - 0.7 * f64::from(arousal))).clamp(0.12, 1.5)
}

fn filled(text: &str, fillings: &[String; slots::NAMES.len()]) -> String {
    slots::NAMES
        .iter()
        .zip(fillings)
        .fold(text.to_owned(), |text, (name, filling)| text.replace(&format!("{{{name}}}"), filling))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn is_han(character: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&character)
    }

    fn all_scripts() -> impl Iterator<Item = (&'static Scene, CallScript)> {
        [Lang::En, Lang::Zh]
            .into_iter()
            .flat_map(scenes)
            .flat_map(|scene| (0..20).map(move |seed| (scene, CallScript::of(scene, 0, &mut Rng::new(seed)))))
    }

    #[test]
    fn both_languages_have_the_same_scenes_and_every_mood_and_topic() {
        let facts = |lang| scenes(lang).iter().map(|s| (s.name, s.topic.as_str())).collect::<Vec<_>>();
        assert_eq!(facts(Lang::En), facts(Lang::Zh));
        assert!(facts(Lang::En).len() >= 10);
        for lang in [Lang::En, Lang::Zh] {
            for topic in Topic::ALL {
                assert!(scenes(lang).iter().any(|s| s.topic == topic), "{lang:?} has nothing on {topic:?}");
            }
            let moods: BTreeSet<String> = scenes(lang).iter().map(|s| format!("{:?}", s.mood)).collect();
            assert_eq!(moods.len(), 8, "{moods:?}");
        }
        for (en, zh) in scenes(Lang::En).iter().zip(scenes(Lang::Zh)) {
            assert_eq!(en.mood, zh.mood, "{}", en.name);
        }
    }

    #[test]
    fn every_script_is_a_whole_conversation_of_two() {
        for (scene, script) in all_scripts() {
            let name = (scene.lang, scene.name);
            assert!((8..=26).contains(&script.turns.len()), "{name:?} has {} turns", script.turns.len());
            assert_eq!(script.turns[0].by, Party::Agent, "{name:?}: the agent takes the call");
            let callers = script.turns.iter().filter(|t| t.by == Party::Customer).count();
            assert!(callers >= 4 && script.turns.len() - callers >= 4, "{name:?} is a monologue");
            assert!(script.turns.iter().all(|t| t.pause_s > -1.0 && t.pause_s < 5.0), "{name:?}");
            assert!(script.turns.iter().filter(|t| t.hold_s > 0.0).count() <= 1, "{name:?} holds twice");
            assert!(script.turns.iter().filter(|t| t.transfer.is_some()).count() <= 1, "{name:?}");
        }
    }

    #[test]
    fn no_gap_is_left_and_each_language_is_written_in_its_own_script() {
        for (scene, script) in all_scripts() {
            for turn in &script.turns {
                let name = (scene.lang, scene.name, &turn.text);
                assert!(!turn.text.contains(['{', '}']), "{name:?}");
                let han = turn.text.chars().filter(|&c| is_han(c)).count();
                match scene.lang {
                    Lang::En => assert_eq!(han, 0, "{name:?}"),
                    Lang::Zh => assert!(han >= 1, "{name:?}"),
                }
            }
        }
    }

    #[test]
    fn agents_stay_calm_and_the_callers_arousal_follows_the_mood() {
        for (scene, script) in all_scripts() {
            let peak = |by| script.turns.iter().filter(|t| t.by == by).map(|t| t.arousal).fold(0.0, f64::max);
            assert!(peak(Party::Agent) <= 0.45, "{}", scene.name);
            match scene.mood {
                Mood::Angry | Mood::Furious | Mood::Abusive => {
                    assert!(peak(Party::Customer) >= 0.8, "{}", scene.name);
                }
                Mood::Calm => assert!(peak(Party::Customer) <= 0.4, "{}", scene.name),
                _ => assert!(peak(Party::Customer) < 0.75, "{}", scene.name),
            }
        }
    }

    #[test]
    fn fillings_vary_with_the_seed_and_personal_data_is_given_where_it_should_be() {
        for lang in [Lang::En, Lang::Zh] {
            let scene = scenes(lang).iter().find(|s| s.name == "new-address").unwrap();
            let said = |seed| {
                let script = CallScript::of(scene, 0, &mut Rng::new(seed));
                script.turns.iter().map(|t| t.text.clone()).collect::<Vec<_>>().join(" ")
            };
            assert_ne!(said(1), said(2));
            assert!(said(1).contains("@example.com"));
            let digits = said(1).chars().filter(char::is_ascii_digit).count();
            assert!(digits >= 20, "{lang:?}: a phone number, said twice, has {digits} digits");
        }
    }

    #[test]
    fn a_transfer_changes_the_agents_voice_only() {
        let scene = scenes(Lang::En).iter().find(|s| s.name == "wrong-desk").unwrap();
        let script = CallScript::of(scene, 0, &mut Rng::new(1)).cast(1, 2, 3);
        let voices =
            |by| script.turns.iter().filter(|t| t.by == by).map(|t| t.voice).collect::<BTreeSet<_>>();
        assert_eq!(voices(Party::Customer), BTreeSet::from([1]));
        assert_eq!(voices(Party::Agent), BTreeSet::from([2, 3]));
    }
}
