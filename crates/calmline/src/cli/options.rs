//! What each command takes.

use std::path::PathBuf;

use calmline_core::{SiteId, Timestamp, policy::Profile};
use clap::{Args, Subcommand};

/// Where a data directory lies.
#[derive(Debug, Args)]
pub struct Data {
    /// Data directory
    #[arg(long, value_name = "DIR", env = "CALMLINE_DATA_DIR", default_value = "calmline-data")]
    pub data: PathBuf,
}

/// `setup`.
#[derive(Debug, Args)]
pub struct Setup {
    #[command(flatten)]
    pub at: Data,
    /// Name of the site
    #[arg(long)]
    pub site: String,
    /// Sign-in name of the first administrator
    #[arg(long)]
    pub admin: String,
    /// Read the administrator's password from standard input (at least 12 characters)
    #[arg(long)]
    pub password_stdin: bool,
    /// Policy profile: strict, eu, cn, us, kr or jp; it never changes afterwards
    #[arg(long, default_value = "strict")]
    pub profile: Profile,
    /// IANA time zone of the site
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub time_zone: String,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `keys`.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a key; it is shown once
    Add {
        #[command(flatten)]
        at: Data,
        /// What it is for: audiohook, twilio, events, route or workforce
        #[arg(long)]
        kind: calmline_store::KeyKind,
        /// Site, where there are several
        #[arg(long)]
        site: Option<SiteId>,
        /// Read the secret that the platform signs with from standard input (Twilio: the account's auth token)
        #[arg(long)]
        secret_stdin: bool,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// List keys
    List {
        #[command(flatten)]
        at: Data,
        /// Site, where there are several
        #[arg(long)]
        site: Option<SiteId>,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key at once
    Revoke {
        #[command(flatten)]
        at: Data,
        /// The key's id
        id: calmline_core::KeyId,
        /// Site, where there are several
        #[arg(long)]
        site: Option<SiteId>,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on [default: 127.0.0.1:8470]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<std::net::SocketAddr>,
    /// Data directory [default: calmline-data]
    #[arg(long, value_name = "DIR", env = "CALMLINE_DATA_DIR")]
    pub data: Option<PathBuf>,
    /// Configuration file (TOML); flags and CALMLINE_… variables override it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Speech model (whisper.cpp format), a name to fetch, a server's address, or none [default: a model fetched earlier,
    /// if there is one]
    #[arg(long, value_name = "PATH|NAME|URL|none")]
    pub asr_model: Option<String>,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Simulated agents
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(4..=500))]
    pub agents: u32,
    /// Minutes to run [default: 3, or until ended at a terminal]; with --story, for how long to stay after its last scene
    #[arg(long)]
    pub minutes: Option<f64>,
    /// One hard call and what comes of it, in scenes, at a site under `strict` and then at one under `eu`
    #[arg(long, conflicts_with = "fast")]
    pub story: bool,
    /// Seconds that the story waits for its three links to be opened [default: 60 at a terminal, else 0]
    #[arg(long, value_name = "SECONDS", requires = "story", value_parser = clap::value_parser!(u32).range(0..=600))]
    pub wait: Option<u32>,
    /// A whole day in virtual time, without sockets
    #[arg(long)]
    pub fast: bool,
    /// One site alone under this profile, instead of `strict` and `cn` side by side, or of the story's `strict` and then `eu`
    #[arg(long)]
    pub profile: Option<Profile>,
    /// Address to listen on [default: a free port of this machine]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<std::net::SocketAddr>,
    /// Keep the demo's data in this directory instead of a temporary one
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Speech model (whisper.cpp format), a name to fetch, a server's address, or none [default: whisper-base]
    #[arg(long, value_name = "PATH|NAME|URL|none")]
    pub asr_model: Option<String>,
    /// Seed of the simulated floor
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// JSON lines, one per decision, or per scene of the story
    #[arg(long)]
    pub json: bool,
}

/// `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// Recordings, or folders of them (`*_agent.*` is paired with `*_caller.*` or `*_customer.*`)
    #[arg(value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// The agent's side of one call
    #[arg(long, value_name = "FILE", requires = "customer")]
    pub agent: Option<PathBuf>,
    /// The customer's side of that call
    #[arg(long, value_name = "FILE", requires = "agent")]
    pub customer: Option<PathBuf>,
    /// Whose voice each channel carries, such as customer,agent; without it all are unknown
    #[arg(long, value_name = "PARTIES", conflicts_with = "agent")]
    pub channels: Option<calmline_media::recording::ChannelMap>,
    /// Policy profile [default: strict, or the site file's]
    #[arg(long)]
    pub profile: Option<Profile>,
    /// Site file (TOML): profile, confirmed notices, agents' consents
    #[arg(long, value_name = "TOML")]
    pub site: Option<PathBuf>,
    /// CSV of call facts (columns file or call_id, started_at, agent_id, queue, …)
    #[arg(long, value_name = "CSV")]
    pub facts: Option<PathBuf>,
    /// Speech model (whisper.cpp format), a name to fetch, a server's address, or none [default: a model fetched earlier]
    #[arg(long, value_name = "PATH|NAME|URL|none")]
    pub asr_model: Option<String>,
    /// A larger model of voice affect (ONNX) instead of the one that comes with Calmline
    #[arg(long, value_name = "PATH")]
    pub affect_model: Option<PathBuf>,
    /// Derive the decisions of a data directory's log again, and compare
    #[arg(long, value_name = "DIR", conflicts_with_all = ["files", "agent", "customer", "channels", "site", "facts"])]
    pub log: Option<PathBuf>,
    /// Compare decisions from this time on
    #[arg(long, value_name = "TIME", requires = "log")]
    pub from: Option<Timestamp>,
    /// Compare decisions before this time
    #[arg(long, value_name = "TIME", requires = "log")]
    pub to: Option<Timestamp>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `import`.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Import call facts from a CSV (columns call_id, started_at, answered_at, ended_at, agent_id, queue, …)
    Calls {
        #[command(flatten)]
        at: Data,
        /// Site, where there are several
        #[arg(long)]
        site: Option<SiteId>,
        /// The table
        #[arg(value_name = "CSV")]
        file: PathBuf,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// `policy`.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Every rule of a profile, with its law and conditions
    Explain {
        /// Policy profile
        #[arg(long, default_value = "strict")]
        profile: Profile,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// `attest`.
#[derive(Debug, Args)]
pub struct Attest {
    #[command(flatten)]
    pub at: Data,
    /// Site, where there are several
    #[arg(long)]
    pub site: Option<SiteId>,
    /// Verify a statement instead of making one
    #[arg(long, value_name = "FILE")]
    pub verify: Option<PathBuf>,
    /// Print one JSON document (a statement is always JSON)
    #[arg(long)]
    pub json: bool,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub at: Data,
    /// The configuration file of `serve`: its phone platform is asked what it shows of an agent; nothing is changed
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Which agent, by the phone platform's id [default: the first that is known]
    #[arg(long, value_name = "ID", requires = "config")]
    pub agent: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub at: Data,
    /// The backup file; must not exist
    pub file: PathBuf,
    /// Read a passphrase from standard input that seals the keys and files inside the backup
    #[arg(long)]
    pub passphrase_stdin: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    pub at: Data,
    /// The backup file
    pub file: PathBuf,
    /// Another ledger of erasures to apply (`erasures.jsonl` of the lost machine)
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Replace the database of a directory that is set up
    #[arg(long)]
    pub replace: bool,
    /// Read the backup's passphrase from standard input
    #[arg(long)]
    pub passphrase_stdin: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `openapi`.
#[derive(Debug, Args)]
pub struct Openapi {
    /// Write the document to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `train`.
#[derive(Debug, Subcommand)]
pub enum Train {
    /// Train the voice-affect model
    Affect(TrainAffect),
    /// Train the word-reading models
    Text(crate::text::TrainText),
}

/// `train affect`.
#[derive(Debug, Args)]
pub struct TrainAffect {
    /// Label file: columns file, corpus, language, speaker, emotion
    #[arg(long, value_name = "CSV")]
    pub labels: PathBuf,
    /// Only this corpus of it [default: emodb]
    #[arg(long)]
    pub corpus: Option<String>,
    /// Where the model goes; a model card is written beside it
    #[arg(long, value_name = "MODEL")]
    pub out: PathBuf,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// `evaluate`.
#[derive(Debug, Subcommand)]
pub enum Evaluate {
    /// Voice affect: arousal against labelled speech
    Affect(EvaluateAffect),
    /// Speech recognition against recordings whose words are known
    Speech(crate::speech::EvaluateSpeech),
    /// Strain: personal fits from check-ins, on simulated agents whose truth is known
    Strain(crate::strain::EvaluateStrain),
    /// Mastery: skills followed by Bayesian knowledge tracing, on simulated learners whose truth is known
    Mastery(crate::mastery::EvaluateMastery),
    /// Intents: learned from labelled text, judged on other text
    Intents(crate::intents::EvaluateIntents),
    /// Search: questions put to a library of texts, and how often the right one comes first
    Search(crate::search::EvaluateSearch),
    /// Signals: agitation from voice and words together, and the constants that the data give it. Recordings and
    /// texts of the same class are paired by chance, since no calls are labelled in both; each witness alone is told
    /// beside the sum
    Signals(crate::signals::EvaluateSignals),
    /// Forecast: counts of calls at the end of a series, each from what came before it
    Forecast(crate::forecast::EvaluateForecast),
    /// Words: sentiment and abuse against labelled text
    Text(EvaluateWords),
}

/// `evaluate affect`.
#[derive(Debug, Args)]
pub struct EvaluateAffect {
    /// Label file: columns file, corpus, language, speaker, emotion
    #[arg(long, value_name = "CSV")]
    pub labels: PathBuf,
    /// Only this corpus [default: all]
    #[arg(long)]
    pub corpus: Option<String>,
    /// Train on this corpus first, instead of taking the shipped model
    #[arg(long, conflicts_with = "folds")]
    pub train_corpus: Option<String>,
    /// Train on the other speakers of the corpus, one left out at a time
    #[arg(long, value_name = "speaker")]
    pub folds: Option<String>,
    /// A larger model of voice affect (ONNX) instead of the one that comes with Calmline; only its arousal is judged
    #[arg(long, value_name = "PATH", conflicts_with_all = ["train_corpus", "folds"])]
    pub affect_model: Option<PathBuf>,
    /// What to measure: affect (arousal, valence, emotions) or cues (what agents are told of their own voice, against
    /// their own usual)
    #[arg(long, default_value = "affect")]
    pub task: crate::affect::Task,
    /// What the recordings go through first: telephone or wide
    #[arg(long, default_value = "telephone")]
    pub band: crate::affect::Band,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `evaluate text`.
#[derive(Debug, Args)]
pub struct EvaluateWords {
    #[command(flatten)]
    pub of: crate::text::EvaluateText,
    /// Print one JSON document (the result is always JSON)
    #[arg(long)]
    pub json: bool,
}
