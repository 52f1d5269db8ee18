//! One span, one measurement and one trace id per request, for gRPC and HTTP alike; nothing of the
//! kind for requests that are to leave no trace.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::MatchedPath;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use http_body::{Body, Frame, SizeHint};
use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram, Meter},
    propagation::TextMapPropagator as _,
    trace::{SpanContext, TraceContextExt as _},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{IdGenerator as _, RandomIdGenerator},
};
use tokio::time::Instant;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::{
    gauge::METER,
    minutes::MinuteCounts,
    rpcs::{Rpc, rpc_at},
    untraced::UNTRACED,
};

#[cfg(test)]
mod tests;

/// The response header with the trace id, for people to quote when they ask for help.
pub const TRACE_ID: HeaderName = HeaderName::from_static("trace-id");

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Bounds between which durations are counted, in seconds.
const DURATION_BOUNDS: [f64; 16] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0,
    10.0,
];

/// The W3C trace context of a request as its handler is to pass it on: 55 characters.
///
/// Every request that may be traced has one, whether or not anybody collects traces. It stands
/// among the request's extensions, and replaces the `traceparent` header, so that it can be read
/// where this type is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceParent(pub String);

/// Among the extensions of a response: of this HTTP request no span is kept, nothing is measured,
/// and no trace id is told.
///
/// For handlers that learn only from the body that somebody is voting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Untraced;

/// Puts a [`TelemetryService`] around routes.
///
/// Belongs inside `GrpcWebLayer`, which hides the statuses of calls in their bodies, and outside
/// whatever refuses calls, so that refusals are counted.
#[derive(Clone, Debug)]
pub struct TelemetryLayer {
    instruments: Arc<Instruments>,
    minutes: Arc<MinuteCounts>,
}

#[derive(Debug)]
struct Instruments {
    rpc_duration: Histogram<f64>,
    http_duration: Histogram<f64>,
    outcomes: Counter<u64>,
}

impl TelemetryLayer {
    /// Measures to where [`Telemetry::start`](crate::Telemetry::start) sends it; to be called after.
    pub fn new() -> TelemetryLayer {
        TelemetryLayer::untraced(&[])
    }

    /// As [`TelemetryLayer::new`], but of calls to `rpcs`, given as `package.Service/Method`, only
    /// how many there were in each minute is ever told: they have no span, no trace id, no
    /// duration, and the caller's trace ends before them.
    pub fn untraced(rpcs: &'static [&'static str]) -> TelemetryLayer {
        TelemetryLayer::measuring(&global::meter(METER), rpcs)
    }

    fn measuring(meter: &Meter, untraced: &'static [&'static str]) -> TelemetryLayer {
        let duration = |name: &'static str, description: &'static str| {
            meter
                .f64_histogram(name)
                .with_unit("s")
                .with_description(description)
                .with_boundaries(DURATION_BOUNDS.to_vec())
                .build()
        };
        let outcomes = meter
            .u64_counter("weft.command.outcomes")
            .with_unit("{command}")
            .with_description("Answers to commands, by reason; OK is recorded or already so")
            .build();
        TelemetryLayer {
            instruments: Arc::new(Instruments {
                rpc_duration: duration("rpc.server.call.duration", "How long calls took"),
                http_duration: duration("http.server.request.duration", "How long requests took"),
                outcomes,
            }),
            minutes: MinuteCounts::registered(meter, untraced, Instant::now()),
        }
    }
}

impl Default for TelemetryLayer {
    fn default() -> TelemetryLayer {
        TelemetryLayer::new()
    }
}

impl<S> Layer<S> for TelemetryLayer {
    type Service = TelemetryService<S>;

    fn layer(&self, inner: S) -> TelemetryService<S> {
        let (instruments, minutes) = (Arc::clone(&self.instruments), Arc::clone(&self.minutes));
        TelemetryService { inner, instruments, minutes }
    }
}

/// Gives every request a span and a [`TraceParent`], measures it until its response has been sent,
/// and says the trace id in the response.
///
/// Of RPCs named by [`TelemetryLayer::untraced`], and of responses with [`Untraced`], nothing is
/// told but counts by the minute.
///
/// Spans and measurements follow the semantic conventions of OpenTelemetry; they never hold a
/// header, a query, a body, or a path that no route has.
#[derive(Clone, Debug)]
pub struct TelemetryService<S> {
    inner: S,
    instruments: Arc<Instruments>,
    minutes: Arc<MinuteCounts>,
}

