//! What follows from recorded events: the key of an erased person is destroyed, and rules and
//! decisions have their [`consequences`].
//!
//! Neither is a view: a rebuild never does it again. The vault remembers how far the destruction of
//! keys has come; a crash between the event and the destruction is made good at the next start.

pub mod consequences;

use std::{sync::Arc, time::Duration};

use eventlog::{EventLog, Filter, LogError, Position};
use events::PersonEvent;
use kernel::{ErrorCode, Event as _, Rejection};
use tokio::sync::watch;
use vault::{Erasure, Vault};

/// How many events are looked at in one step.
const BATCH_MAX: u32 = 1_024;

/// After how many events without an erasure the vault notes how far it has come.
const NOTE_EVERY: u64 = 10_000;

/// How long to wait before trying again after a failure.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long a caller waits for a key to be destroyed.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Tells how far the destruction of keys has come.
#[derive(Clone, Debug)]
pub struct Erasures(watch::Receiver<Position>);

/// A key has not been destroyed yet; it will be.
#[derive(Debug, thiserror::Error)]
#[error("the erasure is recorded, but the key could not be destroyed yet; it will be, ask again")]
pub struct ErasurePending;

impl Erasures {
    /// Waits until every erasure up to `position` has been carried out.
    ///
    /// # Errors
    ///
    /// Says that it takes longer than ten seconds.
    pub async fn reach(&self, position: Position) -> Result<(), ErasurePending> {
        let mut done = self.0.clone();
        let reached = tokio::time::timeout(WAIT_MAX, done.wait_for(|done| position <= *done)).await;
        if matches!(reached, Ok(Ok(_))) { Ok(()) } else { Err(ErasurePending) }
    }
}

impl Rejection for ErasurePending {
    fn code(&self) -> ErrorCode {
        ErrorCode::Unavailable
    }

    fn reason(&self) -> &'static str {
        "ERASURE_PENDING"
    }
}

/// Follows the log and destroys the keys of erased persons, until nobody asks any more.
pub fn erase_keys(log: Arc<dyn EventLog>, vault: Arc<Vault>) -> Erasures {
    let (done, listener) = watch::channel(Position(0));
    tokio::spawn(async move {
        while !done.is_closed() {
            if let Err(error) = follow(log.as_ref(), &vault, &done).await {
                tracing::error!(%error, "keys of erased persons could not be destroyed yet");
                tokio::time::sleep(RETRY_AFTER).await;
            } else {
                return;
            }
        }
    });
    Erasures(listener)
}

async fn follow(
    log: &dyn EventLog,
    vault: &Arc<Vault>,
    done: &watch::Sender<Position>,
) -> Result<(), LogError> {
    let mut head = log.head();
    let mut after = Position(vault.progress().map_err(failed)?);
    let mut noted = after;
    loop {
        let filter = Filter { network: None, categories: &[PersonEvent::CATEGORY] };
        let page = log.read_all(after, filter, BATCH_MAX).await?;
        let mut erasures = Vec::new();
        for recorded in &page.events {
            let event =
                recorded.decode::<PersonEvent>().map_err(|e| LogError::new("read person", e))?;
            if let Some(PersonEvent::PersonErased { person }) = event {
                erasures.push(Erasure { subject: person, at: recorded.recorded_at });
            }
        }
        after = page.read_to;
        if !erasures.is_empty() || noted.0 + NOTE_EVERY < after.0 {
            let vault = Arc::clone(vault);
            let position = after.0;
            tokio::task::spawn_blocking(move || vault.erase_all(&erasures, position))
                .await
                .map_err(failed)?
                .map_err(failed)?;
            noted = after;
        }
        done.send_replace(after);
        if page.events.is_empty() {
            tokio::select! {
                newer = head.wait_for(|head| after < *head) => {
                    if newer.is_err() {
                        return Ok(());
                    }
                }
                () = done.closed() => return Ok(()),
            }
        }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> LogError {
    LogError::new("destroy keys", error)
}
