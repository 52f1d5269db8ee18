//! Who may lock a folder.

use super::{FolderLock, FolderLockError};

#[test]
fn a_folder_is_locked_once_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let lock = FolderLock::take(folder.path()).unwrap();
    assert_eq!(lock.folder(), folder.path());
    let refused = FolderLock::take(folder.path()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("another weft is using {}; stop it first", folder.path().display())
    );
    drop(lock);
    FolderLock::take(folder.path()).unwrap();
}

#[test]
fn a_folder_that_does_not_exist_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let refused = FolderLock::take(&missing).unwrap_err();
    assert!(matches!(refused, FolderLockError::Io { .. }), "{refused}");
    assert!(!missing.exists());
}
