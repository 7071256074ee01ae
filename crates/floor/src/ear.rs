//! Hearing one call.

use std::sync::Arc;

use calmline_core::{
    AgentId, Body, CallId, Draft, EventId, Party, Share, SiteId, SubjectId, Timestamp,
    event::{Clear, PayloadKind, SignalKind},
    policy::{Ask, Lapse, Purpose, SitePolicy, TalkDynamics},
};
use calmline_language::intent::Intents;
use calmline_sense::{AffectModel, Dialogue, Effort, Exchange, RATE, STEP, Stretch, affect::cues::CallVoice};

use crate::{
    later,
    leg::{LegEar, LegHeard, Sounded},
    millis, payload,
    spoken::Speaking,
    voice::VoiceJob,
    words::WordsJob,
};

/// What comes out of an [`Ear`].
pub enum Hears {
    /// A fact for the log.
    Fact(Draft),
    /// An utterance that waits for its words.
    Words(WordsJob),
    /// An utterance that is being spoken, where [`Ear::stream_words`] asked for it.
    Speaking(Speaking),
    /// An agent's voice in a call that is over, which waits for what is kept of their usual.
    Voice(VoiceJob),
}

/// Hears one call. Time within the call is media time: sample counts, never a clock.
pub struct Ear {
    site: SiteId,
    call: CallId,
    started: Timestamp,
    agent: Option<AgentId>,
    legs: Vec<LegEar>,
    language: Option<String>,
    dialogue: Option<Dialogue>,
    /// Since when the call is on hold, in seconds.
    held_since: Option<f64>,
    model: Arc<AffectModel>,
}

impl Ear {
    /// Opens the ear for a call whose audio begins at `started`. Nothing is sensed until [`Self::bind`]. `words` says whether
    /// a speech recogniser exists: without one no audio is kept back for it.
    pub fn open(
        policy: &SitePolicy,
        call: CallId,
        parties: &[Party],
        (protocol, words): (&str, bool),
        model: Arc<AffectModel>,
        started: Timestamp,
        out: &mut Vec<Hears>,
    ) -> Self {
        let site = policy.site().clone();
        let legs = parties
            .iter()
            .enumerate()
            .map(|(channel, &party)| LegEar::new(party, channel, &call, words))
            .collect();
        let ear = Self {
            site,
            call,
            started,
            agent: None,
            legs,
            language: None,
            dialogue: None,
            held_since: None,
            model,
        };
        for (channel, &party) in parties.iter().enumerate() {
            let body =
                Body::LegOpened { call: ear.call.clone(), party, protocol: protocol.into(), rate: RATE };
            out.push(Hears::Fact(ear.of_channel(channel, started, body)));
        }
        ear
    }

    /// Says which language is expected (ISO 639-1), as the phone platform knows it; none leaves it to be recognised.
    pub fn expect_language(&mut self, language: Option<&str>) {
        self.language = language.map(str::to_owned);
    }

    /// Has what the caller wants read from their words, among these intents, where words may be read. To be said before
    /// [`Self::bind`].
    pub fn teach(&mut self, intents: &Arc<Intents>) {
        self.legs.iter_mut().for_each(|leg| leg.teach(Arc::clone(intents)));
    }

    /// Has the audio of utterances told while they are spoken, for an engine that guesses at their words meanwhile. To be said
    /// before [`Self::bind`].
    pub fn stream_words(&mut self) {
        self.legs.iter_mut().for_each(LegEar::stream_words);
    }

    /// The call.
    #[must_use]
    pub fn call(&self) -> &CallId {
        &self.call
    }

    /// Says who the agent is, or that it is nobody known, and asks the policy. What was sensed of somebody else ends.
    pub fn bind(
        &mut self,
        policy: &SitePolicy,
        agent: Option<&AgentId>,
        now: Timestamp,
        out: &mut Vec<Hears>,
    ) {
        if self.agent.as_ref() != agent {
            let mut heard = Vec::new();
            for leg in self.legs.iter_mut().filter(|leg| leg.party() == Party::Agent) {
                leg.close_sensors(now, &mut heard);
            }
            self.tell(heard, now, out);
            self.agent = agent.cloned();
            self.dialogue = None;
        }
        self.ask(policy, now, out);
    }

    /// Asks for every permit that is not held, as after a change of the policy or once one has expired. Answers are recorded
    /// when they differ from the last one.
    pub fn ask(&mut self, policy: &SitePolicy, now: Timestamp, out: &mut Vec<Hears>) {
        for leg in &mut self.legs {
            let agent = self.agent.as_ref().filter(|_| leg.party() == Party::Agent);
            let ask = Ask { call: &self.call, party: leg.party(), agent, now };
            let drafts = leg.ask(policy, &ask, &self.model);
            out.extend(drafts.into_iter().map(Hears::Fact));
        }
        if self.dialogue.is_none() {
            self.dialogue = self.open_dialogue(policy, now);
        }
    }

