//! A gRPC channel to routes of the same process, without a socket.

use std::{future::IntoFuture as _, future::pending, io};

use axum::{Router, serve::Listener};
use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::{
    io::DuplexStream,
    sync::{mpsc, oneshot},
};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

#[cfg(test)]
mod tests;

/// How much each direction of a pipe holds, in bytes.
const PIPE_BYTES: usize = 256 * 1024;

/// How many new pipes wait to be served.
const PIPES_WAITING_MAX: usize = 16;

/// Serves `router` within this process, by the same code as sockets, and gives a channel to it.
///
/// The channel connects again by itself when a connection ends; serving ends when all clones of the
/// channel are dropped. Must be called within a runtime.
pub fn in_process(router: Router) -> Channel {
    let (connections, incoming) = mpsc::channel(PIPES_WAITING_MAX);
    let (close, closed) = oneshot::channel();
    let pipes = Pipes { incoming, close: Some(close) };
    let closed = async move {
        // Dropped is as good as sent.
        closed.await.unwrap_or_default();
    };
    tokio::spawn(axum::serve(pipes, router).with_graceful_shutdown(closed).into_future());
    Endpoint::from_static("http://in-process").connect_with_connector_lazy(service_fn(
        move |_: Uri| {
            let connections = connections.clone();
            async move {
                let (client, server) = tokio::io::duplex(PIPE_BYTES);
                connections
                    .send(server)
                    .await
                    .map_err(|_| io::Error::other("nothing serves this channel any more"))?;
                Ok::<_, io::Error>(TokioIo::new(client))
            }
        },
    ))
}

/// The server's ends of new pipes.
#[derive(Debug)]
struct Pipes {
    incoming: mpsc::Receiver<DuplexStream>,
    /// Tells that there will be no more; `None` once told.
    close: Option<oneshot::Sender<()>>,
}

impl Listener for Pipes {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        if let Some(pipe) = self.incoming.recv().await {
            return (pipe, ());
        }
        drop(self.close.take());
        pending().await
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}
