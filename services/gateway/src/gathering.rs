//! Gatherings, and who was there.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{GatheringId, NetworkId, id::kinds};
use tonic::Status;
use wire::weft::membership::v1 as message;

use crate::{
    as_of::AsOfInput,
    call::{self, Call, lacking},
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    ids::{self, GlobalId},
    network::Network,
    node,
    person::{self, Person},
    scalars::{self, Count, DateTime, Position},
};

/// How somebody took part.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AttendanceMode {
    /// In the same room.
    InPerson = message::AttendanceMode::InPerson as isize,
    /// From elsewhere.
    Online = message::AttendanceMode::Online as isize,
}

impl From<AttendanceMode> for i32 {
    fn from(value: AttendanceMode) -> i32 {
        value as i32
    }
}

/// Where a record of attendance comes from.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AttendanceSource {
    /// From checking in at the door.
    CheckIn = message::AttendanceSource::CheckIn as isize,
    /// The host says so.
    Host = message::AttendanceSource::Host as isize,
    /// The person says so.
    Attendee = message::AttendanceSource::Attendee as isize,
    /// From a list made elsewhere.
    Import = message::AttendanceSource::Import as isize,
}

impl From<AttendanceSource> for i32 {
    fn from(value: AttendanceSource) -> i32 {
        value as i32
    }
}

/// Why a record of attendance is put right.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CorrectionReason {
    /// The person was not there.
    WasAbsent = message::CorrectionReason::WasAbsent as isize,
    /// It was somebody else.
    MistakenIdentity = message::CorrectionReason::MistakenIdentity as isize,
    /// The person took part in the other way.
    WrongMode = message::CorrectionReason::WrongMode as isize,
}

impl From<CorrectionReason> for i32 {
    fn from(value: CorrectionReason) -> i32 {
        value as i32
    }
}

/// An occasion on which people meet.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Gathering {
    /// Identifies the gathering.
    pub(crate) id: ID,
    /// What it is called.
    title: String,
    /// When it starts or started.
    starts_at: DateTime,
    /// Whether it is said to have taken place and to be over.
    held: bool,
    /// How many people are recorded as having been there, in either mode.
    attendance_count: Count,
    #[graphql(skip)]
    gathering_id: GatheringId,
    #[graphql(skip)]
    network_id: NetworkId,
}

impl Gathering {
    fn of(gathering: message::Gathering) -> Result<Gathering, Status> {
        let id = wire::read::id(&gathering.gathering_id, "gathering_id")?;
        Ok(Gathering {
            id: ids::encode::<kinds::Gathering>(id),
            title: gathering.title,
            starts_at: DateTime::of(gathering.starts_at)?,
            held: gathering.held,
            attendance_count: Count(gathering.attendance_count),
            gathering_id: id,
            network_id: wire::read::id(&gathering.network_id, "network_id")?,
        })
    }
}

#[async_graphql::ComplexObject]
impl Gathering {
    /// The network that gathers.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn network(&self, ctx: &Context<'_>) -> Result<Option<Network>> {
        Ok(node::network(Call::of(ctx)?, self.network_id).await?)
    }

    /// Lists who was there, as far as known at a moment.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn attendance(
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
    ) -> Result<Option<List<Attendance>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let as_of = paging.pin(as_of.unwrap_or_default().message()?);
        let read = |page| async move {
            let request = call.request(message::ListAttendanceRequest {
                gathering_id: self.gathering_id.to_string(),
                as_of: Some(as_of),
                page: Some(page),
                min_position: call.min_position(),
            });
            let answer = call.gatherings().list_attendance(request).await?.into_inner();
            Ok((answer.attendance, answer.page))
        };
        Ok(Some(connection::page(paging, read, Attendance::of).await?))
    }
}

/// That somebody was at a gathering.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Attendance {
    /// How they took part.
    mode: AttendanceMode,
    /// Where the record comes from.
    source: AttendanceSource,
    /// The recorded event that says so: its place among the events of the gathering, from 0.
    revision: Position,
    #[graphql(skip)]
    person_id: String,
}

impl Attendance {
    fn of(attendance: message::Attendance) -> Result<Attendance, Status> {
        Ok(Attendance {
            mode: scalars::known(attendance.mode)?,
            source: scalars::known(attendance.source)?,
            revision: Position(attendance.revision),
            person_id: attendance.person_id,
        })
    }
}

#[async_graphql::ComplexObject]
impl Attendance {
    /// Who was there; null when you may not know of them.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(person::one(Call::of(ctx)?, &self.person_id).await?)
    }
}

/// The gatherings of a network.
pub(crate) struct NetworkGatherings(pub(crate) NetworkId);

#[Object]
impl NetworkGatherings {
    /// Lists the network's gatherings by their start.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn gatherings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Gathering>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = call.request(message::ListGatheringsRequest {
                network_id: self.0.to_string(),
                page: Some(page),
                min_position: paging.least(call.min_position()),
            });
            let answer = call.gatherings().list_gatherings(request).await?.into_inner();
            Ok((answer.gatherings, answer.page))
        };
        Ok(Some(connection::page(paging, read, Gathering::of).await?))
    }
}

/// Reads a gathering.
///
/// # Errors
///
/// Those of the service, for example that there is none.
pub(crate) async fn by_id(call: &Call, id: GatheringId) -> Result<Gathering, Status> {
    let request = call.request(message::GetGatheringRequest {
        gathering_id: id.to_string(),
        min_position: call.min_position(),
    });
    let answer = call.gatherings().get_gathering(request).await?.into_inner();
    Gathering::of(answer.gathering.ok_or_else(|| lacking("gathering"))?)
}

