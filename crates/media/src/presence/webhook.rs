//! Any other platform: a service of the site that is told by a signed request, and asked by another.
//!
//! * `POST URL` with `{"type":"presence.set","timestamp":…,"data":{"agent":…,"state":"on_break"|"available","reason":…}}`; any
//!   2xx says that the service took it.
//! * `GET URL?agent=…` is answered `{"state":…,"reason":…}`. A service that cannot be asked answers 405 or 501: then
//!   the platform's work event `agent.state` confirms.
//!
//! Both carry `webhook-id`, `webhook-timestamp` and `webhook-signature` of the Standard Webhooks specification 1.0, as all
//! webhooks of Calmline do; what is signed of a `GET` is the text behind the `?`.

use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::{EventId, Timestamp, event::Presence};
use ring::hmac;
use serde::Deserialize;
use serde_json::json;

use super::{
    MOST_CODE, PresenceError, Shown,
    http::{Answer, Method, Request, escaped, unreadable},
};

/// Before the base64 of a secret as it is written (Standard Webhooks).
const SECRET: &str = "whsec_";
/// The fewest bytes of a secret (Standard Webhooks).
const LEAST_SECRET: usize = 24;

/// A service of the site.
#[derive(Clone)]
pub struct Service {
    /// Its address, without `?`.
    pub url: String,
    /// What requests are signed with.
    pub secret: Vec<u8>,
    /// The site's neutral code for breaks.
    pub reason: String,
}

#[derive(Deserialize)]
struct State {
    state: String,
    reason: Option<String>,
}

/// Reads a secret as it is written: `whsec_` and base64 of at least 24 bytes.
#[must_use]
pub fn secret(text: &str) -> Option<Vec<u8>> {
    let secret = STANDARD.decode(text.trim().strip_prefix(SECRET)?).ok()?;
    (secret.len() >= LEAST_SECRET).then_some(secret)
}

/// The signature of a message with a secret.
#[must_use]
pub fn signature(id: &str, seconds: i64, body: &[u8], secret: &[u8]) -> String {
    let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), &signed);
    format!("v1,{}", STANDARD.encode(tag))
}

impl Service {
    /// Tells what to show.
    #[must_use]
    pub fn set(&self, agent: &str, presence: Presence, now: Timestamp) -> Request {
        let data = json!({ "agent": agent, "state": presence.as_str(), "reason": self.reason });
        let body = json!({ "type": "presence.set", "timestamp": now, "data": data }).to_string();
        let mut headers = self.signed(&body, now);
        headers.push(("content-type", "application/json".into()));
        Request { method: Method::Post, url: self.url.clone(), headers, body }
    }

    /// Asks what is shown.
    #[must_use]
    pub fn read(&self, agent: &str, now: Timestamp) -> Request {
        let query = format!("agent={}", escaped(agent));
        Request {
            method: Method::Get,
            headers: self.signed(&query, now),
            url: format!("{}?{query}", self.url),
            body: String::new(),
        }
    }

    /// What came back. A break with another reason is the agent's own.
    ///
    /// # Errors
    /// When nothing did.
    pub fn shown(&self, answer: &Answer) -> Result<Shown, PresenceError> {
        if matches!(answer.status, 405 | 501) {
            return Ok(Shown::Untold);
        }
        let State { state, reason } =
            serde_json::from_slice(answer.taken()?).map_err(|_| unreadable("state"))?;
        let ours = reason.as_ref().is_none_or(|reason| *reason == self.reason);
        Ok(match state.as_str() {
            "available" => Shown::Asked(Presence::Available),
            "on_break" if ours => Shown::Asked(Presence::OnBreak),
            _ => Shown::Other(reason.unwrap_or(state).chars().take(MOST_CODE).collect()),
        })
    }

    fn signed(&self, body: &str, now: Timestamp) -> Vec<(&'static str, String)> {
        let id = EventId::derive(&["presence", &now.to_string(), body]).to_string();
        let seconds = now.as_second();
        let signature = signature(&id, seconds, body.as_bytes(), &self.secret);
        vec![("webhook-id", id), ("webhook-timestamp", seconds.to_string()), ("webhook-signature", signature)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // The example of the specification's own libraries.
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signature =
            signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#, &secret);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_none() {
        assert_eq!(secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), None);
        assert_eq!(secret("whsec_c2hvcnQ="), None);
        assert_eq!(secret("whsec_?"), None);
    }
}
