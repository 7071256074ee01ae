use super::*;

const BANNER: &str = "Asterisk Call Manager/9.0.0\r\n";

fn manager() -> Manager {
    Manager {
        user: "calmline".into(),
        secret: "hush".into(),
        interface: "PJSIP/{agent}".into(),
        reason: "pause-7".into(),
    }
}

fn session(task: Task) -> Session {
    Session::new(manager(), "1001", task)
}

fn said(session: &mut Session) -> String {
    match session.poll() {
        Some(Output::Send(text)) => text,
        other => panic!("nothing was said: {other:?}"),
    }
}

/// A session that is logged in and has said what it wants.
fn asked(task: Task) -> (Session, String) {
    let mut session = session(task);
    session.bytes(BANNER.as_bytes());
    said(&mut session);
    session.bytes(b"Response: Success\r\nActionID: calmline-challenge\r\nChallenge: 160109284\r\n\r\n");
    said(&mut session);
    session
        .bytes(b"Response: Success\r\nActionID: calmline-login\r\nMessage: Authentication accepted\r\n\r\n");
    let wanted = said(&mut session);
    (session, wanted)
}

fn outcome(session: &mut Session) -> Outcome {
    loop {
        match session.poll() {
            Some(Output::Done(outcome)) => return outcome,
            Some(Output::Send(text)) => assert!(text.starts_with("Action: Logoff\r\n"), "{text}"),
            None => panic!("it is not over"),
        }
    }
}

#[test]
fn the_secret_does_not_cross_the_network_where_there_is_a_challenge() {
    let mut session = session(Task::Read);
    assert_eq!(session.poll(), None, "the server speaks first");
    session.bytes(BANNER.as_bytes());
    assert_eq!(
        said(&mut session),
        "Action: Challenge\r\nActionID: calmline-challenge\r\nAuthType: MD5\r\n\r\n"
    );
    session.bytes(b"Response: Success\r\nActionID: calmline-challenge\r\nChallenge: 160109284\r\n\r\n");
    let login = said(&mut session);
    // md5("160109284hush")
    assert!(login.contains("Key: a939f26368ac351ad549d60c74635731"), "{login}");
    assert!(login.contains("Events: off\r\n") && !login.contains("hush"), "{login}");
}

#[test]
fn a_manager_without_challenges_is_told_the_secret() {
    let mut session = session(Task::Read);
    session.bytes(BANNER.as_bytes());
    said(&mut session);
    session
        .bytes(b"Response: Error\r\nActionID: calmline-challenge\r\nMessage: Must specify AuthType\r\n\r\n");
    assert!(said(&mut session).contains("Secret: hush\r\n"));
    session.bytes(b"Response: Error\r\nActionID: calmline-login\r\nMessage: Authentication failed\r\n\r\n");
    assert!(matches!(outcome(&mut session), Err(PresenceError::Unauthorised(_))));
}

