//! Cuts long audio where it is quietest, so that each piece fits into what Whisper hears at once.

const RATE: usize = calmline_sense::RATE as usize;
/// Whisper hears 30 s at once; a little is left for the silence after the words.
const LONGEST: usize = 28 * RATE;
/// The cut is looked for in this last part of a piece.
const SEARCHED: usize = 8 * RATE;
/// A pause between words has this length at least.
const PAUSE: usize = RATE / 5;
/// The search goes in such steps.
const STEP: usize = RATE / 50;

/// The pieces, in order; together they are the whole.
pub(super) fn cut(mut audio: &[i16]) -> Vec<&[i16]> {
    let mut pieces = Vec::with_capacity(audio.len() / LONGEST + 1);
    while audio.len() > LONGEST {
        let (piece, rest) = audio.split_at(quietest(&audio[..LONGEST]));
        pieces.push(piece);
        audio = rest;
    }
    pieces.push(audio);
    pieces
}

/// The middle of the quietest pause towards the end.
fn quietest(audio: &[i16]) -> usize {
    let first = audio.len() - SEARCHED;
    let power = |start: usize| -> u64 {
        audio[start..start + PAUSE].iter().map(|&sample| u64::from(sample.unsigned_abs()).pow(2)).sum()
    };
    let starts = (first..=audio.len() - PAUSE).step_by(STEP);
    // The last of equals, so that pieces are long.
    starts.min_by_key(|&start| (power(start), std::cmp::Reverse(start))).unwrap_or(first) + PAUSE / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speech(seconds: usize) -> Vec<i16> {
        (0..seconds * RATE).map(|n| if n % 7 < 3 { 4_000 } else { -4_000 }).collect()
    }

    #[test]
    fn short_audio_is_one_piece() {
        assert_eq!(cut(&[]).len(), 1);
        assert_eq!(cut(&speech(28)).len(), 1);
    }

    #[test]
    fn long_audio_is_cut_in_its_pauses_and_nothing_is_lost() {
        let mut audio = speech(70);
        let pause = 23 * RATE;
        audio[pause..pause + RATE / 2].fill(0);
        let pieces = cut(&audio);
        assert_eq!(pieces.concat(), audio);
        assert!(pieces.iter().all(|piece| piece.len() <= LONGEST && !piece.is_empty()));
        assert!((pause..pause + RATE / 2).contains(&pieces[0].len()), "cut at {}", pieces[0].len());
    }
}
