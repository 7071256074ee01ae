//! The live stream: server-sent events that resume where a connection was cut.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    convert::Infallible,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::State,
    response::sse::{Event as Sent, KeepAlive, Sse},
};
use calmline_bus::{Delivery, Subscription, Topic};
use calmline_core::{
    AgentId, Body, CallId, Event, Party, PayloadId, Position, SiteId,
    catalog::Lang,
    event::Spoken,
    role::{Action, Resource},
};
use calmline_store::{CallFilter, StoreError};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::alerts::has_vanished;
use crate::{
    access::{Access, Route, route},
    clock,
    error::ApiError,
    extract::{LastEventId, Query},
    live::speech::Guess,
    session::Signed,
    sight::Viewer,
    state::App,
    told::told,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnAccount)]);
/// How often a silent stream says that it is alive; proxies cut a connection after a minute at the soonest.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events one read of the store takes.
const AT_ONCE: u32 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(follow))]
}

/// What a stream can be asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// `en` or `zh`; otherwise the account's language.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
    /// Begin after this position; `Last-Event-ID` goes before it. Otherwise with what happens from now on.
    pub after: Option<u64>,
    /// Only events whose type begins with one of these, with commas between: `alert.,break.`. Otherwise all.
    pub kinds: Option<String>,
}

/// One event of the stream, as its `data` carries it. Its SSE `id` is the position, its SSE `event` the type.
#[derive(Serialize, ToSchema)]
pub struct EventBody {
    /// The event as the log holds it: `position, site, id, at, because, type, data`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub event: Event,
    /// What happened, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// What was said, personal data replaced by placeholders, where the reader may read it; none if it was not recognised, or
    /// is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl EventBody {
    /// An event with its words.
    pub fn new(event: Event, lang: Lang) -> Self {
        let told = told(&event.body, lang);
        Self { event, text: told.text, reasons: told.reasons, words: None }
    }
}

/// What is understood so far of what somebody is saying in a call of the reader's, as the `data` of an SSE `event`
/// `utterance.partial` carries it. It is no event of the log and has no SSE `id`: each replaces the one before, and the
/// `utterance` that begins at the same second replaces them all. Only speech engines that stream give it.
#[derive(Serialize, ToSchema)]
pub struct PartialBody {
    #[serde(rename = "type")]
    #[schema(example = "utterance.partial")]
    kind: &'static str,
    #[schema(value_type = String)]
    site: SiteId,
    data: PartialOf,
    /// The words so far, personal data replaced by placeholders as far as it can be told yet; empty where nothing is being
    /// said after all.
    words: String,
}

/// Whose words they are.
#[derive(Serialize, ToSchema)]
pub struct PartialOf {
    #[schema(value_type = String)]
    call: CallId,
    #[schema(value_type = String)]
    party: Party,
    /// Since when, in seconds from the first frame of the call's audio.
    start_s: f64,
}

/// The type of what is understood so far.
const PARTIAL: &str = "utterance.partial";

impl From<&Guess> for PartialBody {
    fn from(guess: &Guess) -> Self {
        let Guess { site, call, party, start_s, text } = guess.clone();
        Self { kind: PARTIAL, site, data: PartialOf { call, party, start_s }, words: text }
    }
}

/// Events that their reader may see, with the words that were said in them.
pub(super) async fn with_words(
    app: &App,
    site: &SiteId,
    events: Vec<Event>,
    lang: Lang,
) -> Result<Vec<EventBody>, StoreError> {
    let text_of = |event: &Event| match &event.body {
        Body::Utterance { text, .. } => text.clone(),
        _ => None,
    };
    let ids: Vec<PayloadId> = events.iter().filter_map(text_of).collect();
    let opened = if ids.is_empty() { Vec::new() } else { app.store().open_payloads(site, &ids).await? };
    let mut opened = opened.into_iter();
    let body = |event: Event| {
        let said = text_of(&event).and_then(|_| opened.next().flatten());
        let words = said.and_then(|bytes| Spoken::read(&bytes)).map(|spoken| spoken.text);
        EventBody { words, ..EventBody::new(event, lang) }
    };
    Ok(events.into_iter().map(body).collect())
}

/// What happens, as far as the viewer may see it: an agent sees their own events, prompts, offers and calls; a supervisor the
/// floor and alerts, never anybody's load, prompts or answers to offers. Resumes after `Last-Event-ID`.
///
/// An agent in a call also sees what is understood so far of what is being said in it, in events `utterance.partial`
/// ([`PartialBody`]) that the log does not hold, where the speech engine streams.
#[utoipa::path(
    get, path = "/v1/stream", tag = "stream", security(("session" = [])), params(StreamQuery),
    responses((status = 200, content_type = "text/event-stream", body = Shown), (status = 422, body = crate::error::ErrorBody))
)]
async fn follow(
    State(app): State<App>,
    signed: Signed,
    last: Option<LastEventId>,
    Query(query): Query<StreamQuery>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, ApiError> {
    let head = app.store().head();
    let after = begin(last, query.after, head)?;
    let follower = Follower::open(app, signed, query, after, head).await?;
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("heartbeat")))
}

