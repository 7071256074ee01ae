//! Speech recognition by a server of the site's choice, over the network.
//!
//! The audio of each utterance leaves this machine for that server, so it belongs to whoever runs Calmline, or to a
//! processor that the site's notices name. Nothing is sent before the leg's transcription permit has been checked: that is
//! the [`Listener`](calmline_sense::Listener)'s doing, as with every engine.
//!
//! | address | protocol |
//! |---|---|
//! | `https://HOST/v1#MODEL` | OpenAI-compatible: `POST …/audio/transcriptions`, a WAVE file in a form ([`openai`]) |
//! | `vosk+wss://HOST:PORT#LANGUAGE` | Vosk's server: PCM over a WebSocket ([`streaming`]) |
//! | `funasr+wss://HOST:PORT#LANGUAGE` | FunASR's server: the same with other messages |
//!
//! `http:` and `ws:` are taken too, for a server in one's own network. Servers are verified by the system's certificates.

pub mod openai;
pub mod said;
pub mod streaming;

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use calmline_core::{Share, event::Word};
use calmline_sense::{RATE, Recogniser, RecogniserError, Transcript};

use crate::{guard, words};

/// How sure a server is that does not say: words that count, but not as if they were certain. A choice.
const UNSAID: f64 = 0.6;

/// Where a server is and how to speak with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    protocol: Protocol,
    /// Without the protocol's prefix and the fragment.
    url: String,
    /// What comes after `#`: a model for OpenAI's protocol, a language for the others.
    choice: Option<String>,
    key: Option<String>,
    timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    OpenAi,
    Vosk,
    FunAsr,
}

impl std::fmt::Debug for Endpoint {
    /// Never the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({:?} {})", self.protocol, self.url)
    }
}

/// Why an address is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It begins like none of the known ones.
    #[error(
        "{0:?} is no address of a speech server; begin with https://, http://, vosk+wss://, vosk+ws://, funasr+wss:// or funasr+ws://"
    )]
    Scheme(String),
    /// A server of one language, but which?
    #[error("{0:?} does not say its language; append one, such as #zh")]
    Language(String),
    /// It has no host, or another part is wrong.
    #[error("{0:?} has no host; write for example https://speech.example/v1")]
    Host(String),
}

impl Endpoint {
    /// Whether a text is meant as an address, right or wrong, and not as the name of a model or file.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.contains("://")
    }

    /// Reads an address; `key` is sent as a bearer token.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(address: &str, key: Option<String>) -> Result<Self, EndpointError> {
        let (url, choice) = match address.split_once('#') {
            Some((url, choice)) if !choice.is_empty() => (url, Some(choice.to_owned())),
            Some((url, _)) => (url, None),
            None => (address, None),
        };
        let known =
            [("vosk+ws", Protocol::Vosk), ("funasr+ws", Protocol::FunAsr), ("http", Protocol::OpenAi)];
        let (prefix, protocol) = known
            .into_iter()
            .find(|(prefix, _)| {
                let rest = url.strip_prefix(prefix).unwrap_or_default();
                rest.starts_with("://") || rest.starts_with("s://")
            })
            .ok_or_else(|| EndpointError::Scheme(address.to_owned()))?;
        let url = prefix.split_once('+').map_or(url, |(name, _)| &url[name.len() + 1..]);
        let host = url.split_once("://").map(|(_, rest)| rest.trim_start_matches('/')).unwrap_or_default();
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(EndpointError::Host(address.to_owned()));
        }
        if protocol != Protocol::OpenAi && choice.is_none() {
            return Err(EndpointError::Language(address.to_owned()));
        }
        let timeout = Duration::from_secs(30);
        Ok(Self { protocol, url: url.trim_end_matches('/').to_owned(), choice, key, timeout })
    }

    /// Gives a server less or more time for an utterance than 30 seconds.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// A recogniser of this server. Nothing is sent before its first utterance.
    #[must_use]
    pub fn recogniser(&self) -> Box<dyn Recogniser> {
        match self.protocol {
            Protocol::OpenAi => Box::new(openai::OpenAi::new(self)),
            Protocol::Vosk => Box::new(streaming::Streaming::vosk(self)),
            Protocol::FunAsr => Box::new(streaming::Streaming::funasr(self)),
        }
    }

    /// Its name for the log and for people: host and choice, never the key or a password in the address.
    fn name(&self) -> String {
        let host = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let host = host.split(['/', '?']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        self.choice.as_ref().map_or_else(|| host.to_owned(), |choice| format!("{choice}@{host}"))
    }
}

