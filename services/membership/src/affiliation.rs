//! The rules between a person and an organisation.

use std::collections::BTreeSet;

use events::AffiliationEvent;
use kernel::{Decider, ErrorCode, OrganisationId, PersonId, Personal, Rejection};

#[cfg(test)]
mod tests;

/// What can be asked of an affiliation.
#[derive(Clone, PartialEq, Debug)]
pub enum AffiliationCommand {
    /// Says that the person belongs to the organisation.
    ClaimAffiliation {
        /// The person, who says so.
        person: PersonId,
        /// The organisation.
        organisation: OrganisationId,
        /// What they do there, if they say.
        role: Option<Personal<String>>,
    },
    /// Says so on the organisation's side.
    ConfirmAffiliation {
        /// Who does.
        by: PersonId,
        /// Who speaks for the organisation.
        stewards: BTreeSet<PersonId>,
    },
    /// Says that it is over.
    EndAffiliation {
        /// Who does.
        by: PersonId,
        /// Who speaks for the organisation.
        stewards: BTreeSet<PersonId>,
    },
}

/// Why an affiliation refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AffiliationRejection {
    /// Nobody claimed it, or it is over.
    #[error("this person claims no affiliation with this organisation")]
    NotClaimed,
    /// Only stewards confirm.
    #[error("only a steward of the organisation can confirm an affiliation")]
    NotASteward,
    /// Only the person and the stewards end it.
    #[error("only the person themselves or a steward of the organisation can end an affiliation")]
    NotConcerned,
}

/// The state of one affiliation.
#[derive(Clone, PartialEq, Debug)]
pub enum Affiliation {
    /// Never claimed.
    None,
    /// The person says so.
    Claimed(PersonId, OrganisationId),
    /// The organisation says so too.
    Confirmed(PersonId, OrganisationId),
    /// Over.
    Ended(PersonId, OrganisationId),
}

impl Decider for Affiliation {
    type Command = AffiliationCommand;
    type Event = AffiliationEvent;
    type Rejection = AffiliationRejection;

    fn initial() -> Affiliation {
        Affiliation::None
    }

    fn decide(
        &self,
        command: &AffiliationCommand,
    ) -> Result<Vec<AffiliationEvent>, AffiliationRejection> {
        match (self, command) {
            (
                Affiliation::None | Affiliation::Ended(..),
                AffiliationCommand::ClaimAffiliation { person, organisation, role },
            ) => Ok(vec![AffiliationEvent::AffiliationClaimed {
                person: *person,
                organisation: *organisation,
                role: role.clone(),
            }]),
            (
                Affiliation::Claimed(..) | Affiliation::Confirmed(..),
                AffiliationCommand::ClaimAffiliation { .. },
            ) => Ok(vec![]),
            (Affiliation::Claimed(..), AffiliationCommand::ConfirmAffiliation { by, stewards }) => {
                if !stewards.contains(by) {
                    return Err(AffiliationRejection::NotASteward);
                }
                Ok(vec![AffiliationEvent::AffiliationConfirmed { steward: *by }])
            }
            (
                Affiliation::Confirmed(..),
                AffiliationCommand::ConfirmAffiliation { by, stewards },
            ) => {
                if !stewards.contains(by) {
                    return Err(AffiliationRejection::NotASteward);
                }
                Ok(vec![])
            }
            (
                Affiliation::Claimed(person, _) | Affiliation::Confirmed(person, _),
                AffiliationCommand::EndAffiliation { by, stewards },
            ) => {
                if by != person && !stewards.contains(by) {
                    return Err(AffiliationRejection::NotConcerned);
                }
                Ok(vec![AffiliationEvent::AffiliationEnded {}])
            }
            (
                Affiliation::None | Affiliation::Ended(..),
                AffiliationCommand::ConfirmAffiliation { .. }
                | AffiliationCommand::EndAffiliation { .. },
            ) => Err(AffiliationRejection::NotClaimed),
        }
    }

    fn evolve(self, event: &AffiliationEvent) -> Affiliation {
        match (self, event) {
            (_, AffiliationEvent::AffiliationClaimed { person, organisation, .. }) => {
                Affiliation::Claimed(*person, *organisation)
            }
            (
                Affiliation::Claimed(person, organisation),
                AffiliationEvent::AffiliationConfirmed { .. },
            ) => Affiliation::Confirmed(person, organisation),
            (
                Affiliation::Claimed(person, organisation)
                | Affiliation::Confirmed(person, organisation),
                AffiliationEvent::AffiliationEnded {},
            ) => Affiliation::Ended(person, organisation),
            // Cannot follow what was decided before; changes nothing.
            (
                state @ (Affiliation::None | Affiliation::Ended(..) | Affiliation::Confirmed(..)),
                AffiliationEvent::AffiliationConfirmed { .. },
            )
            | (
                state @ (Affiliation::None | Affiliation::Ended(..)),
                AffiliationEvent::AffiliationEnded {},
            ) => state,
        }
    }
}

impl Rejection for AffiliationRejection {
    fn code(&self) -> ErrorCode {
        match self {
            AffiliationRejection::NotClaimed => ErrorCode::Precondition,
            AffiliationRejection::NotASteward | AffiliationRejection::NotConcerned => {
                ErrorCode::Forbidden
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            AffiliationRejection::NotClaimed => "AFFILIATION_NOT_CLAIMED",
            AffiliationRejection::NotASteward => "NOT_A_STEWARD",
            AffiliationRejection::NotConcerned => "AFFILIATION_NOT_ONES_OWN",
        }
    }
}
