//! Where the ballots of a secret decision are while people vote: an operational file, not the log.
//!
//! An event for each vote would have a place and a time, which link the ballot to the voter. So a
//! secret decision has a box: who has voted, and what the ballots say, as two separately sorted
//! lists in one sealed blob that is written anew, whole, with every change ([`contents`]). Ballots
//! that come together are made durable together, in one transaction. When voting is over the box is
//! emptied into two events in two streams, and destroyed.
//!
//! Its file, `ballots.sqlite`, is no view: it cannot be made again. Who loses it loses the ballots
//! of the secret decisions that are open, and the secret that lots are drawn from, so that a tie in
//! any open decision can no longer be broken by the lot that was committed to. Who copies it while
//! people vote can compare two copies and learn what was cast between them; it belongs in a backup
//! only when no secret decision is open.
//!
//! Keeps secrets from users, administrators and readers of the log and its views; not from somebody
//! who has the running process or, at every moment, this file in hand. Nothing here writes a log
//! line, a span or a metric.

pub mod contents;
mod file;

use std::{fmt, path::Path, sync::Arc, thread};

use events::{AlikeBallots, Choice};
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{CommandId, DecisionId, ErrorCode, Rejection};
use sha2::Sha256;
use tokio::sync::{mpsc, mpsc::error::TrySendError, oneshot};

pub use contents::BoxShape;
use file::Boxes;

#[cfg(test)]
mod tests;

/// How many requests wait at most; a ballot more is turned away.
pub const QUEUE_MAX: usize = 4_096;

/// How many ballots one transaction makes durable at most.
const BATCH_MAX: usize = 1_024;

/// The least number of votes that a list of voters is shown for.
const SHOWN_MIN: u32 = 3;

/// What seeds for lots are derived for.
const LOTS: &[u8] = b"lots of decision ";

/// A ballot on its way into the box.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBallot {
    /// The voter's place in the frozen roll, from 0.
    pub voter: u32,
    /// The command; the same one again gets the first answer.
    pub command_id: CommandId,
    /// What the ballot says.
    pub choice: Choice,
    /// What it weighs. A weight that only one voter has tells whose ballot it is.
    pub weight: u32,
}

impl fmt::Debug for SecretBallot {
    /// Writes nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBallot")
    }
}

/// What became of a ballot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cast {
    /// It is in the box.
    Accepted,
    /// This voter's ballot came with this command before, and is in the box. What it says now is
    /// not compared: nobody knows any more which one it is.
    Repeated,
    /// This voter's ballot came with another command before; that one stays.
    AlreadyVoted,
    /// The box is closed.
    Closed,
    /// There is no such box: never opened, destroyed, or lost with its file.
    NoBox,
}

/// What became of the wish to open a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opened {
    /// It is open and empty.
    Opened,
    /// It was there before, as it is asked for; it may be closed.
    AlreadyThere,
    /// It was there once, and is not opened again.
    Destroyed,
}

/// What was in a box.
#[derive(Clone, PartialEq, Eq)]
pub struct BoxContents {
    /// The ballots, in the order of what they say.
    pub ballots: Vec<AlikeBallots>,
    /// Who voted: places in the frozen roll, in order.
    pub voters: Vec<u32>,
}

impl fmt::Debug for BoxContents {
    /// Writes nothing of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxContents")
    }
}

