//! Scenarios that read like a table: what happens, minute by minute, and what is decided.

mod breaks;
mod callers;
mod described;
mod floor;
mod hard_morning;
mod incidents;
mod operations;
mod people;
mod shifts;
mod signals;
