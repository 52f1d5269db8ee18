//! Prospects, one sentence a test; and that what is told of assumed votes is what the count decides.

use std::collections::BTreeSet;

use events::{
    AlikeBallots, Base, Bound, DelegationRule, Judge, Leavers, Objections, Outcome, Present,
    Quorum, QuorumSize, Reasons, Requirement, ResultsShown, Secrecy, Share, TieRule, Validity,
    Weight,
};
use kernel::{Decider as _, Party, PersonId};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    counting::{
        Casting, Inputs, Raised, Settling, Standing, VoterBallot, Votes, count, figures_now,
        options_for,
    },
    decision::{
        Decision,
        tests::{self as told, SEED, consent, majority},
    },
    policy::fault,
};

fn person(number: usize) -> Party {
    Party::Person(PersonId::new(Uuid::from_u128(0x1000 + number as u128)))
}

fn named(constituency: &str) -> Option<Constituency> {
    (!constituency.is_empty()).then(|| Constituency(constituency.to_owned()))
}

/// A roll of persons.
fn of(units: u32) -> Vec<AssumedPart> {
    vec![AssumedPart { constituency: None, units, weight: None }]
}

fn some(says: Says, units: u32) -> AssumedVotes {
    AssumedVotes { says, constituency: None, units, weight: None }
}

fn icon(icon: Icon, units: u32) -> AssumedVotes {
    some(Says::Option(icon), units)
}

fn votes(votes: &[AssumedVotes]) -> Assumed {
    Assumed { votes: votes.to_vec(), objections: 0 }
}

fn told(
    policy: &DecisionPolicy,
    roll: &[AssumedPart],
    assumed: &Assumed,
) -> Result<Prospect, Contradiction> {
    prospect(policy, &AssumedRoll::of_parts(policy, roll)?, assumed)
}

fn lacks(
    quorum_units: Option<u32>,
    agreeing_weight: Option<u64>,
    opposed_units: u32,
    objections: u32,
) -> Lacking {
    Lacking { quorum_units, agreeing_weight, opposed_units, objections }
}

/// A table of one row for each, with the weight and the constituency that it says.
fn weighted(rows: &[(u32, &str)]) -> DecisionPolicy {
    let row = |(index, (weight, constituency)): (usize, &(u32, &str))| Weight {
        party: person(index),
        weight: *weight,
        constituency: named(constituency),
    };
    let mut policy = DecisionPolicy { delegation: DelegationRule::None {}, ..majority() };
    let weights = rows.iter().enumerate().map(row).collect();
    policy.electorate.unit = RollUnit::Weighted { weights };
    policy
}

/// The roll that a table makes of all who stand in it.
fn entries(policy: &DecisionPolicy) -> Vec<RollEntry> {
    let RollUnit::Weighted { weights } = &policy.electorate.unit else { panic!("no table") };
    let entry = |row: &Weight| RollEntry {
        party: row.party,
        weight: row.weight,
        representative: None,
        constituency: row.constituency.clone().filter(|_| are_asked(policy)),
    };
    weights.iter().map(entry).collect()
}

fn half_of_each() -> QuorumSize {
    QuorumSize::ShareOfEach(Share { numerator: 1, denominator: 2 })
}

fn with_quorum(size: QuorumSize, policy: DecisionPolicy) -> DecisionPolicy {
    let quorum = policy.quorum.map(|quorum| Quorum { size, ..quorum });
    DecisionPolicy { quorum, ..policy }
}

