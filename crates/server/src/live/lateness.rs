//! How late the phone platform tells: a backlog holds timers for a moment, a slow clock does not.
//!
//! A platform that was away tells an hour within seconds; while it does, no timer may fire, else agents would be judged by
//! half of their morning. A platform whose clock is slow tells events that are just as old, but they cover no more time than
//! they take. So a spell of late events counts as a backlog only while it covers time faster than time passes.

use std::time::{Duration, Instant};

use calmline_core::{Body, Event, Timestamp};
use jiff::SignedDuration;

/// Events that are older than this when they are told are late.
const LATE: SignedDuration = SignedDuration::from_mins(2);
/// A spell of late events is over when none has come for so long.
const QUIET: Duration = Duration::from_secs(3);
/// So long a spell counts as a backlog whatever it covers: it has only begun.
const DOUBT: Duration = Duration::from_secs(10);
/// Nothing holds timers for longer. Choice: a day of a whole floor is told within it.
const MOST: Duration = Duration::from_secs(120);
/// A backlog covers time at least so many times as fast as time passes.
const FASTER: u32 = 2;
/// Over how long, and over how many events at least, the platform's clock is compared with ours.
const COMPARE: (Duration, u32) = (Duration::from_secs(60), 5);

/// Follows how late one site's work events are.
#[derive(Debug, Default)]
pub struct Lateness {
    spell: Option<Spell>,
    comparison: Option<Comparison>,
}

/// Late events, one soon after the other.
#[derive(Debug, Clone, Copy)]
struct Spell {
    began: Instant,
    last: Instant,
    from: Timestamp,
    to: Timestamp,
}

/// The freshest of some events: as far behind as the platform's clock at most.
#[derive(Debug, Clone, Copy)]
struct Comparison {
    began: Instant,
    events: u32,
    behind: SignedDuration,
}

impl Lateness {
    /// Takes note of events that were read at `now`, which is `at` on the steady clock. Returns how far the platform's clock is
    /// behind ours whenever that has been measured; negative if it is ahead.
    pub fn note(&mut self, events: &[Event], now: Timestamp, at: Instant) -> Option<SignedDuration> {
        for event in events.iter().filter(|event| is_work(&event.body)) {
            let behind = now.duration_since(event.at);
            if behind > LATE {
                self.late(event.at, at);
            }
            let freshest = self.comparison.get_or_insert(Comparison {
                began: at,
                events: 0,
                behind: SignedDuration::MAX,
            });
            freshest.events += 1;
            freshest.behind = freshest.behind.min(behind);
        }
        if self.is_backlog(at) {
            // How late a backlog is says nothing of clocks.
            self.comparison = None;
        }
        let (span, enough) = COMPARE;
        let measured = self.comparison.filter(|freshest| {
            freshest.events >= enough && at.saturating_duration_since(freshest.began) >= span
        })?;
        self.comparison = None;
        Some(measured.behind)
    }

    /// How long timers still wait for more of a backlog.
    pub fn quiet(&self, at: Instant) -> Duration {
        let last = self.spell.filter(|_| self.is_backlog(at)).map(|spell| spell.last);
        last.map_or(Duration::ZERO, |last| QUIET.saturating_sub(at.saturating_duration_since(last)))
    }

    fn late(&mut self, of: Timestamp, at: Instant) {
        let fresh = Spell { began: at, last: at, from: of, to: of };
        let goes_on = |spell: &Spell| at.saturating_duration_since(spell.last) < QUIET;
        let spell = self.spell.filter(goes_on).unwrap_or(fresh);
        self.spell = Some(Spell { last: at, from: spell.from.min(of), to: spell.to.max(of), ..spell });
    }

    fn is_backlog(&self, at: Instant) -> bool {
        let Some(spell) = self.spell else { return false };
        let covers = spell.to.duration_since(spell.from);
        let took = spell.last.saturating_duration_since(spell.began);
        let fast = Duration::try_from(covers).unwrap_or_default() > took * FASTER;
        let lasts = at.saturating_duration_since(spell.began);
        at.saturating_duration_since(spell.last) < QUIET && lasts < MOST && (took < DOUBT || fast)
    }
}

/// Whether the phone platform tells it, with a time of its own.
fn is_work(body: &Body) -> bool {
    matches!(
        body,
        Body::AgentState { .. }
            | Body::CallOffered { .. }
            | Body::CallAnswered { .. }
            | Body::CallHeld { .. }
            | Body::CallResumed { .. }
            | Body::CallTransferred { .. }
            | Body::CallEnded { .. }
    )
}

/// Says once that a platform's clock is off, and again only after it was right.
#[derive(Debug, Default)]
pub struct ClockWatch {
    said: bool,
}

