//! People over gRPC.

use access::Caller;
use kernel::{PersonId, Personal};
use tonic::{Request, Response};
use wire::{
    Outcome, read,
    weft::membership::v1::{self as message, person_service_server::PersonService},
};

use super::{MembershipGrpc, network_id, person_id, receipt, to_status, values, view_status};
use crate::{
    person::{Person, PersonCommand, PersonRejection},
    queries::PersonSeen,
};

#[tonic::async_trait]
impl PersonService for MembershipGrpc {
    async fn register_person(
        &self,
        request: Request<message::RegisterPersonRequest>,
    ) -> Outcome<message::RegisterPersonResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let person: PersonId = call.context.command_id.creates();
        let name = Personal::open(person, read::text(&call.message.name, "name")?);
        let name_visibility = values::field_visibility(call.message.name_visibility)?;
        let command = PersonCommand::RegisterPerson { person, name, name_visibility };
        let done = self.commands.execute::<Person>(person.uuid(), &command, &call.context).await;
        Ok(Response::new(message::RegisterPersonResponse {
            receipt: receipt(done.map_err(to_status)?),
            person_id: person.to_string(),
        }))
    }

    async fn update_profile(
        &self,
        request: Request<message::UpdateProfileRequest>,
    ) -> Outcome<message::UpdateProfileResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let person = person_id(&call.message.person_id)?;
        let mut changes = Vec::new();
        for entry in &call.message.changes {
            let field = values::profile_field(entry.field)?;
            let value = read::optional_text(&entry.value, field.name())?.unwrap_or_default();
            changes.push((field, Personal::open(person, value)));
        }
        let command = PersonCommand::UpdateProfile { by: call.person()?, changes };
        let done = self.commands.execute::<Person>(person.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::UpdateProfileResponse { receipt }))
    }

    async fn set_field_visibility(
        &self,
        request: Request<message::SetFieldVisibilityRequest>,
    ) -> Outcome<message::SetFieldVisibilityResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let person = person_id(&call.message.person_id)?;
        let command = PersonCommand::SetFieldVisibility {
            by: call.person()?,
            field: values::profile_field(call.message.field)?,
            visibility: values::field_visibility(call.message.visibility)?,
        };
        let done = self.commands.execute::<Person>(person.uuid(), &command, &call.context).await;
        let receipt = receipt(done.map_err(to_status)?);
        Ok(Response::new(message::SetFieldVisibilityResponse { receipt }))
    }

    async fn erase_person(
        &self,
        request: Request<message::ErasePersonRequest>,
    ) -> Outcome<message::ErasePersonResponse> {
        let call = self.enter(request, None, |message| message.command.as_ref()).await?;
        let person = person_id(&call.message.person_id)?;
        let by = match call.caller {
            Caller::Operator => None,
            Caller::Person(person) => Some(person),
        };
        let command = PersonCommand::ErasePerson { by };
        let done = self.commands.execute::<Person>(person.uuid(), &command, &call.context).await;
        let done = done.map_err(to_status)?;
        // The answer means that the key is gone, not only that it is to go.
        self.erasures.reach(done.position).await.map_err(view_status)?;
        Ok(Response::new(message::ErasePersonResponse { receipt: receipt(done) }))
    }

    async fn get_person(
        &self,
        request: Request<message::GetPersonRequest>,
    ) -> Outcome<message::GetPersonResponse> {
        let caller = self.access.admit(&request, None).await?;
        let message = request.into_inner();
        let person = person_id(&message.person_id)?;
        let seen = self.queries.persons(caller, vec![person], message.min_position).await;
        let seen = seen.map_err(to_status)?;
        let person = seen.value.into_iter().next().map(person_message);
        if person.is_none() {
            return Err(wire::refuse(&PersonRejection::NotRegistered));
        }
        Ok(Response::new(message::GetPersonResponse { person, position: seen.position.0 }))
    }

    async fn batch_get_persons(
        &self,
        request: Request<message::BatchGetPersonsRequest>,
    ) -> Outcome<message::BatchGetPersonsResponse> {
        let caller = self.access.admit(&request, None).await?;
        let message = request.into_inner();
        let ids = read::ids(&message.person_ids, "person_ids")?;
        let seen = self.queries.persons(caller, ids, message.min_position).await;
        let seen = seen.map_err(to_status)?;
        let persons = seen.value.into_iter().map(person_message).collect();
        Ok(Response::new(message::BatchGetPersonsResponse { persons, position: seen.position.0 }))
    }

    async fn find_imported_person(
        &self,
        request: Request<message::FindImportedPersonRequest>,
    ) -> Outcome<message::FindImportedPersonResponse> {
        let network = network_id(&request.get_ref().network_id)?;
        self.access.admit(&request, Some(network)).await?;
        let name = read::text(&request.get_ref().name, "name")?;
        let found = self.queries.imported_person(network, name).await.map_err(to_status)?;
        let person = found.ok_or_else(|| wire::refuse(&PersonRejection::NotRegistered))?;
        let person_id = person.to_string();
        Ok(Response::new(message::FindImportedPersonResponse { person_id }))
    }
}

fn person_message(seen: PersonSeen) -> message::Person {
    let profile =
        seen.profile.into_iter().map(|(field, visibility, value)| message::ProfileEntry {
            field: values::profile_field_message(field).into(),
            value,
            visibility: values::field_visibility_message(visibility).into(),
        });
    message::Person {
        person_id: seen.person.to_string(),
        profile: profile.collect(),
        erased: seen.erased,
    }
}
