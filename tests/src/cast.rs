//! The people that most stories begin with.

use kernel::{NetworkId, PersonId};

use crate::World;

/// The network Old City: founded by Anna and Ben, open, with Chloe as a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OldCity {
    /// The network.
    pub network: NetworkId,
    /// A founder.
    pub anna: PersonId,
    /// The other founder.
    pub ben: PersonId,
    /// A member.
    pub chloe: PersonId,
}

impl OldCity {
    /// Founds it.
    pub async fn found(world: &World) -> OldCity {
        let anna = world.operator().register("Anna Alder").await.unwrap();
        let ben = world.operator().register("Ben Birch").await.unwrap();
        let chloe = world.operator().register("Chloe Cedar").await.unwrap();
        let (network, _) =
            world.person(anna).found_network("Old City", &[anna, ben]).await.unwrap();
        world.person(ben).join_as_founder(network).await.unwrap();
        for founder in [anna, ben] {
            world.person(founder).open_membership(network).await.unwrap();
        }
        world.person(chloe).apply(network, "").await.unwrap();
        for founder in [anna, ben] {
            world.person(founder).admit(network, chloe).await.unwrap();
        }
        OldCity { network, anna, ben, chloe }
    }
}
