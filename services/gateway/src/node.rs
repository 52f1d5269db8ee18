//! What can be read again by its id alone, and the two kinds of parties.

use async_graphql::{Context, ID, Interface, Object, Result, Union};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use kernel::{ErrorCode, Id, IdKind, NetworkId, Party as PartyId, id::kinds};
use tonic::{Code, Status};

use crate::{
    call::{self, Call},
    decision::{self, Decision},
    gathering::{self, Gathering},
    ids::AnyId,
    network::{self, Network},
    organisation::{self, Organisation},
    person::{self, Person},
    proposal::{self, Proposal},
    register::{self, Resolution},
};

/// How many ids one field takes.
const NODES_MAX: usize = 100;

/// How many nodes are read at the same time.
const NODES_AT_ONCE: usize = 16;

/// Whatever can be read again by its id alone.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID", desc = "Identifies it among everything there is."))]
pub(crate) enum Node {
    /// A network.
    Network(Box<Network>),
    /// A person.
    Person(Person),
    /// An organisation.
    Organisation(Organisation),
    /// A gathering.
    Gathering(Gathering),
    /// A proposal.
    Proposal(Box<Proposal>),
    /// A decision.
    Decision(Box<Decision>),
    /// A resolution.
    Resolution(Box<Resolution>),
}

/// Who can belong to a network and have ties: a person or an organisation.
#[derive(Union)]
pub(crate) enum Party {
    /// A person.
    Person(Person),
    /// An organisation.
    Organisation(Organisation),
}

/// Reads a party together with others; `None` when there is none that the caller may know of.
///
/// # Errors
///
/// Those of the services.
pub(crate) async fn party(call: &Call, id: PartyId) -> Result<Option<Party>, Status> {
    match id {
        PartyId::Person(id) => {
            let found = call.person(id).await?.map(Person::of).transpose()?;
            Ok(found.map(Party::Person))
        }
        PartyId::Organisation(id) => {
            Ok(organisation::one(call, id).await?.map(Party::Organisation))
        }
    }
}

/// Reads parties together, in the order of `ids`; `None` stands for those that the caller may not
/// know of.
///
/// # Errors
///
/// Those of the services.
pub(crate) async fn parties(call: &Call, ids: &[PartyId]) -> Result<Vec<Option<Party>>, Status> {
    future::try_join_all(ids.iter().map(|id| party(call, *id))).await
}

/// Reads a person together with others; `None` when `id` is empty, or there is none that the caller
/// may know of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn person(call: &Call, id: &str) -> Result<Option<Person>, Status> {
    if id.is_empty() { Ok(None) } else { person::one(call, id).await }
}

/// Reads a network once for everything that asks for it at the same time; `None` when there is none
/// that the caller may know of.
///
/// # Errors
///
/// Those of the service.
pub(crate) async fn network(call: &Call, id: NetworkId) -> Result<Option<Network>, Status> {
    call.network(id).await?.map(Network::of).transpose()
}

async fn read(call: &Call, id: AnyId) -> Result<Node, Status> {
    fn of<K: IdKind>(id: &AnyId) -> Option<Id<K>> {
        (id.kind == K::NAME).then(|| Id::new(id.uuid))
    }
    if let Some(id) = of::<kinds::Network>(&id) {
        Ok(Node::Network(Box::new(network::by_id(call, id).await?)))
    } else if let Some(id) = of::<kinds::Person>(&id) {
        Ok(Node::Person(person::by_id(call, id).await?))
    } else if let Some(id) = of::<kinds::Organisation>(&id) {
        Ok(Node::Organisation(organisation::by_id(call, id).await?))
    } else if let Some(id) = of::<kinds::Gathering>(&id) {
        Ok(Node::Gathering(gathering::by_id(call, id).await?))
    } else if let Some(id) = of::<kinds::Proposal>(&id) {
        Ok(Node::Proposal(Box::new(proposal::by_id(call, id).await?)))
    } else if let Some(id) = of::<kinds::Decision>(&id) {
        Ok(Node::Decision(Box::new(decision::by_id(call, id).await?)))
    } else if let Some(id) = of::<kinds::Resolution>(&id) {
        Ok(Node::Resolution(Box::new(register::by_id(call, id).await?)))
    } else {
        let message = format!("what has an id of type {} cannot be read by it alone", id.kind);
        Err(wire::status(ErrorCode::Invalid, "NOT_A_NODE", Some("id"), &message))
    }
}

/// Reading by ids.
#[derive(Default, Debug)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Reads anything by its id.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of a Network, Person, Organisation, Gathering, Proposal, Decision or Resolution."
        )]
        id: AnyId,
    ) -> Result<Option<Node>> {
        Ok(Some(read(Call::of(ctx)?, id).await?))
    }

    /// Reads many things by their ids, in the order of the ids; null stands where there is nothing
    /// that you may know of.
    #[graphql(complexity = "ids.len() * (call::COST + child_complexity)")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 ids.")] ids: Vec<ID>,
    ) -> Result<Option<Vec<Option<Node>>>> {
        if NODES_MAX < ids.len() {
            let message = format!("{} ids are given, at most {NODES_MAX} are read", ids.len());
            return Err(
                wire::status(ErrorCode::Invalid, "IDS_TOO_MANY", Some("ids"), &message).into()
            );
        }
        let ids = ids.iter().map(|id| AnyId::listed(id, "ids")).collect::<Result<Vec<_>, _>>()?;
        let call = Call::of(ctx)?;
        let reads: Vec<_> = ids.into_iter().map(|id| read(call, id)).collect();
        let nodes = stream::iter(reads).buffered(NODES_AT_ONCE).map(|node| match node {
            Ok(node) => Ok(Some(node)),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(status),
        });
        Ok(Some(nodes.try_collect().await?))
    }
}
