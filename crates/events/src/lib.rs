//! The catalogue: every event that can ever be recorded, one file a kind of stream.
//!
//! What evaluators read. An event's type is the name of its variant; its data are the fields, as
//! JSON. The envelope beside it (position, stream, two times, actor) is the log's. `schemas/` holds
//! the JSON Schema of each kind of stream, made from this code; `fixtures/` one recorded example of
//! every type and schema version, which must decode for ever and is never edited.
//!
//! This crate never decides anything and does no IO.

pub mod affiliation;
pub mod agenda;
pub mod ballot_box;
pub mod charter;
pub mod decision;
pub mod delegation;
pub mod effect;
pub mod gathering;
pub mod goal;
pub mod mandate;
pub mod membership;
pub mod network;
pub mod organisation;
pub mod person;
pub mod policy;
pub mod proposal;
pub mod resolution;
pub mod tie;

pub use affiliation::AffiliationEvent;
pub use agenda::AgendaEvent;
pub use ballot_box::{AlikeBallots, BallotBoxEvent, ConstituencyTurnout, TurnoutEvent};
pub use charter::{CharterChange, CharterEvent, CharterSection};
pub use decision::{
    CancelledBecause, ClosedBecause, ConstituencyFigures, ContestGround, CountedRound,
    DecisionEvent, DecisionTerms, ExtendedBecause, ExternalResult, Figures, NotCounted,
    OptionFigures, Outcome, RequirementFigures, ResolvedDelegation, RollEntry, TieBreak, Validity,
};
pub use delegation::{DelegationEvent, DelegatorShown};
pub use effect::{EffectAnswer, EffectCommand, EffectEvent, EffectRejection};
pub use gathering::{AttendanceMode, AttendanceSource, CorrectionReason, GatheringEvent};
pub use goal::GoalEvent;
pub use mandate::{MandateEvent, RecalledBecause};
pub use membership::{MembershipClass, MembershipEvent};
pub use network::{FounderAct, NetworkEvent, NetworkType};
pub use organisation::{OrganisationEvent, RepresentationScope};
pub use person::{FieldVisibility, PersonEvent, ProfileField};
pub use policy::{
    Authority, Availability, BallotChange, BallotsKept, Base, Bound, Challenges, Choice,
    Constituency, DecisionPolicy, DelegationRule, DelegationScope, EarlyClose, Effect, Electorate,
    Extension, HeldElsewhere, Icon, Judge, Leavers, Method, Objections, OptionKey, PolicyName,
    Present, Quorum, QuorumSize, RankedRule, Reasons, Requirement, ResultsShown, Role, RoleName,
    RollMoment, RollUnit, Secrecy, Share, Subject, TieRule, VotingWindow, Weight,
};
pub use proposal::{DecisionOption, ProposalContent, ProposalEvent};
pub use resolution::{Implementation, ResolutionEvent, ReviewFinding};
pub use tie::{Intensity, Ratings, TieBasis, TieEvent, TieKind, TieVisibility};

use kernel::Event;
use schemars::{JsonSchema, Schema};

#[cfg(test)]
mod tests;

/// One kind of stream: its category and the JSON Schema of its events.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The category, for example `gathering`.
    pub category: &'static str,
    /// The schema: one alternative for each type of event, under the type's name.
    pub schema: Schema,
}

/// Every kind of stream, in alphabetical order.
pub fn catalogue() -> Vec<Kind> {
    vec![
        kind::<AffiliationEvent>(),
        kind::<AgendaEvent>(),
        kind::<BallotBoxEvent>(),
        kind::<CharterEvent>(),
        kind::<DecisionEvent>(),
        kind::<DelegationEvent>(),
        kind::<EffectEvent>(),
        kind::<GatheringEvent>(),
        kind::<GoalEvent>(),
        kind::<MandateEvent>(),
        kind::<MembershipEvent>(),
        kind::<NetworkEvent>(),
        kind::<OrganisationEvent>(),
        kind::<PersonEvent>(),
        kind::<ProposalEvent>(),
        kind::<ResolutionEvent>(),
        kind::<TieEvent>(),
        kind::<TurnoutEvent>(),
    ]
}

fn kind<E: Event + JsonSchema>() -> Kind {
    Kind { category: E::CATEGORY, schema: schemars::schema_for!(E) }
}
