//! Who may open a socket: the keys of the phone platforms.

use std::sync::Arc;

use axum::{
    extract::{
        FromRequestParts, OriginalUri, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection,
    },
    http::{HeaderMap, StatusCode, request::Parts},
    response::Response,
};
use calmline_core::SiteId;
use calmline_media::{
    audiohook::{self, auth},
    twilio,
};
use calmline_store::{KeyKind, StoreError};
use utoipa_axum::routes;

use super::{Wire, drive};
use crate::{
    access::{Access, Route, route},
    clock,
    connection::Connection,
    error::{ApiError, ErrorBody},
    live::{Live, desk::Desk},
    state::App,
    token,
};

/// The routes of the phone platforms.
pub fn routes() -> Vec<Route> {
    vec![
        route(Access::Signed(KeyKind::Audiohook), routes!(audiohook)),
        route(Access::Signed(KeyKind::Twilio), routes!(twilio)),
    ]
}

/// What a connection reads at once: two messages of a fifth of a second of both sides. The library's own default is 128 KiB,
/// which it touches whole, for every call.
const READ: usize = 8 * 1024;

/// Why a connection is not let in: for our log, never for whoever knocks.
enum Refused {
    Because(String),
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refused {
    fn because(why: &(impl ToString + ?Sized)) -> Self {
        Self::Because(why.to_string())
    }

    /// A refusal says nothing about why: what is wrong stands in our log.
    fn answer(self, protocol: &'static str) -> ApiError {
        match self {
            Self::Because(why) => {
                metrics::counter!("calmline_audio_refused_total", "protocol" => protocol).increment(1);
                tracing::warn!(protocol, %why, "a connection was refused");
                ApiError::new(StatusCode::UNAUTHORIZED, "refused", "the connection is not let in")
                    .hint("the server's log says why")
            }
            Self::Store(error) => {
                tracing::error!(%error, "keys could not be read");
                ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "keys cannot be read now")
                    .retry_after(2)
            }
        }
    }
}

/// A request for a socket.
struct Knock {
    connection: Connection,
    target: String,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
}

impl FromRequestParts<App> for Knock {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let connection = parts.extensions.get::<Connection>().cloned().ok_or_else(ApiError::forbidden)?;
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let target = uri.path_and_query().map_or(uri.path(), |target| target.as_str()).to_owned();
        let headers = parts.headers.clone();
        let upgrade = WebSocketUpgrade::from_request_parts(parts, app).await;
        Ok(Self { connection, target, headers, upgrade })
    }
}

impl Knock {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        self.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
    }

    fn host(&self) -> &str {
        self.connection.host.as_deref().unwrap_or_default()
    }

    /// Opens the socket for one who is let in, and hears what comes.
    fn open<W: Wire + 'static>(
        self,
        live: &Arc<Live>,
        desk: Arc<Desk>,
        (wire, largest): (W, usize),
    ) -> Result<Response, ApiError> {
        let upgrade = self.upgrade.map_err(|rejection| {
            ApiError::new(rejection.status(), "no_websocket", rejection.body_text())
                .hint("open it as a WebSocket (RFC 6455)")
        })?;
        let (live, site) = (Arc::clone(live), desk.site().clone());
        let hear = move |socket| live.hearing.clone().track_future(drive(live, desk, socket, wire));
        let mut answer = upgrade.read_buffer_size(READ).max_message_size(largest).on_upgrade(hear);
        answer.extensions_mut().insert(site);
        Ok(answer)
    }
}

/// Opens the audio of a call from Genesys AudioHook (v2), a WebSocket. Authorised by `X-API-KEY` and the HTTP message
/// signature of the key's client secret. A wrong one is answered without a reason.
#[utoipa::path(
    get, path = "/v1/audiohook/ws", tag = "platforms", security(("key" = [])),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 426, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)
    )
)]
async fn audiohook(State(app): State<App>, knock: Knock) -> Result<Response, ApiError> {
    let live = &app.live;
    let desk = holder_of_key(live, &knock).await.map_err(|refused| refused.answer("audiohook"))?;
    let config = audiohook::Config {
        session_id: knock.header("audiohook-session-id").map(str::to_owned),
        organization_id: knock.header("audiohook-organization-id").map(str::to_owned),
        ..audiohook::Config::default()
    };
    let largest = config.max_audio.max(config.max_text);
    knock.open(live, desk, (audiohook::Session::new(config, clock::now()), largest))
}

/// Opens the audio of a call from Twilio Media Streams, a WebSocket. Authorised by `X-Twilio-Signature`. A wrong one is
/// answered without a reason.
#[utoipa::path(
    get, path = "/v1/twilio/ws", tag = "platforms",
    params(("X-Twilio-Signature" = String, Header, description = "Made with the auth token of the Twilio account.")),
    responses(
        (status = 101, description = "The socket is open."),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 426, body = ErrorBody),
        (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)
    )
)]
async fn twilio(State(app): State<App>, knock: Knock) -> Result<Response, ApiError> {
    let live = &app.live;
    let desk = signer(live, &knock).await.map_err(|refused| refused.answer("twilio"))?;
    let config = live.twilio.clone();
    let largest = config.max_text;
    knock.open(live, desk, (twilio::Session::new(config, clock::now()), largest))
}

/// The desk of the site whose AudioHook key a request shows and has signed with.
async fn holder_of_key(live: &Live, knock: &Knock) -> Result<Arc<Desk>, Refused> {
    let fields = knock.fields();
    let request = auth::Request { target: &knock.target, authority: knock.host(), headers: &fields };
    let api_key = request.api_key().map_err(|why| Refused::because(&why))?;
    let found = live.store().key_by_hash(&token::hash(&api_key)).await?;
    let key = found.filter(|key| key.kind == KeyKind::Audiohook && key.revoked.is_none());
    let secret = match &key {
        Some(key) => live.store().client_secret(&key.id).await?,
        None => None,
    };
    let credentials =
        key.as_ref().map(|_| auth::Credentials { api_key: &api_key, client_secret: secret.as_deref() });
    let checked = {
        let mut nonces = live.nonces.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        auth::authenticate(&request, credentials.as_ref(), clock::now(), &mut nonces)
    };
    checked.map_err(|why| Refused::because(&why))?;
    desk(live, key.map(|key| key.site))
}

/// The desk of the site with whose Twilio key a request is signed. Twilio names no key, so its signature is tried with each
/// that a site has for it; there are few.
async fn signer(live: &Live, knock: &Knock) -> Result<Arc<Desk>, Refused> {
    let scheme = if knock.connection.secure { "wss" } else { "ws" };
    let url = format!("{scheme}://{}{}", knock.host(), knock.target);
    let signature = knock.header("x-twilio-signature");
    let signature =
        signature.ok_or_else(|| Refused::because("the request has no X-Twilio-Signature header"))?;
    for site in live.store().sites().await? {
        let keys = live.store().keys(&site.id).await?;
        for key in keys.iter().filter(|key| key.kind == KeyKind::Twilio && key.revoked.is_none()) {
            let secret = live.store().client_secret(&key.id).await?;
            if secret.is_some_and(|secret| twilio::signature::verify(&secret, &url, &[], signature)) {
                return desk(live, Some(site.id));
            }
        }
    }
    Err(Refused::because("no key made this signature"))
}

fn desk(live: &Live, site: Option<SiteId>) -> Result<Arc<Desk>, Refused> {
    site.and_then(|site| live.desk(&site)).ok_or_else(|| Refused::because("the key's site is not open"))
}
