//! Linear 16-bit samples (`L16`) from and to bytes.

/// In which order a sample's two bytes come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrder {
    /// Low byte first: RIFF files, and AudioHook's `L16` as its vendor's reference implementation reads it.
    #[default]
    Little,
    /// High byte first: `L16` in RTP (RFC 3551, section 4.5.11).
    Big,
}

impl ByteOrder {
    /// One sample.
    #[must_use]
    pub fn decode(self, bytes: [u8; 2]) -> i16 {
        match self {
            Self::Little => i16::from_le_bytes(bytes),
            Self::Big => i16::from_be_bytes(bytes),
        }
    }

    /// One sample's bytes.
    #[must_use]
    pub fn encode(self, value: i16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    /// Decodes every `stride`-th sample, from the first on, and appends the values: one channel out of interleaved
    /// ones. An odd byte at the end is left out.
    pub fn decode_channel(self, bytes: &[u8], stride: usize, out: &mut Vec<i16>) {
        let (samples, _) = bytes.as_chunks::<2>();
        out.extend(samples.iter().step_by(stride.max(1)).map(|&pair| self.decode(pair)));
    }

    /// Encodes channels of equal length, interleaved, and appends the bytes. Samples past the shortest channel's end
    /// are left out.
    pub fn encode_channels(self, channels: &[&[i16]], out: &mut Vec<u8>) {
        let frames = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        out.reserve(2 * frames * channels.len());
        for frame in 0..frames {
            out.extend(channels.iter().flat_map(|channel| self.encode(channel[frame])));
        }
    }
}
