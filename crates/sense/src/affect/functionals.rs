//! An utterance's functionals: statistics of the descriptors that do not depend on the line's gain.
//!
//! Levels enter only relative to the utterance's own mean. Each functional's name starts with its family: `pitch`, `melody`,
//! `voice`, `loud`, `tempo` and `cepstrum` here, `motion`, `turn`, `band`, `shape` and `course` in [`motion`].

use std::{fmt::Arguments, sync::OnceLock};

use super::motion;
use crate::{
    prosody::{CEPSTRA, Descriptors},
    rate::Rhythm,
};

/// Too little to judge: 400 ms of voice.
const VOICED_MIN: usize = 40;
/// Too noisy to judge: the median voiced step must stand this far above the floor.
const SNR_MIN_DB: f32 = 8.0;
/// The loud part of the voice lies above this percentile of its loudness, the soft part below one minus it.
pub(super) const LOUD: f32 = 0.7;

/// The statistics of one utterance, in the order of [`names`].
#[derive(Debug, Clone, PartialEq)]
pub struct Functionals {
    pub(crate) values: Vec<f64>,
    /// Seconds of voice that they rest on.
    pub(crate) voiced_s: f64,
    /// Median level of the voice over the line's noise, dB.
    pub(crate) snr_db: f64,
}

impl Functionals {
    /// The values, in the order of [`names`].
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}

/// Names of the functionals.
#[must_use]
pub fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let step = Descriptors { speech: true, voiced: true, ..Descriptors::default() };
        let mut names = Vec::new();
        describe(&[step; 4], Rhythm::default(), &mut Scratch::default(), &mut |name, _| {
            names.push(name.to_string());
        });
        names
    })
}

/// Space that is kept between utterances.
#[derive(Default)]
pub(crate) struct Scratch {
    values: Vec<f32>,
}

/// Computes the functionals; nothing if there is too little voice or the line is too noisy.
pub(crate) fn of(steps: &[Descriptors], rhythm: Rhythm, scratch: &mut Scratch) -> Option<Functionals> {
    let voiced = steps.iter().filter(|step| step.voiced).count();
    if voiced < VOICED_MIN {
        return None;
    }
    let snr_db = scratch.percentile(steps.iter().filter(|s| s.voiced).map(|s| s.snr_db), 0.5);
    if snr_db < SNR_MIN_DB {
        return None;
    }
    let mut values = Vec::with_capacity(names().len());
    describe(steps, rhythm, scratch, &mut |_, value| {
        values.push(if value.is_finite() { f64::from(value) } else { 0.0 });
    });
    Some(Functionals { values, voiced_s: voiced as f64 * 0.01, snr_db: f64::from(snr_db) })
}

