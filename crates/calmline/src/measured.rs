//! What every measurement of a model needs: processor time, chance that is the same every time, figures to four places.

use std::{fs, hint::black_box, sync::OnceLock, time::Instant};

use anyhow::Result;

/// CPU seconds of this thread; wall-clock seconds where the kernel does not tell.
pub fn cpu_seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|told| told.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64(), |nanos| nanos * 1e-9)
}

/// What work on `texts` texts makes, and how many of them it does in a CPU-second. The kernel counts in steps of
/// milliseconds: work that is soon done is timed over several passes.
///
/// # Errors
/// The work's own.
pub fn timed<T>(texts: usize, mut work: impl FnMut() -> Result<T>) -> Result<(T, f64)> {
    let before = cpu_seconds();
    let made = work()?;
    let mut cpu_s = cpu_seconds() - before;
    let mut passes = 1;
    while cpu_s < 0.2 && passes < 1_000 {
        black_box(work()?);
        passes += 1;
        cpu_s = cpu_seconds() - before;
    }
    Ok((made, ((texts * passes) as f64 / cpu_s.max(1e-6)).round()))
}

/// SplitMix64 (Steele, Lea & Flood 2014): resampling and drawing need no better randomness.
pub fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// To four places.
pub fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
