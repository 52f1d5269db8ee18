//! Every service over one log in one process: what is made from what, and in which order.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use access::{Access, AccessLayer, Issuer, IssuerError, JwksError, TrustedIssuer, Verifier};
use assessment::{grpc::StructureGrpc, views::structure::StructureView};
use axum::{Router, response::Response};
use eventlog::{EventLog, LogError, MemoryLog, Position, Writer};
use eventlog_sqlite::{Figures, OpenError, Options, SqliteLog, Stats};
use history::grpc::HistoryGrpc;
use host::{DeadlineLayer, EndStreamsLayer, Reading, Shutdown, TelemetryLayer};
use kernel::{Clock, Identities, Sealer};
use membership::{
    commands::Commands,
    grpc::MembershipGrpc,
    reactions::erase_keys,
    views::{
        gatherings::GatheringsView, networks::NetworksView, organisations::OrganisationsView,
        people::PeopleView, ties::TiesView,
    },
};
use projector::{Digest, Projection, Store, View, ViewError, ViewState};
use roster::{Roster, RosterView};
use tonic::{Code, Status, codec::CompressionEncoding, service::Routes, transport::Channel};
use tonic_health::{ServingStatus, server::HealthReporter};
use tower_http::cors::{Any, CorsLayer};
use vault::{Vault, VaultError};
use wire::weft::{
    assessment::v1::structure_service_server::StructureServiceServer,
    history::v1::history_service_server::HistoryServiceServer,
    membership::v1::{
        gathering_service_server::GatheringServiceServer,
        membership_service_server::MembershipServiceServer,
        network_service_server::NetworkServiceServer,
        organisation_service_server::OrganisationServiceServer,
        person_service_server::PersonServiceServer, tie_service_server::TieServiceServer,
    },
};

/// Where views are kept, inside the folder of data.
const VIEWS_FOLDER: &str = "views";

/// Where keys of persons are kept, inside the folder of data.
const VAULT_FILE: &str = "vault.sqlite";

/// How large a request may be, in bytes.
const REQUEST_BYTES_MAX: usize = 4 << 20;

/// Where everything is kept.
#[derive(Clone, Debug)]
pub enum DataStore {
    /// In a folder, for good.
    Folder(PathBuf),
    /// In memory, for tests; the issuer's key in this folder.
    Memory(PathBuf),
}

/// What a system is made from.
#[derive(Debug)]
pub struct SystemConfig {
    /// Where everything is kept.
    pub store: DataStore,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random identities.
    pub identities: Arc<dyn Identities>,
    /// Issuers of tokens beside the built-in one.
    pub trusted: Vec<TrustedIssuer>,
    /// Ends open streams when the system stops.
    pub shutdown: Shutdown,
    /// How large the log may grow, in bytes; `None` is as far as the disk goes.
    pub log_size_max_bytes: Option<u64>,
}

