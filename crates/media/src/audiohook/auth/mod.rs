//! The signature of the request that opens an AudioHook connection.
//!
//! The client sends an API key and, if a client secret is set, signs the request: HTTP message signatures
//! (draft-ietf-httpbis-message-signatures, which became RFC 9421) with HMAC-SHA-256 over six components ([`COVERED`]).
//! The AudioHook security page asks that a signature is at most ten seconds old, that clocks may be three seconds
//! apart, and that the nonce has at least 22 characters and is not used twice.
//!
//! Behind a proxy `@authority` is the host that the client used, not ours.

mod fields;
mod nonces;

use base64::{Engine, prelude::BASE64_STANDARD};
use calmline_core::Timestamp;
use ring::hmac;

use fields::{Bare, SignatureInput, parse_signature};
pub use nonces::Nonces;

/// What a signature must cover, and what [`sign`] covers, in this order.
pub const COVERED: [&str; 6] = [
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
];

/// How far the client's clock may be from ours, in seconds.
pub const SKEW_S: i64 = 3;
/// How old a signature may be, in seconds.
pub const MAX_AGE_S: i64 = 10;
/// The fewest characters of a nonce: 128 bits in base64.
const NONCE_CHARACTERS: usize = 22;
/// The longest header that is looked at.
const LONGEST: usize = 8_192;

/// What of a request matters here.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Path and query, as in the request line.
    pub target: &'a str,
    /// Host, and port if it is not the scheme's usual one, as the client wrote it.
    pub authority: &'a str,
    /// All header fields; a name may come more than once, in any case.
    pub headers: &'a [(&'a str, &'a str)],
}

/// A key that we gave to a phone platform.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The API key.
    pub api_key: &'a str,
    /// The client secret, decoded; none where requests need not be signed.
    pub client_secret: Option<&'a [u8]>,
}

/// Why a request is not let in. To the client all are the same: `unauthorized`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// A header field is missing.
    #[error("the request has no {name} header")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// The API key is not one of ours.
    #[error("the API key is not known")]
    UnknownKey,
    /// A client secret is set, but the request is not signed.
    #[error("the request is not signed, but a client secret is set for its key")]
    Unsigned,
    /// A signature header cannot be read.
    #[error("the {name} header cannot be read: {what}")]
    Malformed {
        /// Its name.
        name: &'static str,
        /// What is wrong.
        what: &'static str,
    },
    /// The signature leaves out something that it must cover.
    #[error("the signature does not cover {component}")]
    Uncovered {
        /// What.
        component: &'static str,
    },
    /// The signature covers something that is not there or that is not read.
    #[error("the signature covers a component that the request does not have")]
    Unresolved,
    /// Another algorithm than HMAC-SHA-256.
    #[error("the signature's algorithm is not hmac-sha256")]
    Algorithm,
    /// The signature names another key than the API key.
    #[error("the signature's keyid is not the API key")]
    OtherKey,
    /// The nonce is too short or missing.
    #[error("the signature's nonce has fewer than 22 characters")]
    Nonce,
    /// The nonce was used before.
    #[error("the signature was used before")]
    Replayed,
    /// The signature was made in the future, too long ago, or has expired.
    #[error("the signature is {off_s} s out of its time; compare the clocks")]
    Time {
        /// By how much.
        off_s: i64,
    },
    /// The signature is not the right one.
    #[error("the signature is wrong")]
    Wrong,
}

impl Request<'_> {
    /// A header's value; several of one name joined (RFC 9110, section 5.3).
    fn header(&self, name: &str) -> Option<String> {
        let mut values = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let first = values.next()?.1.trim().to_owned();
        Some(values.fold(first, |all, (_, value)| all + ", " + value.trim()))
    }

    fn component(&self, name: &str) -> Option<String> {
        match name {
            "@request-target" => Some(self.target.to_owned()),
            "@authority" => Some(self.authority.to_ascii_lowercase()),
            "@path" => Some(self.target.split('?').next().unwrap_or_default().to_owned()),
            "@method" => Some("GET".to_owned()),
            _ if name.starts_with('@') => None,
            _ => self.header(name),
        }
    }

    /// The API key, by which [`Credentials`] are looked up.
    ///
    /// # Errors
    /// When there is none.
    pub fn api_key(&self) -> Result<String, AuthError> {
        self.header("x-api-key").filter(|key| !key.is_empty()).ok_or(AuthError::Missing { name: "X-API-KEY" })
    }
}

/// Checks a request against the key that it names. Give no credentials if the key is not known: the check then takes as
/// long as for a known one.
///
/// # Errors
/// When the request may not be let in.
pub fn authenticate(
    request: &Request<'_>,
    credentials: Option<&Credentials<'_>>,
    now: Timestamp,
    nonces: &mut Nonces,
) -> Result<(), AuthError> {
    let given = request.api_key()?;
    let Some(credentials) = credentials else {
        // The answer is known; the work is done so that its time does not tell which keys exist.
        let _ = check_signature(request, &given, &[0; 32], now, nonces);
        return Err(AuthError::UnknownKey);
    };
    if !same(given.as_bytes(), credentials.api_key.as_bytes()) {
        return Err(AuthError::UnknownKey);
    }
    match credentials.client_secret {
        None => Ok(()),
        Some(secret) => check_signature(request, &given, secret, now, nonces),
    }
}

