//! What an attestation states, counted from the log.

use std::collections::BTreeMap;

use calmline_core::{
    Body, Event, Party, Position, SiteId, Timestamp,
    catalog::Lang,
    event::{ModelTask, ModelUsed, SignalKind},
    policy::{Profile, Purpose, TABLE_VERSION, table_fingerprint},
};
use calmline_store::Store;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    AttestError,
    self_test::{affect_possible, possibilities},
};
use crate::{
    models::{self, Span},
    token,
};

/// The version of this format.
pub const FORMAT: u32 = 1;
const AT_ONCE: u32 = 2_000;

/// What is stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Statement {
    /// The version of this format.
    pub format: u32,
    /// Its number in the chain of this data directory, from 1.
    pub number: u64,
    /// SHA-256 of the attestation before it, in canonical form and hexadecimal.
    pub previous: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made: Timestamp,
    /// By which program.
    pub program: Program,
    /// About which site.
    #[schema(value_type = String)]
    pub site: SiteId,
    /// The site's policy profile.
    #[schema(value_type = String)]
    pub profile: Profile,
    /// Under which policy table.
    pub policy: TableVersion,
    /// From which log.
    pub log: LogHead,
    /// Which models sensed, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelSpan>,
    /// What was permitted and refused.
    pub permits: Vec<PermitCount>,
    /// Sensors that stopped in the middle of a call.
    pub stopped: Vec<StoppedCount>,
    /// What was measured.
    pub signals: Vec<SignalCount>,
    /// What was heard.
    pub utterances: Vec<UtteranceCount>,
    /// Of whose legs the peaks were measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub envelopes: Vec<EnvelopeCount>,
    /// Calls of which an agent was told how their voice was against their usual, or why nothing is said of it.
    #[serde(default)]
    pub voice_cues: u64,
    /// The self-test: what the policy answers with every notice confirmed and every consent given.
    pub self_test: Vec<Verdict>,
    /// Whether this profile could ever permit the affect of an agent to be read, from voice, pace or words. False under
    /// `eu` and `strict`.
    pub agent_affect_possible: bool,
    /// Where the log does not fit the policy. Empty, unless something is badly wrong.
    pub contradictions: Vec<String>,
    /// What this statement cannot prove.
    pub limits: Limits,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Program {
    /// `calmline`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A policy table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TableVersion {
    /// Its version.
    pub version: u32,
    /// SHA-256 over the whole table.
    pub fingerprint: String,
}

/// The end of the log, its whole chain of hashes checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogHead {
    /// The last position.
    pub position: u64,
    /// The chain's hash there, over all rows before it, in hexadecimal.
    pub hash: String,
    /// Events of this site up to there.
    pub events: u64,
}

/// A model, for as long as it was in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelSpan {
    /// `voice_affect`, `speech`, `word_signs`, `intents` or `encoder`.
    #[schema(value_type = String)]
    pub task: ModelTask,
    /// Its name.
    pub name: String,
    /// SHA-256 of its weights in hexadecimal; none where they lie on another's server.
    pub sha256: Option<String>,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Until when; none while it is in use.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

impl From<Span> for ModelSpan {
    fn from(Span { model: ModelUsed { task, name, sha256 }, since, until }: Span) -> Self {
        Self { task, name, sha256, since, until }
    }
}

/// How often a purpose was permitted and refused on a leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PermitCount {
    /// For what.
    #[schema(value_type = String)]
    pub purpose: Purpose,
    /// On whose leg.
    #[schema(value_type = String)]
    pub party: Party,
    /// How often permitted.
    pub granted: u64,
    /// How often refused.
    pub refused: u64,
    /// The rules and missing conditions of the refusals, and how often each was named.
    pub refused_by: BTreeMap<String, u64>,
}

/// How often a sensor stopped in the middle of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoppedCount {
    /// For what.
    #[schema(value_type = String)]
    pub purpose: Purpose,
    /// On whose leg.
    #[schema(value_type = String)]
    pub party: Party,
    /// How often.
    pub count: u64,
}

/// How often something was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignalCount {
    /// What.
    #[schema(value_type = String)]
    pub kind: SignalKind,
    /// About whom.
    #[schema(value_type = String)]
    pub party: Party,
    /// How often.
    pub count: u64,
}

/// How often somebody was heard to speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UtteranceCount {
    /// Who.
    #[schema(value_type = String)]
    pub party: Party,
    /// How often.
    pub heard: u64,
    /// How often with words.
    pub with_words: u64,
    /// How often sentiment, abuse or a call for help was read from the words.
    pub with_signs: u64,
}

/// How many stretches of peaks were measured on a leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvelopeCount {
    /// On whose leg.
    #[schema(value_type = String)]
    pub party: Party,
    /// How many.
    pub count: u64,
}

