//! How acts spread: who could act counts, and the coefficient behaves as Gini's does.

use kernel::{OrganisationId, Party};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
const DAN: PersonId = PersonId::new(Uuid::from_u128(0xd));

fn gini(counts: &[u32]) -> Option<Fraction> {
    spread(counts.to_vec()).gini
}

fn share(numerator: i128, denominator: u128) -> Option<Fraction> {
    Fraction::of(numerator, denominator)
}

/// The coefficient as it is defined, over all ordered pairs.
fn by_pairs(counts: &[u32]) -> Option<Fraction> {
    let pairs = counts.iter().flat_map(|left| counts.iter().map(move |right| (left, right)));
    let differences: i128 = pairs.map(|(left, right)| i128::from(left.abs_diff(*right))).sum();
    let sum: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    Fraction::of(differences, 2 * counts.len() as u128 * sum)
}

fn record(party: Party, cast: u32) -> ParticipationRow {
    let (issued, represented, missed, untold, carried) = (cast, 0, 0, 0, 0);
    ParticipationRow { party, issued, cast, represented, missed, untold, carried }
}

/// The spread of an act, and the coefficient as it is written.
fn told(evidence: &Evidence, act: Act) -> (u32, u64, Option<String>, Option<u32>) {
    let all = of(evidence);
    let Concentration { spread, .. } = all.iter().find(|it| it.act == act).unwrap();
    let gini = spread.gini.map(|gini| gini.to_string());
    (spread.parties, spread.acts, gini, spread.half_by)
}

#[test]
fn known_distributions_have_their_known_coefficients() {
    assert_eq!(gini(&[1, 1, 1, 1]), share(0, 1));
    assert_eq!(gini(&[7]), share(0, 1));
    assert_eq!(gini(&[0, 0, 0, 9]), share(3, 4));
    assert_eq!(gini(&[3, 1, 2]), share(2, 9));
    assert_eq!(gini(&[1, 2, 3, 4, 5]), share(4, 15));
}

#[test]
fn where_nobody_did_anything_there_is_no_coefficient() {
    for counts in [vec![], vec![0], vec![0, 0, 0]] {
        let parties = u32::try_from(counts.len()).unwrap();
        let nothing = Spread { parties, acts: 0, gini: None, half_by: None };
        assert_eq!(spread(counts), nothing);
    }
}

#[test]
fn half_is_done_by_those_who_did_most() {
    for (counts, expected) in
        [(vec![1, 1, 1, 1], 2), (vec![1, 1, 1], 2), (vec![0, 5, 2, 2, 1], 1), (vec![4, 2, 3], 2)]
    {
        assert_eq!(spread(counts.clone()).half_by, Some(expected), "{counts:?}");
    }
}

#[test]
fn who_could_act_and_did_not_counts_as_well() {
    let proposer = |author| ProposerRow { author, drafted: 3, submitted: 2, called: 1, adopted: 1 };
    let evidence = Evidence {
        members: BTreeSet::from([ANNA, BEN]),
        records: vec![record(Party::Person(ANNA), 2), record(Party::Person(CHLOE), 0)],
        proposers: vec![proposer(DAN)],
        accepted: vec![(BEN, 1)],
    };
    let only_one = |acts| (4, acts, Some("3/4".to_owned()), Some(1));
    assert_eq!(told(&evidence, Act::Proposing), only_one(2));
    assert_eq!(told(&evidence, Act::Calling), only_one(1));
    assert_eq!(told(&evidence, Act::Coordinating), only_one(1));
}

#[test]
fn votes_are_of_parties_and_only_of_those_of_whom_they_are_told() {
    let hidden = ParticipationRow { issued: 2, untold: 2, ..record(Party::Person(BEN), 0) };
    let missed = ParticipationRow { issued: 1, missed: 1, ..record(Party::Person(CHLOE), 0) };
    let bakery = Party::Organisation(OrganisationId::new(Uuid::from_u128(0xba)));
    let carrying = ParticipationRow { carried: 2, ..record(bakery, 1) };
    let mut evidence = Evidence {
        members: BTreeSet::from([ANNA, BEN, CHLOE]),
        records: vec![record(Party::Person(ANNA), 1), hidden, missed, carrying],
        proposers: Vec::new(),
        accepted: Vec::new(),
    };
    assert_eq!(told(&evidence, Act::Voting), (3, 2, Some("1/3".to_owned()), Some(1)));
    assert_eq!(told(&evidence, Act::Carrying), (3, 2, Some("2/3".to_owned()), Some(1)));
    assert_eq!(told(&evidence, Act::Proposing), (3, 0, None, None));
    evidence.records = vec![hidden];
    assert_eq!(told(&evidence, Act::Voting), (0, 0, None, None));
}

proptest! {
    #[test]
    fn it_is_the_mean_difference_of_all_pairs(counts in prop::collection::vec(0_u32..50, 0..20)) {
        prop_assert_eq!(gini(&counts), by_pairs(&counts));
    }

    #[test]
    fn it_lies_between_all_alike_and_one_alone(counts in prop::collection::vec(any::<u32>(), 1..20)) {
        let parties = counts.len() as u128;
        if let Some(gini) = gini(&counts) {
            prop_assert!(Fraction::ZERO <= gini);
            prop_assert!(gini <= Fraction::of(i128::try_from(parties - 1).unwrap(), parties).unwrap());
        }
    }

    #[test]
    fn as_many_times_as_much_of_everything_is_as_even(
        counts in prop::collection::vec(0_u32..1_000, 0..20),
        times in 1_u32..1_000,
    ) {
        let more: Vec<u32> = counts.iter().map(|count| count * times).collect();
        let (before, after) = (spread(counts), spread(more));
        prop_assert_eq!((before.gini, before.half_by), (after.gini, after.half_by));
    }

    #[test]
    fn who_did_what_plays_no_part(
        (counts, shuffled) in prop::collection::vec(0_u32..9, 0..12)
            .prop_flat_map(|counts| (Just(counts.clone()), Just(counts).prop_shuffle())),
    ) {
        prop_assert_eq!(spread(counts), spread(shuffled));
    }

    #[test]
    fn one_more_who_does_nothing_makes_it_less_even(
        mut counts in prop::collection::vec(0_u32..50, 1..20),
    ) {
        let before = spread(counts.clone());
        counts.push(0);
        let after = spread(counts);
        prop_assert_eq!((before.half_by, before.acts), (after.half_by, after.acts));
        if before.acts > 0 {
            prop_assert!(before.gini < after.gini);
        }
    }

    #[test]
    fn fewer_than_told_did_less_than_half(counts in prop::collection::vec(0_u32..50, 1..20)) {
        let Spread { acts, half_by, .. } = spread(counts.clone());
        let mut most = counts;
        most.sort_unstable_by(|left, right| right.cmp(left));
        let by = |number: u32| {
            most[..number as usize].iter().map(|count| 2 * u64::from(*count)).sum::<u64>()
        };
        if let Some(half_by) = half_by {
            prop_assert!(acts <= by(half_by) && by(half_by - 1) < acts);
        } else {
            prop_assert_eq!(acts, 0);
        }
    }
}
