//! Erasure is real: in the files, after a crash in the middle, and after an older backup is restored.

use std::{error::Error, fs, path::Path};

use calmline_core::{
    Body, CallId, Draft, Party, PayloadId, Position, SiteId, SubjectId, Timestamp,
    catalog::Lang,
    event::{Clear, PayloadKind},
    policy::Profile,
};
use calmline_store::{
    Accounts as _, Directory as _, Log as _, NewAccount, NewSite, Payloads as _, Site, Sites as _, Sqlite,
    StoreError, Upkeep as _,
    sqlite::{Restore, restore},
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const NAME: &str = "Fang Wang 4711";
const WORDS: &str = "my card number is 4111 1111 1111 1111";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap_or_default()
}

fn said(call: &str) -> Outcome<(Draft, PayloadId, SubjectId)> {
    let call = CallId::new(call)?;
    let (payload, subject) = (PayloadId::new(format!("p-{call}"))?, SubjectId::of_caller(&call));
    let body = Body::Utterance {
        call: call.clone(),
        party: Party::Customer,
        start_s: 0.0,
        end_s: 1.0,
        language: None,
        confidence: None,
        text: Some(payload.clone()),
        signs: None,
        intent: None,
    };
    let clear = Clear {
        id: payload.clone(),
        subject: subject.clone(),
        kind: PayloadKind::Transcript,
        bytes: WORDS.into(),
    };
    let draft = Draft::told(SiteId::new("s")?, "test", call.as_str(), at(0), body).with(clear);
    Ok((draft, payload, subject))
}

fn new_site() -> Outcome<NewSite> {
    let site = Site {
        id: SiteId::new("s")?,
        name: "S".into(),
        profile: Profile::Strict,
        time_zone: "Europe/Berlin".into(),
        opened: at(-1),
    };
    Ok(NewSite { site, admin: None })
}

/// Whether any file of a directory or its folders holds these bytes.
fn holds(dir: &Path, needle: &[u8]) -> Outcome<bool> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            if holds(&path, needle)? {
                return Ok(true);
            }
            continue;
        }
        let bytes = fs::read(path)?;
        if bytes.windows(needle.len()).any(|window| window == needle) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A ciphertext as it is stored. Its nonce is random, so it occurs nowhere else.
async fn ciphertext(dir: &Path, table: &str) -> Outcome<Vec<u8>> {
    use sqlx::{Connection as _, Row as _};
    let url = format!("sqlite://{}?mode=ro", dir.join("calmline.db").display());
    let mut conn = sqlx::SqliteConnection::connect(&url).await?;
    let sql = match table {
        "payloads" => "SELECT sealed FROM payloads",
        "data_keys" => "SELECT wrapped FROM data_keys",
        _ => "SELECT sealed FROM directory",
    };
    let bytes = sqlx::query(sql).fetch_one(&mut conn).await?.try_get(0)?;
    conn.close().await?;
    Ok(bytes)
}

#[tokio::test]
async fn neither_words_nor_keys_nor_ciphertexts_are_left_in_the_files() -> Outcome {
    let dir = tempfile::tempdir()?;
    let store = Sqlite::open(dir.path()).await?;
    let (draft, payload, subject) = said("c")?;
    let site = draft.site.clone();
    store.append(vec![draft]).await?;
    assert!(!holds(dir.path(), WORDS.as_bytes())?, "the words are in a file in clear");
    let (sealed, key) =
        (ciphertext(dir.path(), "payloads").await?, ciphertext(dir.path(), "data_keys").await?);
    // The scan sees what is there.
    assert!(holds(dir.path(), &sealed)? && holds(dir.path(), &key)?);

    let erasure = store.erase(&site, &subject, &PayloadKind::ALL, at(1)).await?;
    assert_eq!((erasure.keys, erasure.payloads), (1, 1));
    assert_eq!(store.open_payload(&site, &payload).await?, None);
    // While the store is still open: write-ahead log included.
    assert!(!holds(dir.path(), &sealed)?, "the ciphertext is still in a file");
    assert!(!holds(dir.path(), &key)?, "the key is still in a file");
    assert_eq!(store.verify_chain().await?.payloads, 0);
    Ok(())
}

