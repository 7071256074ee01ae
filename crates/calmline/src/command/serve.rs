//! `serve`: the product, live.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use calmline_bus::Local;
use calmline_care::Settings;
use calmline_core::Party;
use calmline_engines::presence::{self, Platform};
use calmline_language::intent::Intents;
use calmline_server::{
    Config, Server, TlsFiles,
    live::{self, Live, Options},
    questionnaire::Questionnaire,
    webhooks::target::Rules,
};
use calmline_store::{Store, sqlite::Sqlite};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};

use super::{
    affect_model,
    recogniser::{self, Wanted},
};
use crate::{
    cli::Serve,
    failure::Failure,
    intents,
    process_log::{self, LogFormat},
    said::Said,
};

/// The configuration file. The plain names can also be set by a variable, such as `CALMLINE_LISTEN` or
/// `CALMLINE_SPEECH_WORKERS`; flags override both.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    /// Address to listen on.
    listen: SocketAddr,
    /// Data directory.
    data: PathBuf,
    /// PEM file of the certificate chain; together with `tls_key`.
    tls_certificates: Option<PathBuf>,
    /// PEM file of the private key.
    tls_key: Option<PathBuf>,
    /// Proxies whose `X-Forwarded-*` headers are believed.
    trusted_proxies: Vec<IpAddr>,
    /// Speech model: a path, a name to fetch, or `none`.
    asr_model: Option<String>,
    /// Utterances recognised at once.
    speech_workers: usize,
    /// Whose voice Twilio's `inbound` track carries.
    twilio_inbound: Party,
    /// Whose voice Twilio's `outbound` track carries.
    twilio_outbound: Party,
    /// How the process's log is written: `text` or `json`.
    log_format: LogFormat,
    /// How voices are judged.
    affect: Affect,
    /// What callers want, as the site teaches it.
    intents: Taught,
    /// Thresholds of care that differ from the defaults.
    care: Settings,
    /// Which addresses of others may be told of events.
    webhooks: Rules,
    /// The phone platform that shows breaks.
    presence: Option<Platform>,
    /// Files with the published wording of questionnaires.
    questionnaires: Vec<PathBuf>,
}

/// Which model judges voices.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Affect {
    /// A larger model (ONNX) instead of the one that comes with Calmline.
    model: Option<PathBuf>,
}

/// Examples from which intents are learned at the start.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Taught {
    /// Files of labelled texts: CSV, TSV, JSON lines or a JSON array, with the columns `text` and `intent`.
    train: Vec<PathBuf>,
    /// The label of texts that no intent covers.
    out_of_scope: Option<String>,
}

impl Taught {
    /// The intents; none where nothing is taught.
    fn learn(self) -> Result<Option<Arc<Intents>>, Failure> {
        if self.train.is_empty() {
            return Ok(None);
        }
        let learned = intents::taught(&self.train, self.out_of_scope);
        let learned = learned.map_err(|error| Failure::Input(format!("intents.train: {error:#}")))?;
        Ok(Some(Arc::new(learned)))
    }
}

impl Default for File {
    fn default() -> Self {
        Self {
            listen: ([127, 0, 0, 1], 8470).into(),
            data: "calmline-data".into(),
            tls_certificates: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            asr_model: None,
            speech_workers: 1,
            twilio_inbound: Party::Unknown,
            twilio_outbound: Party::Unknown,
            log_format: LogFormat::default(),
            affect: Affect::default(),
            intents: Taught::default(),
            care: Settings::default(),
            webhooks: Rules::default(),
            presence: None,
            questionnaires: Vec::new(),
        }
    }
}

