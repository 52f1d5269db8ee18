//! The goals: what members mean to reach together, and who stands behind it.

use eventlog::Recorded;
use events::GoalEvent;
use jiff::Timestamp;
use kernel::{DecisionId, GoalId, NetworkId, PersonId};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use serde::{Deserialize, Serialize};

use super::{
    Listed, Part, effective_us, id, instant, key, listed, optional_id, rows, run, word, worded,
};

/// How far a goal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalStatus {
    /// Somebody wrote it down.
    Drafted,
    /// The network adopted it.
    Adopted,
    /// Another goal took its place.
    Superseded,
}

/// One goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GoalRow {
    /// Which one.
    pub goal: GoalId,
    /// The network.
    pub network: NetworkId,
    /// Who wrote it down.
    pub by: PersonId,
    /// What is to be reached.
    pub text: String,
    /// How far it is.
    pub status: GoalStatus,
    /// The decision that adopted it.
    pub adopted_by: Option<DecisionId>,
    /// The goal that took its place.
    pub superseded_by: Option<GoalId>,
    /// Who stands behind it, in the order in which they said so.
    pub endorsers: Vec<PersonId>,
    /// When it was written down.
    pub drafted_at: Timestamp,
}

/// Folds an event of a goal.
pub(super) fn changed(
    tx: &Connection,
    event: &Recorded,
    change: GoalEvent,
) -> rusqlite::Result<()> {
    let goal = event.stream.id().into_bytes();
    match change {
        GoalEvent::GoalDrafted { network, by, text } => run(
            tx,
            "insert into goals values (?1, ?2, ?3, ?4, ?5, null, null, ?6)",
            params![
                goal,
                key(network),
                key(by),
                text,
                worded(&GoalStatus::Drafted)?,
                effective_us(event)
            ],
        ),
        GoalEvent::GoalAdopted { decision } => {
            let sql = "update goals set status = ?2, adopted_by = ?3 where goal = ?1";
            run(tx, sql, params![goal, worded(&GoalStatus::Adopted)?, key(decision)])
        }
        GoalEvent::GoalEndorsed { by } => {
            let sql = "insert or ignore into endorsements values (?1, ?2, ?3)";
            run(tx, sql, params![goal, key(by), event.position.0])
        }
        GoalEvent::GoalEndorsementWithdrawn { by } => {
            let sql = "delete from endorsements where goal = ?1 and person = ?2";
            run(tx, sql, params![goal, key(by)])
        }
        GoalEvent::GoalSuperseded { by_goal, .. } => {
            let sql = "update goals set status = ?2, superseded_by = ?3 where goal = ?1";
            run(tx, sql, params![goal, worded(&GoalStatus::Superseded)?, key(by_goal)])
        }
    }
}

/// Reads one goal; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn goal(connection: &Connection, goal: GoalId) -> rusqlite::Result<Option<GoalRow>> {
    let found = connection
        .prepare_cached("select * from goals where goal = ?1")?
        .query_row([key(goal)], row)
        .optional()?;
    found.map(|found| with_endorsers(connection, found)).transpose()
}

/// Lists a network's goals, the newest first, those of one status when it is named.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn goals(
    connection: &Connection,
    (network, status): (NetworkId, Option<GoalStatus>),
    part: Part,
) -> rusqlite::Result<Listed<GoalRow>> {
    let network = key(network);
    let status = status.map(|status| worded(&status)).transpose()?;
    let about: [(&str, &dyn ToSql); 2] = [(":network", &network), (":status", &status)];
    let list = "select * from goals
        where network = :network and (:status is null or status = :status)
        order by drafted_at desc, rowid desc limit :limit offset :offset";
    let total = "select count(*) from goals
        where network = :network and (:status is null or status = :status)";
    let Listed { items, total } = listed(connection, (list, total), &about, part, row)?;
    let items = items.into_iter().map(|goal| with_endorsers(connection, goal));
    Ok(Listed { items: items.collect::<Result<_, _>>()?, total })
}

/// The network that a goal belongs to; `None` when there is no such goal.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn network_of(connection: &Connection, goal: GoalId) -> rusqlite::Result<Option<NetworkId>> {
    connection
        .prepare_cached("select network from goals where goal = ?1")?
        .query_row([key(goal)], |row| id(row, "network"))
        .optional()
}

fn with_endorsers(connection: &Connection, goal: GoalRow) -> rusqlite::Result<GoalRow> {
    let sql = "select person from endorsements where goal = ?1 order by position";
    let endorsers = rows(connection, sql, [key(goal.goal)], |row| id(row, "person"))?;
    Ok(GoalRow { endorsers, ..goal })
}

fn row(row: &Row<'_>) -> rusqlite::Result<GoalRow> {
    Ok(GoalRow {
        goal: id(row, "goal")?,
        network: id(row, "network")?,
        by: id(row, "drafted_by")?,
        text: row.get("text")?,
        status: word(row, "status")?,
        adopted_by: optional_id(row, "adopted_by")?,
        superseded_by: optional_id(row, "superseded_by")?,
        endorsers: Vec::new(),
        drafted_at: instant(row, "drafted_at")?,
    })
}
