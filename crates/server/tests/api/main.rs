//! The API over a real socket, a real store and real sessions.

mod access;
mod attestation;
mod board;
mod day;
mod desks;
mod entrance;
mod envelope;
mod events;
mod health;
mod house;
mod incidents;
mod monitoring;
mod own;
mod people;
mod planning;
mod protected;
mod retention;
mod route;
mod selfreport;
mod sockets;
mod stream;
mod system;
mod transport;
mod voices;
mod webhooks;
