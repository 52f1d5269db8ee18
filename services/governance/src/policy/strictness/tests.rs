//! What counts as weakening, and which votes may do it, one sentence a test.

use events::{
    BallotChange, DelegationRule, Judge, MembershipClass, OptionFigures, OptionKey, Present,
    RankedRule, Secrecy,
};
use kernel::PersonId;
use proptest::prelude::*;
use uuid::Uuid;

use super::{super::fault, *};
use crate::policy::tests::{consent, election, majority};

fn share(numerator: u32, denominator: u32) -> Share {
    Share { numerator, denominator }
}

fn agreeing(bound: Bound, numerator: u32, denominator: u32, base: Base) -> DecisionPolicy {
    let share = share(numerator, denominator);
    let requirements = vec![Requirement { icon: Icon::Agree, bound, share, base }];
    DecisionPolicy { requirements, ..majority() }
}

fn two_thirds() -> DecisionPolicy {
    agreeing(Bound::AtLeast, 2, 3, Base::CastWithoutAbstentions)
}

fn three_quarters() -> DecisionPolicy {
    agreeing(Bound::AtLeast, 3, 4, Base::CastWithoutAbstentions)
}

/// Figures of a vote in which each entry weighs 1.
fn figures(roll: u32, votes: &[(Icon, u32)], abstained: u32) -> Figures {
    let options = votes
        .iter()
        .map(|(icon, units)| OptionFigures {
            option: OptionKey(standard_key(*icon).to_owned()),
            units: *units,
            weight: u64::from(*units),
            sum: None,
            mean: None,
        })
        .collect();
    let direct: u32 = votes.iter().map(|(_, units)| units).sum();
    Figures {
        roll_units: roll,
        roll_weight: u64::from(roll),
        direct_units: direct,
        delegated_units: 0,
        abstained_units: abstained,
        abstained_weight: u64::from(abstained),
        blank_units: 0,
        present_units: direct + abstained,
        quorum_units: None,
        quorate: true,
        constituencies: Vec::new(),
        cast_weight: u64::from(direct + abstained),
        options,
        requirements: Vec::new(),
        objections_standing: 0,
        rounds: Vec::new(),
    }
}

fn yes_and_no(roll: u32, agree: u32, disagree: u32) -> Figures {
    figures(roll, &[(Icon::Agree, agree), (Icon::Disagree, disagree)], 0)
}

#[track_caller]
fn stricter(before: &DecisionPolicy, after: &DecisionPolicy) {
    assert!(!weakens(before, Some(after)));
    assert!(weakens(after, Some(before)));
}

#[track_caller]
fn weaker_either_way(one: &DecisionPolicy, other: &DecisionPolicy) {
    assert!(weakens(one, Some(other)));
    assert!(weakens(other, Some(one)));
}

#[test]
fn a_policy_does_not_weaken_itself_under_another_name() {
    for policy in [majority(), consent(), election()] {
        let name = events::PolicyName("renamed".to_owned());
        assert!(!weakens(&policy, Some(&DecisionPolicy { name, ..policy.clone() })));
    }
}

#[test]
fn nothing_in_place_of_a_policy_is_weaker() {
    assert!(weakens(&majority(), None));
}

#[test]
fn more_agreement_of_more_is_stricter() {
    let base = Base::CastWithoutAbstentions;
    stricter(&two_thirds(), &three_quarters());
    stricter(&agreeing(Bound::AtLeast, 1, 2, base), &agreeing(Bound::MoreThan, 2, 4, base));
    stricter(&agreeing(Bound::MoreThan, 1, 2, base), &agreeing(Bound::AtLeast, 51, 100, base));
    stricter(&two_thirds(), &agreeing(Bound::AtLeast, 2, 3, Base::Cast));
    stricter(&two_thirds(), &agreeing(Bound::AtLeast, 2, 3, Base::Roll));
    let half_of_all = agreeing(Bound::AtLeast, 1, 2, Base::Roll);
    weaker_either_way(&two_thirds(), &half_of_all);
}

