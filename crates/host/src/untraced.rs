//! Keeps spans that are to leave no trace from the collector.

use std::time::Duration;

use opentelemetry::{Context, Value};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};

#[cfg(test)]
mod tests;

/// The field by which a span says that it is not to be kept: `true`.
///
/// A span learns only on the way what it is about, and tracing has no way to take one back. Crates
/// that do not know this one write the name themselves.
pub(crate) const UNTRACED: &str = "weft.untraced";

/// Passes every span on to another processor but those that say [`UNTRACED`].
#[derive(Debug)]
pub(crate) struct WithoutUntraced<P>(pub P);

impl<P: SpanProcessor> SpanProcessor for WithoutUntraced<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        let says = |attribute: &opentelemetry::KeyValue| {
            attribute.key.as_str() == UNTRACED && attribute.value == Value::Bool(true)
        };
        if !span.attributes.iter().any(says) {
            self.0.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}
