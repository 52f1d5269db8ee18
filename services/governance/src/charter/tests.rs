//! The rules of a charter, one sentence a test.

use events::{
    Bound, MembershipClass, Method, OptionFigures, OptionKey, Requirement, RollUnit, Share,
};
use testkit::given;
use uuid::Uuid;

use super::*;
use crate::templates::Template;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const FIRST: DecisionId = DecisionId::new(Uuid::from_u128(0xd1));
const SECOND: DecisionId = DecisionId::new(Uuid::from_u128(0xd2));

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn later() -> Timestamp {
    "2026-12-24T12:00:00Z".parse().unwrap()
}

fn founder(person: PersonId) -> Founder {
    Founder { person, among: BTreeSet::from([ANNA, BEN]) }
}

/// A constitution by two thirds, everything else by more than half.
fn assembly() -> CharterText {
    Template::MajorityAssembly.text()
}

fn policy(name: &str) -> DecisionPolicy {
    assembly().policies[&PolicyName(name.to_owned())].clone()
}

fn opened() -> CharterEvent {
    CharterEvent::CharterDraftOpened { network: OLD_CITY }
}

fn drafted(text: &CharterText) -> Vec<CharterEvent> {
    [opened()].into_iter().chain(text.changes().into_iter().map(text::recorded)).collect()
}

fn drafted_and(text: &CharterText, events: Vec<CharterEvent>) -> Vec<CharterEvent> {
    drafted(text).into_iter().chain(events).collect()
}

fn submitted(text: &CharterText) -> CharterEvent {
    CharterEvent::CharterSubmitted { snapshot_hash: text.hash() }
}

fn consented(founder: PersonId) -> CharterEvent {
    CharterEvent::CharterConsented { founder }
}

fn ratified(text: &CharterText) -> CharterEvent {
    CharterEvent::CharterRatified {
        network: OLD_CITY,
        version: 1,
        snapshot_hash: text.hash(),
        effective_from: noon(),
    }
}

fn in_force(text: &CharterText) -> Vec<CharterEvent> {
    drafted_and(text, vec![submitted(text), consented(ANNA), consented(BEN), ratified(text)])
}

fn consent(person: PersonId, text: &CharterText) -> CharterCommand {
    CharterCommand::RatifyCharter { by: founder(person), snapshot_hash: text.hash(), at: noon() }
}

fn edit(section: CharterSection, text: &str) -> CharterChange {
    CharterChange::EditSection { section, text: text.to_owned() }
}

fn edit_purpose() -> CharterChange {
    edit(CharterSection::Purpose, "Clean water")
}

/// A vote of 100 in which so many agreed, and nobody abstained.
fn votes(agree: u32, disagree: u32) -> Figures {
    let option = |key: &str, units| OptionFigures {
        option: OptionKey(key.to_owned()),
        units,
        weight: u64::from(units),
        sum: None,
        mean: None,
    };
    Figures {
        roll_units: 100,
        roll_weight: 100,
        direct_units: agree + disagree,
        delegated_units: 0,
        abstained_units: 0,
        abstained_weight: 0,
        blank_units: 0,
        present_units: agree + disagree,
        quorum_units: None,
        quorate: true,
        constituencies: Vec::new(),
        cast_weight: u64::from(agree + disagree),
        options: vec![option("agree", agree), option("disagree", disagree)],
        requirements: Vec::new(),
        objections_standing: 0,
        rounds: Vec::new(),
    }
}

/// An amendment of the assembly's charter that two thirds and the quorum adopted.
fn amendment(changes: Vec<CharterChange>) -> Amendment {
    Amendment {
        decision: FIRST,
        subject: Subject::CharterAmend,
        policy: policy("constitution"),
        charter_version: 1,
        outcome: Outcome::Adopted {},
        figures: votes(40, 20),
        changes,
        certified_at: noon(),
        effective_from: later(),
    }
}

fn apply(amendment: Amendment) -> CharterCommand {
    CharterCommand::ApplyAmendment(Box::new(amendment))
}

fn amended(before: &CharterText, amendment: &Amendment, version: u32) -> CharterEvent {
    let mut text = before.clone();
    for change in &amendment.changes {
        text.put(change);
    }
    CharterEvent::CharterAmended {
        network: OLD_CITY,
        version,
        decision: amendment.decision,
        changes: amendment.changes.clone(),
        snapshot_hash: text.hash(),
        effective_from: amendment.effective_from,
    }
}

