//! The phone side of the story: calls that ring, are answered, heard and ended, and what the platform says of those who take them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use calmline_core::{
    AgentId, Body, CallId, QueueId, SiteId,
    catalog::Lang,
    event::{Presence, WorkState},
};
use calmline_server::clock;
use calmline_sim::{script::CallScript, work::WorkEvent};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        http::Http,
        player::{self, Platform, Playing, uuid},
        voices::Voices,
    },
    platform::Order,
};

/// How long a platform takes until its work events tell what it shows already.
const LATER: Duration = Duration::from_millis(1_500);
/// Wrap-up after a call.
const WRAP_UP: Duration = Duration::from_secs(2);

/// The phone side of one site.
pub struct Phone {
    http: Http,
    site: SiteId,
    queue: QueueId,
    source: String,
    told: AtomicU64,
    platform: Platform,
    voices: Voices,
}

/// A call in progress.
pub struct Line {
    /// Which.
    pub call: CallId,
    agent: AgentId,
    hung_up: CancellationToken,
}

impl Phone {
    /// The phone side of a site, which tells its events under a name of this run's own.
    pub fn new(http: Http, (site, queue): (SiteId, QueueId), platform: Platform, voices: Voices) -> Self {
        let source = format!("urn:calmline:story:{site}:{}", clock::now().as_millisecond());
        Self { http, site, queue, source, told: AtomicU64::default(), platform, voices }
    }

    /// A call of this number comes into the queue.
    pub async fn offered(&self, number: u32) -> Result<CallId> {
        let call = CallId::new(uuid(&format!("{} {number}", self.source)))?;
        let offered = Body::CallOffered { call: call.clone(), agent: None, queue: Some(self.queue.clone()) };
        self.tell(vec![offered]).await?;
        Ok(call)
    }

    /// An agent takes a call, and it is heard.
    pub async fn answered(&self, call: CallId, agent: &AgentId, script: CallScript) -> Result<Line> {
        let (voices, lang) = (self.voices.clone(), script.lang);
        let (_, tracks) = tokio::task::spawn_blocking(move || voices.call(&script, 1)).await?;
        let answered =
            Body::CallAnswered { call: call.clone(), agent: agent.clone(), queue: Some(self.queue.clone()) };
        self.tell(vec![answered, state(agent, WorkState::Busy, None)]).await?;
        let language = match lang {
            Lang::En => "en-US",
            Lang::Zh => "zh-CN",
        };
        let playing = Playing { conversation: call.to_string(), tracks, language };
        let (platform, hung_up) = (self.platform.clone(), CancellationToken::new());
        let until = hung_up.clone();
        tokio::spawn(async move {
            if let Err(error) = player::play(&platform, playing, until).await {
                tracing::warn!(%error, "a call of the story broke off");
            }
        });
        Ok(Line { call, agent: agent.clone(), hung_up })
    }

    /// The agent hangs up, writes their notes and is ready again.
    pub async fn hang_up(&self, line: Line) -> Result<()> {
        line.hung_up.cancel();
        let ended = Body::CallEnded { call: line.call, reason: Some("agent_ended".into()) };
        self.tell(vec![ended, state(&line.agent, WorkState::WrapUp, None)]).await?;
        tokio::time::sleep(WRAP_UP).await;
        self.tell(vec![state(&line.agent, WorkState::Available, None)]).await
    }

    /// Tells what the platform was told to show, a moment after it shows it, until nobody tells it any more.
    pub async fn follow(self: Arc<Self>, mut orders: mpsc::UnboundedReceiver<Order>) -> Result<()> {
        while let Some(Order { agent, presence }) = orders.recv().await {
            tokio::time::sleep(LATER).await;
            let agent = AgentId::new(agent)?;
            let told = match presence {
                Presence::OnBreak => state(&agent, WorkState::OnBreak, Some("break")),
                Presence::Available => state(&agent, WorkState::Available, None),
            };
            self.tell(vec![told]).await?;
        }
        Ok(())
    }

    async fn tell(&self, bodies: Vec<Body>) -> Result<()> {
        let at = clock::now();
        let event = |body| WorkEvent {
            site: self.site.clone(),
            source: self.source.clone(),
            id: self.told.fetch_add(1, Ordering::Relaxed).to_string(),
            at,
            body,
        };
        self.http.work(&bodies.into_iter().map(event).collect::<Vec<_>>()).await
    }
}

fn state(agent: &AgentId, state: WorkState, reason: Option<&str>) -> Body {
    Body::AgentState { agent: agent.clone(), state, reason: reason.map(Into::into) }
}
