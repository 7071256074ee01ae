//! `calmline evaluate mastery`: simulated learners whose truth is known, followed from what they showed alone.

use anyhow::{Result, ensure};
use calmline_coach::{
    growth::{Mastery, Parameters, fit},
    practice::Skill,
};
use serde_json::{Value, json};

use crate::{
    measured::{random, rounded},
    strain::figures::{interval, mean, over_people},
};

/// How often learners are drawn anew for the interval of a fitted parameter: each draw is a fit.
const DRAWS: usize = 100;
/// The peer looks at so many practices back.
const LAST: usize = 5;
/// What the truth of the harder world has that the model does not know.
const HARDER: [&str; 2] = [
    "each learner learns at a pace of their own (log-normal, deviation 0.6)",
    "what is known is forgotten again before one practice in fifty",
];

/// Options of `calmline evaluate mastery`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateMastery {
    /// How many simulated learners, at least 40; the parameters are fitted to one half, and all else is measured on the other
    #[arg(long, default_value_t = 400)]
    pub learners: usize,
    /// How many practices each has per skill, at least 6
    #[arg(long, default_value_t = 20)]
    pub practices: usize,
    /// Seed of the learners and of what they show
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print one JSON document (the result is always JSON)
    #[arg(long)]
    pub json: bool,
}

/// One learner and one skill.
struct Learner {
    /// Whether it was known before each practice.
    known: Vec<bool>,
    /// Whether it was shown.
    shown: Vec<bool>,
}

/// A practice as it was foreseen.
#[derive(Clone, Copy)]
struct Foreseen {
    shown: bool,
    known: bool,
    model: f64,
    peer: f64,
    mastery: f64,
}

/// Simulates and measures.
///
/// # Errors
/// When there are too few learners or practices to say anything.
pub fn evaluate(options: &EvaluateMastery) -> Result<Value> {
    ensure!(options.learners >= 40, "--learners is {}; give at least 40", options.learners);
    ensure!(options.practices >= 6, "--practices is {}; give at least 6", options.practices);
    Ok(json!({
        "learners": options.learners,
        "practices": options.practices,
        "seed": options.seed,
        "peer": format!("moving average of the last {LAST} practices"),
        "as_modelled": world(options, false),
        "harder": world(options, true),
        "harder_because": HARDER,
    }))
}

/// True parameters of a skill, another set for each.
fn truth(place: usize) -> Parameters {
    let step = place as f64 / (Skill::ALL.len() - 1) as f64;
    Parameters {
        known: 0.1 + 0.4 * step,
        learn: 0.25 - 0.17 * step,
        guess: 0.1 + 0.15 * step,
        slip: 0.18 - 0.12 * step,
    }
}

