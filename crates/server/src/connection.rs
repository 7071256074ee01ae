//! Who is at the other end: the caller's address and how they reached us, behind a trusted proxy too.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};

use crate::state::App;

/// The other end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The caller's address.
    pub address: IpAddr,
    /// Whether the way here is encrypted, so that cookies may be marked `Secure`.
    pub secure: bool,
    /// The host that the caller asked for, with its port.
    pub host: Option<String>,
}

impl Connection {
    /// Reads a request's other end. What a proxy says counts only if the proxy is trusted: the last address of
    /// `X-Forwarded-For` that is not itself a trusted proxy is the caller's.
    #[must_use]
    pub fn of(peer: IpAddr, tls: bool, trusted: &[IpAddr], headers: &HeaderMap) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let host = header(header::HOST.as_str()).map(str::to_owned);
        let peer = peer.to_canonical();
        if !trusted.contains(&peer) {
            return Self { address: peer, secure: tls, host };
        }
        let last =
            |name| header(name).and_then(|list| list.rsplit(',').next()).map(|item| item.trim().to_owned());
        let lists = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let mut hops: Vec<_> = lists.flat_map(|list| list.split(',')).map(|hop| hop.trim().parse()).collect();
        let mut address = peer;
        // From the nearest hop outwards, until one is not ours or not an address.
        while let Some(Ok(hop)) = hops.pop() {
            address = IpAddr::to_canonical(&hop);
            if !trusted.contains(&address) {
                break;
            }
        }
        let secure = tls || last("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
        Self { address, secure, host: last("x-forwarded-host").or(host) }
    }
}

/// Finds the other end and leaves it with the request.
pub async fn resolve(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let config = &app.config;
    let found = Connection::of(peer.ip(), config.tls.is_some(), &config.trusted_proxies, request.headers());
    request.extensions_mut().insert(found);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let [proxy, stranger]: [IpAddr; 2] = ["10.0.0.1".parse().unwrap(), "203.0.113.9".parse().unwrap()];
        let told = headers(&[
            ("host", "inner:8470"),
            ("x-forwarded-for", "1.2.3.4, 198.51.100.7, 10.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "calm.example.com"),
        ]);
        let direct = Connection::of(stranger, false, &[proxy], &told);
        let expected = Connection { address: stranger, secure: false, host: Some("inner:8470".into()) };
        assert_eq!(direct, expected);
        let forwarded = Connection::of(proxy, false, &[proxy], &told);
        assert_eq!(forwarded.address, "198.51.100.7".parse::<IpAddr>().unwrap());
        assert!(forwarded.secure);
        assert_eq!(forwarded.host.as_deref(), Some("calm.example.com"));
        let nonsense = headers(&[("x-forwarded-for", "1.2.3.4, unknown")]);
        assert_eq!(Connection::of(proxy, false, &[proxy], &nonsense).address, proxy);
    }
}
