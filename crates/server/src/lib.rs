//! The HTTP API, the live stream, the listeners of phone platforms, and sign-on. Moves bytes and events between the world and
//! `floor`; decides nothing.
//!
//! * [`Server`] listens; [`state::Config`] says how.
//! * [`live`] is the live side: audio and events in, decisions out.
//! * [`access`] is who may call which route; [`sight`] is who may see which event.
//! * [`board`] is the floor as those who run it see it.
//! * [`intake`] reads work events, without I/O.
//! * [`attestation`] states, signed, what was computed and what was not.
//!
//! Times of the API are RFC 3339. What an answer says in words comes from the catalogue in the language of the query or of
//! the account. Nothing personal is written to the process's log.

pub mod access;
pub mod attestation;
pub mod board;
pub mod browser;
pub mod bundle;
pub mod clock;
pub mod connection;
pub mod error;
pub mod extract;
pub mod heard;
pub mod intake;
pub mod invitation;
pub mod keys;
pub mod live;
pub mod measure;
pub mod models;
pub mod password;
pub mod people;
pub mod planning;
pub mod queues;
pub mod retention;
pub mod routes;
pub mod serve;
pub mod session;
pub mod sight;
pub mod state;
pub mod teams;
pub mod throttle;
pub mod token;
pub mod told;
pub mod web;
pub mod webhooks;

pub use calmline_prove::questionnaire;
pub use serve::{Running, Server, StartError};
pub use state::{Config, TlsFiles};
