//! `weft history`: the recorded events of a network as JSON lines.

use std::{pin::pin, time::Duration};

use futures::FutureExt as _;
use serde::Serialize;
use serde_json::value::RawValue;
use tonic::Streaming;
use wire::weft::history::v1::{
    RecordedEvent, StreamNetworkEventsRequest, StreamNetworkEventsResponse,
};

use super::{
    Failure,
    client::{Server, ServerArgs},
    out,
};

#[cfg(test)]
mod tests;

/// How long to wait before the first attempt to connect again; each further wait is twice as long.
const WAIT_MIN: Duration = Duration::from_millis(250);

/// The longest wait between two attempts to connect again.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Prints the recorded events of a network, one JSON object a line, in the order of recording.
///
/// A personal field is {"subject", "value"} where the token may read it, {"subject", "erased":
/// true} after erasure, and {"subject", "sealed": true} otherwise.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft history --network \"Old City\" | jq -r .type | sort | uniq -c
  weft history --network \"Old City\" --from 120 --follow")]
pub(crate) struct Args {
    /// The network's name.
    #[arg(long, value_name = "NAME")]
    network: String,
    /// The position of the log to begin at; an event at this position is the first one printed.
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    from: u64,
    /// Goes on with what is recorded from now on, until Ctrl-C. When the connection breaks, it goes
    /// on behind the last event that was printed, as soon as the server is back.
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// An event as one line of JSON.
#[derive(Serialize, Debug)]
struct Line<'a> {
    position: u64,
    stream: &'a str,
    revision: u64,
    event_id: &'a str,
    r#type: &'a str,
    schema: u32,
    network_id: &'a str,
    recorded_at: Option<String>,
    effective_at: Option<String>,
    metadata: Box<RawValue>,
    data: Box<RawValue>,
}

/// Prints the events.
///
/// # Errors
///
/// Says what the server refused, or that the connection broke when it is not to be followed.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let server = Server::connect(&args.server).await?;
    let network_id = server.network_id(&args.network).await?;
    let mut reading = Reading {
        server,
        request: StreamNetworkEventsRequest {
            network_id,
            after_position: args.from.saturating_sub(1),
            follow: args.follow,
        },
        results: out::Results::begin(),
    };
    if !args.follow {
        return reading.read().await;
    }
    let mut interrupted = pin!(host::signal());
    tokio::select! {
        ended = reading.follow() => ended,
        signal = &mut interrupted => signal
            .map_err(|error| Failure::caused("signals cannot be listened to", &error)),
    }
}

/// A history that is being printed. The request always begins behind what was printed.
struct Reading {
    server: Server,
    request: StreamNetworkEventsRequest,
    results: out::Results,
}

impl Reading {
    /// Prints until the stream ends.
    async fn read(&mut self) -> Result<(), Failure> {
        let request = self.request.clone();
        let answer =
            self.server.history().stream_network_events(request).await.map_err(Failure::of)?;
        let mut events = answer.into_inner();
        while let Some(message) = self.next(&mut events).await? {
            if let Some(event) = &message.event {
                self.results.text(&line(event)?)?;
                self.request.after_position = self.request.after_position.max(event.position);
            }
            self.request.after_position = self.request.after_position.max(message.position);
        }
        self.results.flush()
    }

    /// Takes the next message. Hands over what was printed before it waits for one.
    async fn next(
        &mut self,
        events: &mut Streaming<StreamNetworkEventsResponse>,
    ) -> Result<Option<StreamNetworkEventsResponse>, Failure> {
        if let Some(message) = events.message().now_or_never() {
            return message.map_err(Failure::of);
        }
        self.results.flush()?;
        events.message().await.map_err(Failure::of)
    }

    /// Prints for ever, and connects again whenever the connection is lost.
    async fn follow(&mut self) -> Result<(), Failure> {
        let mut wait = WAIT_MIN;
        loop {
            let reached = self.request.after_position;
            match self.read().await {
                Ok(()) => {}
                Err(failure) if failure.is_passing() => {}
                Err(failure) => return Err(failure),
            }
            self.results.flush()?;
            let went_on = self.request.after_position > reached;
            if went_on {
                wait = WAIT_MIN;
            }
            if wait == WAIT_MIN {
                out::notice(format_args!(
                    "the server is gone; waiting for it to go on behind position {}",
                    self.request.after_position
                ));
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(WAIT_MAX);
        }
    }
}

/// Writes an event as a line of JSON, with what is JSON already as it was recorded.
fn line(event: &RecordedEvent) -> Result<String, Failure> {
    let unfit =
        |what: &str| Failure::said(format!("the event at position {} has {what}", event.position));
    let time = |time, field| {
        wire::read::instant(time, field)
            .map(|time| time.map(|time| time.to_string()))
            .map_err(|_| unfit("a time that is none"))
    };
    let line = Line {
        position: event.position,
        stream: &event.stream,
        revision: event.revision,
        event_id: &event.event_id,
        r#type: &event.r#type,
        schema: event.schema,
        network_id: &event.network_id,
        recorded_at: time(event.recorded_at, "recorded_at")?,
        effective_at: time(event.effective_at, "effective_at")?,
        metadata: raw(&event.metadata_json).ok_or_else(|| unfit("metadata that is no JSON"))?,
        data: raw(&event.data_json).ok_or_else(|| unfit("data that is no JSON"))?,
    };
    let text = serde_json::to_string(&line).map_err(|_| unfit("fields that are no JSON"))?;
    Ok(text + "\n")
}

/// Takes a JSON text as it is, on one line.
fn raw(json: &str) -> Option<Box<RawValue>> {
    // Within a JSON string a line break is escaped: here they can only stand between tokens.
    RawValue::from_string(json.replace(['\n', '\r'], " ")).ok()
}
