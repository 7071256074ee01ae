//! Fills in a scorecard from a transcript.

use calmline_core::{Party, Share, event::WordSigns};

use super::{
    answer::{Answer, Answered, Asks, Score},
    rules::{self, Call},
    scorecard::{Kind, Question, Rule, Scorecard},
};

/// An utterance of a call.
#[derive(Clone, PartialEq)]
pub struct Utterance {
    /// Who spoke.
    pub party: Party,
    /// What was said, redacted.
    pub text: String,
    /// What the caller's words showed, where that was read. An agent's is not looked at.
    pub signs: Option<WordSigns>,
}

impl std::fmt::Debug for Utterance {
    /// Never what was said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Utterance({:?}, {} bytes)", self.party, self.text.len())
    }
}

/// Answers every question that a rule can answer; below the scorecard's confidence, for every *no* that would fail the call, and where
/// there is no rule, it asks a person.
#[must_use]
pub fn score(card: &Scorecard, utterances: &[Utterance]) -> Score {
    let call = Call::read(utterances);
    let answers = card.questions.value.iter().map(|question| answer(card, question, &call)).collect();
    Score { scorecard: card.id.clone(), version: card.version, answers }
}

fn answer(card: &Scorecard, question: &Question, call: &Call<'_>) -> Answered {
    let found = match question.rule {
        Rule::Person => None,
        Rule::Greeting => Some(rules::greeting(call)),
        Rule::IdentityCheck => Some(rules::identity(call)),
        Rule::Phrases => question.phrases.as_ref().map(|phrases| rules::phrases(call, phrases)),
        Rule::Recap => Some(rules::recap(call)),
        Rule::Empathy => Some(rules::empathy(call)),
        Rule::Politeness => Some(rules::politeness(call)),
        Rule::Explanation => Some(rules::explanation(call)),
        Rule::Offer => Some(rules::offer(call)),
        Rule::Respect => Some(rules::respect(call)),
    };
    let key = question.key.value.clone();
    let Some(found) = found else {
        let confidence = Share::new(0.0);
        return Answered {
            question: key,
            answer: None,
            confidence,
            evidence: Vec::new(),
            asks: Some(Asks::Judgement),
        };
    };
    let asks = if question.kind == Kind::AutoFail && found.answer == Answer::No {
        Some(Asks::AutoFail)
    } else if found.confidence < card.confidence.value {
        Some(Asks::Unsure)
    } else {
        None
    };
    Answered {
        question: key,
        answer: Some(found.answer),
        confidence: Share::new(found.confidence),
        evidence: found.evidence,
        asks,
    }
}
