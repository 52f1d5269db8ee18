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
use futures::FutureExt as _;
use governance::{
    deadlines::{DeadlinesView, Schedule, Scheduler},
    grpc::GovernanceGrpc,
    secret_box::{SecretBoxError, SecretBoxes},
    views::{
        charters::ChartersView, decisions::DecisionsView, participation::ParticipationView,
        proposals::ProposalsView, register::RegisterView,
    },
};
use history::grpc::HistoryGrpc;
use host::{DeadlineLayer, EndStreamsLayer, Reading, Shutdown, TelemetryLayer};
use kernel::{Clock, Identities, Rejection, Sealer};
use membership::{
    commands::Commands,
    grpc::MembershipGrpc,
    reactions::{consequences::Consequences, erase_keys},
    views::{
        gatherings::GatheringsView, networks::NetworksView, organisations::OrganisationsView,
        people::PeopleView, ties::TiesView,
    },
};
use projector::{Digest, Projection, Reactor, Store, View, ViewError, ViewState};
use roster::{Roster, RosterView};
use tonic::{Code, Status, codec::CompressionEncoding, service::Routes, transport::Channel};
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::util::MapResponseLayer;
use tower_http::cors::{Any, CorsLayer};
use vault::{Vault, VaultError};
use wire::weft::{
    assessment::v1::structure_service_server::StructureServiceServer,
    governance::v1::{
        agenda_service_server::AgendaServiceServer, charter_service_server::CharterServiceServer,
        decision_service_server::DecisionServiceServer,
        delegation_service_server::DelegationServiceServer, goal_service_server::GoalServiceServer,
        proposal_service_server::ProposalServiceServer,
        register_service_server::RegisterServiceServer,
    },
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

/// Where ballots of open secret decisions are kept, inside the folder of data.
const BALLOTS_FILE: &str = "ballots.sqlite";

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
    /// The ballots of secret decisions cannot be opened.
    #[error("the boxes of secret decisions cannot be opened")]
    Ballots(#[from] SecretBoxError),
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
    reactors: Vec<Reactor>,
    scheduler: Arc<Scheduler>,
    schedule: Schedule,
    clock: Arc<dyn Clock>,
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
#[expect(clippy::too_many_lines, reason = "one list of parts, in the order in which they are made")]
pub async fn start(config: SystemConfig) -> Result<System, StartError> {
    let SystemConfig { store, clock, identities, trusted, shutdown, log_size_max_bytes } = config;
    let (log, vault, boxes, store, issuer) =
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
    let governed = governance::queries::Queries::open(
        Arc::clone(&log),
        &store,
        roster.clone(),
        Arc::clone(&sealer),
        Arc::clone(&clock),
    );
    let governed = governed.await?;
    let governing = governance::commands::Commands::new(
        (writer.clone(), Arc::clone(&log)),
        Arc::clone(&clock),
        roster.clone(),
        governed.clone(),
        Arc::new(boxes),
    );
    let scheduler = Arc::new(scheduler(&governing, &log, &store, &clock).await?);
    let mut views: Vec<View> = asked.views().into_iter().cloned().collect();
    views.extend(governed.views().into_iter().cloned());
    views.extend([roster.view().clone(), structure.view().clone(), scheduler.view().clone()]);
    measure_views(views.clone());

    let commands = Commands::new(writer, Arc::clone(&clock));
    let consequences = Consequences::new(commands.clone());
    let follows = governance::reactions::Consequences(governing.clone());
    let reactors = vec![
        Reactor::start(Arc::clone(&log), &store, consequences).await?,
        Reactor::start(Arc::clone(&log), &store, follows).await?,
    ];
    let schedule = Arc::clone(&scheduler).start();
    let governance = GovernanceGrpc::new(access.clone(), governing, governed);
    let membership = MembershipGrpc::new(access.clone(), commands, asked, vault, erasures);
    let assessment = StructureGrpc::new(access.clone(), structure);
    let history = HistoryGrpc::new(access, Arc::clone(&log), sealer);
    let (health, routes) = routes(membership, governance, assessment, history).await?;
    let routes = routes
        .prepare()
        .into_axum_router()
        // From the outside in. One by one, each would be a box more around every request.
        .layer((
            TelemetryLayer::untraced(governance::grpc::UNTRACED),
            DeadlineLayer::new(),
            EndStreamsLayer::new(shutdown.token()),
            AccessLayer::new(verifier),
            MapResponseLayer::new(explain),
        ));
    let channel = host::in_process(routes.clone());
    Ok(System {
        routes,
        log,
        views,
        reactors,
        scheduler,
        schedule,
        clock,
        health,
        shutdown,
        channel,
        issuer,
    })
}

/// What happens in governance because its time has come.
async fn scheduler(
    commands: &governance::commands::Commands,
    log: &Arc<dyn EventLog>,
    store: &Store,
    clock: &Arc<dyn Clock>,
) -> Result<Scheduler, ViewError> {
    let commands = commands.clone();
    let execute = Arc::new(move |due| {
        let commands = commands.clone();
        async move { commands.carry_out(due).await }.boxed()
    });
    Scheduler::open(Arc::clone(log), store, Arc::clone(clock), execute).await
}

type Opened = (Arc<dyn EventLog>, Vault, SecretBoxes, Store, Issuer);

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
            let boxes = SecretBoxes::open(&folder.join(BALLOTS_FILE))?;
            Ok((Arc::new(log), vault, boxes, Store::Folder(folder.join(VIEWS_FOLDER)), issuer))
        }
        DataStore::Memory(folder) => {
            let log = MemoryLog::new(Arc::clone(clock));
            let vault = Vault::in_memory(identities)?;
            let boxes = SecretBoxes::in_memory()?;
            Ok((Arc::new(log), vault, boxes, Store::Memory, Issuer::open(&folder)?))
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one list of services")]
async fn routes(
    membership: MembershipGrpc,
    governance: GovernanceGrpc,
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
    let charters = CharterServiceServer::new(governance.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let agendas = AgendaServiceServer::new(governance.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let goals = GoalServiceServer::new(governance.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let proposals = ProposalServiceServer::new(governance.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let decisions = DecisionServiceServer::new(governance.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let delegations = DelegationServiceServer::new(governance.clone())
        .accept_compressed(gzip)
        .send_compressed(gzip)
        .max_decoding_message_size(REQUEST_BYTES_MAX);
    let register = RegisterServiceServer::new(governance)
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
        .add_service(charters)
        .add_service(agendas)
        .add_service(goals)
        .add_service(proposals)
        .add_service(decisions)
        .add_service(delegations)
        .add_service(register)
        .add_service(structure)
        .add_service(history);
    Ok((health, routes))
}

/// Gives what the protocol stack itself refuses, such as a body that is too large, its reason.
fn explain(response: Response) -> Response {
    let status = Status::from_header_map(response.headers());
    match status.filter(|status| status.code() != Code::Ok).as_ref().and_then(wire::explained) {
        Some(status) => status.into_http(),
        None => response,
    }
}

/// Says in the words of telemetry that a GraphQL operation casts a ballot.
fn untraced(mut response: Response) -> Response {
    if response.extensions().get::<gateway::CastsBallot>().is_some() {
        response.extensions_mut().insert(host::Untraced);
    }
    response
}

/// The services that health tells of.
const SERVICES: [&str; 15] = [
    "weft.membership.v1.NetworkService",
    "weft.membership.v1.PersonService",
    "weft.membership.v1.OrganisationService",
    "weft.membership.v1.MembershipService",
    "weft.membership.v1.TieService",
    "weft.membership.v1.GatheringService",
    "weft.governance.v1.CharterService",
    "weft.governance.v1.AgendaService",
    "weft.governance.v1.GoalService",
    "weft.governance.v1.ProposalService",
    "weft.governance.v1.DecisionService",
    "weft.governance.v1.DelegationService",
    "weft.governance.v1.RegisterService",
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
        let grpc = self.routes.clone().layer((cors, tonic_web::GrpcWebLayer::new()));
        let graphql = gateway::router(self.channel())
            .layer((TelemetryLayer::new(), MapResponseLayer::new(untraced)));
        graphql.merge(grpc)
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

    /// Waits until everything that follows from what is recorded by now is recorded too, and every
    /// view has seen it.
    ///
    /// # Errors
    ///
    /// Names the reaction or the view that is behind, or the view that has failed.
    pub async fn caught_up(&self) -> Result<(), Box<dyn Rejection>> {
        let head = self.log.head();
        let mut settled = Position(0);
        while settled < *head.borrow() {
            settled = *head.borrow();
            for reactor in &self.reactors {
                reactor.reach(settled).await.map_err(boxed)?;
            }
        }
        for view in &self.views {
            view.reach(Position(0)).await.map_err(boxed)?;
        }
        Ok(())
    }

    /// Does everything whose time has come by the system's clock, and what follows from it.
    ///
    /// The scheduler does so by itself, a second later at most; tests that set the clock do not wait
    /// for it.
    ///
    /// # Errors
    ///
    /// As for [`System::caught_up`].
    pub async fn run_due(&self) -> Result<(), Box<dyn Rejection>> {
        loop {
            self.caught_up().await?;
            let settled = *self.log.head().borrow();
            let carried_out = self.scheduler.run_due(self.clock.now()).await.map_err(boxed)?;
            // When the scheduler by itself was faster, what follows is still to be waited for.
            if carried_out == 0 && *self.log.head().borrow() == settled {
                return Ok(());
            }
        }
    }

    /// Says so to health checks, and ends open streams; what is on its way is answered.
    pub async fn stop(self) {
        self.health.set_service_status("", ServingStatus::NotServing).await;
        for service in SERVICES {
            self.health.set_service_status(service, ServingStatus::NotServing).await;
        }
        self.shutdown.begin();
        self.schedule.stop().await;
        for reactor in &self.reactors {
            reactor.stop().await;
        }
    }
}

fn boxed(rejection: impl Rejection) -> Box<dyn Rejection> {
    Box::new(rejection)
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
pub const VIEWS: &[&str] = &[
    "networks",
    "people",
    "organisations",
    "roster",
    "ties",
    "gatherings",
    "charters",
    "proposals",
    "decisions",
    "register",
    "participation",
    "deadlines",
    "structure",
];

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
                "charters" => one::<ChartersView>(name, &log, &views, &mut told).await,
                "proposals" => one::<ProposalsView>(name, &log, &views, &mut told).await,
                "decisions" => one::<DecisionsView>(name, &log, &views, &mut told).await,
                "register" => one::<RegisterView>(name, &log, &views, &mut told).await,
                "participation" => one::<ParticipationView>(name, &log, &views, &mut told).await,
                "deadlines" => one::<DeadlinesView>(name, &log, &views, &mut told).await,
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
