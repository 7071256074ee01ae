//! The messages of AudioHook as they stand on the wire.

use calmline_core::Party;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::RATE;

/// How samples are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// G.711 µ-law.
    #[serde(rename = "PCMU")]
    Pcmu,
    /// Linear, 16 bits.
    L16,
}

impl Format {
    /// Bytes per sample.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::Pcmu => 1,
            Self::L16 => 2,
        }
    }
}

/// Which side of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The customer.
    External,
    /// The agent.
    Internal,
}

impl From<Channel> for Party {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::External => Self::Customer,
            Channel::Internal => Self::Agent,
        }
    }
}

/// A kind of sound that one side offers and the other takes. Always 8 kHz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// How samples are coded.
    pub format: Format,
    /// Which sides, interleaved in this order; one or two, each once.
    pub channels: Vec<Channel>,
}

impl Media {
    /// Bytes per frame: one sample of each channel.
    #[must_use]
    pub fn frame_bytes(&self) -> usize {
        self.format.width() * self.channels.len()
    }

    /// Reads one offer; none where it is of a kind that is not known.
    pub(super) fn read(value: &Value) -> Option<Self> {
        #[derive(Deserialize)]
        struct Offer {
            #[serde(rename = "type")]
            kind: String,
            format: Format,
            rate: u32,
            channels: Vec<Channel>,
        }
        let offer = Offer::deserialize(value).ok()?;
        let sides = match offer.channels[..] {
            [_] => true,
            [first, second] => first != second,
            _ => false,
        };
        (offer.kind == "audio" && offer.rate == RATE && sides)
            .then_some(Self { format: offer.format, channels: offer.channels })
    }

    pub(super) fn write(&self) -> Value {
        json!({"type": "audio", "format": self.format, "channels": self.channels, "rate": RATE})
    }
}

/// A message of either side.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub version: String,
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub seq: u64,
    #[serde(default)]
    pub serverseq: Option<u64>,
    #[serde(default)]
    pub clientseq: Option<u64>,
    #[serde(default)]
    pub position: Option<String>,
    pub parameters: Map<String, Value>,
}

impl Message {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str()
    }

    /// A duration among the parameters, in frames.
    pub fn frames(&self, name: &str) -> Option<u64> {
        frames_of(self.text(name)?)
    }
}

/// Whether a text has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a text has the form of a language tag: letters, digits and hyphens (BCP 47).
pub(super) fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len())
        && text.as_bytes()[0].is_ascii_alphabetic()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Reads a duration, `PT1.25S`, as frames at 8 kHz, rounded to the nearest. None if it has another form or is too long
/// to count.
#[must_use]
pub fn frames_of(text: &str) -> Option<u64> {
    let number = text.strip_prefix("PT")?.strip_suffix('S')?;
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.is_empty() || number.is_empty() {
        return None;
    }
    let seconds = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    // Nine digits are nanoseconds; more say nothing about a frame.
    let nanoseconds = part.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = nanoseconds.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let part = (nanoseconds * u64::from(RATE) + 500_000_000) / 1_000_000_000;
    seconds.checked_mul(u64::from(RATE))?.checked_add(part)
}

/// Frames at 8 kHz as a duration, `PT1.25S`. Exact: a frame is 125 µs.
#[must_use]
pub fn duration(frames: u64) -> String {
    let (seconds, microseconds) = (frames / u64::from(RATE), frames % u64::from(RATE) * 125);
    if microseconds == 0 {
        return format!("PT{seconds}S");
    }
    let fraction = format!("{microseconds:06}");
    format!("PT{seconds}.{}S", fraction.trim_end_matches('0'))
}
