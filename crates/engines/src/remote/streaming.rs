//! Streaming recognition over a WebSocket, in the manners of Vosk's and of FunASR's servers.
//!
//! Both take 16-bit PCM in binary messages between a first and a last text message, and answer with JSON text:
//!
//! | | first | last | answers |
//! |---|---|---|---|
//! | Vosk | `{"config":{"sample_rate":8000}}` | `{"eof":1}` | `{"partial":…}`, `{"text":…,"result":[{"word","start","end","conf"}]}`; the one after `eof` is the last |
//! | FunASR | `{"mode":"offline","wav_format":"pcm","audio_fs":8000,"is_speaking":true,…}` | `{"is_speaking":false}` | `{"mode":"offline","text":…,"is_final":…}`, one |
//!
//! A connection serves one utterance: servers keep their decoder's state per connection.

use std::{
    io::ErrorKind,
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use calmline_sense::{RATE, Recogniser, RecogniserError, Transcript};
use serde::Deserialize;
use serde_json::json;
use tungstenite::{
    Connector, Message, WebSocket,
    client::IntoClientRequest,
    client_tls_with_config,
    http::{HeaderValue, Request, header::AUTHORIZATION},
    protocol::WebSocketConfig,
    stream::MaybeTlsStream,
};

use super::{Endpoint, failed, heard, nothing, tls};
use crate::guard;

/// Samples in a message: a quarter of a second.
const CHUNK: usize = RATE as usize / 4;
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
    first: fn() -> serde_json::Value,
    last: fn() -> serde_json::Value,
    read: fn(&str) -> Option<Said>,
    /// Whether each message of audio is answered, and not the last message alone.
    answers_each: bool,
}

/// One message of a server.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A guess that may change.
    Partial,
    /// Words for good, and the mean of the words' confidences where there are any.
    Words(String, Option<f64>),
}

#[derive(Deserialize)]
struct Vosk {
    partial: Option<String>,
    text: Option<String>,
    #[serde(default)]
    result: Vec<VoskWord>,
}

#[derive(Deserialize)]
struct VoskWord {
    conf: Option<f64>,
}

#[derive(Deserialize)]
struct FunAsr {
    mode: Option<String>,
    text: Option<String>,
}

const VOSK: Dialect = Dialect {
    first: || json!({ "config": { "sample_rate": RATE, "words": true } }),
    last: || json!({ "eof": 1 }),
    read: vosk,
    answers_each: true,
};

const FUNASR: Dialect = Dialect {
    first: || {
        json!({
            "mode": "offline", "chunk_size": [5, 10, 5], "wav_name": "utterance", "wav_format": "pcm",
            "audio_fs": RATE, "is_speaking": true, "itn": true,
        })
    },
    last: || json!({ "is_speaking": false }),
    read: funasr,
    answers_each: false,
};

/// Reads a message of Vosk's server; none if it is none.
pub fn vosk(message: &str) -> Option<Said> {
    let Vosk { partial, text, result } = serde_json::from_str(message).ok()?;
    let Some(text) = text else { return partial.map(|_| Said::Partial) };
    let sure: Vec<f64> = result.iter().filter_map(|word| word.conf).collect();
    let mean = (!sure.is_empty()).then(|| sure.iter().sum::<f64>() / sure.len() as f64);
    Some(Said::Words(text, mean))
}

