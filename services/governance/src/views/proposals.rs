//! The proposals there are: their revisions, sponsors, concerns and amendments, and what became of
//! them. The view keeps agendas and goals too.

use eventlog::Recorded;
use events::{AgendaEvent, GoalEvent, ProposalContent, ProposalEvent};
use jiff::Timestamp;
use kernel::{DecisionId, NetworkId, PersonId, Personal, ProposalId};
use projector::{Projection, ViewError};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{
    Kept, Listed, Part, Text, Tracked, agenda, effective_us, goals, id, instant, key, listed,
    optional_id, optional_instant, rows, run, timestamp, word, worded,
};
use crate::proposal::content_hash;

#[cfg(test)]
mod tests;

/// Keeps proposals, agendas and goals.
#[derive(Debug)]
pub struct ProposalsView;

/// How far a proposal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalStatus {
    /// Its authors write it.
    Drafted,
    /// It is before the network.
    Submitted,
    /// The network discusses it.
    UnderDiscussion,
    /// It is decided on; its text is final.
    CalledToDecision,
    /// The decision is final.
    Decided,
    /// Its author took it back.
    Withdrawn,
    /// Nobody called a decision in time.
    Lapsed,
    /// It goes on within another one.
    Merged,
}

/// One proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProposalRow {
    /// Which one.
    pub proposal: ProposalId,
    /// The network.
    pub network: NetworkId,
    /// Who wrote it down first.
    pub author: PersonId,
    /// Who writes with the author, in order of their ids.
    pub co_authors: Vec<PersonId>,
    /// Who was asked to write with them and has not answered, in order of their ids.
    pub invited: Vec<PersonId>,
    /// Who wants it decided on, besides the author, in order of their ids.
    pub sponsors: Vec<PersonId>,
    /// How far it is.
    pub status: ProposalStatus,
    /// Since when it is like that.
    pub status_since: Timestamp,
    /// The number of its newest revision, from 1.
    pub revision: u32,
    /// What it asks for, in that revision.
    pub content: ProposalContent,
    /// The SHA-256 of the canonical JSON of the content, in hexadecimal.
    pub content_hash: String,
    /// When it was written down.
    pub drafted_at: Timestamp,
    /// When its discussion began; `None` when it has not.
    pub discussed_from: Option<Timestamp>,
    /// The newest decision on it.
    pub decision: Option<DecisionId>,
    /// Whether the final decision adopted it; `None` before.
    pub adopted: Option<bool>,
    /// The proposal that it went on within.
    pub merged_into: Option<ProposalId>,
    /// How many concerns nobody answered nor took back.
    pub concerns_open: u64,
    /// How many amendments nobody took over nor refused.
    pub amendments_open: u64,
}

/// One revision of a proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevisionRow {
    /// Its number, from 1.
    pub revision: u32,
    /// What it asks for.
    pub content: ProposalContent,
    /// The SHA-256 of the canonical JSON of the content, in hexadecimal.
    pub content_hash: String,
    /// When it was made.
    pub at: Timestamp,
}

/// How far a concern is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConcernStatus {
    /// Nobody answered.
    Raised,
    /// An author answered.
    Answered,
    /// Whoever was concerned is so no longer.
    Withdrawn,
}

/// One concern about a proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConcernRow {
    /// About which proposal.
    pub proposal: ProposalId,
    /// Its number in the proposal, from 1.
    pub number: u32,
    /// Who is concerned.
    pub by: PersonId,
    /// About what.
    pub text: Text,
    /// How far it is.
    pub status: ConcernStatus,
    /// When it was raised.
    pub at: Timestamp,
    /// The answers, in order of time.
    pub answers: Vec<AnswerRow>,
}

impl ConcernRow {
    /// Every text in it.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut Text> {
        let answers = self.answers.iter_mut().map(|answer| &mut answer.text);
        std::iter::once(&mut self.text).chain(answers)
    }
}

/// One answer, to a concern or to an objection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnswerRow {
    /// Who answered.
    pub by: PersonId,
    /// How.
    pub text: Text,
    /// When.
    pub at: Timestamp,
}

/// How far an amendment is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmendmentStatus {
    /// It is offered.
    Offered,
    /// The authors took it over.
    Accepted,
    /// The authors did not take it over.
    Rejected,
    /// It was rejected, and became a proposal of its own.
    Promoted,
}

