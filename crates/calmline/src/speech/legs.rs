//! How often the language of a leg is found: recordings of one speaker one after the other, heard as a call's leg is, so that what
//! was spoken before weighs in.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, ensure};
use calmline_core::{
    AccountId, Body, CallId, Party, SiteId, Timestamp,
    policy::{Notice, Profile, SitePolicy},
};
use calmline_floor::{Ear, Hears};
use calmline_sense::{AffectModel, RATE, Recogniser};
use serde_json::{Value, json};

use super::recording;
use crate::{measured::rounded, text::labelled};

/// Between two recordings: longer than the pause that ends an utterance.
const PAUSE: usize = RATE as usize;

/// What was counted in one language.
#[derive(Default)]
struct Counts {
    legs: usize,
    /// Utterances in which words were heard.
    utterances: usize,
    right: usize,
}

/// Hears each leg of a manifest.
///
/// # Errors
/// Names the manifest's column or the recording that cannot be used.
pub(super) fn evaluate(manifest: &Path, recogniser: &mut dyn Recogniser) -> Result<Value> {
    let legs = labelled(manifest, "file", "leg")?;
    let languages = labelled(manifest, "file", "language")?;
    ensure!(!legs.is_empty(), "{} names no recording", manifest.display());
    let folder = manifest.parent().unwrap_or_else(|| ".".as_ref());
    let mut recordings: BTreeMap<(&str, &str), Vec<i16>> = BTreeMap::new();
    for ((file, leg), (_, language)) in legs.iter().zip(&languages) {
        let leg = recordings.entry((language, leg)).or_default();
        leg.extend(recording(&folder.join(file))?);
        leg.extend([0; PAUSE]);
    }
    let mut by_language: BTreeMap<&str, Counts> = BTreeMap::new();
    for ((language, _), audio) in recordings {
        let found = found(&audio, recogniser)?;
        let counts = by_language.entry(language).or_default();
        counts.legs += 1;
        counts.utterances += found.len();
        counts.right += found.iter().filter(|found| *found == language).count();
    }
    let results: Vec<Value> = by_language
        .iter()
        .map(|(language, counts)| {
            json!({
                "language": language,
                "legs": counts.legs,
                "utterances": counts.utterances,
                "language_right": rounded(counts.right as f64 / counts.utterances.max(1) as f64),
            })
        })
        .collect();
    Ok(json!({ "recogniser": recogniser.name(), "results": results }))
}

/// The language of each utterance of a leg in which words were heard.
fn found(audio: &[i16], recogniser: &mut dyn Recogniser) -> Result<Vec<String>> {
    let mut policy = SitePolicy::new(SiteId::new("evaluate")?, Profile::Eu);
    let by = AccountId::new("evaluate")?;
    policy.apply(&Body::NoticeConfirmed { notice: Notice::Recording, text_sha256: String::new(), by });
    let (now, model, mut out) = (Timestamp::UNIX_EPOCH, AffectModel::shipped(), Vec::new());
    let call = CallId::new("leg")?;
    let mut ear = Ear::open(&policy, call, &[Party::Customer], ("recording", true), model, now, &mut out);
    ear.bind(&policy, None, now, &mut out);
    ear.audio(0, audio, now, &mut out);
    ear.close(now, &mut out);
    let mut languages = Vec::new();
    for heard in out {
        let Hears::Words(job) = heard else { continue };
        for draft in job.recognise(recogniser, now) {
            if let Body::Utterance { language: Some(language), .. } = draft.body {
                languages.push(language);
            }
        }
    }
    Ok(languages)
}

#[cfg(test)]
mod tests {
    use calmline_core::catalog::Lang;
    use calmline_media::wav::{self, Encoding};
    use calmline_sense::{Expected, RecogniserError, Transcript};

    use super::*;

    /// Takes the first utterance for English, and every later one for what it was told is likely.
    struct Follows(usize);

    impl Recogniser for Follows {
        fn name(&self) -> &'static str {
            "follows"
        }

        fn transcribe(&mut self, _: &[i16], expected: Expected<'_>) -> Result<Transcript, RecogniserError> {
            self.0 += 1;
            let language = match expected {
                Expected::Likely(language, _) => language,
                _ if self.0 == 1 => "en",
                _ => "zh",
            };
            let (text, language) = ("words".into(), Some(language.into()));
            Ok(Transcript { text, language, confidence: calmline_core::Share::new(0.9), words: Vec::new() })
        }
    }

    #[test]
    fn what_a_leg_spoke_before_weighs_in_and_another_leg_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let speech = calmline_sim::voice::speak("I have been waiting for weeks", Lang::En, 3, 0.5);
        let file = wav::write(RATE, &[&speech], Encoding::Linear16).unwrap();
        std::fs::write(folder.path().join("a.wav"), file).unwrap();
        let manifest = folder.path().join("m.csv");
        let rows = "file,leg,language\na.wav,1,en\na.wav,1,en\na.wav,1,en\na.wav,2,en\n";
        std::fs::write(&manifest, rows).unwrap();
        let told = evaluate(&manifest, &mut Follows(0)).unwrap();
        let row = &told["results"][0];
        assert_eq!((&row["legs"], &row["utterances"]), (&json!(2), &json!(4)));
        assert_eq!(row["language_right"], 0.75, "{told}");
    }
}
