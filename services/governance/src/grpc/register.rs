//! The register and mandates over gRPC.

use events::RoleName;
use kernel::{ErrorCode, MandateId, ResolutionId};
use tonic::{Request, Response, Status};
use wire::{
    Outcome, page, read,
    weft::governance::v1::{self as message, register_service_server::RegisterService},
};

use super::{GovernanceGrpc, optional_id, policies, query_status, receipt, to_status, words};
use crate::{
    commands::register::Vacancy,
    mandate::MandateCommand,
    queries::Thing,
    resolution::ResolutionCommand,
    views::{
        mandates::{MandateFilter, MandateRow, MandateStates, MandateStatus},
        register::{
            EffectRow, EffectStatus, ResolutionHistory, ResolutionRow, ResolutionStatus,
            ReviewStatus, Standing,
        },
    },
};

#[tonic::async_trait]
impl RegisterService for GovernanceGrpc {
    async fn report_implementation(
        &self,
        request: Request<message::ReportImplementationRequest>,
    ) -> Outcome<message::ReportImplementationResponse> {
        let id = resolution_id(&request.get_ref().resolution_id)?;
        let thing = Thing::Resolution(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let implementation = call.message.implementation;
        let implementation = words::implementation(implementation, "implementation")?;
        let note = read::optional_text(&call.message.note, "note")?.map(|note| call.own(note));
        let by = call.person;
        let command = ResolutionCommand::ReportImplementation { by, implementation, note };
        let done = self.commands.resolution(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ReportImplementationResponse { receipt }))
    }

    async fn schedule_review(
        &self,
        request: Request<message::ScheduleReviewRequest>,
    ) -> Outcome<message::ScheduleReviewResponse> {
        let id = resolution_id(&request.get_ref().resolution_id)?;
        let thing = Thing::Resolution(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let entered = self.commands.entered(id).await.map_err(to_status)?;
        self.commands.sees_to_reviews(&entered, call.person).await.map_err(to_status)?;
        let review_at = read::instant(call.message.review_at, "review_at")?;
        let review_at = review_at.ok_or_else(|| read::missing("review_at"))?;
        let now = self.commands.now();
        let command = ResolutionCommand::ScheduleReview { review_at, now };
        let done = self.commands.resolution(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ScheduleReviewResponse { receipt }))
    }

