//! `setup`: a data directory with its site and first administrator.

use std::io::Read;

use calmline_core::{Role, SiteId};
use calmline_server::{clock, password};
use calmline_store::{NewAccount, NewSite, Site, Sites, Upkeep, sqlite::Sqlite};
use serde_json::json;

use crate::{cli::Setup, failure::Failure, said::Said};

/// Runs the command.
pub async fn run(options: Setup, said: &Said) -> Result<(), Failure> {
    let Setup { at, site: name, admin, password_stdin, profile, time_zone, json } = options;
    if !password_stdin {
        return Err(Failure::Usage(
            "--password-stdin: give the administrator's password on standard input".into(),
        ));
    }
    if at.data.join("calmline.db").exists() {
        return Err(Failure::Input(format!(
            "{} is set up already; choose another directory, or run: calmline serve --data {0}",
            at.data.display()
        )));
    }
    let id = site_id(&name)?;
    zone(&time_zone)?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let password_text = text.trim_end_matches(['\r', '\n']);
    password::check(password_text, &[&admin, &name]).map_err(Failure::input)?;
    let password_hash = password::hash(password_text.to_owned())
        .await
        .map_err(|error| anyhow::anyhow!("hashing failed: {error}"))?;

    let store = Sqlite::open(&at.data).await?;
    let opened = clock::now();
    let site = Site { id: id.clone(), name, profile, time_zone, opened };
    let account = NewAccount {
        site: id.clone(),
        login: admin.clone(),
        roles: vec![Role::Admin],
        agent: None,
        language: said.lang,
        password_hash,
        created: opened,
    };
    store.create_site(NewSite { site, admin: Some(account) }).await?;
    store.close().await?;
    if json {
        return said.json(&json!({ "site": id, "profile": profile, "admin": admin }));
    }
    said.line(format!(
        "{} {id} ({}), {} {admin}\n{}",
        said.both("site", "中心"),
        profile.as_str(),
        said.both("administrator", "管理员"),
        said.both(
            "next: calmline keys add --kind events, then calmline serve",
            "下一步：calmline keys add --kind events，然后 calmline serve"
        ),
    ));
    Ok(())
}

/// A site's id from its name: `Lyon 2` becomes `lyon-2`; 上海 stays 上海.
fn site_id(name: &str) -> Result<SiteId, Failure> {
    let mut id = String::new();
    for character in name.trim().to_lowercase().chars() {
        if character.is_alphanumeric() {
            id.push(character);
        } else if !id.ends_with('-') {
            id.push('-');
        }
    }
    SiteId::new(id.trim_matches('-')).map_err(|error| Failure::Input(format!("--site: {error}")))
}

fn zone(name: &str) -> Result<(), Failure> {
    jiff::tz::TimeZone::get(name).map(drop).map_err(|_| {
        Failure::Input(format!(
            "--time-zone: {name:?} is no IANA time zone; write for instance Europe/Paris or Asia/Shanghai"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_id_comes_from_its_name() {
        for (name, id) in [("Lyon 2", "lyon-2"), ("上海", "上海"), ("  A & B  ", "a-b")] {
            assert_eq!(site_id(name).unwrap().as_str(), id);
        }
        assert!(site_id("!!").is_err());
        assert!(zone("Mars/Phobos").is_err());
    }
}
