//! Messages to commands and back, for the six services of membership. No rules.

mod gathering;
mod membership;
mod network;
mod organisation;
mod person;
mod tie;
mod values;

use std::sync::Arc;

use access::{Access, Caller};
use eventlog::{CommandContext, Fingerprint};
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, CommandId, ErrorCode, NetworkId, OrganisationId, Party, PersonId, Rejection,
};
use prost::Message;
use tonic::{Request, Status};
use vault::Vault;
use wire::{read, weft::common::v1 as common};

use crate::{
    commands::{Commands, Receipt, Refused},
    queries::Queries,
    reactions::Erasures,
};

/// The gRPC face of membership: one value serves all six services.
#[derive(Clone, Debug)]
pub struct MembershipGrpc {
    access: Access,
    commands: Commands,
    queries: Queries,
    vault: Arc<Vault>,
    erasures: Erasures,
}

/// A request to change something, once the caller is known and may ask.
struct Call<M> {
    caller: Caller,
    context: CommandContext,
    message: M,
}

impl MembershipGrpc {
    /// Serves commands and questions to whom `access` admits.
    pub fn new(
        access: Access,
        commands: Commands,
        queries: Queries,
        vault: Arc<Vault>,
        erasures: Erasures,
    ) -> MembershipGrpc {
        MembershipGrpc { access, commands, queries, vault, erasures }
    }

    /// Admits a request to change something in `network`, or in none.
    ///
    /// Who acts for an organisation must be a steward of it, and it is the organisation that must
    /// be a member then.
    async fn enter<M: Message>(
        &self,
        request: Request<M>,
        network: Option<NetworkId>,
        command: fn(&M) -> Option<&common::Command>,
    ) -> Result<Call<M>, Status> {
        let calling = access::caller(&request)?;
        let given = command(request.get_ref()).cloned();
        let given = given.ok_or_else(|| read::missing("command"))?;
        let on_behalf_of: Option<OrganisationId> = match given.on_behalf_of.as_str() {
            "" => None,
            text => Some(read::id(text, "command.on_behalf_of")?),
        };
        let caller = match (on_behalf_of, calling.person()) {
            (Some(organisation), Some(person)) => {
                let party = self.commands.acting_party(person, Some(organisation)).await;
                let party = party.map_err(to_status)?;
                match network {
                    Some(network) => self.access.admit_as(&request, network, party).await?,
                    None => self.access.admit(&request, None).await?,
                }
            }
            (None, _) | (Some(_), None) => self.access.admit(&request, network).await?,
        };
        let traceparent = traceparent(&request);
        let message = request.into_inner();
        let command_id: CommandId = read::id(&given.command_id, "command.command_id")?;
        let context = CommandContext {
            command_id,
            fingerprint: fingerprint(caller, &message),
            actor: actor(caller),
            on_behalf_of,
            capacity: match (caller, on_behalf_of) {
                (Caller::Operator, _) => Capacity::Operator,
                (Caller::Person(_), None) => Capacity::Own,
                (Caller::Person(_), Some(_)) => Capacity::Representative,
            },
            authority: None,
            network_id: network,
            effective_at: read::instant(given.effective_at, "command.effective_at")?,
            causation_id: None,
            correlation_id: command_id,
            traceparent,
        };
        Ok(Call { caller, context, message })
    }
}

impl<M> Call<M> {
    /// The person who calls.
    fn person(&self) -> Result<PersonId, Status> {
        self.caller.person().ok_or_else(|| {
            let message = "a person does this, with a token of their own";
            wire::status(ErrorCode::Forbidden, "PERSON_NEEDED", None, message)
        })
    }

    /// The party that the caller acts as; that they may was found out on entering.
    fn party(&self) -> Result<Party, Status> {
        let person = self.person()?;
        Ok(self.context.on_behalf_of.map_or(Party::Person(person), Party::Organisation))
    }

    /// The caller's circumstances, once it is known since when it is true.
    fn effective(&self, at: Timestamp) -> CommandContext {
        CommandContext { effective_at: Some(at), ..self.context.clone() }
    }

    /// The caller's circumstances, once the network is known.
    fn within(&self, network: NetworkId) -> CommandContext {
        CommandContext { network_id: Some(network), ..self.context.clone() }
    }
}

/// The W3C trace context that the front door gave the request.
fn traceparent<T>(request: &Request<T>) -> Option<String> {
    request.metadata().get("traceparent")?.to_str().ok().map(str::to_owned)
}

fn actor(caller: Caller) -> Actor {
    match caller {
        Caller::Operator => Actor::Operator,
        Caller::Person(person) => Actor::Person(person),
    }
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

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
fn receipt(receipt: Receipt) -> Option<common::Receipt> {
    Some(common::Receipt {
        position: receipt.position.0,
        length: receipt.length,
        events: u32::try_from(receipt.events).unwrap_or(u32::MAX),
        recalled: receipt.recalled,
    })
}

fn to_status(refused: Refused) -> Status {
    wire::refuse(refused.as_ref())
}

fn view_status(error: impl Rejection) -> Status {
    wire::refuse(&error)
}

fn network_id(text: &str) -> Result<NetworkId, Status> {
    read::id(text, "network_id")
}

fn person_id(text: &str) -> Result<PersonId, Status> {
    read::id(text, "person_id")
}

fn organisation_id(text: &str) -> Result<OrganisationId, Status> {
    read::id(text, "organisation_id")
}
