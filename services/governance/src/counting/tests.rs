//! Counting, one sentence a test; and what no order and no abstention can change.

use events::{Bound, DecisionPolicy, Icon, Quorum, QuorumSize, RankedRule, Requirement, Share};
use proptest::prelude::*;

use super::*;
use crate::decision::tests as told;
use crate::decision::tests::{ANNA, BEN, CHLOE, DAN, SEED, consent, key, majority, of};

/// Inputs of a decision under a policy, with these ballots of persons in the order of the roll.
fn inputs(policy: DecisionPolicy, ballots: &[(PersonId, Choice)]) -> Inputs {
    let state = <crate::decision::Decision as kernel::Decider>::replay(&told::opened(policy));
    let mut votes: Vec<VoterBallot> = ballots
        .iter()
        .map(|(person, choice)| VoterBallot { voter: of(*person), choice: choice.clone() })
        .collect();
    votes.sort_by_key(|ballot| ballot.voter);
    Inputs { votes: Votes::Open(votes), ..state.inputs(&told::facts()).unwrap() }
}

fn counted(inputs: &Inputs) -> Count {
    let settling = Settling { seed: Some(SEED), casting: Casting::Awaited };
    count(inputs, &settling).unwrap()
}

fn agree() -> Choice {
    told::says("agree")
}

#[test]
fn a_seed_reads_back_and_shows_itself_to_nobody() {
    assert_eq!(Seed::parse(&SEED.hex()), Some(SEED));
    assert_eq!(Seed::parse("07"), None);
    assert_eq!(Seed::parse(&"G".repeat(64)), None);
    assert_eq!(format!("{SEED:?}"), "Seed(..)");
}

#[test]
fn a_ballot_of_a_stranger_or_out_of_order_or_that_does_not_fit_is_not_counted() {
    let stranger = PersonId::new(uuid::Uuid::from_u128(0x77));
    let mut some = inputs(majority(), &[(ANNA, agree()), (stranger, agree())]);
    assert_eq!(figures_now(&some), Err(Uncountable::VoterUnknown(of(stranger))));
    some = inputs(majority(), &[(ANNA, agree()), (ANNA, agree())]);
    assert_eq!(figures_now(&some), Err(Uncountable::OutOfOrder("ballots")));
    some = inputs(majority(), &[(ANNA, told::says("oak"))]);
    let misfit = Misfit::OptionUnknown(key("oak"));
    assert_eq!(figures_now(&some), Err(Uncountable::Misfit(misfit)));
}

#[test]
fn weights_decide_and_the_quorum_counts_heads() {
    let mut heavy = inputs(majority(), &[(ANNA, agree()), (BEN, told::says("disagree"))]);
    heavy.roll[0].weight = 5;
    let Count { figures, outcome, .. } = counted(&heavy);
    assert_eq!(outcome, Outcome::Inquorate {});
    assert_eq!((figures.present_units, figures.cast_weight, figures.roll_weight), (2, 6, 9));
    heavy.terms.policy.quorum = None;
    assert_eq!(counted(&heavy).outcome, Outcome::Adopted {});
}

#[test]
fn the_quorum_says_how_many_more_are_needed() {
    let figures = figures_now(&inputs(majority(), &[(ANNA, agree())])).unwrap();
    assert_eq!(units_still_needed(&majority(), &figures), Some(2));
    let empty = nothing_cast(&majority(), 0, 0);
    assert_eq!(units_still_needed(&majority(), &empty), None);
    let none = DecisionPolicy { quorum: None, ..majority() };
    assert_eq!(units_still_needed(&none, &figures), Some(0));
}

#[test]
fn it_is_told_what_it_would_take() {
    let three = [(ANNA, agree()), (BEN, told::says("disagree")), (CHLOE, told::says("disagree"))];
    let figures = figures_now(&inputs(majority(), &three)).unwrap();
    let lacking = what_would_it_take(&majority(), &figures);
    assert_eq!((lacking.quorum_units, lacking.agreeing_weight), (Some(0), Some(2)));
    let four = [&three[..], &[(DAN, told::says("disagree"))]].concat();
    let figures = figures_now(&inputs(majority(), &four)).unwrap();
    assert_eq!(what_would_it_take(&majority(), &figures).agreeing_weight, None);
    let fresh = nothing_cast(&majority(), 9, 9);
    let lacking = what_would_it_take(&majority(), &fresh);
    assert_eq!((lacking.quorum_units, lacking.agreeing_weight), (Some(5), Some(1)));
}

#[test]
fn exactly_two_thirds_are_not_more_than_two_thirds_and_no_tie_either() {
    let two_thirds = |bound| {
        let share = Share { numerator: 2, denominator: 3 };
        let requirement = Requirement { bound, share, ..requirements::SIMPLE_MAJORITY };
        let tie = TieRule::SeededLot {};
        DecisionPolicy { requirements: vec![requirement], tie, ..majority() }
    };
    let ballots = [(ANNA, agree()), (BEN, agree()), (CHLOE, told::says("disagree"))];
    let outcome = |policy| counted(&inputs(policy, &ballots)).outcome;
    assert_eq!(outcome(two_thirds(Bound::MoreThan)), Outcome::NotAdopted {});
    assert_eq!(outcome(two_thirds(Bound::AtLeast)), Outcome::Adopted {});
}

