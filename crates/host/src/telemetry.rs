//! Logs to standard error; traces and metrics to a collector, when there is one.

use std::io::{self, IsTerminal as _};

use opentelemetry::{KeyValue, global, trace::TracerProvider as _};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkError,
    metrics::SdkMeterProvider,
    propagation::TraceContextPropagator,
    trace::{BatchSpanProcessor, SdkTracerProvider},
};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt as _, ParseError, filter_fn},
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::{SubscriberInitExt as _, TryInitError},
};

use crate::{LogFormat, Settings, gauge::METER, untraced::WithoutUntraced};

/// What is traced. The exporter itself uses h2, hyper, tonic and tower: without the exceptions each
/// export would trace itself. Directives hold for every target that begins like this.
const TRACED: &str = "info,h2=off,hyper=off,tonic=off,tower=off,opentelemetry=off";

/// Crates through which requests pass. Below `info` they write down whole headers (tokens are
/// among them), addresses, and when each frame came: who voted when. So they never log below
/// `info`, whatever the filter says. Holds for every target that begins like this.
const TRANSPORT: [&str; 8] =
    ["axum", "h2", "hyper", "tonic", "tower", "tungstenite", "tokio_tungstenite", "async_graphql"];

/// Logs, traces and metrics are running.
#[derive(Debug)]
pub struct Telemetry {
    exporting: Option<Exporting>,
}

#[derive(Debug)]
struct Exporting {
    tracer_provider: SdkTracerProvider,
    meter_provider: SdkMeterProvider,
}

/// Logs, traces or metrics cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter of the log cannot be read.
    #[error("WEFT_LOG (or RUST_LOG) is {filter:?}, which is no filter; try `info`")]
    Filter {
        /// What it is.
        filter: String,
        /// What is wrong with it.
        #[source]
        source: ParseError,
    },
    /// The collector's address cannot be used.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT is {endpoint:?}, which cannot be used")]
    Exporter {
        /// What it is.
        endpoint: String,
        /// What is wrong with it.
        #[source]
        source: ExporterBuildError,
    },
    /// They were started before.
    #[error("the log of this process was started before")]
    Started(#[from] TryInitError),
}

impl Telemetry {
    /// Starts to log, and to trace and measure if there is a collector; once per process. Must be
    /// called within a runtime.
    ///
    /// # Errors
    ///
    /// Names the setting that cannot be followed.
    pub fn start(settings: &Settings) -> Result<Telemetry, TelemetryError> {
        let filter = EnvFilter::try_new(&settings.log_filter).map_err(|source| {
            TelemetryError::Filter { filter: settings.log_filter.clone(), source }
        })?;
        let exporting = settings
            .otlp_endpoint
            .as_ref()
            .map(|endpoint| {
                Exporting::to(endpoint, &settings.service_name).map_err(|source| {
                    TelemetryError::Exporter { endpoint: endpoint.clone(), source }
                })
            })
            .transpose()?;
        let format = settings.log_format;
        let quiet = filter_fn(may_be_logged);
        match &exporting {
            // One filter for everything costs each request less than one for the log alone.
            None => tracing_subscriber::registry()
                .with(filter)
                .with(quiet)
                .with(log(format))
                .try_init()?,
            Some(exporting) => {
                let traces = tracing_opentelemetry::layer()
                    .with_tracer(exporting.tracer_provider.tracer(METER))
                    .with_threads(false)
                    .with_location(false)
                    .with_tracked_inactivity(false)
                    .with_target(false)
                    .with_filter(EnvFilter::new(TRACED));
                let log = log(format).with_filter(filter.and(quiet));
                tracing_subscriber::registry().with(log).with(traces).try_init()?;
            }
        }
        if let Some(exporting) = &exporting {
            global::set_text_map_propagator(TraceContextPropagator::new());
            global::set_tracer_provider(exporting.tracer_provider.clone());
            global::set_meter_provider(exporting.meter_provider.clone());
        }
        Ok(Telemetry { exporting })
    }

    /// Sends what has not been sent yet, and stops sending. Failures are logged.
    pub async fn shutdown(self) {
        let Some(exporting) = self.exporting else { return };
        // The providers block until the collector has answered.
        let outcome = tokio::task::spawn_blocking(move || exporting.shutdown()).await;
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces or metrics were not sent"),
            Err(error) => tracing::warn!(%error, "the last traces or metrics were not sent"),
        }
    }
}

/// Writes events to standard error, each with what is known of the request.
fn log<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    match format {
        LogFormat::Pretty => log.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => log.json().with_span_list(false).boxed(),
    }
}

/// Whether something at this place may stand in the log at all.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::INFO
        || !TRANSPORT.iter().any(|target| metadata.target().starts_with(target))
}

impl Exporting {
    fn to(endpoint: &str, service_name: &str) -> Result<Exporting, ExporterBuildError> {
        let resource = Resource::builder()
            .with_service_name(service_name.to_owned())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let spans = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
        let metrics = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
        Ok(Exporting {
            tracer_provider: SdkTracerProvider::builder()
                .with_span_processor(WithoutUntraced(BatchSpanProcessor::builder(spans).build()))
                .with_resource(resource.clone())
                .build(),
            meter_provider: SdkMeterProvider::builder()
                .with_periodic_exporter(metrics)
                .with_resource(resource)
                .build(),
        })
    }

    fn shutdown(self) -> Result<(), OTelSdkError> {
        let traces = self.tracer_provider.shutdown();
        let metrics = self.meter_provider.shutdown();
        traces.and(metrics)
    }
}
