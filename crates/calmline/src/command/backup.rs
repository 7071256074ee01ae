//! `backup` and `restore`.

use std::io::Read;

use calmline_store::sqlite;
use serde_json::json;

use super::open;
use crate::{
    cli::{Backup, Restore},
    failure::Failure,
    said::Said,
};

/// Writes a backup.
pub async fn backup(options: Backup, said: &Said) -> Result<(), Failure> {
    if options.file.exists() {
        return Err(Failure::Input(format!("{} exists; name a new file", options.file.display())));
    }
    let passphrase = passphrase(options.passphrase_stdin)?;
    let store = open::open(&options.at.data).await?;
    store.backup(&options.file, passphrase.as_deref()).await?;
    let head = store.head();
    store.close().await?;
    let bytes = std::fs::metadata(&options.file)?.len();
    if options.json {
        return said.json(&json!({
            "file": options.file, "bytes": bytes, "head": head, "sealed": passphrase.is_some(),
        }));
    }
    said.line(format!("{} · {bytes} B", options.file.display()));
    if passphrase.is_none() {
        said.note(said.both(
            "the backup holds the master key and the signing key of attestations in clear: keep it where only administrators can read it, or use --passphrase-stdin",
            "备份中含未封存的主密钥和声明的签名密钥：请放在只有管理员能读的地方，或使用 --passphrase-stdin",
        ));
    }
    Ok(())
}

/// Restores a backup.
pub async fn restore(options: Restore, said: &Said) -> Result<(), Failure> {
    if !options.file.is_file() {
        return Err(Failure::Input(format!("there is no backup {}", options.file.display())));
    }
    let how = sqlite::Restore {
        passphrase: passphrase(options.passphrase_stdin)?,
        ledger: options.ledger,
        replace: options.replace,
    };
    let erased = sqlite::restore(&options.file, &options.at.data, how).await?;
    if options.json {
        return said.json(&json!({ "data": options.at.data, "erasures_applied": erased }));
    }
    said.line(format!(
        "{} · {} {erased}",
        options.at.data.display(),
        said.both("erasures applied again:", "重新执行的删除：")
    ));
    Ok(())
}

fn passphrase(wanted: bool) -> Result<Option<String>, Failure> {
    if !wanted {
        return Ok(None);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let passphrase = text.trim_end_matches(['\r', '\n']).to_owned();
    if passphrase.is_empty() {
        return Err(Failure::Input("--passphrase-stdin: standard input is empty".into()));
    }
    Ok(Some(passphrase))
}
