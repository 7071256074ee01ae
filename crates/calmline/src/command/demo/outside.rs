//! The world outside: phone platform, callers and agents of each floor, driven in real time.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use calmline_core::{AgentId, Body, CallId, OfferId, SiteId, catalog::Lang, event::OfferAnswer};
use calmline_server::clock;
use calmline_sim::{
    mix::{Layout, Tracks},
    work::WorkEvent,
    world::{Call, World, WorldEvent},
};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    http::Http,
    player::{self, Platform, Playing},
    site::Floor,
    stage::Stage,
    voices::Voices,
};
use crate::failure::Failure;

/// Work events that are sent in one request.
const BATCH: usize = 500;

/// An offer of a break as an agent sees it on their page.
#[derive(Debug, Clone)]
pub struct Seen {
    /// By pseudonym.
    pub agent: AgentId,
    /// Which offer.
    pub offer: OfferId,
    /// How long the break would be.
    pub minutes: u32,
}

/// The floors, running.
pub struct Floors {
    /// One task each.
    pub tasks: JoinSet<Result<()>>,
    /// Where the narrator shows agents their offers.
    pub offers: HashMap<SiteId, mpsc::UnboundedSender<Seen>>,
}

impl Floors {
    /// How the next floor to end has ended.
    pub async fn ended(&mut self) -> Result<(), Failure> {
        let Some(done) = self.tasks.join_next().await else { return Ok(()) };
        Ok(done.map_err(anyhow::Error::from)??)
    }
}

/// Starts every floor.
pub fn run(stage: &mut Stage, voices: &Voices, stop: &CancellationToken) -> Floors {
    let mut floors = Floors { tasks: JoinSet::new(), offers: HashMap::new() };
    for floor in &mut stage.floors {
        let Some(story) = floor.story.take() else { continue };
        let (sender, offers) = mpsc::unbounded_channel();
        floors.offers.insert(floor.site.clone(), sender);
        let outside =
            Outside::of(floor, story.world, &stage.url, &stage.password, voices.clone(), stop.clone());
        floors.tasks.spawn(outside.live(story.history, offers));
    }
    floors
}

struct Outside {
    site: SiteId,
    world: World,
    http: Http,
    platform: Arc<Platform>,
    names: std::collections::BTreeMap<AgentId, AgentId>,
    voices: Voices,
    stop: CancellationToken,
    /// Calls whose sound is ready or being made, until they end.
    calls: HashMap<CallId, Voiced>,
    voiced: (mpsc::UnboundedSender<Ready>, mpsc::UnboundedReceiver<Ready>),
    decided: (mpsc::UnboundedSender<Decided>, mpsc::UnboundedReceiver<Decided>),
}

/// A call's sound.
struct Voiced {
    tracks: Option<Tracks>,
    answered: bool,
    language: Lang,
    hung_up: CancellationToken,
}

struct Ready {
    call: CallId,
    layout: Layout,
    tracks: Tracks,
}

/// An agent made up their mind about an offer.
struct Decided {
    seen: Seen,
    answer: OfferAnswer,
}

impl Outside {
    fn of(
        floor: &Floor,
        world: World,
        url: &str,
        password: &str,
        voices: Voices,
        stop: CancellationToken,
    ) -> Self {
        Self {
            site: floor.site.clone(),
            world,
            http: Http::new(url, password, &floor.events_key),
            platform: Arc::new(floor.platform.clone()),
            names: floor.names.clone(),
            voices,
            stop,
            calls: HashMap::new(),
            voiced: mpsc::unbounded_channel(),
            decided: mpsc::unbounded_channel(),
        }
    }

