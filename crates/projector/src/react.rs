//! What follows from recorded events, done once for each of them: reactions, and who runs them.
//!
//! A reaction is not a view. A view can be thrown away and folded again; what a reaction did, it did
//! to the world. So a rebuild never comes near it, and its place in the log stands in a file of its
//! own. That file may be lost all the same: the reaction then sees the whole log again, which is
//! harmless, because the commands it gives carry ids derived from the event ([`Reaction::command_id`])
//! and the log answers a repeated command with its first answer.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use eventlog::{EventLog, Filter, LogError, Position, Recorded};
use kernel::{CommandId, ErrorCode, Rejection};
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::{sync::watch, task::JoinError, time::Instant};
use uuid::Uuid;

use crate::{
    Store, ViewError,
    error::Remedy,
    fold::blocking,
    store::{self, Location},
};

#[cfg(test)]
mod tests;

/// How many events are read in one step.
const READ_MAX: u32 = 1_024;

/// After how many events the place in the log is saved, while more are waiting. A crash repeats no
/// more than these.
const SAVE_EVERY: u64 = 256;

/// How far the place may run ahead of the saved one over events that do not concern the reaction.
const UNSAVED_MAX: u64 = 10_000;

/// How long to wait after the first failure; twice as long after each further one.
const RETRY_MIN: Duration = Duration::from_millis(50);

/// How long to wait at most before trying again.
const RETRY_MAX: Duration = Duration::from_secs(10);

/// After how many failures the wait no longer grows.
const DOUBLINGS_MAX: u32 = 8;

/// How long [`Reactor::reach`] waits.
const REACH_MAX: Duration = Duration::from_secs(10);

/// How long a statement waits for another process to let the file go.
const BUSY_MAX: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    create table if not exists reaction_checkpoint (
        one           integer primary key check (one = 1),
        position      integer not null,
        last_position integer not null, -- 0 before the first event
        last_event    blob    not null
    ) strict;";

/// What follows from recorded events.
pub trait Reaction: Send + Sync + 'static {
    /// The reaction's name and version, for example `effects_1`; also the name of its file.
    ///
    /// Under another name it starts again at the beginning of the log.
    const NAME: &'static str;

    /// The categories of the streams it follows, at least one; other events do not arrive.
    const CATEGORIES: &'static [&'static str];

    /// Does what follows from `event`, and returns once it is durable.
    ///
    /// Called with one event after the other, in order of position. After a crash the last ones come
    /// again, so that doing it twice must do no more than doing it once. The future may be dropped
    /// at any await when the process stops; the event then comes again at the next start.
    ///
    /// # Errors
    ///
    /// Asks for the same event again, a little later; no other event comes before it succeeded. A
    /// rule that refuses the consequence for good is no error: it is an outcome, to be recorded.
    fn react(&self, event: &Recorded) -> impl Future<Output = Result<(), Retry>> + Send;

    /// The id of the command that follows from `event`, told apart from its siblings by `part`; the
    /// same whenever the event comes again.
    fn command_id(event: &Recorded, part: &str) -> CommandId {
        CommandId::derived(event.event_id.uuid(), &format!("{}/{part}", Self::NAME))
    }
}

/// The consequence of an event could not be carried out yet; anything with `?` becomes one.
///
/// Like every log line, the reason must hold nothing personal.
#[derive(Debug)]
pub struct Retry {
    why: Arc<str>,
}

impl Retry {
    /// Asks for the event again because of `why`.
    pub fn because(why: &str) -> Retry {
        Retry { why: why.into() }
    }
}

impl<E: std::error::Error> From<E> for Retry {
    fn from(error: E) -> Retry {
        Retry { why: chain(&error) }
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// A reaction that does not get on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failing {
    /// The event in hand; `None` when the log cannot be read.
    pub event: Option<Position>,
    /// Why, with the chain of causes, as of the last attempt.
    pub why: Arc<str>,
    /// Since when.
    pub since: Instant,
    /// How often it was tried.
    pub attempts: u32,
}

/// How a reaction is doing, for health and metrics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReactorStatus {
    /// The reaction's name.
    pub name: &'static str,
    /// Every event up to here was reacted to, or does not concern the reaction.
    pub position: Position,
    /// How many positions the log is ahead; 0 when level.
    pub lag_events: u64,
    /// What holds it up; `None` when nothing does.
    pub failing: Option<Failing>,
}

