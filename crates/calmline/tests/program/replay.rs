//! `replay` on recorded calls: every sample counted, and nothing sensed that the profile forbids.

use std::{collections::BTreeSet, path::Path};

use anyhow::Context;
use calmline_core::{Body, Event, Timestamp};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    program::{Outcome, run, words},
    recordings::calls,
    serving::{House, Serving, work},
};

const PAIRS: [&str; 4] = [
    "Auto_Repairs_40_UTC_agent.wav",
    "Auto_Repairs_40_UTC_caller.wav",
    "Auto_Repairs_49_UTC_agent.wav",
    "Auto_Repairs_49_UTC_caller.wav",
];
/// Every notice given and every agent's consent.
const OPEN_SITE: &str = r#"
profile = "cn"
notices = ["recording", "caller_emotion", "workers"]
[[consents]]
agent = "*"
purposes = ["voice_affect", "talk_dynamics", "word_reading"]
"#;

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn list<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a Vec<Value>> {
    value[name].as_array().with_context(|| format!("no list {name}"))
}

/// The legs as (party, frames), each with speech on it.
fn legs(call: &Value) -> anyhow::Result<Vec<(&str, u64)>> {
    let leg = |leg: &'_ Value| -> anyhow::Result<u64> {
        anyhow::ensure!(leg["speech_s"].as_f64().is_some_and(|s| s > 1.0), "no speech in {leg}");
        leg["frames"].as_u64().context("no frames")
    };
    let legs = list(call, "legs")?;
    legs.iter().map(|row| Ok((row["party"].as_str().context("no party")?, leg(row)?))).collect()
}

/// How many signals of a kind there are of a party; all kinds where none is named.
fn signals(document: &Value, party: &str, kind: Option<&str>) -> anyhow::Result<usize> {
    let mut count = 0;
    for call in list(document, "calls")? {
        let of = |signal: &&Value| signal["party"] == party && kind.is_none_or(|kind| signal["kind"] == kind);
        count += list(call, "signals")?.iter().filter(of).count();
    }
    Ok(count)
}

#[test]
fn a_folder_pairs_the_sides_of_its_calls_and_loses_no_sample() -> Outcome {
    let Some(files) = calls(PAIRS) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    for file in &files {
        std::fs::copy(file, folder.path().join(file.file_name().context("no name")?))?;
    }
    std::fs::write(folder.path().join("notes.txt"), "not a recording")?;
    let document = run(words([&"replay", &folder.path(), &"--asr-model", &"none", &"--json"]))?.json()?;
    assert_eq!(keys(&document), ["calls", "profile"].into());
    assert_eq!(document["profile"], "strict", "the default");
    let [first, second] = list(&document, "calls")?.as_slice() else { panic!("not two calls") };
    assert_eq!((&first["id"], &second["id"]), (&"Auto_Repairs_40_UTC".into(), &"Auto_Repairs_49_UTC".into()));
    // The samples that the files' headers declare.
    assert_eq!(legs(first)?, [("agent", 1_963_040), ("customer", 1_963_040)]);
    assert_eq!(legs(second)?, [("agent", 1_900_480), ("customer", 1_900_480)]);
    assert_eq!(first["duration_s"], 245.38);
    Ok(())
}

#[test]
fn the_json_has_the_fields_that_scripts_rely_on() -> Outcome {
    let Some([agent, customer, ..]) = calls(PAIRS) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site.toml");
    std::fs::write(&site, OPEN_SITE)?;
    let document = run(words([
        &"replay",
        &"--agent",
        &agent,
        &"--customer",
        &customer,
        &"--site",
        &site,
        &"--asr-model",
        &"none",
        &"--json",
        &"--quiet",
    ]))?
    .json()?;
    let [call] = list(&document, "calls")?.as_slice() else { panic!("not one call") };
    let promised = ["id", "duration_s", "legs", "utterances", "signals", "cues", "decisions"];
    assert_eq!(keys(call), promised.into_iter().chain(["permits", "words_shed"]).collect());
    let rows: [(&str, &[&str]); 3] = [
        ("legs", &["party", "frames", "speech_s"]),
        ("utterances", &["party", "start_s", "end_s", "text", "language", "confidence", "words"]),
        ("permits", &["party", "purpose", "granted", "rules"]),
    ];
    for (name, fields) in rows {
        let rows = list(call, name)?;
        assert!(!rows.is_empty(), "no {name}");
        for row in rows {
            assert_eq!(keys(row), fields.iter().copied().collect(), "{name}");
        }
    }
    for row in list(call, "signals")? {
        let mut found = keys(row);
        found.remove("drivers");
        assert_eq!(found, ["party", "kind", "start_s", "end_s", "value", "confidence"].into());
    }
    for row in list(call, "cues")? {
        assert_eq!(keys(row), ["at_s", "kind", "evidence", "text"].into());
    }
    for row in list(call, "decisions")? {
        assert_eq!(keys(row), ["at_s", "kind", "because"].into());
        assert!(!list(row, "because")?.is_empty(), "a decision names what caused it: {row}");
    }
    let times: Vec<f64> =
        list(call, "utterances")?.iter().filter_map(|row| row["start_s"].as_f64()).collect();
    assert!(times.is_sorted() && times.iter().all(|&at| (0.0..245.38).contains(&at)), "{times:?}");
    Ok(())
}

