//! What handlers take from a request, with errors in the API's own shape.

use std::str::FromStr;

use axum::{
    extract::{FromRequest, FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use calmline_core::{AgentId, SiteId, catalog::Lang};
use calmline_store::IntegrationKey;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{connection::Connection, error::ApiError, session::Signed};

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub struct Json<T>(pub T);

/// The variables of a path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);

/// The language of the answer's sentences.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LangQuery {
    /// `en` or `zh`; otherwise the account's language.
    #[param(inline, value_type = Option<String>, example = "en")]
    pub lang: Option<Lang>,
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(ApiError::unauthenticated)
    }
}

/// The key of the platform that calls.
#[derive(Debug, Clone)]
pub struct ShownKey(pub IntegrationKey);

impl<S: Send + Sync> FromRequestParts<S> for ShownKey {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().map(Self).ok_or_else(ApiError::wrong_key)
    }
}

/// The site of whoever calls, with a key or signed in.
#[derive(Debug, Clone)]
pub struct AtSite(pub SiteId);

impl<S: Send + Sync> FromRequestParts<S> for AtSite {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let of_key = parts.extensions.get().map(|key: &IntegrationKey| key.site.clone());
        let of_person = || parts.extensions.get().map(|signed: &Signed| signed.account.site.clone());
        of_key.or_else(of_person).map(Self).ok_or_else(ApiError::unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Connection {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(ApiError::forbidden)
    }
}

/// The agent who is signed in: only they reach their own day and data.
#[derive(Debug, Clone)]
pub struct Me {
    /// Where.
    pub site: SiteId,
    /// Who, by pseudonym.
    pub agent: AgentId,
    /// Their account and session.
    pub signed: Signed,
}

impl<S: Send + Sync> FromRequestParts<S> for Me {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let signed = <Signed as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        let agent = signed.account.agent.clone().ok_or_else(|| {
            ApiError::conflict("no_agent", "this account is not linked to an agent of the phone platform")
                .hint("an administrator links it with the agent's id on the phone platform")
        })?;
        Ok(Self { site: signed.account.site.clone(), agent, signed })
    }
}

/// The language of an answer: the query's, else the account's.
#[must_use]
pub fn language(query: LangQuery, signed: &Signed) -> Lang {
    query.lang.unwrap_or(signed.account.language)
}

/// `Last-Event-ID`, where the browser sends it.
#[derive(Debug, Clone, Copy)]
pub struct LastEventId(pub u64);

impl<S: Send + Sync> OptionalFromRequestParts<S> for LastEventId {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ApiError> {
        let Some(value) = parts.headers.get("last-event-id").filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let position = value.to_str().ok().and_then(|text| u64::from_str(text.trim()).ok());
        let position = position.ok_or_else(|| {
            ApiError::invalid("Last-Event-ID", "the last event id is not a position")
                .hint("send the id of the last event that was received, or leave it out")
        })?;
        Ok(Some(Self(position)))
    }
}
