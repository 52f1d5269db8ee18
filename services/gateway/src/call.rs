//! What one operation carries on its way to the services: who asks, until when, and which of its
//! own changes it has to see.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
};
use axum::http::HeaderMap;
use futures::future::BoxFuture;
use kernel::{
    DecisionId, ErrorCode, GoalId, NetworkId, OrganisationId, Party, PersonId, ProposalId,
    ResolutionId,
};
use tonic::{Request, Status, metadata::MetadataMap, transport::Channel};
use wire::{
    read::BATCH_MAX,
    weft::{
        assessment::v1::structure_service_client::StructureServiceClient,
        common::v1 as common,
        governance::v1::{
            self as governance, agenda_service_client::AgendaServiceClient,
            charter_service_client::CharterServiceClient,
            decision_service_client::DecisionServiceClient,
            delegation_service_client::DelegationServiceClient,
            goal_service_client::GoalServiceClient, proposal_service_client::ProposalServiceClient,
            register_service_client::RegisterServiceClient,
        },
        history::v1::history_service_client::HistoryServiceClient,
        membership::v1::{
            self as message, gathering_service_client::GatheringServiceClient,
            membership_service_client::MembershipServiceClient,
            network_service_client::NetworkServiceClient,
            organisation_service_client::OrganisationServiceClient,
            person_service_client::PersonServiceClient, tie_service_client::TieServiceClient,
        },
    },
};

use crate::{command::Receipt, scalars::Position};

/// What a call to a service counts in the complexity of an operation.
pub(crate) const COST: usize = 20;

/// How long a service may take to answer one call.
const DEADLINE: Duration = Duration::from_secs(10);

/// The longest answer that is taken from a service, in bytes: a comparison lists many edges, a
/// certificate every ballot.
const ANSWER_MAX: usize = 32 * 1024 * 1024;

/// How long nobody may ask for a single thing before those asked for are read together.
const QUIET: Duration = Duration::from_millis(1);

/// How often quiet is waited for at most.
const QUIET_WAITS_MAX: usize = 50;

/// How many single reads are gathered at most; each service is asked in calls as large as it takes.
const GATHERED_MAX: usize = 10_000;

/// The request header that says from which position on reads have to answer.
pub(crate) const MIN_POSITION: &str = "weft-min-position";

/// The request headers that go on to the services.
const FORWARDED: [&str; 3] = ["authorization", "traceparent", "tracestate"];

/// Who asks: what of a request's headers goes on to the services.
#[derive(Clone, Default)]
pub(crate) struct Caller {
    headers: HeaderMap,
    min_position: u64,
}

impl Caller {
    /// Reads the headers of a request.
    ///
    /// # Errors
    ///
    /// Says that the least position is not a number.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Caller, Status> {
        let min_position = match headers.get(MIN_POSITION) {
            None => 0,
            Some(value) => {
                value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
                    let message = format!("the header {MIN_POSITION} is not a position");
                    wire::status(ErrorCode::Invalid, "POSITION_MALFORMED", None, &message)
                })?
            }
        };
        let mut forwarded = HeaderMap::new();
        for name in FORWARDED {
            if let Some(value) = headers.get(name) {
                forwarded.insert(name, value.clone());
            }
        }
        Ok(Caller { headers: forwarded, min_position })
    }

    /// Ends the caller's trace here.
    pub(crate) fn untraced(mut self) -> Caller {
        self.headers.remove("traceparent");
        self.headers.remove("tracestate");
        self
    }

    /// Takes another token, for transports that send it after the headers.
    ///
    /// A text that cannot stand in a header is no token, and the services will say so.
    pub(crate) fn authorized(mut self, authorization: &str) -> Caller {
        match authorization.parse() {
            Ok(value) => self.headers.insert("authorization", value),
            Err(_) => self.headers.remove("authorization"),
        };
        self
    }
}

// Without the headers: a token is nobody else's to read.
impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Caller").finish_non_exhaustive()
    }
}

/// The way to the services for one operation.
pub(crate) struct Upstream {
    channel: Channel,
    metadata: MetadataMap,
    min_position: AtomicU64,
    /// How often single things were asked for so far.
    asked: AtomicU64,
}

