//! From letters to sounds: a rough pronunciation, enough for syllables, accents and pauses to fall where a speaker would
//! put them. It is not meant to be understood.

use calmline_core::catalog::Lang;

use crate::rng::Rng;

/// A speech sound, by how it is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Phone {
    /// Voiced, with the mouth open: formants in hertz for a man's vocal tract.
    Vowel([f32; 3]),
    /// Voiced, weaker, moving: l, r, w, y.
    Glide([f32; 3]),
    /// Voiced through the nose.
    Nasal,
    /// Noise around a frequency in hertz.
    Fricative { centre: f32, strength: f32, voiced: bool },
    /// A closure, then a burst around a frequency in hertz.
    Stop { centre: f32, voiced: bool },
    /// Nothing.
    Pause,
}

/// A sound with its length and pitch movement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound {
    pub(super) phone: Phone,
    pub(super) seconds: f32,
    /// Pitch at its start and end in semitones above the speaker's middle.
    pub(super) pitch: [f32; 2],
}

// Vowel formants of men, rounded: Hillenbrand et al., "Acoustic characteristics of American English vowels", JASA 1995.
const IY: [f32; 3] = [340.0, 2320.0, 3000.0];
const IH: [f32; 3] = [430.0, 2030.0, 2690.0];
const EH: [f32; 3] = [580.0, 1800.0, 2600.0];
const AE: [f32; 3] = [590.0, 1950.0, 2600.0];
const AA: [f32; 3] = [760.0, 1330.0, 2520.0];
const AO: [f32; 3] = [650.0, 1000.0, 2540.0];
const AH: [f32; 3] = [620.0, 1190.0, 2550.0];
const UW: [f32; 3] = [380.0, 1000.0, 2240.0];
const ER: [f32; 3] = [470.0, 1380.0, 1710.0];

const S: Phone = Phone::Fricative { centre: 3600.0, strength: 1.0, voiced: false };
const SH: Phone = Phone::Fricative { centre: 2600.0, strength: 1.0, voiced: false };
const F: Phone = Phone::Fricative { centre: 2000.0, strength: 0.35, voiced: false };
const H: Phone = Phone::Fricative { centre: 1300.0, strength: 0.3, voiced: false };
const Z: Phone = Phone::Fricative { centre: 3500.0, strength: 0.5, voiced: true };
const P: Phone = Phone::Stop { centre: 900.0, voiced: false };
const T: Phone = Phone::Stop { centre: 3300.0, voiced: false };
const K: Phone = Phone::Stop { centre: 1900.0, voiced: false };
const B: Phone = Phone::Stop { centre: 800.0, voiced: true };
const D: Phone = Phone::Stop { centre: 2800.0, voiced: true };
const G: Phone = Phone::Stop { centre: 1700.0, voiced: true };
const L: Phone = Phone::Glide([360.0, 1100.0, 2600.0]);
const R: Phone = Phone::Glide([420.0, 1250.0, 1650.0]);
const W: Phone = Phone::Glide([310.0, 750.0, 2200.0]);
const Y: Phone = Phone::Glide([290.0, 2200.0, 3000.0]);

/// How pitch moves on an accented vowel of English and on the others, in semitones: accents rise and what lies between
/// them falls. The shape is that of the commonest accent, L+H* (Pierrehumbert, "The phonology and phonetics of English
/// intonation", 1980); the sizes are a choice.
const ACCENT: [f32; 2] = [1.0, 4.0];
const UNSTRESSED: [f32; 2] = [0.5, -1.5];

/// Seconds that a sound lasts at an even pace: rounded from Klatt, "Linguistic uses of segmental duration in English",
/// JASA 1976.
fn usual_length(phone: Phone, stressed: bool) -> f32 {
    match phone {
        Phone::Vowel(_) if stressed => 0.13,
        Phone::Vowel(_) => 0.085,
        Phone::Glide(_) | Phone::Nasal => 0.06,
        Phone::Fricative { voiced: false, .. } => 0.085,
        Phone::Fricative { .. } => 0.065,
        Phone::Stop { .. } => 0.07,
        Phone::Pause => 0.0,
    }
}

/// The sounds of a text.
pub(super) fn sounds(text: &str, lang: Lang) -> Vec<Sound> {
    let mut sounds = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii_alphabetic() || character == '\'' {
            word.push(character.to_ascii_lowercase());
            continue;
        }
        spell(&word, &mut sounds);
        word.clear();
        match character {
            '0'..='9' => digit(character, lang, &mut sounds),
            '@' => spell("at", &mut sounds),
            ',' | '，' | '、' | ';' | '；' | ':' | '：' => pause(0.2, &mut sounds),
            '?' | '？' => {
                rise_at_the_end(&mut sounds);
                pause(0.36, &mut sounds);
            }
            '.' | '。' | '!' | '！' => pause(0.36, &mut sounds),
            _ if is_han(character) => mandarin(character, &mut sounds),
            _ => {}
        }
    }
    spell(&word, &mut sounds);
    while sounds.last().is_some_and(|sound| sound.phone == Phone::Pause) {
        sounds.pop();
    }
    sounds
}

fn is_han(character: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&character)
}

fn pause(seconds: f32, sounds: &mut Vec<Sound>) {
    sounds.push(Sound { phone: Phone::Pause, seconds, pitch: [0.0; 2] });
}

fn rise_at_the_end(sounds: &mut [Sound]) {
    if let Some(last) = sounds.iter_mut().rev().find(|s| matches!(s.phone, Phone::Vowel(_))) {
        last.pitch[1] += 4.0;
    }
}

