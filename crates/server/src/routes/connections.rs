//! Whether the phone platforms are heard: for the first set-up and for whoever looks for what is wrong.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event as Sent, KeepAlive, Sse},
};
use calmline_core::{
    SiteId, Timestamp,
    catalog::Lang,
    role::{Action, Resource},
};
use calmline_store::{KeyKind, StoreError};
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::stream::{HEARTBEAT, Ticket};
use crate::{
    access::{Access, Route, route},
    error::ApiError,
    extract::{self, LangQuery, Query},
    heard::Contacts,
    session::Signed,
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Keys)]);
/// Between two messages of the stream at least.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list)), route(READ, routes!(follow))]
}

/// How it stands with one kind of platform.
#[derive(Serialize, ToSchema)]
pub struct ConnectionBody {
    #[schema(value_type = String, example = "audiohook")]
    kind: KeyKind,
    /// Keys that hold.
    keys: usize,
    /// When it last came with a key that fits, since the server started; a connection probe counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    heard: Option<Timestamp>,
    /// When somebody last came without one.
    #[schema(value_type = Option<String>, format = DateTime)]
    refused: Option<Timestamp>,
    /// `heard`, `refused` (later than it was heard), `waiting` or `no_key`.
    #[schema(example = "heard")]
    state: &'static str,
    /// The same in words, with what to do.
    text: String,
}

async fn connections(app: &App, site: &SiteId, lang: Lang) -> Result<Vec<ConnectionBody>, StoreError> {
    let keys = app.store().keys(site).await?;
    let body = |kind: KeyKind| {
        let keys = keys.iter().filter(|key| key.kind == kind && key.revoked.is_none()).count();
        let (heard, refused) = (app.heard.last(site, kind), app.heard.last_refused(kind));
        let state = match (keys, heard, refused) {
            (0, ..) => "no_key",
            (_, heard, Some(refused)) if heard.is_none_or(|heard| heard < refused) => "refused",
            (_, Some(_), _) => "heard",
            _ => "waiting",
        };
        let text = lang.say(&format!("connection.{state}")).to_owned();
        ConnectionBody { kind, keys, heard, refused, state, text }
    };
    Ok(KeyKind::ALL.map(body).into())
}

/// When each kind of platform was last heard of, and whether somebody was refused since.
#[utoipa::path(
    get, path = "/v1/connections", tag = "keys", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Vec<ConnectionBody>))
)]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Vec<ConnectionBody>>, ApiError> {
    let lang = extract::language(query, &signed);
    Ok(axum::Json(connections(&app, &signed.account.site, lang).await?))
}

/// The same as it changes: an event `connections` with the whole list, at once and with every change.
#[utoipa::path(
    get, path = "/v1/connections/stream", tag = "keys", security(("session" = [])), params(LangQuery),
    responses((status = 200, content_type = "text/event-stream", body = Vec<ConnectionBody>))
)]
async fn follow(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let reader = Reader {
        lang: extract::language(query, &signed),
        site: signed.account.site.clone(),
        news: app.heard.watch(),
        ticket: Ticket::new(signed),
        fresh: true,
        app,
    };
    let events = stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("heartbeat"))
}

struct Reader {
    app: App,
    site: SiteId,
    lang: Lang,
    news: watch::Receiver<Contacts>,
    ticket: Ticket,
    /// Nothing was sent yet.
    fresh: bool,
}

impl Reader {
    /// The next message; none when the stream ends.
    async fn next(&mut self) -> Option<Sent> {
        let stopping = self.app.stopping.clone();
        while !std::mem::take(&mut self.fresh) {
            let changed = tokio::select! {
                () = stopping.cancelled() => return None,
                changed = self.news.changed() => changed.is_ok(),
                () = tokio::time::sleep(Duration::from_secs(60)) => false,
            };
            if !self.ticket.holds(&self.app).await.ok()? {
                return None;
            }
            if changed {
                tokio::time::sleep(PAUSE).await;
                break;
            }
        }
        self.news.mark_unchanged();
        let list = connections(&self.app, &self.site, self.lang).await.ok()?;
        Sent::default().event("connections").json_data(&list).ok()
    }
}
