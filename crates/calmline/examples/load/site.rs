//! The data directory: one site whose agents have agreed to be sensed, its keys, and afterwards its log.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, EventId, Party, Position, SiteId,
    policy::{Notice, Profile, TABLE_VERSION, consents_wanted},
};
use calmline_server::{clock, keys::FreshKey, token};
use calmline_sim::work::WorkEvent;
use calmline_store::{
    Directory as _, KeyKind, Keys as _, Log as _, NewSite, Site as Opened, Sites as _, Sqlite, Upkeep as _,
};
use serde_json::Value;
use tempfile::TempDir;

/// Samples of each leg that was closed.
pub type Frames = BTreeMap<(CallId, Party), u64>;

/// What a phone platform signs with.
pub struct AudioKey {
    pub api_key: String,
    pub client_secret: Vec<u8>,
}

/// A call and who takes it.
pub struct Call {
    /// A UUID, which is the call's id too.
    pub id: CallId,
    agent: AgentId,
}

/// A site in a data directory of its own, which is deleted when this is dropped.
pub struct Site {
    id: SiteId,
    /// One for each agent.
    pub calls: Vec<Call>,
    pub events_key: String,
    pub audio_key: Arc<AudioKey>,
    dir: TempDir,
}

impl Site {
    /// Sets it up, with as many agents as calls.
    pub async fn set_up(calls: usize) -> Result<Self> {
        let dir = tempfile::tempdir().context("making a data directory")?;
        let store = Sqlite::open(dir.path()).await?;
        let (id, now) = (SiteId::new("load")?, clock::now());
        let opened = Opened {
            id: id.clone(),
            name: "load".into(),
            profile: Profile::Cn,
            time_zone: "Asia/Shanghai".into(),
            opened: now,
        };
        store.create_site(NewSite { site: opened, admin: None }).await?;
        let calls = (0..calls).map(call).collect::<Result<Vec<_>>>()?;
        let names: Vec<&str> = calls.iter().map(|call| call.agent.as_str()).collect();
        let pseudonyms = store.pseudonyms(&id, &names).await?;
        store.append(agreed(&id, &pseudonyms)?).await?;
        let (events, audio) = (
            FreshKey::draw(id.clone(), KeyKind::Events, None, now)?,
            FreshKey::draw(id.clone(), KeyKind::Audiohook, None, now)?,
        );
        let client_secret = audio.new.client_secret.clone().context("an AudioHook key has no secret")?;
        for new in [events.new, audio.new] {
            store.add_key(new).await?;
        }
        store.close().await?;
        let audio_key = Arc::new(AudioKey { api_key: audio.api_key, client_secret });
        Ok(Self { id, calls, events_key: events.api_key, audio_key, dir })
    }

    /// Where the data lies.
    pub fn data(&self) -> &Path {
        self.dir.path()
    }

    /// What the phone platform says as each agent takes their call.
    pub fn answered(&self) -> Vec<Value> {
        let body = |call: &Call| Body::CallAnswered {
            call: call.id.clone(),
            agent: call.agent.clone(),
            queue: None,
        };
        self.told("answered", body)
    }

    /// What it says once the calls are over.
    pub fn ended(&self) -> Vec<Value> {
        self.told("ended", |call| Body::CallEnded { call: call.id.clone(), reason: None })
    }

    fn told(&self, what: &str, body: impl Fn(&Call) -> Body) -> Vec<Value> {
        let event = |call: &Call| WorkEvent {
            site: self.id.clone(),
            source: "load".into(),
            id: format!("{what}-{}", call.id),
            at: clock::now(),
            body: body(call),
        };
        self.calls.iter().map(|call| event(call).cloud_event()).collect()
    }

    /// What the log says of each leg that was closed. The server must have stopped.
    pub async fn frames_in_log(&self) -> Result<Frames> {
        let store = Sqlite::open(self.data()).await?;
        let (mut frames, mut seen) = (Frames::new(), Position(0));
        loop {
            let events = store.read_kind(&self.id, "leg.closed", seen, 1_000).await?;
            let Some(last) = events.last() else { break };
            seen = last.position;
            for event in events {
                let Body::LegClosed { call, party, frames: its, .. } = event.body else { continue };
                if frames.insert((call.clone(), party), its).is_some() {
                    bail!("the log closes {party:?} of call {call} twice");
                }
            }
        }
        store.close().await?;
        Ok(frames)
    }
}

/// A call under its number: a UUID (version 8, RFC 9562), as AudioHook wants.
fn call(number: usize) -> Result<Call> {
    Ok(Call {
        id: CallId::new(uuid(&format!("call {number}")))?,
        agent: AgentId::new(format!("agent-{number}"))?,
    })
}

/// A UUID for a name.
pub fn uuid(name: &str) -> String {
    let hex = EventId::derive(&[name]).to_string();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

/// Every notice is given, and every agent has agreed to all that the profile asks them.
fn agreed(site: &SiteId, agents: &[AgentId]) -> Result<Vec<Draft>> {
    let by = AccountId::new("load")?;
    let notices = Notice::ALL.into_iter().map(|notice| Body::NoticeConfirmed {
        notice,
        text_sha256: token::hex(&token::hash("the notice of a load test")),
        by: by.clone(),
    });
    let consents = agents.iter().flat_map(|agent| {
        consents_wanted(Profile::Cn).into_iter().map(|purpose| Body::ConsentGiven {
            agent: agent.clone(),
            purpose,
            policy_version: TABLE_VERSION,
        })
    });
    let now = clock::now();
    Ok(notices.chain(consents).map(|body| Draft::derived(site.clone(), now, Vec::new(), body)).collect())
}
