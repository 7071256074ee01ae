//! A scenario made ready to run: laws instead of what was written, numbers instead of names.

use super::{
    law::Law,
    scenario::{Breaks, Group, Pause, Queue, Routing, Scenario, Written},
};

/// Minutes of a day.
pub(super) const DAY: f64 = 1_440.0;
/// In how many parts the time of a single replication is cut, to have an interval from batch means.
const BATCHES: usize = 20;
/// The time within which calls should be answered where a queue says nothing, in seconds: the trade's usual 80/20.
const WITHIN_S: f64 = 20.0;

pub(super) struct Plan {
    pub(super) warm_up: f64,
    pub(super) end: f64,
    pub(super) duration: f64,
    pub(super) batches: usize,
    pub(super) seed: u64,
    /// Seconds of a unit of time.
    pub(super) unit_s: f64,
    pub(super) queues: Vec<QueuePlan>,
    pub(super) groups: Vec<GroupPlan>,
    pub(super) agents: Vec<AgentPlan>,
    pub(super) duties: Vec<DutyPlan>,
    pub(super) care: Option<CarePlan>,
}

#[derive(Clone, Copy)]
pub(super) struct CarePlan {
    pub(super) breaks: Breaks,
    pub(super) routing: Routing,
    pub(super) accepts: f64,
}

pub(super) enum Coming {
    /// Times between calls.
    Between(Law),
    /// From a time of the day on: rate per unit of time. In units of time.
    Daily { from: Vec<(f64, f64)>, day: f64 },
}

pub(super) struct QueuePlan {
    pub(super) name: String,
    pub(super) coming: Coming,
    pub(super) patience: Option<Law>,
    pub(super) priority: u8,
    pub(super) within: f64,
    pub(super) retry: Option<(f64, Law, u8)>,
    /// After how long a wait the call-back is offered, and the share who take it.
    pub(super) call_back: Option<(f64, f64)>,
    pub(super) kinds: Vec<KindPlan>,
    /// Groups that serve it, the first to be asked first.
    pub(super) groups: Vec<usize>,
}

pub(super) struct KindPlan {
    pub(super) name: String,
    /// The share of this kind and those before it.
    pub(super) up_to: f64,
    pub(super) handling: f64,
    pub(super) agitated: f64,
    pub(super) abusive: f64,
    /// The share that self-service answers, what is kept for people taken off.
    pub(super) self_service: f64,
}

pub(super) struct GroupPlan {
    /// The queues that it serves, with the handling of each.
    pub(super) queues: Vec<usize>,
    /// By queue.
    pub(super) service: Vec<Option<Law>>,
    pub(super) wrap_up: Option<Law>,
}

pub(super) struct AgentPlan {
    pub(super) group: usize,
    /// Which duty, and which days off; none where somebody is always there.
    pub(super) duty: Option<(usize, u64)>,
}

#[derive(Clone, Copy)]
pub(super) enum Entry {
    Start,
    /// For so long, in units of time.
    Pause(f64),
    End,
}

/// A day of work: what comes when, in units of time from midnight.
pub(super) struct DutyPlan {
    pub(super) days: u64,
    pub(super) entries: Vec<(f64, Entry)>,
    /// The length of a day in units of time.
    pub(super) day: f64,
}

