//! `calmline evaluate strain`: simulated people of known truth, fitted from their check-ins alone.

pub(crate) mod figures;
mod people;

use anyhow::{Result, ensure};
use calmline_care::{
    Settings,
    model::personal::{Course, FEWEST, Fit, Parameter, Prior, of_team},
};
use serde_json::{Value, json};

use self::{
    figures::{correlation, interval, mean, over_people},
    people::{Dice, Happens, Person, Straightened, TRUTH, life},
};
use crate::measured::rounded;

/// Of so many people one is in the team whose prior the others start from.
const ONE_IN: usize = 5;
/// Working days over which the advantage of the personal model is averaged.
const WINDOW: u32 = 5;

/// Options of `calmline evaluate strain`.
#[derive(Debug, Clone, clap::Args)]
pub struct EvaluateStrain {
    /// How many simulated agents, at least 30; one in five is in the team that new agents start from
    #[arg(long, default_value_t = 200)]
    pub agents: usize,
    /// How many days, weekends included, at least 14
    #[arg(long, default_value_t = 60)]
    pub days: u32,
    /// Seed of the people and of their days
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print one JSON document (the result is always JSON)
    #[arg(long)]
    pub json: bool,
}

/// One check-in as three foresaw it.
#[derive(Debug, Clone, Copy)]
struct Foreseen {
    /// On which working day, from 0.
    day: u32,
    personal: Score,
    team: Score,
    usual: Score,
    /// Whether the personal interval of 80 % and of 95 % held it.
    within: [bool; 2],
}

#[derive(Debug, Clone, Copy)]
struct Score {
    log: f64,
    error: f64,
}

/// One new agent, to the last day.
struct Measured {
    truth: Straightened,
    foreseen: Vec<Foreseen>,
    fit: Fit,
}

/// Simulates and measures.
///
/// # Errors
/// When there are too few agents or days to say anything.
pub fn evaluate(options: &EvaluateStrain) -> Result<Value> {
    ensure!(options.agents >= 30, "--agents is {}; give at least 30", options.agents);
    ensure!(options.days >= 14, "--days is {}; give at least 14", options.days);
    let everybody: Vec<(Person, Vec<Answer>)> =
        (0..options.agents).map(|n| answers(n as u64, options)).collect();
    let team_size = (options.agents / ONE_IN).max(FEWEST);
    let team: Vec<Fit> = everybody[..team_size].iter().map(|(_, answers)| fit(answers)).collect();
    let prior = of_team(&team).unwrap_or_else(Prior::usual);
    let measured: Vec<Measured> =
        everybody[team_size..].iter().map(|(person, answers)| measure(person, answers, &prior)).collect();
    Ok(told(options, team_size, &prior, &measured))
}

/// A check-in: what the model knew, and what was answered.
struct Answer {
    day: u32,
    features: calmline_care::model::personal::Vector,
    energy: f64,
}

fn answers(n: u64, options: &EvaluateStrain) -> (Person, Vec<Answer>) {
    let mut dice = Dice::new(options.seed, n + 1);
    let person = Person::draw(&mut dice);
    let happened = life(&person, options.days, &mut dice);
    let mut answers = Vec::new();
    let Some((first, _)) = happened.first() else { return (person, answers) };
    let mut course = Course::new(*first, Settings::default());
    for (at, what) in happened {
        match what {
            Happens::Enter(activity) => course.enter(activity, at),
            Happens::Abuse => course.meet_abuse(at),
            Happens::Agitation(minutes) => course.meet_agitation(at, minutes, 1.0),
            Happens::CheckIn { energy, day } => {
                answers.push(Answer { day, features: course.features(at), energy });
            }
        }
    }
    (person, answers)
}

fn fit(answers: &[Answer]) -> Fit {
    let mut fit = Fit::new(Prior::usual());
    for answer in answers {
        fit.learn(&answer.features, answer.energy);
    }
    fit
}

fn measure(person: &Person, answers: &[Answer], prior: &Prior) -> Measured {
    let (team, usual) = (Fit::new(prior.clone()), Fit::new(Prior::usual()));
    let mut fit = team.clone();
    let mut foreseen = Vec::with_capacity(answers.len());
    for Answer { day, features, energy } in answers {
        let score = |fit: &Fit| {
            let expected = fit.expect(features);
            let error = (expected.centre.clamp(0.0, 10.0) - energy).abs();
            Score { log: expected.log_score(*energy), error }
        };
        let expected = fit.expect(features);
        let within = [0.8, 0.95].map(|share| {
            let [low, high] = expected.interval(share);
            (low..=high).contains(energy)
        });
        let (personal, team, usual) = (score(&fit), score(&team), score(&usual));
        foreseen.push(Foreseen { day: *day, personal, team, usual, within });
        fit.learn(features, *energy);
    }
    Measured { truth: person.straightened(), foreseen, fit }
}

fn told(options: &EvaluateStrain, team_size: usize, prior: &Prior, people: &[Measured]) -> Value {
    let seed = options.seed;
    let covered = |place: usize| {
        over_people(people, seed, |drawn| {
            mean(drawn.iter().flat_map(|one| &one.foreseen).map(|one| f64::from(u8::from(one.within[place]))))
        })
    };
    let check_ins: usize = people.iter().map(|one| one.foreseen.len()).sum();
    json!({
        "agents": options.agents,
        "team": team_size,
        "days": options.days,
        "seed": seed,
        "check_ins": check_ins,
        "truth_differs": TRUTH,
        "team_prior": { "mean": prior.mean, "spread": prior.spread, "noise": prior.noise },
        "parameters": parameters(people, seed),
        "coverage": { "80": covered(0), "95": covered(1) },
        "mae": periods(people, seed, |score| score.error),
        "log_score": periods(people, seed, |score| score.log),
        "working_days_until_personal_beats_team": {
            "all": beats(people, seed, |one| one.personal.log - one.team.log),
            "all_by_mae": beats(people, seed, |one| one.team.error - one.personal.error),
            "each": each(people, seed),
        },
    })
}

