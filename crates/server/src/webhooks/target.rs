//! Where an endpoint is, and whether it may be told anything: pure parsing and a table of networks.
//!
//! An endpoint's address is typed by an administrator and resolved by a name server that is somebody else's, so a request could
//! be led to a service of the house that trusts this machine (server-side request forgery; OWASP, *Server Side Request Forgery
//! Prevention Cheat Sheet*). Therefore: `https` alone, public addresses alone, the address that was checked is the one that is
//! connected to, and no redirect is followed. Networks of the house must be named in the configuration.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use axum::http::Uri;
use serde::{Deserialize, Serialize};

/// The longest address.
pub const LONGEST: usize = 500;

/// What the configuration says about endpoints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Whether endpoints on this machine may be told, without TLS too.
    pub loopback: bool,
    /// Networks that are not public and whose endpoints may be told nevertheless.
    pub networks: Vec<Network>,
    /// PEM file of certificate authorities that are believed beside the system's.
    pub authorities: Option<PathBuf>,
    /// How long is waited, and how often is tried.
    #[serde(skip)]
    pub pace: Pace,
}

/// How long is waited for an answer, and how often is tried. All are a choice; the Standard Webhooks specification asks for
/// 15 to 30 seconds, and for attempts over several days that grow rarer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// An endpoint that has not answered by then did not take what it was told.
    pub answer: Duration,
    /// The pause after the first attempt that failed; each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// An endpoint that took nothing for so long is given up.
    pub give_up: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(15),
            first: Duration::from_secs(5),
            longest: Duration::from_secs(60 * 60),
            give_up: Duration::from_secs(5 * 24 * 60 * 60),
        }
    }
}

impl Rules {
    /// Whether an endpoint at an address may be told something.
    #[must_use]
    pub fn admit(&self, address: IpAddr, tls: bool) -> bool {
        let address = address.to_canonical();
        if address.is_loopback() {
            return self.loopback;
        }
        tls && (is_public(address) || self.networks.iter().any(|network| network.holds(address)))
    }
}

/// A network, such as `10.1.0.0/16` or `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    base: IpAddr,
    length: u8,
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, length: u8) -> Self {
        Self { base: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), length }
    }

    const fn v6(first: u16, second: u16, length: u8) -> Self {
        Self { base: IpAddr::V6(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0)), length }
    }

    /// Whether an address lies in it.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let length = u32::from(self.length);
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let other = base.to_bits() ^ address.to_bits();
                other.checked_shr(32 - length).is_none_or(|other| other == 0)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let other = base.to_bits() ^ address.to_bits();
                other.checked_shr(128 - length).is_none_or(|other| other == 0)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("network {text:?} is not an address with a length, such as 10.1.0.0/16");
        let (base, length) = text.split_once('/').ok_or_else(wrong)?;
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let length = length.parse().ok().filter(|length| *length <= most).ok_or_else(wrong)?;
        Ok(Self { base, length })
    }
}

impl TryFrom<String> for Network {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        format!("{}/{}", network.base, network.length)
    }
}

/// What is not public of IPv4 (IANA IPv4 Special-Purpose Address Registry), and multicast.
const SPECIAL_V4: [Network; 15] = [
    Network::v4(0, 0, 0, 8),
    Network::v4(10, 0, 0, 8),
    Network::v4(100, 64, 0, 10),
    Network::v4(127, 0, 0, 8),
    Network::v4(169, 254, 0, 16),
    Network::v4(172, 16, 0, 12),
    Network::v4(192, 0, 0, 24),
    Network::v4(192, 0, 2, 24),
    Network::v4(192, 88, 99, 24),
    Network::v4(192, 168, 0, 16),
    Network::v4(198, 18, 0, 15),
    Network::v4(198, 51, 100, 24),
    Network::v4(203, 0, 113, 24),
    Network::v4(224, 0, 0, 4),
    Network::v4(240, 0, 0, 4),
];
/// What is public of IPv6 at most (RFC 4291, global unicast), and what is not of that: protocol assignments with Teredo,
/// documentation, 6to4, documentation again (IANA IPv6 Special-Purpose Address Registry).
const GLOBAL_V6: Network = Network::v6(0x2000, 0, 3);
const SPECIAL_V6: [Network; 4] = [
    Network::v6(0x2001, 0, 23),
    Network::v6(0x2001, 0x0db8, 32),
    Network::v6(0x2002, 0, 16),
    Network::v6(0x3fff, 0, 20),
];

fn is_public(address: IpAddr) -> bool {
    let special: &[Network] = if address.is_ipv4() { &SPECIAL_V4 } else { &SPECIAL_V6 };
    (address.is_ipv4() || GLOBAL_V6.holds(address)) && !special.iter().any(|network| network.holds(address))
}

