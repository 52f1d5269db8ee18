//! The one place where commands become recorded events.

use std::{
    any::Any,
    fmt,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use futures::future::BoxFuture;
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, Clock, CommandId, Decider, ErrorCode, Event, EventId, NetworkId,
    OrganisationId, PersonId, Place, Rejection, SealError, Sealer, codec,
};
use lru::LruCache;
use tokio::sync::{Mutex as AsyncMutex, watch};
use uuid::Uuid;

use crate::{
    Append, AppendError, Appended, EventLog, Fingerprint, LogError, Metadata, NewEvent, Position,
    StreamId,
};

#[cfg(test)]
mod tests;

/// How often a command is decided again after another process won the race.
const ATTEMPTS_MAX: u32 = 5;

/// How many streams keep their turn and their recent state in memory.
const STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(65_536).expect("not zero");

/// How many events of a stream are read at a time.
const PAGE: u32 = 1_024;

/// Everything about a command that is not the command: who gives it, when it was true, and why.
#[derive(Clone, Debug)]
pub struct CommandContext {
    /// Chosen by the caller; the same id again gets the first answer.
    pub command_id: CommandId,
    /// A hash of the request, to notice a command id that is used twice.
    pub fingerprint: Fingerprint,
    /// Who gives the command.
    pub actor: Actor,
    /// The organisation acted for; `None` when the actor acts for themselves.
    pub on_behalf_of: Option<OrganisationId>,
    /// In what capacity.
    pub capacity: Capacity,
    /// The rule or decision the act is done under; `None` before there is a charter.
    pub authority: Option<String>,
    /// The network concerned; `None` for what belongs to no network.
    pub network_id: Option<NetworkId>,
    /// When it was true in the world; `None` is now. Never in the future.
    pub effective_at: Option<Timestamp>,
    /// The event that led to the command, for reactions.
    pub causation_id: Option<EventId>,
    /// The command at the root of the chain; this one, unless a reaction gives it.
    pub correlation_id: CommandId,
    /// The W3C trace context of the request.
    pub traceparent: Option<String>,
}

impl CommandContext {
    /// The same circumstances for a further command that this one leads to.
    #[must_use]
    pub fn follow_up(&self, part: &str) -> CommandContext {
        CommandContext { command_id: self.command_id.follow_up(part), ..self.clone() }
    }
}

/// What a successful command left behind.
#[derive(Debug)]
pub struct Committed<D: Decider> {
    /// Where to read on to see it: the position of its last event, or of the log when it had none.
    pub position: Position,
    /// How many events the stream holds.
    pub length: u64,
    /// The new events; empty when the command was already satisfied, or answered before.
    pub events: Vec<D::Event>,
    /// Whether this repeats the answer that the same command got before.
    pub recalled: bool,
}

/// [`Committed`] without the events: what a caller is told of a command that succeeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// Where to read on to see it.
    pub position: Position,
    /// How many events the stream holds.
    pub length: u64,
    /// How many events the command recorded; 0 also when it is recalled.
    pub events: usize,
    /// Whether it repeats an earlier answer.
    pub recalled: bool,
}

impl<D: Decider> From<Committed<D>> for Receipt {
    fn from(committed: Committed<D>) -> Receipt {
        Receipt {
            position: committed.position,
            length: committed.length,
            events: committed.events.len(),
            recalled: committed.recalled,
        }
    }
}

/// A command left no trace in the log.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R: Rejection> {
    /// A rule of the domain forbids it.
    #[error(transparent)]
    Rejected(R),
    /// The effective time lies in the future.
    #[error("the effective time {0} lies in the future; what has not happened cannot be recorded")]
    EffectiveInFuture(Timestamp),
    /// The command id was used for another request.
    #[error("this command id was used before, for another request; choose a new one")]
    CommandReused,
    /// The command would record something personal about someone who was erased.
    #[error("this person was erased; nothing personal can be recorded about them")]
    SubjectErased(PersonId),
    /// Other writers won every attempt.
    #[error("stream {0} kept changing; try again")]
    Contended(StreamId),
    /// Too many commands are waiting.
    #[error("too many commands are waiting; try again in a moment")]
    Overloaded,
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The vault failed, or an event could not be encoded.
    #[error("{0}")]
    Seal(#[source] SealError),
}

