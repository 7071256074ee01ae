//! A small phone platform on this machine: it shows breaks when it is told to by signed requests, says what it shows when it is
//! asked, and tells of it in its work events a moment later, as real ones do. Besides, it opens doors: links that sign somebody
//! in once, for those who look on.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::event::Presence;
use calmline_engines::presence;
use calmline_media::presence::{PresencePort, webhook};
use calmline_server::token;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::super::http::Person;

/// The one reason that the platform has for breaks of Calmline.
const REASON: &str = "break";

/// What the platform was told to show of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By the platform's name.
    pub agent: String,
    /// What.
    pub presence: Presence,
}

/// The platform.
pub struct Switchboard {
    /// Where it listens.
    pub address: SocketAddr,
    board: Arc<Board>,
    secret: String,
    _serving: DropGuard,
}

struct Board {
    secret: Vec<u8>,
    floor: Mutex<Floor>,
    doors: Mutex<HashMap<String, Door>>,
}

/// The agents whose presence the platform shows, and who hears of changes.
#[derive(Default)]
struct Floor {
    shown: HashMap<String, Presence>,
    orders: Option<mpsc::UnboundedSender<Order>>,
}

struct Door {
    url: String,
    login: String,
    password: String,
    page: &'static str,
}

impl Switchboard {
    /// Begins to listen on a free port of this machine.
    pub async fn start() -> anyhow::Result<Self> {
        let secret = token::random::<32>()?;
        let board =
            Arc::new(Board { secret: secret.to_vec(), floor: Mutex::default(), doors: Mutex::default() });
        let app = Router::new()
            .route("/presence", get(read).post(set))
            .route("/door/{code}", get(door))
            .with_state(Arc::clone(&board));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (address, stop) = (listener.local_addr()?, CancellationToken::new());
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
        let secret = format!("whsec_{}", STANDARD.encode(secret));
        Ok(Self { address, board, secret, _serving: stop.drop_guard() })
    }

    /// The product's way to this platform, over its socket.
    pub fn port(&self) -> anyhow::Result<Arc<dyn PresencePort>> {
        let url = format!("http://{}/presence", self.address);
        let platform = presence::Platform::Webhook { url, secret_file: None, reason: REASON.into() };
        platform
            .open(Some(self.secret.clone()), presence::PATIENCE)
            .context("opening the way to the platform")
    }

    /// Shows these agents from now on, ready for calls, and no others; what it is told about them is passed on.
    pub fn seat(&self, agents: impl IntoIterator<Item = String>) -> mpsc::UnboundedReceiver<Order> {
        let (sender, orders) = mpsc::unbounded_channel();
        let shown = agents.into_iter().map(|agent| (agent, Presence::Available)).collect();
        *held(&self.board.floor) = Floor { shown, orders: Some(sender) };
        orders
    }

    /// What the platform shows of an agent.
    pub fn shows(&self, agent: &str) -> Option<Presence> {
        held(&self.board.floor).shown.get(agent).copied()
    }

    /// A link that opens a page of the product once, signed in.
    pub fn door(
        &self,
        url: &str,
        login: String,
        password: &str,
        page: &'static str,
    ) -> anyhow::Result<String> {
        let code = token::draw()?;
        let link = format!("http://{}/door/{code}", self.address);
        let door = Door { url: url.into(), login, password: password.into(), page };
        held(&self.board.doors).insert(code, door);
        Ok(link)
    }

    /// Whether nobody has opened a link yet.
    pub fn waits(&self, link: &str) -> bool {
        link.rsplit('/').next().is_some_and(|code| held(&self.board.doors).contains_key(code))
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a request is signed as the Standard Webhooks specification 1.0 says.
fn is_signed(headers: &HeaderMap, signed: &[u8], secret: &[u8]) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let seconds = text("webhook-timestamp").parse().unwrap_or_default();
    webhook::signature(text("webhook-id"), seconds, signed, secret) == text("webhook-signature")
}

#[derive(Deserialize)]
struct Told {
    data: ToldOf,
}

#[derive(Deserialize)]
struct ToldOf {
    agent: String,
    state: Presence,
}

async fn set(State(board): State<Arc<Board>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !is_signed(&headers, &body, &board.secret) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(Told { data: ToldOf { agent, state } }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let mut floor = held(&board.floor);
    let Some(shown) = floor.shown.get_mut(&agent) else { return StatusCode::NO_CONTENT };
    *shown = state;
    if let Some(orders) = &floor.orders {
        // Nobody hears of it any more once the story is over.
        drop(orders.send(Order { agent, presence: state }));
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Asked {
    agent: String,
}

/// Of agents whom the story does not act, work events alone tell: 405 says that they cannot be asked about.
async fn read(
    State(board): State<Arc<Board>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    Query(Asked { agent }): Query<Asked>,
) -> Result<axum::Json<Value>, StatusCode> {
    if !is_signed(&headers, query.unwrap_or_default().as_bytes(), &board.secret) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let shown = held(&board.floor).shown.get(&agent).copied().ok_or(StatusCode::METHOD_NOT_ALLOWED)?;
    let reason = (shown == Presence::OnBreak).then_some(REASON);
    Ok(axum::Json(json!({ "state": shown.as_str(), "reason": reason })))
}

async fn door(State(board): State<Arc<Board>>, Path(code): Path<String>) -> Response {
    let door = held(&board.doors).remove(&code);
    let Some(Door { url, login, password, page }) = door else {
        let told = "<p>This link was used already. 此链接已使用过。</p>";
        return (StatusCode::GONE, Html(told)).into_response();
    };
    // Cookies know no ports: what is set here is the session at the product's own address.
    let entered = Person::sign_in(&url, &login, &password).await;
    let cookie = entered.ok().and_then(|person| HeaderValue::try_from(person.cookie).ok());
    let to = HeaderValue::try_from(format!("{url}{page}")).ok();
    let (Some(cookie), Some(to)) = (cookie, to) else { return StatusCode::BAD_GATEWAY.into_response() };
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, to)]).into_response()
}
