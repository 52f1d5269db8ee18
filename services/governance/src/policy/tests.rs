//! Each way in which a policy can contradict itself, one sentence a test.

use events::{
    Challenges, Extension, MembershipClass, Objections, PolicyName, Present, Requirement,
    VotingWindow, Weight,
};
use kernel::{Party, PersonId};
use uuid::Uuid;

use super::*;
use crate::templates::Template;

fn role(name: &str) -> RoleName {
    RoleName(name.to_owned())
}

fn roles() -> BTreeSet<RoleName> {
    BTreeSet::from([role("coordinator")])
}

/// More than half of those who vote, in the open.
pub(crate) fn majority() -> DecisionPolicy {
    let text = Template::MajorityAssembly.text();
    let policy = text.policy_for(Subject::Other).unwrap().clone();
    DecisionPolicy { delegation: DelegationRule::None {}, ..policy }
}

pub(crate) fn consent() -> DecisionPolicy {
    Template::ConsentCircle.text().policy_for(Subject::MembershipAdmit).unwrap().clone()
}

pub(crate) fn election() -> DecisionPolicy {
    Template::MajorityAssembly.text().policy_for(Subject::MandateConfer).unwrap().clone()
}

fn faulty(policy: &DecisionPolicy) -> PolicyFault {
    fault(policy, &roles()).unwrap()
}

fn by(method: Method) -> DecisionPolicy {
    DecisionPolicy { method, subjects: BTreeSet::from([Subject::Other]), ..election() }
}

fn openly(policy: DecisionPolicy) -> DecisionPolicy {
    let (secrecy, results) = (Secrecy::Open, ResultsShown::Live);
    DecisionPolicy { secrecy, results, ..policy }
}

fn share(numerator: u32, denominator: u32) -> Share {
    Share { numerator, denominator }
}

fn with_quorum(size: QuorumSize, bound: Bound) -> DecisionPolicy {
    let counts = Present { abstentions: true, blanks: true, delegated: false };
    DecisionPolicy { quorum: Some(Quorum { size, bound, counts }), ..majority() }
}

fn requiring(icon: Icon, bound: Bound, share: Share) -> DecisionPolicy {
    let base = Base::CastWithoutAbstentions;
    let mut policy = majority();
    policy.requirements.push(Requirement { icon, bound, share, base });
    policy
}

fn weighing(weights: &[(u128, u32)]) -> DecisionPolicy {
    let weight = |(id, weight): &(u128, u32)| Weight {
        party: Party::Person(PersonId::new(Uuid::from_u128(*id))),
        weight: *weight,
        constituency: None,
    };
    let weights = weights.iter().map(weight).collect();
    let mut policy = majority();
    policy.electorate.unit = RollUnit::Weighted { weights };
    policy.quorum = None;
    policy.extension = None;
    policy
}

fn extended(extension: Extension) -> DecisionPolicy {
    DecisionPolicy { extension: Some(extension), ..majority() }
}

const ONCE: Extension = Extension { times_max: 1, hours: 24, if_inquorate: true, if_tied: false };

#[test]
fn every_subject_is_listed_once() {
    let kind = events::catalogue().into_iter().find(|kind| kind.category == "charter").unwrap();
    let subjects =
        kind.schema.get("$defs").unwrap()["Subject"]["oneOf"].as_array().unwrap().clone();
    let known: BTreeSet<&str> = subjects.iter().map(|it| it["const"].as_str().unwrap()).collect();
    let listed: BTreeSet<&str> = SUBJECTS.iter().map(|subject| subject.name()).collect();
    assert_eq!(listed, known);
    assert_eq!(SUBJECTS.len(), known.len());
}

#[test]
fn sound_policies_have_no_fault() {
    for policy in [majority(), consent(), election(), weighing(&[(1, 2), (2, 1)])] {
        assert_eq!(fault(&policy, &roles()), None, "{}", policy.name);
    }
}

#[test]
fn a_policy_has_a_name_of_bearable_length() {
    for name in [String::new(), " ".to_owned(), "a".repeat(NAME_CHARACTERS_MAX + 1)] {
        let policy = DecisionPolicy { name: PolicyName(name), ..majority() };
        assert_eq!(faulty(&policy), PolicyFault::NameUnusable);
    }
    let name = PolicyName("ä".repeat(NAME_CHARACTERS_MAX));
    assert_eq!(fault(&DecisionPolicy { name, ..majority() }, &roles()), None);
}

