//! The rules of a proposal, one sentence a test.

use std::collections::BTreeMap;

use events::{
    BallotChange, CharterChange, CharterSection, DecisionOption, DelegationRule, EarlyClose,
    Effect, Electorate, Icon, Leavers, MembershipClass, Method, NetworkType, PolicyName,
    RankedRule, Reasons, ResultsShown, RollMoment, RollUnit, Secrecy, TieRule, VotingWindow,
};
use kernel::{AgendaItemId, Party};
use proptest::prelude::*;
use testkit::given;
use uuid::Uuid;

use super::{call::answers, content::TITLE_CHARS_MAX, *};

/// The author.
pub(crate) const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
/// Another member.
pub(crate) const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
/// A third one.
pub(crate) const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
pub(crate) const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
pub(crate) const ORCHARD: ProposalId = ProposalId::new(Uuid::from_u128(0xca11));
const OTHER: ProposalId = ProposalId::new(Uuid::from_u128(0x07e4));
pub(crate) const FIRST: DecisionId = DecisionId::new(Uuid::from_u128(0xdec1));
pub(crate) const SECOND: DecisionId = DecisionId::new(Uuid::from_u128(0xdec2));

/// Noon of a day of March 2026.
pub(crate) fn day(day: u32) -> Timestamp {
    format!("2026-03-{day:02}T12:00:00Z").parse().unwrap()
}

/// A policy that asks for two sponsors, two days of discussion and three to seven days of voting.
pub(crate) fn policy(subject: Subject, method: Method) -> DecisionPolicy {
    DecisionPolicy {
        name: PolicyName("ordinary".to_owned()),
        subjects: BTreeSet::from([subject]),
        method,
        proposer_roles: BTreeSet::new(),
        sponsors_min: 2,
        discussion_hours_min: 48,
        window: VotingWindow { hours_min: 72, hours_max: 168 },
        electorate: Electorate {
            classes: BTreeSet::from([MembershipClass::Founder, MembershipClass::Member]),
            unit: RollUnit::Person {},
        },
        roll_moment: RollMoment::Call,
        quorum: None,
        requirements: Vec::new(),
        objections: None,
        secrecy: Secrecy::Open,
        results: ResultsShown::AfterClose,
        ballot_change: BallotChange::UntilClose,
        reasons: Reasons::Optional,
        delegation: DelegationRule::None {},
        leavers: Leavers::Keep,
        extension: None,
        early_close: EarlyClose::Never,
        tie: TieRule::StatusQuo {},
        challenges: None,
        review_after_days: None,
        sunset_after_days: None,
        repeat_after_days: 30,
        elsewhere: None,
    }
}

pub(crate) fn content(subject: Subject, effects: Vec<Effect>) -> ProposalContent {
    ProposalContent {
        title: "An orchard".to_owned(),
        text: "We plant an orchard behind the mill.".to_owned(),
        subject,
        topic: None,
        effects,
        options: Vec::new(),
        goals: Vec::new(),
        exclusive: None,
        supersedes: None,
    }
}

pub(crate) fn candidate(person: PersonId) -> DecisionOption {
    DecisionOption {
        key: OptionKey(person.to_string()),
        icon: Icon::Item,
        label: String::new(),
        candidate: Some(person),
    }
}

pub(crate) fn item(key: &str) -> DecisionOption {
    DecisionOption {
        key: OptionKey(key.to_owned()),
        icon: Icon::Item,
        label: "Something".to_owned(),
        candidate: None,
    }
}

pub(crate) fn ranked(seats: u32) -> Method {
    Method::Ranked { rule: RankedRule::ScottishStv, seats, ranks_max: None }
}

pub(crate) fn elect() -> Effect {
    Effect::ConferMandate { role: RoleName("coordinator".to_owned()), holder: None }
}

fn admit() -> Effect {
    Effect::AdmitMember { party: Party::Person(CHLOE) }
}

fn plain() -> ProposalContent {
    content(Subject::Other, vec![])
}

fn draft(content: ProposalContent) -> ProposalCommand {
    ProposalCommand::DraftProposal { network: OLD_CITY, author: ANNA, content: Box::new(content) }
}

fn drafted(content: ProposalContent) -> ProposalEvent {
    ProposalEvent::ProposalDrafted { network: OLD_CITY, author: ANNA, content }
}

fn sponsored(person: PersonId) -> ProposalEvent {
    ProposalEvent::ProposalSponsored { person }
}

fn submitted(content: ProposalContent) -> Vec<ProposalEvent> {
    vec![drafted(content), ProposalEvent::ProposalSubmitted {}]
}

/// Discussed since the first of March.
fn discussed(content: ProposalContent) -> Vec<ProposalEvent> {
    and(submitted(content), [ProposalEvent::DiscussionOpened { since: day(1) }])
}

/// Discussed since the first of March, with two sponsors.
fn ripe(content: ProposalContent) -> Vec<ProposalEvent> {
    and(discussed(content), [sponsored(BEN), sponsored(CHLOE)])
}

/// Put to the vote on the third of March.
fn called(content: ProposalContent) -> Vec<ProposalEvent> {
    let event = called_by(&content, FIRST, 1, None);
    and(ripe(content), [event])
}

fn decided(adopted: bool) -> ProposalEvent {
    ProposalEvent::ProposalDecided { decision: FIRST, adopted }
}

fn and(
    history: Vec<ProposalEvent>,
    events: impl IntoIterator<Item = ProposalEvent>,
) -> Vec<ProposalEvent> {
    history.into_iter().chain(events).collect()
}

fn called_by(
    content: &ProposalContent,
    decision: DecisionId,
    revision: u32,
    repeats: Option<DecisionId>,
) -> ProposalEvent {
    ProposalEvent::DecisionCalled {
        network: OLD_CITY,
        decision,
        revision,
        content_hash: content_hash(content),
        charter_version: 4,
        called_by: ANNA,
        opens_at: day(3),
        closes_at: day(8),
        repeats,
        seats: None,
    }
}

/// Anna calls for votes from the third to the eighth of March.
fn call(policy: DecisionPolicy) -> Call {
    Call {
        proposal: ORCHARD,
        decision: FIRST,
        by: ANNA,
        revision: 1,
        policy,
        charter_version: 4,
        opens_at: day(3),
        hours: 120,
        repeats: None,
    }
}

/// On the third of March nothing stands in the way.
fn facts() -> CallFacts {
    CallFacts {
        now: day(3),
        roles: BTreeSet::new(),
        rejected_at: None,
        in_force_on_exclusive: None,
        superseded: None,
        changed: BTreeMap::new(),
        role: None,
        unamendable: None,
        role_unknown: None,
        strangers: BTreeSet::new(),
        electors: Some(5),
    }
}

fn command(call: Call, facts: CallFacts) -> ProposalCommand {
    ProposalCommand::CallDecision { call: Box::new(call), facts: Box::new(facts) }
}

fn ordinary() -> DecisionPolicy {
    policy(Subject::Other, Method::Majority {})
}

fn call_ordinary() -> ProposalCommand {
    command(call(ordinary()), facts())
}

