//! A data directory with a site, and `calmline serve` over it as a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use calmline_core::{Event, Position, SiteId, policy::Notice};
use calmline_store::{Log, Sqlite, Upkeep};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    phone::Platform,
    program::{self, PASSWORD},
};

/// No speech model is used unless this names one.
pub const ASR_MODEL: &str = "--asr-model";

/// A data directory with one site.
pub struct House {
    folder: TempDir,
    pub events_key: String,
    pub audio_key: Value,
}

impl House {
    /// As an administrator sets one up.
    pub fn set_up(profile: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        program::set_up(&data, profile)?;
        let events_key = program::add_key(&data, "events")?["api_key"].as_str().context("no key")?.to_owned();
        let audio_key = program::add_key(&data, "audiohook")?;
        Ok(Self { folder, events_key, audio_key })
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn serve(&self) -> anyhow::Result<Serving> {
        self.serve_with(&[])
    }

    /// With more of a command line.
    pub fn serve_with(&self, more: &[&Path]) -> anyhow::Result<Serving> {
        Serving::start(&self.data(), more, &self.folder.path().join("serve.log"))
    }

    /// The way of the audio to a server.
    pub fn platform(&self, serving: &Serving) -> anyhow::Result<Platform> {
        Platform::of(&self.audio_key, serving)
    }

    /// The whole log, once nothing serves it any more; its hash chain is whole.
    pub async fn log(&self) -> anyhow::Result<Vec<Event>> {
        self.log_of(&self.data()).await
    }

    /// The same of another directory with this site.
    pub async fn log_of(&self, data: &Path) -> anyhow::Result<Vec<Event>> {
        let store = Sqlite::open(data).await?;
        store.verify_chain().await?;
        let site = SiteId::new("lyon-2")?;
        let (mut log, mut after) = (Vec::new(), Position::default());
        loop {
            let events = store.read(Some(&site), after, 2_000).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            log.extend(events);
        }
        store.close().await?;
        Ok(log)
    }
}

/// A running `calmline serve`; ended with the value.
pub struct Serving {
    child: Child,
    log: PathBuf,
    pub authority: String,
    http: ureq::Agent,
}

impl Serving {
    fn start(data: &Path, more: &[&Path], log: &Path) -> anyhow::Result<Self> {
        let errors = std::fs::File::options().create(true).append(true).open(log)?;
        let mut child = program::program()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(more)
            .args(if more.contains(&Path::new(ASR_MODEL)) { &[][..] } else { &[ASR_MODEL, "none"] })
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()?;
        let mut out = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut line = String::new();
        out.read_line(&mut line)?;
        // What else it prints is read, so that it never waits for a reader.
        std::thread::spawn(move || out.lines().for_each(drop));
        let http = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            .build()
            .into();
        let found = line.trim().rsplit_once("http://").map(|(_, authority)| authority.to_owned());
        let mut serving = Self { child, log: log.to_owned(), authority: String::new(), http };
        serving.authority = found.with_context(|| format!("it said {line:?}"))?;
        Ok(serving)
    }

