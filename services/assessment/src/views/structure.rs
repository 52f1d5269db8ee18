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

#[cfg(test)]
mod tests;

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

/// How many bits of a row's key hold the position.
const POSITION_BITS: u32 = 43;

/// The greatest position that a row's key has room for: 8.7 million million.
const POSITION_MAX: Position = Position((1 << POSITION_BITS) - 1);

/// The last bits of a network's id that a row's key holds; with the position they fill 63 bits.
const NETWORK_BITS: u32 = 0xf_ffff;

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
    const NAME: &'static str = "structure_2";
    // The key of a row is [`key`]: the rows of one network lie together, in the order in which they
    // became known. `parties` are the ids of a change, one after another.
    const SCHEMA: &'static str = "
        create table changes (
            key integer primary key, network blob not null, effective_us integer not null,
            what integer not null, parties blob not null
        ) strict;";
    const CATEGORIES: &'static [&'static str] =
        &[MembershipEvent::CATEGORY, TieEvent::CATEGORY, GatheringEvent::CATEGORY];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let Some(network) = event.network_id else { return Ok(()) };
        let Some(what) = what(event)? else { return Ok(()) };
        let (kind, parties) = columns(&what);
        tx.prepare_cached("insert into changes values (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            key(network, event.position)?,
            network.uuid().as_bytes(),
            event.effective_at.as_microsecond(),
            kind,
            parties,
        ])?;
        Ok(())
    }
}

/// Where the change of a network at a position is kept: after all earlier ones of that network.
///
/// The last bits of the network's id, then the position. The rows of one network lie together as
/// they would with a key of two columns, but SQLite appends to a table that is ordered by one number
/// in half the time. Networks whose last bits are equal (one pair in a million) lie among each
/// other; the column `network` tells their rows apart.
fn key(network: NetworkId, position: Position) -> rusqlite::Result<i64> {
    let [.., a, b, c, d] = network.uuid().into_bytes();
    let network = i64::from(u32::from_be_bytes([a, b, c, d]) & NETWORK_BITS);
    match i64::try_from(position.0) {
        Ok(number) if position <= POSITION_MAX => Ok(network << POSITION_BITS | number),
        Ok(_) | Err(_) => {
            let error = format!("the view has no room for position {position}");
            Err(rusqlite::Error::ToSqlConversionFailure(error.into()))
        }
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
            // Who is suspended is no active member meanwhile.
            Some(
                MembershipEvent::MemberAdmitted { party, .. }
                | MembershipEvent::MemberReinstated { party, .. },
            ) => Some(What::Joined(party.uuid())),
            Some(
                MembershipEvent::MemberSuspended { party, .. }
                | MembershipEvent::MemberExpelled { party, .. }
                | MembershipEvent::MemberResigned { party, .. },
            ) => Some(What::Left(party.uuid())),
            Some(
                MembershipEvent::PartyInvited { .. }
                | MembershipEvent::InvitationAccepted {}
                | MembershipEvent::InvitationDeclined {}
                | MembershipEvent::MembershipApplied { .. }
                | MembershipEvent::ApplicationWithdrawn {}
                | MembershipEvent::ApplicationDeclined {}
                | MembershipEvent::AdmissionConsented { .. },
            )
            | None => None,
        },
    })
}

/// The number of what changed, and the ids that it concerns.
fn columns(what: &What) -> (u8, Vec<u8>) {
    match *what {
        What::Joined(party) => (JOINED, concat([party])),
        What::Left(party) => (LEFT, concat([party])),
        What::Tied { tie, source, target, visibility } => {
            let kind = match visibility {
                TieVisibility::Source => TIED_FOR_SOURCE,
                TieVisibility::Parties => TIED_FOR_PARTIES,
                TieVisibility::Network => TIED_FOR_NETWORK,
            };
            (kind, concat([tie, source, target]))
        }
        What::Untied(tie) => (UNTIED, concat([tie])),
        What::Attended { gathering, person } => (ATTENDED, concat([gathering, person])),
        What::NotAttended { gathering, person } => (NOT_ATTENDED, concat([gathering, person])),
    }
}

fn concat<const N: usize>(ids: [Uuid; N]) -> Vec<u8> {
    ids.map(Uuid::into_bytes).concat()
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
    let (after, last) = (key(network, after)?, key(network, POSITION_MAX)?);
    connection
        .prepare_cached(
            "select key & 0x7ffffffffff, effective_us, what, parties from changes
             where ?1 < key and key <= ?2 and network = ?3 order by key limit ?4",
        )?
        .query_map(params![after, last, network.uuid().as_bytes(), PAGE], change)?
        .collect()
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let parties = row.get_ref(3)?.as_blob()?;
    let (parties, _) = parties.as_chunks();
    let party = |index: usize| match parties.get(index) {
        Some(id) => Ok(Uuid::from_bytes(*id)),
        None => Err(unreadable(3, Type::Blob, format!("a change has {index} parties or fewer"))),
    };
    let tied = |visibility| -> rusqlite::Result<What> {
        Ok(What::Tied { tie: party(0)?, source: party(1)?, target: party(2)?, visibility })
    };
    let what = match row.get(2)? {
        JOINED => What::Joined(party(0)?),
        LEFT => What::Left(party(0)?),
        TIED_FOR_SOURCE => tied(TieVisibility::Source)?,
        TIED_FOR_PARTIES => tied(TieVisibility::Parties)?,
        TIED_FOR_NETWORK => tied(TieVisibility::Network)?,
        UNTIED => What::Untied(party(0)?),
        ATTENDED => What::Attended { gathering: party(0)?, person: party(1)? },
        NOT_ATTENDED => What::NotAttended { gathering: party(0)?, person: party(1)? },
        other => {
            let error = format!("{other} is no change of the structure");
            return Err(unreadable(2, Type::Integer, error));
        }
    };
    Ok(Change { position: Position(row.get(0)?), effective_us: row.get(1)?, what })
}

fn unreadable(column: usize, held: Type, error: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, held, error.into())
}
