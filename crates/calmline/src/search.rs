//! `calmline evaluate search`: questions put to a library of texts, and how often the right one comes first.

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use anyhow::{Context, Result, ensure};
use calmline_assist::knowledge::{Article, ArticleId, Form, Hit, Library, Query, Viewer, Visibility};
use calmline_core::catalog::Lang;
use calmline_language::{embed::Encoder, intent::Labelled, language_of};
use serde_json::{Value, json};

use crate::{
    intents::examples,
    measured::{cpu_seconds, rounded, timed},
    text::labelled,
};

/// Articles asked for; what is further down counts as not found.
const LISTED: usize = 10;

/// Options of `calmline evaluate search`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateSearch {
    /// The texts to search: columns id and text, or text and label; texts of one label are one article
    #[arg(long, value_name = "FILE")]
    pub corpus: PathBuf,
    /// The questions: columns text and label, which is the label or the id of what answers
    #[arg(long, value_name = "FILE")]
    pub queries: PathBuf,
    /// The label of questions that nothing answers; how many of them are turned away is told apart
    #[arg(long)]
    pub oos_label: Option<String>,
    /// The sentence encoder's file, or none for words alone [default: fetched by name]
    #[arg(long, value_name = "PATH|none")]
    pub encoder: Option<String>,
    /// Print one JSON document (the result is always JSON)
    #[arg(long)]
    pub json: bool,
}

/// Builds the library and asks it.
///
/// # Errors
/// When a file cannot be read or lacks a column, or a text is empty.
pub fn evaluate(options: &EvaluateSearch, mut encoder: Option<Encoder>) -> Result<Value> {
    let corpus = examples(std::slice::from_ref(&options.corpus), None, None);
    let corpus = corpus.or_else(|error| {
        let pairs = labelled(&options.corpus, "text", "id").with_context(|| format!("{error:#}"))?;
        Ok::<_, anyhow::Error>(pairs.into_iter().map(|(text, intent)| Labelled { text, intent }).collect())
    })?;
    let (outside, queries): (Vec<Labelled>, Vec<Labelled>) =
        examples(std::slice::from_ref(&options.queries), None, None)?
            .into_iter()
            .partition(|query| Some(&query.intent) == options.oos_label.as_ref());
    ensure!(!queries.is_empty(), "{}: no question; give at least one line", options.queries.display());

    let before = cpu_seconds();
    let mut library = Library::default();
    let faults = library.put(articles(&corpus)?, encoder.as_mut());
    ensure!(faults.is_empty(), "{}: {}", options.corpus.display(), faults[0]);
    let index_cpu_s = cpu_seconds() - before;

    let asked = asked(&queries);
    let (hits, queries_per_cpu_s) =
        timed(asked.len(), || Ok(library.search_all(&asked, &staff(), encoder.as_mut())))?;
    let mut told = judged(&queries, &hits);
    let turned_away = turned_away(&library.search_all(&self::asked(&outside), &staff(), encoder.as_mut()));
    let (p50, p99, one_by_one) = waits(&library, &asked, encoder.as_mut());
    told["queries_per_cpu_s"] = queries_per_cpu_s.into();
    told["one_by_one_per_cpu_s"] = one_by_one.into();
    told["p50_ms"] = p50.into();
    told["p99_ms"] = p99.into();
    told["oos_turned_away"] = turned_away.into();
    told["oos_n"] = outside.len().into();
    told["articles"] = library.articles().count().into();
    told["passages"] = library.passages().into();
    told["index_cpu_s"] = rounded(index_cpu_s).into();
    told["encoder"] = encoder.is_some().into();
    Ok(told)
}

/// One article for each label, its texts the rows of a table.
fn articles(corpus: &[Labelled]) -> Result<Vec<Article>> {
    let mut tables: BTreeMap<&str, csv::Writer<Vec<u8>>> = BTreeMap::new();
    for one in corpus {
        let table = match tables.entry(&one.intent) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let mut table = csv::Writer::from_writer(Vec::new());
                table.write_record(["text"])?;
                entry.insert(table)
            }
        };
        table.write_record([&one.text])?;
    }
    tables
        .into_iter()
        .map(|(label, table)| {
            let body = String::from_utf8(table.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
            let language = language_of(&body).and_then(|language| language.parse().ok());
            Ok(Article {
                id: ArticleId::new(label),
                language: language.unwrap_or(Lang::En),
                title: String::new(),
                form: Form::Csv,
                body,
                version: 1,
                visibility: Visibility::Staff,
                owner: None,
                review_by: None,
                sibling: None,
            })
        })
        .collect()
}