#[tokio::test]
async fn an_older_backup_restored_has_nothing_of_an_erased_person() -> Outcome {
    let (old, new, files) = (tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?);
    let backup = files.path().join("backup.db");
    let store = Sqlite::open(old.path()).await?;
    store.create_site(new_site()?).await?;
    let (draft, gone, subject) = said("gone")?;
    let (other, stays, _) = said("stays")?;
    let site = draft.site.clone();
    store.append(vec![draft, other]).await?;
    let agent = store.pseudonym(&site, NAME).await?;
    let account = NewAccount {
        site: site.clone(),
        login: NAME.into(),
        roles: Vec::new(),
        agent: Some(agent.clone()),
        language: Lang::En,
        password_hash: "x".into(),
        created: at(0),
    };
    store.add_account(account).await?;
    assert!(holds(old.path(), NAME.as_bytes())?, "the scan does not see a login name that is there");
    store.backup(&backup, None).await?;

    store.erase(&site, &subject, &[PayloadKind::Transcript], at(10)).await?;
    store.erase(&site, &SubjectId::of_agent(&agent), &PayloadKind::ALL, at(11)).await?;
    store.close().await?;

    // The old machine's ledger is all that comes along beside the backup.
    let how = Restore { ledger: Some(old.path().join("erasures.jsonl")), ..Restore::default() };
    assert_eq!(restore(&backup, new.path(), how).await?, 2);
    assert!(!holds(new.path(), NAME.as_bytes())?, "the name is in a file");
    let store = Sqlite::open(new.path()).await?;
    assert_eq!(store.open_payload(&site, &gone).await?, None);
    assert_eq!(store.open_payload(&site, &stays).await?.as_deref(), Some(WORDS.as_bytes()));
    assert_eq!(store.outside_name(&site, &agent).await?, None);
    assert_ne!(store.pseudonym(&site, NAME).await?, agent);
    assert!(store.accounts(&site).await?.is_empty());
    let chain = store.verify_chain().await?;
    let erased = store.read_kind(&site, "erased", Position(0), 10).await?;
    assert_eq!(erased.len(), 2, "the log does not say that they were erased");
    store.close().await?;

    // On the same machine the directory's own ledger does it.
    let how = Restore { replace: true, ..Restore::default() };
    assert_eq!(restore(&backup, old.path(), how).await?, 2);
    let store = Sqlite::open(old.path()).await?;
    assert_eq!(store.open_payload(&site, &gone).await?, None);
    assert_eq!(store.verify_chain().await?.head, chain.head);
    Ok(())
}

#[tokio::test]
async fn a_later_backup_carries_the_ledger_for_an_older_one() -> Outcome {
    let (old, new, files) = (tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?);
    let (before, after) = (files.path().join("before.db"), files.path().join("after.db"));
    let store = Sqlite::open(old.path()).await?;
    let (draft, payload, subject) = said("c")?;
    let site = draft.site.clone();
    store.append(vec![draft]).await?;
    store.backup(&before, None).await?;
    store.erase(&site, &subject, &PayloadKind::ALL, at(1)).await?;
    store.backup(&after, None).await?;
    store.close().await?;
    // The old machine is lost, its ledger too.
    restore(&after, new.path(), Restore::default()).await?;
    let replace = Restore { replace: true, ..Restore::default() };
    assert_eq!(restore(&before, new.path(), replace).await?, 1);
    let store = Sqlite::open(new.path()).await?;
    assert_eq!(store.open_payload(&site, &payload).await?, None);
    Ok(())
}

