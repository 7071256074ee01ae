//! `plan staff`, `plan schedule`.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::Context;
use serde_json::{Value, json};

use crate::program::{Outcome, program, run, words};

const HALF_HOUR: [&str; 8] = ["plan", "staff", "--calls", "100", "--interval", "30m", "--aht", "180s"];

fn plan(more: &[&str]) -> anyhow::Result<Value> {
    run(HALF_HOUR.iter().chain(more).chain(&["--json"]))?.json()
}

fn near(value: &Value, wanted: f64, within: f64) {
    assert!(value.as_f64().is_some_and(|value| (value - wanted).abs() <= within), "{value} is not {wanted}");
}

#[test]
fn the_textbook_half_hour() -> Outcome {
    let answer = plan(&["--target", "0.8", "--within", "20s"])?;
    assert_eq!((&answer["agents"], &answer["scheduled"]), (&14.into(), &14.into()));
    near(&answer["service_level"], 0.888_350, 1e-6);
    near(&answer["asa_s"], 7.836, 1e-3);
    near(&answer["occupancy"], 10.0 / 14.0, 1e-9);
    near(&answer["p_abandon"], 0.0, 0.0);
    let fewer = answer["one_less"]["service_level"].as_f64();
    assert!(fewer.is_some_and(|level| level < 0.888), "{answer}");
    Ok(())
}

#[test]
fn patience_ceiling_and_shrinkage_change_the_number() -> Outcome {
    let impatient = plan(&["--patience", "120s"])?;
    assert!(
        impatient["agents"].as_u64() < Some(14) && impatient["p_abandon"].as_f64() > Some(0.0),
        "{impatient}"
    );
    assert_eq!(plan(&["--max-occupancy", "0.6"])?["agents"], 17);
    assert_eq!(plan(&["--shrinkage", "0.3"])?["scheduled"], 20);
    let few = plan(&["--agents", "9"])?;
    assert!(few["asa_s"].is_null() && few["service_level"] == 0.0, "an endless queue: {few}");
    Ok(())
}

#[test]
fn it_speaks_both_languages_and_refuses_nonsense() -> Outcome {
    let told = run(HALF_HOUR)?.out;
    assert!(told.contains("14 agents") && told.contains("88.8%"), "{told}");
    let told = run(HALF_HOUR.iter().chain(&["--lang", "zh"]))?.out;
    assert!(told.contains("14 名坐席") && told.contains("服务水平 88.8%"), "{told}");
    run(["plan", "staff", "--calls", "100", "--aht", "0s"])?.failed(3, "--aht");
    run(["plan", "staff", "--calls", "-1", "--aht", "3m"])?.failed(2, "-1");
    run(["plan", "staff", "--calls=-1", "--aht", "3m"])?.failed(3, "arrivals");
    run(HALF_HOUR.iter().chain(&["--shrinkage", "1"]))?.failed(3, "--shrinkage");
    Ok(())
}

/// Four people for two days of eight slots.
fn centre() -> Value {
    let person = |id: usize| json!({"id": id, "type": "T", "start_lo": 0, "start_hi": 3, "days": [0, 1]});
    json!({
        "slots_per_day": 8, "days": 2, "demand": [[1, 2, 3, 4, 4, 3, 2, 1], [1, 3, 4, 3, 4, 4, 2, 1]],
        "agents": (0..4).map(person).collect::<Vec<_>>(),
        "shift_types": {"T": {"length": 5, "breaks": [{"name": "lunch", "len": 1, "lo": 1, "hi": 3}]}},
        "start_step_slots": 1, "max_start_change_slots": 2, "under_weight": 3, "over_weight": 1
    })
}

const WARD: &str = "\
SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
SECTION_STAFF
A,E=7,2400,1440,5,1,1,1
B,E=7,2400,1440,5,1,1,1
SECTION_COVER
0,E,2,100,1
3,E,1,100,1
6,E,2,100,1
";

