//! The single transferable vote by Meek's method: every ballot is counted anew in every round.
//!
//! Each candidate has a *keep factor*: the share of every vote that reaches them which they keep;
//! the rest goes on to the next on the ballot. It is 1 for who is hopeful and 0 for who is
//! defeated; those of the elected are lowered until each has just the quota, which sinks with the
//! votes that are exhausted.
//!
//! The keep factors of an exact count are roots of polynomials, which no fraction holds. So the
//! count is in whole units of 10⁻⁹ votes, rounded as the published reference rule has it (general
//! knowledge: Hill, Wichmann and Woodall, Algorithm 123, and the reference Meek rule made of it):
//! what a candidate keeps of a ballot, and keep factors, are rounded up; the quota is the votes
//! divided by the seats plus one, rounded down, plus one unit. Rounds are repeated until the
//! surpluses together are below 10⁻⁶ votes or no longer fall. Every machine gets the same digits.
//!
//! Two departures, both about ties. Who is within the surplus that is left of the fewest votes is
//! tied for elimination, as in the reference rule; here so is who is within what the rounding of
//! every ballot could add up to, so that no candidate goes by the last digit where the exact method
//! would have them equal. And a tie is decided by the caller's rule instead of a random order.

use crate::{
    Fraction, Profile, TieRule,
    count::{Candidate, Count, Round, by_votes, fractions},
    tie::{Decides, Deciding, Extreme, Step},
};

#[cfg(test)]
mod tests;

/// The name of this rule and its version.
pub const ALGORITHM: &str = "stv-meek/1";

/// How many units make a vote.
const ONE: u64 = 1_000_000_000;

/// Below so many units of surplus per whole vote, keep factors are precise enough.
const SURPLUS_ENOUGH: u128 = 1_000;

/// How often keep factors are improved in one round, at most. A few dozen times are usual.
const ITERATIONS_MAX: usize = 10_000;

/// Elects `seats` candidates, or all when there are no more.
///
/// Fewer are elected only where `rule` leaves a tie undecided, and the count ends there. Rounds
/// have no transfers: what passes on is in the votes of the next.
pub fn count(profile: &Profile, seats: usize, rule: &TieRule) -> Count {
    let mut meek = Meek::new(profile, seats);
    let mut result = Count {
        algorithm: ALGORITHM,
        seats,
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
        let mut reached = meek.iterate();
        by_votes(&mut reached, &meek.votes);
        reached.truncate(meek.vacancies());
        let mut round = meek.round();
        result.quota = Some(meek.fraction(meek.quota));
        result.exhausted = round.exhausted;
        let mut goes_on = true;
        if reached.is_empty() && meek.vacancies() > 0 && meek.vacancies() < meek.hopeful().len() {
            let step = Step { round: result.rounds.len() + 1, decides: Decides::Elimination };
            let deciding = Deciding { keys: profile.candidates(), rule, step };
            let lowest = meek.lowest();
            match deciding.one::<u128>(lowest, Extreme::Fewest, &[], &mut result.ties) {
                Some(loser) => {
                    meek.keep[loser.index()] = 0;
                    meek.standing[loser.index()] = Standing::Defeated;
                    round.eliminated.push(loser);
                }
                None => goes_on = false,
            }
        }
        meek.elect(&reached, &mut round);
        if goes_on && meek.hopeful().len() <= meek.vacancies() {
            let mut left = meek.hopeful();
            by_votes(&mut left, &meek.votes);
            meek.elect(&left, &mut round);
        }
        result.winners.extend(&round.elected);
        result.rounds.push(round);
        if !goes_on || meek.vacancies() == 0 || meek.hopeful().is_empty() {
            return result;
        }
    }
}

/// Where a candidate stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Hopeful,
    Elected,
    Defeated,
}

/// The state of a count. Votes are units of weight × units of a vote, below 2^64 × 10^9.
struct Meek<'a> {
    profile: &'a Profile,
    seats: usize,
    standing: Vec<Standing>,
    keep: Vec<u64>,
    votes: Vec<u128>,
    quota: u128,
    /// What the elected have beyond the quota, as of the last iteration.
    surplus: u128,
}

