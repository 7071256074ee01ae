//! What each message of the client does to a session.

use std::time::Duration;

use calmline_core::{CallId, Timestamp};
use serde_json::{Value, json};

use super::{
    super::{
        PROBE,
        message::{Channel, Media, Message, duration, frames_of, is_language, is_uuid},
    },
    Session, State,
};
use crate::{
    RATE,
    session::{CloseReason, FARTHEST, Output, SessionEvent, after},
};

/// A position less than this many frames off is rounding: 1 ms.
const ROUNDING: u64 = RATE as u64 / 1000;
/// Earlier sessions that are remembered of `continuedSessions`.
const CONTINUED: usize = 64;

impl Session {
    /// Checks what all messages have in common, then acts on one.
    pub(super) fn accept(&mut self, message: &Message, now: Timestamp) -> Result<(), &'static str> {
        if message.version != "2" {
            return Err("version is not 2");
        }
        if message.seq != self.clientseq + 1 {
            return Err("seq is not the one after the last");
        }
        self.clientseq = message.seq;
        if message.serverseq.ok_or("serverseq is missing")? > self.seq {
            return Err("serverseq is higher than any that was sent");
        }
        if !is_uuid(&message.id) {
            return Err("id is not a UUID");
        }
        let id = self.id.get_or_insert_with(|| message.id.clone());
        if !id.eq_ignore_ascii_case(&message.id) {
            return Err("id is not this session's");
        }
        let position = message.position.as_deref().and_then(frames_of);
        let position = position.ok_or("position is not a duration")?;
        if position > self.frames.saturating_add(FARTHEST) {
            return Err("position is more than a day ahead");
        }
        match message.kind.as_str() {
            "open" => self.open(message, position, now),
            "ping" => {
                self.account(position);
                self.send("pong", &json!({}));
                Ok(())
            }
            "close" => {
                self.account(position);
                self.close(message);
                Ok(())
            }
            "paused" => {
                self.account(position);
                self.paused();
                Ok(())
            }
            "resumed" => self.resumed(message),
            "discarded" => self.discarded(message),
            "update" => self.update(message),
            "error" => self.peer_error(message, now),
            "dtmf" => {
                self.outputs.push_back(Output::Event(SessionEvent::KeyPressed));
                Ok(())
            }
            "playback_started" | "playback_completed" => Ok(()),
            _ => Err("type is not one that a client sends"),
        }
    }

    fn open(&mut self, message: &Message, position: u64, now: Timestamp) -> Result<(), &'static str> {
        if self.state != State::Preparing {
            self.oddity("open came a second time");
            return Ok(());
        }
        let uuid = |name| message.text(name).filter(|text| is_uuid(text));
        let organization = uuid("organizationId").ok_or("organizationId is not a UUID")?;
        let conversation = uuid("conversationId").ok_or("conversationId is not a UUID")?;
        if self.config.organization_id.as_ref().is_some_and(|ours| !ours.eq_ignore_ascii_case(organization)) {
            return Err("organizationId is not the one in the request's header");
        }
        let conversation_id = CallId::new(conversation).map_err(|_| "conversationId is not a UUID")?;
        let offers =
            message.parameters.get("media").and_then(Value::as_array).ok_or("media is not a list")?;
        let media = self.choose(offers);
        if media.is_none() && !offers.is_empty() {
            return Err("none of the offered media can be taken");
        }
        let language = match message.parameters.get("language") {
            None | Some(Value::Null) => None,
            Some(value) => {
                Some(value.as_str().filter(|tag| is_language(tag)).ok_or("language is not a tag")?)
            }
        };
        let continues = message.parameters.get("continuedSessions").and_then(Value::as_array);
        let continues = continues.into_iter().flatten().filter_map(|session| session.get("id")?.as_str());
        let continues = continues.filter(|id| is_uuid(id)).take(CONTINUED).map(str::to_owned).collect();

        let paused = self.config.start_paused;
        let mut answer = json!({
            "media": media.iter().map(Media::write).collect::<Vec<_>>(),
            "startPaused": paused,
        });
        if let Some(frame) = self.config.discard_to.filter(|&frame| frame > position) {
            answer["discardTo"] = duration(frame).into();
        }
        if message.parameters.get("supportedLanguages") == Some(&Value::Bool(true)) {
            answer["supportedLanguages"] = json!(self.config.languages);
        }
        self.send("opened", &answer);

        self.opened = true;
        self.probe = conversation == PROBE;
        self.frames = position;
        self.state = if paused { State::Paused } else { State::Active };
        self.heard(now);
        self.outputs.push_back(Output::Event(SessionEvent::Opened {
            conversation_id,
            session_id: message.id.clone(),
            channels: media.iter().flat_map(|media| &media.channels).map(|&side| side.into()).collect(),
            rate: RATE,
            probe: self.probe,
            paused,
            language: language.map(str::to_owned),
            continues,
        }));
        self.media = media;
        Ok(())
    }

    /// The offer that we like best: first by its sides, then by its format.
    fn choose(&self, offers: &[Value]) -> Option<Media> {
        let rank = |media: &Media| {
            let same = |sides: &Vec<Channel>| {
                sides.len() == media.channels.len() && sides.iter().all(|side| media.channels.contains(side))
            };
            let sides = self.config.sides.iter().position(same)?;
            let format = self.config.formats.iter().position(|&format| format == media.format)?;
            Some((sides, format))
        };
        offers
            .iter()
            .filter_map(Media::read)
            .filter_map(|media| Some((rank(&media)?, media)))
            .min_by_key(|&(rank, _)| rank)
            .map(|(_, media)| media)
    }

    /// Compares the client's position with what came. Position and sound come in order over one connection, so what is
    /// missing now will not come.
    fn account(&mut self, position: u64) {
        if self.state != State::Active {
            return;
        }
        if position >= self.frames + ROUNDING {
            self.missing(position);
        } else if position + u64::from(RATE) < self.frames {
            self.oddity("position is behind the sound that came");
        }
    }

    fn missing(&mut self, until: u64) {
        let gap = SessionEvent::Gap { at_frame: self.frames, frames: until - self.frames, channel: None };
        self.outputs.push_back(Output::Event(gap));
        self.frames = until;
    }

    fn paused(&mut self) {
        if self.state == State::Active {
            self.state = State::Paused;
            self.outputs.push_back(Output::Event(SessionEvent::Paused));
        }
    }

    fn resumed(&mut self, message: &Message) -> Result<(), &'static str> {
        self.leave_out(message)?;
        if self.state == State::Paused {
            self.state = State::Active;
            self.outputs.push_back(Output::Event(SessionEvent::Resumed));
        }
        Ok(())
    }

    fn discarded(&mut self, message: &Message) -> Result<(), &'static str> {
        self.leave_out(message)
    }

    /// Notes sound that the client says it left out.
    fn leave_out(&mut self, message: &Message) -> Result<(), &'static str> {
        let start = message.frames("start").ok_or("start is not a duration")?;
        let discarded = message.frames("discarded").ok_or("discarded is not a duration")?;
        let end = start.saturating_add(discarded);
        if end > self.frames.saturating_add(FARTHEST) {
            return Err("discarded reaches more than a day ahead");
        }
        if !matches!(self.state, State::Active | State::Paused) {
            self.oddity("discarded before open");
            return Ok(());
        }
        if start >= self.frames + ROUNDING {
            self.missing(start);
        }
        if end > self.frames {
            let (at_frame, frames) = (self.frames, end - self.frames);
            self.outputs.push_back(Output::Event(SessionEvent::Discarded { at_frame, frames }));
            self.frames = end;
        }
        Ok(())
    }

    fn update(&mut self, message: &Message) -> Result<(), &'static str> {
        let language =
            message.text("language").filter(|tag| is_language(tag)).ok_or("language is not a tag")?;
        if !matches!(self.state, State::Active | State::Paused) {
            self.oddity("update before open");
            return Ok(());
        }
        self.outputs.push_back(Output::Event(SessionEvent::Updated { language: language.into() }));
        self.send("updated", &json!({}));
        Ok(())
    }

    fn peer_error(&mut self, message: &Message, now: Timestamp) -> Result<(), &'static str> {
        let code = message.parameters.get("code").and_then(Value::as_u64);
        let code = code.and_then(|code| u16::try_from(code).ok()).ok_or("code is not a number")?;
        let retry_after = message.frames("retryAfter").map(|frames| frames.min(FARTHEST));
        if let Some(frames) = retry_after {
            self.quiet_until = after(now, Duration::from_micros(frames * 125));
        }
        let retry_after_s = retry_after.map(|frames| frames as f64 / f64::from(RATE));
        self.outputs.push_back(Output::Event(SessionEvent::PeerError { code, retry_after_s }));
        Ok(())
    }

    pub(super) fn close(&mut self, message: &Message) {
        let said = match message.text("reason") {
            Some("error") => CloseReason::PeerError,
            Some("disconnect") => CloseReason::Disconnected,
            Some("reconnect") => CloseReason::Reconnecting,
            _ => CloseReason::Ended,
        };
        let reason = match self.state {
            State::Disconnecting(ours, _) => ours,
            _ => said,
        };
        self.send("closed", &json!({}));
        self.end(reason, 1000, "");
    }
}
