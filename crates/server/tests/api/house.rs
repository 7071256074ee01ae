//! A real server on a free port over a real store in a folder of its own, and a small HTTP client.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use calmline_bus::Local;
use calmline_core::{AgentId, Body, Draft, Event, Role, SiteId, Timestamp, catalog::Lang, policy::Profile};
use calmline_server::{Config, Running, Server, keys::FreshKey, live, session};
use calmline_store::{
    Account, Accounts, KeyKind, Keys, Log, NewAccount, NewSite, Site, Sites, Store, sqlite::Sqlite,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::OnceCell,
    time::timeout,
};

pub type Outcome = anyhow::Result<()>;
pub const PASSWORD: &str = "four unrelated words";
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with one site and accounts at it.
pub struct House {
    pub store: Arc<Sqlite>,
    pub live: Arc<live::Live>,
    pub server: Running,
    pub site: SiteId,
    folder: TempDir,
}

impl House {
    /// With a site of this profile.
    pub async fn open(profile: Profile) -> anyhow::Result<Self> {
        Self::open_with(profile, |_| {}).await
    }

    /// The same, listening otherwise.
    pub async fn open_with(profile: Profile, change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let (folder, store) = Self::set_up(profile).await?;
        Self::serve(folder, store, live::Options::default(), change).await
    }

    /// With a live side of these options.
    pub async fn open_live(profile: Profile, options: live::Options) -> anyhow::Result<Self> {
        let (folder, store) = Self::set_up(profile).await?;
        Self::serve(folder, store, options, |_| {}).await
    }

    async fn set_up(profile: Profile) -> anyhow::Result<(TempDir, Sqlite)> {
        let folder = tempfile::tempdir()?;
        let store = Sqlite::open(folder.path()).await?;
        let (id, opened) = (SiteId::new("hangzhou")?, Timestamp::now());
        let site = Site { id, name: "Hangzhou".into(), profile, time_zone: "Asia/Shanghai".into(), opened };
        store.create_site(NewSite { site, admin: None }).await?;
        Ok((folder, store))
    }

    /// Nothing set up.
    pub async fn empty() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = Sqlite::open(folder.path()).await?;
        Self::serve(folder, store, live::Options::default(), |_| {}).await
    }

    async fn serve(
        folder: TempDir,
        store: Sqlite,
        options: live::Options,
        change: impl FnOnce(&mut Config),
    ) -> anyhow::Result<Self> {
        let store = Arc::new(store);
        let bus = Arc::new(Local::new(1_024, store.head()));
        let shared: Arc<dyn Store> = Arc::clone(&store) as _;
        let live = live::Live::start(shared, bus, options).await?;
        let mut config = Config::new("127.0.0.1:0".parse()?, folder.path().to_owned());
        change(&mut config);
        let server = Server::start(config, Arc::clone(&live)).await?;
        Ok(Self { store, live, server, site: SiteId::new("hangzhou")?, folder })
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn nobody(&self) -> Client {
        Client { addr: self.server.addr, headers: Vec::new() }
    }

    /// An account with one role, linked to an agent if it is given.
    pub async fn account(&self, login: &str, role: Role, agent: Option<&AgentId>) -> anyhow::Result<Account> {
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash = HASH.get_or_try_init(|| calmline_server::password::hash(PASSWORD.into()));
        let hash = hash.await.map_err(|error| anyhow::anyhow!("{error}"))?;
        let new = NewAccount {
            site: self.site.clone(),
            login: login.into(),
            roles: vec![role],
            agent: agent.cloned(),
            language: Lang::En,
            password_hash: hash.clone(),
            created: Timestamp::now(),
        };
        let id = self.store.add_account(new).await?;
        self.store.account(&id).await?.ok_or_else(|| anyhow::anyhow!("the account is gone"))
    }

    /// A client with a fresh session of an account.
    pub async fn signed_in(&self, account: &Account) -> anyhow::Result<Client> {
        let token = session::begin(self.store.as_ref(), account, Timestamp::now()).await;
        let token = token.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let headers = vec![("Cookie".into(), format!("calmline={token}")), ("X-Calmline".into(), "1".into())];
        Ok(Client { addr: self.server.addr, headers })
    }

    /// A client with a session of a new account.
    pub async fn role(&self, role: Role) -> anyhow::Result<Client> {
        let account = self.account(&format!("{}-{}", role.as_str(), self.store.head().0), role, None).await?;
        self.signed_in(&account).await
    }

    /// An agent by their name on the phone platform, and a client with their session.
    pub async fn agent(&self, name: &str) -> anyhow::Result<(AgentId, Client)> {
        use calmline_store::Directory;
        let agent = self.store.pseudonym(&self.site, name).await?;
        let account = self.account(name, Role::Agent, Some(&agent)).await?;
        Ok((agent, self.signed_in(&account).await?))
    }

    /// A client with a key.
    pub async fn key(&self, kind: KeyKind) -> anyhow::Result<Client> {
        let fresh = FreshKey::draw(self.site.clone(), kind, None, Timestamp::now())?;
        self.store.add_key(fresh.new).await?;
        Ok(Client { addr: self.server.addr, headers: vec![("X-API-KEY".into(), fresh.api_key)] })
    }

    /// Appends an event as the live side does.
    pub async fn append(&self, body: Body) -> anyhow::Result<()> {
        self.append_draft(Draft::derived(self.site.clone(), Timestamp::now(), Vec::new(), body)).await
    }

    pub async fn append_draft(&self, draft: Draft) -> anyhow::Result<()> {
        self.live.append(vec![draft]).await?;
        Ok(())
    }

    /// The whole log.
    pub async fn log(&self) -> anyhow::Result<Vec<Event>> {
        Ok(self.store.read(None, calmline_core::Position(0), 10_000).await?)
    }

    pub async fn close(self) -> Outcome {
        self.server.stop().await?;
        self.live.stop().await;
        Ok(())
    }
}