#[test]
fn another_requirement_is_stricter_and_one_fewer_is_weaker() {
    let mut more = two_thirds();
    more.requirements.push(Requirement {
        icon: Icon::Disagree,
        bound: Bound::AtMost,
        share: share(1, 10),
        base: Base::Roll,
    });
    stricter(&two_thirds(), &more);
    let mut tighter = more.clone();
    tighter.requirements[1].share = share(1, 20);
    stricter(&more, &tighter);
    tighter.requirements[1].base = Base::CastWithoutAbstentions;
    stricter(&more, &tighter);
}

#[test]
fn blocks_come_on_top_of_a_majority() {
    let by = |method| DecisionPolicy { method, ..two_thirds() };
    let (two, one) = (2, 1);
    stricter(&two_thirds(), &by(Method::ProposalWithBlock { blocks_max: two }));
    stricter(
        &by(Method::ProposalWithBlock { blocks_max: two }),
        &by(Method::ProposalWithBlock { blocks_max: one }),
    );
    stricter(&by(Method::ProposalWithBlock { blocks_max: 0 }), &by(Method::Consensus {}));
    stricter(&two_thirds(), &by(Method::Consensus {}));
}

#[test]
fn consent_and_majority_cannot_be_compared() {
    let consent = DecisionPolicy { requirements: Vec::new(), ..consent() };
    let majority = DecisionPolicy { quorum: consent.quorum, ..majority() };
    weaker_either_way(&consent, &majority);
}

#[test]
fn fewer_standing_objections_are_stricter_and_another_judge_is_weaker() {
    let bearing = |standing_max, judge| DecisionPolicy {
        objections: Some(Objections { judge, standing_max }),
        ..consent()
    };
    stricter(&bearing(1, Judge::RollMember {}), &bearing(0, Judge::RollMember {}));
    let role = Judge::Role(events::RoleName("facilitator".to_owned()));
    weaker_either_way(&bearing(0, Judge::RollMember {}), &bearing(0, role));
}

#[test]
fn a_higher_quorum_is_stricter() {
    let asking = |size, bound, counts| DecisionPolicy {
        quorum: Some(Quorum { size, bound, counts }),
        ..majority()
    };
    let all = Present { abstentions: true, blanks: true, delegated: true };
    let of_roll = |a, b| QuorumSize::ShareOfRoll(share(a, b));
    let half = asking(of_roll(1, 2), Bound::AtLeast, all);
    let none = DecisionPolicy { quorum: None, extension: None, ..majority() };
    let extension = None;
    stricter(&none, &DecisionPolicy { extension, ..half.clone() });
    stricter(&half, &asking(of_roll(2, 4), Bound::MoreThan, all));
    stricter(&half, &asking(of_roll(2, 3), Bound::AtLeast, all));
    stricter(&half, &asking(of_roll(1, 2), Bound::AtLeast, Present { blanks: false, ..all }));
    let five = asking(QuorumSize::Units(5), Bound::AtLeast, all);
    stricter(&five, &asking(QuorumSize::Units(6), Bound::AtLeast, all));
    stricter(&five, &asking(QuorumSize::Units(5), Bound::MoreThan, all));
    assert!(!weakens(&five, Some(&asking(QuorumSize::Units(4), Bound::MoreThan, all))));
    weaker_either_way(&half, &five);
}

/// As many founders as members voted, or only founders.
fn in_parts(quorate: [bool; 2]) -> Figures {
    let part = |(name, quorate): (&str, bool)| events::ConstituencyFigures {
        constituency: Some(events::Constituency(name.to_owned())),
        roll_units: 4,
        present_units: Some(if quorate { 4 } else { 0 }),
        quorum_units: 2,
        quorate,
    };
    let constituencies = ["founder", "member"].into_iter().zip(quorate).map(part).collect();
    Figures { constituencies, ..yes_and_no(8, 7, 1) }
}

