//! Streaming recognition over a WebSocket, in the manners of Vosk's and of FunASR's servers.
//!
//! Both take 16-bit PCM in binary messages between a first and a last text message, and answer with JSON text:
//!
//! | | first | last | answers |
//! |---|---|---|---|
//! | Vosk | `{"config":{"sample_rate":8000,"words":true}}` | `{"eof":1}` | `{"partial":…}`, `{"text":…,"result":[{"word","start","end","conf"}]}`; the one after `eof` is the last |
//! | FunASR | `{"mode":"offline","wav_format":"pcm","audio_fs":8000,"is_speaking":true,…}` | `{"is_speaking":false}` | `{"mode":"offline","text":…,"timestamp":"[[0,240],…]","is_final":…}`, one; in the mode `2pass`, which is asked for while an utterance is being spoken, guesses with `2pass-online` before it |
//!
//! A connection serves one utterance: servers keep their decoder's state per connection. What is understood before the
//! utterance is over is told by [`Hearing::push`], without waiting for a server that has nothing to say yet.

use std::{
    io::ErrorKind,
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use calmline_sense::{Expected, Hearing, RATE, Recogniser, RecogniserError, Transcript};
use serde_json::{Value, json};
use tungstenite::{
    Connector, Message, WebSocket,
    client::IntoClientRequest,
    client_tls_with_config,
    http::{HeaderValue, Request, header::AUTHORIZATION},
    protocol::WebSocketConfig,
    stream::MaybeTlsStream,
};

use super::{
    Endpoint, failed, heard,
    said::{Said, Words, funasr, vosk},
    tls,
};
use crate::guard;

/// Samples in a message: a quarter of a second.
const CHUNK: usize = RATE as usize / 4;
/// How long is waited for a guess while an utterance is being spoken: what is not there yet comes with the next audio.
const GLANCE: Duration = Duration::from_millis(1);
/// The longest message that is read.
const MOST_MESSAGE: usize = 1024 * 1024;

/// A streaming server of one language.
pub struct Streaming {
    name: String,
    url: String,
    language: String,
    key: Option<String>,
    timeout: Duration,
    dialect: Dialect,
}

/// What a server expects and says.
#[derive(Debug, Clone, Copy)]
struct Dialect {
    /// The first message; whether guesses are wanted.
    first: fn(bool) -> Value,
    last: fn() -> Value,
    read: fn(&str) -> Option<Said>,
    /// Whether each message of audio is answered, and not the last message alone.
    answers_each: bool,
}

const VOSK: Dialect = Dialect {
    first: |_| json!({ "config": { "sample_rate": RATE, "words": true } }),
    last: || json!({ "eof": 1 }),
    read: vosk,
    answers_each: true,
};

const FUNASR: Dialect = Dialect {
    first: |guesses| {
        json!({
            "mode": if guesses { "2pass" } else { "offline" }, "chunk_size": [5, 10, 5], "wav_name": "utterance",
            "wav_format": "pcm", "audio_fs": RATE, "is_speaking": true, "itn": true,
        })
    },
    last: || json!({ "is_speaking": false }),
    read: funasr,
    answers_each: false,
};

type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

impl Streaming {
    pub(super) fn vosk(endpoint: &Endpoint) -> Self {
        Self::new(endpoint, VOSK)
    }

    pub(super) fn funasr(endpoint: &Endpoint) -> Self {
        Self::new(endpoint, FUNASR)
    }

    fn new(endpoint: &Endpoint, dialect: Dialect) -> Self {
        Self {
            name: endpoint.name(),
            url: endpoint.url.clone(),
            language: endpoint.choice.clone().unwrap_or_default(),
            key: endpoint.key.clone(),
            timeout: endpoint.timeout,
            dialect,
        }
    }

    fn failed(&self, reason: impl std::fmt::Display) -> RecogniserError {
        failed(&self.name, reason)
    }

    fn connect(&self) -> Result<Socket, RecogniserError> {
        let mut request: Request<()> =
            self.url.as_str().into_client_request().map_err(|error| self.failed(error))?;
        if let Some(key) = &self.key {
            let value =
                HeaderValue::from_str(&format!("Bearer {key}")).map_err(|error| self.failed(error))?;
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let uri = request.uri();
        let secure = uri.scheme_str() == Some("wss");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let places = (host.as_str(), port).to_socket_addrs().map_err(|error| self.failed(error))?;
        let mut problem = format!("{host} has no address");
        for place in places {
            match TcpStream::connect_timeout(&place, self.timeout) {
                Ok(stream) => return self.shake_hands(request, stream, secure),
                Err(error) => problem = error.to_string(),
            }
        }
        Err(self.failed(problem))
    }

    fn shake_hands(
        &self,
        request: Request<()>,
        stream: TcpStream,
        secure: bool,
    ) -> Result<Socket, RecogniserError> {
        stream.set_read_timeout(Some(self.timeout)).map_err(|error| self.failed(error))?;
        stream.set_write_timeout(Some(self.timeout)).map_err(|error| self.failed(error))?;
        let connector = if secure {
            Connector::Rustls(tls().map_err(|error| self.failed(error))?)
        } else {
            Connector::Plain
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(MOST_MESSAGE))
            .max_frame_size(Some(MOST_MESSAGE));
        client_tls_with_config(request, stream, Some(config), Some(connector))
            .map(|(socket, _)| socket)
            .map_err(|error| self.failed(error))
    }

    /// Why an utterance failed.
    fn told(&self, error: &tungstenite::Error) -> RecogniserError {
        match error {
            error if is_late(error) => {
                self.failed(format!("it has not answered for {} s", self.timeout.as_secs()))
            }
            error => self.failed(error),
        }
    }

    fn open(&self, guesses: bool) -> Result<Conversation<'_>, RecogniserError> {
        let mut socket = self.connect()?;
        socket.send(text(&(self.dialect.first)(guesses))).map_err(|error| self.told(&error))?;
        Ok(Conversation {
            server: self,
            socket,
            words: Words::default(),
            guess: String::new(),
            waiting: Vec::new(),
            samples: 0,
            unanswered: 0,
            heard: false,
        })
    }

    /// Whether it knows the language.
    fn check(&self, expected: Expected<'_>) -> Result<(), RecogniserError> {
        match expected.only().filter(|only| only.split(['-', '_']).next() != Some(self.language.as_str())) {
            Some(other) => {
                Err(RecogniserError::Language { name: self.name.clone(), language: other.to_owned() })
            }
            None => Ok(()),
        }
    }
}

fn text(value: &Value) -> Message {
    Message::text(value.to_string())
}

/// Whether it is only that nothing has come yet.
fn is_late(error: &tungstenite::Error) -> bool {
    let kinds = [ErrorKind::WouldBlock, ErrorKind::TimedOut];
    matches!(error, tungstenite::Error::Io(io) if kinds.contains(&io.kind()))
}

/// An utterance on its way to a server.
struct Conversation<'a> {
    server: &'a Streaming,
    socket: Socket,
    words: Words,
    /// What the server guesses after the words that it has told for good.
    guess: String,
    /// Audio that does not fill a message yet.
    waiting: Vec<i16>,
    samples: usize,
    /// Messages of audio that Vosk has not answered yet.
    unanswered: usize,
    /// Whether anything was loud enough to be a word.
    heard: bool,
}

