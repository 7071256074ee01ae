//! The assistant: one conversation about product, process and technical trouble, and kindness; without a language model.
//!
//! [`Assistant`] is told what somebody writes and gives a [`Reply`]. In this order: danger goes before all else (ask once, numbers, a
//! person); *human* always works; a runbook that is under way goes on; then runbooks by their subject, kindness, and the
//! [`Library`], quoted with its source. What is not found is said not to be known, with an offer to ask who keeps it.
//!
//! It says at the beginning that it is software, and after two hours again. For customers it sees what is public alone. What it is told is kept
//! nowhere here; who keeps it for its person is the server, sealed and erasable.

mod danger;
mod runbook;
mod words;

use std::ops::Range;

use calmline_core::{Share, Timestamp};
use calmline_language::{Redacted, embed::Encoder, redact};
use jiff::SignedDuration;

pub use self::{
    danger::{HelpLine, Site},
    runbook::{End, Network, Runbook, RunbookError},
};
use self::{
    danger::{Stage, Step},
    runbook::Asks,
    words::Words,
};
use crate::{
    knowledge::{ArticleId, Hit, Library, Query, Viewer},
    said::Both,
};

/// After so long somebody is told again that this is software (the draft rules for human-like services in China, December
/// 2025, say two hours).
const REMINDER: SignedDuration = SignedDuration::from_hours(2);

/// Words of an article, and where they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// The article.
    pub article: ArticleId,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// The headings above the passage.
    pub headings: Vec<String>,
    /// The passage.
    pub passage: String,
    /// The sentence that speaks most to the question, in bytes of the passage.
    pub quote: Range<usize>,
    /// The share of the question's words that are in it.
    pub words: Share,
}

/// What the program around is to do or to show beside the words.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Show these answers to choose from.
    Choose(Vec<Both>),
    /// Measure the network and tell [`Assistant::measured`].
    Measure,
    /// Open an exercise of the care library.
    Exercise(String),
    /// Show these numbers; with `contact` a key that rings the site's contact.
    Lines {
        /// The numbers.
        lines: Vec<HelpLine>,
        /// Whether the contact can be rung.
        contact: bool,
    },
    /// Ring the site's contact now, and tell [`Assistant::contact_answered`].
    RingContact,
    /// Hand over to a person, with what was tried so far.
    HandOver {
        /// The names of the runbook's nodes on the way, and the answers given.
        tried: Vec<String>,
    },
    /// Pass a question on, without a name, to who keeps this article; none: to who keeps all.
    Ask {
        /// Whose article is nearest.
        owner: Option<String>,
        /// The question, without personal data.
        question: Redacted,
    },
    /// Show the key that deletes the history.
    OfferForget,
    /// Open the booking of the site's counselling.
    OfferCounselling,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reply {
    /// What is said, in order.
    pub say: Vec<Both>,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// What is to be done or shown.
    pub acts: Vec<Act>,
    /// The question, where it was not known: for [`Gaps`](crate::knowledge::Gaps).
    pub unknown: Option<Redacted>,
}

/// Where the conversation is.
#[derive(Debug, Clone, Default)]
enum Course {
    /// Nothing is open.
    #[default]
    Open,
    /// In a runbook.
    Walk { runbook: usize, at: usize, tried: Vec<String> },
    /// It was offered to ask somebody, or to pass on.
    Offered { owner: Option<String>, question: Redacted },
}

/// One conversation.
#[derive(Debug, Clone)]
pub struct Assistant {
    words: Words,
    runbooks: Vec<Runbook>,
    site: Site,
    viewer: Viewer,
    course: Course,
    danger: Stage,
    /// When it was last said that this is software.
    disclosed: Option<Timestamp>,
}

impl Assistant {
    /// A new conversation. For customers there are no runbooks of the workplace and no exercises.
    ///
    /// # Errors
    /// Never, as a test shows: the words that come with Calmline can be read.
    pub fn new(runbooks: Vec<Runbook>, site: Site, viewer: Viewer) -> Result<Self, RunbookError> {
        let (course, danger) = (Course::Open, Stage::Calm);
        Ok(Self { words: Words::read()?, runbooks, site, viewer, course, danger, disclosed: None })
    }

