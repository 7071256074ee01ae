//! Checking an attestation without the installation that made it.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, UnparsedPublicKey},
};
use serde_json::Value;

use calmline_core::policy::table_fingerprint;

use super::{
    Attestation, FORMAT, canonical,
    self_test::{affect_possible, possibilities},
};
use crate::token;

/// An attestation whose signature fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// What it says.
    pub attestation: Attestation,
    /// SHA-256 of the public key, in hexadecimal: compare it with the one that the site gave you by another way. Without
    /// that, the signature only says that one and the same key signed the whole text.
    pub key: String,
    /// The hash by which the next attestation names it.
    pub hash: String,
}

/// Why an attestation does not hold.
#[derive(Debug, thiserror::Error)]
pub enum NotValid {
    /// Not JSON, or a member is missing.
    #[error("this is not an attestation")]
    Unreadable(#[source] serde_json::Error),
    /// From a newer program.
    #[error("it has format {found}, this program knows {FORMAT}; verify it with a newer calmline")]
    Format {
        /// Its format.
        found: u64,
    },
    /// Another algorithm.
    #[error("it is signed with {found:?}, not with Ed25519")]
    Algorithm {
        /// Which.
        found: String,
    },
    /// The key or the signature is not base64.
    #[error("{field} is not base64")]
    Base64 {
        /// Which.
        field: &'static str,
    },
    /// The text was changed after it was signed, or by another key.
    #[error("the signature does not fit: the statement was changed after it was signed")]
    Signature,
    /// Signed, but its self-test is not what the named policy table says.
    #[error("the self-test is not what policy table {version} answers for profile {profile}")]
    SelfTest {
        /// The table's version.
        version: u32,
        /// The profile.
        profile: &'static str,
    },
    /// It does not follow on the one that it is checked against.
    #[error("it does not follow on the other: {wrong}")]
    Chain {
        /// What does not fit.
        wrong: &'static str,
    },
}

/// Checks an attestation's signature, and its self-test if it rests on the same policy table as this program.
///
/// # Errors
/// Says what does not fit.
pub fn verify(bytes: &[u8]) -> Result<Verified, NotValid> {
    let whole: Value = serde_json::from_slice(bytes).map_err(NotValid::Unreadable)?;
    let found = whole["statement"]["format"].as_u64().unwrap_or_default();
    if found > u64::from(FORMAT) {
        return Err(NotValid::Format { found });
    }
    // The bytes that came are checked, not what this program made of them: members that it does not know count too.
    let signed = canonical(&whole["statement"]);
    let hash = token::hex(digest(&SHA256, &canonical(&whole)).as_ref());
    let attestation: Attestation = serde_json::from_value(whole).map_err(NotValid::Unreadable)?;
    let signature = &attestation.signature;
    if signature.algorithm != "Ed25519" {
        return Err(NotValid::Algorithm { found: signature.algorithm.clone() });
    }
    let decode = |text: &str, field| STANDARD.decode(text).map_err(|_| NotValid::Base64 { field });
    let key = decode(&signature.public_key, "public_key")?;
    let value = decode(&signature.value, "value")?;
    UnparsedPublicKey::new(&ED25519, &key).verify(&signed, &value).map_err(|_| NotValid::Signature)?;
    check_self_test(&attestation)?;
    let key = token::hex(digest(&SHA256, &key).as_ref());
    Ok(Verified { attestation, key, hash })
}

fn check_self_test(attestation: &Attestation) -> Result<(), NotValid> {
    let statement = &attestation.statement;
    if statement.policy.fingerprint != table_fingerprint() {
        return Ok(());
    }
    let same = statement.self_test == possibilities(statement.profile)
        && statement.agent_affect_possible == affect_possible(&statement.self_test);
    let (version, profile) = (statement.policy.version, statement.profile.as_str());
    if same { Ok(()) } else { Err(NotValid::SelfTest { version, profile }) }
}

/// Checks that one attestation follows directly on another: chained by hash, by the same key, over a log that only grew.
///
/// # Errors
/// Says what does not fit.
pub fn follows(earlier: &Verified, later: &Verified) -> Result<(), NotValid> {
    let wrong = |wrong| Err(NotValid::Chain { wrong });
    let (before, after) = (&earlier.attestation.statement, &later.attestation.statement);
    if after.previous.as_ref() != Some(&earlier.hash) {
        return wrong("it names the hash of another predecessor");
    }
    if after.number != before.number + 1 {
        return wrong("its number is not the next one");
    }
    if later.key != earlier.key {
        return wrong("another key signed it");
    }
    if after.log.position < before.log.position {
        return wrong("its log is shorter");
    }
    if before.site == after.site && before.profile != after.profile {
        return wrong("the site's profile is another one");
    }
    Ok(())
}
