//! Which calls are scored: a share that was agreed with the worker representatives, and no more.

use calmline_core::{CallId, Share, Timestamp};

/// What was agreed.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Which share of calls may be scored.
    pub share: Share,
    /// With whom it was agreed: a body, not a person.
    pub with: String,
    /// From when on it holds.
    pub from: Timestamp,
}

/// Picks calls.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sampling {
    agreement: Option<Agreement>,
}

impl Sampling {
    /// Without an agreement no call is picked.
    #[must_use]
    pub fn new(agreement: Option<Agreement>) -> Self {
        Self { agreement }
    }

    /// Whether a call that began then is scored. The call's id alone decides, so that nobody can steer which, and asking twice gives
    /// the same answer. Calls that leave everybody's figures (abuse) are the caller's to leave out.
    #[must_use]
    pub fn picks(&self, call: &CallId, began: Timestamp) -> bool {
        let Some(agreement) = self.agreement.as_ref().filter(|agreement| began >= agreement.from) else {
            return false;
        };
        // FNV-1a with the finaliser of MurmurHash3 (64 bit): spread evenly, and the same everywhere.
        let mut hash = call.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^= hash >> 33;
        ((hash >> 11) as f64 / (1_u64 << 53) as f64) < agreement.share.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agreed_share_is_picked_and_without_an_agreement_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        let agreement = Agreement { share: Share::new(0.1), with: "works council".into(), from: now };
        let sampling = Sampling::new(Some(agreement.clone()));
        let calls: Vec<CallId> = (0..5_000).filter_map(|n| CallId::new(format!("call-{n}")).ok()).collect();
        let picked = calls.iter().filter(|call| sampling.picks(call, now)).count();
        assert!((400..600).contains(&picked), "{picked} of 5000");
        assert!(!calls.iter().any(|call| Sampling::default().picks(call, now)));
        let later = Sampling::new(Some(Agreement { from: Timestamp::MAX, ..agreement }));
        assert!(!calls.iter().any(|call| later.picks(call, now)));
    }
}