/// Runs the command.
pub async fn run(options: Serve, said: &Said) -> Result<(), Failure> {
    let file = configuration(options)?;
    process_log::start(file.log_format, "info");
    // Listened for from the start, so that a signal that comes while the log is read ends it decently too.
    let ended = ended()?;
    let tls = match (file.tls_certificates, file.tls_key) {
        (Some(certificates), Some(key)) => Some(TlsFiles { certificates, key }),
        (None, None) => None,
        _ => {
            return Err(Failure::Input(
                "tls_certificates and tls_key go together: give both or neither".into(),
            ));
        }
    };
    file.care.check().map_err(|error| Failure::Input(format!("care: {error}")))?;
    let port = file.presence.as_ref().map(|platform| {
        let secret = std::env::var(presence::SECRET).ok();
        platform.open(secret, presence::PATIENCE).map_err(|error| Failure::Input(error.to_string()))
    });
    let port = port.transpose()?;
    let wanted = Wanted::of(file.asr_model.as_ref());
    let questionnaires =
        file.questionnaires.iter().map(|path| questionnaire(path)).collect::<Result<_, _>>()?;
    let recognisers = tokio::task::block_in_place(|| recogniser::load(&wanted, file.speech_workers, said))?;
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&file.data).await?);
    let twilio = calmline_media::twilio::Config {
        inbound: file.twilio_inbound,
        outbound: file.twilio_outbound,
        ..Default::default()
    };
    let intents = tokio::task::block_in_place(|| file.intents.learn())?;
    let affect = tokio::task::block_in_place(|| affect_model::load(file.affect.model.as_deref(), said))?;
    let live = Options { recognisers, care: file.care, twilio, intents, affect: Some(affect) };
    let live =
        Live::start(Arc::clone(&store), Arc::new(Local::new(calmline_bus::EVENTS, store.head())), live)
            .await?;
    if let Some(port) = port {
        live::presence::start(&live, port);
    }
    let config = Config {
        tls,
        trusted_proxies: file.trusted_proxies,
        webhooks: file.webhooks,
        questionnaires,
        ..Config::new(file.listen, file.data)
    };
    let running = Server::start(config, Arc::clone(&live)).await.map_err(anyhow::Error::from)?;

    said.line(format!("{} {}", said.both("Calmline listens on", "宁线正在监听"), running.url()));
    if let Some(token) = &running.setup_token {
        said.line(format!(
            "{} {token}",
            said.both(
                "nothing is set up yet; POST /v1/setup with this one-time token:",
                "尚未设置；请用此一次性令牌 POST /v1/setup："
            )
        ));
    }
    said.line(format!("  {}/healthz  /readyz  /metrics  /openapi.json", running.url()));
    ended.await;
    said.note(said.both("stopping", "正在停止"));
    running.stop().await?;
    live.stop().await;
    store.close().await?;
    Ok(())
}

/// The phone platform that a configuration file names, if it names one.
pub(super) fn platform(config: &Path) -> Result<Option<Platform>, Failure> {
    Ok(written(Some(config))?.presence)
}

fn configuration(options: Serve) -> Result<File, Failure> {
    let mut file = written(options.config.as_deref())?;
    file.listen = options.listen.unwrap_or(file.listen);
    file.data = options.data.unwrap_or(file.data);
    file.asr_model = options.asr_model.or(file.asr_model);
    Ok(file)
}

/// What stands in a file and in the environment.
fn written(config: Option<&Path>) -> Result<File, Failure> {
    let mut figment = Figment::from(Serialized::defaults(File::default()));
    if let Some(path) = config {
        if !path.is_file() {
            return Err(Failure::Input(format!("--config: there is no file {}", path.display())));
        }
        figment = figment.merge(Toml::file_exact(path));
    }
    let known = ["listen", "tls_certificates", "tls_key", "asr_model", "speech_workers", "log_format"];
    figment = figment.merge(Env::prefixed("CALMLINE_").only(&known));
    figment.extract().map_err(|error| Failure::Input(format!("configuration: {error}")))
}

/// Reads the published wording of a questionnaire.
fn questionnaire(path: &Path) -> Result<Questionnaire, Failure> {
    let wrong = |problem: String| Failure::Input(format!("questionnaires: {}: {problem}", path.display()));
    if !path.is_file() {
        return Err(wrong("there is no such file".into()));
    }
    let read: Questionnaire =
        Figment::from(Toml::file_exact(path)).extract().map_err(|error| wrong(error.to_string()))?;
    read.check().map_err(|misfit| wrong(misfit.to_string()))?;
    Ok(read)
}

/// Until the terminal or the service manager ends it. Signals count from the call on, not from the first wait.
pub(super) fn ended() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_in_the_configuration_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        std::fs::write(&path, "lissten = \"127.0.0.1:1\"\n").unwrap();
        let options = Serve { listen: None, data: None, config: Some(path), asr_model: None };
        let error = configuration(options).unwrap_err().to_string();
        assert!(error.contains("lissten"), "{error}");
    }
}