/// A small HTTP/1.1 client.
#[derive(Clone)]
pub struct Client {
    pub addr: SocketAddr,
    pub headers: Vec<(String, String)>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        client.headers.push((name.into(), value.into()));
        client
    }

    pub fn without(&self, name: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        client
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> anyhow::Result<BufReader<TcpStream>> {
        let mut socket = TcpStream::connect(self.addr).await?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.addr);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let given = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let Some(body) = body {
            let kind = if given { "" } else { "Content-Type: application/json\r\n" };
            head += &format!("{kind}Content-Length: {}\r\n", body.len());
        }
        socket.write_all((head + "\r\n").as_bytes()).await?;
        // A server that refuses by the head alone may close before it has read the body.
        let _ = socket.write_all(body.unwrap_or_default()).await;
        Ok(BufReader::new(socket))
    }

    /// Sends a request and reads the status and the headers of its answer.
    pub async fn head(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> anyhow::Result<(u16, Vec<(String, String)>, BufReader<TcpStream>)> {
        let mut reader = self.send(method, path, body).await?;
        let mut line = String::new();
        timeout(PATIENCE, reader.read_line(&mut line)).await??;
        let status = line.split(' ').nth(1).ok_or_else(|| anyhow::anyhow!("no answer: {line:?}"))?.parse()?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            timeout(PATIENCE, reader.read_line(&mut line)).await??;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        Ok((status, headers, reader))
    }

    pub async fn send_bytes(&self, method: &str, path: &str, body: Option<&[u8]>) -> anyhow::Result<Answer> {
        let (status, headers, mut reader) = self.head(method, path, body).await?;
        let mut rest = Vec::new();
        timeout(PATIENCE, reader.read_to_end(&mut rest)).await??;
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let bytes = if chunked { unchunk(&rest)? } else { rest };
        Ok(Answer { status, headers, text: String::from_utf8(bytes)? })
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send_bytes("GET", path, None).await
    }

    pub async fn call(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send_bytes(method, path, Some(body.to_string().as_bytes())).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.call("POST", path, body).await
    }

    /// Sends work events.
    pub async fn events(&self, batch: &Value) -> anyhow::Result<Answer> {
        let kind = if batch.is_array() {
            "application/cloudevents-batch+json"
        } else {
            "application/cloudevents+json"
        };
        self.with("Content-Type", kind).post("/v1/events", batch).await
    }

    /// Opens the live stream.
    pub async fn stream(&self, query: &str) -> anyhow::Result<Stream> {
        self.follow(&format!("/v1/stream{query}")).await
    }

    /// Opens a stream of server-sent events.
    pub async fn follow(&self, path: &str) -> anyhow::Result<Stream> {
        let (status, headers, reader) = self.head("GET", path, None).await?;
        anyhow::ensure!(status == 200, "the stream was refused with {status}");
        anyhow::ensure!(headers.contains(&("content-type".into(), "text/event-stream".into())));
        Ok(Stream { reader })
    }
}

fn unchunk(mut bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end =
            bytes.windows(2).position(|pair| pair == b"\r\n").ok_or_else(|| anyhow::anyhow!("cut off"))?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end])?, 16)?;
        if size == 0 {
            return Ok(whole);
        }
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
}

/// A live stream; dropping it cuts the connection.
pub struct Stream {
    reader: BufReader<TcpStream>,
}

/// An event of the stream.
#[derive(Debug)]
pub struct Shown {
    pub id: u64,
    pub kind: String,
    pub data: Value,
}

impl Stream {
    /// The next event; one without an id has the id 0.
    pub async fn next(&mut self) -> anyhow::Result<Shown> {
        let (mut id, mut kind, mut data) = (0, None, None);
        loop {
            let mut line = String::new();
            let read = timeout(PATIENCE, self.reader.read_line(&mut line)).await??;
            anyhow::ensure!(read > 0, "the stream ended");
            if let Some(text) = line.strip_prefix("id: ") {
                id = text.trim().parse()?;
            } else if let Some(text) = line.strip_prefix("event: ") {
                kind = Some(text.trim().to_owned());
            } else if let Some(text) = line.strip_prefix("data: ") {
                data = Some(serde_json::from_str(text)?);
            }
            if let (Some(kind), Some(_), true) = (&kind, &data, line.trim().is_empty()) {
                return Ok(Shown { id, kind: kind.clone(), data: data.take().unwrap_or_default() });
            }
        }
    }

    /// The next event of a type.
    pub async fn next_of(&mut self, kind: &str) -> anyhow::Result<Shown> {
        loop {
            let shown = self.next().await?;
            if shown.kind == kind {
                return Ok(shown);
            }
        }
    }
}