    /// Somebody writes.
    pub fn said(
        &mut self,
        text: &str,
        library: &Library,
        encoder: Option<&mut Encoder>,
        now: Timestamp,
    ) -> Reply {
        let mut reply = Reply::default();
        self.disclose(&mut reply, now);
        let lower = text.trim().to_lowercase();
        if self.meet_danger(text, &lower, &mut reply) {
            return reply;
        }
        if self.words.means("human", &lower) {
            self.hand_over(&mut reply);
        } else if self.words.means("forget", &lower) {
            reply.say.push(self.words.say("forget", &[]));
            reply.acts.push(Act::OfferForget);
        } else if !self.go_on(text, &lower, &mut reply) && !self.staff(&lower, &mut reply) {
            self.look_up(text, library, encoder, &mut reply);
        }
        reply
    }

    /// The network was measured.
    pub fn measured(&mut self, network: Network) -> Reply {
        let mut reply = Reply::default();
        if let Course::Walk { runbook, at, tried } = &mut self.course
            && let Some(to) = self.runbooks[*runbook].nodes[*at].measured(network)
        {
            tried.push(format!("{:.0} ms, {:.1} %", network.round_trip_ms, network.loss * 100.0));
            *at = to;
            self.tell_node(&mut reply);
        }
        reply
    }

    /// The person taps the key that rings the site's contact.
    #[must_use]
    pub fn ring_contact(&self) -> Reply {
        let acts = if self.site.has_contact { vec![Act::RingContact] } else { vec![self.lines(false)] };
        Reply { acts, ..Reply::default() }
    }

    /// The site's contact was rung.
    #[must_use]
    pub fn contact_answered(&self, answered: bool) -> Reply {
        let key = if answered { "danger_answered" } else { "danger_unanswered" };
        Reply { say: vec![self.words.say(key, &[])], acts: vec![self.lines(false)], ..Reply::default() }
    }

    fn is_customer(&self) -> bool {
        self.viewer == Viewer::Customer
    }

    fn disclose(&mut self, reply: &mut Reply, now: Timestamp) {
        let key = match self.disclosed {
            None if self.is_customer() => "software_customer",
            None => "software",
            Some(last) if now.duration_since(last) >= REMINDER => "two_hours",
            Some(_) => return,
        };
        reply.say.push(self.words.say(key, &[]));
        self.disclosed = Some(now);
    }

    fn lines(&self, contact: bool) -> Act {
        Act::Lines { lines: self.site.lines.clone(), contact: contact && self.site.has_contact }
    }

    /// Whether words were about danger; then nothing else is done with them.
    fn meet_danger(&mut self, text: &str, lower: &str, reply: &mut Reply) -> bool {
        let (yes, no) = (self.words.means("yes", lower), self.words.means("no", lower));
        let Some(step) = self.danger.said(text, yes, no) else { return false };
        let mut say = |key: &str| reply.say.push(self.words.say(key, &[]));
        let mut acts = vec![self.lines(true)];
        match step {
            Step::Denied => say("danger_no"),
            _ if self.viewer == Viewer::Customer => {
                say("danger_customer");
                acts.push(Act::HandOver { tried: Vec::new() });
            }
            Step::Ask => {
                say("danger_ask");
                say("danger_lines");
            }
            Step::Imminent if self.site.rings_when_imminent && self.site.has_contact => {
                say("danger_imminent");
                acts.push(Act::RingContact);
            }
            Step::Show | Step::Imminent => {
                say("danger_lines");
                if self.site.has_contact {
                    say("danger_contact");
                }
            }
        }
        reply.acts.extend(acts);
        true
    }

    fn hand_over(&mut self, reply: &mut Reply) {
        let tried = match std::mem::take(&mut self.course) {
            Course::Walk { tried, .. } => tried,
            Course::Open | Course::Offered { .. } => Vec::new(),
        };
        reply.say.push(self.words.say("human", &[]));
        reply.acts.push(Act::HandOver { tried });
    }

