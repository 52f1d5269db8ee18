//! What happens because its time has come: voting opens and closes, results become final, terms end,
//! what was forgotten lapses.
//!
//! [`view`] knows what falls due, folded from the log; [`Scheduler`] gives the commands. A command
//! carries its due time, which becomes the effective time of what it records, so that a late
//! scheduler changes nothing; and an id derived from kind, subject and due time, so that two
//! schedulers, or one that was killed and started again, change nothing either.

pub mod view;

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use eventlog::{EventLog, Position};
use futures::future::BoxFuture;
use jiff::Timestamp;
use kernel::{Clock, CommandId, ErrorCode, NetworkId, Rejection};
use projector::{Store, View, ViewError};
use tokio::{
    sync::{Mutex, watch},
    time::Instant,
};
use uuid::Uuid;

pub use view::{DeadlineRow, DeadlinesView};

#[cfg(test)]
mod tests;

/// How long the scheduler sleeps at most, because new deadlines and a clock that was set show only
/// when it looks.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// How long it sleeps at least.
const SLEEP_MIN: Duration = Duration::from_millis(1);

/// How many deadlines one round carries out at most; the next one goes on.
const ROUND_MAX: usize = 10_000;

/// How many deadlines are read in one step.
const READ_MAX: u32 = 64;

/// How long to wait after the first failure of a deadline; twice as long after each further one.
const RETRY_MIN: Duration = Duration::from_secs(1);

/// How long to wait at most before a deadline is tried again.
const RETRY_MAX: Duration = Duration::from_mins(1);

/// After how many failures the wait no longer grows.
const DOUBLINGS_MAX: u32 = 6;

/// What is to be done when a deadline comes. Of those that fall due together, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DeadlineKind {
    /// Settle who may vote.
    FreezeRoll,
    /// Open the voting.
    OpenDecision,
    /// Remind everyone on the roll.
    RemindVoters,
    /// Close the voting, or extend it.
    CloseDecision,
    /// Make a result final that was not challenged.
    FinaliseDecision,
    /// End a term of office.
    ExpireMandate,
    /// End a delegation.
    ExpireDelegation,
    /// Call for the review of a resolution.
    ReviewResolution,
    /// End a resolution.
    ExpireResolution,
    /// Clear away a proposal to which nothing happened for long.
    LapseProposal,
    /// Wait no longer for the result of a vote that was held elsewhere.
    GiveUpResult,
}

impl DeadlineKind {
    /// Every kind, in order.
    pub const ALL: [DeadlineKind; 11] = [
        DeadlineKind::FreezeRoll,
        DeadlineKind::OpenDecision,
        DeadlineKind::RemindVoters,
        DeadlineKind::CloseDecision,
        DeadlineKind::FinaliseDecision,
        DeadlineKind::ExpireMandate,
        DeadlineKind::ExpireDelegation,
        DeadlineKind::ReviewResolution,
        DeadlineKind::ExpireResolution,
        DeadlineKind::LapseProposal,
        DeadlineKind::GiveUpResult,
    ];

    /// The name in command ids and logs, for example `close_decision`; never changed.
    pub fn name(self) -> &'static str {
        match self {
            DeadlineKind::FreezeRoll => "freeze_roll",
            DeadlineKind::OpenDecision => "open_decision",
            DeadlineKind::RemindVoters => "remind_voters",
            DeadlineKind::CloseDecision => "close_decision",
            DeadlineKind::FinaliseDecision => "finalise_decision",
            DeadlineKind::ExpireMandate => "expire_mandate",
            DeadlineKind::ExpireDelegation => "expire_delegation",
            DeadlineKind::ReviewResolution => "review_resolution",
            DeadlineKind::ExpireResolution => "expire_resolution",
            DeadlineKind::LapseProposal => "lapse_proposal",
            DeadlineKind::GiveUpResult => "give_up_result",
        }
    }

    /// Its place in [`DeadlineKind::ALL`], from 0.
    fn rank(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for DeadlineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A command that is given because its time has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeadlineCommand {
    /// The same for everyone who gives it.
    pub command_id: CommandId,
    /// What is to be done.
    pub kind: DeadlineKind,
    /// The id of the decision, mandate, delegation, resolution or proposal, by kind.
    pub subject: Uuid,
    /// The network.
    pub network: NetworkId,
    /// When it was due: the effective time of what follows.
    pub due_at: Timestamp,
}

impl DeadlineCommand {
    /// The command for a deadline.
    pub fn of(row: &DeadlineRow) -> DeadlineCommand {
        let DeadlineRow { due_at, kind, subject, network, .. } = *row;
        let name = format!("deadline/{kind}/{due_at}");
        let command_id = CommandId::derived(subject, &name);
        DeadlineCommand { command_id, kind, subject, network, due_at }
    }
}

/// Why a deadline was not carried out. See [`NotCarriedOut::of`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotCarriedOut {
    /// Something failed that may pass; it is tried again.
    Later(Arc<str>),
    /// A rule forbids it, by this name; it is not tried again while the deadline stands as it is.
    Refused(&'static str),
}

impl NotCarriedOut {
    /// What a refused or failed command means for its deadline.
    pub fn of(rejection: &dyn Rejection) -> NotCarriedOut {
        let reason = rejection.reason();
        // Somebody set the clock back between the look at it and the command.
        let early = (rejection.code(), reason) == (ErrorCode::Invalid, "EFFECTIVE_TIME_IN_FUTURE");
        if rejection.code().may_pass() || early {
            NotCarriedOut::Later(reason.into())
        } else {
            NotCarriedOut::Refused(reason)
        }
    }
}

/// Carries out the command of a deadline; ready when what it records is durable. It may be called
/// again with the same command.
pub type Execute =
    Arc<dyn Fn(DeadlineCommand) -> BoxFuture<'static, Result<(), NotCarriedOut>> + Send + Sync>;

/// Gives the command of each deadline when its time has come, by the clock it was given.
pub struct Scheduler {
    view: View,
    clock: Arc<dyn Clock>,
    execute: Execute,
    /// What became of deadlines that still stand. Held during a round, so that there is one at a
    /// time.
    settled: Mutex<HashMap<Key, Settled>>,
}

/// One deadline as it was set by one event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Key {
    kind: DeadlineKind,
    subject: Uuid,
    set_at: Position,
}

