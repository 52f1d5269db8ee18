//! An organisation joins through the person who speaks for it.

use jiff::SignedDuration;
use kernel::{Clock as _, NetworkId, OrganisationId, Party, PersonId};
use stories::{Log, Member, Moment, OldCity, Protocol, Representation, World, refusal};
use uuid::Uuid;
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{MemberStatus, MembershipClass, RepresentationScope, TieVisibility},
};

/// Ben comes to vote for the guild, whose steward is Chloe.
async fn represented(
    world: &World,
    network: NetworkId,
    guild: OrganisationId,
    (chloe, ben): (PersonId, PersonId),
) {
    let vote = [RepresentationScope::Speak, RepresentationScope::Vote];
    let steward = world.person(chloe);
    let by_oneself = world.person(ben).authorise_representation(guild, (ben, network), &vote).await;
    assert_eq!(by_oneself, Err(refusal("FORBIDDEN", "NOT_A_STEWARD")));
    let unconfirmed = steward.authorise_representation(guild, (chloe, network), &vote).await;
    assert_eq!(unconfirmed, Err(refusal("PRECONDITION", "AFFILIATION_NOT_CONFIRMED")));
    let elsewhere = NetworkId::new(Uuid::from_u128(77));
    let nowhere = steward.authorise_representation(guild, (ben, elsewhere), &vote).await;
    assert_eq!(nowhere, Err(refusal("PRECONDITION", "NOT_A_MEMBER")));
    let nothing = steward.authorise_representation(guild, (ben, network), &[]).await;
    assert_eq!(nothing, Err(refusal("INVALID", "REPRESENTATION_SCOPES_EMPTY")));

    world.clock().advance(SignedDuration::from_mins(1));
    let before = world.clock().now();
    world.clock().advance(SignedDuration::from_mins(1));
    steward.authorise_representation(guild, (ben, network), &vote).await.unwrap();
    let expected = Representation { organisation: guild, person: ben, scopes: vote.to_vec() };
    let listed = world.person(ben).representations(network, Moment::NOW).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&expected));
    let then = Moment::at(&before.to_string());
    assert_eq!(world.person(ben).representations(network, then).await.unwrap(), []);

    steward.claim_affiliation(guild, "chair").await.unwrap();
    steward.confirm_affiliation(guild, chloe).await.unwrap();
    let second = steward.authorise_representation(guild, (chloe, network), &vote).await;
    assert_eq!(second, Err(refusal("PRECONDITION", "VOTING_REPRESENTATIVE_TAKEN")));
    world.person(ben).withdraw_representation(guild, (ben, network)).await.unwrap();
    steward.authorise_representation(guild, (chloe, network), &vote).await.unwrap();
    let listed = world.person(ben).representations(network, Moment::NOW).await.unwrap();
    assert_eq!(listed, [Representation { person: chloe, ..expected }]);
}

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
    for founder in [anna, ben] {
        world.person(founder).admit_party(network, party).await.unwrap();
    }
    let members = world.person(ben).members(network, Moment::NOW).await.unwrap();
    assert!(members.contains(&Member {
        party,
        class: MembershipClass::Member,
        status: MemberStatus::Active,
    }));

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

    represented(&world, network, guild, (chloe, ben)).await;

    steward.resign(network).await.unwrap();
    world.settle().await;
    assert_eq!(world.person(anna).representations(network, Moment::NOW).await.unwrap(), []);
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
