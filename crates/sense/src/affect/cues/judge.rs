//! From a call and the agent's usual to what is said of the call.

use calmline_core::{
    Share,
    event::{CallCue, Cue, Reason},
};

use super::{
    card::{CARDS, Card, SHOWN_FROM},
    measures::{COUNT, Measure},
    summary::Summary,
    usual::{Usual, WIDTH},
};

/// Calls that must be known, and seconds of speech that the agent must have said in each of them and in this one: choices.
/// Five are the fewest of which a spread means anything.
pub const CALLS_MIN: f64 = 5.0;
/// See [`CALLS_MIN`].
pub const SPEECH_MIN_S: f64 = 60.0;
/// Too noisy: half of the speech could not be measured, or the voice stands no further above the noise than this, dB. Chosen
/// where clarity and roughness begin to follow the noise.
const SNR_MIN_DB: f64 = 12.0;
/// A line that sounds that far from the usual one, in deviations, while pitch and pace are what they always are, is another
/// line or headset. Choices.
const LINE_FAR: f64 = 3.0;
const VOICE_NEAR: f64 = 1.5;
/// A voice that is that much lower and rougher or breathier in both halves of the call is another voice today: colds and
/// strained cords lower pitch and clarity throughout. A choice.
const VOICE_FAR: f64 = 2.0;
/// A moved measure is named as a driver from so many deviations on.
const DRIVER_FROM: f64 = 1.0;
/// So many measures must be drivers before a cue is told: one that is far away alone may be a fault of measuring.
const DRIVERS_MIN: usize = 2;

/// What a call comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// What is said: cues, or why there are none.
    pub(super) said: Vec<CallCue>,
    /// The usual from now on; none if nothing was learned.
    pub(super) usual: Option<Usual>,
}

/// Judges a call and learns from it.
pub(super) fn judge(mut usual: Usual, call: &Summary) -> Verdict {
    let withheld = |reason: Reason| vec![CallCue::Withheld(reason)];
    if call.spoken_s < SPEECH_MIN_S {
        let reason = Reason::new("cue_withheld.little_speech")
            .with("seconds", call.spoken_s.floor())
            .with("needed", SPEECH_MIN_S);
        return Verdict { said: withheld(reason), usual: None };
    }
    if noisy(call) {
        return Verdict { said: withheld(Reason::new("cue_withheld.noisy")), usual: None };
    }
    if usual.calls < CALLS_MIN {
        let reason =
            Reason::new("cue_withheld.few_calls").with("calls", usual.calls).with("needed", CALLS_MIN);
        usual.learn(call);
        return Verdict { said: withheld(reason), usual: Some(usual) };
    }
    let whole = usual.deviations(call, &call.whole);
    let changed = if line_changed(&whole) {
        Some("cue_withheld.line_changed")
    } else if call.halves.iter().all(|half| voice_changed(&usual.deviations(call, half))) {
        Some("cue_withheld.voice_changed")
    } else {
        None
    };
    if let Some(code) = changed {
        usual.pass_over(call);
        return Verdict { said: withheld(Reason::new(code)), usual: Some(usual) };
    }
    let cues = CARDS.iter().filter(|card| card.shown).filter_map(|card| cue(card, &whole, &usual, call));
    let mut said: Vec<_> = cues.map(CallCue::Moved).collect();
    if said.is_empty() {
        said = withheld(Reason::new("cue_withheld.no_cue"));
    }
    usual.learn(call);
    Verdict { said, usual: Some(usual) }
}

fn at(deviations: &[f64; WIDTH], measure: Measure) -> f64 {
    deviations[measure as usize]
}

pub(super) fn noisy(call: &Summary) -> bool {
    call.heard_s < call.spoken_s / 2.0 || call.snr_db < SNR_MIN_DB
}

pub(super) fn line_changed(deviations: &[f64; WIDTH]) -> bool {
    let line = deviations[COUNT..].iter().any(|deviation| deviation.abs() > LINE_FAR);
    let voice = [Measure::Pitch, Measure::Movement, Measure::Pace];
    line && voice.iter().all(|&measure| at(deviations, measure).abs() < VOICE_NEAR)
}

fn voice_changed(deviations: &[f64; WIDTH]) -> bool {
    at(deviations, Measure::Pitch) < -VOICE_FAR
        && (at(deviations, Measure::Clarity) < -VOICE_FAR || at(deviations, Measure::Jitter) > VOICE_FAR)
}

/// A measure's deviation as far as it is believed: the balance of the spectrum, which a headset moves as well, no further than
/// the pitch has risen.
fn believed(deviations: &[f64; WIDTH], measure: Measure) -> f64 {
    let deviation = at(deviations, measure).clamp(-4.0, 4.0);
    match measure {
        Measure::Balance => deviation.min(at(deviations, Measure::Pitch).max(0.0)),
        _ => deviation,
    }
}

