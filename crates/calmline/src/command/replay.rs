//! `replay`: recordings heard as if they were live, and logs decided anew.

mod document;
mod log;
mod site;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use calmline_core::{AgentId, Body, CallId, Draft, Party, SiteId, Timestamp};
use calmline_floor::{Ear, Hears, Rehearsal};
use calmline_media::{
    RATE,
    recording::{self, CallFact, ChannelMap, Source},
    wav,
};
use calmline_sense::{AffectModel, Recogniser};
use jiff::SignedDuration;

use self::site::ReplaySite;
use super::{
    affect_model,
    recogniser::{self, Wanted},
};
use crate::{cli::Replay, failure::Failure, said::Said};

/// Audio is handed on in pieces of this length, as a phone platform does.
const CHUNK: usize = RATE as usize / 10;

/// One call to hear.
struct Tape {
    id: String,
    files: Vec<PathBuf>,
    legs: Vec<(Party, Vec<i16>)>,
}

/// Runs the command.
pub fn run(options: &Replay, said: &Said) -> Result<(), Failure> {
    if let Some(data) = &options.log {
        return log::run(data, (options.from, options.to), options.json, said);
    }
    let tapes = tapes(options, said)?;
    if tapes.is_empty() {
        return Err(Failure::Usage(
            "name recordings or a folder of them, or --agent FILE --customer FILE, or --log DIR".into(),
        ));
    }
    let facts = facts(options.facts.as_deref())?;
    let site = ReplaySite::read(options.site.as_deref(), options.profile)?;
    said.note(site.remark(said));
    let model = affect_model::load(options.affect_model.as_deref(), said)?;
    let mut recognisers = recogniser::load(&Wanted::of(options.asr_model.as_ref()), 1, said)?;
    let mut calls = Vec::new();
    for tape in tapes {
        said.note(format!("{} …", tape.id));
        let fact = facts.iter().find(|fact| {
            let file = fact.file.as_deref();
            fact.call.as_str() == tape.id || tape.files.iter().any(|path| Some(name(path).as_str()) == file)
        });
        calls.push(hear(tape, fact, (&site, &model), recognisers.first_mut())?);
    }
    if options.json {
        document::print_json(site.profile, &model, &calls, said)
    } else {
        document::print(&calls, said)
    }
}

fn facts(file: Option<&Path>) -> Result<Vec<CallFact>, Failure> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let bytes = read(file)?;
    let facts = recording::read_facts(&bytes).map_err(|error| named(file, &error))?;
    Ok(facts.calls)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| named(file, &error))
}

fn named(file: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Input(format!("{}: {error}", file.display()))
}

fn tapes(options: &Replay, said: &Said) -> Result<Vec<Tape>, Failure> {
    let mut tapes = Vec::new();
    if let (Some(agent), Some(customer)) = (&options.agent, &options.customer) {
        let legs = vec![side(agent, Party::Agent, said)?, side(customer, Party::Customer, said)?];
        tapes.push(Tape { id: stem(agent), files: vec![agent.clone(), customer.clone()], legs });
    }
    // Files that are named one by one are paired as those of a folder are.
    let mut folders: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for path in &options.files {
        if path.is_dir() {
            let names = std::fs::read_dir(path)
                .map_err(|error| named(path, &error))?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            folders.entry(path.clone()).or_default().extend(names);
        } else {
            let parent = path.parent().unwrap_or(Path::new("")).to_owned();
            folders.entry(parent).or_default().push(name(path));
        }
    }
    for (path, names) in &mut folders {
        names.sort_unstable();
        folder(path, names, options.channels.as_ref(), &mut tapes, said)?;
    }
    // A file that was named but is no recording is not passed over in silence, as one in a folder is.
    for path in options.files.iter().filter(|path| !path.is_dir()) {
        if !tapes.iter().any(|tape| tape.files.contains(path)) {
            return Err(named(path, &"not a .wav file; convert it to WAV first"));
        }
    }
    Ok(tapes)
}

fn folder(
    folder: &Path,
    names: &[String],
    channels: Option<&ChannelMap>,
    tapes: &mut Vec<Tape>,
    said: &Said,
) -> Result<(), Failure> {
    for source in recording::group(names.iter().map(String::as_str)).map_err(|error| named(folder, &error))? {
        tapes.push(match &source {
            Source::Pair { id, agent, customer } => {
                let (agent, customer) = (folder.join(agent), folder.join(customer));
                let legs = vec![side(&agent, Party::Agent, said)?, side(&customer, Party::Customer, said)?];
                Tape { id: id.clone(), files: vec![agent, customer], legs }
            }
            Source::Side { id, file, party } => {
                let file = folder.join(file);
                Tape { id: id.clone(), legs: vec![side(&file, *party, said)?], files: vec![file] }
            }
            // A folder may hold files with other numbers of channels than the map names: those stay unknown.
            Source::Single { file, .. } => {
                let path = folder.join(file);
                let several = names.len() > 1;
                whole(&path, channels, said)
                    .or_else(|error| if several { whole(&path, None, said) } else { Err(error) })?
            }
        });
    }
    Ok(())
}

