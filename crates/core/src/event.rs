//! What the log holds.
//!
//! An [`Event`] is a fact that came in, something sensed under a permit, something a person did, or a decision of the
//! software. Decisions name the events that caused them and take their time from events alone, so the same facts give
//! the same decisions again. Events hold pseudonyms and numbers; words and other personal payloads are sealed apart
//! ([`Clear`]) and only referred to. Audio and acoustic features are in neither.
//!
//! Times within a call (`start_s`, `end_s`, `at_s`) are seconds from the first frame of its audio.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, AgentId, AlertId, CallId, EventId, OfferId, PayloadId, QueueId, SiteId, SubjectId},
    policy::{Notice, Profile, Purpose},
    units::{Party, Share},
};

/// A place in the log. Positions follow commit order, start at 1 and are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Where it stands in the log.
    pub position: Position,
    /// Whose it is.
    pub site: SiteId,
    /// What it is; the same fact told twice has the same id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The events that caused it; empty for facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<EventId>,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// An event on its way to the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Whose it is.
    pub site: SiteId,
    /// What it is.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The events that caused it.
    pub because: Vec<EventId>,
    /// What happened.
    pub body: Body,
    /// Personal payloads that the body refers to; the store seals them in the same commit.
    pub clear: Vec<Clear>,
}

/// A personal payload before it is sealed. Deliberately not serialisable.
#[derive(Clone, PartialEq, Eq)]
pub struct Clear {
    /// The name by which the event refers to it.
    pub id: PayloadId,
    /// Whom it is about: erasing them makes it unreadable.
    pub subject: SubjectId,
    /// What it is kept for.
    pub kind: PayloadKind,
    /// The payload, UTF-8 text for all kinds so far.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Clear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clear({}, {:?}, {} bytes)", self.id, self.kind, self.bytes.len())
    }
}

/// What a sealed payload is kept for. Each has its own key per subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadKind {
    /// What was said, personal data replaced by placeholders.
    Transcript,
    /// What the placeholders stand for.
    Original,
    /// An outside name (of an agent on the phone platform, say) behind a pseudonym.
    Identity,
    /// What an agent wrote or answered about themselves.
    SelfReport,
}

impl PayloadKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Transcript, Self::Original, Self::Identity, Self::SelfReport];

    /// The word used in JSON and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Original => "original",
            Self::Identity => "identity",
            Self::SelfReport => "self_report",
        }
    }
}

impl Draft {
    /// A fact told by an outside source; `(source, id)` is unique for ever within a site.
    #[must_use]
    pub fn told(site: SiteId, source: &str, id: &str, at: Timestamp, body: Body) -> Self {
        let id = EventId::derive(&[site.as_str(), "told", source, id]);
        Self { site, id, at, because: Vec::new(), body, clear: Vec::new() }
    }

    /// Something that follows from other events, or that has no id of its own: its id comes from what it says, when,
    /// and why.
    #[must_use]
    pub fn derived(site: SiteId, at: Timestamp, because: Vec<EventId>, body: Body) -> Self {
        let what = serde_json::to_string(&body).unwrap_or_default();
        let when = at.to_string();
        let why = because.iter().map(EventId::to_string).collect::<Vec<_>>().join(",");
        let id = EventId::derive(&[site.as_str(), "derived", &when, &why, &what]);
        Self { site, id, at, because, body, clear: Vec::new() }
    }

    /// The same with a sealed payload.
    #[must_use]
    pub fn with(mut self, clear: Clear) -> Self {
        self.clear.push(clear);
        self
    }

    /// The event that this becomes at a position.
    #[must_use]
    pub fn at_position(self, position: Position) -> Event {
        let Self { site, id, at, because, body, clear: _ } = self;
        Event { position, site, id, at, because, body }
    }
}

/// What an agent is doing, as the phone platform says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// 未登录: not signed in.
    Offline,
    /// 示闲: waiting for a call.
    Available,
    /// In a call.
    Busy,
    /// 话后处理: after-call work.
    WrapUp,
    /// 小休: on a break.
    OnBreak,
    /// 示忙: not available for another reason.
    Away,
    /// Meeting, coaching or training.
    Training,
}

/// A reason, as a code with parameters; the catalogue has the words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// A key of the catalogue.
    pub code: String,
    /// What stands in the sentence's gaps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Param>,
}

