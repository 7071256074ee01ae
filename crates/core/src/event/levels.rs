//! The peak envelope of a leg as text.

/// The loudest sample of a moment in whole decibels relative to full scale, −60 (or quieter) to 0; none where no sample came.
pub type Level = Option<i8>;

/// The quietest level that is told apart. Choice: the noise of a telephone line lies there, and 62 letters hold the rest.
const FLOOR: i8 = -60;

/// One letter a level, from `A` for none, `B` for −60 dB or quieter, to `9` for full scale: text, so that people who ask for
/// their data can be given it as it is, and short, since a call has ten a second.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Levels of equal length, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Levels(Vec<Level>);

impl Levels {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the level of a peak: the largest absolute sample, 0 to 32768; none where no sample came.
    pub fn push(&mut self, peak: Option<u16>) {
        self.0.push(peak.map(|peak| {
            let decibels = 20.0 * (f64::from(peak.max(1)) / 32_768.0).log10();
            decibels.round().clamp(f64::from(FLOOR), 0.0) as i8
        }));
    }

    /// The levels.
    #[must_use]
    pub fn get(&self) -> &[Level] {
        &self.0
    }

    /// As text, a letter each.
    #[must_use]
    pub fn to_text(&self) -> String {
        let letter = |level: &Level| {
            let place = level.map_or(0, |level| usize::from(level.clamp(FLOOR, 0).abs_diff(FLOOR)) + 1);
            char::from(LETTERS[place])
        };
        self.0.iter().map(letter).collect()
    }

    /// The levels of a text; none if a character of it is no level.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let level = |byte: u8| {
            let place = LETTERS.iter().position(|&letter| letter == byte)?;
            Some(i8::try_from(place).ok()?.checked_sub(1).filter(|&place| place >= 0).map(|up| FLOOR + up))
        };
        text.bytes().map(level).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_whole_decibels_below_full_scale_and_survives_as_a_letter() {
        let mut levels = Levels::default();
        for peak in [None, Some(0), Some(33), Some(1_036), Some(16_384), Some(32_768)] {
            levels.push(peak);
        }
        assert_eq!(levels.get(), [None, Some(-60), Some(-60), Some(-30), Some(-6), Some(0)]);
        let text = levels.to_text();
        assert_eq!(text, "ABBf39");
        assert_eq!(Levels::of_text(&text), Some(levels));
        assert_eq!(Levels::of_text("AB-"), None);
    }
}
