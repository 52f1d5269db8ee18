//! Profiles: what is put together, and what is refused.

use proptest::prelude::*;

use super::*;
use crate::testing;

fn add(ballots: &mut Ballots, ranked: &[usize], weight: &str) -> Result<(), ProfileError> {
    let ranked: Vec<_> = ranked.iter().filter_map(|it| Candidate::at(*it)).collect();
    ballots.add(&ranked, weight.parse().unwrap())
}

fn two() -> Ballots {
    Ballots::of(vec!["a".into(), "b".into()]).unwrap()
}

#[test]
fn identical_ballots_are_one() {
    let profile = testing::profile(3, &["1 ab", "2 b", "3 ab", "0 c", "4 "]);
    let told: Vec<_> = profile
        .ballots()
        .map(|(ranked, weight)| (testing::names(ranked), weight.to_string()))
        .collect();
    assert_eq!(told, [("ab".into(), "4".into()), ("b".into(), "2".into())]);
    assert_eq!((profile.total(), profile.blank()), (Fraction::whole(10), Fraction::whole(4)));
}

#[test]
fn weights_that_are_not_whole_are_added_exactly() {
    let mut ballots = two();
    for (ranked, weight) in [(&[0][..], "1/3"), (&[0], "0.5"), (&[1], "1/6")] {
        add(&mut ballots, ranked, weight).unwrap();
    }
    let profile = ballots.profile().unwrap();
    assert_eq!(profile.total(), Fraction::whole(1));
    assert_eq!(profile.ballots().next().unwrap().1.to_string(), "5/6");
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let mut ballots = two();
    assert_eq!(add(&mut ballots, &[0, 0], "1"), Err(ProfileError::RankedTwice));
    assert_eq!(add(&mut ballots, &[2], "1"), Err(ProfileError::CandidateUnknown));
    let twice = vec!["a".to_owned(), "a".to_owned()];
    assert_eq!(Ballots::of(twice).unwrap_err(), ProfileError::CandidateTwice);
    let below = Fraction::whole(-1);
    assert_eq!(two().add(&[], below), Err(ProfileError::WeightNegative));
}

#[test]
fn weights_that_do_not_add_up_exactly_are_refused() {
    let mut ballots = two();
    add(&mut ballots, &[0], "18446744073709551615").unwrap();
    add(&mut ballots, &[1], "1").unwrap();
    assert_eq!(ballots.profile().unwrap_err(), ProfileError::WeightsTooLarge);
    let mut ballots = two();
    add(&mut ballots, &[0], "1/1000000007").unwrap();
    add(&mut ballots, &[0], "1/1000000009").unwrap();
    add(&mut ballots, &[0], "1/1000000021").unwrap();
    assert_eq!(ballots.profile().unwrap_err(), ProfileError::WeightsTooLarge);
}

proptest! {
    #[test]
    fn the_order_of_ballots_cannot_be_seen((candidates, cast) in testing::cast()) {
        let mut turned = cast.clone();
        turned.reverse();
        let names = &testing::NAMES[..candidates];
        prop_assert_eq!(testing::of(names, &cast), testing::of(names, &turned));
    }

    #[test]
    fn one_heavy_ballot_is_as_many_light_ones((candidates, cast) in testing::cast()) {
        let one_each = |(ranked, weight): &(Vec<usize>, u64)| {
            vec![(ranked.clone(), 1); usize::try_from(*weight).unwrap()]
        };
        let apart = cast.iter().flat_map(one_each).collect();
        let names = &testing::NAMES[..candidates];
        prop_assert_eq!(testing::of(names, &cast), testing::of(names, &apart));
    }
}