/// What the policy answers with every condition met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// For what.
    #[schema(value_type = String)]
    pub purpose: Purpose,
    /// On whose leg.
    #[schema(value_type = String)]
    pub party: Party,
    /// Whether a permit can be made.
    pub possible: bool,
    /// The rules that say so: catalogue codes.
    pub rules: Vec<String>,
}

/// What the statement cannot prove, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// In English.
    pub en: String,
    /// 简体中文.
    pub zh: String,
}

impl Statement {
    /// Counts a site's log up to its head. Number and predecessor are set when it is signed.
    ///
    /// # Errors
    /// When there is no such site, or the log is damaged or cannot be read.
    pub async fn of(store: &dyn Store, site: &SiteId, made: Timestamp) -> Result<Self, AttestError> {
        let known = store.site(site).await?.ok_or_else(|| AttestError::NoSite { site: site.to_string() })?;
        let chain = store.verify_chain().await?;
        let mut tally = Tally::default();
        let mut after = Position(0);
        loop {
            let events = store.read(Some(site), after, AT_ONCE).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            for event in events.iter().filter(|event| event.position <= chain.head) {
                tally.take(event);
            }
            if after >= chain.head {
                break;
            }
        }
        let recorded = models::recorded(store, site).await?;
        let recorded = recorded.iter().filter(|event| event.position <= chain.head);
        let self_test = possibilities(known.profile);
        let limit = |lang: Lang| lang.say("attestation.limits").to_owned();
        let log = LogHead { position: chain.head.0, hash: token::hex(&chain.hash), events: tally.events };
        Ok(Self {
            format: FORMAT,
            number: 0,
            previous: None,
            made,
            program: Program { name: "calmline".into(), version: env!("CARGO_PKG_VERSION").into() },
            site: site.clone(),
            profile: known.profile,
            policy: TableVersion { version: TABLE_VERSION, fingerprint: table_fingerprint() },
            log,
            agent_affect_possible: affect_possible(&self_test),
            contradictions: tally.contradictions(&self_test),
            models: models::spans(recorded).into_iter().map(ModelSpan::from).collect(),
            permits: tally.permits.into_values().collect(),
            stopped: tally
                .stopped
                .into_iter()
                .map(|((purpose, party), count)| StoppedCount { purpose, party, count })
                .collect(),
            signals: tally
                .signals
                .into_iter()
                .map(|((kind, party), count)| SignalCount { kind, party, count })
                .collect(),
            utterances: tally.utterances.into_values().collect(),
            envelopes: tally
                .envelopes
                .into_iter()
                .map(|(party, count)| EnvelopeCount { party, count })
                .collect(),
            voice_cues: tally.voice_cues,
            self_test,
            limits: Limits { en: limit(Lang::En), zh: limit(Lang::Zh) },
        })
    }
}

/// Counts over a log.
#[derive(Debug, Default)]
pub struct Tally {
    events: u64,
    permits: BTreeMap<(Purpose, Party), PermitCount>,
    stopped: BTreeMap<(Purpose, Party), u64>,
    signals: BTreeMap<(SignalKind, Party), u64>,
    utterances: BTreeMap<Party, UtteranceCount>,
    envelopes: BTreeMap<Party, u64>,
    voice_cues: u64,
}

impl Tally {
    /// Counts an event.
    pub fn take(&mut self, event: &Event) {
        self.events += 1;
        match &event.body {
            Body::PermitDecided { party, purpose, granted, rules, .. } => {
                self.permit(*purpose, *party, *granted, rules);
            }
            Body::SensingStopped { party, purpose, .. } => {
                *self.stopped.entry((*purpose, *party)).or_default() += 1;
            }
            Body::Signal { party, kind, .. } => *self.signals.entry((*kind, *party)).or_default() += 1,
            Body::Utterance { party, text, signs, .. } => {
                let nothing = UtteranceCount { party: *party, heard: 0, with_words: 0, with_signs: 0 };
                let count = self.utterances.entry(*party).or_insert(nothing);
                count.heard += 1;
                count.with_words += u64::from(text.is_some());
                count.with_signs += u64::from(signs.is_some());
            }
            Body::LegEnvelope { party, .. } => *self.envelopes.entry(*party).or_default() += 1,
            Body::AgentCue { .. } => self.voice_cues += 1,
            _ => {}
        }
    }

    fn permit(&mut self, purpose: Purpose, party: Party, granted: bool, rules: &[String]) {
        let nothing = PermitCount { purpose, party, granted: 0, refused: 0, refused_by: BTreeMap::new() };
        let count = self.permits.entry((purpose, party)).or_insert(nothing);
        if granted {
            count.granted += 1;
            return;
        }
        count.refused += 1;
        for rule in rules {
            *count.refused_by.entry(rule.clone()).or_default() += 1;
        }
    }

