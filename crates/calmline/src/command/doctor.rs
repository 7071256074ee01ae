//! `doctor`: looks for what is missing or wrong on this machine.

use std::{path::Path, process::Command};

use calmline_core::event::Presence;
use calmline_engines::{cache::Cache, fetch, fetch::Model, presence};
use calmline_media::presence::Shown;
use serde::Serialize;
use serde_json::json;

use super::{open, serve};
use crate::{cli::Doctor, failure::Failure, said::Said};

/// One finding.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// It works, with less.
    Missing,
    /// It does not work.
    Wrong,
}

fn finding(what: &'static str, state: State, found: impl Into<String>, remedy: Option<&str>) -> Finding {
    Finding { what, state, found: found.into(), remedy: remedy.map(str::to_owned) }
}

/// Runs the command.
pub async fn run(options: Doctor, said: &Said) -> Result<(), Failure> {
    let mut findings = data(&options.at.data).await;
    if let Some(config) = &options.config {
        findings.push(phone_platform(config, options.agent.as_deref(), &options.at.data).await?);
    }
    findings.push(speech_model());
    findings.push(speech_build());
    findings.push(program("espeak-ng", "apt-get install espeak-ng (only the demo's voices need it)"));
    let wrong = findings.iter().any(|finding| finding.state == State::Wrong);
    if options.json {
        said.json(&json!({ "findings": findings, "good": !wrong }))?;
    } else {
        for finding in &findings {
            let sign = match finding.state {
                State::Good => "✓",
                State::Missing => "–",
                State::Wrong => "✗",
            };
            said.line(format!("{sign} {:18} {}", finding.what, finding.found));
            if let Some(remedy) = &finding.remedy {
                said.line(format!("  {:18} → {remedy}", ""));
            }
        }
    }
    if wrong {
        return Err(Failure::Wanting(said.both("something is wrong, see above", "有问题，见上").into()));
    }
    Ok(())
}

async fn data(dir: &Path) -> Vec<Finding> {
    if !dir.join("calmline.db").exists() {
        let remedy = "calmline setup --data DIR --site NAME --admin NAME --password-stdin";
        return vec![finding(
            "data directory",
            State::Missing,
            format!("{} is not set up", dir.display()),
            Some(remedy),
        )];
    }
    let store = match open::open(dir).await {
        Ok(store) => store,
        Err(error) => {
            let remedy = "stop the process that has it open, or look at the message";
            return vec![finding("data directory", State::Wrong, error.to_string(), Some(remedy))];
        }
    };
    let mut findings = vec![finding("data directory", State::Good, dir.display().to_string(), None)];
    match store.verify_chain().await {
        Ok(chain) => {
            let found =
                format!("{} events, {} sealed payloads, hash chain whole", chain.head.0, chain.payloads);
            findings.push(finding("log", State::Good, found, None));
        }
        Err(error) => {
            findings.push(finding(
                "log",
                State::Wrong,
                error.to_string(),
                Some("restore the last backup: calmline restore"),
            ));
        }
    }
    match store.sites().await {
        Ok(sites) if sites.is_empty() => {
            findings.push(finding(
                "sites",
                State::Missing,
                "none",
                Some("calmline setup, or POST /v1/setup"),
            ));
        }
        Ok(sites) => {
            for site in sites {
                let found = format!("{} ({}), {}", site.id, site.profile.as_str(), site.time_zone);
                findings.push(finding("site", State::Good, found, None));
            }
        }
        Err(error) => findings.push(finding("sites", State::Wrong, error.to_string(), None)),
    }
    if let Err(error) = store.close().await {
        findings.push(finding("data directory", State::Wrong, error.to_string(), None));
    }
    findings
}

/// Asks the phone platform what it shows of an agent. Changes nothing.
async fn phone_platform(config: &Path, agent: Option<&str>, data: &Path) -> Result<Finding, Failure> {
    const WHAT: &str = "phone platform";
    let Some(platform) = serve::platform(config)? else {
        let remedy = "add [presence] to the configuration, so that breaks are shown there";
        return Ok(finding(WHAT, State::Missing, "none in the configuration", Some(remedy)));
    };
    let port = match platform.open(std::env::var(presence::SECRET).ok(), presence::PATIENCE) {
        Ok(port) => port,
        Err(error) => {
            let remedy = "mend that field; docs/integrators.md, Presence, has all of them";
            return Ok(finding(WHAT, State::Wrong, error.to_string(), Some(remedy)));
        }
    };
    let known = match agent {
        Some(agent) => Some(agent.to_owned()),
        None => first_agent(data).await,
    };
    let Some(agent) = known else {
        let remedy = "import people, or give --agent ID";
        return Ok(finding(
            WHAT,
            State::Missing,
            "no agent is known whom it could be asked about",
            Some(remedy),
        ));
    };
    let name = port.name().to_owned();
    let read = tokio::task::spawn_blocking(move || port.read(&agent)).await.map_err(anyhow::Error::from)?;
    Ok(match read {
        Ok(Shown::Asked(Presence::OnBreak)) => {
            finding(WHAT, State::Good, format!("{name}: the agent is on a break"), None)
        }
        Ok(Shown::Asked(Presence::Available)) => {
            finding(WHAT, State::Good, format!("{name}: the agent is available"), None)
        }
        Ok(Shown::Other(_)) => {
            finding(WHAT, State::Good, format!("{name}: the agent is in a state of the platform's own"), None)
        }
        Ok(Shown::Untold) => {
            let remedy = "send agent.state events: without them no break is ever confirmed";
            finding(
                WHAT,
                State::Missing,
                format!("{name}: it cannot be asked; its work events tell"),
                Some(remedy),
            )
        }
        Err(error) => {
            let remedy = "check address, credentials and their rights; then run doctor again";
            finding(WHAT, State::Wrong, format!("{name}: {error}"), Some(remedy))
        }
    })
}

/// The platform's name of some agent of the data directory, if it can be opened.
async fn first_agent(data: &Path) -> Option<String> {
    if !data.join("calmline.db").exists() {
        return None;
    }
    let store = open::open(data).await.ok()?;
    let site = store.sites().await.ok()?.into_iter().next();
    let names = match site {
        Some(site) => store.outside_names(&site.id).await.unwrap_or_default(),
        None => Vec::new(),
    };
    // Nothing was written; a store that closes badly was reported above.
    let _ = store.close().await;
    names.into_iter().map(|(_, name)| name).min()
}

fn speech_model() -> Finding {
    let remedy = "calmline replay --asr-model whisper-base FILE fetches one; without it calls have no words";
    let cache = match Cache::of_user() {
        Ok(cache) => cache,
        Err(error) => return finding("speech model", State::Missing, error.to_string(), Some(remedy)),
    };
    let models: Vec<&str> = Model::ALL
        .into_iter()
        .filter(|model| matches!(fetch::cached_model(&cache, *model), Ok(Some(_))))
        .map(Model::name)
        .collect();
    if models.is_empty() {
        return finding("speech model", State::Missing, "none fetched", Some(remedy));
    }
    finding("speech model", State::Good, models.join(", "), None)
}

fn speech_build() -> Finding {
    if cfg!(feature = "whisper") {
        finding("speech recognition", State::Good, "whisper.cpp", None)
    } else {
        finding("speech recognition", State::Missing, "not in this build", Some("cargo xtask build"))
    }
}

fn program(name: &'static str, remedy: &str) -> Finding {
    match Command::new(name).arg("--version").output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            finding(name, State::Good, text.lines().next().unwrap_or_default().trim(), None)
        }
        _ => finding(name, State::Missing, "not found", Some(remedy)),
    }
}