/// One amendment of a proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AmendmentRow {
    /// Its number in the proposal, from 1.
    pub number: u32,
    /// Who offered it.
    pub by: PersonId,
    /// The revision that it changes.
    pub revision: u32,
    /// The whole text as it would read.
    pub text: String,
    /// How far it is.
    pub status: AmendmentStatus,
    /// The revision that it made, once it was taken over.
    pub made_revision: Option<u32>,
    /// The proposal that it became.
    pub promoted_to: Option<ProposalId>,
    /// When it was offered.
    pub at: Timestamp,
}

/// All that is going on about one proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workspace {
    /// Its revisions, the first one first.
    pub revisions: Vec<RevisionRow>,
    /// Its concerns, by number.
    pub concerns: Vec<ConcernRow>,
    /// Its amendments, by number.
    pub amendments: Vec<AmendmentRow>,
}

impl Projection for ProposalsView {
    const NAME: &'static str = "proposals_2";
    const SCHEMA: &'static str = "
        create table proposals (
            proposal blob primary key, network blob not null, author blob not null,
            status text not null, status_since integer not null, revision integer not null,
            drafted_at integer not null, discussed_from integer, decision blob, adopted integer,
            merged_into blob
        ) strict;
        create index proposals_network on proposals (network, status, drafted_at);
        create table revisions (
            proposal blob not null, revision integer not null, content text not null,
            content_hash text not null, at integer not null, primary key (proposal, revision)
        ) strict, without rowid;
        create table invited (
            proposal blob not null, person blob not null, primary key (proposal, person)
        ) strict, without rowid;
        create table co_authors (
            proposal blob not null, person blob not null, primary key (proposal, person)
        ) strict, without rowid;
        create table sponsors (
            proposal blob not null, person blob not null, primary key (proposal, person)
        ) strict, without rowid;
        create table concerns (
            proposal blob not null, number integer not null, raised_by blob not null,
            status text not null, subject blob not null, event_id blob not null,
            sealed blob not null, at integer not null, primary key (proposal, number)
        ) strict, without rowid;
        create table answers (
            proposal blob not null, number integer not null, position integer not null,
            answered_by blob not null, subject blob not null, event_id blob not null,
            sealed blob not null, at integer not null, primary key (proposal, number, position)
        ) strict, without rowid;
        create table amendments (
            proposal blob not null, number integer not null, offered_by blob not null,
            revision integer not null, text text not null, status text not null,
            made_revision integer, promoted_to blob, at integer not null,
            primary key (proposal, number)
        ) strict, without rowid;
        create table rejections (
            network blob not null, content_hash text not null, at integer not null,
            primary key (network, content_hash, at)
        ) strict, without rowid;
        create table items (
            item blob primary key, network blob not null, raised_by blob not null,
            title text not null, status text not null, rank integer, ranked_by blob,
            gathering blob, raised_at integer not null
        ) strict;
        create index items_network on items (network);
        create table supports (
            item blob not null, person blob not null, primary key (item, person)
        ) strict, without rowid;
        create table goals (
            goal blob primary key, network blob not null, drafted_by blob not null,
            text text not null, status text not null, adopted_by blob, superseded_by blob,
            drafted_at integer not null
        ) strict;
        create index goals_network on goals (network, drafted_at);
        create table endorsements (
            goal blob not null, person blob not null, position integer not null,
            primary key (goal, person)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] = &["proposal", "agenda", "goal"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        if let Some(change) = event.decode::<ProposalEvent>()? {
            changed(tx, event, change)?;
        }
        if let Some(change) = event.decode::<AgendaEvent>()? {
            agenda::changed(tx, event, change)?;
        }
        if let Some(change) = event.decode::<GoalEvent>()? {
            goals::changed(tx, event, change)?;
        }
        Ok(())
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of event reads as a table")]
fn changed(tx: &Connection, event: &Recorded, change: ProposalEvent) -> rusqlite::Result<()> {
    let proposal = event.stream.id().into_bytes();
    let at = effective_us(event);
    let enter = |status| set_status(tx, event, status);
    let amendment = "update amendments set status = ?3 where proposal = ?1 and number = ?2";
    match change {
        ProposalEvent::ProposalDrafted { network, author, content } => {
            let status = worded(&ProposalStatus::Drafted)?;
            run(
                tx,
                "insert into proposals values (?1, ?2, ?3, ?4, ?5, 1, ?5, null, null, null, null)",
                params![proposal, key(network), key(author), status, at],
            )?;
            revise(tx, event, 1, (&content, &content_hash(&content)))
        }
        ProposalEvent::CoAuthorInvited { person } => {
            let sql = "insert or ignore into invited values (?1, ?2)";
            run(tx, sql, params![proposal, key(person)])
        }
        ProposalEvent::CoAuthorJoined { person } => {
            let sql = "delete from invited where proposal = ?1 and person = ?2";
            run(tx, sql, params![proposal, key(person)])?;
            let sql = "insert or ignore into co_authors values (?1, ?2)";
            run(tx, sql, params![proposal, key(person)])
        }
        ProposalEvent::ProposalSponsored { person } => {
            let sql = "insert or ignore into sponsors values (?1, ?2)";
            run(tx, sql, params![proposal, key(person)])
        }
        ProposalEvent::SponsorshipWithdrawn { person } => {
            let sql = "delete from sponsors where proposal = ?1 and person = ?2";
            run(tx, sql, params![proposal, key(person)])
        }
        ProposalEvent::ProposalSubmitted {} => enter(ProposalStatus::Submitted),
        ProposalEvent::DiscussionOpened { since } => {
            let sql = "update proposals set discussed_from = ?2 where proposal = ?1";
            run(tx, sql, params![proposal, since.as_microsecond()])?;
            enter(ProposalStatus::UnderDiscussion)
        }
        ProposalEvent::ConcernRaised { number, by, text } => {
            let kept = Kept::of(event, &text);
            let status = worded(&ConcernStatus::Raised)?;
            run(
                tx,
                "insert into concerns values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    proposal,
                    number,
                    key(by),
                    status,
                    kept.subject,
                    kept.event_id,
                    kept.sealed,
                    at
                ],
            )
        }
        ProposalEvent::ConcernAnswered { number, by, text } => {
            answered(tx, event, (number, by), &text)?;
            set_concern(tx, proposal, number, ConcernStatus::Answered)
        }
        ProposalEvent::ConcernWithdrawn { number } => {
            set_concern(tx, proposal, number, ConcernStatus::Withdrawn)
        }
        ProposalEvent::AmendmentOffered { number, by, revision, text } => {
            let status = worded(&AmendmentStatus::Offered)?;
            run(
                tx,
                "insert into amendments values (?1, ?2, ?3, ?4, ?5, ?6, null, null, ?7)",
                params![proposal, number, key(by), revision, text, status, at],
            )
        }
        ProposalEvent::AmendmentAccepted { number, revision } => {
            // The revision itself is an event of its own.
            let sql = "update amendments set status = ?3, made_revision = ?4
                where proposal = ?1 and number = ?2";
            let accepted = worded(&AmendmentStatus::Accepted)?;
            run(tx, sql, params![proposal, number, accepted, revision])
        }
        ProposalEvent::AmendmentRejected { number } => {
            run(tx, amendment, params![proposal, number, worded(&AmendmentStatus::Rejected)?])
        }
        ProposalEvent::AmendmentPromoted { number, proposal: promoted_to } => run(
            tx,
            "update amendments set status = ?3, promoted_to = ?4
             where proposal = ?1 and number = ?2",
            params![proposal, number, worded(&AmendmentStatus::Promoted)?, key(promoted_to)],
        ),
        ProposalEvent::ProposalRevised { revision, content, content_hash } => {
            revise(tx, event, revision, (&content, &content_hash))
        }
        ProposalEvent::ProposalMerged { into } => {
            let sql = "update proposals set merged_into = ?2 where proposal = ?1";
            run(tx, sql, params![proposal, key(into)])?;
            enter(ProposalStatus::Merged)
        }
        ProposalEvent::DecisionCalled { decision, .. } => {
            let sql = "update proposals set decision = ?2 where proposal = ?1";
            run(tx, sql, params![proposal, key(decision)])?;
            enter(ProposalStatus::CalledToDecision)
        }
        ProposalEvent::ProposalWithdrawn {} => enter(ProposalStatus::Withdrawn),
        ProposalEvent::ProposalLapsed {} => enter(ProposalStatus::Lapsed),
        ProposalEvent::ProposalDecided { decision, adopted } => {
            let sql = "update proposals set decision = ?2, adopted = ?3 where proposal = ?1";
            run(tx, sql, params![proposal, key(decision), adopted])?;
            if !adopted {
                let rejected = "insert or ignore into rejections
                    select network, content_hash, ?2
                    from proposals join revisions using (proposal, revision) where proposal = ?1";
                run(tx, rejected, params![proposal, at])?;
            }
            enter(ProposalStatus::Decided)
        }
    }
}

fn set_status(tx: &Connection, event: &Recorded, status: ProposalStatus) -> rusqlite::Result<()> {
    let sql = "update proposals set status = ?2, status_since = ?3 where proposal = ?1";
    run(tx, sql, params![event.stream.id().into_bytes(), worded(&status)?, effective_us(event)])
}

fn set_concern(
    tx: &Connection,
    proposal: [u8; 16],
    number: u32,
    status: ConcernStatus,
) -> rusqlite::Result<()> {
    let sql = "update concerns set status = ?3 where proposal = ?1 and number = ?2";
    run(tx, sql, params![proposal, number, worded(&status)?])
}

fn answered(
    tx: &Connection,
    event: &Recorded,
    (number, by): (u32, PersonId),
    text: &Personal<String>,
) -> rusqlite::Result<()> {
    let kept = Kept::of(event, text);
    run(
        tx,
        "insert into answers values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            event.stream.id().into_bytes(),
            number,
            event.position.0,
            key(by),
            kept.subject,
            kept.event_id,
            kept.sealed,
            effective_us(event)
        ],
    )
}

