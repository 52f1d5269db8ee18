//! The delegations: who lent whom a vote for what, at any moment, and who carries how many.

use std::{collections::BTreeMap, sync::LazyLock};

use eventlog::Recorded;
use events::{DelegationEvent, DelegationScope, DelegatorShown};
use jiff::Timestamp;
use kernel::{DelegationId, NetworkId, Party};
use projector::{
    AsOf,
    bitemporal::{AS_OF, Facts},
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params, params};
use serde::{Deserialize, Serialize};

use super::{
    Listed, Part, id, instant, key, listed_as_of, moment, optional_instant, party, run, word,
    worded,
};

/// How far a delegation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelegationStatus {
    /// It waits for the delegate.
    Granted,
    /// It counts.
    Accepted,
    /// It does not count for the time being.
    Suspended,
    /// The delegate did not take it.
    Declined,
    /// The delegator took it back.
    Revoked,
    /// Its time is over.
    Expired,
}

/// One delegation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DelegationRow {
    /// Which one.
    pub delegation: DelegationId,
    /// The network.
    pub network: NetworkId,
    /// Who lends.
    pub delegator: Party,
    /// To whom.
    pub delegate: Party,
    /// For what.
    pub scope: DelegationScope,
    /// Who may know.
    pub shown: DelegatorShown,
    /// How far it is.
    pub status: DelegationStatus,
    /// The position of the log at which it was granted; the earliest count first where a delegate
    /// may carry only so many.
    pub granted: u64,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// Until when; `None` is until it is revoked.
    pub until: Option<Timestamp>,
}

impl DelegationRow {
    /// Whether somebody who acts for the parties `viewer` may know who lends.
    pub fn is_shown_to(&self, viewer: &[Party]) -> bool {
        match self.shown {
            DelegatorShown::ToNetwork => true,
            DelegatorShown::ToDelegate => {
                viewer.contains(&self.delegator) || viewer.contains(&self.delegate)
            }
        }
    }
}

/// What one delegate carries for one scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CarrierRow {
    /// Who carries.
    pub delegate: Party,
    /// For what.
    pub scope: DelegationScope,
    /// How many votes were lent to them directly.
    pub carried: u32,
    /// By whom, as far as the viewer may know; in order.
    pub delegators: Vec<Party>,
}

static LENT: LazyLock<Facts> = LazyLock::new(|| {
    let values = [
        "network",
        "delegator",
        "delegate",
        "scope",
        "shown",
        "status",
        "granted",
        "granted_at",
        "until",
    ];
    Facts::of("lent", &["delegation"], &values)
});

/// As of a moment, and not over by then even if nobody recorded it yet.
static LASTS: LazyLock<String> =
    LazyLock::new(|| format!("{AS_OF} and (until is null or until > :effective)"));

static IN_FORCE: LazyLock<String> = LazyLock::new(|| {
    let lasts = &*LASTS;
    format!(
        "select * from lent where network = :network and status = '\"accepted\"' and {lasts}
         order by granted, delegation"
    )
});

/// What the viewer, who acts for the parties in the JSON list `:viewer`, may see.
const VISIBLE: &str = "(shown = '\"to_network\"'
    or delegator in (select value from json_each(:viewer))
    or delegate in (select value from json_each(:viewer)))
    and (:party is null or delegator = :party or delegate = :party)";

static LIST: LazyLock<String> = LazyLock::new(|| {
    let lasts = &*LASTS;
    format!(
        "select * from lent where network = :network and {lasts} and {VISIBLE}
         order by granted, delegation limit :limit offset :offset"
    )
});

static TOTAL: LazyLock<String> = LazyLock::new(|| {
    let lasts = &*LASTS;
    format!("select count(*) from lent where network = :network and {lasts} and {VISIBLE}")
});

/// Folds an event of a delegation.
pub(super) fn changed(
    tx: &Connection,
    event: &Recorded,
    change: DelegationEvent,
) -> rusqlite::Result<()> {
    match change {
        DelegationEvent::DelegationGranted {
            network,
            delegator,
            delegate,
            scope,
            until,
            shown,
        } => {
            let delegation = DelegationId::new(event.stream.id());
            let status = DelegationStatus::Granted;
            let (granted, granted_at) = (event.position.0, event.effective_at);
            let row = DelegationRow {
                delegation,
                network,
                delegator,
                delegate,
                scope,
                shown,
                status,
                granted,
                granted_at,
                until,
            };
            keep(tx, &row)?;
            open(tx, event, &row)
        }
        DelegationEvent::DelegationAccepted { .. } | DelegationEvent::DelegationResumed {} => {
            enter(tx, event, DelegationStatus::Accepted)
        }
        DelegationEvent::DelegationSuspended {} => enter(tx, event, DelegationStatus::Suspended),
        DelegationEvent::DelegationDeclined { .. } => leave(tx, event, DelegationStatus::Declined),
        DelegationEvent::DelegationRevoked {} => leave(tx, event, DelegationStatus::Revoked),
        DelegationEvent::DelegationExpired {} => leave(tx, event, DelegationStatus::Expired),
    }
}

