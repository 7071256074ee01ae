//! An agent's voice in a call that is over, on its way to what is said of it.

use calmline_core::{
    AgentId, Body, CallId, Draft, EventId, PayloadId, SiteId, SubjectId, Timestamp,
    event::{CallCue, Clear, PayloadKind},
    policy::Lapse,
};
use calmline_sense::affect::cues::CallVoice;

/// A call's voice, to be compared with what is kept of its agent's usual wherever that lies.
pub struct VoiceJob {
    pub(crate) site: SiteId,
    pub(crate) call: CallId,
    pub(crate) agent: AgentId,
    /// When the audio ended.
    pub(crate) at: Timestamp,
    pub(crate) voice: CallVoice,
}

/// What a voice came to.
pub struct Compared {
    /// What is said of the call, for the agent alone; sealed in the log.
    pub facts: Vec<Draft>,
    /// The agent's usual from now on, to be kept sealed; none if nothing was learned.
    pub usual: Option<Vec<u8>>,
}

impl VoiceJob {
    /// Whose voice it is.
    #[must_use]
    pub fn agent(&self) -> &AgentId {
        &self.agent
    }

    /// At which site.
    #[must_use]
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// When the audio ended.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Compares the voice with what was kept of the agent's calls before.
    ///
    /// # Errors
    /// When the permit no longer holds; what was heard is then gone.
    pub fn compare(self, usual: Option<&[u8]>, now: Timestamp) -> Result<Compared, Lapse> {
        let Self { site, call, agent, at, voice } = self;
        let judged = voice.judge(usual, now)?;
        let fact = |(number, cue): (usize, &CallCue)| {
            let parts = [site.as_str(), call.as_str(), agent.as_str(), &at.to_string(), &number.to_string()];
            let id = PayloadId::new(EventId::derive(&parts).to_string()).ok()?;
            let bytes = serde_json::to_vec(cue).ok()?;
            let body = Body::AgentCue { agent: agent.clone(), call: call.clone(), cue: id.clone() };
            let subject = SubjectId::of_agent(&agent);
            let clear = Clear { id, subject, kind: PayloadKind::VoiceCue, bytes };
            Some(Draft::derived(site.clone(), at, Vec::new(), body).with(clear))
        };
        let facts = judged.said.iter().enumerate().filter_map(fact).collect();
        Ok(Compared { facts, usual: judged.usual })
    }
}
