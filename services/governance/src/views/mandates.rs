//! The mandates: who held which office, at any moment, and which terms end soon.

use std::{collections::BTreeSet, sync::LazyLock};

use eventlog::Recorded;
use events::{MandateEvent, RoleName};
use jiff::Timestamp;
use kernel::{DecisionId, MandateId, NetworkId, PersonId};
use projector::{
    AsOf,
    bitemporal::{AS_OF, Facts},
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use serde::{Deserialize, Serialize};

use super::{
    Listed, Part, effective_us, id, instant, key, listed, listed_as_of, moment, optional_id, rows,
    run, word, worded,
};

/// How far a mandate is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateStatus {
    /// It waits for its holder.
    Conferred,
    /// Its holder took it; it is active during its term.
    Accepted,
    /// Its holder did not take it.
    Declined,
    /// Its holder gave it up.
    Resigned,
    /// The term is over.
    Expired,
    /// It was taken away.
    Recalled,
}

/// One mandate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MandateRow {
    /// Which one.
    pub mandate: MandateId,
    /// The network.
    pub network: NetworkId,
    /// The decision that conferred it.
    pub decision: DecisionId,
    /// Which role.
    pub role: RoleName,
    /// The version of the charter that describes the role.
    pub charter_version: u32,
    /// On whom.
    pub holder: PersonId,
    /// When the term begins.
    pub begins_at: Timestamp,
    /// When the term ends.
    pub ends_at: Timestamp,
    /// Which term on end this is for the holder, from 1.
    pub term: u32,
    /// How far it is, at the moment that was asked about.
    pub status: MandateStatus,
    /// Since when that is so.
    pub status_since: Timestamp,
    /// The decision that took it away, as far as known now.
    pub recalled_by: Option<DecisionId>,
    /// To whom the holder handed over, as far as known now.
    pub handed_over_to: Option<PersonId>,
}

static OFFICES: LazyLock<Facts> = LazyLock::new(|| Facts::of("offices", &["mandate"], &["status"]));

/// The mandates with the status that they had at one moment.
static MANDATES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select mandate, network, decision, role, charter_version, holder, begins_at, ends_at,
            term, recalled_by, handed_over_to, office.status, office.valid_from as status_since
         from mandates join (select * from offices where {AS_OF}) as office using (mandate)"
    )
});

/// The mandates that were active at `:effective`, for use after `where`.
const ACTIVE: &str = "office.status = '\"accepted\"'
    and begins_at <= :effective and :effective < ends_at";

/// Folds an event of a mandate.
pub(super) fn changed(
    tx: &Connection,
    event: &Recorded,
    change: MandateEvent,
) -> rusqlite::Result<()> {
    let mandate = event.stream.id().into_bytes();
    let enter = |status| enter(tx, event, status);
    match change {
        MandateEvent::MandateConferred {
            network,
            decision,
            role,
            charter_version,
            holder,
            from,
            until,
            term,
        } => {
            run(
                tx,
                "insert into mandates values
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, null, null)",
                params![
                    mandate,
                    key(network),
                    key(decision),
                    role.0,
                    charter_version,
                    key(holder),
                    from.as_microsecond(),
                    until.as_microsecond(),
                    term,
                    worded(&MandateStatus::Conferred)?,
                    effective_us(event)
                ],
            )?;
            enter(MandateStatus::Conferred)
        }
        MandateEvent::MandateAccepted {} => enter(MandateStatus::Accepted),
        MandateEvent::MandateDeclined {} => enter(MandateStatus::Declined),
        MandateEvent::MandateHandedOver { to } => {
            let sql = "update mandates set handed_over_to = ?2 where mandate = ?1";
            run(tx, sql, params![mandate, key(to)])
        }
        MandateEvent::MandateResigned {} => enter(MandateStatus::Resigned),
        MandateEvent::MandateExpired {} => enter(MandateStatus::Expired),
        MandateEvent::MandateRecalled { decision, .. } => {
            let sql = "update mandates set recalled_by = ?2 where mandate = ?1";
            run(tx, sql, params![mandate, decision.map(key)])?;
            enter(MandateStatus::Recalled)
        }
    }
}

fn enter(tx: &Connection, event: &Recorded, status: MandateStatus) -> rusqlite::Result<()> {
    let mandate = event.stream.id().into_bytes();
    let status = worded(&status)?;
    let sql = "update mandates set status = ?2, status_since = ?3 where mandate = ?1";
    run(tx, sql, params![mandate, status, effective_us(event)])?;
    OFFICES.open(tx, &[&mandate], &[&status], moment(event))
}

/// Reads one mandate as it stands now; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn mandate(
    connection: &Connection,
    mandate: MandateId,
) -> rusqlite::Result<Option<MandateRow>> {
    connection
        .prepare_cached("select * from mandates where mandate = ?1")?
        .query_row([key(mandate)], row)
        .optional()
}

/// Which mandates of a network are asked for.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct MandateFilter {
    /// For this role only.
    pub role: Option<RoleName>,
    /// Of this person only.
    pub holder: Option<PersonId>,
    /// Which mandates by their state.
    pub states: MandateStates,
}

/// Which mandates by their state.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum MandateStates {
    /// Those whose holders were in office.
    #[default]
    Active,
    /// All that had been conferred by then.
    Any,
}

