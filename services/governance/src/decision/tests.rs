//! The rules of one decision, one sentence a test.

use events::{
    Base, Bound, Challenges, ClosedBecause, Constituency, DecisionOption, DelegationRule,
    DelegationScope, EarlyClose, Electorate, ExtendedBecause, Extension, MembershipClass, Method,
    NotCounted, Objections, PolicyName, Present, Quorum, QuorumSize, RankedRule, Requirement,
    RollMoment, RollUnit, Share, Subject, TieBreak, TieRule, VotingWindow,
};
use kernel::{NetworkId, OrganisationId, ProposalId};
use testkit::given;
use uuid::Uuid;

use super::*;
use crate::counting::{Misfit, OptionsMisfit};

pub(crate) const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
pub(crate) const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
pub(crate) const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
pub(crate) const DAN: PersonId = PersonId::new(Uuid::from_u128(0xd));
/// Represents the bakery.
pub(crate) const EVA: PersonId = PersonId::new(Uuid::from_u128(0xe));
/// On no roll.
const FRED: PersonId = PersonId::new(Uuid::from_u128(0xf));
pub(crate) const BAKERY: OrganisationId = OrganisationId::new(Uuid::from_u128(0xba));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const GARDEN: ProposalId = ProposalId::new(Uuid::from_u128(0x6a));
pub(crate) const DECISION: DecisionId = DecisionId::new(Uuid::from_u128(0xdec));
pub(crate) const SEED: Seed = Seed([7; 32]);

pub(crate) fn of(person: PersonId) -> Party {
    Party::Person(person)
}

/// Noon of a day of March 1936; voting lasts from the 1st to the 8th.
pub(crate) fn march(day: u32) -> Timestamp {
    format!("1936-03-{day:02}T12:00:00Z").parse().unwrap()
}

pub(crate) fn key(name: &str) -> OptionKey {
    OptionKey(name.to_owned())
}

pub(crate) fn says(name: &str) -> Choice {
    Choice::Option(key(name))
}

fn words(by: PersonId) -> Personal<String> {
    Personal::open(by, "because".to_owned())
}

/// A simple majority, with a quorum of half the roll.
pub(crate) fn majority() -> DecisionPolicy {
    DecisionPolicy {
        name: PolicyName("assembly".to_owned()),
        subjects: BTreeSet::from([Subject::Other]),
        method: Method::Majority {},
        proposer_roles: BTreeSet::new(),
        sponsors_min: 0,
        discussion_hours_min: 0,
        window: VotingWindow { hours_min: 24, hours_max: 24 * 14 },
        electorate: Electorate {
            classes: BTreeSet::from([MembershipClass::Member]),
            unit: RollUnit::Person {},
        },
        roll_moment: RollMoment::Opening,
        quorum: Some(half()),
        requirements: vec![Requirement {
            icon: Icon::Agree,
            bound: Bound::MoreThan,
            share: Share { numerator: 1, denominator: 2 },
            base: Base::CastWithoutAbstentions,
        }],
        objections: None,
        secrecy: Secrecy::Open,
        results: ResultsShown::Live,
        ballot_change: BallotChange::UntilClose,
        reasons: Reasons::Optional,
        delegation: DelegationRule::Transitive { steps_max: 3, carried_max: None },
        leavers: Leavers::Keep,
        extension: None,
        early_close: EarlyClose::Never,
        tie: TieRule::StatusQuo {},
        challenges: None,
        review_after_days: None,
        sunset_after_days: None,
        repeat_after_days: 0,
        elsewhere: None,
    }
}

fn half() -> Quorum {
    Quorum {
        size: QuorumSize::ShareOfRoll(Share { numerator: 1, denominator: 2 }),
        bound: Bound::AtLeast,
        counts: Present { abstentions: true, blanks: true, delegated: true },
    }
}

pub(crate) fn consent() -> DecisionPolicy {
    DecisionPolicy {
        method: Method::Consent {},
        requirements: Vec::new(),
        objections: Some(Objections { judge: Judge::RollMember {}, standing_max: 0 }),
        ..majority()
    }
}

pub(crate) fn secret() -> DecisionPolicy {
    DecisionPolicy { secrecy: Secrecy::Secret, ..election(RankedRule::ScottishStv, 1) }
}

pub(crate) fn election(rule: RankedRule, seats: u32) -> DecisionPolicy {
    DecisionPolicy {
        method: Method::Ranked { rule, seats, ranks_max: None },
        requirements: Vec::new(),
        ..majority()
    }
}

fn items(names: &[&str]) -> Vec<DecisionOption> {
    let item = |name: &&str| DecisionOption {
        key: key(name),
        icon: Icon::Item,
        label: String::new(),
        candidate: None,
    };
    names.iter().map(item).collect()
}

fn called(policy: DecisionPolicy) -> DecisionTerms {
    let options = match counting::standard_options(&policy.method) {
        standard if standard.is_empty() => items(&["ash", "birch", "cedar"]),
        standard => standard,
    };
    DecisionTerms {
        network: OLD_CITY,
        proposal: GARDEN,
        revision: 1,
        content_hash: "00".repeat(32),
        subject: Subject::Other,
        topic: None,
        charter_version: 1,
        policy,
        options,
        effects: Vec::new(),
        called_by: DAN,
        opens_at: march(1),
        closes_at: march(8),
        repeats: None,
        seats: None,
    }
}

fn entry(party: Party) -> RollEntry {
    let representative = match party {
        Party::Person(_) => None,
        Party::Organisation(_) => Some(EVA),
    };
    RollEntry { party, weight: 1, representative, constituency: None }
}

/// Anna, Ben, Chloe, Dan and the bakery.
pub(crate) fn roll() -> Vec<RollEntry> {
    let persons = [ANNA, BEN, CHLOE, DAN].map(Party::Person);
    persons.into_iter().chain([Party::Organisation(BAKERY)]).map(entry).collect()
}

pub(crate) fn scheduled(policy: DecisionPolicy) -> Vec<DecisionEvent> {
    vec![DecisionEvent::DecisionScheduled { terms: Box::new(called(policy)) }]
}

fn frozen(policy: DecisionPolicy) -> Vec<DecisionEvent> {
    let hash = canonical::hash_of(&roll()).unwrap();
    let frozen = DecisionEvent::RollFrozen { position: 9, entries: roll(), hash };
    [scheduled(policy), vec![frozen]].concat()
}

pub(crate) fn opened(policy: DecisionPolicy) -> Vec<DecisionEvent> {
    let (closes_at, seed_hash) = (march(8), SEED.hash());
    [frozen(policy), vec![DecisionEvent::DecisionOpened { closes_at, seed_hash }]].concat()
}

pub(crate) fn ballot(person: PersonId, choice: Choice) -> DecisionEvent {
    let (voter, secrecy) = (of(person), Secrecy::Open);
    DecisionEvent::BallotCast { voter, choice, reason: None, secrecy }
}

pub(crate) fn closed(because: ClosedBecause) -> DecisionEvent {
    DecisionEvent::DecisionClosed { because }
}

/// Opened under a policy, with these ballots and other events.
fn open_with(
    policy: DecisionPolicy,
    events: impl IntoIterator<Item = DecisionEvent>,
) -> Vec<DecisionEvent> {
    opened(policy).into_iter().chain(events).collect()
}

/// As [`open_with`], and closed at its time.
pub(crate) fn closed_with(
    policy: DecisionPolicy,
    events: impl IntoIterator<Item = DecisionEvent>,
) -> Vec<DecisionEvent> {
    [open_with(policy, events), vec![closed(ClosedBecause::Deadline)]].concat()
}

fn cast(person: PersonId, choice: Choice, at: Timestamp) -> DecisionCommand {
    DecisionCommand::CastBallot { voter: of(person), by: person, choice, reason: None, at }
}

fn change(person: PersonId, choice: Choice) -> DecisionCommand {
    let (voter, at) = (of(person), march(3));
    DecisionCommand::ChangeBallot { voter, by: person, choice, reason: None, at }
}

pub(crate) fn facts() -> Facts {
    Facts { decision: DECISION, lent: Vec::new(), secret: SecretBox::None }
}

pub(crate) fn opened_box(ballots: Vec<AlikeBallots>, voted: u32) -> Facts {
    let constituencies = Vec::new();
    Facts { secret: SecretBox::Opened { ballots, voted, constituencies }, ..facts() }
}

pub(crate) fn tally(facts: Facts) -> DecisionCommand {
    let (at, office) = (march(8), Office::Held);
    DecisionCommand::TallyDecision { at, facts, seed: Some(SEED), office }
}

fn close(at: Timestamp) -> DecisionCommand {
    DecisionCommand::CloseDecision { at, facts: facts() }
}

fn close_early() -> DecisionCommand {
    DecisionCommand::CloseEarly { at: march(2), facts: facts() }
}

/// What the decision of this history comes to.
fn outcome(history: Vec<DecisionEvent>) -> Outcome {
    counted(history, facts()).1
}