/// A reaction has not come as far as it was waited for; it goes on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("reaction {reaction} is at position {position}, not yet at {wanted}")]
pub struct ReactionBehind {
    /// The reaction.
    pub reaction: &'static str,
    /// How far it has come.
    pub position: Position,
    /// How far it should have come.
    pub wanted: Position,
}

impl Rejection for ReactionBehind {
    fn code(&self) -> ErrorCode {
        ErrorCode::Unavailable
    }

    fn reason(&self) -> &'static str {
        "REACTION_BEHIND"
    }
}

/// A reaction that follows the log as long as a clone of this handle lives.
#[derive(Clone, Debug)]
pub struct Reactor {
    handle: Arc<Handle>,
}

#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
    head: watch::Receiver<Position>,
    /// Ends the following task when it turns true, and when it is dropped.
    stopping: watch::Sender<bool>,
    /// Closed once the task has ended and saved its place.
    ended: watch::Receiver<()>,
}

/// What the following task and the handles both know.
#[derive(Debug)]
struct Shared {
    name: &'static str,
    file: Mutex<Connection>,
    progress: Mutex<Progress>,
    reached: watch::Sender<Position>,
    /// Keeps a temporary folder as long as the file is open.
    _location: Location,
}

#[derive(Debug)]
struct Progress {
    done: Place,
    saved: Place,
    in_hand: Option<Position>,
    failing: Option<Failing>,
}

/// A place in the log.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Place {
    position: Position,
    /// The last event that was reacted to, to recognise the log by; `None` before the first.
    last: Option<(Position, Uuid)>,
}

impl Reactor {
    /// Follows `log` with `reaction` on the present tokio runtime, from the place where it stopped
    /// last, until [`Reactor::stop`] or until the last handle is dropped.
    ///
    /// The place is kept in `<folder>/<NAME>.reaction.sqlite`. It starts at the beginning when the
    /// file is absent, damaged, or belongs to another history than `log` holds. At most one reactor
    /// of a name may run on a folder; the lock on the log sees to that.
    ///
    /// # Errors
    ///
    /// Returns why the file could not be made or the log not be read.
    pub async fn start<R: Reaction>(
        log: Arc<dyn EventLog>,
        store: &Store,
        reaction: R,
    ) -> Result<Reactor, ViewError> {
        let store = store.clone();
        let (location, file, mut place) = blocking(move || {
            let location = store.locate(&format!("{}.reaction", R::NAME))?;
            let (file, place) = open(R::NAME, &location.path)?;
            Ok((location, file, place))
        })
        .await?;
        if !agrees(place, log.as_ref(), filter::<R>()).await? {
            let position = place.position.0;
            tracing::warn!(
                reaction = R::NAME,
                position,
                "the log holds another history: reacting again"
            );
            place = Place::default();
        }
        let head = log.head();
        let (reached, _) = watch::channel(place.position);
        let progress = Progress { done: place, saved: place, in_hand: None, failing: None };
        let shared = Arc::new(Shared {
            name: R::NAME,
            file: Mutex::new(file),
            progress: Mutex::new(progress),
            reached,
            _location: location,
        });
        let (stopping, stopped) = watch::channel(false);
        let (ends, ended) = watch::channel(());
        let runner = Arc::clone(&shared);
        tokio::spawn(async move {
            run(runner, log, Arc::new(reaction), stopped).await;
            drop(ends);
        });
        Ok(Reactor { handle: Arc::new(Handle { shared, head, stopping, ended }) })
    }

