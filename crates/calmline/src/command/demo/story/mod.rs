//! `demo --story`: one hard call and what comes of it, in scenes, at a site under `strict` and then at one under `eu`.
//!
//! The sites run as those of the other demo do. Two agents of each are lent by the simulated world ([`calmline_sim::world::World::lend`])
//! and act out the story: their calls are heard over AudioHook, what happens to them is told as work events, and they, the
//! supervisor, the planner, the works council and human resources act on their own pages, all over real sockets. Breaks are shown
//! by a small phone platform of the demo's own ([`platform`]), which the product tells and reads back as any other.
//!
//! Minutes of rest are shortened, and nothing else; what is decided, confirmed, refused and erased is real.

mod act;
mod cost;
mod phone;
mod platform;
mod rights;
mod scenes;
mod teller;
mod watch;

use std::{io::IsTerminal, path::Path, pin::pin, sync::Arc, time::Duration};

use anyhow::Context;
use calmline_care::Settings;
use calmline_core::{QueueId, policy::Profile};
use calmline_server::live::{self, Options};
use calmline_sim::{
    script::Topic,
    world::{AgentCard, queue_name},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::{act::Act, cost::Record, phone::Phone, platform::Switchboard, teller::Teller, watch::Screen};
use super::{
    Home, Place, Stage, Voices,
    http::{Http, Person},
    outside, over,
    site::Floor,
};
use crate::{cli::Demo, command::serve, failure::Failure, said::Said};

/// Fewer agents do not give a queue so many calls that a break has a price.
const FEWEST: u32 = 12;
/// What the abusive call of the story is about.
const TOPIC: Topic = Topic::Deliveries;
/// How long somebody at a terminal has to open the links.
const LOOK_ON: Duration = Duration::from_secs(60);
/// How often it is looked whether they have.
const AGAIN: Duration = Duration::from_millis(200);

/// The sites of the story, one after the other.
fn places(profile: Option<Profile>) -> Vec<Place> {
    let strict = Place { name: "lyon", profile: Profile::Strict, chinese: 0.0 };
    let eu = Place { name: "milano", profile: Profile::Eu, chinese: 1.0 };
    match profile {
        None => vec![strict, eu],
        Some(Profile::Strict) => vec![strict],
        Some(Profile::Eu) => vec![eu],
        Some(profile) => vec![Place { name: "demo", profile, chinese: 0.5 }],
    }
}

/// Rest in minutes that somebody can wait for, and room for the story's alert among those of the floor.
fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.incident.cool_off_minutes = 1;
    settings.routing.cool_off_minutes = 1;
    settings.alerts.per_hour = 20;
    let breaks = &mut settings.breaks;
    (breaks.shortest_minutes, breaks.longest_minutes, breaks.depleted_minutes) = (1, 1, 1);
    breaks.counts_from_minutes = 1;
    settings
}

/// Who acts at a site, and what is known of their queue.
struct Cast {
    cards: [AgentCard; 2],
    queue: QueueId,
    record: Record,
}

impl Cast {
    /// Two agents of the site who serve the same queue.
    fn of(floor: &mut Floor) -> Result<Self, Failure> {
        let story = floor.story.as_mut().context("the floor runs already")?;
        let cards = story.world.lend(TOPIC, 2);
        let cards: [AgentCard; 2] = cards.try_into().map_err(|_| anyhow::anyhow!("nobody is free to act"))?;
        let queue = queue_name(TOPIC, cards[0].lang).map_err(Failure::input)?;
        let record = Record::of(&queue, &story.history).ok_or_else(|| {
            Failure::Input(
                "--data: a demo has run there already, and the story begins with a morning of its own; name a new directory".into(),
            )
        })?;
        Ok(Self { cards, queue, record })
    }
}

fn check(options: &Demo) -> Result<(), Failure> {
    if options.agents < FEWEST {
        return Err(Failure::Usage(format!("--agents: the story needs {FEWEST} agents or more")));
    }
    if options.listen.is_some_and(|listen| listen.ip() != std::net::Ipv4Addr::LOCALHOST) {
        let remedy = "its links open on this machine alone: give an address such as 127.0.0.1:8470";
        return Err(Failure::Usage(format!("--listen: the story is not for other machines; {remedy}")));
    }
    Ok(())
}

/// Runs the command.
pub async fn run(options: &Demo, minutes: Option<f64>, said: &Said) -> Result<(), Failure> {
    check(options)?;
    let places = places(options.profile);
    let recognisers = super::recognisers(options, said)?;
    let voices = tokio::task::block_in_place(|| Voices::find(said));
    let mut ended = pin!(serve::ended()?);
    let home = Home::of(options.data.as_deref())?;
    let switchboard = Switchboard::start().await?;
    let with = Options { recognisers, care: settings(), ..Options::default() };
    let mut stage = tokio::select! {
        stage = Stage::set(options, &places, &home, with, said) => stage?,
        () = &mut ended => return home.leave().await,
    };
    live::presence::start(&stage.live, switchboard.port()?);
    let casts = stage.floors.iter_mut().map(Cast::of).collect::<Result<Vec<_>, _>>()?;
    let stop = CancellationToken::new();
    let mut floors = outside::run(&mut stage, &voices, &stop);
    let telling = Telling {
        options,
        stage: &stage,
        switchboard: &switchboard,
        voices: &voices,
        home: home.path(),
        said: *said,
    };
    let mut outcome = tokio::select! {
        told = telling.all(casts) => told,
        () = &mut ended => Err(Failure::Wanting("the story was ended before its last scene".into())),
        broken = floors.ended() => broken,
    };
    if outcome.is_ok() {
        telling.lingers(minutes);
        tokio::select! {
            () = over(minutes) => {}
            () = ended => {}
        }
    }
    stop.cancel();
    while !floors.tasks.is_empty() {
        outcome = outcome.and(floors.ended().await);
    }
    stage.strike().await?;
    home.leave().await?;
    outcome
}