    /// Everything recorded that the profile forbids, or for which no permit was ever recorded.
    #[must_use]
    pub fn contradictions(&self, self_test: &[Verdict]) -> Vec<String> {
        let possible = |purpose: Purpose, party: Party| {
            self_test
                .iter()
                .any(|verdict| (verdict.purpose, verdict.party) == (purpose, party) && verdict.possible)
        };
        let granted = |key: &(Purpose, Party)| self.permits.get(key).is_some_and(|count| count.granted > 0);
        let mut found = Vec::new();
        for ((purpose, party), count) in &self.permits {
            if count.granted > 0 && !possible(*purpose, *party) {
                let (purpose, party) = (purpose.as_str(), party.as_str());
                found.push(format!(
                    "{} permits for {purpose} on the {party} leg, which the profile forbids",
                    count.granted
                ));
            }
        }
        for (what, purpose, party, count) in self.computed() {
            if count == 0 {
                continue;
            }
            if !possible(purpose, party) {
                found
                    .push(format!("{count} {what} of the {} leg, which the profile forbids", party.as_str()));
            } else if !granted(&(purpose, party)) {
                found.push(format!(
                    "{count} {what} of the {} leg without any recorded permit",
                    party.as_str()
                ));
            }
        }
        found
    }

    /// What was computed, and the purpose that it needed a permit for.
    fn computed(&self) -> Vec<(&'static str, Purpose, Party, u64)> {
        let signals =
            self.signals.iter().map(|((kind, party), count)| (kind.as_str(), kind.purpose(), *party, *count));
        let heard = self.utterances.values().flat_map(|count| {
            [
                ("utterances", Purpose::Segmentation, count.party, count.heard),
                ("transcripts", Purpose::Transcription, count.party, count.with_words),
                ("readings of words", Purpose::WordReading, count.party, count.with_signs),
            ]
        });
        let peaks =
            self.envelopes.iter().map(|(party, count)| ("envelopes", Purpose::Envelope, *party, *count));
        let cues = ("comparisons of a voice", Purpose::VoiceAffect, Party::Agent, self.voice_cues);
        signals.chain(heard).chain(peaks).chain([cues]).collect()
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::{CallId, EventId, Share};

    use super::*;

    fn event(body: Body) -> Event {
        let (site, id, at) = (SiteId::new("s").unwrap(), EventId::derive(&["e"]), Timestamp::UNIX_EPOCH);
        Event { position: Position(1), site, id, at, because: Vec::new(), body }
    }

    fn arousal(party: Party) -> Event {
        let (call, kind, confidence) = (CallId::new("c").unwrap(), SignalKind::Arousal, Share::new(1.0));
        event(Body::Signal {
            call,
            party,
            kind,
            start_s: 0.0,
            end_s: 1.0,
            value: 0.5,
            confidence,
            drivers: Vec::new(),
        })
    }

    fn permit(party: Party, granted: bool) -> Event {
        event(Body::PermitDecided {
            call: CallId::new("c").unwrap(),
            party,
            subject: None,
            purpose: Purpose::VoiceAffect,
            granted,
            rules: vec!["law.x".into()],
            policy_version: 1,
        })
    }

    #[test]
    fn eu_and_strict_can_never_read_an_agent_and_the_others_only_with_conditions() {
        for profile in Profile::ALL {
            let possible = affect_possible(&possibilities(profile));
            assert_eq!(possible, !matches!(profile, Profile::Eu | Profile::Strict), "{profile:?}");
        }
        assert_eq!(possibilities(Profile::Eu).len(), Purpose::ALL.len() * Party::ALL.len());
    }

    #[test]
    fn a_compared_voice_of_an_agent_is_a_contradiction_where_it_is_forbidden() {
        let mut tally = Tally::default();
        let (agent, call) = (calmline_core::AgentId::new("a").unwrap(), CallId::new("c").unwrap());
        let cue = calmline_core::PayloadId::new("p").unwrap();
        tally.take(&event(Body::AgentCue { agent, call, cue }));
        let [one] = tally.contradictions(&possibilities(Profile::Strict)).try_into().unwrap();
        assert_eq!(one, "1 comparisons of a voice of the agent leg, which the profile forbids");
    }

    #[test]
    fn what_is_forbidden_or_was_never_permitted_is_a_contradiction() {
        let mut tally = Tally::default();
        tally.take(&permit(Party::Customer, true));
        tally.take(&arousal(Party::Customer));
        tally.take(&permit(Party::Agent, false));
        let eu = possibilities(Profile::Eu);
        assert_eq!(tally.contradictions(&eu), Vec::<String>::new());
        tally.take(&arousal(Party::Agent));
        let [one] = tally.contradictions(&eu).try_into().unwrap();
        assert_eq!(one, "1 arousal of the agent leg, which the profile forbids");
        let [one] = tally.contradictions(&possibilities(Profile::Cn)).try_into().unwrap();
        assert_eq!(one, "1 arousal of the agent leg without any recorded permit");
        tally.take(&permit(Party::Agent, true));
        assert_eq!(tally.contradictions(&eu).len(), 2);
        assert_eq!(tally.contradictions(&possibilities(Profile::Cn)), Vec::<String>::new());
    }
}