#[test]
fn a_policy_is_not_weakened_by_a_vote_that_would_fail_it() {
    let ballots = [(ANNA, agree()), (BEN, agree()), (CHLOE, told::says("disagree"))];
    let figures = figures_now(&inputs(majority(), &ballots)).unwrap();
    assert!(adopts(&majority(), &figures));
    assert!(!adopts(&consent(), &figures));
    let consensus =
        DecisionPolicy { method: Method::Consensus {}, requirements: Vec::new(), ..majority() };
    assert!(!adopts(&consensus, &figures));
    let size = QuorumSize::Units(4);
    let quorum = majority().quorum.map(|quorum| Quorum { size, ..quorum });
    assert!(!adopts(&DecisionPolicy { quorum, ..majority() }, &figures));
    assert!(adopts(&told::secret(), &figures));
}

#[test]
fn consent_is_agreement_where_agreement_is_asked_for() {
    let consenting = [ANNA, BEN, CHLOE].map(|person| (person, told::says("consent")));
    let figures = figures_now(&inputs(consent(), &consenting)).unwrap();
    assert!(adopts(&consent(), &figures));
    assert!(adopts(&majority(), &figures));
}

#[test]
fn nobody_is_elected_without_a_vote() {
    let policy = || told::election(RankedRule::ScottishStv, 2);
    let abstaining = [ANNA, BEN, CHLOE].map(|person| (person, Choice::Abstain {}));
    assert_eq!(counted(&inputs(policy(), &abstaining)).outcome, Outcome::NotAdopted {});
    let method = Method::Choose { choices_min: 1, choices_max: 3, winners: 3 };
    let policy = DecisionPolicy { method, requirements: Vec::new(), ..majority() };
    let ash = || Choice::Options(BTreeSet::from([key("ash")]));
    let for_ash = [(ANNA, ash()), (BEN, ash()), (CHLOE, Choice::Blank {})];
    let winners = vec![key("ash")];
    assert_eq!(counted(&inputs(policy, &for_ash)).outcome, Outcome::Elected { winners });
}

#[test]
fn scores_have_a_sum_by_weight_and_an_exact_mean() {
    let method = Method::Score { score_min: 0, score_max: 5, winners: 1 };
    let policy = DecisionPolicy { method, requirements: Vec::new(), ..majority() };
    let scores = |ash, birch| Choice::Scores([(key("ash"), ash), (key("birch"), birch)].into());
    let only = |birch| Choice::Scores([(key("birch"), birch)].into());
    let ballots = [(ANNA, scores(5, 3)), (BEN, scores(2, 3)), (CHLOE, only(4))];
    let Count { figures, outcome, .. } = counted(&inputs(policy, &ballots));
    let told: Vec<_> =
        figures.options.iter().map(|it| (it.units, it.sum, it.mean.as_deref())).collect();
    let expected = [(2, Some(7), Some("7/2")), (3, Some(10), Some("10/3")), (0, Some(0), None)];
    assert_eq!(told, expected);
    assert_eq!(outcome, Outcome::Elected { winners: vec![key("birch")] });
}

#[test]
fn an_option_is_elected_only_with_the_share_that_the_policy_asks_for() {
    let method = Method::Choose { choices_min: 1, choices_max: 1, winners: 2 };
    let requirement =
        Requirement { icon: Icon::Item, bound: Bound::AtLeast, ..requirements::SIMPLE_MAJORITY };
    let policy = DecisionPolicy { method, requirements: vec![requirement], ..majority() };
    let one = |name| Choice::Options(BTreeSet::from([key(name)]));
    let ballots = [(ANNA, one("ash")), (BEN, one("ash")), (CHLOE, one("birch"))];
    let Count { figures, outcome, .. } = counted(&inputs(policy, &ballots));
    assert_eq!(outcome, Outcome::Elected { winners: vec![key("ash")] });
    assert_eq!(figures.requirements[0].weight, 1);
    assert!(!figures.requirements[0].met);
}

#[test]
fn an_election_of_one_seat_is_decided_once_the_first_is_ahead() {
    let method = Method::Choose { choices_min: 1, choices_max: 1, winners: 2 };
    let ballot_change = events::BallotChange::Never;
    let policy = DecisionPolicy { method, ballot_change, requirements: Vec::new(), ..majority() };
    let ash = || Choice::Options(BTreeSet::from([key("ash")]));
    let mut election = inputs(policy, &[(ANNA, ash()), (BEN, ash()), (CHLOE, ash())]);
    let open = early::Open { units: 2, weight: 2 };
    let decided = |inputs: &Inputs| is_decided(&inputs.terms, &figures_now(inputs).unwrap(), open);
    assert!(!decided(&election), "who is second is open");
    election.terms.seats = Some(1);
    assert!(decided(&election));
}

