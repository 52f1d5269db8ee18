//! Meek's method on small profiles, and its properties.

use proptest::prelude::*;

use super::*;
use crate::{
    testing::{self, conserves, lot, names, profile},
    tie::DecidedBy,
};

/// Fractions of a vote that are counted.
const PER_VOTE: i128 = 1_000_000_000;

#[test]
fn a_surplus_is_shared_by_all_ballots_of_the_elected() {
    // Of a's 8 votes the quota of 13/3 stays; 11/24 of each ballot passes on.
    let profile = profile(4, &["6 ab", "2 ac", "1 b", "1 c", "3 d"]);
    let count = count(&profile, 2, &TieRule::StatusQuo);
    assert_eq!(names(&count.winners), "ab");
    assert_eq!(names(&count.rounds[0].elected), "a");
    let b = count.rounds[1].votes[1].1;
    let near = |units: i128| Fraction::of(15 * PER_VOTE / 4 + units, 1_000_000_000).unwrap();
    assert!(near(-20) < b && b < near(20), "{b}");
}

#[test]
fn the_quota_sinks_with_what_is_exhausted() {
    let profile = profile(3, &["5 a", "2 b", "2 cb"]);
    let count = count(&profile, 2, &TieRule::Casting(vec!["b".into(), "c".into()]));
    assert_eq!(names(&count.winners), "ab");
    assert!(count.quota.unwrap() < Fraction::whole(3));
}

#[test]
fn ties_are_told_and_left_undecided_by_the_status_quo() {
    let profile = profile(3, &["2 a", "1 b", "1 c"]);
    let undecided = count(&profile, 2, &TieRule::StatusQuo);
    assert_eq!(names(&undecided.winners), "a");
    assert_eq!(undecided.ties[0].by, DecidedBy::Undecided);
    assert_eq!(count(&profile, 2, &lot(1)).winners.len(), 2);
}

#[test]
fn who_is_equal_but_for_the_last_digit_is_tied() {
    // A circle: by the exact method 2 and 3 of six are equal after two are elected.
    let circle = ["2 fabcde", "1 defabc", "2 bcdefa", "1 abcdef", "3 efabcd", "1 cdefab"];
    let count = count(&profile(6, &circle), 4, &lot(1));
    assert_eq!(count.winners.len(), 4);
    let last = count.ties.last().unwrap();
    assert!(last.tied.len() > 1 && last.by == DecidedBy::Lot, "{last:?}");
}

/// The same rule, ballot by ballot and without putting any together.
fn distributed(meek: &Meek<'_>, cast: &testing::Cast) -> Vec<u128> {
    let mut votes = vec![0_u128; meek.votes.len()];
    for (ranked, weight) in cast {
        let mut left = u128::from(ONE);
        for candidate in ranked {
            let kept = (left * u128::from(meek.keep[*candidate])).div_ceil(u128::from(ONE));
            votes[*candidate] += kept * u128::from(*weight);
            left -= kept;
        }
    }
    votes
}

proptest! {
    #[test]
    fn all_seats_are_filled_and_no_vote_appears_or_vanishes(
        (candidates, cast) in testing::cast(), seats in 0..6_usize, seed in any::<u8>(),
    ) {
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let count = count(&profile, seats, &lot(seed));
        prop_assert_eq!(count.winners.len(), seats.min(candidates));
        prop_assert!(conserves(&count, PER_VOTE));
    }

    #[test]
    fn putting_ballots_together_changes_no_digit(
        (candidates, cast) in testing::cast(),
        standings in proptest::collection::vec((0..3_u8, 1..ONE), 6),
    ) {
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let mut meek = Meek::new(&profile, 2);
        for (index, (standing, keep)) in standings.into_iter().take(candidates).enumerate() {
            (meek.standing[index], meek.keep[index]) = match standing {
                0 => (Standing::Hopeful, ONE),
                1 => (Standing::Elected, keep),
                _ => (Standing::Defeated, 0),
            };
        }
        let reduced = meek.reduced();
        meek.distribute(&reduced);
        prop_assert_eq!(&meek.votes, &distributed(&meek, &cast));
    }

    #[test]
    fn the_order_of_ballots_plays_no_part((candidates, cast) in testing::cast()) {
        let names = &testing::NAMES[..candidates];
        let mut turned = cast.clone();
        turned.reverse();
        let one = count(&testing::of(names, &cast), 2, &lot(1));
        prop_assert_eq!(one, count(&testing::of(names, &turned), 2, &lot(1)));
    }
}
