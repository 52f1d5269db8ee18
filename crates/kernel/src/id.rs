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
