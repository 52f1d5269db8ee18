//! The vault's file: an SQLite database that forgets what is deleted from it.
//!
//! Forgetting is the hard part. Every commit reaches the disk before it counts (WAL with
//! `synchronous = FULL`), and a deleted key can then lie in four places:
//!
//! 1. The freed cell of its page: `secure_delete` overwrites it.
//! 2. The unused middle of other pages: when SQLite spreads cells over its pages anew it does not
//!    overwrite where they were, whatever `secure_delete` says. Only rewriting the whole database
//!    (`VACUUM`) removes these copies, because the new pages are made from living rows alone.
//! 3. The write-ahead log, which still has the page from the day the key was made: a checkpoint
//!    that truncates the log to nothing, followed by a flush, so that no power failure brings the
//!    old length back.
//! 4. Temporary files: there are none, `temp_store` keeps them in memory.
//!
//! [`Store::clean`] does 2 and 3. A mark, set in the transaction that erases and removed after the
//! cleaning, makes a start after a crash finish the work.

use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use kernel::PersonId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use crate::{
    Erasure, VaultError,
    cache::KeyState,
    cipher::{self, Cipher, SECRET_BYTES},
};

/// Finds a person by text without holding the text.
pub(crate) type Tag = [u8; SECRET_BYTES];

/// The format of the file that this version writes and reads.
const FORMAT: u32 = 1;

/// How long opening waits for another process to let the file go, in milliseconds.
const BUSY_MS_MAX: u64 = 1000;

/// The name of the secret under which look-up tags are made.
const LOOKUP_SECRET: &str = "lookup";

/// The log position up to which erasures were carried out.
const ERASED_UP_TO: &str = "erased_up_to";

/// The mark of an erasure that was committed and not cleaned up after yet.
const UNCLEAN: &str = "unclean";

/// The exclusive lock keeps other processes out: their caches would outlive an erasure here, and
/// their reading would hold back the checkpoint that an erasure needs.
const SETTINGS: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = ON;
";

