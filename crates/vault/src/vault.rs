//! The vault: who has a key, who is known by a text, who was erased.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use kernel::{Identities, PersonId, Place, SealError, Sealer};
use sha2::Sha256;
use uuid::Uuid;

use crate::{
    VaultError,
    cache::{KeyCache, KeyState, PEOPLE_CACHED_MAX},
    store::{Store, Tag},
};

#[cfg(test)]
mod tests;

/// Keeps the keys of data subjects, and destroys them.
///
/// It is a [`Sealer`]. Any number of threads may use it at once; under a key used lately, sealing
/// and opening wait for nobody. Everything else takes one lock and blocks on disk.
pub struct Vault {
    store: Mutex<Store>,
    keys: KeyCache,
    /// Makes look-up tags, under the secret of this installation.
    tagger: Hmac<Sha256>,
    identities: Arc<dyn Identities>,
}

/// An erasure to carry out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Erasure {
    /// Who is to be erased; may be someone without a key.
    pub subject: PersonId,
    /// When it was decided, kept to the microsecond; the first erasure of a person counts.
    pub at: Timestamp,
}

impl Vault {
    /// Opens the vault in the file at `path`, or makes it. The folder must be there.
    ///
    /// Until the vault is dropped nobody else can open the file. An erasure that a crash cut short
    /// is finished first.
    ///
    /// # Errors
    ///
    /// Returns that the file is in use, is no vault of a known format, or cannot be used.
    pub fn open(path: &Path, identities: Arc<dyn Identities>) -> Result<Vault, VaultError> {
        Vault::on(Store::open(path)?, identities)
    }

    /// Makes a vault that is gone, with all its keys, when it is dropped.
    ///
    /// # Errors
    ///
    /// Returns that the system gives no memory or no random bytes.
    pub fn in_memory(identities: Arc<dyn Identities>) -> Result<Vault, VaultError> {
        Vault::on(Store::in_memory()?, identities)
    }

    fn on(mut store: Store, identities: Arc<dyn Identities>) -> Result<Vault, VaultError> {
        let tagger = Hmac::new_from_slice(&store.lookup_secret()?)
            .expect("HMAC takes a secret of any length");
        let keys = KeyCache::new(PEOPLE_CACHED_MAX);
        Ok(Vault { store: Mutex::new(store), keys, tagger, identities })
    }

    /// Finds the person known by each of `texts` in `scope`, in the same order; those unknown
    /// become new people with random ids and a key each, all durable when this returns.
    ///
    /// White space around a text and its amount between words do not count; case does. The same
    /// text in another scope is another person. The texts are not kept, only tags that cannot be
    /// computed without this vault's secret; they go when the person is erased, and the text then
    /// stands for someone new.
    ///
    /// # Errors
    ///
    /// Returns the place of a text that is empty, or the failure of the file; either way nobody new
    /// is known.
    pub fn identify(&self, scope: Uuid, texts: &[&str]) -> Result<Vec<PersonId>, VaultError> {
        let tags = texts
            .iter()
            .enumerate()
            .map(|(index, text)| self.tag(scope, text).ok_or(VaultError::TextEmpty { index }))
            .collect::<Result<Vec<_>, _>>()?;
        self.store().identify(&tags, || PersonId::new(self.identities.fresh()))
    }

    /// The person known by `text` in `scope`; `None` when there is none, or they were erased.
    ///
    /// # Errors
    ///
    /// Returns the failure of the file.
    pub fn lookup(&self, scope: Uuid, text: &str) -> Result<Option<PersonId>, VaultError> {
        match self.tag(scope, text) {
            Some(tag) => self.store().subject_of(&tag),
            None => Ok(None),
        }
    }

