//! Borda's points.

use proptest::prelude::*;

use super::*;
use crate::testing::{self, lot, names, profile, votes};

#[test]
fn points_fall_by_one_from_rank_to_rank() {
    let count = count(&profile(3, &["2 abc", "1 cba"]), 1, Unranked::Average, &lot(1));
    assert_eq!(votes(&count.rounds[0]), "a=4 b=3 c=2");
    assert_eq!(names(&count.winners), "a");
}

#[test]
fn the_unranked_share_what_is_left_or_get_nothing() {
    let profile = profile(4, &["1 ab", "1 d"]);
    let average = count(&profile, 1, Unranked::Average, &lot(1));
    assert_eq!(votes(&average.rounds[0]), "a=4 b=3 c=3/2 d=7/2");
    let zero = count(&profile, 1, Unranked::Zero, &lot(1));
    assert_eq!(votes(&zero.rounds[0]), "a=3 b=2 c=0 d=3");
    assert_ne!(average.algorithm, zero.algorithm);
}

proptest! {
    #[test]
    fn every_ballot_that_ranks_anybody_gives_as_many_points((n, cast) in testing::cast()) {
        let profile = testing::of(&testing::NAMES[..n], &cast);
        let count = count(&profile, 1, Unranked::Average, &lot(1));
        let halves = |it: Fraction| it.numerator() * 2 / i128::try_from(it.denominator()).unwrap();
        let given: i128 = count.rounds[0].votes.iter().map(|(_, votes)| halves(*votes)).sum();
        let ranking = cast.iter().filter(|(ranked, _)| !ranked.is_empty());
        let weight: u64 = ranking.map(|(_, weight)| weight).sum();
        prop_assert_eq!(given, i128::from(weight) * (n * (n - 1)) as i128);
    }
}
