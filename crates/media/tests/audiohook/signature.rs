//! Who may connect.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use calmline_core::Timestamp;
use calmline_media::audiohook::auth::{
    AuthError, Credentials, Nonces, Request, Signed, authenticate, same, sign,
};

const KEY: &str = "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh";
const INPUT: &str = r#"sig1=("@request-target" "@authority" "audiohook-organization-id" "audiohook-session-id" "audiohook-correlation-id" "x-api-key");keyid="SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh";nonce="VGhpc0lzQVVuaXF1ZU5vbmNl";alg="hmac-sha256";created=1641013200;expires=3282026430"#;
const SIGNATURE: &str = "sig1=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:";
const NONCE: &str = "bm9uY2Utbm9uY2Utbm9uY2U=";

fn secret() -> Vec<u8> {
    BASE64_STANDARD.decode("TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=").expect("base64")
}

fn headers<'a>(input: &'a str, signature: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut headers = unsigned();
    headers.extend([("Signature", signature), ("Signature-Input", input)]);
    headers
}

fn unsigned() -> Vec<(&'static str, &'static str)> {
    vec![
        ("Audiohook-Organization-Id", "d7934305-0972-4844-938e-9060eef73d05"),
        ("Audiohook-Correlation-Id", "e160e428-53e2-487c-977d-96989bf5c99d"),
        ("Audiohook-Session-Id", "30b0e395-84d3-4570-ac13-9a62d8f514c0"),
        ("X-API-KEY", KEY),
    ]
}

fn request<'a>(headers: &'a [(&'a str, &'a str)]) -> Request<'a> {
    Request { target: "/api/v1/voicebiometrics/ws", authority: "audiohook.example.com", headers }
}

fn check(request: &Request<'_>, now: Timestamp) -> Result<(), AuthError> {
    let secret = secret();
    let credentials = Credentials { api_key: KEY, client_secret: Some(&secret) };
    authenticate(request, Some(&credentials), now, &mut Nonces::default())
}

fn then() -> Timestamp {
    Timestamp::constant(1_641_013_201, 0)
}

/// A request signed with our own [`sign`], changed afterwards.
fn signed(
    target: &str,
    change: impl Fn(&mut Signed, &mut Vec<(&'static str, &'static str)>),
) -> Result<(), AuthError> {
    let plain = unsigned();
    let mut signature = sign(&request(&plain), &secret(), NONCE, then()).expect("all headers are there");
    let mut headers = plain.clone();
    change(&mut signature, &mut headers);
    let mut all: Vec<(&str, &str)> = headers.clone();
    all.extend([("signature-input", signature.input.as_str()), ("signature", signature.signature.as_str())]);
    check(&Request { target, ..request(&all) }, then())
}

#[test]
fn the_documentations_example_is_let_in() {
    assert_eq!(check(&request(&headers(INPUT, SIGNATURE)), then()), Ok(()));
}

#[test]
fn what_we_sign_we_let_in() {
    assert_eq!(signed("/api/v1/voicebiometrics/ws", |_, _| {}), Ok(()));
}

#[test]
fn anything_changed_is_wrong() {
    assert_eq!(signed("/elsewhere", |_, _| {}), Err(AuthError::Wrong));
    let target = "/api/v1/voicebiometrics/ws";
    for index in 0..3 {
        assert_eq!(signed(target, |_, headers| headers[index].1 = "another"), Err(AuthError::Wrong));
    }
    let expires = |signed: &mut Signed| signed.input = signed.input.replace("expires=16", "expires=17");
    assert_eq!(signed(target, |signed, _| expires(signed)), Err(AuthError::Wrong));
    let one_bit = |signed: &mut Signed| {
        let other = if signed.signature.as_bytes()[6] == b'A' { "B" } else { "A" };
        signed.signature.replace_range(6..7, other);
    };
    assert_eq!(signed(target, |signed, _| one_bit(signed)), Err(AuthError::Wrong));
    assert_eq!(signed(target, |_, headers| headers[3].1 = "another-key"), Err(AuthError::UnknownKey));
    assert_eq!(
        signed(target, |_, headers| {
            headers.remove(0);
        }),
        Err(AuthError::Unresolved)
    );
}

#[test]
fn a_signature_must_cover_everything() {
    for component in ["@request-target", "@authority", "audiohook-session-id", "x-api-key"] {
        let left_out = INPUT.replacen(&format!("\"{component}\""), "", 1);
        assert_eq!(
            check(&request(&headers(&left_out, SIGNATURE)), then()),
            Err(AuthError::Uncovered { component })
        );
    }
}

