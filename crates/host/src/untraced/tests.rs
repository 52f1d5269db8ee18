//! Spans that are kept, and spans that are not.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor};
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

#[test]
fn a_span_that_says_so_never_reaches_the_collector() {
    let kept = InMemorySpanExporter::default();
    let processor = WithoutUntraced(SimpleSpanProcessor::new(kept.clone()));
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    for untraced in [None, Some(false), Some(true)] {
        let span = tracing::info_span!("vote", { UNTRACED } = tracing::field::Empty);
        if let Some(untraced) = untraced {
            span.record(UNTRACED, untraced);
        }
    }
    drop(guard);
    assert_eq!(kept.get_finished_spans().unwrap().len(), 2);
}
