//! The catalogue: every event that can ever be recorded, one file a kind of stream.
//!
//! What evaluators read. An event's type is the name of its variant; its data are the fields, as
//! JSON. The envelope beside it (position, stream, two times, actor) is the log's. `schemas/` holds
//! the JSON Schema of each kind of stream, made from this code; `fixtures/` one recorded example of
//! every type and schema version, which must decode for ever and is never edited.
//!
//! This crate never decides anything and does no IO.

pub mod affiliation;
pub mod gathering;
pub mod membership;
pub mod network;
pub mod organisation;
pub mod person;
pub mod tie;

pub use affiliation::AffiliationEvent;
pub use gathering::{AttendanceMode, AttendanceSource, CorrectionReason, GatheringEvent};
pub use membership::{MembershipClass, MembershipEvent};
pub use network::{NetworkEvent, NetworkType};
pub use organisation::OrganisationEvent;
pub use person::{FieldVisibility, PersonEvent, ProfileField};
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
        kind::<GatheringEvent>(),
        kind::<MembershipEvent>(),
        kind::<NetworkEvent>(),
        kind::<OrganisationEvent>(),
        kind::<PersonEvent>(),
        kind::<TieEvent>(),
    ]
}

fn kind<E: Event + JsonSchema>() -> Kind {
    Kind { category: E::CATEGORY, schema: schemars::schema_for!(E) }
}