fn counted(history: Vec<DecisionEvent>, facts: Facts) -> (Figures, Outcome) {
    let certified = certified(history, facts);
    let certified = certified.certified.unwrap();
    (certified.figures.clone(), certified.outcome.clone().unwrap())
}

/// The decision of this history, counted.
pub(crate) fn certified(history: Vec<DecisionEvent>, facts: Facts) -> Decision {
    let state = Decision::replay(&history);
    let events = state.decide(&tally(facts)).unwrap();
    events.iter().fold(state, Decision::evolve)
}

/// Anna and Ben agree, Chloe does not.
pub(crate) fn two_to_one() -> Vec<DecisionEvent> {
    vec![ballot(ANNA, says("agree")), ballot(BEN, says("agree")), ballot(CHLOE, says("disagree"))]
}

fn adopted() -> Outcome {
    Outcome::Adopted {}
}

#[test]
fn a_decision_is_called_with_the_options_of_its_method() {
    let terms = DecisionTerms { options: Vec::new(), ..called(majority()) };
    given::<Decision>([])
        .when(&DecisionCommand::ScheduleDecision { terms: Box::new(terms) })
        .then(scheduled(majority()));
}

#[test]
fn calling_it_again_changes_nothing_and_calling_it_otherwise_is_refused() {
    let terms = Box::new(called(majority()));
    given::<Decision>(scheduled(majority()))
        .when(&DecisionCommand::ScheduleDecision { terms })
        .then([]);
    let terms = Box::new(called(consent()));
    given::<Decision>(opened(majority()))
        .when(&DecisionCommand::ScheduleDecision { terms })
        .then_rejected(DecisionRejection::AlreadyScheduled);
}

#[test]
fn a_decision_lasts_as_long_as_its_policy_says_and_has_options_that_fit() {
    let schedule = |terms: DecisionTerms| {
        given::<Decision>([]).when(&DecisionCommand::ScheduleDecision { terms: Box::new(terms) })
    };
    let terms = DecisionTerms { closes_at: march(30), ..called(majority()) };
    schedule(terms)
        .then_rejected(DecisionRejection::WindowOutsidePolicy { hours_min: 24, hours_max: 336 });
    let terms = DecisionTerms { options: items(&["ash"]), ..called(majority()) };
    schedule(terms).then_rejected(DecisionRejection::Options(OptionsMisfit::NotStandard));
    let terms = DecisionTerms { options: Vec::new(), ..called(secret()) };
    schedule(terms).then_rejected(DecisionRejection::Options(OptionsMisfit::NoItems));
    let terms = DecisionTerms { options: items(&["ash", "ash"]), ..called(secret()) };
    schedule(terms).then_rejected(DecisionRejection::Options(OptionsMisfit::KeyTwice));
}

/// The same history, of a decision that was called to fill so many seats.
pub(crate) fn filling(seats: u32, mut history: Vec<DecisionEvent>) -> Vec<DecisionEvent> {
    let Some(DecisionEvent::DecisionScheduled { terms }) = history.first_mut() else { panic!() };
    terms.seats = Some(seats);
    history
}

#[test]
fn an_election_is_called_for_one_seat_at_least_and_no_more_than_its_policy_says() {
    let schedule = |seats, policy: DecisionPolicy| {
        let terms = Box::new(DecisionTerms { seats: Some(seats), ..called(policy) });
        given::<Decision>([]).when(&DecisionCommand::ScheduleDecision { terms })
    };
    let three = || election(RankedRule::ScottishStv, 3);
    schedule(2, three()).then(filling(2, scheduled(three())));
    for seats in [0, 4] {
        schedule(seats, three()).then_rejected(DecisionRejection::SeatsOutsidePolicy(3));
    }
    schedule(1, majority()).then_rejected(DecisionRejection::SeatsOutsidePolicy(0));
}

#[test]
fn as_many_are_elected_as_seats_were_free_at_the_call() {
    let ranking = |names: &[&str]| Choice::Ranking(names.iter().map(|name| key(name)).collect());
    let ranked = [
        ballot(ANNA, ranking(&["ash", "birch", "cedar"])),
        ballot(BEN, ranking(&["ash", "cedar", "birch"])),
        ballot(CHLOE, ranking(&["birch", "cedar", "ash"])),
    ];
    let elected = |history| {
        let Outcome::Elected { winners } = outcome(history) else { panic!("nobody is elected") };
        winners.len()
    };
    for rule in [RankedRule::ScottishStv, RankedRule::MeekStv, RankedRule::Borda] {
        let history = || closed_with(election(rule, 3), ranked.clone());
        let (policy, free) = (elected(history()), elected(filling(2, history())));
        assert_eq!((policy, free), (3, 2), "{rule:?}");
    }
}

#[test]
fn a_roll_is_frozen_in_order_and_never_changes() {
    let backwards: Vec<RollEntry> = roll().into_iter().rev().collect();
    let freeze = DecisionCommand::FreezeRoll { position: 9, entries: backwards };
    given::<Decision>(scheduled(majority()))
        .when(&freeze)
        .then([frozen(majority()).pop().unwrap()]);
    given::<Decision>(opened(majority())).when(&freeze).then([]);
    let shorter = DecisionCommand::FreezeRoll { position: 9, entries: vec![entry(of(ANNA))] };
    given::<Decision>(opened(majority()))
        .when(&shorter)
        .then_rejected(DecisionRejection::RollFrozen);
    let twice = vec![entry(of(ANNA)), entry(of(ANNA))];
    given::<Decision>(scheduled(majority()))
        .when(&DecisionCommand::FreezeRoll { position: 9, entries: twice })
        .then_rejected(DecisionRejection::RollEntryTwice(of(ANNA)));
    let weightless = vec![RollEntry { weight: 0, ..entry(of(ANNA)) }];
    given::<Decision>(scheduled(majority()))
        .when(&DecisionCommand::FreezeRoll { position: 9, entries: weightless })
        .then_rejected(DecisionRejection::RollWeight);
}

#[test]
fn a_roll_without_entries_cancels_the_decision() {
    let hash = canonical::hash_of(&Vec::<RollEntry>::new()).unwrap();
    let because = CancelledBecause::RollEmpty;
    given::<Decision>(scheduled(majority()))
        .when(&DecisionCommand::FreezeRoll { position: 9, entries: Vec::new() })
        .then([
            DecisionEvent::RollFrozen { position: 9, entries: Vec::new(), hash },
            DecisionEvent::DecisionCancelled { because },
        ]);
}

#[test]
fn voting_opens_at_its_time_on_a_frozen_roll() {
    let open = |at| DecisionCommand::OpenDecision { at, seed_hash: SEED.hash() };
    given::<Decision>(scheduled(majority()))
        .when(&open(march(1)))
        .then_rejected(DecisionRejection::RollNotFrozen);
    let early = "1936-02-29T12:00:00Z".parse().unwrap();
    given::<Decision>(frozen(majority()))
        .when(&open(early))
        .then_rejected(DecisionRejection::NotDue(march(1)));
    given::<Decision>(frozen(majority()))
        .when(&open(march(1)))
        .then([opened(majority()).pop().unwrap()]);
    given::<Decision>(opened(majority())).when(&open(march(1))).then([]);
    given::<Decision>(frozen(majority()))
        .when(&DecisionCommand::OpenDecision { at: march(1), seed_hash: "7".to_owned() })
        .then_rejected(DecisionRejection::SeedHashMalformed);
}

#[test]
fn a_ballot_is_cast_while_voting_goes_on() {
    given::<Decision>(opened(majority()))
        .when(&cast(ANNA, says("agree"), march(2)))
        .then([ballot(ANNA, says("agree"))]);
    given::<Decision>(frozen(majority()))
        .when(&cast(ANNA, says("agree"), march(2)))
        .then_rejected(DecisionRejection::NotOpen);
    given::<Decision>([])
        .when(&cast(ANNA, says("agree"), march(2)))
        .then_rejected(DecisionRejection::NotScheduled);
}

#[test]
fn a_ballot_at_the_closing_time_is_refused_even_when_nothing_closed_it_yet() {
    for at in [march(8), march(9)] {
        given::<Decision>(opened(majority()))
            .when(&cast(ANNA, says("agree"), at))
            .then_rejected(DecisionRejection::VotingOver);
    }
    given::<Decision>(closed_with(majority(), []))
        .when(&cast(ANNA, says("agree"), march(2)))
        .then_rejected(DecisionRejection::VotingOver);
}

#[test]
fn an_extension_lets_ballots_in_that_came_too_late_before() {
    let because = ExtendedBecause::Inquorate;
    let extended = DecisionEvent::DecisionExtended { number: 1, closes_at: march(10), because };
    given::<Decision>(open_with(majority(), [extended]))
        .when(&cast(ANNA, says("agree"), march(9)))
        .then([ballot(ANNA, says("agree"))]);
}

