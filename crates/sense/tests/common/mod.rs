//! What the tests share: permits as a site's policy gives them, sounds with known properties, and the real calls.
#![expect(dead_code, reason = "each test binary uses a part")]
#![expect(clippy::unwrap_used, reason = "support of tests, which clippy does not see as one")]

use calmline_core::{
    AccountId, CallId, Party, SiteId, Timestamp,
    event::Body,
    policy::{Ask, Notice, Permit, Profile, Sense, SitePolicy},
};
use calmline_sense::{AffectModel, Heard, Leg, telephone::Random};

pub const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A site that has given every notice.
pub fn policy() -> SitePolicy {
    let mut policy = SitePolicy::new(SiteId::new("site").unwrap(), Profile::Cn);
    for notice in Notice::ALL {
        let by = AccountId::new("admin").unwrap();
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by });
    }
    policy
}

pub fn permit<S: Sense>(policy: &SitePolicy) -> Permit<S> {
    let call = CallId::new("call").unwrap();
    policy.ask(&Ask { call: &call, party: Party::Customer, agent: None, now: NOW }).unwrap()
}

/// A leg with every sensor.
pub fn full_leg(policy: &SitePolicy) -> Leg {
    Leg::new(permit(policy)).with_dynamics(permit(policy)).with_affect(permit(policy), AffectModel::shipped())
}

/// All that a leg hears in a recording, pushed in pieces of 20 ms.
pub fn hear(mut leg: Leg, pcm: &[i16]) -> Vec<Heard> {
    let mut heard = Vec::new();
    pcm.chunks(160).for_each(|chunk| leg.push(chunk, NOW, &mut heard));
    leg.finish(&mut heard);
    heard
}

/// Start and end of the utterances.
pub fn spans(heard: &[Heard]) -> Vec<(f64, f64)> {
    let span = |heard: &Heard| match heard {
        Heard::Utterance { start_s, end_s, .. } => Some((*start_s, *end_s)),
        _ => None,
    };
    heard.iter().filter_map(span).collect()
}

/// A voice-like sound: harmonics of a gliding pitch through a vowel-like tilt, swelling `rate` times a second.
pub struct Voice {
    pub hz: f64,
    /// How far the pitch swings, as a share.
    pub swing: f64,
    /// Syllables per second.
    pub rate: f64,
    /// Peak level, 1 is full scale.
    pub level: f64,
}

impl Voice {
    pub fn say(&self, seconds: f64) -> Vec<i16> {
        let mut phase = 0.0;
        (0..(seconds * 8_000.0) as usize)
            .map(|i| {
                let t = i as f64 / 8_000.0;
                let swell = 0.5 - 0.5 * (std::f64::consts::TAU * self.rate * t).cos();
                let hz = self.hz * (1.0 + self.swing * (std::f64::consts::TAU * 0.6 * t).sin());
                phase += std::f64::consts::TAU * hz / 8_000.0;
                let harmonics = (1..=(3_600.0 / hz) as usize).map(|k| {
                    let formant = 1.0 / (1.0 + ((k as f64 * hz - 600.0) / 400.0).powi(2));
                    (k as f64 * phase).sin() * (formant + 0.03)
                });
                let sum: f64 = harmonics.sum();
                (sum * self.level * 8_000.0 * (0.03 + 0.97 * swell)).clamp(-32_000.0, 32_000.0) as i16
            })
            .collect()
    }
}

pub const CALM: Voice = Voice { hz: 120.0, swing: 0.08, rate: 3.0, level: 0.5 };

/// Line noise at a level in dB of full scale.
pub fn noise(seconds: f64, level_db: f64, seed: u64) -> Vec<i16> {
    let peak = 32_768.0 * 10_f64.powf(level_db / 20.0) * 3_f64.sqrt();
    let mut random = Random::new(seed);
    (0..(seconds * 8_000.0) as usize).map(|_| (peak * (2.0 * random.next() - 1.0)) as i16).collect()
}

pub fn tones(frequencies: &[f64], seconds: f64) -> Vec<i16> {
    let each = |t: f64| frequencies.iter().map(|hz| (std::f64::consts::TAU * hz * t).sin()).sum::<f64>();
    (0..(seconds * 8_000.0) as usize).map(|i| (4_000.0 * each(i as f64 / 8_000.0)) as i16).collect()
}

/// Puts sounds one after the other over a quiet line.
pub fn over_a_line(sounds: &[Vec<i16>]) -> Vec<i16> {
    let mut all: Vec<i16> = sounds.concat();
    let hiss = noise(all.len() as f64 / 8_000.0 + 0.1, -62.0, 5);
    all.iter_mut().zip(hiss).for_each(|(sample, hiss)| *sample = sample.saturating_add(hiss));
    all
}

/// The 16-bit samples of a mono 8 kHz WAV file.
pub fn wav(path: &str) -> Option<Vec<i16>> {
    let bytes = std::fs::read(calmline_testing::data(path)?).unwrap();
    let at = bytes.windows(4).position(|w| w == b"data").expect("a WAV file has a data chunk") + 8;
    Some(bytes[at..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
}

pub const CALLS: [&str; 4] = [
    "calls/Auto_Repairs_40_UTC_agent.wav",
    "calls/Auto_Repairs_40_UTC_caller.wav",
    "calls/Auto_Repairs_49_UTC_agent.wav",
    "calls/Auto_Repairs_49_UTC_caller.wav",
];
