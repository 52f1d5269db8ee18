//! The register: what adopted decisions left in force, at any moment, and what came of it. The view
//! keeps mandates too.

use std::sync::LazyLock;

use eventlog::Recorded;
use events::{
    Effect, Implementation, MandateEvent, OptionKey, ResolutionEvent, ReviewFinding, Subject,
};
use jiff::Timestamp;
use kernel::{DecisionId, NetworkId, PersonId, ProposalId, ResolutionId};
use projector::{
    AsOf, Projection, ViewError,
    bitemporal::{AS_OF, Facts, NOW},
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{
    Kept, Listed, Part, Text, effective_us, id, instant, key, listed, listed_as_of, mandates,
    moment, optional_id, optional_instant, optional_word, rows, run, word, worded,
};

#[cfg(test)]
mod tests;

/// Keeps resolutions and mandates.
#[derive(Debug)]
pub struct RegisterView;

/// Whether a resolution is in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionStatus {
    /// It is.
    InForce,
    /// It is, as a later decision changed it.
    Amended,
    /// A later one took its place.
    Superseded,
    /// A later decision ended it.
    Repealed,
    /// Its time is over.
    Expired,
}

impl ResolutionStatus {
    /// Whether the resolution binds.
    pub fn binds(self) -> bool {
        match self {
            ResolutionStatus::InForce | ResolutionStatus::Amended => true,
            ResolutionStatus::Superseded
            | ResolutionStatus::Repealed
            | ResolutionStatus::Expired => false,
        }
    }
}

/// One entry of the register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResolutionRow {
    /// Which one.
    pub resolution: ResolutionId,
    /// The network.
    pub network: NetworkId,
    /// The decision that adopted it.
    pub decision: DecisionId,
    /// The proposal.
    pub proposal: ProposalId,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub subject: Subject,
    /// The question that only one resolution in force may answer.
    pub exclusive: Option<String>,
    /// Who or what won, where something was chosen.
    pub winners: Vec<OptionKey>,
    /// Whether it is in force, at the moment that was asked about.
    pub status: ResolutionStatus,
    /// Since when that is so.
    pub status_since: Timestamp,
    /// How far it was carried out, at that moment.
    pub implementation: Implementation,
    /// The entry whose place it took.
    pub supersedes: Option<ResolutionId>,
    /// The entry that took its place, as far as known now.
    pub superseded_by: Option<ResolutionId>,
    /// The decision that changed or ended it last, as far as known now.
    pub changed_by: Option<DecisionId>,
    /// When it came into force.
    pub entered_at: Timestamp,
    /// When it is to be reviewed next, as planned now; `None` is never.
    pub review_at: Option<Timestamp>,
    /// When it expires; `None` is never.
    pub expires_at: Option<Timestamp>,
}

/// What became of an effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectStatus {
    /// It is to be carried out.
    Issued,
    /// It was carried out.
    Confirmed,
    /// It could not be.
    Failed,
}

/// One effect of a resolution.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EffectRow {
    /// Which one, from 0.
    pub index: u32,
    /// What.
    pub effect: Effect,
    /// What became of it.
    pub status: EffectStatus,
    /// The rule that forbade it, as its refusal names it.
    pub reason: Option<String>,
    /// Since when that is so.
    pub at: Timestamp,
}

/// One report about how far a resolution was carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportRow {
    /// Who said so.
    pub by: PersonId,
    /// How far.
    pub implementation: Implementation,
    /// In their words.
    pub note: Option<Text>,
    /// When.
    pub at: Timestamp,
}

/// How far a review is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStatus {
    /// It is to come.
    Planned,
    /// It is time for it.
    Due,
    /// It was held.
    Held,
}

/// One review of a resolution.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReviewRow {
    /// Of which resolution.
    pub resolution: ResolutionId,
    /// What that is called.
    pub title: String,
    /// When it was or is planned.
    pub review_at: Timestamp,
    /// How far it is.
    pub status: ReviewStatus,
    /// What it came to; `None` before it was held.
    pub finding: Option<ReviewFinding>,
}

/// All that happened to one resolution.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResolutionHistory {
    /// Its effects, in their order.
    pub effects: Vec<EffectRow>,
    /// The reports about it, in order of time.
    pub reports: Vec<ReportRow>,
    /// Its reviews, in order of their dates.
    pub reviews: Vec<ReviewRow>,
    /// The later entries that amended it, and the one that repealed it, in order.
    pub changed_by: Vec<ResolutionId>,
}