/// Calls a decision on `content`, everything else being as it should be.
#[track_caller]
fn calling(content: ProposalContent, method: Method) -> testkit::Outcome<Proposal> {
    let policy = policy(content.subject, method);
    given::<Proposal>(ripe(content)).when(&command(call(policy), facts()))
}

fn words(by: PersonId, words: &str) -> Personal<String> {
    Personal::open(by, words.to_owned())
}

fn revise(revision: u32, content: ProposalContent) -> ProposalCommand {
    ProposalCommand::ReviseProposal { by: ANNA, revision, content: Box::new(content) }
}

fn revised(revision: u32, content: ProposalContent) -> ProposalEvent {
    let content_hash = content_hash(&content);
    ProposalEvent::ProposalRevised { revision, content, content_hash }
}

fn reworded(text: &str) -> ProposalContent {
    ProposalContent { text: text.to_owned(), ..plain() }
}

fn amendment_offered() -> ProposalEvent {
    let text = "We plant pears.".to_owned();
    ProposalEvent::AmendmentOffered { number: 1, by: BEN, revision: 1, text }
}

// Drafting.

#[test]
fn a_proposal_is_drafted() {
    given::<Proposal>([]).when(&draft(plain())).then([drafted(plain())]);
}

#[test]
fn drafting_the_same_again_changes_nothing() {
    given::<Proposal>([drafted(plain())]).when(&draft(plain())).then([]);
}

#[test]
fn drafting_something_else_in_its_place_is_refused() {
    given::<Proposal>([drafted(plain())])
        .when(&draft(reworded("Something else")))
        .then_rejected(ProposalRejection::AlreadyDrafted);
}

#[test]
fn a_proposal_without_a_visible_title_or_text_is_refused() {
    for content in [
        ProposalContent { title: " \n".to_owned(), ..plain() },
        reworded(""),
        ProposalContent { exclusive: Some(String::new()), ..plain() },
    ] {
        given::<Proposal>([]).when(&draft(content)).then_rejected(ProposalRejection::WordsEmpty);
    }
}

#[test]
fn a_proposal_has_limits() {
    let many = |count| vec![Effect::PauseNetwork {}; count];
    for content in [
        ProposalContent { title: "é".repeat(TITLE_CHARS_MAX + 1), ..plain() },
        reworded(&"é".repeat(TEXT_CHARS_MAX + 1)),
        content(Subject::NetworkPause, many(content::EFFECTS_MAX + 1)),
        ProposalContent { options: vec![item("a"); content::OPTIONS_MAX + 1], ..plain() },
    ] {
        given::<Proposal>([]).when(&draft(content)).then_rejected(ProposalRejection::TooLong);
    }
    let long = reworded(&"é".repeat(TEXT_CHARS_MAX));
    given::<Proposal>([]).when(&draft(long.clone())).then([drafted(long)]);
}

#[test]
fn an_effect_of_another_subject_is_refused() {
    given::<Proposal>([])
        .when(&draft(content(Subject::Other, vec![admit()])))
        .then_rejected(ProposalRejection::EffectOfAnotherSubject(Subject::MembershipAdmit));
}

fn policy_change() -> CharterChange {
    CharterChange::RetirePolicy(PolicyName("admission".to_owned()))
}

fn section_change() -> CharterChange {
    CharterChange::EditSection {
        section: CharterSection::Purpose,
        text: "To plant trees.".to_owned(),
    }
}

#[test]
fn amending_the_charter_may_change_policies_too() {
    for effect in [
        Effect::AmendCharter { changes: vec![section_change(), policy_change()] },
        Effect::ChangePolicies { changes: vec![policy_change()] },
    ] {
        let content = content(Subject::CharterAmend, vec![effect]);
        given::<Proposal>([]).when(&draft(content.clone())).then([drafted(content)]);
    }
}

#[test]
fn changing_policies_may_not_amend_the_charter() {
    let effects = vec![Effect::AmendCharter { changes: vec![policy_change()] }];
    given::<Proposal>([])
        .when(&draft(content(Subject::PolicyAmend, effects)))
        .then_rejected(ProposalRejection::EffectOfAnotherSubject(Subject::CharterAmend));
}

#[test]
fn changing_policies_may_not_change_a_section_by_another_name() {
    let changes = vec![policy_change(), section_change()];
    let effects = vec![Effect::ChangePolicies { changes }];
    given::<Proposal>([])
        .when(&draft(content(Subject::PolicyAmend, effects)))
        .then_rejected(ProposalRejection::EffectBeyondPolicies);
}

#[test]
fn an_effect_that_does_nothing_is_refused() {
    for (subject, effect) in [
        (Subject::CharterAmend, Effect::AmendCharter { changes: vec![] }),
        (Subject::PolicyAmend, Effect::ChangePolicies { changes: vec![] }),
        (Subject::NetworkType, Effect::DeclareNetworkType { types: BTreeSet::new() }),
    ] {
        given::<Proposal>([])
            .when(&draft(content(subject, vec![effect])))
            .then_rejected(ProposalRejection::EffectEmpty);
    }
}

#[test]
fn an_effect_is_declared_once() {
    given::<Proposal>([])
        .when(&draft(content(Subject::MembershipAdmit, vec![admit(), admit()])))
        .then_rejected(ProposalRejection::EffectTwice);
}

#[test]
fn one_decision_gives_nobody_two_mandates() {
    let confer = |role: &str| {
        let role = RoleName(role.to_owned());
        Effect::ConferMandate { role, holder: Some(BEN) }
    };
    given::<Proposal>([])
        .when(&draft(content(Subject::MandateConfer, vec![confer("clerk"), confer("host")])))
        .then_rejected(ProposalRejection::EffectTwice);
}

#[test]
fn options_have_keys_of_their_own() {
    let options = vec![item("pears"), item("plums"), item("pears")];
    given::<Proposal>([])
        .when(&draft(ProposalContent { options, ..plain() }))
        .then_rejected(ProposalRejection::OptionTwice(OptionKey("pears".to_owned())));
}

#[test]
fn a_candidate_is_known_by_their_id() {
    let option = DecisionOption { key: OptionKey("ben".to_owned()), ..candidate(BEN) };
    given::<Proposal>([])
        .when(&draft(ProposalContent { options: vec![option], ..plain() }))
        .then_rejected(ProposalRejection::CandidateKeyDiffers(OptionKey("ben".to_owned())));
}

#[test]
fn a_proposal_cannot_bring_answers_of_its_own() {
    let option = DecisionOption { icon: Icon::Agree, ..item("agree") };
    given::<Proposal>([])
        .when(&draft(ProposalContent { options: vec![option], ..plain() }))
        .then_rejected(ProposalRejection::OptionNotAnItem(OptionKey("agree".to_owned())));
}

#[test]
fn nothing_can_be_done_with_what_nobody_drafted() {
    given::<Proposal>([])
        .when(&ProposalCommand::CoSponsorProposal { by: BEN })
        .then_rejected(ProposalRejection::NotWritten);
    given::<Proposal>([]).when(&call_ordinary()).then_rejected(ProposalRejection::NotWritten);
}

