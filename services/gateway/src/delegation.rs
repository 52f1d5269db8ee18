//! Delegations: votes lent to somebody else, and who carries how many.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, Object, OneofObject, Result, SimpleObject,
};
use kernel::{DecisionId, DelegationId, NetworkId, Party as AnyParty, id::kinds};
use tonic::Status;
use wire::weft::governance::v1::{self as message, delegation_scope};

use crate::{
    as_of::AsOfInput,
    call::{self, Call, lacking},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    decision::{self, Decision},
    ids::{self, GlobalId, PartyId},
    network::ChangedNetwork,
    node::{self, Party},
    policy::words::Subject,
    scalars::{self, DateTime},
};

/// How a delegation stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DelegationStatus {
    /// The delegate has not answered yet; it does not count.
    Granted = message::DelegationStatus::Granted as isize,
    /// It counts.
    Accepted = message::DelegationStatus::Accepted as isize,
    /// The delegate did not take it.
    Declined = message::DelegationStatus::Declined as isize,
    /// It does not count for the time being.
    Suspended = message::DelegationStatus::Suspended as isize,
    /// It was taken back.
    Revoked = message::DelegationStatus::Revoked as isize,
    /// Its time is over.
    Expired = message::DelegationStatus::Expired as isize,
}

impl From<DelegationStatus> for i32 {
    fn from(value: DelegationStatus) -> i32 {
        value as i32
    }
}

/// For what a vote is lent, from the widest to the narrowest; the narrowest one counts.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DelegationScopeKind {
    /// For everything.
    All,
    /// For proposals on a topic.
    Topic,
    /// For a subject.
    Subject,
    /// For one decision.
    Decision,
}

/// For what a vote is lent.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct DelegationScope {
    /// How wide it is.
    kind: DelegationScopeKind,
    /// The topic; null unless the kind is `TOPIC`.
    topic: Option<String>,
    /// The subject; null unless the kind is `SUBJECT`.
    subject: Option<Subject>,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
}

#[ComplexObject]
impl DelegationScope {
    /// The decision; null unless the kind is `DECISION`.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(decision::one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }
}

impl DelegationScope {
    fn of(
        network_id: NetworkId,
        value: Option<message::DelegationScope>,
    ) -> Result<DelegationScope, Status> {
        let all = DelegationScope {
            kind: DelegationScopeKind::All,
            topic: None,
            subject: None,
            network_id,
            decision_id: None,
        };
        Ok(match value.and_then(|value| value.scope).ok_or_else(|| lacking("scope"))? {
            delegation_scope::Scope::All(_) => all,
            delegation_scope::Scope::Topic(topic) => {
                DelegationScope { kind: DelegationScopeKind::Topic, topic: Some(topic), ..all }
            }
            delegation_scope::Scope::Subject(subject) => {
                let subject = Some(scalars::known(subject)?);
                DelegationScope { kind: DelegationScopeKind::Subject, subject, ..all }
            }
            delegation_scope::Scope::DecisionId(decision) => {
                let decision_id = Some(wire::read::id(&decision, "decision_id")?);
                DelegationScope { kind: DelegationScopeKind::Decision, decision_id, ..all }
            }
        })
    }
}

/// A vote lent to somebody else.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Delegation {
    /// Identifies the delegation.
    id: ID,
    /// For what.
    scope: DelegationScope,
    /// How it stands.
    status: DelegationStatus,
    /// When it was granted.
    granted_at: DateTime,
    /// Until when; null is until it is revoked.
    until: Option<DateTime>,
    /// Whether members see who lends; otherwise the two concerned do, until the tally of a decision
    /// names everybody whose vote was lent in it.
    shown_to_network: bool,
    #[graphql(skip)]
    delegator: AnyParty,
    #[graphql(skip)]
    delegate: AnyParty,
}

impl Delegation {
    fn of(delegation: message::Delegation) -> Result<Delegation, Status> {
        let network_id = wire::read::id(&delegation.network_id, "network_id")?;
        Ok(Delegation {
            id: ids::global::<kinds::Delegation>(&delegation.delegation_id)?,
            scope: DelegationScope::of(network_id, delegation.scope)?,
            status: scalars::known(delegation.status)?,
            granted_at: DateTime::of(delegation.granted_at)?,
            until: DateTime::maybe(delegation.until)?,
            shown_to_network: delegation.shown_to_network,
            delegator: call::party(delegation.delegator.as_ref())?,
            delegate: call::party(delegation.delegate.as_ref())?,
        })
    }
}

#[ComplexObject]
impl Delegation {
    /// Who lends; null when you may not know of them.
    async fn delegator(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.delegator).await?)
    }

    /// To whom; null when you may not know of them.
    async fn delegate(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.delegate).await?)
    }
}

