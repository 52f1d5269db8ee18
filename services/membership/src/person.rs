//! The rules of a person's record, from registration to erasure.

use std::collections::{BTreeMap, BTreeSet};

use events::{FieldVisibility, PersonEvent, ProfileField};
use kernel::{Decider, ErrorCode, PersonId, Personal, Rejection};

#[cfg(test)]
mod tests;

/// What can be asked of a person's record.
#[derive(Clone, PartialEq, Debug)]
pub enum PersonCommand {
    /// Makes the person known.
    RegisterPerson {
        /// Who it is.
        person: PersonId,
        /// What they are called.
        name: Personal<String>,
        /// Who may read the name.
        name_visibility: FieldVisibility,
    },
    /// Gives fields new values.
    UpdateProfile {
        /// Who asks.
        by: PersonId,
        /// The fields and their values; empty text removes one.
        changes: Vec<(ProfileField, Personal<String>)>,
    },
    /// Says who may read a field.
    SetFieldVisibility {
        /// Who asks.
        by: PersonId,
        /// Which field.
        field: ProfileField,
        /// Who may read it.
        visibility: FieldVisibility,
    },
    /// Destroys the person's key.
    ErasePerson {
        /// Who asks; `None` is the operator, at the person's request.
        by: Option<PersonId>,
    },
}

/// Why a person's record refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PersonRejection {
    /// There is no such person.
    #[error("there is no such person")]
    NotRegistered,
    /// The person was erased.
    #[error("this person was erased")]
    Erased,
    /// A profile is its owner's alone to change.
    #[error("only the person themselves can do this")]
    NotThePerson,
    /// Nothing was to be changed.
    #[error("name at least one field to change")]
    ChangesEmpty,
    /// A field was named twice.
    #[error("a field can be changed once in one request")]
    FieldTwice,
    /// A person is called something.
    #[error("the name cannot be empty")]
    NameEmpty,
}

/// The state of one person's record.
#[derive(Clone, PartialEq, Debug)]
pub enum Person {
    /// No events yet.
    Unregistered,
    /// Known.
    Registered {
        /// Who it is.
        person: PersonId,
        /// Who may read each field; absent is the default.
        visibilities: BTreeMap<ProfileField, FieldVisibility>,
    },
    /// The key is gone.
    Erased {
        /// Who it was.
        person: PersonId,
    },
}

impl Person {
    /// Refuses acts that name a person who is not known here, or no longer.
    ///
    /// # Errors
    ///
    /// Says that there is no such person, or that they were erased.
    pub fn known(&self) -> Result<(), PersonRejection> {
        match self {
            Person::Unregistered => Err(PersonRejection::NotRegistered),
            Person::Registered { .. } => Ok(()),
            Person::Erased { .. } => Err(PersonRejection::Erased),
        }
    }
}

impl Decider for Person {
    type Command = PersonCommand;
    type Event = PersonEvent;
    type Rejection = PersonRejection;

    fn initial() -> Person {
        Person::Unregistered
    }

