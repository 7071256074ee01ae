//! An agent's own day on one page: for that agent alone.

use std::collections::HashSet;

use axum::extract::State;
use calmline_care::{Standing, model::Activity};
use calmline_core::{
    Body, CallId, Event, EventId, OfferId, SiteId, Timestamp,
    catalog::Lang,
    event::{Band, Reason, WorkState},
    role::{Action, Resource},
};
use calmline_store::{CallFilter, OfferRow, OfferState};
use jiff::{SignedDuration, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    calls::CallBody,
    reports::{CheckIn, ReportBody, met_abuse, reports},
    stream::EventBody,
    why,
};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, LangQuery, Query},
    sight::Viewer,
    state::App,
    told::state_code,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
/// A night shift began yesterday: a day reaches back at least so far.
const LONGEST_SHIFT: SignedDuration = SignedDuration::from_hours(12);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(day))]
}

/// An agent's day.
#[derive(Serialize, ToSchema)]
pub struct Day {
    /// Since when: midnight at the site, or twelve hours ago if that is earlier.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Load, exposure and strain now; none before the first work event.
    standing: Option<StandingBody>,
    /// Offers of breaks, the latest first.
    breaks: Vec<OfferBody>,
    /// Calls, the latest first.
    calls: Vec<CallBody>,
    /// The call in progress.
    #[schema(value_type = Option<String>)]
    current: Option<CallId>,
    /// Prompts of the day, the latest first.
    prompts: Vec<EventBody>,
    /// What the phone platform said that the agent did, the earliest first.
    timeline: Vec<Span>,
    /// Check-ins and good moments of the day, the latest first.
    reports: Vec<ReportBody>,
    check_in: CheckIn,
    /// What the agent said to be wrong today.
    #[schema(value_type = Vec<String>)]
    disputed: Vec<EventId>,
}

/// A stretch of time in one state.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Span {
    #[schema(value_type = String, example = "available")]
    state: WorkState,
    /// The state in words.
    text: String,
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// None while it lasts.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
}

/// The stretches between changes of state; time signed out is left out.
fn timeline(events: &[Event], lang: Lang) -> Vec<Span> {
    let state_of = |event: &Event| match event.body {
        Body::AgentState { state, .. } => Some((event.at, state)),
        _ => None,
    };
    let mut changes: Vec<_> = events.iter().filter_map(state_of).collect();
    // What was told late has its own place.
    changes.sort_by_key(|(at, _)| *at);
    changes.dedup_by_key(|(_, state)| *state);
    let ends = changes.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
    let spans = changes.iter().zip(ends).filter(|((_, state), _)| *state != WorkState::Offline);
    let span = |(&(from, state), to)| Span { state, text: lang.say(state_code(state)).to_owned(), from, to };
    spans.map(span).collect()
}

/// Where the agent stands.
#[derive(Serialize, ToSchema)]
pub struct StandingBody {
    /// What they do now.
    #[schema(value_type = String, example = "in_call")]
    activity: serde_json::Value,
    /// Demand acting on the person now (ISO 10075-1: mental stress).
    load: ScaleBody,
    /// Abuse and agitation met, fading with time.
    exposure: ScaleBody,
    /// The effect on the person (ISO 10075-1: mental strain), as the model sees it.
    strain: ScaleBody,
    /// What weighs most, in words, strongest first.
    reasons: Vec<String>,
    /// Every part of the three scales with what it adds.
    parts: Vec<PartBody>,
    /// The event that told these bands, the latest of the day: what is disputed if they are wrong. None before the first.
    #[schema(value_type = Option<String>)]
    event: Option<EventId>,
    /// Minutes of work since the last break.
    work_minutes: f64,
    /// Minutes since signing in.
    shift_minutes: f64,
}

/// A value from 0 to 1, its band and the band's word.
#[derive(Serialize, ToSchema)]
pub struct ScaleBody {
    value: f64,
    #[schema(value_type = String, example = "usual")]
    band: Band,
    text: String,
}

/// One part of a scale.
#[derive(Serialize, ToSchema)]
pub struct PartBody {
    #[schema(value_type = String)]
    part: serde_json::Value,
    share: f64,
    text: String,
    /// The event that last moved it.
    cause: Option<EventBody>,
}

impl StandingBody {
    async fn new(
        app: &App,
        viewer: &Viewer,
        site: &SiteId,
        (standing, event): (Standing, Option<EventId>),
        lang: Lang,
    ) -> Result<Self, ApiError> {
        let scale = |scale: calmline_care::Scale| ScaleBody {
            value: scale.value.get(),
            band: scale.band,
            text: lang.say(&format!("band.{}", scale.band.as_str())).to_owned(),
        };
        let mut parts = Vec::with_capacity(standing.parts.len());
        for part in standing.parts {
            let cause = match part.cause.filter(|_| part.share.get() > 0.0) {
                Some(event) => why::shown(app, viewer, site, &event, lang).await?,
                None => None,
            };
            parts.push(PartBody {
                part: serde_json::json!(part.part),
                share: part.share.get(),
                text: lang.tell(&part.reason),
                cause,
            });
        }
        Ok(Self {
            activity: serde_json::json!(standing.activity),
            load: scale(standing.load),
            exposure: scale(standing.exposure),
            strain: scale(standing.strain),
            reasons: standing.reasons.iter().map(|reason| lang.tell(reason)).collect(),
            parts,
            event,
            work_minutes: standing.work_minutes,
            shift_minutes: standing.shift_minutes,
        })
    }
}

