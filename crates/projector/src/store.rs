//! The files of views.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use tempfile::TempDir;

use crate::{Projection, ViewError, checkpoint::Checkpoint, error::Remedy};

/// How long a connection waits for another one; only recovery after a crash takes any time.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// How many prepared statements a connection keeps.
const STATEMENTS_MAX: usize = 64;

/// Page cache of the connection that folds, so that a large transaction stays in memory.
const FOLD_CACHE_KIB: i64 = 64 * 1_024;

/// Page cache of a rebuild, so that most of a view stays in memory until it is whole.
const BUILD_CACHE_KIB: i64 = 512 * 1_024;

/// Page cache of a connection that reads.
const READ_CACHE_KIB: i64 = 8 * 1_024;

/// After how many pages (of 4 KiB) the write-ahead log is moved into the file.
const WAL_PAGES: u32 = 4_096;

/// What the write-ahead log may keep of the disk once it is moved.
const WAL_KEPT_BYTES: u32 = 16 * 1_024 * 1_024;

/// What follows the name of a file that is not complete yet.
pub(crate) const BUILDING: &str = ".building";

/// Where views are kept: one SQLite file for each, `<folder>/<NAME>.sqlite`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Store {
    /// In this folder, which is made if it is not there.
    Folder(PathBuf),
    /// For tests: each view by itself in a fresh temporary folder that goes when the view does.
    Memory,
}

/// Where one view is kept; a temporary folder goes with the last clone.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    pub(crate) path: PathBuf,
    _temporary: Option<Arc<TempDir>>,
}

/// How a connection that writes guards against being killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Journal {
    /// Every transaction is whole or absent, whatever happens to the process.
    Wal,
    /// None: a file that is not whole is thrown away.
    Off,
}

impl Store {
    pub(crate) fn locate(&self, name: &str) -> Result<Location, ViewError> {
        let (folder, temporary) = match self {
            Store::Folder(folder) => {
                fs::create_dir_all(folder).map_err(|error| ViewError::file(folder, error))?;
                (folder.clone(), None)
            }
            Store::Memory => {
                let folder = tempfile::Builder::new().prefix("weft-view-").tempdir();
                let folder =
                    folder.map_err(|error| ViewError::file(std::env::temp_dir(), error))?;
                (folder.path().to_owned(), Some(Arc::new(folder)))
            }
        };
        Ok(Location { path: file_of(&folder, name), _temporary: temporary })
    }
}

/// The file of the view `name` in `folder`.
pub(crate) fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.sqlite"))
}

/// The path with `suffix` after its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut beside = OsString::from(path);
    beside.push(suffix);
    beside.into()
}

/// Removes a view's file and what SQLite keeps beside it; what is not there is no error.
///
/// The file goes first: a database without its write-ahead log could be torn, a log without its
/// database is ignored.
pub(crate) fn remove(path: &Path) -> Result<(), ViewError> {
    for path in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ViewError::file(path, error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Opens the file of `P` and makes it anew if it is absent, damaged or was made for other tables.
pub(crate) fn open<P: Projection>(path: &Path) -> Result<(Connection, Checkpoint), ViewError> {
    if path.exists() {
        let opened = writer(path, Journal::Wal).and_then(|connection| {
            Ok(Checkpoint::find::<P>(&connection)?.map(|checkpoint| (connection, checkpoint)))
        });
        match opened {
            Ok(Some(opened)) => return Ok(opened),
            Ok(None) => {
                tracing::info!(
                    view = P::NAME,
                    "the view's tables are of another shape: rebuilding"
                );
            }
            Err(error) if error.remedy() == Remedy::Rebuild => {
                let error = error.chain();
                tracing::warn!(view = P::NAME, %error, "the view's file is damaged: rebuilding");
            }
            Err(error) => return Err(error),
        }
    }
    create::<P>(path, Journal::Wal)
}

/// Makes the file of `P` anew, empty.
pub(crate) fn create<P: Projection>(
    path: &Path,
    journal: Journal,
) -> Result<(Connection, Checkpoint), ViewError> {
    remove(path)?;
    let mut connection = writer(path, journal)?;
    Checkpoint::create::<P>(&mut connection)?;
    Ok((connection, Checkpoint::start()))
}

fn writer(path: &Path, journal: Journal) -> Result<Connection, ViewError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_MAX)?;
    match journal {
        Journal::Wal => {
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
            connection.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
            connection.pragma_update(None, "cache_size", -FOLD_CACHE_KIB)?;
        }
        Journal::Off => {
            connection.pragma_update(None, "journal_mode", "off")?;
            connection.pragma_update(None, "synchronous", "off")?;
            connection.pragma_update(None, "locking_mode", "exclusive")?;
            connection.pragma_update(None, "cache_size", -BUILD_CACHE_KIB)?;
        }
    }
    prepare_once(&connection)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(crate) fn reader(path: &Path) -> Result<Connection, ViewError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_MAX)?;
    connection.pragma_update(None, "cache_size", -READ_CACHE_KIB)?;
    prepare_once(&connection)?;
    Ok(connection)
}

/// Keeps prepared statements, and their plans whatever is bound to them.
///
/// Without the stability guarantee SQLite prepares a statement such as `where kind = ?` again each
/// time another value is bound, which costs more than running it.
fn prepare_once(connection: &Connection) -> Result<(), ViewError> {
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}
