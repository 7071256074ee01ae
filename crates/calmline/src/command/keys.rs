//! `keys`: of phone platforms and integrations.

use std::io::Read;

use calmline_server::{clock, keys::FreshKey};
use serde_json::json;

use super::open;
use crate::{cli::Keys, failure::Failure, said::Said};

/// Runs the command.
pub async fn run(options: Keys, said: &Said) -> Result<(), Failure> {
    match options {
        Keys::Add { at, kind, site, secret_stdin, json } => {
            let store = open::open(&at.data).await?;
            let site = open::site(store.as_ref(), site.as_ref()).await?;
            let secret = if secret_stdin { Some(read_secret()?) } else { None };
            let fresh = FreshKey::draw(site.id, kind, secret, clock::now()).map_err(anyhow::Error::from)?;
            let id = store.add_key(fresh.new).await?;
            store.close().await?;
            if json {
                return said.json(
                    &json!({ "id": id, "api_key": fresh.api_key, "client_secret": fresh.client_secret }),
                );
            }
            said.line(format!("id             {id}\napi_key        {}", fresh.api_key));
            if let Some(secret) = fresh.client_secret {
                said.line(format!("client_secret  {secret}"));
            }
            said.note(said.both("shown once: keep it now", "只显示这一次，请立即保存"));
        }
        Keys::List { at, site, json } => {
            let store = open::open(&at.data).await?;
            let site = open::site(store.as_ref(), site.as_ref()).await?;
            let keys = store.keys(&site.id).await?;
            store.close().await?;
            if json {
                return said.json(&json!({ "keys": keys }));
            }
            for key in keys {
                let state = key.revoked.map_or_else(
                    || said.both("in use", "使用中").to_owned(),
                    |at| format!("{} {at}", said.both("revoked", "已吊销")),
                );
                said.line(format!("{}  {:9}  {}  {state}", key.id, key.kind.as_str(), key.created));
            }
        }
        Keys::Revoke { at, id, site, json } => {
            let store = open::open(&at.data).await?;
            let site = open::site(store.as_ref(), site.as_ref()).await?;
            let revoked = store.revoke_key(&site.id, &id, clock::now()).await?;
            store.close().await?;
            if !revoked {
                return Err(Failure::Input(format!("there is no key {id} in use; see: calmline keys list")));
            }
            if json {
                return said.json(&json!({ "id": id, "revoked": true }));
            }
            said.line(format!("{} {id}", said.both("revoked", "已吊销")));
        }
    }
    Ok(())
}

fn read_secret() -> Result<Vec<u8>, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(Failure::Input("--secret-stdin: standard input is empty".into()));
    }
    Ok(secret.as_bytes().to_vec())
}
