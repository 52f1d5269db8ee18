//! A box loses no ballot, takes none twice, and tells nobody who voted what, in any byte of its file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use events::{AlikeBallots, Availability, Choice, OptionKey};
use futures::future::join_all;
use hmac::{Hmac, KeyInit as _};
use kernel::{CommandId, DecisionId, ErrorCode, Rejection as _};
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::{TempDir, tempdir};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    BoxShape, Cast, Job, Opened, QUEUE_MAX, SecretBallot, SecretBoxError, SecretBoxes,
    contents::Contents,
    file::{self, Boxes},
    voters_shown,
};

const DECISION: DecisionId = DecisionId::new(Uuid::from_u128(900));
const ANNA: u32 = 0;
const BEN: u32 = 1;
const CHLOE: u32 = 2;

/// A folder with the file of boxes in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ballots.sqlite");
    (folder, path)
}

fn option(name: &str) -> OptionKey {
    OptionKey(name.to_owned())
}

fn shape(voters: u32) -> BoxShape {
    let options = ["candidate-one", "candidate-two", "candidate-three"];
    BoxShape { voters, options: options.map(option).to_vec() }
}

fn ranking(names: &[&str]) -> Choice {
    Choice::Ranking(names.iter().map(|name| option(name)).collect())
}

fn command(number: u128) -> CommandId {
    CommandId::derived(Uuid::from_u128(number), "cast")
}

fn ballot(voter: u32, choice: Choice) -> SecretBallot {
    SecretBallot { voter, command_id: command(voter.into()), choice, weight: 1 }
}

fn for_one(voter: u32) -> SecretBallot {
    ballot(voter, Choice::Option(option("candidate-one")))
}

async fn with_box(path: &Path, voters: u32) -> SecretBoxes {
    let boxes = SecretBoxes::open(path).unwrap();
    assert_eq!(boxes.open_box(DECISION, shape(voters)).await.unwrap(), Opened::Opened);
    boxes
}

/// The key and the sealed contents, read when nobody has the file open.
fn stored(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let connection = Connection::open(path).unwrap();
    let sql = "select key, sealed from boxes where decision = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    connection.query_row(sql, [DECISION.uuid().as_bytes()], read).unwrap()
}

/// What the key opens.
fn plain(path: &Path) -> Vec<u8> {
    let (key, sealed) = stored(path);
    let cipher = file::cipher(&key.try_into().unwrap());
    file::unseal(&cipher, DECISION, &sealed).unwrap().to_bytes().unwrap()
}

/// Every byte of every file beside `path`.
fn bytes_of_all(path: &Path) -> Vec<u8> {
    let files = fs::read_dir(path.parent().unwrap()).unwrap();
    files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test]
async fn a_ballot_is_accepted_once_and_its_command_repeated() {
    let boxes = SecretBoxes::in_memory().unwrap();
    boxes.open_box(DECISION, shape(3)).await.unwrap();
    assert_eq!(boxes.cast(DECISION, for_one(ANNA)).await.unwrap(), Cast::Accepted);
    assert_eq!(boxes.cast(DECISION, for_one(ANNA)).await.unwrap(), Cast::Repeated);
    let again = SecretBallot { command_id: command(77), ..ballot(ANNA, Choice::Abstain {}) };
    assert_eq!(boxes.cast(DECISION, again.clone()).await.unwrap(), Cast::AlreadyVoted);
    assert_eq!(boxes.turnout(DECISION).await.unwrap(), 1);
    assert!(boxes.has_voted(DECISION, ANNA).await.unwrap());
    assert!(!boxes.has_voted(DECISION, BEN).await.unwrap());
    assert_eq!(boxes.voters(DECISION).await.unwrap(), [ANNA]);

    boxes.close(DECISION).await.unwrap();
    boxes.close(DECISION).await.unwrap();
    assert_eq!(boxes.cast(DECISION, for_one(ANNA)).await.unwrap(), Cast::Repeated);
    assert_eq!(boxes.cast(DECISION, again).await.unwrap(), Cast::Closed);
    assert_eq!(boxes.cast(DECISION, for_one(BEN)).await.unwrap(), Cast::Closed);
    let contents = boxes.contents(DECISION).await.unwrap();
    let choice = Choice::Option(option("candidate-one"));
    assert_eq!(contents.ballots, [AlikeBallots { choice, weight: 1, count: 1 }]);
    assert_eq!(contents.voters, [ANNA]);
}

