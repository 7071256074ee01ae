//! The program as its users meet it: real processes, real sockets, real calls.

mod backup;
mod commands;
mod consent;
mod crash;
mod demo;
mod edges;
mod eu;
mod faults;
mod hearing;
mod help;
mod phone;
mod plan;
mod program;
mod recordings;
mod replay;
mod serving;
mod simulate;
#[cfg(feature = "whisper")]
mod words;
