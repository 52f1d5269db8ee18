//! Choosing and approval.

use super::*;

fn candidates(indexes: &[usize]) -> Vec<Candidate> {
    indexes.iter().filter_map(|index| Candidate::at(*index)).collect()
}

#[test]
fn a_ballot_chooses_as_many_as_it_may() {
    let two = Choices { min: 1, max: 2 };
    assert_eq!(two.check(&candidates(&[0, 2]), 3), Ok(()));
    assert_eq!(two.check(&[], 3), Err(ChoiceError::TooFew { chosen: 0, min: 1 }));
    assert_eq!(
        two.check(&candidates(&[0, 1, 2]), 3),
        Err(ChoiceError::TooMany { chosen: 3, max: 2 })
    );
}

#[test]
fn an_option_is_chosen_once_and_exists() {
    let any = Choices { min: 0, max: 9 };
    let two = candidates(&[2])[0];
    assert_eq!(any.check(&candidates(&[2, 0, 2]), 3), Err(ChoiceError::Twice(two)));
    assert_eq!(any.check(&candidates(&[2]), 2), Err(ChoiceError::Unknown(two)));
}

#[test]
fn who_is_chosen_most_often_is_elected() {
    let keys = ["anna", "ben", "chloe"].map(str::to_owned);
    let elected = elect(&keys, &[3, 7, 5], 2, &TieRule::StatusQuo);
    assert_eq!(elected.winners, candidates(&[1, 2]));
    assert!(elected.ties.is_empty());
}
