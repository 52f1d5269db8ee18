//! Channels without sockets.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use axum::extract::Request;
use tonic::{Code, service::Routes};
use tonic_health::{
    pb::{HealthCheckRequest, health_client::HealthClient},
    server::health_reporter,
};

use super::*;

#[tokio::test]
async fn a_call_is_answered_without_a_socket() {
    let (_health, service) = health_reporter();
    let mut client =
        HealthClient::new(in_process(Routes::new(service).prepare().into_axum_router()));
    assert!(client.check(HealthCheckRequest::default()).await.is_ok());
    let unknown = HealthCheckRequest { service: "nobody".to_owned() };
    assert_eq!(client.check(unknown).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn many_calls_share_one_channel() {
    let (_health, service) = health_reporter();
    let channel = in_process(Routes::new(service).prepare().into_axum_router());
    let calls: Vec<_> = (0..500)
        .map(|_| {
            let mut client = HealthClient::new(channel.clone());
            tokio::spawn(async move { client.check(HealthCheckRequest::default()).await.is_ok() })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
}

#[tokio::test]
async fn a_channel_connects_again_after_its_connection_ended() {
    let (_health, service) = health_reporter();
    let router = Routes::new(service).prepare().into_axum_router();
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    // The first call ends its connection, as a panic in a handler does.
    let router = router.layer(axum::middleware::map_request(move |request: Request| {
        let counted = Arc::clone(&counted);
        async move {
            assert_ne!(counted.fetch_add(1, Ordering::Relaxed), 0, "the first call fails");
            request
        }
    }));
    let mut client = HealthClient::new(in_process(router));
    assert!(client.check(HealthCheckRequest::default()).await.is_err());
    assert!(client.check(HealthCheckRequest::default()).await.is_ok());
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}
