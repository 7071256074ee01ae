//! Music of several kinds, made from nothing: notes of known pitch and length, so that what must be heard is known.
use calmline_sense::telephone::{Random, mu_law};

const RATE: f64 = 8_000.0;

/// How a note sounds: time since it began, its frequency, the time that it lasts.
type Instrument = fn(f64, f64, f64) -> f64;

/// Makes so many seconds of music.
type Make = fn(f64) -> Vec<i16>;

/// A chord progression in semitones over A2 (110 Hz): Am, F, C, G.
const CHORDS: [[i32; 4]; 4] = [[0, 12, 15, 19], [-4, 8, 12, 15], [3, 15, 19, 22], [-2, 10, 14, 17]];

/// Every kind of music, by name.
pub const KINDS: [(&str, Make); 6] = [
    ("piano", piano),
    ("strings", strings),
    ("band", band),
    ("flute", flute),
    ("guitar", guitar),
    ("arpeggio", arpeggio),
];

fn hz(semitones: i32) -> f64 {
    110.0 * 2_f64.powf(f64::from(semitones) / 12.0)
}

fn harmonics(t: f64, hz: f64, levels: impl Iterator<Item = f64>) -> f64 {
    let partials = levels.enumerate().map(|(k, level)| (k as f64 + 1.0, level));
    let heard = partials.take_while(|(k, _)| k * hz < 3_700.0);
    heard.map(|(k, level)| level * (std::f64::consts::TAU * k * hz * t).sin()).sum()
}

fn struck(t: f64, hz: f64, _: f64) -> f64 {
    let levels = (1..12).map(|k| (-f64::from(k) * t * 1.5).exp() / f64::from(k));
    harmonics(t, hz, levels) * (1.0 - (-t * 400.0).exp())
}

fn bowed(t: f64, hz: f64, lasts: f64) -> f64 {
    let swell = (t / 0.25).min(1.0) * ((lasts - t) / 0.2).clamp(0.0, 1.0);
    // A vibrato of 20 cents, 5.5 times a second: the phase is the integral of the frequency.
    let vibrato = 0.0116 / (std::f64::consts::TAU * 5.5) * (std::f64::consts::TAU * 5.5 * t).sin();
    swell * harmonics(t + vibrato, hz, (1..10).map(|k| 1.0 / f64::from(k)))
}

fn blown(t: f64, hz: f64, lasts: f64) -> f64 {
    let swell = (t / 0.06).min(1.0) * ((lasts - t) / 0.05).clamp(0.0, 1.0);
    let vibrato = 0.009 / (std::f64::consts::TAU * 5.0) * (std::f64::consts::TAU * 5.0 * t).sin();
    swell * harmonics(t + vibrato, hz, [1.0, 0.5, 0.25, 0.1].into_iter())
}

fn square(t: f64, hz: f64, lasts: f64) -> f64 {
    let levels = (1..20).map(|k| if k % 2 == 1 { 1.0 / f64::from(k) } else { 0.0 });
    harmonics(t, hz, levels) * ((lasts - t) / 0.02).clamp(0.0, 1.0)
}

/// Notes: semitones over A2, when they begin and how long they last, in seconds.
fn play(seconds: f64, notes: impl Iterator<Item = (i32, f64, f64)>, instrument: Instrument) -> Vec<f64> {
    let mut all = vec![0.0; (seconds * RATE) as usize];
    for (semitones, at, lasts) in notes {
        let from = (at * RATE) as usize;
        for (i, out) in all.iter_mut().skip(from).take((lasts * RATE) as usize).enumerate() {
            *out += instrument(i as f64 / RATE, hz(semitones), lasts);
        }
    }
    all
}

/// Over a telephone at −20 dB of full scale.
fn over_the_line(sound: &[f64]) -> Vec<i16> {
    let power = sound.iter().map(|x| x * x).sum::<f64>() / sound.len() as f64;
    let gain = 3_276.8 / power.sqrt().max(1e-9);
    sound.iter().map(|x| mu_law((x * gain).clamp(-32_000.0, 32_000.0) as i16)).collect()
}

