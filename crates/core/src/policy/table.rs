//! The table: profile × purpose × leg → yes under conditions, or no; each rule cites its law.
//!
//! The citations are codes of the catalogue (`law.*`), which holds the provision and what it says in both languages.
//! `strict` is not written down but computed: forbidden where any profile forbids, and otherwise under the conditions
//! of all of them together.

use std::collections::BTreeSet;

use ring::digest;
use serde::Serialize;

use super::{Condition, Notice, Profile, Purpose};
use crate::units::Party;

/// Grows with every change of the table, so that a permit says under which one it was given.
pub const TABLE_VERSION: u32 = 2;

/// Whether a purpose is allowed on a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes, once the conditions hold.
    Allowed,
    /// No, and no notice or consent changes it.
    Forbidden,
}

/// One cell of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Yes or no.
    pub verdict: Verdict,
    /// What must hold first.
    pub conditions: BTreeSet<Condition>,
    /// The law that says so: catalogue codes.
    pub laws: BTreeSet<String>,
}

const RECORDING: Condition = Condition::Notice(Notice::Recording);
const EMOTION: Condition = Condition::Notice(Notice::CallerEmotion);
const WORKERS: Condition = Condition::Notice(Notice::Workers);
const CONSENT: Condition = Condition::AgentConsent;

fn allowed(conditions: &[Condition], laws: &[&str]) -> Rule {
    Rule {
        verdict: Verdict::Allowed,
        conditions: conditions.iter().copied().collect(),
        laws: laws.iter().map(|&law| law.into()).collect(),
    }
}

fn forbidden(laws: &[&str]) -> Rule {
    Rule {
        verdict: Verdict::Forbidden,
        conditions: BTreeSet::new(),
        laws: laws.iter().map(|&law| law.into()).collect(),
    }
}

/// The rule for one cell.
#[must_use]
pub fn rule(profile: Profile, purpose: Purpose, party: Party) -> Rule {
    match profile {
        Profile::Strict => strict(purpose, party),
        Profile::Eu => eu(purpose, party),
        Profile::Cn => consenting(purpose, party, &CN),
        Profile::Us => consenting(purpose, party, &US),
        Profile::Kr => consenting(purpose, party, &KR),
        Profile::Jp => consenting(purpose, party, &JP),
    }
}

/// The profiles that `strict` is the intersection of.
#[must_use]
pub fn strict_sources() -> [Profile; 5] {
    [Profile::Eu, Profile::Cn, Profile::Us, Profile::Kr, Profile::Jp]
}

fn strict(purpose: Purpose, party: Party) -> Rule {
    let rules = strict_sources().map(|profile| rule(profile, purpose, party));
    let no: Vec<_> = rules.iter().filter(|rule| rule.verdict == Verdict::Forbidden).collect();
    if no.is_empty() {
        Rule {
            verdict: Verdict::Allowed,
            conditions: rules.iter().flat_map(|rule| rule.conditions.iter().copied()).collect(),
            laws: rules.iter().flat_map(|rule| rule.laws.iter().cloned()).collect(),
        }
    } else {
        Rule {
            verdict: Verdict::Forbidden,
            conditions: BTreeSet::new(),
            laws: no.iter().flat_map(|rule| rule.laws.iter().cloned()).collect(),
        }
    }
}

/// European Union. Art. 5(1)(f) of the AI Act bans the inference of a worker's emotions from biometric data, the voice
/// included, and consent does not cure it. Calmline goes further and infers none from an agent's words either, and does not
/// keep how loudly an agent spoke: when they spoke, the utterances tell. Mixed or unknown audio may hold an agent's voice
/// and counts as one.
fn eu(purpose: Purpose, party: Party) -> Rule {
    match (purpose, party) {
        (Purpose::Segmentation | Purpose::Transcription, Party::Customer) => {
            allowed(&[RECORDING], &["law.eu.gdpr_6_13"])
        }
        (Purpose::Segmentation | Purpose::Transcription, Party::Agent | Party::Unknown) => {
            allowed(&[RECORDING, WORKERS], &["law.eu.gdpr_6_13", "law.eu.ai_act_26_7"])
        }
        (Purpose::Envelope | Purpose::WordReading | Purpose::TalkDynamics, Party::Customer) => {
            allowed(&[RECORDING], &["law.eu.gdpr_6_13"])
        }
        (Purpose::Envelope, Party::Agent) => forbidden(&["law.eu.ai_act_5_1_f", "law.eu.gdpr_5_1_c"]),
        (Purpose::Envelope, Party::Unknown) => {
            forbidden(&["law.eu.ai_act_5_1_f", "law.eu.gdpr_5_1_c", "law.unknown_counts_as_agent"])
        }
        (Purpose::WordReading, Party::Agent) => forbidden(&["law.eu.ai_act_5_1_f_text"]),
        (Purpose::VoiceAffect, Party::Customer) => {
            allowed(&[RECORDING, EMOTION], &["law.eu.ai_act_50_3", "law.eu.ai_act_annex_iii_1_c"])
        }
        (Purpose::TalkDynamics | Purpose::VoiceAffect, Party::Agent) => forbidden(&["law.eu.ai_act_5_1_f"]),
        (Purpose::WordReading | Purpose::TalkDynamics | Purpose::VoiceAffect, Party::Unknown) => {
            forbidden(&["law.eu.ai_act_5_1_f", "law.unknown_counts_as_agent"])
        }
    }
}

