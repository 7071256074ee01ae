//! What the demo's narrator says of an event, in the reader's language.

use calmline_core::{
    AgentId, Body, Event, Share,
    event::{OfferAnswer, Reason},
};

use crate::said::Said;

/// One thing that is told: what kind it is, and the sentences about it, each on a line of its own.
#[derive(Debug, PartialEq)]
pub struct Told {
    /// Such as *prompt*.
    pub what: &'static str,
    /// The sentences.
    pub sentences: Vec<String>,
}

/// The widest [`Told::what`], in columns.
pub const WHAT_WIDTH: usize = 9;

/// What happens to one agent, in sentences.
pub struct Sentences<'a> {
    said: &'a Said,
    /// By which name the phone platform knows them.
    agent: &'a str,
}

impl<'a> Sentences<'a> {
    /// About an agent.
    pub fn about(said: &'a Said, agent: &'a AgentId) -> Self {
        Self { said, agent: agent.as_str() }
    }

    /// What there is to say of a decision, or of an answer to one; `grounds` is what it rests on (see [`grounds`]).
    pub fn of(&self, body: &Body, grounds: &str) -> Option<Told> {
        match body {
            Body::PromptShown { reason, confidence, .. } => {
                let prompt = self.with("to AGENT: ", "给 AGENT:") + &self.said.lang.tell(reason);
                Some(self.told(("prompt", "提示"), [prompt, self.because(grounds, *confidence)]))
            }
            Body::AlertRaised { reason, action, confidence, .. } => {
                let alert = self.with("to the supervisor, about AGENT: ", "给班组长，关于 AGENT：")
                    + &self.said.lang.tell(reason);
                let helps =
                    self.said.both("what may help: ", "建议：").to_owned() + self.said.lang.say(action);
                let because = self.because(grounds, *confidence);
                Some(self.told(("alert", "提醒"), [alert, helps, because]))
            }
            _ => self.of_break(body),
        }
    }

    fn of_break(&self, body: &Body) -> Option<Told> {
        let told = match body {
            Body::BreakOffered { minutes, reasons, .. } => {
                return Some(self.offer(*minutes, reasons));
            }
            Body::BreakAnswered { answer: OfferAnswer::Accepted, .. } => {
                self.with("AGENT accepts", "AGENT 接受小休")
            }
            Body::BreakAnswered { answer: OfferAnswer::Moved { .. }, .. } => {
                self.with("AGENT would like it later", "AGENT 想改到晚些时候")
            }
            Body::BreakAnswered { answer: OfferAnswer::Refused, .. } => {
                self.with("AGENT does not want one now", "AGENT 暂不休息")
            }
            Body::BreakBegan { .. } => self.with(
                "AGENT is on the break: the phone platform has confirmed it",
                "AGENT 已开始小休，电话平台已确认",
            ),
            Body::BreakUnconfirmed { .. } => self.with(
                "AGENT should be on the break, but the phone platform has not confirmed it yet",
                "AGENT 应已开始小休，电话平台尚未确认",
            ),
            Body::BreakEnded { minutes, .. } => self
                .with("AGENT is back after NUMBER minutes", "AGENT 小休 NUMBER 分钟后回到岗位")
                .replace("NUMBER", &format!("{minutes:.0}")),
            Body::BreakLapsed { .. } => self.with(
                "the offer to AGENT has lapsed; another will come",
                "给 AGENT 的小休邀请已过期，稍后再邀请",
            ),
            _ => return None,
        };
        Some(self.told(BREAK, [told]))
    }

    fn offer(&self, minutes: u32, reasons: &[Reason]) -> Told {
        let offer = self
            .with(
                "AGENT is offered NUMBER minutes, to take, to move or to refuse",
                "邀请 AGENT 小休 NUMBER 分钟：可接受、改时间或暂不休息",
            )
            .replace("NUMBER", &minutes.to_string());
        let reasons: Vec<String> = reasons.iter().map(|reason| self.said.lang.tell(reason)).collect();
        let because =
            self.said.both("because: ", "依据：").to_owned() + &reasons.join(self.said.both("; ", "；"));
        self.told(BREAK, [offer, because])
    }

    /// A call that was heard to its end and in which nothing had to be said.
    pub fn calm_call(&self, seconds: u64) -> Told {
        let call = self.with(
            "AGENT's call of LENGTH is over, and no prompt was needed",
            "AGENT 的一通电话结束，时长 LENGTH，全程无需提示",
        );
        self.told(("calm call", "平稳通话"), [call.replace("LENGTH", &clock(seconds))])
    }

