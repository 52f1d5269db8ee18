//! People, and what they let others know of them.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use kernel::{PersonId, id::kinds};
use tonic::Status;
use wire::weft::membership::v1 as message;

use crate::{
    call::{self, Call, lacking},
    command::{CommandInput, Receipt},
    ids::{self, GlobalId},
    scalars,
};

/// A field of a profile.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProfileField {
    /// The name.
    Name = message::ProfileField::Name as isize,
    /// The address for e-mail.
    Email = message::ProfileField::Email as isize,
    /// The number for calls.
    Phone = message::ProfileField::Phone as isize,
    /// Where the person is at home or works.
    Place = message::ProfileField::Place as isize,
    /// What the person says of themselves.
    About = message::ProfileField::About as isize,
}

impl From<ProfileField> for i32 {
    fn from(value: ProfileField) -> i32 {
        value as i32
    }
}

/// Who may read a field of a profile.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FieldVisibility {
    /// The person alone.
    Owner = message::FieldVisibility::Owner as isize,
    /// The members of every network that the person is a member of or was recorded in.
    Network = message::FieldVisibility::Network as isize,
    /// Everyone with a token.
    Public = message::FieldVisibility::Public as isize,
}

impl From<FieldVisibility> for i32 {
    fn from(value: FieldVisibility) -> i32 {
        value as i32
    }
}

/// A field of a profile with its value.
#[derive(SimpleObject, Debug)]
pub(crate) struct ProfileEntry {
    /// Which field.
    field: ProfileField,
    /// What it says.
    value: String,
    /// Who may read it.
    visibility: FieldVisibility,
}

/// A human being. Profile fields are null when they have no value or when you may not read them.
#[derive(SimpleObject)]
pub(crate) struct Person {
    /// Identifies the person; random, and kept even after erasure.
    pub(crate) id: ID,
    /// The name.
    name: Option<String>,
    /// The address for e-mail.
    email: Option<String>,
    /// The number for calls.
    phone: Option<String>,
    /// Where the person is at home or works.
    place: Option<String>,
    /// What the person says of themselves.
    about: Option<String>,
    /// The profile fields that have a value and that you may read, with who else may.
    profile: Vec<ProfileEntry>,
    /// Whether the person was erased: nothing personal can be read any more, by anyone.
    erased: bool,
}

impl Person {
    /// The person of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(person: message::Person) -> Result<Person, Status> {
        let value = |field: message::ProfileField| {
            let entry = person.profile.iter().find(|entry| entry.field == i32::from(field));
            entry.map(|entry| entry.value.clone())
        };
        let profile = person.profile.iter().map(|entry| {
            Ok::<_, Status>(ProfileEntry {
                field: scalars::known(entry.field)?,
                value: entry.value.clone(),
                visibility: scalars::known(entry.visibility).unwrap_or(FieldVisibility::Owner),
            })
        });
        Ok(Person {
            id: ids::global::<kinds::Person>(&person.person_id)?,
            name: value(message::ProfileField::Name),
            email: value(message::ProfileField::Email),
            phone: value(message::ProfileField::Phone),
            place: value(message::ProfileField::Place),
            about: value(message::ProfileField::About),
            profile: profile.collect::<Result<_, _>>()?,
            erased: person.erased,
        })
    }
}

/// Reads a person.
///
/// # Errors
///
/// Those of the service, for example that there is none.
pub(crate) async fn by_id(call: &Call, id: PersonId) -> Result<Person, Status> {
    let request =
        message::GetPersonRequest { person_id: id.to_string(), min_position: call.min_position() };
    let answer = call.people().get_person(call.request(request)).await?.into_inner();
    Person::of(answer.person.ok_or_else(|| lacking("person"))?)
}

/// Reads a person together with others; `None` when there is none that the caller may know of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn one(call: &Call, id: &str) -> Result<Option<Person>, Status> {
    call.person(wire::read::id(id, "person_id")?).await?.map(Person::of).transpose()
}

/// Reads persons together, without those that the caller may not know of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn all(call: &Call, ids: &[String]) -> Result<Vec<Person>, Status> {
    call.persons(ids).await?.into_iter().map(Person::of).collect()
}

/// The person that a mutation was about.
pub(crate) struct ChangedPerson(PersonId);

#[Object]
impl ChangedPerson {
    /// The person, as they are with this change; null with an error when you may not know of them.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(Some(by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// Reading people.
#[derive(Default, Debug)]
pub(crate) struct PersonQuery;

#[Object]
impl PersonQuery {
    /// Reads what you may read of a person.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person's id.")] id: GlobalId<kinds::Person>,
    ) -> Result<Option<Person>> {
        Ok(Some(by_id(Call::of(ctx)?, id.0).await?))
    }

