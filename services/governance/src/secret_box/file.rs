//! The file of ballot boxes: an SQLite database that keeps the present and nothing of the past.
//!
//! A sequence of states of a box would tell what each voter added. Where one could be kept:
//!
//! 1. A write-ahead log is such a sequence, so there is none: the journal is a rollback journal. It
//!    holds the state before the transaction that is being written, and is truncated to nothing when
//!    that is durable.
//! 2. The box itself is overwritten in place, because its sealed form always has the same length.
//!    `secure_delete` overwrites what is freed nonetheless.
//! 3. When SQLite spreads rows over its pages anew it leaves copies in the unused middle of pages.
//!    That happens when a box is made, so the file is then rewritten whole (`VACUUM`), and also when
//!    one is destroyed. A mark, set in the same transaction, makes a start after a crash do it.
//! 4. Temporary files: there are none, `temp_store` keeps them in memory.
//!
//! Blocks that the file system has given back are beyond reach.

use std::{
    collections::{BTreeSet, HashMap},
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate, Payload},
};
use kernel::DecisionId;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::{
    BoxContents, BoxShape, Cast, Opened, SecretBallot, SecretBoxError, contents::Contents,
};

/// The format of the file that this version writes and reads.
const FORMAT: u32 = 1;

/// How long opening waits for another process to let the file go.
const BUSY_MAX: Duration = Duration::from_secs(1);

/// The bytes of keys and of the secret for lots.
const SECRET_BYTES: usize = 32;

/// The bytes of the nonce that stands before the cipher text.
const NONCE_BYTES: usize = 24;

/// Stands before the decision's id in what is authenticated.
const PURPOSE: &[u8] = b"ballot box 1 ";

/// The name of the secret for lots.
const LOTS: &str = "lots";

/// The lock keeps other processes out, whose copies in memory would be of the past.
const SETTINGS: &str = "
    pragma locking_mode = exclusive;
    pragma journal_mode = truncate;
    pragma synchronous = full;
    pragma fullfsync = on;
    pragma secure_delete = on;
    pragma temp_store = memory;";

const SCHEMA: &str = "
    create table boxes (
        decision blob    not null unique,
        state    integer not null, -- 0 open, 1 closed, 2 destroyed
        key      blob    not null, -- empty when destroyed
        sealed   blob    not null  -- nonce, cipher text and tag; empty when destroyed
    ) strict;
    create table secrets (
        name  text not null primary key,
        bytes blob not null
    ) strict;
    create table upkeep (
        one     integer primary key check (one = 1),
        unclean integer not null -- whether copies may lie between the rows
    ) strict;
    insert into upkeep values (1, 0);";

/// How far a box has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Open = 0,
    Closed = 1,
    Destroyed = 2,
}

/// A box in memory, as it is in the file, or as the transaction in hand will write it.
struct Held {
    state: State,
    cipher: XChaCha20Poly1305,
    contents: Contents,
}

/// The open file and the boxes that were asked for.
pub(super) struct Boxes {
    /// `None` is in memory.
    path: Option<PathBuf>,
    /// `None` after a failure: what is in the file is found out by opening it again.
    connection: Option<Connection>,
    held: HashMap<DecisionId, Held>,
    /// How often the file failed, and memory was forgotten.
    failures: u64,
}

impl Boxes {
    pub(super) fn open(path: &Path) -> Result<Boxes, SecretBoxError> {
        protect(path).map_err(|error| SecretBoxError::File(Arc::new(error)))?;
        let connection = connect(path)?;
        Boxes::on(Some(path.to_owned()), connection)
    }

    pub(super) fn in_memory() -> Result<Boxes, SecretBoxError> {
        let mut connection = Connection::open_in_memory()?;
        set_up(&mut connection)?;
        Boxes::on(None, connection)
    }

    fn on(path: Option<PathBuf>, connection: Connection) -> Result<Boxes, SecretBoxError> {
        let mut boxes =
            Boxes { path, connection: Some(connection), held: HashMap::new(), failures: 0 };
        boxes.clean_if_needed()?;
        Ok(boxes)
    }

