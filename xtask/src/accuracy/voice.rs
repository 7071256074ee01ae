//! Affect in the voice: the shipped model on corpora that it never saw, and models of one's own in folds by speaker.

use std::{fmt::Write as _, fs};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Measured, Table, figure, folder, read, with_interval};

const OTHERS: [&str; 2] = ["ravdess", "casia"];

/// What the project wants to reach: task, corpus, baseline, unweighted average recall.
const GOALS: [(&str, &str, &str, f64); 6] = [
    ("arousal", "ravdess", "none", 0.82),
    ("arousal", "casia", "none", 0.77),
    ("arousal", "ravdess", "speaker", 0.86),
    ("arousal", "casia", "speaker", 0.82),
    ("classes", "ravdess", "speaker", 0.63),
    ("classes", "casia", "speaker", 0.64),
];

pub(super) fn measure(measured: &Measured) -> Result<Vec<(&'static str, Table)>> {
    let peers = measured.path("reference/affect_baseline.json");
    let peers: Value = serde_json::from_str(&read(&peers)?).context("the affect baseline is not JSON")?;
    let mut shipped = Table::new([
        "told of the voice",
        "corpus",
        "baseline",
        "ours: UAR [95 %]",
        "peer: UAR [95 %]",
        "goal",
        "recordings, speakers",
        "sure enough for 90 %",
        "calibration error",
        "average precision",
    ]);
    let mut folds = Table::new([
        "corpus",
        "told of the voice",
        "baseline",
        "ours: UAR [95 %]",
        "peer: UAR [95 %]",
        "goal",
        "recordings, speakers",
    ]);
    let mut groups = Table::new(["corpus", "told of the voice", "baseline", "group", "UAR", "recordings"]);
    let labels = labels(measured)?;
    for corpus in OTHERS {
        let said =
            measured.evaluate("affect", &["--labels", &labels, "--corpus", corpus, "--band", "telephone"])?;
        for row in rows(&said) {
            shipped.row([
                text(row, "task"),
                text(row, "corpus"),
                text(row, "baseline"),
                with_interval(&row["uar"], &row["ci95"]),
                peer(&peers, row, "train emodb"),
                goal(row),
                size(row),
                figure(&row["coverage_at_90"]),
                figure(&row["calibration_error"]),
                figure(&row["average_precision"]),
            ]);
            for group in
                row["groups"].as_array().into_iter().flatten().filter(|group| group["by"] == "gender")
            {
                groups.row([
                    text(row, "corpus"),
                    text(row, "task"),
                    text(row, "baseline"),
                    text(group, "value"),
                    figure(&group["uar"]),
                    group["n"].to_string(),
                ]);
            }
        }
    }
    for corpus in ["ravdess", "casia", "emodb"] {
        let arguments =
            ["--labels", &labels, "--corpus", corpus, "--band", "telephone", "--folds", "speaker"];
        let said = measured.evaluate("affect", &arguments)?;
        for row in rows(&said).filter(|row| row["task"] == "classes") {
            folds.row([
                text(row, "corpus"),
                text(row, "task"),
                text(row, "baseline"),
                with_interval(&row["uar"], &row["ci95"]),
                peer(&peers, row, "folds by speaker"),
                goal(row),
                size(row),
            ]);
        }
    }
    Ok(vec![("voice", shipped), ("voice folds", folds), ("voice groups", groups)])
}

/// The labels with RAVDESS's speakers' genders beside them: actors with odd numbers are men, with even ones women (Livingstone &
/// Russo 2018).
fn labels(measured: &Measured) -> Result<String> {
    let recordings = measured.path("speech");
    let mut with_gender = "file,corpus,language,speaker,emotion,gender\n".to_owned();
    for line in read(&recordings.join("labels.csv"))?.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [file, corpus, language, speaker, emotion, ..] = fields[..] else { continue };
        let actor = speaker.strip_prefix("RAV").and_then(|actor| actor.parse::<u32>().ok());
        let gender = actor.map_or("", |actor| if actor % 2 == 1 { "male" } else { "female" });
        let file = recordings.join(file);
        writeln!(with_gender, "{},{corpus},{language},{speaker},{emotion},{gender}", file.display())?;
    }
    let path = folder()?.join("voice.csv");
    fs::write(&path, with_gender).with_context(|| format!("writing {}", path.display()))?;
    Ok(path.to_string_lossy().into_owned())
}

fn rows(said: &Value) -> impl Iterator<Item = &Value> {
    said["results"].as_array().into_iter().flatten()
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or("–").to_owned()
}

fn size(row: &Value) -> String {
    format!("{}, {}", row["n"], row["speakers"])
}

/// The better of the peer's two models on the same work.
fn peer(peers: &Value, row: &Value, trained: &str) -> String {
    let task = match (row["task"].as_str(), row["corpus"].as_str()) {
        (Some("classes"), Some("ravdess")) => "8 classes",
        (Some("classes"), Some("casia")) => "6 classes",
        (Some("classes"), Some("emodb")) => "7 classes",
        (task, _) => task.unwrap_or_default(),
    };
    let part = match row["baseline"].as_str() {
        Some("none") => "raw",
        Some("speaker") => "speaker_z",
        _ => return "–".into(),
    };
    let corpus = row["corpus"].as_str().unwrap_or_default();
    let cell = |model: &str| &peers[format!("{task}|{trained}|{corpus}|dev|{part}|{model}")];
    let cells = [cell("logistic"), cell("rbf_svm")];
    let best = cells.into_iter().filter(|cell| cell["uar"].is_number());
    let best =
        best.max_by(|a, b| a["uar"].as_f64().unwrap_or(0.0).total_cmp(&b["uar"].as_f64().unwrap_or(0.0)));
    best.map_or_else(|| "–".into(), |cell| with_interval(&cell["uar"], &cell["ci95"]))
}

fn goal(row: &Value) -> String {
    let wanted = GOALS.iter().find(|(task, corpus, baseline, _)| {
        row["task"] == **task && row["corpus"] == **corpus && row["baseline"] == **baseline
    });
    wanted.map_or_else(|| "–".into(), |(.., goal)| format!("{goal:.2}"))
}
