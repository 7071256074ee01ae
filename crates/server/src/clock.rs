//! The one place of the server that reads the clock.

use std::time::Duration;

use calmline_core::Timestamp;

/// Now, to the microsecond, which is what the log keeps of a time.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// Waits until a time, and for the pause at least; for ever if there is no time to wait for.
pub async fn sleep_until(wake: Option<Timestamp>, pause: Duration) {
    let Some(wake) = wake else { return std::future::pending().await };
    let left = wake.duration_since(now());
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default().max(pause)).await;
}
