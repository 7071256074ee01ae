//! The `calmline` program.
fn main() {}
