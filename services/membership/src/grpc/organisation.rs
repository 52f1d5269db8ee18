//! Organisations and affiliations over gRPC.

use kernel::{AffiliationId, OrganisationId, Personal};
use tonic::{Request, Response};
use wire::{
    Outcome, page, read,
    weft::membership::v1::{self as message, organisation_service_server::OrganisationService},
};

use super::{MembershipGrpc, network_id, organisation_id, person_id, receipt, to_status, values};
use crate::{
    affiliation::{Affiliation, AffiliationCommand},
    organisation::{Organisation, OrganisationCommand},
    views::organisations::{AffiliationRow, AffiliationStatus, OrganisationRow, RepresentationRow},
};

#[tonic::async_trait]
impl OrganisationService for MembershipGrpc {
    async fn register_organisation(
        &self,
        request: Request<message::RegisterOrganisationRequest>,
    ) -> Outcome<message::RegisterOrganisationResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let id: OrganisationId = call.context.command_id.creates();
        let name = read::text(&call.message.name, "name")?;
        let command = OrganisationCommand::RegisterOrganisation { by: call.person()?, name };
        let done = self.commands.execute::<Organisation>(id.uuid(), &command, &call.context).await;
        Ok(Response::new(message::RegisterOrganisationResponse {
            receipt: receipt(done.map_err(to_status)?),
            organisation_id: id.to_string(),
        }))
    }

    async fn appoint_steward(
        &self,
        request: Request<message::AppointStewardRequest>,
    ) -> Outcome<message::AppointStewardResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let id = organisation_id(&call.message.organisation_id)?;
        let person = person_id(&call.message.person_id)?;
        let command = OrganisationCommand::AppointSteward { by: call.person()?, person };
        let done = self.commands.execute::<Organisation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AppointStewardResponse { receipt }))
    }

    async fn remove_steward(
        &self,
        request: Request<message::RemoveStewardRequest>,
    ) -> Outcome<message::RemoveStewardResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let id = organisation_id(&call.message.organisation_id)?;
        let person = person_id(&call.message.person_id)?;
        let command = OrganisationCommand::RemoveSteward { by: call.person()?, person };
        let done = self.commands.execute::<Organisation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::RemoveStewardResponse { receipt }))
    }

    async fn claim_affiliation(
        &self,
        request: Request<message::ClaimAffiliationRequest>,
    ) -> Outcome<message::ClaimAffiliationResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let organisation = organisation_id(&call.message.organisation_id)?;
        let person = call.person()?;
        let role = read::optional_text(&call.message.role, "role")?;
        let role = role.map(|role| Personal::open(person, role));
        let claimed =
            self.commands.claim_affiliation(person, organisation, role, &call.context).await;
        let (id, claimed) = claimed.map_err(to_status)?;
        Ok(Response::new(message::ClaimAffiliationResponse {
            receipt: receipt(claimed),
            affiliation_id: id.to_string(),
        }))
    }

    async fn confirm_affiliation(
        &self,
        request: Request<message::ConfirmAffiliationRequest>,
    ) -> Outcome<message::ConfirmAffiliationResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let organisation = organisation_id(&call.message.organisation_id)?;
        let id = AffiliationId::between(person_id(&call.message.person_id)?, organisation);
        let stewards = self.commands.stewards(organisation).await.map_err(to_status)?;
        let command = AffiliationCommand::ConfirmAffiliation { by: call.person()?, stewards };
        let done = self.commands.execute::<Affiliation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::ConfirmAffiliationResponse { receipt }))
    }

    async fn end_affiliation(
        &self,
        request: Request<message::EndAffiliationRequest>,
    ) -> Outcome<message::EndAffiliationResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let organisation = organisation_id(&call.message.organisation_id)?;
        let id = AffiliationId::between(person_id(&call.message.person_id)?, organisation);
        let stewards = self.commands.stewards(organisation).await.map_err(to_status)?;
        let command = AffiliationCommand::EndAffiliation { by: call.person()?, stewards };
        let done = self.commands.execute::<Affiliation>(id.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::EndAffiliationResponse { receipt }))
    }

    async fn authorise_representation(
        &self,
        request: Request<message::AuthoriseRepresentationRequest>,
    ) -> Outcome<message::AuthoriseRepresentationResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let id = organisation_id(&call.message.organisation_id)?;
        let people = (call.person()?, person_id(&call.message.person_id)?);
        let network = network_id(&call.message.network_id)?;
        let scopes = call.message.scopes.iter().map(|scope| values::representation_scope(*scope));
        let what = (network, scopes.collect::<Result<_, _>>()?);
        let context = call.within(network);
        let done = self.commands.authorise_representation(id, people, what, &context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::AuthoriseRepresentationResponse { receipt }))
    }

    async fn withdraw_representation(
        &self,
        request: Request<message::WithdrawRepresentationRequest>,
    ) -> Outcome<message::WithdrawRepresentationResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let id = organisation_id(&call.message.organisation_id)?;
        let (by, person) = (call.person()?, person_id(&call.message.person_id)?);
        let network = network_id(&call.message.network_id)?;
        let command = OrganisationCommand::WithdrawRepresentation { by, person, network };
        let context = call.within(network);
        let done = self.commands.execute::<Organisation>(id.uuid(), &command, &context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::WithdrawRepresentationResponse { receipt }))
    }

    async fn list_representations(
        &self,
        request: Request<message::ListRepresentationsRequest>,
    ) -> Outcome<message::ListRepresentationsResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        self.access.admit(&request, Some(network)).await?;
        let message = request.into_inner();
        let asked = format!("representations {network} {:?}", message.as_of);
        let page = page::page(message.page.as_ref(), &asked)?;
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let listed =
            self.queries.representations(network, moment, &page, message.min_position).await;
        let listed = listed.map_err(to_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let representations = listed.value.items.into_iter().map(representation_message).collect();
        Ok(Response::new(message::ListRepresentationsResponse {
            representations,
            page: Some(info),
        }))
    }

    async fn get_organisation(
        &self,
        request: Request<message::GetOrganisationRequest>,
    ) -> Outcome<message::GetOrganisationResponse> {
        self.access.admit(&request, None).await?;
        let message = request.into_inner();
        let id = organisation_id(&message.organisation_id)?;
        let found = self.queries.organisation(id, message.min_position).await.map_err(to_status)?;
        Ok(Response::new(message::GetOrganisationResponse {
            organisation: Some(organisation_message((id, found.value))),
            position: found.position.0,
        }))
    }

    async fn batch_get_organisations(
        &self,
        request: Request<message::BatchGetOrganisationsRequest>,
    ) -> Outcome<message::BatchGetOrganisationsResponse> {
        self.access.admit(&request, None).await?;
        let message = request.into_inner();
        let ids = read::ids(&message.organisation_ids, "organisation_ids")?;
        let found = self.queries.organisations(ids, message.min_position).await;
        let found = found.map_err(to_status)?;
        let organisations = found.value.into_iter().map(organisation_message).collect();
        let position = found.position.0;
        Ok(Response::new(message::BatchGetOrganisationsResponse { organisations, position }))
    }

    async fn list_affiliations(
        &self,
        request: Request<message::ListAffiliationsRequest>,
    ) -> Outcome<message::ListAffiliationsResponse> {
        self.access.admit(&request, None).await?;
        let message = request.into_inner();
        let id = organisation_id(&message.organisation_id)?;
        let asked = format!("affiliations {id} {:?}", message.as_of);
        let page = page::page(message.page.as_ref(), &asked)?;
        let moment = read::as_of(message.as_of.as_ref(), "as_of")?;
        let listed = self.queries.affiliations(id, moment, &page, message.min_position).await;
        let listed = listed.map_err(to_status)?;
        let info = page.info(listed.value.items.len(), listed.value.total, listed.position.0);
        let affiliations = listed.value.items.into_iter().map(affiliation_message).collect();
        Ok(Response::new(message::ListAffiliationsResponse { affiliations, page: Some(info) }))
    }
}

fn representation_message(row: RepresentationRow) -> message::Representation {
    let scopes = row.scopes.into_iter();
    message::Representation {
        organisation_id: row.organisation.to_string(),
        person_id: row.person.to_string(),
        scopes: scopes.map(|scope| values::representation_scope_message(scope).into()).collect(),
        since: Some(read::timestamp(row.since)),
    }
}

fn affiliation_message(row: AffiliationRow) -> message::Affiliation {
    let status = match row.status {
        AffiliationStatus::Claimed => message::AffiliationStatus::Claimed,
        AffiliationStatus::Confirmed => message::AffiliationStatus::Confirmed,
    };
    message::Affiliation {
        affiliation_id: row.affiliation.to_string(),
        person_id: row.person.to_string(),
        organisation_id: row.organisation.to_string(),
        status: status.into(),
        since: Some(read::timestamp(row.since)),
    }
}

fn organisation_message((id, row): (OrganisationId, OrganisationRow)) -> message::Organisation {
    message::Organisation {
        organisation_id: id.to_string(),
        name: row.name,
        steward_ids: row.stewards.iter().map(ToString::to_string).collect(),
    }
}
