//! `demo --fast`: a whole day in virtual time, without sockets.
//!
//! Each script is voiced and heard once, by the same ear that hears live calls; a call that uses the script again is
//! told the same facts at its own time. That is how a day of some hundred hours of speech takes seconds.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
    sync::Arc,
};

use calmline_core::{
    AccountId, AgentId, Body, CallId, Draft, OfferId, Party, SiteId, Timestamp,
    catalog::Lang,
    event::OfferAnswer,
    policy::{Notice, TABLE_VERSION, consents_wanted},
};
use calmline_floor::{Ear, Hears, Rehearsal};
use calmline_media::RATE;
use calmline_sense::AffectModel;
use calmline_sim::{
    story::{self, Plot},
    world::{Call, World, WorldEvent},
};
use jiff::SignedDuration;
use serde_json::json;

use super::{
    Place,
    narrator::reason_of,
    summary::{Count, summary},
    voices::Voices,
};
use crate::{cli::Demo, failure::Failure, said::Said};

/// What one script gives to hear: facts of a call whose audio begins at the epoch.
type Heard = Arc<Vec<(f64, Body)>>;

/// Runs the command.
pub fn run(options: &Demo, places: &[Place], said: &Said) -> Result<(), Failure> {
    let mut counts = BTreeMap::new();
    for (index, place) in places.iter().enumerate() {
        let mut day = Day::open(options, index, place)?;
        said.note(format!(
            "{} ({}): {} …",
            place.name,
            place.profile.as_str(),
            said.both("a day in virtual time", "虚拟时间的一天")
        ));
        day.run(said)?;
        if options.json {
            day.decisions(said);
        }
        let mut count = Count::of(place.profile);
        for event in day.rehearsal.events() {
            count.take(&event.body);
        }
        counts.insert(day.site, count);
    }
    let told = summary(said, &counts);
    if options.json {
        said.note(told);
    } else {
        said.line(told);
    }
    Ok(())
}

struct Day {
    site: SiteId,
    world: World,
    rehearsal: Rehearsal,
    model: Arc<AffectModel>,
    voices: Voices,
    heard: HashMap<usize, Heard>,
    /// Calls that ring, with what will be heard in them.
    ringing: HashMap<CallId, Heard>,
    due: BinaryHeap<Reverse<Due>>,
    number: u64,
    /// How much of the log has been looked at for offers.
    seen: usize,
}

/// Something that is going to happen.
struct Due {
    at: Timestamp,
    number: u64,
    what: What,
}

