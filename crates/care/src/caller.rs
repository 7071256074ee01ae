//! The caller's side of one call: how agitated, how abusive, and whether they ask for help.
//!
//! Voice and words are two witnesses of agitation, whose log-odds add up ([`crate::fusion`]); older speech fades. One
//! utterance alone never makes a caller agitated unless the other witness confirms it: loudness is not attitude.

use std::collections::VecDeque;

use calmline_core::{
    EventId, PayloadId, Share,
    event::{Evidence, Reason, WordSigns},
};

use crate::{fusion::Belief, settings::PromptSettings};

/// An utterance that is itself aroused, negative, or a hint of abuse or of a call for help. Choices.
const AROUSED_FROM: f64 = 0.65;
const SURE_FROM: f64 = 0.3;
const NEGATIVE_FROM: f64 = 0.4;
const HINT_FROM: f64 = 0.3;
/// Words of danger count from here on, however sure the speech recognition is of them: a needless question costs a
/// moment (the reading's own threshold, `calmline_language::score::CRISIS`).
pub(crate) const CRISIS_FROM: f64 = 0.5;
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
    /// The caller may be in danger from themselves, or tells of somebody who is.
    pub(crate) crisis: bool,
    /// Minutes of speech that had not been heard before.
    pub(crate) fresh_minutes: f64,
}

/// What is known of the caller of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    heard_until_s: f64,
    belief: Belief,
    /// Utterances since the caller was last calm that were agitated by themselves.
    agitated: u32,
    spell: Option<Spell>,
    abuse: f64,
    help: f64,
    crisis: f64,
    moments: VecDeque<Moment>,
}

/// A piece of evidence and where in the call it was heard; told facts were not.
#[derive(Debug, Clone)]
struct Moment {
    kind: Kind,
    evidence: Evidence,
    stretch: Option<Stretch>,
}

/// What a moment is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Agitation,
    Abuse,
    Help,
    Crisis,
    Escalation,
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
        self.belief.hear_voice(arousal, confidence, stretch.seconds());
        let aroused = arousal >= AROUSED_FROM && confidence.get() >= SURE_FROM;
        if aroused {
            self.agitated = self.agitated.saturating_add(1);
            let percent = (Share::new(arousal).get() * 100.0).round();
            let reason = Reason::new("evidence.arousal").with("percent", percent);
            self.keep(Kind::Agitation, Evidence { reason, event, quote: None }, Some(stretch));
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
        self.belief.hear_words(signs.sentiment, Share::new(sure), stretch.seconds());
        let negative = -signs.sentiment >= NEGATIVE_FROM && sure >= SURE_FROM;
        let abuse = hint(&mut self.abuse, signs.abuse.get() * sure, set);
        let help = hint(&mut self.help, signs.help.get() * sure, set);
        let crisis = signs.crisis.get() >= CRISIS_FROM;
        if crisis {
            self.crisis = self.crisis.max(signs.crisis.get());
            let reason = Reason::new("evidence.crisis");
            self.keep(Kind::Crisis, Evidence { reason, event, quote: quote.cloned() }, Some(stretch));
        }
        if negative {
            self.agitated = self.agitated.saturating_add(1);
        }
        let shown = [(Kind::Abuse, abuse.0), (Kind::Help, help.0), (Kind::Agitation, negative)];
        for (kind, _) in shown.into_iter().filter(|(_, shown)| *shown) {
            let code = if kind == Kind::Help { "evidence.help" } else { "evidence.words" };
            let evidence = Evidence { reason: Reason::new(code), event, quote: quote.cloned() };
            self.keep(kind, evidence, Some(stretch));
        }
        self.judge(stretch, negative, set);
        Noticed {
            agitated: negative && self.spell.is_some(),
            abuse: abuse.1,
            // Words of danger are calls for help too; they are told as what they are.
            help: help.1 && !crisis,
            crisis,
            fresh_minutes: fresh / 60.0,
        }
    }

    /// How probable it is that the caller is agitated.
    pub(crate) fn agitation(&self) -> f64 {
        self.belief.agitated()
    }

    /// What voice and words say of it.
    pub(crate) fn belief(&self) -> &Belief {
        &self.belief
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

    /// How surely the caller has spoken of danger in this call. It does not fade: who said it once may not say it again.
    pub(crate) fn crisis(&self) -> f64 {
        self.crisis
    }

    /// Seconds of the call over which the caller has shown agitation without a calmer spell.
    pub(crate) fn agitated_s(&self) -> f64 {
        self.spell.map_or(0.0, |spell| spell.until_s - spell.from_s)
    }

    /// The moments that show something, oldest first.
    pub(crate) fn evidence(&self, of: Kind) -> Vec<Evidence> {
        self.of(of).map(|moment| moment.evidence.clone()).collect()
    }

    /// From where to where in the call they were heard.
    pub(crate) fn heard_within(&self, of: Kind) -> Option<(f64, f64)> {
        let ends =
            |(from, to): (f64, f64), stretch: Stretch| (from.min(stretch.start_s), to.max(stretch.end_s));
        let mut stretches = self.of(of).filter_map(|moment| moment.stretch);
        let first = stretches.next()?;
        Some(stretches.fold((first.start_s, first.end_s), ends))
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Moment> {
        self.moments.iter().filter(move |moment| moment.kind == kind)
    }

    /// Keeps a moment as evidence, the oldest of its kind going.
    pub(crate) fn keep(&mut self, kind: Kind, evidence: Evidence, stretch: Option<Stretch>) {
        if self.of(kind).count() == MOMENTS
            && let Some(oldest) = self.moments.iter().position(|moment| moment.kind == kind)
        {
            self.moments.remove(oldest);
        }
        self.moments.push_back(Moment { kind, evidence, stretch });
    }

    /// Lets what was heard before fade by the speech that is new: voice and words of one utterance come as two events.
    fn pass(&mut self, stretch: Stretch, set: &PromptSettings) -> f64 {
        let fresh = (stretch.end_s - stretch.start_s.max(self.heard_until_s)).clamp(0.0, LONGEST_S);
        self.heard_until_s = self.heard_until_s.max(stretch.end_s);
        let by = (-fresh / f64::from(set.memory_seconds.max(1))).exp();
        self.belief.fade(by);
        self.abuse *= by;
        self.help *= by;
        fresh
    }

    fn judge(&mut self, stretch: Stretch, shows_it: bool, set: &PromptSettings) {
        let level = self.agitation();
        if level < set.calm_below {
            self.spell = None;
            self.agitated = 0;
            return;
        }
        if !shows_it {
            return;
        }
        if let Some(spell) = &mut self.spell {
            spell.until_s = spell.until_s.max(stretch.end_s);
        } else if level >= set.agitated_from && self.agitated >= 2 {
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
