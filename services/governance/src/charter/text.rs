//! What a charter says: one value that is drafted, hashed, shown and compared as a whole.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    CharterChange, CharterEvent, CharterSection, DecisionPolicy, PolicyName, Role, RoleName,
    Subject,
};
use serde::{Deserialize, Serialize};

use super::CharterRejection;
use crate::{
    canonical,
    policy::{SUBJECTS, adopts_proposals, fault, needs_adoption, usable_name},
};

/// How many days a term lasts at most: a hundred years.
pub const TERM_DAYS_MAX: u32 = 36_525;

/// The whole text of a charter, as of one version or of a draft.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct CharterText {
    /// The sections that are written.
    pub sections: BTreeMap<CharterSection, String>,
    /// The policies, by their names.
    pub policies: BTreeMap<PolicyName, DecisionPolicy>,
    /// The roles, by their names.
    pub roles: BTreeMap<RoleName, Role>,
}

/// How a role contradicts itself; the sentence says what to change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RoleFault {
    /// It has no name, or one that is too long.
    #[error("its name must have between 1 and 100 characters")]
    NameUnusable,
    /// Nobody knows what its holders see to.
    #[error("it does not say what its holders see to")]
    ResponsibilitiesBlank,
    /// A mandate ends when it begins, or outlives everybody.
    #[error("a term must last between 1 and {TERM_DAYS_MAX} days")]
    TermUnusable,
    /// Nobody may serve a term.
    #[error("nobody may serve a term; allow one, or leave the limit out")]
    TermsZero,
    /// Nobody can hold it.
    #[error("it has no seat; give it at least one")]
    SeatsZero,
}

impl CharterText {
    /// The policy on `subject`, the fallback where it has none; `None` without a fallback.
    pub fn policy_for(&self, subject: Subject) -> Option<&DecisionPolicy> {
        policy_among(&self.policies, subject)
    }

    /// The SHA-256 of its canonical JSON, in hexadecimal.
    #[expect(clippy::missing_panics_doc, reason = "it never does: see the next line")]
    #[expect(clippy::expect_used, reason = "texts, numbers and maps with texts as keys are JSON")]
    pub fn hash(&self) -> String {
        canonical::hash_of(self).expect("a charter is JSON")
    }

    /// What leads from an empty charter to this one, in an order that can be followed: roles before
    /// the policies that name them.
    pub fn changes(&self) -> Vec<CharterChange> {
        let sections = self.sections.iter().map(|(section, text)| CharterChange::EditSection {
            section: *section,
            text: text.clone(),
        });
        let roles = self.roles.values().cloned().map(CharterChange::DefineRole);
        let policies = self.policies.values().cloned().map(CharterChange::DefinePolicy);
        sections.chain(roles).chain(policies).collect()
    }

    /// The text after `change`, by the rules on names.
    ///
    /// # Errors
    ///
    /// Returns that a name is taken or unknown, or a section blank.
    pub fn changed(mut self, change: &CharterChange) -> Result<CharterText, CharterRejection> {
        match change {
            CharterChange::EditSection { text, .. } if text.trim().is_empty() => {
                return Err(CharterRejection::SectionBlank);
            }
            CharterChange::DefinePolicy(policy)
                if self.policies.get(&policy.name).is_some_and(|found| found != policy) =>
            {
                return Err(CharterRejection::PolicyNameTaken);
            }
            CharterChange::ChangePolicy(DecisionPolicy { name, .. })
            | CharterChange::RetirePolicy(name)
                if !self.policies.contains_key(name) =>
            {
                return Err(CharterRejection::PolicyNotFound(name.clone()));
            }
            CharterChange::DefineRole(role)
                if self.roles.get(&role.name).is_some_and(|found| found != role) =>
            {
                return Err(CharterRejection::RoleNameTaken);
            }
            CharterChange::ChangeRole(role) if !self.roles.contains_key(&role.name) => {
                return Err(CharterRejection::RoleNotFound(role.name.clone()));
            }
            CharterChange::EditSection { .. }
            | CharterChange::DefinePolicy(_)
            | CharterChange::ChangePolicy(_)
            | CharterChange::RetirePolicy(_)
            | CharterChange::DefineRole(_)
            | CharterChange::ChangeRole(_) => {}
        }
        self.put(change);
        Ok(self)
    }

    /// Takes `change` over as it is. Total: recorded changes are not doubted.
    pub fn put(&mut self, change: &CharterChange) {
        match change {
            CharterChange::EditSection { section, text } => {
                self.sections.insert(*section, text.clone());
            }
            CharterChange::DefinePolicy(policy) | CharterChange::ChangePolicy(policy) => {
                self.policies.insert(policy.name.clone(), policy.clone());
            }
            CharterChange::RetirePolicy(name) => {
                self.policies.remove(name);
            }
            CharterChange::DefineRole(role) | CharterChange::ChangeRole(role) => {
                self.roles.insert(role.name.clone(), role.clone());
            }
        }
    }