#[test]
fn clocks_may_be_three_seconds_apart_and_a_signature_ten_seconds_old() {
    let plain = unsigned();
    let signed = sign(&request(&plain), &secret(), NONCE, then()).expect("all headers are there");
    let all = headers(&signed.input, &signed.signature);
    for (later, expected) in [(0, Ok(())), (13, Ok(())), (14, Err(AuthError::Time { off_s: 4 }))] {
        assert_eq!(check(&request(&all), then() + Duration::from_secs(later)), expected, "{later} s later");
    }
    for (earlier, expected) in [(3, Ok(())), (4, Err(AuthError::Time { off_s: 4 }))] {
        assert_eq!(
            check(&request(&all), then() - Duration::from_secs(earlier)),
            expected,
            "{earlier} s earlier"
        );
    }
}

#[test]
fn a_nonce_is_used_once_and_forgotten_when_it_no_longer_matters() {
    let plain = unsigned();
    let secret = secret();
    let credentials = Credentials { api_key: KEY, client_secret: Some(&secret) };
    let mut nonces = Nonces::default();
    let signed = sign(&request(&plain), &secret, NONCE, then()).expect("all headers are there");
    let all = headers(&signed.input, &signed.signature);
    let mut attempt = |now| authenticate(&request(&all), Some(&credentials), now, &mut nonces);
    assert_eq!(attempt(then() - Duration::from_secs(3)), Ok(()));
    assert_eq!(attempt(then()), Err(AuthError::Replayed));
    // The last second in which the signature is good by itself.
    assert_eq!(attempt(then() + Duration::from_secs(13)), Err(AuthError::Replayed));
    assert_eq!(nonces.len(), 1);
    assert!(nonces.first_use(KEY, "another nonce, later", then() + Duration::from_secs(60)));
    assert_eq!(nonces.len(), 1, "the old one is forgotten");
}

#[test]
fn a_wrong_signature_does_not_use_up_its_nonce() {
    let secret = secret();
    let credentials = Credentials { api_key: KEY, client_secret: Some(&secret) };
    let mut nonces = Nonces::default();
    let forged = headers(INPUT, "sig1=:AAAAyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:");
    assert_eq!(
        authenticate(&request(&forged), Some(&credentials), then(), &mut nonces),
        Err(AuthError::Wrong)
    );
    assert!(nonces.is_empty());
}

#[test]
fn unsigned_requests_are_for_keys_without_a_secret() {
    let plain = unsigned();
    assert_eq!(check(&request(&plain), then()), Err(AuthError::Unsigned));
    let mut nonces = Nonces::default();
    let open = Credentials { api_key: KEY, client_secret: None };
    assert_eq!(authenticate(&request(&plain), Some(&open), then(), &mut nonces), Ok(()));
    assert_eq!(authenticate(&request(&plain), None, then(), &mut nonces), Err(AuthError::UnknownKey));
    assert_eq!(
        authenticate(&request(&plain[..3]), Some(&open), then(), &mut nonces),
        Err(AuthError::Missing { name: "X-API-KEY" })
    );
}

#[test]
fn other_parameters_are_checked() {
    let with = |from: &str, to: &str| check(&request(&headers(&INPUT.replace(from, to), SIGNATURE)), then());
    assert_eq!(with("hmac-sha256", "hmac-sha512"), Err(AuthError::Algorithm));
    assert_eq!(with("VGhpc0lzQVVuaXF1ZU5vbmNl", "short"), Err(AuthError::Nonce));
    assert_eq!(with(r#"keyid="SGV"#, r#"keyid="UVW"#), Err(AuthError::OtherKey));
    assert_eq!(
        with("sig1=", "sig2=").map_err(|e| matches!(e, AuthError::Malformed { name: "Signature", .. })),
        Err(true)
    );
}

#[test]
fn headers_that_cannot_be_read_are_errors() {
    for input in [
        "",
        "sig1",
        "sig1=(",
        r#"sig1=("a"#,
        r#"sig1=("a"x)"#,
        r#"sig1=("a" "a")"#,
        "sig1=();x",
        "sig1=();x=1;x=2",
        "sig1=() y",
        r#"sig1=("a\q")"#,
        "sig1=();x=99999999999999999999",
    ] {
        let found = check(&request(&headers(input, SIGNATURE)), then());
        assert!(
            matches!(found, Err(AuthError::Malformed { name: "Signature-Input", .. })),
            "{input}: {found:?}"
        );
    }
    for signature in ["", "sig1=NZBw", "sig1=:%%:", "sig2=:NZBw:"] {
        let found = check(&request(&headers(INPUT, signature)), then());
        assert!(
            matches!(found, Err(AuthError::Malformed { name: "Signature", .. })),
            "{signature}: {found:?}"
        );
    }
}

#[test]
fn a_line_break_in_a_header_cannot_forge_another_line() {
    let forged = |_: &mut Signed, headers: &mut Vec<(&'static str, &'static str)>| {
        headers[0].1 = "x\n\"x-api-key\": y";
    };
    assert_eq!(signed("/api/v1/voicebiometrics/ws", forged), Err(AuthError::Unresolved));
}

#[test]
fn secrets_are_compared_whole() {
    assert!(same(b"abc", b"abc"));
    assert!(!same(b"abc", b"abd") && !same(b"ab", b"abc") && !same(b"", b"abc"));
}
