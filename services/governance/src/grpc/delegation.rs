//! Delegations over gRPC.

use std::collections::BTreeMap;

use events::{DelegationScope, DelegatorShown};
use kernel::{DelegationId, Party};
use tonic::{Request, Response, Status};
use wire::{
    Outcome, page, read,
    weft::governance::v1::{
        self as message, delegation_scope, delegation_service_server::DelegationService,
    },
};

use super::{Asked, GovernanceGrpc, policies, query_status, receipt, to_status, words};
use crate::{
    commands::register::Lending,
    delegation::{Cause, Delegation, DelegationCommand},
    queries::Thing,
    views::delegations::{DelegationRow, DelegationStatus},
};

#[tonic::async_trait]
impl DelegationService for GovernanceGrpc {
    async fn grant_delegation(
        &self,
        request: Request<message::GrantDelegationRequest>,
    ) -> Outcome<message::GrantDelegationResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let mut call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let lending = Lending {
            network,
            delegator: call.party,
            delegate: read::party(call.message.delegate.take(), "delegate")?,
            scope: scope(call.message.scope.take())?,
            until: read::instant(call.message.until, "until")?,
            shown: if call.message.shown_to_network {
                DelegatorShown::ToNetwork
            } else {
                DelegatorShown::ToDelegate
            },
        };
        let done = self.commands.grant_delegation(lending, &call.context).await;
        let (id, done) = done.map_err(to_status)?;
        let (receipt, delegation_id) = (receipt(done), id.to_string());
        Ok(Response::new(message::GrantDelegationResponse { receipt, delegation_id }))
    }

    async fn accept_delegation(
        &self,
        request: Request<message::AcceptDelegationRequest>,
    ) -> Outcome<message::AcceptDelegationResponse> {
        let id = delegation_id(&request.get_ref().delegation_id)?;
        let thing = Thing::Delegation(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let done = self.commands.accept_delegation(id, call.party, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AcceptDelegationResponse { receipt }))
    }

    async fn decline_delegation(
        &self,
        request: Request<message::DeclineDelegationRequest>,
    ) -> Outcome<message::DeclineDelegationResponse> {
        let id = delegation_id(&request.get_ref().delegation_id)?;
        let thing = Thing::Delegation(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let command = DelegationCommand::DeclineDelegation { by: call.party };
        let done = self.commands.execute::<Delegation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DeclineDelegationResponse { receipt }))
    }

    async fn suspend_delegation(
        &self,
        request: Request<message::SuspendDelegationRequest>,
    ) -> Outcome<message::SuspendDelegationResponse> {
        let id = delegation_id(&request.get_ref().delegation_id)?;
        let thing = Thing::Delegation(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let command = DelegationCommand::SuspendDelegation { by: Cause::Party(call.party) };
        let done = self.commands.execute::<Delegation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::SuspendDelegationResponse { receipt }))
    }

    async fn resume_delegation(
        &self,
        request: Request<message::ResumeDelegationRequest>,
    ) -> Outcome<message::ResumeDelegationResponse> {
        let id = delegation_id(&request.get_ref().delegation_id)?;
        let thing = Thing::Delegation(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let by = Cause::Party(call.party);
        let command = DelegationCommand::ResumeDelegation { by, at: self.commands.now() };
        let done = self.commands.execute::<Delegation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ResumeDelegationResponse { receipt }))
    }

    async fn revoke_delegation(
        &self,
        request: Request<message::RevokeDelegationRequest>,
    ) -> Outcome<message::RevokeDelegationResponse> {
        let id = delegation_id(&request.get_ref().delegation_id)?;
        let thing = Thing::Delegation(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let command = DelegationCommand::RevokeDelegation { by: Cause::Party(call.party) };
        let done = self.commands.execute::<Delegation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::RevokeDelegationResponse { receipt }))
    }

    async fn list_delegations(
        &self,
        request: Request<message::ListDelegationsRequest>,
    ) -> Outcome<message::ListDelegationsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let bound = format!("delegations {} {moment:?}", asked.network);
        let page = page::page(message.page.as_ref(), &bound)?;
        let of = (asked.network, None, viewer(&asked));
        let listed = self.queries.delegations(of, moment, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let delegations = listed.value.items.iter().map(delegation_message).collect();
        Ok(Response::new(message::ListDelegationsResponse { delegations, page: Some(info) }))
    }

    async fn list_delegates(
        &self,
        request: Request<message::ListDelegatesRequest>,
    ) -> Outcome<message::ListDelegatesResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let bound = format!("delegates {} {moment:?}", asked.network);
        let page = page::page(message.page.as_ref(), &bound)?;
        let (network, viewer) = (asked.network, viewer(&asked));
        let found = self.queries.carriers(network, viewer, moment, message.min_position).await;
        let found = found.map_err(query_status)?;
        let mut carried: BTreeMap<Party, u32> = BTreeMap::new();
        for row in &found.value {
            *carried.entry(row.delegate).or_default() += row.carried;
        }
        let mut delegates: Vec<(Party, u32)> = carried.into_iter().collect();
        delegates.sort_by_key(|(party, carried)| (std::cmp::Reverse(*carried), *party));
        let total = u64::try_from(delegates.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let delegates: Vec<_> = delegates
            .into_iter()
            .skip(skip)
            .take(take)
            .map(|(party, delegations)| message::Delegate {
                delegate: Some(read::party_message(party)),
                delegations,
            })
            .collect();
        let info = page.info(delegates.len(), total, found.position.0);
        Ok(Response::new(message::ListDelegatesResponse { delegates, page: Some(info) }))
    }
}

