//! What can happen to a network.

use std::collections::BTreeSet;

use kernel::{Event, PersonId, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a network is for. Source: the three network types of Plastrik and Taylor (C-21).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NetworkType {
    /// People are connected so that information flows.
    Connectivity,
    /// People share goals and a value proposition.
    Alignment,
    /// People act together for joint results.
    Production,
}

/// What founders do with their network while it is forming, once all of them consent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FounderAct {
    /// Say what it is for.
    DeclareType {
        /// Every type it means to be.
        types: BTreeSet<NetworkType>,
    },
    /// Let anybody apply.
    OpenMembership {},
    /// Let only the invited enter.
    CloseMembership {},
}

/// What can happen to a network.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum NetworkEvent {
    /// The network exists, in its forming stage.
    NetworkFounded {
        /// What it is called; unique in the installation.
        name: String,
        /// What it is for; empty when nobody has said yet.
        purpose: String,
        /// Who is asked to found it; each joins by themselves. Empty when an import founded it.
        founders: Vec<PersonId>,
    },
    /// Founders were named for a network that had none, because an import founded it.
    FoundersNamed {
        /// Who is asked to found it; each joins by themselves. Two at least.
        founders: Vec<PersonId>,
    },
    /// A person who was named as a founder took part.
    FounderJoined {
        /// The founder.
        person: PersonId,
    },
    /// A founder consented to an act. When every founder has, the act follows at once.
    FounderConsented {
        /// To what.
        act: FounderAct,
        /// The founder.
        founder: PersonId,
    },
    /// The network said what it is for.
    NetworkTypeDeclared {
        /// Every type it means to be, at least one; replaces what was declared before.
        types: BTreeSet<NetworkType>,
    },
    /// Anybody may apply from now on.
    MembershipOpened {},
    /// Only the invited may enter from now on.
    MembershipClosed {},
    /// The network has a charter; from now on its members decide, by the charter's rules.
    NetworkActivated {
        /// The version of the charter that came into force.
        charter_version: u32,
    },
    /// The network rests: nobody new enters until it is resumed. By a decision.
    NetworkPaused {},
    /// The network goes on. By a decision.
    NetworkResumed {},
    /// The network ended: it can be read and exported, and left. By a decision.
    NetworkDissolved {},
}

impl Event for NetworkEvent {
    const CATEGORY: &'static str = "network";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            NetworkEvent::NetworkFounded { .. }
            | NetworkEvent::FoundersNamed { .. }
            | NetworkEvent::FounderJoined { .. }
            | NetworkEvent::FounderConsented { .. }
            | NetworkEvent::NetworkTypeDeclared { .. }
            | NetworkEvent::MembershipOpened {}
            | NetworkEvent::MembershipClosed {}
            | NetworkEvent::NetworkActivated { .. }
            | NetworkEvent::NetworkPaused {}
            | NetworkEvent::NetworkResumed {}
            | NetworkEvent::NetworkDissolved {} => {}
        }
    }
}
