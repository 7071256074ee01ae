//! The API over a real socket, a real store and real sessions.

mod access;
mod attestation;
mod events;
mod house;
mod own;
mod people;
mod stream;
mod system;
mod transport;
