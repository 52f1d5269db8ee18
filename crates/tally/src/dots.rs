//! Dots: each ballot spreads a budget of points over the options.

use crate::{TieRule, choice, choice::Elected};

#[cfg(test)]
mod tests;

/// Why a ballot is not valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DotError {
    /// It has dots for another number of options than there are.
    #[error("has dots for {given} options where there are {options}")]
    OptionCount {
        /// How many it has.
        given: usize,
        /// How many there are.
        options: usize,
    },
    /// It spends more than it has.
    #[error("spends {spent} dots of {budget}")]
    OverBudget {
        /// What it spends.
        spent: u64,
        /// What it may spend.
        budget: u64,
    },
}

/// A ballot with its weight.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DotBallot {
    /// The dots on each option.
    pub dots: Vec<u32>,
    /// The weight in whole units.
    pub weight: u32,
}

/// The result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dots {
    /// The dots on each option, by weight.
    pub options: Vec<u128>,
    /// Who is elected.
    pub elected: Elected,
}

/// Checks a ballot on so many options. What it leaves unspent is lost.
///
/// # Errors
///
/// Says what the ballot does that it may not.
pub fn check(dots: &[u32], options: usize, budget: u64) -> Result<(), DotError> {
    if dots.len() != options {
        return Err(DotError::OptionCount { given: dots.len(), options });
    }
    let spent = dots.iter().fold(0_u64, |sum, dots| sum.saturating_add(u64::from(*dots)));
    if budget < spent {
        return Err(DotError::OverBudget { spent, budget });
    }
    Ok(())
}

/// Adds the dots and elects the options with the most; `keys` are their names.
pub fn count(keys: &[String], ballots: &[DotBallot], seats: usize, rule: &TieRule) -> Dots {
    let mut options = vec![0_u128; keys.len()];
    for ballot in ballots {
        for (option, dots) in options.iter_mut().zip(&ballot.dots) {
            *option += u128::from(*dots) * u128::from(ballot.weight);
        }
    }
    let elected = choice::elect(keys, &options, seats, rule);
    Dots { options, elected }
}