    fn decide(&self, command: &PersonCommand) -> Result<Vec<PersonEvent>, PersonRejection> {
        match (self, command) {
            (
                Person::Unregistered,
                PersonCommand::RegisterPerson { person, name, name_visibility },
            ) => {
                if name.value().is_some_and(|name| name.trim().is_empty()) {
                    return Err(PersonRejection::NameEmpty);
                }
                Ok(vec![PersonEvent::PersonRegistered {
                    person: *person,
                    name: name.clone(),
                    name_visibility: *name_visibility,
                }])
            }
            (Person::Registered { .. }, PersonCommand::RegisterPerson { .. }) => Ok(vec![]),
            (Person::Registered { person, .. }, PersonCommand::UpdateProfile { by, changes }) => {
                themself(*person, *by)?;
                update_profile(*person, changes)
            }
            (
                Person::Registered { person, visibilities },
                PersonCommand::SetFieldVisibility { by, field, visibility },
            ) => {
                themself(*person, *by)?;
                if visibilities.get(field).copied().unwrap_or_default() == *visibility {
                    return Ok(vec![]);
                }
                let (person, field, visibility) = (*person, *field, *visibility);
                Ok(vec![PersonEvent::FieldVisibilitySet { person, field, visibility }])
            }
            (Person::Registered { person, .. }, PersonCommand::ErasePerson { by }) => {
                by.map_or(Ok(()), |by| themself(*person, by))?;
                Ok(vec![PersonEvent::PersonErased { person: *person }])
            }
            (Person::Erased { person }, PersonCommand::ErasePerson { by }) => {
                by.map_or(Ok(()), |by| themself(*person, by))?;
                Ok(vec![])
            }
            (
                Person::Erased { .. },
                PersonCommand::RegisterPerson { .. }
                | PersonCommand::UpdateProfile { .. }
                | PersonCommand::SetFieldVisibility { .. },
            ) => Err(PersonRejection::Erased),
            (
                Person::Unregistered,
                PersonCommand::UpdateProfile { .. }
                | PersonCommand::SetFieldVisibility { .. }
                | PersonCommand::ErasePerson { .. },
            ) => Err(PersonRejection::NotRegistered),
        }
    }

    fn evolve(self, event: &PersonEvent) -> Person {
        match (self, event) {
            (_, PersonEvent::PersonErased { person }) => Person::Erased { person: *person },
            (_, PersonEvent::PersonRegistered { person, name_visibility, .. }) => {
                let visibilities = BTreeMap::from([(ProfileField::Name, *name_visibility)]);
                Person::Registered { person: *person, visibilities }
            }
            (
                Person::Registered { person, mut visibilities },
                PersonEvent::FieldVisibilitySet { field, visibility, .. },
            ) => {
                visibilities.insert(*field, *visibility);
                Person::Registered { person, visibilities }
            }
            (
                state,
                PersonEvent::ProfileUpdated { .. } | PersonEvent::FieldVisibilitySet { .. },
            ) => state,
        }
    }
}

fn themself(person: PersonId, by: PersonId) -> Result<(), PersonRejection> {
    if person == by { Ok(()) } else { Err(PersonRejection::NotThePerson) }
}

fn update_profile(
    person: PersonId,
    changes: &[(ProfileField, Personal<String>)],
) -> Result<Vec<PersonEvent>, PersonRejection> {
    if changes.is_empty() {
        return Err(PersonRejection::ChangesEmpty);
    }
    let fields: BTreeSet<ProfileField> = changes.iter().map(|(field, _)| *field).collect();
    if fields.len() < changes.len() {
        return Err(PersonRejection::FieldTwice);
    }
    let new =
        |wanted| changes.iter().find(|(field, _)| *field == wanted).map(|(_, value)| value.clone());
    let name = new(ProfileField::Name);
    if name.as_ref().and_then(Personal::value).is_some_and(|name| name.trim().is_empty()) {
        return Err(PersonRejection::NameEmpty);
    }
    Ok(vec![PersonEvent::ProfileUpdated {
        person,
        name,
        email: new(ProfileField::Email),
        phone: new(ProfileField::Phone),
        place: new(ProfileField::Place),
        about: new(ProfileField::About),
    }])
}

impl Rejection for PersonRejection {
    fn code(&self) -> ErrorCode {
        match self {
            PersonRejection::NotRegistered => ErrorCode::NotFound,
            PersonRejection::Erased => ErrorCode::Precondition,
            PersonRejection::NotThePerson => ErrorCode::Forbidden,
            PersonRejection::ChangesEmpty
            | PersonRejection::FieldTwice
            | PersonRejection::NameEmpty => ErrorCode::Invalid,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            PersonRejection::NotRegistered => "PERSON_NOT_FOUND",
            PersonRejection::Erased => "PERSON_ERASED",
            PersonRejection::NotThePerson => "NOT_THE_PERSON",
            PersonRejection::ChangesEmpty => "PROFILE_CHANGES_EMPTY",
            PersonRejection::FieldTwice => "PROFILE_FIELD_TWICE",
            PersonRejection::NameEmpty => "NAME_EMPTY",
        }
    }
}
