//! Rules of work for everybody, and packs of them by name. Numbers of a pack can be replaced one by one.

use serde::Deserialize;

use super::file::{InstanceError, within, wrong};

/// A pack of rules by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pack {
    /// 标准工时制.
    ChinaStandard,
    /// 综合计算工时工作制.
    ChinaComprehensive,
    /// Directive 2003/88/EC.
    EuWorkingTime,
}

/// The rules as a file has them. What is left out is as the pack has it, and without a pack there is no such rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRules {
    pack: Option<Pack>,
    min_rest_minutes: Option<usize>,
    weekly_rest_minutes: Option<usize>,
    max_run_days: Option<usize>,
    max_days_per_week: Option<usize>,
    max_shift_minutes: Option<usize>,
    standard_minutes_per_day: Option<usize>,
    standard_minutes_per_week: Option<usize>,
    average_minutes_per_week: Option<usize>,
    overtime_minutes_per_month: Option<usize>,
    max_work_without_break_minutes: Option<usize>,
    forward_rotation: Option<bool>,
    max_weekends: Option<usize>,
    weekend_weight: Option<i32>,
}

impl Pack {
    /// Its numbers.
    ///
    /// * 标准工时制: eight hours a day and forty a week (国务院令第174号, art. 3, under 劳动法 art. 36), overtime of three hours
    ///   a day and 36 a month at most (劳动法 art. 41), one day of rest a week at least (art. 38).
    /// * 综合计算工时工作制: the average of the period is that of the standard (劳部发〔1994〕503号, art. 5); what is above it
    ///   is overtime, of 36 hours a month at most, and eleven hours a day, one day of rest a week (劳部发〔1997〕271号).
    /// * European Union: eleven hours of rest a day (Directive 2003/88/EC, art. 3), 24 more a week (art. 5), 48 hours a week on
    ///   average, overtime included (art. 6(b)).
    ///
    /// Chinese law names no rest between two shifts: eleven hours there are a choice. A run of six days is the strict reading of
    /// a day of rest in every seven (C-306/16 allows more in the European Union).
    fn rules(self) -> FileRules {
        let common = FileRules {
            min_rest_minutes: Some(11 * 60),
            max_run_days: Some(6),
            max_days_per_week: Some(6),
            ..FileRules::default()
        };
        match self {
            Self::ChinaStandard => FileRules {
                max_shift_minutes: Some(11 * 60),
                standard_minutes_per_day: Some(8 * 60),
                standard_minutes_per_week: Some(40 * 60),
                overtime_minutes_per_month: Some(36 * 60),
                ..common
            },
            Self::ChinaComprehensive => FileRules {
                max_shift_minutes: Some(11 * 60),
                average_minutes_per_week: Some(40 * 60),
                overtime_minutes_per_month: Some(36 * 60),
                ..common
            },
            Self::EuWorkingTime => FileRules {
                weekly_rest_minutes: Some(35 * 60),
                average_minutes_per_week: Some(48 * 60),
                ..common
            },
        }
    }
}

/// How the minutes of a person's whole period are limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hours {
    /// Not at all.
    Free,
    /// Minutes above so many a day or a week are overtime; so many minutes of it at most.
    Overtime { day: usize, week: usize, most: usize },
    /// So many minutes in all at most.
    Total { most: usize },
}

/// Rules for everybody, in slots and days of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Slots from the end of a shift to the start of the next, where days of work follow each other.
    pub(crate) rest: usize,
    /// Slots from the end of a shift to the start of the next, where there is a day off between them.
    pub(crate) weekly_rest: usize,
    /// Days of work in a row at most.
    pub(crate) run_most: usize,
    /// Days of work in a week at most.
    pub(crate) week_most: usize,
    /// Minutes of a shift that count as worked, at most.
    pub(crate) shift_most: usize,
    pub(crate) hours: Hours,
    /// Slots of work without a break at most.
    pub(crate) stretch: Option<usize>,
    /// From one day of work to the next, the start does not move to an earlier hour.
    pub(crate) forward: bool,
    /// Weekends at most, a day of which is worked.
    pub(crate) weekends_most: Option<usize>,
    /// What each weekend more costs; none where there may be none.
    pub(crate) weekend_weight: Option<i32>,
}

