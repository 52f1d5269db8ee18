//! The key file of the built-in issuer.

use std::{sync::Barrier, thread};

use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const HOUR: Duration = Duration::from_hours(1);

fn token(issuer: &Issuer) -> String {
    issuer.issue(Caller::Operator, NOW, HOUR, Uuid::nil())
}

#[test]
fn the_key_is_made_once_and_read_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    // Ed25519 signs the same bytes the same way, so equal tokens mean equal keys.
    let first = token(&Issuer::open(folder.path()).unwrap());
    assert_eq!(token(&Issuer::open(folder.path()).unwrap()), first);
    let mode = fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left behind");
}

#[test]
fn processes_that_make_a_key_at_the_same_time_agree_on_one() {
    let folder = tempfile::tempdir().unwrap();
    let barrier = Barrier::new(8);
    let tokens: Vec<String> = thread::scope(|scope| {
        let openers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    token(&Issuer::open(folder.path()).unwrap())
                })
            })
            .collect();
        openers.into_iter().map(|opener| opener.join().unwrap()).collect()
    });
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_key_that_others_can_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Issuer::open(folder.path()).unwrap();
    let path = folder.path().join(KEY_FILE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = Issuer::open(folder.path()).unwrap_err();
    assert!(matches!(error, IssuerError::OpenToOthers { .. }), "{error}");
}

#[test]
fn a_file_that_holds_something_else_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(KEY_FILE);
    write_private(&path, "not a key").unwrap();
    let error = Issuer::open(folder.path()).unwrap_err();
    assert!(matches!(error, IssuerError::Unusable { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"not a key");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Issuer::open(&folder.path().join("absent")).unwrap_err();
    assert!(error.to_string().contains("absent"), "{error}");
}
