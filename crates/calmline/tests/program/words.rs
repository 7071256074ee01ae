//! Words of real speech, by a real model.

use calmline_engines::{
    cache::Cache,
    fetch::{self, Model},
};
use calmline_media::{
    g711::Law,
    wav::{self, Encoding},
};
use calmline_testing::skipped;
use serde_json::Value;

use crate::{
    program::{Outcome, run, words},
    recordings::{Sides, calls},
};

/// The model's name, once it is cached.
fn model() -> anyhow::Result<Option<&'static str>> {
    let cache = Cache::of_user()?;
    match fetch::model(&cache, Model::WhisperTinyEn, &mut |_| {}) {
        Ok(_) => Ok(Some(Model::WhisperTinyEn.name())),
        Err(error) => {
            skipped(error);
            Ok(None)
        }
    }
}

/// What a party said, in small letters.
fn said(document: &Value, party: &str) -> String {
    let utterances = document["calls"][0]["utterances"].as_array().into_iter().flatten();
    let texts = utterances.filter(|row| row["party"] == party).filter_map(|row| row["text"].as_str());
    texts.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[test]
fn real_speech_gives_real_words() -> Outcome {
    let Some([clip]) = calls(["librispeech-1995-1837-0001.wav"]) else { return Ok(()) };
    let Some(model) = model()? else { return Ok(()) };
    let document =
        run(words([&"replay", &clip, &"--channels", &"customer", &"--asr-model", &model, &"--json"]))?
            .json()?;
    // LibriSpeech 1995-1837-0001, as its authors transcribed it.
    let said = said(&document, "customer");
    for phrase in ["first great sorrow of his life", "it was not so much the loss"] {
        assert!(said.contains(phrase), "{phrase:?} is not in {said:?}");
    }
    for row in document["calls"][0]["utterances"].as_array().into_iter().flatten() {
        assert!(row["confidence"].as_f64().is_some_and(|share| (0.0..=1.0).contains(&share)), "{row}");
        assert_eq!(row["language"], "en", "{row}");
    }
    assert_eq!(document["calls"][0]["words_shed"], 0);
    Ok(())
}

#[test]
fn both_sides_of_a_call_have_words_and_an_agent_s_carry_no_signs() -> Outcome {
    let names = ["Auto_Repairs_40_UTC_caller.wav", "Auto_Repairs_40_UTC_agent.wav"];
    let Some([customer, agent]) = calls(names) else { return Ok(()) };
    let Some(model) = model()? else { return Ok(()) };
    let part = Sides::pair(&customer, &agent)?.part(0, 30);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("call.wav");
    std::fs::write(&file, wav::write(8_000, &[&part.customer, &part.agent], Encoding::G711(Law::Mu))?)?;
    let site = folder.path().join("site.toml");
    std::fs::write(&site, "profile = \"eu\"\nnotices = [\"recording\", \"caller_emotion\", \"workers\"]\n")?;
    let document = run(words([
        &"replay",
        &file,
        &"--channels",
        &"customer,agent",
        &"--site",
        &site,
        &"--asr-model",
        &model,
        &"--json",
    ]))?
    .json()?;
    for (party, phrase) in [("customer", "dealership"), ("agent", "thank you for calling")] {
        let said = said(&document, party);
        assert!(said.contains(phrase), "the {party} said {said:?}");
    }
    let signs = ["sentiment", "abuse", "help"];
    let mut parties = document["calls"][0]["signals"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| signs.iter().any(|kind| row["kind"] == *kind))
        .map(|row| row["party"].as_str());
    assert!(parties.next().is_some(), "callers' words are read");
    assert!(parties.all(|party| party == Some("customer")));
    Ok(())
}
