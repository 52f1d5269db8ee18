//! Somebody who speaks, in either protocol.

mod commands;
mod governance;
pub mod graphql;
pub mod grpc;
mod reads;

use jiff::Timestamp;
use kernel::{CommandId, OrganisationId};
use serde_json::Value;
use tonic::Status;
use wire::{read, weft::common::v1 as common};

use crate::{Refusal, World};

pub use governance::{
    AgendaItem, Amendment, BrokenBy, BrokenTie, Charter, Concentration, Concern, Contest, Decision,
    Deed, Delegation, Figures, Goal, Lacking, Lent, Mandate, Objection, Part, Participation,
    Policy, Progress, ProposalAct, Prospect, Question, Resolution, Workspace,
};
pub use reads::{
    Act, Attendance, Gathering, Member, Network, Person, Representation, Structure, Tie,
};

/// Somebody in a world, about to say one or more things.
#[derive(Clone, Debug)]
pub struct Voice<'w> {
    world: &'w World,
    token: Option<String>,
    command_id: Option<CommandId>,
    effective_at: Option<Timestamp>,
    traceparent: Option<String>,
    on_behalf_of: Option<OrganisationId>,
}

/// The answer to a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// From where on it can be seen.
    pub position: u64,
    /// How many events it recorded.
    pub events: u64,
    /// Whether an earlier answer was repeated.
    pub recalled: bool,
}

impl<'w> Voice<'w> {
    pub(crate) fn of(world: &'w World, token: Option<String>) -> Voice<'w> {
        Voice {
            world,
            token,
            command_id: None,
            effective_at: None,
            traceparent: None,
            on_behalf_of: None,
        }
    }

    /// Says it under this command id; otherwise each command gets a new one.
    #[must_use]
    pub fn under(self, command_id: CommandId) -> Voice<'w> {
        Voice { command_id: Some(command_id), ..self }
    }

    /// Says since when it is true; otherwise it is true from now on.
    #[must_use]
    pub fn effective(self, at: &str) -> Voice<'w> {
        Voice { effective_at: Some(crate::time(at)), ..self }
    }

    /// Says it as part of a trace.
    #[must_use]
    pub fn traced(self, traceparent: &str) -> Voice<'w> {
        Voice { traceparent: Some(traceparent.to_owned()), ..self }
    }

    /// Says it for an organisation; otherwise everybody speaks for themselves.
    #[must_use]
    pub fn on_behalf_of(self, organisation: OrganisationId) -> Voice<'w> {
        Voice { on_behalf_of: Some(organisation), ..self }
    }

    fn command(&self) -> common::Command {
        let command_id = self.command_id.unwrap_or_else(|| self.world.fresh_command());
        common::Command {
            command_id: command_id.to_string(),
            effective_at: self.effective_at.map(read::timestamp),
            on_behalf_of: self.on_behalf_of.map_or_else(String::new, |id| id.to_string()),
        }
    }

    /// The headers of a request.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let token = self.token.as_ref().map(|token| ("authorization", format!("Bearer {token}")));
        let traceparent = self.traceparent.clone().map(|value| ("traceparent", value));
        token.into_iter().chain(traceparent).collect()
    }

    /// Takes a receipt from gRPC.
    fn receipt(&self, answer: Result<Option<common::Receipt>, Status>) -> Result<Receipt, Refusal> {
        let receipt = answer.map_err(|status| Refusal::of_status(&status))?.unwrap();
        let common::Receipt { position, events, recalled, .. } = receipt;
        self.world.note(position);
        Ok(Receipt { position, events: events.into(), recalled })
    }

    /// Takes a receipt from a payload of GraphQL.
    fn receipt_of(&self, payload: &Value) -> Receipt {
        let receipt = Receipt {
            position: graphql::number(&payload["position"]),
            events: payload["events"].as_u64().unwrap(),
            recalled: payload["recalled"].as_bool().unwrap(),
        };
        self.world.note(receipt.position);
        receipt
    }
}

/// Makes sure that what was read includes what was changed before.
fn seen(least: u64, position: u64) {
    assert!(least <= position, "an answer of position {position} was read after {least}");
}
