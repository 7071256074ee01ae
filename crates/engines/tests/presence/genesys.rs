//! Genesys Cloud, as far as presence goes.

use std::{sync::Arc, time::Duration};

use calmline_core::event::Presence;
use calmline_engines::presence::PATIENCE;
use calmline_media::presence::{PresenceError, Shown};
use calmline_testing::serve;
use serde_json::{Value, json};

use super::{
    AGENT, SECRET, Shared, check, desk, open,
    web::{Answer, Request, answer, talk},
};

const DEFINITIONS: [&str; 3] = ["def-break", "def-available", "def-meal"];

/// The notes of the desk: the tokens that are good.
fn genesys(desk: &Shared, request: &Request) -> Answer {
    let mut desk = desk.lock().unwrap();
    if request.path == "/oauth/token" {
        if !request.brings("client-1", SECRET) {
            return answer(400, &json!({ "error": "invalid_client", "description": "client not found" }));
        }
        if request.body != "grant_type=client_credentials" {
            return answer(400, &json!({ "error": "unsupported_grant_type" }));
        }
        let token = format!("token-{}", desk.notes.len());
        desk.notes.push(token.clone());
        return answer(200, &json!({ "access_token": token, "token_type": "bearer", "expires_in": 86_399 }));
    }
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if !bearer.is_some_and(|token| desk.notes.iter().any(|good| good == token)) {
        return answer(401, &json!({ "code": "bad.credentials", "status": 401 }));
    }
    if request.path != format!("/api/v2/users/{AGENT}/presences/PURECLOUD") {
        return answer(404, &json!({ "code": "not.found", "status": 404 }));
    }
    if request.method == "PATCH" {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let wanted = body["presenceDefinition"]["id"].as_str().unwrap_or_default();
        if desk.declines || !DEFINITIONS.contains(&wanted) {
            return answer(400, &json!({ "code": "invalid.presence", "status": 400, "message": AGENT }));
        }
        desk.shows = wanted.to_owned();
    }
    let definition = json!({ "id": desk.shows, "systemPresence": "Break" });
    answer(
        200,
        &json!({ "id": AGENT, "source": "PURECLOUD", "primary": true, "presenceDefinition": definition }),
    )
}

fn at(port: u16) -> Value {
    let here = format!("http://127.0.0.1:{port}");
    json!({
        "kind": "genesys", "api": here, "login": here, "client_id": "client-1",
        "on_break": "def-break", "available": "def-available",
    })
}

fn start(desk: &Shared) -> u16 {
    let desk = Arc::clone(desk);
    serve(move |stream| talk(stream, |request| genesys(&desk, request)))
}

#[test]
fn genesys_keeps_the_contract() {
    let desk = desk("def-available");
    check(at, start(&desk), &desk, "def-meal");
}

#[test]
fn a_token_that_is_over_is_renewed_once() {
    let desk = desk("def-available");
    let port = open(&at(start(&desk)), SECRET, PATIENCE);
    assert_eq!(port.set(AGENT, Presence::OnBreak), Ok(()));
    assert_eq!(port.read(AGENT), Ok(Shown::Asked(Presence::OnBreak)));
    assert_eq!(desk.lock().unwrap().notes, ["token-0"], "one token serves for many requests");
    desk.lock().unwrap().notes = vec!["revoked".into()];
    assert_eq!(port.read(AGENT), Ok(Shown::Asked(Presence::OnBreak)));
    assert_eq!(desk.lock().unwrap().notes, ["revoked", "token-1"]);
}

#[test]
fn a_platform_that_wants_a_pause_says_for_how_long() {
    let port = serve(|stream| {
        talk(stream, |request| match request.path.as_str() {
            "/oauth/token" => answer(200, &json!({ "access_token": "t" })),
            _ => (429, "retry-after: 7\r\n", json!({ "code": "too.many.requests" }).to_string()),
        });
    });
    let port = open(&at(port), SECRET, PATIENCE);
    assert_eq!(port.read(AGENT), Err(PresenceError::Busy(Duration::from_secs(7))));
}

#[test]
fn an_answer_that_is_none_and_one_without_end_are_errors() {
    let html = serve(|stream| talk(stream, |_| answer(200, "<html>")));
    let read = open(&at(html), SECRET, PATIENCE).read(AGENT);
    assert!(matches!(read, Err(PresenceError::Unreachable(why)) if why.contains("access_token")));
    let endless = serve(|stream| talk(stream, |_| answer(200, &"x".repeat(1 << 20))));
    assert!(matches!(open(&at(endless), SECRET, PATIENCE).read(AGENT), Err(PresenceError::Unreachable(_))));
}
