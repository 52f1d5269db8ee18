//! Networks: the middle of the graph, from which everything else is reached.

#![expect(clippy::too_many_arguments, reason = "a connection has four arguments of its own")]

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject, Union};
use kernel::{ErrorCode, NetworkId, Party as AnyParty, id::kinds};
use tonic::Status;
use wire::weft::membership::v1::{self as message, get_network_request::By};

use crate::{
    agenda::NetworkAgenda,
    call::{self, Call, lacking},
    charter::NetworkCharter,
    command::{CommandInput, Receipt},
    connection::{self, List, Paging},
    decision::NetworkDecisions,
    delegation::NetworkDelegations,
    gathering::NetworkGatherings,
    goal::NetworkGoals,
    ids::{self, GlobalId},
    membership::NetworkMembers,
    node::{self, Party},
    organisation::NetworkRepresentations,
    person::{self, Person},
    proposal::NetworkProposals,
    register::NetworkRegister,
    scalars::{self, DateTime},
    structure::NetworkStructure,
    tie::NetworkTies,
};

/// What a network is for.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NetworkType {
    /// People are connected so that information flows.
    Connectivity = message::NetworkType::Connectivity as isize,
    /// People share goals and a value proposition.
    Alignment = message::NetworkType::Alignment as isize,
    /// People act together for joint results.
    Production = message::NetworkType::Production as isize,
}

impl From<NetworkType> for i32 {
    fn from(value: NetworkType) -> i32 {
        value as i32
    }
}

/// How far a network has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NetworkStatus {
    /// Founded; it has no charter yet. Founders act together.
    Forming = message::NetworkStatus::Forming as isize,
    /// With a charter in force, by whose rules its members decide.
    Active = message::NetworkStatus::Active as isize,
    /// At rest: nobody applies or is invited.
    Paused = message::NetworkStatus::Paused as isize,
    /// Over: it can be read, exported and left.
    Dissolved = message::NetworkStatus::Dissolved as isize,
}

impl From<NetworkStatus> for i32 {
    fn from(value: NetworkStatus) -> i32 {
        value as i32
    }
}

/// People and organisations who work on a large, complex social problem together.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Network {
    /// Identifies the network.
    pub(crate) id: ID,
    /// Unique in the installation, whatever the case and spacing of its letters.
    name: String,
    /// What it is there for; null when nobody has said yet.
    purpose: Option<String>,
    /// How far it has come.
    status: NetworkStatus,
    /// The version of the charter with which it became active, and no later one; null while it is
    /// forming. The version in force now is in `charter { version }`.
    charter_version: Option<u32>,
    /// What it is declared to be for; empty when nobody has said yet.
    types: Vec<NetworkType>,
    /// What some founders have consented to and others not yet; empty once it is active.
    open_acts: Vec<OpenAct>,
    /// Whether anybody may apply for membership.
    membership_open: bool,
    /// When it was founded.
    founded_at: DateTime,
    #[graphql(skip)]
    founder_ids: Vec<String>,
    #[graphql(skip)]
    acting_founder_ids: Vec<String>,
    #[graphql(flatten)]
    members: NetworkMembers,
    #[graphql(flatten)]
    representations: NetworkRepresentations,
    #[graphql(flatten)]
    ties: NetworkTies,
    #[graphql(flatten)]
    gatherings: NetworkGatherings,
    #[graphql(flatten)]
    structure: NetworkStructure,
    #[graphql(flatten)]
    charter: NetworkCharter,
    #[graphql(flatten)]
    agenda: NetworkAgenda,
    #[graphql(flatten)]
    goals: NetworkGoals,
    #[graphql(flatten)]
    proposals: NetworkProposals,
    #[graphql(flatten)]
    decisions: NetworkDecisions,
    #[graphql(flatten)]
    delegations: NetworkDelegations,
    #[graphql(flatten)]
    register: NetworkRegister,
}

