//! Delegations, as far as they reach.

use proptest::prelude::*;

use super::*;

const ALL: u8 = 0;
const TOPIC: u8 = 1;

const UNLIMITED: Limits = Limits { depth_max: 100, carried_max: None };

fn grant(
    delegator: &'static str,
    delegate: &'static str,
    specificity: u8,
    granted: u64,
) -> Grant<&'static str> {
    Grant { delegator, delegate, specificity, granted }
}

fn resolved(
    direct: &[&'static str],
    grants: &[Grant<&'static str>],
    limits: Limits,
) -> BTreeMap<&'static str, Resolved<&'static str>> {
    let roll = BTreeSet::from(["anna", "ben", "chloe", "dan", "eve"]);
    resolve(&roll, &direct.iter().copied().collect(), grants, limits)
}

fn carried(path: &[&'static str]) -> Resolved<&'static str> {
    Resolved::Carried(path.to_vec())
}

#[test]
fn a_vote_follows_to_the_first_who_voted() {
    let grants = [
        grant("anna", "ben", ALL, 1),
        grant("ben", "chloe", ALL, 2),
        grant("chloe", "dan", ALL, 3),
    ];
    let map = resolved(&["chloe", "dan"], &grants, UNLIMITED);
    assert_eq!(map["anna"], carried(&["ben", "chloe"]));
    assert_eq!(map["ben"], carried(&["chloe"]));
    assert!(!map.contains_key("chloe"), "a direct ballot overrides");
}

#[test]
fn the_most_specific_scope_holds_then_the_latest() {
    let grants = [
        grant("anna", "ben", TOPIC, 1),
        grant("anna", "chloe", ALL, 9),
        grant("dan", "ben", ALL, 1),
        grant("dan", "chloe", ALL, 2),
    ];
    let map = resolved(&["ben", "chloe"], &grants, UNLIMITED);
    assert_eq!(map["anna"], carried(&["ben"]));
    assert_eq!(map["dan"], carried(&["chloe"]));
}

#[test]
fn the_most_specific_scope_is_followed_even_where_it_leads_nowhere() {
    let grants = [grant("anna", "dan", TOPIC, 1), grant("anna", "ben", ALL, 1)];
    let map = resolved(&["ben"], &grants, UNLIMITED);
    assert_eq!(map["anna"], Resolved::NoVote(Reason::NobodyVoted));
}

#[test]
fn a_circle_votes_for_nobody() {
    let grants = [
        grant("anna", "ben", ALL, 1),
        grant("ben", "anna", ALL, 2),
        grant("dan", "anna", ALL, 3),
        grant("eve", "eve", ALL, 4),
    ];
    let map = resolved(&["chloe"], &grants, UNLIMITED);
    for name in ["anna", "ben", "dan", "eve"] {
        assert_eq!(map[name], Resolved::NoVote(Reason::Cycle), "{name}");
    }
}

#[test]
fn nobody_votes_through_who_is_off_the_roll() {
    let grants = [grant("anna", "zoe", ALL, 1), grant("zoe", "ben", ALL, 2)];
    let map = resolved(&["ben", "zoe"], &grants, UNLIMITED);
    assert_eq!(map["anna"], Resolved::NoVote(Reason::OffTheRoll));
    assert!(!map.contains_key("zoe"));
}

#[test]
fn a_vote_passes_on_no_further_than_allowed() {
    let grants = [grant("anna", "ben", ALL, 1), grant("ben", "chloe", ALL, 2)];
    let limits = |depth_max| Limits { depth_max, carried_max: None };
    assert_eq!(
        resolved(&["chloe"], &grants, limits(1))["anna"],
        Resolved::NoVote(Reason::BeyondDepth)
    );
    assert_eq!(resolved(&["chloe"], &grants, limits(1))["ben"], carried(&["chloe"]));
    assert_eq!(resolved(&["chloe"], &grants, limits(2))["anna"], carried(&["ben", "chloe"]));
    assert_eq!(
        resolved(&["chloe"], &grants, limits(0))["ben"],
        Resolved::NoVote(Reason::BeyondDepth)
    );
}

#[test]
fn beyond_the_cap_the_earliest_grants_are_carried() {
    let grants =
        [grant("anna", "eve", ALL, 3), grant("ben", "eve", ALL, 1), grant("chloe", "ben", ALL, 2)];
    let limits = Limits { depth_max: 5, carried_max: Some(2) };
    let map = resolved(&["eve"], &grants, limits);
    assert_eq!(map["anna"], Resolved::NoVote(Reason::OverCap));
    assert_eq!(map["ben"], carried(&["eve"]));
    assert_eq!(map["chloe"], carried(&["ben", "eve"]));
}

fn case() -> impl Strategy<Value = (BTreeSet<u8>, BTreeSet<u8>, Vec<Grant<u8>>)> {
    let grant = (0..9_u8, 0..9_u8, 0..3_u8, 0..20_u64).prop_map(
        |(delegator, delegate, specificity, granted)| Grant {
            delegator,
            delegate,
            specificity,
            granted,
        },
    );
    let set = || proptest::collection::btree_set(0..9_u8, 0..9);
    (set(), set(), proptest::collection::vec(grant, 0..15))
}

proptest! {
    #[test]
    fn every_carried_vote_ends_with_a_direct_voter_on_the_roll(
        (roll, direct, grants) in case(), depth_max in 0..5_usize, cap in 0..4_usize,
    ) {
        let direct: BTreeSet<u8> = direct.intersection(&roll).copied().collect();
        let limits = Limits { depth_max, carried_max: Some(cap) };
        let map = resolve(&roll, &direct, &grants, limits);
        let mut carried = BTreeMap::<u8, usize>::new();
        for (delegator, outcome) in &map {
            prop_assert!(roll.contains(delegator) && !direct.contains(delegator));
            if let Resolved::Carried(path) = outcome {
                let (last, between) = path.split_last().unwrap();
                prop_assert!(direct.contains(last) && path.len() <= depth_max);
                prop_assert!(between.iter().all(|it| roll.contains(it) && !direct.contains(it)));
                *carried.entry(*last).or_default() += 1;
            }
        }
        prop_assert!(carried.values().all(|carried| *carried <= cap));
    }

    #[test]
    fn the_order_of_grants_plays_no_part((roll, direct, grants) in case(), cap in 0..4_usize) {
        let limits = Limits { depth_max: 3, carried_max: Some(cap) };
        let mut turned = grants.clone();
        turned.reverse();
        prop_assert_eq!(
            resolve(&roll, &direct, &grants, limits),
            resolve(&roll, &direct, &turned, limits)
        );
    }
}
