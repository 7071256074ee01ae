//! How groups of five and more were in past weeks.

use axum::extract::State;
use calmline_core::{
    AgentId, Body, Draft, Event, PayloadId, Position, SiteId, Timestamp,
    catalog::Lang,
    event::{BurnoutScale, Cohort, Energy, Extent, Report, Standard},
    role::{Action, Resource},
};
use calmline_prove::groups::{BEFORE, Before, Week, cohorts, shares};
use calmline_store::{Site, StoreError};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::questionnaires::answered;
use crate::{
    access::{Access, Route, route},
    clock,
    error::ApiError,
    extract::{self, LangQuery, Query},
    session::Signed,
    state::App,
    teams,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::Wellbeing)]);
/// How many weeks are looked back.
const WEEKS: i64 = 8;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list))]
}

/// One week.
#[derive(Serialize, ToSchema)]
pub struct WeekBody {
    /// Its Monday.
    #[schema(example = "2026-03-02")]
    week: String,
    /// The whole site, then each team by name.
    cohorts: Vec<CohortBody>,
}

/// A group of people.
#[derive(Serialize, ToSchema)]
pub struct CohortBody {
    /// Which team; null for the whole site.
    team: Option<String>,
    /// At least so many people were at work: 5, 10 or 20; null if too few to say anything.
    people: Option<u32>,
    load: Option<MeasureBody>,
    exposure: Option<MeasureBody>,
    strain: Option<MeasureBody>,
    energy: Option<MeasureBody>,
    /// Well-being by the WHO-5.
    who5: Option<MeasureBody>,
    /// Burnout by scale of the Copenhagen inventory: those of which five people and more said something.
    burnout: Vec<NamedMeasure>,
    /// The pulse by management standard, likewise.
    pulse: Vec<NamedMeasure>,
    /// Why something is left out, if it is.
    note: Option<String>,
}

/// A band of one scale or standard.
#[derive(Serialize, ToSchema)]
pub struct NamedMeasure {
    #[schema(example = "demands")]
    name: &'static str,
    /// The scale or standard in words.
    title: String,
    band: &'static str,
    text: String,
}

/// A coarse band: `little, some, much` for load, exposure, strain and burnout, `low, middle, good` for energy, WHO-5 and pulse.
#[derive(Serialize, ToSchema)]
pub struct MeasureBody {
    #[schema(example = "some")]
    band: &'static str,
    /// What it means.
    text: String,
}

impl MeasureBody {
    fn new(of: &str, band: &'static str, lang: Lang) -> Self {
        Self { band, text: lang.say(&format!("{of}.{band}")).to_owned() }
    }
}

fn extent_word(extent: Extent) -> &'static str {
    match extent {
        Extent::Little => "little",
        Extent::Some => "some",
        Extent::Much => "much",
    }
}

fn energy_word(energy: Energy) -> &'static str {
    match energy {
        Energy::Low => "low",
        Energy::Middle => "middle",
        Energy::Good => "good",
    }
}

fn named(of: &str, name: &'static str, title: &str, band: &'static str, lang: Lang) -> NamedMeasure {
    let MeasureBody { band, text } = MeasureBody::new(of, band, lang);
    NamedMeasure { name, title: lang.say(&format!("{title}.{name}")).to_owned(), band, text }
}

impl CohortBody {
    fn new(cohort: Cohort, lang: Lang) -> Self {
        let Cohort { team, people, load, exposure, strain, energy, who5, burnout, pulse } = cohort;
        let extent =
            |extent: Option<Extent>| extent.map(|at| MeasureBody::new("extent", extent_word(at), lang));
        let whole = people.is_some() && energy.is_some();
        let burnout = burnout.into_iter().map(|(scale, extent)| {
            named("burnout", scale.as_str(), "burnout_scale", extent_word(extent), lang)
        });
        let pulse = pulse.into_iter().map(|(standard, energy)| {
            named("pulse", standard.as_str(), "standard", energy_word(energy), lang)
        });
        Self {
            team,
            people,
            load: extent(load),
            exposure: extent(exposure),
            strain: extent(strain),
            energy: energy.map(|energy| MeasureBody::new("energy", energy_word(energy), lang)),
            who5: who5.map(|score| MeasureBody::new("who5", energy_word(score), lang)),
            burnout: burnout.collect(),
            pulse: pulse.collect(),
            note: (!whole).then(|| lang.say("wellbeing.few").to_owned()),
        }
    }
}

/// How groups of five and more were in the last eight weeks that are over, the latest first. Each week is written once and
/// never changes; nothing in it tells of fewer than five people, and nothing names anybody.
#[utoipa::path(
    get, path = "/v1/wellbeing", tag = "floor", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Vec<WeekBody>))
)]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Vec<WeekBody>>, ApiError> {
    let (id, lang) = (&signed.account.site, extract::language(query, &signed));
    let site = app.store().site(id).await?.ok_or_else(|| ApiError::not_found("site"))?;
    let _one_at_a_time = app.freezing.lock().await;
    let frozen = app.store().read_kind(id, "wellbeing.frozen", Position(0), u32::MAX).await?;
    let known = |monday: Date| {
        frozen.iter().find_map(|event| match &event.body {
            Body::WellbeingFrozen { week, cohorts } if *week == monday.to_string() => Some(cohorts.clone()),
            _ => None,
        })
    };
    let mut weeks = Vec::new();
    // The earliest first: what is shown of a week rests on what was shown of the one before.
    let mut last: Option<Vec<Cohort>> = None;
    for monday in mondays(&site, clock::now()).into_iter().rev() {
        let cohorts = match known(monday) {
            Some(cohorts) => cohorts,
            None => freeze(&app, &site, monday, last.as_deref()).await?,
        };
        last = Some(cohorts.clone());
        let cohorts = cohorts.into_iter().map(|cohort| CohortBody::new(cohort, lang)).collect();
        weeks.push(WeekBody { week: monday.to_string(), cohorts });
    }
    weeks.reverse();
    Ok(axum::Json(weeks))
}