#[track_caller]
fn applies(before: &CharterText, amendment: &Amendment) {
    given::<Charter>(in_force(before))
        .when(&apply(amendment.clone()))
        .then([amended(before, amendment, 2)]);
}

#[track_caller]
fn refused(before: &CharterText, amendment: Amendment, rejection: CharterRejection) {
    given::<Charter>(in_force(before)).when(&apply(amendment)).then_rejected(rejection);
}

fn entrenched(subject: Subject, policy: &str) -> CharterRejection {
    CharterRejection::PolicyEntrenched { subject, policy: PolicyName(policy.to_owned()) }
}

/// The assembly, where a simple majority decides on policies.
fn lax_on_policies() -> CharterText {
    let mut text = assembly();
    let mut constitution = policy("constitution");
    constitution.subjects.remove(&Subject::PolicyAmend);
    let mut policies = policy("everything else");
    policies.name = PolicyName("policies".to_owned());
    policies.subjects = BTreeSet::from([Subject::PolicyAmend]);
    policies.discussion_hours_min = constitution.discussion_hours_min;
    policies.window = constitution.window;
    text.put(&CharterChange::ChangePolicy(constitution));
    text.put(&CharterChange::DefinePolicy(policies));
    text
}

/// What a simple majority, and no more, decides on policies.
fn by_simple_majority(changes: Vec<CharterChange>) -> Amendment {
    let policy = lax_on_policies().policy_for(Subject::PolicyAmend).unwrap().clone();
    let figures = votes(31, 29);
    Amendment { subject: Subject::PolicyAmend, policy, figures, ..amendment(changes) }
}

#[test]
fn a_founder_opens_the_draft_once() {
    let open = |person| CharterCommand::OpenCharterDraft {
        network: OLD_CITY,
        by: founder(person),
        changes: Vec::new(),
    };
    given::<Charter>([]).when(&open(ANNA)).then([opened()]);
    given::<Charter>([opened()]).when(&open(BEN)).then([]);
    given::<Charter>([]).when(&open(CHLOE)).then_rejected(CharterRejection::NotAFounder);
    given::<Charter>(in_force(&assembly()))
        .when(&open(ANNA))
        .then_rejected(CharterRejection::InForce);
}

#[test]
fn founders_draft_section_by_section() {
    let command = |person, text: &str| CharterCommand::EditSection {
        by: founder(person),
        section: CharterSection::Purpose,
        text: text.to_owned(),
    };
    let edited = text::recorded(edit_purpose());
    given::<Charter>([opened()]).when(&command(ANNA, "Clean water")).then([edited.clone()]);
    given::<Charter>([opened(), edited]).when(&command(BEN, "Clean water")).then([]);
    given::<Charter>([opened()])
        .when(&command(ANNA, " \n"))
        .then_rejected(CharterRejection::SectionBlank);
    given::<Charter>([opened()])
        .when(&command(CHLOE, "Clean water"))
        .then_rejected(CharterRejection::NotAFounder);
    given::<Charter>([])
        .when(&command(ANNA, "Clean water"))
        .then_rejected(CharterRejection::NotDrafted);
}

#[test]
fn policies_are_defined_changed_and_retired_by_name() {
    let define = |policy| CharterCommand::DefinePolicy { by: founder(ANNA), policy };
    let change = |policy| CharterCommand::ChangePolicy { by: founder(ANNA), policy };
    let retire = |policy| CharterCommand::RetirePolicy { by: founder(ANNA), policy };
    let admission = policy("admission");
    let other = DecisionPolicy { sponsors_min: 9, ..admission.clone() };
    let name = admission.name.clone();
    let defined = || vec![opened(), CharterEvent::PolicyDefined { policy: policy("admission") }];
    given::<Charter>([opened()]).when(&define(admission.clone())).then(defined().split_off(1));
    given::<Charter>(defined()).when(&define(admission.clone())).then([]);
    given::<Charter>(defined())
        .when(&define(other.clone()))
        .then_rejected(CharterRejection::PolicyNameTaken);
    given::<Charter>(defined())
        .when(&change(other.clone()))
        .then([CharterEvent::PolicyChanged { policy: other }]);
    given::<Charter>([opened()])
        .when(&change(admission))
        .then_rejected(CharterRejection::PolicyNotFound(name.clone()));
    given::<Charter>(defined())
        .when(&retire(name.clone()))
        .then([CharterEvent::PolicyRetired { policy: name.clone() }]);
    given::<Charter>([opened()])
        .when(&retire(name.clone()))
        .then_rejected(CharterRejection::PolicyNotFound(name));
}

