//! Agendas: what members want dealt with.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{AgendaItemId, NetworkId, id::kinds};
use tonic::Status;
use wire::weft::governance::v1 as message;

use crate::{
    call::{self, Call},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    ids::{self, GlobalId},
    network::ChangedNetwork,
    node,
    person::Person,
    scalars::{self, DateTime},
};

/// How far an agenda item has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AgendaItemStatus {
    /// Somebody wants it dealt with.
    Raised = message::AgendaItemStatus::Raised as isize,
    /// It is on a gathering's programme.
    Scheduled = message::AgendaItemStatus::Scheduled as isize,
    /// It was dealt with.
    DealtWith = message::AgendaItemStatus::DealtWith as isize,
    /// It was given up.
    Dropped = message::AgendaItemStatus::Dropped as isize,
}

impl From<AgendaItemStatus> for i32 {
    fn from(value: AgendaItemStatus) -> i32 {
        value as i32
    }
}

/// Something that members want dealt with.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct AgendaItem {
    /// Identifies the item.
    id: ID,
    /// What it is about.
    title: String,
    /// When it was raised.
    raised_at: DateTime,
    /// How far it has come.
    status: AgendaItemStatus,
    /// How many members support it besides who raised it.
    supporters: u32,
    /// Its place in the order that a decision gave, from 1; null when none did.
    rank: Option<u32>,
    /// The gathering on whose programme it is; null when it is on none.
    gathering_id: Option<ID>,
    #[graphql(skip)]
    raised_by_id: String,
}

impl AgendaItem {
    fn of(item: message::AgendaItem) -> Result<AgendaItem, Status> {
        Ok(AgendaItem {
            id: ids::global::<kinds::AgendaItem>(&item.item_id)?,
            title: item.title,
            raised_at: DateTime::of(item.raised_at)?,
            status: scalars::known(item.status)?,
            supporters: item.supporters,
            rank: scalars::above_zero(item.rank),
            gathering_id: ids::maybe::<kinds::Gathering>(&item.gathering_id)?,
            raised_by_id: item.raised_by_id,
        })
    }
}

#[ComplexObject]
impl AgendaItem {
    /// Who raised it; null when you may not know of them.
    async fn raised_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(node::person(Call::of(ctx)?, &self.raised_by_id).await?)
    }
}

/// The agenda of a network.
pub(crate) struct NetworkAgenda(pub(crate) NetworkId);

#[Object]
impl NetworkAgenda {
    /// Lists what members want dealt with: what a decision ranked first, then by support, then by age.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn agenda(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only items that have come so far.")] status: Option<AgendaItemStatus>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<AgendaItem>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListItemsRequest {
                network_id: self.0.to_string(),
                status: scalars::number(status),
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.agendas().list_items(request).await?.into_inner();
            Ok((answer.items, answer.page))
        };
        Ok(Some(connection::page(paging, read, AgendaItem::of).await?))
    }
}

/// The agenda item that a mutation was about. Nothing reads an item by its id alone: list the
/// network's agenda.
pub(crate) struct ChangedItem(AgendaItemId);

#[Object]
impl ChangedItem {
    /// Identifies the item.
    async fn item_id(&self) -> ID {
        ids::encode(self.0)
    }
}

/// What to deal with.
#[derive(InputObject, Debug)]
pub(crate) struct RaiseAgendaItemInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// What it is about.
    title: String,
}

/// What you want dealt with too.
#[derive(InputObject, Debug)]
pub(crate) struct SupportAgendaItemInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The item.
    item_id: GlobalId<kinds::AgendaItem>,
}

/// What you want dealt with no longer.
#[derive(InputObject, Debug)]
pub(crate) struct WithdrawAgendaItemSupportInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The item.
    item_id: GlobalId<kinds::AgendaItem>,
}

/// Where to deal with an item.
#[derive(InputObject, Debug)]
pub(crate) struct ScheduleAgendaItemInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The item.
    item_id: GlobalId<kinds::AgendaItem>,
    /// The gathering.
    gathering_id: GlobalId<kinds::Gathering>,
}

/// What was dealt with.
#[derive(InputObject, Debug)]
pub(crate) struct CloseAgendaItemInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The item.
    item_id: GlobalId<kinds::AgendaItem>,
}

/// What to give up.
#[derive(InputObject, Debug)]
pub(crate) struct DropAgendaItemInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The item.
    item_id: GlobalId<kinds::AgendaItem>,
}

