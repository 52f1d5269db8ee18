//! The charters there are: their drafts, every version, and which one was in force at any moment.

use std::{collections::BTreeSet, sync::LazyLock};

use eventlog::Recorded;
use events::{
    CharterChange, CharterEvent, CharterSection, DecisionPolicy, PolicyName, Role, RoleName,
    Subject,
};
use jiff::Timestamp;
use kernel::{CharterId, DecisionId, NetworkId, PersonId};
use projector::{
    AsOf, Projection, ViewError,
    bitemporal::{AS_OF, Facts},
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, Transaction, named_params, params};
use serde::{Deserialize, Serialize};

use super::{
    Kept, Listed, Part, Text, effective_us, id, instant, key, listed, optional_id, rows, run, word,
    worded,
};
use crate::charter::CharterText;

#[cfg(test)]
mod tests;

/// Keeps charters.
#[derive(Debug)]
pub struct ChartersView;

/// How far a charter is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CharterPhase {
    /// The founders write it.
    Drafting,
    /// The founders are asked for their consent; nobody edits it meanwhile.
    PutToRatification,
    /// It binds.
    InForce,
}

/// A charter as it stands now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CharterRow {
    /// The network.
    pub network: NetworkId,
    /// How far it is.
    pub phase: CharterPhase,
    /// What it says: the draft's words before it is in force, the newest version's afterwards.
    pub content: CharterText,
    /// The hash of what was submitted, or of the newest version; `None` while it is written.
    pub snapshot_hash: Option<String>,
    /// The founders who consented to the submitted draft.
    pub consents: BTreeSet<PersonId>,
}

/// One version of a charter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionRow {
    /// The network.
    pub network: NetworkId,
    /// Its number, from 1.
    pub version: u32,
    /// Since when it is in force.
    pub effective_from: Timestamp,
    /// The decision that made it; `None` for the first one, which the founders consented to.
    pub decision: Option<DecisionId>,
    /// What that decision changed, in its order; empty for the first one.
    pub changes: Vec<CharterChange>,
    /// All that it says.
    pub content: CharterText,
    /// The SHA-256 of its canonical JSON, in hexadecimal.
    pub snapshot_hash: String,
}

/// A policy in the version that it stands in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyRow {
    /// The network.
    pub network: NetworkId,
    /// The version of the charter.
    pub version: u32,
    /// Since when that version is in force.
    pub effective_from: Timestamp,
    /// The policy.
    pub policy: DecisionPolicy,
}

/// What a member noted beside a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoteRow {
    /// Which section.
    pub section: CharterSection,
    /// Whose note it is.
    pub by: PersonId,
    /// What.
    pub note: Text,
    /// When.
    pub at: Timestamp,
}

static IN_FORCE: LazyLock<Facts> =
    LazyLock::new(|| Facts::of("in_force", &["charter"], &["version"]));

static VERSION_IN_FORCE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select versions.*, network from versions join charters using (charter)
         where charter = :charter
         and version = (select version from in_force where charter = :charter and {AS_OF})"
    )
});

const VERSION: &str = "select versions.*, network from versions join charters using (charter)
    where charter = :charter";

impl Projection for ChartersView {
    const NAME: &'static str = "charters_1";
    const SCHEMA: &'static str = "
        create table charters (
            charter blob primary key, network blob not null, phase text not null,
            content text not null, snapshot_hash text
        ) strict;
        create table consents (
            charter blob not null, founder blob not null, primary key (charter, founder)
        ) strict, without rowid;
        create table versions (
            charter blob not null, version integer not null, effective_from integer not null,
            decision blob, changes text not null, content text not null, snapshot_hash text not null,
            primary key (charter, version)
        ) strict, without rowid;
        create table in_force (
            charter blob not null, version integer not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (charter, valid_from, known_from)
        ) strict, without rowid;
        create table notes (
            charter blob not null, position integer not null, section text not null,
            subject blob not null, event_id blob not null, sealed blob not null,
            at integer not null, primary key (charter, position)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] = &["charter"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        if let Some(change) = event.decode::<CharterEvent>()? {
            changed(tx, event, change)?;
        }
        Ok(())
    }
}

