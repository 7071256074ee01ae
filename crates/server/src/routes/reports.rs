//! What an agent says about themselves: the one-question check-in and good moments. For that agent alone; groups of five and
//! more are shown a coarse band of a whole week ([`calmline_prove::groups`]).

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    Body, CallId, Draft, Event, EventId, PayloadId, SiteId, SubjectId, Timestamp,
    catalog::Lang,
    event::{Clear, PayloadKind, Report},
    role::{Action, Resource},
};
use calmline_store::StoreError;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{day::day_of, me::own_call};
use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{Json, Me, Query},
    state::App,
    token,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);
/// Check-ins a shift: design, section 9.
const CHECK_INS: usize = 3;
/// How long after a check-in the next one is asked for. Choice: three fit a shift.
const ASK_AFTER: SignedDuration = SignedDuration::from_hours(2);
/// How long nobody is asked after abuse: they need rest, not a question. Choice.
const HUSH: SignedDuration = SignedDuration::from_mins(30);
/// The most energy that can be left.
const MOST_ENERGY: u8 = 10;
/// The longest good moment, in characters.
const LONGEST: usize = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list)), route(CHANGE, routes!(add))]
}

/// A check-in or a good moment.
#[derive(Serialize, ToSchema)]
pub struct ReportBody {
    /// The event that recorded it.
    #[schema(value_type = String)]
    event: EventId,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `check_in` or `good_moment`.
    #[schema(value_type = String)]
    report: Report,
    /// The call that it is about.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// Energy left, 0 to 10; none for a good moment, or once it is erased.
    energy: Option<u8>,
    /// The agent's words; none for a check-in, or once they are erased.
    text: Option<String>,
}

/// Whether the agent is asked how they are.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct CheckIn {
    question: String,
    /// Who will see the answer.
    seen_by: String,
    /// How many check-ins are left in this shift.
    left: usize,
    /// Whether now is a good time to ask: some are left, the last lies two hours back, no call and no wrap-up is in progress, and
    /// there was no abuse in the last half an hour.
    ask: bool,
}

impl CheckIn {
    pub(super) fn new(
        reports: &[ReportBody],
        shift_minutes: Option<f64>,
        busy: bool,
        now: Timestamp,
        lang: Lang,
    ) -> Self {
        let given = given(reports, shift_minutes, now);
        let rested = given.last().is_none_or(|last| now.duration_since(*last) >= ASK_AFTER);
        let left = CHECK_INS.saturating_sub(given.len());
        Self {
            question: lang.say("check_in.question").to_owned(),
            seen_by: lang.say("check_in.seen_by").to_owned(),
            left,
            ask: left > 0 && rested && !busy,
        }
    }
}

/// Whether an agent has met abuse just now: they pressed the key, or were told of it in a call.
pub(super) fn met_abuse(events: &[Event], now: Timestamp) -> bool {
    let lately = events.iter().rev().take_while(|event| now.duration_since(event.at) < HUSH);
    let abuse = |event: &Event| match &event.body {
        Body::AbuseReported { .. } => true,
        Body::PromptShown { reason, .. } => reason.code == "prompt.abuse",
        _ => false,
    };
    lately.into_iter().any(abuse)
}

/// When check-ins were given in this shift, the earliest first.
fn given(reports: &[ReportBody], shift_minutes: Option<f64>, now: Timestamp) -> Vec<Timestamp> {
    let began = shift_minutes.and_then(|minutes| SignedDuration::try_from_secs_f64(minutes * 60.0).ok());
    let began = began.and_then(|length| now.saturating_sub(length).ok()).unwrap_or(Timestamp::MIN);
    let in_shift = |report: &&ReportBody| report.report == Report::CheckIn && report.at >= began;
    reports.iter().rev().filter(in_shift).map(|report| report.at).collect()
}

/// The reports among events, opened, the latest first.
pub(super) async fn reports(
    app: &App,
    site: &SiteId,
    events: &[Event],
) -> Result<Vec<ReportBody>, StoreError> {
    let reported = |event: &Event| match &event.body {
        Body::SelfReported {
            report: report @ (Report::CheckIn | Report::GoodMoment), call, text, ..
        } => Some((event.id, event.at, *report, call.clone(), text.clone())),
        _ => None,
    };
    let found: Vec<_> = events.iter().rev().filter_map(reported).collect();
    let ids: Vec<PayloadId> = found.iter().map(|(.., text)| text.clone()).collect();
    let opened = app.store().open_payloads(site, &ids).await?;
    let body = |((event, at, report, call, _), bytes): (_, Option<Vec<u8>>)| {
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let (energy, text) = match report {
            Report::CheckIn => (text.and_then(|text| text.parse().ok()), None),
            _ => (None, text),
        };
        ReportBody { event, at, report, call, energy, text }
    };
    Ok(found.into_iter().zip(opened).map(body).collect())
}

/// Which reports are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportsQuery {
    /// Only those made at this time or later; otherwise all.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
}