impl ClockWatch {
    /// Takes note of a measurement.
    pub fn measured(&mut self, site: &str, behind: SignedDuration) {
        let behind_s = behind.as_secs_f64();
        metrics::gauge!("calmline_platform_behind_seconds", "site" => site.to_owned()).set(behind_s);
        let off = behind.abs() > LATE;
        if off && !self.said {
            tracing::warn!(
                site,
                behind_s,
                "the phone platform's work events come later than their own times say; compare its clock with this machine's"
            );
        }
        self.said = off;
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::{AgentId, CallId, Draft, Position, SiteId, event::WorkState};

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// A machine's clocks, and a platform that tells states.
    struct Stage {
        lateness: Lateness,
        start: (Timestamp, Instant),
        passed: Duration,
    }

    impl Stage {
        fn new() -> Self {
            let start = (Timestamp::UNIX_EPOCH + SignedDuration::from_hours(10), Instant::now());
            Self { lateness: Lateness::default(), start, passed: Duration::ZERO }
        }

        fn pass(&mut self, seconds: f64) {
            self.passed += Duration::from_secs_f64(seconds);
        }

        /// An event of so many seconds ago is told.
        fn tell(&mut self, ago_s: f64) -> Result<Option<SignedDuration>, Box<dyn std::error::Error>> {
            let (now, at) = (self.start.0 + self.passed, self.start.1 + self.passed);
            let body =
                Body::AgentState { agent: AgentId::new("li")?, state: WorkState::Available, reason: None };
            let of = now - SignedDuration::from_secs_f64(ago_s);
            let event = Draft::derived(SiteId::new("s")?, of, Vec::new(), body).at_position(Position(1));
            Ok(self.lateness.note(&[event], now, at))
        }

        fn holds(&self) -> bool {
            !self.lateness.quiet(self.start.1 + self.passed).is_zero()
        }
    }

    #[test]
    fn an_hour_told_in_half_a_minute_holds_timers_until_it_is_told() -> Outcome {
        let mut stage = Stage::new();
        for ago in (3..60).rev() {
            stage.pass(0.5);
            assert_eq!(stage.tell(f64::from(ago * 60))?, None, "no measure of a clock");
            assert!(stage.holds());
        }
        stage.pass(2.9);
        assert!(stage.holds(), "more of it may come");
        stage.pass(0.2);
        assert!(!stage.holds());
        Ok(())
    }

    #[test]
    fn a_backlog_told_agent_by_agent_is_one_too() -> Outcome {
        let mut stage = Stage::new();
        for _agent in 0..40 {
            for ago in [50, 30, 10] {
                stage.pass(0.5);
                stage.tell(f64::from(ago * 60))?;
                assert!(stage.holds());
            }
        }
        Ok(())
    }

    #[test]
    fn a_steady_stream_from_a_slow_clock_holds_timers_for_seconds_only_and_is_measured() -> Outcome {
        let mut stage = Stage::new();
        let (mut held, mut measured) = (0, Vec::new());
        for second in 0..600 {
            stage.pass(1.0);
            // Three minutes behind, and told with some delay of its own.
            measured.extend(stage.tell(180.0 + f64::from(second % 7) / 10.0)?);
            held += u32::from(stage.holds());
        }
        assert!(held <= 15, "held for {held} s of 600");
        assert!(measured.len() >= 8, "{measured:?}");
        assert!(measured.iter().all(|behind| (180.0..180.5).contains(&behind.as_secs_f64())), "{measured:?}");
        Ok(())
    }

    #[test]
    fn nothing_holds_timers_for_longer_than_two_minutes() -> Outcome {
        let mut stage = Stage::new();
        let mut held = 0;
        // A week, told for ten minutes without a pause.
        for second in 0..600 {
            stage.pass(1.0);
            stage.tell(f64::from(600 - second) * 1_000.0)?;
            held += u32::from(stage.holds());
        }
        assert!((100..=120).contains(&held), "held for {held} s");
        Ok(())
    }

    #[test]
    fn events_on_time_hold_nothing_and_words_of_a_call_are_no_measure() -> Outcome {
        let mut stage = Stage::new();
        for _ in 0..100 {
            stage.pass(1.0);
            if let Some(behind) = stage.tell(1.5)? {
                assert_eq!(behind, SignedDuration::from_millis(1_500));
            }
            assert!(!stage.holds());
        }
        let body = Body::LegOpened {
            call: CallId::new("c")?,
            party: calmline_core::Party::Agent,
            protocol: "test".into(),
            rate: 8_000,
        };
        let old = Draft::derived(SiteId::new("s")?, Timestamp::UNIX_EPOCH, Vec::new(), body);
        stage.lateness.note(&[old.at_position(Position(1))], stage.start.0, stage.start.1 + stage.passed);
        assert!(!stage.holds());
        Ok(())
    }
}
