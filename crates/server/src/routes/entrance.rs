//! The socket of callers in front of the queues: the platform tells who comes and what they say, Calmline what to ask and where
//! to pass them on. What is decided, [`calmline_care::entrance`] decides.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use calmline_care::entrance::EntranceSettings;
use calmline_core::{
    Body, CallId, Draft, Event, EventId, IntentId, Party, QueueId, Share, SiteId,
    catalog::Lang,
    event::{EntranceDecision, EntranceStep, Reason},
};
use calmline_floor::Typed;
use calmline_language::language_of;
use calmline_prove::entrance::EntranceFigures;
use calmline_store::{Feed, KeyKind};
use serde::{Deserialize, Serialize};
use tokio::time::{Interval, MissedTickBehavior};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::ShownKey,
    routes::monitoring::{ShareBody, share},
    state::App,
};

/// The largest message.
const LARGEST: usize = 16 * 1024;
/// Callers that one socket may have open at once.
const MOST_CALLS: usize = 2_000;
/// How often a silent socket is asked whether it is alive.
const PING: Duration = Duration::from_secs(20);

pub(super) fn routes() -> Vec<Route> {
    vec![route(Access::Key(KeyKind::Route), routes!(entrance))]
}

/// What the platform says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    /// A caller has come. Where their sound comes by another socket, nothing else need be said of them.
    Open { call: CallId, language: Option<Lang> },
    /// A caller typed something, or the platform has recognised it.
    Text { call: CallId, text: String, confidence: Option<f64> },
    /// Whether the caller was passed on.
    Moved { call: CallId, queue: QueueId, done: bool },
}

/// What Calmline says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told {
    /// To be asked of the caller.
    Ask { call: CallId, decision: EventId, say: String, choices: Vec<Choice>, code: String, reason: String },
    /// Where to pass the caller on.
    Transfer {
        call: CallId,
        decision: EventId,
        queue: QueueId,
        intent: Option<IntentId>,
        say: String,
        code: String,
        reason: String,
    },
    /// A message was not understood; nothing was done.
    Error(Refusal),
}

/// Why nothing was done.
#[derive(Debug, Serialize)]
struct Refusal {
    call: Option<CallId>,
    message: String,
    hint: &'static str,
}

/// One of two things that a caller may mean.
#[derive(Debug, Serialize)]
struct Choice {
    intent: IntentId,
    name: String,
}

/// The entrance, a WebSocket for all callers of a site. The platform sends `{"type": "open", "call", "language"?}`, then the caller's
/// words as `{"type": "text", "call", "text", "confidence"?}` unless their sound comes through AudioHook or Twilio, and at the end
/// `{"type": "moved", "call", "queue", "done"}`. It is told `ask` (with `say` and `choices`), `transfer` (with `queue` and `intent`)
/// and `error`. Who decides by what: docs/routing.md.
#[utoipa::path(
    get, path = "/v1/entrance/ws", tag = "routing", security(("key" = []), ("bearer" = [])),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 401, body = ErrorBody), (status = 409, body = ErrorBody), (status = 426, body = ErrorBody),
        (status = 429, body = ErrorBody)
    )
)]
async fn entrance(
    State(app): State<App>,
    ShownKey(key): ShownKey,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    if app.live.care().entrance.otherwise.is_none() {
        return Err(ApiError::conflict("closed", "the entrance is closed")
            .hint("name the queue for callers whose wish nobody knows: [care.entrance] otherwise"));
    }
    let upgrade = upgrade.map_err(|rejection| {
        ApiError::new(rejection.status(), "no_websocket", rejection.body_text())
            .hint("open it as a WebSocket (RFC 6455)")
    })?;
    let feed = Feed::new(Arc::clone(app.live.store()), Some(key.site.clone()), app.store().head());
    let porter = Porter { site: key.site.clone(), app: App::clone(&app), callers: HashMap::new() };
    Ok(upgrade
        .read_buffer_size(LARGEST)
        .max_message_size(LARGEST)
        .on_upgrade(|socket| porter.serve(socket, feed)))
}

/// A caller whom this socket has announced.
struct Caller {
    /// The language of what is said to them.
    language: Lang,
    words: Typed,
}

/// One socket.
struct Porter {
    site: SiteId,
    app: App,
    callers: HashMap<CallId, Caller>,
}

