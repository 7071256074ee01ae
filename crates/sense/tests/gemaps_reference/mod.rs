//! Descriptors and functionals beside those of an independent implementation: fourteen files, wide and as a telephone
//! carries them (`reference/README.md` of the development data).
#![expect(clippy::unwrap_used, reason = "support of tests, which clippy does not see as one")]

use std::{collections::BTreeMap, path::Path};

use calmline_sense::{
    gemaps::{DESCRIPTOR_NAMES, DESCRIPTORS, Descriptors, Extractor, Functionals, NAMES, Rate},
    telephone,
};

/// Frame `n` of ours is the reference's frame `n` for what comes from 60 ms, and its frame `n + 2` for what comes from
/// 20 ms: the reference lets both windows begin together, here they have the same centre.
pub const SPECTRAL_OFFSET: usize = 2;
/// Descriptors that come from 20 ms.
pub const SPECTRAL: usize = 10;
/// Frames of the resampled files that are quieter than this, in the reference's loudness, hold nothing but the last
/// steps of the µ-law code, which depend on the resampler.
const IDLE_LOUDNESS: f32 = 0.03;

/// One file at one rate, ours and the reference's.
pub struct Pair {
    pub file: String,
    pub rate: Rate,
    pub ours: Vec<Descriptors>,
    pub theirs: Vec<[f32; DESCRIPTORS]>,
    pub our_functionals: [f32; 88],
    pub their_functionals: [f32; 88],
}

/// All files; nothing where the data is not there.
pub fn pairs() -> Option<Vec<Pair>> {
    let folder = calmline_testing::data("reference")?;
    let root = folder.parent().unwrap().to_path_buf();
    let frames = table(&folder.join("egemaps_lld.csv"));
    let functionals = table(&folder.join("egemaps_functionals.csv"));
    let pair = |((file, hz), rows): (&(String, usize), &Vec<Vec<f32>>)| {
        let rate = if *hz == 8_000 { Rate::Narrow } else { Rate::Wide };
        let samples = audio(&root.join(file), rate);
        let (ours, our_functionals) = describe(rate, &samples);
        let row = &functionals[&(file.clone(), *hz)][0];
        Pair {
            file: file.clone(),
            rate,
            ours,
            // The first column of the frames' table is their number.
            theirs: rows.iter().map(|row| row[1..].try_into().unwrap()).collect(),
            our_functionals,
            their_functionals: row.as_slice().try_into().unwrap(),
        }
    };
    Some(frames.iter().map(pair).collect())
}

fn table(path: &Path) -> BTreeMap<(String, usize), Vec<Vec<f32>>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        let key = (cells.next().unwrap().to_owned(), cells.next().unwrap().parse().unwrap());
        rows.entry(key).or_default().push(cells.map(|cell| cell.parse().unwrap_or(0.0)).collect());
    }
    rows
}

fn audio(path: &Path, rate: Rate) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap();
    let flac = path.extension().is_some_and(|extension| extension == "flac");
    let mut pcm: Vec<i16> = if flac {
        let mut reader = claxon::FlacReader::new(bytes.as_slice()).unwrap();
        reader.samples().map(|sample| sample.unwrap() as i16).collect()
    } else {
        let at = bytes.windows(4).position(|word| word == b"data").unwrap() + 8;
        let pairs = bytes[at..].chunks_exact(2);
        pairs.take(30 * 8_000).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    };
    if rate == Rate::Wide {
        return pcm.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    }
    if flac {
        pcm = telephone::halve(&pcm);
    }
    pcm.iter().map(|&sample| companded(f32::from(sample) / 32_768.0)).collect()
}

/// Eight bits on the continuous µ-law curve, as the reference's audio was made; G.711 is its approximation in pieces.
fn companded(sample: f32) -> f32 {
    let curve = sample.signum() * (255.0 * sample.abs()).ln_1p() / 256.0_f32.ln();
    let code = ((curve + 1.0) / 2.0 * 255.0).round() / 255.0 * 2.0 - 1.0;
    code.signum() * (256.0_f32.powf(code.abs()) - 1.0) / 255.0
}

