//! The rules of a charter: drafted and consented to by the founders, from then on changed by
//! decisions alone.

use std::collections::{BTreeMap, BTreeSet};

use events::{
    CharterChange, CharterEvent, CharterSection, DecisionPolicy, Figures, Outcome, PolicyName,
    Role, RoleName, Subject,
};
use jiff::Timestamp;
use kernel::{Decider, DecisionId, ErrorCode, NetworkId, PersonId, Personal, Rejection};

use crate::policy::{
    PolicyFault, SUBJECTS,
    strictness::{satisfies, weakens},
};

pub mod text;

pub use text::{CharterText, RoleFault};

#[cfg(test)]
mod tests;

/// How many changes one amendment makes at most.
pub const CHANGES_MAX: usize = 200;

/// Whoever acts on a draft, and the founders at that moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Founder {
    /// Who acts.
    pub person: PersonId,
    /// The founders who are active members.
    pub among: BTreeSet<PersonId>,
}

/// What a final decision changes, and what it rests on.
#[derive(Clone, PartialEq, Debug)]
pub struct Amendment {
    /// The decision.
    pub decision: DecisionId,
    /// What it was about.
    pub subject: Subject,
    /// The policy of its terms.
    pub policy: DecisionPolicy,
    /// The version of the charter in its terms.
    pub charter_version: u32,
    /// What it came to.
    pub outcome: Outcome,
    /// Its figures.
    pub figures: Figures,
    /// The changes, in this order.
    pub changes: Vec<CharterChange>,
    /// When the decision was certified.
    pub certified_at: Timestamp,
    /// Since when the changes are in force: when the decision became final.
    pub effective_from: Timestamp,
}

/// What can be asked of a charter.
#[derive(Clone, PartialEq, Debug)]
pub enum CharterCommand {
    /// Begins to write it.
    OpenCharterDraft {
        /// The network.
        network: NetworkId,
        /// Who does.
        by: Founder,
        /// What it begins with, in this order; empty is nothing.
        changes: Vec<CharterChange>,
    },
    /// Writes a section.
    EditSection {
        /// Who does.
        by: Founder,
        /// Which section.
        section: CharterSection,
        /// Its whole text.
        text: String,
    },
    /// Adds a policy.
    DefinePolicy {
        /// Who does.
        by: Founder,
        /// The policy.
        policy: DecisionPolicy,
    },
    /// Replaces the policy of this name.
    ChangePolicy {
        /// Who does.
        by: Founder,
        /// The policy.
        policy: DecisionPolicy,
    },
    /// Takes a policy out.
    RetirePolicy {
        /// Who does.
        by: Founder,
        /// Which policy.
        policy: PolicyName,
    },
    /// Adds a role.
    DefineRole {
        /// Who does.
        by: Founder,
        /// The role.
        role: Role,
    },
    /// Replaces the role of this name.
    ChangeRole {
        /// Who does.
        by: Founder,
        /// The role.
        role: Role,
    },
    /// Puts the draft to the founders.
    SubmitForRatification {
        /// Who does.
        by: Founder,
    },
    /// Takes the draft back for more work; consents given to it are void.
    ReopenCharterDraft {
        /// Who does.
        by: Founder,
    },
    /// Consents to the submitted draft; the last founder's consent puts it in force.
    RatifyCharter {
        /// Who does.
        by: Founder,
        /// The hash of the text that they consent to.
        snapshot_hash: String,
        /// The present time.
        at: Timestamp,
    },
    /// Carries out what a decision changes.
    ApplyAmendment(Box<Amendment>),
    /// Notes something beside a section.
    AnnotateSection {
        /// Which section.
        section: CharterSection,
        /// What, by whom.
        note: Personal<String>,
    },
}

