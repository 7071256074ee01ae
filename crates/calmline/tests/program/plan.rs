//! `plan staff`.

use serde_json::Value;

use crate::program::{Outcome, run};

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
