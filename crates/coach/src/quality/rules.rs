//! What can be seen in a transcript. Confidences are choices: high where words were found, low where only their absence speaks.

use std::{ops::Range, sync::LazyLock};

use calmline_core::{Party, event::WordSigns};
use calmline_language::{language_of, score};
use regex::Regex;

use super::{
    answer::{Answer, Evidence},
    engine::Utterance,
    scorecard::Phrases,
};
use crate::{
    acts::{Act, Found, read},
    file::any_in,
};

/// A call with the agent's acts read once for all questions.
pub(super) struct Call<'a> {
    turns: Vec<Turn<'a>>,
}

struct Turn<'a> {
    at: usize,
    utterance: &'a Utterance,
    /// An agent's; empty for a caller.
    acts: Vec<Found>,
}

/// What a rule found.
pub(super) struct Finding {
    pub answer: Answer,
    pub confidence: f64,
    pub evidence: Vec<Evidence>,
}

/// A caller is upset from so much anger or distress on, or from so negative words.
const UPSET: f64 = 0.5;
const NEGATIVE: f64 = -0.5;
/// A greeting stands within so many of the agent's first utterances.
const AT_FIRST: usize = 2;
/// A feeling is answered within so many of the agent's next utterances.
const SOON: usize = 2;
/// An agent's words that read as abuse from here on are put before a person, who decides; so recall comes first. A choice.
const DOUBTFUL: f64 = 0.5;
/// As much evidence is quoted for an answer.
const QUOTES: usize = 3;

impl<'a> Call<'a> {
    pub fn read(utterances: &'a [Utterance]) -> Self {
        let acts = |one: &Utterance| if one.party == Party::Agent { read(&one.text) } else { Vec::new() };
        let turns = utterances.iter().enumerate().map(|(at, utterance)| Turn {
            at,
            utterance,
            acts: acts(utterance),
        });
        Self { turns: turns.collect() }
    }

    fn agent(&self) -> impl DoubleEndedIterator<Item = &Turn<'a>> {
        self.turns.iter().filter(|turn| turn.utterance.party == Party::Agent)
    }

    fn caller(&self) -> impl Iterator<Item = &Turn<'a>> {
        self.turns.iter().filter(|turn| turn.utterance.party == Party::Customer)
    }

    /// Where the agent did something, in order.
    fn of(&self, act: Act) -> Vec<Evidence> {
        let spans = self.agent().flat_map(|turn| {
            turn.acts.iter().filter(move |found| found.act == act).map(|found| turn.quote(found.span.clone()))
        });
        spans.take(QUOTES).collect()
    }
}

impl Turn<'_> {
    fn quote(&self, span: Range<usize>) -> Evidence {
        Evidence { utterance: self.at, span }
    }

    fn whole(&self) -> Evidence {
        self.quote(0..self.utterance.text.len())
    }

    fn has(&self, acts: &[Act]) -> bool {
        self.acts.iter().any(|found| acts.contains(&found.act))
    }

    fn is_upset(&self) -> bool {
        let upset = |signs: &WordSigns| {
            signs.anger.get() >= UPSET || signs.distress.get() >= UPSET || signs.sentiment <= NEGATIVE
        };
        self.utterance.signs.as_ref().is_some_and(upset)
    }
}

fn finding(answer: Answer, confidence: f64, evidence: Vec<Evidence>) -> Finding {
    Finding { answer, confidence, evidence }
}

/// A list of wordings; a broken one matches nothing, and a test reads each.
fn wordings(expression: &str) -> Option<Regex> {
    Regex::new(expression).ok()
}

