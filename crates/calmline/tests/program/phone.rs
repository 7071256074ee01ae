//! The phone platform: AudioHook calls over a WebSocket, at whatever pace.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use calmline_core::{EventId, Timestamp};
use calmline_media::{
    RATE,
    audiohook::{Client, ClientConfig, ClientEvent, ClientOutput, auth},
};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

use crate::recordings::Sides;

const TARGET: &str = "/v1/audiohook/ws";
/// Genesys Cloud sends a fifth of a second at a time.
pub const FRAME: usize = RATE as usize / 5;
/// As fast as it is spoken.
pub const REAL_TIME: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(15);

/// Where to call, and with which key.
#[derive(Debug, Clone)]
pub struct Platform {
    pub authority: String,
    pub api_key: String,
    pub client_secret: Vec<u8>,
}

/// A UUID (version 8, RFC 9562) that was never used.
pub fn uuid() -> String {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let number = DRAWN.fetch_add(1, Ordering::Relaxed).to_string();
    let process = std::process::id().to_string();
    let hex = EventId::derive(&["test", &process, &Timestamp::now().to_string(), &number]).to_string();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

impl Platform {
    /// Opens a socket; a refusal is its HTTP status.
    async fn connect(&self, session: &str) -> anyhow::Result<Result<WebSocketStream<TcpStream>, u16>> {
        let (organization, correlation) = ("c0ffee00-0000-4000-8000-000000000000", uuid());
        let fields = [
            ("audiohook-organization-id", organization),
            ("audiohook-session-id", session),
            ("audiohook-correlation-id", correlation.as_str()),
            ("x-api-key", self.api_key.as_str()),
        ];
        let request = auth::Request { target: TARGET, authority: &self.authority, headers: &fields };
        let signed = auth::sign(&request, &self.client_secret, &uuid(), Timestamp::now())?;
        let mut upgrade = format!("ws://{}{TARGET}", self.authority).into_client_request()?;
        for (name, value) in fields {
            upgrade.headers_mut().insert(name, value.parse()?);
        }
        upgrade.headers_mut().insert("signature-input", signed.input.parse()?);
        upgrade.headers_mut().insert("signature", signed.signature.parse()?);
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        match client_async(upgrade, stream).await {
            Ok((socket, _)) => Ok(Ok(socket)),
            Err(tungstenite::Error::Http(answer)) => Ok(Err(answer.status().as_u16())),
            Err(error) => Err(error.into()),
        }
    }

    /// The HTTP status with which a call is refused.
    pub async fn refused(&self) -> anyhow::Result<u16> {
        match self.connect(&uuid()).await? {
            Ok(_) => bail!("the call was let in"),
            Err(status) => Ok(status),
        }
    }

    /// Opens a call.
    pub async fn call(&self, conversation: &str) -> anyhow::Result<Line> {
        self.call_with(ClientConfig::new(&uuid(), conversation)).await
    }

    /// The same, opened otherwise.
    pub async fn call_with(&self, config: ClientConfig) -> anyhow::Result<Line> {
        let session = config.session_id.clone();
        let socket = self.connect(&session).await?;
        let socket = socket.map_err(|status| anyhow::anyhow!("refused with {status}"))?;
        let mut line = Line { socket, client: Client::new(config), session, told: Vec::new(), over: false };
        line.client.open(Timestamp::now());
        line.until(|line| line.client.is_open()).await.context("opening")?;
        Ok(line)
    }
}

/// A call's connection.
pub struct Line {
    socket: WebSocketStream<TcpStream>,
    pub client: Client,
    pub session: String,
    /// What the server told.
    pub told: Vec<ClientEvent>,
    over: bool,
}

impl Line {
    async fn flush(&mut self) -> anyhow::Result<()> {
        while let Some(output) = self.client.poll() {
            match output {
                ClientOutput::Text(text) => self.socket.send(Message::text(text)).await?,
                ClientOutput::Binary(bytes) => self.socket.send(Message::binary(bytes)).await?,
                ClientOutput::Event(ClientEvent::Failed { what }) => {
                    bail!("the server broke AudioHook: {what}")
                }
                ClientOutput::Event(event) => self.told.push(event),
                ClientOutput::Close => self.over = true,
            }
        }
        Ok(())
    }

    /// Listens until this moment; true while the connection lives.
    async fn listen(&mut self, until: Instant) -> anyhow::Result<bool> {
        self.flush().await?;
        while !self.over {
            match timeout_at(until, self.socket.next()).await {
                Err(_) => break,
                Ok(Some(Ok(Message::Text(text)))) => self.client.text(&text, Timestamp::now()),
                Ok(Some(Ok(Message::Close(_))) | None) => self.over = true,
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(error))) => return Err(error.into()),
            }
            self.flush().await?;
        }
        self.client.tick(Timestamp::now());
        self.flush().await?;
        Ok(!self.over)
    }

    /// Listens until something holds.
    pub async fn until(&mut self, holds: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let begun = Instant::now();
        self.flush().await?;
        while !holds(self) {
            ensure!(begun.elapsed() < PATIENCE, "it did not come to pass; told {:?}", self.told);
            ensure!(
                self.listen(Instant::now() + Duration::from_millis(5)).await?,
                "closed; told {:?}",
                self.told
            );
        }
        Ok(())
    }

    /// Plays both sides, one message after another at this pace.
    pub async fn play(&mut self, sides: &Sides, pace: Duration) -> anyhow::Result<()> {
        let mut next = Instant::now();
        for (customer, agent) in sides.customer.chunks(FRAME).zip(sides.agent.chunks(FRAME)) {
            self.client.audio(customer, agent);
            next += pace;
            ensure!(self.listen(next).await?, "the server ended the call; told {:?}", self.told);
        }
        Ok(())
    }

    /// Sends a text message that the client's side knows nothing of.
    pub async fn send_raw(&mut self, text: String) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// Ends the session, waits for the answer, and closes the socket.
    pub async fn hang_up(mut self, reason: &str) -> anyhow::Result<Vec<ClientEvent>> {
        self.client.close(reason, Timestamp::now());
        let begun = Instant::now();
        while self.listen(Instant::now() + Duration::from_millis(20)).await? {
            ensure!(begun.elapsed() < PATIENCE, "close was not answered");
        }
        ensure!(self.told.contains(&ClientEvent::Closed), "it ended without closed: {:?}", self.told);
        drop(self.socket.close(None).await);
        Ok(self.told)
    }

    /// Listens until the server has ended the connection.
    pub async fn until_over(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.listen(Instant::now() + Duration::from_millis(20)).await? {
            ensure!(begun.elapsed() < PATIENCE, "the server did not end the connection");
        }
        Ok(())
    }

    /// The network is gone.
    pub fn cut(self) {
        drop(self);
    }
}
