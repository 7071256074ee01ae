//! `calmline evaluate forecast` and `calmline plan forecast`: what a history says of the days to come.

mod ahead;
mod table;

use std::path::PathBuf;

use calmline_plan::forecast::measure::{Measured, Rolling, roll};
use jiff::SignedDuration;
use serde_json::{Value, json};

pub use self::ahead::{PlanForecast, plan};
use self::table::Source;
use crate::{
    failure::Failure,
    measured::{cpu_seconds, rounded},
    said::Said,
};

/// Options of `calmline evaluate forecast`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateForecast {
    /// Counts of intervals, or calls one a row: CSV, TSV or JSON lines
    #[arg(long, value_name = "FILE")]
    pub series: PathBuf,
    /// Length of an interval, such as 5min or 1h; it has to divide a day
    #[arg(long, value_name = "TIME", default_value = "30min")]
    pub freq: SignedDuration,
    /// Rolling origins at the end of the series: each forecast knows only the open days before its origin
    #[arg(long, default_value_t = 8)]
    pub origins: usize,
    /// Open days from one origin to the next, such as 5d
    #[arg(long, value_name = "DAYS", default_value = "5d", value_parser = open_days)]
    pub step: usize,
    /// Horizons in open days, such as 1d,5d,10d
    #[arg(long, value_name = "DAYS", default_value = "1d,5d,10d", value_delimiter = ',', value_parser = open_days)]
    pub horizon: Vec<usize>,
    /// Print one JSON document (the result is always JSON)
    #[arg(long)]
    pub json: bool,
}

/// Measures.
///
/// # Errors
/// When the series cannot be read, or is too short.
pub fn evaluate(options: &EvaluateForecast, said: &Said) -> Result<Value, Failure> {
    let read = Source::new(&options.series, options.freq)?.read(said)?;
    let rolling = Rolling { origins: options.origins, step: options.step, horizons: options.horizon.clone() };
    let measured = roll(&read.grid, &rolling, cpu_seconds).map_err(Failure::input)?;
    Ok(told(&measured))
}

fn told(measured: &Measured) -> Value {
    let horizon = |(horizon, figures): &(usize, Option<_>)| {
        let figures: &Option<calmline_plan::forecast::measure::Figures> = figures;
        let figures = figures.as_ref()?;
        Some(json!({
            "horizon": format!("{horizon}d"),
            "mae": rounded(figures.mae),
            "rmse": rounded(figures.rmse),
            "mape": figures.mape.map(rounded),
            "wape": figures.wape.map(rounded),
            "mase": figures.mase.map(rounded),
            "cover80": rounded(figures.cover80),
            "cover95": rounded(figures.cover95),
            "intervals": figures.intervals,
        }))
    };
    json!({
        "origins": measured.origins,
        "cpu_s_per_fit": rounded(measured.seconds_per_fit),
        "horizons": measured.horizons.iter().filter_map(horizon).collect::<Vec<_>>(),
    })
}

/// Reads a number of open days, such as 5d or 5.
fn open_days(text: &str) -> Result<usize, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse().ok().filter(|days| (1..=366).contains(days));
    days.ok_or_else(|| format!("{text:?} is no number of open days; write for example 5d, from 1d to 366d"))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use calmline_core::catalog::Lang;
    use calmline_testing::data;

    use super::*;

    fn options(series: &Path, freq: i64) -> EvaluateForecast {
        EvaluateForecast {
            series: series.to_path_buf(),
            freq: SignedDuration::from_mins(freq),
            origins: 4,
            step: 5,
            horizon: vec![1, 10],
            json: true,
        }
    }

    fn measured(series: &Path, freq: i64) -> Result<Value, Failure> {
        evaluate(&options(series, freq), &Said::new(Lang::En, true))
    }

    #[test]
    fn open_days_are_read() {
        assert_eq!((open_days("5d"), open_days("10")), (Ok(5), Ok(10)));
        for bad in ["0d", "d", "", "-1d", "5h", "400d"] {
            assert!(open_days(bad).unwrap_err().contains("5d"), "{bad}");
        }
    }

    #[test]
    fn a_banks_calls_are_forecast_better_than_by_their_weekdays_means() {
        let Some(file) = data("operations/bank_calls.csv") else { return };
        let told = measured(&file, 5).unwrap();
        assert_eq!(told["origins"], 4);
        let ten = &told["horizons"][1];
        let [mae, inner, outer] = ["mae", "cover80", "cover95"].map(|key| ten[key].as_f64().unwrap());
        // The mean of eight weekdays misses by 17.7 over the last eight origins.
        assert!(mae < 16.0, "{told}");
        assert!((0.7..0.9).contains(&inner) && (0.9..1.0).contains(&outer), "{told}");
    }

    #[test]
    fn tables_of_other_kinds_say_the_same_and_bad_rows_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let rows: Vec<(String, usize)> = (0..30)
            .flat_map(|day| (8..18).map(move |hour| (day, hour)))
            .map(|(day, hour)| (format!("2026-06-{:02} {hour:02}:00", day + 1), 20 + day % 7 * 3 + hour % 5))
            .collect();
        let table = |separator: char, head: &str| {
            let row = |(time, calls): &(String, usize)| format!("{time}{separator}{calls}\n");
            format!("{head}\n{}", rows.iter().map(row).collect::<String>())
        };
        let lines: String = rows
            .iter()
            .map(|(time, calls)| format!("{{\"timestamp\":\"{time}\",\"calls\":{calls}}}\n"))
            .collect();
        let csv = write("a.csv", table(',', "\u{feff}timestamp,calls"));
        let mut told =
            [csv, write("a.tsv", table('\t', "timestamp\tcalls")), write("a.jsonl", lines)].map(|file| {
                let mut told = measured(&file, 60).unwrap();
                told["cpu_s_per_fit"].take();
                told
            });
        told.sort_by_key(Value::to_string);
        assert_eq!(told[0], told[2]);

        let bad = write("bad.csv", table(',', "timestamp,calls") + "2026-07-01 08:00,many\nyesterday,3\n");
        let Err(Failure::Input(why)) = measured(&bad, 60) else { panic!("bad rows were taken") };
        assert!(why.contains("line 302") && why.contains("many") && why.contains("line 303"), "{why}");
        let Err(Failure::Input(why)) = measured(&bad, 7) else { panic!("7 minutes divide no day") };
        assert!(why.contains("1440"), "{why}");
    }
}
