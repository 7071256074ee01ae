//! One utterance on its way to words.

use std::sync::Arc;

use calmline_core::{
    Body, CallId, Draft, Party, PayloadId, Share, SiteId, SubjectId, Timestamp,
    event::{Clear, Intent, PayloadKind, Spoken, WordSigns},
};
use calmline_language::{Reader, intent::IntentReader};
use calmline_sense::{Expected, Hearing, RATE, Recogniser, RecogniserError, Transcript};

use crate::{
    millis, payload,
    turns::{LegWords, masked},
};

/// From this arousal on an utterance is agitated; 0.5 is the speaker's usual. A choice: it only sets the order in which
/// words are recognised.
const AGITATED: f64 = 0.65;

/// So many samples more than an utterance an engine may have heard and still have heard that utterance alone: the pause that
/// ends one, and a little.
const AFTER: usize = (RATE as usize * 7) / 10;

/// What is said to an engine of the language that is likeliest.
pub(crate) fn expected(likely: Option<&(String, Share)>) -> Expected<'_> {
    likely.map_or(Expected::Any, |(language, share)| Expected::Likely(language, *share))
}

/// An utterance that waits for its words, with all that is needed to finish it elsewhere and later.
pub struct WordsJob {
    pub(crate) site: SiteId,
    pub(crate) call: CallId,
    pub(crate) party: Party,
    pub(crate) channel: usize,
    pub(crate) start_s: f64,
    pub(crate) end_s: f64,
    /// How agitated the voice was, where that was measured.
    pub(crate) arousal: Option<Share>,
    /// The language that the platform says is spoken.
    pub(crate) hint: Option<String>,
    pub(crate) at: Timestamp,
    /// Who spoke: the one whose erasure makes the words unreadable.
    pub(crate) subject: SubjectId,
    pub(crate) words: Option<(Vec<i16>, Arc<LegWords>)>,
    pub(crate) reader: Option<Arc<Reader>>,
    pub(crate) intents: Option<Arc<IntentReader>>,
    pub(crate) no_model: bool,
}

impl WordsJob {
    /// Whether there is anything to recognise; if not, [`Self::without_words`] finishes it.
    #[must_use]
    pub fn wants_words(&self) -> bool {
        self.words.is_some()
    }

    /// At which site.
    #[must_use]
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// In which call.
    #[must_use]
    pub fn call(&self) -> &CallId {
        &self.call
    }

