//! Traces and metrics reach a collector; in a process of its own, because telemetry starts once.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use host::{
    DeadlineLayer, EndStreamsLayer, Ended, LogFormat, Reading, Settings, Shutdown, Telemetry,
    TelemetryError, TelemetryLayer, in_process, register_gauge, serve,
};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic_health::{
    pb::{HealthCheckRequest, health_client::HealthClient},
    server::health_reporter,
};

type Received = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Answers every export with an empty message, and keeps what it got.
fn collector(received: Received) -> Router {
    Router::new().fallback(move |request: Request| {
        let received = Arc::clone(&received);
        async move {
            let path = request.uri().path().to_owned();
            let body = request.into_body().collect().await.map(|body| body.to_bytes().to_vec());
            received.lock().expect("no test panics here").push((path, body.unwrap_or_default()));
            let mut trailers = http::HeaderMap::new();
            trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
            let frames = [
                Ok::<_, Infallible>(Frame::data(Bytes::from_static(&[0; 5]))),
                Ok(Frame::trailers(trailers)),
            ];
            let mut response =
                Response::new(Body::new(StreamBody::new(futures::stream::iter(frames))));
            let grpc = http::HeaderValue::from_static("application/grpc");
            response.headers_mut().insert(http::header::CONTENT_TYPE, grpc);
            response
        }
    })
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_traced_and_measured_at_the_collector_once_telemetry_has_shut_down() {
    let received = Received::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collecting = Shutdown::new();
    let grace = Duration::from_secs(1);
    let collect = collector(Arc::clone(&received));
    let collector = tokio::spawn(serve(listener, collect, collecting.token().cancelled(), grace));

    let settings = Settings {
        log_filter: "off".to_owned(),
        log_format: LogFormat::Json,
        otlp_endpoint: Some(endpoint),
        service_name: "weft-under-test".to_owned(),
        trusted_issuer: None,
    };
    let telemetry = Telemetry::start(&settings).unwrap();
    assert!(matches!(Telemetry::start(&settings), Err(TelemetryError::Started(_))));
    register_gauge("weft.log.head", "{event}", "The last position", || vec![Reading::of(7.0)]);

    let (_health, service) = health_reporter();
    let shutdown = Shutdown::new();
    let routes: Router = Routes::new(service).prepare().into_axum_router();
    let routes = routes
        .layer(EndStreamsLayer::new(shutdown.token()))
        .layer(DeadlineLayer::new())
        .layer(TelemetryLayer::new());
    let mut client = HealthClient::new(in_process(routes));
    let mut call = tonic::Request::new(HealthCheckRequest::default());
    call.metadata_mut().insert("authorization", "Bearer secret-token".parse().unwrap());
    client.check(call).await.unwrap();

    telemetry.shutdown().await;
    collecting.begin();
    assert!(matches!(collector.await.unwrap().unwrap(), Ended::Drained | Ended::CutOff));

    let received = received.lock().unwrap();
    let sent = |service: &str, text: &str| {
        received.iter().any(|(path, body)| path.contains(service) && contains(body, text))
    };
    let method = "grpc.health.v1.Health/Check";
    assert!(sent("TraceService", method), "{:?}", received.len());
    assert!(sent("TraceService", "weft-under-test"));
    assert!(sent("MetricsService", "rpc.server.call.duration"));
    assert!(sent("MetricsService", "weft.log.head"));
    assert!(!received.iter().any(|(_, body)| contains(body, "secret-token")));
    // The exporter does not trace itself.
    assert!(!sent("TraceService", "collector"));
}
