//! A whole system in one process, and words to tell stories about it.
//!
//! [`World`] starts every service over one log, with a clock that stands still and identities that
//! count: no sockets, no ports, no sleeps. A [`Voice`] is somebody in it, who speaks gRPC or
//! GraphQL as the world was told; the stories in `it/` are the same in both. Whatever a voice
//! reads has to include whatever any voice has changed before: every answer is checked for that.
//!
//! Only for tests: every surprise is a panic.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a story stops at the first surprise")]
#![expect(clippy::missing_panics_doc, reason = "a story stops at the first surprise")]

mod cast;
mod moment;
mod refusal;
mod southern_women;
mod voice;
mod world;

pub use cast::OldCity;
pub use moment::{Moment, time};
pub use refusal::{Refusal, refusal};
pub use southern_women::{row, southern_women};
pub use voice::{
    Act, AgendaItem, Amendment, Attendance, BrokenBy, BrokenTie, Charter, Concentration, Concern,
    Contest, Decision, Deed, Delegation, Figures, Gathering, Goal, Lacking, Lent, Mandate, Member,
    Network, Objection, Part, Participation, Person, Policy, Progress, ProposalAct, Prospect,
    Question, Receipt, Representation, Resolution, Structure, Tie, Voice, Workspace, graphql, grpc,
};
pub use world::{Log, NOW, Protocol, World, copy_folder, life};