/// One's own check-ins and good moments, the latest first.
#[utoipa::path(
    get, path = "/v1/me/reports", tag = "me", security(("session" = [])), params(ReportsQuery),
    responses((status = 200, body = Vec<ReportBody>))
)]
async fn list(
    State(app): State<App>,
    me: Me,
    Query(ReportsQuery { from }): Query<ReportsQuery>,
) -> Result<axum::Json<Vec<ReportBody>>, ApiError> {
    let from = from.unwrap_or(Timestamp::UNIX_EPOCH);
    let events = app.store().read_agent(&me.site, &me.agent, from, Timestamp::MAX).await?;
    Ok(axum::Json(reports(&app, &me.site, &events).await?))
}

/// What an agent says about themselves.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "report")]
pub enum NewReport {
    /// Energy left.
    CheckIn {
        /// 0 to 10.
        energy: u8,
    },
    /// Something that went well.
    GoodMoment {
        /// In the agent's own words, up to 500 characters.
        text: String,
        /// In which call.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        call: Option<CallId>,
    },
}

/// A report that was kept.
#[derive(Serialize, ToSchema)]
pub struct Kept {
    #[schema(value_type = String)]
    event: EventId,
}

/// Says something about oneself. It is sealed, and erased with `self_report`.
#[utoipa::path(
    post, path = "/v1/me/reports", tag = "me", security(("session" = [])), request_body = NewReport,
    responses((status = 201, body = Kept), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn add(
    State(app): State<App>,
    me: Me,
    Json(new): Json<NewReport>,
) -> Result<(StatusCode, axum::Json<Kept>), ApiError> {
    let now = clock::now();
    let (report, call, text) = match new {
        NewReport::CheckIn { energy } => {
            if energy > MOST_ENERGY {
                return Err(ApiError::invalid("energy", "energy is a whole number from 0 to 10"));
            }
            check_left(&app, &me, now).await?;
            (Report::CheckIn, None, energy.to_string())
        }
        NewReport::GoodMoment { text, call } => {
            let text = text.trim().to_owned();
            if text.is_empty() || text.chars().count() > LONGEST {
                let message = format!("a good moment has 1 to {LONGEST} characters");
                return Err(ApiError::invalid("text", message));
            }
            let call = match call {
                Some(call) => Some(own_call(&app, &me, &call).await?.call),
                None => None,
            };
            (Report::GoodMoment, call, text)
        }
    };
    let drawn = token::random::<10>().map_err(|error| ApiError::internal(&error))?;
    let id = PayloadId::new(format!("report-{}", token::hex(&drawn)))
        .map_err(|error| ApiError::internal(&error))?;
    let subject = SubjectId::of_agent(&me.agent);
    let clear = Clear { id: id.clone(), subject, kind: PayloadKind::SelfReport, bytes: text.into_bytes() };
    let body = Body::SelfReported { agent: me.agent, report, call, text: id };
    let draft = Draft::derived(me.site, now, Vec::new(), body).with(clear);
    let event = draft.id;
    app.live.append(vec![draft]).await?;
    Ok((StatusCode::CREATED, axum::Json(Kept { event })))
}

/// Nobody is asked, or may be urged to answer, more than three times a shift.
async fn check_left(app: &App, me: &Me, now: Timestamp) -> Result<(), ApiError> {
    let from = day_of(app, &me.site, now).await?;
    let events = app.store().read_agent(&me.site, &me.agent, from, Timestamp::MAX).await?;
    let reports = reports(app, &me.site, &events).await?;
    let shift = app.live.standing(&me.site, &me.agent, now).map(|standing| standing.shift_minutes);
    if given(&reports, shift, now).len() < CHECK_INS {
        return Ok(());
    }
    Err(ApiError::conflict("enough", "there were three check-ins in this shift")
        .hint("the next shift has three more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_in(minutes_ago: i64, now: Timestamp) -> ReportBody {
        ReportBody {
            event: EventId::derive(&["x"]),
            at: now - SignedDuration::from_mins(minutes_ago),
            report: Report::CheckIn,
            call: None,
            energy: Some(5),
            text: None,
        }
    }

    #[test]
    fn nobody_is_asked_just_after_abuse() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let pressed = |minutes_ago: i64| Event {
            position: calmline_core::Position(1),
            site: SiteId::new("s").unwrap(),
            id: EventId::derive(&["x"]),
            at: now - SignedDuration::from_mins(minutes_ago),
            because: Vec::new(),
            body: Body::AbuseReported {
                agent: calmline_core::AgentId::new("a").unwrap(),
                call: CallId::new("c").unwrap(),
            },
        };
        assert!(met_abuse(&[pressed(29)], now));
        assert!(!met_abuse(&[pressed(30)], now));
        assert!(!met_abuse(&[], now));
    }

    #[test]
    fn three_a_shift_two_hours_apart_and_never_in_a_call() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let look = |reports: &[ReportBody], busy| {
            let asked = CheckIn::new(reports, Some(300.0), busy, now, Lang::En);
            (asked.left, asked.ask)
        };
        assert_eq!(look(&[], false), (3, true));
        assert_eq!(look(&[], true), (3, false));
        assert_eq!(look(&[check_in(30, now)], false), (2, false));
        assert_eq!(look(&[check_in(150, now)], false), (2, true));
        assert_eq!(look(&[check_in(400, now)], false), (3, true), "that was in the shift before");
        let three = [check_in(130, now), check_in(140, now), check_in(290, now)];
        assert_eq!(look(&three, false), (0, false));
    }
}