/// Why a charter refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CharterRejection {
    /// There is no charter.
    #[error("this network has no charter yet; a founder opens the draft")]
    NotDrafted,
    /// Only founders write it.
    #[error("only a founder who is a member can work on the draft of a charter")]
    NotAFounder,
    /// Founders are asked for their consent.
    #[error("the draft is put to the founders; reopen it to change it, or ratify it first")]
    Submitted,
    /// A draft is there already, and is not written over.
    #[error("there is a draft already; change what it says, or open it without a template")]
    DraftOpen,
    /// Founders are not asked for their consent.
    #[error("the draft is not put to the founders yet; submit it first")]
    NotSubmitted,
    /// It is in force.
    #[error("the charter is in force; only a decision of the members changes it")]
    InForce,
    /// It is not in force.
    #[error("the charter is not in force; the founders ratify it first")]
    NotInForce,
    /// The consent is to another text.
    #[error("the submitted text is not the one that was consented to; read it again")]
    TextDiffers,
    /// A section is to have no text.
    #[error("a section of a charter has a text; this one is blank")]
    SectionBlank,
    /// A section has no text.
    #[error("the section {0:?} is not written yet")]
    SectionMissing(CharterSection),
    /// No policy decides on what has none.
    #[error("no policy decides on the subject other, which stands in for all that have none")]
    WithoutFallback,
    /// Two policies decide on one subject.
    #[error("{subject} is decided by the policy {policy} already; take it out there first")]
    SubjectTaken {
        /// The subject.
        subject: Subject,
        /// The policy that decides on it.
        policy: PolicyName,
    },
    /// A subject that needs a yes or a no falls to a policy that gives none.
    #[error("{subject} falls to the policy {policy}, which never adopts; give it another one")]
    SubjectUndecidable {
        /// The subject.
        subject: Subject,
        /// The policy that decides on it.
        policy: PolicyName,
    },
    /// A policy contradicts itself.
    #[error("the policy {policy} contradicts itself: {fault}")]
    PolicyContradictsItself {
        /// Which policy.
        policy: PolicyName,
        /// How.
        fault: PolicyFault,
    },
    /// There is another policy of this name.
    #[error("there is another policy of this name; change that one, or choose another name")]
    PolicyNameTaken,
    /// There is no policy of this name.
    #[error("the charter has no policy named {0}")]
    PolicyNotFound(PolicyName),
    /// A role contradicts itself.
    #[error("the role {role} contradicts itself: {fault}")]
    RoleContradictsItself {
        /// Which role.
        role: RoleName,
        /// How.
        fault: RoleFault,
    },
    /// There is another role of this name.
    #[error("there is another role of this name; change that one, or choose another name")]
    RoleNameTaken,
    /// There is no role of this name.
    #[error("the charter has no role named {0}")]
    RoleNotFound(RoleName),
    /// The decision was about something else.
    #[error("a decision on {0} does not change the charter; decide on charter.amend")]
    SubjectDoesNotAmend(Subject),
    /// The decision was on policies, and changes more.
    #[error("a decision on policy.amend changes policies only; decide on charter.amend")]
    BeyondPolicies,
    /// The decision did not adopt it.
    #[error("the decision did not adopt this amendment")]
    NotAdopted,
    /// The decision was not taken as the charter says.
    #[error("the decision was not taken under the policy of the charter's version {0}")]
    DecidedUnderAnotherPolicy(u32),
    /// The vote would fail the policy that it weakens.
    #[error("the policy {policy} on {subject} is weakened, and the vote does not satisfy it")]
    PolicyEntrenched {
        /// The subject.
        subject: Subject,
        /// The policy that decides on it now.
        policy: PolicyName,
    },
    /// It would be in force before it was certified.
    #[error("an amendment is in force from the certificate of its decision on, not before")]
    Backdated,
    /// It changes nothing, or too much.
    #[error("an amendment makes between 1 and {CHANGES_MAX} changes, and they change something")]
    ChangesUnusable,
    /// The decision was carried out, with other changes.
    #[error("this decision was carried out already, with other changes")]
    AppliedOtherwise,
}

