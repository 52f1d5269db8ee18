//! Messages to commands and back, for the six services of membership. No rules.

mod gathering;
mod membership;
mod network;
mod organisation;
mod person;
mod tie;
mod values;

use std::sync::Arc;

use access::{Access, Call, Given, receipt};
use kernel::{NetworkId, OrganisationId, PersonId, Rejection};
use prost::Message;
use tonic::{Request, Status};
use vault::Vault;
use wire::{read, weft::common::v1 as common};

use crate::{
    commands::{Commands, Refused},
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
        let given = Given::of(&request, command)?;
        let caller = match given.for_organisation() {
            Some((person, organisation)) => {
                let party = self.commands.acting_party(person, Some(organisation)).await;
                let party = party.map_err(to_status)?;
                match network {
                    Some(network) => self.access.admit_as(&request, network, party).await?,
                    None => self.access.admit(&request, None).await?,
                }
            }
            None => self.access.admit(&request, network).await?,
        };
        given.admitted(caller, network, request)
    }
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
