//! The program as its users meet it: real processes, real sockets, real calls.

mod backup;
mod commands;
mod consent;
mod crash;
mod demo;
mod edges;
mod eu;
mod faults;
mod help;
mod phone;
mod plan;
mod program;
mod recordings;
mod replay;
mod serving;
#[cfg(feature = "whisper")]
mod words;
