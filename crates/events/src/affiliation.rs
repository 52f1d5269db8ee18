//! What can happen between a person and an organisation.

use kernel::{Event, OrganisationId, PersonId, Personal, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can happen between a person and an organisation (C-14).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum AffiliationEvent {
    /// The person says that they belong to the organisation.
    AffiliationClaimed {
        /// The person.
        person: PersonId,
        /// The organisation.
        organisation: OrganisationId,
        /// What the person does there; absent when they do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Personal<String>>,
    },
    /// A steward of the organisation says so too.
    AffiliationConfirmed {
        /// The steward.
        steward: PersonId,
    },
    /// The person no longer belongs to the organisation.
    AffiliationEnded {},
}

impl Event for AffiliationEvent {
    const CATEGORY: &'static str = "affiliation";

    fn visibility(&self) -> Visibility {
        Visibility::Public
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            AffiliationEvent::AffiliationClaimed { role: Some(role), .. } => visit("role", role),
            AffiliationEvent::AffiliationClaimed { role: None, .. }
            | AffiliationEvent::AffiliationConfirmed { .. }
            | AffiliationEvent::AffiliationEnded {} => {}
        }
    }
}
