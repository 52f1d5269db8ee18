//! What every process needs: settings, telemetry, deadlines, in-process channels, shutdown.
//!
//! A `main` reads [`Settings`], starts [`Telemetry`], puts [`TelemetryLayer`] and [`DeadlineLayer`]
//! around its routes, and [`serve`]s them until a [`signal`] begins the [`Shutdown`]. This crate
//! knows no service and no log, and it is the only one that reads the environment, the clock of the
//! system and its randomness.

mod channel;
mod deadline;
mod ended_body;
mod gauge;
mod minutes;
mod request;
mod rpcs;
mod serve;
mod settings;
mod shutdown;
mod system;
mod telemetry;
mod untraced;

pub use channel::in_process;
pub use deadline::{CALL_MAX, DeadlineLayer, DeadlineService};
pub use ended_body::EndedBody;
pub use gauge::{Reading, register_counter, register_gauge};
pub use request::{
    ObservedBody, TRACE_ID, TelemetryLayer, TelemetryService, TraceParent, Untraced,
};
pub use serve::{Ended, serve, signal};
pub use settings::{IssuerSettings, LogFormat, Settings, SettingsError};
pub use shutdown::{EndStreamsLayer, EndStreamsService, Shutdown, ShutdownToken};
pub use system::{RandomIdentities, SystemClock};
pub use telemetry::{Telemetry, TelemetryError};
