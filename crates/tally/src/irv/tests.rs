//! Instant run-off on small profiles, and its properties.

use proptest::prelude::*;

use super::*;
use crate::{
    testing::{self, conserves, lot, names, profile, votes},
    tie::DecidedBy,
};

fn rounds(count: &Count) -> Vec<String> {
    count.rounds.iter().map(votes).collect()
}

#[test]
fn the_fewest_are_eliminated_until_somebody_has_more_than_half() {
    let profile = profile(3, &["4 ab", "3 ba", "2 cb", "1 "]);
    let count = count(&profile, &TieRule::StatusQuo);
    assert_eq!(rounds(&count), ["a=4 b=3 c=2", "a=4 b=5"]);
    assert_eq!(names(&count.winners), "b");
    assert_eq!(count.rounds[0].transfers[0].to, [(Candidate::at(1).unwrap(), Fraction::whole(2))]);
    assert_eq!((count.exhausted, count.blank), (Fraction::whole(1), Fraction::whole(1)));
}

#[test]
fn more_than_half_is_of_what_still_counts() {
    let profile = profile(3, &["4 a", "3 b", "3 c"]);
    let count = count(&profile, &TieRule::Casting(vec!["b".into()]));
    assert_eq!(names(&count.winners), "a");
    assert_eq!(rounds(&count), ["a=4 b=3 c=3", "a=4 b=3"]);
    assert_eq!(count.exhausted, Fraction::whole(3));
}

#[test]
fn a_tie_falls_on_who_had_fewer_in_the_last_round_that_differs() {
    // In round 2 b and c both have 4; in round 1 b had 3 and c had 4.
    let profile = profile(4, &["6 a", "3 b", "1 db", "4 c"]);
    let count = count(&profile, &TieRule::StatusQuo);
    assert_eq!(rounds(&count)[1], "a=6 b=4 c=4");
    assert_eq!(names(&count.rounds[1].eliminated), "b");
    assert_eq!(count.ties[0].by, DecidedBy::EarlierRound(1));
    assert!(count.is_decided());
}

#[test]
fn a_tie_that_nothing_decides_ends_the_count() {
    let profile = profile(2, &["1 a", "1 b"]);
    let undecided = count(&profile, &TieRule::StatusQuo);
    assert!(undecided.winners.is_empty() && !undecided.is_decided());
    let casting = count(&profile, &TieRule::Casting(vec!["b".into()]));
    assert_eq!(names(&casting.winners), "b");
}

#[test]
fn nobody_is_elected_without_a_vote() {
    for profile in [profile(2, &[]), profile(2, &["3 "]), profile(0, &[])] {
        let count = count(&profile, &lot(1));
        assert!(count.winners.is_empty() && count.ties.is_empty() && count.rounds.len() == 1);
    }
}

#[test]
fn one_candidate_needs_one_vote() {
    assert_eq!(names(&count(&profile(1, &["1 a"]), &TieRule::StatusQuo).winners), "a");
}

/// The same rule, written as one would by hand.
fn by_hand(candidates: usize, cast: &testing::Cast, order: &[usize]) -> Option<usize> {
    let mut left: Vec<usize> = (0..candidates).collect();
    let mut history = Vec::<Vec<u64>>::new();
    loop {
        let mut votes = vec![0; candidates];
        for (ranked, weight) in cast {
            if let Some(first) = ranked.iter().find(|it| left.contains(it)) {
                votes[*first] += weight;
            }
        }
        let all: u64 = votes.iter().sum();
        if all == 0 {
            return None;
        }
        if let Some(winner) = left.iter().find(|it| votes[**it] * 2 > all) {
            return Some(*winner);
        }
        history.push(votes);
        let mut tied = left.clone();
        for votes in history.iter().rev() {
            let fewest = tied.iter().map(|it| votes[*it]).min().unwrap();
            tied.retain(|it| votes[*it] == fewest);
        }
        let loser = *order.iter().rev().find(|it| tied.contains(it)).unwrap();
        left.retain(|it| *it != loser);
    }
}

proptest! {
    #[test]
    fn it_is_what_one_counts_by_hand(
        (candidates, cast) in testing::cast(),
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let names = order.iter().map(|it| testing::NAMES[*it].to_owned()).collect();
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let count = count(&profile, &TieRule::Casting(names));
        let winner = count.winners.first().map(|it| it.index());
        prop_assert_eq!(winner, by_hand(candidates, &cast, &order));
        prop_assert!(conserves(&count, 1));
    }

    #[test]
    fn other_names_change_nothing_but_the_names((candidates, cast) in testing::cast()) {
        let other = ["zoe", "yan", "xi", "wim", "vera", "uli"];
        let casting = |names: &[&str]| {
            TieRule::Casting(names.iter().map(|it| (*it).to_owned()).collect())
        };
        let one = testing::of(&testing::NAMES[..candidates], &cast);
        let two = testing::of(&other[..candidates], &cast);
        prop_assert_eq!(
            count(&one, &casting(&testing::NAMES)),
            count(&two, &casting(&other))
        );
    }

    #[test]
    fn a_blank_ballot_elects_nobody_else((candidates, cast) in testing::cast()) {
        let names = &testing::NAMES[..candidates];
        let mut more = cast.clone();
        more.push((Vec::new(), 3));
        let (one, two) = (testing::of(names, &cast), testing::of(names, &more));
        prop_assert_eq!(count(&one, &lot(3)).winners, count(&two, &lot(3)).winners);
    }
}