fn revise(
    tx: &Connection,
    event: &Recorded,
    revision: u32,
    (content, hash): (&ProposalContent, &str),
) -> rusqlite::Result<()> {
    let proposal = event.stream.id().into_bytes();
    let sql = "insert into revisions values (?1, ?2, ?3, ?4, ?5)";
    let of = params![proposal, revision, worded(content)?, hash, effective_us(event)];
    run(tx, sql, of)?;
    let sql = "update proposals set revision = ?2 where proposal = ?1";
    run(tx, sql, params![proposal, revision])
}

const PROPOSAL: &str = "select *,
    (select count(*) from concerns where concerns.proposal = proposals.proposal
        and concerns.status = '\"raised\"') as concerns_open,
    (select count(*) from amendments where amendments.proposal = proposals.proposal
        and amendments.status = '\"offered\"') as amendments_open
    from proposals join revisions using (proposal, revision)";

/// Reads one proposal; `None` when there is none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn proposal(
    connection: &Connection,
    proposal: ProposalId,
) -> rusqlite::Result<Option<ProposalRow>> {
    let found = connection
        .prepare_cached(&format!("{PROPOSAL} where proposal = ?1"))?
        .query_row([key(proposal)], row)
        .optional()?;
    found.map(|found| with_people(connection, found)).transpose()
}

