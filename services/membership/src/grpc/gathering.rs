//! Gatherings and attendance over gRPC.

use access::Caller;
use eventlog::{CommandContext, Fingerprint};
use jiff::Timestamp;
use kernel::{Capacity, CommandId, GatheringId};
use prost::Message;
use tonic::{Code, Request, Response, Status, Streaming};
use wire::{
    Outcome, page, read,
    weft::common::v1 as common,
    weft::membership::v1::{self as message, gathering_service_server::GatheringService},
};

use super::{Call, MembershipGrpc, network_id, person_id, receipt, to_status, values};
use crate::{
    gathering::{Gathering, GatheringCommand, GatheringRejection},
    import::{ImportRejection, ROWS_MAX, Row, import_attendance},
    views::gatherings::GatheringRow,
};

#[tonic::async_trait]
impl GatheringService for MembershipGrpc {
    async fn plan_gathering(
        &self,
        request: Request<message::PlanGatheringRequest>,
    ) -> Outcome<message::PlanGatheringResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        let call = self.enter(request, Some(network), |message| message.command.as_ref()).await?;
        self.commands.changeable(network).await.map_err(to_status)?;
        let id: GatheringId = call.context.command_id.creates();
        let starts_at = read::instant(call.message.starts_at, "starts_at")?;
        let command = GatheringCommand::PlanGathering {
            network,
            title: read::text(&call.message.title, "title")?,
            starts_at: starts_at.ok_or_else(|| read::missing("starts_at"))?,
        };
        let done = self.commands.execute::<Gathering>(id.uuid(), &command, &call.context).await;
        Ok(Response::new(message::PlanGatheringResponse {
            receipt: receipt(done.map_err(to_status)?),
            gathering_id: id.to_string(),
        }))
    }

    async fn record_attendance(
        &self,
        request: Request<message::RecordAttendanceRequest>,
    ) -> Outcome<message::RecordAttendanceResponse> {
        let id = gathering_id(&request.get_ref().gathering_id)?;
        let (call, starts_at) =
            self.enter_gathering(request, id, |message| message.command.as_ref()).await?;
        let mode = values::attendance_mode(call.message.mode)?;
        let mode = mode.ok_or_else(|| read::missing("mode"))?;
        let how = (mode, values::attendance_source(call.message.source)?);
        let person = person_id(&call.message.person_id)?;
        let done =
            self.commands.record_attendance(id, person, how, (starts_at, &call.context)).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::RecordAttendanceResponse { receipt }))
    }

    async fn correct_attendance(
        &self,
        request: Request<message::CorrectAttendanceRequest>,
    ) -> Outcome<message::CorrectAttendanceResponse> {
        let id = gathering_id(&request.get_ref().gathering_id)?;
        let (call, starts_at) =
            self.enter_gathering(request, id, |message| message.command.as_ref()).await?;
        let mode = values::attendance_mode(call.message.mode)?;
        let how = (mode, values::correction_reason(call.message.reason)?);
        let person = person_id(&call.message.person_id)?;
        let done =
            self.commands.correct_attendance(id, person, how, (starts_at, &call.context)).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::CorrectAttendanceResponse { receipt }))
    }

    async fn hold_gathering(
        &self,
        request: Request<message::HoldGatheringRequest>,
    ) -> Outcome<message::HoldGatheringResponse> {
        let id = gathering_id(&request.get_ref().gathering_id)?;
        let (call, _) =
            self.enter_gathering(request, id, |message| message.command.as_ref()).await?;
        call.person()?;
        let command = GatheringCommand::HoldGathering { now: self.commands.now() };
        let done = self.commands.execute::<Gathering>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::HoldGatheringResponse { receipt }))
    }

    async fn import_attendance(
        &self,
        request: Request<Streaming<message::ImportAttendanceRequest>>,
    ) -> Outcome<message::ImportAttendanceResponse> {
        let caller = self.access.admit(&request, None).await?;
        let context = import_context(caller, access::traceparent(&request));
        let mut stream = request.into_inner();
        let (header, rows) = collect(&mut stream).await?;
        let name = read::text(&header.network_name, "header.network_name")?;
        let visibility = values::field_visibility(header.name_visibility)?;
        let imported =
            import_attendance(&self.commands, &self.vault, (name, visibility), rows, &context)
                .await
                .map_err(to_status)?;
        Ok(Response::new(message::ImportAttendanceResponse {
            network_id: imported.network.to_string(),
            position: imported.position.0,
            rows: count(imported.rows),
            attendances_recorded: count(imported.attendances),
            persons_registered: count(imported.persons),
            gatherings_planned: count(imported.gatherings),
            network_founded: imported.founded,
        }))
    }

    async fn get_gathering(
        &self,
        request: Request<message::GetGatheringRequest>,
    ) -> Outcome<message::GetGatheringResponse> {
        let id = gathering_id(&request.get_ref().gathering_id)?;
        self.admit_to_gathering(&request, id).await?;
        let min_position = request.get_ref().min_position;
        let found = self.queries.gathering(id, min_position).await.map_err(to_status)?;
        let gathering = Some(gathering_message(found.value));
        Ok(Response::new(message::GetGatheringResponse { gathering, position: found.position.0 }))
    }

    async fn list_gatherings(
        &self,
        request: Request<message::ListGatheringsRequest>,
    ) -> Outcome<message::ListGatheringsResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let page = page::page(message.page.as_ref(), &format!("gatherings {network}"))?;
        let listed = self.queries.gatherings(network, &page, message.min_position).await;
        let listed = listed.map_err(to_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let gatherings = listed.value.items.into_iter().map(gathering_message).collect();
        Ok(Response::new(message::ListGatheringsResponse { gatherings, page: Some(info) }))
    }

    async fn list_attendance(
        &self,
        request: Request<message::ListAttendanceRequest>,
    ) -> Outcome<message::ListAttendanceResponse> {
        let id = gathering_id(&request.get_ref().gathering_id)?;
        self.admit_to_gathering(&request, id).await?;
        let message = request.into_inner();
        let asked = format!("attendance {id} {:?}", message.as_of);
        let page = page::page(message.page.as_ref(), &asked)?;
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let listed = self.queries.attendance(id, moment, &page, message.min_position).await;
        let listed = listed.map_err(to_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let attendance = listed.value.items.into_iter().map(|row| message::Attendance {
            person_id: row.person.to_string(),
            mode: values::attendance_mode_message(row.mode).into(),
            source: values::attendance_source_message(row.source).into(),
            revision: row.revision,
        });
        let attendance = attendance.collect();
        Ok(Response::new(message::ListAttendanceResponse { attendance, page: Some(info) }))
    }
}