/// What became of a deadline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Settled {
    /// It was carried out.
    Done,
    /// A rule forbade it.
    Refused,
    /// It failed, so many times, and is tried again then.
    Failed { attempts: u32, again_at: Instant },
}

/// What the clock of deadlines looks like, for health and metrics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SchedulerStatus {
    /// How many deadlines are due and stand, whether they failed, were refused, or are next.
    pub overdue: u64,
    /// Since when the oldest of them has been due; `None` when none is.
    pub oldest: Option<Timestamp>,
}

/// A scheduler at work; ends with [`Schedule::stop`], or when it is dropped.
#[derive(Debug)]
pub struct Schedule {
    stopping: watch::Sender<bool>,
    ended: watch::Receiver<()>,
}

impl Schedule {
    /// Ends the scheduler; a command on its way is finished by itself.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        // Nothing is ever sent: it ends with the task.
        drop(self.ended.clone().changed().await);
    }
}

impl Scheduler {
    /// Opens the view of deadlines; nothing is carried out before [`Scheduler::start`] or
    /// [`Scheduler::run_due`].
    ///
    /// # Errors
    ///
    /// Returns why the view could not be opened.
    pub async fn open(
        log: Arc<dyn EventLog>,
        store: &Store,
        clock: Arc<dyn Clock>,
        execute: Execute,
    ) -> Result<Scheduler, ViewError> {
        let view = View::open::<DeadlinesView>(log, store).await?;
        Ok(Scheduler { view, clock, execute, settled: Mutex::default() })
    }

