//! Sets up one site of the demo: its people, keys, notices and consents; or takes up one that an earlier demo has left.

use std::collections::BTreeMap;

use calmline_core::{
    AccountId, AgentId, Body, Draft, Role, SiteId, Timestamp,
    catalog::Lang,
    policy::{Notice, Profile, TABLE_VERSION, consents_wanted},
};
use calmline_server::{keys::FreshKey, token};
use calmline_sim::story::{Plot, Story};
use calmline_store::{KeyKind, NewAccount, NewSite, Site, Store};
use jiff::SignedDuration;

use super::{Place, player::Platform};
use crate::failure::Failure;

/// People of each site who sign in, besides the agents.
const PEOPLE: [(&str, Role); 5] = [
    ("supervisor", Role::Supervisor),
    ("admin", Role::Admin),
    ("council", Role::WorksCouncil),
    ("planner", Role::Planner),
    ("hr", Role::Planner),
];

/// The teams of each site, in its language; a site of few agents has the first two of them alone.
const TEAMS_EN: [&str; 4] = ["Deliveries", "Billing", "Returns", "Technical help"];
const TEAMS_ZH: [&str; 4] = ["物流一组", "账单组", "退换货组", "技术支持组"];
/// A third and a fourth team are there when each has so many agents, so that its weeks can be shown.
const TEAM: usize = 5;

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

/// Opens sites.
pub struct Opener<'a> {
    /// In this store.
    pub store: &'a dyn Store,
    /// With so many agents.
    pub agents: usize,
    /// With a password of this hash for everybody.
    pub hash: String,
    /// When the story begins.
    pub start: Timestamp,
}

impl Opener<'_> {
    /// Opens a site. Everything that is there already is taken up: an earlier demo may have ended anywhere.
    pub async fn open(&self, place: &Place, seed: u64) -> Result<Floor, Failure> {
        let id = SiteId::new(place.name).map_err(Failure::input)?;
        let known = self.store.site(&id).await?;
        let goes_on = known.is_some();
        let site = match known {
            Some(site) => site,
            None => self.create(id.clone(), place).await?,
        };
        let admin = self.people(place, &id).await?;
        let plot =
            Plot { site: id.clone(), start: self.start, agents: self.agents, chinese: place.chinese, seed };
        let mut story = Story::new(plot).map_err(Failure::input)?;
        if goes_on {
            story = story.going_on(self.start);
        }
        let known: Vec<AgentId> = story.world.agents().map(|card| card.id.clone()).collect();
        let outside: Vec<&str> = known.iter().map(AgentId::as_str).collect();
        let pseudonyms = self.store.pseudonyms(&id, &outside).await?;
        for (name, pseudonym) in outside.iter().zip(&pseudonyms) {
            self.account(place, &id, name, Role::Agent, Some(pseudonym.clone())).await?;
        }
        // What is there already has the same ids, and is passed over.
        self.store.append(policy_facts(&site, &admin, &pseudonyms)).await?;
        self.store.append(team_facts(&site, language(place), &admin, &pseudonyms)).await?;
        let (events_key, platform) = self.keys(&id).await?;
        Ok(Floor {
            site: id,
            profile: place.profile,
            story: Some(story),
            names: pseudonyms.into_iter().zip(known).collect(),
            events_key,
            platform,
        })
    }

    async fn create(&self, id: SiteId, place: &Place) -> Result<Site, Failure> {
        let time_zone = if language(place) == Lang::Zh { "Asia/Shanghai" } else { "Europe/Paris" };
        let site = Site {
            id,
            name: place.name.into(),
            profile: place.profile,
            time_zone: time_zone.into(),
            // The site was set up before the morning that its first work events tell of.
            opened: self.start.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(self.start),
        };
        self.store.create_site(NewSite { site: site.clone(), admin: None }).await?;
        Ok(site)
    }

    /// The people besides the agents; answers who the administrator is.
    async fn people(&self, place: &Place, site: &SiteId) -> Result<AccountId, Failure> {
        let mut admin = None;
        for (login, role) in PEOPLE {
            let id = self.account(place, site, login, role, None).await?;
            admin = (role == Role::Admin).then_some(id).or(admin);
        }
        admin.map_or_else(|| AccountId::new("demo").map_err(Failure::input), Ok)
    }

    /// Makes an account, or gives the one that is there this demo's password.
    async fn account(
        &self,
        place: &Place,
        site: &SiteId,
        login: &str,
        role: Role,
        agent: Option<AgentId>,
    ) -> Result<AccountId, Failure> {
        let login = format!("{login}@{}", place.name);
        if let Some(mut known) = self.store.account_by_login(site, &login).await? {
            known.password_hash.clone_from(&self.hash);
            self.store.change_account(&known).await?;
            return Ok(known.id);
        }
        let new = NewAccount {
            site: site.clone(),
            login,
            roles: vec![role],
            agent,
            language: language(place),
            password_hash: self.hash.clone(),
            created: self.start,
        };
        Ok(self.store.add_account(new).await?)
    }

    /// Fresh keys; those of an earlier demo open nothing any more.
    async fn keys(&self, site: &SiteId) -> Result<(String, Platform), Failure> {
        for key in self.store.keys(site).await?.iter().filter(|key| key.revoked.is_none()) {
            self.store.revoke_key(site, &key.id, self.start).await?;
        }
        let draw = |kind| FreshKey::draw(site.clone(), kind, None, self.start).map_err(anyhow::Error::from);
        let (events, audio) = (draw(KeyKind::Events)?, draw(KeyKind::Audiohook)?);
        let platform = Platform {
            authority: String::new(),
            api_key: audio.api_key,
            client_secret: audio.new.client_secret.clone().unwrap_or_default(),
        };
        for new in [events.new, audio.new] {
            self.store.add_key(new).await?;
        }
        Ok((events.api_key, platform))
    }
}

fn language(place: &Place) -> Lang {
    if place.chinese >= 0.5 { Lang::Zh } else { Lang::En }
}

/// The demo's site has given every notice, and where the profile asks for consent, its simulated agents have agreed.
fn policy_facts(site: &Site, admin: &AccountId, agents: &[AgentId]) -> Vec<Draft> {
    let notices = Notice::ALL.into_iter().map(|notice| Body::NoticeConfirmed {
        notice,
        text_sha256: token::hex(&token::hash("the demo's notice")),
        by: admin.clone(),
    });
    let consents = agents.iter().flat_map(|agent| {
        consents_wanted(site.profile).into_iter().map(|purpose| Body::ConsentGiven {
            agent: agent.clone(),
            purpose,
            policy_version: TABLE_VERSION,
        })
    });
    let facts = notices.chain(consents);
    facts.map(|body| Draft::derived(site.id.clone(), site.opened, Vec::new(), body)).collect()
}

/// Each agent is in a team, one agent after the other.
fn team_facts(site: &Site, language: Lang, admin: &AccountId, agents: &[AgentId]) -> Vec<Draft> {
    let names = if language == Lang::Zh { TEAMS_ZH } else { TEAMS_EN };
    let teams = &names[..(agents.len() / TEAM).clamp(2, names.len())];
    let facts = agents.iter().zip(teams.iter().cycle()).map(|(agent, team)| Body::AgentTeam {
        agent: agent.clone(),
        team: Some((*team).to_owned()),
        by: admin.clone(),
    });
    facts.map(|body| Draft::derived(site.id.clone(), site.opened, Vec::new(), body)).collect()
}