    async fn hold_review(
        &self,
        request: Request<message::HoldReviewRequest>,
    ) -> Outcome<message::HoldReviewResponse> {
        let id = resolution_id(&request.get_ref().resolution_id)?;
        let thing = Thing::Resolution(id);
        let call = self.enter_thing(request, thing, |it| it.command.as_ref()).await?;
        let entered = self.commands.entered(id).await.map_err(to_status)?;
        self.commands.sees_to_reviews(&entered, call.person).await.map_err(to_status)?;
        let finding = words::review_finding(call.message.finding, "finding")?;
        let command = ResolutionCommand::HoldReview { finding };
        let done = self.commands.resolution(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::HoldReviewResponse { receipt }))
    }

    async fn get_resolution(
        &self,
        request: Request<message::GetResolutionRequest>,
    ) -> Outcome<message::GetResolutionResponse> {
        let id = resolution_id(&request.get_ref().resolution_id)?;
        self.admit_to(&request, Thing::Resolution(id)).await?;
        let min_position = request.get_ref().min_position;
        let found = self.queries.resolutions_of(vec![id], min_position).await;
        let found = found.map_err(query_status)?;
        let rows = found.value.into_values().collect();
        let resolution = self.entries(rows, found.position.0).await?.into_iter().next();
        let position = found.position.0;
        Ok(Response::new(message::GetResolutionResponse { resolution, position }))
    }

    async fn batch_get_resolutions(
        &self,
        request: Request<message::BatchGetResolutionsRequest>,
    ) -> Outcome<message::BatchGetResolutionsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let ids = read::ids(&message.resolution_ids, "resolution_ids")?;
        let found = self.queries.resolutions_of(ids.clone(), message.min_position).await;
        let mut found = found.map_err(query_status)?;
        let rows = ids.iter().filter_map(|id| found.value.remove(id));
        let rows = rows.filter(|row| row.network == asked.network).collect();
        let position = found.position.0;
        let resolutions = self.entries(rows, position).await?;
        Ok(Response::new(message::BatchGetResolutionsResponse { resolutions, position }))
    }

    async fn list_resolutions(
        &self,
        request: Request<message::ListResolutionsRequest>,
    ) -> Outcome<message::ListResolutionsResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let until = read::instant(message.review_by, "review_by")?;
        let standing = standing(message.status)?;
        let network = asked.network;
        let bound = format!("resolutions {network} {} {until:?} {moment:?}", message.status);
        let page = page::page(message.page.as_ref(), &bound)?;
        let (rows, total, position) = match until {
            None => {
                let of = (network, None, standing);
                let listed =
                    self.queries.resolutions(of, moment, &page, message.min_position).await;
                let listed = listed.map_err(query_status)?;
                (listed.value.items, listed.value.total, listed.position.0)
            }
            Some(until) => {
                let reviews =
                    self.queries.reviews(network, until, &page, message.min_position).await;
                let reviews = reviews.map_err(query_status)?;
                let ids = reviews.value.items.iter().map(|review| review.resolution).collect();
                let found = self.queries.resolutions_of(ids, reviews.position.0).await;
                let mut found = found.map_err(query_status)?.value;
                let items = reviews.value.items.iter();
                let rows = items.filter_map(|review| found.remove(&review.resolution)).collect();
                (rows, reviews.value.total, reviews.position.0)
            }
        };
        let info = page.info(rows.len(), total, position);
        let resolutions = self.entries(rows, position).await?;
        Ok(Response::new(message::ListResolutionsResponse { resolutions, page: Some(info) }))
    }

    async fn accept_mandate(
        &self,
        request: Request<message::AcceptMandateRequest>,
    ) -> Outcome<message::AcceptMandateResponse> {
        let id = mandate_id(&request.get_ref().mandate_id)?;
        let call = self.enter_thing(request, Thing::Mandate(id), |it| it.command.as_ref()).await?;
        let command = MandateCommand::AcceptMandate { by: call.person, now: self.commands.now() };
        let done = self.commands.mandate(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AcceptMandateResponse { receipt }))
    }

    async fn decline_mandate(
        &self,
        request: Request<message::DeclineMandateRequest>,
    ) -> Outcome<message::DeclineMandateResponse> {
        let id = mandate_id(&request.get_ref().mandate_id)?;
        let call = self.enter_thing(request, Thing::Mandate(id), |it| it.command.as_ref()).await?;
        let command = MandateCommand::DeclineMandate { by: call.person };
        let done = self.commands.mandate(id, &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::DeclineMandateResponse { receipt }))
    }

    async fn hand_over_mandate(
        &self,
        request: Request<message::HandOverMandateRequest>,
    ) -> Outcome<message::HandOverMandateResponse> {
        let id = mandate_id(&request.get_ref().mandate_id)?;
        let call = self.enter_thing(request, Thing::Mandate(id), |it| it.command.as_ref()).await?;
        let to = read::id(&call.message.person_id, "person_id")?;
        let done = self.commands.hand_over_mandate(id, (call.person, to), &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::HandOverMandateResponse { receipt }))
    }

    async fn resign_mandate(
        &self,
        request: Request<message::ResignMandateRequest>,
    ) -> Outcome<message::ResignMandateResponse> {
        let id = mandate_id(&request.get_ref().mandate_id)?;
        let call = self.enter_thing(request, Thing::Mandate(id), |it| it.command.as_ref()).await?;
        let vacancy =
            if call.message.vacancy_accepted { Vacancy::Accepted } else { Vacancy::NotAccepted };
        let done = self.commands.resign_mandate(id, call.person, vacancy, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ResignMandateResponse { receipt }))
    }

    async fn list_mandates(
        &self,
        request: Request<message::ListMandatesRequest>,
    ) -> Outcome<message::ListMandatesResponse> {
        let asked = self.admit(&request, &request.get_ref().network_id).await?;
        let message = request.into_inner();
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let role = read::optional_text(&message.role, "role")?;
        let bound = format!("mandates {} {role:?} {moment:?}", asked.network);
        let page = page::page(message.page.as_ref(), &bound)?;
        let states = MandateStates::Any;
        let filter = MandateFilter { role: role.map(RoleName), holder: None, states };
        let of = (asked.network, filter);
        let listed = self.queries.mandates(of, moment, &page, message.min_position).await;
        let listed = listed.map_err(query_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let mandates = listed.value.items.iter().map(mandate_message).collect();
        Ok(Response::new(message::ListMandatesResponse { mandates, page: Some(info) }))
    }
}

impl GovernanceGrpc {
    /// Two reads, however many entries.
    async fn entries(
        &self,
        rows: Vec<ResolutionRow>,
        position: u64,
    ) -> Result<Vec<message::Resolution>, Status> {
        let ids = rows.iter().map(|row| row.resolution).collect();
        let histories = self.queries.histories_of(ids, position).await.map_err(query_status)?;
        let entry = |row| resolution_message(row, histories.value.get(&row.resolution));
        Ok(rows.iter().map(entry).collect())
    }
}

