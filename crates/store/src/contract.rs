//! What every store must do. A backend's tests call each function with a function that makes an empty store; they panic
//! where the store breaks the contract, and return errors that the store itself gives.

mod accounts;
mod baselines;
mod log;
mod payloads;
mod views;
mod webhooks;

use std::sync::Arc;

use calmline_core::{
    AgentId, Body, CallId, Draft, PayloadId, SiteId, SubjectId, Timestamp,
    event::{Clear, PayloadKind, WorkState},
    policy::Profile,
};

use crate::{NewSite, Site, Store, StoreError};

/// What a contract function returns.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Runs the whole contract, each part with a fresh store.
///
/// # Errors
/// What the store answers where it should not have failed.
pub async fn run<F, T>(fresh: F) -> Outcome
where
    F: Fn() -> T,
    T: Future<Output = Result<Arc<dyn Store>, StoreError>>,
{
    log::positions_follow_commits_without_gaps(fresh().await?).await?;
    log::a_repeat_changes_nothing(fresh().await?).await?;
    log::a_call_is_stored_whole_or_not_at_all(fresh().await?).await?;
    log::many_at_once_keep_their_order(fresh().await?).await?;
    log::events_come_back_as_they_went_in(fresh().await?).await?;
    log::reads_find_what_they_name(fresh().await?).await?;
    log::a_feed_follows(fresh().await?).await?;
    payloads::sealed_and_opened(fresh().await?).await?;
    payloads::erased_for_good_and_only_that(fresh().await?).await?;
    payloads::outside_names_have_pseudonyms(fresh().await?).await?;
    baselines::written_over_and_one_for_each(fresh().await?).await?;
    baselines::erased_and_expired_with_what_was_told(fresh().await?).await?;
    accounts::sites_open_once(fresh().await?).await?;
    accounts::accounts_and_sessions(fresh().await?).await?;
    accounts::integration_keys(fresh().await?).await?;
    webhooks::endpoints_keep_their_place(fresh().await?).await?;
    webhooks::two_secrets_sign_while_one_is_taken_up(fresh().await?).await?;
    views::views_follow_the_log(fresh().await?).await?;
    views::a_rebuild_gives_the_same_rows(fresh().await?).await?;
    let closed = fresh().await?;
    closed.close().await?;
    let answer = closed.append(vec![told("s", "1", Body::TimerFired {})?]).await;
    assert!(matches!(answer, Err(StoreError::Closed)), "{answer:?}");
    Ok(())
}

/// A time, in seconds after an arbitrary start.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap_or_default()
}

pub(crate) fn told(site: &str, id: &str, body: Body) -> Result<Draft, calmline_core::IdError> {
    Ok(Draft::told(SiteId::new(site)?, "contract", id, at(0), body))
}

pub(crate) fn state(agent: &str, state: WorkState) -> Result<Body, calmline_core::IdError> {
    Ok(Body::AgentState { agent: AgentId::new(agent)?, state, reason: None })
}

/// An utterance with sealed words.
pub(crate) fn said(
    site: &str,
    id: &str,
    call: &str,
    words: &str,
) -> Result<(Draft, PayloadId), calmline_core::IdError> {
    let payload = PayloadId::new(format!("p-{id}"))?;
    let call = CallId::new(call)?;
    let body = Body::Utterance {
        call: call.clone(),
        party: calmline_core::Party::Customer,
        start_s: 0.1 + 0.2,
        end_s: 1.7,
        language: Some("en".into()),
        confidence: None,
        text: Some(payload.clone()),
        signs: None,
        intent: None,
    };
    let clear = Clear {
        id: payload.clone(),
        subject: SubjectId::of_caller(&call),
        kind: PayloadKind::Transcript,
        bytes: words.as_bytes().to_vec(),
    };
    Ok((told(site, id, body)?.with(clear), payload))
}

pub(crate) fn site(id: &str) -> Result<NewSite, calmline_core::IdError> {
    let site = Site {
        id: SiteId::new(id)?,
        name: "Test".into(),
        profile: Profile::Cn,
        time_zone: "Asia/Shanghai".into(),
        opened: at(-100),
    };
    Ok(NewSite { site, admin: None })
}
