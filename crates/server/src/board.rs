//! The floor as those who run it see it, kept in memory and followed along the log, so that a change costs what changed.
//!
//! Every row remembers the position at which it last changed. A reader who has seen the board up to a position is owed the
//! rows that changed after it: that is all that a lost connection needs, and there is no history to keep. Operational facts
//! alone are here: who does what, in which call, since when; breaks that were taken up, because the floor must be covered
//! while they last. Load, strain, check-ins, and breaks that were only offered or refused are not.

mod seats;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use calmline_bus::{Delivery, Subscription, Topic};
use calmline_core::{AgentId, AlertId, Body, Event, OfferId, Position, QueueId, SiteId, Timestamp};
use calmline_store::{CallFilter, OfferRow, OfferState, Store, StoreError};
use jiff::SignedDuration;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use self::seats::Seats;
pub use self::seats::{Seat, Talk};
use crate::{queues::QueueRow, state::App, teams};

/// How often readers are told of changes at most.
const TELL: Duration = Duration::from_secs(1);
/// How long it is remembered that a break is over, for readers who come back.
const REMEMBER: SignedDuration = SignedDuration::from_hours(24);
/// How far back a first look for breaks goes, in positions.
const LOOK_BACK: u64 = 50_000;
/// How many events one read of the store takes.
const AT_ONCE: u32 = 1_000;
/// How many calls in progress a first look takes.
const CALLS: u32 = 10_000;

/// A break that an agent has taken up.
#[derive(Debug, Clone, PartialEq)]
pub struct Rest {
    /// The offer that it goes back to.
    pub offer: OfferId,
    /// Whose.
    pub agent: AgentId,
    /// How long it is meant to be, in minutes.
    pub minutes: u32,
    /// How it stands; anything but accepted, moved, begun or unconfirmed is over for the floor.
    pub state: OfferState,
    /// Since when.
    pub since: Timestamp,
    /// Whether a supervisor has said that the floor is covered.
    pub approved: bool,
}

impl Rest {
    fn new(row: OfferRow, approved: bool) -> Self {
        let OfferRow { offer, agent, minutes, state, changed, .. } = row;
        Self { offer, agent, minutes, state, since: changed, approved }
    }

    /// Whether it is still to come or under way.
    #[must_use]
    pub fn stands(&self) -> bool {
        matches!(
            self.state,
            OfferState::Accepted | OfferState::Moved { .. } | OfferState::Began | OfferState::Unconfirmed
        )
    }
}

/// What changed on a board after a position.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    /// The position that the board has come to.
    pub position: Position,
    /// Agents, by pseudonym.
    pub seats: Vec<Seat>,
    /// Queues.
    pub queues: Vec<QueueRow>,
    /// Breaks; those that no longer stand are over.
    pub breaks: Vec<Rest>,
    /// Alerts that were raised or answered.
    pub alerts: Vec<AlertId>,
}

impl Changed {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty() && self.queues.is_empty() && self.breaks.is_empty() && self.alerts.is_empty()
    }
}

/// Rows with the position at which each last changed.
#[derive(Debug, Default)]
struct Rows {
    position: Position,
    seats: Seats,
    queues: BTreeMap<QueueId, (Position, QueueRow)>,
    breaks: BTreeMap<OfferId, (Position, Rest)>,
    alerts: BTreeMap<AlertId, Position>,
}

/// What the store has to be asked for about events.
#[derive(Debug, Default)]
struct Wanted {
    names: BTreeSet<AgentId>,
    offers: BTreeSet<OfferId>,
}

impl Rows {
    /// What has to be known before events are taken in.
    fn wanted(&self, events: &[Arc<Event>]) -> Wanted {
        let mut wanted = Wanted::default();
        for event in events {
            wanted.names.extend(event.body.agent().filter(|agent| !self.seats.knows(agent)).cloned());
            wanted.offers.extend(match &event.body {
                Body::BreakAnswered { offer, .. }
                | Body::BreakBegan { offer, .. }
                | Body::BreakUnconfirmed { offer, .. }
                | Body::BreakEnded { offer, .. }
                | Body::BreakLapsed { offer, .. } => Some(offer.clone()),
                _ => None,
            });
        }
        wanted
    }

