//! The rules of an organisation's record, its stewards, and who represents it in networks.

use std::collections::{BTreeMap, BTreeSet};

use events::{OrganisationEvent, RepresentationScope};
use kernel::{Decider, ErrorCode, NetworkId, PersonId, Rejection};

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
    /// Lets a person represent it in a network.
    AuthoriseRepresentation {
        /// Who does.
        by: PersonId,
        /// Who is to represent it.
        person: PersonId,
        /// Where.
        network: NetworkId,
        /// In what; replaces what the person was authorised to there before.
        scopes: BTreeSet<RepresentationScope>,
        /// How the person and the network stand to the organisation.
        ground: Ground,
    },
    /// No longer lets a person represent it in a network.
    WithdrawRepresentation {
        /// Who does: a steward, or the representative themselves.
        by: PersonId,
        /// The representative.
        person: PersonId,
        /// Where.
        network: NetworkId,
    },
    /// Ends a representation that has lost its ground; see [`Organisation::represented`].
    EndRepresentation {
        /// The representative.
        person: PersonId,
        /// Where.
        network: NetworkId,
    },
}

/// What a representation stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// The person belongs to the organisation, confirmed, and the organisation to the network.
    Given,
    /// The person's affiliation is not confirmed.
    NotAffiliated,
    /// The organisation is no active member of the network.
    NotAMember,
}

/// What ended, and with it the representations that stood on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LostGround {
    /// A person's affiliation: they represent it nowhere.
    Affiliation(PersonId),
    /// The membership of a network: nobody represents it there.
    Membership(NetworkId),
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
    /// A representation is for something.
    #[error("say at least one thing that the person may do for the organisation")]
    ScopesEmpty,
    /// Representatives belong to the organisation.
    #[error("the affiliation of this person is not confirmed; confirm it first")]
    NotAffiliated,
    /// One is represented where one is a member.
    #[error("this organisation is not a member of this network")]
    NotAMember,
    /// One vote, one voter.
    #[error("another person votes for this organisation in this network; withdraw that first")]
    VoteTaken,
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
        /// Who represents it where, and in what.
        representatives: BTreeMap<(NetworkId, PersonId), BTreeSet<RepresentationScope>>,
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

    /// The representations, by network and person, that stood on what was lost.
    pub fn represented(&self, lost: LostGround) -> Vec<(NetworkId, PersonId)> {
        match self {
            Organisation::Unregistered => vec![],
            Organisation::Registered { representatives, .. } => {
                let stood = |(there, who): &&(NetworkId, PersonId)| match lost {
                    LostGround::Affiliation(person) => *who == person,
                    LostGround::Membership(network) => *there == network,
                };
                representatives.keys().filter(stood).copied().collect()
            }
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

    #[expect(clippy::too_many_lines, reason = "one table of states and commands")]
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
                Organisation::Registered { name: registered, stewards, .. },
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
                Organisation::Registered { representatives, .. },
                OrganisationCommand::AuthoriseRepresentation {
                    by,
                    person,
                    network,
                    scopes,
                    ground,
                },
            ) => {
                self.steward(*by)?;
                if scopes.is_empty() {
                    return Err(OrganisationRejection::ScopesEmpty);
                }
                match ground {
                    Ground::Given => {}
                    Ground::NotAffiliated => return Err(OrganisationRejection::NotAffiliated),
                    Ground::NotAMember => return Err(OrganisationRejection::NotAMember),
                }
                let voter = RepresentationScope::Vote;
                let taken = representatives.iter().any(|((there, other), may)| {
                    there == network && other != person && may.contains(&voter)
                });
                if taken && scopes.contains(&voter) {
                    return Err(OrganisationRejection::VoteTaken);
                }
                if representatives.get(&(*network, *person)) == Some(scopes) {
                    return Ok(vec![]);
                }
                Ok(vec![OrganisationEvent::RepresentationAuthorised {
                    person: *person,
                    network: *network,
                    scopes: scopes.clone(),
                }])
            }
            (
                Organisation::Registered { representatives, .. },
                OrganisationCommand::WithdrawRepresentation { by, person, network },
            ) => {
                if by != person {
                    self.steward(*by)?;
                }
                Ok(withdrawn(representatives, (*network, *person)))
            }
            (
                Organisation::Registered { representatives, .. },
                OrganisationCommand::EndRepresentation { person, network },
            ) => Ok(withdrawn(representatives, (*network, *person))),
            (
                Organisation::Unregistered,
                OrganisationCommand::AppointSteward { .. }
                | OrganisationCommand::RemoveSteward { .. }
                | OrganisationCommand::AuthoriseRepresentation { .. }
                | OrganisationCommand::WithdrawRepresentation { .. }
                | OrganisationCommand::EndRepresentation { .. },
            ) => Err(OrganisationRejection::NotRegistered),
        }
    }

    fn evolve(mut self, event: &OrganisationEvent) -> Organisation {
        match (&mut self, event) {
            (_, OrganisationEvent::OrganisationRegistered { name, steward }) => {
                return Organisation::Registered {
                    name: name.clone(),
                    stewards: BTreeSet::from([*steward]),
                    representatives: BTreeMap::new(),
                };
            }
            (
                Organisation::Registered { stewards, .. },
                OrganisationEvent::StewardAppointed { person },
            ) => {
                stewards.insert(*person);
            }
            (
                Organisation::Registered { stewards, .. },
                OrganisationEvent::StewardRemoved { person },
            ) => {
                stewards.remove(person);
            }
            (
                Organisation::Registered { representatives, .. },
                OrganisationEvent::RepresentationAuthorised { person, network, scopes },
            ) => {
                representatives.insert((*network, *person), scopes.clone());
            }
            (
                Organisation::Registered { representatives, .. },
                OrganisationEvent::RepresentationWithdrawn { person, network },
            ) => {
                representatives.remove(&(*network, *person));
            }
            (
                Organisation::Unregistered,
                OrganisationEvent::StewardAppointed { .. }
                | OrganisationEvent::StewardRemoved { .. }
                | OrganisationEvent::RepresentationAuthorised { .. }
                | OrganisationEvent::RepresentationWithdrawn { .. },
            ) => {}
        }
        self
    }
}

