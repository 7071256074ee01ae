//! Words while they are spoken: from a streaming speech server to the page of the agent in the call.

use std::{io::BufRead, net::TcpStream, path::Path};

use calmline_core::catalog::Lang;
use calmline_testing::serve;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, accept};

use crate::{
    phone::{REAL_TIME, uuid},
    program::{Outcome, PASSWORD},
    recordings::Sides,
    serving::{ASR_MODEL, House, Person, Serving, work},
};

/// A server in the manner of Vosk's, which understands another word every quarter of a second and a number at the end.
fn vosk(stream: TcpStream) {
    let Ok(mut socket) = accept(stream) else { return };
    let mut words = 0;
    while let Ok(message) = socket.read() {
        let told = match message {
            Message::Binary(_) => {
                words += 1;
                json!({ "partial": "waiting ".repeat(words).trim_end() })
            }
            Message::Text(text) if text.contains("eof") => {
                json!({ "text": "waiting for weeks my card is 4111 1111 1111 1111" })
            }
            _ => continue,
        };
        if socket.send(Message::text(told.to_string())).is_err() {
            return;
        }
    }
}

/// An agent with an account.
fn agent(serving: &Serving, name: &str) -> anyhow::Result<Person> {
    let account =
        json!({"login": name, "password": PASSWORD, "roles": ["agent"], "agent_id": format!("{name}@acd")});
    let (status, body) = serving.admin()?.send("POST", "/v1/accounts", &account)?;
    assert_eq!(status, 201, "{body}");
    serving.sign_in(name)
}

/// What a stream tells of words, up to the first that are there for good.
fn told(stream: impl BufRead) -> anyhow::Result<Vec<Value>> {
    let mut seen = Vec::new();
    for line in stream.lines() {
        let line = line?;
        let Some(data) = line.strip_prefix("data:") else { continue };
        let event: Value = serde_json::from_str(data.trim())?;
        let over = event["type"] == "utterance";
        seen.push(event);
        if over {
            break;
        }
    }
    Ok(seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_reads_what_is_being_said_in_their_call_and_nobody_elses_does() -> Outcome {
    let house = House::set_up("cn")?;
    let engine = format!("vosk+ws://127.0.0.1:{}#en", serve(vosk));
    let serving = house.serve_with(&[Path::new(ASR_MODEL), Path::new(&engine)])?;
    let (me, other) = (agent(&serving, "li.wei")?, agent(&serving, "wang.fang")?);
    let supervisor = json!({"login": "sup", "password": PASSWORD, "roles": ["supervisor"]});
    assert_eq!(serving.admin()?.send("POST", "/v1/accounts", &supervisor)?.0, 201);
    let call = uuid();
    let mine = json!({"call_id": call, "agent_id": "li.wei@acd"});
    let theirs = json!({"call_id": "another", "agent_id": "wang.fang@acd"});
    let answered = |id: &str, data| work(id, "call.answered", data);
    serving.work(&house.events_key, &[answered("1", &mine), answered("2", &theirs)])?;

    let kinds = "utterance,call.ended";
    let (own, others, floor) =
        (me.stream(kinds)?, other.stream(kinds)?, serving.sign_in("sup")?.stream(kinds)?);
    let reading = tokio::task::spawn_blocking(move || told(own));
    let customer = calmline_sim::voice::speak(
        "I have been waiting for three weeks now and nobody has called me back about my order",
        Lang::En,
        3,
        0.5,
    );
    let customer: Vec<i16> = customer.into_iter().chain([0; 9_600]).collect();
    let agent = vec![0; customer.len()];
    let mut line = house.platform(&serving)?.call(&call).await?;
    line.play(&Sides { customer, agent }, REAL_TIME).await?;
    line.hang_up("end").await?;
    let seen = reading.await??;
    let (whole, partial) = seen.split_last().ok_or_else(|| anyhow::anyhow!("nothing was told"))?;
    assert!(partial.len() > 2, "{seen:?}");
    assert!(partial.iter().all(|event| event["type"] == "utterance.partial"), "{seen:?}");
    assert!(partial[0].get("position").is_none(), "it is no event of the log");
    let lengths = partial.iter().map(|event| event["words"].as_str().unwrap_or_default().len());
    assert!(lengths.clone().zip(lengths.skip(1)).all(|(one, next)| one < next), "they grow: {seen:?}");
    let of = |event: &Value| {
        let data = &event["data"];
        (data["call"].clone(), data["party"].clone(), data["start_s"].clone())
    };
    assert_eq!(of(&partial[0]), of(whole), "what is there for good takes their place");
    assert_eq!(whole["words"], "waiting for weeks my card is [CARD_1]");

    // The others' streams have told nothing of it by the time that a later fact arrives.
    let ended = json!({"call_id": "another"});
    serving.work(&house.events_key, &[work("3", "call.ended", &ended)])?;
    for stream in [others, floor] {
        let first = tokio::task::spawn_blocking(move || {
            let mut data =
                stream.lines().filter_map(|line| line.ok()?.strip_prefix("data:").map(str::to_owned));
            data.next().unwrap_or_default()
        });
        let first: Value = serde_json::from_str(&first.await?)?;
        assert_eq!(first["type"], "call.ended", "{first}");
    }
    serving.stop()?;
    for event in house.log().await? {
        assert_ne!(event.body.kind(), "utterance.partial");
    }
    Ok(())
}
