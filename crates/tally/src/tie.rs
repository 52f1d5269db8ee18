//! Ties: what they decide, by which rule, and as which step of a result.

use sha2::{Digest as _, Sha256};

use crate::count::Candidate;

#[cfg(test)]
mod tests;

/// What the ticket of a lot begins with, so that no other use of the seed gives the same hash.
const LOT: &[u8] = b"weft tally lot 1";

/// How a tie is decided that the votes leave open. Given before the count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TieRule {
    /// Nothing changes: what the tie would decide stays undecided.
    StatusQuo,
    /// The order in which whoever has the casting vote favours the candidates, by their keys, the
    /// most favoured first. Who is not named comes after all who are.
    Casting(Vec<String>),
    /// A lot drawn from a seed.
    Lot(LotSeed),
}

/// The seed of lots. Whoever knows it before the vote knows the lots: commit to it and reveal it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LotSeed(pub [u8; 32]);

/// What a tie decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decides {
    /// Who is eliminated.
    Elimination,
    /// Whose surplus is transferred first.
    Surplus,
    /// Who is elected.
    Seat,
    /// Whether a proposal is adopted.
    Adoption,
}

/// How a tie was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecidedBy {
    /// By the votes in the most recent earlier round in which they differ; rounds count from 1.
    EarlierRound(usize),
    /// By a finer figure of the rule, such as the margin after Copeland's score.
    Margin,
    /// By whoever has the casting vote.
    Casting,
    /// By lot.
    Lot,
    /// Not at all; the count ends there, or leaves the seat empty.
    Undecided,
}

/// A tie that decided something: a step of the result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tie {
    /// The round that it happened in, from 1.
    pub round: usize,
    /// What it decides.
    pub decides: Decides,
    /// Who is tied, in the order of the candidates.
    pub tied: Vec<Candidate>,
    /// On whom it fell: who is eliminated, elected or transferred; several when this step only
    /// narrowed the tie, or filled several seats, and none when nothing was decided.
    pub chosen: Vec<Candidate>,
    /// How it was decided.
    pub by: DecidedBy,
}

/// Where in a count a tie stands. Other steps give other lots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// The round, from 1.
    pub round: usize,
    /// What is decided.
    pub decides: Decides,
}

impl Decides {
    /// What stands for it in a lot.
    fn code(self) -> u8 {
        match self {
            Decides::Elimination => 0,
            Decides::Surplus => 1,
            Decides::Seat => 2,
            Decides::Adoption => 3,
        }
    }
}

impl TieRule {
    /// Who is favoured among the tied: indexes of `keys`, the most favoured first, and by what;
    /// `None` when the rule leaves it undecided.
    ///
    /// The order of `keys` plays no part. Keys must differ.
    pub fn order(&self, step: Step, keys: &[&str]) -> Option<(Vec<usize>, DecidedBy)> {
        let mut order: Vec<usize> = (0..keys.len()).collect();
        match self {
            TieRule::StatusQuo => None,
            TieRule::Casting(favoured) => {
                let place = |index: &usize| {
                    let place = favoured.iter().position(|key| key == keys[*index]);
                    place.unwrap_or(favoured.len())
                };
                let unnamed = order.iter().filter(|it| place(it) == favoured.len()).count();
                if unnamed > 1 {
                    return None;
                }
                order.sort_by_key(place);
                Some((order, DecidedBy::Casting))
            }
            TieRule::Lot(seed) => {
                let tickets = tickets(*seed, step, keys);
                order.sort_by_key(|index| tickets[*index]);
                Some((order, DecidedBy::Lot))
            }
        }
    }
}

/// Draws a ticket for each key; the lowest is drawn first.
///
/// A ticket is the SHA-256 of a constant, the seed, the step, the sorted keys of all who are tied,
/// and the own key, each key after its length in 8 bytes: so each step of each count has a lot of
/// its own, and nobody's chances depend on the order of anything.
fn tickets(seed: LotSeed, step: Step, keys: &[&str]) -> Vec<[u8; 32]> {
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(LOT);
    hash.update(seed.0);
    hash.update((step.round as u64).to_be_bytes());
    hash.update([step.decides.code()]);
    hash.update((sorted.len() as u64).to_be_bytes());
    for key in sorted {
        take(&mut hash, key);
    }
    let ticket = |key: &&str| {
        let mut hash = hash.clone();
        take(&mut hash, key);
        hash.finalize().into()
    };
    keys.iter().map(ticket).collect()
}