const SCHEMA: &str = "
    CREATE TABLE subjects (
        subject   BLOB NOT NULL PRIMARY KEY,
        key       BLOB,
        erased_at INTEGER, -- microseconds since 1970
        CHECK ((key IS NULL) <> (erased_at IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE lookups (
        tag     BLOB NOT NULL PRIMARY KEY,
        subject BLOB NOT NULL REFERENCES subjects
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX lookups_of_subject ON lookups (subject);
    CREATE TABLE secrets (
        name  TEXT NOT NULL PRIMARY KEY,
        bytes BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE progress (
        name     TEXT NOT NULL PRIMARY KEY,
        position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// The open file. One owner at a time; the vault has it behind a lock.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    /// The write-ahead log beside the file; `None` in memory.
    wal: Option<PathBuf>,
}

impl Store {
    /// Opens the file at `path`, or makes it, readable by its owner alone.
    pub(crate) fn open(path: &Path) -> Result<Store, VaultError> {
        protect(path)?;
        let mut wal = OsString::from(path);
        wal.push("-wal");
        Store::set_up(Connection::open(path)?, Some(PathBuf::from(wal)))
    }

    /// Makes a store that is gone when it is dropped.
    pub(crate) fn in_memory() -> Result<Store, VaultError> {
        Store::set_up(Connection::open_in_memory()?, None)
    }

    fn set_up(connection: Connection, wal: Option<PathBuf>) -> Result<Store, VaultError> {
        connection.busy_timeout(Duration::from_millis(BUSY_MS_MAX))?;
        connection.execute_batch(SETTINGS)?;
        let mut store = Store { connection, wal };
        let tx = store.begin()?;
        match tx.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? {
            0 => {
                tx.execute_batch(SCHEMA)?;
                tx.pragma_update(None, "user_version", FORMAT)?;
            }
            FORMAT => {}
            found => return Err(VaultError::UnknownFormat { found, known: FORMAT }),
        }
        tx.commit()?;
        store.clean_if_needed()?;
        Ok(store)
    }

    /// The secret of this installation under which look-up tags are made; drawn at first use.
    pub(crate) fn lookup_secret(&mut self) -> Result<[u8; SECRET_BYTES], VaultError> {
        self.connection.execute(
            "INSERT INTO secrets (name, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![LOOKUP_SECRET, cipher::fresh_secret()?],
        )?;
        let sql = "SELECT bytes FROM secrets WHERE name = ?1";
        Ok(self.connection.query_one(sql, [LOOKUP_SECRET], |row| row.get(0))?)
    }

    /// What is recorded of `subject`; `None` when nothing is.
    pub(crate) fn key_state(&self, subject: PersonId) -> Result<Option<KeyState>, VaultError> {
        key_state(&self.connection, subject)
    }

    /// Makes a key for each of `subjects` that was never heard of, in one durable transaction.
    ///
    /// Gives the state of each subject afterwards, in the order asked.
    pub(crate) fn make_keys(&mut self, subjects: &[PersonId]) -> Result<Vec<KeyState>, VaultError> {
        let tx = self.begin()?;
        let mut states = Vec::with_capacity(subjects.len());
        for &subject in subjects {
            let state = match key_state(&tx, subject)? {
                Some(state) => state,
                None => KeyState::Live(Arc::new(make_key(&tx, subject)?)),
            };
            states.push(state);
        }
        tx.commit()?;
        Ok(states)
    }

    /// The person known by `tag`, if any.
    pub(crate) fn subject_of(&self, tag: &Tag) -> Result<Option<PersonId>, VaultError> {
        subject_of(&self.connection, tag)
    }

    /// The person known by each of `tags`; those unknown are made, with the id that `fresh` gives
    /// and a key, in one durable transaction.
    pub(crate) fn identify(
        &mut self,
        tags: &[Tag],
        fresh: impl Fn() -> PersonId,
    ) -> Result<Vec<PersonId>, VaultError> {
        let known = tags.iter().map(|tag| self.subject_of(tag)).collect::<Result<Vec<_>, _>>()?;
        if let Some(subjects) = known.into_iter().collect() {
            return Ok(subjects);
        }
        let tx = self.begin()?;
        let mut subjects = Vec::with_capacity(tags.len());
        for tag in tags {
            // Asked again, because the same tag may stand further up in the list.
            let subject = match subject_of(&tx, tag)? {
                Some(subject) => subject,
                None => make_subject(&tx, tag, fresh())?,
            };
            subjects.push(subject);
        }
        tx.commit()?;
        Ok(subjects)
    }

    /// When `subject` was erased, if it was.
    pub(crate) fn erased_at(&self, subject: PersonId) -> Result<Option<Timestamp>, VaultError> {
        let sql = "SELECT erased_at FROM subjects WHERE subject = ?1";
        let micros: Option<Option<i64>> = self
            .connection
            .query_one(sql, [subject.uuid().as_bytes()], |row| row.get(0))
            .optional()?;
        let erased_at = micros.flatten().map(Timestamp::from_microsecond).transpose();
        erased_at.map_err(|_| VaultError::Storage(rusqlite::Error::IntegralValueOutOfRange(0, 0)))
    }

    /// Destroys keys and look-up tags in one durable transaction, and notes `position` in it.
    ///
    /// The bytes may still lie in the files until [`Store::clean_if_needed`] has run.
    pub(crate) fn erase(&mut self, erasures: &[Erasure], position: u64) -> Result<(), VaultError> {
        let tx = self.begin()?;
        let mut changes = 0;
        for Erasure { subject, at } in erasures {
            let subject = subject.uuid();
            changes += tx.execute(
                "INSERT INTO subjects (subject, key, erased_at) VALUES (?1, NULL, ?2)
                 ON CONFLICT DO UPDATE SET key = NULL, erased_at = excluded.erased_at
                 WHERE erased_at IS NULL",
                params![subject.as_bytes(), at.as_microsecond()],
            )?;
            changes +=
                tx.execute("DELETE FROM lookups WHERE subject = ?1", [subject.as_bytes()])?;
        }
        if changes > 0 {
            set_progress(&tx, UNCLEAN, 1)?;
        }
        set_progress(&tx, ERASED_UP_TO, position)?;
        Ok(tx.commit()?)
    }

    /// Removes what erasures left behind in the files, if they left anything.
    pub(crate) fn clean_if_needed(&mut self) -> Result<(), VaultError> {
        if progress(&self.connection, UNCLEAN)? > 0 { self.clean() } else { Ok(()) }
    }

    fn clean(&mut self) -> Result<(), VaultError> {
        self.connection.execute_batch("VACUUM")?;
        if let Some(wal) = &self.wal {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            let blocked: bool = self.connection.query_one(sql, [], |row| row.get(0))?;
            if blocked {
                return Err(VaultError::NotCleaned);
            }
            OpenOptions::new().write(true).open(wal)?.sync_all()?;
        }
        self.connection.execute("DELETE FROM progress WHERE name = ?1", [UNCLEAN])?;
        Ok(())
    }

    /// The log position up to which erasures were carried out; 0 at first.
    pub(crate) fn progress(&self) -> Result<u64, VaultError> {
        progress(&self.connection, ERASED_UP_TO)
    }

    /// Moves the position forward; one that is not further on changes nothing.
    pub(crate) fn note_progress(&mut self, position: u64) -> Result<(), VaultError> {
        set_progress(&self.connection, ERASED_UP_TO, position)
    }

    /// The database, for tests that look behind the vault's back.
    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn begin(&mut self) -> Result<Transaction<'_>, VaultError> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

fn key_state(connection: &Connection, subject: PersonId) -> Result<Option<KeyState>, VaultError> {
    let mut statement = connection.prepare_cached("SELECT key FROM subjects WHERE subject = ?1")?;
    let key: Option<Option<[u8; SECRET_BYTES]>> =
        statement.query_one([subject.uuid().as_bytes()], |row| row.get(0)).optional()?;
    Ok(key.map(|key| match key {
        Some(key) => KeyState::Live(Arc::new(Cipher::new(&key))),
        None => KeyState::Erased,
    }))
}

fn make_key(tx: &Transaction<'_>, subject: PersonId) -> Result<Cipher, VaultError> {
    let key = cipher::fresh_secret()?;
    tx.prepare_cached("INSERT INTO subjects (subject, key) VALUES (?1, ?2)")?
        .execute(params![subject.uuid().as_bytes(), key])?;
    Ok(Cipher::new(&key))
}

fn subject_of(connection: &Connection, tag: &Tag) -> Result<Option<PersonId>, VaultError> {
    let mut statement = connection.prepare_cached("SELECT subject FROM lookups WHERE tag = ?1")?;
    let subject = statement.query_one([tag], |row| row.get(0)).optional()?;
    Ok(subject.map(|bytes| PersonId::new(Uuid::from_bytes(bytes))))
}

fn make_subject(
    tx: &Transaction<'_>,
    tag: &Tag,
    subject: PersonId,
) -> Result<PersonId, VaultError> {
    make_key(tx, subject)?;
    tx.prepare_cached("INSERT INTO lookups (tag, subject) VALUES (?1, ?2)")?
        .execute(params![tag, subject.uuid().as_bytes()])?;
    Ok(subject)
}

fn progress(connection: &Connection, name: &str) -> Result<u64, VaultError> {
    let sql = "SELECT position FROM progress WHERE name = ?1";
    let position = connection.query_one(sql, [name], |row| row.get(0)).optional()?;
    Ok(position.unwrap_or(0))
}

fn set_progress(connection: &Connection, name: &str, position: u64) -> Result<(), VaultError> {
    connection.execute(
        "INSERT INTO progress (name, position) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET position = excluded.position
         WHERE position < excluded.position",
        params![name, position],
    )?;
    Ok(())
}

/// Makes the file, if it is not there, and closes it to everyone but its owner; SQLite gives its
/// log the same permissions. An existing file is not opened for this, because closing it again
/// would drop the locks that another vault in this process holds on it.
#[cfg(unix)]
fn protect(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

    const OWNER_ONLY: u32 = 0o600;
    match OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::set_permissions(path, fs::Permissions::from_mode(OWNER_ONLY))
        }
        Err(error) => Err(error),
    }
}

/// Leaves protection to the folder, where files have no modes.
#[cfg(not(unix))]
fn protect(_: &Path) -> io::Result<()> {
    Ok(())
}