fn digit(character: char, lang: Lang, sounds: &mut Vec<Sound>) {
    const WORDS: [&str; 10] = ["zero", "one", "too", "three", "for", "five", "six", "seven", "ate", "nine"];
    match (lang, character.to_digit(10)) {
        (Lang::En, Some(digit)) => spell(WORDS[digit as usize], sounds),
        _ => mandarin(character, sounds),
    }
}

/// A Chinese character as one syllable of Mandarin. Its sounds are drawn from the character itself, so the same
/// character always sounds the same; the tones are real in shape (Chao's tone letters 55, 35, 214, 51).
fn mandarin(character: char, sounds: &mut Vec<Sound>) {
    let mut rng = Rng::named(u64::from(u32::from(character)), "syllable");
    let initials =
        [Some(T), Some(D), Some(S), Some(SH), Some(Phone::Nasal), Some(L), Some(K), Some(B), Some(H), None];
    let finals = [IY, AA, UW, EH, AO, AH, ER];
    let tones = [[3.0, 3.0], [-1.5, 3.0], [-2.5, -3.5], [4.0, -4.0]];
    let pitch = *rng.pick(&tones);
    let mut push = |phone, seconds| sounds.push(Sound { phone, seconds, pitch });
    if let Some(initial) = *rng.pick(&initials) {
        push(initial, usual_length(initial, false));
    }
    push(Phone::Vowel(*rng.pick(&finals)), 0.125);
    if rng.chance(0.35) {
        push(Phone::Nasal, 0.05);
    }
}

/// An English word by its letters.
fn spell(word: &str, sounds: &mut Vec<Sound>) {
    let letters = word.as_bytes();
    let mut at = 0;
    let mut first_vowel = true;
    while at < letters.len() {
        let (phone, taken) = phone_at(letters, at, first_vowel);
        at += taken;
        let Some(phone) = phone else { continue };
        let is_vowel = matches!(phone, Phone::Vowel(_));
        let stressed = is_vowel && first_vowel && letters.len() > 3;
        let pitch = if stressed { ACCENT } else { UNSTRESSED };
        first_vowel &= !is_vowel;
        sounds.push(Sound { phone, seconds: usual_length(phone, stressed), pitch });
    }
}

/// The sound of the letters at a place, and how many letters it takes; none for silent letters.
fn phone_at(letters: &[u8], at: usize, first_vowel: bool) -> (Option<Phone>, usize) {
    let rest = &letters[at..];
    let pair: &[u8] = rest.get(..2).unwrap_or_default();
    let vowel = |formants| Some(Phone::Vowel(formants));
    match pair {
        b"sh" | b"ch" => return (Some(SH), 2),
        b"th" | b"ph" => return (Some(F), 2),
        b"ng" => return (Some(Phone::Nasal), 2),
        b"ck" => return (Some(K), 2),
        b"ee" | b"ea" | b"ie" => return (vowel(IY), 2),
        b"oo" | b"ou" | b"ue" => return (vowel(UW), 2),
        b"ai" | b"ay" | b"ei" | b"ey" => return (vowel(EH), 2),
        b"ow" | b"au" | b"aw" | b"oa" => return (vowel(AO), 2),
        b"er" | b"ir" | b"ur" => return (vowel(ER), 2),
        [a, b] if a == b => return (phone_at(&[*a], 0, first_vowel).0, 2),
        _ => {}
    }
    let is_last = rest.len() == 1;
    let phone = match rest[0] {
        b'e' if is_last && !first_vowel => None,
        b'a' => vowel(if is_last { AH } else { AE }),
        b'e' => vowel(EH),
        b'i' => vowel(IH),
        b'o' => vowel(AO),
        b'u' => vowel(AH),
        b'y' if at == 0 => Some(Y),
        b'y' => vowel(IY),
        b's' | b'x' => Some(S),
        b'c' if matches!(rest.get(1), Some(b'e' | b'i' | b'y')) => Some(S),
        b'z' => Some(Z),
        b'f' => Some(F),
        b'v' => Some(Phone::Fricative { centre: 2000.0, strength: 0.2, voiced: true }),
        b'h' => Some(H),
        b'p' => Some(P),
        b't' => Some(T),
        b'k' | b'c' | b'q' => Some(K),
        b'b' => Some(B),
        b'd' | b'j' => Some(D),
        b'g' => Some(G),
        b'm' | b'n' => Some(Phone::Nasal),
        b'l' => Some(L),
        b'r' => Some(R),
        b'w' => Some(W),
        _ => None,
    };
    (phone, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vowels(text: &str, lang: Lang) -> usize {
        sounds(text, lang).iter().filter(|s| matches!(s.phone, Phone::Vowel(_))).count()
    }

    #[test]
    fn syllables_are_counted_as_a_speaker_would() {
        assert_eq!(vowels("delivery", Lang::En), 4);
        assert_eq!(vowels("the cheese", Lang::En), 2);
        assert_eq!(vowels("12", Lang::En), 2);
        assert_eq!(vowels("您好，请问", Lang::Zh), 4);
    }

    #[test]
    fn pauses_stand_inside_only_and_nothing_odd_breaks_it() {
        let said = sounds("Yes, I do. ", Lang::En);
        assert_eq!(said.iter().filter(|s| s.phone == Phone::Pause).count(), 1);
        for odd in ["", "…—😀", "''", "naïve été", "\u{0}"] {
            sounds(odd, Lang::En);
            sounds(odd, Lang::Zh);
        }
    }
}
