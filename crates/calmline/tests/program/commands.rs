//! Setting up, keys, importing, looking for what is wrong: what each prints, and how each fails.

use calmline_core::Body;
use serde_json::{Value, json};

use crate::{
    program::{Outcome, PASSWORD, add_key, program, run, run_with, set_up, words},
    serving::House,
};

#[test]
fn a_directory_is_set_up_once() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let made = set_up(&data, "eu")?;
    assert_eq!(made, json!({"site": "lyon-2", "profile": "eu", "admin": "admin"}));
    let again = words([
        &"setup",
        &"--data",
        &data,
        &"--site",
        &"Paris",
        &"--admin",
        &"me",
        &"--password-stdin",
        &"--json",
    ]);
    run_with(again, PASSWORD)?.failed(3, "is set up already");
    let other = folder.path().join("other");
    let with = |site: &str, zone: &str, password: &str| {
        let words = words([
            &"setup",
            &"--data",
            &other,
            &"--site",
            &site,
            &"--admin",
            &"admin",
            &"--password-stdin",
            &"--time-zone",
            &zone,
        ]);
        run_with(words, password)
    };
    with("!!", "UTC", PASSWORD)?.failed(3, "--site");
    with("Lyon", "Mars/Phobos", PASSWORD)?.failed(3, "--time-zone");
    with("Lyon", "UTC", "short")?.failed(3, "password");
    run(words([&"setup", &"--data", &other, &"--site", &"Lyon", &"--admin", &"a"]))?
        .failed(2, "--password-stdin");
    assert!(!other.exists(), "a refusal leaves nothing behind");
    Ok(())
}

#[test]
fn a_key_is_shown_once_and_revoked_for_good() -> Outcome {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    set_up(&data, "strict")?;
    let mut made = Vec::new();
    for kind in ["audiohook", "events", "route"] {
        let key = add_key(&data, kind)?;
        for field in ["id", "api_key"] {
            assert!(key[field].as_str().is_some_and(|text| !text.is_empty()), "{kind}: {field}");
        }
        assert_eq!(key["client_secret"].is_string(), kind == "audiohook", "{kind}");
        made.push(key);
    }
    let twilio =
        words([&"keys", &"add", &"--data", &data, &"--kind", &"twilio", &"--secret-stdin", &"--json"]);
    run_with(twilio, "the account's auth token\n")?.json()?;
    let list = || run(words([&"keys", &"list", &"--data", &data, &"--json"]));
    let text = list()?.out;
    for key in &made {
        assert!(!text.contains(key["api_key"].as_str().unwrap()), "a key is shown only when it is made");
    }
    let id = made[0]["id"].as_str().unwrap();
    let revoke = || run(words([&"keys", &"revoke", &id, &"--data", &data, &"--json"]));
    assert_eq!(revoke()?.json()?, json!({"id": id, "revoked": true}));
    revoke()?.failed(3, id);
    let listed = list()?.json()?;
    let keys = listed["keys"].as_array().unwrap();
    let kinds: Vec<&str> = keys.iter().filter_map(|key| key["kind"].as_str()).collect();
    assert_eq!(kinds.len(), 4, "{listed}");
    let revoked = |key: &&Value| !key["revoked"].is_null();
    assert_eq!(keys.iter().filter(revoked).map(|key| &key["id"]).collect::<Vec<_>>(), [id]);
    run(words([&"keys", &"add", &"--data", &data, &"--kind", &"pager"]))?.failed(2, "pager");
    run(words([&"keys", &"list", &"--data", &folder.path().join("none")]))?.failed(3, "calmline setup");
    Ok(())
}

