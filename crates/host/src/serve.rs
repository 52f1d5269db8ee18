//! Serves routes on a socket until told to stop, and stops within a bound.

use std::{future::IntoFuture as _, io, time::Duration};

use axum::{Router, serve::ListenerExt as _};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal as unix_signal},
    sync::oneshot,
};

#[cfg(test)]
mod tests;

/// How serving ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Every request was answered to its end.
    Drained,
    /// Some were still open after the time of grace; they are cut off when the process ends.
    CutOff,
}

/// Serves `router` on `listener`, HTTP/1.1 and HTTP/2 in clear text, until `shutdown` is done; then
/// accepts nothing new, and waits for `grace` at most until what is open has ended.
///
/// Before `shutdown` is done, health should say not serving, so that load balancers look elsewhere.
///
/// # Errors
///
/// Returns why the listener cannot be served.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<Ended> {
    let listener = listener.tap_io(|stream| {
        // Answers are small; waiting to fill packets would cost up to 40 ms each.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    let (tell, told) = oneshot::channel();
    let shutdown = async move {
        shutdown.await;
        // The other end is gone only when serving has ended already.
        let _: Result<(), ()> = tell.send(());
    };
    let mut serving =
        Box::pin(axum::serve(listener, router).with_graceful_shutdown(shutdown).into_future());
    tokio::select! {
        ended = &mut serving => return ended.map(|()| Ended::Drained),
        _ = told => {}
    }
    match tokio::time::timeout(grace, serving).await {
        Ok(ended) => ended.map(|()| Ended::Drained),
        Err(_) => Ok(Ended::CutOff),
    }
}

/// Returns when somebody wants the process to end: Ctrl-C, or SIGTERM.
///
/// # Errors
///
/// Returns why signals cannot be listened to.
pub async fn signal() -> io::Result<()> {
    let mut interrupt = unix_signal(SignalKind::interrupt())?;
    let mut terminate = unix_signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