    /// Goes on with what is open; whether something was.
    fn go_on(&mut self, text: &str, lower: &str, reply: &mut Reply) -> bool {
        match &mut self.course {
            Course::Open => false,
            Course::Walk { runbook, at, tried } => {
                let (runbook, from) = (*runbook, *at);
                let Some((choice, to)) = self.runbooks[runbook].nodes[from].chosen(text) else {
                    // Another subject ends the walk; anything else is asked again.
                    if self
                        .runbooks
                        .iter()
                        .enumerate()
                        .any(|(at, other)| at != runbook && other.is_asked(lower))
                    {
                        self.course = Course::Open;
                        return false;
                    }
                    reply.say.push(self.words.say("choose", &[]));
                    self.tell_node(reply);
                    return true;
                };
                let node = &self.runbooks[runbook].nodes[from];
                tried.push(format!("{}: {}", node.name, choice + 1));
                *at = to;
                self.tell_node(reply);
                true
            }
            Course::Offered { owner, question } if self.words.means("yes", lower) => {
                let (owner, question) = (owner.take(), std::mem::take(question));
                self.course = Course::Open;
                if self.is_customer() {
                    self.hand_over(reply);
                } else {
                    reply.say.push(self.words.say("asked", &[]));
                    reply.acts.push(Act::Ask { owner, question });
                }
                true
            }
            Course::Offered { .. } => {
                self.course = Course::Open;
                let no = self.words.means("no", lower);
                if no {
                    reply.say.push(self.words.say("left", &[]));
                }
                no
            }
        }
    }

    /// Says where the walk is, and what is asked there.
    fn tell_node(&mut self, reply: &mut Reply) {
        let Course::Walk { runbook, at, tried } = &self.course else { return };
        let node = &self.runbooks[*runbook].nodes[*at];
        reply.say.push(node.words.clone());
        match &node.asks {
            Asks::Choice(choices) => {
                reply.acts.push(Act::Choose(choices.iter().map(|choice| choice.words.clone()).collect()));
            }
            Asks::Network { .. } => reply.acts.push(Act::Measure),
            Asks::Nothing(end) => {
                if *end == End::Person {
                    reply.acts.push(Act::HandOver { tried: tried.clone() });
                }
                self.course = Course::Open;
            }
        }
    }

    /// What only those are offered who work here: counselling, runbooks, kindness.
    fn staff(&mut self, lower: &str, reply: &mut Reply) -> bool {
        if self.is_customer() {
            return false;
        }
        if self.words.means("counselling", lower) {
            reply.say.push(self.words.say("counselling", &[]));
            reply.acts.push(Act::OfferCounselling);
        } else if let Some(runbook) = self.runbooks.iter().position(|runbook| runbook.is_asked(lower)) {
            let tried = vec![self.runbooks[runbook].name.clone()];
            self.course = Course::Walk { runbook, at: 0, tried };
            self.tell_node(reply);
        } else if let Some(kindness) = self.words.kindness(lower) {
            reply.say.push(kindness.words.clone());
            reply.acts.push(Act::Exercise(kindness.exercise.clone()));
        } else {
            return false;
        }
        true
    }

    /// Answers from the articles, or says that it is not known.
    fn look_up(&mut self, text: &str, library: &Library, encoder: Option<&mut Encoder>, reply: &mut Reply) {
        let hits = library.search(&Query { text, typing: false, limit: 3 }, &self.viewer, encoder);
        if let Some(hit) = hits.first().filter(|hit| hit.answers()) {
            let title = Both { en: hit.article.title.clone(), zh: hit.article.title.clone() };
            reply.say.push(self.words.say("found", &[("article", &title)]));
            reply.citations.push(Citation::of(hit));
            return;
        }
        let question = redact(text);
        let owner = hits.first().and_then(|hit| hit.article.owner.clone());
        let named = owner.as_ref().map(|owner| Both { en: owner.clone(), zh: owner.clone() });
        let named = named.unwrap_or_else(|| self.words.say("somebody", &[]));
        let key = if self.is_customer() { "unknown_customer" } else { "unknown" };
        reply.say.push(self.words.say(key, &[("owner", &named)]));
        reply.unknown = Some(question.clone());
        self.course = Course::Offered { owner, question };
    }
}

impl Citation {
    fn of(hit: &Hit<'_>) -> Self {
        Self {
            article: hit.article.id.clone(),
            version: hit.article.version,
            title: hit.article.title.clone(),
            headings: hit.passage.headings.clone(),
            passage: hit.passage.text.clone(),
            quote: hit.quote.clone(),
            words: hit.words,
        }
    }
}

#[cfg(test)]
mod tests;
