//! Identities as types: a person's id cannot be passed where a network's is asked for.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::Party;

/// Names a kind of thing that has identities.
pub trait IdKind: 'static {
    /// The kind as users know it, in Pascal case, for example `Gathering`.
    const NAME: &'static str;
}

/// The identity of one thing of kind `K`; a UUID on the wire and in events.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// A text is not an identity of the kind that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{text:?} is not the id of a {kind}: a UUID is needed")]
pub struct MalformedId {
    /// What was read.
    pub text: String,
    /// What was asked for.
    pub kind: &'static str,
}

impl<K: IdKind> Id<K> {
    /// Takes `uuid` as an identity.
    pub const fn new(uuid: Uuid) -> Id<K> {
        Id { uuid, kind: PhantomData }
    }

    /// Derives the one identity that belongs to `name` within `scope` (UUID version 5).
    pub fn derived(scope: Uuid, name: &str) -> Id<K> {
        Id::new(Uuid::new_v5(&scope, name.as_bytes()))
    }

    /// Reads an identity, as UUID text.
    ///
    /// # Errors
    ///
    /// Returns the text when it is not a UUID.
    pub fn parse(text: &str) -> Result<Id<K>, MalformedId> {
        let uuid = Uuid::try_parse(text)
            .map_err(|_| MalformedId { text: text.chars().take(64).collect(), kind: K::NAME })?;
        Ok(Id::new(uuid))
    }

    /// The bare UUID, for storage and transport.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

/// The kinds of identities.
pub mod kinds {
    use super::IdKind;

    /// A request to change something; chosen by the caller.
    #[derive(Debug)]
    pub enum Command {}
    /// A recorded event.
    #[derive(Debug)]
    pub enum Event {}
    /// A social-impact network.
    #[derive(Debug)]
    pub enum Network {}
    /// A human being.
    #[derive(Debug)]
    pub enum Person {}
    /// A legal or informal body.
    #[derive(Debug)]
    pub enum Organisation {}
    /// A person's place in an organisation.
    #[derive(Debug)]
    pub enum Affiliation {}
    /// A party's place in a network.
    #[derive(Debug)]
    pub enum Membership {}
    /// A directed relationship.
    #[derive(Debug)]
    pub enum Tie {}
    /// An occasion on which people meet.
    #[derive(Debug)]
    pub enum Gathering {}
    /// The rules that a network gave itself; each network has one.
    #[derive(Debug)]
    pub enum Charter {}
    /// What a network means to deal with; each network has one.
    #[derive(Debug)]
    pub enum Agenda {}
    /// Something that members want dealt with.
    #[derive(Debug)]
    pub enum AgendaItem {}
    /// What members mean to reach together.
    #[derive(Debug)]
    pub enum Goal {}
    /// A text put to a decision.
    #[derive(Debug)]
    pub enum Proposal {}
    /// One taking of votes, from call to certificate.
    #[derive(Debug)]
    pub enum Decision {}
    /// The opened box of a secret decision.
    #[derive(Debug)]
    pub enum BallotBox {}
    /// Who took part in a secret decision.
    #[derive(Debug)]
    pub enum Turnout {}
    /// A vote lent to somebody else.
    #[derive(Debug)]
    pub enum Delegation {}
    /// What an adopted decision left in force.
    #[derive(Debug)]
    pub enum Resolution {}
    /// One consequence of a decision, to be carried out once.
    #[derive(Debug)]
    pub enum Effect {}
    /// An office conferred on a member for a term.
    #[derive(Debug)]
    pub enum Mandate {}

