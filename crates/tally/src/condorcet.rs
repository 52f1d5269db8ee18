//! Condorcet: every pair of candidates is compared; Copeland's score decides, then the margin.

use crate::{
    Count, Fraction, Profile, TieRule,
    count::{Candidate, Round},
    tie::{DecidedBy, Decides, Deciding, Step, Tie},
};

#[cfg(test)]
mod tests;

/// The name of this rule and its version.
pub const ALGORITHM: &str = "condorcet-copeland-minimax/1";

/// How many ballots prefer each candidate to each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pairwise {
    candidates: usize,
    per_whole: u64,
    /// A row for each candidate, in units.
    prefer: Vec<u64>,
}

/// The result of comparing all pairs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condorcet {
    /// The count; the votes of its one round are Copeland's scores.
    pub count: Count,
    /// The comparisons.
    pub pairwise: Pairwise,
    /// Who beats everybody else; `None` when nobody does.
    pub beats_all: Option<Candidate>,
    /// The largest margin by which each candidate is beaten; 0 for who is beaten by nobody.
    pub worst_defeats: Vec<Fraction>,
}

impl Pairwise {
    /// Compares all pairs. Who is ranked is preferred to everybody who is not; of two who are not
    /// ranked, neither is.
    pub fn of(profile: &Profile) -> Pairwise {
        let candidates = profile.count();
        let mut prefer = vec![0_u64; candidates * candidates];
        let mut behind = vec![0_u64; candidates];
        for (ranked, weight) in profile.units() {
            behind.fill(weight);
            for candidate in ranked {
                let index = candidate.index();
                behind[index] = 0;
                let row = &mut prefer[index * candidates..(index + 1) * candidates];
                for (cell, weight) in row.iter_mut().zip(&behind) {
                    *cell += weight;
                }
            }
        }
        Pairwise { candidates, per_whole: profile.per_whole(), prefer }
    }

    /// How many ballots, by weight, prefer one candidate to another.
    pub fn preferring(&self, candidate: Candidate, other: Candidate) -> Fraction {
        Fraction::units(u128::from(self.units(candidate, other)), u128::from(self.per_whole))
    }

    fn units(&self, candidate: Candidate, other: Candidate) -> u64 {
        self.prefer[candidate.index() * self.candidates + other.index()]
    }

    fn others(&self, candidate: Candidate) -> impl Iterator<Item = Candidate> {
        Candidate::all(self.candidates).filter(move |other| *other != candidate)
    }

    /// Half points: two for who is beaten, one for who is tied.
    fn copeland(&self, candidate: Candidate) -> u64 {
        let points = |other| match self.units(candidate, other).cmp(&self.units(other, candidate)) {
            std::cmp::Ordering::Greater => 2,
            std::cmp::Ordering::Equal => 1,
            std::cmp::Ordering::Less => 0,
        };
        self.others(candidate).map(points).sum()
    }

    /// The largest margin of a defeat, in units.
    fn worst_defeat(&self, candidate: Candidate) -> u64 {
        let margin =
            |other| self.units(other, candidate).saturating_sub(self.units(candidate, other));
        self.others(candidate).map(margin).max().unwrap_or(0)
    }
}

/// Elects the candidates with the best scores.
///
/// Copeland's score is a point for each candidate who is beaten and half a point for each who is
/// tied. Of equal scores the smaller worst defeat is better, by the margin; then `rule` decides,
/// where it matters for a seat.
pub fn count(profile: &Profile, seats: usize, rule: &TieRule) -> Condorcet {
    let pairwise = Pairwise::of(profile);
    let all = || Candidate::all(profile.count());
    let scores: Vec<u64> = all().map(|it| pairwise.copeland(it)).collect();
    let defeats: Vec<u64> = all().map(|it| pairwise.worst_defeat(it)).collect();
    let values: Vec<_> =
        scores.iter().zip(&defeats).map(|(score, defeat)| (*score, u64::MAX - defeat)).collect();
    let step = Step { round: 1, decides: Decides::Seat };
    let deciding = Deciding { keys: profile.candidates(), rule, step };
    let mut ties = Vec::new();
    let winners = deciding.highest(&values, seats, &mut ties);
    if let Some(tie) = by_margin(&scores, &defeats, &winners, seats) {
        ties.insert(0, tie);
    }
    let exhausted = profile.blank();
    let round = Round {
        votes: all().map(|it| (it, Fraction::units(u128::from(scores[it.index()]), 2))).collect(),
        exhausted,
        lost: Fraction::ZERO,
        elected: winners.clone(),
        eliminated: Vec::new(),
        transfers: Vec::new(),
    };
    let wins_all = |it: &Candidate| {
        pairwise.others(*it).all(|other| pairwise.units(*it, other) > pairwise.units(other, *it))
    };
    let beats_all = all().find(wins_all);
    Condorcet {
        beats_all,
        worst_defeats: defeats.iter().map(|it| profile.fraction(u128::from(*it))).collect(),
        pairwise,
        count: Count {
            algorithm: ALGORITHM,
            seats,
            quota: None,
            ballots: profile.total(),
            blank: profile.blank(),
            exhausted,
            lost: Fraction::ZERO,
            winners,
            rounds: vec![round],
            ties,
        },
    }
}

/// The step that the margins decide: equal scores on both sides of the last seat, of which the
/// margins leave out at least one.
fn by_margin(scores: &[u64], defeats: &[u64], winners: &[Candidate], seats: usize) -> Option<Tie> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(|left, right| right.cmp(left));
    let last = *sorted.get(seats.checked_sub(1)?)?;
    if sorted.get(seats) != Some(&last) {
        return None;
    }
    let at = |it: &Candidate| scores[it.index()] == last;
    let tied: Vec<Candidate> = Candidate::all(scores.len()).filter(at).collect();
    let mut margins: Vec<u64> = tied.iter().map(|it| defeats[it.index()]).collect();
    margins.sort_unstable();
    let above = sorted.iter().filter(|score| **score > last).count();
    let limit = margins[seats - above - 1];
    let within = |it: &Candidate| defeats[it.index()] <= limit;
    let chosen: Vec<Candidate> = tied.iter().copied().filter(within).collect();
    if chosen.len() == tied.len() {
        return None;
    }
    debug_assert!(winners.iter().filter(|it| at(it)).all(within), "the margins let others in");
    Some(Tie { round: 1, decides: Decides::Seat, tied, chosen, by: DecidedBy::Margin })
}
