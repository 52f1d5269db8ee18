//! What can happen to a network's agenda: what its members want dealt with. One stream a network.

use kernel::{
    AgendaItemId, DecisionId, Event, GatheringId, NetworkId, PersonId, PersonalField, Visibility,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can happen to an agenda. Titles belong to the network and are not personal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum AgendaEvent {
    /// A member wants something dealt with.
    ItemRaised {
        /// The network.
        network: NetworkId,
        /// The item.
        item: AgendaItemId,
        /// Who raised it.
        by: PersonId,
        /// What it is about.
        title: String,
    },
    /// A member wants it too.
    ItemSupported {
        /// The item.
        item: AgendaItemId,
        /// Who.
        by: PersonId,
    },
    /// A member supports it no longer.
    ItemSupportWithdrawn {
        /// The item.
        item: AgendaItemId,
        /// Who.
        by: PersonId,
    },
    /// A decision said in which order things are dealt with; what is not named comes after.
    ItemsPrioritised {
        /// The items, the most important first.
        items: Vec<AgendaItemId>,
        /// The decision.
        decision: DecisionId,
    },
    /// An item is to be dealt with at a gathering.
    ItemScheduled {
        /// The item.
        item: AgendaItemId,
        /// Where.
        gathering: GatheringId,
    },
    /// An item was dealt with.
    ItemDealtWith {
        /// The item.
        item: AgendaItemId,
    },
    /// An item is not dealt with after all.
    ItemDropped {
        /// The item.
        item: AgendaItemId,
    },
}

impl Event for AgendaEvent {
    const CATEGORY: &'static str = "agenda";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            AgendaEvent::ItemRaised { .. }
            | AgendaEvent::ItemSupported { .. }
            | AgendaEvent::ItemSupportWithdrawn { .. }
            | AgendaEvent::ItemsPrioritised { .. }
            | AgendaEvent::ItemScheduled { .. }
            | AgendaEvent::ItemDealtWith { .. }
            | AgendaEvent::ItemDropped { .. } => {}
        }
    }
}
