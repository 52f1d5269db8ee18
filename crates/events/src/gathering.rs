//! What can happen to a gathering: an occasion on which people meet.

use jiff::Timestamp;
use kernel::{Event, NetworkId, PersonId, PersonalField, Visibility};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a person took part.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AttendanceMode {
    /// In the same room.
    InPerson,
    /// From elsewhere.
    Online,
}

/// How it is known that a person took part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttendanceSource {
    /// The person was checked in at the door.
    CheckIn,
    /// A member noted it down.
    Host,
    /// The person says so.
    Attendee,
    /// It stands on a list made elsewhere.
    Import,
}

/// Why recorded attendance was wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionReason {
    /// The person was not there.
    WasAbsent,
    /// Another person was meant.
    MistakenIdentity,
    /// The person was there in another way.
    WrongMode,
}

/// What can happen to a gathering. Its title belongs to the network and is not personal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub enum GatheringEvent {
    /// The gathering is to take place, or took place and is entered later.
    GatheringPlanned {
        /// The network that gathers.
        network: NetworkId,
        /// What it is called.
        title: String,
        /// When it starts; midnight UTC when only the date is known.
        starts_at: Timestamp,
    },
    /// A person was there. Its effective time is the gathering's start.
    AttendanceRecorded {
        /// The person.
        person: PersonId,
        /// How they took part.
        mode: AttendanceMode,
        /// How it is known.
        source: AttendanceSource,
    },
    /// What was recorded of a person's attendance was wrong.
    AttendanceCorrected {
        /// The person.
        person: PersonId,
        /// The event that was wrong: its revision in this stream.
        corrects_revision: u64,
        /// How the person really took part; absent when they were not there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<AttendanceMode>,
        /// Why.
        reason: CorrectionReason,
    },
    /// The gathering took place and is over.
    GatheringHeld {},
}

impl Event for GatheringEvent {
    const CATEGORY: &'static str = "gathering";

    fn visibility(&self) -> Visibility {
        Visibility::Network
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {
        match self {
            GatheringEvent::GatheringPlanned { .. }
            | GatheringEvent::AttendanceRecorded { .. }
            | GatheringEvent::AttendanceCorrected { .. }
            | GatheringEvent::GatheringHeld {} => {}
        }
    }
}