#[tokio::test]
async fn call_facts_are_imported_all_or_none_and_once() -> Outcome {
    let house = House::set_up("strict")?;
    let table = house.folder().join("calls.csv");
    std::fs::write(
        &table,
        "call_id,started_at,answered_at,ended_at,agent_id,queue,colour\n\
         c-1,2026-03-02T09:00:00Z,2026-03-02T09:00:10Z,2026-03-02T09:05:00Z,li.wei,billing,red\n\
         c-2,2026-03-02T09:01:00Z,,2026-03-02T09:02:00Z,,billing,\n",
    )?;
    let import = || run(words([&"import", &"calls", &table, &"--data", &house.data(), &"--json"]));
    let first = import()?.json()?;
    assert_eq!(first, json!({"calls": 2, "events": 5, "known": 0, "ignored_columns": ["colour"]}));
    let again = import()?.json()?;
    assert_eq!((&again["events"], &again["known"]), (&json!(0), &json!(5)));
    std::fs::write(&table, "call_id,started_at\nc-3,2026-03-02T09:00:00Z\nc-4,yesterday\n")?;
    import()?.failed(3, "started_at");
    std::fs::remove_file(&table)?;
    import()?.failed(3, "calls.csv");
    let log = house.log().await?;
    let calls = |id: &str| {
        log.iter().filter(|event| event.body.call().is_some_and(|call| call.as_str() == id)).count()
    };
    assert_eq!((calls("c-1"), calls("c-2"), calls("c-3")), (3, 2, 0));
    let answered = log.iter().find_map(|event| match &event.body {
        Body::CallAnswered { agent, .. } => Some(agent.as_str()),
        _ => None,
    });
    assert!(answered.is_some_and(|agent| !agent.contains("li.wei")), "agents go by pseudonyms: {answered:?}");
    Ok(())
}

#[test]
fn the_doctor_tells_good_from_missing_and_wrong() -> Outcome {
    let house = House::set_up("cn")?;
    let look = |data: &std::path::Path| run(words([&"doctor", &"--data", &data, &"--json"]));
    let state = |found: &Value, what: &str| {
        let findings = found["findings"].as_array().into_iter().flatten();
        let mut of =
            findings.filter(|finding| finding["what"] == what).map(|finding| finding["state"].clone());
        of.next().unwrap_or_default()
    };
    let good = look(&house.data())?.json()?;
    assert_eq!(good["good"], true);
    for what in ["data directory", "log", "site"] {
        assert_eq!(state(&good, what), "good", "{what}: {good}");
    }
    let empty = look(&house.folder().join("none"))?.json()?;
    assert_eq!((state(&empty, "data directory"), &empty["good"]), (json!("missing"), &json!(true)));
    let serving = house.serve()?;
    let busy = look(&house.data())?;
    assert_eq!(busy.status, 1, "a directory that is in use cannot be examined: {busy:?}");
    serving.stop()?;
    std::fs::write(
        house.data().join("calmline.db"),
        "no database at all, but long enough to be read as one",
    )?;
    let broken = look(&house.data())?;
    assert_eq!(broken.status, 1, "{broken:?}");
    let broken: Value = serde_json::from_str(&broken.out)?;
    assert_eq!((state(&broken, "data directory"), &broken["good"]), (json!("wrong"), &json!(false)));
    Ok(())
}

#[test]
fn the_policy_is_explained_with_its_law_in_both_languages() -> Outcome {
    let explain = |words: &[&str]| run(["policy", "explain", "--profile", "eu"].iter().chain(words));
    let document = explain(&["--json"])?.json()?;
    assert_eq!(document["profile"], "eu");
    let rules = document["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 18, "six purposes on three legs");
    let rule =
        rules.iter().find(|rule| rule["purpose"] == "voice_affect" && rule["party"] == "agent").unwrap();
    assert_eq!(
        (&rule["verdict"], &rule["laws"][0]["code"]),
        (&json!("forbidden"), &json!("law.eu.ai_act_5_1_f"))
    );
    for lang in ["en", "zh"] {
        assert!(rule["laws"][0]["text"][lang].as_str().is_some_and(|text| text.contains("5")), "{rule}");
    }
    insta::assert_snapshot!("policy_explain_eu", explain(&["--lang", "en"])?.out);
    insta::assert_snapshot!("policy_explain_eu_zh", explain(&["--lang", "zh"])?.out);
    run(["policy", "explain", "--profile", "mars"])?.failed(2, "mars");
    Ok(())
}

#[test]
fn serving_finds_its_directory_and_says_what_is_wrong_with_its_settings() -> Outcome {
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("calmline.toml");
    let serve = || run(words([&"serve", &"--config", &config, &"--listen", &"127.0.0.1:0"]));
    serve()?.failed(3, "calmline.toml");
    std::fs::write(&config, "lissten = \"127.0.0.1:1\"\n")?;
    serve()?.failed(3, "lissten");
    std::fs::write(&config, "tls_key = \"key.pem\"\n")?;
    serve()?.failed(3, "tls_certificates");
    // Like every other command, it takes the directory from CALMLINE_DATA_DIR; a file in its way is named.
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "a file")?;
    let ran =
        program().args(["serve", "--listen", "127.0.0.1:0"]).env("CALMLINE_DATA_DIR", &taken).output()?;
    let said = String::from_utf8(ran.stderr)?;
    assert!(!ran.status.success() && said.contains("taken"), "{said}");
    Ok(())
}