/// One operation: the way to the services, and what gathers single reads into few calls.
pub(crate) struct Call {
    upstream: Arc<Upstream>,
    persons: DataLoader<Persons>,
    organisations: DataLoader<Organisations>,
    networks: DataLoader<Networks>,
    proposals: DataLoader<Proposals>,
    decisions: DataLoader<Decisions>,
    resolutions: DataLoader<Resolutions>,
    goals: DataLoader<Goals>,
}

impl Call {
    /// Opens an operation of `caller`.
    pub(crate) fn new(channel: Channel, caller: Caller) -> Call {
        let upstream = Arc::new(Upstream {
            channel,
            metadata: MetadataMap::from_headers(caller.headers),
            min_position: AtomicU64::new(caller.min_position),
            asked: AtomicU64::new(0),
        });
        // Nothing is remembered between batches: a mutation in between may have changed it.
        Call {
            persons: gathering(Persons(Arc::clone(&upstream)), &upstream),
            organisations: gathering(Organisations(Arc::clone(&upstream)), &upstream),
            networks: gathering(Networks(Arc::clone(&upstream)), &upstream),
            proposals: gathering(Proposals(Arc::clone(&upstream)), &upstream),
            decisions: gathering(Decisions(Arc::clone(&upstream)), &upstream),
            resolutions: gathering(Resolutions(Arc::clone(&upstream)), &upstream),
            goals: gathering(Goals(Arc::clone(&upstream)), &upstream),
            upstream,
        }
    }

