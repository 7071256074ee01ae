//! Questions and answers, or texts, one a row.

use super::{ArticleError, Passage, one_line};

/// Reads a table: a passage a row. A row without text is passed over.
pub(super) fn read(article: &str, body: &str) -> Result<Vec<Passage>, ArticleError> {
    let body = body.trim_start_matches('\u{feff}');
    let tabs = body.lines().next().is_some_and(|head| head.contains('\t'));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if tabs { b'\t' } else { b',' })
        .flexible(true)
        .from_reader(body.as_bytes());
    let fault = |error: &csv::Error| ArticleError::Line {
        article: article.into(),
        line: error.position().map_or(1, csv::Position::line),
        fault: error.to_string(),
    };
    let head = reader.headers().map_err(|error| fault(&error))?.clone();
    let column = |names: &[&str]| {
        head.iter().position(|column| names.contains(&column.trim().to_lowercase().as_str()))
    };
    let question = column(&["question", "问题"]);
    let text = column(&["answer", "答案", "text", "内容"]).ok_or_else(|| ArticleError::Columns {
        article: article.into(),
        found: head.iter().take(12).collect::<Vec<_>>().join(", "),
    })?;
    let mut passages = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| fault(&error))?;
        let text = one_line(record.get(text).unwrap_or_default());
        let question = question.map(|at| one_line(record.get(at).unwrap_or_default()));
        if !text.is_empty() {
            passages.push(Passage {
                headings: question.into_iter().filter(|text| !text.is_empty()).collect(),
                text,
            });
        }
    }
    Ok(passages)
}
