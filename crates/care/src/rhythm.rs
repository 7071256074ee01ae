//! The rhythms of breaks that a site may choose by name, and what they come to.

use calmline_core::event::{Rhythm, RhythmMinutes};

use crate::settings::BreakSettings;

/// The minutes of a rhythm; none of the site's own, which only the site knows.
///
/// * [`Rhythm::Hse`]: 5–10 minutes after 50–60 (UK HSE, LAC 94/2 and L26).
/// * [`Rhythm::TenInFifty`]: ten minutes after each forty, so that fifty minutes of a shift hold ten of break.
#[must_use]
pub fn minutes_of(rhythm: Rhythm) -> Option<RhythmMinutes> {
    let minutes = |offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes| {
        RhythmMinutes { offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes }
    };
    match rhythm {
        Rhythm::Hse => Some(minutes(50, 60, 5, 10)),
        Rhythm::TenInFifty => Some(minutes(40, 50, 10, 10)),
        Rhythm::Own => None,
    }
}

/// The minutes of break that a shift holds under [`Rhythm::TenInFifty`]: `floor((minutes − 20) / 50) × 10`. Nobody takes
/// one in the last twenty minutes.
#[must_use]
pub fn ten_in_fifty(shift_minutes: u32) -> u32 {
    shift_minutes.saturating_sub(20) / 50 * 10
}

impl BreakSettings {
    /// The rhythm in minutes, as these settings have it.
    #[must_use]
    pub fn minutes(&self) -> RhythmMinutes {
        RhythmMinutes {
            offer_after_minutes: self.offer_after_minutes,
            never_later_minutes: self.never_later_minutes,
            shortest_minutes: self.shortest_minutes,
            longest_minutes: self.longest_minutes,
        }
    }

    /// Goes by these minutes from now on. What rests on them is kept within them, so that no rhythm makes other settings
    /// nonsense: the longer break of the depleted is never shorter, rest counts from the shortest break at the latest, and
    /// an early offer is never a late one.
    pub fn follow(&mut self, minutes: RhythmMinutes) {
        self.offer_after_minutes = minutes.offer_after_minutes;
        self.never_later_minutes = minutes.never_later_minutes;
        self.shortest_minutes = minutes.shortest_minutes;
        self.longest_minutes = minutes.longest_minutes;
        self.depleted_minutes = self.depleted_minutes.max(self.longest_minutes);
        self.counts_from_minutes = self.counts_from_minutes.min(self.shortest_minutes);
        self.early_after_minutes = self.early_after_minutes.min(self.offer_after_minutes);
    }

    /// Goes by the rhythm that is named, if one is.
    pub(crate) fn follow_named(&mut self) {
        if let Some(minutes) = self.rhythm.and_then(minutes_of) {
            self.follow(minutes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_default_is_what_the_hse_says_and_every_rhythm_makes_sense() {
        assert_eq!(minutes_of(Rhythm::Hse), Some(BreakSettings::default().minutes()));
        for rhythm in Rhythm::ALL {
            let mut settings = Settings::default();
            settings.breaks.rhythm = Some(rhythm);
            assert_eq!(settings.check(), Ok(()), "{rhythm:?}");
            assert_eq!(settings.resolved().check(), Ok(()), "{rhythm:?}");
        }
    }

    #[test]
    fn a_shift_of_eight_hours_holds_ninety_minutes() {
        assert_eq!(ten_in_fifty(480), 90);
        assert_eq!(ten_in_fifty(70), 10);
        assert_eq!(ten_in_fifty(69), 0);
        assert_eq!(ten_in_fifty(0), 0);
    }

    #[test]
    fn a_named_rhythm_and_other_numbers_beside_it_are_refused() {
        let mut settings = Settings::default();
        (settings.breaks.rhythm, settings.breaks.offer_after_minutes) = (Some(Rhythm::TenInFifty), 45);
        let error = settings.check().unwrap_err().to_string();
        let wanted = "breaks.offer_after_minutes is 45, but must be left out, since breaks.rhythm names one that has 40";
        assert_eq!(error, wanted);
        settings.breaks.rhythm = Some(Rhythm::Own);
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(settings.clone().resolved(), settings);
    }
}