impl FileRules {
    /// The rules in slots and days.
    pub(super) fn resolve(self, slots: usize, days: usize, minutes: usize) -> Result<Rules, InstanceError> {
        let pack = self.pack.map(Pack::rules).unwrap_or_default();
        let longest = slots * minutes;
        let up_to = |field: &str, own: Option<usize>, pack: Option<usize>, most: usize| match own.or(pack) {
            Some(value) => within(&format!("rules.{field}"), value, 0, most).map(|()| Some(value)),
            None => Ok(None),
        };
        let rest = up_to("min_rest_minutes", self.min_rest_minutes, pack.min_rest_minutes, longest)?;
        let weekly =
            up_to("weekly_rest_minutes", self.weekly_rest_minutes, pack.weekly_rest_minutes, 2 * longest)?;
        let shift = up_to("max_shift_minutes", self.max_shift_minutes, pack.max_shift_minutes, longest)?;
        let run = up_to("max_run_days", self.max_run_days, pack.max_run_days, days.max(7))?;
        let week = up_to("max_days_per_week", self.max_days_per_week, pack.max_days_per_week, 7)?;
        let field = "max_work_without_break_minutes";
        let stretch = up_to(field, self.max_work_without_break_minutes, None, longest)?;
        let weekends = up_to("max_weekends", self.max_weekends, None, days)?;
        if self.weekend_weight.is_some_and(|weight| !(0..=1000).contains(&weight)) {
            let says = "it is no weight";
            return Err(wrong("rules.weekend_weight", says, "give a number from 0 to 1000"));
        }
        Ok(Rules {
            rest: rest.unwrap_or(0).div_ceil(minutes),
            weekly_rest: weekly.unwrap_or(0).div_ceil(minutes),
            run_most: run.unwrap_or(days),
            week_most: week.unwrap_or(7),
            shift_most: shift.unwrap_or(longest),
            hours: self.hours(&pack, days)?,
            stretch: stretch.map(|stretch| stretch / minutes),
            forward: self.forward_rotation.unwrap_or(false),
            weekends_most: weekends,
            weekend_weight: self.weekend_weight,
        })
    }

    /// An average that the file gives replaces a pack's standard, and the other way round.
    fn hours(&self, pack: &Self, days: usize) -> Result<Hours, InstanceError> {
        const MOST: usize = 7 * 24 * 60;
        let standard = self.standard_minutes_per_day.or(self.standard_minutes_per_week);
        if standard.is_some() && self.average_minutes_per_week.is_some() {
            return Err(wrong(
                "rules.average_minutes_per_week",
                "there are standard_minutes too",
                "give one of the two: overtime is counted by the week or over the whole period",
            ));
        }
        let numbers = [
            ("standard_minutes_per_day", self.standard_minutes_per_day),
            ("standard_minutes_per_week", self.standard_minutes_per_week),
            ("average_minutes_per_week", self.average_minutes_per_week),
            ("overtime_minutes_per_month", self.overtime_minutes_per_month),
        ];
        for (field, value) in numbers {
            within(&format!("rules.{field}"), value.unwrap_or(0), 0, MOST)?;
        }
        let overtime = self.overtime_minutes_per_month.or(pack.overtime_minutes_per_month);
        // A month's share of the period: twelve months are 365 days.
        let allowed = overtime.unwrap_or(0) * days * 12 / 365;
        let average = self.average_minutes_per_week.or(pack.average_minutes_per_week);
        if let Some(average) = average.filter(|_| standard.is_none()) {
            return Ok(Hours::Total { most: average * days / 7 + allowed });
        }
        let day = self.standard_minutes_per_day.or(pack.standard_minutes_per_day);
        let week = self.standard_minutes_per_week.or(pack.standard_minutes_per_week);
        if day.is_none() && week.is_none() {
            return Ok(Hours::Free);
        }
        Ok(Hours::Overtime { day: day.unwrap_or(MOST), week: week.unwrap_or(MOST), most: allowed })
    }
}

impl Hours {
    /// Minutes that the so-manieth day of a week counts, of a shift of so many minutes.
    pub(crate) fn counted(self, minutes: usize, number: usize) -> usize {
        match self {
            Self::Free => 0,
            Self::Total { .. } => minutes,
            Self::Overtime { day, week, .. } => {
                let until = |days: usize| {
                    (days * minutes.saturating_sub(day)).max((days * minutes).saturating_sub(week))
                };
                until(number) - until(number - 1)
            }
        }
    }

    /// Counted minutes at most.
    pub(crate) fn most(self) -> usize {
        match self {
            Self::Free => usize::MAX,
            Self::Overtime { most, .. } | Self::Total { most } => most,
        }
    }
}
