//! The networks there are, how far each has come, and what its founders have yet to agree on.

use std::collections::BTreeSet;

use eventlog::Recorded;
use events::{FounderAct, MembershipEvent, NetworkEvent, NetworkType, PersonEvent};
use jiff::Timestamp;
use kernel::{Event as _, NetworkId, Party, PersonId};
use projector::{Projection, ViewError};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Listed, Part, id, instant, word, worded};
use crate::network::{Entry, Stage};

/// Lists networks.
#[derive(Debug)]
pub struct NetworksView;

/// One network.
#[derive(Clone, PartialEq, Debug)]
pub struct NetworkRow {
    /// Which one.
    pub network: NetworkId,
    /// What it is called.
    pub name: String,
    /// What it is for; may be empty.
    pub purpose: String,
    /// How far it has come.
    pub stage: Stage,
    /// The version of the charter with which it became active; `None` while it is forming.
    pub charter_version: Option<u32>,
    /// What it is declared to be for; may be empty.
    pub types: BTreeSet<NetworkType>,
    /// Who may enter.
    pub entry: Entry,
    /// Who was named as a founder.
    pub founders: Vec<PersonId>,
    /// The founders who took part and are still there, while it is forming; all of them have to
    /// consent to what is done. Empty afterwards.
    pub acting_founders: Vec<PersonId>,
    /// What some of them have consented to and that is not done yet.
    pub open_acts: Vec<OpenActRow>,
    /// When it was founded.
    pub founded_at: Timestamp,
}

/// Something that founders have yet to agree on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenActRow {
    /// What.
    pub act: OpenAct,
    /// Who has consented.
    pub consented: Vec<PersonId>,
}

/// What founders can agree on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenAct {
    /// Something about the network itself.
    Network(FounderAct),
    /// Admitting a party.
    Admit(Party),
}

impl Projection for NetworksView {
    const NAME: &'static str = "networks_2";
    // `about` is the id of the stream in which the act would be done.
    const SCHEMA: &'static str = "
        create table networks (
            network blob primary key, name text not null, purpose text not null,
            stage integer not null, charter_version integer,
            types text not null, open integer not null, founders text not null,
            founded_at integer not null
        ) strict;
        create table acting_founders (
            network blob not null, person blob not null, primary key (network, person)
        ) strict, without rowid;
        create table consents (
            network blob not null, act text not null, founder blob not null, about blob not null,
            primary key (network, act, founder)
        ) strict, without rowid;
        create index consents_about on consents (about);";
    const CATEGORIES: &'static [&'static str] =
        &[NetworkEvent::CATEGORY, MembershipEvent::CATEGORY, PersonEvent::CATEGORY];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        match event.stream.category() {
            MembershipEvent::CATEGORY => {
                if let Some(change) = event.decode::<MembershipEvent>()? {
                    membership_changed(tx, event.stream.id(), &change)?;
                }
            }
            PersonEvent::CATEGORY => match event.decode::<PersonEvent>()? {
                Some(PersonEvent::PersonErased { person }) => {
                    for forgotten in [
                        "delete from acting_founders where person = ?1",
                        "delete from consents where founder = ?1",
                    ] {
                        tx.prepare_cached(forgotten)?.execute([person.uuid().into_bytes()])?;
                    }
                }
                Some(
                    PersonEvent::PersonRegistered { .. }
                    | PersonEvent::ProfileUpdated { .. }
                    | PersonEvent::FieldVisibilitySet { .. },
                )
                | None => {}
            },
            _ => {
                if let Some(change) = event.decode::<NetworkEvent>()? {
                    network_changed(tx, event, &change)?;
                }
            }
        }
        Ok(())
    }
}

