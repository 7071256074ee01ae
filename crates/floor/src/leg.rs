//! Hearing one leg: its sensors, as far as they are permitted, and the audio that waits for its words.

use std::{collections::BTreeMap, sync::Arc};

use calmline_core::{
    CallId, Draft, Party, Share, SiteId, SubjectId, Timestamp,
    event::SignalKind,
    policy::{
        self, Ask, Lapse, Purpose, Segmentation, Sense, SitePolicy, TalkDynamics, Transcription, VoiceAffect,
        WordReading,
    },
};
use calmline_language::{
    Reader,
    intent::{IntentReader, Intents},
};
use calmline_sense::{
    AffectModel, Effort, Envelope, Heard, Leg, Listener, Measured, Pace, RATE, Stretch,
    affect::cues::CallVoice,
};

use crate::{
    Hears,
    spoken::{Audio, Open, Part},
    turns::LegWords,
    words::WordsJob,
};

/// Speech kept before the detected start of an utterance, so that its first consonant is not cut off.
pub(crate) const LEAD_S: f64 = 0.3;

/// What a leg tells the ear.
pub(crate) enum LegHeard {
    /// Somebody said something.
    Utterance(Said),
    /// Somebody is saying something.
    Speaking(Part),
    /// The line sounded of something, or became loud.
    Sounded(Sounded),
    /// How loud a stretch was.
    Loud { channel: usize, party: Party, subject: SubjectId, stretch: Stretch },
    /// How an agent's voice was, from the first word to the last.
    Voice(CallVoice),
    /// A sensor stopped.
    Stopped { party: Party, purpose: Purpose, lapse: Lapse },
}

/// A sound that is nobody's voice as it leaves the sensors, in seconds from the start of the leg's audio.
pub(crate) struct Sounded {
    pub(crate) channel: usize,
    pub(crate) party: Party,
    pub(crate) kind: SignalKind,
    pub(crate) start_s: f64,
    pub(crate) end_s: f64,
    pub(crate) value: f64,
    pub(crate) confidence: Share,
    /// It fills its time, so that no silence is there.
    pub(crate) fills: bool,
}

/// An utterance as it leaves the sensors, in seconds from the start of the leg's audio.
pub(crate) struct Said {
    pub(crate) party: Party,
    channel: usize,
    pub(crate) start_s: f64,
    pub(crate) end_s: f64,
    pub(crate) signals: Vec<(SignalKind, f64, Share, Vec<String>)>,
    arousal: Option<Share>,
    subject: SubjectId,
    words: Option<(Vec<i16>, Arc<LegWords>)>,
    reader: Option<Arc<Reader>>,
    intents: Option<Arc<IntentReader>>,
    no_model: bool,
}

impl Said {
    pub(crate) fn into_words(
        self,
        site: &SiteId,
        call: &CallId,
        hint: Option<String>,
        at: Timestamp,
    ) -> Hears {
        Hears::Words(WordsJob {
            site: site.clone(),
            call: call.clone(),
            party: self.party,
            channel: self.channel,
            start_s: self.start_s,
            end_s: self.end_s,
            arousal: self.arousal,
            hint,
            at,
            subject: self.subject,
            words: self.words,
            reader: self.reader,
            intents: self.intents,
            no_model: self.no_model,
        })
    }
}

pub(crate) struct LegEar {
    party: Party,
    channel: usize,
    /// Who speaks, by the last answer to [`Self::ask`].
    subject: SubjectId,
    words: bool,
    sensors: Option<Leg>,
    effort: Effort,
    envelope: Option<Envelope>,
    /// Where the sensors' first sample lies in the leg.
    base: u64,
    /// Samples that came.
    frames: u64,
    /// Samples that should have come.
    lost: u64,
    /// Samples that the platform left out and said so.
    left_out: u64,
    speech_s: f64,
    segmented: bool,
    listener: Option<Arc<LegWords>>,
    reader: Option<Arc<Reader>>,
    /// The intents that the site has taught, and what reads them while the reader may read.
    taught: Option<Arc<Intents>>,
    intents: Option<Arc<IntentReader>>,
    held: BTreeMap<Purpose, bool>,
    /// Audio of the utterance in progress and a little before it; `kept_from` is its first sample's place.
    kept: Vec<i16>,
    kept_from: u64,
    speaking: Option<Open>,
    /// Whether audio is told while an utterance is spoken.
    streams: bool,
    said_no_model: bool,
}

