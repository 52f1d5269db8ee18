//! The names of the service's refusals, which callers act on and which never change.

use std::collections::BTreeMap;

use events::Subject;
use jiff::Timestamp;
use kernel::Rejection;

use crate::{
    affiliation::AffiliationRejection, gathering::GatheringRejection,
    membership::MembershipRejection, network::NetworkRejection,
    organisation::OrganisationRejection, person::PersonRejection, tie::TieRejection,
};

/// The longest reason that `google.rpc.ErrorInfo` carries, in bytes.
const REASON_MAX: usize = 63;

/// Every refusal that `first` leads to by way of `next`, which knows every variant.
fn walk<R: Rejection>(first: R, next: impl Fn(&R) -> Option<R>) -> Vec<Box<dyn Rejection>> {
    std::iter::successors(Some(first), next)
        .map(|rejection| Box::new(rejection) as Box<dyn Rejection>)
        .collect()
}

/// The refusals of each decider. A variant that is missing here stops the build.
fn deciders() -> Vec<Vec<Box<dyn Rejection>>> {
    vec![network(), person(), organisation(), affiliation(), membership(), tie(), gathering()]
}

fn network() -> Vec<Box<dyn Rejection>> {
    walk(NetworkRejection::NotFounded, |rejection| match rejection {
        NetworkRejection::NotFounded => Some(NetworkRejection::NameTaken),
        NetworkRejection::NameTaken => Some(NetworkRejection::FoundersTooFew),
        NetworkRejection::FoundersTooFew => Some(NetworkRejection::FounderNotNamed),
        NetworkRejection::FounderNotNamed => Some(NetworkRejection::FoundersAlreadyNamed),
        NetworkRejection::FoundersAlreadyNamed => Some(NetworkRejection::NotNamedAsFounder),
        NetworkRejection::NotNamedAsFounder => Some(NetworkRejection::NotAFounder),
        NetworkRejection::NotAFounder => Some(NetworkRejection::TypesEmpty),
        NetworkRejection::TypesEmpty => Some(NetworkRejection::NotForming),
        NetworkRejection::NotForming => Some(NetworkRejection::NotActive),
        NetworkRejection::NotActive => {
            Some(NetworkRejection::DecisionNeeded(Subject::MembershipAdmit))
        }
        NetworkRejection::DecisionNeeded(_) => Some(NetworkRejection::Paused),
        NetworkRejection::Paused => Some(NetworkRejection::Dissolved),
        NetworkRejection::Dissolved => None,
    })
}

fn person() -> Vec<Box<dyn Rejection>> {
    walk(PersonRejection::NotRegistered, |rejection| match rejection {
        PersonRejection::NotRegistered => Some(PersonRejection::Erased),
        PersonRejection::Erased => Some(PersonRejection::NotThePerson),
        PersonRejection::NotThePerson => Some(PersonRejection::ChangesEmpty),
        PersonRejection::ChangesEmpty => Some(PersonRejection::FieldTwice),
        PersonRejection::FieldTwice => Some(PersonRejection::NameEmpty),
        PersonRejection::NameEmpty => None,
    })
}

fn organisation() -> Vec<Box<dyn Rejection>> {
    walk(OrganisationRejection::NotRegistered, |rejection| match rejection {
        OrganisationRejection::NotRegistered => Some(OrganisationRejection::AlreadyRegistered),
        OrganisationRejection::AlreadyRegistered => Some(OrganisationRejection::NotASteward),
        OrganisationRejection::NotASteward => Some(OrganisationRejection::LastSteward),
        OrganisationRejection::LastSteward => Some(OrganisationRejection::ScopesEmpty),
        OrganisationRejection::ScopesEmpty => Some(OrganisationRejection::NotAffiliated),
        OrganisationRejection::NotAffiliated => Some(OrganisationRejection::NotAMember),
        OrganisationRejection::NotAMember => Some(OrganisationRejection::VoteTaken),
        OrganisationRejection::VoteTaken => None,
    })
}

fn affiliation() -> Vec<Box<dyn Rejection>> {
    walk(AffiliationRejection::NotClaimed, |rejection| match rejection {
        AffiliationRejection::NotClaimed => Some(AffiliationRejection::NotASteward),
        AffiliationRejection::NotASteward => Some(AffiliationRejection::NotConcerned),
        AffiliationRejection::NotConcerned => None,
    })
}

fn membership() -> Vec<Box<dyn Rejection>> {
    walk(MembershipRejection::AlreadyMember, |rejection| match rejection {
        MembershipRejection::AlreadyMember => Some(MembershipRejection::NotInvited),
        MembershipRejection::NotInvited => Some(MembershipRejection::NotApplied),
        MembershipRejection::NotApplied => Some(MembershipRejection::EntryByInvitation),
        MembershipRejection::EntryByInvitation => {
            Some(MembershipRejection::Network(NetworkRejection::NotAFounder))
        }
        MembershipRejection::Network(_) => Some(MembershipRejection::FormerMember),
        MembershipRejection::FormerMember => Some(MembershipRejection::NotAMember),
        MembershipRejection::NotAMember => {
            Some(MembershipRejection::EndsBeforeItBegan(Timestamp::UNIX_EPOCH))
        }
        MembershipRejection::EndsBeforeItBegan(on) => {
            Some(MembershipRejection::BeginsBeforeFormerEnded(*on))
        }
        MembershipRejection::BeginsBeforeFormerEnded(_) => None,
    })
}