/// Which entries of a register are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Those that bind.
    InForce,
    /// All that were ever entered.
    Any,
}

static STANDINGS: LazyLock<Facts> =
    LazyLock::new(|| Facts::of("standings", &["resolution"], &["status"]));

static IMPLEMENTATIONS: LazyLock<Facts> =
    LazyLock::new(|| Facts::of("implementations", &["resolution"], &["implementation"]));

/// The entries with their standing and implementation, both as of one moment.
static AS_OF_ENTRIES: LazyLock<String> = LazyLock::new(|| entries(AS_OF));

static NOW_ENTRIES: LazyLock<String> = LazyLock::new(|| entries(NOW));

fn entries(moment: &str) -> String {
    format!(
        "select resolutions.*, standing.status, standing.valid_from as status_since,
            implemented.implementation
         from resolutions
         join (select * from standings where {moment}) as standing using (resolution)
         left join (select * from implementations where {moment}) as implemented
            using (resolution)"
    )
}

/// The resolutions that bind, for use after `where`.
const BINDS: &str = "status in ('\"in_force\"', '\"amended\"')";

impl Projection for RegisterView {
    const NAME: &'static str = "register_2";
    const SCHEMA: &'static str = "
        create table resolutions (
            resolution blob primary key, network blob not null, decision blob not null,
            proposal blob not null, title text not null, subject text not null, exclusive text,
            winners text not null, supersedes blob, superseded_by blob, changed_by blob,
            entered_at integer not null, review_at integer, expires_at integer
        ) strict;
        create index resolutions_network on resolutions (network, entered_at);
        create index resolutions_exclusive on resolutions (network, exclusive)
            where exclusive is not null;
        create table standings (
            resolution blob not null, status text not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (resolution, valid_from, known_from)
        ) strict, without rowid;
        create table implementations (
            resolution blob not null, implementation text not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (resolution, valid_from, known_from)
        ) strict, without rowid;
        create table changes (
            resolution blob not null, changed_by blob not null, -- the later resolution
            position integer not null, primary key (resolution, changed_by)
        ) strict, without rowid;
        create index changes_by on changes (changed_by);
        create table effects (
            resolution blob not null, number integer not null, effect text not null,
            status text not null, reason text, at integer not null,
            primary key (resolution, number)
        ) strict, without rowid;
        create table reports (
            resolution blob not null, position integer not null, reported_by blob not null,
            implementation text not null, subject blob, event_id blob, sealed blob,
            at integer not null, primary key (resolution, position)
        ) strict, without rowid;
        create table reviews (
            resolution blob not null, position integer not null, network blob not null,
            review_at integer not null, status text not null, finding text,
            primary key (resolution, position)
        ) strict, without rowid;
        create index reviews_network on reviews (network, review_at);
        create table mandates (
            mandate blob primary key, network blob not null, decision blob not null,
            role text not null, charter_version integer not null, holder blob not null,
            begins_at integer not null, ends_at integer not null, term integer not null,
            status text not null, status_since integer not null, recalled_by blob,
            handed_over_to blob
        ) strict;
        create index mandates_network on mandates (network, role, begins_at);
        create index mandates_holder on mandates (holder);
        create table offices (
            mandate blob not null, status text not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (mandate, valid_from, known_from)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] = &["resolution", "mandate"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        if let Some(change) = event.decode::<ResolutionEvent>()? {
            changed(tx, event, change)?;
        }
        if let Some(change) = event.decode::<MandateEvent>()? {
            mandates::changed(tx, event, change)?;
        }
        Ok(())
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of event reads as a table")]
fn changed(tx: &Connection, event: &Recorded, change: ResolutionEvent) -> rusqlite::Result<()> {
    let resolution = event.stream.id().into_bytes();
    let at = effective_us(event);
    let enter = |status| stand(tx, event, status);
    match change {
        ResolutionEvent::ResolutionEntered {
            network,
            decision,
            proposal,
            title,
            subject,
            exclusive,
            supersedes,
            winners,
            review_at,
            expires_at,
        } => {
            run(
                tx,
                "insert into resolutions values
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, null, null, ?10, ?11, ?12)",
                params![
                    resolution,
                    key(network),
                    key(decision),
                    key(proposal),
                    title,
                    worded(&subject)?,
                    exclusive,
                    worded(&winners)?,
                    supersedes.map(key),
                    at,
                    review_at.map(Timestamp::as_microsecond),
                    expires_at.map(Timestamp::as_microsecond)
                ],
            )?;
            implement(tx, event, Implementation::Pending)?;
            if let Some(review_at) = review_at {
                plan(tx, event, review_at)?;
            }
            enter(ResolutionStatus::InForce)
        }
        ResolutionEvent::EffectIssued { index, effect, .. } => {
            let sql = "insert or replace into effects values (?1, ?2, ?3, ?4, null, ?5)";
            let status = worded(&EffectStatus::Issued)?;
            run(tx, sql, params![resolution, index, worded(&effect)?, status, at])
        }
        ResolutionEvent::EffectConfirmed { index } => {
            conclude(tx, event, index, (EffectStatus::Confirmed, None))
        }
        ResolutionEvent::EffectFailed { index, reason } => {
            conclude(tx, event, index, (EffectStatus::Failed, Some(&reason)))
        }
        ResolutionEvent::ImplementationReported { by, implementation, note } => {
            let kept = note.as_ref().map(|note| Kept::of(event, note));
            let kept = kept.as_ref();
            run(
                tx,
                "insert into reports values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    resolution,
                    event.position.0,
                    key(by),
                    worded(&implementation)?,
                    kept.map(|kept| kept.subject),
                    kept.map(|kept| kept.event_id),
                    kept.map(|kept| kept.sealed),
                    at
                ],
            )?;
            implement(tx, event, implementation)
        }
        ResolutionEvent::ReviewScheduled { review_at } => {
            // A plan that was not due yet gives way to the new one.
            let planned = worded(&ReviewStatus::Planned)?;
            let sql = "delete from reviews where resolution = ?1 and status = ?2";
            run(tx, sql, params![resolution, planned])?;
            plan(tx, event, review_at)?;
            set_review_at(tx, resolution, Some(review_at))
        }
        ResolutionEvent::ReviewFellDue {} => {
            let sql = "update reviews set status = ?2 where resolution = ?1 and status = ?3";
            let (due, planned) = (worded(&ReviewStatus::Due)?, worded(&ReviewStatus::Planned)?);
            run(tx, sql, params![resolution, due, planned])
        }
        ResolutionEvent::ReviewHeld { finding } => {
            // One that was held before it fell due is as good.
            let sql = "update reviews set status = ?2, finding = ?3
                where resolution = ?1 and status <> ?2";
            let (held, finding) = (worded(&ReviewStatus::Held)?, worded(&finding)?);
            run(tx, sql, params![resolution, held, finding])?;
            set_review_at(tx, resolution, None)
        }
        ResolutionEvent::ResolutionAmended { decision } => {
            set_changed_by(tx, event, decision)?;
            enter(ResolutionStatus::Amended)
        }
        ResolutionEvent::ResolutionSuperseded { by } => {
            let sql = "update resolutions set superseded_by = ?2 where resolution = ?1";
            run(tx, sql, params![resolution, key(by)])?;
            enter(ResolutionStatus::Superseded)
        }
        ResolutionEvent::ResolutionRepealed { decision } => {
            set_changed_by(tx, event, decision)?;
            enter(ResolutionStatus::Repealed)
        }
        ResolutionEvent::ResolutionExpired {} => enter(ResolutionStatus::Expired),
    }
}