impl Plan {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let unit_s = scenario.unit.seconds();
        let care = scenario.care.as_ref().map(|care| CarePlan {
            breaks: care.breaks,
            routing: care.routing,
            accepts: care.accepts.0,
        });
        let mut plan = Self {
            warm_up: scenario.warm_up.0,
            end: scenario.warm_up.0 + scenario.duration.0,
            duration: scenario.duration.0,
            batches: if scenario.replications == 1 { BATCHES } else { 1 },
            seed: scenario.seed,
            unit_s,
            queues: scenario.queue.iter().map(|queue| queue_plan(queue, scenario, unit_s)).collect(),
            groups: scenario.group.iter().map(|group| group_plan(group, scenario)).collect(),
            agents: Vec::new(),
            duties: Vec::new(),
            care,
        };
        let planned = care.is_none_or(|care| care.breaks == Breaks::Planned);
        for (n, group) in scenario.group.iter().enumerate() {
            plan.people(n, group, planned, scenario.staff.0);
        }
        plan
    }

    fn people(&mut self, group: usize, written: &Group, planned: bool, staff: f64) {
        // Whole people, and of each shift at least one.
        let people = |count: u32| (f64::from(count) * staff).round().max(f64::from(count.min(1))) as u32;
        if written.shift.is_empty() {
            let count = people(written.count.unwrap_or_default());
            self.agents.extend((0..count).map(|_| AgentPlan { group, duty: None }));
        }
        let minute = 60.0 / self.unit_s;
        for shift in &written.shift {
            let pauses = shift.meal.iter().chain(shift.breaks.iter().filter(|_| planned));
            let pause = |pause: &Pause| (pause.at.0 * minute, Entry::Pause(pause.minutes.0 * minute));
            let mut entries: Vec<_> = pauses.map(pause).collect();
            entries.push((shift.start.get_ref().0 * minute, Entry::Start));
            entries.push((shift.end.0 * minute, Entry::End));
            // Stable: somebody starts before they pause, and ends after it.
            entries.sort_by(|a, b| {
                let order = |entry: &Entry| match entry {
                    Entry::Start => 0,
                    Entry::Pause(_) => 1,
                    Entry::End => 2,
                };
                a.0.total_cmp(&b.0).then(order(&a.1).cmp(&order(&b.1)))
            });
            self.duties.push(DutyPlan { days: u64::from(shift.days), entries, day: DAY * minute });
            let duty = self.duties.len() - 1;
            let of = (0..people(shift.count)).map(|n| AgentPlan { group, duty: Some((duty, u64::from(n))) });
            self.agents.extend(of);
        }
    }
}

fn queue_plan(queue: &Queue, scenario: &Scenario, unit_s: f64) -> QueuePlan {
    let minute = 60.0 / unit_s;
    let coming = match queue.arrivals.get_ref().between() {
        Ok(law) => Coming::Between(law.law()),
        Err(daily) => Coming::Daily {
            from: daily.iter().map(|rate| (rate.from.0 * minute, rate.rate.0)).collect(),
            day: DAY * minute,
        },
    };
    let answered = scenario.self_service.map_or(0.0, |machine| 1.0 - machine.reserved.0);
    let mut up_to = 0.0;
    let kinds = queue.kind.iter().map(|kind| {
        up_to += kind.share.0;
        KindPlan {
            name: kind.name.get_ref().clone(),
            up_to,
            handling: kind.handling.0,
            agitated: kind.agitated.0,
            abusive: kind.abusive.0,
            self_service: answered * kind.self_service.0,
        }
    });
    let name = queue.name.get_ref();
    let serves = |group: &Group| group.serves.iter().any(|served| served.get_ref() == name);
    QueuePlan {
        name: name.clone(),
        coming,
        patience: queue.patience.as_ref().map(|law| law.get_ref().law()),
        priority: *queue.priority.get_ref(),
        within: queue.within.map_or(WITHIN_S / unit_s, |within| within.0),
        retry: queue.retry.as_ref().map(|retry| (retry.share.0, retry.after.get_ref().law(), retry.at_most)),
        call_back: queue.call_back.as_ref().map(|back| (back.after.0, back.share.0)),
        kinds: kinds.collect(),
        groups: (0..scenario.group.len()).filter(|&n| serves(&scenario.group[n])).collect(),
    }
}

fn group_plan(group: &Group, scenario: &Scenario) -> GroupPlan {
    let mut queues = Vec::new();
    let service = scenario.queue.iter().enumerate().map(|(n, queue)| {
        let name = queue.name.get_ref();
        if !group.serves.iter().any(|served| served.get_ref() == name) {
            return None;
        }
        queues.push(n);
        let own = group.services.iter().find(|(of, _)| of.get_ref() == name).map(|(_, law)| law);
        Some(Written::law(own.unwrap_or(&group.service).get_ref()))
    });
    let service = service.collect();
    GroupPlan { queues, service, wrap_up: group.wrap_up.as_ref().map(|law| law.get_ref().law()) }
}