#[test]
fn a_policy_that_contradicts_itself_is_refused() {
    let policy = DecisionPolicy { requirements: Vec::new(), ..policy("admission") };
    let name = policy.name.clone();
    let fault = PolicyFault::AgreementNotRequired;
    let rejection = CharterRejection::PolicyContradictsItself { policy: name, fault };
    assert_eq!(rejection.reason(), "POLICY_CONTRADICTS_ITSELF");
    assert_eq!(
        rejection.to_string(),
        "the policy admission contradicts itself: it does not say how many must agree; require at \
         least, or more than, a share"
    );
    given::<Charter>([opened()])
        .when(&CharterCommand::DefinePolicy { by: founder(ANNA), policy })
        .then_rejected(rejection);
}

#[test]
fn a_subject_has_one_policy() {
    let name = PolicyName("newcomers".to_owned());
    let policy = DecisionPolicy { name, ..policy("admission") };
    let define = CharterCommand::DefinePolicy { by: founder(ANNA), policy };
    let given = given::<Charter>(drafted(&assembly())).when(&define);
    let (subject, policy) = (Subject::MembershipAdmit, PolicyName("admission".to_owned()));
    given.then_rejected(CharterRejection::SubjectTaken { subject, policy });
}

#[test]
fn roles_are_defined_and_changed_by_name() {
    let define = |role| CharterCommand::DefineRole { by: founder(ANNA), role };
    let change = |role| CharterCommand::ChangeRole { by: founder(ANNA), role };
    let role = assembly().roles[&RoleName("coordinator".to_owned())].clone();
    let other = Role { seats: 9, ..role.clone() };
    let defined = || vec![opened(), CharterEvent::RoleDefined { role: role.clone() }];
    given::<Charter>([opened()]).when(&define(role.clone())).then(defined().split_off(1));
    given::<Charter>(defined()).when(&define(role.clone())).then([]);
    given::<Charter>(defined())
        .when(&define(other.clone()))
        .then_rejected(CharterRejection::RoleNameTaken);
    given::<Charter>(defined())
        .when(&change(other.clone()))
        .then([CharterEvent::RoleChanged { role: other }]);
    given::<Charter>([opened()])
        .when(&change(role.clone()))
        .then_rejected(CharterRejection::RoleNotFound(role.name.clone()));
    for (faulty, fault) in [
        (Role { seats: 0, ..role.clone() }, RoleFault::SeatsZero),
        (Role { term_days: 0, ..role.clone() }, RoleFault::TermUnusable),
        (Role { term_days: u32::MAX, ..role.clone() }, RoleFault::TermUnusable),
        (Role { consecutive_terms_max: Some(0), ..role.clone() }, RoleFault::TermsZero),
        (
            Role { responsibilities: " ".to_owned(), ..role.clone() },
            RoleFault::ResponsibilitiesBlank,
        ),
    ] {
        let role = faulty.name.clone();
        given::<Charter>([opened()])
            .when(&define(faulty))
            .then_rejected(CharterRejection::RoleContradictsItself { role, fault });
    }
}

#[test]
fn a_complete_draft_is_put_to_the_founders() {
    let text = assembly();
    let submit = CharterCommand::SubmitForRatification { by: founder(ANNA) };
    given::<Charter>(drafted(&text)).when(&submit).then([submitted(&text)]);
    given::<Charter>(drafted_and(&text, vec![submitted(&text)])).when(&submit).then([]);
    let outsider = CharterCommand::SubmitForRatification { by: founder(CHLOE) };
    given::<Charter>(drafted(&text)).when(&outsider).then_rejected(CharterRejection::NotAFounder);
}

#[test]
fn a_draft_without_a_section_is_not_submitted() {
    let submit = CharterCommand::SubmitForRatification { by: founder(ANNA) };
    for section in CharterSection::ALL {
        let mut text = assembly();
        text.sections.remove(&section);
        given::<Charter>(drafted(&text))
            .when(&submit)
            .then_rejected(CharterRejection::SectionMissing(section));
    }
}

