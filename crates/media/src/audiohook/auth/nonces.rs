//! Nonces that were used a short while ago.

use std::collections::{HashSet, VecDeque};

use calmline_core::Timestamp;
use ring::digest;

use super::{MAX_AGE_S, SKEW_S};

/// A window over used nonces. Signatures older than ten seconds are refused anyway, so a nonce need not be remembered
/// for longer than a signature can be good: its age plus the clocks' difference on both sides.
#[derive(Debug, Default)]
pub struct Nonces {
    used: HashSet<[u8; 16]>,
    /// The same, oldest first, with the second in which they were used.
    order: VecDeque<(i64, [u8; 16])>,
}

impl Nonces {
    const REMEMBERED_S: i64 = MAX_AGE_S + 2 * SKEW_S + 1;
    /// More than this within a window are no honest client's: 5,000 new calls a second.
    const MOST: usize = 85_000;

    /// Notes a nonce of a key. False if it was used before, or if there are too many to remember.
    pub fn first_use(&mut self, api_key: &str, nonce: &str, now: Timestamp) -> bool {
        let now = now.as_second();
        while let Some(&(at, hash)) = self.order.front() {
            if now.saturating_sub(at) <= Self::REMEMBERED_S {
                break;
            }
            self.order.pop_front();
            self.used.remove(&hash);
        }
        if self.order.len() >= Self::MOST {
            return false;
        }
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&(api_key.len() as u64).to_le_bytes());
        context.update(api_key.as_bytes());
        context.update(nonce.as_bytes());
        let mut hash = [0; 16];
        hash.copy_from_slice(&context.finish().as_ref()[..16]);
        let first = self.used.insert(hash);
        if first {
            self.order.push_back((now, hash));
        }
        first
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
