//! One endpoint's way along the log.

use std::time::Duration;

use calmline_core::{Event, Timestamp, WebhookId};
use calmline_store::{Delivery, Feed, StoreError, Webhook, WebhookState};
use tokio_util::sync::CancellationToken;

use super::{
    letter::Letter,
    post::{Attempt, Failure},
};
use crate::{clock, state::App, token};

/// How many events that are not wanted pass before their end is stored; after a restart so many are looked at again at most.
const PASSED: u64 = 1_000;
/// How long is waited when the store fails, or when delivering panicked.
const TROUBLE: Duration = Duration::from_secs(5);

/// Delivers until the endpoint is paused or the server stops.
pub async fn keep(app: App, id: WebhookId, stop: CancellationToken) {
    loop {
        let courier = Courier { app: App::clone(&app), id: id.clone(), stop: stop.clone() };
        // A task of its own: a panic ends it and nothing else.
        match tokio::spawn(courier.run()).await {
            Ok(Ok(()) | Err(StoreError::Closed)) => return,
            Ok(Err(error)) => tracing::error!(webhook = %id, %error, "a webhook cannot be delivered"),
            Err(_) => tracing::error!(webhook = %id, "delivering a webhook panicked"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(TROUBLE)).await.is_none() {
            return;
        }
    }
}

struct Courier {
    app: App,
    id: WebhookId,
    stop: CancellationToken,
}

impl Courier {
    async fn run(self) -> Result<(), StoreError> {
        let Some(mut webhook) = self.app.store().webhook(&self.id).await? else { return Ok(()) };
        let mut stored = webhook.position;
        let mut feed = Feed::new(self.app.live.store().clone(), Some(webhook.site.clone()), webhook.position);
        loop {
            let Some(events) = self.stop.run_until_cancelled(feed.next()).await else { return Ok(()) };
            for event in events? {
                match Letter::of(&event, &webhook.kinds) {
                    Some(letter) => {
                        if !self.deliver(&mut webhook, &event, &letter).await? {
                            return Ok(());
                        }
                        stored = event.position;
                    }
                    None => webhook.position = event.position,
                }
            }
            if webhook.position.0 - stored.0 >= PASSED {
                self.app.store().change_webhook(&webhook).await?;
                stored = webhook.position;
            }
        }
    }

    /// Sends a letter until it is taken; whether the way goes on.
    async fn deliver(
        &self,
        webhook: &mut Webhook,
        event: &Event,
        letter: &Letter,
    ) -> Result<bool, StoreError> {
        let pace = self.app.webhooks.post.rules().pace;
        let mut pause = pace.first;
        loop {
            let now = clock::now();
            let secrets = self.app.store().webhook_secrets(&self.id, now).await?;
            let sending = self.app.webhooks.post.send(&webhook.url, letter, &secrets, now);
            let Some(attempt) = self.stop.run_until_cancelled(sending).await else { return Ok(false) };
            note(webhook, &attempt, now, pace.give_up);
            if attempt.taken() {
                webhook.position = event.position;
            }
            self.app.store().delivered(&self.id, &delivery(letter, &attempt, now), Some(webhook)).await?;
            if attempt.taken() {
                return Ok(true);
            }
            if webhook.state != WebhookState::On {
                tracing::warn!(webhook = %self.id, state = webhook.state.as_str(), "a webhook is paused");
                return Ok(false);
            }
            let wait =
                attempt.retry_after.map_or(jittered(pause), |wanted| wanted.max(pause)).min(pace.longest);
            if self.stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                return Ok(false);
            }
            pause = (pause * 2).min(pace.longest);
        }
    }
}

/// How an endpoint stands after an attempt.
fn note(webhook: &mut Webhook, attempt: &Attempt, now: Timestamp, give_up: Duration) {
    if attempt.taken() {
        webhook.failing = None;
        return;
    }
    let since = *webhook.failing.get_or_insert(now);
    if attempt.outcome.is_ok_and(|status| status.as_u16() == 410) {
        webhook.state = WebhookState::Gone;
    } else if Duration::try_from(now.duration_since(since)).unwrap_or_default() >= give_up {
        webhook.state = WebhookState::GivenUp;
    }
}

/// An attempt as it is remembered.
#[must_use]
pub fn delivery(letter: &Letter, attempt: &Attempt, at: Timestamp) -> Delivery {
    let outcome = match attempt.outcome {
        Ok(_) if attempt.taken() => "taken",
        Ok(_) => "refused",
        Err(_) => "failed",
    };
    metrics::counter!("calmline_webhook_attempts_total", "outcome" => outcome).increment(1);
    Delivery {
        at,
        event: letter.id.clone(),
        kind: letter.kind.clone(),
        status: attempt.outcome.ok().map(|status| status.as_u16()),
        failure: attempt.outcome.err().map(Failure::as_str).map(str::to_owned),
        millis: u32::try_from(attempt.took.as_millis()).unwrap_or(u32::MAX),
    }
}

/// A pause between half and the whole of another, so that many endpoints do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let share = token::random::<1>().map_or(1.0, |[byte]| f64::from(byte) / 255.0);
    pause.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use calmline_core::{Position, SiteId};

    use super::*;

    fn attempt(outcome: Result<u16, Failure>) -> Attempt {
        let outcome = outcome.map(|status| StatusCode::from_u16(status).unwrap());
        Attempt { outcome, retry_after: None, took: Duration::ZERO }
    }

    #[test]
    fn an_endpoint_is_given_up_after_days_and_gone_at_once() {
        let at = |hours: i64| Timestamp::from_second(hours * 3_600).unwrap();
        let mut webhook = Webhook {
            id: WebhookId::new("w").unwrap(),
            site: SiteId::new("s").unwrap(),
            url: String::new(),
            kinds: Vec::new(),
            state: WebhookState::On,
            position: Position(0),
            failing: None,
            created: at(0),
        };
        let days = Duration::from_secs(5 * 86_400);
        let failed = attempt(Err(Failure::Timeout));
        note(&mut webhook, &failed, at(0), days);
        note(&mut webhook, &attempt(Ok(500)), at(119), days);
        assert_eq!((webhook.state, webhook.failing), (WebhookState::On, Some(at(0))));
        note(&mut webhook, &attempt(Ok(204)), at(119), days);
        assert_eq!(webhook.failing, None, "it is well again");
        // A redirect is not followed, and so not taken.
        note(&mut webhook, &attempt(Ok(302)), at(120), days);
        note(&mut webhook, &failed, at(240), days);
        assert_eq!((webhook.state, webhook.failing), (WebhookState::GivenUp, Some(at(120))));
        webhook.state = WebhookState::On;
        note(&mut webhook, &attempt(Ok(410)), at(241), Duration::MAX);
        assert_eq!(webhook.state, WebhookState::Gone);
    }

    #[test]
    fn a_pause_is_shortened_by_half_at_most() {
        for _ in 0..200 {
            let pause = jittered(Duration::from_secs(10));
            assert!((5.0..=10.0).contains(&pause.as_secs_f64()), "{pause:?}");
        }
    }
}