#[test]
fn a_policy_decides_on_something() {
    let policy = DecisionPolicy { subjects: BTreeSet::new(), ..majority() };
    assert_eq!(faulty(&policy), PolicyFault::SubjectsEmpty);
}

#[test]
fn an_election_does_not_decide_on_what_needs_a_yes() {
    let subjects = BTreeSet::from([Subject::MandateConfer, Subject::CharterAmend]);
    let policy = DecisionPolicy { subjects, ..election() };
    assert_eq!(faulty(&policy), PolicyFault::MethodNeverAdopts(Subject::CharterAmend));
    for subject in SUBJECTS {
        let policy = DecisionPolicy { subjects: BTreeSet::from([subject]), ..election() };
        let expected = needs_adoption(subject).then_some(PolicyFault::MethodNeverAdopts(subject));
        assert_eq!(fault(&policy, &roles()), expected);
    }
}

#[test]
fn a_ballot_can_say_something_and_somebody_can_win() {
    let (winners, ranks_max) = (1, None);
    let ranked = |rule, seats, ranks_max| Method::Ranked { rule, seats, ranks_max };
    for (method, expected) in [
        (Method::Choose { choices_min: 0, choices_max: 0, winners }, PolicyFault::ChoicesZero),
        (Method::Choose { choices_min: 3, choices_max: 2, winners }, PolicyFault::ChoicesReversed),
        (Method::Choose { choices_min: 1, choices_max: 2, winners: 0 }, PolicyFault::WinnersZero),
        (Method::Score { score_min: 5, score_max: 5, winners }, PolicyFault::ScoreRangeEmpty),
        (Method::Score { score_min: 5, score_max: -5, winners }, PolicyFault::ScoreRangeEmpty),
        (Method::Score { score_min: 0, score_max: 5, winners: 0 }, PolicyFault::WinnersZero),
        (Method::Dots { dots_max: 0, winners }, PolicyFault::DotsZero),
        (Method::Dots { dots_max: 5, winners: 0 }, PolicyFault::WinnersZero),
        (ranked(RankedRule::MeekStv, 0, ranks_max), PolicyFault::SeatsZero),
        (ranked(RankedRule::ScottishStv, 1, Some(0)), PolicyFault::RanksZero),
        (ranked(RankedRule::InstantRunoff, 2, ranks_max), PolicyFault::SeatsAboveRule),
        (ranked(RankedRule::Condorcet, 2, ranks_max), PolicyFault::SeatsAboveRule),
        (ranked(RankedRule::Borda, 2, ranks_max), PolicyFault::SeatsAboveRule),
    ] {
        assert_eq!(faulty(&by(method)), expected);
    }
    for method in [
        Method::Choose { choices_min: 0, choices_max: 1, winners },
        Method::Score { score_min: -1, score_max: 0, winners },
        Method::Dots { dots_max: 1, winners },
        ranked(RankedRule::Condorcet, 1, Some(1)),
        ranked(RankedRule::MeekStv, 5, None),
        Method::TimePoll {},
        Method::Advice {},
    ] {
        assert_eq!(fault(&by(method), &roles()), None);
    }
}

#[test]
fn somebody_decides() {
    let mut policy = majority();
    policy.electorate.classes = BTreeSet::new();
    assert_eq!(faulty(&policy), PolicyFault::ClassesEmpty);
    policy.electorate.classes = BTreeSet::from([MembershipClass::Member]);
    assert_eq!(fault(&policy, &roles()), None);
}

#[test]
fn each_party_stands_in_a_table_once_and_weighs_something() {
    assert_eq!(faulty(&weighing(&[])), PolicyFault::WeightsEmpty);
    assert_eq!(faulty(&weighing(&[(1, 1), (2, 0)])), PolicyFault::WeightZero);
    assert_eq!(faulty(&weighing(&[(1, 1), (2, 3), (1, 2)])), PolicyFault::WeightRepeated);
}

