//! A small language for scenarios: lines of `HH:MM[:SS] who does what` in, decisions as lines out.
//!
//! ```text
//! 08:00    li available            an agent's state (offline, available, busy, wrap_up, on_break, away, training)
//! 08:01    li takes c1 [billing]   a call is answered, from a queue
//! 08:02    c1 held | resumed | transferred | ended
//! 08:02:10 c1 voice 0.9 6          arousal of a caller's utterance of 6 seconds [confidence, default 0.8] [party]
//! 08:02:10 c1 says negative 6      the caller's words: calm, negative, abusive, abusive?, help
//! 08:03    li accepts | refuses    the last offer made to li
//! 08:03    li moves to 08:20
//! 08:03    li presses c1           the abuse key
//! 08:03    li steps first_warning  a rung of the ladder of li's last incident
//! 08:03    li closes            that incident
//! 08:03    li asks action.check_in   for a supervisor
//! 08:03    li disputes [unwelcome] what the last event said
//! 10:00    wait                    time passes
//! ```
//! Timers come exactly when the state machine asks for them. Times need not be in order: an earlier one is a late event.

use std::collections::HashMap;

use calmline_care::{Care, Settings};
use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, Event, EventId, IncidentId, OfferId, Party, PayloadId, Position,
    QueueId, Share, SiteId, Timestamp,
    catalog::Lang,
    event::{
        IncidentOutcome, IncidentStep, Objection, OfferAnswer, PresenceFault, SignalKind, WordSigns,
        WorkState,
    },
};

const DAY: &str = "2026-11-23T00:00:00Z";

pub struct Floor {
    pub care: Care,
    site: SiteId,
    position: u64,
    now: Timestamp,
    offers: HashMap<AgentId, OfferId>,
    spoken: HashMap<CallId, f64>,
    last: Option<EventId>,
    /// Every event applied, timers included.
    pub log: Vec<Event>,
    /// Every decision, in order.
    pub decided: Vec<Draft>,
}

impl Floor {
    pub fn new(settings: Settings) -> Self {
        settings.check().expect("settings of a test make sense");
        let site = SiteId::new("site").expect("an id");
        Self {
            care: Care::new(site.clone(), settings),
            site,
            position: 0,
            now: Timestamp::MIN,
            offers: HashMap::new(),
            spoken: HashMap::new(),
            last: None,
            log: Vec::new(),
            decided: Vec::new(),
        }
    }

