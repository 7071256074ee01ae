//! The command line. English help stands here, Chinese help in `help/zh.json`; a test keeps them in step.

mod options;

use std::collections::BTreeMap;

use calmline_core::catalog::Lang;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use self::options::{
    Attest, Backup, Demo, Doctor, Evaluate, EvaluateAffect, Import, Keys, Openapi, Policy, Replay, Restore,
    Serve, Setup, Train, TrainAffect,
};

/// Calmline keeps contact-centre agents well, and callers better served.
///
/// Begin with `calmline demo`: it shows a floor of simulated agents, live, over real sockets.
#[derive(Debug, Parser)]
#[command(name = "calmline", version, propagate_version = true)]
pub struct Cli {
    /// Language of help, messages and results: en or zh [default: from the environment]
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Lang>,
    /// Say only results and failures
    #[arg(long, global = true)]
    pub quiet: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up a data directory: the site, its policy profile, and the first administrator
    Setup(Setup),
    /// Make, list and revoke keys of phone platforms and integrations
    #[command(subcommand)]
    Keys(Keys),
    /// Serve calls, events and people
    Serve(Serve),
    /// Show a floor of simulated agents, live, over real sockets
    Demo(Demo),
    /// Hear recordings as if they were live, or derive a log's decisions again
    Replay(Replay),
    /// Import call facts
    #[command(subcommand)]
    Import(Import),
    /// What may be sensed, about whom, under which law
    #[command(subcommand)]
    Policy(Policy),
    /// State, signed, what this installation recorded as computed and not computed; or verify such a statement
    Attest(Attest),
    /// Look for what is missing or wrong on this machine
    Doctor(Doctor),
    /// Write a backup of a data directory to one file
    Backup(Backup),
    /// Restore a backup; erasures made since are applied again
    Restore(Restore),
    /// Print the OpenAPI document of the API
    Openapi(Openapi),
    /// Plan work: forecasts, how many agents an interval needs, rosters
    #[command(subcommand)]
    Plan(crate::command::plan::Plan),
    /// Simulate a centre: what would happen if
    Simulate(crate::command::simulate::Simulate),
    /// Train a model from labelled data
    #[command(subcommand)]
    Train(Train),
    /// Measure a model on labelled data
    #[command(subcommand)]
    Evaluate(Evaluate),
}

impl Cli {
    /// Reads the command line; wrong usage ends the program with status 2, help with 0.
    pub fn read() -> Self {
        let lang = language_wanted();
        let matches = command(lang).get_matches();
        match Self::from_arg_matches(&matches) {
            Ok(cli) => cli,
            Err(error) => error.exit(),
        }
    }

    /// The reader's language.
    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(language_wanted)
    }
}

/// The language has to be known before the command line is read, since help is part of reading it.
fn language_wanted() -> Lang {
    let mut words = std::env::args();
    while let Some(word) = words.next() {
        let wanted = match word.strip_prefix("--lang") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(lang) = wanted.and_then(|wanted| wanted.parse().ok()) {
            return lang;
        }
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|locale| !locale.is_empty());
    Lang::of_locale(&locale.unwrap_or_default())
}

fn command(lang: Lang) -> clap::Command {
    let command = Cli::command();
    match lang {
        Lang::En => command,
        Lang::Zh => translate(command, "calmline", &chinese()),
    }
}

fn chinese() -> BTreeMap<String, String> {
    serde_json::from_str(include_str!("../help/zh.json")).unwrap_or_default()
}

fn translate(mut command: clap::Command, path: &str, words: &BTreeMap<String, String>) -> clap::Command {
    if let Some(about) = words.get(path) {
        command = command.about(about.clone()).long_about(about.clone());
    }
    command = command.mut_args(|argument| {
        let key = format!("{path} {}", argument.get_id());
        match words.get(&key).or_else(|| words.get(&format!("* {}", argument.get_id()))) {
            Some(help) => argument.help(help.clone()).long_help(help.clone()),
            None => argument,
        }
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let below = format!("{path} {name}");
        command = command.mut_subcommand(&name, |sub| translate(sub, &below, words));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untranslated(
        command: &clap::Command,
        path: &str,
        words: &BTreeMap<String, String>,
        out: &mut Vec<String>,
    ) {
        if !words.contains_key(path) {
            out.push(path.into());
        }
        for argument in
            command.get_arguments().filter(|a| !["help", "version"].contains(&a.get_id().as_str()))
        {
            let (key, any) = (format!("{path} {}", argument.get_id()), format!("* {}", argument.get_id()));
            if !words.contains_key(&key) && !words.contains_key(&any) {
                out.push(key);
            }
        }
        for sub in command.get_subcommands() {
            untranslated(sub, &format!("{path} {}", sub.get_name()), words, out);
        }
    }

    #[test]
    fn all_help_is_there_in_chinese() {
        let mut missing = Vec::new();
        untranslated(&Cli::command(), "calmline", &chinese(), &mut missing);
        assert!(missing.is_empty(), "no Chinese help for {missing:#?}");
    }

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
        translate(Cli::command(), "calmline", &chinese()).debug_assert();
    }
}
