//! One attempt: a fresh server, a number of calls, and what came of them.

use std::{
    io::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use calmline_sim::load::Load;
use serde_json::json;

use crate::{
    caller::{Caller, EVERY, FRAME},
    metrics::Metrics,
    server::{self, Server},
    site::{Frames, Site},
};

/// All calls begin, and end, within this time. Not a multiple of the time between messages, so that they do not send in
/// step.
const RAMP: Duration = Duration::from_millis(9_970);
/// What comes later than this is of no use to anybody in a call.
const LATEST_MS: f64 = 1_000.0;
const SEED: u64 = 1;

/// What an attempt measured.
pub struct Attempt {
    /// Calls at the same time.
    pub calls: usize,
    /// Samples that were sent, or should have been, and that the server did not count or the log does not hold.
    lost: u64,
    /// Calls that broke off.
    broken: usize,
    cpu_share: f64,
    generator_cpu_share: f64,
    /// None where no cue was due.
    cue_p50_ms: Option<f64>,
    cue_p99_ms: Option<f64>,
    cues: u64,
    events: u64,
    ready_ms: f64,
    idle_mb: f64,
    load_mb: f64,
    late_p99_ms: f64,
}

impl Attempt {
    /// Makes it: takes two ramps and the seconds between them.
    pub async fn make(calls: usize, seconds: u64) -> Result<Self> {
        let load = Arc::new(Load::new(calls, SEED));
        let site = Site::set_up(calls).await?;
        let (server, ready) = Server::start(site.data()).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let idle_mb = server.memory_mb()?;

        server.tell(&site.events_key, &site.answered()).await?;
        let messages = ((RAMP + Duration::from_secs(seconds)).as_micros() / EVERY.as_micros()) as u64;
        let begun = Instant::now();
        let tasks: Vec<_> = site
            .calls
            .iter()
            .enumerate()
            .map(|(index, call)| {
                let caller = Caller {
                    authority: server.authority.clone(),
                    key: Arc::clone(&site.audio_key),
                    load: Arc::clone(&load),
                    index,
                    call: call.id.clone(),
                    begin: begun + RAMP.mul_f64(index as f64 / calls as f64),
                    messages,
                };
                tokio::spawn(caller.run())
            })
            .collect();

        // From when the last call began until the first one ends.
        tokio::time::sleep_until((begun + RAMP).into()).await;
        let (plateau, before) = (Instant::now(), (server.cpu()?, server::own_cpu()?));
        let mut load_mb = 0.0;
        for _ in 0..seconds.saturating_sub(1) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            load_mb = server.memory_mb()?.max(load_mb);
        }
        let share = |cpu: Duration| cpu.as_secs_f64() / plateau.elapsed().as_secs_f64();
        let cpu_share = share(server.cpu()? - before.0);
        let generator_cpu_share = share(server::own_cpu()? - before.1);

        let mut late = Vec::new();
        let mut broken = Vec::new();
        for task in tasks {
            match task.await? {
                Ok(its) => late.extend(its),
                Err(error) => broken.push(error),
            }
        }
        if let Some(error) = broken.first() {
            writeln!(std::io::stderr(), "{} calls broke off, the first: {error:#}", broken.len())?;
        }
        server.tell(&site.events_key, &site.ended()).await?;
        let metrics = server.metrics().await?;
        server.stop().await?;
        let log = site.frames_in_log().await?;

        Ok(Self {
            calls,
            lost: lost(calls, messages * FRAME as u64, &metrics, &log)?,
            broken: broken.len(),
            cpu_share,
            generator_cpu_share,
            cue_p50_ms: metrics.quantile("calmline_cue_latency_seconds", 0.5).map(|s| s * 1e3),
            cue_p99_ms: metrics.quantile("calmline_cue_latency_seconds", 0.99).map(|s| s * 1e3),
            cues: metrics.sum("calmline_cue_latency_seconds_count") as u64,
            events: metrics.sum("calmline_events_committed_total") as u64,
            ready_ms: ready.as_secs_f64() * 1e3,
            idle_mb,
            load_mb,
            late_p99_ms: p99_ms(&mut late),
        })
    }

    /// Nothing was lost and nothing came too late.
    pub fn is_good(&self) -> bool {
        let late = self.late_p99_ms.max(self.cue_p99_ms.unwrap_or(0.0));
        self.lost == 0 && self.broken == 0 && late <= LATEST_MS
    }

    /// As one line of JSON.
    pub fn line(&self) -> serde_json::Value {
        let hundredths = |x: f64| (x * 100.0).round() / 100.0;
        json!({
            "calls": self.calls, "lost": self.lost, "broken": self.broken,
            "cpu_share": hundredths(self.cpu_share), "generator_cpu_share": hundredths(self.generator_cpu_share),
            "cue_p50_ms": self.cue_p50_ms.map(hundredths), "cue_p99_ms": self.cue_p99_ms.map(hundredths), "cues": self.cues, "events": self.events,
            "ready_ms": hundredths(self.ready_ms), "idle_mb": hundredths(self.idle_mb),
            "load_mb": hundredths(self.load_mb), "late_p99_ms": hundredths(self.late_p99_ms),
        })
    }
}

/// What is missing of `sent` samples in each of two legs of each call: in the log, leg by leg, or in the counters,
/// whichever is more.
fn lost(calls: usize, sent: u64, metrics: &Metrics, log: &Frames) -> Result<u64> {
    if let Some((leg, frames)) = log.iter().find(|(_, frames)| **frames > sent) {
        bail!("{leg:?} has {frames} samples, and only {sent} were sent");
    }
    let all = 2 * calls as u64 * sent;
    let in_log: u64 = log.values().sum();
    let mut counted = 0;
    for party in ["customer", "agent"] {
        let frames = metrics.sum_of("calmline_audio_frames_total", &format!("party=\"{party}\"")) as u64;
        if frames > all / 2 {
            bail!("the server counts {frames} samples of {party}s, and only {} were sent", all / 2);
        }
        counted += frames;
    }
    Ok(all - in_log.min(counted))
}

fn p99_ms(late: &mut [Duration]) -> f64 {
    late.sort_unstable();
    late.get(late.len() * 99 / 100).map_or(f64::INFINITY, |late| late.as_secs_f64() * 1e3)
}
