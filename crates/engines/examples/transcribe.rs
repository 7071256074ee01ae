//! Transcribes files.
fn main() {}