/// Something was raised.
#[derive(SimpleObject)]
pub(crate) struct RaiseAgendaItemPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedItem,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// An item has a supporter more.
#[derive(SimpleObject)]
pub(crate) struct SupportAgendaItemPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedItem,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// An item has a supporter less.
#[derive(SimpleObject)]
pub(crate) struct WithdrawAgendaItemSupportPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedItem,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// An item is on a programme.
#[derive(SimpleObject)]
pub(crate) struct ScheduleAgendaItemPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedItem,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// An item was dealt with.
#[derive(SimpleObject)]
pub(crate) struct CloseAgendaItemPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedItem,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// An item was given up.
#[derive(SimpleObject)]
pub(crate) struct DropAgendaItemPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedItem,
    #[graphql(flatten)]
    network: ChangedNetwork,
}

/// Changing agendas.
#[derive(Default, Debug)]
pub(crate) struct AgendaMutation;

#[Object]
impl AgendaMutation {
    /// Raises something. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn raise_agenda_item(
        &self,
        ctx: &Context<'_>,
        input: RaiseAgendaItemInput,
    ) -> Result<Option<RaiseAgendaItemPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::RaiseItemRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            title: input.title,
        });
        let answer = call.agendas().raise_item(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        let item = wire::read::id(&answer.item_id, "item_id")?;
        Ok(Some(RaiseAgendaItemPayload {
            receipt,
            changed: ChangedItem(item),
            network: ChangedNetwork(network),
        }))
    }

    /// Wants it too. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn support_agenda_item(
        &self,
        ctx: &Context<'_>,
        input: SupportAgendaItemInput,
    ) -> Result<Option<SupportAgendaItemPayload>> {
        let call = Call::of(ctx)?;
        let (network, item) = (input.network_id.0, input.item_id.0);
        let request = call.request(message::SupportItemRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            item_id: item.to_string(),
        });
        let answer = call.agendas().support_item(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(SupportAgendaItemPayload {
            receipt,
            changed: ChangedItem(item),
            network: ChangedNetwork(network),
        }))
    }

    /// Takes support back.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn withdraw_agenda_item_support(
        &self,
        ctx: &Context<'_>,
        input: WithdrawAgendaItemSupportInput,
    ) -> Result<Option<WithdrawAgendaItemSupportPayload>> {
        let call = Call::of(ctx)?;
        let (network, item) = (input.network_id.0, input.item_id.0);
        let request = call.request(message::WithdrawSupportRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            item_id: item.to_string(),
        });
        let answer = call.agendas().withdraw_support(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(WithdrawAgendaItemSupportPayload {
            receipt,
            changed: ChangedItem(item),
            network: ChangedNetwork(network),
        }))
    }

    /// Puts an item on a gathering's programme. Who raised it, or a mandate holder.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn schedule_agenda_item(
        &self,
        ctx: &Context<'_>,
        input: ScheduleAgendaItemInput,
    ) -> Result<Option<ScheduleAgendaItemPayload>> {
        let call = Call::of(ctx)?;
        let (network, item) = (input.network_id.0, input.item_id.0);
        let request = call.request(message::ScheduleItemRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            item_id: item.to_string(),
            gathering_id: input.gathering_id.text(),
        });
        let answer = call.agendas().schedule_item(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ScheduleAgendaItemPayload {
            receipt,
            changed: ChangedItem(item),
            network: ChangedNetwork(network),
        }))
    }

    /// Says that an item was dealt with. Who raised it, or a mandate holder.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn close_agenda_item(
        &self,
        ctx: &Context<'_>,
        input: CloseAgendaItemInput,
    ) -> Result<Option<CloseAgendaItemPayload>> {
        let call = Call::of(ctx)?;
        let (network, item) = (input.network_id.0, input.item_id.0);
        let request = call.request(message::CloseItemRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            item_id: item.to_string(),
        });
        let answer = call.agendas().close_item(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(CloseAgendaItemPayload {
            receipt,
            changed: ChangedItem(item),
            network: ChangedNetwork(network),
        }))
    }

    /// Gives an item up. Who raised it, or a mandate holder.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn drop_agenda_item(
        &self,
        ctx: &Context<'_>,
        input: DropAgendaItemInput,
    ) -> Result<Option<DropAgendaItemPayload>> {
        let call = Call::of(ctx)?;
        let (network, item) = (input.network_id.0, input.item_id.0);
        let request = call.request(message::DropItemRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            item_id: item.to_string(),
        });
        let answer = call.agendas().drop_item(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DropAgendaItemPayload {
            receipt,
            changed: ChangedItem(item),
            network: ChangedNetwork(network),
        }))
    }
}
