//! Following the log: what is recorded already, then what comes, without gap or repeat.

use std::{collections::VecDeque, sync::Arc};

use futures::{Stream, stream};

use crate::{EventLog, Filter, LogError, Position, Recorded};

/// How many events are fetched at a time.
const BATCH_MAX: u32 = 256;

/// Every event after `after` that `filter` admits, now and from now on, in order of position.
///
/// Ends only after an error or when the log is gone. Resume with the position of the last event
/// received. The reader sets the pace: nothing is fetched ahead of one batch.
pub fn subscribe_all(
    log: Arc<dyn EventLog>,
    after: Position,
    filter: Filter,
) -> impl Stream<Item = Result<Recorded, LogError>> + Send {
    let start = Some((log.head(), after, VecDeque::new()));
    stream::unfold(start, move |state| {
        let (log, filter) = (Arc::clone(&log), filter.clone());
        async move {
            let (mut head, mut after, mut batch) = state?;
            loop {
                if let Some(event) = batch.pop_front() {
                    return Some((Ok(event), Some((head, after, batch))));
                }
                match log.read_all(after, filter.clone(), BATCH_MAX).await {
                    Err(error) => return Some((Err(error), None)),
                    Ok(page) => {
                        after = page.read_to;
                        batch = page.events.into();
                    }
                }
                if batch.is_empty() {
                    let newer = head.wait_for(|head| after < *head).await.map(|_| ());
                    newer.ok()?;
                }
            }
        }
    })
}