static GREETING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    wordings(
        r"(?i)\b(?:hello|hi|hey there|good (?:morning|afternoon|evening|day)|welcome to|thank(?:s| you) for (?:calling|ringing|holding))\b|您好|你好|早上好|上午好|下午好|晚上好|欢迎(?:致电|来电)|很高兴为您|为您服务",
    )
});
static IDENTITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    wordings(
        r"(?i)\b(?:your|the) (?:full |first |last |account |policy |order |card |phone |customer |membership )*(?:name|date of birth|birth ?date|account|post ?code|zip|security (?:code|question|word)|password|policy number|order number|last four|number|email|e-mail|address|id)\b|who am i (?:speaking|talking) (?:to|with)|verify (?:your|who)|confirm (?:your|who)|核实|验证|核对.{0,6}(?:身份|信息)|(?:您的|请问您|提供).{0,8}(?:姓名|名字|贵姓|身份证|手机号|电话|卡号|保单号|订单号|账号|地址|生日)|怎么称呼|贵姓",
    )
});
static WHY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    wordings(
        r"(?i)\bwhy\b|\bhow come\b|\bwhat(?:'s| is) going on\b|为什么|为啥|怎么回事|怎么会|凭什么|什么原因",
    )
});

fn found(list: &LazyLock<Option<Regex>>, text: &str) -> Option<Range<usize>> {
    list.as_ref().and_then(|regex| regex.find(text)).map(|hit| hit.range())
}

pub(super) fn greeting(call: &Call<'_>) -> Finding {
    let first: Vec<&Turn<'_>> = call.agent().take(AT_FIRST).collect();
    let greeted = first.iter().find_map(|turn| Some(turn.quote(found(&GREETING, &turn.utterance.text)?)));
    match greeted {
        Some(quote) => finding(Answer::Yes, 0.95, vec![quote]),
        // Recordings often begin late; a first utterance that is long shows that the beginning is there.
        None => {
            let long = first.first().is_some_and(|turn| turn.utterance.text.len() >= 30);
            finding(
                Answer::No,
                if long { 0.75 } else { 0.4 },
                first.iter().map(|turn| turn.whole()).collect(),
            )
        }
    }
}

pub(super) fn identity(call: &Call<'_>) -> Finding {
    let asked = call
        .agent()
        .filter(|turn| turn.has(&[Act::Ask, Act::Recap]) || turn.utterance.text.contains(['?', '？']));
    let quotes: Vec<Evidence> = asked
        .filter_map(|turn| Some(turn.quote(found(&IDENTITY, &turn.utterance.text)?)))
        .take(QUOTES)
        .collect();
    if quotes.is_empty() {
        // It may not have been needed; that is for a person.
        finding(Answer::No, 0.5, quotes)
    } else {
        finding(Answer::Yes, 0.85, quotes)
    }
}

pub(super) fn phrases(call: &Call<'_>, phrases: &Phrases) -> Finding {
    let said = |turn: &&Turn<'_>| {
        any_in(&turn.utterance.text, &phrases.en) || any_in(&turn.utterance.text, &phrases.zh)
    };
    match call.agent().find(said) {
        Some(turn) => finding(Answer::Yes, 0.95, vec![turn.whole()]),
        None => finding(Answer::No, 0.75, Vec::new()),
    }
}

pub(super) fn recap(call: &Call<'_>) -> Finding {
    let (recaps, offers) = (call.of(Act::Recap), call.of(Act::Offer));
    match (recaps.is_empty(), offers.is_empty()) {
        (false, _) => finding(Answer::Yes, 0.8, recaps),
        (true, true) => finding(Answer::NotApplicable, 0.7, Vec::new()),
        (true, false) => finding(Answer::No, 0.65, offers),
    }
}

pub(super) fn offer(call: &Call<'_>) -> Finding {
    let offers = call.of(Act::Offer);
    if offers.is_empty() { finding(Answer::No, 0.6, offers) } else { finding(Answer::Yes, 0.8, offers) }
}

pub(super) fn explanation(call: &Call<'_>) -> Finding {
    let asked = call.caller().find_map(|turn| Some(turn.quote(found(&WHY, &turn.utterance.text)?)));
    let explained = call.of(Act::Explain);
    match (asked, explained.is_empty()) {
        (Some(quote), true) => finding(Answer::No, 0.6, vec![quote]),
        (Some(quote), false) => finding(Answer::Yes, 0.75, [vec![quote], explained].concat()),
        (None, false) => finding(Answer::Yes, 0.7, explained),
        (None, true) => finding(Answer::NotApplicable, 0.75, Vec::new()),
    }
}