impl Reason {
    /// A reason without parameters.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.into(), params: BTreeMap::new() }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Param>) -> Self {
        self.params.insert(name.into(), value.into());
        self
    }
}

/// A parameter of a [`Reason`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Param {
    /// A number.
    Number(f64),
    /// A word; never something a person said.
    Word(String),
}

impl From<f64> for Param {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Word(value.into())
    }
}

/// What can be read from the words of an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct WordSigns {
    /// −1 (very negative) to 1 (very positive).
    pub sentiment: f64,
    /// How surely the words are abusive.
    pub abuse: Share,
    /// How surely the speaker asks for help from a person, a supervisor, or in an emergency.
    pub help: Share,
}

/// What a [`Body::Signal`] measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Activation heard in the voice over an utterance, 0 to 1; 0.5 is the speaker's usual.
    Arousal,
    /// Both legs spoke at once: the share of the utterance that overlapped.
    TalkOver,
    /// Nobody spoke: seconds.
    Silence,
    /// Syllable nuclei per second of speech.
    SpeechRate,
}

impl SignalKind {
    /// The word used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arousal => "arousal",
            Self::TalkOver => "talk_over",
            Self::Silence => "silence",
            Self::SpeechRate => "speech_rate",
        }
    }
}

/// A band of load, exposure or strain; people see words, not decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Room to breathe.
    Light,
    /// A usual day.
    Usual,
    /// More than usual.
    High,
    /// Too much to keep up.
    Heavy,
}

impl Band {
    /// The word used in JSON and in the catalogue.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Usual => "usual",
            Self::High => "high",
            Self::Heavy => "heavy",
        }
    }
}

/// What an agent answers to the offer of a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum OfferAnswer {
    /// Takes it at the next end of a call.
    Accepted,
    /// Wants it at another time.
    Moved {
        /// When.
        to: Timestamp,
    },
    /// Does not want it. Never counted per person.
    Refused,
}

/// What an agent says about themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// How much energy is left, 0 to 10; the number is the sealed text.
    CheckIn,
    /// Something that went well, in the agent's own words.
    GoodMoment,
}

/// How much of their working time the people of a cohort spent in the two upper bands, coarse on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Less than a tenth.
    Little,
    /// From a tenth to three tenths.
    Some,
    /// Three tenths or more.
    Much,
}

/// How much energy the people of a cohort said they had, on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Energy {
    /// Less than 4 of 10.
    Low,
    /// From 4 to less than 7.
    Middle,
    /// 7 or more.
    Good,
}

/// How one cohort of people was in a week. What would tell of fewer than five of them is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// Which team; none for the whole site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// How many people were at work at least, of 5, 10 and 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// High or heavy load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Extent>,
    /// High or heavy exposure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Extent>,
    /// High or heavy strain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strain: Option<Extent>,
    /// Energy by their own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy: Option<Energy>,
}

/// What a supervisor did with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOutcome {
    /// It was right and led to help.
    Helped,
    /// It was right, but no help was needed.
    NotNeeded,
    /// It was wrong.
    Wrong,
}

/// One piece of an alert's evidence: a moment of a call, by the event that recorded it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What is seen there.
    pub reason: Reason,
    /// The event that recorded it.
    pub event: EventId,
    /// The words, where there are some; unreadable once the speaker is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<PayloadId>,
}

