//! The log's file: its layout, how it is made, opened and checked.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use kernel::CommandId;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, config::DbConfig};
use uuid::Uuid;

use crate::admit::recall;

/// The file within the folder.
const FILE: &str = "log.sqlite";

/// The file while it is being made for the first time.
const NEW_FILE: &str = "log.sqlite.new";

/// Marks a file as a log of weft: `WEFT` in ASCII.
const APPLICATION_ID: i64 = 0x5745_4654;

/// The layout that this build reads and writes.
const LAYOUT: i64 = 1;

/// How long a connection waits for somebody else's lock, for example that of a backup tool.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// How many prepared statements each connection keeps.
const STATEMENTS_MAX: usize = 32;

/// How much of the file the writer keeps in memory, in KiB.
const CACHE_KIB: i64 = 64 * 1_024;

/// To how many bytes the write-ahead log is cut back after it had to grow beyond.
const WAL_KEPT_BYTES: i64 = 64 * 1_024 * 1_024;

/// The most pages that SQLite can be told to allow; stands for no quota.
const PAGES_UNLIMITED: u64 = 4_294_967_294;

/// `append_index` counts the events before this one in its append, so that an append recorded
/// earlier can be told from a part of one. The ledger of commands is in two places, because a row
/// more with a random key costs as much as the event itself: where the first event's id is derived
/// from the command's, that event has the command's `fingerprint`; every other command has a row in
/// `commands`, above all those that recorded nothing. The triggers keep any other program from changing what
/// is recorded; that includes `insert or replace`, which deletes without asking delete triggers.
const SCHEMA: &str = "
create table events (
    position     integer primary key,
    category     text    not null,
    stream_id    blob    not null,
    revision     integer not null,
    append_index integer not null,
    fingerprint  integer,
    event_id     blob    not null,
    name         text    not null,
    schema       integer not null,
    network_id   blob,
    recorded_at  integer not null, -- microseconds since 1970
    effective_at integer not null, -- microseconds since 1970
    metadata     blob    not null,
    data         blob    not null
) strict;
create unique index events_by_stream on events (stream_id, category, revision);
create unique index events_by_id on events (event_id);
create index events_by_network on events (network_id) where network_id is not null;

create table commands (
    command_id  blob    primary key,
    fingerprint integer not null,
    category    text    not null,
    stream_id   blob    not null,
    position    integer not null,
    length      integer not null,
    events      integer not null
) strict, without rowid;

create trigger events_are_added before insert on events
when new.position is not (select max(position) from events) + 1
    and (new.position is not 1 or exists (select 1 from events))
  or exists (select 1 from events where event_id = new.event_id)
  or exists (select 1 from events where stream_id = new.stream_id
             and category = new.category and revision = new.revision)
begin select raise(abort, 'recorded events are never replaced, new ones stand at the end'); end;
create trigger events_are_final before update on events
begin select raise(abort, 'recorded events are never changed'); end;
create trigger events_stay before delete on events
begin select raise(abort, 'recorded events are never deleted'); end;
create trigger commands_are_unique before insert on commands
when exists (select 1 from commands where command_id = new.command_id)
begin select raise(abort, 'answered commands are never replaced'); end;
create trigger commands_are_final before update on commands
begin select raise(abort, 'answered commands are never changed'); end;
create trigger commands_stay before delete on commands
begin select raise(abort, 'answered commands are never deleted'); end;
";

/// How many tables, indexes and triggers [`SCHEMA`] makes.
const SCHEMA_PARTS: i64 = 11;

/// The log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made, or is in use.
    #[error(transparent)]
    Lock(#[from] crate::FolderLockError),
    /// A file or folder cannot be made or read.
    #[error("cannot use {}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The file is something else.
    #[error("{} is not an event log of weft", .path.display())]
    NotALog {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer build.
    #[error("{} has layout {found}, this build knows {LAYOUT}; use a newer weft", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The layout of the file.
        found: i64,
    },
    /// The file is a log, but part of it is missing or wrong.
    #[error("{} is damaged: {what}; restore it from a backup", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// SQLite cannot use the file for another reason.
    #[error("cannot open {}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: rusqlite::Error,
    },
}

