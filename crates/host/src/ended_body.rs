//! A response stream that the server ends, with a status, before its handler would.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, Response, header};
use http_body::{Body, Frame, SizeHint};
use tonic::Status;

/// A response body that ends early when something else happens first.
pub struct EndedBody<B> {
    inner: B,
    /// `None` when the body is to be sent to its own end.
    end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    last_words: fn() -> Status,
    ended: bool,
}

impl<B> EndedBody<B> {
    /// Ends the body of a gRPC response with `last_words` as soon as it waits after `end`. Other
    /// responses, and those that carry their status in the headers, stay as they are.
    pub(crate) fn around(
        response: Response<B>,
        end: impl Future<Output = ()> + Send + 'static,
        last_words: fn() -> Status,
    ) -> Response<EndedBody<B>> {
        let headers = response.headers();
        let grpc = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
        let end = (grpc && !headers.contains_key(Status::GRPC_STATUS))
            .then(|| Box::pin(end) as Pin<Box<dyn Future<Output = ()> + Send>>);
        response.map(|inner| EndedBody { inner, end, last_words, ended: false })
    }
}

impl<B: fmt::Debug> fmt::Debug for EndedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndedBody").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<B: Default> Default for EndedBody<B> {
    /// A body that is sent to its own end.
    fn default() -> EndedBody<B> {
        let last_words = || Status::ok("");
        EndedBody { inner: B::default(), end: None, last_words, ended: false }
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
        Poll::Ready(Some(Ok(Frame::trailers(trailers(&(body.last_words)())))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.end.is_some() { SizeHint::default() } else { self.inner.size_hint() }
    }
}

fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        // Its texts are fixed and plain, so that there is always a header for them.
        trailers.insert(Status::GRPC_STATUS, http::HeaderValue::from(i32::from(status.code())));
    }
    trailers
}
