//! Pairs, scores and margins.

use proptest::prelude::*;

use super::*;
use crate::testing::{self, lot, names, profile};

#[test]
fn who_beats_everybody_wins() {
    let result = count(&profile(3, &["4 ac", "3 bc", "2 cb"]), 1, &TieRule::StatusQuo);
    let c = Candidate::at(2).unwrap();
    assert_eq!(result.beats_all, Some(c));
    assert_eq!(result.count.winners, [c]);
    assert_eq!(result.worst_defeats[2], Fraction::ZERO);
}

#[test]
fn who_is_ranked_is_preferred_to_who_is_not() {
    let pairwise = Pairwise::of(&profile(3, &["2 a", "1 ba"]));
    let [a, b, c] = [0, 1, 2].map(|index| Candidate::at(index).unwrap());
    assert_eq!(pairwise.preferring(a, b), Fraction::whole(2));
    assert_eq!(pairwise.preferring(a, c), Fraction::whole(3));
    assert_eq!(pairwise.preferring(c, a), Fraction::ZERO);
}

#[test]
fn a_circle_is_decided_by_the_smallest_worst_defeat() {
    // a beats b by 5, b beats c by 3, c beats a by 1.
    let result = count(&profile(3, &["4 abc", "3 cab", "2 bca"]), 1, &TieRule::StatusQuo);
    assert_eq!(result.beats_all, None);
    let scores: Vec<_> =
        result.count.rounds[0].votes.iter().map(|(_, it)| it.to_string()).collect();
    assert_eq!(scores, ["1", "1", "1"]);
    assert_eq!(names(&result.count.winners), "a");
    assert_eq!(result.count.ties[0].by, DecidedBy::Margin);
    assert_eq!(names(&result.count.ties[0].tied), "abc");
}

#[test]
fn a_circle_of_equals_is_decided_by_the_rule() {
    let circle = profile(3, &["1 abc", "1 bca", "1 cab"]);
    let undecided = count(&circle, 1, &TieRule::StatusQuo).count;
    assert!(undecided.winners.is_empty() && !undecided.is_decided());
    let decided = count(&circle, 1, &lot(1)).count;
    assert_eq!((decided.winners.len(), decided.ties[0].by), (1, DecidedBy::Lot));
}

proptest! {
    #[test]
    fn who_beats_everybody_is_always_elected((candidates, cast) in testing::cast()) {
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let result = count(&profile, 1, &lot(5));
        prop_assert_eq!(result.count.winners.len(), 1);
        if let Some(winner) = result.beats_all {
            prop_assert_eq!(result.count.winners, [winner]);
        }
    }

    #[test]
    fn pairs_are_what_each_ballot_says((candidates, cast) in testing::cast()) {
        let pairwise = Pairwise::of(&testing::of(&testing::NAMES[..candidates], &cast));
        for one in 0..candidates {
            for other in (0..candidates).filter(|other| *other != one) {
                let place = |ranked: &[usize], of| {
                    ranked.iter().position(|it| *it == of).unwrap_or(usize::MAX)
                };
                let prefers = |(ranked, _): &&(Vec<usize>, u64)| place(ranked, one) < place(ranked, other);
                let expected: u64 = cast.iter().filter(prefers).map(|(_, weight)| weight).sum();
                let told = pairwise
                    .preferring(Candidate::at(one).unwrap(), Candidate::at(other).unwrap());
                prop_assert_eq!(told, Fraction::whole(expected));
            }
        }
    }
}
