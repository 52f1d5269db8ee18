//! What the vault promises: whose texts open, where, and what is left of those who were erased.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::{
        Arc, Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use jiff::Timestamp;
use kernel::{EventId, Identities, PersonId, Place, SealError, Sealer as _};
use tempfile::TempDir;
use uuid::Uuid;

use super::{Erasure, Vault};
use crate::VaultError;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(1));
const BEN: PersonId = PersonId::new(Uuid::from_u128(2));
const OLD_CITY: Uuid = Uuid::from_u128(100);
const NEW_CITY: Uuid = Uuid::from_u128(101);
const NAME: Place<'static> =
    Place { event_id: EventId::new(Uuid::from_u128(1000)), field: "profile.name" };
const NOON: Timestamp = Timestamp::constant(1_700_000_000, 0);

/// A piece of a secret this long is looked for in the files; shorter ones reveal nothing.
const PIECE_BYTES: usize = 8;

#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Identities for Counted {
    fn fresh(&self) -> Uuid {
        Uuid::from_u128(1 << 64 | u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// A vault on disk whose ids start at `first`, so that a reopened one repeats none.
fn open(folder: &TempDir, first: u64) -> Vault {
    let identities = Counted(AtomicU64::new(first));
    Vault::open(&folder.path().join("vault.sqlite"), Arc::new(identities)).unwrap()
}

fn in_memory() -> Vault {
    Vault::in_memory(Arc::new(Counted::default())).unwrap()
}

fn key_of(vault: &Vault, subject: PersonId) -> Option<[u8; 32]> {
    let sql = "SELECT key FROM subjects WHERE subject = ?1";
    let store = vault.store();
    store.connection().query_one(sql, [subject.uuid().as_bytes()], |row| row.get(0)).unwrap()
}

/// Counts the places in the files of `folder` where a piece of one of `secrets` stands.
fn traces(folder: &Path, secrets: &[[u8; 32]]) -> usize {
    let pieces: HashSet<&[u8]> =
        secrets.iter().flat_map(|secret| secret.windows(PIECE_BYTES)).collect();
    let starts: HashSet<[u8; 2]> = pieces.iter().map(|piece| [piece[0], piece[1]]).collect();
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files
        .map(|bytes| {
            let hit =
                |piece: &&[u8]| starts.contains(&[piece[0], piece[1]]) && pieces.contains(*piece);
            bytes.windows(PIECE_BYTES).filter(hit).count()
        })
        .sum()
}

#[test]
fn what_was_sealed_opens_for_the_same_person_at_the_same_place() {
    let vault = in_memory();
    vault.prepare(&[ANNA, BEN, ANNA]).unwrap();
    let sealed = vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"Anna"));
    assert_eq!(vault.unseal(ANNA, NAME, &sealed).unwrap().unwrap(), b"Anna Berg");
}

#[test]
fn the_same_value_is_never_sealed_the_same_way_twice() {
    let vault = in_memory();
    let first = vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    assert_ne!(vault.seal(ANNA, NAME, b"Anna Berg").unwrap(), first);
}

#[test]
fn a_sealed_value_moved_to_another_event_field_or_person_does_not_open() {
    let vault = in_memory();
    vault.prepare(&[ANNA, BEN]).unwrap();
    let sealed = vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    let other_event = Place { event_id: EventId::new(Uuid::from_u128(1001)), ..NAME };
    let other_field = Place { field: "profile.nam", ..NAME };
    for (subject, place) in [(ANNA, other_event), (ANNA, other_field), (BEN, NAME)] {
        let refused = vault.unseal(subject, place, &sealed);
        assert!(matches!(refused, Err(SealError::Tampered(id)) if id == place.event_id));
    }
}

#[test]
fn a_value_altered_at_any_byte_or_cut_anywhere_does_not_open() {
    let vault = in_memory();
    let sealed = vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    for index in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[index] ^= 1;
        assert!(matches!(vault.unseal(ANNA, NAME, &altered), Err(SealError::Tampered(_))));
        let cut = vault.unseal(ANNA, NAME, &sealed[..index]);
        assert!(matches!(cut, Err(SealError::Tampered(_))));
    }
}

