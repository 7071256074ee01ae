//! The lists of wordings, compiled.

use std::{ops::Range, sync::LazyLock};

use calmline_language::language_of;
use regex::{Regex, RegexSet};

use super::Act;

static EN: LazyLock<Patterns> = LazyLock::new(|| Patterns::build(include_str!("../../data/acts/en.txt")));
static ZH: LazyLock<Patterns> = LazyLock::new(|| Patterns::build(include_str!("../../data/acts/zh.txt")));

/// One language's wordings.
pub(super) struct Patterns {
    set: RegexSet,
    each: Vec<Wording>,
}

struct Wording {
    act: Act,
    regex: Regex,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is the act.
    Is,
    /// It is the act where the sentence does nothing else.
    Alone,
    /// It takes the act out of the sentence.
    Denies,
    /// Hits that begin within it do not count.
    Masks,
}

impl Patterns {
    /// Those of the language that most of the text is in.
    pub fn of(text: &str) -> &'static Self {
        if language_of(text) == Some("zh") { &ZH } else { &EN }
    }

    /// Lines `ACT EXPRESSION`, with a mark before the act for its role. A broken line is left out; a test says that none is.
    fn build(list: &str) -> Self {
        let each: Vec<Wording> = lines(list).filter_map(wording).collect();
        let set =
            RegexSet::new(each.iter().map(|one| one.regex.as_str())).unwrap_or_else(|_| RegexSet::empty());
        Self { set, each }
    }

    /// The acts in one sentence and where each stands first.
    pub fn find(&self, sentence: &str) -> Vec<(Act, Range<usize>)> {
        let fits: Vec<&Wording> = self.set.matches(sentence).iter().map(|at| &self.each[at]).collect();
        let mut found: Vec<(Act, Range<usize>)> = Vec::new();
        for role in [Role::Is, Role::Alone] {
            if role == Role::Alone && !found.is_empty() {
                break;
            }
            for one in fits.iter().filter(|one| one.role == role) {
                if found.iter().all(|(act, _)| *act != one.act)
                    && let Some(span) = counting(one, &fits, sentence)
                {
                    found.push((one.act, span));
                }
            }
        }
        settle(&mut found);
        found
    }
}

/// Where a wording stands first, unless something takes it out.
fn counting(one: &Wording, fits: &[&Wording], sentence: &str) -> Option<Range<usize>> {
    let against = |role| fits.iter().filter(move |other| other.act == one.act && other.role == role);
    if against(Role::Denies).next().is_some() {
        return None;
    }
    let masks: Vec<Range<usize>> =
        against(Role::Masks).flat_map(|mask| mask.regex.find_iter(sentence)).map(|hit| hit.range()).collect();
    let free = |hit: &Range<usize>| !masks.iter().any(|mask| mask.contains(&hit.start));
    one.regex.find_iter(sentence).map(|hit| hit.range()).find(free)
}

/// What hurts or recaps in the form of a question does not ask, and a limit that is set is not brushing aside.
fn settle(found: &mut Vec<(Act, Range<usize>)>) {
    let has =
        |wanted: &[Act], found: &[(Act, Range<usize>)]| found.iter().any(|(act, _)| wanted.contains(act));
    if Act::ALL
        .into_iter()
        .any(|act| (act.is_harsh() || act == Act::Recap || act == Act::Limit) && has(&[act], found))
    {
        found.retain(|(act, _)| *act != Act::Ask);
    }
    if has(&[Act::Limit], found) {
        found.retain(|(act, _)| *act != Act::Dismiss);
    }
}

fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn wording(line: &str) -> Option<Wording> {
    let (name, expression) = line.split_once(' ')?;
    let role = match name.as_bytes().first()? {
        b'!' => Role::Denies,
        b'~' => Role::Masks,
        b'?' => Role::Alone,
        _ => Role::Is,
    };
    let act = Act::ALL.into_iter().find(|act| act.as_str() == name.trim_start_matches(['!', '~', '?']))?;
    let regex = Regex::new(&format!("(?i){}", expression.replace('\'', "['’]?"))).ok()?;
    Some(Wording { act, regex, role })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_both_lists_is_read() {
        for (list, built) in
            [(include_str!("../../data/acts/en.txt"), &EN), (include_str!("../../data/acts/zh.txt"), &ZH)]
        {
            let broken: Vec<&str> = lines(list).filter(|line| wording(line).is_none()).collect();
            assert!(broken.is_empty(), "{broken:#?}");
            assert_eq!(built.set.len(), lines(list).count());
        }
    }
}