#[test]
fn a_draft_without_a_fallback_is_not_submitted() {
    let mut text = assembly();
    text.put(&CharterChange::RetirePolicy(PolicyName("everything else".to_owned())));
    given::<Charter>(drafted(&text))
        .when(&CharterCommand::SubmitForRatification { by: founder(ANNA) })
        .then_rejected(CharterRejection::WithoutFallback);
}

#[test]
fn a_fallback_that_never_adopts_does_not_decide_on_what_needs_a_yes() {
    let mut text = assembly();
    let mut fallback = policy("elections");
    fallback.name = PolicyName("everything else".to_owned());
    fallback.subjects = BTreeSet::from([Subject::Other]);
    text.put(&CharterChange::ChangePolicy(fallback));
    let policy = PolicyName("everything else".to_owned());
    given::<Charter>(drafted(&text))
        .when(&CharterCommand::SubmitForRatification { by: founder(ANNA) })
        .then_rejected(CharterRejection::SubjectUndecidable {
            subject: Subject::NetworkLink,
            policy,
        });
}

#[test]
fn the_last_founders_consent_puts_it_in_force() {
    let text = assembly();
    let put = |events| drafted_and(&text, [vec![submitted(&text)], events].concat());
    given::<Charter>(put(vec![])).when(&consent(ANNA, &text)).then([consented(ANNA)]);
    given::<Charter>(put(vec![consented(ANNA)])).when(&consent(ANNA, &text)).then([]);
    given::<Charter>(put(vec![consented(ANNA)]))
        .when(&consent(BEN, &text))
        .then([consented(BEN), ratified(&text)]);
    given::<Charter>(put(vec![consented(ANNA)]))
        .when(&consent(CHLOE, &text))
        .then_rejected(CharterRejection::NotAFounder);
}

#[test]
fn a_founder_who_has_left_is_not_waited_for() {
    let text = assembly();
    let by = Founder { person: ANNA, among: BTreeSet::from([ANNA]) };
    let ratify = CharterCommand::RatifyCharter { by, snapshot_hash: text.hash(), at: noon() };
    given::<Charter>(drafted_and(&text, vec![submitted(&text), consented(ANNA)]))
        .when(&ratify)
        .then([ratified(&text)]);
}

#[test]
fn consent_is_given_to_one_text() {
    let text = assembly();
    let mut other = text.clone();
    other.put(&edit_purpose());
    given::<Charter>(drafted_and(&text, vec![submitted(&text)]))
        .when(&consent(ANNA, &other))
        .then_rejected(CharterRejection::TextDiffers);
    given::<Charter>(drafted(&text))
        .when(&consent(ANNA, &text))
        .then_rejected(CharterRejection::NotSubmitted);
}

#[test]
fn a_submitted_draft_is_edited_only_after_it_was_reopened() {
    let text = assembly();
    let command = CharterCommand::EditSection {
        by: founder(ANNA),
        section: CharterSection::Purpose,
        text: "Clean water".to_owned(),
    };
    let reopen = CharterCommand::ReopenCharterDraft { by: founder(ANNA) };
    let put = || drafted_and(&text, vec![submitted(&text), consented(BEN)]);
    given::<Charter>(put()).when(&command).then_rejected(CharterRejection::Submitted);
    given::<Charter>(put()).when(&reopen).then([CharterEvent::CharterDraftReopened {}]);
    given::<Charter>(drafted(&text)).when(&reopen).then([]);
}

#[test]
fn consents_to_a_reopened_draft_are_void() {
    let text = assembly();
    let events = vec![
        submitted(&text),
        consented(BEN),
        CharterEvent::CharterDraftReopened {},
        submitted(&text),
    ];
    given::<Charter>(drafted_and(&text, events))
        .when(&consent(ANNA, &text))
        .then([consented(ANNA)]);
}

