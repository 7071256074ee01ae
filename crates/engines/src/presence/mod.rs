//! Presence on a phone platform: the connections behind [`PresencePort`].
//!
//! The platform is named in the configuration of whoever runs Calmline, so its address is trusted as the configuration is;
//! unlike webhooks, none is ever typed into the web app. HTTP is spoken over TLS alone but for this machine, redirects are not
//! followed, and every conversation ends within the patience that it is given.

mod asterisk;
#[cfg(feature = "contract")]
pub mod contract;
mod http;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use calmline_media::presence::{
    Codes, PresencePort,
    ami::Manager,
    genesys::Genesys,
    taskrouter::TaskRouter,
    webhook::{self, Service},
};
use serde::{Deserialize, Serialize};

/// The variable that holds the secret where no file does.
pub const SECRET: &str = "CALMLINE_PRESENCE_SECRET";
/// How long a platform has to answer. Issue and design want an agent to be told after 5 s.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Which phone platform shows breaks, and how it is spoken with. The secret is in the file that is named, or in the variable
/// [`SECRET`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Platform {
    /// Genesys Cloud.
    Genesys {
        /// Such as `https://api.mypurecloud.de`.
        api: String,
        /// Such as `https://login.mypurecloud.de`.
        login: String,
        /// The OAuth client's id.
        client_id: String,
        /// Its secret.
        secret_file: Option<PathBuf>,
        /// The id of the presence definition for breaks.
        on_break: String,
        /// The id of that of agents who are ready.
        available: String,
    },
    /// Twilio TaskRouter.
    Twilio {
        /// Twilio's own if it is left out.
        #[serde(default = "twilio")]
        api: String,
        /// The workspace's SID.
        workspace: String,
        /// The account's SID, or that of an API key.
        account: String,
        /// Its token or secret.
        secret_file: Option<PathBuf>,
        /// The SID of the activity for breaks.
        on_break: String,
        /// The SID of that of agents who are ready.
        available: String,
    },
    /// Asterisk.
    Asterisk {
        /// Host and port of the manager, such as `pbx.example:5038`.
        address: String,
        /// The manager's account.
        user: String,
        /// Its secret.
        secret_file: Option<PathBuf>,
        /// How members are called in queues, with `{agent}` for the agent's name, such as `PJSIP/{agent}`.
        interface: String,
        /// The neutral reason for breaks.
        #[serde(default = "reason")]
        reason: String,
    },
    /// A service of the site.
    Webhook {
        /// Its address.
        url: String,
        /// What requests are signed with: `whsec_…`.
        secret_file: Option<PathBuf>,
        /// The neutral reason for breaks.
        #[serde(default = "reason")]
        reason: String,
    },
}

fn twilio() -> String {
    "https://taskrouter.twilio.com".into()
}

/// A word that says nothing of why.
fn reason() -> String {
    "break".into()
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("presence.{field}: {problem}")]
pub struct PlatformError {
    field: &'static str,
    problem: String,
}

fn wrong(field: &'static str, problem: impl Into<String>) -> PlatformError {
    PlatformError { field, problem: problem.into() }
}

impl Platform {
    /// Connects when it is first used. `secret` is what the variable [`SECRET`] holds, for a configuration without a file.
    ///
    /// # Errors
    /// When a field is not what it should be, or there is no secret.
    pub fn open(
        &self,
        secret: Option<String>,
        patience: Duration,
    ) -> Result<Arc<dyn PresencePort>, PlatformError> {
        let secret = self.secret(secret)?;
        Ok(match self.clone() {
            Self::Genesys { api, login, client_id, on_break, available, .. } => {
                let codes = codes(on_break, available)?;
                let (api, login) = (https("api", &api)?, https("login", &login)?);
                let genesys = Genesys { api, login, client: named("client_id", client_id)?, secret, codes };
                Arc::new(http::GenesysPort::new(genesys, patience))
            }
            Self::Twilio { api, workspace, account, on_break, available, .. } => {
                let codes = codes(on_break, available)?;
                let (workspace, account) = (named("workspace", workspace)?, named("account", account)?);
                let router = TaskRouter { api: https("api", &api)?, workspace, account, secret, codes };
                Arc::new(http::TaskRouterPort::new(router, patience))
            }
            Self::Asterisk { address, user, interface, reason, .. } => {
                if !interface.contains("{agent}") {
                    return Err(wrong("interface", "it has no {agent}; write for example PJSIP/{agent}"));
                }
                if !address.contains(':') {
                    return Err(wrong(
                        "address",
                        format!("{address:?} has no port; the manager's is usually 5038"),
                    ));
                }
                let (user, reason) = (named("user", user)?, named("reason", reason)?);
                Arc::new(asterisk::Asterisk::new(
                    address,
                    Manager { user, secret, interface, reason },
                    patience,
                ))
            }
            Self::Webhook { url, reason, .. } => {
                let secret = webhook::secret(&secret).ok_or_else(|| {
                    wrong("secret_file", "it holds no whsec_ followed by base64 of at least 24 bytes")
                })?;
                if url.contains(['?', '#']) {
                    return Err(wrong("url", "it holds ? or #; leave that out"));
                }
                let service = Service { url: https("url", &url)?, secret, reason: named("reason", reason)? };
                Arc::new(http::ServicePort::new(service, patience))
            }
        })
    }

