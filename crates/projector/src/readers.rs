//! The connections that queries read through.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;

use crate::{ViewError, store};

/// How many connections are kept open for the next query.
const IDLE_MAX: usize = 8;

/// Connections that only read, reused one query after the other.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
}

#[derive(Debug)]
struct Pool {
    idle: Vec<Connection>,
    /// Grows when the file is made anew; older connections see the file that is gone.
    generation: u64,
}

/// A connection on loan.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) connection: Connection,
    generation: u64,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Readers {
        Readers { path, pool: Mutex::new(Pool { idle: Vec::new(), generation: 0 }) }
    }

    /// Lends an idle connection, or a new one.
    pub(crate) fn take(&self) -> Result<Reader, ViewError> {
        let (idle, generation) = {
            let mut pool = self.lock();
            (pool.idle.pop(), pool.generation)
        };
        let connection = match idle {
            Some(connection) => connection,
            None => store::reader(&self.path)?,
        };
        Ok(Reader { connection, generation })
    }

    /// Takes a connection back; it must not be inside a transaction.
    pub(crate) fn give_back(&self, reader: Reader) {
        let mut pool = self.lock();
        if pool.generation == reader.generation && pool.idle.len() < IDLE_MAX {
            pool.idle.push(reader.connection);
        }
    }

    /// Forgets every connection, because the file is another one now.
    pub(crate) fn renew(&self) {
        let mut pool = self.lock();
        pool.generation += 1;
        pool.idle.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        // Nothing panics while the lock is held.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
