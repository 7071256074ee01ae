//! Recall and false redactions on turns that were written before the rules met them (`redaction.jsonl`): the floors
//! are what was reached, so a change that loses something is seen.
#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use calmline_language::redact;
use serde::Deserialize;

#[derive(Deserialize)]
struct Turn {
    text: String,
    /// What must not be left in the text.
    personal: Vec<String>,
}

fn turns() -> Vec<Turn> {
    include_str!("redaction.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Letters and digits alone: "o c o n n e l l" has the placeholder of "o'connell".
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn recall_and_false_redactions_stay_where_they_are() {
    let (mut wanted, mut found, mut innocent, mut harmed) = (0, 0, 0, 0);
    for turn in turns() {
        let out = redact(&turn.text);
        for personal in &turn.personal {
            assert!(turn.text.contains(personal), "the set is wrong: {personal:?} is not in {:?}", turn.text);
            wanted += 1;
            // All of it must be gone; part of a number left over is a leak.
            let gone = out.originals.iter().any(|(_, original)| bare(original).contains(&bare(personal)));
            found += i32::from(gone);
            if !gone {
                eprintln!("left: {personal:?} in {:?}", out.text);
            }
        }
        if turn.personal.is_empty() {
            innocent += 1;
            harmed += i32::from(out.text != turn.text);
            if out.text != turn.text {
                eprintln!("harmed: {:?} became {:?}", turn.text, out.text);
            }
        }
    }
    eprintln!("found {found} of {wanted}, harmed {harmed} of {innocent}");
    assert!(found >= RECALL_FLOOR, "found only {found} of {wanted}");
    assert!(harmed <= HARM_CEILING, "harmed {harmed} of {innocent}");
}

/// Of 124. A name that is repeated without its cue counts as found; it stays where it is repeated.
const RECALL_FLOOR: i32 = 124;
/// Of 67.
const HARM_CEILING: i32 = 0;
