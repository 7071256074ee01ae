//! Endpoints of others that are told of events.

use async_trait::async_trait;
use calmline_core::{Position, SiteId, Timestamp, WebhookId};
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Sqlite, accounts::taken_or_missing, batch::stored};
use crate::{
    Delivery, NewWebhook, StoreError, Webhook, WebhookState, Webhooks,
    entry::{nanoseconds, timestamp},
    seal::{SealKey, bound, hex, random},
    webhook::DELIVERIES,
};

fn secret_bound(id: &WebhookId) -> Vec<u8> {
    bound(&["webhook secret 1", id.as_str()])
}

fn webhook(row: &SqliteRow) -> Result<Webhook, StoreError> {
    let id: &str = row.try_get(0)?;
    let wrong = |e: &dyn std::fmt::Display| StoreError::damaged(format!("webhook {id}"), e);
    let state: &str = row.try_get(4)?;
    let state = WebhookState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Webhook {
        id: WebhookId::new(id).map_err(|e| wrong(&e))?,
        site: SiteId::new(row.try_get::<&str, _>(1)?).map_err(|e| wrong(&e))?,
        url: row.try_get(2)?,
        kinds: row.try_get::<&str, _>(3)?.split(' ').map(str::to_owned).collect(),
        state: state.ok_or_else(|| wrong(&"state"))?,
        position: Position(row.try_get::<i64, _>(5)?.unsigned_abs()),
        failing: row.try_get::<Option<i64>, _>(6)?.map(timestamp),
        created: timestamp(row.try_get(7)?),
    })
}

fn delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        at: timestamp(row.try_get(0)?),
        event: row.try_get(1)?,
        kind: row.try_get(2)?,
        status: row.try_get(3)?,
        failure: row.try_get(4)?,
        millis: row.try_get(5)?,
    })
}

async fn insert_secret(
    conn: &mut SqliteConnection,
    master: &SealKey,
    id: &WebhookId,
    secret: &[u8],
    made: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO webhook_secrets (webhook, made, sealed) VALUES ($1, $2, $3)")
        .bind(id.as_str())
        .bind(nanoseconds(made)?)
        .bind(master.seal(&secret_bound(id), secret)?)
        .execute(conn)
        .await?;
    Ok(())
}

#[async_trait]
impl Webhooks for Sqlite {
    async fn add_webhook(&self, new: NewWebhook) -> Result<WebhookId, StoreError> {
        let id = WebhookId::new(format!("w-{}", hex(&random::<6>()?)))
            .map_err(|e| StoreError::damaged("a new webhook", e))?;
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let mut transaction = writer.conn.begin().await?;
        sqlx::query(
            "INSERT INTO webhooks (id, site, url, kinds, state, position, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.as_str())
        .bind(new.site.as_str())
        .bind(&new.url)
        .bind(new.kinds.join(" "))
        .bind(WebhookState::On.as_str())
        .bind(stored(new.position))
        .bind(nanoseconds(new.created)?)
        .execute(&mut *transaction)
        .await
        .map_err(|e| taken_or_missing(e, "webhook", id.as_str(), &new.site))?;
        insert_secret(&mut transaction, &self.inner.master, &id, &new.secret, new.created).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn webhook(&self, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        let row = sqlx::query(
            "SELECT id, site, url, kinds, state, position, failing, created FROM webhooks WHERE id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(&self.inner.readers)
        .await?;
        row.as_ref().map(webhook).transpose()
    }

    async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, site, url, kinds, state, position, failing, created FROM webhooks ORDER BY created, id",
        )
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(webhook).collect()
    }

    async fn change_webhook(&self, changed: &Webhook) -> Result<bool, StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let done = sqlx::query(
            "UPDATE webhooks SET url = $2, kinds = $3, state = $4, position = $5, failing = $6 WHERE id = $1",
        )
        .bind(changed.id.as_str())
        .bind(&changed.url)
        .bind(changed.kinds.join(" "))
        .bind(changed.state.as_str())
        .bind(stored(changed.position))
        .bind(changed.failing.map(nanoseconds).transpose()?)
        .execute(&mut writer.conn)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn remove_webhook(&self, site: &SiteId, id: &WebhookId) -> Result<bool, StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let done = sqlx::query("DELETE FROM webhooks WHERE site = $1 AND id = $2")
            .bind(site.as_str())
            .bind(id.as_str())
            .execute(&mut writer.conn)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn webhook_secrets(&self, id: &WebhookId, now: Timestamp) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = sqlx::query(
            "SELECT sealed FROM webhook_secrets
             WHERE webhook = $1 AND (until IS NULL OR until > $2) ORDER BY made DESC",
        )
        .bind(id.as_str())
        .bind(nanoseconds(now)?)
        .fetch_all(&self.inner.readers)
        .await?;
        let wrong =
            || StoreError::damaged(format!("webhook {id}"), "the master key does not open its secret");
        rows.iter()
            .map(|row| self.inner.master.open(&secret_bound(id), row.try_get(0)?).ok_or_else(wrong))
            .collect()
    }

    async fn renew_webhook_secret(
        &self,
        id: &WebhookId,
        secret: &[u8],
        made: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let mut transaction = writer.conn.begin().await?;
        sqlx::query("DELETE FROM webhook_secrets WHERE webhook = $1 AND until IS NOT NULL")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE webhook_secrets SET until = $2 WHERE webhook = $1")
            .bind(id.as_str())
            .bind(nanoseconds(until)?)
            .execute(&mut *transaction)
            .await?;
        insert_secret(&mut transaction, &self.inner.master, id, secret, made).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn delivered(
        &self,
        id: &WebhookId,
        delivery: &Delivery,
        moved: Option<&Webhook>,
    ) -> Result<(), StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let mut transaction = writer.conn.begin().await?;
        if sqlx::query("SELECT 1 FROM webhooks WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *transaction)
            .await?
            .is_none()
        {
            // It was removed meanwhile.
            return Ok(());
        }
        if let Some(webhook) = moved {
            sqlx::query("UPDATE webhooks SET state = $2, position = $3, failing = $4 WHERE id = $1")
                .bind(id.as_str())
                .bind(webhook.state.as_str())
                .bind(stored(webhook.position))
                .bind(webhook.failing.map(nanoseconds).transpose()?)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(
            "INSERT INTO webhook_deliveries (webhook, at, event, kind, status, failure, millis)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.as_str())
        .bind(nanoseconds(delivery.at)?)
        .bind(&delivery.event)
        .bind(&delivery.kind)
        .bind(delivery.status)
        .bind(&delivery.failure)
        .bind(delivery.millis)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "DELETE FROM webhook_deliveries WHERE webhook = $1 AND number <= (
                 SELECT number FROM webhook_deliveries WHERE webhook = $1
                 ORDER BY number DESC LIMIT 1 OFFSET $2)",
        )
        .bind(id.as_str())
        .bind(DELIVERIES)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn deliveries(&self, id: &WebhookId) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, event, kind, status, failure, millis FROM webhook_deliveries
             WHERE webhook = $1 ORDER BY number DESC",
        )
        .bind(id.as_str())
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(delivery).collect()
    }
}