#[test]
fn channels_are_whose_the_map_says() -> Outcome {
    let Some([stereo]) = calls(["genesys_stereo_ulaw.wav"]) else { return Ok(()) };
    let listen = |map: &[&str]| {
        let fixed = words([&"replay", &stereo, &"--asr-model", &"none", &"--json"]);
        run(fixed.into_iter().chain(map.iter().map(Into::into)))
    };
    let frames = 566_784;
    let mapped = listen(&["--channels", "customer,agent"])?.json()?;
    assert_eq!(legs(&mapped["calls"][0])?, [("customer", frames), ("agent", frames)]);
    let swapped = listen(&["--channels", "agent,customer"])?.json()?;
    assert_eq!(legs(&swapped["calls"][0])?, [("agent", frames), ("customer", frames)]);
    assert_eq!(mapped["calls"][0]["legs"][0]["speech_s"], swapped["calls"][0]["legs"][0]["speech_s"]);
    let unmapped = listen(&[])?.json()?;
    assert_eq!(legs(&unmapped["calls"][0])?, [("unknown", frames), ("unknown", frames)]);
    Ok(())
}

#[test]
fn a_mixed_recording_is_one_unknown_leg_and_counts_as_an_agent_s() -> Outcome {
    let Some([mono]) = calls(["pca_mono_8bit.wav"]) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site.toml");
    std::fs::write(&site, OPEN_SITE)?;
    let document =
        run(words([&"replay", &mono, &"--site", &site, &"--asr-model", &"none", &"--json"]))?.json()?;
    assert_eq!(document["profile"], "cn");
    let call = &document["calls"][0];
    assert_eq!(legs(call)?, [("unknown", 2_221_280)]);
    assert_eq!(signals(&document, "unknown", None)?, 0, "nobody's consent covers a mixed recording");
    assert!(list(call, "utterances")?.iter().all(|row| row["party"] == "unknown"));
    Ok(())
}

#[test]
fn agents_are_sensed_where_they_agreed_and_nowhere_that_the_law_forbids_it() -> Outcome {
    let Some(files) = calls(PAIRS) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site.toml");
    std::fs::write(&site, OPEN_SITE)?;
    let listen = |profile: &[&str]| {
        let fixed = words([
            &"replay",
            &files[0],
            &files[1],
            &files[2],
            &files[3],
            &"--site",
            &site,
            &"--asr-model",
            &"none",
            &"--json",
        ]);
        run(fixed.into_iter().chain(profile.iter().map(Into::into)))?.json()
    };
    let open = listen(&[])?;
    assert_eq!(open["profile"], "cn");
    assert!(signals(&open, "customer", Some("arousal"))? > 0);
    let agent = signals(&open, "agent", Some("arousal"))?;
    assert!(agent > 0, "with consent under cn, agents are sensed: else the rest of this test says nothing");
    for profile in ["eu", "strict"] {
        let closed = listen(&["--profile", profile])?;
        assert_eq!(closed["profile"], profile);
        for party in ["agent", "unknown"] {
            assert_eq!(signals(&closed, party, None)?, 0, "{profile}: {party}");
        }
        assert!(signals(&closed, "customer", Some("arousal"))? > 0, "{profile}: callers are sensed still");
        assert_eq!(list(&closed, "calls")?.len(), 2);
        for call in list(&closed, "calls")? {
            refused(call, "agent", "voice_affect", "law.eu.ai_act_5_1_f")?;
            refused(call, "agent", "word_reading", "law.eu.ai_act_5_1_f_text")?;
        }
    }
    Ok(())
}

/// Every answer about this purpose on this leg was no, for this reason.
fn refused(call: &Value, party: &str, purpose: &str, rule: &str) -> Outcome {
    let permits = list(call, "permits")?.iter();
    let asked: Vec<_> = permits.filter(|row| row["party"] == party && row["purpose"] == purpose).collect();
    anyhow::ensure!(!asked.is_empty(), "nobody asked for {purpose} of the {party}");
    for row in asked {
        anyhow::ensure!(row["granted"] == false, "{row}");
        anyhow::ensure!(list(row, "rules")?.iter().any(|code| code == rule), "{row}");
    }
    Ok(())
}

#[test]
fn without_consent_an_agent_is_not_sensed() -> Outcome {
    let Some([agent, customer, ..]) = calls(PAIRS) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site.toml");
    std::fs::write(&site, OPEN_SITE.replace("agent = \"*\"", "agent = \"somebody-else\""))?;
    let sides = words([&"replay", &"--agent", &agent, &"--customer", &customer, &"--site", &site]);
    let document = run(sides.into_iter().chain(words([&"--asr-model", &"none", &"--json"])))?.json()?;
    assert_eq!(signals(&document, "agent", None)?, 0);
    refused(&document["calls"][0], "agent", "voice_affect", "condition.agent_consent")
}

