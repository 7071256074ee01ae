//! `plan forecast`: the coming open days of a queue, from a table of its past.

use std::{collections::BTreeMap, fs, path::PathBuf};

use calmline_plan::{
    forecast::{DayForecast, Forecaster},
    history::{Grid, calendar, outages},
};
use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{open_days, table::Source};
use crate::{failure::Failure, measured::rounded, said::Said};

/// So many outages are listed, the newest first.
const OUTAGES_SHOWN: usize = 10;

/// `plan forecast`.
#[derive(Debug, clap::Args)]
pub struct PlanForecast {
    /// The past: counts of intervals, or calls one a row; CSV, TSV or JSON lines
    #[arg(value_name = "FILE")]
    history: PathBuf,
    /// Length of an interval, such as 15min; it has to divide a day
    #[arg(long, value_name = "TIME", default_value = "30min")]
    interval: SignedDuration,
    /// Open days to forecast, such as 10d
    #[arg(long, value_name = "DAYS", default_value = "10d", value_parser = open_days)]
    days: usize,
    /// The site's time zone, for times with an offset and for calls, such as Asia/Shanghai
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// Holidays and moved working days of a country: cn or us
    #[arg(long, value_name = "COUNTRY")]
    holidays: Option<calendar::Country>,
    /// Column of the times [default: guessed and told]
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Column of the counts [default: guessed and told; without one each row is a call]
    #[arg(long, value_name = "COLUMN")]
    calls: Option<String>,
    /// This queue alone
    #[arg(long)]
    queue: Option<String>,
    /// Also write the intervals to this CSV
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn plan(options: &PlanForecast, said: &Said) -> Result<(), Failure> {
    let zone = TimeZone::get(&options.time_zone).map_err(|_| {
        let name = &options.time_zone;
        Failure::Input(format!(
            "--time-zone: {name:?} is not known; write for example Asia/Shanghai or Europe/Paris"
        ))
    })?;
    let mut source = Source::new(&options.history, options.interval)?;
    source.zone = zone;
    (source.time, source.calls, source.queue) =
        (options.time.clone(), options.calls.clone(), options.queue.clone());
    let mut read = source.read(said)?;
    let marked = outages::mark(&mut read.grid);
    let dates = calendar::coming(&read.grid.dates(), options.days, options.holidays);
    let names = names(options, &read.grid, &dates);
    let forecaster = Forecaster::learn(&read.grid, &names).map_err(Failure::input)?;
    let ahead = forecaster.forecast(&dates).map_err(Failure::input)?;
    if let Some(out) = &options.out {
        fs::write(out, rows(&read.grid, &ahead))?;
    }
    if options.json {
        let outages: Vec<Value> = marked
            .iter()
            .map(|outage| json!({ "date": outage.date, "from": clock(&read.grid, outage.first), "intervals": outage.intervals }))
            .collect();
        return said.json(&json!({
            "rows": read.rows, "columns": read.columns, "queues": read.queues, "open_days": read.grid.days.len(),
            "outages": outages, "replaced": forecaster.replaced().len(), "weights": forecaster.weights(),
            "names": names, "days": ahead.iter().map(|day| told(&read.grid, day)).collect::<Vec<_>>(),
        }));
    }
    let line = |en: String, zh: String| said.line(said.both(&en, &zh));
    let (rows, days) = (read.rows, read.grid.days.len());
    line(format!("{rows} rows, {days} open days"), format!("{rows} 行，{days} 个营业日"));
    let columns: Vec<String> = read
        .columns
        .iter()
        .filter_map(|(what, column)| Some(format!("{what} = {}", column.as_str()?)))
        .collect();
    line(format!("columns: {}", columns.join(", ")), format!("列：{}", columns.join("，")));
    for outage in marked.iter().rev().take(OUTAGES_SHOWN) {
        let (date, from, n) = (outage.date, clock(&read.grid, outage.first), outage.intervals);
        line(
            format!("{date} {from}: {n} intervals without a call where many are usual, taken as not known"),
            format!("{date} {from}：连续 {n} 个时段没有来电，与往常不符，按缺失处理"),
        );
    }
    if marked.len() > OUTAGES_SHOWN {
        let more = marked.len() - OUTAGES_SHOWN;
        line(
            format!("and {more} such runs before (--json has them all)"),
            format!("此前还有 {more} 处（--json 列出全部）"),
        );
    }
    for day in &ahead {
        let total: f64 = day.expected.iter().sum();
        let why = because(day, said);
        line(
            format!("{}  {total:.0} calls  {why}", day.date),
            format!("{}  预计来电 {total:.0} 通  {why}", day.date),
        );
    }
    Ok(())
}

/// The names that days past and coming have by the calendar of the country.
fn names(options: &PlanForecast, grid: &Grid, coming: &[Date]) -> BTreeMap<Date, String> {
    let Some(country) = options.holidays else { return BTreeMap::new() };
    let dates = grid.dates().into_iter().chain(coming.iter().copied());
    dates.filter_map(|date| Some((date, country.name(date)?.to_owned()))).collect()
}

fn told(grid: &Grid, day: &DayForecast) -> Value {
    let interval = |slot: usize| {
        let [low80, high80] = day.within_80[slot].map(rounded);
        let [low95, high95] = day.within_95[slot].map(rounded);
        json!({
            "from": clock(grid, slot), "expected": rounded(day.expected[slot]),
            "within_80": [low80, high80], "within_95": [low95, high95],
        })
    };
    json!({
        "date": day.date, "calls": rounded(day.expected.iter().sum()), "parts": day.parts,
        "intervals": (0..grid.slots).map(interval).collect::<Vec<_>>(),
    })
}

fn because(day: &DayForecast, said: &Said) -> String {
    let parts = day.parts;
    let factors = [
        (said.both("weekday", "星期"), parts.weekday),
        (said.both("month", "月内"), parts.month),
        (said.both("closed day beside", "相邻休业日"), parts.closed_beside),
        (said.both("named day", "特殊日"), parts.named),
    ];
    let moved = factors.iter().filter(|(_, factor)| (factor - 1.0).abs() >= 0.005);
    let moved: Vec<String> =
        moved.map(|(name, factor)| format!("{name} {:+.0}%", (factor - 1.0) * 100.0)).collect();
    moved.join(said.both(", ", "，"))
}

fn rows(grid: &Grid, ahead: &[DayForecast]) -> String {
    let mut text = String::from("timestamp,expected,low80,high80,low95,high95\n");
    for day in ahead {
        for slot in 0..grid.slots {
            let ([low80, high80], [low95, high95]) = (day.within_80[slot], day.within_95[slot]);
            let (time, expected) = (clock(grid, slot), day.expected[slot]);
            let date = day.date;
            text +=
                &format!("{date} {time}:00,{expected:.2},{low80:.2},{high80:.2},{low95:.2},{high95:.2}\n");
        }
    }
    text
}

/// The local time at which an interval begins.
fn clock(grid: &Grid, slot: usize) -> String {
    let minute = grid.minute(slot);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