    fn open_dialogue(&self, policy: &SitePolicy, now: Timestamp) -> Option<Dialogue> {
        let has = |party| self.legs.iter().any(|leg| leg.party() == party);
        if !has(Party::Agent) || !has(Party::Customer) {
            return None;
        }
        let ask =
            |party, agent| policy.ask::<TalkDynamics>(&Ask { call: &self.call, party, agent, now }).ok();
        Some(Dialogue::new(ask(Party::Agent, self.agent.as_ref())?, ask(Party::Customer, None)?))
    }

    /// Hears a piece of audio of one channel, 8 kHz linear samples. A channel that was not opened is passed over.
    pub fn audio(&mut self, channel: usize, pcm: &[i16], now: Timestamp, out: &mut Vec<Hears>) {
        let mut heard = Vec::new();
        if let Some(leg) = self.legs.get_mut(channel) {
            leg.audio(pcm, now, &mut heard);
        }
        self.tell(heard, now, out);
    }

    /// Samples of one channel do not come. What the platform paused or discarded it announced; anything else is lost.
    pub fn gap(
        &mut self,
        channel: usize,
        (samples, announced): (u64, bool),
        now: Timestamp,
        out: &mut Vec<Hears>,
    ) {
        let Some(leg) = self.legs.get_mut(channel) else { return };
        let (party, start_s) = (leg.party(), leg.seconds());
        let mut heard = Vec::new();
        leg.gap(samples, announced, now, &mut heard);
        self.tell(heard, now, out);
        let body = Body::LegGap {
            call: self.call.clone(),
            party,
            start_s: millis(start_s),
            lost_s: millis(samples as f64 / f64::from(RATE)),
            announced,
        };
        out.push(Hears::Fact(self.of_channel(channel, later(self.started, start_s), body)));
    }

    /// The call was put on hold or taken off it, as far as its audio has come. Nobody is to blame for a silence on hold.
    pub fn hold(&mut self, held: bool) {
        let now_s = self.legs.iter().map(LegEar::seconds).fold(0.0, f64::max);
        if held {
            self.held_since.get_or_insert(now_s);
        } else if let Some(since_s) = self.held_since.take()
            && let Some(dialogue) = &mut self.dialogue
        {
            dialogue.fill(since_s, now_s);
        }
    }

    /// Spends less or more on sensing, when the machine cannot keep up or can again.
    pub fn degrade(&mut self, effort: Effort) {
        self.legs.iter_mut().for_each(|leg| leg.degrade(effort));
    }

    /// How many utterances were sensed with less effort since this was last asked.
    pub fn take_reduced(&mut self) -> u64 {
        self.legs.iter_mut().map(LegEar::take_reduced).sum()
    }

    /// The audio is over.
    pub fn close(mut self, now: Timestamp, out: &mut Vec<Hears>) {
        let mut heard = Vec::new();
        for leg in &mut self.legs {
            leg.close_sensors(now, &mut heard);
        }
        self.tell(heard, now, out);
        for (channel, leg) in self.legs.iter().enumerate() {
            let body = Body::LegClosed {
                call: self.call.clone(),
                party: leg.party(),
                frames: leg.frames(),
                lost: leg.lost(),
                speech_s: leg.speech_s().map(millis),
            };
            out.push(Hears::Fact(self.of_channel(channel, later(self.started, leg.seconds()), body)));
        }
    }

    /// The legs, in the order of the channels.
    pub fn parties(&self) -> impl Iterator<Item = Party> {
        self.legs.iter().map(LegEar::party)
    }

    /// Samples heard per leg.
    pub fn frames(&self) -> impl Iterator<Item = (Party, u64)> {
        self.legs.iter().map(|leg| (leg.party(), leg.frames()))
    }

    fn fact(&self, at: Timestamp, body: Body) -> Draft {
        Draft::derived(self.site.clone(), at, Vec::new(), body)
    }

    /// A fact about a channel: two legs of which nobody knows whose they are must not pass for one.
    fn of_channel(&self, channel: usize, at: Timestamp, body: Body) -> Draft {
        let mut draft = self.fact(at, body);
        draft.id = EventId::derive(&[&draft.id.to_string(), &channel.to_string()]);
        draft
    }

    fn tell(&mut self, heard: Vec<LegHeard>, now: Timestamp, out: &mut Vec<Hears>) {
        for item in heard {
            match item {
                LegHeard::Utterance(mut utterance) => {
                    let (party, start_s, end_s) = (utterance.party, utterance.start_s, utterance.end_s);
                    let at = later(self.started, end_s);
                    for (kind, value, confidence, drivers) in utterance.signals.drain(..) {
                        let body = self.signal(party, kind, (start_s, end_s), (value, confidence), drivers);
                        out.push(Hears::Fact(self.fact(at, body)));
                    }
                    self.fill();
                    self.exchanges(party, (start_s, end_s), now, out);
                    out.push(utterance.into_words(&self.site, &self.call, self.language.clone(), at));
                }
                LegHeard::Speaking(part) => {
                    let (site, call, hint) = (self.site.clone(), self.call.clone(), self.language.clone());
                    out.push(Hears::Speaking(Speaking { site, call, hint, part }));
                }
                LegHeard::Sounded(sounded) => out.push(Hears::Fact(self.sounded(&sounded))),
                LegHeard::Loud { channel, party, subject, stretch } => {
                    out.extend(self.loud(channel, party, subject, &stretch).map(Hears::Fact));
                }
                LegHeard::Voice(voice) => out.extend(self.voice(voice).map(Hears::Voice)),
                LegHeard::Stopped { party, purpose, lapse } => {
                    let body = self.stopped(party, purpose, lapse);
                    out.push(Hears::Fact(self.fact(now, body)));
                }
            }
        }
    }