    /// The secret of this installation that seeds for lots are derived from; drawn at first use.
    pub(super) fn lot_secret(&mut self) -> Result<[u8; SECRET_BYTES], SecretBoxError> {
        let secret: [u8; SECRET_BYTES] = random()?;
        self.trying(|connection| {
            connection.execute(
                "insert into secrets (name, bytes) values (?1, ?2) on conflict do nothing",
                params![LOTS, secret],
            )?;
            let sql = "select bytes from secrets where name = ?1";
            Ok(connection.query_row(sql, [LOTS], |row| row.get(0))?)
        })
    }

    pub(super) fn make(
        &mut self,
        decision: DecisionId,
        shape: &BoxShape,
    ) -> Result<Opened, SecretBoxError> {
        self.clean_if_needed()?;
        match self.load(decision)? {
            Found::Held(held) if held.contents.shape == *shape => return Ok(Opened::AlreadyThere),
            Found::Held(_) => return Err(SecretBoxError::OtherShape),
            Found::Destroyed => return Ok(Opened::Destroyed),
            Found::Nothing => {}
        }
        let contents = Contents::empty(shape.clone())?;
        let key: [u8; SECRET_BYTES] = random()?;
        let sealed = seal(&cipher(&key), decision, &contents)?;
        self.trying(|connection| {
            let tx = begin(connection)?;
            tx.execute(
                "insert into boxes (decision, state, key, sealed) values (?1, ?2, ?3, ?4)",
                params![decision.uuid().as_bytes(), State::Open as u8, key, sealed],
            )?;
            tx.execute("update upkeep set unclean = 1", [])?;
            Ok(tx.commit()?)
        })?;
        self.clean_if_needed()?;
        Ok(Opened::Opened)
    }

