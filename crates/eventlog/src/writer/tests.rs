//! Commands become events once, in turn, and a refusal rests on what is durable.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures::{FutureExt as _, future, future::BoxFuture};
use jiff::Timestamp;
use kernel::{
    Actor, Capacity, Clock, CommandId, Decider, ErrorCode, Event, PersonId, PersonalField, Place,
    Rejection, SealError, Sealer, Visibility,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use super::{CommandContext, ExecuteError, Writer};
use crate::{
    Answer, Append, AppendError, Appended, EventLog, Filter, Fingerprint, LogError, MemoryLog,
    Page, Position, Recorded, StreamId,
};

/// A hall with one seat.
#[derive(Clone, PartialEq, Debug)]
struct Hall {
    taken_by: Option<u8>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
enum HallEvent {
    SeatTaken { by: u8 },
}

#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("the seat is taken")]
struct SeatTaken;

impl Event for HallEvent {
    const CATEGORY: &'static str = "hall";

    fn visibility(&self) -> Visibility {
        Visibility::Public
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {}
}

impl Rejection for SeatTaken {
    fn code(&self) -> ErrorCode {
        ErrorCode::Precondition
    }

    fn reason(&self) -> &'static str {
        "SEAT_TAKEN"
    }
}

impl Decider for Hall {
    type Command = u8;
    type Event = HallEvent;
    type Rejection = SeatTaken;

    fn initial() -> Hall {
        Hall { taken_by: None }
    }

    fn decide(&self, by: &u8) -> Result<Vec<HallEvent>, SeatTaken> {
        match self.taken_by {
            None => Ok(vec![HallEvent::SeatTaken { by: *by }]),
            Some(taken_by) if taken_by == *by => Ok(vec![]),
            Some(_) => Err(SeatTaken),
        }
    }

    fn evolve(self, event: &HallEvent) -> Hall {
        let HallEvent::SeatTaken { by } = event;
        Hall { taken_by: Some(*by) }
    }
}

#[derive(Debug)]
struct NoonClock;

impl Clock for NoonClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

#[derive(Debug)]
struct NothingToSeal;

impl Sealer for NothingToSeal {
    fn prepare(&self, _: &[PersonId]) -> Result<(), SealError> {
        Ok(())
    }

    fn seal(&self, person: PersonId, _: Place<'_>, _: &[u8]) -> Result<Vec<u8>, SealError> {
        Err(SealError::SubjectErased(person))
    }

    fn unseal(&self, _: PersonId, _: Place<'_>, _: &[u8]) -> Result<Option<Vec<u8>>, SealError> {
        Ok(None)
    }
}

/// A log whose first append waits until it is told to go on, and may then fail.
#[derive(Debug)]
struct SlowLog {
    log: MemoryLog,
    first: Mutex<Option<oneshot::Receiver<bool>>>,
    waiting: AtomicBool,
}

impl EventLog for SlowLog {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let Some(go_on) = self.first.lock().unwrap().take() else {
            return self.log.append(append);
        };
        self.waiting.store(true, Ordering::SeqCst);
        async move {
            let recorded = go_on.await.unwrap();
            assert!(!recorded, "this log only fails");
            Err(AppendError::Log(LogError::new("append", "the disk is full")))
        }
        .boxed()
    }

    fn recall(&self, command: CommandId) -> BoxFuture<'_, Result<Option<Answer>, LogError>> {
        self.log.recall(command)
    }

    fn read_stream(
        &self,
        stream: StreamId,
        from: u64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Recorded>, LogError>> {
        self.log.read_stream(stream, from, limit)
    }

    fn read_all(
        &self,
        after: Position,
        filter: Filter,
        limit: u32,
    ) -> BoxFuture<'_, Result<Page, LogError>> {
        self.log.read_all(after, filter, limit)
    }

    fn position_at(&self, instant: Timestamp) -> BoxFuture<'_, Result<Position, LogError>> {
        self.log.position_at(instant)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.log.head()
    }
}

const HALL: Uuid = Uuid::from_u128(7);