#[async_graphql::ComplexObject]
impl Network {
    /// Everyone who was named as a founder and of whom you may know.
    #[graphql(complexity = "call::COST + 10 * child_complexity")]
    async fn founders(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.founder_ids).await?))
    }

    /// While it is forming, the founders who took part and are still there, of whom you may know:
    /// all of them have to consent to what is done. Empty afterwards.
    #[graphql(complexity = "call::COST + 10 * child_complexity")]
    async fn acting_founders(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.acting_founder_ids).await?))
    }
}

/// Something that founders have yet to agree on.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct OpenAct {
    /// What.
    act: FounderAct,
    #[graphql(skip)]
    consented_founder_ids: Vec<String>,
}

#[async_graphql::ComplexObject]
impl OpenAct {
    /// The founders who have consented and of whom you may know; it is done once all acting founders
    /// have.
    #[graphql(complexity = "call::COST + 10 * child_complexity")]
    async fn consented(&self, ctx: &Context<'_>) -> Result<Option<Vec<Person>>> {
        Ok(Some(person::all(Call::of(ctx)?, &self.consented_founder_ids).await?))
    }
}

impl OpenAct {
    fn of(open: message::OpenAct) -> Result<OpenAct, Status> {
        use message::open_act::Act;

        let act = match open.act.ok_or_else(|| lacking("act"))? {
            Act::DeclareTypes(declared) => {
                let types = declared.types.into_iter().map(scalars::known);
                FounderAct::DeclareTypes(TypeDeclaration {
                    types: types.collect::<Result<_, _>>()?,
                })
            }
            Act::OpenMembership(_) => FounderAct::Entry(EntryChange { membership_open: true }),
            Act::CloseMembership(_) => FounderAct::Entry(EntryChange { membership_open: false }),
            Act::AdmitMember(party) => {
                FounderAct::Admit(Admission { party: call::party(Some(&party))? })
            }
        };
        Ok(OpenAct { act, consented_founder_ids: open.consented_founder_ids })
    }
}

/// What founders do with their network while it is forming.
#[derive(Union)]
pub(crate) enum FounderAct {
    /// To say what it is for.
    DeclareTypes(TypeDeclaration),
    /// To let anybody apply, or only the invited enter.
    Entry(EntryChange),
    /// To admit somebody.
    Admit(Admission),
}

/// To say what a network is for.
#[derive(SimpleObject)]
pub(crate) struct TypeDeclaration {
    /// Every type it means to be.
    types: Vec<NetworkType>,
}

/// To let anybody apply, or only the invited enter.
#[derive(SimpleObject)]
pub(crate) struct EntryChange {
    /// Whether anybody may apply then.
    membership_open: bool,
}

/// To admit somebody.
pub(crate) struct Admission {
    party: AnyParty,
}

#[Object]
impl Admission {
    /// Whom; null when you may not know of them.
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<Party>> {
        Ok(node::party(Call::of(ctx)?, self.party).await?)
    }
}

impl Network {
    /// The network of a message.
    ///
    /// # Errors
    ///
    /// The message lacks what its contract promises.
    pub(crate) fn of(network: message::Network) -> Result<Network, Status> {
        let id: NetworkId = wire::read::id(&network.network_id, "network_id")?;
        Ok(Network {
            id: ids::encode(id),
            name: network.name,
            purpose: Some(network.purpose).filter(|purpose| !purpose.is_empty()),
            status: scalars::known(network.status)?,
            charter_version: Some(network.charter_version).filter(|version| *version != 0),
            types: network.types.into_iter().map(scalars::known).collect::<Result<_, _>>()?,
            open_acts: network.open_acts.into_iter().map(OpenAct::of).collect::<Result<_, _>>()?,
            membership_open: network.membership_open,
            founded_at: DateTime::of(network.founded_at)?,
            founder_ids: network.founder_ids,
            acting_founder_ids: network.acting_founder_ids,
            members: NetworkMembers(id),
            representations: NetworkRepresentations(id),
            ties: NetworkTies(id),
            gatherings: NetworkGatherings(id),
            structure: NetworkStructure(id),
            charter: NetworkCharter(id),
            agenda: NetworkAgenda(id),
            goals: NetworkGoals(id),
            proposals: NetworkProposals(id),
            decisions: NetworkDecisions(id),
            delegations: NetworkDelegations(id),
            register: NetworkRegister(id),
        })
    }
}

