//! A service of the site that is told by signed requests.

use std::sync::Arc;

use calmline_core::{Timestamp, event::Presence};
use calmline_engines::presence::PATIENCE;
use calmline_media::presence::{Shown, webhook};
use calmline_testing::serve;
use serde_json::{Value, json};

use super::{
    AGENT, SECRET, Shared, check, desk, open,
    web::{Answer, Request, answer, talk},
};

/// Whether a request is signed with the secret, and lately (Standard Webhooks: five minutes).
fn is_signed(request: &Request, signed: &str) -> bool {
    let header = |name| request.header(name).unwrap_or_default();
    let seconds: i64 = header("webhook-timestamp").parse().unwrap_or_default();
    let secret = webhook::secret(SECRET).unwrap();
    let expected = webhook::signature(header("webhook-id"), seconds, signed.as_bytes(), &secret);
    header("webhook-signature") == expected && (Timestamp::now().as_second() - seconds).abs() < 300
}

fn service(desk: &Shared, request: &Request) -> Answer {
    let mut desk = desk.lock().unwrap();
    let (_, query) = request.path.split_once('?').unwrap_or_default();
    let signed = if request.method == "GET" { query } else { &request.body };
    if !is_signed(request, signed) {
        return answer(401, "");
    }
    if request.method == "GET" {
        if query != format!("agent={AGENT}") {
            return answer(404, "");
        }
        let (state, reason) = desk.shows.split_once(' ').unwrap_or((&desk.shows, ""));
        return answer(200, &json!({ "state": state, "reason": reason }));
    }
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["type"], "presence.set");
    let data = &body["data"];
    if data["agent"] != AGENT {
        return answer(404, "");
    }
    if desk.declines {
        return answer(409, AGENT);
    }
    desk.shows = format!("{} {}", data["state"].as_str().unwrap(), data["reason"].as_str().unwrap());
    answer(204, "")
}

fn at(port: u16) -> Value {
    json!({ "kind": "webhook", "url": format!("http://127.0.0.1:{port}/presence"), "reason": "r-7" })
}

#[test]
fn a_service_keeps_the_contract() {
    let desk = desk("available");
    let served = Arc::clone(&desk);
    let port = serve(move |stream| talk(stream, |request| service(&served, request)));
    check(at, port, &desk, "on_break lunch");
}

#[test]
fn a_service_that_cannot_be_asked_says_so() {
    let port = serve(|stream| {
        talk(stream, |request| answer(if request.method == "GET" { 405 } else { 202 }, ""));
    });
    let port = open(&at(port), SECRET, PATIENCE);
    assert_eq!(port.set(AGENT, Presence::OnBreak), Ok(()));
    assert_eq!(port.read(AGENT), Ok(Shown::Untold));
}
