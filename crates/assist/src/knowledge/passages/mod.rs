//! An article's body, cut into passages: what is found, and what is quoted.

mod html;
mod markdown;
mod table;

use super::article::{Article, Form};

/// A passage that grows longer than this, in bytes, ends at the next paragraph or sentence: some hundred English words, two
/// hundred Chinese characters. A choice: what an agent reads at a glance.
const LONG: usize = 600;

/// Why an article cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArticleError {
    /// Nothing is left once the marks are taken away.
    #[error("article {article}: the body holds no text; write some, or remove the article")]
    Empty {
        /// Which article.
        article: String,
    },
    /// A table without the columns that are read.
    #[error(
        "article {article}, line 1: no column question and answer (问题, 答案) or text (内容), found {found}; name the columns so"
    )]
    Columns {
        /// Which article.
        article: String,
        /// The columns that are there.
        found: String,
    },
    /// A line of a table that cannot be read.
    #[error("article {article}, line {line}: {fault}; write it as CSV with quotes around commas")]
    Line {
        /// Which article.
        article: String,
        /// Which line, from 1.
        line: u64,
        /// What is wrong.
        fault: String,
    },
}

/// A stretch of an article under its headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The headings above it, the outermost first; for questions and answers the question.
    pub headings: Vec<String>,
    /// What stands there, without marks of form.
    pub text: String,
}

impl Passage {
    /// All that it is found by.
    pub(super) fn whole(&self, title: &str) -> String {
        let above = std::iter::once(title).chain(self.headings.iter().map(String::as_str));
        above.chain([self.text.as_str()]).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ")
    }
}

/// Cuts an article.
///
/// # Errors
/// When there is no text in it, or its table cannot be read.
pub(super) fn cut(article: &Article) -> Result<Vec<Passage>, ArticleError> {
    let passages = match article.form {
        Form::Markdown => markdown::read(&article.body).done(),
        Form::Html => html::read(&article.body).done(),
        Form::Plain => {
            let mut writing = Writing::default();
            article.body.lines().for_each(|line| writing.line(line));
            writing.done()
        }
        Form::Csv => table::read(article.id.as_str(), &article.body)?,
    };
    if passages.is_empty() {
        return Err(ArticleError::Empty { article: article.id.to_string() });
    }
    Ok(passages)
}

/// Passages being written.
#[derive(Debug, Default)]
struct Writing {
    done: Vec<Passage>,
    /// The headings above, each with its depth.
    headings: Vec<(usize, String)>,
    text: String,
    /// The paragraph that is not over yet.
    paragraph: String,
}

impl Writing {
    /// A heading of this depth, 1 the outermost.
    fn heading(&mut self, depth: usize, text: &str) {
        self.close();
        self.headings.retain(|(above, _)| *above < depth);
        let text = one_line(text);
        if !text.is_empty() {
            self.headings.push((depth, text));
        }
    }

    /// A line of running text; an empty one ends the paragraph.
    fn line(&mut self, line: &str) {
        let line = one_line(line);
        if line.is_empty() {
            self.end_paragraph();
        } else {
            join(&mut self.paragraph, &line);
        }
    }

    /// The paragraph is over.
    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        for piece in pieces(&paragraph) {
            if !self.text.is_empty() && self.text.len() + piece.len() > LONG {
                self.close_passage();
            }
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(piece);
        }
    }

    fn close_passage(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            let headings = self.headings.iter().map(|(_, text)| text.clone()).collect();
            self.done.push(Passage { headings, text });
        }
    }

    fn close(&mut self) {
        self.end_paragraph();
        self.close_passage();
    }

    fn done(mut self) -> Vec<Passage> {
        self.close();
        self.done
    }
}

/// A paragraph in pieces that are no longer than a passage where its sentences allow it.
fn pieces(paragraph: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut end = 0;
    for sentence in crate::sentences::sentences(paragraph) {
        if sentence.end - from > LONG && end > from {
            pieces.push(paragraph[from..end].trim());
            from = sentence.start;
        }
        end = sentence.end;
    }
    pieces.push(paragraph[from..].trim());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Runs of white space as single spaces, none at the ends.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Appends a line to a paragraph: with a space, except between Chinese characters.
fn join(paragraph: &mut String, line: &str) {
    let chinese = |c: Option<char>| {
        c.is_some_and(|c| {
            calmline_language::is_han(c) || ('\u{3000}'..='\u{303f}').contains(&c) || c > '\u{ff00}'
        })
    };
    let flows = chinese(paragraph.chars().last()) && chinese(line.chars().next());
    if !paragraph.is_empty() && !flows {
        paragraph.push(' ');
    }
    paragraph.push_str(line);
}

#[cfg(test)]
mod tests;
