//! Asterisk's manager, as far as queue members go: what `manager.c` and `app_queue.c` of Asterisk 20 say.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::Arc,
};

use calmline_core::event::Presence;
use calmline_engines::presence::PATIENCE;
use calmline_testing::serve;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{AGENT, SECRET, Shared, WRONG, check, desk, open};

const CHALLENGE: &str = "160109284";

/// The fields of one action.
struct Action(Vec<(String, String)>);

impl Action {
    fn of(reader: &mut impl BufRead) -> Option<Self> {
        let mut fields = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some((key, value)) => fields.push((key.to_owned(), value.to_owned())),
                None => return Some(Self(fields)),
            }
        }
    }

    fn get(&self, key: &str) -> &str {
        self.0.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }
}

fn md5(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One connection. The desk's notes name what the manager lacks: `challenge`, or the `class` of the account.
fn manager(desk: &Shared, stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    reader.get_mut().write_all(b"Asterisk Call Manager/7.0.3\r\n").unwrap();
    let mut known = false;
    while let Some(action) = Action::of(&mut reader) {
        let answer = match action.get("Action") {
            "Logoff" => "Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n".to_owned(),
            "Challenge" if lacks(desk, "challenge") => no("Invalid/unknown command"),
            "Challenge" => format!("Response: Success\r\nChallenge: {CHALLENGE}\r\n"),
            "Login" => {
                let secret = action.get("Secret") == SECRET && lacks(desk, "challenge");
                known = action.get("Username") == "calmline"
                    && (secret || action.get("Key") == md5(&format!("{CHALLENGE}{SECRET}")));
                if known { yes("Authentication accepted") } else { no("Authentication failed") }
            }
            _ if !known || lacks(desk, "class") => no("Permission denied"),
            "QueuePause" => pause(desk, &action),
            "QueueStatus" => status(desk, &action),
            other => panic!("nobody asked for {other}"),
        };
        let id = format!("ActionID: {}\r\n", action.get("ActionID"));
        let mut text = String::new();
        for frame in answer.split_inclusive("\r\n\r\n") {
            text += &format!("{}\r\n{id}\r\n", frame.trim_end());
        }
        if known {
            // Comes in between, and answers nothing.
            text.insert_str(0, "Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n");
        }
        if reader.get_mut().write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

fn lacks(desk: &Shared, what: &str) -> bool {
    desk.lock().unwrap().notes.iter().any(|note| note == what)
}

fn yes(message: &str) -> String {
    format!("Response: Success\r\nMessage: {message}\r\n")
}

fn no(message: &str) -> String {
    format!("Response: Error\r\nMessage: {message}\r\n")
}

fn pause(desk: &Shared, action: &Action) -> String {
    let mut desk = desk.lock().unwrap();
    if action.get("Interface") != format!("PJSIP/{AGENT}") {
        return no("Interface not found");
    }
    if desk.declines {
        return no("Unable to pause");
    }
    let paused = action.get("Paused") == "true";
    desk.shows = format!("{} {}", u8::from(paused), action.get("Reason"));
    yes(if paused { "Interface paused successfully" } else { "Interface unpaused successfully" })
}

fn status(desk: &Shared, action: &Action) -> String {
    let shows = desk.lock().unwrap().shows.clone();
    let (paused, reason) = shows.split_once(' ').unwrap();
    let member = format!("PJSIP/{AGENT}");
    let mut text =
        "Response: Success\r\nEventList: start\r\nMessage: Queue status will follow\r\n\r\n".to_owned();
    for queue in ["sales", "service"] {
        text += &format!(
            "Event: QueueParams\r\nQueue: {queue}\r\nMax: 0\r\nStrategy: ringall\r\nCalls: 0\r\n\r\n"
        );
        if action.get("Member") == member {
            text += &format!(
                "Event: QueueMember\r\nQueue: {queue}\r\nName: {member}\r\nLocation: {member}\r\nStateInterface: {member}\r\nMembership: dynamic\r\nPenalty: 0\r\nStatus: 1\r\nPaused: {paused}\r\nPausedReason: {reason}\r\nWrapuptime: 0\r\n\r\n"
            );
        }
    }
    text + "Event: QueueStatusComplete\r\nEventList: Complete\r\nListItems: 4\r\n"
}

fn at(port: u16) -> Value {
    json!({
        "kind": "asterisk", "address": format!("127.0.0.1:{port}"), "user": "calmline",
        "interface": "PJSIP/{agent}", "reason": "r-7",
    })
}

fn start(desk: &Shared) -> u16 {
    let desk = Arc::clone(desk);
    serve(move |stream| manager(&desk, stream))
}

#[test]
fn asterisk_keeps_the_contract() {
    let desk = desk("0 ");
    check(at, start(&desk), &desk, "1 lunch");
}

#[test]
fn a_manager_without_challenges_is_logged_in_to_with_the_secret() {
    let desk = desk("0 ");
    desk.lock().unwrap().notes.push("challenge".into());
    let port = start(&desk);
    assert_eq!(open(&at(port), SECRET, PATIENCE).set(AGENT, Presence::OnBreak), Ok(()));
    assert_eq!(desk.lock().unwrap().shows, "1 r-7");
    assert!(open(&at(port), WRONG, PATIENCE).read(AGENT).is_err());
}

#[test]
fn an_account_without_the_class_is_told_apart_from_an_unknown_agent() {
    let desk = desk("0 ");
    desk.lock().unwrap().notes.push("class".into());
    let refused = open(&at(start(&desk)), SECRET, PATIENCE).set(AGENT, Presence::OnBreak).err().unwrap();
    assert!(refused.to_string().contains("class"), "{refused}");
}
