//! What every [`Recogniser`] must do, whichever engine is behind it.
//!
//! An engine's test hands over a recogniser and clips of real speech with words that must be understood; each function
//! checks one promise and panics with the reason, as a test does.

use calmline_core::Share;
use calmline_sense::{Expected, RATE, Recogniser, Transcript};

/// A clip of real speech.
#[derive(Debug)]
pub struct Clip {
    /// What it is, for messages.
    pub name: &'static str,
    /// Its language.
    pub language: &'static str,
    /// 8 kHz, one channel.
    pub audio: Vec<i16>,
    /// Words, or for Chinese characters, that are said in it.
    pub words: Vec<String>,
    /// How many of them must be understood at least.
    pub at_least: usize,
}

/// Checks everything.
///
/// # Panics
/// When the recogniser breaks a promise.
pub fn check(recogniser: &mut dyn Recogniser, clips: &[Clip]) {
    assert!(!recogniser.name().is_empty(), "a recogniser has a name");
    hears_nothing_in_silence(recogniser);
    refuses_unknown_languages(recogniser);
    for clip in clips {
        understands(recogniser, clip);
        places_words_in_time(recogniser, clip);
        hears_piece_by_piece(recogniser, clip);
        says_the_same_again(recogniser, clip);
        hears_long_audio_to_its_end(recogniser, clip);
    }
}

/// No audio, audio too short for a word, digital silence, and the noise of a quiet line have no words.
///
/// # Panics
/// When words are made up.
pub fn hears_nothing_in_silence(recogniser: &mut dyn Recogniser) {
    let rate = RATE as usize;
    let clips: [(&str, Vec<i16>); 5] = [
        ("no audio", Vec::new()),
        ("one sample", vec![12_000]),
        ("50 ms of a tone", tone(rate / 20)),
        ("10 s of silence", vec![0; 10 * rate]),
        ("31 s of a quiet line", noise(31 * rate, 16)),
    ];
    for (name, audio) in clips {
        let heard = transcribe(recogniser, &audio, None);
        assert_eq!(heard.text, "", "{} heard words in {name}", recogniser.name());
        assert_eq!(heard.confidence.get(), 0.0, "an empty text claims nothing: {name}");
    }
}

/// A language that nobody speaks is an error, and the recogniser works on after it.
///
/// # Panics
/// When it is accepted.
pub fn refuses_unknown_languages(recogniser: &mut dyn Recogniser) {
    let answer = recogniser.transcribe(&tone(RATE as usize), Expected::Only("qq"));
    assert!(answer.is_err(), "{} took the language \"qq\"", recogniser.name());
}

/// Real speech gives its words, its language and a confidence, with and without a hint.
///
/// # Panics
/// When too few words are understood.
pub fn understands(recogniser: &mut dyn Recogniser, clip: &Clip) {
    for hint in [None, Some(clip.language)] {
        let heard = transcribe(recogniser, &clip.audio, hint);
        let found = found(&heard, clip);
        assert!(
            found >= clip.at_least,
            "{} understood {found} of {:?} in {} (hint {hint:?}): {}",
            recogniser.name(),
            clip.words,
            clip.name,
            heard.text
        );
        assert_eq!(heard.language.as_deref(), Some(clip.language), "{}", clip.name);
        let confidence = heard.confidence.get();
        assert!((0.05..=1.0).contains(&confidence), "{}: confidence {confidence}", clip.name);
    }
}

