//! A network is founded, grows, and its people meet.

use jiff::SignedDuration;
use kernel::{NetworkId, Party, PersonId};
use stories::{Attendance, Log, Member, Moment, Protocol, Tie, World, refusal};
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{AttendanceMode, MemberStatus, MembershipClass, TieKind, TieVisibility},
};

fn member(person: PersonId, class: MembershipClass) -> Member {
    Member { party: Party::Person(person), class, status: MemberStatus::Active }
}

async fn founded(world: &World) -> (NetworkId, PersonId, PersonId, PersonId) {
    let anna = world.operator().register("Anna Alder").await.unwrap();
    let ben = world.operator().register("Ben Birch").await.unwrap();
    let chloe = world.operator().register("Chloe Cedar").await.unwrap();

    let alone = world.person(anna).found_network("Old City", &[anna]).await;
    assert_eq!(alone, Err(refusal("INVALID", "FOUNDERS_TOO_FEW")));
    let for_others = world.person(chloe).found_network("Old City", &[anna, ben]).await;
    assert_eq!(for_others, Err(refusal("INVALID", "FOUNDER_NOT_NAMED")));
    let (network, _) = world.person(anna).found_network("Old City", &[anna, ben]).await.unwrap();
    let founder = |person| member(person, MembershipClass::Founder);
    let members = world.person(anna).members(network, Moment::NOW).await.unwrap();
    assert_eq!(members, [founder(anna)]);
    let again = world.person(ben).found_network("old  city", &[anna, ben]).await;
    assert_eq!(again, Err(refusal("ALREADY_EXISTS", "NETWORK_NAME_TAKEN")));

    let not_yet = world.person(ben).network(network).await;
    assert_eq!(not_yet, Err(refusal("NOT_FOUND", "NETWORK_NOT_FOUND")));
    let unnamed = world.person(chloe).join_as_founder(network).await;
    assert_eq!(unnamed, Err(refusal("FORBIDDEN", "NOT_NAMED_AS_FOUNDER")));
    world.clock().advance(SignedDuration::from_mins(1));
    world.person(ben).join_as_founder(network).await.unwrap();
    let members = world.person(ben).members(network, Moment::NOW).await.unwrap();
    assert_eq!(members, [founder(anna), founder(ben)]);
    (network, anna, ben, chloe)
}

async fn grown(world: &World, network: NetworkId, people: (PersonId, PersonId, PersonId)) {
    let (anna, ben, chloe) = people;
    let uninvited = world.person(chloe).apply(network, "I know every roof").await;
    assert_eq!(uninvited, Err(refusal("PRECONDITION", "ENTRY_BY_INVITATION")));
    assert!(!world.person(anna).network(network).await.unwrap().membership_open);
    assert_eq!(world.person(anna).open_membership(network).await.unwrap().events, 1);
    assert!(!world.person(ben).network(network).await.unwrap().membership_open);
    assert_eq!(world.person(ben).open_membership(network).await.unwrap().events, 2);
    assert!(world.person(ben).network(network).await.unwrap().membership_open);
    world.person(chloe).apply(network, "I know every roof").await.unwrap();
    let early = world.person(chloe).members(network, Moment::NOW).await;
    assert_eq!(early, Err(refusal("NOT_FOUND", "NETWORK_NOT_FOUND")));
    world.clock().advance(SignedDuration::from_mins(1));
    assert_eq!(world.person(ben).admit(network, chloe).await.unwrap().events, 1);
    assert_eq!(world.person(anna).admit(network, chloe).await.unwrap().events, 2);
    let members = world.person(chloe).members(network, Moment::NOW).await.unwrap();
    assert_eq!(members.len(), 3);
    assert_eq!(members[2], member(chloe, MembershipClass::Member));

    let dora = world.operator().register("Dora Dogwood").await.unwrap();
    world.person(dora).apply(network, "").await.unwrap();
    let not_a_founder = world.person(chloe).admit(network, dora).await;
    assert_eq!(not_a_founder, Err(refusal("FORBIDDEN", "NOT_A_FOUNDER")));
    let shared = world.person(chloe).profile(anna).await.unwrap();
    assert_eq!(shared.profile.len(), 1, "members read each other's names");
    let hidden = world.person(dora).profile(anna).await.unwrap();
    assert_eq!(hidden.profile, [], "others do not");
}

