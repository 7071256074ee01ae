//! Which files belong together, which channel is whose, and the table of call facts.

use calmline_core::{AgentId, Party, QueueId};
use calmline_media::{
    recording::{ChannelMap, Source, group, legs, read_facts},
    wav::Recording,
};

#[test]
fn names_tell_sides_and_nothing_else_does() {
    let sources =
        group(["b_agent.wav", "notes.txt", "b_Customer.WAV", "lone_caller.wav", "mixed.wav", "_agent.wav"]);
    assert_eq!(
        sources.expect("no doubles"),
        [
            Source::Single { id: "_agent".into(), file: "_agent.wav".into() },
            Source::Pair { id: "b".into(), agent: "b_agent.wav".into(), customer: "b_Customer.WAV".into() },
            Source::Side { id: "lone".into(), file: "lone_caller.wav".into(), party: Party::Customer },
            Source::Single { id: "mixed".into(), file: "mixed.wav".into() },
        ]
    );
}

#[test]
fn two_files_for_one_side_are_an_error() {
    let error = group(["x_caller.wav", "x_customer.wav"]).expect_err("two customers");
    assert_eq!(
        error.to_string(),
        r#""x_caller.wav" and "x_customer.wav" both claim to be the customer's side of one call; rename one"#
    );
}

#[test]
fn a_channel_map_says_whose_voice_or_why_not() {
    let map = |text: &str| text.parse::<ChannelMap>().map_err(|e| e.to_string());
    assert_eq!(map("Caller, agent").expect("a good map").parties(), [Party::Customer, Party::Agent]);
    assert_eq!(
        map("agent,agent"),
        Err("channel 2: agent is named a second time; each party has one channel".into())
    );
    assert!(map("agent,boss").is_err_and(|e| e.starts_with(r#"channel 2: "boss" is not one of"#)));

    let stereo = || Recording { rate: 8_000, channels: vec![vec![1], vec![2]], truncated: None };
    let parties = |map: Option<&ChannelMap>| {
        legs(stereo(), map).map(|legs| legs.into_iter().map(|leg| leg.0).collect::<Vec<_>>())
    };
    assert_eq!(parties(None), Ok(vec![Party::Unknown; 2]));
    assert_eq!(
        parties(map("agent").ok().as_ref()).map_err(|e| e.to_string()),
        Err("1 channels are named, but the file has 2; name each channel of the file, in order".into())
    );
}

#[test]
fn a_table_of_facts_is_read() {
    let table = "\u{feff}call_id;started_at;agent_id;queue;duration_s;channels;shoe size\r\n\
                 c-1;2026-11-23T09:00:00+08:00;a-7;billing;90.5;customer+agent;43\r\n\
                 c-2;2026-11-23T01:05:00Z;;;;;\r\n";
    let facts = read_facts(table.as_bytes()).expect("a good table");
    assert_eq!(facts.ignored, ["shoe size"]);
    let [first, second] = &facts.calls[..] else { panic!("{facts:?}") };
    assert_eq!(first.started_at.to_string(), "2026-11-23T01:00:00Z");
    assert_eq!(first.ended_at.map(|at| at.to_string()).as_deref(), Some("2026-11-23T01:01:30.5Z"));
    assert_eq!(first.agent.as_ref().map(AgentId::as_str), Some("a-7"));
    assert_eq!(first.queue.as_ref().map(QueueId::as_str), Some("billing"));
    assert_eq!(first.channels.as_ref().map(ChannelMap::parties), Some(&[Party::Customer, Party::Agent][..]));
    assert!(second.agent.is_none() && second.ended_at.is_none() && second.channels.is_none());
}

#[test]
fn without_a_call_id_the_file_names_the_call() {
    let facts = read_facts(b"file,started_at\nday1/x_1.wav,2026-11-23T09:00:00Z\n").expect("a good table");
    assert_eq!(facts.calls[0].call.as_str(), "x_1");
    assert_eq!(facts.calls[0].file.as_deref(), Some("day1/x_1.wav"));
}

#[test]
fn errors_name_the_line_and_the_field() {
    let head = "call_id,started_at,answered_at,ended_at,duration_s,agent_id,channels\n";
    let good = "c1,2026-11-23T09:00:00Z,,,,,\n";
    for (lines, expected) in [
        (
            "c2,yesterday,,,,,\n",
            r#"line 3, started_at: "yesterday" is no RFC 3339 time with offset; write for instance 2026-11-23T09:00:00+08:00"#,
        ),
        (
            "c2,2026-11-23T09:00:00,,,,,\n",
            r#"line 3, started_at: "2026-11-23T09:00:00" is no RFC 3339 time with offset; write for instance 2026-11-23T09:00:00+08:00"#,
        ),
        ("c2,,,,,,\n", "line 3, started_at: empty; write for instance 2026-11-23T09:00:00+08:00"),
        (",2026-11-23T09:00:00Z,,,,,\n", "line 3, call_id: empty; fill call_id or file"),
        (
            "c1,2026-11-23T09:00:00Z,,,,,\n",
            r#"line 3, call_id: the call "c1" is there a second time; give each call one line"#,
        ),
        ("c2,2026-11-23T09:00:00Z,2026-11-23T08:00:00Z,,,,\n", "line 3, answered_at: before started_at"),
        (
            "c2,2026-11-23T09:00:00Z,,2026-11-23T08:00:00Z,,,\n",
            "line 3, ended_at: before the call began or was answered",
        ),
        (
            "c2,2026-11-23T09:00:00Z,,,-1,,\n",
            r#"line 3, duration_s: "-1" is no number of seconds from 0 to 604800"#,
        ),
        (
            "c2,2026-11-23T09:00:00Z,,,,a b,\n",
            "line 3, agent_id: agent_id holds the character ' '; use letters, digits and punctuation without spaces",
        ),
        (
            "c2,2026-11-23T09:00:00Z,,,,,boss\n",
            r#"line 3, channels: channel 1: "boss" is not one of agent, customer, caller, unknown; write for instance customer,agent"#,
        ),
        (
            "c2,2026-11-23T09:00:00Z\n",
            "line 3: 2 fields, but the header has 7; quote fields that hold the delimiter",
        ),
    ] {
        let table = format!("{head}{good}{lines}");
        assert_eq!(read_facts(table.as_bytes()).map_err(|e| e.to_string()), Err(expected.into()));
    }
    let header = |text: &str| read_facts(text.as_bytes()).map_err(|e| e.to_string());
    assert_eq!(header("call_id\n"), Err("line 1: there is no column started_at; it is needed".into()));
    assert_eq!(header("started_at\n"), Err("line 1: there is no column call_id; it is needed".into()));
    assert_eq!(
        header("call_id,call_id,started_at\n"),
        Err("line 1: the column call_id is there twice; remove one".into())
    );
    assert!(read_facts(b"call_id\xff").is_err());
}
