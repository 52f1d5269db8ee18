//! What can happen to a delegation: a vote lent to somebody else.

use jiff::Timestamp;
use kernel::{Event, NetworkId, Party, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::DelegationScope;

/// Who knows of a delegation before a vote was carried by it. The tally of each decision then names
/// whose vote went where, to everybody who may read it: without the names nobody could count again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegatorShown {
    /// The members see it.
    ToNetwork,
    /// The two concerned see it; others see how many votes the delegate carries, and learn the name
    /// from the tally of a decision in which that vote was lent.
    ToDelegate,
}

/// What can happen to a delegation. One stream for each delegator, network and scope, for ever.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum DelegationEvent {
    /// Somebody lends their vote, if the other one accepts.
    DelegationGranted {
        /// The network.
        network: NetworkId,
        /// Who lends.
        delegator: Party,
        /// To whom.
        delegate: Party,
        /// For what.
        scope: DelegationScope,
        /// Until when; absent is until it is revoked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Who may know.
        shown: DelegatorShown,
    },
    /// The delegate takes it.
    DelegationAccepted {
        /// The delegate.
        delegate: Party,
    },
    /// The delegate does not take it.
    DelegationDeclined {
        /// The delegate.
        delegate: Party,
    },
    /// It does not count for the time being.
    DelegationSuspended {},
    /// It counts again.
    DelegationResumed {},
    /// The delegator took it back.
    DelegationRevoked {},
    /// Its time is over.
    DelegationExpired {},
}

impl Event for DelegationEvent {
    const CATEGORY: &'static str = "delegation";

    fn visibility(&self) -> Visibility {
        match self {
            DelegationEvent::DelegationGranted { delegator, delegate, shown, .. } => match shown {
                DelegatorShown::ToNetwork => Visibility::Network,
                DelegatorShown::ToDelegate => Visibility::Parties(vec![*delegator, *delegate]),
            },
            DelegationEvent::DelegationAccepted { .. }
            | DelegationEvent::DelegationDeclined { .. }
            | DelegationEvent::DelegationSuspended {}
            | DelegationEvent::DelegationResumed {}
            | DelegationEvent::DelegationRevoked {}
            | DelegationEvent::DelegationExpired {} => Visibility::Network,
        }
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            DelegationEvent::DelegationGranted { .. }
            | DelegationEvent::DelegationAccepted { .. }
            | DelegationEvent::DelegationDeclined { .. }
            | DelegationEvent::DelegationSuspended {}
            | DelegationEvent::DelegationResumed {}
            | DelegationEvent::DelegationRevoked {}
            | DelegationEvent::DelegationExpired {} => {}
        }
    }
}
