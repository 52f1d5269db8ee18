//! Scottish STV by hand, against big integers, and its properties.

use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;
use crate::{
    testing::{self, conserves, lot, names, profile, votes},
    tie::DecidedBy,
};

/// Fractions of a vote that are counted.
const PER_VOTE: i128 = 100_000;

fn rounds(count: &Count) -> Vec<String> {
    count.rounds.iter().map(votes).collect()
}

#[test]
fn a_surplus_passes_on_at_five_decimals_cut_off() {
    // Quota 10/3 + 1 = 4. Of a's 7, 3 pass on: 3/7 = 0.42857 for each ballot, 0.00001 is lost.
    let profile = profile(3, &["4 ab", "3 ac", "2 b", "1 c"]);
    let count = count(&profile, 2, &TieRule::StatusQuo);
    assert_eq!(count.quota, Some(Fraction::whole(4)));
    let b = Fraction::of(371_428, 100_000).unwrap();
    let c = Fraction::of(228_571, 100_000).unwrap();
    assert_eq!(rounds(&count), ["a=7 b=2 c=1".to_owned(), format!("a=4 b={b} c={c}")]);
    assert_eq!(count.lost, Fraction::of(1, 100_000).unwrap());
    assert_eq!(count.rounds[0].transfers[0].cause, Cause::Surplus);
    assert_eq!(names(&count.winners), "ab");
}

#[test]
fn ballots_that_name_nobody_else_take_their_share_of_the_surplus_with_them() {
    // Quota 4. Of a's 6, 2 pass on: 1/3 each, which is exhausted for four of six ballots.
    let profile = profile(3, &["4 a", "2 ab", "2 b", "3 c"]);
    let count = count(&profile, 2, &lot(1));
    let transfer = &count.rounds[0].transfers[0];
    assert_eq!(transfer.exhausted, Fraction::of(4 * 33_333, 100_000).unwrap());
    assert_eq!(transfer.to[0].1, Fraction::of(2 * 33_333, 100_000).unwrap());
    assert_eq!(transfer.lost, Fraction::of(2, 100_000).unwrap());
}

#[test]
fn a_transferred_ballot_passes_on_at_the_value_that_it_came_with() {
    // Quota 9. Of a's 10, 1 passes on: ten ballots at 0.1 to b, who is then excluded, for c.
    let profile = profile(4, &["10 abc", "1 bc", "6 c", "7 d"]);
    let count = count(&profile, 2, &TieRule::StatusQuo);
    assert_eq!(rounds(&count), ["a=10 b=1 c=6 d=7", "a=9 b=2 c=6 d=7", "a=9 c=8 d=7"]);
    assert_eq!(count.rounds[1].transfers[0].cause, Cause::Elimination);
    assert_eq!(names(&count.winners), "ac");
}

#[test]
fn the_last_seats_are_filled_without_further_transfers() {
    let profile = profile(3, &["5 a", "3 b", "2 cb"]);
    let count = count(&profile, 2, &TieRule::StatusQuo);
    assert_eq!(names(&count.winners), "ab");
    let last = count.rounds.last().unwrap();
    assert_eq!((names(&last.eliminated), names(&last.elected)), ("c".into(), "b".into()));
    assert!(last.transfers.is_empty());
}

#[test]
fn equal_surpluses_are_transferred_by_the_earlier_stage_and_then_by_the_rule() {
    let profile = profile(4, &["5 ac", "5 bd", "2 c", "2 d"]);
    let undecided = count(&profile, 3, &TieRule::StatusQuo);
    assert!(!undecided.is_decided() && names(&undecided.winners) == "ab");
    let casting =
        count(&profile, 3, &TieRule::Casting(["b", "a", "d", "c"].map(Into::into).into()));
    let step = &casting.ties[0];
    assert_eq!((step.decides, step.by), (Decides::Surplus, DecidedBy::Casting));
    assert_eq!(names(&step.chosen), "b");
}

