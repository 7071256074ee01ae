//! One's own hard call as a scenario: a draft that its author goes on with.
//!
//! The caller's turns become lines by how heated their words were; what the agent asked and the caller then answered becomes a fact,
//! what the agent offered becomes a goal. Every turn is redacted once more on the way, so that a draft holds no personal data even
//! where the text that came in did.

use std::fmt::Write;

use calmline_core::{Share, catalog::Lang};
use calmline_language::{redact, score};

use super::{lines::Stock, scenario::Scenario};
use crate::{
    acts::{Act, read},
    file::FileError,
};

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The agent.
    Agent,
    /// The caller.
    Caller,
}

/// A turn of the call: redacted words and, for the caller's, how activated the voice was where that was sensed.
#[derive(Clone)]
pub struct Said {
    /// Whose turn.
    pub speaker: Speaker,
    /// The words.
    pub text: String,
    /// Arousal of the caller's voice; never of the agent's.
    pub arousal: Option<Share>,
}

impl std::fmt::Debug for Said {
    /// Never what was said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Said({:?}, {} bytes)", self.speaker, self.text.len())
    }
}

/// Why a call is no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Too few turns of the caller.
    #[error("utterances: the caller has {found} turns with words; a scenario needs at least {}", LEAST)]
    TooShort {
        /// How many there are.
        found: usize,
    },
    /// Nothing that the agent offered.
    #[error(
        "utterances: no turn of the agent offers anything; add what would have helped as a turn of the agent"
    )]
    NoOffer,
    /// The draft does not play.
    #[error("the draft: {0}")]
    Draft(#[from] FileError),
}

/// The fewest turns of a caller.
const LEAST: usize = 3;
/// As many facts and goals are taken from a call.
const MOST: usize = 4;

/// A scenario's file from a call, which [`Scenario::parse`] reads.
///
/// # Errors
/// Where the call is too short, or the agent offered nothing.
pub fn import(id: &str, title: &str, lang: Lang, call: &[Said]) -> Result<String, ImportError> {
    let call: Vec<Said> = call.iter().map(clean).filter(|said| !said.text.is_empty()).collect();
    let caller: Vec<&Said> = call.iter().filter(|said| said.speaker == Speaker::Caller).collect();
    if caller.len() < LEAST {
        return Err(ImportError::TooShort { found: caller.len() });
    }
    let facts = pairs(&call, Act::Ask, lang);
    let goals = pairs(&call, Act::Offer, lang);
    if goals.is_empty() {
        return Err(ImportError::NoOffer);
    }
    let mut draft = head(id, title, lang, &caller);
    for (n, pair) in facts.iter().enumerate() {
        let (keys, ask) = (list(&pair.words), quote(&pair.agent));
        let _ = write!(
            draft,
            "\n[[fact]]\nkey = \"fact_{}\"\nlabel = {ask}\nasked_by = {keys}\nask = {ask}\n",
            n + 1
        );
        let _ = writeln!(draft, "lines = {}", list(&two(vec![pair.caller.clone()], lang, "heard")));
    }
    for (n, pair) in goals.iter().enumerate() {
        let (keys, better) = (list(&pair.words), quote(&pair.agent));
        let _ = write!(
            draft,
            "\n[[goal]]\nkey = \"goal_{}\"\nlabel = {better}\nmet_by = {keys}\nbetter = {better}\n",
            n + 1
        );
        let _ = writeln!(draft, "lines = {}", list(&two(vec![pair.caller.clone()], lang, "heard")));
    }
    draft.push_str(&tail(lang, &caller));
    Scenario::parse(&draft)?;
    Ok(draft)
}

fn clean(said: &Said) -> Said {
    Said { text: redact(said.text.trim()).text, ..said.clone() }
}

/// How heated a turn of the caller was, 0 to 1: from words, and the voice where it is known.
fn heat(said: &Said) -> f64 {
    let emotions = score::emotions(&said.text);
    let words = emotions.anger.max(emotions.distress()).max(score::abuse(&said.text));
    let mood = (-score::sentiment(&said.text)).max(0.0) * 0.7;
    words.max(mood).max(said.arousal.map_or(0.0, Share::get))
}

/// Something of the agent with the act, and the caller's next turn.
struct Pair {
    agent: String,
    caller: String,
    words: Vec<String>,
}

