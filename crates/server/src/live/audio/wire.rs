//! What the protocols have in common, so that one loop drives them all.

use calmline_core::Timestamp;
use calmline_media::{DisconnectReason, Output, audiohook, twilio};

/// A protocol's state machine on our side of a socket.
pub trait Wire: Send {
    /// The name in metrics and events.
    const PROTOCOL: &'static str;
    /// A text message came.
    fn text(&mut self, text: &str, now: Timestamp);
    /// A binary message came.
    fn binary(&mut self, bytes: &[u8], now: Timestamp);
    /// Time passed.
    fn tick(&mut self, now: Timestamp);
    /// When time must be told at the latest; none when all is over.
    fn next_wake(&self) -> Option<Timestamp>;
    /// The socket closed.
    fn lost(&mut self);
    /// We want to end it.
    fn disconnect(&mut self, reason: DisconnectReason, now: Timestamp);
    /// What to do next.
    fn poll(&mut self) -> Option<Output>;
    /// Whether all is over.
    fn over(&self) -> bool {
        self.next_wake().is_none()
    }
}

macro_rules! wires {
    ($($session:ty = $protocol:literal;)*) => {$(
        impl Wire for $session {
            const PROTOCOL: &'static str = $protocol;
            fn text(&mut self, text: &str, now: Timestamp) {
                <$session>::text(self, text, now);
            }
            fn binary(&mut self, bytes: &[u8], now: Timestamp) {
                <$session>::binary(self, bytes, now);
            }
            fn tick(&mut self, now: Timestamp) {
                <$session>::tick(self, now);
            }
            fn next_wake(&self) -> Option<Timestamp> {
                <$session>::next_wake(self)
            }
            fn lost(&mut self) {
                <$session>::lost(self);
            }
            fn disconnect(&mut self, reason: DisconnectReason, now: Timestamp) {
                <$session>::disconnect(self, reason, now);
            }
            fn poll(&mut self) -> Option<Output> {
                <$session>::poll(self)
            }
        }
    )*};
}

wires! {
    audiohook::Session = "audiohook";
    twilio::Session = "twilio";
}
