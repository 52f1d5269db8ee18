//! Every template is a charter that a network can live by.

use std::collections::BTreeSet;

use events::{CharterChange, DelegationRule, Method, Secrecy, Subject};

use super::Template;
use crate::{
    charter::CharterText,
    policy::{SUBJECTS, adopts_proposals, fault, needs_adoption},
};

#[test]
fn every_template_is_complete() {
    for template in Template::ALL {
        assert_eq!(template.text().complete(), Ok(()), "{}", template.name());
    }
}

#[test]
fn no_policy_of_a_template_contradicts_itself() {
    for template in Template::ALL {
        let text = template.text();
        let roles = text.roles.keys().cloned().collect();
        for policy in text.policies.values() {
            assert_eq!(fault(policy, &roles), None, "{} of {}", policy.name, template.name());
        }
    }
}

#[test]
fn every_subject_is_decided_by_one_policy_that_can() {
    for template in Template::ALL {
        let text = template.text();
        for subject in SUBJECTS {
            let named = text.policies.values().filter(|it| it.subjects.contains(&subject)).count();
            let policy = text.policy_for(subject).unwrap();
            assert!(named <= 1, "{subject}");
            assert!(adopts_proposals(&policy.method) || !needs_adoption(subject), "{subject}");
        }
    }
}

#[test]
fn changing_the_charter_takes_two_thirds_and_longer_than_anything_else() {
    for template in Template::ALL {
        let text = template.text();
        let constitution = text.policy_for(Subject::CharterAmend).unwrap();
        assert_eq!(text.policy_for(Subject::PolicyAmend), Some(constitution));
        for policy in text.policies.values() {
            assert!(policy.window.hours_min <= constitution.window.hours_min);
            assert!(policy.discussion_hours_min <= constitution.discussion_hours_min);
            // So that a vote on the charter can change every policy of it.
            assert_eq!(policy.electorate, constitution.electorate);
        }
    }
}

#[test]
fn elections_and_votes_on_members_are_secret_and_nobody_lends_them() {
    for template in Template::ALL {
        let text = template.text();
        for subject in [Subject::MandateConfer, Subject::MandateRecall, Subject::MembershipExpel] {
            let policy = text.policy_for(subject).unwrap();
            assert_eq!(policy.secrecy, Secrecy::Secret);
            assert_eq!(policy.delegation, DelegationRule::None {});
        }
    }
}

#[test]
fn an_election_fills_the_seats_of_each_role() {
    for template in Template::ALL {
        let text = template.text();
        let election = text.policy_for(Subject::MandateConfer).unwrap();
        let Method::Ranked { seats, .. } = election.method else { panic!("no ranking") };
        assert!(text.roles.values().all(|role| role.seats == seats));
    }
}

#[test]
fn the_circle_admits_by_consent_with_half_of_the_members() {
    let text = Template::ConsentCircle.text();
    let admission = text.policy_for(Subject::MembershipAdmit).unwrap();
    assert_eq!(admission.method, Method::Consent {});
    assert_eq!(admission.quorum, Some(super::at_least(1, 2)));
}

#[test]
fn a_template_can_be_followed_change_by_change() {
    for template in Template::ALL {
        let text = template.text();
        let mut followed = CharterText::default();
        for change in text.changes() {
            followed = followed.changed(&change).unwrap();
            let told = |change: &CharterChange| format!("{change:?}");
            assert_eq!(followed.consistent(), Ok(()), "{}", told(&change));
        }
        assert_eq!(followed, text);
    }
}

#[test]
fn templates_are_found_by_their_names() {
    let names: BTreeSet<&str> = Template::ALL.iter().map(|template| template.name()).collect();
    assert_eq!(names.len(), Template::ALL.len());
    for template in Template::ALL {
        assert_eq!(Template::named(template.name()), Some(template));
        assert!(!template.description().is_empty());
    }
    assert_eq!(Template::named("monarchy"), None);
}
