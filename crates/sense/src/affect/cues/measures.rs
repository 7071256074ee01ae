//! What a cue looks at: a dozen measures of an utterance, none of which depends on the line's gain.

use std::sync::OnceLock;

use crate::{
    affect::functionals::{Functionals, Scratch, moments, names},
    prosody::Descriptors,
};

/// How many measures there are.
pub(crate) const COUNT: usize = Measure::ALL.len();
/// How many numbers tell the line, and not the voice.
pub(crate) const LINE: usize = 2;

/// A measure of an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Median pitch, semitones over 27.5 Hz.
    Pitch,
    /// From the 20th to the 80th percentile of the pitch, semitones.
    Range,
    /// How far the pitch moves in 100 ms, median, semitones.
    Movement,
    /// Modulation of the pitch between 4 and 12 Hz within voiced stretches, root mean square, semitones.
    Tremor,
    /// Power above 1 kHz over power below, dB: a harder voice has more.
    Balance,
    /// Difference of neighbouring periods over their mean, natural logarithm of one plus it.
    Jitter,
    /// Harmonics-to-noise ratio, dB.
    Clarity,
    /// Syllable nuclei per second of speech.
    Pace,
    /// Share of the utterance that is pauses of 200 ms and more.
    Pauses,
    /// Deviation of the natural logarithm of the lengths of what lies between voiced stretches.
    Unevenness,
    /// Share of the speech that is drawn-out sounds: voice that goes on for 300 ms and more at one pitch.
    Hesitation,
    /// Deviation of the loudness over its mean.
    Dynamics,
}

impl Measure {
    /// All of them, in the order in which they are kept.
    pub const ALL: [Self; 12] = [
        Self::Pitch,
        Self::Range,
        Self::Movement,
        Self::Tremor,
        Self::Balance,
        Self::Jitter,
        Self::Clarity,
        Self::Pace,
        Self::Pauses,
        Self::Unevenness,
        Self::Hesitation,
        Self::Dynamics,
    ];

    /// The catalogue code of its going up or down.
    #[must_use]
    pub fn code(self, up: bool) -> &'static str {
        macro_rules! codes {
            ($($measure:ident $name:literal),*) => {
                match (self, up) {
                    $((Self::$measure, true) => concat!("cue_feature.", $name, ".up"),
                      (Self::$measure, false) => concat!("cue_feature.", $name, ".down"),)*
                }
            };
        }
        codes!(
            Pitch "pitch", Range "range", Movement "movement", Tremor "tremor", Balance "balance", Jitter "jitter",
            Clarity "clarity", Pace "pace", Pauses "pauses", Unevenness "unevenness", Hesitation "hesitation",
            Dynamics "dynamics"
        )
    }
}

/// Steps over which the slow course of the pitch is taken away, and over which its residue is smoothed: moving averages of
/// 250 ms and 40 ms, which leave about 4 to 12 Hz.
const SLOW: usize = 25;
const QUICK: usize = 4;
/// A drawn-out sound: 300 ms of voice that moves less than a semitone, as filled pauses do (Shriberg 2001: long, flat or
/// slowly falling).
const DRAWN: usize = 30;
const FLAT_SEMITONES: f32 = 1.0;

/// An utterance in numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measures {
    /// In the order of [`Measure::ALL`].
    pub(crate) voice: [f64; COUNT],
    /// What tells the line or the headset: in the softest part of the voice, which effort changes least, power above 1 kHz
    /// over power below, dB; and the slope of the spectrum above 1.5 kHz, dB per kHz.
    pub(crate) line: [f64; LINE],
    /// Median level of the voice over the line's noise, dB.
    pub(crate) snr_db: f64,
    /// Seconds of speech.
    pub(crate) speech_s: f64,
}

impl Measures {
    /// Takes the measures of an utterance from its functionals and, where they have none, from its steps.
    pub(crate) fn of(
        functionals: &Functionals,
        steps: &[Descriptors],
        speech_s: f64,
        scratch: &mut Scratch,
    ) -> Self {
        let known = known().map(|at| functionals.values[at]);
        let [pitch, range, movement, alpha, jitter, clarity, pace, pauses, dynamics] = known;
        let soft = scratch.percentile(steps.iter().filter(|s| s.voiced).map(|s| s.loudness), 0.3);
        let softest = || steps.iter().filter(|s| s.voiced && s.loudness <= soft);
        let voice = [
            pitch,
            range,
            movement,
            f64::from(tremor(steps)),
            -alpha,
            jitter,
            clarity,
            pace,
            pauses,
            f64::from(unevenness(steps)),
            f64::from(hesitation(steps)),
            dynamics,
        ];
        let balance = -moments(softest().map(|s| s.alpha_db)).0;
        let slope = moments(softest().map(|s| s.slope_high)).0;
        let line = [f64::from(balance), f64::from(slope)];
        Self { voice, line, snr_db: functionals.snr_db, speech_s }
    }
}

