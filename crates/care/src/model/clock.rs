//! What the hour of the day and the length of the shift add to strain.

use std::f64::consts::TAU;

use calmline_core::Timestamp;
use jiff::SignedDuration;

use crate::settings::Settings;

/// The body clock's lowest hour: 04:48, twelve hours from the peak of alertness at 16:48 (Åkerstedt & Folkard 1997).
const LOWEST_HOUR: f64 = 4.8;
/// Hours from the lowest within which it counts. Choice: the small hours.
const AROUND: f64 = 3.0;
/// Hours of a shift between which risk about doubles (Folkard & Tucker 2003).
const LONG_HOURS: (f64, f64) = (8.0, 12.0);

/// What the hour and the shift add, each from 0 to its weight.
pub(super) fn terms(at: Timestamp, shift: SignedDuration, settings: &Settings) -> (f64, f64) {
    let set = &settings.strain;
    #[expect(clippy::cast_precision_loss, reason = "less than a day of seconds")]
    let hour = at.as_second().rem_euclid(86_400) as f64 / 3600.0 + set.utc_offset_hours;
    let low = ((hour - LOWEST_HOUR) / 24.0 * TAU).cos();
    let edge = (AROUND / 24.0 * TAU).cos();
    let night = ((low - edge) / (1.0 - edge)).max(0.0);
    let (from, full) = LONG_HOURS;
    let long = ((shift.as_secs_f64() / 3600.0 - from) / (full - from)).clamp(0.0, 1.0);
    (set.weight_night * night, set.weight_shift * long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time")
    }

    #[test]
    fn the_small_hours_weigh_by_the_sites_own_clock_and_the_day_does_not() {
        let mut settings = Settings::default();
        let night = |time, settings: &Settings| terms(at(time), SignedDuration::ZERO, settings).0;
        assert!((night("2026-11-23T04:48:00Z", &settings) - 0.10).abs() < 1e-9);
        for day in ["2026-11-23T01:40:00Z", "2026-11-23T08:00:00Z", "2026-11-23T16:48:00Z"] {
            assert!(night(day, &settings).abs() < 1e-9, "{day}");
        }
        settings.strain.utc_offset_hours = 8.0;
        assert!((night("2026-11-22T20:48:00Z", &settings) - 0.10).abs() < 1e-9);
        assert!(night("2026-11-23T04:48:00Z", &settings).abs() < 1e-9);
    }

    #[test]
    fn a_shift_weighs_from_the_ninth_hour_to_the_twelfth() {
        let long = |hours| {
            terms(at("2026-11-23T12:00:00Z"), SignedDuration::from_hours(hours), &Settings::default()).1
        };
        assert!(long(8).abs() < 1e-12 && (long(10) - 0.025).abs() < 1e-12);
        assert!((long(12) - 0.05).abs() < 1e-12 && (long(14) - 0.05).abs() < 1e-12);
    }
}
