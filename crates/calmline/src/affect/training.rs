//! Training on recordings that are heard over simulated telephone lines.

use std::collections::BTreeSet;

use anyhow::Result;
use calmline_sense::{
    affect::{
        AffectModel, study,
        train::{Example, train},
    },
    telephone,
};

use super::{
    Band,
    recordings::{Label, over, read_recording},
};

/// The lines that every training recording is heard over: clean, and three with their own band, gain and noise.
fn lines(recording: &[i16], seed: u64) -> [Vec<i16>; 4] {
    let heard = |band: Option<(f64, f64)>, gain_db, noise_db, n| {
        let banded = band.map(|(low, high)| telephone::band(recording, low, high));
        let recording = banded.as_deref().unwrap_or(recording);
        over(Band::Telephone, telephone::line(recording, gain_db, noise_db, seed.wrapping_add(n)))
    };
    [
        over(Band::Telephone, recording.to_vec()),
        heard(Some((300.0, 3_400.0)), -12.0, -58.0, 1),
        heard(None, -6.0, -50.0, 2),
        heard(Some((200.0, 2_800.0)), -18.0, -66.0, 3),
    ]
}

/// What is heard in the recordings over every line.
pub fn examples(labels: &[Label], seed: u64) -> Result<Vec<Example>> {
    let mut examples = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let recording = read_recording(&label.file)?;
        let lines = lines(&recording, seed.wrapping_add(at as u64 * 16));
        for (version, line) in lines.iter().enumerate() {
            let Some(functionals) = study::functionals(line) else { continue };
            examples.push(Example {
                values: functionals.values().to_vec(),
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
        "{corpus}: {} recordings of {} speakers, each over 4 simulated telephone lines, seed {seed}",
        labels.len(),
        speakers.len()
    );
    Ok(train(&examples, &words)?)
}
