//! `attest`: state, signed, what was computed and what was not; or verify such a statement, or an agent's evidence.

use std::path::Path;

use calmline_server::{
    attestation::{self, Folder},
    bundle, clock,
};
use serde_json::json;

use super::open;
use crate::{cli::Attest, failure::Failure, said::Said};

/// Checks an agent's evidence of an incident of abuse.
fn evidence(bytes: &[u8], path: &Path, as_json: bool, said: &Said) -> Result<(), Failure> {
    match bundle::verify(bytes) {
        Ok(good) if as_json => said.json(&json!({
            "valid": true, "incident": good.incident, "entries": good.entries.len(), "hash": good.head,
        })),
        Ok(good) => {
            let fits = said.both("the chain of hashes fits; entries", "哈希链完整；条目数");
            said.line(format!("{fits} {}", good.entries.len()));
            Ok(())
        }
        Err(error) => {
            if as_json {
                said.json(&json!({ "valid": false, "why": error.to_string() }))?;
            }
            Err(Failure::Wanting(format!("{}: {error}", path.display())))
        }
    }
}

/// Runs the command.
pub async fn run(options: Attest, said: &Said) -> Result<(), Failure> {
    if let Some(path) = &options.verify {
        let bytes =
            std::fs::read(path).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
        if bundle::claims_to_be(&bytes) {
            return evidence(&bytes, path, options.json, said);
        }
        return match attestation::verify(&bytes) {
            Ok(verified) if options.json => said.json(&json!({
                "valid": true, "key": verified.key, "hash": verified.hash,
                "statement": verified.attestation.statement,
            })),
            Ok(verified) => {
                said.line(format!(
                    "{} {}",
                    said.both("the signature fits; key", "签名有效；密钥"),
                    verified.key
                ));
                Ok(())
            }
            Err(error) => {
                if options.json {
                    said.json(&json!({ "valid": false, "why": error.to_string() }))?;
                }
                Err(Failure::Wanting(format!("{}: {error}", path.display())))
            }
        };
    }
    let store = open::open(&options.at.data).await?;
    let site = open::site(store.as_ref(), options.site.as_ref()).await?;
    let folder = Folder::open(&options.at.data).map_err(anyhow::Error::from)?;
    let made = attestation::make(store.as_ref(), &folder, &site.id, clock::now())
        .await
        .map_err(anyhow::Error::from)?;
    store.close().await?;
    said.json(&made)
}
