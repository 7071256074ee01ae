//! Training on recordings that are heard over simulated telephone lines.

use std::collections::BTreeSet;

use anyhow::Result;
use calmline_sense::{
    affect::{
        AffectModel,
        disguise::disguised,
        study,
        train::{Example, train},
    },
    telephone,
};

use super::{
    Band,
    recordings::{Label, over, read_recording},
};

/// How many disguises every speaker wears in turn beside their own voice.
const DISGUISES: u64 = 4;

/// The lines that every training recording is heard over: clean, and three with their own band, gain and noise; and the speaker's
/// disguises.
fn lines(recording: &[i16], speaker: &str, at: u64, seed: u64) -> Vec<Vec<i16>> {
    let noise = seed.wrapping_add(at * 16);
    let heard = |band: Option<(f64, f64)>, gain_db, noise_db, n| {
        let banded = band.map(|(low, high)| telephone::band(recording, low, high));
        let recording = banded.as_deref().unwrap_or(recording);
        over(Band::Telephone, telephone::line(recording, gain_db, noise_db, noise.wrapping_add(n)))
    };
    let mut lines = vec![
        over(Band::Telephone, recording.to_vec()),
        heard(Some((300.0, 3_400.0)), -12.0, -58.0, 1),
        heard(None, -6.0, -50.0, 2),
        heard(Some((200.0, 2_800.0)), -18.0, -66.0, 3),
    ];
    // All recordings of a speaker wear the same, as one more speaker would sound. FNV-1a gives each speaker their own.
    let own = speaker.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let disguises = (0..DISGUISES).map(|n| own.wrapping_add(seed.wrapping_mul(DISGUISES)).wrapping_add(n));
    lines.extend(disguises.map(|seed| over(Band::Telephone, disguised(recording, seed))));
    lines
}

/// What is heard in the recordings over every line.
pub fn examples(labels: &[Label], seed: u64) -> Result<Vec<Example>> {
    let mut examples = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let recording = read_recording(&label.file)?;
        let lines = lines(&recording, &label.speaker, at as u64, seed);
        for (version, line) in lines.iter().enumerate() {
            let Some(described) = study::described(line) else { continue };
            examples.push(Example {
                values: described.values,
                emotion: label.emotion.clone(),
                speaker: label.speaker.clone(),
                version: version as u32,
            });
        }
    }
    Ok(examples)
}

/// Trains a model on a corpus.
pub fn train_on(labels: &[Label], corpus: &str, seed: u64) -> Result<AffectModel> {
    let examples = examples(labels, seed)?;
    let speakers: BTreeSet<_> = labels.iter().map(|label| &label.speaker).collect();
    let words = format!(
        "{corpus}: {} recordings of {} speakers, each over 4 simulated telephone lines and in {DISGUISES} disguises, seed {seed}",
        labels.len(),
        speakers.len()
    );
    Ok(train(&examples, &words)?)
}
