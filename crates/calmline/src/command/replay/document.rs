//! What `replay` prints, as JSON and for people.

use calmline_core::{
    Body, Event, Party, Share, Timestamp,
    catalog::Lang,
    event::{Reason, Word},
    policy::Profile,
};
use calmline_floor::Rehearsal;
use calmline_sense::AffectModel;
use serde::Serialize;
use serde_json::json;

use crate::{failure::Failure, said::Said};

/// One call, heard.
#[derive(Debug, Serialize)]
pub struct Call {
    id: String,
    duration_s: f64,
    legs: Vec<Leg>,
    utterances: Vec<Utterance>,
    signals: Vec<Signal>,
    cues: Vec<Cue>,
    decisions: Vec<Decision>,
    permits: Vec<Permit>,
    words_shed: usize,
    #[serde(skip)]
    told: Vec<(f64, Reason)>,
}

#[derive(Debug, Serialize)]
struct Leg {
    party: Party,
    frames: u64,
    speech_s: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Utterance {
    party: Party,
    start_s: f64,
    end_s: f64,
    text: Option<String>,
    /// Each with its times, in seconds from the utterance's beginning; empty where the engine tells none.
    words: Vec<Word>,
    language: Option<String>,
    confidence: Option<Share>,
}

#[derive(Debug, Serialize)]
struct Signal {
    party: Party,
    kind: String,
    start_s: f64,
    end_s: f64,
    value: f64,
    confidence: Option<Share>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drivers: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Cue {
    at_s: f64,
    kind: String,
    evidence: Vec<String>,
    text: Told,
}

#[derive(Debug, Serialize)]
struct Told {
    en: String,
    zh: String,
}

#[derive(Debug, Serialize)]
struct Decision {
    at_s: f64,
    kind: &'static str,
    because: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Permit {
    party: Party,
    purpose: &'static str,
    granted: bool,
    rules: Vec<String>,
}

impl Call {
    /// Reads what a rehearsal logged about its one call.
    pub fn of(
        id: String,
        parties: &[Party],
        start: Timestamp,
        duration_s: f64,
        rehearsal: &Rehearsal,
    ) -> Self {
        let mut call = Self {
            id,
            duration_s,
            legs: Vec::with_capacity(parties.len()),
            utterances: Vec::new(),
            signals: Vec::new(),
            cues: Vec::new(),
            decisions: Vec::new(),
            permits: Vec::new(),
            words_shed: 0,
            told: Vec::new(),
        };
        for event in rehearsal.events() {
            let at_s = event.at.duration_since(start).as_secs_f64();
            call.take(event, at_s, rehearsal);
        }
        call.utterances.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        call.signals.sort_by(|a, b| a.end_s.total_cmp(&b.end_s));
        call
    }

    fn take(&mut self, event: &Event, at_s: f64, rehearsal: &Rehearsal) {
        if event.body.is_decision() {
            let because = event.because.iter().map(ToString::to_string).collect();
            self.decisions.push(Decision { at_s, kind: event.body.kind(), because });
        }
        match &event.body {
            Body::LegClosed { party, frames, speech_s, .. } => {
                self.legs.push(Leg { party: *party, frames: *frames, speech_s: *speech_s });
            }
            Body::Utterance { party, start_s, end_s, language, confidence, text, signs, .. } => {
                let spoken = text.as_ref().and_then(|id| rehearsal.spoken(id));
                let (text, words) = spoken.map(|spoken| (spoken.text, spoken.words)).unzip();
                self.utterances.push(Utterance {
                    party: *party,
                    start_s: *start_s,
                    end_s: *end_s,
                    text,
                    words: words.unwrap_or_default(),
                    language: language.clone(),
                    confidence: *confidence,
                });
                if let Some(signs) = signs {
                    let word_signals = [
                        ("sentiment", signs.sentiment),
                        ("abuse", signs.abuse.get()),
                        ("help", signs.help.get()),
                        ("crisis", signs.crisis.get()),
                        ("anger", signs.anger.get()),
                        ("distress", signs.distress.get()),
                    ];
                    for (kind, value) in word_signals {
                        self.signal(*party, kind, (*start_s, *end_s), value, *confidence, &[]);
                    }
                }
            }
            Body::Signal { party, kind, start_s, end_s, value, confidence, drivers, .. } => {
                self.signal(*party, kind.as_str(), (*start_s, *end_s), *value, Some(*confidence), drivers);
            }
            Body::WordsShed { .. } => self.words_shed += 1,
            Body::PermitDecided { party, purpose, granted, rules, .. } => self.permits.push(Permit {
                party: *party,
                purpose: purpose.as_str(),
                granted: *granted,
                rules: rules.clone(),
            }),
            Body::PromptShown { reason, .. } | Body::AlertRaised { reason, .. } => {
                let evidence = event.because.iter().filter_map(|cause| evidence(cause, rehearsal)).collect();
                let text = Told { en: Lang::En.tell(reason), zh: Lang::Zh.tell(reason) };
                self.cues.push(Cue { at_s, kind: reason.code.clone(), evidence, text });
                self.told.push((at_s, reason.clone()));
            }
            Body::BreakOffered { minutes, .. } => {
                let reason = Reason::new("break.offer").with("minutes", f64::from(*minutes));
                self.told.push((at_s, reason));
            }
            _ => {}
        }
    }

