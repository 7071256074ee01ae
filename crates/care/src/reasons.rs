//! From parts of the model to words: which moved most, as codes of the catalogue.

use calmline_core::event::{Band, Reason};

use crate::{
    model::{Part, Parts, Reading},
    settings::{Bands, Settings},
    time::in_minutes,
};

/// Reasons that people are given at once; more would be noise.
const AT_MOST: usize = 3;
/// A part that moved less than this is no reason.
const LEAST: f64 = 0.005;

/// What the part says while it weighs.
pub(crate) fn of_part(part: Part, reading: &Reading) -> Reason {
    match part {
        Part::Occupancy => {
            let percent = (reading.occupancy.unwrap_or(0.0) * 100.0).round();
            Reason::new("load.occupancy").with("percent", percent)
        }
        Part::BackToBack => Reason::new("load.back_to_back").with("calls", f64::from(reading.calls_in_a_row)),
        Part::Handling => Reason::new("load.handling"),
        Part::Holds => Reason::new("load.holds"),
        Part::Transfers => Reason::new("load.transfers"),
        Part::Complexity => Reason::new("load.complexity"),
        Part::Concurrency => Reason::new("load.concurrency").with("contacts", f64::from(reading.contacts)),
        Part::Mix => Reason::new("load.mix").with("percent", (reading.hard * 100.0).round()),
        Part::Monotony => Reason::new("load.monotony").with("calls", f64::from(reading.same_in_a_row)),
        Part::SinceBreak => Reason::new("load.since_break").with("minutes", in_minutes(reading.work).floor()),
        Part::Shift => {
            Reason::new("load.long_shift").with("hours", (in_minutes(reading.shift) / 60.0).floor())
        }
        Part::Abuse => Reason::new("load.abuse"),
        Part::Agitation => Reason::new("load.agitation"),
        Part::Distress => Reason::new("load.distress"),
        Part::Strain => Reason::new("load.strain"),
        Part::Carried => Reason::new("load.carried"),
        Part::Clock if reading.night => Reason::new("load.night"),
        Part::Clock => {
            Reason::new("load.long_shift").with("hours", (in_minutes(reading.shift) / 60.0).floor())
        }
    }
}

/// What the part says once it weighs less.
fn of_relief(part: Part) -> Reason {
    Reason::new(match part {
        Part::SinceBreak | Part::Strain | Part::Carried => "load.quick_rest",
        Part::Abuse | Part::Agitation | Part::Distress => "load.exposure_fades",
        _ => "load.easing",
    })
}

/// One of the three scales: its bands, its value, and which parts it is made of.
struct Scale {
    value: f64,
    parts: std::ops::Range<usize>,
}

fn scales(reading: &Reading) -> [Scale; 3] {
    [
        Scale { value: reading.load, parts: Part::LOAD },
        Scale { value: reading.exposure, parts: Part::EXPOSURE },
        Scale { value: reading.strain, parts: Part::STRAIN },
    ]
}

/// The bands that an agent is in, and the parts as they were when each scale last changed band.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) bands: [Band; 3],
    parts: Parts,
}

/// A change of band.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) reasons: Vec<Reason>,
    /// The parts that moved most, strongest first.
    pub(crate) parts: Vec<Part>,
}

impl Held {
    pub(crate) fn new() -> Self {
        Self { bands: [Band::Light; 3], parts: [0.0; Part::ALL.len()] }
    }

    /// The bands of a reading, seen from those held.
    pub(crate) fn bands(&self, reading: &Reading, settings: &Settings) -> [Band; 3] {
        let set: [&Bands; 3] = [&settings.load.bands, &settings.exposure.bands, &settings.strain.bands];
        let scales = scales(reading);
        std::array::from_fn(|n| set[n].band(scales[n].value, self.bands[n]))
    }

    /// Takes a reading in; says what changed if a band did.
    pub(crate) fn take(&mut self, reading: &Reading, settings: &Settings) -> Option<Change> {
        let bands = self.bands(reading, settings);
        if bands == self.bands {
            return None;
        }
        let mut moved: Vec<(f64, Part, bool)> = Vec::new();
        for (n, scale) in scales(reading).iter().enumerate() {
            let rose = match bands[n].cmp(&self.bands[n]) {
                std::cmp::Ordering::Equal => continue,
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Less => false,
            };
            let before = moved.len();
            for part in scale.parts.clone() {
                let by = reading.parts[part] - self.parts[part];
                if by.abs() >= LEAST && (by > 0.0) == rose {
                    moved.push((by.abs(), Part::ALL[part], rose));
                }
                self.parts[part] = reading.parts[part];
            }
            if moved.len() == before {
                let strongest =
                    scale.parts.clone().max_by(|a, b| reading.parts[*a].total_cmp(&reading.parts[*b]));
                moved.extend(strongest.map(|part| (0.0, Part::ALL[part], rose)));
            }
        }
        self.bands = bands;
        moved.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut change = Change { reasons: Vec::new(), parts: Vec::new() };
        for (_, part, rose) in moved {
            let reason = if rose { of_part(part, reading) } else { of_relief(part) };
            if change.reasons.len() < AT_MOST && !change.reasons.contains(&reason) {
                change.reasons.push(reason);
                change.parts.push(part);
            }
        }
        Some(change)
    }
}

/// The parts that weigh, strongest first, as reasons.
pub(crate) fn strongest(reading: &Reading) -> Vec<Reason> {
    let mut parts: Vec<_> =
        Part::ALL.into_iter().zip(reading.parts).filter(|(_, weight)| *weight >= 0.05).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    parts.into_iter().take(AT_MOST).map(|(part, _)| of_part(part, reading)).collect()
}
