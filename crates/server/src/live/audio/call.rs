//! One call as a connection hears it: its ear, and the way of its facts to the log.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use calmline_core::{Body, CallId, Draft, Party};
use calmline_floor::{Ear, Hears};
use calmline_media::{Audio, CloseReason, SessionEvent};
use calmline_sense::RATE;
use tokio::sync::broadcast::error::RecvError;

use super::lag::{Lag, LeftOut};
use crate::{
    clock,
    live::{
        Live,
        desk::{Change, Desk},
        outbox::Outbox,
        voices,
    },
};

/// How long a call waits for the connection that the platform announced.
const RECONNECT: Duration = Duration::from_secs(15);

/// What a connection hears.
pub(super) struct Call {
    live: Arc<Live>,
    desk: Arc<Desk>,
    protocol: &'static str,
    ear: Option<Ear>,
    /// What was heard and is not on its way yet.
    out: Vec<Hears>,
    /// Calls of which that is the last.
    over: Vec<CallId>,
    outbox: Outbox,
    lag: Lag,
    left_out: LeftOut,
}

impl Call {
    pub(super) fn new(live: Arc<Live>, desk: Arc<Desk>, protocol: &'static str) -> Self {
        let (out, over, outbox) = (Vec::new(), Vec::new(), Outbox::default());
        let (lag, left_out) = (Lag::default(), LeftOut::default());
        Self { live, desk, protocol, ear: None, out, over, outbox, lag, left_out }
    }

    /// Sound came.
    pub(super) fn audio(&mut self, audio: &Audio) {
        let now = clock::now();
        for (offset, (party, samples)) in audio.channels.iter().enumerate() {
            self.count("calmline_audio_frames_total", *party, samples.len() as u64);
            if let Some(ear) = &mut self.ear {
                ear.audio(audio.channel + offset, samples, now, &mut self.out);
            }
        }
        if audio.channel == 0
            && let Some((_, samples)) = audio.channels.first()
        {
            self.spare(samples.len() as f64 / f64::from(RATE));
        }
    }

    /// Leaves out what a machine that cannot keep up has no time for, now that so many seconds came.
    fn spare(&mut self, seconds: f64) {
        self.left_out = self.lag.heard(seconds, Instant::now());
        let Some(ear) = &mut self.ear else { return };
        ear.degrade(self.left_out.effort());
        metrics::counter!("calmline_sensing_reduced_total").increment(ear.take_reduced());
    }

