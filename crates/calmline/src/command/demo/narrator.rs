//! Tells what the product does, as it happens: readable lines, or JSON lines.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use calmline_core::{
    AgentId, Body, Event, EventId, Position, SiteId, Timestamp,
    catalog::Lang,
    event::{Reason, Spoken},
    policy::Profile,
};
use calmline_server::live::Live;
use calmline_store::Feed;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Place,
    columns::{hanging, left, right},
    home::Home,
    outside::Seen,
    sentences::{Sentences, Told, WHAT_WIDTH, clock, grounds},
    stage::Stage,
    summary::{Count, summary},
};
use crate::said::Said;

/// How many events decisions may rest on are remembered; the demo has some ten a second.
const EVIDENCE: usize = 20_000;
/// How many causes of a decision are told, the latest ones.
const CAUSES: usize = 3;

/// Tells the story.
pub struct Narrator {
    names: HashMap<AgentId, AgentId>,
    counts: BTreeMap<SiteId, Count>,
    /// What decisions may rest on: the sensed events of late.
    evidence: HashMap<EventId, Event>,
    from: Position,
    start: Timestamp,
    json: bool,
    said: Said,
}

impl Narrator {
    /// A narrator who has read the log up to now.
    pub fn new(stage: &Stage, json: bool, said: Said) -> Self {
        let counts = stage.floors.iter().map(|floor| (floor.site.clone(), Count::of(floor.profile)));
        Self {
            names: stage.floors.iter().flat_map(|floor| floor.names.clone()).collect(),
            counts: counts.collect(),
            evidence: HashMap::new(),
            from: stage.live.store().head(),
            start: stage.start,
            json,
            said,
        }
    }

    /// Says what will be seen, how to look further and how to sign in.
    pub fn opening(&self, places: &[Place], stage: &Stage) {
        let said = &self.said;
        let agents = stage.floors.first().map_or(0, |floor| floor.names.len()).to_string();
        let what = said
            .both(
                "Calmline with AGENTS simulated agents a site. Callers and agents speak; the sound of their calls and the \
                 phone platform's work events reach the product over real network connections.",
                "宁线演示，每个中心 AGENTS 名模拟坐席。来电与坐席的话音由程序合成；通话音频和电话平台的工作事件经真实网络连接进入产品。",
            )
            .replace("AGENTS", &agents);
        said.note(format!("\n{}", hanging("", &what)));
        let wide = self.site_width();
        for place in places {
            let profile = self.lang().say(profile_code(place.profile));
            let told = format!("{profile}{}{}", said.both(". ", "。"), self.means(place.profile));
            said.note(hanging(&format!("  {}  ", left(place.name, wide)), &told));
        }
        self.doors(stage);
        said.note(format!(
            "\n{}\n",
            said.both(
                "First a morning's work is told at once; then calls are heard, live. Ctrl-C ends the demo.",
                "先一次性送入一上午的工作事件，然后实时收听通话。按 Ctrl-C 结束。",
            )
        ));
    }

