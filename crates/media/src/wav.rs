//! RIFF/WAVE files, read and written in memory.
//!
//! Read: PCM of 8 (unsigned), 16, 24 and 32 bits, 32-bit float, µ-law and A-law, plain or as `WAVE_FORMAT_EXTENSIBLE`,
//! 1 to 8 channels. Sources: Microsoft, *Multiple Channel Audio Data and WAVE Files* (2001), and RFC 2361 for the format
//! tags. A file that breaks off is read as far as it goes, and says so in [`Recording::truncated`].

use crate::{
    g711::Law,
    pcm::ByteOrder,
    resample::{ResampleError, resample},
};

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;
/// What follows the format tag in the sub-format of an extensible header.
const SUBFORMAT_TAIL: [u8; 14] =
    [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/// Why bytes are not a WAVE file that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// Not a RIFF/WAVE file at all.
    #[error("not a WAVE file: it does not begin with RIFF and WAVE; convert it to WAV first")]
    NotWave,
    /// A chunk that must be there is not.
    #[error("the WAVE file has no {chunk:?} chunk; it is broken or was cut off before its sound")]
    Missing {
        /// Its name.
        chunk: &'static str,
    },
    /// The format chunk is too short.
    #[error("the \"fmt \" chunk at byte {at} has {length} bytes, at least {least} are needed")]
    Short {
        /// Where it begins.
        at: usize,
        /// How long it is.
        length: usize,
        /// How long it must be.
        least: usize,
    },
    /// A coding that is not read.
    #[error("format tag {tag:#06x} with {bits} bits is not read; convert the file to 16-bit PCM")]
    Coding {
        /// The format tag.
        tag: u16,
        /// Bits per sample.
        bits: u16,
    },
    /// A sub-format that is not one of the usual.
    #[error("the extensible header's sub-format is not read; convert the file to 16-bit PCM")]
    Subformat,
    /// Too many channels or none.
    #[error("{channels} channels; 1 to 8 are read")]
    Channels {
        /// How many it says.
        channels: u16,
    },
    /// A rate of zero, or higher than sound is recorded at.
    #[error("a rate of {rate} Hz; 1 to 768000 Hz are read")]
    Rate {
        /// What it says.
        rate: u32,
    },
    /// The size of a frame does not fit channels and bits.
    #[error("frames of {found} bytes, but {channels} channels of {bits} bits need {needed}")]
    Frame {
        /// What the header says.
        found: u16,
        /// What it should say.
        needed: u16,
        /// How many channels.
        channels: u16,
        /// Bits per sample.
        bits: u16,
    },
}

/// The sound of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Samples per second.
    pub rate: u32,
    /// The channels, all equally long.
    pub channels: Vec<Vec<i16>>,
    /// Set when the file broke off before its sound did.
    pub truncated: Option<Truncated>,
}

/// A file that broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncated {
    /// Bytes of sound that the file says it has.
    pub declared: u64,
    /// Bytes that are there.
    pub found: u64,
}

impl std::fmt::Display for Truncated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the file breaks off: {} of {} bytes of sound are there", self.found, self.declared)
    }
}

impl Recording {
    /// Samples per channel.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// How long it is.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.rate.max(1))
    }

    /// The same sound at another rate.
    ///
    /// # Errors
    /// As [`crate::resample::Resampler::new`].
    pub fn at_rate(self, rate: u32) -> Result<Self, ResampleError> {
        if self.rate == rate {
            return Ok(self);
        }
        let channels = self
            .channels
            .iter()
            .map(|channel| resample(channel, self.rate, rate))
            .collect::<Result<_, _>>()?;
        Ok(Self { rate, channels, truncated: self.truncated })
    }
}

/// Reads a file.
///
/// # Errors
/// When it is no WAVE file, is coded in a way that is not read, or says impossible things about itself.
pub fn read(bytes: &[u8]) -> Result<Recording, WavError> {
    let header = bytes.first_chunk::<12>().ok_or(WavError::NotWave)?;
    if &header[..4] != b"RIFF" || &header[8..] != b"WAVE" {
        return Err(WavError::NotWave);
    }
    let mut format = None;
    let mut data = None;
    let mut at = 12;
    while let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let declared = u32_at(head, 4);
        let start = at + 8;
        let end = start.saturating_add(declared as usize);
        match &head[..4] {
            b"fmt " if format.is_none() => {
                format = Some(Format::read(&bytes[start..end.min(bytes.len())], at)?);
            }
            b"data" if data.is_none() => data = Some((start, declared)),
            _ => {}
        }
        // Chunks begin at even places.
        at = end.saturating_add(declared as usize & 1);
    }
    let format = format.ok_or(WavError::Missing { chunk: "fmt " })?;
    let (start, declared) = data.ok_or(WavError::Missing { chunk: "data" })?;
    let rest = &bytes[start..];
    // A program that writes to a pipe cannot know the length and leaves 0 or the greatest number.
    if declared == u32::MAX || (declared == 0 && !has_chunks(rest)) {
        return Ok(Recording { rate: format.rate, channels: format.decode(rest), truncated: None });
    }
    let sound = &rest[..rest.len().min(declared as usize)];
    let (declared, found) = (u64::from(declared), sound.len() as u64);
    let truncated = (found < declared).then_some(Truncated { declared, found });
    Ok(Recording { rate: format.rate, channels: format.decode(sound), truncated })
}

/// Whether what follows an empty data chunk is nothing, or looks like more chunks and not like sound.
fn has_chunks(rest: &[u8]) -> bool {
    rest.first_chunk::<4>().is_none_or(|name| name.iter().all(u8::is_ascii_graphic) || name == b"fmt ")
}

/// How the sound is coded.
struct Format {
    coding: Coding,
    channels: usize,
    rate: u32,
}

