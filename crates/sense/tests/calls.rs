//! The real calls: what is found in them, and how far it agrees with an independent detector.

mod common;

use calmline_sense::{Heard, Leg, telephone::mu_law};
use common::*;
use earshot::Detector;

/// Speech by our utterances and by earshot, per 16 ms, over one leg.
fn by_both(pcm: &[i16]) -> (Vec<bool>, Vec<bool>) {
    let found = spans(&hear(Leg::new(permit(&policy())), pcm));
    let ours = |at: usize| {
        let second = (at as f64 + 0.5) * 128.0 / 8_000.0;
        found.iter().any(|(start, end)| (*start..*end).contains(&second))
    };
    let mut detector = Detector::default();
    let theirs: Vec<bool> = pcm
        .chunks_exact(128)
        .map(|frame| {
            // Earshot listens at 16 kHz.
            let twice: Vec<f32> = frame.iter().flat_map(|&x| [f32::from(x) / 32_768.0; 2]).collect();
            detector.predict_f32(&twice) > 0.5
        })
        .collect();
    ((0..theirs.len()).map(ours).collect(), theirs)
}

/// Bridges what utterances bridge: pauses under 0.7 s.
fn bridged(mut speech: Vec<bool>) -> Vec<bool> {
    let mut last = None;
    for at in 0..speech.len() {
        if speech[at] {
            if let Some(before) = last.filter(|before| at - before < 44) {
                speech[before..at].fill(true);
            }
            last = Some(at);
        }
    }
    speech
}

#[test]
fn speech_is_found_where_an_independent_detector_finds_it() {
    for call in CALLS {
        let Some(pcm) = wav(call) else { return };
        for line in [pcm.clone(), pcm.iter().map(|&x| mu_law(x)).collect()] {
            let (ours, theirs) = by_both(&line);
            let theirs = bridged(theirs);
            let both = ours.iter().zip(&theirs).filter(|(a, b)| **a && **b).count() as f64;
            let agree = ours.iter().zip(&theirs).filter(|(a, b)| a == b).count() as f64 / ours.len() as f64;
            let (own, other) = [&ours, &theirs].map(|s| s.iter().filter(|x| **x).count() as f64).into();
            println!("{call}: agree {agree:.3}, of theirs {:.3}, of ours {:.3}", both / other, both / own);
            assert!(agree > 0.85 && both / other > 0.85 && both / own > 0.85, "{call}");
        }
    }
}

#[test]
fn real_calls_give_utterances_rates_and_arousal_in_order() {
    for call in CALLS {
        let Some(pcm) = wav(call) else { return };
        let mut leg = full_leg(&policy());
        let mut heard = Vec::new();
        pcm.chunks(160).for_each(|chunk| leg.push(chunk, NOW, &mut heard));
        leg.finish(&mut heard);
        let found = spans(&heard);
        assert!(found.len() > 10, "{call}: {}", found.len());
        assert!(found.iter().all(|(start, end)| (0.2..=12.0).contains(&(end - start))), "{call}: {found:?}");
        assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{call}: {found:?}");
        assert!(found[found.len() - 1].1 <= pcm.len() as f64 / 8_000.0);
        let began = heard.iter().filter(|h| matches!(h, Heard::Began { .. })).count();
        assert_eq!(began, found.len());
        let mut rates: Vec<f64> = Vec::new();
        let mut judged = 0;
        for one in &heard {
            let Heard::Utterance { arousal, pace, .. } = one else { continue };
            judged += usize::from(arousal.is_some());
            rates.extend(pace.and_then(|pace| pace.articulation_rate).map(|rate| rate.value));
        }
        rates.sort_by(f64::total_cmp);
        // English is spoken at 3 to 6 syllables per second (Pellegrino et al. 2011: 6.2 read, less when looking things up).
        let median = rates[rates.len() / 2];
        assert!((3.0..6.5).contains(&median), "{call}: {median}");
        assert!(judged * 2 > found.len(), "{call}: {judged} of {} judged", found.len());
        assert!(leg.pauses().is_some_and(|pauses| pauses.seconds < leg.speech_s() / 2.0));
    }
}
