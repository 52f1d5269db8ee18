//! The organisations there are, their stewards, and who belonged to them or represented them at any
//! moment.

use std::{collections::BTreeSet, sync::LazyLock};

use eventlog::Recorded;
use events::{AffiliationEvent, OrganisationEvent, RepresentationScope};
use jiff::Timestamp;
use kernel::{AffiliationId, NetworkId, OrganisationId, PersonId};
use projector::{
    AsOf, Projection, ViewError,
    bitemporal::{AS_OF, Facts},
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, Transaction, params};
use uuid::Uuid;

use super::{Listed, Part, id, instant, listed, word, worded};

/// Keeps organisations and affiliations.
#[derive(Debug)]
pub struct OrganisationsView;

/// One organisation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrganisationRow {
    /// What it is called.
    pub name: String,
    /// Who speaks for it.
    pub stewards: BTreeSet<PersonId>,
}

/// How far an affiliation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AffiliationStatus {
    /// The person says so.
    Claimed,
    /// The organisation says so too.
    Confirmed,
}

/// One affiliation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AffiliationRow {
    /// Which one.
    pub affiliation: AffiliationId,
    /// The person.
    pub person: PersonId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// How far it is.
    pub status: AffiliationStatus,
    /// Since when it is like that.
    pub since: Timestamp,
}

/// A person who represents an organisation in a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RepresentationRow {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The person.
    pub person: PersonId,
    /// In what.
    pub scopes: BTreeSet<RepresentationScope>,
    /// Since when it is like that.
    pub since: Timestamp,
}

static REPRESENTATIONS: LazyLock<Facts> = LazyLock::new(|| {
    Facts::of("representations", &["network", "organisation", "person"], &["scopes"])
});

static REPRESENTED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select * from representations where network = :network and {AS_OF}
         order by organisation, person limit :limit offset :offset"
    )
});

static REPRESENTED_TOTAL: LazyLock<String> = LazyLock::new(|| {
    format!("select count(*) from representations where network = :network and {AS_OF}")
});

static AFFILIATIONS: LazyLock<Facts> = LazyLock::new(|| {
    Facts::of("affiliations", &["affiliation"], &["person", "organisation", "confirmed"])
});

static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select * from affiliations where organisation = :organisation and {AS_OF}
         order by valid_from, affiliation limit :limit offset :offset"
    )
});

static TOTAL: LazyLock<String> = LazyLock::new(|| {
    format!("select count(*) from affiliations where organisation = :organisation and {AS_OF}")
});

impl Projection for OrganisationsView {
    const NAME: &'static str = "organisations_2";
    const SCHEMA: &'static str = "
        create table organisations (organisation blob primary key, name text not null) strict;
        create table stewards (
            organisation blob not null, person blob not null, primary key (organisation, person)
        ) strict;
        create index stewards_person on stewards (person);
        create table affiliations (
            affiliation blob not null, person blob not null, organisation blob not null,
            confirmed integer not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (affiliation, valid_from, known_from)
        ) strict, without rowid;
        create index affiliations_organisation on affiliations (organisation);
        create table representations (
            network blob not null, organisation blob not null, person blob not null,
            scopes text not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (network, organisation, person, valid_from, known_from)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] = &["organisation", "affiliation"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let at = AsOf { effective: event.effective_at, known: event.position };
        if let Some(change) = event.decode::<OrganisationEvent>()? {
            organisation_changed(tx, event.stream.id(), &change, at)?;
        }
        if let Some(change) = event.decode::<AffiliationEvent>()? {
            affiliation_changed(tx, event.stream.id(), &change, at)?;
        }
        Ok(())
    }
}

fn organisation_changed(
    tx: &Transaction<'_>,
    organisation: Uuid,
    change: &OrganisationEvent,
    at: AsOf,
) -> rusqlite::Result<()> {
    let organisation = organisation.into_bytes();
    let add = "insert or ignore into stewards values (?1, ?2)";
    match change {
        OrganisationEvent::OrganisationRegistered { name, steward } => {
            tx.execute("insert into organisations values (?1, ?2)", params![organisation, name])?;
            tx.execute(add, params![organisation, steward.uuid().into_bytes()])?;
        }
        OrganisationEvent::StewardAppointed { person } => {
            tx.execute(add, params![organisation, person.uuid().into_bytes()])?;
        }
        OrganisationEvent::StewardRemoved { person } => {
            let remove = "delete from stewards where organisation = ?1 and person = ?2";
            tx.execute(remove, params![organisation, person.uuid().into_bytes()])?;
        }
        OrganisationEvent::RepresentationAuthorised { person, network, scopes } => {
            let (network, person) = (network.uuid().into_bytes(), person.uuid().into_bytes());
            let scopes = worded(scopes)?;
            REPRESENTATIONS.open(tx, &[&network, &organisation, &person], &[&scopes], at)?;
        }
        OrganisationEvent::RepresentationWithdrawn { person, network } => {
            let (network, person) = (network.uuid().into_bytes(), person.uuid().into_bytes());
            REPRESENTATIONS.end(tx, &[&network, &organisation, &person], at)?;
        }
    }
    Ok(())
}