/// The last things that are known to be durable.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Durable {
    /// The position of the last event; zero when there is none.
    pub(crate) position: u64,
    /// The identity of that event.
    pub(crate) event_id: Option<[u8; 16]>,
    /// When it was recorded, in microseconds since 1970; the beginning of time when there is none.
    pub(crate) recorded_at: i64,
    /// The last command that was recorded, if one was since the log was opened.
    pub(crate) command_id: Option<[u8; 16]>,
}

impl Durable {
    /// What is durable in an empty log.
    pub(crate) fn nothing() -> Durable {
        Durable { recorded_at: i64::MIN, ..Durable::default() }
    }
}

/// Where the log's file is.
#[derive(Clone, Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
}

impl LogFile {
    /// The file of the log in `folder`, made when the folder has none.
    pub(crate) fn prepare(folder: &Path) -> Result<LogFile, OpenError> {
        let file = LogFile { path: folder.join(FILE) };
        if file.path.exists() {
            return Ok(file);
        }
        if with_suffix(&file.path, "-wal").exists() {
            return Err(file.damaged("the file is missing, its write-ahead log is there"));
        }
        let new = folder.join(NEW_FILE);
        let io_failed = |source| OpenError::Io { path: new.clone(), source };
        // What a crash during an earlier first start left behind holds no events.
        for leftover in ["", "-wal", "-shm", "-journal"].map(|suffix| with_suffix(&new, suffix)) {
            if leftover.exists() {
                fs::remove_file(leftover).map_err(io_failed)?;
            }
        }
        make(&new).map_err(|source| OpenError::Sqlite { path: new.clone(), source })?;
        File::open(&new).and_then(|file| file.sync_all()).map_err(io_failed)?;
        fs::rename(&new, &file.path).map_err(io_failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_failed)?;
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the only connection that writes, and checks that everything `acknowledged` is there.
    ///
    /// Everything in the write-ahead log is copied into the file first: after a failed sync, what
    /// the operating system shows of that log is not proof that it is on the disk.
    pub(crate) fn open_writer(
        &self,
        acknowledged: &Durable,
    ) -> Result<(Connection, Durable), OpenError> {
        let length = fs::metadata(&self.path)
            .map_err(|source| OpenError::Io { path: self.path.clone(), source })?
            .len();
        if length == 0 {
            return Err(self.damaged("the file is empty"));
        }
        let connection =
            self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| self.failed(error))?;
        self.check_layout(&connection)?;
        set_up_writer(&connection).map_err(|error| self.failed(error))?;
        let (busy, frames, copied) =
            checkpoint(&connection, "truncate").map_err(|error| self.failed(error))?;
        if busy && copied < frames {
            return Err(self.failed(busy_error()));
        }
        let durable = read_durable(&connection).map_err(|error| self.failed(error))?;
        if let Some(what) =
            lost(&connection, acknowledged, &durable).map_err(|error| self.failed(error))?
        {
            return Err(self.damaged(&what));
        }
        Ok((connection, durable))
    }

    /// Opens a connection that only reads.
    pub(crate) fn open_reader(&self) -> rusqlite::Result<Connection> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn connect(&self, mode: OpenFlags) -> rusqlite::Result<Connection> {
        let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // Plans must not depend on bound values: statements would be prepared again at each use.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(connection)
    }

    fn check_layout(&self, connection: &Connection) -> Result<(), OpenError> {
        let pragma = |name| {
            let value = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            value.map_err(|error| self.failed(error))
        };
        if pragma("application_id")? != APPLICATION_ID {
            return Err(OpenError::NotALog { path: self.path.clone() });
        }
        let found = pragma("user_version")?;
        if LAYOUT < found {
            return Err(OpenError::Newer { path: self.path.clone(), found });
        }
        let parts: i64 = connection
            .query_row(
                "select count(*) from sqlite_schema
                 where tbl_name in ('events', 'commands') and sql is not null",
                [],
                |row| row.get(0),
            )
            .map_err(|error| self.failed(error))?;
        if found != LAYOUT || parts != SCHEMA_PARTS {
            return Err(self.damaged("its tables or triggers are not those of a log"));
        }
        Ok(())
    }