/// The state of one charter.
#[derive(Clone, PartialEq, Debug)]
pub enum Charter {
    /// No events yet.
    Unopened,
    /// The founders write it.
    Drafting {
        /// The network.
        network: NetworkId,
        /// What it says so far.
        text: CharterText,
    },
    /// The founders are asked for their consent.
    PutToRatification {
        /// The network.
        network: NetworkId,
        /// What it says.
        text: CharterText,
        /// The hash of that.
        snapshot_hash: String,
        /// Who consents.
        consents: BTreeSet<PersonId>,
    },
    /// It binds.
    InForce {
        /// The network.
        network: NetworkId,
        /// What it says now.
        text: CharterText,
        /// Since when.
        effective_from: Timestamp,
        /// The policies of each version, from version 1 on.
        versions: Vec<BTreeMap<PolicyName, DecisionPolicy>>,
        /// What was carried out, by the decision.
        applied: BTreeMap<DecisionId, Vec<CharterChange>>,
    },
}

impl Charter {
    /// The version in force; 0 is none yet.
    pub fn version(&self) -> u32 {
        match self {
            Charter::Unopened | Charter::Drafting { .. } | Charter::PutToRatification { .. } => 0,
            Charter::InForce { versions, .. } => u32::try_from(versions.len()).unwrap_or(u32::MAX),
        }
    }

    /// The policy in force on `subject`, the fallback where it has none; `None` while no charter is
    /// in force.
    pub fn policy_for(&self, subject: Subject) -> Option<&DecisionPolicy> {
        self.policy_at(self.version(), subject)
    }

    /// The policy on `subject` in `version`; `None` where there is no such version.
    pub fn policy_at(&self, version: u32, subject: Subject) -> Option<&DecisionPolicy> {
        match self {
            Charter::Unopened | Charter::Drafting { .. } | Charter::PutToRatification { .. } => {
                None
            }
            Charter::InForce { versions, .. } => {
                let index = usize::try_from(version.checked_sub(1)?).ok()?;
                text::policy_among(versions.get(index)?, subject)
            }
        }
    }

    /// The role of this name, in a draft too; `None` when it is not described.
    pub fn role(&self, name: &RoleName) -> Option<&Role> {
        self.snapshot().and_then(|text| text.roles.get(name))
    }

    /// What it says, in a draft too; `None` before the draft was opened.
    pub fn snapshot(&self) -> Option<&CharterText> {
        match self {
            Charter::Unopened => None,
            Charter::Drafting { text, .. }
            | Charter::PutToRatification { text, .. }
            | Charter::InForce { text, .. } => Some(text),
        }
    }

    /// What it would say after `changes`, decided on `subject`.
    ///
    /// A proposal can be told early what would be refused late. Whether the vote suffices is only
    /// known with its figures: see [`weakened`].
    ///
    /// # Errors
    ///
    /// Returns why no decision on `subject` can make these changes.
    pub fn amended(
        &self,
        subject: Subject,
        changes: &[CharterChange],
    ) -> Result<CharterText, CharterRejection> {
        let text = match self {
            Charter::Unopened => return Err(CharterRejection::NotDrafted),
            Charter::Drafting { .. } | Charter::PutToRatification { .. } => {
                return Err(CharterRejection::NotInForce);
            }
            Charter::InForce { text, .. } => text,
        };
        let whole = match subject {
            Subject::CharterAmend => true,
            Subject::PolicyAmend => false,
            Subject::CharterRatify
            | Subject::NetworkType
            | Subject::NetworkPause
            | Subject::NetworkDissolve
            | Subject::NetworkLink
            | Subject::MembershipAdmit
            | Subject::MembershipSuspend
            | Subject::MembershipExpel
            | Subject::MandateConfer
            | Subject::MandateRecall
            | Subject::GroupForm
            | Subject::GroupClose
            | Subject::ProjectEndorse
            | Subject::GoalAdopt
            | Subject::FundOpen
            | Subject::FundAllocate
            | Subject::LedgerLimits
            | Subject::ScorecardAdopt
            | Subject::EvaluatorGrant
            | Subject::DataShare
            | Subject::PracticeRecommend
            | Subject::AgendaPrioritise
            | Subject::Other => return Err(CharterRejection::SubjectDoesNotAmend(subject)),
        };
        if !whole && !changes.iter().all(is_of_policies) {
            return Err(CharterRejection::BeyondPolicies);
        }
        if changes.len() > CHANGES_MAX {
            return Err(CharterRejection::ChangesUnusable);
        }
        let amended = changes.iter().try_fold(text.clone(), CharterText::changed)?;
        if amended == *text {
            return Err(CharterRejection::ChangesUnusable);
        }
        amended.complete()?;
        Ok(amended)
    }
}

