//! The recorded events of a network, as they are recorded.

use async_graphql::{Context, Result, SimpleObject};
use futures::{Stream, stream};
use kernel::{ErrorCode, id::kinds};
use tonic::{Status, Streaming};
use wire::weft::history::v1 as message;

use crate::{
    call::Call,
    ids::GlobalId,
    scalars::{DateTime, Position},
};

/// Something that happened, as it was recorded.
#[derive(SimpleObject, Debug)]
pub(crate) struct RecordedEvent {
    /// Its place in the log. Resume the subscription with the last one that you received.
    position: Position,
    /// Kind and id of the thing that changed, for example `gathering-0190…`.
    stream: String,
    /// Its place among the events of that thing, from 0.
    revision: Position,
    /// Identifies the event, a UUID.
    event_id: String,
    /// What happened, for example `AttendanceRecorded`.
    #[graphql(name = "type")]
    kind: String,
    /// The version of the shape of `data`.
    schema: u32,
    /// When it was recorded.
    recorded_at: DateTime,
    /// Since when it is true in the world.
    effective_at: DateTime,
    /// Who, in what capacity, and why.
    metadata: serde_json::Value,
    /// The event's fields. A personal field is `{"subject", "value"}` where you may read it,
    /// `{"subject", "erased": true}` after erasure, otherwise `{"subject", "sealed": true}`.
    data: serde_json::Value,
}

impl RecordedEvent {
    fn of(event: message::RecordedEvent) -> Result<RecordedEvent, Status> {
        Ok(RecordedEvent {
            position: Position(event.position),
            stream: event.stream,
            revision: Position(event.revision),
            event_id: event.event_id,
            kind: event.r#type,
            schema: event.schema,
            recorded_at: DateTime::of(event.recorded_at)?,
            effective_at: DateTime::of(event.effective_at)?,
            metadata: json(&event.metadata_json)?,
            data: json(&event.data_json)?,
        })
    }
}

fn json(text: &str) -> Result<serde_json::Value, Status> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, "a recorded event is not JSON");
        wire::status(ErrorCode::Internal, "EVENT_MALFORMED", None, "an event is not JSON")
    })
}

/// Following what is recorded.
#[derive(Default, Debug)]
pub(crate) struct HistorySubscription;

#[async_graphql::Subscription]
impl HistorySubscription {
    /// Gives a network's events after a position, in the order of recording: first what is recorded
    /// already, then what is recorded from now on. After an interruption, subscribe again with the
    /// position of the last event received: nothing is skipped and nothing comes twice.
    async fn network_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The network.")] network_id: GlobalId<kinds::Network>,
        #[graphql(desc = "Only events after this position; from the beginning when left out.")]
        after_position: Option<Position>,
    ) -> Result<impl Stream<Item = Result<RecordedEvent>> + use<>> {
        let call = Call::of(ctx)?;
        let request = call.endless(message::StreamNetworkEventsRequest {
            network_id: network_id.text(),
            after_position: after_position.map_or(0, |position| position.0),
            follow: true,
        });
        let events = call.history().stream_network_events(request).await?.into_inner();
        Ok(stream::unfold(Some(events), |events| async { next(events?).await }))
    }
}

type Next = (Result<RecordedEvent>, Option<Streaming<message::StreamNetworkEventsResponse>>);

/// The next event and what comes after it; nothing comes after an error.
async fn next(mut events: Streaming<message::StreamNetworkEventsResponse>) -> Option<Next> {
    loop {
        match events.message().await {
            // A message without an event only tells how far the service has read.
            Ok(Some(message::StreamNetworkEventsResponse { event: None, .. })) => {}
            Ok(Some(message::StreamNetworkEventsResponse { event: Some(event), .. })) => {
                return match RecordedEvent::of(event) {
                    Ok(event) => Some((Ok(event), Some(events))),
                    Err(status) => Some((Err(status.into()), None)),
                };
            }
            Ok(None) => return None,
            Err(status) => return Some((Err(status.into()), None)),
        }
    }
}