#[tokio::test]
async fn what_cannot_be_in_the_box_leaves_it_as_it_was() {
    let boxes = SecretBoxes::in_memory().unwrap();
    boxes.open_box(DECISION, shape(2)).await.unwrap();
    let refused = |ballot| boxes.cast(DECISION, ballot);
    let unknown = refused(ballot(ANNA, Choice::Option(option("nobody")))).await.unwrap_err();
    assert_eq!(unknown.reason(), "SECRET_BALLOT_OPTION_UNKNOWN");
    let one = "candidate-one";
    let long = refused(ballot(ANNA, ranking(&[one, one, one, one]))).await.unwrap_err();
    assert_eq!(long.reason(), "SECRET_BALLOT_OPTION_UNKNOWN");
    let stranger = refused(for_one(CHLOE)).await.unwrap_err();
    assert_eq!(stranger.reason(), "SECRET_BALLOT_OFF_THE_ROLL");
    assert_eq!(boxes.turnout(DECISION).await.unwrap(), 0);
    assert!(matches!(boxes.contents(DECISION).await, Err(SecretBoxError::StillOpen)));

    let other = DecisionId::new(Uuid::from_u128(901));
    assert_eq!(boxes.cast(other, for_one(ANNA)).await.unwrap(), Cast::NoBox);
    assert!(matches!(boxes.close(other).await, Err(SecretBoxError::NoBox)));
    assert!(matches!(boxes.contents(other).await, Err(SecretBoxError::NoBox)));
    assert!(matches!(boxes.voters(other).await, Err(SecretBoxError::NoBox)));
    assert_eq!(boxes.open_box(DECISION, shape(2)).await.unwrap(), Opened::AlreadyThere);
    let grown = boxes.open_box(DECISION, shape(3)).await.unwrap_err();
    assert_eq!(grown.reason(), "BALLOT_BOX_OF_OTHER_SHAPE");
    let huge = boxes.open_box(other, shape(u32::MAX)).await.unwrap_err();
    assert_eq!((huge.code(), huge.reason()), (ErrorCode::Invalid, "BALLOT_BOX_TOO_LARGE"));
}

#[tokio::test]
async fn the_order_of_voting_leaves_no_trace_in_what_is_stored() {
    let mut votes = vec![
        ballot(ANNA, ranking(&["candidate-two", "candidate-one"])),
        ballot(BEN, Choice::Blank {}),
        ballot(CHLOE, ranking(&["candidate-two", "candidate-one"])),
        for_one(3),
    ];
    let mut seen = Vec::new();
    for _ in 0..2 {
        let (_folder, path) = folder();
        let boxes = with_box(&path, 10).await;
        for vote in &votes {
            assert_eq!(boxes.cast(DECISION, vote.clone()).await.unwrap(), Cast::Accepted);
        }
        drop(boxes);
        seen.push((plain(&path), stored(&path).1));
        votes.reverse();
    }
    assert_eq!(seen[0].0, seen[1].0);
    assert_ne!(seen[0].1, seen[1].1);
}