// Authors and sponsors.

#[test]
fn a_co_author_joins_after_an_invitation() {
    let invited = ProposalEvent::CoAuthorInvited { person: BEN };
    given::<Proposal>([drafted(plain())])
        .when(&ProposalCommand::InviteCoAuthor { by: ANNA, person: BEN })
        .then([invited.clone()]);
    given::<Proposal>([drafted(plain()), invited])
        .when(&ProposalCommand::JoinAsCoAuthor { by: BEN })
        .then([ProposalEvent::CoAuthorJoined { person: BEN }]);
}

#[test]
fn nobody_becomes_a_co_author_uninvited() {
    given::<Proposal>([drafted(plain())])
        .when(&ProposalCommand::JoinAsCoAuthor { by: BEN })
        .then_rejected(ProposalRejection::CoAuthorNotInvited);
}

#[test]
fn only_an_author_invites_co_authors() {
    given::<Proposal>([drafted(plain())])
        .when(&ProposalCommand::InviteCoAuthor { by: BEN, person: CHLOE })
        .then_rejected(ProposalRejection::NotAnAuthor);
}

#[test]
fn an_author_cannot_sponsor_the_own_proposal() {
    given::<Proposal>([drafted(plain())])
        .when(&ProposalCommand::CoSponsorProposal { by: ANNA })
        .then_rejected(ProposalRejection::SponsorIsAuthor);
}

#[test]
fn a_sponsor_sponsors_once_and_may_think_better_of_it() {
    let sponsor = ProposalCommand::CoSponsorProposal { by: BEN };
    given::<Proposal>([drafted(plain())]).when(&sponsor).then([sponsored(BEN)]);
    given::<Proposal>([drafted(plain()), sponsored(BEN)]).when(&sponsor).then([]);
    given::<Proposal>([drafted(plain()), sponsored(BEN)])
        .when(&ProposalCommand::WithdrawSponsorship { by: BEN })
        .then([ProposalEvent::SponsorshipWithdrawn { person: BEN }]);
    given::<Proposal>([drafted(plain())])
        .when(&ProposalCommand::WithdrawSponsorship { by: BEN })
        .then([]);
}

#[test]
fn a_sponsor_who_becomes_an_author_is_a_sponsor_no_longer() {
    let history = and(
        ripe(plain()),
        [
            ProposalEvent::CoAuthorInvited { person: BEN },
            ProposalEvent::CoAuthorJoined { person: BEN },
        ],
    );
    given::<Proposal>(history)
        .when(&call_ordinary())
        .then_rejected(ProposalRejection::SponsorsTooFew { needed: 2, found: 1 });
}

// Submission and discussion.

fn submit(by: PersonId, roles: BTreeSet<RoleName>, policy: DecisionPolicy) -> ProposalCommand {
    ProposalCommand::SubmitProposal { by, roles, policy: Box::new(policy) }
}

#[test]
fn an_author_submits_and_opens_the_discussion() {
    given::<Proposal>([drafted(plain())])
        .when(&submit(ANNA, BTreeSet::new(), ordinary()))
        .then([ProposalEvent::ProposalSubmitted {}]);
    let open = ProposalCommand::OpenDiscussion { by: ANNA, since: day(1) };
    given::<Proposal>(submitted(plain()))
        .when(&open)
        .then([ProposalEvent::DiscussionOpened { since: day(1) }]);
    given::<Proposal>(discussed(plain())).when(&open).then([]);
    given::<Proposal>([drafted(plain())])
        .when(&open)
        .then_rejected(ProposalRejection::NotSubmitted);
}

fn clerks_propose() -> DecisionPolicy {
    let clerk = RoleName("clerk".to_owned());
    DecisionPolicy { proposer_roles: BTreeSet::from([clerk]), ..ordinary() }
}

#[test]
fn the_policy_says_who_may_propose() {
    let roles = BTreeSet::from([RoleName("clerk".to_owned()), RoleName("host".to_owned())]);
    given::<Proposal>([drafted(plain())])
        .when(&submit(ANNA, roles.clone(), clerks_propose()))
        .then([ProposalEvent::ProposalSubmitted {}]);
    given::<Proposal>([drafted(plain())])
        .when(&submit(ANNA, BTreeSet::new(), clerks_propose()))
        .then_rejected(ProposalRejection::ProposerRoleMissing);
    given::<Proposal>(ripe(plain()))
        .when(&command(call(clerks_propose()), facts()))
        .then_rejected(ProposalRejection::ProposerRoleMissing);
    given::<Proposal>(ripe(plain()))
        .when(&command(call(clerks_propose()), CallFacts { roles, ..facts() }))
        .then([called_by(&plain(), FIRST, 1, None)]);
}

fn raise(by: PersonId, text: &str) -> ProposalCommand {
    ProposalCommand::RaiseConcern { by, text: words(by, text) }
}

fn raised(number: u32, by: PersonId) -> ProposalEvent {
    ProposalEvent::ConcernRaised { number, by, text: words(by, "The mill floods") }
}

#[test]
fn concerns_are_numbered_answered_and_withdrawn() {
    given::<Proposal>(and(discussed(plain()), [raised(1, BEN)]))
        .when(&raise(CHLOE, "The mill floods"))
        .then([raised(2, CHLOE)]);
    let text = words(ANNA, "We build a wall");
    given::<Proposal>(and(discussed(plain()), [raised(1, BEN)]))
        .when(&ProposalCommand::AnswerConcern { by: ANNA, number: 1, text: text.clone() })
        .then([ProposalEvent::ConcernAnswered { number: 1, by: ANNA, text }]);
    given::<Proposal>(and(discussed(plain()), [raised(1, BEN)]))
        .when(&ProposalCommand::WithdrawConcern { by: BEN, number: 1 })
        .then([ProposalEvent::ConcernWithdrawn { number: 1 }]);
}

#[test]
fn a_concern_is_withdrawn_by_whoever_raised_it_and_answered_by_an_author() {
    let history = and(discussed(plain()), [raised(1, BEN)]);
    given::<Proposal>(history.clone())
        .when(&ProposalCommand::WithdrawConcern { by: ANNA, number: 1 })
        .then_rejected(ProposalRejection::ConcernNotOnesOwn);
    given::<Proposal>(history.clone())
        .when(&ProposalCommand::AnswerConcern { by: BEN, number: 1, text: words(BEN, "No") })
        .then_rejected(ProposalRejection::NotAnAuthor);
    for number in [0, 2, u32::MAX] {
        given::<Proposal>(history.clone())
            .when(&ProposalCommand::WithdrawConcern { by: BEN, number })
            .then_rejected(ProposalRejection::ConcernUnknown);
    }
}

#[test]
fn a_withdrawn_concern_needs_no_answer() {
    let history =
        and(discussed(plain()), [raised(1, BEN), ProposalEvent::ConcernWithdrawn { number: 1 }]);
    given::<Proposal>(history)
        .when(&ProposalCommand::AnswerConcern { by: ANNA, number: 1, text: words(ANNA, "Oh") })
        .then_rejected(ProposalRejection::ConcernWithdrawn);
}

