//! One person's key, and what it does to a value.

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate, Payload},
};
use kernel::Place;

use crate::VaultError;

/// The bytes of a key, of the look-up secret and of a tag.
pub(crate) const SECRET_BYTES: usize = 32;

/// The bytes of the nonce that stands before the cipher text.
const NONCE_BYTES: usize = 24;

/// Stands between the event's id and the field in what is authenticated.
const SEPARATOR: u8 = 0;

/// A person's key, ready for use; its bytes are overwritten when the last holder lets go.
pub(crate) struct Cipher(XChaCha20Poly1305);

/// Draws a fresh secret from the operating system.
pub(crate) fn fresh_secret() -> Result<[u8; SECRET_BYTES], VaultError> {
    random()
}

impl Cipher {
    /// Takes `key` into use.
    pub(crate) fn new(key: &[u8; SECRET_BYTES]) -> Cipher {
        Cipher(XChaCha20Poly1305::new(key.into()))
    }

    /// Encrypts `plaintext` for `place`: 24 bytes of nonce, then cipher text and tag.
    ///
    /// The nonce is random; 24 bytes are enough that no two under one key ever meet.
    pub(crate) fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = XNonce::from(random::<[u8; NONCE_BYTES]>()?);
        let payload = Payload { msg: plaintext, aad: &associated_data(place) };
        let encrypted = self.0.encrypt(&nonce, payload).map_err(|_| VaultError::ValueTooLong)?;
        Ok([nonce.as_slice(), &encrypted].concat())
    }

    /// Decrypts what [`Cipher::seal`] made for the same `place`; `None` when it is anything else.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, encrypted) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: encrypted, aad: &associated_data(place) };
        self.0.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

/// Ties a sealed value to its place. The id has a fixed length, so two places never read the same.
fn associated_data(place: Place<'_>) -> Vec<u8> {
    let event_id = place.event_id.uuid();
    [event_id.as_bytes().as_slice(), &[SEPARATOR], place.field.as_bytes()].concat()
}

fn random<T: Generate>() -> Result<T, VaultError> {
    T::try_generate().map_err(|error| VaultError::NoRandomness(error.to_string()))
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}
