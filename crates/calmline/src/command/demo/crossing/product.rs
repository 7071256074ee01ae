//! The product alone: it hears a tape from which everything is stripped but sound, who took which call, and when. Nothing
//! of the simulation is named in this file.

use std::{collections::HashMap, sync::Arc};

use calmline_core::{
    AgentId, Body, CallId, Draft, Event, EventId, Party, SiteId, Timestamp, policy::Profile,
};
use calmline_floor::{Ear, Hears, Rehearsal};
use calmline_media::{Output, SessionEvent, audiohook};
use calmline_sense::AffectModel;
use calmline_server::intake;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::tap::Crossed;

/// A name from which nothing can be read.
pub fn opaque(name: &str) -> String {
    EventId::derive(&["stripped", name]).to_string()
}

/// A prompt, and the stretches of the call that it rests on.
#[derive(Debug, PartialEq)]
pub struct Prompt {
    /// In which call.
    pub call: String,
    agent: String,
    reason: String,
    confidence: f64,
    /// From when to when in the call, and how aroused.
    heard: Vec<(f64, f64, f64)>,
}

impl Prompt {
    /// Until when in the call it was heard what it rests on, in seconds.
    pub fn until_s(&self) -> f64 {
        self.heard.iter().map(|(_, end_s, _)| *end_s).fold(0.0, f64::max)
    }
}

/// The prompts of a log.
pub fn prompts(
    log: &[Event],
    call_name: impl Fn(&CallId) -> String,
    agent_name: impl Fn(&AgentId) -> String,
) -> Vec<Prompt> {
    let by_id: HashMap<EventId, &Event> = log.iter().map(|event| (event.id, event)).collect();
    let heard = |cause: &EventId| match &by_id.get(cause)?.body {
        Body::Signal { party: Party::Customer, start_s, end_s, value, .. } => {
            Some((*start_s, *end_s, *value))
        }
        _ => None,
    };
    log.iter()
        .filter_map(|event| match &event.body {
            Body::PromptShown { agent, call, reason, confidence, .. } => Some(Prompt {
                call: call_name(call),
                agent: agent_name(agent),
                reason: reason.code.clone(),
                confidence: confidence.get(),
                heard: event.because.iter().filter_map(heard).collect(),
            }),
            _ => None,
        })
        .collect()
}

/// Hears a tape under a policy; the whole log that follows.
pub fn hear<'a>(
    site: &SiteId,
    profile: Profile,
    policy: impl Iterator<Item = &'a Event>,
    tape: &[Crossed],
) -> anyhow::Result<Vec<Event>> {
    let mut product = Rehearsal::new(site.clone(), profile);
    for event in policy {
        product.tell(Draft::derived(site.clone(), event.at, Vec::new(), event.body.clone()));
    }
    let mut facts = work(site, tape)?;
    let answered: HashMap<CallId, AgentId> = facts
        .iter()
        .filter_map(|draft| match &draft.body {
            Body::CallAnswered { call, agent, .. } => Some((call.clone(), agent.clone())),
            _ => None,
        })
        .collect();
    for crossed in tape.iter().filter(|crossed| !crossed.messages.is_empty()) {
        facts.extend(sound(&product, &answered, crossed)?);
    }
    facts.sort_by_key(|draft| draft.at);
    facts.into_iter().for_each(|draft| product.tell(draft));
    Ok(product.events().to_vec())
}

/// The work events of a tape: kind, time, call, agent and state; names are opaque, queues and reasons are gone.
fn work(site: &SiteId, tape: &[Crossed]) -> anyhow::Result<Vec<Draft>> {
    let mut stripped = Vec::new();
    for request in tape.iter().flat_map(|crossed| &crossed.requests) {
        if !request.path.ends_with("/events") {
            continue;
        }
        let events: Vec<Value> = serde_json::from_slice(&request.body)?;
        for event in events.into_iter().filter(|event| event["type"] != "queue.snapshot") {
            let mut data = json!({ "occurred_at": event["data"]["occurred_at"] });
            for name in ["call_id", "agent_id"] {
                if let Some(id) = event["data"][name].as_str() {
                    data[name] = opaque(id).into();
                }
            }
            if let Some(state) = event["data"].get("state") {
                data["state"] = state.clone();
            }
            let id = stripped.len().to_string();
            stripped.push(json!({
                "specversion": "1.0", "source": "tape", "id": id, "type": event["type"], "data": data,
            }));
        }
    }
    let mut drafts = Vec::new();
    for batch in stripped.chunks(500) {
        let bytes = serde_json::to_vec(batch)?;
        for event in intake::parse("application/cloudevents-batch+json", &bytes)? {
            let draft = event.draft(site.clone(), Timestamp::UNIX_EPOCH, |agent| AgentId::new(agent).ok());
            drafts.extend(draft);
        }
    }
    Ok(drafts)
}

/// What is heard in the sound of one connection.
fn sound(
    product: &Rehearsal,
    answered: &HashMap<CallId, AgentId>,
    crossed: &Crossed,
) -> anyhow::Result<Vec<Draft>> {
    let (policy, at) = (product.policy(), crossed.since);
    let mut session = audiohook::Session::new(audiohook::Config::default(), at);
    let (mut ear, mut out) = (None::<Ear>, Vec::new());
    for message in &crossed.messages {
        match message {
            Message::Text(text) => session.text(text, at),
            Message::Binary(bytes) => session.binary(bytes, at),
            _ => {}
        }
        while let Some(output) = session.poll() {
            match output {
                Output::Event(SessionEvent::Opened { conversation_id, channels, .. }) => {
                    let call = CallId::new(opaque(conversation_id.as_str()))?;
                    let agent = answered.get(&call).cloned();
                    let model = AffectModel::shipped();
                    let opened = ("tape", false);
                    let ear = ear.insert(Ear::open(
                        policy,
                        call,
                        &channels,
                        opened,
                        Arc::clone(&model),
                        at,
                        &mut out,
                    ));
                    ear.bind(policy, agent.as_ref(), at, &mut out);
                }
                Output::Audio(audio) => {
                    for (channel, (_, samples)) in audio.channels.iter().enumerate() {
                        if let Some(ear) = &mut ear {
                            ear.audio(audio.channel + channel, samples, at, &mut out);
                        }
                    }
                }
                Output::Event(SessionEvent::Gap { .. } | SessionEvent::PeerError { .. }) => {
                    anyhow::bail!("the tape has a gap");
                }
                _ => {}
            }
        }
    }
    if let Some(ear) = ear {
        ear.close(at, &mut out);
    }
    Ok(out
        .into_iter()
        .flat_map(|heard| match heard {
            Hears::Fact(draft) => vec![draft],
            Hears::Words(job) => job.without_words(),
            Hears::Speaking(_) | Hears::Voice(_) => Vec::new(),
        })
        .collect())
}
