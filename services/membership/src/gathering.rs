//! The rules of a gathering and of who was there.

use std::collections::BTreeMap;

use events::{AttendanceMode, AttendanceSource, CorrectionReason, GatheringEvent};
use jiff::Timestamp;
use kernel::{Decider, ErrorCode, NetworkId, PersonId, Rejection};

#[cfg(test)]
mod tests;

/// What can be asked of a gathering.
#[derive(Clone, PartialEq, Debug)]
pub enum GatheringCommand {
    /// Plans it, or enters one that took place.
    PlanGathering {
        /// The network that gathers.
        network: NetworkId,
        /// What it is called.
        title: String,
        /// When it starts.
        starts_at: Timestamp,
    },
    /// Says that somebody was there.
    RecordAttendance {
        /// The person.
        person: PersonId,
        /// How they took part.
        mode: AttendanceMode,
        /// How it is known.
        source: AttendanceSource,
        /// The present time.
        now: Timestamp,
    },
    /// Puts right what was said.
    CorrectAttendance {
        /// The person.
        person: PersonId,
        /// How they really took part; `None` when they were not there.
        mode: Option<AttendanceMode>,
        /// Why it was wrong.
        reason: CorrectionReason,
    },
    /// Says that it is over.
    HoldGathering {
        /// The present time.
        now: Timestamp,
    },
}

/// Why a gathering refuses a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GatheringRejection {
    /// There is no such gathering.
    #[error("there is no such gathering")]
    NotPlanned,
    /// It was planned before, with other terms.
    #[error("this gathering is planned already, with another title or start")]
    AlreadyPlanned,
    /// Nobody attends what has not begun.
    #[error("the gathering begins on {0}; attendance can be recorded from then on")]
    NotBegun(Timestamp),
    /// The person was recorded in another mode.
    #[error("this person is recorded as having been there in another mode; correct that instead")]
    AttendanceDiffers,
    /// Nothing was recorded of the person.
    #[error("no attendance of this person is recorded, so there is nothing to correct")]
    NothingToCorrect,
}

/// The state of one gathering.
#[derive(Clone, PartialEq, Debug)]
pub enum Gathering {
    /// No events yet.
    Unplanned,
    /// Planned, under way or over.
    Planned {
        /// The network that gathers.
        network: NetworkId,
        /// What it is called.
        title: String,
        /// When it starts.
        starts_at: Timestamp,
        /// Who was there, how, and which event says so.
        attendance: BTreeMap<PersonId, Attendance>,
        /// Whether somebody said that it is over.
        stage: Stage,
        /// How many events the stream holds.
        length: u64,
    },
}

/// What is recorded of one person at a gathering.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attendance {
    /// How they took part; `None` when a correction says that they did not.
    pub mode: Option<AttendanceMode>,
    /// The revision of the event that says so.
    pub revision: u64,
    /// Whether that event put right an earlier one.
    pub word: Word,
}

/// What kind of event has the last word on somebody's attendance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// It was recorded.
    Recorded,
    /// It was corrected.
    Corrected,
}

/// How far a gathering is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Not yet over, as far as is recorded.
    Announced,
    /// Over.
    Held,
}

impl Decider for Gathering {
    type Command = GatheringCommand;
    type Event = GatheringEvent;
    type Rejection = GatheringRejection;

    fn initial() -> Gathering {
        Gathering::Unplanned
    }

