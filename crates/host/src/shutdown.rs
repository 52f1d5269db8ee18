//! Tells everything that runs for long that the process is about to end.

use std::{
    future::pending,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use kernel::ErrorCode;
use tokio::sync::watch;
use tonic::Status;
use tower::{Layer, Service};

use crate::ended_body::EndedBody;

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
            Ok(EndedBody::around(response, token.cancelled(), last_words))
        })
    }
}

fn last_words() -> Status {
    let message = "the server is about to end; go on from what you received last";
    wire::status(ErrorCode::Unavailable, "SHUTTING_DOWN", None, message)
}
