//! Quorums, as people count them.

use proptest::prelude::*;

use super::*;

fn share(numerator: u64, denominator: u64) -> Share {
    Share::of(numerator, denominator).unwrap()
}

#[test]
fn half_of_seven_is_four_whether_at_least_or_more_than() {
    assert_eq!(needed(Threshold::AtLeast(Share::HALF), 7), Some(4));
    assert_eq!(needed(Threshold::MoreThan(Share::HALF), 7), Some(4));
}

#[test]
fn more_than_half_of_eight_is_one_more_than_half() {
    assert_eq!(needed(Threshold::AtLeast(Share::HALF), 8), Some(4));
    assert_eq!(needed(Threshold::MoreThan(Share::HALF), 8), Some(5));
}

#[test]
fn a_third_is_a_third_and_not_a_rounded_decimal() {
    assert_eq!(needed(Threshold::AtLeast(share(1, 3)), 3_000_000_000), Some(1_000_000_000));
    assert_eq!(needed(Threshold::MoreThan(share(2, 3)), 3), Some(3));
}

#[test]
fn an_empty_roll_is_never_quorate() {
    for threshold in [Threshold::AtLeast(share(0, 1)), Threshold::Units(0)] {
        let quorum = quorum(threshold, 0, 0);
        assert!(!quorum.is_reached());
        assert_eq!(quorum.missing(), None);
    }
}

#[test]
fn more_than_all_is_never_reached() {
    let quorum = quorum(Threshold::MoreThan(Share::ALL), 5, 5);
    assert_eq!((quorum.is_reached(), quorum.missing()), (false, Some(1)));
}

#[test]
fn the_people_still_needed_are_told() {
    assert_eq!(quorum(Threshold::AtLeast(Share::HALF), 10, 3).missing(), Some(2));
    assert_eq!(quorum(Threshold::AtLeast(Share::HALF), 10, 8).missing(), Some(0));
}

#[test]
fn abstentions_blanks_and_delegated_votes_count_only_where_the_policy_says_so() {
    let attendance = Attendance { direct: 1, delegated: 10, abstentions: 100, blanks: 1_000 };
    assert_eq!(present(attendance, Presence::ALL), 1_111);
    let direct =
        Presence { abstentions: Counts::Absent, blanks: Counts::Absent, delegated: Counts::Absent };
    assert_eq!(present(attendance, direct), 1);
}

#[test]
fn a_surplus_in_one_part_makes_up_for_nothing_in_another() {
    let half = Threshold::AtLeast(Share::HALF);
    let short = in_each(half, [(6, 6), (4, 1)]);
    assert_eq!((short.is_reached(), short.missing()), (false, Some(1)));
    assert!(quorum(half, 10, 7).is_reached(), "of the whole roll it would be enough");
    let both = in_each(half, [(6, 3), (4, 2)]);
    assert_eq!((both.is_reached(), both.missing()), (true, Some(0)));
}

#[test]
fn what_is_missing_is_missing_in_each_part() {
    let each = in_each(Threshold::MoreThan(Share::HALF), [(6, 0), (4, 1), (3, 3)]);
    assert_eq!(each.missing(), Some(4 + 2));
}

#[test]
fn a_part_without_units_is_none_and_without_parts_there_is_no_quorum() {
    let half = Threshold::AtLeast(Share::HALF);
    assert!(in_each(half, [(2, 1), (0, 0)]).is_reached());
    let none = in_each(half, [(0, 0)]);
    assert_eq!((none.is_reached(), none.missing()), (false, None));
}

fn parts() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let part = (0..40_u64).prop_flat_map(|units| (Just(units), 0..=units));
    proptest::collection::vec(part, 1..5)
}

proptest! {
    #[test]
    fn one_more_who_comes_never_breaks_the_quorum_in_each_part(
        n in 0..=50_u64, d in 50..=60_u64, parts in parts(), at in 0..5_usize,
    ) {
        let share = share(n, d);
        for threshold in [Threshold::AtLeast(share), Threshold::MoreThan(share)] {
            let before = in_each(threshold, parts.clone());
            let mut more = parts.clone();
            let at = at % more.len();
            more[at].1 += 1;
            let after = in_each(threshold, more);
            prop_assert!(!before.is_reached() || after.is_reached());
            prop_assert!(after.missing() <= before.missing());
        }
    }

    #[test]
    fn a_quorum_in_each_part_is_one_of_the_whole(
        n in 0..=50_u64, d in 50..=60_u64, parts in parts(),
    ) {
        let share = share(n, d);
        let units = parts.iter().map(|part| part.0).sum();
        let present = parts.iter().map(|part| part.1).sum();
        for threshold in [Threshold::AtLeast(share), Threshold::MoreThan(share)] {
            let each = in_each(threshold, parts.clone());
            prop_assert!(!each.is_reached() || quorum(threshold, units, present).is_reached());
        }
    }

    #[test]
    fn an_abstention_that_does_not_count_never_makes_a_quorum_in_any_part(
        n in 0..=50_u64, d in 50..=60_u64, parts in parts(), abstaining in 0..10_u64,
    ) {
        let threshold = Threshold::AtLeast(share(n, d));
        let presence = Presence { abstentions: Counts::Absent, ..Presence::ALL };
        let with = |abstentions: u64| {
            let present = |direct| present(Attendance { direct, abstentions, ..<_>::default() }, presence);
            in_each(threshold, parts.iter().map(|part| (part.0, present(part.1))))
        };
        prop_assert_eq!(with(abstaining), with(0));
    }

    #[test]
    fn a_quorum_is_monotone(
        n in 0..=50_u64, d in 50..=60_u64, units in 0..2_000_u64, here in 0..2_000_u64,
    ) {
        let share = share(n, d);
        for threshold in [
            Threshold::AtLeast(share), Threshold::MoreThan(share), Threshold::Units(n),
        ] {
            // One more who comes never breaks it.
            if quorum(threshold, units, here).is_reached() {
                prop_assert!(quorum(threshold, units, here + 1).is_reached());
            }
            // One more on the roll never lowers it.
            prop_assert!(needed(threshold, units) <= needed(threshold, units + 1));
        }
        // "More than" asks for no less than "at least".
        prop_assert!(
            needed(Threshold::AtLeast(share), units) <= needed(Threshold::MoreThan(share), units)
        );
    }

    #[test]
    fn the_needed_are_the_fewest_that_have_the_share(
        n in 0..=40_u64, d in 40..=60_u64, units in 1..500_u64,
    ) {
        let needed = needed(Threshold::AtLeast(share(n, d)), units).unwrap();
        prop_assert!(needed * d >= n * units);
        prop_assert!(needed == 0 || (needed - 1) * d < n * units);
    }
}