/// A box could not do what was asked of it. No variant carries a voter or a ballot.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SecretBoxError {
    /// Too many ballots are waiting.
    #[error("too many ballots are waiting; try again in a moment")]
    QueueFull,
    /// There is no such box: never opened, destroyed, or lost with its file.
    #[error("the decision has no ballot box")]
    NoBox,
    /// What is in a box is not told before it is closed.
    #[error("the ballot box is open; what is in it is known once it is closed")]
    StillOpen,
    /// The box was opened for another number of voters or other options.
    #[error("the decision has a ballot box already, for other voters or options")]
    OtherShape,
    /// The box would be too large.
    #[error("a ballot box for so many voters and options would be too large")]
    TooLarge,
    /// The voter's place lies behind the end of the roll.
    #[error("the roll has no entry at this place")]
    OffTheRoll,
    /// The ballot names an option that the decision does not have, or names too many.
    #[error("the ballot names options that the decision does not have")]
    UnknownOption,
    /// Another process holds the file.
    #[error("the file of ballot boxes is in use")]
    InUse,
    /// The file was written by a later version, or is something else.
    #[error("the file of ballot boxes has format {found}, and at most {known} can be read")]
    UnknownFormat {
        /// The format number in the file.
        found: u32,
        /// The newest format number that this version reads.
        known: u32,
    },
    /// What is in the file is not what was written.
    #[error("the ballot box cannot be opened with its key: the file is damaged")]
    Damaged,
    /// The operating system gave no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
    /// The file could not be read or written. Whether the ballot is in the box is told by the same
    /// command again.
    #[error("the file of ballot boxes cannot be used")]
    Storage(#[source] Arc<rusqlite::Error>),
    /// The file could not be made or protected.
    #[error("the file of ballot boxes cannot be made or protected")]
    File(#[source] Arc<std::io::Error>),
    /// The process is shutting down, or the thread that writes has panicked.
    #[error("the ballot boxes are put away")]
    Gone,
}

impl Rejection for SecretBoxError {
    fn code(&self) -> ErrorCode {
        match self {
            SecretBoxError::QueueFull => ErrorCode::TooMany,
            SecretBoxError::NoBox | SecretBoxError::StillOpen => ErrorCode::Precondition,
            SecretBoxError::OtherShape => ErrorCode::AlreadyExists,
            SecretBoxError::TooLarge
            | SecretBoxError::OffTheRoll
            | SecretBoxError::UnknownOption => ErrorCode::Invalid,
            SecretBoxError::UnknownFormat { .. } | SecretBoxError::Damaged => ErrorCode::Internal,
            SecretBoxError::InUse
            | SecretBoxError::NoRandomness
            | SecretBoxError::Storage(_)
            | SecretBoxError::File(_)
            | SecretBoxError::Gone => ErrorCode::Unavailable,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            SecretBoxError::QueueFull => "TOO_MANY_BALLOTS",
            SecretBoxError::NoBox => "BALLOT_BOX_MISSING",
            SecretBoxError::StillOpen => "BALLOT_BOX_STILL_OPEN",
            SecretBoxError::OtherShape => "BALLOT_BOX_OF_OTHER_SHAPE",
            SecretBoxError::TooLarge => "BALLOT_BOX_TOO_LARGE",
            SecretBoxError::OffTheRoll => "SECRET_BALLOT_OFF_THE_ROLL",
            SecretBoxError::UnknownOption => "SECRET_BALLOT_OPTION_UNKNOWN",
            SecretBoxError::UnknownFormat { .. } | SecretBoxError::Damaged => "BALLOT_BOX_DAMAGED",
            SecretBoxError::InUse
            | SecretBoxError::NoRandomness
            | SecretBoxError::Storage(_)
            | SecretBoxError::File(_)
            | SecretBoxError::Gone => "BALLOT_BOX_UNAVAILABLE",
        }
    }
}

/// The ballot boxes of the secret decisions that are open, in one file.
///
/// Any number of tasks may use it at once. Dropping it finishes what still waits, then lets the file
/// go; that may take a moment.
pub struct SecretBoxes {
    /// `None` only while it is being dropped.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
    /// Makes seeds for lots, under the secret of this installation.
    lots: Hmac<Sha256>,
}

type Answer<T> = oneshot::Sender<Result<T, SecretBoxError>>;

/// Something for the thread that owns the file.
enum Job {
    Cast(DecisionId, SecretBallot, Answer<Cast>),
    Open(DecisionId, BoxShape, Answer<Opened>),
    Close(DecisionId, Answer<()>),
    Contents(DecisionId, Answer<BoxContents>),
    Turnout(DecisionId, Answer<u32>),
    Voters(DecisionId, Answer<Vec<u32>>),
    HasVoted(DecisionId, u32, Answer<bool>),
    Destroy(DecisionId, Answer<()>),
}

impl SecretBoxes {
    /// Opens the boxes in the file at `path`, or makes it, readable by its owner alone. The folder
    /// must be there; until this is dropped nobody else can open the file.
    ///
    /// What a crash cut short is finished first: a ballot half-written is not there, a box being
    /// destroyed is gone.
    ///
    /// # Errors
    ///
    /// Returns that the file is in use, is of another format, or cannot be used.
    pub fn open(path: &Path) -> Result<SecretBoxes, SecretBoxError> {
        SecretBoxes::on(Boxes::open(path)?)
    }

    /// Makes boxes that are gone, with everything in them, when this is dropped.
    ///
    /// # Errors
    ///
    /// Returns that the system gives no memory or no random bytes.
    pub fn in_memory() -> Result<SecretBoxes, SecretBoxError> {
        SecretBoxes::on(Boxes::in_memory()?)
    }

    fn on(mut boxes: Boxes) -> Result<SecretBoxes, SecretBoxError> {
        let secret = boxes.lot_secret()?;
        let lots = Hmac::new_from_slice(&secret).expect("HMAC takes a secret of any length");
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new().name("ballot boxes".to_owned());
        let thread = thread.spawn(move || work(boxes, waiting));
        let thread = thread.map_err(|error| SecretBoxError::File(Arc::new(error)))?;
        Ok(SecretBoxes { jobs: Some(jobs), thread: Some(thread), lots })
    }

    /// Makes an empty box for `decision`, with room for everybody of `shape`; durable when it
    /// answers. Again changes nothing.
    ///
    /// # Errors
    ///
    /// Returns that the box was opened with another shape, would be too large, or that the file
    /// failed.
    pub async fn open_box(
        &self,
        decision: DecisionId,
        shape: BoxShape,
    ) -> Result<Opened, SecretBoxError> {
        self.ask(|answer| Job::Open(decision, shape, answer)).await
    }

    /// Puts a ballot into the box; durable when it answers [`Cast::Accepted`].
    ///
    /// Whether the voter is entitled to vote, whether the ballot fits the method and whether it is
    /// still time must have been checked. A ballot that got no answer is in the box wholly or not at
    /// all, mark and ballot together; the same command again tells.
    ///
    /// # Errors
    ///
    /// Turns the ballot away at once when more than [`QUEUE_MAX`] are waiting; otherwise returns
    /// that it cannot be in this box, or that the file failed.
    pub async fn cast(
        &self,
        decision: DecisionId,
        ballot: SecretBallot,
    ) -> Result<Cast, SecretBoxError> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(SecretBoxError::Gone)?;
        jobs.try_send(Job::Cast(decision, ballot, answer)).map_err(|error| match error {
            TrySendError::Full(_) => SecretBoxError::QueueFull,
            TrySendError::Closed(_) => SecretBoxError::Gone,
        })?;
        answered.await.unwrap_or(Err(SecretBoxError::Gone))
    }

    /// Closes the box after the ballots that were handed in before; durable when it answers. Again
    /// changes nothing, also when the box is destroyed.
    ///
    /// # Errors
    ///
    /// Returns that there was never such a box, or that the file failed.
    pub async fn close(&self, decision: DecisionId) -> Result<(), SecretBoxError> {
        self.ask(|answer| Job::Close(decision, answer)).await
    }

    /// Reads what is in a closed box.
    ///
    /// # Errors
    ///
    /// Returns that there is no such box, that it is not closed, or that the file failed.
    pub async fn contents(&self, decision: DecisionId) -> Result<BoxContents, SecretBoxError> {
        self.ask(|answer| Job::Contents(decision, answer)).await
    }

    /// How many have voted by now. Shown while people vote, it tells when somebody did.
    ///
    /// # Errors
    ///
    /// Returns that there is no such box, or that the file failed.
    pub async fn turnout(&self, decision: DecisionId) -> Result<u32, SecretBoxError> {
        self.ask(|answer| Job::Turnout(decision, answer)).await
    }

    /// Who has voted by now: places in the frozen roll, in order. For telling whether each
    /// constituency has its quorum when voting is to end, and shown to nobody.
    ///
    /// # Errors
    ///
    /// Returns that there is no such box, or that the file failed.
    pub async fn voters(&self, decision: DecisionId) -> Result<Vec<u32>, SecretBoxError> {
        self.ask(|answer| Job::Voters(decision, answer)).await
    }

    /// Whether `voter`, a place in the frozen roll, has voted. For that voter's eyes only.
    ///
    /// # Errors
    ///
    /// Returns that there is no such box, or that the file failed.
    pub async fn has_voted(
        &self,
        decision: DecisionId,
        voter: u32,
    ) -> Result<bool, SecretBoxError> {
        self.ask(|answer| Job::HasVoted(decision, voter, answer)).await
    }

    /// Overwrites the box and its key, for good; when it answers, no byte of them is in the file.
    /// Again changes nothing. Once what was in it is recorded.
    ///
    /// # Errors
    ///
    /// Returns that the file failed; the same call again, or the next opening of the file, finishes
    /// the work.
    pub async fn destroy(&self, decision: DecisionId) -> Result<(), SecretBoxError> {
        self.ask(|answer| Job::Destroy(decision, answer)).await
    }

    /// The seed that lots of `decision` are drawn from; the same as long as the file is there, and
    /// not to be guessed without it. Of use for decisions that are not secret too.
    pub fn seed(&self, decision: DecisionId) -> [u8; 32] {
        let mut seed = self.lots.clone();
        seed.update(LOTS);
        seed.update(decision.uuid().as_bytes());
        seed.finalize().into_bytes().into()
    }

    async fn ask<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Result<T, SecretBoxError> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(SecretBoxError::Gone)?;
        jobs.send(job(answer)).await.map_err(|_| SecretBoxError::Gone)?;
        answered.await.unwrap_or(Err(SecretBoxError::Gone))
    }
}

