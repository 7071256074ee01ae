//! What protects people in a browser: no requests forged by other sites, and headers that keep foreign code out.
//!
//! Against forged requests (OWASP CSRF Prevention Cheat Sheet): the session cookie is `SameSite=Strict`; a request that
//! changes something and comes from another origin by `Sec-Fetch-Site` or `Origin` is refused; and with a session it must
//! carry the header `X-Calmline`, which no form can send and another origin only after a preflight that is never granted.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::{connection::Connection, error::ApiError};

/// The header that a request with a session must carry when it changes something; any value will do.
pub const CUSTOM_HEADER: &str = "x-calmline";

/// Whether a method changes something (RFC 9110 section 9.2.1).
#[must_use]
pub fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses a changing request that a browser sends on behalf of another site.
///
/// # Errors
/// When `Sec-Fetch-Site` or `Origin` name another origin.
pub fn check_origin(headers: &HeaderMap, connection: &Connection) -> Result<(), ApiError> {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let same_site = header("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let same_origin = header(header::ORIGIN.as_str()).is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_some() && host == connection.host.as_deref()
    });
    if same_site && same_origin { Ok(()) } else { Err(foreign("the request comes from another site")) }
}

/// Refuses a changing request with a session that lacks the custom header.
///
/// # Errors
/// When the header is missing.
pub fn check_header(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.contains_key(CUSTOM_HEADER) {
        return Ok(());
    }
    Err(foreign("the header X-Calmline is missing").hint("send the header `X-Calmline: 1` with every change"))
}

fn foreign(message: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "foreign_request", message)
}

/// Content comes from here alone, nothing is framed, nothing is guessed, no address leaks, no sensor of the browser is
/// open (the microphone included: audio comes from the phone platform, never from a page).
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; \
         img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Sets the headers on every answer. Answers of the API are never kept by a cache.
pub async fn headers(request: Request, next: Next) -> Response {
    let secure = request.extensions().get::<Connection>().is_some_and(|connection| connection.secure);
    let api = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(list: &[(&'static str, &'static str)]) -> bool {
        let headers = list
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        let connection = Connection {
            address: [127, 0, 0, 1].into(),
            secure: false,
            host: Some("calm.example.com:8470".into()),
        };
        check_origin(&headers, &connection).is_err()
    }

    #[test]
    fn other_origins_may_change_nothing() {
        assert!(!refused(&[]), "programs send neither header");
        assert!(!refused(&[("origin", "https://calm.example.com:8470"), ("sec-fetch-site", "same-origin")]));
        assert!(refused(&[("origin", "https://evil.example.com")]));
        assert!(refused(&[("origin", "https://calm.example.com")]), "another port is another origin");
        assert!(refused(&[("origin", "null")]));
        assert!(refused(&[("sec-fetch-site", "same-site")]));
        assert!(refused(&[("sec-fetch-site", "cross-site")]));
    }
}