#[derive(Clone, Copy)]
enum Coding {
    Unsigned8,
    Linear16,
    Linear24,
    Linear32,
    Float32,
    G711(Law),
}

impl Format {
    fn read(body: &[u8], at: usize) -> Result<Self, WavError> {
        let short = |least| WavError::Short { at, length: body.len(), least };
        let fields = body.first_chunk::<16>().ok_or_else(|| short(16))?;
        let mut tag = u16_at(fields, 0);
        let (channels, rate) = (u16_at(fields, 2), u32_at(fields, 4));
        let (frame, bits) = (u16_at(fields, 12), u16_at(fields, 14));
        if tag == EXTENSIBLE {
            let fields = body.first_chunk::<40>().ok_or_else(|| short(40))?;
            if fields[26..] != SUBFORMAT_TAIL {
                return Err(WavError::Subformat);
            }
            tag = u16_at(fields, 24);
        }
        let coding = match (tag, bits) {
            (PCM, 8) => Coding::Unsigned8,
            (PCM, 16) => Coding::Linear16,
            (PCM, 24) => Coding::Linear24,
            (PCM, 32) => Coding::Linear32,
            (FLOAT, 32) => Coding::Float32,
            (MU_LAW, 8) => Coding::G711(Law::Mu),
            (A_LAW, 8) => Coding::G711(Law::A),
            _ => return Err(WavError::Coding { tag, bits }),
        };
        if !(1..=8).contains(&channels) {
            return Err(WavError::Channels { channels });
        }
        if !(1..=768_000).contains(&rate) {
            return Err(WavError::Rate { rate });
        }
        let needed = channels * (bits / 8);
        if frame != needed {
            return Err(WavError::Frame { found: frame, needed, channels, bits });
        }
        Ok(Self { coding, channels: usize::from(channels), rate })
    }

    /// Takes the channels apart. A frame that is not whole is left out.
    fn decode(&self, sound: &[u8]) -> Vec<Vec<i16>> {
        let width = match self.coding {
            Coding::Unsigned8 | Coding::G711(_) => 1,
            Coding::Linear16 => 2,
            Coding::Linear24 => 3,
            Coding::Linear32 | Coding::Float32 => 4,
        };
        let frames = sound.len() / (width * self.channels);
        let sound = &sound[..frames * width * self.channels];
        let channel = |index: usize| {
            let mut out = Vec::with_capacity(frames);
            let from = sound.get(index * width..).unwrap_or_default();
            self.decode_channel(from, &mut out);
            out
        };
        (0..self.channels).map(channel).collect()
    }

    fn decode_channel(&self, sound: &[u8], out: &mut Vec<i16>) {
        let stride = self.channels;
        match self.coding {
            Coding::Unsigned8 => {
                out.extend(sound.iter().step_by(stride).map(|&byte| (i16::from(byte) - 128) << 8));
            }
            Coding::G711(law) => law.decode_channel(sound, stride, out),
            Coding::Linear16 => ByteOrder::Little.decode_channel(sound, stride, out),
            Coding::Linear24 => {
                let (samples, _) = sound.as_chunks::<3>();
                let value = |&[low, middle, high]: &[u8; 3]| i32::from_le_bytes([0, low, middle, high]);
                out.extend(samples.iter().step_by(stride).map(value).map(top_16));
            }
            Coding::Linear32 => {
                let (samples, _) = sound.as_chunks::<4>();
                out.extend(samples.iter().step_by(stride).map(|&four| top_16(i32::from_le_bytes(four))));
            }
            Coding::Float32 => {
                let (samples, _) = sound.as_chunks::<4>();
                // `as` saturates, and makes not-a-number 0.
                let value = |&four: &[u8; 4]| (f32::from_le_bytes(four) * 32_768.0).round() as i16;
                out.extend(samples.iter().step_by(stride).map(value));
            }
        }
    }
}

/// The upper sixteen of thirty-two bits, rounded.
fn top_16(value: i32) -> i16 {
    (value.saturating_add(0x8000) >> 16) as i16
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// 16-bit PCM.
    Linear16,
    /// G.711, one byte a sample.
    G711(Law),
}

/// Writes channels as a file. Samples past the shortest channel's end are left out.
///
/// # Errors
/// When there are no channels or more than eight, or when the rate is out of range.
pub fn write(rate: u32, channels: &[&[i16]], encoding: Encoding) -> Result<Vec<u8>, WavError> {
    let count = u16::try_from(channels.len()).unwrap_or(u16::MAX);
    if !(1..=8).contains(&count) {
        return Err(WavError::Channels { channels: count });
    }
    if !(1..=768_000).contains(&rate) {
        return Err(WavError::Rate { rate });
    }
    let (tag, width) = match encoding {
        Encoding::Linear16 => (PCM, 2u16),
        Encoding::G711(Law::Mu) => (MU_LAW, 1),
        Encoding::G711(Law::A) => (A_LAW, 1),
    };
    let mut sound = Vec::new();
    match encoding {
        Encoding::Linear16 => ByteOrder::Little.encode_channels(channels, &mut sound),
        Encoding::G711(law) => law.encode_channels(channels, &mut sound),
    }
    let (frame, length) = (count * width, sound.len() as u32);
    let mut file = Vec::with_capacity(sound.len() + 45);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length + (length & 1)).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    file.extend_from_slice(&tag.to_le_bytes());
    file.extend_from_slice(&count.to_le_bytes());
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&(rate * u32::from(frame)).to_le_bytes());
    file.extend_from_slice(&frame.to_le_bytes());
    file.extend_from_slice(&(width * 8).to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.append(&mut sound);
    if length & 1 == 1 {
        file.push(0);
    }
    Ok(file)
}
