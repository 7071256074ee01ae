//! Speech synthesis by a separate program, for the simulated callers and agents of the demo and of practice.
//!
//! The program is espeak-ng (GPL-3, which is why it runs as a process of its own and is never linked). Its Mandarin
//! needs version 1.52; where the machine has an older one, the newer library and voices are fetched and the machine's
//! program is told to use them.

mod delivery;
mod voice;

use std::{env, fs, io::Write, path::PathBuf, process::Command, time::Duration};

use calmline_core::{Share, catalog::Lang};
use calmline_media::{pcm::ByteOrder, resample::ResampleError, wav};

use self::delivery::Delivery;
pub use self::voice::Voice;
use crate::{
    cache::{Cache, CacheError, sha256, write_whole},
    fetch::{self, FetchError, Progress},
    process::{self, ProcessError},
};

/// Samples per second of what is spoken.
pub const RATE: u32 = 8_000;
/// The program, unless `CALMLINE_ESPEAK` names another.
const PROGRAM: &str = "espeak-ng";
const REMEDY: &str = "install it, for example: apt-get install espeak-ng";
/// The first version that reads Chinese characters well.
const MANDARIN_SINCE: (u32, u32) = (1, 52);
/// A sentence takes some 30 ms; a page takes a second.
const LIMIT: Duration = Duration::from_secs(30);
/// Longer texts are several utterances.
const LONGEST: usize = 4_000;
/// Grows when the same request sounds different, so that old recordings are not used.
const REVISION: u32 = 1;

