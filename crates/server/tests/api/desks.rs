//! Settings, policy and first run: people and their import, what a change would do, its trail, numbers, connections, groups.

use std::time::{Duration, Instant};

use calmline_core::{
    Body, Draft, Role, Timestamp,
    event::{Band, PayloadKind, WorkState},
    policy::{Profile, Purpose},
};
use calmline_server::keys::FreshKey;
use calmline_store::{Directory, KeyKind, Keys, NewSite, Payloads, Site, Sites};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::{
    house::{House, Outcome, PASSWORD},
    own::talk,
};

const TABLE: &str =
    "login,roles,agent_id,team,language\nmaria,agent,1017,Billing,en\n王芳,坐席 质检,1018,早班,zh\n";

#[tokio::test]
async fn a_table_is_looked_at_imported_whole_and_changes_nothing_a_second_time() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let admin = house.role(Role::Admin).await?.with("Content-Type", "text/csv");
    let import = async |query: &str, table: &str| {
        admin.send_bytes("POST", &format!("/v1/people/import{query}"), Some(table.as_bytes())).await
    };
    let head = house.store.as_ref();
    let before = calmline_store::Log::head(head);
    let preview = import("?dry_run=true", TABLE).await?;
    assert_eq!(preview.status, 200, "{}", preview.text);
    let preview = preview.json();
    assert_eq!((&preview["add"][1]["line"], &preview["add"][1]["team"]), (&json!(3), &json!("早班")));
    assert_eq!(
        (calmline_store::Log::head(head), house.store.outside_names(&house.site).await?.len()),
        (before, 0)
    );
    let bad = format!("{TABLE}joe,king,,,\n");
    let looked = import("?dry_run=true&lang=zh", &bad).await?.json();
    assert_eq!((&looked["bad"][0]["line"], &looked["bad"][0]["code"]), (&json!(4), &json!("import.role")));
    assert!(looked["bad"][0]["text"].as_str().unwrap().contains("king"), "{looked}");
    let refused = import("", &bad).await?;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("invalid_rows")));
    assert_eq!(refused.json()["faults"][0]["field"], "roles");
    assert_eq!(admin.get("/v1/people").await?.json().as_array().unwrap().len(), 1, "half was imported");
    let done = import("", TABLE).await?.json();
    let code = done["invitations"][0]["code"].as_str().unwrap().to_owned();
    let people = admin.get("/v1/people").await?.json();
    let maria = people.as_array().unwrap().iter().find(|person| person["login"] == "maria").unwrap().clone();
    assert_eq!(
        (&maria["name"], &maria["team"], &maria["invited"]),
        (&json!("1017"), &json!("Billing"), &json!(true))
    );
    let again = import("", TABLE).await?.json();
    assert_eq!((&again["same"], &again["add"], &again["change"]), (&json!(2), &json!([]), &json!([])));
    let moved = import("", "login,roles,team\nmaria,agent coach,Claims\n").await?.json();
    assert_eq!(moved["change"][0]["team"], json!({"before": "Billing", "after": "Claims"}));
    assert_eq!(moved["change"][0]["roles"]["after"], json!(["agent", "coach"]));
    let latin = admin.send_bytes("POST", "/v1/people/import", Some(b"login,roles\nJos\xe9,agent\n")).await?;
    assert_eq!((latin.status, latin.json()["field"].as_str()), (422, Some("body")));
    // The invitation opens the account, once.
    let take_up =
        |code: &str, password: &str| json!({"login": "maria", "code": code, "new_password": password});
    let path = "/v1/session/invitation";
    assert_eq!(house.nobody().post(path, &take_up("guess", PASSWORD)).await?.json()["code"], "wrong_code");
    assert_eq!(house.nobody().post(path, &take_up(&code, "short")).await?.json()["field"], "new_password");
    let sign_in = json!({"login": "maria", "password": code});
    assert_eq!(house.nobody().post("/v1/session", &sign_in).await?.status, 401);
    let entered = house.nobody().post(path, &take_up(&code, PASSWORD)).await?;
    assert_eq!((entered.status, &entered.json()["login"]), (200, &json!("maria")), "{}", entered.text);
    assert_eq!(house.nobody().post(path, &take_up(&code, PASSWORD)).await?.status, 401);
    let sign_in = json!({"login": "maria", "password": PASSWORD});
    assert_eq!(house.nobody().post("/v1/session", &sign_in).await?.status, 200);
    house.close().await
}