fn world(options: &EvaluateMastery, harder: bool) -> Value {
    let half = options.learners / 2;
    let mut skills = Vec::new();
    // By learner, so that intervals are over people.
    let mut foreseen: Vec<Vec<Foreseen>> = vec![Vec::new(); options.learners - half];
    for (place, skill) in Skill::ALL.into_iter().enumerate() {
        let mut dice = Dice(options.seed ^ ((place as u64 + 1) << 32) ^ u64::from(harder));
        let truth = truth(place);
        let learners: Vec<Learner> = (0..options.learners)
            .map(|_| Learner::draw(&truth, options.practices, harder, &mut dice))
            .collect();
        let (to_fit, to_judge) = learners.split_at(half);
        let sequences: Vec<&[bool]> = to_fit.iter().map(|one| one.shown.as_slice()).collect();
        let fitted = fit(&sequences).unwrap_or_else(Parameters::usual);
        skills.push(recovered(skill, &truth, &fitted, &sequences, &mut dice));
        for (one, into) in to_judge.iter().zip(&mut foreseen) {
            into.extend(one.foreseen(&fitted));
        }
    }
    let covered: Vec<f64> = skills
        .iter()
        .flat_map(|skill| ["known", "learn", "guess", "slip"].map(|name| &skill[name]["covered"]))
        .map(|covered| f64::from(u8::from(covered == &Value::Bool(true))))
        .collect();
    let seed = options.seed;
    let auc_of = |score: fn(&Foreseen) -> f64, truth: fn(&Foreseen) -> bool| {
        over_people(&foreseen, seed, |drawn| {
            auc(drawn.iter().flat_map(|one| one.iter()).map(|one| (score(one), truth(one))))
        })
    };
    let gain = interval(&foreseen, seed, |drawn| {
        let of = |score: fn(&Foreseen) -> f64| {
            auc(drawn.iter().flat_map(|one| one.iter()).map(|one| (score(one), one.shown)))
        };
        Some(of(|one| one.model)? - of(|one| one.peer)?)
    });
    json!({
        "skills": skills,
        "parameters_covered_by_95": mean(covered).map(rounded),
        "next_shown_auc": {
            "model": auc_of(|one| one.model, |one| one.shown),
            "moving_average": auc_of(|one| one.peer, |one| one.shown),
            "gain_ci95": gain.map(rounded),
        },
        "known_auc": {
            "model": auc_of(|one| one.mastery, |one| one.known),
            "moving_average": auc_of(|one| one.peer, |one| one.known),
        },
        "calibration_error": {
            "next_shown": calibration(&foreseen, |one| one.model, |one| one.shown),
            "next_shown_moving_average": calibration(&foreseen, |one| one.peer, |one| one.shown),
            "known": calibration(&foreseen, |one| one.mastery, |one| one.known),
        },
    })
}

/// Each parameter as it was fitted, with the percentile interval of fits to learners drawn anew (Efron 1979).
fn recovered(
    skill: Skill,
    truth: &Parameters,
    fitted: &Parameters,
    sequences: &[&[bool]],
    dice: &mut Dice,
) -> Value {
    let again: Vec<Parameters> = (0..DRAWS)
        .filter_map(|_| {
            let drawn: Vec<&[bool]> =
                sequences.iter().map(|_| sequences[dice.below(sequences.len())]).collect();
            fit(&drawn)
        })
        .collect();
    let one = |of: fn(&Parameters) -> f64| {
        let mut drawn: Vec<f64> = again.iter().map(of).collect();
        drawn.sort_by(f64::total_cmp);
        let at = |share: f64| drawn[(share * (drawn.len() - 1) as f64).round() as usize];
        let [low, high] = [at(0.025), at(0.975)];
        json!({
            "truth": rounded(of(truth)),
            "fitted": rounded(of(fitted)),
            "ci95": [rounded(low), rounded(high)],
            "covered": (low..=high).contains(&of(truth)),
        })
    };
    json!({
        "skill": skill.as_str(),
        "known": one(|of| of.known),
        "learn": one(|of| of.learn),
        "guess": one(|of| of.guess),
        "slip": one(|of| of.slip),
    })
}

impl Learner {
    fn draw(truth: &Parameters, practices: usize, harder: bool, dice: &mut Dice) -> Self {
        let learn = if harder { (truth.learn * (0.6 * dice.normal()).exp()).min(0.9) } else { truth.learn };
        let mut is_known = dice.share() < truth.known;
        let mut learner = Self { known: Vec::with_capacity(practices), shown: Vec::with_capacity(practices) };
        for _ in 0..practices {
            if harder && dice.share() < 0.02 {
                is_known = false;
            }
            learner.known.push(is_known);
            let chance = if is_known { 1.0 - truth.slip } else { truth.guess };
            learner.shown.push(dice.share() < chance);
            is_known = is_known || dice.share() < learn;
        }
        learner
    }

    /// Each practice, foreseen from those before it.
    fn foreseen(&self, fitted: &Parameters) -> Vec<Foreseen> {
        let mut mastery = Mastery::new(*fitted);
        let first = mastery.expects();
        (0..self.shown.len())
            .map(|n| {
                let last = &self.shown[n.saturating_sub(LAST)..n];
                let hits = last.iter().filter(|shown| **shown).count();
                let peer = if last.is_empty() { first } else { hits as f64 / last.len() as f64 };
                let told = Foreseen {
                    shown: self.shown[n],
                    known: self.known[n],
                    model: mastery.expects(),
                    peer,
                    mastery: mastery.known(),
                };
                mastery.observe(self.shown[n]);
                told
            })
            .collect()
    }
}

