//! Choosing some of several options, and approval: who is chosen most often is elected.

use crate::{
    Count, Fraction, Profile, TieRule,
    count::{Candidate, Round},
    tie::{Decides, Deciding, Step, Tie},
};

#[cfg(test)]
mod tests;

/// The name of this rule and its version.
pub const ALGORITHM: &str = "approval/1";

/// How many options one ballot may choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choices {
    /// The fewest; 0 lets a ballot be blank.
    pub min: usize,
    /// The most.
    pub max: usize,
}

/// Why a ballot is not valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChoiceError {
    /// It chooses too few.
    #[error("chooses {chosen} options, fewer than {min}")]
    TooFew {
        /// How many it chooses.
        chosen: usize,
        /// How many it has to choose.
        min: usize,
    },
    /// It chooses too many.
    #[error("chooses {chosen} options, more than {max}")]
    TooMany {
        /// How many it chooses.
        chosen: usize,
        /// How many it may choose.
        max: usize,
    },
    /// It chooses an option twice.
    #[error("chooses option {} twice", .0.index() + 1)]
    Twice(Candidate),
    /// It chooses an option that there is not.
    #[error("chooses option {}, which there is not", .0.index() + 1)]
    Unknown(Candidate),
}

/// Who is elected by one figure each, and how ties came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elected {
    /// Who is elected, the highest first.
    pub winners: Vec<Candidate>,
    /// Ties that decided something.
    pub ties: Vec<Tie>,
}

impl Choices {
    /// Checks a ballot on so many options.
    ///
    /// # Errors
    ///
    /// Says what the ballot does that it may not.
    pub fn check(self, chosen: &[Candidate], options: usize) -> Result<(), ChoiceError> {
        if let Some(unknown) = chosen.iter().find(|it| options <= it.index()) {
            return Err(ChoiceError::Unknown(*unknown));
        }
        let mut sorted = chosen.to_vec();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ChoiceError::Twice(pair[0]));
        }
        let chosen = chosen.len();
        if chosen < self.min {
            return Err(ChoiceError::TooFew { chosen, min: self.min });
        }
        if self.max < chosen {
            return Err(ChoiceError::TooMany { chosen, max: self.max });
        }
        Ok(())
    }
}

/// Elects those with the highest figures; `keys` are the options' names, a figure each.
pub fn elect<V: Ord>(keys: &[String], figures: &[V], seats: usize, rule: &TieRule) -> Elected {
    let step = Step { round: 1, decides: Decides::Seat };
    let mut ties = Vec::new();
    let winners = Deciding { keys, rule, step }.highest(figures, seats, &mut ties);
    Elected { winners, ties }
}

/// Elects who is on the most ballots. Everybody on a ballot is approved, whatever the rank.
pub fn approval(profile: &Profile, seats: usize, rule: &TieRule) -> Count {
    let mut votes = vec![0_u64; profile.count()];
    for (ranked, weight) in profile.units() {
        for candidate in ranked {
            votes[candidate.index()] += weight;
        }
    }
    let fraction = |it: Candidate| profile.fraction(u128::from(votes[it.index()]));
    let elected = elect(profile.candidates(), &votes, seats, rule);
    one_round(profile, ALGORITHM, seats, fraction, elected)
}

/// The count of a rule that has one round.
pub(crate) fn one_round(
    profile: &Profile,
    algorithm: &'static str,
    seats: usize,
    votes: impl Fn(Candidate) -> Fraction,
    elected: Elected,
) -> Count {
    let Elected { winners, ties } = elected;
    let round = Round {
        votes: Candidate::all(profile.count()).map(|it| (it, votes(it))).collect(),
        exhausted: profile.blank(),
        lost: Fraction::ZERO,
        elected: winners.clone(),
        eliminated: Vec::new(),
        transfers: Vec::new(),
    };
    Count {
        algorithm,
        seats,
        quota: None,
        ballots: profile.total(),
        blank: profile.blank(),
        exhausted: profile.blank(),
        lost: Fraction::ZERO,
        winners,
        rounds: vec![round],
        ties,
    }
}
