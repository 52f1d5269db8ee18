//! Scores, with and without those who did not score.

use super::*;
use crate::Candidate;

fn ballot(scores: [Option<i32>; 2], weight: u32) -> ScoreBallot {
    ScoreBallot { scores: scores.to_vec(), weight }
}

fn keys() -> Vec<String> {
    vec!["a".into(), "b".into()]
}

#[test]
fn who_does_not_score_is_absent_from_the_mean_and_zero_in_the_sum() {
    let ballots = [ballot([Some(5), Some(3)], 1), ballot([None, Some(3)], 1)];
    let scores = count(&keys(), &ballots, 1, By::Sum, &TieRule::StatusQuo);
    assert_eq!(scores.options[0], Score { sum: 5, scored: 1 });
    assert_eq!(scores.options[1], Score { sum: 6, scored: 2 });
    assert_eq!(scores.options[0].mean(), Some(Fraction::whole(5)));
    assert_eq!(scores.elected.winners, [Candidate::at(1).unwrap()]);
    let by_mean = count(&keys(), &ballots, 1, By::Mean, &TieRule::StatusQuo);
    assert_eq!(by_mean.elected.winners, [Candidate::at(0).unwrap()]);
}

#[test]
fn an_option_that_nobody_scored_has_no_mean_and_comes_last() {
    let ballots = [ballot([Some(-3), None], 2)];
    let scores = count(&keys(), &ballots, 1, By::Mean, &TieRule::StatusQuo);
    assert_eq!(scores.options[1].mean(), None);
    assert_eq!(scores.options[0], Score { sum: -6, scored: 2 });
    assert_eq!(scores.elected.winners, [Candidate::at(0).unwrap()]);
}

#[test]
fn scores_lie_within_their_range() {
    let range = Range { min: -1, max: 5 };
    assert_eq!(range.check(&[Some(-1), Some(5), None], 3), Ok(()));
    assert_eq!(
        range.check(&[Some(6)], 1),
        Err(ScoreError::OutOfRange { score: 6, min: -1, max: 5 })
    );
    assert_eq!(range.check(&[Some(1)], 2), Err(ScoreError::OptionCount { given: 1, options: 2 }));
}
