//! The networks there are.

use std::collections::BTreeSet;

use eventlog::Recorded;
use events::{NetworkEvent, NetworkType};
use jiff::Timestamp;
use kernel::{NetworkId, PersonId};
use projector::{Projection, ViewError};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::{Listed, Part, id, instant, word, worded};
use crate::network::Entry;

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
    /// What it is declared to be for; may be empty.
    pub types: BTreeSet<NetworkType>,
    /// Who may enter.
    pub entry: Entry,
    /// Who was named as a founder.
    pub founders: Vec<PersonId>,
    /// When it was founded.
    pub founded_at: Timestamp,
}

impl Projection for NetworksView {
    const NAME: &'static str = "networks_1";
    const SCHEMA: &'static str = "
        create table networks (
            network blob primary key, name text not null, purpose text not null,
            types text not null, open integer not null, founders text not null,
            founded_at integer not null
        ) strict;";
    const CATEGORIES: &'static [&'static str] = &["network"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let network = event.stream.id().into_bytes();
        let open = "update networks set open = ?2 where network = ?1";
        match event.decode::<NetworkEvent>()? {
            Some(NetworkEvent::NetworkFounded { name, purpose, founders }) => {
                let founders = worded(&founders)?;
                let founded_at = event.effective_at.as_microsecond();
                tx.prepare_cached("insert into networks values (?1, ?2, ?3, '[]', 0, ?4, ?5)")?
                    .execute(params![network, name, purpose, founders, founded_at])?;
            }
            Some(NetworkEvent::NetworkTypeDeclared { types }) => {
                tx.prepare_cached("update networks set types = ?2 where network = ?1")?
                    .execute(params![network, worded(&types)?])?;
            }
            Some(NetworkEvent::MembershipOpened {}) => {
                tx.prepare_cached(open)?.execute(params![network, 1])?;
            }
            Some(NetworkEvent::MembershipClosed {}) => {
                tx.prepare_cached(open)?.execute(params![network, 0])?;
            }
            Some(NetworkEvent::FounderJoined { .. }) | None => {}
        }
        Ok(())
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
        .optional()
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
        types: word(row, "types")?,
        entry: if row.get("open")? { Entry::Open } else { Entry::ByInvitation },
        founders: word(row, "founders")?,
        founded_at: instant(row, "founded_at")?,
    })
}
