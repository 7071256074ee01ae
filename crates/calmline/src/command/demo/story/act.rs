//! Who acts at one site, and what they do again and again.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use calmline_core::{AgentId, QueueId, Timestamp, catalog::Lang};
use calmline_server::clock;
use calmline_sim::{script::CallScript, story};
use serde_json::{Value, json};

use super::{
    super::http::Person, cost::Record, phone::Phone, platform::Switchboard, teller::Teller, watch::Screen,
};

/// What must come at once, on a busy machine.
pub const SOON: Duration = Duration::from_secs(20);
/// How long a colleague's call lasts.
const SHORT_CALL: Duration = Duration::from_secs(8);
/// The skill of those who act, so that calls of the story come to them.
const SKILL: &str = "story";

/// Who acts at one site.
pub struct Act<'a> {
    pub teller: Teller,
    pub phone: Arc<Phone>,
    pub switchboard: &'a Switchboard,
    /// The agent and the colleague, by the phone platform's names, and their voices.
    pub cast: [(AgentId, u32); 2],
    pub queue: QueueId,
    pub lang: Lang,
    pub password: String,
    pub agent: Screen,
    pub supervisor: Screen,
    pub planner: Screen,
    pub council: Person,
    pub hr: Person,
    /// The router in front of the queue.
    pub router: Person,
    pub hr_login: String,
    pub record: Record,
    /// Where the attestation is written.
    pub attestation: PathBuf,
}

/// A word of JSON.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// When an event happened.
pub fn when(event: &Value) -> Result<Timestamp> {
    Ok(event["at"].as_str().context("an event without a time")?.parse()?)
}

/// Waits until somebody sees something of a type.
pub async fn see(
    screen: &mut Screen,
    kind: &str,
    within: Duration,
    holds: impl Fn(&Value) -> bool,
) -> Result<Value> {
    let seen = screen.until(kind, within, holds).await;
    seen.with_context(|| format!("{kind} was not seen within {} s", within.as_secs()))
}

impl Act<'_> {
    /// One of the cast, by the phone platform's name.
    pub fn name(&self, who: usize) -> &AgentId {
        &self.cast[who].0
    }

    /// Tells the router who takes the calls of the story.
    pub async fn prepare(&self) -> Result<()> {
        let able = |agent: &(AgentId, u32)| json!({ "agent": agent.0, "skills": [{ "skill": SKILL }] });
        let skills = json!({ "agents": self.cast.each_ref().map(able) });
        self.router.send("PUT", "/v1/route/skills", Some(&skills)).await?.good("telling skills")?;
        Ok(())
    }

    /// What is said in a call of a caller and one of the cast.
    pub fn script(&self, scene: &str, (caller, who): (u32, usize)) -> Result<CallScript> {
        let script = story::scene(scene, self.lang, (caller, self.cast[who].1), 1);
        script.with_context(|| format!("there is no scene {scene}"))
    }

    /// A rung of the ladder is taken; the words that were offered for it are given.
    pub async fn step(&mut self, incident: &str, step: &str) -> Result<Value> {
        let own = self.agent.person.get("/v1/me/incidents").await?.good("one's own incidents")?.json();
        let this = own.as_array().and_then(|own| own.iter().find(|one| one["incident"] == incident));
        let this = this.context("the agent's incident is not in their list")?;
        ensure!(this["next"] == step, "{step} is not the next rung of the ladder: {}", this["next"]);
        let (say, path) = (this["say"].clone(), format!("/v1/me/incidents/{incident}/steps"));
        self.agent.person.send("POST", &path, Some(&json!({ "step": step }))).await?.good(step)?;
        see(&mut self.agent, "incident.advanced", SOON, |data| data["step"] == step).await?;
        Ok(json!({ "step": step, "say": say }))
    }

    /// The router asks who takes a call until somebody does.
    async fn route(&self, call: &str, flagged: bool) -> Result<(AgentId, Value)> {
        let flag = flagged.then(|| clock::now() + jiff::SignedDuration::from_hours(24));
        let asked = json!({
            "call": call, "queue": self.queue, "needs": [{ "skill": SKILL }], "flagged_until": flag,
        });
        let until = tokio::time::Instant::now() + SOON;
        loop {
            let routed = self.router.send("POST", "/v1/route", Some(&asked)).await?.good("routing")?.json();
            if let Some(agent) = routed["agent"].as_str() {
                return Ok((AgentId::new(agent)?, routed));
            }
            ensure!(
                tokio::time::Instant::now() < until,
                "nobody was found for the call: {}",
                routed["reasons"]
            );
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn seat(&self, agent: &AgentId) -> Result<usize> {
        let seat = self.cast.iter().position(|(name, _)| name == agent);
        seat.with_context(|| format!("the call went to {agent}, who is not of the story"))
    }

    /// A call of the queue that lasts for a moment, given to whom the product names.
    pub async fn short_call(&self, number: u32, flagged: bool) -> Result<(usize, Value)> {
        let call = self.phone.offered(number).await?;
        let (agent, routed) = self.route(call.as_str(), flagged).await?;
        let who = self.seat(&agent)?;
        let script = self.script("order-status", (number, who))?;
        let line = self.phone.answered(call, &agent, script).await?;
        tokio::time::sleep(SHORT_CALL).await;
        self.phone.hang_up(line).await?;
        Ok((who, routed))
    }
}
