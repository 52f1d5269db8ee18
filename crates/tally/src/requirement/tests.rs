//! Requirements at, just above and just below their bounds.

use super::*;

const AGREE: usize = 0;
const BLOCK: usize = 2;

fn share(numerator: u64, denominator: u64) -> Share {
    Share::of(numerator, denominator).unwrap()
}

fn figures(options: [u128; 3], abstained: u128, blank: u128) -> Figures {
    Figures { options: options.to_vec(), abstained, blank, roll: 20 }
}

fn met(bound: Bound, base: Base, figures: &Figures) -> Met {
    Requirement::new(AGREE, bound, base).unwrap().check(figures).met
}

#[test]
fn two_thirds_of_nine_are_six() {
    let bound = Bound::AtLeast(share(2, 3));
    let cast = Base::CastWithoutAbstentions;
    assert_eq!(met(bound, cast, &figures([6, 3, 0], 5, 0)), Met::Yes);
    assert_eq!(met(bound, cast, &figures([5, 3, 0], 5, 0)), Met::No);
}

#[test]
fn exactly_half_is_not_more_than_half_but_a_tie() {
    assert_eq!(Requirement::majority(AGREE).check(&figures([3, 3, 0], 1, 0)).met, Met::Tied);
    assert_eq!(Requirement::majority(AGREE).check(&figures([4, 3, 0], 1, 0)).met, Met::Yes);
}

#[test]
fn each_base_counts_what_it_says() {
    let figures = figures([4, 2, 1], 10, 100);
    assert_eq!(figures.base(Base::Cast), 117);
    assert_eq!(figures.base(Base::CastWithoutAbstentions), 107);
    assert_eq!(figures.base(Base::WeightCast), 7);
    assert_eq!(figures.base(Base::Roll), 20);
}

#[test]
fn a_base_of_zero_meets_nothing_but_an_absolute_bound() {
    let nobody = Figures::default();
    for bound in
        [Bound::AtLeast(share(0, 1)), Bound::MoreThan(share(0, 1)), Bound::AtMost(Share::ALL)]
    {
        assert_eq!(met(bound, Base::WeightCast, &nobody), Met::No);
    }
    assert_eq!(met(Bound::AtMostWeight(0), Base::WeightCast, &nobody), Met::Yes);
}

#[test]
fn blocks_are_bounded_from_above() {
    let one = Requirement::new(BLOCK, Bound::AtMostWeight(1), Base::Cast).unwrap();
    assert_eq!(one.check(&figures([9, 0, 1], 0, 0)).met, Met::Yes);
    assert_eq!(one.check(&figures([9, 0, 2], 0, 0)).met, Met::No);
}

#[test]
fn an_upper_bound_that_abstaining_would_meet_is_refused() {
    assert_eq!(
        Requirement::new(BLOCK, Bound::AtMost(share(1, 10)), Base::Cast),
        Err(RequirementError::MetByAbstaining)
    );
}

#[test]
fn an_option_that_nobody_can_choose_has_no_weight() {
    let far = Requirement::new(7, Bound::AtLeast(share(1, 10)), Base::Roll).unwrap();
    assert_eq!(far.check(&figures([1, 1, 1], 0, 0)).weight, 0);
}

#[test]
fn the_share_is_told_exactly() {
    let check = Requirement::majority(AGREE).check(&figures([2, 1, 0], 0, 0));
    assert_eq!(check.share(), Fraction::of(2, 3));
}
