//! What can happen between a party and a network.

use jiff::Timestamp;
use kernel::{Event, NetworkId, Party, PersonId, Personal, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The class of a membership.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MembershipClass {
    /// Took part in founding the network.
    Founder,
    /// Was admitted later.
    Member,
}

impl MembershipClass {
    /// The name as it stands in events, for example `founder`.
    pub fn name(self) -> &'static str {
        match self {
            MembershipClass::Founder => "founder",
            MembershipClass::Member => "member",
        }
    }
}

/// What can happen between a party and a network. One stream for each pair, for ever.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum MembershipEvent {
    /// A member asked the party to join.
    PartyInvited {
        /// The network.
        network: NetworkId,
        /// Who is asked.
        party: Party,
        /// What the inviting person wrote; absent when they wrote nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Personal<String>>,
    },
    /// The party wants to join; the network has yet to admit it.
    InvitationAccepted {},
    /// The party does not want to join.
    InvitationDeclined {},
    /// The party asked to join; the network has yet to admit it.
    MembershipApplied {
        /// The network.
        network: NetworkId,
        /// Who asks.
        party: Party,
        /// Why, in the applying person's words; absent when they wrote nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        statement: Option<Personal<String>>,
    },
    /// The party took its application back.
    ApplicationWithdrawn {},
    /// The network did not admit the party.
    ApplicationDeclined {},
    /// A founder consented to admitting the party. When every founder has, it is admitted at once.
    AdmissionConsented {
        /// The network.
        network: NetworkId,
        /// The party.
        party: Party,
        /// The founder.
        founder: PersonId,
    },
    /// The party is an active member from now on.
    MemberAdmitted {
        /// The network.
        network: NetworkId,
        /// The member.
        party: Party,
        /// The class it enters.
        class: MembershipClass,
        /// Since when it is a member; the effective time.
        since: Timestamp,
    },
    /// The member takes no part from now on, until it is reinstated. By a decision. The ties that it
    /// has a part in stay its own to acknowledge, assess and withdraw, and it may resign.
    MemberSuspended {
        /// The network.
        network: NetworkId,
        /// The member.
        party: Party,
    },
    /// The suspended member takes part again. By a decision.
    MemberReinstated {
        /// The network.
        network: NetworkId,
        /// The member.
        party: Party,
    },
    /// The member has to leave; it may apply again. By a decision.
    MemberExpelled {
        /// The network.
        network: NetworkId,
        /// The former member.
        party: Party,
        /// Until when it was a member; the effective time.
        until: Timestamp,
    },
    /// The member left.
    MemberResigned {
        /// The network.
        network: NetworkId,
        /// The former member.
        party: Party,
        /// Until when it was a member; the effective time.
        until: Timestamp,
    },
}

impl Event for MembershipEvent {
    const CATEGORY: &'static str = "membership";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            MembershipEvent::PartyInvited { message: Some(message), .. } => {
                visit("message", message);
            }
            MembershipEvent::MembershipApplied { statement: Some(statement), .. } => {
                visit("statement", statement);
            }
            MembershipEvent::PartyInvited { message: None, .. }
            | MembershipEvent::MembershipApplied { statement: None, .. }
            | MembershipEvent::InvitationAccepted {}
            | MembershipEvent::InvitationDeclined {}
            | MembershipEvent::ApplicationWithdrawn {}
            | MembershipEvent::ApplicationDeclined {}
            | MembershipEvent::AdmissionConsented { .. }
            | MembershipEvent::MemberAdmitted { .. }
            | MembershipEvent::MemberSuspended { .. }
            | MembershipEvent::MemberReinstated { .. }
            | MembershipEvent::MemberExpelled { .. }
            | MembershipEvent::MemberResigned { .. } => {}
        }
    }
}
