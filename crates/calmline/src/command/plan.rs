//! `plan …`, and `plan staff`: how many agents an interval needs.

mod schedule;

use calmline_queueing::{Load, Steady, Target, scheduled};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{failure::Failure, said::Said};

/// `plan …`.
#[derive(Debug, clap::Subcommand)]
pub enum Plan {
    /// The fewest agents that answer an interval's calls in time and keep a pause between them
    Staff(Staff),
    /// Shifts and breaks for people: the best roster that the time allows, and how far from the best there can be
    Schedule(schedule::Schedule),
    /// Calls of the coming open days, with bounds and reasons, from a table of the past or Asterisk's queue_log
    Forecast(crate::forecast::PlanForecast),
}

/// `plan staff`.
#[derive(Debug, clap::Args)]
pub struct Staff {
    /// Calls expected in the interval
    #[arg(long)]
    calls: f64,
    /// Length of the interval, such as 30m
    #[arg(long, default_value = "30m", value_name = "TIME")]
    interval: SignedDuration,
    /// Mean handling time of a call, wrap-up included, such as 180s or 4m30s
    #[arg(long, value_name = "TIME")]
    aht: SignedDuration,
    /// Share of calls to be answered in time
    #[arg(long, default_value_t = 0.8, value_name = "SHARE")]
    target: f64,
    /// The time in which they should be answered
    #[arg(long, default_value = "20s", value_name = "TIME")]
    within: SignedDuration,
    /// Mean time that callers wait before they hang up (Erlang A) [default: for ever, Erlang C]
    #[arg(long, value_name = "TIME")]
    patience: Option<SignedDuration>,
    /// Share of their time that agents are on calls at most: above it, nobody gets a pause
    #[arg(long, default_value_t = 0.85, value_name = "SHARE")]
    max_occupancy: f64,
    /// Share of paid time that goes to breaks, meetings, training, leave and illness
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    shrinkage: f64,
    /// Say how the interval goes with that many agents, instead of finding their number
    #[arg(long)]
    agents: Option<u32>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(plan: &Plan, said: &Said) -> Result<(), Failure> {
    let staff = match plan {
        Plan::Staff(staff) => staff,
        Plan::Schedule(options) => return schedule::run(options, said),
        Plan::Forecast(options) => return crate::forecast::plan(options, said),
    };
    let answer = staff.answer()?;
    if staff.json {
        return said.json(&answer.json());
    }
    answer.tell(said);
    Ok(())
}

struct Answer {
    agents: u32,
    scheduled: u32,
    within: f64,
    now: Steady,
    /// With one agent less: what a break at this time costs.
    fewer: Option<Steady>,
}

impl Staff {
    fn answer(&self) -> Result<Answer, Failure> {
        let interval = positive("--interval", self.interval)?;
        let aht = positive("--aht", self.aht)?;
        let mut load = Load::new(self.calls / interval, 1.0 / aht).map_err(Failure::input)?;
        if let Some(patience) = self.patience {
            load = load.with_patience(1.0 / positive("--patience", patience)?).map_err(Failure::input)?;
        }
        let within = self.within.as_secs_f64();
        let target = Target { service_level: self.target, within, max_occupancy: self.max_occupancy };
        let fewest = load.staff(&target).map_err(Failure::input)?;
        let agents = self.agents.unwrap_or(fewest);
        let scheduled = scheduled(agents, self.shrinkage).ok_or_else(|| {
            Failure::Input(format!("--shrinkage: {} is no share from 0 to below 1", self.shrinkage))
        })?;
        let fewer = agents.checked_sub(1).map(|fewer| load.steady(fewer));
        Ok(Answer { agents, scheduled, within, now: load.steady(agents), fewer })
    }
}

fn positive(option: &str, time: SignedDuration) -> Result<f64, Failure> {
    if time.is_positive() {
        return Ok(time.as_secs_f64());
    }
    Err(Failure::Input(format!(
        "{option}: {time:#} is no time above 0; write for example 30m, 180s or 4m30s"
    )))
}

impl Answer {
    fn json(&self) -> Value {
        json!({
            "agents": self.agents,
            "scheduled": self.scheduled,
            "service_level": self.now.service_level(self.within),
            "p_wait": self.now.p_wait(),
            "p_abandon": self.now.p_abandon(),
            "asa_s": finite(self.now.mean_wait()),
            "occupancy": self.now.occupancy(),
            "one_less": self.fewer.map(|fewer| json!({
                "service_level": fewer.service_level(self.within),
                "asa_s": finite(fewer.mean_wait()),
                "occupancy": fewer.occupancy(),
            })),
        })
    }

    fn tell(&self, said: &Said) {
        let line = |en: String, zh: String| said.line(said.both(&en, &zh));
        let share = |share: f64| format!("{:.1}%", share * 100.0);
        let Self { agents, scheduled, within, now, .. } = self;
        line(format!("{agents} agents on calls"), format!("需要 {agents} 名坐席在线"));
        if scheduled != agents {
            line(format!("{scheduled} people scheduled"), format!("需排班 {scheduled} 人"));
        }
        let (level, busy) = (share(now.service_level(*within)), share(now.occupancy()));
        line(format!("{level} answered within {within} s"), format!("服务水平 {level}（{within} 秒内接通）"));
        let wait = seconds(now.mean_wait(), said);
        line(format!("mean wait {wait}, occupancy {busy}"), format!("平均等待 {wait}，占用率 {busy}"));
        if now.p_abandon() > 0.0 {
            let gone = share(now.p_abandon());
            line(format!("{gone} hang up before"), format!("接通前挂断 {gone}"));
        }
        if let Some(fewer) = self.fewer {
            let (level, wait) = (share(fewer.service_level(*within)), seconds(fewer.mean_wait(), said));
            line(
                format!("with one agent on a break: {level}, mean wait {wait}"),
                format!("一人小休时：服务水平 {level}，平均等待 {wait}"),
            );
        }
    }
}

fn seconds(time: f64, said: &Said) -> String {
    if time.is_finite() {
        return format!("{time:.1} {}", said.both("s", "秒"));
    }
    said.both("without end", "没有尽头").into()
}

fn finite(time: f64) -> Option<f64> {
    time.is_finite().then_some(time)
}
