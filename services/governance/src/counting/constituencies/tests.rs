//! A quorum in each part of a roll, one sentence a test.

use events::{AlikeBallots, Choice, Figures, Outcome, Quorum, Secrecy, Share};
use kernel::PersonId;
use proptest::prelude::*;

use super::*;
use crate::{
    counting::{
        Inputs, Settling, Uncountable, VoterBallot, Votes, adopts, count, figures_now, is_decided,
        units_still_needed,
    },
    decision::tests as told,
    decision::tests::{ANNA, BEN, CHLOE, DAN, majority, of},
};

/// A policy that asks for so much of each constituency.
fn asking(numerator: u32, denominator: u32) -> DecisionPolicy {
    let size = QuorumSize::ShareOfEach(Share { numerator, denominator });
    let quorum = majority().quorum.map(|quorum| Quorum { size, ..quorum });
    DecisionPolicy { quorum, ..majority() }
}

#[expect(clippy::unnecessary_wraps, reason = "an entry may belong to none")]
fn named(name: &str) -> Option<Constituency> {
    Some(Constituency(name.to_owned()))
}

/// Anna, Ben and Chloe are owners, Dan is a tenant; the bakery is neither.
fn of_whom(party: Party) -> Option<Constituency> {
    match party {
        Party::Person(person) if person == DAN => named("tenants"),
        Party::Person(_) => named("owners"),
        Party::Organisation(_) => None,
    }
}

fn inputs(policy: DecisionPolicy, votes: Votes) -> Inputs {
    let state = <crate::decision::Decision as kernel::Decider>::replay(&told::opened(policy));
    let mut inputs = Inputs { votes, ..state.inputs(&told::facts()).unwrap() };
    for entry in &mut inputs.roll {
        entry.constituency = of_whom(entry.party);
    }
    inputs
}

fn openly(ballots: &[(Party, Choice)]) -> Votes {
    let ballot =
        |(voter, choice): &(Party, Choice)| VoterBallot { voter: *voter, choice: choice.clone() };
    let mut ballots: Vec<VoterBallot> = ballots.iter().map(ballot).collect();
    ballots.sort_by_key(|ballot| ballot.voter);
    Votes::Open(ballots)
}

fn persons(persons: &[PersonId]) -> Vec<(Party, Choice)> {
    persons.iter().map(|person| (of(*person), told::says("agree"))).collect()
}

const BAKERY: Party = Party::Organisation(told::BAKERY);

#[test]
fn enough_of_the_whole_are_too_few_when_one_constituency_is_short() {
    let three = inputs(asking(1, 2), openly(&persons(&[ANNA, BEN, CHLOE])));
    let counted = count(&three, &Settling::NOTHING).unwrap();
    assert_eq!(counted.outcome, Outcome::Inquorate {});
    let Figures { present_units, quorum_units, quorate, .. } = counted.figures;
    assert_eq!((present_units, quorum_units, quorate), (3, Some(2 + 1 + 1), false));
    let each: Vec<_> = counted
        .figures
        .constituencies
        .iter()
        .map(|it| {
            (it.constituency.clone(), it.roll_units, it.present_units, it.quorum_units, it.quorate)
        })
        .collect();
    let expected = [
        (None, 1, Some(0), 1, false),
        (named("owners"), 3, Some(3), 2, true),
        (named("tenants"), 1, Some(0), 1, false),
    ];
    assert_eq!(each, expected);
    let all = [persons(&[ANNA, BEN, DAN]), vec![(BAKERY, Choice::Abstain {})]].concat();
    let counted = count(&inputs(asking(1, 2), openly(&all)), &Settling::NOTHING).unwrap();
    assert_eq!(counted.outcome, Outcome::Adopted {});
}

#[test]
fn what_is_missing_is_the_sum_of_what_each_lacks() {
    let figures = figures_now(&inputs(asking(1, 2), openly(&persons(&[ANNA])))).unwrap();
    assert_eq!(units_still_needed(&asking(1, 2), &figures), Some(1 + 1 + 1));
    let nobody = figures_now(&inputs(asking(1, 1), openly(&[]))).unwrap();
    assert_eq!(units_still_needed(&asking(1, 1), &nobody), Some(5));
}

