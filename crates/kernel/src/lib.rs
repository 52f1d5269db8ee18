//! The pure vocabulary of every service: no clock, no network, no disk, no chance.
//!
//! Read [`decider`] first, then [`error`], [`id`] and [`personal`]. What an event looks like as
//! JSON is in [`codec`]; who acts, and in what capacity, in [`actor`].

pub mod actor;
pub mod clock;
pub mod codec;
pub mod decider;
pub mod error;
pub mod id;
pub mod personal;

pub use actor::{Actor, Capacity, Party, Visibility};
pub use clock::{Clock, Identities, Known};
pub use decider::{Decider, Event};
pub use error::{ErrorCode, Rejection};
pub use id::{
    AffiliationId, AgendaId, AgendaItemId, BallotBoxId, CharterId, CommandId, DecisionId,
    DelegationId, EffectId, EventId, GatheringId, GoalId, Id, IdKind, MalformedId, MandateId,
    MembershipId, NetworkId, OrganisationId, PersonId, ProposalId, ResolutionId, TieId, TurnoutId,
};
pub use personal::{Personal, PersonalField, Place, SealError, Sealer};