#[test]
fn before_anything_is_called_twenty_three_members_learn_what_it_would_take() {
    let nothing = told(&majority(), &of(23), &Assumed::default()).unwrap();
    assert_eq!((nothing.figures.roll_units, nothing.figures.roll_weight), (23, 23));
    assert_eq!(nothing.figures.quorum_units, Some(12));
    assert_eq!((nothing.upshot, nothing.quorum_units_missing), (Upshot::Inquorate, Some(12)));
    assert_eq!(nothing.lacking, Some(lacks(Some(12), Some(1), 0, 0)));

    let split = [icon(Icon::Agree, 4), icon(Icon::Disagree, 6), some(Says::Abstain, 1)];
    let short = told(&majority(), &of(23), &votes(&split)).unwrap();
    assert_eq!(
        (short.upshot, short.lacking),
        (Upshot::Inquorate, Some(lacks(Some(1), Some(3), 0, 0)))
    );
    let requirement = &short.figures.requirements[0];
    assert_eq!((requirement.weight, requirement.base, requirement.met), (4, 10, false));

    let even = [icon(Icon::Agree, 6), icon(Icon::Disagree, 6), some(Says::Blank, 0)];
    let even = told(&majority(), &of(23), &votes(&even)).unwrap();
    assert_eq!((even.upshot, even.lacking), (Upshot::Tied, Some(lacks(Some(0), Some(1), 0, 0))));
    let lost = [icon(Icon::Agree, 1), icon(Icon::Disagree, 12)];
    let lost = told(&majority(), &of(23), &votes(&lost)).unwrap();
    assert_eq!((lost.upshot, lost.lacking), (Upshot::NotAdopted, Some(lacks(Some(0), None, 0, 0))));
    let won = [icon(Icon::Agree, 7), icon(Icon::Disagree, 6)];
    let won = told(&majority(), &of(23), &votes(&won)).unwrap();
    assert_eq!((won.upshot, won.lacking), (Upshot::Adopted, Some(lacks(Some(0), Some(0), 0, 0))));
}

#[test]
fn blocks_and_objections_are_told_with_how_many_are_borne() {
    let method = Method::ProposalWithBlock { blocks_max: 1 };
    let policy = DecisionPolicy { method, ..majority() };
    let blocked = [icon(Icon::Agree, 8), icon(Icon::Block, 3)];
    let found = told(&policy, &of(12), &votes(&blocked)).unwrap();
    assert_eq!((found.upshot, found.opposed_max), (Upshot::NotAdopted, Some(1)));
    assert_eq!(found.lacking, Some(lacks(Some(0), Some(0), 2, 0)));

    let method = Method::Consensus {};
    let policy = DecisionPolicy { method, requirements: Vec::new(), ..majority() };
    let aside = [icon(Icon::Agree, 5), icon(Icon::StandAside, 2), icon(Icon::Disagree, 1)];
    let found = told(&policy, &of(12), &votes(&aside)).unwrap();
    assert_eq!((found.upshot, found.opposed_max), (Upshot::NotAdopted, Some(0)));
    assert_eq!(found.lacking, Some(lacks(Some(0), Some(0), 1, 0)));

    let objected = Assumed { votes: vec![icon(Icon::Consent, 6)], objections: 2 };
    let found = told(&consent(), &of(12), &objected).unwrap();
    assert_eq!((found.upshot, found.objections_max), (Upshot::NotAdopted, Some(0)));
    assert_eq!((found.lacking, found.opposed_max), (Some(lacks(Some(0), Some(0), 0, 2)), None));
}

#[test]
fn of_an_election_the_quota_is_told_at_the_assumed_number_of_ballots() {
    let policy = |rule, seats| told::election(rule, seats);
    let quota = |rule, seats, ballots| {
        let cast = [icon(Icon::Item, ballots), some(Says::Blank, 3), some(Says::Abstain, 2)];
        let found = told(&policy(rule, seats), &of(200), &votes(&cast)).unwrap();
        assert_eq!((found.lacking, found.seats), (None, Some(seats)));
        (found.upshot, found.quota)
    };
    assert_eq!(quota(RankedRule::ScottishStv, 2, 100), (Upshot::Chosen, Some(34)));
    assert_eq!(quota(RankedRule::ScottishStv, 1, 101), (Upshot::Chosen, Some(51)));
    assert_eq!(quota(RankedRule::InstantRunoff, 1, 100), (Upshot::Chosen, Some(51)));
    assert_eq!(quota(RankedRule::InstantRunoff, 1, 99), (Upshot::Chosen, Some(50)));
    assert_eq!(quota(RankedRule::MeekStv, 2, 100), (Upshot::Chosen, None));
    assert_eq!(quota(RankedRule::Borda, 1, 94), (Upshot::Inquorate, None));
    let silent = [some(Says::Blank, 60), some(Says::Abstain, 60)];
    let found = told(&policy(RankedRule::ScottishStv, 2), &of(200), &votes(&silent)).unwrap();
    assert_eq!((found.upshot, found.quota), (Upshot::NotAdopted, None));
    let advice = DecisionPolicy { method: Method::Advice {}, ..majority() };
    let found = told(&advice, &of(5), &votes(&[icon(Icon::Agree, 5)])).unwrap();
    assert_eq!((found.upshot, found.lacking, found.seats), (Upshot::Advised, None, None));
}