#[test]
fn what_belongs_to_an_erased_person_reads_as_none() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    let sealed = vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    vault.erase(ANNA, NOON, 7).unwrap();
    assert_eq!(vault.unseal(ANNA, NAME, &sealed).unwrap(), None);
    drop(vault);
    assert_eq!(open(&folder, 0).unseal(ANNA, NAME, &sealed).unwrap(), None);
}

#[test]
fn nothing_is_sealed_for_an_erased_person_and_no_new_key_is_made() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    vault.prepare(&[ANNA]).unwrap();
    vault.erase(ANNA, NOON, 1).unwrap();
    vault.erase(BEN, NOON, 2).unwrap();
    drop(vault);
    let vault = open(&folder, 0);
    for subject in [ANNA, BEN] {
        let refused = [vault.prepare(&[subject]), vault.seal(subject, NAME, b"x").map(drop)];
        for refused in refused {
            assert!(matches!(refused, Err(SealError::SubjectErased(id)) if id == subject));
        }
        assert_eq!(key_of(&vault, subject), None);
    }
}

#[test]
fn a_person_of_whom_the_vault_never_heard_is_not_taken_for_an_erased_one() {
    let sealed = in_memory().seal(ANNA, NAME, b"Anna Berg").unwrap();
    let failed = in_memory().unseal(ANNA, NAME, &sealed);
    assert!(matches!(failed, Err(SealError::Vault(_))));
}

#[test]
fn keys_survive_reopening() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    let sealed = vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    drop(vault);
    let vault = open(&folder, 0);
    vault.prepare(&[ANNA]).unwrap();
    assert_eq!(vault.unseal(ANNA, NAME, &sealed).unwrap().unwrap(), b"Anna Berg");
}

#[test]
fn a_person_is_known_by_the_same_text_after_reopening() {
    let folder = TempDir::new().unwrap();
    let texts = ["Anna Berg", "Ben Hof", " Anna \t Berg\n"];
    let vault = open(&folder, 0);
    let people = vault.identify(OLD_CITY, &texts).unwrap();
    assert_eq!(people[0], people[2]);
    assert_ne!(people[0], people[1]);
    assert!(people.iter().all(|person| key_of(&vault, *person).is_some()));
    drop(vault);
    let vault = open(&folder, 100);
    assert_eq!(vault.identify(OLD_CITY, &texts).unwrap(), people);
    assert_eq!(vault.lookup(OLD_CITY, "Ben  Hof").unwrap(), Some(people[1]));
}

#[test]
fn another_scope_or_another_case_is_another_person() {
    let vault = in_memory();
    let people = vault.identify(OLD_CITY, &["Anna Berg", "anna berg", "AnnaBerg"]).unwrap();
    assert_eq!(people.iter().collect::<HashSet<_>>().len(), 3);
    assert_eq!(vault.lookup(NEW_CITY, "Anna Berg").unwrap(), None);
    let elsewhere = vault.identify(NEW_CITY, &["Anna Berg"]).unwrap();
    assert!(!people.contains(&elsewhere[0]));
}

#[test]
fn the_text_of_an_erased_person_stands_for_someone_new() {
    let vault = in_memory();
    let erased = vault.identify(OLD_CITY, &["Anna Berg"]).unwrap()[0];
    vault.erase(erased, NOON, 1).unwrap();
    assert_eq!(vault.lookup(OLD_CITY, "Anna Berg").unwrap(), None);
    assert_ne!(vault.identify(OLD_CITY, &["Anna Berg"]).unwrap()[0], erased);
}

#[test]
fn an_empty_text_is_refused_with_its_place_and_makes_nobody() {
    let vault = in_memory();
    let refused = vault.identify(OLD_CITY, &["Anna Berg", " \t"]);
    assert!(matches!(refused, Err(VaultError::TextEmpty { index: 1 })));
    assert_eq!(vault.lookup(OLD_CITY, "Anna Berg").unwrap(), None);
    assert_eq!(vault.lookup(OLD_CITY, "").unwrap(), None);
}

#[test]
fn an_id_given_twice_does_not_merge_two_people() {
    let folder = TempDir::new().unwrap();
    open(&folder, 0).identify(OLD_CITY, &["Anna Berg"]).unwrap();
    let vault = open(&folder, 0);
    assert!(matches!(vault.identify(OLD_CITY, &["Ben Hof"]), Err(VaultError::Storage(_))));
    assert_eq!(vault.lookup(OLD_CITY, "Ben Hof").unwrap(), None);
}