    /// Erases one person, as [`Vault::erase_all`] does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn erase(&self, subject: PersonId, at: Timestamp, position: u64) -> Result<(), VaultError> {
        self.erase_all(&[Erasure { subject, at }], position)
    }

    /// Destroys the keys of people and the tags they are known by, for good: what was sealed for
    /// them reads as erased, and they never get a key again. In the same transaction it notes that
    /// erasures are carried out up to `position` in the log.
    ///
    /// When it returns, no byte of the keys and tags is in the vault's files. That costs a rewrite
    /// of the whole file, once per call and only if someone was erased who had not been; so many
    /// erasures at once belong in one call. Erasing again changes nothing.
    ///
    /// # Errors
    ///
    /// Returns the failure of the file. The keys may then be destroyed already, with copies left in
    /// the files: the same call again, or the next opening, finishes the work.
    pub fn erase_all(&self, erasures: &[Erasure], position: u64) -> Result<(), VaultError> {
        let mut store = self.store();
        store.erase(erasures, position)?;
        for erasure in erasures {
            self.keys.put(erasure.subject, KeyState::Erased);
        }
        store.clean_if_needed()
    }

    /// When `subject` was erased; `None` when they were not.
    ///
    /// # Errors
    ///
    /// Returns the failure of the file.
    pub fn erased_at(&self, subject: PersonId) -> Result<Option<Timestamp>, VaultError> {
        self.store().erased_at(subject)
    }

    /// The log position up to which erasures were carried out; 0 before the first. A follower of
    /// the log goes on from there.
    ///
    /// # Errors
    ///
    /// Returns the failure of the file.
    pub fn progress(&self) -> Result<u64, VaultError> {
        self.store().progress()
    }

    /// Notes, durably, that the log up to `position` holds no erasure that was not carried out. A
    /// position that is not further on changes nothing.
    ///
    /// # Errors
    ///
    /// Returns the failure of the file.
    pub fn note_progress(&self, position: u64) -> Result<(), VaultError> {
        self.store().note_progress(position)
    }

    /// What is known of `subject`, from memory if possible; `None` when nothing is.
    fn key_state(&self, subject: PersonId) -> Result<Option<KeyState>, VaultError> {
        if let Some(state) = self.keys.get(subject) {
            return Ok(Some(state));
        }
        let store = self.store();
        let state = store.key_state(subject)?;
        if let Some(state) = &state {
            self.keys.put(subject, state.clone());
        }
        Ok(state)
    }

    fn make_keys(&self, subjects: &[PersonId]) -> Result<Vec<KeyState>, VaultError> {
        let mut store = self.store();
        let states = store.make_keys(subjects)?;
        for (subject, state) in subjects.iter().zip(&states) {
            self.keys.put(*subject, state.clone());
        }
        Ok(states)
    }

    /// The tag of `text` in `scope`; `None` when the text is empty. The scope has a fixed length,
    /// so that no two pairs run together.
    fn tag(&self, scope: Uuid, text: &str) -> Option<Tag> {
        let mut words = text.split_whitespace();
        let mut tagger = self.tagger.clone();
        tagger.update(scope.as_bytes());
        tagger.update(words.next()?.as_bytes());
        for word in words {
            tagger.update(b" ");
            tagger.update(word.as_bytes());
        }
        Some(tagger.finalize().into_bytes().into())
    }

    /// The file. A panic elsewhere left no half-done transaction behind, so a poisoned lock is fine.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sealer for Vault {
    fn prepare(&self, subjects: &[PersonId]) -> Result<(), SealError> {
        let mut missing = Vec::new();
        for &subject in subjects {
            match self.key_state(subject)? {
                Some(KeyState::Live(_)) => {}
                Some(KeyState::Erased) => return Err(SealError::SubjectErased(subject)),
                None => missing.push(subject),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        for (subject, state) in missing.iter().zip(self.make_keys(&missing)?) {
            match state {
                KeyState::Live(_) => {}
                KeyState::Erased => return Err(SealError::SubjectErased(*subject)),
            }
        }
        Ok(())
    }

    fn seal(
        &self,
        subject: PersonId,
        place: Place<'_>,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let mut state = self.key_state(subject)?;
        if state.is_none() {
            self.prepare(&[subject])?;
            state = self.key_state(subject)?;
        }
        match state {
            Some(KeyState::Live(cipher)) => Ok(cipher.seal(place, plaintext)?),
            Some(KeyState::Erased) => Err(SealError::SubjectErased(subject)),
            None => Err(VaultError::KeyMissing(subject).into()),
        }
    }

    fn unseal(
        &self,
        subject: PersonId,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        match self.key_state(subject)? {
            Some(KeyState::Live(cipher)) => match cipher.open(place, sealed) {
                Some(plaintext) => Ok(Some(plaintext)),
                None => Err(SealError::Tampered(place.event_id)),
            },
            Some(KeyState::Erased) => Ok(None),
            None => Err(VaultError::KeyMissing(subject).into()),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}