impl Drop for SecretBoxes {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(
                "the thread of ballot boxes panicked; acknowledged ballots are durable"
            );
        }
    }
}

impl fmt::Debug for SecretBoxes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBoxes")
    }
}

/// Whether the list of those who voted may be shown: when so many did that it tells nothing of what
/// somebody voted.
///
/// `voted` counts votes; `quorum_units` is how many the quorum needs, `None` without one, when half
/// of the `roll_units` stand in; never fewer than three. Source: domain 3.4.
pub fn voters_shown(voted: u32, quorum_units: Option<u32>, roll_units: u32) -> bool {
    let floor = quorum_units.unwrap_or_else(|| roll_units.div_ceil(2));
    floor.max(SHOWN_MIN) <= voted
}

/// Does what comes, in order, until nobody can ask any more.
fn work(mut boxes: Boxes, mut jobs: mpsc::Receiver<Job>) {
    let mut casts = Vec::with_capacity(BATCH_MAX);
    while let Some(first) = jobs.blocking_recv() {
        let mut next = Some(first);
        while let Some(job) = next.take() {
            match job {
                Job::Cast(decision, ballot, answer) => casts.push((decision, ballot, answer)),
                Job::Open(decision, shape, answer) => {
                    cast_all(&mut boxes, &mut casts);
                    reply(answer, boxes.make(decision, &shape));
                }
                Job::Close(decision, answer) => {
                    cast_all(&mut boxes, &mut casts);
                    reply(answer, boxes.close(decision));
                }
                Job::Contents(decision, answer) => {
                    cast_all(&mut boxes, &mut casts);
                    reply(answer, boxes.contents(decision));
                }
                Job::Turnout(decision, answer) => {
                    cast_all(&mut boxes, &mut casts);
                    reply(answer, boxes.turnout(decision));
                }
                Job::Voters(decision, answer) => {
                    cast_all(&mut boxes, &mut casts);
                    reply(answer, boxes.voters(decision));
                }
                Job::HasVoted(decision, voter, answer) => {
                    cast_all(&mut boxes, &mut casts);
                    reply(answer, boxes.has_voted(decision, voter));
                }
                Job::Destroy(decision, answer) => {
                    cast_all(&mut boxes, &mut casts);
                    reply(answer, boxes.destroy(decision));
                }
            }
            if casts.len() < BATCH_MAX {
                next = jobs.try_recv().ok();
            }
        }
        cast_all(&mut boxes, &mut casts);
    }
}

/// Makes the ballots in `casts` durable together, answers them, and leaves `casts` empty.
fn cast_all(boxes: &mut Boxes, casts: &mut Vec<(DecisionId, SecretBallot, Answer<Cast>)>) {
    if casts.is_empty() {
        return;
    }
    let (ballots, answers): (Vec<_>, Vec<_>) =
        casts.drain(..).map(|(decision, ballot, answer)| ((decision, ballot), answer)).unzip();
    match boxes.cast_all(&ballots) {
        Ok(outcomes) => {
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                reply(answer, outcome);
            }
        }
        Err(error) => {
            for answer in answers {
                reply(answer, Err(error.clone()));
            }
        }
    }
}

/// Answers; whoever no longer waits is not told.
fn reply<T>(answer: Answer<T>, outcome: Result<T, SecretBoxError>) {
    drop(answer.send(outcome));
}
