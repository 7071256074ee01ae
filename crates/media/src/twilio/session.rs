//! Our side of one Twilio Media Streams connection.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use calmline_core::{CallId, Party, Timestamp};
use serde::Deserialize;

use crate::{
    RATE,
    g711::Law,
    session::{Audio, CloseReason, DisconnectReason, FARTHEST, Output, SessionEvent, after},
};

/// Less than this is jitter of the timestamps: one packet, 20 ms.
const JITTER: u64 = RATE as u64 / 50;

/// What a session accepts and how long it waits.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whose voice the `inbound` track is: what the caller of the streamed call leg says.
    pub inbound: Party,
    /// Whose voice the `outbound` track is: what the caller of the streamed call leg hears.
    pub outbound: Party,
    /// The custom parameter that names the call.
    pub call_parameter: String,
    /// The account that streams must come from, if there is only one.
    pub account_sid: Option<String>,
    /// How long we wait for `start`.
    pub start_within: Duration,
    /// How long we hear nothing before we give up. Sound comes fifty times a second.
    pub idle_after: Duration,
    /// The longest message, in bytes. Sound messages have some 350.
    pub max_text: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            inbound: Party::Unknown,
            outbound: Party::Unknown,
            call_parameter: "call_id".into(),
            account_sid: None,
            start_within: Duration::from_secs(10),
            idle_after: Duration::from_secs(30),
            max_text: 65_535,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Preparing,
    Active,
    Closed,
}

/// One track of a stream.
#[derive(Debug)]
struct Track {
    name: &'static str,
    party: Party,
    /// The number of the last chunk; Twilio counts from 1.
    chunk: u64,
    /// The position: what came and what is known to be missing.
    frames: u64,
}

/// One connection: give it what arrives and the time, poll what to do.
#[derive(Debug)]
pub struct Session {
    config: Config,
    state: State,
    stream: String,
    tracks: Vec<Track>,
    /// The timestamp of the first sound, in ms.
    epoch: Option<u64>,
    codes: Vec<u8>,
    deadline: Timestamp,
    outputs: VecDeque<Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow, default)]
    stream_sid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    media: Option<Media<'a>>,
    #[serde(default)]
    start: Option<Start>,
}

#[derive(Deserialize)]
struct Media<'a> {
    #[serde(borrow)]
    track: Cow<'a, str>,
    #[serde(borrow)]
    chunk: Number<'a>,
    #[serde(borrow)]
    timestamp: Number<'a>,
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

/// Twilio writes numbers as strings; a number is taken too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number<'a> {
    Plain(u64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
}

