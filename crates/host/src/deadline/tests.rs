//! Deadlines as callers write them, and what happens when they pass.

use std::convert::Infallible;

use axum::Router;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tonic::Code;
use tower::{ServiceExt as _, service_fn};

use super::*;
use crate::{Shutdown, serve};

#[test]
fn what_callers_write_is_read() {
    let cases = [
        ("1H", Duration::from_hours(1)),
        ("2M", Duration::from_mins(2)),
        ("03S", Duration::from_secs(3)),
        ("99999999m", Duration::from_millis(99_999_999)),
        ("0u", Duration::ZERO),
        ("5n", Duration::from_nanos(5)),
    ];
    for (text, duration) in cases {
        assert_eq!(parse(text), Some(duration), "{text}");
    }
    for text in ["", "S", "1", "1s", "-1S", "+1S", "1.5S", "123456789S", "1S ", "1Ω"] {
        assert_eq!(parse(text), None, "{text}");
    }
}

async fn call(layer: DeadlineLayer, timeout: Option<&str>) -> Status {
    let never = service_fn(|_: Request<()>| pending::<Result<Response<()>, Infallible>>());
    let mut request = Request::post("/");
    if let Some(timeout) = timeout {
        request = request.header("grpc-timeout", timeout);
    }
    let response = layer.layer(never).oneshot(request.body(()).unwrap()).await.unwrap();
    Status::from_header_map(response.headers()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_with_the_callers_deadline_or_with_ours() {
    let began = Instant::now();
    let status = call(DeadlineLayer::new(), Some("20S")).await;
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(String::from_utf8_lossy(status.details()).contains("DEADLINE_EXCEEDED"));
    assert_eq!(began.elapsed().as_secs(), 20);

    let began = Instant::now();
    for timeout in [None, Some("1H")] {
        let status = call(DeadlineLayer::at_most(Duration::from_secs(30)), timeout).await;
        assert_eq!(status.code(), Code::DeadlineExceeded);
    }
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn a_deadline_that_cannot_be_read_is_refused() {
    let status = call(DeadlineLayer::new(), Some("soon")).await;
    assert_eq!(status.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_deadline_passes_in_time_over_a_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/grpc.health.v1.Health/Check", axum::routing::post(pending::<String>))
        .layer(DeadlineLayer::new());
    let shutdown = Shutdown::new();
    let serving =
        tokio::spawn(serve(listener, router, shutdown.token().cancelled(), Duration::ZERO));

    // By hand, because tonic's client has a timer of its own for this header.
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                   content-type: application/grpc\r\ngrpc-timeout: 300m\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let elapsed = began.elapsed();
    assert!(answer.contains("\r\ngrpc-status: 4\r\n"), "{answer}");
    assert!(answer.contains("grpc-status-details-bin"), "{answer}");
    assert!(
        Duration::from_millis(300) <= elapsed && elapsed < Duration::from_secs(3),
        "{elapsed:?}"
    );
    shutdown.begin();
    serving.await.unwrap().unwrap();
}