impl Conversation<'_> {
    fn send(&mut self, audio: &[i16]) -> Result<(), tungstenite::Error> {
        let bytes: Vec<u8> = audio.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.unanswered += 1;
        self.heard |= !guard::is_silent(audio);
        self.socket.send(Message::binary(bytes))
    }

    /// Waits so long for the next message.
    fn patience(&mut self, time: Duration) -> std::io::Result<()> {
        match self.socket.get_mut() {
            MaybeTlsStream::Plain(stream) => stream.set_read_timeout(Some(time)),
            MaybeTlsStream::Rustls(stream) => stream.get_ref().set_read_timeout(Some(time)),
            _ => Ok(()),
        }
    }

    /// Takes the next message; whether it said something, none where there will be no more.
    fn take(&mut self) -> Result<Option<bool>, tungstenite::Error> {
        match self.socket.read() {
            Ok(Message::Text(message)) => {
                let Some(said) = (self.server.dialect.read)(&message) else { return Ok(Some(false)) };
                self.unanswered = self.unanswered.saturating_sub(1);
                let last = matches!(said, Said::Words(_));
                match said {
                    Said::Partial(guess) => self.guess = guess,
                    Said::Words(words) => {
                        self.guess.clear();
                        self.words.add(words, &self.server.language);
                    }
                }
                Ok(Some(last || self.server.dialect.answers_each))
            }
            Ok(Message::Close(_))
            | Err(tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed) => Ok(None),
            Ok(_) => Ok(Some(false)),
            Err(error) => Err(error),
        }
    }

    /// Reads what has already come.
    fn glance(&mut self) -> Result<(), tungstenite::Error> {
        self.patience(GLANCE)?;
        loop {
            match self.take() {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(()),
                Err(error) if is_late(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn say(&mut self, audio: &[i16]) -> Result<(), tungstenite::Error> {
        self.samples += audio.len();
        self.waiting.extend_from_slice(audio);
        while self.waiting.len() >= CHUNK {
            let rest = self.waiting.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.waiting, rest);
            self.send(&chunk)?;
        }
        Ok(())
    }

    /// Says that it is over, and listens until the server has said its last words.
    fn end(&mut self) -> Result<(), tungstenite::Error> {
        let rest = std::mem::take(&mut self.waiting);
        if !rest.is_empty() {
            self.send(&rest)?;
        }
        if !self.heard {
            return Ok(());
        }
        self.patience(self.server.timeout)?;
        self.socket.send(text(&(self.server.dialect.last)()))?;
        let until = Instant::now() + self.server.timeout;
        // Vosk answers each message, and closes after its last words; FunASR answers once more and may leave the connection open.
        let mut answers = if self.server.dialect.answers_each { self.unanswered + 1 } else { 1 };
        while answers > 0 && Instant::now() < until {
            match self.take()? {
                Some(counts) => answers -= usize::from(counts),
                None => break,
            }
        }
        Ok(())
    }
}

impl Hearing for Conversation<'_> {
    fn push(&mut self, audio: &[i16]) -> Result<Option<String>, RecogniserError> {
        let before = self.words.with(&self.guess, &self.server.language);
        self.say(audio).and_then(|()| self.glance()).map_err(|error| self.server.told(&error))?;
        let now = self.words.with(&self.guess, &self.server.language);
        Ok((now != before && !now.is_empty()).then_some(now))
    }

    fn finish(mut self: Box<Self>) -> Result<Transcript, RecogniserError> {
        let ended = self.end().map_err(|error| self.server.told(&error));
        let _ = self.socket.close(None);
        ended?;
        if !self.heard {
            return Ok(Transcript::default());
        }
        let seconds = self.samples as f64 / f64::from(RATE);
        let Words { text, words, .. } = &mut self.words;
        let (text, words) = (std::mem::take(text), std::mem::take(words));
        let language = Some(self.server.language.clone());
        Ok(heard(&text, language, self.words.confidence(), (words, seconds)))
    }
}

impl Recogniser for Streaming {
    fn name(&self) -> &str {
        &self.name
    }

    fn transcribe(&mut self, audio: &[i16], expected: Expected<'_>) -> Result<Transcript, RecogniserError> {
        self.check(expected)?;
        if guard::is_silent(audio) {
            return Ok(Transcript::default());
        }
        let mut conversation = self.open(false)?;
        conversation.say(audio).map_err(|error| self.told(&error))?;
        Box::new(conversation).finish()
    }

    fn streams(&self) -> bool {
        true
    }

    fn begin<'a>(&'a mut self, expected: Expected<'a>) -> Result<Box<dyn Hearing + 'a>, RecogniserError> {
        self.check(expected)?;
        Ok(Box::new(self.open(true)?))
    }
}
