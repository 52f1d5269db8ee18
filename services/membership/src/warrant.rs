//! On whose authority something is done with a network or its members.

use std::collections::BTreeSet;

use events::Authority;
use kernel::{DecisionId, NetworkId, PersonId};

/// On whose authority something is done with a network or its members. Nobody else's will do: the
/// operator has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Warrant {
    /// A founder's, while the network is forming. What they ask for is done once every founder has.
    Founder {
        /// Who asks.
        by: PersonId,
        /// The founders who took part and never left; all of them have to consent. Where one alone is
        /// left, all of them is one.
        founders: BTreeSet<PersonId>,
    },
    /// A decision of the members, once the network is active.
    Decision(DecisionId),
}

impl Warrant {
    /// The authority that events name in their metadata.
    pub fn authority(&self, network: NetworkId) -> Authority {
        match self {
            Warrant::Founder { .. } => Authority::Founders(network),
            Warrant::Decision(decision) => Authority::Decision(*decision),
        }
    }
}
