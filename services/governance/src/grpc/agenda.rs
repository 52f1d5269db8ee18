//! Agendas and goals over gRPC.

use kernel::{AgendaItemId, GoalId};
use prost::Message;
use tonic::{Request, Response, Status};
use wire::{
    Outcome, page, read,
    weft::{
        common::v1 as common,
        governance::v1::{
            self as message, agenda_service_server::AgendaService, goal_service_server::GoalService,
        },
    },
};

use super::{Call, GovernanceGrpc, absent, optional_id, query_status, receipt, to_status};
use crate::{
    agenda::AgendaCommand,
    goal::{Goal, GoalCommand},
    queries::Thing,
    views::{
        agenda::{ItemRow, ItemStatus},
        goals::{GoalRow, GoalStatus},
    },
};

impl GovernanceGrpc {
    /// Admits a request about an item of a network's agenda.
    async fn enter_item<M: Message>(
        &self,
        request: Request<M>,
        (network, item): (String, String),
        command: fn(&M) -> Option<&common::Command>,
    ) -> Result<(Call<M>, AgendaItemId), Status> {
        let network = super::network_id(&network)?;
        let item: AgendaItemId = read::id(&item, "item_id")?;
        let call = self.enter(request, network, command).await?;
        let found = self.queries.network_of(Thing::Item(item)).await.map_err(query_status)?;
        if found != Some(network) {
            return Err(absent(Thing::Item(item)));
        }
        Ok((call, item))
    }
}

#[tonic::async_trait]
impl AgendaService for GovernanceGrpc {
    async fn raise_item(
        &self,
        request: Request<message::RaiseItemRequest>,
    ) -> Outcome<message::RaiseItemResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let title = read::text(&call.message.title, "title")?;
        let done = self.commands.raise_item(network, call.person, title, &call.context).await;
        let (item, done) = done.map_err(to_status)?;
        let (receipt, item_id) = (receipt(done), item.to_string());
        Ok(Response::new(message::RaiseItemResponse { receipt, item_id }))
    }

    async fn support_item(
        &self,
        request: Request<message::SupportItemRequest>,
    ) -> Outcome<message::SupportItemResponse> {
        let of = (request.get_ref().network_id.clone(), request.get_ref().item_id.clone());
        let (call, item) = self.enter_item(request, of, |it| it.command.as_ref()).await?;
        let command = AgendaCommand::SupportItem { item, by: call.person };
        let done = self.commands.agenda(call.network, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::SupportItemResponse { receipt }))
    }

    async fn withdraw_support(
        &self,
        request: Request<message::WithdrawSupportRequest>,
    ) -> Outcome<message::WithdrawSupportResponse> {
        let of = (request.get_ref().network_id.clone(), request.get_ref().item_id.clone());
        let (call, item) = self.enter_item(request, of, |it| it.command.as_ref()).await?;
        let command = AgendaCommand::WithdrawSupport { item, by: call.person };
        let done = self.commands.agenda(call.network, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawSupportResponse { receipt }))
    }

    async fn schedule_item(
        &self,
        request: Request<message::ScheduleItemRequest>,
    ) -> Outcome<message::ScheduleItemResponse> {
        let of = (request.get_ref().network_id.clone(), request.get_ref().item_id.clone());
        let (call, item) = self.enter_item(request, of, |it| it.command.as_ref()).await?;
        let gathering = read::id(&call.message.gathering_id, "gathering_id")?;
        let about = (item, gathering);
        let done =
            self.commands.schedule_item(call.network, about, call.person, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ScheduleItemResponse { receipt }))
    }

    async fn close_item(
        &self,
        request: Request<message::CloseItemRequest>,
    ) -> Outcome<message::CloseItemResponse> {
        let of = (request.get_ref().network_id.clone(), request.get_ref().item_id.clone());
        let (call, item) = self.enter_item(request, of, |it| it.command.as_ref()).await?;
        let by = self.commands.agenda_standing(call.network, call.person).await;
        let command = AgendaCommand::CloseItem { item, by: by.map_err(to_status)? };
        let done = self.commands.agenda(call.network, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::CloseItemResponse { receipt }))
    }

    async fn drop_item(
        &self,
        request: Request<message::DropItemRequest>,
    ) -> Outcome<message::DropItemResponse> {
        let of = (request.get_ref().network_id.clone(), request.get_ref().item_id.clone());
        let (call, item) = self.enter_item(request, of, |it| it.command.as_ref()).await?;
        let by = self.commands.agenda_standing(call.network, call.person).await;
        let command = AgendaCommand::DropItem { item, by: by.map_err(to_status)? };
        let done = self.commands.agenda(call.network, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DropItemResponse { receipt }))
    }

    async fn list_items(
        &self,
        request: Request<message::ListItemsRequest>,
    ) -> Outcome<message::ListItemsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let status = match message.status {
            0 => None,
            number => Some(read::value(number, &ITEM_STATUSES, item_status_message, "status")?),
        };
        let bound = format!("agenda {} {}", asked.network, message.status);
        let page = page::page(message.page.as_ref(), &bound)?;
        let of = (asked.network, status);
        let listed = self.queries.agenda(of, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let items = listed.value.items.iter().map(item_message).collect();
        Ok(Response::new(message::ListItemsResponse { items, page: Some(info) }))
    }
}