#[test]
fn a_pause_names_the_member_and_the_neutral_reason() {
    let (mut session, wanted) = asked(Task::Set(Presence::OnBreak));
    let expected = "Action: QueuePause\r\nActionID: calmline-task\r\nInterface: PJSIP/1001\r\nPaused: true\r\nReason: pause-7\r\n\r\n";
    assert_eq!(wanted, expected);
    session.bytes(b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n");
    assert_eq!(session.poll(), None, "an event of somebody else's");
    session.bytes(
        b"Response: Success\r\nActionID: calmline-task\r\nMessage: Interface paused successfully\r\n\r\n",
    );
    assert_eq!(outcome(&mut session), Ok(None));
    let (mut session, wanted) = asked(Task::Set(Presence::Available));
    assert!(wanted.contains("Paused: false\r\n"));
    session.bytes(b"Response: Error\r\nActionID: calmline-task\r\nMessage: Interface not found\r\n\r\n");
    assert_eq!(outcome(&mut session), Err(PresenceError::NotFound));
}

fn status(members: &[(&str, &str)]) -> Outcome {
    let (mut session, wanted) = asked(Task::Read);
    assert!(wanted.contains("Action: QueueStatus\r\n") && wanted.contains("Member: PJSIP/1001\r\n"));
    let mut text = String::from("Response: Success\r\nActionID: calmline-task\r\nEventList: start\r\n\r\n");
    for (paused, why) in members {
        text.push_str(&format!(
            "Event: QueueMember\r\nQueue: sales\r\nName: Li\r\nLocation: PJSIP/1001\r\nPaused: {paused}\r\n{why}ActionID: calmline-task\r\n\r\n"
        ));
    }
    // Another member, should a server not filter.
    text.push_str(
        "Event: QueueMember\r\nLocation: PJSIP/1002\r\nPaused: 1\r\nActionID: calmline-task\r\n\r\n",
    );
    text.push_str("Event: QueueStatusComplete\r\nActionID: calmline-task\r\nEventList: Complete\r\n\r\n");
    session.bytes(text.as_bytes());
    outcome(&mut session)
}

#[test]
fn a_break_is_a_pause_in_every_queue_for_the_sites_reason() {
    let (ours, own) = ("PausedReason: pause-7\r\n", "PausedReason: lunch\r\n");
    let asked = |presence| Ok(Some(Shown::Asked(presence)));
    assert_eq!(status(&[("1", ours), ("1", ours)]), asked(Presence::OnBreak));
    assert_eq!(status(&[("1", "")]), asked(Presence::OnBreak), "an Asterisk that does not tell reasons");
    assert_eq!(status(&[("0", "PausedReason: \r\n")]), asked(Presence::Available));
    assert_eq!(status(&[("1", own), ("1", ours)]), Ok(Some(Shown::Other("paused: lunch".into()))));
    assert_eq!(status(&[("1", ours), ("0", "")]), Ok(Some(Shown::Other("paused in some queues".into()))));
    assert_eq!(status(&[]), Err(PresenceError::NotFound));
}

#[test]
fn an_agents_name_cannot_be_a_command() {
    let mut session = Session::new(manager(), "1\r\nAction: Command", Task::Read);
    assert_eq!(outcome(&mut session), Err(PresenceError::NotFound));
    session.bytes(BANNER.as_bytes());
    assert_eq!(session.poll(), None);
}

#[test]
fn what_is_no_manager_or_has_no_end_is_given_up() {
    let mut ssh = session(Task::Read);
    ssh.bytes(b"SSH-2.0-OpenSSH\r\n");
    assert!(matches!(outcome(&mut ssh), Err(PresenceError::Unreachable(why)) if why.contains("5038")));
    let mut endless = Frames::default();
    endless.push(BANNER.as_bytes()).expect("a banner");
    assert_eq!(endless.push(&[b'x'; MOST_LINE + 1]), Err(FrameError::Line));
    let mut endless = Frames::default();
    endless.push(BANNER.as_bytes()).expect("a banner");
    assert_eq!(endless.push("A: b\r\n".repeat(MOST_LINES + 1).as_bytes()), Err(FrameError::Frame));
    let (mut gone, _) = asked(Task::Read);
    gone.lost();
    assert!(matches!(outcome(&mut gone), Err(PresenceError::Unreachable(_))));
}

#[test]
fn frames_do_not_depend_on_how_bytes_are_cut() {
    let text = format!("{BANNER}Response: Success\r\nmessage:  a: b \r\nno colon\r\n\r\n\r\nEvent: X\n\n");
    let whole = Frames::default().push(text.as_bytes()).expect("frames");
    assert_eq!(whole.len(), 2);
    assert_eq!(whole[0].get("Message"), Some("a: b"));
    let mut frames = Frames::default();
    let cut: Vec<Frame> = text.bytes().flat_map(|byte| frames.push(&[byte]).expect("frames")).collect();
    assert_eq!(cut, whole);
}
