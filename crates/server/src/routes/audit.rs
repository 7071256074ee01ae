//! The policy looked at: what a change would do, what was changed by whom, and how many consented.

use std::collections::HashMap;

use axum::extract::State;
use calmline_core::{
    AccountId, Body, Event, Party, Position, Timestamp,
    catalog::Lang,
    event::Reason,
    policy::{Condition, Notice, Profile, Purpose, Verdict, consents_wanted, rule},
    role::{Action, Resource},
};
use calmline_prove::FEWEST;
use calmline_store::CallFilter;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    access::{Access, Route, route},
    error::ApiError,
    extract::{self, LangQuery, Query},
    session::Signed,
    state::App,
    told::told,
};

const POLICY: Access = Access::Any(&[(Action::Read, Resource::Policy)]);
const READ: Access = Access::Any(&[(Action::Read, Resource::Attestation)]);
/// What the trail is made of.
const KINDS: [&str; 12] = [
    "site.opened",
    "care.settings",
    "rhythm.chosen",
    "models.used",
    "notice.confirmed",
    "notice.withdrawn",
    "access.refused",
    "erasure.asked",
    "erased",
    "webhook.changed",
    "retention.set",
    "retention.ran",
];
/// How many entries of a trail are given at most.
const MOST: usize = 500;
/// How many calls in progress are looked at.
const CALLS: u32 = 10_000;

pub(super) fn routes() -> Vec<Route> {
    vec![route(POLICY, routes!(preview)), route(READ, routes!(trail)), route(READ, routes!(consents))]
}

/// Which change is thought of.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// `recording`, `caller_emotion` or `workers`.
    #[param(value_type = String)]
    pub notice: Notice,
    /// Whether it would be confirmed (true) or withdrawn (false).
    pub confirmed: bool,
    /// `en` or `zh`; otherwise the account's language.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// What a change would do.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    /// What may be sensed then and may not now, or the other way round.
    changes: Vec<Effect>,
    /// Calls in progress that it touches at once.
    calls_now: usize,
    /// The same in a sentence.
    text: String,
}

/// How one purpose on one leg would change.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Effect {
    #[schema(value_type = String)]
    purpose: Purpose,
    purpose_text: String,
    #[schema(value_type = String)]
    party: Party,
    party_text: String,
    /// `on`, `consent` (on for agents who agreed) or `off`.
    #[schema(example = "off")]
    before: &'static str,
    before_text: String,
    #[schema(example = "on")]
    after: &'static str,
    after_text: String,
}

/// How a cell of the table stands with these notices confirmed.
fn stands(profile: Profile, purpose: Purpose, party: Party, confirmed: &[Notice]) -> &'static str {
    let rule = rule(profile, purpose, party);
    let missing = |condition: &Condition| match condition {
        Condition::Notice(notice) => !confirmed.contains(notice),
        Condition::AgentConsent => false,
    };
    if rule.verdict == Verdict::Forbidden || rule.conditions.iter().any(missing) {
        return "off";
    }
    if rule.conditions.contains(&Condition::AgentConsent) { "consent" } else { "on" }
}

fn effects(profile: Profile, before: &[Notice], after: &[Notice], lang: Lang) -> Vec<Effect> {
    let cells = Purpose::ALL.into_iter().flat_map(|purpose| Party::ALL.map(|party| (purpose, party)));
    let effect = |(purpose, party): (Purpose, Party)| {
        let states = [before, after].map(|confirmed| stands(profile, purpose, party, confirmed));
        let [before, after] = states;
        let say = |code: String| lang.say(&code).to_owned();
        (before != after).then(|| Effect {
            purpose,
            purpose_text: say(format!("purpose.{}", purpose.as_str())),
            party,
            party_text: say(format!("party.{}", party.as_str())),
            before,
            before_text: say(format!("sensing.{before}")),
            after,
            after_text: say(format!("sensing.{after}")),
        })
    };
    cells.filter_map(effect).collect()
}

