//! `plan schedule`: shifts and breaks for people.

use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::Context;
use calmline_plan::schedule::{Effort, Progress, RulePrice, Verdict, Worth, centre, nrp};
use serde::Serialize;
use serde_json::json;

use crate::{failure::Failure, said::Said};

/// `plan schedule`.
#[derive(Debug, clap::Args)]
pub struct Schedule {
    /// What is to be solved: people, their rules, and how many are wanted when
    #[arg(long, value_name = "FILE")]
    instance: PathBuf,
    /// Format of the instance [default: centre where it is JSON, else nrp]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Search for so many seconds; Ctrl-C ends it sooner and writes the best so far
    #[arg(long, default_value_t = 10.0, value_name = "S")]
    seconds: f64,
    /// Search for so many rounds at most: with the same seed and threads they give the same roster on every machine
    #[arg(long, value_name = "N")]
    rounds: Option<u64>,
    /// Where random numbers begin
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Searches side by side, each on a thread of its own
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: u16,
    /// Also say what each rule costs: what lifting it for one person alone would save
    #[arg(long)]
    prices: bool,
    /// Also say why this person works when they do: what each of their days is worth
    #[arg(long, value_name = "ID")]
    why: Option<String>,
    /// Write the roster to this file, as JSON
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A format of instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A centre's days in slots: starts and breaks
    Centre,
    /// Nurse rostering in text: kinds of shifts by day
    Nrp,
}

/// The longest search, in seconds: a week.
const LONGEST: f64 = 7.0 * 86_400.0;

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What came of a search.
struct Found {
    roster: serde_json::Value,
    bound: i64,
    rounds: u64,
    verdict: Verdict,
    prices: Option<Vec<RulePrice>>,
    /// None where there is no such person.
    why: Option<Option<Vec<Worth>>>,
}

/// Runs the command.
pub fn run(options: &Schedule, said: &Said) -> Result<(), Failure> {
    if !(options.seconds > 0.0 && options.seconds <= LONGEST) {
        let says = format!("--seconds: {} is no time; give seconds above 0, at most a week", options.seconds);
        return Err(Failure::Input(says));
    }
    let text = std::fs::read_to_string(&options.instance)
        .map_err(|error| Failure::Input(format!("{}: {error}", options.instance.display())))?;
    // Whether the roster can be written is found out before, not after the search.
    let out = Out::new(&options.out)?;
    heed_interrupts()?;
    let began = Instant::now();
    let limit = Duration::from_secs_f64(options.seconds);
    let mut watch = Watch { said, began, limit, told: None, ended: Ended::Rounds };
    let found = options.search(&text, &mut watch)?;
    out.write(&found.roster)?;
    let seconds = began.elapsed().as_secs_f64();
    let ended = if found.verdict.objective <= found.bound { Ended::Proved } else { watch.ended };
    if let (Some(id), Some(None)) = (&options.why, &found.why) {
        let says =
            format!("--why: nobody in {} has the id {id}; the roster is written", options.instance.display());
        return Err(Failure::Input(says));
    }
    if options.json {
        return said.json(&found.json(seconds, ended));
    }
    found.tell(seconds, ended, said);
    Ok(())
}

impl Found {
    fn json(&self, seconds: f64, ended: Ended) -> serde_json::Value {
        let mut answer = json!({
            "objective": self.verdict.objective,
            "bound": self.bound,
            "violations": self.verdict.violations,
            "seconds": (seconds * 1000.0).round() / 1000.0,
            "rounds": self.rounds,
            "ended": ended,
        });
        if let Some(prices) = &self.prices {
            answer["prices"] = json!(prices);
        }
        if let Some(why) = &self.why {
            answer["why"] = json!(why);
        }
        answer
    }

    fn tell(&self, seconds: f64, ended: Ended, said: &Said) {
        let Self { bound, rounds, verdict: Verdict { objective, violations }, .. } = self;
        let line = |en: String, zh: String| said.line(said.both(&en, &zh));
        let gap = (objective - bound) as f64 / *bound.max(&1) as f64 * 100.0;
        line(
            format!(
                "objective {objective}, no roster is below {bound} (gap {gap:.2}%), {violations} rules broken"
            ),
            format!(
                "目标值 {objective}，任何排班都不低于 {bound}（差距 {gap:.2}%），违反规则 {violations} 处"
            ),
        );
        line(
            format!("{rounds} rounds in {seconds:.1} s; {}", ended.english()),
            format!("{rounds} 轮，用时 {seconds:.1} 秒；{}", ended.chinese()),
        );
        for RulePrice { rule, saves, people, person } in self.prices.iter().flatten() {
            let who = person.as_deref().unwrap_or("–");
            line(
                format!(
                    "{rule}: lifted for one person alone it saves {saves} at most ({who}), something for {people}"
                ),
                format!(
                    "{rule}：只对一人取消该规则，目标值最多降低 {saves}（{who}），有改善的共 {people} 人"
                ),
            );
        }
        for Worth { day, shift, more } in self.why.iter().flatten().flatten() {
            let shift = shift.as_deref().unwrap_or_default();
            match more {
                Some(more) => line(
                    format!("day {day} {shift}: without it the objective is {more} higher"),
                    format!("第 {day} 天 {shift}：不上此班，目标值升高 {more}"),
                ),
                None => line(
                    format!("day {day} {shift}: without it their rules leave no roster"),
                    format!("第 {day} 天 {shift}：不上此班，就没有符合其规则的排班"),
                ),
            }
        }
    }
}