#[test]
fn the_quorum_of_each_constituency_is_told_and_when_too_few_of_one_are_left() {
    let policy = weighted(&[(1, "owners"), (1, "owners"), (1, "owners"), (1, ""), (1, "")]);
    let policy = with_quorum(half_of_each(), policy);
    let roll = AssumedRoll::of_entries(&policy, &entries(&policy));
    let of = |constituency: &str, votes: AssumedVotes| AssumedVotes {
        constituency: named(constituency),
        ..votes
    };
    let agree = of("owners", icon(Icon::Agree, 3));
    let found = prospect(&policy, &roll, &votes(std::slice::from_ref(&agree))).unwrap();
    let parts = found.figures.constituencies.iter();
    let parts = parts.map(|it| (it.roll_units, it.present_units, it.quorum_units, it.quorate));
    let expected = [(2, Some(0), 1, false), (3, Some(3), 2, true)];
    assert_eq!(parts.collect::<Vec<_>>(), expected, "those of none come first");
    assert_eq!(found.figures.quorum_units, Some(3));
    assert_eq!((found.upshot, found.quorum_units_missing), (Upshot::Inquorate, Some(1)));

    let counts = Present { abstentions: false, blanks: false, delegated: false };
    let quorum = policy.quorum.map(|quorum| Quorum { counts, ..quorum });
    let stricter = DecisionPolicy { quorum, ..policy.clone() };
    let silent = [agree.clone(), of("", some(Says::Blank, 2))];
    let found = prospect(&stricter, &roll, &votes(&silent)).unwrap();
    assert_eq!((found.upshot, found.quorum_units_missing), (Upshot::Inquorate, None));
    assert_eq!(found.lacking.unwrap().quorum_units, None);

    let part = |constituency: &str, units| AssumedPart {
        constituency: named(constituency),
        units,
        weight: None,
    };
    let larger = [part("owners", 30), part("tenants", 20)];
    let found = told(&policy, &larger, &votes(&[agree])).unwrap();
    assert_eq!((found.figures.quorum_units, found.quorum_units_missing), (Some(25), Some(22)));
}

#[test]
fn weights_are_assumed_where_they_differ_and_follow_where_they_do_not() {
    let policy = weighted(&[(5, ""), (2, ""), (2, ""), (1, "")]);
    let roll = AssumedRoll::of_entries(&policy, &entries(&policy));
    let heavy = |says, units, weight| AssumedVotes {
        weight: Some(weight),
        ..some(Says::Option(says), units)
    };
    let cast = [heavy(Icon::Agree, 1, 5), heavy(Icon::Disagree, 2, 3)];
    let found = prospect(&policy, &roll, &votes(&cast)).unwrap();
    assert_eq!((found.upshot, found.figures.cast_weight), (Upshot::Adopted, 8));
    assert_eq!((found.figures.requirements[0].weight, found.figures.roll_weight), (5, 10));
    let all = prospect(&policy, &roll, &votes(&[icon(Icon::Agree, 4)])).unwrap();
    assert_eq!(all.figures.cast_weight, 10, "all of them weigh what they weigh");
    let refused = prospect(&policy, &roll, &votes(&[icon(Icon::Agree, 2)]));
    assert_eq!(refused, Err(Contradiction::WeightNeeded(2)));
    for (units, weight, min, max) in [(1, 6, 1, 5), (2, 8, 3, 7), (3, 4, 5, 9), (0, 1, 0, 0)] {
        let refused = prospect(&policy, &roll, &votes(&[heavy(Icon::Agree, units, weight)]));
        let part = PartName::Roll;
        let expected = Contradiction::WeightOutOfRange { part, units, weight, min, max };
        assert_eq!(refused, Err(expected));
    }
    let twice = [heavy(Icon::Agree, 1, 5), heavy(Icon::Disagree, 1, 5)];
    let (part, min, max) = (PartName::Roll, 3, 7);
    let expected = Contradiction::WeightOutOfRange { part, units: 2, weight: 10, min, max };
    assert_eq!(prospect(&policy, &roll, &votes(&twice)), Err(expected), "one alone weighs 5");

    let equal = weighted(&[(3, ""), (3, "")]);
    let found = told(&equal, &of(10), &votes(&[icon(Icon::Agree, 6)])).unwrap();
    assert_eq!((found.figures.roll_weight, found.figures.cast_weight), (30, 18));
    let sum = |weight| vec![AssumedPart { constituency: None, units: 3, weight }];
    assert_eq!(told(&policy, &sum(None), &votes(&[])), Err(Contradiction::WeightNeeded(3)));
    let found = told(&policy, &sum(Some(12)), &votes(&[heavy(Icon::Agree, 2, 11)])).unwrap();
    assert_eq!((found.upshot, found.figures.cast_weight), (Upshot::Adopted, 11));
    let refused = told(&policy, &sum(Some(12)), &votes(&[heavy(Icon::Agree, 2, 12)]));
    assert_eq!(refused.unwrap_err().reason(), "WEIGHT_OUT_OF_RANGE");
}