/// What confirming or withdrawing a notice would change, before anybody does it.
#[utoipa::path(
    get, path = "/v1/policy/preview", tag = "policy", security(("session" = [])), params(PreviewQuery),
    responses((status = 200, body = Preview))
)]
async fn preview(
    State(app): State<App>,
    signed: Signed,
    Query(PreviewQuery { notice, confirmed, lang }): Query<PreviewQuery>,
) -> Result<axum::Json<Preview>, ApiError> {
    let site = &signed.account.site;
    let lang = lang.unwrap_or(signed.account.language);
    let known = app.live.with_policy(site, |policy| {
        let before: Vec<_> = Notice::ALL.into_iter().filter(|&notice| policy.has_notice(notice)).collect();
        (policy.profile(), before)
    });
    let (profile, before) = known.ok_or_else(|| ApiError::not_found("site"))?;
    let mut after: Vec<_> = before.iter().copied().filter(|&known| known != notice).collect();
    after.extend(confirmed.then_some(notice));
    let changes = effects(profile, &before, &after, lang);
    let filter = CallFilter { open: true, limit: CALLS, ..CallFilter::default() };
    let touched = |party: Party| changes.iter().any(|effect| effect.party == party);
    let calls = app.store().calls(site, &filter).await?;
    let calls_now =
        calls.iter().filter(|row| row.legs.iter().any(|leg| !leg.closed && touched(leg.party))).count();
    let code = match (changes.is_empty(), confirmed) {
        (true, _) => "preview.nothing",
        (false, true) => "preview.starts",
        (false, false) => "preview.stops",
    };
    let calls = u32::try_from(calls_now).unwrap_or(u32::MAX);
    let text = lang.tell(&Reason::new(code).with("calls", f64::from(calls)));
    Ok(axum::Json(Preview { changes, calls_now, text }))
}

/// Which part of the trail is wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrailQuery {
    /// Only entries before this position.
    pub before: Option<u64>,
    /// At most so many: 1 to 500, otherwise 100.
    pub limit: Option<usize>,
    /// `en` or `zh`; otherwise the account's language.
    #[param(value_type = Option<String>)]
    pub lang: Option<Lang>,
}

/// One entry of the trail.
#[derive(Serialize, ToSchema)]
pub struct TrailBody {
    position: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The event's type.
    #[schema(example = "notice.confirmed")]
    r#type: &'static str,
    /// What was done.
    text: String,
    /// The login of whoever did it; null if it was nobody's doing, or the account is gone.
    by: Option<String>,
    /// SHA-256 of the notice's text, where there is one.
    text_sha256: Option<String>,
}

/// What was changed about the policy and by whom, the latest first: the site's set-up, its notices, its thresholds, how long
/// texts are kept, who outside is told of events, and erasures, of which it says that they were made and not of whom. Consents are their agents' own and only counted
/// (`/v1/policy/consents`).
#[utoipa::path(
    get, path = "/v1/policy/trail", tag = "policy", security(("session" = [])), params(TrailQuery),
    responses((status = 200, body = Vec<TrailBody>))
)]
async fn trail(
    State(app): State<App>,
    signed: Signed,
    Query(TrailQuery { before, limit, lang }): Query<TrailQuery>,
) -> Result<axum::Json<Vec<TrailBody>>, ApiError> {
    let site = &signed.account.site;
    let lang = lang.unwrap_or(signed.account.language);
    let before = Position(before.unwrap_or(u64::MAX));
    let mut events = Vec::new();
    for kind in KINDS {
        events.extend(app.store().read_kind(site, kind, Position(0), u32::MAX).await?);
    }
    events.retain(|event| event.position < before);
    events.sort_by_key(|event| std::cmp::Reverse(event.position));
    events.truncate(limit.unwrap_or(100).clamp(1, MOST));
    let accounts = app.store().accounts(site).await?;
    let logins: HashMap<_, _> = accounts.into_iter().map(|account| (account.id, account.login)).collect();
    Ok(axum::Json(events.iter().map(|event| entry(event, &logins, lang)).collect()))
}

fn entry(event: &Event, logins: &HashMap<AccountId, String>, lang: Lang) -> TrailBody {
    let (by, text_sha256) = match &event.body {
        Body::NoticeConfirmed { by, text_sha256, .. } => (Some(by), Some(text_sha256.clone())),
        Body::NoticeWithdrawn { by, .. }
        | Body::AccessRefused { by, .. }
        | Body::ErasureAsked { by, .. }
        | Body::WebhookChanged { by, .. }
        | Body::RetentionSet { by, .. } => (Some(by), None),
        _ => (None, None),
    };
    TrailBody {
        position: event.position.0,
        at: event.at,
        r#type: event.body.kind(),
        text: told(&event.body, lang).text.unwrap_or_default(),
        by: by.and_then(|by| logins.get(by)).cloned(),
        text_sha256,
    }
}

