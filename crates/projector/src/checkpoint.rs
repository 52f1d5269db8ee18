//! How far a view has come, kept beside its rows.

use eventlog::{EventLog, Filter, LogError, Position, Recorded};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Projection, ViewError};

/// The table that holds the checkpoint, in every view's file; not part of the view's content.
pub(crate) const TABLE: &str = "projector_checkpoint";

const SCHEMA: &str = "
create table projector_checkpoint (
    one integer primary key check (one = 1),
    schema_hash blob not null,
    position integer not null,
    built integer not null,
    last_position integer not null,
    last_event blob not null,
    last_recorded integer not null
) strict;
";

/// Whether the view has once been level with the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Build {
    /// Not yet.
    First,
    /// Once.
    Done,
}

/// The last event folded, by which a view knows the history that it was folded from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Mark {
    position: Position,
    event: Uuid,
    recorded_us: i64,
}

/// How far a view has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Checkpoint {
    /// Every event up to here is folded, or does not concern the view.
    pub(crate) position: Position,
    /// Whether the view has once been complete.
    pub(crate) build: Build,
    /// `None` until the first event is folded.
    last: Option<Mark>,
}

impl Checkpoint {
    /// Before the first event.
    pub(crate) fn start() -> Checkpoint {
        Checkpoint { position: Position(0), build: Build::First, last: None }
    }

    /// Where the last event that was folded stands; 0 before the first.
    pub(crate) fn changed_at(&self) -> Position {
        self.last.map_or(Position(0), |last| last.position)
    }

    /// Remembers `event` as the last one folded.
    pub(crate) fn folded(&mut self, event: &Recorded) {
        self.position = event.position;
        self.last = Some(Mark {
            position: event.position,
            event: event.event_id.uuid(),
            recorded_us: event.recorded_at.as_microsecond(),
        });
    }

    /// Makes the tables of `P` and a checkpoint at the start.
    pub(crate) fn create<P: Projection>(connection: &mut Connection) -> rusqlite::Result<()> {
        let tx = connection.transaction()?;
        tx.execute_batch(SCHEMA)?;
        tx.execute_batch(P::SCHEMA)?;
        tx.execute(
            "insert into projector_checkpoint values (1, ?1, 0, 0, 0, x'', 0)",
            params![schema_hash::<P>()],
        )?;
        tx.commit()
    }

    /// Loads the checkpoint if the file was made for `P` as it is now; `None` if not.
    pub(crate) fn find<P: Projection>(
        connection: &Connection,
    ) -> rusqlite::Result<Option<Checkpoint>> {
        let found: bool = connection.query_row(
            "select count(*) from sqlite_schema where type = 'table' and name = ?1",
            [TABLE],
            |row| row.get(0),
        )?;
        if !found {
            return Ok(None);
        }
        let hash: Option<Vec<u8>> = connection
            .query_row("select schema_hash from projector_checkpoint", [], |row| row.get(0))
            .optional()?;
        if hash.is_some_and(|hash| hash == schema_hash::<P>()) {
            return Checkpoint::load(connection).map(Some);
        }
        Ok(None)
    }

    /// Loads the checkpoint.
    pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Checkpoint> {
        let mut statement = connection.prepare_cached(
            "select position, built, last_position, last_event, last_recorded
             from projector_checkpoint",
        )?;
        statement.query_row([], |row| {
            let last_position = Position(row.get(2)?);
            let last = if last_position == Position(0) {
                None
            } else {
                let event = Uuid::from_slice(row.get_ref(3)?.as_blob()?).unwrap_or_default();
                Some(Mark { position: last_position, event, recorded_us: row.get(4)? })
            };
            let build = if row.get(1)? { Build::Done } else { Build::First };
            Ok(Checkpoint { position: Position(row.get(0)?), build, last })
        })
    }

    /// Writes the checkpoint; within the transaction that wrote the rows.
    pub(crate) fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "update projector_checkpoint set position = ?1, built = ?2, last_position = ?3,
             last_event = ?4, last_recorded = ?5",
        )?;
        let last = self.last;
        statement.execute(params![
            self.position.0,
            self.build == Build::Done,
            last.map_or(0, |last| last.position.0),
            last.map(|last| last.event.into_bytes().to_vec()).unwrap_or_default(),
            last.map_or(0, |last| last.recorded_us),
        ])?;
        Ok(())
    }

    /// Tells whether the view was folded from the history that `log` holds.
    ///
    /// It was not when the log is shorter than the view, or holds another event where the view
    /// folded its last one: the log was restored from a backup, or is another one.
    pub(crate) async fn agrees_with(
        &self,
        log: &dyn EventLog,
        filter: Filter,
    ) -> Result<bool, LogError> {
        let head = *log.head().borrow();
        if head < self.position {
            return Ok(false);
        }
        let Some(last) = self.last else { return Ok(true) };
        let before = Position(last.position.0.saturating_sub(1));
        let page = log.read_all(before, filter, 1).await?;
        Ok(page.events.first().is_some_and(|event| {
            let mut found = Checkpoint::start();
            found.folded(event);
            found.last == self.last
        }))
    }
}

/// The position that the rows reflect, from within a transaction.
pub(crate) fn position(connection: &Connection) -> Result<Position, ViewError> {
    let mut statement = connection.prepare_cached("select position from projector_checkpoint")?;
    Ok(Position(statement.query_row([], |row| row.get(0))?))
}

fn schema_hash<P: Projection>() -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [SCHEMA, P::NAME, P::SCHEMA].iter().chain(P::CATEGORIES) {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}
