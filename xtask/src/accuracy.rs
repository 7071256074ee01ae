//! The tables of `docs/accuracy.md`, measured by the program itself beside its peers in one run.
//!
//! Each table stands between a line `<!-- measured: NAME -->` and a line `<!-- end -->`; what lies between them is written anew, all
//! else is left as it is.

mod line;
mod rules;
mod speech;
mod text;
mod voice;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{
    FEATURES, cargo,
    packages::{self, Need},
    root,
    steps::{self, Steps},
    target,
};

const PAGE: &str = "docs/accuracy.md";

type Measure = fn(&Measured) -> Result<Vec<(&'static str, Table)>>;

/// What can be measured by itself.
const AREAS: [(&str, Measure); 6] = [
    ("voice", voice::measure),
    ("speech", speech::measure),
    ("line", line::measure),
    ("text", text::readings),
    ("intents", text::intents),
    ("rules", rules::measure),
];

/// Measures the areas named, or all, and writes their tables.
pub fn run(names: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = names.iter().find(|name| !AREAS.iter().any(|(known, _)| known == *name)) {
        bail!("there is no area {unknown:?}; there are {}", AREAS.map(|(name, _)| name).join(", "));
    }
    let mut steps = Steps::new();
    steps.step("packages", || packages::install(&[Need::Build]))?;
    steps.step("build", || {
        steps::check(cargo().args(["build", "--release", "--package", "calmline", "--bins"]).args(FEATURES))
    })?;
    let measured = Measured::new()?;
    for (name, measure) in
        AREAS.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|n| n == name))
    {
        let tables = steps.step(name, || measure(&measured))?;
        let mut page = fs::read_to_string(PAGE).with_context(|| format!("reading {PAGE}"))?;
        for (table, content) in tables {
            page = replaced(&page, table, &content.to_markdown())?;
        }
        fs::write(PAGE, page).with_context(|| format!("writing {PAGE}"))?;
    }
    steps.print();
    println!("{PAGE}");
    Ok(ExitCode::SUCCESS)
}

/// The program and the data that it is measured on.
struct Measured {
    program: PathBuf,
    data: PathBuf,
}

impl Measured {
    fn new() -> Result<Self> {
        let data =
            std::env::var_os("CALMLINE_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
        let data = data.canonicalize().with_context(|| {
            format!("{} is not there; CALMLINE_DATA names the folder with the labelled data", data.display())
        })?;
        Ok(Self { program: target().join("release/calmline"), data })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// What `calmline evaluate AREA …` says; an argument that begins with `@` is a file of the data folder.
    fn evaluate(&self, area: &str, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(&self.program);
        command.args(["evaluate", area, "--json", "--quiet"]);
        for argument in arguments {
            match argument.strip_prefix('@') {
                Some(name) => command.arg(self.path(name)),
                None => command.arg(argument),
            };
        }
        eprintln!("xtask: calmline evaluate {area} {}", arguments.join(" "));
        let output = command.output().context("running calmline")?;
        ensure!(
            output.status.success(),
            "{command:?} ended with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("what {command:?} printed is not JSON"))
    }
}

/// A table in Markdown.
struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(head: [&'static str; N]) -> Self {
        Self { head: head.to_vec(), rows: Vec::new() }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    fn to_markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let head: Vec<String> = self.head.iter().map(|&cell| cell.to_owned()).collect();
        let rule = format!("|{}\n", "---|".repeat(self.head.len()));
        line(&head) + &rule + &self.rows.iter().map(|row| line(row)).collect::<String>()
    }
}

/// The page with one table written anew.
fn replaced(page: &str, name: &str, table: &str) -> Result<String> {
    let mark = format!("<!-- measured: {name} -->\n");
    let (before, rest) =
        page.split_once(&mark).with_context(|| format!("{PAGE} has no line {:?}", mark.trim()))?;
    let (_, after) =
        rest.split_once("<!-- end -->").with_context(|| format!("{PAGE}: {:?} has no end", mark.trim()))?;
    Ok(format!("{before}{mark}{table}<!-- end -->{after}"))
}

/// A figure to three places, or a dash where there is none.
fn figure(value: &Value) -> String {
    value.as_f64().map_or_else(|| "–".into(), |value| format!("{value:.3}"))
}

/// A figure with its interval.
fn with_interval(value: &Value, interval: &Value) -> String {
    match (interval[0].as_f64(), interval[1].as_f64()) {
        (Some(low), Some(high)) => format!("{} [{low:.3}, {high:.3}]", figure(value)),
        _ => figure(value),
    }
}

/// A count with its thousands apart.
fn count(value: &Value) -> String {
    let digits = value.as_f64().unwrap_or_default().round().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Wilson's 95 % interval of a share of `n` (Wilson 1927).
fn wilson(share: f64, n: f64) -> [f64; 2] {
    let z2 = 1.96_f64.powi(2);
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = 1.96 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    [centre - half, centre + half]
}

/// A share of `n` with its interval.
fn share(value: &Value, n: &Value) -> String {
    match (value.as_f64(), n.as_f64()) {
        (Some(share), Some(n)) => with_interval(value, &serde_json::json!(wilson(share, n))),
        _ => "–".into(),
    }
}

fn folder() -> Result<PathBuf> {
    let folder = target().join("accuracy");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_is_written_anew_and_all_else_stays() {
        let page =
            "before\n<!-- measured: a -->\nold\n<!-- end -->\nbetween\n<!-- measured: b -->\n<!-- end -->\n";
        let new = replaced(page, "a", "new\n").unwrap();
        assert_eq!(new, page.replace("old", "new"));
        assert!(replaced(page, "c", "new\n").is_err());
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(count(&json!(1_234_567.4)), "1,234,567");
        assert_eq!(count(&json!(999)), "999");
        assert_eq!(with_interval(&json!(0.5), &json!([0.4, 0.6])), "0.500 [0.400, 0.600]");
        // Wilson's interval of 10 of 20 (Newcombe 1998 gives such by the same formula).
        let [low, high] = wilson(0.5, 20.0);
        assert!((low - 0.2993).abs() < 1e-3 && (high - 0.7007).abs() < 1e-3, "{low} {high}");
    }
}
