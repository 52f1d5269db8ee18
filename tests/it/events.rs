//! The recorded events, read on from anywhere, and who may read what of them.

use kernel::{NetworkId, PersonId};
use serde_json::Value;
use stories::{Log, OldCity, Protocol, Voice, World, row};
use tokio_stream::StreamExt as _;
use wire::weft::{
    history::v1::{
        RecordedEvent, StreamNetworkEventsRequest, history_service_client::HistoryServiceClient,
    },
    membership::v1::{AttendanceMode, TieVisibility},
};

/// How many gatherings are planned while somebody listens.
const GATHERINGS: usize = 60;

/// Follows a network's events from a position until `until` says that it was enough.
async fn follow(
    voice: &Voice<'_>,
    network: NetworkId,
    after_position: u64,
    mut until: impl FnMut(&RecordedEvent) -> bool,
) -> (Vec<u64>, u64) {
    let network_id = network.to_string();
    let request = StreamNetworkEventsRequest { network_id, after_position, follow: true };
    let mut client = HistoryServiceClient::new(voice.line());
    let mut stream = client.stream_network_events(request).await.unwrap().into_inner();
    let (mut positions, mut seen) = (Vec::new(), after_position);
    while let Some(next) = stream.next().await {
        let next = next.unwrap();
        assert!(seen <= next.position, "{} after {seen}", next.position);
        seen = next.position;
        if let Some(event) = next.event {
            positions.push(event.position);
            if until(&event) {
                break;
            }
        }
    }
    (positions, seen)
}

async fn resumed(log: Log) {
    let world = World::start(log, Protocol::Grpc).await;
    let OldCity { network, anna, ben, .. } = OldCity::found(&world).await;
    let (elsewhere, _) = world.person(anna).found_network("New Town", &[anna, ben]).await.unwrap();
    let writing = async {
        for number in 0..GATHERINGS {
            let (title, start) = (format!("Supper {number}"), "2026-11-20T19:00:00Z");
            world.person(anna).plan(network, &title, start).await.unwrap();
            world.person(anna).plan(elsewhere, &title, start).await.unwrap();
        }
        world.person(anna).plan(network, "The last", "2026-11-21T19:00:00Z").await.unwrap();
    };
    // Listens to a few events at a time, breaks off, and goes on from the last position.
    let listening = async {
        let voice = world.person(ben);
        let (mut heard, mut after, mut round) = (Vec::new(), 0, 0);
        let mut last = false;
        while !last {
            round += 1;
            let mut left = 1 + round % 5;
            let enough = |event: &RecordedEvent| {
                left -= 1;
                last = event.data_json.contains("The last");
                last || left == 0
            };
            let (positions, seen) = follow(&voice, network, after, enough).await;
            heard.extend(positions);
            after = seen;
        }
        heard
    };
    let ((), heard) = tokio::join!(writing, listening);

    let all = world.person(ben).events(network, 0).await.unwrap();
    let positions: Vec<u64> = all.iter().map(|event| event.position).collect();
    assert_eq!(heard, positions, "no gap and no repeat");
    assert!(positions.is_sorted() && GATHERINGS < positions.len());
    assert!(all.iter().all(|event| event.network_id == network.to_string()));
    let last = *positions.last().unwrap();
    for after in 0..=last {
        let rest = world.person(ben).events(network, after).await.unwrap();
        let rest: Vec<u64> = rest.iter().map(|event| event.position).collect();
        let expected: Vec<u64> = positions.iter().copied().filter(|it| after < *it).collect();
        assert_eq!(rest, expected, "after {after}");
    }
}

#[tokio::test]
async fn a_stream_of_events_goes_on_from_any_position_in_memory() {
    resumed(Log::Memory).await;
}

#[tokio::test]
async fn a_stream_of_events_goes_on_from_any_position_on_sqlite() {
    resumed(Log::Sqlite).await;
}

/// What a reader gets of the events of one type.
async fn data(
    world: &World,
    reader: Option<PersonId>,
    network: NetworkId,
    kind: &str,
) -> Vec<Value> {
    let voice = reader.map_or_else(|| world.operator(), |person| world.person(person));
    let events = voice.events(network, 0).await.unwrap();
    let events = events.iter().filter(|event| event.r#type == kind);
    events.map(|event| serde_json::from_str(&event.data_json).unwrap()).collect()
}

#[tokio::test]
async fn events_and_personal_fields_are_shown_to_those_who_may_read_them() {
    let world = World::start(Log::Sqlite, Protocol::Grpc).await;
    let OldCity { network, anna, ben, chloe } = OldCity::found(&world).await;
    let secret = (TieVisibility::Source, "a secret");
    let (tie, _) = world.person(anna).declare_trust(network, ben, secret).await.unwrap();
    world.person(anna).assess(tie, 1, 2).await.unwrap();
    let open = (TieVisibility::Network, "a note to myself");
    world.person(anna).declare_trust(network, chloe, open).await.unwrap();

    let own = data(&world, Some(anna), network, "TieDeclared").await;
    assert_eq!(own.len(), 2);
    assert_eq!(own[0]["note"]["value"], "a secret");
    assert_eq!(own[1]["note"]["value"], "a note to myself");
    for reader in [Some(ben), Some(chloe), None] {
        let seen = data(&world, reader, network, "TieDeclared").await;
        assert_eq!(seen.len(), 1, "the tie that is for its source alone is not there");
        assert_eq!(seen[0]["note"]["sealed"], true, "the note is its writer's");
        assert_eq!(seen[0]["note"].get("value"), None);
        assert_eq!(seen[0]["target"]["person"], chloe.to_string());
    }
    assert_eq!(data(&world, Some(anna), network, "TieAssessed").await.len(), 1);
    for reader in [Some(ben), Some(chloe), None] {
        assert_eq!(data(&world, reader, network, "TieAssessed").await.len(), 0);
    }

    // Names of the imported are for the members, as the import said; the operator gets none.
    let list = [row("2026-05-01", "Lunch", "Erin Elm")];
    world.operator().import("Old City", &list).await.unwrap();
    for reader in [Some(anna), Some(ben), Some(chloe), None] {
        let seen = data(&world, reader, network, "PersonRegistered").await;
        let name = reader.map(|_| Value::from("Erin Elm"));
        assert_eq!(seen[0]["name"].get("value"), name.as_ref(), "{reader:?}");
    }
    // Who came is for everybody in the network.
    let start = "2026-11-20T19:00:00Z";
    let (supper, _) = world.person(ben).plan(network, "Supper", start).await.unwrap();
    world.person(ben).record(supper, chloe, AttendanceMode::Online).await.unwrap();
    for reader in [Some(anna), None] {
        let seen = data(&world, reader, network, "AttendanceRecorded").await;
        assert_eq!(seen[1]["person"], chloe.to_string());
    }
}