/// Moments in which the caller was upset, and whether the agent answered the feeling soon after. Several in a row are one.
pub(super) fn empathy(call: &Call<'_>) -> Finding {
    let is_read = call.caller().any(|turn| turn.utterance.signs.is_some());
    let upset: Vec<usize> = call.caller().filter(|turn| turn.is_upset()).map(|turn| turn.at).collect();
    let Some(&first) = upset.first() else {
        return finding(Answer::NotApplicable, if is_read { 0.8 } else { 0.3 }, Vec::new());
    };
    let (mut answered, mut moments, mut until) = (Vec::new(), 0, 0);
    for at in upset {
        if moments > 0 && at < until {
            continue;
        }
        let next: Vec<&Turn<'_>> = call.agent().filter(|turn| turn.at > at).take(SOON).collect();
        moments += 1;
        until = next.last().map_or(usize::MAX, |turn| turn.at);
        let kind = next.iter().find_map(|turn| {
            let found =
                turn.acts.iter().find(|found| matches!(found.act, Act::Acknowledge | Act::Apologise))?;
            Some(turn.quote(found.span.clone()))
        });
        answered.extend(kind);
    }
    let share = answered.len() as f64 / f64::from(moments);
    let answer = if share >= 0.5 { Answer::Yes } else { Answer::No };
    let evidence = if answered.is_empty() { vec![call.turns[first].whole()] } else { answered };
    // Words that are there can be quoted; that none are there may mean that the rules do not know them, so a person looks.
    let confidence = if answer == Answer::Yes { 0.6 + 0.5 * (share - 0.5) } else { 0.6 };
    finding(answer, confidence, evidence.into_iter().take(QUOTES).collect())
}

/// 3 points for plain wording; courtesies raise it, rudeness and harsh moves lower it.
pub(super) fn politeness(call: &Call<'_>) -> Finding {
    let texts: Vec<(&Turn<'_>, f64)> =
        call.agent().map(|turn| (turn, score::politeness(&turn.utterance.text))).collect();
    if texts.is_empty() {
        return finding(Answer::NotApplicable, 0.5, Vec::new());
    }
    let harsh: Vec<Evidence> = call
        .agent()
        .flat_map(|turn| {
            turn.acts.iter().filter(|one| one.act.is_harsh()).map(|one| turn.quote(one.span.clone()))
        })
        .take(QUOTES)
        .collect();
    let courteous: Vec<&(&Turn<'_>, f64)> = texts.iter().filter(|(_, reading)| *reading > 0.2).collect();
    let rude = texts.iter().filter(|(_, reading)| *reading < -0.2).count();
    let share = courteous.len() as f64 / texts.len() as f64;
    let points = match (harsh.len() + rude, share) {
        (0, 0.3..) => 5,
        (0, 0.1..) => 4,
        (0, _) => 3,
        (1, 0.1..) => 3,
        (1 | 2, _) => 2,
        _ => 1,
    };
    let quotes = courteous.iter().map(|(turn, _)| turn.whole()).take(QUOTES);
    let evidence = if harsh.is_empty() { quotes.collect() } else { harsh };
    // Few utterances say little; the middle of the scale says least.
    let enough = (texts.len() as f64 / 8.0).min(1.0);
    finding(Answer::Points(points), 0.5 + 0.3 * enough * if points == 3 { 0.5 } else { 1.0 }, evidence)
}

pub(super) fn respect(call: &Call<'_>) -> Finding {
    let insults: Vec<Evidence> = call
        .agent()
        .filter(|turn| language_of(&turn.utterance.text).is_some())
        .filter(|turn| score::abuse(&turn.utterance.text) >= DOUBTFUL)
        .map(Turn::whole)
        .take(QUOTES)
        .collect();
    if insults.is_empty() { finding(Answer::Yes, 0.95, insults) } else { finding(Answer::No, 0.8, insults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_of_wordings_is_read() {
        for (list, text) in [(&GREETING, "您好"), (&IDENTITY, "your date of birth"), (&WHY, "凭什么")] {
            assert!(found(list, text).is_some(), "{text}");
        }
    }
}