    fn signal(
        &mut self,
        party: Party,
        kind: &str,
        (start_s, end_s): (f64, f64),
        value: f64,
        confidence: Option<Share>,
        drivers: &[String],
    ) {
        let drivers = drivers.to_vec();
        self.signals.push(Signal { party, kind: kind.into(), start_s, end_s, value, confidence, drivers });
    }
}

/// What a cause shows, in a word: a quote where there are words, else what was measured.
fn evidence(cause: &calmline_core::EventId, rehearsal: &Rehearsal) -> Option<String> {
    let event = rehearsal.events().iter().find(|event| event.id == *cause)?;
    match &event.body {
        Body::Utterance { text: Some(id), .. } => {
            rehearsal.spoken(id).map(|spoken| format!("“{}”", spoken.text))
        }
        Body::Signal { kind, value, .. } => Some(format!("{} {value:.2}", kind.as_str())),
        body => Some(body.kind().to_owned()),
    }
}

/// Prints the document.
pub fn print_json(profile: Profile, model: &AffectModel, calls: &[Call], said: &Said) -> Result<(), Failure> {
    let mut document = json!({ "profile": profile, "calls": calls });
    if let Some(larger) = model.larger() {
        let identity = larger.identity();
        document["affect_model"] = json!({ "name": identity.name, "sha256": identity.sha256 });
    }
    said.json(&document)
}

/// Prints timelines for people.
pub fn print(calls: &[Call], said: &Said) -> Result<(), Failure> {
    let lang = said.lang;
    for call in calls {
        said.line(format!("\n{} · {:.1} s", call.id, call.duration_s));
        for leg in &call.legs {
            let party = party_word(lang, leg.party);
            let speech = leg.speech_s.map_or_else(
                || said.both("not listened to", "未监听").to_owned(),
                |s| format!("{s:.1} s {}", said.both("of speech", "语音")),
            );
            said.line(format!("  {party}: {} {}, {speech}", leg.frames, said.both("samples", "采样")));
        }
        let mut lines: Vec<(f64, String)> = call
            .utterances
            .iter()
            .map(|u| {
                let text = u.text.as_deref().unwrap_or("…");
                (u.start_s, format!("{}: {text}", party_word(lang, u.party)))
            })
            .collect();
        lines.extend(call.signals.iter().filter(|s| s.kind == "arousal").map(|s| {
            let drivers: Vec<&str> = s.drivers.iter().map(|code| lang.say(code)).collect();
            let percent = s.value * 100.0;
            let heard = said.both("arousal", "激动程度");
            (
                s.end_s,
                format!("  ~ {} {heard} {percent:.0}% {}", party_word(lang, s.party), drivers.join(", ")),
            )
        }));
        lines.extend(call.told.iter().map(|(at, reason)| (*at, format!("  ▶ {}", lang.tell(reason)))));
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (at, line) in lines {
            said.line(format!("  {:02}:{:04.1}  {line}", (at / 60.0) as u32, at % 60.0));
        }
        if call.words_shed > 0 {
            said.line(format!("  {}", said.both("no speech model: no words", "没有语音识别模型：没有文字")));
        }
    }
    Ok(())
}

fn party_word(lang: Lang, party: Party) -> &'static str {
    lang.say(match party {
        Party::Agent => "party.agent",
        Party::Customer => "party.customer",
        Party::Unknown => "party.unknown",
    })
}