fn changed(tx: &Connection, event: &Recorded, change: CharterEvent) -> rusqlite::Result<()> {
    let charter = event.stream.id().into_bytes();
    let edit = |change| amend(tx, charter, &[change]).map(|_| ());
    match change {
        CharterEvent::CharterDraftOpened { network } => {
            let (phase, content) =
                (worded(&CharterPhase::Drafting)?, worded(&CharterText::default())?);
            let parameters = params![charter, key(network), phase, content];
            run(tx, "insert into charters values (?1, ?2, ?3, ?4, null)", parameters)
        }
        CharterEvent::CharterSectionEdited { section, text } => {
            edit(CharterChange::EditSection { section, text })
        }
        CharterEvent::PolicyDefined { policy } => edit(CharterChange::DefinePolicy(policy)),
        CharterEvent::PolicyChanged { policy } => edit(CharterChange::ChangePolicy(policy)),
        CharterEvent::PolicyRetired { policy } => edit(CharterChange::RetirePolicy(policy)),
        CharterEvent::RoleDefined { role } => edit(CharterChange::DefineRole(role)),
        CharterEvent::RoleChanged { role } => edit(CharterChange::ChangeRole(role)),
        CharterEvent::CharterSubmitted { snapshot_hash } => {
            set_phase(tx, charter, CharterPhase::PutToRatification, Some(&snapshot_hash))
        }
        CharterEvent::CharterDraftReopened {} => {
            run(tx, "delete from consents where charter = ?1", [charter])?;
            set_phase(tx, charter, CharterPhase::Drafting, None)
        }
        CharterEvent::CharterConsented { founder } => {
            let sql = "insert or ignore into consents values (?1, ?2)";
            run(tx, sql, params![charter, key(founder)])
        }
        CharterEvent::CharterRatified { version, snapshot_hash, effective_from, .. } => {
            let content = content(tx, charter)?;
            let of = (version, effective_from, None, Vec::new(), snapshot_hash);
            enact(tx, event, &content, of)
        }
        CharterEvent::CharterAmended {
            version,
            decision,
            changes,
            snapshot_hash,
            effective_from,
            ..
        } => {
            let content = amend(tx, charter, &changes)?;
            let of = (version, effective_from, Some(decision), changes, snapshot_hash);
            enact(tx, event, &content, of)
        }
        CharterEvent::CharterSectionAnnotated { section, note } => {
            let kept = Kept::of(event, &note);
            run(
                tx,
                "insert into notes values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    charter,
                    event.position.0,
                    worded(&section)?,
                    kept.subject,
                    kept.event_id,
                    kept.sealed,
                    effective_us(event)
                ],
            )
        }
    }
}

fn content(tx: &Connection, charter: [u8; 16]) -> rusqlite::Result<CharterText> {
    tx.prepare_cached("select content from charters where charter = ?1")?
        .query_row([charter], |row| word(row, "content"))
}

/// Changes what the charter says, and returns what it says then.
fn amend(
    tx: &Connection,
    charter: [u8; 16],
    changes: &[CharterChange],
) -> rusqlite::Result<CharterText> {
    let mut content = content(tx, charter)?;
    for change in changes {
        content.put(change);
    }
    let sql = "update charters set content = ?2 where charter = ?1";
    run(tx, sql, params![charter, worded(&content)?])?;
    Ok(content)
}

fn set_phase(
    tx: &Connection,
    charter: [u8; 16],
    phase: CharterPhase,
    snapshot_hash: Option<&str>,
) -> rusqlite::Result<()> {
    let sql = "update charters set phase = ?2, snapshot_hash = ?3 where charter = ?1";
    run(tx, sql, params![charter, worded(&phase)?, snapshot_hash])
}

type Enacted = (u32, Timestamp, Option<DecisionId>, Vec<CharterChange>, String);

/// Puts a version in force.
fn enact(
    tx: &Connection,
    event: &Recorded,
    content: &CharterText,
    (version, effective_from, decision, changes, snapshot_hash): Enacted,
) -> rusqlite::Result<()> {
    let charter = event.stream.id().into_bytes();
    run(
        tx,
        "insert into versions values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            charter,
            version,
            effective_from.as_microsecond(),
            decision.map(key),
            worded(&changes)?,
            worded(content)?,
            snapshot_hash
        ],
    )?;
    let from = AsOf { effective: effective_from, known: event.position };
    IN_FORCE.open(tx, &[&charter], &[&version], from)?;
    set_phase(tx, charter, CharterPhase::InForce, Some(&snapshot_hash))
}

/// Reads the charter of a network as it stands now, draft or not; `None` when none was begun.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn charter(
    connection: &Connection,
    network: NetworkId,
) -> rusqlite::Result<Option<CharterRow>> {
    let charter = key(CharterId::of(network));
    let found = connection
        .prepare_cached("select * from charters where charter = ?1")?
        .query_row([charter], |row| {
            Ok(CharterRow {
                network: id(row, "network")?,
                phase: word(row, "phase")?,
                content: word(row, "content")?,
                snapshot_hash: row.get("snapshot_hash")?,
                consents: BTreeSet::new(),
            })
        })
        .optional()?;
    let Some(mut found) = found else { return Ok(None) };
    let sql = "select founder from consents where charter = ?1";
    found.consents =
        rows(connection, sql, [charter], |row| id(row, "founder"))?.into_iter().collect();
    Ok(Some(found))
}

