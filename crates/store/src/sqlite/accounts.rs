//! Accounts and sessions.

use async_trait::async_trait;
use calmline_core::{AccountId, AgentId, Role, SiteId, Timestamp, catalog::Lang};
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::Sqlite;
use crate::{
    Account, Accounts, NewAccount, StoreError, TokenHash,
    entry::{bound_of_range, nanoseconds, timestamp},
    seal::{hex, random},
};

/// Stores a new account in an open transaction.
pub(super) async fn insert_account(
    conn: &mut SqliteConnection,
    new: &NewAccount,
) -> Result<AccountId, StoreError> {
    let id = AccountId::new(format!("u-{}", hex(&random::<10>()?)))
        .map_err(|e| StoreError::damaged("a new account", e))?;
    sqlx::query(
        "INSERT INTO accounts (id, site, login, roles, agent, language, password_hash, disabled, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
    )
    .bind(id.as_str())
    .bind(new.site.as_str())
    .bind(&new.login)
    .bind(roles_text(&new.roles))
    .bind(new.agent.as_ref().map(AgentId::as_str))
    .bind(language_word(new.language))
    .bind(&new.password_hash)
    .bind(nanoseconds(new.created)?)
    .execute(conn)
    .await
    .map_err(|e| taken_or_missing(e, "account", &new.login, &new.site))?;
    Ok(id)
}

/// What a broken constraint means.
pub(super) fn taken_or_missing(
    error: sqlx::Error,
    what: &'static str,
    name: &str,
    site: &SiteId,
) -> StoreError {
    match error.as_database_error() {
        Some(e) if e.is_unique_violation() => StoreError::Exists { what, name: name.to_owned() },
        Some(e) if e.is_foreign_key_violation() => {
            StoreError::Missing { what: "site", name: site.to_string() }
        }
        _ => error.into(),
    }
}

/// Stores an account anew in an open transaction, and ends its sessions where it must.
async fn update_account(conn: &mut SqliteConnection, changed: &Account) -> Result<(), StoreError> {
    let roles = roles_text(&changed.roles);
    sqlx::query(
        "DELETE FROM sessions WHERE account = $1 AND EXISTS (
             SELECT 1 FROM accounts
             WHERE id = $1 AND ($2 <> disabled OR $3 <> password_hash OR $4 <> roles))",
    )
    .bind(changed.id.as_str())
    .bind(changed.disabled)
    .bind(&changed.password_hash)
    .bind(&roles)
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query(
        "UPDATE accounts SET login = $2, roles = $3, agent = $4, language = $5, password_hash = $6,
             disabled = $7 WHERE id = $1",
    )
    .bind(changed.id.as_str())
    .bind(&changed.login)
    .bind(&roles)
    .bind(changed.agent.as_ref().map(AgentId::as_str))
    .bind(language_word(changed.language))
    .bind(&changed.password_hash)
    .bind(changed.disabled)
    .execute(conn)
    .await
    .map_err(|e| taken_or_missing(e, "account", &changed.login, &changed.site))?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Missing { what: "account", name: changed.id.to_string() });
    }
    Ok(())
}

fn roles_text(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}

fn language_word(language: Lang) -> &'static str {
    match language {
        Lang::En => "en",
        Lang::Zh => "zh",
    }
}

fn account(row: &SqliteRow) -> Result<Account, StoreError> {
    let id: &str = row.try_get(0)?;
    let wrong = |e: String| StoreError::damaged(format!("account {id}"), e);
    let agent = row.try_get::<Option<&str>, _>(4)?.map(AgentId::new).transpose();
    let roles: &str = row.try_get(3)?;
    Ok(Account {
        id: AccountId::new(id).map_err(|e| wrong(e.to_string()))?,
        site: SiteId::new(row.try_get::<&str, _>(1)?).map_err(|e| wrong(e.to_string()))?,
        login: row.try_get(2)?,
        roles: roles.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(wrong)?,
        agent: agent.map_err(|e| wrong(e.to_string()))?,
        language: row.try_get::<&str, _>(5)?.parse().map_err(wrong)?,
        password_hash: row.try_get(6)?,
        disabled: row.try_get(7)?,
        created: timestamp(row.try_get(8)?),
    })
}

#[async_trait]
impl Accounts for Sqlite {
    async fn add_account(&self, new: NewAccount) -> Result<AccountId, StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        insert_account(&mut writer.conn, &new).await
    }

    async fn account_by_login(&self, site: &SiteId, login: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "SELECT id, site, login, roles, agent, language, password_hash, disabled, created FROM accounts
             WHERE site = $1 AND login = $2",
        )
        .bind(site.as_str())
        .bind(login)
        .fetch_optional(&self.inner.readers)
        .await?;
        row.as_ref().map(account).transpose()
    }

    async fn account(&self, id: &AccountId) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "SELECT id, site, login, roles, agent, language, password_hash, disabled, created FROM accounts
             WHERE id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(&self.inner.readers)
        .await?;
        row.as_ref().map(account).transpose()
    }

    async fn accounts(&self, site: &SiteId) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, site, login, roles, agent, language, password_hash, disabled, created FROM accounts
             WHERE site = $1 ORDER BY login",
        )
        .bind(site.as_str())
        .fetch_all(&self.inner.readers)
        .await?;
        rows.iter().map(account).collect()
    }

    async fn change_account(&self, changed: &Account) -> Result<(), StoreError> {
        self.import_accounts(&[], std::slice::from_ref(changed)).await.map(|_| ())
    }

    async fn import_accounts(
        &self,
        new: &[NewAccount],
        changed: &[Account],
    ) -> Result<Vec<AccountId>, StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let mut transaction = writer.conn.begin().await?;
        let mut ids = Vec::with_capacity(new.len());
        for new in new {
            ids.push(insert_account(&mut transaction, new).await?);
        }
        for changed in changed {
            update_account(&mut transaction, changed).await?;
        }
        transaction.commit().await?;
        Ok(ids)
    }

    async fn remove_account(&self, id: &AccountId) -> Result<bool, StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let done = sqlx::query("DELETE FROM accounts WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut writer.conn)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn begin_session(
        &self,
        token: &TokenHash,
        account: &AccountId,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        sqlx::query("INSERT INTO sessions (token, account, expires) VALUES ($1, $2, $3)")
            .bind(token.as_slice())
            .bind(account.as_str())
            .bind(nanoseconds(expires)?)
            .execute(&mut writer.conn)
            .await
            .map_err(|e| match e.as_database_error() {
                Some(of) if of.is_foreign_key_violation() => {
                    StoreError::Missing { what: "account", name: account.to_string() }
                }
                _ => e.into(),
            })?;
        Ok(())
    }

    async fn session(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "SELECT id, site, login, roles, agent, language, password_hash, disabled, created
             FROM sessions JOIN accounts ON accounts.id = sessions.account
             WHERE token = $1 AND expires > $2 AND disabled = 0",
        )
        .bind(token.as_slice())
        .bind(bound_of_range(now))
        .fetch_optional(&self.inner.readers)
        .await?;
        row.as_ref().map(account).transpose()
    }

    async fn end_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        sqlx::query("DELETE FROM sessions WHERE token = $1")
            .bind(token.as_slice())
            .execute(&mut writer.conn)
            .await?;
        Ok(())
    }

    async fn sweep_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut writer = self.inner.writer.lock().await;
        let writer = writer.as_mut().ok_or(StoreError::Closed)?;
        let done = sqlx::query("DELETE FROM sessions WHERE expires <= $1")
            .bind(bound_of_range(now))
            .execute(&mut writer.conn)
            .await?;
        Ok(done.rows_affected())
    }
}