#[test]
fn founders_do_not_change_a_charter_in_force() {
    let text = assembly();
    let by = || founder(ANNA);
    let role = text.roles[&RoleName("coordinator".to_owned())].clone();
    let name = PolicyName("admission".to_owned());
    for command in [
        CharterCommand::EditSection {
            by: by(),
            section: CharterSection::Purpose,
            text: "Mine".to_owned(),
        },
        CharterCommand::DefinePolicy { by: by(), policy: policy("admission") },
        CharterCommand::ChangePolicy { by: by(), policy: policy("admission") },
        CharterCommand::RetirePolicy { by: by(), policy: name },
        CharterCommand::DefineRole { by: by(), role: role.clone() },
        CharterCommand::ChangeRole { by: by(), role },
        CharterCommand::SubmitForRatification { by: by() },
        CharterCommand::ReopenCharterDraft { by: by() },
        consent(ANNA, &text),
    ] {
        given::<Charter>(in_force(&text)).when(&command).then_rejected(CharterRejection::InForce);
    }
}

#[test]
fn a_decision_changes_sections_policies_and_roles_at_once() {
    let text = assembly();
    let mut admission = policy("admission");
    admission.sponsors_min = 7;
    let mut role = text.roles[&RoleName("coordinator".to_owned())].clone();
    role.term_days = 730;
    let changes = vec![
        edit_purpose(),
        CharterChange::ChangePolicy(admission.clone()),
        CharterChange::ChangeRole(role.clone()),
    ];
    let amendment = amendment(changes);
    applies(&text, &amendment);
    let charter = Charter::replay(&[in_force(&text), vec![amended(&text, &amendment, 2)]].concat());
    assert_eq!(charter.version(), 2);
    assert_eq!(charter.policy_for(Subject::MembershipAdmit), Some(&admission));
    assert_eq!(charter.policy_at(1, Subject::MembershipAdmit), Some(&policy("admission")));
    assert_eq!(charter.policy_at(3, Subject::MembershipAdmit), None);
    assert_eq!(charter.role(&role.name), Some(&role));
    assert_eq!(charter.snapshot().unwrap().sections[&CharterSection::Purpose], "Clean water");
}

#[test]
fn an_amendment_is_made_whole_or_not_at_all() {
    let missing = PolicyName("nowhere".to_owned());
    let changes = vec![edit_purpose(), CharterChange::RetirePolicy(missing.clone())];
    refused(&assembly(), amendment(changes), CharterRejection::PolicyNotFound(missing));
}

#[test]
fn a_decision_is_carried_out_once() {
    let text = assembly();
    let first = amendment(vec![edit_purpose()]);
    let history = || [in_force(&text), vec![amended(&text, &first, 2)]].concat();
    given::<Charter>(history()).when(&apply(first.clone())).then([]);
    let other = amendment(vec![edit(CharterSection::Purpose, "Clean air")]);
    given::<Charter>(history())
        .when(&apply(other))
        .then_rejected(CharterRejection::AppliedOtherwise);
}

#[test]
fn only_an_adopted_decision_changes_it() {
    for outcome in [
        Outcome::NotAdopted {},
        Outcome::Inquorate {},
        Outcome::Advised {},
        Outcome::Elected { winners: Vec::new() },
    ] {
        let amendment = Amendment { outcome, ..amendment(vec![edit_purpose()]) };
        refused(&assembly(), amendment, CharterRejection::NotAdopted);
    }
}

#[test]
fn only_decisions_on_the_charter_or_on_policies_change_it() {
    for subject in SUBJECTS {
        let policy = assembly().policy_for(subject).unwrap().clone();
        let amendment = Amendment { subject, policy, ..amendment(vec![edit_purpose()]) };
        match subject.name() {
            "charter.amend" => applies(&assembly(), &amendment),
            "policy.amend" => refused(&assembly(), amendment, CharterRejection::BeyondPolicies),
            _ => refused(&assembly(), amendment, CharterRejection::SubjectDoesNotAmend(subject)),
        }
    }
}

#[test]
fn a_decision_on_policies_changes_policies() {
    let mut admission = policy("admission");
    admission.sponsors_min = 7;
    let changes = vec![CharterChange::ChangePolicy(admission)];
    applies(&lax_on_policies(), &by_simple_majority(changes));
}

#[test]
fn the_decision_was_taken_under_the_policy_of_its_version() {
    let text = assembly();
    let lax = Amendment { policy: policy("admission"), ..amendment(vec![edit_purpose()]) };
    refused(&text, lax, CharterRejection::DecidedUnderAnotherPolicy(1));
    for charter_version in [0, 2, u32::MAX] {
        let amendment = Amendment { charter_version, ..amendment(vec![edit_purpose()]) };
        let rejection = CharterRejection::DecidedUnderAnotherPolicy(charter_version);
        refused(&text, amendment, rejection);
    }
}

