//! The rules of a network, from founding on.

use std::collections::BTreeSet;

use events::{NetworkEvent, NetworkType};
use kernel::{Decider, ErrorCode, PersonId, Rejection};

#[cfg(test)]
mod tests;

/// How many founders a network needs at least.
pub const FOUNDERS_MIN: usize = 2;

/// Who founds a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Founding {
    /// A person, who is its first founder.
    ByFounder(PersonId),
    /// The operator, for the founders named.
    ByOperator,
    /// An import, before anybody has been named; the network cannot become active like this.
    ByImport,
}

/// What can be asked of a network.
#[derive(Clone, PartialEq, Debug)]
pub enum NetworkCommand {
    /// Founds it.
    FoundNetwork {
        /// Who does.
        founding: Founding,
        /// What it is called.
        name: String,
        /// What it is for; may be empty.
        purpose: String,
        /// Who is to found it.
        founders: BTreeSet<PersonId>,
    },
    /// Takes part in founding it.
    JoinAsFounder {
        /// Who does.
        by: PersonId,
    },
    /// Says what it is for.
    DeclareNetworkType {
        /// Who does.
        by: PersonId,
        /// Every type it means to be.
        types: BTreeSet<NetworkType>,
    },
    /// Lets anybody apply.
    OpenMembership {
        /// Who does.
        by: PersonId,
    },
    /// Lets only the invited enter.
    CloseMembership {
        /// Who does.
        by: PersonId,
    },
}

/// Why a network refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NetworkRejection {
    /// There is no such network.
    #[error("there is no such network")]
    NotFounded,
    /// There is one of that name.
    #[error("a network of this name exists already; choose another name")]
    NameTaken,
    /// Fewer than two founders.
    #[error("a network needs at least {FOUNDERS_MIN} founders")]
    FoundersTooFew,
    /// The founding person is not among the founders.
    #[error("the person who founds a network must be one of its founders")]
    FounderNotNamed,
    /// The person was not asked to found it.
    #[error("this person was not named as a founder")]
    NotNamedAsFounder,
    /// Only founders act while the network is forming.
    #[error("only a founder can do this while the network is forming")]
    NotAFounder,
    /// No type was given.
    #[error("a network needs at least one type")]
    TypesEmpty,
}

/// The state of one network.
#[derive(Clone, PartialEq, Debug)]
pub enum Network {
    /// No events yet.
    Unfounded,
    /// Founded, and without a charter.
    Forming {
        /// Who was asked to found it.
        named: BTreeSet<PersonId>,
        /// Who took part.
        founders: BTreeSet<PersonId>,
        /// What it is for.
        types: BTreeSet<NetworkType>,
        /// Who may apply.
        entry: Entry,
    },
}

/// Who may enter a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// Anybody may apply.
    Open,
    /// Only the invited.
    ByInvitation,
}

impl Decider for Network {
    type Command = NetworkCommand;
    type Event = NetworkEvent;
    type Rejection = NetworkRejection;

    fn initial() -> Network {
        Network::Unfounded
    }

    fn decide(&self, command: &NetworkCommand) -> Result<Vec<NetworkEvent>, NetworkRejection> {
        match (self, command) {
            (
                Network::Unfounded,
                NetworkCommand::FoundNetwork { founding, name, purpose, founders },
            ) => found(*founding, name, purpose, founders),
            (Network::Forming { .. }, NetworkCommand::FoundNetwork { .. }) => {
                Err(NetworkRejection::NameTaken)
            }
            (Network::Forming { named, founders, .. }, NetworkCommand::JoinAsFounder { by }) => {
                if founders.contains(by) {
                    return Ok(vec![]);
                }
                if !named.contains(by) {
                    return Err(NetworkRejection::NotNamedAsFounder);
                }
                Ok(vec![NetworkEvent::FounderJoined { person: *by }])
            }
            (
                Network::Forming { founders, types: declared, .. },
                NetworkCommand::DeclareNetworkType { by, types },
            ) => {
                founder(founders, *by)?;
                if types.is_empty() {
                    return Err(NetworkRejection::TypesEmpty);
                }
                let event = NetworkEvent::NetworkTypeDeclared { types: types.clone() };
                Ok(if types == declared { vec![] } else { vec![event] })
            }
            (Network::Forming { founders, entry, .. }, NetworkCommand::OpenMembership { by }) => {
                founder(founders, *by)?;
                match entry {
                    Entry::Open => Ok(vec![]),
                    Entry::ByInvitation => Ok(vec![NetworkEvent::MembershipOpened {}]),
                }
            }
            (Network::Forming { founders, entry, .. }, NetworkCommand::CloseMembership { by }) => {
                founder(founders, *by)?;
                match entry {
                    Entry::Open => Ok(vec![NetworkEvent::MembershipClosed {}]),
                    Entry::ByInvitation => Ok(vec![]),
                }
            }
            (
                Network::Unfounded,
                NetworkCommand::JoinAsFounder { .. }
                | NetworkCommand::DeclareNetworkType { .. }
                | NetworkCommand::OpenMembership { .. }
                | NetworkCommand::CloseMembership { .. },
            ) => Err(NetworkRejection::NotFounded),
        }
    }

