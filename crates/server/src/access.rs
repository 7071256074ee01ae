//! Who may call which route.
//!
//! Routes exist only as [`Route`]s, and a [`Route`] cannot be made without saying who may call it; method and path are
//! those of its OpenAPI description, so that the document, the router and this guard cannot differ. The table of roles is
//! [`calmline_core::role`]; a snapshot test shows every route with every role, another walks them all over a socket.

use std::collections::BTreeMap;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use calmline_core::{
    Body, Draft, Role, SiteId,
    role::{Action, Resource, may},
};
use calmline_store::{IntegrationKey, KeyKind};
use utoipa::openapi::{HttpMethod, path::Paths};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{
    browser, clock,
    connection::Connection,
    error::ApiError,
    session::{self, Signed},
    state::App,
    throttle::Address,
    token,
};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: the route shows nothing of anybody, or checks a secret itself.
    Public,
    /// A phone platform or integration with a key of this kind.
    Key(KeyKind),
    /// A phone platform that signs its request with a key of this kind. The route checks that itself; guessing is slowed
    /// down here, and an answer that lets one in carries the site as an extension.
    Signed(KeyKind),
    /// Someone signed in whose roles allow one of these.
    Any(&'static [(Action, Resource)]),
    /// An integration with a key of this kind, or someone signed in whose roles allow one of these.
    KeyOr(KeyKind, &'static [(Action, Resource)]),
}

impl Access {
    /// Whether a role may call.
    #[must_use]
    pub fn allows(self, role: Role) -> bool {
        match self {
            Self::Public => true,
            Self::Key(_) | Self::Signed(_) => false,
            Self::Any(grants) | Self::KeyOr(_, grants) => {
                grants.iter().any(|&(action, resource)| may(role, action, resource))
            }
        }
    }
}

/// A route with its guard.
pub struct Route {
    access: Access,
    described: UtoipaMethodRouter<App>,
}

/// The only way to make a route: who may call it, and its handler as `routes!(handler)` describes it.
pub fn route(access: Access, described: UtoipaMethodRouter<App>) -> Route {
    Route { access, described }
}

/// Puts the guard before every route.
pub fn router(app: &App, routes: Vec<Route>, document: utoipa::openapi::OpenApi) -> OpenApiRouter<App> {
    routes.into_iter().fold(OpenApiRouter::with_openapi(document), |router, route| {
        let (schemas, paths, handler) = route.described;
        let guard = middleware::from_fn_with_state((App::clone(app), route.access), guard);
        router.routes((schemas, paths, handler.route_layer(guard)))
    })
}

/// The document of all routes, without a running server.
pub fn document(routes: Vec<Route>, frame: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let empty = OpenApiRouter::<App>::with_openapi(frame);
    let mut document =
        routes.into_iter().fold(empty, |router, route| router.routes(route.described)).into_openapi();
    name_operations(&mut document);
    document
}

/// Gives every operation a name of its own, made of its method and path (OpenAPI 3.1: `operationId` is unique); clients
/// generated from the document have one type per name.
fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let place = path.replace(|c: char| !c.is_ascii_alphanumeric(), " ");
        let place = place.split_whitespace().filter(|&word| word != "v1").collect::<Vec<_>>().join("_");
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{place}"));
            }
        }
    }
}

/// Every method and path with who may call it.
#[must_use]
pub fn table(routes: &[Route]) -> BTreeMap<(String, String), Access> {
    let entry = |route: &Route| {
        let access = route.access;
        methods(&route.described.1).into_iter().map(move |place| (place, access)).collect::<Vec<_>>()
    };
    routes.iter().flat_map(entry).collect()
}

/// The paths and methods of a description.
#[must_use]
pub fn methods(paths: &Paths) -> Vec<(String, String)> {
    let of_path = |(path, item): (&String, &utoipa::openapi::PathItem)| {
        let all = [
            (HttpMethod::Get, item.get.is_some()),
            (HttpMethod::Put, item.put.is_some()),
            (HttpMethod::Post, item.post.is_some()),
            (HttpMethod::Delete, item.delete.is_some()),
            (HttpMethod::Patch, item.patch.is_some()),
        ];
        let name = |method: HttpMethod| match method {
            HttpMethod::Get => "GET",
            HttpMethod::Put => "PUT",
            HttpMethod::Post => "POST",
            HttpMethod::Delete => "DELETE",
            _ => "PATCH",
        };
        let path = path.clone();
        all.into_iter()
            .filter(|(_, there)| *there)
            .map(move |(method, _)| (path.clone(), name(method).to_owned()))
    };
    paths.paths.iter().flat_map(of_path).collect()
}

