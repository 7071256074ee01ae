//! Who works on the floor, and which queues they serve.

use calmline_core::{AgentId, IdError, QueueId, catalog::Lang};

use crate::script::Topic;

/// An agent as the contact centre's own books have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCard {
    /// By which name the phone platform knows them.
    pub id: AgentId,
    /// The team, counted from 1; a team has up to ten agents of one language.
    pub team: usize,
    /// The language they serve in.
    pub lang: Lang,
    /// What they know about.
    pub topics: Vec<Topic>,
    /// Their voice.
    pub voice: u32,
}

/// A queue's name: topic and language.
///
/// # Errors
/// Never in practice: every such name is a fit id.
pub fn queue_name(topic: Topic, lang: Lang) -> Result<QueueId, IdError> {
    QueueId::new(format!("{}-{}", topic.as_str(), language_code(lang)))
}

/// ISO 639-1 code.
#[must_use]
pub fn language_code(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    }
}

/// From this many agents of a language on, each knows two topics; below it, everybody knows all.
const SPECIALISTS_FROM: usize = 12;
const TEAM: usize = 10;

/// A floor of agents, `chinese` of them (a share from 0 to 1) serving in Chinese; the rest in English.
pub(crate) fn roster(agents: usize, chinese: f64) -> Result<Vec<AgentCard>, IdError> {
    let share = if chinese.is_nan() { 0.0 } else { chinese.clamp(0.0, 1.0) };
    let zh = (agents as f64 * share).round() as usize;
    let mut cards = Vec::with_capacity(agents);
    let mut team = 0;
    for (lang, count) in [(Lang::En, agents - zh), (Lang::Zh, zh)] {
        for index in 0..count {
            if index % TEAM == 0 {
                team += 1;
            }
            let number = cards.len() + 1;
            let topics = if count < SPECIALISTS_FROM {
                Topic::ALL.to_vec()
            } else {
                vec![Topic::ALL[index % 4], Topic::ALL[(index + 1) % 4]]
            };
            let id = AgentId::new(format!("agent-{number:03}"))?;
            // Agents' voices are numbered apart from callers'.
            cards.push(AgentCard { id, team, lang, topics, voice: 1_000 + number as u32 });
        }
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_is_served_has_all_its_topics_covered() {
        for agents in 0..90 {
            for chinese in [0.0, 0.3, 0.5, 1.0, f64::NAN] {
                let cards = roster(agents, chinese).unwrap();
                assert_eq!(cards.len(), agents);
                for lang in [Lang::En, Lang::Zh] {
                    let mut served = cards.iter().filter(|c| c.lang == lang).peekable();
                    if served.peek().is_none() {
                        continue;
                    }
                    let known: Vec<Topic> = served.flat_map(|c| c.topics.iter().copied()).collect();
                    assert!(Topic::ALL.iter().all(|t| known.contains(t)), "{agents} {chinese} {lang:?}");
                }
            }
        }
    }
}
