//! A tap on the sockets between two sides: passes everything on and keeps what the clients send.

use std::{
    io::{self, Cursor, Read, Write},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context;
use calmline_core::Timestamp;
use calmline_server::clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::tungstenite::{Message, WebSocket, protocol::Role};

/// What one connection has sent so far.
struct Sent {
    since: Timestamp,
    bytes: Vec<u8>,
}

/// A listener that hands everything to a server.
pub struct Tap {
    /// Where clients connect to.
    pub address: SocketAddr,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Tap {
    /// Begins to listen.
    pub async fn before(server: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (address, server) = (listener.local_addr()?, server.to_owned());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let tape = Arc::clone(&sent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server.clone(), Arc::clone(&tape)));
            }
        });
        Ok(Self { address, sent })
    }

    /// Everything that has crossed, by connection.
    pub fn taken(&self) -> Vec<Crossed> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().map(|sent| Crossed::read(sent.since, &sent.bytes).expect("clients speak HTTP")).collect()
    }
}

async fn pass(client: TcpStream, server: String, tape: Arc<Mutex<Vec<Sent>>>) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let number = {
        let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
        tape.push(Sent { since: clock::now(), bytes: Vec::new() });
        tape.len() - 1
    };
    let mut buffer = vec![0; 16_384];
    loop {
        let read = from_client.read(&mut buffer).await?;
        if read == 0 {
            return to_server.shutdown().await;
        }
        tape.lock().unwrap_or_else(PoisonError::into_inner)[number].bytes.extend(&buffer[..read]);
        to_server.write_all(&buffer[..read]).await?;
    }
}

/// What crossed on one connection.
pub struct Crossed {
    /// Since when the connection was open.
    pub since: Timestamp,
    /// Requests, in their order; the last one may have opened a WebSocket.
    pub requests: Vec<Request>,
    /// What was sent over that.
    pub messages: Vec<Message>,
}

/// An HTTP request.
pub struct Request {
    /// Such as POST.
    pub method: String,
    /// Where to.
    pub path: String,
    /// With what.
    pub body: Vec<u8>,
}

impl Crossed {
    /// Reads what a client sent (RFC 9112, RFC 6455). An unfinished last request or message is left out.
    fn read(since: Timestamp, mut bytes: &[u8]) -> anyhow::Result<Self> {
        let mut crossed = Self { since, requests: Vec::new(), messages: Vec::new() };
        while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = std::str::from_utf8(&bytes[..end])?;
            let header = |wanted: &str| {
                let fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
                fields
                    .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
                    .map(|(_, value)| value.trim())
                    .last()
            };
            let mut line = head.lines().next().unwrap_or_default().split(' ');
            let (method, path) = (line.next().context("no method")?, line.next().context("no path")?);
            anyhow::ensure!(header("transfer-encoding").is_none(), "a request of unknown length");
            let length: usize = header("content-length").map_or(Ok(0), str::parse)?;
            let Some(body) = bytes.get(end + 4..end + 4 + length) else { break };
            let request = Request { method: method.into(), path: path.into(), body: body.into() };
            let upgraded = header("upgrade").is_some();
            bytes = &bytes[end + 4 + length..];
            crossed.requests.push(request);
            if upgraded {
                crossed.messages = messages(bytes);
                break;
            }
        }
        Ok(crossed)
    }
}

fn messages(bytes: &[u8]) -> Vec<Message> {
    let mut socket = WebSocket::from_raw_socket(OneWay(Cursor::new(bytes)), Role::Server, None);
    std::iter::from_fn(|| socket.read().ok()).collect()
}

/// A socket whose peer has said all that it ever will, and hears nothing.
struct OneWay<'a>(Cursor<&'a [u8]>);

impl Read for OneWay<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Read::read(&mut self.0, into)
    }
}

impl Write for OneWay<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        Ok(from.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