#[test]
fn a_quorum_of_each_constituency_is_stricter_than_one_of_the_whole_roll() {
    let counts = Present { abstentions: true, blanks: true, delegated: true };
    let asking = |size| DecisionPolicy {
        quorum: Some(Quorum { size, bound: Bound::AtLeast, counts }),
        ..majority()
    };
    let whole = asking(QuorumSize::ShareOfRoll(share(1, 2)));
    let each = asking(QuorumSize::ShareOfEach(share(1, 2)));
    stricter(&whole, &each);
    stricter(&each, &asking(QuorumSize::ShareOfEach(share(2, 3))));
    weaker_either_way(&asking(QuorumSize::ShareOfRoll(share(2, 3))), &each);
    weaker_either_way(&asking(QuorumSize::Units(2)), &each);

    // A vote that was not asked for so much of each does not satisfy it.
    assert!(satisfies(&each, &each, &in_parts([true, true])));
    assert!(!satisfies(&each, &whole, &in_parts([true, true])));
    assert!(!satisfies(
        &each,
        &asking(QuorumSize::ShareOfEach(share(1, 3))),
        &in_parts([true, true])
    ));
    let more = asking(QuorumSize::ShareOfEach(share(2, 3)));
    assert!(satisfies(&each, &more, &in_parts([true, true])));
    assert!(!satisfies(&each, &more, &in_parts([true, false])));
    assert!(satisfies(&whole, &each, &in_parts([true, true])));
}

#[test]
fn changing_who_decides_is_weaker_either_way() {
    let mut founders = majority();
    founders.electorate.classes = BTreeSet::from([MembershipClass::Founder]);
    weaker_either_way(&majority(), &founders);
    let mut organisations = majority();
    organisations.electorate.unit = RollUnit::Organisation {};
    weaker_either_way(&majority(), &organisations);
    let weighing = |weights: &[(u128, u32)]| {
        let weight = |(id, weight): &(u128, u32)| Weight {
            party: Party::Person(PersonId::new(Uuid::from_u128(*id))),
            weight: *weight,
            constituency: None,
        };
        let mut policy = majority();
        policy.electorate.unit =
            RollUnit::Weighted { weights: weights.iter().map(weight).collect() };
        policy
    };
    weaker_either_way(&weighing(&[(1, 1), (2, 1)]), &weighing(&[(1, 1), (2, 2)]));
    let mut parted = weighing(&[(1, 1), (2, 1)]);
    if let RollUnit::Weighted { weights } = &mut parted.electorate.unit {
        weights[0].constituency = Some(events::Constituency("owners".to_owned()));
    }
    weaker_either_way(&weighing(&[(1, 1), (2, 1)]), &parted);
    assert!(!weakens(&weighing(&[(1, 1), (2, 2)]), Some(&weighing(&[(2, 2), (1, 1)]))));
}

#[test]
fn changing_the_rights_of_voters_is_weaker_either_way() {
    let (secrecy, ballot_change) = (Secrecy::OpenAfterClose, BallotChange::Never);
    let results = events::ResultsShown::AfterClose;
    let delegation = DelegationRule::SingleStep { carried_max: None };
    let proposer_roles = BTreeSet::from([events::RoleName("coordinator".to_owned())]);
    for changed in [
        DecisionPolicy { secrecy, ..majority() },
        DecisionPolicy { results, ..majority() },
        DecisionPolicy { ballot_change, ..majority() },
        DecisionPolicy { delegation, ..majority() },
        DecisionPolicy { proposer_roles, ..majority() },
        DecisionPolicy { reasons: events::Reasons::Required, ..majority() },
        DecisionPolicy { leavers: events::Leavers::Keep, ..majority() },
        DecisionPolicy { roll_moment: events::RollMoment::Opening, ..majority() },
        DecisionPolicy { sunset_after_days: Some(30), ..majority() },
    ] {
        weaker_either_way(&majority(), &changed);
    }
}

