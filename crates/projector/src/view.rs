//! A view that follows the log, and how it is read.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use eventlog::{EventLog, Position};
use rusqlite::Connection;
use tokio::{
    sync::{Notify, Semaphore, mpsc, watch},
    time::Instant,
};

use crate::{
    Digest, Projection, Store, ViewError,
    checkpoint::{self, Build},
    digest,
    error::Remedy,
    fold::{self, Fold, FoldError, PREFETCH_MAX, Reach, TRANSACTION_MAX, Until, blocking},
    readers::Readers,
    store::{self, BUILDING, Location},
};

#[cfg(test)]
mod tests;

/// How long a query waits for its view.
pub const WAIT_MAX: Duration = Duration::from_secs(5);

/// How many queries read one view at the same time; more wait their turn.
const QUERIES_MAX: usize = 8;

/// How many positions a live view may be behind before it counts as catching up.
const LIVE_LAG_MAX: u64 = 4_096;

/// How long the fold rests after the disk or the log failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// How often a damaged file is built anew while the process runs.
const REPAIRS_MAX: u32 = 3;

/// What a view is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ViewState {
    /// It was never complete: it is folding the history for the first time.
    Building,
    /// It was complete once and is far behind, or was just opened.
    CatchingUp,
    /// It has seen the end of the log and follows it.
    Live,
    /// It met an event that it cannot fold. Every query is refused until a mended build is started.
    Failed {
        /// The event.
        position: Position,
        /// Why it cannot be folded.
        error: Arc<str>,
    },
}

impl ViewState {
    /// The state's name in logs and metrics: `building`, `catching_up`, `live` or `failed`.
    pub fn name(&self) -> &'static str {
        match self {
            ViewState::Building => "building",
            ViewState::CatchingUp => "catching_up",
            ViewState::Live => "live",
            ViewState::Failed { .. } => "failed",
        }
    }
}

/// How a view is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ViewStatus {
    /// The view's name.
    pub name: &'static str,
    /// What it is doing.
    pub state: ViewState,
    /// Every event up to here is folded, or does not concern the view.
    pub position: Position,
    /// How many positions the log is ahead; 0 when level.
    pub lag_events: u64,
    /// For how long the log has been ahead; zero when level.
    pub lag: Duration,
}

/// What a query found, and how much of the log it reflects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reflected<T> {
    /// The rows held every event up to here that concerns the view, and none after it.
    pub position: Position,
    /// What was found.
    pub value: T,
}

/// A view that follows the log as long as a clone of this handle lives.
#[derive(Clone, Debug)]
pub struct View {
    handle: Arc<Handle>,
}

#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
    head: watch::Receiver<Position>,
    queries: Arc<Semaphore>,
    /// Ends the following task when it is dropped.
    _alive: watch::Sender<()>,
}

/// What the following task and the handles both know.
#[derive(Debug)]
struct Shared {
    name: &'static str,
    location: Location,
    readers: Readers,
    progress: watch::Sender<Progress>,
    /// Up to where readers wait for the view.
    wanted: watch::Sender<Position>,
    behind_since: Mutex<Option<Instant>>,
    /// A query found the file damaged.
    damaged: Notify,
}

#[derive(Clone, Debug)]
struct Progress {
    position: Position,
    changed_at: Position,
    state: ViewState,
}

