//! The trace of a request stands beside the events that it led to, unless they are ballots.

use serde_json::Value;
use stories::{Log, OldCity, Protocol, World};
use wire::weft::governance::v1::Subject;

use crate::governance::town::{Town, content, option};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test]
async fn the_trace_of_a_request_is_recorded_with_the_event() {
    for protocol in [Protocol::Grpc, Protocol::GraphQl] {
        let world = World::start(Log::Memory, protocol).await;
        let OldCity { network, anna, .. } = OldCity::found(&world).await;
        let before = world.position();
        let traceparent = format!("00-{TRACE}-b7ad6b7169203331-01");
        let traced = world.person(anna).traced(&traceparent);
        traced.plan(network, "Supper", "2026-11-20T19:00:00Z").await.unwrap();
        let events = world.person(anna).events(network, before).await.unwrap();
        assert_eq!(events.len(), 1);
        let metadata: Value = serde_json::from_str(&events[0].metadata_json).unwrap();
        let recorded = metadata["traceparent"].as_str().unwrap();
        let parts: Vec<&str> = recorded.split('-').collect();
        assert_eq!((parts.len(), parts[0], parts[1]), (4, "00", TRACE), "{protocol:?} {recorded}");
    }
}

#[tokio::test]
async fn the_trace_of_a_request_that_casts_a_ballot_ends_before_it() {
    for protocol in [Protocol::Grpc, Protocol::GraphQl] {
        let world = World::start(Log::Memory, protocol).await;
        let town = Town::found(&world).await;
        town.ratify(&world).await;
        let matter = content(Subject::Other, "A bench for the square");
        let decision = town.bring(&world, town.anna, matter, &[]).await;
        let before = world.position();
        let traceparent = format!("00-{TRACE}-b7ad6b7169203331-01");
        let traced = world.person(town.ben).traced(&traceparent);
        traced.vote(decision, option("agree")).await.unwrap();
        let events = world.person(town.ben).events(town.network, before).await.unwrap();
        let [cast] = events.as_slice() else { panic!("{protocol:?}: {events:?}") };
        assert_eq!(cast.r#type, "BallotCast");
        let metadata: Value = serde_json::from_str(&cast.metadata_json).unwrap();
        assert_eq!(metadata["traceparent"], Value::Null, "{protocol:?}");
    }
}
