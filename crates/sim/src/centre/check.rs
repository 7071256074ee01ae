//! What the fields of a scenario must be to each other.

use calmline_core::QueueId;
use toml::Spanned;

use super::{
    numbers::Clock,
    scenario::{Group, Queue, Scenario, ScenarioError, Shift, Written, line_of},
};

type Checked = Result<(), ScenarioError>;

/// More agents, queues or replications than this are a slip of the pen.
const MOST_AGENTS: u32 = 100_000;
const MOST_QUEUES: usize = 1_000;
const MOST_REPLICATIONS: u32 = 100_000;

struct Text<'a>(&'a str);

impl Text<'_> {
    fn wrong(&self, place: usize, field: &'static str, why: impl Into<String>) -> Checked {
        Err(ScenarioError::Field { line: line_of(self.0, place), field, why: why.into() })
    }

    fn law(&self, law: &Spanned<Written>, field: &'static str) -> Checked {
        match law.get_ref() {
            Written::Empirical(times) if times.iter().all(|time| time.0 <= 0.0) => {
                self.wrong(law.span().start, field, "there is no time above 0; list observed times")
            }
            _ => Ok(()),
        }
    }

    fn name(&self, name: &Spanned<String>) -> Checked {
        match QueueId::new(name.get_ref().as_str()) {
            Ok(_) => Ok(()),
            Err(error) => self.wrong(name.span().start, "name", format!("{error}; write another name")),
        }
    }

    /// The line on which a table such as `[care]` or a field begins, for what has no span of its own.
    fn line_with(&self, word: &str) -> usize {
        self.0.find(word).unwrap_or_default()
    }
}

pub(super) fn check(scenario: &Scenario, text: &str) -> Checked {
    let text = Text(text);
    if !(1..=MOST_REPLICATIONS).contains(&scenario.replications) {
        let why = format!("write a number from 1 to {MOST_REPLICATIONS}");
        return text.wrong(text.line_with("replications"), "replications", why);
    }
    if scenario.queue.is_empty() || scenario.queue.len() > MOST_QUEUES {
        let why = format!("write 1 to {MOST_QUEUES} tables [[queue]]");
        return text.wrong(0, "queue", why);
    }
    for (n, queue) in scenario.queue.iter().enumerate() {
        self::queue(queue, &text)?;
        let before = &scenario.queue[..n];
        if before.iter().any(|other| other.name.get_ref() == queue.name.get_ref()) {
            return text.wrong(
                queue.name.span().start,
                "name",
                "two queues have this name; give each its own",
            );
        }
        let served = scenario
            .group
            .iter()
            .any(|group| group.serves.iter().any(|name| name.get_ref() == queue.name.get_ref()));
        if !served {
            return text.wrong(
                queue.name.span().start,
                "name",
                "no group serves this queue; name it in `serves`",
            );
        }
    }
    let mut agents = 0_u32;
    for group in &scenario.group {
        agents = agents.saturating_add(self::group(group, scenario, &text)?);
    }
    let most = scenario.variants().iter().map(|variant| variant.staff.0).fold(scenario.staff.0, f64::max);
    if agents == 0 || f64::from(agents) * most > f64::from(MOST_AGENTS) {
        return text.wrong(
            text.line_with("count"),
            "count",
            format!("there are {agents} agents; write 1 to {MOST_AGENTS} in all"),
        );
    }
    Ok(())
}

