//! Canonical JSON and its hash: what snapshots, rolls, contents and certificates are known by.
//!
//! Canonical is what `serde_json` writes of a value whose objects have their keys in order, without
//! spaces: the same value gives the same bytes wherever it is computed.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

#[cfg(test)]
mod tests;

/// How long a SHA-256 is in hexadecimal.
const HASH_DIGITS: usize = 64;

/// The SHA-256 of the canonical JSON of `value`, in lower-case hexadecimal.
///
/// # Errors
///
/// Returns why the value is no JSON: a map with keys that are no texts, for example.
pub fn hash_of(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(hex(&Sha256::digest(json(value)?)))
}

/// Tells whether a text is written as hashes are: a SHA-256 in lower-case hexadecimal.
pub fn is_hash(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.len() == HASH_DIGITS && text.bytes().all(is_digit)
}

/// The canonical JSON of `value`.
///
/// # Errors
///
/// As for [`hash_of`].
pub fn json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    // A `Value` keeps the keys of objects in order.
    serde_json::to_vec(&serde_json::to_value(value)?)
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a text cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
