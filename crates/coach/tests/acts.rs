//! How often the acts are read right, on lines of our own that were labelled before the rules were written. Odd lines helped to mend
//! the rules; even lines did not, and are what docs/practice.md tells.

#![expect(clippy::print_stdout, reason = "its figures are for docs/practice.md")]

use std::collections::BTreeSet;

use calmline_coach::acts::{Act, read};

const LETTERS: [(char, Act); 11] = [
    ('a', Act::Acknowledge),
    ('p', Act::Apologise),
    ('x', Act::Explain),
    ('q', Act::Ask),
    ('o', Act::Offer),
    ('r', Act::Recap),
    ('l', Act::Limit),
    ('b', Act::Blame),
    ('d', Act::Dismiss),
    ('i', Act::Interrupt),
    ('t', Act::TalkOver),
];

/// Counts of one act over one half.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    right: usize,
    labelled: usize,
    read: usize,
}

impl Counts {
    fn f1(self) -> f64 {
        2.0 * self.right as f64 / (self.labelled + self.read) as f64
    }
}

fn judge(list: &str, held_out: bool) -> Vec<(Act, Counts)> {
    let mut counts: Vec<(Act, Counts)> = LETTERS.iter().map(|(_, act)| (*act, Counts::default())).collect();
    for (n, line) in list.lines().filter(|line| !line.starts_with('#')).enumerate() {
        if (n % 2 == 1) != held_out {
            continue;
        }
        let (letters, text) = line.split_once('\t').expect("a label and a text");
        let wanted: BTreeSet<Act> =
            LETTERS.iter().filter(|(letter, _)| letters.contains(*letter)).map(|(_, act)| *act).collect();
        let got: BTreeSet<Act> = read(text).into_iter().map(|found| found.act).collect();
        if !held_out && wanted != got {
            println!("{letters} {text} -> {got:?}");
        }
        for (act, count) in &mut counts {
            count.labelled += usize::from(wanted.contains(act));
            count.read += usize::from(got.contains(act));
            count.right += usize::from(wanted.contains(act) && got.contains(act));
        }
    }
    counts
}

fn told(list: &str, held_out: bool) -> f64 {
    let counts = judge(list, held_out);
    for (act, count) in &counts {
        println!("{:12} {count:?} F1 {:.2}", act.as_str(), count.f1());
    }
    let all = counts.iter().fold(Counts::default(), |sum, (_, one)| Counts {
        right: sum.right + one.right,
        labelled: sum.labelled + one.labelled,
        read: sum.read + one.read,
    });
    println!("all, held out {held_out}: {all:?} F1 {:.3}", all.f1());
    all.f1()
}

#[test]
fn acts_are_read_on_lines_that_the_rules_were_not_written_from() {
    for (list, least) in [(include_str!("acts_en.tsv"), 0.7), (include_str!("acts_zh.tsv"), 0.7)] {
        assert!(list.lines().filter(|line| !line.starts_with('#')).count() >= 300);
        assert!(told(list, false) > 0.9);
        assert!(told(list, true) > least);
    }
}
