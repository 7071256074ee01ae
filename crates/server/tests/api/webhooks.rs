//! Endpoints of others: what they are told, signed, in order, until they take it; and what they are never told.

#![expect(clippy::unwrap_used, reason = "tests, and what only they call")]

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use base64::{Engine, engine::general_purpose::STANDARD};
use calmline_core::{
    AgentId, Body, CallId, PayloadId, Role,
    event::{Band, Report, WorkState},
    policy::Profile,
};
use calmline_server::{
    Server,
    webhooks::target::{Pace, Rules},
};
use ring::hmac;
use serde_json::{Value, json};

use crate::house::{Client, House, Outcome};

/// What an endpoint was sent.
#[derive(Clone)]
struct Got {
    headers: HeaderMap,
    body: Bytes,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// As the Standard Webhooks specification says that a receiver checks it.
    fn is_signed_with(&self, secret: &str) -> bool {
        let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let head = format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp"));
        let signed = [head.as_bytes(), &self.body].concat();
        self.header("webhook-signature").split(' ').any(|signature| {
            let tag = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
            hmac::verify(&key, &signed, &tag).is_ok()
        })
    }
}

/// An HTTP server of somebody else.
#[derive(Clone, Default)]
struct Endpoint {
    got: Arc<Mutex<Vec<Got>>>,
    /// What it answers next, in turn; 204 when there is nothing left.
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn take(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    endpoint.got.lock().unwrap().push(Got { headers, body });
    let mut answers = endpoint.answers.lock().unwrap();
    let status = if answers.is_empty() { 204 } else { answers.remove(0) };
    let mut headers = HeaderMap::new();
    headers.insert("location", "/elsewhere".parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers)
}

impl Endpoint {
    /// Listens on a free port and gives its address.
    async fn listen(&self) -> anyhow::Result<String> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(format!("http://{address}/hooks?x=1"))
    }

    fn answer(&self, statuses: &[u16]) {
        *self.answers.lock().unwrap() = statuses.to_vec();
    }

