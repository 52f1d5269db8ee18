//! Memberships over gRPC.

use kernel::{Party, Personal};
use tonic::{Request, Response};
use wire::{
    Outcome, page, read,
    weft::membership::v1::{self as message, membership_service_server::MembershipService},
};

use super::{MembershipGrpc, network_id, receipt, to_status, values};
use crate::membership::MembershipCommand;

#[tonic::async_trait]
impl MembershipService for MembershipGrpc {
    async fn invite_party(
        &self,
        request: Request<message::InvitePartyRequest>,
    ) -> Outcome<message::InvitePartyResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let party = read::party(call.message.party.clone(), "party")?;
        let by = call.person()?;
        let text = read::optional_text(&call.message.message, "message")?;
        let text = text.map(|text| Personal::open(by, text));
        let done = self.commands.invite(network, party, text, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::InvitePartyResponse { receipt }))
    }

    async fn accept_invitation(
        &self,
        request: Request<message::AcceptInvitationRequest>,
    ) -> Outcome<message::AcceptInvitationResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let command = MembershipCommand::AcceptInvitation;
        let done = self.commands.membership(network, call.party()?, command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AcceptInvitationResponse { receipt }))
    }

    async fn decline_invitation(
        &self,
        request: Request<message::DeclineInvitationRequest>,
    ) -> Outcome<message::DeclineInvitationResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let command = MembershipCommand::DeclineInvitation;
        let done = self.commands.membership(network, call.party()?, command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DeclineInvitationResponse { receipt }))
    }

    async fn apply_for_membership(
        &self,
        request: Request<message::ApplyForMembershipRequest>,
    ) -> Outcome<message::ApplyForMembershipResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let by = call.person()?;
        let statement = read::optional_text(&call.message.statement, "statement")?;
        let statement = statement.map(|statement| Personal::open(by, statement));
        let done = self.commands.apply(network, call.party()?, statement, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ApplyForMembershipResponse { receipt }))
    }

    async fn withdraw_application(
        &self,
        request: Request<message::WithdrawApplicationRequest>,
    ) -> Outcome<message::WithdrawApplicationResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let command = MembershipCommand::WithdrawApplication;
        let done = self.commands.membership(network, call.party()?, command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawApplicationResponse { receipt }))
    }

    async fn admit_member(
        &self,
        request: Request<message::AdmitMemberRequest>,
    ) -> Outcome<message::AdmitMemberResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let party = read::party(call.message.party.clone(), "party")?;
        let since = call.context.effective_at.unwrap_or_else(|| self.commands.now());
        let (by, context) = (call.person()?, call.effective(since));
        let admit = |warrant| MembershipCommand::AdmitMember { network, party, warrant, since };
        let about = (network, party);
        let done = self.commands.application_as_founder(about, by, admit, &context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AdmitMemberResponse { receipt }))
    }

    async fn decline_application(
        &self,
        request: Request<message::DeclineApplicationRequest>,
    ) -> Outcome<message::DeclineApplicationResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let party = read::party(call.message.party.clone(), "party")?;
        let (by, about) = (call.person()?, (network, party));
        let decline = |warrant| MembershipCommand::DeclineApplication { warrant };
        let done = self.commands.application_as_founder(about, by, decline, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DeclineApplicationResponse { receipt }))
    }

    async fn resign_membership(
        &self,
        request: Request<message::ResignMembershipRequest>,
    ) -> Outcome<message::ResignMembershipResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        let party: Party = call.party()?;
        let until = call.context.effective_at.unwrap_or_else(|| self.commands.now());
        let command = MembershipCommand::ResignMembership { network, party, until };
        let context = call.effective(until);
        let done = self.commands.membership(network, party, command, &context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ResignMembershipResponse { receipt }))
    }

    async fn list_members(
        &self,
        request: Request<message::ListMembersRequest>,
    ) -> Outcome<message::ListMembersResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let asked = format!("members {network} {:?}", message.as_of);
        let page = page::page(message.page.as_ref(), &asked)?;
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let listed = self.queries.members(network, moment, &page, message.min_position).await;
        let listed = listed.map_err(to_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let members = listed.value.items.into_iter().map(|member| message::Member {
            party: Some(read::party_message(member.party)),
            class: values::membership_class_message(member.class).into(),
            since: Some(read::timestamp(member.since)),
            status: values::member_status_message(member.status).into(),
        });
        let members = members.collect();
        Ok(Response::new(message::ListMembersResponse { members, page: Some(info) }))
    }
}
