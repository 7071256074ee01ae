//! Several calls at once: as good as the best of every way to give them.

use calmline_care::routing::{Ask, Outcome, RoutingSettings, assign};
use proptest::prelude::*;

use crate::{
    scan::{act, ask, call, waiting},
    world::{Act, World, agent},
};

/// The least sum over every way to give columns to rows.
fn least(costs: &[Vec<Option<i64>>], without: &[i64], row: usize, taken: &mut Vec<bool>) -> i64 {
    if row == without.len() {
        return 0;
    }
    let mut best = without[row] + least(costs, without, row + 1, taken);
    for column in 0..taken.len() {
        if let Some(cost) = costs[row][column].filter(|_| !taken[column]) {
            taken[column] = true;
            best = best.min(cost + least(costs, without, row + 1, taken));
            taken[column] = false;
        }
    }
    best
}

type Price = [f64; 10];

fn plus(a: Price, b: Price) -> Price {
    std::array::from_fn(|n| a[n] + b[n])
}

/// What giving calls to agents costs by the order that the documentation gives: first what waits, by priority and time
/// waited, then line by line.
struct Prices<'a> {
    world: &'a World,
    set: RoutingSettings,
    asks: Vec<Ask<'a>>,
}

impl Prices<'_> {
    fn waits(&self, ask: &Ask<'_>) -> Price {
        let waited = self.world.now.duration_since(ask.waiting.since).as_secs();
        let risen = waited / i64::from(self.set.priority_step_seconds);
        let place = (i64::from(ask.waiting.priority) - 1 - risen).max(0);
        let mut price = [0.0; 10];
        price[usize::try_from(place).expect("not negative")] = waited as f64 + 1e-6;
        price
    }

    fn given(&self, ask: &Ask<'_>, n: usize) -> Option<Price> {
        let (_, person) = self.world.people.iter().find(|(known, _)| *known == n)?;
        let suits = self.world.suits(n, person, ask, &self.set)?;
        let withheld = ask.withheld.unwrap_or(self.world.now);
        let open =
            self.world.now.duration_since(withheld).as_secs() >= i64::from(self.set.extra_wait_seconds);
        if suits.0 > 0 && !open {
            return None;
        }
        let mut price = [0.0; 10];
        price[5..].copy_from_slice(&[
            f64::from(suits.0),
            f64::from(u8::from(suits.1)),
            suits.2,
            suits.3 as f64,
            suits.4 as f64,
        ]);
        Some(price)
    }

    fn least(&self, from: usize, taken: &mut Vec<usize>) -> Price {
        let Some(ask) = self.asks.get(from) else { return [0.0; 10] };
        let mut best = plus(self.waits(ask), self.least(from + 1, taken));
        for (n, _) in &self.world.people {
            if taken.contains(n) {
                continue;
            }
            if let Some(price) = self.given(ask, *n) {
                taken.push(*n);
                let all = plus(price, self.least(from + 1, taken));
                taken.pop();
                if all < best {
                    best = all;
                }
            }
        }
        best
    }
}

fn close(a: &Price, b: &Price) -> bool {
    // Lines of whole numbers agree exactly; shares are sums of quotients.
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_way_is_cheaper(
        (costs, without) in (0..6_usize, 0..6_usize).prop_flat_map(|(rows, columns)| {
            let cost = prop::option::weighted(0.8, -20..20_i64);
            let row = prop::collection::vec(cost, columns);
            (prop::collection::vec(row, rows), prop::collection::vec(-10..40_i64, rows))
        }),
    ) {
        let given = assign(&costs, &without);
        let columns = costs.first().map_or(0, Vec::len);
        let mut taken = vec![false; columns];
        let mut sum = 0;
        for (row, column) in given.iter().enumerate() {
            sum += match column {
                None => without[row],
                Some(column) => {
                    prop_assert!(!std::mem::replace(&mut taken[*column], true), "given twice");
                    costs[row][*column].expect("a way that cannot be")
                }
            };
        }
        prop_assert_eq!(sum, least(&costs, &without, 0, &mut vec![false; columns]));
    }

    #[test]
    fn waiting_calls_get_the_best_of_all_ways(
        acts in prop::collection::vec(act(), 0..60), calls in prop::collection::vec(call(), 2..5),
    ) {
        let set = RoutingSettings::default();
        let mut world = World::new(set.clone());
        for n in 0..4 {
            world.act(&Act::Present { agent: n, present: true });
            world.act(&Act::Free { agent: n, free: true });
        }
        acts.iter().for_each(|act| world.act(act));
        let told: Vec<_> = calls.iter().map(|drawn| waiting(drawn, &world)).collect();
        let asks: Vec<_> = calls.iter().zip(&told).map(|(drawn, told)| ask(drawn, told, &world)).collect();
        let decisions = world.router.clone().assign(&asks);
        prop_assert_eq!(&decisions, &world.router.clone().assign(&asks), "the same again");
        let prices = Prices { world: &world, set, asks };
        let mut sum = [0.0; 10];
        let mut taken = Vec::new();
        for (ask, decision) in prices.asks.iter().zip(&decisions) {
            sum = plus(sum, match &decision.outcome {
                Outcome::To { agent: to, .. } => {
                    let n = (0..9).find(|n| agent(*n) == *to).expect("one of them");
                    prop_assert!(!taken.contains(&n), "given twice");
                    taken.push(n);
                    prices.given(ask, n).expect("somebody who cannot take it")
                }
                Outcome::Waits { .. } => prices.waits(ask),
            });
        }
        let best = prices.least(0, &mut Vec::new());
        prop_assert!(close(&sum, &best), "{sum:?} is not {best:?}");
    }
}