#[test]
fn a_quorum_can_be_reached_and_asks_for_somebody() {
    let (at_least, more_than) = (Bound::AtLeast, Bound::MoreThan);
    let of_roll = |a, b| QuorumSize::ShareOfRoll(share(a, b));
    for (size, bound, expected) in [
        (of_roll(1, 0), at_least, Some(PolicyFault::QuorumDenominatorZero)),
        (of_roll(101, 100), at_least, Some(PolicyFault::QuorumAboveAll)),
        (of_roll(1, 1), more_than, Some(PolicyFault::QuorumAboveAll)),
        (of_roll(1, 1), at_least, None),
        (of_roll(0, 1), at_least, Some(PolicyFault::QuorumEmpty)),
        (of_roll(0, 1), more_than, None),
        (of_roll(1, 2), Bound::AtMost, Some(PolicyFault::QuorumAtMost)),
        (QuorumSize::Units(0), at_least, Some(PolicyFault::QuorumEmpty)),
        (QuorumSize::Units(0), more_than, None),
        (QuorumSize::Units(7), at_least, None),
    ] {
        assert_eq!(fault(&with_quorum(size, bound), &roles()), expected);
    }
}

#[test]
fn a_quorum_of_units_is_not_above_the_table_of_weights() {
    for (units, bound, expected) in [
        (2, Bound::AtLeast, None),
        (3, Bound::AtLeast, Some(PolicyFault::QuorumAboveAll)),
        (1, Bound::MoreThan, None),
        (2, Bound::MoreThan, Some(PolicyFault::QuorumAboveAll)),
        (u32::MAX, Bound::MoreThan, Some(PolicyFault::QuorumAboveAll)),
    ] {
        let quorum = with_quorum(QuorumSize::Units(units), bound).quorum;
        let policy = DecisionPolicy { quorum, ..weighing(&[(1, 5), (2, 1)]) };
        assert_eq!(fault(&policy, &roles()), expected);
    }
}

#[test]
fn a_majority_says_how_many_must_agree() {
    let mut policy = majority();
    policy.requirements.clear();
    assert_eq!(faulty(&policy), PolicyFault::AgreementNotRequired);
    policy.method = Method::ProposalWithBlock { blocks_max: 0 };
    assert_eq!(faulty(&policy), PolicyFault::AgreementNotRequired);
    policy.method = Method::Consensus {};
    assert_eq!(fault(&policy, &roles()), None);
    let policy = requiring(Icon::Disagree, Bound::AtMost, share(1, 3));
    let disagree = policy.requirements[1..].to_vec();
    let policy = DecisionPolicy { requirements: disagree, ..policy };
    assert_eq!(faulty(&policy), PolicyFault::AgreementNotRequired);
}

#[test]
fn only_yes_or_no_by_majority_has_requirements() {
    let requirements = majority().requirements;
    let consent = DecisionPolicy { requirements: requirements.clone(), ..consent() };
    assert_eq!(faulty(&consent), PolicyFault::RequirementsUnused);
    for method in [Method::Advice {}, Method::TimePoll {}, Method::Dots { dots_max: 1, winners: 1 }]
    {
        let policy = DecisionPolicy { requirements: requirements.clone(), ..by(method) };
        assert_eq!(faulty(&policy), PolicyFault::RequirementsUnused);
    }
}

#[test]
fn a_requirement_can_be_met_and_can_be_missed() {
    let (agree, disagree) = (Icon::Agree, Icon::Disagree);
    for (icon, bound, share, expected) in [
        (Icon::Block, Bound::AtMost, share(1, 3), Some(PolicyFault::RequirementForeign)),
        (Icon::Consent, Bound::AtLeast, share(1, 3), Some(PolicyFault::RequirementForeign)),
        (agree, Bound::AtLeast, share(1, 0), Some(PolicyFault::RequirementDenominatorZero)),
        (agree, Bound::AtLeast, share(3, 2), Some(PolicyFault::RequirementAboveAll)),
        (agree, Bound::MoreThan, share(1, 1), Some(PolicyFault::RequirementAboveAll)),
        (agree, Bound::AtLeast, share(1, 1), None),
        (agree, Bound::AtLeast, share(0, 1), Some(PolicyFault::RequirementEmpty)),
        (agree, Bound::MoreThan, share(0, 1), None),
        (agree, Bound::AtMost, share(1, 2), Some(PolicyFault::AgreementCapped)),
        (disagree, Bound::AtLeast, share(1, 2), Some(PolicyFault::DissentRequired)),
        (disagree, Bound::MoreThan, share(0, 2), Some(PolicyFault::DissentRequired)),
        (disagree, Bound::AtMost, share(1, 1), Some(PolicyFault::RequirementEmpty)),
        (disagree, Bound::AtMost, share(0, 1), None),
    ] {
        assert_eq!(fault(&requiring(icon, bound, share), &roles()), expected, "{icon:?} {bound:?}");
    }
}