#[test]
fn the_document_of_the_api_is_printed_or_written() -> Outcome {
    let printed = run(["openapi"])?.json()?;
    assert_eq!(printed["openapi"], "3.1.0");
    assert!(printed["paths"]["/v1/events"]["post"].is_object(), "{}", printed["paths"]);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("openapi.json");
    let ran = run(words([&"openapi", &"--out", &file]))?;
    assert_eq!((ran.status, ran.out.trim()), (0, file.to_str().unwrap()), "{ran:?}");
    let written = std::fs::read_to_string(&file)?;
    assert!(written.ends_with("}\n"));
    assert_eq!(serde_json::from_str::<Value>(&written)?, printed);
    run(words([&"openapi", &"--out", &folder.path().join("none").join("openapi.json")]))?
        .failed(3, "openapi.json");
    Ok(())
}

/// A service of a site that says of every agent that they are on a break; until the test ends.
fn platform() -> std::io::Result<std::net::SocketAddr> {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut asked = [0; 4096];
            let read = stream.read(&mut asked).unwrap_or_default();
            assert!(asked[..read].starts_with(b"GET /presence?agent=1001 "), "{:?}", &asked[..read]);
            let body = r#"{"state":"on_break","reason":"break"}"#;
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            // A client that has gone away has failed the test already.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    Ok(address)
}

#[test]
fn the_doctor_asks_the_phone_platform_what_it_shows_and_says_what_is_wrong_with_it() -> Outcome {
    let house = House::set_up("cn")?;
    let (config, secret) = (house.folder().join("serve.toml"), house.folder().join("secret"));
    std::fs::write(&secret, "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")?;
    let look = |text: &str| -> anyhow::Result<(i32, Value)> {
        std::fs::write(&config, text)?;
        let found = run(words([
            &"doctor",
            &"--data",
            &house.data(),
            &"--config",
            &config,
            &"--agent",
            &"1001",
            &"--json",
        ]))?;
        let json: Value = serde_json::from_str(&found.out)?;
        let mut findings = json["findings"].as_array().into_iter().flatten();
        let platform = findings.find(|finding| finding["what"] == "phone platform").cloned();
        Ok((found.status, platform.unwrap_or_default()))
    };
    let (_, none) = look("")?;
    assert_eq!(none["state"], "missing", "{none}");
    let presence = |address: &str| {
        format!(
            "[presence]\nkind = \"webhook\"\nurl = \"http://{address}/presence\"\nsecret_file = {secret:?}\n"
        )
    };
    let (status, shown) = look(&presence(&platform()?.to_string()))?;
    assert_eq!((status, &shown["state"]), (0, &json!("good")), "{shown}");
    assert!(shown["found"].as_str().unwrap_or_default().contains("on a break"), "{shown}");
    // Port 9 of this machine is nobody's.
    let (status, silent) = look(&presence("127.0.0.1:9"))?;
    assert_eq!((status, &silent["state"]), (1, &json!("wrong")), "{silent}");
    Ok(())
}