#[test]
fn more_time_more_sponsors_and_fewer_second_chances_are_stricter() {
    let window = VotingWindow { hours_min: 100, hours_max: 600 };
    let twice = Extension { times_max: 2, hours: 24, if_inquorate: true, if_tied: false };
    let extended = DecisionPolicy { extension: Some(twice), ..majority() };
    let once = Extension { times_max: 1, ..twice };
    let challenged = |window_hours| DecisionPolicy {
        challenges: Some(Challenges { window_hours, judge: Judge::RollMember {} }),
        ..majority()
    };
    let lot = DecisionPolicy { tie: TieRule::SeededLot {}, ..majority() };
    for (before, after) in [
        (majority(), DecisionPolicy { window, ..majority() }),
        (majority(), DecisionPolicy { sponsors_min: 5, ..majority() }),
        (majority(), DecisionPolicy { discussion_hours_min: 500, ..majority() }),
        (majority(), DecisionPolicy { repeat_after_days: 500, ..majority() }),
        (majority(), DecisionPolicy { extension: None, ..majority() }),
        (extended.clone(), DecisionPolicy { extension: Some(once), ..majority() }),
        (majority(), DecisionPolicy { early_close: EarlyClose::Never, ..majority() }),
        (lot, majority()),
        (majority(), challenged(24)),
        (challenged(24), challenged(25)),
        (majority(), DecisionPolicy { review_after_days: Some(10), ..majority() }),
    ] {
        stricter(&before, &after);
    }
}

#[test]
fn a_vote_held_elsewhere_is_neither_stricter_nor_laxer_than_one_held_here() {
    let held = |system: &str| events::HeldElsewhere {
        system: system.to_owned(),
        reported_by: events::RoleName("coordinator".to_owned()),
        report_hours: 48,
    };
    let away = |system| DecisionPolicy { elsewhere: Some(held(system)), ..election() };
    weaker_either_way(&election(), &away("proofs"));
    weaker_either_way(&away("proofs"), &away("none"));
}

#[test]
fn an_election_is_as_strict_as_itself_only() {
    let method = Method::Ranked { rule: RankedRule::MeekStv, seats: 3, ranks_max: None };
    weaker_either_way(&election(), &DecisionPolicy { method, ..election() });
}

#[test]
fn a_vote_that_misses_the_share_does_not_satisfy() {
    let lax = majority();
    assert!(!satisfies(&two_thirds(), &lax, &yes_and_no(30, 13, 7)));
    assert!(satisfies(&two_thirds(), &lax, &yes_and_no(30, 14, 7)));
}

#[test]
fn a_vote_that_misses_the_quorum_does_not_satisfy() {
    let mut strict = majority();
    strict.quorum =
        strict.quorum.map(|quorum| Quorum { size: QuorumSize::ShareOfRoll(share(1, 2)), ..quorum });
    assert!(!satisfies(&strict, &majority(), &yes_and_no(30, 14, 0)));
    assert!(satisfies(&strict, &majority(), &yes_and_no(30, 15, 0)));
}

#[test]
fn what_was_adopted_under_the_same_rule_satisfies_it_by_a_casting_vote_too() {
    assert!(satisfies(&majority(), &majority(), &yes_and_no(30, 10, 10)));
}

#[test]
fn a_vote_of_other_people_does_not_satisfy() {
    let mut organisations = majority();
    organisations.electorate.unit = RollUnit::Organisation {};
    assert!(!satisfies(&majority(), &organisations, &yes_and_no(30, 29, 1)));
    assert!(!satisfies(&majority(), &organisations, &yes_and_no(30, 30, 0)));
}

#[test]
fn a_majority_does_not_stand_for_consent() {
    let decided = DecisionPolicy { quorum: consent().quorum, ..majority() };
    assert!(!satisfies(&consent(), &decided, &yes_and_no(30, 29, 0)));
}

#[test]
fn consent_before_another_judge_does_not_stand_for_consent() {
    let judge = Judge::Role(events::RoleName("facilitator".to_owned()));
    let objections = Some(Objections { judge, standing_max: 1 });
    let decided = DecisionPolicy { objections, ..consent() };
    assert!(!satisfies(&consent(), &decided, &figures(10, &[(Icon::Consent, 9)], 0)));
}

