//! What an agent is told of themselves, what they answer for themselves, and what is deleted when they withdraw.

use calmline_core::{
    Body, Draft, PayloadId, Role, SubjectId, Timestamp,
    event::{Clear, PayloadKind},
    policy::{Profile, Purpose},
};
use calmline_server::questionnaire::{Instrument, Item, Questionnaire, Words};
use serde_json::json;

use crate::house::{House, Outcome};

#[tokio::test]
async fn the_fit_is_off_until_it_is_chosen_and_a_withdrawal_says_what_is_deleted() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let (_, client) = house.agent("li.wei").await?;
    let off = client.get("/v1/me/fit").await?.json();
    assert_eq!((&off["own"], &off["text"]), (&json!(false), &json!(null)));
    let on = client.call("PUT", "/v1/me/fit", &json!({"own": true})).await?;
    assert_eq!((on.status, &on.json()["deleted"]), (200, &json!(null)), "{}", on.text);
    let said = client.post("/v1/me/reports", &json!({"report": "check_in", "energy": 7})).await?;
    assert_eq!(said.status, 201, "{}", said.text);
    let fit = client.get("/v1/me/fit?lang=en").await?.json();
    assert_eq!((&fit["own"], &fit["check_ins"]), (&json!(true), &json!(1)));
    assert!(fit["text"].as_str().unwrap().starts_with("1 check-ins so far"), "{fit}");
    let (low, high) = (fit["interval"][0].as_f64().unwrap(), fit["interval"][1].as_f64().unwrap());
    assert!(low < fit["energy"].as_f64().unwrap() && fit["energy"].as_f64().unwrap() < high, "{fit}");
    let gone = client.call("PUT", "/v1/me/fit?lang=en", &json!({"own": false})).await?.json();
    assert!(gone["deleted"].as_str().unwrap().contains("from 1 check-ins is deleted"), "{gone}");
    client.call("PUT", "/v1/me/fit", &json!({"own": true})).await?;
    assert_eq!(
        client.get("/v1/me/fit").await?.json()["check_ins"],
        0,
        "what was learned before is forgotten"
    );
    house.close().await
}

fn who5() -> Questionnaire {
    let words = |text: &str| Words { en: Some(text.into()), zh: None };
    let item = |n: u8| Item {
        text: words(&format!("item {n}")),
        scale: None,
        answers: "time".into(),
        reversed: false,
    };
    let answers = (0..6).map(|n| words(&format!("answer {n}"))).collect();
    Questionnaire {
        instrument: Instrument::Who5,
        source: "a test".into(),
        about: words("about"),
        answers: [("time".to_owned(), answers)].into(),
        items: (0..5).map(item).collect(),
    }
}

#[tokio::test]
async fn a_questionnaire_shows_its_installed_words_or_says_that_it_has_none_and_stays_with_its_agent()
-> Outcome {
    let house = House::open_with(Profile::Eu, |config| config.questionnaires = vec![who5()]).await?;
    let (_, client) = house.agent("li.wei").await?;
    let list = client.get("/v1/me/questionnaires?lang=en").await?.json();
    let of = |list: &serde_json::Value, name: &str| {
        let all = list["questionnaires"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["instrument"] == name).unwrap()
    };
    assert_eq!(of(&list, "pulse")["items"].as_array().unwrap().len(), 6);
    assert_eq!(of(&list, "who5")["items"][4]["text"], "item 4");
    assert_eq!(of(&list, "burnout")["items"], json!([]));
    assert!(of(&list, "burnout")["about"].as_str().unwrap().contains("not installed"));
    let chinese = client.get("/v1/me/questionnaires?lang=zh").await?.json();
    assert_eq!(of(&chinese, "who5")["items"], json!([]), "the published words, or none");
    let path = "/v1/me/questionnaires";
    let given = client.post(path, &json!({"instrument": "who5", "answers": [3, 2, 3, 1, 4]})).await?;
    assert_eq!((given.status, &given.json()["scores"][0]["value"]), (201, &json!(52.0)), "{}", given.text);
    let pulse = client.post(path, &json!({"instrument": "pulse", "answers": [4, 0, 3, 3, 4, 2]})).await?;
    assert_eq!(pulse.status, 201, "{}", pulse.text);
    let wrong = client.post(path, &json!({"instrument": "pulse", "answers": [5, 0, 3, 3, 4, 2]})).await?;
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("answers")));
    let none = client.post(path, &json!({"instrument": "burnout", "answers": [1]})).await?;
    assert_eq!((none.status, &none.json()["code"]), (409, &json!("not_installed")));
    let list = client.get("/v1/me/questionnaires").await?.json();
    assert_eq!(of(&list, "who5")["given"][0]["scores"][0]["value"], 52.0);
    for role in Role::ALL.into_iter().filter(|&role| role != Role::Agent) {
        assert_eq!(house.role(role).await?.get(path).await?.status, 403, "{role:?}");
    }
    assert!(client.get("/v1/me/export").await?.text.contains("answers"), "the export has them");
    house.close().await
}

