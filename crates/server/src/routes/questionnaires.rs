//! Questionnaires that agents answer for themselves: the WHO-5, the Copenhagen Burnout Inventory, and the team pulse.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use calmline_core::{
    Body, Draft, Event, EventId, PayloadId, SubjectId, Timestamp,
    catalog::Lang,
    event::{Clear, PayloadKind, Report, Standard},
    role::{Action, Resource},
};
use calmline_prove::questionnaire::{Instrument, Questionnaire};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    clock,
    error::{ApiError, ErrorBody},
    extract::{self, Json, LangQuery, Me, Query},
    state::App,
    token,
};

const READ: Access = Access::Any(&[(Action::Read, Resource::OwnDay)]);
const CHANGE: Access = Access::Any(&[(Action::Change, Resource::OwnDay)]);
/// The answers of the pulse: 0 to 4.
const PULSE_ANSWERS: u8 = 5;

pub(super) fn routes() -> Vec<Route> {
    vec![route(READ, routes!(list)), route(CHANGE, routes!(give))]
}

/// What an answered questionnaire holds, sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The place of each item's answer in its list, from 0.
    answers: Vec<u8>,
    /// The scores by name: `who5`, the scales of burnout (0 to 100), or the standards of the pulse (0 to 4).
    pub(crate) scores: BTreeMap<String, f64>,
}

/// The questionnaires.
#[derive(Serialize, ToSchema)]
pub struct QuestionnaireList {
    /// Who sees the answers.
    seen_by: String,
    questionnaires: Vec<QuestionnaireBody>,
}

/// A questionnaire, and how one answered it.
#[derive(Serialize, ToSchema)]
pub struct QuestionnaireBody {
    /// `who5`, `burnout` or `pulse`.
    #[schema(value_type = String, example = "pulse")]
    instrument: Report,
    title: String,
    /// What is said before the items; or, where the wording is not installed in this language, that it is not.
    about: String,
    /// Where the wording was published.
    source: Option<String>,
    /// Empty where the wording is not installed in this language.
    items: Vec<ItemBody>,
    /// One's own scores, the latest first.
    given: Vec<Given>,
}

/// One item.
#[derive(Serialize, ToSchema)]
pub struct ItemBody {
    text: String,
    /// The answers, from the one that is sent as 0 on.
    answers: Vec<String>,
}

/// Scores that were given.
#[derive(Serialize, ToSchema)]
pub struct Given {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    scores: Vec<OwnScore>,
}

/// A score.
#[derive(Serialize, ToSchema)]
pub struct OwnScore {
    name: String,
    text: String,
    value: f64,
}

fn report_of(instrument: Instrument) -> Report {
    match instrument {
        Instrument::Who5 => Report::Who5,
        Instrument::Burnout => Report::Burnout,
    }
}

fn title(report: Report) -> &'static str {
    match report {
        Report::Who5 => "report.who5",
        Report::Burnout => "report.burnout",
        _ => "report.pulse",
    }
}

fn score_text(name: &str, lang: Lang) -> String {
    let codes = [format!("burnout_scale.{name}"), format!("standard.{name}")];
    let known = codes.iter().map(|code| (code, lang.say(code))).find(|(code, text)| *text != code.as_str());
    known.map_or_else(|| "WHO-5".to_owned(), |(_, text)| text.to_owned())
}

fn installed(questionnaire: &Questionnaire, lang: Lang) -> (String, Vec<ItemBody>) {
    let said =
        |words: &calmline_prove::questionnaire::Words| words.in_language(lang).unwrap_or_default().to_owned();
    let item = |item: &calmline_prove::questionnaire::Item| ItemBody {
        text: said(&item.text),
        answers: questionnaire.answers.get(&item.answers).into_iter().flatten().map(said).collect(),
    };
    (said(&questionnaire.about), questionnaire.items.iter().map(item).collect())
}

fn pulse(lang: Lang) -> (String, Vec<ItemBody>) {
    let answers: Vec<String> =
        (0..PULSE_ANSWERS).map(|n| lang.say(&format!("pulse.answer.{n}")).to_owned()).collect();
    let item = |standard: Standard| ItemBody {
        text: lang.say(&format!("pulse.question.{}", standard.as_str())).to_owned(),
        answers: answers.clone(),
    };
    (lang.say("pulse.about").to_owned(), Standard::ALL.map(item).into())
}

/// The answered questionnaires among events, opened, the earliest first.
pub(crate) async fn answered(
    app: &App,
    site: &calmline_core::SiteId,
    events: &[Event],
) -> Result<Vec<(Timestamp, Report, Answered)>, calmline_store::StoreError> {
    let asked = |event: &Event| match &event.body {
        Body::SelfReported {
            report: report @ (Report::Who5 | Report::Burnout | Report::Pulse),
            text,
            ..
        } => Some(((event.at, *report), text.clone())),
        _ => None,
    };
    let (found, texts): (Vec<(Timestamp, Report)>, Vec<PayloadId>) = events.iter().filter_map(asked).unzip();
    let opened = app.store().open_payloads(site, &texts).await?;
    let read = |((at, report), bytes): ((Timestamp, Report), Option<Vec<u8>>)| {
        Some((at, report, serde_json::from_slice(&bytes?).ok()?))
    };
    Ok(found.into_iter().zip(opened).filter_map(read).collect())
}

