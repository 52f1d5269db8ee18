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
use host::Shutdown;
use http_body_util::BodyExt as _;
use kernel::{Clock as _, CommandId, Identities as _, PersonId};
use serde_json::Value;
use tempfile::TempDir;
use testkit::{FixedClock, SeededIdentities};
use tokio::runtime::Builder;
use tower::ServiceExt as _;
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