impl Schedule {
    fn search(&self, text: &str, watch: &mut Watch) -> Result<Found, Failure> {
        let bad =
            |error: &dyn std::fmt::Display| Failure::Input(format!("{}: {error}", self.instance.display()));
        let text = text.trim_start_matches('\u{feff}');
        let json = text.trim_start().starts_with('{');
        let format = self.format.unwrap_or(if json { Format::Centre } else { Format::Nrp });
        let effort = Effort { seed: self.seed, lanes: self.threads.into(), rounds: self.rounds };
        let mut go_on = |progress| watch.go_on(progress);
        match format {
            Format::Centre => {
                let instance = centre::read(text).map_err(|error| bad(&error))?;
                let solution = centre::solve(&instance, &effort, &mut go_on);
                let roster = &solution.roster;
                Ok(Found {
                    bound: solution.bound,
                    rounds: solution.rounds,
                    verdict: centre::judge(&instance, roster),
                    prices: self.prices.then(|| centre::prices(&instance, roster)),
                    why: self.why.as_deref().map(|id| centre::worth(&instance, roster, id)),
                    roster: serde_json::to_value(roster)?,
                })
            }
            Format::Nrp => {
                let instance = nrp::read(text).map_err(|error| bad(&error))?;
                let solution = nrp::solve(&instance, &effort, &mut go_on).map_err(|error| bad(&error))?;
                let roster = &solution.roster;
                Ok(Found {
                    bound: solution.bound,
                    rounds: solution.rounds,
                    verdict: nrp::judge(&instance, roster),
                    prices: self.prices.then(|| nrp::prices(&instance, roster)),
                    why: self.why.as_deref().map(|id| nrp::worth(&instance, roster, id)),
                    roster: serde_json::to_value(roster)?,
                })
            }
        }
    }
}

/// Looks at the clock between two rounds, and tells how it goes.
struct Watch<'a> {
    said: &'a Said,
    began: Instant,
    limit: Duration,
    /// When something was told last.
    told: Option<Instant>,
    ended: Ended,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Ended {
    /// The roster is as good as the bound: none is better.
    Proved,
    /// All rounds were done.
    Rounds,
    /// Time was up.
    Time,
    /// Ctrl-C.
    Interrupted,
}

impl Ended {
    fn english(self) -> &'static str {
        match self {
            Self::Proved => "no roster is better",
            Self::Rounds => "all rounds are done",
            Self::Time => "time is up",
            Self::Interrupted => "interrupted, the best so far is written",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Proved => "已证明最优",
            Self::Rounds => "轮数已满",
            Self::Time => "时间到",
            Self::Interrupted => "已中断，写出目前最好的排班",
        }
    }
}

impl Watch<'_> {
    fn go_on(&mut self, progress: Progress) -> bool {
        let elapsed = self.began.elapsed();
        if self.told.is_none_or(|told| told.elapsed() >= Duration::from_secs(2)) {
            self.told = Some(Instant::now());
            let Progress { objective, bound, .. } = progress;
            let seconds = elapsed.as_secs();
            self.said.note(self.said.both(
                &format!("{seconds} s: {objective}, bound {bound}"),
                &format!("{seconds} 秒：目标值 {objective}，下界 {bound}"),
            ));
        }
        if INTERRUPTED.load(Ordering::Relaxed) {
            self.ended = Ended::Interrupted;
        } else if elapsed >= self.limit {
            self.ended = Ended::Time;
        } else {
            return true;
        }
        false
    }
}

/// From now on Ctrl-C is heeded between two rounds.
fn heed_interrupts() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            INTERRUPTED.store(true, Ordering::Relaxed);
        }
    });
    Ok(())
}

/// The file for the roster. It takes its place when it is whole.
struct Out<'a> {
    path: &'a Path,
    file: tempfile::NamedTempFile,
}

impl<'a> Out<'a> {
    fn new(path: &'a Path) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // As any file that this user makes, not for the user alone as temporary files are.
        let file = tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(|error| {
                Failure::Input(format!(
                    "--out {}: {error}; name a file in a folder in which you may write",
                    path.display()
                ))
            })?;
        Ok(Self { path, file })
    }

    fn write(mut self, roster: &serde_json::Value) -> Result<(), Failure> {
        let failed = || format!("could not write {}", self.path.display());
        serde_json::to_writer(&mut self.file, roster)?;
        self.file.write_all(b"\n").with_context(failed)?;
        self.file.persist(self.path).with_context(failed)?;
        Ok(())
    }
}
