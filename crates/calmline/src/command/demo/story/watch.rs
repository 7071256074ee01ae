//! What a person's own page is told live, and waiting until it tells something.

use std::{
    io::{BufRead, BufReader},
    time::Duration,
};

use anyhow::Result;
use serde_json::Value;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::super::http::Person;

/// Somebody who is signed in and looks at their page.
pub struct Screen {
    /// Who.
    pub person: Person,
    seen: Vec<Value>,
    coming: mpsc::UnboundedReceiver<Value>,
}

impl Screen {
    /// Signs somebody in and opens their page; all that is told from now on is seen.
    pub async fn open(url: &str, login: &str, password: &str) -> Result<Self> {
        let person = Person::sign_in(url, login, password).await?;
        let stream = person.follow().await?;
        let (sender, coming) = mpsc::unbounded_channel();
        // A thread of its own, which ends with the stream: reading blocks.
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let event = line.strip_prefix("data:").and_then(|data| serde_json::from_str(data).ok());
                if let Some(event) = event
                    && sender.send(event).is_err()
                {
                    return;
                }
            }
        });
        Ok(Self { person, seen: Vec::new(), coming })
    }

    /// The first event of a type of which something holds; none if it does not come in time.
    pub async fn until(
        &mut self,
        kind: &str,
        within: Duration,
        holds: impl Fn(&Value) -> bool,
    ) -> Option<Value> {
        let until = Instant::now() + within;
        let fits = |event: &Value| event["type"] == kind && holds(&event["data"]);
        if let Some(event) = self.seen.iter().find(|event| fits(event)) {
            return Some(event.clone());
        }
        loop {
            let event = timeout_at(until, self.coming.recv()).await.ok()??;
            self.seen.push(event.clone());
            if fits(&event) {
                return Some(event);
            }
        }
    }

    /// All that was seen so far.
    pub fn seen(&mut self) -> &[Value] {
        while let Ok(event) = self.coming.try_recv() {
            self.seen.push(event);
        }
        &self.seen
    }
}