    fn damaged(&self, what: &str) -> OpenError {
        OpenError::Damaged { path: self.path.clone(), what: what.to_owned() }
    }

    fn failed(&self, error: rusqlite::Error) -> OpenError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => {
                OpenError::NotALog { path: self.path.clone() }
            }
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => self.damaged(&error.to_string()),
            Some(_) | None => OpenError::Sqlite { path: self.path.clone(), source: error },
        }
    }
}

/// Lets the file grow to `size_max_bytes` and no further; `None` is as far as the disk goes.
///
/// A quota below the present size lets the file keep what it has.
pub(crate) fn limit_size(
    connection: &Connection,
    size_max_bytes: Option<u64>,
) -> rusqlite::Result<()> {
    let page_size: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = size_max_bytes.map_or(PAGES_UNLIMITED, |bytes| bytes / page_size);
    let pages = pages.clamp(1, PAGES_UNLIMITED).to_string();
    connection.query_row(&format!("pragma max_page_count = {pages}"), [], |_| Ok(()))
}

/// Runs a checkpoint in `mode`; tells whether somebody was in the way, how many frames the
/// write-ahead log holds, and how many of them are in the file by now.
pub(crate) fn checkpoint(
    connection: &Connection,
    mode: &str,
) -> rusqlite::Result<(bool, i64, i64)> {
    connection.query_row(&format!("pragma wal_checkpoint({mode})"), [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })
}

fn make(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.query_row("pragma journal_mode = wal", [], |_| Ok(()))?;
    connection.execute_batch(&format!("begin; {SCHEMA} commit;"))?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", LAYOUT)?;
    connection.close().map_err(|(_, error)| error)
}

fn set_up_writer(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.query_row("pragma journal_mode = wal", [], |row| row.get(0))?;
    debug_assert_eq!(mode, "wal", "the file was made in this mode");
    connection.pragma_update(None, "synchronous", "full")?;
    // Elsewhere than on Linux a plain sync may stop at the disk's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.query_row("pragma wal_autocheckpoint = 0", [], |_| Ok(()))?;
    connection.query_row(&format!("pragma journal_size_limit = {WAL_KEPT_BYTES}"), [], |_| Ok(()))
}

fn read_durable(connection: &Connection) -> rusqlite::Result<Durable> {
    let last = connection
        .query_row(
            "select position, event_id, recorded_at from events order by position desc limit 1",
            [],
            |row| {
                Ok(Durable {
                    position: row.get(0)?,
                    event_id: Some(row.get(1)?),
                    recorded_at: row.get(2)?,
                    command_id: None,
                })
            },
        )
        .optional()?;
    Ok(last.unwrap_or_else(Durable::nothing))
}

/// What of `acknowledged` is not in the file any more; `None` when all of it is.
fn lost(
    connection: &Connection,
    acknowledged: &Durable,
    durable: &Durable,
) -> rusqlite::Result<Option<String>> {
    let position = acknowledged.position;
    if durable.position < position {
        let last = durable.position;
        return Ok(Some(format!("events were acknowledged up to {position}, it ends at {last}")));
    }
    if durable.recorded_at < acknowledged.recorded_at {
        return Ok(Some("its last event is older than the last one acknowledged".to_owned()));
    }
    if 0 < position {
        let found: Option<[u8; 16]> = connection
            .query_row("select event_id from events where position = ?1", [position], |row| {
                row.get(0)
            })
            .optional()?;
        if found != acknowledged.event_id {
            return Ok(Some(format!("event {position} is not the one that was acknowledged")));
        }
    }
    if let Some(command_id) = acknowledged.command_id
        && recall(connection, CommandId::new(Uuid::from_bytes(command_id)))?.is_none()
    {
        return Ok(Some("a command that was acknowledged is missing".to_owned()));
    }
    Ok(None)
}

fn busy_error() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    rusqlite::Error::SqliteFailure(code, Some("somebody else is using the file".to_owned()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}