/// Reads a message of FunASR's server; none if it is none.
pub fn funasr(message: &str) -> Option<Said> {
    let FunAsr { mode, text } = serde_json::from_str(message).ok()?;
    let text = text?;
    Some(if mode.as_deref() == Some("2pass-online") { Said::Partial } else { Said::Words(text, None) })
}

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

    /// Says everything; then listens until the server has said its last words.
    fn converse(&self, socket: &mut Socket, audio: &[i16]) -> Result<Transcript, tungstenite::Error> {
        let text = |value: serde_json::Value| Message::text(value.to_string());
        socket.send(text((self.dialect.first)()))?;
        let mut words = Words::default();
        for chunk in audio.chunks(CHUNK) {
            let bytes: Vec<u8> = chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            socket.send(Message::binary(bytes))?;
        }
        socket.send(text((self.dialect.last)()))?;
        let until = Instant::now() + self.timeout;
        // Vosk answers each message, and closes after its last words; FunASR answers once and may leave the connection open.
        let mut answers = if self.dialect.answers_each { audio.chunks(CHUNK).len() + 1 } else { 1 };
        while answers > 0 && Instant::now() < until {
            match socket.read() {
                Ok(Message::Text(message)) => {
                    if let Some(said) = (self.dialect.read)(&message) {
                        answers -= 1;
                        words.add(said, &self.language);
                    }
                }
                Ok(Message::Close(_)) => break,
                Ok(_) => {}
                Err(tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed) => break,
                Err(error) => return Err(error),
            }
        }
        let _ = socket.close(None);
        Ok(heard(&words.text, Some(self.language.clone()), words.confidence()))
    }
}

impl Recogniser for Streaming {
    fn name(&self) -> &str {
        &self.name
    }

    fn transcribe(&mut self, audio: &[i16], hint: Option<&str>) -> Result<Transcript, RecogniserError> {
        let other = hint.filter(|hint| hint.split(['-', '_']).next() != Some(self.language.as_str()));
        if let Some(language) = other {
            return Err(RecogniserError::Language { name: self.name.clone(), language: language.to_owned() });
        }
        if guard::is_silent(audio) {
            return Ok(nothing());
        }
        let mut socket = self.connect()?;
        self.converse(&mut socket, audio).map_err(|error| match error {
            tungstenite::Error::Io(io)
                if matches!(io.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                self.failed(format!("it has not answered for {} s", self.timeout.as_secs()))
            }
            error => self.failed(error),
        })
    }
}

/// Words as they come for good.
#[derive(Default)]
struct Words {
    text: String,
    sure: f64,
    letters: f64,
}

impl Words {
    fn add(&mut self, said: Said, language: &str) {
        let Said::Words(text, confidence) = said else { return };
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() && language != "zh" {
            self.text.push(' ');
        }
        if language == "zh" {
            // Vosk sets spaces between Chinese words.
            self.text.extend(text.chars().filter(|letter| !letter.is_whitespace()));
        } else {
            self.text.push_str(text);
        }
        if let Some(confidence) = confidence {
            let letters = text.chars().count() as f64;
            self.sure += confidence * letters;
            self.letters += letters;
        }
    }

    fn confidence(&self) -> Option<f64> {
        (self.letters > 0.0).then(|| self.sure / self.letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vosk_says_partial_and_final_words() {
        assert_eq!(vosk(r#"{"partial":"hel"}"#), Some(Said::Partial));
        let last = r#"{"result":[{"conf":0.8,"start":0.1,"end":0.4,"word":"hello"},{"conf":1.0,"start":0.4,"end":0.9,"word":"there"}],"text":"hello there"}"#;
        assert_eq!(vosk(last), Some(Said::Words("hello there".into(), Some(0.9))));
        assert_eq!(vosk(r#"{"text":""}"#), Some(Said::Words(String::new(), None)));
        assert_eq!(vosk("[]"), None);
        assert_eq!(vosk("{}"), None);
    }

    #[test]
    fn funasr_says_words_once() {
        let answer = r#"{"mode":"offline","text":"今天天气","wav_name":"utterance","is_final":false}"#;
        assert_eq!(funasr(answer), Some(Said::Words("今天天气".into(), None)));
        assert_eq!(funasr(r#"{"mode":"2pass-online","text":"今"}"#), Some(Said::Partial));
        assert_eq!(funasr("{}"), None);
    }

    #[test]
    fn chinese_words_have_no_spaces_between_them() {
        let mut words = Words::default();
        words.add(Said::Words("今天 天气".into(), Some(0.5)), "zh");
        words.add(Said::Words("很 好".into(), Some(1.0)), "zh");
        assert_eq!(words.text, "今天天气很好");
        assert!(words.confidence().is_some_and(|sure| (0.6..0.8).contains(&sure)));
    }
}
