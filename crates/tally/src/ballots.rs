//! What is counted: ranked ballots, the identical ones together.

use crate::{Fraction, count::CANDIDATES_MAX, count::Candidate, fraction::gcd};

pub mod blt;
pub mod csv;

mod marks;
mod piles;

#[cfg(test)]
mod tests;

pub use marks::{Noticed, Overvotes, Reading, Repeats, Skips};
pub(crate) use piles::Piles;

/// The ballots of an election, counted from in any number of ways.
///
/// Identical ballots are one, with the sum of their weights, and stand in the order of what they
/// rank: the order in which they were cast cannot be seen, and plays no part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    candidates: Vec<String>,
    /// What all ballots rank, one after the other.
    ranked: Vec<Candidate>,
    /// Where in `ranked` each ballot begins, and the last one ends.
    begins: Vec<u32>,
    /// In units of which `per_whole` make a whole ballot. The sum of all, with `blank`, is a `u64`.
    weights: Vec<u64>,
    blank: u64,
    total: u64,
    per_whole: u64,
}

/// Why ballots cannot be counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProfileError {
    /// There are too many candidates.
    #[error("there are more than {CANDIDATES_MAX} candidates")]
    TooManyCandidates,
    /// Nobody can tell two candidates apart.
    #[error("two candidates have the same name")]
    CandidateTwice,
    /// A ballot ranks somebody who does not stand.
    #[error("a ballot ranks a candidate who does not stand")]
    CandidateUnknown,
    /// A ballot ranks a candidate twice.
    #[error("a ballot ranks a candidate twice")]
    RankedTwice,
    /// A weight is less than nothing.
    #[error("a weight is less than zero")]
    WeightNegative,
    /// The weights are too large or too fine to be added exactly.
    #[error("the weights are too large or too fine to be added exactly")]
    WeightsTooLarge,
    /// There are more ranks than are counted.
    #[error("there are too many ballots")]
    TooManyBallots,
}

/// Collects ballots into a [`Profile`].
#[derive(Clone, Debug)]
pub struct Ballots {
    candidates: Vec<String>,
    ranked: Vec<Candidate>,
    begins: Vec<u32>,
    weights: Vec<Weight>,
    /// For each candidate, the number of the last ballot that ranked them, from 1.
    seen: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Weight {
    numerator: u64,
    denominator: u64,
}

/// A ballot of a profile: whom it ranks, the most preferred first, and its weight in units.
pub(crate) type Ballot<'a> = (&'a [Candidate], u64);

