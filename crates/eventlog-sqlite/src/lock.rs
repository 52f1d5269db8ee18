//! One process at a time on a folder of data.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

#[cfg(test)]
mod tests;

/// The lock's file within the folder.
const FILE: &str = "lock";

/// The right to write in one folder of data, held until it is dropped.
///
/// The operating system gives it up when the process dies, however it dies.
#[derive(Debug)]
pub struct FolderLock {
    folder: PathBuf,
    _file: File,
}

/// A folder of data cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum FolderLockError {
    /// Another process, or another part of this one, has it.
    #[error("another weft is using {}; stop it first", .folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The lock's file cannot be made or opened.
    #[error("cannot lock the folder {}", .folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl FolderLock {
    /// Takes the lock of `folder`, which must exist; does not wait.
    ///
    /// # Errors
    ///
    /// Returns [`FolderLockError::InUse`] when somebody has the lock, or why it cannot be taken.
    pub fn take(folder: &Path) -> Result<FolderLock, FolderLockError> {
        let failed = |source| FolderLockError::Io { folder: folder.to_owned(), source };
        let path = folder.join(FILE);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { folder: folder.to_owned(), _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(FolderLockError::InUse { folder: folder.to_owned() })
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The folder that is locked.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
