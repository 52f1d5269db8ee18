//! Time polls: who can come when.

use crate::{TieRule, choice, choice::Elected};

#[cfg(test)]
mod tests;

/// What somebody says of one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Comes: 2 points.
    Yes,
    /// Comes if need be: 1 point.
    Maybe,
    /// Does not come: no points.
    No,
}

/// What a time was given.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TimeFigures {
    /// How many said yes.
    pub yes: u64,
    /// How many said maybe.
    pub maybe: u64,
    /// How many said no. Who did not answer stands nowhere.
    pub no: u64,
}

/// The result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimePoll {
    /// What each time was given.
    pub times: Vec<TimeFigures>,
    /// Which times are chosen.
    pub elected: Elected,
}

impl TimeFigures {
    /// The points: two for a yes, one for a maybe.
    pub fn points(self) -> u64 {
        self.yes.saturating_mul(2).saturating_add(self.maybe)
    }
}

/// Adds the answers and chooses the times with the most points; `keys` name the times.
///
/// A ballot has an answer for each time, or `None`. What it has beyond them is not read.
pub fn count(
    keys: &[String],
    ballots: &[Vec<Option<Answer>>],
    seats: usize,
    rule: &TieRule,
) -> TimePoll {
    let mut times = vec![TimeFigures::default(); keys.len()];
    for ballot in ballots {
        for (time, answer) in times.iter_mut().zip(ballot) {
            match answer {
                Some(Answer::Yes) => time.yes += 1,
                Some(Answer::Maybe) => time.maybe += 1,
                Some(Answer::No) => time.no += 1,
                None => {}
            }
        }
    }
    let points: Vec<u64> = times.iter().map(|time| time.points()).collect();
    let elected = choice::elect(keys, &points, seats, rule);
    TimePoll { times, elected }
}