    /// The reaction's name.
    pub fn name(&self) -> &'static str {
        self.handle.shared.name
    }

    /// How far the reaction has come, and how to wait for more: every event up to there was reacted
    /// to, or does not concern it.
    pub fn reached(&self) -> watch::Receiver<Position> {
        self.handle.shared.reached.subscribe()
    }

    /// Waits until every event up to `position` was reacted to, at most ten seconds.
    ///
    /// What the reactions themselves recorded stands at later positions.
    ///
    /// # Errors
    ///
    /// Says how far it has come when the time is over.
    pub async fn reach(&self, position: Position) -> Result<(), ReactionBehind> {
        let mut reached = self.reached();
        let arrival = reached.wait_for(|reached| position <= *reached);
        if matches!(tokio::time::timeout(REACH_MAX, arrival).await, Ok(Ok(_))) {
            return Ok(());
        }
        let here = *self.handle.shared.reached.borrow();
        Err(ReactionBehind { reaction: self.name(), position: here, wanted: position })
    }

    /// How the reaction is doing.
    pub fn status(&self) -> ReactorStatus {
        let (head, progress) = (*self.handle.head.borrow(), self.handle.shared.progress());
        let position = progress.done.position;
        ReactorStatus {
            name: self.handle.shared.name,
            position,
            lag_events: head.0.saturating_sub(position.0),
            failing: progress.failing.clone(),
        }
    }

    /// Stops following, whoever else has a handle, and returns when the place is saved. The event in
    /// hand, if any, comes again at the next start.
    pub async fn stop(&self) {
        self.handle.stopping.send_replace(true);
        // Nothing is ever sent: it ends with the task.
        drop(self.handle.ended.clone().changed().await);
    }
}

/// Follows the log until told to stop, and takes the work up again whenever it broke off.
async fn run<R: Reaction>(
    shared: Arc<Shared>,
    log: Arc<dyn EventLog>,
    reaction: Arc<R>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        // A task of its own, so that a panic in a reaction ends this attempt and nothing else.
        let (followed, log, reaction) =
            (Arc::clone(&shared), Arc::clone(&log), Arc::clone(&reaction));
        let mut following =
            tokio::spawn(async move { follow(&followed, log.as_ref(), reaction.as_ref()).await });
        let ended = tokio::select! {
            () = told_to_stop(&mut stopped) => {
                following.abort();
                drop(following.await);
                break;
            }
            ended = &mut following => ended,
        };
        let delay = match ended {
            Ok(Ok(())) => break,
            Ok(Err(error)) => shared.fails(None, chain(&error)),
            Err(broken) => {
                let in_hand = shared.progress().in_hand;
                shared.fails(in_hand, broke_off(&broken))
            }
        };
        tokio::select! {
            () = told_to_stop(&mut stopped) => break,
            () = tokio::time::sleep(delay) => {}
        }
    }
    save(&shared).await;
}

