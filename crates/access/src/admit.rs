//! What every handler asks before it does anything: may this caller, in this network?

use kernel::{NetworkId, Party, PersonId};
use roster::Roster;
use tonic::{Request, Status};

use crate::{AccessRefused, Caller, Right};

#[cfg(test)]
mod tests;

/// Admits callers to networks, by the roster. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Access {
    roster: Roster,
}

/// What is left to check once the right and the caller are known.
enum Admission {
    /// Nothing.
    Granted(Caller),
    /// Whether the person is a member of the network concerned.
    IfMember(PersonId),
}

impl Access {
    /// Knows members by `roster`.
    pub fn new(roster: Roster) -> Access {
        Access { roster }
    }

    /// Says who calls, once it is known that they may.
    ///
    /// `network` is the network that the request names; `None` when the RPC's right concerns no
    /// network. A person counts as a member by their own membership only.
    ///
    /// # Errors
    ///
    /// `NETWORK_NOT_FOUND` for a person who is not a member, whether or not the network exists;
    /// what the roster fails with.
    pub fn admit<T>(
        &self,
        request: &Request<T>,
        network: Option<NetworkId>,
    ) -> impl Future<Output = Result<Caller, Status>> + Send {
        let admission = admission(request);
        async move {
            match admission? {
                Admission::Granted(caller) => Ok(caller),
                Admission::IfMember(person) => {
                    let network =
                        network.ok_or_else(|| wire::refuse(&AccessRefused::NetworkNotNamed))?;
                    let member = self.is_member(network, Party::Person(person)).await?;
                    member.then_some(Caller::Person(person)).ok_or_else(network_not_found)
                }
            }
        }
    }

    /// As [`Access::admit`], for a caller who acts as `party`: it is the party that must be a
    /// member. Whether the caller may speak for an organisation is for the service to check, before.
    ///
    /// # Errors
    ///
    /// As [`Access::admit`].
    pub fn admit_as<T>(
        &self,
        request: &Request<T>,
        network: NetworkId,
        party: Party,
    ) -> impl Future<Output = Result<Caller, Status>> + Send {
        let admission = admission(request);
        async move {
            match admission? {
                Admission::Granted(caller) => Ok(caller),
                Admission::IfMember(person) => {
                    let member = self.is_member(network, party).await?;
                    member.then_some(Caller::Person(person)).ok_or_else(network_not_found)
                }
            }
        }
    }

    /// As [`Access::admit`], for a thing that the request names by its own id, such as a gathering.
    ///
    /// `network` is the network in which the thing is; `None` when there is no such thing. A caller
    /// who may not know of it gets `absent` in both cases, and so cannot tell them apart.
    ///
    /// # Errors
    ///
    /// `absent`, for everybody when there is no such thing and for those who are not members; what
    /// the roster fails with.
    pub fn admit_within<T>(
        &self,
        request: &Request<T>,
        network: Option<NetworkId>,
        absent: Status,
    ) -> impl Future<Output = Result<Caller, Status>> + Send {
        let admission = admission(request);
        async move {
            match (admission?, network) {
                (Admission::Granted(caller), Some(_)) => Ok(caller),
                (Admission::IfMember(person), Some(network)) => {
                    let member = self.is_member(network, Party::Person(person)).await?;
                    member.then_some(Caller::Person(person)).ok_or(absent)
                }
                (Admission::Granted(_) | Admission::IfMember(_), None) => Err(absent),
            }
        }
    }

    async fn is_member(&self, network: NetworkId, party: Party) -> Result<bool, Status> {
        let standing = self.roster.standing_fresh(network, party).await;
        standing.map(|class| class.is_some()).map_err(|error| wire::refuse(&error))
    }
}

/// Says who calls, for handlers that have more to look at before they can ask to admit.
///
/// # Errors
///
/// `RPC_NOT_GUARDED` when the call came around the layer.
pub fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    guard(request).map(|(_, caller)| caller)
}

/// The answer about a network that is not there, and about one that is none of the caller's
/// business.
pub fn network_not_found() -> Status {
    wire::refuse(&AccessRefused::NetworkNotFound)
}

fn admission<T>(request: &Request<T>) -> Result<Admission, Status> {
    let (right, caller) = guard(request)?;
    Ok(match (right, caller) {
        (Right::Member | Right::MemberOrOperator, Caller::Person(person)) => {
            Admission::IfMember(person)
        }
        // The layer lets no operator through to what is for members alone.
        (Right::Member, Caller::Operator) => {
            return Err(wire::refuse(&AccessRefused::RpcNotGuarded));
        }
        (
            Right::Anyone
            | Right::SignedIn
            | Right::Person
            | Right::Operator
            | Right::PersonOrOperator,
            Caller::Person(_) | Caller::Operator,
        )
        | (Right::MemberOrOperator, Caller::Operator) => Admission::Granted(caller),
    })
}

fn guard<T>(request: &Request<T>) -> Result<(Right, Caller), Status> {
    let extensions = request.extensions();
    match (extensions.get::<Right>(), extensions.get::<Caller>()) {
        (Some(right), Some(caller)) => Ok((*right, *caller)),
        (Some(_) | None, None) | (None, Some(_)) => {
            Err(wire::refuse(&AccessRefused::RpcNotGuarded))
        }
    }
}