/// Takes a functional: its name, which is only written out where it is asked for, and its value.
pub(super) type Put<'a> = &'a mut dyn FnMut(Arguments<'_>, f32);

fn describe(steps: &[Descriptors], rhythm: Rhythm, scratch: &mut Scratch, put: Put<'_>) {
    pitch(steps, scratch, put);
    voice(steps, scratch, put);
    loudness(steps, scratch, put);
    tempo(steps, rhythm, put);
    motion::describe(steps, scratch, put);
}

fn pitch(steps: &[Descriptors], scratch: &mut Scratch, put: Put<'_>) {
    let voiced = || steps.iter().filter(|s| s.voiced).map(|s| s.semitones);
    let (mean, deviation) = moments(voiced());
    let [p5, p20, p50, p80, p95] =
        [0.05, 0.2, 0.5, 0.8, 0.95].map(|share| scratch.percentile(voiced(), share));
    put(format_args!("pitch.mean"), mean);
    put(format_args!("pitch.p5"), p5);
    put(format_args!("pitch.p95"), p95);
    put(format_args!("pitch.p20"), p20);
    put(format_args!("pitch.p50"), p50);
    put(format_args!("pitch.p80"), p80);
    put(format_args!("melody.deviation"), deviation);
    put(format_args!("melody.range"), p80 - p20);
    let [soft, loud] = [1.0 - LOUD, LOUD]
        .map(|share| scratch.percentile(steps.iter().filter(|s| s.voiced).map(|s| s.loudness), share));
    let louder = |s: &&Descriptors| s.voiced && s.loudness >= loud;
    let softer = |s: &&Descriptors| s.voiced && s.loudness <= soft;
    let (at_loud, _) = moments(steps.iter().filter(louder).map(|s| s.semitones));
    let (at_soft, _) = moments(steps.iter().filter(softer).map(|s| s.semitones));
    put(format_args!("pitch.loud"), at_loud);
    put(format_args!("pitch.soft"), at_soft);
    put(format_args!("pitch.lift"), at_loud - at_soft);
    for lag in [2, 5, 10, 20] {
        let pairs = motion::pairs(steps, lag).map(|(a, b)| (b.semitones - a.semitones).abs());
        put(format_args!("melody.move{lag}"), scratch.percentile(pairs, 0.5));
    }
    // Jumps of more than two semitones in 10 ms are the tracker's, not the voice's.
    let glides = || {
        steps
            .windows(2)
            .filter(|w| w[0].voiced && w[1].voiced)
            .map(|w| (w[1].semitones - w[0].semitones) * 100.0)
            .filter(|glide| glide.abs() < 200.0)
    };
    put(format_args!("melody.rise"), moments(glides().filter(|&g| g > 0.0)).0);
    put(format_args!("melody.fall"), moments(glides().filter(|&g| g < 0.0)).0);
}

fn voice(steps: &[Descriptors], scratch: &mut Scratch, put: Put<'_>) {
    let voiced = || steps.iter().filter(|s| s.voiced);
    let unvoiced = || steps.iter().filter(|s| s.speech && !s.voiced);
    type Measure = (&'static str, fn(&Descriptors) -> f32);
    let measures: [Measure; 6] = [
        ("alpha", |s| s.alpha_db),
        ("hammarberg", |s| s.hammarberg_db),
        ("slope_low", |s| s.slope_low),
        ("slope_high", |s| s.slope_high),
        ("harmonicity", |s| s.harmonicity_db),
        ("flux", |s| s.flux),
    ];
    let loud = scratch.percentile(voiced().map(|s| s.loudness), LOUD);
    for (name, of) in measures {
        let (mean, deviation) = moments(voiced().map(of));
        put(format_args!("voice.{name}"), mean);
        put(format_args!("voice.{name}_deviation"), deviation);
        put(format_args!("voice.{name}_loud"), moments(voiced().filter(|s| s.loudness >= loud).map(of)).0);
    }
    for k in 0..CEPSTRA {
        let (mean, deviation) = moments(voiced().map(|s| s.cepstrum[k]));
        put(format_args!("cepstrum.mean{}", k + 1), mean);
        put(format_args!("cepstrum.deviation{}", k + 1), deviation);
    }
    put(
        format_args!("voice.jitter"),
        moments(voiced().filter_map(|s| s.perturbation).map(|p| p.0.ln_1p())).0,
    );
    put(format_args!("voice.shimmer"), moments(voiced().filter_map(|s| s.perturbation).map(|p| p.1)).0);
    put(format_args!("voice.unvoiced_alpha"), moments(unvoiced().map(|s| s.alpha_db)).0);
    put(format_args!("voice.unvoiced_slope_low"), moments(unvoiced().map(|s| s.slope_low)).0);
    put(format_args!("voice.unvoiced_flux"), moments(unvoiced().map(|s| s.flux)).0);
}

fn loudness(steps: &[Descriptors], scratch: &mut Scratch, put: Put<'_>) {
    let spoken = || steps.iter().filter(|s| s.speech).map(|s| s.loudness);
    let (mean, deviation) = moments(spoken());
    let mean = mean.max(1e-20);
    put(format_args!("loud.variation"), deviation / mean);
    let [p20, p50, p80] = [0.2, 0.5, 0.8].map(|share| scratch.percentile(spoken(), share) / mean);
    put(format_args!("loud.p20"), p20);
    put(format_args!("loud.p50"), p50);
    put(format_args!("loud.p80"), p80);
    let steps_of = || {
        steps
            .windows(2)
            .filter(|w| w[0].speech && w[1].speech)
            .map(|w| (w[1].loudness - w[0].loudness) / mean)
    };
    put(format_args!("loud.rise"), moments(steps_of().filter(|&d| d > 0.0)).0);
    put(format_args!("loud.fall"), moments(steps_of().filter(|&d| d < 0.0)).0);
    let voiced = || steps.iter().filter(|s| s.voiced);
    put(format_args!("loud.with_pitch"), correlation(voiced().map(|s| (s.loudness / mean, s.semitones))));
    put(format_args!("loud.with_alpha"), correlation(voiced().map(|s| (s.loudness / mean, s.alpha_db))));
}

fn tempo(steps: &[Descriptors], rhythm: Rhythm, put: Put<'_>) {
    let (mut runs, mut voiced, mut longest, mut run) = (0, 0, 0, 0);
    for step in steps {
        if step.voiced {
            runs += i32::from(run == 0);
            run += 1;
            voiced += 1;
            longest = longest.max(run);
        } else {
            run = 0;
        }
    }
    let seconds = (rhythm.speech_s as f32).max(0.1);
    put(format_args!("tempo.syllables"), rhythm.rate().unwrap_or(0.0) as f32);
    put(format_args!("tempo.voiced_share"), voiced as f32 * 0.01 / seconds);
    put(format_args!("tempo.voiced_stretches"), runs as f32 / seconds);
    put(format_args!("tempo.voiced_length"), voiced as f32 * 0.01 / runs.max(1) as f32);
    put(format_args!("tempo.pauses"), rhythm.pause_s as f32 / (seconds + rhythm.pause_s as f32));
}

/// Mean and standard deviation; zeros of nothing.
pub(super) fn moments(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        let value = f64::from(value);
        n += 1.0;
        sum += value;
        squares += value * value;
    }
    if n == 0.0 {
        return (0.0, 0.0);
    }
    let mean = sum / n;
    (mean as f32, (squares / n - mean * mean).max(0.0).sqrt() as f32)
}

/// Pearson's correlation; zero where it is undefined.
pub(super) fn correlation(pairs: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (mut n, mut sx, mut sy, mut sxx, mut syy, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (f64::from(x), f64::from(y));
        n += 1.0;
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
    }
    let spread = (n * sxx - sx * sx) * (n * syy - sy * sy);
    if spread <= 1e-9 { 0.0 } else { ((n * sxy - sx * sy) / spread.sqrt()) as f32 }
}

impl Scratch {
    pub(super) fn percentile(&mut self, values: impl Iterator<Item = f32>, share: f32) -> f32 {
        self.values.clear();
        self.values.extend(values);
        if self.values.is_empty() {
            return 0.0;
        }
        let at = ((self.values.len() - 1) as f32 * share).round() as usize;
        *self.values.select_nth_unstable_by(at, f32::total_cmp).1
    }
}
