//! Passwords: what a good one is, and how it is kept.
//!
//! Rules after NIST SP 800-63B section 3.1.1: length counts, no rules about kinds of characters, no forced change, every
//! character allowed, common and obvious passwords refused. The shortest is 12 characters: what OWASP ASVS 4.0 (2.1.1)
//! asks for; SP 800-63B-4 asks for 15 where a password is all there is, which a site may demand of its people. Kept as
//! Argon2id with 19 MiB and two passes (OWASP Password Storage Cheat Sheet).

use std::sync::{Arc, OnceLock};

use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, errors::Error},
};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Semaphore;

/// The shortest password, in characters.
pub const SHORTEST: usize = 12;
/// The longest password, in characters; longer ones only cost time.
pub const LONGEST: usize = 128;
/// Each hash in progress takes 19 MiB and a processor; more at once would let sign-ins starve calls.
const AT_ONCE: usize = 2;

/// Long enough, but among the first that anybody tries.
const COMMON: [&str; 14] = [
    "password1234",
    "password12345",
    "passwordpassword",
    "administrator",
    "administrator1",
    "letmeinletmein",
    "qwertyuiop12",
    "qwertyuiop123",
    "1q2w3e4r5t6y",
    "iloveyou1234",
    "welcome12345",
    "changeme1234",
    "calmline1234",
    "calmlinecalmline",
];

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("the password has fewer than {SHORTEST} characters; four unrelated words make a good one")]
    Short,
    /// Too long.
    #[error("the password has more than {LONGEST} characters")]
    Long,
    /// One of the first that anybody tries.
    #[error("the password is among the first that anybody tries; four unrelated words make a good one")]
    Common,
    /// Contains the name to sign in with, or the site's.
    #[error("the password contains the login or the site's name; choose one without them")]
    Name,
}

/// Whether a password may be used by somebody with these names (login, site).
///
/// # Errors
/// Says why not, and what to choose instead.
pub fn check(password: &str, names: &[&str]) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(WeakPassword::Short);
    }
    if length > LONGEST {
        return Err(WeakPassword::Long);
    }
    let lower = password.to_lowercase();
    if COMMON.contains(&lower.as_str()) || is_one_run(&lower) {
        return Err(WeakPassword::Common);
    }
    // A short name such as "li" may well be part of a good password.
    let named = names
        .iter()
        .filter(|name| name.chars().count() >= 4)
        .any(|name| lower.contains(&name.to_lowercase()));
    if named { Err(WeakPassword::Name) } else { Ok(()) }
}

/// `aaaaaaaaaaaa`, `123456789012`, `abcdefghijkl`: each character follows from the one before.
fn is_one_run(text: &str) -> bool {
    let codes: Vec<_> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let wraps = |a: i64, b: i64| (a, b) == (i64::from(b'9'), i64::from(b'0'));
    [0, 1, -1]
        .iter()
        .any(|step| codes.windows(2).all(|pair| pair[1] - pair[0] == *step || wraps(pair[0], pair[1])))
}

fn at_once() -> &'static Arc<Semaphore> {
    static GATE: OnceLock<Arc<Semaphore>> = OnceLock::new();
    GATE.get_or_init(|| Arc::new(Semaphore::new(AT_ONCE)))
}

/// Hashes a password for the store.
///
/// # Errors
/// When the system has no randomness or no memory to give.
pub async fn hash(password: String) -> Result<String, Error> {
    let permit = Arc::clone(at_once()).acquire_owned().await.ok();
    let hashing = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let mut salt = [0; 16];
        SystemRandom::new().fill(&mut salt).map_err(|_| Error::Crypto)?;
        let salt = SaltString::encode_b64(&salt)?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
    });
    hashing.await.unwrap_or(Err(Error::Crypto))
}

/// Whether a password fits a stored hash. With no hash (no such login) it takes as long and says no, so that nobody learns
/// which logins exist.
pub async fn fits(password: String, stored: Option<String>) -> bool {
    let permit = Arc::clone(at_once()).acquire_owned().await.ok();
    let verifying = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| nobody().to_owned());
        let fits = PasswordHash::new(&stored)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        fits && known
    });
    verifying.await.unwrap_or(false)
}

/// A hash that stands in for that of an unknown login.
fn nobody() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let salt = SaltString::encode_b64(&[7; 16]);
        let hash = salt
            .and_then(|salt| Argon2::default().hash_password(b"nobody", &salt).map(|hash| hash.to_string()));
        hash.unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_is_good_and_obvious_is_not() {
        let names = ["wang.fang", "hangzhou"];
        assert_eq!(check("correct horse battery", &names), Ok(()));
        assert_eq!(check("蓝色的山和安静的湖水边上", &names), Ok(()));
        assert_eq!(check("elevenchars", &names), Err(WeakPassword::Short));
        assert_eq!(check(&"long word ".repeat(13), &names), Err(WeakPassword::Long));
        for obvious in ["aaaaaaaaaaaa", "123456789012", "abcdefghijkl", "PassWord1234"] {
            assert_eq!(check(obvious, &names), Err(WeakPassword::Common), "{obvious}");
        }
        assert_eq!(check("my Wang.Fang secret", &names), Err(WeakPassword::Name));
    }

    #[tokio::test]
    async fn only_the_right_password_fits_and_nobodys_hash_fits_nothing() {
        let stored = hash("correct horse battery".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(fits("correct horse battery".into(), Some(stored.clone())).await);
        assert!(!fits("correct horse batterz".into(), Some(stored.clone())).await);
        assert_ne!(stored, hash("correct horse battery".into()).await.unwrap());
        assert!(PasswordHash::new(nobody()).is_ok());
        assert!(!fits("nobody".into(), None).await);
    }
}