#[test]
fn concerns_wait_for_the_discussion_and_say_something() {
    given::<Proposal>(submitted(plain()))
        .when(&raise(BEN, "Floods"))
        .then_rejected(ProposalRejection::NotUnderDiscussion);
    given::<Proposal>(discussed(plain()))
        .when(&raise(BEN, " "))
        .then_rejected(ProposalRejection::WordsEmpty);
    let erased = Personal::Erased { subject: BEN };
    given::<Proposal>(discussed(plain()))
        .when(&ProposalCommand::RaiseConcern { by: BEN, text: erased })
        .then_rejected(ProposalRejection::WordsEmpty);
}

#[test]
fn there_is_room_for_so_many_concerns() {
    let many = (1..=u32::try_from(CONTRIBUTIONS_MAX).unwrap()).map(|number| raised(number, BEN));
    given::<Proposal>(and(discussed(plain()), many))
        .when(&raise(BEN, "Again"))
        .then_rejected(ProposalRejection::ContributionsTooMany);
}

// Amendments and revisions.

fn offer(revision: u32, text: &str) -> ProposalCommand {
    ProposalCommand::OfferAmendment { by: BEN, revision, text: text.to_owned() }
}

#[test]
fn an_amendment_names_the_revision_that_it_amends() {
    given::<Proposal>(discussed(plain()))
        .when(&offer(1, "We plant pears."))
        .then([amendment_offered()]);
    let history = and(discussed(plain()), [revised(2, reworded("We plant plums."))]);
    given::<Proposal>(history)
        .when(&offer(1, "We plant pears."))
        .then_rejected(ProposalRejection::RevisionOutdated(2));
}

#[test]
fn an_amendment_changes_the_text() {
    given::<Proposal>(discussed(plain()))
        .when(&offer(1, &plain().text))
        .then_rejected(ProposalRejection::AmendmentChangesNothing);
}

#[test]
fn accepting_an_amendment_makes_a_revision() {
    given::<Proposal>(and(discussed(plain()), [amendment_offered()]))
        .when(&ProposalCommand::AcceptAmendment { by: ANNA, number: 1 })
        .then([
            ProposalEvent::AmendmentAccepted { number: 1, revision: 2 },
            revised(2, reworded("We plant pears.")),
        ]);
}

#[test]
fn an_amendment_of_an_older_revision_does_not_undo_the_newer_one() {
    let history =
        and(discussed(plain()), [amendment_offered(), revised(2, reworded("We plant plums."))]);
    given::<Proposal>(history)
        .when(&ProposalCommand::AcceptAmendment { by: ANNA, number: 1 })
        .then_rejected(ProposalRejection::AmendmentOutdated);
}

#[test]
fn only_authors_answer_amendments_and_once() {
    let rejected = ProposalEvent::AmendmentRejected { number: 1 };
    let history = and(discussed(plain()), [amendment_offered()]);
    given::<Proposal>(history.clone())
        .when(&ProposalCommand::AcceptAmendment { by: BEN, number: 1 })
        .then_rejected(ProposalRejection::NotAnAuthor);
    given::<Proposal>(history.clone())
        .when(&ProposalCommand::RejectAmendment { by: ANNA, number: 1 })
        .then([rejected.clone()]);
    given::<Proposal>(and(history.clone(), [rejected]))
        .when(&ProposalCommand::AcceptAmendment { by: ANNA, number: 1 })
        .then_rejected(ProposalRejection::AmendmentAnswered);
    given::<Proposal>(history)
        .when(&ProposalCommand::AcceptAmendment { by: ANNA, number: 2 })
        .then_rejected(ProposalRejection::AmendmentUnknown);
}

#[test]
fn a_rejected_amendment_becomes_a_proposal_of_its_own() {
    let promote = |by| ProposalCommand::PromoteAmendment { by, number: 1, proposal: OTHER };
    let offered = and(discussed(plain()), [amendment_offered()]);
    let rejected = and(offered.clone(), [ProposalEvent::AmendmentRejected { number: 1 }]);
    let promoted = ProposalEvent::AmendmentPromoted { number: 1, proposal: OTHER };
    given::<Proposal>(offered)
        .when(&promote(BEN))
        .then_rejected(ProposalRejection::AmendmentNotRejected);
    given::<Proposal>(rejected.clone())
        .when(&promote(CHLOE))
        .then_rejected(ProposalRejection::AmendmentNotOnesOwn);
    given::<Proposal>(rejected.clone()).when(&promote(BEN)).then([promoted.clone()]);
    let again = and(rejected, [promoted]);
    given::<Proposal>(again.clone()).when(&promote(BEN)).then([]);
    given::<Proposal>(again.clone())
        .when(&ProposalCommand::PromoteAmendment { by: BEN, number: 1, proposal: ORCHARD })
        .then_rejected(ProposalRejection::AmendmentPromoted);
    let state = Proposal::replay(&again);
    let content = state.written().and_then(|written| written.promoted_content(1));
    assert_eq!(content, Some(reworded("We plant pears.")));
}

#[test]
fn an_author_revises_the_revision_that_they_have_read() {
    let new = reworded("We plant plums.");
    given::<Proposal>([drafted(plain())]).when(&revise(1, new.clone())).then([revised(2, new)]);
    given::<Proposal>([drafted(plain()), revised(2, reworded("We plant plums."))])
        .when(&revise(1, reworded("We plant pears.")))
        .then_rejected(ProposalRejection::RevisionOutdated(2));
    given::<Proposal>([drafted(plain())]).when(&revise(1, plain())).then([]);
}

#[test]
fn a_revision_keeps_to_what_a_proposal_may_ask_for() {
    given::<Proposal>([drafted(plain())])
        .when(&revise(1, content(Subject::Other, vec![admit()])))
        .then_rejected(ProposalRejection::EffectOfAnotherSubject(Subject::MembershipAdmit));
}

#[test]
fn the_text_is_frozen_at_the_call() {
    for history in [called(plain()), and(called(plain()), [decided(true)])] {
        for command in [
            revise(1, reworded("We plant plums.")),
            offer(1, "We plant pears."),
            raise(BEN, "Floods"),
            ProposalCommand::CoSponsorProposal { by: BEN },
            ProposalCommand::InviteCoAuthor { by: ANNA, person: BEN },
            ProposalCommand::AcceptAmendment { by: ANNA, number: 1 },
        ] {
            given::<Proposal>(history.clone())
                .when(&command)
                .then_rejected(ProposalRejection::TextFrozen);
        }
    }
}

// Merging, withdrawing, lapsing.

fn merge(into: ProposalId, network: Option<NetworkId>, text: TextState) -> ProposalCommand {
    let target = MergeTarget { network, text };
    ProposalCommand::MergeProposal { by: ANNA, proposal: ORCHARD, into, target }
}

#[test]
fn a_proposal_goes_on_within_another_one() {
    let merged = ProposalEvent::ProposalMerged { into: OTHER };
    let fit = merge(OTHER, Some(OLD_CITY), TextState::Changeable);
    given::<Proposal>(discussed(plain())).when(&fit).then([merged.clone()]);
    given::<Proposal>(and(discussed(plain()), [merged.clone()])).when(&fit).then([]);
    given::<Proposal>(and(discussed(plain()), [merged]))
        .when(&call_ordinary())
        .then_rejected(ProposalRejection::Over);
}

