//! What is entered late changes the past as it is known now, and not as it was known then.

use kernel::NetworkId;
use stories::{Attendance, Log, Member, Moment, OldCity, Protocol, Structure, Tie, World};
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{AttendanceMode, TieVisibility},
};

const END_OF_MARCH: &str = "2026-03-31T23:59:59Z";
const FIRST_OF_APRIL: &str = "2026-04-01T00:00:00Z";

/// Everything that is asked about a moment.
#[derive(PartialEq, Debug)]
struct Answers {
    together: Structure,
    ties_layer: Structure,
    members: Vec<Member>,
    ties: Vec<Tie>,
    walkers: Vec<Attendance>,
}

async fn answers(
    world: &World,
    cast: OldCity,
    walk: kernel::GatheringId,
    moment: Moment,
) -> Answers {
    let anna = world.person(cast.anna);
    let network: NetworkId = cast.network;
    Answers {
        together: anna.structure(network, Layer::CoAttendance, moment).await.unwrap(),
        ties_layer: anna.structure(network, Layer::Ties, moment).await.unwrap(),
        members: anna.members(network, moment).await.unwrap(),
        ties: anna.ties(network, moment).await.unwrap(),
        walkers: anna.attendance(walk, moment).await.unwrap(),
    }
}

async fn story(log: Log, protocol: Protocol) {
    let world = World::start(log, protocol).await;
    let shown = (TieVisibility::Network, "");
    let in_person = AttendanceMode::InPerson;
    world.travel_to("2026-03-01T09:00:00Z");
    let cast = OldCity::found(&world).await;
    let OldCity { network, anna, ben, chloe } = cast;

    world.travel_to("2026-03-10T20:00:00Z");
    let day = "2026-03-10T18:00:00Z";
    let (walk, _) = world.person(anna).plan(network, "Spring walk", day).await.unwrap();
    world.person(anna).record(walk, anna, in_person).await.unwrap();
    world.person(anna).record(walk, ben, in_person).await.unwrap();
    world.person(anna).declare_trust(network, ben, shown).await.unwrap();

    world.travel_to(FIRST_OF_APRIL);
    let march = Moment::at(END_OF_MARCH);
    let in_april = answers(&world, cast, walk, march).await;
    let position_in_april = world.position();
    assert_eq!((in_april.together.nodes, in_april.together.edges), (2, 1));
    assert_eq!((in_april.ties_layer.nodes, in_april.ties_layer.edges), (3, 1));
    assert_eq!(in_april.walkers.len(), 2);

    // In November everything comes to light that happened in March.
    world.travel_to("2026-11-22T12:00:00Z");
    let day = "2026-03-14T19:00:00Z";
    let (supper, _) = world.person(ben).plan(network, "March supper", day).await.unwrap();
    for person in [anna, ben, chloe] {
        world.person(ben).record(supper, person, in_person).await.unwrap();
    }
    world.person(chloe).correct(walk, ben, None).await.unwrap();
    let late = world.person(ben).effective("2026-03-15T08:00:00Z");
    late.declare_trust(network, chloe, shown).await.unwrap();
    let dora = world.operator().register("Dora Dogwood").await.unwrap();
    let joined = "2026-03-20T08:00:00Z";
    world.person(dora).effective(joined).apply(network, "").await.unwrap();
    for founder in [anna, ben] {
        world.person(founder).effective(joined).admit(network, dora).await.unwrap();
    }

    let as_we_know_it_now = answers(&world, cast, walk, march).await;
    assert_eq!((as_we_know_it_now.together.nodes, as_we_know_it_now.together.edges), (3, 3));
    assert_eq!((as_we_know_it_now.ties_layer.nodes, as_we_know_it_now.ties_layer.edges), (4, 2));
    assert_eq!(as_we_know_it_now.members.len(), 4);
    assert_eq!(as_we_know_it_now.ties.len(), 2);
    assert_eq!(as_we_know_it_now.walkers, [Attendance { person: anna, mode: in_person }]);

    let as_we_knew_it_then = answers(&world, cast, walk, march.known_at(FIRST_OF_APRIL)).await;
    assert_eq!(as_we_knew_it_then, in_april);
    let by_position = answers(&world, cast, walk, march.known_by(position_in_april)).await;
    assert_eq!(by_position, in_april);

    // Between the walk and the supper, as we know it now, Anna walked alone.
    let between = answers(&world, cast, walk, Moment::at("2026-03-12T00:00:00Z")).await;
    assert_eq!((between.together.nodes, between.together.edges), (1, 0));
    assert_eq!((between.members.len(), between.ties.len()), (3, 1));
    // And before the beginning there was nobody, whatever we know.
    let before = answers(&world, cast, walk, Moment::at("2026-02-28T00:00:00Z")).await;
    assert_eq!((before.together.nodes, before.ties_layer.nodes), (0, 0));
    assert_eq!((before.members.len(), before.ties.len()), (0, 0));
}

#[tokio::test]
async fn a_gathering_of_last_march_changes_march_as_known_now_in_memory_over_grpc() {
    story(Log::Memory, Protocol::Grpc).await;
}

#[tokio::test]
async fn a_gathering_of_last_march_changes_march_as_known_now_in_memory_over_graphql() {
    story(Log::Memory, Protocol::GraphQl).await;
}

#[tokio::test]
async fn a_gathering_of_last_march_changes_march_as_known_now_on_sqlite_over_grpc() {
    story(Log::Sqlite, Protocol::Grpc).await;
}

#[tokio::test]
async fn a_gathering_of_last_march_changes_march_as_known_now_on_sqlite_over_graphql() {
    story(Log::Sqlite, Protocol::GraphQl).await;
}