impl<'a> Meek<'a> {
    fn new(profile: &'a Profile, seats: usize) -> Meek<'a> {
        Meek {
            profile,
            seats,
            standing: vec![Standing::Hopeful; profile.count()],
            keep: vec![ONE; profile.count()],
            votes: vec![0; profile.count()],
            quota: 0,
            surplus: 0,
        }
    }

    fn per_vote(&self) -> u128 {
        u128::from(self.profile.per_whole()) * u128::from(ONE)
    }

    fn fraction(&self, units: u128) -> Fraction {
        Fraction::units(units, self.per_vote())
    }

    fn who(&self, standing: Standing) -> Vec<Candidate> {
        let all = Candidate::all(self.standing.len());
        all.filter(|it| self.standing[it.index()] == standing).collect()
    }

    fn hopeful(&self) -> Vec<Candidate> {
        self.who(Standing::Hopeful)
    }

    fn vacancies(&self) -> usize {
        self.seats.saturating_sub(self.who(Standing::Elected).len())
    }

    fn round(&self) -> Round {
        let counting: u128 = self.votes.iter().sum();
        let all = u128::from(self.profile.total_units()) * u128::from(ONE);
        let counts = |it: Candidate| self.standing[it.index()] != Standing::Defeated;
        Round {
            votes: fractions(&self.votes, self.per_vote(), counts),
            exhausted: self.fraction(all - counting),
            lost: Fraction::ZERO,
            elected: Vec::new(),
            eliminated: Vec::new(),
            transfers: Vec::new(),
        }
    }

    fn elect(&mut self, elected: &[Candidate], round: &mut Round) {
        for candidate in elected {
            self.standing[candidate.index()] = Standing::Elected;
        }
        round.elected.extend(elected);
    }

    /// Improves the keep factors until somebody has the quota, or they are precise; gives who has.
    fn iterate(&mut self) -> Vec<Candidate> {
        let ballots = self.reduced();
        let mut before = None;
        for _ in 0..ITERATIONS_MAX {
            self.distribute(&ballots);
            let counting: u128 = self.votes.iter().sum();
            let shares = u128::from(u64::try_from(self.seats).unwrap_or(u64::MAX)) + 1;
            self.quota = counting / shares + 1;
            let reached: Vec<Candidate> = self
                .hopeful()
                .into_iter()
                .filter(|it| self.votes[it.index()] >= self.quota)
                .collect();
            let elected = self.who(Standing::Elected);
            let surplus = |it: &Candidate| self.votes[it.index()].saturating_sub(self.quota);
            self.surplus = elected.iter().map(surplus).sum();
            let precise = self.surplus < SURPLUS_ENOUGH * u128::from(self.profile.per_whole());
            if !reached.is_empty() || precise || before.is_some_and(|it| it <= self.surplus) {
                return reached;
            }
            before = Some(self.surplus);
            for candidate in elected {
                let one = u128::from(ONE);
                let kept = u128::from(self.keep[candidate.index()]);
                let scaled = (kept * self.quota).div_ceil(one);
                let keep = (scaled * one).div_ceil(self.votes[candidate.index()].max(1));
                self.keep[candidate.index()] = u64::try_from(keep).unwrap_or(ONE).min(ONE);
            }
        }
        Vec::new()
    }

    /// The ballots as this round sees them: without the defeated, and up to the first hopeful
    /// candidate, who keeps all that is left. Those that are the same now are one.
    fn reduced(&self) -> Vec<(Vec<Candidate>, u64)> {
        let mut reduced: Vec<(Vec<Candidate>, u64)> = Vec::new();
        let mut places = std::collections::HashMap::<Vec<Candidate>, usize>::new();
        let mut seen = Vec::new();
        for (ranked, weight) in self.profile.units() {
            seen.clear();
            for candidate in ranked {
                match self.standing[candidate.index()] {
                    Standing::Defeated => {}
                    Standing::Elected => seen.push(*candidate),
                    Standing::Hopeful => {
                        seen.push(*candidate);
                        break;
                    }
                }
            }
            if let Some(place) = places.get(&seen) {
                reduced[*place].1 += weight;
            } else {
                places.insert(seen.clone(), reduced.len());
                reduced.push((seen.clone(), weight));
            }
        }
        reduced
    }

    fn distribute(&mut self, ballots: &[(Vec<Candidate>, u64)]) {
        self.votes.fill(0);
        for (ranked, weight) in ballots {
            let mut left = ONE;
            for candidate in ranked {
                // Both are at most 10^9.
                let kept = (left * self.keep[candidate.index()]).div_ceil(ONE);
                self.votes[candidate.index()] += u128::from(kept) * u128::from(*weight);
                left -= kept;
                if left == 0 {
                    break;
                }
            }
        }
    }

    /// The hopeful with the fewest votes, as far as the count is precise.
    ///
    /// On its way past each elected candidate a ballot loses up to a unit by rounding what is kept,
    /// and as much again by the rounding of the keep factor.
    fn lowest(&self) -> Vec<Candidate> {
        let hopeful = self.hopeful();
        let votes = |candidate: &Candidate| self.votes[candidate.index()];
        let elected = self.who(Standing::Elected).len() as u128;
        let rounding = 2 * elected * u128::from(self.profile.total_units());
        let fewest = hopeful.iter().map(votes).min().unwrap_or(0);
        let limit = fewest + self.surplus + rounding;
        hopeful.into_iter().filter(|it| votes(it) <= limit).collect()
    }
}
