//! Time polls.

use super::{Answer::*, *};
use crate::Candidate;

#[test]
fn a_yes_is_two_points_and_a_maybe_one() {
    let keys = ["monday", "tuesday"].map(str::to_owned);
    let ballots =
        [vec![Some(Yes), Some(Maybe)], vec![Some(No), Some(Maybe)], vec![None, Some(Maybe)]];
    let poll = count(&keys, &ballots, 1, &TieRule::StatusQuo);
    assert_eq!(poll.times[0], TimeFigures { yes: 1, maybe: 0, no: 1 });
    assert_eq!(poll.times.iter().map(|time| time.points()).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(poll.elected.winners, [Candidate::at(1).unwrap()]);
}