#[test]
fn what_contradicts_itself_is_refused_with_what_to_do() {
    let refused = |policy: &DecisionPolicy, roll: &[AssumedPart], assumed: &Assumed| {
        let contradiction = told(policy, roll, assumed).unwrap_err();
        assert_eq!(contradiction.code(), ErrorCode::Invalid);
        (contradiction.reason(), contradiction.to_string())
    };
    let many = votes(&[icon(Icon::Agree, 3), icon(Icon::Disagree, 3)]);
    let sentence = "6 votes are assumed, and the roll has 5: assume fewer, or a larger roll";
    let expected = ("VOTES_ABOVE_ROLL", sentence.to_owned());
    assert_eq!(refused(&majority(), &of(5), &many), expected);
    assert_eq!(refused(&majority(), &[], &many).0, "VOTES_ABOVE_ROLL");
    let blocked = votes(&[icon(Icon::Block, 1)]);
    let sentence = "no ballot by this method says block: it says one of agree, disagree, abstain, \
                    blank";
    let expected = ("CHOICE_FOREIGN_TO_METHOD", sentence.to_owned());
    assert_eq!(refused(&majority(), &of(5), &blocked), expected);
    let objected = Assumed { votes: vec![], objections: 1 };
    assert_eq!(refused(&majority(), &of(5), &objected).0, "OBJECTIONS_FOREIGN_TO_POLICY");
    let heavy = [AssumedPart { constituency: None, units: 5, weight: Some(6) }];
    assert_eq!(refused(&majority(), &heavy, &votes(&[])).0, "WEIGHTS_ARE_ONE");
    let heavy = [AssumedVotes { weight: Some(2), ..icon(Icon::Agree, 1) }];
    assert_eq!(refused(&majority(), &of(5), &votes(&heavy)).0, "WEIGHT_OUT_OF_RANGE");
    assert_eq!(refused(&majority(), &of(0), &votes(&[])).0, "ROLL_PART_EMPTY");
    assert_eq!(refused(&majority(), &of(UNITS_MAX + 1), &votes(&[])).0, "ROLL_TOO_LARGE");
    let twice = [of(1), of(1)].concat();
    assert_eq!(refused(&majority(), &twice, &votes(&[])).0, "CONSTITUENCY_REPEATED");

    let tenants = [AssumedVotes { constituency: named("tenants"), ..icon(Icon::Agree, 1) }];
    assert_eq!(refused(&majority(), &of(5), &votes(&tenants)).0, "CONSTITUENCY_UNUSED");
    let each = with_quorum(half_of_each(), weighted(&[(1, "owners"), (1, "")]));
    let owners = AssumedPart { constituency: named("owners"), units: 2, weight: None };
    let sentence = "nobody on the roll is of the constituency \"tenants\"; the roll has the \
                    constituency \"owners\"";
    let expected = ("CONSTITUENCY_UNKNOWN", sentence.to_owned());
    assert_eq!(refused(&each, &[owners], &votes(&tenants)), expected);
}

/// A random vote: a policy with a table of weights, what each of the table cast, and objections.
#[derive(Clone, Debug)]
struct Vote {
    policy: DecisionPolicy,
    cast: Vec<Option<Says>>,
    objections: u32,
}

impl Vote {
    /// What is assumed of it: a line for each ballot, or one for all that say the same.
    fn assumed(&self) -> Assumed {
        let asked = are_asked(&self.policy);
        let mut lines: Vec<AssumedVotes> = Vec::new();
        for (entry, says) in entries(&self.policy).into_iter().zip(&self.cast) {
            let Some(says) = *says else { continue };
            let constituency = entry.constituency.filter(|_| asked);
            let weight = u64::from(entry.weight);
            let alike =
                |it: &&mut AssumedVotes| (it.says, &it.constituency) == (says, &constituency);
            if let Some(line) = lines.iter_mut().find(alike) {
                line.units += 1;
                line.weight = line.weight.map(|sum| sum + weight);
            } else {
                let weight = Some(weight);
                lines.push(AssumedVotes { says, constituency, units: 1, weight });
            }
        }
        Assumed { votes: lines, objections: self.objections }
    }