/// An offer of a break.
#[derive(Serialize, ToSchema)]
pub struct OfferBody {
    #[schema(value_type = String)]
    offer: OfferId,
    #[schema(value_type = String, format = DateTime)]
    offered: Timestamp,
    minutes: u32,
    #[schema(value_type = String, format = DateTime)]
    expires: Timestamp,
    /// `offered, accepted, moved, refused, lapsed, began, unconfirmed` or `ended`, with `to` or `lasted` (minutes).
    #[schema(value_type = Object)]
    state: OfferState,
    /// Whether a supervisor has said that the floor is covered.
    approved: bool,
    text: String,
    reasons: Vec<String>,
}

impl OfferBody {
    fn new(row: OfferRow, approved: bool, lang: Lang) -> Self {
        let offer = Reason::new("break.offer").with("minutes", f64::from(row.minutes));
        Self {
            offer: row.offer,
            offered: row.offered,
            minutes: row.minutes,
            expires: row.expires,
            state: row.state,
            approved,
            text: lang.tell(&offer),
            reasons: row.reasons.iter().map(|reason| lang.tell(reason)).collect(),
        }
    }
}

/// The agent's own day: standing with reasons in words, breaks, calls, prompts, what they did and what they said.
#[utoipa::path(
    get, path = "/v1/me/day", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = Day), (status = 409, body = ErrorBody))
)]
async fn day(
    State(app): State<App>,
    me: extract::Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<Day>, ApiError> {
    let (now, lang) = (clock::now(), extract::language(query, &me.signed));
    let from = day_of(&app, &me.site, now).await?;
    let (site, agent) = (&me.site, &me.agent);
    let standing = app.live.standing(site, agent, now);
    let events = app.store().read_agent(site, agent, from, Timestamp::MAX).await?;
    let at_work =
        |now: &Standing| matches!(now.activity, Activity::InCall | Activity::WrapUp | Activity::Off);
    let busy = standing.as_ref().is_none_or(at_work) || met_abuse(&events, now);
    let shift_minutes = standing.as_ref().map(|standing| standing.shift_minutes);
    let standing = match standing {
        Some(standing) => {
            let standing = (standing, told_by(&events));
            Some(StandingBody::new(&app, &Viewer::new(&me.signed), site, standing, lang).await?)
        }
        None => None,
    };
    let offers = app.store().offers(site, agent, from).await?;
    let filter =
        CallFilter { agent: Some(agent.clone()), from: Some(from), limit: 500, ..CallFilter::default() };
    let calls = app.store().calls(site, &filter).await?;
    let current = calls.iter().find(|row| row.answered.is_some() && row.ended.is_none());
    let approved: HashSet<&OfferId> = events
        .iter()
        .filter_map(|event| match &event.body {
            Body::BreakApproved { offer, .. } => Some(offer),
            _ => None,
        })
        .collect();
    let breaks = offers
        .into_iter()
        .map(|row| {
            let known = approved.contains(&row.offer);
            OfferBody::new(row, known, lang)
        })
        .collect();
    let reports = reports(&app, site, &events).await?;
    let prompts = events.iter().rev().filter(|event| matches!(event.body, Body::PromptShown { .. }));
    Ok(axum::Json(Day {
        from,
        standing,
        breaks,
        current: current.map(|row| row.call.clone()),
        calls: calls.into_iter().map(CallBody::from).collect(),
        prompts: prompts.map(|event| EventBody::new(event.clone(), lang)).collect(),
        timeline: timeline(&events, lang),
        disputed: disputed(&events),
        check_in: CheckIn::new(&reports, shift_minutes, busy, now, lang),
        reports,
    }))
}

/// The latest event that told the agent's bands.
fn told_by(events: &[Event]) -> Option<EventId> {
    events.iter().rev().find(|event| matches!(event.body, Body::LoadChanged { .. })).map(|event| event.id)
}

fn disputed(events: &[Event]) -> Vec<EventId> {
    let wrong = |event: &Event| match event.body {
        Body::InferenceDisputed { event, .. } => Some(event),
        _ => None,
    };
    events.iter().filter_map(wrong).collect()
}

/// When the present day began at a site: midnight there, or twelve hours ago if that is earlier.
pub(super) async fn day_of(app: &App, site: &SiteId, now: Timestamp) -> Result<Timestamp, ApiError> {
    let site = app.store().site(site).await?.ok_or_else(|| ApiError::not_found("site"))?;
    // The zone was checked when the site was set up; without its data a day is one of UTC.
    let zone = TimeZone::get(&site.time_zone).unwrap_or(TimeZone::UTC);
    let midnight = now.to_zoned(zone).start_of_day().map_or(now, |start| start.timestamp());
    let earlier = now.saturating_sub(LONGEST_SHIFT).unwrap_or(Timestamp::MIN);
    Ok(midnight.min(earlier))
}

#[cfg(test)]
mod tests {
    use calmline_core::{AgentId, EventId, Position};

    use super::*;

    #[test]
    fn the_timeline_is_in_order_of_time_and_leaves_out_time_signed_out() {
        let told = |at: i64, state| Event {
            position: Position(1),
            site: SiteId::new("s").unwrap(),
            id: EventId::derive(&["x"]),
            at: Timestamp::from_second(at).unwrap(),
            because: Vec::new(),
            body: Body::AgentState { agent: AgentId::new("a").unwrap(), state, reason: None },
        };
        let events = [
            told(10, WorkState::Available),
            told(30, WorkState::OnBreak),
            told(20, WorkState::Available),
            told(40, WorkState::Offline),
            told(50, WorkState::Busy),
        ];
        let spans: Vec<_> = timeline(&events, Lang::En)
            .into_iter()
            .map(|span| (span.state, span.from.as_second(), span.to.map(Timestamp::as_second)))
            .collect();
        let wanted = [
            (WorkState::Available, 10, Some(30)),
            (WorkState::OnBreak, 30, Some(40)),
            (WorkState::Busy, 50, None),
        ];
        assert_eq!(spans, wanted);
    }
}
