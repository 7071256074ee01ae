//! Tells what the product does, as it happens: readable lines, or JSON lines.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use calmline_core::{
    AgentId, Body, Event, EventId, SiteId,
    catalog::Lang,
    event::{OfferAnswer, Reason},
    policy::Profile,
};
use calmline_server::live::Live;
use calmline_store::Feed;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Place, outside::Seen, stage::Stage};
use crate::said::Said;

/// What has been counted at a site.
#[derive(Debug, Default)]
struct Count {
    calls: u64,
    frames: u64,
    lost: u64,
    utterances: u64,
    words: u64,
    agent_voice: u64,
    decisions: BTreeMap<&'static str, u64>,
}

/// Tells the story.
pub struct Narrator {
    names: HashMap<AgentId, AgentId>,
    profiles: HashMap<SiteId, Profile>,
    counts: BTreeMap<SiteId, Count>,
    /// What decisions may rest on: the sensed events of late.
    evidence: HashMap<EventId, Event>,
    from: calmline_core::Position,
    url: String,
    json: bool,
    said: Said,
}

impl Narrator {
    /// A narrator who has read the log up to now.
    pub fn new(stage: &Stage, json: bool, said: Said) -> Self {
        let names = stage.floors.iter().flat_map(|floor| floor.names.clone()).collect();
        let profiles = stage.floors.iter().map(|floor| (floor.site.clone(), floor.profile)).collect();
        let counts = stage.floors.iter().map(|floor| (floor.site.clone(), Count::default())).collect();
        Self {
            names,
            profiles,
            counts,
            evidence: HashMap::new(),
            from: stage.live.store().head(),
            url: stage.url.clone(),
            json,
            said,
        }
    }

    fn lang(&self) -> Lang {
        self.said.lang
    }

    /// Says how to look further and how to sign in, while the demo runs.
    fn doors(&self, stage: &Stage) {
        let said = &self.said;
        let agent = stage
            .floors
            .first()
            .and_then(|floor| floor.names.values().next().map(|name| format!("{name}@{}", floor.site)));
        let site = stage.floors.first().map_or("", |floor| floor.site.as_str());
        said.note(format!(
            "{0}: {1}\n  POST {1}/v1/session {{\"login\": \"supervisor@{site}\", \"password\": \"{2}\"}}\n  {3}: supervisor@…, admin@…, council@…, {4}\n  {1}/openapi.json · /metrics · /v1/stream\n",
            said.both("look further while it runs", "运行期间可进一步查看"),
            self.url,
            stage.password,
            said.both("people, all with this password", "账号(密码相同)"),
            agent.unwrap_or_default(),
        ));
    }

    /// Says what will be seen.
    pub fn opening(&self, places: &[Place], stage: &Stage) {
        self.doors(stage);
        for place in places {
            let how = match place.profile {
                Profile::Strict => self.said.both(
                    "no inference about agents at all; callers were told",
                    "完全不推断坐席;已告知来电者",
                ),
                Profile::Eu => self.said.both(
                    "nothing about agents is inferred from voice or words; callers were told",
                    "不从声音或文字推断坐席;已告知来电者",
                ),
                Profile::Cn | Profile::Us | Profile::Kr | Profile::Jp => self.said.both(
                    "callers were told; agents' consents are simulated",
                    "已告知来电者;坐席的同意为模拟",
                ),
            };
            self.said.note(format!(
                "{} · {} · {how}",
                place.name,
                self.lang().say(profile_code(place.profile))
            ));
        }
        self.said.note(self.said.both(
            "a morning of work events is told first; then calls are heard, live",
            "先送入一上午的工作事件,然后实时收听通话",
        ));
    }