#[test]
fn an_open_decision_keeps_the_version_that_it_was_called_under() {
    let text = assembly();
    let mut constitution = policy("constitution");
    constitution.requirements[0].share = Share { numerator: 3, denominator: 4 };
    let first = Amendment {
        figures: votes(50, 10),
        ..amendment(vec![CharterChange::ChangePolicy(constitution)])
    };
    let mut stricter = text.clone();
    stricter.put(&first.changes[0]);
    let second = Amendment { decision: SECOND, ..amendment(vec![edit_purpose()]) };
    given::<Charter>([in_force(&text), vec![amended(&text, &first, 2)]].concat())
        .when(&apply(second.clone()))
        .then([amended(&stricter, &second, 3)]);
}

#[test]
fn an_open_decision_does_not_weaken_what_became_stricter_meanwhile() {
    let text = assembly();
    let mut constitution = policy("constitution");
    constitution.requirements[0].share = Share { numerator: 3, denominator: 4 };
    let first = amendment(vec![CharterChange::ChangePolicy(constitution)]);
    let back = CharterChange::ChangePolicy(policy("constitution"));
    let second = Amendment { decision: SECOND, ..amendment(vec![back]) };
    given::<Charter>([in_force(&text), vec![amended(&text, &first, 2)]].concat())
        .when(&apply(second.clone()))
        .then_rejected(entrenched(Subject::CharterRatify, "constitution"));
    let enough = Amendment { figures: votes(45, 15), ..second };
    let mut stricter = text.clone();
    stricter.put(&first.changes[0]);
    given::<Charter>([in_force(&text), vec![amended(&text, &first, 2)]].concat())
        .when(&apply(enough.clone()))
        .then([amended(&stricter, &enough, 3)]);
}

#[test]
fn a_simple_majority_does_not_weaken_the_two_thirds_of_the_amendment_rule() {
    let text = lax_on_policies();
    let mut constitution = text.policy_for(Subject::CharterAmend).unwrap().clone();
    constitution.requirements[0] = Requirement {
        bound: Bound::MoreThan,
        share: Share { numerator: 1, denominator: 2 },
        ..constitution.requirements[0]
    };
    let weaker = by_simple_majority(vec![CharterChange::ChangePolicy(constitution)]);
    refused(&text, weaker.clone(), entrenched(Subject::CharterRatify, "constitution"));
    applies(&text, &Amendment { figures: votes(40, 20), ..weaker.clone() });
    let too_few = Amendment { figures: votes(32, 16), ..weaker };
    refused(&text, too_few, entrenched(Subject::CharterRatify, "constitution"));
}

#[test]
fn a_hasty_vote_does_not_shorten_the_time_that_the_amendment_rule_takes() {
    let mut text = lax_on_policies();
    let mut hasty = text.policy_for(Subject::PolicyAmend).unwrap().clone();
    hasty.discussion_hours_min -= 1;
    text.put(&CharterChange::ChangePolicy(hasty.clone()));
    let mut constitution = text.policy_for(Subject::CharterAmend).unwrap().clone();
    constitution.window.hours_min -= 1;
    let shorter = by_simple_majority(vec![CharterChange::ChangePolicy(constitution)]);
    let hurried = Amendment { policy: hasty, figures: votes(40, 20), ..shorter };
    refused(&text, hurried.clone(), entrenched(Subject::CharterRatify, "constitution"));
    applies(&text, &Amendment { figures: votes(100, 0), ..hurried });
}

#[test]
fn a_simple_majority_makes_the_amendment_rule_stricter() {
    let text = lax_on_policies();
    let mut constitution = text.policy_for(Subject::CharterAmend).unwrap().clone();
    constitution.requirements[0].share = Share { numerator: 9, denominator: 10 };
    applies(&text, &by_simple_majority(vec![CharterChange::ChangePolicy(constitution)]));
}

#[test]
fn a_simple_majority_does_not_choose_who_decides() {
    let text = lax_on_policies();
    let mut constitution = text.policy_for(Subject::CharterAmend).unwrap().clone();
    constitution.electorate.classes = BTreeSet::from([MembershipClass::Founder]);
    let changes = vec![CharterChange::ChangePolicy(constitution.clone())];
    refused(&text, by_simple_majority(changes), entrenched(Subject::CharterRatify, "constitution"));
    constitution.electorate = policy("constitution").electorate;
    constitution.electorate.unit = RollUnit::Organisation {};
    let changes = vec![CharterChange::ChangePolicy(constitution)];
    refused(&text, by_simple_majority(changes), entrenched(Subject::CharterRatify, "constitution"));
}

