//! Honours `grpc-timeout`, which nothing else does when gRPC is served by axum.

use std::{
    future::pending,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderMap, Request, Response};
use kernel::ErrorCode;
use tokio::time::Instant;
use tonic::Status;
use tower::{Layer, Service};

use crate::ended_body::EndedBody;

#[cfg(test)]
mod tests;

/// How long a call may take until its response begins, when its caller would wait longer.
pub const CALL_MAX: Duration = Duration::from_mins(15);

/// The longest number in a `grpc-timeout`, in digits.
const DIGITS_MAX: usize = 8;

/// Puts a [`DeadlineService`] around gRPC routes.
#[derive(Clone, Copy, Debug)]
pub struct DeadlineLayer {
    max: Duration,
}

impl DeadlineLayer {
    /// Bounds calls by what their callers say, and by [`CALL_MAX`].
    pub fn new() -> DeadlineLayer {
        DeadlineLayer::at_most(CALL_MAX)
    }

    /// Bounds calls by what their callers say, and by `max`.
    pub fn at_most(max: Duration) -> DeadlineLayer {
        DeadlineLayer { max }
    }
}

impl Default for DeadlineLayer {
    fn default() -> DeadlineLayer {
        DeadlineLayer::new()
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = DeadlineService<S>;

    fn layer(&self, inner: S) -> DeadlineService<S> {
        DeadlineService { inner, max: self.max }
    }
}

/// Gives up on a call when its deadline has passed, with a status that says so.
///
/// A stream of messages that waits is ended at the deadline that its caller gave. A command that is given up on may have been recorded all the same; its command id
/// makes it safe to ask again.
#[derive(Clone, Debug)]
pub struct DeadlineService<S> {
    inner: S,
    max: Duration,
}

impl<S, B, R> Service<Request<B>> for DeadlineService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Send + 'static,
    S::Future: Send + 'static,
    R: Default + Send + 'static,
{
    type Response = Response<EndedBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let asked = match timeout(request.headers()) {
            Ok(asked) => asked,
            Err(status) => return Box::pin(async move { Ok(status.into_http()) }),
        };
        let bound = asked.map_or(self.max, |asked| asked.min(self.max));
        // A stream without a deadline goes on for as long as its handler wants.
        let deadline = Instant::now() + bound;
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = match tokio::time::timeout_at(deadline, response).await {
                Ok(response) => response?,
                Err(_) => return Ok(exceeded().into_http()),
            };
            let end = async move {
                match asked {
                    Some(_) => tokio::time::sleep_until(deadline).await,
                    None => pending().await,
                }
            };
            Ok(EndedBody::around(response, end, exceeded))
        })
    }
}

fn exceeded() -> Status {
    let message = "the deadline passed before there was an answer; ask again with the same \
                   command id to learn whether it was recorded";
    wire::status(ErrorCode::Timeout, "DEADLINE_EXCEEDED", None, message)
}

/// How long the caller waits; `None` when they do not say.
fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, Status> {
    let Some(value) = headers.get("grpc-timeout") else { return Ok(None) };
    value.to_str().ok().and_then(parse).map(Some).ok_or_else(|| {
        let message = "grpc-timeout is up to 8 digits and one of H, M, S, m, u, n";
        wire::status(ErrorCode::Invalid, "DEADLINE_MALFORMED", None, message)
    })
}

fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || digits.is_empty() || DIGITS_MAX < digits.len() {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_hours(number)),
        "M" => Some(Duration::from_mins(number)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}