    fn decide(
        &self,
        command: &GatheringCommand,
    ) -> Result<Vec<GatheringEvent>, GatheringRejection> {
        match (self, command) {
            (
                Gathering::Unplanned,
                GatheringCommand::PlanGathering { network, title, starts_at },
            ) => Ok(vec![GatheringEvent::GatheringPlanned {
                network: *network,
                title: title.clone(),
                starts_at: *starts_at,
            }]),
            (
                Gathering::Planned { network: host, title: planned, starts_at: start, .. },
                GatheringCommand::PlanGathering { network, title, starts_at },
            ) => {
                let same = host == network && planned == title && start == starts_at;
                if same { Ok(vec![]) } else { Err(GatheringRejection::AlreadyPlanned) }
            }
            (
                Gathering::Planned { starts_at, attendance, .. },
                GatheringCommand::RecordAttendance { person, mode, source, now },
            ) => {
                begun(*starts_at, *now)?;
                match attendance.get(person).and_then(|attendance| attendance.mode) {
                    Some(recorded) if recorded == *mode => Ok(vec![]),
                    Some(_) => Err(GatheringRejection::AttendanceDiffers),
                    None => Ok(vec![GatheringEvent::AttendanceRecorded {
                        person: *person,
                        mode: *mode,
                        source: *source,
                    }]),
                }
            }
            (
                Gathering::Planned { attendance, .. },
                GatheringCommand::CorrectAttendance { person, mode, reason },
            ) => match attendance.get(person) {
                None => Err(GatheringRejection::NothingToCorrect),
                Some(recorded) if recorded.mode == *mode => Ok(vec![]),
                Some(recorded) => Ok(vec![GatheringEvent::AttendanceCorrected {
                    person: *person,
                    corrects_revision: recorded.revision,
                    mode: *mode,
                    reason: *reason,
                }]),
            },
            (
                Gathering::Planned { starts_at, stage, .. },
                GatheringCommand::HoldGathering { now },
            ) => {
                begun(*starts_at, *now)?;
                match stage {
                    Stage::Announced => Ok(vec![GatheringEvent::GatheringHeld {}]),
                    Stage::Held => Ok(vec![]),
                }
            }
            (
                Gathering::Unplanned,
                GatheringCommand::RecordAttendance { .. }
                | GatheringCommand::CorrectAttendance { .. }
                | GatheringCommand::HoldGathering { .. },
            ) => Err(GatheringRejection::NotPlanned),
        }
    }

    fn evolve(self, event: &GatheringEvent) -> Gathering {
        match (self, event) {
            (_, GatheringEvent::GatheringPlanned { network, title, starts_at }) => {
                Gathering::Planned {
                    network: *network,
                    title: title.clone(),
                    starts_at: *starts_at,
                    attendance: BTreeMap::new(),
                    stage: Stage::Announced,
                    length: 1,
                }
            }
            (
                Gathering::Planned { network, title, starts_at, mut attendance, stage, length },
                event,
            ) => {
                let stage = match event {
                    GatheringEvent::AttendanceRecorded { person, mode, .. } => {
                        let (mode, word) = (Some(*mode), Word::Recorded);
                        attendance.insert(*person, Attendance { mode, revision: length, word });
                        stage
                    }
                    GatheringEvent::AttendanceCorrected { person, mode, .. } => {
                        let (mode, word) = (*mode, Word::Corrected);
                        attendance.insert(*person, Attendance { mode, revision: length, word });
                        stage
                    }
                    GatheringEvent::GatheringHeld {} => Stage::Held,
                    GatheringEvent::GatheringPlanned { .. } => stage,
                };
                let length = length + 1;
                Gathering::Planned { network, title, starts_at, attendance, stage, length }
            }
            (
                Gathering::Unplanned,
                GatheringEvent::AttendanceRecorded { .. }
                | GatheringEvent::AttendanceCorrected { .. }
                | GatheringEvent::GatheringHeld {},
            ) => Gathering::Unplanned,
        }
    }
}

fn begun(starts_at: Timestamp, now: Timestamp) -> Result<(), GatheringRejection> {
    if now < starts_at { Err(GatheringRejection::NotBegun(starts_at)) } else { Ok(()) }
}

impl Rejection for GatheringRejection {
    fn code(&self) -> ErrorCode {
        match self {
            GatheringRejection::NotPlanned => ErrorCode::NotFound,
            GatheringRejection::AlreadyPlanned | GatheringRejection::AttendanceDiffers => {
                ErrorCode::AlreadyExists
            }
            GatheringRejection::NotBegun(_) | GatheringRejection::NothingToCorrect => {
                ErrorCode::Precondition
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            GatheringRejection::NotPlanned => "GATHERING_NOT_FOUND",
            GatheringRejection::AlreadyPlanned => "GATHERING_ALREADY_PLANNED",
            GatheringRejection::NotBegun(_) => "GATHERING_NOT_BEGUN",
            GatheringRejection::AttendanceDiffers => "ATTENDANCE_DIFFERS",
            GatheringRejection::NothingToCorrect => "NOTHING_TO_CORRECT",
        }
    }
}