#[test]
fn a_schedule_is_written_with_what_it_costs() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (instance, out) = (folder.path().join("instance"), folder.path().join("roster.json"));
    let plan = |more: &[&str]| {
        let all = words([&"plan", &"schedule", &"--instance", &instance, &"--out", &out]);
        run(all.into_iter().chain(more.iter().map(Into::into)))
    };
    std::fs::write(&instance, centre().to_string())?;
    let found = plan(&["--seconds", "30", "--rounds", "20", "--json"])?.json()?;
    assert!(found["bound"].as_i64() <= found["objective"].as_i64() && found["violations"] == 0, "{found}");
    let roster: Value = serde_json::from_slice(&std::fs::read(&out)?)?;
    let day = &roster["agents"][3]["days"][1];
    assert!(day["day"] == 1 && day["breaks"][0]["name"] == "lunch" && day["start"].is_u64(), "{roster}");
    // The same again, however fast this machine is now.
    let first = std::fs::read(&out)?;
    plan(&["--seconds", "30", "--rounds", "20", "--json"])?.json()?;
    assert_eq!(std::fs::read(&out)?, first);

    std::fs::write(&instance, WARD)?;
    let found = plan(&["--seconds", "30", "--json"])?.json()?;
    assert_eq!((&found["objective"], &found["ended"]), (&found["bound"], &json!("proved")), "{found}");
    let roster: Value = serde_json::from_slice(&std::fs::read(&out)?)?;
    assert_eq!(roster["roster"]["A"].as_array().map(Vec::len), Some(7), "{roster}");
    let explained = plan(&["--prices", "--why", "A", "--json"])?.json()?;
    assert!(explained["prices"][0]["rule"].is_string() && explained["why"][0]["day"].is_u64(), "{explained}");
    plan(&["--why", "Z"])?.failed(3, "--why");
    let told = plan(&["--lang", "zh"])?.out;
    assert!(told.contains("违反规则 0 处") && told.contains("已证明最优"), "{told}");
    Ok(())
}

#[test]
fn a_bad_schedule_instance_is_refused_with_place_and_remedy() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (instance, out) = (folder.path().join("instance"), folder.path().join("roster.json"));
    let plan = |more: &[&str]| {
        let all = words([&"plan", &"schedule", &"--instance", &instance, &"--out", &out]);
        run(all.into_iter().chain(more.iter().map(Into::into)))
    };
    plan(&[])?.failed(3, "instance");
    let mut bad = centre();
    bad["agents"][2]["type"] = json!("X");
    std::fs::write(&instance, bad.to_string())?;
    plan(&[])?.failed(3, "agents[2].type");
    std::fs::write(&instance, WARD.replace("6,E,2,100,1", "9,E,2,100,1"))?;
    plan(&[])?.failed(3, "line 11, day");
    plan(&["--format", "centre"])?.failed(3, "line 1");
    plan(&["--seconds", "0"])?.failed(3, "--seconds");
    plan(&["--threads", "0"])?.failed(2, "--threads");
    assert!(!out.exists(), "nothing is written where nothing was found");
    Ok(())
}

#[test]
fn an_interrupted_schedule_is_written_as_far_as_it_came() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (instance, out) = (folder.path().join("instance"), folder.path().join("roster.json"));
    // Too little demand for what everybody works on the first day, and too much on the second: never proved at once.
    let mut wide = centre();
    wide["agents"] = (0..60)
        .map(|id| json!({"id": id, "type": "T", "start_lo": id % 2, "start_hi": 3, "days": [0, 1]}))
        .collect::<Vec<_>>()
        .into();
    wide["demand"] = json!([[7, 19, 31, 44, 43, 31, 29, 11], [13, 31, 47, 29, 47, 41, 23, 17]]);
    std::fs::write(&instance, wide.to_string())?;
    let mut child = program();
    child.args(words([&"plan", &"schedule", &"--instance", &instance, &"--out", &out]));
    let mut child = child
        .args(["--seconds", "600", "--rounds", "100000000", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // Once it tells how it goes, it heeds interrupts.
    let mut told = String::new();
    let mut stderr = BufReader::new(child.stderr.take().context("standard error")?);
    stderr.read_line(&mut told)?;
    Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    let ran = child.wait_with_output()?;
    drop(stderr);
    let found: Value = serde_json::from_slice(&ran.stdout)?;
    assert!(found["ended"] == "interrupted" || found["ended"] == "proved", "{found}");
    assert!(ran.status.success() && out.exists(), "{ran:?}");
    Ok(())
}
