//! The caller's side of one call: how agitated, how abusive, and whether they ask for help.
//!
//! Voice and words are two witnesses. Each is a mean over the caller's last utterances, weighted by seconds of speech and
//! by confidence, with older speech fading; a few seconds' worth of "as usual" are always mixed in, so that little
//! evidence says little. They combine as independent witnesses do: `1 − (1 − voice)(1 − words)`, each held below 1
//! because no such witness is certain. One utterance alone never makes a caller agitated unless the other witness
//! confirms it: loudness is not attitude.

use std::collections::VecDeque;

use calmline_core::{
    EventId, PayloadId, Share,
    event::{Evidence, Reason, WordSigns},
};

use crate::settings::PromptSettings;

/// Seconds of usual speech that are always mixed in. Choice.
const PRIOR_S: f64 = 4.0;
/// Arousal is 0.5 when it is the speaker's usual; this much above it counts in full. Choice.
const FULL_LIFT: f64 = 0.3;
/// Mean negative sentiment that counts in full. Choice.
const FULL_NEGATIVE: f64 = 0.6;
/// The most that voice alone can say: all labelled speech is acted, and models carry over poorly. Choice.
const VOICE_AT_MOST: f64 = 0.8;
/// The most that negative words alone can say. Choice.
const WORDS_AT_MOST: f64 = 0.7;
/// An utterance that is itself aroused, negative, or a hint of abuse or of a call for help. Choices.
const AROUSED_FROM: f64 = 0.65;
const SURE_FROM: f64 = 0.3;
const NEGATIVE_FROM: f64 = 0.4;
const HINT_FROM: f64 = 0.3;
/// A longer utterance is a faulty segmentation and weighs no more than this.
const LONGEST_S: f64 = 120.0;
/// Moments kept as evidence.
const MOMENTS: usize = 5;

/// Where an utterance lies in its call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    start_s: f64,
    end_s: f64,
}

impl Stretch {
    /// None where the numbers are no stretch of time.
    pub(crate) fn new(start_s: f64, end_s: f64) -> Option<Self> {
        (start_s.is_finite() && end_s.is_finite() && start_s < end_s).then_some(Self { start_s, end_s })
    }

    fn seconds(self) -> f64 {
        (self.end_s - self.start_s).min(LONGEST_S)
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Witness {
    sum: f64,
    weight: f64,
    moments: u32,
}

impl Witness {
    fn hear(&mut self, value: f64, weight: f64) {
        self.sum += value * weight;
        self.weight += weight;
    }

    fn fade(&mut self, by: f64) {
        self.sum *= by;
        self.weight *= by;
    }

    fn mean(&self) -> f64 {
        self.sum / (self.weight + PRIOR_S)
    }
}

/// A stretch of the call in which the caller stayed agitated.
#[derive(Debug, Clone, Copy)]
struct Spell {
    from_s: f64,
    until_s: f64,
}

/// What the last utterance showed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Noticed {
    /// The utterance is itself agitated, in a spell of agitation.
    pub(crate) agitated: bool,
    /// It is abusive.
    pub(crate) abuse: bool,
    /// It asks for help.
    pub(crate) help: bool,
    /// Minutes of speech that had not been heard before.
    pub(crate) fresh_minutes: f64,
}

/// What is known of the caller of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    heard_until_s: f64,
    voice: Witness,
    words: Witness,
    spell: Option<Spell>,
    abuse: f64,
    help: f64,
    moments: VecDeque<(Kind, Evidence)>,
}

/// What a moment is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Agitation,
    Abuse,
    Help,
}

impl Caller {
    /// The voice of an utterance: arousal, 0.5 being this caller's usual.
    pub(crate) fn voice(
        &mut self,
        event: EventId,
        stretch: Stretch,
        arousal: f64,
        confidence: Share,
        set: &PromptSettings,
    ) -> Noticed {
        let fresh = self.pass(stretch, set);
        let lift = Share::new(arousal).get() - 0.5;
        self.voice.hear(lift, stretch.seconds() * confidence.get());
        let aroused = arousal >= AROUSED_FROM && confidence.get() >= SURE_FROM;
        if aroused {
            self.voice.moments = self.voice.moments.saturating_add(1);
            let percent = (Share::new(arousal).get() * 100.0).round();
            let reason = Reason::new("evidence.arousal").with("percent", percent);
            self.keep(Kind::Agitation, Evidence { reason, event, quote: None });
        }
        self.judge(stretch, aroused, set);
        Noticed {
            agitated: aroused && self.spell.is_some(),
            fresh_minutes: fresh / 60.0,
            ..Noticed::default()
        }
    }

