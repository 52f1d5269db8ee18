//! The table of memberships: how events change it, and how it is read.

use std::sync::LazyLock;

use eventlog::Recorded;
use events::{MembershipClass, MembershipEvent};
use jiff::Timestamp;
use kernel::{NetworkId, OrganisationId, Party, PersonId};
use projector::{
    AsOf, Projection, ViewError,
    bitemporal::{AS_OF, Facts, NOW},
};
use rusqlite::{
    Connection, OptionalExtension as _, Row, Transaction, named_params, params,
    types::{FromSqlError, Type},
};
use uuid::Uuid;

use crate::{Among, Following, Member, MemberCursor, Members, NETWORKS_MAX, Status};

static MEMBERSHIPS: LazyLock<Facts> = LazyLock::new(|| {
    Facts::of("roster", &["network", "party", "party_kind"], &["class", "since", "suspended"])
});

static CURRENT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select class, since from roster
         where network = ?1 and party = ?2 and party_kind = ?3 and {NOW}"
    )
});

static STANDING: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select class from roster
         where network = ?1 and party = ?2 and party_kind = ?3 and suspended = 0 and {NOW}"
    )
});

static NETWORKS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select network, class from roster
         where party = ?1 and party_kind = ?2 and suspended = 0 and {NOW}
         order by since, network limit ?3"
    )
});

static TOTAL: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select count(*) from roster
         where network = :network and suspended <= :suspended and {AS_OF}"
    )
});

static MEMBERS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select party, party_kind, class, since, suspended,
                (select min(earlier.valid_from) from roster earlier
                 where earlier.network = roster.network and earlier.party = roster.party
                 and earlier.party_kind = roster.party_kind
                 and earlier.known_from <= :known and :known < earlier.known_to) as joined
         from roster
         where network = :network and suspended <= :suspended and {AS_OF}
         and (joined, party, party_kind) > (:joined, :party, :party_kind)
         order by joined, party, party_kind limit :limit"
    )
});

/// The roster as a projection; its rows are memberships on both clocks.
#[derive(Debug)]
pub enum RosterView {}

impl Projection for RosterView {
    const NAME: &'static str = "roster_2";

    const SCHEMA: &'static str = "
        create table roster (
            network blob not null, party blob not null, party_kind integer not null,
            class integer not null, since integer not null, suspended integer not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (network, party, party_kind, valid_from, known_from)
        ) strict, without rowid;
        create index roster_by_party on roster (party, party_kind)
            where valid_to = 9223372036854775807 and known_to = 9223372036854775807;";

    const CATEGORIES: &'static [&'static str] = &["membership"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let Some(membership) = event.decode::<MembershipEvent>()? else { return Ok(()) };
        match membership {
            MembershipEvent::MemberAdmitted { network, party, class, since } => {
                let (id, kind) = stored_party(party);
                let network = *network.uuid().as_bytes();
                let (class, since_us) = (stored(class), since.as_microsecond());
                let from = AsOf { effective: since, known: event.position };
                MEMBERSHIPS.open(tx, &[&network, &id, &kind], &[&class, &since_us, &0], from)?;
            }
            MembershipEvent::MemberSuspended { network, party } => {
                set_suspended(tx, event, (network, party), 1)?;
            }
            MembershipEvent::MemberReinstated { network, party } => {
                set_suspended(tx, event, (network, party), 0)?;
            }
            MembershipEvent::MemberResigned { network, party, until }
            | MembershipEvent::MemberExpelled { network, party, until } => {
                let (id, kind) = stored_party(party);
                let network = *network.uuid().as_bytes();
                let from = AsOf { effective: until, known: event.position };
                MEMBERSHIPS.end(tx, &[&network, &id, &kind], from)?;
            }
            MembershipEvent::PartyInvited { .. }
            | MembershipEvent::InvitationAccepted {}
            | MembershipEvent::InvitationDeclined {}
            | MembershipEvent::MembershipApplied { .. }
            | MembershipEvent::ApplicationWithdrawn {}
            | MembershipEvent::ApplicationDeclined {}
            | MembershipEvent::AdmissionConsented { .. } => {}
        }
        Ok(())
    }
}

