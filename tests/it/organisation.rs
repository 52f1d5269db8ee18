//! An organisation joins through the person who speaks for it.

use kernel::{OrganisationId, Party};
use stories::{Log, Member, Moment, OldCity, Protocol, World, refusal};
use uuid::Uuid;
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{MembershipClass, TieVisibility},
};

async fn story(log: Log, protocol: Protocol) {
    let world = World::start(log, protocol).await;
    let OldCity { network, anna, ben, chloe } = OldCity::found(&world).await;
    let guild = world.person(chloe).register_organisation("Guild of roofers").await.unwrap();
    let party = Party::Organisation(guild);
    let steward = world.person(chloe).on_behalf_of(guild);

    let uninvited = steward.accept(network).await;
    assert_eq!(uninvited, Err(refusal("PRECONDITION", "NOT_INVITED")));
    world.person(anna).invite(network, party).await.unwrap();
    let somebody_else = world.person(ben).on_behalf_of(guild).accept(network).await;
    assert_eq!(somebody_else, Err(refusal("FORBIDDEN", "NOT_A_STEWARD")));
    steward.accept(network).await.unwrap();
    world.person(anna).admit_party(network, party).await.unwrap();
    let members = world.person(ben).members(network, Moment::NOW).await.unwrap();
    assert!(members.contains(&Member { party, class: MembershipClass::Member }));

    let shown = (TieVisibility::Network, "");
    steward.declare_trust(network, ben, shown).await.unwrap();
    let ties = world.person(anna).ties(network, Moment::NOW).await.unwrap();
    assert_eq!((ties[0].source, ties[0].target), (party, Party::Person(ben)));
    let structure = world.person(ben).structure(network, Layer::Ties, Moment::NOW).await.unwrap();
    assert_eq!((structure.nodes, structure.edges), (4, 1));

    world.person(ben).claim_affiliation(guild, "treasurer").await.unwrap();
    let by_oneself = world.person(ben).confirm_affiliation(guild, ben).await;
    assert_eq!(by_oneself, Err(refusal("FORBIDDEN", "NOT_A_STEWARD")));
    world.person(chloe).confirm_affiliation(guild, ben).await.unwrap();
    let nowhere = OrganisationId::new(Uuid::from_u128(77));
    let of_nothing = world.person(ben).claim_affiliation(nowhere, "treasurer").await;
    assert_eq!(of_nothing, Err(refusal("NOT_FOUND", "ORGANISATION_NOT_FOUND")));

    steward.resign(network).await.unwrap();
    let structure = world.person(ben).structure(network, Layer::Ties, Moment::NOW).await.unwrap();
    assert_eq!(structure.nodes, 3);
}

#[tokio::test]
async fn an_organisation_joins_through_its_steward_in_memory_over_graphql() {
    story(Log::Memory, Protocol::GraphQl).await;
}

#[tokio::test]
async fn an_organisation_joins_through_its_steward_on_sqlite_over_grpc() {
    story(Log::Sqlite, Protocol::Grpc).await;
}
