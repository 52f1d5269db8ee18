//! What decisions come to.

use proptest::prelude::*;

use super::*;
use crate::{
    Share,
    quorum::{Attendance, Presence, Threshold, present, quorum},
    requirement::Bound,
    tie::LotSeed,
};

const AGREE: usize = 0;
const DISAGREE: usize = 1;
const STAND_ASIDE: usize = 2;
const BLOCK: usize = 3;

fn reached() -> Quorum {
    quorum(Threshold::Units(1), 10, 10)
}

fn missed() -> Quorum {
    quorum(Threshold::AtLeast(Share::ALL), 10, 9)
}

fn cast(agree: u128, disagree: u128, stand_aside: u128, block: u128) -> Figures {
    let options = vec![agree, disagree, stand_aside, block];
    Figures { options, abstained: 1, blank: 0, roll: 10 }
}

fn majority(figures: &Figures, rule: &TieRule) -> Outcome {
    proposal(reached(), &[Requirement::majority(AGREE)], figures, rule)
}

fn blockable() -> [Requirement; 2] {
    let none = Requirement::new(BLOCK, Bound::AtMostWeight(0), Base::Cast).unwrap();
    [Requirement::majority(AGREE), none]
}

fn whole() -> Consensus {
    let agree = Bound::AtLeast(Share::HALF);
    Consensus {
        accepting: vec![AGREE, STAND_ASIDE],
        agree: Requirement::new(AGREE, agree, Base::WeightCast).unwrap(),
    }
}

#[test]
fn a_majority_adopts() {
    assert_eq!(majority(&cast(3, 2, 0, 0), &TieRule::StatusQuo).verdict, Verdict::Adopted);
    assert_eq!(majority(&cast(2, 3, 0, 0), &TieRule::StatusQuo).verdict, Verdict::NotAdopted);
}

#[test]
fn nothing_is_adopted_without_a_quorum() {
    let all = cast(9, 0, 0, 0);
    let outcome = proposal(missed(), &[Requirement::majority(AGREE)], &all, &TieRule::StatusQuo);
    assert_eq!(outcome.verdict, Verdict::Inquorate);
    assert_eq!(consent(missed(), 0, 0).verdict, Verdict::Inquorate);
    assert_eq!(consensus(missed(), &whole(), &all).verdict, Verdict::Inquorate);
}

#[test]
fn nothing_is_adopted_without_requirements() {
    let outcome = proposal(reached(), &[], &cast(9, 0, 0, 0), &TieRule::StatusQuo);
    assert_eq!(outcome.verdict, Verdict::NotAdopted);
}

#[test]
fn a_tie_changes_nothing_by_default_and_says_so() {
    let outcome = majority(&cast(3, 3, 0, 0), &TieRule::StatusQuo);
    assert_eq!(outcome.verdict, Verdict::NotAdopted);
    assert_eq!(outcome.tie, Some(DecidedBy::Undecided));
}

#[test]
fn a_casting_vote_decides_a_tie_either_way() {
    let casting = |key: &str| TieRule::Casting(vec![key.to_owned()]);
    let adopt = majority(&cast(3, 3, 0, 0), &casting(ADOPT));
    assert_eq!((adopt.verdict, adopt.tie), (Verdict::Adopted, Some(DecidedBy::Casting)));
    assert_eq!(majority(&cast(3, 3, 0, 0), &casting(REJECT)).verdict, Verdict::NotAdopted);
}

#[test]
fn a_lot_decides_a_tie_the_same_way_again() {
    let rule = TieRule::Lot(LotSeed([7; 32]));
    let first = majority(&cast(3, 3, 0, 0), &rule);
    assert_eq!(first.tie, Some(DecidedBy::Lot));
    assert_eq!(first, majority(&cast(3, 3, 0, 0), &rule));
}

#[test]
fn a_tie_saves_nothing_that_fails_elsewhere() {
    let rule = TieRule::Casting(vec![ADOPT.to_owned()]);
    let outcome = proposal(reached(), &blockable(), &cast(3, 2, 0, 1), &rule);
    assert_eq!((outcome.verdict, outcome.tie), (Verdict::NotAdopted, None));
}