    /// Follows the log until the demo ends, and shows agents their offers.
    pub async fn tell(
        mut self,
        live: Arc<Live>,
        offers: HashMap<SiteId, mpsc::UnboundedSender<Seen>>,
        stop: CancellationToken,
    ) -> Self {
        let mut feed = Feed::new(Arc::clone(live.store()), None, self.from);
        loop {
            let events = tokio::select! {
                events = feed.next() => events,
                () = stop.cancelled() => return self,
            };
            let Ok(events) = events else { return self };
            for event in events {
                if let Body::BreakOffered { offer, agent, minutes, .. } = &event.body
                    && let Some(page) = offers.get(&event.site)
                {
                    let seen = Seen { agent: agent.clone(), offer: offer.clone(), minutes: *minutes };
                    // The floor may have closed already.
                    drop(page.send(seen));
                }
                self.event(&live, event).await;
            }
        }
    }

    async fn event(&mut self, live: &Live, event: Event) {
        self.count(&event);
        if event.body.is_decision() || matches!(event.body, Body::BreakAnswered { .. }) {
            if self.json {
                self.json_line(&event);
            } else if let Some(line) = self.line(live, &event).await {
                let time = event.at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string();
                self.said.line(format!("{time}  {:9} {line}", event.site.to_string()));
            }
        }
        if matches!(event.body, Body::Utterance { .. } | Body::Signal { .. }) {
            if self.evidence.len() > 20_000 {
                self.evidence.clear();
            }
            self.evidence.insert(event.id, event);
        }
    }

    fn count(&mut self, event: &Event) {
        let Some(count) = self.counts.get_mut(&event.site) else { return };
        match &event.body {
            Body::LegOpened { party: calmline_core::Party::Customer, .. } => count.calls += 1,
            Body::LegClosed { frames, lost, .. } => {
                count.frames += frames;
                count.lost += lost;
            }
            Body::Utterance { text, .. } => {
                count.utterances += 1;
                count.words += u64::from(text.is_some());
            }
            Body::Signal { party: calmline_core::Party::Agent, .. } => count.agent_voice += 1,
            body if body.is_decision() => *count.decisions.entry(body.kind()).or_default() += 1,
            _ => {}
        }
    }

    fn json_line(&self, event: &Event) {
        let mut line = json!({ "site": event.site, "at": event.at, "kind": event.body.kind(), "because": event.because });
        if let (Ok(Value::Object(body)), Some(line)) =
            (serde_json::to_value(&event.body), line.as_object_mut())
        {
            line.insert("data".into(), body.get("data").cloned().unwrap_or_default());
            if let Some(reason) = reason_of(&event.body) {
                line.insert(
                    "text".into(),
                    json!({ "en": Lang::En.tell(&reason), "zh": Lang::Zh.tell(&reason) }),
                );
            }
        }
        self.said.line(line.to_string());
    }

    async fn line(&self, live: &Live, event: &Event) -> Option<String> {
        let lang = self.lang();
        let agent = event.body.agent().and_then(|agent| self.names.get(agent)).map_or("", AgentId::as_str);
        let told = reason_of(&event.body).map(|reason| lang.tell(&reason));
        Some(match &event.body {
            Body::PromptShown { confidence, .. } => {
                let why = self.why(live, event).await;
                format!(
                    "▸ {} {agent}: {}\n{:22}{} {:.0} %{why}",
                    self.said.both("prompt to", "提示"),
                    told?,
                    "",
                    self.said.both("confidence", "把握"),
                    confidence.get() * 100.0
                )
            }
            Body::AlertRaised { action, confidence, .. } => {
                let why = self.why(live, event).await;
                format!(
                    "■ {}: {} ({agent}) → {}\n{:22}{} {:.0} %{why}",
                    self.said.both("alert to the supervisor", "班组长提醒"),
                    told?,
                    lang.say(action),
                    "",
                    self.said.both("confidence", "把握"),
                    confidence.get() * 100.0
                )
            }
            Body::BreakOffered { reasons, .. } => {
                let why: Vec<String> = reasons.iter().map(|reason| lang.tell(reason)).collect();
                format!("☕ {agent}: {}\n{:22}{}", told?, "", why.join(self.said.both("; ", ";")))
            }
            Body::BreakAnswered { answer, .. } => {
                let answer = match answer {
                    OfferAnswer::Accepted => "answer.accepted",
                    OfferAnswer::Moved { .. } => "answer.moved",
                    OfferAnswer::Refused => "answer.refused",
                };
                format!("  {agent}: {}", lang.say(answer))
            }
            Body::BreakBegan { .. } => {
                format!(
                    "  {agent}: {}",
                    self.said.both("break confirmed by the phone platform", "电话平台已确认小休")
                )
            }
            Body::BreakUnconfirmed { .. } | Body::BreakEnded { .. } => format!("  {agent}: {}", told?),
            _ => return None,
        })
    }

