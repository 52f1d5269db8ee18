//! The ties that were open at any moment, and who may see them.

use std::sync::LazyLock;

use eventlog::Recorded;
use events::{TieBasis, TieEvent, TieKind, TieVisibility};
use jiff::Timestamp;
use kernel::{NetworkId, Party, TieId};
use projector::{
    AsOf, Projection, ViewError,
    bitemporal::{AS_OF, Facts},
};
use rusqlite::{Connection, Row, ToSql, Transaction};

use super::{Listed, Part, id, instant, listed, party, word, worded};

/// Keeps ties.
#[derive(Debug)]
pub struct TiesView;

/// One tie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TieRow {
    /// Which one.
    pub tie: TieId,
    /// Who declared it.
    pub source: Party,
    /// Whom it points to.
    pub target: Party,
    /// What it means.
    pub kind: TieKind,
    /// What it rests on.
    pub basis: TieBasis,
    /// Who may see it.
    pub visibility: TieVisibility,
    /// Since when it exists.
    pub since: Timestamp,
    /// Whether the target said so too, by then.
    pub acknowledged: bool,
}

static TIES: LazyLock<Facts> = LazyLock::new(|| {
    Facts::of("ties", &["tie"], &["network", "source", "target", "kind", "basis", "visibility"])
});

static ANSWERS: LazyLock<Facts> = LazyLock::new(|| Facts::of("answers", &["tie"], &[]));

/// What the viewer, who acts for the parties in the JSON list `:viewer`, may see.
const VISIBLE: &str = "(visibility = '\"network\"'
    or source in (select value from json_each(:viewer))
    or visibility = '\"parties\"' and target in (select value from json_each(:viewer)))
    and (:party is null or source = :party or target = :party)";

static LIST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select *, exists (select 1 from answers where answers.tie = ties.tie and {AS_OF})
         as acknowledged
         from ties where network = :network and {AS_OF} and {VISIBLE}
         order by valid_from, tie limit :limit offset :offset"
    )
});

static TOTAL: LazyLock<String> = LazyLock::new(|| {
    format!("select count(*) from ties where network = :network and {AS_OF} and {VISIBLE}")
});

impl Projection for TiesView {
    const NAME: &'static str = "ties_1";
    const SCHEMA: &'static str = "
        create table ties (
            tie blob not null, network blob not null, source text not null, target text not null,
            kind text not null, basis text not null, visibility text not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (tie, valid_from, known_from)
        ) strict, without rowid;
        create index ties_network on ties (network, valid_from);
        create table answers (
            tie blob not null,
            valid_from integer not null, valid_to integer not null,
            known_from integer not null, known_to integer not null,
            primary key (tie, valid_from, known_from)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] = &["tie"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        let key = event.stream.id().into_bytes();
        let at = AsOf { effective: event.effective_at, known: event.position };
        match event.decode::<TieEvent>()? {
            Some(TieEvent::TieDeclared {
                network,
                source,
                target,
                kind,
                basis,
                visibility,
                ..
            }) => {
                let network = network.uuid().into_bytes();
                let (source, target) = (source.to_string(), target.to_string());
                let (kind, basis, visibility) =
                    (worded(&kind)?, worded(&basis)?, worded(&visibility)?);
                let values: [&dyn ToSql; 6] =
                    [&network, &source, &target, &kind, &basis, &visibility];
                TIES.open(tx, &[&key], &values, at)?;
            }
            Some(TieEvent::TieAcknowledged { .. }) => ANSWERS.open(tx, &[&key], &[], at)?,
            Some(TieEvent::TieWithdrawn { .. }) => {
                TIES.end(tx, &[&key], at)?;
                ANSWERS.end(tx, &[&key], at)?;
            }
            Some(TieEvent::TieAssessed { .. }) | None => {}
        }
        Ok(())
    }
}

/// Lists the ties in a network that were open at a moment and that whoever acts for `viewer` may
/// see, in order of time; those of `party` only, when one is named.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn ties(
    connection: &Connection,
    (network, party): (NetworkId, Option<Party>),
    viewer: &[Party],
    as_of: AsOf,
    part: Part,
) -> rusqlite::Result<Listed<TieRow>> {
    let network = network.uuid().into_bytes();
    let party = party.map(|party| party.to_string());
    let viewer = worded(&viewer.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let about: [(&str, &dyn ToSql); 3] =
        [(":network", &network), (":viewer", &viewer), (":party", &party)];
    listed(connection, (&LIST, &TOTAL), &about, (as_of, part), row)
}

fn row(row: &Row<'_>) -> rusqlite::Result<TieRow> {
    Ok(TieRow {
        tie: id(row, "tie")?,
        source: party(row, "source")?,
        target: party(row, "target")?,
        kind: word(row, "kind")?,
        basis: word(row, "basis")?,
        visibility: word(row, "visibility")?,
        since: instant(row, "valid_from")?,
        acknowledged: row.get("acknowledged")?,
    })
}
