//! The result of counting an election: rounds, transfers, ties and winners.

use crate::{Fraction, Tie, tie::DecidedBy};

/// The most candidates that an election may have.
pub const CANDIDATES_MAX: usize = 10_000;

/// A candidate or an option, as an index of the list that was voted on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Candidate(u16);

impl Candidate {
    /// The candidate at an index; `None` beyond [`CANDIDATES_MAX`].
    pub fn at(index: usize) -> Option<Candidate> {
        if index < CANDIDATES_MAX { u16::try_from(index).ok().map(Candidate) } else { None }
    }

    /// The index, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The first `count` candidates.
    pub(crate) fn all(count: usize) -> impl Iterator<Item = Candidate> {
        (0..u16::try_from(count).unwrap_or(u16::MAX)).map(Candidate)
    }
}

/// The result of a count.
///
/// In every round the votes, what is exhausted and what was lost by rounding add up to all ballots.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Count {
    /// The rule and its version, such as `irv/1`. Another result of the same ballots under the same
    /// name is a bug.
    pub algorithm: &'static str,
    /// How many seats there were to fill.
    pub seats: usize,
    /// The votes that elect; `None` where the rule has no quota. Meek's is that of the last round.
    pub quota: Option<Fraction>,
    /// All ballots, by weight, with the blank ones.
    pub ballots: Fraction,
    /// Ballots that name no candidate, by weight.
    pub blank: Fraction,
    /// What counts for nobody in the end: the blank ballots and those that name nobody who is left.
    pub exhausted: Fraction,
    /// What rounding lost by the end.
    pub lost: Fraction,
    /// Who is elected, in the order in which they were.
    pub winners: Vec<Candidate>,
    /// The rounds; one for a rule without rounds.
    pub rounds: Vec<Round>,
    /// The ties that decided something, in their order.
    pub ties: Vec<Tie>,
}

/// One round of a count: how the votes stand, who is elected or eliminated on them, and what is
/// transferred then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Round {
    /// The votes of everybody who is still in the count or elected, in the order of the candidates.
    pub votes: Vec<(Candidate, Fraction)>,
    /// What counts for nobody as the votes stand, with the blank ballots.
    pub exhausted: Fraction,
    /// What rounding has lost so far.
    pub lost: Fraction,
    /// Who is elected in this round; those with more votes first.
    pub elected: Vec<Candidate>,
    /// Who is eliminated in this round.
    pub eliminated: Vec<Candidate>,
    /// What is transferred, and makes the votes of the next round.
    pub transfers: Vec<Transfer>,
}

/// Votes that pass on from a candidate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Whose votes they were.
    pub from: Candidate,
    /// Why they pass on.
    pub cause: Cause,
    /// Who gets how much, in the order of the candidates.
    pub to: Vec<(Candidate, Fraction)>,
    /// What is exhausted, because it names nobody else who is left.
    pub exhausted: Fraction,
    /// What rounding loses.
    pub lost: Fraction,
}

/// Why votes pass on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The candidate has more than the quota.
    Surplus,
    /// The candidate is eliminated.
    Elimination,
}

impl Count {
    /// Tells whether no tie was left undecided.
    pub fn is_decided(&self) -> bool {
        self.ties.iter().all(|tie| tie.by != DecidedBy::Undecided)
    }
}

/// Pairs each candidate whom `has` picks with their units as a fraction.
pub(crate) fn fractions(
    units: &[u128],
    per_whole: u128,
    has: impl Fn(Candidate) -> bool,
) -> Vec<(Candidate, Fraction)> {
    Candidate::all(units.len())
        .filter(|candidate| has(*candidate))
        .map(|candidate| (candidate, Fraction::units(units[candidate.index()], per_whole)))
        .collect()
}

/// The candidates, those with more votes first, then in their order.
pub(crate) fn by_votes(candidates: &mut [Candidate], votes: &[u128]) {
    candidates.sort_by(|left, right| {
        votes[right.index()].cmp(&votes[left.index()]).then(left.cmp(right))
    });
}
