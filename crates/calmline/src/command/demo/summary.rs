//! What the product did in a demo, in numbers: one column a site.

use std::collections::{BTreeMap, HashMap, HashSet};

use calmline_core::{AgentId, Body, CallId, Party, SiteId, policy::Profile};
use calmline_media::RATE;

use super::columns::{left, right, width};
use crate::said::Said;

/// What has been counted at a site.
#[derive(Debug)]
pub struct Count {
    profile: Profile,
    calls: u64,
    /// Calls that were heard to their end without a prompt.
    pub calm: u64,
    frames: u64,
    lost: u64,
    utterances: u64,
    words: u64,
    agent_voice: u64,
    prompts: u64,
    offers: u64,
    breaks: u64,
    alerts: u64,
    /// Who is in the calls that are not over.
    agents: HashMap<CallId, AgentId>,
    prompted: HashSet<CallId>,
}

/// A call that was heard to its end without a prompt.
pub struct Calm {
    /// Who had it, by pseudonym.
    pub agent: AgentId,
    /// How long it was.
    pub seconds: u64,
}

impl Count {
    /// Nothing yet, at a site of this profile.
    pub fn of(profile: Profile) -> Self {
        Self {
            profile,
            calls: 0,
            calm: 0,
            frames: 0,
            lost: 0,
            utterances: 0,
            words: 0,
            agent_voice: 0,
            prompts: 0,
            offers: 0,
            breaks: 0,
            alerts: 0,
            agents: HashMap::new(),
            prompted: HashSet::new(),
        }
    }

    /// Counts an event; the call, if it ends a calm one.
    pub fn take(&mut self, body: &Body) -> Option<Calm> {
        match body {
            Body::CallAnswered { call, agent, .. } | Body::CallTransferred { call, to: Some(agent), .. } => {
                self.agents.insert(call.clone(), agent.clone());
            }
            Body::LegOpened { party: Party::Customer, .. } => self.calls += 1,
            Body::LegClosed { call, party, frames, lost, speech_s } => {
                self.frames += frames;
                self.lost += lost;
                if *party == Party::Customer {
                    return self.over(call, *frames, speech_s.is_some_and(|seconds| seconds > 0.0));
                }
            }
            Body::Utterance { text, .. } => {
                self.utterances += 1;
                self.words += u64::from(text.is_some());
            }
            Body::Signal { party: Party::Agent, .. } => self.agent_voice += 1,
            Body::PromptShown { call, .. } => {
                self.prompts += 1;
                self.prompted.insert(call.clone());
            }
            Body::BreakOffered { .. } => self.offers += 1,
            Body::BreakBegan { .. } => self.breaks += 1,
            Body::AlertRaised { .. } => self.alerts += 1,
            _ => {}
        }
        None
    }

    fn over(&mut self, call: &CallId, frames: u64, spoken: bool) -> Option<Calm> {
        let (agent, prompted) = (self.agents.remove(call)?, self.prompted.remove(call));
        if prompted || !spoken {
            return None;
        }
        self.calm += 1;
        Some(Calm { agent, seconds: frames / u64::from(RATE) })
    }
}

/// A row: what it is called in both languages, and its number.
type Row = (&'static str, &'static str, fn(&Count) -> String);

const ROWS: [Row; 12] = [
    ("calls heard", "收听的通话", |count| count.calls.to_string()),
    ("  over, no prompt needed", "  已结束，全程无需提示", |count| count.calm.to_string()),
    ("  minutes of sound, both sides", "  双方音频（分钟）", |count| minutes(count.frames)),
    ("  samples of it lost", "  其中丢失的采样点", |count| count.lost.to_string()),
    ("pieces of speech", "话语段数", |count| count.utterances.to_string()),
    ("  turned into words", "  已转成文字", |count| count.words.to_string()),
    ("prompts to agents", "给坐席的提示", |count| count.prompts.to_string()),
    ("breaks offered", "小休邀请", |count| count.offers.to_string()),
    ("  begun", "  已开始小休", |count| count.breaks.to_string()),
    ("alerts to the supervisor", "给班组长的提醒", |count| count.alerts.to_string()),
    ("measurements of agents' voices", "对坐席声音的测量", |count| count.agent_voice.to_string()),
    ("policy profile", "政策档", |count| count.profile.as_str().to_owned()),
];

fn minutes(frames: u64) -> String {
    format!("{:.0}", frames as f64 / f64::from(RATE) / 60.0)
}

/// The numbers of all sites, side by side.
pub fn summary(said: &Said, counts: &BTreeMap<SiteId, Count>) -> String {
    let title = said.both("What the product did", "本次小结");
    let names = ROWS.map(|(en, zh, _)| said.both(en, zh));
    let wide = names.iter().map(|name| width(name)).chain([width(title)]).max().unwrap_or(0);
    let cell = |site: &SiteId, text: &str| right(text, 4 + site.as_str().len().max(6));
    let heads: String = counts.keys().map(|site| cell(site, site.as_str())).collect();
    let mut out = format!("{}{heads}", left(title, wide));
    for (name, (_, _, number)) in names.iter().zip(ROWS) {
        let cells: String = counts.iter().map(|(site, count)| cell(site, &number(count))).collect();
        out.push_str(&format!("\n{}{cells}", left(name, wide)));
    }
    out
}

#[cfg(test)]
mod tests {
    use calmline_core::catalog::Lang;

    use super::*;

    #[test]
    fn every_column_is_straight_in_both_languages() {
        let site = |name: &str| SiteId::new(name).unwrap();
        let mut counts = BTreeMap::from([
            (site("lyon"), Count::of(Profile::Strict)),
            (site("shanghai"), Count::of(Profile::Cn)),
        ]);
        counts.values_mut().for_each(|count| count.frames = 123_456_789);
        for lang in [Lang::En, Lang::Zh] {
            let told = summary(&Said::new(lang, true), &counts);
            let widths: Vec<usize> = told.lines().map(width).collect();
            assert_eq!(widths.len(), ROWS.len() + 1);
            assert!(widths.iter().all(|wide| *wide == widths[0]), "{told}");
            assert!(told.contains("257") && told.contains("shanghai"), "{told}");
        }
    }
}
