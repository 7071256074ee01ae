//! Rosters, checked from the files alone.

mod bad;
mod centre;
mod nrp;
mod small_centre;
mod small_nrp;