#[tokio::test]
async fn an_account_without_a_password_is_an_invitation_that_can_be_sent_again() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let new = json!({"login": "coach", "roles": ["coach"]});
    let made = admin.post("/v1/accounts", &new).await?.json();
    assert_eq!((&made["invited"], &made["login"]), (&json!(true), &json!("coach")));
    let again = format!("/v1/accounts/{}/invitation", made["id"].as_str().unwrap());
    let second = admin.post(&again, &json!({})).await?.json();
    let take_up = |code: &Value| json!({"login": "coach", "code": code, "new_password": PASSWORD});
    let first = &made["invitation"]["code"];
    assert_eq!(house.nobody().post("/v1/session/invitation", &take_up(first)).await?.status, 401);
    let entered = house.nobody().post("/v1/session/invitation", &take_up(&second["code"])).await?;
    assert_eq!(entered.status, 200, "{}", entered.text);
    assert_eq!(admin.post(&again, &json!({})).await?.json()["code"], "taken_up");
    house.close().await
}

#[tokio::test]
async fn an_agents_team_is_set_and_taken_away() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let (me, _) = house.agent("li.wei").await?;
    let path = format!("/v1/agents/{me}/team");
    let team = async || -> anyhow::Result<Value> {
        let people = admin.get("/v1/people").await?.json();
        Ok(people.as_array().unwrap().iter().find(|one| one["name"] == "li.wei").unwrap()["team"].clone())
    };
    assert_eq!(admin.call("PUT", &path, &json!({"team": " 早班 A "})).await?.status, 204);
    assert_eq!(team().await?, "早班 A");
    assert_eq!(admin.call("PUT", &path, &json!({"team": ""})).await?.json()["field"], "team");
    assert_eq!(admin.call("PUT", &path, &json!({"team": null})).await?.status, 204);
    assert_eq!(team().await?, Value::Null);
    assert_eq!(admin.call("PUT", "/v1/agents/a-none/team", &json!({"team": "x"})).await?.status, 404);
    house.close().await
}

#[tokio::test]
async fn a_change_of_policy_is_seen_before_and_after_it_is_made() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.account("ops", Role::Admin, None).await?;
    let admin = house.signed_in(&admin).await?;
    let council = house.role(Role::WorksCouncil).await?;
    let preview = council.get("/v1/policy/preview?notice=recording&confirmed=true").await?.json();
    let opened = preview["changes"].as_array().unwrap();
    assert!(
        opened.iter().any(|one| one["purpose"] == "transcription"
            && one["party"] == "customer"
            && one["after"] == "on")
    );
    assert!(!opened.iter().any(|one| one["party"] == "agent"), "agents need the other notice too: {preview}");
    let nothing = council.get("/v1/policy/preview?notice=recording&confirmed=false&lang=zh").await?.json();
    assert_eq!((&nothing["changes"], &nothing["text"]), (&json!([]), &json!("此项变更不产生任何影响。")));
    assert_eq!(
        council.get("/v1/policy/preview?notice=moon&confirmed=true").await?.json()["code"],
        "wrong_query"
    );
    let text = json!({"text": "This call is listened to and transcribed by software."});
    assert_eq!(admin.call("PUT", "/v1/policy/notices/recording", &text).await?.status, 204);
    let trail = council.get("/v1/policy/trail").await?.json();
    assert_eq!((&trail[0]["type"], &trail[0]["by"]), (&json!("notice.confirmed"), &json!("ops")));
    assert!(trail.as_array().unwrap().iter().any(|entry| entry["type"] == "site.opened"), "{trail}");
    let older =
        council.get(&format!("/v1/policy/trail?before={}&limit=1", trail[0]["position"])).await?.json();
    assert_eq!((older.as_array().unwrap().len(), older[0]["type"] == "notice.confirmed"), (1, false));
    let kept = council.get("/v1/policy").await?.json()["retention"].clone();
    assert!(kept.as_array().unwrap().len() >= 5 && kept[0]["text"].as_str().unwrap().contains("not kept"));
    house.close().await
}

