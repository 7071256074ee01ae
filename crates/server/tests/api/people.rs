//! Signing in, accounts, keys, the first set-up, and what protects people in a browser.

use calmline_core::{Role, policy::Profile};
use calmline_store::{Accounts, KeyKind};
use serde_json::json;

use crate::house::{House, Outcome, PASSWORD};

#[tokio::test]
async fn signing_in_gives_a_cookie_that_scripts_cannot_read_and_signing_out_ends_it() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    house.account("wang.fang", Role::Supervisor, None).await?;
    let nobody = house.nobody();
    let right = json!({"login": "wang.fang", "password": PASSWORD});
    let answer = nobody.post("/v1/session", &right).await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["roles"], json!(["supervisor"]));
    assert_eq!(answer.json()["site"]["profile"], "strict");
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let client = nobody.with("Cookie", cookie.split(';').next().unwrap()).with("X-Calmline", "1");
    assert_eq!(client.get("/v1/session").await?.json()["login"], "wang.fang");
    assert_eq!(client.call("DELETE", "/v1/session", &json!({})).await?.status, 204);
    assert_eq!(client.get("/v1/session").await?.status, 401);
    house.close().await
}

#[tokio::test]
async fn guessing_is_slowed_down_and_does_not_say_which_logins_exist() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    house.account("wang.fang", Role::Supervisor, None).await?;
    let wrong = |login| json!({"login": login, "password": "not the password"});
    let known = house.nobody().post("/v1/session", &wrong("wang.fang")).await?;
    let unknown = house.nobody().post("/v1/session", &wrong("li.wei")).await?;
    assert_eq!((known.status, &known.text), (401, &unknown.text));
    for _ in 0..4 {
        house.nobody().post("/v1/session", &wrong("wang.fang")).await?;
    }
    let right = json!({"login": "wang.fang", "password": PASSWORD});
    let slowed = house.nobody().post("/v1/session", &right).await?;
    assert_eq!((slowed.status, slowed.json()["code"].as_str()), (429, Some("too_many")));
    assert!(slowed.header("retry-after").is_some());
    house.close().await
}

#[tokio::test]
async fn a_changed_password_or_a_disabled_account_ends_sessions() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let account = house.account("wang.fang", Role::Supervisor, None).await?;
    let (one, two) = (house.signed_in(&account).await?, house.signed_in(&account).await?);
    let change = |old: &str, new: &str| json!({"password": old, "new_password": new});
    let path = "/v1/session/account";
    let refused = one.call("PATCH", path, &change("not the password", "another four words")).await?;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("password")));
    let weak = one.call("PATCH", path, &change(PASSWORD, "wang.fang 1234")).await?;
    assert_eq!((weak.status, weak.json()["field"].as_str()), (422, Some("new_password")));
    assert_eq!(one.call("PATCH", path, &change(PASSWORD, "another four words")).await?.status, 204);
    assert_eq!(two.get("/v1/session").await?.status, 401);
    let account = house.store.account(&account.id).await?.unwrap();
    let client = house.signed_in(&account).await?;
    let admin = house.role(Role::Admin).await?;
    let change = json!({"disabled": true});
    assert_eq!(admin.call("PATCH", &format!("/v1/accounts/{}", account.id), &change).await?.status, 200);
    assert_eq!(client.get("/v1/session").await?.status, 401);
    house.close().await
}

#[tokio::test]
async fn forged_requests_change_nothing() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let admin = house.role(Role::Admin).await?;
    let key = json!({"kind": "events"});
    let own = format!("http://{}", house.server.addr);
    let forged = [
        admin.without("X-Calmline"),
        admin.with("Origin", "https://evil.example.com"),
        admin.with("Sec-Fetch-Site", "cross-site"),
    ];
    for client in forged {
        let answer = client.post("/v1/keys", &key).await?;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("foreign_request")));
    }
    let answer =
        admin.with("Origin", &own).with("Sec-Fetch-Site", "same-origin").post("/v1/keys", &key).await?;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let login = json!({"login": "x", "password": "y"});
    let foreign =
        house.nobody().with("Origin", "https://evil.example.com").post("/v1/session", &login).await?;
    assert_eq!(foreign.status, 403);
    house.close().await
}