/// What a server heard in so many seconds of audio, once what speech models make up is taken out.
fn heard(
    text: &str,
    language: Option<String>,
    confidence: Option<f64>,
    (words, seconds): (Vec<Word>, f64),
) -> Transcript {
    let mut text = guard::clean(text);
    if guard::is_nothing(&text) {
        return Transcript::default();
    }
    let mut words = words::in_order(&text, words, seconds);
    if language.as_deref().is_none_or(|language| language == "zh") {
        words::simplify(&mut text, &mut words);
    }
    let confidence = confidence.filter(|share| share.is_finite()).unwrap_or(UNSAID);
    Transcript { text, language, confidence: Share::new(confidence), words }
}

fn seconds(audio: &[i16]) -> f64 {
    audio.len() as f64 / f64::from(RATE)
}

fn failed(name: &str, reason: impl std::fmt::Display) -> RecogniserError {
    RecogniserError::Engine { name: name.to_owned(), reason: reason.to_string() }
}

/// The system's certificates.
pub(crate) fn roots() -> Vec<rustls::pki_types::CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// How servers are verified over WebSockets. Every utterance has a connection of its own; the system's certificates are read
/// for the first.
fn tls() -> Result<Arc<rustls::ClientConfig>, rustls::Error> {
    static TLS: LazyLock<Result<Arc<rustls::ClientConfig>, rustls::Error>> = LazyLock::new(|| {
        let mut store = rustls::RootCertStore::empty();
        store.add_parsable_certificates(roots());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(Arc::new(config.with_root_certificates(store).with_no_client_auth()))
    });
    TLS.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(address: &str) -> String {
        Endpoint::new(address, None).expect("an address").name()
    }

    #[test]
    fn addresses_name_protocol_host_and_choice() {
        assert_eq!(name("https://me:secret@asr.example/v1/#whisper-large"), "whisper-large@asr.example");
        assert_eq!(name("http://127.0.0.1:9000/v1"), "127.0.0.1:9000");
        let vosk = Endpoint::new("vosk+ws://asr.example:2700#zh", Some("k".into())).expect("an address");
        assert_eq!((vosk.protocol, vosk.url.as_str()), (Protocol::Vosk, "ws://asr.example:2700"));
        let funasr = Endpoint::new("funasr+wss://asr.example#zh", None).expect("an address");
        assert_eq!((funasr.protocol, funasr.url.as_str()), (Protocol::FunAsr, "wss://asr.example"));
        assert!(!format!("{vosk:?}").contains("\"k\""));
    }

    #[test]
    fn what_is_no_address_says_how_to_write_one() {
        assert!(matches!(Endpoint::new("ftp://x", None), Err(EndpointError::Scheme(_))));
        assert!(matches!(Endpoint::new("ws://x#zh", None), Err(EndpointError::Scheme(_))));
        assert!(matches!(Endpoint::new("vosk+ws://x", None), Err(EndpointError::Language(_))));
        assert!(matches!(Endpoint::new("vosk+ws://x#", None), Err(EndpointError::Language(_))));
        assert!(matches!(Endpoint::new("https://", None), Err(EndpointError::Host(_))));
        assert!(matches!(Endpoint::new("https://a b", None), Err(EndpointError::Host(_))));
    }

    #[test]
    fn a_server_that_says_nothing_of_confidence_is_not_certain() {
        assert_eq!(heard("hello there", None, None, (Vec::new(), 1.0)).confidence.get(), UNSAID);
        assert_eq!(heard("Thanks for watching!", None, Some(0.9), (Vec::new(), 1.0)).text, "");
    }
}
