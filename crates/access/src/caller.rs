//! Who is calling, once proven.

use std::fmt;

use kernel::{Actor, PersonId};

#[cfg(test)]
mod tests;

/// The subject of the operator's tokens.
const OPERATOR: &str = "operator";

/// What the subject of a person's token begins with; their id follows.
const PERSON: &str = "person:";

/// Who is calling, as a token proved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Caller {
    /// Whoever runs the installation.
    Operator,
    /// A person.
    Person(PersonId),
}

impl Caller {
    /// Reads the subject of a token; `None` when it names nobody that we know of.
    pub fn of_subject(subject: &str) -> Option<Caller> {
        if subject == OPERATOR {
            return Some(Caller::Operator);
        }
        subject.strip_prefix(PERSON).and_then(|id| PersonId::parse(id).ok()).map(Caller::Person)
    }

    /// The person who calls, if it is one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Caller::Person(person) => Some(person),
            Caller::Operator => None,
        }
    }

    /// Who acts, as events say it.
    pub fn actor(self) -> Actor {
        match self {
            Caller::Operator => Actor::Operator,
            Caller::Person(person) => Actor::Person(person),
        }
    }
}

impl fmt::Display for Caller {
    /// Writes the subject that tokens carry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caller::Operator => f.write_str(OPERATOR),
            Caller::Person(person) => write!(f, "{PERSON}{person}"),
        }
    }
}
