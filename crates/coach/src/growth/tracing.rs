//! Bayesian knowledge tracing: Corbett & Anderson 1995, *User Modeling and User-Adapted Interaction* 4:253.
//!
//! A skill is either known or not; each practice may make it known, and what is known stays so within a spell of practice (what fades
//! between spells is [`super::Memory`]). A success may be a guess, a failure a slip.

/// The four parameters of a skill, each a probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// That it is known before any practice, L₀.
    pub known: f64,
    /// That a practice makes it known, T.
    pub learn: f64,
    /// That it is shown though not known, G.
    pub guess: f64,
    /// That it is not shown though known, S.
    pub slip: f64,
}

/// A parameter out of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field} is {value}; it must lie above {least} and below {most}")]
pub struct Misfit {
    /// Which.
    pub field: &'static str,
    /// What it is.
    pub value: f64,
    /// The least allowed.
    pub least: f64,
    /// The most allowed.
    pub most: f64,
}

/// Guess and slip stay below this, or knowing would mean doing worse (Baker, Corbett & Aleven 2008, ITS, LNCS 5091:406).
const MOST_CHANCE: f64 = 0.5;
/// Probabilities stay this far from 0 and 1, so that no observation is impossible.
const EDGE: f64 = 1e-4;
/// Steps of expectation and maximisation, and the change at which they end.
const STEPS: usize = 300;
const STILL: f64 = 1e-6;

impl Parameters {
    /// Where nothing is known of a skill yet: a quarter know it, one practice in seven teaches it, guess 0.2 and slip 0.1. Choices, within
    /// the bounds of Corbett & Anderson (guess at most 0.3, slip at most 0.1).
    #[must_use]
    pub fn usual() -> Self {
        Self { known: 0.25, learn: 0.14, guess: 0.2, slip: 0.1 }
    }

    /// Looks whether they can be used.
    ///
    /// # Errors
    /// The first that is out of its range.
    pub fn check(&self) -> Result<(), Misfit> {
        let fields = [
            ("known", self.known, 1.0),
            ("learn", self.learn, 1.0),
            ("guess", self.guess, MOST_CHANCE),
            ("slip", self.slip, MOST_CHANCE),
        ];
        let out = fields.into_iter().find(|&(_, value, most)| !(value > 0.0 && value < most));
        out.map_or(Ok(()), |(field, value, most)| Err(Misfit { field, value, least: 0.0, most }))
    }

    fn shown(&self, known: bool, success: bool) -> f64 {
        match (known, success) {
            (true, true) => 1.0 - self.slip,
            (true, false) => self.slip,
            (false, true) => self.guess,
            (false, false) => 1.0 - self.guess,
        }
    }

    fn bounded(self) -> Self {
        let share = |value: f64| value.clamp(EDGE, 1.0 - EDGE);
        let chance = |value: f64| value.clamp(EDGE, MOST_CHANCE - EDGE);
        Self {
            known: share(self.known),
            learn: share(self.learn),
            guess: chance(self.guess),
            slip: chance(self.slip),
        }
    }
}

/// How surely a skill is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mastery {
    parameters: Parameters,
    known: f64,
}

impl Mastery {
    /// Before any practice.
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        let parameters = parameters.bounded();
        Self { parameters, known: parameters.known }
    }

    /// The probability that it is known.
    #[must_use]
    pub fn known(&self) -> f64 {
        self.known
    }

    /// The probability that the next practice shows it.
    #[must_use]
    pub fn expects(&self) -> f64 {
        self.known * (1.0 - self.parameters.slip) + (1.0 - self.known) * self.parameters.guess
    }

    /// Takes a practice: first what it says of what was known, then that it may have taught.
    pub fn observe(&mut self, success: bool) {
        let (yes, no) = (self.parameters.shown(true, success), self.parameters.shown(false, success));
        let after = self.known * yes / (self.known * yes + (1.0 - self.known) * no);
        self.known = after + (1.0 - after) * self.parameters.learn;
    }
}

/// The parameters under which the practices of many learners are likeliest, each a learner's successes in order: expectation and
/// maximisation (Baum & Petrie 1966) from [`Parameters::usual`]. None of learners without practices.
#[must_use]
pub fn fit(learners: &[&[bool]]) -> Option<Parameters> {
    let learners: Vec<&[bool]> = learners.iter().copied().filter(|one| !one.is_empty()).collect();
    if learners.is_empty() {
        return None;
    }
    let mut now = Parameters::usual();
    for _ in 0..STEPS {
        let mut counts = Counts::default();
        learners.iter().for_each(|one| counts.add(&now, one));
        let next = counts.likeliest(&now).bounded();
        let moved = (next.known - now.known).abs()
            + (next.learn - now.learn).abs()
            + (next.guess - now.guess).abs()
            + (next.slip - now.slip).abs();
        now = next;
        if moved < STILL {
            break;
        }
    }
    Some(now)
}

