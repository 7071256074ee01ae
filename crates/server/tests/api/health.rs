//! Readiness names the part that does not work, and comes back by itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use calmline_bus::{Bus, BusError, Local, Subscription, Topic};
use calmline_core::{Event, Position, SiteId, Timestamp, policy::Profile};
use calmline_server::{Config, Server, live};
use calmline_store::{Log, NewSite, Site, Sites, Store, sqlite::Sqlite};
use serde_json::{Value, json};

use crate::house::{Client, Outcome};

/// A bus that panics while it is broken.
struct Broken {
    bus: Local,
    broken: AtomicBool,
}

#[async_trait]
impl Bus for Broken {
    async fn publish(&self, events: Vec<Event>) -> Result<(), BusError> {
        assert!(!self.broken.load(Ordering::SeqCst), "the bus is broken");
        self.bus.publish(events).await
    }

    async fn subscribe(&self, topic: Topic, after: Position) -> Box<dyn Subscription> {
        self.bus.subscribe(topic, after).await
    }
}

async fn until_ready(client: &Client, status: u16) -> anyhow::Result<Value> {
    for _ in 0..2_000 {
        let answer = client.get("/readyz").await?;
        if answer.status == status {
            return Ok(answer.json());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("/readyz never answered {status}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_panicked_is_named_counted_and_started_anew_where_it_stood() -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = Arc::new(Sqlite::open(folder.path()).await?);
    let bus = Arc::new(Broken { bus: Local::new(1_024, store.head()), broken: AtomicBool::new(true) });
    let shared: Arc<dyn Store> = Arc::clone(&store) as _;
    let live = live::Live::start(shared, Arc::clone(&bus) as _, live::Options::default()).await?;
    let config = Config::new("127.0.0.1:0".parse()?, folder.path().to_owned());
    let server = Server::start(config, Arc::clone(&live)).await?;
    let nobody = Client { addr: server.addr, headers: Vec::new() };
    assert_eq!(until_ready(&nobody, 200).await?, json!({"status": "ok"}));

    let mut heard = bus.subscribe(Topic::All, store.head()).await;
    let (id, opened) = (SiteId::new("hangzhou")?, Timestamp::now());
    let site = Site { id, name: "H".into(), profile: Profile::Cn, time_zone: "UTC".into(), opened };
    store.create_site(NewSite { site, admin: None }).await?;
    let failed = until_ready(&nobody, 503).await?;
    let fault = &failed["faults"][0];
    assert_eq!((&failed["status"], &fault["part"]), (&json!("failed"), &json!("publisher")));
    assert_eq!(fault["code"], "publisher_stopped");
    assert!(fault["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    let metrics = nobody.get("/metrics").await?.text;
    assert!(metrics.contains("calmline_faults_total{code=\"publisher_stopped\"}"), "{metrics}");

    bus.broken.store(false, Ordering::SeqCst);
    // What it panicked at comes after all.
    let first = tokio::time::timeout(Duration::from_secs(20), heard.next()).await?;
    assert!(matches!(first, calmline_bus::Delivery::Event(event) if event.position == Position(1)));
    assert_eq!(until_ready(&nobody, 200).await?, json!({"status": "ok"}));
    server.stop().await?;
    live.stop().await;
    Ok(())
}
