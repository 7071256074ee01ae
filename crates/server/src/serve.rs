//! Listening: the router with all its layers, TLS, and an orderly end.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, response::IntoResponse};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use calmline_store::StoreError;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    board::Boards,
    browser, bundle, clock, connection,
    error::ApiError,
    heard::Heard,
    live::Live,
    measure,
    planning::Planning,
    queues::Queues,
    retention,
    routes::{self, monitoring::Monitors},
    session::LastUse,
    state::{App, Config, State, TlsFiles},
    throttle::Throttles,
    token, web,
    webhooks::{Webhooks, post::Post},
};

/// The largest body of a request that is not work events.
const MOST_BYTES: usize = 64 * 1024;
/// A request that has no answer by then gets none; streams and sockets have theirs as soon as they begin.
const TIMEOUT: Duration = Duration::from_secs(60);
/// A caller who has not sent the head of a request by then is cut off: slow heads are how servers are held up.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long requests in progress may take to finish when the server stops.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often expired sessions are swept out and histograms folded.
const SWEEP: Duration = Duration::from_secs(60);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on {listen}; choose another address with --listen")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A certificate or key cannot be read.
    #[error("cannot use {} as {what}: {wrong}", path.display())]
    Tls {
        /// Certificate or key.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        wrong: String,
    },
    /// The store cannot be read.
    #[error("the store cannot be read")]
    Store(#[from] StoreError),
    /// The system gives no randomness.
    #[error(transparent)]
    Random(#[from] token::NoRandomness),
}

/// The HTTP server.
pub struct Server;

/// A server that listens.
pub struct Running {
    /// Where it listens; the port is the real one where 0 was asked for.
    pub addr: SocketAddr,
    /// The one-time token for `POST /v1/setup`, while nothing is set up.
    pub setup_token: Option<String>,
    secure: bool,
    handle: Handle<SocketAddr>,
    stopping: CancellationToken,
    serving: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts listening. The live side is started already and is stopped by whoever started it, after the server.
    ///
    /// # Errors
    /// When the address, a certificate or the store cannot be used.
    pub async fn start(config: Config, live: Arc<Live>) -> Result<Running, StartError> {
        let listen = config.listen;
        let failed = |source| StartError::Listen { listen, source };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let tls = config.tls.as_ref().map(tls).transpose()?;
        let setup_token = if live.store().sites().await?.is_empty() { Some(token::draw()?) } else { None };
        let authorities = config.webhooks.authorities.clone().unwrap_or_default();
        let post = Post::open(config.webhooks.clone()).map_err(|error| StartError::Tls {
            what: "certificate authorities of webhooks",
            path: authorities,
            wrong: error.to_string(),
        })?;
        let app = Arc::new(State {
            throttles: Throttles::new(config.limits),
            config,
            live,
            last_use: LastUse::default(),
            setup_token: Mutex::new(setup_token.as_deref().map(token::hash)),
            queues: Queues::default(),
            heard: Heard::default(),
            boards: Boards::default(),
            monitors: Monitors::default(),
            freezing: tokio::sync::Mutex::default(),
            importing: tokio::sync::Mutex::default(),
            attesting: tokio::sync::Mutex::default(),
            planning: Planning::default(),
            webhooks: Webhooks::new(post),
            started: clock::now(),
            stopping: CancellationToken::new(),
        });
        measure::recorder();
        let stopping = app.stopping.clone();
        tokio::spawn(sweep(Arc::clone(&app)));
        Webhooks::start(&app).await?;
        bundle::start(&app.live);
        tokio::spawn(retention::keep(Arc::clone(&app)));
        let service = router(&app).into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        let secure = tls.is_some();
        let serving = match tls {
            Some(tls) => {
                let mut server = axum_server::from_tcp_rustls(listener, tls).map_err(failed)?;
                hurry(server.http_builder());
                tokio::spawn(server.handle(handle.clone()).serve(service))
            }
            None => {
                let mut server = axum_server::from_tcp(listener).map_err(failed)?;
                hurry(server.http_builder());
                tokio::spawn(server.handle(handle.clone()).serve(service))
            }
        };
        Ok(Running { addr, setup_token, secure, handle, stopping, serving })
    }
}

impl Running {
    /// Where to look with a browser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.addr)
    }

    /// Ends live streams, lets requests in progress finish for ten seconds, and stops.
    ///
    /// # Errors
    /// When the listener had failed.
    pub async fn stop(self) -> io::Result<()> {
        self.stopping.cancel();
        self.handle.graceful_shutdown(Some(FAREWELL));
        self.serving.await.map_err(io::Error::other)?
    }
}

fn hurry(http: &mut hyper_util::server::conn::auto::Builder<TokioExecutor>) {
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
}

/// The whole service with its layers, the outermost last.
fn router(app: &App) -> Router {
    let (api, _) = routes::router(app);
    api.fallback(web::serve)
        .method_not_allowed_fallback(no_method)
        .with_state(Arc::clone(app))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something failed inside")
                .into_response()
        }))
        .layer(middleware::from_fn(measure::requests))
        .layer(middleware::from_fn(browser::headers))
        .layer(middleware::from_fn_with_state(Arc::clone(app), connection::resolve))
}

async fn no_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "this route has no such method")
        .hint("GET /openapi.json lists them")
}

/// Sweeps out what has expired, until the server stops.
async fn sweep(app: App) {
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
        let now = clock::now();
        app.last_use.sweep(now);
        measure::recorder().run_upkeep();
        if let Err(error) = app.store().sweep_sessions(now).await {
            tracing::warn!(%error, "expired sessions could not be swept out");
        }
    }
}

/// TLS 1.2 and 1.3 with ring, for HTTP/1.1: what WebSockets and server-sent events run on here.
fn tls(files: &TlsFiles) -> Result<RustlsConfig, StartError> {
    let wrong = |what, path: &Path, wrong: &dyn std::fmt::Display| StartError::Tls {
        what,
        path: path.to_owned(),
        wrong: wrong.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(&files.certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong("certificate chain", &files.certificates, &error))?;
    if chain.is_empty() {
        return Err(wrong("certificate chain", &files.certificates, &"it holds no certificate in PEM"));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| wrong("private key", &files.key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| wrong("private key of the certificate", &files.key, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}
