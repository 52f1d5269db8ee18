//! Recorded events over gRPC.

use std::{pin::Pin, sync::Arc};

use access::{Access, Caller};
use eventlog::{EventLog, Filter, Position, Recorded};
use futures::{Stream, TryStreamExt as _, stream};
use kernel::{ErrorCode, NetworkId, Sealer};
use tonic::{Request, Response, Status};
use wire::{
    Outcome, read,
    weft::history::v1::{self as message, history_service_server::HistoryService},
};

use crate::disclosure::{disclosed, may_read};

/// How many events are read from the log at a time.
const BATCH_MAX: u32 = 256;

type Messages = Pin<
    Box<dyn Stream<Item = Result<message::StreamNetworkEventsResponse, Status>> + Send + 'static>,
>;

/// The gRPC face of history.
#[derive(Clone, Debug)]
pub struct HistoryGrpc {
    access: Access,
    log: Arc<dyn EventLog>,
    sealer: Arc<dyn Sealer>,
}

impl HistoryGrpc {
    /// Serves the events of `log` to whom `access` admits.
    pub fn new(access: Access, log: Arc<dyn EventLog>, sealer: Arc<dyn Sealer>) -> HistoryGrpc {
        HistoryGrpc { access, log, sealer }
    }
}

#[tonic::async_trait]
impl HistoryService for HistoryGrpc {
    type StreamNetworkEventsStream = Messages;

    async fn stream_network_events(
        &self,
        request: Request<message::StreamNetworkEventsRequest>,
    ) -> Outcome<Messages> {
        let network: NetworkId = read::id(&request.get_ref().network_id, "network_id")?;
        let caller = self.access.admit(&request, Some(network)).await?;
        let request = request.into_inner();
        let end = if request.follow { End::Never } else { End::AtHead(*self.log.head().borrow()) };
        let (history, after) = (self.clone(), Position(request.after_position));
        let replay = Replay { history, caller, network, after, end };
        let batches = stream::try_unfold(replay, Replay::next);
        let events = batches.map_ok(|batch| stream::iter(batch.into_iter().map(Ok))).try_flatten();
        Ok(Response::new(Box::pin(events)))
    }
}

/// When a stream of events is over.
#[derive(Clone, Copy)]
enum End {
    /// Once everything up to here has been read.
    AtHead(Position),
    /// When the caller or the server ends it.
    Never,
}

/// One caller's way through the log.
struct Replay {
    history: HistoryGrpc,
    caller: Caller,
    network: NetworkId,
    after: Position,
    end: End,
}

impl Replay {
    /// Reads on: the next events that the caller may read, and how far that came. Waits for newer
    /// ones when the stream has no end; `None` when it is over.
    async fn next(
        mut self,
    ) -> Result<Option<(Vec<message::StreamNetworkEventsResponse>, Replay)>, Status> {
        let mut head = self.history.log.head();
        loop {
            match self.end {
                End::AtHead(end) if end <= self.after => return Ok(None),
                End::AtHead(_) | End::Never => {}
            }
            let filter = Filter { network: Some(self.network), categories: &[] };
            let page = self.history.log.read_all(self.after, filter, BATCH_MAX).await;
            let page = page.map_err(|error| wire::refuse(&error))?;
            let moved = self.after < page.read_to;
            self.after = page.read_to;
            let mut batch = Vec::new();
            for recorded in &page.events {
                batch.extend(self.message(recorded)?);
            }
            if moved {
                // Also when nothing is shown: so that a reader who resumes need not start again.
                let position = self.after.0;
                batch.push(message::StreamNetworkEventsResponse { event: None, position });
                return Ok(Some((batch, self)));
            }
            head.wait_for(|head| self.after < *head).await.map_err(|_| stopped())?;
        }
    }

    /// The message of an event; `None` when the caller may not read it.
    fn message(
        &self,
        recorded: &Recorded,
    ) -> Result<Option<message::StreamNetworkEventsResponse>, Status> {
        let metadata = recorded.metadata().map_err(|error| failed(&error))?;
        if !may_read(self.caller, &metadata) {
            return Ok(None);
        }
        let sealer = self.history.sealer.as_ref();
        let data = disclosed(self.caller, recorded, sealer).map_err(|error| failed(&error))?;
        let event = message::RecordedEvent {
            position: recorded.position.0,
            stream: recorded.stream.to_string(),
            revision: recorded.revision,
            event_id: recorded.event_id.to_string(),
            r#type: recorded.name.to_string(),
            schema: recorded.schema.into(),
            network_id: self.network.to_string(),
            recorded_at: Some(read::timestamp(recorded.recorded_at)),
            effective_at: Some(read::timestamp(recorded.effective_at)),
            metadata_json: String::from_utf8_lossy(&recorded.metadata).into_owned(),
            data_json: data.to_string(),
        };
        let position = recorded.position.0;
        Ok(Some(message::StreamNetworkEventsResponse { event: Some(event), position }))
    }
}

fn failed(error: &dyn std::error::Error) -> Status {
    tracing::error!(%error, "an event could not be shown");
    let message = "something went wrong inside; the operator finds the cause in the log";
    wire::status(ErrorCode::Internal, "EVENT_UNREADABLE", None, message)
}

fn stopped() -> Status {
    let message = "the server is stopping; resume from the last position received";
    wire::status(ErrorCode::Unavailable, "SERVER_STOPPING", None, message)
}
