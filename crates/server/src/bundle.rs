//! The evidence of an incident of abuse that is over: what happened in the call, what was said, which rungs of the ladder were
//! taken, as a chain of hashes. Made once, sealed for the agent, who keeps it, takes it along or deletes it.
//!
//! Each entry's hash is SHA-256 over the canonical JSON of its number, time, kind, data and the hash before it, in hexadecimal;
//! the first follows the hash of the incident's id. Whoever has the file can check that nothing was changed, left out or
//! put in: [`verify`]. Words are those of the transcript, personal data replaced.

use std::sync::Arc;

use calmline_care::incident::{Incident, incident_of};
use calmline_core::{
    AgentId, Body, Draft, Event, IncidentId, PayloadId, Position, SiteId, SubjectId, Timestamp,
    catalog::Lang,
    event::{Clear, PayloadKind, Spoken},
};
use calmline_store::{Feed, Store, StoreError};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{attestation::canonical, clock, live::Live, told::told};

/// What the file says that it is.
pub const FORMAT: &str = "calmline-incident-1";
/// The kinds of events that tell of incidents.
const KINDS: [&str; 10] = [
    "incident.opened",
    "incident.stepped",
    "incident.advanced",
    "incident.join_asked",
    "incident.relieved",
    "incident.due",
    "incident.lapsed",
    "incident.duty_done",
    "incident.closed",
    "incident.bundled",
];

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// Which incident.
    pub incident: IncidentId,
    /// What it holds, in the order in which it became known.
    pub entries: Vec<Entry>,
    /// The last hash.
    pub head: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1.
    pub n: u64,
    /// When.
    pub at: Timestamp,
    /// What kind: a type of event, or `words`.
    pub kind: String,
    /// What is known of it.
    pub data: Value,
    /// The hash of this entry.
    pub hash: String,
}

/// Why a file is no evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It is something else.
    #[error("not an evidence file: {0}; give the file as it was downloaded")]
    Format(String),
    /// It was changed.
    #[error("entry {0} does not fit its hash: the file was changed after it was made")]
    Changed(u64),
    /// It was cut.
    #[error("the last entry is not the one that the file ends with: something was left out")]
    Cut,
}

impl Bundle {
    /// Puts entries into a chain.
    #[must_use]
    pub fn chain(incident: IncidentId, happened: Vec<(Timestamp, String, Value)>) -> Self {
        let mut head = first(&incident);
        let mut entries = Vec::with_capacity(happened.len());
        for (n, (at, kind, data)) in (1..).zip(happened) {
            head = hash(n, at, &kind, &data, &head);
            entries.push(Entry { n, at, kind, data, hash: head.clone() });
        }
        Self { format: FORMAT.into(), incident, entries, head }
    }
}

/// Whether a file says that it is evidence, right or not.
#[must_use]
pub fn claims_to_be(bytes: &[u8]) -> bool {
    let read = serde_json::from_slice::<Value>(bytes).ok();
    read.is_some_and(|read| read.get("format").and_then(Value::as_str) == Some(FORMAT))
}

/// Whether a file is evidence as it was made.
///
/// # Errors
/// What is wrong with it.
pub fn verify(bytes: &[u8]) -> Result<Bundle, BundleError> {
    let bundle: Bundle =
        serde_json::from_slice(bytes).map_err(|error| BundleError::Format(error.to_string()))?;
    if bundle.format != FORMAT {
        return Err(BundleError::Format(format!("format is {:.40}, not {FORMAT}", bundle.format)));
    }
    let mut head = first(&bundle.incident);
    for (n, entry) in (1..).zip(&bundle.entries) {
        head = hash(n, entry.at, &entry.kind, &entry.data, &head);
        if entry.n != n || entry.hash != head {
            return Err(BundleError::Changed(n));
        }
    }
    if bundle.head == head { Ok(bundle) } else { Err(BundleError::Cut) }
}

fn first(incident: &IncidentId) -> String {
    hex(incident.as_str().as_bytes())
}

fn hash(n: u64, at: Timestamp, kind: &str, data: &Value, before: &str) -> String {
    let entry = json!({ "n": n, "at": at.to_string(), "kind": kind, "data": data, "before": before });
    hex(&canonical(&entry))
}

fn hex(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All events of a site that tell of incidents, of one agent's or of everybody's, in the order of the log.
///
/// # Errors
/// When the store fails.
pub async fn incident_events(
    store: &dyn Store,
    site: &SiteId,
    of: Option<&AgentId>,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    for kind in KINDS {
        let told = store.read_kind(site, kind, Position(0), u32::MAX).await?;
        events.extend(told.into_iter().filter(|event| of.is_none() || event.body.agent() == of));
    }
    events.sort_by_key(|event| event.position);
    Ok(events)
}

/// Makes the evidence of every incident that is over and has none yet, then of each that ends, until the live side stops.
pub fn start(live: &Arc<Live>) {
    let live = Arc::clone(live);
    Arc::clone(&live).until_halt(async move {
        let mut after = live.store().head();
        loop {
            match follow(&live, &mut after).await {
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(%error, "evidence of an incident could not be made; trying again");
                }
                Ok(()) => {}
            }
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        }
    });
}

