//! Profiles for tests: from text, and at random.

use proptest::prelude::*;

use crate::{
    Candidate, Count, Fraction, Profile, TieRule, ballots::Ballots, count::Round, tie::LotSeed,
};

/// Candidates that tests name.
pub(crate) const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Ballots as they were cast: whom they rank, by index, and their weight.
pub(crate) type Cast = Vec<(Vec<usize>, u64)>;

/// Reads ballots such as `3 abc`, where the first letters of the alphabet are the candidates.
pub(crate) fn profile(candidates: usize, ballots: &[&str]) -> Profile {
    let cast: Cast = ballots
        .iter()
        .map(|text| {
            let (weight, ranked) = text.split_once(' ').unwrap();
            let index = |name: char| NAMES.iter().position(|it| it.starts_with(name)).unwrap();
            (ranked.chars().map(index).collect(), weight.parse().unwrap())
        })
        .collect();
    of(&NAMES[..candidates], &cast)
}

/// Makes a profile of ballots as they were cast.
pub(crate) fn of(names: &[&str], cast: &Cast) -> Profile {
    let mut ballots = Ballots::of(names.iter().map(|it| (*it).to_owned()).collect()).unwrap();
    for (ranked, weight) in cast {
        let ranked: Vec<_> = ranked.iter().filter_map(|it| Candidate::at(*it)).collect();
        ballots.add(&ranked, Fraction::whole(*weight)).unwrap();
    }
    ballots.profile().unwrap()
}

/// Some candidates and their ballots, truncated anywhere, some of them blank.
pub(crate) fn cast() -> impl Strategy<Value = (usize, Cast)> {
    (1..=6_usize).prop_flat_map(|candidates| {
        let ranked = Just((0..candidates).collect::<Vec<_>>()).prop_shuffle();
        let ballot = (ranked, 0..=candidates, 0..6_u64).prop_map(|(mut ranked, length, weight)| {
            ranked.truncate(length);
            (ranked, weight)
        });
        (Just(candidates), proptest::collection::vec(ballot, 0..25))
    })
}

/// A lot of a seed.
pub(crate) fn lot(seed: u8) -> TieRule {
    TieRule::Lot(LotSeed([seed; 32]))
}

/// The names of candidates.
pub(crate) fn names(candidates: &[Candidate]) -> String {
    candidates.iter().map(|it| NAMES[it.index()]).collect()
}

/// The votes of a round, such as `a=3 b=1/2`.
pub(crate) fn votes(round: &Round) -> String {
    let votes = round.votes.iter();
    let votes: Vec<_> = votes.map(|(it, votes)| format!("{}={votes}", NAMES[it.index()])).collect();
    votes.join(" ")
}

/// Tells whether in every round votes, exhausted and lost add up to all ballots, in units of which
/// `per_vote` make a vote.
pub(crate) fn conserves(count: &Count, per_vote: i128) -> bool {
    let units = |fraction: Fraction| {
        let denominator = i128::try_from(fraction.denominator()).unwrap();
        assert_eq!(per_vote % denominator, 0, "{fraction} is finer than the count");
        fraction.numerator() * (per_vote / denominator)
    };
    count.rounds.iter().all(|round| {
        let votes: i128 = round.votes.iter().map(|(_, votes)| units(*votes)).sum();
        votes + units(round.exhausted) + units(round.lost) == units(count.ballots)
    })
}
