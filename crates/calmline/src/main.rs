//! The `calmline` program.
#![expect(clippy::print_stderr, reason = "a command-line program talks to its terminal")]

mod affect;
mod cli;
mod command;
mod failure;
mod forecast;
mod intents;
mod mastery;
mod measured;
mod process_log;
mod said;
mod search;
mod signals;
mod speech;
mod strain;
mod text;

use std::process::ExitCode;

use crate::{cli::Cli, failure::Failure, said::Said};

fn main() -> ExitCode {
    let cli = Cli::read();
    let said = Said::new(cli.lang(), cli.quiet);
    match command::run(cli.command, &said) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            said.failure(&failure);
            failure.code()
        }
    }
}

impl From<calmline_store::StoreError> for Failure {
    fn from(error: calmline_store::StoreError) -> Self {
        match error {
            calmline_store::StoreError::Backup { .. } => Self::input(error),
            _ => Self::Inside(error.into()),
        }
    }
}