    /// Something happened in the protocol.
    pub(super) fn event(&mut self, event: SessionEvent) {
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
                    self.gap(channel, frames, false);
                }
            }
            SessionEvent::Discarded { frames, .. } => {
                for channel in 0..self.channels() {
                    self.gap(channel, frames, true);
                }
            }
            SessionEvent::Closed { reason } => self.end(reason),
            SessionEvent::PeerError { code, .. } => {
                tracing::warn!(code, protocol = self.protocol, "the phone platform reports an error");
            }
            SessionEvent::Oddity { what } => {
                tracing::debug!(what, protocol = self.protocol, "the phone platform is odd");
            }
            SessionEvent::Paused | SessionEvent::Resumed | SessionEvent::KeyPressed => {}
        }
    }

    /// Time passes for the permits too, since a withdrawal must stop sensors even in silence.
    pub(super) fn tick(&mut self) {
        let Some(ear) = &mut self.ear else { return };
        let now = clock::now();
        for channel in 0..ear.parties().count() {
            ear.audio(channel, &[], now, &mut self.out);
        }
        // A permit that has expired is asked for anew; one that was withdrawn is refused.
        self.desk.with_policy(|policy| ear.ask(policy, now, &mut self.out));
    }

    /// Something that calls must know has changed.
    pub(super) fn change(&mut self, change: &Result<Change, RecvError>) {
        let Some(ear) = &mut self.ear else { return };
        match change {
            Ok(Change::Bound(call) | Change::Held(call, _)) if call != ear.call() => {}
            Ok(Change::Held(_, held)) => ear.hold(*held),
            Err(RecvError::Closed) => {}
            // Having missed some changes is as if all had changed.
            Ok(Change::Bound(_) | Change::Policy) | Err(RecvError::Lagged(_)) => self.bind(),
        }
    }

    /// The connection is over.
    pub(super) fn end(&mut self, reason: CloseReason) {
        let Some(ear) = self.ear.take() else { return };
        if matches!(reason, CloseReason::Reconnecting | CloseReason::Lost) {
            wait_for_reconnect(Arc::clone(&self.live), Arc::clone(&self.desk), self.protocol, ear);
        } else {
            self.close(ear);
        }
    }

    /// Brings what was heard to the log, as far as the log takes it. Facts may say something of audio that came at `arrived`.
    pub(super) async fn commit(&mut self, arrived: Instant) {
        let drafts = facts(&self.live, self.left_out, self.out.drain(..));
        for draft in drafts.iter().filter(|draft| matches!(draft.body, Body::Signal { .. })) {
            self.desk.arrived(draft.id, arrived);
        }
        self.outbox.push(drafts);
        for call in self.over.drain(..) {
            self.live.speech.forget(self.desk.site(), &call);
        }
        self.outbox.send(&self.live).await;
    }

    /// Nobody is connected any more: what is still held is brought to the log, while that may succeed.
    pub(super) async fn settle(mut self) {
        self.commit(Instant::now()).await;
        self.outbox.settle(&self.live).await;
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
        self.ear = match self.desk.unpark(&call) {
            Some(ear) if ear.parties().eq(channels.iter().copied()) => Some(ear),
            other => {
                other.into_iter().for_each(|ear| self.close(ear));
                let (live, out) = (&self.live, &mut self.out);
                let (words, model) = ((self.protocol, live.has_words()), Arc::clone(&live.model));
                let fresh = |policy: &_| Ear::open(policy, call, channels, words, model, clock::now(), out);
                let mut ear = self.desk.with_policy(fresh);
                live.intents.iter().for_each(|intents| ear.teach(intents));
                if live.streams_words {
                    ear.stream_words();
                }
                Some(ear)
            }
        };
        // Agent, consents and notices may have changed while nobody listened.
        self.bind();
    }

    /// Ends a call's audio.
    fn close(&mut self, ear: Ear) {
        self.over.push(ear.call().clone());
        ear.close(clock::now(), &mut self.out);
    }

    /// Brings the ear to what is known of the call's agent and of the policy now.
    fn bind(&mut self) {
        let Some(ear) = &mut self.ear else { return };
        let agent = self.desk.agent_of(ear.call());
        let (now, out) = (clock::now(), &mut self.out);
        self.desk.with_policy(|policy| ear.bind(policy, agent.as_ref(), now, out));
    }

    /// Samples that do not come. What the platform left out on purpose is not lost.
    fn gap(&mut self, channel: usize, samples: u64, announced: bool) {
        let party = self.ear.as_ref().and_then(|ear| ear.parties().nth(channel));
        if let Some(party) = party {
            let name = if announced {
                "calmline_audio_frames_left_out_total"
            } else {
                "calmline_audio_frames_lost_total"
            };
            self.count(name, party, samples);
        }
        if let Some(ear) = &mut self.ear {
            ear.gap(channel, (samples, announced), clock::now(), &mut self.out);
        }
        if channel == 0 {
            self.spare(samples as f64 / f64::from(RATE));
        }
    }

    fn count(&self, name: &'static str, party: Party, samples: u64) {
        metrics::counter!(name, "protocol" => self.protocol, "party" => party.as_str()).increment(samples);
    }
}

/// The facts among what was heard; utterances go to the speech queue, and what comes back at once are facts too; voices go to
/// what is kept of them.
fn facts(live: &Arc<Live>, left_out: LeftOut, heard: impl Iterator<Item = Hears>) -> Vec<Draft> {
    heard
        .flat_map(|heard| match heard {
            Hears::Fact(draft) => vec![draft],
            Hears::Words(job) if left_out >= LeftOut::Words => live.speech.refuse(&job),
            Hears::Words(job) => live.speech.offer(job),
            Hears::Speaking(speaking) => {
                if left_out < LeftOut::Words {
                    live.speech.follow(speaking);
                }
                Vec::new()
            }
            Hears::Voice(job) => {
                live.hearing.spawn(voices::compare(Arc::clone(live), job));
                Vec::new()
            }
        })
        .collect()
}

/// Keeps a call's ear for the connection that the platform is about to make; if none comes, the call's audio is over.
fn wait_for_reconnect(live: Arc<Live>, desk: Arc<Desk>, protocol: &'static str, ear: Ear) {
    let id = ear.call().clone();
    let ticket = desk.park(ear);
    live.hearing.clone().spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(RECONNECT) => {}
            () = live.stop.cancelled() => {}
        }
        let Some(ear) = desk.unpark_if(&id, ticket) else { return };
        let mut call = Call::new(live, desk, protocol);
        call.close(ear);
        call.settle().await;
    });
}

#[cfg(test)]
mod tests;