    /// Plays a script; returns what was decided meanwhile, one line each.
    pub fn play(&mut self, script: &str) -> Vec<String> {
        let from = self.decided.len();
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.line(line);
        }
        self.decided[from..].iter().map(tell).collect()
    }

    /// Like [`Self::play`], without changes of load, without the signals that decisions rest on, and without what is wanted of
    /// the phone platform.
    pub fn play_quietly(&mut self, script: &str) -> Vec<String> {
        let loud = ["load.changed", "caller.signal", "presence.wanted"];
        self.play(script).into_iter().filter(|line| !loud.iter().any(|kind| line.contains(kind))).collect()
    }

    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = time(words[0]);
        self.pass(at);
        if words[1] == "wait" {
            return self.tell_time(at);
        }
        let body = self.body(at, &words[1..]);
        self.apply(at, body);
    }

    /// Lets the state machine have the timers that it asks for, up to a time.
    fn pass(&mut self, to: Timestamp) {
        while let Some(wake) = self.care.next_wake().filter(|wake| *wake < to) {
            assert!(wake > self.now, "a timer in the past would never end");
            self.tell_time(wake);
        }
    }

    fn tell_time(&mut self, at: Timestamp) {
        self.apply(at, Body::TimerFired {});
    }

    pub fn apply(&mut self, at: Timestamp, body: Body) {
        self.position += 1;
        if body.moves_time() {
            self.now = self.now.max(at);
        }
        let id = self.position.to_string();
        let event =
            Draft::told(self.site.clone(), "test", &id, at, body).at_position(Position(self.position));
        if !matches!(event.body, Body::TimerFired {}) {
            self.last = Some(event.id);
        }
        let drafts = self.care.apply(&event);
        self.log.push(event);
        for draft in drafts {
            if let Body::BreakOffered { offer, agent, .. } = &draft.body {
                self.offers.insert(agent.clone(), offer.clone());
            }
            self.decided.push(draft);
        }
    }

    fn body(&mut self, at: Timestamp, words: &[&str]) -> Body {
        let agent = || AgentId::new(words[0]).expect("an agent");
        let call = |n: usize| CallId::new(words[n]).expect("a call");
        match words[1] {
            "takes" => {
                let queue = words.get(3).map(|queue| QueueId::new(*queue).expect("a queue"));
                Body::CallAnswered { call: call(2), agent: agent(), queue }
            }
            "held" => Body::CallHeld { call: call(0) },
            "resumed" => Body::CallResumed { call: call(0) },
            "transferred" => Body::CallTransferred { call: call(0), to: None, queue: None },
            "ended" => Body::CallEnded { call: call(0), reason: None },
            "voice" => self.voice(call(0), words),
            "says" => self.words(call(0), words),
            "presses" => Body::AbuseReported { agent: agent(), call: call(2) },
            "steps" => {
                let step = serde_json::from_value(words[2].into()).expect("a rung");
                Body::IncidentStepped { incident: self.incident(&agent()), agent: agent(), step }
            }
            "closes" => Body::IncidentClosed {
                incident: self.incident(&agent()),
                agent: agent(),
                outcome: IncidentOutcome::TalkedOver,
                by: AccountId::new("x").expect("an id"),
            },
            "asks" => Body::HelpAsked { agent: agent(), call: None, action: words[2].into() },
            "disputes" => {
                let event = self.last.expect("something was said");
                let objection = match words.get(2) {
                    Some(&"unwelcome") => Objection::Unwelcome,
                    _ => Objection::WrongReading,
                };
                Body::InferenceDisputed { agent: agent(), event, objection }
            }
            "shown" | "declined" => {
                let (offer, agent) = (self.offers[&agent()].clone(), agent());
                let presence = serde_json::from_value(words[2].into()).expect("a presence");
                match words[1] {
                    "shown" => Body::PresenceConfirmed { offer, agent, presence },
                    _ => Body::PresenceRefused { offer, agent, presence, fault: PresenceFault::Refused },
                }
            }
            "accepts" | "refuses" | "moves" => {
                let answer = match words[1] {
                    "accepts" => OfferAnswer::Accepted,
                    "refuses" => OfferAnswer::Refused,
                    _ => OfferAnswer::Moved { to: time(words[3]).max(at) },
                };
                let offer = self.offers.get(&agent()).expect("an offer was made").clone();
                Body::BreakAnswered { offer, agent: agent(), answer }
            }
            state => {
                let state: WorkState =
                    serde_json::from_value(state.into()).expect("a state or another word of this language");
                Body::AgentState { agent: agent(), state, reason: None }
            }
        }
    }

    fn incident(&self, of: &AgentId) -> IncidentId {
        let opened = |draft: &Draft| match &draft.body {
            Body::IncidentOpened { incident, agent, .. } if agent == of => Some(incident.clone()),
            _ => None,
        };
        self.decided.iter().rev().find_map(opened).expect("an incident was opened")
    }

    /// Where the next utterance of a call lies: right after a pause that follows the last one.
    fn stretch(&mut self, call: &CallId, seconds: f64) -> (f64, f64) {
        let begin = time_of_day(self.now);
        let end = self.spoken.entry(call.clone()).or_insert(0.0);
        let start = begin.max(*end);
        *end = start + seconds;
        (start, *end)
    }

    fn voice(&mut self, call: CallId, words: &[&str]) -> Body {
        let number = |n: usize| words.get(n).and_then(|word| word.parse::<f64>().ok());
        let (start_s, end_s) = self.stretch(&call, number(3).expect("seconds"));
        let party = match words.get(5) {
            Some(&"agent") => Party::Agent,
            Some(&"unknown") => Party::Unknown,
            _ => Party::Customer,
        };
        Body::Signal {
            call,
            party,
            kind: SignalKind::Arousal,
            start_s,
            end_s,
            value: number(2).expect("arousal"),
            confidence: Share::new(number(4).unwrap_or(0.8)),
            drivers: Vec::new(),
        }
    }

    fn words(&mut self, call: CallId, words: &[&str]) -> Body {
        let seconds = words[3].parse().expect("seconds");
        let (start_s, end_s) = self.stretch(&call, seconds);
        let signs = |sentiment, abuse, help| WordSigns {
            sentiment,
            abuse: Share::new(abuse),
            help: Share::new(help),
            ..WordSigns::default()
        };
        let signs = match words[2] {
            "negative" => signs(-0.7, 0.0, 0.0),
            "abusive" => signs(-0.9, 0.95, 0.0),
            "abusive?" => signs(-0.5, 0.55, 0.0),
            "help" => signs(-0.1, 0.0, 0.9),
            "crisis" => WordSigns { crisis: Share::new(0.8), ..signs(-0.8, 0.0, 0.9) },
            _ => signs(0.2, 0.0, 0.0),
        };
        let party = if words.get(4) == Some(&"agent") { Party::Agent } else { Party::Customer };
        Body::Utterance {
            call,
            party,
            start_s,
            end_s,
            language: None,
            confidence: Some(Share::new(0.9)),
            text: PayloadId::new(format!("quote-{}", self.position + 1)).ok(),
            signs: Some(signs),
            intent: None,
        }
    }
}

