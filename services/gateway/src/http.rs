//! GraphQL over HTTP: queries over GET and POST, mutations over POST, one operation a request.
//!
//! Source: the GraphQL-over-HTTP draft as the `graphql-http` audits read it. What never got as far
//! as running has status 400 under `application/graphql-response+json` and, as older clients
//! expect, 200 under `application/json`.

use async_graphql::{Name, Request, Variables, parser::types::OperationType};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use futures::StreamExt as _;
use kernel::ErrorCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tonic::Status;
use tower_http::cors::{Any, CorsLayer};

use crate::{
    CastsBallot, GatewaySchema,
    call::{Caller, MIN_POSITION},
    error, operation,
};

/// The longest request body that is read, in bytes.
pub(crate) const BODY_MAX: usize = 256 * 1024;

/// How much of a body that is too long is passed over before the answer, in bytes: most clients
/// read an answer only after they have sent everything.
const BODY_PASSED_MAX: usize = 32 * 1024 * 1024;

/// How long a browser may remember what is allowed from elsewhere.
const CORS_AGE: std::time::Duration = std::time::Duration::from_hours(24);

/// Where a subscription belongs.
const SUBSCRIBE_ELSEWHERE: &str =
    "subscriptions are at /graphql/ws, by WebSocket with the protocol graphql-transport-ws";

/// Lets pages from anywhere ask, with a token but without cookies.
pub(crate) fn cors() -> CorsLayer {
    let headers = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::ACCEPT,
        HeaderName::from_static(MIN_POSITION),
        HeaderName::from_static("traceparent"),
        HeaderName::from_static("tracestate"),
    ];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(headers)
        .max_age(CORS_AGE)
}

/// The form of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Media {
    /// `application/graphql-response+json`: the status says whether the operation ran.
    GraphQl,
    /// `application/json`: the status says nothing about the operation.
    Json,
}

impl Media {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Media::GraphQl => "application/graphql-response+json; charset=utf-8",
            Media::Json => "application/json; charset=utf-8",
        })
    }

    /// The form that a client likes best; `None` when it takes neither.
    fn of(headers: &HeaderMap) -> Option<Media> {
        let mut best: Option<(Media, f32)> = None;
        let accepted = headers.get_all(header::ACCEPT);
        if accepted.iter().next().is_none() {
            return Some(Media::Json);
        }
        for range in accepted.iter().filter_map(|value| value.to_str().ok()) {
            for (media, quality) in range.split(',').filter_map(accepted_range) {
                if 0.0 < quality && best.is_none_or(|(_, least)| least < quality) {
                    best = Some((media, quality));
                }
            }
        }
        best.map(|(media, _)| media)
    }
}

/// Reads one range of an Accept header as (form, quality).
fn accepted_range(range: &str) -> Option<(Media, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let media = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => Media::GraphQl,
        "application/json" | "application/*" | "*/*" => Media::Json,
        _ => return None,
    };
    let mut quality = 1.0;
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        if name.eq_ignore_ascii_case("q") {
            quality = value.parse().unwrap_or(0.0);
        } else if name.eq_ignore_ascii_case("charset") && !is_utf8(value) {
            return None;
        }
    }
    Some((media, quality))
}

fn is_utf8(charset: &str) -> bool {
    charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
}

/// Tells whether a body is JSON by its content type.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
        && parts
            .filter_map(|part| part.split_once('='))
            .all(|(name, value)| !name.eq_ignore_ascii_case("charset") || is_utf8(value))
}