#[test]
fn a_proposal_merges_with_another_one_of_its_network_that_can_take_it_in() {
    let elsewhere = NetworkId::new(Uuid::from_u128(0xe15e));
    for unfit in [
        merge(ORCHARD, Some(OLD_CITY), TextState::Changeable),
        merge(OTHER, Some(elsewhere), TextState::Changeable),
        merge(OTHER, None, TextState::Final),
    ] {
        given::<Proposal>(discussed(plain()))
            .when(&unfit)
            .then_rejected(ProposalRejection::MergeTargetUnfit);
    }
    let target = MergeTarget::of(&Proposal::replay(&called(plain())));
    assert_eq!(target, MergeTarget { network: Some(OLD_CITY), text: TextState::Final });
    given::<Proposal>(discussed(plain()))
        .when(&merge(OTHER, target.network, target.text))
        .then_rejected(ProposalRejection::MergeTargetFinal);
}

fn withdraw(by: PersonId, voting: Voting) -> ProposalCommand {
    ProposalCommand::WithdrawProposal { by, voting }
}

#[test]
fn an_author_withdraws_until_voting_is_over() {
    for history in [vec![drafted(plain())], discussed(plain()), called(plain())] {
        given::<Proposal>(history)
            .when(&withdraw(ANNA, Voting::NotOver))
            .then([ProposalEvent::ProposalWithdrawn {}]);
    }
    given::<Proposal>(called(plain()))
        .when(&withdraw(ANNA, Voting::Over))
        .then_rejected(ProposalRejection::VotingOver);
    given::<Proposal>(and(called(plain()), [decided(false)]))
        .when(&withdraw(ANNA, Voting::NotOver))
        .then_rejected(ProposalRejection::VotingOver);
    given::<Proposal>(discussed(plain()))
        .when(&withdraw(BEN, Voting::NotOver))
        .then_rejected(ProposalRejection::NotAnAuthor);
}

#[test]
fn nothing_happens_to_a_withdrawn_proposal_any_more() {
    let history = and(ripe(plain()), [ProposalEvent::ProposalWithdrawn {}]);
    given::<Proposal>(history.clone())
        .when(&call_ordinary())
        .then_rejected(ProposalRejection::Over);
    given::<Proposal>(history.clone()).when(&withdraw(ANNA, Voting::NotOver)).then([]);
    given::<Proposal>(history)
        .when(&revise(1, reworded("Pears")))
        .then_rejected(ProposalRejection::Over);
}

#[test]
fn a_forgotten_proposal_lapses_and_a_called_one_does_not() {
    let due = lapses_at(day(1));
    let lapse = |now| ProposalCommand::LapseProposal { idle_since: day(1), now };
    given::<Proposal>(discussed(plain()))
        .when(&lapse(day(2)))
        .then_rejected(ProposalRejection::NotIdle(due));
    given::<Proposal>(discussed(plain()))
        .when(&lapse(due))
        .then([ProposalEvent::ProposalLapsed {}]);
    given::<Proposal>(and(discussed(plain()), [ProposalEvent::ProposalLapsed {}]))
        .when(&lapse(due))
        .then([]);
    given::<Proposal>(called(plain()))
        .when(&lapse(due))
        .then_rejected(ProposalRejection::TextFrozen);
}

// The call.

#[test]
fn a_ripe_proposal_is_put_to_a_decision_and_calling_twice_changes_nothing() {
    given::<Proposal>(ripe(plain())).when(&call_ordinary()).then([called_by(
        &plain(),
        FIRST,
        1,
        None,
    )]);
    given::<Proposal>(called(plain())).when(&call_ordinary()).then([]);
}

#[test]
fn a_call_waits_for_the_discussion_minimum() {
    let soon = CallFacts { now: day(2), ..facts() };
    given::<Proposal>(ripe(plain()))
        .when(&command(call(ordinary()), soon))
        .then_rejected(ProposalRejection::DiscussionTooShort(day(3)));
    given::<Proposal>(submitted(plain()))
        .when(&call_ordinary())
        .then_rejected(ProposalRejection::NotUnderDiscussion);
    given::<Proposal>([drafted(plain())])
        .when(&call_ordinary())
        .then_rejected(ProposalRejection::NotSubmitted);
}

#[test]
fn a_policy_without_discussion_and_sponsors_lets_a_submitted_proposal_be_called() {
    let light = DecisionPolicy { discussion_hours_min: 0, sponsors_min: 0, ..ordinary() };
    given::<Proposal>(submitted(plain())).when(&command(call(light), facts())).then([called_by(
        &plain(),
        FIRST,
        1,
        None,
    )]);
}

#[test]
fn a_call_waits_for_enough_sponsors() {
    given::<Proposal>(and(discussed(plain()), [sponsored(BEN)]))
        .when(&call_ordinary())
        .then_rejected(ProposalRejection::SponsorsTooFew { needed: 2, found: 1 });
}

#[test]
fn only_an_author_calls() {
    let by_ben = Call { by: BEN, ..call(ordinary()) };
    given::<Proposal>(ripe(plain()))
        .when(&command(by_ben, facts()))
        .then_rejected(ProposalRejection::NotAnAuthor);
}

#[test]
fn whoever_calls_has_read_the_present_revision() {
    given::<Proposal>(and(ripe(plain()), [revised(2, reworded("We plant plums."))]))
        .when(&call_ordinary())
        .then_rejected(ProposalRejection::RevisionOutdated(2));
}

#[test]
fn the_policy_is_the_one_for_the_subject_or_for_the_rest() {
    let goal = content(Subject::GoalAdopt, vec![]);
    let admission = policy(Subject::MembershipAdmit, Method::Majority {});
    given::<Proposal>(ripe(goal.clone()))
        .when(&command(call(admission), facts()))
        .then_rejected(ProposalRejection::PolicyOfAnotherSubject(Subject::GoalAdopt));
    given::<Proposal>(ripe(goal.clone()))
        .when(&call_ordinary())
        .then([called_by(&goal, FIRST, 1, None)]);
}

#[test]
fn voting_lasts_as_long_as_the_policy_allows() {
    for hours in [0, 71, 169, u32::MAX] {
        given::<Proposal>(ripe(plain()))
            .when(&command(Call { hours, ..call(ordinary()) }, facts()))
            .then_rejected(ProposalRejection::WindowNotAllowed { hours_min: 72, hours_max: 168 });
    }
}

#[test]
fn voting_opens_neither_in_the_past_nor_in_a_far_future() {
    for opens_at in [day(2), Timestamp::MAX] {
        given::<Proposal>(ripe(plain()))
            .when(&command(Call { opens_at, ..call(ordinary()) }, facts()))
            .then_rejected(ProposalRejection::OpeningOutOfRange);
    }
}

