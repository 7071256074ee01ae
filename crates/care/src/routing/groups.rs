//! Agents with the same skills and languages, and who of them is free, sorted for each kind of call.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

use calmline_core::{
    SkillId,
    event::{Skill, Waiting},
};

/// Needs whose groups are remembered; beyond that all are looked up anew.
const REMEMBERED: usize = 4_096;

/// How hard a call probably is; what is sorted for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Easy,
    Ordinary,
    Hard,
}

impl Class {
    pub(super) const ALL: [Self; 3] = [Self::Easy, Self::Ordinary, Self::Hard];
}

/// The place of a free agent among those of a group: how spared, how much met, free since, which seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) tier: u8,
    pub(super) burden: i64,
    pub(super) since: i64,
    pub(super) seat: usize,
}

/// Skills with their levels and languages, by number, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Profile {
    skills: Vec<(usize, u8)>,
    languages: Vec<usize>,
}

impl Profile {
    /// How far the skills are from the best, in levels summed over the needs; none if one is missing or the language is.
    /// Agents of whom no language was told are taken to speak any.
    fn unfit(&self, need: &Need) -> Option<i64> {
        let speaks = |language| self.languages.is_empty() || self.languages.contains(&language);
        if !need.language.is_none_or(speaks) {
            return None;
        }
        need.skills.iter().try_fold(0, |sum, &(skill, least)| {
            let has = self.skills.iter().find(|&&(has, level)| has == skill && level >= least);
            has.map(|&(_, level)| sum + 100 - i64::from(level))
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Need {
    skills: Vec<(usize, u8)>,
    language: Option<usize>,
}

/// A group that can take a call, and how far its skills are from the best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) group: usize,
    pub(super) unfit: i64,
}

#[derive(Debug, Clone, Default)]
struct Group {
    profile: Profile,
    members: usize,
    present: usize,
    free: [BTreeSet<Key>; 3],
    spared: [usize; 3],
}

#[derive(Debug, Clone)]
struct Numbers<T>(HashMap<T, usize>);

impl<T: Hash + Eq + Clone> Numbers<T> {
    fn number(&mut self, of: &T) -> usize {
        if let Some(number) = self.0.get(of) {
            return *number;
        }
        let number = self.0.len();
        self.0.insert(of.clone(), number);
        number
    }
}

/// All groups of a site.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    skills: Numbers<SkillId>,
    languages: Numbers<String>,
    by_profile: HashMap<Profile, usize>,
    groups: Vec<Group>,
    unused: Vec<usize>,
    needs: HashMap<Need, usize>,
    fits: Vec<Vec<Fit>>,
}

impl Groups {
    pub(super) fn new() -> Self {
        Self {
            skills: Numbers(HashMap::new()),
            languages: Numbers(HashMap::new()),
            by_profile: HashMap::new(),
            groups: Vec::new(),
            unused: Vec::new(),
            needs: HashMap::new(),
            fits: vec![Vec::new()],
        }
    }

    /// The group of agents who can do this; somebody joins it.
    pub(super) fn join(&mut self, skills: &[Skill], languages: &[String]) -> usize {
        let mut profile = Profile {
            skills: skills.iter().map(|has| (self.skills.number(&has.skill), has.level)).collect(),
            languages: languages.iter().map(|spoken| self.languages.number(spoken)).collect(),
        };
        profile.skills.sort_unstable();
        profile.languages.sort_unstable();
        profile.languages.dedup();
        if let Some(&group) = self.by_profile.get(&profile) {
            self.groups[group].members += 1;
            return group;
        }
        let fresh = Group { profile: profile.clone(), members: 1, ..Group::default() };
        let group = self.unused.pop().unwrap_or(self.groups.len());
        if group == self.groups.len() {
            self.groups.push(fresh);
        } else {
            self.groups[group] = fresh;
        }
        self.by_profile.insert(profile, group);
        self.forget_fits();
        group
    }

    /// Somebody who is neither present nor free leaves a group.
    pub(super) fn leave(&mut self, group: usize) {
        let left = &mut self.groups[group];
        left.members -= 1;
        if left.members == 0 {
            self.by_profile.remove(&left.profile);
            self.unused.push(group);
            self.forget_fits();
        }
    }

    pub(super) fn came(&mut self, group: usize, here: bool) {
        let present = &mut self.groups[group].present;
        if here {
            *present += 1;
        } else {
            *present -= 1;
        }
    }

    pub(super) fn put(&mut self, group: usize, keys: &[Key; 3]) {
        let group = &mut self.groups[group];
        for (n, key) in keys.iter().enumerate() {
            group.free[n].insert(*key);
            group.spared[n] += usize::from(key.tier > 0);
        }
    }

    pub(super) fn take(&mut self, group: usize, keys: &[Key; 3]) {
        let group = &mut self.groups[group];
        for (n, key) in keys.iter().enumerate() {
            group.free[n].remove(key);
            group.spared[n] -= usize::from(key.tier > 0);
        }
    }

    /// Finds the groups that can take a call; [`Self::fits`] has them.
    pub(super) fn look_up(&mut self, waiting: &Waiting) -> usize {
        // What nobody can is nobody's: the first entry is empty.
        let language = match &waiting.language {
            None => None,
            Some(language) => match self.languages.0.get(language) {
                // A language that nobody was said to speak: those of whom none was told may.
                None => Some(usize::MAX),
                number => number.copied(),
            },
        };
        let mut skills = Vec::with_capacity(waiting.needs.len());
        for need in &waiting.needs {
            let Some(&number) = self.skills.0.get(&need.skill) else { return 0 };
            skills.push((number, need.level));
        }
        skills.sort_unstable();
        let need = Need { skills, language };
        if let Some(&known) = self.needs.get(&need) {
            return known;
        }
        if self.needs.len() >= REMEMBERED {
            self.forget_fits();
        }
        let fit = |(group, of): (usize, &Group)| {
            let unfit = of.profile.unfit(&need).filter(|_| of.members > 0)?;
            Some(Fit { group, unfit })
        };
        self.fits.push(self.groups.iter().enumerate().filter_map(fit).collect());
        self.needs.insert(need, self.fits.len() - 1);
        self.fits.len() - 1
    }

    pub(super) fn fits(&self, at: usize) -> &[Fit] {
        &self.fits[at]
    }

    /// How far a group's skills are from the best for a call; none where they cannot take it.
    pub(super) fn unfit(&self, at: usize, group: usize) -> Option<i64> {
        self.fits[at].iter().find(|fit| fit.group == group).map(|fit| fit.unfit)
    }

    /// The free agents of a group, the first to be asked first.
    pub(super) fn free(&self, group: usize, class: Class) -> impl Iterator<Item = &Key> {
        self.groups[group].free[class as usize].iter()
    }

    /// How many are free, how many of these are spared, and how many are signed in.
    pub(super) fn counts(&self, group: usize, class: Class) -> (usize, usize, usize) {
        let group = &self.groups[group];
        (group.free[class as usize].len(), group.spared[class as usize], group.present)
    }

    fn forget_fits(&mut self) {
        self.needs.clear();
        self.fits.truncate(1);
    }
}