impl Porter {
    async fn serve(mut self, mut socket: WebSocket, mut feed: Feed) {
        let stopping = self.app.stopping.clone();
        let mut ping = pings();
        let mut alive = true;
        loop {
            let told = tokio::select! {
                () = stopping.cancelled() => break,
                _ = ping.tick() => {
                    if !std::mem::take(&mut alive) || socket.send(Message::Ping(Vec::new().into())).await.is_err() {
                        break;
                    }
                    Vec::new()
                }
                events = feed.next() => match events {
                    Ok(events) => events.into_iter().filter_map(|event| self.decided(event)).collect(),
                    Err(_) => break,
                },
                message = socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => {
                        alive = true;
                        self.said(text.as_str()).await.err().map(Told::Error).into_iter().collect()
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                    Some(Ok(_)) => {
                        alive = true;
                        Vec::new()
                    }
                },
            };
            for message in told {
                let Ok(text) = serde_json::to_string(&message) else { continue };
                if socket.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
        }
    }

    /// Takes a message in. What cannot be taken is said; the socket stays open for the others.
    async fn said(&mut self, text: &str) -> Result<(), Refusal> {
        let said: Said = serde_json::from_str(text).map_err(|error| Refusal {
            call: None,
            message: error.to_string(),
            hint: "send open, text or moved as docs/routing.md has them",
        })?;
        let now = clock::now();
        let (call, drafts) = match said {
            Said::Open { call, language } => (call.clone(), self.open(call, language)?),
            Said::Text { call, text, confidence } => {
                let line = self.line(&call, &text, confidence)?;
                (call, vec![line])
            }
            Said::Moved { call, queue, done } => {
                self.callers.remove(&call);
                let body = Body::EntranceMoved { call: call.clone(), queue, done };
                (call, vec![Draft::derived(self.site.clone(), now, Vec::new(), body)])
            }
        };
        self.app.live.append(drafts).await.map(drop).map_err(|error| {
            tracing::error!(%error, site = %self.site, "what the entrance was told could not be written");
            Refusal {
                call: Some(call),
                message: "it could not be written".into(),
                hint: "go by the platform's own rule for this call",
            }
        })
    }

    fn open(&mut self, call: CallId, language: Option<Lang>) -> Result<Vec<Draft>, Refusal> {
        let refuse =
            |message: &str, hint| Refusal { call: Some(call.clone()), message: message.into(), hint };
        if self.callers.contains_key(&call) {
            return Err(refuse("this caller is here already", "open each call once"));
        }
        if self.callers.len() >= MOST_CALLS {
            return Err(refuse(
                "too many callers on this socket",
                "tell of those who were moved, or open another socket",
            ));
        }
        let now = clock::now();
        let live = &self.app.live;
        let open = |policy: &_| Typed::open(policy, call.clone(), live.intents(), now);
        let (words, mut drafts) = live
            .with_policy(&self.site, open)
            .ok_or_else(|| refuse("the site is not open", "try again in a moment"))?;
        let opened = Body::EntranceOpened { call: call.clone() };
        drafts.push(Draft::derived(self.site.clone(), now, Vec::new(), opened));
        self.callers.insert(call, Caller { language: language.unwrap_or_default(), words });
        Ok(drafts)
    }

    fn line(&mut self, call: &CallId, text: &str, confidence: Option<f64>) -> Result<Draft, Refusal> {
        let refuse =
            |message: &str, hint| Refusal { call: Some(call.clone()), message: message.into(), hint };
        let caller = self
            .callers
            .get_mut(call)
            .ok_or_else(|| refuse("this caller was not opened on this socket", "send open first"))?;
        if text.trim().is_empty() {
            return Err(refuse(
                "the text is empty",
                "send what the caller said; nothing where nothing was said",
            ));
        }
        if confidence.is_some_and(|sure| !(0.0..=1.0).contains(&sure)) {
            return Err(refuse("confidence is not from 0 to 1", "leave it out for typed words"));
        }
        if let Some(language) = language_of(text).and_then(|tag| tag.parse().ok()) {
            caller.language = language;
        }
        let heard = (Some(if caller.language == Lang::Zh { "zh" } else { "en" }), confidence.map(Share::new));
        Ok(caller.words.line(text, heard, clock::now()))
    }

    /// What is to be told of an event: decisions about this socket's callers.
    fn decided(&mut self, event: Event) -> Option<Told> {
        match event.body {
            Body::EntranceDecided { call, decided } => {
                let language = self.callers.get(&call)?.language;
                Some(told(&self.app.live.care().entrance, (call, event.id), decided, language))
            }
            Body::Utterance { call, party: Party::Customer, language: Some(language), .. } => {
                let caller = self.callers.get_mut(&call)?;
                caller.language = language.parse().unwrap_or(caller.language);
                None
            }
            Body::CallAnswered { call, .. } | Body::CallEnded { call, .. } => {
                self.callers.remove(&call);
                None
            }
            _ => None,
        }
    }
}

fn pings() -> Interval {
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ping
}

/// A decision in the caller's language.
fn told(
    set: &EntranceSettings,
    (call, decision): (CallId, EventId),
    decided: EntranceDecision,
    lang: Lang,
) -> Told {
    let EntranceDecision { step, reason } = decided;
    let (code, why) = (reason.code.clone(), lang.tell(&reason));
    match step {
        EntranceStep::Ask { choices } => {
            let name = |intent: &IntentId| {
                let name = set.names.get(intent);
                name.map_or_else(
                    || intent.to_string(),
                    |name| if lang == Lang::Zh { name.zh.clone() } else { name.en.clone() },
                )
            };
            let choices: Vec<Choice> =
                choices.into_iter().map(|intent| Choice { name: name(&intent), intent }).collect();
            let say = match choices.as_slice() {
                [first, second] => {
                    let which = Reason::new("entrance.say.which");
                    lang.tell(&which.with("first", first.name.as_str()).with("second", second.name.as_str()))
                }
                _ => lang.say("entrance.say.what").to_owned(),
            };
            Told::Ask { call, decision, say, choices, code, reason: why }
        }
        EntranceStep::Transfer { queue, intent } => {
            let say = lang.say("entrance.say.moment").to_owned();
            Told::Transfer { call, decision, queue, intent, say, code, reason: why }
        }
    }
}

/// What became of the callers who came through the entrance in four weeks.
#[derive(Serialize, ToSchema)]
pub struct EntranceReport {
    /// Callers who came.
    came: u64,
    /// Who were asked a question.
    asked: u64,
    /// Who were passed on.
    passed_on: u64,
    /// Who were passed on knowing what they want.
    understood: u64,
    /// Where the platform confirmed the transfer.
    confirmed: u64,
    /// Where it said that it did not transfer.
    refused: u64,
    /// Of those understood: the share whom an agent handed on to somebody else, an upper bound of the entrance's errors.
    misrouted: Option<ShareBody>,
    /// Hand-overs from agent to agent per 100 calls that were passed on.
    transfers_per_100: Option<f64>,
    /// How many were passed on for which reason.
    reasons: std::collections::BTreeMap<String, u64>,
}

impl From<EntranceFigures> for EntranceReport {
    fn from(figures: EntranceFigures) -> Self {
        let EntranceFigures { came, asked, passed_on, understood, confirmed, refused, misrouted, .. } =
            figures;
        Self {
            came,
            asked,
            passed_on,
            understood,
            confirmed,
            refused,
            misrouted: misrouted.1.map(share),
            transfers_per_100: figures.transfers_per_100,
            reasons: figures.reasons,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_put_in_the_callers_language() -> Result<(), Box<dyn std::error::Error>> {
        let set: EntranceSettings = serde_json::from_value(serde_json::json!({
            "names": { "refund": { "en": "a refund", "zh": "退款" }, "fault": { "en": "a fault", "zh": "报修" } },
        }))?;
        for (lang, wanted) in [
            (Lang::En, "Is it about a refund, or about a fault?"),
            (Lang::Zh, "请问您是要办退款，还是报修？"),
        ] {
            let step = EntranceStep::Ask { choices: vec![IntentId::new("refund")?, IntentId::new("fault")?] };
            let decided =
                EntranceDecision { step, reason: Reason::new("entrance.why.unsure").with("percent", 41.0) };
            let asked = told(&set, (CallId::new("c")?, EventId::derive(&["e"])), decided, lang);
            let asked = serde_json::to_value(&asked)?;
            assert_eq!((&asked["type"], &asked["say"]), (&"ask".into(), &wanted.into()), "{asked}");
        }
        Ok(())
    }
}
