//! Goals: what members mean to reach together.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use futures::future;
use kernel::{DecisionId, GoalId, NetworkId, id::kinds};
use tonic::Status;
use wire::weft::governance::v1 as message;

use crate::{
    call::{self, Call},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    decision::{self, Decision},
    ids::{self, GlobalId},
    network::ChangedNetwork,
    node,
    person::{self, Person},
    scalars::{self, Count, DateTime},
};

/// How far a goal has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GoalStatus {
    /// Somebody wrote it down.
    Drafted = message::GoalStatus::Drafted as isize,
    /// The network decided on it.
    Adopted = message::GoalStatus::Adopted as isize,
    /// Another goal took its place.
    Superseded = message::GoalStatus::Superseded as isize,
}

impl From<GoalStatus> for i32 {
    fn from(value: GoalStatus) -> i32 {
        value as i32
    }
}

/// What members mean to reach together.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Goal {
    /// Identifies the goal.
    id: ID,
    /// What is to be reached.
    text: String,
    /// When it was written down.
    drafted_at: DateTime,
    /// How far it has come.
    status: GoalStatus,
    /// How many stand behind it.
    endorsement_count: Count,
    #[graphql(skip)]
    network_id: NetworkId,
    #[graphql(skip)]
    drafted_by_id: String,
    #[graphql(skip)]
    decision_id: Option<DecisionId>,
    #[graphql(skip)]
    endorsed_by_ids: Vec<String>,
}

impl Goal {
    fn of(goal: message::Goal) -> Result<Goal, Status> {
        Ok(Goal {
            id: ids::global::<kinds::Goal>(&goal.goal_id)?,
            text: goal.text,
            drafted_at: DateTime::of(goal.drafted_at)?,
            status: scalars::known(goal.status)?,
            endorsement_count: Count::of(goal.endorsed_by_ids.len()),
            network_id: wire::read::id(&goal.network_id, "network_id")?,
            drafted_by_id: goal.drafted_by_id,
            decision_id: ids::optional(&goal.decision_id)?,
            endorsed_by_ids: goal.endorsed_by_ids,
        })
    }
}

#[ComplexObject]
impl Goal {
    /// Who wrote it down; null when you may not know of them.
    async fn drafted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.drafted_by_id).await?)
    }

    /// The decision that adopted it; null while it is a draft.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        Ok(decision::one(Call::of(ctx)?, self.network_id, self.decision_id).await?)
    }

    /// Who stands behind it and of whom you may know, in order of time.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn endorsed_by(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.endorsed_by_ids).await?))
    }
}

/// Reads goals of a network together with others, in the order of `ids`, without those that the
/// caller may not know of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn all(
    call: &Call,
    network: NetworkId,
    ids: &[GoalId],
) -> Result<Vec<Goal>, Status> {
    let found = future::try_join_all(ids.iter().map(|id| call.goal(network, *id))).await?;
    found.into_iter().flatten().map(Goal::of).collect()
}

/// The goals of a network.
pub(crate) struct NetworkGoals(pub(crate) NetworkId);

#[Object]
impl NetworkGoals {
    /// Lists what members mean to reach together, the newest first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn goals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only goals that have come so far.")] status: Option<GoalStatus>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Goal>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListGoalsRequest {
                network_id: self.0.to_string(),
                status: scalars::number(status),
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.goals().list_goals(request).await?.into_inner();
            Ok((answer.goals, answer.page))
        };
        Ok(Some(connection::page(paging, read, Goal::of).await?))
    }
}

/// The goal that a mutation was about. Nothing reads a goal by its id alone: list the network's.
pub(crate) struct ChangedGoal(GoalId);

#[Object]
impl ChangedGoal {
    /// Identifies the goal.
    async fn goal_id(&self) -> ID {
        ids::encode(self.0)
    }
}

/// A goal to write down.
#[derive(InputObject, Debug)]
pub(crate) struct DraftGoalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// What is to be reached.
    text: String,
}

/// Which goal to stand behind.
#[derive(InputObject, Debug)]
pub(crate) struct EndorseGoalInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The goal.
    goal_id: GlobalId<kinds::Goal>,
}

/// Which goal not to stand behind any longer.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawGoalEndorsementInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The goal.
    goal_id: GlobalId<kinds::Goal>,
}

/// A goal was written down.
#[derive(SimpleObject)]
pub(crate) struct DraftGoalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedGoal,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// Somebody stands behind a goal.
#[derive(SimpleObject)]
pub(crate) struct EndorseGoalPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedGoal,
}

/// Somebody stands behind a goal no longer.
#[derive(SimpleObject)]
pub(crate) struct WithdrawGoalEndorsementPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedGoal,
}

/// Changing goals.
#[derive(Default, Debug)]
pub(crate) struct GoalMutation;

#[Object]
impl GoalMutation {
    /// Writes a goal down. A member. It is adopted by decision.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn draft_goal(
        &self,
        ctx: &Context<'_>,
        input: DraftGoalInput,
    ) -> Result<Option<DraftGoalPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::DraftGoalRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            text: input.text,
        });
        let answer = call.goals().draft_goal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        let goal = wire::read::id(&answer.goal_id, "goal_id")?;
        Ok(Some(DraftGoalPayload {
            receipt,
            changed: ChangedGoal(goal),
            network: ChangedNetwork(network),
        }))
    }

    /// Stands behind a goal. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn endorse_goal(
        &self,
        ctx: &Context<'_>,
        input: EndorseGoalInput,
    ) -> Result<Option<EndorseGoalPayload>> {
        let call = Call::of(ctx)?;
        let goal = input.goal_id.0;
        let request = call.request(message::EndorseGoalRequest {
            command: Some(input.command.message()),
            goal_id: goal.to_string(),
        });
        let answer = call.goals().endorse_goal(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(EndorseGoalPayload { receipt, changed: ChangedGoal(goal) }))
    }

    /// Stands behind a goal no longer.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_goal_endorsement(
        &self,
        ctx: &Context<'_>,
        input: WithdrawGoalEndorsementInput,
    ) -> Result<Option<WithdrawGoalEndorsementPayload>> {
        let call = Call::of(ctx)?;
        let goal = input.goal_id.0;
        let request = call.request(message::WithdrawEndorsementRequest {
            command: Some(input.command.message()),
            goal_id: goal.to_string(),
        });
        let answer = call.goals().withdraw_endorsement(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawGoalEndorsementPayload { receipt, changed: ChangedGoal(goal) }))
    }
}
