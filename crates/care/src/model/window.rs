//! Occupancy over a sliding window: exact sums of the time spent on calls and waiting for them.

use std::collections::VecDeque;

use calmline_core::Timestamp;
use jiff::SignedDuration;

use crate::time::{before, between};

/// More changes of activity than this within a window are a faulty source; the oldest are then forgotten.
const MOST: usize = 1_000;

type Span = (Timestamp, Timestamp);

/// Past stretches of handling (in calls and after-call work) and of waiting, oldest first, with their sums.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    spans: VecDeque<(Span, bool)>,
    handling: SignedDuration,
    waiting: SignedDuration,
}

impl Window {
    pub(crate) fn new() -> Self {
        Self { spans: VecDeque::new(), handling: SignedDuration::ZERO, waiting: SignedDuration::ZERO }
    }

    pub(crate) fn handling(&mut self, span: Span) {
        self.push(span, true);
    }

    pub(crate) fn waiting(&mut self, span: Span) {
        self.push(span, false);
    }

    fn push(&mut self, span: Span, handling: bool) {
        if span.0 >= span.1 {
            return;
        }
        if self.spans.len() == MOST {
            self.pop();
        }
        self.spans.push_back((span, handling));
        let sum = if handling { &mut self.handling } else { &mut self.waiting };
        *sum = sum.saturating_add(between(span.0, span.1));
    }

    fn pop(&mut self) {
        if let Some(((from, to), handling)) = self.spans.pop_front() {
            let sum = if handling { &mut self.handling } else { &mut self.waiting };
            *sum = sum.saturating_sub(between(from, to));
        }
    }

    /// Forgets stretches that ended before the window that ends now.
    pub(crate) fn forget_before(&mut self, now: Timestamp, window: SignedDuration) {
        let from = before(now, window);
        while self.spans.front().is_some_and(|((_, to), _)| *to <= from) {
            self.pop();
        }
    }

    /// The share of handling in handling and waiting, within the window that ends now; none if both together are less
    /// than `enough`. The stretch that still goes on is given apart.
    pub(crate) fn occupancy(
        &self,
        now: Timestamp,
        window: SignedDuration,
        enough: SignedDuration,
        handling_now: Option<Span>,
        waiting_now: Option<Span>,
    ) -> Option<f64> {
        let from = before(now, window);
        let within = |span: Option<Span>| {
            span.map_or(SignedDuration::ZERO, |(begin, end)| between(begin.max(from), end.max(from)))
        };
        let mut handling = self.handling.saturating_add(within(handling_now));
        let mut waiting = self.waiting.saturating_add(within(waiting_now));
        for &((begin, end), handled) in self.spans.iter().take_while(|((begin, _), _)| *begin < from) {
            let outside = between(begin, end.min(from));
            let sum = if handled { &mut handling } else { &mut waiting };
            *sum = sum.saturating_sub(outside);
        }
        let all = handling.saturating_add(waiting);
        (all >= enough && all.is_positive()).then(|| handling.as_secs_f64() / all.as_secs_f64())
    }
}