impl Number<'_> {
    fn get(&self) -> Option<u64> {
        match self {
            Self::Plain(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    stream_sid: String,
    call_sid: String,
    #[serde(default)]
    account_sid: Option<String>,
    #[serde(default)]
    tracks: Vec<String>,
    media_format: MediaFormat,
    #[serde(default)]
    custom_parameters: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MediaFormat {
    encoding: String,
    sample_rate: u32,
    channels: u32,
}

impl Session {
    /// A session whose WebSocket opened now.
    #[must_use]
    pub fn new(config: Config, now: Timestamp) -> Self {
        let deadline = after(now, config.start_within);
        Self {
            config,
            state: State::Preparing,
            stream: String::new(),
            tracks: Vec::new(),
            epoch: None,
            codes: Vec::new(),
            deadline,
            outputs: VecDeque::new(),
        }
    }

    /// A text message arrived.
    pub fn text(&mut self, text: &str, now: Timestamp) {
        if self.state == State::Closed {
            return;
        }
        if text.len() > self.config.max_text {
            return self.end(CloseReason::Protocol, 1009, "message is too long");
        }
        let Ok(message) = serde_json::from_str::<Message<'_>>(text) else {
            return self.refuse("message is not one of Media Streams");
        };
        if self.state == State::Active {
            self.deadline = after(now, self.config.idle_after);
        }
        let result = match message.event.as_ref() {
            "connected" | "mark" => Ok(()),
            "start" => self.start(message.start, now),
            "media" => self.media(&message),
            "dtmf" => {
                self.outputs.push_back(Output::Event(SessionEvent::KeyPressed));
                Ok(())
            }
            "stop" => {
                self.end(CloseReason::Ended, 1000, "");
                Ok(())
            }
            _ => {
                self.oddity("an event of an unknown kind");
                Ok(())
            }
        };
        if let Err(what) = result {
            self.refuse(what);
        }
    }

    /// A binary message arrived: Media Streams has none.
    pub fn binary(&mut self, _bytes: &[u8], _now: Timestamp) {
        if self.state != State::Closed {
            self.end(CloseReason::Protocol, 1003, "binary message");
        }
    }

    /// Time passed. Call it when [`Session::next_wake`] comes.
    pub fn tick(&mut self, now: Timestamp) {
        if self.state != State::Closed && now >= self.deadline {
            self.end(CloseReason::Idle, 1002, "nothing heard for too long");
        }
    }

    /// When [`Session::tick`] must be called at the latest.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        (self.state != State::Closed).then_some(self.deadline)
    }

    /// The socket closed, in whatever way.
    pub fn lost(&mut self) {
        if self.state != State::Closed {
            self.farewell(CloseReason::Lost);
        }
    }

    /// We want the session to end. Twilio needs no more than a closed socket.
    pub fn disconnect(&mut self, reason: DisconnectReason, _now: Timestamp) {
        if self.state == State::Closed {
            return;
        }
        let code = match reason {
            DisconnectReason::Completed => 1000,
            DisconnectReason::Unauthorized => 1008,
            DisconnectReason::Error => 1011,
        };
        self.end(CloseReason::Disconnected, code, reason.as_str());
    }

    /// What to do next; none when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn start(&mut self, start: Option<Start>, now: Timestamp) -> Result<(), &'static str> {
        if self.state == State::Active {
            self.oddity("start came a second time");
            return Ok(());
        }
        let start = start.ok_or("start has no start")?;
        let format = &start.media_format;
        if format.encoding != "audio/x-mulaw" || format.sample_rate != RATE || format.channels != 1 {
            return Err("media format is not audio/x-mulaw at 8000 Hz with one channel");
        }
        if self.config.account_sid.is_some() && self.config.account_sid != start.account_sid {
            return Err("accountSid is not the one allowed");
        }
        let named = start.custom_parameters.get(&self.config.call_parameter);
        let call =
            named.and_then(|name| name.as_str()).filter(|name| !name.is_empty()).unwrap_or(&start.call_sid);
        let conversation_id =
            CallId::new(call).map_err(|_| "the call's id is empty, too long or has spaces")?;
        if start.stream_sid.is_empty() || start.stream_sid.len() > 128 {
            return Err("streamSid is empty or too long");
        }
        // The documented form is `inbound`; the request that starts a stream says `inbound_track` and `both_tracks`.
        let has = |name: &str| {
            start.tracks.iter().any(|track| track == name || track.strip_suffix("_track") == Some(name))
        };
        let both = has("both_tracks") || start.tracks.is_empty();
        let tracks = [("inbound", self.config.inbound), ("outbound", self.config.outbound)];
        self.tracks = tracks
            .into_iter()
            .filter(|(name, _)| both || has(name))
            .map(|(name, party)| Track { name, party, chunk: 0, frames: 0 })
            .collect();
        if self.tracks.is_empty() {
            return Err("tracks names neither inbound nor outbound");
        }
        self.state = State::Active;
        self.deadline = after(now, self.config.idle_after);
        self.stream.clone_from(&start.stream_sid);
        self.outputs.push_back(Output::Event(SessionEvent::Opened {
            conversation_id,
            session_id: start.stream_sid,
            channels: self.tracks.iter().map(|track| track.party).collect(),
            rate: RATE,
            probe: false,
            paused: false,
            language: None,
            continues: Vec::new(),
        }));
        Ok(())
    }

    fn media(&mut self, message: &Message<'_>) -> Result<(), &'static str> {
        if self.state != State::Active {
            return Err("media before start");
        }
        if message.stream_sid.as_ref().is_some_and(|sid| *sid != self.stream) {
            return Err("streamSid is not this stream's");
        }
        let media = message.media.as_ref().ok_or("media has no media")?;
        let chunk = media.chunk.get().ok_or("chunk is not a number")?;
        let timestamp = media.timestamp.get().ok_or("timestamp is not a number")?;
        let channel = self.tracks.iter().position(|track| track.name == media.track);
        let channel = channel.ok_or("track is not one that start named")?;
        let elapsed = timestamp.saturating_sub(*self.epoch.get_or_insert(timestamp));
        let expected = elapsed.saturating_mul(u64::from(RATE) / 1000);

        let track = &mut self.tracks[channel];
        if chunk <= track.chunk {
            self.oddity("a chunk came again or late");
            return Ok(());
        }
        track.chunk = chunk;
        if expected > track.frames.saturating_add(FARTHEST) {
            return Err("timestamp is more than a day ahead");
        }
        if expected >= track.frames + JITTER {
            let (at_frame, frames) = (track.frames, expected - track.frames);
            track.frames = expected;
            self.outputs.push_back(Output::Event(SessionEvent::Gap {
                at_frame,
                frames,
                channel: Some(channel),
            }));
        }
        self.codes.clear();
        let payload = media.payload.as_bytes();
        BASE64_STANDARD.decode_vec(payload, &mut self.codes).map_err(|_| "payload is not base64")?;
        if self.codes.is_empty() {
            return Ok(());
        }
        let track = &mut self.tracks[channel];
        let mut samples = Vec::with_capacity(self.codes.len());
        Law::Mu.decode_channel(&self.codes, 1, &mut samples);
        let at_frame = track.frames;
        track.frames += samples.len() as u64;
        self.outputs.push_back(Output::Audio(Audio {
            at_frame,
            channel,
            channels: vec![(track.party, samples)],
        }));
        Ok(())
    }

    fn refuse(&mut self, what: &'static str) {
        self.end(CloseReason::Protocol, 1002, what);
    }

    fn end(&mut self, reason: CloseReason, code: u16, info: &str) {
        self.farewell(reason);
        self.outputs.push_back(Output::Close { code, reason: info.into() });
    }

    fn farewell(&mut self, reason: CloseReason) {
        if self.state == State::Active {
            self.outputs.push_back(Output::Event(SessionEvent::Closed { reason }));
        }
        self.state = State::Closed;
    }

    fn oddity(&mut self, what: &'static str) {
        self.outputs.push_back(Output::Event(SessionEvent::Oddity { what }));
    }
}
