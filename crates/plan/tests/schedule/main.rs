//! Rosters, checked from the files alone.

mod bad;
mod centre;
mod nrp;
mod outsider;
mod rules;
mod small_centre;
mod small_nrp;
mod swap;
