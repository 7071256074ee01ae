//! What is known of a voice outlives a restart, and an erasure outlives a restored backup.

use calmline_core::{SiteId, SubjectId, Timestamp, event::PayloadKind};
use calmline_store::{
    Baselines as _, Payloads as _, Sqlite, Upkeep as _,
    sqlite::{Restore, restore},
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap_or_default()
}

#[tokio::test]
async fn a_baseline_outlives_a_restart_and_an_end_of_it_a_restored_backup() -> Outcome {
    let (dir, files) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let backup = files.path().join("backup.db");
    let site = SiteId::new("s")?;
    let [erased, expired, stays] = ["erased", "expired", "stays"].map(SubjectId::new);
    let (erased, expired, stays) = (erased?, expired?, stays?);
    let store = Sqlite::open(dir.path()).await?;
    for (subject, learned) in [(&erased, 50), (&expired, 5), (&stays, 50)] {
        store.keep_baseline(&site, subject, subject.as_str().as_bytes(), at(learned)).await?;
    }
    store.close().await?;

    let store = Sqlite::open(dir.path()).await?;
    assert_eq!(store.baseline(&site, &stays).await?.as_deref(), Some(&b"stays"[..]), "lost by a restart");
    store.backup(&backup, None).await?;
    assert_eq!(store.erase(&site, &erased, &[PayloadKind::VoiceCue], at(60)).await?.payloads, 1);
    assert_eq!(store.expire(&site, PayloadKind::VoiceCue, at(10), at(60)).await?, 1);
    store.close().await?;

    let how = Restore { replace: true, ..Restore::default() };
    assert_eq!(restore(&backup, dir.path(), how).await?, 2);
    let store = Sqlite::open(dir.path()).await?;
    assert_eq!(store.with_baselines(&site).await?, std::slice::from_ref(&stays));
    assert_eq!(store.baseline(&site, &erased).await?, None);
    assert_eq!(store.baseline(&site, &expired).await?, None);
    assert_eq!(store.baseline(&site, &stays).await?.as_deref(), Some(&b"stays"[..]));
    Ok(())
}