/// The subjects whose policy `after` would weaken, with the policy that decides on them `before`.
///
/// Subject by subject, whatever the policies are called: a policy that is retired, that gives a
/// subject to another one or takes one over from the fallback is compared with what would decide
/// instead of it.
pub fn weakened<'a>(
    before: &'a CharterText,
    after: &CharterText,
) -> Vec<(Subject, &'a DecisionPolicy)> {
    let mut found = Vec::new();
    for subject in SUBJECTS {
        if let Some(policy) = before.policy_for(subject)
            && weakens(policy, after.policy_for(subject))
        {
            found.push((subject, policy));
        }
    }
    found
}

impl Decider for Charter {
    type Command = CharterCommand;
    type Event = CharterEvent;
    type Rejection = CharterRejection;

    fn initial() -> Charter {
        Charter::Unopened
    }

    fn decide(&self, command: &CharterCommand) -> Result<Vec<CharterEvent>, CharterRejection> {
        match command {
            CharterCommand::OpenCharterDraft { network, by, changes } => {
                self.open(*network, by, changes)
            }
            CharterCommand::EditSection { by, section, text } => {
                let (section, text) = (*section, text.clone());
                self.edit(by, CharterChange::EditSection { section, text })
            }
            CharterCommand::DefinePolicy { by, policy } => {
                self.edit(by, CharterChange::DefinePolicy(policy.clone()))
            }
            CharterCommand::ChangePolicy { by, policy } => {
                self.edit(by, CharterChange::ChangePolicy(policy.clone()))
            }
            CharterCommand::RetirePolicy { by, policy } => {
                self.edit(by, CharterChange::RetirePolicy(policy.clone()))
            }
            CharterCommand::DefineRole { by, role } => {
                self.edit(by, CharterChange::DefineRole(role.clone()))
            }
            CharterCommand::ChangeRole { by, role } => {
                self.edit(by, CharterChange::ChangeRole(role.clone()))
            }
            CharterCommand::SubmitForRatification { by } => self.submit(by),
            CharterCommand::ReopenCharterDraft { by } => self.reopen(by),
            CharterCommand::RatifyCharter { by, snapshot_hash, at } => {
                self.ratify(by, snapshot_hash, *at)
            }
            CharterCommand::ApplyAmendment(amendment) => self.amend(amendment),
            CharterCommand::AnnotateSection { section, note } => match self {
                Charter::Unopened => Err(CharterRejection::NotDrafted),
                Charter::Drafting { .. }
                | Charter::PutToRatification { .. }
                | Charter::InForce { .. } => Ok(vec![CharterEvent::CharterSectionAnnotated {
                    section: *section,
                    note: note.clone(),
                }]),
            },
        }
    }