/// What is expected to have happened: sums over learners and practices.
#[derive(Debug, Default)]
struct Counts {
    learners: f64,
    known_first: f64,
    unknown_before: f64,
    learnt: f64,
    unknown: f64,
    guessed: f64,
    known: f64,
    slipped: f64,
}

impl Counts {
    /// Forwards and backwards over one learner's practices.
    fn add(&mut self, by: &Parameters, practices: &[bool]) {
        // forward[n] = P(known before practice n, practices before n), scaled to sum to one with its opposite.
        let mut forward = Vec::with_capacity(practices.len());
        let mut known = by.known;
        for &success in practices {
            forward.push(known);
            let (yes, no) = (known * by.shown(true, success), (1.0 - known) * by.shown(false, success));
            let after = yes / (yes + no);
            known = after + (1.0 - after) * by.learn;
        }
        // later[state] = P(practices from n on | state before n), scaled.
        let mut later = (1.0, 1.0);
        self.learners += 1.0;
        for (n, &success) in practices.iter().enumerate().rev() {
            let (yes, no) = (by.shown(true, success), by.shown(false, success));
            let stays = (1.0 - by.learn) * later.1;
            let learns = by.learn * later.0;
            let here = (forward[n] * yes * later.0, (1.0 - forward[n]) * no * (learns + stays));
            let sum = here.0 + here.1;
            let (known, unknown) = (here.0 / sum, here.1 / sum);
            self.known += known;
            self.unknown += unknown;
            if success {
                self.guessed += unknown;
            } else {
                self.slipped += known;
            }
            if n + 1 < practices.len() {
                self.unknown_before += unknown;
                self.learnt += unknown * learns / (learns + stays);
            }
            if n == 0 {
                self.known_first += known;
            }
            let back = (yes * later.0, no * (learns + stays));
            let scale = back.0 + back.1;
            later = (back.0 / scale, back.1 / scale);
        }
    }

    fn likeliest(&self, before: &Parameters) -> Parameters {
        let share = |hits: f64, all: f64, else_: f64| if all > 0.0 { hits / all } else { else_ };
        Parameters {
            known: share(self.known_first, self.learners, before.known),
            learn: share(self.learnt, self.unknown_before, before.learn),
            guess: share(self.guessed, self.unknown, before.guess),
            slip: share(self.slipped, self.known, before.slip),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_practice_moves_mastery_as_by_hand() {
        let mut mastery = Mastery::new(Parameters { known: 0.5, learn: 0.1, guess: 0.2, slip: 0.1 });
        assert!((mastery.expects() - 0.55).abs() < 1e-12);
        mastery.observe(true);
        // 0.5·0.9 / (0.5·0.9 + 0.5·0.2) = 9/11; then one tenth of the rest.
        assert!((mastery.known() - (9.0 / 11.0 + 2.0 / 11.0 * 0.1)).abs() < 1e-12);
        mastery.observe(false);
        let before = 9.0 / 11.0 + 2.0 / 11.0 * 0.1;
        let after = before * 0.1 / (before * 0.1 + (1.0 - before) * 0.8);
        assert!((mastery.known() - (after + (1.0 - after) * 0.1)).abs() < 1e-12);
    }

    /// The likelihood of all practices, by the forward pass alone.
    fn likelihood(by: &Parameters, learners: &[&[bool]]) -> f64 {
        let of = |practices: &&[bool]| {
            let mut mastery = Mastery::new(*by);
            let mut sum = 0.0;
            for &success in *practices {
                let expects = mastery.expects();
                sum += if success { expects.ln() } else { (1.0 - expects).ln() };
                mastery.observe(success);
            }
            sum
        };
        learners.iter().map(of).sum()
    }

    proptest! {
        #[test]
        fn fitting_never_makes_what_happened_less_likely(learners in proptest::collection::vec(proptest::collection::vec(any::<bool>(), 1..12), 1..20)) {
            let learners: Vec<&[bool]> = learners.iter().map(Vec::as_slice).collect();
            let fitted = fit(&learners).expect("there are practices");
            prop_assert!(fitted.check().is_ok());
            prop_assert!(likelihood(&fitted, &learners) >= likelihood(&Parameters::usual(), &learners) - 1e-6);
        }

        #[test]
        fn mastery_is_a_probability_and_success_never_lowers_it(practices in proptest::collection::vec(any::<bool>(), 0..40)) {
            let mut mastery = Mastery::new(Parameters::usual());
            for success in practices {
                let before = mastery.known();
                mastery.observe(success);
                prop_assert!((0.0..=1.0).contains(&mastery.known()));
                prop_assert!(!success || mastery.known() >= before - 1e-12);
            }
        }
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let wrong = Parameters { guess: 0.6, ..Parameters::usual() };
        assert_eq!(wrong.check().map_err(|misfit| misfit.field), Err("guess"));
        assert_eq!(fit(&[]), None);
    }
}
