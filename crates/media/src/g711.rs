//! G.711, the telephone network's eight-bit code, by table.
//!
//! Source: ITU-T Recommendation G.711 (11/88), tables 1a to 2b. Linear values are on the 16-bit scale: µ-law reaches
//! ±32,124 and A-law ±32,256. Each code stands for an interval between two decision values, and its value is the middle
//! of it; where the intervals change their width that is not the nearest of all values.

/// Which of the two laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// µ-law, `PCMU`: North America, Japan.
    Mu,
    /// A-law, `PCMA`: the rest of the world.
    A,
}

/// µ-law adds 33 on the 14-bit scale before it takes the logarithm: 132 on the 16-bit scale.
const BIAS: u16 = 132;
/// The largest magnitude that µ-law can tell apart; more would carry out of the eighth segment.
const CLIP: u16 = 32_635;

static FROM_MU: [i16; 256] = mu_values();
static FROM_A: [i16; 256] = a_values();
/// By magnitude in steps of 4: µ-law's decision values are multiples of 4.
static TO_MU: [u8; 8192] = mu_codes();
/// By magnitude in steps of 16: A-law's decision values are multiples of 16.
static TO_A: [u8; 2048] = a_codes();

const fn mu_values() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = !(code as u8);
        let magnitude = ((((bits & 0x0f) as u16) << 3) + BIAS) << ((bits >> 4) & 7);
        let magnitude = (magnitude - BIAS) as i16;
        table[code] = if bits & 0x80 == 0 { magnitude } else { -magnitude };
        code += 1;
    }
    table
}

const fn a_values() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = code as u8 ^ 0x55;
        let step = ((bits & 0x0f) as i16) << 4;
        let magnitude = match (bits >> 4) & 7 {
            0 => step + 8,
            segment => (step + 0x108) << (segment - 1),
        };
        table[code] = if bits & 0x80 == 0 { -magnitude } else { magnitude };
        code += 1;
    }
    table
}

/// Codes of positive values; the sign bit is put in when a sample is encoded.
const fn mu_codes() -> [u8; 8192] {
    let mut table = [0; 8192];
    let mut index = 0;
    while index < 8192 {
        let magnitude = (index as u16) << 2;
        let biased = if magnitude > CLIP { CLIP } else { magnitude } + BIAS;
        let segment = 8 - biased.leading_zeros();
        let step = (biased >> (segment + 3)) & 0x0f;
        table[index] = !(((segment as u8) << 4) | step as u8);
        index += 1;
    }
    table
}

const fn a_codes() -> [u8; 2048] {
    let mut table = [0; 2048];
    let mut index = 0;
    while index < 2048 {
        let magnitude = index as u16;
        let code = if magnitude < 32 {
            magnitude as u8
        } else {
            let segment = 12 - magnitude.leading_zeros();
            ((segment as u8) << 4) | ((magnitude >> (segment - 1)) & 0x0f) as u8
        };
        table[index] = (code | 0x80) ^ 0x55;
        index += 1;
    }
    table
}

impl Law {
    /// The linear value of a code.
    #[must_use]
    pub fn decode(self, code: u8) -> i16 {
        self.table()[usize::from(code)]
    }

    /// The nearest code of a linear value.
    #[must_use]
    pub fn encode(self, value: i16) -> u8 {
        match self {
            Self::Mu => {
                let magnitude = value.unsigned_abs().min(32_767);
                let sign = ((value as u16) >> 8) as u8 & 0x80;
                TO_MU[usize::from(magnitude >> 2)] ^ sign
            }
            Self::A => {
                // A-law has no zero: −1 is as near to −8 as 0 is to +8, so magnitudes of negatives count from −1.
                let magnitude = if value < 0 { !value } else { value } as u16;
                let sign = ((value as u16) >> 8) as u8 & 0x80;
                TO_A[usize::from(magnitude >> 4)] ^ sign
            }
        }
    }

    /// The linear values of all 256 codes.
    #[must_use]
    pub fn table(self) -> &'static [i16; 256] {
        match self {
            Self::Mu => &FROM_MU,
            Self::A => &FROM_A,
        }
    }

    /// Decodes every `stride`-th code, from the first on, and appends the values: one channel out of interleaved ones.
    pub fn decode_channel(self, codes: &[u8], stride: usize, out: &mut Vec<i16>) {
        let table = self.table();
        out.extend(codes.iter().step_by(stride.max(1)).map(|&code| table[usize::from(code)]));
    }

    /// Encodes channels of equal length, interleaved, and appends the codes. Samples past the shortest channel's end
    /// are left out.
    pub fn encode_channels(self, channels: &[&[i16]], out: &mut Vec<u8>) {
        if let [only] = channels {
            out.extend(only.iter().map(|&value| self.encode(value)));
            return;
        }
        let frames = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        out.reserve(frames * channels.len());
        for frame in 0..frames {
            out.extend(channels.iter().map(|channel| self.encode(channel[frame])));
        }
    }
}
