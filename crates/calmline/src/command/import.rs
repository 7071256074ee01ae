//! `import calls`: call facts from a table, all or none, as the phone platform would have told them.

use calmline_core::{Body, Draft, SiteId};
use calmline_media::recording::{self, CallFact};
use calmline_store::Store;
use serde_json::json;

use super::open;
use crate::{cli::Import, failure::Failure, said::Said};

/// The source under which imported facts are known: importing the same table again changes nothing.
const SOURCE: &str = "calmline:import";

/// Runs the command.
pub async fn run(options: Import, said: &Said) -> Result<(), Failure> {
    let Import::Calls { at, site, file, json } = options;
    let bytes =
        std::fs::read(&file).map_err(|error| Failure::Input(format!("{}: {error}", file.display())))?;
    let facts = recording::read_facts(&bytes)
        .map_err(|error| Failure::Input(format!("{}: {error}", file.display())))?;
    let store = open::open(&at.data).await?;
    let site = open::site(store.as_ref(), site.as_ref()).await?;
    let drafts = drafts(store.as_ref(), &site.id, &facts.calls).await?;
    let appended = store.append(drafts).await?;
    store.close().await?;
    let new = appended.iter().filter(|appended| !appended.duplicate).count();
    let known = appended.len() - new;
    if json {
        return said.json(&json!({
            "calls": facts.calls.len(), "events": new, "known": known, "ignored_columns": facts.ignored,
        }));
    }
    said.line(format!(
        "{} {}, {new} {}, {known} {}",
        facts.calls.len(),
        said.both("calls", "通电话"),
        said.both("new events", "个新事件"),
        said.both("known before", "个此前已有"),
    ));
    if !facts.ignored.is_empty() {
        said.note(format!("{} {}", said.both("columns left out:", "未使用的列："), facts.ignored.join(", ")));
    }
    Ok(())
}

async fn drafts(store: &dyn Store, site: &SiteId, calls: &[CallFact]) -> Result<Vec<Draft>, Failure> {
    let names: Vec<&str> =
        calls.iter().filter_map(|fact| fact.agent.as_ref().map(calmline_core::AgentId::as_str)).collect();
    let mut agents = store.pseudonyms(site, &names).await?.into_iter();
    let mut drafts = Vec::new();
    for fact in calls {
        let agent = fact.agent.as_ref().and_then(|_| agents.next());
        let mut tell = |what: &str, at, body| {
            let id = format!("{} {what}", fact.call);
            drafts.push(Draft::told(site.clone(), SOURCE, &id, at, body));
        };
        let (call, queue) = (fact.call.clone(), fact.queue.clone());
        tell(
            "offered",
            fact.started_at,
            Body::CallOffered { call: call.clone(), agent: None, queue: queue.clone() },
        );
        if let (Some(at), Some(agent)) = (fact.answered_at, agent) {
            tell("answered", at, Body::CallAnswered { call: call.clone(), agent, queue });
        }
        if let Some(at) = fact.ended_at {
            tell("ended", at, Body::CallEnded { call, reason: fact.reason.clone() });
        }
    }
    Ok(drafts)
}
