//! Labels and recordings.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use calmline_sense::telephone;
use serde::Deserialize;

use super::Band;

/// A labelled recording.
#[derive(Debug, Clone, Deserialize)]
pub struct Label {
    /// Where it lies.
    pub file: PathBuf,
    /// Of which corpus it is.
    pub corpus: String,
    /// Who speaks.
    pub speaker: String,
    /// Which emotion was acted.
    pub emotion: String,
    /// Which language was spoken, where it is known.
    #[serde(default)]
    pub language: Option<String>,
    /// The speaker's gender, where it is known.
    #[serde(default)]
    pub gender: Option<String>,
}

/// The labels of a file; of one corpus, or of all.
pub fn read_labels(path: &Path, corpus: Option<&str>) -> Result<Vec<Label>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the label file {name}"))?;
    let text = text.trim_start_matches('\u{feff}');
    let rows: Vec<Label> = match path.extension().and_then(|extension| extension.to_str()) {
        Some("jsonl") => text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                serde_json::from_str(line).with_context(|| format!("{name}, line {}: not a label", at + 1))
            })
            .collect::<Result<_>>()?,
        extension => {
            let delimiter = if extension == Some("tsv") { b'\t' } else { b',' };
            let mut reader =
                csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
            let rows = reader.deserialize().collect::<Result<_, _>>();
            rows.with_context(|| format!("{name} needs the columns file, corpus, speaker, emotion"))?
        }
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let labels: Vec<_> = rows
        .into_iter()
        .filter(|row| corpus.is_none_or(|corpus| row.corpus == corpus))
        .map(|row| Label { file: folder.join(&row.file), ..row })
        .collect();
    ensure!(!labels.is_empty(), "{name} holds no label of corpus {:?}", corpus.unwrap_or("any"));
    Ok(labels)
}

/// A recording at 8 kHz.
pub fn read_recording(path: &Path) -> Result<Vec<i16>> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    let mut reader = claxon::FlacReader::new(file).with_context(|| format!("{name} is not FLAC"))?;
    let format = reader.streaminfo();
    ensure!(format.channels == 1, "{name} has {} channels; make it mono", format.channels);
    ensure!(format.bits_per_sample == 16, "{name} has {} bits; make it 16", format.bits_per_sample);
    let samples: Vec<i16> = reader
        .samples()
        .map(|sample| Ok(i16::try_from(sample?)?))
        .collect::<Result<_>>()
        .with_context(|| format!("{name} is damaged"))?;
    match format.sample_rate {
        8_000 => Ok(samples),
        16_000 => Ok(telephone::halve(&samples)),
        rate => bail!("{name} has {rate} samples per second; make it 8000 or 16000"),
    }
}

/// A recording as it comes through a band.
pub fn over(band: Band, mut recording: Vec<i16>) -> Vec<i16> {
    if band == Band::Telephone {
        recording.iter_mut().for_each(|sample| *sample = telephone::mu_law(*sample));
    }
    recording
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_in_three_forms_and_a_missing_column_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let csv =
            write("a.csv", "\u{feff}file,corpus,speaker,emotion\nx.flac,c,s,angry\ny.flac,c,s,disgust\n");
        let tsv = write("a.tsv", "file\tcorpus\tspeaker\temotion\nx.flac\tc\ts\tangry\n");
        let json = r#"{"file":"x.flac","corpus":"c","speaker":"s","emotion":"angry"}"#;
        let jsonl = write("a.jsonl", json);
        for path in [csv, tsv, jsonl] {
            let labels = read_labels(&path, Some("c")).unwrap();
            assert!(labels[0].emotion == "angry" && labels[0].file.ends_with("x.flac"), "{}", path.display());
            assert!(read_labels(&path, Some("other")).is_err());
        }
        let error = read_labels(&write("b.csv", "file,corpus\nx,c\n"), None).unwrap_err();
        assert!(error.to_string().contains("speaker, emotion"), "{error}");
    }
}
