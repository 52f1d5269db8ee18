//! Streams of gRPC end with the process; answers do not.

use std::time::Duration;

use axum::Router;
use tonic::Code;
use tonic::service::Routes;
use tonic_health::{
    ServingStatus,
    pb::{HealthCheckRequest, health_client::HealthClient},
    server::health_reporter,
};

use super::*;
use crate::in_process;

#[tokio::test]
async fn an_open_stream_is_told_to_go_on_elsewhere() {
    let shutdown = Shutdown::new();
    let (_health, service) = health_reporter();
    let router: Router = Routes::new(service).prepare().into_axum_router();
    let channel = in_process(router.layer(EndStreamsLayer::new(shutdown.token())));
    let mut client = HealthClient::new(channel);

    let mut stream = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    let first = stream.message().await.unwrap().unwrap();
    assert_eq!(first.status, ServingStatus::Serving as i32);

    shutdown.begin();
    let end = tokio::time::timeout(Duration::from_secs(5), stream.message()).await.unwrap();
    let status = end.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(String::from_utf8_lossy(status.details()).contains("SHUTTING_DOWN"));

    // What is no stream is still answered in full.
    let answer = client.check(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(answer.status, ServingStatus::Serving as i32);
}
