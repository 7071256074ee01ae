//! What rules find: words of crisis, and personal data. Their tests count it, on sets that lie beside them.

use anyhow::{Context, Result, ensure};

use super::{Measured, Table};
use crate::cargo;

pub(super) fn measure(measured: &Measured) -> Result<Vec<(&'static str, Table)>> {
    let mut command = cargo();
    command.args([
        "test",
        "--quiet",
        "--package",
        "calmline-language",
        "--test",
        "crisis",
        "--test",
        "redaction",
    ]);
    command.args(["--", "--nocapture", "--test-threads=1"]).env("CALMLINE_DATA", &measured.data);
    let output = command.output().context("running the tests")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} ended with {}:\n{said}", output.status);
    let mut table = Table::new(["counted", "result"]);
    for (what, result) in said.lines().filter_map(|line| line.strip_prefix("counted: ")?.split_once(": ")) {
        table.row([what.into(), result.into()]);
    }
    ensure!(!table.rows.is_empty(), "the tests counted nothing:\n{said}");
    Ok(vec![("rules", table)])
}
