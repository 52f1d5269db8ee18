//! Networks over gRPC.

use access::Caller;
use events::FounderAct;
use tonic::{Request, Response};
use wire::{
    Outcome, page, read,
    weft::membership::v1::{self as message, network_service_server::NetworkService},
};

use super::{MembershipGrpc, network_id, person_id, receipt, to_status, values, view_status};
use crate::{
    network::{Entry, Founding, NetworkCommand, Stage},
    views::networks::{NetworkRow, OpenAct, OpenActRow},
};

#[tonic::async_trait]
impl NetworkService for MembershipGrpc {
    async fn found_network(
        &self,
        request: Request<message::FoundNetworkRequest>,
    ) -> Outcome<message::FoundNetworkResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let founding = match call.caller {
            Caller::Operator => Founding::ByOperator,
            Caller::Person(person) => Founding::ByFounder(person),
        };
        let name = read::text(&call.message.name, "name")?;
        let purpose = read::optional_text(&call.message.purpose, "purpose")?.unwrap_or_default();
        let founders =
            call.message.founder_ids.iter().map(|id| person_id(id)).collect::<Result<_, _>>()?;
        let founded =
            self.commands.found_network(founding, (name, purpose), founders, &call.context).await;
        let (network, founded) = founded.map_err(to_status)?;
        Ok(Response::new(message::FoundNetworkResponse {
            receipt: receipt(founded),
            network_id: network.to_string(),
        }))
    }

    async fn name_founders(
        &self,
        request: Request<message::NameFoundersRequest>,
    ) -> Outcome<message::NameFoundersResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let founders =
            call.message.founder_ids.iter().map(|id| person_id(id)).collect::<Result<_, _>>()?;
        let done = self.commands.name_founders(network, founders, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::NameFoundersResponse { receipt }))
    }

    async fn join_as_founder(
        &self,
        request: Request<message::JoinAsFounderRequest>,
    ) -> Outcome<message::JoinAsFounderResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let joined = self.commands.join_as_founder(network, call.person()?, &call.context).await;
        let receipt = receipt(joined.map_err(to_status)?);
        Ok(Response::new(message::JoinAsFounderResponse { receipt }))
    }

    async fn declare_network_type(
        &self,
        request: Request<message::DeclareNetworkTypeRequest>,
    ) -> Outcome<message::DeclareNetworkTypeResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let types = call.message.types.iter().map(|value| values::network_type(*value));
        let types = types.collect::<Result<_, _>>()?;
        let (by, context) = (call.person()?, &call.context);
        let declare = |warrant| NetworkCommand::DeclareNetworkType { warrant, types };
        let done = self.commands.as_founder(network, by, declare, context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DeclareNetworkTypeResponse { receipt }))
    }

    async fn open_membership(
        &self,
        request: Request<message::OpenMembershipRequest>,
    ) -> Outcome<message::OpenMembershipResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let (by, context) = (call.person()?, &call.context);
        let open = |warrant| NetworkCommand::OpenMembership { warrant };
        let done = self.commands.as_founder(network, by, open, context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::OpenMembershipResponse { receipt }))
    }

    async fn close_membership(
        &self,
        request: Request<message::CloseMembershipRequest>,
    ) -> Outcome<message::CloseMembershipResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let (by, context) = (call.person()?, &call.context);
        let close = |warrant| NetworkCommand::CloseMembership { warrant };
        let done = self.commands.as_founder(network, by, close, context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::CloseMembershipResponse { receipt }))
    }

    async fn get_network(
        &self,
        request: Request<message::GetNetworkRequest>,
    ) -> Outcome<message::GetNetworkResponse> {
        let by = request.get_ref().by.clone().ok_or_else(|| read::missing("network_id"))?;
        let network = match by {
            message::get_network_request::By::NetworkId(text) => network_id(&text)?,
            message::get_network_request::By::Name(name) => kernel::NetworkId::named(&name),
        };
        self.access.admit(&request, Some(network)).await?;
        let min_position = request.get_ref().min_position;
        let found = self.queries.network(network, min_position).await.map_err(to_status)?;
        let network = Some(network_message(found.value));
        Ok(Response::new(message::GetNetworkResponse { network, position: found.position.0 }))
    }

    async fn batch_get_networks(
        &self,
        request: Request<message::BatchGetNetworksRequest>,
    ) -> Outcome<message::BatchGetNetworksResponse> {
        let caller = self.access.admit(&request, None).await?;
        let message = request.into_inner();
        let ids = read::ids(&message.network_ids, "network_ids")?;
        let found = self.queries.networks_among(caller, ids, message.min_position).await;
        let found = found.map_err(view_status)?;
        let networks = found.value.into_iter().map(network_message).collect();
        let position = found.position.0;
        Ok(Response::new(message::BatchGetNetworksResponse { networks, position }))
    }

    async fn list_networks(
        &self,
        request: Request<message::ListNetworksRequest>,
    ) -> Outcome<message::ListNetworksResponse> {
        let caller = self.access.admit(&request, None).await?;
        let request = request.into_inner();
        let page = page::page(request.page.as_ref(), "networks")?;
        let listed = self.queries.networks(caller, &page, request.min_position).await;
        let listed = listed.map_err(view_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let networks = listed.value.items.into_iter().map(network_message).collect();
        Ok(Response::new(message::ListNetworksResponse { networks, page: Some(info) }))
    }
}

fn network_message(row: NetworkRow) -> message::Network {
    let status = match row.stage {
        Stage::Forming => message::NetworkStatus::Forming,
        Stage::Active => message::NetworkStatus::Active,
        Stage::Paused => message::NetworkStatus::Paused,
        Stage::Dissolved => message::NetworkStatus::Dissolved,
    };
    message::Network {
        network_id: row.network.to_string(),
        name: row.name,
        purpose: row.purpose,
        status: status.into(),
        types: row.types.into_iter().map(|t| values::network_type_message(t).into()).collect(),
        membership_open: row.entry == Entry::Open,
        founder_ids: row.founders.iter().map(ToString::to_string).collect(),
        founded_at: Some(read::timestamp(row.founded_at)),
        charter_version: row.charter_version.unwrap_or_default(),
        acting_founder_ids: row.acting_founders.iter().map(ToString::to_string).collect(),
        open_acts: row.open_acts.into_iter().map(open_act_message).collect(),
    }
}

fn open_act_message(row: OpenActRow) -> message::OpenAct {
    use message::open_act::Act;

    let act = match row.act {
        OpenAct::Network(FounderAct::DeclareType { types }) => {
            let types = types.into_iter().map(|t| values::network_type_message(t).into());
            Act::DeclareTypes(message::DeclareTypes { types: types.collect() })
        }
        OpenAct::Network(FounderAct::OpenMembership {}) => {
            Act::OpenMembership(message::OpenEntry {})
        }
        OpenAct::Network(FounderAct::CloseMembership {}) => {
            Act::CloseMembership(message::CloseEntry {})
        }
        OpenAct::Admit(party) => Act::AdmitMember(read::party_message(party)),
    };
    message::OpenAct {
        act: Some(act),
        consented_founder_ids: row.consented.iter().map(ToString::to_string).collect(),
    }
}