    fn evolve(self, event: &CharterEvent) -> Charter {
        match (self, event) {
            (_, CharterEvent::CharterDraftOpened { network }) => {
                Charter::Drafting { network: *network, text: CharterText::default() }
            }
            (
                Charter::PutToRatification { network, text, .. },
                CharterEvent::CharterDraftReopened {},
            ) => Charter::Drafting { network, text },
            (
                Charter::Drafting { network, text },
                CharterEvent::CharterSubmitted { snapshot_hash },
            ) => {
                let (snapshot_hash, consents) = (snapshot_hash.clone(), BTreeSet::new());
                Charter::PutToRatification { network, text, snapshot_hash, consents }
            }
            (
                Charter::PutToRatification { network, text, snapshot_hash, mut consents },
                CharterEvent::CharterConsented { founder },
            ) => {
                consents.insert(*founder);
                Charter::PutToRatification { network, text, snapshot_hash, consents }
            }
            (
                Charter::Drafting { network, text }
                | Charter::PutToRatification { network, text, .. },
                CharterEvent::CharterRatified { effective_from, .. },
            ) => ratified(network, text, *effective_from),
            (
                Charter::InForce { network, mut text, mut versions, mut applied, .. },
                CharterEvent::CharterAmended { decision, changes, effective_from, .. },
            ) => {
                for change in changes {
                    text.put(change);
                }
                versions.push(text.policies.clone());
                applied.insert(*decision, changes.clone());
                Charter::InForce {
                    network,
                    text,
                    effective_from: *effective_from,
                    versions,
                    applied,
                }
            }
            (Charter::Drafting { network, mut text }, event) => {
                if let Some(change) = text::drafted(event) {
                    text.put(&change);
                }
                Charter::Drafting { network, text }
            }
            (
                state @ (Charter::Unopened
                | Charter::PutToRatification { .. }
                | Charter::InForce { .. }),
                CharterEvent::CharterSectionEdited { .. }
                | CharterEvent::PolicyDefined { .. }
                | CharterEvent::PolicyChanged { .. }
                | CharterEvent::PolicyRetired { .. }
                | CharterEvent::RoleDefined { .. }
                | CharterEvent::RoleChanged { .. }
                | CharterEvent::CharterSubmitted { .. }
                | CharterEvent::CharterDraftReopened {}
                | CharterEvent::CharterConsented { .. }
                | CharterEvent::CharterRatified { .. }
                | CharterEvent::CharterAmended { .. }
                | CharterEvent::CharterSectionAnnotated { .. },
            ) => state,
        }
    }
}

impl Charter {
    fn open(
        &self,
        network: NetworkId,
        by: &Founder,
        changes: &[CharterChange],
    ) -> Result<Vec<CharterEvent>, CharterRejection> {
        founder(by)?;
        match self {
            Charter::Unopened => {
                let mut text = CharterText::default();
                for change in changes {
                    text = text.changed(change)?;
                }
                text.consistent()?;
                let opened = CharterEvent::CharterDraftOpened { network };
                let written = changes.iter().cloned().map(text::recorded);
                Ok(std::iter::once(opened).chain(written).collect())
            }
            Charter::Drafting { .. } | Charter::PutToRatification { .. } if changes.is_empty() => {
                Ok(vec![])
            }
            Charter::Drafting { .. } | Charter::PutToRatification { .. } => {
                Err(CharterRejection::DraftOpen)
            }
            Charter::InForce { .. } => Err(CharterRejection::InForce),
        }
    }

    fn edit(
        &self,
        by: &Founder,
        change: CharterChange,
    ) -> Result<Vec<CharterEvent>, CharterRejection> {
        let text = match self {
            Charter::Unopened => return Err(CharterRejection::NotDrafted),
            Charter::PutToRatification { .. } => {
                founder(by)?;
                return Err(CharterRejection::Submitted);
            }
            Charter::InForce { .. } => return Err(CharterRejection::InForce),
            Charter::Drafting { text, .. } => text,
        };
        founder(by)?;
        let changed = text.clone().changed(&change)?;
        if changed == *text {
            return Ok(vec![]);
        }
        changed.consistent()?;
        Ok(vec![text::recorded(change)])
    }

    fn submit(&self, by: &Founder) -> Result<Vec<CharterEvent>, CharterRejection> {
        match self {
            Charter::Unopened => Err(CharterRejection::NotDrafted),
            Charter::Drafting { text, .. } => {
                founder(by)?;
                text.complete()?;
                Ok(vec![CharterEvent::CharterSubmitted { snapshot_hash: text.hash() }])
            }
            Charter::PutToRatification { .. } => founder(by).map(|()| vec![]),
            Charter::InForce { .. } => Err(CharterRejection::InForce),
        }
    }

    fn reopen(&self, by: &Founder) -> Result<Vec<CharterEvent>, CharterRejection> {
        match self {
            Charter::Unopened => Err(CharterRejection::NotDrafted),
            Charter::Drafting { .. } => founder(by).map(|()| vec![]),
            Charter::PutToRatification { .. } => {
                founder(by).map(|()| vec![CharterEvent::CharterDraftReopened {}])
            }
            Charter::InForce { .. } => Err(CharterRejection::InForce),
        }
    }