impl<R: Rejection> Rejection for ExecuteError<R> {
    fn code(&self) -> ErrorCode {
        match self {
            ExecuteError::Rejected(rejection) => rejection.code(),
            ExecuteError::EffectiveInFuture(_) => ErrorCode::Invalid,
            ExecuteError::CommandReused => ErrorCode::AlreadyExists,
            ExecuteError::SubjectErased(_) => ErrorCode::Precondition,
            ExecuteError::Contended(_) => ErrorCode::Conflict,
            ExecuteError::Overloaded => ErrorCode::TooMany,
            ExecuteError::Log(_) => ErrorCode::Unavailable,
            ExecuteError::Seal(_) => ErrorCode::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            ExecuteError::Rejected(rejection) => rejection.reason(),
            ExecuteError::EffectiveInFuture(_) => "EFFECTIVE_TIME_IN_FUTURE",
            ExecuteError::CommandReused => "COMMAND_ID_REUSED",
            ExecuteError::SubjectErased(_) => "PERSON_ERASED",
            ExecuteError::Contended(_) => "STREAM_CONTENDED",
            ExecuteError::Overloaded => "TOO_MANY_COMMANDS",
            ExecuteError::Log(_) => "LOG_UNAVAILABLE",
            ExecuteError::Seal(_) => "VAULT_FAILED",
        }
    }
}

impl<R: Rejection> From<SealError> for ExecuteError<R> {
    fn from(error: SealError) -> ExecuteError<R> {
        match error {
            SealError::SubjectErased(person) => ExecuteError::SubjectErased(person),
            SealError::Tampered(_) | SealError::Vault(_) => ExecuteError::Seal(error),
        }
    }
}

/// Turns commands into recorded events; nothing else appends to the log.
#[derive(Clone)]
pub struct Writer {
    log: Arc<dyn EventLog>,
    sealer: Arc<dyn Sealer>,
    clock: Arc<dyn Clock>,
    streams: Arc<Mutex<LruCache<StreamId, Arc<AsyncMutex<Slot>>>>>,
}

/// What this process knows of one stream; whoever holds its lock has the stream's turn.
#[derive(Default)]
struct Slot {
    /// The state after every event that was queued, and the stream's length then.
    state: Option<(Box<dyn Any + Send>, u64)>,
    /// How many appends were ever queued.
    queued: u64,
    /// How many of them were answered, or nobody waits for any more.
    settled: watch::Sender<u64>,
}

/// Counts one append as settled when dropped, also when its caller gives up waiting.
struct InFlight(watch::Sender<u64>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.send_modify(|settled| *settled += 1);
    }
}

/// Where a command stands after one turn.
enum Turn<D: Decider> {
    /// Events were queued; this is their append.
    Queued(BoxFuture<'static, Result<Appended, AppendError>>, InFlight, Vec<D::Event>),
    /// A rule forbids it, judging by all that was queued until now: so many appends.
    Refused(D::Rejection, u64, watch::Receiver<u64>),
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("log", &self.log).finish_non_exhaustive()
    }
}

impl Writer {
    /// Writes to `log`, sealing personal fields with `sealer`.
    pub fn new(log: Arc<dyn EventLog>, sealer: Arc<dyn Sealer>, clock: Arc<dyn Clock>) -> Writer {
        let streams = Arc::new(Mutex::new(LruCache::new(STREAMS_MAX)));
        Writer { log, sealer, clock, streams }
    }

