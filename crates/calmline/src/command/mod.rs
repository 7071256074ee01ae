//! The commands.

mod affect_model;
mod attest;
mod backup;
mod demo;
mod doctor;
mod encoder;
mod import;
mod keys;
mod learn;
mod open;
mod openapi;
pub mod plan;
mod policy;
mod recogniser;
mod replay;
mod serve;
mod setup;
pub mod simulate;

use crate::{cli::Command, failure::Failure, said::Said};

/// Runs a command.
pub fn run(command: Command, said: &Said) -> Result<(), Failure> {
    match command {
        Command::Setup(options) => block_on(setup::run(options, said)),
        Command::Keys(options) => block_on(keys::run(options, said)),
        Command::Serve(options) => block_on(serve::run(options, said)),
        Command::Demo(options) => block_on(demo::run(options, said)),
        Command::Replay(options) => replay::run(&options, said),
        Command::Import(options) => block_on(import::run(options, said)),
        Command::Policy(options) => policy::run(&options, said),
        Command::Attest(options) => block_on(attest::run(options, said)),
        Command::Doctor(options) => block_on(doctor::run(options, said)),
        Command::Backup(options) => block_on(backup::backup(options, said)),
        Command::Restore(options) => block_on(backup::restore(options, said)),
        Command::Openapi(options) => openapi::run(options, said),
        Command::Plan(options) => plan::run(&options, said),
        Command::Simulate(options) => simulate::run(&options, said),
        Command::Train(options) => learn::train(options, said),
        Command::Evaluate(options) => learn::evaluate(options, said),
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