/// What is told, and where.
struct Telling<'a> {
    options: &'a Demo,
    stage: &'a Stage,
    switchboard: &'a Switchboard,
    voices: &'a Voices,
    home: &'a Path,
    said: Said,
}

impl Telling<'_> {
    /// One site after the other.
    async fn all(&self, casts: Vec<Cast>) -> Result<(), Failure> {
        for (floor, cast) in self.stage.floors.iter().zip(casts) {
            self.doors(floor, &cast).await?;
            self.one(floor, cast).await?;
        }
        Ok(())
    }

    fn login(name: impl std::fmt::Display, floor: &Floor) -> String {
        format!("{name}@{}", floor.site)
    }

    /// Three links for those who look on, each of which opens once; waits for them, where somebody may be there to open them.
    async fn doors(&self, floor: &Floor, cast: &Cast) -> Result<(), Failure> {
        let (said, stage) = (&self.said, self.stage);
        said.note(format!("\n{} ({})", floor.site, floor.profile.as_str()));
        let agent = Self::login(&cast.cards[0].id, floor);
        let screens = [
            (said.both("agent", "坐席"), agent, "/day"),
            (said.both("supervisor", "班组长"), Self::login("supervisor", floor), "/incidents"),
            (said.both("works council", "职工代表"), Self::login("council", floor), "/policy/record"),
        ];
        let (mut logins, mut links) = (Vec::new(), Vec::new());
        for (who, login, page) in screens {
            let link = self.switchboard.door(&stage.url, login.clone(), &stage.password, page)?;
            said.note(format!("  {}  {link}", super::columns::left(who, 14)));
            logins.push(login);
            links.push(link);
        }
        said.note(format!(
            "  {}\n  POST {}/v1/session {{\"login\": \"{}\", \"password\": \"{}\"}}",
            said.both(
                "each link opens once, signed in; a browser keeps one session, so open each in a window of its own (private)",
                "每个链接只能打开一次并自动登录；同一浏览器只保留一个会话，请分别用独立（隐私）窗口打开",
            ),
            stage.url,
            logins.join("\" | \""),
            stage.password,
        ));
        let usual = if std::io::stdout().is_terminal() { LOOK_ON } else { Duration::ZERO };
        let wait = self.options.wait.map_or(usual, |seconds| Duration::from_secs(seconds.into()));
        if !wait.is_zero() {
            let begins = said.both(
                "the story begins once all three are open, in SECONDS s at the latest",
                "三个页面都打开后开始，最迟 SECONDS 秒后开始",
            );
            said.note(format!("  {}", begins.replace("SECONDS", &wait.as_secs().to_string())));
        }
        let until = tokio::time::Instant::now() + wait;
        while links.iter().any(|link| self.switchboard.waits(link)) && tokio::time::Instant::now() < until {
            tokio::time::sleep(AGAIN).await;
        }
        Ok(())
    }

    /// The scenes at one site.
    async fn one(&self, floor: &Floor, cast: Cast) -> Result<(), Failure> {
        let (url, password) = (self.stage.url.as_str(), self.stage.password.as_str());
        let person = async |name: &str| Person::sign_in(url, &Self::login(name, floor), password).await;
        let screen = async |name: &str| Screen::open(url, &Self::login(name, floor), password).await;
        let wanted = json!({ "kind": "route" });
        let key = person("admin")
            .await?
            .send("POST", "/v1/keys", Some(&wanted))
            .await?
            .good("making a key")?
            .json();
        let key = key["api_key"].as_str().context("the new key was not told")?;
        let http = Http::new(url, password, &floor.events_key);
        let at = (floor.site.clone(), cast.queue.clone());
        let phone = Arc::new(Phone::new(http, at, floor.platform.clone(), self.voices.clone()));
        let orders = self.switchboard.seat(cast.cards.iter().map(|card| card.id.to_string()));
        tokio::spawn(Arc::clone(&phone).follow(orders));
        let act = Act {
            teller: Teller::new(self.said, self.options.json, (floor.site.clone(), floor.profile)),
            phone,
            switchboard: self.switchboard,
            lang: cast.cards[0].lang,
            agent: screen(cast.cards[0].id.as_str()).await?,
            supervisor: screen("supervisor").await?,
            planner: screen("planner").await?,
            council: person("council").await?,
            hr: person("hr").await?,
            hr_login: Self::login("hr", floor),
            router: Person::with_key(url, key),
            password: password.into(),
            cast: cast.cards.map(|card| (card.id, card.voice)),
            queue: cast.queue,
            record: cast.record,
            attestation: self.home.join(format!("attestation-{}.json", floor.site)),
        };
        act.play().await
    }

    /// Whoever looks on may go on doing so.
    fn lingers(&self, minutes: Option<f64>) {
        if minutes.is_none() {
            self.said.note(self.said.both(
                "The story is over; look around as long as you like. Ctrl-C ends it.",
                "情节结束，可继续查看。按 Ctrl-C 结束。",
            ));
        }
    }
}