/// Why a request is not executed.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    reason: &'static str,
    message: String,
    /// The methods that would be right, when this one is wrong.
    allow: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, reason, message: message.into(), allow: None }
    }

    fn malformed(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "REQUEST_MALFORMED", message)
    }

    fn response(self, media: Media) -> Response {
        let mut response = errors(media, self.status, self.reason, &self.message);
        if let Some(allow) = self.allow {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

/// An answer that is nothing but an error about the request itself.
pub(crate) fn refusal(status: StatusCode, reason: &str, message: &str) -> Response {
    errors(Media::Json, status, reason, message)
}

fn errors(media: Media, status: StatusCode, reason: &str, message: &str) -> Response {
    let extensions = error::extensions(ErrorCode::Invalid, reason);
    let body = json!({ "errors": [{ "message": message, "extensions": extensions }] });
    reply(media, status, body.to_string())
}

fn reply(media: Media, status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
    // A proxy that keeps answers must not give one form for the other.
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// Answers one request.
pub(crate) async fn answer(
    State(schema): State<GatewaySchema>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(media) = Media::of(&parts.headers) else {
        let message = "only application/graphql-response+json and application/json are given";
        return refusal(StatusCode::NOT_ACCEPTABLE, "MEDIA_TYPE_NOT_ACCEPTABLE", message);
    };
    let mut request = match read(parts, body).await {
        Ok(request) => request,
        Err(refusal) => return refusal.response(media),
    };
    if asked(&mut request) == [OperationType::Subscription] {
        let status = before_running(media);
        return errors(media, status, error::REQUEST_INVALID, SUBSCRIBE_ELSEWHERE);
    }
    let casts_ballot = request.parsed_query().is_ok_and(operation::casts_ballot);
    let response = schema.execute(request).await;
    // What fails before it runs has no path; such an answer has no data at all, not even null.
    let before = response.is_err()
        && response.data == async_graphql::Value::Null
        && response.errors.iter().all(|error| error.path.is_empty());
    let headers = response.http_headers.clone();
    // Written as text at once: a JSON value in between would sort the fields by name.
    let body = if before {
        serde_json::to_string(&json!({ "errors": response.errors }))
    } else {
        serde_json::to_string(&response)
    };
    let body = body.unwrap_or_else(|error| {
        tracing::error!(%error, "an answer cannot be written");
        String::new()
    });
    let status = if before { before_running(media) } else { StatusCode::OK };
    let mut reply = reply(media, status, body);
    reply.headers_mut().extend(headers);
    if casts_ballot {
        reply.extensions_mut().insert(CastsBallot);
    }
    reply
}

/// The status of what never got as far as running.
fn before_running(media: Media) -> StatusCode {
    match media {
        Media::GraphQl => StatusCode::BAD_REQUEST,
        Media::Json => StatusCode::OK,
    }
}

async fn read(parts: Parts, body: Body) -> Result<Request, Refusal> {
    let caller = Caller::of(&parts.headers).map_err(malformed)?;
    let parameters = if parts.method == Method::GET {
        Parameters::of_uri(&parts.uri)?
    } else if parts.method == Method::POST {
        if !is_json(&parts.headers) {
            let message = "the body must be application/json in UTF-8";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Refusal::new(status, "MEDIA_TYPE_UNSUPPORTED", message));
        }
        Parameters::of_body(&bounded(body).await?)?
    } else {
        return Err(wrong_method("use GET or POST", "GET, POST"));
    };
    let mut request = parameters.request()?.data(caller);
    if parts.method == Method::GET
        && asked(&mut request).iter().any(|kind| *kind != OperationType::Query)
    {
        // A link or an image of another site could otherwise change something.
        return Err(wrong_method("only queries are answered over GET; use POST", "POST"));
    }
    Ok(request)
}

fn malformed(status: Status) -> Refusal {
    Refusal::malformed(status.message())
}

fn wrong_method(message: &str, allow: &'static str) -> Refusal {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Refusal { allow: Some(allow), ..Refusal::new(status, "METHOD_NOT_ALLOWED", message) }
}

/// The kinds of the operations that may be asked for: one, unless the document has many and none is
/// named. Empty when it cannot be parsed, or the one named is not there: executing it tells what is
/// wrong.
fn asked(request: &mut Request) -> Vec<OperationType> {
    let asked = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else { return Vec::new() };
    document
        .operations
        .iter()
        .filter(|(name, _)| asked.is_none() || name.map(Name::as_str) == asked.as_deref())
        .map(|(_, operation)| operation.node.ty)
        .collect()
}

/// Reads a body that is not too long.
async fn bounded(body: Body) -> Result<Vec<u8>, Refusal> {
    let mut stream = body.into_data_stream();
    let (mut read, mut passed) = (Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::malformed("the body ended too early"))?;
        passed += chunk.len();
        if BODY_PASSED_MAX < passed {
            break;
        }
        if passed <= BODY_MAX {
            read.extend_from_slice(&chunk);
        }
    }
    if BODY_MAX < passed {
        let message = format!("the body is longer than {BODY_MAX} bytes");
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message));
    }
    Ok(read)
}

/// What a request says, in a body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

/// What a request says, in a URI: objects are texts there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UriParameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Parameters {
    fn of_body(body: &[u8]) -> Result<Parameters, Refusal> {
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Refusal::malformed("a request is one operation, not a list of them"));
        }
        serde_json::from_slice(body)
            .map_err(|error| Refusal::malformed(format!("the body cannot be read: {error}")))
    }

    fn of_uri(uri: &Uri) -> Result<Parameters, Refusal> {
        let read = axum::extract::Query::<UriParameters>::try_from_uri(uri);
        let axum::extract::Query(parameters) = read.map_err(|error| {
            Refusal::malformed(format!("the query string cannot be read: {error}"))
        })?;
        Ok(Parameters {
            query: parameters.query,
            operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
            variables: object("variables", parameters.variables)?,
            extensions: object("extensions", parameters.extensions)?,
        })
    }

    fn request(self) -> Result<Request, Refusal> {
        let Some(query) = self.query else {
            return Err(Refusal::malformed("query is missing"));
        };
        let mut request = Request::new(query);
        request.operation_name = self.operation_name;
        if let Some(variables) = self.variables {
            request = request.variables(Variables::from_json(Value::Object(variables)));
        }
        // Nothing here reads extensions; that they are an object is part of the format.
        drop(self.extensions);
        Ok(request)
    }
}

fn object(name: &str, text: Option<String>) -> Result<Option<Map<String, Value>>, Refusal> {
    match text.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| Refusal::malformed(format!("{name} is not an object: {error}"))),
    }
}
