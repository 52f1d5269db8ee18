//! What can happen to a resolution: what an adopted decision left in force.

use jiff::Timestamp;
use kernel::{
    DecisionId, Event, NetworkId, PersonId, Personal, PersonalField, ProposalId, ResolutionId,
    Visibility,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Effect, OptionKey, Subject};

/// How far a resolution was carried out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Implementation {
    /// Not yet.
    Pending,
    /// Wholly.
    Done,
    /// It could not be.
    Failed,
    /// It was given up.
    Abandoned,
}

/// What a review came to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewFinding {
    /// It stays as it is.
    Keep,
    /// It should be changed, by a new decision.
    Amend,
    /// It should be repealed, by a new decision.
    Repeal,
}

/// What can happen to a resolution.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum ResolutionEvent {
    /// It is in force, from its effective time on.
    ResolutionEntered {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// The proposal.
        proposal: ProposalId,
        /// What it is called.
        title: String,
        /// What it is about.
        subject: Subject,
        /// The question that only one resolution in force may answer; absent is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exclusive: Option<String>,
        /// The resolution whose place it takes; absent is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supersedes: Option<ResolutionId>,
        /// Who or what won, where something was chosen.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        winners: Vec<OptionKey>,
        /// When it is to be reviewed; absent is never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_at: Option<Timestamp>,
        /// When it expires; absent is never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// One consequence is to be carried out, by the service that it concerns.
    EffectIssued {
        /// The network.
        network: NetworkId,
        /// The decision.
        decision: DecisionId,
        /// Which of its effects, from 0.
        index: u32,
        /// What.
        effect: Effect,
    },
    /// It was carried out.
    EffectConfirmed {
        /// Which effect.
        index: u32,
    },
    /// It could not be carried out.
    EffectFailed {
        /// Which effect.
        index: u32,
        /// The rule that forbade it, as its refusal names it.
        reason: String,
    },
    /// Somebody said how far it was carried out.
    ImplementationReported {
        /// Who.
        by: PersonId,
        /// How far.
        implementation: Implementation,
        /// In their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Personal<String>>,
    },
    /// It is to be reviewed.
    ReviewScheduled {
        /// When.
        review_at: Timestamp,
    },
    /// It is time for the review.
    ReviewFellDue {},
    /// It was reviewed.
    ReviewHeld {
        /// What the review came to.
        finding: ReviewFinding,
    },
    /// A later decision changed it.
    ResolutionAmended {
        /// The decision.
        decision: DecisionId,
    },
    /// A later one took its place.
    ResolutionSuperseded {
        /// Which.
        by: ResolutionId,
    },
    /// A later decision ended it.
    ResolutionRepealed {
        /// The decision.
        decision: DecisionId,
    },
    /// Its time is over.
    ResolutionExpired {},
}

impl Event for ResolutionEvent {
    const CATEGORY: &'static str = "resolution";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            ResolutionEvent::ImplementationReported { note: Some(note), .. } => visit("note", note),
            ResolutionEvent::ImplementationReported { note: None, .. }
            | ResolutionEvent::ResolutionEntered { .. }
            | ResolutionEvent::EffectIssued { .. }
            | ResolutionEvent::EffectConfirmed { .. }
            | ResolutionEvent::EffectFailed { .. }
            | ResolutionEvent::ReviewScheduled { .. }
            | ResolutionEvent::ReviewFellDue {}
            | ResolutionEvent::ReviewHeld { .. }
            | ResolutionEvent::ResolutionAmended { .. }
            | ResolutionEvent::ResolutionSuperseded { .. }
            | ResolutionEvent::ResolutionRepealed { .. }
            | ResolutionEvent::ResolutionExpired {} => {}
        }
    }
}
