//! What a sentence is to a summary, by its wording: the lists in `cues/`.

use std::sync::LazyLock;

use calmline_core::{Party, catalog::Lang};
use calmline_language::half_width;
use regex::Regex;

use super::Kind;

static EN: LazyLock<Cues> = LazyLock::new(|| Cues::read(include_str!("../../cues/en.txt")));
static ZH: LazyLock<Cues> = LazyLock::new(|| Cues::read(include_str!("../../cues/zh.txt")));

/// The patterns of one language.
struct Cues {
    says: Vec<(Kind, Option<Party>, Regex)>,
    not: Vec<(Kind, Regex)>,
}

/// How many patterns make a sentence of this kind; 0 where it is none.
pub(super) fn strength(kind: Kind, party: Party, text: &str, language: Lang) -> usize {
    let cues = match language {
        Lang::En => &*EN,
        Lang::Zh => &*ZH,
    };
    let text: String = text.trim_end_matches(['.', '。', ' ']).chars().map(half_width).collect();
    // Placeholders such as [PHONE_1] are told by their capitals; all else is read in lower case.
    let lower = text.to_lowercase();
    let matches = |pattern: &Regex| pattern.is_match(&lower) || pattern.is_match(&text);
    if cues.not.iter().any(|(of, pattern)| *of == kind && matches(pattern)) {
        return 0;
    }
    let by = |said: &Option<Party>| said.is_none_or(|said| said == party);
    cues.says.iter().filter(|(of, said, pattern)| *of == kind && by(said) && matches(pattern)).count()
}

impl Cues {
    fn read(list: &str) -> Self {
        let mut cues = Self { says: Vec::new(), not: Vec::new() };
        for line in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.splitn(3, ' ');
            let (Some(first), Some(second), Some(pattern)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let Ok(pattern) = Regex::new(pattern) else { continue };
            match (kind(first), kind(second)) {
                (Some(kind), _) => cues.says.push((kind, party(second), pattern)),
                (None, Some(kind)) => cues.not.push((kind, pattern)),
                (None, None) => {}
            }
        }
        cues
    }
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "request" => Kind::Request,
        "fact" => Kind::Fact,
        "done" => Kind::Done,
        "promise" => Kind::Promise,
        "next" => Kind::NextStep,
        _ => return None,
    })
}

fn party(word: &str) -> Option<Party> {
    Party::ALL.into_iter().find(|party| party.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_both_lists_is_a_pattern() {
        for (list, cues) in
            [(include_str!("../../cues/en.txt"), &*EN), (include_str!("../../cues/zh.txt"), &*ZH)]
        {
            let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
            assert_eq!(cues.says.len() + cues.not.len(), lines);
        }
    }
}
