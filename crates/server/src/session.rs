//! Signing in and staying signed in.
//!
//! A session is a random token in a cookie that scripts cannot read; the store keeps its hash. It ends twelve hours after
//! sign-in, or after an hour without a request (NIST SP 800-63B section 2.2.3 for AAL2: 12 hours, and an idle limit; the
//! longest shift fits). When a session was last used is kept in memory: a restart begins the idle hour anew, the twelve
//! hours stand in the store. An open live stream counts as use, because the companion page lies open all day.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderValue, header};
use calmline_core::{
    Timestamp,
    role::{Action, Resource, may},
};
use calmline_store::{Account, Accounts, StoreError, TokenHash};
use jiff::SignedDuration;

use crate::{error::ApiError, token};

/// How long a session lasts at most.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How long it lasts without a request.
pub const IDLE: SignedDuration = SignedDuration::from_hours(1);

const NAME: &str = "calmline";
/// A browser takes this name only with `Secure`, `Path=/` and no `Domain`, so that no other host can plant it.
const SECURE_NAME: &str = "__Host-calmline";

/// Someone who is signed in.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Their account.
    pub account: Account,
    /// Their session.
    pub token: TokenHash,
}

impl Signed {
    /// Whether one of their roles allows something.
    #[must_use]
    pub fn may(&self, action: Action, resource: Resource) -> bool {
        self.account.roles.iter().any(|&role| may(role, action, resource))
    }
}

/// When each session was last used.
#[derive(Debug, Default)]
pub struct LastUse(Mutex<HashMap<TokenHash, Timestamp>>);

impl LastUse {
    /// Takes note of a use; false if the session had been idle for too long.
    pub fn touch(&self, token: TokenHash, now: Timestamp) -> bool {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = uses.entry(token).or_insert(now);
        if now.duration_since(*last) > IDLE {
            return false;
        }
        *last = now.max(*last);
        true
    }

    /// Forgets a session.
    pub fn forget(&self, token: &TokenHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }

    /// Forgets sessions that must have ended by now.
    pub fn sweep(&self, now: Timestamp) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.retain(|_, last| now.duration_since(*last) <= LONGEST);
    }
}

/// Begins a session and gives its token.
///
/// # Errors
/// When there is no randomness or the disk fails.
pub async fn begin(
    store: &dyn calmline_store::Store,
    account: &Account,
    now: Timestamp,
) -> Result<String, ApiError> {
    let token = token::draw().map_err(|error| ApiError::internal(&error))?;
    let expires = now.saturating_add(LONGEST).unwrap_or(Timestamp::MAX);
    store.begin_session(&token::hash(&token), &account.id, expires).await?;
    Ok(token)
}

/// The person behind a request's cookie, if there is one and the session stands.
///
/// # Errors
/// When the database fails.
pub async fn find(
    store: &(impl Accounts + ?Sized),
    uses: &LastUse,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Option<Signed>, StoreError> {
    let Some(token) = cookie(headers) else { return Ok(None) };
    let token = token::hash(token);
    let Some(account) = store.session(&token, now).await? else { return Ok(None) };
    if !uses.touch(token, now) {
        store.end_session(&token).await?;
        uses.forget(&token);
        return Ok(None);
    }
    Ok(Some(Signed { account, token }))
}

/// The session token of a request.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|list| list.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| [NAME, SECURE_NAME].contains(name)).map(|(_, token)| token)
}

/// The `Set-Cookie` that begins (with a token) or ends a session.
#[must_use]
pub fn set_cookie(token: Option<&str>, secure: bool) -> Option<HeaderValue> {
    let (name, mark) = if secure { (SECURE_NAME, "; Secure") } else { (NAME, "") };
    let (value, age) = token.map_or(("", 0), |token| (token, LONGEST.as_secs()));
    HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{mark}"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_session_ends_and_a_used_one_stays() {
        let uses = LastUse::default();
        let start = Timestamp::UNIX_EPOCH;
        let token = [1; 32];
        assert!(uses.touch(token, start));
        assert!(uses.touch(token, start + SignedDuration::from_mins(59)));
        assert!(uses.touch(token, start + SignedDuration::from_mins(118)));
        assert!(!uses.touch(token, start + SignedDuration::from_mins(179)));
        uses.sweep(start + SignedDuration::from_hours(20));
        assert!(uses.0.lock().unwrap().is_empty());
    }

    #[test]
    fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
        let plain = set_cookie(Some("t"), false).unwrap();
        assert_eq!(plain, "calmline=t; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
        let secure = set_cookie(None, true).unwrap();
        assert_eq!(secure, "__Host-calmline=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; __Host-calmline=tok; calmlinex=no"));
        assert_eq!(cookie(&headers), Some("tok"));
    }
}