#[test]
fn consent_with_an_objection_does_not_stand_for_consent_without() {
    let objections = Some(Objections { judge: Judge::RollMember {}, standing_max: 1 });
    let decided = DecisionPolicy { objections, ..consent() };
    let clear = figures(10, &[(Icon::Consent, 9)], 0);
    assert!(satisfies(&consent(), &decided, &clear));
    let objected = Figures { objections_standing: 1, ..clear };
    assert!(!satisfies(&consent(), &decided, &objected));
}

#[test]
fn consent_counts_as_agreement_but_not_as_the_absence_of_blocks() {
    let consenting = figures(30, &[(Icon::Consent, 20)], 0);
    assert!(satisfies(&two_thirds(), &consent(), &consenting));
    let method = Method::ProposalWithBlock { blocks_max: 0 };
    let blockable = DecisionPolicy { method, ..two_thirds() };
    assert!(!satisfies(&blockable, &consent(), &consenting));
}

#[test]
fn a_vote_in_which_nobody_could_block_does_not_stand_for_one_in_which_they_could() {
    let method = Method::ProposalWithBlock { blocks_max: 0 };
    let blockable = DecisionPolicy { method, ..majority() };
    assert!(!satisfies(&blockable, &majority(), &yes_and_no(30, 29, 0)));
}

#[test]
fn a_policy_that_elects_demands_its_quorum() {
    assert!(!satisfies(&election(), &majority(), &yes_and_no(30, 14, 0)));
    assert!(satisfies(&election(), &majority(), &yes_and_no(30, 15, 0)));
}

#[test]
fn everybody_together_can_change_anything() {
    for policy in [consent(), election(), two_thirds()] {
        assert!(satisfies(&policy, &majority(), &yes_and_no(30, 30, 0)));
    }
    let all = figures(30, &[(Icon::Consent, 30)], 0);
    let consensus = DecisionPolicy { method: Method::Consensus {}, ..two_thirds() };
    assert!(satisfies(&consensus, &consent(), &all));
    let objected = Figures { objections_standing: 1, ..all };
    assert!(!satisfies(&consensus, &consent(), &objected));
}

#[test]
fn an_empty_roll_is_not_everybody() {
    assert!(!satisfies(&consent(), &majority(), &yes_and_no(0, 0, 0)));
}

fn any_share() -> impl Strategy<Value = Share> {
    (0..=6u32, 1..=6u32).prop_map(|(numerator, denominator)| share(numerator, denominator))
}

fn any_bound() -> impl Strategy<Value = Bound> {
    prop_oneof![Just(Bound::AtLeast), Just(Bound::MoreThan), Just(Bound::AtMost)]
}

fn any_quorum() -> impl Strategy<Value = Option<Quorum>> {
    let size = prop_oneof![
        any_share().prop_map(QuorumSize::ShareOfRoll),
        (0..8u32).prop_map(QuorumSize::Units),
    ];
    let counts = any::<(bool, bool, bool)>().prop_map(|(abstentions, blanks, delegated)| Present {
        abstentions,
        blanks,
        delegated,
    });
    proptest::option::of((size, any_bound(), counts).prop_map(|(size, bound, counts)| Quorum {
        size,
        bound,
        counts,
    }))
}

fn any_requirements() -> impl Strategy<Value = Vec<Requirement>> {
    let icon = prop_oneof![Just(Icon::Agree), Just(Icon::Disagree), Just(Icon::Block)];
    let base = prop_oneof![Just(Base::Cast), Just(Base::CastWithoutAbstentions), Just(Base::Roll)];
    let requirement = (icon, any_bound(), any_share(), base)
        .prop_map(|(icon, bound, share, base)| Requirement { icon, bound, share, base });
    proptest::collection::vec(requirement, 0..3)
}

