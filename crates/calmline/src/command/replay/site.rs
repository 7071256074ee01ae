//! The site file of `replay`.
//!
//! ```toml
//! profile = "cn"
//! notices = ["recording", "caller_emotion", "workers"]
//! [[consents]]
//! agent = "*"                      # or an agent's id
//! purposes = ["voice_affect", "talk_dynamics", "word_reading"]
//! [care]                           # thresholds that differ from the defaults
//! ```

use std::path::Path;

use calmline_care::Settings;
use calmline_core::{
    AccountId, AgentId, Body,
    policy::{Notice, Profile, Purpose, TABLE_VERSION},
};
use serde::Deserialize;

use crate::{failure::Failure, said::Said};

/// What a site has set up.
pub struct ReplaySite {
    /// Its profile.
    pub profile: Profile,
    /// Its thresholds.
    pub care: Settings,
    notices: Vec<Notice>,
    consents: Vec<Consent>,
    assumed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    profile: Option<Profile>,
    #[serde(default)]
    notices: Vec<Notice>,
    #[serde(default)]
    consents: Vec<Consent>,
    #[serde(default)]
    care: Settings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    agent: String,
    purposes: Vec<Purpose>,
}

impl ReplaySite {
    /// Reads a site file. Without one, recordings are taken to be lawful recordings: callers and agents were told that the
    /// call is recorded and transcribed, and nothing more. No notice of emotion inference, no consent.
    pub fn read(file: Option<&Path>, profile: Option<Profile>) -> Result<Self, Failure> {
        let Some(path) = file else {
            return Ok(Self {
                profile: profile.unwrap_or_default(),
                care: Settings::default(),
                notices: vec![Notice::Recording, Notice::Workers],
                consents: Vec::new(),
                assumed: true,
            });
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
        let file: File =
            toml::from_str(&text).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
        Ok(Self {
            profile: profile.or(file.profile).unwrap_or_default(),
            care: file.care,
            notices: file.notices,
            consents: file.consents,
            assumed: false,
        })
    }

    /// What is assumed, for the reader.
    pub fn remark(&self, said: &Said) -> String {
        let profile = self.profile.as_str();
        if self.assumed {
            said.both(
                "no --site: taken as recordings of which everybody was told (words yes; callers' emotion and agents' voice no); profile",
                "未给 --site：视为各方已被告知的录音（可有文字；不判断来电者情绪，不感知坐席声音）；规则方案",
            )
            .to_owned()
                + " "
                + profile
        } else {
            format!("{} {profile}", said.both("profile", "规则方案"))
        }
    }

    /// The policy events that come before a call of this agent.
    pub fn facts(&self, agent: &AgentId) -> Result<Vec<Body>, Failure> {
        let by = AccountId::new("replay").map_err(Failure::input)?;
        let notices = self.notices.iter().map(|&notice| Body::NoticeConfirmed {
            notice,
            text_sha256: String::new(),
            by: by.clone(),
        });
        let consents = self
            .consents
            .iter()
            .filter(|consent| consent.agent == "*" || consent.agent == agent.as_str())
            .flat_map(|consent| consent.purposes.iter())
            .map(|&purpose| Body::ConsentGiven {
                agent: agent.clone(),
                purpose,
                policy_version: TABLE_VERSION,
            });
        Ok(notices.chain(consents).collect())
    }
}