impl LegEar {
    pub(crate) fn new(party: Party, channel: usize, call: &CallId, words: bool) -> Self {
        Self {
            party,
            channel,
            subject: SubjectId::of_caller(call),
            words,
            sensors: None,
            effort: Effort::Full,
            envelope: None,
            base: 0,
            frames: 0,
            lost: 0,
            left_out: 0,
            speech_s: 0.0,
            segmented: false,
            listener: None,
            reader: None,
            taught: None,
            intents: None,
            held: BTreeMap::new(),
            kept: Vec::new(),
            kept_from: 0,
            speaking: None,
            streams: false,
            said_no_model: false,
        }
    }

    /// Has what the caller wants read from their words, where those may be read.
    pub(crate) fn teach(&mut self, intents: Arc<Intents>) {
        self.taught = Some(intents);
    }

    /// Has the audio of utterances told while they are spoken.
    pub(crate) fn stream_words(&mut self) {
        self.streams = true;
    }

    pub(crate) fn party(&self) -> Party {
        self.party
    }

    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// Where the leg stands, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        seconds(self.place())
    }

    /// Spends less or more on the leg's sensors.
    pub(crate) fn degrade(&mut self, effort: Effort) {
        self.effort = effort;
        if let Some(leg) = &mut self.sensors {
            leg.degrade(effort);
        }
    }

    /// Utterances on which less was spent, since this was last asked.
    pub(crate) fn take_reduced(&mut self) -> u64 {
        self.sensors.as_mut().map_or(0, Leg::take_reduced)
    }

    /// Stretches that a sound of the line fills and that are not told yet, in seconds.
    pub(crate) fn sounding(&self) -> impl Iterator<Item = (f64, f64)> {
        let base_s = seconds(self.base);
        let stretches = self.sensors.iter().flat_map(Leg::sounding);
        stretches.map(move |(from, to)| (base_s + from, base_s + to))
    }

    /// Where the leg stands, in samples, those included that did not come.
    fn place(&self) -> u64 {
        self.frames + self.lost + self.left_out
    }

    pub(crate) fn speech_s(&self) -> Option<f64> {
        self.segmented.then(|| self.speech_s + self.sensors.as_ref().map_or(0.0, Leg::speech_s))
    }

    /// Asks for what is not held. Without segmentation nothing else is asked: every other sensor works on utterances.
    pub(crate) fn ask(&mut self, policy: &SitePolicy, ask: &Ask<'_>, model: &Arc<AffectModel>) -> Vec<Draft> {
        let mut drafts = Vec::new();
        if let Some(agent) = ask.agent {
            self.subject = SubjectId::of_agent(agent);
        }
        if self.sensors.is_none() {
            let permit = self.permit::<Segmentation>(policy, ask, &mut drafts);
            self.base = self.place();
            self.sensors = permit.map(Leg::new);
        }
        let Some(mut leg) = self.sensors.take() else { return drafts };
        self.segmented = true;
        if !self.holds(Purpose::TalkDynamics)
            && let Some(permit) = self.permit::<TalkDynamics>(policy, ask, &mut drafts)
        {
            leg = leg.with_dynamics(permit);
        }
        if !self.holds(Purpose::VoiceAffect)
            && let Some(permit) = self.permit::<VoiceAffect>(policy, ask, &mut drafts)
        {
            leg = leg.with_affect(permit, Arc::clone(model));
            leg.degrade(self.effort);
        }
        self.sensors = Some(leg);
        if self.envelope.is_none() {
            let permit = self.permit::<policy::Envelope>(policy, ask, &mut drafts);
            self.envelope = permit.map(|permit| Envelope::new(permit, self.place()));
        }
        if self.listener.is_none() {
            self.listener = self
                .permit::<Transcription>(policy, ask, &mut drafts)
                .map(|permit| Arc::new(LegWords::new(Listener::new(permit))));
        }
        if self.listener.is_some() && self.reader.is_none() {
            self.reader = self
                .permit::<WordReading>(policy, ask, &mut drafts)
                .map(|permit| Arc::new(Reader::new(permit)));
            let taught = self.taught.as_ref().filter(|_| self.reader.is_some());
            self.intents = taught.and_then(|taught| {
                let permit = policy.ask::<WordReading>(ask).ok()?;
                IntentReader::new(permit, Arc::clone(taught)).map(Arc::new)
            });
        }
        drafts
    }

    fn holds(&self, purpose: Purpose) -> bool {
        self.held.get(&purpose) == Some(&true)
    }

    fn permit<S: Sense>(
        &mut self,
        policy: &SitePolicy,
        ask: &Ask<'_>,
        drafts: &mut Vec<Draft>,
    ) -> Option<policy::Permit<S>> {
        let answer = policy.ask::<S>(ask);
        if self.held.insert(S::PURPOSE, answer.is_ok()) != Some(answer.is_ok()) {
            drafts.push(policy.record::<S>(ask, answer.as_ref()));
        }
        answer.ok()
    }

    pub(crate) fn audio(&mut self, pcm: &[i16], now: Timestamp, out: &mut Vec<LegHeard>) {
        self.check_words(now, out);
        self.measure(pcm, now, out);
        self.keep(pcm);
        self.frames += pcm.len() as u64;
        let Some(leg) = &mut self.sensors else { return };
        let mut heard = Vec::new();
        leg.push(pcm, now, &mut heard);
        self.take(heard, out);
        self.speak(out);
        self.forget();
    }

    /// Tells what came of the utterance that is being spoken.
    fn speak(&mut self, out: &mut Vec<LegHeard>) {
        if !self.streams || !self.words {
            return;
        }
        let (Some(words), Some(open)) = (&self.listener, &mut self.speaking) else { return };
        if let Some(audio) = open.audio(&self.kept, self.kept_from) {
            let (start_s, words) = (open.start_s, Arc::clone(words));
            let (party, channel) = (self.party, self.channel);
            out.push(LegHeard::Speaking(Part { party, channel, start_s, words, audio }));
        }
    }

    /// What was being spoken was no utterance.
    fn dismiss(&mut self, out: &mut Vec<LegHeard>) {
        let Some(open) = self.speaking.take().filter(Open::is_told) else { return };
        if let Some(words) = self.listener.clone() {
            let (party, channel, start_s) = (self.party, self.channel, open.start_s);
            out.push(LegHeard::Speaking(Part { party, channel, start_s, words, audio: Audio::None }));
        }
    }

    pub(crate) fn gap(&mut self, samples: u64, announced: bool, now: Timestamp, out: &mut Vec<LegHeard>) {
        self.check(now, out);
        let mut loud = Vec::new();
        if let Some(envelope) = &mut self.envelope {
            envelope.skip(samples, &mut loud);
        }
        self.loud(loud, out);
        let mut heard = Vec::new();
        if let Some(leg) = &mut self.sensors {
            leg.skip(samples, &mut heard);
        }
        self.take(heard, out);
        *(if announced { &mut self.left_out } else { &mut self.lost }) += samples;
        self.kept.clear();
        self.kept_from = self.place();
        self.speaking = None;
    }

    /// Ends all sensors; what they still held comes out.
    pub(crate) fn close_sensors(&mut self, now: Timestamp, out: &mut Vec<LegHeard>) {
        self.check(now, out);
        let mut loud = Vec::new();
        if let Some(envelope) = self.envelope.take() {
            envelope.finish(&mut loud);
        }
        self.loud(loud, out);
        let Some(mut leg) = self.sensors.take() else { return };
        let mut heard = Vec::new();
        leg.finish(&mut heard);
        self.speech_s += leg.speech_s();
        self.take(heard, out);
        out.extend(leg.into_voice().map(LegHeard::Voice));
        self.listener = None;
        self.reader = None;
        self.intents = None;
        self.held.clear();
        self.kept.clear();
        self.speaking = None;
    }

    /// Ends what is no longer permitted, before anything that it held can come out.
    fn check(&mut self, now: Timestamp, out: &mut Vec<LegHeard>) {
        self.audio(&[], now, out);
    }

    /// Words stop the moment their permit lapses, and the audio kept for them goes.
    fn check_words(&mut self, now: Timestamp, out: &mut Vec<LegHeard>) {
        if let Some(lapse) = self.listener.as_ref().and_then(|listener| listener.check(now).err()) {
            self.listener = None;
            self.kept = Vec::new();
            self.held.insert(Purpose::Transcription, false);
            out.push(LegHeard::Stopped { party: self.party, purpose: Purpose::Transcription, lapse });
        }
        if let Some(lapse) = self.reader.as_ref().and_then(|reader| reader.permit().check(now).err()) {
            self.reader = None;
            self.intents = None;
            self.held.insert(Purpose::WordReading, false);
            out.push(LegHeard::Stopped { party: self.party, purpose: Purpose::WordReading, lapse });
        }
    }

    /// What of the envelope is not out yet goes when its permit lapses.
    fn measure(&mut self, pcm: &[i16], now: Timestamp, out: &mut Vec<LegHeard>) {
        let Some(envelope) = &mut self.envelope else { return };
        let mut loud = Vec::new();
        if let Err(lapse) = envelope.push(pcm, now, &mut loud) {
            self.envelope = None;
            self.held.insert(Purpose::Envelope, false);
            out.push(LegHeard::Stopped { party: self.party, purpose: Purpose::Envelope, lapse });
        }
        self.loud(loud, out);
    }

    fn loud(&self, stretches: Vec<Stretch>, out: &mut Vec<LegHeard>) {
        out.extend(stretches.into_iter().map(|stretch| LegHeard::Loud {
            channel: self.channel,
            party: self.party,
            subject: self.subject.clone(),
            stretch,
        }));
    }

    fn keep(&mut self, pcm: &[i16]) {
        if !self.words || self.listener.is_none() || self.sensors.is_none() {
            return;
        }
        if self.kept.is_empty() {
            self.kept_from = self.place();
        }
        self.kept.extend_from_slice(pcm);
    }

    /// While nobody speaks only a short lead is kept.
    fn forget(&mut self) {
        let lead = (LEAD_S * f64::from(RATE)) as usize;
        if self.speaking.is_none() && self.kept.len() > 2 * lead {
            let gone = self.kept.len() - lead;
            self.kept.drain(..gone);
            self.kept_from += gone as u64;
        }
    }

    fn take(&mut self, heard: Vec<Heard>, out: &mut Vec<LegHeard>) {
        let base_s = seconds(self.base);
        for item in heard {
            match item {
                Heard::Began { at_s } => self.speaking = Some(Open::new(base_s + at_s)),
                Heard::Utterance { start_s, end_s, arousal, pace } => {
                    self.speaking = None;
                    let mut signals = Vec::new();
                    if let Some(arousal) = arousal {
                        let drivers = arousal.drivers.iter().map(|&driver| driver.to_owned()).collect();
                        signals.push((SignalKind::Arousal, arousal.value.get(), arousal.confidence, drivers));
                    }
                    if let Some(pace) = pace {
                        signals.extend(pace_signals(&pace, end_s - start_s));
                    }
                    let said = self.said(base_s + start_s, base_s + end_s, signals);
                    out.push(LegHeard::Utterance(said));
                }
                Heard::Dismissed => self.dismiss(out),
                Heard::Line { sound, start_s, end_s } => {
                    let seconds = Measured { value: end_s - start_s, confidence: Share::new(1.0) };
                    let span = (base_s + start_s, base_s + end_s);
                    out.push(self.sounded(sound.signal(), span, seconds, sound.fills()));
                }
                Heard::Loud { start_s, end_s, rise } => {
                    let span = (base_s + start_s, base_s + end_s);
                    out.push(self.sounded(SignalKind::SuddenLoudness, span, rise, false));
                }
                Heard::Stopped { purpose, lapse } => {
                    self.held.insert(purpose, false);
                    out.push(LegHeard::Stopped { party: self.party, purpose, lapse });
                    if purpose == Purpose::Segmentation {
                        self.dismiss(out);
                        self.speech_s += self.sensors.take().map_or(0.0, |leg| leg.speech_s());
                        self.kept = Vec::new();
                    }
                }
            }
        }
    }

    fn sounded(
        &self,
        kind: SignalKind,
        (start_s, end_s): (f64, f64),
        Measured { value, confidence }: Measured,
        fills: bool,
    ) -> LegHeard {
        let (channel, party) = (self.channel, self.party);
        LegHeard::Sounded(Sounded { channel, party, kind, start_s, end_s, value, confidence, fills })
    }

    fn said(
        &mut self,
        start_s: f64,
        end_s: f64,
        signals: Vec<(SignalKind, f64, Share, Vec<String>)>,
    ) -> Said {
        let listener = self.listener.clone();
        let no_model = !self.words && listener.is_some() && !self.said_no_model;
        self.said_no_model |= no_model;
        let words = listener.filter(|_| self.words).map(|listener| (self.cut(start_s, end_s), listener));
        let arousal =
            signals.iter().find(|signal| signal.0 == SignalKind::Arousal).map(|signal| Share::new(signal.1));
        let (subject, reader, intents) = (self.subject.clone(), self.reader.clone(), self.intents.clone());
        Said {
            party: self.party,
            channel: self.channel,
            start_s,
            end_s,
            signals,
            arousal,
            subject,
            words,
            reader,
            intents,
            no_model,
        }
    }

    /// Takes an utterance's audio, with its lead, out of what is kept.
    fn cut(&mut self, start_s: f64, end_s: f64) -> Vec<i16> {
        let place = |at_s: f64| {
            let sample = (at_s.max(0.0) * f64::from(RATE)) as u64;
            (sample.saturating_sub(self.kept_from) as usize).min(self.kept.len())
        };
        let (from, to) = (place(start_s - LEAD_S), place(end_s));
        let audio = self.kept[from..to].to_vec();
        self.kept.drain(..to);
        self.kept_from += to as u64;
        audio
    }
}

/// What the pace of an utterance of so many seconds tells; pauses only where there were any.
fn pace_signals(pace: &Pace, seconds: f64) -> impl Iterator<Item = (SignalKind, f64, Share, Vec<String>)> {
    let (count, filled) = (pace.pauses.count, pace.filled.count);
    let sure = |value| Measured { value, confidence: Share::new(1.0) };
    // How far a held vowel is a filled pause nobody has measured: it may be a song, or a language's way.
    let unsure = |value| Measured { value, confidence: Share::new(0.5) };
    [
        (SignalKind::SpeechRate, pace.speech_rate),
        (SignalKind::ArticulationRate, pace.articulation_rate),
        (SignalKind::Pauses, (count > 0).then(|| sure(pace.pauses.seconds / seconds))),
        (SignalKind::Hesitation, (filled > 0).then(|| unsure(pace.filled.seconds))),
    ]
    .into_iter()
    .filter_map(|(kind, measured)| measured.map(|it| (kind, it.value, it.confidence, Vec::new())))
}

fn seconds(samples: u64) -> f64 {
    samples as f64 / f64::from(RATE)
}
