//! Just enough of an HTTP server.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use base64::{Engine, engine::general_purpose::STANDARD};

/// A request.
pub struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it brings a name and a secret.
    pub fn brings(&self, user: &str, secret: &str) -> bool {
        let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")));
        self.header("authorization") == Some(expected.as_str())
    }

    fn of(stream: &mut impl BufRead) -> Option<Self> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_owned());
        }
        let mut first = lines.first()?.split(' ').map(str::to_owned);
        let (method, path) = (first.next()?, first.next()?);
        let headers: Vec<(String, String)> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let mut request = Self { method, path, headers, body: String::new() };
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        request.body = String::from_utf8(body).ok()?;
        Some(request)
    }
}

/// A status, further headers and a body.
pub type Answer = (u16, &'static str, String);

pub fn answer(status: u16, body: &(impl ToString + ?Sized)) -> Answer {
    (status, "", body.to_string())
}

/// Answers every request of a connection.
pub fn talk(stream: TcpStream, each: impl Fn(&Request) -> Answer) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::of(&mut reader) {
        let (status, headers, body) = each(&request);
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n"
        );
        if reader.get_mut().write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}
