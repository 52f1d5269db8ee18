//! What one viewer sees of a vote: the rule of sight, applied to what the view holds.

use events::{Figures, Secrecy};
use jiff::Timestamp;
use kernel::{DecisionId, PersonId};
use rusqlite::Connection;

use super::{
    Listed, Part,
    decisions::{self, BallotRow, DecisionPhase, DecisionRow, EntryRow, TurnoutRow},
    figures,
    sight::{Aspect, Involvement, may_see},
};
use crate::{
    counting::{Lacking, Uncountable, what_would_it_take},
    policy::adopts_proposals,
};

#[cfg(test)]
mod tests;

/// What one viewer sees of a vote.
#[derive(Clone, PartialEq, Debug)]
pub struct VoteSeen {
    /// The viewer's part in it; whether they voted in a secret one is not known here.
    pub involvement: Involvement,
    /// The entries of the roll that the viewer votes for, their own one first.
    pub entries: Vec<EntryRow>,
    /// The ballots of those entries; empty where they are secret.
    pub own_ballots: Vec<BallotRow>,
    /// How many took part, and who, as far as the viewer may know.
    pub turnout: TurnoutRow,
    /// How many more entries have to take part at least, told from the turnout alone, each in the
    /// constituency that lacks them where the quorum is of each; `None` where there is no quorum, or
    /// the turnout is not to be seen.
    pub quorum_units_missing: Option<u32>,
    /// The figures as they stand; `None` when they are not to be seen, or there is no roll yet.
    pub figures: Option<Figures>,
    /// What would make it adopted as the votes stand; `None` with the figures, when voting is not
    /// open, and for methods that adopt nothing.
    pub lacking: Option<Lacking>,
}

/// Reads what `viewer` sees of a vote at `at`; the operator, `None`, sees what an outsider sees.
///
/// The inner error says why the vote cannot be counted.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn vote(
    connection: &Connection,
    row: &DecisionRow,
    viewer: Option<PersonId>,
    at: Timestamp,
) -> rusqlite::Result<Result<VoteSeen, Uncountable>> {
    let involvement = involvement(connection, row.decision, viewer)?;
    let circumstances = row.circumstances(involvement);
    let sees = |aspect| may_see(aspect, circumstances);
    let mut entries = Vec::new();
    let mut own_ballots = Vec::new();
    if let Some(viewer) = viewer {
        entries = decisions::entries_of(connection, row.decision, viewer)?;
        for entry in entries.iter().filter(|_| sees(Aspect::OwnBallot)) {
            own_ballots.extend(decisions::ballot_of(connection, row.decision, entry.entry.party)?);
        }
    }
    let policy = &row.terms.policy;
    let mut turnout = decisions::turnout(connection, row.decision, policy.secrecy)?;
    let missing = figures::missing_by_turnout(connection, row, &turnout)?;
    turnout.voted = turnout.voted.filter(|_| sees(Aspect::Turnout));
    turnout.voters = turnout.voters.filter(|_| sees(Aspect::Voters));
    let can_adopt = row.phase == DecisionPhase::Open && adopts_proposals(&policy.method);
    let counted =
        if sees(Aspect::Figures) { figures::figures_of(connection, row, at)? } else { None };
    let figures = match counted.transpose() {
        Ok(figures) => figures,
        Err(uncountable) => return Ok(Err(uncountable)),
    };
    Ok(Ok(VoteSeen {
        involvement,
        entries,
        own_ballots,
        turnout,
        quorum_units_missing: missing.filter(|_| sees(Aspect::Turnout)),
        lacking: figures.as_ref().filter(|_| can_adopt).map(|it| what_would_it_take(policy, it)),
        figures,
    }))
}

/// Lists the ballots of a decision; `None` when the viewer may not see them, or there is no such
/// decision.
///
/// # Errors
///
/// Returns why SQLite could not read the view.
pub fn ballots(
    connection: &Connection,
    decision: DecisionId,
    viewer: Option<PersonId>,
    part: Part,
) -> rusqlite::Result<Option<Listed<BallotRow>>> {
    let Some(row) = decisions::decision(connection, decision)? else { return Ok(None) };
    let involvement = involvement(connection, decision, viewer)?;
    if !may_see(Aspect::Ballots, row.circumstances(involvement)) {
        return Ok(None);
    }
    decisions::ballots(connection, decision, part).map(Some)
}

/// Tells whether everything that a decision was counted from may be handed out: voting is over.
pub fn is_open_to_recount(row: &DecisionRow) -> bool {
    let circumstances = row.circumstances(Involvement::Outside);
    let aspect = match row.terms.policy.secrecy {
        Secrecy::Open | Secrecy::OpenAfterClose => Aspect::Ballots,
        Secrecy::Secret => Aspect::Figures,
    };
    row.certificate.is_some() && may_see(aspect, circumstances)
}

fn involvement(
    connection: &Connection,
    decision: DecisionId,
    viewer: Option<PersonId>,
) -> rusqlite::Result<Involvement> {
    match viewer {
        Some(viewer) => decisions::involvement(connection, decision, viewer),
        None => Ok(Involvement::Outside),
    }
}
