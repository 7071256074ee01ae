//! The forecast of a history, with the holidays of the site's country.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use calmline_core::policy::Profile;
use calmline_plan::{
    forecast::{DayForecast, ForecastError, Forecaster},
    history::calendar::{Country, coming},
};
use jiff::civil::Date;

use super::history::History;

/// The most open days that are forecast.
pub const MOST_DAYS: usize = 28;

/// The coming open days of a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Minutes of an interval.
    pub interval: u32,
    /// Minutes from midnight to the first interval.
    pub opens: u32,
    /// The last day that is known.
    pub known_until: Date,
    /// Open days that are known.
    pub known_days: usize,
    /// Intervals that were missing or out of all likelihood, and were replaced for learning.
    pub replaced: usize,
    /// The days that are forecast.
    pub days: Vec<DayForecast>,
    /// Days among them that have a name.
    pub names: BTreeMap<Date, String>,
}

/// The calendar of a profile's country, where one is known.
#[must_use]
pub fn country(profile: Profile) -> Option<Country> {
    match profile {
        Profile::Cn => Some(Country::China),
        Profile::Us => Some(Country::UnitedStates),
        _ => None,
    }
}

/// Forecasts the next open days after the history.
///
/// # Errors
/// When there is too little history.
pub fn forecast(history: &History, days: usize, country: Option<Country>) -> Result<Forecast, ForecastError> {
    let grid = history.grid();
    let dates = grid.dates();
    let ahead = coming(&dates, days.clamp(1, MOST_DAYS), country);
    let named = |date: &Date| Some((*date, country?.name(*date)?.to_owned()));
    let names: BTreeMap<Date, String> = dates.iter().chain(&ahead).filter_map(named).collect();
    let forecaster = Forecaster::learn(&grid, &names)?;
    let days = forecaster.forecast(&ahead)?;
    Ok(Forecast {
        interval: history.interval,
        opens: history.opens,
        known_until: dates.last().copied().unwrap_or_default(),
        known_days: dates.len(),
        replaced: forecaster.replaced().len(),
        days,
        names: ahead.iter().filter_map(named).collect(),
    })
}

/// The forecasts that were made last: what-if questions come many a minute, and a history never changes under its name.
#[derive(Debug, Default)]
pub struct Recent(Mutex<VecDeque<(String, usize, Arc<Forecast>)>>);

impl Recent {
    const REMEMBERED: usize = 8;

    /// The forecast of a history for at least so many days, if it was made lately.
    #[must_use]
    pub fn get(&self, history: &str, days: usize) -> Option<Arc<Forecast>> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |(of, made, _): &&(String, usize, _)| of == history && *made >= days;
        recent.iter().find(fits).map(|(.., forecast)| Arc::clone(forecast))
    }

    /// Remembers a forecast.
    pub fn put(&self, history: &str, days: usize, forecast: &Arc<Forecast>) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_front((history.to_owned(), days, Arc::clone(forecast)));
        recent.truncate(Self::REMEMBERED);
    }
}
