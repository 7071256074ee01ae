//! When each kind of platform was last heard of, in memory: what "we hear you" is said from.

use std::collections::HashMap;

use calmline_core::{SiteId, Timestamp};
use calmline_store::KeyKind;
use jiff::SignedDuration;
use tokio::sync::watch;

/// Contacts that follow sooner are not noted: work events come hundreds of times a second.
const NOTED_AFTER: SignedDuration = SignedDuration::from_secs(1);

/// The last contacts by site and kind of key; refusals have no site, because whoever was refused showed none.
pub type Contacts = HashMap<(Option<SiteId>, KeyKind), Timestamp>;

/// When platforms were last heard of.
#[derive(Debug)]
pub struct Heard(watch::Sender<Contacts>);

impl Default for Heard {
    fn default() -> Self {
        Self(watch::channel(Contacts::new()).0)
    }
}

impl Heard {
    /// A platform came with a key of a site that fits.
    pub fn came(&self, site: &SiteId, kind: KeyKind, now: Timestamp) {
        self.note((Some(site.clone()), kind), now);
    }

    /// Somebody came without a key that fits.
    pub fn refused(&self, kind: KeyKind, now: Timestamp) {
        self.note((None, kind), now);
    }

    /// When a platform of a kind last came to a site.
    #[must_use]
    pub fn last(&self, site: &SiteId, kind: KeyKind) -> Option<Timestamp> {
        self.0.borrow().get(&(Some(site.clone()), kind)).copied()
    }

    /// When somebody was last refused.
    #[must_use]
    pub fn last_refused(&self, kind: KeyKind) -> Option<Timestamp> {
        self.0.borrow().get(&(None, kind)).copied()
    }

    /// Says when something was noted.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Contacts> {
        self.0.subscribe()
    }

    fn note(&self, who: (Option<SiteId>, KeyKind), now: Timestamp) {
        self.0.send_if_modified(|contacts| {
            let before = contacts.get(&who).copied();
            let new = before.is_none_or(|before| now.duration_since(before) >= NOTED_AFTER);
            if new {
                contacts.insert(who, now);
            }
            new
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_site_hears_its_own_platforms_and_watchers_once_a_second() {
        let (heard, now) = (Heard::default(), Timestamp::UNIX_EPOCH);
        let (lyon, hangzhou) = (SiteId::new("lyon").unwrap(), SiteId::new("hangzhou").unwrap());
        let mut watch = heard.watch();
        heard.came(&lyon, KeyKind::Events, now);
        assert_eq!(heard.last(&lyon, KeyKind::Events), Some(now));
        assert_eq!(
            (heard.last(&hangzhou, KeyKind::Events), heard.last(&lyon, KeyKind::Twilio)),
            (None, None)
        );
        assert!(watch.has_changed().unwrap());
        watch.mark_unchanged();
        heard.came(&lyon, KeyKind::Events, now + SignedDuration::from_millis(900));
        assert!(!watch.has_changed().unwrap());
        heard.came(&lyon, KeyKind::Events, now + SignedDuration::from_secs(1));
        heard.refused(KeyKind::Audiohook, now);
        assert!(watch.has_changed().unwrap());
        assert_eq!(heard.last_refused(KeyKind::Audiohook), Some(now));
    }
}
