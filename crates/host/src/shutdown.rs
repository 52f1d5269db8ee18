//! Tells everything that runs for long that the process is about to end.

use std::{
    fmt,
    future::pending,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, Request, Response, header};
use http_body::{Body, Frame, SizeHint};
use kernel::ErrorCode;
use tokio::sync::watch;
use tonic::Status;
use tower::{Layer, Service};

#[cfg(test)]
mod tests;

/// Begins the end of a process; whoever holds a token hears of it.
#[derive(Debug)]
pub struct Shutdown {
    begun: watch::Sender<bool>,
}

/// Hears that the process is about to end. Clones hear the same.
#[derive(Clone, Debug)]
pub struct ShutdownToken {
    begun: watch::Receiver<bool>,
}

impl Shutdown {
    /// Nothing has begun yet.
    pub fn new() -> Shutdown {
        Shutdown { begun: watch::Sender::new(false) }
    }

    /// Begins the end; again does nothing.
    pub fn begin(&self) {
        self.begun.send_replace(true);
    }

    /// A token that hears of the beginning, also when it has begun already.
    pub fn token(&self) -> ShutdownToken {
        ShutdownToken { begun: self.begun.subscribe() }
    }
}

impl Default for Shutdown {
    fn default() -> Shutdown {
        Shutdown::new()
    }
}

impl ShutdownToken {
    /// Returns when the end has begun. Never, when the [`Shutdown`] was dropped without it.
    pub async fn cancelled(mut self) {
        if self.begun.wait_for(|begun| *begun).await.is_err() {
            pending::<()>().await;
        }
    }

    /// The same as a plain channel, for crates that do not know this one; true once it has begun.
    pub fn receiver(&self) -> watch::Receiver<bool> {
        self.begun.clone()
    }
}

/// Ends the response streams of gRPC routes when the process is about to end.
///
/// Without it, open streams keep the process from ending. Callers are told
/// [`Unavailable`](tonic::Code::Unavailable) and can go on elsewhere, or later. What is not a stream
/// is answered in full.
#[derive(Clone, Debug)]
pub struct EndStreamsLayer {
    token: ShutdownToken,
}

impl EndStreamsLayer {
    /// Ends streams when `token` says so.
    pub fn new(token: ShutdownToken) -> EndStreamsLayer {
        EndStreamsLayer { token }
    }
}

impl<S> Layer<S> for EndStreamsLayer {
    type Service = EndStreamsService<S>;

    fn layer(&self, inner: S) -> EndStreamsService<S> {
        EndStreamsService { inner, token: self.token.clone() }
    }
}

/// See [`EndStreamsLayer`].
#[derive(Clone, Debug)]
pub struct EndStreamsService<S> {
    inner: S,
    token: ShutdownToken,
}

impl<S, B, R> Service<Request<B>> for EndStreamsService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<EndedBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let token = self.token.clone();
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = response.await?;
            let headers = response.headers();
            let grpc = headers
                .get(header::CONTENT_TYPE)
                .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
            // A status among the headers means that there is no body to end.
            let end = (grpc && !headers.contains_key(Status::GRPC_STATUS))
                .then(|| Box::pin(token.cancelled()) as Pin<Box<dyn Future<Output = ()> + Send>>);
            Ok(response.map(|inner| EndedBody { inner, end, ended: false }))
        })
    }
}

/// A response body that ends early when the process does.
pub struct EndedBody<B> {
    inner: B,
    /// `None` when the body is to be sent to its own end.
    end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    ended: bool,
}

impl<B: fmt::Debug> fmt::Debug for EndedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndedBody").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<B: Body + Unpin> Body for EndedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let body = self.get_mut();
        if body.ended {
            return Poll::Ready(None);
        }
        // What is ready goes out first, so that only streams that wait are ended.
        if let Poll::Ready(frame) = Pin::new(&mut body.inner).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let Some(end) = &mut body.end else { return Poll::Pending };
        if end.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        body.ended = true;
        Poll::Ready(Some(Ok(Frame::trailers(last_words()))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.end.is_some() { SizeHint::default() } else { self.inner.size_hint() }
    }
}

fn last_words() -> HeaderMap {
    let message = "the server is about to end; go on from what you received last";
    let status = wire::status(ErrorCode::Unavailable, "SHUTTING_DOWN", None, message);
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        // Its texts are fixed and plain, so that there is always a header for them.
        trailers.insert(Status::GRPC_STATUS, http::HeaderValue::from_static("14"));
    }
    trailers
}