    /// Whether nothing in it contradicts itself or something else.
    ///
    /// # Errors
    ///
    /// Returns a role or a policy that contradicts itself, or a subject with two policies.
    pub fn consistent(&self) -> Result<(), CharterRejection> {
        for role in self.roles.values() {
            if let Some(fault) = role_fault(role) {
                let role = role.name.clone();
                return Err(CharterRejection::RoleContradictsItself { role, fault });
            }
        }
        let roles: BTreeSet<RoleName> = self.roles.keys().cloned().collect();
        let mut taken: BTreeMap<Subject, &PolicyName> = BTreeMap::new();
        for policy in self.policies.values() {
            if let Some(fault) = fault(policy, &roles) {
                let policy = policy.name.clone();
                return Err(CharterRejection::PolicyContradictsItself { policy, fault });
            }
            for subject in &policy.subjects {
                if let Some(other) = taken.insert(*subject, &policy.name) {
                    let (subject, policy) = (*subject, other.clone());
                    return Err(CharterRejection::SubjectTaken { subject, policy });
                }
            }
        }
        Ok(())
    }

    /// Whether a network can live by it: consistent, all sections written, and exactly one policy
    /// that can decide on every subject.
    ///
    /// # Errors
    ///
    /// Returns what is missing.
    pub fn complete(&self) -> Result<(), CharterRejection> {
        self.consistent()?;
        for section in CharterSection::ALL {
            if self.sections.get(&section).is_none_or(|text| text.trim().is_empty()) {
                return Err(CharterRejection::SectionMissing(section));
            }
        }
        if !self.policies.values().any(|policy| policy.subjects.contains(&Subject::Other)) {
            return Err(CharterRejection::WithoutFallback);
        }
        for subject in SUBJECTS {
            if let Some(policy) = self.policy_for(subject)
                && needs_adoption(subject)
                && !adopts_proposals(&policy.method)
            {
                let policy = policy.name.clone();
                return Err(CharterRejection::SubjectUndecidable { subject, policy });
            }
        }
        Ok(())
    }
}

/// The policy on `subject`, the fallback where it has none; `None` without a fallback.
pub(super) fn policy_among(
    policies: &BTreeMap<PolicyName, DecisionPolicy>,
    subject: Subject,
) -> Option<&DecisionPolicy> {
    let find = |subject| policies.values().find(|policy| policy.subjects.contains(&subject));
    find(subject).or_else(|| find(Subject::Other))
}

/// How a draft records `change`.
pub(super) fn recorded(change: CharterChange) -> CharterEvent {
    match change {
        CharterChange::EditSection { section, text } => {
            CharterEvent::CharterSectionEdited { section, text }
        }
        CharterChange::DefinePolicy(policy) => CharterEvent::PolicyDefined { policy },
        CharterChange::ChangePolicy(policy) => CharterEvent::PolicyChanged { policy },
        CharterChange::RetirePolicy(policy) => CharterEvent::PolicyRetired { policy },
        CharterChange::DefineRole(role) => CharterEvent::RoleDefined { role },
        CharterChange::ChangeRole(role) => CharterEvent::RoleChanged { role },
    }
}

/// The change of a draft that `event` records; `None` when it records none.
pub(super) fn drafted(event: &CharterEvent) -> Option<CharterChange> {
    match event {
        CharterEvent::CharterSectionEdited { section, text } => {
            Some(CharterChange::EditSection { section: *section, text: text.clone() })
        }
        CharterEvent::PolicyDefined { policy } => Some(CharterChange::DefinePolicy(policy.clone())),
        CharterEvent::PolicyChanged { policy } => Some(CharterChange::ChangePolicy(policy.clone())),
        CharterEvent::PolicyRetired { policy } => Some(CharterChange::RetirePolicy(policy.clone())),
        CharterEvent::RoleDefined { role } => Some(CharterChange::DefineRole(role.clone())),
        CharterEvent::RoleChanged { role } => Some(CharterChange::ChangeRole(role.clone())),
        CharterEvent::CharterDraftOpened { .. }
        | CharterEvent::CharterSubmitted { .. }
        | CharterEvent::CharterDraftReopened {}
        | CharterEvent::CharterConsented { .. }
        | CharterEvent::CharterRatified { .. }
        | CharterEvent::CharterAmended { .. }
        | CharterEvent::CharterSectionAnnotated { .. } => None,
    }
}

fn role_fault(role: &Role) -> Option<RoleFault> {
    if !usable_name(&role.name.0) {
        Some(RoleFault::NameUnusable)
    } else if role.responsibilities.trim().is_empty() {
        Some(RoleFault::ResponsibilitiesBlank)
    } else if role.term_days == 0 || role.term_days > TERM_DAYS_MAX {
        Some(RoleFault::TermUnusable)
    } else if role.consecutive_terms_max == Some(0) {
        Some(RoleFault::TermsZero)
    } else if role.seats == 0 {
        Some(RoleFault::SeatsZero)
    } else {
        None
    }
}
