//! Twilio TaskRouter, as far as a worker's activity goes.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    AGENT, SECRET, Shared, check, desk,
    web::{Answer, Request, answer, talk},
};
use calmline_testing::serve;

const ACTIVITIES: [&str; 3] = ["WAbreak", "WAready", "WAlunch"];

fn error(status: u16, code: u32) -> Answer {
    answer(status, &json!({ "code": code, "message": AGENT, "status": status }))
}

fn taskrouter(desk: &Shared, request: &Request) -> Answer {
    let mut desk = desk.lock().unwrap();
    if !request.brings("AC1", SECRET) {
        return error(401, 20_003);
    }
    if request.path != format!("/v1/Workspaces/WS1/Workers/{AGENT}") {
        return error(404, 20_404);
    }
    if request.method == "POST" {
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        let wanted = request.body.strip_prefix("ActivitySid=").unwrap_or_default();
        if desk.declines || !ACTIVITIES.contains(&wanted) {
            return error(400, 20_001);
        }
        desk.shows = wanted.to_owned();
    }
    let worker = json!({
        "sid": AGENT, "workspace_sid": "WS1", "activity_sid": desk.shows, "activity_name": "x",
        "available": desk.shows == "WAready", "attributes": "{}",
    });
    answer(200, &worker)
}

fn at(port: u16) -> Value {
    json!({
        "kind": "twilio", "api": format!("http://127.0.0.1:{port}"), "workspace": "WS1", "account": "AC1",
        "on_break": "WAbreak", "available": "WAready",
    })
}

#[test]
fn taskrouter_keeps_the_contract() {
    let desk = desk("WAready");
    let served = Arc::clone(&desk);
    let port = serve(move |stream| talk(stream, |request| taskrouter(&served, request)));
    check(at, port, &desk, "WAlunch");
}