/// Records that a membership is suspended, or no longer, from the event on; class and beginning stay.
fn set_suspended(
    tx: &Transaction<'_>,
    event: &Recorded,
    (network, party): (NetworkId, Party),
    suspended: i64,
) -> rusqlite::Result<()> {
    let (id, kind) = stored_party(party);
    let network = *network.uuid().as_bytes();
    let known: Option<(i64, i64)> = tx
        .prepare_cached(&CURRENT)?
        .query_row(params![network, id, kind], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((class, since)) = known else { return Ok(()) };
    // Nobody is suspended before they were a member.
    let effective = event.effective_at.max(instant(since)?);
    let from = AsOf { effective, known: event.position };
    MEMBERSHIPS.open(tx, &[&network, &id, &kind], &[&class, &since, &suspended], from)
}

pub(crate) fn standing(
    connection: &Connection,
    network: NetworkId,
    party: Party,
) -> rusqlite::Result<Option<MembershipClass>> {
    let (id, kind) = stored_party(party);
    connection
        .prepare_cached(&STANDING)?
        .query_row(params![network.uuid().as_bytes(), id, kind], |row| class_of(row, 0))
        .optional()
}

pub(crate) fn belongs(
    connection: &Connection,
    network: NetworkId,
    party: Party,
) -> rusqlite::Result<bool> {
    let (id, kind) = stored_party(party);
    connection.prepare_cached(&CURRENT)?.exists(params![network.uuid().as_bytes(), id, kind])
}

pub(crate) fn members(
    connection: &Connection,
    network: NetworkId,
    (as_of, among): (AsOf, Among),
    (after, limit): (Option<MemberCursor>, u32),
) -> rusqlite::Result<Members> {
    let suspended: i64 = match among {
        Among::Active => 0,
        Among::Everybody => 1,
    };
    let network = *network.uuid().as_bytes();
    let (effective, known) = (as_of.effective_us(), as_of.known_position());
    let total = connection.prepare_cached(&TOTAL)?.query_row(
        named_params! {
            ":network": network, ":effective": effective, ":known": known,
            ":suspended": suspended,
        },
        |row| row.get(0),
    )?;
    // No membership is before the least time.
    let (joined, (party, kind)) = match after {
        Some(cursor) => (cursor.joined_at.as_microsecond(), stored_party(cursor.party)),
        None => (i64::MIN, ([0; 16], 0)),
    };
    let mut statement = connection.prepare_cached(&MEMBERS)?;
    let rows = statement.query_map(
        named_params! {
            ":network": network, ":effective": effective, ":known": known,
            ":suspended": suspended,
            ":joined": joined, ":party": party, ":party_kind": kind,
            // One more than asked for tells whether more follow.
            ":limit": u64::from(limit) + 1,
        },
        |row| {
            Ok(Member {
                party: party_of(row, 0, 1)?,
                class: class_of(row, 2)?,
                since: instant(row.get(3)?)?,
                status: if row.get(4)? { Status::Suspended } else { Status::Active },
                joined_at: instant(row.get(5)?)?,
            })
        },
    )?;
    let mut members = rows.collect::<Result<Vec<_>, _>>()?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let following = if page < members.len() { Following::More } else { Following::Nothing };
    members.truncate(page);
    Ok(Members { members, total, following })
}

pub(crate) fn networks_of(
    connection: &Connection,
    party: Party,
) -> rusqlite::Result<Vec<(NetworkId, MembershipClass)>> {
    let (id, kind) = stored_party(party);
    let mut statement = connection.prepare_cached(&NETWORKS)?;
    let rows = statement.query_map(params![id, kind, NETWORKS_MAX], |row| {
        Ok((NetworkId::new(uuid_of(row, 0)?), class_of(row, 1)?))
    })?;
    rows.collect()
}

/// A party as the table holds it: its id, and 0 for a person or 1 for an organisation.
fn stored_party(party: Party) -> ([u8; 16], i64) {
    let id = *party.uuid().as_bytes();
    match party {
        Party::Person(_) => (id, 0),
        Party::Organisation(_) => (id, 1),
    }
}

fn party_of(row: &Row<'_>, id: usize, kind: usize) -> rusqlite::Result<Party> {
    let uuid = uuid_of(row, id)?;
    match row.get(kind)? {
        0 => Ok(Party::Person(PersonId::new(uuid))),
        1 => Ok(Party::Organisation(OrganisationId::new(uuid))),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(kind, other)),
    }
}

/// A class as the table holds it.
fn stored(class: MembershipClass) -> i64 {
    match class {
        MembershipClass::Founder => 0,
        MembershipClass::Member => 1,
    }
}

fn class_of(row: &Row<'_>, index: usize) -> rusqlite::Result<MembershipClass> {
    match row.get(index)? {
        0 => Ok(MembershipClass::Founder),
        1 => Ok(MembershipClass::Member),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(index, other)),
    }
}

fn instant(micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, micros))
}

fn uuid_of(row: &Row<'_>, index: usize) -> rusqlite::Result<Uuid> {
    let bytes = row.get_ref(index)?.as_blob()?;
    Uuid::from_slice(bytes).map_err(|error| {
        let error = FromSqlError::Other(Box::new(error));
        rusqlite::Error::FromSqlConversionFailure(index, Type::Blob, Box::new(error))
    })
}
