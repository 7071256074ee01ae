//! From sounds to samples: a small cascade formant synthesiser after Klatt, "Software for a cascade/parallel formant
//! synthesizer", JASA 1980, with the glottal pulse of Klatt and Klatt, JASA 1990 (KLGLOTT88).

use std::f32::consts::PI;

use super::{
    RATE, Voice,
    sound::{Phone, Sound},
};
use crate::rng::Rng;

/// How often formants and gains move: 5 ms, Klatt's own update interval.
const BLOCK: usize = RATE as usize / 200;
/// Share of the way to a target covered in one block: transitions take about 15 ms.
const GLIDE: f32 = 0.35;
/// The part of a period in which the glottis is open.
const OPEN: f32 = 0.6;

/// A two-pole resonator.
#[derive(Default)]
struct Resonator {
    gain: f32,
    b: f32,
    c: f32,
    y1: f32,
    y2: f32,
}

impl Resonator {
    fn tune(&mut self, frequency: f32, bandwidth: f32) {
        let rate = RATE as f32;
        let frequency = frequency.clamp(150.0, 0.47 * rate);
        let radius = (-PI * bandwidth / rate).exp();
        self.c = -radius * radius;
        self.b = 2.0 * radius * (2.0 * PI * frequency / rate).cos();
        self.gain = 1.0 - self.b - self.c;
    }

    fn pass(&mut self, x: f32) -> f32 {
        let y = self.gain * x + self.b * self.y1 + self.c * self.y2;
        self.y2 = self.y1;
        self.y1 = y;
        y
    }
}

/// Where the vocal tract is going.
#[derive(Clone, Copy)]
struct Target {
    formants: [f32; 3],
    voicing: f32,
    noise: f32,
    noise_centre: f32,
}

fn target(phone: Phone, part: f32, resting: [f32; 3]) -> Target {
    let quiet = Target { formants: resting, voicing: 0.0, noise: 0.0, noise_centre: 2500.0 };
    match phone {
        Phone::Vowel(formants) => Target { formants, voicing: 1.0, ..quiet },
        Phone::Glide(formants) => Target { formants, voicing: 0.6, ..quiet },
        Phone::Nasal => Target { formants: [260.0, 1200.0, 2300.0], voicing: 0.45, ..quiet },
        Phone::Fricative { centre, strength, voiced } => {
            Target { voicing: if voiced { 0.3 } else { 0.0 }, noise: strength, noise_centre: centre, ..quiet }
        }
        // The last third of a stop is its burst.
        Phone::Stop { centre, voiced } => Target {
            voicing: if voiced { 0.15 } else { 0.0 },
            noise: if part > 0.65 { 0.8 } else { 0.0 },
            noise_centre: centre,
            ..quiet
        },
        Phone::Pause => quiet,
    }
}

/// The speaker at work.
pub(super) struct Throat<'a> {
    voice: &'a Voice,
    rng: Rng,
    formants: [f32; 3],
    voicing: f32,
    noise: f32,
    pitch: f32,
    cascade: [Resonator; 4],
    frication: Resonator,
    phase: f32,
    period_jitter: f32,
    shimmer: f32,
    tilted: f32,
    /// How much of the pulse's high end passes: calm voices fall off steeply, excited ones do not.
    brightness: f32,
}

impl<'a> Throat<'a> {
    pub(super) fn new(voice: &'a Voice, arousal: f32, rng: Rng) -> Self {
        let resting = [500.0, 1500.0, 2500.0];
        let mut cascade: [Resonator; 4] = Default::default();
        cascade[3].tune(3350.0 * voice.tract, 280.0);
        Self {
            voice,
            rng,
            formants: resting,
            voicing: 0.0,
            noise: 0.0,
            pitch: 0.0,
            cascade,
            frication: Resonator::default(),
            phase: 0.0,
            period_jitter: 1.0,
            shimmer: 1.0,
            tilted: 0.0,
            brightness: (0.3 + 0.6 * arousal) * voice.clarity,
        }
    }

    /// Speaks sounds whose pitch is in semitones above the voice's middle.
    pub(super) fn speak(mut self, sounds: &[Sound]) -> Vec<f32> {
        let total: usize = sounds.iter().map(|s| samples(s.seconds)).sum();
        let mut out = Vec::with_capacity(total);
        for sound in sounds {
            let length = samples(sound.seconds);
            let mut done = 0;
            while done < length {
                let part = done as f32 / length as f32;
                let block = BLOCK.min(length - done);
                self.move_towards(sound, part);
                for _ in 0..block {
                    let sample = self.sample();
                    out.push(sample);
                }
                done += block;
            }
        }
        out
    }

    fn move_towards(&mut self, sound: &Sound, part: f32) {
        let target = target(sound.phone, part, self.formants);
        // A burst is sudden; all else glides.
        let onset = if matches!(sound.phone, Phone::Stop { .. }) { 0.9 } else { GLIDE };
        self.noise += onset * (target.noise - self.noise);
        self.voicing += GLIDE * (target.voicing - self.voicing);
        let pitch = sound.pitch[0] + (sound.pitch[1] - sound.pitch[0]) * part;
        self.pitch += GLIDE * (pitch - self.pitch);
        let tract = self.voice.tract;
        for (index, (formant, goal)) in self.formants.iter_mut().zip(target.formants).enumerate() {
            *formant += GLIDE * (goal - *formant);
            self.cascade[index].tune(*formant * tract, [70.0, 100.0, 160.0][index]);
        }
        self.frication.tune(target.noise_centre, 700.0);
    }

    fn sample(&mut self) -> f32 {
        let f0 = self.voice.f0 * (self.pitch / 12.0).exp2();
        self.phase += f0 / RATE as f32 * self.period_jitter;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
            // Jitter and shimmer of healthy voices: about half a per cent and a few per cent (Teixeira et al. 2013).
            self.period_jitter = 1.0 + 0.006 * self.rng.normal() as f32;
            self.shimmer = 1.0 + 0.03 * self.rng.normal() as f32;
        }
        let x = self.phase / OPEN;
        let pulse = if x < 1.0 { x * (2.0 - 3.0 * x) } else { 0.0 };
        let noise = self.rng.unit() as f32 * 2.0 - 1.0;
        self.tilted += self.brightness.clamp(0.1, 0.95) * (pulse * self.shimmer - self.tilted);
        let breath = noise * self.voice.breath;
        let mut voiced = self.voicing * (self.tilted + breath);
        for resonator in &mut self.cascade {
            voiced = resonator.pass(voiced);
        }
        // More breath pressure makes louder hiss as well as sharper pulses.
        voiced + (0.03 + 0.08 * self.brightness) * self.noise * self.frication.pass(noise)
    }
}

/// How many samples a sound takes.
pub(super) fn samples(seconds: f32) -> usize {
    (seconds * RATE as f32).round() as usize
}
