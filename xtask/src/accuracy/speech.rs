//! Speech recognition: recordings whose words are known, at telephone rate.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::{Measured, Table, count, figure, folder, read};
use crate::peers::Peers;

const PEERS: Peers =
    Peers { script: "speech.py", packages: &["faster-whisper==1.2.1", "soundfile==0.13.1"], bare: &[] };

/// The sentences of RAVDESS (Livingstone & Russo 2018), by the fifth number of a file's name.
const SENTENCES: [(&str, &str); 2] =
    [("01", "Kids are talking by the door"), ("02", "Dogs are sitting by the door")];

/// Clips with their words.
const CLIPS: [(&str, &str, &str); 3] = [
    (
        "librispeech-1995-1837-0001.wav",
        "it was the first great sorrow of his life it was not so much the loss of the cotton itself but the fantasy the \
         hopes the dreams built around it",
        "en",
    ),
    ("aishell-BAC009S0724W0121.wav", "广州市房地产中介协会分析", "zh"),
    ("azure_zhcn_short.wav", "今天天气怎么样", "zh"),
];

pub(super) fn measure(measured: &Measured) -> Result<Vec<(&'static str, Table)>> {
    let mut table = Table::new([
        "recordings",
        "language",
        "files, seconds",
        "ours: word error rate",
        "character error rate",
        "language found",
        "real-time factor",
        "peer: word error rate",
        "character error rate",
        "real-time factor",
    ]);
    for (name, manifest) in [("acted", acted(measured)?), ("read", clips(measured)?)] {
        let path = folder()?.join(format!("{name}.csv"));
        fs::write(&path, manifest).with_context(|| format!("writing {}", path.display()))?;
        let manifest = path.to_string_lossy();
        let said = measured.evaluate("speech", &["--manifest", &manifest])?;
        let peers = PEERS.measure(&path);
        for row in said["results"].as_array().into_iter().flatten() {
            table.row(cells(name, row, &peers));
        }
    }
    Ok(vec![("speech", table), ("legs", legs(measured)?)])
}

/// So many recordings of each speaker, evenly drawn from all that they said, make a leg.
const A_LEG: usize = 12;

/// In which share of its utterances the language of a leg is found.
fn legs(measured: &Measured) -> Result<Table> {
    let mut table = Table::new(["legs of", "language", "legs", "utterances with words", "language found"]);
    let labels = read(&measured.path("speech/labels.csv"))?;
    for corpus in ["ravdess", "casia"] {
        let mut speakers: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for line in labels.lines() {
            let mut fields = line.split(',');
            if let (Some(file), Some(of), Some(language), Some(speaker)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
                && of == corpus
            {
                speakers.entry(speaker).or_default().push((file, language));
            }
        }
        let mut manifest = "file,leg,language\n".to_owned();
        for (speaker, files) in speakers {
            for (file, language) in files.iter().step_by((files.len() / A_LEG).max(1)).take(A_LEG) {
                writeln!(manifest, "{},{speaker},{language}", measured.path("speech").join(file).display())?;
            }
        }
        let path = folder()?.join(format!("{corpus}-legs.csv"));
        fs::write(&path, manifest).with_context(|| format!("writing {}", path.display()))?;
        let said = measured.evaluate("speech", &["--legs", "--manifest", &path.to_string_lossy()])?;
        for row in said["results"].as_array().into_iter().flatten() {
            table.row([
                corpus.into(),
                row["language"].as_str().unwrap_or_default().into(),
                count(&row["legs"]),
                count(&row["utterances"]),
                figure(&row["language_right"]),
            ]);
        }
    }
    Ok(table)
}

fn cells(name: &str, row: &Value, peers: &Map<String, Value>) -> [String; 10] {
    let language = row["language"].as_str().unwrap_or_default();
    let peer = peers.get(language).cloned().unwrap_or_default();
    [
        name.into(),
        language.into(),
        format!("{}, {}", row["files"], count(&row["audio_s"])),
        figure(&row["wer"]),
        figure(&row["cer"]),
        figure(&row["language_right"]),
        figure(&row["rtf"]),
        figure(&peer["wer"]),
        figure(&peer["cer"]),
        figure(&peer["rtf"]),
    ]
}

/// Every sixth recording of RAVDESS, all speakers and emotions.
fn acted(measured: &Measured) -> Result<String> {
    let labels = read(&measured.path("speech/labels.csv"))?;
    let files =
        labels.lines().filter_map(|line| line.split(',').next()).filter(|file| file.starts_with("ravdess/"));
    let mut manifest = "file,text,language\n".to_owned();
    for file in files.step_by(6) {
        let sentence = file.split('-').nth(4).unwrap_or_default();
        let Some((_, text)) = SENTENCES.iter().find(|(number, _)| *number == sentence) else { continue };
        writeln!(manifest, "{},{text},en", measured.path("speech").join(file).display())?;
    }
    Ok(manifest)
}

fn clips(measured: &Measured) -> Result<String> {
    let mut manifest = "file,text,language\n".to_owned();
    for (file, text, language) in CLIPS {
        writeln!(manifest, "{},{text},{language}", measured.path("calls").join(file).display())?;
    }
    Ok(manifest)
}