#[test]
fn the_same_ballot_twice_is_one_and_a_different_one_is_refused() {
    let history = || open_with(majority(), [ballot(ANNA, says("agree"))]);
    given::<Decision>(history()).when(&cast(ANNA, says("agree"), march(2))).then([]);
    given::<Decision>(history())
        .when(&cast(ANNA, says("disagree"), march(2)))
        .then_rejected(DecisionRejection::BallotAlreadyCast);
}

#[test]
fn only_who_is_on_the_roll_votes_and_only_for_themselves_or_their_organisation() {
    given::<Decision>(opened(majority()))
        .when(&cast(FRED, says("agree"), march(2)))
        .then_rejected(DecisionRejection::NotOnRoll);
    let cast_for = |voter, by| DecisionCommand::CastBallot {
        voter,
        by,
        choice: says("agree"),
        reason: None,
        at: march(2),
    };
    given::<Decision>(opened(majority()))
        .when(&cast_for(of(ANNA), BEN))
        .then_rejected(DecisionRejection::NotTheVoter);
    let bakery = Party::Organisation(BAKERY);
    given::<Decision>(opened(majority()))
        .when(&cast_for(bakery, ANNA))
        .then_rejected(DecisionRejection::NotTheVoter);
    given::<Decision>(opened(majority())).when(&cast_for(bakery, EVA)).then([
        DecisionEvent::BallotCast {
            voter: bakery,
            choice: says("agree"),
            reason: None,
            secrecy: Secrecy::Open,
        },
    ]);
}

#[test]
fn a_ballot_satisfies_its_method() {
    let refused = |policy: DecisionPolicy, choice: Choice, misfit: Misfit| {
        given::<Decision>(opened(policy))
            .when(&cast(ANNA, choice, march(2)))
            .then_rejected(DecisionRejection::Ballot(misfit));
    };
    let with = |method| DecisionPolicy { method, requirements: Vec::new(), ..majority() };
    refused(majority(), says("maybe"), Misfit::OptionUnknown(key("maybe")));
    refused(majority(), Choice::Ranking(vec![key("agree")]), Misfit::OtherKind);
    let choose = || with(Method::Choose { choices_min: 2, choices_max: 2, winners: 1 });
    let chosen = |names: &[&str]| Choice::Options(names.iter().map(|name| key(name)).collect());
    refused(choose(), chosen(&["ash"]), Misfit::TooFewChoices { chosen: 1, min: 2 });
    let too_many = Misfit::TooManyChoices { chosen: 3, max: 2 };
    refused(choose(), chosen(&["ash", "birch", "cedar"]), too_many);
    let score = with(Method::Score { score_min: 0, score_max: 5, winners: 1 });
    let six = Choice::Scores(BTreeMap::from([(key("ash"), 6)]));
    refused(score, six, Misfit::ScoreOutOfRange { score: 6, min: 0, max: 5 });
    let dots = with(Method::Dots { dots_max: 3, winners: 1 });
    let four = Choice::Dots(BTreeMap::from([(key("ash"), 2), (key("birch"), 2)]));
    refused(dots, four, Misfit::TooManyDots { spent: 4, max: 3 });
    let rule = RankedRule::InstantRunoff;
    let two = with(Method::Ranked { rule, seats: 1, ranks_max: Some(2) });
    let ranking = |names: &[&str]| Choice::Ranking(names.iter().map(|name| key(name)).collect());
    let three = ranking(&["ash", "birch", "cedar"]);
    refused(two.clone(), three, Misfit::TooManyRanks { ranks: 3, max: 2 });
    refused(two.clone(), ranking(&["ash", "ash"]), Misfit::RankedTwice(key("ash")));
    refused(two, ranking(&[]), Misfit::NothingChosen);
}

#[test]
fn reasons_are_taken_as_the_policy_says() {
    let with = |reasons| opened(DecisionPolicy { reasons, ..majority() });
    let disagree = cast(ANNA, says("disagree"), march(2));
    for reasons in [Reasons::Required, Reasons::ForDisagreeAndBlock] {
        given::<Decision>(with(reasons))
            .when(&disagree)
            .then_rejected(DecisionRejection::ReasonMissing);
    }
    for reasons in [Reasons::None, Reasons::Optional, Reasons::ForBlock] {
        given::<Decision>(with(reasons)).when(&disagree).then([ballot(ANNA, says("disagree"))]);
    }
    given::<Decision>(with(Reasons::None))
        .when(&DecisionCommand::CastBallot {
            voter: of(ANNA),
            by: ANNA,
            choice: says("agree"),
            reason: Some(words(ANNA)),
            at: march(2),
        })
        .then_rejected(DecisionRejection::ReasonNotTaken);
}

#[test]
fn a_ballot_is_changed_and_taken_back_only_where_the_policy_allows() {
    let withdraw = DecisionCommand::WithdrawBallot { voter: of(ANNA), by: ANNA, at: march(3) };
    let history = |policy| open_with(policy, [ballot(ANNA, says("agree"))]);
    given::<Decision>(history(majority())).when(&change(ANNA, says("disagree"))).then([
        DecisionEvent::BallotChanged {
            voter: of(ANNA),
            choice: says("disagree"),
            reason: None,
            secrecy: Secrecy::Open,
        },
    ]);
    given::<Decision>(history(majority())).when(&change(ANNA, says("agree"))).then([]);
    let withdrawn = DecisionEvent::BallotWithdrawn { voter: of(ANNA), secrecy: Secrecy::Open };
    given::<Decision>(history(majority())).when(&withdraw).then([withdrawn]);
    given::<Decision>(opened(majority())).when(&withdraw).then([]);
    given::<Decision>(opened(majority()))
        .when(&change(ANNA, says("agree")))
        .then_rejected(DecisionRejection::BallotNotCast);
    let never = || DecisionPolicy { ballot_change: BallotChange::Never, ..majority() };
    for command in [withdraw, change(ANNA, says("disagree"))] {
        given::<Decision>(history(never()))
            .when(&command)
            .then_rejected(DecisionRejection::BallotsUnchangeable);
        given::<Decision>(closed_with(majority(), [ballot(ANNA, says("agree"))]))
            .when(&command)
            .then_rejected(DecisionRejection::VotingOver);
    }
}

fn recorded(choice: Choice) -> DecisionEvent {
    DecisionEvent::BallotRecordedOnBehalf {
        voter: of(ANNA),
        by: BEN,
        choice,
        evidence: words(BEN),
        secrecy: Secrecy::Open,
    }
}

fn record(by: PersonId) -> DecisionCommand {
    DecisionCommand::RecordBallotOnBehalf {
        voter: of(ANNA),
        by,
        choice: says("agree"),
        evidence: words(by),
        standing: HolderStanding::Member,
        at: march(2),
    }
}

#[test]
fn a_ballot_is_recorded_by_somebody_else_who_takes_part() {
    given::<Decision>(opened(majority())).when(&record(BEN)).then([recorded(says("agree"))]);
    given::<Decision>(opened(majority()))
        .when(&record(ANNA))
        .then_rejected(DecisionRejection::RecordedForOneself);
    given::<Decision>(opened(majority()))
        .when(&record(FRED))
        .then_rejected(DecisionRejection::RecorderNotOnRoll);
    given::<Decision>(open_with(majority(), [ballot(ANNA, says("disagree"))]))
        .when(&record(BEN))
        .then_rejected(DecisionRejection::BallotAlreadyCast);
}

#[test]
fn nothing_is_recorded_for_who_could_not_say_that_it_is_wrong() {
    let mut suspended = record(BEN);
    if let DecisionCommand::RecordBallotOnBehalf { standing, .. } = &mut suspended {
        *standing = HolderStanding::Outsider;
    }
    given::<Decision>(opened(majority()))
        .when(&suspended)
        .then_rejected(DecisionRejection::VoterNotActive);
}

#[test]
fn a_recorded_ballot_counts_unless_its_voter_repudiates_it_or_votes() {
    let history = |events: &[DecisionEvent]| {
        let others = [ballot(BEN, says("agree")), ballot(CHLOE, says("disagree"))];
        closed_with(majority(), [&[recorded(says("agree"))], events, &others].concat())
    };
    assert_eq!(outcome(history(&[])), adopted());
    let repudiated = DecisionEvent::RecordedBallotRepudiated { voter: of(ANNA) };
    assert_eq!(outcome(history(std::slice::from_ref(&repudiated))), Outcome::Inquorate {});
    assert_eq!(outcome(history(&[ballot(ANNA, says("disagree"))])), Outcome::NotAdopted {});
    given::<Decision>(open_with(majority(), [recorded(says("agree")), repudiated]))
        .when(&record(BEN))
        .then_rejected(DecisionRejection::RecordedBallotRepudiated);
}

