//! Transcribes recordings and says how long that takes: `transcribe [--threads N] [--language L | --likely L SHARE] MODEL WAV…`.
//!
//! MODEL is the path of a whisper.cpp model, or the name of one that is fetched: whisper-tiny.en, whisper-base.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::{error::Error, fs, path::PathBuf, time::Instant};

use calmline_core::Share;
use calmline_engines::{
    cache::Cache,
    fetch::{self, Model},
    whisper::{Settings, Whisper},
};
use calmline_media::wav;
use calmline_sense::{Expected, RATE, Recogniser};

fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::default();
    let (mut hint, mut likely) = (None, None);
    let mut rest = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => settings.threads = arguments.next().ok_or("--threads needs a number")?.parse()?,
            "--language" => hint = arguments.next(),
            "--likely" => {
                let language = arguments.next().ok_or("--likely needs a language and a share")?;
                let share = arguments.next().ok_or("--likely needs a share after the language")?;
                likely = Some((language, Share::new(share.parse()?)));
            }
            _ => rest.push(argument),
        }
    }
    let (model, files) =
        rest.split_first().ok_or("usage: transcribe [--threads N] [--language L] MODEL WAV…")?;
    let path = match model.parse::<Model>() {
        Ok(named) => fetch::model(&Cache::of_user()?, named, &mut |step| eprintln!("{step:?}"))?,
        Err(_) => PathBuf::from(model),
    };
    let expected = match (&hint, &likely) {
        (Some(language), _) => Expected::Only(language),
        (None, Some((language, share))) => Expected::Likely(language, *share),
        (None, None) => Expected::Any,
    };
    let began = Instant::now();
    let mut whisper = Whisper::load(&path, &settings)?;
    println!("{} loaded in {:.2} s", whisper.name(), began.elapsed().as_secs_f64());
    let (mut heard_s, mut took_s) = (0.0, 0.0);
    for file in files {
        let recording = wav::read(&fs::read(file)?)?.at_rate(RATE)?;
        for (channel, audio) in recording.channels.iter().enumerate() {
            let began = Instant::now();
            let said = whisper.transcribe(audio, expected)?;
            let took = began.elapsed().as_secs_f64();
            let length = audio.len() as f64 / f64::from(RATE);
            println!(
                "{file} channel {channel}: {length:.1} s in {took:.2} s (real-time factor {:.3}), {}, confidence {:.2}\n  {}",
                took / length,
                said.language.as_deref().unwrap_or("no language"),
                said.confidence.get(),
                said.text
            );
            heard_s += length;
            took_s += took;
        }
    }
    println!("all: {heard_s:.1} s in {took_s:.2} s, real-time factor {:.3}", took_s / heard_s);
    Ok(())
}
