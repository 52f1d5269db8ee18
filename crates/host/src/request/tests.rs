//! Trace ids and measurements of requests.

use std::{convert::Infallible, time::Duration};

use axum::{Router, body::Body as Bytes, routing::get};
use http_body_util::BodyExt as _;
use kernel::ErrorCode;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::{
    metrics::{
        InMemoryMetricExporter, SdkMeterProvider,
        data::{AggregatedMetrics, MetricData, ScopeMetrics},
    },
    trace::{InMemorySpanExporter, SdkTracerProvider},
};
use tonic::{metadata::MetadataMap, service::Routes};
use tonic_health::{
    pb::{HealthCheckRequest, health_client::HealthClient},
    server::health_reporter,
};
use tower::{ServiceExt as _, service_fn};
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::in_process;

const FOUND: &str = "/weft.membership.v1.NetworkService/FoundNetwork";
const CAST: &str = "weft.governance.v1.DecisionService/CastBallot";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Sends a request; gives what the handler saw as `traceparent`, in extension and header, and the
/// trace id of the response.
async fn traced(incoming: Option<&str>) -> (String, String, String) {
    let handler = service_fn(async |request: Request<()>| {
        let mut response = Response::new(Bytes::empty());
        let extension = request.extensions().get::<TraceParent>().unwrap().0.clone();
        let header = request.headers()["traceparent"].to_str().unwrap().to_owned();
        response.extensions_mut().insert((extension, header));
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::post(FOUND).header("content-type", "application/grpc");
    if let Some(incoming) = incoming {
        request = request.header("traceparent", incoming).header("tracestate", "a=b");
    }
    let service = TelemetryLayer::new().layer(handler);
    let response = service.oneshot(request.body(()).unwrap()).await.unwrap();
    let trace_id = response.headers()["trace-id"].to_str().unwrap().to_owned();
    let (extension, header) = response.extensions().get::<(String, String)>().unwrap().clone();
    (extension, header, trace_id)
}

fn assert_valid(traceparent: &str) {
    let parts: Vec<&str> = traceparent.split('-').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [2, 32, 16, 2]);
    assert_eq!(parts[0], "00");
    assert!(parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert!(parts[1].bytes().any(|byte| byte != b'0'));
    assert!(parts[2].bytes().any(|byte| byte != b'0'));
}

#[tokio::test]
async fn a_request_without_a_trace_begins_one() {
    let (first, header, trace_id) = traced(None).await;
    assert_valid(&first);
    assert_eq!(first, header);
    assert_eq!(first[3..35], trace_id);
    assert!(first.ends_with("-00"), "nobody collects it");
    let (second, ..) = traced(None).await;
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_request_within_a_trace_continues_it() {
    let (traceparent, header, trace_id) = traced(Some(PARENT)).await;
    assert_valid(&traceparent);
    assert_eq!(traceparent, header);
    assert_eq!(trace_id, TRACE);
    assert_eq!(traceparent[3..35], *TRACE);
    assert_ne!(traceparent, PARENT, "the handler's parent is this request, not the caller's");
    assert!(traceparent.ends_with("-01"));
}

#[tokio::test]
async fn a_trace_that_cannot_be_read_is_replaced() {
    let zeros = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
    for broken in ["", "garbage", zeros, &PARENT[..50]] {
        let (traceparent, ..) = traced(Some(broken)).await;
        assert_valid(&traceparent);
    }
}

#[tokio::test]
async fn a_collected_trace_has_one_span_with_the_callers_as_parent() {
    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let subscriber = tracing_subscriber::registry().with(layer);
    let guard = tracing::subscriber::set_default(subscriber);
    let (traceparent, _, trace_id) = traced(Some(PARENT)).await;
    drop(guard);
    let spans = spans.get_finished_spans().unwrap();
    let [span] = spans.as_slice() else { panic!("{} spans", spans.len()) };
    assert_eq!(span.name, &FOUND[1..]);
    assert_eq!(span.parent_span_id.to_string(), "b7ad6b7169203331");
    assert_eq!(trace_id, TRACE);
    assert_eq!(traceparent, format!("00-{TRACE}-{}-01", span.span_context.span_id()));
    let attribute = |name: &str| {
        let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| attribute.value.to_string())
    };
    assert_eq!(attribute("rpc.system.name").as_deref(), Some("grpc"));
    assert_eq!(attribute("rpc.method").as_deref(), Some(&FOUND[1..]));
}

struct Measured {
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
    layer: TelemetryLayer,
}

fn measured() -> Measured {
    use opentelemetry::metrics::MeterProvider as _;
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    let layer = TelemetryLayer::measuring(&provider.meter("test"), &[CAST]);
    Measured { provider, exporter, layer }
}

impl Measured {
    /// Every measurement as `metric attribute=value …`, attributes in order.
    fn lines(&self) -> Vec<String> {
        self.provider.force_flush().unwrap();
        let mut lines = Vec::new();
        let collected = self.exporter.get_finished_metrics().unwrap();
        let Some(last) = collected.last() else { return lines };
        for metric in last.scope_metrics().flat_map(ScopeMetrics::metrics) {
            let mut line = |attributes: Vec<String>| {
                let mut attributes = attributes;
                attributes.sort();
                lines.push(format!("{} {}", metric.name(), attributes.join(" ")));
            };
            let text = |attribute: &KeyValue| format!("{}={}", attribute.key, attribute.value);
            if let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() {
                for point in histogram.data_points() {
                    line(point.attributes().map(text).collect());
                }
            }
            if let AggregatedMetrics::U64(MetricData::Sum(sum)) = metric.data() {
                for point in sum.data_points() {
                    line(point.attributes().map(text).collect());
                }
            }
        }
        lines.sort();
        lines
    }
}

#[tokio::test]
async fn a_call_is_measured_with_the_status_from_its_trailers() {
    let measured = measured();
    let (_health, service) = health_reporter();
    let router: Router = Routes::new(service).prepare().into_axum_router();
    let mut client = HealthClient::new(in_process(router.layer(measured.layer.clone())));
    let answer = client.check(HealthCheckRequest::default()).await.unwrap();
    assert!(has_trace_id(answer.metadata()));
    let unknown = HealthCheckRequest { service: "nobody".to_owned() };
    let refused = client.check(unknown).await.unwrap_err();
    assert!(has_trace_id(refused.metadata()));
    assert_eq!(
        measured.lines(),
        [
            "rpc.server.call.duration rpc.method=grpc.health.v1.Health/Check \
             rpc.response.status_code=NOT_FOUND rpc.system.name=grpc",
            "rpc.server.call.duration rpc.method=grpc.health.v1.Health/Check \
             rpc.response.status_code=OK rpc.system.name=grpc",
        ]
    );
}

fn has_trace_id(metadata: &MetadataMap) -> bool {
    metadata.get("trace-id").is_some_and(|id| id.len() == 32)
}

#[tokio::test]
async fn a_refused_command_is_counted_by_its_reason() {
    let measured = measured();
    let refusing = service_fn(async |_: Request<()>| {
        let status = wire::status(ErrorCode::Conflict, "NAME_TAKEN", None, "taken");
        Ok::<_, Infallible>(status.into_http::<Bytes>())
    });
    for path in [FOUND, "/weft.membership.v1.NetworkService/GetNetwork", "/made/up"] {
        let request = Request::post(path).header("content-type", "application/grpc+proto");
        let service = measured.layer.layer(refusing);
        let response = service.oneshot(request.body(()).unwrap()).await.unwrap();
        response.into_body().collect().await.unwrap();
    }
    let lines = measured.lines();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert!(lines[0].contains("rpc.method=_OTHER"), "{lines:#?}");
    let counted = &lines[3];
    assert_eq!(
        counted,
        "weft.command.outcomes reason=NAME_TAKEN \
         rpc.method=weft.membership.v1.NetworkService/FoundNetwork"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_waits_for_counts_as_cancelled() {
    let measured = measured();
    let never =
        service_fn(|_: Request<()>| std::future::pending::<Result<Response<Bytes>, Infallible>>());
    let request = Request::post(FOUND).header("content-type", "application/grpc");
    let call = measured.layer.layer(never).oneshot(request.body(()).unwrap());
    tokio::time::timeout(Duration::from_secs(1), call).await.unwrap_err();
    let lines = measured.lines();
    assert!(lines[0].contains("rpc.response.status_code=CANCELLED"), "{lines:#?}");
    assert!(lines[1].contains("reason=CANCELLED"), "{lines:#?}");
}

#[tokio::test]
async fn a_request_is_measured_under_its_route_and_never_under_its_path() {
    let measured = measured();
    let router = Router::new()
        .route("/things/{id}", get(async || "thing"))
        .fallback(async || http::StatusCode::NOT_FOUND)
        .layer(measured.layer.clone());
    for path in ["/things/secret?token=secret", "/secret"] {
        let request = Request::get(path).body(Bytes::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert!(response.headers().contains_key(TRACE_ID));
        response.into_body().collect().await.unwrap();
    }
    assert_eq!(
        measured.lines(),
        [
            "http.server.request.duration http.request.method=GET \
             http.response.status_code=200 http.route=/things/{id} url.scheme=http",
            "http.server.request.duration http.request.method=GET \
             http.response.status_code=404 url.scheme=http",
        ]
    );
}

/// Casts a ballot; gives the response's headers, and what the handler saw: the names of headers,
/// and the [`TraceParent`] if there was one.
async fn cast(layer: &TelemetryLayer) -> (HeaderMap, Response<Vec<String>>) {
    let handler = service_fn(async |request: Request<()>| {
        let seen = request.headers().keys().map(ToString::to_string);
        let extension = request.extensions().get::<TraceParent>().map(|it| it.0.clone());
        let mut response = Response::new(seen.chain(extension).collect());
        response.headers_mut().insert(Status::GRPC_STATUS, HeaderValue::from_static("0"));
        Ok::<_, Infallible>(response)
    });
    let request = Request::post(format!("/{CAST}"))
        .header("content-type", "application/grpc")
        .header("traceparent", PARENT)
        .header("tracestate", "a=b")
        .body(())
        .unwrap();
    let response = layer.layer(handler).oneshot(request).await.unwrap();
    (response.headers().clone(), response.map(|body| body.inner))
}

#[tokio::test(start_paused = true)]
async fn a_call_that_casts_a_ballot_has_no_span_no_trace_and_no_duration() {
    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let measured = measured();
    let (headers, seen) = cast(&measured.layer).await;
    assert!(!headers.contains_key(TRACE_ID));
    assert_eq!(*seen.body(), ["content-type"]);
    tokio::time::advance(Duration::from_secs(59)).await;
    assert_eq!(measured.layer.minutes.told(Instant::now()), [], "the minute is not over");
    tokio::time::advance(Duration::from_secs(1)).await;
    // The thread that collects has another clock than this test.
    assert_eq!(measured.layer.minutes.told(Instant::now()), [(CAST, "OK", 1)]);
    assert_eq!(
        measured.lines(),
        [format!("weft.rpc.untraced.calls rpc.method={CAST} rpc.response.status_code=OK")],
        "neither duration nor outcome"
    );
    drop(guard);
    assert_eq!(spans.get_finished_spans().unwrap().len(), 0);
}

#[tokio::test]
async fn a_response_that_says_so_leaves_neither_span_nor_measurement() {
    let spans = InMemorySpanExporter::default();
    let processor = crate::untraced::WithoutUntraced(
        opentelemetry_sdk::trace::SimpleSpanProcessor::new(spans.clone()),
    );
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let measured = measured();
    let router = Router::new()
        .route("/votes", get(async || axum::Extension(Untraced)))
        .route("/pages", get(async || "page"))
        .layer(measured.layer.clone());
    for (path, traced) in [("/votes", false), ("/pages", true)] {
        let request = Request::get(path).body(Bytes::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers().contains_key(TRACE_ID), traced);
        response.into_body().collect().await.unwrap();
    }
    drop(guard);
    let names: Vec<_> =
        spans.get_finished_spans().unwrap().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["GET /pages"]);
    let lines = measured.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("http.route=/pages"), "{lines:#?}");
}
