//! The shipped model: that it hears a raised voice, says why, abstains when it should, and keeps its accuracy.

mod common;

use std::collections::BTreeMap;

use calmline_sense::{
    AffectModel, Arousal, Heard,
    affect::{Usual, study},
    telephone,
};
use calmline_testing::data;
use common::*;

fn arousals(pcm: &[i16]) -> Vec<Option<Arousal>> {
    let one = |heard: Heard| match heard {
        Heard::Utterance { arousal, .. } => Some(arousal),
        _ => None,
    };
    hear(full_leg(&policy()), pcm).into_iter().filter_map(one).collect()
}

const RAISED: Voice = Voice { hz: 260.0, swing: 0.3, rate: 5.5, level: 0.5 };

#[test]
fn a_raised_voice_stands_out_from_the_usual_and_the_drivers_are_true() {
    let turn = |voice: &Voice| [voice.say(2.5), vec![0; 8_000]].concat();
    let mut turns = vec![vec![0; 8_000]];
    turns.extend((0..6).map(|_| turn(&CALM)));
    turns.push(turn(&RAISED));
    let found: Vec<Arousal> = arousals(&over_a_line(&turns)).into_iter().flatten().collect();
    assert_eq!(found.len(), 7);
    let (raised, calm) = found.split_last().unwrap();
    let most = calm.iter().map(|arousal| arousal.value.get()).fold(0.0, f64::max);
    assert!(raised.value.get() > 0.6 && raised.value.get() > most + 0.1, "{raised:?} after {calm:?}");
    assert!(raised.drivers.contains(&"driver.higher_pitch"), "{raised:?}");
    // Nothing is called unusual before the usual is known.
    assert!(calm[..3].iter().all(|arousal| arousal.drivers.is_empty()));
}

#[test]
fn it_abstains_from_too_little_voice_and_from_a_noisy_line() {
    let short = over_a_line(&[vec![0; 8_000], CALM.say(0.35), vec![0; 8_000]]);
    assert!(arousals(&short).iter().all(Option::is_none));
    let mut noisy = [vec![0; 24_000], CALM.say(3.0), vec![0; 8_000]].concat();
    let hiss = noise(7.1, -19.0, 4);
    noisy.iter_mut().zip(hiss).for_each(|(sample, hiss)| *sample = sample.saturating_add(hiss));
    assert!(arousals(&noisy).iter().all(Option::is_none), "{:?}", arousals(&noisy));
}

#[test]
fn drivers_have_words_in_both_languages() {
    use calmline_core::catalog::Lang;
    for code in ["driver.higher_pitch", "driver.livelier_pitch", "driver.harder_voice", "driver.faster"] {
        assert_ne!(Lang::En.say(code), code);
        assert_ne!(Lang::Zh.say(code), code);
    }
}

#[test]
fn a_broken_model_says_what_is_wrong_with_it() {
    assert!(AffectModel::read("{}").is_err_and(|e| e.to_string().contains("train it again")));
    let mut model = AffectModel::clone(&AffectModel::shipped());
    model.within.pop();
    let text = serde_json::to_string(&model).unwrap();
    assert!(AffectModel::read(&text).is_err_and(|e| e.to_string().contains("`within`")));
    let mut flat = AffectModel::clone(&AffectModel::shipped());
    flat.high.variance = 0.0;
    let text = serde_json::to_string(&flat).unwrap();
    assert!(AffectModel::read(&text).is_err_and(|e| e.to_string().contains("`high.variance`")));
    model.names[0] = "pitch.other".into();
    let text = serde_json::to_string(&model).unwrap();
    assert!(AffectModel::read(&text).is_err_and(|e| e.to_string().contains("`names`")));
}

/// Actors of a corpus that the model never saw. The bars lie under the card's figures, to catch a break and not a wobble.
#[test]
fn accuracy_on_unseen_actors_stays() {
    let Some(root) = data("speech") else { return };
    let labels = std::fs::read_to_string(root.join("labels.csv")).unwrap();
    let mut actors: BTreeMap<String, Vec<(bool, Vec<f64>)>> = BTreeMap::new();
    for line in labels.lines().filter(|line| line.starts_with("ravdess/")) {
        let fields: Vec<_> = line.split(',').collect();
        let high = match fields[4] {
            "angry" | "fear" | "happy" | "surprise" => true,
            "neutral" | "calm" | "sad" => false,
            _ => continue,
        };
        if !(actors.contains_key(fields[3]) || actors.len() < 6) {
            continue;
        }
        let mut reader = claxon::FlacReader::open(root.join(fields[0])).unwrap();
        let wide: Vec<i16> = reader.samples().map(|sample| sample.unwrap() as i16).collect();
        let line: Vec<i16> = telephone::halve(&wide).into_iter().map(telephone::mu_law).collect();
        let clips = actors.entry(fields[3].into()).or_default();
        clips.extend(study::functionals(&line).map(|functionals| (high, functionals.values().to_vec())));
    }
    let model = AffectModel::shipped();
    let (mut absolute, mut relative) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
    for clips in actors.values() {
        let usual = Usual::of(clips.iter().map(|(_, values)| values.as_slice()), &model.mean, &model.within);
        for (high, values) in clips {
            absolute[usize::from(*high)][usize::from(model.absolute_logit(values) > 0.0)] += 1.0;
            relative[usize::from(*high)][usize::from(model.relative_logit(values, &usual) > 0.0)] += 1.0;
        }
    }
    let uar = |m: [[f64; 2]; 2]| (m[0][0] / (m[0][0] + m[0][1]) + m[1][1] / (m[1][0] + m[1][1])) / 2.0;
    println!("absolute {:.3}, relative {:.3}", uar(absolute), uar(relative));
    assert!(uar(absolute) > 0.70 && uar(relative) > 0.79);
}
