//! How often each rule of alerts is right, as supervisors' outcomes and agents' private ratings say, counted by rule alone.

use std::collections::{BTreeMap, VecDeque};

use calmline_core::{Body, Timestamp};

use crate::{
    call::Alarm,
    decisions::Decisions,
    settings::AlertSettings,
    time::{after, hours},
};

/// Answers that count at most; older ones are forgotten. Choice.
const REMEMBERED: usize = 100;
/// The quantile of the normal distribution for an interval of 95 %.
const Z: f64 = 1.96;

#[derive(Debug, Clone, Default)]
struct Rule {
    answers: VecDeque<bool>,
    muted_until: Option<Timestamp>,
}

/// The rules of one site.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    rules: BTreeMap<Alarm, Rule>,
}

impl Rules {
    /// Whether a rule rests.
    pub(crate) fn rests(&self, alarm: Alarm, now: Timestamp) -> bool {
        let until = self.rules.get(&alarm).and_then(|rule| rule.muted_until);
        until.is_some_and(|until| now < until)
    }

    /// Counts an answer. A rule whose share of right alerts is surely below what it has to earn rests for a while, which is
    /// said, and begins anew after it. What people ask for themselves, and danger, never rests.
    pub(crate) fn answer(&mut self, alarm: Alarm, right: bool, set: &AlertSettings, out: &mut Decisions) {
        let rule = self.rules.entry(alarm).or_default();
        if rule.answers.len() == REMEMBERED {
            rule.answers.pop_front();
        }
        rule.answers.push_back(right);
        let (rights, answers) = (rule.answers.iter().filter(|right| **right).count(), rule.answers.len());
        if alarm.is_urgent()
            || answers < set.earns_answers as usize
            || highest(rights, answers) >= set.earns_from
        {
            return;
        }
        let until = after(out.now, hours(set.rests_days.saturating_mul(24)));
        *rule = Rule { answers: VecDeque::new(), muted_until: Some(until) };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (right, answers) = (count(rights), count(answers));
        out.decide(Vec::new(), Body::AlertRuleMuted { rule: alarm.code().into(), right, answers, until });
    }
}

/// The upper end of the 95 % interval of a share (Wilson 1927).
fn highest(right: usize, answers: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
    let (right, answers) = (right as f64, answers as f64);
    let share = right / answers;
    let middle = share + Z * Z / (2.0 * answers);
    let half = Z * (share * (1.0 - share) / answers + Z * Z / (4.0 * answers * answers)).sqrt();
    (middle + half) / (1.0 + Z * Z / answers)
}

#[cfg(test)]
mod tests {
    use calmline_core::{EventId, SiteId};

    use super::*;

    /// Answers as given, and what was said of it.
    fn said(alarm: Alarm, answers: &[bool]) -> Vec<Body> {
        let site = SiteId::new("s").expect("an id");
        let mut out = Decisions::new(&site, Timestamp::UNIX_EPOCH, Some(EventId::derive(&["x"])));
        let mut rules = Rules::default();
        for right in answers {
            rules.answer(alarm, *right, &AlertSettings::default(), &mut out);
        }
        out.done().into_iter().map(|draft| draft.body).collect()
    }

    #[test]
    fn a_rule_that_is_mostly_wrong_rests_and_one_that_is_often_right_does_not() {
        assert_eq!(highest(0, 20).mul_add(100.0, 0.5).floor() as u32, 16);
        let wrong = [false; 20];
        assert!(said(Alarm::AgitatedCaller, &wrong[..19]).is_empty(), "too few answers");
        let muted = said(Alarm::AgitatedCaller, &wrong);
        assert!(matches!(muted[..], [Body::AlertRuleMuted { right: 0, answers: 20, .. }]), "{muted:?}");
        let half: Vec<bool> = (0..40).map(|n| n % 2 == 0).collect();
        assert!(said(Alarm::AgitatedCaller, &half).is_empty());
        assert!(said(Alarm::AbuseReported, &wrong).is_empty(), "the key never rests");
    }
}
