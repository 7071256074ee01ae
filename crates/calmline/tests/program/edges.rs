//! The edges of AudioHook, over the socket: who is let in, and what becomes of pauses, gaps, cuts and bad messages.

use std::time::Duration;

use anyhow::Context;
use calmline_core::{Body, CallId, Event, Party};
use calmline_media::{
    RATE,
    audiohook::{ClientConfig, ClientEvent, PROBE},
};
use serde_json::json;

use crate::{
    faults::Refusing,
    phone::{FRAME, Platform, uuid},
    program::{Outcome, add_key},
    recordings::Sides,
    serving::House,
};

/// Faster than life: what is counted here does not depend on the pace.
const FAST: Duration = Duration::from_millis(10);

/// Two tones, as two voices would be: the left one higher.
pub fn tones(frames: usize) -> Sides {
    let tone = |hertz: f64| {
        let wave = |n: usize| (n as f64 * hertz * std::f64::consts::TAU / f64::from(RATE)).sin() * 9_000.0;
        (0..frames).map(|n| wave(n) as i16).collect()
    };
    Sides { customer: tone(440.0), agent: tone(220.0) }
}

/// The gaps in a leg of a call: how long they were, and whether the platform announced them.
fn gaps(log: &[Event], call: &str, of: Party) -> anyhow::Result<Vec<(f64, bool)>> {
    let id = CallId::new(call)?;
    let gaps = log.iter().filter_map(|event| match &event.body {
        Body::LegGap { call, party, lost_s, announced, .. } if *call == id && *party == of => {
            Some((*lost_s, *announced))
        }
        _ => None,
    });
    Ok(gaps.collect())
}

/// How each leg of a call was closed: (party, frames, lost), in order.
fn closed(log: &[Event], call: &str) -> anyhow::Result<Vec<(Party, u64, u64)>> {
    let id = CallId::new(call)?;
    let legs = log.iter().filter_map(|event| match &event.body {
        Body::LegClosed { call, party, frames, lost, .. } if *call == id => Some((*party, *frames, *lost)),
        _ => None,
    });
    let mut legs: Vec<_> = legs.collect();
    legs.sort_unstable();
    Ok(legs)
}