#[test]
fn only_the_voter_confirms_or_repudiates_a_recorded_ballot() {
    let history = || open_with(majority(), [recorded(says("agree"))]);
    let confirm = |by| DecisionCommand::ConfirmRecordedBallot { voter: of(ANNA), by, at: march(3) };
    let repudiate =
        |by| DecisionCommand::RepudiateRecordedBallot { voter: of(ANNA), by, at: march(3) };
    for command in [confirm(BEN), repudiate(BEN)] {
        given::<Decision>(history()).when(&command).then_rejected(DecisionRejection::NotTheVoter);
    }
    let confirmed = DecisionEvent::RecordedBallotConfirmed { voter: of(ANNA) };
    given::<Decision>(history()).when(&confirm(ANNA)).then([confirmed.clone()]);
    let repudiated = DecisionEvent::RecordedBallotRepudiated { voter: of(ANNA) };
    given::<Decision>(history()).when(&repudiate(ANNA)).then([repudiated]);
    let history = open_with(majority(), [recorded(says("agree")), confirmed]);
    given::<Decision>(history.clone()).when(&confirm(ANNA)).then([]);
    given::<Decision>(history)
        .when(&repudiate(ANNA))
        .then_rejected(DecisionRejection::NoRecordedBallot);
}

#[test]
fn a_secret_decision_refuses_every_open_ballot() {
    let ranking = Choice::Ranking(vec![key("ash")]);
    let commands = [
        cast(ANNA, ranking.clone(), march(2)),
        change(ANNA, ranking.clone()),
        DecisionCommand::WithdrawBallot { voter: of(ANNA), by: ANNA, at: march(2) },
        record(BEN),
        DecisionCommand::ConfirmRecordedBallot { voter: of(ANNA), by: ANNA, at: march(2) },
        DecisionCommand::RepudiateRecordedBallot { voter: of(ANNA), by: ANNA, at: march(2) },
    ];
    for command in commands {
        given::<Decision>(opened(secret()))
            .when(&command)
            .then_rejected(DecisionRejection::BallotsSecret);
    }
}

#[test]
fn the_box_takes_what_an_open_decision_would() {
    let state = Decision::replay(&opened(secret()));
    let ash = Choice::Ranking(vec![key("ash")]);
    assert_eq!(state.admit_secret((of(BEN), BEN), &ash, march(2)), Ok(1));
    let refused = |acting: Acting, choice: &Choice, at: Timestamp| {
        state.admit_secret(acting, choice, at).unwrap_err()
    };
    assert_eq!(refused((of(FRED), FRED), &ash, march(2)), DecisionRejection::NotOnRoll);
    assert_eq!(refused((of(BEN), ANNA), &ash, march(2)), DecisionRejection::NotTheVoter);
    assert_eq!(refused((of(BEN), BEN), &ash, march(8)), DecisionRejection::VotingOver);
    let unknown = Misfit::OptionUnknown(key("oak"));
    let oak = Choice::Ranking(vec![key("oak")]);
    assert_eq!(refused((of(BEN), BEN), &oak, march(2)), DecisionRejection::Ballot(unknown));
    let open = Decision::replay(&opened(majority()));
    let misplaced = open.admit_secret((of(BEN), BEN), &says("agree"), march(2));
    assert_eq!(misplaced, Err(DecisionRejection::BallotsNotSecret));
}

#[test]
fn a_declared_conflict_of_interest_takes_the_entry_out_of_the_vote() {
    let declare = |by, at| DecisionCommand::DeclareConflictOfInterest { voter: of(ANNA), by, at };
    let declared = DecisionEvent::ConflictOfInterestDeclared { voter: of(ANNA) };
    given::<Decision>(opened(majority())).when(&declare(ANNA, march(2))).then([declared.clone()]);
    given::<Decision>(opened(majority()))
        .when(&declare(BEN, march(2)))
        .then_rejected(DecisionRejection::NotTheVoter);
    let history = open_with(majority(), [declared.clone()]);
    given::<Decision>(history.clone()).when(&declare(ANNA, march(2))).then([]);
    given::<Decision>(history)
        .when(&cast(ANNA, says("agree"), march(2)))
        .then_rejected(DecisionRejection::InConflictOfInterest);
    let history = closed_with(majority(), two_to_one().into_iter().chain([declared]));
    let (figures, outcome) = counted(history, facts());
    assert_eq!((figures.roll_units, figures.direct_units), (4, 2));
    assert_eq!(outcome, Outcome::NotAdopted {});
    given::<Decision>(opened(secret()))
        .when(&declare(ANNA, march(2)))
        .then_rejected(DecisionRejection::ConflictTooLate);
}

#[test]
fn the_entry_of_a_leaver_is_kept_or_void_as_the_policy_says() {
    let found = DecisionCommand::LeaverFound { voter: of(ANNA), at: march(3) };
    let kept = DecisionEvent::LeaverKept { voter: of(ANNA) };
    let voided = DecisionEvent::LeaverVoided { voter: of(ANNA) };
    let void = || DecisionPolicy { leavers: Leavers::Void, ..majority() };
    given::<Decision>(opened(majority())).when(&found).then([kept.clone()]);
    given::<Decision>(opened(void())).when(&found).then([voided.clone()]);
    given::<Decision>(open_with(void(), [voided.clone()])).when(&found).then([]);
    given::<Decision>(opened(DecisionPolicy { leavers: Leavers::Void, ..secret() }))
        .when(&found)
        .then([kept.clone()]);
    given::<Decision>(closed_with(void(), []))
        .when(&found)
        .then_rejected(DecisionRejection::VotingOver);
    let keep = closed_with(majority(), two_to_one().into_iter().chain([kept]));
    assert_eq!(outcome(keep), adopted());
    let without = closed_with(void(), two_to_one().into_iter().chain([voided.clone()]));
    assert_eq!(outcome(without), Outcome::NotAdopted {});
    given::<Decision>(open_with(void(), [voided]))
        .when(&cast(ANNA, says("agree"), march(4)))
        .then_rejected(DecisionRejection::EntryVoid);
}

#[test]
fn whoever_represents_an_organisation_by_now_votes_for_it_and_the_roll_stays_as_it_was() {
    let bakery = Party::Organisation(BAKERY);
    let found = |representative| {
        let (voter, at) = (bakery, march(3));
        DecisionCommand::RepresentativeFound { voter, representative, at }
    };
    let replaced =
        |representative| DecisionEvent::RepresentativeReplaced { voter: bakery, representative };
    given::<Decision>(opened(majority())).when(&found(Some(EVA))).then([]);
    given::<Decision>(opened(majority())).when(&found(Some(FRED))).then([replaced(Some(FRED))]);
    let history = open_with(majority(), [replaced(Some(FRED))]);
    given::<Decision>(history.clone()).when(&found(Some(FRED))).then([]);
    given::<Decision>(history.clone()).when(&found(None)).then([replaced(None)]);
    let vote = |by| {
        let (choice, reason, at) = (says("agree"), None, march(4));
        DecisionCommand::CastBallot { voter: bakery, by, choice, reason, at }
    };
    given::<Decision>(history.clone())
        .when(&vote(EVA))
        .then_rejected(DecisionRejection::NotTheVoter);
    assert_eq!(Decision::replay(&history).decide(&vote(FRED)).map(|events| events.len()), Ok(1));
    assert_eq!(
        Decision::replay(&history).roll.map(|roll| roll.hash.clone()),
        Decision::replay(&opened(majority())).roll.map(|roll| roll.hash.clone())
    );
    given::<Decision>(closed_with(majority(), []))
        .when(&found(Some(FRED)))
        .then_rejected(DecisionRejection::VotingOver);
    let (voter, representative, at) = (of(ANNA), Some(FRED), march(3));
    given::<Decision>(opened(majority()))
        .when(&DecisionCommand::RepresentativeFound { voter, representative, at })
        .then_rejected(DecisionRejection::NotTheVoter);
}

fn raised() -> DecisionEvent {
    DecisionEvent::ObjectionRaised { number: 1, by: of(ANNA), argument: words(ANNA) }
}

fn judge(by: PersonId, validity: Validity) -> DecisionCommand {
    let holds = BTreeSet::new();
    DecisionCommand::JudgeObjection { number: 1, by, holds, validity, at: march(3) }
}

#[test]
fn consent_is_given_unless_a_valid_objection_stands_at_close() {
    let consenting = || [ANNA, BEN, CHLOE].map(|person| ballot(person, says("consent")));
    let with = |events: Vec<DecisionEvent>| {
        outcome(closed_with(consent(), consenting().into_iter().chain(events)))
    };
    let judged = |validity| DecisionEvent::ObjectionJudged { number: 1, by: BEN, validity };
    assert_eq!(with(vec![]), adopted());
    assert_eq!(with(vec![raised()]), Outcome::NotAdopted {});
    assert_eq!(with(vec![raised(), judged(Validity::Valid)]), Outcome::NotAdopted {});
    assert_eq!(with(vec![raised(), judged(Validity::NotValid)]), adopted());
    let withdrawn = DecisionEvent::ObjectionWithdrawn { number: 1 };
    assert_eq!(with(vec![raised(), withdrawn]), adopted());
    assert_eq!(outcome(closed_with(consent(), [])), Outcome::Inquorate {});
}