    fn take(&mut self, event: &Event) {
        self.position = self.position.max(event.position);
        self.seats.take(event);
        match &event.body {
            Body::QueueSnapshot { queue, waiting, available, longest_wait_s } => {
                let row = QueueRow {
                    queue: queue.clone(),
                    waiting: *waiting,
                    available: *available,
                    longest_wait_s: *longest_wait_s,
                    at: event.at,
                };
                if self.queues.get(queue).is_none_or(|(_, known)| known.at <= row.at) {
                    self.queues.insert(queue.clone(), (event.position, row));
                }
            }
            Body::BreakApproved { offer, .. } => {
                if let Some((changed, rest)) = self.breaks.get_mut(offer) {
                    (*changed, rest.approved) = (event.position, true);
                }
            }
            Body::AlertRaised { alert, .. }
            | Body::AlertAcknowledged { alert, .. }
            | Body::AlertEscalated { alert, .. }
            | Body::AlertClosed { alert, .. } => {
                self.alerts.insert(alert.clone(), event.position);
            }
            _ => {}
        }
    }

    /// Takes note of how an offer stands. One that was never taken up is never told of.
    fn rest(&mut self, row: OfferRow) {
        let forget = row.changed.saturating_sub(REMEMBER).unwrap_or(Timestamp::MIN);
        self.breaks.retain(|_, (_, rest)| rest.stands() || rest.since > forget);
        let known = self.breaks.get(&row.offer);
        let rest = Rest::new(row, known.is_some_and(|(_, known)| known.approved));
        if known.is_some_and(|(_, known)| *known != rest) || known.is_none() && rest.stands() {
            self.breaks.insert(rest.offer.clone(), (self.position, rest));
        }
    }

    fn after(&self, after: Position) -> Changed {
        let newer = |changed: &Position| *changed > after;
        Changed {
            position: self.position,
            seats: self.seats.after(after),
            queues: self.queues.values().filter(|(at, _)| newer(at)).map(|(_, row)| row.clone()).collect(),
            breaks: self.breaks.values().filter(|(at, _)| newer(at)).map(|(_, row)| row.clone()).collect(),
            alerts: self.alerts.iter().filter(|(_, at)| newer(at)).map(|(id, _)| id.clone()).collect(),
        }
    }
}

/// One site's board.
#[derive(Debug)]
pub struct Board {
    rows: Mutex<Rows>,
    /// The position at which it was first read from the store; what changed before that is not known row by row.
    built: Position,
    told: watch::Sender<Position>,
    /// Cancelled when it is no longer followed: readers come back and get another.
    ended: CancellationToken,
}

impl Board {
    /// What changed after a position; all rows for one that lies before the board was made.
    #[must_use]
    pub fn after(&self, after: Position) -> Changed {
        self.rows().after(after)
    }

    /// Everything that is on it now.
    #[must_use]
    pub fn whole(&self) -> Changed {
        let mut whole = self.rows().after(Position(0));
        whole.breaks.retain(Rest::stands);
        whole
    }

    /// Since when the board knows of every change.
    #[must_use]
    pub fn built(&self) -> Position {
        self.built
    }

