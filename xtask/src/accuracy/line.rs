//! Sounds of the line in recordings of speech that hold none: each that is told is a false one.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Measured, Table};

/// Recordings with speech and noise, and neither music nor tones, with whose voice each channel carries.
const FILES: [(&str, &str); 11] = [
    ("Auto_Repairs_40_UTC_agent.wav", "agent"),
    ("Auto_Repairs_40_UTC_caller.wav", "customer"),
    ("Auto_Repairs_49_UTC_agent.wav", "agent"),
    ("Auto_Repairs_49_UTC_caller.wav", "customer"),
    ("aishell-BAC009S0724W0121.wav", "customer"),
    ("azure_zhcn_short.wav", "customer"),
    ("en-us_zh-cn.wav", "customer"),
    ("genesys_stereo_ulaw.wav", "customer,agent"),
    ("librispeech-1995-1837-0001.wav", "customer"),
    ("pca_mono_8bit.wav", "customer"),
    ("wenet_long.wav", "customer"),
];

/// What is nobody's voice.
const SOUNDS: [&str; 8] =
    ["music", "dial_tone", "ring_back", "busy_tone", "keys", "tone", "steady_noise", "dead_line"];

pub(super) fn measure(measured: &Measured) -> Result<Vec<(&'static str, Table)>> {
    let mut table = Table::new(["recording", "seconds", "of them speech", "sounds of the line told"]);
    for (file, channels) in FILES {
        let told = replay(measured, file, channels)?;
        let call = &told["calls"][0];
        let legs = call["legs"].as_array().into_iter().flatten();
        let speech: f64 = legs.filter_map(|leg| leg["speech_s"].as_f64()).sum();
        let signals = call["signals"].as_array().into_iter().flatten();
        let sounds = signals.filter(|signal| SOUNDS.iter().any(|sound| signal["kind"] == *sound));
        let sounds: Vec<String> = sounds
            .map(|sound| {
                let second = |name: &str| sound[name].as_f64().unwrap_or_default();
                let kind = sound["kind"].as_str().unwrap_or_default();
                format!("{kind} {:.2} to {:.2} s", second("start_s"), second("end_s"))
            })
            .collect();
        let sounds = if sounds.is_empty() { "none".to_owned() } else { sounds.join(", ") };
        let seconds = call["duration_s"].as_f64().unwrap_or_default();
        table.row([file.into(), format!("{seconds:.0}"), format!("{speech:.0}"), sounds]);
    }
    Ok(vec![("line", table)])
}

fn replay(measured: &Measured, file: &str, channels: &str) -> Result<Value> {
    let mut command = Command::new(&measured.program);
    command.arg("replay").arg(measured.path("calls").join(file)).args(["--channels", channels]);
    let output =
        command.args(["--asr-model", "none", "--json", "--quiet"]).output().context("running calmline")?;
    ensure!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).with_context(|| format!("what {command:?} printed is not JSON"))
}
