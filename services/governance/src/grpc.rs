//! Messages to commands and back, for the seven services of governance. No rules.

mod agenda;
mod charter;
mod decision;
mod delegation;
mod policies;
mod proposal;
mod prospect;
mod register;
mod words;

use access::{Access, Caller, Given, receipt};
use eventlog::CommandContext;
use kernel::{ErrorCode, NetworkId, Party, PersonId, Personal};
use prost::Message;
use tonic::{Request, Status};
use wire::{read, weft::common::v1 as common};

use crate::{
    commands::{Commands, Refused},
    queries::{Queries, QueryError, Thing},
    views::Text,
};

/// The RPCs that cast ballots: whoever serves them keeps no span of a call, no time, and no trace
/// of the caller's. A time would link a secret ballot to its voter, and before it is read nobody
/// knows whether a ballot is secret. Source: the rule that telemetry of casting is minute counts.
pub const UNTRACED: &[&str] = &["weft.governance.v1.DecisionService/CastBallot"];

/// The gRPC face of governance: one value serves all seven services.
#[derive(Clone, Debug)]
pub struct GovernanceGrpc {
    access: Access,
    commands: Commands,
    queries: Queries,
}

/// A request of a person to change something in a network, once they are known and may ask.
struct Call<M> {
    person: PersonId,
    /// The party that the person acts as.
    party: Party,
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
        let given = Given::of(&request, command)?;
        let caller = match given.for_organisation() {
            Some((person, organisation)) => {
                let speaks = self.commands.speaks_for(network, organisation, person).await;
                if !speaks.map_err(to_status)? {
                    // Whoever may not know of it is told that there is none, whomever they name.
                    self.access.admit_within(&request, Some(network), absent).await?;
                    let message = "only a steward or the voting representative of an organisation \
                                   acts for it";
                    let code = ErrorCode::Forbidden;
                    return Err(wire::status(code, "DOES_NOT_SPEAK_FOR_IT", None, message));
                }
                let party = Party::Organisation(organisation);
                self.access.admit_as(&request, network, party).await.map_err(|_| absent)?
            }
            None => self.access.admit_within(&request, Some(network), absent).await?,
        };
        // Who could vote, amend or open a discussion in the past would change what was in force then.
        if given.is_dated() {
            let message =
                "what members decide is so from when it is recorded; leave effective_at out";
            let code = ErrorCode::Invalid;
            return Err(wire::status(code, "EFFECTIVE_TIME_NOT_TAKEN", None, message));
        }
        let call = given.admitted(caller, Some(network), request)?;
        let (person, party) = (call.person()?, call.party()?);
        Ok(Call { person, party, network, context: call.context, message: call.message })
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
