//! Events in words, by the catalogue.

use calmline_core::{
    Body,
    catalog::Lang,
    event::{
        AlertOutcome, EntranceStep, IncidentStep, ModelUsed, OfferAnswer, Presence, PresenceFault, Reason,
        Report, WorkState,
    },
    policy::{Notice, Purpose},
};

/// The sentence that says what happened, and those that say why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// What.
    pub text: Option<String>,
    /// Why.
    pub reasons: Vec<String>,
}

impl Told {
    fn say(lang: Lang, code: &str) -> Self {
        Self { text: Some(lang.say(code).to_owned()), reasons: Vec::new() }
    }

    fn tell(lang: Lang, reason: &Reason) -> Self {
        Self { text: Some(lang.tell(reason)), reasons: Vec::new() }
    }

    fn because(mut self, reasons: impl IntoIterator<Item = String>) -> Self {
        self.reasons.extend(reasons);
        self
    }
}

/// Puts an event into words.
#[must_use]
pub fn told(body: &Body, lang: Lang) -> Told {
    let say = |code: &String| lang.say(code).to_owned();
    match body {
        Body::AgentState { state, .. } => Told::say(lang, state_code(*state)),
        Body::CallOffered { .. } => Told::say(lang, "call.offered"),
        Body::CallAnswered { .. } => Told::say(lang, "call.answered"),
        Body::CallHeld { .. } => Told::say(lang, "call.held"),
        Body::CallResumed { .. } => Told::say(lang, "call.resumed"),
        Body::CallTransferred { .. } => Told::say(lang, "call.transferred"),
        Body::CallEnded { .. } => Told::say(lang, "call.ended"),
        Body::CallDescribed { .. } => Told::say(lang, "call.described"),
        Body::AgentSkills { .. } => Told::say(lang, "agent.skills"),
        Body::RouteAsked { .. } => Told::say(lang, "route.asked"),
        Body::EntranceOpened { .. } => Told::say(lang, "entrance.opened"),
        Body::EntranceMoved { done, .. } => {
            Told::say(lang, if *done { "entrance.moved" } else { "entrance.not_moved" })
        }
        Body::EntranceDecided { decided, .. } => {
            let code = match decided.step {
                EntranceStep::Ask { .. } => "entrance.ask",
                EntranceStep::Transfer { .. } => "entrance.transfer",
            };
            Told::say(lang, code).because([lang.tell(&decided.reason)])
        }
        Body::CallRouted { agent, reasons, .. } => {
            let code = if agent.is_some() { "call.routed" } else { "call.route_waits" };
            Told::say(lang, code).because(reasons.iter().map(|reason| lang.tell(reason)))
        }
        Body::EasierAsked { minutes, .. } => {
            Told::tell(lang, &Reason::new("easier.asked").with("minutes", f64::from(*minutes)))
        }
        Body::Utterance { party, .. } => Told::say(lang, &format!("utterance.{}", party.as_str())),
        Body::WordsShed { reason, .. } => Told::say(lang, &format!("words.shed.{reason}")),
        Body::Signal { kind, drivers, .. } => {
            Told::say(lang, &format!("signal.{}", kind.as_str())).because(drivers.iter().map(say))
        }
        Body::SensingStopped { purpose, reason, .. } => {
            Told::say(lang, &format!("purpose.{}", purpose.as_str())).because([say(reason)])
        }
        Body::PermitDecided { purpose, granted, rules, .. } => {
            let verdict = lang.say(if *granted { "policy.allowed" } else { "policy.forbidden" });
            let purpose = lang.say(&format!("purpose.{}", purpose.as_str())).to_owned();
            Told { text: Some(format!("{purpose}: {verdict}")), reasons: Vec::new() }
                .because(rules.iter().map(say))
        }
        Body::CareSettings { .. } => Told::say(lang, "care.settings"),
        Body::RhythmChosen { rhythm, .. } => {
            let rhythm = format!("rhythm.{}", rhythm.as_str());
            Told::tell(lang, &Reason::new("rhythm.chosen").with("rhythm", rhythm.as_str()))
        }
        Body::ModelsUsed { models } => {
            Told::say(lang, "models.used").because(models.iter().map(|model| of_model(lang, model)))
        }
        Body::SiteOpened { profile, .. } => {
            let profile = format!("profile.{}", profile.as_str());
            Told::tell(lang, &Reason::new("site.opened").with("profile", profile.as_str()))
        }
        Body::NoticeConfirmed { notice, .. } => of_notice(lang, "notice_change.confirmed", *notice),
        Body::NoticeWithdrawn { notice, .. } => of_notice(lang, "notice_change.withdrawn", *notice),
        Body::ConsentGiven { purpose, .. } => of_purpose(lang, "consent_change.given", *purpose),
        Body::ConsentWithdrawn { purpose, .. } => of_purpose(lang, "consent_change.withdrawn", *purpose),
        Body::AccessRefused { route, .. } => {
            let text = lang.say("access.refused").replace("{route}", route);
            Told { text: Some(text), reasons: Vec::new() }
        }
        Body::ErasureAsked { .. } => Told::say(lang, "erasure.asked"),
        Body::Erased { .. } => Told::say(lang, "erasure.done"),
        Body::WebhookChanged { change, host, .. } => {
            let code = format!("webhook.{}", change.as_str());
            // The host is the site's own: it is never looked up in the catalogue.
            Told { text: Some(lang.say(&code).replace("{host}", host)), reasons: Vec::new() }
        }
        Body::RetentionSet { .. } => Told::say(lang, "retention.set"),
        Body::RetentionRan { erased } => {
            let count = erased.values().sum::<u64>().to_string();
            Told { text: Some(lang.say("retention.ran").replace("{count}", &count)), reasons: Vec::new() }
        }
        Body::CallerSignal { kind, value, evidence, .. } => {
            let percent = (value.get() * 100.0).round();
            let inferred = Reason::new(&format!("caller.{}", kind.as_str())).with("percent", percent);
            let shown = evidence.iter().map(|piece| lang.tell(&piece.reason));
            Told::tell(lang, &inferred).because(shown)
        }
        Body::PromptShown { reason, .. } | Body::AlertHeld { reason, .. } => Told::tell(lang, reason),
        Body::LoadChanged { strain, reasons, .. } => Told::say(lang, &format!("band.{}", strain.as_str()))
            .because(reasons.iter().map(|reason| lang.tell(reason))),
        Body::BreakOffered { minutes, reasons, .. } => {
            let offer = Reason::new("break.offer").with("minutes", f64::from(*minutes));
            Told::tell(lang, &offer).because(reasons.iter().map(|reason| lang.tell(reason)))
        }
        Body::BreakPriced { minutes, service_level, without, .. } => {
            let points = (service_level.get() - without.get()) * 100.0;
            let priced = Reason::new("break.priced").with("minutes", f64::from(*minutes));
            Told::tell(lang, &priced.with("points", (points * 10.0).round() / 10.0))
        }
        Body::BreakBegan { .. } => Told::say(lang, "break.began"),
        Body::BreakUnconfirmed { .. } => Told::say(lang, "break.unconfirmed"),
        Body::PresenceWanted { presence, .. } => of_presence(lang, "wanted", *presence),
        Body::PresenceConfirmed { presence, .. } => of_presence(lang, "confirmed", *presence),
        Body::PresenceRefused { presence, fault, .. } => {
            of_presence(lang, "refused", *presence).because([of_fault(lang, *fault)])
        }
        Body::PresenceUnconfirmed { presence, fault, .. } => {
            of_presence(lang, "unconfirmed", *presence).because([of_fault(lang, *fault)])
        }
        Body::BreakEnded { minutes, .. } => {
            Told::tell(lang, &Reason::new("break.ended").with("minutes", *minutes))
        }
        Body::BreakLapsed { .. } => Told::say(lang, "break.lapsed"),
        Body::BreakAnswered { answer, .. } => Told::say(lang, answer_code(*answer)),
        Body::AlertRaised { reason, evidence, action, .. } => {
            let shown = evidence.iter().map(|piece| lang.tell(&piece.reason));
            Told::tell(lang, reason).because(shown).because([say(action)])
        }
        Body::AlertClosed { outcome, action, .. } => {
            Told::say(lang, outcome_code(*outcome)).because(action.as_ref().map(say))
        }
        Body::AlertAcknowledged { .. } => Told::say(lang, "alert.acknowledged"),
        Body::AlertEscalated { .. } => Told::say(lang, "alert.escalated"),
        Body::AlertRuleMuted { rule, right, answers, .. } => {
            let muted = Reason::new("alert.rule_muted").with("rule", format!("rule.{rule}").as_str());
            Told::tell(lang, &muted.with("right", f64::from(*right)).with("answers", f64::from(*answers)))
        }
        Body::AlertRated { .. } => Told::say(lang, "alert.rated"),
        Body::HelpAsked { action, .. } => Told::say(lang, "help.asked").because([say(action)]),
        Body::CueSharingChosen { sharing, .. } => {
            Told::say(lang, &format!("cue_sharing.{}", sharing.as_str()))
        }
        Body::ReturnChosen { automatic: true, .. } => Told::say(lang, "return.chosen.on"),
        Body::ReturnChosen { automatic: false, .. } => Told::say(lang, "return.chosen.off"),
        Body::CallCustomer { .. } => Told::say(lang, "call.customer"),
        Body::CustomerFlagged { why, .. } => {
            let why = format!("flag_why.{}", why.as_str());
            Told::tell(lang, &Reason::new("customer.flagged").with("why", why.as_str()))
        }
        Body::CustomerFlagRenewed { .. } => Told::say(lang, "customer.flag_renewed"),
        Body::CustomerAppealed { .. } => Told::say(lang, "customer.appealed"),
        Body::CustomerUnflagged { end, .. } => {
            let end = format!("flag_end.{}", end.as_str());
            Told::tell(lang, &Reason::new("customer.unflagged").with("end", end.as_str()))
        }
        Body::SecondChosen { second, .. } => {
            Told::say(lang, if second.is_some() { "second.chosen" } else { "second.none" })
        }
        Body::IncidentOpened { next, .. } => Told::say(lang, "incident.opened").because(next_of(lang, *next)),
        Body::IncidentStepped { step, .. } => Told::say(lang, &format!("incident.step.{}", step.as_str())),
        Body::IncidentAdvanced { step, next, .. } => {
            Told::say(lang, &format!("incident.step.{}", step.as_str())).because(next_of(lang, *next))
        }
        Body::IncidentJoinAsked { join, .. } => Told::say(lang, &format!("incident.join.{}", join.as_str())),
        Body::IncidentRelieved { cool_off_minutes, easier_minutes, .. } => {
            let relieved = Reason::new("incident.relieved").with("minutes", f64::from(*cool_off_minutes));
            Told::tell(lang, &relieved.with("easier", f64::from(*easier_minutes)))
        }
        Body::IncidentDue { .. } => Told::say(lang, "incident.due"),
        Body::IncidentLapsed { .. } => Told::say(lang, "incident.lapsed"),
        Body::IncidentDutyDone { duty, .. } => Told::say(lang, "incident.duty_done").because([say(duty)]),
        Body::IncidentClosed { outcome, .. } => Told::say(lang, "incident.closed")
            .because([lang.say(&format!("incident.outcome.{}", outcome.as_str())).to_owned()]),
        Body::IncidentBundled { .. } => Told::say(lang, "incident.bundled"),
        Body::CallExcluded { .. } => Told::say(lang, "call.excluded"),
        Body::BreakApproved { .. } => Told::say(lang, "break.approved"),
        Body::AgentTeam { team: Some(team), .. } => {
            // The name is the site's own: it is never looked up in the catalogue.
            let text = lang.say("agent.team").replace("{team}", team);
            Told { text: Some(text), reasons: Vec::new() }
        }
        Body::AgentTeam { team: None, .. } => Told::say(lang, "agent.no_team"),
        Body::SelfReported { report: Report::CheckIn, .. } => Told::say(lang, "report.check_in"),
        Body::SelfReported { report: Report::GoodMoment, .. } => Told::say(lang, "report.good_moment"),
        Body::SelfReported { report: Report::Who5, .. } => Told::say(lang, "report.who5"),
        Body::SelfReported { report: Report::Burnout, .. } => Told::say(lang, "report.burnout"),
        Body::SelfReported { report: Report::Pulse, .. } => Told::say(lang, "report.pulse"),
        Body::FitChosen { own: true, .. } => Told::say(lang, "fit.chosen.on"),
        Body::FitChosen { own: false, .. } => Told::say(lang, "fit.chosen.off"),
        Body::WellbeingFrozen { .. } => Told::say(lang, "wellbeing.frozen"),
        Body::PlanHistory { name, document, .. } => {
            let code = if document.is_some() { "plan.history" } else { "plan.history_deleted" };
            // The name is the planner's own: it is never looked up in the catalogue.
            Told { text: Some(lang.say(code).replace("{name}", name)), reasons: Vec::new() }
        }
        Body::PlanRoster { week, published, .. } => {
            let code = if *published { "plan.roster_published" } else { "plan.roster" };
            Told { text: Some(lang.say(code).replace("{week}", week)), reasons: Vec::new() }
        }
        Body::CalendarFeed { token_sha256, .. } => {
            Told::say(lang, if token_sha256.is_some() { "calendar.feed" } else { "calendar.feed_ended" })
        }
        Body::AgentCue { .. } => Told::say(lang, "cue.told"),
        Body::AbuseReported { .. } => Told::say(lang, "abuse.reported"),
        Body::InferenceDisputed { objection, .. } => {
            let why = lang.say(&format!("objection.{}", objection.as_str())).to_owned();
            Told::say(lang, "inference.disputed").because([why])
        }
        Body::QueueSnapshot { .. }
        | Body::LegOpened { .. }
        | Body::LegGap { .. }
        | Body::LegClosed { .. }
        | Body::LegEnvelope { .. }
        | Body::TimerFired {} => Told::default(),
    }
}

