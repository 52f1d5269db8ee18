//! Services that answer what a test says, in this process, and remember what they were asked.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};
use futures::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use hyper_util::rt::TokioIo;
use prost::Message;
use tokio::{
    io::{DuplexStream, duplex},
    sync::mpsc,
};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{
    Status,
    service::Routes,
    transport::{Channel, Endpoint, Server, Uri},
};

/// The bytes of a frame before its message: not compressed, and the length.
const PREFIX: usize = 5;

/// A call that a service got.
#[derive(Clone)]
pub(crate) struct Asked {
    /// The method, for example `GetNetwork`.
    pub(crate) method: String,
    pub(crate) headers: HeaderMap,
    body: Vec<u8>,
}

impl Asked {
    pub(crate) fn read<M: Message + Default>(&self) -> M {
        M::decode(self.body.as_slice()).unwrap()
    }
}

/// The messages of an answer, and how it ends.
pub(crate) struct Answer {
    messages: Vec<Vec<u8>>,
    end: Result<(), Status>,
}

/// An answer of one message.
pub(crate) fn says(message: &impl Message) -> Answer {
    Answer { messages: vec![message.encode_to_vec()], end: Ok(()) }
}

/// An answer of many messages, and how it ends.
pub(crate) fn streams<M: Message>(messages: &[M], end: Result<(), Status>) -> Answer {
    Answer { messages: messages.iter().map(Message::encode_to_vec).collect(), end }
}

/// An answer that is an error.
pub(crate) fn refuses(status: Status) -> Answer {
    Answer { messages: Vec::new(), end: Err(status) }
}

type Respond = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

/// Every service at once.
#[derive(Clone)]
pub(crate) struct Fake {
    asked: Arc<Mutex<Vec<Asked>>>,
    respond: Respond,
}

impl Fake {
    pub(crate) fn new(respond: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Fake {
        Fake { asked: Arc::default(), respond: Arc::new(respond) }
    }

    /// What the services were asked so far, and forgets it.
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The methods that were asked for so far, sorted; forgets them.
    pub(crate) fn methods(&self) -> Vec<String> {
        let mut methods: Vec<String> = self.take().into_iter().map(|asked| asked.method).collect();
        methods.sort();
        methods
    }

    /// Starts serving and opens the channel, over pipes in memory.
    pub(crate) fn channel(&self) -> Channel {
        let (connect, connections) = mpsc::unbounded_channel();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(
            Server::builder()
                .add_routes(Routes::from(router))
                .serve_with_incoming(UnboundedReceiverStream::new(connections)),
        );
        let connector = tower::service_fn(move |_: Uri| {
            let (here, there) = duplex(64 * 1024);
            let sent = connect.send(Ok::<DuplexStream, Infallible>(there));
            async move { sent.map(|()| TokioIo::new(here)) }
        });
        Endpoint::from_static("http://services").connect_with_connector_lazy(connector)
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let method = parts.uri.path().rsplit('/').next().unwrap().to_owned();
    let asked = Asked { method, headers: parts.headers, body: body[PREFIX..].to_vec() };
    fake.asked.lock().unwrap().push(asked.clone());
    let answer = (fake.respond)(&asked);
    let mut frames: Vec<Result<Frame<Bytes>, Infallible>> = Vec::new();
    for message in answer.messages {
        let mut frame = vec![0];
        frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        frame.extend(message);
        frames.push(Ok(Frame::data(Bytes::from(frame))));
    }
    let mut trailers = HeaderMap::new();
    answer.end.err().unwrap_or_else(|| Status::ok("")).add_header(&mut trailers).unwrap();
    frames.push(Ok(Frame::trailers(trailers)));
    Response::builder()
        .header("content-type", "application/grpc")
        .body(Body::new(StreamBody::new(stream::iter(frames))))
        .unwrap()
}
