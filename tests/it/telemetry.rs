//! The trace of a request stands beside the events that it led to.

use serde_json::Value;
use stories::{Log, OldCity, Protocol, World};

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
