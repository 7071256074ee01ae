//! How surely sounds of the line are recognised, and how often speech is taken for one: the figures of docs/acoustics.md.
//!
//! Takes all speech of the development data over a telephone line (`CALMLINE_DATA`), music of several kinds that it makes, and
//! the 16-bit WAV files at 8 kHz that are named as arguments: real music on hold.
#![expect(clippy::print_stdout, reason = "the result of a program")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/music/mod.rs"]
mod music;

use std::collections::BTreeMap;

use calmline_sense::{Heard, Leg, LineSound, telephone};
use calmline_testing::data;
use common::{CALLS, over_a_line, permit, policy, spans, wav};

fn main() {
    println!("| music | heard as music | reaches utterances | as tones | first heard after |");
    println!("|---|---|---|---|---|");
    for (name, make) in music::KINDS {
        told_of_music(name, &make(60.0));
    }
    for path in std::env::args().skip(1) {
        let pcm: Vec<i16> = pcm(&path).into_iter().map(telephone::mu_law).collect();
        told_of_music(path.rsplit('/').next().unwrap_or(&path), &pcm);
    }
    println!("\n| speech | hours | music | keys | tones | loud, an hour | utterances' seconds |");
    println!("|---|---|---|---|---|---|---|");
    for (name, pcm) in speech() {
        told_of_speech(&name, &pcm);
    }
}

fn hear(pcm: &[i16]) -> Vec<Heard> {
    common::hear(Leg::new(permit(&policy())), pcm)
}

fn seconds_of(heard: &[Heard], wanted: impl Fn(LineSound) -> bool) -> f64 {
    let seconds = |heard: &Heard| match heard {
        Heard::Line { sound, start_s, end_s } if wanted(*sound) => end_s - start_s,
        _ => 0.0,
    };
    heard.iter().map(seconds).sum()
}

fn is_tone(sound: LineSound) -> bool {
    use LineSound::{BusyTone, DialTone, RingBack, Tone};
    matches!(sound, DialTone | RingBack | BusyTone | Tone)
}

fn told_of_music(name: &str, pcm: &[i16]) {
    let whole = pcm.len() as f64 / 8_000.0;
    let heard = hear(&over_a_line(&[vec![0; 8_000], pcm.to_vec(), vec![0; 8_000]]));
    let share = |seconds: f64| 100.0 * seconds / whole;
    let spoken = spans(&heard).iter().fold(0.0, |sum, (start, end)| sum + end - start);
    let first = heard.iter().find_map(|heard| match heard {
        Heard::Line { sound: LineSound::Music, start_s, .. } => Some(start_s - 1.0),
        _ => None,
    });
    println!(
        "| {name} | {:.1} % | {:.1} % | {:.1} % | {} |",
        share(seconds_of(&heard, |sound| sound == LineSound::Music)),
        share(spoken),
        share(seconds_of(&heard, is_tone)),
        first.map_or("–".into(), |first| format!("{first:.1} s"))
    );
}

fn told_of_speech(name: &str, pcm: &[i16]) {
    let heard = hear(pcm);
    let spoken: f64 = spans(&heard).iter().map(|(start, end)| end - start).sum();
    let share = |wanted: fn(LineSound) -> bool| 100.0 * seconds_of(&heard, wanted) / spoken;
    let hours = pcm.len() as f64 / 8_000.0 / 3_600.0;
    let loud = heard.iter().filter(|heard| matches!(heard, Heard::Loud { .. })).count();
    println!(
        "| {name} | {hours:.2} | {:.3} % | {:.3} % | {:.3} % | {:.1} | {spoken:.0} |",
        share(|sound| sound == LineSound::Music),
        share(|sound| sound == LineSound::Keys),
        share(is_tone),
        loud as f64 / hours
    );
}

fn pcm(path: &str) -> Vec<i16> {
    let bytes = std::fs::read(path).expect("the recording can be read");
    let at = bytes.windows(4).position(|w| w == b"data").expect("a WAV file has a data chunk") + 8;
    bytes[at..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// The calls, and the clips of each corpus one after the other with half a second between them.
fn speech() -> Vec<(String, Vec<i16>)> {
    let mut all: Vec<(String, Vec<i16>)> = Vec::new();
    for call in CALLS {
        all.extend(wav(call).map(|pcm| (call.to_owned(), pcm)));
    }
    let mut corpora: BTreeMap<String, Vec<i16>> = BTreeMap::new();
    let Some(labels) = data("speech/labels.csv") else { return all };
    let folder = labels.parent().expect("a file lies in a folder").to_owned();
    for line in std::fs::read_to_string(&labels).expect("labels can be read").lines().skip(1) {
        let Some((file, rest)) = line.split_once(',') else { continue };
        let mut reader = claxon::FlacReader::open(folder.join(file)).expect("the recording can be opened");
        let wide: Vec<i16> =
            reader.samples().map(|sample| sample.expect("the recording can be read") as i16).collect();
        let corpus = corpora.entry(rest.split(',').next().unwrap_or_default().to_owned()).or_default();
        corpus.extend(telephone::halve(&wide).into_iter().map(telephone::mu_law));
        corpus.extend([0; 4_000]);
    }
    all.extend(corpora);
    all
}