#[test]
fn a_rejected_text_rests_for_as_long_as_the_policy_says() {
    let lately = CallFacts { rejected_at: Some(day(1)), ..facts() };
    let from = days_after(day(1), 30);
    given::<Proposal>(ripe(plain()))
        .when(&command(call(ordinary()), lately.clone()))
        .then_rejected(ProposalRejection::RepeatedTooSoon(from));
    let then = Call { opens_at: from, ..call(ordinary()) };
    let state = Proposal::replay(&ripe(plain()));
    assert!(state.decide(&command(then, CallFacts { now: from, ..lately.clone() })).is_ok());
    let at_once = DecisionPolicy { repeat_after_days: 0, ..ordinary() };
    given::<Proposal>(ripe(plain())).when(&command(call(at_once), lately)).then([called_by(
        &plain(),
        FIRST,
        1,
        None,
    )]);
}

#[test]
fn an_exclusive_question_that_is_answered_has_to_be_superseded() {
    let older = ResolutionId::of(SECOND);
    let taken = CallFacts { in_force_on_exclusive: Some(older), ..facts() };
    let question = ProposalContent { exclusive: Some("meadow".to_owned()), ..plain() };
    given::<Proposal>(ripe(question.clone()))
        .when(&command(call(ordinary()), taken.clone()))
        .then_rejected(ProposalRejection::ExclusiveAnswered(older));
    let superseded = Some(InForce { network: OLD_CITY, subject: Subject::Other });
    let instead = ProposalContent { supersedes: Some(older), ..question };
    given::<Proposal>(ripe(instead.clone()))
        .when(&command(call(ordinary()), CallFacts { superseded, ..taken }))
        .then([called_by(&instead, FIRST, 1, None)]);
}

#[test]
fn only_what_is_in_force_here_and_on_the_same_subject_is_superseded() {
    let instead = ProposalContent { supersedes: Some(ResolutionId::of(SECOND)), ..plain() };
    let elsewhere = NetworkId::new(Uuid::from_u128(0xe15e));
    let of = |network, subject| Some(InForce { network, subject });
    for superseded in [None, of(elsewhere, Subject::Other)] {
        given::<Proposal>(ripe(instead.clone()))
            .when(&command(call(ordinary()), CallFacts { superseded, ..facts() }))
            .then_rejected(ProposalRejection::SupersededNotInForce);
    }
    let superseded = of(OLD_CITY, Subject::CharterAmend);
    given::<Proposal>(ripe(instead))
        .when(&command(call(ordinary()), CallFacts { superseded, ..facts() }))
        .then_rejected(ProposalRejection::SupersededOfAnotherSubject(Subject::CharterAmend));
}

#[test]
fn only_what_is_in_force_here_and_on_the_same_subject_is_amended_or_repealed() {
    let resolution = ResolutionId::of(SECOND);
    let elsewhere = NetworkId::new(Uuid::from_u128(0xe15e));
    let of = |network, subject| BTreeMap::from([(resolution, InForce { network, subject })]);
    for effect in [Effect::AmendResolution { resolution }, Effect::RepealResolution { resolution }]
    {
        let asked = content(Subject::Other, vec![effect]);
        let calling = |changed| {
            let facts = CallFacts { changed, ..facts() };
            given::<Proposal>(ripe(asked.clone())).when(&command(call(ordinary()), facts))
        };
        for changed in [BTreeMap::new(), of(elsewhere, Subject::Other)] {
            calling(changed).then_rejected(ProposalRejection::ChangedNotInForce(resolution));
        }
        let harder = Subject::CharterAmend;
        calling(of(OLD_CITY, harder))
            .then_rejected(ProposalRejection::ChangedOfAnotherSubject(harder));
        calling(of(OLD_CITY, Subject::Other)).then([called_by(&asked, FIRST, 1, None)]);
    }
}

#[test]
fn one_decision_changes_the_charter_by_one_effect() {
    let retire = |name: &str| vec![CharterChange::RetirePolicy(PolicyName(name.to_owned()))];
    let amend = |name| Effect::AmendCharter { changes: retire(name) };
    let change = |name| Effect::ChangePolicies { changes: retire(name) };
    for (subject, effects) in [
        (Subject::CharterAmend, vec![amend("first"), amend("second")]),
        (Subject::CharterAmend, vec![amend("first"), change("second")]),
        (Subject::PolicyAmend, vec![change("first"), change("second")]),
    ] {
        given::<Proposal>([])
            .when(&draft(content(subject, effects)))
            .then_rejected(ProposalRejection::CharterChangedTwice);
    }
}

#[test]
fn one_decision_changes_a_resolution_in_one_way() {
    let resolution = ResolutionId::of(SECOND);
    let (amend, repeal) =
        (Effect::AmendResolution { resolution }, Effect::RepealResolution { resolution });
    let twice = ProposalRejection::ResolutionChangedTwice(resolution);
    given::<Proposal>([])
        .when(&draft(content(Subject::Other, vec![amend, repeal.clone()])))
        .then_rejected(twice.clone());
    let supersedes = Some(resolution);
    let instead = ProposalContent { supersedes, ..content(Subject::Other, vec![repeal]) };
    given::<Proposal>([]).when(&draft(instead)).then_rejected(twice);
}

#[test]
fn a_second_decision_repeats_the_first_or_is_refused() {
    let second = Call { decision: SECOND, ..call(ordinary()) };
    given::<Proposal>(called(plain()))
        .when(&command(second.clone(), facts()))
        .then_rejected(ProposalRejection::AlreadyCalled(FIRST));
    let repeats = Some(Repeat { decision: FIRST, because: RepeatedBecause::Annulled });
    let again = Call { repeats, ..second };
    given::<Proposal>(called(plain())).when(&command(again.clone(), facts())).then([called_by(
        &plain(),
        SECOND,
        1,
        Some(FIRST),
    )]);
    given::<Proposal>(ripe(plain()))
        .when(&command(again.clone(), facts()))
        .then_rejected(ProposalRejection::NotCalled);
    given::<Proposal>(and(called(plain()), [decided(false)]))
        .when(&command(again, facts()))
        .then_rejected(ProposalRejection::AlreadyCalled(FIRST));
}

#[test]
fn the_decision_is_noted_when_it_is_final() {
    let note = |decision, outcome| ProposalCommand::DecideProposal { decision, outcome };
    let elected = |winners| Outcome::Elected { winners };
    for (outcome, adopted) in [
        (Outcome::Adopted {}, true),
        (elected(vec![OptionKey("a".to_owned())]), true),
        (elected(vec![]), false),
        (Outcome::NotAdopted {}, false),
        (Outcome::Inquorate {}, false),
        (Outcome::Advised {}, false),
    ] {
        given::<Proposal>(called(plain()))
            .when(&note(FIRST, outcome.clone()))
            .then([decided(adopted)]);
        given::<Proposal>(and(called(plain()), [decided(adopted)]))
            .when(&note(FIRST, outcome))
            .then([]);
    }
    let tied = Outcome::Tied { options: vec![] };
    given::<Proposal>(called(plain())).when(&note(FIRST, tied)).then([]);
    given::<Proposal>(called(plain()))
        .when(&note(SECOND, Outcome::Adopted {}))
        .then_rejected(ProposalRejection::NotCalled);
}

