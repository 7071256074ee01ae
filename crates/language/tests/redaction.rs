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

/// A turn of `redaction_en.txt` or `redaction_zh.txt`, where braces stand around what is personal: the text without
/// them, and what stood in them.
fn marked(line: &str) -> (String, Vec<&str>) {
    let personal = line.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(inside, _)| inside);
    (line.replace(['{', '}'], ""), personal.collect())
}

/// Written before the rules met them: pieces found whole of all, and replaced pieces that are not personal.
fn met_first(list: &str) -> [usize; 4] {
    let [mut pieces, mut found, mut replaced, mut wrong] = [0; 4];
    for line in list.lines() {
        let (text, personal) = marked(line);
        let out = redact(&text);
        // An address in two pieces is gone as well as in one.
        let all_gone: String = out.originals.iter().map(|(_, gone)| bare(gone)).collect();
        let gone = |piece: &&&str| all_gone.contains(&bare(piece));
        pieces += personal.len();
        found += personal.iter().filter(gone).count();
        let harmless = |gone: &str| personal.iter().all(|piece| !shares(piece, gone));
        replaced += out.originals.len();
        wrong += out.originals.iter().filter(|(_, gone)| harmless(gone)).count();
    }
    [pieces, found, replaced, wrong]
}

/// Whether one holds the other, letters and digits alone.
fn shares(one: &str, other: &str) -> bool {
    let (one, other) = (bare(one), bare(other));
    one.contains(&other) || other.contains(&one)
}

#[test]
fn turns_that_the_rules_met_late_keep_their_recall_and_precision() {
    for (language, list, recall, precision) in [
        ("en", include_str!("redaction_en.txt"), 0.9, 0.95),
        ("zh", include_str!("redaction_zh.txt"), 0.9, 0.95),
    ] {
        let [pieces, found, replaced, wrong] = met_first(list);
        let turns = list.lines().count();
        eprintln!(
            "counted: personal data, {language}, {turns} turns: {found} of {pieces} pieces gone, {wrong} of {replaced} \
             replacements were harmless text"
        );
        assert!(turns >= 150 && found as f64 >= recall * pieces as f64, "{language}: {found} of {pieces}");
        assert!(
            (replaced - wrong) as f64 >= precision * replaced as f64,
            "{language}: {wrong} of {replaced}"
        );
    }
}

/// Of 124. A name that is repeated without its cue counts as found; it stays where it is repeated.
const RECALL_FLOOR: i32 = 124;
/// Of 67.
const HARM_CEILING: i32 = 0;