#[tokio::test]
async fn the_first_set_up_works_once_and_with_the_token_only() -> Outcome {
    let house = House::empty().await?;
    let nobody = house.nobody();
    assert_eq!(nobody.get("/v1/setup").await?.json()["done"], false);
    let token = house.server.setup_token.clone().unwrap();
    let wanted = |token: &str, change: serde_json::Value| {
        let mut body = json!({"token": token, "site": "hangzhou", "profile": "cn", "time_zone": "Asia/Shanghai",
            "login": "admin", "password": PASSWORD, "language": "zh"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let refused = nobody.post("/v1/setup", &wanted("guess", json!({}))).await?;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (403, Some("token")));
    let cases = [
        ("time_zone", json!({"time_zone": "Mars/Olympus"})),
        ("password", json!({"password": "short"})),
        ("login", json!({"login": "two words"})),
    ];
    for (field, change) in cases {
        let refused = nobody.post("/v1/setup", &wanted(&token, change)).await?;
        assert_eq!(
            (refused.status, refused.json()["field"].as_str()),
            (422, Some(field)),
            "{}",
            refused.text
        );
    }
    let done = nobody.post("/v1/setup", &wanted(&token, json!({}))).await?;
    assert_eq!(
        (done.status, done.json()),
        (201, json!({"site": "hangzhou", "profile": "cn", "admin": "admin"}))
    );
    assert_eq!(nobody.post("/v1/setup", &wanted(&token, json!({}))).await?.status, 409);
    let answer = nobody.post("/v1/session", &json!({"login": "admin", "password": PASSWORD})).await?;
    let client = nobody.with("Cookie", answer.header("set-cookie").unwrap().split(';').next().unwrap());
    let policy = client.get("/v1/policy").await?.json();
    assert_eq!((&policy["profile"], &policy["profile_text"]), (&json!("cn"), &json!("中国")));
    house.close().await
}

#[tokio::test]
async fn an_administrator_makes_accounts_but_never_a_second_eye_on_an_agents_day() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let new = |login: &str, roles: serde_json::Value, agent: Option<&str>| json!({"login": login, "password": PASSWORD, "roles": roles, "agent_id": agent});
    let made = admin.post("/v1/accounts", &new("li.wei", json!(["agent"]), Some("4711"))).await?;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(!made.text.contains("4711") && !made.text.contains("argon2"), "{}", made.text);
    let cases = [
        (new("li.wei", json!(["coach"]), None), 409, None),
        (new("boss", json!(["agent"]), Some("4711")), 409, Some("agent_id")),
        (new("boss", json!(["supervisor"]), Some("4711")), 422, Some("agent_id")),
        (new("boss", json!([]), None), 422, Some("roles")),
        (new("boss", json!(["king"]), None), 422, None),
    ];
    for (body, status, field) in cases {
        let answer = admin.post("/v1/accounts", &body).await?;
        assert_eq!(
            (answer.status, answer.json()["field"].as_str()),
            (status, field),
            "{body} {}",
            answer.text
        );
    }
    assert_eq!(admin.get("/v1/accounts").await?.json().as_array().unwrap().len(), 2);
    let place = |account: &serde_json::Value| format!("/v1/accounts/{}", account.as_str().unwrap());
    let own = admin.get("/v1/session").await?.json()["account"].clone();
    assert_eq!(admin.call("DELETE", &place(&own), &json!({})).await?.status, 409);
    let removed = admin.call("DELETE", &place(&made.json()["id"]), &json!({})).await?;
    assert_eq!(removed.status, 204);
    let again = admin.post("/v1/accounts", &new("li.wei", json!(["agent"]), Some("4711"))).await?;
    assert_eq!(again.json()["agent"], made.json()["agent"], "the agent is the same, by the same pseudonym");
    house.close().await
}

#[tokio::test]
async fn keys_are_shown_once_and_end_when_revoked() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let made = admin.post("/v1/keys", &json!({"kind": "audiohook"})).await?.json();
    assert!(made["client_secret"].is_string());
    let made = admin.post("/v1/keys", &json!({"kind": "events"})).await?.json();
    let (id, key) = (made["id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
    let list = admin.get("/v1/keys").await?;
    assert!(list.text.contains(id) && !list.text.contains(key));
    let platform = house.nobody().with("Authorization", &format!("Bearer {key}"));
    assert_eq!(platform.events(&json!([])).await?.status, 200);
    assert_eq!(admin.call("DELETE", &format!("/v1/keys/{id}"), &json!({})).await?.status, 204);
    assert_eq!(platform.events(&json!([])).await?.status, 401);
    assert_eq!(admin.call("DELETE", "/v1/keys/none", &json!({})).await?.status, 404);
    let other = house.key(KeyKind::Audiohook).await?;
    assert_eq!(other.events(&json!([])).await?.status, 401, "a key of another kind");
    house.close().await
}