fn take(hash: &mut Sha256, key: &str) {
    hash.update((key.len() as u64).to_be_bytes());
    hash.update(key);
}

/// Who is tied, and how the rule has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deciding<'a> {
    pub(crate) keys: &'a [String],
    pub(crate) rule: &'a TieRule,
    pub(crate) step: Step,
}

/// The end of the votes that a tie is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extreme {
    Fewest,
    Most,
}

impl Deciding<'_> {
    /// Finds the one of `equals` with the fewest or most votes in the most recent earlier round in
    /// which they differ, and by the rule where they never do; `None` when that is undecided.
    ///
    /// `earlier` holds the votes of all candidates in each round before this one. Where a round
    /// narrows the tie without ending it, those who are left are compared in the rounds before.
    /// Every step goes to `ties`.
    pub(crate) fn one<V: Ord + Copy>(
        &self,
        equals: Vec<Candidate>,
        extreme: Extreme,
        earlier: &[Vec<V>],
        ties: &mut Vec<Tie>,
    ) -> Option<Candidate> {
        let mut equals = equals;
        for (index, votes) in earlier.iter().enumerate().rev() {
            if equals.len() == 1 {
                break;
            }
            let of = |candidate: &Candidate| votes[candidate.index()];
            let most = match extreme {
                Extreme::Fewest => equals.iter().map(of).min(),
                Extreme::Most => equals.iter().map(of).max(),
            };
            let left: Vec<_> = equals.iter().copied().filter(|it| Some(of(it)) == most).collect();
            if left.len() < equals.len() {
                let by = DecidedBy::EarlierRound(index + 1);
                ties.push(self.tie(equals, left.clone(), by));
                equals = left;
            }
        }
        if let [only] = equals[..] {
            return Some(only);
        }
        let favoured = match extreme {
            Extreme::Fewest => self.order(&equals).map(|(order, by)| (order.last().copied(), by)),
            Extreme::Most => self.order(&equals).map(|(order, by)| (order.first().copied(), by)),
        };
        let (chosen, by) = favoured.unwrap_or((None, DecidedBy::Undecided));
        ties.push(self.tie(equals, chosen.into_iter().collect(), by));
        chosen
    }

    /// The tied in the order in which the rule favours them.
    fn order(&self, tied: &[Candidate]) -> Option<(Vec<Candidate>, DecidedBy)> {
        let keys: Vec<&str> = tied.iter().map(|it| self.keys[it.index()].as_str()).collect();
        let (order, by) = self.rule.order(self.step, &keys)?;
        Some((order.into_iter().map(|index| tied[index]).collect(), by))
    }

    fn tie(&self, tied: Vec<Candidate>, chosen: Vec<Candidate>, by: DecidedBy) -> Tie {
        Tie { round: self.step.round, decides: self.step.decides, tied, chosen, by }
    }

    /// Fills `seats` with those of the highest values, the highest first.
    ///
    /// A tie that reaches beyond the last seat is decided by the rule, and goes to `ties`; where
    /// the rule decides nothing, the seats that it is about stay empty. Among those who all have a
    /// seat, equal values stand in the order of the candidates.
    pub(crate) fn highest<V: Ord>(
        &self,
        values: &[V],
        seats: usize,
        ties: &mut Vec<Tie>,
    ) -> Vec<Candidate> {
        let mut order: Vec<Candidate> = Candidate::all(values.len()).collect();
        order.sort_by(|left, right| values[right.index()].cmp(&values[left.index()]));
        if order.len() <= seats || seats == 0 {
            order.truncate(seats);
            return order;
        }
        let last = &values[order[seats - 1].index()];
        let begins = order.iter().position(|it| values[it.index()] == *last).unwrap_or(0);
        let equals: Vec<_> =
            order[begins..].iter().copied().filter(|it| values[it.index()] == *last).collect();
        let left = seats - begins;
        if equals.len() <= left {
            order.truncate(seats);
            return order;
        }
        order.truncate(begins);
        let (chosen, by) = match self.order(&equals) {
            Some((favoured, by)) => (favoured[..left].to_vec(), by),
            None => (Vec::new(), DecidedBy::Undecided),
        };
        order.extend(&chosen);
        ties.push(self.tie(equals, chosen, by));
        order
    }
}