fn stand(tx: &Connection, event: &Recorded, status: ResolutionStatus) -> rusqlite::Result<()> {
    let resolution = event.stream.id().into_bytes();
    if !status.binds() {
        // Nobody reviews what does not bind; a review that was held stays on record.
        let held = worded(&ReviewStatus::Held)?;
        let sql = "delete from reviews where resolution = ?1 and status <> ?2";
        run(tx, sql, params![resolution, held])?;
        set_review_at(tx, resolution, None)?;
    }
    STANDINGS.open(tx, &[&resolution], &[&worded(&status)?], moment(event))
}

fn implement(
    tx: &Connection,
    event: &Recorded,
    implementation: Implementation,
) -> rusqlite::Result<()> {
    let resolution = event.stream.id().into_bytes();
    IMPLEMENTATIONS.open(tx, &[&resolution], &[&worded(&implementation)?], moment(event))
}

fn conclude(
    tx: &Connection,
    event: &Recorded,
    index: u32,
    (status, reason): (EffectStatus, Option<&str>),
) -> rusqlite::Result<()> {
    let resolution = event.stream.id().into_bytes();
    let sql = "update effects set status = ?3, reason = ?4, at = ?5
        where resolution = ?1 and number = ?2";
    run(tx, sql, params![resolution, index, worded(&status)?, reason, effective_us(event)])?;
    // One that failed, failed all of it; it is done when the last one is.
    let sql = "select count(*) from effects where resolution = ?1 and status = ?2";
    let count = |status: EffectStatus| -> rusqlite::Result<u32> {
        let status = worded(&status)?;
        tx.prepare_cached(sql)?.query_row(params![resolution, status], |row| row.get(0))
    };
    match (status, count(EffectStatus::Failed)?, count(EffectStatus::Issued)?) {
        (EffectStatus::Failed, 1, _) => implement(tx, event, Implementation::Failed),
        (EffectStatus::Confirmed, 0, 0) => implement(tx, event, Implementation::Done),
        (EffectStatus::Issued | EffectStatus::Confirmed | EffectStatus::Failed, _, _) => Ok(()),
    }
}