impl View {
    /// Opens the view of `P` in `store` and follows `log` on the present tokio runtime until the
    /// last handle is dropped.
    ///
    /// The file is made anew when it is absent, damaged, made for other tables, or folded from
    /// another history than the one that `log` holds (a log restored from an older backup). Returns
    /// before the view has caught up: see [`View::reach`].
    ///
    /// # Errors
    ///
    /// Returns why the file could not be made or the log not be read.
    pub async fn open<P: Projection>(
        log: Arc<dyn EventLog>,
        store: &Store,
    ) -> Result<View, ViewError> {
        let store = store.clone();
        let (location, mut checkpoint) = blocking(move || {
            let location = store.locate(P::NAME)?;
            store::remove(&store::beside(&location.path, BUILDING))?;
            let (_, checkpoint) = store::open::<P>(&location.path)?;
            Ok((location, checkpoint))
        })
        .await?;
        if !checkpoint.agrees_with(log.as_ref(), fold::filter::<P>()).await? {
            let position = checkpoint.position.0;
            tracing::warn!(view = P::NAME, position, "the log holds another history: rebuilding");
            let anew = location.clone();
            let create = move || store::create::<P>(&anew.path, store::Journal::Wal);
            (_, checkpoint) = blocking(create).await?;
        }

        let head = log.head();
        let state = match checkpoint.build {
            Build::First => ViewState::Building,
            Build::Done => ViewState::CatchingUp,
        };
        let (position, changed_at) = (checkpoint.position, checkpoint.changed_at());
        let (progress, _) = watch::channel(Progress { position, changed_at, state });
        let shared = Arc::new(Shared {
            name: P::NAME,
            readers: Readers::new(location.path.clone()),
            location,
            progress,
            wanted: watch::channel(Position(0)).0,
            behind_since: Mutex::new(None),
            damaged: Notify::new(),
        });
        if *head.borrow() <= checkpoint.position {
            shared.publish((position, changed_at), Reach::Level, position);
        }
        let (alive, mut dropped) = watch::channel(());
        let followed = Arc::clone(&shared);
        tokio::spawn(async move {
            tokio::select! {
                _ = dropped.changed() => {}
                () = followed.follow::<P>(log) => {}
            }
        });
        let queries = Arc::new(Semaphore::new(QUERIES_MAX));
        Ok(View { handle: Arc::new(Handle { shared, head, queries, _alive: alive }) })
    }

