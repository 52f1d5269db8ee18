//! What can happen to an organisation.

use kernel::{Event, PersonId, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can happen to an organisation. Its name is not personal: it belongs to the body.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum OrganisationEvent {
    /// The organisation is known here.
    OrganisationRegistered {
        /// What it is called.
        name: String,
        /// Who speaks for its record first.
        steward: PersonId,
    },
    /// A person speaks for the organisation's record from now on.
    StewardAppointed {
        /// The steward.
        person: PersonId,
    },
    /// A person no longer speaks for the organisation's record.
    StewardRemoved {
        /// The former steward.
        person: PersonId,
    },
}

impl Event for OrganisationEvent {
    const CATEGORY: &'static str = "organisation";

    fn visibility(&self) -> Visibility {
        Visibility::Public
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            OrganisationEvent::OrganisationRegistered { .. }
            | OrganisationEvent::StewardAppointed { .. }
            | OrganisationEvent::StewardRemoved { .. } => {}
        }
    }
}