fn context(command: u128) -> CommandContext {
    let command_id = CommandId::new(Uuid::from_u128(command));
    CommandContext {
        command_id,
        fingerprint: Fingerprint(1),
        actor: Actor::Operator,
        on_behalf_of: None,
        capacity: Capacity::Operator,
        authority: None,
        network_id: None,
        effective_at: None,
        causation_id: None,
        correlation_id: command_id,
        traceparent: None,
    }
}

fn writer(log: Arc<dyn EventLog>) -> Writer {
    Writer::new(log, Arc::new(NothingToSeal), Arc::new(NoonClock))
}

fn memory() -> Arc<MemoryLog> {
    Arc::new(MemoryLog::new(Arc::new(NoonClock)))
}

#[tokio::test]
async fn a_command_is_recorded_and_its_repetition_gets_the_first_answer() {
    let writer = writer(memory());
    let first = writer.execute::<Hall>(HALL, &1, &context(10)).await.unwrap();
    assert_eq!(first.events, [HallEvent::SeatTaken { by: 1 }]);
    let again = writer.execute::<Hall>(HALL, &1, &context(10)).await.unwrap();
    assert!(again.recalled);
    assert_eq!((again.position, again.length), (first.position, first.length));
}

#[tokio::test]
async fn a_command_that_is_satisfied_already_records_nothing() {
    let writer = writer(memory());
    writer.execute::<Hall>(HALL, &1, &context(10)).await.unwrap();
    let second = writer.execute::<Hall>(HALL, &1, &context(11)).await.unwrap();
    assert!(second.events.is_empty() && !second.recalled);
    assert_eq!(second.length, 1);
}

#[tokio::test]
async fn a_command_id_that_was_used_for_another_request_is_refused() {
    let writer = writer(memory());
    writer.execute::<Hall>(HALL, &1, &context(10)).await.unwrap();
    let other = CommandContext { fingerprint: Fingerprint(2), ..context(10) };
    let refused = writer.execute::<Hall>(HALL, &2, &other).await.unwrap_err();
    assert_eq!(refused.reason(), "COMMAND_ID_REUSED");
}

#[tokio::test]
async fn an_effective_time_in_the_future_is_refused() {
    let writer = writer(memory());
    let tomorrow = Some(Timestamp::from_second(86_400).unwrap());
    let context = CommandContext { effective_at: tomorrow, ..context(10) };
    let refused = writer.execute::<Hall>(HALL, &1, &context).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::EffectiveInFuture(_)));
}

#[tokio::test]
async fn of_a_hundred_who_want_one_seat_at_once_one_gets_it_and_the_others_are_refused() {
    let writer = writer(memory());
    let wishes = (0..100).map(|by| {
        let writer = writer.clone();
        tokio::spawn(async move {
            writer.execute::<Hall>(HALL, &by, &context(100 + u128::from(by))).await
        })
    });
    let outcomes = future::join_all(wishes).await;
    let (seated, refused): (Vec<_>, Vec<_>) =
        outcomes.into_iter().map(Result::unwrap).partition(Result::is_ok);
    assert_eq!((seated.len(), refused.len()), (1, 99));
    for outcome in refused {
        assert!(matches!(outcome, Err(ExecuteError::Rejected(SeatTaken))));
    }
}

#[tokio::test]
async fn nobody_is_refused_because_of_an_event_that_was_never_recorded() {
    let (go_on, first) = oneshot::channel();
    let log = Arc::new(SlowLog {
        log: MemoryLog::new(Arc::new(NoonClock)),
        first: Mutex::new(Some(first)),
        waiting: AtomicBool::new(false),
    });
    let writer = writer(Arc::<SlowLog>::clone(&log));
    let slow = {
        let writer = writer.clone();
        tokio::spawn(async move { writer.execute::<Hall>(HALL, &1, &context(10)).await })
    };
    while !log.waiting.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    let second = {
        let writer = writer.clone();
        tokio::spawn(async move { writer.execute::<Hall>(HALL, &2, &context(11)).await })
    };
    tokio::task::yield_now().await;
    go_on.send(false).unwrap();
    assert!(matches!(slow.await.unwrap(), Err(ExecuteError::Log(_))));
    let seated = second.await.unwrap().unwrap();
    assert_eq!(seated.events, [HallEvent::SeatTaken { by: 2 }]);
}
