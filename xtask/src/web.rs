//! The web app: built by Node where there is one, and only if something changed; photographed in Debian's Chromium.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};

use crate::{
    FEATURES, cargo,
    packages::{self, Need},
    root,
    steps::{self, Steps},
    target,
    totals::Totals,
};

/// The oldest Node that Vite runs on.
const NODE: (u32, u32) = (20, 19);
/// What the app is built from, beside its own folder.
const CATALOGUE: &str = "crates/core/catalog";

/// Whether the app must be there afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Yes: a release, or somebody asked for it.
    Needed,
    /// If Node is there; the program works without the app.
    IfPossible,
}

/// Builds the app into `web/dist` unless what is there was made from the same sources.
pub fn build(wanted: Wanted) -> Result<()> {
    let sources = stamp()?;
    let kept = folder().join("node_modules/.calmline-stamp");
    let built = folder().join("dist/index.html").exists();
    if built && fs::read_to_string(&kept).is_ok_and(|kept| kept == sources) {
        return Ok(());
    }
    if let Err(error) = node() {
        if wanted == Wanted::Needed {
            return Err(error);
        }
        eprintln!("xtask: the web app is not built: {error:#}");
        return Ok(());
    }
    install()?;
    steps::check(npm().args(["run", "--silent", "build"]))?;
    fs::write(&kept, sources).with_context(|| format!("writing {}", kept.display()))
}

/// `cargo xtask web`.
pub fn run() -> Result<ExitCode> {
    let mut steps = Steps::new();
    steps.step("web app", || build(Wanted::Needed))?;
    steps.print();
    Ok(ExitCode::SUCCESS)
}

/// Types, style and translations; component tests; and the app in Debian's Chromium against the program, which must have
/// been built. Without Node nothing is tested, and that is said; in CI it is a failure.
pub fn test(totals: &mut Totals) -> Result<()> {
    if let Err(error) = node() {
        if std::env::var_os("CI").is_some() {
            return Err(error);
        }
        println!("skipped: the web app: {error:#}");
        return Ok(());
    }
    build(Wanted::Needed)?;
    steps::check(npm().args(["run", "--silent", "check"]))?;
    totals.count(npm().args(["run", "--silent", "test"]))?;
    totals.count(npm().args(["run", "--silent", "e2e"]).env("CALMLINE", program()))
}

/// `cargo xtask shots`: pictures of every page, or of those named, in both languages and both themes.
pub fn shots(names: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::new();
    steps.step("packages", || packages::install(&[Need::Build, Need::Web]))?;
    steps.step("web app", || build(Wanted::Needed))?;
    steps.step("build", || steps::check(cargo().args(["build", "--package", "calmline"]).args(FEATURES)))?;
    steps.step("pictures", || {
        let mut command = npm();
        command.args(["run", "--silent", "shots", "--"]).args(names);
        steps::check(command.env("CALMLINE", program()).env("OUT", target().join("shots")))
    })?;
    steps.print();
    println!("{}", target().join("shots").display());
    Ok(ExitCode::SUCCESS)
}

/// The program that was built for tests and demos.
fn program() -> PathBuf {
    target().join("debug/calmline")
}

fn folder() -> PathBuf {
    root().join("web")
}

fn npm() -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder());
    command
}

/// Makes sure that Node is there and young enough.
fn node() -> Result<()> {
    let wanted = format!("Node {}.{} or later is needed", NODE.0, NODE.1);
    let output = Command::new("node").arg("--version").output().context(wanted.clone())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut numbers = said.trim().trim_start_matches('v').split('.').map_while(|part| part.parse().ok());
    let found: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < NODE {
        bail!("{wanted}; this is {}", said.trim());
    }
    Ok(())
}

/// Installs what `package-lock.json` names, unless that was done since it changed.
fn install() -> Result<()> {
    let age = |path: PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let installed = age(folder().join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= age(folder().join("package-lock.json")) {
        return Ok(());
    }
    steps::check(npm().args(["ci", "--silent"]))
}

/// A number over everything that the app is built from.
fn stamp() -> Result<String> {
    let mut paths = Vec::new();
    for start in [folder(), root().join(CATALOGUE)] {
        collect(&start, &mut paths)?;
    }
    paths.sort_unstable();
    let mut hasher = DefaultHasher::new();
    for path in paths {
        path.strip_prefix(root()).unwrap_or(&path).hash(&mut hasher);
        fs::read(&path).with_context(|| format!("reading {}", path.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// All files of a folder but those that were made or installed.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let made = ["node_modules", "dist", "schema.d.ts", "e2e", "tests"].iter().any(|made| name == *made);
        if made {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), paths)?;
        } else {
            paths.push(entry.path());
        }
    }
    Ok(())
}