    impl IdKind for Command {
        const NAME: &'static str = "Command";
    }
    impl IdKind for Event {
        const NAME: &'static str = "Event";
    }
    impl IdKind for Network {
        const NAME: &'static str = "Network";
    }
    impl IdKind for Person {
        const NAME: &'static str = "Person";
    }
    impl IdKind for Organisation {
        const NAME: &'static str = "Organisation";
    }
    impl IdKind for Affiliation {
        const NAME: &'static str = "Affiliation";
    }
    impl IdKind for Membership {
        const NAME: &'static str = "Membership";
    }
    impl IdKind for Tie {
        const NAME: &'static str = "Tie";
    }
    impl IdKind for Gathering {
        const NAME: &'static str = "Gathering";
    }
    impl IdKind for Charter {
        const NAME: &'static str = "Charter";
    }
    impl IdKind for Agenda {
        const NAME: &'static str = "Agenda";
    }
    impl IdKind for AgendaItem {
        const NAME: &'static str = "AgendaItem";
    }
    impl IdKind for Goal {
        const NAME: &'static str = "Goal";
    }
    impl IdKind for Proposal {
        const NAME: &'static str = "Proposal";
    }
    impl IdKind for Decision {
        const NAME: &'static str = "Decision";
    }
    impl IdKind for BallotBox {
        const NAME: &'static str = "BallotBox";
    }
    impl IdKind for Turnout {
        const NAME: &'static str = "Turnout";
    }
    impl IdKind for Delegation {
        const NAME: &'static str = "Delegation";
    }
    impl IdKind for Resolution {
        const NAME: &'static str = "Resolution";
    }
    impl IdKind for Effect {
        const NAME: &'static str = "Effect";
    }
    impl IdKind for Mandate {
        const NAME: &'static str = "Mandate";
    }
}

/// Identifies a command; the caller chooses it, so that a retry is recognised.
pub type CommandId = Id<kinds::Command>;
/// Identifies a recorded event.
pub type EventId = Id<kinds::Event>;
/// Identifies a network.
pub type NetworkId = Id<kinds::Network>;
/// Identifies a person.
pub type PersonId = Id<kinds::Person>;
/// Identifies an organisation.
pub type OrganisationId = Id<kinds::Organisation>;
/// Identifies an affiliation.
pub type AffiliationId = Id<kinds::Affiliation>;
/// Identifies a membership.
pub type MembershipId = Id<kinds::Membership>;
/// Identifies a tie.
pub type TieId = Id<kinds::Tie>;
/// Identifies a gathering.
pub type GatheringId = Id<kinds::Gathering>;
/// Identifies a charter.
pub type CharterId = Id<kinds::Charter>;
/// Identifies an agenda.
pub type AgendaId = Id<kinds::Agenda>;
/// Identifies an agenda item.
pub type AgendaItemId = Id<kinds::AgendaItem>;
/// Identifies a goal statement.
pub type GoalId = Id<kinds::Goal>;
/// Identifies a proposal.
pub type ProposalId = Id<kinds::Proposal>;
/// Identifies a decision.
pub type DecisionId = Id<kinds::Decision>;
/// Identifies a ballot box.
pub type BallotBoxId = Id<kinds::BallotBox>;
/// Identifies a turnout.
pub type TurnoutId = Id<kinds::Turnout>;
/// Identifies a delegation.
pub type DelegationId = Id<kinds::Delegation>;
/// Identifies a resolution.
pub type ResolutionId = Id<kinds::Resolution>;
/// Identifies an effect.
pub type EffectId = Id<kinds::Effect>;
/// Identifies a mandate.
pub type MandateId = Id<kinds::Mandate>;

impl CommandId {
    /// The id of the `index`-th event that this command leads to.
    pub fn event_id(self, index: usize) -> EventId {
        EventId::derived(self.uuid, &format!("event/{index}"))
    }

    /// The id of a command that this one leads to, told apart from its siblings by `part`.
    #[must_use]
    pub fn follow_up(self, part: &str) -> CommandId {
        CommandId::derived(self.uuid, &format!("command/{part}"))
    }