impl MembershipGrpc {
    /// Admits a request to change something at a gathering; also tells when that starts.
    async fn enter_gathering<M: Message>(
        &self,
        request: Request<M>,
        gathering: GatheringId,
        command: fn(&M) -> Option<&common::Command>,
    ) -> Result<(Call<M>, Timestamp), Status> {
        let (network, starts_at) = self.commands.gathering(gathering).await.map_err(to_status)?;
        let entered = self.enter(request, Some(network), command).await;
        // Whoever may not see the network does not learn that the gathering exists.
        let call = entered.map_err(|status| {
            let is_absent = status.code() == Code::NotFound;
            if is_absent { wire::refuse(&GatheringRejection::NotPlanned) } else { status }
        })?;
        self.commands.changeable(network).await.map_err(to_status)?;
        Ok((call, starts_at))
    }

    /// Whoever may not see the network does not learn whether the gathering exists.
    async fn admit_to_gathering<T: Sync>(
        &self,
        request: &Request<T>,
        gathering: GatheringId,
    ) -> Result<(), Status> {
        let absent = wire::refuse(&GatheringRejection::NotPlanned);
        let network = self.commands.gathering(gathering).await.ok().map(|(network, _)| network);
        self.access.admit_within(request, network, absent).await.map(|_| ())
    }
}

/// Reads the whole list before anything is recorded of it.
async fn collect(
    stream: &mut Streaming<message::ImportAttendanceRequest>,
) -> Result<(message::ImportHeader, Vec<Row>), Status> {
    use message::import_attendance_request::Part;

    let first = stream.message().await?.and_then(|first| first.part);
    let Some(Part::Header(header)) = first else { return Err(read::missing("header")) };
    let mut rows = Vec::new();
    while let Some(next) = stream.message().await? {
        let Some(Part::Rows(part)) = next.part else { return Err(read::missing("rows")) };
        for row in part.rows {
            rows.push(read_row(row)?);
        }
        if ROWS_MAX < rows.len() {
            return Err(wire::refuse(&ImportRejection::TooManyRows));
        }
    }
    Ok((header, rows))
}

fn read_row(row: message::ImportRow) -> Result<Row, Status> {
    let line = row.line;
    let at = |field: &str| format!("line {line}: {field}");
    let mode = values::attendance_mode(row.mode)?;
    Ok(Row {
        line,
        starts_at: read::instant(row.starts_at, &at("starts_at"))?
            .ok_or_else(|| read::missing(&at("starts_at")))?,
        gathering: read::text(&row.gathering, &at("gathering"))?,
        mode: mode.ok_or_else(|| read::missing(&at("mode")))?,
        person: read::text(&row.person, &at("person"))?,
    })
}

/// The circumstances of an import; each of its commands gets an id of its own.
fn import_context(caller: Caller, traceparent: Option<String>) -> CommandContext {
    let command_id = CommandId::derived(uuid::Uuid::nil(), "import");
    CommandContext {
        command_id,
        fingerprint: Fingerprint(0),
        actor: caller.actor(),
        on_behalf_of: None,
        capacity: Capacity::Import,
        authority: None,
        network_id: None,
        effective_at: None,
        causation_id: None,
        correlation_id: command_id,
        traceparent,
    }
}

fn gathering_id(text: &str) -> Result<GatheringId, Status> {
    read::id(text, "gathering_id")
}

fn gathering_message(row: GatheringRow) -> message::Gathering {
    message::Gathering {
        gathering_id: row.gathering.to_string(),
        network_id: row.network.to_string(),
        title: row.title,
        starts_at: Some(read::timestamp(row.starts_at)),
        held: row.held,
        attendance_count: row.attendance_count,
    }
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
