//! The rows of the views: loaded for a batch, and stored with it.

use std::sync::LazyLock;

use sqlx::{Row as _, SqliteConnection};

use super::many::Many;
use crate::{
    StoreError,
    entry::nanoseconds,
    views::{Changes, FoundBy, Key, Row, View},
};

/// The statements of one view.
struct Statements {
    load: Many,
    /// For rows that are new, or found by the same as before: the indexes are left alone.
    store: Many,
    /// For rows that are found by something else than before.
    move_to: Many,
}

static STATEMENTS: LazyLock<[Statements; View::ALL.len()]> = LazyLock::new(|| View::ALL.map(statements));

fn statements(view: View) -> Statements {
    let table = view.table();
    let load = "WITH wanted (number, site, id) AS";
    let loaded = format!(
        "SELECT wanted.number, v.doc FROM wanted
         CROSS JOIN {table} AS v ON v.site = wanted.site AND v.id = wanted.id"
    );
    let insert = format!("INSERT INTO {table} (site, id, at, agent, open, doc)");
    let store = "ON CONFLICT (site, id) DO UPDATE SET doc = excluded.doc";
    let move_to = "ON CONFLICT (site, id) DO UPDATE SET at = excluded.at, agent = excluded.agent,
                   open = excluded.open, doc = excluded.doc";
    Statements {
        load: Many::new(load, 3, &loaded),
        store: Many::insert(&insert, 6, store),
        move_to: Many::insert(&insert, 6, move_to),
    }
}

fn statements_of(view: View) -> &'static Statements {
    &STATEMENTS[view as usize]
}

/// Loads the stored rows among those that are touched.
pub(super) async fn load(conn: &mut SqliteConnection, changes: &mut Changes<'_>) -> Result<(), StoreError> {
    for view in View::ALL {
        let keys = changes.touched(view);
        let wanted = (0_i64..).zip(&keys).collect::<Vec<_>>();
        let rows = statements_of(view)
            .load
            .fetch(conn, &wanted, |query, (number, key)| {
                query.bind(*number).bind(key.site.as_str()).bind(key.id)
            })
            .await?;
        for row in &rows {
            let Some(key) = usize::try_from(row.try_get::<i64, _>(0)?).ok().and_then(|n| keys.get(n)) else {
                continue;
            };
            let wrong = |e| StoreError::damaged(format!("{} {}", view.table(), key.id), e);
            changes.load(*key, Row::read(view, row.try_get(1)?).map_err(wrong)?);
        }
    }
    Ok(())
}

/// A row as it is stored.
pub(super) struct ViewRow<'e> {
    key: Key<'e>,
    found_by: FoundBy,
    at: i64,
    doc: String,
    /// Whether the stored row is found by something else.
    moved: bool,
}

impl<'e> ViewRow<'e> {
    /// The rows that changed, in the order of their keys.
    pub(super) fn all(changes: Changes<'e>) -> Result<Vec<Self>, StoreError> {
        let mut rows = Vec::new();
        for (key, before, row) in changes.into_rows() {
            let found_by = row.found_by();
            let at = nanoseconds(found_by.0)?;
            let doc = row.doc().map_err(|e| StoreError::damaged(key.id, e))?;
            let moved = before.is_some_and(|before| before != found_by);
            rows.push(Self { key, found_by, at, doc, moved });
        }
        rows.sort_unstable_by_key(|row| row.key);
        Ok(rows)
    }
}

/// Stores rows, over those that are there.
pub(super) async fn store(conn: &mut SqliteConnection, rows: &[ViewRow<'_>]) -> Result<(), StoreError> {
    for same in rows.chunk_by(|a, b| a.key.view == b.key.view) {
        let Some(first) = same.first() else { continue };
        let statements = statements_of(first.key.view);
        let (moved, stay) = same.iter().partition::<Vec<_>, _>(|row| row.moved);
        for (statement, rows) in [(&statements.store, stay), (&statements.move_to, moved)] {
            statement
                .execute(conn, &rows, |query, row| {
                    let (_, agent, open) = &row.found_by;
                    query
                        .bind(row.key.site.as_str())
                        .bind(row.key.id)
                        .bind(row.at)
                        .bind(agent.as_deref())
                        .bind(*open)
                        .bind(row.doc.as_str())
                })
                .await?;
        }
    }
    Ok(())
}
