//! Sets the demo's stage: a data directory, two sites with their people, keys, notices and consents, and the server.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use calmline_bus::Local;
use calmline_core::{
    AccountId, AgentId, Body, Draft, Role, SiteId, Timestamp,
    catalog::Lang,
    policy::{Notice, Profile, TABLE_VERSION, consents_wanted},
};
use calmline_sense::Recogniser;
use calmline_server::{
    Config, Running, Server, clock,
    keys::FreshKey,
    live::{Live, Options},
    password, token,
};
use calmline_sim::story::{Plot, Story};
use calmline_store::{KeyKind, NewAccount, NewSite, Site, Store, sqlite::Sqlite};

use jiff::SignedDuration;

use super::{Place, player::Platform};
use crate::{cli::Demo, failure::Failure, said::Said};

/// People of each site who sign in, besides the agents.
const PEOPLE: [(&str, Role); 3] =
    [("supervisor", Role::Supervisor), ("admin", Role::Admin), ("council", Role::WorksCouncil)];

/// One floor of the demo, and the way to it.
pub struct Floor {
    /// Where.
    pub site: SiteId,
    /// Its profile.
    pub profile: Profile,
    /// The simulated world.
    pub story: Option<Story>,
    /// Agents by pseudonym: by which name the phone platform knows them.
    pub names: BTreeMap<AgentId, AgentId>,
    /// The key of work events.
    pub events_key: String,
    /// The way of the audio.
    pub platform: Platform,
}

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
    /// Where the data lies, and whether it is deleted afterwards.
    pub data: PathBuf,
    temporary: bool,
    running: Running,
    store: Arc<dyn Store>,
}

impl Stage {
    /// Sets it.
    pub async fn set(
        options: &Demo,
        places: &[Place],
        recognisers: Vec<Box<dyn Recogniser>>,
        said: &Said,
    ) -> Result<Self, Failure> {
        let (data, temporary) = match &options.data {
            Some(data) if data.join("calmline.db").exists() => {
                return Err(Failure::Input(format!(
                    "--data: {} is set up already; name a new directory",
                    data.display()
                )));
            }
            Some(data) => (data.clone(), false),
            None => (std::env::temp_dir().join(format!("calmline-demo-{}", std::process::id())), true),
        };
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(&data).await?);
        let password = format!("calm-{}", &token::draw().map_err(anyhow::Error::from)?[..12]);
        let hash = password::hash(password.clone())
            .await
            .map_err(|error| anyhow::anyhow!("hashing a password failed: {error}"))?;
        let start = clock::now();
        let mut floors = Vec::new();
        for (index, place) in places.iter().enumerate() {
            said.note(format!(
                "{} {} ({})",
                said.both("setting up", "正在设置"),
                place.name,
                place.profile.as_str()
            ));
            floors.push(set_site(store.as_ref(), place, (options, index), &hash, start).await?);
        }
        let bus = Arc::new(Local::new(calmline_bus::EVENTS, store.head()));
        let live =
            Live::start(Arc::clone(&store), bus, Options { recognisers, ..Options::default() }).await?;
        let listen = options.listen.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
        let running = Server::start(Config::new(listen, data.clone()), Arc::clone(&live))
            .await
            .map_err(anyhow::Error::from)?;
        let authority = running.addr.to_string();
        for floor in &mut floors {
            floor.platform.authority.clone_from(&authority);
        }
        let url = format!("http://{authority}");
        Ok(Self { floors, live, password, url, data, temporary, running, store })
    }

    /// Ends the demo.
    pub async fn strike(self) -> Result<(), Failure> {
        self.running.stop().await?;
        self.live.stop().await;
        self.store.close().await?;
        if self.temporary {
            std::fs::remove_dir_all(&self.data)?;
        }
        Ok(())
    }
}

async fn set_site(
    store: &dyn Store,
    place: &Place,
    (options, index): (&Demo, usize),
    hash: &str,
    start: Timestamp,
) -> Result<Floor, Failure> {
    let site = SiteId::new(place.name).map_err(Failure::input)?;
    // The site was set up before the morning that its first work events tell of.
    let opened_at = start.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(start);
    let (time_zone, language) =
        if place.chinese >= 0.5 { ("Asia/Shanghai", Lang::Zh) } else { ("Europe/Paris", Lang::En) };
    let account = |login: &str, role, agent| NewAccount {
        site: site.clone(),
        login: format!("{login}@{}", place.name),
        roles: vec![role],
        agent,
        language,
        password_hash: hash.to_owned(),
        created: start,
    };
    let opened = Site {
        id: site.clone(),
        name: place.name.into(),
        profile: place.profile,
        time_zone: time_zone.into(),
        opened: opened_at,
    };
    store.create_site(NewSite { site: opened, admin: None }).await?;
    let mut admin = None;
    for (login, role) in PEOPLE {
        let id = store.add_account(account(login, role, None)).await?;
        admin = (role == Role::Admin).then_some(id).or(admin);
    }
    let admin = admin.map_or_else(|| AccountId::new("demo").map_err(Failure::input), Ok)?;

    let plot = Plot {
        site: site.clone(),
        start,
        agents: options.agents as usize,
        chinese: place.chinese,
        seed: options.seed.wrapping_add(index as u64),
    };
    let story = Story::new(plot).map_err(Failure::input)?;
    let known: Vec<AgentId> = story.world.agents().map(|card| card.id.clone()).collect();
    let outside: Vec<&str> = known.iter().map(AgentId::as_str).collect();
    let pseudonyms = store.pseudonyms(&site, &outside).await?;
    for (name, pseudonym) in known.iter().zip(&pseudonyms) {
        store.add_account(account(name.as_str(), Role::Agent, Some(pseudonym.clone()))).await?;
    }
    store.append(policy_facts(&site, place.profile, &admin, &pseudonyms, opened_at)).await?;
    let key = |kind| FreshKey::draw(site.clone(), kind, None, start).map_err(anyhow::Error::from);
    let (events, audio) = (key(KeyKind::Events)?, key(KeyKind::Audiohook)?);
    let platform = Platform {
        authority: String::new(),
        api_key: audio.api_key,
        client_secret: audio.new.client_secret.clone().unwrap_or_default(),
    };
    for new in [events.new, audio.new] {
        store.add_key(new).await?;
    }
    Ok(Floor {
        site,
        profile: place.profile,
        story: Some(story),
        names: pseudonyms.into_iter().zip(known).collect(),
        events_key: events.api_key,
        platform,
    })
}

/// The demo's site has given every notice, and where the profile asks for consent, its simulated agents have agreed.
fn policy_facts(
    site: &SiteId,
    profile: Profile,
    admin: &AccountId,
    agents: &[AgentId],
    at: Timestamp,
) -> Vec<Draft> {
    let notices = Notice::ALL.into_iter().map(|notice| Body::NoticeConfirmed {
        notice,
        text_sha256: token::hex(&token::hash("the demo's notice")),
        by: admin.clone(),
    });
    let consents = agents.iter().flat_map(|agent| {
        consents_wanted(profile).into_iter().map(|purpose| Body::ConsentGiven {
            agent: agent.clone(),
            purpose,
            policy_version: TABLE_VERSION,
        })
    });
    notices.chain(consents).map(|body| Draft::derived(site.clone(), at, Vec::new(), body)).collect()
}