fn tie() -> Vec<Box<dyn Rejection>> {
    walk(TieRejection::ToOneself, |rejection| match rejection {
        TieRejection::ToOneself => Some(TieRejection::TargetNotAMember),
        TieRejection::TargetNotAMember => Some(TieRejection::AlreadyOpen),
        TieRejection::AlreadyOpen => Some(TieRejection::NotOpen),
        TieRejection::NotOpen => Some(TieRejection::NotTheSource),
        TieRejection::NotTheSource => Some(TieRejection::NotTheTarget),
        TieRejection::NotTheTarget => Some(TieRejection::RatingOutOfRange),
        TieRejection::RatingOutOfRange => Some(TieRejection::RatingsEmpty),
        TieRejection::RatingsEmpty => Some(TieRejection::EndsBeforeItBegan(Timestamp::UNIX_EPOCH)),
        TieRejection::EndsBeforeItBegan(on) => Some(TieRejection::BeginsBeforeFormerEnded(*on)),
        TieRejection::BeginsBeforeFormerEnded(_) => None,
    })
}

fn gathering() -> Vec<Box<dyn Rejection>> {
    walk(GatheringRejection::NotPlanned, |rejection| match rejection {
        GatheringRejection::NotPlanned => Some(GatheringRejection::AlreadyPlanned),
        GatheringRejection::AlreadyPlanned => {
            Some(GatheringRejection::NotBegun(Timestamp::UNIX_EPOCH))
        }
        GatheringRejection::NotBegun(_) => Some(GatheringRejection::AttendanceDiffers),
        GatheringRejection::AttendanceDiffers => Some(GatheringRejection::NothingToCorrect),
        GatheringRejection::NothingToCorrect => None,
    })
}

#[test]
fn a_decider_gives_every_refusal_a_reason_of_its_own() {
    for rejections in deciders() {
        let mut messages = BTreeMap::new();
        for rejection in rejections {
            let message = rejection.to_string();
            let former = messages.insert(rejection.reason(), message.clone());
            assert_eq!(former, None, "{} is also {message:?}", rejection.reason());
        }
    }
}

#[test]
fn one_reason_means_one_code_in_the_whole_service() {
    let mut codes = BTreeMap::new();
    for rejection in deciders().into_iter().flatten() {
        let (reason, code) = (rejection.reason(), rejection.code());
        assert_eq!(*codes.entry(reason).or_insert(code), code, "{reason}");
    }
}

#[test]
fn a_reason_is_upper_snake_case_and_short_enough_for_the_wire() {
    for rejection in deciders().into_iter().flatten() {
        let reason = rejection.reason();
        assert!(reason.len() <= REASON_MAX, "{reason}");
        assert!(reason.starts_with(|letter: char| letter.is_ascii_uppercase()), "{reason}");
        let snake = |word: &str| {
            let plain = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
            !word.is_empty() && word.chars().all(plain)
        };
        assert!(reason.split('_').all(snake), "{reason}");
    }
}

#[test]
fn a_refusal_is_told_in_lower_case_without_a_full_stop() {
    for rejection in deciders().into_iter().flatten() {
        let message = rejection.to_string();
        assert!(message.starts_with(|letter: char| letter.is_ascii_lowercase()), "{message:?}");
        assert!(!message.ends_with('.'), "{message:?}");
    }
}

#[test]
fn reasons_that_callers_act_on_are_never_renamed() {
    let mut reasons: Vec<&str> =
        deciders().into_iter().flatten().map(|rejection| rejection.reason()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(
        reasons,
        [
            "AFFILIATION_NOT_CLAIMED",
            "AFFILIATION_NOT_CONFIRMED",
            "AFFILIATION_NOT_ONES_OWN",
            "ALREADY_A_MEMBER",
            "ATTENDANCE_DIFFERS",
            "DECISION_NEEDED",
            "ENTRY_BY_INVITATION",
            "FORMER_MEMBER",
            "FOUNDERS_ALREADY_NAMED",
            "FOUNDERS_TOO_FEW",
            "FOUNDER_NOT_NAMED",
            "GATHERING_ALREADY_PLANNED",
            "GATHERING_NOT_BEGUN",
            "GATHERING_NOT_FOUND",
            "LAST_STEWARD",
            "MEMBERSHIP_BEGINS_BEFORE_FORMER_ENDED",
            "MEMBERSHIP_ENDS_BEFORE_IT_BEGAN",
            "NAME_EMPTY",
            "NETWORK_DISSOLVED",
            "NETWORK_NAME_TAKEN",
            "NETWORK_NOT_ACTIVE",
            "NETWORK_NOT_FORMING",
            "NETWORK_NOT_FOUND",
            "NETWORK_PAUSED",
            "NETWORK_TYPES_EMPTY",
            "NOTHING_TO_CORRECT",
            "NOT_APPLIED",
            "NOT_A_FOUNDER",
            "NOT_A_MEMBER",
            "NOT_A_STEWARD",
            "NOT_INVITED",
            "NOT_NAMED_AS_FOUNDER",
            "NOT_THE_PERSON",
            "NOT_THE_SOURCE_OF_THE_TIE",
            "NOT_THE_TARGET_OF_THE_TIE",
            "ORGANISATION_ALREADY_REGISTERED",
            "ORGANISATION_NOT_FOUND",
            "PERSON_ERASED",
            "PERSON_NOT_FOUND",
            "PROFILE_CHANGES_EMPTY",
            "PROFILE_FIELD_TWICE",
            "RATINGS_EMPTY",
            "RATING_OUT_OF_RANGE",
            "REPRESENTATION_SCOPES_EMPTY",
            "TIE_ALREADY_OPEN",
            "TIE_BEGINS_BEFORE_FORMER_ENDED",
            "TIE_ENDS_BEFORE_IT_BEGAN",
            "TIE_NOT_FOUND",
            "TIE_TARGET_NOT_A_MEMBER",
            "TIE_TO_ONESELF",
            "VOTING_REPRESENTATIVE_TAKEN",
        ]
    );
}