fn staff() -> Viewer {
    Viewer::Staff { teams: [].into() }
}

fn asked(queries: &[Labelled]) -> Vec<Query<'_>> {
    queries.iter().map(|one| Query { text: &one.text, typing: false, limit: LISTED }).collect()
}

/// How often the right article is first, the mean of one over its rank, and how often something counts as found.
fn judged(queries: &[Labelled], hits: &[Vec<Hit<'_>>]) -> Value {
    let (mut first, mut reciprocal, mut answered, mut answered_right) = (0.0, 0.0, 0.0, 0.0);
    for (query, hits) in queries.iter().zip(hits) {
        let rank = hits.iter().position(|hit| hit.article.id.as_str() == query.intent);
        let right = f64::from(rank == Some(0));
        first += right;
        reciprocal += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        let counts = f64::from(hits.first().is_some_and(Hit::answers));
        answered += counts;
        answered_right += counts * right;
    }
    let n = queries.len() as f64;
    json!({
        "top1": rounded(first / n),
        "mrr": rounded(reciprocal / n),
        "n": queries.len(),
        "answered": rounded(answered / n),
        "answered_right": (answered > 0.0).then(|| rounded(answered_right / answered)),
    })
}

/// The share of questions for which nothing counts as found; none without questions.
fn turned_away(hits: &[Vec<Hit<'_>>]) -> Option<f64> {
    let away = hits.iter().filter(|hits| !hits.first().is_some_and(Hit::answers)).count();
    (!hits.is_empty()).then(|| rounded(away as f64 / hits.len() as f64))
}

/// Each question by itself, as people ask: half of the answers take at most so many milliseconds, 99 of 100 so many; and how many are
/// answered in a CPU-second.
fn waits(library: &Library, asked: &[Query<'_>], mut encoder: Option<&mut Encoder>) -> (f64, f64, f64) {
    let before = cpu_seconds();
    let mut waits: Vec<f64> = asked
        .iter()
        .map(|query| {
            let began = Instant::now();
            std::hint::black_box(library.search(query, &staff(), encoder.as_deref_mut()));
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    let per_cpu_s = asked.len() as f64 / (cpu_seconds() - before).max(1e-6);
    waits.sort_by(f64::total_cmp);
    let at = |share: f64| rounded(waits[((waits.len() - 1) as f64 * share).ceil() as usize]);
    (at(0.5), at(0.99), per_cpu_s.round())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn options(corpus: PathBuf, queries: PathBuf) -> EvaluateSearch {
        EvaluateSearch { corpus, queries, oos_label: Some("none".into()), encoder: None, json: true }
    }

    #[test]
    fn counts_agree_with_a_count_by_hand() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let by_id = write(
            "id.csv",
            "id,text\nr1,\"refund, within 14 days\"\nr2,重置密码要先登录\nr3,refund of a fee\n",
        );
        let queries =
            "text,label\nhow do I reset 密码,r2\nrefund days,r1\nfee of my cat,r1\nweather today,none\n";
        let queries = write("queries.csv", queries);
        let told = evaluate(&options(by_id, queries.clone()), None).unwrap();
        assert_eq!((&told["n"], &told["top1"], &told["articles"]), (&json!(3), &json!(0.6667), &json!(3)));
        assert_eq!((&told["oos_n"], &told["oos_turned_away"]), (&json!(1), &json!(1.0)));
        let labelled =
            write("labels.csv", "id,text,label\n1,refund days,r1\n2,fee of my dog,r1\n3,重置密码,r2\n");
        let told = evaluate(&options(labelled, queries), None).unwrap();
        assert_eq!((&told["top1"], &told["mrr"], &told["articles"]), (&json!(1.0), &json!(1.0), &json!(2)));
        let wrong = write("wrong.csv", "a,b\n1,2\n");
        let error = format!("{:#}", evaluate(&options(wrong.clone(), wrong), None).unwrap_err());
        assert!(error.contains("wrong.csv") && error.contains("text"), "{error}");
    }
}