async fn guard(
    State((app, access)): State<(App, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let connection = request.extensions().get::<Connection>().cloned();
    // Only a router that was built without the connection layer lacks it; nobody is let in then.
    let connection = connection.ok_or_else(ApiError::forbidden)?;
    let address = Address::from(connection.address);
    match access {
        Access::Public => {
            slow_down(app.throttles.addresses.take(address, app.tick()))?;
            if browser::changes(request.method()) {
                browser::check_origin(request.headers(), &connection)?;
            }
        }
        Access::Key(kind) => let_integration_in(&app, &mut request, kind, address).await?,
        Access::KeyOr(kind, _) if shown_key(request.headers()).is_some() => {
            let_integration_in(&app, &mut request, kind, address).await?;
        }
        Access::Signed(kind) => {
            let answer = next.run(request).await;
            if let Some(site) = answer.extensions().get::<SiteId>() {
                app.heard.came(site, kind, clock::now());
            }
            if answer.status() == StatusCode::UNAUTHORIZED {
                app.heard.refused(kind, clock::now());
                slow_down(app.throttles.strangers.take(address, app.tick()))?;
            }
            return Ok(answer);
        }
        Access::Any(grants) | Access::KeyOr(_, grants) => {
            let_person_in(&app, &mut request, grants, &connection).await?;
        }
    }
    Ok(next.run(request).await)
}

/// Lets in who shows a key of this kind.
async fn let_integration_in(
    app: &App,
    request: &mut Request,
    kind: KeyKind,
    address: Address,
) -> Result<(), ApiError> {
    let Some(key) = find_key(app, request.headers(), kind).await? else {
        app.heard.refused(kind, clock::now());
        slow_down(app.throttles.strangers.take(address, app.tick()))?;
        return Err(ApiError::wrong_key());
    };
    app.heard.came(&key.site, kind, clock::now());
    slow_down(app.throttles.keys.take(key.id.clone(), app.tick()))?;
    request.extensions_mut().insert(key);
    Ok(())
}

/// Lets in who is signed in and has one of the grants.
async fn let_person_in(
    app: &App,
    request: &mut Request,
    grants: &[(Action, Resource)],
    connection: &Connection,
) -> Result<(), ApiError> {
    let found = session::find(app.store(), &app.last_use, request.headers(), clock::now()).await?;
    let Some(signed) = found else {
        let address = Address::from(connection.address);
        slow_down(app.throttles.addresses.take(address, app.tick()))?;
        return Err(ApiError::unauthenticated());
    };
    slow_down(app.throttles.accounts.take(signed.account.id.clone(), app.tick()))?;
    if browser::changes(request.method()) {
        browser::check_origin(request.headers(), connection)?;
        browser::check_header(request.headers())?;
    }
    if let Err(refusal) = check_grants(&signed, grants) {
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let route = format!("{} {path}", request.method());
        note_refusal(app, &signed, route).await?;
        return Err(refusal);
    }
    request.extensions_mut().insert(signed);
    Ok(())
}

/// The log says who was refused what, once an hour for each account and route: an audit, which no loop of requests can swell.
async fn note_refusal(app: &App, signed: &Signed, route: String) -> Result<(), ApiError> {
    let by = signed.account.id.clone();
    let (site, now) = (signed.account.site.clone(), clock::now());
    let once = format!("{by} {route} {}", now.as_second() / 3_600);
    let body = Body::AccessRefused { route, by };
    app.live.append(vec![Draft::told(site, "access", &once, now, body)]).await?;
    Ok(())
}

fn check_grants(signed: &Signed, grants: &[(Action, Resource)]) -> Result<(), ApiError> {
    let granted = grants.iter().any(|&(action, resource)| signed.may(action, resource));
    if granted { Ok(()) } else { Err(ApiError::forbidden()) }
}

/// Turns a full bucket into an answer.
///
/// # Errors
/// When the bucket is empty.
pub fn slow_down(taken: Result<(), std::time::Duration>) -> Result<(), ApiError> {
    taken.map_err(|wait| {
        let seconds = wait.as_secs() + 1;
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many", "too many requests")
            .hint(format!("try again in {seconds} seconds"))
            .retry_after(seconds)
    })
}

/// The key that a request shows, if it stands and is of this kind.
async fn find_key(app: &App, headers: &HeaderMap, kind: KeyKind) -> Result<Option<IntegrationKey>, ApiError> {
    let Some(shown) = shown_key(headers) else { return Ok(None) };
    let key = app.store().key_by_hash(&token::hash(shown)).await?;
    Ok(key.filter(|key| key.kind == kind && key.revoked.is_none()))
}

fn shown_key(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || {
        let (scheme, key) = text(header::AUTHORIZATION.as_str())?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    };
    text("x-api-key").or_else(bearer).filter(|key| !key.is_empty() && key.len() <= 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_in_either_header() {
        let shown = |name: &'static str, value: &str| {
            let headers = [(name.parse().unwrap(), value.parse().unwrap())].into_iter().collect();
            shown_key(&headers).map(str::to_owned)
        };
        assert_eq!(shown("x-api-key", "k"), Some("k".into()));
        assert_eq!(shown("authorization", "bearer k"), Some("k".into()));
        assert_eq!(shown("authorization", "Basic k"), None);
        assert_eq!(shown("x-api-key", ""), None);
    }
}
