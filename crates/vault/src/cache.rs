//! The keys in use, in memory, so that sealing and opening do not wait for the file.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, PoisonError, RwLock},
};

use kernel::PersonId;

use crate::cipher::Cipher;

#[cfg(test)]
mod tests;

/// How many people are remembered, give or take half: about 150 bytes each.
pub(crate) const PEOPLE_CACHED_MAX: usize = 1 << 17;

/// What the vault knows of a person it has heard of.
#[derive(Clone, Debug)]
pub(crate) enum KeyState {
    /// The person has a key.
    Live(Arc<Cipher>),
    /// The key was destroyed; there will never be another.
    Erased,
}

/// Remembers what was read lately, in two generations: when the young one is full, it becomes the
/// old one and the former old one is let go. A reader therefore changes nothing and readers do not
/// wait for each other.
#[derive(Debug)]
pub(crate) struct KeyCache {
    generations: RwLock<Generations>,
    generation_max: usize,
}

#[derive(Default, Debug)]
struct Generations {
    young: HashMap<PersonId, KeyState>,
    old: HashMap<PersonId, KeyState>,
}

impl KeyCache {
    /// An empty cache of at most `people_max` people.
    pub(crate) fn new(people_max: usize) -> KeyCache {
        KeyCache { generations: RwLock::default(), generation_max: people_max / 2 }
    }

    /// What is remembered of `subject`; `None` when the file must be asked.
    pub(crate) fn get(&self, subject: PersonId) -> Option<KeyState> {
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        generations.young.get(&subject).or_else(|| generations.old.get(&subject)).cloned()
    }

    /// Remembers `state`, and nothing else, of `subject`.
    ///
    /// The caller holds the file's lock, so that a key read before an erasure is never remembered
    /// after it.
    pub(crate) fn put(&self, subject: PersonId, state: KeyState) {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= self.generation_max {
            generations.old = mem::take(&mut generations.young);
        }
        generations.old.remove(&subject);
        generations.young.insert(subject, state);
    }
}
