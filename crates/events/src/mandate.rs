//! What can happen to a mandate: an office conferred on a member for a term.

use jiff::Timestamp;
use kernel::{DecisionId, Event, NetworkId, PersonId, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::RoleName;

/// Why a mandate ended because of its holder's membership, or by decision.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecalledBecause {
    /// A decision took it away.
    Decision,
    /// The holder is a member no longer.
    LeftNetwork,
}

/// What can happen to a mandate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum MandateEvent {
    /// A decision gives an office to somebody, if they accept.
    MandateConferred {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// Which role.
        role: RoleName,
        /// The version of the charter that describes it.
        charter_version: u32,
        /// On whom.
        holder: PersonId,
        /// When the term begins.
        from: Timestamp,
        /// When the term ends.
        until: Timestamp,
        /// Which term on end this is for the holder, from 1.
        term: u32,
    },
    /// The holder takes it.
    MandateAccepted {},
    /// The holder does not take it.
    MandateDeclined {},
    /// The holder gave what belongs to it to the next one.
    MandateHandedOver {
        /// To whom.
        to: PersonId,
    },
    /// The holder gave it up.
    MandateResigned {},
    /// The term is over.
    MandateExpired {},
    /// It was taken away.
    MandateRecalled {
        /// Why.
        because: RecalledBecause,
        /// The decision, where one took it away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decision: Option<DecisionId>,
    },
}

impl Event for MandateEvent {
    const CATEGORY: &'static str = "mandate";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            MandateEvent::MandateConferred { .. }
            | MandateEvent::MandateAccepted {}
            | MandateEvent::MandateDeclined {}
            | MandateEvent::MandateHandedOver { .. }
            | MandateEvent::MandateResigned {}
            | MandateEvent::MandateExpired {}
            | MandateEvent::MandateRecalled { .. } => {}
        }
    }
}
