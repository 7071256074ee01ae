//! How an agent's voice was in their last calls, against their own usual: for that agent alone.

use axum::extract::State;
use calmline_core::{
    Body, CallId, Event, EventId, Party, PayloadId, Share, SubjectId, Timestamp,
    catalog::Lang,
    event::{CallCue, Cue, CueKind, PayloadKind, Reason},
    policy::{Purpose, SitePolicy, Verdict, rule},
    role::{Action, Resource},
};
use calmline_sense::affect::cues::{CALLS_MIN, calls_known};
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::ApiError,
    extract::{self, LangQuery, Me, Query},
    state::App,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);

/// How far back is looked, and how many calls are shown at most: what is older is no help.
const BACK: SignedDuration = SignedDuration::from_hours(48);
const SHOWN: usize = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list))]
}

/// What is known of one's own voice.
#[derive(Serialize, ToSchema)]
pub struct OwnCues {
    /// Whether the site's policy allows it at all.
    allowed: bool,
    /// Whether the agent has agreed to it.
    on: bool,
    /// From how many calls the usual is known; it counts to forty, and older calls fade.
    calls_known: u32,
    /// How many calls must be known before anything is said.
    calls_needed: u32,
    /// The calls of the last two days, the latest first.
    calls: Vec<CueBody>,
}

/// What is said of one call.
#[derive(Serialize, ToSchema)]
pub struct CueBody {
    /// The event that told it: what is disputed if it is wrong.
    #[schema(value_type = String)]
    event: EventId,
    #[schema(value_type = String)]
    call: CallId,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The cue, or why there is none.
    text: String,
    /// Whether the agent has said that it is wrong.
    disputed: bool,
    /// What moved; null where nothing is said.
    cue: Option<MovedBody>,
}

/// A voice that was unlike its usual.
#[derive(Serialize, ToSchema)]
pub struct MovedBody {
    /// `tenser`, `lower` or `uneasier`.
    #[schema(value_type = String, example = "tenser")]
    kind: CueKind,
    /// How sure it is that the call lies outside of the agent's usual ones.
    #[schema(value_type = f64)]
    confidence: Share,
    /// What moved, the strongest first.
    why: Vec<String>,
    /// What it means, and how often it is wrong.
    meaning: Vec<String>,
}

impl CueBody {
    fn new(event: &Event, call: &CallId, said: CallCue, disputed: bool, lang: Lang) -> Self {
        let (text, cue) = match said {
            CallCue::Withheld(reason) => (lang.tell(&reason), None),
            CallCue::Moved(cue) => {
                let text = lang.say(&format!("cue.{}", cue.kind.as_str())).to_owned();
                (text, Some(MovedBody::new(&cue, lang)))
            }
        };
        Self { event: event.id, call: call.clone(), at: event.at, text, disputed, cue }
    }
}

impl MovedBody {
    fn new(cue: &Cue, lang: Lang) -> Self {
        let percent = (cue.false_alarms.get() * 100.0).round();
        let wrong = Reason::new("cue.false_alarms").with("percent", percent);
        Self {
            kind: cue.kind,
            confidence: cue.confidence,
            why: cue.drivers.iter().map(|code| lang.say(code).to_owned()).collect(),
            meaning: vec![lang.say("cue.meaning").to_owned(), lang.tell(&wrong)],
        }
    }
}

/// How one's voice was in the last calls, against one's own usual. Nobody else can ask for it.
#[utoipa::path(
    get, path = "/v1/me/cues", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = OwnCues))
)]
async fn list(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<OwnCues>, ApiError> {
    let lang = extract::language(query, &me.signed);
    let standing = app.live.with_policy(&me.site, |policy| standing(policy, &me));
    let (allowed, on) = standing.ok_or_else(|| ApiError::not_found("site"))?;
    let from = clock::now().saturating_sub(BACK).unwrap_or(Timestamp::MIN);
    let events = app.store().read_agent(&me.site, &me.agent, from, Timestamp::MAX).await?;
    let disputed: Vec<EventId> = events.iter().filter_map(objected).collect();
    let told: Vec<_> = events.iter().rev().filter_map(told).take(SHOWN).collect();
    let ids: Vec<PayloadId> = told.iter().map(|(_, _, cue)| (*cue).clone()).collect();
    let opened = app.store().open_payloads(&me.site, &ids).await?;
    let calls = told.iter().zip(opened).filter_map(|((event, call, _), opened)| {
        // What was erased is not told any more.
        let said = serde_json::from_slice(&opened?).ok()?;
        Some(CueBody::new(event, call, said, disputed.contains(&event.id), lang))
    });
    let usual = app.store().baseline(&me.site, &SubjectId::of_agent(&me.agent)).await?;
    Ok(axum::Json(OwnCues {
        allowed,
        on,
        calls_known: calls_known(usual.as_deref()) as u32,
        calls_needed: CALLS_MIN as u32,
        calls: calls.collect(),
    }))
}

fn standing(policy: &SitePolicy, me: &Me) -> (bool, bool) {
    let allowed = rule(policy.profile(), Purpose::VoiceAffect, Party::Agent).verdict == Verdict::Allowed;
    (allowed, allowed && policy.has_consent(&me.agent, Purpose::VoiceAffect))
}

fn told(event: &Event) -> Option<(&Event, &CallId, &PayloadId)> {
    match &event.body {
        Body::AgentCue { call, cue, .. } => Some((event, call, cue)),
        _ => None,
    }
}

fn objected(event: &Event) -> Option<EventId> {
    match event.body {
        Body::InferenceDisputed { event, .. } => Some(event),
        _ => None,
    }
}

/// How many sealed texts are kept of an agent's voice.
pub(super) async fn kept(app: &App, me: &Me) -> Result<u64, ApiError> {
    let subject = SubjectId::of_agent(&me.agent);
    let texts = app.store().payloads_about(&me.site, &subject).await?;
    let told = texts.iter().filter(|(_, kind, _)| *kind == PayloadKind::VoiceCue).count() as u64;
    Ok(told + u64::from(app.store().baseline(&me.site, &subject).await?.is_some()))
}