#[test]
fn a_simple_majority_does_not_retire_a_strict_policy_for_the_fallback() {
    let text = lax_on_policies();
    let conduct = PolicyName("conduct".to_owned());
    let changes = vec![CharterChange::RetirePolicy(conduct)];
    let retiring = by_simple_majority(changes);
    refused(&text, retiring.clone(), entrenched(Subject::MembershipSuspend, "conduct"));
    applies(&text, &Amendment { figures: votes(45, 15), ..retiring });
}

#[test]
fn a_simple_majority_does_not_move_a_subject_to_a_laxer_policy() {
    let text = lax_on_policies();
    let mut conduct = policy("conduct");
    conduct.subjects.remove(&Subject::MembershipExpel);
    let mut admission = policy("admission");
    admission.subjects.insert(Subject::MembershipExpel);
    let changes =
        vec![CharterChange::ChangePolicy(conduct), CharterChange::ChangePolicy(admission)];
    refused(&text, by_simple_majority(changes), entrenched(Subject::MembershipExpel, "conduct"));
}

#[test]
fn a_new_policy_does_not_take_a_subject_from_a_stricter_fallback() {
    let mut text = lax_on_policies();
    let mut fallback = policy("everything else");
    fallback.requirements[0].share = Share { numerator: 2, denominator: 3 };
    text.put(&CharterChange::ChangePolicy(fallback));
    let name = PolicyName("funds".to_owned());
    let subjects = BTreeSet::from([Subject::FundOpen]);
    let funds = DecisionPolicy { name, subjects, ..policy("everything else") };
    let define = by_simple_majority(vec![CharterChange::DefinePolicy(funds)]);
    refused(&text, define.clone(), entrenched(Subject::FundOpen, "everything else"));
    applies(&text, &Amendment { figures: votes(41, 19), ..define });
}

#[test]
fn a_subject_moves_between_policies_that_are_as_strict() {
    let text = lax_on_policies();
    let name = PolicyName("links".to_owned());
    let subjects = BTreeSet::from([Subject::NetworkLink]);
    let links = DecisionPolicy { name, subjects, ..policy("everything else") };
    applies(&text, &by_simple_majority(vec![CharterChange::DefinePolicy(links)]));
}

#[test]
fn a_majority_does_not_abolish_consent() {
    let mut text = assembly();
    let by_consent = Template::ConsentCircle.text().policy_for(Subject::Other).unwrap().clone();
    text.put(&CharterChange::ChangePolicy(by_consent));
    let lax = CharterChange::ChangePolicy(policy("everything else"));
    let vote = amendment(vec![lax]);
    let everybody = Amendment { figures: votes(100, 0), ..vote.clone() };
    let most = Amendment { figures: votes(99, 0), ..vote };
    refused(&text, most, entrenched(Subject::NetworkLink, "everything else"));
    applies(&text, &everybody);
}

#[test]
fn an_amendment_leaves_a_charter_to_live_by() {
    let text = assembly();
    let fallback = PolicyName("everything else".to_owned());
    let retire = amendment(vec![CharterChange::RetirePolicy(fallback)]);
    refused(&text, retire, CharterRejection::WithoutFallback);
    let mut admission = policy("admission");
    admission.subjects.insert(Subject::MembershipExpel);
    let overlapping = amendment(vec![CharterChange::ChangePolicy(admission)]);
    let (subject, policy) = (Subject::MembershipExpel, PolicyName("admission".to_owned()));
    refused(&text, overlapping, CharterRejection::SubjectTaken { subject, policy });
    let blank = amendment(vec![edit(CharterSection::Purpose, " ")]);
    refused(&text, blank, CharterRejection::SectionBlank);
}

#[test]
fn an_amendment_changes_something_and_not_too_much() {
    let text = assembly();
    refused(&text, amendment(vec![]), CharterRejection::ChangesUnusable);
    let same = edit(CharterSection::Purpose, &text.sections[&CharterSection::Purpose]);
    refused(&text, amendment(vec![same]), CharterRejection::ChangesUnusable);
    let endless = vec![edit_purpose(); CHANGES_MAX + 1];
    refused(&text, amendment(endless), CharterRejection::ChangesUnusable);
}