/// The name is the site's own: it is never looked up in the catalogue.
fn of_model(lang: Lang, model: &ModelUsed) -> String {
    let (code, hash) = match &model.sha256 {
        Some(hash) => ("models.one", hash.as_str()),
        None => ("models.remote", ""),
    };
    let task = format!("models.task.{}", model.task.as_str());
    lang.say(code).replace("{task}", lang.say(&task)).replace("{sha256}", hash).replace("{name}", &model.name)
}

fn next_of(lang: Lang, next: Option<IncidentStep>) -> Option<String> {
    Some(lang.say(&format!("incident.next.{}", next?.as_str())).to_owned())
}

fn of_notice(lang: Lang, code: &str, notice: Notice) -> Told {
    let notice = format!("notice.{}", notice.as_str());
    Told::tell(lang, &Reason::new(code).with("notice", notice.as_str()))
}

fn of_purpose(lang: Lang, code: &str, purpose: Purpose) -> Told {
    let purpose = format!("purpose.{}", purpose.as_str());
    Told::tell(lang, &Reason::new(code).with("purpose", purpose.as_str()))
}

fn of_presence(lang: Lang, what: &str, presence: Presence) -> Told {
    Told::say(lang, &format!("presence.{what}.{}", presence.as_str()))
}

fn of_fault(lang: Lang, fault: PresenceFault) -> String {
    lang.say(&format!("presence.fault.{}", fault.as_str())).to_owned()
}

/// The catalogue code of a work state.
#[must_use]
pub fn state_code(state: WorkState) -> &'static str {
    match state {
        WorkState::Offline => "state.offline",
        WorkState::Available => "state.available",
        WorkState::Busy => "state.busy",
        WorkState::WrapUp => "state.wrap_up",
        WorkState::OnBreak => "state.on_break",
        WorkState::Away => "state.away",
        WorkState::Training => "state.training",
    }
}

/// The catalogue code of an answer to an offer.
#[must_use]
pub fn answer_code(answer: OfferAnswer) -> &'static str {
    match answer {
        OfferAnswer::Accepted => "answer.accepted",
        OfferAnswer::Moved { .. } => "answer.moved",
        OfferAnswer::Refused => "answer.refused",
    }
}

/// The catalogue code of an alert's outcome.
#[must_use]
pub fn outcome_code(outcome: AlertOutcome) -> &'static str {
    match outcome {
        AlertOutcome::Helped => "outcome.helped",
        AlertOutcome::NotNeeded => "outcome.not_needed",
        AlertOutcome::Wrong => "outcome.wrong",
    }
}