#[test]
fn an_objection_is_raised_answered_and_judged_by_somebody_without_a_part_in_it() {
    let argument = words(ANNA);
    let object =
        DecisionCommand::RaiseObjection { voter: of(ANNA), by: ANNA, argument, at: march(2) };
    given::<Decision>(opened(consent())).when(&object).then([raised()]);
    given::<Decision>(opened(majority()))
        .when(&object)
        .then_rejected(DecisionRejection::NoObjectionsTaken);
    let history = || open_with(consent(), [raised()]);
    let answer = words(BEN);
    given::<Decision>(history())
        .when(&DecisionCommand::AnswerObjection { number: 1, by: BEN, answer, at: march(2) })
        .then([DecisionEvent::ObjectionAnswered { number: 1, by: BEN, answer: words(BEN) }]);
    for (by, rejection) in [
        (ANNA, DecisionRejection::JudgeHasPart),
        (DAN, DecisionRejection::JudgeHasPart),
        (FRED, DecisionRejection::NotTheJudge),
    ] {
        given::<Decision>(history()).when(&judge(by, Validity::NotValid)).then_rejected(rejection);
    }
    let judged = |validity| DecisionEvent::ObjectionJudged { number: 1, by: BEN, validity };
    given::<Decision>(history())
        .when(&judge(BEN, Validity::NotValid))
        .then([judged(Validity::NotValid)]);
    let history = open_with(consent(), [raised(), judged(Validity::Valid)]);
    given::<Decision>(history.clone()).when(&judge(CHLOE, Validity::Valid)).then([]);
    given::<Decision>(history)
        .when(&judge(CHLOE, Validity::NotValid))
        .then_rejected(DecisionRejection::ObjectionAlreadyJudged(1));
    given::<Decision>(opened(consent()))
        .when(&judge(BEN, Validity::Valid))
        .then_rejected(DecisionRejection::ObjectionUnknown(1));
}

#[test]
fn a_role_judges_where_the_policy_says_so() {
    let role = RoleName("facilitator".to_owned());
    let objections = Objections { judge: Judge::Role(role.clone()), standing_max: 0 };
    let policy = DecisionPolicy { objections: Some(objections), ..consent() };
    let history = || open_with(policy.clone(), [raised()]);
    given::<Decision>(history())
        .when(&judge(BEN, Validity::Valid))
        .then_rejected(DecisionRejection::NotTheJudge);
    let (by, holds) = (FRED, BTreeSet::from([role]));
    let (validity, at) = (Validity::Valid, march(3));
    given::<Decision>(history())
        .when(&DecisionCommand::JudgeObjection { number: 1, by, holds, validity, at })
        .then([DecisionEvent::ObjectionJudged { number: 1, by, validity }]);
}

#[test]
fn only_the_objector_takes_an_objection_back() {
    let history = || open_with(consent(), [raised()]);
    let withdraw = |by| DecisionCommand::WithdrawObjection { number: 1, by, at: march(3) };
    given::<Decision>(history()).when(&withdraw(BEN)).then_rejected(DecisionRejection::NotTheVoter);
    given::<Decision>(history())
        .when(&withdraw(ANNA))
        .then([DecisionEvent::ObjectionWithdrawn { number: 1 }]);
}

#[test]
fn voting_ends_at_its_time_and_not_before() {
    given::<Decision>(open_with(majority(), two_to_one()))
        .when(&close(march(8)))
        .then([closed(ClosedBecause::Deadline)]);
    given::<Decision>(opened(majority()))
        .when(&close(march(7)))
        .then_rejected(DecisionRejection::NotDue(march(8)));
    given::<Decision>(closed_with(majority(), [])).when(&close(march(8))).then([]);
}

fn extending(if_inquorate: bool, if_tied: bool) -> DecisionPolicy {
    let extension = Extension { times_max: 1, hours: 48, if_inquorate, if_tied };
    DecisionPolicy { extension: Some(extension), ..majority() }
}

#[test]
fn voting_goes_on_when_too_few_took_part_or_there_is_a_tie_and_only_so_often() {
    let extended =
        |because| DecisionEvent::DecisionExtended { number: 1, closes_at: march(10), because };
    let inquorate = extended(ExtendedBecause::Inquorate);
    given::<Decision>(opened(extending(true, false)))
        .when(&close(march(8)))
        .then([inquorate.clone()]);
    given::<Decision>(open_with(extending(true, false), two_to_one()))
        .when(&close(march(8)))
        .then([closed(ClosedBecause::Deadline)]);
    let tied = [
        ballot(ANNA, says("agree")),
        ballot(BEN, says("disagree")),
        ballot(CHLOE, Choice::Abstain {}),
    ];
    given::<Decision>(open_with(extending(false, true), tied))
        .when(&close(march(8)))
        .then([extended(ExtendedBecause::Tied)]);
    let again = || open_with(extending(true, false), [inquorate.clone()]);
    // The close that the extension answered, given by a second scheduler.
    given::<Decision>(again()).when(&close(march(8))).then([]);
    given::<Decision>(again()).when(&close(march(10))).then([closed(ClosedBecause::Deadline)]);
}

#[test]
fn everyone_on_the_roll_is_reminded_once_and_halfway_whoever_has_voted() {
    let halfway = reminder_at(&called(majority()));
    assert_eq!(halfway.duration_since(march(1)), march(8).duration_since(halfway));
    let remind = |at| DecisionCommand::RemindVoters { at };
    let reminded = || DecisionEvent::VotersReminded {};
    for policy in [majority(), consent(), secret()] {
        given::<Decision>(opened(policy)).when(&remind(halfway)).then([reminded()]);
    }
    given::<Decision>(open_with(majority(), two_to_one()))
        .when(&remind(halfway))
        .then([reminded()]);
    given::<Decision>(opened(majority()))
        .when(&remind(march(4)))
        .then_rejected(DecisionRejection::NotDue(halfway));
    given::<Decision>(open_with(majority(), [reminded()])).when(&remind(halfway)).then([]);
    let because = ExtendedBecause::Inquorate;
    let extended = DecisionEvent::DecisionExtended { number: 1, closes_at: march(10), because };
    given::<Decision>(open_with(extending(true, false), [reminded(), extended]))
        .when(&remind(march(9)))
        .then([]);
}

#[test]
fn nobody_is_reminded_of_a_vote_that_has_not_begun_or_is_over() {
    let remind = DecisionCommand::RemindVoters { at: march(5) };
    given::<Decision>([]).when(&remind).then_rejected(DecisionRejection::NotScheduled);
    given::<Decision>(frozen(majority())).when(&remind).then_rejected(DecisionRejection::NotOpen);
    given::<Decision>(closed_with(majority(), [])).when(&remind).then([]);
}

#[test]
fn voting_ends_early_only_where_the_policy_allows_it() {
    given::<Decision>(open_with(majority(), two_to_one()))
        .when(&close_early())
        .then_rejected(DecisionRejection::EarlyCloseNotAllowed);
    let all = || DecisionPolicy { early_close: EarlyClose::AllVoted, ..majority() };
    given::<Decision>(open_with(all(), two_to_one()))
        .when(&close_early())
        .then_rejected(DecisionRejection::NotAllVoted);
    let bakery = DecisionEvent::ConflictOfInterestDeclared { voter: Party::Organisation(BAKERY) };
    let rest = [ballot(DAN, Choice::Abstain {}), bakery];
    given::<Decision>(open_with(all(), two_to_one().into_iter().chain(rest)))
        .when(&close_early())
        .then([closed(ClosedBecause::AllVoted)]);
}

#[test]
fn voting_ends_early_when_no_ballot_could_change_the_result() {
    let decided = || DecisionPolicy {
        early_close: EarlyClose::Decided,
        ballot_change: BallotChange::Never,
        ..majority()
    };
    // Two of five may still come and make it 2 to 3.
    given::<Decision>(open_with(decided(), two_to_one()))
        .when(&close_early())
        .then_rejected(DecisionRejection::NotDecided);
    let three = || [ANNA, BEN, CHLOE].map(|person| ballot(person, says("agree")));
    given::<Decision>(open_with(decided(), three()))
        .when(&close_early())
        .then([closed(ClosedBecause::Decided)]);
    let against = [ANNA, BEN, CHLOE].map(|person| ballot(person, says("disagree")));
    given::<Decision>(open_with(decided(), against))
        .when(&close_early())
        .then([closed(ClosedBecause::Decided)]);
    let changeable = DecisionPolicy { ballot_change: BallotChange::UntilClose, ..decided() };
    given::<Decision>(open_with(changeable, three()))
        .when(&close_early())
        .then_rejected(DecisionRejection::NotDecided);
}