fn both(frames: u64, lost: u64) -> Vec<(Party, u64, u64)> {
    let mut legs = vec![(Party::Agent, frames, lost), (Party::Customer, frames, lost)];
    legs.sort_unstable();
    legs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_key_in_use_and_its_own_signature_open_a_socket() -> Outcome {
    let house = House::set_up("strict")?;
    let second = add_key(&house.data(), "audiohook")?;
    let events = add_key(&house.data(), "events")?;
    let serving = house.serve()?;
    let right = house.platform(&serving)?;
    let wrong_secret = Platform { client_secret: b"another secret than the key's".to_vec(), ..right.clone() };
    assert_eq!(wrong_secret.refused().await?, 401);
    let others = Platform::of(&second, &serving)?;
    let crossed = Platform { client_secret: others.client_secret.clone(), ..right.clone() };
    assert_eq!(crossed.refused().await?, 401, "another key's signature");
    let unknown = Platform { api_key: "nobody-gave-this-key".into(), ..right.clone() };
    assert_eq!(unknown.refused().await?, 401);
    let of_events =
        Platform { api_key: events["api_key"].as_str().context("no key")?.into(), ..right.clone() };
    assert_eq!(of_events.refused().await?, 401, "a key of another kind");

    others.call(&uuid()).await?.hang_up("end").await?;
    let path = format!("/v1/keys/{}", second["id"].as_str().context("no id")?);
    assert_eq!(serving.admin()?.send("DELETE", &path, &json!({}))?.0, 204);
    assert_eq!(others.refused().await?, 401, "revoked");
    right.call(&uuid()).await?.hang_up("end").await?;
    assert_eq!(serving.counter("calmline_audio_refused_total", "audiohook")?, 5.0);
    serving.stop()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pauses_discards_and_gaps_are_counted_for_what_they_are() -> Outcome {
    let house = House::set_up("strict")?;
    let serving = house.serve()?;
    serving.admin()?;
    let platform = house.platform(&serving)?;
    let second = tones(RATE as usize);
    let (paused, discarded, lost) = (uuid(), uuid(), uuid());

    let mut line = platform.call(&paused).await?;
    line.play(&second, FAST).await?;
    line.client.pause();
    line.play(&second, FAST).await?;
    line.client.resume();
    line.play(&second, FAST).await?;
    line.hang_up("end").await?;

    let mut line = platform.call(&discarded).await?;
    line.play(&second, FAST).await?;
    line.client.discard(4_000);
    line.play(&second, FAST).await?;
    line.hang_up("end").await?;

    let mut line = platform.call(&lost).await?;
    line.play(&second, FAST).await?;
    line.client.lose(2_400);
    line.client.update("en-GB");
    line.play(&second, FAST).await?;
    line.hang_up("end").await?;

    assert_eq!(serving.counter("calmline_audio_frames_lost_total", "party=\"agent\"")?, 2_400.0);
    assert_eq!(serving.counter("calmline_audio_frames_left_out_total", "party=\"agent\"")?, 12_000.0);
    assert_eq!(serving.counter("calmline_audio_frames_total", "party=\"agent\"")?, 6.0 * 8_000.0);
    serving.stop()?;
    let log = house.log().await?;
    assert_eq!(closed(&log, &paused)?, both(16_000, 0));
    assert_eq!(closed(&log, &discarded)?, both(16_000, 0));
    assert_eq!(closed(&log, &lost)?, both(16_000, 2_400));
    for party in [Party::Agent, Party::Customer] {
        assert_eq!(gaps(&log, &paused, party)?, [(1.0, true)]);
        assert_eq!(gaps(&log, &discarded, party)?, [(0.5, true)]);
        assert_eq!(gaps(&log, &lost, party)?, [(0.3, false)]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_goes_on_while_the_disk_fails_and_none_of_its_facts_is_lost() -> Outcome {
    let house = House::set_up("strict")?;
    let serving = house.serve()?;
    serving.admin()?;
    let platform = house.platform(&serving)?;
    let second = tones(RATE as usize);
    let (goes_on, ends) = (uuid(), uuid());
    let (mut on, mut end) = (platform.call(&goes_on).await?, platform.call(&ends).await?);
    on.play(&second, FAST).await?;
    end.play(&second, FAST).await?;

    let refusing = Refusing::events(&house.data(), "NEW.body ->> '$.data.call' IS NOT NULL").await?;
    for line in [&mut on, &mut end] {
        line.client.discard(4_000);
        line.play(&second, FAST).await?;
    }
    let failed = serving.until_ready(503)?;
    assert_eq!(failed["faults"][0]["code"], "log_unavailable", "{failed}");
    end.hang_up("end").await?;
    on.play(&second, FAST).await?;
    refusing.over().await?;
    serving.until_ready(200)?;
    on.play(&second, FAST).await?;
    on.hang_up("end").await?;

    assert_eq!(serving.counter("calmline_events_given_up_total", "")?, 0.0);
    serving.stop()?;
    let log = house.log().await?;
    assert_eq!(closed(&log, &goes_on)?, both(32_000, 0));
    assert_eq!(closed(&log, &ends)?, both(16_000, 0));
    for call in [&goes_on, &ends] {
        assert_eq!(gaps(&log, call, Party::Agent)?, [(0.5, true)]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_reconnects_goes_on_as_one_call() -> Outcome {
    let house = House::set_up("strict")?;
    let serving = house.serve()?;
    serving.admin()?;
    let platform = house.platform(&serving)?;
    let second = tones(RATE as usize);
    let (cut, asked) = (uuid(), uuid());
    for (call, politely) in [(&cut, false), (&asked, true)] {
        let mut first = platform.call(call).await?;
        first.play(&second, FAST).await?;
        let (before, position) = (first.client.continuation(), first.client.frames());
        if politely {
            first.hang_up("reconnect").await?;
        } else {
            first.cut();
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let config = ClientConfig { continues: vec![before], position, ..ClientConfig::new(&uuid(), call) };
        let mut again = platform.call_with(config).await?;
        again.play(&second, FAST).await?;
        again.hang_up("end").await?;
    }
    serving.stop()?;
    let log = house.log().await?;
    for call in [&cut, &asked] {
        assert_eq!(closed(&log, call)?, both(16_000, 0));
        let id = CallId::new(call.as_str())?;
        let opened = |event: &&Event| matches!(&event.body, Body::LegOpened { call, .. } if *call == id);
        assert_eq!(log.iter().filter(opened).count(), 2, "each leg opens once");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_call_that_never_comes_back_is_closed_with_what_it_had() -> Outcome {
    let house = House::set_up("strict")?;
    let serving = house.serve()?;
    let platform = house.platform(&serving)?;
    let call = uuid();
    let mut line = platform.call(&call).await?;
    line.play(&tones(3 * FRAME), FAST).await?;
    line.cut();
    tokio::time::sleep(Duration::from_millis(300)).await;
    serving.stop()?;
    assert_eq!(closed(&house.log().await?, &call)?, both(3 * FRAME as u64, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_probe_is_answered_and_is_no_call() -> Outcome {
    let house = House::set_up("strict")?;
    let serving = house.serve()?;
    let told = house.platform(&serving)?.call(PROBE).await?.hang_up("end").await?;
    assert!(told.iter().any(|event| matches!(event, ClientEvent::Opened { .. })), "{told:?}");
    serving.stop()?;
    let log = house.log().await?;
    assert!(log.iter().all(|event| event.body.call().is_none()), "{log:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_sequence_number_ends_the_session_and_keeps_what_was_heard() -> Outcome {
    let house = House::set_up("strict")?;
    let serving = house.serve()?;
    let call = uuid();
    let mut line = house.platform(&serving)?.call(&call).await?;
    line.play(&tones(2 * FRAME), FAST).await?;
    let bad = json!({
        "version": "2", "id": line.session, "type": "ping", "seq": 99, "serverseq": 1, "position": "PT0.4S",
        "parameters": {"rtt": "PT0S"},
    });
    line.send_raw(bad.to_string()).await?;
    line.until_over().await?;
    let ended =
        |event: &ClientEvent| matches!(event, ClientEvent::Disconnect { reason, .. } if reason == "error");
    assert!(line.told.iter().any(ended), "{:?}", line.told);
    serving.stop()?;
    assert_eq!(closed(&house.log().await?, &call)?, both(2 * FRAME as u64, 0));
    Ok(())
}