    /// Loads the stream of `id`, decides, seals and appends; answers when the events are durable.
    ///
    /// Commands on one stream take turns within this process, but do not wait for each other's
    /// disk writes: the next one decides on what the previous one queued. When a write fails, those
    /// that built on it conflict and are decided again. Only other processes cause real conflicts.
    ///
    /// # Errors
    ///
    /// Returns the rejection of the decider, or why nothing could be recorded.
    pub async fn execute<D: Decider>(
        &self,
        id: Uuid,
        command: &D::Command,
        context: &CommandContext,
    ) -> Result<Committed<D>, ExecuteError<D::Rejection>> {
        if let Some(effective_at) = context.effective_at
            && self.clock.now() < effective_at
        {
            return Err(ExecuteError::EffectiveInFuture(effective_at));
        }
        let stream = StreamId::of::<D::Event>(id);
        let slot = self.slot(&stream);
        let mut waited = false;
        for _ in 0..ATTEMPTS_MAX {
            match self.turn::<D>(&stream, &slot, command, context).await? {
                Turn::Queued(append, in_flight, events) => {
                    let outcome = append.await;
                    // What was not recorded as decided must not be built upon any longer.
                    if outcome.as_ref().map_or(true, |appended| appended.recalled) {
                        slot.lock().await.state = None;
                    }
                    drop(in_flight);
                    match outcome {
                        Ok(appended) => return Ok(committed(appended, events)),
                        Err(AppendError::Conflict { .. }) => {}
                        Err(AppendError::CommandReused | AppendError::PartlyRecorded) => {
                            return Err(ExecuteError::CommandReused);
                        }
                        Err(AppendError::QueueFull) => return Err(ExecuteError::Overloaded),
                        Err(AppendError::Log(error)) => return Err(error.into()),
                    }
                }
                // A refusal must not rest on events that may yet fail to be recorded: once they
                // are settled, it is decided again. Once is enough, or a busy stream would never
                // refuse anybody.
                Turn::Refused(_, queued, mut settled) if !waited && *settled.borrow() < queued => {
                    waited = true;
                    // An error means that the slot is gone, and nothing is in flight with it.
                    let _settled = settled.wait_for(|settled| queued <= *settled).await.is_ok();
                }
                // A retry may be refused because its first attempt succeeded.
                Turn::Refused(rejection, ..) => {
                    return self.recall::<D>(&stream, context, rejection).await;
                }
            }
        }
        Err(ExecuteError::Contended(stream))
    }

    /// The present state of the stream of `id`, after everything that was recorded or is queued.
    ///
    /// # Errors
    ///
    /// Returns why the log could not be read.
    pub async fn load<D: Decider>(&self, id: Uuid) -> Result<D, LogError> {
        self.look(id, D::clone).await
    }

    /// What `seen` finds in the present state of the stream of `id`. As [`Writer::load`], for
    /// states that grow with their history and of which little is wanted.
    ///
    /// # Errors
    ///
    /// Returns why the log could not be read.
    pub async fn look<D: Decider, T>(
        &self,
        id: Uuid,
        seen: impl FnOnce(&D) -> T + Send,
    ) -> Result<T, LogError> {
        let stream = StreamId::of::<D::Event>(id);
        let slot = self.slot(&stream);
        let mut held = slot.lock().await;
        let (state, length) = self.take::<D>(&stream, &mut held).await?;
        let found = seen(&state);
        held.state = Some((state, length));
        Ok(found)
    }

    async fn turn<D: Decider>(
        &self,
        stream: &StreamId,
        slot: &AsyncMutex<Slot>,
        command: &D::Command,
        context: &CommandContext,
    ) -> Result<Turn<D>, ExecuteError<D::Rejection>> {
        let mut held = slot.lock().await;
        let (state, length) = self.take::<D>(stream, &mut held).await?;
        let mut events = match state.decide(command) {
            Ok(events) => events,
            Err(rejection) => {
                held.state = Some((state, length));
                return Ok(Turn::Refused(rejection, held.queued, held.settled.subscribe()));
            }
        };
        self.seal(&mut events, context.command_id).await?;
        let append = Append {
            command_id: context.command_id,
            fingerprint: context.fingerprint,
            stream: stream.clone(),
            expected: length,
            network_id: context.network_id,
            events: encode(&events, context)?,
        };
        // From here to the end nothing waits, so that appends are queued in the order of turns.
        let appending = self.log.append(append);
        let added = u64::try_from(events.len()).unwrap_or(u64::MAX);
        let state = events.iter().fold(*state, D::evolve);
        held.state = Some((Box::new(state), length + added));
        held.queued += 1;
        Ok(Turn::Queued(appending, InFlight(held.settled.clone()), events))
    }

