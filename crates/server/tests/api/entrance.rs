//! Callers in front of the queues: a platform tells what they say over its socket, and is told what to ask and where to pass
//! them on.

use std::time::Duration;

use anyhow::Context;
use calmline_care::Settings;
use calmline_core::{
    AccountId, Body, Party, Role,
    policy::{Notice, Profile},
};
use calmline_language::intent::{Intents, Labelled, Training};
use calmline_server::live;
use calmline_store::{KeyKind, Payloads};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::house::{House, Outcome};

struct Platform(WebSocketStream<TcpStream>);

impl Platform {
    async fn open(house: &House) -> anyhow::Result<Self> {
        let key = house.key(KeyKind::Route).await?;
        let mut request = format!("ws://{}/v1/entrance/ws", key.addr).into_client_request()?;
        let value = &key.headers.iter().find(|(name, _)| name == "X-API-KEY").context("a key")?.1;
        request.headers_mut().insert("X-API-KEY", value.parse()?);
        let stream = TcpStream::connect(key.addr).await?;
        Ok(Self(client_async(request, stream).await?.0))
    }

    async fn say(&mut self, message: Value) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    async fn told(&mut self) -> anyhow::Result<Value> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(10), self.0.next()).await;
            match message.context("nothing was told in time")?.context("the socket was closed")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                _ => continue,
            }
        }
    }
}

async fn house() -> anyhow::Result<House> {
    let said = [
        ("i want my money back", "refund"),
        ("please refund my order", "refund"),
        ("give me a refund for this", "refund"),
        ("您好，在吗？", "refund"),
        ("把钱退给我", "refund"),
        ("the line is dead", "fault"),
        ("my internet is broken", "fault"),
        ("there is no dial tone", "fault"),
        ("网络断了", "fault"),
        ("宽带坏了", "fault"),
        ("hello there", "other"),
        ("good morning how are you", "other"),
        ("您好，在吗？", "other"),
        ("喂，你好", "other"),
    ];
    let examples = said.map(|(text, intent)| Labelled { text: text.into(), intent: intent.into() });
    let intents = Intents::train(&examples, None, &Training { out_of_scope: Some("other".into()), seed: 1 })?;
    let entrance = serde_json::from_value(json!({
        "otherwise": "main",
        "departments": { "refund": "billing", "fault": "technicians" },
        "names": { "refund": { "en": "a refund", "zh": "退款" }, "fault": { "en": "a fault", "zh": "报修" } },
        "sure_from": 0.6,
    }))?;
    let care = Settings { entrance, ..Settings::default() };
    let options = live::Options { care, intents: Some(intents.into()), ..live::Options::default() };
    let house = House::open_live(Profile::Strict, options).await?;
    for notice in Notice::ALL {
        let by = AccountId::new("admin")?;
        house.append(Body::NoticeConfirmed { notice, text_sha256: String::new(), by }).await?;
    }
    Ok(house)
}

#[tokio::test]
async fn callers_are_understood_asked_and_passed_on_over_a_socket_and_it_is_counted() -> Outcome {
    let house = house().await?;
    let mut platform = Platform::open(&house).await?;
    platform.say(json!({"type": "open", "call": "c-1", "language": "en"})).await?;
    platform.say(json!({"type": "text", "call": "c-1", "text": "please refund my order"})).await?;
    let told = platform.told().await?;
    assert_eq!(
        (&told["type"], &told["queue"], &told["intent"]),
        (&json!("transfer"), &json!("billing"), &json!("refund"))
    );
    assert_eq!(told["code"], "entrance.why.sure");
    platform.say(json!({"type": "moved", "call": "c-1", "queue": "billing", "done": true})).await?;

    // Nothing yet that tells what it is about: a question in the caller's language, and the answer.
    platform.say(json!({"type": "open", "call": "c-2", "language": "zh"})).await?;
    platform.say(json!({"type": "text", "call": "c-2", "text": "我要退款,我家网络断了"})).await?;
    let told = platform.told().await?;
    assert_eq!(told["type"], "ask", "{told}");
    assert!(
        told["say"].as_str().is_some_and(
            |say| say.contains("\u{9000}\u{6b3e}\u{ff0c}") || say.contains("\u{62a5}\u{4fee}\u{ff0c}")
        ),
        "{told}"
    );
    platform.say(json!({"type": "text", "call": "c-2", "text": "宽带坏了"})).await?;
    let told = platform.told().await?;
    assert_eq!(
        (&told["queue"], &told["code"]),
        (&json!("technicians"), &json!("entrance.why.chosen")),
        "{told}"
    );
    platform.say(json!({"type": "moved", "call": "c-2", "queue": "technicians", "done": false})).await?;

    // A person is asked for: no question.
    platform.say(json!({"type": "open", "call": "c-3"})).await?;
    platform
        .say(json!({"type": "text", "call": "c-3", "text": "I want to speak to a supervisor right now"}))
        .await?;
    let told = platform.told().await?;
    assert_eq!((&told["type"], &told["code"]), (&json!("transfer"), &json!("entrance.why.person")), "{told}");

    // What the platform says wrongly is told to it, and harms no other call.
    platform.say(json!({"type": "text", "call": "c-9", "text": "hello"})).await?;
    assert_eq!(platform.told().await?["type"], "error");
    platform.say(json!({"type": "sing"})).await?;
    assert_eq!(platform.told().await?["type"], "error");

    let log = house.log().await?;
    assert!(!serde_json::to_string(&log)?.contains("refund my order"), "the log holds words");
    let words = log.iter().find_map(|event| match &event.body {
        Body::Utterance { party: Party::Customer, text: Some(text), .. } => Some(text.clone()),
        _ => None,
    });
    let words = words.context("no words were kept")?;
    assert!(house.store.open_payload(&house.site, &words).await?.is_some(), "the words are sealed");
    let report = house.role(Role::WorksCouncil).await?.get("/v1/monitoring").await?.json();
    let entrance = &report["entrance"];
    assert_eq!(
        (&entrance["came"], &entrance["asked"], &entrance["passed_on"]),
        (&json!(3), &json!(1), &json!(3)),
        "{entrance}"
    );
    assert_eq!((&entrance["confirmed"], &entrance["refused"]), (&json!(1), &json!(1)), "{entrance}");
    house.close().await
}

#[tokio::test]
async fn a_site_without_an_entrance_says_how_to_open_one() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let refused = house.key(KeyKind::Route).await?.get("/v1/entrance/ws").await?;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("closed")));
    assert!(refused.text.contains("care.entrance"), "{}", refused.text);
    house.close().await
}
