//! The figures of a decision as they stand: what the view holds, handed to the count.

use std::collections::BTreeSet;

use events::{DelegationRule, Figures, Secrecy, Validity};
use jiff::Timestamp;
use kernel::{DecisionId, Party};
use projector::AsOf;
use rusqlite::Connection;

use super::{
    Part,
    decisions::{
        self, BallotStatus, DecisionRow, EntryRow, EntryStatus, ObjectionStatus, TurnoutRow,
    },
    delegations::{self, DelegationRow},
};
use crate::counting::{
    self, Constituencies, Inputs, Lent, Raised, Standing, Uncountable, VoterBallot, Votes,
    constituencies::are_asked, quorum_units,
};

/// How many entries of a roll, and how many ballots, are read; more than a roll can have.
const ALL: Part = Part::first(u32::MAX);

/// Reads all that a decision is counted from, as it stands; `None` before the roll is frozen.
///
/// Votes are lent as they were at `at`, or when voting ended if that was before. While the box of a
/// secret decision is closed, nobody here knows how many voted: [`Votes::Sealed`] says none.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn inputs(
    connection: &Connection,
    row: &DecisionRow,
    at: Timestamp,
) -> rusqlite::Result<Option<Inputs>> {
    let DecisionRow { decision, terms, closes_at, roll, .. } = row;
    if roll.is_none() {
        return Ok(None);
    }
    let mut entries = decisions::entries(connection, *decision, ALL)?.items;
    entries.sort_unstable_by_key(|entry| entry.entry.party);
    let having = |status| -> BTreeSet<Party> {
        let having = entries.iter().filter(|entry: &&EntryRow| entry.status == status);
        having.map(|entry| entry.entry.party).collect()
    };
    let (void, conflicts) = (having(EntryStatus::Void), having(EntryStatus::InConflict));
    let lent = match terms.policy.delegation {
        DelegationRule::None {} => Vec::new(),
        DelegationRule::SingleStep { .. } | DelegationRule::Transitive { .. } => {
            let as_of = AsOf::known_now(at.min(*closes_at));
            lent(delegations::in_force(connection, terms.network, as_of)?)
        }
    };
    let objections = decisions::objections(connection, *decision)?;
    let objections = objections.into_iter().map(|objection| Raised {
        number: objection.number,
        by: objection.by,
        validity: match objection.status {
            ObjectionStatus::Valid => Some(Validity::Valid),
            ObjectionStatus::NotValid => Some(Validity::NotValid),
            ObjectionStatus::Raised | ObjectionStatus::Withdrawn => None,
        },
        standing: match objection.status {
            ObjectionStatus::Withdrawn => Standing::Withdrawn,
            ObjectionStatus::Raised | ObjectionStatus::Valid | ObjectionStatus::NotValid => {
                Standing::Upheld
            }
        },
    });
    Ok(Some(Inputs {
        decision: *decision,
        terms: terms.clone(),
        void,
        conflicts,
        votes: votes(connection, *decision, terms.policy.secrecy)?,
        lent,
        objections: objections.collect(),
        seed_hash: row.seed_hash.clone().unwrap_or_default(),
        roll: entries.into_iter().map(|entry| entry.entry).collect(),
    }))
}

/// Counts a decision as it stands, or reads what was counted; `None` before the roll is frozen, and
/// of a secret decision before its box is opened. The inner error says why it cannot be counted.
///
/// What a viewer may see of it is for [`super::sight`] to say.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn figures_of(
    connection: &Connection,
    row: &DecisionRow,
    at: Timestamp,
) -> rusqlite::Result<Option<Result<Figures, Uncountable>>> {
    if let Some(certificate) = &row.certificate {
        return Ok(Some(Ok(certificate.figures.clone())));
    }
    // Zeros would be false: before the box is opened nobody knows what is in it.
    let is_known = |inputs: &Inputs| match inputs.votes {
        Votes::Open(_) | Votes::Secret { .. } => true,
        Votes::Sealed { .. } => false,
    };
    let inputs = inputs(connection, row, at)?.filter(is_known);
    Ok(inputs.map(|inputs| counting::figures_now(&inputs)))
}

/// How many more entries have to take part at least, told from who voted alone, lent votes and what
/// ballots say left aside; of a secret vote, from what was recorded of its turnout. `None` where there
/// is no quorum, before the roll is frozen, and where that is not known here or not to be told.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn missing_by_turnout(
    connection: &Connection,
    row: &DecisionRow,
    turnout: &TurnoutRow,
) -> rusqlite::Result<Option<u32>> {
    let policy = &row.terms.policy;
    let Some(roll) = &row.roll else { return Ok(None) };
    if !are_asked(policy) {
        let needed = quorum_units(policy, roll.counting_units);
        return Ok(needed.zip(turnout.voted).map(|(needed, voted)| needed.saturating_sub(voted)));
    }
    match policy.secrecy {
        // Where one has too few, how many are missing would tell how many voted.
        Secrecy::Secret => {
            let told = &turnout.constituencies;
            Ok((!told.is_empty() && told.iter().all(|it| it.quorate)).then_some(0))
        }
        Secrecy::Open | Secrecy::OpenAfterClose => {
            let entries = decisions::entries(connection, row.decision, ALL)?.items;
            let counting = entries.iter().filter(|entry| match entry.status {
                EntryStatus::Counts | EntryStatus::Kept => true,
                EntryStatus::InConflict | EntryStatus::Void => false,
            });
            let voters = turnout.voters.iter().flatten().copied().collect();
            let entries = counting.map(|entry| &entry.entry);
            let split = Constituencies::by_voters(policy, entries, &voters);
            Ok(split.and_then(|split| split.missing()))
        }
    }
}

/// Delegations in force as the count takes them.
pub fn lent(in_force: Vec<DelegationRow>) -> Vec<Lent> {
    let lent = in_force.into_iter().map(|row| Lent {
        delegator: row.delegator,
        delegate: row.delegate,
        scope: row.scope,
        granted: row.granted,
    });
    lent.collect()
}

fn votes(
    connection: &Connection,
    decision: DecisionId,
    secrecy: Secrecy,
) -> rusqlite::Result<Votes> {
    match secrecy {
        Secrecy::Open | Secrecy::OpenAfterClose => {
            let ballots = decisions::ballots(connection, decision, ALL)?.items;
            let counting = ballots.into_iter().filter(|ballot| match ballot.status {
                BallotStatus::Cast | BallotStatus::Recorded | BallotStatus::Confirmed => true,
                BallotStatus::Repudiated => false,
            });
            let ballots =
                counting.map(|ballot| VoterBallot { voter: ballot.voter, choice: ballot.choice });
            let mut ballots: Vec<VoterBallot> = ballots.collect();
            ballots.sort_unstable_by_key(|ballot| ballot.voter);
            Ok(Votes::Open(ballots))
        }
        Secrecy::Secret => {
            let turnout = decisions::turnout(connection, decision, secrecy)?;
            let (voted, constituencies) = (turnout.voted.unwrap_or(0), turnout.constituencies);
            Ok(match decisions::opened_box(connection, decision)? {
                Some(ballots) => Votes::Secret { ballots, voted, constituencies },
                None => Votes::Sealed { voted, constituencies },
            })
        }
    }
}