#[tokio::test]
async fn consents_are_counted_in_numbers_that_point_at_nobody() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let council = house.role(Role::WorksCouncil).await?;
    let mut agents = Vec::new();
    for n in 0..12 {
        agents.push(house.agent(&format!("agent-{n}")).await?.0);
    }
    for (n, agent) in agents.iter().enumerate().take(7) {
        let body = |purpose| Body::ConsentGiven { agent: agent.clone(), purpose, policy_version: 1 };
        house.append(body(Purpose::VoiceAffect)).await?;
        if n < 4 {
            house.append(body(Purpose::WordReading)).await?;
        }
    }
    let last =
        || house.live.with_policy(&house.site, |policy| policy.has_consent(&agents[6], Purpose::VoiceAffect));
    let start = Instant::now();
    while last() != Some(true) {
        assert!(start.elapsed().as_secs() < 10, "the policy did not hear of it");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let counts = council.get("/v1/policy/consents").await?.json();
    let given = |purpose: &str| {
        counts["purposes"].as_array().unwrap().iter().find(|one| one["purpose"] == purpose).unwrap()["given"]
            .clone()
    };
    assert_eq!((&counts["people"], given("voice_affect")), (&json!(10), json!(5)));
    assert_eq!((given("word_reading"), given("talk_dynamics")), (Value::Null, Value::Null));
    assert!(!counts.to_string().contains("a-"), "{counts}");
    house.close().await
}

#[tokio::test]
async fn an_attestation_is_checked_as_it_was_downloaded() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let council = house.role(Role::WorksCouncil).await?;
    let statement = council.get("/v1/attestation").await?.text;
    let check =
        async |text: &str| council.send_bytes("POST", "/v1/attestation/verify", Some(text.as_bytes())).await;
    let good = check(&statement).await?.json();
    assert_eq!((&good["valid"], &good["about"]["own_key"]), (&json!(true), &json!(true)), "{good}");
    let forged = check(&statement.replace("\"number\":1", "\"number\":2")).await?.json();
    assert!(forged["valid"] == false && forged["why"].as_str().unwrap().contains("signature"), "{forged}");
    assert_eq!(check("{}").await?.json()["valid"], false);
    house.close().await
}

#[tokio::test]
async fn what_a_caller_said_is_erased_at_their_wish_and_who_did_it_is_written_down() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, _) = house.agent("li.wei").await?;
    let call = talk(&house, &me, "c-1").await?;
    let ops = house.account("ops", Role::Admin, None).await?;
    let admin = house.signed_in(&ops).await?;
    let path = "/v1/calls/c-1/caller/erase";
    assert_eq!(admin.post(path, &json!({})).await?.json()["field"], "password");
    assert_eq!(admin.post("/v1/calls/c-9/caller/erase", &json!({"password": PASSWORD})).await?.status, 404);
    let erased = admin.post(path, &json!({"password": PASSWORD})).await?;
    assert_eq!((erased.status, &erased.json()["texts"]), (200, &json!(1)), "{}", erased.text);
    let coach = house.role(Role::Coach).await?.get("/v1/calls/c-1").await?.text;
    assert!(!coach.contains("I have waited") && coach.contains("I am sorry"), "{coach}");
    let trail = house.role(Role::WorksCouncil).await?.get("/v1/policy/trail").await?.json();
    let asked = trail.as_array().unwrap().iter().find(|entry| entry["type"] == "erasure.asked").unwrap();
    assert_eq!(asked["by"], "ops");
    let kinds = PayloadKind::ALL.len();
    let left = house.store.payloads_about(&house.site, &calmline_core::SubjectId::of_caller(&call)).await?;
    assert_eq!((left.len(), kinds > 0), (0, true));
    house.close().await
}

#[tokio::test]
async fn a_platform_that_comes_with_its_key_is_heard_at_once_and_one_without_is_seen() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let mut stream = admin.follow("/v1/connections/stream?lang=zh").await?;
    let state = |list: &Value| {
        list.as_array().unwrap().iter().find(|one| one["kind"] == "events").unwrap()["state"].clone()
    };
    assert_eq!(state(&stream.next().await?.data), "no_key");
    let platform = house.key(KeyKind::Events).await?;
    assert_eq!(state(&admin.get("/v1/connections").await?.json()), "waiting");
    assert_eq!(platform.with("X-API-KEY", "cl_wrong").events(&json!([])).await?.status, 401);
    assert_eq!(state(&stream.next().await?.data), "refused");
    assert_eq!(platform.events(&json!([])).await?.status, 200);
    let heard = stream.next().await?;
    assert_eq!((heard.kind.as_str(), state(&heard.data)), ("connections", json!("heard")));
    assert!(heard.data.to_string().contains("已听到"), "{}", heard.data);
    assert_eq!(house.role(Role::Supervisor).await?.get("/v1/connections").await?.status, 403);
    house.close().await
}