fn recording_of(file: &Path, said: &Said) -> Result<wav::Recording, Failure> {
    let recording = wav::read(&read(file)?).map_err(|error| named(file, &error))?;
    if let Some(truncated) = &recording.truncated {
        said.note(format!(
            "{}: {} {} / {}",
            file.display(),
            said.both("cut short, bytes found:", "文件不完整，找到的字节数："),
            truncated.found,
            truncated.declared
        ));
    }
    recording.at_rate(RATE).map_err(|error| named(file, &error))
}

fn side(file: &Path, party: Party, said: &Said) -> Result<(Party, Vec<i16>), Failure> {
    let mut recording = recording_of(file, said)?;
    if recording.channels.len() != 1 {
        let found = recording.channels.len();
        return Err(named(file, &format!("one side of a call has one channel, this file has {found}")));
    }
    Ok((party, recording.channels.swap_remove(0)))
}

fn whole(file: &Path, channels: Option<&ChannelMap>, said: &Said) -> Result<Tape, Failure> {
    let recording = recording_of(file, said)?;
    let legs = recording::legs(recording, channels).map_err(|error| named(file, &error))?;
    Ok(Tape { id: stem(file), files: vec![file.to_owned()], legs })
}

fn stem(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    stem.strip_suffix("_agent").unwrap_or(&stem).to_owned()
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Hears one call in virtual time: the work events of a call around its audio, piece by piece.
fn hear(
    tape: Tape,
    fact: Option<&CallFact>,
    (site, model): (&ReplaySite, &Arc<AffectModel>),
    mut recogniser: Option<&mut Box<dyn Recogniser>>,
) -> Result<document::Call, Failure> {
    let call = match fact {
        Some(fact) => fact.call.clone(),
        None => CallId::new(tape.id.replace(char::is_whitespace, "_")).map_err(Failure::input)?,
    };
    let start = fact.map_or(Timestamp::UNIX_EPOCH, |fact| fact.answered_at.unwrap_or(fact.started_at));
    let agent = fact.and_then(|fact| fact.agent.clone());
    let agent = agent.map_or_else(|| AgentId::new("agent").map_err(Failure::input), Ok)?;
    let id = SiteId::new("replay").map_err(Failure::input)?;

    let mut rehearsal = Rehearsal::new(id.clone(), site.profile);
    rehearsal.decider().record(&site.care, start).into_iter().for_each(|draft| rehearsal.tell(draft));
    let tell = |rehearsal: &mut Rehearsal, at, body| {
        rehearsal.tell(Draft::derived(id.clone(), at, Vec::new(), body));
    };
    for body in site.facts(&agent)? {
        tell(&mut rehearsal, start, body);
    }
    let queue = fact.and_then(|fact| fact.queue.clone());
    tell(&mut rehearsal, start, Body::CallAnswered { call: call.clone(), agent: agent.clone(), queue });

    let parties: Vec<Party> = tape.legs.iter().map(|(party, _)| *party).collect();
    let mut out = Vec::new();
    let policy = rehearsal.policy();
    let words = recogniser.is_some();
    let mut ear =
        Ear::open(policy, call.clone(), &parties, ("recording", words), Arc::clone(model), start, &mut out);
    ear.bind(policy, Some(&agent), start, &mut out);
    let length = tape.legs.iter().map(|(_, audio)| audio.len()).max().unwrap_or(0);
    for from in (0..length).step_by(CHUNK) {
        let now = after(start, (from + CHUNK).min(length));
        for (channel, (_, audio)) in tape.legs.iter().enumerate() {
            let piece = &audio[from.min(audio.len())..(from + CHUNK).min(audio.len())];
            ear.audio(channel, piece, now, &mut out);
        }
        log(&mut rehearsal, &mut out, recogniser.as_deref_mut(), now);
    }
    let end = after(start, length);
    ear.close(end, &mut out);
    log(&mut rehearsal, &mut out, recogniser, end);
    tell(&mut rehearsal, end, Body::CallEnded { call: call.clone(), reason: None });
    Ok(document::Call::of(tape.id, &parties, start, length as f64 / f64::from(RATE), &rehearsal))
}

fn log(
    rehearsal: &mut Rehearsal,
    out: &mut Vec<Hears>,
    mut recogniser: Option<&mut Box<dyn Recogniser>>,
    now: Timestamp,
) {
    for heard in out.drain(..) {
        match (heard, recogniser.as_deref_mut()) {
            (Hears::Fact(draft), _) => rehearsal.tell(draft),
            (Hears::Words(job), Some(recogniser)) => {
                job.recognise(recogniser.as_mut(), now).into_iter().for_each(|draft| rehearsal.tell(draft));
            }
            (Hears::Words(job), None) => {
                job.without_words().into_iter().for_each(|draft| rehearsal.tell(draft));
            }
            // Recordings are heard one by one: there is no usual to compare with.
            (Hears::Speaking(_) | Hears::Voice(_), _) => {}
        }
    }
}

fn after(start: Timestamp, samples: usize) -> Timestamp {
    let micros = samples as i64 * 1_000_000 / i64::from(RATE);
    start.saturating_add(SignedDuration::from_micros(micros)).unwrap_or(start)
}
