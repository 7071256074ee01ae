//! A call's way from the phone platform's socket to facts in the log.
//!
//! One task per connection: the protocol's state machine (`media`) says what a message means, the ear (`floor`) hears it
//! under the site's permits, and facts are committed before anything else is done with them.

mod admission;
mod wire;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use calmline_core::{Body, CallId, Draft, Party};
use calmline_floor::{Ear, Hears};
use calmline_media::{CloseReason, DisconnectReason, Output, SessionEvent};
use calmline_store::StoreError;
use tokio::sync::broadcast::error::RecvError;

pub use self::admission::routes;
use self::wire::Wire;
use super::{
    Live,
    desk::{Change, Desk},
};
use crate::clock;

/// Silence on the socket does not keep a lapsed permit alive for longer than this.
const TICK: Duration = Duration::from_millis(500);
/// How long a message may take to send.
const SEND: Duration = Duration::from_secs(10);
/// How long a call waits for the connection that the platform announced.
const RECONNECT: Duration = Duration::from_secs(15);

/// One connection.
struct Connection<W> {
    live: Arc<Live>,
    desk: Arc<Desk>,
    socket: WebSocket,
    wire: W,
    ear: Option<Ear>,
    out: Vec<Hears>,
}

/// Why a connection's loop ends.
enum End {
    Closed,
    Failed(StoreError),
}

/// Drives a connection until it ends.
async fn drive<W: Wire>(live: Arc<Live>, desk: Arc<Desk>, socket: WebSocket, wire: W) {
    metrics::gauge!("calmline_audio_connections", "protocol" => W::PROTOCOL).increment(1.0);
    let mut connection = Connection { live, desk, socket, wire, ear: None, out: Vec::new() };
    if let End::Failed(error) = connection.run().await {
        tracing::error!(%error, protocol = W::PROTOCOL, "a call's facts could not be stored");
    }
    metrics::gauge!("calmline_audio_connections", "protocol" => W::PROTOCOL).decrement(1.0);
}

