//! The proof that something may be sensed.

use std::{
    fmt,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::Timestamp;

use super::Purpose;
use crate::{
    id::{CallId, SiteId, SubjectId},
    units::Party,
};

mod sealed {
    pub trait Sealed {}
}

/// A purpose as a type, so that a permit for one purpose cannot construct another's sensor.
pub trait Sense: sealed::Sealed + Send + Sync + 'static {
    /// The purpose.
    const PURPOSE: Purpose;
}

macro_rules! senses {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Sense for $name {
            const PURPOSE: Purpose = Purpose::$name;
        }
    )*};
}

senses! {
    /// [`Purpose::Segmentation`] as a type.
    Segmentation;
    /// [`Purpose::Envelope`] as a type.
    Envelope;
    /// [`Purpose::Transcription`] as a type.
    Transcription;
    /// [`Purpose::WordReading`] as a type.
    WordReading;
    /// [`Purpose::TalkDynamics`] as a type.
    TalkDynamics;
    /// [`Purpose::VoiceAffect`] as a type.
    VoiceAffect;
}

/// Why a permit no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lapse {
    /// Its time is over.
    #[error("the permit expired")]
    Expired,
    /// A consent or a notice that it rests on was withdrawn.
    #[error("the permit was withdrawn")]
    Withdrawn,
}

impl Lapse {
    /// The catalogue code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "lapse.expired",
            Self::Withdrawn => "lapse.withdrawn",
        }
    }
}

/// The proof that the policy allows sensing one leg of one call for one purpose. Made by
/// [`SitePolicy::ask`](super::SitePolicy::ask) alone.
///
/// It cannot be copied:
/// ```compile_fail
/// fn twice(permit: calmline_core::policy::Permit<calmline_core::policy::VoiceAffect>) {
///     let _ = permit.clone();
/// }
/// ```
/// nor read from text:
/// ```compile_fail
/// let _: calmline_core::policy::Permit<calmline_core::policy::VoiceAffect> = serde_json::from_str("{}").unwrap();
/// ```
/// nor made by hand:
/// ```compile_fail
/// use calmline_core::policy::{Permit, VoiceAffect};
/// let _ = Permit::<VoiceAffect> { party: calmline_core::Party::Agent };
/// ```
/// nor used for another purpose:
/// ```compile_fail
/// use calmline_core::policy::{Permit, Segmentation, VoiceAffect};
/// fn other(permit: Permit<Segmentation>) -> Permit<VoiceAffect> { permit }
/// ```
pub struct Permit<S: Sense> {
    pub(super) site: SiteId,
    pub(super) call: CallId,
    pub(super) party: Party,
    pub(super) subject: SubjectId,
    pub(super) policy_version: u32,
    pub(super) expires: Timestamp,
    pub(super) grounds: Vec<Arc<AtomicBool>>,
    pub(super) sense: PhantomData<S>,
}

impl<S: Sense> Permit<S> {
    /// Whether it still holds.
    ///
    /// # Errors
    /// When it has expired or a consent or notice that it rests on was withdrawn.
    pub fn check(&self, now: Timestamp) -> Result<(), Lapse> {
        if !self.grounds.iter().all(|ground| ground.load(Ordering::Acquire)) {
            return Err(Lapse::Withdrawn);
        }
        if now >= self.expires {
            return Err(Lapse::Expired);
        }
        Ok(())
    }

    /// What it is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        S::PURPOSE
    }

    /// At which site.
    #[must_use]
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// In which call.
    #[must_use]
    pub fn call(&self) -> &CallId {
        &self.call
    }

    /// Which leg.
    #[must_use]
    pub fn party(&self) -> Party {
        self.party
    }

    /// About whom.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// Under which version of the policy table.
    #[must_use]
    pub fn policy_version(&self) -> u32 {
        self.policy_version
    }
}

impl<S: Sense> fmt::Debug for Permit<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({:?} of {} in {})", S::PURPOSE, self.party.as_str(), self.call)
    }
}
