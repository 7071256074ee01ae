//! Sealing: ChaCha20-Poly1305 (RFC 8439) with random nonces, and what it is bound to.
//!
//! A random 96-bit nonce is safe for 2^32 messages under one key (NIST SP 800-38D, 8.3, states the bound for the same
//! nonce length); a key here serves one subject and one kind.

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};

use crate::StoreError;

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| StoreError::Random)?;
    Ok(bytes)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Parts as one text, each with its length before it, so that no two lists of parts share a text.
pub(crate) fn bound(parts: &[&str]) -> Vec<u8> {
    let mut text = Vec::new();
    for part in parts {
        text.extend_from_slice(&(part.len() as u64).to_le_bytes());
        text.extend_from_slice(part.as_bytes());
    }
    text
}

/// A key that seals.
pub(crate) struct SealKey(LessSafeKey);

impl SealKey {
    pub(crate) fn new(bytes: &[u8; 32]) -> Result<Self, StoreError> {
        // Fails only for a wrong length, which the type rules out.
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).map_err(|_| StoreError::Random)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Nonce, ciphertext and tag. `to` is what the text is bound to: it opens only with the same.
    pub(crate) fn seal(&self, to: &[u8], clear: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce = random::<NONCE_LEN>()?;
        let mut text = clear.to_vec();
        // Fails only for texts of 256 GiB.
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(to), &mut text)
            .map_err(|_| StoreError::Random)?;
        Ok([nonce.as_slice(), &text].concat())
    }

    /// What was sealed; none if the key, the binding or a byte is another.
    pub(crate) fn open(&self, to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let clear = self.0.open_in_place(nonce, Aad::from(to), &mut text).ok()?;
        let length = clear.len();
        text.truncate(length);
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_only_with_its_key_and_binding_and_unchanged() -> Result<(), StoreError> {
        let key = SealKey::new(&[7; 32])?;
        let to = bound(&["site", "subject"]);
        let sealed = key.seal(&to, "宁线".as_bytes())?;
        assert_eq!(key.open(&to, &sealed).as_deref(), Some("宁线".as_bytes()));
        assert_eq!(key.open(&bound(&["sites", "ubject"]), &sealed), None);
        assert_eq!(SealKey::new(&[8; 32])?.open(&to, &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(&to, &changed), None, "byte {at}");
        }
        assert_ne!(key.seal(&to, b"x")?, key.seal(&to, b"x")?);
        Ok(())
    }
}