#[tokio::test]
async fn who_voted_what_is_not_in_what_is_stored() {
    // The same voters and the same ballots, dealt out otherwise, are the same bytes.
    let mut seen = BTreeSet::new();
    for names in [["candidate-one", "candidate-two"], ["candidate-two", "candidate-one"]] {
        let (_folder, path) = folder();
        let boxes = with_box(&path, 4).await;
        for (voter, name) in [(ANNA, names[0]), (BEN, names[1])] {
            boxes.cast(DECISION, ballot(voter, Choice::Option(option(name)))).await.unwrap();
        }
        drop(boxes);
        seen.insert(plain(&path));
    }
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn every_commit_writes_all_of_it_anew_and_keeps_nothing_of_the_state_before() {
    let (_folder, path) = folder();
    drop(with_box(&path, 200).await);
    let mut lengths = BTreeSet::new();
    let mut states: Vec<Vec<u8>> = Vec::new();
    for voter in 0..5 {
        let boxes = SecretBoxes::open(&path).unwrap();
        boxes.cast(DECISION, for_one(voter)).await.unwrap();
        let all = bytes_of_all(&path);
        // Parts from its beginning, middle and end, each longer than could meet by chance.
        for before in &states {
            for part in before.chunks_exact(32) {
                assert!(!holds(&all, part), "part of an earlier state is still in the file");
            }
        }
        assert_eq!(fs::metadata(path.with_file_name("ballots.sqlite-journal")).unwrap().len(), 0);
        assert!(!path.with_file_name("ballots.sqlite-wal").exists());
        lengths.insert(all.len());
        drop(boxes);
        states.push(stored(&path).1);
    }
    assert_eq!(lengths.len(), 1, "the size of the file tells nothing");
    assert_eq!(states.iter().collect::<BTreeSet<_>>().len(), 5);
}

#[tokio::test]
async fn the_file_holds_no_choice_no_command_and_no_voter_in_plain_text() {
    let (_folder, path) = folder();
    let boxes = with_box(&path, 20).await;
    for voter in 0..20 {
        let names = ["candidate-three", "candidate-one"];
        boxes.cast(DECISION, ballot(voter, ranking(&names))).await.unwrap();
        let all = bytes_of_all(&path);
        assert!(!holds(&all, b"candidate"));
        let id = command(voter.into()).uuid();
        assert!(!holds(&all, id.as_bytes()) && !holds(&all, id.to_string().as_bytes()));
        assert!(!holds(&all, &[0, 2, 0, 0, 0, 0, 0, 0]), "the ballot's own encoding");
    }
    boxes.close(DECISION).await.unwrap();
    assert!(!holds(&bytes_of_all(&path), b"candidate"));
    // The encoding searched for is the one that is used.
    drop(boxes);
    assert!(holds(&plain(&path), b"candidate") && holds(&plain(&path), &[0, 2, 0, 0, 0, 0, 0, 0]));
}

#[tokio::test]
async fn a_destroyed_box_leaves_no_byte_and_does_not_come_back() {
    let (_folder, path) = folder();
    let other = DecisionId::new(Uuid::from_u128(901));
    let boxes = with_box(&path, 50).await;
    for voter in 0..50 {
        boxes.cast(DECISION, for_one(voter)).await.unwrap();
    }
    boxes.close(DECISION).await.unwrap();
    drop(boxes);
    let (key, sealed) = stored(&path);
    let boxes = SecretBoxes::open(&path).unwrap();
    boxes.open_box(other, shape(50)).await.unwrap();
    boxes.cast(other, for_one(ANNA)).await.unwrap();
    assert!(holds(&bytes_of_all(&path), &key));

    boxes.destroy(DECISION).await.unwrap();
    boxes.destroy(DECISION).await.unwrap();
    let all = bytes_of_all(&path);
    assert!(!holds(&all, &key));
    for part in key.chunks_exact(8).chain(sealed.chunks_exact(16)) {
        assert!(!holds(&all, part), "part of the box is still in the file");
    }
    assert_eq!(boxes.cast(DECISION, for_one(BEN)).await.unwrap(), Cast::NoBox);
    assert_eq!(boxes.open_box(DECISION, shape(50)).await.unwrap(), Opened::Destroyed);
    assert!(matches!(boxes.contents(DECISION).await, Err(SecretBoxError::NoBox)));
    boxes.close(DECISION).await.unwrap();
    assert_eq!(boxes.cast(other, for_one(ANNA)).await.unwrap(), Cast::Repeated);
    boxes.destroy(DecisionId::new(Uuid::from_u128(902))).await.unwrap();
}

#[tokio::test]
async fn a_destruction_that_a_crash_cut_short_is_finished_at_the_next_opening() {
    let (_folder, path) = folder();
    drop(with_box(&path, 50).await);
    let (key, _) = stored(&path);
    let file = Connection::open(&path).unwrap();
    file.execute_batch("update boxes set state = 2; update upkeep set unclean = 1").unwrap();
    drop(file);
    let boxes = SecretBoxes::open(&path).unwrap();
    assert!(!holds(&bytes_of_all(&path), &key));
    assert_eq!(boxes.cast(DECISION, for_one(ANNA)).await.unwrap(), Cast::NoBox);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_ballot_is_in_when_hundreds_vote_at_once() {
    let (_folder, path) = folder();
    let boxes = Arc::new(with_box(&path, 500).await);
    let casts = (0..500).map(|voter| {
        let boxes = Arc::clone(&boxes);
        tokio::spawn(async move { boxes.cast(DECISION, for_one(voter)).await.unwrap() })
    });
    for cast in join_all(casts).await {
        assert_eq!(cast.unwrap(), Cast::Accepted);
    }
    boxes.close(DECISION).await.unwrap();
    let contents = boxes.contents(DECISION).await.unwrap();
    assert_eq!(contents.voters, (0..500).collect::<Vec<_>>());
    assert_eq!(contents.ballots.iter().map(|alike| alike.count).sum::<u32>(), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_ballots_of_one_voter_is_in() {
    let boxes = Arc::new(SecretBoxes::in_memory().unwrap());
    boxes.open_box(DECISION, shape(3)).await.unwrap();
    let casts = (0..50).map(|number| {
        let vote = SecretBallot { command_id: command(number), ..for_one(BEN) };
        let boxes = Arc::clone(&boxes);
        tokio::spawn(async move { boxes.cast(DECISION, vote).await.unwrap() })
    });
    let outcomes: Vec<Cast> =
        join_all(casts).await.into_iter().map(|outcome| outcome.unwrap()).collect();
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    assert_eq!((count(Cast::Accepted), count(Cast::AlreadyVoted)), (1, 49));
}

#[tokio::test]
async fn a_ballot_more_than_can_wait_is_turned_away() {
    let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
    let lots = Hmac::new_from_slice(&[]).unwrap();
    let boxes = SecretBoxes { jobs: Some(jobs.clone()), thread: None, lots };
    for _ in 0..QUEUE_MAX {
        assert!(jobs.try_send(Job::Turnout(DECISION, tokio::sync::oneshot::channel().0)).is_ok());
    }
    let refused = boxes.cast(DECISION, for_one(ANNA)).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (ErrorCode::TooMany, "TOO_MANY_BALLOTS"));
    drop(waiting);
    assert!(matches!(boxes.cast(DECISION, for_one(ANNA)).await, Err(SecretBoxError::Gone)));
}

#[tokio::test]
async fn everything_is_there_when_the_file_is_opened_again() {
    let (_folder, path) = folder();
    let boxes = with_box(&path, 3).await;
    let seed = boxes.seed(DECISION);
    boxes.cast(DECISION, for_one(BEN)).await.unwrap();
    assert!(matches!(SecretBoxes::open(&path), Err(SecretBoxError::InUse)));
    drop(boxes);

    let boxes = SecretBoxes::open(&path).unwrap();
    assert_eq!(boxes.open_box(DECISION, shape(3)).await.unwrap(), Opened::AlreadyThere);
    assert_eq!(boxes.cast(DECISION, for_one(BEN)).await.unwrap(), Cast::Repeated);
    assert_eq!(boxes.cast(DECISION, for_one(ANNA)).await.unwrap(), Cast::Accepted);
    assert_eq!(boxes.seed(DECISION), seed);
    boxes.close(DECISION).await.unwrap();
    drop(boxes);
    let boxes = SecretBoxes::open(&path).unwrap();
    assert_eq!(boxes.cast(DECISION, for_one(CHLOE)).await.unwrap(), Cast::Closed);
    assert_eq!(boxes.contents(DECISION).await.unwrap().voters, [ANNA, BEN]);
}

#[test]
fn seeds_differ_by_decision_and_by_installation() {
    let (one, two) = (SecretBoxes::in_memory().unwrap(), SecretBoxes::in_memory().unwrap());
    assert_eq!(one.seed(DECISION), one.seed(DECISION));
    assert_ne!(one.seed(DECISION), one.seed(DecisionId::new(Uuid::from_u128(901))));
    assert_ne!(one.seed(DECISION), two.seed(DECISION));
}

#[test]
fn ballots_that_the_disk_refused_are_not_in_and_can_be_cast_again() {
    let (_folder, path) = folder();
    let mut boxes = Boxes::open(&path).unwrap();
    boxes.make(DECISION, &shape(3)).unwrap();
    let votes = [(DECISION, for_one(ANNA)), (DECISION, for_one(BEN))];
    assert!(matches!(boxes.cast_all(&votes[..1]).unwrap()[..], [Ok(Cast::Accepted)]));
    boxes.connection().pragma_update(None, "query_only", true).unwrap();
    let failed = boxes.cast_all(&votes).unwrap_err();
    assert_eq!(
        (failed.code(), failed.reason()),
        (ErrorCode::Unavailable, "BALLOT_BOX_UNAVAILABLE")
    );
    assert_eq!(boxes.turnout(DECISION).unwrap(), 1);
    let outcome = boxes.cast_all(&votes).unwrap();
    assert!(matches!(outcome[..], [Ok(Cast::Repeated), Ok(Cast::Accepted)]));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let (_folder, path) = folder();
    let file = Connection::open(&path).unwrap();
    file.pragma_update(None, "user_version", 9).unwrap();
    drop(file);
    let refused = SecretBoxes::open(&path).unwrap_err();
    assert!(matches!(refused, SecretBoxError::UnknownFormat { found: 9, known: 1 }));
    fs::write(&path, "not a database, but longer than the header of one would have to be").unwrap();
    assert!(matches!(SecretBoxes::open(&path), Err(SecretBoxError::Storage(_))));
}

#[test]
fn a_list_of_voters_is_shown_above_the_floor_only() {
    // Voted, quorum, roll, shown.
    let cases = [
        (0, None, 0, false),
        (2, Some(1), 2, false),
        (3, Some(1), 3, true),
        (3, None, 6, true),
        (3, None, 7, false),
        (4, None, 7, true),
        (9, Some(10), 12, false),
        (10, Some(10), 12, true),
        (10, Some(0), 100, true),
        (50, None, 100, true),
        (49, None, 100, false),
    ];
    for (voted, quorum, roll, shown) in cases {
        assert_eq!(voters_shown(voted, quorum, roll), shown, "{voted} of {roll}, {quorum:?}");
    }
}

fn choices() -> impl Strategy<Value = Choice> {
    let name = || prop::sample::select(shape(1).options);
    prop_oneof![
        Just(Choice::Abstain {}),
        Just(Choice::Blank {}),
        name().prop_map(Choice::Option),
        prop::collection::btree_set(name(), 0..4).prop_map(Choice::Options),
        prop::collection::btree_map(name(), any::<i32>(), 0..4).prop_map(Choice::Scores),
        prop::collection::btree_map(name(), any::<u32>(), 0..4).prop_map(Choice::Dots),
        prop::collection::vec(name(), 0..4).prop_map(Choice::Ranking),
        prop::collection::btree_map(
            name(),
            prop::sample::select(vec![Availability::Yes, Availability::Maybe, Availability::No]),
            0..4
        )
        .prop_map(Choice::Times),
    ]
}

proptest! {
    #[test]
    fn ballots_come_out_as_they_went_in_whatever_their_order(
        votes in prop::collection::vec((choices(), any::<u32>()), 0..20),
        seed in any::<u64>(),
    ) {
        let numbered: Vec<SecretBallot> = (0..)
            .zip(&votes)
            .map(|(voter, (choice, weight))| {
                SecretBallot { weight: *weight, ..ballot(voter, choice.clone()) }
            })
            .collect();
        let mut shuffled = numbered.clone();
        shuffled.sort_by_key(|vote| Uuid::new_v5(&Uuid::from_u128(vote.voter.into()), &seed.to_be_bytes()));
        let filled = |votes: &[SecretBallot]| {
            let mut contents = Contents::empty(shape(20)).unwrap();
            for vote in votes {
                assert_eq!(contents.cast(DECISION, vote).unwrap(), Cast::Accepted);
            }
            contents
        };
        let bytes = filled(&numbered).to_bytes().unwrap();
        prop_assert_eq!(&bytes, &filled(&shuffled).to_bytes().unwrap());
        prop_assert_eq!(bytes.len(), filled(&[]).to_bytes().unwrap().len());
        let told = Contents::from_bytes(&bytes).unwrap().told().unwrap();
        let mut expected = BTreeMap::new();
        for vote in votes {
            *expected.entry(vote).or_insert(0) += 1;
        }
        let expected: Vec<AlikeBallots> = expected
            .into_iter()
            .map(|((choice, weight), count)| AlikeBallots { choice, weight, count })
            .collect();
        prop_assert_eq!(told.ballots, expected);
    }
}

/// Stands in a folder that a child process may vote in until it is killed.
const TO_BE_KILLED: &str = "to-be-killed";

/// How many vote in that process.
const VOTERS: u32 = 400;

#[test]
fn an_acknowledged_ballot_survives_the_death_of_the_process() {
    for acknowledgements in [1, 3, 20, 90, 200] {
        let (folder, path) = folder();
        fs::write(folder.path().join(TO_BE_KILLED), "").unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "secret_box::tests::vote_until_killed", "--ignored", "--nocapture"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acknowledged: BTreeSet<u32> = lines
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| line.rsplit_once("acknowledged ")?.1.parse().ok())
            .take(acknowledgements)
            .collect();
        child.kill().unwrap();
        child.wait().unwrap();
        drop(lines);
        assert_eq!(acknowledged.len(), acknowledgements);

        let mut boxes = Boxes::open(&path).unwrap();
        boxes.close(DECISION).unwrap();
        let contents = boxes.contents(DECISION).unwrap();
        let voters: BTreeSet<u32> = contents.voters.iter().copied().collect();
        assert!(acknowledged.is_subset(&voters), "an acknowledged ballot is lost");
        let ballots: u32 = contents.ballots.iter().map(|alike| alike.count).sum();
        assert_eq!(usize::try_from(ballots).unwrap(), voters.len(), "a mark without a ballot");
    }
}

#[tokio::test]
#[ignore = "run, and killed, by the test above"]
async fn vote_until_killed() {
    if !Path::new(TO_BE_KILLED).exists() {
        return;
    }
    let boxes = Arc::new(with_box(Path::new("ballots.sqlite"), VOTERS).await);
    let casts = (0..VOTERS).map(|voter| {
        let boxes = Arc::clone(&boxes);
        tokio::spawn(async move {
            // A few at a time, so that there are many transactions to be killed in.
            for _ in 0..voter {
                tokio::task::yield_now().await;
            }
            assert_eq!(boxes.cast(DECISION, for_one(voter)).await.unwrap(), Cast::Accepted);
            println!("acknowledged {voter}");
        })
    });
    join_all(casts).await;
    std::future::pending::<()>().await;
}