/// Lists a network's proposals, those of one status when it is named, the newest first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn proposals(
    connection: &Connection,
    (network, status): (NetworkId, Option<ProposalStatus>),
    part: Part,
) -> rusqlite::Result<Listed<ProposalRow>> {
    let network = key(network);
    let status = status.map(|status| worded(&status)).transpose()?;
    let about: [(&str, &dyn ToSql); 2] = [(":network", &network), (":status", &status)];
    let among = "network = :network and (:status is null or proposals.status = :status)";
    let list = format!(
        "{PROPOSAL} where {among} order by drafted_at desc, proposal limit :limit offset :offset"
    );
    let total = format!("select count(*) from proposals where {among}");
    let Listed { items, total } = listed(connection, (&list, &total), &about, part, row)?;
    let items = items.into_iter().map(|proposal| with_people(connection, proposal));
    Ok(Listed { items: items.collect::<Result<_, _>>()?, total })
}

/// Reads what is going on about a proposal; empty when there is no such proposal.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn workspace(connection: &Connection, proposal: ProposalId) -> rusqlite::Result<Workspace> {
    let proposal = key(proposal);
    let sql = "select * from revisions where proposal = ?1 order by revision";
    let revisions = rows(connection, sql, [proposal], |row| {
        Ok(RevisionRow {
            revision: row.get("revision")?,
            content: word(row, "content")?,
            content_hash: row.get("content_hash")?,
            at: instant(row, "at")?,
        })
    })?;
    let sql = "select * from concerns where proposal = ?1 order by number";
    let concerns = with_answers(connection, rows(connection, sql, [proposal], concern_row)?)?;
    let sql = "select * from amendments where proposal = ?1 order by number";
    let amendments = rows(connection, sql, [proposal], |row| {
        Ok(AmendmentRow {
            number: row.get("number")?,
            by: id(row, "offered_by")?,
            revision: row.get("revision")?,
            text: row.get("text")?,
            status: word(row, "status")?,
            made_revision: row.get("made_revision")?,
            promoted_to: optional_id(row, "promoted_to")?,
            at: instant(row, "at")?,
        })
    })?;
    Ok(Workspace { revisions, concerns, amendments })
}

