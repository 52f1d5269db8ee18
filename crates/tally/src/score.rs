//! Scores: each ballot gives an option a whole number within a range, or none.

use crate::{Fraction, Profile, TieRule, choice, choice::Elected};

#[cfg(test)]
mod tests;

/// The name of this rule and its version.
pub const ALGORITHM: &str = "score/1";

/// The scores that may be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// The lowest; it may be negative.
    pub min: i32,
    /// The highest.
    pub max: i32,
}

/// Why a ballot is not valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScoreError {
    /// It scores another number of options than there are.
    #[error("has {given} scores for {options} options")]
    OptionCount {
        /// How many it has, with those left out.
        given: usize,
        /// How many options there are.
        options: usize,
    },
    /// A score lies outside the range.
    #[error("gives {score}, which is not from {min} to {max}")]
    OutOfRange {
        /// The score.
        score: i32,
        /// The lowest that may be given.
        min: i32,
        /// The highest that may be given.
        max: i32,
    },
}

/// What decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// The sum of the scores, in which an option that was not scored has 0.
    Sum,
    /// The mean of the scores that were given; who was never scored comes last.
    Mean,
}

/// A ballot with its weight.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScoreBallot {
    /// A score for each option; `None` where it was not scored.
    pub scores: Vec<Option<i32>>,
    /// The weight in whole units.
    pub weight: u32,
}

/// What an option was given.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Score {
    /// The sum by weight; who did not score it adds 0.
    pub sum: i128,
    /// The weight of those who scored it.
    pub scored: u128,
}

/// The result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scores {
    /// What each option was given, in units.
    pub options: Vec<Score>,
    /// How many units of the sums and weights make one: 1, but for weights that are not whole.
    pub per_whole: u64,
    /// Who is elected.
    pub elected: Elected,
}

impl Score {
    /// The mean of the scores that were given; `None` when there was none.
    pub fn mean(self) -> Option<Fraction> {
        Fraction::of(self.sum, self.scored)
    }
}

impl Range {
    /// Checks a ballot on so many options.
    ///
    /// # Errors
    ///
    /// Says what the ballot does that it may not.
    pub fn check(self, scores: &[Option<i32>], options: usize) -> Result<(), ScoreError> {
        if scores.len() != options {
            return Err(ScoreError::OptionCount { given: scores.len(), options });
        }
        let outside = |score: &i32| *score < self.min || self.max < *score;
        match scores.iter().flatten().copied().find(outside) {
            Some(score) => Err(ScoreError::OutOfRange { score, min: self.min, max: self.max }),
            None => Ok(()),
        }
    }
}

/// Adds the scores and elects; `keys` are the options' names. What a ballot has beyond the options
/// is not read: check it first.
pub fn count(
    keys: &[String],
    ballots: &[ScoreBallot],
    seats: usize,
    by: By,
    rule: &TieRule,
) -> Scores {
    let mut options = vec![Score::default(); keys.len()];
    for ballot in ballots {
        for (option, score) in options.iter_mut().zip(&ballot.scores) {
            if let Some(score) = score {
                option.sum += i128::from(*score) * i128::from(ballot.weight);
                option.scored += u128::from(ballot.weight);
            }
        }
    }
    let elected = elect(keys, &options, seats, by, rule);
    Scores { options, per_whole: 1, elected }
}

/// Scores ranks: of n candidates the first on a ballot gets n, the next one fewer, and who is not
/// ranked is not scored.
pub fn of_ranks(profile: &Profile, seats: usize, by: By, rule: &TieRule) -> Scores {
    let mut options = vec![Score::default(); profile.count()];
    for (ranked, weight) in profile.units() {
        for (place, candidate) in ranked.iter().enumerate() {
            let option = &mut options[candidate.index()];
            // A place is below the number of candidates, which is below 2^16.
            let score = u32::try_from(profile.count() - place).unwrap_or(0);
            option.sum += i128::from(score) * i128::from(weight);
            option.scored += u128::from(weight);
        }
    }
    let elected = elect(profile.candidates(), &options, seats, by, rule);
    Scores { options, per_whole: profile.per_whole(), elected }
}

fn elect(keys: &[String], options: &[Score], seats: usize, by: By, rule: &TieRule) -> Elected {
    match by {
        By::Sum => {
            let sums: Vec<i128> = options.iter().map(|option| option.sum).collect();
            choice::elect(keys, &sums, seats, rule)
        }
        By::Mean => {
            let means: Vec<_> = options.iter().map(|option| option.mean()).collect();
            choice::elect(keys, &means, seats, rule)
        }
    }
}