#[test]
fn eight_threads_that_meet_a_text_at_once_know_one_person() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    let start = Barrier::new(8);
    let people: HashSet<Vec<PersonId>> = thread::scope(|scope| {
        let meet = || {
            start.wait();
            vault.identify(OLD_CITY, &["Anna Berg", "Ben Hof"]).unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(meet)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(people.len(), 1);
}

#[test]
fn eight_threads_that_seal_for_a_new_person_at_once_use_one_key() {
    let vault = in_memory();
    let start = Barrier::new(8);
    let sealed: Vec<Vec<u8>> = thread::scope(|scope| {
        let seal = || {
            start.wait();
            vault.seal(ANNA, NAME, b"Anna Berg").unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(seal)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for sealed in sealed {
        assert_eq!(vault.unseal(ANNA, NAME, &sealed).unwrap().unwrap(), b"Anna Berg");
    }
}

#[test]
fn no_key_outlives_an_erasure_in_memory_while_others_read_it() {
    let vault = in_memory();
    for number in 10..60 {
        let subject = PersonId::new(Uuid::from_u128(number));
        let sealed = vault.seal(subject, NAME, b"x").unwrap();
        let start = Barrier::new(3);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    start.wait();
                    while vault.unseal(subject, NAME, &sealed).unwrap().is_some() {}
                });
            }
            start.wait();
            vault.erase(subject, NOON, 1).unwrap();
        });
        assert_eq!(vault.unseal(subject, NAME, &sealed).unwrap(), None);
    }
}

#[test]
fn sealing_under_a_key_in_use_does_not_wait_for_the_file() {
    let vault = in_memory();
    let sealed = vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    let file_taken = vault.store();
    vault.prepare(&[ANNA]).unwrap();
    vault.seal(ANNA, NAME, b"Anna Berg").unwrap();
    vault.unseal(ANNA, NAME, &sealed).unwrap();
    drop(file_taken);
}

#[test]
fn erasing_again_keeps_the_first_time_and_moves_the_position_forward_only() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    assert_eq!((vault.progress().unwrap(), vault.erased_at(ANNA).unwrap()), (0, None));
    vault.erase(ANNA, NOON, 7).unwrap();
    vault.erase(ANNA, Timestamp::UNIX_EPOCH, 9).unwrap();
    vault.note_progress(8).unwrap();
    drop(vault);
    let vault = open(&folder, 0);
    assert_eq!((vault.progress().unwrap(), vault.erased_at(ANNA).unwrap()), (9, Some(NOON)));
    vault.note_progress(12).unwrap();
    assert_eq!(vault.progress().unwrap(), 12);
}

#[test]
fn no_byte_of_an_erased_key_is_left_in_the_files() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    vault.prepare(&[ANNA, BEN]).unwrap();
    let key = [key_of(&vault, ANNA).unwrap()];
    let bens_key = [key_of(&vault, BEN).unwrap()];
    assert!(traces(folder.path(), &key) > 0);
    vault.erase(ANNA, NOON, 1).unwrap();
    assert_eq!(traces(folder.path(), &key), 0);
    assert!(traces(folder.path(), &bens_key) > 0);
    drop(vault);
    assert_eq!(traces(folder.path(), &key), 0);
}

/// A person of a crowd, with what the file must forget.
struct Guest {
    subject: PersonId,
    secrets: Vec<[u8; 32]>,
}

