//! One request to an endpoint: its name is resolved, the address is checked and connected to, the letter is sent, and of the
//! answer no more is read than its head. Redirects are not followed.

use std::{
    io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use calmline_core::Timestamp;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    letter::Letter,
    target::{Rules, Target},
};

/// The longest head of an answer, in bytes.
const HEAD: usize = 16 * 1024;

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The address is none that the rules admit any more.
    Address,
    /// Its name has no address.
    Name,
    /// All its addresses are ones that may not be told anything.
    NotPublic,
    /// Nobody listens there.
    Connect,
    /// Its certificate is not believed, or it speaks no TLS.
    Tls,
    /// It said nothing in time.
    Timeout,
    /// It said something that is not HTTP, or hung up.
    Answer,
}

impl Failure {
    /// All.
    pub const ALL: [Self; 7] =
        [Self::Address, Self::Name, Self::NotPublic, Self::Connect, Self::Tls, Self::Timeout, Self::Answer];

    /// The word used in JSON and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::NotPublic => "not_public",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Answer => "answer",
        }
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The HTTP status, or why there is none.
    pub outcome: Result<StatusCode, Failure>,
    /// When the endpoint wants to be asked again.
    pub retry_after: Option<Duration>,
    /// How long it took.
    pub took: Duration,
}

impl Attempt {
    /// Whether the endpoint took it.
    #[must_use]
    pub fn taken(&self) -> bool {
        self.outcome.is_ok_and(|status| status.is_success())
    }
}

/// Sends letters.
pub struct Post {
    rules: Rules,
    tls: TlsConnector,
}

impl Post {
    /// Reads the certificate authorities.
    ///
    /// # Errors
    /// When the file of authorities that the rules name cannot be read or holds none.
    pub fn open(rules: Rules) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(system.certs);
        if let Some(path) = &rules.authorities {
            let (added, _) = roots.add_parsable_certificates(authorities(path)?);
            if added == 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no certificate in PEM"));
            }
        }
        if roots.is_empty() {
            tracing::warn!("the system has no certificate authorities; no webhook can be delivered over TLS");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { rules, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// The rules that it goes by.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Sends a letter once, signed with the secrets.
    pub async fn send(&self, url: &str, letter: &Letter, secrets: &[Vec<u8>], now: Timestamp) -> Attempt {
        let began = Instant::now();
        let exchanged = timeout(self.rules.pace.answer, self.exchange(url, letter, secrets, now)).await;
        let answer = exchanged.unwrap_or(Err(Failure::Timeout));
        let took = began.elapsed();
        match answer {
            Ok((status, headers)) => {
                Attempt { outcome: Ok(status), retry_after: retry_after(&headers), took }
            }
            Err(failure) => Attempt { outcome: Err(failure), retry_after: None, took },
        }
    }

    async fn exchange(
        &self,
        url: &str,
        letter: &Letter,
        secrets: &[Vec<u8>],
        now: Timestamp,
    ) -> Result<(StatusCode, HeaderMap), Failure> {
        // The rules may be others than when it was set up.
        let target = Target::parse(url, &self.rules).map_err(|_| Failure::Address)?;
        let request = request(&target, letter, secrets, now)?;
        let socket = self.connect(&target).await?;
        if !target.tls {
            return ask(socket, request).await;
        }
        let name = ServerName::try_from(target.host).map_err(|_| Failure::Address)?;
        let socket = self.tls.connect(name, socket).await.map_err(|_| Failure::Tls)?;
        ask(socket, request).await
    }

    /// Connects to the first address that is admitted and listens; what was checked is what is connected to.
    async fn connect(&self, target: &Target) -> Result<TcpStream, Failure> {
        let found = lookup_host((target.host.as_str(), target.port)).await.map_err(|_| Failure::Name)?;
        let mut failure = Failure::Name;
        for address in found {
            if !self.rules.admit(address.ip(), target.tls) {
                failure = Failure::NotPublic;
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(socket) => return Ok(socket),
                Err(_) => failure = Failure::Connect,
            }
        }
        Err(failure)
    }
}

fn authorities(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

fn request(
    target: &Target,
    letter: &Letter,
    secrets: &[Vec<u8>],
    now: Timestamp,
) -> Result<Request<Full<Bytes>>, Failure> {
    let path = target.uri.path_and_query().map_or("/", |path| path.as_str());
    let host = target.uri.authority().map_or(target.host.as_str(), |authority| authority.as_str());
    let seconds = now.as_second();
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, concat!("Calmline/", env!("CARGO_PKG_VERSION")))
        .header(header::CONTENT_TYPE, "application/cloudevents+json; charset=UTF-8")
        .header("webhook-id", &letter.id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", letter.signature(seconds, secrets))
        .body(Full::new(letter.body.clone()))
        .map_err(|_| Failure::Address)
}

async fn ask(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, HeaderMap), Failure> {
    let handshake = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(socket)).await;
    let (mut sender, connection) = handshake.map_err(|_| Failure::Answer)?;
    let _driving = Driving(tokio::spawn(connection).abort_handle());
    let answer = sender.send_request(request).await.map_err(|_| Failure::Answer)?;
    Ok((answer.status(), answer.headers().clone()))
}

/// The task that drives a connection; ends with whoever waits for the answer.
struct Driving(tokio::task::AbortHandle);

impl Drop for Driving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// `Retry-After` in seconds; a date is passed over.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
