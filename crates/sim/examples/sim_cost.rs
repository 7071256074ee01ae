//! What the simulator costs: `cargo run --release -p calmline-sim --example sim_cost`.
#![expect(clippy::print_stdout, reason = "an example talks to its terminal")]

use std::{hint::black_box, time::Instant};

use calmline_core::SiteId;
use calmline_sim::{
    load::Load,
    mix,
    story::{Plot, Story, day},
    world::WorldEvent,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = "2026-11-23T09:15:00Z".parse()?;
    let plot = Plot { site: SiteId::new("s")?, start, agents: 40, chinese: 0.4, seed: 1 };

    let clock = Instant::now();
    let mut story = Story::new(plot.clone())?;
    println!("story: {} events of history in {:.3} s", story.history.len(), clock.elapsed().as_secs_f64());

    let (clock, mut audio_s, mut calls) = (Instant::now(), 0.0, 0);
    while calls < 40
        && let Some((_, event)) = story.world.next()
    {
        if let WorldEvent::Call(call) = event {
            calls += 1;
            audio_s += 2.0 * mix::voiced(&call.script, call.seed).0.total_s;
        }
    }
    let spent = clock.elapsed().as_secs_f64();
    println!(
        "voice: {audio_s:.0} s of audio in {spent:.2} s, {:.1} s per audio hour",
        spent * 3600.0 / audio_s
    );

    let (clock, mut world, mut events) = (Instant::now(), day(plot)?, 0);
    while black_box(world.next()).is_some() {
        events += 1;
    }
    println!("day: {events} events in {:.2} s", clock.elapsed().as_secs_f64());

    let clock = Instant::now();
    let load = Load::new(500, 1);
    let built = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let mut sum = 0_i64;
    for frame in 0..3_000 {
        for call in 0..load.calls() {
            if let Some(frame) = load.frame(call, frame * 160, 160) {
                sum += i64::from(frame.customer[0]) + i64::from(frame.agent[159]);
            }
        }
    }
    let spent = clock.elapsed().as_secs_f64();
    println!("load: built in {built:.2} s, one minute of 500 calls in {spent:.3} s ({})", black_box(sum) & 1);
    Ok(())
}
