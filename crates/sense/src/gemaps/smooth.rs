//! The moving average over three frames. What only a voice has is averaged over voiced frames only.

use super::{Descriptors, Formant, Voice};

/// Averages each frame with its neighbours; at the ends with the one that there is.
#[derive(Default)]
pub(super) struct Smoother {
    before: Option<Descriptors>,
    middle: Option<Descriptors>,
}

impl Smoother {
    /// Takes a frame and gives the one before it, smoothed.
    pub(super) fn push(&mut self, newest: Descriptors) -> Option<Descriptors> {
        let middle = self.middle.replace(newest);
        let smooth = middle.map(|middle| average(self.before.as_ref(), &middle, Some(&newest)));
        self.before = middle;
        smooth
    }

    /// The last frame; then the smoother is as new.
    pub(super) fn finish(&mut self) -> Option<Descriptors> {
        let middle = self.middle.take()?;
        let before = self.before.take();
        Some(average(before.as_ref(), &middle, None))
    }
}

fn average(before: Option<&Descriptors>, middle: &Descriptors, after: Option<&Descriptors>) -> Descriptors {
    let three = [before, Some(middle), after];
    let mean = |of: fn(&Descriptors) -> f32| mean(three.iter().flatten().map(|it| of(it)));
    Descriptors {
        power: middle.power,
        loudness: mean(|it| it.loudness),
        alpha_ratio: mean(|it| it.alpha_ratio),
        hammarberg: mean(|it| it.hammarberg),
        slope_low: mean(|it| it.slope_low),
        slope_mid: mean(|it| it.slope_mid),
        flux: mean(|it| it.flux),
        cepstrum: std::array::from_fn(|k| self::mean(three.iter().flatten().map(|it| it.cepstrum[k]))),
        voice: middle.voice.as_ref().map(|middle| {
            let voice = |it: Option<&Descriptors>| it.and_then(|it| it.voice);
            average_voice([voice(before), Some(*middle), voice(after)])
        }),
    }
}

fn average_voice(three: [Option<Voice>; 3]) -> Voice {
    let mean = |of: fn(&Voice) -> f32| mean(three.iter().flatten().map(of));
    let formant =
        |k: usize, of: fn(&Formant) -> f32| self::mean(three.iter().flatten().map(|it| of(&it.formants[k])));
    Voice {
        semitones: mean(|it| it.semitones),
        jitter: mean(|it| it.jitter),
        shimmer_db: mean(|it| it.shimmer_db),
        harmonicity_db: mean(|it| it.harmonicity_db),
        h1_h2: mean(|it| it.h1_h2),
        h1_a3: mean(|it| it.h1_a3),
        formants: std::array::from_fn(|k| Formant {
            hz: formant(k, |it| it.hz),
            bandwidth: formant(k, |it| it.bandwidth),
            level: formant(k, |it| it.level),
        }),
    }
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count == 0.0 { 0.0 } else { sum / count }
}