/// Reads a network.
///
/// # Errors
///
/// Those of the service, for example that there is none.
pub(crate) async fn by_id(call: &Call, id: NetworkId) -> Result<Network, Status> {
    by(call, By::NetworkId(id.to_string())).await
}

async fn by(call: &Call, by: By) -> Result<Network, Status> {
    let request = message::GetNetworkRequest { by: Some(by), min_position: call.min_position() };
    let answer = call.networks().get_network(call.request(request)).await?.into_inner();
    Network::of(answer.network.ok_or_else(|| lacking("network"))?)
}

/// The network that a mutation was about.
pub(crate) struct ChangedNetwork(pub(crate) NetworkId);

#[Object]
impl ChangedNetwork {
    /// The network, as it is with this change; null with an error when you may not read it.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn network(&self, ctx: &Context<'_>) -> Result<Option<Network>> {
        Ok(Some(by_id(Call::of(ctx)?, self.0).await?))
    }
}

/// Reading networks.
#[derive(Default, Debug)]
pub(crate) struct NetworkQuery;

#[Object]
impl NetworkQuery {
    /// Reads one network, by its id or by its name.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn network(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The network's id; or give its name.")] id: Option<
            GlobalId<kinds::Network>,
        >,
        #[graphql(desc = "The network's name, in any case and spacing; or give its id.")]
        name: Option<String>,
    ) -> Result<Option<Network>> {
        let by_what = match (id, name) {
            (Some(id), None) => By::NetworkId(id.text()),
            (None, Some(name)) => By::Name(name),
            (None, None) | (Some(_), Some(_)) => {
                let message = "name a network by its id or by its name";
                return Err(
                    wire::status(ErrorCode::Invalid, "ID_OR_NAME_NEEDED", None, message).into()
                );
            }
        };
        Ok(Some(by(Call::of(ctx)?, by_what).await?))
    }

    /// Lists the networks that you belong to; for the operator, all of them.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn networks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to list from the beginning; 50 when left out, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to list from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<List<Network>>> {
        let call = Call::of(ctx)?;
        let paging = Paging::of(first, after.as_deref(), last, before.as_deref())?;
        let read = |page| async move {
            let request = message::ListNetworksRequest {
                page: Some(page),
                min_position: paging.least(call.min_position()),
            };
            let answer = call.networks().list_networks(call.request(request)).await?.into_inner();
            Ok((answer.networks, answer.page))
        };
        Ok(Some(connection::page(paging, read, Network::of).await?))
    }
}

/// A network to found.
#[derive(InputObject, Debug)]
pub(crate) struct FoundNetworkInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// Its name, unique in the installation.
    name: String,
    /// What it is there for.
    purpose: Option<String>,
    /// The persons who are to found it, you among them: two at least.
    founder_ids: Vec<GlobalId<kinds::Person>>,
}

/// What to declare a network to be for.
#[derive(InputObject, Debug)]
pub(crate) struct DeclareNetworkTypeInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// Every type it means to be, one at least; replaces what was declared before.
    types: Vec<NetworkType>,
}

/// Who is to found a network that an import founded.
#[derive(InputObject, Debug)]
pub(crate) struct NameFoundersInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
    /// The persons who are to found it: two at least.
    founder_ids: Vec<GlobalId<kinds::Person>>,
}

/// Which network to join as a founder.
#[derive(InputObject, Debug)]
pub(crate) struct JoinAsFounderInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Which network's membership to open.
#[derive(InputObject, Debug)]
pub(crate) struct OpenMembershipInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// Which network's membership to close.
#[derive(InputObject, Debug)]
pub(crate) struct CloseMembershipInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// The network.
    network_id: GlobalId<kinds::Network>,
}