/// Consents in numbers.
#[derive(Serialize, ToSchema)]
pub struct ConsentCounts {
    /// Agents who sign in and could consent, rounded down to fives; null if there are fewer than five.
    people: Option<usize>,
    purposes: Vec<ConsentCount>,
    /// How the numbers are made.
    note: String,
}

/// Consents to one purpose.
#[derive(Serialize, ToSchema)]
pub struct ConsentCount {
    #[schema(value_type = String, example = "voice_affect")]
    purpose: Purpose,
    text: String,
    /// Whether the site's profile asks for it.
    wanted: bool,
    /// How many agreed, rounded down to fives; null if fewer than five did, or fewer than five did not.
    given: Option<usize>,
}

/// A number that may be shown: both it and what is missing to the whole are five people and more. It is rounded down to fives,
/// so that one person's change of mind is not seen.
fn shown(given: usize, people: usize) -> Option<usize> {
    (given >= FEWEST && people - given >= FEWEST).then(|| given / FEWEST * FEWEST)
}

/// How many agents agreed to what, in numbers that point at nobody.
#[utoipa::path(
    get, path = "/v1/policy/consents", tag = "policy", security(("session" = [])), params(LangQuery),
    responses((status = 200, body = ConsentCounts))
)]
async fn consents(
    State(app): State<App>,
    signed: Signed,
    Query(query): Query<LangQuery>,
) -> Result<axum::Json<ConsentCounts>, ApiError> {
    let (site, lang) = (&signed.account.site, extract::language(query, &signed));
    let accounts = app.store().accounts(site).await?;
    let agents: Vec<_> = accounts.into_iter().filter_map(|account| account.agent).collect();
    let counted = app.live.with_policy(site, |policy| {
        let wanted = consents_wanted(policy.profile());
        let count = |purpose: Purpose| ConsentCount {
            purpose,
            text: lang.say(&format!("purpose.{}", purpose.as_str())).to_owned(),
            wanted: wanted.contains(&purpose),
            given: shown(
                agents.iter().filter(|agent| policy.has_consent(agent, purpose)).count(),
                agents.len(),
            ),
        };
        Purpose::ALL.into_iter().map(count).collect::<Vec<_>>()
    });
    let purposes = counted.ok_or_else(|| ApiError::not_found("site"))?;
    let people = (agents.len() >= FEWEST).then(|| agents.len() / FEWEST * FEWEST);
    Ok(axum::Json(ConsentCounts { people, purposes, note: lang.say("consent.counts").to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_never_point_at_fewer_than_five_on_either_side() {
        assert_eq!(
            [shown(4, 40), shown(5, 40), shown(37, 40), shown(17, 40)],
            [None, Some(5), None, Some(15)]
        );
        assert_eq!([shown(0, 0), shown(5, 9), shown(5, 10)], [None, None, Some(5)]);
    }

    #[test]
    fn a_notice_opens_what_rests_on_it_and_nothing_that_is_forbidden() {
        let both = [Notice::Recording, Notice::Workers];
        let opened = effects(Profile::Cn, &[Notice::Workers], &both, Lang::En);
        let agents = opened
            .iter()
            .find(|effect| effect.party == Party::Agent && effect.purpose == Purpose::VoiceAffect);
        assert_eq!(agents.map(|effect| (effect.before, effect.after)), Some(("off", "consent")));
        assert!(
            !opened
                .iter()
                .any(|effect| effect.party == Party::Unknown && effect.purpose == Purpose::VoiceAffect)
        );
        let eu = effects(Profile::Eu, &[], &Notice::ALL, Lang::Zh);
        assert!(
            !eu.iter().any(|effect| effect.party == Party::Agent && effect.purpose == Purpose::VoiceAffect)
        );
        assert_eq!(effects(Profile::Cn, &both, &both, Lang::En), []);
    }
}
