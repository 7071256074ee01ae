//! The state machine of one call's help.

use std::collections::BTreeSet;

use calmline_core::{Party, Share, Timestamp};
use calmline_language::{embed::Encoder, score};
use jiff::SignedDuration;

use super::{
    calm::Situation,
    checklist::{At, Checklist},
    suggestion::{Answer, NoSuchSuggestion, Offer, Outcomes, Suggestion, Tick, Why},
};
use crate::knowledge::{ArticleId, Hit, Library, Query, Viewer};

/// From this agitation of the caller on, words are suggested. A choice: the middle, since a suggestion costs little.
const UPSET: f64 = 0.5;
/// Articles are looked for with so many of the caller's last words at most.
const ASKED: usize = 60;
/// Shorter turns ask nothing by themselves, in characters.
const SHORT: usize = 8;

/// How much is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Suggestions in a call. Choice: six; agents complain of more notifications, not of fewer (docs/assistant.md).
    pub per_call: usize,
    /// From one to the next.
    pub apart: SignedDuration,
    /// A suggestion that nobody answered goes away after this.
    pub stays: SignedDuration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { per_call: 6, apart: SignedDuration::from_secs(20), stays: SignedDuration::from_secs(45) }
    }
}

/// What was said, and by whom.
#[derive(Debug, Clone)]
pub struct Heard<'a> {
    /// The turn's place in the call, from 0.
    pub turn: usize,
    /// Who spoke.
    pub party: Party,
    /// What was said, personal data replaced.
    pub text: &'a str,
    /// The caller's agitation just now, where it is read.
    pub agitation: Option<Share>,
    /// When the turn ended.
    pub at: Timestamp,
}

/// Helps in one call.
#[derive(Debug, Clone)]
pub struct Helper {
    budget: Budget,
    checklists: Vec<Checklist>,
    situations: Vec<Situation>,
    quiet: bool,
    shown: Option<Suggestion>,
    last: Option<Timestamp>,
    ticks: Vec<Tick>,
    agent_turns: usize,
    /// What was suggested before is not suggested again.
    articles: BTreeSet<ArticleId>,
    steps: BTreeSet<(String, String)>,
    calmed: BTreeSet<String>,
    outcomes: Outcomes,
}

impl Helper {
    /// For a new call.
    #[must_use]
    pub fn new(budget: Budget, checklists: Vec<Checklist>, situations: Vec<Situation>) -> Self {
        Self {
            budget,
            checklists,
            situations,
            quiet: false,
            shown: None,
            last: None,
            ticks: Vec::new(),
            agent_turns: 0,
            articles: BTreeSet::new(),
            steps: BTreeSet::new(),
            calmed: BTreeSet::new(),
            outcomes: Outcomes::default(),
        }
    }

    /// The agent wants no suggestions, or wants them again. What is shown goes away and counts as put away.
    pub fn quiet(&mut self, quiet: bool) {
        self.quiet = quiet;
        if quiet && self.shown.take().is_some() {
            self.outcomes.dismissed += 1;
        }
    }

    /// What is shown now.
    #[must_use]
    pub fn shown(&self) -> Option<&Suggestion> {
        self.shown.as_ref()
    }

    /// The steps done so far, in the order in which they were.
    #[must_use]
    pub fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// What became of the suggestions so far.
    #[must_use]
    pub fn outcomes(&self) -> Outcomes {
        self.outcomes
    }

    /// The agent answers.
    ///
    /// # Errors
    /// When that suggestion is not shown, because it went away or never was.
    pub fn answer(&mut self, number: usize, answer: Answer) -> Result<(), NoSuchSuggestion> {
        self.shown.take_if(|shown| shown.number == number).ok_or(NoSuchSuggestion { number })?;
        match answer {
            Answer::Accepted => self.outcomes.accepted += 1,
            Answer::Dismissed => self.outcomes.dismissed += 1,
            Answer::Wrong => self.outcomes.wrong += 1,
        }
        Ok(())
    }

    /// An utterance. Gives what is new to show.
    pub fn heard(
        &mut self,
        heard: &Heard<'_>,
        library: &Library,
        viewer: &Viewer,
        encoder: Option<&mut Encoder>,
    ) -> Option<&Suggestion> {
        let lower = heard.text.to_lowercase();
        if heard.party == Party::Agent {
            self.agent_turns += 1;
            self.tick(heard.turn, &lower);
        }
        let stays = self.budget.stays;
        self.shown.take_if(|shown| heard.at.duration_since(shown.since) >= stays);
        if !self.may_suggest(heard.at) {
            return None;
        }
        let (offer, why) = self
            .calm(heard, &lower)
            .or_else(|| self.article(heard, library, viewer, encoder))
            .or_else(|| self.missing(heard, &lower))?;
        self.remember(&offer);
        let number = self.outcomes.shown;
        self.outcomes.shown += 1;
        self.last = Some(heard.at);
        Some(self.shown.insert(Suggestion { number, offer, why, turn: heard.turn, since: heard.at }))
    }

