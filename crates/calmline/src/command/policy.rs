//! `policy explain`.

use calmline_core::{
    Party,
    catalog::Lang,
    policy::{Purpose, Rule, TABLE_VERSION, Verdict, rule, table_fingerprint},
};
use serde_json::{Value, json};

use crate::{cli::Policy, failure::Failure, said::Said};

/// Runs the command.
pub fn run(options: &Policy, said: &Said) -> Result<(), Failure> {
    let Policy::Explain { profile, json } = options;
    let cells = || {
        Purpose::ALL.into_iter().flat_map(move |purpose| {
            Party::ALL.into_iter().map(move |party| (purpose, party, rule(*profile, purpose, party)))
        })
    };
    if *json {
        let rules: Vec<Value> =
            cells().map(|(purpose, party, rule)| as_json(purpose, party, &rule)).collect();
        return said.json(&json!({
            "profile": profile, "policy_version": TABLE_VERSION, "fingerprint": table_fingerprint(), "rules": rules,
        }));
    }
    let lang = said.lang;
    said.line(format!("{} ({})\n", lang.say(&format!("profile.{}", profile.as_str())), profile.as_str()));
    for (purpose, party, rule) in cells() {
        let purpose = lang.say(match purpose {
            Purpose::Segmentation => "purpose.segmentation",
            Purpose::Envelope => "purpose.envelope",
            Purpose::Transcription => "purpose.transcription",
            Purpose::WordReading => "purpose.word_reading",
            Purpose::TalkDynamics => "purpose.talk_dynamics",
            Purpose::VoiceAffect => "purpose.voice_affect",
        });
        let party = lang.tell(&calmline_core::event::Reason::new(&format!("party.{}", party.as_str())));
        said.line(format!("{purpose} · {party}: {}", lang.say(verdict_code(&rule))));
        for condition in &rule.conditions {
            said.line(format!("    {} {}", said.both("needs", "需要"), notice_name(lang, &condition.code())));
        }
        for law in &rule.laws {
            said.line(format!("    {}", lang.say(law)));
        }
    }
    Ok(())
}

fn verdict_code(rule: &Rule) -> &'static str {
    match rule.verdict {
        Verdict::Forbidden => "policy.forbidden",
        Verdict::Allowed if rule.conditions.is_empty() => "policy.allowed",
        Verdict::Allowed => "policy.allowed_if",
    }
}

/// A condition is worded as what is missing; here the notice or consent itself is named.
fn notice_name(lang: Lang, code: &str) -> &str {
    match code.strip_prefix("condition.") {
        Some("agent_consent") => match lang {
            Lang::En => "the agent's separate consent",
            Lang::Zh => "坐席的单独同意",
        },
        Some(notice) => lang.say(notice),
        None => code,
    }
}

fn as_json(purpose: Purpose, party: Party, rule: &Rule) -> Value {
    let both = |code: &str| json!({ "en": Lang::En.say(code), "zh": Lang::Zh.say(code) });
    let laws: Vec<Value> = rule.laws.iter().map(|law| json!({ "code": law, "text": both(law) })).collect();
    let conditions: Vec<Value> = rule
        .conditions
        .iter()
        .map(|condition| {
            let code = condition.code();
            json!({ "code": code, "text": both(&code) })
        })
        .collect();
    json!({
        "purpose": purpose, "party": party, "verdict": rule.verdict, "explanation": both(verdict_code(rule)),
        "conditions": conditions, "laws": laws,
    })
}
