//! What can go wrong in the vault.

use std::io;

use kernel::{PersonId, SealError};
use rusqlite::ErrorCode;

/// The vault could not do what was asked of it. No variant carries a personal text.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another vault, here or in another process, holds the file.
    #[error("the vault's file is in use")]
    InUse,
    /// The file was written by a later version of this crate, or is no vault.
    #[error("the vault's file has format {found}, and at most {known} can be read")]
    UnknownFormat {
        /// The format number in the file.
        found: u32,
        /// The newest format number that this version reads.
        known: u32,
    },
    /// The file could not be read or written.
    #[error("the vault's file cannot be used")]
    Storage(#[source] rusqlite::Error),
    /// The file could not be created, protected or flushed.
    #[error("the vault's file cannot be created, protected or flushed")]
    File(#[from] io::Error),
    /// The key of an erased person is destroyed, but copies of it may still lie in the vault's
    /// files; erasing the person again removes them.
    #[error("the vault's files are not cleaned yet, because someone else is reading them")]
    NotCleaned,
    /// A sealed value belongs to a person of whom the vault never heard: it is the vault of another
    /// installation, or was restored from a backup older than the value.
    #[error("the vault holds no key for person {0}, whose sealed value was read")]
    KeyMissing(PersonId),
    /// A person cannot be known by a text of nothing but white space.
    #[error("text {index} is empty")]
    TextEmpty {
        /// Its place among the texts that were given.
        index: usize,
    },
    /// The operating system gave no random bytes.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(String),
    /// The value is too long to be encrypted at one go (256 GiB).
    #[error("the value is too long to be sealed")]
    ValueTooLong,
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> VaultError {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => VaultError::InUse,
            Some(_) | None => VaultError::Storage(error),
        }
    }
}

impl From<VaultError> for SealError {
    fn from(error: VaultError) -> SealError {
        SealError::Vault(Box::new(error))
    }
}
