//! Keeps what a speech model makes up out of the transcript.
//!
//! Whisper was trained on subtitles: over silence and noise it writes tags, subtitle credits, or the same words again and
//! again (Koenecke et al. 2024, *Careless Whisper: Speech-to-Text Hallucination Harms*).

use calmline_sense::RATE;

/// Shorter audio holds no word.
const SHORTEST: usize = RATE as usize / 10;
/// Loudness is looked at over this many samples, 25 ms.
const FRAME: usize = RATE as usize / 40;
/// The loudest frame of silence: −58 dB below full scale, some 20 dB under quiet telephone speech (ITU-T P.56 puts
/// active speech at −26 dBov, and quiet talkers 10 to 15 dB lower).
const SILENCE_RMS: f64 = 41.0;
/// Nobody repeats a phrase this often in one breath; shorter runs ("no, no, no") are real.
const REPEATS: usize = 6;
/// Phrases up to this many words, or characters where words have no spaces, are looked for.
const LONGEST_PHRASE: usize = 12;

/// Subtitle credits that appear over silence and that nobody says on the telephone; compared in lower case without
/// punctuation.
const CREDITS: [&str; 10] = [
    "thanks for watching",
    "thank you for watching",
    "please subscribe to my channel",
    "subtitles by the amaraorg community",
    "字幕由amaraorg社区提供",
    "请不吝点赞订阅转发打赏支持明镜与点点栏目",
    "請不吝點贊訂閱轉發打賞支持明鏡與點點欄目",
    "谢谢观看",
    "謝謝觀看",
    "以下是普通话的句子",
];

/// Whether there is nothing to recognise: too short, or no frame above the noise of a quiet line.
pub(crate) fn is_silent(audio: &[i16]) -> bool {
    audio.len() < SHORTEST || !audio.chunks(FRAME).any(|frame| rms(frame) > SILENCE_RMS)
}

fn rms(frame: &[i16]) -> f64 {
    (frame.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / frame.len() as f64).sqrt()
}

/// The text without tags such as `[BLANK_AUDIO]`, `(music)` or notes, and with single spaces.
pub(crate) fn clean(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut open: Option<char> = None;
    for letter in text.chars() {
        match (open, letter) {
            (None, '[') => open = Some(']'),
            (None, '【') => open = Some('】'),
            (None, '(') => open = Some(')'),
            (None, '\u{ff08}') => open = Some('\u{ff09}'),
            (None, '*') => open = Some('*'),
            (None, '♪' | '♫' | '\u{fffd}') => kept.push(' '),
            (None, _) => kept.push(letter),
            (Some(close), _) if letter == close => open = None,
            (Some(_), _) => {}
        }
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a cleaned text is no speech: nothing to read, subtitle credits, or a phrase over and over.
pub(crate) fn is_nothing(text: &str) -> bool {
    let bare: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let bare = bare.trim();
    bare.is_empty() || CREDITS.contains(&bare) || loops(text)
}

/// Whether a phrase is repeated so often, and fills so much of the text, that a decoder must have been in a loop.
pub(crate) fn loops(text: &str) -> bool {
    let lower = text.to_lowercase();
    let spaced: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    // Chinese has no spaces: then its characters are the units.
    let letters: Vec<String>;
    let units: Vec<&str> =
        if lower.chars().filter(|&c| u32::from(c) >= 0x2e80).count() * 2 > lower.chars().count() {
            letters = lower.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect();
            letters.iter().map(String::as_str).collect()
        } else {
            spaced
        };
    (1..=LONGEST_PHRASE).any(|length| {
        let run = longest_run(&units, length);
        run >= REPEATS * length && run * 2 > units.len()
    })
}

/// The length of the longest stretch in which each unit equals the one `length` before it.
fn longest_run(units: &[&str], length: usize) -> usize {
    let (mut longest, mut run) = (0, length);
    for (now, before) in units.iter().skip(length).zip(units) {
        run = if now == before { run + 1 } else { length };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_notes_are_taken_out() {
        assert_eq!(clean(" [BLANK_AUDIO]"), "");
        assert_eq!(clean(" (soft music) Hello *sighs* there ♪"), "Hello there");
        assert_eq!(clean("\u{ff08}音乐\u{ff09}你好【掌声】"), "你好");
        assert_eq!(clean(" My number is [unclear"), "My number is");
    }

    #[test]
    fn credits_dots_and_loops_are_nothing() {
        for text in ["", "...", "Thanks for watching!", "字幕由Amara.org社区提供", "謝謝觀看。"] {
            assert!(is_nothing(text), "{text}");
        }
        assert!(is_nothing(&"I'm sorry. ".repeat(9)));
        assert!(is_nothing(&"我不知道".repeat(8)));
        assert!(is_nothing(&format!("Okay so {}", "the the ".repeat(12))));
    }

    #[test]
    fn real_speech_repeats_itself_too() {
        for text in [
            "No, no, no, no!",
            "Thank you.",
            "Thank you. Thank you so much, thank you.",
            "好的好的好的,谢谢",
            "It is five five five, one two three four.",
            "Thanks for watching the line for me, I'm back.",
        ] {
            assert!(!is_nothing(text), "{text}");
        }
    }

    #[test]
    fn a_quiet_line_is_silent_and_a_word_is_not() {
        assert!(is_silent(&[]));
        assert!(is_silent(&[20_000; 700]), "too short for a word");
        // G.711's quietest steps.
        assert!(is_silent(&[8, -8, 24, -24].repeat(4_000)));
        let mut word = vec![0; 8_000];
        word[3_000..4_000].copy_from_slice(&[900, -900].repeat(500));
        assert!(!is_silent(&word));
    }
}
