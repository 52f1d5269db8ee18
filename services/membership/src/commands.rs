//! Commands that need to know something before they are decided: gather it, then execute.
//!
//! What is gathered comes from the streams themselves, so it is never older than the last command
//! of this process. Whether the caller may act in the network at all is `access`'s to say, before.

use std::{collections::BTreeSet, sync::Arc};

use eventlog::{CommandContext, Receipt, Writer};
use events::{AttendanceMode, AttendanceSource, Authority, CorrectionReason, RepresentationScope};
use jiff::Timestamp;
use kernel::{
    AffiliationId, Clock, Decider, GatheringId, MembershipId, NetworkId, OrganisationId, Party,
    PersonId, Personal, Rejection, TieId,
};
use uuid::Uuid;

use crate::{
    affiliation::{Affiliation, AffiliationCommand},
    gathering::{Gathering, GatheringCommand, GatheringRejection},
    membership::{InNetwork, Membership, MembershipCommand},
    network::{Founding, Network, NetworkCommand, Stage},
    organisation::{Ground, Organisation, OrganisationCommand, OrganisationRejection},
    person::Person,
    tie::{Declaration, TargetStanding, Tie, TieCommand, TieRejection},
    warrant::Warrant,
};

/// Why a command was not carried out, whichever rule or part it was.
pub type Refused = Box<dyn Rejection>;

/// Carries out commands.
#[derive(Clone, Debug)]
pub struct Commands {
    writer: Writer,
    clock: Arc<dyn Clock>,
}

/// Makes any refusal a [`Refused`].
pub(crate) fn refused(rejection: impl Rejection) -> Refused {
    Box::new(rejection)
}

impl Commands {
    /// Carries out commands through `writer`.
    pub fn new(writer: Writer, clock: Arc<dyn Clock>) -> Commands {
        Commands { writer, clock }
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Executes a command that needs to know nothing more.
    ///
    /// # Errors
    ///
    /// Returns the rule that forbids it, or what failed.
    pub async fn execute<D: Decider>(
        &self,
        id: Uuid,
        command: &D::Command,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.writer.execute::<D>(id, command, context).await.map(Receipt::from).map_err(refused)
    }

    /// The state of a stream.
    ///
    /// # Errors
    ///
    /// Returns why the log could not be read.
    pub async fn load<D: Decider>(&self, id: Uuid) -> Result<D, Refused> {
        self.writer.load::<D>(id).await.map_err(refused)
    }

    /// What `seen` finds in the state of a stream: for what most requests ask.
    async fn look<D: Decider, T>(
        &self,
        id: Uuid,
        seen: impl FnOnce(&D) -> T + Send,
    ) -> Result<T, Refused> {
        self.writer.look::<D, T>(id, seen).await.map_err(refused)
    }

    /// Founds a network; its founding person becomes a member.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn found_network(
        &self,
        founding: Founding,
        (name, purpose): (String, String),
        founders: BTreeSet<PersonId>,
        context: &CommandContext,
    ) -> Result<(NetworkId, Receipt), Refused> {
        let network = NetworkId::named(&name);
        for person in &founders {
            self.known(*person).await?;
        }
        let context = CommandContext { network_id: Some(network), ..context.clone() };
        let command = NetworkCommand::FoundNetwork { founding, name, purpose, founders };
        let founded = self.execute::<Network>(network.uuid(), &command, &context).await?;
        let receipt = match founding {
            Founding::ByFounder(person) => {
                let admitted = self.admit_founder(network, person, &context).await?;
                Receipt { position: founded.position.max(admitted.position), ..founded }
            }
            Founding::ByOperator | Founding::ByImport => founded,
        };
        Ok((network, receipt))
    }