#[tokio::test]
async fn a_socket_that_is_opened_with_its_key_is_heard() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let (token, path) = (b"the auth token of an account", "/v1/twilio/ws");
    let key = FreshKey::draw(house.site.clone(), KeyKind::Twilio, Some(token.to_vec()), Timestamp::now())?;
    house.store.add_key(key.new).await?;
    let addr = house.server.addr;
    let signature = calmline_media::twilio::signature::sign(token, &format!("ws://{addr}{path}"), &[]);
    let mut socket = BufReader::new(TcpStream::connect(addr).await?);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         X-Twilio-Signature: {signature}\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await?;
    let mut status = String::new();
    tokio::time::timeout(Duration::from_secs(20), socket.read_line(&mut status)).await??;
    assert!(status.starts_with("HTTP/1.1 101"), "{status}");
    let list = admin.get("/v1/connections").await?.json();
    let twilio = list.as_array().unwrap().iter().find(|one| one["kind"] == "twilio").unwrap().clone();
    assert_eq!((&twilio["state"], &twilio["keys"]), (&json!("heard"), &json!(1)), "{twilio}");
    drop(socket);
    house.close().await
}

#[tokio::test]
async fn the_doctor_says_what_is_missing_and_what_to_do() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let finding = async |what: &str| -> anyhow::Result<Value> {
        let found = admin.get("/v1/doctor").await?.json();
        assert_eq!(found["good"], true, "{found}");
        Ok(found["findings"].as_array().unwrap().iter().find(|one| one["what"] == what).unwrap().clone())
    };
    let key = finding("events_key").await?;
    assert_eq!(key["state"], "missing");
    assert!(key["remedy"].as_str().unwrap().contains("events"), "{key}");
    house.key(KeyKind::Events).await?;
    assert_eq!(finding("events_key").await?["state"], "good");
    assert_eq!(finding("events_heard").await?["state"], "missing");
    assert!(finding("notices").await?["text"].as_str().unwrap().contains("transcribed"));
    assert_eq!(finding("log").await?["remedy"], Value::Null);
    house.close().await
}

#[tokio::test]
async fn thresholds_are_read_with_their_sources_by_everybody() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let planner = house.role(Role::Planner).await?;
    let read = planner.get("/v1/settings/care?lang=zh").await?.json();
    let breaks =
        read["groups"].as_array().unwrap().iter().find(|group| group["group"] == "breaks").unwrap().clone();
    let offer = breaks["values"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "offer_after_minutes")
        .unwrap()
        .clone();
    assert_eq!((&offer["value"], &breaks["text"]), (&json!(50.0), &json!("小休")));
    assert!(offer["source"].as_str().unwrap().contains("HSE"), "{offer}");
    house.close().await
}

#[tokio::test]
async fn profiles_can_be_compared_before_there_is_a_site() -> Outcome {
    let house = House::empty().await?;
    let profiles = house.nobody().get("/v1/setup/profiles?lang=en").await?.json();
    let of =
        |name: &str| profiles.as_array().unwrap().iter().find(|one| one["profile"] == name).unwrap().clone();
    assert_eq!(profiles.as_array().unwrap().len(), 6);
    let says = |name: &str, part: &str| of(name)["consequences"].to_string().contains(part);
    assert!(
        says("eu", "Nothing is ever inferred about an agent") && says("strict", "Nothing is ever inferred")
    );
    assert!(says("cn", "that agent's own consent") && !says("cn", "Nothing is ever inferred"));
    assert_eq!(of("eu")["rules"][0]["conditions"][0]["met"], Value::Null);
    house.close().await
}

