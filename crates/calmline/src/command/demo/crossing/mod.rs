//! What crosses from the generator to the product, and that it is enough.
//!
//! A demo runs for a while over real sockets, with a tap between the two sides. Nothing but the phone platform's work
//! events, its audio, and what agents do on their own pages may come through it. Then the generator is gone: the tape is
//! stripped of every name and word in which a label could hide, and heard again by the product alone. The prompts must be
//! the same, resting on the same stretches of the same calls.

mod product;
mod tap;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use calmline_core::{AgentId, Body, CallId, Event, Party, Position, catalog::Lang, policy::Profile};
use calmline_media::RATE;
use calmline_server::live::Options;
use calmline_store::{Sqlite, Store, Upkeep as _};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use self::{
    product::{Prompt, opaque},
    tap::{Crossed, Tap},
};
use super::{Home, Stage, Voices, outside, places};
use crate::{cli::Demo, failure::Failure, said::Said};

type Outcome = anyhow::Result<()>;

/// Agents' voices are heard too, and both languages are spoken.
const PROFILE: Profile = Profile::Cn;
/// So many prompts are waited for, and no longer than this.
const PROMPTS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(170);

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    demo: Demo,
}

/// A demo as it was: the product's log, and the tape.
struct Taped {
    log: Vec<Event>,
    crossed: Vec<Crossed>,
    names: BTreeMap<AgentId, AgentId>,
}

/// Runs a demo behind a tap until it has shown some prompts.
async fn taped() -> anyhow::Result<Taped> {
    let words = ["demo", "--profile", PROFILE.as_str(), "--agents", "8", "--seed", "7"];
    let Line { demo: options } = clap::Parser::try_parse_from(words)?;
    let (home, said) = (fine(Home::of(None))?, Said::new(Lang::En, true));
    let mut stage =
        fine(Stage::set(&options, &places(options.profile), &home, Options::default(), &said).await)?;
    let tap = Tap::before(stage.url.trim_start_matches("http://")).await?;
    stage.url = format!("http://{}", tap.address);
    for floor in &mut stage.floors {
        floor.platform.authority = tap.address.to_string();
    }
    let names = stage.floors.iter().flat_map(|floor| floor.names.clone()).collect();
    let stop = CancellationToken::new();
    let mut floors = outside::run(&mut stage, &Voices::built_in(), &stop);
    let begun = tokio::time::Instant::now();
    while read(stage.live.store().as_ref()).await?.iter().filter(|event| is_prompt(event)).count() < PROMPTS {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "fewer than {PROMPTS} prompts after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    stop.cancel();
    while !floors.tasks.is_empty() {
        fine(floors.ended().await)?;
    }
    fine(stage.strike().await)?;
    let crossed = tap.taken();
    // Whatever the product heard is in the log now, and it hears no more.
    let store = Sqlite::open(home.path()).await?;
    let log = read(&store).await?;
    store.close().await?;
    fine(home.leave().await)?;
    Ok(Taped { log, crossed, names })
}

fn fine<T>(outcome: Result<T, Failure>) -> anyhow::Result<T> {
    outcome.map_err(|failure| anyhow::anyhow!("{failure}"))
}

async fn read(store: &dyn Store) -> anyhow::Result<Vec<Event>> {
    let (mut log, mut after) = (Vec::new(), Position::default());
    loop {
        let events = store.read(None, after, 2_000).await?;
        let Some(last) = events.last() else { return Ok(log) };
        after = last.position;
        log.extend(events);
    }
}

fn is_prompt(event: &Event) -> bool {
    matches!(event.body, Body::PromptShown { .. })
}

/// Only requests of these kinds come from outside, and work events have the fields of the contract and no others.
fn boundary(crossed: &[Crossed]) -> Outcome {
    let mut kinds = BTreeSet::new();
    for request in crossed.iter().flat_map(|crossed| &crossed.requests) {
        let path: Vec<&str> = request.path.split('/').collect();
        let kind = match (request.method.as_str(), path.as_slice()) {
            ("POST", ["", "v1", "events"]) => "work events",
            ("GET", ["", "v1", "audiohook", "ws"]) => "audio",
            ("POST", ["", "v1", "session"]) => "an agent signs in",
            ("POST", ["", "v1", "me", "offers", _, "answer"]) => "an agent answers an offer",
            _ => anyhow::bail!("{} {} crossed", request.method, request.path),
        };
        kinds.insert(kind);
        if kind == "work events" {
            for event in serde_json::from_slice::<Vec<Value>>(&request.body)? {
                contract(&event)?;
            }
        }
    }
    anyhow::ensure!(kinds.contains("work events") && kinds.contains("audio"), "{kinds:?} crossed");
    Ok(())
}

fn contract(event: &Value) -> Outcome {
    const ENVELOPE: [&str; 7] = ["specversion", "id", "source", "type", "time", "datacontenttype", "data"];
    const DATA: [&str; 10] = [
        "site",
        "call_id",
        "agent_id",
        "queue",
        "state",
        "reason",
        "occurred_at",
        "waiting",
        "available",
        "longest_wait_s",
    ];
    for (fields, known) in [(event, &ENVELOPE[..]), (&event["data"], &DATA[..])] {
        for name in fields.as_object().into_iter().flat_map(|fields| fields.keys()) {
            anyhow::ensure!(known.contains(&name.as_str()), "the field {name} crossed: {event}");
        }
    }
    Ok(())
}

/// How much of each call the product heard, in seconds.
fn heard(log: &[Event]) -> BTreeMap<String, f64> {
    log.iter()
        .filter_map(|event| match &event.body {
            Body::LegClosed { call, party: Party::Customer, frames, .. } => {
                Some((opaque(call.as_str()), *frames as f64 / f64::from(RATE)))
            }
            _ => None,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_crosses_is_audio_and_work_events_and_they_alone_bring_the_same_prompts() -> Outcome {
    let taped = taped().await?;
    boundary(&taped.crossed)?;
    let policy = taped
        .log
        .iter()
        .filter(|event| matches!(event.body, Body::NoticeConfirmed { .. } | Body::ConsentGiven { .. }));
    let site = taped.log.first().map(|event| event.site.clone()).expect("the log has events");
    let stripped = product::hear(&site, PROFILE, policy, &taped.crossed)?;

    let named =
        |agent: &AgentId| taped.names.get(agent).map_or_else(String::new, |name| opaque(name.as_str()));
    let live = product::prompts(&taped.log, |call| opaque(call.as_str()), named);
    let again = product::prompts(&stripped, CallId::to_string, AgentId::to_string);
    assert!(live.len() >= PROMPTS, "{live:#?}");
    for prompt in &live {
        assert!(again.contains(prompt), "not without labels: {prompt:#?}\n{again:#?}");
    }
    // The end cuts sound off that has left the generator and has not reached the product.
    let heard = heard(&taped.log);
    let reached =
        |prompt: &&Prompt| heard.get(&prompt.call).is_some_and(|end_s| prompt.until_s() < end_s - 1.0);
    for prompt in again.iter().filter(reached) {
        assert!(live.contains(prompt), "only without labels: {prompt:#?}\n{live:#?}");
    }
    Ok(())
}