#[test]
fn a_count_is_certified_and_final_at_once_where_nobody_can_challenge_it() {
    let state = Decision::replay(&closed_with(majority(), two_to_one()));
    let events = state.decide(&tally(facts())).unwrap();
    let [
        DecisionEvent::DecisionTallied { algorithm, figures, .. },
        DecisionEvent::DecisionCertified { outcome, challenges_until: None },
        DecisionEvent::DecisionFinalised { network, proposal, outcome: last },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(algorithm, "weft-tally/1");
    assert_eq!((*network, *proposal), (OLD_CITY, GARDEN));
    assert_eq!((figures.present_units, figures.quorum_units), (3, Some(3)));
    assert_eq!((outcome, last), (&adopted(), &adopted()));
    let state = events.iter().fold(state, Decision::evolve);
    assert_eq!(state.phase, Phase::Final);
    assert_eq!(state.decide(&tally(facts())), Ok(vec![]));
}

#[test]
fn nothing_is_counted_before_voting_is_over() {
    given::<Decision>(opened(majority()))
        .when(&tally(facts()))
        .then_rejected(DecisionRejection::StillOpen);
    given::<Decision>(frozen(majority()))
        .when(&tally(facts()))
        .then_rejected(DecisionRejection::NotOpen);
}

#[test]
fn a_majority_adopts_and_too_few_do_not() {
    assert_eq!(outcome(closed_with(majority(), two_to_one())), adopted());
    let two = two_to_one().into_iter().take(2);
    assert_eq!(outcome(closed_with(majority(), two)), Outcome::Inquorate {});
    let others = [ballot(ANNA, says("agree")), ballot(BEN, says("disagree"))];
    let against = others.into_iter().chain([ballot(CHLOE, says("disagree"))]);
    assert_eq!(outcome(closed_with(majority(), against)), Outcome::NotAdopted {});
}

#[test]
fn a_roll_that_lost_all_its_entries_is_inquorate() {
    let policy = DecisionPolicy { quorum: None, leavers: Leavers::Void, ..majority() };
    let gone = roll().into_iter().map(|entry| DecisionEvent::LeaverVoided { voter: entry.party });
    assert_eq!(
        outcome(closed_with(policy, two_to_one().into_iter().chain(gone))),
        Outcome::Inquorate {}
    );
}

#[test]
fn blocks_beyond_the_limit_defeat_a_proposal() {
    let policy = |blocks_max| DecisionPolicy {
        method: Method::ProposalWithBlock { blocks_max },
        requirements: Vec::new(),
        ..majority()
    };
    let ballots = || {
        let agree = [ANNA, BEN, CHLOE].map(|person| ballot(person, says("agree")));
        agree.into_iter().chain([ballot(DAN, says("block"))])
    };
    assert_eq!(outcome(closed_with(policy(0), ballots())), Outcome::NotAdopted {});
    assert_eq!(outcome(closed_with(policy(1), ballots())), adopted());
}

#[test]
fn consensus_bears_standing_aside_and_nothing_against_it() {
    let policy =
        || DecisionPolicy { method: Method::Consensus {}, requirements: Vec::new(), ..majority() };
    let with = |last: &str| {
        let agree = [ANNA, BEN].map(|person| ballot(person, says("agree")));
        outcome(closed_with(policy(), agree.into_iter().chain([ballot(CHLOE, says(last))])))
    };
    assert_eq!(with("stand_aside"), adopted());
    assert_eq!(with("disagree"), Outcome::NotAdopted {});
    assert_eq!(with("block"), Outcome::NotAdopted {});
    let aside = [ANNA, BEN, CHLOE].map(|person| ballot(person, says("stand_aside")));
    assert_eq!(outcome(closed_with(policy(), aside)), Outcome::NotAdopted {});
}

#[test]
fn advice_is_never_adopted() {
    let policy =
        DecisionPolicy { method: Method::Advice {}, requirements: Vec::new(), ..majority() };
    assert_eq!(outcome(closed_with(policy, two_to_one())), Outcome::Advised {});
}

fn ranking(person: PersonId, names: &[&str]) -> DecisionEvent {
    ballot(person, Choice::Ranking(names.iter().map(|name| key(name)).collect()))
}

#[test]
fn a_run_off_eliminates_until_somebody_has_more_than_half() {
    let ballots = [
        ranking(ANNA, &["ash"]),
        ranking(BEN, &["ash"]),
        ranking(CHLOE, &["birch"]),
        ranking(DAN, &["birch"]),
        DecisionEvent::BallotCast {
            voter: Party::Organisation(BAKERY),
            choice: Choice::Ranking(vec![key("cedar"), key("birch")]),
            reason: None,
            secrecy: Secrecy::Open,
        },
    ];
    let policy = election(RankedRule::InstantRunoff, 1);
    let (figures, outcome) = counted(closed_with(policy, ballots), facts());
    assert_eq!(outcome, Outcome::Elected { winners: vec![key("birch")] });
    assert_eq!(figures.rounds.len(), 2);
    assert_eq!(figures.rounds[0].eliminated, [key("cedar")]);
    assert_eq!(figures.rounds[1].votes[1], (key("birch"), "3".to_owned()));
}

fn alike(names: &[&str], count: u32) -> AlikeBallots {
    let choice = Choice::Ranking(names.iter().map(|name| key(name)).collect());
    AlikeBallots { choice, weight: 1, count }
}

#[test]
fn a_secret_decision_is_counted_from_what_was_in_the_box() {
    let history = || closed_with(secret(), []);
    let ballots = || vec![alike(&["ash"], 1), alike(&["birch"], 3)];
    let (figures, outcome) = counted(history(), opened_box(ballots(), 4));
    assert_eq!(outcome, Outcome::Elected { winners: vec![key("birch")] });
    assert_eq!((figures.direct_units, figures.quorate), (4, true));
    let uncountable = |facts: Facts, uncountable: Uncountable| {
        given::<Decision>(history())
            .when(&tally(facts))
            .then_rejected(DecisionRejection::Uncountable(uncountable));
    };
    uncountable(opened_box(ballots(), 5), Uncountable::BoxMismatch);
    uncountable(opened_box(vec![alike(&["ash"], 6)], 6), Uncountable::BoxMismatch);
    let backwards = ballots().into_iter().rev().collect();
    uncountable(opened_box(backwards, 4), Uncountable::OutOfOrder("ballots"));
    given::<Decision>(history()).when(&tally(facts())).then_rejected(DecisionRejection::OtherBox);
}

#[test]
fn nobody_looks_into_the_box_to_end_the_voting() {
    let looked_in = opened_box(vec![], 0);
    given::<Decision>(opened(secret()))
        .when(&DecisionCommand::CloseDecision { at: march(8), facts: looked_in })
        .then_rejected(DecisionRejection::OtherBox);
    let extension = extending(true, true).extension;
    let policy = DecisionPolicy { extension, ..secret() };
    let close = |voted| {
        let secret = SecretBox::Closed { voted, constituencies: Vec::new() };
        let facts = Facts { secret, ..facts() };
        DecisionCommand::CloseDecision { at: march(8), facts }
    };
    let because = ExtendedBecause::Inquorate;
    given::<Decision>(opened(policy.clone()))
        .when(&close(2))
        .then([DecisionEvent::DecisionExtended { number: 1, closes_at: march(10), because }]);
    given::<Decision>(opened(policy)).when(&close(3)).then([closed(ClosedBecause::Deadline)]);
}

#[test]
fn a_secret_vote_goes_on_when_one_constituency_is_short() {
    let size = QuorumSize::ShareOfEach(Share { numerator: 1, denominator: 2 });
    let policy = DecisionPolicy {
        quorum: Some(Quorum { size, ..half() }),
        extension: extending(true, false).extension,
        ..secret()
    };
    let mut entries = roll();
    for entry in &mut entries {
        let name = if entry.party == of(DAN) { "tenants" } else { "owners" };
        entry.constituency = Some(Constituency(name.to_owned()));
    }
    let hash = canonical::hash_of(&entries).unwrap();
    assert_ne!(hash, canonical::hash_of(&roll()).unwrap());
    given::<Decision>(scheduled(policy.clone()))
        .when(&DecisionCommand::FreezeRoll { position: 9, entries: entries.clone() })
        .then([DecisionEvent::RollFrozen {
            position: 9,
            entries: entries.clone(),
            hash: hash.clone(),
        }]);
    let frozen = DecisionEvent::RollFrozen { position: 9, entries, hash };
    let (closes_at, seed_hash) = (march(8), SEED.hash());
    let begun = DecisionEvent::DecisionOpened { closes_at, seed_hash };
    let history = [scheduled(policy), vec![frozen, begun]].concat();
    let state = Decision::replay(&history);
    let close = |voters: &[u32]| {
        let voters: BTreeSet<u32> = voters.iter().copied().collect();
        let constituencies = state.turnout(&voters);
        let voted = u32::try_from(voters.len()).unwrap();
        let facts = Facts { secret: SecretBox::Closed { voted, constituencies }, ..facts() };
        DecisionCommand::CloseDecision { at: march(8), facts }
    };
    let because = ExtendedBecause::Inquorate;
    given::<Decision>(history.clone())
        .when(&close(&[0, 1, 2, 4]))
        .then([DecisionEvent::DecisionExtended { number: 1, closes_at: march(10), because }]);
    given::<Decision>(history.clone())
        .when(&close(&[0, 1, 3]))
        .then([closed(ClosedBecause::Deadline)]);
}

fn contested(by: Party, about: Party, ground: ContestGround) -> DecisionEvent {
    DecisionEvent::RollContested { by, about, ground, reason: words(FRED) }
}

fn contest(by: Party, about: Party, ground: ContestGround, at: Timestamp) -> DecisionCommand {
    DecisionCommand::ContestRoll { by, about, ground, reason: words(FRED), at }
}

#[test]
fn whoever_finds_the_roll_wrong_says_so_and_the_roll_stays_as_it_is() {
    let missing = contest(of(FRED), of(FRED), ContestGround::Missing, march(1));
    let said = contested(of(FRED), of(FRED), ContestGround::Missing);
    given::<Decision>(frozen(majority())).when(&missing).then([said.clone()]);
    given::<Decision>(opened(majority())).when(&missing).then([said.clone()]);
    given::<Decision>(opened(secret())).when(&missing).then([said.clone()]);
    let before = Decision::replay(&opened(majority()));
    let after = before.clone().evolve(&said);
    assert_eq!((&after.roll, after.phase), (&before.roll, before.phase));
    assert_eq!(after.inputs(&facts()), before.inputs(&facts()), "nothing of it is counted");
    for ground in [ContestGround::NotEntitled, ContestGround::WrongWeightOrUnit] {
        given::<Decision>(open_with(majority(), [said.clone()]))
            .when(&contest(of(ANNA), of(BEN), ground, march(2)))
            .then([contested(of(ANNA), of(BEN), ground)]);
    }
}

#[test]
fn a_roll_is_contested_once_by_a_party_about_a_party() {
    let history =
        || open_with(majority(), [contested(of(ANNA), of(BEN), ContestGround::NotEntitled)]);
    given::<Decision>(history())
        .when(&contest(of(ANNA), of(BEN), ContestGround::NotEntitled, march(2)))
        .then([]);
    given::<Decision>(history())
        .when(&contest(of(ANNA), of(BEN), ContestGround::WrongWeightOrUnit, march(2)))
        .then_rejected(DecisionRejection::RollAlreadyContested);
    let of_others = contested(of(CHLOE), of(BEN), ContestGround::NotEntitled);
    given::<Decision>(history())
        .when(&contest(of(CHLOE), of(BEN), ContestGround::NotEntitled, march(2)))
        .then([of_others]);
}

#[test]
fn a_roll_is_contested_only_in_what_it_can_be_wrong_in() {
    for ground in [ContestGround::NotEntitled, ContestGround::WrongWeightOrUnit] {
        given::<Decision>(opened(majority()))
            .when(&contest(of(ANNA), of(FRED), ground, march(2)))
            .then_rejected(DecisionRejection::ContestedNotOnRoll);
    }
    given::<Decision>(opened(majority()))
        .when(&contest(of(ANNA), of(BEN), ContestGround::Missing, march(2)))
        .then_rejected(DecisionRejection::ContestedIsOnRoll);
}

#[test]
fn a_roll_is_contested_from_its_freezing_until_voting_is_over() {
    let contest = |at| contest(of(FRED), of(FRED), ContestGround::Missing, at);
    given::<Decision>([]).when(&contest(march(1))).then_rejected(DecisionRejection::NotScheduled);
    given::<Decision>(scheduled(majority()))
        .when(&contest(march(1)))
        .then_rejected(DecisionRejection::RollNotFrozen);
    given::<Decision>(opened(majority()))
        .when(&contest(march(8)))
        .then_rejected(DecisionRejection::VotingOver);
    given::<Decision>(closed_with(majority(), []))
        .when(&contest(march(8)))
        .then_rejected(DecisionRejection::VotingOver);
    let because = CancelledBecause::ProposalWithdrawn;
    given::<Decision>(open_with(majority(), [DecisionEvent::DecisionCancelled { because }]))
        .when(&contest(march(2)))
        .then_rejected(DecisionRejection::CameToNothing);
}

#[test]
fn a_roll_is_contested_so_often_and_no_more() {
    let stranger = |number: usize| {
        Party::Person(PersonId::new(uuid::Uuid::from_u128(0x9000 + number as u128)))
    };
    let said = |number| contested(stranger(number), of(ANNA), ContestGround::NotEntitled);
    let history = open_with(majority(), (0..CONTESTS_MAX).map(said));
    given::<Decision>(history)
        .when(&contest(of(BEN), of(ANNA), ContestGround::NotEntitled, march(2)))
        .then_rejected(DecisionRejection::TooManyContests);
}

#[test]
fn nobody_contests_a_roll_so_often_that_others_cannot() {
    let missing = |number: usize| {
        Party::Person(PersonId::new(uuid::Uuid::from_u128(0x9000 + number as u128)))
    };
    let said = |number| contested(of(ANNA), missing(number), ContestGround::Missing);
    let history = |contests| open_with(majority(), (0..contests).map(said));
    let once_more = contest(of(ANNA), of(BEN), ContestGround::NotEntitled, march(2));
    given::<Decision>(history(CONTESTS_OF_ONE_MAX - 1)).when(&once_more).then([contested(
        of(ANNA),
        of(BEN),
        ContestGround::NotEntitled,
    )]);
    given::<Decision>(history(CONTESTS_OF_ONE_MAX))
        .when(&once_more)
        .then_rejected(DecisionRejection::TooManyContests);
    given::<Decision>(history(CONTESTS_OF_ONE_MAX))
        .when(&contest(of(ANNA), missing(0), ContestGround::Missing, march(2)))
        .then([]);
    given::<Decision>(history(CONTESTS_OF_ONE_MAX))
        .when(&contest(of(BEN), of(BEN), ContestGround::NotEntitled, march(2)))
        .then([contested(of(BEN), of(BEN), ContestGround::NotEntitled)]);
}

fn one_to_one() -> Vec<DecisionEvent> {
    vec![
        ballot(ANNA, says("agree")),
        ballot(BEN, says("disagree")),
        ballot(CHLOE, Choice::Abstain {}),
    ]
}

fn with_tie(tie: TieRule) -> Vec<DecisionEvent> {
    closed_with(DecisionPolicy { tie, ..majority() }, one_to_one())
}

fn tie_broken(events: &[DecisionEvent]) -> (Vec<OptionKey>, TieBreak) {
    let broken = events.iter().find_map(|event| {
        let DecisionEvent::TieBroken { chosen, by, .. } = event else { return None };
        Some((chosen.clone(), by.clone()))
    });
    broken.unwrap()
}

#[test]
fn a_tie_is_broken_as_the_policy_says() {
    let state = certified(with_tie(TieRule::StatusQuo {}), facts());
    let result = state.certified.unwrap();
    assert_eq!(result.outcome, Some(Outcome::NotAdopted {}));
    assert_eq!(result.ties[0].by, TieBreak::StatusQuo {});
    let options = vec![key("agree"), key("disagree")];
    assert_eq!(outcome(with_tie(TieRule::SecondRound {})), Outcome::Tied { options });
    let drawn = Decision::replay(&with_tie(TieRule::SeededLot {})).decide(&tally(facts())).unwrap();
    let (chosen, by) = tie_broken(&drawn);
    assert_eq!(chosen.len(), 1);
    assert_eq!(by, TieBreak::Lot { seed: SEED.hex() });
}

#[test]
fn a_lot_is_drawn_from_the_seed_that_was_committed_to() {
    let tally = |seed| {
        let (at, office) = (march(8), Office::Held);
        DecisionCommand::TallyDecision { at, facts: facts(), seed, office }
    };
    for (seed, uncountable) in
        [(None, Uncountable::SeedMissing), (Some(Seed([8; 32])), Uncountable::SeedMismatch)]
    {
        given::<Decision>(with_tie(TieRule::SeededLot {}))
            .when(&tally(seed))
            .then_rejected(DecisionRejection::Uncountable(uncountable));
    }
}

#[test]
fn a_tie_waits_for_the_casting_vote_of_the_role_that_has_it() {
    let chair = RoleName("chair".to_owned());
    let history = || with_tie(TieRule::CastingVote { role: chair.clone() });
    let between = vec![key("agree"), key("disagree")];
    let needed = Uncountable::CastingVoteNeeded { between: between.clone() };
    given::<Decision>(history())
        .when(&tally(facts()))
        .then_rejected(DecisionRejection::Uncountable(needed));
    let cast = |holds: &[&RoleName], favours: Vec<OptionKey>| DecisionCommand::CastTieBreak {
        by: EVA,
        holds: holds.iter().map(|role| (*role).clone()).collect(),
        favours,
        at: march(9),
        facts: facts(),
    };
    given::<Decision>(history())
        .when(&cast(&[], between.clone()))
        .then_rejected(DecisionRejection::NotTheJudge);
    given::<Decision>(history())
        .when(&cast(&[&chair], vec![key("oak")]))
        .then_rejected(DecisionRejection::CastingVoteMalformed);
    let incomplete = Uncountable::CastingVoteIncomplete { between: between.clone() };
    given::<Decision>(history())
        .when(&cast(&[&chair], vec![]))
        .then_rejected(DecisionRejection::Uncountable(incomplete));
    let state = Decision::replay(&history());
    let events = state.decide(&cast(&[&chair], between.clone())).unwrap();
    let casting = TieBreak::CastingVote { by: EVA, favours: between.clone() };
    assert_eq!(tie_broken(&events), (vec![key("agree")], casting));
    let state = events.iter().fold(state, Decision::evolve);
    assert_eq!(state.certified.unwrap().outcome, Some(adopted()));
    let clear = DecisionPolicy { tie: TieRule::CastingVote { role: chair.clone() }, ..majority() };
    given::<Decision>(closed_with(clear, two_to_one()))
        .when(&cast(&[&chair], between))
        .then_rejected(DecisionRejection::NothingToBreak);
    let (at, office) = (march(8), Office::Vacant);
    let vacant = DecisionCommand::TallyDecision { at, facts: facts(), seed: None, office };
    let events = Decision::replay(&history()).decide(&vacant).unwrap();
    assert_eq!(tie_broken(&events).1, TieBreak::StatusQuo {});
}

pub(crate) fn lent(delegator: PersonId, delegate: PersonId, granted: u64) -> Lent {
    let scope = DelegationScope::All {};
    Lent { delegator: of(delegator), delegate: of(delegate), scope, granted }
}

#[test]
fn a_lent_vote_counts_with_the_delegate_and_a_ballot_of_ones_own_overrides_it() {
    let lending = Facts {
        lent: vec![lent(CHLOE, ANNA, 1), lent(DAN, CHLOE, 2), lent(BEN, ANNA, 3)],
        ..facts()
    };
    let ballots = [ballot(ANNA, says("agree")), ballot(BEN, says("disagree"))];
    let state = certified(closed_with(majority(), ballots), lending);
    let certified = state.certified.unwrap();
    assert_eq!(certified.outcome, Some(adopted()));
    assert_eq!((certified.figures.direct_units, certified.figures.delegated_units), (2, 2));
    let paths: Vec<_> =
        certified.delegations.iter().map(|it| (it.delegator, it.path.clone())).collect();
    let expected = [(of(CHLOE), vec![of(ANNA)]), (of(DAN), vec![of(CHLOE), of(ANNA)])];
    assert_eq!(paths, expected);
}

#[test]
fn a_lent_vote_that_leads_nowhere_does_not_count_and_is_told() {
    let lending = Facts {
        lent: vec![lent(ANNA, BEN, 1), lent(BEN, ANNA, 2), lent(CHLOE, FRED, 3)],
        ..facts()
    };
    let state = certified(closed_with(majority(), [ballot(DAN, says("agree"))]), lending);
    let certified = state.certified.unwrap();
    let reasons: Vec<_> = certified.delegations.iter().map(|it| it.not_counted).collect();
    let circle = Some(NotCounted::Circle);
    assert_eq!(reasons, [circle, circle, Some(NotCounted::OffTheRoll)]);
    assert_eq!(certified.figures.delegated_units, 0);
    assert!(certified.delegations.iter().all(|it| !it.path.is_empty()));
}

fn challengeable() -> DecisionPolicy {
    let challenges = Challenges { window_hours: 48, judge: Judge::RollMember {} };
    DecisionPolicy { challenges: Some(challenges), ..majority() }
}

/// Adopted on the 8th; it can be challenged until the 10th.
fn contestable(events: impl IntoIterator<Item = DecisionEvent>) -> Vec<DecisionEvent> {
    let history = closed_with(challengeable(), two_to_one());
    let certified = Decision::replay(&history).decide(&tally(facts())).unwrap();
    [history, certified].concat().into_iter().chain(events).collect()
}

fn challenged() -> DecisionEvent {
    DecisionEvent::ResultChallenged { by: of(CHLOE), grounds: words(CHLOE) }
}

#[test]
fn a_result_is_challenged_within_its_window_by_who_is_on_the_roll() {
    let challenge = |person, at| DecisionCommand::ChallengeResult {
        voter: of(person),
        by: person,
        grounds: words(person),
        at,
    };
    given::<Decision>(contestable([])).when(&challenge(CHLOE, march(9))).then([challenged()]);
    given::<Decision>(contestable([challenged()])).when(&challenge(CHLOE, march(9))).then([]);
    given::<Decision>(contestable([]))
        .when(&challenge(CHLOE, march(10)))
        .then_rejected(DecisionRejection::ChallengesOver(march(10)));
    given::<Decision>(contestable([]))
        .when(&challenge(FRED, march(9)))
        .then_rejected(DecisionRejection::NotOnRoll);
    given::<Decision>(open_with(challengeable(), []))
        .when(&challenge(CHLOE, march(2)))
        .then_rejected(DecisionRejection::NotCertified);
}

#[test]
fn a_result_is_final_when_its_window_has_passed_without_a_challenge_upheld() {
    let finalise = |day| DecisionCommand::FinaliseDecision { at: march(day) };
    given::<Decision>(contestable([]))
        .when(&finalise(9))
        .then_rejected(DecisionRejection::NotDue(march(10)));
    given::<Decision>(contestable([challenged()]))
        .when(&finalise(10))
        .then_rejected(DecisionRejection::ChallengePending);
    let finalised = DecisionEvent::DecisionFinalised {
        network: OLD_CITY,
        proposal: GARDEN,
        outcome: adopted(),
    };
    given::<Decision>(contestable([])).when(&finalise(10)).then([finalised.clone()]);
    let dismissed = DecisionEvent::ChallengeDismissed { by: BEN };
    given::<Decision>(contestable([challenged(), dismissed]))
        .when(&finalise(10))
        .then([finalised.clone()]);
    given::<Decision>(contestable([finalised])).when(&finalise(10)).then([]);
}

#[test]
fn a_challenge_upheld_annuls_the_result_and_deletes_nothing() {
    let decide =
        |by, finding| DecisionCommand::DecideChallenge { by, holds: BTreeSet::new(), finding };
    let history = || contestable([challenged()]);
    given::<Decision>(history())
        .when(&decide(CHLOE, ChallengeFinding::Upheld))
        .then_rejected(DecisionRejection::JudgeHasPart);
    given::<Decision>(contestable([]))
        .when(&decide(BEN, ChallengeFinding::Upheld))
        .then_rejected(DecisionRejection::NotChallenged);
    given::<Decision>(history())
        .when(&decide(BEN, ChallengeFinding::Dismissed))
        .then([DecisionEvent::ChallengeDismissed { by: BEN }]);
    let upheld = [DecisionEvent::ChallengeUpheld { by: BEN }, DecisionEvent::DecisionAnnulled {}];
    given::<Decision>(history()).when(&decide(BEN, ChallengeFinding::Upheld)).then(upheld.clone());
    let annulled = Decision::replay(&[history(), upheld.to_vec()].concat());
    assert_eq!(annulled.phase, Phase::Annulled);
    assert_eq!(annulled.certified.as_ref().unwrap().outcome, Some(adopted()));
    assert_eq!(annulled.ballots.len(), 3);
    given::<Decision>([history(), upheld.to_vec()].concat())
        .when(&DecisionCommand::FinaliseDecision { at: march(10) })
        .then_rejected(DecisionRejection::CameToNothing);
    given::<Decision>(history())
        .when(&DecisionCommand::AnnulDecision)
        .then_rejected(DecisionRejection::ChallengeNotUpheld);
}

#[test]
fn a_proposal_is_not_taken_back_to_escape_what_was_voted() {
    let because = CancelledBecause::ProposalWithdrawn;
    let cancel = |day| DecisionCommand::CancelDecision { because, at: march(day) };
    let cancelled = || [DecisionEvent::DecisionCancelled { because }];
    given::<Decision>(scheduled(majority())).when(&cancel(2)).then(cancelled());
    given::<Decision>(opened(majority())).when(&cancel(2)).then(cancelled());
    given::<Decision>(opened(majority()))
        .when(&cancel(8))
        .then_rejected(DecisionRejection::VotingOver);
    given::<Decision>(closed_with(majority(), []))
        .when(&cancel(9))
        .then_rejected(DecisionRejection::VotingOver);
    given::<Decision>(contestable([]))
        .when(&cancel(9))
        .then_rejected(DecisionRejection::ResultCertified);
    let because = CancelledBecause::NetworkDissolved;
    given::<Decision>(closed_with(majority(), []))
        .when(&DecisionCommand::CancelDecision { because, at: march(9) })
        .then([DecisionEvent::DecisionCancelled { because }]);
}
