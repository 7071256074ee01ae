//! The mel filterbank that Whisper was trained with.

/// Whisper's sampling rate in hertz.
const RATE: f64 = 16_000.0;
/// The length of its Fourier transform in samples.
const WINDOW: usize = 400;
/// Frequencies of a spectrum.
pub(super) const BINS: usize = WINDOW / 2 + 1;

/// Slaney's auditory mel scale is linear up to 1 kHz with 200/3 Hz per mel…
const HZ_PER_MEL: f64 = 200.0 / 3.0;
const BREAK_HZ: f64 = 1_000.0;
/// …and logarithmic above, 27 mels for a factor of 6.4 (M. Slaney, *Auditory Toolbox*, Interval Research TR 1998-010).
const LOG_STEP: f64 = 0.068_751_777_420_949_12;

/// `bands` triangular filters over [`BINS`] frequencies from 0 to 8 kHz, row by row, each of equal area
/// (`librosa.filters.mel` with its defaults, from which OpenAI's `mel_filters.npz` was made).
pub(super) fn filterbank(bands: usize) -> Vec<f32> {
    let top = mel(RATE / 2.0);
    let edges: Vec<f64> = (0..bands + 2).map(|i| hz(top * i as f64 / (bands + 1) as f64)).collect();
    let mut filters = Vec::with_capacity(bands * BINS);
    for corners in edges.windows(3) {
        let &[low, centre, high] = corners else { continue };
        filters.extend((0..BINS).map(|bin| {
            let f = RATE * bin as f64 / WINDOW as f64;
            let rising = (f - low) / (centre - low);
            let falling = (high - f) / (high - centre);
            (rising.min(falling).max(0.0) * 2.0 / (high - low)) as f32
        }));
    }
    filters
}

fn mel(hz: f64) -> f64 {
    if hz < BREAK_HZ { hz / HZ_PER_MEL } else { BREAK_HZ / HZ_PER_MEL + (hz / BREAK_HZ).ln() / LOG_STEP }
}

fn hz(mel: f64) -> f64 {
    let break_mel = BREAK_HZ / HZ_PER_MEL;
    if mel < break_mel { mel * HZ_PER_MEL } else { BREAK_HZ * (LOG_STEP * (mel - break_mel)).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_goes_there_and_back() {
        assert!((LOG_STEP - 6.4_f64.ln() / 27.0).abs() < 1e-15);
        for f in [0.0, 440.0, 999.9, 1_000.0, 4_321.0, 8_000.0] {
            assert!((hz(mel(f)) - f).abs() < 1e-9);
        }
    }

    /// Values of `librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)`, as in OpenAI's `mel_filters.npz`.
    #[test]
    fn it_is_librosas_filterbank() {
        let filters = filterbank(80);
        assert_eq!(filters.len(), 80 * BINS);
        let at = |band: usize, bin: usize| f64::from(filters[band * BINS + bin]);
        assert_eq!(at(0, 0), 0.0);
        for (band, bin, wanted) in REFERENCE {
            assert!(
                (at(band, bin) - wanted).abs() < 1e-7,
                "({band}, {bin}): {} is not {wanted}",
                at(band, bin)
            );
        }
        for band in filters.chunks(BINS) {
            assert!(band.iter().any(|&weight| weight > 0.0), "a band hears nothing");
        }
    }

    const REFERENCE: [(usize, usize, f64); 8] = [
        (0, 1, 0.024_862_594_902_515_41),
        (0, 2, 0.0),
        (10, 11, 0.004_954_374_860_972_166),
        (25, 25, 0.004_040_425_643_324_852),
        (30, 35, 0.0),
        (79, 195, 0.002_243_795_199_319_720_3),
        (79, 198, 0.000_897_518_009_878_695),
        (79, 200, 0.0),
    ];
}