/// Lists a network's mandates as of a moment, by role, the newest term first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn mandates(
    connection: &Connection,
    (network, filter): (NetworkId, &MandateFilter),
    as_of: AsOf,
    part: Part,
) -> rusqlite::Result<Listed<MandateRow>> {
    let network = key(network);
    let (role, holder) = (filter.role.as_ref().map(|role| &role.0), filter.holder.map(key));
    let about: [(&str, &dyn ToSql); 3] =
        [(":network", &network), (":role", &role), (":holder", &holder)];
    let state = match filter.states {
        MandateStates::Active => ACTIVE,
        MandateStates::Any => "true",
    };
    let mandates = &*MANDATES;
    let among = format!(
        "where network = :network and (:role is null or role = :role)
         and (:holder is null or holder = :holder) and {state}"
    );
    let list = format!(
        "{mandates} {among} order by role, begins_at desc, mandate limit :limit offset :offset"
    );
    let total = format!("select count(*) from ({mandates} {among})");
    listed_as_of(connection, (&list, &total), &about, (as_of, part), row)
}

/// Lists a network's accepted mandates whose terms end after `from` and not after `until`, the
/// earliest end first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn ending(
    connection: &Connection,
    network: NetworkId,
    (from, until): (Timestamp, Timestamp),
    part: Part,
) -> rusqlite::Result<Listed<MandateRow>> {
    let (network, from, until) = (key(network), from.as_microsecond(), until.as_microsecond());
    let about: [(&str, &dyn ToSql); 3] =
        [(":network", &network), (":from", &from), (":until", &until)];
    let among = "network = :network and status = '\"accepted\"'
        and ends_at > :from and ends_at <= :until";
    let list = format!(
        "select * from mandates where {among} order by ends_at, mandate
         limit :limit offset :offset"
    );
    let total = format!("select count(*) from mandates where {among}");
    listed(connection, (&list, &total), &about, part, row)
}

/// The roles that a person holds in a network at `at`, as far as known now.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn roles_of(
    connection: &Connection,
    (network, person): (NetworkId, PersonId),
    at: Timestamp,
) -> rusqlite::Result<BTreeSet<RoleName>> {
    let sql = "select distinct role from mandates where network = ?1 and holder = ?2
        and status = '\"accepted\"' and begins_at <= ?3 and ?3 < ends_at";
    let of = params![key(network), key(person), at.as_microsecond()];
    let roles = rows(connection, sql, of, |row| row.get("role").map(RoleName))?;
    Ok(roles.into_iter().collect())
}

/// The mandates for a role that wait for their holders or were taken, and whose terms are not over
/// at `at`, as far as known now; the earliest term first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn holding(
    connection: &Connection,
    (network, role): (NetworkId, &RoleName),
    at: Timestamp,
) -> rusqlite::Result<Vec<MandateRow>> {
    let sql = "select * from mandates where network = ?1 and role = ?2
        and status in ('\"conferred\"', '\"accepted\"') and ?3 < ends_at
        order by begins_at, mandate";
    rows(connection, sql, params![key(network), role.0, at.as_microsecond()], row)
}

/// The terms that a person served or was given for a role, whatever became of them, the last one
/// first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn terms_of(
    connection: &Connection,
    (network, role): (NetworkId, &RoleName),
    person: PersonId,
) -> rusqlite::Result<Vec<MandateRow>> {
    let sql = "select * from mandates where network = ?1 and role = ?2 and holder = ?3
        order by begins_at desc, mandate";
    rows(connection, sql, params![key(network), role.0, key(person)], row)
}

/// How many mandates of a network each person accepted, whatever became of them, as far as known now;
/// in order of their ids. Who accepted none is not listed.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn accepted(
    connection: &Connection,
    network: NetworkId,
) -> rusqlite::Result<Vec<(PersonId, u32)>> {
    let sql = "select holder, count(distinct mandate) as accepted
        from mandates join offices using (mandate)
        where network = ?1 and offices.status = '\"accepted\"' group by holder order by holder";
    rows(connection, sql, [key(network)], |row| Ok((id(row, "holder")?, row.get("accepted")?)))
}

/// The network that a mandate belongs to; `None` when there is no such mandate.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn network_of(
    connection: &Connection,
    mandate: MandateId,
) -> rusqlite::Result<Option<NetworkId>> {
    connection
        .prepare_cached("select network from mandates where mandate = ?1")?
        .query_row([key(mandate)], |row| id(row, "network"))
        .optional()
}

fn row(row: &Row<'_>) -> rusqlite::Result<MandateRow> {
    Ok(MandateRow {
        mandate: id(row, "mandate")?,
        network: id(row, "network")?,
        decision: id(row, "decision")?,
        role: RoleName(row.get("role")?),
        charter_version: row.get("charter_version")?,
        holder: id(row, "holder")?,
        begins_at: instant(row, "begins_at")?,
        ends_at: instant(row, "ends_at")?,
        term: row.get("term")?,
        status: word(row, "status")?,
        status_since: instant(row, "status_since")?,
        recalled_by: optional_id(row, "recalled_by")?,
        handed_over_to: optional_id(row, "handed_over_to")?,
    })
}
