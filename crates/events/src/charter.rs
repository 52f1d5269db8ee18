//! What can happen to a network's charter: the rules that it gave itself.

use jiff::Timestamp;
use kernel::{DecisionId, Event, NetworkId, PersonId, Personal, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DecisionPolicy, PolicyName, Role};

/// The sections of a charter. Source: the eight parts of a network's charter (C-25).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CharterSection {
    /// What the network is for.
    Purpose,
    /// Who belongs to it.
    Membership,
    /// What members gain and give.
    ValueProposition,
    /// Who coordinates, facilitates and communicates.
    Coordination,
    /// Where means come from.
    Resources,
    /// How it decides.
    Governance,
    /// How it learns how it is doing.
    Assessment,
    /// What members promise each other.
    OperatingPrinciples,
}

impl CharterSection {
    /// All sections, in their order.
    pub const ALL: [CharterSection; 8] = [
        CharterSection::Purpose,
        CharterSection::Membership,
        CharterSection::ValueProposition,
        CharterSection::Coordination,
        CharterSection::Resources,
        CharterSection::Governance,
        CharterSection::Assessment,
        CharterSection::OperatingPrinciples,
    ];
}

/// One change to a charter in force.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CharterChange {
    /// A section reads so from now on.
    EditSection {
        /// Which section.
        section: CharterSection,
        /// Its whole text.
        text: String,
    },
    /// There is a further policy.
    DefinePolicy(DecisionPolicy),
    /// A policy reads so from now on; known by its name.
    ChangePolicy(DecisionPolicy),
    /// A policy is no longer in force.
    RetirePolicy(PolicyName),
    /// There is a further role.
    DefineRole(Role),
    /// A role reads so from now on; known by its name.
    ChangeRole(Role),
}

/// What can happen to a charter. Its text belongs to the network and is not personal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum CharterEvent {
    /// The founders began to write it.
    CharterDraftOpened {
        /// The network.
        network: NetworkId,
    },
    /// A section reads so from now on.
    CharterSectionEdited {
        /// Which section.
        section: CharterSection,
        /// Its whole text.
        text: String,
    },
    /// There is a further policy.
    PolicyDefined {
        /// The policy.
        policy: DecisionPolicy,
    },
    /// A policy reads so from now on.
    PolicyChanged {
        /// The policy, known by its name.
        policy: DecisionPolicy,
    },
    /// A policy is no longer part of it.
    PolicyRetired {
        /// Which policy.
        policy: PolicyName,
    },
    /// There is a further role.
    RoleDefined {
        /// The role.
        role: Role,
    },
    /// A role reads so from now on.
    RoleChanged {
        /// The role, known by its name.
        role: Role,
    },
    /// The draft is put to the founders; nobody edits it meanwhile.
    CharterSubmitted {
        /// The SHA-256 of its canonical JSON, in hexadecimal.
        snapshot_hash: String,
    },
    /// The draft is open again; consents given to it are void.
    CharterDraftReopened {},
    /// A founder consents to the submitted draft.
    CharterConsented {
        /// Who.
        founder: PersonId,
    },
    /// Every founder consented: the charter is in force.
    CharterRatified {
        /// The network.
        network: NetworkId,
        /// 1.
        version: u32,
        /// The SHA-256 of its canonical JSON, in hexadecimal.
        snapshot_hash: String,
        /// Since when it is in force; the effective time.
        effective_from: Timestamp,
    },
    /// A decision changed it.
    CharterAmended {
        /// The network.
        network: NetworkId,
        /// One more than before.
        version: u32,
        /// The decision.
        decision: DecisionId,
        /// How it was changed, in this order.
        changes: Vec<CharterChange>,
        /// The SHA-256 of its canonical JSON after the changes, in hexadecimal.
        snapshot_hash: String,
        /// Since when it is in force; the effective time.
        effective_from: Timestamp,
    },
    /// A member noted something beside a section.
    CharterSectionAnnotated {
        /// Which section.
        section: CharterSection,
        /// What.
        note: Personal<String>,
    },
}

impl Event for CharterEvent {
    const CATEGORY: &'static str = "charter";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            CharterEvent::CharterSectionAnnotated { note, .. } => visit("note", note),
            CharterEvent::CharterDraftOpened { .. }
            | CharterEvent::CharterSectionEdited { .. }
            | CharterEvent::PolicyDefined { .. }
            | CharterEvent::PolicyChanged { .. }
            | CharterEvent::PolicyRetired { .. }
            | CharterEvent::RoleDefined { .. }
            | CharterEvent::RoleChanged { .. }
            | CharterEvent::CharterSubmitted { .. }
            | CharterEvent::CharterDraftReopened {}
            | CharterEvent::CharterConsented { .. }
            | CharterEvent::CharterRatified { .. }
            | CharterEvent::CharterAmended { .. } => {}
        }
    }
}
