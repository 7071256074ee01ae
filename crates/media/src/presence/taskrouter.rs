//! Twilio TaskRouter: a worker's activity.
//!
//! An activity is named by its SID (`WA…`), a worker by theirs (`WK…`). A worker with a reservation pending cannot change to
//! an activity that is not available: Twilio answers 400, unless reservations are to be rejected, which is not asked for.

use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::event::Presence;
use serde::Deserialize;

use super::{
    Codes, PresenceError, Shown,
    http::{Answer, Method, Request, escaped, unreadable},
};

/// A workspace in Twilio TaskRouter.
#[derive(Clone)]
pub struct TaskRouter {
    /// The API's address, such as `https://taskrouter.twilio.com`.
    pub api: String,
    /// The workspace's SID.
    pub workspace: String,
    /// The account's SID, or that of an API key.
    pub account: String,
    /// The account's token, or the API key's secret.
    pub secret: String,
    /// SIDs of activities.
    pub codes: Codes,
}

#[derive(Deserialize)]
struct Worker {
    activity_sid: String,
}

impl TaskRouter {
    /// Sets a worker's activity.
    #[must_use]
    pub fn set(&self, worker: &str, presence: Presence) -> Request {
        let mut request = self.request(Method::Post, worker);
        request.headers.push(("content-type", "application/x-www-form-urlencoded".into()));
        request.body = format!("ActivitySid={}", escaped(self.codes.of(presence)));
        request
    }

    /// Asks for a worker.
    #[must_use]
    pub fn read(&self, worker: &str) -> Request {
        self.request(Method::Get, worker)
    }

    /// The activity of the worker that came back.
    ///
    /// # Errors
    /// When none did.
    pub fn shown(&self, answer: &Answer) -> Result<Shown, PresenceError> {
        let worker: Worker =
            serde_json::from_slice(answer.taken()?).map_err(|_| unreadable("activity_sid"))?;
        Ok(self.codes.shown(&worker.activity_sid))
    }

    fn request(&self, method: Method, worker: &str) -> Request {
        let (workspace, worker) = (escaped(&self.workspace), escaped(worker));
        let known = STANDARD.encode(format!("{}:{}", self.account, self.secret));
        Request {
            method,
            url: format!("{}/v1/Workspaces/{workspace}/Workers/{worker}", self.api),
            headers: vec![("authorization", format!("Basic {known}"))],
            body: String::new(),
        }
    }
}