#[tonic::async_trait]
impl GoalService for GovernanceGrpc {
    async fn draft_goal(
        &self,
        request: Request<message::DraftGoalRequest>,
    ) -> Outcome<message::DraftGoalResponse> {
        let network = super::network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, network, |message| message.command.as_ref()).await?;
        let text = read::text(&call.message.text, "text")?;
        let done = self.commands.draft_goal(network, call.person, text, &call.context).await;
        let (goal, done) = done.map_err(to_status)?;
        let (receipt, goal_id) = (receipt(done), goal.to_string());
        Ok(Response::new(message::DraftGoalResponse { receipt, goal_id }))
    }

    async fn endorse_goal(
        &self,
        request: Request<message::EndorseGoalRequest>,
    ) -> Outcome<message::EndorseGoalResponse> {
        let goal: GoalId = read::id(&request.get_ref().goal_id, "goal_id")?;
        let thing = Thing::Goal(goal);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let command = GoalCommand::EndorseGoal { by: call.person };
        let done = self.commands.execute::<Goal>(goal.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::EndorseGoalResponse { receipt }))
    }

    async fn withdraw_endorsement(
        &self,
        request: Request<message::WithdrawEndorsementRequest>,
    ) -> Outcome<message::WithdrawEndorsementResponse> {
        let goal: GoalId = read::id(&request.get_ref().goal_id, "goal_id")?;
        let thing = Thing::Goal(goal);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let command = GoalCommand::WithdrawEndorsement { by: call.person };
        let done = self.commands.execute::<Goal>(goal.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawEndorsementResponse { receipt }))
    }

    async fn batch_get_goals(
        &self,
        request: Request<message::BatchGetGoalsRequest>,
    ) -> Outcome<message::BatchGetGoalsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let ids: Vec<GoalId> = read::ids(&message.goal_ids, "goal_ids")?;
        let found = self.queries.goals_of(ids.clone(), message.min_position).await;
        let found = found.map_err(query_status)?;
        let rows = ids.iter().filter_map(|id| found.value.get(id));
        let of_network = rows.filter(|row| row.network == asked.network);
        let (goals, position) = (of_network.map(goal_message).collect(), found.position.0);
        Ok(Response::new(message::BatchGetGoalsResponse { goals, position }))
    }

    async fn list_goals(
        &self,
        request: Request<message::ListGoalsRequest>,
    ) -> Outcome<message::ListGoalsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let status = match message.status {
            0 => None,
            number => Some(read::value(number, &GOAL_STATUSES, goal_status_message, "status")?),
        };
        let bound = format!("goals {} {}", asked.network, message.status);
        let page = page::page(message.page.as_ref(), &bound)?;
        let of = (asked.network, status);
        let listed = self.queries.goals(of, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let goals = listed.value.items.iter().map(goal_message).collect();
        Ok(Response::new(message::ListGoalsResponse { goals, page: Some(info) }))
    }
}

const ITEM_STATUSES: [ItemStatus; 4] =
    [ItemStatus::Raised, ItemStatus::Scheduled, ItemStatus::DealtWith, ItemStatus::Dropped];

fn item_status_message(status: ItemStatus) -> message::AgendaItemStatus {
    match status {
        ItemStatus::Raised => message::AgendaItemStatus::Raised,
        ItemStatus::Scheduled => message::AgendaItemStatus::Scheduled,
        ItemStatus::DealtWith => message::AgendaItemStatus::DealtWith,
        ItemStatus::Dropped => message::AgendaItemStatus::Dropped,
    }
}

fn item_message(row: &ItemRow) -> message::AgendaItem {
    message::AgendaItem {
        item_id: row.item.to_string(),
        network_id: row.network.to_string(),
        title: row.title.clone(),
        raised_by_id: row.by.to_string(),
        raised_at: Some(read::timestamp(row.raised_at)),
        status: item_status_message(row.status).into(),
        supporters: u32::try_from(row.supporters.len()).unwrap_or(u32::MAX),
        rank: row.rank.unwrap_or(0),
        gathering_id: optional_id(row.gathering),
    }
}

const GOAL_STATUSES: [GoalStatus; 3] =
    [GoalStatus::Drafted, GoalStatus::Adopted, GoalStatus::Superseded];

fn goal_status_message(status: GoalStatus) -> message::GoalStatus {
    match status {
        GoalStatus::Drafted => message::GoalStatus::Drafted,
        GoalStatus::Adopted => message::GoalStatus::Adopted,
        GoalStatus::Superseded => message::GoalStatus::Superseded,
    }
}

fn goal_message(row: &GoalRow) -> message::Goal {
    message::Goal {
        goal_id: row.goal.to_string(),
        network_id: row.network.to_string(),
        text: row.text.clone(),
        drafted_by_id: row.by.to_string(),
        drafted_at: Some(read::timestamp(row.drafted_at)),
        status: goal_status_message(row.status).into(),
        decision_id: optional_id(row.adopted_by),
        endorsed_by_ids: row.endorsers.iter().map(ToString::to_string).collect(),
    }
}