fn describe(rate: Rate, samples: &[f32]) -> (Vec<Descriptors>, [f32; 88]) {
    let (mut frames, mut functionals) = (Vec::new(), Functionals::new());
    let mut extractor = Extractor::new(rate);
    let mut keep = |frame: &Descriptors| {
        functionals.push(frame);
        frames.push(*frame);
    };
    extractor.push(samples, &mut keep);
    extractor.finish(&mut keep);
    (frames, functionals.values())
}

/// Agreement in one descriptor over all files of a rate.
#[derive(Debug, Clone, Copy)]
pub struct Agreement {
    pub name: &'static str,
    /// Correlation over all frames of all files.
    pub correlation: f64,
    /// Correlation in the file where it is smallest.
    pub worst: f64,
    /// Median of ours less theirs.
    pub offset: f64,
}

pub fn descriptors(pairs: &[Pair], rate: Rate) -> Vec<Agreement> {
    let of = |at: usize| {
        let files: Vec<Vec<(f64, f64)>> =
            pairs.iter().filter(|pair| pair.rate == rate).map(|pair| values(pair, at)).collect();
        agreement(DESCRIPTOR_NAMES[at], &files)
    };
    (0..DESCRIPTORS).map(of).collect()
}

/// The frames in which both have a value.
fn values(pair: &Pair, at: usize) -> Vec<(f64, f64)> {
    let offset = if at < SPECTRAL { SPECTRAL_OFFSET } else { 0 };
    let resampled = pair.rate == Rate::Narrow && pair.file.starts_with("speech");
    let both = pair.ours.iter().zip(&pair.theirs[offset..]).filter(|(ours, theirs)| {
        if at < SPECTRAL {
            return !resampled || theirs[0] > IDLE_LOUDNESS;
        }
        let level = if at > SPECTRAL + 5 && at.is_multiple_of(3) { theirs[at] > -200.0 } else { true };
        ours.voice.is_some() && theirs[SPECTRAL] > 0.0 && level
    });
    both.map(|(ours, theirs)| (f64::from(ours.values()[at]), f64::from(theirs[at]))).collect()
}

pub fn functionals(pairs: &[Pair]) -> Vec<(&'static str, f64)> {
    let of = |at: usize| {
        let both = |pair: &Pair| (f64::from(pair.our_functionals[at]), f64::from(pair.their_functionals[at]));
        (NAMES[at], correlation(&pairs.iter().map(both).collect::<Vec<_>>()))
    };
    (0..NAMES.len()).map(of).collect()
}

/// Of the voiced frames of either, the share that is voiced in both; and of those the share that differs by more than a
/// semitone.
pub fn voicing(pairs: &[Pair], rate: Rate) -> (f64, f64) {
    let (mut either, mut both, mut wrong) = (0.0, 0.0, 0.0);
    for pair in pairs.iter().filter(|pair| pair.rate == rate) {
        for (ours, theirs) in pair.ours.iter().zip(&pair.theirs) {
            let theirs = (theirs[SPECTRAL] > 0.0).then_some(theirs[SPECTRAL]);
            either += f64::from(u8::from(ours.voice.is_some() || theirs.is_some()));
            if let (Some(ours), Some(theirs)) = (ours.voice, theirs) {
                both += 1.0;
                wrong += f64::from(u8::from((ours.semitones - theirs).abs() > 1.0));
            }
        }
    }
    (both / either, wrong / both)
}

fn agreement(name: &'static str, files: &[Vec<(f64, f64)>]) -> Agreement {
    let all = files.concat();
    let mut differences: Vec<f64> = all.iter().map(|(ours, theirs)| ours - theirs).collect();
    differences.sort_unstable_by(f64::total_cmp);
    Agreement {
        name,
        correlation: correlation(&all),
        worst: files.iter().filter(|file| file.len() > 20).map(|file| correlation(file)).fold(1.0, f64::min),
        offset: differences[differences.len() / 2],
    }
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let (a, b) = (pair.0 - x, pair.1 - y);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    xy / (xx * yy).sqrt()
}
