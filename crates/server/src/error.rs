//! The one shape in which the API says no: a code for programs, a sentence for people, and what to do about it.

use axum::{
    Json,
    extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use calmline_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::intake::IntakeError;

/// An answer that says no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// For programs; never changes its meaning.
    #[schema(example = "not_found")]
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Which member of the request is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong with each event of a batch or line of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultBody>,
}

/// What is wrong with one event of a batch or one line of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FaultBody {
    /// Which event, from 0; which line, from 1.
    pub index: usize,
    /// Which member.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// An [`ErrorBody`] with its HTTP status. Boxed, so that the answers that say yes stay small.
#[derive(Debug, Clone)]
pub struct ApiError(Box<Refusal>);

#[derive(Debug, Clone)]
struct Refusal {
    status: StatusCode,
    retry_after_s: Option<u64>,
    body: ErrorBody,
}

impl ApiError {
    /// An error with a code and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let body = ErrorBody {
            code: code.into(),
            message: message.into(),
            hint: None,
            field: None,
            faults: Vec::new(),
        };
        Self(Box::new(Refusal { status, retry_after_s: None, body }))
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.body.hint = Some(hint.into());
        self
    }

    /// The same with the member of the request that is wrong.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.0.body.field = Some(field.into());
        self
    }

    /// The same with what is wrong with each part of the request.
    #[must_use]
    pub fn faults(mut self, faults: Vec<FaultBody>) -> Self {
        self.0.body.faults = faults;
        self
    }

    /// The same with the seconds after which another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// A member of the request is wrong.
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message).field(field)
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "nobody is signed in")
            .hint("sign in with POST /v1/session")
    }

    /// The API key is missing, unknown, revoked or of another kind.
    #[must_use]
    pub fn wrong_key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "wrong_key", "the API key is missing, unknown or revoked")
            .hint("send a key as `Authorization: Bearer KEY` or `X-API-KEY: KEY`; make one with `calmline keys add`")
    }

    /// Signed in, but not allowed.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "this account's roles do not allow this")
    }

    /// Not there, or not for this person to know about.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
    }

    /// Something stands in the way.
    #[must_use]
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// Something failed inside. The cause goes to the log, not to the caller.
    #[must_use]
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(cause = chain(cause), "a request failed inside");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something failed inside")
            .hint("try again; the server's log says what failed")
    }

    /// What the answer says.
    #[must_use]
    pub fn into_body(self) -> ErrorBody {
        self.0.body
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Refusal { status, retry_after_s, body } = *self.0;
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Exists { .. } => Self::conflict("exists", error.to_string()),
            StoreError::Missing { what, .. } => Self::not_found(what),
            StoreError::Time { .. } => Self::invalid("at", error.to_string()),
            StoreError::Busy | StoreError::Closed => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", error.to_string()).retry_after(2)
            }
            _ => Self::internal(&error),
        }
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        let message = error.to_string();
        let refuse = |status, code| Self::new(status, code, message.clone());
        match error {
            IntakeError::ContentType { .. } => refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type")
                .hint("send application/cloudevents+json or application/cloudevents-batch+json"),
            IntakeError::Large { .. } | IntakeError::Many { .. } => {
                refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_large").hint("send several smaller batches")
            }
            IntakeError::Json { .. } => refuse(StatusCode::BAD_REQUEST, "not_json").hint("send JSON in UTF-8"),
            IntakeError::Shape { .. } => refuse(StatusCode::BAD_REQUEST, "wrong_shape")
                .hint("send one object as application/cloudevents+json, a list as application/cloudevents-batch+json"),
            IntakeError::Events { faults, .. } => {
                let mut refused = refuse(StatusCode::UNPROCESSABLE_ENTITY, "invalid_events");
                if let Some(first) = faults.first() {
                    refused = refused.field(&first.field).hint(first.remedy.clone());
                }
                let faults = faults.into_iter().map(|fault| FaultBody {
                    index: fault.index,
                    field: fault.field,
                    message: fault.problem,
                    hint: fault.remedy,
                });
                refused.faults(faults.collect())
            }
        }
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status();
        match rejection {
            JsonRejection::MissingJsonContentType(_) => {
                Self::new(status, "content_type", "the body is not declared as JSON")
                    .hint("send Content-Type: application/json")
            }
            JsonRejection::BytesRejection(_) => {
                Self::new(status, "too_large", "the body is too large or was cut off")
            }
            other => Self::new(status, "not_json", other.body_text()),
        }
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), "too_large", "the body is too large or was cut off")
            .hint("send several smaller batches")
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "wrong_path", rejection.body_text())
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "wrong_query", rejection.body_text())
    }
}