fn network_changed(
    tx: &Transaction<'_>,
    event: &Recorded,
    change: &NetworkEvent,
) -> rusqlite::Result<()> {
    let network = event.stream.id().into_bytes();
    let open = "update networks set open = ?2 where network = ?1";
    let stage = "update networks set stage = ?2 where network = ?1";
    match change {
        NetworkEvent::NetworkFounded { name, purpose, founders } => {
            let founded_at = event.effective_at.as_microsecond();
            let forming = stored(Stage::Forming);
            tx.prepare_cached(
                "insert into networks values (?1, ?2, ?3, ?4, null, '[]', 0, ?5, ?6)",
            )?
            .execute(params![
                network,
                name,
                purpose,
                forming,
                worded(founders)?,
                founded_at
            ])?;
        }
        NetworkEvent::FoundersNamed { founders } => {
            tx.prepare_cached("update networks set founders = ?2 where network = ?1")?
                .execute(params![network, worded(founders)?])?;
        }
        NetworkEvent::FounderJoined { person } => {
            tx.prepare_cached("insert or ignore into acting_founders values (?1, ?2)")?
                .execute(params![network, person.uuid().into_bytes()])?;
        }
        NetworkEvent::FounderConsented { act, founder } => {
            let word = worded(&OpenAct::Network(act.clone()))?;
            match act {
                FounderAct::DeclareType { .. } => settle(tx, network, TYPES, Some(&word))?,
                FounderAct::OpenMembership {} | FounderAct::CloseMembership {} => {}
            }
            consented(tx, (network, &word), *founder, network)?;
        }
        NetworkEvent::NetworkTypeDeclared { types } => {
            tx.prepare_cached("update networks set types = ?2 where network = ?1")?
                .execute(params![network, worded(types)?])?;
            settle(tx, network, TYPES, None)?;
        }
        NetworkEvent::MembershipOpened {} => {
            tx.prepare_cached(open)?.execute(params![network, 1])?;
            let act = worded(&OpenAct::Network(FounderAct::OpenMembership {}))?;
            settle(tx, network, &act, None)?;
        }
        NetworkEvent::MembershipClosed {} => {
            tx.prepare_cached(open)?.execute(params![network, 0])?;
            let act = worded(&OpenAct::Network(FounderAct::CloseMembership {}))?;
            settle(tx, network, &act, None)?;
        }
        NetworkEvent::NetworkActivated { charter_version } => {
            tx.prepare_cached(
                "update networks set stage = ?2, charter_version = ?3 where network = ?1",
            )?
            .execute(params![network, stored(Stage::Active), charter_version])?;
            // From now on members decide.
            tx.execute("delete from acting_founders where network = ?1", [network])?;
            tx.execute("delete from consents where network = ?1", [network])?;
        }
        NetworkEvent::NetworkPaused {} => {
            tx.prepare_cached(stage)?.execute(params![network, stored(Stage::Paused)])?;
        }
        NetworkEvent::NetworkResumed {} => {
            tx.prepare_cached(stage)?.execute(params![network, stored(Stage::Active)])?;
        }
        NetworkEvent::NetworkDissolved {} => {
            tx.prepare_cached(stage)?.execute(params![network, stored(Stage::Dissolved)])?;
        }
    }
    Ok(())
}

/// How every act begins that declares types.
const TYPES: &str = r#"{"network":{"declare_type":"#;

/// Forgets who consented to the acts that begin like `acts`, but for the act `except`.
fn settle(
    tx: &Transaction<'_>,
    network: [u8; 16],
    acts: &str,
    except: Option<&str>,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "delete from consents where network = ?1 and substr(act, 1, length(?2)) = ?2
         and act is not ?3",
    )?
    .execute(params![network, acts, except])?;
    Ok(())
}

fn consented(
    tx: &Transaction<'_>,
    (network, act): ([u8; 16], &str),
    founder: PersonId,
    about: [u8; 16],
) -> rusqlite::Result<()> {
    tx.prepare_cached("insert or ignore into consents values (?1, ?2, ?3, ?4)")?
        .execute(params![network, act, founder.uuid().into_bytes(), about])?;
    Ok(())
}

fn membership_changed(
    tx: &Transaction<'_>,
    membership: Uuid,
    change: &MembershipEvent,
) -> rusqlite::Result<()> {
    let membership = membership.into_bytes();
    match change {
        MembershipEvent::AdmissionConsented { network, party, founder } => {
            let act = worded(&OpenAct::Admit(*party))?;
            consented(tx, (network.uuid().into_bytes(), &act), *founder, membership)
        }
        MembershipEvent::MemberAdmitted { .. }
        | MembershipEvent::ApplicationDeclined {}
        | MembershipEvent::ApplicationWithdrawn {} => {
            tx.prepare_cached("delete from consents where about = ?1")?.execute([membership])?;
            Ok(())
        }
        MembershipEvent::MemberResigned { network, party: Party::Person(person), .. }
        | MembershipEvent::MemberExpelled { network, party: Party::Person(person), .. } => {
            for gone in [
                "delete from acting_founders where network = ?1 and person = ?2",
                "delete from consents where network = ?1 and founder = ?2",
            ] {
                let key = params![network.uuid().into_bytes(), person.uuid().into_bytes()];
                tx.prepare_cached(gone)?.execute(key)?;
            }
            Ok(())
        }
        MembershipEvent::MemberResigned { party: Party::Organisation(_), .. }
        | MembershipEvent::MemberExpelled { party: Party::Organisation(_), .. }
        | MembershipEvent::PartyInvited { .. }
        | MembershipEvent::InvitationAccepted {}
        | MembershipEvent::InvitationDeclined {}
        | MembershipEvent::MembershipApplied { .. }
        | MembershipEvent::MemberSuspended { .. }
        | MembershipEvent::MemberReinstated { .. } => Ok(()),
    }
}

