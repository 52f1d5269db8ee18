//! Dots within their budget.

use super::*;
use crate::Candidate;

#[test]
fn a_ballot_spends_no_more_than_its_budget() {
    assert_eq!(check(&[3, 0, 2], 3, 5), Ok(()));
    assert_eq!(check(&[3, 0, 3], 3, 5), Err(DotError::OverBudget { spent: 6, budget: 5 }));
    assert_eq!(check(&[5], 3, 5), Err(DotError::OptionCount { given: 1, options: 3 }));
    let most = [u32::MAX; 3];
    let spent = 3 * u64::from(u32::MAX);
    assert_eq!(check(&most, 3, 5), Err(DotError::OverBudget { spent, budget: 5 }));
}

#[test]
fn dots_add_up_by_weight() {
    let keys = ["a", "b"].map(str::to_owned);
    let ballots =
        [DotBallot { dots: vec![3, 1], weight: 1 }, DotBallot { dots: vec![0, 2], weight: 2 }];
    let dots = count(&keys, &ballots, 1, &TieRule::StatusQuo);
    assert_eq!(dots.options, [3, 5]);
    assert_eq!(dots.elected.winners, [Candidate::at(1).unwrap()]);
}
