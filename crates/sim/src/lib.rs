//! The world outside the product: a simulated contact-centre floor, from one seed, in virtual time.
//!
//! It drives the demo, the load generator and what-if studies ([`centre`]). For the former it makes two things only: what a phone platform would
//! say ([`work`]), and who says what in each call ([`script`]), to be voiced ([`voice`], or a synthesiser outside) and
//! mixed to two tracks ([`mix`]). Which callers are angry is known in here and never leaves: what is told outside is
//! audio and work events.
//!
//! ```
//! use calmline_core::SiteId;
//! use calmline_sim::{mix, story::{Plot, Story}, world::WorldEvent};
//!
//! let start = "2026-11-23T09:15:00Z".parse()?;
//! let plot = Plot { site: SiteId::new("bristol")?, start, agents: 12, chinese: 0.5, seed: 1 };
//! let mut story = Story::new(plot)?;
//! assert!(!story.history.is_empty());
//! // The first call that is heard, voiced and mixed.
//! let call = std::iter::from_fn(|| story.world.next()).find_map(|(_, event)| match event {
//!     WorldEvent::Call(call) => Some(call),
//!     WorldEvent::Work(_) => None,
//! });
//! let call = call.ok_or("nobody called")?;
//! let (layout, tracks) = mix::voiced(&call.script, call.seed);
//! assert_eq!(tracks.agent.len(), tracks.customer.len());
//! assert!(layout.total_s > 20.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here does input or output, or reads a clock. All chance comes from [`rng`], so that a seed and the answers
//! given to [`world::World::answer`] determine everything.

pub mod centre;
pub mod load;
pub mod mix;
pub mod rng;
pub mod script;
pub mod story;
pub mod voice;
pub mod work;
pub mod world;