/// The position that a stream begins after.
pub(super) fn begin(
    last: Option<LastEventId>,
    after: Option<u64>,
    head: Position,
) -> Result<Position, ApiError> {
    let after = last.map(|last| last.0).or(after).map_or(head, Position);
    if after <= head {
        return Ok(after);
    }
    Err(ApiError::invalid("after", "the log has not come that far")
        .hint(format!("the last position is {}; another data directory may have been restored", head.0)))
}

/// What a stream sends.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Shown {
    /// An event of the log.
    Event(Box<EventBody>),
    /// What is understood so far.
    Partial(PartialBody),
}

/// What comes along.
enum Came {
    Event(Arc<Event>),
    Guess(Arc<Guess>),
}

/// One viewer's way along the log.
struct Follower {
    app: App,
    site: SiteId,
    ticket: Ticket,
    viewer: Viewer,
    lang: Lang,
    /// What the types of wanted events begin with; empty for all.
    kinds: Vec<String>,
    subscription: Box<dyn Subscription>,
    guesses: Receiver<Arc<Guess>>,
    calls: OwnCalls,
    /// Read from the store and not yet sent.
    waiting: VecDeque<Arc<Event>>,
    /// Up to where the store has been read, while it is being read.
    reading: Option<Position>,
    stopping: CancellationToken,
}

impl Follower {
    async fn open(
        app: App,
        signed: Signed,
        query: StreamQuery,
        after: Position,
        head: Position,
    ) -> Result<Self, ApiError> {
        let site = signed.account.site.clone();
        let viewer = Viewer::new(&signed);
        let guesses = app.live.guesses();
        let subscription = app.live.bus().subscribe(Topic::Site(site.clone()), after).await;
        let calls = OwnCalls::open(&app, &site, viewer.agent(), head).await?;
        let lang = query.lang.unwrap_or(signed.account.language);
        let kinds = query.kinds.iter().flat_map(|kinds| kinds.split(',')).map(str::to_owned).collect();
        let (ticket, stopping) = (Ticket::new(signed), app.stopping.clone());
        let (waiting, reading) = (VecDeque::new(), None);
        metrics::gauge!("calmline_streams").increment(1);
        Ok(Self {
            app,
            site,
            ticket,
            viewer,
            lang,
            kinds,
            subscription,
            guesses,
            calls,
            waiting,
            reading,
            stopping,
        })
    }

    /// The next event that the viewer may see; none when the stream ends.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            let event = match self.advance().await {
                Ok(Some(Came::Event(event))) => event,
                Ok(Some(Came::Guess(guess))) => match self.partial(&guess) {
                    Some(sent) => return Some(sent),
                    None => continue,
                },
                Ok(None) => return None,
                Err(error) => {
                    // The client comes back with the position of the last event that it got.
                    tracing::warn!(%error, "a live stream ended early");
                    return None;
                }
            };
            let own = self.calls.owns(&self.app, &self.site, &event).await.ok()?;
            let kind = event.body.kind();
            let Some(seen) = self.viewer.see(&event, own).filter(|_| self.wants(kind)) else { continue };
            let about_me = self.viewer.agent().is_some() && event.body.agent() == self.viewer.agent();
            if !about_me && has_vanished(&self.app, &event).await.ok()? {
                continue;
            }
            let id = seen.position.0.to_string();
            let body = with_words(&self.app, &self.site, vec![seen], self.lang).await.ok()?.pop()?;
            match Sent::default().id(id).event(kind).json_data(Shown::Event(Box::new(body))) {
                Ok(sent) => return Some(sent),
                Err(error) => tracing::error!(%error, "an event could not be written as JSON"),
            }
        }
    }

    fn wants(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|begin| kind.starts_with(begin))
    }

    /// A guess at words, for whom they are: as the words themselves it goes to nobody but who is in the call.
    fn partial(&self, guess: &Guess) -> Option<Sent> {
        let me = self.viewer.agent()?;
        let mine =
            guess.site == self.site && self.app.live.agent_of(&self.site, &guess.call).as_ref() == Some(me);
        let body = (mine && self.wants(PARTIAL)).then(|| Shown::Partial(PartialBody::from(guess)))?;
        Sent::default().event(PARTIAL).json_data(&body).ok()
    }

    /// The next event of the site, from the store while it was ahead of us, then from the bus; or a guess.
    async fn advance(&mut self) -> Result<Option<Came>, StoreError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(Some(Came::Event(event)));
            }
            if let Some(after) = self.reading {
                self.read(after).await?;
                continue;
            }
            if !self.ticket.holds(&self.app).await? {
                return Ok(None);
            }
            let minute = tokio::time::sleep(Duration::from_secs(60));
            tokio::select! {
                () = self.stopping.cancelled() => return Ok(None),
                delivery = self.subscription.next() => match delivery {
                    Delivery::Event(event) => return Ok(Some(Came::Event(event))),
                    Delivery::Missed { after } => self.reading = Some(after),
                    Delivery::Closed => return Ok(None),
                },
                guess = self.guesses.recv() => match guess {
                    Ok(guess) => return Ok(Some(Came::Guess(guess))),
                    // The next one replaces those that were missed.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Ok(None),
                },
                () = minute => {}
            }
        }
    }

    async fn read(&mut self, after: Position) -> Result<(), StoreError> {
        let head = self.app.store().head();
        let events = self.app.store().read(Some(&self.site), after, AT_ONCE).await?;
        if let Some(last) = events.last() {
            self.subscription.caught_up(last.position);
            self.reading = Some(last.position);
            self.waiting.extend(events.into_iter().map(Arc::new));
        } else {
            // Nothing more of this site up to where the log then ended.
            self.subscription.caught_up(head.max(after));
            self.reading = None;
        }
        Ok(())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        metrics::gauge!("calmline_streams").decrement(1);
    }
}