    /// Puts ballots into their boxes, in order, and makes them durable in one transaction; gives the
    /// answer to each, which nobody may hear before.
    ///
    /// When the file fails none of them has an answer, and what the file says counts.
    pub(super) fn cast_all(
        &mut self,
        ballots: &[(DecisionId, SecretBallot)],
    ) -> Result<Vec<Result<Cast, SecretBoxError>>, SecretBoxError> {
        let failures = self.failures;
        let answers: Vec<_> =
            ballots.iter().map(|(decision, ballot)| self.cast(*decision, ballot)).collect();
        let accepted = |answer: &Result<Cast, SecretBoxError>| matches!(answer, Ok(Cast::Accepted));
        let touched: BTreeSet<DecisionId> = ballots
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| accepted(answer))
            .map(|((decision, _), _)| *decision)
            .collect();
        if self.failures != failures {
            // Memory was forgotten in between, with ballots that had been put in before.
            self.held.clear();
            return Err(SecretBoxError::Gone);
        }
        if !touched.is_empty() {
            self.save(&touched)?;
        }
        Ok(answers)
    }

    /// Puts a ballot in, in memory.
    fn cast(
        &mut self,
        decision: DecisionId,
        ballot: &SecretBallot,
    ) -> Result<Cast, SecretBoxError> {
        let Found::Held(held) = self.load(decision)? else { return Ok(Cast::NoBox) };
        match held.state {
            State::Open => held.contents.cast(decision, ballot),
            State::Closed => Ok(match held.contents.answered(decision, ballot) {
                Some(Cast::Repeated) => Cast::Repeated,
                Some(Cast::Accepted | Cast::AlreadyVoted | Cast::Closed | Cast::NoBox) | None => {
                    Cast::Closed
                }
            }),
            State::Destroyed => Ok(Cast::NoBox),
        }
    }

    /// Makes what is in memory of `decisions` durable, in one transaction.
    fn save(&mut self, decisions: &BTreeSet<DecisionId>) -> Result<(), SecretBoxError> {
        let held = &self.held;
        let sealed: Result<Vec<_>, SecretBoxError> = decisions
            .iter()
            .filter_map(|decision| held.get(decision).map(|held| (decision, held)))
            .map(|(decision, held)| Ok((decision, seal(&held.cipher, *decision, &held.contents)?)))
            .collect();
        self.trying(|connection| {
            let tx = begin(connection)?;
            for (decision, sealed) in sealed? {
                tx.prepare_cached("update boxes set sealed = ?2 where decision = ?1")?
                    .execute(params![decision.uuid().as_bytes(), sealed])?;
            }
            Ok(tx.commit()?)
        })
    }

    pub(super) fn close(&mut self, decision: DecisionId) -> Result<(), SecretBoxError> {
        match self.load(decision)? {
            Found::Held(Held { state: State::Open, .. }) => {}
            Found::Held(_) | Found::Destroyed => return Ok(()),
            Found::Nothing => return Err(SecretBoxError::NoBox),
        }
        self.trying(|connection| {
            connection.execute(
                "update boxes set state = ?2 where decision = ?1",
                params![decision.uuid().as_bytes(), State::Closed as u8],
            )?;
            Ok(())
        })?;
        if let Some(held) = self.held.get_mut(&decision) {
            held.state = State::Closed;
        }
        Ok(())
    }

    pub(super) fn contents(&mut self, decision: DecisionId) -> Result<BoxContents, SecretBoxError> {
        let Found::Held(held) = self.load(decision)? else { return Err(SecretBoxError::NoBox) };
        match held.state {
            State::Closed => held.contents.told(),
            State::Open => Err(SecretBoxError::StillOpen),
            State::Destroyed => Err(SecretBoxError::NoBox),
        }
    }

    pub(super) fn turnout(&mut self, decision: DecisionId) -> Result<u32, SecretBoxError> {
        match self.load(decision)? {
            Found::Held(held) => Ok(held.contents.voted()),
            Found::Destroyed | Found::Nothing => Err(SecretBoxError::NoBox),
        }
    }

    pub(super) fn voters(&mut self, decision: DecisionId) -> Result<Vec<u32>, SecretBoxError> {
        match self.load(decision)? {
            Found::Held(held) => Ok(held.contents.voters()),
            Found::Destroyed | Found::Nothing => Err(SecretBoxError::NoBox),
        }
    }

    pub(super) fn has_voted(
        &mut self,
        decision: DecisionId,
        voter: u32,
    ) -> Result<bool, SecretBoxError> {
        match self.load(decision)? {
            Found::Held(held) => Ok(held.contents.has_voted(voter)),
            Found::Destroyed | Found::Nothing => Err(SecretBoxError::NoBox),
        }
    }

    pub(super) fn destroy(&mut self, decision: DecisionId) -> Result<(), SecretBoxError> {
        self.held.remove(&decision);
        self.trying(|connection| {
            let tx = begin(connection)?;
            // Equally long, so that the zeros lie where the key and the ballots were.
            let changed = tx.execute(
                "update boxes set state = ?2, key = zeroblob(length(key)),
                 sealed = zeroblob(length(sealed)) where decision = ?1 and state <> ?2",
                params![decision.uuid().as_bytes(), State::Destroyed as u8],
            )?;
            if 0 < changed {
                tx.execute("update upkeep set unclean = 1", [])?;
            }
            Ok(tx.commit()?)
        })?;
        self.clean_if_needed()
    }

    /// The database, for tests that make it fail.
    #[cfg(test)]
    pub(super) fn connection(&mut self) -> &Connection {
        self.connection.as_ref().expect("nothing has failed")
    }

    /// Rewrites the file when copies may lie between its rows.
    fn clean_if_needed(&mut self) -> Result<(), SecretBoxError> {
        self.trying(|connection| {
            let sql = "select unclean from upkeep";
            if !connection.query_row(sql, [], |row| row.get::<_, bool>(0))? {
                return Ok(());
            }
            connection.execute(
                "update boxes set key = x'', sealed = x'' where state = ?1 and key <> x''",
                [State::Destroyed as u8],
            )?;
            connection.execute_batch("vacuum")?;
            connection.execute("update upkeep set unclean = 0", [])?;
            Ok(())
        })
    }

    /// The box of `decision`, from memory or from the file.
    fn load(&mut self, decision: DecisionId) -> Result<Found<'_>, SecretBoxError> {
        if !self.held.contains_key(&decision) {
            type Stored = (u8, Vec<u8>, Vec<u8>);
            let stored: Option<Stored> = self.trying(|connection| {
                let sql = "select state, key, sealed from boxes where decision = ?1";
                let row = connection
                    .prepare_cached(sql)?
                    .query_row([decision.uuid().as_bytes()], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })
                    .optional()?;
                Ok(row)
            })?;
            let Some((state, key, sealed)) = stored else { return Ok(Found::Nothing) };
            let state = match state {
                0 => State::Open,
                1 => State::Closed,
                _ => return Ok(Found::Destroyed),
            };
            let key = key.try_into().map_err(|_| SecretBoxError::Damaged)?;
            let cipher = cipher(&key);
            let contents = unseal(&cipher, decision, &sealed).ok_or(SecretBoxError::Damaged)?;
            self.held.insert(decision, Held { state, cipher, contents });
        }
        Ok(self.held.get_mut(&decision).map_or(Found::Nothing, Found::Held))
    }

    /// Runs `work` on the file, opened again if it has to be. After a failure nothing is taken for
    /// granted: memory is forgotten and the file opened again.
    fn trying<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, SecretBoxError>,
    ) -> Result<T, SecretBoxError> {
        let mut connection = match (self.connection.take(), &self.path) {
            (Some(connection), _) => connection,
            (None, Some(path)) => connect(path)?,
            (None, None) => return Err(SecretBoxError::Gone),
        };
        let outcome = work(&mut connection);
        if outcome.is_ok() || self.path.is_none() {
            self.connection = Some(connection);
        }
        if outcome.is_err() {
            self.held.clear();
            self.failures += 1;
        }
        outcome
    }
}

