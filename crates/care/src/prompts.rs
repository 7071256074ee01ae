//! Whether the agent gets a short prompt: few, each with a quiet time after it, and armed again only after a calm spell.

use calmline_core::Timestamp;

use crate::{
    settings::PromptSettings,
    time::{after, seconds},
};

/// A kind of prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    AgitatedCaller,
    Abuse,
    HelpCalled,
    CallerInCrisis,
    OwnCrisis,
    WarnedBefore,
}

impl Prompt {
    /// Whether a life may be in danger.
    pub(crate) fn is_of_danger(self) -> bool {
        matches!(self, Self::CallerInCrisis | Self::OwnCrisis)
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::AgitatedCaller => "prompt.agitated_caller",
            Self::Abuse => "prompt.abuse",
            Self::HelpCalled => "prompt.help_called",
            Self::CallerInCrisis => "prompt.caller_in_crisis",
            Self::OwnCrisis => "prompt.own_crisis",
            Self::WarnedBefore => "prompt.warned_before",
        }
    }
}

/// The prompts of one call so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prompted {
    count: u32,
    quiet_until: [Option<Timestamp>; 6],
    agitation_told: bool,
}

impl Prompted {
    /// The caller is calm: the next agitation may be prompted again.
    pub(crate) fn calm(&mut self) {
        self.agitation_told = false;
    }

    /// Whether a prompt may be shown now; if so, it is taken as shown.
    pub(crate) fn may(&mut self, prompt: Prompt, now: Timestamp, set: &PromptSettings) -> bool {
        // The last prompt of a call is kept for what is more serious than agitation.
        let most =
            if prompt == Prompt::AgitatedCaller { set.per_call.saturating_sub(1) } else { set.per_call };
        // After a more serious prompt about the caller, "the caller sounds agitated" would only be noise.
        let heeds = if prompt == Prompt::AgitatedCaller {
            0..Prompt::OwnCrisis as usize
        } else {
            prompt as usize..prompt as usize + 1
        };
        let quiet = self.quiet_until[heeds].iter().flatten().any(|until| now < *until);
        // A danger to a life has no limit but its quiet time.
        if quiet || self.count >= most && !prompt.is_of_danger() && prompt != Prompt::WarnedBefore {
            return false;
        }
        if prompt == Prompt::AgitatedCaller {
            if self.agitation_told {
                return false;
            }
            self.agitation_told = true;
        }
        // What an agent says, and what earlier calls were like, takes nothing from what the caller’s side is told by.
        self.count += u32::from(!matches!(prompt, Prompt::OwnCrisis | Prompt::WarnedBefore));
        self.quiet_until[prompt as usize] = Some(after(now, seconds(set.quiet_seconds)));
        true
    }
}