/// How far a call lies towards a cue, in deviations: the weighted sum of its measures' over that of as many independent ones.
pub(super) fn score(card: &Card, deviations: &[f64; WIDTH]) -> f64 {
    let sum: f64 = card.weights.iter().map(|&(measure, weight)| weight * believed(deviations, measure)).sum();
    let spread = card.weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
    sum / spread
}

/// What moved towards a cue, the strongest first.
fn drivers(card: &Card, deviations: &[f64; WIDTH]) -> Vec<&'static str> {
    let towards = |&(measure, weight): &(Measure, f64)| {
        let deviation = believed(deviations, measure);
        (weight * deviation, measure.code(deviation > 0.0))
    };
    let mut moved: Vec<_> =
        card.weights.iter().map(towards).filter(|(moved, _)| *moved > DRIVER_FROM).collect();
    moved.sort_by(|a, b| b.0.total_cmp(&a.0));
    moved.into_iter().map(|(_, code)| code).collect()
}

/// Whether a cue would be told.
pub(super) fn stands_out(card: &Card, deviations: &[f64; WIDTH]) -> bool {
    score(card, deviations) >= SHOWN_FROM && drivers(card, deviations).len() >= DRIVERS_MIN
}

fn cue(card: &Card, deviations: &[f64; WIDTH], usual: &Usual, call: &Summary) -> Option<Cue> {
    if !stands_out(card, deviations) {
        return None;
    }
    let far = score(card, deviations);
    Some(Cue {
        kind: card.kind,
        deviations: (far * 100.0).round() / 100.0,
        confidence: confidence(far, usual.freedom(), call.utterances).rounded(),
        false_alarms: Share::new(card.false_alarms),
        drivers: drivers(card, deviations).into_iter().map(str::to_owned).collect(),
    })
}

/// The share of the agent's usual calls that lie nearer (Student's distribution, by the normal deviate of Wallace 1959 and
/// the normal distribution of Bowling et al. 2009), less the relative standard error of a count of as many utterances.
fn confidence(far: f64, freedom: f64, utterances: usize) -> Share {
    let normal =
        (freedom * (far * far / freedom).ln_1p()).sqrt() * (8.0 * freedom + 1.0) / (8.0 * freedom + 3.0);
    let nearer = 1.0 / (1.0 + (-0.070_56 * normal.powi(3) - 1.597_6 * normal).exp());
    Share::new(nearer * (1.0 - 1.0 / (utterances.max(1) as f64).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Summary {
        Summary { utterances: 20, spoken_s: 80.0, heard_s: 80.0, snr_db: 30.0, ..Summary::default() }
    }

    fn why(call: &Summary) -> String {
        match judge(Usual::default(), call).said.remove(0) {
            CallCue::Withheld(reason) => reason.code,
            CallCue::Moved(cue) => panic!("{cue:?}"),
        }
    }

    #[test]
    fn too_little_and_too_noisy_speech_is_said_first() {
        assert_eq!(why(&Summary { spoken_s: 59.0, ..call() }), "cue_withheld.little_speech");
        assert_eq!(why(&Summary { snr_db: 11.0, ..call() }), "cue_withheld.noisy");
        assert_eq!(why(&Summary { heard_s: 30.0, ..call() }), "cue_withheld.noisy");
        assert_eq!(why(&call()), "cue_withheld.few_calls");
    }

    #[test]
    fn a_headset_alone_makes_no_tension_and_no_single_measure_does() {
        let mut deviations = [0.0; WIDTH];
        deviations[Measure::Balance as usize] = 4.0;
        assert!(score(&CARDS[0], &deviations).abs() < 1e-9, "the spectrum alone counted");
        deviations = [0.0; WIDTH];
        deviations[Measure::Pitch as usize] = 4.0;
        assert!(score(&CARDS[0], &deviations) > SHOWN_FROM && !stands_out(&CARDS[0], &deviations));
        deviations[Measure::Balance as usize] = 3.0;
        assert!(stands_out(&CARDS[0], &deviations));
    }

    #[test]
    fn one_is_the_surer_the_further_and_the_more_is_known() {
        let of = |far, freedom, utterances| confidence(far, freedom, utterances).get();
        assert!(of(3.0, 20.0, 100) > of(2.0, 20.0, 100));
        assert!(of(2.0, 40.0, 100) > of(2.0, 5.0, 100));
        assert!(of(2.0, 20.0, 100) > of(2.0, 20.0, 10));
        // Student's distribution: P(t <= 2.086 | 20) = 0.975.
        assert!((of(2.086, 20.0, 1_000_000) - 0.975).abs() < 0.002);
    }
}
