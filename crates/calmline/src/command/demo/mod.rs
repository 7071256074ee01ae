//! `demo`: a floor of simulated agents, live, over real sockets.
//!
//! The simulated world is outside: only audio frames (AudioHook), work events (HTTP) and what simulated agents answer on
//! their own pages (HTTP) cross from it to the product; the tests in `crossing` hold it to that. What the product then
//! shows is read from its log.

mod columns;
#[cfg(test)]
mod crossing;
mod fast;
mod home;
mod http;
mod narrator;
mod outside;
mod player;
mod sentences;
mod site;
mod stage;
mod story;
mod summary;
mod voices;

use std::{io::IsTerminal, pin::pin, time::Duration};

use calmline_core::policy::Profile;
use calmline_sense::Recogniser;
use calmline_server::live::Options;

use self::{home::Home, narrator::Narrator, stage::Stage, voices::Voices};
use super::{
    recogniser::{self, Wanted},
    serve,
};
use crate::{
    cli::Demo,
    failure::Failure,
    process_log::{self, LogFormat},
    said::Said,
};

/// How long the demo takes where nobody watches it.
const USUAL_MINUTES: f64 = 3.0;

/// One site of the demo.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its id and name.
    pub name: &'static str,
    /// Its profile.
    pub profile: Profile,
    /// The share of its people who speak Chinese.
    pub chinese: f64,
}

fn places(profile: Option<Profile>) -> Vec<Place> {
    match profile {
        Some(profile) => vec![Place { name: "demo", profile, chinese: 0.5 }],
        None => vec![
            Place { name: "lyon", profile: Profile::Strict, chinese: 0.0 },
            Place { name: "shanghai", profile: Profile::Cn, chinese: 1.0 },
        ],
    }
}

/// Runs the command.
pub async fn run(options: Demo, said: &Said) -> Result<(), Failure> {
    if options.fast {
        return fast::run(&options, &places(options.profile), said);
    }
    process_log::start(LogFormat::Text, "warn");
    let minutes = length(&options)?;
    if options.story {
        return story::run(&options, minutes, said).await;
    }
    let recognisers = recognisers(&options, said)?;
    let voices = tokio::task::block_in_place(|| Voices::find(said));
    let places = places(options.profile);
    // From here on there is something to put away, so a signal ends the demo in order.
    let mut ended = pin!(serve::ended()?);
    let home = Home::of(options.data.as_deref())?;
    let mut stage = tokio::select! {
        stage = Stage::set(&options, &places, &home, Options { recognisers, ..Options::default() }, said) => stage?,
        () = &mut ended => return home.leave().await,
    };
    let narrator = Narrator::new(&stage, options.json, *said);
    narrator.opening(&places, &stage);

    let stop = tokio_util::sync::CancellationToken::new();
    let mut floors = outside::run(&mut stage, &voices, &stop);
    let telling = tokio::spawn(narrator.tell(stage.live.clone(), floors.offers.clone(), stop.clone()));
    let mut outcome = tokio::select! {
        () = over(minutes) => Ok(()),
        () = ended => Ok(()),
        // Floors go on until they are told to stop; one that ends by itself has failed.
        broken = floors.ended() => broken,
    };
    stop.cancel();
    while !floors.tasks.is_empty() {
        outcome = outcome.and(floors.ended().await);
    }
    telling.await.map_err(anyhow::Error::from)?.closing(&home);
    stage.strike().await?;
    home.leave().await?;
    outcome
}

/// What turns speech into words; nothing where no model can be had.
fn recognisers(options: &Demo, said: &Said) -> Result<Vec<Box<dyn Recogniser>>, Failure> {
    let wanted = options.asr_model.clone().unwrap_or_else(|| "whisper-base".into());
    tokio::task::block_in_place(|| recogniser::load(&Wanted::Named(&wanted), 1, said))
        .or_else(|failure| without_words(&failure, said))
}

/// With a person watching, the demo goes on until they end it; otherwise it ends after a while, and the story with its last scene.
fn length(options: &Demo) -> Result<Option<f64>, Failure> {
    match options.minutes {
        Some(minutes) if !(minutes > 0.0 && minutes <= 600.0) => {
            Err(Failure::Usage(format!("--minutes: {minutes} is not between 0 and 600")))
        }
        Some(minutes) => Ok(Some(minutes)),
        None if std::io::stdout().is_terminal() => Ok(None),
        None if options.story => Ok(Some(0.0)),
        None => Ok(Some(USUAL_MINUTES)),
    }
}

async fn over(minutes: Option<f64>) {
    match minutes {
        Some(minutes) => tokio::time::sleep(Duration::from_secs_f64(minutes * 60.0)).await,
        None => std::future::pending().await,
    }
}

fn without_words(failure: &Failure, said: &Said) -> Result<Vec<Box<dyn Recogniser>>, Failure> {
    said.note(format!(
        "{} {failure}",
        said.both(
            "the speech model cannot be had, so calls have no words:",
            "无法取得语音识别模型，通话没有文字："
        )
    ));
    Ok(Vec::new())
}