    fn means(&self, profile: Profile) -> &'static str {
        match profile {
            Profile::Strict => self.said.both(
                "Nothing at all is inferred about agents. Callers were told.",
                "完全不推断坐席。已告知来电者。",
            ),
            Profile::Eu => self.said.both(
                "Nothing about agents is inferred from voice or words. Callers were told.",
                "不从声音或文字推断坐席。已告知来电者。",
            ),
            Profile::Cn | Profile::Us | Profile::Kr | Profile::Jp => self.said.both(
                "Callers were told; that agents consented is simulated.",
                "已告知来电者；坐席的同意为模拟。",
            ),
        }
    }

    /// How to look further and how to sign in.
    fn doors(&self, stage: &Stage) {
        let said = &self.said;
        let Some(floor) = stage.floors.first() else { return };
        let (site, url, password) = (&floor.site, &stage.url, &stage.password);
        let others: Vec<_> = stage.floors.iter().skip(1).map(|floor| format!("@{}", floor.site)).collect();
        let agent = floor.names.values().min().map_or("", AgentId::as_str);
        said.note(format!("\n{}", said.both("Look around while it runs", "运行期间可以这样查看")));
        let also = |others: &str| {
            said.both(", and likewise OTHERS", "，以及 OTHERS 的同名账号").replace("OTHERS", others)
        };
        let row = |what: &str, text: String| {
            said.note(format!("  {}  {text}", left(what, 14)));
        };
        row(said.both("in a browser", "浏览器"), url.clone());
        row(
            said.both("sign in as", "登录账号"),
            format!("supervisor@{site}{}{password}", said.both("   password  ", "   密码  ")),
        );
        row(
            said.both("from a program", "程序调用"),
            format!(
                "POST {url}/v1/session {{\"login\": \"supervisor@{site}\", \"password\": \"{password}\"}}"
            ),
        );
        row(
            "",
            said.both(
                "then GET /v1/stream; all routes: /openapi.json; figures: /metrics",
                "然后 GET /v1/stream；全部接口：/openapi.json；指标：/metrics",
            )
            .into(),
        );
        row(
            said.both("other people", "其他账号"),
            format!(
                "{agent}@{site}, admin@{site}, council@{site}{}{}",
                if others.is_empty() { String::new() } else { also(&others.join(", ")) },
                said.both(", with the same password", "，密码相同"),
            ),
        );
    }

    fn lang(&self) -> Lang {
        self.said.lang
    }

    fn site_width(&self) -> usize {
        self.counts.keys().map(|site| site.as_str().len()).max().unwrap_or(0)
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
        let first_calm = self.count(&event);
        if self.json {
            if event.body.is_decision() || matches!(event.body, Body::BreakAnswered { .. }) {
                self.json_line(&event);
            }
        } else if let Some(told) = first_calm {
            self.say(&event, &told);
        } else if let Some(name) = event.body.agent().and_then(|agent| self.names.get(agent)) {
            let grounds = self.grounds(live, &event).await;
            if let Some(told) = Sentences::about(&self.said, name).of(&event.body, &grounds) {
                self.say(&event, &told);
            }
        }
        if matches!(event.body, Body::Utterance { .. } | Body::Signal { .. }) {
            if self.evidence.len() > EVIDENCE {
                self.evidence.clear();
            }
            self.evidence.insert(event.id, event);
        }
    }

    /// Counts an event. What is to be told, if it ends the site's first calm call.
    fn count(&mut self, event: &Event) -> Option<Told> {
        let count = self.counts.get_mut(&event.site)?;
        let calm = count.take(&event.body).filter(|_| count.calm == 1)?;
        Some(Sentences::about(&self.said, self.names.get(&calm.agent)?).calm_call(calm.seconds))
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

    /// Says something that happened at the time of an event: when since the start, where, what.
    fn say(&self, event: &Event, told: &Told) {
        let since = u64::try_from(event.at.duration_since(self.start).as_secs()).unwrap_or_default();
        let site = left(event.site.as_str(), self.site_width());
        let head = format!("{}  {site}  {}  ", right(&clock(since), 5), left(told.what, WHAT_WIDTH));
        let below = " ".repeat(super::columns::width(&head));
        for (index, sentence) in told.sentences.iter().enumerate() {
            self.said.line(hanging(if index == 0 { &head } else { &below }, sentence));
        }
    }

    /// What a decision rests on: how the voice was heard, and quotes where there are words.
    async fn grounds(&self, live: &Live, event: &Event) -> String {
        let causes: Vec<&Event> = event.because.iter().filter_map(|cause| self.evidence.get(cause)).collect();
        let latest = &causes[causes.len().saturating_sub(CAUSES)..];
        let mut quotes = Vec::new();
        for cause in latest {
            if let Body::Utterance { text: Some(id), .. } = &cause.body
                && let Ok(Some(bytes)) = live.store().open_payload(&event.site, id).await
                && let Some(spoken) = Spoken::read(&bytes)
            {
                quotes.push(spoken.text.trim().to_owned());
            }
        }
        grounds(&self.said, latest.iter().copied(), &quotes)
    }

    /// Sums up.
    pub fn closing(&self, home: &Home) {
        let said = &self.said;
        said.note(format!("\n{}", summary(said, &self.counts)));
        let data = home.path().display().to_string();
        let (head, data) = if home.stays() {
            (
                said.both("The data is kept. Look at it again:", "数据已保留，之后可以这样查看："),
                data.as_str(),
            )
        } else {
            (said.both("To keep a demo's data and look at it later:", "要保留演示数据以便之后查看："), "DIR")
        };
        said.note(format!("\n{head}"));
        let keep = (!home.stays()).then(|| format!("calmline demo --data {data}"));
        let site = self.counts.keys().next().map_or("", SiteId::as_str);
        let later = [
            format!("calmline serve --data {data}"),
            format!("calmline replay --log {data}"),
            format!("calmline attest --data {data} --site {site}"),
        ];
        for line in keep.into_iter().chain(later) {
            said.note(format!("  {line}"));
        }
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