    /// Seals every personal field of `events`, making keys for subjects that have none.
    async fn seal<E: Event>(
        &self,
        events: &mut [E],
        command_id: CommandId,
    ) -> Result<(), SealError> {
        let mut subjects = Vec::new();
        for event in &mut *events {
            event.personal(&mut |_, field| subjects.push(field.subject()));
        }
        if subjects.is_empty() {
            return Ok(());
        }
        let sealer = Arc::clone(&self.sealer);
        tokio::task::spawn_blocking(move || sealer.prepare(&subjects))
            .await
            .map_err(|error| SealError::Vault(error.into()))??;
        for (index, event) in events.iter_mut().enumerate() {
            let mut outcome = Ok(());
            event.personal(&mut |field, personal| {
                let place = Place { event_id: command_id.event_id(index), field };
                let Some(plaintext) = personal.plaintext() else { return };
                match self.sealer.seal(personal.subject(), place, &plaintext) {
                    Ok(bytes) => personal.seal(bytes),
                    Err(error) => outcome = Err(error),
                }
            });
            outcome?;
        }
        Ok(())
    }

    /// Answers a refused command: with the first answer, if it had one before.
    async fn recall<D: Decider>(
        &self,
        stream: &StreamId,
        context: &CommandContext,
        rejection: D::Rejection,
    ) -> Result<Committed<D>, ExecuteError<D::Rejection>> {
        match self.log.recall(context.command_id).await? {
            None => Err(ExecuteError::Rejected(rejection)),
            Some((appended, first, fingerprint))
                if &first == stream && fingerprint == context.fingerprint =>
            {
                Ok(committed(Appended { recalled: true, ..appended }, vec![]))
            }
            Some(_) => Err(ExecuteError::CommandReused),
        }
    }

    fn slot(&self, stream: &StreamId) -> Arc<AsyncMutex<Slot>> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(streams.get_or_insert_ref(stream, Arc::default))
    }

    /// Takes the state of a stream out of its slot, or reads it from the log.
    async fn take<D: Decider>(
        &self,
        stream: &StreamId,
        slot: &mut Slot,
    ) -> Result<(Box<D>, u64), LogError> {
        if let Some((state, length)) = slot.state.take()
            && let Ok(state) = state.downcast::<D>()
        {
            return Ok((state, length));
        }
        let mut state = D::initial();
        let mut length = 0;
        loop {
            let page = self.log.read_stream(stream.clone(), length, PAGE).await?;
            if page.is_empty() {
                return Ok((Box::new(state), length));
            }
            for recorded in page {
                let event = recorded
                    .decode::<D::Event>()
                    .map_err(|error| LogError::new(format!("load {stream}"), error))?;
                if let Some(event) = event {
                    state = state.evolve(&event);
                }
                length = recorded.revision + 1;
            }
        }
    }
}

fn encode<E: Event>(events: &[E], context: &CommandContext) -> Result<Vec<NewEvent>, LogError> {
    events
        .iter()
        .enumerate()
        .map(|(index, event)| {
            let metadata = Metadata {
                actor: context.actor,
                on_behalf_of: context.on_behalf_of,
                capacity: context.capacity,
                authority: context.authority.clone(),
                command_id: context.command_id,
                causation_id: context.causation_id,
                correlation_id: context.correlation_id,
                traceparent: context.traceparent.clone(),
                visibility: event.visibility(),
            };
            let failed = |error| LogError::new(format!("encode {}", E::CATEGORY), error);
            let encoded = codec::encode(event).map_err(failed)?;
            Ok(NewEvent {
                event_id: context.command_id.event_id(index),
                name: encoded.name,
                schema: event.schema(),
                effective_at: context.effective_at,
                metadata: serde_json::to_vec(&metadata).map_err(failed)?,
                data: encoded.data,
            })
        })
        .collect()
}

fn committed<D: Decider>(appended: Appended, events: Vec<D::Event>) -> Committed<D> {
    Committed {
        position: appended.position,
        length: appended.length,
        events: if appended.recalled { vec![] } else { events },
        recalled: appended.recalled,
    }
}
