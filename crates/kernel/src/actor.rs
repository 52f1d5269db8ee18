//! Who acts, in what capacity, and who may see what came of it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{OrganisationId, PersonId};

/// Who gave a command.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, known by token.
    Person(PersonId),
    /// Whoever runs the installation.
    Operator,
    /// The installation itself, for deadlines and reactions.
    System,
}

impl Actor {
    /// The person who acts, if it is one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Actor::Person(person) => Some(person),
            Actor::Operator | Actor::System => None,
        }
    }
}

/// In what capacity a command was given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// For oneself.
    Own,
    /// On behalf of an organisation.
    Representative,
    /// Under a mandate that a decision conferred.
    MandateHolder,
    /// As the one who runs the installation.
    Operator,
    /// Because a deadline passed.
    Scheduler,
    /// From a list made elsewhere, entered later.
    Import,
}

/// A person or an organisation, wherever either may stand.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A person, for themselves.
    Person(PersonId),
    /// An organisation.
    Organisation(OrganisationId),
}

impl Party {
    /// The person, if it is one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Party::Person(person) => Some(person),
            Party::Organisation(_) => None,
        }
    }

    /// The bare UUID; parties of both kinds share one space of random ids.
    pub fn uuid(self) -> uuid::Uuid {
        match self {
            Party::Person(person) => person.uuid(),
            Party::Organisation(organisation) => organisation.uuid(),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Person(person) => write!(f, "person/{person}"),
            Party::Organisation(organisation) => write!(f, "organisation/{organisation}"),
        }
    }
}

/// Who may read a recorded event. Whoever may not read it does not learn that it exists.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone with a token.
    Public,
    /// The members of the event's network, and the operator.
    Network,
    /// The named parties only (an organisation reads through its stewards).
    Parties(Vec<Party>),
}
