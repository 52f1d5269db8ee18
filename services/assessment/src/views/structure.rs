//! Every change of a network's structure, as a journal: one row for one event, never changed again.
//!
//! Folding is an insert and nothing else, which makes rebuilding fast; the two clocks are the rows'
//! `effective_at` and `position`. What was so at a moment is worked out by [`crate::index`].

use eventlog::{Position, Recorded};
use events::{GatheringEvent, MembershipEvent, TieEvent, TieVisibility};
use kernel::{Event as _, NetworkId, Party};
use projector::{Projection, ViewError};
use rusqlite::{Connection, Row, Transaction, params, types::Type};
use uuid::Uuid;

/// Keeps the journal.
#[derive(Debug)]
pub struct StructureView;

/// How many rows are read at a time.
pub const PAGE: u32 = 65_536;

/// One change, as known from its position on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Where the event stands in the log.
    pub position: Position,
    /// Since when it is so in the world, in microseconds since 1970.
    pub effective_us: i64,
    /// What changed.
    pub what: What,
}

/// What changed in the structure of a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A party became a member.
    Joined(Uuid),
    /// A party is no longer a member.
    Left(Uuid),
    /// A tie exists.
    Tied {
        /// Which one.
        tie: Uuid,
        /// Who declared it.
        source: Uuid,
        /// Whom it points to.
        target: Uuid,
        /// Who may see it.
        visibility: TieVisibility,
    },
    /// A tie exists no longer.
    Untied(Uuid),
    /// A person was at a gathering.
    Attended {
        /// Which one.
        gathering: Uuid,
        /// Who.
        person: Uuid,
    },
    /// A person was not at a gathering after all, and never had been.
    NotAttended {
        /// Which one.
        gathering: Uuid,
        /// Who.
        person: Uuid,
    },
}

/// The numbers that stand for [`What`] in the column `what`.
const JOINED: u8 = 1;
const LEFT: u8 = 2;
const TIED_FOR_SOURCE: u8 = 3;
const TIED_FOR_PARTIES: u8 = 4;
const TIED_FOR_NETWORK: u8 = 5;
const UNTIED: u8 = 6;
const ATTENDED: u8 = 7;
const NOT_ATTENDED: u8 = 8;

impl Projection for StructureView {
    const NAME: &'static str = "structure_1";
    // The rows of one network lie together, in the order in which they became known.
    const SCHEMA: &'static str = "
        create table changes (
            network blob not null, position integer not null, effective_us integer not null,
            what integer not null, a blob not null, b blob, c blob,
            primary key (network, position)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] =
        &[MembershipEvent::CATEGORY, TieEvent::CATEGORY, GatheringEvent::CATEGORY];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let Some(network) = event.network_id else { return Ok(()) };
        let Some(what) = what(event)? else { return Ok(()) };
        let (kind, a, b, c) = columns(&what);
        tx.prepare_cached("insert into changes values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(
            params![
                network.uuid().as_bytes(),
                event.position.0,
                event.effective_at.as_microsecond(),
                kind,
                a.as_bytes(),
                b.as_ref().map(Uuid::as_bytes),
                c.as_ref().map(Uuid::as_bytes),
            ],
        )?;
        Ok(())
    }
}

