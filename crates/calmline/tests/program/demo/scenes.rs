//! The story, from the abusive call to the verified attestation, under `strict` and then under `eu`.

use serde_json::Value;

use super::{Show, log};
use crate::program::{Outcome, run, words};
use std::time::Duration;

/// The scenes that a site's story has, in their order.
const SCENES: [&str; 11] = [
    "abuse_heard",
    "calm_line",
    "key_pressed",
    "call_ended",
    "break_confirmed",
    "covered",
    "returned",
    "cost",
    "refused",
    "erased",
    "attested",
];
/// How long both sites may take on a busy machine.
const STORY: Duration = Duration::from_secs(10 * 60);

/// What the scenes of one site show.
fn shown(profile: &str, scenes: &[Value]) {
    let names: Vec<_> = scenes.iter().map(|scene| scene["scene"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, SCENES, "{profile}");
    let times: Vec<f64> = scenes.iter().filter_map(|scene| scene["at_s"].as_f64()).collect();
    assert!(times.len() == SCENES.len() && times.is_sorted(), "{times:?}");
    let of =
        |name: &str| &scenes[names.iter().position(|scene| *scene == name).unwrap_or_default()]["evidence"];
    for scene in scenes {
        assert_eq!(scene["profile"], profile);
        assert!(scene["what"].as_str().is_some_and(|what| !what.is_empty()), "{scene}");
    }
    let steps = |name: &str| of(name)["warnings"].as_array().map_or(0, Vec::len);
    assert_eq!(steps("key_pressed"), 2, "{}", of("key_pressed"));
    assert_eq!(of("call_ended")["permitted"], true);
    assert_eq!(of("break_confirmed")["platform_shows"], "on_break");
    assert!(of("break_confirmed")["confirmed_after_s"].as_f64().is_some_and(|s| s < 5.0));
    assert_ne!(of("covered")["to"], of("abuse_heard")["agent"]);
    assert_eq!(of("returned")["platform_shows"], "available");
    assert_ne!(of("returned")["hard_call_to"], of("abuse_heard")["agent"]);
    let cost = of("cost");
    let (predicted, ci95) = (&cost["predicted"], &cost["simulated"]["ci95"]);
    assert!(predicted["service_level"].as_f64() >= predicted["service_level_without"].as_f64(), "{cost}");
    assert!(ci95[0].as_f64() < ci95[1].as_f64(), "{cost}");
    let refused = of("refused")["refused"].as_array().cloned().unwrap_or_default();
    assert!(refused.len() == 4 && refused.iter().all(|one| one["status"] == 403), "{refused:?}");
    assert_eq!(of("refused")["audited"], 4);
    assert!(of("erased")["erased"]["texts"].as_u64().is_some_and(|texts| texts > 0), "{}", of("erased"));
    assert_eq!(of("attested")["valid"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_is_told_under_strict_and_under_eu_and_both_logs_are_attested() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let show = Show::start(words([&"--story", &"--json", &"--agents", &"12", &"--data", &data]), &[])?;
    let out = show.out.clone();
    let (status, said) = show.ended_within(STORY)?;
    assert!(status.success(), "{status}: {said}\n{:#?}", out.now());
    let scenes: Vec<Value> =
        out.now().iter().map(|line| Ok(serde_json::from_str(line)?)).collect::<anyhow::Result<_>>()?;
    let (strict, eu) = scenes.split_at(scenes.len() / 2);
    shown("strict", strict);
    shown("eu", eu);
    for site in ["lyon", "milano"] {
        let file = data.join(format!("attestation-{site}.json"));
        let verified = run(words([&"attest", &"--verify", &file, &"--json"]))?.json()?;
        assert_eq!(verified["valid"], true, "{verified}");
        assert_eq!(verified["statement"]["site"], site);
    }
    // No log shows that anything was read from an agent's voice.
    let agents = log(&data).await?;
    let of_agent = |body: &calmline_core::Body| {
        matches!(body, calmline_core::Body::Signal { party: calmline_core::Party::Agent, .. })
    };
    assert!(!agents.iter().any(|event| of_agent(&event.body)));
    let again = run(words([&"replay", &"--log", &data, &"--json"]))?.json()?;
    assert_eq!(again["same"], true, "{again}");
    Ok(())
}

#[test]
fn the_story_wants_enough_agents_and_this_machine() -> Outcome {
    run(["demo", "--story", "--agents", "8"])?.failed(2, "the story needs 12 agents");
    run(["demo", "--story", "--listen", "0.0.0.0:0"])?.failed(2, "give an address such as 127.0.0.1:8470");
    run(["demo", "--story", "--fast"])?.failed(2, "--fast");
    run(["demo", "--wait", "5"])?.failed(2, "--story");
    Ok(())
}
