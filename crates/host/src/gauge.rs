//! Figures that are read when somebody collects them.

use opentelemetry::{KeyValue, global};

/// The name under which our instruments are registered.
pub(crate) const METER: &str = "weft";

/// One figure, and what it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// The figure, in the unit of its instrument.
    pub value: f64,
    /// What tells it from the other figures of the same instrument, for example the name of a view.
    /// Few different values each, and nothing personal.
    pub labels: Vec<(&'static str, String)>,
}

impl Reading {
    /// A figure of which there is only one.
    pub fn of(value: f64) -> Reading {
        Reading { value, labels: Vec::new() }
    }

    fn attributes(self) -> Vec<KeyValue> {
        self.labels.into_iter().map(|(name, value)| KeyValue::new(name, value)).collect()
    }
}

/// Reports figures that go up and down, such as a queue's length.
///
/// `read` is called at each collection, from a thread of its own; it must not block for long.
/// `unit` is a UCUM code: `s`, `By`, `{event}`. Takes effect only after
/// [`Telemetry::start`](crate::Telemetry::start).
pub fn register_gauge(
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    read: impl Fn() -> Vec<Reading> + Send + Sync + 'static,
) {
    let _gauge = global::meter(METER)
        .f64_observable_gauge(name)
        .with_unit(unit)
        .with_description(description)
        .with_callback(move |observer| {
            for reading in read() {
                observer.observe(reading.value, &reading.attributes());
            }
        })
        .build();
}

/// Reports figures that only grow, such as how much was recorded since the start.
///
/// Otherwise like [`register_gauge`].
pub fn register_counter(
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    read: impl Fn() -> Vec<Reading> + Send + Sync + 'static,
) {
    let _counter = global::meter(METER)
        .f64_observable_counter(name)
        .with_unit(unit)
        .with_description(description)
        .with_callback(move |observer| {
            for reading in read() {
                observer.observe(reading.value, &reading.attributes());
            }
        })
        .build();
}
