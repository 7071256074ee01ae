//! What the program says: results on standard output, everything else on standard error, in the reader's language.

use std::io::{IsTerminal, Write};

use calmline_core::catalog::Lang;
use serde::Serialize;

use crate::failure::Failure;

/// Says things.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// The reader's language.
    pub lang: Lang,
    quiet: bool,
}

impl Said {
    /// Says things in a language; quietly, only results and failures.
    pub fn new(lang: Lang, quiet: bool) -> Self {
        Self { lang, quiet }
    }

    /// One of two sentences, by language.
    pub fn both<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// A remark on standard error.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.quiet {
            eprintln!("{}", text.as_ref());
        }
    }

    /// How far something is, on standard error: in one line that is written anew on a terminal, and nowhere else.
    pub fn progress(&self, text: impl AsRef<str>) {
        if !self.quiet && std::io::stderr().is_terminal() {
            eprint!("\r{}\x1b[K", text.as_ref());
        }
    }

    /// Takes the line of [`Self::progress`] away.
    pub fn progress_over(&self) {
        self.progress("");
    }

    /// A line of the result.
    pub fn line(&self, text: impl AsRef<str>) {
        put(text.as_ref());
    }

    /// The result as one JSON document.
    pub fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        put(&serde_json::to_string_pretty(value)?);
        Ok(())
    }

    /// How it failed.
    pub fn failure(&self, failure: &Failure) {
        eprintln!("calmline: {failure}");
    }
}

/// Writes a line of the result. Whoever closed the pipe (`| head`) has seen enough, and the work goes on without them;
/// a result that is lost for another reason is a failure.
fn put(line: &str) {
    if let Err(error) = writeln!(std::io::stdout().lock(), "{line}")
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("calmline: the result could not be written: {error}");
        std::process::exit(4);
    }
}
