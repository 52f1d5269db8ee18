//! What the tests of views share: a log, people, and how to see that a rebuilt view equals a live
//! one.

use std::sync::Arc;

use eventlog::{Append, EventLog, Fingerprint, MemoryLog, NewEvent, Position, StreamId};
use events::{
    DecisionPolicy, DecisionTerms, ProposalContent, ProposalEvent, ResultsShown, RollEntry,
    Secrecy, Subject,
};
use jiff::Timestamp;
use kernel::{
    Clock, CommandId, DecisionId, Event, NetworkId, OrganisationId, Party, PersonId, Personal,
    PersonalField, Place, ProposalId, Sealer as _, codec,
};
use projector::{AsOf, Projection, Store, View};
use rusqlite::Connection;
use testkit::{FixedClock, PlainSealer};
use uuid::Uuid;

use crate::{counting, templates::Template};

pub(crate) const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0x01d));
pub(crate) const HARBOUR: NetworkId = NetworkId::new(Uuid::from_u128(0x4a2));
pub(crate) const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
pub(crate) const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
pub(crate) const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
pub(crate) const DORA: PersonId = PersonId::new(Uuid::from_u128(0xd));
pub(crate) const BAKERY: Party = Party::Organisation(OrganisationId::new(Uuid::from_u128(0xba)));
pub(crate) const GARDEN: ProposalId = ProposalId::new(Uuid::from_u128(0x6a));
pub(crate) const VOTE: DecisionId = DecisionId::new(Uuid::from_u128(0x107e));

/// The noon at which everything is recorded.
const NOON: &str = "2026-11-22T12:00:00Z";

/// A day in 2026, at noon.
pub(crate) fn day(month: u8, day: u8) -> Timestamp {
    format!("2026-{month:02}-{day:02}T12:00:00Z").parse().unwrap()
}

pub(crate) fn known_now(effective: Timestamp) -> AsOf {
    AsOf::known_now(effective)
}

/// A log in memory.
pub(crate) struct Record {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) clock: Arc<FixedClock>,
}

impl Record {
    pub(crate) fn new() -> Record {
        let clock = Arc::new(FixedClock::at(NOON));
        let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Arc::<FixedClock>::clone(&clock)));
        Record { log, clock }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Records an event of the stream `id`, true from `effective` on, with its texts sealed.
    pub(crate) async fn enter<E: Event>(
        &self,
        id: Uuid,
        effective: Timestamp,
        mut event: E,
    ) -> Position {
        let head = self.log.head().borrow().0;
        let command_id = CommandId::derived(Uuid::nil(), &head.to_string());
        let event_id = command_id.event_id(0);
        event.personal(&mut |field, value: &mut dyn PersonalField| {
            let plaintext = value.plaintext().unwrap();
            let place = Place { event_id, field };
            value.seal(PlainSealer.seal(value.subject(), place, &plaintext).unwrap());
        });
        let stream = StreamId::of::<E>(id);
        let earlier = self.log.read_stream(stream.clone(), 0, 1_000).await.unwrap();
        let encoded = codec::encode(&event).unwrap();
        let new = NewEvent {
            event_id,
            name: encoded.name,
            schema: event.schema(),
            effective_at: Some(effective),
            metadata: b"{}".to_vec(),
            data: encoded.data,
        };
        let append = Append {
            command_id,
            fingerprint: Fingerprint::of(&[]),
            stream,
            expected: u64::try_from(earlier.len()).unwrap(),
            network_id: Some(OLD_CITY),
            events: vec![new],
        };
        self.log.append(append).await.unwrap().position
    }

    /// Opens a view that follows the log from here on.
    pub(crate) async fn follow<P: Projection>(&self) -> View {
        View::open::<P>(Arc::clone(&self.log), &Store::Memory).await.unwrap()
    }
}

/// Reads a view that has seen everything.
pub(crate) async fn read<T: Send + 'static>(
    view: &View,
    query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> T {
    view.reach(Position(0)).await.unwrap();
    view.read(query).await.unwrap().value
}

/// Expects that the view made again from the whole log holds what the live one holds.
pub(crate) async fn expect_rebuilt_equals<P: Projection>(record: &Record, live: &View) {
    live.reach(Position(0)).await.unwrap();
    let live = live.digest().await.unwrap().value;
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::clone(&record.log);
    let rebuilt = projector::rebuild::<P>(log, folder.path(), &mut |_, _| {}).await.unwrap();
    assert!(rebuilt.events > 0);
    let again = projector::digest_of::<P>(folder.path()).await.unwrap();
    assert_eq!(again, Some(live));
}

/// What a person wrote.
pub(crate) fn text(by: PersonId, text: &str) -> Personal<String> {
    Personal::open(by, text.to_owned())
}

/// A proposal to plant a garden.
pub(crate) fn garden() -> ProposalContent {
    ProposalContent {
        title: "A garden".into(),
        text: "Let us plant one.".into(),
        subject: Subject::Other,
        topic: Some("green".into()),
        effects: Vec::new(),
        options: Vec::new(),
        goals: Vec::new(),
        exclusive: None,
        supersedes: None,
    }
}

/// The garden is put to a decision.
pub(crate) fn called(revision: u32, content_hash: String) -> ProposalEvent {
    ProposalEvent::DecisionCalled {
        network: OLD_CITY,
        decision: VOTE,
        revision,
        content_hash,
        charter_version: 1,
        called_by: ANNA,
        opens_at: day(11, 1),
        closes_at: day(11, 10),
        repeats: None,
        seats: None,
    }
}

/// How the assembly decides on anything, with other secrecy and results.
pub(crate) fn policy(secrecy: Secrecy, results: ResultsShown) -> DecisionPolicy {
    let text = Template::MajorityAssembly.text();
    let policy = text.policy_for(Subject::Other).unwrap().clone();
    DecisionPolicy { secrecy, results, ..policy }
}

/// A decision on the garden, open from the 1st to the 10th of November.
pub(crate) fn terms(secrecy: Secrecy, results: ResultsShown) -> DecisionTerms {
    let policy = policy(secrecy, results);
    DecisionTerms {
        network: OLD_CITY,
        proposal: GARDEN,
        revision: 1,
        content_hash: "00".into(),
        subject: Subject::Other,
        topic: Some("green".into()),
        charter_version: 1,
        options: counting::standard_options(&policy.method),
        policy,
        effects: Vec::new(),
        called_by: ANNA,
        opens_at: day(11, 1),
        closes_at: day(11, 10),
        repeats: None,
        seats: None,
    }
}

/// A roll of these parties, with weight 1; the bakery is represented by Chloe.
pub(crate) fn roll(parties: &[Party]) -> Vec<RollEntry> {
    let entry = |party: &Party| RollEntry {
        party: *party,
        weight: 1,
        representative: (*party == BAKERY).then_some(CHLOE),
        constituency: None,
    };
    parties.iter().map(entry).collect()
}

pub(crate) fn person(person: PersonId) -> Party {
    Party::Person(person)
}