/// Reads the version that was in force at a moment; `None` when none was.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn version_as_of(
    connection: &Connection,
    network: NetworkId,
    as_of: AsOf,
) -> rusqlite::Result<Option<VersionRow>> {
    connection
        .prepare_cached(&VERSION_IN_FORCE)?
        .query_row(
            named_params! {
                ":charter": key(CharterId::of(network)),
                ":effective": as_of.effective_us(), ":known": as_of.known_position(),
            },
            version_row,
        )
        .optional()
}

/// Reads one version by its number; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn version(
    connection: &Connection,
    network: NetworkId,
    version: u32,
) -> rusqlite::Result<Option<VersionRow>> {
    connection
        .prepare_cached(&format!("{VERSION} and version = :version"))?
        .query_row(
            named_params! { ":charter": key(CharterId::of(network)), ":version": version },
            version_row,
        )
        .optional()
}

/// Lists the versions of a network's charter, the newest first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn versions(
    connection: &Connection,
    network: NetworkId,
    part: Part,
) -> rusqlite::Result<Listed<VersionRow>> {
    let charter = key(CharterId::of(network));
    let about: [(&str, &dyn ToSql); 1] = [(":charter", &charter)];
    let list = format!("{VERSION} order by version desc limit :limit offset :offset");
    let total = "select count(*) from versions where charter = :charter";
    listed(connection, (&list, total), &about, part, version_row)
}

/// Reads the policy that decided on `subject` at a moment; `None` when no charter was in force.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn policy_as_of(
    connection: &Connection,
    (network, subject): (NetworkId, Subject),
    as_of: AsOf,
) -> rusqlite::Result<Option<PolicyRow>> {
    let Some(found) = version_as_of(connection, network, as_of)? else { return Ok(None) };
    let VersionRow { version, effective_from, content, .. } = found;
    let policy = content.policy_for(subject).cloned();
    Ok(policy.map(|policy| PolicyRow { network, version, effective_from, policy }))
}

/// Lists what members noted beside a charter's sections, in order of time.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn notes(
    connection: &Connection,
    network: NetworkId,
    part: Part,
) -> rusqlite::Result<Listed<NoteRow>> {
    let charter = key(CharterId::of(network));
    let about: [(&str, &dyn ToSql); 1] = [(":charter", &charter)];
    let list = "select * from notes where charter = :charter order by position
        limit :limit offset :offset";
    let total = "select count(*) from notes where charter = :charter";
    listed(connection, (list, total), &about, part, |row| {
        Ok(NoteRow {
            section: word(row, "section")?,
            by: id(row, "subject")?,
            note: Text::required(row, "note")?,
            at: instant(row, "at")?,
        })
    })
}

fn version_row(row: &Row<'_>) -> rusqlite::Result<VersionRow> {
    Ok(VersionRow {
        network: id(row, "network")?,
        version: row.get("version")?,
        effective_from: instant(row, "effective_from")?,
        decision: optional_id(row, "decision")?,
        changes: word(row, "changes")?,
        content: word(row, "content")?,
        snapshot_hash: row.get("snapshot_hash")?,
    })
}

/// The changes that make `before` into `after`: sections, then roles, then policies, each in their
/// order; empty when the two say the same. A role that is gone cannot be said as a change, and no
/// charter loses one.
pub fn difference(before: &CharterText, after: &CharterText) -> Vec<CharterChange> {
    let sections: BTreeSet<&CharterSection> =
        before.sections.keys().chain(after.sections.keys()).collect();
    let section = |section: &CharterSection| {
        let text = |of: &CharterText| of.sections.get(section).cloned().unwrap_or_default();
        let section = *section;
        (text(before) != text(after))
            .then(|| CharterChange::EditSection { section, text: text(after) })
    };
    let role = |(name, role): (&RoleName, &Role)| match before.roles.get(name) {
        None => Some(CharterChange::DefineRole(role.clone())),
        Some(earlier) if earlier != role => Some(CharterChange::ChangeRole(role.clone())),
        Some(_) => None,
    };
    let names: BTreeSet<&PolicyName> =
        before.policies.keys().chain(after.policies.keys()).collect();
    let policy = |name: &PolicyName| match (before.policies.get(name), after.policies.get(name)) {
        (None, Some(policy)) => Some(CharterChange::DefinePolicy(policy.clone())),
        (Some(earlier), Some(policy)) if earlier != policy => {
            Some(CharterChange::ChangePolicy(policy.clone()))
        }
        (Some(_), None) => Some(CharterChange::RetirePolicy(name.clone())),
        (Some(_), Some(_)) | (None, None) => None,
    };
    let sections = sections.into_iter().filter_map(section);
    let roles = after.roles.iter().filter_map(role);
    sections.chain(roles).chain(names.into_iter().filter_map(policy)).collect()
}
