//! What the demo shows, and how it ends.

use std::{collections::BTreeSet, ffi::OsStr, os::unix::fs::PermissionsExt, time::Duration};

use calmline_core::{Body, CallId, Event, Party};
use serde_json::Value;

use super::{PATIENCE, Show, folders, log};
use crate::program::{Outcome, run, words};

/// The story's own length: the demo ends after it.
const STORY: Duration = Duration::from_secs(3 * 60 + 30);

/// Whether all that the story promises was decided: a prompt, a break that was offered, accepted and confirmed, and an
/// alert.
fn all_seen(decisions: &[Value]) -> bool {
    let any = |kind: &str, wanted: &dyn Fn(&Value) -> bool| {
        decisions.iter().any(|line| line["kind"] == kind && wanted(&line["data"]))
    };
    let began = |accepted: &Value| any("break.began", &|began| began["offer"] == accepted["offer"]);
    any("prompt.shown", &|_| true)
        && any("break.answered", &|answer| answer["answer"] == "accepted" && began(answer))
        && any("alert.raised", &|alert| alert["reason"]["code"] == "alert.agitated_caller")
}

/// Calls that were heard to their end, with speech of the caller's, in which nothing had to be said.
fn calm_calls(log: &[Event]) -> usize {
    let calls = |wanted: &dyn Fn(&Body) -> bool| -> BTreeSet<&CallId> {
        log.iter().filter(|event| wanted(&event.body)).filter_map(|event| event.body.call()).collect()
    };
    let ended = calls(&|body| matches!(body, Body::CallEnded { .. }));
    let prompted = calls(&|body| matches!(body, Body::PromptShown { .. }));
    let heard = calls(
        &|body| matches!(body, Body::LegClosed { party: Party::Customer, lost: 0, speech_s: Some(speech), .. } if *speech > 5.0),
    );
    heard.into_iter().filter(|call| ended.contains(call) && !prompted.contains(call)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_minutes_show_a_calm_call_a_prompt_a_break_and_an_alert() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let arguments =
        words([&"--json", &"--minutes", &"3", &"--agents", &"8", &"--seed", &"3", &"--data", &data]);
    let mut show = Show::start(arguments, &[])?;
    show.until(STORY, |show| Ok(all_seen(&show.decisions()?)))?;
    show.signal("-TERM")?;
    let (status, said) = show.ended()?;
    assert!(status.success(), "{status}: {said}");
    assert!(said.contains("What the product did") && said.contains("alerts to the supervisor"), "{said}");
    assert!(calm_calls(&log(&data).await?) > 0, "no call was heard to its end without a prompt");
    let again = run(words([&"replay", &"--log", &data, &"--json"]))?.json()?;
    assert_eq!(again["same"], true, "{again}");
    Ok(())
}

/// Runs a demo without `--data` until something holds, and ends it by a signal: in order, and nothing is left.
fn ended_by(signal: &str, when: impl Fn(&Show, usize) -> bool) -> anyhow::Result<String> {
    let place = tempfile::tempdir()?;
    let set: [(&str, &OsStr); 1] = [("TMPDIR", place.path().as_os_str())];
    let mut show = Show::start(["--agents", "4", "--minutes", "10"], &set)?;
    show.until(PATIENCE, |show| Ok(when(show, folders(place.path())?.len())))?;
    for folder in folders(place.path())? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(name.starts_with("calmline-demo-"), "{name}");
        assert!(!name.contains(&show.child.id().to_string()), "{name} can be guessed");
        assert_eq!(folder.metadata()?.permissions().mode() & 0o777, 0o700, "{name}");
    }
    show.signal(signal)?;
    let (status, said) = show.ended()?;
    assert!(status.success(), "{signal}: {status}: {said}");
    assert_eq!(folders(place.path())?.len(), 0, "{signal} leaves something: {said}");
    Ok(said)
}

#[test]
fn a_signal_ends_it_in_order_and_its_own_directory_goes() -> Outcome {
    for signal in ["-INT", "-TERM"] {
        let running = |show: &Show, folders: usize| {
            folders == 1 && show.err.now().iter().any(|line| line.contains("Look around"))
        };
        let said = ended_by(signal, running)?;
        assert!(said.contains("What the product did"), "{said}");
        assert!(said.contains("calmline demo --data DIR"), "{said}");
    }
    Ok(())
}

#[test]
fn a_signal_while_it_is_set_up_leaves_nothing_either() -> Outcome {
    for signal in ["-INT", "-TERM"] {
        ended_by(signal, |_, folders| folders == 1)?;
    }
    Ok(())
}