// What a method needs, and the terms.

fn election(options: Vec<DecisionOption>) -> ProposalContent {
    ProposalContent { options, ..content(Subject::MandateConfer, vec![elect()]) }
}

/// Calls an election of one to three, of a role of which so many of the three seats are taken.
#[track_caller]
fn electing(policy_of: DecisionPolicy, taken: u32) -> testkit::Outcome<Proposal> {
    let persons = election(vec![candidate(BEN), candidate(CHLOE)]);
    let role = Some(RoleSeats { seats: 3, taken, free_from: Some(day(20)) });
    given::<Proposal>(ripe(persons)).when(&command(call(policy_of), CallFacts { role, ..facts() }))
}

#[test]
fn an_election_fills_the_seats_that_are_free_and_no_more_than_its_policy_says() {
    let elected = |seats| {
        let persons = election(vec![candidate(BEN), candidate(CHLOE)]);
        let mut event = called_by(&persons, FIRST, 1, None);
        let ProposalEvent::DecisionCalled { seats: filled, .. } = &mut event else { panic!() };
        *filled = Some(seats);
        [event]
    };
    let of = |seats| policy(Subject::MandateConfer, ranked(seats));
    electing(of(3), 0).then(elected(3));
    electing(of(3), 1).then(elected(2));
    electing(of(1), 1).then(elected(1));
    let seats = 3;
    for taken in [3, 4] {
        let free_from = Some(day(20));
        electing(of(3), taken).then_rejected(ProposalRejection::NoSeatFree { seats, free_from });
    }
}

#[test]
fn seats_are_free_that_are_free_when_voting_can_be_over() {
    assert_eq!(call(ordinary()).over_from(), day(8));
    for early_close in [EarlyClose::AllVoted, EarlyClose::Decided] {
        let call = call(DecisionPolicy { early_close, ..ordinary() });
        assert_eq!(call.over_from(), day(3));
    }
}

#[test]
fn a_seat_is_free_once_fewer_hold_the_role_than_it_has_seats() {
    let ends = vec![day(30), day(10), day(20)];
    let free_from = |seats| RoleSeats::taken_until(seats, ends.clone()).free_from;
    assert_eq!(free_from(3), Some(day(10)));
    assert_eq!(free_from(2), Some(day(20)), "three hold what has two seats by now");
    assert_eq!(free_from(1), Some(day(30)));
    assert_eq!((free_from(0), free_from(4)), (None, None));
    assert_eq!(RoleSeats::taken_until(4, ends).taken, 3);
}

#[test]
fn whoever_finds_no_seat_free_is_told_what_to_do() {
    let until = |free_from| ProposalRejection::NoSeatFree { seats: 3, free_from }.to_string();
    assert!(until(Some(day(20))).contains(&format!("is free on {}", day(20))));
    assert!(until(None).contains("is free, or have a mandate given up first"));
}

#[test]
fn an_election_needs_candidates() {
    let persons = election(vec![candidate(BEN), candidate(CHLOE)]);
    calling(persons.clone(), ranked(1)).then([called_by(&persons, FIRST, 1, None)]);
    let unopposed = election(vec![candidate(BEN)]);
    calling(unopposed.clone(), ranked(1)).then([called_by(&unopposed, FIRST, 1, None)]);
    calling(election(vec![]), ranked(1)).then_rejected(ProposalRejection::OptionsTooFew(1));
    calling(election(vec![candidate(BEN), item("plums")]), ranked(1))
        .then_rejected(ProposalRejection::OptionNotOfEffect(OptionKey("plums".to_owned())));
}

#[test]
fn a_choice_needs_things_to_choose_between() {
    let trees = |count| ProposalContent {
        options: ["pears", "plums", "figs"].map(item).into_iter().take(count).collect(),
        ..plain()
    };
    calling(trees(1), Method::Dots { dots_max: 5, winners: 1 })
        .then_rejected(ProposalRejection::OptionsTooFew(2));
    let three = Method::Choose { choices_min: 3, choices_max: 3, winners: 1 };
    calling(trees(2), three.clone()).then_rejected(ProposalRejection::OptionsTooFew(3));
    calling(trees(3), three).then([called_by(&trees(3), FIRST, 1, None)]);
}

#[test]
fn a_ranking_of_the_agenda_needs_its_items() {
    let effects = vec![Effect::PrioritiseAgenda { items: vec![] }];
    let item_id = |number| AgendaItemId::new(Uuid::from_u128(number)).to_string();
    let agenda = ProposalContent {
        options: vec![item(&item_id(1)), item(&item_id(2))],
        ..content(Subject::AgendaPrioritise, effects)
    };
    calling(agenda.clone(), ranked(2)).then([called_by(&agenda, FIRST, 1, None)]);
    let loose = item_id(3).to_uppercase().replace('-', "");
    let other = ProposalContent { options: vec![item(&item_id(1)), item(&loose)], ..agenda };
    calling(other, ranked(2)).then_rejected(ProposalRejection::OptionNotOfEffect(OptionKey(loose)));
}

#[test]
fn an_effect_cannot_follow_whatever_wins() {
    let options = vec![item("yes"), item("no")];
    let admission = ProposalContent { options, ..content(Subject::MembershipAdmit, vec![admit()]) };
    calling(admission, ranked(1)).then_rejected(ProposalRejection::EffectNotCarriedOut);
    let times = election(vec![candidate(BEN), candidate(CHLOE)]);
    calling(times, Method::TimePoll {}).then_rejected(ProposalRejection::EffectNotCarriedOut);
}

#[test]
fn an_effect_that_waits_for_winners_needs_a_choice() {
    calling(content(Subject::MandateConfer, vec![elect()]), Method::Consent {})
        .then_rejected(ProposalRejection::EffectNotCarriedOut);
    calling(content(Subject::MembershipAdmit, vec![admit()]), Method::Advice {})
        .then_rejected(ProposalRejection::EffectNotCarriedOut);
}

#[test]
fn a_method_with_answers_of_its_own_takes_no_options() {
    let options = vec![item("pears"), item("plums")];
    calling(ProposalContent { options, ..plain() }, Method::Majority {})
        .then_rejected(ProposalRejection::OptionsNotAsked);
}

#[test]
fn each_method_has_its_answers() {
    let icons = |method| -> Option<Vec<Icon>> {
        answers(&method).map(|options| options.iter().map(|option| option.icon).collect())
    };
    assert_eq!(icons(Method::Majority {}), Some(vec![Icon::Agree, Icon::Disagree]));
    assert_eq!(
        icons(Method::ProposalWithBlock { blocks_max: 1 }),
        Some(vec![Icon::Agree, Icon::Disagree, Icon::Block])
    );
    assert_eq!(icons(Method::Consent {}), Some(vec![Icon::Consent]));
    assert_eq!(icons(Method::Consensus {}), Some(vec![Icon::Agree, Icon::StandAside, Icon::Block]));
    assert_eq!(icons(Method::Advice {}), Some(vec![Icon::Agree, Icon::Disagree]));
    assert_eq!(icons(ranked(1)), None);
}

