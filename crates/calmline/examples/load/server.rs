//! The server in a process of its own, and what the system says of it.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::{sleep, timeout},
};

use crate::metrics::Metrics;

/// Work events of one request.
const BATCH: usize = 500;
/// Clock ticks per second in `/proc`: `USER_HZ`, which is 100 on every platform that Linux has for servers.
const TICKS: f64 = 100.0;
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when this is dropped.
pub struct Server {
    /// `host:port`.
    pub authority: String,
    child: Child,
    pid: u32,
    /// Kept so that the server can go on printing.
    _said: Lines<BufReader<ChildStdout>>,
    http: ureq::Agent,
}

impl Server {
    /// Starts the `calmline` that lies beside this example; also how long it took until it was ready.
    pub async fn start(data: &Path) -> Result<(Self, Duration)> {
        let own = std::env::current_exe()?;
        let program =
            own.ancestors().nth(2).context("this example lies in no target directory")?.join("calmline");
        let begun = Instant::now();
        let mut child = Command::new(&program)
            .args(["serve", "--asr-model", "none", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("starting {}; build it with `cargo build -p calmline --bins`", program.display())
            })?;
        let pid = child.id().context("the server has ended already")?;
        let mut said = BufReader::new(child.stdout.take().context("the server has no output")?).lines();
        let authority =
            timeout(PATIENCE, address(&mut said)).await.context("the server names no address")??;
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let server = Self { authority, child, pid, _said: said, http: config.build().into() };
        while server.get("/readyz").await?.0 != 200 {
            if begun.elapsed() > PATIENCE {
                bail!("the server does not get ready");
            }
            sleep(Duration::from_millis(2)).await;
        }
        Ok((server, begun.elapsed()))
    }

    /// Sends work events.
    pub async fn tell(&self, key: &str, events: &[Value]) -> Result<()> {
        for batch in events.chunks(BATCH) {
            let (agent, url) = (self.http.clone(), format!("http://{}/v1/events", self.authority));
            let (key, body) = (key.to_owned(), serde_json::to_vec(batch)?);
            let (status, text) = blocking(move || {
                let request = agent.post(url).header("x-api-key", key);
                let mut response = request.content_type("application/cloudevents-batch+json").send(body)?;
                Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
            })
            .await?;
            if !(200..300).contains(&status) {
                bail!("the intake of work events answered {status}: {text}");
            }
        }
        Ok(())
    }

    /// Its metrics.
    pub async fn metrics(&self) -> Result<Metrics> {
        let (status, text) = self.get("/metrics").await?;
        if status != 200 {
            bail!("/metrics answered {status}");
        }
        Ok(Metrics::new(text))
    }

    /// Memory in use (resident set), MB.
    pub fn memory_mb(&self) -> Result<f64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.pid)).context("the server is gone")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// CPU time spent by now.
    pub fn cpu(&self) -> Result<Duration> {
        cpu(&self.pid.to_string())
    }

    /// Ends it as a service manager does, and waits until all is on disk.
    pub async fn stop(mut self) -> Result<()> {
        let sent = Command::new("kill").args(["-TERM", &self.pid.to_string()]).status().await?;
        if !sent.success() {
            bail!("the server could not be told to end: {sent}");
        }
        let status = timeout(PATIENCE, self.child.wait()).await.context("the server does not end")??;
        if !status.success() {
            bail!("the server ended with {status}");
        }
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<(u16, String)> {
        let (agent, url) = (self.http.clone(), format!("http://{}{path}", self.authority));
        blocking(move || {
            let mut response = agent.get(url).call()?;
            Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
        })
        .await
    }
}

/// CPU time that this program spent by now.
pub fn own_cpu() -> Result<Duration> {
    cpu("self")
}

/// `utime` and `stime` of proc_pid_stat(5), its fields 14 and 15; field 2 is a name in brackets that may hold anything.
fn cpu(pid: &str) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, after_name) = stat.rsplit_once(')').context("stat has no name")?;
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<_, _>>()?;
    Ok(Duration::from_secs_f64(ticks as f64 / TICKS))
}

/// The address in the first line that has one.
async fn address(said: &mut Lines<BufReader<ChildStdout>>) -> Result<String> {
    while let Some(line) = said.next_line().await? {
        if let Some((_, authority)) = line.split_once("http://") {
            return Ok(authority.trim().trim_end_matches('/').to_owned());
        }
    }
    bail!("the server ended before it listened")
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}