    async fn live(
        mut self,
        history: Vec<WorkEvent>,
        mut offers: mpsc::UnboundedReceiver<Seen>,
    ) -> Result<()> {
        for batch in history.chunks(BATCH) {
            self.http.work(batch).await.context("telling the morning's work")?;
        }
        loop {
            self.catch_up().await?;
            let wake = self.world.next_wake();
            tokio::select! {
                () = self.stop.cancelled() => break,
                () = clock::sleep_until(wake, Duration::from_millis(20)) => {}
                Some(ready) = self.voiced.1.recv() => self.ready(ready),
                Some(seen) = offers.recv() => self.consider(seen),
                Some(decided) = self.decided.1.recv() => self.answer(decided).await?,
            }
        }
        for call in self.calls.values() {
            call.hung_up.cancel();
        }
        Ok(())
    }

    /// Tells the product all that has happened by now.
    async fn catch_up(&mut self) -> Result<()> {
        let now = clock::now();
        let mut work = Vec::new();
        let mut answered = Vec::new();
        while let Some((_, event)) = self.world.next_until(now) {
            match event {
                WorldEvent::Call(call) => self.voice(call),
                WorldEvent::Work(event) => {
                    match &event.body {
                        Body::CallAnswered { call, .. } => answered.push(call.clone()),
                        Body::CallEnded { call, .. } => {
                            if let Some(call) = self.calls.remove(call) {
                                call.hung_up.cancel();
                            }
                        }
                        _ => {}
                    }
                    work.push(event);
                }
            }
        }
        for batch in work.chunks(BATCH) {
            self.http.work(batch).await.context("telling work events")?;
        }
        for call in answered {
            if let Some(voiced) = self.calls.get_mut(&call) {
                voiced.answered = true;
            }
            self.play(&call);
        }
        Ok(())
    }

    /// Makes a call's sound while it rings.
    fn voice(&mut self, call: Call) {
        let voiced = Voiced {
            tracks: None,
            answered: false,
            language: call.script.lang,
            hung_up: CancellationToken::new(),
        };
        self.calls.insert(call.call.clone(), voiced);
        let (voices, ready) = (self.voices.clone(), self.voiced.0.clone());
        tokio::task::spawn_blocking(move || {
            let (layout, tracks) = voices.call(&call.script, call.seed);
            // Nobody waits for it any more once the demo ends.
            drop(ready.send(Ready { call: call.call, layout, tracks }));
        });
    }

    fn ready(&mut self, Ready { call, layout, tracks }: Ready) {
        self.world.timed(&call, layout);
        if let Some(voiced) = self.calls.get_mut(&call) {
            voiced.tracks = Some(tracks);
        }
        self.play(&call);
    }

    /// Plays a call once it is answered and its sound is there.
    fn play(&mut self, call: &CallId) {
        let Some(voiced) = self.calls.get_mut(call).filter(|voiced| voiced.answered) else { return };
        let Some(tracks) = voiced.tracks.take() else { return };
        let language = match voiced.language {
            Lang::En => "en-US",
            Lang::Zh => "zh-CN",
        };
        let playing = Playing { conversation: call.to_string(), tracks, language };
        let (platform, hung_up) = (Arc::clone(&self.platform), voiced.hung_up.clone());
        let site = self.site.clone();
        tokio::spawn(async move {
            if let Err(error) = player::play(&platform, playing, hung_up).await {
                tracing::warn!(%error, %site, "a simulated call broke off");
            }
        });
    }

    /// An agent sees an offer and takes a moment.
    fn consider(&mut self, seen: Seen) {
        let reaction = self.world.reaction(clock::now());
        let decided = self.decided.0.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs_f64(reaction.after_s)).await;
            drop(decided.send(Decided { seen, answer: reaction.answer }));
        });
    }

    /// The agent answers on their own page; the phone platform learns of it as it does in life: from the agent.
    async fn answer(&mut self, Decided { seen, answer }: Decided) -> Result<()> {
        let Some(name) = self.names.get(&seen.agent).cloned() else { return Ok(()) };
        let login = format!("{name}@{}", self.site);
        if self.http.answer(&login, &seen.offer, answer).await? {
            self.world.answer(clock::now(), &name, answer, seen.minutes);
        }
        Ok(())
    }
}
