//! The voices of simulated callers and agents: an external synthesiser where there is one, else a built-in sound.

use std::sync::Arc;

use calmline_core::Share;
use calmline_engines::{
    cache::Cache,
    speak::{Speaker, Voice},
};
use calmline_sim::{
    mix::{self, Layout, Tracks},
    script::{CallScript, Turn},
    voice,
};

use crate::{command::recogniser::fetching, said::Said};

/// Speaks.
#[derive(Clone)]
pub struct Voices {
    speaker: Option<Arc<Speaker>>,
}

impl Voices {
    /// Looks for the external synthesiser and says which voices are used.
    pub fn find(said: &Said) -> Self {
        let found = Cache::of_user().map_err(|error| error.to_string()).and_then(|cache| {
            Speaker::find(&cache, &mut |progress| said.note(fetching("espeak-ng", progress, said)))
                .map_err(|error| error.to_string())
        });
        match found {
            Ok(speaker) => {
                said.note(format!("{} espeak-ng {}", said.both("voices:", "语音："), speaker.version()));
                Self { speaker: Some(Arc::new(speaker)) }
            }
            Err(error) => {
                said.note(format!(
                    "{} ({error})",
                    said.both("voices: built-in sounds without words", "语音：内置声音，没有词句")
                ));
                Self { speaker: None }
            }
        }
    }

    /// The built-in sounds, whatever is installed.
    pub fn built_in() -> Self {
        Self { speaker: None }
    }

    /// Voices a whole call. Takes CPU time and may start programs: not for an async task.
    pub fn call(&self, script: &CallScript, seed: u64) -> (Layout, Tracks) {
        let clips: Vec<Vec<i16>> = script.turns.iter().map(|turn| self.turn(script, turn)).collect();
        let rate = f64::from(voice::RATE);
        let lengths: Vec<f64> = clips.iter().map(|clip| clip.len() as f64 / rate).collect();
        let layout = mix::lay_out(script, &lengths);
        let tracks = mix::mix(script, &layout, &clips, seed);
        (layout, tracks)
    }

    fn turn(&self, script: &CallScript, turn: &Turn) -> Vec<i16> {
        let external =
            self.speaker.as_ref().filter(|speaker| speaker.speaks(script.lang)).and_then(|speaker| {
                let voice = Voice::numbered(script.lang, turn.voice as usize);
                speaker.say(&voice, &turn.text, Share::new(turn.arousal)).ok()
            });
        external.unwrap_or_else(|| voice::speak(&turn.text, script.lang, turn.voice, turn.arousal))
    }
}