fn beats(seconds: f64, every: f64) -> impl Iterator<Item = (usize, f64)> {
    (0..(seconds / every) as usize).map(move |beat| (beat, beat as f64 * every))
}

/// Broken chords, a note every 0.3 s that rings on.
pub fn piano(seconds: f64) -> Vec<i16> {
    let note = |(beat, at): (usize, f64)| (CHORDS[beat / 8 % 4][beat % 4] + 12, at, 1.5);
    over_the_line(&play(seconds, beats(seconds, 0.3).map(note), struck))
}

/// Held chords of four voices that change every 2.4 s.
pub fn strings(seconds: f64) -> Vec<i16> {
    let chord = |(beat, at): (usize, f64)| CHORDS[beat % 4].map(|note| (note + 12, at, 2.5));
    over_the_line(&play(seconds, beats(seconds, 2.4).flat_map(chord), bowed))
}

/// Drums, bass and chords at 120 beats a minute.
pub fn band(seconds: f64) -> Vec<i16> {
    let bass =
        play(seconds, beats(seconds, 0.25).map(|(beat, at)| (CHORDS[beat / 8 % 4][0], at, 0.24)), square);
    let stabs = |(beat, at): (usize, f64)| CHORDS[beat / 4 % 4].map(|note| (note + 12, at, 0.45));
    let chords = play(seconds, beats(seconds, 0.5).flat_map(stabs), struck);
    let mut random = Random::new(3);
    let drums = |i: usize| {
        let t = i as f64 / RATE;
        let (beat, half) = (t % 0.5, t % 1.0);
        let kick = (std::f64::consts::TAU * (60.0 * beat + 4.0 * (1.0 - (-beat * 40.0).exp()))).sin();
        let hiss = 2.0 * random.next() - 1.0;
        let snare = if half >= 0.5 { hiss * (-(half - 0.5) * 18.0).exp() } else { 0.0 };
        1.5 * kick * (-beat * 12.0).exp() + snare + 0.3 * hiss * (-(t % 0.25) * 60.0).exp()
    };
    let drums: Vec<f64> = (0..bass.len()).map(drums).collect();
    let all: Vec<f64> = (0..bass.len()).map(|i| 0.6 * bass[i] + chords[i] + drums[i]).collect();
    over_the_line(&all)
}

/// One voice alone, notes of 0.25 to 1 s.
pub fn flute(seconds: f64) -> Vec<i16> {
    const TUNE: [(i32, f64); 8] =
        [(24, 0.5), (26, 0.5), (27, 1.0), (31, 0.5), (29, 0.25), (27, 0.25), (26, 0.5), (22, 1.0)];
    let mut at = 0.0;
    let tune = TUNE.iter().cycle().map(|&(note, lasts)| {
        let began = at;
        at += lasts;
        (note, began, lasts)
    });
    over_the_line(&play(seconds, tune.take_while(|note| note.1 < seconds), blown))
}

/// Plucked strings (Karplus & Strong 1983), a note every 0.25 s.
pub fn guitar(seconds: f64) -> Vec<i16> {
    let mut all = vec![0.0; (seconds * RATE) as usize];
    let mut random = Random::new(8);
    for (beat, at) in beats(seconds, 0.25) {
        let period = (RATE / hz(CHORDS[beat / 8 % 4][beat % 4] + 12)) as usize;
        let mut string: Vec<f64> = (0..period).map(|_| 2.0 * random.next() - 1.0).collect();
        for (i, out) in all.iter_mut().skip((at * RATE) as usize).take(8_000).enumerate() {
            let (now, next) = (i % period, (i + 1) % period);
            *out += string[now];
            string[now] = 0.498 * (string[now] + string[next]);
        }
    }
    over_the_line(&all)
}

/// Eight notes a second of a synthesiser.
pub fn arpeggio(seconds: f64) -> Vec<i16> {
    let note = |(beat, at): (usize, f64)| (CHORDS[beat / 16 % 4][beat % 4] + 12, at, 0.125);
    over_the_line(&play(seconds, beats(seconds, 0.125).map(note), square))
}