fn viewer(asked: &Asked) -> Vec<Party> {
    asked.caller.person().map(Party::Person).into_iter().collect()
}

fn delegation_id(text: &str) -> Result<DelegationId, Status> {
    read::id(text, "delegation_id")
}

fn scope(value: Option<message::DelegationScope>) -> Result<DelegationScope, Status> {
    match value.and_then(|it| it.scope) {
        None => Err(read::missing("scope")),
        Some(delegation_scope::Scope::All(_)) => Ok(DelegationScope::All {}),
        Some(delegation_scope::Scope::Topic(topic)) => {
            policies::name(&topic, "scope.topic").map(DelegationScope::Topic)
        }
        Some(delegation_scope::Scope::Subject(subject)) => {
            words::subject(subject, "scope.subject").map(DelegationScope::Subject)
        }
        Some(delegation_scope::Scope::DecisionId(id)) => {
            read::id(&id, "scope.decision_id").map(DelegationScope::Decision)
        }
    }
}

fn scope_message(scope: &DelegationScope) -> message::DelegationScope {
    let scope = match scope {
        DelegationScope::All {} => delegation_scope::Scope::All(delegation_scope::All {}),
        DelegationScope::Topic(topic) => delegation_scope::Scope::Topic(topic.clone()),
        DelegationScope::Subject(subject) => {
            delegation_scope::Scope::Subject(words::subject_message(*subject).into())
        }
        DelegationScope::Decision(id) => delegation_scope::Scope::DecisionId(id.to_string()),
    };
    message::DelegationScope { scope: Some(scope) }
}

fn delegation_message(row: &DelegationRow) -> message::Delegation {
    let status = match row.status {
        DelegationStatus::Granted => message::DelegationStatus::Granted,
        DelegationStatus::Accepted => message::DelegationStatus::Accepted,
        DelegationStatus::Suspended => message::DelegationStatus::Suspended,
        DelegationStatus::Declined => message::DelegationStatus::Declined,
        DelegationStatus::Revoked => message::DelegationStatus::Revoked,
        DelegationStatus::Expired => message::DelegationStatus::Expired,
    };
    message::Delegation {
        delegation_id: row.delegation.to_string(),
        network_id: row.network.to_string(),
        delegator: Some(read::party_message(row.delegator)),
        delegate: Some(read::party_message(row.delegate)),
        scope: Some(scope_message(&row.scope)),
        status: status.into(),
        granted_at: Some(read::timestamp(row.granted_at)),
        until: row.until.map(read::timestamp),
        shown_to_network: row.shown == DelegatorShown::ToNetwork,
    }
}