/// The questionnaires, in the published words where the site has installed them, and one's own scores.
#[utoipa::path(
    get, path = "/v1/me/questionnaires", tag = "me", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = QuestionnaireList))
)]
async fn list(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<QuestionnaireList>, ApiError> {
    let lang = extract::language(query, &me.signed);
    let events = app.store().read_agent(&me.site, &me.agent, Timestamp::UNIX_EPOCH, Timestamp::MAX).await?;
    let given = answered(&app, &me.site, &events).await?;
    let of = |report: Report| -> Vec<Given> {
        let mine = given.iter().rev().filter(|(_, of, _)| *of == report);
        mine.map(|(at, _, answered)| Given { at: *at, scores: scores(answered, lang) }).collect()
    };
    let published = Instrument::ALL.map(|instrument| {
        let known = app.config.questionnaires.iter().find(|known| known.instrument == instrument);
        let (report, there) = (report_of(instrument), known.filter(|known| known.is_in(lang)));
        let (about, items) = match there {
            Some(known) => installed(known, lang),
            None => (lang.say("questionnaire.no_words").to_owned(), Vec::new()),
        };
        let (title, source) = (lang.say(title(report)).to_owned(), there.map(|known| known.source.clone()));
        QuestionnaireBody { instrument: report, title, about, source, items, given: of(report) }
    });
    let (about, items) = pulse(lang);
    let own = QuestionnaireBody {
        instrument: Report::Pulse,
        title: lang.say("report.pulse").to_owned(),
        about,
        source: None,
        items,
        given: of(Report::Pulse),
    };
    Ok(axum::Json(QuestionnaireList {
        seen_by: lang.say("questionnaire.seen_by").to_owned(),
        questionnaires: [own].into_iter().chain(published).collect(),
    }))
}

fn scores(answered: &Answered, lang: Lang) -> Vec<OwnScore> {
    let score = |(name, value): (&String, &f64)| OwnScore {
        name: name.clone(),
        text: score_text(name, lang),
        value: (value * 10.0).round() / 10.0,
    };
    answered.scores.iter().map(score).collect()
}

/// Answers to a questionnaire.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersBody {
    /// `who5`, `burnout` or `pulse`.
    #[schema(value_type = String, example = "pulse")]
    instrument: Report,
    /// The place of each item's answer in its list, from 0.
    answers: Vec<u8>,
}

/// What they came to.
#[derive(Serialize, ToSchema)]
pub struct Scored {
    #[schema(value_type = String)]
    event: EventId,
    scores: Vec<OwnScore>,
}

/// Answers a questionnaire. It is sealed, and erased with `self_report`.
#[utoipa::path(
    post, path = "/v1/me/questionnaires", tag = "me", security(("session" = [])), params(LangQuery),
    request_body = AnswersBody,
    responses((status = 201, body = Scored), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody))
)]
async fn give(
    State(app): State<App>,
    me: Me,
    Query(query): Query<LangQuery>,
    Json(AnswersBody { instrument, answers }): Json<AnswersBody>,
) -> Result<(StatusCode, axum::Json<Scored>), ApiError> {
    let lang = extract::language(query, &me.signed);
    let scores_of = score(&app.config.questionnaires, instrument, &answers)?;
    let answered = Answered { answers, scores: scores_of };
    let bytes = serde_json::to_vec(&answered).map_err(|error| ApiError::internal(&error))?;
    let drawn = token::random::<10>().map_err(|error| ApiError::internal(&error))?;
    let id = PayloadId::new(format!("report-{}", token::hex(&drawn)))
        .map_err(|error| ApiError::internal(&error))?;
    let subject = SubjectId::of_agent(&me.agent);
    let clear = Clear { id: id.clone(), subject, kind: PayloadKind::SelfReport, bytes };
    let body = Body::SelfReported { agent: me.agent, report: instrument, call: None, text: id };
    let draft = Draft::derived(me.site, clock::now(), Vec::new(), body).with(clear);
    let event = draft.id;
    app.live.append(vec![draft]).await?;
    Ok((StatusCode::CREATED, axum::Json(Scored { event, scores: scores(&answered, lang) })))
}

fn score(
    installed: &[Questionnaire],
    report: Report,
    answers: &[u8],
) -> Result<BTreeMap<String, f64>, ApiError> {
    if report == Report::Pulse {
        if answers.len() != Standard::ALL.len() || answers.iter().any(|answer| *answer >= PULSE_ANSWERS) {
            return Err(ApiError::invalid("answers", "the pulse has six answers, each from 0 to 4"));
        }
        let scored = Standard::ALL.into_iter().zip(answers);
        return Ok(scored
            .map(|(standard, answer)| (standard.as_str().to_owned(), f64::from(*answer)))
            .collect());
    }
    let instrument = Instrument::ALL.into_iter().find(|instrument| report_of(*instrument) == report);
    let Some(instrument) = instrument else {
        return Err(ApiError::invalid(
            "instrument",
            "this is no questionnaire; there are who5, burnout and pulse",
        ));
    };
    let known = installed.iter().find(|known| known.instrument == instrument).ok_or_else(|| {
        ApiError::conflict("not_installed", "the wording of this questionnaire is not installed here")
            .hint("docs/wellbeing.md says how an administrator installs it")
            .field("instrument")
    })?;
    known.score(answers).map_err(|misfit| ApiError::invalid("answers", misfit.to_string()))
}