#[test]
fn of_two_elected_at_one_stage_neither_receives_from_the_other() {
    // Quota 9/4 + 1 = 3. Both a and b have it, so a's 5 ballots pass b over: 2/5 each, 2 for c.
    // Then b's 4 pass on 1 at 1/4 each, and d with 1 is behind c. Had b received before being
    // elected, half of b's 6 would have passed on, 2 of it to d and 1 to c: d would have won.
    let profile = profile(4, &["5 abc", "4 bd"]);
    let count = count(&profile, 3, &TieRule::StatusQuo);
    assert_eq!(rounds(&count), ["a=5 b=4 c=0 d=0", "a=3 b=4 c=2 d=0", "a=3 b=3 c=2 d=1"]);
    assert_eq!(names(&count.rounds[0].elected), "ab");
    assert_eq!((names(&count.winners), count.lost), ("abc".into(), Fraction::ZERO));
}

#[test]
fn blank_ballots_do_not_raise_the_quota() {
    let with = count(&profile(2, &["3 a", "2 b", "9 "]), 1, &TieRule::StatusQuo);
    assert_eq!(with.quota, Some(Fraction::whole(3)));
    assert_eq!(with.exhausted, Fraction::whole(9));
}

#[test]
fn no_more_are_elected_than_stand_and_none_where_there_are_no_seats() {
    assert_eq!(names(&count(&profile(2, &["1 b"]), 5, &TieRule::StatusQuo).winners), "ba");
    assert_eq!(names(&count(&profile(2, &[]), 2, &TieRule::StatusQuo).winners), "ab");
    assert_eq!(count(&profile(0, &[]), 2, &TieRule::StatusQuo).winners, []);
}

/// The Order, ballot by ballot in big integers; ties by earlier stages and then by an order.
fn by_hand(
    candidates: usize,
    cast: &testing::Cast,
    seats: usize,
    order: &[usize],
) -> (Vec<usize>, Vec<Vec<BigUint>>) {
    let big = |number: u64| BigUint::from(number);
    // Each paper: whom it ranks, its weight, its value, and who holds it.
    let mut papers: Vec<(&[usize], u64, BigUint, Option<usize>)> = cast
        .iter()
        .filter(|(ranked, weight)| !ranked.is_empty() && *weight > 0)
        .map(|(ranked, weight)| (&ranked[..], *weight, big(100_000), Some(ranked[0])))
        .collect();
    let valid: u64 = papers.iter().map(|paper| paper.1).sum();
    let quota = big(valid / (seats as u64 + 1) + 1) * big(100_000);
    let mut hopeful: Vec<usize> = (0..candidates).collect();
    let (mut elected, mut pending) = (Vec::<usize>::new(), Vec::<usize>::new());
    // Who passed a surplus on keeps the quota, though no paper.
    let mut kept = vec![big(0); candidates];
    let mut history = Vec::<Vec<BigUint>>::new();
    loop {
        let mut votes = kept.clone();
        for (_, weight, value, holder) in &papers {
            if let Some(holder) = holder {
                votes[*holder] += big(*weight) * value;
            }
        }
        history.push(votes.clone());
        let mut reached: Vec<usize> =
            hopeful.iter().copied().filter(|it| votes[*it] >= quota).collect();
        reached.sort_by(|left, right| votes[*right].cmp(&votes[*left]).then(left.cmp(right)));
        for candidate in reached {
            hopeful.retain(|it| *it != candidate);
            elected.push(candidate);
            if votes[candidate] > quota {
                pending.push(candidate);
            }
        }
        let fill = |hopeful: &[usize], elected: &mut Vec<usize>| {
            let ends = hopeful.len() <= seats - elected.len();
            if ends {
                let mut rest = hopeful.to_vec();
                rest.sort_by(|one, two| votes[*two].cmp(&votes[*one]).then(one.cmp(two)));
                elected.extend(rest);
            }
            ends
        };
        if fill(&hopeful, &mut elected) || elected.len() == seats {
            return (elected, history);
        }
        let surplus = !pending.is_empty();
        let mut tied = if surplus { pending.clone() } else { hopeful.clone() };
        for votes in history.iter().rev() {
            let all = tied.iter().map(|it| &votes[*it]);
            let one = if surplus { all.max() } else { all.min() }.unwrap().clone();
            tied.retain(|it| votes[*it] == one);
        }
        let mut favoured = order.iter().filter(|it| tied.contains(it));
        let from = *if surplus { favoured.next() } else { favoured.next_back() }.unwrap();
        if surplus {
            pending.retain(|it| *it != from);
            kept[from] = quota.clone();
        } else {
            hopeful.retain(|it| *it != from);
            if fill(&hopeful, &mut elected) {
                return (elected, history);
            }
        }
        for (ranked, _, value, holder) in &mut papers {
            if *holder == Some(from) {
                if surplus {
                    *value = (&votes[from] - &quota) * &*value / &votes[from];
                }
                let place = ranked.iter().position(|it| *it == from).unwrap();
                *holder = ranked[place..].iter().copied().find(|it| hopeful.contains(it));
            }
        }
    }
}

