//! What came of one effect of a decision, as the service that carries it out records it.

use kernel::{DecisionId, Event, NetworkId, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can happen to an effect. One stream for each, written by the service that it concerns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum EffectEvent {
    /// It was carried out.
    EffectApplied {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// Which of its effects, from 0.
        index: u32,
    },
    /// A rule forbade it.
    EffectRefused {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// Which of its effects, from 0.
        index: u32,
        /// The rule, as the refusal names it, for example `ALREADY_A_MEMBER`.
        reason: String,
    },
}

impl Event for EffectEvent {
    const CATEGORY: &'static str = "effect";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            EffectEvent::EffectApplied { .. } | EffectEvent::EffectRefused { .. } => {}
        }
    }
}
