//! Messages to commands and back, for the seven services of governance. No rules.

mod agenda;
mod charter;
mod decision;
mod delegation;
mod policies;
mod proposal;
mod register;
mod words;

use access::{Access, Caller};
use eventlog::{CommandContext, Fingerprint};
use kernel::{
    Actor, Capacity, CommandId, ErrorCode, NetworkId, OrganisationId, Party, PersonId, Personal,
};
use prost::Message;
use tonic::{Request, Status};
use wire::{read, weft::common::v1 as common};

use crate::{
    commands::{Commands, Receipt, Refused},
    queries::{Queries, QueryError, Thing},
    views::Text,
};

/// The gRPC face of governance: one value serves all seven services.
#[derive(Clone, Debug)]
pub struct GovernanceGrpc {
    access: Access,
    commands: Commands,
    queries: Queries,
}

/// A request to change something, once the caller is known and may ask.
struct Call<M> {
    person: PersonId,
    network: NetworkId,
    context: CommandContext,
    message: M,
}

impl GovernanceGrpc {
    /// Serves commands and questions to whom `access` admits.
    pub fn new(access: Access, commands: Commands, queries: Queries) -> GovernanceGrpc {
        GovernanceGrpc { access, commands, queries }
    }

    /// Admits a request to change something in a network.
    async fn enter<M: Message>(
        &self,
        request: Request<M>,
        network: NetworkId,
        command: fn(&M) -> Option<&common::Command>,
    ) -> Result<Call<M>, Status> {
        self.entering(request, network, access::network_not_found(), command).await
    }

    /// Admits a request to change a thing that it names by its own id. Whoever may not know of it
    /// is told that there is none.
    async fn enter_thing<M: Message>(
        &self,
        request: Request<M>,
        thing: Thing,
        command: fn(&M) -> Option<&common::Command>,
    ) -> Result<Call<M>, Status> {
        let network = self.queries.network_of(thing).await.map_err(query_status)?;
        let network = network.ok_or_else(|| absent(thing))?;
        self.entering(request, network, absent(thing), command).await
    }

    async fn entering<M: Message>(
        &self,
        request: Request<M>,
        network: NetworkId,
        absent: Status,
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
                let speaks = self.commands.speaks_for(network, organisation, person).await;
                if !speaks.map_err(to_status)? {
                    let message = "only a steward or the voting representative of an organisation \
                                   acts for it";
                    let code = ErrorCode::Forbidden;
                    return Err(wire::status(code, "DOES_NOT_SPEAK_FOR_IT", None, message));
                }
                let party = Party::Organisation(organisation);
                self.access.admit_as(&request, network, party).await.map_err(|_| absent)?
            }
            (None, _) | (Some(_), None) => {
                self.access.admit_within(&request, Some(network), absent).await?
            }
        };
        let person = caller.person().ok_or_else(|| {
            let message = "a person does this, with a token of their own";
            wire::status(ErrorCode::Forbidden, "PERSON_NEEDED", None, message)
        })?;
        let traceparent = request
            .metadata()
            .get("traceparent")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let message = request.into_inner();
        let command_id: CommandId = read::id(&given.command_id, "command.command_id")?;
        let kind = std::any::type_name::<M>();
        let kind = kind.rsplit("::").next().unwrap_or(kind);
        let context = CommandContext {
            command_id,
            fingerprint: Fingerprint::of(&[
                person.uuid().as_bytes(),
                kind.as_bytes(),
                &message.encode_to_vec(),
            ]),
            actor: Actor::Person(person),
            on_behalf_of,
            capacity: match on_behalf_of {
                None => Capacity::Own,
                Some(_) => Capacity::Representative,
            },
            authority: None,
            network_id: Some(network),
            effective_at: read::instant(given.effective_at, "command.effective_at")?,
            causation_id: None,
            correlation_id: command_id,
            traceparent,
        };
        Ok(Call { person, network, context, message })
    }

    /// Admits a question about a network.
    async fn admit<M: Sync>(&self, request: &Request<M>, network: &str) -> Result<Asked, Status> {
        let network = network_id(network)?;
        let caller = self.access.admit(request, Some(network)).await?;
        Ok(Asked { network, caller })
    }

    /// Admits a question about a thing that it names by its own id.
    async fn admit_to<M: Sync>(&self, request: &Request<M>, thing: Thing) -> Result<Asked, Status> {
        let found = self.queries.network_of(thing).await.map_err(query_status)?;
        let caller = self.access.admit_within(request, found, absent(thing)).await?;
        let network = found.ok_or_else(|| absent(thing))?;
        Ok(Asked { network, caller })
    }
}

/// Who asks, about which network.
struct Asked {
    network: NetworkId,
    caller: Caller,
}

impl<M> Call<M> {
    /// The party that the caller acts as.
    fn party(&self) -> Party {
        self.context.on_behalf_of.map_or(Party::Person(self.person), Party::Organisation)
    }

    /// A text of the caller's own.
    fn own(&self, text: String) -> Personal<String> {
        Personal::open(self.person, text)
    }
}

/// The answer about a thing that is not there, and about one that is none of the caller's business.
fn absent(thing: Thing) -> Status {
    let (reason, what) = match thing {
        Thing::Item(_) => ("AGENDA_ITEM_NOT_FOUND", "item on the agenda"),
        Thing::Goal(_) => ("GOAL_NOT_FOUND", "goal"),
        Thing::Proposal(_) => ("PROPOSAL_NOT_FOUND", "proposal"),
        Thing::Decision(_) => ("DECISION_NOT_FOUND", "decision"),
        Thing::Delegation(_) => ("DELEGATION_NOT_FOUND", "delegation"),
        Thing::Resolution(_) => ("RESOLUTION_NOT_FOUND", "resolution"),
        Thing::Mandate(_) => ("MANDATE_NOT_FOUND", "mandate"),
    };
    let message = format!("there is no such {what}");
    wire::status(ErrorCode::NotFound, reason, None, &message)
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

fn query_status(error: QueryError) -> Status {
    wire::refuse(&error)
}

fn network_id(text: &str) -> Result<NetworkId, Status> {
    read::id(text, "network_id")
}

/// A personal text as callers see it; empty when it is not readable.
fn shown(text: &Text) -> String {
    text.text().unwrap_or_default().to_owned()
}

/// An id that may be absent; empty then.
fn optional_id<I: ToString>(id: Option<I>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}