#[test]
fn the_terms_are_what_was_called() {
    let asked = ProposalContent {
        topic: Some("trees".to_owned()),
        ..content(Subject::MembershipAdmit, vec![admit()])
    };
    let state = Proposal::replay(&called(asked.clone()));
    let policy = policy(Subject::MembershipAdmit, Method::Consent {});
    let terms = state.written().unwrap().terms(&call(policy.clone()), Some(2));
    assert_eq!(
        terms,
        events::DecisionTerms {
            network: OLD_CITY,
            proposal: ORCHARD,
            revision: 1,
            content_hash: content_hash(&asked),
            subject: Subject::MembershipAdmit,
            topic: Some("trees".to_owned()),
            charter_version: 4,
            policy,
            options: answers(&Method::Consent {}).unwrap(),
            effects: vec![admit()],
            called_by: ANNA,
            opens_at: day(3),
            closes_at: day(8),
            repeats: None,
            seats: Some(2),
        }
    );
}

#[test]
fn a_second_round_is_between_those_who_tied() {
    let three = election(vec![candidate(ANNA), candidate(BEN), candidate(CHLOE)]);
    let state = Proposal::replay(&called(three));
    let options = vec![OptionKey(CHLOE.to_string()), OptionKey(ANNA.to_string())];
    let because = RepeatedBecause::Tied { options };
    let repeats = Some(Repeat { decision: FIRST, because });
    let again = Call { repeats, ..call(policy(Subject::MandateConfer, ranked(2))) };
    let terms = state.written().unwrap().terms(&again, None);
    assert_eq!(terms.options, [candidate(ANNA), candidate(CHLOE)]);
    assert_eq!(terms.policy.method, ranked(2), "the first round filled no seat");
    assert_eq!(terms.repeats, Some(FIRST));
}

#[test]
fn a_network_type_is_decided_on_by_its_own_policy() {
    let types = BTreeSet::from([NetworkType::Production]);
    let declared = content(Subject::NetworkType, vec![Effect::DeclareNetworkType { types }]);
    calling(declared.clone(), Method::Majority {}).then([called_by(&declared, FIRST, 1, None)]);
}

// Whatever people do.

fn anybody() -> impl Strategy<Value = PersonId> {
    prop_oneof![Just(ANNA), Just(BEN), Just(CHLOE)]
}

fn number() -> impl Strategy<Value = u32> {
    0..4_u32
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("Pears"), Just("Plums"), Just("Figs")].prop_map(str::to_owned)
}

fn decision() -> impl Strategy<Value = DecisionId> {
    prop_oneof![Just(FIRST), Just(SECOND)]
}

fn anything() -> impl Strategy<Value = ProposalCommand> {
    let easy = DecisionPolicy { sponsors_min: 1, discussion_hours_min: 0, ..ordinary() };
    let policy = easy.clone();
    prop_oneof![
        Just(draft(plain())),
        (anybody(), anybody())
            .prop_map(|(by, person)| ProposalCommand::InviteCoAuthor { by, person }),
        anybody().prop_map(|by| ProposalCommand::JoinAsCoAuthor { by }),
        anybody().prop_map(|by| ProposalCommand::CoSponsorProposal { by }),
        anybody().prop_map(|by| ProposalCommand::WithdrawSponsorship { by }),
        anybody().prop_map(move |by| submit(by, BTreeSet::new(), policy.clone())),
        anybody().prop_map(|by| ProposalCommand::OpenDiscussion { by, since: day(1) }),
        anybody().prop_map(|by| raise(by, "Floods")),
        (anybody(), number())
            .prop_map(|(by, number)| ProposalCommand::WithdrawConcern { by, number }),
        (anybody(), number(), text()).prop_map(|(by, revision, text)| {
            ProposalCommand::OfferAmendment { by, revision, text }
        }),
        (anybody(), number())
            .prop_map(|(by, number)| ProposalCommand::AcceptAmendment { by, number }),
        (anybody(), number())
            .prop_map(|(by, number)| ProposalCommand::RejectAmendment { by, number }),
        (anybody(), number(), text()).prop_map(|(by, revision, text)| {
            ProposalCommand::ReviseProposal { by, revision, content: Box::new(reworded(&text)) }
        }),
        (anybody(), number(), decision(), decision()).prop_map(
            move |(by, revision, decision, former)| {
                let because = RepeatedBecause::Annulled;
                let repeats = (decision != former).then_some(Repeat { decision: former, because });
                command(Call { decision, by, revision, repeats, ..call(easy.clone()) }, facts())
            }
        ),
        (decision(), any::<bool>()).prop_map(|(decision, adopted)| {
            let outcome = if adopted { Outcome::Adopted {} } else { Outcome::NotAdopted {} };
            ProposalCommand::DecideProposal { decision, outcome }
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_decided_on_is_what_was_called(
        commands in prop::collection::vec(anything(), 0..80)
    ) {
        let mut state = Proposal::initial();
        let mut frozen = None;
        for command in commands {
            let Ok(events) = state.decide(&command) else { continue };
            let before = state.written().map_or(0, |written| written.revision);
            state = events.iter().fold(state, Proposal::evolve);
            // Whatever was done is done: doing it once more is refused or changes nothing. Only
            // words add up.
            let adds_up = matches!(
                command,
                ProposalCommand::RaiseConcern { .. } | ProposalCommand::OfferAmendment { .. }
            );
            if !adds_up {
                let again = state.decide(&command);
                prop_assert!(again.as_ref().is_err() || again == Ok(vec![]), "{again:?}");
            }
            let Some(written) = state.written() else { continue };
            prop_assert!(written.revision <= before + 1);
            prop_assert_eq!(&written.content_hash, &content_hash(&written.content));
            prop_assert!(!written.sponsors.iter().any(|sponsor| written.is_author(*sponsor)));
            if matches!(written.stage, Stage::Called { .. } | Stage::Decided { .. }) {
                let present = (written.revision, written.content.clone());
                prop_assert_eq!(frozen.get_or_insert(present.clone()), &present);
            } else {
                prop_assert_eq!(&frozen, &None);
            }
        }
    }
}

#[test]
fn what_could_not_be_carried_out_is_refused_before_the_vote() {
    let calling = |facts| given::<Proposal>(ripe(plain())).when(&command(call(ordinary()), facts));
    let why = CharterRejection::WithoutFallback;
    calling(CallFacts { unamendable: Some(why.clone()), ..facts() })
        .then_rejected(ProposalRejection::Unamendable(why));
    let king = RoleName("king".to_owned());
    calling(CallFacts { role_unknown: Some(king.clone()), ..facts() })
        .then_rejected(ProposalRejection::RoleUnknown(king));
    calling(CallFacts { strangers: [BEN].into(), ..facts() })
        .then_rejected(ProposalRejection::CandidateNotAMember(BEN));
    calling(CallFacts { electors: Some(0), ..facts() })
        .then_rejected(ProposalRejection::NobodyToVote);
    // The roll is frozen later: who will be on it is not known.
    calling(CallFacts { electors: None, ..facts() }).then([called_by(&plain(), FIRST, 1, None)]);
}