fn time(text: &str) -> Timestamp {
    let mut parts = text.split(':').map(|part| part.parse::<i64>().expect("a number"));
    let mut next = || parts.next().unwrap_or(0);
    let seconds = next() * 3600 + next() * 60 + next();
    let day: Timestamp = DAY.parse().expect("a time");
    Timestamp::from_second(day.as_second() + seconds).expect("in range")
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
fn time_of_day(at: Timestamp) -> f64 {
    (at.as_second() - time("0").as_second()) as f64
}

/// A decision in one line, with its reasons in words.
pub fn tell(draft: &Draft) -> String {
    let at = &draft.at.to_string()[11..19];
    let kind = draft.body.kind();
    let say = |reasons: &[calmline_core::event::Reason]| {
        reasons.iter().map(|reason| Lang::En.tell(reason)).collect::<Vec<_>>().join("; ")
    };
    let what = match &draft.body {
        Body::PromptShown { agent, call, reason, .. } => format!("{agent} in {call}: {}", reason.code),
        Body::LoadChanged { agent, load, exposure, strain, reasons } => {
            let bands = [load, exposure, strain].map(|band| band.as_str()).join("/");
            format!("{agent} {bands}: {}", say(reasons))
        }
        Body::BreakOffered { agent, minutes, reasons, .. } => {
            format!("{agent} {minutes} min: {}", say(reasons))
        }
        Body::PresenceWanted { agent, presence, .. } => format!("{agent} {}", presence.as_str()),
        Body::BreakEnded { agent, minutes, .. } => format!("{agent} {minutes} min"),
        Body::AlertRaised { agent, call, reason, evidence, action, .. } => {
            let call = call.as_ref().map_or("-", CallId::as_str);
            let seen: Vec<_> = evidence.iter().map(|moment| moment.reason.code.as_str()).collect();
            let agent = agent.as_ref().map_or("-", AgentId::as_str);
            format!("{agent} in {call}: {} [{}] -> {action}", Lang::En.tell(reason), seen.join(", "))
        }
        Body::CallerSignal { agent, call, kind, evidence, .. } => {
            let seen: Vec<_> = evidence.iter().map(|moment| moment.reason.code.as_str()).collect();
            format!("{agent} in {call}: {} [{}]", kind.as_str(), seen.join(", "))
        }
        Body::AlertHeld { reason, .. } => {
            format!("{}: {}", draft.body.agent().map_or("-", AgentId::as_str), reason.code)
        }
        Body::IncidentOpened { agent, next, .. } => {
            format!("{agent} {}", next.map_or("-", IncidentStep::as_str))
        }
        Body::IncidentAdvanced { agent, step, next, .. } => {
            format!("{agent} {} -> {}", step.as_str(), next.map_or("-", IncidentStep::as_str))
        }
        Body::IncidentRelieved { agent, cool_off_minutes, easier_minutes, .. } => {
            format!("{agent} {cool_off_minutes} min, easier for {easier_minutes} min")
        }
        Body::AlertRuleMuted { rule, right, answers, .. } => format!("{rule} {right} of {answers}"),
        body => body.agent().map(ToString::to_string).unwrap_or_default(),
    };
    format!("{at} {kind} {what}")
}
