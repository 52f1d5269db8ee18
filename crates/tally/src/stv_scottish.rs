//! The single transferable vote as Scotland's councils are elected by it.
//!
//! Source: the Scottish Local Government Elections Order 2007 (SSI 2007/42), Schedule 1, rules 45
//! to 52, read as follows.
//!
//! - *Quota* (46): the valid ballots, divided by the seats plus one, without decimals, plus one.
//!   Blank ballots are not valid.
//! - *Election* (47): whoever has the quota or more at the end of a stage is elected.
//! - *Surplus* (48): of who has more than the quota, every ballot passes on at its value when
//!   received × surplus ÷ votes, cut to five decimals. This value is taken of each single ballot,
//!   so identical ballots lose as much as if they were apart. What it cuts off is
//!   [`lost`](crate::count::Transfer::lost); the share of ballots that name nobody else is
//!   exhausted. The candidate keeps exactly the quota.
//! - *Order* (49): the largest surplus first; of equal ones that of who had more votes at the end
//!   of the most recent stage at which they differ; then the rule on ties, for the Order's lot.
//!   Only who is neither elected nor excluded receives (article 2, continuing candidate), so that
//!   of two who reach the quota at one stage neither gets a ballot of the other. Counts that elect
//!   one at a time and let the second receive first come to other totals, and to other winners.
//! - *Exclusion* (50, 51): when no surplus is left, who has the fewest votes is excluded, ties as
//!   above with the fewest; each ballot passes on at the value that it came with.
//! - *Last seats* (52): as soon as there are as many candidates left as seats, they are elected,
//!   and nothing more is transferred, not even from who was excluded to make it so.
//!
//! Of several candidates who are tied at the earlier stage too, those are compared at the stages
//! before it; the Order speaks of two.

use std::mem;

use crate::{
    Fraction, Profile, TieRule,
    ballots::Piles,
    count::{Candidate, Cause, Count, Round, Transfer, by_votes, fractions},
    tie::{Decides, Deciding, Extreme, Step, Tie},
};

#[cfg(test)]
mod tests;

/// The name of this rule and its version.
pub const ALGORITHM: &str = "stv-scottish/1";

/// How many units of value make one vote: five decimals.
const VALUE_ONE: u64 = 100_000;

/// The votes that elect one of `seats` candidates for certain, where ballots of `valid` votes rank
/// somebody. Source: rule 46.
pub fn quota(valid: u128, seats: usize) -> u128 {
    // Seats are a number of people; 2^64 of them are as good as more.
    let shares = u128::from(u64::try_from(seats).unwrap_or(u64::MAX)) + 1;
    valid / shares + 1
}

/// Elects `seats` candidates, or all when there are no more.
///
/// Fewer are elected only where `rule` leaves a tie undecided, and the count ends there. No seats
/// elect nobody.
pub fn count(profile: &Profile, seats: usize, rule: &TieRule) -> Count {
    let mut stv = Stv::new(profile, seats);
    let mut rounds = Vec::new();
    let mut ties = Vec::new();
    loop {
        let mut round = stv.round();
        let goes_on = stv.stage(&mut round, rule, &mut ties);
        rounds.push(round);
        if !goes_on {
            break;
        }
    }
    Count {
        algorithm: ALGORITHM,
        seats,
        quota: Some(stv.fraction(stv.quota)),
        ballots: profile.total(),
        blank: profile.blank(),
        exhausted: stv.fraction(stv.exhausted),
        lost: stv.fraction(stv.lost),
        winners: stv.winners,
        rounds,
        ties,
    }
}

/// Ballots that came together, at one value.
struct Parcel {
    value: u64,
    ballots: Vec<u32>,
}

/// The state of a count. Votes are units of weight × units of value: below 2^64 × 10^5, so that
/// even times a value they are exact.
struct Stv<'a> {
    profile: &'a Profile,
    piles: Piles<'a>,
    seats: usize,
    quota: u128,
    held: Vec<Vec<Parcel>>,
    votes: Vec<u128>,
    exhausted: u128,
    lost: u128,
    winners: Vec<Candidate>,
    /// Elected with a surplus that was not transferred yet.
    pending: Vec<Candidate>,
    /// The votes of each round so far.
    earlier: Vec<Vec<u128>>,
}

