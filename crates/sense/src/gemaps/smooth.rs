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
        voice: middle.voice.map(|middle| {
            let voice = |it: Option<&Descriptors>| it.and_then(|it| it.voice);
            average_voice(voice(before), middle, voice(after))
        }),
    }
}

fn average_voice(before: Option<Voice>, middle: Voice, after: Option<Voice>) -> Voice {
    let three = [before, Some(middle), after];
    let mean = |of: fn(&Voice) -> f32| mean(three.iter().flatten().map(of));
    let third = |it: &Voice| it.h1_a3;
    Voice {
        semitones: mean(|it| it.semitones),
        jitter: mean(|it| it.jitter),
        shimmer_db: mean(|it| it.shimmer_db),
        harmonicity_db: mean(|it| it.harmonicity_db),
        h1_h2: mean(|it| it.h1_h2),
        h1_a3: middle.h1_a3.map(|_| self::mean(three.iter().flatten().filter_map(third))),
        formants: std::array::from_fn(|k| {
            middle.formants[k]?;
            let there = || three.iter().flatten().filter_map(|it| it.formants[k]);
            Some(Formant {
                hz: self::mean(there().map(|it| it.hz)),
                bandwidth: self::mean(there().map(|it| it.bandwidth)),
                level: self::mean(there().map(|it| it.level)),
            })
        }),
    }
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count == 0.0 { 0.0 } else { sum / count }
}
