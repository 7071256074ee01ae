//! What is said of groups, each in three coarse steps.

use calmline_core::event::{BurnoutScale, Cohort, Energy, Extent, Standard};

use super::Week;

/// The lowest, the middle or the highest of three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Low,
    Middle,
    High,
}

/// Something that is said of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Load,
    Exposure,
    Strain,
    Energy,
    Who5,
    Burnout(BurnoutScale),
    Pulse(Standard),
}

impl Measure {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        [Self::Load, Self::Exposure, Self::Strain, Self::Energy, Self::Who5]
            .into_iter()
            .chain(BurnoutScale::ALL.map(Self::Burnout))
            .chain(Standard::ALL.map(Self::Pulse))
    }

    /// What it is for one person.
    pub(super) fn of(self, week: &Week) -> Option<f64> {
        match self {
            Self::Load => Some(week.shares?[0]),
            Self::Exposure => Some(week.shares?[1]),
            Self::Strain => Some(week.shares?[2]),
            Self::Energy => week.energy,
            Self::Who5 => week.who5,
            Self::Burnout(scale) => week.burnout.get(&scale).copied(),
            Self::Pulse(standard) => week.pulse.get(&standard).copied(),
        }
    }

    /// From where on the middle and the highest step are. WHO-5: below 50 is the usual mark for poor well-being (Topp et al.
    /// 2015, Psychotherapy and Psychosomatics 84:167); the Copenhagen inventory: from 50 is a high degree (Kristensen et al.
    /// 2005). The others, and the marks beside these two, are a choice.
    pub(super) fn marks(self) -> [f64; 2] {
        match self {
            Self::Load | Self::Exposure | Self::Strain => [0.1, 0.3],
            Self::Energy => [4.0, 7.0],
            Self::Who5 => [50.0, 70.0],
            Self::Burnout(_) => [35.0, 50.0],
            Self::Pulse(_) => [2.0, 3.0],
        }
    }

    pub(super) fn step(self, average: f64) -> Step {
        let [middle, high] = self.marks();
        match () {
            () if average >= high => Step::High,
            () if average >= middle => Step::Middle,
            () => Step::Low,
        }
    }

    pub(super) fn read(self, cohort: &Cohort) -> Option<Step> {
        match self {
            Self::Load => cohort.load.map(of_extent),
            Self::Exposure => cohort.exposure.map(of_extent),
            Self::Strain => cohort.strain.map(of_extent),
            Self::Energy => cohort.energy.map(of_energy),
            Self::Who5 => cohort.who5.map(of_energy),
            Self::Burnout(scale) => cohort.burnout.get(&scale).copied().map(of_extent),
            Self::Pulse(standard) => cohort.pulse.get(&standard).copied().map(of_energy),
        }
    }

    pub(super) fn write(self, step: Step, cohort: &mut Cohort) {
        match self {
            Self::Load => cohort.load = Some(extent(step)),
            Self::Exposure => cohort.exposure = Some(extent(step)),
            Self::Strain => cohort.strain = Some(extent(step)),
            Self::Energy => cohort.energy = Some(energy(step)),
            Self::Who5 => cohort.who5 = Some(energy(step)),
            Self::Burnout(scale) => {
                cohort.burnout.insert(scale, extent(step));
            }
            Self::Pulse(standard) => {
                cohort.pulse.insert(standard, energy(step));
            }
        }
    }
}

fn of_extent(extent: Extent) -> Step {
    match extent {
        Extent::Little => Step::Low,
        Extent::Some => Step::Middle,
        Extent::Much => Step::High,
    }
}

fn of_energy(energy: Energy) -> Step {
    match energy {
        Energy::Low => Step::Low,
        Energy::Middle => Step::Middle,
        Energy::Good => Step::High,
    }
}

fn extent(step: Step) -> Extent {
    match step {
        Step::Low => Extent::Little,
        Step::Middle => Extent::Some,
        Step::High => Extent::Much,
    }
}

fn energy(step: Step) -> Energy {
    match step {
        Step::Low => Energy::Low,
        Step::Middle => Energy::Middle,
        Step::High => Energy::Good,
    }
}
