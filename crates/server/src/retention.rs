//! How long texts are kept, and their end: once a day, and when somebody sets another time.
//!
//! What is set is an event (`retention.set`), and so is each run (`retention.ran`, counts only); a run is due a day after the
//! last. Facts stay: events hold pseudonyms and numbers, and their chain of hashes would break.

use std::{collections::BTreeMap, time::Duration};

use calmline_core::{AccountId, Body, Draft, Position, SiteId, Timestamp, event::PayloadKind};
use calmline_store::{Site, Store, StoreError};
use jiff::SignedDuration;

use crate::{clock, state::App};

/// The longest time, in days: ten years.
pub const LONGEST: u32 = 3_650;
/// Between two runs.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How often is looked whether a run is due; and how long is waited when the store fails.
const LOOK: Duration = Duration::from_secs(10 * 60);

/// After how many days each kind goes where a site has set nothing. Storage limitation (GDPR Art. 5(1)(e); PIPL Art. 19: the
/// shortest time that the purpose needs) gives no number; these are a choice: complaints and appeals come within three months,
/// what placeholders stand for is needed sooner if at all, people look back at what they said of themselves over a
/// year, and at how they sounded over some weeks; plans are asked about for some time after they were lived.
pub const DEFAULTS: [(PayloadKind, u32); 8] = [
    (PayloadKind::Transcript, 90),
    (PayloadKind::Original, 30),
    (PayloadKind::Envelope, 90),
    (PayloadKind::SelfReport, 365),
    (PayloadKind::VoiceCue, 30),
    (PayloadKind::Incident, 1_095),
    (PayloadKind::Appeal, 180),
    (PayloadKind::Plan, 1_095),
];

/// What holds at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// After how many days each kind goes; what is not named is kept until somebody has it erased.
    pub days: BTreeMap<PayloadKind, u32>,
    /// When it was set and by whom; none where the defaults hold.
    pub set: Option<(Timestamp, AccountId)>,
    /// The last run, and how many of each kind it erased.
    pub ran: Option<(Timestamp, BTreeMap<PayloadKind, u64>)>,
}

impl Retention {
    /// Reads it from the log.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(store: &dyn Store, site: &SiteId) -> Result<Self, StoreError> {
        let last = async |kind| {
            let events = store.read_kind(site, kind, Position(0), u32::MAX).await?;
            Ok::<_, StoreError>(events.into_iter().next_back())
        };
        let mut retention = Self { days: DEFAULTS.into(), set: None, ran: None };
        if let Some(event) = last("retention.set").await?
            && let Body::RetentionSet { days, by } = event.body
        {
            (retention.days, retention.set) = (days, Some((event.at, by)));
        }
        if let Some(event) = last("retention.ran").await?
            && let Body::RetentionRan { erased } = event.body
        {
            retention.ran = Some((event.at, erased));
        }
        Ok(retention)
    }
}

/// What is as old as that, at a time.
#[must_use]
pub fn end(now: Timestamp, days: u32) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN)
}

/// Erases what is past its time at a site, and records how much it was.
///
/// # Errors
/// When the store fails.
pub async fn run(app: &App, site: &SiteId) -> Result<BTreeMap<PayloadKind, u64>, StoreError> {
    let retention = Retention::of(app.store(), site).await?;
    let now = clock::now();
    let mut erased = BTreeMap::new();
    for (kind, days) in retention.days {
        erased.insert(kind, app.store().expire(site, kind, end(now, days), now).await?);
    }
    let body = Body::RetentionRan { erased: erased.clone() };
    app.live.append(vec![Draft::derived(site.clone(), now, Vec::new(), body)]).await?;
    Ok(erased)
}

/// Runs at each site once a day, until the server stops.
pub async fn keep(app: App) {
    loop {
        if let Err(error) = run_due(&app).await {
            tracing::error!(%error, "texts past their time could not be erased; trying again");
        }
        if app.stopping.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}

async fn run_due(app: &App) -> Result<(), StoreError> {
    for Site { id, opened, .. } in app.store().sites().await? {
        let last = Retention::of(app.store(), &id).await?.ran.map_or(opened, |(at, _)| at);
        if clock::now().duration_since(last) >= DAY {
            let erased = run(app, &id).await?;
            tracing::info!(site = %id, count = erased.values().sum::<u64>(), "erased texts past their time");
        }
    }
    Ok(())
}
