//! Sets the demo's stage: its sites with their people, and the server.

use std::sync::Arc;

use calmline_bus::Local;
use calmline_server::{
    Config, Running, Server, clock,
    live::{Live, Options},
    password, token,
};
use calmline_store::{Store, sqlite::Sqlite};
use jiff::Timestamp;

use super::{
    Place,
    home::Home,
    site::{Floor, Opener},
};
use crate::{cli::Demo, failure::Failure, said::Said};

/// The stage.
pub struct Stage {
    /// The floors.
    pub floors: Vec<Floor>,
    /// The live side, to read what is decided.
    pub live: Arc<Live>,
    /// Everybody's password.
    pub password: String,
    /// `http://host:port`.
    pub url: String,
    /// When the story begins.
    pub start: Timestamp,
    running: Running,
    store: Arc<dyn Store>,
}

impl Stage {
    /// Sets it.
    pub async fn set(
        options: &Demo,
        places: &[Place],
        home: &Home,
        with: Options,
        said: &Said,
    ) -> Result<Self, Failure> {
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(home.path()).await?);
        home.claim(store.as_ref(), places).await?;
        let password = format!("calm-{}", &token::draw().map_err(anyhow::Error::from)?[..12]);
        let hash = password::hash(password.clone())
            .await
            .map_err(|error| anyhow::anyhow!("hashing a password failed: {error}"))?;
        let start = clock::now();
        let opener = Opener { store: store.as_ref(), agents: options.agents as usize, hash, start };
        let mut floors = Vec::new();
        for (index, place) in places.iter().enumerate() {
            said.note(format!(
                "{} {} ({})",
                said.both("setting up", "正在设置"),
                place.name,
                place.profile.as_str()
            ));
            floors.push(opener.open(place, options.seed.wrapping_add(index as u64)).await?);
        }
        let bus = Arc::new(Local::new(calmline_bus::EVENTS, store.head()));
        let live = Live::start(Arc::clone(&store), bus, with).await?;
        let listen = options.listen.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
        let running = Server::start(Config::new(listen, home.path().to_owned()), Arc::clone(&live))
            .await
            .map_err(anyhow::Error::from)?;
        let authority = running.addr.to_string();
        for floor in &mut floors {
            floor.platform.authority.clone_from(&authority);
        }
        let url = format!("http://{authority}");
        Ok(Self { floors, live, password, url, start, running, store })
    }

    /// Ends the demo.
    pub async fn strike(self) -> Result<(), Failure> {
        self.running.stop().await?;
        self.live.stop().await;
        self.store.close().await?;
        Ok(())
    }
}
