//! Looks at a model file before whisper.cpp does, which reads on past the end of a short file and takes what it finds.

use std::{fs::File, io::Read, path::Path};

/// "ggml" read as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;

/// The numbers after the magic, in the file's order, with what Whisper models of all sizes have: tiny to large, with
/// room for distilled ones.
const SIZES: [(&str, u32, u32); 10] = [
    ("vocabulary", 50_000, 60_000),
    ("audio context", 100, 3_000),
    ("audio state", 64, 4_096),
    ("audio heads", 1, 64),
    ("audio layers", 1, 64),
    ("text context", 64, 4_096),
    ("text state", 64, 4_096),
    ("text heads", 1, 64),
    ("text layers", 1, 64),
    ("mel bands", 80, 128),
];

/// What a model is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    vocabulary: u32,
    pub(super) audio_layers: u32,
    pub(super) text_layers: u32,
    pub(super) mel_bands: u32,
}

impl Sizes {
    /// Whether the model knows English alone: those have one token fewer.
    pub(super) fn is_english(&self) -> bool {
        self.vocabulary < 51_865
    }
}

/// Checks that a file begins as a Whisper model does and is long enough for its vocabulary alone.
///
/// # Errors
/// Says what is wrong.
pub(super) fn check(path: &Path) -> Result<Sizes, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    let mut head = [0; 4 * (SIZES.len() + 1)];
    file.read_exact(&mut head).map_err(|_| format!("it is only {length} bytes long"))?;
    let mut numbers = head.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes));
    if numbers.next() != Some(MAGIC) {
        return Err("it does not begin with the letters of ggml".into());
    }
    let mut found = [0; SIZES.len()];
    for ((number, (name, least, most)), found) in numbers.zip(SIZES).zip(&mut found) {
        if !(least..=most).contains(&number) {
            return Err(format!("its {name} is {number}, and {least} to {most} is usual"));
        }
        *found = number;
    }
    // The table of words at four bits a weight, the smallest that whisper.cpp reads.
    let [vocabulary, _, _, _, audio_layers, _, text_state, _, text_layers, mel_bands] = found;
    let least = u64::from(vocabulary) * u64::from(text_state) / 2;
    if length < least {
        return Err(format!("it breaks off: it has {length} bytes, and its words alone take {least}"));
    }
    Ok(Sizes { vocabulary, audio_layers, text_layers, mel_bands })
}
