//! Events as the log holds them.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, CommandId, Event, EventId, NetworkId, OrganisationId, Visibility, codec,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;
use uuid::Uuid;

/// The name of one stream: a category and the id of the thing it is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamId {
    category: SmolStr,
    id: Uuid,
}

impl StreamId {
    /// Names the stream of events `E` about `id`.
    pub fn of<E: Event>(id: Uuid) -> StreamId {
        StreamId { category: SmolStr::new_static(E::CATEGORY), id }
    }

    /// Takes back what a log stored.
    pub fn stored(category: SmolStr, id: Uuid) -> StreamId {
        StreamId { category, id }
    }

    /// The kind of stream, for example `gathering`.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The id of the thing that the stream is about.
    pub fn id(&self) -> Uuid {
        self.id
    }
}

impl fmt::Display for StreamId {
    /// Writes `category-id`, the name that event-store clients see.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.category, self.id.simple())
    }
}

/// Where an event stands in the whole log; zero is before the first event.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A short hash of a request, to notice when a command id is used for another request.
///
/// Sixteen bits on purpose: enough to catch a mistake (one in 65,536 goes unnoticed), too few to
/// confirm a guess at a personal text that the request carried, which may since have been erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint(pub u16);

impl Fingerprint {
    /// Hashes the parts of a request.
    pub fn of(parts: &[&[u8]]) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let [first, second, ..] = hash;
        Fingerprint(u16::from_le_bytes([first, second]))
    }
}

/// What stands beside an event's data: who, in what capacity, why, and for whose eyes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Metadata {
    /// Who gave the command.
    pub actor: Actor,
    /// The organisation acted for; absent when the actor acted for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OrganisationId>,
    /// In what capacity.
    pub capacity: Capacity,
    /// The rule or decision that the act was done under; absent before there is a charter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// The command that led to the event.
    pub command_id: CommandId,
    /// The event that led to the command, for reactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<EventId>,
    /// The command at the root of the chain.
    pub correlation_id: CommandId,
    /// The W3C trace context of the request; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Who may read the event.
    pub visibility: Visibility,
}

/// An event about to be recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvent {
    /// Derived from the command, so that a retry names the same event.
    pub event_id: EventId,
    /// The event's type.
    pub name: SmolStr,
    /// The version of the data's shape.
    pub schema: u16,
    /// When it was true in the world; `None` is the moment of recording.
    pub effective_at: Option<Timestamp>,
    /// The exact bytes of the metadata: a [`Metadata`] as JSON.
    pub metadata: Vec<u8>,
    /// The exact bytes of the data: JSON, personal fields sealed.
    pub data: Vec<u8>,
}

/// Events to be recorded together, or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Append {
    /// The command, for the ledger.
    pub command_id: CommandId,
    /// The request, for the ledger.
    pub fingerprint: Fingerprint,
    /// The stream to extend.
    pub stream: StreamId,
    /// How many events the stream must hold; zero is a stream that does not exist yet.
    pub expected: u64,
    /// The network concerned; `None` for what belongs to no network.
    pub network_id: Option<NetworkId>,
    /// The events; empty when the command was satisfied already.
    pub events: Vec<NewEvent>,
}

/// The log's answer to an append.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appended {
    /// The position of the last new event; the head at that time when there was none.
    pub position: Position,
    /// How many events the stream holds.
    pub length: u64,
    /// How many events were recorded.
    pub events: u32,
    /// Whether this is the answer that an earlier attempt of the same command got.
    pub recalled: bool,
}

/// An event as the log gives it back.
///
/// The bytes may be slices of what was read with it: one event kept keeps its whole page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Its place in the whole log.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream, from 0.
    pub revision: u64,
    /// Its identity.
    pub event_id: EventId,
    /// Its type.
    pub name: SmolStr,
    /// The version of its data's shape.
    pub schema: u16,
    /// The network concerned; `None` for what belongs to no network.
    pub network_id: Option<NetworkId>,
    /// When it was recorded; never runs backwards in order of position.
    pub recorded_at: Timestamp,
    /// When it was true in the world; never later than `recorded_at`.
    pub effective_at: Timestamp,
    /// The exact bytes of the metadata.
    pub metadata: Bytes,
    /// The exact bytes of the data.
    pub data: Bytes,
}

/// The log holds an event that this build cannot read.
#[derive(Debug, thiserror::Error)]
#[error("event {name} at position {position} cannot be read")]
pub struct UnreadableEvent {
    /// Where it stands.
    pub position: Position,
    /// Its type.
    pub name: SmolStr,
    /// The decoding failure.
    #[source]
    pub source: serde_json::Error,
}

impl Recorded {
    /// Decodes the data if the event stands in a stream of `E`; `None` if not.
    ///
    /// # Errors
    ///
    /// Returns why an event of `E` cannot be read.
    pub fn decode<E: Event>(&self) -> Result<Option<E>, UnreadableEvent> {
        if self.stream.category() != E::CATEGORY {
            return Ok(None);
        }
        codec::decode(&self.name, &self.data).map(Some).map_err(|source| self.unreadable(source))
    }

    /// Decodes the metadata.
    ///
    /// # Errors
    ///
    /// Returns why they cannot be read.
    pub fn metadata(&self) -> Result<Metadata, UnreadableEvent> {
        serde_json::from_slice(&self.metadata).map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: serde_json::Error) -> UnreadableEvent {
        UnreadableEvent { position: self.position, name: self.name.clone(), source }
    }
}
