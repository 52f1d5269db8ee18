//! Who takes part: what each member was asked to vote on and did, who proposes, and who decides.
//!
//! Counted when a decision is tallied. Of a secret decision it counts who voted only where its
//! turnout was recorded with names; else it was issued, and nothing more is said.

use eventlog::Recorded;
use events::{DecisionEvent, ProposalEvent, ResolvedDelegation, Secrecy, TurnoutEvent};
use kernel::{NetworkId, Party, PersonId};
use projector::{Projection, ViewError};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, Transaction, params};

use super::{Listed, Part, id, key, listed, party, run};

#[cfg(test)]
mod tests;

/// Counts participation.
#[derive(Debug)]
pub struct ParticipationView;

/// How one party took part in the decisions of a network that were tallied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParticipationRow {
    /// Who.
    pub party: Party,
    /// How many decisions had them on the roll, with an entry that counted.
    pub issued: u32,
    /// In how many they voted.
    pub cast: u32,
    /// In how many they did not, but a delegate voted for them.
    pub represented: u32,
    /// In how many nobody voted for them.
    pub missed: u32,
    /// How many were secret and do not tell. `issued` is the sum of this and the three before.
    pub untold: u32,
    /// How many votes of others they voted with, over all decisions.
    pub carried: u32,
}

/// How much one person proposes in a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProposerRow {
    /// Who.
    pub author: PersonId,
    /// How many proposals they wrote down.
    pub drafted: u32,
    /// How many of those were put before the network.
    pub submitted: u32,
    /// How many of those came to a decision.
    pub called: u32,
    /// How many of those were adopted.
    pub adopted: u32,
}

/// In what order participation is listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParticipationOrder {
    /// By the parties' ids.
    Party,
    /// Who decides most first: by votes cast and carried.
    Influence,
}

impl Projection for ParticipationView {
    const NAME: &'static str = "participation_2";
    const SCHEMA: &'static str = "
        create table decisions (
            decision blob primary key, network blob not null, secret integer not null
        ) strict;
        create table entries (
            decision blob not null, party text not null, voted integer not null,
            primary key (decision, party)
        ) strict, without rowid;
        create table told (decision blob primary key) strict;
        create table records (
            network blob not null, party text not null, issued integer not null,
            voted integer not null, represented integer not null, missed integer not null,
            untold integer not null, carried integer not null, primary key (network, party)
        ) strict, without rowid;
        create table proposals (
            proposal blob primary key, network blob not null, author blob not null,
            called integer not null, submitted integer not null
        ) strict;
        create table proposers (
            network blob not null, author blob not null, drafted integer not null,
            submitted integer not null, called integer not null, adopted integer not null,
            primary key (network, author)
        ) strict, without rowid;";
    const CATEGORIES: &'static [&'static str] = &["decision", "turnout", "proposal"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        if let Some(change) = event.decode::<DecisionEvent>()? {
            decision_changed(tx, event.stream.id().into_bytes(), change)?;
        }
        if let Some(TurnoutEvent::TurnoutRecorded { decision, voters, .. }) = event.decode()?
            && let Some(voters) = voters
        {
            run(tx, "insert or ignore into told values (?1)", [key(decision)])?;
            for voter in voters {
                set_voted(tx, key(decision), voter, 1)?;
            }
        }
        if let Some(change) = event.decode::<ProposalEvent>()? {
            proposal_changed(tx, event.stream.id().into_bytes(), change)?;
        }
        Ok(())
    }
}