/// A policy without a fault that says yes or no, and how many more hours and sponsors than usual.
fn any_policy() -> impl Strategy<Value = DecisionPolicy> {
    let method = prop_oneof![
        Just(Method::Majority {}),
        (0..4u32).prop_map(|blocks_max| Method::ProposalWithBlock { blocks_max }),
        Just(Method::Consensus {}),
        Just(Method::Consent {}),
    ];
    (method, any_quorum(), any_requirements(), 0..3u32, 0..3u32).prop_filter_map(
        "contradicts itself",
        |(method, quorum, requirements, standing_max, sponsors_min)| {
            let consent = method == Method::Consent {};
            let policy = DecisionPolicy {
                requirements: if consent { Vec::new() } else { requirements },
                objections: consent
                    .then_some(Objections { judge: Judge::RollMember {}, standing_max }),
                method,
                quorum,
                sponsors_min,
                extension: None,
                ..majority()
            };
            fault(&policy, &BTreeSet::new()).is_none().then_some(policy)
        },
    )
}

fn any_figures() -> impl Strategy<Value = Figures> {
    let votes = (0..8u32, 0..4u32, 0..3u32, 0..3u32);
    (votes, 0..4u32, 0..6u32, 0..3u32).prop_map(
        |((agree, disagree, aside, block), abstained, silent, objections_standing)| {
            let votes = [
                (Icon::Agree, agree),
                (Icon::Disagree, disagree),
                (Icon::StandAside, aside),
                (Icon::Block, block),
            ];
            let roll = agree + disagree + aside + block + abstained + silent;
            Figures { objections_standing, ..figures(roll, &votes, abstained) }
        },
    )
}

/// Two policies that differ in some of what adopts a proposal.
fn two_alike() -> impl Strategy<Value = (DecisionPolicy, DecisionPolicy)> {
    (any_policy(), any_policy(), any::<[bool; 3]>()).prop_filter_map(
        "contradicts itself",
        |(one, other, [method, quorum, requirements])| {
            let mut mixed = one.clone();
            if method {
                mixed.method = other.method;
                mixed.objections = other.objections;
            }
            if quorum {
                mixed.quorum = other.quorum;
            }
            if requirements {
                mixed.requirements = other.requirements;
            }
            fault(&mixed, &BTreeSet::new()).is_none().then_some((one, mixed))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn what_satisfies_the_stricter_policy_satisfies_the_laxer_one(
        (before, after) in two_alike(), figures in any_figures(),
    ) {
        if !weakens(&before, Some(&after)) && adopts(&after, &figures) {
            prop_assert!(adopts(&before, &figures));
        }
    }

    #[test]
    fn no_policy_weakens_itself(policy in any_policy()) {
        prop_assert!(!weakens(&policy, Some(&policy)));
    }

    #[test]
    fn small_steps_do_not_add_up_to_weakening(
        first in any_policy(), second in any_policy(), third in any_policy(),
    ) {
        if !weakens(&first, Some(&second)) && !weakens(&second, Some(&third)) {
            prop_assert!(!weakens(&first, Some(&third)));
        }
    }

    #[test]
    fn raising_the_share_never_weakens(
        policy in any_policy(), numerator in 1..50u32, more in 0..50u32,
    ) {
        let with = |numerator: u32| {
            let mut policy = policy.clone();
            for requirement in &mut policy.requirements {
                if requirement.icon == Icon::Agree {
                    requirement.share = share(numerator, 100);
                }
            }
            policy
        };
        prop_assert!(!weakens(&with(numerator), Some(&with(numerator + more))));
    }
}

#[test]
fn a_hasty_vote_does_not_satisfy_a_policy_that_asks_for_time() {
    let slow = DecisionPolicy { discussion_hours_min: 168, ..two_thirds() };
    let window = VotingWindow { hours_min: two_thirds().window.hours_min + 1, ..slow.window };
    for slow in [slow.clone(), DecisionPolicy { window, ..two_thirds() }] {
        let enough = yes_and_no(30, 20, 5);
        assert!(!satisfies(&slow, &two_thirds(), &enough));
        assert!(satisfies(&slow, &slow, &enough));
        assert!(satisfies(&two_thirds(), &slow, &enough));
        assert!(satisfies(&slow, &two_thirds(), &yes_and_no(30, 30, 0)), "nobody was outvoted");
    }
}