/// Who was asked to carry votes.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Delegate {
    /// Accepted delegations in force, whatever their scope.
    delegations: u32,
    #[graphql(skip)]
    party: AnyParty,
}

impl Delegate {
    fn of(delegate: message::Delegate) -> Result<Delegate, Status> {
        let party = call::party(delegate.delegate.as_ref())?;
        Ok(Delegate { delegations: delegate.delegations, party })
    }
}

#[ComplexObject]
impl Delegate {
    /// Who it is; null when you may not know of them.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.party).await?)
    }
}

/// The delegations of a network.
pub(crate) struct NetworkDelegations(pub(crate) NetworkId);

#[Object]
impl NetworkDelegations {
    /// Lists the delegations at a moment that you may see.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn delegations(
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
    ) -> Result<Option<List<Delegation>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let read = |page| async move {
            let request = call.request(message::ListDelegationsRequest {
                network_id: self.0.to_string(),
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.delegations().list_delegations(request).await?.into_inner();
            Ok((answer.delegations, answer.page))
        };
        Ok(Some(connection::page(paging, read, Delegation::of).await?))
    }

    /// Lists how many votes each delegate was asked to carry at a moment, the most first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn delegates(
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
    ) -> Result<Option<List<Delegate>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let read = |page| async move {
            let request = call.request(message::ListDelegatesRequest {
                network_id: self.0.to_string(),
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.delegations().list_delegates(request).await?.into_inner();
            Ok((answer.delegates, answer.page))
        };
        Ok(Some(connection::page(paging, read, Delegate::of).await?))
    }
}

/// The delegation that a mutation was about. Nothing reads a delegation by its id alone: list the
/// network's.
pub(crate) struct ChangedDelegation(DelegationId);

#[Object]
impl ChangedDelegation {
    /// Identifies the delegation.
    async fn delegation_id(&self) -> ID {
        ids::encode(self.0)
    }
}

/// For what to lend a vote.
#[derive(OneofObject, Debug)]
pub(crate) enum DelegationScopeInput {
    /// For proposals on this topic, compared letter by letter: `Budget` is not `budget`.
    Topic(String),
    /// For this subject.
    Subject(Subject),
    /// For this decision.
    DecisionId(GlobalId<kinds::Decision>),
}

fn scope(value: Option<DelegationScopeInput>) -> message::DelegationScope {
    let scope = match value {
        None => delegation_scope::Scope::All(delegation_scope::All {}),
        Some(DelegationScopeInput::Topic(topic)) => delegation_scope::Scope::Topic(topic),
        Some(DelegationScopeInput::Subject(subject)) => {
            delegation_scope::Scope::Subject(subject.into())
        }
        Some(DelegationScopeInput::DecisionId(decision)) => {
            delegation_scope::Scope::DecisionId(decision.text())
        }
    };
    message::DelegationScope { scope: Some(scope) }
}

/// To whom to lend your vote.
#[derive(InputObject, Debug)]
pub(crate) struct GrantDelegationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// To whom: a person or an organisation.
    delegate_id: PartyId,
    /// For what; for everything when left out.
    scope: Option<DelegationScopeInput>,
    /// Until when; until you revoke it when left out.
    until: Option<DateTime>,
    /// Whether members see that you lend; otherwise the two of you do, until a decision is counted in
    /// which you did not vote yourself: its tally names everybody whose vote was lent, because without
    /// the names nobody could count again.
    #[graphql(default = false)]
    shown_to_network: bool,
}

/// Which delegation to take.
#[derive(InputObject, Debug)]
pub(crate) struct AcceptDelegationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The delegation.
    delegation_id: GlobalId<kinds::Delegation>,
}

/// Which delegation not to take.
#[derive(InputObject, Debug)]
pub(crate) struct DeclineDelegationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The delegation.
    delegation_id: GlobalId<kinds::Delegation>,
}

/// Which delegation not to count.
#[derive(InputObject, Debug)]
pub(crate) struct SuspendDelegationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The delegation.
    delegation_id: GlobalId<kinds::Delegation>,
}

/// Which delegation to count again.
#[derive(InputObject, Debug)]
pub(crate) struct ResumeDelegationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The delegation.
    delegation_id: GlobalId<kinds::Delegation>,
}

/// Which delegation to take back.
#[derive(InputObject, Debug)]
pub(crate) struct RevokeDelegationInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The delegation.
    delegation_id: GlobalId<kinds::Delegation>,
}