    /// Finds the person that imports into a network know by a name. The operator, who needs it to
    /// carry out a person's request for erasure.
    #[graphql(complexity = "2 * call::COST + child_complexity")]
    async fn imported_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The network.")] network_id: GlobalId<kinds::Network>,
        #[graphql(desc = "The name as it stood in the list; runs of white space count as one.")]
        name: String,
    ) -> Result<Option<Person>> {
        let call = Call::of(ctx)?;
        let request = call
            .request(message::FindImportedPersonRequest { network_id: network_id.text(), name });
        let found = call.people().find_imported_person(request).await?.into_inner().person_id;
        Ok(Some(by_id(call, wire::read::id(&found, "person_id")?).await?))
    }
}

/// A person to make known.
#[derive(InputObject, Debug)]
pub(crate) struct RegisterPersonInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The name.
    name: String,
    /// Who may read the name; the person alone when left out.
    name_visibility: Option<FieldVisibility>,
}

/// A new value of a profile field.
#[derive(InputObject, Debug)]
pub(crate) struct ProfileChangeInput {
    /// Which field.
    field: ProfileField,
    /// What it is to say; an empty text removes it.
    value: String,
}

/// New values of one's own profile.
#[derive(InputObject, Debug)]
pub(crate) struct UpdateProfileInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The person.
    person_id: GlobalId<kinds::Person>,
    /// The new values; a field may stand here once.
    changes: Vec<ProfileChangeInput>,
}

/// Who is to read a field of one's own profile.
#[derive(InputObject, Debug)]
pub(crate) struct SetFieldVisibilityInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The person.
    person_id: GlobalId<kinds::Person>,
    /// Which field.
    field: ProfileField,
    /// Who may read it.
    visibility: FieldVisibility,
}

/// Who is to be erased.
#[derive(InputObject, Debug)]
pub(crate) struct ErasePersonInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The person.
    person_id: GlobalId<kinds::Person>,
}

/// A person was made known.
#[derive(SimpleObject)]
pub(crate) struct RegisterPersonPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedPerson,
}

/// A profile has new values.
#[derive(SimpleObject)]
pub(crate) struct UpdateProfilePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedPerson,
}

/// A profile field has other readers.
#[derive(SimpleObject)]
pub(crate) struct SetFieldVisibilityPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedPerson,
}

/// A person was erased.
#[derive(SimpleObject)]
pub(crate) struct ErasePersonPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedPerson,
}

/// Changing what is known of people.
#[derive(Default, Debug)]
pub(crate) struct PersonMutation;

#[Object]
impl PersonMutation {
    /// Makes a person known, under a random id. The operator.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn register_person(
        &self,
        ctx: &Context<'_>,
        input: RegisterPersonInput,
    ) -> Result<Option<RegisterPersonPayload>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::RegisterPersonRequest {
            command: Some(input.command.message()),
            name: input.name,
            name_visibility: scalars::number(input.name_visibility),
        });
        let answer = call.people().register_person(request).await?.into_inner();
        Ok(Some(RegisterPersonPayload {
            receipt: call.record(answer.receipt)?,
            changed: ChangedPerson(wire::read::id(&answer.person_id, "person_id")?),
        }))
    }

    /// Gives fields of one's own profile new values.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> Result<Option<UpdateProfilePayload>> {
        let call = Call::of(ctx)?;
        let person = input.person_id.0;
        let changes = input.changes.into_iter().map(|change| message::ProfileEntry {
            field: change.field.into(),
            value: change.value,
            visibility: 0,
        });
        let request = call.request(message::UpdateProfileRequest {
            command: Some(input.command.message()),
            person_id: person.to_string(),
            changes: changes.collect(),
        });
        let answer = call.people().update_profile(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(UpdateProfilePayload { receipt, changed: ChangedPerson(person) }))
    }

    /// Says who may read a field of one's own profile.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn set_field_visibility(
        &self,
        ctx: &Context<'_>,
        input: SetFieldVisibilityInput,
    ) -> Result<Option<SetFieldVisibilityPayload>> {
        let call = Call::of(ctx)?;
        let person = input.person_id.0;
        let request = call.request(message::SetFieldVisibilityRequest {
            command: Some(input.command.message()),
            person_id: person.to_string(),
            field: input.field.into(),
            visibility: input.visibility.into(),
        });
        let answer = call.people().set_field_visibility(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(SetFieldVisibilityPayload { receipt, changed: ChangedPerson(person) }))
    }

    /// Destroys a person's key: nothing personal about them can be read any more, by anyone, and
    /// nothing brings it back. Counts and structure keep the person under the random id. The person
    /// themselves, or the operator.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn erase_person(
        &self,
        ctx: &Context<'_>,
        input: ErasePersonInput,
    ) -> Result<Option<ErasePersonPayload>> {
        let call = Call::of(ctx)?;
        let person = input.person_id.0;
        let request = call.request(message::ErasePersonRequest {
            command: Some(input.command.message()),
            person_id: person.to_string(),
        });
        let answer = call.people().erase_person(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(ErasePersonPayload { receipt, changed: ChangedPerson(person) }))
    }
}