    fn ratify(
        &self,
        by: &Founder,
        hash: &str,
        at: Timestamp,
    ) -> Result<Vec<CharterEvent>, CharterRejection> {
        match self {
            Charter::Unopened => Err(CharterRejection::NotDrafted),
            Charter::Drafting { .. } => founder(by).and(Err(CharterRejection::NotSubmitted)),
            Charter::PutToRatification { network, snapshot_hash, consents, .. } => {
                founder(by)?;
                if hash != snapshot_hash {
                    return Err(CharterRejection::TextDiffers);
                }
                let mut events = Vec::new();
                if !consents.contains(&by.person) {
                    events.push(CharterEvent::CharterConsented { founder: by.person });
                }
                // A founder who has left is not waited for.
                let consents = |it: &PersonId| *it == by.person || consents.contains(it);
                if by.among.iter().all(consents) {
                    events.push(CharterEvent::CharterRatified {
                        network: *network,
                        version: 1,
                        snapshot_hash: snapshot_hash.clone(),
                        effective_from: at,
                    });
                }
                Ok(events)
            }
            Charter::InForce { .. } => Err(CharterRejection::InForce),
        }
    }

    fn amend(&self, amendment: &Amendment) -> Result<Vec<CharterEvent>, CharterRejection> {
        let (network, text, in_force, applied) = match self {
            Charter::Unopened => return Err(CharterRejection::NotDrafted),
            Charter::Drafting { .. } | Charter::PutToRatification { .. } => {
                return Err(CharterRejection::NotInForce);
            }
            Charter::InForce { network, text, effective_from, applied, .. } => {
                (*network, text, *effective_from, applied)
            }
        };
        match applied.get(&amendment.decision) {
            Some(changes) if *changes == amendment.changes => return Ok(vec![]),
            Some(_) => return Err(CharterRejection::AppliedOtherwise),
            None => {}
        }
        if amendment.outcome != (Outcome::Adopted {}) {
            return Err(CharterRejection::NotAdopted);
        }
        let amended = self.amended(amendment.subject, &amendment.changes)?;
        let version = amendment.charter_version;
        if self.policy_at(version, amendment.subject) != Some(&amendment.policy) {
            return Err(CharterRejection::DecidedUnderAnotherPolicy(version));
        }
        for (subject, policy) in weakened(text, &amended) {
            if !satisfies(policy, &amendment.policy, &amendment.figures) {
                let policy = policy.name.clone();
                return Err(CharterRejection::PolicyEntrenched { subject, policy });
            }
        }
        if amendment.effective_from < amendment.certified_at {
            return Err(CharterRejection::Backdated);
        }
        Ok(vec![CharterEvent::CharterAmended {
            network,
            version: self.version() + 1,
            decision: amendment.decision,
            changes: amendment.changes.clone(),
            snapshot_hash: amended.hash(),
            // Decisions can be carried out in another order than they became final in; versions
            // follow each other all the same.
            effective_from: amendment.effective_from.max(in_force),
        }])
    }
}

fn ratified(network: NetworkId, text: CharterText, effective_from: Timestamp) -> Charter {
    let (versions, applied) = (vec![text.policies.clone()], BTreeMap::new());
    Charter::InForce { network, text, effective_from, versions, applied }
}

fn founder(by: &Founder) -> Result<(), CharterRejection> {
    if by.among.contains(&by.person) { Ok(()) } else { Err(CharterRejection::NotAFounder) }
}

fn is_of_policies(change: &CharterChange) -> bool {
    match change {
        CharterChange::DefinePolicy(_)
        | CharterChange::ChangePolicy(_)
        | CharterChange::RetirePolicy(_) => true,
        CharterChange::EditSection { .. }
        | CharterChange::DefineRole(_)
        | CharterChange::ChangeRole(_) => false,
    }
}