/// The functionals that are measures themselves.
const KNOWN: [&str; 9] = [
    "pitch.p50",
    "melody.range",
    "melody.move10",
    "voice.alpha",
    "voice.jitter",
    "voice.harmonicity",
    "tempo.syllables",
    "tempo.pauses",
    "loud.variation",
];

/// Where they stand.
fn known() -> [usize; 9] {
    static PLACES: OnceLock<[usize; 9]> = OnceLock::new();
    let place = |wanted: &str| names().iter().position(|name| name == wanted).unwrap_or_default();
    *PLACES.get_or_init(|| KNOWN.map(place))
}

/// The voiced stretches.
fn stretches(steps: &[Descriptors]) -> impl Iterator<Item = &[Descriptors]> {
    steps.chunk_by(|a, b| a.voiced == b.voiced).filter(|stretch| stretch[0].voiced)
}

/// Root mean square of what is left of the pitch once its slow course is taken away; zero without a long enough stretch.
fn tremor(steps: &[Descriptors]) -> f32 {
    let (mut squares, mut count) = (0.0, 0.0_f32);
    for stretch in stretches(steps).filter(|stretch| stretch.len() > SLOW) {
        let mean = |from: usize, length: usize| {
            stretch[from..from + length].iter().map(|step| step.semitones).sum::<f32>() / length as f32
        };
        for from in 0..=stretch.len() - SLOW {
            let residue = mean(from + (SLOW - QUICK) / 2, QUICK) - mean(from, SLOW);
            // Jumps of a third and more are the tracker's.
            if residue.abs() < 4.0 {
                squares += residue * residue;
                count += 1.0;
            }
        }
    }
    (squares / count.max(1.0)).sqrt()
}

fn unevenness(steps: &[Descriptors]) -> f32 {
    let spoken = steps.iter().position(|s| s.voiced).unwrap_or(0)
        ..steps.iter().rposition(|s| s.voiced).map_or(0, |last| last + 1);
    let gaps = steps[spoken].chunk_by(|a, b| a.voiced == b.voiced).filter(|gap| !gap[0].voiced);
    moments(gaps.map(|gap| (gap.len() as f32).ln())).1
}

fn hesitation(steps: &[Descriptors]) -> f32 {
    let speech = steps.iter().filter(|step| step.speech).count();
    let drawn: usize = stretches(steps).map(drawn_out).sum();
    drawn as f32 / speech.max(1) as f32
}

/// How many steps of a voiced stretch belong to parts of [`DRAWN`] steps and more that stay within [`FLAT_SEMITONES`].
fn drawn_out(stretch: &[Descriptors]) -> usize {
    let (mut drawn, mut from) = (0, 0);
    while from + DRAWN <= stretch.len() {
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        let flat = stretch[from..].iter().take_while(|step| {
            low = low.min(step.semitones);
            high = high.max(step.semitones);
            high - low < FLAT_SEMITONES
        });
        let length = flat.count();
        if length >= DRAWN {
            drawn += length;
            from += length;
        } else {
            from += 1;
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_functional_that_is_taken_over_exists() {
        for (name, at) in KNOWN.iter().zip(known()) {
            assert_eq!(&names()[at], name);
        }
    }

    /// Steps of a voice whose pitch, in semitones, follows a course.
    fn voice(steps: usize, semitones: impl Fn(f32) -> f32) -> Vec<Descriptors> {
        let step = |at: usize| Descriptors {
            speech: true,
            voiced: true,
            semitones: semitones(at as f32 / 100.0),
            ..Descriptors::default()
        };
        (0..steps).map(step).collect()
    }

    #[test]
    fn tremor_is_heard_between_4_and_12_hz_and_slow_melody_is_none() {
        let swinging = |hz: f32| tremor(&voice(200, |s| 30.0 + (std::f32::consts::TAU * hz * s).sin()));
        for hz in [5.0, 7.0, 10.0] {
            assert!(swinging(hz) > 0.4, "{hz} Hz: {}", swinging(hz));
        }
        assert!(swinging(0.5) < 0.1 && swinging(1.0) < 0.2, "{} {}", swinging(0.5), swinging(1.0));
        assert!(tremor(&voice(20, |_| 30.0)) == 0.0, "too short a stretch was measured");
    }

    #[test]
    fn a_held_sound_is_drawn_out_and_a_moving_one_is_not() {
        assert!(hesitation(&voice(50, |_| 30.0)) > 0.99);
        assert!(hesitation(&voice(50, |s| 30.0 + 8.0 * s)) == 0.0);
        assert!(hesitation(&voice(25, |_| 30.0)) == 0.0);
    }

    #[test]
    fn gaps_of_one_length_are_even() {
        let gap = |steps: usize| vec![Descriptors { speech: true, ..Descriptors::default() }; steps];
        let said = |gaps: [usize; 3]| {
            let mut steps = voice(10, |_| 30.0);
            for steps_of in gaps {
                steps.extend(gap(steps_of));
                steps.extend(voice(10, |_| 30.0));
            }
            unevenness(&steps)
        };
        assert!(said([8, 8, 8]).abs() < 1e-6);
        assert!(said([2, 30, 5]) > 0.8);
    }
}
