//! What can happen to a person's record.

use kernel::{Event, PersonId, Personal, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A field of a person's profile.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ProfileField {
    /// What the person is called.
    Name,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// Where the person lives or works.
    Place,
    /// What the person says of themselves.
    About,
}

impl ProfileField {
    /// Every field, in the order in which profiles show them.
    pub const ALL: [ProfileField; 5] = [
        ProfileField::Name,
        ProfileField::Email,
        ProfileField::Phone,
        ProfileField::Place,
        ProfileField::About,
    ];

    /// The field's name in events and tables.
    pub fn name(self) -> &'static str {
        match self {
            ProfileField::Name => "name",
            ProfileField::Email => "email",
            ProfileField::Phone => "phone",
            ProfileField::Place => "place",
            ProfileField::About => "about",
        }
    }
}

/// Who may read a field of a profile. A field is the owner's alone until they say otherwise (C-44).
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldVisibility {
    /// The person alone.
    #[default]
    Owner,
    /// The members of every network that the person is a member of or was recorded in.
    Network,
    /// Everyone with a token.
    Public,
}

/// What can happen to a person's record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum PersonEvent {
    /// The person is known here, under a random id.
    PersonRegistered {
        /// Who it is.
        person: PersonId,
        /// What they are called.
        name: Personal<String>,
        /// Who may read the name.
        name_visibility: FieldVisibility,
    },
    /// Fields of the profile have new values; absent fields stay as they were.
    ProfileUpdated {
        /// Whose profile.
        person: PersonId,
        /// What they are called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Personal<String>>,
        /// An e-mail address; empty text removes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<Personal<String>>,
        /// A telephone number; empty text removes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<Personal<String>>,
        /// Where they live or work; empty text removes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Personal<String>>,
        /// What they say of themselves; empty text removes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Personal<String>>,
    },
    /// A field may be read by others than before.
    FieldVisibilitySet {
        /// Whose profile.
        person: PersonId,
        /// Which field.
        field: ProfileField,
        /// Who may read it.
        visibility: FieldVisibility,
    },
    /// The person's key is destroyed: nothing personal about them can be read any more.
    PersonErased {
        /// Who it was.
        person: PersonId,
    },
}

impl Event for PersonEvent {
    const CATEGORY: &'static str = "person";

    fn visibility(&self) -> Visibility {
        match self {
            PersonEvent::PersonRegistered { .. } | PersonEvent::PersonErased { .. } => {
                Visibility::Network
            }
            PersonEvent::ProfileUpdated { person, .. }
            | PersonEvent::FieldVisibilitySet { person, .. } => {
                Visibility::Parties(vec![kernel::Party::Person(*person)])
            }
        }
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            PersonEvent::PersonRegistered { name, .. } => visit("name", name),
            PersonEvent::ProfileUpdated { name, email, phone, place, about, .. } => {
                let fields = [
                    (ProfileField::Name, name),
                    (ProfileField::Email, email),
                    (ProfileField::Phone, phone),
                    (ProfileField::Place, place),
                    (ProfileField::About, about),
                ];
                for (field, value) in fields {
                    if let Some(value) = value {
                        visit(field.name(), value);
                    }
                }
            }
            PersonEvent::FieldVisibilitySet { .. } | PersonEvent::PersonErased { .. } => {}
        }
    }
}
