//! What came of one effect of a decision, as the service that carries it out records it.
//!
//! Several services write streams of this kind, each of its own effects, in stream
//! [`kernel::EffectId::of`]; so the one rule of these streams stands here, beside its events, and
//! not in a service: the first answer stays, whoever repeats the work after a crash.

use kernel::{
    Decider, DecisionId, ErrorCode, Event, NetworkId, PersonalField, Rejection, Visibility,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// How many bytes the name of a rule has at most.
const REASON_MAX: usize = 63;

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

/// What can be said of an effect.
#[derive(Clone, PartialEq, Debug)]
pub enum EffectCommand {
    /// Says that it was carried out.
    ApplyEffect {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// Which of its effects, from 0.
        index: u32,
    },
    /// Says that a rule forbade it.
    RefuseEffect {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// Which of its effects, from 0.
        index: u32,
        /// The rule, as the refusal names it.
        reason: String,
    },
}

/// Why an effect's stream refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EffectRejection {
    /// A reason is the name of a rule, lest a cause chain gets into the record.
    #[error("the reason of a refused effect is not the name of a rule")]
    ReasonNotAName,
}

/// The state of one effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EffectAnswer {
    /// Nothing is said yet.
    None,
    /// It was carried out.
    Applied,
    /// A rule forbade it.
    Refused {
        /// The rule, as the refusal names it.
        reason: String,
    },
}

impl Decider for EffectAnswer {
    type Command = EffectCommand;
    type Event = EffectEvent;
    type Rejection = EffectRejection;

    fn initial() -> EffectAnswer {
        EffectAnswer::None
    }

    fn decide(&self, command: &EffectCommand) -> Result<Vec<EffectEvent>, EffectRejection> {
        match (self, command) {
            (EffectAnswer::None, EffectCommand::ApplyEffect { network, decision, index }) => {
                let (network, decision, index) = (*network, *decision, *index);
                Ok(vec![EffectEvent::EffectApplied { network, decision, index }])
            }
            (
                EffectAnswer::None,
                EffectCommand::RefuseEffect { network, decision, index, reason },
            ) => {
                if !is_a_name(reason) {
                    return Err(EffectRejection::ReasonNotAName);
                }
                Ok(vec![EffectEvent::EffectRefused {
                    network: *network,
                    decision: *decision,
                    index: *index,
                    reason: reason.clone(),
                }])
            }
            (
                EffectAnswer::Applied | EffectAnswer::Refused { .. },
                EffectCommand::ApplyEffect { .. } | EffectCommand::RefuseEffect { .. },
            ) => Ok(vec![]),
        }
    }

    fn evolve(self, event: &EffectEvent) -> EffectAnswer {
        match (self, event) {
            (EffectAnswer::None, EffectEvent::EffectApplied { .. }) => EffectAnswer::Applied,
            (EffectAnswer::None, EffectEvent::EffectRefused { reason, .. }) => {
                EffectAnswer::Refused { reason: reason.clone() }
            }
            (answered @ (EffectAnswer::Applied | EffectAnswer::Refused { .. }), _) => answered,
        }
    }
}

fn is_a_name(reason: &str) -> bool {
    let letter =
        |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    !reason.is_empty() && reason.len() <= REASON_MAX && reason.chars().all(letter)
}

impl Rejection for EffectRejection {
    fn code(&self) -> ErrorCode {
        match self {
            EffectRejection::ReasonNotAName => ErrorCode::Invalid,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            EffectRejection::ReasonNotAName => "EFFECT_REASON_NOT_A_NAME",
        }
    }
}
