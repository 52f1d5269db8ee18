//! What can happen to a goal statement: what members mean to reach together.

use kernel::{DecisionId, Event, GoalId, NetworkId, PersonId, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can happen to a goal. Its text belongs to the network and is not personal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum GoalEvent {
    /// A member wrote it down.
    GoalDrafted {
        /// The network.
        network: NetworkId,
        /// Who.
        by: PersonId,
        /// What is to be reached.
        text: String,
    },
    /// The network adopted it.
    GoalAdopted {
        /// The decision.
        decision: DecisionId,
    },
    /// A member stands behind it.
    GoalEndorsed {
        /// Who.
        by: PersonId,
    },
    /// A member stands behind it no longer.
    GoalEndorsementWithdrawn {
        /// Who.
        by: PersonId,
    },
    /// Another goal took its place.
    GoalSuperseded {
        /// Which.
        by_goal: GoalId,
        /// The decision that adopted the other one.
        decision: DecisionId,
    },
}

impl Event for GoalEvent {
    const CATEGORY: &'static str = "goal";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            GoalEvent::GoalDrafted { .. }
            | GoalEvent::GoalAdopted { .. }
            | GoalEvent::GoalEndorsed { .. }
            | GoalEvent::GoalEndorsementWithdrawn { .. }
            | GoalEvent::GoalSuperseded { .. } => {}
        }
    }
}
