//! A list made elsewhere is entered with its true dates.

use kernel::{NetworkId, PersonId};
use stories::{Log, Moment, OldCity, Protocol, Structure, World, refusal, row, southern_women};
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{AttendanceMode, ImportRow},
};

async fn together(world: &World, network: NetworkId, date: &str) -> Structure {
    let moment = Moment::at(&format!("{date}T23:59:59Z"));
    world.operator().structure(network, Layer::CoAttendance, moment).await.unwrap()
}

fn head(world: &World) -> u64 {
    world.system().log().head().borrow().0
}

async fn the_figures_are_right(log: Log, protocol: Protocol) {
    let world = World::start(log, protocol).await;
    let imported = world.operator().import("Southern Women", &southern_women()).await.unwrap();
    assert!(imported.network_founded);
    assert_eq!((imported.rows, imported.attendances_recorded), (89, 89));
    assert_eq!((imported.persons_registered, imported.gatherings_planned), (18, 14));
    let network = NetworkId::parse(&imported.network_id).unwrap();

    // Before the first gathering there is nobody; figures of nobody are undefined.
    let nobody = together(&world, network, "1936-02-22").await;
    assert_eq!((nobody.nodes, nobody.edges, nobody.components), (0, 0, 0));
    assert_eq!(
        (nobody.density, nobody.largest_component_share, nobody.diameter),
        (None, None, None)
    );
    // Event 11: four people, so six pairs, and everybody knows everybody.
    let four = together(&world, network, "1936-02-23").await;
    assert_eq!((four.nodes, four.edges, four.components, four.isolates), (4, 6, 1, 0));
    assert_eq!((four.density, four.transitivity, four.diameter), (Some(1.0), Some(1.0), Some(1)));
    assert_eq!(four.average_degree, Some(3.0));
    // Event 5, two days later: eight others, 28 pairs, and none of the four.
    let two_groups = together(&world, network, "1936-02-25").await;
    assert_eq!((two_groups.nodes, two_groups.edges, two_groups.components), (12, 34, 2));
    assert_eq!(two_groups.largest_component_share, Some(8.0 / 12.0));
    assert_eq!(two_groups.average_degree, Some(68.0 / 12.0));
    // The year.
    let year = together(&world, network, "1936-12-31").await;
    assert_eq!((year.nodes, year.edges, year.components, year.isolates), (18, 139, 1, 0));
    assert_eq!(year.density, Some(139.0 / 153.0));
    assert_eq!(year.diameter, Some(2));

    let before = head(&world);
    let again = world.operator().import("Southern Women", &southern_women()).await.unwrap();
    assert_eq!((again.rows, again.attendances_recorded), (89, 0));
    assert_eq!((again.persons_registered, again.gatherings_planned), (0, 0));
    assert!(!again.network_founded);
    assert_eq!(head(&world), before, "importing a list again records nothing");
    assert_eq!(together(&world, network, "1936-12-31").await, year);
}

#[tokio::test]
async fn the_figures_of_the_southern_women_are_right_in_memory() {
    the_figures_are_right(Log::Memory, Protocol::Grpc).await;
}

#[tokio::test]
async fn the_figures_of_the_southern_women_are_right_on_sqlite_over_graphql() {
    the_figures_are_right(Log::Sqlite, Protocol::GraphQl).await;
}

/// Two who came to the lunch, as the import knows them, in the network of Anna and Ben.
async fn lunch(world: &World, cast: OldCity) -> (kernel::GatheringId, Vec<PersonId>) {
    let anna = world.person(cast.anna);
    let gatherings = anna.gatherings(cast.network).await.unwrap();
    let lunch = gatherings.iter().find(|gathering| gathering.title == "Lunch").unwrap().gathering;
    let there = anna.attendance(lunch, Moment::NOW).await.unwrap();
    (lunch, there.iter().map(|attendance| attendance.person).collect())
}

