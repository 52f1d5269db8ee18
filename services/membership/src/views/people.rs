//! The people there are, with their profiles as sealed as they stand in the log.
//!
//! Nothing readable is kept here: a field is opened when it is asked for, under a key that may be
//! gone by then. So erasing a person needs no cleaning of views.

use eventlog::Recorded;
use events::{FieldVisibility, PersonEvent, ProfileField};
use kernel::{Event as _, EventId, NetworkId, PersonId, PersonalField};
use projector::{Projection, ViewError};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{id, word, worded};

/// Keeps profiles.
#[derive(Debug)]
pub struct PeopleView;

/// One person.
#[derive(Clone, PartialEq, Debug)]
pub struct PersonRow {
    /// Who it is.
    pub person: PersonId,
    /// Whether the person was erased.
    pub erased: bool,
    /// The network in which the person was recorded first; `None` when in none.
    pub recorded_in: Option<NetworkId>,
    /// The fields that were ever given, sealed.
    pub fields: Vec<FieldRow>,
}

/// One field of a profile.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldRow {
    /// Which one.
    pub field: ProfileField,
    /// Who may read it.
    pub visibility: FieldVisibility,
    /// The event that carries the value.
    pub event_id: EventId,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

impl Projection for PeopleView {
    const NAME: &'static str = "people_1";
    const SCHEMA: &'static str = "
        create table people (
            person blob primary key, erased integer not null, recorded_in blob
        ) strict;
        create table fields (
            person blob not null, field text not null, event_id blob not null,
            sealed blob not null, primary key (person, field)
        ) strict;
        create table visibilities (
            person blob not null, field text not null, visibility text not null,
            primary key (person, field)
        ) strict;";
    const CATEGORIES: &'static [&'static str] = &["person"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let person = event.stream.id().into_bytes();
        let Some(mut change) = event.decode::<PersonEvent>()? else { return Ok(()) };
        match &change {
            PersonEvent::PersonRegistered { name_visibility, .. } => {
                let network = event.network_id.map(|network| network.uuid().into_bytes());
                tx.prepare_cached("insert into people values (?1, 0, ?2)")?
                    .execute(params![person, network])?;
                set_visibility(tx, person, ProfileField::Name, *name_visibility)?;
            }
            PersonEvent::FieldVisibilitySet { field, visibility, .. } => {
                set_visibility(tx, person, *field, *visibility)?;
            }
            PersonEvent::PersonErased { .. } => {
                tx.execute("update people set erased = 1 where person = ?1", [person])?;
                tx.execute("delete from fields where person = ?1", [person])?;
            }
            PersonEvent::ProfileUpdated { .. } => {}
        }
        let mut outcome = Ok(());
        change.personal(&mut |field, value: &mut dyn PersonalField| {
            if let Some(sealed) = value.sealed() {
                let stored = set_field(tx, person, field, event.event_id, sealed);
                if stored.is_err() {
                    outcome = stored;
                }
            }
        });
        Ok(outcome?)
    }
}

fn set_visibility(
    tx: &Transaction<'_>,
    person: [u8; 16],
    field: ProfileField,
    visibility: FieldVisibility,
) -> rusqlite::Result<()> {
    let sql = "insert or replace into visibilities values (?1, ?2, ?3)";
    tx.prepare_cached(sql)?.execute(params![person, field.name(), worded(&visibility)?])?;
    Ok(())
}

fn set_field(
    tx: &Transaction<'_>,
    person: [u8; 16],
    field: &str,
    event_id: EventId,
    sealed: &[u8],
) -> rusqlite::Result<()> {
    let sql = "insert or replace into fields values (?1, ?2, ?3, ?4)";
    let event_id = event_id.uuid().into_bytes();
    tx.prepare_cached(sql)?.execute(params![person, field, event_id, sealed])?;
    Ok(())
}

/// Reads one person; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn person(connection: &Connection, person: PersonId) -> rusqlite::Result<Option<PersonRow>> {
    let key = person.uuid().into_bytes();
    let found = connection
        .prepare_cached("select erased, recorded_in from people where person = ?1")?
        .query_row([key], |row| {
            let network: Option<[u8; 16]> = row.get(1)?;
            Ok((row.get(0)?, network))
        })
        .optional()?;
    let Some((erased, network)) = found else { return Ok(None) };
    let mut fields = Vec::new();
    for field in ProfileField::ALL {
        let row = connection
            .prepare_cached(
                "select event_id, sealed, coalesce(visibility, '\"owner\"') as visibility
                 from fields left join visibilities using (person, field)
                 where person = ?1 and field = ?2",
            )?
            .query_row(params![key, field.name()], |row| {
                Ok(FieldRow {
                    field,
                    visibility: word(row, "visibility")?,
                    event_id: id(row, "event_id")?,
                    sealed: row.get("sealed")?,
                })
            })
            .optional()?;
        fields.extend(row);
    }
    let recorded_in = network.map(|bytes| NetworkId::new(uuid::Uuid::from_bytes(bytes)));
    Ok(Some(PersonRow { person, erased, recorded_in, fields }))
}