/// What an event changes in the structure; `None` when nothing.
fn what(event: &Recorded) -> Result<Option<What>, ViewError> {
    let subject = event.stream.id();
    // The category decides, so that each event is decoded once.
    Ok(match event.stream.category() {
        GatheringEvent::CATEGORY => match event.decode::<GatheringEvent>()? {
            Some(
                GatheringEvent::AttendanceRecorded { person, .. }
                | GatheringEvent::AttendanceCorrected { person, mode: Some(_), .. },
            ) => Some(What::Attended { gathering: subject, person: person.uuid() }),
            Some(GatheringEvent::AttendanceCorrected { person, mode: None, .. }) => {
                Some(What::NotAttended { gathering: subject, person: person.uuid() })
            }
            Some(GatheringEvent::GatheringPlanned { .. } | GatheringEvent::GatheringHeld {})
            | None => None,
        },
        TieEvent::CATEGORY => match event.decode::<TieEvent>()? {
            Some(TieEvent::TieDeclared { source, target, visibility, .. }) => Some(What::Tied {
                tie: subject,
                source: Party::uuid(source),
                target: Party::uuid(target),
                visibility,
            }),
            Some(TieEvent::TieWithdrawn { .. }) => Some(What::Untied(subject)),
            Some(TieEvent::TieAcknowledged { .. } | TieEvent::TieAssessed { .. }) | None => None,
        },
        _ => match event.decode::<MembershipEvent>()? {
            Some(MembershipEvent::MemberAdmitted { party, .. }) => Some(What::Joined(party.uuid())),
            Some(MembershipEvent::MemberResigned { party, .. }) => Some(What::Left(party.uuid())),
            Some(
                MembershipEvent::PartyInvited { .. }
                | MembershipEvent::InvitationAccepted {}
                | MembershipEvent::InvitationDeclined {}
                | MembershipEvent::MembershipApplied { .. }
                | MembershipEvent::ApplicationWithdrawn {}
                | MembershipEvent::ApplicationDeclined {},
            )
            | None => None,
        },
    })
}

fn columns(what: &What) -> (u8, Uuid, Option<Uuid>, Option<Uuid>) {
    match *what {
        What::Joined(party) => (JOINED, party, None, None),
        What::Left(party) => (LEFT, party, None, None),
        What::Tied { tie, source, target, visibility } => {
            let kind = match visibility {
                TieVisibility::Source => TIED_FOR_SOURCE,
                TieVisibility::Parties => TIED_FOR_PARTIES,
                TieVisibility::Network => TIED_FOR_NETWORK,
            };
            (kind, tie, Some(source), Some(target))
        }
        What::Untied(tie) => (UNTIED, tie, None, None),
        What::Attended { gathering, person } => (ATTENDED, gathering, Some(person), None),
        What::NotAttended { gathering, person } => (NOT_ATTENDED, gathering, Some(person), None),
    }
}

/// Reads at most [`PAGE`] changes of a network after a position, in order.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn changes(
    connection: &Connection,
    network: NetworkId,
    after: Position,
) -> rusqlite::Result<Vec<Change>> {
    connection
        .prepare_cached(
            "select position, effective_us, what, a, b, c from changes
             where network = ?1 and ?2 < position order by position limit ?3",
        )?
        .query_map(params![network.uuid().as_bytes(), after.0, PAGE], change)?
        .collect()
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let uuid = |column| row.get(column).map(Uuid::from_bytes);
    let tied = |visibility| -> rusqlite::Result<What> {
        Ok(What::Tied { tie: uuid(3)?, source: uuid(4)?, target: uuid(5)?, visibility })
    };
    let what = match row.get(2)? {
        JOINED => What::Joined(uuid(3)?),
        LEFT => What::Left(uuid(3)?),
        TIED_FOR_SOURCE => tied(TieVisibility::Source)?,
        TIED_FOR_PARTIES => tied(TieVisibility::Parties)?,
        TIED_FOR_NETWORK => tied(TieVisibility::Network)?,
        UNTIED => What::Untied(uuid(3)?),
        ATTENDED => What::Attended { gathering: uuid(3)?, person: uuid(4)? },
        NOT_ATTENDED => What::NotAttended { gathering: uuid(3)?, person: uuid(4)? },
        other => {
            let error = format!("{other} is no change of the structure").into();
            return Err(rusqlite::Error::FromSqlConversionFailure(2, Type::Integer, error));
        }
    };
    Ok(Change { position: Position(row.get(0)?), effective_us: row.get(1)?, what })
}
