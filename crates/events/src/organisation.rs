//! What can happen to an organisation.

use std::collections::BTreeSet;

use kernel::{Event, NetworkId, PersonId, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person may do for an organisation in a network.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RepresentationScope {
    /// Speak in its name.
    Speak,
    /// Vote for it; one person at a time.
    Vote,
    /// Promise what it has.
    CommitResources,
    /// Declare and hold its ties.
    HoldTies,
}

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
    /// A person represents the organisation in a network from now on.
    RepresentationAuthorised {
        /// Who.
        person: PersonId,
        /// In which network.
        network: NetworkId,
        /// In what; not empty. Replaces what the person was authorised to there before.
        scopes: BTreeSet<RepresentationScope>,
    },
    /// A person no longer represents the organisation in a network.
    RepresentationWithdrawn {
        /// Who.
        person: PersonId,
        /// In which network.
        network: NetworkId,
    },
}

impl Event for OrganisationEvent {
    const CATEGORY: &'static str = "organisation";

    fn visibility(&self) -> Visibility {
        match self {
            OrganisationEvent::OrganisationRegistered { .. }
            | OrganisationEvent::StewardAppointed { .. }
            | OrganisationEvent::StewardRemoved { .. } => Visibility::Public,
            OrganisationEvent::RepresentationAuthorised { .. }
            | OrganisationEvent::RepresentationWithdrawn { .. } => Visibility::Network,
        }
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            OrganisationEvent::OrganisationRegistered { .. }
            | OrganisationEvent::StewardAppointed { .. }
            | OrganisationEvent::StewardRemoved { .. }
            | OrganisationEvent::RepresentationAuthorised { .. }
            | OrganisationEvent::RepresentationWithdrawn { .. } => {}
        }
    }
}
