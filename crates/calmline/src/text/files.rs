//! Labelled texts in files of every kind.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

/// The texts and labels of a file.
pub fn labelled(path: &Path, text: &str, label: &str) -> Result<Vec<(String, String)>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let content = String::from_utf8_lossy(&bytes);
    let content = content.trim_start_matches('\u{feff}');
    let rows = match content.trim_start().chars().next() {
        Some('[') => from_json(&serde_json::from_str::<Vec<Value>>(content)?, text, label),
        Some('{') => {
            let lines = content.lines().filter(|line| !line.trim().is_empty());
            let values: Vec<Value> = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
            from_json(&values, text, label)
        }
        Some(_) => from_table(content, text, label),
        None => bail!("the file is empty"),
    };
    rows.with_context(|| format!("cannot use {}", path.display()))
}

fn from_json(values: &[Value], text: &str, label: &str) -> Result<Vec<(String, String)>> {
    let field = |value: &Value, name: &str, at: usize| match value.get(name) {
        Some(Value::String(word)) => Ok(word.clone()),
        Some(other) if !other.is_null() => Ok(other.to_string()),
        _ => Err(anyhow!("record {} has no field {name:?}", at + 1)),
    };
    values
        .iter()
        .enumerate()
        .map(|(at, value)| Ok((field(value, text, at)?, field(value, label, at)?)))
        .collect()
}

fn from_table(content: &str, text: &str, label: &str) -> Result<Vec<(String, String)>> {
    let first = content.lines().next().unwrap_or_default();
    let tabs = first.contains('\t');
    let numbered = text.parse::<usize>().is_ok() && label.parse::<usize>().is_ok();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if tabs { b'\t' } else { b',' })
        .quoting(!tabs)
        .flexible(true)
        .has_headers(!numbered)
        .from_reader(content.as_bytes());
    let head = if numbered { csv::StringRecord::new() } else { reader.headers()?.clone() };
    let column = |name: &str| -> Option<usize> {
        if numbered {
            name.parse::<usize>().ok()?.checked_sub(1)
        } else {
            head.iter().position(|column| column.trim() == name)
        }
    };
    let known = head.iter().filter(|name| !name.is_empty()).take(12).collect::<Vec<_>>().join(", ");
    let text = column(text).with_context(|| format!("no column {text:?}; the file has {known}"))?;
    let votes = Votes::find(&head, label);
    let label = match column(label) {
        Some(column) => Some(column),
        None if votes.is_some() => None,
        None => bail!("no column {label:?}; the file has {known}"),
    };
    let mut rows = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("record {} cannot be read", at + 1))?;
        let said = match (label, &votes) {
            (Some(column), _) => record.get(column).map(str::to_owned),
            (None, Some(votes)) => votes.majority(&record),
            (None, None) => None,
        };
        if let (Some(text), Some(said)) = (record.get(text), said) {
            rows.push((text.to_owned(), said.trim().to_owned()));
        }
    }
    Ok(rows)
}

/// Columns such as `Annotator3_is_abuse.-1`: one per annotator and degree.
struct Votes(Vec<(usize, i32)>);

impl Votes {
    fn find(head: &csv::StringRecord, label: &str) -> Option<Self> {
        let mark = format!("_{label}.");
        let columns: Vec<(usize, i32)> = head
            .iter()
            .enumerate()
            .filter_map(|(at, name)| {
                let (who, degree) = name.split_once(&mark)?;
                who.starts_with("Annotator").then(|| degree.parse().ok()).flatten().map(|degree| (at, degree))
            })
            .collect();
        (!columns.is_empty()).then_some(Self(columns))
    }

    /// `1` where more annotators than not said a degree below 0; none where nobody voted.
    fn majority(&self, record: &csv::StringRecord) -> Option<String> {
        let (mut abusive, mut others) = (0, 0);
        for (column, degree) in &self.0 {
            if record.get(*column).is_some_and(|cell| cell.trim().parse::<f64>().is_ok_and(|vote| vote > 0.0))
            {
                if *degree < 0 { abusive += 1 } else { others += 1 }
            }
        }
        (abusive + others > 0).then(|| u8::from(abusive > others).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_every_kind_are_read_and_their_faults_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        let wanted = vec![("a, \"b\"".to_owned(), "1".to_owned()), ("c".to_owned(), "0".to_owned())];
        let csv = file("a.csv", "\u{feff}id,words,mark\n1,\"a, \"\"b\"\"\",1\n2,c,0\n");
        let tsv = file("a.tsv", "a, \"b\"\t1\tx\nc\t0\ty\n");
        let lines =
            file("a.jsonl", "{\"words\":\"a, \\\"b\\\"\",\"mark\":1}\n{\"words\":\"c\",\"mark\":\"0\"}\n");
        assert_eq!(labelled(&csv, "words", "mark").unwrap(), wanted);
        assert_eq!(labelled(&tsv, "1", "2").unwrap(), wanted);
        assert_eq!(labelled(&lines, "words", "mark").unwrap(), wanted);
        let fault = format!("{:#}", labelled(&csv, "words", "nothing").unwrap_err());
        assert!(fault.contains("a.csv") && fault.contains("nothing") && fault.contains("mark"), "{fault}");
    }

    #[test]
    fn annotators_vote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("votes.csv");
        let head =
            "user,Annotator1_is_abuse.1,Annotator1_is_abuse.-2,Annotator2_is_abuse.1,Annotator2_is_abuse.-2";
        fs::write(&path, format!("{head}\nyou fool,0,1,0,1\nhello,1,0,,\nunseen,,,,\n")).unwrap();
        let rows = labelled(&path, "user", "is_abuse").unwrap();
        assert_eq!(rows, [("you fool".to_owned(), "1".to_owned()), ("hello".to_owned(), "0".to_owned())]);
    }
}
