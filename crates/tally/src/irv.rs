//! Instant run-off: the candidate with the fewest votes is eliminated until one has more than half.

use std::mem;

use crate::{
    Fraction, Profile, TieRule,
    ballots::Piles,
    count::{Candidate, Cause, Count, Round, Transfer, fractions},
    tie::{Decides, Deciding, Extreme, Step},
};

#[cfg(test)]
mod tests;

/// The name of this rule and its version.
pub const ALGORITHM: &str = "irv/1";

/// The votes that elect, where so many count for anybody: the least that are more than half.
pub fn majority(counting: u64) -> u64 {
    counting / 2 + 1
}

/// Elects one candidate.
///
/// Each ballot counts for the first candidate on it who is left. Who has more than half of what
/// counts for anybody is elected; otherwise the one with the fewest votes is eliminated. Of several
/// with the fewest, it is who had the fewest in the most recent earlier round in which they
/// differ, then who `rule` favours least. Nobody is elected without a vote, or where the rule
/// leaves a tie undecided.
pub fn count(profile: &Profile, rule: &TieRule) -> Count {
    let mut count = RunOff::new(profile);
    let mut result = Count {
        algorithm: ALGORITHM,
        seats: 1,
        quota: None,
        ballots: profile.total(),
        blank: profile.blank(),
        exhausted: profile.blank(),
        lost: Fraction::ZERO,
        winners: Vec::new(),
        rounds: Vec::new(),
        ties: Vec::new(),
    };
    loop {
        let mut round = count.round();
        result.exhausted = round.exhausted;
        if let Some(winner) = count.winner() {
            round.elected.push(winner);
            result.winners.push(winner);
            result.rounds.push(round);
            return result;
        }
        let step = Step { round: result.rounds.len() + 1, decides: Decides::Elimination };
        let deciding = Deciding { keys: profile.candidates(), rule, step };
        let lowest = count.lowest();
        let loser = if lowest.is_empty() {
            None
        } else {
            deciding.one(lowest, Extreme::Fewest, &count.earlier, &mut result.ties)
        };
        if let Some(loser) = loser {
            round.eliminated.push(loser);
            round.transfers.push(count.eliminate(loser));
        }
        result.rounds.push(round);
        if loser.is_none() {
            return result;
        }
    }
}

/// The state of a count.
struct RunOff<'a> {
    profile: &'a Profile,
    piles: Piles<'a>,
    held: Vec<Vec<u32>>,
    /// In units; the sum of all is checked when the profile is built.
    votes: Vec<u64>,
    exhausted: u64,
    /// The votes of each round so far.
    earlier: Vec<Vec<u64>>,
}

impl<'a> RunOff<'a> {
    fn new(profile: &'a Profile) -> RunOff<'a> {
        let mut count = RunOff {
            profile,
            piles: Piles::new(profile),
            held: vec![Vec::new(); profile.count()],
            votes: vec![0; profile.count()],
            exhausted: profile.blank_units(),
            earlier: Vec::new(),
        };
        for ballot in count.piles.ballots() {
            // Every ballot of a profile ranks somebody, and everybody is in the count.
            if let Some(first) = count.piles.read_on(ballot) {
                count.held[first.index()].push(ballot);
                count.votes[first.index()] += count.piles.weight(ballot);
            }
        }
        count
    }

    fn round(&self) -> Round {
        let votes: Vec<u128> = self.votes.iter().copied().map(u128::from).collect();
        let per_whole = u128::from(self.profile.per_whole());
        Round {
            votes: fractions(&votes, per_whole, |candidate| self.piles.is_continuing(candidate)),
            exhausted: self.profile.fraction(u128::from(self.exhausted)),
            lost: Fraction::ZERO,
            elected: Vec::new(),
            eliminated: Vec::new(),
            transfers: Vec::new(),
        }
    }

    /// Who has more than half of what counts for anybody.
    fn winner(&self) -> Option<Candidate> {
        let counting = self.profile.total_units() - self.exhausted;
        self.piles.who_continues().find(|it| majority(counting) <= self.votes[it.index()])
    }

    /// Who has the fewest votes; nobody when there are no votes at all.
    fn lowest(&self) -> Vec<Candidate> {
        if self.exhausted == self.profile.total_units() {
            return Vec::new();
        }
        let votes = |candidate: &Candidate| self.votes[candidate.index()];
        let fewest = self.piles.who_continues().map(|it| votes(&it)).min();
        self.piles.who_continues().filter(|it| Some(votes(it)) == fewest).collect()
    }

    fn eliminate(&mut self, loser: Candidate) -> Transfer {
        self.earlier.push(self.votes.clone());
        self.piles.continuing[loser.index()] = false;
        let mut gained = vec![0_u64; self.votes.len()];
        let mut exhausted = 0;
        for ballot in mem::take(&mut self.held[loser.index()]) {
            let weight = self.piles.weight(ballot);
            match self.piles.read_on(ballot) {
                Some(next) => {
                    self.held[next.index()].push(ballot);
                    gained[next.index()] += weight;
                }
                None => exhausted += weight,
            }
        }
        self.votes[loser.index()] = 0;
        for (votes, gained) in self.votes.iter_mut().zip(&gained) {
            *votes += gained;
        }
        self.exhausted += exhausted;
        let gained: Vec<u128> = gained.into_iter().map(u128::from).collect();
        let per_whole = u128::from(self.profile.per_whole());
        Transfer {
            from: loser,
            cause: Cause::Elimination,
            to: fractions(&gained, per_whole, |candidate| gained[candidate.index()] > 0),
            exhausted: self.profile.fraction(u128::from(exhausted)),
            lost: Fraction::ZERO,
        }
    }
}