#[test]
fn abstaining_helps_no_requirement() {
    let mut policy = requiring(Icon::Disagree, Bound::AtMost, share(1, 3));
    policy.requirements[1].base = Base::Cast;
    assert_eq!(faulty(&policy), PolicyFault::CapOfCast);
    policy.requirements[1].base = Base::Roll;
    assert_eq!(fault(&policy, &roles()), None);
}

#[test]
fn consent_and_nothing_else_has_objections() {
    let policy = DecisionPolicy { objections: None, ..consent() };
    assert_eq!(faulty(&policy), PolicyFault::ObjectionsMissing);
    let objections = Some(Objections { judge: Judge::RollMember {}, standing_max: 0 });
    let policy = DecisionPolicy { objections, ..majority() };
    assert_eq!(faulty(&policy), PolicyFault::ObjectionsUnused);
}

#[test]
fn times_are_neither_nothing_nor_reversed_nor_endless() {
    let window = |hours_min, hours_max| DecisionPolicy {
        window: VotingWindow { hours_min, hours_max },
        ..majority()
    };
    let challenged = |window_hours| DecisionPolicy {
        challenges: Some(Challenges { window_hours, judge: Judge::RollMember {} }),
        ..majority()
    };
    let later = |review_after_days, sunset_after_days| DecisionPolicy {
        review_after_days,
        sunset_after_days,
        ..majority()
    };
    for (policy, expected) in [
        (window(0, 1), Some(PolicyFault::WindowZero)),
        (window(2, 1), Some(PolicyFault::WindowReversed)),
        (window(1, HOURS_MAX), None),
        (window(1, HOURS_MAX + 1), Some(PolicyFault::HoursAboveMax)),
        (
            DecisionPolicy { discussion_hours_min: HOURS_MAX + 1, ..majority() },
            Some(PolicyFault::HoursAboveMax),
        ),
        (challenged(0), Some(PolicyFault::ChallengeWindowZero)),
        (challenged(1), None),
        (challenged(u32::MAX), Some(PolicyFault::HoursAboveMax)),
        (later(Some(0), None), Some(PolicyFault::DaysZero)),
        (later(None, Some(0)), Some(PolicyFault::DaysZero)),
        (later(None, Some(DAYS_MAX + 1)), Some(PolicyFault::DaysAboveMax)),
        (later(Some(30), Some(29)), Some(PolicyFault::ReviewAfterSunset)),
        (later(Some(30), Some(30)), None),
        (
            DecisionPolicy { repeat_after_days: DAYS_MAX + 1, ..majority() },
            Some(PolicyFault::DaysAboveMax),
        ),
    ] {
        assert_eq!(fault(&policy, &roles()), expected);
    }
}

#[test]
fn an_extension_has_an_occasion_and_an_end() {
    let no_quorum = DecisionPolicy { quorum: None, ..extended(ONCE) };
    let if_tied = Extension { if_tied: true, ..ONCE };
    for (policy, expected) in [
        (extended(ONCE), None),
        (extended(if_tied), None),
        (extended(Extension { times_max: 0, ..ONCE }), Some(PolicyFault::ExtensionEmpty)),
        (extended(Extension { hours: 0, ..ONCE }), Some(PolicyFault::ExtensionEmpty)),
        (
            extended(Extension { times_max: EXTENSIONS_MAX + 1, ..ONCE }),
            Some(PolicyFault::ExtensionEndless),
        ),
        (extended(Extension { hours: u32::MAX, ..ONCE }), Some(PolicyFault::HoursAboveMax)),
        (
            extended(Extension { if_inquorate: false, ..ONCE }),
            Some(PolicyFault::ExtensionWithoutOccasion),
        ),
        (no_quorum, Some(PolicyFault::ExtensionWithoutQuorum)),
        (
            DecisionPolicy { extension: Some(if_tied), ..consent() },
            Some(PolicyFault::ExtensionWithoutTies),
        ),
    ] {
        assert_eq!(fault(&policy, &roles()), expected);
    }
}

