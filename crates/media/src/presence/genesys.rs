//! Genesys Cloud: a user's presence of the source `PURECLOUD`.
//!
//! A presence is named by its *definition*, of which an organisation has its own beside the system's (Available, Busy,
//! Break, Meal, …). Requests carry an OAuth token of the client-credentials grant, which expires (`POST /oauth/token`, usually
//! after a day); one that has expired is answered 401. The client needs the permission `presence:userPresence:edit`.

use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::event::Presence;
use serde::Deserialize;
use serde_json::json;

use super::{
    Codes, PresenceError, Shown,
    http::{Answer, Method, Request, escaped, unreadable},
};

/// An organisation in Genesys Cloud.
#[derive(Clone)]
pub struct Genesys {
    /// The API's address, such as `https://api.mypurecloud.de`.
    pub api: String,
    /// The sign-on's address, such as `https://login.mypurecloud.de`.
    pub login: String,
    /// The OAuth client's id.
    pub client: String,
    /// Its secret.
    pub secret: String,
    /// Ids of presence definitions.
    pub codes: Codes,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct UserPresence {
    #[serde(rename = "presenceDefinition")]
    definition: Definition,
}

#[derive(Deserialize)]
struct Definition {
    id: String,
}

impl Genesys {
    /// Asks for a token.
    #[must_use]
    pub fn ask_token(&self) -> Request {
        let known = STANDARD.encode(format!("{}:{}", self.client, self.secret));
        Request {
            method: Method::Post,
            url: format!("{}/oauth/token", self.login),
            headers: vec![
                ("authorization", format!("Basic {known}")),
                ("content-type", "application/x-www-form-urlencoded".into()),
            ],
            body: "grant_type=client_credentials".into(),
        }
    }

    /// The token that came back.
    ///
    /// # Errors
    /// When none did. A client that is not known is answered 400 or 401 (RFC 6749, section 5.2).
    pub fn token(&self, answer: &Answer) -> Result<String, PresenceError> {
        let body = match answer.taken() {
            Err(PresenceError::Refused(said)) => return Err(PresenceError::Unauthorised(said)),
            taken => taken?,
        };
        let token: Token = serde_json::from_slice(body).map_err(|_| unreadable("access_token"))?;
        Ok(token.access_token)
    }

    /// Sets a user's presence.
    #[must_use]
    pub fn set(&self, user: &str, presence: Presence, token: &str) -> Request {
        let body = json!({ "presenceDefinition": { "id": self.codes.of(presence) } });
        let mut request = self.request(Method::Patch, user, token);
        request.headers.push(("content-type", "application/json".into()));
        request.body = body.to_string();
        request
    }

    /// Asks for a user's presence.
    #[must_use]
    pub fn read(&self, user: &str, token: &str) -> Request {
        self.request(Method::Get, user, token)
    }

    /// The presence that came back.
    ///
    /// # Errors
    /// When none did.
    pub fn shown(&self, answer: &Answer) -> Result<Shown, PresenceError> {
        let presence: UserPresence =
            serde_json::from_slice(answer.taken()?).map_err(|_| unreadable("presenceDefinition"))?;
        Ok(self.codes.shown(&presence.definition.id))
    }

    fn request(&self, method: Method, user: &str, token: &str) -> Request {
        Request {
            method,
            url: format!("{}/api/v2/users/{}/presences/PURECLOUD", self.api, escaped(user)),
            headers: vec![("authorization", format!("Bearer {token}"))],
            body: String::new(),
        }
    }
}