    /// A voice with its agent, who is still the one that was heard.
    fn voice(&self, voice: CallVoice) -> Option<VoiceJob> {
        let end_s = self.legs.iter().map(LegEar::seconds).fold(0.0, f64::max);
        let (site, call, agent) = (self.site.clone(), self.call.clone(), self.agent.clone()?);
        Some(VoiceJob { site, call, agent, at: later(self.started, end_s), voice })
    }

    /// A stretch of a leg's envelope, its levels sealed. None could only be where an id cannot be made of a hash.
    fn loud(&self, channel: usize, party: Party, subject: SubjectId, stretch: &Stretch) -> Option<Draft> {
        let seconds = |samples: u64| samples as f64 / f64::from(RATE);
        let steps = stretch.levels.len() as u64;
        let at = later(self.started, seconds(stretch.start + steps * STEP));
        let id = payload(&self.site, &self.call, (channel, at), PayloadKind::Envelope)?;
        let body = Body::LegEnvelope {
            call: self.call.clone(),
            party,
            subject: subject.clone(),
            start_s: millis(seconds(stretch.start)),
            step_s: millis(seconds(STEP)),
            steps: steps as u32,
            levels: id.clone(),
        };
        let bytes = stretch.levels.to_text().into_bytes();
        Some(self.fact(at, body).with(Clear { id, subject, kind: PayloadKind::Envelope, bytes }))
    }

    /// A sound that is nobody's voice.
    fn sounded(&mut self, it: &Sounded) -> Draft {
        if let Some(dialogue) = self.dialogue.as_mut().filter(|_| it.fills) {
            dialogue.fill(it.start_s, it.end_s);
        }
        let (span, value) = ((it.start_s, it.end_s), (it.value, it.confidence));
        let body = self.signal(it.party, it.kind, span, value, Vec::new());
        self.of_channel(it.channel, later(self.started, it.end_s), body)
    }

    /// Tells the dialogue of what fills the time by now: sounds of a line that go on, and the hold.
    fn fill(&mut self) {
        let Some(dialogue) = &mut self.dialogue else { return };
        for (from_s, to_s) in self.legs.iter().flat_map(LegEar::sounding) {
            dialogue.fill(from_s, to_s);
        }
        if let Some(since_s) = self.held_since {
            dialogue.fill(since_s, f64::INFINITY);
        }
    }

    fn exchanges(
        &mut self,
        party: Party,
        (start_s, end_s): (f64, f64),
        now: Timestamp,
        out: &mut Vec<Hears>,
    ) {
        let Some(dialogue) = &mut self.dialogue else { return };
        let exchanges = match dialogue.utterance(party, start_s, end_s, now) {
            Ok(exchanges) => exchanges,
            Err(lapse) => {
                self.dialogue = None;
                let body = self.stopped(Party::Agent, Purpose::TalkDynamics, lapse);
                out.push(Hears::Fact(self.fact(now, body)));
                return;
            }
        };
        for exchange in exchanges {
            let (party, kind, start_s, end_s, value) = match exchange {
                Exchange::TalkOver { by, start_s, end_s, share } => {
                    (by, SignalKind::TalkOver, start_s, end_s, share.get())
                }
                // A silence is nobody's: it is told of the customer, whose wait it is.
                Exchange::Silence { start_s, end_s } => {
                    (Party::Customer, SignalKind::Silence, start_s, end_s, end_s - start_s)
                }
                Exchange::Interruption { by, start_s, end_s, yielded } => {
                    (by, SignalKind::Interruption, start_s, end_s, f64::from(u8::from(yielded)))
                }
                Exchange::Response { by, start_s, end_s } => {
                    let span = (start_s.min(end_s), start_s.max(end_s));
                    (by, SignalKind::ResponseLatency, span.0, span.1, end_s - start_s)
                }
            };
            let certain = (value, Share::new(1.0));
            let body = self.signal(party, kind, (start_s, end_s), certain, Vec::new());
            out.push(Hears::Fact(self.fact(later(self.started, end_s), body)));
        }
    }

    fn signal(
        &self,
        party: Party,
        kind: SignalKind,
        (start_s, end_s): (f64, f64),
        (value, confidence): (f64, Share),
        drivers: Vec<String>,
    ) -> Body {
        Body::Signal {
            call: self.call.clone(),
            party,
            kind,
            start_s: millis(start_s),
            end_s: millis(end_s),
            value: millis(value),
            confidence: confidence.rounded(),
            drivers,
        }
    }

    fn stopped(&self, party: Party, purpose: Purpose, lapse: Lapse) -> Body {
        Body::SensingStopped { call: self.call.clone(), party, purpose, reason: lapse.code().into() }
    }
}