/// The end of a representation, if there is one.
fn withdrawn(
    representatives: &BTreeMap<(NetworkId, PersonId), BTreeSet<RepresentationScope>>,
    key: (NetworkId, PersonId),
) -> Vec<OrganisationEvent> {
    let (network, person) = key;
    let ended = OrganisationEvent::RepresentationWithdrawn { person, network };
    if representatives.contains_key(&key) { vec![ended] } else { vec![] }
}

impl Rejection for OrganisationRejection {
    fn code(&self) -> ErrorCode {
        match self {
            OrganisationRejection::NotRegistered => ErrorCode::NotFound,
            OrganisationRejection::AlreadyRegistered => ErrorCode::AlreadyExists,
            OrganisationRejection::NotASteward => ErrorCode::Forbidden,
            OrganisationRejection::ScopesEmpty => ErrorCode::Invalid,
            OrganisationRejection::LastSteward
            | OrganisationRejection::NotAffiliated
            | OrganisationRejection::NotAMember
            | OrganisationRejection::VoteTaken => ErrorCode::Precondition,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            OrganisationRejection::NotRegistered => "ORGANISATION_NOT_FOUND",
            OrganisationRejection::AlreadyRegistered => "ORGANISATION_ALREADY_REGISTERED",
            OrganisationRejection::NotASteward => "NOT_A_STEWARD",
            OrganisationRejection::LastSteward => "LAST_STEWARD",
            OrganisationRejection::ScopesEmpty => "REPRESENTATION_SCOPES_EMPTY",
            OrganisationRejection::NotAffiliated => "AFFILIATION_NOT_CONFIRMED",
            OrganisationRejection::NotAMember => "NOT_A_MEMBER",
            OrganisationRejection::VoteTaken => "VOTING_REPRESENTATIVE_TAKEN",
        }
    }
}