/// It is in force or waits, in another way than before.
fn enter(tx: &Connection, event: &Recorded, status: DelegationStatus) -> rusqlite::Result<()> {
    let Some(row) = delegation(tx, DelegationId::new(event.stream.id()))? else { return Ok(()) };
    let row = DelegationRow { status, ..row };
    keep(tx, &row)?;
    open(tx, event, &row)
}

/// It is over.
fn leave(tx: &Connection, event: &Recorded, status: DelegationStatus) -> rusqlite::Result<()> {
    let delegation = event.stream.id().into_bytes();
    let sql = "update delegations set status = ?2 where delegation = ?1";
    run(tx, sql, params![delegation, worded(&status)?])?;
    LENT.end(tx, &[&delegation], moment(event))
}

fn keep(tx: &Connection, row: &DelegationRow) -> rusqlite::Result<()> {
    run(
        tx,
        "insert or replace into delegations values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            key(row.delegation),
            key(row.network),
            row.delegator.to_string(),
            row.delegate.to_string(),
            worded(&row.scope)?,
            worded(&row.shown)?,
            worded(&row.status)?,
            row.granted,
            row.granted_at.as_microsecond(),
            row.until.map(Timestamp::as_microsecond)
        ],
    )
}

fn open(tx: &Connection, event: &Recorded, row: &DelegationRow) -> rusqlite::Result<()> {
    let delegation = key(row.delegation);
    let (delegator, delegate) = (row.delegator.to_string(), row.delegate.to_string());
    let (scope, shown, status) = (worded(&row.scope)?, worded(&row.shown)?, worded(&row.status)?);
    let network = key(row.network);
    let granted_at = row.granted_at.as_microsecond();
    let until = row.until.map(Timestamp::as_microsecond);
    let values: [&dyn ToSql; 9] = [
        &network,
        &delegator,
        &delegate,
        &scope,
        &shown,
        &status,
        &row.granted,
        &granted_at,
        &until,
    ];
    LENT.open(tx, &[&delegation], &values, moment(event))
}

/// Reads one delegation as it stands now, over or not; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn delegation(
    connection: &Connection,
    delegation: DelegationId,
) -> rusqlite::Result<Option<DelegationRow>> {
    connection
        .prepare_cached("select * from delegations where delegation = ?1")?
        .query_row([key(delegation)], row)
        .optional()
}

/// Lists the delegations that waited, counted or were suspended at a moment and that somebody who
/// acts for `viewer` may know of, in order of their grants; those of `party` only, when one is named.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn delegations(
    connection: &Connection,
    (network, party): (NetworkId, Option<Party>),
    viewer: &[Party],
    as_of: AsOf,
    part: Part,
) -> rusqlite::Result<Listed<DelegationRow>> {
    let network = key(network);
    let party = party.map(|party| party.to_string());
    let viewer = worded(&viewer.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let about: [(&str, &dyn ToSql); 3] =
        [(":network", &network), (":viewer", &viewer), (":party", &party)];
    listed_as_of(connection, (&LIST, &TOTAL), &about, (as_of, part), row)
}

/// Reads the delegations of a network that were accepted and counted at a moment, whoever may know
/// of them, in order of their grants. For counting, not for showing.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn in_force(
    connection: &Connection,
    network: NetworkId,
    as_of: AsOf,
) -> rusqlite::Result<Vec<DelegationRow>> {
    connection
        .prepare_cached(&IN_FORCE)?
        .query_map(
            named_params! {
                ":network": key(network),
                ":effective": as_of.effective_us(), ":known": as_of.known_position(),
            },
            row,
        )?
        .collect()
}

/// Reads who carried how many votes at a moment, for each scope; the names of those who lent them
/// as far as somebody who acts for `viewer` may know. In order of delegates and scopes.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn carriers(
    connection: &Connection,
    network: NetworkId,
    viewer: &[Party],
    as_of: AsOf,
) -> rusqlite::Result<Vec<CarrierRow>> {
    let mut carriers: BTreeMap<(Party, DelegationScope), CarrierRow> = BTreeMap::new();
    for lent in in_force(connection, network, as_of)? {
        let shown = lent.is_shown_to(viewer);
        let DelegationRow { delegate, scope, delegator, .. } = lent;
        let carrier = carriers.entry((delegate, scope.clone())).or_insert_with(|| CarrierRow {
            delegate,
            scope,
            carried: 0,
            delegators: Vec::new(),
        });
        carrier.carried += 1;
        carrier.delegators.extend(shown.then_some(delegator));
    }
    let mut carriers: Vec<CarrierRow> = carriers.into_values().collect();
    for carrier in &mut carriers {
        carrier.delegators.sort_unstable();
    }
    Ok(carriers)
}

fn row(row: &Row<'_>) -> rusqlite::Result<DelegationRow> {
    Ok(DelegationRow {
        delegation: id(row, "delegation")?,
        network: id(row, "network")?,
        delegator: party(row, "delegator")?,
        delegate: party(row, "delegate")?,
        scope: word(row, "scope")?,
        shown: word(row, "shown")?,
        status: word(row, "status")?,
        granted: row.get("granted")?,
        granted_at: instant(row, "granted_at")?,
        until: optional_instant(row, "until")?,
    })
}
