//! A request to change something: what it says of its command, and what becomes of that once its
//! caller is admitted.

use eventlog::{CommandContext, Fingerprint, Receipt};
use jiff::Timestamp;
use kernel::{Capacity, CommandId, ErrorCode, NetworkId, OrganisationId, Party, PersonId};
use prost::Message;
use tonic::{Request, Status};
use wire::{read, weft::common::v1 as common};

use crate::{Caller, caller};

#[cfg(test)]
mod tests;

/// What a request says of its command, before anybody has looked whether the caller may.
#[derive(Clone, Debug)]
pub struct Given {
    command: common::Command,
    calling: Caller,
    on_behalf_of: Option<OrganisationId>,
}

/// A request to change something, once the caller is known and may ask.
#[derive(Clone, Debug)]
pub struct Call<M> {
    /// Who calls.
    pub caller: Caller,
    /// The command's circumstances; without an authority, which is for the service to find.
    pub context: CommandContext,
    /// What is asked for.
    pub message: M,
}

impl Given {
    /// Reads who gives the command, and for whom; `command` finds it in the message.
    ///
    /// # Errors
    ///
    /// `FIELD_MISSING` without a command, `ID_MALFORMED` for an organisation that is no id.
    pub fn of<M>(
        request: &Request<M>,
        command: fn(&M) -> Option<&common::Command>,
    ) -> Result<Given, Status> {
        let calling = caller(request)?;
        let command = command(request.get_ref()).cloned();
        let command = command.ok_or_else(|| read::missing("command"))?;
        let on_behalf_of = match command.on_behalf_of.as_str() {
            "" => None,
            text => Some(read::id(text, "command.on_behalf_of")?),
        };
        Ok(Given { command, calling, on_behalf_of })
    }

    /// The person who calls, and the organisation that they say they act for; `None` when the
    /// caller acts for themselves, and for the operator.
    ///
    /// Whether the person speaks for the organisation is for the service to check.
    pub fn for_organisation(&self) -> Option<(PersonId, OrganisationId)> {
        self.calling.person().zip(self.on_behalf_of)
    }

    /// Tells whether the command says when it was true in the world.
    pub fn is_dated(&self) -> bool {
        self.command.effective_at.is_some()
    }

    /// The call, by whom [`Access`](crate::Access) admitted to `network`, or to none.
    ///
    /// # Errors
    ///
    /// Says which field of the command is malformed.
    pub fn admitted<M: Message>(
        self,
        caller: Caller,
        network: Option<NetworkId>,
        request: Request<M>,
    ) -> Result<Call<M>, Status> {
        let command_id: CommandId = read::id(&self.command.command_id, "command.command_id")?;
        let effective_at = read::instant(self.command.effective_at, "command.effective_at")?;
        let traceparent = traceparent(&request);
        let message = request.into_inner();
        let context = CommandContext {
            command_id,
            fingerprint: fingerprint(caller, &message),
            actor: caller.actor(),
            on_behalf_of: self.on_behalf_of,
            capacity: match (caller, self.on_behalf_of) {
                (Caller::Operator, _) => Capacity::Operator,
                (Caller::Person(_), None) => Capacity::Own,
                (Caller::Person(_), Some(_)) => Capacity::Representative,
            },
            authority: None,
            network_id: network,
            effective_at,
            causation_id: None,
            correlation_id: command_id,
            traceparent,
        };
        Ok(Call { caller, context, message })
    }
}

impl<M> Call<M> {
    /// The person who calls.
    ///
    /// # Errors
    ///
    /// `PERSON_NEEDED` for the operator.
    pub fn person(&self) -> Result<PersonId, Status> {
        self.caller.person().ok_or_else(|| {
            let message = "a person does this, with a token of their own";
            wire::status(ErrorCode::Forbidden, "PERSON_NEEDED", None, message)
        })
    }

    /// The party that the caller acts as; that they may was found out on entering.
    ///
    /// # Errors
    ///
    /// As [`Call::person`].
    pub fn party(&self) -> Result<Party, Status> {
        let person = self.person()?;
        Ok(self.context.on_behalf_of.map_or(Party::Person(person), Party::Organisation))
    }

    /// The call's circumstances, once it is known since when it is true.
    pub fn effective(&self, at: Timestamp) -> CommandContext {
        CommandContext { effective_at: Some(at), ..self.context.clone() }
    }

    /// The call's circumstances, once the network is known.
    pub fn within(&self, network: NetworkId) -> CommandContext {
        CommandContext { network_id: Some(network), ..self.context.clone() }
    }
}

/// The W3C trace context that the front door gave a request; `None` when there is none.
pub fn traceparent<T>(request: &Request<T>) -> Option<String> {
    request.metadata().get("traceparent")?.to_str().ok().map(str::to_owned)
}

/// Hashes who asks for what, by the bytes of the message and its type.
fn fingerprint<M: Message>(caller: Caller, message: &M) -> Fingerprint {
    let caller = match caller {
        Caller::Operator => [0; 16],
        Caller::Person(person) => person.uuid().into_bytes(),
    };
    let kind = std::any::type_name::<M>();
    let kind = kind.rsplit("::").next().unwrap_or(kind);
    Fingerprint::of(&[&caller, kind.as_bytes(), &message.encode_to_vec()])
}

/// What an answer says of what its command left behind; the field is optional in every message.
pub fn receipt(receipt: Receipt) -> Option<common::Receipt> {
    Some(common::Receipt {
        position: receipt.position.0,
        length: receipt.length,
        events: u32::try_from(receipt.events).unwrap_or(u32::MAX),
        recalled: receipt.recalled,
    })
}
