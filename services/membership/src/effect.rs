//! What came of an effect of a decision, recorded once by the service that it concerns.

use events::EffectEvent;
use kernel::{Decider, DecisionId, ErrorCode, NetworkId, Rejection};

#[cfg(test)]
mod tests;

/// Which effect of which decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EffectOf {
    /// The network.
    pub network: NetworkId,
    /// The decision.
    pub decision: DecisionId,
    /// Which of its effects, from 0.
    pub index: u32,
}

/// What can be asked of an effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EffectCommand {
    /// Notes that it was carried out.
    RecordApplied(EffectOf),
    /// Notes that a rule forbade it.
    RecordRefused {
        /// Which one.
        effect: EffectOf,
        /// The rule, as its refusal names it.
        reason: String,
    },
}

/// Nothing: what came of an effect is noted once, and the first note stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EffectRejection {}

/// The state of one effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing came of it yet.
    Open,
    /// It was carried out, or refused.
    Settled,
}

impl Decider for Effect {
    type Command = EffectCommand;
    type Event = EffectEvent;
    type Rejection = EffectRejection;

    fn initial() -> Effect {
        Effect::Open
    }

    fn decide(&self, command: &EffectCommand) -> Result<Vec<EffectEvent>, EffectRejection> {
        Ok(match (self, command) {
            (Effect::Open, EffectCommand::RecordApplied(effect)) => {
                let EffectOf { network, decision, index } = *effect;
                vec![EffectEvent::EffectApplied { network, decision, index }]
            }
            (Effect::Open, EffectCommand::RecordRefused { effect, reason }) => {
                let EffectOf { network, decision, index } = *effect;
                let reason = reason.clone();
                vec![EffectEvent::EffectRefused { network, decision, index, reason }]
            }
            (
                Effect::Settled,
                EffectCommand::RecordApplied(_) | EffectCommand::RecordRefused { .. },
            ) => vec![],
        })
    }

    fn evolve(self, event: &EffectEvent) -> Effect {
        match event {
            EffectEvent::EffectApplied { .. } | EffectEvent::EffectRefused { .. } => {
                Effect::Settled
            }
        }
    }
}

impl Rejection for EffectRejection {
    fn code(&self) -> ErrorCode {
        match *self {}
    }

    fn reason(&self) -> &'static str {
        match *self {}
    }
}
