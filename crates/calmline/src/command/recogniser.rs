//! Which speech recogniser a command uses.

use std::path::PathBuf;

use calmline_engines::{
    cache::Cache,
    fetch::{self, Model, Progress},
    remote::Endpoint,
};
use calmline_sense::Recogniser;

use crate::{failure::Failure, said::Said};

/// What was asked for on the command line.
pub enum Wanted<'a> {
    /// A path, a name to fetch, the address of a server, or `none`.
    Named(&'a str),
    /// The best model fetched earlier; none if there is none.
    Cached,
}

impl<'a> Wanted<'a> {
    /// Reads the flag; without it, what was fetched earlier.
    pub fn of(flag: Option<&'a String>) -> Self {
        flag.map_or(Self::Cached, |text| Self::Named(text))
    }
}

/// As many recognisers as are wanted; none where no model is to be had, which is said.
pub fn load(wanted: &Wanted<'_>, count: usize, said: &Said) -> Result<Vec<Box<dyn Recogniser>>, Failure> {
    let path = match wanted {
        Wanted::Named("none") => return Ok(Vec::new()),
        Wanted::Named(text) if Endpoint::is_meant(text) => return remote(text, count, said),
        Wanted::Named(text) => Some(found(text, said)?),
        Wanted::Cached => cached(),
    };
    let Some(path) = path else {
        said.note(said.both(
            "no speech model: calls have no words (fetch one with --asr-model whisper-tiny.en or whisper-base)",
            "没有语音识别模型：通话没有文字（可用 --asr-model whisper-tiny.en 或 whisper-base 获取）",
        ));
        return Ok(Vec::new());
    };
    engine(&path, count, said)
}

/// Recognisers of a server; the key comes from the environment, since command lines can be seen by others.
fn remote(address: &str, count: usize, said: &Said) -> Result<Vec<Box<dyn Recogniser>>, Failure> {
    let key = std::env::var("CALMLINE_ASR_KEY").ok().filter(|key| !key.is_empty());
    let endpoint =
        Endpoint::new(address, key).map_err(|error| Failure::Input(format!("--asr-model: {error}")))?;
    said.note(said.both(
        "the audio of each utterance that may be transcribed goes to the speech server of --asr-model",
        "凡允许转写的话语，其音频会发送到 --asr-model 所指的语音识别服务器",
    ));
    Ok((0..count).map(|_| endpoint.recogniser()).collect())
}

fn found(text: &str, said: &Said) -> Result<PathBuf, Failure> {
    let path = std::path::Path::new(text);
    if path.exists() {
        return Ok(path.to_owned());
    }
    let Some(model) = Model::ALL.into_iter().find(|model| model.name() == text) else {
        let names = Model::ALL.map(Model::name).join(", ");
        return Err(Failure::Input(format!(
            "--asr-model: there is no file {text:?}; models by name are {names}"
        )));
    };
    let cache = Cache::of_user().map_err(anyhow::Error::from)?;
    let path = fetch::model(&cache, model, &mut |progress| said.note(fetching(text, progress, said)))
        .map_err(anyhow::Error::from)?;
    Ok(path)
}

/// What fetching is doing, in a line.
pub fn fetching(what: &str, progress: Progress, said: &Said) -> String {
    let doing = match progress {
        Progress::Downloading { number, of, bytes, .. } => format!(
            "{} {number}/{of} ({} MB)",
            said.both("downloading", "正在下载"),
            bytes.div_ceil(1_000_000)
        ),
        Progress::NextSource => said.both("trying the next source", "尝试下一个来源").into(),
        Progress::Converting => said.both("checking and converting", "正在校验并转换").into(),
    };
    format!("{what}: {doing}")
}

/// The best model that was fetched earlier: one for both languages before one for English.
fn cached() -> Option<PathBuf> {
    let cache = Cache::of_user().ok()?;
    [Model::WhisperBase, Model::WhisperTinyEn]
        .into_iter()
        .find_map(|model| fetch::cached_model(&cache, model).ok().flatten())
}

#[cfg(feature = "whisper")]
fn engine(path: &std::path::Path, count: usize, said: &Said) -> Result<Vec<Box<dyn Recogniser>>, Failure> {
    use anyhow::Context;
    let _ = said;
    (0..count)
        .map(|_| {
            let whisper = calmline_engines::whisper::Whisper::load(path, &Default::default())
                .with_context(|| format!("loading the speech model {}", path.display()))?;
            Ok(Box::new(whisper) as Box<dyn Recogniser>)
        })
        .collect()
}

#[cfg(not(feature = "whisper"))]
fn engine(_: &std::path::Path, _: usize, said: &Said) -> Result<Vec<Box<dyn Recogniser>>, Failure> {
    said.note(said.both(
        "this build has no speech recognition: calls have no words (build with --features whisper)",
        "此构建不含语音识别：通话没有文字（请用 --features whisper 构建）",
    ));
    Ok(Vec::new())
}
