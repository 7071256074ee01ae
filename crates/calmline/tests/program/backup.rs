//! Backups: made while nothing runs, restored elsewhere, refused where they would destroy something.

use serde_json::json;

use crate::{
    program::{Outcome, Ran, run, run_with, words},
    serving::{House, work},
};

#[tokio::test]
async fn a_backup_restored_elsewhere_holds_the_same_log_and_keys() -> Outcome {
    let house = House::set_up("cn")?;
    let serving = house.serve()?;
    let event = |call: &str| work(call, "call.answered", &json!({"call_id": call, "agent_id": "li.wei"}));
    serving.work(&house.events_key, &[event("c-1"), event("c-2")])?;
    serving.stop()?;

    let file = house.folder().join("calmline.backup");
    let back_up = || {
        run_with(
            words([&"backup", &file, &"--data", &house.data(), &"--passphrase-stdin", &"--json"]),
            "a phrase\n",
        )
    };
    let made = back_up()?.json()?;
    assert_eq!(made["sealed"], true);
    assert_eq!(made["bytes"].as_u64(), Some(std::fs::metadata(&file)?.len()));
    back_up()?.failed(3, "calmline.backup");

    let elsewhere = house.folder().join("elsewhere");
    let restore = |to: &std::path::Path, phrase: &str| -> anyhow::Result<Ran> {
        run_with(words([&"restore", &file, &"--data", &to, &"--passphrase-stdin", &"--json"]), phrase)
    };
    restore(&elsewhere, "another phrase\n")?.failed(3, "calmline.backup");
    let restored = restore(&elsewhere, "a phrase\n")?.json()?;
    assert_eq!(restored["erasures_applied"], 0);
    restore(&house.data(), "a phrase\n")?.failed(3, "replace");

    let before = house.log().await?;
    let keys = |data: &std::path::Path| run(words([&"keys", &"list", &"--data", &data, &"--json"]))?.json();
    assert_eq!(keys(&elsewhere)?, keys(&house.data())?);
    let after = house.log_of(&elsewhere).await?;
    assert_eq!(before, after);
    assert!(before.iter().filter(|event| event.body.kind() == "call.answered").count() == 2);
    run(words([&"restore", &house.folder().join("none"), &"--data", &house.folder().join("new")]))?
        .failed(3, "none");
    Ok(())
}
