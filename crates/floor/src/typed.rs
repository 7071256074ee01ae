//! Words that a caller types, or that the phone platform has recognised itself: the same permits, the same masking and the same
//! readings as of words that are heard.

use std::sync::Arc;

use calmline_core::{
    Body, CallId, Draft, Party, Share, SiteId, SubjectId, Timestamp,
    event::{Clear, PayloadKind, Spoken},
    policy::{self, Ask, Sense, SitePolicy, Transcription, WordReading},
};
use calmline_language::{
    Reader, Turns,
    intent::{IntentReader, Intents},
};

use crate::{millis, payload};

/// The caller's words of one call, for as long as their permits hold.
pub struct Typed {
    site: SiteId,
    call: CallId,
    opened: Timestamp,
    /// Whether words may be kept.
    keeps: Option<policy::Permit<Transcription>>,
    reader: Option<Reader>,
    intents: Option<IntentReader>,
    turns: Turns,
}

impl Typed {
    /// Asks what may be done with a caller's words; what was answered goes to the log.
    #[must_use]
    pub fn open(
        policy: &SitePolicy,
        call: CallId,
        taught: Option<&Arc<Intents>>,
        now: Timestamp,
    ) -> (Self, Vec<Draft>) {
        let ask = Ask { call: &call, party: Party::Customer, agent: None, now };
        let mut drafts = Vec::new();
        let keeps = permit::<Transcription>(policy, &ask, &mut drafts);
        let reader = permit::<WordReading>(policy, &ask, &mut drafts).map(Reader::new);
        let intents = taught.filter(|_| reader.is_some()).and_then(|taught| {
            let permit = policy.ask::<WordReading>(&ask).ok()?;
            IntentReader::new(permit, Arc::clone(taught))
        });
        let site = policy.site().clone();
        (Self { site, call, opened: now, keeps, reader, intents, turns: Turns::default() }, drafts)
    }

    /// Takes a line of words in: the utterance, its words sealed where they may be kept, and what was read from them where
    /// that is permitted. `sure` is how sure a recogniser was; typed words are as they are.
    #[must_use]
    pub fn line(
        &mut self,
        text: &str,
        (language, sure): (Option<&str>, Option<Share>),
        now: Timestamp,
    ) -> Draft {
        let second = millis(now.duration_since(self.opened).as_secs_f64().max(0.0));
        let redacted = self.turns.redact(text, (second, second));
        let signs = self.reader.as_ref().and_then(|reader| reader.read(&redacted.text, now).ok());
        let intent = self.intents.as_ref().and_then(|intents| intents.read(&redacted.text, None, now).ok());
        let kept = self.keeps.as_ref().filter(|permit| permit.check(now).is_ok());
        let of = |kind| kept.and_then(|_| payload(&self.site, &self.call, (0, now), kind));
        let (words, originals) = (of(PayloadKind::Transcript), of(PayloadKind::Original));
        let body = Body::Utterance {
            call: self.call.clone(),
            party: Party::Customer,
            start_s: second,
            end_s: second,
            language: language.map(str::to_owned),
            confidence: sure,
            text: words.clone(),
            signs,
            intent,
        };
        let mut draft = Draft::derived(self.site.clone(), now, Vec::new(), body);
        let subject = SubjectId::of_caller(&self.call);
        if let Some(id) = words {
            let bytes = Spoken { text: redacted.text, words: Vec::new() }.to_bytes();
            draft = draft.with(Clear { id, subject: subject.clone(), kind: PayloadKind::Transcript, bytes });
        }
        if let Some(id) = originals.filter(|_| !redacted.originals.is_empty())
            && let Ok(bytes) = serde_json::to_vec(&redacted.originals)
        {
            draft = draft.with(Clear { id, subject, kind: PayloadKind::Original, bytes });
        }
        draft
    }
}

fn permit<S: Sense>(
    policy: &SitePolicy,
    ask: &Ask<'_>,
    drafts: &mut Vec<Draft>,
) -> Option<policy::Permit<S>> {
    let answer = policy.ask::<S>(ask);
    drafts.push(policy.record::<S>(ask, answer.as_ref()));
    answer.ok()
}

#[cfg(test)]
mod tests {
    use calmline_core::{
        AccountId,
        policy::{Notice, Profile},
    };
    use calmline_language::intent::{Labelled, Training};

    use super::*;
    use crate::Rehearsal;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn floor(notified: bool) -> Result<Rehearsal, Box<dyn std::error::Error>> {
        let mut floor = Rehearsal::new(SiteId::new("s")?, Profile::Strict);
        for notice in Notice::ALL.into_iter().filter(|_| notified) {
            let body =
                Body::NoticeConfirmed { notice, text_sha256: String::new(), by: AccountId::new("admin")? };
            floor.tell(Draft::derived(SiteId::new("s")?, Timestamp::UNIX_EPOCH, Vec::new(), body));
        }
        Ok(floor)
    }

    fn taught() -> Result<Arc<Intents>, Box<dyn std::error::Error>> {
        let said = [
            ("i want my money back", "refund"),
            ("refund my order please", "refund"),
            ("the line is dead", "fault"),
            ("my internet is broken", "fault"),
        ];
        let examples = said.map(|(text, intent)| Labelled { text: text.into(), intent: intent.into() });
        Ok(Arc::new(Intents::train(&examples, None, &Training { out_of_scope: None, seed: 1 })?))
    }

    #[test]
    fn a_typed_line_is_masked_sealed_and_read() -> Outcome {
        let floor = floor(true)?;
        let (mut typed, asked) =
            Typed::open(floor.policy(), CallId::new("c")?, Some(&taught()?), Timestamp::UNIX_EPOCH);
        assert_eq!(asked.len(), 2);
        let draft = typed.line(
            "refund my order please, my number is 555 867 5309",
            (Some("en"), None),
            Timestamp::UNIX_EPOCH,
        );
        let Body::Utterance { text, signs, intent, party, .. } = &draft.body else {
            return Err("no utterance".into());
        };
        assert!(text.is_some() && signs.is_some() && *party == Party::Customer);
        assert_eq!(intent.as_ref().and_then(|intent| intent.name.as_deref()), Some("refund"));
        assert!(!serde_json::to_string(&draft.body)?.contains("5309"), "the event holds no words");
        Ok(())
    }

    #[test]
    fn without_a_notice_nothing_is_kept_or_read() -> Outcome {
        let floor = floor(false)?;
        let (mut typed, _) =
            Typed::open(floor.policy(), CallId::new("c")?, Some(&taught()?), Timestamp::UNIX_EPOCH);
        let draft = typed.line("refund my order", (None, None), Timestamp::UNIX_EPOCH);
        let Body::Utterance { text: None, signs: None, intent: None, .. } = &draft.body else {
            return Err("something was kept or read".into());
        };
        Ok(())
    }
}