/// What there is of a box.
enum Found<'a> {
    Nothing,
    Destroyed,
    Held(&'a mut Held),
}

fn connect(path: &Path) -> Result<Connection, SecretBoxError> {
    let mut connection = Connection::open(path)?;
    set_up(&mut connection)?;
    Ok(connection)
}

fn set_up(connection: &mut Connection) -> Result<(), SecretBoxError> {
    connection.busy_timeout(BUSY_MAX)?;
    connection.execute_batch(SETTINGS)?;
    let tx = begin(connection)?;
    match tx.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? {
        0 => {
            tx.execute_batch(SCHEMA)?;
            tx.pragma_update(None, "user_version", FORMAT)?;
        }
        FORMAT => {}
        found => return Err(SecretBoxError::UnknownFormat { found, known: FORMAT }),
    }
    Ok(tx.commit()?)
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

pub(super) fn cipher(key: &[u8; SECRET_BYTES]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

/// Encrypts a box: a random nonce, which is fresh each time, then cipher text and tag.
fn seal(
    cipher: &XChaCha20Poly1305,
    decision: DecisionId,
    contents: &Contents,
) -> Result<Vec<u8>, SecretBoxError> {
    let nonce = XNonce::from(random::<[u8; NONCE_BYTES]>()?);
    let (plain, aad) = (contents.to_bytes()?, associated_data(decision));
    let payload = Payload { msg: &plain, aad: &aad };
    let encrypted = cipher.encrypt(&nonce, payload).map_err(|_| SecretBoxError::TooLarge)?;
    Ok([nonce.as_slice(), &encrypted].concat())
}

/// Decrypts what [`seal`] made for the same decision; `None` when it is anything else.
pub(super) fn unseal(
    cipher: &XChaCha20Poly1305,
    decision: DecisionId,
    sealed: &[u8],
) -> Option<Contents> {
    let (nonce, encrypted) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let aad = associated_data(decision);
    let payload = Payload { msg: encrypted, aad: &aad };
    Contents::from_bytes(&cipher.decrypt(&XNonce::from(*nonce), payload).ok()?)
}

fn associated_data(decision: DecisionId) -> Vec<u8> {
    [PURPOSE, decision.uuid().as_bytes()].concat()
}

fn random<T: Generate>() -> Result<T, SecretBoxError> {
    T::try_generate().map_err(|_| SecretBoxError::NoRandomness)
}

impl From<rusqlite::Error> for SecretBoxError {
    fn from(error: rusqlite::Error) -> SecretBoxError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => SecretBoxError::InUse,
            Some(_) | None => SecretBoxError::Storage(Arc::new(error)),
        }
    }
}

/// Makes the file, if it is not there, and closes it to everyone but its owner; SQLite gives its
/// journal the same permissions.
#[cfg(unix)]
fn protect(path: &Path) -> io::Result<()> {
    use std::{
        fs,
        os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    };

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