/// Returns when [`Reactor::stop`] was called or the last handle was dropped.
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Reacts to what comes; returns when the log is gone or cannot be read.
async fn follow<R: Reaction>(
    shared: &Arc<Shared>,
    log: &dyn EventLog,
    reaction: &R,
) -> Result<(), LogError> {
    let mut head = log.head();
    loop {
        let after = shared.progress().done.position;
        let page = log.read_all(after, filter::<R>(), READ_MAX).await?;
        shared.log_is_read();
        for event in &page.events {
            insist(shared, reaction, event).await;
            if SAVE_EVERY <= shared.done(event) {
                save(shared).await;
            }
        }
        let here = shared.passed(page.read_to);
        let level = *head.borrow() <= here || page.events.is_empty();
        if level {
            if shared.is_worth_saving() {
                save(shared).await;
            }
            if head.wait_for(|head| here < *head).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Reacts to `event`, as often as it takes.
async fn insist<R: Reaction>(shared: &Shared, reaction: &R, event: &Recorded) {
    shared.takes(event.position);
    while let Err(retry) = reaction.react(event).await {
        let delay = shared.fails(Some(event.position), retry.why);
        tokio::time::sleep(delay).await;
    }
}

/// Saves the place. When that fails the old one stands, and more events come again after a crash.
async fn save(shared: &Arc<Shared>) {
    let own = Arc::clone(shared);
    let saved = blocking(move || own.save()).await;
    if let Err(error) = saved {
        let error = error.chain();
        tracing::warn!(reaction = shared.name, %error, "the reaction's place cannot be saved");
    }
}

impl Shared {
    fn takes(&self, event: Position) {
        self.progress().in_hand = Some(event);
    }

    /// Notes that `event` is done; returns how many positions have not been saved.
    fn done(&self, event: &Recorded) -> u64 {
        let unsaved = {
            let mut progress = self.progress();
            progress.in_hand = None;
            progress.done.last = Some((event.position, event.event_id.uuid()));
            progress.done.position = progress.done.position.max(event.position);
            if let Some(failing) = progress.failing.take() {
                let attempts = failing.attempts;
                tracing::info!(
                    reaction = self.name,
                    position = event.position.0,
                    attempts,
                    "the reaction goes on"
                );
            }
            progress.done.position.0 - progress.saved.position.0
        };
        self.reached.send_replace(event.position);
        unsaved
    }

    /// Notes that every event up to `position` was looked at; returns where that leads.
    fn passed(&self, position: Position) -> Position {
        let here = {
            let mut progress = self.progress();
            progress.done.position = progress.done.position.max(position);
            progress.done.position
        };
        self.reached.send_replace(here);
        here
    }

    fn log_is_read(&self) {
        let mut progress = self.progress();
        if progress.failing.as_ref().is_some_and(|failing| failing.event.is_none()) {
            progress.failing = None;
            tracing::info!(reaction = self.name, "the reaction reads the log again");
        }
    }

    /// Notes a failure, logs the first of a streak, and returns how long to wait.
    fn fails(&self, event: Option<Position>, why: Arc<str>) -> Duration {
        let mut progress = self.progress();
        let before = progress.failing.take().filter(|failing| failing.event == event);
        if before.is_none() {
            let position = event.unwrap_or(progress.done.position).0;
            tracing::warn!(reaction = self.name, position, error = %why,
                "the reaction cannot go on for now; trying again");
        }
        let (since, attempts) = match before {
            Some(before) => (before.since, before.attempts.saturating_add(1)),
            None => (Instant::now(), 1),
        };
        progress.failing = Some(Failing { event, why, since, attempts });
        RETRY_MAX.min(RETRY_MIN * 2_u32.pow((attempts - 1).min(DOUBLINGS_MAX)))
    }

    /// Tells whether, now that nothing is waiting, the place should be written down.
    fn is_worth_saving(&self) -> bool {
        let progress = self.progress();
        let (done, saved) = (progress.done, progress.saved);
        done.last != saved.last || UNSAVED_MAX <= done.position.0 - saved.position.0
    }

    fn save(&self) -> Result<(), ViewError> {
        // Nothing panics while one of these locks is held.
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Progress { done, saved, .. } = *self.progress();
        if done == saved {
            return Ok(());
        }
        let (last, event) = done.last.unwrap_or_default();
        file.prepare_cached("insert or replace into reaction_checkpoint values (1, ?1, ?2, ?3)")?
            .execute(params![done.position.0, last.0, event.as_bytes()])?;
        self.progress().saved = done;
        Ok(())
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The filter of `R`.
fn filter<R: Reaction>() -> Filter {
    Filter { network: None, categories: R::CATEGORIES }
}

/// Opens the file, and makes it anew when it is absent or damaged.
fn open(name: &str, path: &Path) -> Result<(Connection, Place), ViewError> {
    match open_once(path) {
        Err(error) if error.remedy() == Remedy::Rebuild => {
            let error = error.chain();
            tracing::warn!(reaction = name, %error, "the file is damaged: reacting again");
            store::remove(path)?;
            open_once(path)
        }
        opened => opened,
    }
}

fn open_once(path: &Path) -> Result<(Connection, Place), ViewError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_MAX)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // The place may lag behind what was done, after a power failure too.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.execute_batch(SCHEMA)?;
    let sql = "select position, last_position, last_event from reaction_checkpoint";
    let place = connection.query_row(sql, [], |row| {
        let (last, event) = (Position(row.get(1)?), Uuid::from_bytes(row.get(2)?));
        let last = (last != Position(0)).then_some((last, event));
        Ok(Place { position: Position(row.get(0)?), last })
    });
    Ok((connection, place.optional()?.unwrap_or_default()))
}

/// Tells whether `place` lies in the history that `log` holds; it does not when the log is shorter,
/// or holds another event where the last one stood.
async fn agrees(place: Place, log: &dyn EventLog, filter: Filter) -> Result<bool, LogError> {
    if *log.head().borrow() < place.position {
        return Ok(false);
    }
    let Some((position, event)) = place.last else { return Ok(true) };
    let before = Position(position.0.saturating_sub(1));
    let page = log.read_all(before, filter, 1).await?;
    let found = page.events.first();
    Ok(found.is_some_and(|found| found.position == position && found.event_id.uuid() == event))
}

fn broke_off(broken: &JoinError) -> Arc<str> {
    if broken.is_panic() { "the reaction panicked".into() } else { "the work was ended".into() }
}

/// An error and its causes in one line.
fn chain(error: &dyn std::error::Error) -> Arc<str> {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text.into()
}
