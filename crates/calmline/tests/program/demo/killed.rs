//! A demo that is killed again and again on one directory: it goes on each time, and loses nothing that was acknowledged.

use std::{collections::HashMap, ffi::OsStr, path::Path, time::Duration};

use anyhow::{Context, bail};
use calmline_core::{Body, Draft, EventId, SiteId, Timestamp};
use serde_json::Value;

use super::{PATIENCE, Show, log};
use crate::program::{self, Outcome, run, words};

const ROUNDS: u64 = 4;
/// Acknowledgements that are waited for in each life after everybody's state was told: calls are under way then.
const ACKNOWLEDGED: usize = 12;

fn start(data: &Path) -> anyhow::Result<Show> {
    let arguments = words([&"--json", &"--minutes", &"10", &"--agents", &"6", &"--data", &data]);
    Show::start(arguments, &[("CALMLINE_LOG", OsStr::new("calmline::command::demo=debug"))])
}

/// The events that the generator was told are taken, by the process's own log.
fn acknowledged(lines: &[String]) -> anyhow::Result<Vec<EventId>> {
    let mut events = Vec::new();
    for line in lines.iter().filter(|line| line.contains("work events acknowledged")) {
        let field = |name: &str| -> anyhow::Result<&str> {
            let rest = line.split_once(&format!("{name}=")).with_context(|| format!("no {name}: {line}"))?.1;
            Ok(rest.split(' ').next().unwrap_or_default().trim_matches('"'))
        };
        let (site, source) = (SiteId::new(field("site")?)?, field("source")?);
        for number in field("from")?.parse::<u64>()?..=field("to")?.parse()? {
            let id = number.to_string();
            let told = Draft::told(site.clone(), source, &id, Timestamp::UNIX_EPOCH, Body::TimerFired {});
            events.push(told.id);
        }
    }
    Ok(events)
}

/// One life of the demo: it is killed while calls are under way.
fn life(data: &Path, round: u64) -> anyhow::Result<(Vec<EventId>, Vec<Value>)> {
    let mut show = start(data)?;
    let told = |show: &Show| show.err.now().iter().filter(|line| line.contains("acknowledged")).count();
    show.until(PATIENCE, |show| Ok(told(show) > ACKNOWLEDGED))?;
    // Moments that have nothing to do with the commits.
    std::thread::sleep(Duration::from_millis((round * 7_919 + u64::from(std::process::id())) % 631));
    show.signal("-KILL")?;
    let status = show.child.wait()?;
    if status.success() {
        bail!("it ended before it was killed");
    }
    // The threads that read what it said come to the end of it.
    std::thread::sleep(Duration::from_millis(200));
    Ok((acknowledged(&show.err.now())?, show.decisions()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_a_demo_goes_on_and_loses_no_acknowledged_event() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (mut taken, mut decided) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (more, decisions) = life(&data, round)?;
        assert!(more.len() > ACKNOWLEDGED, "round {round} acknowledged nothing, so it shows nothing");
        taken.extend(more);
        decided.extend(decisions);
    }
    // A last life is ended in order.
    let mut show = start(&data)?;
    show.until(PATIENCE, |show| Ok(show.err.now().iter().any(|line| line.contains("acknowledged"))))?;
    show.signal("-TERM")?;
    let (status, said) = show.ended()?;
    assert!(status.success(), "{status}: {said}");

    let log = log(&data).await?;
    let mut there: HashMap<EventId, usize> = HashMap::new();
    for event in &log {
        *there.entry(event.id).or_default() += 1;
    }
    let lost: Vec<_> = taken.iter().filter(|id| there.get(id) != Some(&1)).collect();
    assert!(lost.is_empty(), "{} of {} events are lost: {lost:?}", lost.len(), taken.len());
    // What was told of is in the log, too: nothing is shown before it is on disk.
    for told in &decided {
        let same = |event: &&calmline_core::Event| {
            event.body.kind() == told["kind"]
                && serde_json::to_value(event.at).ok().as_ref() == Some(&told["at"])
        };
        assert!(log.iter().any(|event| same(&event)), "told and lost: {told}");
    }
    let again = run(words([&"replay", &"--log", &data, &"--json"]))?.json()?;
    assert_eq!(again["same"], true, "{again}");
    Ok(())
}

#[test]
fn a_directory_that_no_demo_made_is_left_alone() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    program::set_up(&data, "strict")?;
    let demo = words([&"demo", &"--asr-model", &"none", &"--data", &data]);
    run(demo)?.failed(3, "is set up already, and not by a demo");
    Ok(())
}