impl Ballots {
    /// Begins without ballots. The names of candidates are their keys: lots are drawn over them.
    ///
    /// # Errors
    ///
    /// Refuses two candidates of one name, and too many.
    pub fn of(candidates: Vec<String>) -> Result<Ballots, ProfileError> {
        if candidates.len() > CANDIDATES_MAX {
            return Err(ProfileError::TooManyCandidates);
        }
        let mut names: Vec<&str> = candidates.iter().map(String::as_str).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(ProfileError::CandidateTwice);
        }
        let mut ballots = Ballots::unnamed(candidates.len());
        ballots.candidates = candidates;
        Ok(ballots)
    }

    /// Begins without ballots and without the names of so many candidates.
    pub(crate) fn unnamed(candidates: usize) -> Ballots {
        Ballots {
            candidates: Vec::new(),
            ranked: Vec::new(),
            begins: vec![0],
            weights: Vec::new(),
            seen: vec![0; candidates],
        }
    }

    /// Gives the candidates their names; as many as there are candidates.
    pub(crate) fn named(self, candidates: Vec<String>) -> Result<Ballots, ProfileError> {
        Ok(Ballots { candidates: Ballots::of(candidates)?.candidates, ..self })
    }

    /// Adds a ballot; `ranked` holds the most preferred candidate first, and is empty when blank.
    ///
    /// # Errors
    ///
    /// Refuses a ballot that ranks somebody twice or who does not stand, or has a weight that
    /// cannot be counted.
    pub fn add(&mut self, ranked: &[Candidate], weight: Fraction) -> Result<(), ProfileError> {
        if weight.numerator() < 0 {
            return Err(ProfileError::WeightNegative);
        }
        let too_large = |_| ProfileError::WeightsTooLarge;
        let weight = Weight {
            numerator: u64::try_from(weight.numerator()).map_err(too_large)?,
            denominator: u64::try_from(weight.denominator()).map_err(too_large)?,
        };
        let number = u32::try_from(self.begins.len()).map_err(|_| ProfileError::TooManyBallots)?;
        for candidate in ranked {
            let seen = self.seen.get_mut(candidate.index());
            let seen = seen.ok_or(ProfileError::CandidateUnknown)?;
            if *seen == number {
                return Err(ProfileError::RankedTwice);
            }
            *seen = number;
        }
        let end = u32::try_from(self.ranked.len() + ranked.len());
        let end = end.map_err(|_| ProfileError::TooManyBallots)?;
        self.ranked.extend_from_slice(ranked);
        self.begins.push(end);
        self.weights.push(weight);
        Ok(())
    }

    /// Puts identical ballots together.
    ///
    /// # Errors
    ///
    /// Says that the weights cannot be added exactly.
    pub fn profile(self) -> Result<Profile, ProfileError> {
        let per_whole = self.per_whole()?;
        let ranked = |index: u32| {
            let index = index as usize;
            &self.ranked[self.begins[index] as usize..self.begins[index + 1] as usize]
        };
        let count = u32::try_from(self.weights.len()).map_err(|_| ProfileError::TooManyBallots)?;
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_unstable_by(|left, right| ranked(*left).cmp(ranked(*right)));
        let mut profile = Profile {
            candidates: Vec::new(),
            ranked: Vec::with_capacity(self.ranked.len()),
            begins: vec![0],
            weights: Vec::new(),
            blank: 0,
            total: 0,
            per_whole,
        };
        let mut last = None;
        for index in order {
            let Weight { numerator, denominator } = self.weights[index as usize];
            let scaled = numerator.checked_mul(per_whole / denominator);
            let weight = scaled.ok_or(ProfileError::WeightsTooLarge)?;
            let total = profile.total.checked_add(weight);
            profile.total = total.ok_or(ProfileError::WeightsTooLarge)?;
            let ranked = ranked(index);
            if ranked.is_empty() {
                profile.blank += weight;
            } else if weight > 0 {
                if last == Some(ranked) {
                    // It cannot overflow: the sum of all does not.
                    if let Some(sum) = profile.weights.last_mut() {
                        *sum += weight;
                    }
                } else {
                    profile.ranked.extend_from_slice(ranked);
                    let end = u32::try_from(profile.ranked.len()).unwrap_or(u32::MAX);
                    profile.begins.push(end);
                    profile.weights.push(weight);
                }
                last = Some(ranked);
            }
        }
        profile.candidates = self.candidates;
        Ok(profile)
    }

    /// The least number of units in a whole ballot that makes every weight whole.
    fn per_whole(&self) -> Result<u64, ProfileError> {
        let mut per_whole = 1_u64;
        for weight in &self.weights {
            if !per_whole.is_multiple_of(weight.denominator) {
                let common = gcd(u128::from(per_whole), u128::from(weight.denominator));
                let factor = u128::from(weight.denominator) / common;
                let product = u128::from(per_whole) * factor;
                per_whole = u64::try_from(product).map_err(|_| ProfileError::WeightsTooLarge)?;
            }
        }
        Ok(per_whole)
    }
}

impl Profile {
    /// The candidates' names, by their index.
    pub fn candidates(&self) -> &[String] {
        &self.candidates
    }

    /// The name of a candidate; empty when there is none at the index.
    pub fn name(&self, candidate: Candidate) -> &str {
        self.candidates.get(candidate.index()).map_or("", String::as_str)
    }

    /// The distinct ballots that rank anybody, with their weights, in the order of what they rank.
    pub fn ballots(&self) -> impl Iterator<Item = (&[Candidate], Fraction)> {
        let per_whole = u128::from(self.per_whole);
        self.units()
            .map(move |(ranked, weight)| (ranked, Fraction::units(u128::from(weight), per_whole)))
    }

    /// How many distinct ballots rank anybody.
    pub fn distinct(&self) -> usize {
        self.weights.len()
    }

    /// All ballots, by weight, with the blank ones.
    pub fn total(&self) -> Fraction {
        self.fraction(u128::from(self.total))
    }

    /// The ballots that rank nobody, by weight.
    pub fn blank(&self) -> Fraction {
        self.fraction(u128::from(self.blank))
    }

    pub(crate) fn count(&self) -> usize {
        self.candidates.len()
    }

    /// The distinct ballots with their weights in units.
    pub(crate) fn units(&self) -> impl Iterator<Item = Ballot<'_>> {
        let ranked =
            self.begins.windows(2).map(|pair| &self.ranked[pair[0] as usize..pair[1] as usize]);
        ranked.zip(self.weights.iter().copied())
    }

    pub(crate) fn per_whole(&self) -> u64 {
        self.per_whole
    }

    pub(crate) fn total_units(&self) -> u64 {
        self.total
    }

    pub(crate) fn blank_units(&self) -> u64 {
        self.blank
    }

    pub(crate) fn fraction(&self, units: u128) -> Fraction {
        Fraction::units(units, u128::from(self.per_whole))
    }
}
