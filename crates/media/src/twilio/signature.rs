//! The signature of Twilio's requests, `X-Twilio-Signature`.
//!
//! Base64 of HMAC-SHA-1 over the URL that Twilio was told, followed by the form's fields in the order of their names,
//! keyed with the account's auth token. A WebSocket request has no form.

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::hmac;

/// Whether a signature is right for a URL (`wss://host/path?query`, as the client used it) and a form's fields.
///
/// Twilio writes the URL sometimes with and sometimes without the scheme's usual port, so both are tried.
#[must_use]
pub fn verify(auth_token: &[u8], url: &str, form: &[(&str, &str)], signature: &str) -> bool {
    let Ok(signature) = BASE64_STANDARD.decode(signature.trim()) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token);
    let right = |url: &str| hmac::verify(&key, signed_text(url, form).as_bytes(), &signature).is_ok();
    right(url) || other_port(url).is_some_and(|url| right(&url))
}

/// The signature of a URL and a form's fields.
#[must_use]
pub fn sign(auth_token: &[u8], url: &str, form: &[(&str, &str)]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token);
    BASE64_STANDARD.encode(hmac::sign(&key, signed_text(url, form).as_bytes()))
}

fn signed_text(url: &str, form: &[(&str, &str)]) -> String {
    let mut fields = form.to_vec();
    fields.sort_unstable();
    fields.iter().fold(url.to_owned(), |text, (name, value)| text + name + value)
}

/// The same URL with the scheme's usual port if it has no port, without it if it has it.
fn other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let port = match scheme {
        "https" | "wss" => ":443",
        "http" | "ws" => ":80",
        _ => return None,
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    if let Some(bare) = host.strip_suffix(port) {
        return Some(format!("{scheme}://{bare}{path}"));
    }
    let has_port = host.rsplit(':').next().is_some_and(|last| last.len() < host.len() && !last.contains(']'));
    (!has_port).then(|| format!("{scheme}://{host}{port}{path}"))
}
