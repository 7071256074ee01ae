//! Who takes which call: the index beside a plain scan of all agents, all waiting calls beside every way to give them,
//! and what must hold whatever happens.

mod floor;
mod optimum;
mod scan;
mod site;
mod world;