fn replay(words: &[&str]) -> anyhow::Result<crate::program::Ran> {
    run(["replay"].iter().chain(words).chain(&["--asr-model", "none", "--json"]))
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("not UTF-8")
}

#[test]
fn bad_input_is_named_and_wrong_usage_is_told_apart() -> Outcome {
    let folder = tempfile::tempdir()?;
    replay(&["no-such-call.wav"])?.failed(3, "no-such-call.wav");
    let page = folder.path().join("page.wav");
    std::fs::write(&page, "<html>this is no recording</html>")?;
    replay(&[text(&page)?])?.failed(3, "page.wav");
    let song = folder.path().join("song.mp3");
    std::fs::write(&song, "ID3")?;
    replay(&[text(&song)?])?.failed(3, "song.mp3");
    let call = folder.path().join("call.wav");
    let silence = [0_i16; 1_600];
    let bytes = calmline_media::wav::write(8_000, &[&silence], calmline_media::wav::Encoding::Linear16)?;
    std::fs::write(&call, bytes)?;
    replay(&[text(&call)?, "--channels", "customer,agent"])?.failed(3, "call.wav");
    let site = folder.path().join("site.toml");
    for (toml, named) in [
        ("profil = \"cn\"", "profil"),
        ("profile = \"mars\"", "mars"),
        ("notices = [\"rumour\"]", "rumour"),
        ("[[consents]]\nagent = \"*\"\npurposes = [\"astrology\"]", "astrology"),
        ("profile =", "site.toml"),
    ] {
        std::fs::write(&site, toml)?;
        replay(&[text(&call)?, "--site", text(&site)?])?.failed(3, named);
    }
    replay(&[text(&call)?, "--site", "nowhere.toml"])?.failed(3, "nowhere.toml");
    replay(&["--log", text(folder.path())?])?.failed(3, text(folder.path())?);
    replay(&["--loudly"])?.failed(2, "--loudly");
    replay(&[text(&call)?, "--channels", "customer,robot"])?.failed(2, "robot");
    replay(&[text(&call)?, "--profile", "mars"])?.failed(2, "mars");
    replay(&["--agent", text(&call)?])?.failed(2, "--customer");
    replay(&[])?.failed(2, "name recordings");
    run(["replay", text(&call)?, "--asr-model", "whisper-enormous"])?.failed(3, "whisper-enormous");
    run(["replya"])?.failed(2, "replya");
    Ok(())
}

/// An agent works without a break, and is just now free of calls.
fn works(serving: &Serving, house: &House, agent: &str, minutes: i64) -> Outcome {
    let told = |ago: i64, state: &str| {
        let at = Timestamp::now() - SignedDuration::from_mins(ago);
        let data = json!({"agent_id": agent, "state": state, "occurred_at": at});
        work(&format!("{agent} {ago}"), "agent.state", &data)
    };
    serving.work(&house.events_key, &[told(minutes, "busy"), told(0, "available")])?;
    Ok(())
}

#[tokio::test]
async fn a_log_is_derived_again_by_the_settings_that_held() -> Outcome {
    let house = House::set_up("strict")?;
    let config = house.folder().join("calmline.toml");
    std::fs::write(&config, "[care.breaks]\noffer_after_minutes = 15\nearly_after_minutes = 10\n")?;
    let eager = || house.serve_with(&[Path::new("--config"), &config]);
    // By the defaults, 19 minutes of work bring no offer.
    let serving = house.serve()?;
    works(&serving, &house, "ana", 19)?;
    serving.stop()?;
    let serving = eager()?;
    works(&serving, &house, "cem", 19)?;
    serving.stop()?;
    // Nothing is recorded that is recorded already.
    eager()?.stop()?;

    let log = house.log().await?;
    let recorded: Vec<_> = log
        .iter()
        .filter_map(|event| match &event.body {
            Body::CareSettings { settings, .. } => Some((event.position, settings)),
            _ => None,
        })
        .collect();
    let [(first, default), (second, changed)] = recorded.as_slice() else { panic!("{recorded:?}") };
    assert_eq!(default["breaks"]["offer_after_minutes"], 50);
    assert_eq!(changed["breaks"]["offer_after_minutes"], 15);
    assert_eq!(changed["alerts"], default["alerts"], "all settings are recorded");
    let offered = |event: &&Event| matches!(event.body, Body::BreakOffered { .. });
    let offers: Vec<_> = log.iter().filter(offered).map(|event| event.position).collect();
    assert!(!offers.is_empty() && offers.iter().all(|at| at > second), "{first:?} {second:?} {offers:?}");

    let again = run(words([&"replay", &"--log", &house.data(), &"--json"]))?.json()?;
    assert_eq!(again["same"], true, "{again}");
    assert!(again["sites"][0]["same"].as_u64() >= Some(offers.len() as u64), "{again}");
    Ok(())
}