async fn tied(world: &World, network: NetworkId, people: (PersonId, PersonId, PersonId)) {
    let (anna, ben, chloe) = people;
    let shown = TieVisibility::Network;
    let to_oneself = world.person(anna).declare_trust(network, anna, (shown, "")).await;
    assert_eq!(to_oneself.unwrap_err(), refusal("INVALID", "TIE_TO_ONESELF"));
    let (tie, _) = world.person(anna).declare_trust(network, ben, (shown, "")).await.unwrap();
    let seen = Tie {
        tie,
        source: Party::Person(anna),
        target: Party::Person(ben),
        kind: TieKind::Trusts,
        acknowledged: false,
    };
    let listed = world.person(chloe).ties(network, Moment::NOW).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&seen));
    let structure = world.person(chloe).structure(network, Layer::Ties, Moment::NOW).await.unwrap();
    assert_eq!((structure.nodes, structure.edges, structure.components), (3, 1, 2));
    assert_eq!((structure.isolates, structure.reciprocity), (1, Some(0.0)));
    assert_eq!(structure.density, Some(1.0 / 6.0));

    let third = world.person(chloe).acknowledge(tie).await;
    assert_eq!(third, Err(refusal("NOT_FOUND", "TIE_NOT_FOUND")));
    world.person(ben).acknowledge(tie).await.unwrap();
    let listed = world.person(anna).ties(network, Moment::NOW).await.unwrap();
    assert_eq!(listed, [Tie { acknowledged: true, ..seen }]);

    let target = world.person(ben).assess(tie, 3, 4).await;
    assert_eq!(target, Err(refusal("FORBIDDEN", "NOT_THE_SOURCE_OF_THE_TIE")));
    let beyond = world.person(anna).assess(tie, 5, 1).await;
    assert_eq!(beyond, Err(refusal("INVALID", "RATING_OUT_OF_RANGE")));
    assert_eq!(world.person(anna).assess(tie, 3, 4).await.unwrap().events, 1);

    world.clock().advance(SignedDuration::from_hours(1));
    world.person(anna).withdraw(tie).await.unwrap();
    assert_eq!(world.person(anna).ties(network, Moment::NOW).await.unwrap(), []);
    let structure = world.person(anna).structure(network, Layer::Ties, Moment::NOW).await.unwrap();
    assert_eq!((structure.nodes, structure.edges, structure.isolates), (3, 0, 3));
    let gone = world.person(ben).acknowledge(tie).await;
    assert_eq!(gone, Err(refusal("NOT_FOUND", "TIE_NOT_FOUND")));
}

async fn gathered(world: &World, network: NetworkId, people: (PersonId, PersonId, PersonId)) {
    let (anna, ben, chloe) = people;
    let in_person = AttendanceMode::InPerson;
    let tomorrow = "2026-11-23T18:00:00Z";
    let (supper, _) = world.person(chloe).plan(network, "Supper", tomorrow).await.unwrap();
    let listed = world.person(ben).gatherings(network).await.unwrap();
    assert_eq!((listed.len(), listed[0].gathering, listed[0].held), (1, supper, false));
    let too_early = world.person(chloe).record(supper, anna, in_person).await;
    assert_eq!(too_early, Err(refusal("PRECONDITION", "GATHERING_NOT_BEGUN")));
    let too_early = world.person(chloe).hold(supper).await;
    assert_eq!(too_early, Err(refusal("PRECONDITION", "GATHERING_NOT_BEGUN")));

    world.travel_to("2026-11-23T21:00:00Z");
    for (person, mode) in [(anna, in_person), (ben, in_person), (chloe, AttendanceMode::Online)] {
        world.person(anna).record(supper, person, mode).await.unwrap();
    }
    assert_eq!(world.person(ben).record(supper, ben, in_person).await.unwrap().events, 0);
    let otherwise = world.person(ben).record(supper, ben, AttendanceMode::Online).await;
    assert_eq!(otherwise, Err(refusal("ALREADY_EXISTS", "ATTENDANCE_DIFFERS")));
    let layer = Layer::CoAttendance;
    let structure = world.person(ben).structure(network, layer, Moment::NOW).await.unwrap();
    assert_eq!((structure.nodes, structure.edges, structure.transitivity), (3, 3, Some(1.0)));

    world.person(ben).correct(supper, chloe, None).await.unwrap();
    world.person(ben).correct(supper, ben, Some(AttendanceMode::Online)).await.unwrap();
    let mut there = world.person(chloe).attendance(supper, Moment::NOW).await.unwrap();
    there.sort_by_key(|attendance| attendance.person != anna);
    let seen = |person, mode| Attendance { person, mode };
    assert_eq!(there, [seen(anna, in_person), seen(ben, AttendanceMode::Online)]);
    let structure = world.person(ben).structure(network, layer, Moment::NOW).await.unwrap();
    assert_eq!((structure.nodes, structure.edges, structure.density), (2, 1, Some(1.0)));
    world.person(chloe).hold(supper).await.unwrap();
    let supper = world.person(anna).gathering(supper).await.unwrap();
    assert_eq!((supper.held, supper.attendance_count), (true, 2));

    world.person(chloe).resign(network).await.unwrap();
    // The roster may take who has just left for a member until it has heard of it.
    world.system().caught_up().await.unwrap();
    let left = world.person(chloe).network(network).await;
    assert_eq!(left, Err(refusal("NOT_FOUND", "NETWORK_NOT_FOUND")));
    let structure = world.person(ben).structure(network, Layer::Ties, Moment::NOW).await.unwrap();
    assert_eq!(structure.nodes, 2, "who left is no active member");
}

async fn story(log: Log, protocol: Protocol) {
    let world = World::start(log, protocol).await;
    let (network, anna, ben, chloe) = founded(&world).await;
    grown(&world, network, (anna, ben, chloe)).await;
    tied(&world, network, (anna, ben, chloe)).await;
    gathered(&world, network, (anna, ben, chloe)).await;
}

#[tokio::test]
async fn a_network_is_founded_and_meets_in_memory_over_grpc() {
    story(Log::Memory, Protocol::Grpc).await;
}

#[tokio::test]
async fn a_network_is_founded_and_meets_in_memory_over_graphql() {
    story(Log::Memory, Protocol::GraphQl).await;
}

#[tokio::test]
async fn a_network_is_founded_and_meets_on_sqlite_over_grpc() {
    story(Log::Sqlite, Protocol::Grpc).await;
}

#[tokio::test]
async fn a_network_is_founded_and_meets_on_sqlite_over_graphql() {
    story(Log::Sqlite, Protocol::GraphQl).await;
}