#[test]
fn an_amendment_is_in_force_from_its_certificate_on_and_after_the_version_before() {
    let text = assembly();
    let backdated = Amendment {
        certified_at: later(),
        effective_from: noon(),
        ..amendment(vec![edit_purpose()])
    };
    refused(&text, backdated, CharterRejection::Backdated);
    let first = amendment(vec![edit_purpose()]);
    let earlier = Amendment {
        decision: SECOND,
        effective_from: noon(),
        ..amendment(vec![edit(CharterSection::Purpose, "Clean air")])
    };
    let after_first = Amendment { effective_from: later(), ..earlier.clone() };
    given::<Charter>([in_force(&text), vec![amended(&text, &first, 2)]].concat())
        .when(&apply(earlier))
        .then([amended(&text, &after_first, 3)]);
}

#[test]
fn a_draft_is_not_amended_by_decision() {
    let command = apply(amendment(vec![edit_purpose()]));
    given::<Charter>([]).when(&command).then_rejected(CharterRejection::NotDrafted);
    given::<Charter>(drafted(&assembly()))
        .when(&command)
        .then_rejected(CharterRejection::NotInForce);
}

#[test]
fn a_member_notes_something_beside_a_section_at_any_time() {
    let section = CharterSection::Resources;
    let note = Personal::open(ANNA, "who pays the hall?".to_owned());
    let command = CharterCommand::AnnotateSection { section, note: note.clone() };
    let annotated = CharterEvent::CharterSectionAnnotated { section, note };
    for history in [vec![opened()], in_force(&assembly())] {
        given::<Charter>(history).when(&command).then([annotated.clone()]);
    }
    given::<Charter>([]).when(&command).then_rejected(CharterRejection::NotDrafted);
}

#[test]
fn a_draft_binds_nobody() {
    let charter = Charter::replay(&drafted(&assembly()));
    assert_eq!(charter.version(), 0);
    assert_eq!(charter.policy_for(Subject::Other), None);
    assert!(charter.role(&RoleName("coordinator".to_owned())).is_some());
}

#[test]
fn a_subject_without_a_policy_falls_to_that_of_other() {
    let charter = Charter::replay(&in_force(&assembly()));
    assert_eq!(charter.version(), 1);
    assert_eq!(charter.policy_for(Subject::DataShare), Some(&policy("everything else")));
    assert_eq!(charter.policy_for(Subject::CharterAmend), Some(&policy("constitution")));
}

#[test]
fn the_hash_is_of_everything_that_the_charter_says() {
    let text = assembly();
    let hash = text.hash();
    assert_eq!(hash.len(), 64);
    assert_eq!(hash, assembly().hash());
    let mut admission = policy("admission");
    admission.method = Method::ProposalWithBlock { blocks_max: 1 };
    let mut role = text.roles[&RoleName("coordinator".to_owned())].clone();
    role.required = true;
    for change in
        [edit_purpose(), CharterChange::ChangePolicy(admission), CharterChange::ChangeRole(role)]
    {
        let mut other = assembly();
        other.put(&change);
        assert_ne!(other.hash(), hash);
    }
}

#[test]
fn a_draft_begins_with_a_whole_text_or_not_at_all_and_is_not_written_over() {
    let opening = |changes| CharterCommand::OpenCharterDraft {
        network: OLD_CITY,
        by: founder(ANNA),
        changes,
    };
    let circle = Template::ConsentCircle.text().changes();
    let opened = Charter::initial().decide(&opening(circle.clone())).unwrap();
    assert_eq!(opened.len(), circle.len() + 1);
    let Charter::Drafting { text, .. } = Charter::replay(&opened) else { panic!() };
    assert_eq!(text, Template::ConsentCircle.text());
    given::<Charter>(opened.clone())
        .when(&opening(circle.clone()))
        .then_rejected(CharterRejection::DraftOpen);
    given::<Charter>(opened).when(&opening(Vec::new())).then([]);
    let twice = [circle.clone(), vec![circle.last().unwrap().clone()]].concat();
    assert!(
        Charter::initial().decide(&opening(twice)).is_ok(),
        "the same policy again is the same"
    );
}
