//! What can happen to a proposal: a text on its way to a decision.

use jiff::Timestamp;
use kernel::{
    DecisionId, Event, GoalId, NetworkId, PersonId, Personal, PersonalField, ProposalId,
    ResolutionId, Visibility,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Effect, Icon, OptionKey, Subject};

/// One of the things that a decision chooses between.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecisionOption {
    /// Its name in ballots.
    pub key: OptionKey,
    /// What it means.
    pub icon: Icon,
    /// What people read; for a person who stands for election, empty: their profile says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The person who stands for election; absent for anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<PersonId>,
}

/// What a proposal asks for. Its texts belong to the network and are not personal: they are what
/// was decided, and stay when their author is forgotten.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProposalContent {
    /// What it is called.
    pub title: String,
    /// What is proposed.
    pub text: String,
    /// What it is about.
    pub subject: Subject,
    /// What it is about in the network's own words, for delegations; absent is nothing in
    /// particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What follows when it is adopted; all of its subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// What is chosen between; empty where the method says so itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<DecisionOption>,
    /// The goals it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<GoalId>,
    /// The question that only one resolution in force may answer; absent is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<String>,
    /// The resolution whose place it takes; absent is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<ResolutionId>,
}

/// What can happen to a proposal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum ProposalEvent {
    /// Somebody wrote it down.
    ProposalDrafted {
        /// The network.
        network: NetworkId,
        /// Who.
        author: PersonId,
        /// What it asks for; revision 1.
        content: ProposalContent,
    },
    /// An author asked somebody to write with them.
    CoAuthorInvited {
        /// Whom.
        person: PersonId,
    },
    /// Somebody who was asked to writes with the author.
    CoAuthorJoined {
        /// Who.
        person: PersonId,
    },
    /// A member wants it decided on.
    ProposalSponsored {
        /// Who.
        person: PersonId,
    },
    /// A member does not want it decided on any longer.
    SponsorshipWithdrawn {
        /// Who.
        person: PersonId,
    },
    /// Its authors put it before the network.
    ProposalSubmitted {},
    /// The network discusses it.
    DiscussionOpened {
        /// Since when; the effective time.
        since: Timestamp,
    },
    /// Somebody is concerned about something.
    ConcernRaised {
        /// Its number in this proposal, from 1.
        number: u32,
        /// Who.
        by: PersonId,
        /// About what.
        text: Personal<String>,
    },
    /// An author answered a concern.
    ConcernAnswered {
        /// Which concern.
        number: u32,
        /// Who.
        by: PersonId,
        /// How.
        text: Personal<String>,
    },
    /// Whoever was concerned is so no longer.
    ConcernWithdrawn {
        /// Which concern.
        number: u32,
    },
    /// Somebody offers another wording.
    AmendmentOffered {
        /// Its number in this proposal, from 1.
        number: u32,
        /// Who.
        by: PersonId,
        /// The revision that it changes.
        revision: u32,
        /// The whole text as it would read.
        text: String,
    },
    /// The authors take an amendment over.
    AmendmentAccepted {
        /// Which amendment.
        number: u32,
        /// The revision that it made.
        revision: u32,
    },
    /// The authors do not take an amendment over.
    AmendmentRejected {
        /// Which amendment.
        number: u32,
    },
    /// An amendment that was rejected became a proposal of its own.
    AmendmentPromoted {
        /// Which amendment.
        number: u32,
        /// The new proposal.
        proposal: ProposalId,
    },
    /// The authors changed it.
    ProposalRevised {
        /// The number of the revision, one more than before.
        revision: u32,
        /// What it asks for now.
        content: ProposalContent,
        /// The SHA-256 of the canonical JSON of the content, in hexadecimal.
        content_hash: String,
    },
    /// It goes on within another proposal.
    ProposalMerged {
        /// Which.
        into: ProposalId,
    },
    /// It is put to a decision; its text is final.
    DecisionCalled {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// The revision that is decided on.
        revision: u32,
        /// The SHA-256 of the canonical JSON of the content, in hexadecimal.
        content_hash: String,
        /// The version of the charter in force at the call.
        charter_version: u32,
        /// Who called it.
        called_by: PersonId,
        /// When voting opens.
        opens_at: Timestamp,
        /// When voting ends, unless it is extended.
        closes_at: Timestamp,
        /// The earlier decision on the same text that this one repeats; absent for the first one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repeats: Option<DecisionId>,
        /// How many seats an election of persons fills; absent where nobody is elected, and in older
        /// events: as the policy says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seats: Option<u32>,
    },
    /// An author took it back.
    ProposalWithdrawn {},
    /// Nobody called a decision in time.
    ProposalLapsed {},
    /// The decision is final.
    ProposalDecided {
        /// The decision.
        decision: DecisionId,
        /// Whether it was adopted.
        adopted: bool,
    },
}

impl Event for ProposalEvent {
    const CATEGORY: &'static str = "proposal";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            ProposalEvent::ConcernRaised { text, .. }
            | ProposalEvent::ConcernAnswered { text, .. } => visit("text", text),
            ProposalEvent::ProposalDrafted { .. }
            | ProposalEvent::CoAuthorInvited { .. }
            | ProposalEvent::CoAuthorJoined { .. }
            | ProposalEvent::ProposalSponsored { .. }
            | ProposalEvent::SponsorshipWithdrawn { .. }
            | ProposalEvent::ProposalSubmitted {}
            | ProposalEvent::DiscussionOpened { .. }
            | ProposalEvent::ConcernWithdrawn { .. }
            | ProposalEvent::AmendmentOffered { .. }
            | ProposalEvent::AmendmentAccepted { .. }
            | ProposalEvent::AmendmentRejected { .. }
            | ProposalEvent::AmendmentPromoted { .. }
            | ProposalEvent::ProposalRevised { .. }
            | ProposalEvent::ProposalMerged { .. }
            | ProposalEvent::DecisionCalled { .. }
            | ProposalEvent::ProposalWithdrawn {}
            | ProposalEvent::ProposalLapsed {}
            | ProposalEvent::ProposalDecided { .. } => {}
        }
    }
}