/// The gathering that a mutation was about.
pub(crate) struct ChangedGathering(GatheringId);

#[Object]
impl ChangedGathering {
    /// The gathering, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn gathering(&self, ctx: &Context<'_>) -> Result<Option<Gathering>> {
        Ok(Some(by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// Reading gatherings.
#[derive(Default, Debug)]
pub(crate) struct GatheringQuery;

#[Object]
impl GatheringQuery {
    /// Reads one gathering.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn gathering(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The gathering's id.")] id: GlobalId<kinds::Gathering>,
    ) -> Result<Option<Gathering>> {
        Ok(Some(by_id(Call::of(ctx)?, id.0).await?))
    }
}

/// A gathering to plan, or one that took place.
#[derive(InputObject, Debug)]
pub(crate) struct PlanGatheringInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// What it is called.
    title: String,
    /// When it starts or started.
    starts_at: DateTime,
}

/// Who was there.
#[derive(InputObject, Debug)]
pub(crate) struct RecordAttendanceInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The gathering.
    gathering_id: GlobalId<kinds::Gathering>,
    /// Who was there.
    person_id: GlobalId<kinds::Person>,
    /// How they took part.
    mode: AttendanceMode,
    /// Where you know it from.
    source: AttendanceSource,
}

/// What is right about somebody's attendance.
#[derive(InputObject, Debug)]
pub(crate) struct CorrectAttendanceInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The gathering.
    gathering_id: GlobalId<kinds::Gathering>,
    /// Who it is about.
    person_id: GlobalId<kinds::Person>,
    /// How they really took part; leave it out when they were not there at all.
    mode: Option<AttendanceMode>,
    /// Why the record is wrong.
    reason: CorrectionReason,
}

/// Which gathering is over.
#[derive(InputObject, Debug)]
pub(crate) struct HoldGatheringInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The gathering.
    gathering_id: GlobalId<kinds::Gathering>,
}

/// A gathering was planned.
#[derive(SimpleObject)]
pub(crate) struct PlanGatheringPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedGathering,
}

/// An attendance was recorded.
#[derive(SimpleObject)]
pub(crate) struct RecordAttendancePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedGathering,
}

/// An attendance was put right.
#[derive(SimpleObject)]
pub(crate) struct CorrectAttendancePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedGathering,
}

/// A gathering is over.
#[derive(SimpleObject)]
pub(crate) struct HoldGatheringPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedGathering,
}

/// Changing gatherings.
#[derive(Default, Debug)]
pub(crate) struct GatheringMutation;

#[Object]
impl GatheringMutation {
    /// Plans a gathering, or enters one that took place. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn plan_gathering(
        &self,
        ctx: &Context<'_>,
        input: PlanGatheringInput,
    ) -> Result<Option<PlanGatheringPayload>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::PlanGatheringRequest {
            command: Some(input.command.message()),
            network_id: input.network_id.text(),
            title: input.title,
            starts_at: Some(input.starts_at.message()),
        });
        let answer = call.gatherings().plan_gathering(request).await?.into_inner();
        Ok(Some(PlanGatheringPayload {
            receipt: call.record(answer.receipt)?,
            changed: ChangedGathering(wire::read::id(&answer.gathering_id, "gathering_id")?),
        }))
    }

    /// Records that somebody was there. The gathering must have begun; its start is the effective
    /// time. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn record_attendance(
        &self,
        ctx: &Context<'_>,
        input: RecordAttendanceInput,
    ) -> Result<Option<RecordAttendancePayload>> {
        let call = Call::of(ctx)?;
        let gathering = input.gathering_id.0;
        let request = call.request(message::RecordAttendanceRequest {
            command: Some(input.command.message()),
            gathering_id: gathering.to_string(),
            person_id: input.person_id.text(),
            mode: input.mode.into(),
            source: input.source.into(),
        });
        let answer = call.gatherings().record_attendance(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(RecordAttendancePayload { receipt, changed: ChangedGathering(gathering) }))
    }

    /// Puts right what was recorded of somebody's attendance; the earlier record stays. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn correct_attendance(
        &self,
        ctx: &Context<'_>,
        input: CorrectAttendanceInput,
    ) -> Result<Option<CorrectAttendancePayload>> {
        let call = Call::of(ctx)?;
        let gathering = input.gathering_id.0;
        let request = call.request(message::CorrectAttendanceRequest {
            command: Some(input.command.message()),
            gathering_id: gathering.to_string(),
            person_id: input.person_id.text(),
            mode: scalars::number(input.mode),
            reason: input.reason.into(),
        });
        let answer = call.gatherings().correct_attendance(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(CorrectAttendancePayload { receipt, changed: ChangedGathering(gathering) }))
    }

    /// Says that the gathering took place and is over. A member.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn hold_gathering(
        &self,
        ctx: &Context<'_>,
        input: HoldGatheringInput,
    ) -> Result<Option<HoldGatheringPayload>> {
        let call = Call::of(ctx)?;
        let gathering = input.gathering_id.0;
        let request = call.request(message::HoldGatheringRequest {
            command: Some(input.command.message()),
            gathering_id: gathering.to_string(),
        });
        let answer = call.gatherings().hold_gathering(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(HoldGatheringPayload { receipt, changed: ChangedGathering(gathering) }))
    }
}