#[tokio::test]
async fn a_week_of_groups_is_coarse_written_once_and_names_nobody() -> Outcome {
    let mut house = House::open(Profile::Strict).await?;
    // A site that was opened three weeks ago, with six agents in one team and two in another.
    let now = Timestamp::now();
    let opened = now - SignedDuration::from_hours(21 * 24);
    let id = calmline_core::SiteId::new("lyon")?;
    let site =
        Site { id: id.clone(), name: "Lyon".into(), profile: Profile::Eu, time_zone: "UTC".into(), opened };
    house.store.create_site(NewSite { site: site.clone(), admin: None }).await?;
    house.live.open_site(&site).await?;
    house.site = id.clone();
    let names: Vec<String> = (0..8).map(|n| format!("agent-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let agents = house.store.pseudonyms(&id, &names).await?;
    let monday = now - SignedDuration::from_hours(8 * 24);
    let by = calmline_core::AccountId::new("x")?;
    let mut drafts = Vec::new();
    for (n, agent) in agents.iter().enumerate() {
        let mut told = |after: i64, body: Body| {
            drafts.push(Draft::derived(
                id.clone(),
                monday + SignedDuration::from_mins(after),
                Vec::new(),
                body,
            ));
        };
        let team = Some(if n < 6 { "Billing" } else { "Claims" }.to_owned());
        told(0, Body::AgentTeam { agent: agent.clone(), team, by: by.clone() });
        told(1, Body::AgentState { agent: agent.clone(), state: WorkState::Available, reason: None });
        let (load, exposure, strain, reasons) = (Band::Usual, Band::Light, Band::Heavy, Vec::new());
        told(2, Body::LoadChanged { agent: agent.clone(), load, exposure, strain, reasons });
        told(3, Body::AgentState { agent: agent.clone(), state: WorkState::Offline, reason: None });
    }
    house.live.append(drafts).await?;
    let council = house.role(Role::WorksCouncil).await?;
    let weeks = council.get("/v1/wellbeing").await?.json();
    let week = weeks
        .as_array()
        .unwrap()
        .iter()
        .find(|week| week["cohorts"].as_array().unwrap().len() == 3)
        .unwrap_or_else(|| panic!("no week has the teams: {weeks}"));
    let [whole, billing, claims] = [0, 1, 2].map(|n| week["cohorts"][n].clone());
    assert_eq!((&whole["people"], &whole["strain"]["band"]), (&json!(5), &json!("much")));
    // Two people of the other team could be told from the site's figure and this one.
    assert_eq!((&billing["team"], &billing["strain"]), (&json!("Billing"), &Value::Null));
    assert_eq!((&claims["team"], &claims["people"]), (&json!("Claims"), &Value::Null));
    assert!(
        claims["note"].as_str().unwrap().contains("five") && !weeks.to_string().contains("a-"),
        "{weeks}"
    );
    let frozen = |log: &[calmline_core::Event]| {
        log.iter().filter(|event| event.body.kind() == "wellbeing.frozen").count()
    };
    let before = frozen(&house.log().await?);
    let late = Body::AgentState { agent: agents[0].clone(), state: WorkState::Offline, reason: None };
    house.append_draft(Draft::derived(id, monday + SignedDuration::from_mins(2), Vec::new(), late)).await?;
    assert_eq!(council.get("/v1/wellbeing").await?.json(), weeks, "what was written stays");
    assert_eq!(frozen(&house.log().await?), before);
    assert_eq!(house.role(Role::Coach).await?.get("/v1/wellbeing").await?.status, 403);
    house.close().await
}

#[tokio::test]
async fn who_was_refused_what_is_written_down_once_an_hour_for_whom_it_concerns() -> Outcome {
    let house = House::open(Profile::Eu).await?;
    let (me, _) = house.agent("li.wei").await?;
    let call = talk(&house, &me, "c-1").await?;
    let hr = house.account("hr", Role::Planner, None).await?;
    let hr = house.signed_in(&hr).await?;
    let path = format!("/v1/calls/{call}");
    for path in [path.as_str(), path.as_str(), "/v1/me/day"] {
        assert_eq!(hr.get(path).await?.status, 403, "{path}");
    }
    let trail = house.role(Role::WorksCouncil).await?.get("/v1/policy/trail?lang=zh").await?.json();
    let refused: Vec<_> =
        trail.as_array().unwrap().iter().filter(|entry| entry["type"] == "access.refused").collect();
    // The hour may just have ended between two requests.
    assert!((2..=3).contains(&refused.len()), "{trail}");
    assert!(refused.iter().all(|entry| entry["by"] == "hr"));
    let told = refused.iter().map(|entry| entry["text"].to_string()).collect::<String>();
    assert!(told.contains("已拒绝访问 GET /v1/calls/{id}") && told.contains("GET /v1/me/day"), "{told}");
    assert!(!told.contains("c-1"), "it is told whose it was: {told}");
    house.close().await
}
