//! Counts of calls that are told by whole minutes only, so that no call has a time of its own.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use opentelemetry::{KeyValue, metrics::Meter};
use tokio::time::Instant;

#[cfg(test)]
mod tests;

/// How long calls are added up before their number is told.
const MINUTE: Duration = Duration::from_mins(1);

/// How many calls there were of some RPCs, by how they ended.
///
/// However often somebody collects: the figures change at most once a minute, by all calls of the
/// minute before. Calls of the last minute before the process ends are never told.
#[derive(Debug)]
pub(crate) struct MinuteCounts {
    rpcs: &'static [&'static str],
    began: Instant,
    counted: Mutex<Counted>,
}

#[derive(Default, Debug)]
struct Counted {
    /// The minute that is being counted, from 0.
    minute: u128,
    /// By the RPC's name and the name of its status.
    calls: BTreeMap<(&'static str, &'static str), Calls>,
}

#[derive(Clone, Copy, Default, Debug)]
struct Calls {
    /// In all minutes that are over.
    told: u64,
    /// In the minute that is not over.
    waiting: u64,
}

impl MinuteCounts {
    /// Counts calls to `rpcs`; minutes begin at `began`.
    pub(crate) fn new(rpcs: &'static [&'static str], began: Instant) -> MinuteCounts {
        MinuteCounts { rpcs, began, counted: Mutex::default() }
    }

    /// As [`MinuteCounts::new`], and tells them to whoever collects from `meter`.
    pub(crate) fn registered(
        meter: &Meter,
        rpcs: &'static [&'static str],
        began: Instant,
    ) -> Arc<MinuteCounts> {
        let counts = Arc::new(MinuteCounts::new(rpcs, began));
        if !rpcs.is_empty() {
            let told = Arc::clone(&counts);
            let _counter = meter
                .u64_observable_counter("weft.rpc.untraced.calls")
                .with_unit("{call}")
                .with_description("Calls that leave no trace, added up once a minute")
                .with_callback(move |observer| {
                    for (rpc, code, calls) in told.told(Instant::now()) {
                        let rpc = KeyValue::new("rpc.method", rpc);
                        let code = KeyValue::new("rpc.response.status_code", code);
                        observer.observe(calls, &[rpc, code]);
                    }
                })
                .build();
        }
        counts
    }

    /// Whether calls to `rpc` are counted here.
    pub(crate) fn counts(&self, rpc: &str) -> bool {
        self.rpcs.contains(&rpc)
    }

    /// Counts one call that ended at `at` with the status called `code`.
    pub(crate) fn count(&self, rpc: &'static str, code: &'static str, at: Instant) {
        self.until(at).calls.entry((rpc, code)).or_default().waiting += 1;
    }

    /// RPC, status and number of calls in all minutes that are over at `at`; those never called are
    /// not there.
    pub(crate) fn told(&self, at: Instant) -> Vec<(&'static str, &'static str, u64)> {
        let counted = self.until(at);
        let told = counted.calls.iter().filter(|(_, calls)| 0 < calls.told);
        told.map(|((rpc, code), calls)| (*rpc, *code, calls.told)).collect()
    }

    /// What is counted, after ending the minutes that are over at `at`.
    fn until(&self, at: Instant) -> MutexGuard<'_, Counted> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = at.saturating_duration_since(self.began).as_millis() / MINUTE.as_millis();
        if counted.minute < minute {
            counted.minute = minute;
            for calls in counted.calls.values_mut() {
                calls.told += std::mem::take(&mut calls.waiting);
            }
        }
        counted
    }
}
