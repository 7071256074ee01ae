//! Backups: made while nothing runs, restored elsewhere, refused where they would destroy something.

use std::path::Path;

use calmline_server::attestation::{self, Verified};
use serde_json::json;

use crate::{
    program::{Outcome, Ran, run, run_with, words},
    serving::{House, work},
};

fn attest(data: &Path) -> anyhow::Result<Verified> {
    let made = run(words([&"attest", &"--data", &data]))?;
    anyhow::ensure!(made.status == 0, "{made:?}");
    Ok(attestation::verify(made.out.as_bytes())?)
}

fn back_up(data: &Path, file: &Path, phrase: &str) -> anyhow::Result<Ran> {
    let arguments = words([&"backup", &file, &"--data", &data, &"--json"]);
    let sealed = (!phrase.is_empty()).then(|| "--passphrase-stdin".into());
    run_with(arguments.into_iter().chain(sealed), phrase)
}

fn restore(file: &Path, data: &Path, phrase: &str, more: &[&str]) -> anyhow::Result<Ran> {
    let arguments = words([&"restore", &file, &"--data", &data, &"--json"]);
    let sealed = (!phrase.is_empty()).then(|| "--passphrase-stdin".into());
    run_with(arguments.into_iter().chain(more.iter().map(Into::into)).chain(sealed), phrase)
}

/// Whether a file holds these bytes.
fn holds(file: &Path, needle: &[u8]) -> anyhow::Result<bool> {
    Ok(std::fs::read(file)?.windows(needle.len()).any(|bytes| bytes == needle))
}

#[tokio::test]
async fn a_backup_restored_elsewhere_holds_the_same_log_and_keys() -> Outcome {
    let house = House::set_up("cn")?;
    let serving = house.serve()?;
    let event = |call: &str| work(call, "call.answered", &json!({"call_id": call, "agent_id": "li.wei"}));
    serving.work(&house.events_key, &[event("c-1"), event("c-2")])?;
    serving.stop()?;

    let file = house.folder().join("calmline.backup");
    let phrase = "a phrase\n";
    let made = back_up(&house.data(), &file, phrase)?.json()?;
    assert_eq!(made["sealed"], true);
    assert_eq!(made["bytes"].as_u64(), Some(std::fs::metadata(&file)?.len()));
    back_up(&house.data(), &file, phrase)?.failed(3, "calmline.backup");

    let elsewhere = house.folder().join("elsewhere");
    restore(&file, &elsewhere, "another phrase\n", &[])?.failed(3, "calmline.backup");
    let restored = restore(&file, &elsewhere, phrase, &[])?.json()?;
    assert_eq!(restored["erasures_applied"], 0);
    restore(&file, &house.data(), phrase, &[])?.failed(3, "replace");

    let before = house.log().await?;
    let keys = |data: &Path| run(words([&"keys", &"list", &"--data", &data, &"--json"]))?.json();
    assert_eq!(keys(&elsewhere)?, keys(&house.data())?);
    let after = house.log_of(&elsewhere).await?;
    assert_eq!(before, after);
    assert!(before.iter().filter(|event| event.body.kind() == "call.answered").count() == 2);
    run(words([&"restore", &house.folder().join("none"), &"--data", &house.folder().join("new")]))?
        .failed(3, "none");
    Ok(())
}

#[test]
fn a_restored_directory_has_its_notices_and_goes_on_with_its_attestations() -> Outcome {
    let house = House::set_up("cn")?;
    let serving = house.serve()?;
    serving.admin()?;
    serving.stop()?;
    let (first, second) = (attest(&house.data())?, attest(&house.data())?);
    attestation::follows(&first, &second)?;
    let key = std::fs::read(house.data().join("attestation.key"))?;

    for phrase in ["", "a phrase\n"] {
        let file = house.folder().join(format!("{}.backup", phrase.len()));
        back_up(&house.data(), &file, phrase)?.json()?;
        assert_eq!(holds(&file, &key)?, phrase.is_empty(), "the signing key is sealed under the passphrase");
        let elsewhere = house.folder().join(format!("elsewhere {}", phrase.len()));
        restore(&file, &elsewhere, phrase, &[])?.json()?;
        for folder in ["notices", "attestations"] {
            let mut there = 0;
            for entry in std::fs::read_dir(house.data().join(folder))? {
                let entry = entry?;
                let restored = elsewhere.join(folder).join(entry.file_name());
                assert_eq!(std::fs::read(entry.path())?, std::fs::read(restored)?, "{folder}");
                there += 1;
            }
            assert!(there > 0, "there is nothing in {folder} to be restored");
        }
        let former = elsewhere.join("attestations").join("00000001.json");
        let verified = run(words([&"attest", &"--verify", &former, &"--json"]))?.json()?;
        assert_eq!((&verified["valid"], &verified["hash"]), (&json!(true), &json!(first.hash)));
        attestation::follows(&second, &attest(&elsewhere)?)?;
        // The state as it was, back in a directory that has gone on: nothing that was signed since is lost.
        restore(&file, &elsewhere, phrase, &["--replace"])?.json()?;
        assert_eq!(attest(&elsewhere)?.attestation.statement.number, 4);
        assert!(!elsewhere.join("files.restoring").exists());
    }
    Ok(())
}

#[test]
fn a_restored_backup_never_replaces_what_somebody_else_signed() -> Outcome {
    let (ours, theirs) = (House::set_up("cn")?, House::set_up("cn")?);
    attest(&ours.data())?;
    let signed = attest(&theirs.data())?;
    let file = ours.folder().join("calmline.backup");
    back_up(&ours.data(), &file, "")?.json()?;
    restore(&file, &theirs.data(), "", &["--replace"])?.failed(3, "attestation");
    attestation::follows(&signed, &attest(&theirs.data())?)?;
    Ok(())
}
