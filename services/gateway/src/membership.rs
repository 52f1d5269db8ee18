//! Who belongs to a network, and how they come to.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use kernel::{NetworkId, Party as AnyParty, id::kinds};
use tonic::Status;
use wire::weft::membership::v1 as message;

use crate::{
    as_of::AsOfInput,
    call::{self, Call},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    ids::{GlobalId, PartyId},
    network::ChangedNetwork,
    node::{self, Party},
    scalars::{self, DateTime},
};

/// The way in which somebody belongs to a network.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MembershipClass {
    /// Among those who founded it.
    Founder = message::MembershipClass::Founder as isize,
    /// Admitted later.
    Member = message::MembershipClass::Member as isize,
}

impl From<MembershipClass> for i32 {
    fn from(value: MembershipClass) -> i32 {
        value as i32
    }
}

/// Whether a member takes part.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MemberStatus {
    /// Takes part.
    Active = message::MemberStatus::Active as isize,
    /// Is kept from taking part for the time being.
    Suspended = message::MemberStatus::Suspended as isize,
}

impl From<MemberStatus> for i32 {
    fn from(value: MemberStatus) -> i32 {
        value as i32
    }
}

/// Who belongs to a network.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Member {
    /// In which way.
    class: MembershipClass,
    /// Whether they take part.
    status: MemberStatus,
    /// Since when, without interruption; a suspension is none.
    since: DateTime,
    #[graphql(skip)]
    party: AnyParty,
}

impl Member {
    fn of(member: message::Member) -> Result<Member, Status> {
        Ok(Member {
            class: scalars::known(member.class)?,
            status: scalars::known(member.status)?,
            since: DateTime::of(member.since)?,
            party: call::party(member.party.as_ref())?,
        })
    }
}

#[async_graphql::ComplexObject]
impl Member {
    /// Who it is; null when you may not know of them.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.party).await?)
    }
}

/// The members of a network.
pub(crate) struct NetworkMembers(pub(crate) NetworkId);

#[Object]
impl NetworkMembers {
    /// Lists the members at a moment, the suspended too, in the order in which they joined.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The moment; now, as far as recorded, when left out.")] as_of: Option<
            AsOfInput,
        >,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Member>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let read = |page| async move {
            let request = call.request(message::ListMembersRequest {
                network_id: self.0.to_string(),
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.memberships().list_members(request).await?.into_inner();
            Ok((answer.members, answer.page))
        };
        Ok(Some(connection::page(paging, read, Member::of).await?))
    }
}

/// Whom to ask to join.
#[derive(InputObject, Debug)]
pub(crate) struct InvitePartyInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// Who is asked: a person or an organisation.
    party_id: PartyId,
    /// A word to the invited.
    message: Option<String>,
}

/// Which invitation to accept.
#[derive(InputObject, Debug)]
pub(crate) struct AcceptInvitationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Which invitation to decline.
#[derive(InputObject, Debug)]
pub(crate) struct DeclineInvitationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Where to apply.
#[derive(InputObject, Debug)]
pub(crate) struct ApplyForMembershipInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// Why.
    statement: Option<String>,
}

/// Which application to take back.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawApplicationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Whom to admit.
#[derive(InputObject, Debug)]
pub(crate) struct AdmitMemberInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// Who becomes a member.
    party_id: PartyId,
}

/// Whose application to decline.
#[derive(InputObject, Debug)]
pub(crate) struct DeclineApplicationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The applicant.
    party_id: PartyId,
}

/// Which network to leave.
#[derive(InputObject, Debug)]
pub(crate) struct ResignMembershipInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Somebody was asked to join.
#[derive(SimpleObject)]
pub(crate) struct InvitePartyPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// An invitation was accepted.
#[derive(SimpleObject)]
pub(crate) struct AcceptInvitationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// An invitation was declined.
#[derive(SimpleObject)]
pub(crate) struct DeclineInvitationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// Somebody applied.
#[derive(SimpleObject)]
pub(crate) struct ApplyForMembershipPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// An application was taken back.
#[derive(SimpleObject)]
pub(crate) struct WithdrawApplicationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// A founder consented to admitting somebody, or somebody became a member.
#[derive(SimpleObject)]
pub(crate) struct AdmitMemberPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// An application was declined.
#[derive(SimpleObject)]
pub(crate) struct DeclineApplicationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// Somebody left.
#[derive(SimpleObject)]
pub(crate) struct ResignMembershipPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// Changing who belongs to a network.
#[derive(Default, Debug)]
pub(crate) struct MembershipMutation;

#[Object]
impl MembershipMutation {
    /// Asks a party to join. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn invite_party(
        &self,
        ctx: &Context<'_>,
        input: InvitePartyInput,
    ) -> Result<Option<InvitePartyPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::InvitePartyRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            party: Some(wire::read::party_message(input.party_id.0)),
            message: scalars::optional(input.message),
        });
        let answer = call.memberships().invite_party(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(InvitePartyPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Says yes to an invitation; the network has yet to admit. The invited.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Result<Option<AcceptInvitationPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::AcceptInvitationRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.memberships().accept_invitation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AcceptInvitationPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Says no to an invitation. The invited.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn decline_invitation(
        &self,
        ctx: &Context<'_>,
        input: DeclineInvitationInput,
    ) -> Result<Option<DeclineInvitationPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::DeclineInvitationRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.memberships().decline_invitation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DeclineInvitationPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Asks to join a network whose membership is open.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn apply_for_membership(
        &self,
        ctx: &Context<'_>,
        input: ApplyForMembershipInput,
    ) -> Result<Option<ApplyForMembershipPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::ApplyForMembershipRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            statement: scalars::optional(input.statement),
        });
        let answer = call.memberships().apply_for_membership(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ApplyForMembershipPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Takes an application back. The applicant.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_application(
        &self,
        ctx: &Context<'_>,
        input: WithdrawApplicationInput,
    ) -> Result<Option<WithdrawApplicationPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::WithdrawApplicationRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.memberships().withdraw_application(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawApplicationPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Makes an applicant, or someone who accepted an invitation, a member. While the network is
    /// forming a founder consents to it, and it is done once every acting founder has; afterwards
    /// members decide.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn admit_member(
        &self,
        ctx: &Context<'_>,
        input: AdmitMemberInput,
    ) -> Result<Option<AdmitMemberPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::AdmitMemberRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            party: Some(wire::read::party_message(input.party_id.0)),
        });
        let answer = call.memberships().admit_member(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AdmitMemberPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Does not admit an applicant. One founder is enough, while the network is forming.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn decline_application(
        &self,
        ctx: &Context<'_>,
        input: DeclineApplicationInput,
    ) -> Result<Option<DeclineApplicationPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::DeclineApplicationRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            party: Some(wire::read::party_message(input.party_id.0)),
        });
        let answer = call.memberships().decline_application(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DeclineApplicationPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Leaves the network; never refused to a member, suspended or not.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn resign_membership(
        &self,
        ctx: &Context<'_>,
        input: ResignMembershipInput,
    ) -> Result<Option<ResignMembershipPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::ResignMembershipRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.memberships().resign_membership(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ResignMembershipPayload { receipt, changed: ChangedNetwork(network) }))
    }
}
