//! The vocabulary that every other crate of Calmline speaks: typed ids, events, roles, the policy table and the
//! permits that it grants, and the catalogue of words for people.
//!
//! Nothing here does input or output, reads a clock or draws a random number. Time comes in as [`Timestamp`].
//!
//! * [`id`]: one type per kind of id, so that an agent can never be passed for a call.
//! * [`event`]: what the log holds. The log is the only truth; everything else is derived from it.
//! * [`policy`]: what may be sensed, about whom, for what, under which law; [`policy::Permit`] is the proof.
//! * [`catalog`]: reason codes to sentences, in English and Chinese.
//! * [`role`]: who may do what, as one table.

pub mod catalog;
pub mod event;
pub mod id;
pub mod policy;
pub mod role;
pub mod units;

pub use event::{Body, Draft, Event, Position};
pub use id::{
    AccountId, AgentId, AlertId, CallId, CustomerId, EventId, FlagId, IdError, IncidentId, IntentId, KeyId,
    OfferId, PayloadId, QueueId, SiteId, SkillId, SubjectId, WebhookId,
};
pub use jiff::Timestamp;
pub use role::Role;
pub use units::{Party, Share};
