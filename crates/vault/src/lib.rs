//! Keys of data subjects: sealing, opening, erasing.
//!
//! The log keeps its events for ever; a person's texts stand in it sealed under a key of their own,
//! and the key stands here, in a file that can forget. Erasing a person destroys the key, which
//! makes every sealed copy of their texts unreadable at once, wherever it lies.
//!
//! The vault never holds a personal text, sealed or open, and no error or `Debug` output of it
//! shows one. What it can forget is what its own file holds: a backup of that file made earlier
//! still has the key, so backups of the vault must not outlive the time promised for erasure.
//! Every call may block on disk, except sealing and opening under a key that was used lately.
//!
//! Read [`Vault`] first; the file it stands on is in `store`.

mod cache;
mod cipher;
mod error;
mod store;
mod vault;

pub use error::VaultError;
pub use vault::{Erasure, Vault};