impl<W: Wire> Connection<W> {
    async fn run(&mut self) -> End {
        let live = Arc::clone(&self.live);
        let mut changes = self.desk.changes();
        let mut stopping = false;
        loop {
            tokio::select! {
                message = self.socket.recv() => self.receive(message),
                change = changes.recv() => self.change(&change),
                () = tokio::time::sleep(TICK) => self.tick(),
                () = live.stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.wire.disconnect(DisconnectReason::Completed, clock::now());
                }
            }
            let arrived = Instant::now();
            let ended = self.outputs().await;
            if let Err(error) = self.commit(arrived).await {
                self.wire.disconnect(DisconnectReason::Error, clock::now());
                self.outputs().await;
                return End::Failed(error);
            }
            if ended {
                return End::Closed;
            }
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

    /// Time passes for the protocol; and for the permits, since a withdrawal must stop sensors even in silence.
    fn tick(&mut self) {
        let now = clock::now();
        if self.wire.next_wake().is_some_and(|wake| wake <= now) {
            self.wire.tick(now);
        }
        let Some(ear) = &mut self.ear else { return };
        for channel in 0..ear.parties().count() {
            ear.audio(channel, &[], now, &mut self.out);
        }
        // A permit that has expired is asked for anew; one that was withdrawn is refused.
        self.desk.with(|decider| ear.ask(decider.policy(), now, &mut self.out));
    }

    fn change(&mut self, change: &Result<Change, RecvError>) {
        let Some(ear) = &self.ear else { return };
        match change {
            Ok(Change::Bound(call)) if call != ear.call() => {}
            Err(RecvError::Closed) => {}
            // Having missed some changes is as if all had changed.
            Ok(Change::Bound(_) | Change::Policy) | Err(RecvError::Lagged(_)) => self.ask_anew(),
        }
    }

    /// Brings the ear to what is known of the call's agent and of the policy now.
    fn ask_anew(&mut self) {
        let Some(ear) = &mut self.ear else { return };
        let (now, out) = (clock::now(), &mut self.out);
        let agent = self.desk.agent_of(ear.call());
        self.desk.with(|decider| {
            ear.bind(decider.policy(), agent.as_ref(), now, out);
            ear.ask(decider.policy(), now, out);
        });
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
                Output::Audio(audio) => {
                    let now = clock::now();
                    for (offset, (party, samples)) in audio.channels.iter().enumerate() {
                        metrics::counter!(
                            "calmline_audio_frames_total", "protocol" => W::PROTOCOL, "party" => party.as_str()
                        )
                        .increment(samples.len() as u64);
                        if let Some(ear) = &mut self.ear {
                            ear.audio(audio.channel + offset, samples, now, &mut self.out);
                        }
                    }
                }
                Output::Event(event) => self.event(event),
                Output::Close { code, reason } => {
                    let frame = CloseFrame { code, reason: reason.into() };
                    // The peer may be gone already; then there is nobody to tell.
                    drop(tokio::time::timeout(SEND, self.socket.send(Message::Close(Some(frame)))).await);
                    self.end(CloseReason::Ended);
                    return true;
                }
            }
        }
        self.wire.over()
    }

    fn event(&mut self, event: SessionEvent) {
        match event {
            SessionEvent::Opened { conversation_id, channels, probe, language, .. } => {
                if !probe {
                    self.open(conversation_id, &channels);
                    self.expect(language.as_deref());
                }
            }
            SessionEvent::Updated { language } => self.expect(Some(&language)),
            SessionEvent::Gap { frames, channel, .. } => {
                for channel in channel.map_or(0..self.channels(), |channel| channel..channel + 1) {
                    self.gap(channel, frames, true);
                }
            }
            SessionEvent::Discarded { frames, .. } => {
                for channel in 0..self.channels() {
                    self.gap(channel, frames, false);
                }
            }
            SessionEvent::Closed { reason } => self.end(reason),
            SessionEvent::PeerError { code, .. } => {
                tracing::warn!(code, protocol = W::PROTOCOL, "the phone platform reports an error");
            }
            SessionEvent::Oddity { what } => {
                tracing::debug!(what, protocol = W::PROTOCOL, "the phone platform is odd");
            }
            SessionEvent::Paused | SessionEvent::Resumed | SessionEvent::KeyPressed => {}
        }
    }

    /// A BCP 47 tag begins with its language.
    fn expect(&mut self, tag: Option<&str>) {
        if let Some(ear) = &mut self.ear {
            ear.expect_language(tag.and_then(|tag| tag.split('-').next()));
        }
    }

    fn channels(&self) -> usize {
        self.ear.as_ref().map_or(0, |ear| ear.parties().count())
    }

    /// Opens the call's ear, or takes up the one that waits for this connection.
    fn open(&mut self, call: CallId, channels: &[Party]) {
        let now = clock::now();
        if let Some(ear) = self.desk.unpark(&call) {
            if ear.parties().eq(channels.iter().copied()) {
                // Agent, consents and notices may have changed while nobody listened.
                self.ear = Some(ear);
                self.ask_anew();
                return;
            }
            ear.close(now, &mut self.out);
        }
        let (live, out) = (&self.live, &mut self.out);
        let words = (W::PROTOCOL, live.has_words());
        self.ear = Some(self.desk.with(|decider| {
            let model = Arc::clone(&live.model);
            Ear::open(decider.policy(), call, channels, words, model, now, out)
        }));
        self.ask_anew();
    }

    /// Samples that do not come. What the platform left out on purpose is not lost.
    fn gap(&mut self, channel: usize, samples: u64, lost: bool) {
        let Some(ear) = &mut self.ear else { return };
        if let Some(party) = ear.parties().nth(channel).filter(|_| lost) {
            metrics::counter!(
                "calmline_audio_frames_lost_total", "protocol" => W::PROTOCOL, "party" => party.as_str()
            )
            .increment(samples);
        }
        ear.gap(channel, samples, clock::now(), &mut self.out);
    }

    fn end(&mut self, reason: CloseReason) {
        let Some(ear) = self.ear.take() else { return };
        if matches!(reason, CloseReason::Reconnecting | CloseReason::Lost) {
            wait_for_reconnect(Arc::clone(&self.live), Arc::clone(&self.desk), ear);
        } else {
            self.live.speech.forget(self.desk.site(), ear.call());
            ear.close(clock::now(), &mut self.out);
        }
    }

    async fn commit(&mut self, arrived: Instant) -> Result<(), StoreError> {
        if self.out.is_empty() {
            return Ok(());
        }
        let drafts = facts(&self.live, self.out.drain(..));
        for draft in drafts.iter().filter(|draft| matches!(draft.body, Body::Signal { .. })) {
            self.desk.arrived(draft.id, arrived);
        }
        self.live.append(drafts).await.map(|_| ())
    }
}

/// The facts among what was heard; utterances go to the speech queue, and what comes back at once are facts too.
fn facts(live: &Live, heard: impl Iterator<Item = Hears>) -> Vec<Draft> {
    heard
        .flat_map(|heard| match heard {
            Hears::Fact(draft) => vec![draft],
            Hears::Words(job) => live.speech.offer(job),
        })
        .collect()
}

/// Keeps a call's ear for the connection that the platform is about to make; if none comes, the call's audio is over.
fn wait_for_reconnect(live: Arc<Live>, desk: Arc<Desk>, ear: Ear) {
    let call = ear.call().clone();
    let ticket = desk.park(ear);
    live.hearing.clone().spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(RECONNECT) => {}
            () = live.stop.cancelled() => {}
        }
        let Some(ear) = desk.unpark_if(&call, ticket) else { return };
        live.speech.forget(desk.site(), &call);
        let mut out = Vec::new();
        ear.close(clock::now(), &mut out);
        let drafts = facts(&live, out.into_iter());
        if let Err(error) = live.append(drafts).await {
            tracing::error!(%error, "a call's facts could not be stored");
        }
    });
}