/// How well each parameter is known at the end, against the truth straightened at a usual day.
fn parameters(people: &[Measured], seed: u64) -> Vec<Value> {
    let one = |parameter: Parameter| {
        let known = |one: &Measured| one.fit.know(&parameter.alone());
        let truth = |one: &Measured| one.truth[parameter as usize];
        let held = |share: f64| {
            over_people(people, seed, |drawn| {
                mean(drawn.iter().map(|one| {
                    let [low, high] = known(one).interval(share);
                    f64::from(u8::from((low..=high).contains(&truth(one))))
                }))
            })
        };
        json!({
            "name": format!("{parameter:?}").to_lowercase(),
            "truth_mean": mean(people.iter().map(truth)).map(rounded),
            "correlation": over_people(people, seed, |drawn| {
                correlation(&drawn.iter().map(|one| (known(one).value, truth(one))).collect::<Vec<_>>())
            }),
            "bias": over_people(people, seed, |drawn| mean(drawn.iter().map(|one| known(one).value - truth(one)))),
            "coverage": { "80": held(0.8), "95": held(0.95) },
        })
    };
    Parameter::ALL.map(one).to_vec()
}

/// The mean score of the three in the first week, the second and third, and from then on.
fn periods(people: &[Measured], seed: u64, of: impl Fn(&Score) -> f64) -> Value {
    let period = |from: u32, to: u32| {
        let figure = |pick: fn(&Foreseen) -> &Score| {
            over_people(people, seed, |drawn| {
                let within =
                    drawn.iter().flat_map(|one| &one.foreseen).filter(|one| (from..to).contains(&one.day));
                mean(within.map(|one| of(pick(one))))
            })
        };
        json!({ "personal": figure(|one| &one.personal), "team": figure(|one| &one.team), "usual": figure(|one| &one.usual) })
    };
    json!({ "week_1": period(0, 5), "weeks_2_3": period(5, 15), "later": period(15, u32::MAX) })
}

/// The first working day, from 1, from which on the personal model's advantage over a working week ahead lies above 0 with its
/// whole 95 % interval over people, to the end; null where there is none.
fn beats(people: &[Measured], seed: u64, advantage: impl Fn(&Foreseen) -> f64) -> Value {
    let last = people.iter().flat_map(|one| &one.foreseen).map(|one| one.day).max().unwrap_or(0);
    let wins = |from: u32| {
        let [low, _] = interval(people, seed, |drawn| {
            let window = |one: &&Foreseen| (from..from + WINDOW).contains(&one.day);
            mean(drawn.iter().flat_map(|one| &one.foreseen).filter(window).map(&advantage))
        });
        low > 0.0
    };
    let days = (0..=last.saturating_sub(WINDOW - 1)).rev().take_while(|&from| wins(from)).last();
    days.map_or(Value::Null, |day| (day + 1).into())
}

/// For each person the working day after which what the personal model has gained over the team's prior in all stays above 0:
/// the median, and the share of people for whom it does by the tenth, by the fifteenth, and at all.
fn each(people: &[Measured], seed: u64) -> Value {
    let day_of = |one: &Measured| {
        let (mut sum, mut since) = (0.0, None);
        for check_in in &one.foreseen {
            sum += check_in.personal.log - check_in.team.log;
            since = if sum > 0.0 { since.or(Some(check_in.day + 1)) } else { None };
        }
        since
    };
    let days: Vec<Option<u32>> = people.iter().map(day_of).collect();
    let by = |day: u32| {
        over_people(&days, seed, |drawn| {
            mean(drawn.iter().map(|of| f64::from(u8::from(of.is_some_and(|of| of <= day)))))
        })
    };
    let median = over_people(&days, seed, |drawn| {
        let mut sorted: Vec<f64> = drawn.iter().map(|of| of.map_or(f64::MAX, f64::from)).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    });
    json!({ "median": median, "by_10": by(10), "by_15": by(15), "ever": by(u32::MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(agents: usize, days: u32, seed: u64) -> EvaluateStrain {
        EvaluateStrain { agents, days, seed, json: true }
    }

    #[test]
    fn the_personal_model_covers_and_learns_and_the_seed_decides_all() {
        let told = evaluate(&options(60, 60, 3)).unwrap();
        let at = |path: &str| told.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
        assert!((at("/coverage/80/value") - 0.8).abs() < 0.05, "{told:#}");
        assert!((at("/coverage/95/value") - 0.95).abs() < 0.04, "{told:#}");
        assert!(at("/mae/later/personal/value") < at("/mae/later/team/value"), "{told:#}");
        assert!(at("/parameters/0/correlation/value") > 0.8, "{told:#}");
        assert!(at("/working_days_until_personal_beats_team/all") <= 15.0, "{told:#}");
        assert_eq!(told, evaluate(&options(60, 60, 3)).unwrap());
        assert_ne!(told["check_ins"], evaluate(&options(60, 60, 4)).unwrap()["check_ins"]);
    }

    #[test]
    fn too_few_people_or_days_are_refused_with_what_would_do() {
        for (wrong, name) in [(options(10, 60, 1), "--agents"), (options(60, 3, 1), "--days")] {
            let error = evaluate(&wrong).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("at least"), "{error}");
        }
    }
}