    /// The view of deadlines.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// How many deadlines are due.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub fn status(&self) -> Result<SchedulerStatus, ViewError> {
        let now = self.clock.now();
        let (overdue, oldest) = self.view.read_now(|connection| view::overdue(connection, now))?;
        Ok(SchedulerStatus { overdue, oldest })
    }

    /// Carries out everything that is due by `now`, in order of time, and what falls due because of
    /// it; returns how many deadlines were carried out, at most ten thousand.
    ///
    /// One that fails is left for a later round, with the later ones of the same subject; the others
    /// go on.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read or is behind; what was carried out stays so.
    pub async fn run_due(&self, now: Timestamp) -> Result<usize, ViewError> {
        let mut settled = self.settled.lock().await;
        self.view.reach(Position(0)).await?;
        self.forget_gone(&mut settled)?;
        let mut carried_out = 0;
        for _ in 0..ROUND_MAX {
            let Some(row) = self.first_due(now, &settled)? else { break };
            let key = Key::of(&row);
            let outcome = self.carry_out(DeadlineCommand::of(&row)).await;
            carried_out += usize::from(outcome.is_ok());
            let before = settled.get(&key).copied();
            settled.insert(key, settle(&row, outcome, before));
            // What the command recorded may have moved other deadlines, or set new ones that were
            // due before the next: only the view knows.
            self.view.reach(Position(0)).await?;
        }
        Ok(carried_out)
    }

    /// Carries out deadlines as they fall due, on the present tokio runtime.
    pub fn start(self: Arc<Scheduler>) -> Schedule {
        let (stopping, mut stopped) = watch::channel(false);
        let (ends, ended) = watch::channel(());
        tokio::spawn(async move {
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => {}
                () = self.run() => {}
            }
            drop(ends);
        });
        Schedule { stopping, ended }
    }

    async fn run(&self) {
        let mut told = false;
        loop {
            let now = self.clock.now();
            let sleep = match self.run_due(now).await {
                Ok(_) => {
                    told = false;
                    self.until_next(now)
                }
                Err(error) => {
                    if !told {
                        tracing::warn!(%error, "deadlines cannot be read for now; trying again");
                        told = true;
                    }
                    SLEEP_MAX
                }
            };
            tokio::time::sleep(sleep).await;
        }
    }

    /// How long to sleep when everything was done that is due by `now`.
    fn until_next(&self, now: Timestamp) -> Duration {
        let next = self.view.read_now(|connection| view::next_due(connection, now));
        let next = next.ok().flatten().map(|next| next.duration_since(self.clock.now()));
        let next = next.and_then(|wait| Duration::try_from(wait).ok());
        next.unwrap_or(SLEEP_MAX).clamp(SLEEP_MIN, SLEEP_MAX)
    }

    /// The first deadline due by `now` that can be carried out; `None` when there is none.
    fn first_due(
        &self,
        now: Timestamp,
        settled: &HashMap<Key, Settled>,
    ) -> Result<Option<DeadlineRow>, ViewError> {
        let mut held_up = Vec::new();
        let mut after = None;
        loop {
            let rows = self
                .view
                .read_now(|connection| view::due(connection, now, after.as_ref(), READ_MAX))?;
            for row in &rows {
                let waits = held_up.contains(&row.subject);
                match settled.get(&Key::of(row)) {
                    Some(Settled::Failed { again_at, .. }) if Instant::now() < *again_at => {
                        held_up.push(row.subject);
                    }
                    None | Some(Settled::Failed { .. }) if !waits => return Ok(Some(*row)),
                    None | Some(Settled::Failed { .. } | Settled::Done | Settled::Refused) => {}
                }
            }
            match rows.last() {
                Some(last) if rows.len() == READ_MAX as usize => after = Some(*last),
                Some(_) | None => return Ok(None),
            }
        }
    }

    /// Forgets what became of deadlines that no longer stand.
    fn forget_gone(&self, settled: &mut HashMap<Key, Settled>) -> Result<(), ViewError> {
        self.view.read_now(|connection| {
            let mut gone = Vec::new();
            for key in settled.keys() {
                if !view::stands(connection, key.kind, key.subject, key.set_at)? {
                    gone.push(*key);
                }
            }
            for key in gone {
                settled.remove(&key);
            }
            Ok(())
        })
    }

    async fn carry_out(&self, command: DeadlineCommand) -> Result<(), NotCarriedOut> {
        // A task of its own: a panic in a handler costs this attempt, and when the scheduler is
        // stopped meanwhile, the command is finished all the same.
        let carried_out = tokio::spawn((self.execute)(command)).await;
        carried_out.unwrap_or_else(|broken| {
            let why = if broken.is_panic() { "the handler panicked" } else { "it was ended" };
            Err(NotCarriedOut::Later(why.into()))
        })
    }
}

/// What became of a deadline, told to the log when it is news.
fn settle(
    row: &DeadlineRow,
    outcome: Result<(), NotCarriedOut>,
    before: Option<Settled>,
) -> Settled {
    let (kind, subject) = (row.kind.name(), row.subject);
    match outcome {
        Ok(()) => Settled::Done,
        Err(NotCarriedOut::Refused(reason)) => {
            tracing::warn!(kind, %subject, due_at = %row.due_at, reason,
                "a deadline was refused; it is given up");
            Settled::Refused
        }
        Err(NotCarriedOut::Later(why)) => {
            let attempts = match before {
                Some(Settled::Failed { attempts, .. }) => attempts.saturating_add(1),
                Some(Settled::Done | Settled::Refused) | None => {
                    tracing::warn!(kind, %subject, due_at = %row.due_at, error = %why,
                        "a deadline could not be carried out; trying again");
                    1
                }
            };
            let delay = RETRY_MIN * 2_u32.pow((attempts - 1).min(DOUBLINGS_MAX));
            Settled::Failed { attempts, again_at: Instant::now() + delay.min(RETRY_MAX) }
        }
    }
}

impl Key {
    fn of(row: &DeadlineRow) -> Key {
        Key { kind: row.kind, subject: row.subject, set_at: row.set_at }
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler").field("view", &self.view).finish_non_exhaustive()
    }
}
