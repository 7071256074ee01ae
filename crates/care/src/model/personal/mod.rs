//! What a person's own check-ins say about how strain works in them: fitted for that person's own view, and for nothing else.
//!
//! The one question, *energy left, 0–10*, is taken as a noisy look at the model: `y = a + b·(S − 0.35) + r·S′ + e·E + l·L + ε`,
//! with `S` strain, `S′` how strain would move if the person recovered more slowly (`∂S/∂ln τ_rest`), `E` exposure and `L`
//! what earlier days have left ([`Course`]). The observation is so linear in five parameters ([`Parameter`]), recovery
//! included, and a Bayesian regression ([`Fit`]) learns them one check-in at a time, with their uncertainty. A new person starts
//! from [`Prior::usual`], or from their team's ([`of_team`]) where five and more agreed to that.
//!
//! Nothing of it enters [`crate::Care`]: it reads no decision's input and gives none. It is computed when the person looks,
//! from events about them and their own sealed answers, and kept nowhere; erase the answers, and it is gone. See
//! `docs/adr/0011-a-personal-fit-is-computed-when-its-person-looks.md`. It needs no voice and no words.
//!
//! ```
//! use calmline_care::{Settings, model::{Activity, personal::{Course, Fit, Parameter, Prior}}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut course = Course::new("2026-11-23T08:00:00Z".parse()?, Settings::default());
//! let mut fit = Fit::new(Prior::usual());
//! course.enter(Activity::InCall, "2026-11-23T08:00:00Z".parse()?);
//! let features = course.features("2026-11-23T11:00:00Z".parse()?);
//! let before = fit.expect(&features).centre;
//! fit.learn(&features, 8.0);
//! assert!(fit.expect(&features).centre > before, "more energy left than was thought");
//! # Ok(()) }
//! ```

mod course;
mod fit;
mod matrix;
mod student;
mod team;
#[cfg(test)]
mod tests;
mod view;

pub use course::Course;
pub use fit::{Expected, Fit, Known, Prior};
pub use matrix::{PARAMETERS, Vector};
pub use team::{FEWEST, LEAST_CHECK_INS, of_team};
pub use view::{OwnView, of_person};

/// The five parameters of a person, in the order in which [`Vector`] holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// Energy left at strain 0.35, in points of 10.
    Level,
    /// Points of energy per unit of strain.
    Strain,
    /// Points per unit of `∂S/∂ln τ_rest`; over [`Parameter::Strain`] it is the logarithm of how much longer than usual the person
    /// takes to recover.
    Recovery,
    /// Points per unit of exposure, besides what it adds to strain.
    Exposure,
    /// Points per unit of what earlier days have left.
    Carried,
}

impl Parameter {
    /// All of them.
    pub const ALL: [Self; PARAMETERS] =
        [Self::Level, Self::Strain, Self::Recovery, Self::Exposure, Self::Carried];

    /// The weights that pick this parameter out ([`Fit::know`]).
    #[must_use]
    pub fn alone(self) -> Vector {
        std::array::from_fn(|n| f64::from(u8::from(n == self as usize)))
    }
}