    /// How much audio waits, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.end_s - self.start_s
    }

    /// Whose words these are: under pressure the caller's come first, since help in the call rests on them.
    #[must_use]
    pub fn party(&self) -> Party {
        self.party
    }

    /// Whether the caller's voice was agitated in it: where words are scarce, these help most.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.party == Party::Customer && self.arousal.is_some_and(|arousal| arousal.get() >= AGITATED)
    }

    /// When it began, in seconds from the first frame of the call's audio.
    #[must_use]
    pub fn start_s(&self) -> f64 {
        millis(self.start_s)
    }

    /// On which of the call's channels.
    #[must_use]
    pub fn channel(&self) -> usize {
        self.channel
    }

    /// Whether the permit has lapsed while the job waits: its audio must go.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.words.as_ref().is_some_and(|(_, leg)| leg.check(now).is_err())
    }

    /// Recognises the words. If the permit lapsed while the job waited, the audio is dropped and only the fact that somebody
    /// spoke remains.
    pub fn recognise(mut self, recogniser: &mut dyn Recogniser, now: Timestamp) -> Vec<Draft> {
        let Some((audio, leg)) = self.words.take() else { return self.without_words() };
        if leg.check(now).is_err() {
            return self.without_words();
        }
        let likely = leg.likely(self.hint.as_deref());
        let transcript = leg.transcribe(recogniser, &audio, expected(likely.as_ref()), now);
        self.told(transcript, (&leg, audio.len()), now)
    }

    /// Finishes an utterance that was heard while it was spoken, `heard` samples of it so far. Gives the job back where it has
    /// to be recognised as a whole: the engine failed, or has heard more than this utterance, which was cut because it grew
    /// too long.
    ///
    /// # Errors
    /// The job itself, as it was.
    pub fn finish(
        mut self,
        mut hearing: Box<dyn Hearing + '_>,
        heard: usize,
        now: Timestamp,
    ) -> Result<Vec<Draft>, Box<Self>> {
        let Some((audio, leg)) = self.words.take() else { return Ok(self.without_words()) };
        if leg.check(now).is_err() {
            return Ok(self.without_words());
        }
        if heard <= audio.len() + AFTER {
            let rest = audio.get(heard..).filter(|rest| !rest.is_empty());
            let pushed = rest.map_or(Ok(None), |rest| hearing.push(rest));
            if let Ok(transcript) = pushed.and_then(|_| hearing.finish()) {
                return Ok(self.told(Ok(transcript), (&leg, audio.len()), now));
            }
        }
        self.words = Some((audio, leg));
        Err(Box::new(self))
    }

    /// What an engine has made of so many samples.
    fn told(
        self,
        transcript: Result<Transcript, RecogniserError>,
        (leg, samples): (&LegWords, usize),
        now: Timestamp,
    ) -> Vec<Draft> {
        match transcript {
            // Recognition takes a while; what was withdrawn meanwhile is not kept.
            Ok(_) if leg.check(now).is_err() => self.without_words(),
            Ok(transcript) => {
                // The audio begins a little before the utterance, and the engine's times with it.
                let lead_s = samples as f64 / f64::from(RATE) - self.seconds();
                self.with_words(&transcript, (leg, lead_s), now)
            }
            Err(_) => self.shed("failed"),
        }
    }

    /// What finishes it without words, because none are permitted or there is no speech model.
    #[must_use]
    pub fn without_words(&self) -> Vec<Draft> {
        if self.no_model {
            return self.shed("no_model");
        }
        vec![self.utterance(None, None, (None, None))]
    }

    /// What finishes it without words because the machine cannot keep up (`overload`) or recognition failed (`failed`).
    #[must_use]
    pub fn shed(&self, reason: &str) -> Vec<Draft> {
        let body = Body::WordsShed {
            call: self.call.clone(),
            party: self.party,
            start_s: millis(self.start_s),
            end_s: millis(self.end_s),
            reason: reason.into(),
        };
        let shed = Draft::derived(self.site.clone(), self.at, Vec::new(), body);
        vec![self.utterance(None, None, (None, None)), shed]
    }

    fn with_words(
        self,
        transcript: &Transcript,
        (leg, lead_s): (&LegWords, f64),
        now: Timestamp,
    ) -> Vec<Draft> {
        if transcript.text.trim().is_empty() {
            return vec![self.utterance(None, Some(transcript), (None, None))];
        }
        let redacted = leg.redact(transcript, (self.start_s, self.end_s));
        let words = masked(transcript, &redacted, -lead_s);
        let signs = self.reader.as_ref().and_then(|reader| reader.read(&redacted.text, now).ok());
        let intents = self.intents.as_ref();
        let intent = intents.and_then(|intents| intents.read(&redacted.text, None, now).ok());
        let text = self.payload(PayloadKind::Transcript);
        let subject = self.subject.clone();
        let original = (!redacted.originals.is_empty())
            .then(|| serde_json::to_vec(&redacted.originals).unwrap_or_default());
        let mut draft = self.utterance(text.clone(), Some(transcript), (signs, intent));
        if let Some(id) = text {
            let clear = Clear {
                id,
                subject: subject.clone(),
                kind: PayloadKind::Transcript,
                bytes: Spoken { text: redacted.text, words }.to_bytes(),
            };
            draft = draft.with(clear);
        }
        if let (Some(bytes), Some(id)) = (original, self.payload(PayloadKind::Original)) {
            draft = draft.with(Clear { id, subject, kind: PayloadKind::Original, bytes });
        }
        vec![draft]
    }

    fn payload(&self, kind: PayloadKind) -> Option<PayloadId> {
        payload(&self.site, &self.call, (self.channel, self.at), kind)
    }

    fn utterance(
        &self,
        text: Option<PayloadId>,
        transcript: Option<&Transcript>,
        (signs, intent): (Option<WordSigns>, Option<Intent>),
    ) -> Draft {
        let body = Body::Utterance {
            call: self.call.clone(),
            party: self.party,
            start_s: millis(self.start_s),
            end_s: millis(self.end_s),
            language: transcript.and_then(|transcript| transcript.language.clone()),
            confidence: transcript.map(|transcript| transcript.confidence.rounded()),
            text,
            signs,
            intent,
        };
        Draft::derived(self.site.clone(), self.at, Vec::new(), body)
    }
}
