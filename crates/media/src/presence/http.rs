//! The HTTP messages of presence APIs, and what their statuses mean.

use std::{fmt::Write as _, time::Duration};

use super::PresenceError;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Asks.
    Get,
    /// Changes.
    Post,
    /// Changes a part.
    Patch,
}

/// A request. It may hold a secret and is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What is done.
    pub method: Method,
    /// To what.
    pub url: String,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body of one that changes something.
    pub body: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After`, where it is in seconds.
    pub retry_after: Option<u64>,
    /// The body, or as much of it as is read.
    pub body: Vec<u8>,
}

/// The pause where a platform wants one and does not say how long.
const USUAL_PAUSE: u64 = 1;

impl Answer {
    /// The body of an answer that says yes.
    ///
    /// # Errors
    /// What another status means.
    pub fn taken(&self) -> Result<&[u8], PresenceError> {
        let answered = format!("it answered {}", self.status);
        Err(match self.status {
            200..=299 => return Ok(&self.body),
            401 | 403 => PresenceError::Unauthorised(answered),
            404 | 410 => PresenceError::NotFound,
            429 => PresenceError::Busy(Duration::from_secs(self.retry_after.unwrap_or(USUAL_PAUSE))),
            408 | 504 => PresenceError::TimedOut,
            400..=499 => PresenceError::Refused(answered),
            _ => PresenceError::Unreachable(answered),
        })
    }
}

/// A text as one segment of a path or one value of a form (RFC 3986: all but unreserved characters are escaped). A segment
/// of dots alone would climb the path; its dots are escaped too.
#[must_use]
pub fn escaped(text: &str) -> String {
    let climbs = text.bytes().all(|byte| byte == b'.');
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || (byte == b'.' && !climbs) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// An answer in JSON that is not the one expected.
pub(super) fn unreadable(what: &str) -> PresenceError {
    PresenceError::Unreachable(format!("its answer holds no {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_segment_whatever_it_holds() {
        assert_eq!(escaped("a-1_b~c.d"), "a-1_b~c.d");
        assert_eq!(escaped("../x?y=1#z 李"), "..%2Fx%3Fy%3D1%23z%20%E6%9D%8E");
        assert_eq!(escaped(".."), "%2E%2E");
    }

    #[test]
    fn a_status_says_what_is_wrong() {
        let of = |status, retry_after| Answer { status, retry_after, body: Vec::new() }.taken().err();
        assert_eq!(of(204, None), None);
        assert_eq!(of(404, None), Some(PresenceError::NotFound));
        assert_eq!(of(429, Some(7)), Some(PresenceError::Busy(Duration::from_secs(7))));
        assert_eq!(of(429, None), Some(PresenceError::Busy(Duration::from_secs(1))));
        assert!(matches!(of(401, None), Some(PresenceError::Unauthorised(_))));
        assert!(matches!(of(409, None), Some(PresenceError::Refused(_))));
        // A redirect is not followed.
        assert!(matches!(of(302, None), Some(PresenceError::Unreachable(_))));
        assert!(matches!(of(503, None), Some(PresenceError::Unreachable(_))));
    }
}