    fn because(&self, grounds: &str, confidence: Share) -> String {
        let sure = format!("{} {:.0}%", self.said.both("confidence", "把握"), confidence.get() * 100.0);
        let because = self.said.both("because: ", "依据：");
        if grounds.is_empty() { format!("{because}{sure}") } else { format!("{because}{grounds} · {sure}") }
    }

    fn told<const N: usize>(&self, what: (&'static str, &'static str), sentences: [String; N]) -> Told {
        Told { what: self.said.both(what.0, what.1), sentences: sentences.into() }
    }

    fn with(&self, en: &str, zh: &str) -> String {
        self.said.both(en, zh).replace("AGENT", self.agent)
    }
}

const BREAK: (&str, &str) = ("break", "小休");

/// Minutes and seconds.
pub fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What a decision rests on: how the caller's voice differed from their usual, and what was said, where there are words.
pub fn grounds<'a>(said: &Said, causes: impl Iterator<Item = &'a Event>, quotes: &[String]) -> String {
    let (mut voice, mut drivers) = (false, Vec::<&str>::new());
    for cause in causes {
        let Body::Signal { drivers: moved, .. } = &cause.body else { continue };
        voice = true;
        for code in moved.iter().map(|code| said.lang.say(code)) {
            if !drivers.contains(&code) {
                drivers.push(code);
            }
        }
    }
    let how = drivers.join(said.both(", ", "、"));
    let heard = said.both("an agitated voice", "声音激动");
    let heard = match (voice, how.is_empty()) {
        (false, _) => None,
        (true, true) => Some(heard.to_owned()),
        (true, false) => Some(format!("{heard}{}{how})", said.both(" (", "("))),
    };
    let quotes = quotes.iter().map(|quote| format!("“{quote}”"));
    heard.into_iter().chain(quotes).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use calmline_core::{CallId, EventId, OfferId, catalog::Lang};

    use super::*;

    fn told(lang: Lang, body: &Body, grounds: &str) -> Vec<String> {
        let said = Said::new(lang, true);
        let agent = AgentId::new("agent-007").unwrap();
        Sentences::about(&said, &agent).of(body, grounds).unwrap().sentences
    }

    #[test]
    fn decisions_are_told_in_both_languages() {
        let (agent, call) = (AgentId::new("pseudonym").unwrap(), CallId::new("c").unwrap());
        let alert = Body::AlertRaised {
            alert: calmline_core::AlertId::new("a").unwrap(),
            agent: Some(agent.clone()),
            queue: None,
            call: Some(call),
            reason: Reason::new("alert.agitated_caller").with("minutes", 1.6),
            confidence: Share::new(0.8),
            evidence: Vec::new(),
            action: "action.join_call".into(),
            expires: calmline_core::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(
            told(Lang::En, &alert, "“no”"),
            [
                "to the supervisor, about agent-007: A caller has stayed agitated for about 2 minutes",
                "what may help: Listen in (the agent sees it) or offer to take over",
                "because: “no” · confidence 80%",
            ]
        );
        assert_eq!(
            told(Lang::Zh, &alert, ""),
            [
                "给班组长，关于 agent-007：来电者已持续激动约 2 分钟",
                "建议：旁听（坐席可见）或提出接手",
                "依据：把握 80%",
            ]
        );
        let offer = OfferId::new("o").unwrap();
        let over = Body::BreakEnded { offer, agent, minutes: 5.9 };
        assert_eq!(told(Lang::En, &over, ""), ["agent-007 is back after 6 minutes"]);
    }

    #[test]
    fn each_ground_is_named_once() {
        let said = Said::new(Lang::En, true);
        let signal = |drivers: &[&str]| Event {
            body: Body::Signal {
                call: CallId::new("c").unwrap(),
                party: calmline_core::Party::Customer,
                kind: calmline_core::event::SignalKind::Arousal,
                start_s: 0.0,
                end_s: 1.0,
                value: 0.9,
                confidence: Share::new(0.8),
                drivers: drivers.iter().map(|code| (*code).to_owned()).collect(),
            },
            ..event()
        };
        let heard = [signal(&["driver.faster"]), signal(&["driver.higher_pitch", "driver.faster"])];
        assert_eq!(
            grounds(&said, heard.iter(), &["Third time!".into()]),
            "an agitated voice (faster than usual, higher pitch than usual) · “Third time!”"
        );
        assert_eq!(grounds(&said, [signal(&[])].iter(), &[]), "an agitated voice");
        assert_eq!(grounds(&said, [event()].iter(), &[]), "");
    }

    fn event() -> Event {
        let site = calmline_core::SiteId::new("s").unwrap();
        let at = calmline_core::Timestamp::UNIX_EPOCH;
        let because: Vec<EventId> = Vec::new();
        calmline_core::Draft::derived(site, at, because, Body::TimerFired {})
            .at_position(calmline_core::Position(1))
    }
}