    fn evolve(self, event: &NetworkEvent) -> Network {
        match (self, event) {
            (_, NetworkEvent::NetworkFounded { founders: named, .. }) => Network::Forming {
                named: named.iter().copied().collect(),
                founders: BTreeSet::new(),
                types: BTreeSet::new(),
                entry: Entry::ByInvitation,
            },
            (
                Network::Forming { named, mut founders, types, entry },
                NetworkEvent::FounderJoined { person },
            ) => {
                founders.insert(*person);
                Network::Forming { named, founders, types, entry }
            }
            (
                Network::Forming { named, founders, entry, .. },
                NetworkEvent::NetworkTypeDeclared { types },
            ) => Network::Forming { named, founders, types: types.clone(), entry },
            (
                Network::Forming { named, founders, types, .. },
                NetworkEvent::MembershipOpened {},
            ) => Network::Forming { named, founders, types, entry: Entry::Open },
            (
                Network::Forming { named, founders, types, .. },
                NetworkEvent::MembershipClosed {},
            ) => Network::Forming { named, founders, types, entry: Entry::ByInvitation },
            (
                Network::Unfounded,
                NetworkEvent::FounderJoined { .. }
                | NetworkEvent::NetworkTypeDeclared { .. }
                | NetworkEvent::MembershipOpened {}
                | NetworkEvent::MembershipClosed {},
            ) => Network::Unfounded,
        }
    }
}

fn found(
    founding: Founding,
    name: &str,
    purpose: &str,
    founders: &BTreeSet<PersonId>,
) -> Result<Vec<NetworkEvent>, NetworkRejection> {
    let founded = NetworkEvent::NetworkFounded {
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        founders: founders.iter().copied().collect(),
    };
    match founding {
        Founding::ByImport => Ok(vec![founded]),
        Founding::ByFounder(_) | Founding::ByOperator if founders.len() < FOUNDERS_MIN => {
            Err(NetworkRejection::FoundersTooFew)
        }
        Founding::ByFounder(person) if !founders.contains(&person) => {
            Err(NetworkRejection::FounderNotNamed)
        }
        Founding::ByFounder(person) => Ok(vec![founded, NetworkEvent::FounderJoined { person }]),
        Founding::ByOperator => Ok(vec![founded]),
    }
}

fn founder(founders: &BTreeSet<PersonId>, by: PersonId) -> Result<(), NetworkRejection> {
    if founders.contains(&by) { Ok(()) } else { Err(NetworkRejection::NotAFounder) }
}

impl Rejection for NetworkRejection {
    fn code(&self) -> ErrorCode {
        match self {
            NetworkRejection::NotFounded => ErrorCode::NotFound,
            NetworkRejection::NameTaken => ErrorCode::AlreadyExists,
            NetworkRejection::FoundersTooFew
            | NetworkRejection::FounderNotNamed
            | NetworkRejection::TypesEmpty => ErrorCode::Invalid,
            NetworkRejection::NotNamedAsFounder | NetworkRejection::NotAFounder => {
                ErrorCode::Forbidden
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            NetworkRejection::NotFounded => "NETWORK_NOT_FOUND",
            NetworkRejection::NameTaken => "NETWORK_NAME_TAKEN",
            NetworkRejection::FoundersTooFew => "FOUNDERS_TOO_FEW",
            NetworkRejection::FounderNotNamed => "FOUNDER_NOT_NAMED",
            NetworkRejection::NotNamedAsFounder => "NOT_NAMED_AS_FOUNDER",
            NetworkRejection::NotAFounder => "NOT_A_FOUNDER",
            NetworkRejection::TypesEmpty => "NETWORK_TYPES_EMPTY",
        }
    }
}