    /// The way to the services of the operation that is being answered.
    ///
    /// # Errors
    ///
    /// The operation came in by a way that does not say who asks, a bug.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Call, Status> {
        ctx.data_opt::<Call>().ok_or_else(|| {
            wire::status(ErrorCode::Internal, "CALLER_MISSING", None, "no caller is known")
        })
    }

    /// Reads a person; `None` when there is none that the caller may know of.
    pub(crate) async fn person(&self, id: PersonId) -> Result<Option<message::Person>, Status> {
        self.ask();
        self.persons.load_one(id).await
    }

    /// Reads persons, in the order of `ids`, without those that the caller may not know of.
    pub(crate) async fn persons(&self, ids: &[String]) -> Result<Vec<message::Person>, Status> {
        let ids = ids.iter().map(|id| wire::read::id(id, "person_id"));
        let ids: Vec<PersonId> = ids.collect::<Result<_, _>>()?;
        self.ask();
        let mut found = self.persons.load_many(ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Reads an organisation; `None` when there is none that the caller may know of.
    pub(crate) async fn organisation(
        &self,
        id: OrganisationId,
    ) -> Result<Option<message::Organisation>, Status> {
        self.ask();
        self.organisations.load_one(id).await
    }

    /// Reads a network; `None` when there is none that the caller may know of.
    pub(crate) async fn network(&self, id: NetworkId) -> Result<Option<message::Network>, Status> {
        self.ask();
        self.networks.load_one(id).await
    }

    /// Reads a proposal of a network; `None` when there is none that the caller may know of.
    pub(crate) async fn proposal(
        &self,
        network: NetworkId,
        id: ProposalId,
    ) -> Result<Option<governance::Proposal>, Status> {
        self.ask();
        self.proposals.load_one((network, id)).await
    }

    /// Reads a decision of a network; `None` when there is none that the caller may know of.
    pub(crate) async fn decision(
        &self,
        network: NetworkId,
        id: DecisionId,
    ) -> Result<Option<governance::Decision>, Status> {
        self.ask();
        self.decisions.load_one((network, id)).await
    }

    /// Reads a resolution of a network; `None` when there is none that the caller may know of.
    pub(crate) async fn resolution(
        &self,
        network: NetworkId,
        id: ResolutionId,
    ) -> Result<Option<governance::Resolution>, Status> {
        self.ask();
        self.resolutions.load_one((network, id)).await
    }

    /// Reads a goal of a network; `None` when there is none that the caller may know of.
    pub(crate) async fn goal(
        &self,
        network: NetworkId,
        id: GoalId,
    ) -> Result<Option<governance::Goal>, Status> {
        self.ask();
        self.goals.load_one((network, id)).await
    }

    /// What a stream of this operation raises with what it gives.
    pub(crate) fn included(&self) -> Included {
        Included(Arc::clone(&self.upstream))
    }

    /// Keeps the answer to a change: every later read of this operation includes it.
    ///
    /// # Errors
    ///
    /// The service sent no receipt.
    pub(crate) fn record(&self, receipt: Option<common::Receipt>) -> Result<Receipt, Status> {
        let receipt = receipt.ok_or_else(|| lacking("receipt"))?;
        self.upstream.min_position.fetch_max(receipt.position, Ordering::AcqRel);
        Ok(Receipt {
            position: Position(receipt.position),
            events: receipt.events,
            recalled: receipt.recalled,
        })
    }
}

/// The position that every read of an operation has to include, for what outlives its start.
pub(crate) struct Included(Arc<Upstream>);

impl Included {
    /// Lets every later read include what is recorded up to `position`.
    pub(crate) fn raise(&self, position: u64) {
        self.0.min_position.fetch_max(position, Ordering::AcqRel);
    }
}

impl std::ops::Deref for Call {
    type Target = Upstream;

    fn deref(&self) -> &Upstream {
        &self.upstream
    }
}

impl Upstream {
    /// A request with the caller's token, that has to be answered in time.
    pub(crate) fn request<M>(&self, message: M) -> Request<M> {
        let mut request = self.endless(message);
        request.set_timeout(DEADLINE);
        request
    }

    /// A request with the caller's token, whose answer goes on for as long as somebody reads it.
    pub(crate) fn endless<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        *request.metadata_mut() = self.metadata.clone();
        request
    }

    /// Notes that somebody asks for a single thing.
    fn ask(&self) {
        self.asked.fetch_add(1, Ordering::AcqRel);
    }

    /// Waits until nobody asked for a single thing for a while.
    async fn quiet(&self) {
        for _ in 0..QUIET_WAITS_MAX {
            let before = self.asked.load(Ordering::Acquire);
            tokio::time::sleep(QUIET).await;
            if self.asked.load(Ordering::Acquire) == before {
                return;
            }
        }
    }

    /// The position that every read of this operation has to include.
    pub(crate) fn min_position(&self) -> u64 {
        self.min_position.load(Ordering::Acquire)
    }

    /// Networks.
    pub(crate) fn networks(&self) -> NetworkServiceClient<Channel> {
        NetworkServiceClient::new(self.channel.clone())
    }

    /// People.
    pub(crate) fn people(&self) -> PersonServiceClient<Channel> {
        PersonServiceClient::new(self.channel.clone())
    }

    /// Organisations.
    pub(crate) fn organisations(&self) -> OrganisationServiceClient<Channel> {
        OrganisationServiceClient::new(self.channel.clone())
    }

    /// Memberships.
    pub(crate) fn memberships(&self) -> MembershipServiceClient<Channel> {
        MembershipServiceClient::new(self.channel.clone())
    }

    /// Ties.
    pub(crate) fn ties(&self) -> TieServiceClient<Channel> {
        TieServiceClient::new(self.channel.clone())
    }

    /// Gatherings.
    pub(crate) fn gatherings(&self) -> GatheringServiceClient<Channel> {
        GatheringServiceClient::new(self.channel.clone())
    }

    /// Structure over time.
    pub(crate) fn structures(&self) -> StructureServiceClient<Channel> {
        StructureServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_MAX)
    }

    /// Charters.
    pub(crate) fn charters(&self) -> CharterServiceClient<Channel> {
        CharterServiceClient::new(self.channel.clone())
    }

    /// Agendas.
    pub(crate) fn agendas(&self) -> AgendaServiceClient<Channel> {
        AgendaServiceClient::new(self.channel.clone())
    }

    /// Goals.
    pub(crate) fn goals(&self) -> GoalServiceClient<Channel> {
        GoalServiceClient::new(self.channel.clone())
    }

    /// Proposals.
    pub(crate) fn proposals(&self) -> ProposalServiceClient<Channel> {
        ProposalServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_MAX)
    }

    /// Decisions.
    pub(crate) fn decisions(&self) -> DecisionServiceClient<Channel> {
        DecisionServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_MAX)
    }

    /// Delegations.
    pub(crate) fn delegations(&self) -> DelegationServiceClient<Channel> {
        DelegationServiceClient::new(self.channel.clone())
    }

    /// The register.
    pub(crate) fn register(&self) -> RegisterServiceClient<Channel> {
        RegisterServiceClient::new(self.channel.clone())
    }

    /// The recorded events.
    pub(crate) fn history(&self) -> HistoryServiceClient<Channel> {
        HistoryServiceClient::new(self.channel.clone())
    }
}