    fn secret(&self, variable: Option<String>) -> Result<String, PlatformError> {
        let (Self::Genesys { secret_file, .. }
        | Self::Twilio { secret_file, .. }
        | Self::Asterisk { secret_file, .. }
        | Self::Webhook { secret_file, .. }) = self;
        let secret = match secret_file {
            Some(path) => fs::read_to_string(path)
                .map_err(|error| wrong("secret_file", format!("{}: {error}", path.display())))?,
            None => variable.unwrap_or_default(),
        };
        let secret = secret.trim();
        if secret.is_empty() {
            return Err(wrong("secret_file", format!("there is no secret; name a file, or set {SECRET}")));
        }
        Ok(secret.to_owned())
    }
}

fn named(field: &'static str, value: String) -> Result<String, PlatformError> {
    if value.trim().is_empty() || value.chars().any(char::is_control) {
        return Err(wrong(field, "it is empty or holds control characters"));
    }
    Ok(value)
}

fn codes(on_break: String, available: String) -> Result<Codes, PlatformError> {
    if on_break == available {
        return Err(wrong("on_break", "it is the same as available; a break needs a code of its own"));
    }
    Ok(Codes { on_break: named("on_break", on_break)?, available: named("available", available)? })
}

/// An address that secrets may be sent to.
fn https(field: &'static str, url: &str) -> Result<String, PlatformError> {
    let here = ["http://127.0.0.1", "http://[::1]", "http://localhost"].iter().any(|here| {
        url.strip_prefix(here).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    let host = url.strip_prefix("https://").unwrap_or_default().split('/').next().unwrap_or_default();
    if !here && (host.is_empty() || host.contains(['@', ' '])) {
        return Err(wrong(field, format!("{url:?} is no address that begins with https:// and a host")));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(toml: &str) -> Result<Arc<dyn PresencePort>, PlatformError> {
        let platform: Platform = serde_json::from_str(toml).expect("a platform");
        platform.open(Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()), PATIENCE)
    }

    fn field(json: &str) -> &'static str {
        open(json).err().expect("something is wrong").field
    }

    #[test]
    fn a_platform_is_read_or_says_which_field_is_wrong() {
        assert!(open(r#"{"kind":"webhook","url":"https://pbx.example/presence"}"#).is_ok());
        assert!(open(r#"{"kind":"webhook","url":"http://127.0.0.1:9/presence"}"#).is_ok());
        assert_eq!(field(r#"{"kind":"webhook","url":"http://pbx.example/presence"}"#), "url");
        assert_eq!(field(r#"{"kind":"webhook","url":"http://127.0.0.1.example/"}"#), "url");
        assert_eq!(field(r#"{"kind":"webhook","url":"https://me:pw@pbx.example/"}"#), "url");
        assert_eq!(
            field(r#"{"kind":"webhook","url":"https://pbx.example","secret_file":"/no/such"}"#),
            "secret_file"
        );
        let asterisk = |more| format!(r#"{{"kind":"asterisk","user":"c",{more}}}"#);
        assert_eq!(field(&asterisk(r#""address":"pbx","interface":"PJSIP/{agent}""#)), "address");
        assert_eq!(field(&asterisk(r#""address":"pbx:5038","interface":"PJSIP/1""#)), "interface");
        let twilio =
            r#"{"kind":"twilio","workspace":"WS1","account":"AC1","on_break":"WA1","available":"WA1"}"#;
        assert_eq!(field(twilio), "on_break");
    }

    #[test]
    fn without_a_secret_there_is_no_connection() {
        let text = r#"{"kind":"webhook","url":"https://pbx.example"}"#;
        let platform: Platform = serde_json::from_str(text).expect("a platform");
        let error = platform.open(None, PATIENCE).err().expect("no secret");
        assert!(error.to_string().contains(SECRET), "{error}");
        let unknown = serde_json::from_str::<Platform>(r#"{"kind":"webhook","url":"x","uri":"y"}"#).err();
        assert!(unknown.expect("an unknown field").to_string().contains("uri"));
    }
}
