//! Clients that each send the next call when the last one was answered.

use std::time::Duration;

use tokio::{task::JoinSet, time::Instant};

/// How long a client waits after a failure, so that a dead server is not asked without end.
const AFTER_FAILURE: Duration = Duration::from_millis(10);

/// One client; whoever measures has as many as there are to be calls under way.
pub(crate) trait Client: Send + 'static {
    /// Makes one call and waits for its answer; says what went wrong.
    fn call(&mut self) -> impl Future<Output = Result<(), String>> + Send;
}

/// How long to send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How long to send before anything counts.
    pub(crate) warm_up: Duration,
    /// How long answers count.
    pub(crate) measured: Duration,
}

/// What came back.
#[derive(Default, Debug)]
pub(crate) struct Outcome {
    /// How many calls a second were answered.
    pub(crate) per_second: f64,
    /// How long each of them took.
    pub(crate) latencies: Vec<Duration>,
    /// How many calls failed, also while warming up.
    pub(crate) errors: u64,
    /// What one of them said; `None` when none failed.
    pub(crate) error: Option<String>,
}

/// Lets every client send for as long as `plan` says.
pub(crate) async fn run<C: Client>(plan: Plan, clients: Vec<C>) -> Outcome {
    let begin = Instant::now() + plan.warm_up;
    let end = begin + plan.measured;
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(drive(client, begin, end));
    }
    let mut outcome = Outcome::default();
    for one in running.join_all().await {
        outcome.latencies.extend(one.latencies);
        outcome.errors += one.errors;
        outcome.error = outcome.error.or(one.error);
    }
    let answered = u64::try_from(outcome.latencies.len()).unwrap_or(u64::MAX);
    outcome.per_second = crate::figures::per_second(answered, plan.measured);
    outcome
}

async fn drive<C: Client>(mut client: C, begin: Instant, end: Instant) -> Outcome {
    let mut seen = Outcome::default();
    loop {
        let sent = Instant::now();
        if end <= sent {
            return seen;
        }
        let outcome = client.call().await;
        let answered = Instant::now();
        match outcome {
            Ok(()) if begin <= answered && answered < end => seen.latencies.push(answered - sent),
            Ok(()) => {}
            Err(error) => {
                seen.errors += 1;
                seen.error.get_or_insert(error);
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}
