//! The log in memory keeps every promise of the port.

use std::sync::Arc;

use super::MemoryLog;
use crate::conformance;

#[tokio::test(flavor = "multi_thread")]
async fn the_log_in_memory_passes_the_conformance_suite() {
    conformance::run(|clock| Arc::new(MemoryLog::new(clock))).await;
}
