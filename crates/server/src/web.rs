//! The web app: files that were built by Node and are embedded in a release build. A debug build reads them from `web/dist`
//! at run time. Without them everything else works, and `/` says how to build them.
//!
//! Files under `/assets/` carry a hash of their content in their name and are kept by browsers for ever; all else is asked
//! for again each time, by its ETag. Addresses of the app's own pages are answered with the app, so that a reload works.

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{error::ApiError, token};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Files;

/// The page of the app; every address of its own leads to it.
const INDEX: &str = "index.html";
/// What stands there while the app is not built.
const NOT_BUILT: &str = include_str!("web/not-built.html");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Answers what no route of the API is for: a file of the app, the app itself for its pages' addresses, or that nothing
/// is there.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let looks = matches!(method, Method::GET | Method::HEAD);
    if !looks || path == "v1" || path.starts_with("v1/") {
        return no_route().into_response();
    }
    if let Some(response) = file(path, &headers) {
        return response;
    }
    if !path.is_empty() && !wants_page(&headers) {
        return no_route().into_response();
    }
    file(INDEX, &headers).unwrap_or_else(not_built)
}

fn no_route() -> ApiError {
    ApiError::not_found("route").hint("GET /openapi.json lists them")
}

fn not_built() -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, ASK_AGAIN)], NOT_BUILT).into_response()
}

/// Whether a browser asks for a page, and not a page for one of its parts.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| list.contains("text/html"))
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let kind = content_type(path)?;
    let (found, encoding) = packed(path, headers).or_else(|| Some((get(path)?, None)))?;
    let cache = if path.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN };
    let etag = format!("\"{}\"", &token::hex(&found.metadata.sha256_hash())[..32]);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|list| list.split(',').any(|tag| tag.trim() == etag));
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { found.data.into_response() };
    let sent = response.headers_mut();
    sent.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    sent.insert(header::CACHE_CONTROL, cache);
    sent.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        sent.insert(header::ETAG, etag);
    }
    if let Some(encoding) = encoding {
        sent.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// The smallest copy that was made at build time and that the browser accepts.
fn packed(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok())?;
    [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, ending)| {
        let found = accepts(accepted, encoding).then(|| get(&format!("{path}.{ending}")))??;
        Some((found, Some(encoding)))
    })
}

/// Whether a list such as `gzip, br;q=0.9, zstd;q=0` names an encoding and does not refuse it (RFC 9110 section 12.5.3).
fn accepts(list: &str, encoding: &str) -> bool {
    list.split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

/// A file of the app; what begins with a dot belongs to the build.
fn get(path: &str) -> Option<EmbeddedFile> {
    let hidden = path.split('/').any(|part| part.is_empty() || part.starts_with('.'));
    if hidden { None } else { Files::get(path) }
}

/// The types of file that the app consists of. Others are not sent, compressed copies under their own names among them.
fn content_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    match ending {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "json" | "map" => Some("application/json"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Header = (&'static str, &'static str);

    async fn ask(method: Method, path: &str, headers: &[(&'static str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        serve(method, path.parse().unwrap(), headers.collect()).await
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn pages_get_the_app_or_how_to_build_it_and_nothing_else_does() {
        for (path, headers) in [("/", &[][..]), ("/day", &[("accept", "text/html,*/*")][..])] {
            let response = ask(Method::GET, path, headers).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert!(header(&response, "content-type").starts_with("text/html"), "{path}");
            assert_eq!(header(&response, "cache-control"), "no-cache", "{path}");
        }
        let html = [("accept", "text/html")];
        let refused: [(Method, &str, &[Header]); 7] = [
            (Method::GET, "/v1/nothing", &html),
            (Method::GET, "/v1", &html),
            (Method::POST, "/day", &html),
            (Method::GET, "/day", &[("accept", "application/json")]),
            (Method::GET, "/assets/gone-0000.js", &[("accept", "*/*")]),
            (Method::GET, "/.gitignore", &[]),
            (Method::GET, "/../../Cargo.toml", &[]),
        ];
        for (method, path, headers) in refused {
            assert_eq!(ask(method, path, headers).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn an_encoding_is_used_only_if_it_is_accepted() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("gzip;q=0, br", "gzip"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("", "br"));
    }

    #[tokio::test]
    async fn what_did_not_change_is_not_sent_again() {
        let first = ask(Method::GET, "/", &[("accept-encoding", "br")]).await;
        let etag = header(&first, "etag").to_owned();
        if etag.is_empty() {
            calmline_testing::skipped("the web app is not built; `cargo xtask web` builds it");
            return;
        }
        assert_eq!(header(&first, "content-encoding"), "br");
        let again = ask(Method::GET, "/", &[("accept-encoding", "br"), ("if-none-match", &etag)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let plain = ask(Method::GET, "/", &[]).await;
        assert_eq!(header(&plain, "content-encoding"), "");
        assert_ne!(header(&plain, "etag"), etag, "another representation has another tag");
    }

    /// The app's client is generated from `web/openapi.json`.
    #[test]
    fn the_apps_client_is_made_from_the_document_that_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
        let served = serde_json::to_value(crate::routes::document()).unwrap();
        if std::env::var_os("CALMLINE_UPDATE").is_some() {
            std::fs::write(path, format!("{served:#}\n")).unwrap();
        }
        let kept: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(
            kept == served,
            "after a change of the API: CALMLINE_UPDATE=1 cargo test -p calmline-server --lib web::"
        );
    }
}
