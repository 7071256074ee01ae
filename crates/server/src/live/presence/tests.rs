//! The courier on a real log, with a platform in memory that can be slow, decline or know nobody.

use std::sync::Mutex;

use super::*;
use crate::live::{
    Options,
    stage::{Outcome as Tested, Stage},
};

/// Long enough for a machine that does other things too, where something is to be confirmed.
const LONG: Duration = Duration::from_secs(60);
/// Where nothing will be confirmed.
const SHORT: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Phone {
    shows: Mutex<Option<Shown>>,
    /// Looks until a change is shown.
    slow: Mutex<u32>,
    told: Mutex<Vec<Presence>>,
    fails: Option<PresenceError>,
    never_shows: bool,
}

impl PresencePort for Phone {
    fn name(&self) -> &str {
        "phone"
    }

    fn set(&self, agent: &str, presence: Presence) -> Result<(), PresenceError> {
        assert_eq!(agent, "1001", "the platform knows its own names");
        if let Some(error) = &self.fails {
            return Err(error.clone());
        }
        self.told.lock().unwrap().push(presence);
        if !self.never_shows {
            *self.shows.lock().unwrap() = Some(Shown::Asked(presence));
        }
        Ok(())
    }

    fn read(&self, _: &str) -> Result<Shown, PresenceError> {
        let mut slow = self.slow.lock().unwrap();
        if *slow > 0 {
            *slow -= 1;
            return Ok(Shown::Other("changing".into()));
        }
        Ok(self.shows.lock().unwrap().clone().unwrap_or(Shown::Other("ready".into())))
    }
}

fn wanted(agent: &AgentId, presence: Presence) -> anyhow::Result<Body> {
    Ok(Body::PresenceWanted { offer: OfferId::new("o-1")?, agent: agent.clone(), presence })
}

/// What the log says of presence.
async fn said(stage: &Stage) -> anyhow::Result<Vec<Event>> {
    let log = stage.log().await?;
    Ok(log.into_iter().filter(|event| event.body.kind().starts_with("presence.")).collect())
}

/// Waits for what is said beside the order, and stops.
async fn outcome(stage: Stage) -> anyhow::Result<Body> {
    for _ in 0..2_000 {
        let said = said(&stage).await?;
        if let [order, outcome] = &said[..] {
            assert_eq!(outcome.because, [order.id]);
            stage.live.stop().await;
            return Ok(outcome.body.clone());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("nothing was said")
}

/// A stage on which something is wanted of a platform, before the courier starts.
async fn stage(presence: Presence, phone: &Arc<Phone>, patience: Duration) -> anyhow::Result<Stage> {
    let stage = Stage::open(Options::default()).await?;
    let agent = stage.live.store().pseudonym(&stage.site, "1001").await?;
    stage.tell(wanted(&agent, presence)?).await?;
    start_within(&stage.live, Arc::clone(phone) as Arc<dyn PresencePort>, patience);
    Ok(stage)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wanted_is_set_once_and_confirmed_when_it_is_shown() -> Tested {
    let phone = Arc::new(Phone { slow: Mutex::new(3), ..Phone::default() });
    let stage = stage(Presence::OnBreak, &phone, LONG).await?;
    let said = outcome(stage).await?;
    assert!(matches!(said, Body::PresenceConfirmed { presence: Presence::OnBreak, .. }), "{said:?}");
    assert_eq!(*phone.told.lock().unwrap(), [Presence::OnBreak]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_already_is_confirmed_and_not_set_again() -> Tested {
    let shows = Mutex::new(Some(Shown::Asked(Presence::OnBreak)));
    let phone = Arc::new(Phone { shows, ..Phone::default() });
    let stage = stage(Presence::OnBreak, &phone, LONG).await?;
    let said = outcome(stage).await?;
    assert!(matches!(said, Body::PresenceConfirmed { .. }), "{said:?}");
    assert!(phone.told.lock().unwrap().is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_declines_is_told_at_once_and_one_that_shows_nothing_in_time() -> Tested {
    for (error, fault) in [
        (PresenceError::NotFound, PresenceFault::NotFound),
        (PresenceError::Refused("409".into()), PresenceFault::Refused),
    ] {
        let phone = Arc::new(Phone { fails: Some(error), ..Phone::default() });
        let said = outcome(stage(Presence::OnBreak, &phone, LONG).await?).await?;
        assert!(matches!(said, Body::PresenceRefused { fault: is, .. } if is == fault), "{said:?}");
    }
    for (fails, fault) in [
        (None, PresenceFault::NotShown),
        (Some(PresenceError::Busy(LONG)), PresenceFault::TimedOut),
        (Some(PresenceError::Unreachable("down".into())), PresenceFault::Unreachable),
    ] {
        let phone = Arc::new(Phone { fails, never_shows: true, ..Phone::default() });
        let said = outcome(stage(Presence::OnBreak, &phone, SHORT).await?).await?;
        assert!(matches!(said, Body::PresenceUnconfirmed { fault: is, .. } if is == fault), "{said:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_after_it_was_said_that_it_is_not_is_confirmed_and_not_set_again() -> Tested {
    let phone = Arc::new(Phone { never_shows: true, ..Phone::default() });
    let stage = stage(Presence::OnBreak, &phone, SHORT).await?;
    for _ in 0..2_000 {
        let said = said(&stage).await?;
        if said.len() == 2 {
            assert!(matches!(said[1].body, Body::PresenceUnconfirmed { .. }), "{said:?}");
            *phone.shows.lock().unwrap() = Some(Shown::Asked(Presence::OnBreak));
        }
        if said.len() > 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let said = said(&stage).await?;
    assert!(matches!(said[2].body, Body::PresenceConfirmed { .. }), "{said:?}");
    assert_eq!(*phone.told.lock().unwrap(), [Presence::OnBreak]);
    stage.live.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_of_the_agents_own_and_a_matter_that_is_settled_are_left_alone() -> Tested {
    let phone = Arc::new(Phone::default());
    let stage = stage(Presence::Available, &phone, LONG).await?;
    let agent = stage.live.store().pseudonym(&stage.site, "1001").await?;
    let offer = OfferId::new("o-2")?;
    let site = stage.site.clone();
    let past = Timestamp::now() - jiff::SignedDuration::from_mins(11);
    let body = Body::PresenceWanted { offer, agent: agent.clone(), presence: Presence::OnBreak };
    stage.live.append(vec![Draft::derived(site, past, Vec::new(), body)]).await?;
    // Something later that is carried out shows that the others were looked at.
    let offer = OfferId::new("o-3")?;
    stage.tell(Body::PresenceWanted { offer: offer.clone(), agent, presence: Presence::OnBreak }).await?;
    for _ in 0..2_000 {
        if said(&stage).await?.len() == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let said = said(&stage).await?;
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(matches!(&said[3].body, Body::PresenceConfirmed { offer: is, .. } if *is == offer));
    assert_eq!(*phone.told.lock().unwrap(), [Presence::OnBreak]);
    stage.live.stop().await;
    Ok(())
}