/// Gathers single reads, and does them together once the fields that are being resolved have all
/// asked: after a fixed time a long page would be cut into as many calls as its fields take time.
fn gathering<L: Send + Sync + 'static>(loader: L, upstream: &Arc<Upstream>) -> DataLoader<L> {
    let upstream = Arc::clone(upstream);
    let spawn = move |read: BoxFuture<'static, ()>| {
        let upstream = Arc::clone(&upstream);
        tokio::spawn(async move {
            upstream.quiet().await;
            read.await;
        })
    };
    DataLoader::new(loader, spawn).delay(Duration::ZERO).max_batch_size(GATHERED_MAX)
}

/// Says that a service left out what its contract promises.
pub(crate) fn lacking(what: &str) -> Status {
    tracing::error!(lacking = what, "a service answered less than its contract says");
    wire::status(ErrorCode::Internal, "ANSWER_INCOMPLETE", None, "an answer is incomplete")
}

/// Reads many persons with one call.
struct Persons(Arc<Upstream>);

impl Loader<PersonId> for Persons {
    type Value = message::Person;
    type Error = Status;

    async fn load(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, message::Person>, Status> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(BATCH_MAX) {
            let request = message::BatchGetPersonsRequest {
                person_ids: ids.iter().map(ToString::to_string).collect(),
                min_position: self.0.min_position(),
            };
            let request = self.0.request(request);
            for person in self.0.people().batch_get_persons(request).await?.into_inner().persons {
                found.insert(wire::read::id(&person.person_id, "person_id")?, person);
            }
        }
        Ok(found)
    }
}

/// Reads many organisations with one call.
struct Organisations(Arc<Upstream>);

impl Loader<OrganisationId> for Organisations {
    type Value = message::Organisation;
    type Error = Status;

    async fn load(
        &self,
        ids: &[OrganisationId],
    ) -> Result<HashMap<OrganisationId, message::Organisation>, Status> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(BATCH_MAX) {
            let request = self.0.request(message::BatchGetOrganisationsRequest {
                organisation_ids: ids.iter().map(ToString::to_string).collect(),
                min_position: self.0.min_position(),
            });
            let answer = self.0.organisations().batch_get_organisations(request).await?;
            for organisation in answer.into_inner().organisations {
                let id = wire::read::id(&organisation.organisation_id, "organisation_id")?;
                found.insert(id, organisation);
            }
        }
        Ok(found)
    }
}

/// Reads many networks with one call.
struct Networks(Arc<Upstream>);

impl Loader<NetworkId> for Networks {
    type Value = message::Network;
    type Error = Status;

    async fn load(
        &self,
        ids: &[NetworkId],
    ) -> Result<HashMap<NetworkId, message::Network>, Status> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(BATCH_MAX) {
            let request = self.0.request(message::BatchGetNetworksRequest {
                network_ids: ids.iter().map(ToString::to_string).collect(),
                min_position: self.0.min_position(),
            });
            let answer = self.0.networks().batch_get_networks(request).await?;
            for network in answer.into_inner().networks {
                found.insert(wire::read::id(&network.network_id, "network_id")?, network);
            }
        }
        Ok(found)
    }
}

/// Reads many proposals of a network with one call.
struct Proposals(Arc<Upstream>);

impl Loader<(NetworkId, ProposalId)> for Proposals {
    type Value = governance::Proposal;
    type Error = Status;

    async fn load(
        &self,
        ids: &[(NetworkId, ProposalId)],
    ) -> Result<HashMap<(NetworkId, ProposalId), governance::Proposal>, Status> {
        let mut found = HashMap::with_capacity(ids.len());
        for (network, ids) in by_network(ids) {
            for ids in ids.chunks(BATCH_MAX) {
                let request = self.0.request(governance::BatchGetProposalsRequest {
                    network_id: network.to_string(),
                    proposal_ids: ids.iter().map(ToString::to_string).collect(),
                    min_position: self.0.min_position(),
                });
                let answer = self.0.proposals().batch_get_proposals(request).await?.into_inner();
                for proposal in answer.proposals {
                    let id = wire::read::id(&proposal.proposal_id, "proposal_id")?;
                    found.insert((network, id), proposal);
                }
            }
        }
        Ok(found)
    }
}