/// Lists the concerns about a network's proposals, the longest raised first; those that wait are
/// about proposals under discussion, and nobody has answered or taken them back.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn concerns(
    connection: &Connection,
    (network, tracked): (NetworkId, Tracked),
    part: Part,
) -> rusqlite::Result<Listed<ConcernRow>> {
    let network = key(network);
    let raised = worded(&ConcernStatus::Raised)?;
    let discussed = worded(&ProposalStatus::UnderDiscussion)?;
    let all = tracked == Tracked::All;
    let about: [(&str, &dyn ToSql); 4] =
        [(":network", &network), (":all", &all), (":raised", &raised), (":discussed", &discussed)];
    let among = "concerns join proposals using (proposal) where network = :network
        and (:all or (concerns.status = :raised and proposals.status = :discussed))";
    let list = format!(
        "select concerns.* from {among} order by at, proposal, number limit :limit offset :offset"
    );
    let total = format!("select count(*) from {among}");
    let Listed { items, total } = listed(connection, (&list, &total), &about, part, concern_row)?;
    Ok(Listed { items: with_answers(connection, items)?, total })
}

fn with_answers(
    connection: &Connection,
    mut concerns: Vec<ConcernRow>,
) -> rusqlite::Result<Vec<ConcernRow>> {
    for concern in &mut concerns {
        let sql = "select * from answers where proposal = ?1 and number = ?2 order by position";
        let of = params![key(concern.proposal), concern.number];
        concern.answers = rows(connection, sql, of, |row| answer_row(row, "text"))?;
    }
    Ok(concerns)
}

fn concern_row(row: &Row<'_>) -> rusqlite::Result<ConcernRow> {
    Ok(ConcernRow {
        proposal: id(row, "proposal")?,
        number: row.get("number")?,
        by: id(row, "raised_by")?,
        text: Text::required(row, "text")?,
        status: word(row, "status")?,
        at: instant(row, "at")?,
        answers: Vec::new(),
    })
}

/// The network that a proposal belongs to; `None` when there is no such proposal.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn network_of(
    connection: &Connection,
    proposal: ProposalId,
) -> rusqlite::Result<Option<NetworkId>> {
    connection
        .prepare_cached("select network from proposals where proposal = ?1")?
        .query_row([key(proposal)], |row| id(row, "network"))
        .optional()
}

/// When a network last rejected the content of this hash, in whichever proposal; `None` when it
/// never did.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn last_rejected(
    connection: &Connection,
    network: NetworkId,
    content_hash: &str,
) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "select max(at) from rejections where network = ?1 and content_hash = ?2";
    let at: Option<i64> = connection
        .prepare_cached(sql)?
        .query_row(params![key(network), content_hash], |row| row.get(0))?;
    at.map(timestamp).transpose()
}

fn with_people(connection: &Connection, proposal: ProposalRow) -> rusqlite::Result<ProposalRow> {
    let of = [key(proposal.proposal)];
    let sql = "select person from co_authors where proposal = ?1 order by person";
    let co_authors = rows(connection, sql, of, |row| id(row, "person"))?;
    let sql = "select person from invited where proposal = ?1 order by person";
    let invited = rows(connection, sql, of, |row| id(row, "person"))?;
    let sql = "select person from sponsors where proposal = ?1 order by person";
    let sponsors = rows(connection, sql, of, |row| id(row, "person"))?;
    Ok(ProposalRow { co_authors, invited, sponsors, ..proposal })
}

fn row(row: &Row<'_>) -> rusqlite::Result<ProposalRow> {
    Ok(ProposalRow {
        proposal: id(row, "proposal")?,
        network: id(row, "network")?,
        author: id(row, "author")?,
        co_authors: Vec::new(),
        invited: Vec::new(),
        sponsors: Vec::new(),
        status: word(row, "status")?,
        status_since: instant(row, "status_since")?,
        revision: row.get("revision")?,
        content: word(row, "content")?,
        content_hash: row.get("content_hash")?,
        drafted_at: instant(row, "drafted_at")?,
        discussed_from: optional_instant(row, "discussed_from")?,
        decision: optional_id(row, "decision")?,
        adopted: row.get("adopted")?,
        merged_into: optional_id(row, "merged_into")?,
        concerns_open: row.get("concerns_open")?,
        amendments_open: row.get("amendments_open")?,
    })
}

/// Reads an answer, whose text stands in `field` of its event.
pub(super) fn answer_row(row: &Row<'_>, field: &'static str) -> rusqlite::Result<AnswerRow> {
    Ok(AnswerRow {
        by: id(row, "answered_by")?,
        text: Text::required(row, field)?,
        at: instant(row, "at")?,
    })
}