fn queue(queue: &Queue, text: &Text<'_>) -> Checked {
    text.name(&queue.name)?;
    let at = queue.arrivals.span().start;
    match queue.arrivals.get_ref().between() {
        Err(daily) => {
            let ordered = daily.windows(2).all(|two| two[0].from < two[1].from);
            if daily.first().is_none_or(|first| first.from != Clock(0.0)) || !ordered {
                let why = "begin with from = \"00:00\" and go on in the order of the day";
                return text.wrong(at, "daily", why);
            }
            if daily.iter().all(|rate| rate.rate.0 <= 0.0) {
                return text.wrong(at, "daily", "no call ever comes; write a rate above 0");
            }
        }
        Ok(law) => text.law(&Spanned::new(queue.arrivals.span(), law), "arrivals")?,
    }
    if let Some(patience) = &queue.patience {
        text.law(patience, "patience")?;
    }
    if let Some(retry) = &queue.retry {
        text.law(&retry.after, "after")?;
        if queue.patience.is_none() {
            return text.wrong(
                at,
                "retry",
                "nobody hangs up here; give the queue a patience, or leave retry out",
            );
        }
    }
    if !(1..=5).contains(queue.priority.get_ref()) {
        return text.wrong(queue.priority.span().start, "priority", "write 1 (first) to 5 (last)");
    }
    let Some(first) = queue.kind.first() else { return Ok(()) };
    if queue.kind.len() > usize::from(u8::MAX) {
        return text.wrong(first.name.span().start, "kind", "write at most 255 kinds of calls in a queue");
    }
    let sum: f64 = queue.kind.iter().map(|kind| kind.share.0).sum();
    if (sum - 1.0).abs() > 1e-6 {
        let why = format!("the shares of this queue's kinds add up to {sum}; they must add up to 1");
        return text.wrong(first.name.span().start, "share", why);
    }
    for kind in &queue.kind {
        text.name(&kind.name)?;
        if kind.agitated.0 + kind.abusive.0 > 1.0 {
            return text.wrong(
                kind.name.span().start,
                "abusive",
                "agitated and abusive are more than all; lower them",
            );
        }
    }
    Ok(())
}

/// Returns how many agents the group has.
fn group(group: &Group, scenario: &Scenario, text: &Text<'_>) -> Result<u32, ScenarioError> {
    let place = group.name.span().start;
    if group.serves.is_empty() {
        text.wrong(place, "serves", "name at least one queue")?;
    }
    for name in group.serves.iter().chain(group.services.keys()) {
        if !scenario.queue.iter().any(|queue| queue.name.get_ref() == name.get_ref()) {
            let known: Vec<_> = scenario.queue.iter().map(|queue| queue.name.get_ref().as_str()).collect();
            let why = format!("there is no queue {:?}; there are: {}", name.get_ref(), known.join(", "));
            text.wrong(name.span().start, "serves", why)?;
        }
    }
    for law in group.services.values().chain([&group.service]).chain(&group.wrap_up) {
        text.law(law, "service")?;
    }
    for shift in &group.shift {
        self::shift(shift, text)?;
    }
    let in_shifts = group.shift.iter().fold(0_u32, |sum, shift| sum.saturating_add(shift.count));
    match group.count {
        Some(count) if !group.shift.is_empty() && count != in_shifts => {
            let why = format!("count is {count}, but the shifts have {in_shifts}; leave count out");
            text.wrong(place, "count", why)?;
        }
        None if group.shift.is_empty() => {
            text.wrong(place, "count", "write how many agents the group has")?;
        }
        _ => {}
    }
    Ok(group.count.unwrap_or(in_shifts))
}

fn shift(shift: &Shift, text: &Text<'_>) -> Checked {
    let (place, start) = (shift.start.span().start, shift.start.get_ref().0);
    if start >= shift.end.0 {
        let why = "the shift ends before it starts; let one that crosses midnight end at 24:00 and another start at 00:00";
        return text.wrong(place, "start", why);
    }
    if !(1..=7).contains(&shift.days) {
        return text.wrong(place, "days", "write how many days of seven are worked: 1 to 7");
    }
    let mut pauses: Vec<_> = shift.meal.iter().chain(&shift.breaks).collect();
    pauses.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
    let mut free = start;
    for pause in pauses {
        if pause.at.0 < free || pause.at.0 + pause.minutes.0 > shift.end.0 {
            let why = "a pause lies outside the shift or in another pause; move it";
            return text.wrong(place, "breaks", why);
        }
        free = pause.at.0 + pause.minutes.0;
    }
    Ok(())
}