#[test]
fn a_vote_is_lent_through_steps_to_those_who_may_carry_it() {
    let lending = |delegation| DecisionPolicy { delegation, ..majority() };
    let transitive = |steps_max, carried_max| DelegationRule::Transitive { steps_max, carried_max };
    for (delegation, expected) in [
        (DelegationRule::SingleStep { carried_max: Some(0) }, Some(PolicyFault::CarriedZero)),
        (DelegationRule::SingleStep { carried_max: None }, None),
        (transitive(0, None), Some(PolicyFault::StepsZero)),
        (transitive(1, Some(0)), Some(PolicyFault::CarriedZero)),
        (transitive(1, Some(1)), None),
    ] {
        assert_eq!(fault(&lending(delegation), &roles()), expected);
    }
}

#[test]
fn reasons_are_asked_of_ballots_that_can_be_cast() {
    let asking = |reasons, policy| fault(&DecisionPolicy { reasons, ..policy }, &roles());
    assert_eq!(asking(Reasons::ForBlock, majority()), Some(PolicyFault::ReasonsForeign));
    assert_eq!(asking(Reasons::ForDisagreeAndBlock, consent()), Some(PolicyFault::ReasonsForeign));
    assert_eq!(asking(Reasons::ForDisagreeAndBlock, majority()), None);
    let method = Method::ProposalWithBlock { blocks_max: 0 };
    assert_eq!(asking(Reasons::ForBlock, DecisionPolicy { method, ..majority() }), None);
}

#[test]
fn nothing_is_settled_while_ballots_may_be_changed() {
    let mut policy = DecisionPolicy { early_close: EarlyClose::Decided, ..majority() };
    assert_eq!(faulty(&policy), PolicyFault::DecidedWhileBallotsChange);
    policy.ballot_change = BallotChange::Never;
    assert_eq!(fault(&policy, &roles()), None);
}

#[test]
fn consent_advice_and_times_are_settled_at_the_end_only() {
    let ballot_change = BallotChange::Never;
    for policy in [consent(), by(Method::Advice {}), by(Method::TimePoll {})] {
        let early_close = EarlyClose::Decided;
        let policy = DecisionPolicy { early_close, ballot_change, ..policy };
        assert_eq!(faulty(&policy), PolicyFault::DecidedWithoutFigures);
    }
}

#[test]
fn a_yes_or_no_and_a_time_poll_have_no_second_round() {
    let tie = || TieRule::SecondRound {};
    for policy in [
        majority(),
        consent(),
        by(Method::TimePoll {}),
        by(Method::Advice {}),
        DecisionPolicy { method: Method::Consensus {}, ..majority() },
        DecisionPolicy { method: Method::ProposalWithBlock { blocks_max: 1 }, ..majority() },
    ] {
        let policy = DecisionPolicy { tie: tie(), ..policy };
        assert_eq!(faulty(&policy), PolicyFault::SecondRoundEndless);
    }
    assert_eq!(fault(&DecisionPolicy { tie: tie(), ..election() }, &roles()), None);
}

#[test]
fn roles_are_those_of_the_charter() {
    let unknown = || Judge::Role(role("oracle"));
    let objections = Some(Objections { judge: unknown(), standing_max: 0 });
    let challenges = Some(Challenges { window_hours: 1, judge: unknown() });
    let tie = TieRule::CastingVote { role: role("oracle") };
    let proposer_roles = BTreeSet::from([role("coordinator"), role("oracle")]);
    for policy in [
        DecisionPolicy { objections, ..consent() },
        DecisionPolicy { challenges, ..majority() },
        DecisionPolicy { tie, ..majority() },
        DecisionPolicy { proposer_roles, ..majority() },
    ] {
        assert_eq!(faulty(&policy), PolicyFault::RoleUnknown(role("oracle")));
    }
    let tie = TieRule::CastingVote { role: role("coordinator") };
    assert_eq!(fault(&DecisionPolicy { tie, ..majority() }, &roles()), None);
}

#[test]
fn figures_during_the_vote_do_not_betray_ballots() {
    use ResultsShown::{AfterClose, AfterOwnVote, Live};
    for (secrecy, results, faulty) in [
        (Secrecy::Open, Live, false),
        (Secrecy::OpenAfterClose, Live, true),
        (Secrecy::OpenAfterClose, AfterOwnVote, false),
        (Secrecy::Secret, Live, true),
        (Secrecy::Secret, AfterOwnVote, true),
        (Secrecy::Secret, AfterClose, false),
    ] {
        let policy = DecisionPolicy { secrecy, results, ..election() };
        let expected = faulty.then_some(PolicyFault::ResultsBetrayBallots);
        assert_eq!(fault(&policy, &roles()), expected, "{secrecy:?} {results:?}");
    }
}