fn decision_changed(
    tx: &Connection,
    decision: [u8; 16],
    change: DecisionEvent,
) -> rusqlite::Result<()> {
    match change {
        DecisionEvent::DecisionScheduled { terms } => {
            let secret = match terms.policy.secrecy {
                Secrecy::Open | Secrecy::OpenAfterClose => 0,
                Secrecy::Secret => 1,
            };
            let sql = "insert into decisions values (?1, ?2, ?3)";
            run(tx, sql, params![decision, key(terms.network), secret])
        }
        DecisionEvent::RollFrozen { entries, .. } => {
            for entry in entries {
                let sql = "insert or ignore into entries values (?1, ?2, 0)";
                run(tx, sql, params![decision, entry.party.to_string()])?;
            }
            Ok(())
        }
        DecisionEvent::BallotCast { voter, .. }
        | DecisionEvent::BallotChanged { voter, .. }
        | DecisionEvent::BallotRecordedOnBehalf { voter, .. } => set_voted(tx, decision, voter, 1),
        DecisionEvent::BallotWithdrawn { voter, .. }
        | DecisionEvent::RecordedBallotRepudiated { voter } => set_voted(tx, decision, voter, 0),
        DecisionEvent::ConflictOfInterestDeclared { voter }
        | DecisionEvent::LeaverVoided { voter } => {
            let sql = "delete from entries where decision = ?1 and party = ?2";
            run(tx, sql, params![decision, voter.to_string()])
        }
        DecisionEvent::DecisionTallied { delegations, .. } => count(tx, decision, &delegations),
        DecisionEvent::DecisionCancelled { .. } => forget(tx, decision),
        DecisionEvent::RollContested { .. }
        | DecisionEvent::DecisionOpened { .. }
        | DecisionEvent::RecordedBallotConfirmed { .. }
        | DecisionEvent::ObjectionRaised { .. }
        | DecisionEvent::ObjectionAnswered { .. }
        | DecisionEvent::ObjectionJudged { .. }
        | DecisionEvent::ObjectionWithdrawn { .. }
        | DecisionEvent::LeaverKept { .. }
        | DecisionEvent::RepresentativeReplaced { .. }
        | DecisionEvent::VotersReminded {}
        | DecisionEvent::DecisionExtended { .. }
        | DecisionEvent::DecisionClosed { .. }
        | DecisionEvent::ExternalResultRecorded { .. }
        | DecisionEvent::TieBroken { .. }
        | DecisionEvent::DecisionCertified { .. }
        | DecisionEvent::ResultChallenged { .. }
        | DecisionEvent::ChallengeDismissed { .. }
        | DecisionEvent::ChallengeUpheld { .. }
        | DecisionEvent::DecisionAnnulled {}
        | DecisionEvent::DecisionFinalised { .. } => Ok(()),
    }
}

fn set_voted(
    tx: &Connection,
    decision: [u8; 16],
    party: Party,
    voted: u32,
) -> rusqlite::Result<()> {
    let sql = "update entries set voted = ?3 where decision = ?1 and party = ?2";
    run(tx, sql, params![decision, party.to_string(), voted])
}

/// Adds a decision to the records of those who had an entry, and forgets the entries.
fn count(
    tx: &Connection,
    decision: [u8; 16],
    delegations: &[ResolvedDelegation],
) -> rusqlite::Result<()> {
    let sql = "insert into records
        select network, party, 1, voted * told, 0, (1 - voted) * told, 1 - told, 0
        from (select entries.*, network,
                not secret or exists (select 1 from told where told.decision = entries.decision)
                as told
              from entries join decisions using (decision) where decision = ?1)
        where true
        on conflict do update set issued = issued + 1, voted = voted + excluded.voted,
            missed = missed + excluded.missed, untold = untold + excluded.untold";
    run(tx, sql, [decision])?;
    let counted = delegations.iter().filter(|lent| lent.not_counted.is_none());
    for ResolvedDelegation { delegator, path, .. } in counted {
        let sql = "update records set represented = represented + 1, missed = missed - 1
            where party = ?2 and missed > 0
            and network = (select network from decisions where decision = ?1)";
        run(tx, sql, params![decision, delegator.to_string()])?;
        if let Some(delegate) = path.last() {
            let sql = "update records set carried = carried + 1 where party = ?2
                and network = (select network from decisions where decision = ?1)";
            run(tx, sql, params![decision, delegate.to_string()])?;
        }
    }
    forget(tx, decision)
}

fn forget(tx: &Connection, decision: [u8; 16]) -> rusqlite::Result<()> {
    run(tx, "delete from entries where decision = ?1", [decision])?;
    run(tx, "delete from told where decision = ?1", [decision])
}

