//! Readings of text, and intents.

use anyhow::Result;
use serde_json::{Map, Value};

use super::{Measured, Table, count, figure, share, with_interval};
use crate::peers::Peers;

const PEERS: Peers =
    Peers { script: "text.py", packages: &["numpy==2.4.6", "scikit-learn==1.9.0"], bare: &[] };

/// A labelled set of texts for intents: its name, the name of the peer's figures, and how it is evaluated.
type Set = (&'static str, &'static str, &'static [&'static str]);

/// A labelled set of texts: its name, the name of the peer's figures, what is judged, the file, its columns of texts and labels,
/// and what a model of one's own learns from; the program's own readings are judged where there is none.
type Reading =
    (&'static str, &'static str, &'static str, &'static str, [&'static str; 2], Option<&'static str>);

const READINGS: [Reading; 9] = [
    (
        "GoEmotions test, three groups",
        "goemotions",
        "sentiment",
        "@text/emotion/goemotions_group_test.tsv",
        ["1", "2"],
        None,
    ),
    (
        "ConvAbuse validation, abuse",
        "convabuse",
        "abuse",
        "@text/abuse/convabuse_valid.csv",
        ["user", "is_abuse"],
        None,
    ),
    ("COLD development part, abuse", "cold", "abuse", "@text/abuse/cold_dev.csv", ["TEXT", "label"], None),
    (
        "waimai_10k, Chinese sentiment",
        "",
        "sentiment",
        "@text/emotion/waimai_10k.csv",
        ["review", "label"],
        None,
    ),
    (
        "EWECT virus eval, Chinese sentiment, three classes",
        "",
        "sentiment",
        EWECT,
        ["content", "label"],
        None,
    ),
    ("EWECT virus eval, six emotions", "ewect", "emotion", EWECT, ["content", "label"], None),
    (
        "the same, `--train` on its training part",
        "ewect",
        "emotion",
        EWECT,
        ["content", "label"],
        Some(EWECT_TRAIN),
    ),
    (
        "CPED validation, television dialogue, six emotions",
        "",
        "emotion",
        CPED,
        ["Utterance", "Emotion"],
        None,
    ),
    ("CPED validation, sentiment, three classes", "", "sentiment", CPED, ["Utterance", "Sentiment"], None),
];
const EWECT: &str = "@text/emotion/ewect_virus_eval.json";
const CPED: &str = "@text/emotion/cped_valid.csv";
const EWECT_TRAIN: &str = "@text/emotion/ewect_virus_train.json";

const BANKING: &[&str] =
    &["--train", "@text/intents/banking77_train.csv", "--test", "@text/intents/banking77_test.csv"];
const CLINC: &[&str] = &[
    "--train",
    "@text/intents/clinc150_train.csv",
    "@text/intents/clinc150_oos_train.csv",
    "--test",
    "@text/intents/clinc150_test.csv",
    "@text/intents/clinc150_oos_val.csv",
    "--oos-label",
    "oos",
];
const INTENTS: [(Set, &[&str], &str); 5] = [
    (("BANKING77, 10,003 to learn from", "banking77", BANKING), &[], "0.932"),
    (
        ("BANKING77, ten of each intent, seed 1", "banking77_10_1", BANKING),
        &["--shots", "10", "--seed", "1"],
        "0.85",
    ),
    (
        ("BANKING77, ten of each intent, seed 2", "banking77_10_2", BANKING),
        &["--shots", "10", "--seed", "2"],
        "0.85",
    ),
    (("CLINC150, 15,000 and `oos_train` to learn from", "clinc150", CLINC), &[], "0.95 / 0.60"),
    (
        ("SMP2019 (Chinese), four fifths to learn from", "", &["--train", "@text/intents/smp2019_zh.json"]),
        &[],
        "–",
    ),
];

pub(super) fn readings(measured: &Measured) -> Result<Vec<(&'static str, Table)>> {
    let mut table = Table::new([
        "set",
        "n",
        "accuracy [95 %]",
        "macro F1 [95 %]",
        "average precision [95 %]",
        "texts per CPU-s",
        "peer: accuracy, macro F1, average precision",
    ]);
    let peers = PEERS.measure(&measured.data);
    for (name, peer, task, file, [text, label], train) in READINGS {
        let mut arguments = vec!["--task", task, "--test", file, "--text", text, "--label", label];
        arguments.extend(train.into_iter().flat_map(|file| ["--train", file]));
        let said = measured.evaluate("text", &arguments)?;
        let with = |key: &str| with_interval(&said[key], &said["ci95"][key]);
        table.row([
            name.into(),
            count(&said["n"]),
            with("accuracy"),
            with("macro_f1"),
            with("average_precision"),
            count(&said["texts_per_cpu_s"]),
            theirs(&peers, peer, &["accuracy", "macro_f1", "average_precision"]),
        ]);
    }
    Ok(vec![("text", table)])
}

pub(super) fn intents(measured: &Measured) -> Result<Vec<(&'static str, Table)>> {
    let mut table = Table::new([
        "set",
        "texts",
        "with the encoder [95 %]",
        "texts per CPU-s",
        "words alone [95 %]",
        "texts per CPU-s",
        "goal",
        "peer: TF-IDF + SVM, texts per CPU-s",
    ]);
    let peers = PEERS.measure(&measured.data);
    for ((name, peer, arguments), more, goal) in INTENTS {
        let arguments = [arguments, more].concat();
        let with = measured.evaluate("intents", &arguments)?;
        let without = measured.evaluate("intents", &[&arguments[..], &["--encoder", "none"]].concat())?;
        table.row([
            name.into(),
            count(&with["n"]),
            right(&with),
            count(&with["texts_per_cpu_s"]),
            right(&without),
            count(&without["texts_per_cpu_s"]),
            goal.into(),
            theirs(&peers, peer, &["accuracy", "oos_recall", "texts_per_cpu_s"]),
        ]);
    }
    Ok(vec![("intents", table)])
}

/// Accuracy in scope, and where some texts are out of scope how many of those are found.
fn right(said: &Value) -> String {
    let (outside, n) = (said["oos_n"].as_u64().unwrap_or(0), said["n"].as_u64().unwrap_or(0));
    let within = share(&said["in_scope_accuracy"], &(n - outside.min(n)).into());
    if outside == 0 { within } else { format!("{within} / {}", share(&said["oos_recall"], &outside.into())) }
}

/// Figures of a peer, or dashes where it was not fitted or could not be measured.
fn theirs(peers: &Map<String, Value>, name: &str, keys: &[&str]) -> String {
    let Some(said) = peers.get(name) else { return "–".into() };
    let told = keys.iter().map(|key| &said[*key]).filter(|value| !value.is_null());
    let each = told.map(|value| if value.as_f64() > Some(1.0) { count(value) } else { figure(value) });
    each.collect::<Vec<_>>().join(", ")
}
