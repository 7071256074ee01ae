//! Which calls are hard, and how many of them are usual at a site.

/// Calls before the site's usual share says something. Choice.
const ENOUGH: f64 = 100.0;
/// The usual share follows slow changes with about the last 2,000 calls: self-service that takes the easy calls away moves it
/// over weeks, and meanwhile everybody's mix is harder than was usual. Choice.
const SLOWEST: f64 = 1.0 / 2_000.0;
/// A call is long from here on: the logarithm of its length against the usual one. e^0.53 is 1.7 times. Choice.
const LONG: f64 = 0.53;
/// A call is complex from so many complications on. Choice.
const COMPLEX: f64 = 2.0;

/// The share of hard calls at a site.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HardCalls {
    calls: f64,
    share: f64,
}

impl HardCalls {
    /// Whether a call was hard for its length or its complexity; abuse, agitation and distressing content make it so besides.
    pub(crate) fn is_hard(length: Option<f64>, complexity: f64) -> bool {
        length.is_some_and(|length| length >= LONG) || complexity >= COMPLEX
    }

    /// Counts a call that is over.
    pub(crate) fn count(&mut self, hard: bool) {
        self.calls += 1.0;
        let step = self.calls.recip().max(SLOWEST);
        self.share += step * (f64::from(u8::from(hard)) - self.share);
    }

    /// The usual share of hard calls; none after too few calls.
    pub(crate) fn usual(&self) -> Option<f64> {
        (self.calls >= ENOUGH).then_some(self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_share_is_silent_at_first_and_follows_slowly() {
        let mut calls = HardCalls::default();
        for n in 0..400 {
            assert_eq!(calls.usual().is_some(), n >= 100);
            calls.count(n % 5 == 0);
        }
        assert!((calls.usual().unwrap_or(0.0) - 0.2).abs() < 0.01);
        // The easy half goes to self-service: for a while the calls that are left are harder than is usual.
        for n in 0..500 {
            calls.count(n % 5 < 2);
        }
        assert!(calls.usual().is_some_and(|share| (0.2..0.35).contains(&share)), "{calls:?}");
    }

    #[test]
    fn length_and_complexity_make_a_call_hard() {
        assert!(!HardCalls::is_hard(None, 0.0) && !HardCalls::is_hard(Some(0.4), 1.5));
        assert!(HardCalls::is_hard(Some(0.6), 0.0) && HardCalls::is_hard(None, 2.0));
    }
}