/// Whether two secrets are the same, in a time that does not depend on where they differ.
#[must_use]
pub fn same(given: &[u8], expected: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"compare");
    hmac::verify(&key, given, hmac::sign(&key, expected).as_ref()).is_ok()
}

fn check_signature(
    request: &Request<'_>,
    api_key: &str,
    secret: &[u8],
    now: Timestamp,
    nonces: &mut Nonces,
) -> Result<(), AuthError> {
    let field = |name| request.header(name);
    let (input, signature) = match (field("signature-input"), field("signature")) {
        (None, None) => return Err(AuthError::Unsigned),
        (None, Some(_)) => return Err(AuthError::Missing { name: "Signature-Input" }),
        (Some(_), None) => return Err(AuthError::Missing { name: "Signature" }),
        (Some(input), Some(signature)) => (input, signature),
    };
    if input.len() > LONGEST || signature.len() > LONGEST {
        return Err(AuthError::Malformed { name: "Signature", what: "too long" });
    }
    let malformed = |name| move |what| AuthError::Malformed { name, what };
    let input = SignatureInput::parse(&input).map_err(malformed("Signature-Input"))?;
    let signature = parse_signature(&signature, &input.label).map_err(malformed("Signature"))?;

    for component in COVERED {
        if !input.components.iter().any(|covered| covered == component) {
            return Err(AuthError::Uncovered { component });
        }
    }
    let word = |name| match input.param(name) {
        Some(Bare::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    if word("alg").is_some_and(|algorithm| algorithm != "hmac-sha256") {
        return Err(AuthError::Algorithm);
    }
    if word("keyid") != Some(api_key) {
        return Err(AuthError::OtherKey);
    }
    let nonce = word("nonce").filter(|nonce| nonce.len() >= NONCE_CHARACTERS).ok_or(AuthError::Nonce)?;
    let base = input.base(|name| request.component(name)).ok_or(AuthError::Unresolved)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::verify(&key, base.as_bytes(), &signature).map_err(|_| AuthError::Wrong)?;
    // Times and nonces are looked at once the signature is known to be the client's: nobody else can fill the window.
    check_time(&input, now)?;
    if nonces.first_use(api_key, nonce, now) { Ok(()) } else { Err(AuthError::Replayed) }
}

fn check_time(input: &SignatureInput, now: Timestamp) -> Result<(), AuthError> {
    let number = |name| match input.param(name) {
        Some(Bare::Number(number)) => Some(*number),
        _ => None,
    };
    let now = now.as_second();
    let created =
        number("created").ok_or(AuthError::Malformed { name: "Signature-Input", what: "no created" })?;
    let expires = number("expires").unwrap_or(i64::MAX).min(created.saturating_add(MAX_AGE_S));
    let early = created.saturating_sub(now);
    let late = now.saturating_sub(expires);
    match early.max(late) {
        off_s if off_s > SKEW_S => Err(AuthError::Time { off_s }),
        _ => Ok(()),
    }
}

/// The two header fields that sign a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The value of `Signature-Input`.
    pub input: String,
    /// The value of `Signature`.
    pub signature: String,
}

/// Signs a request as the client does, over [`COVERED`]. The nonce is at least 22 characters that were never used.
///
/// # Errors
/// When the request lacks a header that must be covered, or the nonce is too short.
pub fn sign(
    request: &Request<'_>,
    client_secret: &[u8],
    nonce: &str,
    now: Timestamp,
) -> Result<Signed, AuthError> {
    if nonce.len() < NONCE_CHARACTERS {
        return Err(AuthError::Nonce);
    }
    let created = now.as_second();
    let params = [
        ("keyid", Bare::Word(request.api_key()?)),
        ("nonce", Bare::Word(nonce.to_owned())),
        ("alg", Bare::Word("hmac-sha256".to_owned())),
        ("created", Bare::Number(created)),
        ("expires", Bare::Number(created + MAX_AGE_S)),
    ];
    let input = SignatureInput {
        label: "sig1".to_owned(),
        components: COVERED.map(str::to_owned).to_vec(),
        params: params.map(|(name, value)| (name.to_owned(), value)).to_vec(),
    };
    let base = input.base(|name| request.component(name)).ok_or(AuthError::Unresolved)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, client_secret);
    let signature = BASE64_STANDARD.encode(hmac::sign(&key, base.as_bytes()));
    Ok(Signed { input: format!("sig1={}", input.params_text()), signature: format!("sig1=:{signature}:") })
}