    /// What a decision rests on: quotes where there are words, else what was heard.
    async fn why(&self, live: &Live, event: &Event) -> String {
        let mut parts: Vec<String> = Vec::new();
        for cause in event.because.iter().filter_map(|cause| self.evidence.get(cause)) {
            match &cause.body {
                Body::Signal { value, drivers, .. } => {
                    let drivers: Vec<_> = drivers.iter().map(|code| self.lang().say(code)).collect();
                    let heard = self.said.both("voice", "声音");
                    parts.push(format!("{heard} {:.0} % {}", value * 100.0, drivers.join(", ")));
                }
                Body::Utterance { text: Some(id), .. } => {
                    if let Ok(Some(bytes)) = live.store().open_payload(&event.site, id).await {
                        parts.push(format!("“{}”", String::from_utf8_lossy(&bytes)));
                    }
                }
                _ => {}
            }
        }
        let latest: Vec<String> = parts.into_iter().rev().take(3).collect();
        if latest.is_empty() { String::new() } else { format!(" · {}", latest.join(" · ")) }
    }

    /// Sums up.
    pub fn closing(&self) {
        let said = &self.said;
        for (site, count) in &self.counts {
            let decisions: Vec<_> = count.decisions.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
            let profile = self.profiles.get(site).map_or("", |profile| profile.as_str());
            said.note(format!(
                "\n{site} ({profile}): {} {}, {} {} ({} {}), {} {}, {} {}; {}",
                count.calls,
                said.both("calls heard", "通电话"),
                count.frames,
                said.both("samples", "采样"),
                count.lost,
                said.both("lost", "丢失"),
                count.utterances,
                said.both("utterances", "段话"),
                count.words,
                said.both("with words", "段有文字"),
                decisions.join(", "),
            ));
            said.note(format!(
                "  {}: {}",
                said.both("measurements of agents' voices", "对坐席声音的测量"),
                count.agent_voice
            ));
        }
        said.note(said.both(
            "\nkeep a demo's data and look at it later: calmline demo --minutes 3 --data DIR, then calmline serve --data DIR",
            "\n保留演示数据以便之后查看:calmline demo --minutes 3 --data DIR,然后 calmline serve --data DIR",
        ));
    }
}

fn profile_code(profile: Profile) -> &'static str {
    match profile {
        Profile::Strict => "profile.strict",
        Profile::Eu => "profile.eu",
        Profile::Cn => "profile.cn",
        Profile::Us => "profile.us",
        Profile::Kr => "profile.kr",
        Profile::Jp => "profile.jp",
    }
}

/// The sentence that a decision is told in.
pub fn reason_of(body: &Body) -> Option<Reason> {
    Some(match body {
        Body::PromptShown { reason, .. }
        | Body::AlertRaised { reason, .. }
        | Body::AlertHeld { reason, .. } => reason.clone(),
        Body::BreakOffered { minutes, .. } => Reason::new("break.offer").with("minutes", f64::from(*minutes)),
        Body::BreakBegan { .. } => Reason::new("break.began"),
        Body::BreakUnconfirmed { .. } => Reason::new("break.unconfirmed"),
        Body::BreakEnded { minutes, .. } => Reason::new("break.ended").with("minutes", minutes.round()),
        Body::BreakLapsed { .. } => Reason::new("break.lapsed"),
        _ => return None,
    })
}
