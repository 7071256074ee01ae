//! A draft made ready to be written, and the hash chain over what is written.

use calmline_core::{Draft, EventId, SiteId, Timestamp};
use ring::digest::{Context, SHA256, digest};

use crate::StoreError;

/// The hash before the first row.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// A draft with the texts that are stored. Made in the caller's task, so that the writer does not have to.
pub(crate) struct Entry {
    pub(crate) draft: Draft,
    pub(crate) at: i64,
    pub(crate) because: Vec<u8>,
    pub(crate) body: String,
    pub(crate) digest: [u8; 32],
}

impl Entry {
    pub(crate) fn new(draft: Draft) -> Result<Self, StoreError> {
        let at = nanoseconds(draft.at)?;
        let because = draft.because.iter().flat_map(|id| *id.as_bytes()).collect::<Vec<_>>();
        let body = serde_json::to_string(&draft.body).map_err(|e| StoreError::damaged("the draft", e))?;
        let digest = content_digest(&draft.site, &draft.id, at, &because, &body);
        Ok(Self { draft, at, because, body, digest })
    }
}

/// The hash of what an event says, without its place.
pub(crate) fn content_digest(site: &SiteId, id: &EventId, at: i64, because: &[u8], body: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(b"calmline event 1");
    context.update(id.as_bytes());
    context.update(&at.to_le_bytes());
    for part in [site.as_str().as_bytes(), because, body.as_bytes()] {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part);
    }
    bytes(context.finish().as_ref())
}

/// The hash of a row: over the row before it, its content, and the hashes of its sealed payloads.
pub(crate) fn chain(before: &[u8; 32], content: &[u8; 32], seals: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(content);
    context.update(seals);
    bytes(context.finish().as_ref())
}

pub(crate) fn sha256(text: &[u8]) -> [u8; 32] {
    bytes(digest(&SHA256, text).as_ref())
}

fn bytes(digest: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest);
    bytes
}

/// A time as it is stored.
pub(crate) fn nanoseconds(at: Timestamp) -> Result<i64, StoreError> {
    i64::try_from(at.as_nanosecond()).map_err(|_| StoreError::Time { at })
}

/// A bound of a time range: brought to the nearer end of what can be stored.
pub(crate) fn bound_of_range(at: Timestamp) -> i64 {
    let nanoseconds = at.as_nanosecond();
    i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX })
}

/// A time as it was stored. Every 64-bit count of nanoseconds is a time.
pub(crate) fn timestamp(nanoseconds: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).unwrap_or_default()
}