/// What lets a viewer stay. A stream outlives neither its session nor its account's roles.
pub(super) struct Ticket {
    signed: Signed,
    checked: jiff::Timestamp,
}

impl Ticket {
    pub(super) fn new(signed: Signed) -> Self {
        Self { signed, checked: clock::now() }
    }

    /// Whether the session stands, looked up once a minute; an open stream keeps it from falling idle.
    pub(super) async fn holds(&mut self, app: &App) -> Result<bool, StoreError> {
        let now = clock::now();
        if now.duration_since(self.checked).as_secs() < 60 {
            return Ok(true);
        }
        self.checked = now;
        let account = app.store().session(&self.signed.token, now).await?;
        let same = account.is_some_and(|account| {
            account.roles == self.signed.account.roles && account.agent == self.signed.account.agent
        });
        Ok(same && app.last_use.touch(self.signed.token, now))
    }
}

/// Which calls are the viewer's own at each position of the log: a call is whose who answered it or took it over last.
struct OwnCalls {
    me: Option<AgentId>,
    /// The head when the stream was opened: calls that began later are known from their first event on.
    head: Position,
    /// Calls that were open and mine at about that time.
    maybe: HashSet<CallId>,
    holders: HashMap<CallId, Option<AgentId>>,
}

impl OwnCalls {
    async fn open(
        app: &App,
        site: &SiteId,
        me: Option<&AgentId>,
        head: Position,
    ) -> Result<Self, StoreError> {
        let mut maybe = HashSet::new();
        if let Some(me) = me {
            let filter = CallFilter { agent: Some(me.clone()), open: true, ..CallFilter::default() };
            maybe = app.store().calls(site, &filter).await?.into_iter().map(|row| row.call).collect();
        }
        Ok(Self { me: me.cloned(), head, maybe, holders: HashMap::new() })
    }

    /// Whether an event is about a call that was the viewer's when it happened.
    async fn owns(&mut self, app: &App, site: &SiteId, event: &Event) -> Result<bool, StoreError> {
        let (Some(me), Some(call)) = (&self.me, event.body.call()) else { return Ok(false) };
        let unknown = !self.holders.contains_key(call);
        if unknown && (event.position <= self.head || self.maybe.contains(call)) {
            let history = app.store().read_call(site, call).await?;
            let before = history.iter().take_while(|earlier| earlier.position < event.position);
            let holder = before.fold(None, |holder, earlier| holder_after(&earlier.body, holder));
            self.holders.insert(call.clone(), holder);
        }
        let holder = self.holders.remove(call).flatten();
        let mine = holder.as_ref() == Some(me);
        let next = holder_after(&event.body, holder);
        let mine = mine || next.as_ref() == Some(me);
        // A stream lies open all day; other people's new calls need not be remembered.
        if next.as_ref() == Some(me) || event.position <= self.head {
            self.holders.insert(call.clone(), next);
        }
        Ok(mine)
    }
}

/// Who holds a call after an event. Its end ends nothing here: what is sensed of its last seconds comes after it.
pub(super) fn holder_after(body: &Body, holder: Option<AgentId>) -> Option<AgentId> {
    match body {
        Body::CallAnswered { agent, .. } => Some(agent.clone()),
        Body::CallTransferred { to, .. } => to.clone(),
        _ => holder,
    }
}
