//! What an agent's own check-ins say of how strain works in them: computed when they look, for them alone, and kept nowhere.

use std::collections::HashMap;

use axum::extract::State;
use calmline_care::model::personal::{OwnView, Prior, of_person};
use calmline_core::{
    Body, Draft, Event, EventId, PayloadId, Timestamp,
    catalog::Lang,
    event::{Reason, Report},
    role::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::ApiError,
    extract::{self, Json, LangQuery, Me, Query},
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(show)), route(CHANGE, routes!(choose))]
}

/// What is learned from one's own check-ins.
#[derive(Serialize, ToSchema)]
pub struct FitBody {
    /// Whether the agent chose it. It is off until then.
    own: bool,
    /// What is found, in a sentence; null where it is off.
    text: Option<String>,
    /// What is expected now, with its uncertainty, in a sentence.
    expected_text: Option<String>,
    /// Check-ins that it rests on.
    check_ins: u32,
    /// Energy expected now, 0 to 10.
    energy: Option<f64>,
    /// The interval that should hold four of five answers.
    interval: Option<[f64; 2]>,
    /// The same of most people after the same work.
    of_most: Option<f64>,
}

impl FitBody {
    fn new(view: Option<OwnView>, lang: Lang) -> Self {
        let Some(view) = view else {
            return Self {
                own: false,
                text: None,
                expected_text: None,
                check_ins: 0,
                energy: None,
                interval: None,
                of_most: None,
            };
        };
        let points = |value: f64| (value * 10.0).round() / 10.0;
        let (energy, [low, high], most) =
            (points(view.energy), view.interval.map(points), points(view.of_most));
        let expected = Reason::new("fit.expected")
            .with("energy", energy)
            .with("low", low)
            .with("high", high)
            .with("most", most);
        Self {
            own: true,
            text: Some(lang.tell(&view.reason)),
            expected_text: Some(lang.tell(&expected)),
            check_ins: view.check_ins,
            energy: Some(energy),
            interval: Some([low, high]),
            of_most: Some(most),
        }
    }
}

/// The fit as it stands, from what is kept of the agent's own.
async fn view(app: &App, me: &Me) -> Result<Option<OwnView>, ApiError> {
    let events = app.store().read_agent(&me.site, &me.agent, Timestamp::UNIX_EPOCH, Timestamp::MAX).await?;
    let check_in = |event: &Event| match &event.body {
        Body::SelfReported { report: Report::CheckIn, text, .. } => Some((event.id, text.clone())),
        _ => None,
    };
    let (ids, texts): (Vec<EventId>, Vec<PayloadId>) = events.iter().filter_map(check_in).unzip();
    let opened = app.store().open_payloads(&me.site, &texts).await?;
    let number = |bytes: Vec<u8>| String::from_utf8(bytes).ok()?.parse::<f64>().ok();
    let energy: HashMap<EventId, f64> =
        ids.into_iter().zip(opened).filter_map(|(id, bytes)| Some((id, number(bytes?)?))).collect();
    let settings = app.live.care();
    let fitted = of_person(&events, |id| energy.get(id).copied(), &Prior::usual(), settings);
    Ok(fitted.map(|(view, _)| view))
}

/// What one's own check-ins say of how strain works in oneself, with its uncertainty, in a sentence. It reaches no decision and
/// nobody else.
#[utoipa::path(
    get, path = "/v1/me/fit", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = FitBody))
)]
async fn show(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<FitBody>, ApiError> {
    let lang = extract::language(query, &me.signed);
    Ok(axum::Json(FitBody::new(view(&app, &me).await?, lang)))
}

/// The choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FitChoice {
    /// Whether check-ins may be used for it from now on.
    own: bool,
}

/// What came of the choice.
#[derive(Serialize, ToSchema)]
pub struct FitChosen {
    /// What was deleted, in a sentence; null where it was switched on.
    deleted: Option<String>,
}

/// Switches it on or off. Off, everything that was learned is forgotten, for good: what is chosen later begins anew.
#[utoipa::path(
    put, path = "/v1/me/fit", tag = "me", security(("session" = [])), params(LangQuery), request_body = FitChoice,
    responses((status = 200, body = FitChosen))
)]
async fn choose(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
    Json(FitChoice { own }): Json<FitChoice>,
) -> Result<axum::Json<FitChosen>, ApiError> {
    let lang = extract::language(query, &me.signed);
    let before = view(&app, &me).await?;
    if before.is_some() != own {
        let body = Body::FitChosen { agent: me.agent.clone(), own, team: false };
        app.live.append(vec![Draft::derived(me.site.clone(), clock::now(), Vec::new(), body)]).await?;
    }
    let deleted = (!own).then(|| match before.map_or(0, |view| view.check_ins) {
        0 => lang.say("fit.deleted_none").to_owned(),
        count => lang.tell(&Reason::new("fit.deleted").with("count", f64::from(count))),
    });
    Ok(axum::Json(FitChosen { deleted }))
}