    fn prospect(&self) -> Prospect {
        let roll = AssumedRoll::of_entries(&self.policy, &entries(&self.policy));
        prospect(&self.policy, &roll, &self.assumed()).unwrap()
    }

    /// The same as real ballots of an open decision.
    fn inputs(&self) -> Inputs {
        let state = Decision::replay(&told::opened(majority()));
        let mut inputs = state.inputs(&told::facts()).unwrap();
        let method = &self.policy.method;
        let items: &[&str] = if icons(method) == [Icon::Item] { &["ash", "birch"] } else { &[] };
        let item = |key: &&str| events::DecisionOption {
            key: OptionKey((*key).to_owned()),
            icon: Icon::Item,
            label: String::new(),
            candidate: None,
        };
        let items: Vec<_> = items.iter().map(item).collect();
        inputs.terms.options = options_for(method, &items).unwrap();
        inputs.terms.policy = self.policy.clone();
        inputs.roll = entries(&self.policy);
        let ash = OptionKey("ash".to_owned());
        let choice = |says| match says {
            Says::Option(Icon::Item) => match method {
                Method::Ranked { .. } => Choice::Ranking(vec![ash.clone()]),
                Method::Score { .. } => Choice::Scores([(ash.clone(), 1)].into()),
                Method::Dots { .. } => Choice::Dots([(ash.clone(), 1)].into()),
                Method::TimePoll {} => {
                    Choice::Times([(ash.clone(), events::Availability::Yes)].into())
                }
                Method::Choose { .. }
                | Method::Majority {}
                | Method::ProposalWithBlock { .. }
                | Method::Consent {}
                | Method::Consensus {}
                | Method::Advice {} => Choice::Options([ash.clone()].into()),
            },
            Says::Option(icon) => Choice::Option(OptionKey(standard_key(icon).to_owned())),
            Says::Abstain => Choice::Abstain {},
            Says::Blank => Choice::Blank {},
        };
        let ballots = inputs.roll.iter().zip(&self.cast);
        let ballots = ballots.filter_map(|(entry, says)| Some((entry, choice((*says)?))));
        inputs.votes = match self.policy.secrecy {
            Secrecy::Open | Secrecy::OpenAfterClose => Votes::Open(
                ballots.map(|(entry, choice)| VoterBallot { voter: entry.party, choice }).collect(),
            ),
            Secrecy::Secret => {
                let mut alike = BTreeMap::<(Choice, u32), u32>::new();
                for (entry, choice) in ballots {
                    *alike.entry((choice, entry.weight)).or_default() += 1;
                }
                let voted = alike.values().sum();
                let alike = alike.into_iter();
                let ballots = alike
                    .map(|((choice, weight), count)| AlikeBallots { choice, weight, count })
                    .collect();
                Votes::Secret { ballots, voted, constituencies: Vec::new() }
            }
        };
        let raised = |number| Raised {
            number,
            by: person(0),
            validity: Some(Validity::Valid),
            standing: Standing::Upheld,
        };
        inputs.objections = (1..=self.objections).map(raised).collect();
        inputs.seed_hash = SEED.hash();
        inputs
    }

    /// The same, with this many more who agree in the constituencies that lack them, and then until
    /// they are so many and weigh so much; `None` when not so many are left.
    fn with_more(
        &self,
        parts: &[(Option<Constituency>, u32)],
        units: u32,
        weight: u64,
    ) -> Option<Vote> {
        let mut vote = self.clone();
        let agree = Says::Option(icons(&self.policy.method)[0]);
        let mut missing: BTreeMap<_, u32> = parts.iter().cloned().collect();
        let (mut more_units, mut more_weight) = (0, 0);
        for first in [true, false] {
            for (entry, says) in entries(&self.policy).iter().zip(&mut vote.cast) {
                let here = missing.entry(entry.constituency.clone()).or_default();
                let wanted =
                    if first { *here > 0 } else { more_units < units || more_weight < weight };
                if says.is_some() || !wanted {
                    continue;
                }
                *says = Some(agree);
                *here = here.saturating_sub(1);
                more_units += 1;
                more_weight += u64::from(entry.weight);
            }
        }
        (units <= more_units && weight <= more_weight).then_some(vote)
    }

