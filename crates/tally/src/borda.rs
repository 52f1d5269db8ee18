//! Borda: a ballot gives each candidate a point for everybody whom it ranks behind them.

use crate::{
    Count, Fraction, Profile, TieRule,
    choice::{self, Elected},
    count::Candidate,
};

#[cfg(test)]
mod tests;

/// The name of this rule and its version, where the unranked share what is left.
pub const ALGORITHM: &str = "borda-average/1";

/// The name of this rule and its version, where the unranked get nothing.
pub const ALGORITHM_ZERO: &str = "borda-zero/1";

/// What a ballot gives to those whom it does not rank.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unranked {
    /// They share the points that are left equally: nobody gains by ranking fewer.
    Average,
    /// Nothing.
    Zero,
}

/// Elects the candidates with the most points: of n candidates the first on a ballot gets n − 1,
/// the next one fewer, and so on.
pub fn count(profile: &Profile, seats: usize, unranked: Unranked, rule: &TieRule) -> Count {
    let candidates = profile.count();
    // In half points, so that averages are whole.
    let mut points = vec![0_u128; candidates];
    let mut is_ranked = vec![false; candidates];
    for (ranked, weight) in profile.units() {
        let weight = u128::from(weight);
        is_ranked.fill(false);
        for (place, candidate) in ranked.iter().enumerate() {
            is_ranked[candidate.index()] = true;
            points[candidate.index()] += weight * 2 * (candidates - 1 - place) as u128;
        }
        match unranked {
            Unranked::Zero => {}
            Unranked::Average => {
                let share = weight * (candidates - ranked.len()).saturating_sub(1) as u128;
                for candidate in Candidate::all(candidates) {
                    if !is_ranked[candidate.index()] {
                        points[candidate.index()] += share;
                    }
                }
            }
        }
    }
    let per_whole = u128::from(profile.per_whole()) * 2;
    let votes = |it: Candidate| Fraction::units(points[it.index()], per_whole);
    let algorithm = match unranked {
        Unranked::Average => ALGORITHM,
        Unranked::Zero => ALGORITHM_ZERO,
    };
    let Elected { winners, ties } = choice::elect(profile.candidates(), &points, seats, rule);
    choice::one_round(profile, algorithm, seats, votes, Elected { winners, ties })
}
