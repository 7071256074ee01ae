//! What this crate costs: CPU-seconds per hour of sound, and messages per second. `cargo run -p calmline-media --example
//! cost`.
#![expect(clippy::print_stdout, reason = "an example prints what it measured")]

use base64::{Engine, prelude::BASE64_STANDARD};
use calmline_core::{Party, Timestamp};
use calmline_media::{
    Output,
    audiohook::{Client, ClientConfig, ClientOutput, Config, Session},
    resample::resample,
    twilio,
};
use calmline_testing::cpu_seconds;

const CONVERSATION: &str = "e160e428-53e2-487c-977d-96989bf5c99d";

fn main() {
    let noise: Vec<i16> = (0..8_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as i16).collect();
    println!("AudioHook, server, two channels, 200 ms a message: {:.3} s per call-hour", audiohook(&noise));
    println!("Twilio, two tracks, 20 ms a message: {:.3} s per call-hour", twilio_media());
    for from in [16_000, 44_100, 48_000] {
        let second: Vec<i16> = noise.iter().copied().cycle().take(from as usize * 60).collect();
        let began = cpu_seconds();
        let out = resample(&second, from, 8_000).map_or(0, |out| out.len());
        let hour = (cpu_seconds() - began) * 60.0;
        println!("{from} Hz to 8000 Hz: {hour:.2} s per channel-hour ({out} samples a minute)");
    }
}

/// CPU-seconds of the server's side for an hour of a call.
fn audiohook(noise: &[i16]) -> f64 {
    let now = Timestamp::UNIX_EPOCH;
    let mut client = Client::new(ClientConfig::new(CONVERSATION, CONVERSATION));
    let mut session = Session::new(Config::default(), now);
    client.open(now);
    let mut message = Vec::new();
    for _ in 0..2 {
        while let Some(output) = client.poll() {
            match output {
                ClientOutput::Text(text) => session.text(&text, now),
                ClientOutput::Binary(bytes) => message = bytes,
                _ => {}
            }
        }
        while let Some(output) = session.poll() {
            if let Output::Send(text) = output {
                client.text(&text, now);
            }
        }
        client.audio(&noise[..1_600], &noise[1_600..3_200]);
    }
    let messages = 3_600 * 5;
    let began = cpu_seconds();
    let mut frames = 0;
    for _ in 0..messages {
        session.binary(&message, now);
        while let Some(output) = session.poll() {
            if let Output::Audio(audio) = output {
                frames += audio.frames();
            }
        }
    }
    assert_eq!(frames, 3_600 * 8_000, "an hour of sound came out");
    cpu_seconds() - began
}

fn twilio_media() -> f64 {
    let now = Timestamp::UNIX_EPOCH;
    let config =
        twilio::Config { inbound: Party::Customer, outbound: Party::Agent, ..twilio::Config::default() };
    let mut session = twilio::Session::new(config, now);
    session.text(
        r#"{"event":"start","start":{"streamSid":"MZ1","callSid":"CA1","tracks":["inbound","outbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}"#,
        now,
    );
    let payload = BASE64_STANDARD.encode([0x55; 160]);
    let messages: Vec<String> = (0..3_600 * 50)
        .flat_map(|packet| ["inbound", "outbound"].map(|track| (packet, track)))
        .map(|(packet, track)| {
            let (chunk, timestamp) = (packet + 1, packet * 20);
            format!(
                r#"{{"event":"media","sequenceNumber":"{chunk}","media":{{"track":"{track}","chunk":"{chunk}","timestamp":"{timestamp}","payload":"{payload}"}},"streamSid":"MZ1"}}"#
            )
        })
        .collect();
    let began = cpu_seconds();
    let mut frames = 0;
    for message in &messages {
        session.text(message, now);
        while let Some(output) = session.poll() {
            if let Output::Audio(audio) = output {
                frames += audio.frames();
            }
        }
    }
    assert_eq!(frames, 2 * 3_600 * 8_000, "an hour of both tracks came out");
    cpu_seconds() - began
}