    /// Ends it as a service manager does, and waits until it is over.
    pub fn stop(mut self) -> anyhow::Result<()> {
        ensure!(self.signal("-TERM")?, "no signal could be sent");
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "serve ended with {status}");
                return Ok(());
            }
            ensure!(asked.elapsed() < Duration::from_secs(40), "serve did not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once, as a power cut does to a process (`SIGKILL`), while others still talk to it.
    pub fn kill_now(&self) -> anyhow::Result<()> {
        let sent = self.signal("-KILL")?;
        ensure!(sent, "no signal could be sent");
        Ok(())
    }

    fn signal(&self, signal: &str) -> anyhow::Result<bool> {
        let pid = self.child.id().to_string();
        Ok(std::process::Command::new("kill").args([signal, &pid]).status()?.success())
    }

    /// Sends work events; the answer's body.
    pub fn work(&self, key: &str, events: &[Value]) -> anyhow::Result<Value> {
        let mut answer = self
            .http
            .post(format!("http://{}/v1/events", self.authority))
            .header("x-api-key", key)
            .content_type("application/cloudevents-batch+json")
            .send(serde_json::to_vec(events)?)?;
        let text = answer.body_mut().read_to_string()?;
        ensure!(answer.status() == 200, "{}: {text}", answer.status());
        Ok(serde_json::from_str(&text)?)
    }

    /// Waits until `/readyz` answers with this status; what it says then.
    pub fn until_ready(&self, status: u16) -> anyhow::Result<Value> {
        let begun = Instant::now();
        loop {
            let mut answer = self.http.get(format!("http://{}/readyz", self.authority)).call()?;
            let text = answer.body_mut().read_to_string()?;
            if answer.status() == status {
                return Ok(serde_json::from_str(&text)?);
            }
            ensure!(begun.elapsed() < Duration::from_secs(20), "/readyz never answered {status}: {text}");
            // Not more often than a stranger may ask.
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What `/metrics` says.
    pub fn metrics(&self) -> anyhow::Result<String> {
        let mut answer = self.http.get(format!("http://{}/metrics", self.authority)).call()?;
        Ok(answer.body_mut().read_to_string()?)
    }

    /// The sum of a counter's series with this label, such as `party="agent"`.
    pub fn counter(&self, name: &str, label: &str) -> anyhow::Result<f64> {
        let text = self.metrics()?;
        let series =
            text.lines().filter(|line| line.starts_with(&format!("{name}{{")) && line.contains(label));
        series.map(|line| Ok(line.rsplit(' ').next().unwrap_or_default().parse::<f64>()?)).sum()
    }

    /// Signs in.
    pub fn sign_in(&self, login: &str) -> anyhow::Result<Person> {
        let nobody = Person {
            url: format!("http://{}", self.authority),
            http: self.http.clone(),
            cookie: String::new(),
        };
        let body = json!({ "login": login, "password": PASSWORD });
        let login = self.http.post(format!("{}/v1/session", nobody.url)).content_type("application/json");
        let answer = login.send(body.to_string())?;
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        let cookie =
            cookie.with_context(|| format!("signing in was answered {}", answer.status()))?.to_owned();
        Ok(Person { cookie, ..nobody })
    }

    /// The administrator, having confirmed every notice.
    pub fn admin(&self) -> anyhow::Result<Arc<Person>> {
        let admin = self.sign_in("admin")?;
        for notice in Notice::ALL {
            let text = "This call is heard by software, which tells the agent what may help.";
            let path = format!("/v1/policy/notices/{}", notice.as_str());
            let (status, body) = admin.send("PUT", &path, &json!({ "text": text }))?;
            ensure!(status == 204, "{path} was answered {status} {body}");
        }
        Ok(Arc::new(admin))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            drop(std::io::Write::write_all(&mut std::io::stderr(), log.as_bytes()));
        }
    }
}

/// Somebody who is signed in.
pub struct Person {
    url: String,
    http: ureq::Agent,
    cookie: String,
}

impl Person {
    /// Sends a request; status and body.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("cookie", &self.cookie)
            .header("x-calmline", "1")
            .header("content-type", "application/json")
            .body(body.to_string())?;
        let mut answer = self.http.run(request)?;
        let text = answer.body_mut().read_to_string()?;
        Ok((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// Opens the live stream for events whose type begins so.
    pub fn stream(&self, kinds: &str) -> anyhow::Result<impl BufRead + use<>> {
        let answer = self
            .http
            .get(format!("{}/v1/stream?kinds={kinds}", self.url))
            .header("cookie", &self.cookie)
            .call()?;
        ensure!(answer.status() == 200, "the stream was answered {}", answer.status());
        Ok(BufReader::new(answer.into_body().into_reader()))
    }

    /// Reads something.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        let mut answer =
            self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie).call()?;
        let text = answer.body_mut().read_to_string()?;
        ensure!(answer.status() == 200, "{path} was answered {} {text}", answer.status());
        Ok(serde_json::from_str(&text)?)
    }
}

impl Platform {
    /// With a key as `keys add` printed it.
    pub fn of(key: &Value, serving: &Serving) -> anyhow::Result<Self> {
        let text = |name: &str| key[name].as_str().with_context(|| format!("the key has no {name}"));
        Ok(Self {
            authority: serving.authority.clone(),
            api_key: text("api_key")?.to_owned(),
            client_secret: BASE64_STANDARD.decode(text("client_secret")?)?,
        })
    }
}

/// A work event.
pub fn work(id: &str, kind: &str, data: &Value) -> Value {
    json!({ "specversion": "1.0", "id": id, "source": "acd", "type": kind, "data": data })
}
