//! Everyone on the roll is reminded of an open decision: once, halfway, and whoever has voted.

use jiff::SignedDuration;
use kernel::Actor;
use stories::World;
use wire::weft::governance::v1::{DecisionPhase, Extension, Subject};

use super::{
    charters::{EVERYWHERE, chartered, deciding, events_about, opened_on, the},
    town::{conferral, option, ranking},
};

#[tokio::test]
async fn everyone_is_reminded_once_and_halfway_of_open_and_of_secret_votes() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![deciding(town, Subject::PracticeRecommend, |policy| {
                policy.extension =
                    Some(Extension { times_max: 1, hours: 48, if_inquorate: true, if_tied: false });
            })]
        });
        let town = town.await;
        let [anna, ben, .., erin] = town.founders();
        let secret = conferral("coordinator", &[anna, ben]);
        let secret = town.bring(&world, anna, secret, &[]).await;
        let open = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        world.person(anna).vote(open, option("agree")).await.unwrap();
        world.person(anna).vote(secret, ranking(&[ben])).await.unwrap();

        let read = async |decision| world.person(erin).decision(decision).await.unwrap();
        let halfway = read(open).await.closes_at - SignedDuration::from_hours(36);
        world.pass(35).await;
        assert_eq!((read(open).await.reminded_at, read(secret).await.reminded_at), (None, None));
        let mut progress = world.person(erin).follow(open, world.position()).await.unwrap();
        world.pass(2).await;
        let reminded = loop {
            let (_, seen) = progress.next().await.unwrap().unwrap();
            if seen.reminded_at.is_some() {
                break seen;
            }
        };
        assert_eq!((reminded.reminded_at, reminded.ballots), (Some(halfway), 1));
        // Erin finds both among what she may still vote on; Anna, who voted, is on the roll too.
        let awaiting = world.person(erin).decisions_awaiting(town.network).await.unwrap();
        assert_eq!(awaiting.len(), 2);
        assert!(awaiting.iter().all(|decision| decision.reminded_at == Some(halfway)));
        assert_eq!(world.person(anna).decisions_awaiting(town.network).await.unwrap(), []);
        assert_eq!(world.person(anna).decision(open).await.unwrap().reminded_at, Some(halfway));

        // Too few voted: voting goes on, and nobody is reminded again.
        world.pass(36).await;
        let extended = read(open).await;
        assert_eq!((extended.phase, extended.extensions), (DecisionPhase::Open, 1));
        world.pass(49).await;
        for decision in [open, secret] {
            let events = events_about(&world, &town, decision).await;
            let event = the(&events, "VotersReminded");
            assert_eq!((event.effective_at, &*event.data), (halfway, b"{}".as_slice()));
            assert_eq!(event.metadata().unwrap().actor, Actor::System);
        }
        let told = world.person(erin).events(town.network, 0).await.unwrap();
        assert_eq!(told.iter().filter(|event| event.r#type == "VotersReminded").count(), 2);
    }
}
