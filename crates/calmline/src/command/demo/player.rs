//! Plays one call to the product as the phone platform would: AudioHook over a WebSocket, in real time.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use calmline_media::{
    RATE,
    audiohook::{Client, ClientConfig, ClientEvent, ClientOutput, auth},
};
use calmline_sim::mix::Tracks;
use futures_util::{SinkExt, StreamExt};
use tokio::{net::TcpStream, time::MissedTickBehavior};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};
use tokio_util::sync::CancellationToken;

use calmline_server::clock;

const TARGET: &str = "/v1/audiohook/ws";
/// Genesys Cloud sends a fifth of a second at a time.
const FRAME: usize = RATE as usize / 5;

/// Where to play, and with which key.
#[derive(Debug, Clone)]
pub struct Platform {
    /// `host:port` of the product.
    pub authority: String,
    /// The key.
    pub api_key: String,
    /// What requests are signed with.
    pub client_secret: Vec<u8>,
}

/// A call to play.
pub struct Playing {
    /// Its conversation id, a UUID.
    pub conversation: String,
    /// What is heard.
    pub tracks: Tracks,
    /// BCP 47 tag of the language spoken.
    pub language: &'static str,
}

type Socket = WebSocketStream<TcpStream>;

/// Plays a call until its sound is over or it is told to hang up.
pub async fn play(platform: &Platform, call: Playing, hung_up: CancellationToken) -> Result<()> {
    let session = uuid(&format!("session {}", call.conversation));
    let mut socket = connect(platform, &session).await?;
    let mut config = ClientConfig::new(&session, &call.conversation);
    config.language = Some(call.language.into());
    let mut client = Client::new(config);
    client.open(clock::now());
    let mut clock_tick = tokio::time::interval(Duration::from_millis(200));
    clock_tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut at = 0;
    let mut ending = false;
    loop {
        if send(&mut client, &mut socket).await? {
            socket.close(None).await.ok();
            return Ok(());
        }
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => client.text(&text, clock::now()),
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            },
            _ = clock_tick.tick() => {
                client.tick(clock::now());
                if client.is_open() && !ending {
                    let end = (at + FRAME).min(call.tracks.customer.len());
                    client.audio(&call.tracks.customer[at..end], &call.tracks.agent[at..end]);
                    at = end;
                    if at == call.tracks.customer.len() {
                        ending = true;
                        client.close("end", clock::now());
                    }
                }
            }
            () = hung_up.cancelled(), if !ending => {
                ending = true;
                client.close("end", clock::now());
            }
        }
    }
}

/// Sends what the client wants sent; true once it is over.
async fn send(client: &mut Client, socket: &mut Socket) -> Result<bool> {
    while let Some(output) = client.poll() {
        match output {
            ClientOutput::Text(text) => socket.send(Message::text(text)).await?,
            ClientOutput::Binary(bytes) => socket.send(Message::binary(bytes)).await?,
            ClientOutput::Event(ClientEvent::Failed { what }) => {
                return Err(anyhow!("the server broke AudioHook: {what}"));
            }
            ClientOutput::Event(_) => {}
            ClientOutput::Close => return Ok(true),
        }
    }
    Ok(false)
}

async fn connect(platform: &Platform, session: &str) -> Result<Socket> {
    let organization = "c0ffee00-0000-4000-8000-000000000000";
    let correlation = uuid(&format!("correlation {session}"));
    let fields = [
        ("audiohook-organization-id", organization),
        ("audiohook-session-id", session),
        ("audiohook-correlation-id", correlation.as_str()),
        ("x-api-key", platform.api_key.as_str()),
    ];
    let request = auth::Request { target: TARGET, authority: &platform.authority, headers: &fields };
    let nonce = uuid(&format!("nonce {session} {}", clock::now()));
    let signed = auth::sign(&request, &platform.client_secret, &nonce, clock::now())?;
    let mut upgrade = format!("ws://{}{TARGET}", platform.authority).into_client_request()?;
    let headers = upgrade.headers_mut();
    for (name, value) in fields {
        headers.insert(name, value.parse()?);
    }
    headers.insert("signature-input", signed.input.parse()?);
    headers.insert("signature", signed.signature.parse()?);
    let stream = TcpStream::connect(&platform.authority).await.context("connecting to the demo's server")?;
    stream.set_nodelay(true)?;
    let (socket, _) = client_async(upgrade, stream).await.context("opening the AudioHook socket")?;
    Ok(socket)
}

/// A UUID (version 8: made by our own rule, RFC 9562) for a name.
pub fn uuid(name: &str) -> String {
    let hex = calmline_core::EventId::derive(&[name]).to_string();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