/// The laws behind a profile that allows sensing an agent with separate consent.
struct Laws {
    calls: &'static [&'static str],
    workers: &'static [&'static str],
    emotion: &'static [&'static str],
    agent: &'static [&'static str],
}

const CN: Laws = Laws {
    calls: &["law.cn.pipl_13_17"],
    workers: &["law.cn.pipl_13_17"],
    emotion: &["law.cn.pipl_28_30", "law.cn.pipl_55"],
    agent: &["law.cn.pipl_28_30", "law.cn.pipl_55"],
};
const US: Laws = Laws {
    calls: &["law.us.cipa_632"],
    workers: &["law.us.cipa_632"],
    emotion: &["law.us.cipa_632"],
    agent: &["law.us.bipa", "law.us.ccpa_admt"],
};
const KR: Laws = Laws {
    calls: &["law.kr.pipa_15"],
    workers: &["law.kr.pipa_15"],
    emotion: &["law.kr.pipa_23"],
    agent: &["law.kr.pipa_23"],
};
const JP: Laws = Laws {
    calls: &["law.jp.appi_21"],
    workers: &["law.jp.appi_21"],
    emotion: &["law.jp.appi_20"],
    agent: &["law.jp.appi_20"],
};

fn consenting(purpose: Purpose, party: Party, laws: &Laws) -> Rule {
    match (purpose, party) {
        (
            Purpose::Segmentation
            | Purpose::Envelope
            | Purpose::Transcription
            | Purpose::WordReading
            | Purpose::TalkDynamics,
            Party::Customer,
        ) => allowed(&[RECORDING], laws.calls),
        (Purpose::Segmentation | Purpose::Transcription, Party::Agent | Party::Unknown) => {
            allowed(&[RECORDING, WORKERS], laws.workers)
        }
        (Purpose::VoiceAffect, Party::Customer) => allowed(&[RECORDING, EMOTION], laws.emotion),
        (
            Purpose::Envelope | Purpose::WordReading | Purpose::TalkDynamics | Purpose::VoiceAffect,
            Party::Agent,
        ) => allowed(&[RECORDING, WORKERS, CONSENT], laws.agent),
        (
            Purpose::Envelope | Purpose::WordReading | Purpose::TalkDynamics | Purpose::VoiceAffect,
            Party::Unknown,
        ) => {
            let mut laws = laws.agent.to_vec();
            laws.push("law.unknown_counts_as_agent");
            forbidden(&laws)
        }
    }
}

/// SHA-256 over the whole table, in hexadecimal: the attestation names it.
#[must_use]
pub fn table_fingerprint() -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&TABLE_VERSION.to_le_bytes());
    for profile in Profile::ALL {
        for purpose in Purpose::ALL {
            for party in Party::ALL {
                let line = format!("{profile:?} {purpose:?} {party:?} {:?}\n", rule(profile, purpose, party));
                context.update(line.as_bytes());
            }
        }
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let mut text = String::new();
        for profile in Profile::ALL {
            for purpose in Purpose::ALL {
                for party in Party::ALL {
                    let rule = rule(profile, purpose, party);
                    let conditions: Vec<_> = rule.conditions.iter().map(|c| c.code()).collect();
                    let laws: Vec<_> = rule.laws.into_iter().collect();
                    text += &format!(
                        "{:6} {:13} {:8} {:?} [{}] {}\n",
                        profile.as_str(),
                        purpose.as_str(),
                        party.as_str(),
                        rule.verdict,
                        conditions.join(" "),
                        laws.join(" ")
                    );
                }
            }
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn strict_is_never_looser_than_any_profile() {
        for purpose in Purpose::ALL {
            for party in Party::ALL {
                let strict = rule(Profile::Strict, purpose, party);
                for profile in strict_sources() {
                    let other = rule(profile, purpose, party);
                    if other.verdict == Verdict::Forbidden {
                        assert_eq!(strict.verdict, Verdict::Forbidden, "{profile:?} {purpose:?} {party:?}");
                    } else if strict.verdict == Verdict::Allowed {
                        assert!(strict.conditions.is_superset(&other.conditions));
                    }
                }
            }
        }
    }

    #[test]
    fn no_profile_reads_affect_from_an_unknown_leg_and_eu_none_from_an_agent() {
        for profile in Profile::ALL {
            assert_eq!(rule(profile, Purpose::VoiceAffect, Party::Unknown).verdict, Verdict::Forbidden);
        }
        for purpose in [Purpose::VoiceAffect, Purpose::TalkDynamics, Purpose::WordReading, Purpose::Envelope]
        {
            assert_eq!(rule(Profile::Eu, purpose, Party::Agent).verdict, Verdict::Forbidden);
            assert_eq!(rule(Profile::Strict, purpose, Party::Agent).verdict, Verdict::Forbidden);
        }
    }
}