fn plan(tx: &Connection, event: &Recorded, review_at: Timestamp) -> rusqlite::Result<()> {
    let sql = "insert into reviews select resolution, ?2, network, ?3, ?4, null
        from resolutions where resolution = ?1";
    let (resolution, planned) = (event.stream.id().into_bytes(), worded(&ReviewStatus::Planned)?);
    run(tx, sql, params![resolution, event.position.0, review_at.as_microsecond(), planned])
}

fn set_review_at(
    tx: &Connection,
    resolution: [u8; 16],
    review_at: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let sql = "update resolutions set review_at = ?2 where resolution = ?1";
    run(tx, sql, params![resolution, review_at.map(Timestamp::as_microsecond)])
}

fn set_changed_by(tx: &Connection, event: &Recorded, decision: DecisionId) -> rusqlite::Result<()> {
    let resolution = event.stream.id().into_bytes();
    let sql = "update resolutions set changed_by = ?2 where resolution = ?1";
    run(tx, sql, params![resolution, key(decision)])?;
    let sql = "insert or ignore into changes values (?1, ?2, ?3)";
    run(tx, sql, params![resolution, key(ResolutionId::of(decision)), event.position.0])
}

/// Reads one entry as it stands now; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn resolution(
    connection: &Connection,
    resolution: ResolutionId,
) -> rusqlite::Result<Option<ResolutionRow>> {
    connection
        .prepare_cached(&format!("{} where resolution = ?1", *NOW_ENTRIES))?
        .query_row([key(resolution)], row)
        .optional()
}

/// Lists a network's register as of a moment, those about one subject when it is named, the newest
/// first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn resolutions(
    connection: &Connection,
    (network, subject, standing): (NetworkId, Option<Subject>, Standing),
    as_of: AsOf,
    part: Part,
) -> rusqlite::Result<Listed<ResolutionRow>> {
    let network = key(network);
    let subject = subject.map(|subject| worded(&subject)).transpose()?;
    let about: [(&str, &dyn ToSql); 2] = [(":network", &network), (":subject", &subject)];
    let binding = match standing {
        Standing::InForce => BINDS,
        Standing::Any => "true",
    };
    let entries = &*AS_OF_ENTRIES;
    let among = format!(
        "where network = :network and (:subject is null or subject = :subject) and {binding}"
    );
    let list = format!(
        "{entries} {among} order by entered_at desc, resolution limit :limit offset :offset"
    );
    let total = format!("select count(*) from ({entries} {among})");
    listed_as_of(connection, (&list, &total), &about, (as_of, part), row)
}

/// The entry in force on a question that only one may answer; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn in_force_on(
    connection: &Connection,
    network: NetworkId,
    exclusive: &str,
) -> rusqlite::Result<Option<ResolutionId>> {
    let sql = format!(
        "select resolution from resolutions join standings using (resolution)
         where network = ?1 and exclusive = ?2 and {NOW} and {BINDS}"
    );
    connection
        .prepare_cached(&sql)?
        .query_row(params![key(network), exclusive], |row| id(row, "resolution"))
        .optional()
}