    /// The words of an utterance; `confidence` is the speech recognition's.
    pub(crate) fn words(
        &mut self,
        event: EventId,
        stretch: Stretch,
        signs: &WordSigns,
        confidence: Option<Share>,
        quote: Option<&PayloadId>,
        set: &PromptSettings,
    ) -> Noticed {
        let fresh = self.pass(stretch, set);
        let sure = confidence.map_or(1.0, Share::get);
        let negative = Share::new(-signs.sentiment).get();
        self.words.hear(negative, stretch.seconds() * sure);
        let negative = negative >= NEGATIVE_FROM && sure >= SURE_FROM;
        let abuse = hint(&mut self.abuse, signs.abuse.get() * sure, set);
        let help = hint(&mut self.help, signs.help.get() * sure, set);
        if negative {
            self.words.moments = self.words.moments.saturating_add(1);
        }
        let shown = [(Kind::Abuse, abuse.0), (Kind::Help, help.0), (Kind::Agitation, negative)];
        for (kind, _) in shown.into_iter().filter(|(_, shown)| *shown) {
            let code = if kind == Kind::Help { "evidence.help" } else { "evidence.words" };
            self.keep(kind, Evidence { reason: Reason::new(code), event, quote: quote.cloned() });
        }
        self.judge(stretch, negative, set);
        Noticed {
            agitated: negative && self.spell.is_some(),
            abuse: abuse.1,
            help: help.1,
            fresh_minutes: fresh / 60.0,
        }
    }

    /// How surely the caller is agitated.
    pub(crate) fn agitation(&self) -> f64 {
        let voice = VOICE_AT_MOST * Share::new(self.voice.mean() / FULL_LIFT).get();
        let words = WORDS_AT_MOST * Share::new(self.words.mean() / FULL_NEGATIVE).get();
        1.0 - (1.0 - voice) * (1.0 - words)
    }

    pub(crate) fn is_agitated(&self) -> bool {
        self.spell.is_some()
    }

    /// How surely the last words were abusive.
    pub(crate) fn abuse(&self) -> f64 {
        self.abuse
    }

    /// How surely the last words asked for help.
    pub(crate) fn help(&self) -> f64 {
        self.help
    }

    /// Seconds of the call over which the caller has shown agitation without a calmer spell.
    pub(crate) fn agitated_s(&self) -> f64 {
        self.spell.map_or(0.0, |spell| spell.until_s - spell.from_s)
    }

    /// The moments that show something, oldest first.
    pub(crate) fn evidence(&self, of: Kind) -> Vec<Evidence> {
        self.moments.iter().filter(|(kind, _)| *kind == of).map(|(_, moment)| moment.clone()).collect()
    }

    fn keep(&mut self, kind: Kind, moment: Evidence) {
        if self.moments.iter().filter(|(kept, _)| *kept == kind).count() == MOMENTS
            && let Some(oldest) = self.moments.iter().position(|(kept, _)| *kept == kind)
        {
            self.moments.remove(oldest);
        }
        self.moments.push_back((kind, moment));
    }

    /// Lets what was heard before fade by the speech that is new: voice and words of one utterance come as two events.
    fn pass(&mut self, stretch: Stretch, set: &PromptSettings) -> f64 {
        let fresh = (stretch.end_s - stretch.start_s.max(self.heard_until_s)).clamp(0.0, LONGEST_S);
        self.heard_until_s = self.heard_until_s.max(stretch.end_s);
        let by = (-fresh / f64::from(set.memory_seconds.max(1))).exp();
        self.voice.fade(by);
        self.words.fade(by);
        self.abuse *= by;
        self.help *= by;
        fresh
    }

    fn judge(&mut self, stretch: Stretch, shows_it: bool, set: &PromptSettings) {
        let level = self.agitation();
        if level < set.calm_below {
            self.spell = None;
            self.voice.moments = 0;
            self.words.moments = 0;
            return;
        }
        if !shows_it {
            return;
        }
        if let Some(spell) = &mut self.spell {
            spell.until_s = spell.until_s.max(stretch.end_s);
        } else if level >= set.agitated_from && self.voice.moments + self.words.moments >= 2 {
            self.spell = Some(Spell { from_s: stretch.start_s, until_s: stretch.end_s });
        }
    }
}

/// Adds a witness of abuse or of a call for help; whether it counts as one, and whether together they are enough.
fn hint(level: &mut f64, seen: f64, set: &PromptSettings) -> (bool, bool) {
    if seen < HINT_FROM {
        return (false, false);
    }
    *level = 1.0 - (1.0 - *level) * (1.0 - seen);
    (true, *level >= set.words_from)
}
