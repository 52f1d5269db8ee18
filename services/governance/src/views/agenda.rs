//! The agendas: what members want dealt with, who supports it, and in which order.

use eventlog::Recorded;
use events::AgendaEvent;
use jiff::Timestamp;
use kernel::{AgendaItemId, DecisionId, GatheringId, NetworkId, PersonId};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use serde::{Deserialize, Serialize};

use super::{
    Listed, Part, effective_us, id, instant, key, listed, optional_id, rows, run, word, worded,
};

/// How far an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Somebody wants it dealt with.
    Raised,
    /// It is to be dealt with at a gathering.
    Scheduled,
    /// It was dealt with.
    DealtWith,
    /// It is not dealt with after all.
    Dropped,
}

/// One item of an agenda.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemRow {
    /// Which one.
    pub item: AgendaItemId,
    /// The network.
    pub network: NetworkId,
    /// Who raised it.
    pub by: PersonId,
    /// What it is about.
    pub title: String,
    /// How far it is.
    pub status: ItemStatus,
    /// Its place in the order that was decided, from 1; `None` comes after all that have one.
    pub rank: Option<u32>,
    /// The decision that gave it its place.
    pub ranked_by: Option<DecisionId>,
    /// Where it is to be dealt with.
    pub gathering: Option<GatheringId>,
    /// Who supports it, besides whoever raised it.
    pub supporters: Vec<PersonId>,
    /// When it was raised.
    pub raised_at: Timestamp,
}

/// Folds an event of an agenda.
pub(super) fn changed(
    tx: &Connection,
    event: &Recorded,
    change: AgendaEvent,
) -> rusqlite::Result<()> {
    match change {
        AgendaEvent::ItemRaised { network, item, by, title } => run(
            tx,
            "insert into items values (?1, ?2, ?3, ?4, ?5, null, null, null, ?6)",
            params![
                key(item),
                key(network),
                key(by),
                title,
                worded(&ItemStatus::Raised)?,
                effective_us(event)
            ],
        ),
        AgendaEvent::ItemSupported { item, by } => {
            let sql = "insert or ignore into supports values (?1, ?2)";
            run(tx, sql, params![key(item), key(by)])
        }
        AgendaEvent::ItemSupportWithdrawn { item, by } => {
            let sql = "delete from supports where item = ?1 and person = ?2";
            run(tx, sql, params![key(item), key(by)])
        }
        AgendaEvent::ItemsPrioritised { items, decision } => {
            let Some(first) = items.first() else { return Ok(()) };
            // What is not named comes after: an earlier order has no say any more.
            let forget = "update items set rank = null, ranked_by = null
                where network = (select network from items where item = ?1)";
            run(tx, forget, [key(*first)])?;
            for (rank, item) in (1u32..).zip(items) {
                let sql = "update items set rank = ?2, ranked_by = ?3 where item = ?1";
                run(tx, sql, params![key(item), rank, key(decision)])?;
            }
            Ok(())
        }
        AgendaEvent::ItemScheduled { item, gathering } => {
            let sql = "update items set status = ?2, gathering = ?3 where item = ?1";
            run(tx, sql, params![key(item), worded(&ItemStatus::Scheduled)?, key(gathering)])
        }
        AgendaEvent::ItemDealtWith { item } => set_status(tx, item, ItemStatus::DealtWith),
        AgendaEvent::ItemDropped { item } => set_status(tx, item, ItemStatus::Dropped),
    }
}

fn set_status(tx: &Connection, item: AgendaItemId, status: ItemStatus) -> rusqlite::Result<()> {
    let sql = "update items set status = ?2 where item = ?1";
    run(tx, sql, params![key(item), worded(&status)?])
}

/// Reads one item; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn item(connection: &Connection, item: AgendaItemId) -> rusqlite::Result<Option<ItemRow>> {
    let found = connection
        .prepare_cached("select * from items where item = ?1")?
        .query_row([key(item)], row)
        .optional()?;
    found.map(|found| with_supporters(connection, found)).transpose()
}

/// Lists the items of a network's agenda, those of one status when it is named: first those with a
/// rank, then the most supported, then the oldest.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn items(
    connection: &Connection,
    (network, status): (NetworkId, Option<ItemStatus>),
    part: Part,
) -> rusqlite::Result<Listed<ItemRow>> {
    let network = key(network);
    let status = status.map(|status| worded(&status)).transpose()?;
    let about: [(&str, &dyn ToSql); 2] = [(":network", &network), (":status", &status)];
    let list = "select * from items
        where network = :network and (:status is null or status = :status)
        order by rank is null, rank,
            (select count(*) from supports where supports.item = items.item) desc, raised_at, item
        limit :limit offset :offset";
    let total = "select count(*) from items
        where network = :network and (:status is null or status = :status)";
    let Listed { items, total } = listed(connection, (list, total), &about, part, row)?;
    let items = items.into_iter().map(|item| with_supporters(connection, item));
    Ok(Listed { items: items.collect::<Result<_, _>>()?, total })
}

/// The network that an item belongs to; `None` when there is no such item.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn network_of(
    connection: &Connection,
    item: AgendaItemId,
) -> rusqlite::Result<Option<NetworkId>> {
    connection
        .prepare_cached("select network from items where item = ?1")?
        .query_row([key(item)], |row| id(row, "network"))
        .optional()
}

fn with_supporters(connection: &Connection, item: ItemRow) -> rusqlite::Result<ItemRow> {
    let sql = "select person from supports where item = ?1 order by person";
    let supporters = rows(connection, sql, [key(item.item)], |row| id(row, "person"))?;
    Ok(ItemRow { supporters, ..item })
}

fn row(row: &Row<'_>) -> rusqlite::Result<ItemRow> {
    Ok(ItemRow {
        item: id(row, "item")?,
        network: id(row, "network")?,
        by: id(row, "raised_by")?,
        title: row.get("title")?,
        status: word(row, "status")?,
        rank: row.get("rank")?,
        ranked_by: optional_id(row, "ranked_by")?,
        gathering: optional_id(row, "gathering")?,
        supporters: Vec::new(),
        raised_at: instant(row, "raised_at")?,
    })
}