#[test]
fn secret_ballots_are_cast_once_by_oneself_and_stay() {
    let secret = election;
    let lent = DelegationRule::SingleStep { carried_max: None };
    let tied = Extension { if_tied: true, ..ONCE };
    let weights = weighing(&[(1, 1), (2, 2)]).electorate;
    let alike = weighing(&[(1, 2), (2, 2)]).electorate;
    let alone =
        |electorate| DecisionPolicy { electorate, quorum: None, extension: None, ..secret() };
    for (policy, expected) in [
        (DecisionPolicy { delegation: lent, ..secret() }, PolicyFault::SecretDelegated),
        (DecisionPolicy { reasons: Reasons::Optional, ..secret() }, PolicyFault::SecretWithReasons),
        (
            DecisionPolicy { ballot_change: BallotChange::UntilClose, ..secret() },
            PolicyFault::SecretChanged,
        ),
        (DecisionPolicy { leavers: Leavers::Void, ..secret() }, PolicyFault::SecretVoided),
        (
            DecisionPolicy { early_close: EarlyClose::Decided, ..secret() },
            PolicyFault::SecretClosedWhenDecided,
        ),
        (DecisionPolicy { extension: Some(tied), ..secret() }, PolicyFault::SecretExtendedWhenTied),
        (alone(weights), PolicyFault::SecretWeighted),
    ] {
        assert_eq!(faulty(&policy), expected);
    }
    assert_eq!(fault(&alone(alike), &roles()), None);
    let (secrecy, results) = (Secrecy::Secret, ResultsShown::AfterClose);
    let policy = DecisionPolicy { secrecy, results, ..consent() };
    assert_eq!(faulty(&policy), PolicyFault::SecretConsent);
    assert_eq!(fault(&openly(secret()), &roles()), None);
}

#[test]
fn the_name_of_a_fault_is_that_of_its_variant() {
    let faults = [
        PolicyFault::QuorumAboveAll,
        PolicyFault::RoleUnknown(role("oracle")),
        PolicyFault::MethodNeverAdopts(Subject::Other),
        PolicyFault::SecretExtendedWhenTied,
        PolicyFault::CapOfCast,
    ];
    for fault in faults {
        let variant = format!("{fault:?}");
        let variant = variant.split('(').next().unwrap();
        assert_eq!(fault.name().replace('_', ""), variant.to_uppercase());
    }
}

fn parted(parts: &[Option<&str>]) -> DecisionPolicy {
    let weights: Vec<(u128, u32)> = (1..).zip(parts.iter().map(|_| 1)).collect();
    let mut policy = weighing(&weights);
    if let RollUnit::Weighted { weights } = &mut policy.electorate.unit {
        for (weight, part) in weights.iter_mut().zip(parts) {
            weight.constituency = part.map(|name| Constituency(name.to_owned()));
        }
    }
    policy
}

fn of_each(policy: DecisionPolicy, share: Share, bound: Bound) -> DecisionPolicy {
    let counts = Present { abstentions: true, blanks: true, delegated: false };
    let size = QuorumSize::ShareOfEach(share);
    DecisionPolicy { quorum: Some(Quorum { size, bound, counts }), ..policy }
}

#[test]
fn a_constituency_has_a_name_without_space_around_it_and_not_too_long() {
    for name in ["", " owners", "owners ", &"o".repeat(61)] {
        assert_eq!(faulty(&parted(&[Some(name), None])), PolicyFault::ConstituencyUnusable);
    }
    let longest = "ö".repeat(60);
    assert_eq!(fault(&parted(&[Some(&longest), Some("tenants")]), &roles()), None);
}

#[test]
fn a_quorum_of_each_constituency_needs_more_than_one() {
    let half = |policy| of_each(policy, share(1, 2), Bound::AtLeast);
    assert_eq!(faulty(&half(parted(&[Some("a"), Some("a")]))), PolicyFault::ConstituencyAlone);
    assert_eq!(faulty(&half(parted(&[None, None]))), PolicyFault::ConstituencyAlone);
    assert_eq!(fault(&half(parted(&[Some("a"), None])), &roles()), None);
    assert_eq!(fault(&half(majority()), &roles()), None, "founders and members");
    let mut founders = majority();
    founders.electorate.classes = BTreeSet::from([MembershipClass::Founder]);
    assert_eq!(faulty(&half(founders)), PolicyFault::ConstituencyAlone);
}