    /// Waits until it was sent so much, and gives it.
    async fn wait(&self, count: usize) -> Vec<Got> {
        for _ in 0..4_000 {
            let got = self.got.lock().unwrap().clone();
            if got.len() >= count {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it was sent {} of {count}", self.got.lock().unwrap().len());
    }

    async fn calls(&self, count: usize) -> Vec<String> {
        let got = self.wait(count).await;
        got.iter().map(|got| got.json()["subject"].as_str().unwrap_or("none").to_owned()).collect()
    }
}

fn quick() -> Rules {
    let pace = Pace {
        answer: Duration::from_secs(10),
        first: Duration::from_millis(4),
        longest: Duration::from_millis(20),
        ..Pace::default()
    };
    Rules { loopback: true, pace, ..Rules::default() }
}

async fn house() -> anyhow::Result<(House, Client)> {
    let house = House::open_with(Profile::Cn, |config| config.webhooks = quick()).await?;
    let admin = house.role(Role::Admin).await?;
    Ok((house, admin))
}

async fn add(admin: &Client, url: &str, kinds: &[&str]) -> anyhow::Result<(String, String)> {
    let made = admin.post("/v1/webhooks", &json!({"url": url, "kinds": kinds})).await?;
    anyhow::ensure!(made.status == 201, "{}", made.text);
    let text = |name: &str| made.json()[name].as_str().unwrap_or_default().to_owned();
    Ok((text("id"), text("secret")))
}

async fn end(house: &House, call: &str) -> Outcome {
    house.append(Body::CallEnded { call: CallId::new(call)?, reason: None }).await
}

async fn state_of(admin: &Client) -> anyhow::Result<Value> {
    Ok(admin.get("/v1/webhooks").await?.json()["webhooks"][0].take())
}

/// Waits until the only endpoint stands so.
async fn until(admin: &Client, state: &str) -> anyhow::Result<Value> {
    for _ in 0..2_000 {
        let webhook = state_of(admin).await?;
        if webhook["state"] == state {
            return Ok(webhook);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("it did not become {state}")
}

#[tokio::test]
async fn what_is_wanted_is_told_signed_and_in_order_and_nothing_of_an_agents_own() -> Outcome {
    let (house, admin) = house().await?;
    let endpoint = Endpoint::default();
    end(&house, "before").await?;
    let (_, secret) = add(&admin, &endpoint.listen().await?, &["call.ended", "agent.state"]).await?;
    let agent = AgentId::new("a-1")?;
    for number in 0..20 {
        end(&house, &format!("c-{number}")).await?;
        // Not wanted, and an agent's own.
        house.append(Body::CallHeld { call: CallId::new("c")? }).await?;
        house
            .append(Body::LoadChanged {
                agent: agent.clone(),
                load: Band::Heavy,
                exposure: Band::High,
                strain: Band::High,
                reasons: Vec::new(),
            })
            .await?;
        house
            .append(Body::SelfReported {
                agent: agent.clone(),
                report: Report::CheckIn,
                call: None,
                text: PayloadId::new(format!("p-{number}"))?,
            })
            .await?;
    }
    house.append(Body::AgentState { agent, state: WorkState::WrapUp, reason: None }).await?;
    let got = endpoint.wait(21).await;
    let told: Vec<_> = got.iter().map(Got::json).collect();
    for (number, told) in told[..20].iter().enumerate() {
        assert_eq!((&told["subject"], &told["type"]), (&json!(format!("c-{number}")), &json!("call.ended")));
    }
    assert_eq!(told[20]["data"], json!({"agent": "a-1", "state": "wrap_up"}));
    let one = &told[0];
    assert_eq!((&one["specversion"], &one["source"]), (&json!("1.0"), &json!("/sites/hangzhou")));
    assert!(told.windows(2).all(|two| two[0]["sequence"].as_str() < two[1]["sequence"].as_str()));
    for got in &got {
        assert!(got.is_signed_with(&secret), "{:?}", got.headers);
        assert_eq!(got.header("webhook-id"), got.json()["id"]);
        assert!(got.header("content-type").starts_with("application/cloudevents+json"));
    }
    // Whoever asks for an agent's own by name is refused.
    for kind in ["load.changed", "self.reported", "consent.withdrawn", "break.answered", "no.such"] {
        let refused =
            admin.post("/v1/webhooks", &json!({"url": "https://x.example/", "kinds": [kind]})).await?;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("kinds")), "{kind}");
    }
    house.close().await
}

#[tokio::test]
async fn what_is_not_taken_is_told_again_before_what_comes_after() -> Outcome {
    let (house, admin) = house().await?;
    let endpoint = Endpoint::default();
    endpoint.answer(&[500, 302, 429]);
    let (id, _) = add(&admin, &endpoint.listen().await?, &["call.ended"]).await?;
    for call in ["one", "two"] {
        end(&house, call).await?;
    }
    assert_eq!(endpoint.calls(5).await, ["one", "one", "one", "one", "two"]);
    let got = endpoint.wait(5).await;
    assert_eq!(got[0].header("webhook-id"), got[3].header("webhook-id"), "the same event by the same id");
    let mut statuses = Vec::new();
    for _ in 0..400 {
        let tried = admin.get(&format!("/v1/webhooks/{id}/deliveries")).await?.json();
        statuses = tried.as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
        if statuses.len() == 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(json!(statuses), json!([204, 204, 429, 302, 500]), "the latest first");
    let webhook = state_of(&admin).await?;
    assert_eq!((&webhook["failing"], &webhook["last"]["taken"]), (&Value::Null, &json!(true)));
    house.close().await
}

#[tokio::test]
async fn a_restart_goes_on_where_it_stopped_and_a_pause_keeps_what_happened() -> Outcome {
    let (mut house, admin) = house().await?;
    let endpoint = Endpoint::default();
    let (id, _) = add(&admin, &endpoint.listen().await?, &["call.ended"]).await?;
    end(&house, "one").await?;
    endpoint.wait(1).await;
    let place = format!("/v1/webhooks/{id}");
    let paused = admin.call("PATCH", &place, &json!({"paused": true})).await?;
    assert_eq!((paused.status, &paused.json()["state"]), (200, &json!("paused")), "{}", paused.text);
    end(&house, "two").await?;

    let mut config = calmline_server::Config::new("127.0.0.1:0".parse()?, house.data());
    config.webhooks = quick();
    let stopped = std::mem::replace(&mut house.server, Server::start(config, Arc::clone(&house.live)).await?);
    stopped.stop().await?;
    let admin = house.role(Role::Admin).await?;
    end(&house, "three").await?;
    assert_eq!(endpoint.got.lock().unwrap().len(), 1, "it was told while it was paused");
    admin.call("PATCH", &place, &json!({"paused": false})).await?;
    assert_eq!(endpoint.calls(3).await, ["one", "two", "three"]);

    admin.call("PATCH", &place, &json!({"paused": true})).await?;
    end(&house, "skipped").await?;
    admin
        .call("PATCH", &place, &json!({"paused": false, "skip": true, "kinds": ["call.ended", "call.held"]}))
        .await?;
    house.append(Body::CallHeld { call: CallId::new("four")? }).await?;
    assert_eq!(endpoint.calls(4).await, ["one", "two", "three", "four"]);

    assert_eq!(admin.call("DELETE", &place, &json!({})).await?.status, 204);
    end(&house, "after").await?;
    assert_eq!(admin.get("/v1/webhooks").await?.json()["webhooks"], json!([]));
    let council = house.role(Role::WorksCouncil).await?;
    let trail = council.get("/v1/policy/trail").await?.json();
    let kinds: Vec<_> =
        trail.as_array().unwrap().iter().filter(|one| one["type"] == "webhook.changed").collect();
    assert_eq!(kinds.len(), 7, "{trail}");
    assert_eq!(kinds[0]["text"], "127.0.0.1 is told nothing any more");
    house.close().await
}

#[tokio::test]
async fn an_endpoint_that_is_gone_or_fails_for_days_is_paused_and_says_so() -> Outcome {
    let mut rules = quick();
    rules.pace.give_up = Duration::from_millis(1);
    let house = House::open_with(Profile::Cn, |config| config.webhooks = rules).await?;
    let admin = house.role(Role::Admin).await?;
    let endpoint = Endpoint::default();
    endpoint.answer(&[500; 50]);
    let (id, _) = add(&admin, &endpoint.listen().await?, &["call.ended"]).await?;
    end(&house, "one").await?;
    let webhook = until(&admin, "given_up").await?;
    assert!(webhook["failing"].is_string() && webhook["last"]["status"] == 500, "{webhook}");
    endpoint.answer(&[410]);
    admin.call("PATCH", &format!("/v1/webhooks/{id}"), &json!({"paused": false})).await?;
    until(&admin, "gone").await?;
    house.close().await
}

#[tokio::test]
async fn a_test_says_how_it_went_and_a_new_secret_signs_beside_the_old_one() -> Outcome {
    let (house, admin) = house().await?;
    let endpoint = Endpoint::default();
    let (id, old) = add(&admin, &endpoint.listen().await?, &["call.ended"]).await?;
    let list = admin.get("/v1/webhooks").await?;
    assert!(!list.text.contains("whsec_") && !list.text.contains(&old));
    let renewed = admin.post(&format!("/v1/webhooks/{id}/secret"), &json!({})).await?.json();
    let new = renewed["secret"].as_str().unwrap();
    endpoint.answer(&[503]);
    let tested = admin.post(&format!("/v1/webhooks/{id}/test"), &json!({})).await?.json();
    assert_eq!(
        (&tested["taken"], &tested["status"], &tested["kind"]),
        (&json!(false), &json!(503), &json!("webhook.test"))
    );
    let got = endpoint.wait(1).await;
    assert!(got[0].is_signed_with(&old) && got[0].is_signed_with(new));
    assert!(!got[0].is_signed_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    assert_eq!(admin.post("/v1/webhooks/none/test", &json!({})).await?.status, 404);

    // Nobody listens there any more.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    let (other, _) = add(&admin, &format!("http://{free}/"), &["call.ended"]).await?;
    let tested = admin.post(&format!("/v1/webhooks/{other}/test"), &json!({})).await?.json();
    assert_eq!((&tested["status"], &tested["failure"]), (&Value::Null, &json!("connect")));
    house.close().await
}

#[tokio::test]
async fn nothing_of_the_house_is_reached_that_the_configuration_does_not_name() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let admin = house.role(Role::Admin).await?;
    let add =
        async |url: &str| admin.post("/v1/webhooks", &json!({"url": url, "kinds": ["call.ended"]})).await;
    for url in ["http://crm.example/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "crm"] {
        let refused = add(url).await?;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("url")), "{url}");
    }
    // A name that leads into the house is found out when it is spoken to.
    let made = add("https://localhost/").await?.json();
    let place = format!("/v1/webhooks/{}/test", made["id"].as_str().unwrap());
    let tested = admin.post(&place, &json!({})).await?.json();
    assert_eq!(tested["failure"], "not_public", "{tested}");
    house.close().await
}

#[tokio::test]
async fn over_tls_only_who_is_believed_is_told() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/tls");
    let certificate = folder.join("certificate.pem");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls_config(&folder, provider)?;
    let endpoint = Endpoint::default();
    let router = Router::new().fallback(post(take)).with_state(endpoint.clone());
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("https://localhost:{}/", listener.local_addr()?.port());
    let handle = Handle::new();
    let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
    let serving = tokio::spawn(server.serve(router.into_make_service()));
    for (authorities, taken) in [(Some(certificate), true), (None, false)] {
        let rules = Rules { authorities, ..quick() };
        let house = House::open_with(Profile::Cn, |config| config.webhooks = rules).await?;
        let admin = house.role(Role::Admin).await?;
        let (id, _) = add(&admin, &url, &["call.ended"]).await?;
        let tested = admin.post(&format!("/v1/webhooks/{id}/test"), &json!({})).await?.json();
        assert_eq!(tested["taken"], taken, "{tested}");
        assert_eq!(tested["failure"].as_str(), (!taken).then_some("tls"));
        house.close().await?;
    }
    assert_eq!(endpoint.got.lock().unwrap().len(), 1);
    handle.shutdown();
    serving.await??;
    Ok(())
}

fn rustls_config(
    folder: &Path,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> anyhow::Result<RustlsConfig> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let chain = vec![CertificateDer::from_pem_file(folder.join("certificate.pem"))?];
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem"))?;
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(RustlsConfig::from_config(Arc::new(config)))
}
