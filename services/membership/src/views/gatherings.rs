//! The gatherings there are, and who was there, as far as was known at any moment.

use std::sync::LazyLock;

use eventlog::Recorded;
use events::{AttendanceMode, AttendanceSource, GatheringEvent};
use jiff::Timestamp;
use kernel::{GatheringId, NetworkId, PersonId};
use projector::{
    AsOf, Projection, ViewError,
    bitemporal::{AS_OF, Facts, NOW},
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, Transaction, params};

use super::{Listed, Part, id, instant, listed, word, worded};

/// Keeps gatherings and attendance.
#[derive(Debug)]
pub struct GatheringsView;

/// One gathering.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GatheringRow {
    /// Which one.
    pub gathering: GatheringId,
    /// The network that gathers.
    pub network: NetworkId,
    /// What it is called.
    pub title: String,
    /// When it starts.
    pub starts_at: Timestamp,
    /// Whether it is over.
    pub held: bool,
    /// How many people were there, in either mode.
    pub attendance_count: u64,
}

/// One person at one gathering.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttendanceRow {
    /// The person.
    pub person: PersonId,
    /// How they took part.
    pub mode: AttendanceMode,
    /// How it is known.
    pub source: AttendanceSource,
    /// The revision of the event that says so.
    pub revision: u64,
}

static ATTENDANCE: LazyLock<Facts> = LazyLock::new(|| {
    Facts::of("attendance", &["gathering", "person"], &["mode", "source", "revision"])
});

static GATHERING: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select *, (select count(*) from attendance
                    where attendance.gathering = gatherings.gathering and {NOW}) as attended
         from gatherings"
    )
});

static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select * from attendance where gathering = :gathering and {AS_OF}
         order by person limit :limit offset :offset"
    )
});

static TOTAL: LazyLock<String> = LazyLock::new(|| {
    format!("select count(*) from attendance where gathering = :gathering and {AS_OF}")
});

impl Projection for GatheringsView {
    const NAME: &'static str = "gatherings_1";
    const SCHEMA: &'static str = "
        create table gatherings (
            gathering blob primary key, network blob not null, title text not null,
            starts_at integer not null, held integer not null
        ) strict;
        create index gatherings_network on gatherings (network, starts_at);
        create table attendance (
            gathering blob not null, person blob not null,
            mode text not null, source text not null, revision integer not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (gathering, person, valid_from, known_from)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] = &["gathering"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let gathering = event.stream.id().into_bytes();
        let at = AsOf { effective: event.effective_at, known: event.position };
        match event.decode::<GatheringEvent>()? {
            Some(GatheringEvent::GatheringPlanned { network, title, starts_at }) => {
                tx.prepare_cached("insert into gatherings values (?1, ?2, ?3, ?4, 0)")?.execute(
                    params![
                        gathering,
                        network.uuid().into_bytes(),
                        title,
                        starts_at.as_microsecond()
                    ],
                )?;
            }
            Some(GatheringEvent::AttendanceRecorded { person, mode, source }) => {
                let person = person.uuid().into_bytes();
                let (mode, source) = (worded(&mode)?, worded(&source)?);
                let values: [&dyn ToSql; 3] = [&mode, &source, &event.revision];
                ATTENDANCE.open(tx, &[&gathering, &person], &values, at)?;
            }
            Some(GatheringEvent::AttendanceCorrected { person, mode, .. }) => {
                correct(tx, gathering, person.uuid().into_bytes(), mode, event)?;
            }
            Some(GatheringEvent::GatheringHeld {}) => {
                tx.prepare_cached("update gatherings set held = 1 where gathering = ?1")?
                    .execute([gathering])?;
            }
            None => {}
        }
        Ok(())
    }
}

/// Takes back what was said of a person, and says what is so instead.
fn correct(
    tx: &Transaction<'_>,
    gathering: [u8; 16],
    person: [u8; 16],
    mode: Option<AttendanceMode>,
    event: &Recorded,
) -> rusqlite::Result<()> {
    let key: [&dyn ToSql; 2] = [&gathering, &person];
    // After "was not there" there is no row; the first source is then as good as lost.
    let source: Option<String> = tx
        .query_row(
            "select source from attendance where gathering = ?1 and person = ?2
             order by known_from desc limit 1",
            params![gathering, person],
            |row| row.get(0),
        )
        .optional()?;
    ATTENDANCE.retract(tx, &key, event.position)?;
    if let (Some(mode), Some(source)) = (mode, source) {
        let at = AsOf { effective: event.effective_at, known: event.position };
        let mode = worded(&mode)?;
        ATTENDANCE.open(tx, &key, &[&mode, &source, &event.revision], at)?;
    }
    Ok(())
}

/// Reads one gathering; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn gathering(
    connection: &Connection,
    gathering: GatheringId,
) -> rusqlite::Result<Option<GatheringRow>> {
    connection
        .prepare_cached(&format!("{} where gathering = ?1", *GATHERING))?
        .query_row([gathering.uuid().into_bytes()], row)
        .optional()
}

/// Lists a network's gatherings by their start.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn gatherings(
    connection: &Connection,
    network: NetworkId,
    part: Part,
) -> rusqlite::Result<Listed<GatheringRow>> {
    let network = network.uuid().into_bytes();
    let total = connection
        .prepare_cached("select count(*) from gatherings where network = ?1")?
        .query_row([network], |row| row.get(0))?;
    let sql = format!(
        "{} where network = ?1 order by starts_at, gathering limit ?2 offset ?3",
        *GATHERING
    );
    let items = connection
        .prepare_cached(&sql)?
        .query_map(params![network, part.limit, part.offset], row)?
        .collect::<Result<_, _>>()?;
    Ok(Listed { items, total })
}

/// Lists who was at a gathering, as far as known at a moment, in order of their ids.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn attendance(
    connection: &Connection,
    gathering: GatheringId,
    as_of: AsOf,
    part: Part,
) -> rusqlite::Result<Listed<AttendanceRow>> {
    let gathering = gathering.uuid().into_bytes();
    let about: [(&str, &dyn ToSql); 1] = [(":gathering", &gathering)];
    listed(connection, (&LIST, &TOTAL), &about, (as_of, part), attended)
}

fn row(row: &Row<'_>) -> rusqlite::Result<GatheringRow> {
    Ok(GatheringRow {
        gathering: id(row, "gathering")?,
        network: id(row, "network")?,
        title: row.get("title")?,
        starts_at: instant(row, "starts_at")?,
        held: row.get("held")?,
        attendance_count: row.get("attended")?,
    })
}

fn attended(row: &Row<'_>) -> rusqlite::Result<AttendanceRow> {
    Ok(AttendanceRow {
        person: id(row, "person")?,
        mode: word(row, "mode")?,
        source: word(row, "source")?,
        revision: row.get("revision")?,
    })
}
