//! Arithmetic on the time that events carry; nothing here can overflow or run backwards.

use calmline_core::Timestamp;
use jiff::SignedDuration;

pub(crate) fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count) * 60)
}

pub(crate) fn seconds(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count))
}

pub(crate) fn hours(count: u32) -> SignedDuration {
    minutes(count.saturating_mul(60))
}

/// `at` and a while later, at most the end of time.
pub(crate) fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// `at` and a while earlier, at least the beginning of time.
pub(crate) fn before(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// How long `later` is after `earlier`; nothing if it is not.
pub(crate) fn between(earlier: Timestamp, later: Timestamp) -> SignedDuration {
    later.duration_since(earlier).max(SignedDuration::ZERO)
}

/// The first whole minute after `at`: agents are looked at on whole minutes, so that one timer serves the whole site.
pub(crate) fn next_minute(at: Timestamp) -> Timestamp {
    let minute = at.as_second().div_euclid(60) + 1;
    Timestamp::from_second(minute.saturating_mul(60)).unwrap_or(Timestamp::MAX)
}

pub(crate) fn in_minutes(span: SignedDuration) -> f64 {
    span.as_secs_f64() / 60.0
}

/// What is left after a while of something that halves every `half_life`.
pub(crate) fn fade(span: SignedDuration, half_life: SignedDuration) -> f64 {
    (-std::f64::consts::LN_2 * span.as_secs_f64() / half_life.as_secs_f64().max(1.0)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_ends_but_never_wraps() {
        assert_eq!(after(Timestamp::MAX, minutes(u32::MAX)), Timestamp::MAX);
        assert_eq!(before(Timestamp::MIN, minutes(u32::MAX)), Timestamp::MIN);
        assert_eq!(next_minute(Timestamp::MAX), Timestamp::MAX);
        assert_eq!(between(Timestamp::MAX, Timestamp::MIN), SignedDuration::ZERO);
        assert!(fade(minutes(30), minutes(30)) - 0.5 < 1e-12);
    }

    #[test]
    fn the_next_minute_is_always_later() {
        let minute = Timestamp::from_second(120).expect("in range");
        assert_eq!(next_minute(minute), Timestamp::from_second(180).expect("in range"));
        assert_eq!(next_minute(Timestamp::from_second(-1).expect("in range")), Timestamp::UNIX_EPOCH);
    }
}
