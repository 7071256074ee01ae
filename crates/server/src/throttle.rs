//! Rate limits: a token bucket per caller.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use calmline_core::{AccountId, KeyId};

/// How much a caller may do: a burst at once, and then so much per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// At once.
    pub burst: f64,
    /// And then per second.
    pub per_second: f64,
}

impl Allowance {
    /// An allowance.
    #[must_use]
    pub const fn new(burst: f64, per_second: f64) -> Self {
        Self { burst, per_second }
    }
}

/// Token buckets, one per caller. A bucket that is full again is forgotten.
#[derive(Debug)]
pub struct Throttle<K> {
    allowance: Allowance,
    buckets: Mutex<Buckets<K>>,
}

#[derive(Debug)]
struct Buckets<K> {
    by_caller: HashMap<K, Bucket>,
    sweep_at: usize,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Hash + Eq> Throttle<K> {
    /// The number of buckets after which full ones are first looked for.
    const SWEEP_FROM: usize = 4_096;

    /// A throttle that gives every caller this allowance.
    #[must_use]
    pub fn new(allowance: Allowance) -> Self {
        let buckets = Buckets { by_caller: HashMap::new(), sweep_at: Self::SWEEP_FROM };
        Self { allowance, buckets: Mutex::new(buckets) }
    }

    /// Takes one token of a caller's bucket.
    ///
    /// # Errors
    /// When it is empty: the time after which there is a token again.
    pub fn take(&self, caller: K, now: Instant) -> Result<(), Duration> {
        let Allowance { burst, per_second } = self.allowance;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.by_caller.len() >= buckets.sweep_at {
            buckets.by_caller.retain(|_, bucket| bucket.filled(self.allowance, now).tokens < burst);
            buckets.sweep_at = Self::SWEEP_FROM.max(buckets.by_caller.len() * 2);
        }
        let bucket = buckets.by_caller.entry(caller).or_insert(Bucket { tokens: burst, at: now });
        *bucket = bucket.filled(self.allowance, now);
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64(((1.0 - bucket.tokens) / per_second).min(86_400.0)));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Gives a token back: the caller turned out to be welcome.
    pub fn give_back(&self, caller: &K) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.by_caller.get_mut(caller) {
            bucket.tokens = (bucket.tokens + 1.0).min(self.allowance.burst);
        }
    }
}

impl Bucket {
    fn filled(self, allowance: Allowance, now: Instant) -> Self {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * allowance.per_second;
        Self { tokens: (self.tokens + gained).min(allowance.burst), at: now }
    }
}

/// A caller by network address. One IPv6 customer has a whole /64, so that is what counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        let IpAddr::V6(v6) = address.to_canonical() else { return Self(address.to_canonical()) };
        Self(IpAddr::from((u128::from(v6) & !u128::from(u64::MAX)).to_be_bytes()))
    }
}

/// All limits of the server.
#[derive(Debug)]
pub struct Throttles {
    /// Callers that are not signed in, by address.
    pub addresses: Throttle<Address>,
    /// Signed-in people.
    pub accounts: Throttle<AccountId>,
    /// API keys.
    pub keys: Throttle<KeyId>,
    /// Wrong keys, sessions and set-up tokens, by address.
    pub strangers: Throttle<Address>,
    /// Sign-ins by login and address: what slows down guessing of one person's password.
    pub sign_ins: Throttle<(String, Address)>,
    /// Sign-ins by login from wherever: SP 800-63B section 3.2.2 allows at most a hundred failures in a row.
    pub logins: Throttle<String>,
}

/// The limits that a site can set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests per address without a session or a key.
    pub address: Allowance,
    /// Requests per signed-in account.
    pub account: Allowance,
    /// Requests per API key.
    pub key: Allowance,
}

impl Default for Limits {
    /// A choice: far above what a person or a phone platform does, far below what hurts.
    fn default() -> Self {
        Self {
            address: Allowance::new(120.0, 20.0),
            account: Allowance::new(200.0, 40.0),
            key: Allowance::new(4_000.0, 2_000.0),
        }
    }
}

impl Throttles {
    /// Empty buckets under these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            addresses: Throttle::new(limits.address),
            accounts: Throttle::new(limits.account),
            keys: Throttle::new(limits.key),
            strangers: Throttle::new(Allowance::new(30.0, 0.5)),
            sign_ins: Throttle::new(Allowance::new(5.0, 1.0 / 20.0)),
            logins: Throttle::new(Allowance::new(90.0, 1.0 / 60.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_trickle_and_each_caller_alone() {
        let throttle = Throttle::new(Allowance::new(3.0, 0.5));
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(throttle.take("a", start), Ok(()));
        }
        assert_eq!(throttle.take("a", start), Err(Duration::from_secs(2)));
        assert_eq!(throttle.take("b", start), Ok(()));
        assert_eq!(throttle.take("a", start + Duration::from_secs(2)), Ok(()));
        assert!(throttle.take("a", start + Duration::from_secs(3)).is_err());
        throttle.give_back(&"a");
        assert_eq!(throttle.take("a", start + Duration::from_secs(3)), Ok(()));
    }

    #[test]
    fn buckets_that_are_full_again_are_forgotten() {
        let throttle = Throttle::new(Allowance::new(1.0, 1.0));
        let start = Instant::now();
        for caller in 0..Throttle::<usize>::SWEEP_FROM {
            throttle.take(caller, start).unwrap();
        }
        throttle.take(usize::MAX, start + Duration::from_secs(2)).unwrap();
        assert_eq!(throttle.buckets.lock().unwrap().by_caller.len(), 1);
    }

    #[test]
    fn one_ipv6_network_is_one_caller() {
        let address = |text: &str| Address::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
    }
}