/// Why nothing was spoken.
#[derive(Debug, thiserror::Error)]
pub enum SpeakError {
    /// The program is missing, failed or hung.
    #[error(transparent)]
    Program(#[from] ProcessError),
    /// The program's version cannot be told.
    #[error("{program} does not say its version but {said:?}; set CALMLINE_ESPEAK to an espeak-ng program")]
    Version {
        /// Which program.
        program: String,
        /// What it said.
        said: String,
    },
    /// Mandarin needs a newer version.
    #[error(
        "espeak-ng {version} does not speak Mandarin and 1.52 could not be fetched; install espeak-ng 1.52 or later"
    )]
    Mandarin {
        /// The version on this machine.
        version: String,
    },
    /// There is nothing to say, or too much at once.
    #[error("the text has {letters} letters; between 1 and {LONGEST} can be spoken at once")]
    Length {
        /// How long it is.
        letters: usize,
    },
    /// The program's sound cannot be read.
    #[error("the sound that espeak-ng gave cannot be read")]
    Sound(#[from] wav::WavError),
    /// The program's sound has a rate that cannot be converted.
    #[error("the sound that espeak-ng gave cannot be converted")]
    Rate(#[from] ResampleError),
    /// What was spoken could not be kept.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// A speech synthesiser.
#[derive(Debug)]
pub struct Speaker {
    program: String,
    version: String,
    /// The folder with a newer library and voices than the program's own.
    library: Option<PathBuf>,
    /// Why Mandarin cannot be spoken.
    mandarin_missing: Option<FetchError>,
    said: PathBuf,
}

impl Speaker {
    /// Finds the program, and fetches the newer library if its own does not speak Mandarin. Without a network it still
    /// speaks English; [`Self::mandarin_missing`] then tells why not more.
    ///
    /// # Errors
    /// When the program is not installed or not espeak-ng, or the cache cannot be written.
    pub fn find(cache: &Cache, progress: &mut dyn FnMut(Progress)) -> Result<Self, SpeakError> {
        let program = env::var("CALMLINE_ESPEAK").unwrap_or_else(|_| PROGRAM.into());
        let said = cache.folder("speech/said")?;
        let mut speaker =
            Self { program, version: String::new(), library: None, mandarin_missing: None, said };
        speaker.version = speaker.ask_version()?;
        if speaker.speaks_mandarin() {
            return Ok(speaker);
        }
        match fetch::espeak(cache, progress) {
            Ok(folder) => {
                let own = speaker.version.clone();
                speaker.library = Some(folder);
                match speaker.ask_version() {
                    Ok(version) => speaker.version = version,
                    // A library that does not fit this machine's program: what it has of its own still speaks English.
                    Err(_) => (speaker.library, speaker.version) = (None, own),
                }
            }
            Err(error) => speaker.mandarin_missing = Some(error),
        }
        Ok(speaker)
    }

    /// The version of espeak-ng that speaks.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether it speaks a language.
    #[must_use]
    pub fn speaks(&self, language: Lang) -> bool {
        match language {
            Lang::En => true,
            Lang::Zh => self.speaks_mandarin(),
        }
    }

    /// Why the library that speaks Mandarin could not be fetched.
    #[must_use]
    pub fn mandarin_missing(&self) -> Option<&FetchError> {
        self.mandarin_missing.as_ref()
    }

    /// Speaks a text: 8 kHz, one channel, without silence before and after. The same request gives the same sound; it is
    /// made once and then read from the cache. More `arousal` is faster, higher, livelier, louder and sharper.
    ///
    /// # Errors
    /// When the text is empty or too long, the language is not spoken, or the program fails.
    pub fn say(&self, voice: &Voice, text: &str, arousal: Share) -> Result<Vec<i16>, SpeakError> {
        let text = plain(text);
        let letters = text.chars().count();
        if letters == 0 || letters > LONGEST {
            return Err(SpeakError::Length { letters });
        }
        if !self.speaks(voice.language()) {
            return Err(SpeakError::Mandarin { version: self.version.clone() });
        }
        let delivery = Delivery::of(voice, arousal);
        let key = format!("{REVISION}\n{}\n{delivery:?}\n{text}", self.version);
        let kept = self.said.join(format!("{}.s16", sha256(key.as_bytes())));
        if let Ok(bytes) = fs::read(&kept) {
            let mut samples = Vec::with_capacity(bytes.len() / 2);
            ByteOrder::Little.decode_channel(&bytes, 1, &mut samples);
            return Ok(samples);
        }
        let samples = self.synthesise(&delivery, &text)?;
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        write_whole::<SpeakError>(&kept, |file| {
            Ok(file.write_all(&bytes).map_err(CacheError::at(&kept))?)
        })?;
        Ok(samples)
    }

    fn synthesise(&self, delivery: &Delivery, text: &str) -> Result<Vec<i16>, SpeakError> {
        let mut command = self.command();
        // The text goes through the pipe: no word of it can be taken for an option.
        command.args(["--stdin", "--stdout", "-b", "1", "-m"]).args(delivery.options());
        let sound = process::run(command, delivery.marked_up(text).into_bytes(), LIMIT, REMEDY)?;
        let mut recording = wav::read(&sound)?.at_rate(RATE)?;
        let samples = recording.channels.pop().unwrap_or_default();
        Ok(delivery.finish(&samples))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(library) = &self.library {
            command.env(LIBRARY_PATH, library).env("ESPEAK_DATA_PATH", library);
        }
        command
    }

    fn ask_version(&self) -> Result<String, SpeakError> {
        let mut command = self.command();
        command.arg("--version");
        let said = process::run(command, Vec::new(), LIMIT, REMEDY)?;
        let said = String::from_utf8_lossy(&said);
        // "eSpeak NG text-to-speech: 1.52.0  Data at: …"
        let version = said.split_whitespace().find(|word| major_minor(word).is_some());
        version
            .map(str::to_owned)
            .ok_or_else(|| SpeakError::Version { program: self.program.clone(), said: said.trim().into() })
    }

    fn speaks_mandarin(&self) -> bool {
        major_minor(&self.version).is_some_and(|version| version >= MANDARIN_SINCE)
    }
}

/// Where the system's linker looks for libraries first.
const LIBRARY_PATH: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', '-']);
    let (major, minor) = (parts.next()?, parts.next()?);
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// One line without control characters.
fn plain(text: &str) -> String {
    let words: Vec<_> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(major_minor("1.52.0"), Some((1, 52)));
        assert_eq!(major_minor("1.52-dev"), Some((1, 52)));
        assert!(major_minor("1.9") < Some(MANDARIN_SINCE));
        assert_eq!(major_minor("eSpeak"), None);
    }

    #[test]
    fn texts_become_one_plain_line() {
        assert_eq!(plain(" Hello,\n\tworld\u{7} "), "Hello, world");
        assert_eq!(plain("\n"), "");
    }
}
