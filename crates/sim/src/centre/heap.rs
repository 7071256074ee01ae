//! What happens next: a heap of four children a node, which needs half the levels of a binary one and keeps siblings in one
//! cache line (LaMarca and Ladner, "The influence of caches on the performance of heaps", 1996).

/// What can happen; of what happens at the same time the first in this list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum What {
    /// An agent's call is over.
    CallEnd,
    /// An agent's wrap-up is over.
    WrapEnd,
    /// An agent's pause is over.
    PauseEnd,
    /// The next entry of an agent's duty is due.
    Duty,
    /// A caller's patience is over.
    HangUp,
    /// A caller shows what they are like.
    Shows,
    /// A router asks again about a call.
    Asks,
    /// A call comes to a queue.
    Arrival,
    /// A caller who hung up tries again.
    Again,
    /// The care of agents wants to be told the time.
    Wake,
}

const WHAT: [What; 10] = [
    What::CallEnd,
    What::WrapEnd,
    What::PauseEnd,
    What::Duty,
    What::HangUp,
    What::Shows,
    What::Asks,
    What::Arrival,
    What::Again,
    What::Wake,
];

/// Events by time, then by kind, then by whom they are about. Times are not negative: then the bits of floating-point numbers
/// are in their order (IEEE 754), and one comparison of integers does.
#[derive(Debug, Clone, Default)]
pub(super) struct Heap {
    keys: Vec<u128>,
}

const CHILDREN: usize = 4;

fn key(at: f64, what: What, whom: u32) -> u128 {
    debug_assert!(at >= 0.0, "times are not negative");
    u128::from(at.to_bits()) << 64 | u128::from(what as u8) << 32 | u128::from(whom)
}

impl Heap {
    pub(super) fn first(&self) -> Option<(f64, What, u32)> {
        let key = *self.keys.first()?;
        let at = f64::from_bits((key >> 64) as u64);
        Some((at, WHAT[(key >> 32) as usize & 0xF], key as u32))
    }

    pub(super) fn push(&mut self, at: f64, what: What, whom: u32) {
        let key = key(at, what, whom);
        let mut place = self.keys.len();
        self.keys.push(key);
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.keys[parent] <= key {
                break;
            }
            self.keys[place] = self.keys[parent];
            place = parent;
        }
        self.keys[place] = key;
    }

    /// Takes the first away.
    pub(super) fn pop(&mut self) {
        if let Some(last) = self.keys.pop()
            && !self.keys.is_empty()
        {
            self.sink(last);
        }
    }

    /// Puts another in the place of the first: cheaper than taking one and adding one.
    pub(super) fn replace(&mut self, at: f64, what: What, whom: u32) {
        self.sink(key(at, what, whom));
    }

    fn sink(&mut self, key: u128) {
        let keys = &mut self.keys[..];
        let mut place = 0;
        loop {
            let child = place * CHILDREN + 1;
            let least = match keys.get(child..child + CHILDREN) {
                Some(four) => {
                    let left = usize::from(four[1] < four[0]);
                    let right = 2 + usize::from(four[3] < four[2]);
                    child + if four[right] < four[left] { right } else { left }
                }
                None => match (child..keys.len()).min_by_key(|&n| keys[n]) {
                    Some(least) => least,
                    None => break,
                },
            };
            if keys[least] >= key {
                break;
            }
            keys[place] = keys[least];
            place = least;
        }
        keys[place] = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn events_come_in_the_order_of_time_kind_and_whom() {
        let (mut heap, mut rng) = (Heap::default(), Rng::new(3));
        let mut wanted = Vec::new();
        for _ in 0..500 {
            let event = (rng.below(40) as f64, WHAT[rng.below(WHAT.len())], rng.below(9) as u32);
            heap.push(event.0, event.1, event.2);
            wanted.push(event);
        }
        // Half of them are replaced by later ones on the way.
        let mut got = Vec::new();
        while let Some(event) = heap.first() {
            got.push(event);
            if got.len() < 250 {
                let later = (event.0 + 1.0 + rng.below(30) as f64, What::Wake, rng.below(9) as u32);
                heap.replace(later.0, later.1, later.2);
                wanted.push(later);
            } else {
                heap.pop();
            }
        }
        wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1 as u8, a.2).cmp(&(b.1 as u8, b.2))));
        assert_eq!(got, wanted);
    }
}