    fn outcome(&self) -> (Option<Outcome>, bool) {
        let settling = Settling { seed: None, casting: Casting::Awaited };
        match count(&self.inputs(), &settling) {
            Ok(counted) => (Some(counted.outcome), !counted.ties.is_empty()),
            Err(Uncountable::SeedMissing | Uncountable::CastingVoteNeeded { .. }) => (None, true),
            Err(other) => panic!("{other}"),
        }
    }
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![
        4 => Just(Method::Majority {}),
        4 => (0..=2_u32).prop_map(|blocks_max| Method::ProposalWithBlock { blocks_max }),
        3 => Just(Method::Consensus {}),
        2 => Just(Method::Consent {}),
        1 => Just(Method::Advice {}),
        1 => Just(Method::Choose { choices_min: 1, choices_max: 1, winners: 1 }),
        1 => Just(Method::Score { score_min: 0, score_max: 3, winners: 1 }),
        1 => Just(Method::Dots { dots_max: 3, winners: 1 }),
        1 => Just(Method::TimePoll {}),
        1 => Just(Method::Ranked { rule: RankedRule::ScottishStv, seats: 1, ranks_max: None }),
    ]
}

fn share() -> impl Strategy<Value = Share> {
    (0..=4_u32).prop_map(|numerator| Share { numerator, denominator: 4 })
}

fn bound() -> impl Strategy<Value = Bound> {
    prop_oneof![Just(Bound::AtLeast), Just(Bound::MoreThan)]
}

fn base() -> impl Strategy<Value = Base> {
    prop_oneof![Just(Base::Cast), Just(Base::CastWithoutAbstentions), Just(Base::Roll)]
}

fn requirements() -> impl Strategy<Value = Vec<Requirement>> {
    let agree = (bound(), share(), base()).prop_map(|(bound, share, base)| Requirement {
        icon: Icon::Agree,
        bound,
        share,
        base,
    });
    let against = prop_oneof![Just(Icon::Disagree), Just(Icon::StandAside), Just(Icon::Block)];
    let cap = (against, share(), base()).prop_map(|(icon, share, base)| Requirement {
        icon,
        bound: Bound::AtMost,
        share,
        base,
    });
    (agree, prop::option::weighted(0.3, cap))
        .prop_map(|(agree, cap)| [agree].into_iter().chain(cap).collect())
}

fn quorum() -> impl Strategy<Value = Option<Quorum>> {
    let size = prop_oneof![
        share().prop_map(QuorumSize::ShareOfRoll),
        (1..=6_u32).prop_map(QuorumSize::Units),
        share().prop_map(QuorumSize::ShareOfEach),
    ];
    let counts = (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|counts| {
        let (abstentions, blanks, delegated) = counts;
        Present { abstentions, blanks, delegated }
    });
    let quorum = (size, bound(), counts);
    prop::option::weighted(
        0.8,
        quorum.prop_map(|(size, bound, counts)| Quorum { size, bound, counts }),
    )
}

fn table() -> impl Strategy<Value = Vec<(u32, &'static str)>> {
    let equal =
        (1..=3_u32, prop::collection::vec(prop_oneof![Just(""), Just("a"), Just("b")], 1..7));
    let row = (1..=4_u32, prop_oneof![Just(""), Just("a"), Just("b")]);
    prop_oneof![
        equal.prop_map(|(each, names)| names.into_iter().map(|name| (each, name)).collect()),
        prop::collection::vec(row, 1..7),
    ]
}