enum What {
    Fact(Box<Draft>),
    Answer { agent: AgentId, offer: OfferId, answer: OfferAnswer, minutes: u32 },
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl Day {
    fn open(options: &Demo, index: usize, place: &Place) -> Result<Self, Failure> {
        let site = SiteId::new(place.name).map_err(Failure::input)?;
        // A fixed day, so that the same seed gives the same day.
        let start: Timestamp = "2026-03-02T08:00:00Z".parse().map_err(anyhow::Error::from)?;
        let world = story::day(Plot {
            site: site.clone(),
            start,
            agents: options.agents as usize,
            chinese: place.chinese,
            seed: options.seed.wrapping_add(index as u64),
        })
        .map_err(Failure::input)?;
        let mut rehearsal = Rehearsal::new(site.clone(), place.profile);
        let by = AccountId::new("demo").map_err(Failure::input)?;
        for notice in Notice::ALL {
            let body = Body::NoticeConfirmed { notice, text_sha256: String::new(), by: by.clone() };
            rehearsal.tell(Draft::derived(site.clone(), start, Vec::new(), body));
        }
        for agent in world.agents() {
            for purpose in consents_wanted(place.profile) {
                let body =
                    Body::ConsentGiven { agent: agent.id.clone(), purpose, policy_version: TABLE_VERSION };
                rehearsal.tell(Draft::derived(site.clone(), start, Vec::new(), body));
            }
        }
        Ok(Self {
            site,
            world,
            rehearsal,
            model: AffectModel::shipped(),
            voices: Voices::built_in(),
            heard: HashMap::new(),
            ringing: HashMap::new(),
            due: BinaryHeap::new(),
            number: 0,
            seen: 0,
        })
    }

    fn run(&mut self, said: &Said) -> Result<(), Failure> {
        let mut hour = None;
        loop {
            let next = [self.world.next_wake(), self.due.peek().map(|Reverse(due)| due.at)];
            let Some(now) = next.into_iter().flatten().min() else { return Ok(()) };
            let this_hour = now.to_zoned(jiff::tz::TimeZone::UTC).hour();
            if hour.replace(this_hour) != Some(this_hour) {
                said.note(format!("  {this_hour:02}:00"));
            }
            while let Some((at, event)) = self.world.next_until(now) {
                match event {
                    WorldEvent::Work(event) => {
                        if let Body::CallAnswered { call, .. } = &event.body {
                            self.answered(call, at);
                        }
                        self.rehearsal.tell(event.draft());
                    }
                    WorldEvent::Call(call) => self.rings(&call)?,
                }
            }
            while self.due.peek().is_some_and(|Reverse(due)| due.at <= now) {
                let Some(Reverse(due)) = self.due.pop() else { break };
                self.happen(due);
            }
            self.rehearsal.wait_until(now);
            self.offers(now);
        }
    }

    fn rings(&mut self, call: &Call) -> Result<(), Failure> {
        let heard = match self.heard.get(&call.script.number) {
            Some(heard) => Arc::clone(heard),
            None => {
                let heard = Arc::new(self.hear(call)?);
                self.heard.insert(call.script.number, Arc::clone(&heard));
                heard
            }
        };
        self.ringing.insert(call.call.clone(), heard);
        Ok(())
    }

    /// Voices a script and hears it, as if it were the call that it is first used in.
    fn hear(&self, call: &Call) -> Result<Vec<(f64, Body)>, Failure> {
        let (_, tracks) = self.voices.call(&call.script, call.seed);
        let epoch = Timestamp::UNIX_EPOCH;
        let template = CallId::new("script").map_err(Failure::input)?;
        let mut out = Vec::new();
        let policy = self.rehearsal.policy();
        let parties = [Party::Customer, Party::Agent];
        let mut ear = Ear::open(
            policy,
            template,
            &parties,
            ("simulated", false),
            Arc::clone(&self.model),
            epoch,
            &mut out,
        );
        ear.bind(policy, Some(&call.agent), epoch, &mut out);
        let chunk = RATE as usize / 5;
        for (piece, (customer, agent)) in
            tracks.customer.chunks(chunk).zip(tracks.agent.chunks(chunk)).enumerate()
        {
            let now = after(epoch, piece as f64 * 0.2);
            ear.audio(0, customer, now, &mut out);
            ear.audio(1, agent, now, &mut out);
        }
        ear.close(epoch, &mut out);
        let mut facts = Vec::new();
        for heard in out {
            match heard {
                Hears::Fact(draft) => facts.push(draft),
                Hears::Words(job) => facts.extend(job.without_words()),
                // A day in virtual time keeps nobody's usual.
                Hears::Speaking(_) | Hears::Voice(_) => {}
            }
        }
        Ok(facts
            .into_iter()
            .filter(|draft| {
                matches!(
                    draft.body,
                    Body::LegOpened { .. }
                        | Body::Signal { .. }
                        | Body::Utterance { .. }
                        | Body::LegClosed { .. }
                )
            })
            .map(|draft| (draft.at.duration_since(epoch).as_secs_f64(), draft.body))
            .collect())
    }

    /// The call's sound begins: what will be heard in it falls due.
    fn answered(&mut self, call: &CallId, at: Timestamp) {
        let Some(heard) = self.ringing.remove(call) else { return };
        for (seconds, body) in heard.iter() {
            let draft =
                Draft::derived(self.site.clone(), after(at, *seconds), Vec::new(), retold(body, call));
            self.fall_due(draft.at, What::Fact(Box::new(draft)));
        }
    }

    fn fall_due(&mut self, at: Timestamp, what: What) {
        self.number += 1;
        self.due.push(Reverse(Due { at, number: self.number, what }));
    }

    fn happen(&mut self, due: Due) {
        match due.what {
            What::Fact(draft) => self.rehearsal.tell(*draft),
            What::Answer { agent, offer, answer, minutes } => {
                let body = Body::BreakAnswered { offer, agent: agent.clone(), answer };
                self.rehearsal.tell(Draft::derived(self.site.clone(), due.at, Vec::new(), body));
                self.world.answer(due.at, &agent, answer, minutes);
            }
        }
    }

    /// Agents see new offers and take a moment to answer.
    fn offers(&mut self, now: Timestamp) {
        let new: Vec<_> = self.rehearsal.events()[self.seen..]
            .iter()
            .filter_map(|event| match &event.body {
                Body::BreakOffered { offer, agent, minutes, .. } => {
                    Some((offer.clone(), agent.clone(), *minutes))
                }
                _ => None,
            })
            .collect();
        self.seen = self.rehearsal.events().len();
        for (offer, agent, minutes) in new {
            let reaction = self.world.reaction(now);
            let what = What::Answer { agent, offer, answer: reaction.answer, minutes };
            self.fall_due(after(now, reaction.after_s), what);
        }
    }

    fn decisions(&self, said: &Said) {
        for event in self.rehearsal.events().iter().filter(|event| event.body.is_decision()) {
            let text = reason_of(&event.body)
                .map(|reason| json!({ "en": Lang::En.tell(&reason), "zh": Lang::Zh.tell(&reason) }));
            let line = json!({
                "site": event.site, "at": event.at, "kind": event.body.kind(), "agent": event.body.agent(),
                "because": event.because, "text": text,
            });
            said.line(line.to_string());
        }
    }
}

/// The same fact about another call.
fn retold(body: &Body, to: &CallId) -> Body {
    let mut body = body.clone();
    if let Body::LegOpened { call, .. }
    | Body::Signal { call, .. }
    | Body::Utterance { call, .. }
    | Body::LegClosed { call, .. } = &mut body
    {
        call.clone_from(to);
    }
    body
}

fn after(at: Timestamp, seconds: f64) -> Timestamp {
    at.saturating_add(SignedDuration::from_micros((seconds * 1e6) as i64)).unwrap_or(at)
}