#[test]
fn one_block_stops_what_the_majority_wants() {
    let verdict =
        |figures| proposal(reached(), &blockable(), &figures, &TieRule::StatusQuo).verdict;
    assert_eq!(verdict(cast(9, 0, 0, 0)), Verdict::Adopted);
    assert_eq!(verdict(cast(9, 0, 0, 1)), Verdict::NotAdopted);
}

#[test]
fn consent_is_the_absence_of_standing_objections() {
    assert_eq!(consent(reached(), 0, 0).verdict, Verdict::Adopted);
    assert_eq!(consent(reached(), 1, 0).verdict, Verdict::NotAdopted);
    assert_eq!(consent(reached(), 1, 1).verdict, Verdict::Adopted);
}

#[test]
fn consensus_lets_people_stand_aside_but_not_disagree() {
    let verdict = |figures| consensus(reached(), &whole(), &figures).verdict;
    assert_eq!(verdict(cast(5, 0, 4, 0)), Verdict::Adopted);
    assert_eq!(verdict(cast(8, 1, 0, 0)), Verdict::NotAdopted);
    assert_eq!(verdict(cast(8, 0, 0, 1)), Verdict::NotAdopted);
    assert_eq!(verdict(cast(4, 0, 5, 0)), Verdict::NotAdopted);
    assert_eq!(verdict(cast(0, 0, 0, 0)), Verdict::NotAdopted);
    assert_eq!(cast(1, 2, 0, 0).options[DISAGREE], 2);
}

#[test]
fn advice_adopts_nothing() {
    assert_eq!(advice(reached()).verdict, Verdict::FiguresOnly);
    assert_eq!(advice(missed()).verdict, Verdict::FiguresOnly);
}

fn requirements() -> impl Strategy<Value = Vec<Requirement>> {
    let bound = (0..4_u8, 0..=6_u64).prop_map(|(kind, n)| {
        let share = Share::of(n, 6).unwrap();
        match kind {
            0 => Bound::AtLeast(share),
            1 => Bound::MoreThan(share),
            2 => Bound::AtMost(share),
            _ => Bound::AtMostWeight(u128::from(n)),
        }
    });
    let base = prop_oneof![
        Just(Base::Cast),
        Just(Base::CastWithoutAbstentions),
        Just(Base::Roll),
        Just(Base::WeightCast),
    ];
    let one = (0..4_usize, bound, base)
        .prop_filter_map("refused", |(it, bound, base)| Requirement::new(it, bound, base).ok());
    proptest::collection::vec(one, 1..4)
}

proptest! {
    /// By its weight, that is: being present for a quorum is what taking part means.
    #[test]
    fn adding_an_abstention_never_adopts(
        requirements in requirements(),
        options in proptest::collection::vec(0..8_u128, 4),
        abstained in 0..8_u128,
        here in 0..40_u64,
        seed in any::<[u8; 32]>(),
        weight in 1..5_u128,
    ) {
        let before = Figures { options, abstained, blank: 0, roll: 40 };
        let after = Figures { abstained: abstained + weight, ..before.clone() };
        let quorum = quorum(Threshold::AtLeast(Share::HALF), 40, here);
        for rule in [TieRule::StatusQuo, TieRule::Lot(LotSeed(seed))] {
            let before = proposal(quorum, &requirements, &before, &rule).verdict;
            let after = proposal(quorum, &requirements, &after, &rule).verdict;
            prop_assert!(before == Verdict::Adopted || after != Verdict::Adopted);
        }
    }

    #[test]
    fn an_abstention_that_is_not_counted_for_the_quorum_never_adopts(
        requirements in requirements(),
        options in proptest::collection::vec(0..8_u128, 4),
        direct in 0..40_u64,
    ) {
        let presence = Presence { abstentions: crate::quorum::Counts::Absent, ..Presence::ALL };
        let verdict = |abstentions: u64| {
            let attendance = Attendance { direct, abstentions, ..Attendance::default() };
            let quorum =
                quorum(Threshold::AtLeast(Share::HALF), 40, present(attendance, presence));
            let abstained = u128::from(abstentions);
            let figures = Figures { options: options.clone(), abstained, blank: 0, roll: 40 };
            proposal(quorum, &requirements, &figures, &TieRule::StatusQuo).verdict
        };
        prop_assert!(verdict(0) == Verdict::Adopted || verdict(1) != Verdict::Adopted);
    }
}
