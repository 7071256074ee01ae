//! What others' programs reach on the same work in the same run: Python packages in an environment of their own under
//! `target/peers`. Where they cannot be installed, figures stand without them.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::{steps, target};

/// A script in `xtask/peers` and the packages that it measures, each with its version.
#[derive(Clone, Copy)]
pub struct Peers {
    pub script: &'static str,
    pub packages: &'static [&'static str],
    /// Packages whose dependencies are not needed for what is measured.
    pub bare: &'static [&'static str],
}

impl Peers {
    /// Measures them on what our own program left in `work`. Empty where they cannot be had; the reason is told.
    pub fn measure(&self, work: &Path) -> Map<String, Value> {
        eprintln!("xtask: measuring peers by {}", self.script);
        self.try_measure(work).unwrap_or_else(|error| {
            eprintln!("xtask: without peers: {error:#}");
            Map::new()
        })
    }

    fn try_measure(&self, work: &Path) -> Result<Map<String, Value>> {
        let folder = target().join("peers").join(self.script.trim_end_matches(".py"));
        let python = folder.join("bin/python");
        if !python.exists() {
            steps::check(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        }
        let install = |extra: &[&str], packages: &[&str]| {
            let mut pip = Command::new(&python);
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
            steps::check(pip.args(extra).args(packages))
        };
        install(&[], self.packages)?;
        if !self.bare.is_empty() {
            install(&["--no-deps"], self.bare)?;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(self.script);
        let output = Command::new(&python).arg(&script).arg(work).output().context("running Python")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let Some(line) = text.lines().rev().find(|line| line.starts_with('{')) else {
            bail!("{} said nothing:\n{}", script.display(), String::from_utf8_lossy(&output.stderr));
        };
        Ok(serde_json::from_str(line)?)
    }
}