/// Policies that a charter can have, and votes under them.
fn vote() -> impl Strategy<Value = Vote> {
    let policy = (method(), requirements(), quorum(), table(), any::<bool>(), 0..=1_u32);
    let policy =
        policy.prop_map(|(method, mut requirements, quorum, table, secret, standing_max)| {
            let consents = method == Method::Consent {};
            if !adopts_proposals(&method) || consents {
                requirements.clear();
            }
            let judge = Judge::RollMember {};
            let mut policy = DecisionPolicy {
                objections: consents.then_some(Objections { judge, standing_max }),
                tie: TieRule::SeededLot {},
                method,
                requirements,
                quorum,
                ..weighted(&table)
            };
            if secret && !are_asked(&policy) {
                policy.secrecy = Secrecy::Secret;
                policy.results = ResultsShown::AfterClose;
                policy.reasons = Reasons::None;
                policy.ballot_change = events::BallotChange::Never;
                policy.leavers = Leavers::Keep;
            }
            policy
        });
    let policy =
        policy.prop_filter("no charter has it", |policy| fault(policy, &BTreeSet::new()).is_none());
    policy.prop_flat_map(|policy| {
        let says = icons(&policy.method).iter().map(|icon| Says::Option(*icon));
        let says: Vec<_> = says.chain([Says::Abstain, Says::Blank]).collect();
        let cast = prop::collection::vec(
            prop::option::weighted(0.7, prop::sample::select(says)),
            entries(&policy).len(),
        );
        let objections = if policy.objections.is_some() { 0..=2_u32 } else { 0..=0 };
        (Just(policy), cast, objections).prop_map(|(policy, cast, objections)| Vote {
            policy,
            cast,
            objections,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_told_of_assumed_votes_is_what_the_count_decides_of_real_ones(vote in vote()) {
        let found = vote.prospect();
        let mut figures = figures_now(&vote.inputs()).unwrap();
        if icons(&vote.policy.method) == [Icon::Item] {
            figures.options.clear();
        }
        prop_assert_eq!(&found.figures, &figures);
        let expected = match vote.outcome() {
            (_, true) if adopts_proposals(&vote.policy.method) => Upshot::Tied,
            (Some(Outcome::Adopted {}), _) => Upshot::Adopted,
            (Some(Outcome::NotAdopted {}), _) => Upshot::NotAdopted,
            (Some(Outcome::Inquorate {}), _) => Upshot::Inquorate,
            (Some(Outcome::Advised {}), _) => Upshot::Advised,
            (None | Some(Outcome::Elected { .. } | Outcome::Ranked { .. } | Outcome::Tied { .. }), _) => {
                Upshot::Chosen
            }
        };
        prop_assert_eq!(found.upshot, expected);
    }

    #[test]
    fn adding_what_is_lacking_adopts_and_less_does_not(vote in vote()) {
        let found = vote.prospect();
        let Some(lacking) = found.lacking else { return Ok(()) };
        let adopted = found.upshot == Upshot::Adopted;
        prop_assert_eq!(adopted, lacking == lacks(Some(0), Some(0), 0, 0));
        // Who is opposed agrees instead, and no more objections stand than are borne.
        let mut resolved = vote.clone();
        resolved.objections -= lacking.objections;
        let mut opposed = lacking.opposed_units;
        for says in resolved.cast.iter_mut().flatten() {
            let against = *says == Says::Option(Icon::Block)
                || (vote.policy.method == Method::Consensus {}
                    && *says == Says::Option(Icon::Disagree));
            if opposed > 0 && against {
                *says = Says::Option(Icon::Agree);
                opposed -= 1;
            }
        }
        prop_assert_eq!(opposed, 0);
        let (Some(units), Some(weight)) = (lacking.quorum_units, lacking.agreeing_weight) else {
            // Whoever is left may agree: it is not adopted.
            let rest = vote.cast.iter().filter(|says| says.is_none()).count();
            let all = u32::try_from(rest).unwrap();
            let all = vote.with_more(&[], all, 0).unwrap();
            prop_assert_ne!(all.outcome().0, Some(Outcome::Adopted {}));
            return Ok(());
        };
        let parts = found.figures.constituencies.iter().map(|it| {
            let present = it.present_units.unwrap();
            (it.constituency.clone(), it.quorum_units.saturating_sub(present))
        });
        let parts: Vec<_> = parts.collect();
        let enough = resolved.with_more(&parts, units, weight);
        prop_assert!(enough.is_some(), "so many are left");
        prop_assert_eq!(enough.unwrap().outcome().0, Some(Outcome::Adopted {}));
        let light = entries(&vote.policy).iter().all(|entry| entry.weight == 1);
        let most = u64::from(units).max(weight);
        if light && most > 0 && lacking.opposed_units == 0 && lacking.objections == 0 {
            let fewer = vote.with_more(&[], u32::try_from(most - 1).unwrap(), 0).unwrap();
            prop_assert_ne!(fewer.outcome().0, Some(Outcome::Adopted {}));
        }
    }
}
