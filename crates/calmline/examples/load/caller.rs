//! One call as the phone platform brings it: AudioHook over a WebSocket, in real time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use calmline_core::CallId;
use calmline_media::{
    RATE,
    audiohook::{Client, ClientConfig, ClientEvent, ClientOutput, auth},
};
use calmline_server::clock;
use calmline_sim::load::Load;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    time::{sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::site::{AudioKey, uuid};

/// Genesys Cloud sends a fifth of a second at a time.
pub const EVERY: Duration = Duration::from_millis(200);
/// Samples of each side in a message.
pub const FRAME: usize = RATE as usize / 5;
const TARGET: &str = "/v1/audiohook/ws";
/// How long the server may take to open or to close a call.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a call is to do.
pub struct Caller {
    /// `host:port` of the server.
    pub authority: String,
    pub key: Arc<AudioKey>,
    pub load: Arc<Load>,
    /// Which call of the load.
    pub index: usize,
    pub call: CallId,
    /// When it begins.
    pub begin: Instant,
    /// How many messages of sound it sends.
    pub messages: u64,
}

/// A call's connection.
struct Line {
    client: Client,
    socket: WebSocketStream<TcpStream>,
    over: bool,
}

impl Caller {
    /// Makes the call; how late each message was handed to the system.
    pub async fn run(self) -> Result<Vec<Duration>> {
        sleep_until(self.begin.into()).await;
        let mut line = timeout(PATIENCE, self.open()).await.context("opening took too long")??;
        let mut late = Vec::with_capacity(self.messages as usize);
        let begun = Instant::now();
        for message in 0..self.messages {
            // u32 suffices for 27 years of messages.
            let due = begun + EVERY * message as u32;
            line.listen_until(due).await?;
            let sound = self.load.frame(self.index, message * FRAME as u64, FRAME).context("no such call")?;
            line.client.tick(clock::now());
            line.client.audio(sound.customer, sound.agent);
            line.flush().await?;
            late.push(due.elapsed());
        }
        let (sent, wanted) = (line.client.frames(), self.messages * FRAME as u64);
        if sent != wanted {
            bail!("the server took only {sent} of {wanted} samples");
        }
        line.client.close("end", clock::now());
        timeout(PATIENCE, line.close()).await.context("closing took too long")??;
        Ok(late)
    }

    async fn open(&self) -> Result<Line> {
        let session = uuid(&format!("session {}", self.call));
        let socket = self.connect(&session).await?;
        let mut line = Line {
            client: Client::new(ClientConfig::new(&session, self.call.as_str())),
            socket,
            over: false,
        };
        line.client.open(clock::now());
        line.flush().await?;
        while !line.client.is_open() {
            line.listen().await?;
        }
        Ok(line)
    }

    async fn connect(&self, session: &str) -> Result<WebSocketStream<TcpStream>> {
        let correlation = uuid(&format!("correlation {session}"));
        let fields = [
            ("audiohook-organization-id", "c0ffee00-0000-4000-8000-000000000000"),
            ("audiohook-session-id", session),
            ("audiohook-correlation-id", correlation.as_str()),
            ("x-api-key", self.key.api_key.as_str()),
        ];
        let request = auth::Request { target: TARGET, authority: &self.authority, headers: &fields };
        let nonce = uuid(&format!("nonce {session}"));
        let signed = auth::sign(&request, &self.key.client_secret, &nonce, clock::now())?;
        let mut upgrade = format!("ws://{}{TARGET}", self.authority).into_client_request()?;
        let headers = upgrade.headers_mut();
        for (name, value) in fields {
            headers.insert(name, value.parse()?);
        }
        headers.insert("signature-input", signed.input.parse()?);
        headers.insert("signature", signed.signature.parse()?);
        let stream = TcpStream::connect(&self.authority).await.context("connecting")?;
        stream.set_nodelay(true)?;
        let (socket, _) = client_async(upgrade, stream).await.context("opening the socket")?;
        Ok(socket)
    }
}

impl Line {
    /// Hears what the server says until it is time to send.
    async fn listen_until(&mut self, due: Instant) -> Result<()> {
        let due = sleep_until(due.into());
        tokio::pin!(due);
        loop {
            tokio::select! {
                () = &mut due => return Ok(()),
                heard = self.socket.next() => self.hear(heard)?,
            }
            self.flush().await?;
            if self.over {
                bail!("the server ended the call");
            }
        }
    }

    async fn listen(&mut self) -> Result<()> {
        let heard = self.socket.next().await;
        self.hear(heard)?;
        self.flush().await
    }

    async fn close(&mut self) -> Result<()> {
        self.flush().await?;
        while !self.over {
            self.listen().await?;
        }
        Ok(self.socket.close(None).await?)
    }

    fn hear(&mut self, heard: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>) -> Result<()> {
        match heard {
            Some(Ok(Message::Text(text))) => self.client.text(&text, clock::now()),
            Some(Ok(Message::Close(_))) | None => bail!("the server closed the socket"),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
        }
        Ok(())
    }

    /// Sends what the client wants sent.
    async fn flush(&mut self) -> Result<()> {
        while let Some(output) = self.client.poll() {
            match output {
                ClientOutput::Text(text) => self.socket.send(Message::text(text)).await?,
                ClientOutput::Binary(bytes) => self.socket.send(Message::binary(bytes)).await?,
                ClientOutput::Event(ClientEvent::Failed { what }) => {
                    bail!("the server broke AudioHook: {what}")
                }
                ClientOutput::Event(_) => {}
                ClientOutput::Close => self.over = true,
            }
        }
        Ok(())
    }
}