    fn tick(&mut self, turn: usize, lower: &str) {
        for checklist in &self.checklists {
            for step in &checklist.steps {
                let known = |tick: &Tick| tick.checklist == checklist.name && tick.step == step.name;
                if self.ticks.iter().any(known) {
                    continue;
                }
                if let Some(span) = step.done_by(lower) {
                    let (checklist, step) = (checklist.name.clone(), step.name.clone());
                    self.ticks.push(Tick { checklist, step, turn, span });
                }
            }
        }
        let ticks = &self.ticks;
        let done = |offer: &Offer| match offer {
            Offer::Step { checklist, step } => {
                ticks.iter().any(|tick| (&tick.checklist, &tick.step) == (checklist, step))
            }
            _ => false,
        };
        // Who does what is suggested has accepted it.
        if self.shown.take_if(|shown| done(&shown.offer)).is_some() {
            self.outcomes.accepted += 1;
        }
    }

    fn may_suggest(&self, now: Timestamp) -> bool {
        let apart = self.last.is_none_or(|last| now.duration_since(last) >= self.budget.apart);
        !self.quiet && self.shown.is_none() && apart && self.outcomes.shown < self.budget.per_call
    }

    fn calm(&self, heard: &Heard<'_>, lower: &str) -> Option<(Offer, Why)> {
        if heard.party != Party::Customer {
            return None;
        }
        let agitation = heard.agitation.unwrap_or_else(|| Share::new(score::emotions(heard.text).anger));
        let situation =
            (agitation.get() >= UPSET).then(|| self.situations.iter().find(|one| one.fits(lower)))??;
        let new = !self.calmed.contains(&situation.name);
        new.then(|| (Offer::Calm { situation: situation.name.clone() }, Why::Upset { agitation }))
    }

    fn article(
        &self,
        heard: &Heard<'_>,
        library: &Library,
        viewer: &Viewer,
        encoder: Option<&mut Encoder>,
    ) -> Option<(Offer, Why)> {
        if heard.party != Party::Customer || heard.text.len() < SHORT {
            return None;
        }
        let text = last_words(heard.text);
        let hits = library.search(&Query { text, typing: false, limit: 1 }, viewer, encoder);
        let hit =
            hits.into_iter().find(|hit| Hit::answers(hit) && !self.articles.contains(&hit.article.id))?;
        let quote = hit.passage.text[hit.quote.clone()].to_owned();
        let offer = Offer::Article { id: hit.article.id.clone(), version: hit.article.version, quote };
        Some((offer, Why::Asked { words: hit.words, meaning: hit.meaning }))
    }

    fn missing(&self, heard: &Heard<'_>, lower: &str) -> Option<(Offer, Why)> {
        let ending = is_goodbye(heard.party, lower);
        self.checklists.iter().find_map(|checklist| {
            checklist.steps.iter().find_map(|step| {
                let due = match (step.at, step.after) {
                    (Some(At::Goodbye), _) if ending => Why::Ending,
                    (None, Some(after)) if self.agent_turns > after => {
                        Why::NotYet { turns: self.agent_turns }
                    }
                    _ => return None,
                };
                let name = (checklist.name.clone(), step.name.clone());
                let known = |tick: &Tick| tick.checklist == name.0 && tick.step == name.1;
                if self.ticks.iter().any(known) || self.steps.contains(&name) {
                    return None;
                }
                Some((Offer::Step { checklist: name.0, step: name.1 }, due))
            })
        })
    }

    fn remember(&mut self, offer: &Offer) {
        match offer {
            Offer::Article { id, .. } => self.articles.insert(id.clone()),
            Offer::Step { checklist, step } => self.steps.insert((checklist.clone(), step.clone())),
            Offer::Calm { situation } => self.calmed.insert(situation.clone()),
        };
    }
}

/// The end of a long turn: what is asked stands there.
fn last_words(text: &str) -> &str {
    let from = text
        .char_indices()
        .rev()
        .filter(|(_, c)| c.is_whitespace() || calmline_language::is_han(*c))
        .nth(ASKED);
    from.map_or(text, |(at, _)| &text[at..])
}

/// Whether the caller takes leave.
fn is_goodbye(party: Party, lower: &str) -> bool {
    let words = [
        "bye",
        "that's all",
        "that's it",
        "that is all",
        "thank you so much",
        "have a good",
        "have a nice",
        "再见",
        "拜拜",
        "没有了",
        "没别的",
        "那就这样",
        "先这样",
        "挂了",
    ];
    party == Party::Customer && words.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests;
