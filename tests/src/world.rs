//! A whole system in one process.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use access::Caller;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use eventlog::{Append, Fingerprint, Metadata, NewEvent, StreamId};
use events::{CharterEvent, Effect, EffectEvent, ResolutionEvent, Subject};
use host::Shutdown;
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use kernel::{
    Actor, Capacity, CharterId, Clock as _, CommandId, DecisionId, EffectId, Event,
    Identities as _, NetworkId, PersonId, ProposalId, ResolutionId, codec,
};
use serde_json::Value;
use tempfile::TempDir;
use testkit::{FixedClock, SeededIdentities};
use tokio::runtime::Builder;
use tower::ServiceExt as _;
use uuid::Uuid;
use weft::system::{self, DataStore, System, SystemConfig};

use crate::{Voice, time};

/// When stories are told, unless they move the clock.
pub const NOW: &str = "2026-11-22T12:00:00Z";

/// For how long tokens are good.
const TOKEN_LIFETIME: Duration = Duration::from_hours(24 * 365 * 10);

/// How many identities one life of a process may use.
const IDENTITIES_MAX: u64 = 1 << 32;

/// Which log a story is told on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Log {
    /// In memory.
    Memory,
    /// In a temporary folder.
    Sqlite,
}

/// Which protocol voices speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// gRPC.
    Grpc,
    /// GraphQL.
    GraphQl,
}

/// A whole system: every service over one log.
#[derive(Debug)]
pub struct World {
    system: System,
    router: Router,
    clock: Arc<FixedClock>,
    identities: SeededIdentities,
    protocol: Protocol,
    position: AtomicU64,
    _folder: Option<TempDir>,
}

impl World {
    /// Starts an empty world.
    pub async fn start(log: Log, protocol: Protocol) -> World {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let store = match log {
            Log::Memory => DataStore::Memory(path),
            Log::Sqlite => DataStore::Folder(path),
        };
        World { _folder: Some(folder), ..World::of(store, protocol, 0, None).await }
    }

    /// Starts a world on a folder that outlives it; `number` tells its lives apart, from 0.
    ///
    /// Within [`life`], so that nothing holds the folder when the next life begins.
    pub async fn open(folder: &Path, number: u64) -> World {
        World::of(DataStore::Folder(folder.to_owned()), Protocol::Grpc, number, None).await
    }

    /// As [`World::open`], with a log that may grow to `log_size_max_bytes` only.
    pub async fn open_limited(folder: &Path, number: u64, log_size_max_bytes: u64) -> World {
        let store = DataStore::Folder(folder.to_owned());
        World::of(store, Protocol::Grpc, number, Some(log_size_max_bytes)).await
    }

    async fn of(
        store: DataStore,
        protocol: Protocol,
        number: u64,
        log_size_max_bytes: Option<u64>,
    ) -> World {
        let clock = Arc::new(FixedClock::at(NOW));
        let seed = number * 2 * IDENTITIES_MAX;
        let config = SystemConfig {
            store,
            clock: Arc::<FixedClock>::clone(&clock),
            identities: Arc::new(SeededIdentities::from(seed + 1)),
            trusted: vec![],
            shutdown: Shutdown::new(),
            log_size_max_bytes,
        };
        let system = Box::pin(system::start(config)).await.unwrap();
        World {
            router: system.router(),
            system,
            clock,
            identities: SeededIdentities::from(seed + IDENTITIES_MAX),
            protocol,
            position: AtomicU64::new(0),
            _folder: None,
        }
    }

    /// The system itself.
    pub fn system(&self) -> &System {
        &self.system
    }

    /// The clock, to be moved.
    pub fn clock(&self) -> &FixedClock {
        &self.clock
    }

    /// Moves the clock to a time, forwards or backwards.
    pub fn travel_to(&self, to: &str) {
        self.clock.advance(time(to).duration_since(self.clock.now()));
    }

