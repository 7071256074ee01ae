//! Whether settings make sense together, in words that name the field.

use calmline_core::event::RhythmMinutes;

use crate::{
    customer::LONGEST_DAYS,
    rhythm::minutes_of,
    settings::{Bands, BreakSettings, Settings},
};

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field} is {value}, but must be {wanted}")]
pub struct SettingsError {
    /// The path of the setting, such as `breaks.at_once`.
    pub field: &'static str,
    /// What it is.
    pub value: f64,
    /// What it may be.
    pub wanted: String,
}

fn within(field: &'static str, value: f64, low: f64, high: f64) -> Result<(), SettingsError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(SettingsError { field, value, wanted: format!("from {low} to {high}") })
}

fn count(field: &'static str, value: u32, low: u32, high: u32) -> Result<(), SettingsError> {
    within(field, f64::from(value), f64::from(low), f64::from(high))
}

fn less(
    field: &'static str,
    value: f64,
    than: &'static str,
    limit: f64,
    or_equal: bool,
) -> Result<(), SettingsError> {
    if value < limit || (or_equal && value <= limit) {
        return Ok(());
    }
    let most = if or_equal { "at most" } else { "less than" };
    Err(SettingsError { field, value, wanted: format!("{most} {than} ({limit})") })
}

fn bands(fields: [&'static str; 4], bands: &Bands) -> Result<(), SettingsError> {
    within(fields[0], bands.usual, 0.0, 1.0)?;
    within(fields[1], bands.high, 0.0, 1.0)?;
    within(fields[2], bands.heavy, 0.0, 1.0)?;
    less(fields[0], bands.usual, fields[1], bands.high, false)?;
    less(fields[1], bands.high, fields[2], bands.heavy, false)?;
    let narrowest = bands.usual.min(bands.high - bands.usual).min(bands.heavy - bands.high);
    within(fields[3], bands.margin, 0.0, 1.0)?;
    less(fields[3], bands.margin, "the narrowest band", narrowest, false)
}

macro_rules! band_fields {
    ($of:literal) => {
        [
            concat!($of, ".bands.usual"),
            concat!($of, ".bands.high"),
            concat!($of, ".bands.heavy"),
            concat!($of, ".bands.margin"),
        ]
    };
}

impl Settings {
    /// Whether the settings make sense. [`crate::Care`] never panics on any settings; it only decides nonsense on
    /// nonsensical ones, so check what people wrote.
    ///
    /// # Errors
    /// The first setting that cannot be, with its path and what it may be.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.check_model()?;
        self.check_decisions()
    }

    fn check_model(&self) -> Result<(), SettingsError> {
        let load = &self.load;
        count("load.window_minutes", load.window_minutes, 5, 480)?;
        within("load.occupancy_ceiling", load.occupancy_ceiling, 0.5, 0.99)?;
        count("load.occupancy_needs_minutes", load.occupancy_needs_minutes, 1, load.window_minutes)?;
        count("load.pause_seconds", load.pause_seconds, 0, 600)?;
        count("load.calls_in_a_row", load.calls_in_a_row, 2, 100)?;
        count("load.complications", load.complications, 1, 100)?;
        count("load.usual_systems", load.usual_systems, 0, 100)?;
        count("load.contacts_at_once", load.contacts_at_once, 2, 20)?;
        count("load.same_in_a_row", load.same_in_a_row, 2, 1000)?;
        count("load.half_life_minutes", load.half_life_minutes, 1, 1440)?;
        count("load.shift_full_hours", load.shift_full_hours, 1, 24)?;
        let (from, full) = (f64::from(load.shift_from_hours), f64::from(load.shift_full_hours));
        less("load.shift_from_hours", from, "load.shift_full_hours", full, false)?;
        count("load.new_shift_after_hours", load.new_shift_after_hours, 1, 24)?;
        let weights = [
            ("load.weight_occupancy", load.weight_occupancy),
            ("load.weight_back_to_back", load.weight_back_to_back),
            ("load.weight_handling", load.weight_handling),
            ("load.weight_complications", load.weight_complications),
            ("load.weight_since_break", load.weight_since_break),
            ("load.weight_shift", load.weight_shift),
        ];
        for (field, weight) in weights {
            within(field, weight, 0.0, 1.0)?;
        }
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        if (sum - 1.0).abs() > 1e-6 {
            let wanted = "such that all weights of load add up to 1".into();
            return Err(SettingsError { field: "load.weight_*", value: sum, wanted });
        }
        within("load.weight_concurrency", load.weight_concurrency, 0.0, 1.0)?;
        within("load.weight_mix", load.weight_mix, 0.0, 1.0)?;
        within("load.weight_monotony", load.weight_monotony, 0.0, 1.0)?;
        bands(band_fields!("load"), &load.bands)?;

        let exposure = &self.exposure;
        count("exposure.abusive_calls_a_shift", exposure.abusive_calls_a_shift, 1, 20)?;
        count("exposure.abuse_half_life_minutes", exposure.abuse_half_life_minutes, 1, 10_080)?;
        count("exposure.agitation_half_life_minutes", exposure.agitation_half_life_minutes, 1, 10_080)?;
        within("exposure.agitation_per_minute", exposure.agitation_per_minute, 0.0, 1.0)?;
        count("exposure.distress_half_life_minutes", exposure.distress_half_life_minutes, 1, 10_080)?;
        within("exposure.distress_per_call", exposure.distress_per_call, 0.0, 1.0)?;
        bands(band_fields!("exposure"), &exposure.bands)?;

        let strain = &self.strain;
        count("strain.fills_minutes", strain.fills_minutes, 1, 1440)?;
        count("strain.recovers_minutes", strain.recovers_minutes, 1, 1440)?;
        for (field, level) in [
            ("strain.in_call", strain.in_call),
            ("strain.wrap_up", strain.wrap_up),
            ("strain.waiting", strain.waiting),
            ("strain.aside", strain.aside),
            ("strain.from_abuse", strain.from_abuse),
            ("strain.from_agitation", strain.from_agitation),
            ("strain.from_distress", strain.from_distress),
            ("strain.carried_usual", strain.carried_usual),
            ("strain.weight_carried", strain.weight_carried),
            ("strain.weight_night", strain.weight_night),
            ("strain.weight_shift", strain.weight_shift),
        ] {
            within(field, level, 0.0, 1.0)?;
        }
        let most = strain.in_call.max(strain.wrap_up).max(strain.waiting).max(strain.aside);
        let room = 1.0 - most - strain.from_agitation - strain.from_distress + 1e-9;
        less("strain.from_abuse", strain.from_abuse, "what the other demands leave of 1", room, true)?;
        count("strain.carried_days", strain.carried_days, 1, 60)?;
        within("strain.utc_offset_hours", strain.utc_offset_hours, -12.0, 14.0)?;
        bands(band_fields!("strain"), &strain.bands)
    }

    fn resolved_breaks(&self) -> BreakSettings {
        let mut breaks = self.breaks.clone();
        breaks.follow_named();
        breaks
    }

    /// Beside a rhythm that is named its own numbers may stand, or the defaults, which nobody wrote.
    fn check_rhythm(&self) -> Result<(), SettingsError> {
        let Some(named) = self.breaks.rhythm.and_then(minutes_of) else { return Ok(()) };
        let fields = [
            "breaks.offer_after_minutes",
            "breaks.never_later_minutes",
            "breaks.shortest_minutes",
            "breaks.longest_minutes",
        ];
        let numbers = |minutes: RhythmMinutes| {
            let RhythmMinutes { offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes } =
                minutes;
            [offer_after_minutes, never_later_minutes, shortest_minutes, longest_minutes]
        };
        let (written, usual) = (numbers(self.breaks.minutes()), numbers(BreakSettings::default().minutes()));
        for (n, named) in numbers(named).into_iter().enumerate() {
            if written[n] != named && written[n] != usual[n] {
                let wanted = format!("left out, since breaks.rhythm names one that has {named}");
                return Err(SettingsError { field: fields[n], value: f64::from(written[n]), wanted });
            }
        }
        Ok(())
    }

    fn check_decisions(&self) -> Result<(), SettingsError> {
        let prompts = &self.prompts;
        within("prompts.agitated_from", prompts.agitated_from, 0.05, 1.0)?;
        let from = prompts.agitated_from;
        within("prompts.calm_below", prompts.calm_below, 0.0, 1.0)?;
        less("prompts.calm_below", prompts.calm_below, "prompts.agitated_from", from, false)?;
        within("prompts.words_from", prompts.words_from, 0.05, 1.0)?;
        count("prompts.memory_seconds", prompts.memory_seconds, 1, 3600)?;
        count("prompts.quiet_seconds", prompts.quiet_seconds, 0, 3600)?;
        count("prompts.per_call", prompts.per_call, 0, 20)?;
        count("prompts.shown_seconds", prompts.shown_seconds, 5, 600)?;
        count("prompts.stale_seconds", prompts.stale_seconds, 1, 600)?;

        self.check_rhythm()?;
        let breaks = &self.resolved_breaks();
        count("breaks.never_later_minutes", breaks.never_later_minutes, 10, 240)?;
        let latest = f64::from(breaks.never_later_minutes);
        let offer = f64::from(breaks.offer_after_minutes);
        less("breaks.offer_after_minutes", offer, "breaks.never_later_minutes", latest, true)?;
        let early = f64::from(breaks.early_after_minutes);
        less("breaks.early_after_minutes", early, "breaks.offer_after_minutes", offer, true)?;
        count("breaks.shortest_minutes", breaks.shortest_minutes, 1, 60)?;
        count("breaks.longest_minutes", breaks.longest_minutes, breaks.shortest_minutes, 60)?;
        count("breaks.depleted_minutes", breaks.depleted_minutes, breaks.longest_minutes, 120)?;
        count("breaks.counts_from_minutes", breaks.counts_from_minutes, 1, breaks.shortest_minutes)?;
        count("breaks.offer_stands_minutes", breaks.offer_stands_minutes, 1, 60)?;
        count("breaks.again_after_minutes", breaks.again_after_minutes, 5, 240)?;
        count("breaks.again_after_lapse_minutes", breaks.again_after_lapse_minutes, 1, 240)?;
        count("breaks.confirm_seconds", breaks.confirm_seconds, 1, 300)?;
        count("breaks.give_up_minutes", breaks.give_up_minutes, 1, 240)?;
        within("breaks.at_once", breaks.at_once, 0.0, 1.0)?;
        count("breaks.overdue_after_minutes", breaks.overdue_after_minutes, 1, 240)?;
        count("breaks.answer_within_seconds", breaks.answer_within_seconds, 1, 3600)?;
        within("breaks.price_from", breaks.price_from, 0.0, 1.0)?;
        count("breaks.put_off_minutes", breaks.put_off_minutes, 0, 10)?;

        let alerts = &self.alerts;
        count("alerts.per_hour", alerts.per_hour, 0, 60)?;
        count("alerts.kept_for_urgent", alerts.kept_for_urgent, 0, alerts.per_hour)?;
        count("alerts.agitated_seconds", alerts.agitated_seconds, 10, 3600)?;
        count("alerts.stands_minutes", alerts.stands_minutes, 1, 1440)?;
        count("alerts.waits_minutes", alerts.waits_minutes, 1, 60)?;
        count("alerts.escalate_minutes", alerts.escalate_minutes, 1, 60)?;
        within("alerts.overload_from", alerts.overload_from, self.load.occupancy_ceiling, 1.0)?;
        count("alerts.queue_waiting", alerts.queue_waiting, 1, 1000)?;
        count("alerts.queue_seconds", alerts.queue_seconds, 10, 3600)?;
        within("alerts.loudness_decibels", alerts.loudness_decibels, 0.0, 120.0)?;
        within("alerts.earns_from", alerts.earns_from, 0.0, 1.0)?;
        count("alerts.earns_answers", alerts.earns_answers, 5, 100)?;
        count("alerts.rests_days", alerts.rests_days, 1, 90)?;

        let incident = &self.incident;
        count("incident.cool_off_minutes", incident.cool_off_minutes, 0, 60)?;
        count("incident.easier_minutes", incident.easier_minutes, 0, 240)?;
        count("incident.follow_up_hours", incident.follow_up_hours, 1, 168)?;
        count("incident.lapse_days", incident.lapse_days, 1, 90)?;
        count("incident.flag_after", incident.flag_after, 1, 20)?;
        count("incident.flag_window_days", incident.flag_window_days, 1, 365)?;
        count("incident.flag_days", incident.flag_days, 1, LONGEST_DAYS)?;

        let entrance = &self.entrance;
        within("entrance.sure_from", entrance.sure_from, 0.0, 1.0)?;
        within("entrance.ask_from", entrance.ask_from, 0.0, 1.0)?;
        count("entrance.patience_seconds", entrance.patience_seconds, 5, 300)?;
        let routing = &self.routing;
        count("routing.extra_wait_seconds", routing.extra_wait_seconds, 0, 300)?;
        within("routing.fair_share_limit", routing.fair_share_limit, 1.0, 10.0)?;
        count("routing.window_hours", routing.window_hours, 1, 24)?;
        within("routing.hard_from", routing.hard_from, 0.0, 1.0)?;
        within("routing.easy_below", routing.easy_below, 0.0, 1.0)?;
        less("routing.easy_below", routing.easy_below, "routing.hard_from", routing.hard_from, true)?;
        count("routing.cool_off_minutes", routing.cool_off_minutes, 0, 60)?;
        count("routing.easier_minutes", routing.easier_minutes, 5, 120)?;
        count("routing.easier_pause_minutes", routing.easier_pause_minutes, 0, 480)?;
        within("routing.easier_at_once", routing.easier_at_once, 0.0, 1.0)?;
        count("routing.priority_step_seconds", routing.priority_step_seconds, 10, 3600)?;
        count("routing.reserve_seconds", routing.reserve_seconds, 1, 300)?;
        count("routing.norm_calls", routing.norm_calls, 1, 1000)?;

        let memory = &self.memory;
        count("memory.ended_call_minutes", memory.ended_call_minutes, 1, 60)?;
        count("memory.silent_call_hours", memory.silent_call_hours, 1, 48)?;
        count("memory.idle_agent_days", memory.idle_agent_days, 1, 366)?;
        count("memory.silent_agent_hours", memory.silent_agent_hours, 1, 48)
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::event::Band;

    use super::*;

    #[test]
    fn the_defaults_make_sense() {
        assert_eq!(Settings::default().check(), Ok(()));
    }

    #[test]
    fn an_error_names_the_field_and_the_remedy() {
        let mut settings = Settings::default();
        settings.load.occupancy_ceiling = 85.0;
        let error = settings.check().expect_err("85 is not a share");
        assert_eq!(error.to_string(), "load.occupancy_ceiling is 85, but must be from 0.5 to 0.99");

        let mut settings = Settings::default();
        settings.breaks.offer_after_minutes = 70;
        let error = settings.check().expect_err("later than the latest");
        assert_eq!(
            error.to_string(),
            "breaks.offer_after_minutes is 70, but must be at most breaks.never_later_minutes (60)"
        );

        let mut settings = Settings::default();
        settings.strain.bands.heavy = f64::NAN;
        assert_eq!(settings.check().map_err(|e| e.field), Err("strain.bands.heavy"));
    }

    #[test]
    fn settings_are_read_in_part_and_unknown_names_are_refused() {
        let read = |text| serde_json::from_str::<Settings>(text);
        let settings = read(r#"{"breaks": {"offer_after_minutes": 45}}"#).expect("a part is enough");
        assert_eq!(settings.breaks.offer_after_minutes, 45);
        assert_eq!(settings.breaks.never_later_minutes, 60);
        assert!(read(r#"{"breaks": {"offer_after": 45}}"#).is_err());
    }

    #[test]
    fn a_band_is_left_only_a_margin_below_where_it_was_entered() {
        let bands = Settings::default().load.bands;
        assert_eq!(bands.band(0.5, Band::Usual), Band::High);
        assert_eq!(bands.band(0.46, Band::High), Band::High);
        assert_eq!(bands.band(0.44, Band::High), Band::Usual);
        assert_eq!(bands.band(0.0, Band::Heavy), Band::Light);
        assert_eq!(bands.band(1.0, Band::Light), Band::Heavy);
    }
}
