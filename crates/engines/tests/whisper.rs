//! Whisper's engine against the contract of a recogniser.
