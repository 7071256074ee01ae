//! The API over a real socket, a real store and real sessions.

mod access;
mod attestation;
mod board;
mod day;
mod desks;
mod envelope;
mod events;
mod health;
mod house;
mod monitoring;
mod own;
mod people;
mod retention;
mod route;
mod sockets;
mod stream;
mod system;
mod transport;
mod voices;
mod webhooks;
