//! Values that belong to a person: open in memory, sealed in the log, gone after erasure.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, ser};

use crate::{EventId, PersonId};

#[cfg(test)]
mod tests;

/// A value under the key of the person it belongs to.
///
/// Only the sealed form can be serialised; trying to record an open or erased one is an error, so
/// plain text cannot reach the log by oversight. `Debug` never shows the value.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// Readable; exists in memory only.
    Open {
        /// Whose value it is.
        subject: PersonId,
        /// The value.
        value: T,
    },
    /// Encrypted under the subject's key, as it stands in the log.
    Sealed {
        /// Whose value it is.
        subject: PersonId,
        /// Nonce and cipher text.
        bytes: Vec<u8>,
    },
    /// The key is gone, and with it the value.
    Erased {
        /// Whose value it was.
        subject: PersonId,
    },
}

impl<T> Personal<T> {
    /// Wraps a value that belongs to `subject`.
    pub fn open(subject: PersonId, value: T) -> Personal<T> {
        Personal::Open { subject, value }
    }

    /// The value, if it is readable here.
    pub fn value(&self) -> Option<&T> {
        match self {
            Personal::Open { value, .. } => Some(value),
            Personal::Sealed { .. } | Personal::Erased { .. } => None,
        }
    }
}

/// Where a sealed value stands. It is part of what is authenticated, so that a sealed value moved
/// to another event or field does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// The event that carries the value.
    pub event_id: EventId,
    /// The field of its JSON, with dots between levels.
    pub field: &'a str,
}

/// A personal value of any type, as the writer and the reader handle it.
pub trait PersonalField {
    /// Whose value it is.
    fn subject(&self) -> PersonId;

    /// The value as JSON, if it is open.
    fn plaintext(&self) -> Option<Vec<u8>>;

    /// Replaces the value by its sealed form.
    fn seal(&mut self, bytes: Vec<u8>);

    /// The sealed form, if that is what it is.
    fn sealed(&self) -> Option<&[u8]>;

    /// Replaces the sealed form by the JSON of the value; `None`, or JSON of another type, erases.
    fn unseal(&mut self, plaintext: Option<&[u8]>);
}

/// A value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The subject was erased; nothing can be recorded about them any more.
    #[error("person {0} was erased")]
    SubjectErased(PersonId),
    /// The sealed form is not what was sealed at this place.
    #[error("a sealed value of event {0} does not belong there or was altered")]
    Tampered(EventId),
    /// The vault failed.
    #[error("the vault: {0}")]
    Vault(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Seals and opens values under their subjects' keys. The vault does; tests have their own.
pub trait Sealer: Send + Sync + fmt::Debug {
    /// Makes sure that each subject has a key, durably. Blocks on disk when one has not.
    ///
    /// # Errors
    ///
    /// Returns the subject that was erased, or the vault's failure.
    fn prepare(&self, subjects: &[PersonId]) -> Result<(), SealError>;

    /// Encrypts `plaintext` under the key of `subject`, bound to `place`.
    ///
    /// # Errors
    ///
    /// Returns the subject that was erased, or the vault's failure.
    fn seal(
        &self,
        subject: PersonId,
        place: Place<'_>,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError>;

    /// Decrypts what [`Sealer::seal`] made; `None` when the subject was erased.
    ///
    /// # Errors
    ///
    /// Returns that the bytes were altered or moved, or the vault's failure.
    fn unseal(
        &self,
        subject: PersonId,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError>;
}

impl<T: Serialize + DeserializeOwned> PersonalField for Personal<T> {
    fn subject(&self) -> PersonId {
        match self {
            Personal::Open { subject, .. }
            | Personal::Sealed { subject, .. }
            | Personal::Erased { subject } => *subject,
        }
    }

    fn plaintext(&self) -> Option<Vec<u8>> {
        self.value().and_then(|value| serde_json::to_vec(value).ok())
    }

    fn seal(&mut self, bytes: Vec<u8>) {
        *self = Personal::Sealed { subject: self.subject(), bytes };
    }

    fn sealed(&self) -> Option<&[u8]> {
        match self {
            Personal::Sealed { bytes, .. } => Some(bytes),
            Personal::Open { .. } | Personal::Erased { .. } => None,
        }
    }

    fn unseal(&mut self, plaintext: Option<&[u8]>) {
        let subject = self.subject();
        *self = match plaintext.map(serde_json::from_slice) {
            Some(Ok(value)) => Personal::Open { subject, value },
            Some(Err(_)) | None => Personal::Erased { subject },
        };
    }
}

/// The recorded form.
#[derive(Serialize, Deserialize)]
struct Stored {
    subject: PersonId,
    sealed: String,
}

impl<T> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Personal::Sealed { subject, bytes } => {
                Stored { subject: *subject, sealed: BASE64.encode(bytes) }.serialize(serializer)
            }
            Personal::Open { .. } | Personal::Erased { .. } => {
                Err(ser::Error::custom("a personal value can be recorded in its sealed form only"))
            }
        }
    }
}

impl<'de, T> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Personal<T>, D::Error> {
        let Stored { subject, sealed } = Stored::deserialize(deserializer)?;
        let bytes = BASE64.decode(sealed).map_err(serde::de::Error::custom)?;
        Ok(Personal::Sealed { subject, bytes })
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Personal::Open { subject, .. } => write!(f, "Open({subject})"),
            Personal::Sealed { subject, .. } => write!(f, "Sealed({subject})"),
            Personal::Erased { subject } => write!(f, "Erased({subject})"),
        }
    }
}

impl<T> JsonSchema for Personal<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Personal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "A value sealed under the key of the person it belongs to \
                            (XChaCha20-Poly1305: 24 bytes of nonce, then cipher text and tag).",
            "properties": {
                "subject": { "type": "string", "format": "uuid" },
                "sealed": { "type": "string", "contentEncoding": "base64" }
            },
            "required": ["subject", "sealed"]
        })
    }
}