async fn follow(live: &Live, after: &mut Position) -> Result<(), StoreError> {
    for site in live.store().sites().await? {
        make_missing(live, &site.id).await?;
    }
    let mut feed = Feed::new(Arc::clone(live.store()), None, *after);
    loop {
        let events = feed.next().await?;
        let over =
            |event: &&Event| matches!(event.body, Body::IncidentClosed { .. } | Body::IncidentLapsed { .. });
        for event in events.iter().filter(over) {
            make_missing(live, &event.site).await?;
        }
        *after = events.last().map_or(*after, |event| event.position);
    }
}

async fn make_missing(live: &Live, site: &SiteId) -> Result<(), StoreError> {
    let events = incident_events(live.store().as_ref(), site, None).await?;
    let made = |id: &IncidentId| {
        let bundled =
            |event: &Event| matches!(&event.body, Body::IncidentBundled { incident, .. } if incident == id);
        events.iter().any(bundled)
    };
    let over = calmline_care::incident::told(&events).into_iter().filter(|incident| incident.over.is_some());
    for incident in over.filter(|incident| !made(&incident.id)) {
        make(live, site, &incident, &events).await?;
    }
    Ok(())
}

/// Puts together what is known of one incident, and seals it for its agent.
async fn make(live: &Live, site: &SiteId, incident: &Incident, told: &[Event]) -> Result<(), StoreError> {
    let store = live.store().as_ref();
    let mut events = store.read_call(site, &incident.call).await?;
    events.retain(|event| is_fact(&event.body) && incident_of(&event.body).is_none());
    events.extend(told.iter().filter(|event| incident_of(&event.body) == Some(&incident.id)).cloned());
    events.sort_by_key(|event| event.position);
    let text_of = |event: &Event| match &event.body {
        Body::Utterance { text, .. } => text.clone(),
        _ => None,
    };
    let ids: Vec<PayloadId> = events.iter().filter_map(text_of).collect();
    let mut opened = store.open_payloads(site, &ids).await?.into_iter();
    let mut happened = Vec::with_capacity(events.len());
    for event in &events {
        let words = text_of(event).and_then(|_| opened.next().flatten());
        let words = words.and_then(|bytes| Spoken::read(&bytes)).map(|spoken| spoken.text);
        happened.extend(entry(event, words));
    }
    let bundle = Bundle::chain(incident.id.clone(), happened);
    let bytes = serde_json::to_vec_pretty(&bundle).unwrap_or_default();
    let Ok(id) = PayloadId::new(format!("incident-{}", incident.id)) else { return Ok(()) };
    let subject = SubjectId::of_incident(&incident.id);
    let body = Body::IncidentBundled {
        incident: incident.id.clone(),
        agent: incident.agent.clone(),
        bundle: id.clone(),
        head: bundle.head,
    };
    let clear = Clear { id, subject, kind: PayloadKind::Incident, bytes };
    let draft = Draft::told(site.clone(), "bundle", incident.id.as_str(), clock::now(), body);
    live.append(vec![draft.with(clear)]).await?;
    Ok(())
}

/// What of a call is evidence: what happened and what was said; nothing that was inferred of anybody.
fn is_fact(body: &Body) -> bool {
    matches!(
        body,
        Body::CallOffered { .. }
            | Body::CallAnswered { .. }
            | Body::CallHeld { .. }
            | Body::CallResumed { .. }
            | Body::CallTransferred { .. }
            | Body::CallEnded { .. }
            | Body::AbuseReported { .. }
            | Body::Utterance { .. }
    )
}

fn entry(event: &Event, words: Option<String>) -> Option<(Timestamp, String, Value)> {
    let entry = match &event.body {
        Body::Utterance { party, start_s, end_s, language, .. } => {
            let said = json!({
                "party": party.as_str(), "start_s": start_s, "end_s": end_s, "language": language, "words": words?,
            });
            ("words".to_owned(), said)
        }
        body => {
            let text = |lang| told(body, lang).text;
            let data =
                serde_json::to_value(body).ok().and_then(|mut body| Some(body.get_mut("data")?.take()));
            (body.kind().to_owned(), json!({ "en": text(Lang::En), "zh": text(Lang::Zh), "facts": data }))
        }
    };
    Some((event.at, entry.0, entry.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Bundle {
        let at = Timestamp::UNIX_EPOCH;
        let happened =
            ["a", "b", "c"].map(|kind| (at, kind.to_owned(), json!({ "words": "…", "end_s": 1.5 }))).to_vec();
        Bundle::chain(IncidentId::new("i").unwrap(), happened)
    }

    #[test]
    fn evidence_that_was_changed_cut_or_moved_is_found_out() {
        let good = bundle();
        let read = |bundle: &Bundle| verify(&serde_json::to_vec(bundle).unwrap());
        assert_eq!(read(&good).as_ref(), Ok(&good));
        let mut changed = good.clone();
        changed.entries[1].data["words"] = "worse".into();
        assert_eq!(read(&changed), Err(BundleError::Changed(2)));
        let mut cut = good.clone();
        cut.entries.pop();
        assert_eq!(read(&cut), Err(BundleError::Cut));
        let mut swapped = good.clone();
        swapped.entries.swap(0, 1);
        assert_eq!(read(&swapped), Err(BundleError::Changed(1)));
        let other = Bundle { incident: IncidentId::new("j").unwrap(), ..good.clone() };
        assert_eq!(read(&other), Err(BundleError::Changed(1)));
        assert!(matches!(verify(b"{}"), Err(BundleError::Format(_))));
        assert!(matches!(read(&Bundle { format: "x".into(), ..good }), Err(BundleError::Format(_))));
    }
}