impl<S, B, R> Service<Request<B>> for TelemetryService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<ObservedBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let subject = Subject::of(&request, &self.minutes);
        let span = subject.span();
        let trace_id = match subject {
            Subject::UntracedRpc { .. } => {
                request.headers_mut().remove(TRACEPARENT);
                request.headers_mut().remove(TRACESTATE);
                None
            }
            Subject::Rpc { .. } | Subject::Http { .. } => Some(trace(&span, &mut request)),
        };
        let mut observation = Observation {
            subject,
            span: span.clone(),
            began: Instant::now(),
            instruments: Arc::clone(&self.instruments),
            minutes: Arc::clone(&self.minutes),
            over: false,
        };
        let response = span.in_scope(|| self.inner.call(request));
        let observed = async move {
            let mut response = response.await?;
            observation.answered(&response);
            if !observation.over && response.extensions().get::<Untraced>().is_some() {
                observation.forget();
            } else if let Some(value) =
                trace_id.and_then(|trace_id| HeaderValue::from_str(&trace_id).ok())
            {
                response.headers_mut().insert(TRACE_ID, value);
            }
            Ok(response.map(|inner| ObservedBody { inner, observation }))
        };
        Box::pin(observed.instrument(span))
    }
}

/// What a request asks for.
#[derive(Clone, Debug)]
enum Subject {
    Rpc {
        rpc: &'static Rpc,
    },
    /// An RPC of which only how often it was called in each minute is told.
    UntracedRpc {
        rpc: &'static Rpc,
    },
    Http {
        method: &'static str,
        /// The pattern of the route, and the path; `None` when there is no such route.
        route: Option<(String, String)>,
        /// `None` until there is a response.
        status: Option<u16>,
    },
}

impl Subject {
    fn of<B>(request: &Request<B>, minutes: &MinuteCounts) -> Subject {
        let path = request.uri().path();
        let content_type = request.headers().get(header::CONTENT_TYPE);
        if content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc")) {
            let rpc = rpc_at(path);
            return if minutes.counts(&rpc.name) {
                Subject::UntracedRpc { rpc }
            } else {
                Subject::Rpc { rpc }
            };
        }
        let route = request.extensions().get::<MatchedPath>();
        Subject::Http {
            method: method_name(request.method()),
            route: route.map(|route| (route.as_str().to_owned(), path.to_owned())),
            status: None,
        }
    }

    fn span(&self) -> Span {
        match self {
            Subject::Rpc { rpc } => tracing::info_span!(
                "rpc",
                otel.name = rpc.name,
                otel.kind = "server",
                otel.status_code = field::Empty,
                rpc.system.name = "grpc",
                rpc.method = rpc.name,
                rpc.response.status_code = field::Empty,
                error.type = field::Empty,
                trace_id = field::Empty,
            ),
            Subject::UntracedRpc { .. } => Span::none(),
            Subject::Http { method, route, .. } => {
                let (pattern, path) = route.as_ref().map(|(pattern, path)| (pattern, path)).unzip();
                let name = pattern
                    .map_or_else(|| (*method).to_owned(), |pattern| format!("{method} {pattern}"));
                tracing::info_span!(
                    "http",
                    otel.name = name,
                    otel.kind = "server",
                    otel.status_code = field::Empty,
                    http.request.method = method,
                    http.route = pattern,
                    url.path = path,
                    url.scheme = "http",
                    http.response.status_code = field::Empty,
                    error.type = field::Empty,
                    trace_id = field::Empty,
                    { UNTRACED } = field::Empty,
                )
            }
        }
    }
}

/// Continues the caller's trace, or begins one, and writes it into the request; gives the trace id.
fn trace<B>(span: &Span, request: &mut Request<B>) -> String {
    let remote = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    let caller = remote.span().span_context().clone();
    if caller.is_valid() {
        // Without a collector there is no span to give a parent; the ids below do without.
        span.set_parent(remote).unwrap_or_default();
    } else {
        request.headers_mut().remove(TRACESTATE);
    }
    let ours = span.context().span().span_context().clone();
    let context = if ours.is_valid() { ours } else { untraced(&caller) };
    let trace_id = context.trace_id().to_string();
    let flags = context.trace_flags().to_u8();
    let text = format!("00-{trace_id}-{}-{flags:02x}", context.span_id());
    if let Ok(value) = HeaderValue::from_str(&text) {
        request.headers_mut().insert(TRACEPARENT, value);
    }
    request.extensions_mut().insert(TraceParent(text));
    span.record("trace_id", &trace_id);
    trace_id
}

/// The ids of a request that nobody collects: the caller's trace, or a new one that is not sampled.
fn untraced(caller: &SpanContext) -> SpanContext {
    let ids = RandomIdGenerator::default();
    let trace_id = if caller.is_valid() { caller.trace_id() } else { ids.new_trace_id() };
    let span_id = ids.new_span_id();
    SpanContext::new(trace_id, span_id, caller.trace_flags(), false, caller.trace_state().clone())
}