fn pairs(call: &[Said], act: Act, lang: Lang) -> Vec<Pair> {
    call.windows(2)
        .filter(|two| two[0].speaker == Speaker::Agent && two[1].speaker == Speaker::Caller)
        .filter(|two| read(&two[0].text).iter().any(|found| found.act == act))
        .map(|two| Pair {
            agent: two[0].text.clone(),
            caller: two[1].text.clone(),
            words: salient(&two[0].text, lang),
        })
        .filter(|pair| !pair.words.is_empty())
        .take(MOST)
        .collect()
}

/// Words that a question or an offer is about: Latin words of five letters and more, pairs of Chinese characters without those that
/// only hold a sentence together.
fn salient(text: &str, lang: Lang) -> Vec<String> {
    const LATIN: [&str; 14] = [
        "could", "would", "please", "there", "about", "which", "right", "where", "thank", "sorry", "again",
        "what's", "before", "going",
    ];
    const HAN: &str = "我您你他她的了吗呢吧啊是在有就都也和给把请问什么怎样这那一下可以能会要不没跟到为";
    let mut words: Vec<String> = match lang {
        Lang::En => text
            .to_lowercase()
            .split(|c: char| !(c.is_ascii_alphabetic() || c == '\''))
            .filter(|word| word.len() >= 5 && !LATIN.contains(word))
            .map(str::to_owned)
            .collect(),
        Lang::Zh => text
            .split(|c: char| !('\u{4e00}'..='\u{9fff}').contains(&c) || HAN.contains(c))
            .filter(|run| run.chars().count() >= 2)
            .map(|run| run.chars().take(4).collect())
            .collect(),
    };
    words.sort();
    words.dedup();
    words.truncate(8);
    words
}

fn head(id: &str, title: &str, lang: Lang, caller: &[&Said]) -> String {
    let hottest = caller.iter().map(|said| heat(said)).fold(0.0, f64::max);
    let abusive = caller.iter().any(|said| score::abuse(&said.text) >= score::ABUSIVE);
    let distressed = caller.iter().any(|said| {
        let emotions = score::emotions(&said.text);
        emotions.distress() > emotions.anger && emotions.distress() >= 0.5
    });
    let temper = if abusive {
        "abusive"
    } else if distressed {
        "distressed"
    } else {
        "irritable"
    };
    let (language, name, about) = match lang {
        Lang::En => ("en", "Caller", "From a call of one's own."),
        Lang::Zh => ("zh", "来电者", "来自自己接过的一通电话。"),
    };
    let opening: Vec<String> = caller.iter().take(2).map(|said| said.text.clone()).collect();
    format!(
        "id = {}\nversion = 1\nlanguage = \"{language}\"\ntopic = \"other\"\ndifficulty = 2\ntitle = {title}\nbrief = {title}\n\
         opening = {}\n\n[caller]\nname = \"{name}\"\nabout = \"{about}\"\ntemper = \"{temper}\"\nheat = {:.0}\npatience = 20\n",
        quote(id),
        list(&opening),
        40.0 + 40.0 * hottest.min(1.0),
        title = quote(title),
    )
}

fn tail(lang: Lang, caller: &[&Said]) -> String {
    let mut by_heat: Vec<(f64, String)> = caller.iter().map(|said| (heat(said), said.text.clone())).collect();
    by_heat.sort_by(|a, b| a.0.total_cmp(&b.0));
    let third = by_heat.len().div_ceil(3);
    let of = |from: usize| -> Vec<String> {
        by_heat.iter().skip(from * third).take(third).map(|(_, text)| text.clone()).collect()
    };
    let last = caller.last().map(|said| said.text.clone()).into_iter().collect::<Vec<_>>();
    format!(
        "\n[lines]\ncalm = {}\nupset = {}\nboiling = {}\n\n[ending]\nresolved = {}\nlost = {}\n",
        list(&two(of(0), lang, "heard")),
        list(&two(of(1), lang, "repeated")),
        list(&two(of(2), lang, "dismissed")),
        list(&two(last.clone(), lang, "heard")),
        list(&two(last, lang, "dismissed")),
    )
}

/// At least two lines: what is missing comes from the stock.
fn two(mut lines: Vec<String>, lang: Lang, kind: &str) -> Vec<String> {
    for line in Stock::of(lang).caller(kind) {
        if lines.len() < 2 {
            lines.push(line.clone());
        }
    }
    lines
}

fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", "))
}