impl<'a> Stv<'a> {
    fn new(profile: &'a Profile, seats: usize) -> Stv<'a> {
        let valid = u128::from(profile.total_units() - profile.blank_units());
        let per_whole = u128::from(profile.per_whole());
        let quota = quota(valid / per_whole, seats);
        let mut piles = Piles::new(profile);
        let mut first = vec![Vec::new(); profile.count()];
        let mut votes = vec![0_u64; profile.count()];
        for ballot in piles.ballots() {
            // Every ballot of a profile ranks somebody, and everybody is in the count.
            if let Some(candidate) = piles.read_on(ballot) {
                first[candidate.index()].push(ballot);
                votes[candidate.index()] += piles.weight(ballot);
            }
        }
        let value = u128::from(VALUE_ONE);
        let parcel = |ballots| vec![Parcel { value: VALUE_ONE, ballots }];
        Stv {
            profile,
            piles,
            seats,
            quota: quota * per_whole * value,
            held: first.into_iter().map(parcel).collect(),
            votes: votes.into_iter().map(|votes| u128::from(votes) * value).collect(),
            exhausted: u128::from(profile.blank_units()) * value,
            lost: 0,
            winners: Vec::new(),
            pending: Vec::new(),
            earlier: Vec::new(),
        }
    }

    fn per_vote(&self) -> u128 {
        u128::from(self.profile.per_whole()) * u128::from(VALUE_ONE)
    }

    fn fraction(&self, units: u128) -> Fraction {
        Fraction::units(units, self.per_vote())
    }

    fn round(&self) -> Round {
        let counts = |candidate: Candidate| {
            self.piles.is_continuing(candidate) || self.votes[candidate.index()] > 0
        };
        Round {
            votes: fractions(&self.votes, self.per_vote(), counts),
            exhausted: self.fraction(self.exhausted),
            lost: self.fraction(self.lost),
            elected: Vec::new(),
            eliminated: Vec::new(),
            transfers: Vec::new(),
        }
    }

    /// Does what follows from the votes as they stand; tells whether there is another stage.
    fn stage(&mut self, round: &mut Round, rule: &TieRule, ties: &mut Vec<Tie>) -> bool {
        let reached = |stv: &Stv<'_>, it: &Candidate| stv.votes[it.index()] >= stv.quota;
        let elected = self.piles.who_continues().filter(|it| reached(self, it)).collect();
        self.elect(elected, round);
        if self.fill_last(round) || self.seats <= self.winners.len() {
            return false;
        }
        let decides = if self.pending.is_empty() { Decides::Elimination } else { Decides::Surplus };
        let step = Step { round: self.earlier.len() + 1, decides };
        let deciding = Deciding { keys: self.profile.candidates(), rule, step };
        let (extreme, among) = if self.pending.is_empty() {
            (Extreme::Fewest, self.piles.who_continues().collect::<Vec<_>>())
        } else {
            (Extreme::Most, self.pending.clone())
        };
        let equals = self.extremes(among, extreme);
        let Some(chosen) = deciding.one(equals, extreme, &self.earlier, ties) else {
            return false;
        };
        self.earlier.push(self.votes.clone());
        if self.pending.is_empty() {
            self.piles.continuing[chosen.index()] = false;
            round.eliminated.push(chosen);
            if self.fill_last(round) {
                return false;
            }
            round.transfers.push(self.transfer(chosen, Cause::Elimination));
        } else {
            self.pending.retain(|it| *it != chosen);
            round.transfers.push(self.transfer(chosen, Cause::Surplus));
        }
        true
    }

    fn elect(&mut self, mut elected: Vec<Candidate>, round: &mut Round) {
        elected.sort_unstable();
        by_votes(&mut elected, &self.votes);
        // The quota lets no more through than there are seats, but for no seats at all.
        elected.truncate(self.seats - self.winners.len());
        for candidate in &elected {
            self.piles.continuing[candidate.index()] = false;
            if self.votes[candidate.index()] > self.quota {
                self.pending.push(*candidate);
            }
        }
        self.pending.sort_unstable();
        self.winners.extend(&elected);
        round.elected.extend(elected);
    }

    /// Elects all who are left when there are no more than seats; tells whether that ends it.
    fn fill_last(&mut self, round: &mut Round) -> bool {
        let left: Vec<Candidate> = self.piles.who_continues().collect();
        if left.len() > self.seats - self.winners.len() {
            return false;
        }
        self.elect(left, round);
        true
    }

    /// Those of `among` with the fewest or most votes, in the order of the candidates.
    fn extremes(&self, among: Vec<Candidate>, extreme: Extreme) -> Vec<Candidate> {
        let votes = |candidate: &Candidate| self.votes[candidate.index()];
        let value = match extreme {
            Extreme::Fewest => among.iter().map(votes).min(),
            Extreme::Most => among.iter().map(votes).max(),
        };
        among.into_iter().filter(|it| Some(votes(it)) == value).collect()
    }

    fn transfer(&mut self, from: Candidate, cause: Cause) -> Transfer {
        let had = self.votes[from.index()];
        let passes = match cause {
            Cause::Surplus => had - self.quota,
            Cause::Elimination => had,
        };
        let candidates = self.votes.len();
        let mut gained = vec![0_u128; candidates];
        let mut exhausted = 0_u128;
        for parcel in mem::take(&mut self.held[from.index()]) {
            let value = match cause {
                // No more than the value was: a surplus is less than the votes.
                Cause::Surplus => {
                    u64::try_from(passes * u128::from(parcel.value) / had).unwrap_or(parcel.value)
                }
                Cause::Elimination => parcel.value,
            };
            let mut weights = vec![0_u64; candidates];
            let mut sorted = vec![Vec::new(); candidates];
            let mut ends = 0_u64;
            for ballot in parcel.ballots {
                let weight = self.piles.weight(ballot);
                match self.piles.read_on(ballot) {
                    Some(next) => {
                        sorted[next.index()].push(ballot);
                        weights[next.index()] += weight;
                    }
                    None => ends += weight,
                }
            }
            exhausted += u128::from(ends) * u128::from(value);
            for (index, ballots) in sorted.into_iter().enumerate() {
                if !ballots.is_empty() {
                    gained[index] += u128::from(weights[index]) * u128::from(value);
                    self.held[index].push(Parcel { value, ballots });
                }
            }
        }
        let moved = gained.iter().sum::<u128>() + exhausted;
        let lost = passes - moved;
        self.votes[from.index()] = had - passes;
        for (votes, gained) in self.votes.iter_mut().zip(&gained) {
            *votes += gained;
        }
        self.exhausted += exhausted;
        self.lost += lost;
        Transfer {
            from,
            cause,
            to: fractions(&gained, self.per_vote(), |candidate| gained[candidate.index()] > 0),
            exhausted: self.fraction(exhausted),
            lost: self.fraction(lost),
        }
    }
}
