//! Serving ends when told to, whatever is still open.

use std::{convert::Infallible, future::pending};

use axum::{
    body::{Body, Bytes},
    routing::get,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::Instant,
};

use super::*;
use crate::Shutdown;

struct Running {
    shutdown: Shutdown,
    address: std::net::SocketAddr,
    serving: tokio::task::JoinHandle<io::Result<Ended>>,
}

async fn running(grace: Duration) -> Running {
    let router = Router::new().route("/", get(async || "there")).route(
        "/endless",
        get(async || {
            let first = http_body::Frame::data(Bytes::from_static(b"first"));
            let endless = OneThenNothing(Some(first));
            Body::new(endless)
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = Shutdown::new();
    let serving = tokio::spawn(serve(listener, router, shutdown.token().cancelled(), grace));
    Running { shutdown, address, serving }
}

/// A body that says one thing and never ends.
struct OneThenNothing(Option<http_body::Frame<Bytes>>);

impl http_body::Body for OneThenNothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(frame) => std::task::Poll::Ready(Some(Ok(frame))),
            None => std::task::Poll::Pending,
        }
    }
}

async fn ask(address: std::net::SocketAddr, path: &str, until: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let mut buffer = [0; 1024];
    while !answer.contains(until) {
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the connection ended after {answer:?}");
        answer.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    stream
}

#[tokio::test]
async fn serving_drains_when_nothing_is_open() {
    let Running { shutdown, address, serving } = running(Duration::from_mins(1)).await;
    let idle = ask(address, "/", "there").await;
    shutdown.begin();
    assert_eq!(serving.await.unwrap().unwrap(), Ended::Drained);
    drop(idle);
    assert!(TcpStream::connect(address).await.is_err(), "nothing new is accepted");
}

#[tokio::test]
async fn serving_ends_within_the_grace_while_a_stream_is_open() {
    let grace = Duration::from_millis(300);
    let Running { shutdown, address, serving } = running(grace).await;
    let open = ask(address, "/endless", "first").await;
    let began = Instant::now();
    shutdown.begin();
    assert_eq!(serving.await.unwrap().unwrap(), Ended::CutOff);
    assert!(grace <= began.elapsed() && began.elapsed() < Duration::from_secs(5));
    drop(open);
}

#[tokio::test]
async fn serving_goes_on_until_it_is_told() {
    let Running { shutdown: _kept, address, serving } = running(Duration::ZERO).await;
    for _ in 0..3 {
        ask(address, "/", "there").await;
    }
    assert!(!serving.is_finished());
    serving.abort();
}

#[tokio::test]
async fn a_token_hears_of_a_shutdown_that_began_earlier_and_not_of_one_that_was_dropped() {
    let shutdown = Shutdown::new();
    let (early, dropped) = (shutdown.token(), Shutdown::new().token());
    shutdown.begin();
    early.cancelled().await;
    shutdown.token().cancelled().await;
    assert!(*shutdown.token().receiver().borrow());
    let heard = tokio::select! {
        biased;
        () = dropped.cancelled() => true,
        () = tokio::task::yield_now() => false,
        () = pending() => false,
    };
    assert!(!heard);
}