/// A vote was lent.
#[derive(SimpleObject)]
pub(crate) struct GrantDelegationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDelegation,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// A delegation was taken.
#[derive(SimpleObject)]
pub(crate) struct AcceptDelegationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDelegation,
}

/// A delegation was not taken.
#[derive(SimpleObject)]
pub(crate) struct DeclineDelegationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDelegation,
}

/// A delegation does not count for the time being.
#[derive(SimpleObject)]
pub(crate) struct SuspendDelegationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDelegation,
}

/// A delegation counts again.
#[derive(SimpleObject)]
pub(crate) struct ResumeDelegationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDelegation,
}

/// A delegation was taken back.
#[derive(SimpleObject)]
pub(crate) struct RevokeDelegationPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedDelegation,
}

/// Changing delegations.
#[derive(Default, Debug)]
pub(crate) struct DelegationMutation;

#[Object]
impl DelegationMutation {
    /// Lends your vote, if the other one accepts. Another one for the same scope is refused
    /// (`VOTE_ALREADY_LENT`) while this one waits for an answer or is in force, suspended too: revoke it
    /// first.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn grant_delegation(
        &self,
        ctx: &Context<'_>,
        input: GrantDelegationInput,
    ) -> Result<Option<GrantDelegationPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::GrantDelegationRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            delegate: Some(wire::read::party_message(input.delegate_id.0)),
            scope: Some(scope(input.scope)),
            until: input.until.map(DateTime::message),
            shown_to_network: input.shown_to_network,
        });
        let answer = call.delegations().grant_delegation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        let delegation = wire::read::id(&answer.delegation_id, "delegation_id")?;
        Ok(Some(GrantDelegationPayload {
            receipt,
            changed: ChangedDelegation(delegation),
            network: ChangedNetwork(network),
        }))
    }

    /// Takes a vote that was lent. The delegate.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn accept_delegation(
        &self,
        ctx: &Context<'_>,
        input: AcceptDelegationInput,
    ) -> Result<Option<AcceptDelegationPayload>> {
        let call = Call::of(ctx)?;
        let delegation = input.delegation_id.0;
        let request = call.request(message::AcceptDelegationRequest {
            command: Some(input.command.message()),
            delegation_id: delegation.to_string(),
        });
        let answer = call.delegations().accept_delegation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(AcceptDelegationPayload { receipt, changed: ChangedDelegation(delegation) }))
    }

    /// Does not take it. The delegate.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn decline_delegation(
        &self,
        ctx: &Context<'_>,
        input: DeclineDelegationInput,
    ) -> Result<Option<DeclineDelegationPayload>> {
        let call = Call::of(ctx)?;
        let delegation = input.delegation_id.0;
        let request = call.request(message::DeclineDelegationRequest {
            command: Some(input.command.message()),
            delegation_id: delegation.to_string(),
        });
        let answer = call.delegations().decline_delegation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DeclineDelegationPayload { receipt, changed: ChangedDelegation(delegation) }))
    }

    /// Lets it not count for the time being. The delegator.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn suspend_delegation(
        &self,
        ctx: &Context<'_>,
        input: SuspendDelegationInput,
    ) -> Result<Option<SuspendDelegationPayload>> {
        let call = Call::of(ctx)?;
        let delegation = input.delegation_id.0;
        let request = call.request(message::SuspendDelegationRequest {
            command: Some(input.command.message()),
            delegation_id: delegation.to_string(),
        });
        let answer = call.delegations().suspend_delegation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(SuspendDelegationPayload { receipt, changed: ChangedDelegation(delegation) }))
    }

    /// Lets it count again. The delegator.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn resume_delegation(
        &self,
        ctx: &Context<'_>,
        input: ResumeDelegationInput,
    ) -> Result<Option<ResumeDelegationPayload>> {
        let call = Call::of(ctx)?;
        let delegation = input.delegation_id.0;
        let request = call.request(message::ResumeDelegationRequest {
            command: Some(input.command.message()),
            delegation_id: delegation.to_string(),
        });
        let answer = call.delegations().resume_delegation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ResumeDelegationPayload { receipt, changed: ChangedDelegation(delegation) }))
    }

    /// Takes it back. The delegator.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn revoke_delegation(
        &self,
        ctx: &Context<'_>,
        input: RevokeDelegationInput,
    ) -> Result<Option<RevokeDelegationPayload>> {
        let call = Call::of(ctx)?;
        let delegation = input.delegation_id.0;
        let request = call.request(message::RevokeDelegationRequest {
            command: Some(input.command.message()),
            delegation_id: delegation.to_string(),
        });
        let answer = call.delegations().revoke_delegation(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RevokeDelegationPayload { receipt, changed: ChangedDelegation(delegation) }))
    }
}