#[test]
fn a_constituency_whose_entries_do_not_count_is_none() {
    let mut short = inputs(asking(1, 2), openly(&persons(&[ANNA, BEN, DAN])));
    assert_eq!(count(&short, &Settling::NOTHING).unwrap().outcome, Outcome::Inquorate {});
    short.conflicts = BTreeSet::from([BAKERY]);
    assert_eq!(count(&short, &Settling::NOTHING).unwrap().outcome, Outcome::Adopted {});
    short.void = short.roll.iter().map(|entry| entry.party).collect();
    assert_eq!(count(&short, &Settling::NOTHING).unwrap().outcome, Outcome::Inquorate {});
}

#[test]
fn a_lent_vote_is_present_where_it_was_lent_from() {
    let mut lending = inputs(asking(1, 2), openly(&persons(&[ANNA, BEN])));
    lending.lent = vec![told::lent(DAN, ANNA, 1)];
    lending.conflicts = BTreeSet::from([BAKERY]);
    assert!(count(&lending, &Settling::NOTHING).unwrap().figures.quorate);
    let mut direct = lending.clone();
    direct.terms.policy.quorum.as_mut().unwrap().counts.delegated = false;
    assert!(!count(&direct, &Settling::NOTHING).unwrap().figures.quorate);
}

#[test]
fn a_quorum_of_the_whole_splits_nothing_and_hashes_as_it_always_did() {
    let plain = inputs(majority(), openly(&persons(&[ANNA, BEN, CHLOE])));
    let figures = count(&plain, &Settling::NOTHING).unwrap().figures;
    assert_eq!(figures.constituencies, []);
    let json = crate::canonical::json(&figures).unwrap();
    assert!(!String::from_utf8(json).unwrap().contains("constituenc"));
    assert!(!are_asked(&majority()) && are_asked(&asking(1, 2)));
    let roll = crate::canonical::json(&told::roll()).unwrap();
    assert!(!String::from_utf8(roll).unwrap().contains("constituenc"));
}

#[test]
fn figures_without_constituencies_never_adopt_under_a_quorum_of_each() {
    let whole =
        count(&inputs(majority(), openly(&persons(&[ANNA, BEN, CHLOE]))), &Settling::NOTHING);
    let figures = whole.unwrap().figures;
    assert!(adopts(&majority(), &figures));
    assert!(!adopts(&asking(1, 5), &figures));
}

fn secret() -> DecisionPolicy {
    DecisionPolicy { secrecy: Secrecy::Secret, ..asking(1, 2) }
}

fn turnout(each: [Option<u32>; 3], quorate: [bool; 3]) -> Vec<ConstituencyTurnout> {
    let names = [None, named("owners"), named("tenants")];
    let all = names.into_iter().zip(each).zip(quorate);
    all.map(|((constituency, voted), quorate)| ConstituencyTurnout { constituency, voted, quorate })
        .collect()
}

fn boxed(voted: u32, constituencies: Vec<ConstituencyTurnout>) -> Inputs {
    let choice = told::says("agree");
    let ballots = vec![AlikeBallots { choice, weight: 1, count: voted }];
    inputs(secret(), Votes::Secret { ballots, voted, constituencies })
}

#[test]
fn a_secret_vote_tells_of_each_constituency_or_only_whether_each_had_enough() {
    let numbers = boxed(4, turnout([Some(1), Some(2), Some(1)], [true; 3]));
    assert_eq!(count(&numbers, &Settling::NOTHING).unwrap().outcome, Outcome::Adopted {});
    let hidden = boxed(4, turnout([None; 3], [true; 3]));
    let figures = count(&hidden, &Settling::NOTHING).unwrap().figures;
    assert!(figures.quorate && figures.constituencies.iter().all(|it| it.present_units.is_none()));
    let short = boxed(3, turnout([None; 3], [false; 3]));
    let counted = count(&short, &Settling::NOTHING).unwrap();
    assert_eq!(counted.outcome, Outcome::Inquorate {});
    assert_eq!(units_still_needed(&secret(), &counted.figures), None, "it would tell how many");
}

#[test]
fn a_turnout_that_cannot_be_is_not_counted() {
    let refused = |voted, constituencies| {
        let error = count(&boxed(voted, constituencies), &Settling::NOTHING).unwrap_err();
        assert_eq!(error, Uncountable::ConstituenciesMismatch);
    };
    refused(4, vec![]);
    refused(4, turnout([Some(1), Some(2), Some(0)], [true, true, false]));
    refused(4, turnout([Some(1), Some(2), Some(1)], [true, true, false]));
    refused(5, turnout([Some(2), Some(2), Some(1)], [true; 3]));
    refused(3, turnout([None; 3], [true; 3]));
    refused(3, turnout([None; 3], [false, true, true]));
    refused(4, turnout([Some(1), None, Some(1)], [true; 3]));
    refused(5, turnout([None; 3], [false; 3]));
    let mut renamed = turnout([None; 3], [true; 3]);
    renamed[1].constituency = named("landlords");
    refused(4, renamed);
}