/// A request under way. It is measured once: at its end, or when nobody waits for it any more.
#[derive(Debug)]
struct Observation {
    subject: Subject,
    span: Span,
    began: Instant,
    instruments: Arc<Instruments>,
    minutes: Arc<MinuteCounts>,
    over: bool,
}

impl Observation {
    fn answered<R>(&mut self, response: &Response<R>) {
        match &mut self.subject {
            // A status among the headers means that there is no body.
            Subject::Rpc { .. } | Subject::UntracedRpc { .. } => {
                if let Some(status) = Status::from_header_map(response.headers()) {
                    self.over_rpc(&status);
                }
            }
            Subject::Http { status, .. } => *status = Some(response.status().as_u16()),
        }
    }

    fn trailers(&mut self, trailers: &HeaderMap) {
        match &self.subject {
            Subject::Rpc { .. } | Subject::UntracedRpc { .. } => {
                if let Some(status) = Status::from_header_map(trailers) {
                    self.over_rpc(&status);
                }
            }
            Subject::Http { .. } => {}
        }
    }

    /// Keeps nothing of a request that turned out to be one that leaves no trace.
    fn forget(&mut self) {
        self.over = true;
        self.span.record(UNTRACED, true);
    }

    fn over_rpc(&mut self, status: &Status) {
        if self.over {
            return;
        }
        self.over = true;
        let code = code_name(status.code());
        let rpc = match self.subject {
            Subject::Rpc { rpc } => rpc,
            Subject::UntracedRpc { rpc } => {
                self.minutes.count(&rpc.name, code, Instant::now());
                return;
            }
            Subject::Http { .. } => return,
        };
        self.span.record("rpc.response.status_code", code);
        let mut attributes = vec![
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", rpc.name.as_str()),
            KeyValue::new("rpc.response.status_code", code),
        ];
        if is_failure(status.code()) {
            self.span.record("error.type", code);
            self.span.record("otel.status_code", "ERROR");
            attributes.push(KeyValue::new("error.type", code));
        }
        self.instruments.rpc_duration.record(self.began.elapsed().as_secs_f64(), &attributes);
        if rpc.command {
            let reason = reason(status).unwrap_or_else(|| code.to_owned());
            let attributes =
                [KeyValue::new("rpc.method", rpc.name.as_str()), KeyValue::new("reason", reason)];
            self.instruments.outcomes.add(1, &attributes);
        }
    }

    fn over_http(&mut self) {
        let Subject::Http { method, route, status } = &self.subject else { return };
        if self.over {
            return;
        }
        self.over = true;
        let mut attributes = vec![
            KeyValue::new("http.request.method", *method),
            KeyValue::new("url.scheme", "http"),
        ];
        if let Some((pattern, _)) = route {
            attributes.push(KeyValue::new("http.route", pattern.clone()));
        }
        let failure = match status {
            Some(status) => {
                self.span.record("http.response.status_code", status);
                attributes.push(KeyValue::new("http.response.status_code", i64::from(*status)));
                (500 <= *status).then(|| status.to_string())
            }
            None => Some("cancelled".to_owned()),
        };
        if let Some(failure) = failure {
            self.span.record("error.type", failure.as_str());
            self.span.record("otel.status_code", "ERROR");
            attributes.push(KeyValue::new("error.type", failure));
        }
        self.instruments.http_duration.record(self.began.elapsed().as_secs_f64(), &attributes);
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        match self.subject {
            Subject::Rpc { .. } | Subject::UntracedRpc { .. } => {
                self.over_rpc(&Status::cancelled("nobody waits any more"));
            }
            Subject::Http { .. } => self.over_http(),
        }
    }
}

/// A response body that is watched to its end, where gRPC says how a call went.
#[derive(Debug)]
pub struct ObservedBody<B> {
    inner: B,
    observation: Observation,
}

impl<B: Body + Unpin> Body for ObservedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let body = self.get_mut();
        let polled = {
            let _entered = body.observation.span.enter();
            Pin::new(&mut body.inner).poll_frame(context)
        };
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            body.observation.trailers(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The reason that we gave for a refusal; `None` when it was not ours.
fn reason(status: &Status) -> Option<String> {
    let info = status.get_details_error_info()?;
    (info.domain == wire::DOMAIN).then_some(info.reason)
}

/// The codes that tell of a fault of the server rather than of the caller.
fn is_failure(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// Methods that are not standard share one name, as callers can make up any.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "CONNECT" => "CONNECT",
        "OPTIONS" => "OPTIONS",
        "TRACE" => "TRACE",
        "PATCH" => "PATCH",
        _ => "_OTHER",
    }
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