impl Rejection for CharterRejection {
    fn code(&self) -> ErrorCode {
        match self {
            CharterRejection::NotDrafted
            | CharterRejection::PolicyNotFound(_)
            | CharterRejection::RoleNotFound(_) => ErrorCode::NotFound,
            CharterRejection::NotAFounder
            | CharterRejection::SubjectDoesNotAmend(_)
            | CharterRejection::BeyondPolicies
            | CharterRejection::NotAdopted
            | CharterRejection::DecidedUnderAnotherPolicy(_)
            | CharterRejection::PolicyEntrenched { .. } => ErrorCode::Forbidden,
            CharterRejection::Submitted
            | CharterRejection::DraftOpen
            | CharterRejection::NotSubmitted
            | CharterRejection::InForce
            | CharterRejection::NotInForce
            | CharterRejection::SectionMissing(_)
            | CharterRejection::WithoutFallback
            | CharterRejection::SubjectTaken { .. }
            | CharterRejection::SubjectUndecidable { .. } => ErrorCode::Precondition,
            CharterRejection::TextDiffers => ErrorCode::Conflict,
            CharterRejection::SectionBlank
            | CharterRejection::PolicyContradictsItself { .. }
            | CharterRejection::RoleContradictsItself { .. }
            | CharterRejection::Backdated
            | CharterRejection::ChangesUnusable => ErrorCode::Invalid,
            CharterRejection::PolicyNameTaken
            | CharterRejection::RoleNameTaken
            | CharterRejection::AppliedOtherwise => ErrorCode::AlreadyExists,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            CharterRejection::NotDrafted => "CHARTER_NOT_FOUND",
            CharterRejection::NotAFounder => "CHARTER_NOT_A_FOUNDER",
            CharterRejection::Submitted => "CHARTER_SUBMITTED",
            CharterRejection::DraftOpen => "CHARTER_DRAFT_OPEN",
            CharterRejection::NotSubmitted => "CHARTER_NOT_SUBMITTED",
            CharterRejection::InForce => "CHARTER_IN_FORCE",
            CharterRejection::NotInForce => "CHARTER_NOT_IN_FORCE",
            CharterRejection::TextDiffers => "CHARTER_TEXT_DIFFERS",
            CharterRejection::SectionBlank => "CHARTER_SECTION_BLANK",
            CharterRejection::SectionMissing(_) => "CHARTER_SECTION_MISSING",
            CharterRejection::WithoutFallback => "CHARTER_WITHOUT_FALLBACK",
            CharterRejection::SubjectTaken { .. } => "SUBJECT_TAKEN",
            CharterRejection::SubjectUndecidable { .. } => "SUBJECT_UNDECIDABLE",
            CharterRejection::PolicyContradictsItself { .. } => "POLICY_CONTRADICTS_ITSELF",
            CharterRejection::PolicyNameTaken => "POLICY_NAME_TAKEN",
            CharterRejection::PolicyNotFound(_) => "POLICY_NOT_FOUND",
            CharterRejection::RoleContradictsItself { .. } => "ROLE_CONTRADICTS_ITSELF",
            CharterRejection::RoleNameTaken => "ROLE_NAME_TAKEN",
            CharterRejection::RoleNotFound(_) => "ROLE_NOT_FOUND",
            CharterRejection::SubjectDoesNotAmend(_) => "SUBJECT_DOES_NOT_AMEND",
            CharterRejection::BeyondPolicies => "AMENDMENT_BEYOND_POLICIES",
            CharterRejection::NotAdopted => "AMENDMENT_NOT_ADOPTED",
            CharterRejection::DecidedUnderAnotherPolicy(_) => "DECIDED_UNDER_ANOTHER_POLICY",
            CharterRejection::PolicyEntrenched { .. } => "POLICY_ENTRENCHED",
            CharterRejection::Backdated => "AMENDMENT_BACKDATED",
            CharterRejection::ChangesUnusable => "AMENDMENT_CHANGES_UNUSABLE",
            CharterRejection::AppliedOtherwise => "AMENDMENT_APPLIED_OTHERWISE",
        }
    }
}
