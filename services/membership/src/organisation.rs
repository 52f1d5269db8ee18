//! The rules of an organisation's record and its stewards.

use std::collections::BTreeSet;

use events::OrganisationEvent;
use kernel::{Decider, ErrorCode, PersonId, Rejection};

#[cfg(test)]
mod tests;

/// What can be asked of an organisation's record.
#[derive(Clone, PartialEq, Debug)]
pub enum OrganisationCommand {
    /// Makes it known.
    RegisterOrganisation {
        /// Who does, and becomes its first steward.
        by: PersonId,
        /// What it is called.
        name: String,
    },
    /// Adds a steward.
    AppointSteward {
        /// Who does.
        by: PersonId,
        /// The steward.
        person: PersonId,
    },
    /// Removes a steward.
    RemoveSteward {
        /// Who does.
        by: PersonId,
        /// The steward.
        person: PersonId,
    },
}

/// Why an organisation's record refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OrganisationRejection {
    /// There is no such organisation.
    #[error("there is no such organisation")]
    NotRegistered,
    /// It was registered before, with other terms.
    #[error("this organisation is registered already")]
    AlreadyRegistered,
    /// Only stewards speak for an organisation's record.
    #[error("only a steward of the organisation can do this")]
    NotASteward,
    /// An organisation always has a steward.
    #[error("the last steward cannot be removed; appoint another one first")]
    LastSteward,
}

/// The state of one organisation's record.
#[derive(Clone, PartialEq, Debug)]
pub enum Organisation {
    /// No events yet.
    Unregistered,
    /// Known.
    Registered {
        /// What it is called.
        name: String,
        /// Who speaks for it; never empty.
        stewards: BTreeSet<PersonId>,
    },
}

impl Organisation {
    /// Who speaks for it; empty when it is not known.
    pub fn stewards(&self) -> BTreeSet<PersonId> {
        match self {
            Organisation::Unregistered => BTreeSet::new(),
            Organisation::Registered { stewards, .. } => stewards.clone(),
        }
    }

    /// Refuses whoever does not speak for it.
    ///
    /// # Errors
    ///
    /// Says that there is no such organisation, or that `by` is none of its stewards.
    pub fn steward(&self, by: PersonId) -> Result<(), OrganisationRejection> {
        match self {
            Organisation::Unregistered => Err(OrganisationRejection::NotRegistered),
            Organisation::Registered { stewards, .. } if stewards.contains(&by) => Ok(()),
            Organisation::Registered { .. } => Err(OrganisationRejection::NotASteward),
        }
    }
}

impl Decider for Organisation {
    type Command = OrganisationCommand;
    type Event = OrganisationEvent;
    type Rejection = OrganisationRejection;

    fn initial() -> Organisation {
        Organisation::Unregistered
    }

    fn decide(
        &self,
        command: &OrganisationCommand,
    ) -> Result<Vec<OrganisationEvent>, OrganisationRejection> {
        match (self, command) {
            (
                Organisation::Unregistered,
                OrganisationCommand::RegisterOrganisation { by, name },
            ) => Ok(vec![OrganisationEvent::OrganisationRegistered {
                name: name.clone(),
                steward: *by,
            }]),
            (
                Organisation::Registered { name: registered, stewards },
                OrganisationCommand::RegisterOrganisation { by, name },
            ) => {
                let same = registered == name && stewards.contains(by);
                if same { Ok(vec![]) } else { Err(OrganisationRejection::AlreadyRegistered) }
            }
            (
                Organisation::Registered { stewards, .. },
                OrganisationCommand::AppointSteward { by, person },
            ) => {
                self.steward(*by)?;
                if stewards.contains(person) {
                    return Ok(vec![]);
                }
                Ok(vec![OrganisationEvent::StewardAppointed { person: *person }])
            }
            (
                Organisation::Registered { stewards, .. },
                OrganisationCommand::RemoveSteward { by, person },
            ) => {
                self.steward(*by)?;
                if !stewards.contains(person) {
                    return Ok(vec![]);
                }
                if stewards.len() == 1 {
                    return Err(OrganisationRejection::LastSteward);
                }
                Ok(vec![OrganisationEvent::StewardRemoved { person: *person }])
            }
            (
                Organisation::Unregistered,
                OrganisationCommand::AppointSteward { .. }
                | OrganisationCommand::RemoveSteward { .. },
            ) => Err(OrganisationRejection::NotRegistered),
        }
    }

    fn evolve(self, event: &OrganisationEvent) -> Organisation {
        match (self, event) {
            (_, OrganisationEvent::OrganisationRegistered { name, steward }) => {
                Organisation::Registered {
                    name: name.clone(),
                    stewards: BTreeSet::from([*steward]),
                }
            }
            (
                Organisation::Registered { name, mut stewards },
                OrganisationEvent::StewardAppointed { person },
            ) => {
                stewards.insert(*person);
                Organisation::Registered { name, stewards }
            }
            (
                Organisation::Registered { name, mut stewards },
                OrganisationEvent::StewardRemoved { person },
            ) => {
                stewards.remove(person);
                Organisation::Registered { name, stewards }
            }
            (
                Organisation::Unregistered,
                OrganisationEvent::StewardAppointed { .. }
                | OrganisationEvent::StewardRemoved { .. },
            ) => Organisation::Unregistered,
        }
    }
}

impl Rejection for OrganisationRejection {
    fn code(&self) -> ErrorCode {
        match self {
            OrganisationRejection::NotRegistered => ErrorCode::NotFound,
            OrganisationRejection::AlreadyRegistered => ErrorCode::AlreadyExists,
            OrganisationRejection::NotASteward => ErrorCode::Forbidden,
            OrganisationRejection::LastSteward => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            OrganisationRejection::NotRegistered => "ORGANISATION_NOT_FOUND",
            OrganisationRejection::AlreadyRegistered => "ORGANISATION_ALREADY_REGISTERED",
            OrganisationRejection::NotASteward => "NOT_A_STEWARD",
            OrganisationRejection::LastSteward => "LAST_STEWARD",
        }
    }
}