/// Fifty people who are known by a text, and fifty whose ids come in no order.
fn arrive(vault: &Vault, round: usize) -> Vec<Guest> {
    let texts: Vec<String> = (0..50).map(|number| format!("Person {round} {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let known = vault.identify(OLD_CITY, &texts).unwrap();
    let scattered: Vec<PersonId> =
        texts.iter().map(|text| PersonId::derived(OLD_CITY, text)).collect();
    vault.prepare(&scattered).unwrap();

    let key = |subject: PersonId| key_of(vault, subject).unwrap();
    let known = known.into_iter().zip(texts).map(|(subject, text)| Guest {
        subject,
        secrets: vec![key(subject), vault.tag(OLD_CITY, text).unwrap()],
    });
    let scattered =
        scattered.into_iter().map(|subject| Guest { subject, secrets: vec![key(subject)] });
    known.chain(scattered).collect()
}

/// Long coming and going makes SQLite spread its rows over its pages again and again, which leaves
/// copies that `secure_delete` does not see: without the rewrite of the file this test finds them.
#[test]
fn nothing_of_the_erased_is_left_in_the_files_after_long_coming_and_going() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    let (mut present, mut forgotten) = (Vec::new(), Vec::new());
    for round in 0..60 {
        present.extend(arrive(&vault, round));
        let (leaving, staying): (Vec<_>, Vec<_>) = present
            .into_iter()
            .enumerate()
            .partition(|(index, _)| (index * 7919 + round * 31) % 5 < 2);
        present = staying.into_iter().map(|(_, guest)| guest).collect();
        let erasures: Vec<Erasure> =
            leaving.iter().map(|(_, guest)| Erasure { subject: guest.subject, at: NOON }).collect();
        forgotten.extend(leaving.into_iter().flat_map(|(_, guest)| guest.secrets));
        vault.store().erase(&erasures, 1).unwrap();
    }
    assert!(traces(folder.path(), &forgotten) > 0);
    vault.erase(ANNA, NOON, 2).unwrap();
    assert_eq!(traces(folder.path(), &forgotten), 0);
    drop(vault);
    assert_eq!(traces(folder.path(), &forgotten), 0);

    let vault = open(&folder, 100_000);
    for guest in present {
        assert_eq!(key_of(&vault, guest.subject), guest.secrets.first().copied());
    }
}

#[test]
fn an_erasure_cut_short_by_a_crash_is_cleaned_up_at_the_next_opening() {
    let folder = TempDir::new().unwrap();
    let crashed = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    vault.prepare(&[ANNA]).unwrap();
    let key = [key_of(&vault, ANNA).unwrap()];
    vault.store().erase(&[Erasure { subject: ANNA, at: NOON }], 5).unwrap();
    // What a crash at this instant leaves on disk.
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), crashed.path().join(entry.file_name())).unwrap();
    }
    assert!(traces(crashed.path(), &key) > 0);
    let vault = open(&crashed, 0);
    assert_eq!(traces(crashed.path(), &key), 0);
    assert_eq!((vault.progress().unwrap(), vault.erased_at(ANNA).unwrap()), (5, Some(NOON)));
}

#[test]
fn a_second_vault_on_the_same_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let vault = open(&folder, 0);
    let path = folder.path().join("vault.sqlite");
    let second = Vault::open(&path, Arc::new(Counted::default()));
    assert!(matches!(second, Err(VaultError::InUse)));
    vault.prepare(&[ANNA]).unwrap();
}

#[test]
fn a_file_of_a_later_format_or_no_database_is_refused() {
    let folder = TempDir::new().unwrap();
    let later = folder.path().join("later.sqlite");
    let connection = rusqlite::Connection::open(&later).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    let refused = Vault::open(&later, Arc::new(Counted::default()));
    assert!(matches!(refused, Err(VaultError::UnknownFormat { found: 2, known: 1 })));

    let text = folder.path().join("text.sqlite");
    fs::write(&text, "a text, and certainly not a database".repeat(100)).unwrap();
    let refused = Vault::open(&text, Arc::new(Counted::default()));
    assert!(matches!(refused, Err(VaultError::Storage(_))));
}

#[cfg(unix)]
#[test]
fn the_files_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = TempDir::new().unwrap();
    drop(open(&folder, 0));
    let path = folder.path().join("vault.sqlite");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let vault = open(&folder, 0);
    vault.prepare(&[ANNA]).unwrap();
    let mut files = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        files += 1;
    }
    assert_eq!(files, 2);
}

#[test]
fn neither_debug_output_nor_errors_show_a_text() {
    let vault = in_memory();
    vault.identify(OLD_CITY, &["Anna Berg"]).unwrap();
    assert_eq!(format!("{vault:?}"), "Vault { .. }");
    let refused = vault.identify(OLD_CITY, &["Anna Berg", ""]).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("Anna"));
}