#[test]
fn numbers_are_told_only_where_every_constituency_has_enough_of_them() {
    let roll: Vec<RollEntry> = inputs(secret(), openly(&[])).roll;
    let told = |voters: &[Party], floor: u32| {
        let voters = voters.iter().copied().collect();
        let split = Constituencies::by_voters(&secret(), &roll, &voters).unwrap();
        let told = split.told(|voted, needed, _| needed.max(floor) <= voted);
        told.into_iter().map(|it| (it.voted, it.quorate)).collect::<Vec<_>>()
    };
    let four = [of(ANNA), of(BEN), of(DAN), BAKERY];
    assert_eq!(told(&four, 1), [(Some(1), true), (Some(2), true), (Some(1), true)]);
    assert_eq!(told(&four, 2), [(None, true), (None, true), (None, true)]);
    assert_eq!(told(&four[..3], 1), [(None, false); 3], "which has too few would tell who voted");
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![Just(told::says("agree")), Just(told::says("disagree")), Just(Choice::Blank {})]
}

const VOTERS: [PersonId; 4] = [ANNA, BEN, CHLOE, DAN];

/// The first so many of the voters, with their choices.
fn some(choices: Vec<Choice>) -> Vec<(Party, Choice)> {
    VOTERS.map(of).into_iter().zip(choices).collect()
}

proptest! {
    #[test]
    fn one_more_ballot_never_loses_the_quorum_of_each(
        choices in prop::collection::vec(choice(), 0..4), more in choice(), numerator in 1..=4_u32,
    ) {
        let figures = |ballots: &[(Party, Choice)]| {
            figures_now(&inputs(asking(numerator, 4), openly(ballots))).unwrap()
        };
        let ballots = some(choices);
        let before = figures(&ballots);
        let after = figures(&[&ballots[..], &[(of(VOTERS[ballots.len()]), more)]].concat());
        prop_assert!(!before.quorate || after.quorate);
        let needed = |figures| units_still_needed(&asking(numerator, 4), figures);
        prop_assert!(needed(&after) <= needed(&before));
    }

    #[test]
    fn an_abstention_that_is_no_presence_never_adopts(
        choices in prop::collection::vec(choice(), 0..4), numerator in 1..=4_u32,
    ) {
        let mut policy = asking(numerator, 4);
        policy.quorum.as_mut().unwrap().counts.abstentions = false;
        let outcome = |ballots: &[(Party, Choice)]| {
            let inputs = inputs(policy.clone(), openly(ballots));
            count(&inputs, &Settling::NOTHING).unwrap().outcome
        };
        let ballots = some(choices);
        let abstaining = (of(VOTERS[ballots.len()]), Choice::Abstain {});
        let after = outcome(&[&ballots[..], &[abstaining]].concat());
        if outcome(&ballots) != (Outcome::Adopted {}) {
            prop_assert_ne!(after, Outcome::Adopted {});
        }
    }

    #[test]
    fn what_is_decided_early_stays_so_under_a_quorum_of_each(
        choices in prop::collection::vec(choice(), 0..5),
        more in prop::collection::vec(prop::option::of(choice()), 4),
        bakery in prop::option::of(choice()),
        numerator in 1..=4_u32,
    ) {
        let policy = DecisionPolicy {
            ballot_change: events::BallotChange::Never,
            delegation: events::DelegationRule::None {},
            ..asking(numerator, 4)
        };
        let cast = some(choices);
        let now = inputs(policy.clone(), openly(&cast));
        let figures = figures_now(&now).unwrap();
        let units = figures.roll_units - u32::try_from(cast.len()).unwrap();
        let open = crate::counting::early::Open { units, weight: u64::from(units) };
        if is_decided(&now.terms, &figures, open) {
            let later = VOTERS.map(of).into_iter().zip(more).skip(cast.len());
            let later = later.chain([(BAKERY, bakery)]);
            let later = later.filter_map(|(party, choice)| Some((party, choice?)));
            let all: Vec<_> = cast.into_iter().chain(later).collect();
            let then = count(&inputs(policy, openly(&all)), &Settling::NOTHING).unwrap().outcome;
            prop_assert_eq!(then, count(&now, &Settling::NOTHING).unwrap().outcome);
        }
    }
}