/// The area under the ROC curve, by ranks, ties shared (Hanley & McNeil 1982); none where one kind is missing.
fn auc(pairs: impl Iterator<Item = (f64, bool)>) -> Option<f64> {
    let mut pairs: Vec<(f64, bool)> = pairs.collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut ranks, mut yes) = (0.0, 0.0);
    let mut start = 0;
    while start < pairs.len() {
        let end = start + pairs[start..].iter().take_while(|pair| pair.0 == pairs[start].0).count();
        let hits = pairs[start..end].iter().filter(|pair| pair.1).count() as f64;
        // The mean rank of places start + 1 to end.
        ranks += hits * (start + 1 + end) as f64 / 2.0;
        yes += hits;
        start = end;
    }
    let no = pairs.len() as f64 - yes;
    (yes > 0.0 && no > 0.0).then(|| (ranks - yes * (yes + 1.0) / 2.0) / (yes * no))
}

/// The expected calibration error over ten equal parts of the scale: how far, on the average, what was said lies from what was.
fn calibration(
    foreseen: &[Vec<Foreseen>],
    score: fn(&Foreseen) -> f64,
    truth: fn(&Foreseen) -> bool,
) -> Option<f64> {
    let mut parts = [(0.0, 0.0, 0.0); 10];
    for one in foreseen.iter().flatten() {
        let part = &mut parts[((score(one) * 10.0) as usize).min(9)];
        part.0 += score(one);
        part.1 += f64::from(u8::from(truth(one)));
        part.2 += 1.0;
    }
    let all: f64 = parts.iter().map(|part| part.2).sum();
    (all > 0.0).then(|| rounded(parts.iter().map(|(said, was, _)| (said - was).abs()).sum::<f64>() / all))
}

/// Chance that is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        (random(&mut self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, count: usize) -> usize {
        ((self.share() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Normal with mean 0 and deviation 1 (Box & Muller 1958).
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.share()).ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(learners: usize, practices: usize, seed: u64) -> EvaluateMastery {
        EvaluateMastery { learners, practices, seed, json: true }
    }

    #[test]
    fn the_truth_is_recovered_and_the_peer_is_beaten() {
        let told = evaluate(&options(160, 15, 3)).unwrap();
        let at = |path: &str| told.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
        assert!(at("/as_modelled/parameters_covered_by_95") > 0.8, "{told:#}");
        assert!(at("/as_modelled/next_shown_auc/gain_ci95/0") > 0.0, "{told:#}");
        assert!(at("/as_modelled/known_auc/model/value") > at("/as_modelled/known_auc/moving_average/value"));
        assert!(at("/as_modelled/calibration_error/next_shown") < 0.05, "{told:#}");
        assert_eq!(told, evaluate(&options(160, 15, 3)).unwrap());
        assert_ne!(told["as_modelled"], evaluate(&options(160, 15, 4)).unwrap()["as_modelled"]);
    }

    #[test]
    fn auc_is_what_it_is_by_hand() {
        let of = |pairs: &[(f64, bool)]| auc(pairs.iter().copied());
        assert_eq!(of(&[(0.1, false), (0.4, true), (0.35, false), (0.8, true)]), Some(1.0));
        assert_eq!(of(&[(0.5, true), (0.5, false)]), Some(0.5));
        assert_eq!(of(&[(0.2, true), (0.3, false), (0.4, true)]), Some(0.5));
        assert_eq!(of(&[(0.2, true)]), None);
    }

    #[test]
    fn too_few_are_refused_with_what_would_do() {
        for (wrong, name) in [(options(10, 20, 1), "--learners"), (options(60, 3, 1), "--practices")] {
            let error = evaluate(&wrong).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("at least"), "{error}");
        }
    }
}