    /// The view's name.
    pub fn name(&self) -> &'static str {
        self.handle.shared.name
    }

    /// How far the view has come, and what it is doing.
    pub fn status(&self) -> ViewStatus {
        let shared = &self.handle.shared;
        let Progress { position, state, .. } = shared.progress.borrow().clone();
        let head = *self.handle.head.borrow();
        let lag = shared.note_lag(position, head);
        let lag_events = head.0.saturating_sub(position.0);
        ViewStatus { name: shared.name, state, position, lag_events, lag }
    }

    /// Every event up to here is folded, or does not concern the view.
    pub fn position(&self) -> Position {
        self.handle.shared.progress.borrow().position
    }

    /// Where the last event stands that changed the view's rows; 0 before the first. As long as it is
    /// the same one, so is every answer that does not depend on the time.
    pub fn changed_at(&self) -> Position {
        self.handle.shared.progress.borrow().changed_at
    }

    /// Whether the view has seen the end of the log and follows it.
    pub fn is_live(&self) -> bool {
        self.handle.shared.progress.borrow().state == ViewState::Live
    }

    /// Waits until the view reflects `min` and everything that was recorded before this call, at
    /// most [`WAIT_MAX`]; returns how far it has come.
    ///
    /// # Errors
    ///
    /// Returns [`ViewError::Behind`] when the time is over, at once [`ViewError::Failed`] when the
    /// view stopped.
    pub async fn reach(&self, min: Position) -> Result<Position, ViewError> {
        let recorded = *self.handle.head.borrow();
        let wanted = min.max(recorded);
        self.handle.shared.want(recorded);
        let mut progress = self.handle.shared.progress.subscribe();
        let arrival = progress.wait_for(|now| {
            wanted <= now.position || matches!(now.state, ViewState::Failed { .. })
        });
        if let Ok(Ok(reached)) = tokio::time::timeout(WAIT_MAX, arrival).await {
            let position = reached.position;
            drop(reached);
            self.check()?;
            return Ok(position);
        }
        self.check()?;
        Err(ViewError::Behind { view: self.name(), position: self.position(), wanted })
    }

    /// Runs `query` in one read transaction, on a thread that may block.
    ///
    /// Does not wait for the view: call [`View::reach`] first.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<Reflected<T>, ViewError> {
        self.check()?;
        // The semaphore is never closed; were it, the query would only lose its turn.
        let turn = Arc::clone(&self.handle.queries).acquire_owned().await.ok();
        let shared = Arc::clone(&self.handle.shared);
        blocking(move || {
            let _turn = turn;
            shared.noticing_damage(|| {
                let mut reader = shared.readers.take()?;
                let published = shared.progress.borrow().position;
                let tx = reader.connection.transaction()?;
                // The snapshot is taken here, hence holds at least what was published before. The
                // checkpoint of a row is stored with it, hence holds nothing after the greater one.
                let position = checkpoint::position(&tx)?.max(published);
                let value = query(&tx);
                drop(tx);
                shared.readers.give_back(reader);
                Ok(Reflected { position, value: value? })
            })
        })
        .await
    }

    /// Runs one statement on the calling thread: for point look-ups of some microseconds.
    ///
    /// Does not wait for the view. Two statements may see different states of it.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub fn read_now<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ViewError> {
        self.check()?;
        let shared = &self.handle.shared;
        shared.noticing_damage(|| {
            let reader = shared.readers.take()?;
            let value = query(&reader.connection);
            shared.readers.give_back(reader);
            Ok(value?)
        })
    }

    /// Hashes everything that the view holds; reads all of it.
    ///
    /// # Errors
    ///
    /// Returns why the view could not be read.
    pub async fn digest(&self) -> Result<Reflected<Digest>, ViewError> {
        self.read(|connection| Ok(digest::of(connection)?.0)).await
    }

    fn check(&self) -> Result<(), ViewError> {
        match &self.handle.shared.progress.borrow().state {
            ViewState::Failed { position, error } => Err(ViewError::Failed {
                view: self.name(),
                position: *position,
                error: Arc::clone(error),
            }),
            ViewState::Building | ViewState::CatchingUp | ViewState::Live => Ok(()),
        }
    }
}

impl Shared {
    /// Folds what comes, for ever; returns only when the view failed or the log is gone.
    async fn follow<P: Projection>(self: &Arc<Shared>, log: Arc<dyn EventLog>) {
        let mut repairs = 0;
        let mut told = false;
        loop {
            let before = self.progress.borrow().position;
            let Err(FoldError { position, error }) = self.follow_once::<P>(&log).await else {
                return;
            };
            let cause = error.chain();
            match error.remedy() {
                Remedy::Wait => {
                    told &= self.progress.borrow().position == before;
                    if !told {
                        tracing::warn!(view = self.name, %position, error = %cause,
                            "the view cannot be brought up to date for now; trying again");
                        told = true;
                    }
                    tokio::time::sleep(RETRY_DELAY).await;
                }
                Remedy::Rebuild if repairs < REPAIRS_MAX => {
                    repairs += 1;
                    tracing::warn!(view = self.name, %position, error = %cause,
                        "the view's file is damaged: rebuilding");
                    let (position, changed_at) = (Position(0), Position(0));
                    let state = ViewState::Building;
                    self.progress.send_replace(Progress { position, changed_at, state });
                    let path = self.location.path.clone();
                    if let Err(error) = blocking(move || store::remove(&path)).await {
                        return self.fail(position, error.chain());
                    }
                    self.readers.renew();
                }
                Remedy::Rebuild | Remedy::Stop => return self.fail(position, cause),
            }
        }
    }

