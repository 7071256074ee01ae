//! Twilio's signature.

use calmline_media::twilio::signature::{sign, verify};

const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const FORM: [(&str, &str); 5] = [
    ("To", "+18005551212"),
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
];

#[test]
fn the_documentations_example_is_right() {
    assert_eq!(sign(b"12345", URL, &FORM), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert!(verify(b"12345", URL, &FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
}

#[test]
fn anything_changed_is_wrong() {
    let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    assert!(!verify(b"12346", URL, &FORM, signature));
    assert!(!verify(b"12345", "https://mycompany.com/myapp.php?foo=1&bar=3", &FORM, signature));
    assert!(!verify(b"12345", URL, &FORM[..4], signature));
    assert!(!verify(b"12345", URL, &FORM, "SSOYDt4T1cUTdK1PDd93/VVr8B8="));
    assert!(!verify(b"12345", URL, &FORM, "not base64!"));
    assert!(!verify(b"12345", URL, &FORM, ""));
}

#[test]
fn the_usual_port_may_be_written_or_not() {
    for (one, other) in [
        ("wss://floor.example/v1/twilio/ws", "wss://floor.example:443/v1/twilio/ws"),
        ("http://floor.example?x=1", "http://floor.example:80?x=1"),
        ("wss://[2001:db8::1]/ws", "wss://[2001:db8::1]:443/ws"),
    ] {
        assert!(verify(b"token", one, &[], &sign(b"token", other, &[])), "{one}");
        assert!(verify(b"token", other, &[], &sign(b"token", one, &[])), "{other}");
    }
    let other = sign(b"token", "wss://floor.example:8470/ws", &[]);
    assert!(!verify(b"token", "wss://floor.example/ws", &[], &other));
}