#[test]
fn an_agenda_is_put_in_order() {
    let mut ranked = inputs(
        told::election(RankedRule::Borda, 1),
        &[ANNA, BEN, CHLOE]
            .map(|person| (person, Choice::Ranking(vec![key("cedar"), key("ash"), key("birch")]))),
    );
    ranked.terms.subject = Subject::AgendaPrioritise;
    let order = vec![key("cedar"), key("ash"), key("birch")];
    assert_eq!(counted(&ranked).outcome, Outcome::Ranked { order });
}

#[test]
fn the_box_tells_nothing_but_how_many_voted_while_it_is_closed() {
    let votes = Votes::Sealed { voted: 3, constituencies: Vec::new() };
    let sealed = Inputs { votes, ..inputs(told::secret(), &[]) };
    let figures = figures_now(&sealed).unwrap();
    assert_eq!((figures.present_units, figures.quorate), (3, true));
    assert!(figures.options.iter().all(|option| option.units == 0));
    assert_eq!(count(&sealed, &Settling::NOTHING), Err(Uncountable::OtherSecrecy));
}

fn proposal_choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        Just(told::says("agree")),
        Just(told::says("disagree")),
        Just(told::says("block")),
        Just(Choice::Blank {}),
    ]
}

fn proposal_policy() -> impl Strategy<Value = DecisionPolicy> {
    let base = prop_oneof![
        Just(events::Base::Cast),
        Just(events::Base::CastWithoutAbstentions),
        Just(events::Base::Roll),
    ];
    let bound = prop_oneof![Just(Bound::AtLeast), Just(Bound::MoreThan), Just(Bound::AtMost)];
    let icon = prop_oneof![Just(Icon::Agree), Just(Icon::Disagree), Just(Icon::Block)];
    (base, bound, icon, 0..=4_u32, 0..=1_u32).prop_map(|(base, bound, icon, numerator, blocks)| {
        let share = Share { numerator, denominator: 4 };
        DecisionPolicy {
            method: Method::ProposalWithBlock { blocks_max: blocks },
            requirements: vec![Requirement { icon, bound, share, base }],
            tie: TieRule::SeededLot {},
            quorum: None,
            early_close: events::EarlyClose::Decided,
            ballot_change: events::BallotChange::Never,
            delegation: events::DelegationRule::None {},
            ..majority()
        }
    })
}

const VOTERS: [PersonId; 4] = [ANNA, BEN, CHLOE, DAN];

proptest! {
    #[test]
    fn an_abstention_never_adopts(
        policy in proposal_policy(),
        choices in prop::collection::vec(proposal_choice(), 0..4),
    ) {
        let ballots: Vec<_> = VOTERS.into_iter().zip(choices).collect();
        let before = counted(&inputs(policy.clone(), &ballots)).outcome;
        let abstaining = (VOTERS[ballots.len()], Choice::Abstain {});
        let after = counted(&inputs(policy, &[&ballots[..], &[abstaining]].concat())).outcome;
        if before != (Outcome::Adopted {}) {
            prop_assert_ne!(after, Outcome::Adopted {});
        }
    }

    #[test]
    fn what_is_decided_early_stays_so_whatever_is_cast_then(
        policy in proposal_policy(),
        choices in prop::collection::vec(proposal_choice(), 0..5),
        more in prop::collection::vec(prop::option::of(proposal_choice()), 4),
    ) {
        let cast: Vec<_> = VOTERS.into_iter().zip(choices).collect();
        let now = inputs(policy.clone(), &cast);
        let figures = figures_now(&now).unwrap();
        let units = figures.roll_units - u32::try_from(cast.len()).unwrap();
        let open = early::Open { units, weight: u64::from(units) };
        if is_decided(&now.terms, &figures, open) {
            let later = VOTERS.into_iter().zip(more).skip(cast.len());
            let later = later.filter_map(|(person, choice)| Some((person, choice?)));
            let all: Vec<_> = cast.into_iter().chain(later).collect();
            let then = counted(&inputs(policy, &all)).outcome;
            prop_assert_eq!(then, counted(&now).outcome);
        }
    }

    #[test]
    fn one_more_ballot_never_loses_a_quorum(
        choices in prop::collection::vec(proposal_choice(), 0..4),
        choice in proposal_choice(),
        numerator in 0..=4_u32,
    ) {
        let size = QuorumSize::ShareOfRoll(Share { numerator, denominator: 4 });
        let quorum = majority().quorum.map(|quorum| Quorum { size, ..quorum });
        let method = Method::ProposalWithBlock { blocks_max: 0 };
        let policy = DecisionPolicy { quorum, method, ..majority() };
        let ballots: Vec<_> = VOTERS.into_iter().zip(choices).collect();
        let before = figures_now(&inputs(policy.clone(), &ballots)).unwrap();
        let one_more = [&ballots[..], &[(VOTERS[ballots.len()], choice)]].concat();
        let after = figures_now(&inputs(policy, &one_more)).unwrap();
        prop_assert!(!before.quorate || after.quorate);
    }
}
