//! An article, and who may see it.

use std::{collections::BTreeSet, fmt};

use calmline_core::catalog::Lang;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Names an article; what the centre's own system calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArticleId(String);

impl ArticleId {
    /// An article's name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How an article's body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// CommonMark: headings, lists, links, code.
    Markdown,
    /// HTML, as a wiki exports it.
    Html,
    /// Questions and answers: a head with the columns `question` and `answer` (问题 and 答案), or `text` (内容) alone.
    Csv,
    /// Paragraphs with empty lines between them.
    Plain,
}

/// Who may see an article.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody, customers included.
    Public,
    /// Everybody who works here.
    Staff,
    /// These teams alone.
    Teams(BTreeSet<String>),
}

/// Who is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// A customer, in self-service.
    Customer,
    /// Somebody who works here, and their teams.
    Staff {
        /// The teams that they belong to.
        teams: BTreeSet<String>,
    },
}

impl Visibility {
    /// Whether somebody may see what is so visible.
    #[must_use]
    pub fn admits(&self, viewer: &Viewer) -> bool {
        match (self, viewer) {
            (Self::Public, _) | (Self::Staff, Viewer::Staff { .. }) => true,
            (Self::Teams(ours), Viewer::Staff { teams }) => !ours.is_disjoint(teams),
            (Self::Staff | Self::Teams(_), Viewer::Customer) => false,
        }
    }
}

/// What the centre has written down about something, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its name, which stays from version to version.
    pub id: ArticleId,
    /// What it is written in.
    pub language: Lang,
    /// Its heading; may be empty.
    pub title: String,
    /// How the body is written.
    pub form: Form,
    /// What it says.
    pub body: String,
    /// Counts up with every change; a lower one never replaces a higher one.
    pub version: u32,
    /// Who may see it.
    pub visibility: Visibility,
    /// Who keeps it right.
    pub owner: Option<String>,
    /// The day on which it is to be read again.
    pub review_by: Option<Date>,
    /// The same article in the other language.
    pub sibling: Option<ArticleId>,
}

impl Article {
    /// Whether the day to read it again has come.
    #[must_use]
    pub fn review_is_due(&self, today: Date) -> bool {
        self.review_by.is_some_and(|day| day <= today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_sees_what_is_public_and_a_team_what_is_its_own() {
        let teams = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let staff = |names| Viewer::Staff { teams: teams(names) };
        let billing = Visibility::Teams(teams(&["billing", "cards"]));
        assert!(Visibility::Public.admits(&Viewer::Customer) && Visibility::Public.admits(&staff(&[])));
        assert!(!Visibility::Staff.admits(&Viewer::Customer) && Visibility::Staff.admits(&staff(&[])));
        assert!(!billing.admits(&Viewer::Customer) && !billing.admits(&staff(&["loans"])));
        assert!(billing.admits(&staff(&["loans", "cards"])));
    }
}
