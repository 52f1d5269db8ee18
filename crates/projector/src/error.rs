//! Why a view could not be brought up to date or read.

use std::{io, path::PathBuf, sync::Arc};

use eventlog::{LogError, Position, UnreadableEvent};
use kernel::{ErrorCode, Rejection};
use rusqlite::ErrorCode as Sqlite;

/// A view could not be brought up to date or read.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The view did not reach the wanted position in time; asking again may succeed.
    #[error("view {view} is at position {position}, not yet at {wanted}; try again in a moment")]
    Behind {
        /// The view.
        view: &'static str,
        /// How far it has come.
        position: Position,
        /// How far it should have come.
        wanted: Position,
    },
    /// The view met an event that it cannot fold, and stopped there.
    #[error("view {view} stopped at position {position}: {error}")]
    Failed {
        /// The view.
        view: &'static str,
        /// The event that could not be folded.
        position: Position,
        /// Why, with the chain of causes.
        error: Arc<str>,
    },
    /// An event could not be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    /// SQLite could not read or write the view.
    #[error("view store")]
    Store(#[from] rusqlite::Error),
    /// A file or folder of the view could not be made, replaced or removed.
    #[error("view file {path}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A query or a fold panicked, or the process is shutting down.
    #[error("view worker")]
    Worker(#[from] tokio::task::JoinError),
}

/// What to do about an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Remedy {
    /// Nothing is wrong with the view: try again later.
    Wait,
    /// The file is damaged: build it again.
    Rebuild,
    /// The same would happen again: stop.
    Stop,
}

impl ViewError {
    pub(crate) fn file(path: impl Into<PathBuf>, source: io::Error) -> ViewError {
        ViewError::File { path: path.into(), source }
    }

    pub(crate) fn remedy(&self) -> Remedy {
        match self {
            ViewError::Log(_) | ViewError::File { .. } | ViewError::Behind { .. } => Remedy::Wait,
            ViewError::Store(error) => match error.sqlite_error_code() {
                Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase) => Remedy::Rebuild,
                code if code.is_some_and(passes) => Remedy::Wait,
                Some(_) | None => Remedy::Stop,
            },
            ViewError::Failed { .. } | ViewError::Unreadable(_) | ViewError::Worker(_) => {
                Remedy::Stop
            }
        }
    }

    /// The error and its causes in one line.
    pub(crate) fn chain(&self) -> Arc<str> {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text.into()
    }
}

/// Tells whether the same statement may succeed later: the disk or the machine is to blame.
fn passes(code: Sqlite) -> bool {
    matches!(
        code,
        Sqlite::DiskFull
            | Sqlite::SystemIoFailure
            | Sqlite::DatabaseBusy
            | Sqlite::DatabaseLocked
            | Sqlite::CannotOpen
            | Sqlite::OutOfMemory
            | Sqlite::ReadOnly
            | Sqlite::PermissionDenied
    )
}

impl Rejection for ViewError {
    fn code(&self) -> ErrorCode {
        match self {
            ViewError::Behind { .. } => ErrorCode::Precondition,
            ViewError::Failed { .. }
            | ViewError::Unreadable(_)
            | ViewError::Store(_)
            | ViewError::File { .. }
            | ViewError::Log(_)
            | ViewError::Worker(_) => ErrorCode::Unavailable,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            ViewError::Behind { .. } => "VIEW_BEHIND",
            ViewError::Failed { .. }
            | ViewError::Unreadable(_)
            | ViewError::Store(_)
            | ViewError::File { .. }
            | ViewError::Log(_)
            | ViewError::Worker(_) => "VIEW_UNAVAILABLE",
        }
    }
}
