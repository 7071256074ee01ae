//! Invitations: an account whose owner has still to choose a password.
//!
//! The code is shown once to whoever invites. The store keeps its hash, and until when it holds, in the place of the
//! password's; no password fits that.

use calmline_core::Timestamp;
use jiff::SignedDuration;

use crate::token::{self, NoRandomness};

/// How long an invitation holds. Choice: a week of shifts.
const HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);
const MARK: &str = "invitation:";

/// An invitation, shown once.
pub struct Invitation {
    /// What its owner shows with their first password.
    pub code: String,
    /// Until when.
    pub expires: Timestamp,
    /// What the store keeps.
    pub kept: String,
}

impl Invitation {
    /// Draws an invitation.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn draw(now: Timestamp) -> Result<Self, NoRandomness> {
        let code = token::draw()?;
        let expires = now.saturating_add(HOLDS).unwrap_or(Timestamp::MAX);
        let kept = format!("{MARK}{}:{}", expires.as_second(), token::hex(&token::hash(&code)));
        Ok(Self { code, expires, kept })
    }
}

/// Whether an account waits for its first password.
#[must_use]
pub fn waits(kept: &str) -> bool {
    kept.starts_with(MARK)
}

/// Whether a code opens an account.
#[must_use]
pub fn opens(kept: &str, code: &str, now: Timestamp) -> bool {
    let parts = kept.strip_prefix(MARK).and_then(|rest| rest.split_once(':'));
    let Some((expires, hash)) = parts else { return false };
    // Hashes are compared, so the time that takes tells nothing about the code.
    let known = hash == token::hex(&token::hash(code));
    known && expires.parse::<i64>().is_ok_and(|expires| now.as_second() < expires)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_opens_its_account_for_a_week() {
        let now = Timestamp::from_second(1_000).unwrap();
        let invitation = Invitation::draw(now).unwrap();
        assert!(waits(&invitation.kept) && !invitation.kept.contains(&invitation.code));
        assert!(opens(&invitation.kept, &invitation.code, now));
        assert!(!opens(&invitation.kept, "another", now));
        assert!(!opens(&invitation.kept, &invitation.code, invitation.expires));
        assert!(!waits("$argon2id$…") && !opens("$argon2id$…", "$argon2id$…", now));
    }
}
