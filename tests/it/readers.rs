//! Many read while some write, and a view that is made again is the same view.

use std::collections::BTreeMap;

use futures::{StreamExt as _, stream::FuturesUnordered};
use kernel::PersonId;
use projector::Digest;
use stories::{Log, Moment, OldCity, Protocol, World, copy_folder, life, southern_women};

use crate::governance::town::{Town, conferral, ranking};
use wire::weft::{
    assessment::v1::Layer,
    membership::v1::{AttendanceMode, ProfileField, TieVisibility},
};

/// How many come to the supper.
const GUESTS: u64 = 200;

/// How many are recorded at the same time.
const AT_ONCE: usize = 8;

/// How many ask all the time who came.
const READERS: usize = 50;

/// How many ask all the time for the structure; it costs more.
const MEASURERS: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_readers_of_one_view_never_see_half_of_anything_while_two_hundred_are_recorded() {
    let world = World::start(Log::Sqlite, Protocol::Grpc).await;
    let OldCity { network, anna, .. } = OldCity::found(&world).await;
    let mut guests: Vec<PersonId> = Vec::new();
    for number in 0..GUESTS {
        guests.push(world.operator().register(&format!("Guest {number}")).await.unwrap());
    }
    let start = "2026-11-20T19:00:00Z";
    let (supper, _) = world.person(anna).plan(network, "Supper", start).await.unwrap();

    let voice = world.person(anna);
    let counting = || async {
        let (mut seen, mut reads) = (0, 0_u32);
        while seen < GUESTS {
            let count = voice.gathering(supper).await.unwrap().attendance_count;
            assert!(seen <= count && count <= GUESTS, "{count} after {seen}");
            (seen, reads) = (count, reads + 1);
        }
        reads
    };
    let measuring = || async {
        let (mut seen, mut reads) = (0, 0_u32);
        while seen < GUESTS {
            let layer = Layer::CoAttendance;
            let structure = voice.structure(network, layer, Moment::NOW).await.unwrap();
            let nodes = structure.nodes;
            assert!(seen <= nodes && nodes <= GUESTS, "{nodes} after {seen}");
            assert_eq!(structure.edges, nodes * nodes.saturating_sub(1) / 2, "of {nodes}");
            (seen, reads) = (nodes, reads + 1);
        }
        reads
    };
    let writing = async {
        for some in guests.chunks(AT_ONCE) {
            let recording =
                |guest: &PersonId| voice.record(supper, *guest, AttendanceMode::InPerson);
            for recorded in join_all(some.iter().map(recording)).await {
                recorded.unwrap();
            }
        }
    };
    let counts = join_all(std::iter::repeat_with(counting).take(READERS));
    let measures = join_all(std::iter::repeat_with(measuring).take(MEASURERS));
    let ((), counts, measures) = tokio::join!(writing, counts, measures);
    assert!(counts.iter().all(|reads| 1 < *reads), "{counts:?}");
    assert_eq!(measures.len(), MEASURERS);

    let after = voice.gathering(supper).await.unwrap();
    assert_eq!(after.attendance_count, GUESTS);
    let structure = voice.structure(network, Layer::CoAttendance, Moment::NOW).await.unwrap();
    assert_eq!((structure.nodes, structure.edges), (GUESTS, GUESTS * (GUESTS - 1) / 2));
}

/// Runs them all at once.
async fn join_all<T>(futures: impl Iterator<Item: Future<Output = T>>) -> Vec<T> {
    let all: FuturesUnordered<_> = futures.collect();
    all.collect().await
}

/// One of everything, in an order that views could get wrong.
async fn a_busy_year(world: &World) {
    let OldCity { network, anna, ben, chloe } = OldCity::found(world).await;
    world.operator().import("Southern Women", &southern_women()).await.unwrap();
    world.operator().import("Old City", &southern_women()[..20]).await.unwrap();
    let shown = (TieVisibility::Network, "a note");
    let (tie, _) = world.person(anna).declare_trust(network, ben, shown).await.unwrap();
    world.person(ben).acknowledge(tie).await.unwrap();
    world.person(anna).assess(tie, 2, 4).await.unwrap();
    world.person(anna).withdraw(tie).await.unwrap();
    world.person(anna).declare_trust(network, ben, shown).await.unwrap();
    world.person(ben).declare_trust(network, anna, (TieVisibility::Source, "")).await.unwrap();
    let start = "2026-03-14T19:00:00Z";
    let (supper, _) = world.person(chloe).plan(network, "Supper", start).await.unwrap();
    for person in [anna, ben, chloe] {
        world.person(chloe).record(supper, person, AttendanceMode::InPerson).await.unwrap();
    }
    world.person(anna).correct(supper, ben, None).await.unwrap();
    world.person(anna).correct(supper, ben, Some(AttendanceMode::Online)).await.unwrap();
    world.person(anna).correct(supper, chloe, None).await.unwrap();
    world.person(anna).hold(supper).await.unwrap();
    world.person(ben).update_profile(ben, ProfileField::Place, "Mill Lane").await.unwrap();
    let guild = world.person(anna).register_organisation("Guild of roofers").await.unwrap();
    world.person(ben).claim_affiliation(guild, "treasurer").await.unwrap();
    world.person(anna).confirm_affiliation(guild, ben).await.unwrap();
    world.person(chloe).resign(network).await.unwrap();
    world.person(chloe).apply(network, "again").await.unwrap();
    for founder in [anna, ben] {
        world.person(founder).admit(network, chloe).await.unwrap();
    }
    world.person(ben).resign(network).await.unwrap();
    world.operator().erase(chloe).await.unwrap();
    a_year_of_decisions(world).await;
}

/// A charter, an election with its mandates, and a delegation.
async fn a_year_of_decisions(world: &World) {
    let town = Town::found_as(world, "Harbour").await;
    town.ratify(world).await;
    let candidates = [town.anna, town.ben, town.chloe];
    let election = conferral("coordinator", &candidates);
    let election = town.bring(world, town.dora, election, &[]).await;
    for person in town.founders() {
        let ballot = ranking(&[town.anna, town.ben]);
        world.person(person).vote(election, ballot).await.unwrap();
    }
    world.pass(80).await;
}

#[test]
fn every_view_that_is_made_again_is_the_same() {
    let folders = tempfile::tempdir().unwrap();
    let (folder, copied) = (folders.path().join("data"), folders.path().join("copy"));
    let live: BTreeMap<&str, Digest> = life(async {
        let world = World::open(&folder, 0).await;
        a_busy_year(&world).await;
        world.system().caught_up().await.unwrap();
        let mut digests = BTreeMap::new();
        for view in world.system().views() {
            digests.insert(view.name(), view.digest().await.unwrap().value);
        }
        digests
    });
    assert_eq!(live.len(), weft::system::VIEWS.len());
    copy_folder(&folder, &copied);
    let rebuilt = weft::system::rebuild(&copied, None, &mut |_, _, _| {}).unwrap();
    assert_eq!(rebuilt.len(), weft::system::VIEWS.len());
    for view in &rebuilt {
        assert_eq!(view.digest_before, Some(view.digest_after), "{}", view.name);
        assert!(0 < view.events, "{} folded nothing", view.name);
        assert!(live.values().any(|digest| *digest == view.digest_after), "{}", view.name);
    }
}