    /// Takes part in founding a network, and becomes a member of it.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn join_as_founder(
        &self,
        network: NetworkId,
        by: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let command = NetworkCommand::JoinAsFounder { by };
        let joined = self.execute::<Network>(network.uuid(), &command, context).await?;
        let admitted = self.admit_founder(network, by, context).await?;
        Ok(Receipt { position: joined.position.max(admitted.position), ..joined })
    }

    /// Makes a founder a member. If the process dies before it, repeating the command heals it.
    async fn admit_founder(
        &self,
        network: NetworkId,
        person: PersonId,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let since = context.effective_at.unwrap_or_else(|| self.now());
        let command = MembershipCommand::AdmitFounder { network, person, since };
        let authority = Some(Authority::Founders(network).to_string());
        let context = CommandContext { authority, ..context.follow_up("admit") };
        self.membership(network, Party::Person(person), command, &context).await
    }

    /// Names the founders of a network that an import founded.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn name_founders(
        &self,
        network: NetworkId,
        founders: BTreeSet<PersonId>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        for person in &founders {
            self.known(*person).await?;
        }
        let command = NetworkCommand::NameFounders { founders };
        self.execute::<Network>(network.uuid(), &command, context).await
    }

    /// Does with a network what a founder asks for and `command` says, under the founders' authority
    /// while they have one.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn as_founder(
        &self,
        network: NetworkId,
        by: PersonId,
        command: impl FnOnce(Warrant) -> NetworkCommand + Send,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let warrant = self.founders_warrant(network, by).await?;
        let authority = Some(warrant.authority(network).to_string());
        let context = CommandContext { authority, ..context.clone() };
        self.execute::<Network>(network.uuid(), &command(warrant), &context).await
    }

    /// Does with an application what a founder asks for and `command` says, under the founders'
    /// authority while they have one.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn application_as_founder(
        &self,
        (network, party): (NetworkId, Party),
        by: PersonId,
        command: impl FnOnce(Warrant) -> MembershipCommand + Send,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let warrant = self.founders_warrant(network, by).await?;
        let authority = Some(warrant.authority(network).to_string());
        let context = CommandContext { authority, ..context.clone() };
        self.membership(network, party, command(warrant), &context).await
    }

    /// Executes a command about the membership of `party`.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn membership(
        &self,
        network: NetworkId,
        party: Party,
        command: MembershipCommand,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        // Where there is no network there is no membership either, and that is the answer then.
        let stage = self.look(network.uuid(), Network::stage).await?;
        let asked = InNetwork { stage: stage.unwrap_or(Stage::Forming), command };
        let id = MembershipId::between(network, party);
        self.execute::<Membership>(id.uuid(), &asked, context).await
    }

    /// Refuses every change in a network that is over.
    ///
    /// # Errors
    ///
    /// Says that the network was dissolved, or that the log failed.
    pub async fn changeable(&self, network: NetworkId) -> Result<(), Refused> {
        let stage = self.look(network.uuid(), Network::stage).await?;
        stage.map_or(Ok(()), |stage| stage.changeable().map_err(refused))
    }

    /// Invites a party that is known here.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn invite(
        &self,
        network: NetworkId,
        party: Party,
        message: Option<Personal<String>>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.party_known(party).await?;
        let command = MembershipCommand::InviteParty { network, party, message };
        self.membership(network, party, command, context).await
    }

    /// Applies, if the network lets anybody apply.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn apply(
        &self,
        network: NetworkId,
        party: Party,
        statement: Option<Personal<String>>,
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        let state = self.load::<Network>(network.uuid()).await?;
        let entry = state.founded().map_err(refused)?.entry;
        if let Party::Person(person) = party {
            self.known(person).await?;
        }
        let command = MembershipCommand::ApplyForMembership { network, party, statement, entry };
        self.membership(network, party, command, context).await
    }

    /// What a person can appeal to who asks for something as a founder.
    async fn founders_warrant(&self, network: NetworkId, by: PersonId) -> Result<Warrant, Refused> {
        Ok(Warrant::Founder { by, founders: self.founders(network).await? })
    }

    /// The founders who took part, never left and were not erased: who has to consent to what is
    /// done while a network is forming.
    ///
    /// # Errors
    ///
    /// Says that there is no such network, or that the log failed.
    pub async fn founders(&self, network: NetworkId) -> Result<BTreeSet<PersonId>, Refused> {
        let state = self.load::<Network>(network.uuid()).await?;
        let mut standing = BTreeSet::new();
        for founder in &state.founded().map_err(refused)?.founders {
            let id = MembershipId::between(network, Party::Person(*founder));
            let is_there = self.load::<Person>(founder.uuid()).await?.known().is_ok();
            if is_there && self.load::<Membership>(id.uuid()).await?.is_unbroken() {
                standing.insert(*founder);
            }
        }
        Ok(standing)
    }

    /// Lets a person represent an organisation in a network.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn authorise_representation(
        &self,
        organisation: OrganisationId,
        (by, person): (PersonId, PersonId),
        (network, scopes): (NetworkId, BTreeSet<RepresentationScope>),
        context: &CommandContext,
    ) -> Result<Receipt, Refused> {
        self.changeable(network).await?;
        let affiliation = AffiliationId::between(person, organisation);
        let membership = MembershipId::between(network, Party::Organisation(organisation));
        let ground = match self.load::<Affiliation>(affiliation.uuid()).await? {
            Affiliation::None | Affiliation::Claimed(..) | Affiliation::Ended(..) => {
                Ground::NotAffiliated
            }
            Affiliation::Confirmed(..)
                if self.load::<Membership>(membership.uuid()).await?.is_active() =>
            {
                Ground::Given
            }
            Affiliation::Confirmed(..) => Ground::NotAMember,
        };
        let command =
            OrganisationCommand::AuthoriseRepresentation { by, person, network, scopes, ground };
        self.execute::<Organisation>(organisation.uuid(), &command, context).await
    }

    /// Claims an affiliation with an organisation that is known here.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn claim_affiliation(
        &self,
        person: PersonId,
        organisation: OrganisationId,
        role: Option<Personal<String>>,
        context: &CommandContext,
    ) -> Result<(AffiliationId, Receipt), Refused> {
        self.known(person).await?;
        self.party_known(Party::Organisation(organisation)).await?;
        let id = AffiliationId::between(person, organisation);
        let command = AffiliationCommand::ClaimAffiliation { person, organisation, role };
        let receipt = self.execute::<Affiliation>(id.uuid(), &command, context).await?;
        Ok((id, receipt))
    }

    /// Who speaks for an organisation.
    ///
    /// # Errors
    ///
    /// Returns why the log could not be read.
    pub async fn stewards(
        &self,
        organisation: OrganisationId,
    ) -> Result<BTreeSet<PersonId>, Refused> {
        Ok(self.load::<Organisation>(organisation.uuid()).await?.stewards())
    }

    /// The party that a person acts as: themselves, or an organisation they are a steward of.
    ///
    /// # Errors
    ///
    /// Says that there is no such organisation, or that the person is none of its stewards.
    pub async fn acting_party(
        &self,
        person: PersonId,
        on_behalf_of: Option<OrganisationId>,
    ) -> Result<Party, Refused> {
        let Some(organisation) = on_behalf_of else { return Ok(Party::Person(person)) };
        let state = self.load::<Organisation>(organisation.uuid()).await?;
        state.steward(person).map_err(refused)?;
        Ok(Party::Organisation(organisation))
    }

    /// Declares a tie to a party that is a member.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn declare_tie(
        &self,
        declaration: Declaration,
        context: &CommandContext,
    ) -> Result<(TieId, Receipt), Refused> {
        let Declaration { network, source, target, kind, .. } = declaration;
        let membership = MembershipId::between(network, target);
        let target_standing = if self.load::<Membership>(membership.uuid()).await?.is_active() {
            TargetStanding::Member
        } else {
            TargetStanding::Outsider
        };
        let id = TieId::between(network, source, target, kind.name());
        let command = TieCommand::DeclareTie { declaration, target_standing };
        let receipt = self.execute::<Tie>(id.uuid(), &command, context).await?;
        Ok((id, receipt))
    }

    /// The network of an open tie.
    ///
    /// # Errors
    ///
    /// Says that there is no such tie.
    pub async fn network_of_tie(&self, tie: TieId) -> Result<NetworkId, Refused> {
        match self.load::<Tie>(tie.uuid()).await? {
            Tie::Closed { .. } => Err(refused(TieRejection::NotOpen)),
            Tie::Open { network, .. } => Ok(network),
        }
    }

    /// The network that a gathering belongs to, and when it starts.
    ///
    /// # Errors
    ///
    /// Says that there is no such gathering.
    pub async fn gathering(
        &self,
        gathering: GatheringId,
    ) -> Result<(NetworkId, Timestamp), Refused> {
        let planned = |state: &Gathering| match state {
            Gathering::Unplanned => Err(refused(GatheringRejection::NotPlanned)),
            Gathering::Planned { network, starts_at, .. } => Ok((*network, *starts_at)),
        };
        self.look(gathering.uuid(), planned).await?
    }

    /// Records that a person who is known here was at a gathering; effective at its start.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn record_attendance(
        &self,
        gathering: GatheringId,
        person: PersonId,
        (mode, source): (AttendanceMode, AttendanceSource),
        (starts_at, context): (Timestamp, &CommandContext),
    ) -> Result<Receipt, Refused> {
        self.known(person).await?;
        let now = self.now();
        let context = CommandContext { effective_at: Some(starts_at.min(now)), ..context.clone() };
        let command = GatheringCommand::RecordAttendance { person, mode, source, now };
        self.execute::<Gathering>(gathering.uuid(), &command, &context).await
    }

    /// Puts right what was recorded of a person's attendance; effective at the gathering's start.
    ///
    /// # Errors
    ///
    /// As for [`Commands::execute`].
    pub async fn correct_attendance(
        &self,
        gathering: GatheringId,
        person: PersonId,
        (mode, reason): (Option<AttendanceMode>, CorrectionReason),
        (starts_at, context): (Timestamp, &CommandContext),
    ) -> Result<Receipt, Refused> {
        let effective_at = Some(starts_at.min(self.now()));
        let context = CommandContext { effective_at, ..context.clone() };
        let command = GatheringCommand::CorrectAttendance { person, mode, reason };
        self.execute::<Gathering>(gathering.uuid(), &command, &context).await
    }

    async fn known(&self, person: PersonId) -> Result<(), Refused> {
        self.look(person.uuid(), Person::known).await?.map_err(refused)
    }

    async fn party_known(&self, party: Party) -> Result<(), Refused> {
        match party {
            Party::Person(person) => self.known(person).await,
            Party::Organisation(organisation) => {
                match self.load::<Organisation>(organisation.uuid()).await? {
                    Organisation::Unregistered => {
                        Err(refused(OrganisationRejection::NotRegistered))
                    }
                    Organisation::Registered { .. } => Ok(()),
                }
            }
        }
    }
}
