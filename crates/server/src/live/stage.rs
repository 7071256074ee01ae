//! What the tests of the live side stand on: a real store in a folder of its own, and calls in which somebody speaks.

use std::sync::Arc;

use calmline_bus::Local;
use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, Event, Party, Position, SiteId, Timestamp,
    catalog::Lang,
    policy::{Notice, Profile, SitePolicy},
};
use calmline_floor::{Ear, Hears, Speaking, WordsJob};
use calmline_sense::AffectModel;
use calmline_store::{Log, NewSite, Site, Sites, Store, sqlite::Sqlite};
use tempfile::TempDir;

use super::{Live, Options, desk::Desk};

pub type Outcome = anyhow::Result<()>;

/// A live side with one site, all of whose notices are given.
pub struct Stage {
    pub live: Arc<Live>,
    pub site: SiteId,
    _folder: TempDir,
}

impl Stage {
    pub async fn open(options: Options) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = Arc::new(Sqlite::open(folder.path()).await?);
        let id = SiteId::new("hangzhou")?;
        let (profile, opened) = (Profile::Cn, Timestamp::now());
        let site = Site { id: id.clone(), name: "H".into(), profile, time_zone: "UTC".into(), opened };
        store.create_site(NewSite { site, admin: None }).await?;
        let bus = Arc::new(Local::new(1_024, store.head()));
        let live = Live::start(store as Arc<dyn Store>, bus, options).await?;
        let stage = Self { live, site: id, _folder: folder };
        for notice in Notice::ALL {
            stage.tell(confirmed(notice)?).await?;
        }
        Ok(stage)
    }

    pub async fn tell(&self, body: Body) -> Outcome {
        let draft = Draft::derived(self.site.clone(), Timestamp::now(), Vec::new(), body);
        self.live.append(vec![draft]).await?;
        Ok(())
    }

    pub fn desk(&self) -> anyhow::Result<Arc<Desk>> {
        self.live.desk(&self.site).ok_or_else(|| anyhow::anyhow!("the site is not open"))
    }

    pub async fn log(&self) -> anyhow::Result<Vec<Event>> {
        Ok(self.live.store.read(Some(&self.site), Position(0), 10_000).await?)
    }

    /// Waits until something holds.
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) -> Outcome {
        for _ in 0..2_000 {
            if holds(self) {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        anyhow::bail!("it did not come to pass")
    }
}

pub fn confirmed(notice: Notice) -> anyhow::Result<Body> {
    Ok(Body::NoticeConfirmed { notice, text_sha256: String::new(), by: AccountId::new("admin")? })
}

/// A caller's speech of some seconds; it ends in the middle of a word.
pub fn speech() -> Vec<i16> {
    let text =
        "I have been waiting for three weeks now and nobody has called me back about the order that I made";
    let mut speech = calmline_sim::voice::speak(text, Lang::En, 3, 0.5);
    speech.truncate(20_000);
    speech
}

/// An utterance of a caller that waits for its words, under a policy.
pub fn job(policy: &SitePolicy, call: &str) -> anyhow::Result<WordsJob> {
    Ok(spoken(policy, call)?.1)
}

/// An utterance of a caller as it is told while it is spoken, and once it is over.
pub fn spoken(policy: &SitePolicy, call: &str) -> anyhow::Result<(Vec<Speaking>, WordsJob)> {
    let (now, mut out) = (Timestamp::now(), Vec::new());
    let (call, model) = (CallId::new(call)?, AffectModel::shipped());
    let mut ear = Ear::open(policy, call, &[Party::Customer], ("test", true), model, now, &mut out);
    ear.stream_words();
    ear.bind(policy, None::<&AgentId>, now, &mut out);
    speech().chunks(160).for_each(|piece| ear.audio(0, piece, now, &mut out));
    ear.close(now, &mut out);
    let (mut pieces, mut over) = (Vec::new(), None);
    for heard in out {
        match heard {
            Hears::Speaking(speaking) if over.is_none() => pieces.push(speaking),
            Hears::Words(job) if over.is_none() => over = Some(job),
            Hears::Speaking(_) | Hears::Words(_) | Hears::Fact(_) | Hears::Voice(_) => {}
        }
    }
    let job = over.filter(WordsJob::wants_words);
    Ok((pieces, job.ok_or_else(|| anyhow::anyhow!("nobody was heard to speak"))?))
}

/// The policy of a site that gives all its notices.
pub fn policy() -> anyhow::Result<SitePolicy> {
    let mut policy = SitePolicy::new(SiteId::new("hangzhou")?, Profile::Cn);
    for notice in Notice::ALL {
        policy.apply(&confirmed(notice)?);
    }
    Ok(policy)
}