fn resolution_id(text: &str) -> Result<ResolutionId, Status> {
    read::id(text, "resolution_id")
}

fn mandate_id(text: &str) -> Result<MandateId, Status> {
    read::id(text, "mandate_id")
}

/// Reads which entries are asked for: those that bind, or all.
fn standing(status: i32) -> Result<Standing, Status> {
    match message::ResolutionStatus::try_from(status) {
        Ok(message::ResolutionStatus::Unspecified) => Ok(Standing::Any),
        Ok(message::ResolutionStatus::InForce) => Ok(Standing::InForce),
        Ok(
            message::ResolutionStatus::Amended
            | message::ResolutionStatus::Superseded
            | message::ResolutionStatus::Repealed
            | message::ResolutionStatus::Expired,
        )
        | Err(_) => {
            let text = "ask for those in force, or leave it out for all";
            Err(wire::status(ErrorCode::Invalid, "VALUE_UNKNOWN", Some("status"), text))
        }
    }
}

fn resolution_message(
    row: &ResolutionRow,
    history: Option<&ResolutionHistory>,
) -> message::Resolution {
    let status = match row.status {
        ResolutionStatus::InForce => message::ResolutionStatus::InForce,
        ResolutionStatus::Amended => message::ResolutionStatus::Amended,
        ResolutionStatus::Superseded => message::ResolutionStatus::Superseded,
        ResolutionStatus::Repealed => message::ResolutionStatus::Repealed,
        ResolutionStatus::Expired => message::ResolutionStatus::Expired,
    };
    let review_due = history.is_some_and(|history| {
        history.reviews.iter().any(|review| review.status == ReviewStatus::Due)
    });
    let changed_by = history.map_or(&[][..], |history| history.changed_by.as_slice());
    let effects = history.map(|history| history.effects.iter().map(effect_message).collect());
    message::Resolution {
        resolution_id: row.resolution.to_string(),
        network_id: row.network.to_string(),
        decision_id: row.decision.to_string(),
        proposal_id: row.proposal.to_string(),
        title: row.title.clone(),
        subject: words::subject_message(row.subject).into(),
        exclusive: row.exclusive.clone().unwrap_or_default(),
        status: status.into(),
        implementation: words::implementation_message(row.implementation).into(),
        entered_at: Some(read::timestamp(row.entered_at)),
        review_at: row.review_at.map(read::timestamp),
        review_due,
        expires_at: row.expires_at.map(read::timestamp),
        winners: row.winners.iter().map(ToString::to_string).collect(),
        effects: effects.unwrap_or_default(),
        supersedes_id: optional_id(row.supersedes),
        superseded_by_id: optional_id(row.superseded_by),
        ended_at: (!row.status.binds()).then(|| read::timestamp(row.status_since)),
        changed_by_ids: changed_by.iter().map(ToString::to_string).collect(),
    }
}

fn effect_message(row: &EffectRow) -> message::IssuedEffect {
    let status = match row.status {
        EffectStatus::Issued => message::EffectStatus::Issued,
        EffectStatus::Confirmed => message::EffectStatus::Confirmed,
        EffectStatus::Failed => message::EffectStatus::Failed,
    };
    message::IssuedEffect {
        index: row.index,
        effect: Some(policies::effect_message(&row.effect)),
        status: status.into(),
        reason: row.reason.clone().unwrap_or_default(),
    }
}

fn mandate_message(row: &MandateRow) -> message::Mandate {
    let (status, ended) = match row.status {
        MandateStatus::Conferred => (message::MandateStatus::Conferred, false),
        MandateStatus::Accepted if row.handed_over_to.is_some() => {
            (message::MandateStatus::HandedOver, false)
        }
        MandateStatus::Accepted => (message::MandateStatus::Active, false),
        MandateStatus::Declined => (message::MandateStatus::Declined, true),
        MandateStatus::Resigned => (message::MandateStatus::Resigned, true),
        MandateStatus::Expired => (message::MandateStatus::Expired, true),
        MandateStatus::Recalled => (message::MandateStatus::Recalled, true),
    };
    message::Mandate {
        mandate_id: row.mandate.to_string(),
        network_id: row.network.to_string(),
        role: row.role.to_string(),
        holder_id: row.holder.to_string(),
        status: status.into(),
        from: Some(read::timestamp(row.begins_at)),
        until: Some(read::timestamp(row.ends_at)),
        term: row.term,
        decision_id: row.decision.to_string(),
        charter_version: row.charter_version,
        ended_at: ended.then(|| read::timestamp(row.status_since)),
    }
}