/// Reads one network; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn network(
    connection: &Connection,
    network: NetworkId,
) -> rusqlite::Result<Option<NetworkRow>> {
    connection
        .prepare_cached("select * from networks where network = ?1")?
        .query_row([network.uuid().into_bytes()], row)
        .optional()?
        .map(|row| with_founders(connection, row))
        .transpose()
}

/// Lists networks by name: all of them, or those in `among`.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn networks(
    connection: &Connection,
    among: Option<&BTreeSet<NetworkId>>,
    part: Part,
) -> rusqlite::Result<Listed<NetworkRow>> {
    let Some(among) = among else {
        let total = connection.query_row("select count(*) from networks", [], |row| row.get(0))?;
        let items = connection
            .prepare_cached("select * from networks order by name, network limit ?1 offset ?2")?
            .query_map(params![part.limit, part.offset], row)?
            .map(|row| with_founders(connection, row?))
            .collect::<Result<_, _>>()?;
        return Ok(Listed { items, total });
    };
    let mut items = Vec::new();
    for id in among {
        items.extend(network(connection, *id)?);
    }
    items.sort_by(|a, b| (&a.name, a.network).cmp(&(&b.name, b.network)));
    let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(part.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(part.limit).unwrap_or(usize::MAX);
    Ok(Listed { items: items.into_iter().skip(skip).take(take).collect(), total })
}

fn row(row: &Row<'_>) -> rusqlite::Result<NetworkRow> {
    Ok(NetworkRow {
        network: id(row, "network")?,
        name: row.get("name")?,
        purpose: row.get("purpose")?,
        stage: stage(row.get("stage")?)?,
        charter_version: row.get("charter_version")?,
        types: word(row, "types")?,
        entry: if row.get("open")? { Entry::Open } else { Entry::ByInvitation },
        founders: word(row, "founders")?,
        acting_founders: vec![],
        open_acts: vec![],
        founded_at: instant(row, "founded_at")?,
    })
}

/// Adds the founders who act, and what they have yet to agree on, where they still do.
fn with_founders(connection: &Connection, mut row: NetworkRow) -> rusqlite::Result<NetworkRow> {
    match row.stage {
        Stage::Forming => {}
        Stage::Active | Stage::Paused | Stage::Dissolved => return Ok(row),
    }
    let key = row.network.uuid().into_bytes();
    row.acting_founders = connection
        .prepare_cached("select person from acting_founders where network = ?1 order by person")?
        .query_map([key], |row| id(row, "person"))?
        .collect::<Result<_, _>>()?;
    let mut consents = connection.prepare_cached(
        "select act, founder from consents where network = ?1 order by act, founder",
    )?;
    let consents =
        consents.query_map([key], |row| Ok((word::<OpenAct>(row, "act")?, id(row, "founder")?)))?;
    for consent in consents {
        let (act, founder) = consent?;
        match row.open_acts.last_mut() {
            Some(open) if open.act == act => open.consented.push(founder),
            Some(_) | None => row.open_acts.push(OpenActRow { act, consented: vec![founder] }),
        }
    }
    Ok(row)
}

/// A stage as the table holds it.
fn stored(stage: Stage) -> i64 {
    match stage {
        Stage::Forming => 0,
        Stage::Active => 1,
        Stage::Paused => 2,
        Stage::Dissolved => 3,
    }
}

fn stage(stored: i64) -> rusqlite::Result<Stage> {
    match stored {
        0 => Ok(Stage::Forming),
        1 => Ok(Stage::Active),
        2 => Ok(Stage::Paused),
        3 => Ok(Stage::Dissolved),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
    }
}
