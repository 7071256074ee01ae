//! Words of somebody in danger from themselves, or of somebody who tells of such a danger.
//!
//! Recall comes before precision: a needless question costs a moment. The patterns are `lexicon/crisis_*.txt`;
//! `tests/crisis.tsv` was written before them and says what they reach.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use regex::{Regex, RegexSet};

static EN: LazyLock<Rules> = LazyLock::new(|| Rules::read(include_str!("../../lexicon/crisis_en.txt")));
static ZH: LazyLock<Rules> = LazyLock::new(|| Rules::read(include_str!("../../lexicon/crisis_zh.txt")));

/// Patterns of one language.
struct Rules {
    /// All patterns at once: most texts match none, and no more is asked then.
    any: Option<RegexSet>,
    rules: Vec<(Kind, Regex)>,
}

/// What a pattern is to the verdict; the lists explain their kinds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Says(f64),
    Weak(f64),
    Not,
    Other,
}

/// Where a normalised text speaks of such a danger, and how surely (0 to 1).
pub(super) fn find(normal: &str, has_latin: bool, has_han: bool) -> Vec<(Range<usize>, f64)> {
    let mut found = Vec::new();
    if has_latin {
        EN.find(normal, &mut found);
    }
    if has_han {
        ZH.find(normal, &mut found);
    }
    found
}

impl Rules {
    fn read(list: &str) -> Self {
        let mut pieces: HashMap<&str, &str> = HashMap::new();
        let mut patterns = Vec::new();
        for line in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("let ").and_then(|rest| rest.split_once(' ')) {
                Some((name, piece)) => {
                    pieces.insert(name, piece);
                }
                None => patterns.extend(rule(line, &pieces)),
            }
        }
        let rules: Vec<(Kind, Regex)> =
            patterns.iter().filter_map(|(kind, pattern)| Some((*kind, Regex::new(pattern).ok()?))).collect();
        Self { any: RegexSet::new(patterns.iter().map(|(_, pattern)| pattern)).ok(), rules }
    }

    fn find(&self, text: &str, found: &mut Vec<(Range<usize>, f64)>) {
        let Some(any) = &self.any else { return };
        let matches = any.matches(text);
        let matched = || matches.iter().filter_map(|at| self.rules.get(at));
        if !matched().any(|(kind, _)| matches!(kind, Kind::Says(_) | Kind::Weak(_))) {
            return;
        }
        let taken: Vec<Range<usize>> = matched()
            .filter(|(kind, _)| *kind == Kind::Not)
            .flat_map(|(_, pattern)| pattern.find_iter(text).map(|hit| hit.range()))
            .collect();
        let of_another_thing = matched().any(|(kind, _)| *kind == Kind::Other);
        for (kind, pattern) in matched() {
            let weight = match kind {
                Kind::Says(weight) => *weight,
                Kind::Weak(weight) if !of_another_thing => *weight,
                _ => continue,
            };
            let hits = pattern.find_iter(text).map(|hit| hit.range());
            found.extend(
                hits.filter(|hit| taken.iter().all(|not| hit.end <= not.start || not.end <= hit.start))
                    .map(|hit| (hit, weight)),
            );
        }
    }
}

/// A line of a list, its pieces put in.
fn rule(line: &str, pieces: &HashMap<&str, &str>) -> Option<(Kind, String)> {
    let (word, rest) = line.split_once(' ')?;
    let (kind, pattern) = match word {
        "not" => (Kind::Not, rest),
        "other" => (Kind::Other, rest),
        "weak" => {
            let (weight, pattern) = rest.split_once(' ')?;
            (Kind::Weak(weight.parse().ok()?), pattern)
        }
        weight => (Kind::Says(weight.parse().ok()?), rest),
    };
    let whole = pieces
        .iter()
        .fold(pattern.to_owned(), |pattern, (name, piece)| pattern.replace(&format!("{{{name}}}"), piece));
    Some((kind, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_both_lists_is_a_rule() {
        for (list, rules) in [
            (include_str!("../../lexicon/crisis_en.txt"), &*EN),
            (include_str!("../../lexicon/crisis_zh.txt"), &*ZH),
        ] {
            let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with(['#']));
            let wanted = lines.filter(|line| !line.starts_with("let ")).count();
            assert_eq!(rules.rules.len(), wanted);
            assert_eq!(rules.any.as_ref().map(RegexSet::len), Some(wanted));
            for (kind, _) in &rules.rules {
                assert!(
                    !matches!(kind, Kind::Says(weight) | Kind::Weak(weight) if !(0.5..=1.0).contains(weight))
                );
            }
        }
    }
}
