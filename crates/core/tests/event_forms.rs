//! The forms in which events are stored. A log is read for ever: a line here may be added, and never changed.

use std::collections::BTreeSet;

use calmline_core::Body;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const FORMS: &str = include_str!("event_forms.jsonl");

#[test]
fn every_stored_form_is_read_and_written_again_as_it_was() -> Outcome {
    for line in FORMS.lines() {
        let body: Body = serde_json::from_str(line).map_err(|e| format!("{line}: {e}"))?;
        assert_eq!(serde_json::to_string(&body)?, line);
        assert!(line.starts_with(&format!(r#"{{"type":"{}","#, body.kind())), "{line}");
    }
    Ok(())
}

#[test]
fn every_kind_of_event_has_a_form() -> Outcome {
    let refused = serde_json::from_str::<Body>(r#"{"type":"no.such","data":{}}"#);
    let refused = refused.err().ok_or("a kind that does not exist was read")?.to_string();
    // serde names the kinds that it knows: the only list of them that cannot be forgotten.
    let known: BTreeSet<&str> = refused.split('`').skip(3).step_by(2).collect();
    let formed = FORMS.lines().map(|line| Ok(serde_json::from_str::<Body>(line)?.kind()));
    assert_eq!(formed.collect::<Result<BTreeSet<_>, serde_json::Error>>()?, known);
    Ok(())
}
