//! Reading a turn of a call, under a permit.

use calmline_core::{
    Timestamp,
    event::WordSigns,
    policy::{Lapse, Permit, WordReading},
};

use crate::score;

/// Reads what the words of one leg of one call show, for as long as its permit holds.
#[derive(Debug)]
pub struct Reader {
    permit: Permit<WordReading>,
}

impl Reader {
    /// A reader for the leg that the permit names.
    #[must_use]
    pub fn new(permit: Permit<WordReading>) -> Self {
        Self { permit }
    }

    /// Reads one turn. Redacted and unredacted texts read the same, but for what the personal data itself says.
    ///
    /// # Errors
    /// When the permit has lapsed; nothing is read then.
    pub fn read(&self, text: &str, now: Timestamp) -> Result<WordSigns, Lapse> {
        self.permit.check(now)?;
        Ok(score::signs(text))
    }

    /// The permit under which it reads.
    #[must_use]
    pub fn permit(&self) -> &Permit<WordReading> {
        &self.permit
    }
}