#[tokio::test]
async fn an_erasure_that_only_reached_the_ledger_is_completed_on_opening() -> Outcome {
    let (dir, copy) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let store = Sqlite::open(dir.path()).await?;
    let (draft, payload, subject) = said("c")?;
    let site = draft.site.clone();
    store.append(vec![draft]).await?;
    store.close().await?;
    // The files as a crash between ledger and commit leaves them: the database before, the ledger after.
    for name in ["calmline.db", "master.key"] {
        fs::copy(dir.path().join(name), copy.path().join(name))?;
    }
    let store = Sqlite::open(dir.path()).await?;
    store.erase(&site, &subject, &PayloadKind::ALL, at(1)).await?;
    store.close().await?;
    fs::copy(dir.path().join("erasures.jsonl"), copy.path().join("erasures.jsonl"))?;

    let store = Sqlite::open(copy.path()).await?;
    assert_eq!(store.open_payload(&site, &payload).await?, None);
    assert_eq!(store.read_kind(&site, "erased", Position(0), 10).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_sealed_backup_opens_with_its_passphrase_alone() -> Outcome {
    let (dir, files) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let backup = files.path().join("backup.db");
    let store = Sqlite::open(dir.path()).await?;
    let (draft, payload, _) = said("c")?;
    let site = draft.site.clone();
    store.append(vec![draft]).await?;
    store.backup(&backup, Some("correct horse")).await?;
    assert!(
        matches!(store.backup(&backup, None).await, Err(StoreError::File { .. })),
        "a file was overwritten"
    );
    store.close().await?;

    let target = files.path().join("new");
    for passphrase in [None, Some("wrong horse".into())] {
        let how = Restore { passphrase, ..Restore::default() };
        let answer = restore(&backup, &target, how).await;
        assert!(matches!(answer, Err(StoreError::Backup { .. })), "{answer:?}");
        assert!(!target.join("calmline.db").exists() && !target.join("calmline.restoring").exists());
    }
    let how = Restore { passphrase: Some("correct horse".into()), ..Restore::default() };
    restore(&backup, &target, how.clone()).await?;
    let again = restore(&backup, &target, how).await;
    assert!(matches!(again, Err(StoreError::Backup { .. })), "a database was overwritten: {again:?}");
    let store = Sqlite::open(&target).await?;
    assert_eq!(store.open_payload(&site, &payload).await?.as_deref(), Some(WORDS.as_bytes()));

    fs::write(files.path().join("junk"), b"not a database")?;
    let junk = restore(&files.path().join("junk"), &files.path().join("other"), Restore::default()).await;
    assert!(matches!(junk, Err(StoreError::Backup { .. })), "{junk:?}");
    Ok(())
}

fn said_at(call: &str, seconds: i64) -> Outcome<(Draft, PayloadId)> {
    let (mut draft, payload, _) = said(call)?;
    draft.at = at(seconds);
    Ok((draft, payload))
}

#[tokio::test]
async fn what_is_past_its_time_is_gone_from_the_files_and_from_an_older_backup() -> Outcome {
    let (old, new, files) = (tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?);
    let backup = files.path().join("backup.db");
    let store = Sqlite::open(old.path()).await?;
    let (past, gone) = said_at("past", 0)?;
    let (late, stays) = said_at("late", 100)?;
    let site = past.site.clone();
    store.append(vec![past]).await?;
    let sealed = ciphertext(old.path(), "payloads").await?;
    let key = ciphertext(old.path(), "data_keys").await?;
    store.append(vec![late]).await?;
    store.backup(&backup, None).await?;

    let transcripts = PayloadKind::Transcript;
    assert_eq!(store.count_before(&site, transcripts, at(100)).await?, 1, "its end is not before itself");
    assert_eq!(store.expire(&site, PayloadKind::SelfReport, at(100), at(200)).await?, 0);
    assert!(fs::read(old.path().join("erasures.jsonl"))?.is_empty(), "nothing was erased, but it is listed");
    assert_eq!(store.expire(&site, transcripts, at(100), at(200)).await?, 1);
    assert_eq!(store.expire(&site, transcripts, at(100), at(201)).await?, 0);
    assert_eq!(store.open_payload(&site, &gone).await?, None);
    assert_eq!(store.open_payload(&site, &stays).await?.as_deref(), Some(WORDS.as_bytes()));
    assert!(!holds(old.path(), &sealed)?, "the ciphertext is still in a file");
    assert!(!holds(old.path(), &key)?, "a key with nothing left to open is still in a file");
    // Whoever's key went says something again.
    let (again, anew) = said_at("past", 150)?;
    let again = Draft { id: calmline_core::EventId::derive(&["again"]), ..again };
    let clear = Clear { id: PayloadId::new("p-anew")?, ..again.clear[0].clone() };
    assert_eq!(anew, gone);
    store.append(vec![Draft { clear: vec![clear.clone()], ..again }]).await?;
    assert!(store.open_payload(&site, &clear.id).await?.is_some());
    assert_eq!(store.verify_chain().await?.payloads, 2);
    store.close().await?;

    let how = Restore { ledger: Some(old.path().join("erasures.jsonl")), ..Restore::default() };
    assert_eq!(restore(&backup, new.path(), how).await?, 1);
    let store = Sqlite::open(new.path()).await?;
    assert_eq!(store.open_payload(&site, &gone).await?, None);
    assert!(store.open_payload(&site, &stays).await?.is_some());
    assert!(!holds(new.path(), &sealed)?, "the backup brought the ciphertext back");
    Ok(())
}

#[tokio::test]
async fn an_end_that_only_reached_the_ledger_is_completed_on_opening() -> Outcome {
    let (dir, copy) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let store = Sqlite::open(dir.path()).await?;
    let (past, gone) = said_at("past", 0)?;
    let site = past.site.clone();
    store.append(vec![past]).await?;
    store.close().await?;
    for name in ["calmline.db", "master.key"] {
        fs::copy(dir.path().join(name), copy.path().join(name))?;
    }
    let store = Sqlite::open(dir.path()).await?;
    store.expire(&site, PayloadKind::Transcript, at(1), at(2)).await?;
    store.close().await?;
    fs::copy(dir.path().join("erasures.jsonl"), copy.path().join("erasures.jsonl"))?;
    // Opened twice: the second time there is nothing left to do.
    for _ in 0..2 {
        let store = Sqlite::open(copy.path()).await?;
        assert_eq!(store.open_payload(&site, &gone).await?, None);
        store.close().await?;
    }
    Ok(())
}