proptest! {
    #[test]
    fn it_is_what_the_order_says_in_big_integers(
        (candidates, cast) in testing::cast(),
        seats in 1..5_usize,
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let keys = order.iter().map(|it| testing::NAMES[*it].to_owned()).collect();
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let count = count(&profile, seats, &TieRule::Casting(keys));
        let (elected, history) = by_hand(candidates, &cast, seats, &order);
        prop_assert_eq!(count.winners.iter().map(|it| it.index()).collect::<Vec<_>>(), elected);
        prop_assert_eq!(count.rounds.len(), history.len());
        for (round, votes) in count.rounds.iter().zip(history) {
            for (candidate, told) in &round.votes {
                let units = told.numerator() * PER_VOTE / i128::try_from(told.denominator()).unwrap();
                let expected = &votes[candidate.index()];
                prop_assert_eq!(&BigUint::try_from(units).unwrap(), expected);
            }
        }
    }

    /// More than half of all is more than half of what is left, who has that is never the fewest,
    /// and until then both exclude the same. Without any votes the run-off elects nobody. Where ties
    /// are left undecided, it may be over before one that the quota still comes to.
    #[test]
    fn with_one_seat_it_elects_who_wins_the_run_off(
        (candidates, cast) in testing::cast(), seed in any::<u8>(),
    ) {
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let run_off = crate::irv::count(&profile, &lot(seed)).winners;
        if run_off.is_empty() {
            prop_assert_eq!(profile.blank(), profile.total());
        } else {
            prop_assert_eq!(count(&profile, 1, &lot(seed)).winners, run_off);
        }
    }

    #[test]
    fn all_seats_are_filled_and_no_vote_appears_or_vanishes(
        (candidates, cast) in testing::cast(), seats in 0..6_usize, seed in any::<u8>(),
    ) {
        let profile = testing::of(&testing::NAMES[..candidates], &cast);
        let count = count(&profile, seats, &lot(seed));
        prop_assert_eq!(count.winners.len(), seats.min(candidates));
        let mut winners = count.winners.clone();
        winners.sort_unstable();
        winners.dedup();
        prop_assert_eq!(winners.len(), count.winners.len());
        prop_assert!(conserves(&count, PER_VOTE));
    }

    #[test]
    fn weights_of_a_third_elect_as_whole_ones_where_the_quota_is_as_large(
        (candidates, cast) in testing::cast(), seed in any::<u8>(),
    ) {
        let mut ballots = crate::ballots::Ballots::of(
            testing::NAMES[..candidates].iter().map(|it| (*it).to_owned()).collect(),
        ).unwrap();
        for (ranked, weight) in &cast {
            let ranked: Vec<_> = ranked.iter().filter_map(|it| Candidate::at(*it)).collect();
            for _ in 0..3 {
                ballots.add(&ranked, Fraction::of(i128::from(*weight), 3).unwrap()).unwrap();
            }
        }
        let thirds = ballots.profile().unwrap();
        let whole = testing::of(&testing::NAMES[..candidates], &cast);
        prop_assert_eq!(count(&thirds, 2, &lot(seed)), count(&whole, 2, &lot(seed)));
    }
}
