//! What a call was about, for the wrap-up: every line rests on words of the transcript.
//!
//! [`Summary::of`] takes sentences out of the transcript by their wording (`cues/`): what was wanted, facts, what was done, what was promised
//! and until when, what comes next. A [`Line`] is made from a [`Quote`] and from nothing else, and only a [`Transcript`]
//! makes quotes: a line without evidence does not compile. What somebody else wrote, a language model say, is let in by
//! [`Summary::take`] where its quote is found in the transcript, and counted where it is not.

mod cues;
mod dates;
mod edits;
mod transcript;

use calmline_core::{Party, Share, event::Intent};
use jiff::civil::Date;

pub use self::{
    dates::due,
    edits::changed,
    transcript::{Quote, Transcript, Turn},
};

/// Lines of each kind at most. A choice: a wrap-up note is read in ten seconds.
const MOST: [(Kind, usize); 5] =
    [(Kind::Request, 2), (Kind::Fact, 4), (Kind::Done, 4), (Kind::Promise, 4), (Kind::NextStep, 3)];
/// Of the customer's sentences the first so many are looked at for what they want.
const OPENING: usize = 12;
/// A shorter sentence, in letters and Chinese characters (which count three), says nothing by itself.
const SHORT: usize = 12;

/// What a line of a summary is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What the customer wanted.
    Request,
    /// Something to know: a number, a name, a thing.
    Fact,
    /// What the agent did.
    Done,
    /// What was promised to the customer.
    Promise,
    /// What somebody is to do next.
    NextStep,
}

/// A line of a summary, with the words that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    kind: Kind,
    wording: Option<String>,
    due: Option<Date>,
    evidence: Quote<'a>,
}

impl<'a> Line<'a> {
    /// A line that says what was said.
    fn quoting(kind: Kind, evidence: Quote<'a>, day: Date) -> Self {
        let due = matches!(kind, Kind::Promise | Kind::NextStep).then(|| due(evidence.text(), day)).flatten();
        Self { kind, wording: None, due, evidence }
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The line as it is read: the words of somebody who summed up, else the quote.
    #[must_use]
    pub fn text(&self) -> &str {
        self.wording.as_deref().unwrap_or(self.evidence.text())
    }

    /// For a promise or a next step the last day that keeps it, where one was said.
    #[must_use]
    pub fn due(&self) -> Option<Date> {
        self.due
    }

    /// The words that it rests on.
    #[must_use]
    pub fn evidence(&self) -> &Quote<'a> {
        &self.evidence
    }
}

/// What somebody says about a call, and the words that they rest it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What it is about.
    pub kind: Kind,
    /// What they say.
    pub wording: String,
    /// What they say was said.
    pub quote: String,
}

/// What is known of a call besides its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The day of the call, where it took place.
    pub day: Date,
    /// What the customer wanted, as the intents read it.
    pub intent: Option<Intent>,
    /// The customer's agitation when the call began and when it ended, where it was read.
    pub mood: Option<(Share, Share)>,
}

/// What a call was about.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary<'a> {
    /// The lines, by kind and then in the order of the call.
    pub lines: Vec<Line<'a>>,
    /// What to file the call under, and how surely; none where the intents turned the call away.
    pub disposition: Option<(String, Share)>,
    /// The customer's agitation at the beginning and at the end, where it was read.
    pub mood: Option<(Share, Share)>,
    /// Lines that others wrote and whose quote is nowhere in the transcript.
    pub dropped: usize,
}

impl<'a> Summary<'a> {
    /// Sums up a call.
    #[must_use]
    pub fn of(transcript: &'a Transcript, known: &Known) -> Self {
        let sentences: Vec<Quote<'a>> =
            transcript.sentences().filter(|quote| length(quote.text()) >= SHORT).collect();
        let mut lines = Vec::new();
        let mut taken: Vec<(usize, usize)> = Vec::new();
        // Who promises does not only state a fact: of the kinds that fit, the most telling gets the sentence.
        for kind in [Kind::Request, Kind::Promise, Kind::Done, Kind::NextStep, Kind::Fact] {
            let mut fit: Vec<(usize, &Quote<'a>)> = among(&sentences, kind)
                .map(|quote| (cues::strength(kind, quote.party(), quote.text(), quote.language()), quote))
                .filter(|(strength, quote)| *strength > 0 && !taken.contains(&place(quote)))
                .collect();
            fit.sort_by_key(|(strength, quote)| (usize::MAX - strength, place(quote)));
            fit.dedup_by(|(_, a), (_, b)| a.text() == b.text());
            let most = MOST.iter().find(|(of, _)| *of == kind).map_or(0, |(_, most)| *most);
            for (_, quote) in fit.into_iter().take(most) {
                taken.push(place(quote));
                lines.push(Line::quoting(kind, quote.clone(), known.day));
            }
        }
        lines.sort_by_key(|line| (line.kind, place(&line.evidence)));
        let disposition =
            known.intent.as_ref().and_then(|intent| Some((intent.name.clone()?, intent.confidence)));
        Self { lines, disposition, mood: known.mood, dropped: 0 }
    }

    /// Lets in what somebody else wrote, line by line, where the words that they rest it on were said; drops and counts
    /// the rest.
    pub fn take(&mut self, transcript: &'a Transcript, claims: Vec<Claim>, known: &Known) {
        for claim in claims {
            let Some(evidence) = transcript.find(&claim.quote) else {
                self.dropped += 1;
                continue;
            };
            let line = Line::quoting(claim.kind, evidence, known.day);
            self.lines.push(Line { wording: Some(claim.wording), ..line });
        }
        self.lines.sort_by_key(|line| (line.kind, place(&line.evidence)));
    }

    /// The lines of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Line<'a>> {
        self.lines.iter().filter(move |line| line.kind == kind)
    }
}

/// The sentences that may be of a kind: what is wanted is said early by the customer.
fn among<'q, 'a>(sentences: &'q [Quote<'a>], kind: Kind) -> impl Iterator<Item = &'q Quote<'a>> {
    let early = kind == Kind::Request;
    let customers =
        sentences.iter().filter(move |quote| early && quote.party() != Party::Agent).take(OPENING);
    customers.chain(sentences.iter().filter(move |_| !early))
}

fn place(quote: &Quote<'_>) -> (usize, usize) {
    (quote.turn(), quote.span().start)
}

fn length(text: &str) -> usize {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| if calmline_language::is_han(c) { 3 } else { 1 })
        .sum()
}