/// Reads many decisions of a network with one call.
struct Decisions(Arc<Upstream>);

impl Loader<(NetworkId, DecisionId)> for Decisions {
    type Value = governance::Decision;
    type Error = Status;

    async fn load(
        &self,
        ids: &[(NetworkId, DecisionId)],
    ) -> Result<HashMap<(NetworkId, DecisionId), governance::Decision>, Status> {
        let mut found = HashMap::with_capacity(ids.len());
        for (network, ids) in by_network(ids) {
            for ids in ids.chunks(BATCH_MAX) {
                let request = self.0.request(governance::BatchGetDecisionsRequest {
                    network_id: network.to_string(),
                    decision_ids: ids.iter().map(ToString::to_string).collect(),
                    min_position: self.0.min_position(),
                });
                let answer = self.0.decisions().batch_get_decisions(request).await?.into_inner();
                for decision in answer.decisions {
                    let id = wire::read::id(&decision.decision_id, "decision_id")?;
                    found.insert((network, id), decision);
                }
            }
        }
        Ok(found)
    }
}

/// Reads many resolutions of a network with one call.
struct Resolutions(Arc<Upstream>);

impl Loader<(NetworkId, ResolutionId)> for Resolutions {
    type Value = governance::Resolution;
    type Error = Status;

    async fn load(
        &self,
        ids: &[(NetworkId, ResolutionId)],
    ) -> Result<HashMap<(NetworkId, ResolutionId), governance::Resolution>, Status> {
        let mut found = HashMap::with_capacity(ids.len());
        for (network, ids) in by_network(ids) {
            for ids in ids.chunks(BATCH_MAX) {
                let request = self.0.request(governance::BatchGetResolutionsRequest {
                    network_id: network.to_string(),
                    resolution_ids: ids.iter().map(ToString::to_string).collect(),
                    min_position: self.0.min_position(),
                });
                let answer = self.0.register().batch_get_resolutions(request).await?.into_inner();
                for resolution in answer.resolutions {
                    let id = wire::read::id(&resolution.resolution_id, "resolution_id")?;
                    found.insert((network, id), resolution);
                }
            }
        }
        Ok(found)
    }
}

/// Reads many goals of a network with one call.
struct Goals(Arc<Upstream>);

impl Loader<(NetworkId, GoalId)> for Goals {
    type Value = governance::Goal;
    type Error = Status;

    async fn load(
        &self,
        ids: &[(NetworkId, GoalId)],
    ) -> Result<HashMap<(NetworkId, GoalId), governance::Goal>, Status> {
        let mut found = HashMap::with_capacity(ids.len());
        for (network, ids) in by_network(ids) {
            for ids in ids.chunks(BATCH_MAX) {
                let request = self.0.request(governance::BatchGetGoalsRequest {
                    network_id: network.to_string(),
                    goal_ids: ids.iter().map(ToString::to_string).collect(),
                    min_position: self.0.min_position(),
                });
                let answer = self.0.goals().batch_get_goals(request).await?.into_inner();
                for goal in answer.goals {
                    let id = wire::read::id(&goal.goal_id, "goal_id")?;
                    found.insert((network, id), goal);
                }
            }
        }
        Ok(found)
    }
}

/// The ids of each network; what is asked for at the same time mostly belongs to one.
fn by_network<I: Copy>(ids: &[(NetworkId, I)]) -> BTreeMap<NetworkId, Vec<I>> {
    let mut found: BTreeMap<NetworkId, Vec<I>> = BTreeMap::new();
    for (network, id) in ids {
        found.entry(*network).or_default().push(*id);
    }
    found
}

/// Reads a party as the services send it.
///
/// # Errors
///
/// The party is absent or names nobody.
pub(crate) fn party(value: Option<&common::Party>) -> Result<Party, Status> {
    wire::read::party(value.cloned(), "party")
}
