//! Who works what at the moment, what that costs, and where one person is best put.

use super::{Instance, Plan, graph::Graph};
use crate::schedule::draw::{Noise, PARTS};

#[derive(Debug, Clone)]
pub(super) struct Floor<'a> {
    instance: &'a Instance,
    graphs: &'a [Graph],
    pub(super) plan: Plan,
    /// By day and shift: people missing, negative where there are too many.
    missing: Vec<i32>,
    /// The objective.
    pub(super) cost: i64,
    /// Arcs that are looked at when everybody is put once.
    pub(super) sweep_work: u64,
    costs: Vec<i32>,
    shifts: Vec<u8>,
    values: Vec<i32>,
    chosen: Vec<u8>,
}

impl<'a> Floor<'a> {
    /// Nobody works.
    pub(super) fn empty(instance: &'a Instance, graphs: &'a [Graph]) -> Self {
        let mut floor = Self {
            instance,
            graphs,
            plan: Plan::new(),
            missing: Vec::new(),
            cost: 0,
            sweep_work: graphs.iter().map(|graph| graph.size() as u64).sum(),
            costs: Vec::new(),
            shifts: Vec::new(),
            values: Vec::new(),
            chosen: vec![0; instance.days],
        };
        floor.load(vec![None; instance.people.len() * instance.days]);
        floor
    }

    /// Everybody works as a plan says.
    pub(super) fn load(&mut self, plan: Plan) {
        let instance = self.instance;
        self.plan = plan;
        self.missing = instance.wanted.iter().map(|wanted| wanted.people).collect();
        let unmanned: i64 = instance.wanted.iter().map(|w| i64::from(w.people) * i64::from(w.under)).sum();
        self.cost = unmanned + instance.people.iter().map(|person| person.ungranted).sum::<i64>();
        for who in 0..instance.people.len() {
            self.arrive(who);
        }
    }

    /// What one more person costs.
    pub(super) fn price(&self, place: usize) -> i32 {
        let wanted = &self.instance.wanted[place];
        if self.missing[place] > 0 { -wanted.under } else { wanted.over }
    }

    /// Gives somebody who has no shifts the best roster beside the others'; with noise, a random one, the cheaper the likelier.
    pub(super) fn put(&mut self, who: usize, noise: Option<&mut Noise>) {
        let (instance, graph) = (self.instance, &self.graphs[who]);
        let (mut costs, mut shifts) = (std::mem::take(&mut self.costs), std::mem::take(&mut self.shifts));
        let wish = &instance.people[who].wish;
        let price = |place: usize| (self.price(place) + wish[place]) * PARTS;
        graph.prices(instance.days, instance.shifts.len(), price, noise, &mut costs, &mut shifts);
        graph.shortest(&costs, &mut self.values, &mut self.chosen);
        let month = &mut self.plan[who * instance.days..][..instance.days];
        for ((shift, &choice), shifts) in
            month.iter_mut().zip(&self.chosen).zip(shifts.chunks(graph.choices.len()))
        {
            *shift = (choice > 0).then(|| shifts[usize::from(choice)]);
        }
        (self.costs, self.shifts) = (costs, shifts);
        self.arrive(who);
    }

    /// Counts somebody's shifts.
    fn arrive(&mut self, who: usize) {
        for day in 0..self.instance.days {
            if let Some(shift) = self.plan[who * self.instance.days + day] {
                let place = day * self.instance.shifts.len() + usize::from(shift);
                self.cost += i64::from(self.price(place) + self.instance.people[who].wish[place]);
                self.missing[place] -= 1;
            }
        }
    }

    /// Gives somebody who has no shifts these.
    pub(super) fn give(&mut self, who: usize, month: &[Option<u8>]) {
        self.plan[who * self.instance.days..][..self.instance.days].copy_from_slice(month);
        self.arrive(who);
    }

    /// Takes somebody's shifts away, and answers them.
    pub(super) fn take(&mut self, who: usize) -> Vec<Option<u8>> {
        let shifts = self.instance.shifts.len();
        let own = who * self.instance.days..(who + 1) * self.instance.days;
        let month = self.plan[own.clone()].to_vec();
        self.plan[own].fill(None);
        for (day, shift) in month.iter().enumerate() {
            if let Some(shift) = shift {
                let place = day * shifts + usize::from(*shift);
                self.missing[place] += 1;
                self.cost -= i64::from(self.price(place) + self.instance.people[who].wish[place]);
            }
        }
        month
    }
}
