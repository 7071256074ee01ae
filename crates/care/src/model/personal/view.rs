//! What a person is told of their fit, in a sentence.

use calmline_core::{Body, Event, EventId, event::Reason, event::Report};

use super::{
    course::Course,
    fit::{Fit, Prior},
    matrix::Vector,
};
use crate::settings::Settings;

/// Check-ins from which a person is told anything but how many there are. Choice.
const ENOUGH: u32 = 8;

/// What a person's own check-ins say, for that person alone.
#[derive(Debug, Clone)]
pub struct OwnView {
    /// Check-ins that it rests on.
    pub check_ins: u32,
    /// Energy expected now, in points of 10, and the interval that holds four of five answers.
    pub energy: f64,
    /// The interval.
    pub interval: [f64; 2],
    /// The same for most people after the same work.
    pub of_most: f64,
    /// The sentence.
    pub reason: Reason,
}

impl OwnView {
    fn new(fit: &Fit, features: &Vector) -> Self {
        let expected = fit.expect(features);
        let known = fit.know(features);
        let of_most = fit.of_most(features).clamp(0.0, 10.0);
        let [low, high] = known.interval(0.8);
        let points = ((known.value.clamp(0.0, 10.0) - of_most).abs() * 2.0).round() / 2.0;
        let reason = match () {
            () if fit.seen() < ENOUGH => Reason::new("fit.learning").with("count", f64::from(fit.seen())),
            () if low > of_most && points > 0.0 => Reason::new("fit.more_left").with("points", points),
            () if high < of_most && points > 0.0 => Reason::new("fit.less_left").with("points", points),
            () => Reason::new("fit.as_most"),
        };
        Self {
            check_ins: fit.seen(),
            energy: expected.centre.clamp(0.0, 10.0),
            interval: expected.interval(0.8),
            of_most,
            reason,
        }
    }
}

/// The fit of one person from the events about them, in the order of time, and what they answered (`energy`, by the event of the
/// check-in; none once it is erased), as it stands at the last event.
///
/// It counts only what the person agreed to: check-ins since the last [`Body::FitChosen`] that said `own`; what was learned
/// before one that did not is forgotten. None where they do not agree now.
#[must_use]
pub fn of_person(
    events: &[Event],
    energy: impl Fn(&EventId) -> Option<f64>,
    prior: &Prior,
    settings: &Settings,
) -> Option<(OwnView, Fit)> {
    let first = events.first()?;
    let mut course = Course::new(first.at, settings.clone());
    let mut fit = Fit::new(prior.clone());
    let (mut agrees, mut last) = (false, first.at);
    for event in events {
        last = last.max(event.at);
        match &event.body {
            Body::FitChosen { own, .. } => {
                agrees = *own;
                if !agrees {
                    fit = Fit::new(prior.clone());
                }
            }
            Body::SelfReported { report: Report::CheckIn, .. } if agrees => {
                if let Some(energy) = energy(&event.id) {
                    fit.learn(&course.features(event.at), energy);
                }
            }
            _ => course.take(event),
        }
    }
    agrees.then(|| (OwnView::new(&fit, &course.features(last)), fit))
}