    /// The id of the thing that this command creates. Random, because command ids are.
    pub fn creates<K: IdKind>(self) -> Id<K> {
        Id::derived(self.uuid, K::NAME)
    }
}

/// The scope of network names; an installation holds one network of each name.
const NETWORKS: Uuid = Uuid::from_u128(0x4e1b_6a5e_2f34_4c0a_9d0c_7d1f_52c1_9a01);

impl NetworkId {
    /// The id of the network founded under `name`, whatever its letters' case and spacing.
    pub fn named(name: &str) -> NetworkId {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        NetworkId::derived(NETWORKS, &name)
    }
}

impl MembershipId {
    /// The one membership of `party` in `network`; leaving and entering again keep it.
    pub fn between(network: NetworkId, party: Party) -> MembershipId {
        MembershipId::derived(network.uuid, &format!("membership/{party}"))
    }
}

impl AffiliationId {
    /// The one affiliation of `person` with `organisation`.
    pub fn between(person: PersonId, organisation: OrganisationId) -> AffiliationId {
        AffiliationId::derived(organisation.uuid, &format!("affiliation/{person}"))
    }
}

impl TieId {
    /// The one tie of `kind` from `source` to `target` in `network`; it can be open once at a time.
    pub fn between(network: NetworkId, source: Party, target: Party, kind: &str) -> TieId {
        TieId::derived(network.uuid, &format!("tie/{kind}/{source}/{target}"))
    }
}

impl GatheringId {
    /// The gathering that imports know by `date` and `title` in `network`.
    pub fn imported(network: NetworkId, date: &str, title: &str) -> GatheringId {
        GatheringId::derived(network.uuid, &format!("gathering/{date}/{title}"))
    }
}

impl CharterId {
    /// The one charter of `network`.
    pub fn of(network: NetworkId) -> CharterId {
        CharterId::derived(network.uuid, "charter")
    }
}

impl AgendaId {
    /// The one agenda of `network`.
    pub fn of(network: NetworkId) -> AgendaId {
        AgendaId::derived(network.uuid, "agenda")
    }
}

impl BallotBoxId {
    /// The box of a secret decision. It shares no bytes with the decision's id nor the turnout's.
    pub fn of(decision: DecisionId) -> BallotBoxId {
        BallotBoxId::derived(decision.uuid, "ballot box")
    }
}

impl TurnoutId {
    /// The turnout of a secret decision.
    pub fn of(decision: DecisionId) -> TurnoutId {
        TurnoutId::derived(decision.uuid, "turnout")
    }
}

impl DelegationId {
    /// The one delegation of `delegator` in `network` for `scope`; it can be in force once at a time.
    pub fn between(network: NetworkId, delegator: Party, scope: &str) -> DelegationId {
        DelegationId::derived(network.uuid, &format!("delegation/{delegator}/{scope}"))
    }
}

impl ResolutionId {
    /// The register's entry of an adopted decision.
    pub fn of(decision: DecisionId) -> ResolutionId {
        ResolutionId::derived(decision.uuid, "resolution")
    }
}

impl EffectId {
    /// The `index`-th effect of a decision, from 0.
    pub fn of(decision: DecisionId, index: u32) -> EffectId {
        EffectId::derived(decision.uuid, &format!("effect/{index}"))
    }
}

impl MandateId {
    /// The mandate that a decision confers on `holder`.
    pub fn conferred(decision: DecisionId, holder: PersonId) -> MandateId {
        MandateId::derived(decision.uuid, &format!("mandate/{holder}"))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Id<K> {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Id<K>) -> bool {
        self.uuid == other.uuid
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Id<K>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Id<K>) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", K::NAME, self.uuid)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.uuid.serialize(serializer)
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id<K>, D::Error> {
        Uuid::deserialize(deserializer).map(Id::new)
    }
}

impl<K: IdKind> JsonSchema for Id<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}Id", K::NAME).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string", "format": "uuid", "description": format!("The id of a {}.", K::NAME)
        })
    }
}
