//! `replay --log`: a log's decisions, derived again from its facts.

use std::{collections::HashSet, path::Path};

use calmline_core::{EventId, Position, Timestamp};
use calmline_floor::Decider;
use serde_json::json;

use crate::{failure::Failure, said::Said};

const READ: u32 = 2_000;

/// What became of one site's decisions.
struct Compared {
    site: String,
    same: usize,
    missing: Vec<(Timestamp, &'static str, EventId)>,
    extra: Vec<(Timestamp, &'static str, EventId)>,
}

/// Runs the command.
pub fn run(
    data: &Path,
    span: (Option<Timestamp>, Option<Timestamp>),
    as_json: bool,
    said: &Said,
) -> Result<(), Failure> {
    let compared = crate::command::block_on(async {
        let store = crate::command::open::open(data).await?;
        let mut compared = Vec::new();
        for site in store.sites().await? {
            let decider = Decider::new(site.id.clone());
            compared.push(compare(store.as_ref(), &site.id, decider, span).await?);
        }
        store.close().await?;
        Ok::<_, Failure>(compared)
    })?;
    let differ = compared.iter().any(|site| !site.missing.is_empty() || !site.extra.is_empty());
    if as_json {
        let row = |(at, kind, id): &(Timestamp, &str, EventId)| json!({ "at": at, "kind": kind, "id": id });
        let sites: Vec<_> = compared
            .iter()
            .map(|site| {
                json!({
                    "site": site.site, "same": site.same,
                    "only_in_log": site.missing.iter().map(row).collect::<Vec<_>>(),
                    "only_derived": site.extra.iter().map(row).collect::<Vec<_>>(),
                })
            })
            .collect();
        said.json(&json!({ "sites": sites, "same": !differ }))?;
    } else {
        for site in &compared {
            said.line(format!(
                "{}: {} {}, {} {}, {} {}",
                site.site,
                site.same,
                said.both("decisions derived again", "项决定再次推出"),
                site.missing.len(),
                said.both("only in the log", "项仅在日志中"),
                site.extra.len(),
                said.both("only derived now", "项仅本次推出"),
            ));
            for (at, kind, id) in site.missing.iter().chain(&site.extra).take(20) {
                said.line(format!("  {at} {kind} {id}"));
            }
        }
    }
    if differ {
        return Err(Failure::Wanting(
            said.both("the log's decisions do not follow from its facts", "日志中的决定无法由其事实推出")
                .into(),
        ));
    }
    Ok(())
}

async fn compare(
    store: &dyn calmline_store::Store,
    site: &calmline_core::SiteId,
    mut decider: Decider,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
) -> Result<Compared, Failure> {
    let inside = |at: Timestamp| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to);
    let mut logged: Vec<(Timestamp, &'static str, EventId)> = Vec::new();
    let mut derived: Vec<(Timestamp, &'static str, EventId)> = Vec::new();
    let mut after = Position::default();
    loop {
        let events = store.read(Some(site), after, READ).await?;
        let Some(last) = events.last() else { break };
        after = last.position;
        for event in &events {
            if event.body.is_decision() && inside(event.at) {
                logged.push((event.at, event.body.kind(), event.id));
            }
            for draft in decider.apply(event) {
                if inside(draft.at) {
                    derived.push((draft.at, draft.body.kind(), draft.id));
                }
            }
        }
    }
    let ids = |list: &[(Timestamp, &str, EventId)]| list.iter().map(|row| row.2).collect::<HashSet<_>>();
    let (in_log, in_derived) = (ids(&logged), ids(&derived));
    Ok(Compared {
        site: site.to_string(),
        same: in_log.intersection(&in_derived).count(),
        missing: logged.into_iter().filter(|row| !in_derived.contains(&row.2)).collect(),
        extra: derived.into_iter().filter(|row| !in_log.contains(&row.2)).collect(),
    })
}