/// A network was founded.
#[derive(SimpleObject)]
pub(crate) struct FoundNetworkPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// Founders were named.
#[derive(SimpleObject)]
pub(crate) struct NameFoundersPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// A founder joined.
#[derive(SimpleObject)]
pub(crate) struct JoinAsFounderPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// A founder consented to what a network is for, or it was declared.
#[derive(SimpleObject)]
pub(crate) struct DeclareNetworkTypePayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// A founder consented that anybody may apply, or anybody may.
#[derive(SimpleObject)]
pub(crate) struct OpenMembershipPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// A founder consented that only the invited may enter, or only they may.
#[derive(SimpleObject)]
pub(crate) struct CloseMembershipPayload {
    #[graphql(flatten)]
    receipt: Receipt,
    #[graphql(flatten)]
    changed: ChangedNetwork,
}

/// Changing networks.
#[derive(Default, Debug)]
pub(crate) struct NetworkMutation;

#[Object]
impl NetworkMutation {
    /// Founds a network in its forming stage. You become its first founder; the others named join
    /// by themselves.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn found_network(
        &self,
        ctx: &Context<'_>,
        input: FoundNetworkInput,
    ) -> Result<Option<FoundNetworkPayload>> {
        let call = Call::of(ctx)?;
        let request = call.request(message::FoundNetworkRequest {
            command: Some(input.command.message()),
            name: input.name,
            purpose: scalars::optional(input.purpose),
            founder_ids: input.founder_ids.into_iter().map(GlobalId::text).collect(),
        });
        let answer = call.networks().found_network(request).await?.into_inner();
        Ok(Some(FoundNetworkPayload {
            receipt: call.record(answer.receipt)?,
            changed: ChangedNetwork(wire::read::id(&answer.network_id, "network_id")?),
        }))
    }

    /// Names the founders of a network that an import founded and that has none yet; each joins by
    /// themselves. The operator.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn name_founders(
        &self,
        ctx: &Context<'_>,
        input: NameFoundersInput,
    ) -> Result<Option<NameFoundersPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::NameFoundersRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            founder_ids: input.founder_ids.into_iter().map(GlobalId::text).collect(),
        });
        let answer = call.networks().name_founders(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(NameFoundersPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Joins a network as one of the founders that were named, while it is forming.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn join_as_founder(
        &self,
        ctx: &Context<'_>,
        input: JoinAsFounderInput,
    ) -> Result<Option<JoinAsFounderPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::JoinAsFounderRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.networks().join_as_founder(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(JoinAsFounderPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Declares what the network is for. While it is forming a founder consents to it, and it is done
    /// once every acting founder has; afterwards members decide.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn declare_network_type(
        &self,
        ctx: &Context<'_>,
        input: DeclareNetworkTypeInput,
    ) -> Result<Option<DeclareNetworkTypePayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::DeclareNetworkTypeRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
            types: input.types.into_iter().map(i32::from).collect(),
        });
        let answer = call.networks().declare_network_type(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(DeclareNetworkTypePayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Lets anybody apply from now on. Founders by consent, while the network is forming.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn open_membership(
        &self,
        ctx: &Context<'_>,
        input: OpenMembershipInput,
    ) -> Result<Option<OpenMembershipPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::OpenMembershipRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.networks().open_membership(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(OpenMembershipPayload { receipt, changed: ChangedNetwork(network) }))
    }

    /// Lets only the invited enter from now on. Founders by consent, while the network is forming.
    #[graphql(complexity = "call::COST + child_complexity")]
    async fn close_membership(
        &self,
        ctx: &Context<'_>,
        input: CloseMembershipInput,
    ) -> Result<Option<CloseMembershipPayload>> {
        let call = Call::of(ctx)?;
        let network = input.network_id.0;
        let request = call.request(message::CloseMembershipRequest {
            command: Some(input.command.message()),
            network_id: network.to_string(),
        });
        let answer = call.networks().close_membership(request).await?.into_inner();
        let receipt = call.record(answer.receipt)?;
        Ok(Some(CloseMembershipPayload { receipt, changed: ChangedNetwork(network) }))
    }
}
