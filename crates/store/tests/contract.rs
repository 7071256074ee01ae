//! The SQLite backend keeps the contract.

use std::sync::Arc;

use calmline_store::{Sqlite, Store, contract};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_the_contract() -> contract::Outcome {
    let dir = tempfile::tempdir()?;
    let count = std::sync::atomic::AtomicU32::new(0);
    contract::run(|| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let dir = dir.path().join(number.to_string());
        async move { Ok(Arc::new(Sqlite::open(&dir).await?) as Arc<dyn Store>) }
    })
    .await
}
