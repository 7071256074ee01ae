//! A call's way from the phone platform's socket to facts in the log.
//!
//! One task per connection: the protocol's state machine (`media`) says what a message means, the ear (`floor`) hears it
//! under the site's permits, and facts are committed before anything else is done with them. While the log fails, facts are
//! held and the call goes on.

mod admission;
mod call;
mod lag;
mod wire;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use calmline_media::{CloseReason, DisconnectReason, Output};

pub use self::admission::routes;
use self::{call::Call, wire::Wire};
use super::{Live, desk::Desk};
use crate::clock;

/// Silence on the socket does not keep a lapsed permit alive for longer than this.
const TICK: Duration = Duration::from_millis(500);
/// How long a message may take to send.
const SEND: Duration = Duration::from_secs(10);

/// One connection.
struct Connection<W> {
    socket: WebSocket,
    wire: W,
    call: Call,
}

/// Drives a connection until it ends, and its facts to the log.
async fn drive<W: Wire>(live: Arc<Live>, desk: Arc<Desk>, socket: WebSocket, wire: W) {
    metrics::gauge!("calmline_audio_connections", "protocol" => W::PROTOCOL).increment(1.0);
    let call = Call::new(Arc::clone(&live), Arc::clone(&desk), W::PROTOCOL);
    let mut connection = Connection { socket, wire, call };
    connection.run(&live, &desk).await;
    metrics::gauge!("calmline_audio_connections", "protocol" => W::PROTOCOL).decrement(1.0);
    connection.call.settle().await;
}

impl<W: Wire> Connection<W> {
    async fn run(&mut self, live: &Live, desk: &Desk) {
        let mut changes = desk.changes();
        let mut stopping = false;
        let mut ended = false;
        while !ended {
            tokio::select! {
                message = self.socket.recv() => self.receive(message),
                change = changes.recv() => self.call.change(&change),
                () = tokio::time::sleep(TICK) => self.tick(),
                () = live.stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.wire.disconnect(DisconnectReason::Completed, clock::now());
                }
            }
            let arrived = Instant::now();
            ended = self.outputs().await;
            self.call.commit(arrived).await;
        }
    }

    fn receive(&mut self, message: Option<Result<Message, axum::Error>>) {
        let now = clock::now();
        match message {
            Some(Ok(Message::Text(text))) => self.wire.text(&text, now),
            Some(Ok(Message::Binary(bytes))) => self.wire.binary(&bytes, now),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => self.wire.lost(),
        }
    }

    /// Time passes, for the protocol and for the call.
    fn tick(&mut self) {
        let now = clock::now();
        if self.wire.next_wake().is_some_and(|wake| wake <= now) {
            self.wire.tick(now);
        }
        self.call.tick();
    }

    /// Does what the protocol wants; true once the connection is over.
    async fn outputs(&mut self) -> bool {
        while let Some(output) = self.wire.poll() {
            match output {
                Output::Send(text) => {
                    let sent = self.socket.send(Message::Text(text.into()));
                    // A peer that no longer reads is as good as gone.
                    if !matches!(tokio::time::timeout(SEND, sent).await, Ok(Ok(()))) {
                        self.wire.lost();
                    }
                }
                Output::Audio(audio) => self.call.audio(&audio),
                Output::Event(event) => self.call.event(event),
                Output::Close { code, reason } => {
                    let frame = CloseFrame { code, reason: reason.into() };
                    // The peer may be gone already; then there is nobody to tell.
                    drop(tokio::time::timeout(SEND, self.socket.send(Message::Close(Some(frame)))).await);
                    self.call.end(CloseReason::Ended);
                    return true;
                }
            }
        }
        self.wire.over()
    }
}