    /// Says when there is something new: once a second at most.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.told.subscribe()
    }

    /// Says when the board is no longer followed.
    #[must_use]
    pub fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // Each row is replaced whole, so a panic elsewhere leaves none in pieces.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn build(app: &App, site: &SiteId) -> Result<Self, StoreError> {
        let store = app.store();
        // Before the rows are read: what happens meanwhile is taken again, which changes nothing.
        let position = store.head();
        let filter = CallFilter { open: true, limit: CALLS, ..CallFilter::default() };
        let seats = Seats::new(
            position,
            store.agents(site).await?,
            store.calls(site, &filter).await?,
            store.outside_names(site).await?,
            teams::teams(store, site, Timestamp::MAX).await?,
        );
        let queues = app.queues.rows(store, site).await?;
        let mut rows = Rows { position, seats, ..Rows::default() };
        rows.queues = queues.into_iter().map(|row| (row.queue.clone(), (position, row))).collect();
        for (offer, approved) in taken_up(store, site, position).await? {
            let Some(row) = store.offer(site, &offer).await? else { continue };
            let rest = Rest::new(row, approved);
            if rest.stands() {
                rows.breaks.insert(offer, (position, rest));
            }
        }
        let (told, ended) = (watch::channel(position).0, CancellationToken::new());
        Ok(Self { rows: Mutex::new(rows), built: position, told, ended })
    }

    /// Takes events in, with what the store knows beside them; readers see all of it or none.
    async fn take(&self, app: &App, site: &SiteId, events: &[Arc<Event>]) -> Result<(), StoreError> {
        let wanted = self.rows().wanted(events);
        let (mut names, mut offers) = (Vec::new(), Vec::new());
        for agent in wanted.names {
            let name = app.store().outside_name(site, &agent).await?;
            names.push((agent, name));
        }
        for offer in wanted.offers {
            offers.extend(app.store().offer(site, &offer).await?);
        }
        let mut rows = self.rows();
        for event in events {
            rows.take(event);
        }
        for (agent, name) in names {
            rows.seats.name(&agent, name);
        }
        for offer in offers {
            rows.rest(offer);
        }
        Ok(())
    }

    async fn follow(self: Arc<Self>, app: App, site: SiteId, mut events: Box<dyn Subscription>) {
        if let Err(error) = self.take_all(&app, &site, &mut *events).await {
            tracing::error!(%error, %site, "the floor cannot be followed");
        }
        self.ended.cancel();
        app.boards.forget(&site, &self).await;
    }

    /// Takes in what happens until the server stops.
    async fn take_all(
        &self,
        app: &App,
        site: &SiteId,
        events: &mut dyn Subscription,
    ) -> Result<(), StoreError> {
        let mut tick = interval(TELL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let told = *self.told.borrow();
            let news = self.rows().position > told;
            tokio::select! {
                () = app.stopping.cancelled() => return Ok(()),
                _ = tick.tick(), if news => {
                    let position = self.rows().position;
                    self.told.send_replace(position);
                }
                delivery = events.next() => match delivery {
                    Delivery::Event(event) => self.take(app, site, &[event]).await?,
                    Delivery::Missed { after } => self.read_on(app, site, after, events).await?,
                    Delivery::Closed => return Ok(()),
                },
            }
        }
    }

    /// Reads what the bus no longer has.
    async fn read_on(
        &self,
        app: &App,
        site: &SiteId,
        mut after: Position,
        events: &mut dyn Subscription,
    ) -> Result<(), StoreError> {
        loop {
            let head = app.store().head();
            let read = app.store().read(Some(site), after, AT_ONCE).await?;
            let Some(last) = read.last() else {
                events.caught_up(head.max(after));
                return Ok(());
            };
            after = last.position;
            events.caught_up(after);
            let read: Vec<_> = read.into_iter().map(Arc::new).collect();
            self.take(app, site, &read).await?;
        }
    }
}

/// Offers that were answered not long ago, and whether a supervisor approved each.
async fn taken_up(
    store: &dyn Store,
    site: &SiteId,
    head: Position,
) -> Result<HashMap<OfferId, bool>, StoreError> {
    let mut found = [HashSet::new(), HashSet::new()];
    for (found, kind) in found.iter_mut().zip(["break.answered", "break.approved"]) {
        let mut after = Position(head.0.saturating_sub(LOOK_BACK));
        loop {
            let events = store.read_kind(site, kind, after, AT_ONCE).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            found.extend(events.into_iter().filter_map(|event| match event.body {
                Body::BreakAnswered { offer, .. } | Body::BreakApproved { offer, .. } => Some(offer),
                _ => None,
            }));
        }
    }
    let [answered, approved] = found;
    let known = |offer: OfferId| {
        let approved = approved.contains(&offer);
        (offer, approved)
    };
    Ok(answered.into_iter().map(known).collect())
}

/// The boards of all sites. A board is made when somebody first looks at it, and followed from then on.
#[derive(Debug, Default)]
pub struct Boards(tokio::sync::Mutex<HashMap<SiteId, Arc<Board>>>);

impl Boards {
    /// A site's board.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn of(&self, app: &App, site: &SiteId) -> Result<Arc<Board>, StoreError> {
        let mut boards = self.0.lock().await;
        if let Some(board) = boards.get(site) {
            return Ok(Arc::clone(board));
        }
        let board = Arc::new(Board::build(app, site).await?);
        let events = app.live.bus().subscribe(Topic::Site(site.clone()), board.built).await;
        tokio::spawn(Arc::clone(&board).follow(App::clone(app), site.clone(), events));
        boards.insert(site.clone(), Arc::clone(&board));
        Ok(board)
    }

    /// Forgets a board that can no longer be followed; the next look makes another.
    async fn forget(&self, site: &SiteId, board: &Arc<Board>) {
        let mut boards = self.0.lock().await;
        if boards.get(site).is_some_and(|known| Arc::ptr_eq(known, board)) {
            boards.remove(site);
        }
    }
}