/// Reads the line of entries that superseded, amended or repealed each other and that `resolution`
/// stands in, the oldest first, as they stand now; empty when there is no such entry.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn lineage(
    connection: &Connection,
    resolution: ResolutionId,
) -> rusqlite::Result<Vec<ResolutionRow>> {
    // Entries only change older ones; `union` ends the walk even if they did not.
    let sql = format!(
        "with recursive line (resolution) as (
            select resolution from resolutions where resolution = ?1
            union
            select other.resolution from line
            join resolutions as this on this.resolution = line.resolution
            join resolutions as other
                on other.resolution = this.supersedes or other.resolution = this.superseded_by
            union
            select changed_by from line join changes using (resolution)
            union
            select changes.resolution from line
            join changes on changes.changed_by = line.resolution)
         {} where resolution in (select resolution from line) order by entered_at, resolution",
        *NOW_ENTRIES
    );
    rows(connection, &sql, [key(resolution)], row)
}

/// Reads what happened to an entry; empty when there is no such entry.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn history(
    connection: &Connection,
    resolution: ResolutionId,
) -> rusqlite::Result<ResolutionHistory> {
    let of = [key(resolution)];
    let sql = "select * from effects where resolution = ?1 order by number";
    let effects = rows(connection, sql, of, |row| {
        Ok(EffectRow {
            index: row.get("number")?,
            effect: word(row, "effect")?,
            status: word(row, "status")?,
            reason: row.get("reason")?,
            at: instant(row, "at")?,
        })
    })?;
    let sql = "select * from reports where resolution = ?1 order by position";
    let reports = rows(connection, sql, of, |row| {
        Ok(ReportRow {
            by: id(row, "reported_by")?,
            implementation: word(row, "implementation")?,
            note: Text::stored(row, "note")?,
            at: instant(row, "at")?,
        })
    })?;
    let sql = "select reviews.*, title from reviews join resolutions using (resolution)
        where resolution = ?1 order by reviews.review_at, position";
    let reviews = rows(connection, sql, of, review_row)?;
    let sql = "select changed_by from changes where resolution = ?1 order by position";
    let changed_by = rows(connection, sql, of, |row| id(row, "changed_by"))?;
    Ok(ResolutionHistory { effects, reports, reviews, changed_by })
}

/// Lists the reviews of a network that are planned or due up to `until`, the earliest first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn reviews(
    connection: &Connection,
    network: NetworkId,
    until: Timestamp,
    part: Part,
) -> rusqlite::Result<Listed<ReviewRow>> {
    let (network, until) = (key(network), until.as_microsecond());
    let about: [(&str, &dyn ToSql); 2] = [(":network", &network), (":until", &until)];
    let list = "select reviews.*, title from reviews join resolutions using (resolution)
        where reviews.network = :network and reviews.review_at <= :until
        and status <> '\"held\"' order by reviews.review_at, resolution
        limit :limit offset :offset";
    let total = "select count(*) from reviews
        where network = :network and review_at <= :until and status <> '\"held\"'";
    listed(connection, (list, total), &about, part, review_row)
}

/// The network that an entry belongs to; `None` when there is no such entry.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn network_of(
    connection: &Connection,
    resolution: ResolutionId,
) -> rusqlite::Result<Option<NetworkId>> {
    connection
        .prepare_cached("select network from resolutions where resolution = ?1")?
        .query_row([key(resolution)], |row| id(row, "network"))
        .optional()
}

fn row(row: &Row<'_>) -> rusqlite::Result<ResolutionRow> {
    Ok(ResolutionRow {
        resolution: id(row, "resolution")?,
        network: id(row, "network")?,
        decision: id(row, "decision")?,
        proposal: id(row, "proposal")?,
        title: row.get("title")?,
        subject: word(row, "subject")?,
        exclusive: row.get("exclusive")?,
        winners: word(row, "winners")?,
        status: word(row, "status")?,
        status_since: instant(row, "status_since")?,
        implementation: optional_word(row, "implementation")?.unwrap_or(Implementation::Pending),
        supersedes: optional_id(row, "supersedes")?,
        superseded_by: optional_id(row, "superseded_by")?,
        changed_by: optional_id(row, "changed_by")?,
        entered_at: instant(row, "entered_at")?,
        review_at: optional_instant(row, "review_at")?,
        expires_at: optional_instant(row, "expires_at")?,
    })
}

fn review_row(row: &Row<'_>) -> rusqlite::Result<ReviewRow> {
    Ok(ReviewRow {
        resolution: id(row, "resolution")?,
        title: row.get("title")?,
        review_at: instant(row, "review_at")?,
        status: word(row, "status")?,
        finding: optional_word(row, "finding")?,
    })
}