    /// Folds what comes until something fails; `Ok` when the log is gone.
    async fn follow_once<P: Projection>(
        self: &Arc<Shared>,
        log: &Arc<dyn EventLog>,
    ) -> Result<(), FoldError> {
        let here = |error| FoldError { position: self.progress.borrow().position, error };
        let location = self.location.clone();
        let opened = blocking(move || {
            // The whole of it moves here: a temporary folder must not go before its file is made.
            let location = location;
            store::open::<P>(&location.path)
        });
        let opened = opened.await.map_err(here)?;
        let mut fold = Fold::new(opened, TRANSACTION_MAX);
        let after = fold.checkpoint.position;
        let in_hand = Arc::<AtomicU64>::clone(&fold.in_hand);

        let (sender, mut pages) = mpsc::channel(PREFETCH_MAX);
        let (shared, head) = (Arc::clone(self), log.head());
        let folded = tokio::task::spawn_blocking(move || {
            let folded = fold.run::<P>(&mut pages, &mut |reached, reach| {
                shared.publish(reached, reach, *head.borrow());
            });
            // The file is closed before anybody can know that the fold has ended.
            drop(fold);
            folded
        });
        let ignored = &mut |_, _| {};
        let fetched = fold::fetch(
            log.as_ref(),
            fold::filter::<P>(),
            after,
            sender,
            (Until::Dropped(self.wanted.subscribe()), ignored),
        );
        let fetched = tokio::select! {
            fetched = fetched => fetched.map_err(ViewError::from),
            () = self.damaged.notified() => {
                let damage = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
                Err(rusqlite::Error::SqliteFailure(damage, None).into())
            }
        };
        // No page comes any more: the fold commits what it has and ends.
        match folded.await {
            Ok(folded) => folded?,
            Err(panic) => {
                let position = Position(in_hand.load(Ordering::Relaxed));
                return Err(FoldError { position, error: panic.into() });
            }
        }
        fetched.map_err(here)
    }

    /// Wakes the following task, should it rest while it is behind `recorded`.
    fn want(&self, recorded: Position) {
        self.wanted.send_if_modified(|wanted| {
            let more = *wanted < recorded;
            *wanted = recorded.max(*wanted);
            more
        });
    }

    /// Lets readers know how far the view has come.
    fn publish(&self, (position, changed_at): (Position, Position), reach: Reach, head: Position) {
        self.progress.send_modify(|progress| {
            progress.position = position;
            progress.changed_at = changed_at;
            let lag = head.0.saturating_sub(position.0);
            match (&progress.state, reach) {
                (ViewState::Building | ViewState::CatchingUp | ViewState::Live, Reach::Level) => {
                    progress.state = ViewState::Live;
                }
                (ViewState::Live, Reach::Behind) if LIVE_LAG_MAX < lag => {
                    progress.state = ViewState::CatchingUp;
                }
                (
                    ViewState::Building
                    | ViewState::CatchingUp
                    | ViewState::Live
                    | ViewState::Failed { .. },
                    Reach::Behind,
                )
                | (ViewState::Failed { .. }, Reach::Level) => {}
            }
        });
        self.note_lag(position, head);
    }

    /// Keeps track of since when the view has been behind; returns for how long.
    fn note_lag(&self, position: Position, head: Position) -> Duration {
        let mut since = self.behind_since.lock().unwrap_or_else(PoisonError::into_inner);
        if head <= position {
            *since = None;
            return Duration::ZERO;
        }
        since.get_or_insert_with(Instant::now).elapsed()
    }

    fn fail(&self, position: Position, error: Arc<str>) {
        tracing::error!(view = self.name, %position, %error, "the view stopped; start a mended \
            build, or rebuild the view");
        self.progress.send_modify(|progress| {
            progress.state = ViewState::Failed { position, error };
        });
    }

    /// Tells the following task when a query finds the file damaged.
    fn noticing_damage<T>(
        &self,
        read: impl FnOnce() -> Result<T, ViewError>,
    ) -> Result<T, ViewError> {
        let found = read();
        if found.as_ref().is_err_and(|error| error.remedy() == Remedy::Rebuild) {
            self.damaged.notify_one();
        }
        found
    }
}