/// Words with times stand in the text in its order, lie within the audio, never run backwards, and come later by a pause
/// that is put before them. A recogniser that tells no times passes.
///
/// # Panics
/// When a time is wrong.
pub fn places_words_in_time(recogniser: &mut dyn Recogniser, clip: &Clip) {
    const PAUSE_S: f64 = 3.0;
    let heard = transcribe(recogniser, &clip.audio, Some(clip.language));
    let length = clip.audio.len() as f64 / f64::from(RATE);
    let (mut from, mut earliest) = (0, 0.0);
    for word in &heard.words {
        let at = heard.text[from..].find(&word.word);
        from += at.unwrap_or_else(|| panic!("{}: {:?} is not in the text", clip.name, word.word));
        let in_order = earliest <= word.start_s && word.start_s <= word.end_s && word.end_s <= length;
        assert!(in_order, "{}: {word:?} after {earliest} s of {length} s", clip.name);
        earliest = word.start_s;
    }
    let mut later = noise((PAUSE_S * f64::from(RATE)) as usize, 8);
    later.extend(&clip.audio);
    let later = transcribe(recogniser, &later, Some(clip.language));
    assert_eq!(later.words.is_empty(), heard.words.is_empty(), "{}: times once and not again", clip.name);
    let starts = |heard: &Transcript| -> Vec<(String, f64)> {
        heard.words.iter().map(|word| (word.word.clone(), word.start_s)).collect()
    };
    let (now, then) = (starts(&heard), starts(&later));
    let mut shifts: Vec<f64> = now
        .iter()
        .filter_map(|(word, at)| Some(then.iter().find(|(other, _)| other == word)?.1 - at))
        .collect();
    shifts.sort_by(f64::total_cmp);
    // The median: a character that is said twice, or misheard once, finds another of its kind.
    if let Some(shift) = shifts.get(shifts.len() / 2) {
        assert!((shift - PAUSE_S).abs() < 0.5, "{}: words came later by {shifts:?} s", clip.name);
    }
}

/// An utterance that comes piece by piece gives its words too; what is guessed meanwhile comes only from an engine that
/// says that it streams, and is never empty.
///
/// # Panics
/// When words are lost or guesses come unannounced.
pub fn hears_piece_by_piece(recogniser: &mut dyn Recogniser, clip: &Clip) {
    let (name, streams) = (recogniser.name().to_owned(), recogniser.streams());
    let mut guesses = Vec::new();
    let ended = recogniser.begin(Expected::Likely(clip.language, Share::new(0.9))).and_then(|mut hearing| {
        for piece in clip.audio.chunks(RATE as usize / 10) {
            guesses.extend(hearing.push(piece)?);
        }
        hearing.finish()
    });
    let heard = ended.unwrap_or_else(|error| panic!("{name} failed: {error}"));
    assert!(found(&heard, clip) >= clip.at_least, "{name}, {} in pieces: {}", clip.name, heard.text);
    assert!(streams || guesses.is_empty(), "{name} guesses and does not say that it streams");
    assert!(guesses.iter().all(|guess| !guess.is_empty()), "{name} guesses nothing");
}

/// A recogniser keeps nothing from one utterance to the next: other audio in between changes nothing.
///
/// # Panics
/// When the answer changes.
pub fn says_the_same_again(recogniser: &mut dyn Recogniser, clip: &Clip) {
    let first = transcribe(recogniser, &clip.audio, Some(clip.language));
    let half = &clip.audio[..clip.audio.len() / 2];
    let _ = transcribe(recogniser, half, None);
    let again = transcribe(recogniser, &clip.audio, Some(clip.language));
    assert_eq!(first.text, again.text, "{} twice", clip.name);
    assert_eq!(first.confidence, again.confidence, "{} twice", clip.name);
}

/// More than 30 s are heard to the end: words that come after a long pause are there.
///
/// # Panics
/// When they are lost.
pub fn hears_long_audio_to_its_end(recogniser: &mut dyn Recogniser, clip: &Clip) {
    let mut audio = noise(30 * RATE as usize, 8);
    audio.extend(&clip.audio);
    let heard = transcribe(recogniser, &audio, Some(clip.language));
    assert!(found(&heard, clip) >= clip.at_least, "{} after a pause: {}", clip.name, heard.text);
}

fn transcribe(recogniser: &mut dyn Recogniser, audio: &[i16], hint: Option<&str>) -> Transcript {
    match recogniser.transcribe(audio, hint.into()) {
        Ok(transcript) => transcript,
        Err(error) => panic!("{} failed: {error}", recogniser.name()),
    }
}

fn found(heard: &Transcript, clip: &Clip) -> usize {
    let text = heard.text.to_lowercase();
    clip.words.iter().filter(|word| text.contains(word.as_str())).count()
}

fn tone(samples: usize) -> Vec<i16> {
    (0..samples).map(|n| (8_000.0 * (n as f64 * 0.5).sin()) as i16).collect()
}

/// Noise of a linear congruential generator (Numerical Recipes, 3rd edition, section 7.1.4), the same every time.
fn noise(samples: usize, amplitude: i32) -> Vec<i16> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) as i32 % (2 * amplitude + 1) - amplitude) as i16
    };
    (0..samples).map(|_| next()).collect()
}
