//! What an event says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AlertOutcome, Band, CallerSign, Cohort, CueSharing, EntranceDecision, Evidence, FlagEnd, FlagReason,
    IncidentOutcome, IncidentStep, Intent, Joining, ModelUsed, Objection, OfferAnswer, PayloadKind, Presence,
    PresenceFault, Reason, Report, Rhythm, RhythmMinutes, RouteFacts, SignalKind, Skill, Waiting,
    WebhookChange, WordSigns, WorkState,
};
use crate::{
    id::{
        AccountId, AgentId, AlertId, CallId, CustomerId, EventId, FlagId, IncidentId, OfferId, PayloadId,
        QueueId, SubjectId, WebhookId,
    },
    policy::{Notice, Profile, Purpose},
    units::{Party, Share},
};

/// What happened. JSON: `{"type": "call.ended", "data": {…}}`.
///
/// Fields without a line of their own are what they are called: the `call`, `agent`, `party`, `queue`, `offer` or `alert`
/// that this is about, `by` whom it was done, the `purpose`, `reason` and `confidence`, when it `expires` by itself.
#[expect(missing_docs, reason = "a field whose name and type say all needs no sentence")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Body {
    // ── work, told by the phone platform ──
    /// An agent's state changed.
    #[serde(rename = "agent.state")]
    AgentState {
        agent: AgentId,
        state: WorkState,
        /// The platform's reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A call rings at an agent or waits in a queue.
    #[serde(rename = "call.offered")]
    CallOffered {
        call: CallId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
    },
    /// An agent took a call. This binds its audio to the agent.
    #[serde(rename = "call.answered")]
    CallAnswered {
        call: CallId,
        agent: AgentId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
    },
    /// The caller was put on hold.
    #[serde(rename = "call.held")]
    CallHeld { call: CallId },
    /// The caller was taken off hold.
    #[serde(rename = "call.resumed")]
    CallResumed { call: CallId },
    /// The call went to somebody else.
    #[serde(rename = "call.transferred")]
    CallTransferred {
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
        call: CallId,
        /// The platform's reason code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// What a call is about and what it takes, as far as the platform, the CRM or the agent's wrap-up code says.
    #[serde(rename = "call.described")]
    CallDescribed {
        call: CallId,
        /// What the caller wants, by the site's own name for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<String>,
        /// How many systems the agent opened for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        systems: Option<u32>,
        /// Whether its content distresses who hears it: a death, an accident, a threat to a life.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        distressing: bool,
    },
    /// The CRM says which customer a call is with. What it calls them is kept as a keyed hash alone.
    #[serde(rename = "call.customer")]
    CallCustomer { call: CallId, customer: CustomerId },
    /// How a queue stands.
    #[serde(rename = "queue.snapshot")]
    QueueSnapshot {
        queue: QueueId,
        /// Callers waiting.
        waiting: u32,
        /// Agents free.
        available: u32,
        /// The longest present wait in seconds.
        longest_wait_s: f64,
    },

    /// What an agent can do. What was told before holds no longer.
    #[serde(rename = "agent.skills")]
    AgentSkills {
        agent: AgentId,
        skills: Vec<Skill>,
        /// Language tags in lower case, such as `zh`.
        languages: Vec<String>,
    },
    /// A caller is in front of the queues, and Calmline is to find out where they want to.
    #[serde(rename = "entrance.opened")]
    EntranceOpened { call: CallId },
    /// The phone platform says whether a caller was passed on as wanted.
    #[serde(rename = "entrance.moved")]
    EntranceMoved {
        call: CallId,
        /// Where to.
        queue: QueueId,
        /// Whether the caller is there; where not, it is the platform's to do as it would without Calmline.
        done: bool,
    },
    /// A router asks who should take a call.
    #[serde(rename = "route.asked")]
    RouteAsked {
        call: CallId,
        /// What is known of the call.
        #[serde(flatten)]
        waiting: Box<Waiting>,
    },

    /// The phone platform shows what was wanted of it; it was read back.
    #[serde(rename = "presence.confirmed")]
    PresenceConfirmed { offer: OfferId, agent: AgentId, presence: Presence },
    /// The phone platform does not do what was wanted of it.
    #[serde(rename = "presence.refused")]
    PresenceRefused {
        offer: OfferId,
        agent: AgentId,
        presence: Presence,
        /// Why.
        fault: PresenceFault,
    },
    /// The phone platform has not shown in time what was wanted of it.
    #[serde(rename = "presence.unconfirmed")]
    PresenceUnconfirmed {
        offer: OfferId,
        agent: AgentId,
        presence: Presence,
        /// Why.
        fault: PresenceFault,
    },

    // ── audio: that it came, never what it was ──
    /// A leg's audio began.
    #[serde(rename = "leg.opened")]
    LegOpened {
        call: CallId,
        party: Party,
        /// `audiohook`, `twilio` or `recording`.
        protocol: String,
        /// Samples per second.
        rate: u32,
    },
    /// Samples of a leg did not come.
    #[serde(rename = "leg.gap")]
    LegGap {
        call: CallId,
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
        call: CallId,
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
        call: CallId,
        party: Party,
        start_s: f64,
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
        /// What the caller wants, where the site has taught it and it may be read from the words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Intent>,
    },
    /// Words were not recognised because the machine could not keep up, or has no speech model.
    #[serde(rename = "words.shed")]
    WordsShed {
        call: CallId,
        party: Party,
        start_s: f64,
        end_s: f64,
        /// `overload`, `no_model` or `failed`.
        reason: String,
    },
    /// Something measured in the audio of a call.
    #[serde(rename = "signal")]
    Signal {
        call: CallId,
        party: Party,
        /// What.
        kind: SignalKind,
        start_s: f64,
        end_s: f64,
        /// How much; the unit is the kind's.
        value: f64,
        confidence: Share,
        /// What moved it: catalogue codes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        drivers: Vec<String>,
    },
    /// How loud a leg was over a stretch: the peaks of its samples, for the eye alone. No sound can be made of it, and
    /// nothing is decided on it.
    #[serde(rename = "leg.envelope")]
    LegEnvelope {
        call: CallId,
        party: Party,
        /// Whose voice it was.
        subject: SubjectId,
        start_s: f64,
        /// How long each level lasts.
        step_s: f64,
        /// How many there are.
        steps: u32,
        /// The levels ([`Levels`](super::Levels)), sealed.
        levels: PayloadId,
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
    /// From here on these models sense at the site, as far as its policy lets them.
    #[serde(rename = "models.used")]
    ModelsUsed {
        /// All of them.
        models: Vec<ModelUsed>,
    },
    /// The site says that a notice is given.
    #[serde(rename = "notice.confirmed")]
    NoticeConfirmed {
        notice: Notice,
        /// SHA-256 of the text that people are given, in hexadecimal.
        text_sha256: String,
        by: AccountId,
    },
    /// The site no longer gives a notice.
    #[serde(rename = "notice.withdrawn")]
    NoticeWithdrawn { notice: Notice, by: AccountId },
    /// An agent agreed to one purpose.
    #[serde(rename = "consent.given")]
    ConsentGiven {
        agent: AgentId,
        purpose: Purpose,
        /// Under which version of the policy table.
        policy_version: u32,
    },
    /// An agent no longer agrees.
    #[serde(rename = "consent.withdrawn")]
    ConsentWithdrawn { agent: AgentId, purpose: Purpose },
    /// The policy was asked before something was sensed.
    #[serde(rename = "permit.decided")]
    PermitDecided {
        call: CallId,
        party: Party,
        /// About whom, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<SubjectId>,
        purpose: Purpose,
        granted: bool,
        /// The rules and missing conditions that say so: catalogue codes.
        rules: Vec<String>,
        /// The version of the policy table.
        policy_version: u32,
    },
    /// A sensor stopped before its call ended.
    #[serde(rename = "sensing.stopped")]
    SensingStopped {
        call: CallId,
        party: Party,
        purpose: Purpose,
        /// Why: a catalogue code.
        reason: String,
    },
    /// Someone's payloads were made unreadable for ever.
    #[serde(rename = "erased")]
    Erased { subject: SubjectId, kinds: Vec<PayloadKind> },

    // ── time ──
    /// A timer that a decision waits for. Recorded, so that replay sees the same time.
    #[serde(rename = "timer.fired")]
    TimerFired {},

    // ── decisions ──
    /// What is inferred of a caller, at the moment when somebody is told of it. The agent can object to it.
    #[serde(rename = "caller.signal")]
    CallerSignal {
        agent: AgentId,
        call: CallId,
        kind: CallerSign,
        /// How probable it is.
        value: Share,
        /// How much of what could be known is known: 0 where nothing was heard, near 1 after a minute of clear evidence.
        confidence: Share,
        /// How probable it is of a caller of whom nothing is known.
        baseline: Share,
        /// From which second of the call's audio on the evidence was heard; none where it is told, not heard.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_s: Option<f64>,
        /// Up to which second.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_s: Option<f64>,
        /// What shows it, oldest first.
        evidence: Vec<Evidence>,
    },
    /// A short prompt to the agent in a call.
    #[serde(rename = "prompt.shown")]
    PromptShown {
        agent: AgentId,
        call: CallId,
        /// What and why.
        reason: Reason,
        confidence: Share,
        expires: Timestamp,
    },
    /// An agent's load, exposure or strain entered another band. For the agent alone.
    #[serde(rename = "load.changed")]
    LoadChanged {
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
        offer: OfferId,
        agent: AgentId,
        /// How long, in minutes.
        minutes: u32,
        reasons: Vec<Reason>,
        /// When the offer lapses.
        expires: Timestamp,
    },
    /// What one agent fewer costs a queue while a break lasts. For those who plan: it names no agent and no offer.
    #[serde(rename = "break.priced")]
    BreakPriced {
        queue: QueueId,
        /// How long the break is, in minutes.
        minutes: u32,
        /// How many agents serve the queue now, as far as it is known.
        agents: u32,
        /// The share of calls answered in time with all of them.
        service_level: Share,
        /// The same with one fewer.
        without: Share,
        /// By how many minutes the price put the offer off; at most ten.
        moved_minutes: u32,
    },
    /// The phone platform confirmed that the break began.
    #[serde(rename = "break.began")]
    BreakBegan { offer: OfferId, agent: AgentId },
    /// A break was accepted, but the phone platform has not confirmed it.
    #[serde(rename = "break.unconfirmed")]
    BreakUnconfirmed { offer: OfferId, agent: AgentId },
    /// What the phone platform should show of an agent for the sake of a break: that it begins, now that they are in no
    /// call, or that its minutes are over.
    #[serde(rename = "presence.wanted")]
    PresenceWanted { offer: OfferId, agent: AgentId, presence: Presence },
    /// A break ended.
    #[serde(rename = "break.ended")]
    BreakEnded {
        offer: OfferId,
        agent: AgentId,
        /// How long it was, in minutes.
        minutes: f64,
    },
    /// An offer lapsed unanswered.
    #[serde(rename = "break.lapsed")]
    BreakLapsed { offer: OfferId, agent: AgentId },
    /// A supervisor is told about something that they can do something about.
    #[serde(rename = "alert.raised")]
    AlertRaised {
        alert: AlertId,
        /// Who needs help; nobody where a queue does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// Which queue needs help.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        reason: Reason,
        confidence: Share,
        /// What shows it.
        evidence: Vec<Evidence>,
        /// What would help: a catalogue code.
        action: String,
        expires: Timestamp,
    },
    /// An alert was held back because the hour's budget is spent.
    #[serde(rename = "alert.held")]
    AlertHeld {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        reason: Reason,
    },
    /// Nobody has answered or acknowledged an alert: a second person is told.
    #[serde(rename = "alert.escalated")]
    AlertEscalated {
        alert: AlertId,
        /// Who was named for it; everybody who hears of alerts where none is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<AccountId>,
    },
    /// A rule of alerts has been wrong too often to take supervisors' time: it rests for a while.
    #[serde(rename = "alert.rule_muted")]
    AlertRuleMuted {
        /// The rule: the catalogue code of its alerts.
        rule: String,
        /// How many of the answers about its alerts said that they were right.
        right: u32,
        /// How many answers there were, of supervisors and agents together.
        answers: u32,
        /// When it is tried again.
        until: Timestamp,
    },
    /// An incident of abuse was opened by the agent's key.
    #[serde(rename = "incident.opened")]
    IncidentOpened {
        incident: IncidentId,
        agent: AgentId,
        call: CallId,
        /// What can be said to the caller next; nothing where the call is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<IncidentStep>,
    },
    /// The ladder was climbed by one rung.
    #[serde(rename = "incident.advanced")]
    IncidentAdvanced {
        incident: IncidentId,
        agent: AgentId,
        /// The rung that was taken.
        step: IncidentStep,
        /// What can be said next; nothing at the ladder's end, or where the site lets nobody end a call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<IncidentStep>,
    },
    /// The agent is out of an abusive call: they get a cool-off outside of the quota of breaks, and easier calls for a while.
    #[serde(rename = "incident.relieved")]
    IncidentRelieved {
        incident: IncidentId,
        agent: AgentId,
        /// How long the cool-off is that is offered, in minutes.
        cool_off_minutes: u32,
        /// How long calls are easier after that, in minutes.
        easier_minutes: u32,
    },
    /// It is time to ask the agent how they are.
    #[serde(rename = "incident.due")]
    IncidentDue { incident: IncidentId, agent: AgentId },
    /// Nobody has closed an incident for long: it is over.
    #[serde(rename = "incident.lapsed")]
    IncidentLapsed { incident: IncidentId, agent: AgentId },
    /// A call counts in nobody's figures of satisfaction, quality, handling time and complaints. It does not say why.
    #[serde(rename = "call.excluded")]
    CallExcluded { call: CallId },

    /// Who should take a call, or until when it waits.
    #[serde(rename = "call.routed")]
    CallRouted {
        call: CallId,
        /// Who; nobody as long as it waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// Where candidates were given: the others, best first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        then: Vec<AgentId>,
        /// When it makes sense to ask again at the latest, if the call waits for a time and not for an agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        reasons: Vec<Reason>,
        /// What was known.
        facts: RouteFacts,
    },

    /// What is asked of a caller in front of the queues, or where they are passed on to.
    #[serde(rename = "entrance.decided")]
    EntranceDecided {
        call: CallId,
        /// What, and why.
        #[serde(flatten)]
        decided: EntranceDecision,
    },

    // ── people ──
    /// An agent wants easier calls for a while.
    #[serde(rename = "easier.asked")]
    EasierAsked {
        agent: AgentId,
        /// How long, in minutes.
        minutes: u32,
    },
    /// An agent answered an offer.
    #[serde(rename = "break.answered")]
    BreakAnswered {
        offer: OfferId,
        agent: AgentId,
        /// What.
        #[serde(flatten)]
        answer: OfferAnswer,
    },
    /// A supervisor said what became of an alert.
    #[serde(rename = "alert.closed")]
    AlertClosed {
        alert: AlertId,
        /// What became of it.
        outcome: AlertOutcome,
        by: AccountId,
        /// What was done about it: a catalogue code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<String>,
    },
    /// A supervisor has seen an alert and looks after it.
    #[serde(rename = "alert.acknowledged")]
    AlertAcknowledged { alert: AlertId, by: AccountId },
    /// An agent said in private whether an alert about them was right, and whether it was welcome. Only counted by rule.
    #[serde(rename = "alert.rated")]
    AlertRated { alert: AlertId, agent: AgentId, right: bool, welcome: bool },
    /// An agent asks for a supervisor, or has chosen beforehand when one is to be asked.
    #[serde(rename = "help.asked")]
    HelpAsked {
        agent: AgentId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        /// What they want: a catalogue code.
        action: String,
    },
    /// An agent chose what becomes of cues in their voice. For the agent alone.
    #[serde(rename = "cue.sharing_chosen")]
    CueSharingChosen { agent: AgentId, sharing: CueSharing },
    /// An agent chose whether they are available again by themselves once a break is over. They are until then.
    #[serde(rename = "return.chosen")]
    ReturnChosen { agent: AgentId, automatic: bool },
    /// A supervisor flagged a customer whose callers were abusive again and again. The flag ends by itself at the review.
    #[serde(rename = "customer.flagged")]
    CustomerFlagged {
        flag: FlagId,
        customer: CustomerId,
        /// Why.
        why: FlagReason,
        /// When it is reviewed, and ends unless it is renewed.
        until: Timestamp,
        by: AccountId,
    },
    /// A flag was found to be needed for longer.
    #[serde(rename = "customer.flag_renewed")]
    CustomerFlagRenewed {
        flag: FlagId,
        /// When it is reviewed next.
        until: Timestamp,
        by: AccountId,
    },
    /// What a customer says against a flag was taken down.
    #[serde(rename = "customer.appealed")]
    CustomerAppealed {
        flag: FlagId,
        /// What they say, sealed.
        text: PayloadId,
        by: AccountId,
    },
    /// A flag was lifted.
    #[serde(rename = "customer.unflagged")]
    CustomerUnflagged {
        flag: FlagId,
        /// By what.
        end: FlagEnd,
        by: AccountId,
    },
    /// An administrator named who is told of alerts that nobody answers.
    #[serde(rename = "second.chosen")]
    SecondChosen {
        /// For which team; none for the whole site.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        /// Who; nobody in particular where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        second: Option<AccountId>,
        by: AccountId,
    },
    /// An agent has taken a rung of an incident's ladder.
    #[serde(rename = "incident.stepped")]
    IncidentStepped { incident: IncidentId, agent: AgentId, step: IncidentStep },
    /// A supervisor asks to come into the call of an incident. The agent sees it.
    #[serde(rename = "incident.join_asked")]
    IncidentJoinAsked { incident: IncidentId, agent: AgentId, call: CallId, join: Joining, by: AccountId },
    /// A duty of the employer after an incident was done.
    #[serde(rename = "incident.duty_done")]
    IncidentDutyDone {
        incident: IncidentId,
        agent: AgentId,
        /// Which: a catalogue code.
        duty: String,
        by: AccountId,
    },
    /// An incident was closed, by its agent or a supervisor.
    #[serde(rename = "incident.closed")]
    IncidentClosed { incident: IncidentId, agent: AgentId, outcome: IncidentOutcome, by: AccountId },
    /// What is known of an incident that is over was put together for its agent, and for nobody else.
    #[serde(rename = "incident.bundled")]
    IncidentBundled {
        incident: IncidentId,
        agent: AgentId,
        /// The bundle, sealed.
        bundle: PayloadId,
        /// The last hash of its chain, in hexadecimal.
        head: String,
    },
    /// A supervisor said that the floor is covered while an agent takes their break.
    #[serde(rename = "break.approved")]
    BreakApproved { offer: OfferId, agent: AgentId, by: AccountId },
    /// An agent was put into a team, or into none.
    #[serde(rename = "agent.team")]
    AgentTeam {
        agent: AgentId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<String>,
        by: AccountId,
    },
    /// An agent said something about themselves. For the agent alone.
    #[serde(rename = "self.reported")]
    SelfReported {
        agent: AgentId,
        report: Report,
        /// About which call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        /// What they said, sealed.
        text: PayloadId,
    },
    /// An agent chose what their check-ins may be used for besides being shown to them. Both are off until then.
    #[serde(rename = "fit.chosen")]
    FitChosen {
        agent: AgentId,
        /// Fitting the model of strain to themselves, for their own view.
        own: bool,
        /// Counting, with at least four others, into what new agents start from.
        team: bool,
    },
    /// An administrator chose the rhythm of breaks. It goes before what the configuration says, until another is chosen.
    #[serde(rename = "rhythm.chosen")]
    RhythmChosen {
        rhythm: Rhythm,
        /// The minutes that it stood for when it was chosen, so that the log outlives a preset that is changed.
        #[serde(flatten)]
        minutes: RhythmMinutes,
        by: AccountId,
    },
    /// How the groups of a site were in a week that is over. Written once; nothing that comes later changes it.
    #[serde(rename = "wellbeing.frozen")]
    WellbeingFrozen {
        /// The week's Monday, as a date of the site's time zone.
        week: String,
        /// The whole site, then each team.
        cohorts: Vec<Cohort>,
    },
    /// Somebody who is signed in asked for what their roles do not open, and was refused. Told once an hour for each route.
    #[serde(rename = "access.refused")]
    AccessRefused {
        /// The method and the pattern of the route, such as `GET /v1/calls/{id}`: never whose data it was.
        route: String,
        by: AccountId,
    },
    /// An administrator had everything erased that was kept of a call's caller. The erasure itself follows.
    #[serde(rename = "erasure.asked")]
    ErasureAsked {
        /// Which call's caller.
        call: CallId,
        by: AccountId,
    },
    /// What an endpoint of others is told was changed by an administrator.
    #[serde(rename = "webhook.changed")]
    WebhookChanged {
        webhook: WebhookId,
        change: WebhookChange,
        /// The host of its address; the rest of it may hold a secret.
        host: String,
        /// The types of events that it is told.
        kinds: Vec<String>,
        by: AccountId,
    },
    /// How long texts are kept was set.
    #[serde(rename = "retention.set")]
    RetentionSet {
        /// After how many days each kind goes; what is not named is kept until somebody has it erased.
        days: BTreeMap<PayloadKind, u32>,
        by: AccountId,
    },
    /// The texts that are older than the site keeps them were erased for ever.
    #[serde(rename = "retention.ran")]
    RetentionRan {
        /// How many of each kind that has an end.
        erased: BTreeMap<PayloadKind, u64>,
    },
    /// How an agent's voice was in a call that is over, against their own usual; or why nothing is said of it. For the
    /// agent alone; the event does not tell which of the two it is.
    #[serde(rename = "agent.cue")]
    AgentCue {
        agent: AgentId,
        call: CallId,
        /// What is said ([`CallCue`](super::CallCue)), sealed.
        cue: PayloadId,
    },
    /// A planner imported the calls of a queue, or deleted them.
    #[serde(rename = "plan.history")]
    PlanHistory {
        /// The name that the planner gave it.
        name: String,
        /// The counts, sealed; none where the history was deleted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<PayloadId>,
        by: AccountId,
    },
    /// A planner saved the roster of a week.
    #[serde(rename = "plan.roster")]
    PlanRoster {
        /// The week's Monday, as a date of the site's time zone.
        week: String,
        /// Who works when, sealed.
        document: PayloadId,
        /// Whether the people in it are told.
        published: bool,
        by: AccountId,
    },
    /// An agent made an address for their calendar, or ended it.
    #[serde(rename = "calendar.feed")]
    CalendarFeed {
        agent: AgentId,
        /// SHA-256 of the secret in the address, in hexadecimal; none where there is no address any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token_sha256: Option<String>,
    },
    /// An agent pressed the abuse key.
    #[serde(rename = "abuse.reported")]
    AbuseReported { agent: AgentId, call: CallId },
    /// An agent says that something the software inferred is wrong.
    #[serde(rename = "inference.disputed")]
    InferenceDisputed {
        agent: AgentId,
        event: EventId,
        /// In what way.
        objection: Objection,
    },
}