#[test]
fn a_quorum_of_each_constituency_can_be_reached_and_asks_for_somebody() {
    let asking = |share, bound| faulty(&of_each(majority(), share, bound));
    assert_eq!(asking(share(1, 0), Bound::AtLeast), PolicyFault::QuorumDenominatorZero);
    assert_eq!(asking(share(3, 2), Bound::AtLeast), PolicyFault::QuorumAboveAll);
    assert_eq!(asking(share(1, 1), Bound::MoreThan), PolicyFault::QuorumAboveAll);
    assert_eq!(asking(share(0, 1), Bound::AtLeast), PolicyFault::QuorumEmpty);
    assert_eq!(asking(share(1, 2), Bound::AtMost), PolicyFault::QuorumAtMost);
}

#[test]
fn a_secret_vote_counts_everybody_who_hands_a_ballot_in_for_its_constituency() {
    let secret = of_each(election(), share(1, 2), Bound::AtLeast);
    assert_eq!(secret.secrecy, Secrecy::Secret);
    assert_eq!(fault(&secret, &roles()), None);
    let counting = |counts| {
        let quorum = secret.quorum.map(|quorum| Quorum { counts, ..quorum });
        DecisionPolicy { quorum, ..secret.clone() }
    };
    for counts in [
        Present { abstentions: false, blanks: true, delegated: false },
        Present { abstentions: true, blanks: false, delegated: false },
    ] {
        assert_eq!(faulty(&counting(counts)), PolicyFault::SecretConstituencies);
        assert_eq!(fault(&openly(counting(counts)), &roles()), None);
    }
}

/// An election held in a system elsewhere, within what such a vote allows.
fn away() -> DecisionPolicy {
    DecisionPolicy {
        elsewhere: Some(held("coordinator", 48)),
        challenges: Some(Challenges { window_hours: 72, judge: Judge::RollMember {} }),
        extension: None,
        early_close: EarlyClose::Never,
        ..election()
    }
}

fn held(reported_by: &str, report_hours: u32) -> HeldElsewhere {
    let (system, reported_by) = ("a system with proofs".to_owned(), role(reported_by));
    HeldElsewhere { system, reported_by, report_hours }
}

#[test]
fn a_vote_held_elsewhere_is_secret_can_be_doubted_and_ends_at_its_time() {
    assert_eq!(fault(&away(), &roles()), None);
    let at = |held| DecisionPolicy { elsewhere: Some(held), ..away() };
    let unnamed = HeldElsewhere { system: " ".to_owned(), ..held("coordinator", 48) };
    let of_each = of_each(away(), share(1, 2), Bound::AtLeast);
    for (policy, expected) in [
        (openly(away()), PolicyFault::ElsewhereNotSecret),
        (at(unnamed), PolicyFault::ElsewhereUnnamed),
        (at(held("coordinator", 0)), PolicyFault::ReportHoursZero),
        (at(held("coordinator", HOURS_MAX + 1)), PolicyFault::HoursAboveMax),
        (at(held("oracle", 48)), PolicyFault::RoleUnknown(role("oracle"))),
        (DecisionPolicy { challenges: None, ..away() }, PolicyFault::ElsewhereUnchallenged),
        (
            DecisionPolicy { early_close: EarlyClose::AllVoted, ..away() },
            PolicyFault::ElsewhereClosing,
        ),
        (DecisionPolicy { extension: Some(ONCE), ..away() }, PolicyFault::ElsewhereClosing),
        (of_each, PolicyFault::ElsewhereConstituencies),
    ] {
        assert_eq!(faulty(&policy), expected);
    }
}

#[test]
fn offices_and_agendas_are_chosen_and_not_only_advised_on() {
    for subject in [Subject::MandateConfer, Subject::AgendaPrioritise] {
        let on = |method| DecisionPolicy { subjects: BTreeSet::from([subject]), ..by(method) };
        for method in [Method::Advice {}, Method::TimePoll {}] {
            assert_eq!(faulty(&on(method)), PolicyFault::MethodNeverChooses(subject));
        }
        let dots = Method::Dots { dots_max: 3, winners: 1 };
        assert_eq!(fault(&on(dots), &roles()), None);
    }
}