    /// What voices speak.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The operator, speaking.
    pub fn operator(&self) -> Voice<'_> {
        Voice::of(self, Some(self.token(Caller::Operator)))
    }

    /// A person, speaking.
    pub fn person(&self, person: PersonId) -> Voice<'_> {
        Voice::of(self, Some(self.token(Caller::Person(person))))
    }

    /// Somebody with this token, or with none.
    pub fn bearer(&self, token: Option<&str>) -> Voice<'_> {
        Voice::of(self, token.map(str::to_owned))
    }

    /// A token for `caller`.
    pub fn token(&self, caller: Caller) -> String {
        let id = self.identities.fresh();
        self.system.issuer().issue(caller, self.clock.now(), TOKEN_LIFETIME, id)
    }

    /// An id for a command that nobody has given before.
    pub fn fresh_command(&self) -> CommandId {
        CommandId::new(self.identities.fresh())
    }

    /// The furthest position that any receipt told; what is read from now on must include it.
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::SeqCst)
    }

    /// Gives a network a charter, as if its founders had ratified one, and waits for what follows.
    pub async fn ratify(&self, network: NetworkId) {
        let snapshot_hash = "0".repeat(64);
        let ratified = CharterEvent::CharterRatified {
            network,
            version: 1,
            snapshot_hash: snapshot_hash.clone(),
            effective_from: self.clock.now(),
        };
        for event in [
            CharterEvent::CharterDraftOpened { network },
            CharterEvent::CharterSubmitted { snapshot_hash },
            ratified,
        ] {
            self.record(network, CharterId::of(network).uuid(), event).await;
        }
        self.settle().await;
    }

    /// Lets a decision have an effect, as if it had been adopted, waits for what follows, and tells
    /// what came of it. `number` tells decisions apart.
    pub async fn decided(&self, network: NetworkId, number: u128, effect: Effect) -> EffectEvent {
        let decision = DecisionId::new(Uuid::from_u128(number));
        let entered = ResolutionEvent::ResolutionEntered {
            network,
            decision,
            proposal: ProposalId::new(Uuid::from_u128(number)),
            title: format!("Decision {number}"),
            subject: effect.subject().unwrap_or(Subject::Other),
            exclusive: None,
            supersedes: None,
            winners: vec![],
            review_at: None,
            expires_at: None,
        };
        let issued = ResolutionEvent::EffectIssued { network, decision, index: 0, effect };
        for event in [entered, issued] {
            self.record(network, ResolutionId::of(decision).uuid(), event).await;
        }
        self.settle().await;
        let stream = StreamId::of::<EffectEvent>(EffectId::of(decision, 0).uuid());
        let noted = self.system.log().read_stream(stream, 0, 2).await.unwrap();
        assert_eq!(noted.len(), 1, "what came of an effect is noted once");
        noted[0].decode().unwrap().unwrap()
    }

    /// Records an event of another service.
    async fn record<E: Event>(&self, network: NetworkId, id: Uuid, event: E) {
        let (log, command_id) = (self.system.log(), self.fresh_command());
        let stream = StreamId::of::<E>(id);
        let length = log.read_stream(stream.clone(), 0, 100).await.unwrap().len();
        let metadata = Metadata {
            actor: Actor::System,
            on_behalf_of: None,
            capacity: Capacity::Scheduler,
            authority: None,
            command_id,
            causation_id: None,
            correlation_id: command_id,
            traceparent: None,
            visibility: event.visibility(),
        };
        let encoded = codec::encode(&event).unwrap();
        let new = NewEvent {
            event_id: command_id.event_id(0),
            name: encoded.name,
            schema: event.schema(),
            effective_at: None,
            metadata: serde_json::to_vec(&metadata).unwrap(),
            data: encoded.data,
        };
        let append = Append {
            command_id,
            fingerprint: Fingerprint(0),
            stream,
            expected: u64::try_from(length).unwrap(),
            network_id: Some(network),
            events: vec![new],
        };
        log.append(append).await.unwrap();
    }

    /// Moves the clock forward by some hours, and does whatever has fallen due by then.
    pub async fn pass(&self, hours: i64) {
        self.clock.advance(SignedDuration::from_hours(hours));
        self.run_due().await;
    }

    /// Does whatever has fallen due by the clock, and what follows from it.
    pub async fn run_due(&self) {
        self.system.run_due().await.unwrap();
        self.note(self.system.log().head().borrow().0);
    }

    /// Waits until everything followed from everything, and every view has seen it.
    pub async fn settle(&self) {
        self.system.caught_up().await.unwrap();
        self.note(self.system.log().head().borrow().0);
    }

    pub(crate) fn note(&self, position: u64) {
        self.position.fetch_max(position, Ordering::SeqCst);
    }

    /// Sends one GraphQL request over HTTP, with these headers, and reads the answer.
    pub async fn post_graphql(&self, headers: &[(&str, String)], body: &Value) -> Value {
        let mut request =
            Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// Runs one life of a process: when it is over, nothing of it is left but files.
pub fn life<T>(story: impl Future<Output = T>) -> T {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story)
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