fn affiliation_changed(
    tx: &Transaction<'_>,
    affiliation: Uuid,
    change: &AffiliationEvent,
    at: AsOf,
) -> rusqlite::Result<()> {
    let key = affiliation.into_bytes();
    match change {
        AffiliationEvent::AffiliationClaimed { person, organisation, .. } => {
            let (person, organisation) =
                (person.uuid().into_bytes(), organisation.uuid().into_bytes());
            AFFILIATIONS.open(tx, &[&key], &[&person, &organisation, &0], at)
        }
        AffiliationEvent::AffiliationConfirmed { .. } => {
            let claimed = tx
                .query_row(
                    "select person, organisation from affiliations where affiliation = ?1
                     order by known_from desc limit 1",
                    [key],
                    |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, [u8; 16]>(1)?)),
                )
                .optional()?;
            match claimed {
                Some((person, organisation)) => {
                    AFFILIATIONS.open(tx, &[&key], &[&person, &organisation, &1], at)
                }
                None => Ok(()),
            }
        }
        AffiliationEvent::AffiliationEnded {} => AFFILIATIONS.end(tx, &[&key], at),
    }
}

/// Reads one organisation; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn organisation(
    connection: &Connection,
    organisation: OrganisationId,
) -> rusqlite::Result<Option<OrganisationRow>> {
    let key = organisation.uuid().into_bytes();
    let name = connection
        .prepare_cached("select name from organisations where organisation = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let Some(name) = name else { return Ok(None) };
    let stewards = connection
        .prepare_cached("select person from stewards where organisation = ?1")?
        .query_map([key], |row| id(row, "person"))?
        .collect::<Result<_, _>>()?;
    Ok(Some(OrganisationRow { name, stewards }))
}

/// The organisations that a person speaks for.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn stewarded_by(
    connection: &Connection,
    person: PersonId,
) -> rusqlite::Result<Vec<OrganisationId>> {
    connection
        .prepare_cached("select organisation from stewards where person = ?1")?
        .query_map([person.uuid().into_bytes()], |row| id(row, "organisation"))?
        .collect()
}

/// Lists who belonged to an organisation at a moment, in order of time.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn affiliations(
    connection: &Connection,
    organisation: OrganisationId,
    as_of: AsOf,
    part: Part,
) -> rusqlite::Result<Listed<AffiliationRow>> {
    let organisation = organisation.uuid().into_bytes();
    let about: [(&str, &dyn ToSql); 1] = [(":organisation", &organisation)];
    listed(connection, (&LIST, &TOTAL), &about, (as_of, part), affiliation)
}

/// Lists who represented which organisation in a network at a moment, by organisation.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn representations(
    connection: &Connection,
    network: NetworkId,
    as_of: AsOf,
    part: Part,
) -> rusqlite::Result<Listed<RepresentationRow>> {
    let network = network.uuid().into_bytes();
    let about: [(&str, &dyn ToSql); 1] = [(":network", &network)];
    let row = |row: &Row<'_>| {
        Ok(RepresentationRow {
            organisation: id(row, "organisation")?,
            person: id(row, "person")?,
            scopes: word(row, "scopes")?,
            since: instant(row, "valid_from")?,
        })
    };
    listed(connection, (&REPRESENTED, &REPRESENTED_TOTAL), &about, (as_of, part), row)
}

fn affiliation(row: &Row<'_>) -> rusqlite::Result<AffiliationRow> {
    Ok(AffiliationRow {
        affiliation: id(row, "affiliation")?,
        person: id(row, "person")?,
        organisation: id(row, "organisation")?,
        status: if row.get("confirmed")? {
            AffiliationStatus::Confirmed
        } else {
            AffiliationStatus::Claimed
        },
        since: instant(row, "valid_from")?,
    })
}
