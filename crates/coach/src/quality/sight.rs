//! Who may see a score.

use calmline_core::AccountId;

use super::{Review, Stage};

/// Who wants to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer<'a> {
    /// Somebody for themselves: the agent sees their own.
    Oneself(&'a AccountId),
    /// A reader of quality who confirms scores or hears appeals.
    Reader(&'a AccountId),
    /// A coach.
    Coach,
    /// A supervisor.
    Supervisor,
    /// Whatever pays, ranks or plans people: pay, bonus, rosters, league tables.
    PayOrRank,
}

/// How much they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Nothing, not even that there is a score.
    Nothing,
    /// The score with its answers and quotes.
    All,
}

impl Review {
    /// What a viewer sees: the agent always, from the first moment; readers while it is theirs to read; a coach once a person has
    /// confirmed it and while no appeal is open; everybody else nothing.
    #[must_use]
    pub fn sight(&self, viewer: Viewer<'_>) -> Sight {
        let may = match viewer {
            Viewer::Oneself(account) => account == self.agent(),
            Viewer::Reader(account) => self.may_read(account).is_ok(),
            Viewer::Coach => matches!(self.stage(), Stage::Confirmed | Stage::Settled),
            Viewer::Supervisor | Viewer::PayOrRank => false,
        };
        if may { Sight::All } else { Sight::Nothing }
    }
}