/// A system could not be started, or a folder not be used.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] LogError),
    /// The vault cannot be opened.
    #[error("the vault of keys cannot be opened")]
    Vault(#[from] VaultError),
    /// The issuer's key cannot be used.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The keys of another issuer cannot be used.
    #[error(transparent)]
    Jwks(#[from] JwksError),
    /// A view cannot be opened or made again.
    #[error("a view cannot be made")]
    View(#[from] ViewError),
    /// Reflection cannot be served.
    #[error("the descriptors of the services cannot be served")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// No runtime for the work.
    #[error("the work cannot be started")]
    Runtime(#[from] std::io::Error),
}

/// A running system.
#[derive(Debug)]
pub struct System {
    routes: Router,
    log: Arc<dyn EventLog>,
    views: Vec<View>,
    health: HealthReporter,
    shutdown: Shutdown,
    channel: Channel,
    issuer: Issuer,
}

/// Opens the log, the vault and the views, and starts every service.
///
/// # Errors
///
/// Says which part could not be opened, and why.
pub async fn start(config: SystemConfig) -> Result<System, StartError> {
    let SystemConfig { store, clock, identities, trusted, shutdown, log_size_max_bytes } = config;
    let (log, vault, store, issuer) =
        open(store, &clock, identities, Options { size_max_bytes: log_size_max_bytes })?;
    let mut verifier = Verifier::new(Arc::clone(&clock), &issuer);
    for issuer in &trusted {
        verifier = verifier.trusting(issuer)?;
    }

    let vault = Arc::new(vault);
    let sealer: Arc<dyn Sealer> = Arc::<Vault>::clone(&vault);
    let roster = Roster::open(Arc::clone(&log), &store).await?;
    let access = Access::new(roster.clone());
    let writer = Writer::new(Arc::clone(&log), Arc::clone(&sealer), Arc::clone(&clock));
    let erasures = erase_keys(Arc::clone(&log), Arc::clone(&vault));

    let asked = membership::queries::Queries::open(
        Arc::clone(&log),
        &store,
        roster.clone(),
        Arc::clone(&vault),
        Arc::clone(&clock),
    );
    let asked = asked.await?;
    let structure =
        assessment::queries::Queries::open(Arc::clone(&log), &store, Arc::clone(&clock)).await?;
    let mut views: Vec<View> = asked.views().into_iter().cloned().collect();
    views.extend([roster.view().clone(), structure.view().clone()]);
    measure_views(views.clone());

    let commands = Commands::new(writer, clock);
    let membership = MembershipGrpc::new(access.clone(), commands, asked, vault, erasures);
    let assessment = StructureGrpc::new(access.clone(), structure);
    let history = HistoryGrpc::new(access, Arc::clone(&log), sealer);
    let (health, routes) = routes(membership, assessment, history).await?;
    let routes = routes
        .prepare()
        .into_axum_router()
        .layer(axum::middleware::map_response(explain))
        .layer(AccessLayer::new(verifier))
        .layer(EndStreamsLayer::new(shutdown.token()))
        .layer(DeadlineLayer::new())
        .layer(TelemetryLayer::new());
    let channel = host::in_process(routes.clone());
    Ok(System { routes, log, views, health, shutdown, channel, issuer })
}

type Opened = (Arc<dyn EventLog>, Vault, Store, Issuer);

fn open(
    store: DataStore,
    clock: &Arc<dyn Clock>,
    identities: Arc<dyn Identities>,
    options: Options,
) -> Result<Opened, StartError> {
    match store {
        DataStore::Folder(folder) => {
            // The log first: it holds the lock on the folder.
            let log = SqliteLog::open(&folder, options, Arc::clone(clock))?;
            measure_log(log.stats(), log.head());
            let vault = Vault::open(&folder.join(VAULT_FILE), identities)?;
            let issuer = Issuer::open(&folder)?;
            Ok((Arc::new(log), vault, Store::Folder(folder.join(VIEWS_FOLDER)), issuer))
        }
        DataStore::Memory(folder) => {
            let log = MemoryLog::new(Arc::clone(clock));
            let vault = Vault::in_memory(identities)?;
            Ok((Arc::new(log), vault, Store::Memory, Issuer::open(&folder)?))
        }
    }
}

async fn routes(
    membership: MembershipGrpc,
    assessment: StructureGrpc,
    history: HistoryGrpc,
) -> Result<(HealthReporter, Routes), StartError> {
    let gzip = CompressionEncoding::Gzip;
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_service_status("", ServingStatus::Serving).await;
    for service in SERVICES {
        health.set_service_status(service, ServingStatus::Serving).await;
    }
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let networks = NetworkServiceServer::new(membership.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let people = PersonServiceServer::new(membership.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let organisations = OrganisationServiceServer::new(membership.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let memberships = MembershipServiceServer::new(membership.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let ties = TieServiceServer::new(membership.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let gatherings = GatheringServiceServer::new(membership)
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let structure = StructureServiceServer::new(assessment)
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let history = HistoryServiceServer::new(history)
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let routes = Routes::new(health_service)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(networks)
        .add_service(people)
        .add_service(organisations)
        .add_service(memberships)
        .add_service(ties)
        .add_service(gatherings)
        .add_service(structure)
        .add_service(history);
    Ok((health, routes))
}

/// Gives what the protocol stack itself refuses, such as a body that is too large, its reason.
async fn explain(response: Response) -> Response {
    let status = Status::from_header_map(response.headers());
    match status.filter(|status| status.code() != Code::Ok).as_ref().and_then(wire::explained) {
        Some(status) => status.into_http(),
        None => response,
    }
}

/// The services that health tells of.
const SERVICES: [&str; 8] = [
    "weft.membership.v1.NetworkService",
    "weft.membership.v1.PersonService",
    "weft.membership.v1.OrganisationService",
    "weft.membership.v1.MembershipService",
    "weft.membership.v1.TieService",
    "weft.membership.v1.GatheringService",
    "weft.assessment.v1.StructureService",
    "weft.history.v1.HistoryService",
];

impl System {
    /// Everything on one port: GraphQL, its WebSocket, gRPC and gRPC-Web.
    pub fn router(&self) -> Router {
        let cors = CorsLayer::new()
            .allow_origin(Any)
            .allow_headers(Any)
            .allow_methods(Any)
            .expose_headers(
                ["grpc-status", "grpc-message", "grpc-status-details-bin", "trace-id"]
                    .map(axum::http::HeaderName::from_static),
            );
        let grpc = self.routes.clone().layer(tonic_web::GrpcWebLayer::new()).layer(cors);
        gateway::router(self.channel()).layer(TelemetryLayer::new()).merge(grpc)
    }

    /// A channel to every service, within the process.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The log.
    pub fn log(&self) -> Arc<dyn EventLog> {
        Arc::clone(&self.log)
    }

    /// The issuer of tokens.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The views, for their status.
    pub fn views(&self) -> &[View] {
        &self.views
    }

    /// Waits until every view has seen everything that is recorded by now.
    ///
    /// # Errors
    ///
    /// Names the view that is behind or has failed.
    pub async fn caught_up(&self) -> Result<(), ViewError> {
        for view in &self.views {
            view.reach(Position(0)).await?;
        }
        Ok(())
    }

    /// Says so to health checks, and ends open streams; what is on its way is answered.
    pub async fn stop(self) {
        self.health.set_service_status("", ServingStatus::NotServing).await;
        for service in SERVICES {
            self.health.set_service_status(service, ServingStatus::NotServing).await;
        }
        self.shutdown.begin();
    }
}

fn measure_views(views: Vec<View>) {
    let label = |view: &View| vec![("weft.view.name", view.name().to_owned())];
    let watched = views.clone();
    host::register_gauge("weft.view.lag", "{event}", "Events not folded yet", move || {
        let lag = |view: &View| view.status().lag_events;
        #[expect(clippy::cast_precision_loss, reason = "a figure for charts")]
        let reading = |view: &View| Reading { value: lag(view) as f64, labels: label(view) };
        watched.iter().map(reading).collect()
    });
    let watched = views.clone();
    host::register_gauge("weft.view.lag.duration", "s", "How long it is behind", move || {
        let lag = |view: &View| view.status().lag.as_secs_f64();
        watched.iter().map(|view| Reading { value: lag(view), labels: label(view) }).collect()
    });
    host::register_gauge("weft.view.live", "1", "1 live, 0 behind, -1 failed", move || {
        let state = |view: &View| match view.status().state {
            ViewState::Live => 1.0,
            ViewState::Building | ViewState::CatchingUp => 0.0,
            ViewState::Failed { .. } => -1.0,
        };
        views.iter().map(|view| Reading { value: state(view), labels: label(view) }).collect()
    });
}

#[expect(clippy::cast_precision_loss, reason = "figures for charts")]
fn measure_log(stats: Arc<Stats>, head: tokio::sync::watch::Receiver<Position>) {
    type Counter = (&'static str, &'static str, &'static str, fn(&Figures) -> f64);

    host::register_gauge("weft.log.head", "{event}", "Position of the last event", move || {
        vec![Reading::of(head.borrow().0 as f64)]
    });
    let counters: [Counter; 6] = [
        ("weft.log.appends", "{append}", "Appends answered", |figures| figures.appends as f64),
        ("weft.log.events", "{event}", "Events recorded", |figures| figures.events as f64),
        ("weft.log.batches", "{batch}", "Transactions made durable", |f| f.batches as f64),
        ("weft.log.failures", "{batch}", "Transactions that failed", |f| f.failures as f64),
        ("weft.log.queue.duration", "s", "Time appends waited, added up", |figures| {
            figures.queue_us as f64 / 1e6
        }),
        ("weft.log.commit.duration", "s", "Time of transactions, added up", |figures| {
            figures.commit_us as f64 / 1e6
        }),
    ];
    for (name, unit, description, read) in counters {
        let stats = Arc::clone(&stats);
        host::register_counter(name, unit, description, move || {
            vec![Reading::of(read(&stats.figures()))]
        });
    }
}

/// The names of all views.
pub const VIEWS: &[&str] =
    &["networks", "people", "organisations", "roster", "ties", "gatherings", "structure"];

/// A view that was made again.
#[derive(Clone, Debug)]
pub struct RebuiltView {
    /// Its name.
    pub name: &'static str,
    /// How many events were folded.
    pub events: u64,
    /// The fingerprint of what was there; `None` when nothing was.
    pub digest_before: Option<Digest>,
    /// The fingerprint of what is there now.
    pub digest_after: Digest,
}

/// Makes views again from the log: the one called `view`, or all of them. No server may be running
/// on the folder, and the caller not be within a runtime.
///
/// `progress` is told the view, the position reached and the last one there is.
///
/// # Errors
///
/// Says why the folder cannot be used or a view not be made; views before it are made.
pub fn rebuild(
    folder: &Path,
    view: Option<&str>,
    progress: &mut (dyn FnMut(&str, u64, u64) + Send),
) -> Result<Vec<RebuiltView>, StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let clock: Arc<dyn Clock> = Arc::new(host::SystemClock);
    let log: Arc<dyn EventLog> = Arc::new(SqliteLog::open(folder, Options::default(), clock)?);
    let views = folder.join(VIEWS_FOLDER);
    let mut rebuilt = Vec::new();
    for name in VIEWS.iter().filter(|name| view.is_none_or(|view| view == **name)) {
        let mut told = |done: Position, head: Position| progress(name, done.0, head.0);
        let one = runtime.block_on(async {
            match *name {
                "networks" => one::<NetworksView>(name, &log, &views, &mut told).await,
                "people" => one::<PeopleView>(name, &log, &views, &mut told).await,
                "organisations" => one::<OrganisationsView>(name, &log, &views, &mut told).await,
                "roster" => one::<RosterView>(name, &log, &views, &mut told).await,
                "ties" => one::<TiesView>(name, &log, &views, &mut told).await,
                "gatherings" => one::<GatheringsView>(name, &log, &views, &mut told).await,
                _ => one::<StructureView>(name, &log, &views, &mut told).await,
            }
        });
        rebuilt.push(one?);
    }
    Ok(rebuilt)
}

async fn one<P: Projection>(
    name: &'static str,
    log: &Arc<dyn EventLog>,
    folder: &Path,
    progress: &mut (dyn FnMut(Position, Position) + Send),
) -> Result<RebuiltView, ViewError> {
    let digest_before = projector::digest_of::<P>(folder).await?;
    let rebuilt = projector::rebuild::<P>(Arc::clone(log), folder, progress).await?;
    let digest_after = projector::digest_of::<P>(folder).await?;
    let digest_after = digest_after.expect("a view that was just made is there");
    Ok(RebuiltView { name, events: rebuilt.events, digest_before, digest_after })
}