#[tokio::test]
async fn a_rhythm_is_chosen_by_name_or_in_minutes_and_stands_in_thresholds_and_trail() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let path = "/v1/settings/breaks";
    let shown = admin.get(path).await?.json();
    assert_eq!((&shown["rhythm"], &shown["chosen"]), (&json!("hse"), &json!(null)));
    assert_eq!(shown["presets"][1]["in_eight_hours"], 90);
    assert!(shown["presets"][0]["source"].as_str().unwrap().contains("HSE"));
    assert_eq!(
        house.role(Role::Planner).await?.call("PUT", path, &json!({"rhythm": "hse"})).await?.status,
        403
    );
    let minutes = json!({"offer_after_minutes": 50, "never_later_minutes": 40, "shortest_minutes": 5, "longest_minutes": 10});
    let wrong = admin.call("PUT", path, &json!({"rhythm": "own", "minutes": minutes})).await?;
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("minutes")), "{}", wrong.text);
    assert_eq!(admin.call("PUT", path, &json!({"rhythm": "own"})).await?.status, 422);
    let chosen = admin.call("PUT", path, &json!({"rhythm": "ten_in_fifty"})).await?;
    assert_eq!(chosen.status, 204, "{}", chosen.text);
    let shown = admin.get(path).await?.json();
    assert_eq!(
        (&shown["rhythm"], &shown["minutes"]["offer_after_minutes"]),
        (&json!("ten_in_fifty"), &json!(40))
    );
    let text = admin.get("/v1/settings/care").await?.text;
    let thresholds: serde_json::Value = serde_json::from_str(&text)?;
    let breaks =
        thresholds["groups"].as_array().unwrap().iter().find(|group| group["group"] == "breaks").unwrap();
    let offer =
        breaks["values"].as_array().unwrap().iter().find(|one| one["name"] == "offer_after_minutes").unwrap();
    assert_eq!((&offer["value"], &offer["default"]), (&json!(40.0), &json!(50.0)));
    let council = house.role(Role::WorksCouncil).await?;
    assert!(council.get("/v1/policy/trail").await?.text.contains("rhythm.chosen"));
    house.close().await
}

#[tokio::test]
async fn withdrawing_a_consent_erases_what_was_kept_under_it_and_says_so() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    let body = Body::ConsentGiven { agent: me.clone(), purpose: Purpose::Envelope, policy_version: 1 };
    let clear = Clear {
        id: PayloadId::new("e-1")?,
        subject: SubjectId::of_agent(&me),
        kind: PayloadKind::Envelope,
        bytes: b"{}".to_vec(),
    };
    let draft = Draft::derived(house.site.clone(), Timestamp::now(), Vec::new(), body).with(clear);
    house.append_draft(draft).await?;
    let gone = client.call("DELETE", "/v1/me/consents/envelope?lang=en", &json!({})).await?;
    let said = gone.json();
    assert_eq!((gone.status, &said["erased"]), (200, &json!(1)), "{}", gone.text);
    assert!(said["deleted"].as_str().unwrap().contains("1 of your calls"), "{said}");
    assert!(said["stays"].as_str().unwrap().contains("pseudonym"), "{said}");
    assert_eq!(client.get("/v1/me/erase").await?.json()["envelope"], 0);
    let again = client.call("DELETE", "/v1/me/consents/word_reading?lang=en", &json!({})).await?.json();
    assert_eq!(
        (&again["erased"], &again["deleted"]),
        (&json!(0), &json!("Nothing kept because of this consent was found."))
    );
    house.close().await
}

#[tokio::test]
async fn the_works_council_sees_what_ran_and_nobody_in_it() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, _) = house.agent("li.wei").await?;
    crate::own::talk(&house, &me, "c-1").await?;
    let council = house.role(Role::WorksCouncil).await?;
    let shown = council.get("/v1/council?lang=en").await?;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(!shown.text.contains("li.wei") && !shown.text.contains(me.as_str()), "{}", shown.text);
    let week = &shown.json()["weeks"][0];
    assert_eq!((&week["calls"], &week["agents"], &week["breaks"]), (&json!(1), &json!(null), &json!(null)));
    let arousal = week["sensed"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["what"] == "arousal" && one["party"] == "customer");
    assert_eq!(arousal.unwrap()["count"], 1);
    assert_eq!(house.role(Role::Supervisor).await?.get("/v1/council").await?.status, 403);
    house.close().await
}