fn proposal_changed(
    tx: &Connection,
    proposal: [u8; 16],
    change: ProposalEvent,
) -> rusqlite::Result<()> {
    match change {
        ProposalEvent::ProposalDrafted { network, author, .. } => {
            let sql = "insert into proposals values (?1, ?2, ?3, 0, 0)";
            run(tx, sql, params![proposal, key(network), key(author)])?;
            let sql = "insert into proposers values (?1, ?2, 1, 0, 0, 0)
                on conflict do update set drafted = drafted + 1";
            run(tx, sql, params![key(network), key(author)])
        }
        ProposalEvent::ProposalSubmitted {} => once(tx, proposal, "submitted"),
        // A repeated call, after an annulment, is of the same proposal.
        ProposalEvent::DecisionCalled { .. } => once(tx, proposal, "called"),
        ProposalEvent::ProposalDecided { adopted: true, .. } => {
            let sql = "update proposers set adopted = adopted + 1
                where (network, author) =
                    (select network, author from proposals where proposal = ?1)";
            run(tx, sql, [proposal])
        }
        ProposalEvent::ProposalDecided { adopted: false, .. }
        | ProposalEvent::CoAuthorInvited { .. }
        | ProposalEvent::CoAuthorJoined { .. }
        | ProposalEvent::ProposalSponsored { .. }
        | ProposalEvent::SponsorshipWithdrawn { .. }
        | ProposalEvent::DiscussionOpened { .. }
        | ProposalEvent::ConcernRaised { .. }
        | ProposalEvent::ConcernAnswered { .. }
        | ProposalEvent::ConcernWithdrawn { .. }
        | ProposalEvent::AmendmentOffered { .. }
        | ProposalEvent::AmendmentAccepted { .. }
        | ProposalEvent::AmendmentRejected { .. }
        | ProposalEvent::AmendmentPromoted { .. }
        | ProposalEvent::ProposalRevised { .. }
        | ProposalEvent::ProposalMerged { .. }
        | ProposalEvent::ProposalWithdrawn {}
        | ProposalEvent::ProposalLapsed {} => Ok(()),
    }
}

/// Counts for its author, in the column of this name, that a proposal has come so far: once.
fn once(tx: &Connection, proposal: [u8; 16], column: &str) -> rusqlite::Result<()> {
    let came = tx
        .prepare_cached(&format!(
            "update proposals set {column} = 1 where proposal = ?1 and {column} = 0"
        ))?
        .execute([proposal])?;
    if came == 0 {
        return Ok(());
    }
    let sql = format!(
        "update proposers set {column} = {column} + 1 where (network, author) =
            (select network, author from proposals where proposal = ?1)"
    );
    run(tx, &sql, [proposal])
}

/// Lists how the parties of a network took part.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn participation(
    connection: &Connection,
    (network, order): (NetworkId, ParticipationOrder),
    part: Part,
) -> rusqlite::Result<Listed<ParticipationRow>> {
    let network = key(network);
    let about: [(&str, &dyn ToSql); 1] = [(":network", &network)];
    let order = match order {
        ParticipationOrder::Party => "party",
        ParticipationOrder::Influence => "voted + carried desc, party",
    };
    let list = format!(
        "select * from records where network = :network order by {order}
         limit :limit offset :offset"
    );
    let total = "select count(*) from records where network = :network";
    listed(connection, (&list, total), &about, part, record)
}

/// Reads how one party took part; `None` when no tallied decision had them on the roll.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn record_of(
    connection: &Connection,
    network: NetworkId,
    party: Party,
) -> rusqlite::Result<Option<ParticipationRow>> {
    connection
        .prepare_cached("select * from records where network = ?1 and party = ?2")?
        .query_row(params![key(network), party.to_string()], record)
        .optional()
}

/// Lists who proposes in a network, who had most called to a decision first.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn proposers(
    connection: &Connection,
    network: NetworkId,
    part: Part,
) -> rusqlite::Result<Listed<ProposerRow>> {
    let network = key(network);
    let about: [(&str, &dyn ToSql); 1] = [(":network", &network)];
    let list = "select * from proposers where network = :network
        order by called desc, drafted desc, author limit :limit offset :offset";
    let total = "select count(*) from proposers where network = :network";
    listed(connection, (list, total), &about, part, |row| {
        Ok(ProposerRow {
            author: id(row, "author")?,
            drafted: row.get("drafted")?,
            submitted: row.get("submitted")?,
            called: row.get("called")?,
            adopted: row.get("adopted")?,
        })
    })
}

fn record(row: &Row<'_>) -> rusqlite::Result<ParticipationRow> {
    Ok(ParticipationRow {
        party: party(row, "party")?,
        issued: row.get("issued")?,
        cast: row.get("voted")?,
        represented: row.get("represented")?,
        missed: row.get("missed")?,
        untold: row.get("untold")?,
        carried: row.get("carried")?,
    })
}
