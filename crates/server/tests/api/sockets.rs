//! Who is let in to the sockets of the phone platforms, before a socket is opened.

use calmline_core::{Timestamp, policy::Profile};
use calmline_media::twilio::signature::sign;
use calmline_server::keys::FreshKey;
use calmline_store::{KeyKind, Keys};

use crate::house::{Client, House, Outcome};

const TWILIO: &str = "/v1/twilio/ws";
const AUDIOHOOK: &str = "/v1/audiohook/ws";
const TOKEN: &[u8] = b"the auth token of an account";

/// A Twilio platform that signs as it should.
async fn twilio(house: &House) -> anyhow::Result<Client> {
    let key = FreshKey::draw(house.site.clone(), KeyKind::Twilio, Some(TOKEN.to_vec()), Timestamp::now())?;
    house.store.add_key(key.new).await?;
    let url = format!("ws://{}{TWILIO}", house.server.addr);
    Ok(house.nobody().with("X-Twilio-Signature", &sign(TOKEN, &url, &[])))
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_platform_behind_the_same_address_is_let_in_all_the_same() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let platform = twilio(&house).await?;
    let guess = house.nobody().with("X-API-KEY", "a-guess");
    let mut refused = 0;
    let slowed = loop {
        let answer = guess.get(if refused % 2 == 0 { AUDIOHOOK } else { TWILIO }).await?;
        if answer.status != 401 {
            break answer;
        }
        assert_eq!(answer.json()["code"], "refused");
        refused += 1;
        assert!(refused < 200, "nobody slows it down");
    };
    assert_eq!((slowed.status, slowed.json()["code"].as_str()), (429, Some("too_many")));
    assert!(slowed.header("retry-after").is_some());
    assert!(refused >= 20, "slowed down after {refused}: a platform may err a few times");
    // No socket is asked for here, so this is as far as one comes who is let in.
    let known = platform.get(TWILIO).await?;
    assert_eq!((known.status, known.json()["code"].as_str()), (400, Some("no_websocket")), "{}", known.text);
    house.close().await
}

#[tokio::test]
async fn the_document_describes_them() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let document = house.nobody().get("/openapi.json").await?.json();
    for path in [AUDIOHOOK, TWILIO] {
        let answers = &document["paths"][path]["get"]["responses"];
        for status in ["101", "401", "429"] {
            assert!(answers[status].is_object(), "{path} {status}: {answers}");
        }
    }
    house.close().await
}