#[tokio::test]
async fn a_list_that_is_imported_again_does_not_overrule_corrections() {
    let world = World::start(Log::Sqlite, Protocol::Grpc).await;
    let cast = OldCity::found(&world).await;
    let anna = world.person(cast.anna);
    let list = [row("2026-05-01", "Lunch", "Erin"), row("2026-05-01", "Lunch", "Flora")];
    let first = world.operator().import("OLD  city", &list).await.unwrap();
    assert!(!first.network_founded, "it is the network that Anna founded");
    assert_eq!(first.network_id, cast.network.to_string());
    let (lunch, there) = lunch(&world, cast).await;
    assert_eq!(there.len(), 2);

    anna.correct(lunch, there[0], None).await.unwrap();
    let before = head(&world);
    let again = world.operator().import("Old City", &list).await.unwrap();
    assert_eq!((again.rows, again.attendances_recorded), (2, 0));
    assert_eq!(head(&world), before);
    let left = anna.attendance(lunch, Moment::NOW).await.unwrap();
    assert_eq!(left.iter().map(|attendance| attendance.person).collect::<Vec<_>>(), there[1..]);

    anna.correct(lunch, there[1], Some(AttendanceMode::Online)).await.unwrap();
    let before = head(&world);
    let again = world.operator().import("Old City", &list).await.unwrap();
    assert_eq!((again.rows, again.attendances_recorded), (2, 0));
    assert_eq!(head(&world), before);
    let left = anna.attendance(lunch, Moment::NOW).await.unwrap();
    assert_eq!(left[0].mode, AttendanceMode::Online);
}

#[tokio::test]
async fn a_bad_list_is_refused_whole() {
    let world = World::start(Log::Sqlite, Protocol::Grpc).await;
    let good = row("2026-05-01", "Lunch", "Erin");
    let bad = |row: ImportRow, reason: &str| ([good.clone(), row], reason.to_owned());
    let nobody = ImportRow { person: "  ".to_owned(), ..good.clone() };
    let nowhere = ImportRow { gathering: String::new(), ..good.clone() };
    let never = ImportRow { starts_at: None, ..good.clone() };
    let lists = [
        bad(good.clone(), "DUPLICATE_ROW"),
        bad(row("2026-11-23", "Supper", "Erin"), "GATHERING_NOT_BEGUN"),
        bad(nobody, "FIELD_MISSING"),
        bad(nowhere, "FIELD_MISSING"),
        bad(never, "FIELD_MISSING"),
        bad(ImportRow { mode: 0, ..row("2026-05-01", "Lunch", "Flora") }, "FIELD_MISSING"),
        bad(row("2026-05-01", "Lunch", &"long ".repeat(1_000)), "TEXT_TOO_LONG"),
        bad(row("2026-05-01", "Lunch", "Er\u{0}in"), "TEXT_MALFORMED"),
    ];
    for (list, reason) in lists {
        let refused = world.operator().import("Old City", &list).await;
        assert_eq!(refused.unwrap_err(), refusal("INVALID", &reason));
    }
    assert_eq!(head(&world), 0, "nothing of it is recorded");

    let empty = world.operator().import("Old City", &[]).await.unwrap();
    assert!(empty.network_founded, "a list of nobody founds the network");
    assert_eq!((empty.rows, empty.attendances_recorded, empty.persons_registered), (0, 0, 0));
    assert_eq!(head(&world), 1);
}

#[tokio::test]
async fn lists_that_name_the_same_people_at_once_record_each_attendance_once() {
    let world = World::start(Log::Sqlite, Protocol::Grpc).await;
    let list = southern_women();
    let operator = world.operator();
    let at_once = || operator.import("Southern Women", &list);
    let (first, second, third) = tokio::join!(at_once(), at_once(), at_once());
    let imports = [first.unwrap(), second.unwrap(), third.unwrap()];
    let recorded: u64 = imports.iter().map(|import| import.attendances_recorded).sum();
    assert_eq!(recorded, 89);
    let network = NetworkId::parse(&imports[0].network_id).unwrap();
    let year = together(&world, network, "1936-12-31").await;
    assert_eq!((year.nodes, year.edges), (18, 139));
    let events = operator.events(network, 0).await.unwrap();
    assert_eq!(events.len(), 1 + 18 + 14 + 89);
}