fn zone(site: &Site) -> TimeZone {
    // The zone was checked when the site was set up; without its data a week is one of UTC.
    TimeZone::get(&site.time_zone).unwrap_or(TimeZone::UTC)
}

/// The Mondays of the weeks that are over, since the site was opened, the latest first.
fn mondays(site: &Site, now: Timestamp) -> Vec<Date> {
    let today = now.to_zoned(zone(site)).date();
    let this = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
    let opened = site.opened.to_zoned(zone(site)).date();
    let ago = |weeks: i64| this.as_ref().ok()?.checked_sub((weeks * 7).days()).ok();
    let over = |monday: &Date| monday.checked_add(7.days()).is_ok_and(|next| next > opened);
    (1..=WEEKS).filter_map(ago).take_while(over).collect()
}

/// Counts a week that is over and writes it to the log. `last` is what was shown of the week before.
async fn freeze(
    app: &App,
    site: &Site,
    monday: Date,
    last: Option<&[Cohort]>,
) -> Result<Vec<Cohort>, ApiError> {
    let people = week_of(app, site, monday).await?;
    let before = match (last, monday.checked_sub(7.days())) {
        (Some(shown), Ok(earlier)) => Some((week_of(app, site, earlier).await?, shown)),
        _ => None,
    };
    let before = before.as_ref().map(|(people, shown)| Before { people, shown });
    let cohorts = cohorts(&people, before);
    let body = Body::WellbeingFrozen { week: monday.to_string(), cohorts: cohorts.clone() };
    app.live.append(vec![Draft::derived(site.id.clone(), clock::now(), Vec::new(), body)]).await?;
    Ok(cohorts)
}

/// Everybody's week from a Monday on.
async fn week_of(app: &App, site: &Site, monday: Date) -> Result<Vec<Week>, ApiError> {
    let midnight = |date: Date| date.to_zoned(zone(site)).map(|start| start.timestamp());
    let next = monday.checked_add(7.days());
    let (from, to) = next
        .and_then(|next| Ok((midnight(monday)?, midnight(next)?)))
        .map_err(|error| ApiError::internal(&error))?;
    let mut teams = teams::teams(app.store(), &site.id, to).await?;
    let mut weeks = Vec::new();
    for row in app.store().agents(&site.id).await? {
        let mut week = of_agent(app, &site.id, &row.agent, from, to).await?;
        week.team = teams.remove(&row.agent);
        weeks.push(week);
    }
    Ok(weeks)
}

async fn of_agent(
    app: &App,
    site: &SiteId,
    agent: &AgentId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Week, StoreError> {
    let before = from.saturating_sub(BEFORE).unwrap_or(Timestamp::MIN);
    let events = app.store().read_agent(site, agent, before, to).await?;
    let energy = energy(app, site, &events, from).await?;
    let answered = answered(app, site, &events).await?;
    let score = |report: Report, name: &str| {
        let given = answered.iter().filter(|(at, of, _)| *at >= from && *of == report);
        let scores: Vec<f64> =
            given.filter_map(|(.., answered)| answered.scores.get(name).copied()).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few questionnaires")]
        let count = scores.len() as f64;
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / count)
    };
    let burnout = BurnoutScale::ALL.into_iter();
    let pulse = Standard::ALL.into_iter();
    Ok(Week {
        who: agent.clone(),
        team: None,
        shares: shares(&events, from, to),
        energy,
        who5: score(Report::Who5, "who5"),
        burnout: burnout.filter_map(|of| Some((of, score(Report::Burnout, of.as_str())?))).collect(),
        pulse: pulse.filter_map(|of| Some((of, score(Report::Pulse, of.as_str())?))).collect(),
    })
}

/// The average of a person's check-ins of the week; those that are erased do not count.
async fn energy(
    app: &App,
    site: &SiteId,
    events: &[Event],
    from: Timestamp,
) -> Result<Option<f64>, StoreError> {
    let check_in = |event: &Event| match &event.body {
        Body::SelfReported { report: Report::CheckIn, text, .. } if event.at >= from => Some(text.clone()),
        _ => None,
    };
    let ids: Vec<PayloadId> = events.iter().filter_map(check_in).collect();
    let opened = app.store().open_payloads(site, &ids).await?;
    let number = |bytes: Vec<u8>| String::from_utf8(bytes).ok()?.parse::<f64>().ok();
    let given: Vec<f64> = opened.into_iter().flatten().filter_map(number).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few check-ins")]
    let count = given.len() as f64;
    Ok((!given.is_empty()).then(|| given.iter().sum::<f64>() / count))
}

#[cfg(test)]
mod tests {
    use calmline_core::policy::Profile;

    use super::*;

    #[test]
    fn weeks_begin_on_monday_at_the_site_and_with_the_week_of_its_opening() {
        let site = Site {
            id: SiteId::new("s").unwrap(),
            name: "s".into(),
            profile: Profile::Cn,
            time_zone: "Asia/Shanghai".into(),
            opened: "2026-02-18T00:00:00Z".parse().unwrap(),
        };
        // Sunday evening in London is Monday morning in Shanghai.
        let now = "2026-03-08T20:00:00Z".parse().unwrap();
        let weeks: Vec<String> = mondays(&site, now).iter().map(Date::to_string).collect();
        assert_eq!(weeks, ["2026-03-02", "2026-02-23", "2026-02-16"]);
    }
}