/// Why a text is not the address of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Too long.
    #[error("the address has more than {LONGEST} characters")]
    Long,
    /// Not an address.
    #[error(
        "the address is not a URL such as https://crm.example/calmline; write other letters than ASCII percent-encoded"
    )]
    NotUrl,
    /// Another scheme.
    #[error("the address does not begin with https://")]
    Scheme,
    /// A name and password within.
    #[error("the address holds a user name; what is sent is signed instead")]
    User,
    /// A fragment.
    #[error("the address holds a fragment (#); leave it out")]
    Fragment,
    /// An address of this house.
    #[error("the address is not a public one; name its network in the configuration under webhooks.networks")]
    NotPublic,
}

/// The address of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The whole address.
    pub uri: Uri,
    /// The host, an IPv6 address without its brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether it is spoken to over TLS.
    pub tls: bool,
}

impl Target {
    /// Reads an address. Where the host is a name, what it stands for is checked when it is spoken to.
    ///
    /// # Errors
    /// When it is no address, or one that the rules do not admit.
    pub fn parse(text: &str, rules: &Rules) -> Result<Self, TargetError> {
        if text.len() > LONGEST {
            return Err(TargetError::Long);
        }
        if text.contains('#') {
            return Err(TargetError::Fragment);
        }
        let uri: Uri = text.parse().map_err(|_| TargetError::NotUrl)?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if rules.loopback => false,
            Some(_) => return Err(TargetError::Scheme),
            None => return Err(TargetError::NotUrl),
        };
        let authority = uri.authority().ok_or(TargetError::NotUrl)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::User);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(TargetError::NotUrl);
        }
        if let Ok(address) = host.parse()
            && !rules.admit(address, tls)
        {
            return Err(TargetError::NotPublic);
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { host, port, tls, uri })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_admitted_and_what_the_configuration_names() {
        let strict = Rules::default();
        let refused = [
            "0.0.0.0",
            "10.2.3.4",
            "100.64.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::1",
        ];
        for address in refused {
            assert!(!strict.admit(address.parse().unwrap(), true), "{address}");
        }
        let admitted = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "223.255.255.255",
            "2606:4700::1",
        ];
        for address in admitted {
            assert!(strict.admit(address.parse().unwrap(), true), "{address}");
            assert!(!strict.admit(address.parse().unwrap(), false), "{address} without TLS");
        }
        let own = Rules {
            networks: vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()],
            ..Rules::default()
        };
        assert!(own.admit("10.1.255.1".parse().unwrap(), true));
        assert!(own.admit("fd12::1".parse().unwrap(), true));
        assert!(!own.admit("10.2.0.1".parse().unwrap(), true));
        assert!(!own.admit("10.1.0.1".parse().unwrap(), false));
        assert!(!own.admit("127.0.0.1".parse().unwrap(), true));
        let here = Rules { loopback: true, ..Rules::default() };
        assert!(here.admit("::ffff:127.0.0.1".parse().unwrap(), false));
    }

    #[test]
    fn a_network_is_read_and_written() {
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.holds("203.0.113.7".parse().unwrap()) && !all.holds("::1".parse().unwrap()));
        let one: Network = "10.0.0.7/32".parse().unwrap();
        assert!(one.holds("10.0.0.7".parse().unwrap()) && !one.holds("10.0.0.6".parse().unwrap()));
        assert_eq!(String::from(one), "10.0.0.7/32");
        for wrong in ["10.0.0.0", "10.0.0.0/33", "::/129", "house/8", "10.0.0.0/x"] {
            assert!(wrong.parse::<Network>().unwrap_err().contains("10.1.0.0/16"), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_read_or_says_what_is_wrong_with_it() {
        let strict = Rules::default();
        let target = Target::parse("https://crm.example:8443/hooks/1?x=y", &strict).unwrap();
        assert_eq!((target.host.as_str(), target.port, target.tls), ("crm.example", 8443, true));
        assert_eq!(Target::parse("https://[2606:4700::1]/", &strict).unwrap().host, "2606:4700::1");
        let wrong = [
            ("crm.example/x", TargetError::NotUrl),
            ("/x", TargetError::NotUrl),
            ("https://", TargetError::NotUrl),
            ("ftp://crm.example/", TargetError::Scheme),
            ("http://crm.example/", TargetError::Scheme),
            ("https://me:pw@crm.example/", TargetError::User),
            ("https://crm.example/#x", TargetError::Fragment),
            ("https://169.254.169.254/latest/meta-data", TargetError::NotPublic),
            ("https://[::1]:8470/", TargetError::NotPublic),
            ("https://客户.example/", TargetError::NotUrl),
        ];
        for (text, error) in wrong {
            assert_eq!(Target::parse(text, &strict), Err(error), "{text}");
        }
        assert_eq!(Target::parse(&format!("https://x/{}", "y".repeat(500)), &strict), Err(TargetError::Long));
        let here = Rules { loopback: true, ..Rules::default() };
        assert!(Target::parse("http://127.0.0.1:9/", &here).is_ok());
        assert_eq!(Target::parse("http://8.8.8.8/", &here), Err(TargetError::NotPublic));
    }
}