/// What happened. JSON: `{"type": "call.ended", "data": {…}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Body {
    // ── work, told by the phone platform ──
    /// An agent's state changed.
    #[serde(rename = "agent.state")]
    AgentState {
        /// Who.
        agent: AgentId,
        /// The new state.
        state: WorkState,
        /// The platform's reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A call rings at an agent or waits in a queue.
    #[serde(rename = "call.offered")]
    CallOffered {
        /// Which call.
        call: CallId,
        /// At whom it rings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// Where it waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
    },
    /// An agent took a call. This binds its audio to the agent.
    #[serde(rename = "call.answered")]
    CallAnswered {
        /// Which call.
        call: CallId,
        /// By whom.
        agent: AgentId,
        /// From which queue.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
    },
    /// The caller was put on hold.
    #[serde(rename = "call.held")]
    CallHeld {
        /// Which call.
        call: CallId,
    },
    /// The caller was taken off hold.
    #[serde(rename = "call.resumed")]
    CallResumed {
        /// Which call.
        call: CallId,
    },
    /// The call went to somebody else.
    #[serde(rename = "call.transferred")]
    CallTransferred {
        /// Which call.
        call: CallId,
        /// To whom, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<AgentId>,
        /// To which queue, if to one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
    },
    /// The call is over.
    #[serde(rename = "call.ended")]
    CallEnded {
        /// Which call.
        call: CallId,
        /// The platform's reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// How a queue stands.
    #[serde(rename = "queue.snapshot")]
    QueueSnapshot {
        /// Which queue.
        queue: QueueId,
        /// Callers waiting.
        waiting: u32,
        /// Agents free.
        available: u32,
        /// The longest present wait in seconds.
        longest_wait_s: f64,
    },

    // ── audio: that it came, never what it was ──
    /// A leg's audio began.
    #[serde(rename = "leg.opened")]
    LegOpened {
        /// Which call.
        call: CallId,
        /// Whose voice.
        party: Party,
        /// `audiohook`, `twilio` or `recording`.
        protocol: String,
        /// Samples per second.
        rate: u32,
    },
    /// Samples of a leg did not come.
    #[serde(rename = "leg.gap")]
    LegGap {
        /// Which call.
        call: CallId,
        /// Whose voice.
        party: Party,
        /// Where the gap begins.
        start_s: f64,
        /// How long it is.
        lost_s: f64,
        /// Whether the platform announced it: it paused, or discarded audio. What nobody announced is lost.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        announced: bool,
    },
    /// A leg's audio ended.
    #[serde(rename = "leg.closed")]
    LegClosed {
        /// Which call.
        call: CallId,
        /// Whose voice.
        party: Party,
        /// Samples that came.
        frames: u64,
        /// Samples that are lost; what the platform left out on purpose is not among them.
        lost: u64,
        /// Seconds of speech; none where segmentation was not permitted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        speech_s: Option<f64>,
    },

    // ── sensed, each under a permit ──
    /// Somebody said something.
    #[serde(rename = "utterance")]
    Utterance {
        /// In which call.
        call: CallId,
        /// Who.
        party: Party,
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
        /// ISO 639-1 code of the language heard.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// How sure the speech recognition is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confidence: Option<Share>,
        /// The words, sealed; none if no words were recognised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<PayloadId>,
        /// What the words show, where that may be read from them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signs: Option<WordSigns>,
    },
    /// Words were not recognised because the machine could not keep up, or has no speech model.
    #[serde(rename = "words.shed")]
    WordsShed {
        /// In which call.
        call: CallId,
        /// Whose.
        party: Party,
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
        /// `overload`, `no_model` or `failed`.
        reason: String,
    },
    /// Something measured in the audio of a call.
    #[serde(rename = "signal")]
    Signal {
        /// In which call.
        call: CallId,
        /// About whom.
        party: Party,
        /// What.
        kind: SignalKind,
        /// From when.
        start_s: f64,
        /// Until when.
        end_s: f64,
        /// How much; the unit is the kind's.
        value: f64,
        /// How sure.
        confidence: Share,
        /// What moved it: catalogue codes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        drivers: Vec<String>,
    },

    // ── policy ──
    /// A site was set up. Its profile never changes.
    #[serde(rename = "site.opened")]
    SiteOpened {
        /// Its name.
        name: String,
        /// Its policy profile.
        profile: Profile,
        /// Its IANA time zone.
        time_zone: String,
    },
    /// From here on the site's decisions rest on these settings of care.
    #[serde(rename = "care.settings")]
    CareSettings {
        /// The version of what the settings mean.
        version: u32,
        /// Every setting, by group and name: as they were written, so that a log outlives settings that are no more.
        settings: serde_json::Value,
    },
    /// The site says that a notice is given.
    #[serde(rename = "notice.confirmed")]
    NoticeConfirmed {
        /// Which.
        notice: Notice,
        /// SHA-256 of the text that people are given, in hexadecimal.
        text_sha256: String,
        /// By whom.
        by: AccountId,
    },
    /// The site no longer gives a notice.
    #[serde(rename = "notice.withdrawn")]
    NoticeWithdrawn {
        /// Which.
        notice: Notice,
        /// By whom.
        by: AccountId,
    },
    /// An agent agreed to one purpose.
    #[serde(rename = "consent.given")]
    ConsentGiven {
        /// Who.
        agent: AgentId,
        /// To what.
        purpose: Purpose,
        /// Under which version of the policy table.
        policy_version: u32,
    },
    /// An agent no longer agrees.
    #[serde(rename = "consent.withdrawn")]
    ConsentWithdrawn {
        /// Who.
        agent: AgentId,
        /// To what.
        purpose: Purpose,
    },
    /// The policy was asked before something was sensed.
    #[serde(rename = "permit.decided")]
    PermitDecided {
        /// In which call.
        call: CallId,
        /// Which leg.
        party: Party,
        /// About whom, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<SubjectId>,
        /// What for.
        purpose: Purpose,
        /// Yes or no.
        granted: bool,
        /// The rules and missing conditions that say so: catalogue codes.
        rules: Vec<String>,
        /// The version of the policy table.
        policy_version: u32,
    },
    /// A sensor stopped before its call ended.
    #[serde(rename = "sensing.stopped")]
    SensingStopped {
        /// In which call.
        call: CallId,
        /// Which leg.
        party: Party,
        /// What for.
        purpose: Purpose,
        /// Why: a catalogue code.
        reason: String,
    },
    /// Someone's payloads were made unreadable for ever.
    #[serde(rename = "erased")]
    Erased {
        /// Whose.
        subject: SubjectId,
        /// Which.
        kinds: Vec<PayloadKind>,
    },

    // ── time ──
    /// A timer that a decision waits for. Recorded, so that replay sees the same time.
    #[serde(rename = "timer.fired")]
    TimerFired {},

    // ── decisions ──
    /// A short prompt to the agent in a call.
    #[serde(rename = "prompt.shown")]
    PromptShown {
        /// To whom.
        agent: AgentId,
        /// In which call.
        call: CallId,
        /// What and why.
        reason: Reason,
        /// How sure.
        confidence: Share,
        /// When it goes away by itself.
        expires: Timestamp,
    },
    /// An agent's load, exposure or strain entered another band. For the agent alone.
    #[serde(rename = "load.changed")]
    LoadChanged {
        /// Whose.
        agent: AgentId,
        /// Demand acting on the person now (ISO 10075-1: mental stress).
        load: Band,
        /// Abuse and agitation that the person met, fading with time.
        exposure: Band,
        /// The effect on the person (ISO 10075-1: mental strain).
        strain: Band,
        /// What moved it most, strongest first.
        reasons: Vec<Reason>,
    },
    /// A break is offered.
    #[serde(rename = "break.offered")]
    BreakOffered {
        /// Which offer.
        offer: OfferId,
        /// To whom.
        agent: AgentId,
        /// How long, in minutes.
        minutes: u32,
        /// Why.
        reasons: Vec<Reason>,
        /// When the offer lapses.
        expires: Timestamp,
    },
    /// The phone platform confirmed that the break began.
    #[serde(rename = "break.began")]
    BreakBegan {
        /// Which offer.
        offer: OfferId,
        /// Whose.
        agent: AgentId,
    },
    /// A break was accepted, but the phone platform has not confirmed it.
    #[serde(rename = "break.unconfirmed")]
    BreakUnconfirmed {
        /// Which offer.
        offer: OfferId,
        /// Whose.
        agent: AgentId,
    },
    /// A break ended.
    #[serde(rename = "break.ended")]
    BreakEnded {
        /// Which offer.
        offer: OfferId,
        /// Whose.
        agent: AgentId,
        /// How long it was, in minutes.
        minutes: f64,
    },
    /// An offer lapsed unanswered.
    #[serde(rename = "break.lapsed")]
    BreakLapsed {
        /// Which offer.
        offer: OfferId,
        /// Whose.
        agent: AgentId,
    },
    /// A supervisor is told about something that they can do something about.
    #[serde(rename = "alert.raised")]
    AlertRaised {
        /// Which alert.
        alert: AlertId,
        /// Who needs help.
        agent: AgentId,
        /// In which call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        /// What is the matter.
        reason: Reason,
        /// How sure.
        confidence: Share,
        /// What shows it.
        evidence: Vec<Evidence>,
        /// What would help: a catalogue code.
        action: String,
        /// When it goes away by itself.
        expires: Timestamp,
    },
    /// An alert was held back because the hour's budget is spent.
    #[serde(rename = "alert.held")]
    AlertHeld {
        /// Who would have been helped.
        agent: AgentId,
        /// In which call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        /// What is the matter.
        reason: Reason,
    },

    // ── people ──
    /// An agent answered an offer.
    #[serde(rename = "break.answered")]
    BreakAnswered {
        /// Which offer.
        offer: OfferId,
        /// Who.
        agent: AgentId,
        /// What.
        #[serde(flatten)]
        answer: OfferAnswer,
    },
    /// A supervisor said what became of an alert.
    #[serde(rename = "alert.closed")]
    AlertClosed {
        /// Which alert.
        alert: AlertId,
        /// What became of it.
        outcome: AlertOutcome,
        /// Who said so.
        by: AccountId,
        /// What was done about it: a catalogue code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<String>,
    },
    /// A supervisor said that the floor is covered while an agent takes their break.
    #[serde(rename = "break.approved")]
    BreakApproved {
        /// Which offer.
        offer: OfferId,
        /// Whose.
        agent: AgentId,
        /// By whom.
        by: AccountId,
    },
    /// An agent was put into a team, or into none.
    #[serde(rename = "agent.team")]
    AgentTeam {
        /// Who.
        agent: AgentId,
        /// Which team, by its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// By whom.
        by: AccountId,
    },
    /// An agent said something about themselves. For the agent alone.
    #[serde(rename = "self.reported")]
    SelfReported {
        /// Who.
        agent: AgentId,
        /// What kind of thing.
        report: Report,
        /// About which call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        /// What they said, sealed.
        text: PayloadId,
    },
    /// How the groups of a site were in a week that is over. Written once; nothing that comes later changes it.
    #[serde(rename = "wellbeing.frozen")]
    WellbeingFrozen {
        /// The week's Monday, as a date of the site's time zone.
        week: String,
        /// The whole site, then each team.
        cohorts: Vec<Cohort>,
    },
    /// An administrator had everything erased that was kept of a call's caller. The erasure itself follows.
    #[serde(rename = "erasure.asked")]
    ErasureAsked {
        /// Which call's caller.
        call: CallId,
        /// By whom.
        by: AccountId,
    },
    /// An agent pressed the abuse key.
    #[serde(rename = "abuse.reported")]
    AbuseReported {
        /// Who.
        agent: AgentId,
        /// In which call.
        call: CallId,
    },
    /// An agent says that something the software inferred is wrong.
    #[serde(rename = "inference.disputed")]
    InferenceDisputed {
        /// Who.
        agent: AgentId,
        /// Which event is wrong.
        event: EventId,
    },
}

impl Body {
    /// The event type as JSON names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AgentState { .. } => "agent.state",
            Self::CallOffered { .. } => "call.offered",
            Self::CallAnswered { .. } => "call.answered",
            Self::CallHeld { .. } => "call.held",
            Self::CallResumed { .. } => "call.resumed",
            Self::CallTransferred { .. } => "call.transferred",
            Self::CallEnded { .. } => "call.ended",
            Self::QueueSnapshot { .. } => "queue.snapshot",
            Self::LegOpened { .. } => "leg.opened",
            Self::LegGap { .. } => "leg.gap",
            Self::LegClosed { .. } => "leg.closed",
            Self::Utterance { .. } => "utterance",
            Self::WordsShed { .. } => "words.shed",
            Self::Signal { .. } => "signal",
            Self::SiteOpened { .. } => "site.opened",
            Self::CareSettings { .. } => "care.settings",
            Self::NoticeConfirmed { .. } => "notice.confirmed",
            Self::NoticeWithdrawn { .. } => "notice.withdrawn",
            Self::ConsentGiven { .. } => "consent.given",
            Self::ConsentWithdrawn { .. } => "consent.withdrawn",
            Self::PermitDecided { .. } => "permit.decided",
            Self::SensingStopped { .. } => "sensing.stopped",
            Self::Erased { .. } => "erased",
            Self::TimerFired {} => "timer.fired",
            Self::PromptShown { .. } => "prompt.shown",
            Self::LoadChanged { .. } => "load.changed",
            Self::BreakOffered { .. } => "break.offered",
            Self::BreakBegan { .. } => "break.began",
            Self::BreakUnconfirmed { .. } => "break.unconfirmed",
            Self::BreakEnded { .. } => "break.ended",
            Self::BreakLapsed { .. } => "break.lapsed",
            Self::AlertRaised { .. } => "alert.raised",
            Self::AlertHeld { .. } => "alert.held",
            Self::BreakAnswered { .. } => "break.answered",
            Self::AlertClosed { .. } => "alert.closed",
            Self::BreakApproved { .. } => "break.approved",
            Self::AgentTeam { .. } => "agent.team",
            Self::SelfReported { .. } => "self.reported",
            Self::WellbeingFrozen { .. } => "wellbeing.frozen",
            Self::ErasureAsked { .. } => "erasure.asked",
            Self::AbuseReported { .. } => "abuse.reported",
            Self::InferenceDisputed { .. } => "inference.disputed",
        }
    }

    /// Whether the software decided this (and replay must therefore derive it again).
    #[must_use]
    pub fn is_decision(&self) -> bool {
        matches!(
            self,
            Self::PromptShown { .. }
                | Self::LoadChanged { .. }
                | Self::BreakOffered { .. }
                | Self::BreakBegan { .. }
                | Self::BreakUnconfirmed { .. }
                | Self::BreakEnded { .. }
                | Self::BreakLapsed { .. }
                | Self::AlertRaised { .. }
                | Self::AlertHeld { .. }
        )
    }

    /// The call that this is about, if it is about one.
    #[must_use]
    pub fn call(&self) -> Option<&CallId> {
        match self {
            Self::CallOffered { call, .. }
            | Self::CallAnswered { call, .. }
            | Self::CallHeld { call }
            | Self::CallResumed { call }
            | Self::CallTransferred { call, .. }
            | Self::CallEnded { call, .. }
            | Self::LegOpened { call, .. }
            | Self::LegGap { call, .. }
            | Self::LegClosed { call, .. }
            | Self::Utterance { call, .. }
            | Self::WordsShed { call, .. }
            | Self::Signal { call, .. }
            | Self::PermitDecided { call, .. }
            | Self::SensingStopped { call, .. }
            | Self::PromptShown { call, .. }
            | Self::AbuseReported { call, .. } => Some(call),
            Self::AlertRaised { call, .. } | Self::AlertHeld { call, .. } => call.as_ref(),
            _ => None,
        }
    }

    /// The agent that this is about, if it names one.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::AgentState { agent, .. }
            | Self::CallAnswered { agent, .. }
            | Self::ConsentGiven { agent, .. }
            | Self::ConsentWithdrawn { agent, .. }
            | Self::PromptShown { agent, .. }
            | Self::LoadChanged { agent, .. }
            | Self::BreakOffered { agent, .. }
            | Self::BreakBegan { agent, .. }
            | Self::BreakUnconfirmed { agent, .. }
            | Self::BreakEnded { agent, .. }
            | Self::BreakLapsed { agent, .. }
            | Self::AlertRaised { agent, .. }
            | Self::AlertHeld { agent, .. }
            | Self::BreakAnswered { agent, .. }
            | Self::BreakApproved { agent, .. }
            | Self::AgentTeam { agent, .. }
            | Self::SelfReported { agent, .. }
            | Self::AbuseReported { agent, .. }
            | Self::InferenceDisputed { agent, .. } => Some(agent),
            Self::CallOffered { agent, .. } => agent.as_ref(),
            Self::CallTransferred { to, .. } => to.as_ref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_the_type_in_json_and_text_survives() -> Result<(), Box<dyn std::error::Error>> {
        let bodies = [
            Body::TimerFired {},
            Body::BreakAnswered {
                offer: OfferId::new("o")?,
                agent: AgentId::new("a")?,
                answer: OfferAnswer::Moved { to: Timestamp::UNIX_EPOCH },
            },
            Body::CallHeld { call: CallId::new("c")? },
        ];
        for body in bodies {
            let json = serde_json::to_value(&body)?;
            assert_eq!(json["type"], body.kind());
            assert_eq!(serde_json::from_value::<Body>(json)?, body);
        }
        Ok(())
    }

    #[test]
    fn told_twice_is_one_event_and_every_difference_of_a_derived_one_counts() -> Result<(), IdErrorAlias> {
        let site = SiteId::new("s")?;
        let told = |id| Draft::told(site.clone(), "acd", id, Timestamp::UNIX_EPOCH, Body::TimerFired {}).id;
        assert_eq!(told("1"), told("1"));
        assert_ne!(told("1"), told("2"));
        let derived =
            |because| Draft::derived(site.clone(), Timestamp::UNIX_EPOCH, because, Body::TimerFired {}).id;
        assert_ne!(derived(vec![]), derived(vec![told("1")]));
        Ok(())
    }

    type IdErrorAlias = crate::id::IdError;
}
