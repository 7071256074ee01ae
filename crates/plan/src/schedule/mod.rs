//! Rosters: shifts and breaks placed for people.
